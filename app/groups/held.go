package groups

import (
	"slices"

	"preau/app/access"
	"preau/app/directory"
	"preau/data"
)

// A held is a group that somebody is in, with the elements of it that they come
// by; a sub-group is one.
type held struct {
	Group
	Via []Ref
}

// holding returns the groups that somebody is in by what they are at some
// establishments, by name: those whose reckoning has them, found from the person
// and not from the groups.
func holding(tx *data.Tx, u directory.User, places []data.Place) ([]held, error) {
	c := climb{tx, u.Profile, map[string]*held{}}
	for _, at := range places {
		keys, err := directory.AutomaticKeys(tx, u, at)
		if err != nil {
			return nil, err
		}
		if len(keys) == 0 { // not there, or deleted
			continue
		}
		refs := []Ref{Person(u.ID)}
		for _, key := range keys {
			refs = append(refs, Automatic(key))
		}
		for _, ref := range refs {
			if err := c.by(at, ref); err != nil {
				return nil, err
			}
		}
	}
	all := make([]held, 0, len(c.found))
	for _, h := range c.found {
		all = append(all, *h)
	}
	slices.SortFunc(all, func(a, b held) int { return byName(a.Group, b.Group) })
	return all, nil
}

// A climb goes from the elements that somebody is in to the groups around them.
type climb struct {
	tx      *data.Tx
	profile directory.Profile
	found   map[string]*held
}

// by joins the groups where an establishment put an element.
func (c *climb) by(at data.Place, ref Ref) error {
	for m, err := range membershipsBySource.All(c.tx, sourceKey(at, ref)) {
		if err != nil {
			return err
		}
		g, err := Groups.Get(c.tx, m.Group)
		if isMissing(err) {
			continue
		}
		if err != nil {
			return err
		}
		if side, open := g.sides().Of(at); open && (!g.Shared || side.allows(c.profile)) {
			if err := c.join(g, ref); err != nil {
				return err
			}
		}
	}
	return nil
}

// join is in a group by an element of it, and so in what the group is in.
func (c *climb) join(g Group, ref Ref) error {
	if g.Deleted() {
		return nil
	}
	if h := c.found[g.ID]; h != nil {
		if !slices.Contains(h.Via, ref) {
			h.Via = append(h.Via, ref)
		}
		return nil
	}
	c.found[g.ID] = &held{g, []Ref{ref}}
	if err := c.by(g.At, Nested(g.ID)); err != nil || g.Parent == "" {
		return err
	}
	around, err := Groups.Get(c.tx, g.Parent)
	if isMissing(err) {
		return nil
	}
	if err != nil {
		return err
	}
	return c.join(around, Nested(g.ID))
}

// An Of is a group that somebody is in, as the console says it.
type Of struct {
	Group
	Via []string // what they come by, « Élèves de 3e A »; none when they were put in themselves
}

// GroupsOf lists the groups that somebody is in by what they are in an
// establishment, by name.
func GroupsOf(s *access.Session, uai, id string) (all []Of, err error) {
	err = s.See(func(tx *data.Tx) error {
		place, err := directory.Locate(tx, uai)
		if err != nil {
			return err
		}
		u, err := directory.UserAt(tx, place, id)
		if err != nil {
			return err
		}
		in, err := holding(tx, u, []data.Place{place})
		if err != nil {
			return err
		}
		for _, h := range in {
			of := Of{Group: h.Group}
			for _, ref := range h.Via {
				label, err := originOf(tx, place, ref)
				if err != nil {
					return err
				}
				if label != "" {
					of.Via = append(of.Via, label)
				}
			}
			all = append(all, of)
		}
		return nil
	})
	return all, err
}

// originOf is the name of the element that somebody comes by, "" for themselves and
// for what has no name any more.
func originOf(tx *data.Tx, at data.Place, ref Ref) (string, error) {
	if key, ok := ref.Automatic(); ok {
		g, err := directory.GroupAt(tx, at, key)
		if isMissing(err) {
			return "", nil
		}
		return g.Label, err
	}
	if id, ok := ref.Nested(); ok {
		g, err := Groups.Get(tx, id)
		return g.Name, err
	}
	return "", nil
}
