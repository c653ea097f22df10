package attachment

import (
	"mime"
	"regexp"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"
)

// hostile are names as nobody honest sends them, and what is shown of each.
var hostile = map[string]string{
	"": "fichier", ".": "fichier", "..": "fichier", "...": "fichier", " ": "fichier", "/": "fichier", `\`: "fichier", "\x00": "fichier", "\u200b": "fichier",
	"../../etc/passwd": "passwd", `..\..\x.exe`: "x.exe", `C:\Users\Camille\note.txt`: "note.txt", "C:note.txt": "C_note.txt", `\\serveur\partage\a.pdf`: "a.pdf", "/etc/passwd": "passwd",
	"a/../b.png": "b.png", "a.png/": "fichier", "a.png/..": "fichier", "./a.png": "a.png", "..%2f..%2fa.png": "%2f..%2fa.png", "..a.png": "a.png", ".htaccess": "htaccess", ".png": "png",
	"a\x00.png": "a.png", "a.php\x00.png": "a.php.png", "a\r\nSet-Cookie: x=1.png": "a Set-Cookie_ x=1.png", "a\tb.png": "a b.png", "a\x1b[31m.png": "a[31m.png", "a\x7f.png": "a.png", "a\u0085b.png": "a b.png",
	"facture\u202efdp.exe": "facturefdp.exe", "\u2066a\u2069.png": "a.png", "a\u200d\u200b.png": "a.png", "a\ufeff.png": "a.png", "a\u00ad.png": "a.png", "a\ufe0f.png": "a.png", "a\u3164.png": "a.png",
	"facture.pdf.exe": "facture.pdf.exe", "facture.pdf          .exe": "facture.pdf.exe", "a.exe.": "a.exe", "a.exe . .": "a.exe", "a.exe ": "a.exe", "a.txt::$DATA": "a.txt__$DATA",
	"CON": "_CON", "con.txt": "_con.txt", "nul .txt": "_nul.txt", "COM1.pdf": "_COM1.pdf", "lpt9": "_lpt9", "COM¹.txt": "_COM¹.txt", "aux.tar.gz": "_aux.tar.gz", "conseil.pdf": "conseil.pdf",
	`a"b.png`: "a_b.png", "a<b>.png": "a_b_.png", "a|b?c*d.png": "a_b_c_d.png", "a;b.png": "a;b.png", "a'b.png": "a'b.png", "a`b$(x).png": "a`b$(x).png",
	"\xff\xfea.png": "a.png", "re\u0301union.pdf": "réunion.pdf", "Élève n° 12 — 3e B.pdf": "Élève n° 12 — 3e B.pdf", "日本.pdf": "日本.pdf", "😀.png": "😀.png", "a\ue000.png": "a.png", "~$note.docx": "~$note.docx",
	"-rf.txt": "-rf.txt", "a.\u202e": "a", "a." + strings.Repeat("x", 40): "a." + strings.Repeat("x", 40),
}

func TestName(t *testing.T) {
	if len(hostile) < 50 {
		t.Fatal(len(hostile))
	}
	for sent, want := range hostile {
		if got := Name(sent); got != want {
			t.Errorf("%q is shown as %q, want %q", sent, got, want)
		}
	}
	for _, long := range []string{strings.Repeat("a", 5000) + ".pdf", strings.Repeat("é", 5000) + ".pdf", strings.Repeat("😀", 5000) + ".pdf", strings.Repeat("../", 5000) + ".a.pdf", strings.Repeat("a ", 74) + "a.pdf"} {
		got := Name(long)
		if !strings.HasSuffix(got, ".pdf") {
			t.Errorf("%.20s…: %s", long, got)
		}
		sound(t, long, got)
	}
}

// sound checks what Name promises.
func sound(t *testing.T, sent, name string) {
	t.Helper()
	if name == "" || len(name) > longestName+1 || !utf8.ValidString(name) || strings.ContainsAny(name, `/\<>:"|?*`) || strings.Trim(name, ". ") != name || device.MatchString(name) {
		t.Errorf("%q is shown as %q", sent, name)
	}
	for _, r := range name {
		if unicode.IsControl(r) || unicode.Is(unicode.Cf, r) || unicode.IsSpace(r) && r != ' ' {
			t.Errorf("%q is shown as %q, which holds %U", sent, name, r)
		}
	}
	if again := Name(name); again != name {
		t.Errorf("%q is shown as %q, then as %q", sent, name, again)
	}
}

var header6266 = regexp.MustCompile(`^attachment; filename="[ !#-\[\]-~]+"; filename\*=UTF-8''([A-Za-z0-9!#$&+.^_` + "`" + `|~-]|%[0-9A-F]{2})+$`)

// TestDisposition: whatever the name, one header that every reader understands.
func TestDisposition(t *testing.T) {
	for sent := range hostile {
		sent += "\r\nX: y"
		got := Disposition(sent)
		sound(t, sent, Name(sent))
		if !header6266.MatchString(got) {
			t.Errorf("%q: %s", sent, got)
		}
		kind, params, err := mime.ParseMediaType("attachment; " + got[strings.Index(got, "filename*="):])
		if err != nil || kind != "attachment" || params["filename"] != Name(sent) {
			t.Errorf("%q is read as %v, %v", sent, params, err)
		}
	}
	if got, want := Disposition("Élève 100 %.pdf"), `attachment; filename="Eleve 100 _.pdf"; filename*=UTF-8''%C3%89l%C3%A8ve%20100%20%25.pdf`; got != want {
		t.Errorf("%s, want %s", got, want)
	}
}
