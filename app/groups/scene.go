package groups

import (
	"slices"

	"preau/app/access"
	"preau/data"
)

// A scene is the groups of an establishment as somebody sees them on a screen:
// what is stored, with what they have pending.
type scene struct {
	tx    *data.Tx
	s     *access.Session
	place data.Place
	draft Draft
	ranks map[string]int // of the edits of the draft, by group; nil once they have moved
}

// of returns the edit of a group, if there is one, as Draft.Of does for one look.
func (sc *scene) of(group string) (Edit, bool) {
	if i := sc.rank(group); i >= 0 {
		return sc.draft.Edits[i], true
	}
	return Edit{Group: group}, false
}

// rank is where the edit of a group is, -1 for nowhere.
func (sc *scene) rank(group string) int {
	if sc.ranks == nil {
		sc.ranks = make(map[string]int, len(sc.draft.Edits))
		for i, e := range sc.draft.Edits {
			sc.ranks[e.Group] = i
		}
	}
	if i, there := sc.ranks[group]; there {
		return i
	}
	return -1
}

// begin adds an edit to the draft.
func (sc *scene) begin(e Edit) *Edit {
	sc.draft.Edits, sc.ranks = append(sc.draft.Edits, e), nil
	return &sc.draft.Edits[len(sc.draft.Edits)-1]
}

// sceneOf returns the scene of a screen, for who may manage the groups there.
func sceneOf(tx *data.Tx, s *access.Session, uai string, screen Screen) (*scene, error) {
	place, err := managedAt(tx, s, uai)
	if err == nil && !slices.Contains(Screens, screen) {
		err = data.ErrNotFound
	}
	if err != nil {
		return nil, err
	}
	d, err := draftOf(tx, s, place, screen)
	return &scene{tx: tx, s: s, place: place, draft: d}, err
}

// shared reports whether the groups of the scene are the shared ones.
func (sc *scene) shared() bool { return sc.draft.Screen != LocalScreen }

// versionOf is the version of what the screen changes of a group.
func (sc *scene) versionOf(g Group) uint64 {
	if sc.draft.Screen == PopulationScreen {
		side, _ := g.Sides.Of(sc.place)
		return side.Version
	}
	return g.Version
}

// edit returns the edit of a group, begun if need be.
func (sc *scene) edit(g Group) *Edit {
	if i := sc.rank(g.ID); i >= 0 {
		return &sc.draft.Edits[i]
	}
	return sc.begin(Edit{Group: g.ID, Base: sc.versionOf(g)})
}

// drop forgets what is pending of a group, and the new groups that were to be in it.
func (sc *scene) drop(id string) {
	for _, e := range sc.draft.Edits {
		if e.New && e.Parent == id {
			defer sc.drop(e.Group)
		}
	}
	sc.draft.Edits, sc.ranks = slices.DeleteFunc(sc.draft.Edits, func(e Edit) bool { return e.Group == id }), nil
	for i := range sc.draft.Edits { // it is in nothing any more
		e := &sc.draft.Edits[i]
		e.Added = slices.DeleteFunc(e.Added, func(r Ref) bool { return r == Nested(id) })
	}
}

// group returns a group of the screen as it is to be. One that is to be deleted is
// not there.
func (sc *scene) group(id string) (Group, error) {
	e, pending := sc.of(id)
	if pending && e.New {
		return Group{ID: id, At: sc.place, Shared: sc.shared(), Parent: e.Parent, Name: e.Text.Name, Description: e.Text.Description, Sides: e.Sides}, nil
	}
	g, err := groupAt(sc.tx, sc.place, id)
	if err == nil && (e.Delete || g.Shared != sc.shared()) {
		return Group{}, data.ErrNotFound
	}
	return e.of(g), err
}

// of returns a group as the edit is to make it.
func (e Edit) of(g Group) Group {
	if e.Text != nil {
		g.Name, g.Description = e.Text.Name, e.Text.Description
	}
	for _, side := range e.Sides {
		was, _ := g.Sides.Of(side.At)
		side.Version = was.Version
		g.Sides = g.Sides.with(side)
	}
	return g
}

// kids are the sub-groups of a group as they are to be, by name; "" is for the
// groups that are in none.
func (sc *scene) kids(parent string) (kids []Group, err error) {
	stored := groupsByParent.All(sc.tx, parent)
	if parent == "" {
		list := localList
		if sc.shared() {
			list = sharedList
		}
		stored = groupsList.All(sc.tx, sc.place, list)
	}
	for g, err := range stored {
		if err != nil {
			return nil, err
		}
		e, _ := sc.of(g.ID)
		if g.Parent == parent && !g.Deleted() && !e.Delete {
			kids = append(kids, e.of(g))
		}
	}
	for _, e := range sc.draft.Edits {
		if e.New && e.Parent == parent {
			g, err := sc.group(e.Group)
			if err != nil {
				return nil, err
			}
			kids = append(kids, g)
		}
	}
	slices.SortFunc(kids, byName)
	return kids, nil
}

// elements are what the establishment has in a group, as it is to be.
func (sc *scene) elements(g Group) []Ref {
	e, _ := sc.of(g.ID)
	var kept []Ref
	if !e.New {
		kept = elementsOf(sc.tx, g.ID, sc.place)
	}
	if len(e.Removed) > 0 {
		gone := map[Ref]bool{}
		for _, r := range e.Removed {
			gone[r] = true
		}
		kept = slices.DeleteFunc(kept, func(r Ref) bool { return gone[r] })
	}
	return append(kept, e.Added...)
}

// settle drops from the draft what changes nothing of the groups as they are now.
func (sc *scene) settle() error {
	for i := range sc.draft.Edits {
		e := &sc.draft.Edits[i]
		if e.New {
			continue
		}
		g, err := groupAt(sc.tx, sc.place, e.Group)
		if isMissing(err) {
			continue // saving says so
		}
		if err != nil {
			return err
		}
		if e.Text != nil && e.Text.Name == g.Name && e.Text.Description == g.Description {
			e.Text = nil
		}
		in := map[Ref]bool{}
		for _, ref := range elementsOf(sc.tx, g.ID, sc.place) {
			in[ref] = true
		}
		e.Added = slices.DeleteFunc(e.Added, func(r Ref) bool { return in[r] })
		e.Removed = slices.DeleteFunc(e.Removed, func(r Ref) bool { return !in[r] })
		e.Sides = slices.DeleteFunc(e.Sides, func(side Side) bool {
			was, _ := g.Sides.Of(side.At)
			return slices.Equal(side.Profiles, was.Profiles)
		})
	}
	return nil
}
