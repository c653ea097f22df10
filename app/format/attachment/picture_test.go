package attachment

import (
	"bytes"
	"image"
	"image/color"
	"io"
	"runtime"
	"slices"
	"strings"
	"testing"
)

// TestImagesAreMadeAgain: nothing leaves of an image but its points.
func TestImagesAreMadeAgain(t *testing.T) {
	small := pngOf(t, view(40, 30))
	noted := append(append(append([]byte{}, small[:33]...), append(chunk("tEXt", []byte("GPS\x00 48.8566 MARTIN")), chunk("eXIf", []byte("MM\x00*GPSLatitude"))...)...), small[33:]...)
	archive := zipOf(t, entry{name: "cache.txt", text: "caché"})
	for _, c := range []struct {
		name, becomes, kind string
		content             []byte
	}{
		{"photo.jpg", "photo.jpg", "image/jpeg", photo(t, 1)},
		{"photo.JPEG", "photo.JPEG", "image/jpeg", photo(t, 6)},
		{"archive.jpg", "archive.jpg", "image/jpeg", append(photo(t, 1), archive...)},
		{"capture.png", "capture.png", "image/png", noted},
		{"suite.png", "suite.png", "image/png", append(append([]byte{}, small...), "<script>GPS</script>"...)},
		{"anim.gif", "anim.png", "image/png", append(gifOf(t, view(20, 20)), "GPS/*<script>"...)},
		{"whatsapp.png", "whatsapp.jpg", "image/jpeg", photo(t, 1)},
		{"x.jpg", "x.png", "image/png", small},
	} {
		a, out := taken(t, c.name, c.content)
		if a.Name != c.becomes || a.Type != c.kind {
			t.Errorf("%s becomes %s, %s", c.name, a.Name, a.Type)
		}
		for _, trace := range []string{"Exif", "GPS", "MARTIN", "\xFF\xE1", "PK\x03\x04", "PK\x05\x06", "<script", "eXIf", "tEXt"} {
			if bytes.Contains(out, []byte(trace)) {
				t.Errorf("%s: %q leaves", c.name, trace)
			}
		}
		if _, kind, err := image.Decode(bytes.NewReader(out)); err != nil || "image/"+kind != c.kind {
			t.Errorf("%s: %s, %v", c.name, kind, err)
		}
	}
}

// TestOrientation: an image is kept as it was seen, whichever way the camera
// was held. EXIF says on which side the first row and the first column are.
func TestOrientation(t *testing.T) {
	for o, seen := range map[uint16][2]string{1: {"top", "left"}, 2: {"top", "right"}, 3: {"bottom", "right"}, 4: {"bottom", "left"},
		5: {"left", "top"}, 6: {"right", "top"}, 7: {"right", "bottom"}, 8: {"left", "bottom"}} {
		_, out := taken(t, "photo.jpg", photo(t, o))
		img, _, err := image.Decode(bytes.NewReader(out))
		if err != nil {
			t.Fatal(err)
		}
		opposite := map[string]string{"top": "bottom", "bottom": "top", "left": "right", "right": "left"}
		for _, c := range []struct { // the corners of what was stored: red grows along its rows, green along its columns
			sides      [2]string
			red, green bool
		}{
			{seen, false, false},
			{[2]string{seen[0], opposite[seen[1]]}, true, false},
			{[2]string{opposite[seen[0]], seen[1]}, false, true},
			{[2]string{opposite[seen[0]], opposite[seen[1]]}, true, true},
		} {
			x, y := 2, 2
			if slices.Contains(c.sides[:], "right") {
				x = img.Bounds().Dx() - 3
			}
			if slices.Contains(c.sides[:], "bottom") {
				y = img.Bounds().Dy() - 3
			}
			at := color.NRGBAModel.Convert(img.At(x, y)).(color.NRGBA)
			if at.R > 128 != c.red || at.G > 128 != c.green {
				t.Errorf("%d, %v: %v", o, c.sides, at)
			}
		}
		if tall := img.Bounds().Dy() > img.Bounds().Dx(); tall != (o >= 5) {
			t.Errorf("%d: %v", o, img.Bounds())
		}
	}
}

// counted counts what is read of a content.
type counted struct {
	*bytes.Reader
	n int
}

func (c *counted) Read(p []byte) (int, error) {
	n, err := c.Reader.Read(p)
	c.n += n
	return n, err
}

// TestImmense: an image that would fill the memory is refused by its header,
// and not decoded.
func TestImmense(t *testing.T) {
	huge := immense(t, 20000, 20000)
	if len(huge) > 500<<10 {
		t.Fatalf("%d bytes", len(huge))
	}
	deep := bytes.Clone(huge[:100])
	deep[18], deep[19], deep[22], deep[23], deep[24] = 0x17, 0x70, 0x17, 0x70, 16 // 6000 × 6000, 16 bits
	laced := bytes.Clone(deep)
	laced[24], laced[28] = 8, 1
	frame := photo(t, 1)
	sof := bytes.Index(frame, []byte{0xFF, 0xC0})
	wide, slow := bytes.Clone(frame), bytes.Clone(frame)
	copy(wide[sof+5:], []byte{0xFF, 0xFF, 0xFF, 0xFF})
	slow[sof+1] = 0xC2 // progressive
	copy(slow[sof+5:], []byte{0x17, 0x70, 0x17, 0x70})
	for name, content := range map[string][]byte{
		"immense.png": huge, "profonde.png": deep, "entrelacée.png": laced, "immense.jpg": wide, "progressive.jpg": slow,
		"immense.gif": []byte("GIF89a\xFF\xFF\xFF\xFF\x80\x00\x00" + strings.Repeat("\x00", 90)),
	} {
		c := &counted{Reader: bytes.NewReader(content)}
		_, err := Admit(name, c, int64(len(content)))
		if err == nil || !strings.Contains(err.Error(), "40\u00a0millions") || c.n > 8<<10 {
			t.Errorf("%s: %v, %d bytes read", name, err, c.n)
		}
	}
	if a, _ := taken(t, "plan.png", immense(t, 8000, 5000)); a.Size == 0 {
		t.Error("40 million points")
	}
	var memory runtime.MemStats
	if runtime.ReadMemStats(&memory); memory.HeapAlloc > 30<<20 {
		t.Errorf("%d bytes are kept of it", memory.HeapAlloc)
	}
}

// TestDamagedImages: an image cut anywhere, or whose bytes are others, is
// refused or is an image.
func TestDamagedImages(t *testing.T) {
	for name, whole := range map[string][]byte{"a.png": pngOf(t, view(20, 20)), "a.jpg": photo(t, 6), "a.gif": gifOf(t, view(20, 20))} {
		for cut := 1; cut < len(whole)/2; cut += 3 {
			refused(t, name, whole[:cut], "")
		}
		for at := range whole {
			odd := bytes.Clone(whole)
			odd[at] ^= 0xFF
			a, err := Admit(name, bytes.NewReader(odd), int64(len(odd)))
			if err != nil {
				continue
			}
			out, err := io.ReadAll(a.Content)
			if err != nil {
				t.Fatal(err)
			}
			if _, _, err := image.Decode(bytes.NewReader(out)); err != nil {
				t.Errorf("%s, byte %d: %v", name, at, err)
			}
		}
	}
}
