package slips

import (
	"bytes"

	"codeberg.org/go-fonts/dejavu/dejavusans"
	"codeberg.org/go-fonts/dejavu/dejavusansbold"
	"codeberg.org/go-fonts/dejavu/dejavusansmonobold"
	"codeberg.org/go-pdf/fpdf"
	"rsc.io/qr"
)

// An ink is a colour: red, green, blue.
type ink [3]int

var (
	dark   = ink{24, 34, 47}
	soft   = ink{83, 97, 113}
	accent = ink{23, 76, 148}
	ground = ink{240, 243, 247}
	dashes = ink{130, 138, 148}
)

// A paper is a document in progress. All is laid out before its first page.
type paper struct {
	pdf   *fpdf.Fpdf
	quiet map[string]float64 // by address whose QR code is in: its margin, as a part of its width
}

func newPaper(s Sheet) *paper {
	pdf := fpdf.New("P", "mm", "A4", "")
	pdf.SetCatalogSort(true)
	pdf.SetMargins(0, 0, 0)
	pdf.SetAutoPageBreak(false, 0)
	pdf.SetCreationDate(s.At)
	pdf.SetModificationDate(s.At)
	title := plain(s.Title)
	if school := plain(s.School); school != "" {
		title += " – " + school
	}
	pdf.SetTitle(title, true)
	pdf.SetAuthor(plain(s.ENT), true)
	pdf.SetLang("fr-FR")
	pdf.AddUTF8FontFromBytes(sans.family, sans.style, dejavusans.TTF)
	pdf.AddUTF8FontFromBytes(bold.family, bold.style, dejavusansbold.TTF)
	pdf.AddUTF8FontFromBytes(mono.family, mono.style, dejavusansmonobold.TTF)
	return &paper{pdf, map[string]float64{}}
}

// margin is that of a QR code, in modules.
const margin = 4

// prepare makes the QR code of an address, once for all slips.
func (p *paper) prepare(address string) error {
	if address == "" || p.quiet[address] > 0 {
		return nil
	}
	c, err := qr.Encode(address, qr.M)
	if err != nil {
		return err
	}
	p.quiet[address] = margin / (float64(c.Size) + 2*margin)
	p.pdf.RegisterImageOptionsReader(address, fpdf.ImageOptions{ImageType: "PNG"}, bytes.NewReader(c.PNG()))
	return p.pdf.Error()
}

// print adds a page.
func (p *paper) print(pg page, f format) {
	p.pdf.AddPage()
	p.draw(pg.heading, 8, 5)
	if pg.title != "" {
		p.pdf.Bookmark(pg.title, 0, 0)
	}
	width, height := f.place()
	for i, d := range pg.drawings {
		x, y := float64(i%f.columns)*width, strip+float64(i/f.columns)*height
		p.draw(d, x+f.across, y+f.down)
	}
	p.dash(f, (len(pg.drawings)+f.columns-1)/f.columns)
}

// draw puts a drawing at a place of the page.
func (p *paper) draw(d drawing, x, y float64) {
	p.pdf.SetFillColor(ground[0], ground[1], ground[2])
	for _, b := range d.boxes {
		p.pdf.RoundedRect(x+b.x, y+b.y, b.w, b.h, 1, "1234", "F")
	}
	if c := d.code; c.name != "" {
		p.pdf.ImageOptions(c.name, x+c.x, y+c.y, c.w, c.w, false, fpdf.ImageOptions{ImageType: "PNG"}, 0, c.name)
	}
	for _, m := range d.marks {
		p.pdf.SetFont(m.face.family, m.face.style, m.size)
		p.pdf.SetTextColor(m.ink[0], m.ink[1], m.ink[2])
		p.pdf.Text(x+m.x, y+m.y, m.text)
	}
}

// dash draws where to cut: under the strip, and around the rows that are used.
func (p *paper) dash(f format, rows int) {
	width, height := f.place()
	p.pdf.SetDrawColor(dashes[0], dashes[1], dashes[2])
	p.pdf.SetLineWidth(0.25)
	p.pdf.SetDashPattern([]float64{2, 1.6}, 0)
	for row := range rows + 1 {
		if y := strip + float64(row)*height; y < pageHeight-1 {
			p.pdf.Line(0, y, pageWidth, y)
		}
	}
	for column := 1; column < f.columns; column++ {
		x := float64(column) * width
		p.pdf.Line(x, strip, x, strip+float64(rows)*height)
	}
	p.pdf.SetDashPattern(nil, 0)
}
