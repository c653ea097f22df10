package imap

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"log"
	"math/big"
	"net"
	"net/netip"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapserver"
	"github.com/emersion/go-imap/v2/imapserver/imapmemserver"

	"preau/app/connect/outbound"
)

// loopback is the policy of a machine whose installer allowed itself.
var loopback = outbound.Policy{Allowed: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}}

const (
	account = "demandes@exemple.example"
	secret  = "Châtaigne-42-\"ombre\\"
)

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// certificate makes one that is its own authority, for localhost.
func certificate(t testing.TB) (tls.Certificate, *x509.CertPool) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	must(t, err)
	leaf := x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "Autorité d’essai"}, DNSNames: []string{"localhost"}, IsCA: true, BasicConstraintsValid: true,
		NotBefore: time.Now().AddDate(-1, 0, 0), NotAfter: time.Now().AddDate(1, 0, 0),
	}
	der, err := x509.CreateCertificate(rand.Reader, &leaf, &leaf, key.Public(), key)
	must(t, err)
	parsed, err := x509.ParseCertificate(der)
	must(t, err)
	roots := x509.NewCertPool()
	roots.AddCert(parsed)
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, roots
}

// memory starts a server of this process, that knows no more than caps, with the
// account and an empty INBOX.
func memory(t testing.TB, security Security, caps ...imap.Cap) (*imapmemserver.User, Server) {
	t.Helper()
	cert, roots := certificate(t)
	known := imap.CapSet{imap.CapIMAP4rev1: {}}
	for _, c := range caps {
		known[c] = struct{}{}
	}
	user := imapmemserver.NewUser(account, secret)
	must(t, user.Create("INBOX", nil))
	mem := imapmemserver.New()
	mem.AddUser(user)
	server := imapserver.New(&imapserver.Options{
		NewSession: func(*imapserver.Conn) (imapserver.Session, *imapserver.GreetingData, error) {
			return mem.NewSession(), nil, nil
		},
		Caps: known, TLSConfig: &tls.Config{Certificates: []tls.Certificate{cert}}, Logger: log.New(io.Discard, "", 0),
	})
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	port := listener.Addr().(*net.TCPAddr).Port
	if security == TLS {
		listener = tls.NewListener(listener, &tls.Config{Certificates: []tls.Certificate{cert}})
	}
	done := make(chan struct{})
	go func() { defer close(done); server.Serve(listener) }()
	t.Cleanup(func() { listener.Close(); server.Close(); <-done })
	return user, Server{Host: "localhost", Port: port, Security: security, User: account, Password: secret, Roots: roots}
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
	return Server{Host: "localhost", Port: listener.Addr().(*net.TCPAddr).Port, Security: None, User: account, Password: secret}
}

// letter is a message with a subject and a body of its own.
func letter(n int) string {
	return fmt.Sprintf("From: claire.martin@exemple.example\r\nSubject: Message %d\r\n\r\nBonjour %d.\r\n", n, n)
}

func deliver(t testing.TB, user *imapmemserver.User, text string, flags ...imap.Flag) {
	t.Helper()
	r := strings.NewReader(text)
	_, err := user.Append("INBOX", literal{r, int64(r.Len())}, &imap.AppendOptions{Flags: flags})
	must(t, err)
}

type literal struct {
	io.Reader
	size int64
}

func (l literal) Size() int64 { return l.size }

// held is how many messages a folder holds, -1 when it does not exist.
func held(t testing.TB, user *imapmemserver.User, folder string) int {
	t.Helper()
	data, err := user.Status(folder, &imap.StatusOptions{NumMessages: true})
	if err != nil {
		return -1
	}
	return int(*data.NumMessages)
}

// A store is who takes mail: it knows what it has already, as ours does.
type store struct {
	known map[[2]uint32]bool
	texts []string
}

func newStore() *store { return &store{known: map[[2]uint32]bool{}} }

func (s *store) seen(validity, uid uint32) bool { return s.known[[2]uint32{validity, uid}] }

func (s *store) take(m Mail) error {
	var b bytes.Buffer
	if _, err := io.Copy(&b, m.Body); err != nil {
		return fmt.Errorf("taking: %w", err)
	}
	if s.seen(m.Validity, m.UID) {
		return errors.New("given twice")
	}
	s.known[[2]uint32{m.Validity, m.UID}] = true
	s.texts = append(s.texts, b.String())
	return nil
}

// failure checks that an error is a failure of a kind, without any secret.
func failure(t testing.TB, err error, temporary bool, says string) {
	t.Helper()
	f, ok := errors.AsType[*Failure](err)
	if !ok {
		t.Fatalf("%#v is no failure", err)
	}
	if f.Temporary != temporary || !strings.Contains(f.Says, says) {
		t.Errorf("temporary %v: %s (%v)", f.Temporary, f.Says, f.Err)
	}
	for _, hidden := range []string{secret, base64.StdEncoding.EncodeToString([]byte(secret)), base64.StdEncoding.EncodeToString([]byte("\x00" + account + "\x00" + secret))} {
		if strings.Contains(fmt.Sprintf("%v %+v %#v", err, f.Err, f.Err), hidden) {
			t.Errorf("the password is in %v", err)
		}
	}
}

// told is what a test says, step by step.
func told(t testing.TB, s Server) (said string) {
	t.Helper()
	for _, step := range s.Test(t.Context(), loopback) {
		said += fmt.Sprintf("%s %v. ", step.Label, step.OK)
		if step.Says == "" || strings.Contains(step.Says, secret) {
			t.Errorf("%s says %q", step.Label, step.Says)
		}
	}
	return strings.TrimSpace(said)
}
