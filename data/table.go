package data

import (
	"bytes"
	"errors"
	"fmt"
	"iter"
	"reflect"
	"slices"
	"strings"

	"github.com/fxamacker/cbor/v2"
	bolt "go.etcd.io/bbolt"
)

// A Row is a value that a table can hold. Its key never changes and holds no
// NUL; its places may change, and it always has one.
type Row interface {
	Key() string
	Places() []Place
}

// A Labelled row says how the journal names it, such as « MARTIN Lucas ».
type Labelled interface{ Label() string }

// A Table holds rows of one type, and keeps what is derived from them in step.
type Table[T Row] struct {
	name     string
	bucket   []byte
	derived  []derived[T]
	fields   []field
	shared   bool
	unlogged bool
	document func(T) *Document
	more     func(*Tx, T) []string // words of other rows that it is found by
}

// A Schema is what Open needs to know of a table.
type Schema interface {
	Name() string
	rowType() any
	create(*bolt.Tx) error
	check(tx *Tx, report func(problem string))
	documentOf(tx *Tx, key string) (*Document, error)
	searched() bool
	isShared() bool
	reads(tx *Tx, key string) bool
	keys(tx *Tx, after string, yield func(string) bool)
	holds(tx *bolt.Tx, into map[string]uint64) error
	unlabelled() []string
	rebuild(tx *bolt.Tx) error
	isUnlogged() bool
}

// NewTable declares a table. Each exported field of T carries in its tag `log`
// the French name that the journal gives it, with ",secret" when its value is
// never written there, or "-" when its changes are not told.
func NewTable[T Row](name string) *Table[T] {
	return &Table[T]{name: name, bucket: []byte(name), fields: fieldsOf(reflect.TypeFor[T]())}
}

// Shared lets everyone read the rows placed above them, such as what an area
// offers to all its parts. Changing them still takes reach.
func (t *Table[T]) Shared() *Table[T] {
	t.shared = true
	return t
}

// Unlogged declares a table of the machinery (queues, sessions, drafts): its
// changes have no line in the journal, in any transaction.
func (t *Table[T]) Unlogged() *Table[T] {
	t.unlogged = true
	return t
}

// Searched gives each row its document in the search index, nil for none.
func (t *Table[T]) Searched(document func(T) *Document) *Table[T] {
	t.document = func(row T) *Document {
		d := document(row)
		if d != nil {
			d.places = row.Places()
		}
		return d
	}
	t.derived = append(t.derived, newNames(t))
	return t
}

// Along finds a searched row by words of other rows too, such as those of a
// thread. Whoever changes them puts the row again.
func (t *Table[T]) Along(words func(*Tx, T) []string) *Table[T] {
	t.more = words
	return t
}

// Name is the name of the table in the file and in events.
func (t *Table[T]) Name() string { return t.name }

func (t *Table[T]) rowType() any     { return reflect.TypeFor[T]() }
func (t *Table[T]) searched() bool   { return t.document != nil }
func (t *Table[T]) isUnlogged() bool { return t.unlogged }
func (t *Table[T]) isShared() bool   { return t.shared }
func (t *Table[T]) unlabelled() []string {
	var names []string
	for _, f := range t.fields {
		if f.label == "" && !t.unlogged {
			names = append(names, t.name+"."+f.name)
		}
	}
	return names
}

// cursor returns the entries of a bucket whose key starts with prefix.
func cursor(b *bolt.Bucket, prefix []byte) iter.Seq2[[]byte, []byte] {
	return func(yield func(k, v []byte) bool) {
		c := b.Cursor()
		for k, v := c.Seek(prefix); k != nil && bytes.HasPrefix(k, prefix); k, v = c.Next() {
			if !yield(k, v) {
				return
			}
		}
	}
}

// Get returns the row with the given key, or ErrNotFound.
func (t *Table[T]) Get(tx *Tx, key string) (T, error) {
	row, err := t.get(tx, key)
	if err == nil && !t.readable(tx, row) {
		var none T
		return none, ErrNotFound
	}
	return row, err
}

// Has reports whether the row exists within reach.
func (t *Table[T]) Has(tx *Tx, key string) (bool, error) {
	_, err := t.Get(tx, key)
	if errors.Is(err, ErrNotFound) {
		return false, nil
	}
	return err == nil, err
}

// All returns the rows within reach, in the order of their keys. Like every
// sequence of rows it must not be ranged over while its table is being changed.
func (t *Table[T]) All(tx *Tx) iter.Seq2[T, error] { return t.From(tx, "") }

// From returns the rows within reach whose key starts with prefix.
func (t *Table[T]) From(tx *Tx, prefix string) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		for k, raw := range cursor(tx.bolt.Bucket(t.bucket), []byte(prefix)) {
			row, err := t.decode(k, raw)
			if err == nil && !t.readable(tx, row) {
				continue
			}
			if !yield(row, err) || err != nil {
				return
			}
		}
	}
}

// Put stores a new row, or replaces the one that has its key.
func (t *Table[T]) Put(tx *Tx, row T) error {
	if err := storable(row); err != nil {
		return fmt.Errorf("write %s %q: %w", t.name, row.Key(), err)
	}
	old, err := t.get(tx, row.Key())
	switch {
	case errors.Is(err, ErrNotFound):
		return t.change(tx, nil, &row)
	case err != nil:
		return err
	}
	return t.change(tx, &old, &row)
}

// Delete removes the row with the given key, or returns ErrNotFound.
func (t *Table[T]) Delete(tx *Tx, key string) error {
	old, err := t.get(tx, key)
	if err != nil {
		return err
	}
	return t.change(tx, &old, nil)
}

// change is the one way by which a table changes: nil stands for no row.
func (t *Table[T]) change(tx *Tx, old, row *T) error {
	if err := t.permit(tx, old, row); err != nil {
		return err
	}
	b := tx.bolt.Bucket(t.bucket)
	if row != nil {
		raw, err := encode(*row)
		if err != nil {
			return fmt.Errorf("write %s %s: %w", t.name, (*row).Key(), err)
		}
		if old != nil && bytes.Equal(b.Get([]byte((*row).Key())), raw) {
			return nil
		}
		for _, d := range t.derived { // before any change, so that a refused Put has none
			if err := d.admit(tx.bolt, *row); err != nil {
				return err
			}
		}
		if err := b.Put([]byte((*row).Key()), raw); err != nil {
			return err
		}
	} else if err := b.Delete([]byte((*old).Key())); err != nil {
		return err
	}
	for _, d := range t.derived {
		if err := d.change(tx.bolt, old, row); err != nil {
			return err
		}
	}
	if err := holdBlobs(tx.bolt, blobsOf(old), blobsOf(row)); err != nil {
		return err
	}
	return t.tell(tx, old, row)
}

// tell queues the row for the search index and its change for the journal.
func (t *Table[T]) tell(tx *Tx, old, row *T) error {
	var before, after Row
	if old != nil {
		before = *old
	}
	if row != nil {
		after = *row
	}
	if t.document != nil {
		if err := enqueue(tx.bolt, t.name, keyOf(before, after)); err != nil {
			return err
		}
	}
	if t.unlogged {
		return nil
	}
	return tx.changed(t.name, t.fields, before, after)
}

func keyOf(before, after Row) string {
	if after != nil {
		return after.Key()
	}
	return before.Key()
}

// permit decides whether the author may take a row from some places to others:
// it must be theirs to begin with, and so must every place it enters or leaves.
func (t *Table[T]) permit(tx *Tx, old, row *T) error {
	if !tx.writes || tx.narrow && !t.unlogged {
		return fmt.Errorf("%w: %s", ErrUnjournaled, t.name)
	}
	var from, to []Place
	if old != nil {
		from = (*old).Places()
		if !tx.Author.May.coversRow(*old) {
			if t.readable(tx, *old) {
				return ErrForbidden
			}
			return ErrNotFound
		}
	}
	if row != nil {
		to = (*row).Places()
	}
	for _, p := range slices.Concat(from, to) {
		stays := slices.Contains(from, p) && slices.Contains(to, p)
		if !stays && !tx.Author.May.Covers(p) {
			return ErrForbidden
		}
	}
	return nil
}

func (t *Table[T]) readable(tx *Tx, row T) bool {
	if tx.Author.Sees.coversRow(row) || tx.Author.May.coversRow(row) {
		return true
	}
	return t.shared && slices.ContainsFunc(row.Places(), tx.Author.Sees.Overlooks)
}

func (t *Table[T]) documentOf(tx *Tx, key string) (*Document, error) {
	row, err := t.get(tx, key)
	if errors.Is(err, ErrNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	d := t.document(row)
	if d != nil && t.more != nil {
		d.Words = append(d.Words, t.more(tx, row)...)
	}
	return d, nil
}

// reads reports whether the author may read a row.
func (t *Table[T]) reads(tx *Tx, key string) bool {
	ok, err := t.Has(tx, key)
	return ok && err == nil
}

// keys yields the keys of the table that follow one.
func (t *Table[T]) keys(tx *Tx, after string, yield func(string) bool) {
	c := tx.bolt.Bucket(t.bucket).Cursor()
	for k, _ := c.Seek([]byte(after + "\x00")); k != nil; k, _ = c.Next() {
		if !yield(string(k)) {
			return
		}
	}
}

// get and decode ignore reach; everything exported goes through it.

func (t *Table[T]) get(tx *Tx, key string) (row T, err error) {
	raw := tx.bolt.Bucket(t.bucket).Get([]byte(key))
	if raw == nil {
		return row, ErrNotFound
	}
	return t.decode([]byte(key), raw)
}

func (t *Table[T]) decode(key, raw []byte) (row T, err error) {
	if err := cbor.Unmarshal(raw, &row); err != nil {
		return row, fmt.Errorf("%w: read %s %s: %v", ErrDamaged, t.name, key, err)
	}
	return row, nil
}

// storable reports whether the key and the places of a row can be kept.
func storable(row Row) error {
	if row.Key() == "" {
		return errors.New("no key")
	}
	if len(row.Places()) == 0 {
		return errors.New("nowhere")
	}
	for _, p := range row.Places() {
		if strings.HasPrefix(string(p), "~") {
			return fmt.Errorf("own place %q is never stored", p)
		}
		if err := clean(string(p)); err != nil {
			return err
		}
	}
	return clean(row.Key())
}

// clean reports whether a value can be part of a key: NUL separates its parts.
func clean(value string) error {
	if strings.IndexByte(value, 0) >= 0 {
		return fmt.Errorf("data: NUL in %q", value)
	}
	return nil
}
