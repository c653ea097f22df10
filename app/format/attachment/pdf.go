package attachment

import (
	"bytes"
	"encoding/binary"
	"regexp"
)

var (
	pdfHead = regexp.MustCompile(`^%PDF-[12]\.[0-9][\r\n \t]`)
	markup  = regexp.MustCompile(`(?i)<(!doctype|html|head|body|script|svg|iframe)\b`)
)

// pdfTail is how far from the end the mark of the end of a PDF may be.
const pdfTail = 1024

// zipTail is how far from the end of a file the end of a zip may begin.
const zipTail = 22 + 1<<16 - 1

// pdf takes what begins and ends as a PDF, and is nothing else besides: a page
// whose first line is a comment, an archive that follows or holds it.
func (c *candidate) pdf() error {
	head, err := c.part(0, 1024)
	if err != nil {
		return err
	}
	if !pdfHead.Match(head) || markup.Match(head) {
		return c.other()
	}
	from := max(0, c.Size-zipTail)
	tail, err := c.part(from, int(c.Size-from))
	if err != nil {
		return err
	}
	if endsZip(tail) {
		return c.other()
	}
	last := tail[max(0, len(tail)-pdfTail):]
	end := bytes.LastIndex(last, []byte("%%EOF"))
	if end < 0 || len(bytes.Trim(last[end+len("%%EOF"):], "\x00\t\n\f\r ")) > 0 {
		return c.damaged(nil)
	}
	return nil
}

// endsZip reports whether an archive would be read in a file that ends so.
func endsZip(tail []byte) bool {
	for at := bytes.LastIndex(tail, []byte("PK\x05\x06")); at >= 0; at = bytes.LastIndex(tail[:at], []byte("PK\x05\x06")) {
		if len(tail)-at >= 22 && int(binary.LittleEndian.Uint16(tail[at+20:])) <= len(tail)-at-22 {
			return true
		}
	}
	return false
}
