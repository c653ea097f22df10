package groups

import (
	"slices"

	"preau/app/access"
	"preau/app/directory"
	"preau/data"
)

// A Forest is the groups of an establishment on a screen, as they are to be.
type Forest struct {
	Draft Draft
	Trees []Tree
	Gone  []Group // that are to be deleted
}

// A Tree is a group with what is in it, when it is open.
type Tree struct {
	Group
	Mine     bool   // the establishment made it
	School   string // that made it, when it did not
	New      bool   // waits to be saved
	Changed  bool   // likewise
	Count    int    // elements, and sub-groups
	Open     bool
	Kids     []Tree
	Elements []Element
	More     int    // elements that follow
	Doors    []Door // of a shared group
}

// ElementPage is how many elements of a group are read at once.
const ElementPage = 200

// ForestOf returns the groups of a screen, with those that are open: the chosen one
// and those around it are. None is chosen where it is "" or is not there.
func ForestOf(s *access.Session, uai string, screen Screen, chosen string, open func(id string) bool) (f Forest, err error) {
	err = s.See(func(tx *data.Tx) error {
		sc, err := sceneOf(tx, s, uai, screen)
		if err != nil {
			return err
		}
		f.Draft = sc.draft
		around := map[string]bool{}
		for id := chosen; id != ""; {
			g, err := sc.group(id)
			if isMissing(err) {
				break
			}
			if err != nil {
				return err
			}
			around[id], id = true, g.Parent
		}
		p := &planter{scene: sc, near: reckon(tx), wide: reckon(showing.Over(tx)), open: func(id string) bool { return around[id] || open(id) }}
		if p.counts, err = membershipsCount.Of(tx, sc.place); err != nil {
			return err
		}
		if f.Trees, err = p.trees(""); err != nil {
			return err
		}
		for _, e := range sc.draft.Edits {
			if g, err := groupAt(tx, sc.place, e.Group); e.Delete && err == nil {
				f.Gone = append(f.Gone, g)
			}
		}
		return nil
	})
	return f, err
}

// showing reads the names and the profiles of what partners put in the shared
// groups of an establishment.
var showing = data.NewCrossing("groups.show", "Montrer dans un groupe multi-établissements le nom et le profil des membres qu’un partenaire y a mis, rien d’autre")

// A planter makes the trees of a scene.
type planter struct {
	*scene
	near   *reckoning     // within reach
	wide   *reckoning     // of partners too
	counts map[string]int // stored elements of the establishment, by group
	open   func(string) bool
}

func (p *planter) trees(parent string) (all []Tree, err error) {
	groups, err := p.kids(parent)
	if err != nil {
		return nil, err
	}
	for _, g := range groups {
		t, err := p.tree(g)
		if err != nil {
			return nil, err
		}
		all = append(all, t)
	}
	return all, nil
}

func (p *planter) tree(g Group) (t Tree, err error) {
	e, pending := p.of(g.ID)
	t = Tree{Group: g, Mine: g.At == p.place, New: e.New, Changed: pending && !e.New && !e.empty(), Count: p.counts[g.ID] + len(e.Added) - len(e.Removed)}
	if !t.Mine {
		c, err := directory.Cards.Get(p.tx, g.UAI())
		if err != nil {
			return t, err
		}
		t.School = c.Name
	}
	kids, err := p.kids(g.ID)
	if err != nil {
		return t, err
	}
	if t.Doors, err = p.doors(g); err != nil {
		return t, err
	}
	for _, side := range g.Sides {
		if side.At != p.place {
			t.Count += len(elementsOf(p.wide.tx, g.ID, side.At))
		}
	}
	if t.Count += len(kids); !p.open(g.ID) {
		return t, nil
	}
	t.Open = true
	if t.Kids, err = p.trees(g.ID); err != nil {
		return t, err
	}
	t.Elements, t.More, err = p.page(g, 0)
	return t, err
}

// TreeOf returns one group of a screen with what is in it: its sub-groups, and the
// elements from this rank on.
func TreeOf(s *access.Session, uai string, screen Screen, id string, from int) (t Tree, err error) {
	err = s.See(func(tx *data.Tx) error {
		sc, err := sceneOf(tx, s, uai, screen)
		if err != nil {
			return err
		}
		g, err := sc.group(id)
		if err != nil {
			return err
		}
		p := &planter{scene: sc, near: reckon(tx), wide: reckon(showing.Over(tx)), open: func(node string) bool { return node == id }}
		if p.counts, err = membershipsCount.Of(tx, sc.place); err != nil {
			return err
		}
		if t, err = p.tree(g); err != nil || from <= 0 {
			return err
		}
		t.Elements, t.More, err = p.page(g, from)
		return err
	})
	return t, err
}

// A lump is an element that is not read yet: those of people are read by pages, in
// the order of their names.
type lump struct {
	ref   Ref
	at    data.Place
	sort  string
	added bool
}

// page reads a page of the elements of a group, those that are to leave included.
func (p *planter) page(g Group, from int) (all []Element, more int, err error) {
	lumps := p.lumps(g)
	from = min(from, len(lumps))
	to := min(from+ElementPage, len(lumps))
	e, _ := p.of(g.ID)
	for _, l := range lumps[from:to] {
		el, err := p.shown(g, l)
		if err != nil {
			return nil, 0, err
		}
		el.Added, el.Removed = l.added, l.at == p.place && slices.Contains(e.Removed, l.ref)
		all = append(all, el)
	}
	return all, len(lumps) - to, nil
}

// lumps are the elements of every side, groups first, then people by name.
func (p *planter) lumps(g Group) (all []lump) {
	e, _ := p.of(g.ID)
	if !e.New {
		for _, side := range g.sides() {
			for _, ref := range elementsOf(p.wide.tx, g.ID, side.At) {
				all = append(all, lump{ref: ref, at: side.At})
			}
		}
	}
	for _, ref := range e.Added {
		all = append(all, lump{ref: ref, at: p.place, added: true})
	}
	for i, l := range all {
		if id, ok := l.ref.Person(); ok {
			who, _ := p.wide.roll(l.at).Who(id)
			all[i].sort = "2" + who.Sort
		} else {
			all[i].sort = "1" + string(l.ref)
		}
	}
	slices.SortStableFunc(all, func(a, b lump) int { return compare(a.sort, b.sort) })
	return all
}

// shown is what the screen says of an element: of a partner's, the name and the
// profile alone.
func (p *planter) shown(g Group, l lump) (Element, error) {
	if id, nested := l.ref.Nested(); nested && l.at == p.place {
		if inner, err := p.group(id); err == nil {
			all, err := p.near.gather(inner)
			return Element{Ref: l.ref, Label: inner.Name, Kind: LocalKind, People: len(all)}, err
		}
	}
	if l.at == p.place { // within reach: who has left is not named
		return p.near.describe(l.at, l.ref, l.said(p.tx, g))
	}
	el, err := p.wide.describe(l.at, l.ref, l.said(p.wide.tx, g))
	if err != nil {
		return el, err
	}
	if el.Lost && el.Kind == "" {
		el.Label, el.Profile = leftSchool, ""
	}
	c, err := directory.Cards.Get(p.tx, directory.UAIOf(l.at))
	return Element{Label: el.Label, Kind: el.Kind, Profile: el.Profile, School: c.Name}, err
}

// said is what an element was called when it was put in a group.
func (l lump) said(tx *data.Tx, g Group) string {
	m, err := Memberships.Get(tx, membershipKey(g.ID, l.at, l.ref))
	if _, person := l.ref.Person(); err != nil || person {
		return ""
	}
	return m.Said
}
