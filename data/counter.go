package data

import (
	"encoding/binary"

	bolt "go.etcd.io/bbolt"
)

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
		counts[string(k[len(prefix):])] = int(counted(v))
	}
	return counts, nil
}

func (c Counter[T]) buckets() []byte         { return c.bucket }
func (c Counter[T]) admit(*bolt.Tx, T) error { return nil }
func (t Tally) key() string                  { return string(t.Place) + "\x00" + part(t.Group) }

func (c Counter[T]) expect(row T, into map[string]string) {
	for _, t := range c.of(row) {
		tally(into, t.key())
	}
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
		if err := add(b, k, d); err != nil {
			return err
		}
	}
	return nil
}

// Counts are kept as 8 bytes, and not at all when they are zero.

func counted(v []byte) uint64 {
	if len(v) != 8 {
		return 0
	}
	return binary.BigEndian.Uint64(v)
}

// add changes a count.
func add(b *bolt.Bucket, key string, delta int64) error {
	if delta == 0 {
		return nil
	}
	n := int64(counted(b.Get([]byte(key)))) + delta
	if n == 0 {
		return b.Delete([]byte(key))
	}
	return b.Put([]byte(key), seqKey(uint64(n)))
}

// tally adds one to an expected count.
func tally(into map[string]string, key string) {
	into[key] = string(seqKey(counted([]byte(into[key])) + 1))
}
