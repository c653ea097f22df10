package data

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// letters are those that keep no accent to drop, yet are typed otherwise.
var letters = map[rune]string{
	'œ': "oe", 'æ': "ae", 'ß': "ss", 'þ': "th", 'ł': "l", 'ø': "o", 'đ': "d", 'ð': "d", 'ħ': "h", 'ŧ': "t",
	'ŋ': "n", 'ı': "i", 'ĸ': "k", 'ƒ': "f", 'ɨ': "i", 'ƀ': "b", 'ɓ': "b", 'ɗ': "d", 'ə': "e", 'ɛ': "e", 'ɔ': "o",
}

// latin holds what each letter up to U+017F folds to, "" for none, so that
// French and most European names need no decomposition.
var latin = func() (table [0x180]string) {
	for r := rune(0x80); r < 0x180; r++ {
		var b strings.Builder
		for _, d := range norm.NFKD.String(string(r)) {
			b.WriteString(foldRune(d))
		}
		table[r] = b.String()
	}
	return table
}()

// Fold returns a text as it is searched and sorted: without case nor accents,
// ligatures written out, everything but letters and digits as single spaces.
// Folding twice changes nothing.
func Fold(s string) string {
	if isFolded(s) {
		return s
	}
	b := make([]byte, 0, len(s)+8)
	for i := 0; i < len(s); {
		c := s[i]
		if c < utf8.RuneSelf {
			b = appendASCII(b, c)
			i++
			continue
		}
		r, size := utf8.DecodeRuneInString(s[i:])
		switch {
		case r < rune(len(latin)):
			b = appendFolded(b, latin[r])
		case '\u2010' <= r && r <= '\u2027': // hyphens, dashes, apostrophes
			b = appendFolded(b, " ")
		default:
			return foldSlowly(s)
		}
		i += size
	}
	return trimmed(b)
}

// isFolded reports whether Fold would return an ASCII text as it is.
func isFolded(s string) bool {
	space := true
	for i := range len(s) {
		switch c := s[i]; {
		case 'a' <= c && c <= 'z' || '0' <= c && c <= '9':
			space = false
		case c == ' ' && !space:
			space = true
		default:
			return false
		}
	}
	return !space || s == ""
}

func appendASCII(b []byte, c byte) []byte {
	switch {
	case 'a' <= c && c <= 'z' || '0' <= c && c <= '9':
		return append(b, c)
	case 'A' <= c && c <= 'Z':
		return append(b, c+'a'-'A')
	case c < ' ' && (c < '\t' || c > '\r') || c == 0x7f:
		return b
	}
	return appendFolded(b, " ")
}

// appendFolded appends what a rune folds to, and never two spaces in a row.
func appendFolded(b []byte, s string) []byte {
	if s != "" && s[0] == ' ' && (len(b) == 0 || b[len(b)-1] == ' ') {
		s = s[1:]
	}
	return append(b, s...)
}

func trimmed(b []byte) string {
	if n := len(b); n > 0 && b[n-1] == ' ' {
		b = b[:n-1]
	}
	return string(b)
}

func foldSlowly(s string) string {
	b := make([]byte, 0, len(s)+8)
	for _, r := range norm.NFKD.String(s) {
		b = appendFolded(b, foldRune(r))
	}
	return trimmed(b)
}

// foldRune folds one decomposed rune.
func foldRune(r rune) string {
	if r = unicode.ToLower(r); r == utf8.RuneError {
		return " "
	}
	if s, ok := letters[r]; ok {
		return s
	}
	switch {
	case unicode.IsSpace(r):
		return " "
	case unicode.Is(unicode.M, r), unicode.Is(unicode.C, r):
		return ""
	case unicode.Is(unicode.Lm, r): // apostrophes of Polynesian names among them
		return " "
	case unicode.IsLetter(r), unicode.IsDigit(r):
		return string(r)
	}
	return " "
}

// foldExact folds a code, a login or an address: like Fold, but what punctuation
// it has counts.
func foldExact(s string) string {
	b := make([]byte, 0, len(s))
	for _, r := range norm.NFKD.String(s) {
		if '!' <= r && r < utf8.RuneSelf && r != 0x7f {
			b = append(b, byte(unicode.ToLower(r)))
		} else {
			b = appendFolded(b, foldRune(r))
		}
	}
	return trimmed(b)
}

// SortKey returns the order of a name in a French list, as a text to compare
// byte by byte: the last name without accents, the first name without accents,
// then the accents of both. Hyphens and apostrophes count as spaces.
func SortKey(last, first string) string {
	return Fold(last) + "\x01" + Fold(first) + "\x01" + accents(last, first)
}

// weights orders the marks of letters as the Unicode collation does.
var weights = map[rune]byte{
	0x301: '!', 0x300: '"', 0x306: '#', 0x302: '$', 0x30c: '%', 0x30a: '&', 0x308: '(', 0x30b: ')', 0x303: '*',
	0x307: '+', 0x328: ',', 0x327: '-', 0x304: '.',
}

// accents returns the second level of a French collation: a space for each
// letter, then its marks. It is "" for names that have none.
func accents(last, first string) string {
	if isASCII(last) && isASCII(first) {
		return ""
	}
	var b []byte
	marked := false
	for _, r := range norm.NFKD.String(last + "\x01" + first) {
		r = unicode.ToLower(r)
		if w, ok := weights[r]; ok {
			b, marked = append(b, w), true
		} else if s, ok := letters[r]; ok {
			b, marked = append(append(b, " /"...), strings.Repeat(" ", len(s)-1)...), true
		} else if unicode.IsLetter(r) || unicode.IsDigit(r) {
			b = append(b, ' ')
		}
	}
	if !marked {
		return ""
	}
	return strings.TrimRight(string(b), " ")
}

func isASCII(s string) bool {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}
