package web

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io/fs"
	"mime"
	"path"
	"strings"

	"github.com/gofiber/fiber/v2"
)

// A static file, as it is sent.
type static struct {
	kind         string
	plain, small []byte // small is gzipped, nil when that gains nothing
}

// statics are the static files by path, served under a prefix that changes
// whenever any of them does: browsers keep them for ever.
type statics struct {
	prefix string
	files  map[string]static
}

var errNotBuilt = errors.New("assets/lib est vide : lancez « make » une fois, avec Node installé, avant de construire l’exécutable")

func loadStatics(files fs.FS) (*statics, error) {
	a := &statics{files: map[string]static{}}
	sum := sha256.New()
	err := fs.WalkDir(files, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		b, err := fs.ReadFile(files, name)
		if err != nil {
			return err
		}
		sum.Write([]byte(name))
		sum.Write(b)
		a.files[name], err = newStatic(name, b)
		return err
	})
	if _, built := a.files["lib/htmx.js"]; err == nil && !built {
		err = errNotBuilt
	}
	a.prefix = "/a/" + hex.EncodeToString(sum.Sum(nil))[:12] + "/"
	return a, err
}

func newStatic(name string, b []byte) (static, error) {
	f := static{kind: mime.TypeByExtension(path.Ext(name)), plain: b}
	if path.Ext(name) == ".woff2" {
		f.kind = "font/woff2"
		return f, nil
	}
	var z bytes.Buffer
	w, err := gzip.NewWriterLevel(&z, gzip.BestCompression)
	if err != nil {
		return f, err
	}
	if _, err := w.Write(b); err != nil {
		return f, err
	}
	if err := w.Close(); err != nil {
		return f, err
	}
	f.small = z.Bytes()
	return f, nil
}

// Asset serves a static file.
func (v *Views) Asset(c *fiber.Ctx) error {
	_, name, _ := strings.Cut(c.Params("*"), "/")
	f, ok := v.statics.files[name]
	if !ok {
		return fiber.ErrNotFound
	}
	c.Set(fiber.HeaderContentType, f.kind)
	c.Set(fiber.HeaderCacheControl, "public, max-age=31536000, immutable")
	c.Set(fiber.HeaderVary, fiber.HeaderAcceptEncoding)
	if f.small != nil && strings.Contains(c.Get(fiber.HeaderAcceptEncoding), "gzip") {
		c.Set(fiber.HeaderContentEncoding, "gzip")
		return c.Send(f.small)
	}
	return c.Send(f.plain)
}
