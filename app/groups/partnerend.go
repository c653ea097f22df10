package groups

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"

	"preau/app/access"
	"preau/data"
)

var ending = access.NewAction("partnership.end", "Partenariat supprimé", access.ManageGroups, data.Important)

// A Toll is what the end of partnerships takes away.
type Toll struct {
	Groups   int // shared groups that are closed to one side
	Profiles int // that were opened to it
	Members  int // elements that it had put there
}

// An Ending is what the end of partnerships is about to do.
type Ending struct {
	Partners []Partner
	Toll
	Stamp string // of what is shown: End refuses when something of it has changed
}

// EndingOf tells what ending partnerships would do.
func EndingOf(s *access.Session, uai string, picked Picked) (e Ending, err error) {
	err = s.See(func(tx *data.Tx) error {
		d, err := deskOf(tx, s, uai)
		if err != nil {
			return err
		}
		e, _, err = d.ending(picked)
		return err
	})
	return e, err
}

// ending is what End does, and each of the sides that it closes, by partnership.
func (d *desk) ending(picked Picked) (e Ending, shut [][]closing, err error) {
	if e.Partners, err = d.picked(picked, Accepted); err != nil {
		return e, nil, err
	}
	if len(e.Partners) == 0 {
		return e, nil, access.Conflict("L’établissement n’a pas de partenaire.")
	}
	seen := sha256.New()
	for _, p := range e.Partners {
		all, err := closings(d.tx, p.Partnership)
		if err != nil {
			return e, nil, err
		}
		shut = append(shut, all)
		fmt.Fprintf(seen, "%s %+v\n", p.Key(), tollOf(all))
	}
	e.Toll, e.Stamp = tollOf(slices.Concat(shut...)), hex.EncodeToString(seen.Sum(nil)[:16])
	return e, shut, nil
}

// End ends partnerships: each group of one side is closed to the other, and the
// members that this one put there leave it. Stamp is that of what was shown.
func End(s *access.Session, uai string, picked Picked, stamp string) (n int, err error) {
	return n, s.Do(ending, func(tx *data.Tx) (data.Row, error) {
		d, err := deskOf(tx, s, uai)
		if err != nil {
			return nil, err
		}
		e, shut, err := d.ending(picked)
		if err != nil {
			return nil, err
		}
		if e.Stamp != stamp {
			return nil, access.Conflict("Ce que la suppression enlève a changé pendant ce temps\u00a0: relisez, puis confirmez.")
		}
		var done []outcome
		for i, p := range e.Partners {
			d.step(&p.Partnership, p.Other, Ended, "")
			done = append(done, outcome{Partnership: p.Partnership, told: toldEnded, note: tollOf(shut[i]).String(), shut: shut[i]})
		}
		n = len(done)
		about, err := commit(tx, s, ending, done)
		if err != nil {
			return nil, err
		}
		return about, closeAll(tx, slices.Concat(shut...))
	})
}

// A closing is the side of a shared group that the end of a partnership closes.
type closing struct {
	group   Group
	side    Side
	members int // elements that leave
}

// closings are those of a partnership: of the groups that each of the two made, in
// the « Corbeille » too, the side of the other.
func closings(tx *data.Tx, p Partnership) (all []closing, err error) {
	wide := sharing.Over(tx)
	for _, place := range p.Pair {
		for _, list := range []string{sharedList, trashList} {
			for g, err := range groupsList.All(wide, place, list) {
				if err != nil {
					return nil, err
				}
				side, open := g.Sides.Of(p.Other(place))
				if g.At == place && g.Shared && open {
					all = append(all, closing{g, side, len(elementsOf(wide, g.ID, side.At))})
				}
			}
		}
	}
	return all, nil
}

// tollOf counts what closings take away.
func tollOf(all []closing) (t Toll) {
	groups := map[string]bool{}
	for _, c := range all {
		groups[c.group.ID] = true
		t.Profiles += len(c.side.Profiles)
		t.Members += c.members
	}
	t.Groups = len(groups)
	return t
}

// String words a toll for the journal.
func (t Toll) String() string {
	if t.Groups == 0 {
		return ""
	}
	return strings.Join([]string{counts(t.Groups, "groupe fermé", "groupes fermés"), counts(t.Profiles, "profil", "profils"), counts(t.Members, "membre retiré", "membres retirés")}, ", ")
}

// closeAll closes sides of shared groups. Each group changes once, whatever the
// number of its sides, and has an event of its own.
func closeAll(tx *data.Tx, all []closing) error {
	byGroup := map[string][]Side{}
	for _, c := range all {
		byGroup[c.group.ID] = append(byGroup[c.group.ID], c.side)
	}
	for _, c := range all {
		sides := byGroup[c.group.ID]
		delete(byGroup, c.group.ID)
		if len(sides) == 0 {
			continue // its other sides have closed it
		}
		if err := closeGroup(tx, c.group, sides); err != nil {
			return err
		}
	}
	return nil
}

func closeGroup(tx *data.Tx, g Group, sides []Side) error {
	left := 0
	for _, side := range sides {
		n, err := shut(tx, g, Side{At: side.At}, side.Profiles)
		if err != nil {
			return err
		}
		left += n
		g.Sides = g.Sides.without(side.At)
	}
	g, err := (&scene{tx: tx}).store(g)
	if err != nil {
		return err
	}
	note := "fin d’un partenariat"
	if left > 0 {
		note += ", " + counted(0, left)
	}
	return tx.Also(data.Fact{Action: opening.Action, About: g, Note: note})
}
