package groups

import (
	"iter"
	"maps"
	"slices"

	"preau/app/directory"
	"preau/data"
)

// A Member is somebody who is in a group, once, by one or more of its elements.
type Member struct {
	directory.Present
	At  data.Place // the establishment that they are of
	Via []Way      // how they come to be in the group
}

// A Way is an element that an establishment put in a group, or a sub-group of it.
type Way struct {
	At  data.Place
	Ref Ref
}

// A reckoning computes who is in groups, in one transaction. Each roll and each
// group is read once.
type reckoning struct {
	tx     *data.Tx
	rolls  map[data.Place]*directory.Roll
	found  map[string]map[string]*Member // by group, then by UID
	sorted map[string][]Member           // by group, by name
	room   []Member                      // where the next found are kept: one allocation for many
}

func reckon(tx *data.Tx) *reckoning {
	return &reckoning{tx: tx, rolls: map[data.Place]*directory.Roll{}, found: map[string]map[string]*Member{}, sorted: map[string][]Member{}}
}

func (r *reckoning) roll(at data.Place) *directory.Roll {
	if r.rolls[at] == nil {
		r.rolls[at] = directory.RollAt(r.tx, at)
	}
	return r.rolls[at]
}

// members returns who is in a group, by name.
func (r *reckoning) members(g Group) ([]Member, error) {
	all, done := r.sorted[g.ID]
	if done {
		return all, nil
	}
	found, err := r.gather(g)
	if err == nil {
		all = listed(found)
		r.sorted[g.ID] = all
	}
	return all, err
}

// gather finds who is in a group: the people of its elements and of its sub-groups.
// Of a shared group, each side brings its own, of the profiles that it is allowed.
func (r *reckoning) gather(g Group) (map[string]*Member, error) {
	if found, done := r.found[g.ID]; done {
		return found, nil
	}
	found := map[string]*Member{}
	r.found[g.ID] = found // a cycle, which no operation makes, ends here
	for _, side := range g.sides() {
		for _, ref := range elementsOf(r.tx, g.ID, side.At) {
			all, err := r.of(side.At, ref)
			if err != nil {
				return nil, err
			}
			for who := range all {
				if !g.Shared || side.allows(who.Profile) {
					r.join(found, who, side.At, Way{side.At, ref})
				}
			}
		}
	}
	kids, err := kidsOf(r.tx, g.ID)
	if err != nil {
		return nil, err
	}
	for _, kid := range kids {
		inner, err := r.gather(kid)
		if err != nil {
			return nil, err
		}
		for _, m := range inner {
			r.join(found, m.Present, m.At, Way{kid.At, Nested(kid.ID)})
		}
	}
	return found, nil
}

// sides are those that bring members: of a local group, its establishment.
func (g Group) sides() Sides {
	if g.Shared {
		return g.Sides
	}
	return Sides{{At: g.At}}
}

func (r *reckoning) join(found map[string]*Member, who directory.Present, at data.Place, by Way) {
	m := found[who.ID]
	if m == nil {
		if len(r.room) == cap(r.room) {
			r.room = make([]Member, 0, 256)
		}
		r.room = append(r.room, Member{Present: who, At: at})
		m = &r.room[len(r.room)-1]
		found[who.ID] = m
	}
	if !slices.Contains(m.Via, by) {
		m.Via = append(m.Via, by)
	}
}

func listed(found map[string]*Member) []Member {
	order := slices.SortedFunc(maps.Values(found), func(a, b *Member) int { return a.ByName(b.Present) })
	all := make([]Member, len(order))
	for i, m := range order {
		all[i] = *m
	}
	return all
}

// of goes through the people of an element.
func (r *reckoning) of(at data.Place, ref Ref) (iter.Seq[directory.Present], error) {
	if id, ok := ref.Person(); ok {
		return func(yield func(directory.Present) bool) {
			if who, here := r.roll(at).Who(id); here {
				yield(who)
			}
		}, nil
	}
	if key, ok := ref.Automatic(); ok {
		return slices.Values(r.roll(at).In(key)), nil
	}
	id, _ := ref.Nested()
	g, err := Groups.Get(r.tx, id)
	if isMissing(err) || err == nil && g.Deleted() {
		return func(func(directory.Present) bool) {}, nil
	}
	if err != nil {
		return nil, err
	}
	found, err := r.gather(g)
	return func(yield func(directory.Present) bool) {
		for _, m := range found {
			if !yield(m.Present) {
				return
			}
		}
	}, err
}

// kidsOf are the sub-groups of a group, by name.
func kidsOf(tx *data.Tx, id string) (kids []Group, err error) {
	for g, err := range groupsByParent.All(tx, id) {
		if err != nil {
			return nil, err
		}
		if !g.Deleted() {
			kids = append(kids, g)
		}
	}
	slices.SortFunc(kids, byName)
	return kids, nil
}
