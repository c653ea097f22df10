package attachment

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"errors"
	"image"
	"image/gif"
	"image/jpeg"
	"image/png"
	"io"
	"path"
	"runtime/debug"
	"strings"
)

// What an image may ask of the process.
const (
	mostPixels = 40_000_000
	mostHeap   = 160_000_000 // bytes, to decode it
	largeHeap  = 8_000_000   // bytes worth giving back at once
)

const tooManyPixels = "cette image est trop grande pour être vérifiée. Réduisez-la à 40\u00a0millions de points au plus, ou envoyez une capture d’écran."

// turn holds whoever decodes an image.
var turn = make(chan struct{}, 1)

// A header is what the first bytes of an image say, before it is decoded.
type header struct {
	ext, mime   string
	wide, tall  int
	bytesEach   float64 // to decode a pixel
	orientation int     // EXIF, 1 to 8
	decode      func(io.Reader) (image.Image, error)
}

// picture makes an image again from its points alone: neither the place where
// it was taken, nor what else follows or hides in the file, is kept. Of an
// animation the first image is. What is said to be a PNG and is a JPEG becomes
// one.
func (c *candidate) picture() error {
	h, err := c.header()
	if err != nil {
		return err
	}
	heap := float64(h.wide) * float64(h.tall) * h.bytesEach
	if h.wide <= 0 || h.tall <= 0 {
		return c.damaged(nil)
	}
	if uint64(h.wide)*uint64(h.tall) > mostPixels || heap > mostHeap {
		return because(tooManyPixels)
	}
	turn <- struct{}{}
	defer func() { <-turn }()
	if heap > largeHeap {
		defer debug.FreeOSMemory() // the collector would wait for several such images
	}
	if err := c.again(h); err != nil {
		return err
	}
	if c.ext != h.ext && !(c.ext == "jpeg" && h.ext == "jpg") {
		c.Name = strings.TrimSuffix(c.Name, path.Ext(c.Name)) + "." + h.ext
	}
	c.Type = h.mime
	return nil
}

func (c *candidate) header() (header, error) {
	head, err := c.part(0, 33)
	switch {
	case err != nil:
		return header{}, err
	case bytes.HasPrefix(head, []byte("\x89PNG\r\n\x1A\n\x00\x00\x00\rIHDR")) && len(head) == 33:
		h := header{ext: "png", mime: "image/png", wide: int(binary.BigEndian.Uint32(head[16:])), tall: int(binary.BigEndian.Uint32(head[20:])), bytesEach: 4, decode: png.Decode}
		if head[24] == 16 {
			h.bytesEach = 8
		}
		if head[28] != 0 { // interlaced: each pass is an image too
			h.bytesEach *= 2
		}
		return h, nil
	case bytes.HasPrefix(head, []byte("GIF87a")) || bytes.HasPrefix(head, []byte("GIF89a")):
		if len(head) < 13 {
			return header{}, c.damaged(nil)
		}
		return header{ext: "png", mime: "image/png", wide: int(binary.LittleEndian.Uint16(head[6:])), tall: int(binary.LittleEndian.Uint16(head[8:])), bytesEach: 2, decode: gif.Decode}, nil
	case bytes.HasPrefix(head, []byte("\xFF\xD8\xFF")):
		if err := c.rewind(); err != nil {
			return header{}, err
		}
		h, err := readJPEG(bufio.NewReader(&source{c.Content}))
		if err != nil {
			return header{}, c.failed(err)
		}
		return h, nil
	}
	return header{}, c.other()
}

// again decodes the image and encodes it in its place.
func (c *candidate) again(h header) error {
	if err := c.rewind(); err != nil {
		return err
	}
	img, err := h.decode(bufio.NewReader(&source{c.Content}))
	if err != nil {
		return c.failed(err)
	}
	if h.orientation > 1 {
		img = turned{img, h.orientation}
	}
	out, err := encode(img, h.ext)
	if errors.Is(err, errFull) {
		return because("sans ses données cachées, cette image dépasse 10\u00a0Mio. Réduisez-la, ou enregistrez-la en JPEG.")
	}
	if err != nil {
		return err
	}
	c.Content, c.Size = bytes.NewReader(out.Bytes()), int64(out.Len())
	return nil
}

// encode writes an image, a photograph as well as its size allows.
func encode(img image.Image, ext string) (out capped, err error) {
	if ext == "png" {
		err = png.Encode(&out, img)
		return out, err
	}
	for _, quality := range []int{90, 70, 50} {
		out.Reset()
		if err = jpeg.Encode(&out, img, &jpeg.Options{Quality: quality}); !errors.Is(err, errFull) {
			break
		}
	}
	return out, err
}

// A source tells the failures of the content from those of a decoder.
type source struct{ r io.Reader }

type sourceError struct{ error }

func (s *source) Read(p []byte) (int, error) {
	n, err := s.r.Read(p)
	if err != nil && err != io.EOF {
		err = sourceError{err}
	}
	return n, err
}

// failed is why a decoder stopped.
func (c *candidate) failed(err error) error {
	if from, ok := errors.AsType[sourceError](err); ok {
		return from.error
	}
	return c.damaged(err)
}

var errFull = errors.New("attachment: image too large once encoded")

// capped holds at most MostBytes.
type capped struct{ bytes.Buffer }

func (c *capped) Write(p []byte) (int, error) {
	if c.Len()+len(p) > MostBytes {
		return 0, errFull
	}
	return c.Buffer.Write(p)
}
