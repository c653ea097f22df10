package slips

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// plain is what of a text can be printed, on one line. Letters beyond the first
// 65,536, which the font has not, are boxes.
func plain(text string) string {
	text = strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r):
			return ' '
		case unicode.IsControl(r), unicode.Is(unicode.Cf, r), unicode.Is(unicode.Noncharacter_Code_Point, r), unicode.Is(unicode.Variation_Selector, r):
			return -1
		case r > 0xFFFF:
			return '□'
		}
		return r
	}, norm.NFC.String(text))
	return strings.Join(strings.Fields(text), " ")
}

// A face is one of the letters in use.
type face struct{ family, style string }

var (
	sans = face{"sans", ""}
	bold = face{"sans", "B"}
	mono = face{"mono", "B"}
)

// A setting is a text cut in lines of one size.
type setting struct {
	face  face
	size  float64 // points
	lines []string
}

// leading is the distance between lines, in millimetres.
func (s setting) leading() float64 { return s.size * point * 1.22 }

func (s setting) height() float64 { return float64(len(s.lines)) * s.leading() }

// point is a point in millimetres.
const point = 25.4 / 72

// width is that of a text, in millimetres. It must not be asked once pages are
// begun: the choice of a face would be printed.
func (p *paper) width(text string, f face, size float64) float64 {
	p.pdf.SetFont(f.family, f.style, size)
	return p.pdf.GetStringWidth(text)
}

// set fits a text in a width: smaller, down to shrunk (a part of size), if that
// makes one line of it; on several lines otherwise, the last one cut where there
// would be more than most, 0 for no limit.
func (p *paper) set(text string, f face, size, width, shrunk float64, most int) setting {
	if text = plain(text); text == "" {
		return setting{face: f, size: size}
	}
	natural := p.width(text, f, size)
	if natural <= width {
		return setting{f, size, []string{text}}
	}
	if smaller := size * width / natural * 0.999; smaller >= size*shrunk {
		return setting{f, smaller, []string{text}}
	}
	size *= shrunk
	lines := p.wrap(text, f, size, width)
	if most > 0 && len(lines) > most {
		last := []rune(lines[most-1])
		for len(last) > 0 && p.width(string(last)+"…", f, size) > width {
			last = last[:len(last)-1]
		}
		lines = append(lines[:most-1], strings.TrimRight(string(last), " ")+"…")
	}
	return setting{f, size, lines}
}

// wrap cuts between words, and within words that are too long alone.
func (p *paper) wrap(text string, f face, size, width float64) []string {
	var lines []string
	line := ""
	for _, word := range strings.Split(text, " ") {
		if line != "" && p.width(line+" "+word, f, size) <= width {
			line += " " + word
			continue
		}
		if line != "" {
			lines = append(lines, line)
		}
		for p.width(word, f, size) > width {
			n := p.cut(word, f, size, width)
			lines = append(lines, word[:n])
			word = word[n:]
		}
		line = word
	}
	return append(lines, line)
}

// cut is how many bytes of a word fit, at least its first letter. After a mark
// that joins words is a better place.
func (p *paper) cut(word string, f face, size, width float64) int {
	fits, better, sum := 0, 0, 0.0
	for i, r := range word {
		sum += p.width(string(r), f, size)
		if sum > width && fits > 0 {
			break
		}
		fits = i + len(string(r))
		if strings.ContainsRune(".-_@/&?", r) {
			better = fits
		}
	}
	if better*3 > fits {
		return better
	}
	return fits
}
