package attachment

import (
	"archive/zip"
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"image/png"
	"io"
	"strings"
	"testing"
)

// taken admits a file, whole.
func taken(t testing.TB, name string, content []byte) (Admitted, []byte) {
	t.Helper()
	a, err := Admit(name, bytes.NewReader(content), int64(len(content)))
	if err != nil {
		t.Fatalf("%s: %v (%v)", name, err, errors.Unwrap(err))
	}
	out, err := io.ReadAll(a.Content)
	if err != nil || int64(len(out)) != a.Size {
		t.Fatalf("%s: %d bytes of %d, %v", name, len(out), a.Size, err)
	}
	return a, out
}

// refused checks that a file is not taken, with a sentence that holds says.
func refused(t testing.TB, name string, content []byte, says string) {
	t.Helper()
	a, err := Admit(name, bytes.NewReader(content), int64(len(content)))
	var r *Refusal
	if !errors.As(err, &r) {
		t.Errorf("%s is taken: %+v, %v", name, a, err)
		return
	}
	if !strings.HasPrefix(r.Says, "«\u00a0"+Name(name)+"\u00a0»\u00a0: ") || !strings.HasSuffix(r.Says, ".") || !strings.Contains(r.Says, says) {
		t.Errorf("%s: %s, want %q", name, r.Says, says)
	}
}

// view is an image whose corners differ, so that its turning shows.
func view(wide, tall int) *image.NRGBA {
	img := image.NewNRGBA(image.Rect(0, 0, wide, tall))
	for y := range tall {
		for x := range wide {
			img.SetNRGBA(x, y, color.NRGBA{uint8(255 * x / wide), uint8(255 * y / tall), 90, 255})
		}
	}
	return img
}

func pngOf(t testing.TB, img image.Image) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func jpegOf(t testing.TB, img image.Image) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := jpeg.Encode(&b, img, nil); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func gifOf(t testing.TB, img image.Image) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := gif.Encode(&b, img, nil); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// photo is a JPEG as a phone writes it: where it was held, where it was taken.
func photo(t testing.TB, orientation uint16) []byte {
	t.Helper()
	exif := []byte("Exif\x00\x00MM\x00*\x00\x00\x00\x08\x00\x02")
	exif = append(exif, 0x01, 0x12, 0, 3, 0, 0, 0, 1, byte(orientation>>8), byte(orientation), 0, 0)
	exif = append(exif, 0x88, 0x25, 0, 4, 0, 0, 0, 1, 0, 0, 0, 38) // the GPS directory
	exif = append(exif, 0, 0, 0, 0)
	exif = append(exif, "GPSLatitude 48.8566 N\x00MARTIN Camille"...)
	plain := jpegOf(t, view(64, 32))
	segment := append([]byte{0xFF, 0xE1, byte((len(exif) + 2) >> 8), byte(len(exif) + 2)}, exif...)
	return append(append([]byte{0xFF, 0xD8}, segment...), plain[2:]...)
}

// chunk is one of a PNG.
func chunk(kind string, body []byte) []byte {
	b := binary.BigEndian.AppendUint32(nil, uint32(len(body)))
	b = append(append(b, kind...), body...)
	return binary.BigEndian.AppendUint32(b, crc32.ChecksumIEEE(b[4:]))
}

// immense is a whole grey PNG of 8 bits, black.
func immense(t testing.TB, wide, tall int) []byte {
	t.Helper()
	head := binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint32(nil, uint32(wide)), uint32(tall))
	var packed bytes.Buffer
	z := zlib.NewWriter(&packed)
	row := make([]byte, wide+1)
	for range tall {
		if _, err := z.Write(row); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	b := append([]byte("\x89PNG\r\n\x1A\n"), chunk("IHDR", append(head, 8, 0, 0, 0, 0))...)
	return append(append(b, chunk("IDAT", packed.Bytes())...), chunk("IEND", nil)...)
}

// an entry of an archive; stored ones are not compressed.
type entry struct {
	name, text string
	stored     bool
}

func zipOf(t testing.TB, entries ...entry) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for _, e := range entries {
		h := &zip.FileHeader{Name: e.name, Method: zip.Deflate}
		if e.stored {
			h.Method = zip.Store
		}
		w, err := z.CreateHeader(h)
		if err == nil {
			_, err = io.WriteString(w, e.text)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// typesOf is the part of an Office document that says what the main one is.
func typesOf(main string) entry {
	return entry{name: "[Content_Types].xml", text: `<?xml version="1.0" encoding="UTF-8" standalone="yes"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Override PartName="/word/document.xml" ContentType="` + main + `"/></Types>`}
}

const (
	wordMain = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
	cellMain = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"
	showMain = "application/vnd.openxmlformats-officedocument.presentationml.presentation.main+xml"
)

// office is a small document, with what is added to it.
func office(t testing.TB, main string, more ...entry) []byte {
	t.Helper()
	return zipOf(t, append([]entry{typesOf(main), {name: "word/document.xml", text: "<document/>"}}, more...)...)
}

// openDocument is a small document of LibreOffice, with what is added to it.
func openDocument(t testing.TB, kind string, more ...entry) []byte {
	t.Helper()
	return zipOf(t, append([]entry{{name: "mimetype", text: odf + kind, stored: true}, {name: "content.xml", text: "<document-content/>"}}, more...)...)
}

// tract is a PDF of one empty page, as far as anybody here looks.
const tract = "%PDF-1.7\n%\xE2\xE3\xCF\xD3\n1 0 obj\n<< /Type /Catalog >>\nendobj\ntrailer\n<< /Root 1 0 R >>\nstartxref\n0\n%%EOF\n"
