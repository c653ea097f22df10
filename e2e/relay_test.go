package e2e

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"io"
	"log"
	"math/big"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net"
	netmail "net/mail"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"
)

// A relay is a mail server of the test's own, that takes mail under STARTTLS
// from one account.
type relay struct {
	port     int
	cert     tls.Certificate // that the appliances trust, for localhost
	mu       sync.Mutex
	arrived  []arrival
	holding  chan struct{} // closed when a message is there and is not answered, if not nil
	released chan struct{}
}

// An arrival is a message as who receives it reads it.
type arrival struct {
	id, from, to, text, html string
	header                   netmail.Header
}

const (
	relayAccount = "ent@exemple.example"
	relaySecret  = "merle-noir-des-canaries-47"
)

// newRelay serves on this machine, under a certificate that the appliances which
// are started after it trust.
func newRelay(t *testing.T) *relay {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	leaf := x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "Autorité d’essai"}, DNSNames: []string{"localhost"}, IsCA: true, BasicConstraintsValid: true,
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().AddDate(1, 0, 0)}
	der, err := x509.CreateCertificate(rand.Reader, &leaf, &leaf, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	authority := filepath.Join(t.TempDir(), "autorite.pem")
	if err := os.WriteFile(authority, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv("SSL_CERT_FILE", authority)
	r := &relay{released: make(chan struct{}), cert: tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}}
	server := smtp.NewServer(smtp.BackendFunc(func(*smtp.Conn) (smtp.Session, error) { return &relayed{relay: r}, nil }))
	server.Domain, server.ErrorLog = "localhost", log.New(io.Discard, "", 0)
	server.TLSConfig = &tls.Config{Certificates: []tls.Certificate{r.cert}}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	r.port = listener.Addr().(*net.TCPAddr).Port
	done := make(chan struct{})
	go func() { defer close(done); server.Serve(listener) }()
	t.Cleanup(func() { listener.Close(); server.Close(); <-done })
	return r
}

// hold makes the next message wait for its answer until release.
func (r *relay) hold() (there <-chan struct{}, release func()) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.holding = make(chan struct{})
	return r.holding, sync.OnceFunc(func() { close(r.released) })
}

// wait returns the messages once there are so many.
func (r *relay) wait(t *testing.T, n int) []arrival {
	t.Helper()
	for end := time.Now().Add(40 * time.Second); ; time.Sleep(20 * time.Millisecond) {
		r.mu.Lock()
		all := slices.Clone(r.arrived)
		r.mu.Unlock()
		if len(all) >= n {
			return all
		}
		if time.Now().After(end) {
			t.Fatalf("%d messages arrived, want %d", len(all), n)
		}
	}
}

// relayed is one connection to a relay.
type relayed struct {
	relay    *relay
	is       bool
	from, to string
}

func (s *relayed) Reset()                   {}
func (s *relayed) Logout() error            { return nil }
func (s *relayed) AuthMechanisms() []string { return []string{sasl.Plain} }

func (s *relayed) Auth(string) (sasl.Server, error) {
	return sasl.NewPlainServer(func(_, user, password string) error {
		if s.is = user == relayAccount && password == relaySecret; !s.is {
			return smtp.ErrAuthFailed
		}
		return nil
	}), nil
}

func (s *relayed) Mail(from string, _ *smtp.MailOptions) error {
	if !s.is {
		return smtp.ErrAuthRequired
	}
	s.from = from
	return nil
}

func (s *relayed) Rcpt(to string, _ *smtp.RcptOptions) error { s.to = to; return nil }

func (s *relayed) Data(r io.Reader) error {
	raw, err := io.ReadAll(r)
	if err != nil {
		return err
	}
	a, err := readArrival(raw)
	a.from, a.to = s.from, s.to
	s.relay.mu.Lock()
	s.relay.arrived = append(s.relay.arrived, a)
	holding := s.relay.holding
	s.relay.holding = nil
	s.relay.mu.Unlock()
	if holding != nil {
		close(holding)
		<-s.relay.released
	}
	return err
}

// readArrival reads a message of two parts.
func readArrival(raw []byte) (a arrival, err error) {
	m, err := netmail.ReadMessage(bytes.NewReader(raw))
	if err != nil {
		return a, err
	}
	a.id, a.header = m.Header.Get("Message-Id"), m.Header
	_, params, err := mime.ParseMediaType(m.Header.Get("Content-Type"))
	if err != nil {
		return a, err
	}
	for parts := multipart.NewReader(m.Body, params["boundary"]); ; {
		part, err := parts.NextRawPart()
		if err == io.EOF {
			return a, nil
		}
		if err != nil {
			return a, err
		}
		text, err := io.ReadAll(quotedprintable.NewReader(part))
		if err != nil {
			return a, err
		}
		if strings.HasPrefix(part.Header.Get("Content-Type"), "text/html") {
			a.html = string(text)
		} else {
			a.text = string(text)
		}
	}
}
