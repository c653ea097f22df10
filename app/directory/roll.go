package directory

import (
	"slices"
	"strings"

	"preau/data"
)

// A Present is somebody of an establishment as its lists know them: nothing of
// their record is read.
type Present struct {
	ID      string // UID
	Sort    string // the order of names
	Profile Profile
	facets  string // as facetsOf writes them
}

// A Roll is who is in an establishment, in one transaction. Deleted accounts are
// not; suspended ones are. Places out of the author's reach are empty.
type Roll struct {
	tx     *data.Tx
	place  data.Place
	byID   map[string]Present
	groups map[string][]Present // those already read, by key
	ranks  map[string]int       // of the relatives among those of their profile, by UID
}

// RollAt returns the roll of an establishment. It reads what it is asked for, once.
func RollAt(tx *data.Tx, place data.Place) *Roll {
	return &Roll{tx: tx, place: place, groups: map[string][]Present{}}
}

// Who returns somebody of the establishment.
func (r *Roll) Who(id string) (Present, bool) {
	if r.byID == nil {
		n := 0
		for _, p := range Profiles {
			n += len(r.In(string(p)))
		}
		r.byID = make(map[string]Present, n)
		for _, p := range Profiles {
			for _, who := range r.In(string(p)) {
				r.byID[who.ID] = who
			}
		}
	}
	who, here := r.byID[id]
	return who, here
}

// In returns the people of an automatic group, by name: none for a group that
// does not exist.
func (r *Roll) In(key string) []Present {
	all, known := r.groups[key]
	if !known {
		all = r.read(key)
		r.groups[key] = all
	}
	return all
}

func (r *Roll) read(key string) (all []Present) {
	kind, code, p := cutGroup(key)
	switch {
	case p == Relative && kind != "":
		return r.relativesOf(r.In(groupKey(kind, code, Student)))
	case kind == "grade":
		for _, who := range r.In(string(p)) {
			if facetsIn(who.facets).Grade == code {
				all = append(all, who)
			}
		}
		return all
	}
	for e := range UsersList.Walk(r.tx, []data.Slot{{Place: r.place, Group: key}}, data.Span{}, false) {
		all = append(all, Present{e.Key, e.Sort, facetsIn(e.Facets).Profile, e.Facets})
	}
	return all
}

// relativesOf are the relatives of some pupils who have an account here, by name.
func (r *Roll) relativesOf(children []Present) []Present {
	if len(children) == 0 {
		return nil
	}
	every := r.In(string(Relative))
	if r.ranks == nil {
		r.ranks = make(map[string]int, len(every))
		for i, who := range every {
			r.ranks[who.ID] = i
		}
	}
	var ranks []int
	for _, child := range children {
		for id := range strings.FieldsSeq(facetsIn(child.facets).Relatives) {
			if i, here := r.ranks[id]; here {
				ranks = append(ranks, i)
			}
		}
	}
	slices.Sort(ranks)
	ranks = slices.Compact(ranks)
	all := make([]Present, len(ranks))
	for i, rank := range ranks {
		all[i] = every[rank]
	}
	return all
}

// ByName compares two people by the order of their names.
func (p Present) ByName(q Present) int {
	if p.Sort != q.Sort {
		return strings.Compare(p.Sort, q.Sort)
	}
	return strings.Compare(p.ID, q.ID)
}

// Relatives are those of some people who have an account here, by name.
func (r *Roll) Relatives(ids []string) []Present {
	var children []Present
	for _, id := range ids {
		if who, here := r.Who(id); here {
			children = append(children, who)
		}
	}
	return r.relativesOf(children)
}
