// Package mail hands one message over to a mail server, and tells an
// administrator in French why it could not.
package mail

import (
	"context"
	"crypto/x509"
	"errors"
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

// Server is a mail server that relays what we send.
type Server struct {
	Host           string // a name or an address, without the port
	Port           int
	Security       Security
	User, Password string         // no authentication when User is ""
	Roots          *x509.CertPool // nil for the system's
}

// Message is one message to one person.
type Message struct {
	ID                          string // left part of Message-ID, ours: letters, digits, . - _ +
	From, FromName, To, Subject string // bare addresses, in ASCII
	Text, HTML                  string // HTML may be ""

	// What it answers, and where to answer it. The ids are complete, left@right
	// without angle brackets; as they come from other people's mail, what is not
	// such an id is left out, and the message leaves all the same.
	InReplyTo  string
	References []string // oldest first; the first and the last nineteen leave
	ReplyTo    string   // a bare address, in ASCII, or ""
}

const (
	sendTimeout = time.Minute      // of a whole sending
	testTimeout = 10 * time.Second // of somebody who waits in front of the page
)

// Send delivers one message, within a minute. Its error is a *Failure, which
// says whether trying again later may succeed. A message may have been
// delivered in spite of a temporary failure, when the last answer was lost.
func (s Server) Send(ctx context.Context, p outbound.Policy, m Message) error {
	text, err := compose(m)
	if err != nil {
		return err
	}
	during, cancel := context.WithTimeout(ctx, sendTimeout)
	defer cancel()
	v := visit{Server: s, policy: p}
	defer v.leave()
	for _, stage := range v.stages() {
		if _, err = stage.do(during); err != nil {
			break
		}
	}
	if err == nil {
		err = v.hand(m, text)
	}
	if err != nil && errors.Is(ctx.Err(), context.Canceled) {
		return &Failure{Temporary: true, Says: "L’envoi a été interrompu par l’arrêt de l’appareil.", Err: ctx.Err()}
	}
	return v.explain(err)
}

// hand gives the message to a server that is ready for it.
func (v *visit) hand(m Message, text []byte) error {
	if err := v.client.Mail("<" + m.From + ">"); err != nil {
		return refused{"l’expéditeur " + m.From, false, err}
	}
	if err := v.client.Rcpt("<" + m.To + ">"); err != nil {
		return refused{"le destinataire " + m.To, true, err}
	}
	w, err := v.client.Data()
	if err == nil {
		_, err = w.Write(text)
	}
	if err == nil {
		err = w.Close()
	}
	if err != nil {
		return refused{"le message", true, err}
	}
	return nil
}

// Step is one step of a test, and how it went.
type Step = outbound.Step

// Test connects, encrypts and authenticates without sending, within ten
// seconds, and tells each step up to the first that fails.
func (s Server) Test(ctx context.Context, p outbound.Policy) (steps []Step) {
	ctx, cancel := context.WithTimeout(ctx, testTimeout)
	defer cancel()
	v := visit{Server: s, policy: p}
	defer v.leave()
	for _, stage := range v.stages() {
		says, err := stage.do(ctx)
		if failure, ok := errors.AsType[*Failure](v.explain(err)); ok {
			return append(steps, Step{Label: stage.label, Says: failure.Says})
		}
		steps = append(steps, Step{Label: stage.label, OK: true, Says: says})
	}
	return steps
}
