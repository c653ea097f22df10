package data

import "slices"

// A scope is the part of the territory that one search sees: the reach of its
// author, narrowed to the place that was asked for.
type scope struct {
	places []Place  // seen with everything inside
	above  []Place  // exact places, of a shared table, over the reach
	own    []string // keys of single rows
	within Place
}

func (tx *Tx) scopeOf(q *Query, shared bool) scope {
	sc := scope{within: q.Within}
	for _, p := range slices.Concat(tx.Author.Sees, tx.Author.May) {
		switch {
		case p != "" && p[0] == '~':
			sc.own = append(sc.own, string(p[1:]))
		case p.Within(q.Within):
			sc.places = append(sc.places, p)
		case q.Within.Within(p):
			sc.places = append(sc.places, q.Within)
		}
	}
	sc.places = outermost(sc.places)
	if shared {
		for _, p := range tx.Author.Sees {
			for _, a := range p.Ancestors() {
				if a.Within(q.Within) && !slices.Contains(sc.above, a) && !slices.ContainsFunc(sc.places, a.Within) {
					sc.above = append(sc.above, a)
				}
			}
		}
	}
	return sc
}

// outermost drops the places that lie inside another one.
func outermost(places []Place) (all []Place) {
	slices.Sort(places)
	for _, p := range places {
		if !slices.ContainsFunc(all, p.Within) {
			all = append(all, p)
		}
	}
	return all
}

func (sc scope) empty() bool { return len(sc.places)+len(sc.above)+len(sc.own) == 0 }

// holds reports whether a place of a row, or its key, lets the search see it.
func (sc scope) holds(p Place, key string) bool {
	if !p.Within(sc.within) {
		return false
	}
	return slices.ContainsFunc(sc.places, p.Within) || slices.Contains(sc.above, p) || slices.Contains(sc.own, key)
}
