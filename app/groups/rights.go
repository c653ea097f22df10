package groups

import (
	"cmp"
	"slices"

	"preau/app/access"
	"preau/app/directory"
	"preau/data"
)

// An Opening is a profile that an establishment may add to a shared group.
type Opening struct {
	UAI     string
	Profile directory.Profile
}

// Allow opens a shared group to profiles of its own establishment or of partners,
// or closes it to them, among what is pending.
func Allow(s *access.Session, uai, id string, opens bool, openings ...Opening) error {
	if err := checkAsked(len(openings)); err != nil {
		return err
	}
	return pend(s, uai, RightsScreen, func(sc *scene) error {
		g, err := sc.own(id)
		if err != nil {
			return err
		}
		for _, o := range openings {
			if g, err = sc.allow(g, o, opens); err != nil {
				return err
			}
		}
		return sc.settle()
	})
}

func (sc *scene) allow(g Group, o Opening, opens bool) (Group, error) {
	c, err := directory.Cards.Get(sc.tx, o.UAI)
	if err != nil {
		return g, err
	}
	was, _ := g.Sides.Of(c.Place())
	now := was
	now.Profiles = nil
	for _, p := range directory.Profiles { // in the order of the screens
		if p == o.Profile && opens || p != o.Profile && was.allows(p) {
			now.Profiles = append(now.Profiles, p)
		}
	}
	if err := sc.checkSide(c.Place(), was.Profiles, now.Profiles); err != nil {
		return g, err
	}
	if opens && !now.allows(o.Profile) {
		return g, data.ErrNotFound
	}
	e := sc.edit(g)
	e.Sides = Sides(e.Sides).with(now)
	g.Sides = g.Sides.with(now)
	return g, nil
}

// checkSide refuses that profiles be opened to an establishment that is neither
// one's own nor a partner. They can always be closed.
func (sc *scene) checkSide(at data.Place, was, now []directory.Profile) error {
	if at == sc.place || !slices.ContainsFunc(now, func(p directory.Profile) bool { return !slices.Contains(was, p) }) {
		return nil
	}
	ok, err := partners(sc.tx, sc.place, at)
	if err != nil || !ok {
		return cmp.Or(err, access.Conflict("Cet établissement n’est pas, ou plus, votre partenaire\u00a0: demandez-lui d’abord un partenariat."))
	}
	return nil
}

// A Door is what a shared group is to one of its establishments.
type Door struct {
	UAI, School string
	Mine        bool
	Profiles    []directory.Profile
	Added       []directory.Profile // those of them that wait to be saved
	Removed     []directory.Profile // those that are to go
}

// doors are those of a shared group that its establishment sees, as they are to be:
// its own creator's all, the others' their own and no more.
func (p *planter) doors(g Group) (all []Door, err error) {
	stored, err := Groups.Get(p.tx, g.ID)
	if err != nil && !isMissing(err) {
		return nil, err
	}
	for _, side := range g.Sides {
		if g.At != p.place && side.At != p.place {
			continue
		}
		c, err := directory.Cards.Get(p.tx, directory.UAIOf(side.At))
		if err != nil {
			return nil, err
		}
		was, _ := stored.Sides.Of(side.At)
		d := Door{UAI: c.UAI, School: c.Name, Mine: side.At == p.place, Profiles: side.Profiles}
		d.Added = slices.DeleteFunc(slices.Clone(side.Profiles), was.allows)
		d.Removed = slices.DeleteFunc(slices.Clone(was.Profiles), side.allows)
		if len(d.Profiles)+len(d.Removed) > 0 {
			all = append(all, d)
		}
	}
	return all, nil
}

// Leaving counts the elements that would leave a shared group if it were closed to
// a profile of an establishment.
func Leaving(s *access.Session, uai, id string, o Opening) (g Group, n int, err error) {
	err = s.See(func(tx *data.Tx) error {
		sc, err := sceneOf(tx, s, uai, RightsScreen)
		if err != nil {
			return err
		}
		if g, err = sc.own(id); err != nil {
			return err
		}
		c, err := directory.Cards.Get(tx, o.UAI)
		if err != nil {
			return err
		}
		side, _ := g.Sides.Of(c.Place())
		side.At = c.Place()
		side.Profiles = slices.DeleteFunc(slices.Clone(side.Profiles), func(p directory.Profile) bool { return p == o.Profile })
		gone, err := leaving(tx, g, side)
		n = len(gone)
		return err
	})
	return g, n, err
}

// SharersOf returns the cards of an establishment and of its accepted partners, by
// name, one's own first: those that a shared group can be opened to.
func SharersOf(s *access.Session, uai string) (all []directory.Card, err error) {
	err = s.See(func(tx *data.Tx) error {
		place, err := directory.Locate(tx, uai)
		if err != nil {
			return err
		}
		for p, err := range partnershipsByPlace.All(tx, string(place)) {
			if err != nil {
				return err
			}
			if p.State != Accepted {
				continue
			}
			c, err := directory.Cards.Get(tx, directory.UAIOf(p.Other(place)))
			if err != nil {
				return err
			}
			all = append(all, c)
		}
		sorted(all, func(c directory.Card) string { return data.SortKey(c.Name, c.UAI) })
		own, err := directory.Cards.Get(tx, uai)
		all = slices.Insert(all, 0, own)
		return err
	})
	return all, err
}
