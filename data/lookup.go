package data

import (
	"context"
	"fmt"
	"runtime/debug"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/blevesearch/bleve/v2/search"
	searchers "github.com/blevesearch/bleve/v2/search/searcher"
	index "github.com/blevesearch/bleve_index_api"
)

// A lookup is one search of the index. It asks Bleve for which documents match,
// never for a score or an order: sorting there costs with the number of hits.
type lookup struct {
	index  *openIndex
	reader index.IndexReader
	query  *Query
	scope  scope
	exact  bool // count everything
}

// unscored lets Bleve answer with bitmaps alone.
var unscored = search.SearcherOptions{Score: "none"}

func (l *lookup) close() { l.reader.Close() }

// fewHits are ranked one by one sooner than read from the ordered names.
const fewHits = 100

func (l *lookup) search(text typed, names namesOf) (res Result, err error) {
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true)) // a cut index file faults when read
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("search index: %v", r)
		}
	}()
	hits, more, err := l.run(text, l.word)
	if err == nil && len(hits) == 0 && text.forgivable() {
		hits, more, err = l.run(text, l.forgiven)
		res.Fuzzy = len(hits) > 0
	}
	if err != nil {
		return res, err
	}
	if l.query.Latest && len(hits) > maxCounted { // documents are numbered as they are indexed
		hits, more = hits[len(hits)-maxCounted:], true
	}
	res.Total, res.More = len(hits), more
	if l.query.Latest {
		err = l.latest(hits, text, &res)
		return res, err
	}
	res.Keys, err = l.best(hits, more && !res.Fuzzy, text, names)
	return res, err
}

// latest gives a result the keys of the hits with their orders.
func (l *lookup) latest(hits []uint64, text typed, res *Result) error {
	all, err := l.rank(hits, text.folded)
	for _, r := range all[:min(len(all), l.query.Limit)] {
		res.Keys, res.Orders = append(res.Keys, r.key), append(res.Orders, r.order)
	}
	return err
}

// best returns the keys to show of the hits: read in order from the names when
// there are many, or ranked here.
func (l *lookup) best(hits []uint64, more bool, text typed, names namesOf) ([]string, error) {
	n := l.query.Limit
	var first []candidate
	if len(hits) > fewHits {
		first = names.beginning(byLast, text.folded, n)
		if more && len(first) < n {
			first = names.thenByFirst(first, text.folded, n)
		}
		if len(first) == n {
			return keysOf(first), nil
		}
	}
	ranked, err := l.rank(hits, text.folded)
	if err != nil {
		return nil, err
	}
	if !more { // all is ranked
		first = nil
	}
	keys := keysOf(first)
	for i := 0; i < len(ranked) && len(keys) < n; i++ {
		if key := ranked[i].key; !slices.Contains(keys, key) {
			keys = append(keys, key)
		}
	}
	return keys, nil
}

// run returns the documents that match every word, and whether there are more
// than it counts.
func (l *lookup) run(text typed, word func(typedWord) (search.Searcher, error)) (hits []uint64, more bool, err error) {
	s, err := l.searcher(text, word)
	if err != nil {
		return nil, false, err
	}
	defer s.Close()
	sc := &search.SearchContext{DocumentMatchPool: search.NewDocumentMatchPool(s.DocumentMatchPoolSize()+1, 0), IndexReader: l.reader}
	for {
		m, err := s.Next(sc)
		if err != nil || m == nil {
			return hits, false, err
		}
		if len(hits) == maxCounted && !l.exact && !l.query.Latest {
			return hits, true, nil
		}
		hits = append(hits, m.IndexInternalID.Value())
		sc.DocumentMatchPool.Put(m)
	}
}

// searcher returns what finds the documents within the scope that have the tags
// and every word.
func (l *lookup) searcher(text typed, word func(typedWord) (search.Searcher, error)) (search.Searcher, error) {
	all := &clauses{lookup: l}
	if !l.everywhere() || len(text.words)+len(l.query.Tags)+len(l.query.AnyTags) == 0 {
		all.add(l.inScope())
	}
	for _, t := range l.query.Tags {
		all.add(l.term(tagField, t))
	}
	if len(l.query.AnyTags) > 0 {
		anyOf := &clauses{lookup: l}
		for _, t := range l.query.AnyTags {
			anyOf.add(l.term(tagField, t))
		}
		all.add(anyOf.or())
	}
	for _, w := range text.words {
		all.add(word(w))
	}
	return all.and()
}

func (l *lookup) everywhere() bool { return len(l.scope.places) == 1 && l.scope.places[0] == "" }

// inScope finds what the author may read, within the place asked for.
func (l *lookup) inScope() (search.Searcher, error) {
	anyOf := &clauses{lookup: l}
	for _, p := range l.scope.places {
		anyOf.add(l.term(placeField, string(p)))
	}
	for _, p := range l.scope.above {
		anyOf.add(l.term(placeField, "="+string(p)))
	}
	if len(l.scope.own) > 0 {
		ids := make([]string, len(l.scope.own))
		for i, key := range l.scope.own {
			ids[i] = documentID(l.query.Table, key)
		}
		own := &clauses{lookup: l}
		own.add(searchers.NewDocIDSearcher(context.Background(), l.reader, ids, 1, unscored))
		own.add(l.term(placeField, string(l.scope.within)))
		anyOf.add(own.and())
	}
	return anyOf.or()
}

func (l *lookup) term(field, value string) (search.Searcher, error) {
	return searchers.NewTermSearcher(context.Background(), l.reader, term(l.query.Table, value), field, 1, unscored)
}

// starting finds a word or an exact text by its first characters.
func (l *lookup) starting(text string) (search.Searcher, error) {
	if utf8.RuneCountInString(text) <= maxGram {
		return l.term(gramField, text)
	}
	return searchers.NewTermPrefixSearcher(context.Background(), l.reader, term(l.query.Table, text), longField, 1, unscored)
}

// word finds what was typed as it is, or each word it is made of.
func (l *lookup) word(w typedWord) (search.Searcher, error) {
	if len(w.parts) == 1 && w.parts[0] == w.exact {
		return l.starting(w.exact)
	}
	either, parts := &clauses{lookup: l}, &clauses{lookup: l}
	for _, p := range w.parts {
		parts.add(l.starting(p))
	}
	either.add(l.starting(w.exact))
	either.add(parts.and())
	return either.or()
}

// minForgiven is how many letters a word needs for one of them to be wrong.
const minForgiven = 4

func (t typed) forgivable() bool {
	return slices.ContainsFunc(t.words, func(w typedWord) bool { return slices.ContainsFunc(w.parts, forgivable) })
}

func forgivable(part string) bool {
	return utf8.RuneCountInString(part) >= minForgiven && !strings.ContainsAny(part, "0123456789")
}

// forgiven finds what was typed but for one letter of each word, or two
// neighbours swapped. The first letter holds.
func (l *lookup) forgiven(w typedWord) (search.Searcher, error) {
	all := &clauses{lookup: l}
	for _, p := range w.parts {
		if !forgivable(p) {
			all.add(l.starting(p))
			continue
		}
		letters := []rune(p)
		letters = letters[:min(len(letters), maxGram)]
		near := &clauses{lookup: l}
		prefix := len(term(l.query.Table, string(letters[0])))
		near.add(searchers.NewFuzzySearcher(context.Background(), l.reader, term(l.query.Table, string(letters)), prefix, 1, gramField, 1, unscored))
		for i := 1; i+1 < len(letters); i++ {
			swapped := slices.Clone(letters)
			swapped[i], swapped[i+1] = swapped[i+1], swapped[i]
			near.add(l.term(gramField, string(swapped)))
		}
		all.add(near.or())
	}
	return all.and()
}

// clauses gathers searchers, and the first error of making them.
type clauses struct {
	lookup *lookup
	all    []search.Searcher
	err    error
}

func (c *clauses) add(s search.Searcher, err error) {
	if err != nil {
		c.err = err
		return
	}
	c.all = append(c.all, s)
}

func (c *clauses) and() (search.Searcher, error) {
	if c.err != nil || len(c.all) == 1 {
		return c.one()
	}
	return searchers.NewConjunctionSearcher(context.Background(), c.lookup.reader, c.all, unscored)
}

func (c *clauses) or() (search.Searcher, error) {
	if c.err != nil || len(c.all) == 1 {
		return c.one()
	}
	return searchers.NewDisjunctionSearcher(context.Background(), c.lookup.reader, c.all, 0, unscored)
}

func (c *clauses) one() (search.Searcher, error) {
	if c.err == nil {
		return c.all[0], nil
	}
	for _, s := range c.all {
		s.Close()
	}
	return nil, c.err
}
