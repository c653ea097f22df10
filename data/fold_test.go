package data

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"golang.org/x/text/collate"
	"golang.org/x/text/language"
)

func TestFold(t *testing.T) {
	tests := []struct{ text, want string }{
		{"", ""},
		{"martin", "martin"},
		{"MARTIN", "martin"},
		{"Éloïse", "eloise"},
		{"E\u0301loi\u0308se", "eloise"},
		{"N'GUESSAN", "n guessan"},
		{"N’Guessan", "n guessan"},
		{"N\u02bcGuessan", "n guessan"},
		{"d'Ormesson", "d ormesson"},
		{"Lecœur", "lecoeur"},
		{"LECŒUR", "lecoeur"},
		{"Łukasik", "lukasik"},
		{"Straße", "strasse"},
		{"Sørensen", "sorensen"},
		{"Đorđević", "dordevic"},
		{"Æbelø", "aebelo"},
		{"Jean-Pierre", "jean pierre"},
		{"Jean\u2011Pierre", "jean pierre"},
		{"Saint–Étienne", "saint etienne"},
		{"  de   la\tFontaine \n", "de la fontaine"},
		{"a\x00b\u200bc\u00add", "abcd"},
		{"prenom.nom@ecole.fr", "prenom nom ecole fr"},
		{"(3e A)", "3e a"},
		{"ﬁlière n°2", "filiere n 2"},
		{"İstanbul ISPARTA ılgın", "istanbul isparta ilgin"},
		{"Γιώργος", "γιωργος"},
		{"\xff\xfe", ""},
	}
	for _, tt := range tests {
		if got := Fold(tt.text); got != tt.want {
			t.Errorf("Fold(%q) = %q, want %q", tt.text, got, tt.want)
		}
	}
}

func FuzzFold(f *testing.F) {
	for _, s := range []string{"", "Éloïse N’Guessan", "œ", "a\u0301", "  - ", "İ", "ŉ", "Ⅻ½", "\xff"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		folded := Fold(s)
		if !utf8.ValidString(folded) || strings.Contains(folded, "  ") || strings.TrimSpace(folded) != folded || strings.ContainsRune(folded, 0) {
			t.Errorf("Fold(%q) = %q", s, folded)
		}
		if again := Fold(folded); again != folded {
			t.Errorf("Fold(%q) = %q, then %q", s, folded, again)
		}
		if utf8.ValidString(s) && folded != foldSlowly(s) {
			t.Errorf("Fold(%q) = %q, decomposed %q", s, folded, foldSlowly(s))
		}
	})
}

// TestSortKey compares the stored order with the collation of the Unicode
// consortium for French, on names where hyphens are spaces already.
func TestSortKey(t *testing.T) {
	french, r := collate.New(language.French), rand.New(rand.NewPCG(3, 4))
	parts := []string{"Cote", "Coté", "Côte", "Côté", "Eve", "Ève", "Évé", "De La Tour", "Delatour", "de", "Noel", "Noël", "Nöel",
		"Francois", "François", "Muller", "Müller", "Garcon", "Garçon", "Ilot", "Îlot", "Aine", "Aîné", "Aïne", "Ba", "Bah", "Zoe", "Zoé", "Zoë"}
	var names []string
	for range 4000 {
		name := parts[r.IntN(len(parts))]
		if r.IntN(2) == 0 {
			name += " " + parts[r.IntN(len(parts))]
		}
		names = append(names, name)
	}
	for i := range len(names) - 1 {
		a, b := names[i], names[i+1]
		if got, want := strings.Compare(SortKey(a, ""), SortKey(b, "")), french.CompareString(strings.ToLower(a), strings.ToLower(b)); got != want {
			t.Fatalf("%q and %q: %d, want %d", a, b, got, want)
		}
	}
	if !slices.IsSorted([]string{SortKey("Martin", "Zoé"), SortKey("Martin Dupont", "Anne"), SortKey("Martin-Dupont", "Bob"), SortKey("Martineau", "A")}) {
		t.Error("a last name sorts before the longer ones that begin with it")
	}
}

func BenchmarkFold(b *testing.B) {
	for _, s := range []string{"martin", "MARTIN-DUPONT", "Éloïse", "N’Guessan"} {
		b.Run(fmt.Sprint(s), func(b *testing.B) {
			for b.Loop() {
				Fold(s)
			}
		})
	}
}
