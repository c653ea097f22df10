package attachment

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"unicode/utf8"

	"golang.org/x/text/encoding/unicode"
)

// others are the beginnings of what is no text, though no byte of theirs may be
// nul.
var others = []string{"PK\x03\x04", "PK\x05\x06", "\xD0\xCF\x11\xE0", "%PDF-", "\x1F\x8B", "\x89PNG", "\xFF\xD8\xFF", "GIF8", "{\\rtf", "MZ", "\x7FELF", "Rar!", "7z\xBC\xAF", "BZh", "\xFD7zXZ"}

const unreadable = "ce n’est pas un texte lisible. Enregistrez-le en UTF-8 depuis l’éditeur de texte ou le tableur, puis recommencez."

// text takes what is written in UTF-8, in Windows-1252 or in the UTF-16 of
// Windows, as it is: a page in it is words, for whoever is handed it as a text.
func (c *candidate) text() error {
	head, err := c.part(0, 16)
	if err != nil {
		return err
	}
	for _, o := range others {
		if bytes.HasPrefix(head, []byte(o)) {
			return c.other()
		}
	}
	if bytes.HasPrefix(head, []byte("\xFF\xFE")) || bytes.HasPrefix(head, []byte("\xFE\xFF")) {
		return c.written("utf-16", func(r io.Reader) io.RuneReader {
			return bufio.NewReader(unicode.UTF16(unicode.LittleEndian, unicode.ExpectBOM).NewDecoder().Reader(r))
		})
	}
	err = c.written("utf-8", func(r io.Reader) io.RuneReader { return bufio.NewReader(r) })
	if why, ok := err.(reason); ok && why.err == errEncoding {
		err = c.written("windows-1252", func(r io.Reader) io.RuneReader { return western{bufio.NewReader(r)} })
	}
	return err
}

// written reads the whole content in an encoding.
func (c *candidate) written(charset string, decode func(io.Reader) io.RuneReader) error {
	if err := c.rewind(); err != nil {
		return err
	}
	r := decode(io.LimitReader(c.Content, c.Size))
	all, controls := 0, 0
	for {
		char, n, err := r.ReadRune()
		switch {
		case err == io.EOF:
			if controls > 8 && controls*100 > all {
				return because(unreadable)
			}
			c.Type += "; charset=" + charset
			return nil
		case err != nil:
			return err
		case char == utf8.RuneError && (n == 1 || charset == "utf-16"):
			return reason{unreadable, errEncoding}
		case char == 0:
			return because(unreadable)
		case char < ' ' && char != '\n' && char != '\r' && char != '\t' && char != '\x1B': // that one colours logs
			controls++
		}
		all++
	}
}

// errEncoding reports bytes that an encoding gives no meaning.
var errEncoding = errors.New("not this encoding")

// western reads Windows-1252: only what it has no letter for matters here.
type western struct{ *bufio.Reader }

func (w western) ReadRune() (rune, int, error) {
	b, err := w.ReadByte()
	switch b {
	case 0x81, 0x8D, 0x8F, 0x90, 0x9D:
		return utf8.RuneError, 1, err
	}
	return rune(b), 1, err
}
