package letter

import (
	"strings"
	"unicode"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// unread are the elements whose text, up to their end, nobody reads.
var unread = map[atom.Atom]bool{
	atom.Script: true, atom.Style: true, atom.Title: true, atom.Iframe: true, atom.Noembed: true, atom.Noframes: true, atom.Textarea: true, atom.Xmp: true,
}

// breaks are the elements that begin a line; those that stand apart are true.
var breaks = map[atom.Atom]bool{
	atom.P: true, atom.H1: true, atom.H2: true, atom.H3: true, atom.H4: true, atom.H5: true, atom.H6: true, atom.Ul: true, atom.Ol: true, atom.Table: true, atom.Blockquote: true,
	atom.Div: false, atom.Tr: false, atom.Li: false, atom.Dt: false, atom.Dd: false, atom.Section: false, atom.Article: false, atom.Header: false, atom.Footer: false, atom.Pre: false, atom.Address: false,
}

// A drawing is a text that is being drawn from HTML.
type drawing struct {
	out    strings.Builder
	line   strings.Builder
	unread bool // the next text
	quotes int  // that are open
	pre    int
	spaces bool // one is due before the next word
	empty  int  // lines that were just left empty
	links  []string
}

const (
	maxQuotes = 20  // open at the same time
	maxLink   = 500 // of an address that is written out, in bytes
)

// plainText is what HTML says, its quotations marked with « > ». Nothing that it
// refers to is read.
func plainText(source string) string {
	var d drawing
	tokens := html.NewTokenizer(strings.NewReader(source))
	for {
		switch tokens.Next() {
		case html.ErrorToken:
			d.end()
			return d.out.String()
		case html.TextToken:
			if !d.unread {
				d.write(string(tokens.Text()))
			}
		case html.StartTagToken:
			d.start(tokens.Token())
		case html.SelfClosingTagToken:
			if token := tokens.Token(); token.DataAtom != atom.A && token.DataAtom != atom.Blockquote && token.DataAtom != atom.Pre {
				d.start(token)
			}
		case html.EndTagToken:
			d.stop(tokens.Token().DataAtom)
		}
	}
}

func (d *drawing) start(token html.Token) {
	tag := token.DataAtom
	if d.unread = unread[tag]; d.unread {
		return
	}
	apart, begins := breaks[tag]
	if begins {
		d.newLine(apart)
	}
	switch tag {
	case atom.Br:
		d.end()
	case atom.Hr:
		d.newLine(false)
		d.write(strings.Repeat("_", 32))
		d.newLine(false)
	case atom.Li:
		d.write("- ")
	case atom.Td, atom.Th:
		d.spaces = d.line.Len() > 0
	case atom.Blockquote:
		d.quotes = min(d.quotes+1, maxQuotes)
	case atom.Pre:
		d.pre++
	case atom.A:
		d.links = append(d.links[:min(len(d.links), maxQuotes)], attribute(token, "href"))
	}
}

func (d *drawing) stop(tag atom.Atom) {
	d.unread = false
	apart, ends := breaks[tag]
	if ends {
		d.newLine(false)
	}
	if tag == atom.Blockquote { // what stands apart is outside
		d.quotes = max(d.quotes-1, 0)
	}
	if ends {
		d.newLine(apart)
	}
	switch tag {
	case atom.Pre:
		d.pre = max(d.pre-1, 0)
	case atom.A:
		if n := len(d.links); n > 0 {
			d.address(d.links[n-1])
			d.links = d.links[:n-1]
		}
	}
}

// address writes where a link leads, unless its text says it.
func (d *drawing) address(link string) {
	if !strings.HasPrefix(link, "http://") && !strings.HasPrefix(link, "https://") || len(link) > maxLink {
		return
	}
	bare := strings.TrimSuffix(link[strings.Index(link, "://")+3:], "/")
	line := d.line.String()
	if !strings.Contains(line[max(0, len(line)-2*maxLink):], bare) {
		d.write(" <" + link + ">")
	}
}

func attribute(token html.Token, name string) string {
	for _, a := range token.Attr {
		if a.Key == name {
			return strings.TrimSpace(a.Val)
		}
	}
	return ""
}

// write adds a text, in which spaces and line ends count for one space.
func (d *drawing) write(text string) {
	if d.pre > 0 {
		for i, line := range strings.Split(text, "\n") {
			if i > 0 {
				d.end()
			}
			d.line.WriteString(line)
		}
		return
	}
	for _, c := range text {
		if c != '\u00a0' && c != '\u202f' && (unicode.IsSpace(c) || c == '\u2028' || c == '\u2029') {
			d.spaces = true
			continue
		}
		if d.spaces && d.line.Len() > 0 {
			d.line.WriteByte(' ')
		}
		d.spaces = false
		d.line.WriteRune(c)
	}
}

// newLine ends a line that has begun, and leaves one empty where it stands apart.
func (d *drawing) newLine(apart bool) {
	if d.line.Len() > 0 {
		d.end()
	}
	if apart && d.empty == 0 && d.out.Len() > 0 {
		d.end()
	}
}

func (d *drawing) end() {
	d.spaces = false
	d.empty++
	if d.line.Len() > 0 {
		d.empty = 0
	}
	if d.empty > 2 {
		return
	}
	d.out.WriteString(strings.Repeat("> ", d.quotes))
	d.out.WriteString(d.line.String())
	d.out.WriteByte('\n')
	d.line.Reset()
}
