package data

import (
	"slices"
	"strings"
)

// A Place locates a row in the territory, from the widest area to the
// narrowest: "" is the whole appliance, "lyon" an area of it, "lyon/0690001B"
// a part of that area. Own places stand outside the territory: see Own.
type Place string

// Own is the place of one row, by its key: what somebody who administers
// nothing reaches of the directory. No row stores it.
func Own(key string) Place { return Place("~" + key) }

// Within reports whether p is q or lies inside it.
func (p Place) Within(q Place) bool {
	if q == "" || p == q {
		return true
	}
	return len(p) > len(q) && p[len(q)] == '/' && p[:len(q)] == q
}

// Ancestors returns p and every place around it, the whole appliance last.
func (p Place) Ancestors() []Place {
	all := []Place{p}
	for p != "" {
		i := strings.LastIndexByte(string(p), '/')
		p = p[:max(i, 0)]
		all = append(all, p)
	}
	return all
}

// A Reach is the part of the territory that someone may read, or change: the
// places it lists and everything inside them. The zero Reach is nowhere.
type Reach []Place

// Everywhere is the reach of the appliance itself.
var Everywhere = Reach{""}

// Covers reports whether p lies in the reach.
func (r Reach) Covers(p Place) bool { return slices.ContainsFunc(r, p.Within) }

// CoversAny reports whether one of the places lies in the reach.
func (r Reach) CoversAny(places []Place) bool { return slices.ContainsFunc(places, r.Covers) }

// Overlooks reports whether p is at or above a place of the reach, as what an
// area offers stands above every part of it.
func (r Reach) Overlooks(p Place) bool {
	return slices.ContainsFunc(r, func(q Place) bool { return q.Within(p) })
}

// Among returns those of the places that lie in the reach.
func (r Reach) Among(places []Place) []Place {
	return slices.DeleteFunc(slices.Clone(places), func(p Place) bool { return !r.Covers(p) })
}

// coversRow reports whether the reach holds a row, by its places or by its key.
func (r Reach) coversRow(row Row) bool {
	if len(r) == 1 && r[0] == "" {
		return true
	}
	return r.CoversAny(row.Places()) || slices.Contains(r, Own(row.Key()))
}
