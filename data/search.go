package data

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// ErrIndexing reports a search made while its index is being rebuilt, or opened.
var ErrIndexing = errors.New("data: search index being rebuilt")

// maxCounted bounds the count of what is found over more than one place.
const maxCounted = 1000

// A Query is what somebody looks for in a table. The reach of the transaction's
// author always bounds it: nothing here can widen that.
type Query struct {
	Table   string   // set by TypeAhead
	Text    string   // as typed: the first letters of any words, in any order; "" finds every row
	Within  Place    // "" for all the reach
	Tags    []string // all required
	AnyTags []string // at least one required, if any is given
	Limit   int      // of the keys returned, 20 if 0
	Latest  bool     // of many found, those changed last are kept, where others keep the first of their order; keys and orders are as the index has them: whoever asks reads the rows that it shows
}

// A Result is what a search found, best first: rows whose last name begins with
// the text, then those whose first name does, then the others, alphabetically.
type Result struct {
	Keys   []string
	Orders []string // of a Latest query: what Document.Sort said of each key
	Total  int      // exact in a place that has no other inside, or else up to 1,000
	More   bool     // there are more than Total
	Fuzzy  bool     // nothing has the text: these differ by one letter or two swapped ones
}

// A Found is a Result with its rows.
type Found[T Row] struct {
	Rows        []T
	Total       int
	More, Fuzzy bool
	Rebuilding  bool // the index is being rebuilt: rows found by name only, Total unknown
}

// TypeAhead finds the rows that a text typed so far may mean.
func (t *Table[T]) TypeAhead(tx *Tx, q Query) (Found[T], error) {
	q.Table = t.name
	res, err := tx.search(&q, t)
	found := Found[T]{Total: res.Total, More: res.More, Fuzzy: res.Fuzzy, Rebuilding: errors.Is(err, ErrIndexing)}
	if err != nil && !found.Rebuilding {
		return Found[T]{}, err
	}
	for _, key := range res.Keys {
		row, err := t.Get(tx, key)
		if errors.Is(err, ErrNotFound) { // deleted or moved, and not yet indexed so
			continue
		}
		if err != nil {
			return Found[T]{}, err
		}
		found.Rows = append(found.Rows, row)
	}
	return found, nil
}

// Search finds the keys of readable rows of one table. While the index is being
// rebuilt it returns ErrIndexing with those found by name.
func (tx *Tx) Search(q Query) (Result, error) {
	t, ok := tx.store.tables[q.Table]
	if !ok {
		return Result{}, fmt.Errorf("data: no table %q to search", q.Table)
	}
	res, err := tx.search(&q, t)
	if !q.Latest {
		res.Keys = slices.DeleteFunc(res.Keys, func(key string) bool { return !t.reads(tx, key) })
	}
	return res, err
}

// search finds keys, from an index that may be a moment behind the store: rows
// are for the caller to read within reach.
func (tx *Tx) search(q *Query, t Schema) (Result, error) {
	if !t.searched() {
		return Result{}, fmt.Errorf("data: table %s is not searched", t.Name())
	}
	if q.Limit <= 0 {
		q.Limit = 20
	}
	sc, text := tx.scopeOf(q, t.isShared()), parse(q.Text)
	sc.own = slices.DeleteFunc(sc.own, func(key string) bool { return !tx.adds(t, key, sc) })
	if sc.empty() || text.nothing {
		return Result{}, nil
	}
	names := namesOf{bucket: tx.bolt.Bucket(namesBucket(t.Name())), scope: sc, query: q}
	l, err := tx.store.search.lookup(q, sc, names.exact())
	if err != nil {
		return Result{Keys: keysOf(names.first(text.folded, q.Limit))}, ErrIndexing
	}
	defer l.close()
	res, err := l.search(text, names)
	if err != nil {
		tx.store.search.distrust(l.index, err)
		return Result{Keys: keysOf(names.first(text.folded, q.Limit))}, ErrIndexing
	}
	return res, nil
}

// adds reports whether a single row is not already in the rest of the scope: the
// own row of somebody who administers its place would make every search wider.
func (tx *Tx) adds(t Schema, key string, sc scope) bool {
	d, err := t.documentOf(tx, key)
	if err != nil || d == nil {
		return false
	}
	within := func(p Place) bool { return p.Within(sc.within) }
	covered := func(p Place) bool { return slices.ContainsFunc(sc.places, p.Within) }
	return slices.ContainsFunc(d.places, within) && !slices.ContainsFunc(d.places, covered)
}

func keysOf(all []candidate) []string {
	keys := make([]string, len(all))
	for i, c := range all {
		keys[i] = c.key
	}
	return keys
}

// first returns the rows whose last name begins with a text, then those whose
// first name does.
func (ns namesOf) first(text string, n int) []candidate {
	return ns.thenByFirst(ns.beginning(byLast, text, n), text, n)
}

// thenByFirst adds to some rows those whose first name begins with a text, in
// the order of these first names.
func (ns namesOf) thenByFirst(all []candidate, text string, n int) []candidate {
	if len(all) == n || text == "" {
		return all
	}
	for _, c := range ns.beginning(byFirst, text, n) {
		if len(all) < n && !slices.ContainsFunc(all, func(a candidate) bool { return a.key == c.key }) {
			all = append(all, c)
		}
	}
	return all
}

// exact reports whether everything found can be counted: the scope is one
// place with no other inside.
func (ns namesOf) exact() bool {
	sc := ns.scope
	return len(sc.places) == 1 && len(sc.above)+len(sc.own) == 0 && sc.places[0] != "" && ns.isLeaf(sc.places[0])
}

// Bounds of a text that is searched.
const (
	maxText  = 200 // characters
	maxWords = 8
)

// A typed text is what somebody typed, in the forms that are looked up.
type typed struct {
	folded  string
	words   []typedWord
	nothing bool // something was typed that no row can hold
}

// A typedWord is a word between spaces: as a code or an address, and as the words
// it is made of when it is a name.
type typedWord struct {
	exact string
	parts []string
}

func parse(text string) typed {
	if r := []rune(text); len(r) > maxText {
		text = string(r[:maxText])
	}
	t := typed{folded: Fold(text)}
	for _, w := range strings.Fields(foldExact(text)) {
		word := typedWord{exact: w, parts: strings.Fields(Fold(w))}
		if len(word.parts) == 0 {
			continue
		}
		if t.words = append(t.words, word); len(t.words) == maxWords {
			break
		}
	}
	t.nothing = len(t.words) == 0 && strings.TrimSpace(text) != ""
	return t
}
