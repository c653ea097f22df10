package guestcsv

import (
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"
)

const titles = "Nom;Prénom;Titre;Mail;Date de naissance;Adresse;Code Postal;Commune;Téléphone Domicile;Téléphone Portable;Téléphone Professionnel"

// guest makes a line from its values in the order of the file.
func guest(n int, values ...string) Line {
	l := Line{N: n}
	for i, v := range values {
		*l.fields()[i] = v
	}
	return l
}

func wrong(l Line, column, says string) Line {
	l.wrong(column, says)
	return l
}

func read1(t *testing.T, file string) []Line {
	t.Helper()
	lines, err := Read(strings.NewReader(file))
	if err != nil {
		t.Fatalf("%q: %v", file[:min(len(file), 80)], err)
	}
	return lines
}

var (
	zoe   = guest(2, "D’ORMESSON", "Zoé", "Mme", "zoe@exemple.example", "14/03/1985", "12, rue des Œillets\nBât. B", "75011", "PARIS", "01 99 00 00 01", "06 39 98 00 01", "")
	amine = guest(4, "NGUYỄN; dit « Néo »", "Amine \"Nino\"", "", "amine@exemple.example", "1990-12-01", "", "", "", "", "+33 6 39 98 00 02", "01 99 00 00 02")
)

// spreadsheet writes both guests as Excel (always what is needed) or
// LibreOffice (every text in quotes) does. Windows-1252 has no ễ.
func spreadsheet(sep, end string, everything bool, titled bool) string {
	var b strings.Builder
	line := func(cells []string) {
		for i, c := range cells {
			if i > 0 {
				b.WriteString(sep)
			}
			if c = strings.ReplaceAll(c, "\n", end); everything && c != "" || strings.ContainsAny(c, sep+"\"\r\n") {
				c = `"` + strings.ReplaceAll(c, `"`, `""`) + `"`
			}
			b.WriteString(c)
		}
		b.WriteString(end)
	}
	if titled {
		line(Columns)
	} else {
		b.WriteString(end)
	}
	for _, l := range []Line{zoe, amine} {
		var cells []string
		for _, f := range l.fields() {
			cells = append(cells, *f)
		}
		line(cells)
	}
	return b.String()
}

// TestSpreadsheets: what Excel and LibreOffice write on the three systems, in
// all their encodings, is read alike, lines being counted as in the file.
func TestSpreadsheets(t *testing.T) {
	utf16 := func(e unicode.Endianness) func(string) (string, error) {
		return unicode.UTF16(e, unicode.UseBOM).NewEncoder().String
	}
	encodings := map[string]func(string) (string, error){
		"UTF-8":        func(s string) (string, error) { return s, nil },
		"UTF-8 marked": func(s string) (string, error) { return "\ufeff" + s, nil },
		"Windows-1252": func(s string) (string, error) {
			return charmap.Windows1252.NewEncoder().String(strings.ReplaceAll(s, "Ễ", "E"))
		},
		"Texte Unicode":  utf16(unicode.LittleEndian),
		"big-endian":     utf16(unicode.BigEndian),
		"decomposed UTF": func(s string) (string, error) { return strings.ReplaceAll(s, "é", "e\u0301"), nil },
	}
	for name, encode := range encodings {
		for _, sep := range []string{";", ",", "\t"} {
			for _, end := range []string{"\n", "\r\n", "\r"} {
				for shape := range 4 {
					file, err := encode(spreadsheet(sep, end, shape&1 > 0, shape&2 > 0))
					if err != nil {
						t.Fatal(err)
					}
					want := []Line{zoe, amine}
					if name == "Windows-1252" {
						want[1].LastName = strings.ReplaceAll(amine.LastName, "Ễ", "E")
					}
					if diff := cmp.Diff(want, read1(t, file)); diff != "" {
						t.Errorf("%s, separator %q, line end %q, shape %d:\n%s", name, sep, end, shape, diff)
					}
				}
			}
		}
	}
}

// TestTitles: the line of titles is known without its case, accents and
// punctuation, and refused when following it would lead values astray.
func TestTitles(t *testing.T) {
	const one = "\nMARTIN;Léa;;lea@exemple.example;01/02/1980"
	for _, head := range []string{titles, strings.ToUpper(titles), "NOM;PRENOM;TITRE;MAIL;DATE DE NAISSANCE", "nom;prenom;titre;mail;date_de_naissance;adresse;code-postal;commune;telephone domicile;telephone portable;telephone professionnel;;;",
		" Nom ; Prénom ; Titre ; Mail ; Date de naissance ; Adresse", "sep=;\n" + titles, "SEP=;\n" + titles} {
		if lines := read1(t, head+one); len(lines) != 1 || lines[0].LastName != "MARTIN" || lines[0].N != 2+strings.Count(head, "\n") {
			t.Errorf("%q: %+v", head, lines)
		}
	}
	if lines := read1(t, "NOM;Léa;;lea@exemple.example;01/02/1980"); lines[0].LastName != "NOM" {
		t.Errorf("somebody called NOM: %+v", lines)
	}
	for head, want := range map[string]Refusal{
		"Prénom;Nom;Titre;Mail":                 {1, "Nom", "Ligne 1, colonne « Nom » : le titre lu est « Prénom ». L’ordre attendu est : " + strings.Join(Columns, ", ") + "."},
		"\n\nNom;Prénom;Mail;Date de naissance": {3, "Titre", "Ligne 3, colonne « Titre » : le titre lu est « Mail ». L’ordre attendu est : " + strings.Join(Columns, ", ") + "."},
		titles + ";Classe":                      {1, "Colonne 12", "Ligne 1, colonne « Colonne 12 » : ce titre est en trop. L’ordre attendu est : " + strings.Join(Columns, ", ") + "."},
		"Nom;Prénom":                            {1, "Titre", "Ligne 1, colonne « Titre » : cette colonne manque. L’ordre attendu est : " + strings.Join(Columns, ", ") + "."},
	} {
		_, err := Read(strings.NewReader(head + one))
		var got *Refusal
		if !errors.As(err, &got) {
			t.Fatalf("%q: %v", head, err)
		}
		got.Says = strings.ReplaceAll(got.Says, "\u00a0", " ")
		if diff := cmp.Diff(want, *got); diff != "" {
			t.Errorf("%q:\n%s", head, diff)
		}
	}
}

func TestSniffedAmongOthers(t *testing.T) {
	for _, test := range []struct{ file, first string }{
		{"LI,Wei,Mme,wei@exemple.example,01/02/1980,\"3; rue; des; Lys; ; ; ; ; ; ; \"", "LI"},
		{"LI;Wei;Mme;wei@exemple.example;01/02/1980;1,2,3,4,5,6,7,8,9,10,11", "LI"},
		{"LI\tWei\tMme\twei@exemple.example\t01/02/1980\tA;B;C;D;E", "LI"},
		{"LI\tWei\tMme\twei@exemple.example\t01/02/1980\tA;B\nLI\tWei", "LI"},
		{"LI;Wei;Mme;wei@exemple.example;01/02/1980;\"a,b,c,d,e\na,b,c,d,e\na,b,c,d,e\"", "LI"},
		{"sep=,\nLI;A;B;C;D,Wei,Mme,wei@exemple.example,01/02/1980", "LI;A;B;C;D"},
		{titles + "\n" + strings.Repeat("a,b,c,d,e\n", 49), "a,b,c,d,e"},
		{"LI,Wei;Anne", "LI,Wei"},
	} {
		if lines := read1(t, test.file); lines[0].LastName != test.first {
			t.Errorf("%q: %+v", test.file, lines[0])
		}
	}
}

// TestBroken: what the reader of the file says is not a refusal of the file.
func TestBroken(t *testing.T) {
	lost := errors.New("connection lost")
	_, err := Read(io.MultiReader(strings.NewReader(titles), iotest.ErrReader(lost)))
	if !errors.Is(err, lost) || errors.As(err, new(*Refusal)) {
		t.Error(err)
	}
}
