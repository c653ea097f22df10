package aaf

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
)

// A File is one slice of one category in a delivery.
type File struct {
	Name     string // in its delivery, with slashes
	Category Category
	Kind     Kind
	Date     Date // of the export; empty when nothing tells it
	Slice    int  // from 0
	Degree   Degree
	Prefix   string // of the name: what slices of one export have in common
	Size     int64  // bytes announced, unpacked

	entry   int
	guessed bool // the kind, from what the file holds
}

// A Delivery is a set of files that came together. Its methods may be called
// at once, but for Close.
type Delivery struct {
	Files []File   // complete ones first, then deltas by date; see Batches
	Notes []string // French sentences about what was ignored or guessed
	Gaps  []Gap    // what a complete delivery lacks

	source  source
	listed  []entry
	meter   *meter
	archive string // base name of what was opened
}

// A Batch is a complete state or one delta: to be applied as one, after the
// batches before it.
type Batch struct {
	Kind  Kind
	Date  Date
	Files []File // by category in the order they can be applied, then by slice
}

// Open lists the AAF files of a directory, of a zip or tar.gz archive, or of a
// lone XML file: what it is shows by its first bytes. It fails with a *Refusal
// when the delivery breaks a limit, holds no AAF file or is not of one date.
// Files that are malformed past their first record are not seen here, but by
// Read. Close must be called when there is no error.
func Open(path string, limits Limits) (*Delivery, error) {
	if limits.Bytes <= 0 {
		limits.Bytes = defaultBytes
	}
	src, err := openSource(path, limits)
	if err != nil {
		return nil, err
	}
	d := &Delivery{
		source: src, listed: src.entries(), archive: filepath.Base(path),
		meter: &meter{limit: limits.Bytes, most: map[int]int64{}},
	}
	if err := d.list(); err != nil {
		src.close()
		return nil, err
	}
	return d, nil
}

func openSource(path string, limits Limits) (source, error) {
	info, err := os.Stat(path)
	switch {
	case err != nil:
		return nil, cannotOpen(path, err)
	case info.IsDir():
		return openFolder(path, limits.Bytes)
	case !info.Mode().IsRegular():
		return nil, linked(path)
	}
	file, err := os.Open(path)
	if err != nil {
		return nil, cannotOpen(path, err)
	}
	var head [4]byte
	n, err := file.ReadAt(head[:], 0)
	if err != nil && err != io.EOF {
		file.Close()
		return nil, cannotOpen(path, err)
	}
	switch first := head[:n]; {
	case bytes.HasPrefix(first, []byte("PK")):
		z, err := openZip(file, info.Size(), limits.Bytes)
		if err != nil {
			file.Close()
			return nil, err
		}
		return z, nil
	case bytes.HasPrefix(first, []byte{0x1F, 0x8B}):
		defer file.Close()
		t, err := openTar(file, info.Size(), limits)
		if err != nil {
			return nil, err
		}
		return t, nil
	}
	file.Close()
	if info.Size() > limits.Bytes {
		return nil, tooBig(limits.Bytes)
	}
	return openLone(path, info.Size()), nil
}

// Close gives back what the delivery holds, unpacked files included.
func (d *Delivery) Close() error { return d.source.close() }

// Kind is Complete as soon as one file is.
func (d *Delivery) Kind() Kind {
	for _, f := range d.Files {
		if f.Kind == Complete {
			return Complete
		}
	}
	return Delta
}

// Date is that of the most recent files; empty when nothing tells it.
func (d *Delivery) Date() Date {
	latest := Date("")
	for _, f := range d.Files {
		latest = max(latest, f.Date)
	}
	return latest
}

// Batches groups the files by what must be applied together, in order: the
// complete state, then each delta by date.
func (d *Delivery) Batches() []Batch {
	var batches []Batch
	for _, f := range d.Files {
		n := len(batches)
		if n == 0 || batches[n-1].Kind != f.Kind || f.Kind == Delta && batches[n-1].Date != f.Date {
			batches = append(batches, Batch{Kind: f.Kind, Date: f.Date})
			n++
		}
		last := &batches[n-1]
		last.Files = append(last.Files, f)
		last.Date = max(last.Date, f.Date)
	}
	return batches
}

// Read gives each request of one file to yield, in the order of the file. The
// memory it takes does not grow with the file. An error of yield ends the
// reading and is returned as is; a fault of the file is a *BadFile, once the
// requests before it were given out; a limit that is passed is a *Refusal.
// Different files may be read at once.
func (d *Delivery) Read(file File, yield func(Record) error) (Header, error) {
	if file.entry < 0 || file.entry >= len(d.listed) || d.listed[file.entry].name != file.Name {
		return Header{}, fmt.Errorf("aaf: %q is no file of this delivery", file.Name)
	}
	r, err := d.listed[file.entry].open()
	if err != nil {
		return Header{}, err
	}
	defer r.Close()
	return Parse(&metered{ReadCloser: r, meter: d.meter, entry: file.entry}, file.Name, file.Category, yield)
}

func (d *Delivery) note(format string, args ...any) {
	d.Notes = append(d.Notes, fmt.Sprintf(format, args...))
}

// list finds the AAF files among the entries and completes what their names do
// not tell.
func (d *Delivery) list() error {
	for i, e := range d.listed {
		if err := d.consider(i, e); err != nil {
			return err
		}
	}
	if len(d.Files) == 0 {
		return refuse("La livraison ne contient aucun fichier AAF.")
	}
	d.adopt()
	if err := d.twice(); err != nil {
		return err
	}
	slices.SortStableFunc(d.Files, compareFiles)
	d.Gaps = gaps(d.Files)
	return d.oneDate()
}

// consider takes one entry as a file of ours, or notes why not.
func (d *Delivery) consider(i int, e entry) error {
	_, alone := d.source.(*lone)
	base := path.Base(strings.ReplaceAll(e.name, `\`, "/"))
	if strings.HasPrefix(base, ".") || !isXML(base) && !alone {
		if ext := strings.ToLower(path.Ext(base)); ext != ".dtd" && ext != ".md5" {
			d.note("Le fichier %s n’est pas un fichier AAF, il est ignoré.", clip(e.name))
		}
		return nil
	}
	told, ours := parseName(base)
	f := File{
		Name: e.name, Category: told.category, Kind: told.kind, Date: told.date,
		Slice: told.slice, Prefix: told.prefix, Size: e.size, entry: i,
	}
	if !ours {
		f.Kind, f.Date = hints(base)
		f.Prefix = strings.TrimSuffix(base, path.Ext(base))
	}
	err := d.inspect(&f)
	switch {
	case errors.As(err, new(*Refusal)):
		return err
	case err != nil && !ours && alone:
		return refuse("%s", err.Error())
	case !ours && (err != nil || f.Category == ""):
		d.note("Le fichier %s n’est pas un fichier AAF, il est ignoré.", clip(e.name))
		return nil
	}
	d.Files = append(d.Files, f)
	return nil
}

func compareFiles(a, b File) int {
	if a.Kind != b.Kind {
		return strings.Compare(string(a.Kind), string(b.Kind)) // Complet before Delta
	}
	byDate := strings.Compare(string(a.Date), string(b.Date))
	byCategory := cmp.Compare(slices.Index(order, a.Category), slices.Index(order, b.Category))
	if a.Kind == Complete {
		byDate = 0
	}
	return cmp.Or(byDate, byCategory, strings.Compare(string(a.Date), string(b.Date)),
		strings.Compare(string(a.Degree), string(b.Degree)), strings.Compare(a.Prefix, b.Prefix), cmp.Compare(a.Slice, b.Slice))
}
