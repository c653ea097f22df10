package app_test

import (
	"bytes"
	"errors"
	"io"
	"log"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net"
	netmail "net/mail"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/emersion/go-smtp"
)

// A relay is a mail server of this process, that keeps what it is given.
type relay struct {
	t    *testing.T
	port int
	stop func()

	mu       sync.Mutex
	answers  map[string][]error // to the next tries of a recipient, nil to take the message
	arrived  []letter
	arriving func() // called before each message is taken
}

// A letter is a message as who receives it reads it.
type letter struct{ id, from, to, subject, text, html string }

// newRelay serves on a port of this machine until the end of the test.
func newRelay(t *testing.T) *relay {
	t.Helper()
	r := &relay{t: t, answers: map[string][]error{}}
	r.start("127.0.0.1:0")
	t.Cleanup(func() { r.stop() })
	return r
}

func (r *relay) start(address string) {
	r.t.Helper()
	server := smtp.NewServer(smtp.BackendFunc(func(*smtp.Conn) (smtp.Session, error) { return &visit{relay: r}, nil }))
	server.Domain, server.ErrorLog = "localhost", log.New(io.Discard, "", 0)
	listener, err := net.Listen("tcp", address)
	if err != nil {
		r.t.Fatal(err)
	}
	r.port = listener.Addr().(*net.TCPAddr).Port
	done := make(chan struct{})
	go func() { defer close(done); server.Serve(listener) }()
	r.stop = sync.OnceFunc(func() { listener.Close(); server.Close(); <-done })
}

// answer says how the next tries of a recipient end.
func (r *relay) answer(to string, errs ...error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.answers[to] = errs
}

// letters are those that arrived, by recipient.
func (r *relay) letters() map[string][]letter {
	r.mu.Lock()
	defer r.mu.Unlock()
	all := map[string][]letter{}
	for _, l := range r.arrived {
		all[l.to] = append(all[l.to], l)
	}
	return all
}

// A visit is one connection to a relay.
type visit struct {
	relay    *relay
	from, to string
}

func (v *visit) Reset()                                      { v.from, v.to = "", "" }
func (v *visit) Logout() error                               { return nil }
func (v *visit) Mail(from string, _ *smtp.MailOptions) error { v.from = from; return nil }

func (v *visit) Rcpt(to string, _ *smtp.RcptOptions) error {
	v.to = to
	v.relay.mu.Lock()
	defer v.relay.mu.Unlock()
	next := v.relay.answers[to]
	if len(next) == 0 {
		return nil
	}
	v.relay.answers[to] = next[1:]
	return next[0]
}

func (v *visit) Data(r io.Reader) error {
	raw, err := io.ReadAll(r)
	if err != nil {
		return err
	}
	if v.relay.arriving != nil {
		v.relay.arriving()
	}
	l, err := opened(raw)
	l.from, l.to = v.from, v.to
	v.relay.mu.Lock()
	defer v.relay.mu.Unlock()
	v.relay.arrived = append(v.relay.arrived, l)
	return err
}

// opened reads a message of two parts.
func opened(raw []byte) (l letter, err error) {
	m, err := netmail.ReadMessage(bytes.NewReader(raw))
	if err != nil {
		return l, err
	}
	l.id = m.Header.Get("Message-Id")
	if l.subject, err = new(mime.WordDecoder).DecodeHeader(m.Header.Get("Subject")); err != nil {
		return l, err
	}
	_, params, err := mime.ParseMediaType(m.Header.Get("Content-Type"))
	if err != nil {
		return l, err
	}
	for parts := multipart.NewReader(m.Body, params["boundary"]); ; {
		part, err := parts.NextRawPart()
		if errors.Is(err, io.EOF) {
			return l, nil
		}
		if err != nil {
			return l, err
		}
		text, err := io.ReadAll(quotedprintable.NewReader(part))
		if err != nil {
			return l, err
		}
		if strings.HasPrefix(part.Header.Get("Content-Type"), "text/html") {
			l.html = string(text)
		} else {
			l.text = string(text)
		}
	}
}

// later and never are what servers answer.
var (
	later = &smtp.SMTPError{Code: 451, EnhancedCode: smtp.NoEnhancedCode, Message: "revenez plus tard"}
	never = &smtp.SMTPError{Code: 550, EnhancedCode: smtp.NoEnhancedCode, Message: "personne de ce nom"}
)

// ids are the Message-IDs of letters.
func ids(letters []letter) (all []string) {
	for _, l := range letters {
		all = append(all, l.id)
	}
	slices.Sort(all)
	return all
}
