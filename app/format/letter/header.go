package letter

import (
	"bufio"
	"bytes"
	"io"
	"mime"
	netmail "net/mail"
	"slices"
	"strings"

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
