package guestcsv

import (
	"fmt"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// blank reports whether a row holds nothing.
func (r row) blank() bool {
	for _, c := range r.cells {
		if clean(c, ' ') != "" {
			return false
		}
	}
	return true
}

// heads reports whether a row is the line of titles.
func (r row) heads() bool {
	known := 0
	for _, c := range r.cells {
		for _, label := range Columns {
			if fold(c) == fold(label) {
				known++
				break
			}
		}
	}
	return known > 2 || known == 2 && len(r.cells) == 2
}

// order refuses titles that are not the expected ones: values under them would
// go astray.
func (r row) order() *Refusal {
	for i, c := range r.cells {
		switch {
		case i < len(Columns) && fold(c) != fold(Columns[i]):
			return refuse(r.line, Columns[i], "le titre lu est « %s ». L’ordre attendu est : %s.", short(clean(c, ' ')), strings.Join(Columns, ", "))
		case i >= len(Columns) && fold(c) != "":
			return refuse(r.line, label(i), "ce titre est en trop. L’ordre attendu est : %s.", strings.Join(Columns, ", "))
		}
	}
	if n := len(r.cells); n < obligatory {
		return refuse(r.line, Columns[n], "cette colonne manque. L’ordre attendu est : %s.", strings.Join(Columns, ", "))
	}
	return nil
}

// short is the beginning of a text, for a sentence.
func short(text string) string {
	if r := []rune(text); len(r) > 40 {
		return string(r[:40]) + "…"
	}
	return text
}

// fold is a title without case, accents, spaces nor punctuation.
func fold(title string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return unicode.ToLower(r)
		}
		return -1
	}, norm.NFKD.String(title))
}

// guest takes the values of a row, and notes what is wrong with its shape.
func (r row) guest() Line {
	l := Line{N: r.line}
	into := l.fields()
	for i, c := range r.cells {
		if i >= len(into) {
			if extra := clean(c, ' '); extra != "" {
				l.wrong(label(i), fmt.Sprintf("Cette colonne est en trop : « %s ».", short(extra)))
			}
			continue
		}
		breaks := ' '
		if into[i] == &l.Street {
			breaks = '\n'
		}
		if *into[i] = clean(c, breaks); strings.ContainsRune(*into[i], unicode.ReplacementChar) {
			l.wrong(Columns[i], "Un caractère est illisible : corrigez-le dans le fichier.")
		}
	}
	if n := len(r.cells); n < obligatory {
		l.wrong(Columns[n], fmt.Sprintf("Cette colonne manque : la ligne s’arrête à « %s ».", Columns[n-1]))
	}
	return l
}

// clean is the text of a cell that may be kept. What separates its lines is
// given.
func clean(cell string, breaks rune) string {
	cell = strings.Map(func(r rune) rune {
		switch {
		case r == '\n' || r == '\u2028' || r == '\u2029' || r == '\u0085':
			return breaks
		case unicode.IsSpace(r):
			return ' '
		case unicode.IsControl(r), unicode.Is(unicode.Cf, r), unicode.Is(unicode.Noncharacter_Code_Point, r):
			return -1
		}
		return r
	}, protected(cell))
	return strings.TrimSpace(norm.NFC.String(cell))
}

// signs make a spreadsheet compute, full-width and small forms included.
const signs = "=+-@＝＋－＠﹦﹢﹣﹫"

// protected takes away the apostrophe that an export puts before what a
// spreadsheet would compute.
func protected(cell string) string {
	rest, ok := strings.CutPrefix(cell, "'")
	if !ok {
		return cell
	}
	for _, c := range rest {
		switch {
		case strings.ContainsRune(signs, c), c == '\t', c == '\n':
			return rest
		case c != '\'' && !unicode.IsSpace(c) && !unicode.IsControl(c) && !unicode.Is(unicode.Cf, c):
			return cell
		}
	}
	return cell
}
