package data

import (
	"bytes"
	"errors"
	"slices"
	"strings"

	bolt "go.etcd.io/bbolt"
)

// Each searched table keeps its rows in the order of their names, for the whole
// store and place by place: what begins with a name is then read in order,
// where Bleve would have to sort every hit. The entries tell enough of a row to
// filter it unread.

// Kinds of entries: by last name, by first name.
const (
	byLast  = "N"
	byFirst = "F"
)

func namesBucket(table string) []byte { return []byte(table + ".search") }

// names is the ordered names of a table, with the count of its documents: those
// without a name to sort by are in it too.
type names[T Row] struct{ *entries[T] }

var countKey = "#"

func newNames[T Row](t *Table[T]) names[T] {
	return names[T]{&entries[T]{table: t, bucket: namesBucket(t.name), of: func(row T) []entry {
		return nameEntries(t.document(row), row.Key(), row.Places())
	}}}
}

func (ns names[T]) expect(row T, into map[string]string) {
	if ns.table.document(row) != nil {
		tally(into, countKey)
	}
	ns.entries.expect(row, into)
}

func (ns names[T]) change(tx *bolt.Tx, old, row *T) error {
	var delta int64
	if row != nil && ns.table.document(*row) != nil {
		delta++
	}
	if old != nil && ns.table.document(*old) != nil {
		delta--
	}
	return errors.Join(add(tx.Bucket(ns.bucket), countKey, delta), ns.entries.change(tx, old, row))
}

// searchable returns how many documents the search index should hold.
func (s *Store) searchable(tx *bolt.Tx) (n int) {
	for _, t := range s.tables {
		if t.searched() {
			n += int(counted(tx.Bucket(namesBucket(t.Name())).Get([]byte(countKey))))
		}
	}
	return n
}

// nameEntries returns the entries of a row, none if it has no name to sort by.
func nameEntries(d *Document, key string, places []Place) []entry {
	if d == nil {
		return nil
	}
	last, first, ok := d.names()
	if !ok {
		return nil
	}
	around := make([]string, len(places))
	for i, p := range places {
		around[i] = string(p)
	}
	order, value := d.order(), strings.Join(d.Tags, "\x1f")+"\x00"+strings.Join(around, "\x1f")
	all := []entry{{byLast + "\x00" + order + "\x00" + key, value}}
	if first != "" {
		accents := order[len(last)+1+len(first):]
		all = append(all, entry{byFirst + "\x00" + first + "\x01" + last + accents + "\x00" + key, value})
	}
	for _, p := range places {
		if p != "" {
			all = append(all, entry{byLast + string(p) + "\x00" + order + "\x00" + key, value})
		}
	}
	return all
}

// A candidate is a row that a search may show.
type candidate struct{ order, key string }

func (c candidate) compare(d candidate) int {
	if n := strings.Compare(c.order, d.order); n != 0 {
		return n
	}
	return strings.Compare(c.key, d.key)
}

// maxSkipped bounds how many entries a scan goes through without finding its
// rows: about a millisecond.
const maxSkipped = 3000

// namesOf is the ordered names of a table, as a search may see them.
type namesOf struct {
	bucket *bolt.Bucket
	scope  scope
	query  *Query
}

// beginning returns the first rows, at most n, whose last or first name begins
// with a folded text; both names may be in it, such as "martin lu".
func (ns namesOf) beginning(kind, text string, n int) []candidate {
	var all []candidate
	for _, place := range ns.levels(kind) {
		for _, prefix := range splits(text) {
			all = append(all, ns.scan(kind, place, prefix, n)...)
		}
	}
	slices.SortFunc(all, candidate.compare)
	all = slices.CompactFunc(all, func(a, b candidate) bool { return a.key == b.key })
	return all[:min(n, len(all))]
}

// splits returns the prefixes of an order that a text can stand for: wherever
// the one name ends and the other begins.
func splits(text string) []string {
	all := []string{text}
	for i := range len(text) {
		if text[i] == ' ' {
			all = append(all, text[:i]+"\x01"+text[i+1:])
		}
	}
	return all
}

// levels are the places whose entries hold what the scope sees: its own if
// they are few and have nothing inside, or else the whole store.
func (ns namesOf) levels(kind string) []Place {
	if kind == byFirst || len(ns.scope.places) > 8 || len(ns.scope.above) > 0 || len(ns.scope.own) > 0 {
		return []Place{""}
	}
	for _, p := range ns.scope.places {
		if p == "" || !ns.isLeaf(p) {
			return []Place{""}
		}
	}
	return ns.scope.places
}

// isLeaf reports whether no row is placed inside a place.
func (ns namesOf) isLeaf(p Place) bool {
	inside := []byte(byLast + string(p) + "/")
	k, _ := ns.bucket.Cursor().Seek(inside)
	return !bytes.HasPrefix(k, inside)
}

func (ns namesOf) scan(kind string, place Place, prefix string, n int) (found []candidate) {
	start := len(kind) + len(place) + 1
	skipped := 0
	for k, v := range cursor(ns.bucket, []byte(kind+string(place)+"\x00"+prefix)) {
		end := bytes.LastIndexByte(k, 0)
		key := string(k[end+1:])
		if !ns.keeps(key, string(v)) {
			if skipped++; skipped > maxSkipped {
				return found
			}
			continue
		}
		found = append(found, candidate{string(k[start:end]), key})
		if len(found) == n {
			return found
		}
	}
	return found
}

// keeps reports whether the search may show a row, from the value of its entry.
func (ns namesOf) keeps(key, value string) bool {
	tags, places, _ := strings.Cut(value, "\x00")
	if !ns.query.wants(tags) {
		return false
	}
	for p := range strings.SplitSeq(places, "\x1f") {
		if ns.scope.holds(Place(p), key) {
			return true
		}
	}
	return false
}

// wants reports whether the tags of a row are those that are searched.
func (q *Query) wants(joined string) bool {
	if len(q.Tags)+len(q.AnyTags) == 0 {
		return true
	}
	tags := strings.Split(joined, "\x1f")
	for _, t := range q.Tags {
		if !slices.Contains(tags, t) {
			return false
		}
	}
	return len(q.AnyTags) == 0 || slices.ContainsFunc(q.AnyTags, func(t string) bool { return slices.Contains(tags, t) })
}
