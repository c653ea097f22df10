// Package imap takes the new mail of a mailbox, one message at a time, and puts
// each away once it is taken; it tells an administrator in French why it could
// not.
package imap

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"time"

	"preau/app/connect/outbound"
)

// Security is how the connection is protected.
type Security = outbound.Security

// The protections of a connection.
const (
	StartTLS = outbound.StartTLS
	TLS      = outbound.TLS
	None     = outbound.None
)

// The folders of whoever chose none.
const (
	DefaultMailbox = "INBOX"
	DefaultDone    = "Traites" // without an accent: some webmails show it as « Trait&AOk-s »
)

// Server is a mailbox, and how to reach it.
type Server struct {
	Host           string // a name or an address, without the port
	Port           int
	Security       Security
	User, Password string
	Mailbox        string         // DefaultMailbox when ""
	Done           string         // where taken mail goes, made if absent; DefaultDone when ""
	Roots          *x509.CertPool // nil for the system's
}

// Mail is one message of the mailbox. Validity and UID together are its own for
// ever.
type Mail struct {
	Validity, UID uint32
	Size          int64 // as the server tells it, in bytes
	// TooLarge tells that the message is over MaxSize: Body holds its headers alone.
	TooLarge bool
	Body     io.Reader // RFC 5322, read from the server as it is read here
}

const (
	// MaxSize is the largest message that is read, in bytes.
	MaxSize = 60 << 20
	// MaxMails is the most that one visit takes. The others wait for the next.
	MaxMails = 50

	visitTimeout = 10 * time.Minute // of a whole visit
	testTimeout  = 10 * time.Second // of somebody who waits in front of the page
	stallTimeout = time.Minute      // without a byte
)

// Fetch gives take the unread messages of the mailbox, oldest first, and moves
// each to the folder of those done once take has returned nil: messages that a
// person has read are that person's. A message that take had already accepted,
// when the visit ended before it could be moved, is known by seen: it is moved
// without being given again. One that take refuses stays where it is, unread,
// for the next visit, and the following ones are given all the same.
//
// What goes wrong with the server is a *Failure, joined with the errors of take
// as they are. A Body that cannot be read to its end gives its reader an error,
// which take must return; take has a minute between two reads.
func (s Server) Fetch(ctx context.Context, p outbound.Policy, seen func(validity, uid uint32) bool, take func(Mail) error) error {
	during, cancel := context.WithTimeout(ctx, visitTimeout)
	defer cancel()
	v := s.visit(during, p)
	defer v.leave()
	err := v.open()
	if err == nil {
		err = v.mails(seen, take)
	}
	if err != nil && errors.Is(ctx.Err(), context.Canceled) {
		return &Failure{Temporary: true, Says: "Le relevé de la boîte a été interrompu par l’arrêt de l’appareil.", Err: ctx.Err()}
	}
	return err
}

// open takes a visit to the mailbox. Its error is a *Failure.
func (v *visit) open() error {
	for _, stage := range v.stages() {
		if _, err := stage.do(); err != nil {
			return v.explain(err)
		}
	}
	return nil
}

// mails takes the messages of this visit.
func (v *visit) mails(seen func(validity, uid uint32) bool, take func(Mail) error) error {
	uids, err := v.unread()
	if err == nil && len(uids) > 0 {
		err = v.prepare()
	}
	if err != nil {
		return v.explain(err)
	}
	var refused []error
	for _, uid := range uids {
		if broken := v.conn.broken(); broken != nil {
			if refused == nil {
				refused = append(refused, v.explain(broken))
			}
			break
		}
		if !seen(v.validity, uint32(uid)) {
			if err := v.give(uid, take); errors.Is(err, errGone) {
				continue // somebody else took it
			} else if err != nil {
				refused = append(refused, err)
				continue
			}
		}
		if err := v.putAway(uid); err != nil {
			refused = append(refused, v.explain(err))
		}
	}
	return errors.Join(refused...)
}

// Test connects, encrypts, authenticates and opens the mailbox without changing
// anything there, within ten seconds, and tells each step up to the first that
// fails.
func (s Server) Test(ctx context.Context, p outbound.Policy) (steps []outbound.Step) {
	ctx, cancel := context.WithTimeout(ctx, testTimeout)
	defer cancel()
	v := s.visit(ctx, p)
	v.looking = true
	defer v.leave()
	for _, stage := range v.stages() {
		says, err := stage.do()
		if failure, ok := errors.AsType[*Failure](v.explain(err)); ok {
			return append(steps, outbound.Step{Label: stage.label, Says: failure.Says})
		}
		steps = append(steps, outbound.Step{Label: stage.label, OK: true, Says: says})
	}
	return steps
}

// many says a number of things in French.
func many(n int, one, several string) string {
	if n < 2 {
		return fmt.Sprintf("%d %s", n, one)
	}
	return fmt.Sprintf("%d %s", n, several)
}
