package letter

import (
	"errors"
	"io"
	"runtime"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// nested is a mail whose parts are inside each other.
func nested(depth int) string {
	var b strings.Builder
	b.WriteString("From: claire@exemple.example\r\nContent-Type: multipart/mixed; boundary=0x\r\n\r\n")
	for i := range depth {
		name := strings.Repeat("i", i+1)
		b.WriteString("--" + strings.Repeat("i", i) + "x\r\nContent-Type: multipart/mixed; boundary=" + name + "x\r\n\r\n")
	}
	return strings.Replace(b.String(), "boundary=0x", "boundary=x", 1) + "--" + strings.Repeat("i", depth) + "x\r\n\r\nAu fond\r\n"
}

// hostiles are mails that nobody wrote.
var hostiles = map[string]string{
	"10,000 parts":        with(slicesRepeat("\nUn", 10_000)...),
	"100 deep":            nested(100),
	"half a boundary":     mail("Content-Type: multipart/mixed; boundary=b\n", "--b\n\nUn\n--"),
	"same boundary":       mail("Content-Type: multipart/mixed; boundary=b\n", "--b\nContent-Type: multipart/mixed; boundary=b\n\n--b\n\nUn\n--b--\n--b--\n"),
	"bad part header":     mail("Content-Type: multipart/mixed; boundary=b\n", "--b\nrien\n\nUn\n--b\n\nDeux\n--b--\n"),
	"long part header":    mail("Content-Type: multipart/mixed; boundary=b\n", "--b\nX: "+strings.Repeat("x", 2*maxHeader)+"\n\nUn\n--b--\n"),
	"many part headers":   mail("Content-Type: multipart/mixed; boundary=b\n", "--b\n"+strings.Repeat("a:\n", maxHeader)+"\nUn\n--b--\n"),
	"long preamble":       mail("Content-Type: multipart/mixed; boundary=b\n", strings.Repeat("x", 2*maxHeader)+"\n--b\n\nUn\n--b--\n"),
	"NULs":                mail("X: \x00\nContent-Type: text/plain; charset=\x00\n", strings.Repeat("\x00", 1000)),
	"many parameters":     mail("Content-Type: text/plain"+strings.Repeat("; a*0=b", 10_000)+"\n", "Un"),
	"parameter pieces":    with("Content-Disposition: attachment; " + pieces(5000) + "\n\nUn"),
	"many addresses":      "From: claire@exemple.example\r\nTo: " + strings.Repeat("a@b.example, ", 10_000) + "c@d.example\r\n\r\nUn",
	"nested comments":     "From: " + strings.Repeat("(", 100_000) + "claire@exemple.example\r\n\r\nUn",
	"many ids":            mail("References: "+strings.Repeat("<a@b.example> ", 10_000)+"\n", "Un"),
	"encoded words":       mail("Subject: "+strings.Repeat("=?utf-8?q?=C3?= ", 10_000)+"\n", "Un"),
	"combining":           mail("", "a"+strings.Repeat("\u0301", 100_000)),
	"bidi":                mail("Subject: \u202ea\u2066b\u200f\n", "\u202e\u2067x"),
	"quotes":              mail("", strings.Repeat("> ", 100_000)+"\n"+strings.Repeat("Le 1 a écrit 10:10 :\n", 10_000)),
	"announcement":        mail("", strings.Repeat("Le "+strings.Repeat("a", 300)+"\n", 300)),
	"attributes":          mail("Content-Type: text/html\n", "<a "+strings.Repeat("x=y ", 100_000)+">Un</a>"),
	"entities":            mail("Content-Type: text/html\n", strings.Repeat("&#x202e;&#0;&#27;&NotEqualTilde;", 10_000)),
	"links":               mail("Content-Type: text/html\n", strings.Repeat("<a href=https://a.example/>x</a>", 50_000)),
	"not a transfer":      mail("Content-Transfer-Encoding: base64\n", "é*=*=AAAA"),
	"ends in a header":    "From: claire@exemple.example\r\nSubject: sans f",
	"only line feeds":     "From: claire@exemple.example\n\nUn\n",
	"only carriage":       "From: claire@exemple.example\r\rUn\r",
	"utf-7":               mail("Content-Type: text/plain; charset=utf-7\n", "+ADw-script+AD4-"),
	"charset of HTML":     mail("Content-Type: text/html; charset=x-user-defined\n", "\xff\xfe<p>"),
	"replacement charset": mail("Content-Type: text/plain; charset=hz-gb-2312\n", "~{<:Ky2;~}\xff"),
}

func slicesRepeat(part string, n int) (parts []string) {
	for range n {
		parts = append(parts, part)
	}
	return parts
}

func pieces(n int) string {
	var b strings.Builder
	for i := range n {
		b.WriteString("filename*" + strings.Repeat("0", i%3) + "*=a%; ")
	}
	return b.String()
}

// kept checks what a letter promises of all that it holds.
func kept(t testing.TB, l Letter) {
	t.Helper()
	text := func(s string, lines bool, most int) {
		if !utf8.ValidString(s) || !norm.NFC.IsNormalString(s) || utf8.RuneCountInString(s) > most {
			t.Errorf("%.200q", s)
		}
		for _, c := range s {
			if unicode.IsControl(c) && !(lines && (c == '\n' || c == '\t')) || unicode.In(c, unicode.Bidi_Control, unicode.Zl, unicode.Zp) || c == '\ufeff' || c == '\u200b' {
				t.Errorf("%.200q holds %U", s, c)
			}
		}
	}
	text(l.Text, true, MaxText)
	text(l.Whole, true, MaxText)
	text(l.Subject, false, maxLine)
	text(l.FromName, false, maxLine)
	for _, f := range l.Files {
		text(f.Name, false, maxName)
		if f.Name == "" || strings.ContainsAny(f.Name, `/\`) || f.Size < 0 || f.Size > MaxFile {
			t.Errorf("%+v", f)
		}
	}
	for _, f := range l.Refused {
		text(f.Name, false, maxName)
		if f.Why == "" {
			t.Errorf("%+v", f)
		}
	}
	for _, id := range append([]string{l.ID, l.InReplyTo}, l.References...) {
		if id != "" && (!identifies(id) || strings.ContainsAny(id, "<>\r\n ")) {
			t.Errorf("id %q", id)
		}
	}
	for _, a := range append([]string{l.From}, l.To...) {
		if a != "" && (!usable(a) || a != strings.ToLower(a)) {
			t.Errorf("address %q", a)
		}
	}
	if len(l.Files) > MaxFiles || len(l.Refused) > maxRefused+5 || len(l.References) > maxReferences || len(l.To) > maxAddresses || l.From == "" && l.Automatic == "" {
		t.Errorf("%d files, %d refused, %d references, %d addresses", len(l.Files), len(l.Refused), len(l.References), len(l.To))
	}
}

// TestHostile reads what nobody wrote: each is read to the end within its bounds.
func TestHostile(t *testing.T) {
	for name, raw := range hostiles {
		l, err := Read(strings.NewReader(raw), func(_ string, r io.Reader) error { _, err := io.Copy(io.Discard, r); return err })
		if err != nil && !errors.Is(err, ErrUnreadable) {
			t.Errorf("%s: %v", name, err)
		}
		if err == nil {
			kept(t, l)
		}
	}
	for _, name := range []string{"10,000 parts", "100 deep"} {
		l, _ := read(t, hostiles[name])
		if len(l.Refused) != 1 || l.Refused[0].Name != "" || !strings.Contains(l.Refused[0].Why, "trop de parties") || strings.Count(l.Text, "Un") > maxParts {
			t.Errorf("%s: %+v", name, l.Refused)
		}
	}
	for name, want := range map[string]string{"bad part header": "", "long part header": "", "same boundary": "Un", "half a boundary": "Un", "only line feeds": "Un", "ends in a header": ""} {
		if l, _ := read(t, hostiles[name]); l.Text != want && !strings.Contains(l.Text, want) || want == "" && name != "ends in a header" && len(l.Refused) == 0 {
			t.Errorf("%s: %q, %v", name, l.Text, l.Refused)
		}
	}
	l, _ := read(t, mail("", strings.Repeat("é", 2*MaxText)))
	if utf8.RuneCountInString(l.Text) != MaxText || !strings.HasSuffix(l.Text, "é…") {
		t.Errorf("%d characters", utf8.RuneCountInString(l.Text))
	}
}

// TestEndless bounds what headers and texts without end take of memory.
func TestEndless(t *testing.T) {
	drop := func(_ string, r io.Reader) error { _, err := io.Copy(io.Discard, r); return err }
	var before, after runtime.MemStats
	for name, raw := range map[string]io.Reader{
		"one header":   io.MultiReader(strings.NewReader("From: claire@exemple.example\r\nX: "), endless("x")),
		"many headers": io.MultiReader(strings.NewReader("From: claire@exemple.example\r\n"), endless("a:\r\n")),
		"part headers": io.MultiReader(strings.NewReader(mail("Content-Type: multipart/mixed; boundary=b\n", "--b\n")), endless("a:\r\n")),
		"text":         io.MultiReader(strings.NewReader(mail("", "")), endless("x\r\n")),
		"one line":     io.MultiReader(strings.NewReader(mail("Content-Transfer-Encoding: quoted-printable\n", "")), endless("=41")),
		"file":         io.MultiReader(strings.NewReader(mail("Content-Type: image/png\nContent-Transfer-Encoding: quoted-printable\n", "")), endless("=41")),
	} {
		runtime.GC()
		runtime.ReadMemStats(&before)
		l, err := Read(raw, drop)
		runtime.ReadMemStats(&after)
		if used := after.TotalAlloc - before.TotalAlloc; used > 200<<20 {
			t.Errorf("%s: %d MiB", name, used>>20)
		}
		if headers := strings.HasSuffix(name, "header") || name == "many headers"; headers != errors.Is(err, ErrUnreadable) || !headers && len(l.Refused) == 0 && !errors.Is(err, ErrTooLarge) {
			t.Errorf("%s: %v, %+v", name, err, l.Refused)
		}
	}
}

// FuzzRead: any bytes give a letter that keeps its promises, or an error of its
// kind.
func FuzzRead(f *testing.F) {
	for _, raw := range hostiles {
		if len(raw) < 5000 {
			f.Add([]byte(raw))
		}
	}
	f.Add([]byte(with("Content-Type: text/html; charset=latin1\n\n<p>D\xe9j\xe0", attached("=?utf-8?q?a?=.txt", "x"))))
	f.Fuzz(func(t *testing.T, raw []byte) {
		l, err := Read(strings.NewReader(string(raw)), func(_ string, r io.Reader) error { _, err := io.Copy(io.Discard, r); return err })
		if err != nil && !errors.Is(err, ErrUnreadable) {
			t.Fatal(err)
		}
		if err == nil {
			kept(t, l)
		}
	})
}
