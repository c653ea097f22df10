package aaf

import (
	"bytes"
	"io"
)

// The lexer cuts a file into tags and texts. The standard decoder will not do:
// it fails on the bytes that text.go mends, keeps a text whole however long it
// is, and takes twice the time. Here a tag is bytes between < and >, nothing is
// held that a bound does not limit, and texts stay in the bytes of the file.

const (
	firstWindow = 64 << 10
	// A tag, a comment or a text may not be longer than this, references included.
	lastWindow = 512 << 10
	// Nor an opening tag, whose quotes are looked at once for each > in it.
	longestTag = 4 << 10
)

type tokenKind byte

const (
	tokenEnd tokenKind = iota // of the file
	tokenText
	tokenVerbatim // a CDATA section
	tokenOpen
	tokenClose
	tokenComment
	tokenInstruction
	tokenDirective
)

// A token holds bytes of the window: they are good until the next one is asked for.
type token struct {
	kind  tokenKind
	name  []byte // of a tag
	data  []byte // attributes of a tag, or what the token holds
	alone bool   // <value/>
}

type lexer struct {
	src    io.Reader
	window []byte
	at     int   // first byte not yet consumed
	line   int   // of that byte
	fault  error // what ended the source: io.EOF, a NUL byte, a failure
}

func newLexer(src io.Reader) *lexer {
	return &lexer{src: src, window: make([]byte, 0, firstWindow), line: 1}
}

// The faults of a file's bytes. Their sentences end up in BadFile.
var (
	errRecord    = fault("une fiche du fichier est démesurément longue")
	errNUL       = fault("le fichier contient des octets nuls (codage UTF-16 ou fichier endommagé)")
	errUTF16     = fault("le fichier est codé en UTF-16, qui n’est pas accepté")
	errTruncated = fault("le fichier est tronqué")
	errLong      = fault("un élément du fichier est démesurément long")
	errTag       = fault("une balise est mal formée")
)

// fill reads more behind what is left of the window. It fails once the source
// is at its end and nothing was added.
func (l *lexer) fill() error {
	if l.fault != nil {
		return l.fault
	}
	if l.at > 0 {
		n := copy(l.window, l.window[l.at:])
		l.window, l.at = l.window[:n], 0
	}
	have := len(l.window)
	if have == cap(l.window) {
		if have >= lastWindow {
			return errLong
		}
		grown := make([]byte, have, 2*have)
		copy(grown, l.window)
		l.window = grown
	}
	n, err := l.read(l.window[have:cap(l.window)])
	l.window = l.window[:have+n]
	if i := bytes.IndexByte(l.window[have:], 0); i >= 0 {
		l.window, err = l.window[:have+i], errNUL
		n = i
	}
	l.fault = err
	if n == 0 {
		return l.fault
	}
	return nil
}

// read insists, for a reader may return nothing without an error.
func (l *lexer) read(into []byte) (n int, err error) {
	for range 100 {
		if n, err = l.src.Read(into); n > 0 || err != nil {
			return n, err
		}
	}
	return 0, io.ErrNoProgress
}

// start eats the byte order mark of UTF-8 and refuses those of UTF-16.
func (l *lexer) start() error {
	for len(l.window) < 3 {
		if err := l.fill(); err != nil {
			break
		}
	}
	switch head := l.window; {
	case bytes.HasPrefix(head, []byte("\xEF\xBB\xBF")):
		l.at = 3
	case bytes.HasPrefix(head, []byte("\xFF\xFE")), bytes.HasPrefix(head, []byte("\xFE\xFF")),
		len(head) == 1 && l.fault == errNUL, len(head) == 0 && l.fault == errNUL:
		return errUTF16
	}
	return nil
}

// find gives the place, counted from l.at, of the first byte of what at or after
// from, and reads as far as it takes.
func (l *lexer) find(what []byte, from int) (int, error) {
	for {
		if i := bytes.Index(l.window[l.at+from:], what); i >= 0 {
			return from + i, nil
		}
		from = max(from, len(l.window)-l.at-len(what)+1)
		if err := l.fill(); err != nil {
			return 0, err
		}
	}
}

// take consumes n bytes.
func (l *lexer) take(n int) []byte {
	taken := l.window[l.at : l.at+n]
	l.at += n
	l.line += bytes.Count(taken, newline)
	return taken
}

var (
	newline       = []byte("\n")
	less          = []byte("<")
	greater       = []byte(">")
	commentOpen   = []byte("<!--")
	commentClose  = []byte("-->")
	verbatimOpen  = []byte("<![CDATA[")
	verbatimClose = []byte("]]>")
	instrClose    = []byte("?>")
)

// next gives the next token; at the end of the file, one of kind tokenEnd. A
// file that ends inside a tag is truncated.
func (l *lexer) next() (token, error) {
	if l.at == len(l.window) {
		if err := l.fill(); err == io.EOF {
			return token{kind: tokenEnd}, nil
		} else if err != nil {
			return token{}, err
		}
	}
	if l.window[l.at] == '<' {
		t, err := l.markup()
		if err == io.EOF {
			err = errTruncated
		}
		return t, err
	}
	n, err := l.find(less, 0)
	if err == io.EOF {
		n = len(l.window) - l.at
	} else if err != nil {
		return token{}, err
	}
	return token{kind: tokenText, data: l.take(n)}, nil
}

func (l *lexer) markup() (token, error) {
	for len(l.window)-l.at < 2 {
		if err := l.fill(); err != nil {
			return token{}, err
		}
	}
	switch l.window[l.at+1] {
	case '/':
		n, err := l.find(greater, 2)
		if err != nil {
			return token{}, err
		}
		tag := l.take(n + 1)
		return token{kind: tokenClose, name: bytes.TrimRight(tag[2:n], " \t\r\n")}, nil
	case '?':
		return l.enclosed(tokenInstruction, 2, instrClose)
	case '!':
		return l.declaration()
	}
	return l.open()
}

// declaration reads a comment, a CDATA section or a directive, all of which
// begin with <!.
func (l *lexer) declaration() (token, error) {
	for len(l.window)-l.at < len(verbatimOpen) {
		if err := l.fill(); err != nil {
			break
		}
	}
	switch rest := l.window[l.at:]; {
	case bytes.HasPrefix(rest, commentOpen):
		return l.enclosed(tokenComment, len(commentOpen), commentClose)
	case bytes.HasPrefix(rest, verbatimOpen):
		return l.enclosed(tokenVerbatim, len(verbatimOpen), verbatimClose)
	}
	return l.enclosed(tokenDirective, 2, greater)
}

func (l *lexer) enclosed(kind tokenKind, open int, end []byte) (token, error) {
	n, err := l.find(end, open)
	if err != nil {
		return token{}, err
	}
	return token{kind: kind, data: l.take(n + len(end))[open:n]}, nil
}

// open reads an opening tag. A > inside quotes does not end it.
func (l *lexer) open() (token, error) {
	n, err := l.find(greater, 1)
	for err == nil && n <= longestTag && inQuotes(l.window[l.at:l.at+n]) {
		n, err = l.find(greater, n+1)
	}
	if n > longestTag {
		return token{}, errLong
	}
	if err != nil {
		return token{}, err
	}
	tag := l.take(n + 1)[1:n]
	t := token{kind: tokenOpen}
	if len(tag) > 0 && tag[len(tag)-1] == '/' {
		t.alone, tag = true, tag[:len(tag)-1]
	}
	end := 0
	for end < len(tag) && !space(tag[end]) {
		if c := tag[end]; c == '<' || c == '=' || c == '"' || c == '/' || c == '&' {
			return token{}, errTag
		}
		end++
	}
	if end == 0 {
		return token{}, errTag
	}
	t.name, t.data = tag[:end], tag[end:]
	return t, nil
}

func inQuotes(tag []byte) bool {
	quote := byte(0)
	for _, c := range tag {
		switch {
		case quote == 0 && (c == '"' || c == '\''):
			quote = c
		case c == quote:
			quote = 0
		}
	}
	return quote != 0
}

func space(c byte) bool { return c == ' ' || c == '\n' || c == '\r' || c == '\t' }

// blank tells whether a text holds nothing but white space.
func blank(text []byte) bool {
	for _, c := range text {
		if !space(c) {
			return false
		}
	}
	return true
}

// attribute gives the value of one attribute of a tag, the bytes of the file,
// nil when the tag does not have it. What is not key="value" is malformed.
func attribute(data []byte, key string) (value []byte, err error) {
	for {
		data = bytes.TrimLeft(data, " \t\r\n")
		if len(data) == 0 {
			return value, nil
		}
		eq := bytes.IndexByte(data, '=')
		if eq <= 0 {
			return nil, errTag
		}
		name := bytes.TrimRight(data[:eq], " \t\r\n")
		data = bytes.TrimLeft(data[eq+1:], " \t\r\n")
		if len(data) == 0 || data[0] != '"' && data[0] != '\'' {
			return nil, errTag
		}
		end := bytes.IndexByte(data[1:], data[0])
		if end < 0 {
			return nil, errTag
		}
		if bytes.IndexByte(data[:1+end], '<') >= 0 {
			return nil, errTag
		}
		if string(name) == key {
			value = data[1 : 1+end : 1+end]
		}
		data = data[2+end:]
	}
}
