package mail

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"io"
	"log"
	"math/big"
	"net"
	"net/netip"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"

	"preau/app/connect/outbound"
)

// loopback is the policy of a machine whose installer allowed itself.
var loopback = outbound.Policy{Allowed: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// certificate makes one that is its own authority, for some names.
func certificate(t testing.TB, until time.Time, names ...string) (tls.Certificate, *x509.CertPool) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	must(t, err)
	leaf := x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "Autorité d’essai"}, DNSNames: names, IsCA: true, BasicConstraintsValid: true,
		NotBefore: until.AddDate(-2, 0, 0), NotAfter: until,
	}
	der, err := x509.CreateCertificate(rand.Reader, &leaf, &leaf, key.Public(), key)
	must(t, err)
	parsed, err := x509.ParseCertificate(der)
	must(t, err)
	roots := x509.NewCertPool()
	roots.AddCert(parsed)
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, roots
}

// A relay is a mail server of this process, that keeps what it is given.
type relay struct {
	security Security
	cert     *tls.Certificate // nil: no encryption
	refuse   map[string]error // by "from", "to", "data", "auth"

	mu        sync.Mutex
	delivered []delivery
	tries     []string // what authentication was given
}

type delivery struct {
	from string
	to   []string
	text []byte
}

const (
	account = "preau@exemple.example"
	secret  = "Châtaigne-42-ombre"
)

// start serves on this machine, and returns how to reach it.
func (r *relay) start(t testing.TB) Server {
	t.Helper()
	server := smtp.NewServer(smtp.BackendFunc(func(*smtp.Conn) (smtp.Session, error) { return &session{relay: r}, nil }))
	server.Domain, server.AllowInsecureAuth = "localhost", r.cert == nil
	server.EnableSMTPUTF8 = true
	server.ErrorLog = log.New(io.Discard, "", 0)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	port := listener.Addr().(*net.TCPAddr).Port
	if r.cert != nil {
		server.TLSConfig = &tls.Config{Certificates: []tls.Certificate{*r.cert}}
	}
	if r.security == TLS {
		listener = tls.NewListener(listener, server.TLSConfig)
	}
	done := make(chan struct{})
	go func() { defer close(done); server.Serve(listener) }()
	t.Cleanup(func() { listener.Close(); server.Close(); <-done }) // the server may not have taken its listener yet
	return Server{Host: "localhost", Port: port, Security: r.security, User: account, Password: secret}
}

// encrypted is a relay with a certificate that its client trusts.
func encrypted(t testing.TB, security Security, refuse map[string]error) (*relay, Server) {
	t.Helper()
	cert, roots := certificate(t, time.Now().AddDate(1, 0, 0), "localhost")
	r := &relay{security: security, cert: &cert, refuse: refuse}
	s := r.start(t)
	s.Roots = roots
	return r, s
}

func (r *relay) seen() ([]delivery, []string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.delivered), slices.Clone(r.tries)
}

// A session is one connection to a relay.
type session struct {
	relay *relay
	is    bool // authenticated
	now   delivery
}

func (s *session) Reset()        { s.now = delivery{} }
func (s *session) Logout() error { return nil }

func (s *session) AuthMechanisms() []string { return []string{sasl.Plain} }

func (s *session) Auth(string) (sasl.Server, error) {
	return sasl.NewPlainServer(func(_, user, password string) error {
		s.relay.mu.Lock()
		s.relay.tries = append(s.relay.tries, user+" "+password)
		s.relay.mu.Unlock()
		if err := s.relay.refuse["auth"]; err != nil {
			return err
		}
		if s.is = user == account && password == secret; !s.is {
			return smtp.ErrAuthFailed
		}
		return nil
	}), nil
}

func (s *session) Mail(from string, options *smtp.MailOptions) error {
	if options.UTF8 {
		return &smtp.SMTPError{Code: 555, Message: "SMTPUTF8 is not wanted"}
	}
	s.now.from = from
	return s.relay.refuse["from"]
}

func (s *session) Rcpt(to string, _ *smtp.RcptOptions) error {
	s.now.to = append(s.now.to, to)
	return s.relay.refuse["to"]
}

func (s *session) Data(r io.Reader) error {
	text, err := io.ReadAll(r)
	if err != nil {
		return err
	}
	if err := s.relay.refuse["data"]; err != nil {
		return err
	}
	s.now.text = bytes.ReplaceAll(text, []byte("\r\n"), []byte("\n"))
	s.relay.mu.Lock()
	defer s.relay.mu.Unlock()
	s.relay.delivered = append(s.relay.delivered, s.now)
	return nil
}

// script serves connections of this machine with a fixed behaviour, and returns
// how to reach it.
func script(t testing.TB, serve func(net.Conn)) Server {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	var open sync.WaitGroup
	open.Go(func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			open.Go(func() { defer conn.Close(); serve(conn) })
		}
	})
	t.Cleanup(func() { listener.Close(); open.Wait() })
	return Server{Host: "localhost", Port: listener.Addr().(*net.TCPAddr).Port, Security: None}
}
