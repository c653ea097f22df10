package directory

import (
	"bufio"
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"github.com/fxamacker/cbor/v2"

	"preau/app/format/aaf"
	"preau/data"
)

// A staged record waits in a file of the import's directory; what stays in
// memory is where it is, and its digest.
type staged struct {
	At     int64    `cbor:"a"`
	Size   int32    `cbor:"s"`
	File   int16    `cbor:"f"` // of the delivery, -1 for none
	Op     aaf.Op   `cbor:"o"`
	Line   int32    `cbor:"l"`
	Digest [16]byte `cbor:"d"`
}

// A staging holds the records of a delivery, by batch, degree and category,
// each once.
type staging struct {
	Files   []aaf.File      `cbor:"files"`
	Batches []batch         `cbor:"batches"`
	Gaps    map[string]bool `cbor:"gaps"`  // degree/category that absence says nothing of
	Lines   []Outcome       `cbor:"lines"` // what staging has to say
	Options ImportOptions   `cbor:"options"`
	Reach   data.Reach      `cbor:"reach"` // of whoever imports

	f   *os.File
	w   *bufio.Writer
	end int64
	mu  sync.Mutex
}

// A batch is a complete state or one delta.
type batch struct {
	Kind     aaf.Kind                                          `cbor:"k"`
	Date     aaf.Date                                          `cbor:"d"`
	Prefixes []string                                          `cbor:"p"` // of the names of its files
	Records  map[aaf.Degree]map[aaf.Category]map[string]staged `cbor:"r"`
}

// stage reads a delivery whole into a file. Nothing is applied before every
// file has been read to its end.
func stage(ctx context.Context, opts ImportOptions, dir string, im *Import) (*staging, error) {
	d, err := aaf.Open(opts.Path, aaf.Limits{Bytes: opts.Bytes, TempDir: dir})
	if err != nil {
		return nil, err
	}
	defer d.Close()
	f, err := os.Create(filepath.Join(dir, objectsName))
	if err != nil {
		return nil, err
	}
	st := &staging{Files: d.Files, Gaps: map[string]bool{}, Options: opts, f: f, w: bufio.NewWriterSize(f, 1<<20)}
	im.Files, im.Date, im.Kind = len(d.Files), string(d.Date()), "complet"
	if d.Kind() == aaf.Delta {
		im.Kind = "delta"
	}
	im.Warnings = append(im.Warnings, d.Notes...)
	for _, g := range d.Gaps {
		st.Gaps[string(g.Degree)+"/"+string(g.Category)] = true
		im.Warnings = append(im.Warnings, g.Sentence)
	}
	for _, b := range d.Batches() {
		if err := st.read(ctx, d, b, opts, im); err != nil {
			return st, err
		}
	}
	slices.SortStableFunc(st.Lines, func(a, b Outcome) int {
		return cmp.Or(strings.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line))
	})
	if opts.DryRun && len(st.Batches) > 1 {
		im.Warnings = append(im.Warnings, "La livraison tient en plusieurs lots : cet essai compte chacun sans l’effet de ceux qui le précèdent.")
	}
	return st, errors.Join(st.w.Flush(), f.Sync())
}

// readers is how many files are read at once.
const readers = 2

// read stages the files of a batch, two at a time.
func (st *staging) read(ctx context.Context, d *aaf.Delivery, b aaf.Batch, opts ImportOptions, im *Import) error {
	st.Batches = append(st.Batches, batch{Kind: b.Kind, Date: b.Date, Records: map[aaf.Degree]map[aaf.Category]map[string]staged{}})
	into := &st.Batches[len(st.Batches)-1]
	for _, f := range b.Files {
		if !slices.Contains(into.Prefixes, f.Prefix) {
			into.Prefixes = append(into.Prefixes, f.Prefix)
		}
	}
	todo := make(chan aaf.File)
	failed := make([]error, readers)
	var wg sync.WaitGroup
	for i := range readers {
		wg.Go(func() {
			for f := range todo {
				if failed[i] == nil {
					failed[i] = st.readFile(ctx, d, f, into, opts, im)
				}
			}
		})
	}
	for _, f := range b.Files {
		todo <- f
	}
	close(todo)
	wg.Wait()
	return errors.Join(failed...)
}

func (st *staging) readFile(ctx context.Context, d *aaf.Delivery, f aaf.File, into *batch, opts ImportOptions, im *Import) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("lecture interrompue : %v", r)
		}
	}()
	number := slices.IndexFunc(st.Files, func(o aaf.File) bool { return o.Name == f.Name })
	degree := f.Degree
	if degree == "" {
		degree = aaf.Second
	}
	header, err := d.Read(f, func(r aaf.Record) error {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		return st.put(into, degree, number, r, im)
	})
	st.mu.Lock()
	defer st.mu.Unlock()
	into.of(degree, f.Category) // a delta without a record has its date all the same
	for name, n := range header.Unknown {
		im.Warnings = append(im.Warnings, fmt.Sprintf("%s : attribut inconnu %s, lu %d fois et laissé de côté.", f.Name, name, n))
	}
	var bad *aaf.BadFile
	if errors.As(err, &bad) && opts.KeepParsed {
		im.Warnings = append(im.Warnings, "Fichier mal terminé, gardé jusqu’à sa dernière fiche lisible : "+bad.Error())
		for _, c := range []aaf.Category{aaf.Students, aaf.Relatives, aaf.StaffOf} {
			st.Gaps[string(degree)+"/"+string(c)] = true
		}
		return nil
	}
	return err
}

// refused is the operation of a staged record that cannot be taken: whom it is
// about is there, and what is known of them stays.
const refused aaf.Op = 0

// put stages one record.
func (st *staging) put(into *batch, degree aaf.Degree, number int, r aaf.Record, im *Import) error {
	st.mu.Lock()
	defer st.mu.Unlock()
	one := staged{File: int16(number), Op: r.Op, Line: int32(r.Line)}
	attrs := r.Keep()
	if r.Problem != "" {
		st.Lines = append(st.Lines, Outcome{Kind: SaysRefused, File: st.Files[number].Name, Line: r.Line, ID: r.ID, Says: r.Problem})
		im.refused(r.Category)
		one.Op, attrs = refused, nil
		if r.ID == "" {
			return nil
		}
	}
	records := into.of(degree, r.Category)
	if former, twice := records[r.ID]; twice {
		var err error
		if one, attrs, err = st.again(former, one, attrs, r); err != nil {
			return err
		}
	}
	where, err := st.write(attrs)
	if err != nil {
		return err
	}
	one.At, one.Size, one.Digest = where.At, where.Size, where.Digest
	records[r.ID] = one
	return nil
}

// of returns the records of a category, to be added to.
func (b *batch) of(degree aaf.Degree, category aaf.Category) map[string]staged {
	byCategory := b.Records[degree]
	if byCategory == nil {
		byCategory = map[aaf.Category]map[string]staged{}
		b.Records[degree] = byCategory
	}
	if byCategory[category] == nil {
		byCategory[category] = map[string]staged{}
	}
	return byCategory[category]
}

// again is what becomes of a record that comes a second time: that of another
// school's file is joined to the first, a change is laid over what it changes,
// and of the others the last in the order of the files is retained. Files are
// read two at a time, so that either may come first.
func (st *staging) again(former, latter staged, attrs []aaf.Attr, r aaf.Record) (staged, []aaf.Attr, error) {
	known, err := st.get(former)
	if err != nil {
		return latter, nil, err
	}
	if former.File > latter.File {
		former, latter, known, attrs = latter, former, attrs, known
	}
	elsewhere := isPerson(r.Category) && st.Files[former.File].Prefix != st.Files[latter.File].Prefix
	switch {
	case latter.Op == refused || elsewhere && latter.Op == aaf.Delete:
		return former, known, nil
	case former.Op == refused || elsewhere && former.Op == aaf.Delete:
		return latter, attrs, nil
	case elsewhere:
		latter.Op = min(former.Op, latter.Op) // one that adds says all there is
		return latter, joinAttrs(known, attrs), nil
	case latter.Op == aaf.Modify && former.Op != aaf.Delete:
		latter.Op = former.Op
		change := aaf.Record{Op: aaf.Modify, Category: r.Category, ID: r.ID, Attrs: attrs}
		return latter, change.Overlay(known), nil
	}
	if isPerson(r.Category) && former.Op == latter.Op {
		st.Lines = append(st.Lines, Outcome{Kind: SaysWarning, File: st.Files[latter.File].Name, Line: int(latter.Line), ID: r.ID, Says: "Cette fiche figure deux fois dans les fichiers : la dernière est retenue."})
	}
	return latter, attrs, nil
}

// refused counts a record that is left out before it is known where it belongs.
func (im *Import) refused(category aaf.Category) {
	profile, ok := map[aaf.Category]Profile{aaf.Students: Student, aaf.Relatives: Relative, aaf.StaffOf: Staff}[category]
	if !ok {
		return
	}
	key := tallyKey("", profile)
	if im.Counts[key] == nil {
		im.Counts[key] = &Tallies{}
	}
	im.Counts[key].Refused++
}

func isPerson(c aaf.Category) bool {
	return c == aaf.Students || c == aaf.Relatives || c == aaf.StaffOf
}

// write appends the attributes of a record to the file.
func (st *staging) write(attrs []aaf.Attr) (s staged, err error) {
	raw, err := cbor.Marshal(attrs)
	if err != nil {
		return s, err
	}
	sum := sha256.Sum256(raw)
	copy(s.Digest[:], sum[:])
	s.At, s.Size = st.end, int32(len(raw))
	n, err := st.w.Write(raw)
	st.end += int64(n)
	return s, err
}

// get reads the attributes of a staged record.
func (st *staging) get(s staged) (attrs []aaf.Attr, err error) {
	if st.w.Buffered() > 0 {
		if err := st.w.Flush(); err != nil {
			return nil, err
		}
	}
	raw := make([]byte, s.Size)
	if _, err := st.f.ReadAt(raw, s.At); err != nil && !errors.Is(err, io.EOF) {
		return nil, err
	}
	return attrs, cbor.Unmarshal(raw, &attrs)
}

func (st *staging) close() error { return st.f.Close() }

// Names of the files of a staging: the attributes, and where each record is.
const (
	objectsName = "objets"
	indexName   = "index"
)

// save writes where each record is, so that a run that was killed can go on.
func (st *staging) save(dir string) error {
	f, err := os.Create(filepath.Join(dir, indexName))
	if err != nil {
		return err
	}
	w := bufio.NewWriterSize(f, 1<<20)
	return errors.Join(cbor.NewEncoder(w).Encode(st), w.Flush(), f.Sync(), f.Close())
}

// wideDecoder reads an index as large as an académie: the decoder's own bounds
// are those of what strangers send.
var wideDecoder = func() cbor.DecMode {
	mode, err := cbor.DecOptions{MaxMapPairs: math.MaxInt32, MaxArrayElements: math.MaxInt32}.DecMode()
	if err != nil {
		panic(err) // the options are constants
	}
	return mode
}()

// loadStaging opens what a killed run had staged.
func loadStaging(dir string) (*staging, error) {
	raw, err := os.ReadFile(filepath.Join(dir, indexName))
	if err != nil {
		return nil, err
	}
	st := &staging{}
	if err := wideDecoder.Unmarshal(raw, st); err != nil {
		return nil, err
	}
	if st.f, err = os.Open(filepath.Join(dir, objectsName)); err != nil {
		return nil, err
	}
	st.w = bufio.NewWriter(io.Discard)
	return st, nil
}

// joinAttrs is what two schools say of one person: lists are joined, single
// values are those of the last.
func joinAttrs(a, b []aaf.Attr) []aaf.Attr {
	joined := slices.Clone(b)
	for _, was := range a {
		i := slices.IndexFunc(joined, func(x aaf.Attr) bool { return x.Name == was.Name })
		switch {
		case i < 0:
			joined = append(joined, was)
		case len(was.Values) > 1 || len(joined[i].Values) > 1 || composite(was) || composite(joined[i]):
			values := slices.Clone(joined[i].Values)
			for _, v := range was.Values {
				if !slices.Contains(values, v) {
					values = append(values, v)
				}
			}
			joined[i].Values = values
		}
	}
	return joined
}

// composite reports whether the values of an attribute name what they are about.
func composite(a aaf.Attr) bool {
	return len(a.Values) > 0 && slices.ContainsFunc(a.Values, func(v string) bool { return slices.Contains([]byte(v), '$') })
}

// order gives the join keys of a category in a stable order.
func order(records map[string]staged) []string {
	keys := make([]string, 0, len(records))
	for k := range records {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

// digestOf joins a digest with what the record is decoded with besides itself.
func digestOf(s staged, more ...string) []byte {
	h := sha256.New()
	h.Write(s.Digest[:])
	for _, m := range more {
		h.Write(binary.BigEndian.AppendUint32(nil, uint32(len(m))))
		h.Write([]byte(m))
	}
	return h.Sum(nil)[:16]
}
