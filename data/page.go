package data

import (
	"bytes"
	"slices"
	"strings"

	bolt "go.etcd.io/bbolt"
)

// A Page is a part of a list. Next and Prev are the cursors of the pages around
// it, "" where there is none.
type Page[T Row] struct {
	Rows       []T
	Prev, Next string
}

// List returns up to n rows of a group of a place, those whose sort starts with
// prefix and whose facets keep accepts (nil accepts all), after the row of the
// cursor, or before it if back. Without a cursor it returns the first page, the
// last if back; so it does where no row is left on that side of the cursor.
func (ix Scoped[T]) List(tx *Tx, place Place, group, prefix, at string, back bool, n int, keep func(facets string) bool) (Page[T], error) {
	if !tx.Author.Sees.Covers(place) {
		return Page[T]{}, ErrNotFound
	}
	start := string(place) + "\x00" + part(group) + "\x00"
	w := window{tx.bolt.Bucket(ix.bucket), []byte(start + part(prefix)), keep}
	from := []byte(nil)
	if at != "" {
		from = []byte(start + at)
	}
	keys := w.keys(from, back, n)
	if len(keys) == 0 && at != "" {
		keys = w.keys(nil, !back, n)
	}
	page := Page[T]{Rows: make([]T, 0, len(keys))}
	for _, k := range keys {
		row, err := ix.table.get(tx, k[strings.LastIndexByte(k, 0)+1:])
		if err != nil {
			return Page[T]{}, err
		}
		page.Rows = append(page.Rows, row)
	}
	if len(keys) > 0 {
		first, last := keys[0], keys[len(keys)-1]
		if len(w.keys([]byte(first), true, 1)) > 0 {
			page.Prev = first[len(start):]
		}
		if len(w.keys([]byte(last), false, 1)) > 0 {
			page.Next = last[len(start):]
		}
	}
	return page, nil
}

// A window is the entries of an index that start with a prefix and are kept.
type window struct {
	bucket *bolt.Bucket
	prefix []byte
	keep   func(facets string) bool
}

// keys returns up to n keys after one, or before it, always in the order of the
// index. From nil they are the first, or the last.
func (w window) keys(from []byte, back bool, n int) (keys []string) {
	c := w.bucket.Cursor()
	k, v, step := w.start(c, from, back)
	for ; k != nil && bytes.HasPrefix(k, w.prefix) && len(keys) < n; k, v = step() {
		if w.keep == nil || w.keep(string(v)) {
			keys = append(keys, string(k))
		}
	}
	if back {
		slices.Reverse(keys)
	}
	return keys
}

// start moves a cursor to the first entry on a side of a key.
func (w window) start(c *bolt.Cursor, from []byte, back bool) (k, v []byte, step func() ([]byte, []byte)) {
	if !back {
		if from == nil || bytes.Compare(from, w.prefix) < 0 {
			k, v = c.Seek(w.prefix)
		} else if k, v = c.Seek(from); bytes.Equal(k, from) {
			k, v = c.Next()
		}
		return k, v, c.Next
	}
	end := append(bytes.Clone(w.prefix), 0xff) // no text has this byte
	if from != nil && bytes.Compare(from, end) < 0 {
		end = from
	}
	if k, _ = c.Seek(end); k == nil {
		k, v = c.Last()
	} else {
		k, v = c.Prev()
	}
	return k, v, c.Prev
}
