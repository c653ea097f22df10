package data

import (
	"bytes"
	"encoding/binary"
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
		e.merge(into, en.key, en.value)
	}
}

func (e *entries[T]) merge(into map[string]string, key, value string) { into[key] = value }

// An Index finds rows by a value that several may share.
type Index[T Row] struct{ *entries[T] }

// Index declares an index on the values that keys returns for a row.
func (t *Table[T]) Index(name string, keys func(T) []string) Index[T] {
	return Index[T]{newEntries(t, name, false, func(row T) []entry {
		var all []entry
		for _, k := range keys(row) {
			all = append(all, entry{key: k + "\x00" + row.Key()})
		}
		return all
	})}
}

// All returns the readable rows indexed under exactly this value.
func (ix Index[T]) All(tx *Tx, value string) iter.Seq2[T, error] {
	return ix.scan(tx, value+"\x00", "")
}

// Starting returns the readable rows indexed under a value that starts with
// prefix, in the order of the index.
func (ix Index[T]) Starting(tx *Tx, prefix string) iter.Seq2[T, error] {
	return ix.scan(tx, prefix, "")
}

// scan decodes the rows of the entries that start with prefix, from a key on.
func (e *entries[T]) scan(tx *Tx, prefix, from string) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		c := tx.bolt.Bucket(e.bucket).Cursor()
		p := []byte(prefix)
		k, _ := c.Seek([]byte(max(prefix, from)))
		for ; k != nil && bytes.HasPrefix(k, p); k, _ = c.Next() {
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
			all = append(all, entry{string(s.Place) + "\x00" + s.Group + "\x00" + s.Sort + "\x00" + row.Key(), s.Facets})
		}
		return all
	})}
}

// A Page is a part of a list. Next and Prev are the cursors of the pages around
// it, "" where there is none.
type Page[T Row] struct {
	Rows       []T
	Prev, Next string
}

// List returns up to n rows of a group of a place, those whose sort starts with
// prefix and whose facets keep accepts (nil accepts all), after the row of the
// cursor, or before it if back.
func (ix Scoped[T]) List(tx *Tx, place Place, group, prefix, at string, back bool, n int, keep func(facets string) bool) (Page[T], error) {
	if !tx.Author.Sees.Covers(place) {
		return Page[T]{}, ErrNotFound
	}
	start := string(place) + "\x00" + group + "\x00"
	window, more, err := ix.window(tx, start+prefix, start, at, back, n, keep)
	if err != nil {
		return Page[T]{}, err
	}
	page := Page[T]{}
	for _, k := range window {
		row, err := ix.table.get(tx, k[strings.LastIndexByte(k, 0)+1:])
		if err != nil {
			return Page[T]{}, err
		}
		page.Rows = append(page.Rows, row)
	}
	if len(window) == 0 {
		return page, nil
	}
	if more && !back || back {
		page.Next = window[len(window)-1][len(start):]
	}
	if more && back || !back && at != "" {
		page.Prev = window[0][len(start):]
	}
	return page, nil
}

// window returns the keys of a page, and whether others follow in its direction.
func (ix Scoped[T]) window(tx *Tx, prefix, start, at string, back bool, n int, keep func(string) bool) (keys []string, more bool, err error) {
	c := tx.bolt.Bucket(ix.bucket).Cursor()
	k, v := c.Seek([]byte(max(prefix, start+at)))
	step := c.Next
	if back {
		step = c.Prev
		if k == nil {
			k, v = c.Last()
		} else {
			k, v = c.Prev()
		}
	} else if at != "" && string(k) == start+at {
		k, v = c.Next()
	}
	for ; k != nil && bytes.HasPrefix(k, []byte(prefix)); k, v = step() {
		if keep != nil && !keep(string(v)) {
			continue
		}
		if len(keys) == n {
			more = true
			break
		}
		keys = append(keys, string(k))
	}
	if back {
		for i, j := 0, len(keys)-1; i < j; i, j = i+1, j-1 {
			keys[i], keys[j] = keys[j], keys[i]
		}
	}
	return keys, more, nil
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
	return ix.scan(tx, string(place)+"\x00"+group+"\x00", "")
}

// A Counter counts the rows of each place and group.
type Counter[T Row] struct {
	bucket []byte
	of     func(T) []Tally
}

// A Tally is a place and group that a row counts for.
type Tally struct {
	Place Place
	Group string
}

// Counter declares counts of rows by place and group.
func (t *Table[T]) Counter(name string, of func(T) []Tally) Counter[T] {
	c := Counter[T]{[]byte(t.name + "." + name), of}
	t.derived = append(t.derived, c)
	return c
}

// Of returns the counts of a place by group. Groups without a row are absent.
func (c Counter[T]) Of(tx *Tx, place Place) (map[string]int, error) {
	if !tx.Author.Sees.Covers(place) {
		return nil, ErrNotFound
	}
	counts := map[string]int{}
	prefix := string(place) + "\x00"
	for k, v := range cursor(tx.bolt.Bucket(c.bucket), []byte(prefix)) {
		counts[string(k[len(prefix):])] = int(binary.BigEndian.Uint64(v))
	}
	return counts, nil
}

func (c Counter[T]) buckets() []byte         { return c.bucket }
func (c Counter[T]) admit(*bolt.Tx, T) error { return nil }
func (t Tally) key() string                  { return string(t.Place) + "\x00" + t.Group }
func (c Counter[T]) expect(row T, into map[string]string) {
	for _, t := range c.of(row) {
		c.merge(into, t.key(), "")
	}
}

func (c Counter[T]) merge(into map[string]string, key, _ string) {
	n := uint64(1)
	if v, ok := into[key]; ok {
		n += binary.BigEndian.Uint64([]byte(v))
	}
	into[key] = string(binary.BigEndian.AppendUint64(nil, n))
}

func (c Counter[T]) change(tx *bolt.Tx, old, row *T) error {
	delta := map[string]int64{}
	if old != nil {
		for _, t := range c.of(*old) {
			delta[t.key()]--
		}
	}
	if row != nil {
		for _, t := range c.of(*row) {
			delta[t.key()]++
		}
	}
	b := tx.Bucket(c.bucket)
	for k, d := range delta {
		if d == 0 {
			continue
		}
		n := d
		if v := b.Get([]byte(k)); v != nil {
			n += int64(binary.BigEndian.Uint64(v))
		}
		var err error
		if n == 0 {
			err = b.Delete([]byte(k))
		} else {
			err = b.Put([]byte(k), binary.BigEndian.AppendUint64(nil, uint64(n)))
		}
		if err != nil {
			return err
		}
	}
	return nil
}
