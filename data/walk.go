package data

import (
	"bytes"
	"container/heap"
	"iter"
	"strings"

	bolt "go.etcd.io/bbolt"
)

// An Entry is what a Scoped index holds of a row: enough to list, filter and
// count without reading it.
type Entry struct{ Key, Sort, Facets string }

// A Span is the part of an order that a walk goes through: Sort values from From
// on, To excluded. "" is no bound.
type Span struct{ From, To string }

// Walk goes through several groups at once as if they were one, in the order of
// Sort, or against it if back. Groups of places out of reach are left out. Rows
// are not read: what is not to be known of one must not be in its facets.
func (ix Scoped[T]) Walk(tx *Tx, groups []Slot, span Span, back bool) iter.Seq[Entry] {
	return func(yield func(Entry) bool) {
		m := &merging{back: back}
		for _, g := range groups {
			if !tx.Author.Sees.Covers(g.Place) {
				continue
			}
			start := string(g.Place) + "\x00" + part(g.Group) + "\x00"
			h := &head{cursor: tx.bolt.Bucket(ix.bucket).Cursor(), prefix: []byte(start), span: span, back: back}
			if h.seek() {
				m.heads = append(m.heads, h)
			}
		}
		heap.Init(m)
		for len(m.heads) > 0 {
			first := m.heads[0]
			if !yield(first.entry) {
				return
			}
			if first.advance() {
				heap.Fix(m, 0)
			} else {
				heap.Pop(m)
			}
		}
	}
}

// A head is where a walk stands in one group.
type head struct {
	cursor *bolt.Cursor
	prefix []byte
	span   Span
	back   bool
	entry  Entry
}

// seek goes to the first entry of the walk, false if there is none.
func (h *head) seek() bool {
	if !h.back {
		return h.take(h.cursor.Seek(append(bytes.Clone(h.prefix), h.span.From...)))
	}
	end := append(bytes.Clone(h.prefix), 0xff) // no text has this byte
	if h.span.To != "" {
		end = append(bytes.Clone(h.prefix), h.span.To...)
	}
	if k, _ := h.cursor.Seek(end); k == nil {
		return h.take(h.cursor.Last())
	}
	return h.take(h.cursor.Prev())
}

func (h *head) advance() bool {
	if h.back {
		return h.take(h.cursor.Prev())
	}
	return h.take(h.cursor.Next())
}

// take keeps an entry, false when it is past the end of the walk.
func (h *head) take(k, facets []byte) bool {
	if k == nil || !bytes.HasPrefix(k, h.prefix) {
		return false
	}
	rest := string(k[len(h.prefix):])
	cut := strings.LastIndexByte(rest, 0)
	h.entry = Entry{Key: rest[cut+1:], Sort: rest[:cut], Facets: string(facets)}
	if h.back {
		return h.entry.Sort >= h.span.From
	}
	return h.span.To == "" || h.entry.Sort < h.span.To
}

// merging is the heads of a walk, the next entry first.
type merging struct {
	heads []*head
	back  bool
}

func (m *merging) Len() int      { return len(m.heads) }
func (m *merging) Swap(i, j int) { m.heads[i], m.heads[j] = m.heads[j], m.heads[i] }
func (m *merging) Push(h any)    { m.heads = append(m.heads, h.(*head)) }

func (m *merging) Less(i, j int) bool {
	a, b := m.heads[i].entry, m.heads[j].entry
	if m.back {
		a, b = b, a
	}
	if a.Sort != b.Sort {
		return a.Sort < b.Sort
	}
	return a.Key < b.Key
}

func (m *merging) Pop() any {
	last := m.heads[len(m.heads)-1]
	m.heads = m.heads[:len(m.heads)-1]
	return last
}
