package aaf

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
)

const (
	maxDepth      = 64
	maxRecord     = 4 << 20 // bytes of the values of one request
	maxValues     = 50_000  // in one request
	maxAttributes = 2000    // in one request
	maxUnknown    = 100     // names of unknown attributes that are counted
)

// stopped carries the caller's own error out of the parser untouched.
type stopped struct{ err error }

func (s stopped) Error() string { return s.err.Error() }

// Parse reads one file as it comes and gives each of its requests to yield; an
// error of yield ends the reading and is returned as is. Any fault of the file
// itself is a *BadFile, given after the records that precede it. The name and
// the category are those of the file, for messages and for requests that do not
// tell their own category.
func Parse(src io.Reader, name string, category Category, yield func(Record) error) (Header, error) {
	p := &parser{lexer: newLexer(src), legacy: charmap.Windows1252, category: category, yield: yield, names: map[string]string{}}
	err := p.document()
	var stop stopped
	switch {
	case err == nil:
		return p.header, nil
	case errors.As(err, &stop):
		return p.header, stop.err
	case errors.As(err, new(*Refusal)):
		return p.header, err
	}
	return p.header, &BadFile{File: name, Line: p.lexer.line, LastID: p.last, Reason: reason(err), Header: p.header}
}

// reason says in French what ended the reading.
func reason(err error) string {
	switch {
	case errors.As(err, new(fault)):
		return err.Error()
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return errTruncated.Error()
	}
	return fmt.Sprintf("la lecture a échoué (%v)", err)
}

// A parser turns the tokens of one file into records.
type parser struct {
	lexer    *lexer
	legacy   *charmap.Charmap // for values that are not UTF-8
	category Category         // of the file
	yield    func(Record) error
	header   Header
	last     string // join key of the last record given out

	names map[string]string // names of attributes, each kept once
	text  []byte            // values of the current record, end to end
	ends  []int             // where each of them ends in text
	spans []span            // attributes of the current record
}

// A span is an attribute whose values are still in text.
type span struct {
	name  string
	first int // index in ends
	count int
}

// A fault is what is wrong with the bytes of a file, in French.
type fault string

func (f fault) Error() string { return string(f) }

func faulty(format string, args ...any) error { return fault(fmt.Sprintf(format, args...)) }

func (p *parser) document() error {
	if err := p.lexer.start(); err != nil {
		return err
	}
	alone, err := p.prolog()
	if err != nil {
		return err
	}
	if !alone {
		if err := p.requests(); err != nil {
			return err
		}
	}
	return p.epilog()
}

// prolog reads as far as the root, and tells whether the root is empty.
func (p *parser) prolog() (alone bool, err error) {
	directed := false
	for {
		t, err := p.lexer.next()
		if err != nil {
			return false, err
		}
		switch t.kind {
		case tokenEnd:
			return false, faulty("le fichier est vide ou tronqué")
		case tokenOpen:
			if string(t.name) != rootName {
				return false, faulty("la racine est « %s » et non « %s »", clip(string(t.name)), rootName)
			}
			return t.alone, nil
		case tokenInstruction:
			p.declared(t.data)
		case tokenComment:
			p.comment(t.data)
		case tokenDirective:
			if directed {
				return false, faulty("le fichier contient une seconde déclaration « <! »")
			}
			if err := doctype(t.data); err != nil {
				return false, err
			}
			directed = true
		case tokenText:
			if blank(t.data) {
				continue
			}
			fallthrough
		default:
			return false, faulty("le fichier ne commence pas comme un fichier AAF")
		}
	}
}

// declared takes the encoding of <?xml version="1.0" encoding="…"?>.
func (p *parser) declared(data []byte) {
	rest, ok := strings.CutPrefix(string(data), "xml ")
	if !ok {
		return
	}
	encoding, err := attribute([]byte(rest), "encoding")
	if err != nil {
		return
	}
	switch strings.ToUpper(strings.NewReplacer("-", "", "_", "").Replace(string(encoding))) {
	case "ISO885915", "LATIN9":
		p.legacy = charmap.ISO8859_15
	}
}

// doctype accepts the one document type of these files, by its name. What it
// points to is never looked at; what it would define here is refused.
func doctype(data []byte) error {
	fields := strings.Fields(string(data))
	switch {
	case strings.ContainsAny(string(data), "[]<"):
		return faulty("la déclaration DOCTYPE contient des définitions, ce qui n’est pas accepté")
	case len(fields) < 2 || fields[0] != "DOCTYPE" || fields[1] != rootName:
		return faulty("le fichier contient une déclaration « <! » qui n’est pas celle des fichiers AAF")
	}
	return nil
}

// comment takes what the comments at the top tell: name="value".
func (p *parser) comment(data []byte) {
	name, value, ok := strings.Cut(strings.TrimSpace(string(data)), "=")
	if !ok {
		return
	}
	value = strings.Trim(strings.TrimSpace(value), `"'`)
	value = string(appendText(nil, []byte(clip(value)), p.legacy, true))
	h := &p.header
	switch strings.TrimSpace(name) {
	case "versionAF":
		h.VersionAF = value
	case "versionSDET":
		h.VersionSDET = value
	case "codeAcademieExport":
		h.AcademyCode = value
	case "degre":
		switch d := Degree(strings.ToUpper(value)); d {
		case First, Second:
			h.Degree = d
		}
	case "dateGenerationExport":
		h.Generated, _ = ParseDate(value)
	}
}

// requests reads what the root holds.
func (p *parser) requests() error {
	for {
		t, err := p.lexer.next()
		if err != nil {
			return err
		}
		switch t.kind {
		case tokenComment:
			if p.last == "" {
				p.comment(t.data)
			}
		case tokenOpen:
			if err := p.request(t); err != nil {
				return err
			}
		case tokenClose:
			if string(t.name) != rootName {
				return unexpected(t)
			}
			return nil
		default:
			if err := between(t); err != nil {
				return err
			}
		}
	}
}

// epilog refuses anything but comments behind the root.
func (p *parser) epilog() error {
	for {
		t, err := p.lexer.next()
		switch {
		case err != nil:
			return err
		case t.kind == tokenEnd:
			return nil
		case t.kind == tokenComment || t.kind == tokenInstruction || t.kind == tokenText && blank(t.data):
		default:
			return faulty("du texte suit la fin du fichier")
		}
	}
}

// between judges a token that stands where only tags may.
func between(t token) error {
	switch {
	case t.kind == tokenEnd:
		return errTruncated
	case t.kind == tokenComment || t.kind == tokenInstruction || t.kind == tokenText && blank(t.data):
		return nil
	case t.kind == tokenDirective:
		return faulty("le fichier contient une déclaration « <! » hors de sa place")
	case t.kind == tokenText || t.kind == tokenVerbatim:
		return faulty("du texte se trouve hors des valeurs")
	}
	return unexpected(t)
}

func unexpected(t token) error {
	slash := ""
	if t.kind == tokenClose {
		slash = "/"
	}
	return faulty("la balise « <%s%s> » n’est pas attendue ici", slash, clip(string(t.name)))
}

// clip shortens what a sentence quotes.
func clip(s string) string {
	s = strings.ToValidUTF8(s, "?")
	if utf8.RuneCountInString(s) <= 80 {
		return s
	}
	return string([]rune(s)[:79]) + "…"
}
