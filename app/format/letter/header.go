package letter

import (
	"bufio"
	"bytes"
	"io"
	"mime"
	netmail "net/mail"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/emersion/go-message/textproto"
)

// readHeader reads headers up to their empty line or the end. Lines that are
// none, which some servers add, are passed over.
func readHeader(br *bufio.Reader) (textproto.Header, error) {
	var kept bytes.Buffer
	skipping := true
	for {
		line, err := br.ReadBytes('\n')
		if err != nil && err != io.EOF {
			return textproto.Header{}, err
		}
		text := bytes.TrimRight(line, "\r\n")
		if len(text) == 0 {
			break
		}
		if text[0] != ' ' && text[0] != '\t' {
			name, value, found := bytes.Cut(text, []byte(":"))
			name = bytes.TrimRight(name, " \t")
			if skipping = !found || !isToken(name); !skipping {
				text = slices.Concat(name, []byte(":"), value)
			}
		}
		if !skipping {
			kept.Write(append(text, '\r', '\n'))
		}
		if err == io.EOF {
			break
		}
	}
	if kept.Len() == 0 {
		return textproto.Header{}, ErrUnreadable
	}
	kept.WriteString("\r\n")
	return textproto.ReadHeader(bufio.NewReader(&kept))
}

func isToken(name []byte) bool {
	return len(name) > 0 && !bytes.ContainsFunc(name, func(c rune) bool { return c <= ' ' || c > '~' })
}

// addressed is what the headers tell of a letter.
func addressed(h textproto.Header) (l Letter) {
	l.ID = first(ids(h, "Message-Id"))
	l.InReplyTo = first(ids(h, "In-Reply-To"))
	if l.References = ids(h, "References"); len(l.References) > maxReferences {
		l.References = slices.Delete(l.References, 1, len(l.References)-maxReferences+1)
	}
	l.Subject = oneLine(words(h.Get("Subject")), maxLine)
	if from := addresses(h.Get("From")); len(from) > 0 {
		l.From, l.FromName = from[0].Address, oneLine(from[0].Name, maxLine)
	}
	for _, name := range []string{"To", "Cc", "Bcc", "Delivered-To", "X-Original-To", "Envelope-To", "X-Envelope-To"} {
		for _, value := range h.Values(name) {
			for _, a := range addresses(value) {
				if len(l.To) < maxAddresses && !slices.Contains(l.To, a.Address) {
					l.To = append(l.To, a.Address)
				}
			}
		}
	}
	l.Date, _ = netmail.ParseDate(h.Get("Date"))
	return l
}

const (
	maxReferences = 50
	maxAddresses  = 100
	maxLine       = 500 // of a subject or a name, in characters
	maxIdentifier = 200 // of an id, in bytes
)

func first(all []string) string {
	if len(all) == 0 {
		return ""
	}
	return all[0]
}

// ids reads the ids of a header, with or without their brackets.
func ids(h textproto.Header, name string) (found []string) {
	value := h.Get(name)
	candidates := strings.Fields(value)
	if pieces := strings.Split(value, "<"); len(pieces) > 1 {
		candidates = pieces[1:]
	}
	for _, id := range candidates {
		id, _, _ = strings.Cut(id, ">")
		if id = strings.TrimSpace(id); identifies(id) {
			found = append(found, id)
		}
	}
	return found
}

const alphanumeric = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"

// identifies tells whether an id is complete, left@right, of ASCII characters
// none of which has a meaning in a header, nor begins an encoded word.
func identifies(id string) bool {
	left, right, ok := strings.Cut(id, "@")
	const atom = alphanumeric + ".!#$%&'*+-/=?^_`{|}~:[]"
	return ok && left != "" && right != "" && !strings.Contains(id, "=?") && len(id) <= maxIdentifier && strings.Trim(left, atom) == "" && strings.Trim(right, atom) == ""
}

// addresses reads a list of addresses, or what looks most like one: those that
// have no usable address are left out.
func addresses(value string) (found []*netmail.Address) {
	value = toUTF8([]byte(value), "")
	parser := netmail.AddressParser{WordDecoder: &mime.WordDecoder{CharsetReader: convert}}
	list, err := parser.ParseList(value)
	if err != nil {
		list = nil
		for part := range strings.SplitSeq(value, ",") {
			list = append(list, looksLike(part))
		}
	}
	for _, a := range list {
		if a.Address = strings.ToLower(strings.TrimSpace(a.Address)); usable(a.Address) && len(found) < maxAddresses {
			found = append(found, a)
		}
	}
	return found
}

// looksLike reads an address that is not written as it should be.
func looksLike(part string) *netmail.Address {
	if open := strings.LastIndexByte(part, '<'); open >= 0 {
		address, _, _ := strings.Cut(part[open+1:], ">")
		return &netmail.Address{Name: strings.Trim(words(part[:open]), "\" \t"), Address: address}
	}
	for word := range strings.FieldsSeq(part) {
		if strings.Contains(word, "@") {
			return &netmail.Address{Address: strings.Trim(word, "()[]\"';")}
		}
	}
	return &netmail.Address{}
}

// usable tells whether an address is one bare address of ASCII characters.
func usable(address string) bool {
	local, domain, ok := strings.Cut(address, "@")
	const atom = alphanumeric + ".!#$%&'*+-/=?^_`{|}~"
	return ok && local != "" && domain != "" && len(address) <= 254 && strings.Trim(local, atom) == "" && strings.Trim(domain, alphanumeric+".-") == ""
}

// words decodes the encoded words of a header (RFC 2047), and the bytes that
// should have been encoded.
func words(value string) string {
	value = toUTF8([]byte(value), "")
	decoder := mime.WordDecoder{CharsetReader: convert}
	if decoded, err := decoder.DecodeHeader(value); err == nil {
		return decoded
	}
	return value
}

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
