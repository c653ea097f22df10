package groups

import (
	"slices"
	"strings"

	"preau/app/access"
	"preau/app/directory"
	"preau/data"
)

// A Match is what « Rechercher et ajouter » finds.
type Match struct {
	Element
	In     bool // the group has it already
	Closed bool // the shared group is not open to its profile
}

// FindPeople finds the people of an establishment that a group may have, by their
// names, classes and birth dates, as the type-ahead does; total is of all that match.
func FindPeople(s *access.Session, uai string, screen Screen, id, text string, limit int) (found []Match, total int, err error) {
	answers, err := directory.TypeAhead(s, directory.Look{Text: text, UAI: uai, Limit: limit})
	if err != nil {
		return nil, 0, err
	}
	var refs []Ref
	for _, p := range answers.People {
		refs = append(refs, Person(p.ID))
	}
	found, err = candidates(s, uai, screen, id, func(*scene) ([]Ref, error) { return refs, nil })
	return found, answers.Total, err
}

// FindGroups finds the automatic groups and the local groups of an establishment
// that a group may have, whose name holds each word of the text.
func FindGroups(s *access.Session, uai string, screen Screen, id, text string, limit int) (found []Match, total int, err error) {
	automatic, err := directory.AutomaticGroups(s, uai)
	if err != nil {
		return nil, 0, err
	}
	words := strings.Fields(data.Fold(text))
	found, err = candidates(s, uai, screen, id, func(sc *scene) (refs []Ref, err error) {
		for _, g := range automatic {
			if holds(g.Label+" "+g.Kind, words) {
				refs = append(refs, Automatic(g.Key))
			}
		}
		if !sc.shared() {
			local, err := sc.all("")
			for _, g := range local {
				if g.ID != id && holds(g.Name+" "+LocalKind, words) {
					refs = append(refs, Nested(g.ID))
				}
			}
			if err != nil {
				return nil, err
			}
		}
		total = len(refs)
		return refs[:min(limit, total)], nil
	})
	return found, total, err
}

func holds(text string, words []string) bool {
	text = data.Fold(text)
	return !slices.ContainsFunc(words, func(w string) bool { return !strings.Contains(text, w) })
}

// all lists the groups of the scene with their sub-groups, as they are to be: each
// group before those in it.
func (sc *scene) all(parent string) (all []Group, err error) {
	kids, err := sc.kids(parent)
	for _, g := range kids {
		all = append(all, g)
		inner, err := sc.all(g.ID)
		if err != nil {
			return nil, err
		}
		all = append(all, inner...)
	}
	return all, err
}

// candidates describes what a group may have.
func candidates(s *access.Session, uai string, screen Screen, id string, refs func(*scene) ([]Ref, error)) (found []Match, err error) {
	err = s.See(func(tx *data.Tx) error {
		sc, err := sceneOf(tx, s, uai, screen)
		if err != nil {
			return err
		}
		g, err := sc.group(id)
		if err != nil {
			return err
		}
		all, err := refs(sc)
		if err != nil {
			return err
		}
		have := map[Ref]bool{}
		for _, ref := range sc.elements(g) {
			have[ref] = true
		}
		side, _ := g.Sides.Of(sc.place)
		p := &planter{scene: sc, near: reckon(tx)}
		for _, ref := range all {
			e, err := p.shown(g, lump{ref: ref, at: sc.place})
			if err != nil {
				return err
			}
			found = append(found, Match{Element: e, In: have[ref], Closed: g.Shared && e.Profile != "" && !side.allows(e.Profile)})
		}
		return nil
	})
	return found, err
}

// Choices are the groups of a screen that elements can be added to, each after the
// names of those around it.
func Choices(s *access.Session, uai string, screen Screen) (all []Choice, err error) {
	err = s.See(func(tx *data.Tx) error {
		sc, err := sceneOf(tx, s, uai, screen)
		if err != nil {
			return err
		}
		all, err = sc.choices("", "")
		return err
	})
	return all, err
}

// A Choice is a group among others, with the way to it.
type Choice struct {
	Group
	Path string // « Conseil › Commission »
}

func (sc *scene) choices(parent, path string) (all []Choice, err error) {
	kids, err := sc.kids(parent)
	for _, g := range kids {
		all = append(all, Choice{g, path + g.Name})
		inner, err := sc.choices(g.ID, path+g.Name+" › ")
		if err != nil {
			return nil, err
		}
		all = append(all, inner...)
	}
	return all, err
}

// A Loss is what goes with a group that is deleted.
type Loss struct {
	Group
	Kids     int // sub-groups
	Elements int
	People   int // who are in the group
	Uses     int // groups that it is an element of
}

// LossOf says what goes if a group is deleted.
func LossOf(s *access.Session, uai string, screen Screen, id string) (l Loss, err error) {
	err = s.See(func(tx *data.Tx) error {
		sc, err := sceneOf(tx, s, uai, screen)
		if err != nil {
			return err
		}
		if l.Group, err = sc.own(id); err != nil {
			return err
		}
		inside, err := sc.all(id)
		if err != nil {
			return err
		}
		l.Kids = len(inside)
		wide := showing.Over(tx)
		for _, g := range append(inside, l.Group) {
			l.Elements += len(sc.elements(g))
			for _, side := range g.Sides {
				if side.At != sc.place {
					l.Elements += len(elementsOf(wide, g.ID, side.At))
				}
			}
		}
		people, err := reckon(wide).gather(l.Group)
		if err != nil {
			return err
		}
		l.People = len(people)
		l.Uses, err = usesOf(tx, l.Group)
		return err
	})
	return l, err
}

// usesOf counts the groups that a group is an element of.
func usesOf(tx *data.Tx, g Group) (n int, err error) {
	for m, err := range membershipsBySource.All(tx, sourceKey(g.At, Nested(g.ID))) {
		if err != nil {
			return 0, err
		}
		if other, err := Groups.Get(tx, m.Group); err == nil && !other.Deleted() {
			n++
		}
	}
	return n, nil
}

// GroupOf returns a group of a screen, as it is to be.
func GroupOf(s *access.Session, uai string, screen Screen, id string) (g Group, err error) {
	err = s.See(func(tx *data.Tx) error {
		sc, err := sceneOf(tx, s, uai, screen)
		if err != nil {
			return err
		}
		g, err = sc.group(id)
		return err
	})
	return g, err
}
