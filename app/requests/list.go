package requests

import (
	"errors"
	"slices"
	"strings"

	"preau/app/access"
	"preau/app/directory"
	"preau/data"
)

// A Line is a request in a list.
type Line struct {
	Request
	School string // name of the establishment, or of the académie
}

// A List is a page of requests.
type List struct {
	Lines   []Line
	Total   int  // exact up to 1,000, and beyond when it costs nothing
	More    bool // there are more than Total
	Partly  bool // the search index is being made again: words find nothing yet
	Missing bool // the page is after the last one
}

// counted is up to how many requests are counted one by one.
const counted = 1000

// A Look is what a page of the list shows.
type Look struct {
	Filter
	Sort Sort
	Up   bool // smallest first
	Page int  // from 1
	Size int
}

// Search lists requests within the person's reach.
func Search(s *access.Session, look Look) (list List, err error) {
	err = s.See(func(tx *data.Tx) error {
		places, err := placesOf(tx, s, look.UAI)
		if err != nil {
			return err
		}
		keys, err := look.find(tx, s, places, &list)
		if err != nil {
			return err
		}
		for _, key := range keys {
			r, err := Requests.Get(tx, key)
			if errors.Is(err, data.ErrNotFound) {
				continue // the search index is a moment behind
			}
			if err != nil {
				return err
			}
			name, err := schoolOf(tx, r.At)
			if err != nil {
				return err
			}
			list.Lines = append(list.Lines, Line{r, name})
		}
		return nil
	})
	return list, err
}

// placesOf are the places whose requests are looked at: an establishment in
// reach, or all the reach.
func placesOf(tx *data.Tx, s *access.Session, uai string) ([]data.Place, error) {
	if uai == "" {
		return s.Reach(access.Administer), nil
	}
	place, err := directory.Locate(tx, uai)
	return []data.Place{place}, err
}

// schoolOf is the name of the establishment, or of the académie, of a place.
func schoolOf(tx *data.Tx, at data.Place) (string, error) {
	uai := directory.UAIOf(at)
	if uai == "" {
		a, err := directory.Academies.Get(tx, string(at))
		return a.Label(), err
	}
	c, err := directory.Cards.Get(tx, uai)
	return c.Name, err
}

// find returns the keys of the page, and counts.
func (l Look) find(tx *data.Tx, s *access.Session, places []data.Place, list *List) ([]string, error) {
	if l.Number != 0 {
		if keys, err := l.numbered(tx, places); err != nil || len(keys) > 0 || l.Text == "" {
			list.Total = len(keys)
			return keys, err
		}
	}
	t := l.Filter.ready(s.Account.ID, tx.Now)
	if l.Assignee == Away {
		var err error
		if t.away, err = awayFrom(tx, places); err != nil {
			return nil, err
		}
	}
	if strings.TrimSpace(l.Text) != "" {
		return l.byWords(tx, t, places, list)
	}
	p, err := t.planOf(tx, places, l.Sort)
	if err != nil {
		return nil, err
	}
	if !p.small && t.from+t.to != "" {
		t.received(tx, &p)
	}
	if p.small {
		return l.page(t.gather(tx, p), list), nil
	}
	if t.coarse() {
		return l.ordered(tx, p, list), nil
	}
	return l.filtered(tx, t, p, list), nil
}

// A hit is a request that was found, with where it stands in the order.
type hit struct{ key, sort string }

// byWords finds by the search index, which a moment may separate from the rows:
// those of the page are tested again.
func (l Look) byWords(tx *data.Tx, t tests, places []data.Place, list *List) ([]string, error) {
	var all []found
	for _, at := range within(places) {
		q := data.Query{Table: Requests.Name(), Text: l.Text, Within: at, Limit: counted, Latest: true}
		q.Tags, q.AnyTags = t.tags()
		res, err := tx.Search(q)
		if errors.Is(err, data.ErrIndexing) {
			list.Partly, err = true, nil
		}
		if err != nil {
			return nil, err
		}
		list.More = list.More || res.More
		for i, order := range res.Orders {
			if f := parseFacets(order); t.keeps(f) {
				all = append(all, found{res.Keys[i], f})
			}
		}
	}
	return slices.DeleteFunc(l.page(all, list), func(key string) bool {
		r, err := Requests.Get(tx, key)
		return err != nil || !t.keeps(facetsOf(r))
	}), nil
}

// within are the places to search one by one: nothing for all of the reach.
func within(places []data.Place) []data.Place {
	if len(places) == 1 {
		return places
	}
	return []data.Place{""}
}

// found is a request with its facets.
type found struct {
	key string
	facets
}

// gather reads the smaller set whole, and keeps what the filter chooses.
func (t tests) gather(tx *data.Tx, p plan) (all []found) {
	for _, group := range p.family { // one by one: they are sorted afterwards
		for e := range RequestsList.Walk(tx, []data.Slot{group}, p.span, false) {
			if f := parseFacets(e.Facets); t.keeps(f) {
				all = append(all, found{e.Key, f})
			}
		}
	}
	return all
}

// received chooses the groups by reception when the days of the filter hold few
// requests.
func (t tests) received(tx *data.Tx, p *plan) {
	groups, span, n := make([]data.Slot, len(p.groups)), data.Span{From: t.from, To: t.to}, 0
	for i, g := range p.groups {
		_, kind, _ := strings.Cut(g.Group, "/")
		groups[i] = data.Slot{Place: g.Place, Group: string(ByReceived) + "/" + kind}
		for range RequestsList.Walk(tx, groups[i:i+1], span, false) {
			if n++; n > gatherMost/4 {
				return
			}
		}
	}
	p.family, p.span, p.small = groups, span, true
}

// page sorts what was found, and returns the keys of the page.
func (l Look) page(all []found, list *List) []string {
	list.Total = len(all)
	hits := make([]hit, len(all))
	for i, f := range all {
		hits[i] = hit{f.key, f.sortOf(l.Sort, f.key)}
	}
	slices.SortFunc(hits, func(a, b hit) int {
		n := strings.Compare(a.sort, b.sort)
		if n == 0 {
			n = strings.Compare(a.key, b.key)
		}
		if !l.Up {
			n = -n
		}
		return n
	})
	from := (l.Page - 1) * l.Size
	list.Missing = from > 0 && from >= len(hits)
	var keys []string
	for _, h := range hits[min(from, len(hits)):min(from+l.Size, len(hits))] {
		keys = append(keys, h.key)
	}
	return keys
}

// ordered reads the page where it stands in the order, from the nearest end.
func (l Look) ordered(tx *data.Tx, p plan, list *List) (keys []string) {
	list.Total = p.whole
	from := (l.Page - 1) * l.Size
	to := min(from+l.Size, p.whole)
	if list.Missing = from > 0 && from >= p.whole; list.Missing {
		return nil
	}
	back, skip := !l.Up, from
	if far := p.whole - to; far < from {
		back, skip = l.Up, far
	}
	for e := range RequestsList.Walk(tx, p.groups, data.Span{}, back) {
		if skip > 0 {
			skip--
			continue
		}
		if len(keys) == to-from {
			break
		}
		keys = append(keys, e.Key)
	}
	if back == l.Up {
		slices.Reverse(keys)
	}
	return keys
}

// filtered reads the order and tests each request, until the page is full; then
// counts without order, which costs less.
func (l Look) filtered(tx *data.Tx, t tests, p plan, list *List) (keys []string) {
	from, n := (l.Page-1)*l.Size, 0
	span := data.Span{}
	if l.Sort == ByReceived {
		span = data.Span{From: t.from, To: t.to}
	}
	for e := range RequestsList.Walk(tx, p.groups, span, !l.Up) {
		if !t.keepsRest(parseFacets(e.Facets)) {
			continue
		}
		if n++; n > from {
			keys = append(keys, e.Key)
		}
		if len(keys) == l.Size {
			break
		}
	}
	if len(keys) == l.Size {
		n, list.More = t.count(tx, p.groups, span, max(counted, n))
	}
	list.Total = n
	list.Missing = from > 0 && from >= n
	return keys
}

// count is how many requests of some groups are chosen, and whether there are more
// than it counts.
func (t tests) count(tx *data.Tx, groups []data.Slot, span data.Span, most int) (n int, more bool) {
	for _, group := range groups {
		for e := range RequestsList.Walk(tx, []data.Slot{group}, span, false) {
			if !t.keepsRest(parseFacets(e.Facets)) {
				continue
			}
			if n == most {
				return n, true
			}
			n++
		}
	}
	return n, false
}

// numbered returns the key of the one request that the number means, none when
// there is none in these places.
func (l Look) numbered(tx *data.Tx, places []data.Place) ([]string, error) {
	r, err := Requests.Get(tx, keyOf(l.Number))
	if errors.Is(err, data.ErrNotFound) || err == nil && !data.Reach(places).Covers(r.At) {
		return nil, nil
	}
	return filled(r.Key()), err
}
