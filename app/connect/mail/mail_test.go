package mail

import (
	"bufio"
	"bytes"
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net"
	netmail "net/mail"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode"

	"github.com/emersion/go-smtp"

	"preau/app/connect/outbound"
)

// welcome is a message with all that French and the protocol make difficult.
var welcome = Message{
	ID: "c2d7-1", From: "ne.pas.repondre@ent.example", FromName: "ENT « Les Érables », collège", To: "claire.martin@exemple.example",
	Subject: "Votre compte dans l’ENT est prêt : première connexion à faire avant la rentrée, élève n° 7 — œuvre",
	Text:    "Bonjour Claire,\n\nVoici où vous connecter :\n.\n.un point au début\nFrom la rentrée à Noël, ça ira.\n" + strings.Repeat("très long ", 200) + "\n",
	HTML:    "<p>Bonjour Claire, ça ira.</p>",
}

// A reading is a message as who receives it reads it.
type reading struct {
	header     netmail.Header
	text, html string
}

func read(t testing.TB, raw []byte) (r reading) {
	t.Helper()
	m, err := netmail.ReadMessage(bytes.NewReader(raw))
	must(t, err)
	r.header = m.Header
	kind, params, err := mime.ParseMediaType(m.Header.Get("Content-Type"))
	must(t, err)
	if kind != "multipart/alternative" {
		r.text = decoded(t, m.Body, m.Header.Get("Content-Transfer-Encoding"))
		return r
	}
	parts := multipart.NewReader(m.Body, params["boundary"])
	for {
		part, err := parts.NextRawPart()
		if err == io.EOF {
			return r
		}
		must(t, err)
		kind, params, err := mime.ParseMediaType(part.Header.Get("Content-Type"))
		must(t, err)
		if !strings.EqualFold(params["charset"], "UTF-8") {
			t.Errorf("%s is in %s", kind, params["charset"])
		}
		text := decoded(t, part, part.Header.Get("Content-Transfer-Encoding"))
		switch kind {
		case "text/plain":
			r.text += text
		case "text/html":
			r.html += text
		default:
			t.Errorf("a part is %s", kind)
		}
	}
}

func decoded(t testing.TB, body io.Reader, encoding string) string {
	t.Helper()
	if !strings.EqualFold(encoding, "quoted-printable") {
		t.Errorf("encoded as %q", encoding)
	}
	text, err := io.ReadAll(quotedprintable.NewReader(body))
	must(t, err)
	return strings.ReplaceAll(string(text), "\r\n", "\n")
}

// checkWelcome checks that a message arrived as it was written.
func checkWelcome(t testing.TB, raw []byte) {
	t.Helper()
	r := read(t, raw)
	subject, err := new(mime.WordDecoder).DecodeHeader(r.header.Get("Subject"))
	must(t, err)
	from, err := r.header.AddressList("From")
	must(t, err)
	to, err := r.header.AddressList("To")
	must(t, err)
	if subject != welcome.Subject || len(from) != 1 || from[0].Name != welcome.FromName || from[0].Address != welcome.From || len(to) != 1 || to[0].Address != welcome.To {
		t.Errorf("%q from %v to %v", subject, from, to)
	}
	if strings.TrimSuffix(r.text, "\n") != strings.TrimSuffix(welcome.Text, "\n") || strings.TrimSuffix(r.html, "\n") != welcome.HTML {
		t.Errorf("text %q\nHTML %q", r.text, r.html)
	}
	if id, auto := r.header.Get("Message-Id"), r.header.Get("Auto-Submitted"); id != "<c2d7-1@ent.example>" || auto != "auto-generated" {
		t.Errorf("Message-ID %s, Auto-Submitted %s", id, auto)
	}
	if at, err := r.header.Date(); err != nil || at.Before(time.Now().Add(-time.Hour)) {
		t.Errorf("Date %v, %v", at, err)
	}
	for _, name := range []string{"User-Agent", "X-Mailer"} {
		if r.header[name] != nil {
			t.Errorf("%s: %s", name, r.header[name])
		}
	}
	for line := range bytes.Lines(raw) {
		if len(line) > 200 || slices.ContainsFunc(line, func(b byte) bool { return b > '~' }) {
			t.Errorf("not fit for every relay: %q", line)
		}
	}
}

// TestSend delivers one message under each protection.
func TestSend(t *testing.T) {
	for _, security := range []Security{StartTLS, TLS} {
		t.Run(string(security), func(t *testing.T) {
			r, s := encrypted(t, security, nil)
			must(t, s.Send(t.Context(), loopback, welcome))
			delivered, tries := r.seen()
			if len(delivered) != 1 || delivered[0].from != welcome.From || !slices.Equal(delivered[0].to, []string{welcome.To}) || !slices.Equal(tries, []string{account + " " + secret}) {
				t.Fatalf("%+v, %q", delivered, tries)
			}
			checkWelcome(t, delivered[0].text)
		})
	}
	t.Run("plain, on a network of ours, without HTML", func(t *testing.T) {
		r := &relay{security: None}
		s := r.start(t)
		s.User = ""
		must(t, s.Send(t.Context(), loopback, Message{ID: "1", From: "ent@ent.example", To: "ali.benali@exemple.example", Subject: "Essai", Text: "Ça marche."}))
		delivered, tries := r.seen()
		if len(delivered) != 1 || len(tries) != 0 || strings.TrimSuffix(read(t, delivered[0].text).text, "\n") != "Ça marche." {
			t.Errorf("%+v, %q", delivered, tries)
		}
	})
}

// failure checks that an error is a failure of a kind, without any secret.
func failure(t testing.TB, err error, temporary bool, says string) {
	t.Helper()
	f, ok := err.(*Failure)
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

// TestRefused checks what each refusal of a server means for the message.
func TestRefused(t *testing.T) {
	answer := func(code int, says string) error { return &smtp.SMTPError{Code: code, Message: says} }
	for _, c := range []struct {
		at        string
		answer    error
		temporary bool
		says      string
	}{
		{"from", answer(451, "Try again later"), true, "remet l’expéditeur ne.pas.repondre@ent.example à plus tard : « 451 "},
		{"from", answer(553, "Not yours"), false, "refuse l’expéditeur ne.pas.repondre@ent.example : « 553 "},
		{"to", answer(450, "Greylisted"), true, "remet le destinataire claire.martin@exemple.example à plus tard"},
		{"to", answer(550, "No such user here"), false, "refuse le destinataire claire.martin@exemple.example : « 550 "},
		{"data", answer(452, "Disk full"), true, "remet le message à plus tard"},
		{"data", answer(554, "Spam"), false, "refuse le message : « 554 "},
		{"data", answer(554, "Line\x1b[31m one\nline\u202e two "+strings.Repeat("x", 5000)), false, "line two xxx"},
		{"auth", answer(454, "Directory is down"), true, "ne peut pas vérifier le compte « " + account + " » pour le moment (454)"},
		{"auth", answer(535, "The password "+secret+" is wrong"), false, "refuse le compte « " + account + " » (535)"},
	} {
		r, s := encrypted(t, StartTLS, map[string]error{c.at: c.answer})
		err := s.Send(t.Context(), loopback, welcome)
		failure(t, err, c.temporary, c.says)
		if strings.ContainsAny(err.Error(), "\x1b\n\u202e") || len(err.Error()) > 1000 {
			t.Errorf("what the server says is repeated as it is: %q", err)
		}
		if delivered, _ := r.seen(); len(delivered) != 0 {
			t.Errorf("%v delivered all the same", c.answer)
		}
	}
	_, s := encrypted(t, StartTLS, nil)
	s.Password = "autre"
	failure(t, s.Send(t.Context(), loopback, welcome), false, "vérifiez le nom et le mot de passe")
}

// TestUntrusted checks that nothing is told to a server that is not proved to be
// the one that was meant.
func TestUntrusted(t *testing.T) {
	valid, expired := time.Now().AddDate(1, 0, 0), time.Now().AddDate(0, 0, -1)
	for _, security := range []Security{StartTLS, TLS} {
		for _, c := range []struct {
			until   time.Time
			name    string
			trusted bool
			says    string
		}{
			{valid, "localhost", false, "n’est signé par aucune autorité connue"},
			{valid, "autre.example", true, "n’est pas au nom de localhost, mais de autre.example"},
			{expired, "localhost", true, "n’est valable que du"},
		} {
			cert, roots := certificate(t, c.until, c.name)
			r := &relay{security: security, cert: &cert}
			s := r.start(t)
			if c.trusted {
				s.Roots = roots
			}
			failure(t, s.Send(t.Context(), loopback, welcome), false, c.says)
			if delivered, tries := r.seen(); len(delivered)+len(tries) != 0 {
				t.Errorf("%s: the server saw %v %q", c.says, delivered, tries)
			}
		}
	}
}

// TestPlain checks that neither a message nor a password travels in clear
// because the server offers nothing better.
func TestPlain(t *testing.T) {
	r := &relay{security: StartTLS}
	s := r.start(t)
	failure(t, s.Send(t.Context(), loopback, welcome), false, "ne propose pas STARTTLS")
	s.Security = TLS
	failure(t, s.Send(t.Context(), loopback, welcome), false, "ne parle pas TLS")
	s.Security = None
	failure(t, s.Send(t.Context(), loopback, welcome), false, "mot de passe en clair")
	s.Security = "peut-être"
	failure(t, s.Send(t.Context(), loopback, welcome), false, "« peut-être » n’existe pas")
	if delivered, tries := r.seen(); len(delivered)+len(tries) != 0 {
		t.Errorf("the server saw %v %q", delivered, tries)
	}
	for _, host := range []string{"1.1.1.1", "93.184.215.14"} {
		far := Server{Host: host, Port: 25, Security: None}
		failure(t, far.Send(t.Context(), loopback, welcome), false, "Sans chiffrement, seul un serveur d’un réseau")
	}
}

// TestPolicy checks that a server is dialled through the policy.
func TestPolicy(t *testing.T) {
	r, s := encrypted(t, StartTLS, nil)
	for _, host := range []string{"localhost", "127.0.0.1"} {
		s.Host = host
		err := s.Send(t.Context(), outbound.Policy{}, welcome)
		failure(t, err, false, "--allow-network")
		if !errors.As(err, new(*outbound.Refusal)) || strings.Contains(err.Error(), "127.0.0.1") {
			t.Errorf("%s: %v", host, err)
		}
		if steps := s.Test(t.Context(), outbound.Policy{}); len(steps) != 1 || steps[0].OK || strings.Contains(steps[0].Says, "127.0.0.1") {
			t.Errorf("%s: %+v", host, steps)
		}
	}
	if delivered, tries := r.seen(); len(delivered)+len(tries) != 0 {
		t.Errorf("the server saw %v %q", delivered, tries)
	}
}

// converse answers each line of a client by the first answer whose key begins
// it, after a banner.
func converse(conn net.Conn, banner string, answers map[string]string) {
	fmt.Fprint(conn, banner)
	lines := bufio.NewScanner(conn)
	for lines.Scan() {
		for begins, answer := range answers {
			if strings.HasPrefix(lines.Text(), begins) {
				fmt.Fprint(conn, answer)
			}
		}
	}
}

// TestStrange meets servers that do not do as they should.
func TestStrange(t *testing.T) {
	polite := map[string]string{"EHLO": "250 bonjour\r\n", "MAIL": "250 ok\r\n", "RCPT": "250 ok\r\n", "DATA": "354 go\r\n", "QUIT": "221 bye\r\n"}
	for name, c := range map[string]struct {
		serve     func(net.Conn)
		temporary bool
		says      string
	}{
		"silent":           {func(conn net.Conn) { io.Copy(io.Discard, conn) }, true, "n’a pas répondu à temps"},
		"silent after all": {func(conn net.Conn) { converse(conn, "220 bonjour\r\n", polite) }, true, "n’a pas répondu à temps"},
		"gone":             {func(net.Conn) {}, true, "a coupé la connexion"},
		"busy":             {func(conn net.Conn) { converse(conn, "421 too many\r\n", nil) }, true, "remet la connexion à plus tard : « 421"},
		"closed":           {func(conn net.Conn) { converse(conn, "554 no service\r\n", nil) }, false, "refuse la connexion : « 554"},
		"a web server":     {func(conn net.Conn) { converse(conn, "HTTP/1.1 400 Bad Request\r\n\r\n", nil) }, false, "n’est pas un serveur de courriel"},
		"endless line": {func(conn net.Conn) {
			for _, err := conn.Write([]byte("220 ")); err == nil; _, err = conn.Write(bytes.Repeat([]byte("x"), 1<<16)) {
			}
		}, false, "n’est pas un serveur de courriel"},
		"endless answer": {func(conn net.Conn) {
			for _, err := conn.Write([]byte("220-bonjour\r\n")); err == nil; _, err = conn.Write(bytes.Repeat([]byte("220-bonjour\r\n"), 1<<12)) {
			}
		}, false, "n’est pas un serveur de courriel"},
	} {
		t.Run(name, func(t *testing.T) {
			s := script(t, c.serve)
			ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
			if !strings.HasPrefix(name, "silent") {
				ctx, cancel = context.WithCancel(t.Context())
			}
			defer cancel()
			failure(t, s.Send(ctx, loopback, welcome), c.temporary, c.says)
		})
	}
}

// TestEcho meets a server that says the password back.
func TestEcho(t *testing.T) {
	s := script(t, func(conn net.Conn) {
		fmt.Fprint(conn, "220 bonjour\r\n")
		for lines := bufio.NewScanner(conn); lines.Scan(); {
			if strings.HasPrefix(lines.Text(), "EHLO") {
				fmt.Fprint(conn, "250-bonjour\r\n250 AUTH CRAM-MD5\r\n")
				continue
			}
			fmt.Fprintf(conn, "535 %s %s %s\r\n", lines.Text(), secret, base64.StdEncoding.EncodeToString([]byte(secret)))
		}
	})
	s.User, s.Password = account, secret
	failure(t, s.Send(t.Context(), loopback, welcome), false, "refuse le compte")
	for _, step := range s.Test(t.Context(), loopback) {
		if strings.Contains(step.Says, secret) {
			t.Errorf("%+v", step)
		}
	}
}

// TestUnreachable names a server that is not there, or wrongly.
func TestUnreachable(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	port := listener.Addr().(*net.TCPAddr).Port
	listener.Close()
	s := Server{Host: "localhost", Port: port, Security: StartTLS}
	failure(t, s.Send(t.Context(), loopback, welcome), true, "Aucun serveur n’écoute")
	s.Host = "nulle part.invalid"
	failure(t, s.Send(t.Context(), loopback, welcome), true, "n’existe pas")
	for _, s := range []Server{{Port: 25}, {Host: "localhost"}, {Host: "localhost", Port: 65536}, {Host: "localhost", Port: -1}} {
		failure(t, s.Send(t.Context(), loopback, welcome), false, "incomplète")
	}
}

// TestStopped ends a sending with the appliance.
func TestStopped(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	s := script(t, func(conn net.Conn) { cancel(); io.Copy(io.Discard, conn) })
	failure(t, s.Send(ctx, loopback, welcome), true, "interrompu")
}

// TestInjection puts line ends and more wherever a text goes into a header or a
// command: the message has the headers and the recipient of any other, or is
// refused before the server is called.
func TestInjection(t *testing.T) {
	r, s := encrypted(t, StartTLS, nil)
	must(t, s.Send(t.Context(), loopback, Message{ID: "1", From: "ent@ent.example", FromName: "ENT", To: "claire.martin@exemple.example", Subject: "Essai", Text: "Bonjour", HTML: "<p>Bonjour"}))
	before, _ := r.seen()
	headers := func(raw []byte) (names []string) {
		for name, values := range read(t, raw).header {
			names = append(names, fmt.Sprint(name, len(values)))
		}
		slices.Sort(names)
		return names
	}
	for _, evil := range []string{
		"\r\nBcc: eve@exemple.example", "\nBcc: eve@exemple.example", "\rBcc: eve@exemple.example", "\r\n\r\n<script>", "é\r\nBcc: eve@exemple.example", "\u0085Bcc: eve@exemple.example",
		"\u2028Bcc: eve@exemple.example", "\x00Bcc: eve@exemple.example", strings.Repeat("long ", 300) + "\r\n Bcc: eve@exemple.example", "=?utf-8?q?=0D=0ABcc:_eve@exemple.example?=",
		"\" <eve@exemple.example>, \"", "\\\" <eve@exemple.example>", ">, <eve@exemple.example", "> NOTIFY=SUCCESS", "\r\nRCPT TO:<eve@exemple.example>", "\r\n.\r\nMAIL FROM:<eve@exemple.example>", "\xff\xfe\r\nBcc: eve",
	} {
		must(t, s.Send(t.Context(), loopback, Message{ID: "2", From: "ent@ent.example", FromName: "ENT" + evil, To: "claire.martin@exemple.example", Subject: "Essai" + evil, Text: "Bonjour" + evil, HTML: "<p>" + evil}))
		delivered, _ := r.seen()
		last := delivered[len(delivered)-1]
		if got, wanted := headers(last.text), headers(before[0].text); !slices.Equal(got, wanted) {
			t.Errorf("%q: headers %v, wanted %v", evil, got, wanted)
		}
		m := read(t, last.text)
		from, err := m.header.AddressList("From")
		must(t, err)
		to, err := m.header.AddressList("To")
		must(t, err)
		if len(last.to) != 1 || len(from) != 1 || len(to) != 1 || from[0].Address != "ent@ent.example" {
			t.Errorf("%q: to %v, From %v, To %v", evil, last.to, from, to)
		}
		subject, err := new(mime.WordDecoder).DecodeHeader(m.header.Get("Subject"))
		must(t, err)
		if strings.ContainsFunc(subject+from[0].Name, unicode.IsControl) && !strings.Contains(evil, "=?") {
			t.Errorf("%q: read as %q from %q", evil, subject, from[0].Name)
		}
		for _, m := range []Message{
			{ID: "3", From: "ent@ent.example" + evil, To: "claire.martin@exemple.example"}, {ID: "3", From: evil + "ent@ent.example", To: "claire.martin@exemple.example"},
			{ID: "3", From: "ent@ent.example", To: "claire.martin@exemple.example" + evil}, {ID: "3", From: "ent@ent.example", To: "claire" + evil + "@exemple.example"},
			{ID: "3" + evil, From: "ent@ent.example", To: "claire.martin@exemple.example"},
			{ID: "3", From: "ent@ent.example", To: "claire.martin@exemple.example", ReplyTo: "ent@ent.example" + evil},
		} {
			failure(t, s.Send(t.Context(), loopback, m), false, "L’")
		}
		if after, _ := r.seen(); len(after) != len(delivered) {
			t.Errorf("%q: %d messages arrived, wanted %d", evil, len(after), len(delivered))
		}
	}
	for _, address := range []string{"", "@", "a@", "@b.example", "a b@c.example", "a@b@c.example", "a..b@c.example", "Claire <a@b.example>", "<a@b.example>", "a@b.example, c@d.example", "élodie@exemple.example", "a@exemplé.example", "\"a b\"@c.example", "a@[127.0.0.1]", strings.Repeat("a", 65) + "@b.example", "a@" + strings.Repeat("b", 254)} {
		failure(t, s.Send(t.Context(), loopback, Message{ID: "4", From: "ent@ent.example", To: address}), false, "n’est pas celle d’un courriel")
	}
}

// TestAnswer reads the headers of an answer as a client of mail does.
func TestAnswer(t *testing.T) {
	r, s := encrypted(t, TLS, nil)
	m := welcome
	m.InReplyTo, m.References, m.ReplyTo = "CAF=a+b_1@mail.exemple.example", []string{"premier@[192.0.2.1]", "CAF=a+b_1@mail.exemple.example"}, "demandes@ent.example"
	must(t, s.Send(t.Context(), loopback, m))
	for i := range 40 {
		m.References = append(m.References, fmt.Sprintf("%d.%s@exemple.example", i, strings.Repeat("x", 150)))
	}
	must(t, s.Send(t.Context(), loopback, m))
	delivered, _ := r.seen()
	for i, wanted := range []string{"<premier@[192.0.2.1]> <CAF=a+b_1@mail.exemple.example>", "<premier@[192.0.2.1]> <21." + strings.Repeat("x", 150) + "@exemple.example> <22."} {
		checkWelcome(t, delivered[i].text)
		h := read(t, delivered[i].text).header
		if h.Get("In-Reply-To") != "<CAF=a+b_1@mail.exemple.example>" || h.Get("Reply-To") != "<demandes@ent.example>" || !strings.HasPrefix(h.Get("References"), wanted) {
			t.Errorf("In-Reply-To %q, References %q, Reply-To %q", h.Get("In-Reply-To"), h.Get("References"), h.Get("Reply-To"))
		}
		if n := strings.Count(h.Get("References"), "@"); n > 20 {
			t.Errorf("%d ids", n)
		}
	}
}

// TestOddIDs: what a stranger calls an id neither keeps an answer from leaving
// nor adds anything to its headers (IN-08).
func TestOddIDs(t *testing.T) {
	r, s := encrypted(t, TLS, nil)
	odd := []string{
		"", "@", "a@", "@b", "ab", "a@b@c", "<a@b>", "a@b> <c@d", "a b@c", "a@b c", "a@b,c@d", "a@b;c", "a@b\r\nBcc: eve@exemple.example", "a@b\nBcc: eve@exemple.example", "a@b\r", "a\x00@b", "é@b", "a@\u2028b",
		"a@b(c)", "\"a\"@b", "a\\@b", "=?utf-8?q?=0D=0ABcc:_eve?=@b", strings.Repeat("a", 200) + "@b", "\xff@b",
	}
	for _, evil := range odd {
		must(t, s.Send(t.Context(), loopback, Message{ID: "5", From: "ent@ent.example", To: "claire.martin@exemple.example", Text: "Bonjour", InReplyTo: evil, References: []string{evil, "bon@exemple.example", evil}}))
		delivered, _ := r.seen()
		h := read(t, delivered[len(delivered)-1].text).header
		if h.Get("In-Reply-To") != "" || h.Get("References") != "<bon@exemple.example>" || h.Get("Bcc") != "" || len(h["In-Reply-To"]) != 0 {
			t.Errorf("%q: %q", evil, h)
		}
	}
}

// TestSteps reads what « Tester » tells, and checks that it sends nothing.
func TestSteps(t *testing.T) {
	tell := func(steps []Step) (told string) {
		for _, s := range steps {
			told += fmt.Sprintf("%s %v. ", s.Label, s.OK)
			if s.Says == "" {
				t.Errorf("%s says nothing", s.Label)
			}
		}
		return strings.TrimSpace(told)
	}
	all := "Connexion true. Chiffrement true. Authentification true."
	for _, security := range []Security{StartTLS, TLS} {
		r, s := encrypted(t, security, nil)
		if told := tell(s.Test(t.Context(), loopback)); told != all {
			t.Errorf("%s: %s", security, told)
		}
		s.Password = "autre"
		if told := tell(s.Test(t.Context(), loopback)); told != "Connexion true. Chiffrement true. Authentification false." {
			t.Errorf("%s, wrong password: %s", security, told)
		}
		s.Roots = nil
		if told := tell(s.Test(t.Context(), loopback)); told != "Connexion true. Chiffrement false." {
			t.Errorf("%s, unknown authority: %s", security, told)
		}
		if delivered, _ := r.seen(); len(delivered) != 0 {
			t.Errorf("a test sent %v", delivered)
		}
	}
	s := (&relay{security: None}).start(t)
	s.User = ""
	if told := tell(s.Test(t.Context(), loopback)); told != all {
		t.Errorf("plain: %s", told)
	}
	s = script(t, func(net.Conn) {})
	if told := tell(s.Test(t.Context(), loopback)); told != "Connexion false." {
		t.Errorf("gone: %s", told)
	}
}
