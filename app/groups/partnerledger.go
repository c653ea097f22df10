package groups

import (
	"slices"
	"time"

	"preau/app/access"
	"preau/app/directory"
	"preau/data"
)

// A Ledger is all that is known of what two establishments have together.
type Ledger struct {
	Partner
	Mine   string        // name of the side that looks
	Since  Step          // the acceptance in force, zero if there is none
	Ours   []SharedGroup // groups of the side that looks, opened to the other
	Theirs []SharedGroup // of the other, opened to the side that looks
	Used   time.Time     // when one of them was last opened or populated, zero for never
}

// A SharedGroup is a group that one side has opened to the other.
type SharedGroup struct {
	ID, Name string
	Profiles []directory.Profile // that the other may add
	Members  int                 // elements that the side that looks put in it
}

// LedgerOf returns the ledger of a pair of establishments that ever had something
// together. Groups are in it while the partnership is accepted.
func LedgerOf(s *access.Session, uai, partner string) (l Ledger, err error) {
	err = s.See(func(tx *data.Tx) error {
		d, err := deskOf(tx, s, uai)
		if err != nil {
			return err
		}
		p, other, known, err := d.of(partner)
		if err == nil && !known {
			err = data.ErrNotFound
		}
		if err != nil {
			return err
		}
		l = Ledger{Partner: Partner{p, d.place(), other}, Mine: d.here.Name}
		if p.State != Accepted {
			return nil
		}
		l.Since = p.Reached()
		return l.groups(tx)
	})
	return l, err
}

// groups lists what each side has opened to the other, and when that last served.
func (l *Ledger) groups(tx *data.Tx) error {
	for g, err := range groupsList.All(tx, l.Here, sharedList) {
		if err != nil {
			return err
		}
		list, to := &l.Ours, l.Other.Place()
		if g.At == to {
			list, to = &l.Theirs, l.Here
		} else if g.At != l.Here {
			continue // of a third establishment
		}
		side, open := g.Sides.Of(to)
		if !open {
			continue
		}
		*list = append(*list, SharedGroup{g.ID, g.Name, side.Profiles, len(elementsOf(tx, g.ID, l.Here))})
		used, err := lastUse(tx, g)
		if err != nil {
			return err
		}
		if used.After(l.Used) {
			l.Used = used
		}
	}
	for _, list := range [][]SharedGroup{l.Ours, l.Theirs} {
		slices.SortFunc(list, func(a, b SharedGroup) int { return compare(data.SortKey(a.Name, a.ID), data.SortKey(b.Name, b.ID)) })
	}
	return nil
}

// eventsRead is how many events of a group are looked at to find its last use.
const eventsRead = 50

// lastUse is when a group was last opened or populated.
func lastUse(tx *data.Tx, g Group) (time.Time, error) {
	events, err := data.EventsAbout(tx, Groups.Name(), g.ID, eventsRead)
	for _, e := range events { // newest first
		if slices.Contains([]string{creating.Key, opening.Key, populating.Key}, e.Action) {
			return e.At, nil
		}
	}
	return time.Time{}, err
}
