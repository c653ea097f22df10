// Package listing writes the PDF of a list of people: under headings, to be read
// and annotated by hand.
package listing

import (
	"fmt"
	"io"
	"strings"
	"time"
	"unicode"

	"codeberg.org/go-fonts/dejavu/dejavusans"
	"codeberg.org/go-fonts/dejavu/dejavusansbold"
	"codeberg.org/go-pdf/fpdf"
)

// A Listing is a document. Characters that cannot be printed are left out; what is
// too long is cut.
type Listing struct {
	School, Title, Says string
	At                  time.Time
	Sections            []Section
}

// A Section is some rows under a heading, which is in the outline of the document.
type Section struct {
	Title string
	Rows  []Row
}

// A Row is somebody, with what they are.
type Row struct{ Name, Note string }

// Lengths in millimetres.
const (
	pageWidth, pageHeight = 210.0, 297.0
	side, top, bottom     = 18.0, 18.0, 18.0
	line                  = 7.0
	number, name          = 12.0, 100.0 // widths of the first columns
)

// Write writes the PDF.
func Write(w io.Writer, l Listing) error {
	p := &paper{pdf: newPDF(l), of: l}
	p.open()
	p.text("B", 16, plain(l.Title))
	p.text("", 10, strings.Join(present(plain(l.School), l.Says, l.At.Local().Format("le 02/01/2006")), " – "))
	if len(l.Sections) == 0 {
		p.text("", 11, "Personne n’est dans ce groupe.")
	}
	for _, s := range l.Sections {
		p.section(s)
	}
	return p.pdf.Output(w)
}

func newPDF(l Listing) *fpdf.Fpdf {
	pdf := fpdf.New("P", "mm", "A4", "")
	pdf.SetCatalogSort(true)
	pdf.SetMargins(side, top, side)
	pdf.SetAutoPageBreak(false, 0)
	pdf.SetCreationDate(l.At)
	pdf.SetModificationDate(l.At)
	pdf.SetTitle(plain(l.Title), true)
	pdf.SetAuthor(plain(l.School), true)
	pdf.SetLang("fr-FR")
	pdf.AddUTF8FontFromBytes("sans", "", dejavusans.TTF)
	pdf.AddUTF8FontFromBytes("sans", "B", dejavusansbold.TTF)
	pdf.AliasNbPages("{pages}")
	pdf.SetFooterFunc(func() {
		pdf.SetFont("sans", "", 8)
		pdf.SetXY(side, pageHeight-12)
		pdf.CellFormat(pageWidth-2*side, 5, fmt.Sprintf("%s – page %d sur {pages}", cut(pdf, plain(l.Title), 120), pdf.PageNo()), "", 0, "R", false, 0, "")
	})
	return pdf
}

// A paper is a document in progress.
type paper struct {
	pdf *fpdf.Fpdf
	of  Listing
}

func (p *paper) open() {
	p.pdf.AddPage()
	p.pdf.SetXY(side, top)
}

// room begins a page when some lines do not fit on this one, and reports it.
func (p *paper) room(height float64) (turned bool) {
	if p.pdf.GetY()+height <= pageHeight-bottom {
		return false
	}
	p.open()
	return true
}

func (p *paper) text(style string, size float64, says string) {
	p.pdf.SetFont("sans", style, size)
	p.pdf.CellFormat(pageWidth-2*side, size*0.6, cut(p.pdf, says, pageWidth-2*side), "", 1, "L", false, 0, "")
}

func (p *paper) section(s Section) {
	p.room(4 + 3*line)
	p.pdf.SetY(p.pdf.GetY() + 4)
	p.pdf.Bookmark(plain(s.Title), 0, -1)
	p.text("B", 12, plain(s.Title))
	p.pdf.SetY(p.pdf.GetY() + 1)
	for i, r := range s.Rows {
		if p.room(line) {
			p.text("B", 10, plain(s.Title)+" (suite)")
		}
		p.row(i, r)
	}
}

// row writes somebody on a line, every other one on a ground.
func (p *paper) row(i int, r Row) {
	p.pdf.SetFillColor(240, 243, 247)
	cell := func(width float64, says, align string) {
		p.pdf.CellFormat(width, line, cut(p.pdf, says, width-2), "", 0, align, i%2 == 0, 0, "")
	}
	p.pdf.SetFont("sans", "", 8)
	cell(number, fmt.Sprint(i+1), "R")
	p.pdf.SetFont("sans", "", 10)
	cell(name, plain(r.Name), "L")
	cell(pageWidth-2*side-number-name, plain(r.Note), "L")
	p.pdf.Ln(line)
}

// cut shortens a text to a width.
func cut(pdf *fpdf.Fpdf, says string, width float64) string {
	if pdf.GetStringWidth(says) <= width {
		return says
	}
	letters := []rune(says)
	for len(letters) > 0 && pdf.GetStringWidth(string(letters)+"…") > width {
		letters = letters[:len(letters)-1]
	}
	return string(letters) + "…"
}

// plain leaves out what cannot be printed: control characters, and letters beyond
// those of the font.
func plain(says string) string {
	return strings.Map(func(r rune) rune {
		if r > 0xffff || unicode.IsControl(r) {
			return -1
		}
		return r
	}, says)
}

func present(words ...string) (kept []string) {
	for _, w := range words {
		if w != "" {
			kept = append(kept, w)
		}
	}
	return kept
}
