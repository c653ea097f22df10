package imap

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/emersion/go-imap/v2"
)

const allSteps = "Connexion true. Chiffrement true. Authentification true. Boîte true."

// TestFetch takes the mail of a server under each protection, by each way of
// moving it that a server may know, oldest first.
func TestFetch(t *testing.T) {
	for _, c := range []struct {
		security Security
		caps     []imap.Cap
	}{
		{TLS, []imap.Cap{imap.CapMove, imap.CapUIDPlus}}, {StartTLS, []imap.Cap{imap.CapMove, imap.CapUIDPlus, imap.CapNamespace}}, {TLS, []imap.Cap{imap.CapUIDPlus}}, {TLS, nil}, {TLS, []imap.Cap{imap.CapIMAP4rev2}},
	} {
		user, s := memory(t, c.security, c.caps...)
		for n := range 3 {
			deliver(t, user, letter(n))
		}
		deliver(t, user, letter(90), imap.FlagSeen)
		deliver(t, user, letter(91), imap.FlagDeleted)
		if said := told(t, s); said != allSteps {
			t.Errorf("%v: %s", c, said)
		}
		if n := held(t, user, "Traites"); n != -1 {
			t.Errorf("%v: the test made the folder", c)
		}
		taken := newStore()
		must(t, s.Fetch(t.Context(), loopback, taken.seen, taken.take))
		if want := []string{letter(0), letter(1), letter(2)}; !slices.Equal(taken.texts, want) {
			t.Errorf("%v: took %q", c, taken.texts)
		}
		left := 2
		if len(c.caps) == 0 {
			left = 5 // nothing is expunged where others could lose by it
		}
		if in, done := held(t, user, "INBOX"), held(t, user, "Traites"); in != left || done != 3 {
			t.Errorf("%v: %d left, %d done", c, in, done)
		}
		must(t, s.Fetch(t.Context(), loopback, func(uint32, uint32) bool { return false }, func(Mail) error { return errors.New("a message is given again") }))
	}
}

// TestLarge reads a message of several chunks, and the headers alone of one
// that is too large.
func TestLarge(t *testing.T) {
	user, s := memory(t, TLS, imap.CapMove)
	var want []string
	for _, size := range []int{chunk - 1, chunk, chunk + 1, 3 * chunk} {
		head := letter(size)
		rest := size - len(head)
		want = append(want, head+strings.Repeat("é\r\n", rest/4)+strings.Repeat("x", rest%4))
		deliver(t, user, want[len(want)-1])
	}
	deliver(t, user, letter(7)+strings.Repeat("x", MaxSize))
	taken := newStore()
	must(t, s.Fetch(t.Context(), loopback, taken.seen, func(m Mail) error {
		if m.TooLarge != (m.UID == 5) || m.UID < 5 && m.Size != int64(len(want[m.UID-1])) {
			t.Errorf("%+v", m)
		}
		return taken.take(m)
	}))
	head, _, _ := strings.Cut(letter(7), "Bonjour")
	if want = append(want, head); !slices.Equal(taken.texts, want) {
		for i, text := range taken.texts {
			t.Errorf("message %d: %d bytes, wanted %d", i, len(text), len(want[i]))
		}
	}
	if in, done := held(t, user, "INBOX"), held(t, user, "Traites"); in != 0 || done != 5 {
		t.Errorf("%d left, %d done", in, done)
	}
}

// TestManyMails takes no more than its share in one visit, the oldest.
func TestManyMails(t *testing.T) {
	user, s := memory(t, TLS, imap.CapMove)
	for n := range MaxMails + 3 {
		deliver(t, user, letter(n))
	}
	taken := newStore()
	for _, total := range []int{MaxMails, MaxMails + 3, MaxMails + 3} {
		must(t, s.Fetch(t.Context(), loopback, taken.seen, taken.take))
		if len(taken.texts) != total || taken.texts[total-1] != letter(total-1) {
			t.Errorf("%d taken, wanted %d", len(taken.texts), total)
		}
	}
}

// TestRefusedMail leaves what take refuses where it is, unread, and gives what
// follows all the same.
func TestRefusedMail(t *testing.T) {
	user, s := memory(t, TLS, imap.CapMove)
	for n := range 3 {
		deliver(t, user, letter(n))
	}
	full := errors.New("the disk is full")
	taken := newStore()
	err := s.Fetch(t.Context(), loopback, taken.seen, func(m Mail) error {
		if m.UID == 2 {
			return full
		}
		return taken.take(m)
	})
	if !errors.Is(err, full) || len(taken.texts) != 2 || held(t, user, "INBOX") != 1 {
		t.Errorf("%v, took %q, left %d", err, taken.texts, held(t, user, "INBOX"))
	}
	must(t, s.Fetch(t.Context(), loopback, taken.seen, taken.take))
	if want := []string{letter(0), letter(2), letter(1)}; !slices.Equal(taken.texts, want) || held(t, user, "INBOX") != 0 {
		t.Errorf("took %q", taken.texts)
	}
}

// TestKilled ends visits at every point of them: no message is lost nor given
// twice to a store that knows what it has.
func TestKilled(t *testing.T) {
	for _, caps := range [][]imap.Cap{{imap.CapMove}, {imap.CapUIDPlus}} {
		for budget := 0; ; budget++ {
			user, s := memory(t, TLS, caps...)
			for n := range 3 {
				deliver(t, user, letter(n))
			}
			through, used := cut(t, s, budget)
			taken := newStore()
			err := through.Fetch(t.Context(), loopback, taken.seen, taken.take)
			must(t, s.Fetch(t.Context(), loopback, taken.seen, taken.take))
			slices.Sort(taken.texts)
			if want := []string{letter(0), letter(1), letter(2)}; !slices.Equal(taken.texts, want) {
				t.Fatalf("cut after %d: took %q", budget, taken.texts)
			}
			if done := held(t, user, "Traites"); done < 3 {
				t.Errorf("cut after %d: %d done", budget, done)
			}
			again := newStore()
			if must(t, s.Fetch(t.Context(), loopback, again.seen, again.take)); len(again.texts) != 0 {
				t.Errorf("cut after %d: %q is left", budget, again.texts)
			}
			if used() <= budget {
				must(t, err)
				if budget < 10 {
					t.Errorf("only %d answers were cut", budget)
				}
				break
			}
			if !errors.As(err, new(*Failure)) && err != nil {
				t.Errorf("cut after %d: %v", budget, err)
			}
		}
	}
}

// TestStopped: the stop of the appliance ends a visit, and what is left waits.
func TestStopped(t *testing.T) {
	user, s := memory(t, TLS, imap.CapMove)
	for n := range 3 {
		deliver(t, user, letter(n))
	}
	ctx, stop := context.WithCancel(t.Context())
	taken := newStore()
	err := s.Fetch(ctx, loopback, taken.seen, func(m Mail) error {
		stop()
		return taken.take(m)
	})
	failure(t, err, true, "arrêt de l’appareil")
	must(t, s.Fetch(t.Context(), loopback, taken.seen, taken.take))
	if len(taken.texts) != 3 || held(t, user, "INBOX") != 0 {
		t.Errorf("took %q", taken.texts)
	}
}

// TestHalfRead: a take that does not notice that its reading failed takes
// nothing: the message stays.
func TestHalfRead(t *testing.T) {
	for _, c := range []struct {
		answer, says string
		temporary    bool
	}{
		{"* 1 FETCH (UID 4 BODY[]<0> {3000}\r\nSubject: demi", "a coupé la connexion", true},
		{"* 1 FETCH (UID 4 BODY[] {3}\r\nabc)\r\n", "par morceaux", false},
		{"* 1 FETCH (UID 4 BODY[]<0> NIL)\r\n", "par morceaux", false},
	} {
		heard := &hearing{}
		s := script(t, func(conn net.Conn) {
			dialogue(map[string]string{"UID SEARCH": "* SEARCH 4\r\n", "RFC822.SIZE": "* 1 FETCH (UID 4 RFC822.SIZE 3000)\r\n", "BODY.PEEK": c.answer})(heard.of(conn))
		})
		err := s.Fetch(t.Context(), loopback, func(uint32, uint32) bool { return false }, func(m Mail) error {
			io.Copy(io.Discard, m.Body)
			return nil
		})
		failure(t, err, c.temporary, c.says)
		if said := heard.String(); strings.Contains(said, "MOVE") || strings.Contains(said, "STORE") {
			t.Errorf("%q: said\n%s", c.answer, said)
		}
	}
}

// TestSettings refuses what no server could do anything with, before any packet.
func TestSettings(t *testing.T) {
	_, s := memory(t, TLS, imap.CapMove)
	for says, change := range map[string]func(*Server){
		"est incomplète":               func(s *Server) { s.Host = "" },
		"un port entre 1 et 65535":     func(s *Server) { s.Port = 70000 },
		"donnez les deux":              func(s *Server) { s.Password = "" },
		"un compte et un mot de passe": func(s *Server) { s.User = "a\r\nT9 DELETE INBOX" },
		"ne peut pas être le nom":      func(s *Server) { s.Mailbox = "INBOX\r\nT9 DELETE INBOX" },
		"être le nom d’un dossier":     func(s *Server) { s.Done = "*" },
		"doit être un autre":           func(s *Server) { s.Done = "inbox" },
		"n’existe pas : choisissez":    func(s *Server) { s.Security = "ssl" },
		"refuse d’ouvrir le dossier":   func(s *Server) { s.Mailbox = "Absente" },
		"vérifiez le nom et le mot":    func(s *Server) { s.Password = "autre" },
		"n’est signé par aucune":       func(s *Server) { s.Roots = nil },
		"ne parle pas TLS":             func(s *Server) { *s = script(t, dialogue(nil)); s.Security = TLS },
		"qui n’a pas été envoyé": func(s *Server) {
			*s = script(t, dialogue(map[string]string{"CAPABILITY": "* CAPABILITY IMAP4rev1 AUTH=PLAIN\r\n"}))
		},
		"Aucun serveur n’écoute":        func(s *Server) { s.Port = 1 },
		"vérifiez l’adresse du serveur": func(s *Server) { s.Host = "absent.invalid" },
	} {
		server := s
		change(&server)
		err := server.Fetch(t.Context(), loopback, nil, nil)
		f, ok := errors.AsType[*Failure](err)
		if !ok {
			t.Errorf("%s: %v", says, err)
			continue
		}
		if says == "vérifiez l’adresse du serveur" && f.Temporary && strings.Contains(f.Says, "absent.invalid") {
			continue // a machine without a resolver cannot tell that a name does not exist
		}
		failure(t, err, says == "Aucun serveur n’écoute" || says == "vérifiez l’adresse du serveur", strings.ReplaceAll(says, " :", "\u00a0:"))
	}
	s.Password = "autre"
	if said := told(t, s); said != "Connexion true. Chiffrement true. Authentification false." {
		t.Error(said)
	}
	s.Password, s.Mailbox = secret, "Absente"
	if said := told(t, s); said != "Connexion true. Chiffrement true. Authentification true. Boîte false." {
		t.Error(said)
	}
}

// TestInside: without encryption, a server of the Internet is not even joined.
func TestInside(t *testing.T) {
	s := Server{Host: "192.0.2.7", Port: 143, Security: None, User: account, Password: secret}
	failure(t, s.Fetch(t.Context(), loopback, nil, nil), false, "n’a pas le droit de joindre")
	s.Host = "1.1.1.1"
	failure(t, s.Fetch(t.Context(), loopback, nil, nil), false, "Sans chiffrement, seul un serveur")
}

// TestHostile meets servers that are none, hang, never end, or quote what they
// were told.
func TestHostile(t *testing.T) {
	endless := strings.Repeat("x", 3*maxAnswer)
	for says, answers := range map[string]map[string]string{
		"n’est pas un serveur IMAP":                    {"": "220 courriel.exemple.example ESMTP\r\n"},
		"n’est pas un serveur IMAP ":                   {"": "HTTP/1.1 400 Bad Request\r\n\r\n"},
		"n’est pas un serveur IMAP  ":                  {"": "* OK " + endless},
		"refuse la connexion":                          {"": "* BYE trop\x1b[31m de monde\r\n"},
		"répond sans fin":                              {"CAPABILITY": "* CAPABILITY " + endless},
		"répond sans fin ":                             {"UID SEARCH": "* SEARCH" + strings.Repeat(" 1", maxAnswer)},
		"répond sans fin  ":                            {"UID SEARCH": "* SEARCH 4\r\n", "RFC822.SIZE": "* 1 FETCH (UID 4 RFC822.SIZE 30)\r\n", "BODY.PEEK": "* 1 FETCH (UID 4 BODY[]<0> {4000000000}\r\n" + endless},
		"autre chose que de l’IMAP":                    {"UID SEARCH": "* 1 FETCH (((((\r\n"},
		"ne sait pas donner un message par morceaux":   {"UID SEARCH": "* SEARCH 4\r\n", "RFC822.SIZE": "* 1 FETCH (UID 4 RFC822.SIZE 30)\r\n", "BODY.PEEK": "* 1 FETCH (UID 4 BODY[] {3}\r\nabc)\r\n"},
		"ne donne pas de numéro durable à ses message": {"SELECT": "* 1 EXISTS\r\n"},
		"vérifiez le nom et le mot de passe":           {"AUTHENTICATE": "NO The password " + secret + " is wrong"},
	} {
		s := script(t, dialogue(answers))
		taken := newStore()
		err := s.Fetch(t.Context(), loopback, taken.seen, taken.take)
		failure(t, err, strings.Contains(says, "la connexion"), strings.TrimSpace(says))
		if len(taken.texts) != 0 || err != nil && (strings.ContainsAny(err.Error(), "\x1b") || len(err.Error()) > 1000) {
			t.Errorf("%s: took %q, %.1000q", says, taken.texts, err)
		}
	}
}

// TestFull: a message that its folder refuses is neither deleted nor moved, and
// is not looked at again.
func TestFull(t *testing.T) {
	for _, c := range []struct{ capability, refused string }{{"MOVE", "UID MOVE"}, {"UIDPLUS", "UID COPY"}} {
		heard := &hearing{}
		s := script(t, func(conn net.Conn) {
			dialogue(map[string]string{
				"CAPABILITY": "* CAPABILITY IMAP4rev1 AUTH=CRAM-MD5 " + c.capability + "\r\n", "UID SEARCH": "* SEARCH 4\r\n",
				"RFC822.SIZE": "* 1 FETCH (UID 4 RFC822.SIZE 3)\r\n", "BODY.PEEK": "* 1 FETCH (UID 4 BODY[]<0> {3}\r\nabc)\r\n", c.refused: "NO [OVERQUOTA] plein",
			})(heard.of(conn))
		})
		taken := newStore()
		failure(t, s.Fetch(t.Context(), loopback, taken.seen, taken.take), false, "refuse de ranger un message")
		if said := heard.String(); strings.Contains(said, "Deleted") || strings.Contains(said, "EXPUNGE") || !strings.Contains(said, "UID STORE 4 +FLAGS.SILENT (\\Seen)") || len(taken.texts) != 1 {
			t.Errorf("%s: took %q, said\n%s", c.capability, taken.texts, said)
		}
	}
}

// TestUnfolded: two numbers that stand for four billion messages are not unfolded.
func TestUnfolded(t *testing.T) {
	s := script(t, dialogue(map[string]string{"UID SEARCH": "* ESEARCH (TAG \"%tag\") UID ALL 1:4294967295\r\n"}))
	given := 0
	must(t, s.Fetch(t.Context(), loopback, func(uint32, uint32) bool { given++; return false }, newStore().take))
	if given != MaxMails {
		t.Errorf("%d messages", given)
	}
}

// TestSilent: a server that says nothing, at any point, is not waited for.
func TestSilent(t *testing.T) {
	for _, answers := range []map[string]string{{"": "…"}, {"CAPABILITY": "…"}, {"EXAMINE": "…"}} {
		soon, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
		steps := script(t, dialogue(answers)).Test(soon, loopback)
		if last := steps[len(steps)-1]; last.OK || !strings.Contains(last.Says, "n’a pas répondu à temps") {
			t.Errorf("%v: %+v", answers, steps)
		}
		cancel()
	}
	s := script(t, dialogue(map[string]string{"CAPABILITY": "…"}))
	v := s.visit(t.Context(), loopback)
	defer v.leave()
	if _, err := v.connect(); err != nil {
		t.Fatal(err)
	}
	v.conn.hurry(time.Millisecond)
	_, err := v.authenticate()
	failure(t, v.explain(err), true, "n’a pas répondu à temps")
	ours, theirs := net.Pipe()
	defer theirs.Close()
	conn := bound(t.Context(), ours)
	conn.hurry(time.Millisecond)
	_, first := conn.Read(make([]byte, 1))
	conn.hurry(time.Hour)
	if _, again := conn.Read(make([]byte, 1)); first == nil || again != first { // the library reads again, and would wait each time
		t.Errorf("%v, then %v", first, again)
	}
	if got := fmt.Sprint(many(0, "message", "messages"), many(1, "message", "messages"), many(2, "message", "messages")); got != "0 message1 message2 messages" {
		t.Error(got)
	}
}
