package guestcsv

import (
	"errors"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const (
	plain = "MARTIN;Léa;;lea@exemple.example;01/02/1980"
	saved = " Dans le tableur, enregistrez-le au format « CSV UTF-8 »."
)

var lea = guest(1, "MARTIN", "Léa", "", "lea@exemple.example", "01/02/1980")

func at(n int, l Line) Line {
	l.N = n
	return l
}

// with is Léa with one value changed.
func with(column int, value string) Line {
	l := lea
	*l.fields()[column] = value
	return l
}

// noise is bytes that hold no NUL.
func noise(n int) string {
	r, b := rand.New(rand.NewPCG(1, 2)), make([]byte, n)
	for i := range b {
		b[i] = byte(1 + r.IntN(255))
	}
	return string(b)
}

type hostile struct {
	name, file string
	says       string // the whole sentence of the refusal
	want       []Line // or what is read
}

var notCSV = []hostile{
	{"empty", "", "Le fichier est vide.", nil},
	{"blank lines", "\n \r\n\t\n;;;\n\n", "Le fichier est vide.", nil},
	{"a mark alone", "\ufeff", "Le fichier est vide.", nil},
	{"quotes around nothing", "\"\";\"\"\n", "Le fichier est vide.", nil},
	{"titles alone", titles + "\r\n", "Le fichier ne contient que la ligne des titres : ajoutez une ligne par invité.", nil},
	{"titles and blanks", titles + "\n;;;;;;\n\n", "Le fichier ne contient que la ligne des titres : ajoutez une ligne par invité.", nil},
	{"xlsx renamed", "PK\x03\x04\x14\x00\x06\x00" + noise(4000), "Ce fichier est un classeur de tableur ou une archive, et non un fichier CSV." + saved, nil},
	{"xls renamed", "\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1" + noise(4000), "Ce fichier est un classeur Excel, et non un fichier CSV." + saved, nil},
	{"PDF", "%PDF-1.7\n1 0 obj", "Ce fichier est un document PDF, et non un fichier CSV." + saved, nil},
	{"gzip", "\x1F\x8B\x08\x00" + noise(100), "Ce fichier est une archive, et non un fichier CSV." + saved, nil},
	{"PNG", "\x89PNG\r\n\x1a\n" + noise(100), "Ce fichier est une image, et non un fichier CSV." + saved, nil},
	{"JPEG", "\xFF\xD8\xFF\xE0" + noise(100), "Ce fichier est une image, et non un fichier CSV." + saved, nil},
	{"GIF", "GIF89a" + noise(100), "Ce fichier est une image, et non un fichier CSV." + saved, nil},
	{"RTF", `{\rtf1\ansi MARTIN;Léa}`, "Ce fichier est un document de traitement de texte, et non un fichier CSV." + saved, nil},
	{"noise", noise(4000), "Ce fichier n’est pas un texte." + saved, nil},
	{"controls", strings.Repeat("\x01\x02;", 500), "Ce fichier n’est pas un texte." + saved, nil},
	{"ELF", "\x7fELF\x02\x01\x01\x00\x00", "Ligne 1 : le fichier contient un caractère nul : ce n’est pas un fichier CSV." + saved, nil},
	{"a NUL on line 3", titles + "\r\n" + plain + "\r\nDU\x00PONT;Max;;max@exemple.example;01/02/1980", "Ligne 3 : le fichier contient un caractère nul : ce n’est pas un fichier CSV." + saved, nil},
	{"UTF-16 without its mark", "M\x00A\x00;\x00L\x00", "Ligne 1 : le fichier contient un caractère nul : ce n’est pas un fichier CSV." + saved, nil},
	{"UTF-32", "\xFF\xFE\x00\x00M\x00\x00\x00", "Ligne 1 : le fichier contient un caractère nul : ce n’est pas un fichier CSV." + saved, nil},
	{"UTF-16 mark alone", "\xFF\xFE", "Le fichier est vide.", nil},
	{"HTML", "<!DOCTYPE html>\n<html><body>Bonjour</body></html>", "Ligne 1 : les colonnes ne sont pas séparées. Le fichier attendu contient, séparés par des points-virgules : " + strings.Join(Columns, ", ") + ".", nil},
	{"one column", "\nMARTIN Léa\nDUPONT Max\n", "Ligne 2 : les colonnes ne sont pas séparées. Le fichier attendu contient, séparés par des points-virgules : " + strings.Join(Columns, ", ") + ".", nil},
	{"another separator", strings.ReplaceAll(plain, ";", "|"), "Ligne 1 : les colonnes ne sont pas séparées. Le fichier attendu contient, séparés par des points-virgules : " + strings.Join(Columns, ", ") + ".", nil},
	{"two encodings", plain + "\r\nÉÈÀ;Zo\xe9;;z@exemple.example;01/02/1980", "Ligne 2 : un caractère est illisible, car le fichier mélange deux encodages." + saved, nil},
	{"marked, and not UTF-8", "\ufeff" + plain + "\nL\xc9GER;Zo\xe9;;z@exemple.example;01/02/1980", "Ligne 2 : un caractère est illisible, car le fichier mélange deux encodages." + saved, nil},
}

var tooMuch = []hostile{
	{"3 MiB", titles + "\n" + strings.Repeat(plain+"\n", 3<<20/len(plain)), "Le fichier dépasse 2 Mo : partagez-le en plusieurs.", nil},
	{"3 MiB of nothing", strings.Repeat("\n", 3<<20), "Le fichier dépasse 2 Mo : partagez-le en plusieurs.", nil},
	{"2,001 guests", titles + "\n" + strings.Repeat(plain+"\n", 2001), "Ligne 2002 : le fichier a plus de 2 000 invités : partagez-le en plusieurs.", nil},
	{"2,001 guests without titles", strings.Repeat(plain+"\r", 2001), "Ligne 2001 : le fichier a plus de 2 000 invités : partagez-le en plusieurs.", nil},
	{"a huge field", plain + "\n" + strings.Repeat("A", 64<<10+1) + ";Max", "Ligne 2, colonne « Nom » : le texte dépasse 64 Ko ; un guillemet n’est peut-être pas refermé.", nil},
	{"a huge quoted field", plain + ";\"" + strings.Repeat("A\n", 40<<10) + "\"", "Ligne 1, colonne « Adresse » : le texte dépasse 64 Ko ; un guillemet n’est peut-être pas refermé.", nil},
	{"65 columns", plain + "\n" + strings.Repeat(";", 64) + "a", "Ligne 2 : la ligne a plus de 64 colonnes, pour 11 attendues.", nil},
	{"a million columns", plain + "\n" + strings.Repeat(";", 1<<20), "Ligne 2 : la ligne a plus de 64 colonnes, pour 11 attendues.", nil},
}

var quotes = []hostile{
	{"never closed", plain + "\r\nDUPONT;\"Max;;m@exemple.example\r\n" + plain + "\r\n", "Ligne 2, colonne « Prénom » : le guillemet ouvert ici n’est jamais refermé.", nil},
	{"never closed, after a field on two lines", titles + "\n\"DU\nPONT\";Max;;\"m@exemple.example", "Ligne 3, colonne « Mail » : le guillemet ouvert ici n’est jamais refermé.", nil},
	{"an odd bomb", strings.Repeat("\"", 1001), "Ligne 1, colonne « Nom » : le guillemet ouvert ici n’est jamais refermé.", nil},
	{"an even bomb", strings.Repeat("\"", 1<<20), "Ligne 1, colonne « Nom » : le texte dépasse 64 Ko ; un guillemet n’est peut-être pas refermé.", nil},
	{"text after a quote", plain + "\n\"DU\"PONT;Max;;m@exemple.example;01/02/1980", "Ligne 2, colonne « Nom » : un guillemet est mal placé : doublez les guillemets qui font partie du texte, ou ôtez-les.", nil},
	{"closed by the next line", "\n" + plain + ";\"12 rue A\n" + plain + ";\"12 rue B\"\n", "Ligne 2, colonne « Adresse » : un guillemet est mal placé : doublez les guillemets qui font partie du texte, ou ôtez-les.", nil},
	{"quotes within a text", strings.Replace(plain, "Léa", `Léa "Lili"`, 1), "", []Line{with(1, `Léa "Lili"`)}},
	{"blanks around quotes", ` "MARTIN" ; "Léa" ;;"lea@exemple.example";"01/02/1980"`, "", []Line{lea}},
	{"everything quoted", `"MARTIN";"Léa";"";"lea@exemple.example";"01/02/1980"`, "", []Line{lea}},
}

var shapes = []hostile{
	{"too few columns", "MARTIN;Léa\n" + plain, "", []Line{wrong(guest(1, "MARTIN", "Léa"), "Titre", "Cette colonne manque : la ligne s’arrête à « Prénom »."), at(2, lea)}},
	{"too many columns", plain + ";;;;;;;6e B;\n" + plain + ";;;;;;;;;;;\n", "", []Line{wrong(lea, "Colonne 12", "Cette colonne est en trop : « 6e B »."), at(2, lea)}},
	{"mixed separators", plain + "\nDUPONT,Max,,max@exemple.example,01/02/1980", "", []Line{lea,
		wrong(guest(2, "DUPONT,Max,,max@exemple.example,01/02/1980"), "Prénom", "Cette colonne manque : la ligne s’arrête à « Nom ».")}},
	{"lone CR", plain + "\r" + plain + "\r\r" + plain, "", []Line{lea, at(2, lea), at(4, lea)}},
	{"all line ends", plain + "\n" + plain + "\r\n" + plain + "\r" + plain, "", []Line{lea, at(2, lea), at(3, lea), at(4, lea)}},
	{"no last line end", plain + ";", "", []Line{lea}},
	{"a Ctrl-Z at the end", plain + "\r\n\x1a", "", []Line{lea}},
	{"exactly 64 KiB", plain + ";" + strings.Repeat("A", 64<<10), "", []Line{with(5, strings.Repeat("A", 64<<10))}},
	{"a sentence that lies about the separator", "sep=|\n" + plain, "", []Line{wrong(guest(1, "sep=|"), "Prénom", "Cette colonne manque : la ligne s’arrête à « Nom »."), at(2, lea)}},
}

var characters = []hostile{
	{"two marks", "\ufeff\ufeff" + plain, "", []Line{lea}},
	{"two marks before a quote", "\ufeff\ufeff" + strings.Replace(plain, "MARTIN", `"MARTIN"`, 1), "", []Line{lea}},
	{"formulas kept harmless by an export", "'=1+1;'@Léa;' +M;lea@exemple.example;01/02/1980;''=x;' ＝1;'\t7;'+33 6 39 98 00 01;'-;'t Hart", "",
		[]Line{guest(1, "=1+1", "@Léa", "+M", "lea@exemple.example", "01/02/1980", "'=x", "＝1", "7", "+33 6 39 98 00 01", "-", "'t Hart")}},
	{"formulas typed", strings.Replace(plain, "Léa", "=cmd|' /C calc'!A0", 1), "", []Line{with(1, "=cmd|' /C calc'!A0")}},
	{"overlong UTF-8", strings.Replace(plain, "Léa", "L\xc0\xaf", 1), "", []Line{with(1, "LÀ¯")}},
	{"a surrogate in UTF-8", strings.Replace(plain, "Léa", "L\xed\xa0\x80", 1), "", []Line{with(1, "Lí €")}},
	{"a byte that means nothing", strings.Replace(plain, "Léa", "L\x81a\xe9", 1), "", []Line{wrong(with(1, "L\ufffdaé"), "Prénom", "Un caractère est illisible : corrigez-le dans le fichier.")}},
	{"a character already lost", strings.Replace(plain, "Léa", "L\ufffda", 1), "", []Line{wrong(with(1, "L\ufffda"), "Prénom", "Un caractère est illisible : corrigez-le dans le fichier.")}},
	{"half a UTF-16 character", "\xFE\xFF\x00M\x00;\x00L\xD8\x00\x00;\x00;\x00;\x00;\x00", "", []Line{wrong(wrong(guest(1, "M", "L\ufffd", "", "", "", "\ufffd"), "Prénom", "Un caractère est illisible : corrigez-le dans le fichier."), "Adresse", "Un caractère est illisible : corrigez-le dans le fichier.")}},
	{"bidirectional controls", strings.Replace(plain, "Léa", "\u202eaéL\u202c\u2066\u200f", 1), "", []Line{with(1, "aéL")}},
	{"zero width", strings.Replace(plain, "Léa", "L\u200b\u200c\u200d\u2060\ufeff\u00adéa", 1), "", []Line{with(1, "Léa")}},
	{"decomposed", strings.Replace(plain, "Léa", "Le\u0301a", 1), "", []Line{lea}},
	{"apart until the invisible is gone", strings.Replace(plain, "Léa", "Le\u200b\u0301a", 1), "", []Line{lea}},
	{"controls in names", strings.Replace(plain, "Léa", "\x1bL\x07é\x08a\x7f\u0085", 1), "", []Line{lea}},
	{"blanks of all kinds", strings.Replace(plain, "Léa", "\u00a0Léa\u202fAnne\u2003\x0b", 1), "", []Line{with(1, "Léa Anne")}},
	{"line breaks within", "\"MAR\r\nTIN\";Léa;;lea@exemple.example;01/02/1980;\"1 rue A\r\n\r\n Bât. B\u2028C\"", "",
		[]Line{guest(1, "MAR TIN", "Léa", "", "lea@exemple.example", "01/02/1980", "1 rue A\n\n Bât. B\nC")}},
	{"no characters", strings.Replace(plain, "Léa", "Léa\ufffe\uffff\U0001ffff", 1), "", []Line{lea}},
	{"emoji", strings.Replace(plain, "Léa", "Léa 🎓", 1), "", []Line{with(1, "Léa 🎓")}},
	{"right to left", strings.Replace(plain, "Léa", "ليا", 1), "", []Line{with(1, "ليا")}},
}

// TestHostile gives files that no spreadsheet wrote, or that it should not
// have: each is refused with its very sentence, or read as expected.
func TestHostile(t *testing.T) {
	count := 0
	for _, group := range [][]hostile{notCSV, tooMuch, quotes, shapes, characters} {
		for _, test := range group {
			count++
			got, err := Read(strings.NewReader(test.file))
			var refused *Refusal
			errors.As(err, &refused)
			switch {
			case test.says == "" && err != nil:
				t.Errorf("%s: refused: %v", test.name, err)
			case test.says != "" && (refused == nil || strings.ReplaceAll(refused.Says, "\u00a0", " ") != test.says || got != nil):
				t.Errorf("%s:\n%v\ninstead of\n%s", test.name, err, test.says)
			case test.says == "":
				for i := range got {
					sentences(got[i].Wrong)
				}
				if diff := cmp.Diff(test.want, got); diff != "" {
					t.Errorf("%s:\n%s", test.name, diff)
				}
			}
		}
	}
	if count < 50 {
		t.Errorf("%d files", count)
	}
}

// sentences makes plain spaces of those that do not break.
func sentences(wrong map[string]string) {
	for column, says := range wrong {
		wrong[column] = strings.ReplaceAll(says, "\u00a0", " ")
	}
}

// TestMost: as many guests as a file may hold.
func TestMost(t *testing.T) {
	lines := read1(t, titles+"\r\n"+strings.Repeat(plain+"\r\n", MaxLines))
	if len(lines) != MaxLines || lines[MaxLines-1].N != MaxLines+1 {
		t.Errorf("%d, %+v", len(lines), lines[len(lines)-1])
	}
}
