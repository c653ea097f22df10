package groups

import (
	"cmp"
	"fmt"
	"slices"

	"preau/app/access"
	"preau/app/directory"
	"preau/data"
)

// NewGroup is the form of a group that is made.
type NewGroup struct {
	Parent            string // "" for none
	Name, Description string
}

// Create adds a group to what is pending, and returns its identifier.
func Create(s *access.Session, uai string, screen Screen, f NewGroup) (id string, err error) {
	f.Name = tidy(f.Name)
	return id, pend(s, uai, screen, func(sc *scene) error {
		id, err = sc.create(f)
		return err
	})
}

func (sc *scene) create(f NewGroup) (id string, err error) {
	if sc.draft.Screen == PopulationScreen || sc.shared() && f.Parent != "" {
		return "", data.ErrNotFound
	}
	if err := checkName(f.Name, f.Description); err != nil {
		return "", err
	}
	g := Group{ID: sc.tx.ID(), At: sc.place, Parent: f.Parent, Name: f.Name}
	if err := sc.checkFree(g); err != nil {
		return "", err
	}
	if f.Parent != "" {
		if _, err := sc.group(f.Parent); err != nil {
			return "", err
		}
		if deep, err := sc.depthOf(g); err != nil || deep > deepest {
			return "", cmp.Or(err, access.Wrong("nom", fmt.Sprintf("Les sous-groupes ont %d niveaux au plus\u00a0: créez celui-ci plus haut.", deepest)))
		}
	}
	sc.begin(Edit{Group: g.ID, New: true, Parent: f.Parent, Text: &Text{f.Name, f.Description}})
	return g.ID, nil
}

// own returns a group that the establishment may rename, open and delete: one that
// it made.
func (sc *scene) own(id string) (Group, error) {
	g, err := sc.group(id)
	switch {
	case err != nil:
		return g, err
	case sc.draft.Screen == PopulationScreen:
		return g, access.NotAllowed()
	case g.At != sc.place:
		return g, &access.Refusal{Kind: access.Forbidden, Says: "Seul l’établissement qui a créé ce groupe peut le renommer, l’ouvrir ou le supprimer."}
	}
	return g, nil
}

// Rename changes the name and the description of a group, among what is pending.
func Rename(s *access.Session, uai string, screen Screen, id, name, description string) error {
	name = tidy(name)
	return pend(s, uai, screen, func(sc *scene) error {
		g, err := sc.own(id)
		if err != nil {
			return err
		}
		if err := checkName(name, description); err != nil {
			return err
		}
		g.Name, g.Description = name, description
		if err := sc.checkFree(g); err != nil {
			return err
		}
		sc.edit(g).Text = &Text{name, description}
		return sc.settle()
	})
}

// Delete adds to what is pending that a group is deleted with its sub-groups.
func Delete(s *access.Session, uai string, screen Screen, id string) error {
	return pend(s, uai, screen, func(sc *scene) error {
		g, err := sc.own(id)
		if err != nil {
			return err
		}
		if err := sc.dropInside(g); err != nil {
			return err
		}
		e, _ := sc.of(id)
		sc.drop(id)
		if !e.New {
			sc.edit(g).Delete = true
		}
		return nil
	})
}

// dropInside forgets what is pending of the sub-groups of a group.
func (sc *scene) dropInside(g Group) error {
	kids, err := sc.kids(g.ID)
	if err != nil {
		return err
	}
	for _, k := range kids {
		if err := sc.dropInside(k); err != nil {
			return err
		}
		sc.drop(k.ID)
	}
	return nil
}

// Add adds elements to a group, among what is pending, and returns how many it did
// not have. With relatives, those of the students come too.
func Add(s *access.Session, uai string, screen Screen, id string, refs []Ref, relatives bool) (added int, err error) {
	if err := checkAsked(len(refs)); err != nil {
		return 0, err
	}
	return added, pend(s, uai, screen, func(sc *scene) error {
		added, err = sc.add(id, refs, relatives)
		return err
	})
}

func (sc *scene) add(id string, refs []Ref, relatives bool) (added int, err error) {
	if sc.draft.Screen == RightsScreen {
		return 0, data.ErrNotFound
	}
	g, err := sc.group(id)
	if err != nil {
		return 0, err
	}
	if relatives {
		refs = sc.withRelatives(refs)
	}
	have := map[Ref]bool{}
	for _, ref := range sc.elements(g) {
		have[ref] = true
	}
	nested := false
	for _, ref := range refs {
		if have[ref] {
			continue
		}
		if err := sc.checkElement(g, ref); err != nil {
			return added, err
		}
		have[ref] = true
		sc.put(g, ref)
		_, isGroup := ref.Nested()
		nested = nested || isGroup
		added++
	}
	if nested {
		return added, sc.checkCycle(g, map[string]bool{})
	}
	return added, nil
}

// put adds an element to a group, or forgets that it was to leave it.
func (sc *scene) put(g Group, ref Ref) {
	e := sc.edit(g)
	if i := slices.Index(e.Removed, ref); i >= 0 {
		e.Removed = slices.Delete(e.Removed, i, i+1)
		return
	}
	e.Added = append(e.Added, ref)
}

// withRelatives adds to elements the relatives of their students.
func (sc *scene) withRelatives(refs []Ref) []Ref {
	all, roll := slices.Clone(refs), directory.RollAt(sc.tx, sc.place)
	var pupils []string
	for _, ref := range refs {
		if id, ok := ref.Person(); ok {
			pupils = append(pupils, id)
		} else if key, ok := ref.Automatic(); ok {
			if of, ok := directory.RelativesOfGroup(key); ok {
				all = append(all, Automatic(of))
			}
		}
	}
	for _, who := range roll.Relatives(pupils) {
		all = append(all, Person(who.ID))
	}
	return all
}

// Take takes elements out of a group, among what is pending.
func Take(s *access.Session, uai string, screen Screen, id string, refs []Ref) error {
	if err := checkAsked(len(refs)); err != nil {
		return err
	}
	return pend(s, uai, screen, func(sc *scene) error {
		g, err := sc.populated(id)
		if err != nil {
			return err
		}
		for _, ref := range refs {
			if err := sc.take(g, ref); err != nil {
				return err
			}
		}
		return nil
	})
}

// populated returns a group whose members the screen changes.
func (sc *scene) populated(id string) (Group, error) {
	if sc.draft.Screen == RightsScreen {
		return Group{}, data.ErrNotFound
	}
	return sc.group(id)
}

func (sc *scene) take(g Group, ref Ref) error {
	e := sc.edit(g)
	if i := slices.Index(e.Added, ref); i >= 0 {
		e.Added = slices.Delete(e.Added, i, i+1)
		return nil
	}
	in, err := isElement(sc.tx, g.ID, sc.place, ref)
	if err != nil || !in {
		return cmp.Or(err, error(data.ErrNotFound))
	}
	if !slices.Contains(e.Removed, ref) {
		e.Removed = append(e.Removed, ref)
	}
	return nil
}

// Empty takes every element that the establishment put out of a group, among what
// is pending. Its sub-groups stay.
func Empty(s *access.Session, uai string, screen Screen, id string) error {
	return pend(s, uai, screen, func(sc *scene) error {
		g, err := sc.populated(id)
		if err != nil {
			return err
		}
		e := sc.edit(g)
		e.Added, e.Removed = nil, nil
		if !e.New {
			e.Removed = elementsOf(sc.tx, g.ID, sc.place)
		}
		return nil
	})
}

// Duplicate makes a group of the same elements beside a local one, among what is
// pending, and returns its identifier. Sub-groups are not copied.
func Duplicate(s *access.Session, uai string, id, name string) (made string, err error) {
	name = tidy(name)
	return made, pend(s, uai, LocalScreen, func(sc *scene) error {
		g, err := sc.group(id)
		if err != nil {
			return err
		}
		if made, err = sc.create(NewGroup{Parent: g.Parent, Name: name, Description: g.Description}); err != nil {
			return err
		}
		_, err = sc.add(made, sc.elements(g), false)
		return err
	})
}

// Copy keeps elements to be pasted into groups; none forgets them.
func Copy(s *access.Session, uai string, screen Screen, refs []Ref) error {
	if err := checkAsked(len(refs)); err != nil {
		return err
	}
	return pend(s, uai, screen, func(sc *scene) error {
		sc.draft.Copied = nil
		for _, ref := range refs {
			if !slices.Contains(sc.draft.Copied, ref) {
				sc.draft.Copied = append(sc.draft.Copied, ref)
			}
		}
		return nil
	})
}

// Paste adds to a group what was copied.
func Paste(s *access.Session, uai string, screen Screen, id string, relatives bool) (added int, err error) {
	return added, pend(s, uai, screen, func(sc *scene) error {
		if len(sc.draft.Copied) == 0 {
			return access.Conflict("Rien n’est copié\u00a0: copiez d’abord une personne ou un groupe.")
		}
		added, err = sc.add(id, sc.draft.Copied, relatives)
		return err
	})
}
