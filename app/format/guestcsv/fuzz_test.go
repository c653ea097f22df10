package guestcsv

import (
	"bytes"
	"encoding/csv"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"golang.org/x/text/unicode/norm"

	"preau/app/format/sheet"
)

// export writes guests as our own exports do.
func export(t *testing.T, lines []Line) string {
	t.Helper()
	rows := [][]string{Columns}
	for _, l := range lines {
		var cells []string
		for _, f := range l.fields() {
			cells = append(cells, *f)
		}
		rows = append(rows, cells)
	}
	var b bytes.Buffer
	if err := sheet.Write(&b, rows); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// TestOwnExport: what we export is read again as it was, formulas included.
func TestOwnExport(t *testing.T) {
	odd := []string{"=1+1", "+33639980001", "-2", "@A1", "＝1", "'=1", "''+", "'t Hart", "a;b", `"x"`, "a\"b", "sep=,", "Nom", "日本 🎓", "=HYPERLINK(\"http://piege.example\";\"x\")"}
	var lines []Line
	for i, o := range odd {
		l := guest(i+2, o, "Léa", odd[(i+1)%len(odd)], "lea@exemple.example", "01/02/1980", "1 rue A", "75011", "PARIS", "", "+33 6 39 98 00 01")
		lines = append(lines, l)
	}
	if diff := cmp.Diff(lines, read1(t, export(t, lines))); diff != "" {
		t.Error(diff)
	}
	street := []Line{guest(2, "MARTIN", "Léa", "", "lea@exemple.example", "01/02/1980", "=1 rue A\n+2e étage\na,b,c,d,e,f")}
	if diff := cmp.Diff(street, read1(t, export(t, street))); diff != "" {
		t.Error(diff)
	}
}

// FuzzRead: any bytes give guests that keep their promises or a Refusal with a
// sentence, and what was read survives an export.
func FuzzRead(f *testing.F) {
	for _, group := range [][]hostile{notCSV, quotes, shapes, characters} {
		for _, test := range group {
			if len(test.file) < 5000 {
				f.Add([]byte(test.file))
			}
		}
	}
	f.Fuzz(func(t *testing.T, file []byte) {
		lines, err := Read(bytes.NewReader(file))
		if err != nil {
			var r *Refusal
			if !errors.As(err, &r) || r.Says == "" || r.Line < 0 || !utf8.ValidString(r.Says) || len(r.Says) > 1000 || lines != nil {
				t.Fatalf("%T %v", err, err)
			}
			return
		}
		if len(lines) == 0 || len(lines) > MaxLines {
			t.Fatalf("%d lines", len(lines))
		}
		breaks := 1 + bytes.Count(file, []byte("\n")) + bytes.Count(file, []byte("\r"))
		var right []Line
		for i, l := range lines {
			if l.N < 1 || l.N > breaks || i > 0 && l.N <= lines[i-1].N {
				t.Errorf("line %d of %d", l.N, breaks)
			}
			for j, v := range l.fields() {
				kept(t, *v, Columns[j] == "Adresse")
			}
			if l.Wrong == nil {
				l.N = 0
				right = append(right, l)
			}
		}
		if len(right) > 0 {
			again := read1(t, export(t, right))
			for i := range again {
				again[i].N = 0
			}
			if diff := cmp.Diff(right, again); diff != "" {
				t.Error(diff)
			}
		}
	})
}

// kept checks what Line promises of its values.
func kept(t *testing.T, v string, street bool) {
	t.Helper()
	if !utf8.ValidString(v) || v != strings.TrimSpace(v) || !norm.NFC.IsNormalString(v) || len(v) > 4*maxField {
		t.Errorf("%q", v)
	}
	for _, r := range v {
		if unicode.IsControl(r) && !(street && r == '\n') || unicode.Is(unicode.Cf, r) {
			t.Errorf("%q holds %U", v, r)
		}
	}
}

// FuzzSplit: what encoding/csv reads strictly, we read alike.
func FuzzSplit(f *testing.F) {
	f.Add("a;b\n\"c\nd\";\"e\"\"f\"\n\n;\n")
	f.Add("\"a\";b;\n\"\";\"\"\n\"\"\n\"a\n\";;\"b\"")
	f.Fuzz(func(t *testing.T, text string) {
		r := csv.NewReader(strings.NewReader(text))
		r.Comma, r.FieldsPerRecord = ';', -1
		want, err := r.ReadAll()
		if err != nil || strings.Contains(text, "\r") || len(text) > maxField || strings.Count(text, ";") >= maxColumns {
			return
		}
		var got [][]string
		s := &splitter{rest: text, sep: ';', line: 1}
		for {
			row, err := s.next()
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil {
				t.Fatalf("%q: %v", text, err)
			}
			got = append(got, row.cells)
		}
		empty := func(cells []string) bool { return len(cells) == 1 && cells[0] == "" } // that reader passes over empty lines
		if diff := cmp.Diff(slices.DeleteFunc(want, empty), slices.DeleteFunc(got, empty), cmpopts.EquateEmpty()); diff != "" {
			t.Errorf("%q:\n%s", text, diff)
		}
	})
}
