package mail

import (
	"errors"
	"testing"

	"github.com/emersion/go-smtp"
)

// TestMessageAlone tells what is wrong with one message from what is wrong with
// the server, whoever the message is for.
func TestMessageAlone(t *testing.T) {
	answer := func(code int) error { return &smtp.SMTPError{Code: code, Message: "non"} }
	for _, c := range []struct {
		where string
		code  int
		alone bool
	}{{"to", 550, true}, {"to", 451, true}, {"data", 554, true}, {"from", 553, false}, {"auth", 535, false}, {"to", 530, false}} {
		_, s := encrypted(t, TLS, map[string]error{c.where: answer(c.code)})
		f, ok := errors.AsType[*Failure](s.Send(t.Context(), loopback, welcome))
		if !ok || f.Message != c.alone {
			t.Errorf("%+v: %+v", c, f)
		}
	}
	_, s := encrypted(t, TLS, nil)
	for what, change := range map[string]func(*Server, *Message){
		"nobody":         func(_ *Server, m *Message) { m.To = "personne" },
		"an identifier":  func(_ *Server, m *Message) { m.ID = "a b" },
		"the sender":     func(_ *Server, m *Message) { m.From = "personne" },
		"another server": func(s *Server, _ *Message) { s.Port = 1 },
	} {
		server, m := s, welcome
		change(&server, &m)
		f, ok := errors.AsType[*Failure](server.Send(t.Context(), loopback, m))
		if want := what == "nobody" || what == "an identifier"; !ok || f.Message != want {
			t.Errorf("%s: %+v", what, f)
		}
	}
}
