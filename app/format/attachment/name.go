package attachment

import (
	"cmp"
	"path"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// longestName is how many bytes a name has at most: systems allow 255.
const longestName = 150

// unnamed is the name of a file whose sender gave it none.
const unnamed = "fichier"

// device matches the names that Windows keeps for itself, whatever follows the
// first dot.
var device = regexp.MustCompile(`(?i)^(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³]|conin\$|conout\$) *(\.|$)`)

// Name makes of any text a name of file to be shown, and to be proposed to
// whoever saves the file: not empty, without folder, control nor invisible
// character, valid on every system, its extension last. It is never a path of
// ours.
func Name(sent string) string {
	sent = strings.ToValidUTF8(sent, "")
	sent = sent[strings.LastIndexAny(sent, `/\`)+1:]
	sent = norm.NFC.String(strings.Map(visible, sent))
	sent = strings.Trim(strings.Join(strings.Fields(sent), " "), ". ")
	ext := path.Ext(sent)
	stem := strings.TrimRight(strings.TrimSuffix(sent, ext), ". ")
	if len(ext) > 16 || len(ext) > len(sent)-1 { // no extension has as many letters
		ext, stem = "", sent
	}
	stem = strings.TrimRight(cut(stem, longestName-len(ext)), ". ")
	if stem == "" {
		stem = unnamed
	}
	if device.MatchString(stem + ext) {
		stem = "_" + stem
	}
	return stem + ext
}

// visible keeps what a name may hold.
func visible(r rune) rune {
	switch {
	case unicode.IsSpace(r):
		return ' '
	case strings.ContainsRune(`<>:"|?*`, r):
		return '_'
	case unicode.IsControl(r), unicode.In(r, unicode.Cf, unicode.Co, unicode.Cs, unicode.Variation_Selector), r == unicode.ReplacementChar, r == '\u2800', r == '\u3164', r == '\uffa0', r == '\u115f', r == '\u1160', r == '\u034f':
		return -1
	}
	return r
}

// cut keeps at most n bytes, and no half character.
func cut(text string, n int) string {
	if len(text) <= n {
		return text
	}
	for n > 0 && !utf8.RuneStart(text[n]) {
		n--
	}
	return text[:n]
}

// Disposition is the Content-Disposition (RFC 6266) of a file to be saved under
// a name, whatever the name: in plain letters for old software, then whole.
func Disposition(name string) string {
	name = Name(name)
	var whole strings.Builder
	for _, c := range []byte(name) {
		if c < utf8.RuneSelf && (c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || strings.IndexByte("!#$&+-.^_`|~", c) >= 0) {
			whole.WriteByte(c)
			continue
		}
		whole.WriteByte('%')
		whole.WriteByte("0123456789ABCDEF"[c>>4])
		whole.WriteByte("0123456789ABCDEF"[c&15])
	}
	return `attachment; filename="` + plain(name) + `"; filename*=UTF-8''` + whole.String()
}

// plain writes a name in the letters of ASCII.
func plain(name string) string {
	letters := strings.Map(func(r rune) rune {
		switch {
		case unicode.Is(unicode.Mn, r):
			return -1
		case r == '%' || r == '"' || r == '\\' || r < ' ' || r >= 0x7F:
			return '_'
		}
		return r
	}, norm.NFD.String(name))
	return cmp.Or(letters, unnamed)
}
