package attachment

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"errors"
	"image"
	"image/color"
	"image/jpeg"
	"io"
)

var errJPEG = errors.New("attachment: malformed JPEG")

// readJPEG reads the segments of a JPEG up to its points: its size, what
// decoding it costs, and how its camera was held.
func readJPEG(r *bufio.Reader) (header, error) {
	h, direct := header{ext: "jpg", mime: "image/jpeg", orientation: 1, decode: jpeg.Decode}, false
	if _, err := r.Discard(2); err != nil {
		return h, err
	}
	for {
		marker, body, err := segment(r)
		switch {
		case err != nil:
			return h, err
		case marker == 0xDA && h.wide > 0: // the points follow
			if direct {
				h.bytesEach += 4 // its colours are copied
			}
			return h, nil
		case marker == 0xE1 && bytes.HasPrefix(body, []byte("Exif\x00\x00")):
			h.orientation = orientation(body[6:])
		case marker == 0xEE && bytes.HasPrefix(body, []byte("Adobe")) && len(body) == 12:
			direct = direct || body[11] == 0
		case marker >= 0xC0 && marker <= 0xC2:
			if h.wide > 0 || h.frame(body, marker == 0xC2) != nil {
				return h, errJPEG
			}
			direct = direct || body[5] == 4 || body[5] == 3 && body[6] == 'R' // printers' colours, or those of screens
		case marker == 0xDA, marker == 0xD9, marker == 0xD8, marker >= 0xD0 && marker <= 0xD7:
			return h, errJPEG
		}
	}
}

// segment reads a marker and what it holds.
func segment(r *bufio.Reader) (marker byte, body []byte, err error) {
	lead, err := r.ReadByte()
	if err == nil && lead != 0xFF {
		return 0, nil, errJPEG
	}
	marker = 0xFF
	for err == nil && marker == 0xFF {
		marker, err = r.ReadByte()
	}
	var long [2]byte
	if err == nil {
		_, err = io.ReadFull(r, long[:])
	}
	n := int(binary.BigEndian.Uint16(long[:])) - 2
	if err != nil || n < 0 {
		return 0, nil, errors.Join(errJPEG, err)
	}
	body = make([]byte, n)
	_, err = io.ReadFull(r, body)
	return marker, body, err
}

// frame reads the header of the image. A progressive one keeps four bytes of
// each sample until its end.
func (h *header) frame(b []byte, progressive bool) error {
	if len(b) < 6 || len(b) != 6+3*int(b[5]) || b[5] == 0 {
		return errJPEG
	}
	h.tall, h.wide = int(binary.BigEndian.Uint16(b[1:])), int(binary.BigEndian.Uint16(b[3:]))
	if h.tall == 0 || h.wide == 0 {
		return errJPEG
	}
	samples, most := 0, 1
	for i := 7; i < len(b); i += 3 {
		area := int(b[i]>>4) * int(b[i]&15)
		samples, most = samples+area, max(most, area)
	}
	h.bytesEach = float64(samples) / float64(most)
	if progressive {
		h.bytesEach *= 5
	}
	return nil
}

// orientation reads how a camera was held from what it wrote (a TIFF), 1 where
// it did not say.
func orientation(tiff []byte) int {
	var order binary.ByteOrder = binary.LittleEndian
	switch {
	case bytes.HasPrefix(tiff, []byte("MM\x00*")):
		order = binary.BigEndian
	case !bytes.HasPrefix(tiff, []byte("II*\x00")):
		return 1
	}
	if len(tiff) < 8 {
		return 1
	}
	at := int64(order.Uint32(tiff[4:]))
	if at+2 > int64(len(tiff)) {
		return 1
	}
	entries := tiff[at+2:]
	for range order.Uint16(tiff[at:]) {
		if len(entries) < 12 {
			return 1
		}
		if order.Uint16(entries) == 0x0112 {
			if o := int(order.Uint16(entries[8:])); o >= 1 && o <= 8 {
				return o
			}
			return 1
		}
		entries = entries[12:]
	}
	return 1
}

// turned is an image as it was seen, whichever way the camera was held.
type turned struct {
	image.Image
	orientation int
}

func (t turned) Bounds() image.Rectangle {
	b := t.Image.Bounds()
	if t.orientation >= 5 {
		return image.Rect(0, 0, b.Dy(), b.Dx())
	}
	return image.Rect(0, 0, b.Dx(), b.Dy())
}

func (t turned) At(x, y int) color.Color {
	b := t.Image.Bounds()
	if t.orientation >= 5 {
		x, y = y, x
	}
	switch t.orientation {
	case 2, 3, 7, 8:
		x = b.Dx() - 1 - x
	}
	switch t.orientation {
	case 3, 4, 6, 7:
		y = b.Dy() - 1 - y
	}
	return t.Image.At(b.Min.X+x, b.Min.Y+y)
}
