package aaf

import (
	"encoding/xml"
	"strconv"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/unicode/norm"
)

// Files do not always hold the encoding that they declare, and one batch may
// mix several. So each value decides: bytes that are valid UTF-8 are UTF-8,
// since accented Latin-1 hardly ever is; the others are what the declaration
// says if it names a one-byte encoding, and Windows-1252 if not.

// maxValue bounds one decoded value, in bytes.
const maxValue = 64 << 10

// appendText adds the decoded text of raw to dst: entities resolved, line ends
// and tabs as spaces, what cannot be printed left out.
func appendText(dst, raw []byte, legacy *charmap.Charmap, entities bool) []byte {
	plain := true
	for _, c := range raw {
		if c < ' ' || c > '~' || c == '&' {
			plain = false
			break
		}
	}
	if plain {
		return append(dst, raw...)
	}
	from := len(dst)
	oneByte := !utf8.Valid(raw)
	for i := 0; i < len(raw); {
		if raw[i] == '&' && entities {
			if c, n := reference(raw[i:]); n > 0 {
				dst = appendRune(dst, c)
				i += n
				continue
			}
		}
		if oneByte {
			dst = appendRune(dst, legacyRune(legacy, raw[i]))
			i++
			continue
		}
		c, n := utf8.DecodeRune(raw[i:])
		dst = appendRune(dst, c)
		i += n
	}
	if !norm.NFC.IsNormal(dst[from:]) {
		dst = append(dst[:from], norm.NFC.Bytes(dst[from:])...)
	}
	return dst
}

// legacyRune decodes one byte. What ISO-8859-15 leaves to control characters is
// Windows-1252: nobody writes control characters in a name.
func legacyRune(legacy *charmap.Charmap, b byte) rune {
	if b >= 0x80 && b < 0xA0 {
		return charmap.Windows1252.DecodeByte(b)
	}
	return legacy.DecodeByte(b)
}

// appendRune adds a character that can be printed. White space becomes a space;
// control characters between 80 and 9F are Windows-1252 taken for Latin-1;
// other controls and the invisible marks of direction and joining are dropped.
func appendRune(dst []byte, c rune) []byte {
	switch {
	case c == '\t' || c == '\n' || c == '\r' || c == '\u2028' || c == '\u2029' || c == '\u0085':
		return append(dst, ' ')
	case c >= 0x80 && c < 0xA0:
		c = charmap.Windows1252.DecodeByte(byte(c))
		if c == utf8.RuneError {
			return dst
		}
	case c < ' ', c == 0x7F, c >= 0xFFFE && c <= 0xFFFF, unicode.Is(unicode.Cf, c):
		return dst
	}
	return utf8.AppendRune(dst, c)
}

// reference reads an entity at the head of text: the character and how many
// bytes it took, none when it is not an entity: a bare & is a & .
func reference(text []byte) (rune, int) {
	end := 1
	for end < len(text) && end < 32 && text[end] != ';' {
		if c := text[end]; !(c == '#' && end == 1) && !alphanumeric(c) {
			return 0, 0
		}
		end++
	}
	if end >= len(text) || text[end] != ';' || end == 1 {
		return 0, 0
	}
	name := string(text[1:end])
	if name[0] == '#' {
		return numeric(name[1:]), end + 1
	}
	if c, ok := predefined[name]; ok {
		return c, end + 1
	}
	if s, ok := xml.HTMLEntity[name]; ok {
		c, _ := utf8.DecodeRuneInString(s)
		return c, end + 1
	}
	return 0, 0
}

func alphanumeric(c byte) bool {
	return c >= '0' && c <= '9' || c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z'
}

var predefined = map[string]rune{"amp": '&', "lt": '<', "gt": '>', "quot": '"', "apos": '\''}

// numeric reads what stands between &# and the semicolon. A number that is no
// character gives the character that marks a loss.
func numeric(digits string) rune {
	base := 10
	if digits != "" && (digits[0] == 'x' || digits[0] == 'X') {
		base, digits = 16, digits[1:]
	}
	n, err := strconv.ParseUint(digits, base, 32)
	if err != nil || n > unicode.MaxRune || !utf8.ValidRune(rune(n)) {
		return utf8.RuneError
	}
	return rune(n)
}
