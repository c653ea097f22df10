package aaf

import (
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// A folder is a directory of files, and of directories of files.
type folder struct {
	root *os.Root
	list []entry
}

func openFolder(path string, limit int64) (*folder, error) {
	root, err := os.OpenRoot(path)
	if err != nil {
		return nil, cannotOpen(path, err)
	}
	f := &folder{root: root}
	if err := f.walk(limit); err != nil {
		root.Close()
		return nil, err
	}
	return f, nil
}

// walk lists the files. It refuses links: what they point to may change between
// the look and the reading.
func (f *folder) walk(limit int64) error {
	seen, total := 0, int64(0)
	return fs.WalkDir(f.root.FS(), ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return cannotOpen(name, err)
		}
		if seen++; seen > maxEntries {
			return tooMany()
		}
		if d.IsDir() {
			if strings.Count(name, "/") >= maxNesting {
				return refuse("Les dossiers sont emboîtés sur plus de %d niveaux.", maxNesting)
			}
			return nil
		}
		if !d.Type().IsRegular() {
			return linked(name)
		}
		info, err := d.Info()
		if err != nil {
			return cannotOpen(name, err)
		}
		if total += size(name, info.Size()); total > limit {
			return tooBig(limit)
		}
		f.list = append(f.list, entry{name: name, size: info.Size(), open: func() (io.ReadCloser, error) {
			file, err := f.root.Open(name)
			if err != nil {
				return nil, cannotOpen(name, err)
			}
			return file, nil
		}})
		return nil
	})
}

// size counts a file only if it may be read: archives may lie beside.
func size(name string, n int64) int64 {
	if isXML(name) {
		return n
	}
	return 0
}

func isXML(name string) bool { return strings.EqualFold(filepath.Ext(name), ".xml") }

func (f *folder) entries() []entry { return f.list }
func (f *folder) close() error     { return f.root.Close() }

// A lone is a file that is a delivery by itself.
type lone struct{ entry entry }

func openLone(path string, size int64) *lone {
	return &lone{entry{name: filepath.Base(path), size: size, open: func() (io.ReadCloser, error) {
		file, err := os.Open(path)
		if err != nil {
			return nil, cannotOpen(path, err)
		}
		return file, nil
	}}}
}

func (l *lone) entries() []entry { return []entry{l.entry} }
func (l *lone) close() error     { return nil }
