// Package letter reads one mail as a person reads it: who wrote it, what it
// answers, what is new in its text, and its files. It reads what the mail
// carries and nothing else: it follows no link, and holds no file in memory.
package letter

import (
	"bufio"
	"errors"
	"io"
	"time"
)

// Letter is one mail. Its texts are in UTF-8, normalised, without any control
// character nor any that turns the direction of writing.
type Letter struct {
	// Complete ids, left@right without angle brackets; what is not such an id is
	// left out.
	ID, InReplyTo string
	References    []string // oldest first, 50 at most

	From              string // a bare address in lower case, "" when none can be read
	FromName, Subject string
	To                []string  // bare addresses in lower case of all whom it names or was delivered to
	Date              time.Time // zero when unknown; the sender's word

	Text  string // what its author added, as far as can be told; at most 50,000 characters
	Whole string // the text with all that it quotes, within the same bound

	Files   []File        // those that keep took
	Refused []RefusedFile // those that it could not have, and what else was not read

	// Automatic is why nobody wrote it, in French: it must create, answer and
	// reopen nothing. "" for the mail of a person. Its files are not read.
	Automatic string
}

// File is a file of a mail.
type File struct {
	Name string // without any path, at most 120 characters
	Size int64  // in bytes
}

// RefusedFile is a file that was not taken, to tell its sender; its name is ""
// where it is about the rest of the mail.
type RefusedFile struct {
	Name string
	Why  string // a French sentence
}

// The bounds of a mail.
const (
	MaxSize  = 60 << 20 // of the whole, in bytes
	MaxFiles = 5
	MaxFile  = 10 << 20 // of each, decoded, in bytes
	MaxText  = 50_000   // in characters

	maxHeader  = 256 << 10 // of one group of headers, in bytes
	maxRawText = 4 << 20   // of one part of text, in bytes
	maxTexts   = 8 << 20   // of all, in bytes
	maxParts   = 200
	maxDepth   = 10
	maxRefused = 20
)

// What reading the same mail again would not change.
var (
	ErrUnreadable = errors.New("letter: no mail can be read there")
	ErrTooLarge   = errors.New("letter: the mail is larger than MaxSize")
)

// Read reads one mail of RFC 5322, and gives each file to keep, in its order.
// When r of keep fails, the file is too large or damaged: keep drops what it has
// of it, and the mail is read on. When keep fails by itself, Read ends with its
// error.
//
// The error is ErrUnreadable, ErrTooLarge, that of the reader or that of keep.
// The letter then holds what was read before it: its headers, except where it is
// ErrUnreadable. Headers without a body are a mail.
func Read(r io.Reader, keep func(name string, r io.Reader) error) (Letter, error) {
	src := &source{r: r, left: MaxSize, headers: maxHeader}
	br := bufio.NewReader(src)
	h, err := readHeader(br)
	if err != nil && src.err != nil {
		return Letter{}, src.err
	}
	if err != nil {
		return Letter{}, ErrUnreadable
	}
	src.headers = -1
	l := addressed(h)
	l.Automatic = automatic(h, l.From)
	reading := reading{src: src, keep: keep, letter: &l, texts: maxTexts}
	l.Whole = clean(reading.part(h, br, 0).text)
	l.Text = fresh(l.Whole)
	switch {
	case src.err != nil:
		return l, src.err
	case reading.err != nil:
		return l, reading.err
	case src.left <= 0:
		return l, ErrTooLarge
	}
	return l, nil
}

// A source is what the mail is read from, within its bounds.
type source struct {
	r       io.Reader
	left    int64 // what may still be read
	headers int64 // the same while headers are read, -1 elsewhere
	err     error // of r
}

var errBound = errors.New("letter: a bound is reached")

func (s *source) Read(p []byte) (int, error) {
	if s.err != nil {
		return 0, s.err
	}
	most := min(int64(len(p)), s.left)
	if s.headers >= 0 {
		most = min(most, s.headers)
	}
	if most <= 0 && len(p) > 0 {
		return 0, errBound
	}
	n, err := s.r.Read(p[:most])
	s.left -= int64(n)
	if s.headers >= 0 {
		s.headers -= int64(n)
	}
	if err != nil && err != io.EOF {
		s.err = err
	}
	return n, err
}
