package aaf

import (
	"archive/tar"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
)

// A tarball is unpacked to a directory of its own before it is read: a tar.gz
// gives its files once, in the order it likes. Only .xml files are written, under
// names of ours.
type tarball struct {
	dir  string
	list []entry

	limit, size int64 // of all files unpacked, of the archive
	unpacked    int64
	seen        int
	known       map[string]bool
}

func openTar(file io.Reader, size int64, limits Limits) (*tarball, error) {
	dir, err := os.MkdirTemp(limits.TempDir, "aaf-")
	if err != nil {
		return nil, fmt.Errorf("aaf: no directory to unpack to: %w", err)
	}
	t := &tarball{dir: dir, limit: limits.Bytes, size: size, known: map[string]bool{}}
	if err := t.unpack(file); err != nil {
		t.close()
		if errors.As(err, new(*Refusal)) {
			return nil, err
		}
		return nil, refuse("L’archive tar.gz est endommagée (%v).", err)
	}
	return t, nil
}

func (t *tarball) unpack(file io.Reader) error {
	gz, err := gzip.NewReader(file)
	if err != nil {
		return err
	}
	// Headers are unpacked too, and count like the rest.
	r := tar.NewReader(&tarred{Reader: gz, t: t})
	for {
		h, err := r.Next()
		if err == io.EOF {
			return nil
		} else if err != nil && !errors.Is(err, tar.ErrInsecurePath) {
			return err
		}
		if err := t.add(h, r); err != nil {
			return err
		}
	}
}

// tarred counts all that comes out of the compression, written or not.
type tarred struct {
	io.Reader
	t *tarball
}

func (r *tarred) Read(into []byte) (int, error) {
	n, err := r.Reader.Read(into)
	t := r.t
	switch t.unpacked += int64(n); {
	case t.unpacked > t.limit:
		return 0, tooBig(t.limit)
	case over(t.unpacked, t.size):
		return 0, refuse("L’archive se décompresse démesurément : elle est refusée.")
	}
	return n, err
}

func (t *tarball) add(h *tar.Header, r io.Reader) error {
	if t.seen++; t.seen > maxEntries {
		return tooMany()
	}
	if h.Typeflag == tar.TypeXGlobalHeader {
		return nil
	}
	if err := checkName(h.Name); err != nil {
		return err
	}
	switch {
	case h.Typeflag == tar.TypeDir:
		return nil
	case h.Typeflag != tar.TypeReg:
		return linked(h.Name)
	case t.known[h.Name]:
		return refuse("L’archive contient deux fois le fichier %s.", clip(h.Name))
	case h.Size > t.limit:
		return tooBig(t.limit)
	}
	t.known[h.Name] = true
	path := filepath.Join(t.dir, fmt.Sprintf("%05d.xml", t.seen))
	if isXML(h.Name) {
		if err := write(path, r); err != nil {
			return err
		}
	}
	one := openLone(path, h.Size).entry
	one.name = h.Name
	t.list = append(t.list, one)
	return nil
}

func write(path string, r io.Reader) error {
	file, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	_, err = io.Copy(file, r)
	return errors.Join(err, file.Close())
}

func (t *tarball) entries() []entry { return t.list }
func (t *tarball) close() error     { return os.RemoveAll(t.dir) }
