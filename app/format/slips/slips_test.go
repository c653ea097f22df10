package slips

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"reflect"
	"strings"
	"sync"
	"testing"
	"time"
	"unicode"

	"github.com/google/go-cmp/cmp"
)

const (
	signIn   = "https://ent.exemple.example/connexion"
	activate = "https://ent.exemple.example/activation"
)

// sheet is a document of some slips of each group: « 3e B » 10, …
func sheet(perPage int, groups ...any) Sheet {
	s := Sheet{ENT: "ENT Exemple", School: "Collège Anne-Exemple", Title: "Identifiants", PerPage: perPage, At: time.Date(2026, 9, 1, 8, 0, 0, 0, time.UTC)}
	n := 0
	for i := 0; i < len(groups); i += 2 {
		for range groups[i+1].(int) {
			s.Slips = append(s.Slips, slip(groups[i].(string), n))
			n++
		}
	}
	return s
}

// slip is that of somebody who has nothing in common with the others.
func slip(group string, n int) Slip {
	word := func(salt string) string { return fmt.Sprintf("%s%c%c%03d", salt, 'a'+n%26, 'a'+n/26%26, n) }
	s := Slip{Group: group, Name: "NOM-" + word("N") + " Zoé", Note: word("classe "), Address: signIn,
		Lines: []Line{{"Identifiant", word("zoe."), true}, {"Mot de passe", word("m"), true}}, Says: word("Bonjour ")}
	switch n % 3 {
	case 1:
		s.Address = activate
		s.Lines = []Line{{"Code postal", word("7"), true}, {"Ville", word("Bourg "), false}, {"Code de Léa", word("l"), true}, {"Code de Max", word("x"), true}}
	case 2:
		s.Address, s.Lines[1] = "", Line{"Mot de passe", word("activé "), false}
	}
	return s
}

// reading is what somebody reads on a slip, from its head to its foot.
func reading(s Sheet, slip Slip) []string {
	all := []string{s.ENT, s.School, slip.Name, slip.Note}
	if slip.Address != "" {
		all = append(all, "Page à ouvrir", slip.Address)
	}
	for _, l := range slip.Lines {
		all = append(all, l.Label, l.Value)
	}
	return append(all, slip.Says)
}

func write(t testing.TB, s Sheet) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := Write(&b, s); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// TestEachItsOwn: each place holds the values of one person, all of them, in the
// order of reading, and nothing of anybody else; its QR code opens the page
// that is written beside it.
func TestEachItsOwn(t *testing.T) {
	for perPage, f := range formats {
		s := sheet(perPage, "3e B", 10, "4e A", 3, "", 9, "3e B", 1)
		d := readPDF(t, write(t, s))
		n, group := 0, ""
		for i, page := range d.pages {
			seen := 0
			for place := range f.places() {
				if n == len(s.Slips) || place > 0 && s.Slips[n].Group != group {
					break
				}
				slip, got := s.Slips[n], page.place(f, place)
				group = slip.Group
				if diff := cmp.Diff(reading(s, slip), got.strings()); diff != "" {
					t.Fatalf("%d per page, page %d, place %d:\n%s", perPage, i+1, place, diff)
				}
				if slip.Address == "" && len(got.images) > 0 || slip.Address != "" && (len(got.images) != 1 || got.images[0].says != slip.Address) {
					t.Errorf("%d per page, page %d, place %d: %+v for %q", perPage, i+1, place, got.images, slip.Address)
				}
				n, seen = n+1, seen+len(got.texts)
			}
			if seen+2 != len(page.texts) { // with its heading
				t.Errorf("%d per page, page %d: %d texts, %d in their places", perPage, i+1, len(page.texts), seen)
			}
		}
		if n != len(s.Slips) {
			t.Errorf("%d per page: %d slips of %d", perPage, n, len(s.Slips))
		}
	}
}

// TestHeadings: each group begins a page, and each page says its group, how
// many slips that is, and where one is.
func TestHeadings(t *testing.T) {
	for _, test := range []struct {
		perPage int
		groups  []any
		want    []string
	}{
		{8, []any{"3e B", 27}, []string{"3e B, 27 fiches, 1 sur 4", "3e B, 27 fiches, 2 sur 4", "3e B, 27 fiches, 3 sur 4", "3e B, 27 fiches, 4 sur 4"}},
		{8, []any{"3e B", 8, "4e A", 1}, []string{"3e B, 8 fiches, 1 sur 1", "4e A, 1 fiche, 1 sur 1"}},
		{2, []any{"", 3, "Anglais", 2}, []string{"3 fiches, 1 sur 2", "3 fiches, 2 sur 2", "Anglais, 2 fiches, 1 sur 1"}},
		{1, []any{"3e B", 2, "4e A", 1}, []string{"3e B, 2 fiches, 1 sur 2", "3e B, 2 fiches, 2 sur 2", "4e A, 1 fiche, 1 sur 1"}},
	} {
		var got []string
		for _, page := range readPDF(t, write(t, sheet(test.perPage, test.groups...))).pages {
			got = append(got, page.texts[0].text+", "+strings.TrimPrefix(page.texts[1].text, "Identifiants · page "))
		}
		if diff := cmp.Diff(test.want, got); diff != "" {
			t.Errorf("%v:\n%s", test.groups, diff)
		}
	}
}

// hostile are names that are long, or that hold what a font has not.
var hostile = []string{
	strings.Repeat("W", 300), strings.Repeat("DE LA ROCHEFOUCAULD ", 20), "Maximilien-Alexandre-Théophraste D’ARGENTEUIL-MONTMORENCY DE SAINT-EXEMPLE",
	"👩‍👩‍👧‍👦 🎓", "أحمد بن شلوم שלום", "\u202eevil\u2066\x00\x07\x1b[31m\r\n\t", "日本語 한국어", "()\\ \\) (\\", "\ufffd\ufffe\uffff\U0010ffff", "\xff\xfe", "e\u0301" + strings.Repeat("\u0301", 200), "<b>&amp;</b>", "",
}

// TestFits: whatever the names, no text leaves its place nor runs under the QR
// code, nothing unprintable is printed, and values are whole.
func TestFits(t *testing.T) {
	p := newPaper(Sheet{})
	for perPage, f := range formats {
		for _, name := range hostile {
			value := name
			if len(plain(name)) > 100 {
				value = plain(name)[:100]
			}
			s := Sheet{ENT: name, School: name, Title: name, PerPage: perPage, Slips: []Slip{{Group: name, Name: name, Note: name, Address: signIn + "?" + strings.Repeat("a", 60), Says: name,
				Lines: []Line{{name, value, true}, {name, value, false}, {"Mot de passe", "kx7mw4te", true}}}}}
			shown, width := "", 0.0
			for _, page := range readPDF(t, write(t, s)).pages {
				for place := range f.places() {
					got := page.place(f, place)
					if len(got.texts) > 0 && len(got.images) != 1 {
						t.Fatalf("%d per page: place %d holds %q and %d QR codes", perPage, place, got.strings(), len(got.images))
					}
					for _, text := range got.texts {
						shown += text.text
						w, _ := f.place()
						left := float64(place%f.columns)*w + f.across
						if width = p.width(text.text, text.face, text.size); text.x < left-0.1 || text.x+width > left+w-2*f.across+0.1 {
							t.Errorf("%d per page: %q runs from %.1f over %.1f", perPage, text.text, text.x, width)
						}
						if img := got.images[0]; img.x < left || img.x+img.w*0.88 > left+w-2*f.across+0.1 {
							t.Errorf("%d per page: the QR code runs from %.1f over %.1f", perPage, img.x, img.w)
						} else if text.y > img.y && text.y-text.size*point < img.y+img.h && text.x+width > img.x+img.w*0.12 && text.x < img.x {
							t.Errorf("%d per page: %q runs under the QR code", perPage, text.text)
						}
						if strings.ContainsFunc(text.text, func(r rune) bool { return unicode.IsControl(r) || unicode.Is(unicode.Cf, r) }) {
							t.Errorf("%q is printed", text.text)
						}
					}
				}
			}
			bare := strings.NewReplacer(" ", "")
			if want := bare.Replace(plain(value)); strings.Count(bare.Replace(shown), want) < 2 || !strings.Contains(shown, "kx7mw4te") {
				t.Errorf("%d per page: %q is not whole in %q", perPage, want, shown)
			}
		}
	}
}

// TestContinued: a slip with more lines than its place holds goes on in the next
// one, and loses none.
func TestContinued(t *testing.T) {
	s := sheet(8, "3e B", 2)
	s.Slips[0].Lines = nil
	for i := range 50 {
		s.Slips[0].Lines = append(s.Slips[0].Lines, Line{"Code", fmt.Sprintf("code-%05d", i), true})
	}
	var shown, names []string
	for _, page := range readPDF(t, write(t, s)).pages {
		for place := range 8 {
			for i, text := range page.place(formats[8], place).strings() {
				if strings.HasPrefix(text, "code-") {
					shown = append(shown, text)
				}
				if i == 3 {
					names = append(names, text)
				}
			}
		}
	}
	for i, code := range shown {
		if code != s.Slips[0].Lines[i].Value {
			t.Errorf("%d: %s", i, code)
		}
	}
	last := len(names) - 1
	if len(shown) != 50 || last < 4 || names[0] != s.Slips[0].Note || names[1] != names[0]+" (suite)" || names[last-1] != names[1] || names[last] != s.Slips[1].Note {
		t.Errorf("%d codes in %q", len(shown), names)
	}
}

// TestEveryLetter: no letter that there is breaks a document.
func TestEveryLetter(t *testing.T) {
	s := sheet(8)
	var b strings.Builder
	for r := rune(0); r <= unicode.MaxRune; r++ {
		if b.WriteRune(r); r%512 == 511 {
			name := b.String()
			s.Slips = append(s.Slips, Slip{Name: name, Lines: []Line{{"Code", name[:len(name)/8], true}}})
			b.Reset()
		}
		if r == 0x2FFF {
			r = 0xF5FF // beyond the ideographs
		}
		if r == 0x103FF {
			r = 0x10FBFF
		}
	}
	if d := readPDF(t, write(t, s)); len(d.pages) < len(s.Slips)/8 {
		t.Errorf("%d pages for %d slips", len(d.pages), len(s.Slips))
	}
}

// TestRefused: what cannot be printed is an error, and so is a disk that is full.
func TestRefused(t *testing.T) {
	good := sheet(8, "", 1)
	for name, change := range map[string]func(*Sheet){
		"an unknown division": func(s *Sheet) { s.PerPage = 3 },
		"no division":         func(s *Sheet) { s.PerPage = 0 },
		"no slip":             func(s *Sheet) { s.Slips = nil },
		"a huge value":        func(s *Sheet) { s.Slips[0].Lines = []Line{{"Code", strings.Repeat("W", 5000), true}} },
		"a huge address":      func(s *Sheet) { s.Slips[0].Address = strings.Repeat("a", 5000) },
	} {
		s := sheet(8, "", 1)
		change(&s)
		if err := Write(io.Discard, s); err == nil {
			t.Errorf("%s is accepted", name)
		}
	}
	if err := Write(full{}, good); !errors.Is(err, errFull) {
		t.Errorf("a full disk: %v", err)
	}
}

type full struct{}

var errFull = errors.New("disk full")

func (full) Write([]byte) (int, error) { return 0, errFull }

// TestDocument: the file says its language and its title, carries its fonts
// without the letters it does not use, and reads the same when several are
// written at once.
func TestDocument(t *testing.T) {
	s := sheet(8, "3e B", 27)
	file := write(t, s)
	for _, want := range []string{"/Lang (fr-FR)", "/Title (\xfe\xff\x00I\x00d\x00e\x00n", "/FontFile2", "/Outlines", "/CreationDate (D:20260901080000)"} {
		if !bytes.Contains(file, []byte(want)) {
			t.Errorf("%q is missing", want)
		}
	}
	if n := bytes.Count(file, []byte("/Subtype /Image")); n != 2 {
		t.Errorf("%d images for two addresses", n)
	}
	if len(file) > 150_000 {
		t.Errorf("%d bytes: the fonts are whole", len(file))
	}
	alone := readPDF(t, file).pages
	files := make([]bytes.Buffer, 4)
	var wait sync.WaitGroup
	for i := range files {
		wait.Go(func() {
			if err := Write(&files[i], s); err != nil {
				t.Error(err)
			}
		})
	}
	wait.Wait()
	for i := range files {
		if !reflect.DeepEqual(readPDF(t, files[i].Bytes()).pages, alone) {
			t.Error("written at the same time as others, the document is another one")
		}
	}
}

func BenchmarkSlips1200(b *testing.B) {
	s := sheet(8)
	for class := range 40 {
		s.Slips = append(s.Slips, sheet(8, fmt.Sprintf("Classe %d", class), 30).Slips...)
	}
	for b.Loop() {
		if err := Write(io.Discard, s); err != nil {
			b.Fatal(err)
		}
	}
}
