package aaf

import (
	"archive/zip"
	"errors"
	"io"
	"math"
	"os"
)

// A zipball is read in place: a zip gives its files in any order.
type zipball struct {
	file *os.File
	list []entry
}

// maxDirectory bounds the bytes of a central directory: what announces the
// number of entries may lie, and each costs memory before it can be counted.
const maxDirectory = 8 << 20

// rationed fails once more than left bytes were read, until freed.
type rationed struct {
	io.ReaderAt
	left int64
}

func (r *rationed) ReadAt(into []byte, at int64) (int, error) {
	if r.left -= int64(len(into)); r.left < 0 {
		return 0, tooMany()
	}
	return r.ReaderAt.ReadAt(into, at)
}

func openZip(file *os.File, size, limit int64) (*zipball, error) {
	ration := &rationed{file, maxDirectory}
	r, err := zip.NewReader(ration, size)
	if errors.As(err, new(*Refusal)) {
		return nil, err
	} else if err != nil && !errors.Is(err, zip.ErrInsecurePath) {
		return nil, refuse("L’archive zip est endommagée (%v).", err)
	}
	// Files read through the same reader, at once: it must not count any more.
	r, err = zip.NewReader(file, size)
	if err != nil && !errors.Is(err, zip.ErrInsecurePath) {
		return nil, refuse("L’archive zip est endommagée (%v).", err)
	}
	if len(r.File) > maxEntries {
		return nil, tooMany()
	}
	z := &zipball{file: file}
	return z, z.walk(r.File, size, limit)
}

func (z *zipball) walk(files []*zip.File, size, limit int64) error {
	var unpacked, packed uint64
	known := map[string]bool{}
	for _, f := range files {
		if err := checkName(f.Name); err != nil {
			return err
		}
		mode := f.Mode()
		switch {
		case mode.IsDir():
			continue
		case !mode.IsRegular():
			return linked(f.Name)
		case known[f.Name]:
			return refuse("L’archive contient deux fois le fichier %s.", clip(f.Name))
		case f.Flags&1 != 0:
			return refuse("L’archive est chiffrée : elle ne peut pas être lue.")
		case f.UncompressedSize64 > math.MaxInt64/2 || f.CompressedSize64 > uint64(size):
			return refuse("L’archive zip est endommagée (tailles impossibles).")
		}
		known[f.Name] = true
		unpacked += f.UncompressedSize64
		packed += f.CompressedSize64
		switch {
		case unpacked > uint64(limit):
			return tooBig(limit)
		case packed > uint64(size):
			return refuse("L’archive zip est endommagée (fichiers superposés).")
		case over(int64(f.UncompressedSize64), int64(f.CompressedSize64)):
			return tooPacked(f.Name)
		}
		z.list = append(z.list, entry{name: f.Name, size: int64(f.UncompressedSize64), open: func() (io.ReadCloser, error) { return unzip(f) }})
	}
	return nil
}

func over(unpacked, packed int64) bool {
	return unpacked > ratioFloor && unpacked/maxRatio > packed
}

// unzip opens one file. The package never gives more of it than its header
// announces, which walk has judged: a header that lies makes a damaged file.
func unzip(f *zip.File) (io.ReadCloser, error) {
	r, err := f.Open()
	if err != nil {
		return nil, refuse("Le fichier %s de l’archive ne peut pas être lu (%v).", clip(f.Name), err)
	}
	return r, nil
}

func (z *zipball) entries() []entry { return z.list }
func (z *zipball) close() error     { return z.file.Close() }
