package letter

import (
	"bufio"
	"bytes"
	"encoding/base64"
	"io"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/emersion/go-message/charset"
	"golang.org/x/text/encoding/charmap"
)

// hexByte reads a byte from its two hexadecimal digits.
func hexByte(high, low byte) (byte, bool) {
	n, err := strconv.ParseUint(string([]byte{high, low}), 16, 8)
	return byte(n), err == nil
}

// transfer undoes the encoding of a part that is read on the way. What was not
// encoded as it says is an error of the reader.
func transfer(encoding string, body io.Reader) io.Reader {
	switch strings.ToLower(strings.TrimSpace(encoding)) {
	case "base64":
		return base64.NewDecoder(base64.StdEncoding, &alphabet{body})
	case "quoted-printable":
		return &printable{br: bufio.NewReader(body)}
	}
	return body
}

// alphabet leaves out of a text in base64 what has no place there, spaces and
// line ends first.
type alphabet struct{ r io.Reader }

func (a *alphabet) Read(p []byte) (int, error) {
	for {
		n, err := a.r.Read(p)
		kept := 0
		for _, c := range p[:n] {
			if c == '+' || c == '/' || c == '=' || '0' <= c && c <= '9' || 'A' <= c && c <= 'Z' || 'a' <= c && c <= 'z' {
				p[kept] = c
				kept++
			}
		}
		if kept > 0 || err != nil || len(p) == 0 {
			return kept, err
		}
	}
}

// A printable undoes quoted-printable, and leaves as it is what was not encoded
// well.
type printable struct {
	br    *bufio.Reader
	begun []byte // of an escape that the end of a buffer cut
	out   []byte
	err   error
}

func (q *printable) Read(p []byte) (int, error) {
	for len(q.out) == 0 && q.err == nil {
		q.more()
	}
	if len(q.out) == 0 {
		return 0, q.err
	}
	n := copy(p, q.out)
	q.out = q.out[n:]
	return n, nil
}

// more decodes one line, or what the buffer holds of a longer one.
func (q *printable) more() {
	line, err := q.br.ReadSlice('\n')
	line = append(q.begun, line...)
	q.begun = nil
	if err == bufio.ErrBufferFull {
		if at := bytes.LastIndexByte(line, '='); at >= len(line)-2 && at >= 0 {
			line, q.begun = line[:at], bytes.Clone(line[at:])
		}
		q.out = unescaped(line)
		return
	}
	q.err = err
	text := bytes.TrimRight(line, " \t\r\n")
	end := line[len(bytes.TrimRight(line, "\r\n")):]
	if soft, ok := bytes.CutSuffix(text, []byte("=")); ok {
		text, end = soft, nil
	}
	q.out = append(unescaped(text), end...)
}

// unescaped decodes =XX.
func unescaped(text []byte) []byte {
	out := make([]byte, 0, len(text)+2)
	for i := 0; i < len(text); i++ {
		if text[i] == '=' && i+2 < len(text) {
			if c, ok := hexByte(text[i+1], text[i+2]); ok {
				out, i = append(out, c), i+2
				continue
			}
		}
		out = append(out, text[i])
	}
	return out
}

// stateful are the beginnings of the names of charsets whose bytes look like
// those of another.
var stateful = []string{"iso-2022", "hz", "utf-7", "utf7", "utf-16", "utf16", "utf-32", "utf32", "ucs-2", "ucs-4"}

// toUTF8 reads bytes in the charset that they say, or in the one that they are
// in: what is valid UTF-8 is read as that, and what cannot be what it says is
// read as Windows does.
func toUTF8(raw []byte, says string) string {
	says = strings.ToLower(strings.TrimSpace(says))
	for _, prefix := range stateful {
		if strings.HasPrefix(says, prefix) {
			if text, ok := decoded(raw, says); ok {
				return text
			}
		}
	}
	if utf8.Valid(raw) {
		return string(raw)
	}
	switch says {
	case "utf-8", "utf8":
		if mostlyUTF8(raw) {
			return strings.ToValidUTF8(string(raw), "\uFFFD")
		}
	case "", "us-ascii", "ascii", "iso-8859-1", "latin1", "iso8859-1":
	default:
		if text, ok := decoded(raw, says); ok {
			return text
		}
	}
	text, _ := charmap.Windows1252.NewDecoder().Bytes(raw)
	return strings.ToValidUTF8(string(text), "\uFFFD")
}

func decoded(raw []byte, says string) (string, bool) {
	r, err := charset.Reader(says, bytes.NewReader(raw))
	if err != nil {
		return "", false
	}
	text, err := io.ReadAll(r)
	return strings.ToValidUTF8(string(text), "\uFFFD"), err == nil
}

// mostlyUTF8 tells whether more characters are well written than bytes are not.
func mostlyUTF8(raw []byte) bool {
	right, wrong := 0, 0
	for len(raw) > 0 {
		c, n := utf8.DecodeRune(raw)
		switch {
		case c == utf8.RuneError && n == 1:
			wrong++
		case n > 1:
			right++
		}
		raw = raw[n:]
	}
	return right > wrong
}

// convert is toUTF8 for the encoded words of headers.
func convert(says string, r io.Reader) (io.Reader, error) {
	raw, err := io.ReadAll(r)
	if err != nil {
		return nil, err
	}
	return strings.NewReader(toUTF8(raw, says)), nil
}
