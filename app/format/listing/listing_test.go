package listing

import (
	"bytes"
	"fmt"
	"regexp"
	"strings"
	"testing"
	"time"
)

// TestWrite writes a list of several pages: a heading for each section is in the
// outline, every page is numbered, and the same list gives the same file.
func TestWrite(t *testing.T) {
	l := Listing{School: "Collège Colette", Title: "Sortie à l’opéra", Says: "95 personnes", At: time.Date(2026, time.November, 2, 8, 0, 0, 0, time.UTC)}
	for i, n := range []int{90, 5} {
		s := Section{Title: fmt.Sprint("Partie ", i)}
		for j := range n {
			s.Rows = append(s.Rows, Row{fmt.Sprint("N’GUESSAN Éléonore ", j), "3A"})
		}
		l.Sections = append(l.Sections, s)
	}
	var one, other bytes.Buffer
	for _, b := range []*bytes.Buffer{&one, &other} {
		if err := Write(b, l); err != nil {
			t.Fatal(err)
		}
	}
	if !bytes.Equal(one.Bytes(), other.Bytes()) || !bytes.HasPrefix(one.Bytes(), []byte("%PDF-")) {
		t.Error("the file changes, or is no PDF")
	}
	if pages := regexp.MustCompile(`/Type /Page\b[^s]`).FindAll(one.Bytes(), -1); len(pages) != 3 {
		t.Errorf("%d pages, want 3", len(pages))
	}
	if n := strings.Count(one.String(), "/Dest ["); n != 2 {
		t.Errorf("%d headings in the outline, want 2", n)
	}
}

// TestWriteOddities writes what names should not be.
func TestWriteOddities(t *testing.T) {
	for _, l := range []Listing{{}, {Title: strings.Repeat("très long ", 60), Sections: []Section{{Title: "\x00\U0001f600", Rows: []Row{{strings.Repeat("W", 500), strings.Repeat("é", 300)}, {"", ""}}}}}} {
		if err := Write(&bytes.Buffer{}, l); err != nil {
			t.Error(err)
		}
	}
}
