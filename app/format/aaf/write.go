package aaf

import (
	"bufio"
	"fmt"
	"io"
	"strings"

	"golang.org/x/text/encoding/charmap"
)

// A Header is what the comments at the top of a file tell; each may be empty.
type Header struct {
	VersionAF   string // AAF-VE2407
	VersionSDET string // Annexe 4bis version 6.4
	AcademyCode string // 10
	Degree      Degree
	Generated   Date
	// Unknown counts, by name, the attributes that no version of the format
	// which we know has: they were read, and nothing is done with them.
	Unknown map[string]int
}

// An Encoding is how a Writer spells what is not ASCII.
type Encoding byte

// The three spellings that exports have.
const (
	References Encoding = iota // numeric references, declared UTF-8
	UTF8                       // raw UTF-8, declared UTF-8
	Latin9                     // raw ISO-8859-15, declared so
)

// A Writer writes one file, as exports are laid out. Encoding and CRLF are to
// be set before the first Write.
type Writer struct {
	Encoding Encoding
	CRLF     bool // Windows line ends

	header  Header
	w       *bufio.Writer
	started bool
	err     error
}

// NewWriter prepares a file; nothing is written before the first Write or Close.
func NewWriter(w io.Writer, h Header) *Writer {
	return &Writer{header: h, w: bufio.NewWriterSize(w, 64<<10)}
}

const rootName = "ficAlimMENESR"

func (w *Writer) start() {
	w.started = true
	charset := "UTF-8"
	if w.Encoding == Latin9 {
		charset = "ISO-8859-15"
	}
	w.line(`<?xml version="1.0" encoding="` + charset + `"?>`)
	w.line(`<!DOCTYPE ` + rootName + ` SYSTEM "` + rootName + `.dtd">`)
	w.line(`<` + rootName + `>`)
	w.comment("versionAF", w.header.VersionAF)
	w.comment("versionSDET", w.header.VersionSDET)
	w.comment("codeAcademieExport", w.header.AcademyCode)
	w.comment("degre", string(w.header.Degree))
	w.comment("dateGenerationExport", w.header.Generated.French())
	w.line("")
}

func (w *Writer) comment(name, value string) {
	if value != "" {
		w.put(`<!-- ` + name + `="`)
		w.text(strings.ReplaceAll(value, "--", "-"))
		w.line(`" -->`)
	}
}

var (
	requestOf = map[Op]string{Add: "addRequest", Modify: "modifyRequest", Delete: "deleteRequest"}
	operation = map[Category][2]string{
		Schools:   {"categorieStructure", "EtabEducNat"},
		Subjects:  {"categorieMatiere", "MatEducNat"},
		Mefs:      {"categorieMef", "MefEducNat"},
		Students:  {"categoriePersonne", "Eleve"},
		Relatives: {"categoriePersonne", "PersRelEleve"},
		StaffOf:   {"categoriePersonne", "PersEducNat"},
	}
)

// Write adds one request. It fails on a record without operation or category,
// and then on every call once writing has failed.
func (w *Writer) Write(r Record) error {
	request, category := requestOf[r.Op], operation[r.Category]
	if request == "" || category[0] == "" {
		return fmt.Errorf("aaf: a record needs an operation and a category, not %d and %q", r.Op, r.Category)
	}
	if !w.started {
		w.start()
	}
	w.line("<" + request + ">")
	w.line(`<operationalAttributes><attr name="` + category[0] + `"><value>` + category[1] + `</value></attr></operationalAttributes>`)
	w.put("<identifier><id>")
	w.text(r.ID)
	w.line("</id></identifier>")
	switch r.Op {
	case Add:
		w.attributes(r.Attrs, "attributes", "attr", "")
	case Modify:
		w.attributes(r.Attrs, "modifications", "modification", ` operation="replace"`)
	}
	w.line("</" + request + ">")
	w.line("")
	return w.err
}

func (w *Writer) attributes(list []Attr, parent, element, more string) {
	w.line("<" + parent + ">")
	for _, a := range list {
		w.put("<" + element + ` name="`)
		w.text(a.Name)
		w.put(`"` + more + ">")
		if len(a.Values) == 0 {
			w.put("<value/>")
		}
		for _, v := range a.Values {
			w.value(v)
		}
		w.line("</" + element + ">")
	}
	w.line("</" + parent + ">")
}

func (w *Writer) value(v string) {
	if v == "" {
		w.put("<value/>")
		return
	}
	w.put("<value>")
	w.text(v)
	w.put("</value>")
}

// Close ends the file and flushes it; it does not close what it wrote to.
func (w *Writer) Close() error {
	if !w.started {
		w.start()
	}
	w.line("</" + rootName + ">")
	if err := w.w.Flush(); w.err == nil {
		w.err = err
	}
	return w.err
}

func (w *Writer) line(s string) {
	w.put(s)
	if w.CRLF {
		w.put("\r")
	}
	w.put("\n")
}

func (w *Writer) put(s string) {
	if w.err == nil {
		_, w.err = w.w.WriteString(s)
	}
}

var escapes = map[rune]string{'&': "&amp;", '<': "&lt;", '>': "&gt;", '\'': "&apos;", '"': "&quot;"}

// text writes a value in the encoding of the file; what the encoding lacks
// becomes a reference, and what XML cannot hold is dropped.
func (w *Writer) text(s string) {
	for _, c := range s {
		escape, special := escapes[c]
		switch {
		case special:
			w.put(escape)
		case c < ' ' && c != '\t', c == '\uFFFE', c == '\uFFFF':
		case c < 0x7F, w.Encoding == UTF8:
			w.put(string(c))
		default:
			w.foreign(c)
		}
	}
}

func (w *Writer) foreign(c rune) {
	if w.Encoding == Latin9 {
		if b, ok := charmap.ISO8859_15.EncodeRune(c); ok && b >= 0xA0 {
			w.put(string([]byte{b}))
			return
		}
	}
	w.put(fmt.Sprintf("&#%d;", c))
}
