package guestcsv

import (
	"bytes"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"
)

// others are the formats that people take for CSV, by their first bytes.
var others = []struct{ begins, name string }{
	{"PK\x03\x04", "un classeur de tableur ou une archive"},
	{"\xD0\xCF\x11\xE0", "un classeur Excel"},
	{"%PDF-", "un document PDF"},
	{"\x1F\x8B", "une archive"},
	{"\x89PNG", "une image"},
	{"\xFF\xD8\xFF", "une image"},
	{"GIF8", "une image"},
	{"{\\rtf", "un document de traitement de texte"},
}

const save = "Dans le tableur, enregistrez-le au format « CSV UTF-8 »."

// decode makes text of a file, its line ends as \n. UTF-16 is what Excel calls
// « Texte Unicode ».
func decode(raw []byte) (string, *Refusal) {
	for _, o := range others {
		if bytes.HasPrefix(raw, []byte(o.begins)) {
			return "", refuse(0, "", "Ce fichier est %s, et non un fichier CSV. %s", o.name, save)
		}
	}
	var text string
	switch {
	case bytes.HasPrefix(raw, []byte("\xFF\xFE")), bytes.HasPrefix(raw, []byte("\xFE\xFF")):
		utf8Bytes, err := unicode.UTF16(unicode.LittleEndian, unicode.ExpectBOM).NewDecoder().Bytes(raw)
		if err != nil {
			return "", refuse(0, "", "Le fichier est abîmé ou incomplet. %s", save)
		}
		text = string(utf8Bytes)
	case utf8.Valid(raw):
		text = string(raw)
	default:
		var refused *Refusal
		if text, refused = legacy(raw); refused != nil {
			return "", refused
		}
	}
	text = strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(strings.TrimLeft(text, "\ufeff"))
	return text, readable(text)
}

// legacy decodes Windows-1252, which is any bytes: so it must not look like
// UTF-8 that was damaged.
func legacy(raw []byte) (string, *Refusal) {
	accents, odd, first := 0, 0, -1
	for i := 0; i < len(raw); {
		r, n := utf8.DecodeRune(raw[i:])
		switch {
		case r == utf8.RuneError && n == 1:
			if odd++; first < 0 {
				first = i
			}
		case n > 1:
			accents++
		}
		i += n
	}
	if accents > odd || bytes.HasPrefix(raw, []byte("\xEF\xBB\xBF")) {
		before := strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(string(raw[:first]))
		return "", refuse(1+strings.Count(before, "\n"), "", "un caractère est illisible, car le fichier mélange deux encodages. %s", save)
	}
	var b strings.Builder
	b.Grow(len(raw) * 3 / 2)
	for _, c := range raw {
		b.WriteRune(charmap.Windows1252.DecodeByte(c)) // U+FFFD for the five that mean nothing
	}
	return b.String(), nil
}

// readable refuses what is no text.
func readable(text string) *Refusal {
	if i := strings.IndexByte(text, 0); i >= 0 {
		return refuse(1+strings.Count(text[:i], "\n"), "", "le fichier contient un caractère nul : ce n’est pas un fichier CSV. %s", save)
	}
	controls := 0
	for i := range len(text) {
		if c := text[i]; c < ' ' && c != '\n' && c != '\t' || c == 0x7F {
			controls++
		}
	}
	if controls > 8 && controls*100 > len(text) {
		return refuse(0, "", "Ce fichier n’est pas un texte. %s", save)
	}
	return nil
}
