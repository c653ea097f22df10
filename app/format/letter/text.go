package letter

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// shown tells whether a character may stay in a text: neither a control nor what
// hides or turns others, but for the joiners that some writings and pictures need.
func shown(c rune) bool {
	if c == '\u200C' || c == '\u200D' {
		return true
	}
	return !unicode.IsControl(c) && !unicode.In(c, unicode.Cf, unicode.Co, unicode.Zl, unicode.Zp)
}

// clean is a text of several lines, as a page shows it: at most two line ends in
// a row, no space at the end of a line, cut at MaxText characters.
func clean(text string) string {
	text = strings.NewReplacer("\r\n", "\n", "\r", "\n", "\u2028", "\n", "\u2029", "\n", "\u0085", "\n", "\f", "\n", "\v", "\n").Replace(strings.ToValidUTF8(text, "\uFFFD"))
	text = norm.NFC.String(strings.Map(func(c rune) rune {
		if c != '\n' && c != '\t' && !shown(c) {
			return -1
		}
		return c
	}, text))
	var b strings.Builder
	empty := 0
	for line := range strings.SplitSeq(text, "\n") {
		line = strings.TrimRightFunc(line, unicode.IsSpace)
		if empty++; line == "" {
			continue
		}
		if b.Len() > 0 {
			b.WriteString(strings.Repeat("\n", min(empty, 2)))
		}
		b.WriteString(line)
		empty = 0
	}
	return cut(b.String(), MaxText)
}

// cut keeps the first characters of a text, and says that others followed.
func cut(text string, most int) string {
	count := 0
	for i := range text {
		if count++; count == most {
			if rest := text[i:]; utf8.RuneCountInString(rest) > 1 {
				return text[:i] + "…"
			}
		}
	}
	return text
}

// oneLine is a text of one line.
func oneLine(text string, most int) string {
	text = norm.NFC.String(strings.Map(func(c rune) rune {
		if unicode.IsSpace(c) || unicode.IsControl(c) {
			if c == '\u00a0' || c == '\u202f' {
				return c
			}
			return ' '
		}
		if !shown(c) {
			return -1
		}
		return c
	}, strings.ToValidUTF8(text, "\uFFFD")))
	return cut(strings.Join(strings.FieldsFunc(text, func(c rune) bool { return c == ' ' }), " "), most)
}
