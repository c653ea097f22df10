package access

import (
	"io"
	"slices"
	"strings"
	"unicode"
)

// codeLetters are the characters of what people copy from paper: 28 that are
// not taken for one another, so 4.8 bits each.
const codeLetters = "abcdefghjkmnprstvwxyz3456789"

// newCode draws a code of n characters: 8 for an initial password (38 bits), 10
// for the code of a child or to hand over (48 bits). The reader is the gate's.
func newCode(r io.Reader, n int) (string, error) { return draw(r, n, codeLetters) }

// newDigits draws n digits: 6 for a records password.
func newDigits(r io.Reader, n int) (string, error) { return draw(r, n, "0123456789") }

// draw draws n characters of an alphabet, each as likely as the others: bytes
// above the last whole multiple of its length are drawn again.
func draw(r io.Reader, n int, alphabet string) (string, error) {
	whole := 256 - 256%len(alphabet)
	drawn := make([]byte, 0, n)
	for bytes := make([]byte, n); len(drawn) < n; {
		missing := bytes[:n-len(drawn)]
		if _, err := io.ReadFull(r, missing); err != nil {
			return "", err
		}
		for _, b := range missing {
			if int(b) < whole {
				drawn = append(drawn, alphabet[int(b)%len(alphabet)])
			}
		}
	}
	return string(drawn), nil
}

// NormalCode returns a code as it was drawn, from the way it was typed or
// copied: in lower case, without spaces, hyphens nor dots.
func NormalCode(typed string) string {
	return strings.Map(func(c rune) rune {
		if unicode.IsSpace(c) || unicode.Is(unicode.Pd, c) || c == '.' {
			return -1
		}
		return unicode.ToLower(c)
	}, typed)
}

// SpacedCode returns a code as it is shown, in groups of five: « abcde fghjk ».
func SpacedCode(code string) string {
	var groups []string
	for group := range slices.Chunk([]byte(code), 5) {
		groups = append(groups, string(group))
	}
	return strings.Join(groups, " ")
}
