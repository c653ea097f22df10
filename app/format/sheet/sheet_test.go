package sheet

import (
	"bytes"
	"encoding/csv"
	"errors"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
)

// payloads are names that a spreadsheet would compute, or that would break the
// lines of a file.
var payloads = []string{
	"=1+1", "+33639980001", "-2+3", "@SUM(A1:A9)", "\t=1+1", "\r=1+1", "\n=1+1", "\r\n=1+1", " =1+1", "\u00a0=1+1", "\u202f@A1", "\u200b=1+1",
	"\ufeff=1+1", "\u202e=1+1", "\x00=1+1", "\x0b=1+1", "＝1+1", "＋1", "－1", "＠A1", " ＝1+1", "﹦1", "﹫A1", `=HYPERLINK("http://piege.example";"clic")`,
	`=cmd|' /C calc'!A0`, "=1+1;=2+2", "\"=1+1\"", "'=1+1", "''=1+1", " '=1+1", "\t", "\tMartin", "\nMartin", "-", "=", "+\"a\";\r\nb",
}

// harmless are names that must be written as they are.
var harmless = []string{"", " ", "Éloïse", "N’GUESSAN", "'t Hart", "D'Arc-Lévy", "Œuvre; « suite »", "a\nb", "3e B", "0612345678", "a=b", "a\t", "日本", "\u00a0", `dit "Zizou"`, "''"}

// TestFormulas: no cell begins with a sign once blanks are taken away, and what
// is read without its apostrophe is what was written.
func TestFormulas(t *testing.T) {
	if len(payloads) < 30 {
		t.Fatalf("%d payloads", len(payloads))
	}
	var b bytes.Buffer
	if err := Write(&b, [][]string{payloads, harmless}); err != nil {
		t.Fatal(err)
	}
	rows := parse(t, b.String())
	for i, cell := range rows[0] {
		seen := strings.TrimLeftFunc(cell, func(r rune) bool { return unicode.IsSpace(r) || !unicode.IsPrint(r) })
		if first, _ := utf8.DecodeRuneInString(seen); strings.ContainsRune("=+-@＝＋－＠﹦﹢﹣﹫", first) && seen != "" || strings.HasPrefix(cell, "\t") || strings.HasPrefix(cell, "\n") {
			t.Errorf("%q is written %q", payloads[i], cell)
		}
		want := strings.ReplaceAll(strings.ReplaceAll(payloads[i], "\r\n", "\n"), "\r", "\n")
		if back, _ := strings.CutPrefix(cell, "'"); back != want && cell != want {
			t.Errorf("%q comes back as %q", want, cell)
		}
	}
	if rows[0][27] != "''=1+1" || rows[0][26] != "\"=1+1\"" {
		t.Errorf("an apostrophe that was there: %q; a quote: %q", rows[0][27], rows[0][26])
	}
	if diff := cmp.Diff(harmless, rows[1]); diff != "" {
		t.Errorf("harmless cells are changed:\n%s", diff)
	}
}

// parse reads the file with a reader that is not ours.
func parse(t *testing.T, file string) [][]string {
	t.Helper()
	body, marked := strings.CutPrefix(file, "\ufeff")
	if !marked || strings.HasPrefix(body, "\ufeff") {
		t.Errorf("not one mark: %q", file[:min(len(file), 9)])
	}
	r := csv.NewReader(strings.NewReader(body))
	r.Comma, r.FieldsPerRecord = ';', -1
	rows, err := r.ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	return rows
}

// TestBytes: the very bytes that Excel and LibreOffice open with their accents.
func TestBytes(t *testing.T) {
	var b bytes.Buffer
	w := NewWriter(&b)
	for _, cells := range [][]string{{"Nom", "Prénom"}, {"D;ARC", "Zoé\nAnne"}, {"L\"O", "=1"}} {
		if err := w.Write(cells...); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	want := "\xef\xbb\xbfNom;Pr\xc3\xa9nom\r\n\"D;ARC\";\"Zo\xc3\xa9\r\nAnne\"\r\n\"L\"\"O\";'=1\r\n"
	if b.String() != want {
		t.Errorf("%q\ninstead of\n%q", b.String(), want)
	}
	b.Reset()
	if err := Write(&b, nil); err != nil || b.String() != "\ufeff" {
		t.Errorf("no line: %q, %v", b.String(), err)
	}
}

// full is a disk that takes nothing more after some bytes.
type full struct{ left int }

var errFull = errors.New("disk full")

func (f *full) Write(p []byte) (int, error) {
	if f.left -= len(p); f.left < 0 {
		return 0, errFull
	}
	return len(p), nil
}

func TestFullDisk(t *testing.T) {
	for _, room := range []int{0, 2, 3, 5000} {
		if err := Write(&full{room}, [][]string{{strings.Repeat("a", 6000)}}); !errors.Is(err, errFull) {
			t.Errorf("room for %d bytes: %v", room, err)
		}
	}
}

// FuzzPlain: no text begins as a formula, and each is given back.
func FuzzPlain(f *testing.F) {
	for _, p := range payloads {
		f.Add(p)
	}
	f.Fuzz(func(t *testing.T, cell string) {
		plain := Plain(cell)
		if computes(plain) && plain[0] != '\'' {
			t.Errorf("%q is %q", cell, plain)
		}
		want := oneBreak.Replace(cell)
		back := plain
		if rest, ok := strings.CutPrefix(plain, "'"); ok && computes(rest) {
			back = rest
		}
		if back != want {
			t.Errorf("%q comes back as %q", want, back)
		}
	})
}
