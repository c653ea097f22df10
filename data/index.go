package data

import (
	"bytes"
	"fmt"
	"iter"
	"strings"

	bolt "go.etcd.io/bbolt"
)

// An entry is what an index holds for a row.
type entry struct{ key, value string }

// entries is the part common to indexes: a bucket of entries by row.
type entries[T Row] struct {
	table  *Table[T]
	bucket []byte
	of     func(T) []entry
	unique bool
}

func newEntries[T Row](t *Table[T], name string, unique bool, of func(T) []entry) *entries[T] {
	e := &entries[T]{table: t, bucket: []byte(t.name + "." + name), of: of, unique: unique}
	t.derived = append(t.derived, e)
	return e
}

func (e *entries[T]) buckets() []byte { return e.bucket }

func (e *entries[T]) admit(tx *bolt.Tx, row T) error {
	if !e.unique {
		return nil
	}
	for _, en := range e.of(row) {
		if err := clean(en.key); err != nil {
			return err
		}
		if holder := tx.Bucket(e.bucket).Get([]byte(en.key)); holder != nil && string(holder) != row.Key() {
			return fmt.Errorf("%w: %s %q", ErrDuplicate, e.bucket, en.key)
		}
	}
	return nil
}

func (e *entries[T]) change(tx *bolt.Tx, old, row *T) error {
	var before, after []entry
	if old != nil {
		before = e.of(*old)
	}
	if row != nil {
		after = e.of(*row)
	}
	b := tx.Bucket(e.bucket)
	for _, en := range before {
		if !holds(after, en.key) {
			if err := b.Delete([]byte(en.key)); err != nil {
				return err
			}
		}
	}
	for _, en := range after {
		if !same(before, en) {
			if err := b.Put([]byte(en.key), []byte(en.value)); err != nil {
				return err
			}
		}
	}
	return nil
}

func holds(all []entry, key string) bool {
	for _, en := range all {
		if en.key == key {
			return true
		}
	}
	return false
}

func same(all []entry, one entry) bool {
	for _, en := range all {
		if en == one {
			return true
		}
	}
	return false
}

func (e *entries[T]) expect(row T, into map[string]string) {
	for _, en := range e.of(row) {
		into[en.key] = en.value
	}
}

// An Index finds rows by a value that several may share.
type Index[T Row] struct{ *entries[T] }

// Index declares an index on the values that keys returns for a row.
func (t *Table[T]) Index(name string, keys func(T) []string) Index[T] {
	return Index[T]{newEntries(t, name, false, func(row T) []entry {
		var all []entry
		for _, k := range keys(row) {
			all = append(all, entry{key: part(k) + "\x00" + row.Key()})
		}
		return all
	})}
}

// part is a value as a part of a key, where NUL separates the parts.
func part(value string) string { return strings.ReplaceAll(value, "\x00", "") }

// All returns the readable rows indexed under exactly this value.
func (ix Index[T]) All(tx *Tx, value string) iter.Seq2[T, error] {
	return ix.scan(tx, value+"\x00")
}

// Starting returns the readable rows indexed under a value that starts with
// prefix, in the order of the index.
func (ix Index[T]) Starting(tx *Tx, prefix string) iter.Seq2[T, error] {
	return ix.scan(tx, prefix)
}

// scan decodes the readable rows of the entries that start with prefix.
func (e *entries[T]) scan(tx *Tx, prefix string) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		for k := range cursor(tx.bolt.Bucket(e.bucket), []byte(prefix)) {
			row, err := e.table.get(tx, string(k[bytes.LastIndexByte(k, 0)+1:]))
			if err == nil && !e.table.readable(tx, row) {
				continue
			}
			if !yield(row, err) || err != nil {
				return
			}
		}
	}
}

// A Unique finds the one row that has a value.
type Unique[T Row] struct{ *entries[T] }

// Unique declares an index whose values belong to one row each, over the whole
// store: "" stands for no value.
func (t *Table[T]) Unique(name string, key func(T) string) Unique[T] {
	return t.Uniques(name, func(row T) []string { return []string{key(row)} })
}

// Uniques is Unique for rows that own several values.
func (t *Table[T]) Uniques(name string, keys func(T) []string) Unique[T] {
	return Unique[T]{newEntries(t, name, true, func(row T) []entry {
		var all []entry
		for _, k := range keys(row) {
			if k != "" {
				all = append(all, entry{k, row.Key()})
			}
		}
		return all
	})}
}

// Get returns the row that has the value, or ErrNotFound.
func (u Unique[T]) Get(tx *Tx, value string) (T, error) {
	var none T
	key := tx.bolt.Bucket(u.bucket).Get([]byte(value))
	if value == "" || key == nil {
		return none, ErrNotFound
	}
	return u.table.Get(tx, string(key))
}

// A Scoped index lists rows one place at a time, by group and in an order.
type Scoped[T Row] struct{ *entries[T] }

// A Slot is where a Scoped index holds a row: in a group of a place, at Sort,
// with facets that can be tested without reading the row.
type Slot struct {
	Place       Place
	Group, Sort string
	Facets      string
}

// Scoped declares an index by place.
func (t *Table[T]) Scoped(name string, slots func(T) []Slot) Scoped[T] {
	return Scoped[T]{newEntries(t, name, false, func(row T) []entry {
		var all []entry
		for _, s := range slots(row) {
			all = append(all, entry{string(s.Place) + "\x00" + part(s.Group) + "\x00" + part(s.Sort) + "\x00" + row.Key(), s.Facets})
		}
		return all
	})}
}

// Count returns how many rows List would go through, without reading them.
func (ix Scoped[T]) Count(tx *Tx, place Place, group string, keep func(facets string) bool) (int, error) {
	if !tx.Author.Sees.Covers(place) {
		return 0, ErrNotFound
	}
	n := 0
	for _, v := range cursor(tx.bolt.Bucket(ix.bucket), []byte(string(place)+"\x00"+group+"\x00")) {
		if keep == nil || keep(string(v)) {
			n++
		}
	}
	return n, nil
}

// All returns the rows of a group of a place, in order.
func (ix Scoped[T]) All(tx *Tx, place Place, group string) iter.Seq2[T, error] {
	if !tx.Author.Sees.Covers(place) {
		return func(func(T, error) bool) {}
	}
	return ix.scan(tx, string(place)+"\x00"+group+"\x00")
}
