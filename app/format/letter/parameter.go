package letter

import (
	"strconv"
	"strings"
	"unicode/utf8"
)

// parameters reads a value with its parameters, as « attachment; filename=a »,
// however it is written: quoted or not, encoded (RFC 2231 or 2047), in pieces.
// The value and the names of the parameters are in lower case.
func parameters(header string) (value string, params map[string]string) {
	pieces := split(header)
	params = map[string]string{}
	for _, piece := range pieces[1:] {
		name, raw, found := strings.Cut(piece, "=")
		name = strings.ToLower(strings.TrimSpace(name))
		if _, known := params[name]; found && !known {
			params[name] = unquoted(strings.TrimSpace(raw))
		}
	}
	for name := range params {
		base, _, extended := strings.Cut(name, "*")
		if extended && base != "" {
			params[base] = joined(params, base)
		}
	}
	return strings.ToLower(strings.TrimSpace(pieces[0])), params
}

// split cuts at the semicolons that no quotes protect.
func split(header string) (pieces []string) {
	from, quoted, escaped := 0, false, false
	for i := range len(header) {
		switch c := header[i]; {
		case escaped:
			escaped = false
		case c == '\\' && quoted:
			escaped = true
		case c == '"':
			quoted = !quoted
		case c == ';' && !quoted:
			pieces, from = append(pieces, header[from:i]), i+1
		}
	}
	return append(pieces, header[from:])
}

func unquoted(value string) string {
	if len(value) < 2 || value[0] != '"' {
		return value
	}
	var b strings.Builder
	for i := 1; i < len(value) && value[i] != '"'; i++ {
		if value[i] == '\\' && i+1 < len(value) {
			i++
		}
		b.WriteByte(value[i])
	}
	return b.String()
}

// joined puts a parameter in pieces together: « name* », or « name*0 », « name*1* »…
func joined(params map[string]string, base string) string {
	charset, raw := "", ""
	add := func(value string, encoded, first bool) {
		if first && encoded {
			if parts := strings.SplitN(value, "'", 3); len(parts) == 3 {
				charset, value = parts[0], parts[2]
			}
		}
		if encoded {
			value = percent(value)
		}
		raw += value
	}
	if value, ok := params[base+"*"]; ok {
		add(value, true, true)
		return toUTF8([]byte(raw), charset)
	}
	for i := 0; i < maxParts; i++ {
		piece := base + "*" + strconv.Itoa(i)
		if value, ok := params[piece+"*"]; ok {
			add(value, true, i == 0)
		} else if value, ok := params[piece]; ok {
			add(value, false, i == 0)
		} else {
			break
		}
	}
	return toUTF8([]byte(raw), charset)
}

// percent decodes %XX, and leaves what is not that as it is.
func percent(value string) string {
	b := make([]byte, 0, len(value))
	for i := 0; i < len(value); i++ {
		if value[i] == '%' && i+2 < len(value) {
			if c, ok := hexByte(value[i+1], value[i+2]); ok {
				b, i = append(b, c), i+2
				continue
			}
		}
		b = append(b, value[i])
	}
	return string(b)
}

// fileName is what a file is called, without any path nor anything that hides
// its kind; otherwise is its name when it has none.
func fileName(name, otherwise string) string {
	name = oneLine(words(name), utf8.UTFMax*maxName)
	name = name[strings.LastIndexAny(name, `/\`)+1:]
	name = strings.Trim(strings.Map(func(c rune) rune {
		if strings.ContainsRune(`<>:"|?*`, c) {
			return '_'
		}
		return c
	}, name), ". ")
	if name == "" {
		return otherwise
	}
	runes := []rune(name)
	if len(runes) <= maxName {
		return name
	}
	ending := []rune("")
	if dot := strings.LastIndexByte(name, '.'); dot > 0 && utf8.RuneCountInString(name[dot:]) <= 10 {
		ending = []rune(name[dot:])
	}
	return string(runes[:maxName-len(ending)]) + string(ending)
}

const maxName = 120 // in characters
