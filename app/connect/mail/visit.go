package mail

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/wneessen/go-mail/smtp"

	"preau/app/connect/outbound"
)

// A visit is one connection to a server, which ends with the context of its
// first stage.
type visit struct {
	Server
	policy outbound.Policy
	conn   net.Conn
	client *smtp.Client
	spare  func() bool // forgets the end of the context
}

// A stage takes a visit one step further, and says what is reached.
type stage struct {
	label string
	do    func(context.Context) (says string, err error)
}

func (v *visit) stages() []stage {
	return []stage{{"Connexion", v.connect}, {"Chiffrement", v.encrypt}, {"Authentification", v.authenticate}}
}

// connect joins the server and, unless the connection is encrypted from its
// first byte, greets it.
func (v *visit) connect(ctx context.Context) (string, error) {
	if v.Host == "" || v.Port < 1 || v.Port > 65535 {
		return "", &Failure{Says: "L’adresse du serveur de courriel est incomplète : donnez son nom, et un port entre 1 et 65535."}
	}
	policy := v.policy
	if v.Security == None {
		policy = policy.Inside()
	}
	conn, err := policy.DialContext(ctx, "tcp", net.JoinHostPort(v.Host, strconv.Itoa(v.Port)))
	if err != nil {
		return "", err
	}
	v.conn = &short{Conn: conn, left: maxAnswers}
	v.spare = context.AfterFunc(ctx, func() { conn.SetDeadline(time.Unix(1, 0)) })
	if v.Security == TLS {
		return "Le serveur est joint.", nil
	}
	return "Le serveur est joint, et c’est un serveur de courriel.", v.greet()
}

// greet reads the banner of the server and introduces us.
func (v *visit) greet() error {
	client, err := smtp.NewClient(v.conn, v.Host)
	if err != nil {
		return err
	}
	v.client = client
	// What we send is ASCII: asking for SMTPUTF8, which the library does of every
	// server that has it, would only keep a relay from passing it on.
	client.SkipSMTPUTF8(true)
	name, err := os.Hostname()
	if err != nil || name == "" {
		name = "localhost"
	}
	return client.Hello(name)
}

// encrypt protects the connection in the way that was chosen, and in no other.
func (v *visit) encrypt(ctx context.Context) (string, error) {
	config := &tls.Config{ServerName: strings.TrimSuffix(v.Host, "."), RootCAs: v.Roots, MinVersion: tls.VersionTLS12}
	switch v.Security {
	case None:
		return "Aucun, comme demandé.", nil
	case TLS:
		conn := tls.Client(v.conn, config)
		if err := conn.HandshakeContext(ctx); err != nil {
			return "", err
		}
		v.conn = conn
		if err := v.greet(); err != nil {
			return "", err
		}
	case StartTLS:
		if offered, _ := v.client.Extension("STARTTLS"); !offered {
			return "", &Failure{Says: "Ce serveur ne propose pas STARTTLS sur ce port : rien ne lui a été envoyé. Essayez TLS, souvent sur le port 465."}
		}
		if err := v.client.StartTLS(config); err != nil {
			return "", err
		}
	default:
		return "", &Failure{Says: fmt.Sprintf("La protection « %s » n’existe pas : choisissez STARTTLS, TLS ou aucune.", v.Security)}
	}
	state, err := v.client.GetTLSConnectionState()
	if err != nil {
		return "", err
	}
	return fmt.Sprintf("%s, certificat vérifié.", tls.VersionName(state.Version)), nil
}

// authenticate gives the name and the password, if there are any, by the first
// way that the server knows. Without encryption, none that shows the password.
func (v *visit) authenticate(context.Context) (string, error) {
	if v.User == "" {
		return "Aucune, comme demandé.", nil
	}
	_, offered := v.client.Extension("AUTH")
	known := strings.Fields(strings.ToUpper(offered))
	ways := []struct {
		name string
		auth smtp.Auth
	}{
		{"SCRAM-SHA-256", smtp.ScramSHA256Auth(v.User, v.Password)},
		{"PLAIN", smtp.PlainAuth("", v.User, v.Password, v.Host, false)},
		{"LOGIN", smtp.LoginAuth(v.User, v.Password, v.Host, false)},
		{"CRAM-MD5", smtp.CRAMMD5Auth(v.User, v.Password)},
	}
	for _, way := range ways {
		if !slices.Contains(known, way.name) || v.Security == None && (way.name == "PLAIN" || way.name == "LOGIN") {
			continue
		}
		if err := v.client.Auth(way.auth); err != nil {
			return "", denied{err}
		}
		return fmt.Sprintf("Le serveur accepte le compte « %s ».", v.User), nil
	}
	if v.Security == None && len(known) > 0 {
		return "", &Failure{Says: "Sans chiffrement, ce serveur demande un mot de passe en clair, qui n’a pas été envoyé : choisissez STARTTLS ou TLS, ou videz le compte."}
	}
	return "", &Failure{Says: "Ce serveur ne propose aucune authentification connue : videz le compte s’il n’en demande pas."}
}

// leave ends the visit, politely if the server still answers.
func (v *visit) leave() {
	if v.conn == nil {
		return
	}
	if inTime := v.spare(); inTime && v.client != nil && v.client.HasConnection() {
		v.conn.SetDeadline(time.Now().Add(time.Second))
		v.client.Quit()
	}
	v.conn.Close()
}

// maxAnswers is the most that a server may answer during one visit, in bytes.
const maxAnswers = 1 << 20

var errTalkative = errors.New("the server answers without end")

// short is a connection that stops reading from a server that never stops.
type short struct {
	net.Conn
	left int
}

func (s *short) Read(p []byte) (int, error) {
	if s.left <= 0 {
		return 0, errTalkative
	}
	n, err := s.Conn.Read(p[:min(len(p), s.left)])
	s.left -= n
	return n, err
}
