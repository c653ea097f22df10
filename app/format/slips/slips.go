// Package slips writes the PDF of what is handed out on paper: one slip per
// person, several to a page, to be cut apart.
package slips

import (
	"fmt"
	"io"
	"strconv"
	"time"
)

// A Sheet is a document. Slips that follow each other with one Group share
// pages; each other group begins a page.
type Sheet struct {
	ENT, School, Title string
	PerPage            int       // 1, 2 or 8
	At                 time.Time // of the document; zero for now
	Slips              []Slip    // at least one
}

// A Slip is what one person receives. Characters that cannot be printed are
// left out; names that are too long are made smaller, set on several lines and
// in the end cut; values are never cut.
type Slip struct {
	Group      string // class, discipline, ""
	Name, Note string // « MARTIN Lucas », « 3e B »
	Address    string // of the page to open, in letters and as a QR code; "" for none
	Lines      []Line // what to type there
	Says       string // one sentence of instruction
}

// A Line is a value under its label. Mono is for what must be copied letter by
// letter.
type Line struct {
	Label, Value string
	Mono         bool
}

// Write writes the PDF. A slip with more lines than its place holds goes on in
// the next place. An unknown PerPage, no slip, an address that no QR code holds
// and a value that no place holds are errors.
func Write(w io.Writer, s Sheet) error {
	format, ok := formats[s.PerPage]
	if !ok {
		return fmt.Errorf("slips: %d per page", s.PerPage)
	}
	if len(s.Slips) == 0 {
		return fmt.Errorf("slips: no slip")
	}
	p := newPaper(s)
	pages, err := p.arrange(s, format)
	if err != nil {
		return err
	}
	for _, page := range pages {
		p.print(page, format)
	}
	return p.pdf.Output(w)
}

// A format is how a page is divided. Lengths are in millimetres.
type format struct {
	columns, rows int
	scale         float64 // of letters and lengths, 1 for eight to a page
	across, down  float64 // margins within a place
}

var formats = map[int]format{
	1: {1, 1, 1.75, 20, 16},
	2: {1, 2, 1.5, 20, 11},
	8: {2, 4, 1, 8, 5},
}

const (
	pageWidth, pageHeight = 210.0, 297.0
	strip                 = 13.0 // at the head of each page, cut off
)

func (f format) places() int { return f.columns * f.rows }

// place is the size of one.
func (f format) place() (width, height float64) {
	return pageWidth / float64(f.columns), (pageHeight - strip) / float64(f.rows)
}

// A page is drawn at once: its places are filled row after row.
type page struct {
	title    string  // in the outline, "" after the first page of a group
	heading  drawing // in the strip
	drawings []drawing
}

// arrange lays out all that will be printed.
func (p *paper) arrange(s Sheet, f format) ([]page, error) {
	var pages []page
	for from := 0; from < len(s.Slips); {
		to := from + 1
		for to < len(s.Slips) && s.Slips[to].Group == s.Slips[from].Group {
			to++
		}
		group, err := p.group(s, f, s.Slips[from:to])
		if err != nil {
			return nil, err
		}
		pages = append(pages, group...)
		from = to
	}
	return pages, nil
}

// group makes the pages of slips of one group.
func (p *paper) group(s Sheet, f format, slips []Slip) ([]page, error) {
	var drawings []drawing
	for _, slip := range slips {
		d, err := p.fill(s, f, slip)
		if err != nil {
			return nil, err
		}
		drawings = append(drawings, d...)
	}
	title := count(len(slips))
	if name := plain(slips[0].Group); name != "" {
		title = name + ", " + title
	}
	n := f.places()
	pages := make([]page, (len(drawings)+n-1)/n)
	for i := range pages {
		pages[i].drawings = drawings[i*n : min(i*n+n, len(drawings))]
		number := fmt.Sprintf("page %d sur %d", i+1, len(pages))
		pages[i].heading = p.heading(title, plain(s.Title)+" · "+number)
	}
	pages[0].title = title
	return pages, nil
}

func count(slips int) string {
	if slips == 1 {
		return "1 fiche"
	}
	return strconv.Itoa(slips) + " fiches"
}
