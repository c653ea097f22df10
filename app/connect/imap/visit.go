package imap

import (
	"cmp"
	"context"
	"crypto/tls"
	"fmt"
	"net"
	"strconv"
	"strings"
	"time"
	"unicode"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapclient"
	"github.com/emersion/go-sasl"

	"preau/app/connect/outbound"
)

// A visit is one connection to a mailbox, which ends with its context.
type visit struct {
	Server
	ctx      context.Context
	policy   outbound.Policy
	looking  bool // changes nothing
	conn     *bounded
	client   *imapclient.Client
	greeted  bool
	validity uint32 // of the mailbox
}

func (s Server) visit(ctx context.Context, p outbound.Policy) *visit {
	s.Mailbox, s.Done = cmp.Or(s.Mailbox, DefaultMailbox), cmp.Or(s.Done, DefaultDone)
	return &visit{Server: s, ctx: ctx, policy: p}
}

// A stage takes a visit one step further, and says what is reached.
type stage struct {
	label string
	do    func() (says string, err error)
}

func (v *visit) stages() []stage {
	return []stage{{"Connexion", v.connect}, {"Chiffrement", v.encrypt}, {"Authentification", v.authenticate}, {"Boîte", v.enter}}
}

// check returns the *Failure of settings that no server could do anything with.
func (v *visit) check() error {
	if v.Host == "" || v.Port < 1 || v.Port > 65535 {
		return &Failure{Says: "L’adresse du serveur de la boîte est incomplète : donnez son nom, et un port entre 1 et 65535."}
	}
	if v.User == "" || v.Password == "" || strings.ContainsFunc(v.User+v.Password, unicode.IsControl) {
		return &Failure{Says: "Une boîte se relève avec un compte et un mot de passe : donnez les deux."}
	}
	for _, folder := range []string{v.Mailbox, v.Done} {
		if len(folder) > 200 || strings.ContainsAny(folder, "*%") || strings.ContainsFunc(folder, unicode.IsControl) {
			return &Failure{Says: fmt.Sprintf("« %s » ne peut pas être le nom d’un dossier.", outbound.Legible(folder))}
		}
	}
	if strings.EqualFold(v.Mailbox, v.Done) {
		return &Failure{Says: "Le dossier des messages traités doit être un autre que celui de la boîte."}
	}
	return nil
}

// connect joins the server and, where nothing is going to be encrypted, hears it.
func (v *visit) connect() (string, error) {
	if err := v.check(); err != nil {
		return "", err
	}
	policy := v.policy
	if v.Security == None {
		policy = policy.Inside()
	}
	conn, err := policy.DialContext(v.ctx, "tcp", net.JoinHostPort(v.Host, strconv.Itoa(v.Port)))
	if err != nil {
		return "", err
	}
	v.conn = bound(v.ctx, conn)
	if v.Security != None {
		return "Le serveur est joint.", nil
	}
	v.client = imapclient.New(v.conn, nil)
	return "Le serveur est joint, et c’est un serveur IMAP.", v.greet()
}

// greet waits for the first line of the server.
func (v *visit) greet() error {
	if err := v.client.WaitGreeting(); err != nil {
		return err
	}
	v.greeted = true
	return nil
}

// encrypt protects the connection in the way that was chosen, and in no other.
func (v *visit) encrypt() (string, error) {
	config := &tls.Config{ServerName: strings.TrimSuffix(v.Host, "."), RootCAs: v.Roots, MinVersion: tls.VersionTLS12}
	switch v.Security {
	case None:
		return "Aucun, comme demandé.", nil
	case TLS:
		conn := tls.Client(v.conn, config)
		if err := conn.HandshakeContext(v.ctx); err != nil {
			return "", err
		}
		v.client = imapclient.New(conn, nil)
		if err := v.greet(); err != nil {
			return "", err
		}
		return fmt.Sprintf("%s, certificat vérifié.", tls.VersionName(conn.ConnectionState().Version)), nil
	case StartTLS:
		client, err := imapclient.NewStartTLS(v.conn, &imapclient.Options{TLSConfig: config})
		if err != nil {
			return "", step{"STARTTLS", err}
		}
		v.client, v.greeted = client, true
		return "Établi par STARTTLS, certificat vérifié.", nil
	}
	return "", &Failure{Says: fmt.Sprintf("La protection « %s » n’existe pas : choisissez STARTTLS, TLS ou aucune.", v.Security)}
}

// authenticate gives the name and the password, by a way that the server knows.
// Without encryption, none that shows the password.
func (v *visit) authenticate() (string, error) {
	v.conn.expect(0)
	caps := v.client.Caps()
	if err := v.conn.broken(); err != nil {
		return "", err
	}
	var err error
	switch {
	case v.Security == None && !caps.Has("AUTH=CRAM-MD5"):
		return "", &Failure{Says: "Sans chiffrement, ce serveur demande un mot de passe en clair, qui n’a pas été envoyé : choisissez STARTTLS ou TLS."}
	case v.Security == None:
		err = v.client.Authenticate(&cramMD5{user: v.User, password: v.Password})
	case caps.Has("AUTH=PLAIN"):
		err = v.client.Authenticate(sasl.NewPlainClient("", v.User, v.Password))
	case caps.Has(imap.CapLoginDisabled):
		return "", &Failure{Says: "Ce serveur ne propose aucune authentification connue."}
	default:
		err = v.client.Login(v.User, v.Password).Wait()
	}
	if err != nil {
		return "", denied{err}
	}
	return fmt.Sprintf("Le serveur accepte le compte « %s ».", v.User), nil
}

// enter opens the mailbox.
func (v *visit) enter() (string, error) {
	v.conn.expect(0)
	box, err := v.client.Select(v.Mailbox, &imap.SelectOptions{ReadOnly: v.looking}).Wait()
	if err != nil {
		return "", step{fmt.Sprintf("d’ouvrir le dossier « %s »", v.Mailbox), err}
	}
	if v.validity = box.UIDValidity; v.validity == 0 {
		return "", &Failure{Says: "Ce serveur ne donne pas de numéro durable à ses messages : il ne peut pas être relevé sans risque de doublon."}
	}
	if !v.looking {
		return "", nil
	}
	uids, err := v.unread()
	if err != nil {
		return "", err
	}
	found, err := v.find()
	if err != nil {
		return "", err
	}
	says := fmt.Sprintf("Le dossier « %s » contient %s.", v.Mailbox, many(len(uids), "message à relever", "messages à relever"))
	if len(uids) == MaxMails {
		says = fmt.Sprintf("Le dossier « %s » contient au moins %d messages à relever.", v.Mailbox, MaxMails)
	}
	if !found {
		says += fmt.Sprintf(" Le dossier « %s » sera créé au premier relevé.", v.Done)
	}
	return says, nil
}

// leave ends the visit, politely if the server still answers.
func (v *visit) leave() {
	if v.conn == nil {
		return
	}
	if v.conn.spare(); v.client != nil && v.conn.broken() == nil {
		v.conn.hurry(time.Second)
		v.conn.expect(0)
		v.client.Logout().Wait()
	}
	v.conn.Close()
}
