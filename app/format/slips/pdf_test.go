package slips

import (
	"bytes"
	"compress/zlib"
	"image"
	"image/color"
	"io"
	"regexp"
	"strconv"
	"testing"
	"unicode/utf16"

	"github.com/makiuchi-d/gozxing"
	"github.com/makiuchi-d/gozxing/qrcode"
)

// A read document is what a program that is not ours would find in the file:
// for each page its texts and images, in their order, in millimetres from the
// upper left corner.
type document struct {
	file  []byte
	pages []readPage
}

type readPage struct {
	texts  []readText
	images []readImage
}

type readText struct {
	x, y float64
	face face
	size float64
	text string
}

type readImage struct {
	x, y, w, h float64
	says       string // the QR code, decoded
}

var (
	kids     = regexp.MustCompile(`/Kids \[([^\]]*)\]`)
	refs     = regexp.MustCompile(`(\d+) 0 R`)
	contents = regexp.MustCompile(`/Contents (\d+) 0 R`)
	named    = regexp.MustCompile(`/([FI][0-9a-f]+) (\d+) 0 R`)
	baseFont = regexp.MustCompile(`/Type0\s*/BaseFont /utf8(sans|mono)(B?)`)
	columns  = regexp.MustCompile(`/Width (\d+)`)
	ops      = regexp.MustCompile(`BT /(F\w+) ([\d.]+) Tf ET|BT (-?[\d.]+) (-?[\d.]+) Td \(((?s:\\.|[^\\()])*)\) Tj ET|q ([\d.]+) 0 0 ([\d.]+) ([\d.]+) ([\d.]+) cm /(I\w+) Do Q`)
)

// readPDF reads what Write wrote.
func readPDF(t *testing.T, file []byte) document {
	t.Helper()
	d := document{file: file}
	names := map[string][]byte{}
	for _, m := range named.FindAllSubmatch(file, -1) {
		names[string(m[1])] = d.object(string(m[2]))
	}
	decoded := map[string]string{}
	for _, ref := range refs.FindAllSubmatch(kids.FindSubmatch(file)[1], -1) {
		page := d.object(string(ref[1]))
		stream := inflate(t, d.object(string(contents.FindSubmatch(page)[1])))
		d.pages = append(d.pages, readOps(t, stream, names, decoded))
	}
	return d
}

// object is the file from the beginning of an object on.
func (d document) object(number string) []byte {
	begin := []byte("\n" + number + " 0 obj")
	return d.file[bytes.Index(d.file, begin)+len(begin):]
}

func inflate(t *testing.T, object []byte) []byte {
	t.Helper()
	_, stream, _ := bytes.Cut(object, []byte("stream\n"))
	z, err := zlib.NewReader(bytes.NewReader(stream))
	if err != nil {
		t.Fatal(err)
	}
	plain, err := io.ReadAll(z)
	if err != nil {
		t.Fatal(err)
	}
	return plain
}

func readOps(t *testing.T, stream []byte, names map[string][]byte, decoded map[string]string) (p readPage) {
	t.Helper()
	number := func(b []byte) float64 {
		f, err := strconv.ParseFloat(string(b), 64)
		if err != nil {
			t.Fatal(err)
		}
		return f
	}
	var f face
	var size float64
	for _, m := range ops.FindAllSubmatch(stream, -1) {
		switch {
		case m[1] != nil:
			font := baseFont.FindSubmatch(names[string(m[1])])
			f, size = face{string(font[1]), string(font[2])}, number(m[2])
		case m[10] != nil:
			name := string(m[10])
			if _, ok := decoded[name]; !ok {
				decoded[name] = readQR(t, names[name])
			}
			h := number(m[7]) * point
			p.images = append(p.images, readImage{number(m[8]) * point, pageHeight - number(m[9])*point - h, number(m[6]) * point, h, decoded[name]})
		default:
			p.texts = append(p.texts, readText{number(m[3]) * point, pageHeight - number(m[4])*point, f, size, letters(m[5])})
		}
	}
	return p
}

// letters decodes a string of the file: two bytes a letter.
func letters(raw []byte) string {
	raw = regexp.MustCompile(`(?s)\\(.)`).ReplaceAllFunc(raw, func(m []byte) []byte {
		if m[1] == 'r' {
			return []byte("\r")
		}
		return m[1:]
	})
	var units []uint16
	for i := 0; i+1 < len(raw); i += 2 {
		units = append(units, uint16(raw[i])<<8|uint16(raw[i+1]))
	}
	return string(utf16.Decode(units))
}

// readQR decodes the QR code of an image object: rows of bits behind a filter
// byte.
func readQR(t *testing.T, object []byte) string {
	t.Helper()
	side, _ := strconv.Atoi(string(columns.FindSubmatch(object)[1]))
	bits, row := inflate(t, object), (side+7)/8
	img := image.NewGray(image.Rect(0, 0, side, side))
	above := make([]byte, row)
	for y := range side {
		line := bits[y*(row+1) : (y+1)*(row+1)]
		switch line[0] {
		case 0:
			copy(above, line[1:])
		case 2:
			for i, b := range line[1:] {
				above[i] += b
			}
		default:
			t.Fatalf("filter %d", line[0])
		}
		for x := range side {
			if above[x/8]>>(7-x%8)&1 == 1 {
				img.SetGray(x, y, color.Gray{255})
			}
		}
	}
	bitmap, err := gozxing.NewBinaryBitmapFromImage(img)
	if err != nil {
		t.Fatal(err)
	}
	result, err := qrcode.NewQRCodeReader().Decode(bitmap, nil)
	if err != nil {
		t.Fatal(err)
	}
	return result.GetText()
}

// place gathers the texts and the images within a place of a page.
func (p readPage) place(f format, n int) (q readPage) {
	width, height := f.place()
	left, top := float64(n%f.columns)*width, strip+float64(n/f.columns)*height
	inside := func(x, y float64) bool { return x >= left && x < left+width && y >= top && y < top+height }
	for _, text := range p.texts {
		if inside(text.x, text.y) {
			q.texts = append(q.texts, text)
		}
	}
	for _, img := range p.images {
		if inside(img.x, img.y) {
			q.images = append(q.images, img)
		}
	}
	return q
}

// strings are the texts of a page, in the order of the file.
func (p readPage) strings() (all []string) {
	for _, text := range p.texts {
		all = append(all, text.text)
	}
	return all
}
