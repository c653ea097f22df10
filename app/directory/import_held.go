package directory

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"preau/app/access"
	"preau/app/format/aaf"
	"preau/data"
)

// A Held is a set of deletions that wait for somebody to confirm them.
type Held struct {
	UAI     string     `cbor:"uai"`
	Import  string     `cbor:"im"`
	Sources []string   `cbor:"src"`
	Says    string     `cbor:"says"` // « 212 élèves »
	Date    string     `cbor:"date"` // of the files
	At      data.Place `cbor:"at"`
}

// Key is the UAI: one set for each establishment.
func (h Held) Key() string { return h.UAI }

// Places is the establishment.
func (h Held) Places() []data.Place { return []data.Place{h.At} }

// The safety stop: an establishment that would lose more than this part of a
// profile, and at least so many people, keeps them until somebody confirms.
const (
	holdPart   = 5 // more than one in five
	holdFewest = 5
)

// hold finds the establishments that would lose too many people, and writes
// what waits there for a confirmation. A whole complete forgets what waited
// from before: it tells anew who is absent.
func (a *applier) hold(losses []loss) (held map[data.Place]bool, err error) {
	held = map[data.Place]bool{}
	if a.done() {
		for _, place := range a.im.Holding {
			held[place] = true
		}
		return held, nil
	}
	losing := map[data.Place]map[Profile]int{}
	for p := range a.judged {
		losing[p] = nil
	}
	for _, l := range losses {
		for _, p := range l.at {
			if losing[p] == nil {
				losing[p] = map[Profile]int{}
			}
			losing[p][l.profile]++
		}
	}
	return held, a.transaction(func(tx *data.Tx) error {
		a.im.Step, a.im.Holding = a.step, nil
		wide := corresponding.Over(tx)
		for _, place := range slices.Sorted(maps.Keys(losing)) {
			accepted := slices.Contains(a.opts.AcceptDeletions, UAIOf(place))
			if held[place] = a.tooMany(place, losing[place]) && !accepted; held[place] {
				a.im.Holding = append(a.im.Holding, place)
			}
			if err := a.wait(wide, place, held[place], accepted, losses); err != nil {
				return err
			}
		}
		return nil
	})
}

// tooMany reports whether an establishment would lose more of a profile than
// may happen without being confirmed.
func (a *applier) tooMany(place data.Place, losing map[Profile]int) bool {
	for p, n := range losing {
		if n >= holdFewest && n*holdPart > a.im.Before[tallyKey(place, p)] {
			return true
		}
	}
	return false
}

// wait makes what waits at an establishment what this delivery holds there,
// added to what already did when the delivery does not tell of everybody.
func (a *applier) wait(tx *data.Tx, place data.Place, held, accepted bool, losses []loss) error {
	was, err := HeldDeletions.Get(tx, UAIOf(place))
	waiting := err == nil
	if err != nil && !isMissing(err) {
		return err
	}
	whole := a.batch.Kind == aaf.Complete && !a.gap(aaf.Students) && !a.gap(aaf.Relatives) && !a.gap(aaf.StaffOf)
	switch {
	case held:
		h := Held{UAI: UAIOf(place), Import: a.im.ID, At: place, Date: string(a.batch.Date)}
		if !whole {
			h.Sources = was.Sources
		}
		return a.retain(tx, h, losses)
	case waiting && (whole || accepted) && !a.opts.DryRun:
		return HeldDeletions.Delete(tx, was.UAI)
	}
	return nil
}

// saysOf counts the people of sources, as « 212 élèves, 3 parents ».
func saysOf(tx *data.Tx, sources []string) (string, error) {
	count := map[Profile]int{}
	for _, id := range sources {
		s, err := Sources.Get(tx, id)
		if isMissing(err) {
			continue // purged since
		}
		if err != nil {
			return "", err
		}
		u, err := Users.Get(tx, s.User)
		if err != nil && !isMissing(err) {
			return "", err
		}
		count[u.Profile]++
	}
	var parts []string
	for _, p := range Profiles {
		if n := count[p]; n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", n, plural(n, p)))
		}
	}
	return strings.Join(parts, ", "), nil
}

func plural(n int, p Profile) string {
	if n == 1 {
		return strings.ToLower(p.One())
	}
	if p == Staff {
		return "personnels"
	}
	return strings.ToLower(p.Many())
}

// retain keeps the deletions of an establishment for later, with a line each.
// The relatives of the pupils who stay, stay with them.
func (a *applier) retain(tx *data.Tx, h Held, losses []loss) error {
	for _, l := range losses {
		if !slices.Contains(l.at, h.At) {
			continue
		}
		if !slices.Contains(h.Sources, l.source) {
			h.Sources = append(h.Sources, l.source)
		}
		u, err := a.user(tx, l.user)
		if err != nil || u == nil {
			return err
		}
		a.tallyAt(h.At, l.profile).Held++
		st, id := a.stagedOf(l.source)
		a.tellAt(h.At, SaysHeld, st, id, u, "Absent des fichiers : la suppression attend d’être confirmée.")
		if err := a.stay(tx, u.Links, h.At); err != nil {
			return err
		}
	}
	if a.opts.DryRun {
		return nil
	}
	var err error
	if h.Says, err = saysOf(tx, h.Sources); err != nil {
		return err
	}
	return HeldDeletions.Put(tx, h)
}

// stay leaves the relatives of a pupil whose deletion waits where the pupil is.
func (a *applier) stay(tx *data.Tx, links []Link, at data.Place) error {
	for _, l := range links {
		u, err := a.user(tx, l.Relative)
		if err != nil {
			return err
		}
		if !l.Legal || u == nil || a.opts.DryRun {
			continue
		}
		if _, in := u.At(at); in || u.State() == Deleted {
			continue
		}
		u.Attachments = append(slices.Clone(u.Attachments), Attachment{At: at})
		if err := errors.Join(a.keepChildren(tx, *u, u.Places()), a.put(tx, *u, "Reste avec l’enfant dont la suppression attend d’être confirmée")); err != nil {
			return err
		}
	}
	return nil
}

// unhold takes somebody whom the files have again out of what waits.
func (a *applier) unhold(tx *data.Tx, s Source) error {
	if a.batch.Kind == aaf.Complete || a.opts.DryRun {
		return nil // see wait
	}
	wide := corresponding.Over(tx)
	for _, place := range s.At {
		h, err := HeldDeletions.Get(wide, UAIOf(place))
		if isMissing(err) {
			continue
		}
		if err != nil {
			return err
		}
		if err := h.without(wide, s.ID); err != nil {
			return err
		}
	}
	return nil
}

// without takes a source out of what waits.
func (h Held) without(tx *data.Tx, source string) (err error) {
	left := slices.DeleteFunc(slices.Clone(h.Sources), func(id string) bool { return id == source })
	switch {
	case len(left) == len(h.Sources):
		return nil
	case len(left) == 0:
		return HeldDeletions.Delete(tx, h.UAI)
	}
	h.Sources = left
	if h.Says, err = saysOf(tx, left); err != nil {
		return err
	}
	return HeldDeletions.Put(tx, h)
}

var (
	confirmingDeletions = access.NewAction("import.deletions.confirm", "Suppressions de l’import confirmées", access.ImportOwn, data.Important)
	droppingDeletions   = access.NewAction("import.deletions.drop", "Suppressions de l’import abandonnées", access.ImportOwn, data.Attention)
)

// HeldOf returns the deletions of an establishment that wait, ok being false
// when there are none.
func HeldOf(s *access.Session, uai string) (h Held, ok bool, err error) {
	err = s.See(func(tx *data.Tx) error {
		h, err = HeldDeletions.Get(tx, uai)
		return err
	})
	if isMissing(err) || access.KindOf(err) == access.Missing {
		return h, false, nil
	}
	return h, err == nil, err
}

// HeldWithin returns every set of deletions that waits within reach.
func HeldWithin(s *access.Session) (all []Held, err error) {
	err = s.See(func(tx *data.Tx) error {
		for h, err := range HeldDeletions.All(tx) {
			if err != nil {
				return err
			}
			all = append(all, h)
		}
		return nil
	})
	return all, err
}

// ConfirmDeletions deletes those whom an import held.
func ConfirmDeletions(s *access.Session, uai string) (n int, err error) {
	h, err := heldToDecide(s, uai)
	if err != nil {
		return 0, err
	}
	run := "suppressions-" + h.UAI + "-" + h.Import
	if err := s.Begin(confirmingDeletions, run); err != nil {
		return 0, err
	}
	reason := "Absent de l’annuaire fédérateur du " + Date(h.Date).String() + ", suppression confirmée"
	for from := 0; from < len(h.Sources); from += importBatch {
		err := s.Bulk(confirmingDeletions, run, func(tx *data.Tx) error {
			for _, source := range h.Sources[from:min(from+importBatch, len(h.Sources))] {
				gone, err := h.confirm(corresponding.Over(tx), source, reason)
				if err != nil {
					return err
				}
				n += gone
			}
			return nil
		})
		if err != nil {
			return n, err
		}
	}
	return n, s.End(confirmingDeletions, run, func(tx *data.Tx) ([]data.Fact, error) {
		e, err := Establishments.Get(tx, h.UAI)
		return []data.Fact{{Action: confirmingDeletions.Action, About: e, Note: h.Says}}, errors.Join(err, HeldDeletions.Delete(tx, h.UAI))
	})
}

// confirm takes one of those who wait out of the establishment, with the
// relatives who have no other child there, and counts the accounts deleted.
func (h Held) confirm(tx *data.Tx, source, reason string) (n int, err error) {
	u, deleted, err := dropSource(tx, source, []data.Place{h.At}, reason, false)
	if isMissing(err) {
		return 0, nil // purged since
	}
	if err != nil {
		return 0, err
	}
	if deleted {
		n++
	}
	for _, l := range u.Links {
		if l.Relative == "" || !l.Legal {
			continue
		}
		left, err := h.orphan(tx, l.Relative)
		if err != nil {
			return n, err
		}
		for _, s := range left {
			_, deleted, err := dropSource(tx, s, []data.Place{h.At}, reason, false)
			if err != nil {
				return n, err
			}
			if deleted {
				n++
			}
		}
	}
	return n, nil
}

// orphan returns the sources that tie a relative to the establishment, when no
// child does any more.
func (h Held) orphan(tx *data.Tx, relative string) (sources []string, err error) {
	for child, err := range UsersByRelative.All(tx, relative) {
		if err != nil {
			return nil, err
		}
		if _, in := child.At(h.At); in && child.State() != Deleted {
			return nil, nil
		}
	}
	for s, err := range SourcesByUser.All(tx, relative) {
		if err != nil {
			return nil, err
		}
		if !s.Gone && slices.Contains(s.At, h.At) {
			sources = append(sources, s.ID)
		}
	}
	return sources, nil
}

// DropDeletions keeps those whom an import held. The next complete will ask
// again if they are still absent.
func DropDeletions(s *access.Session, uai string) error {
	h, err := heldToDecide(s, uai)
	if err != nil {
		return err
	}
	e, err := OverviewOf(s, uai)
	if err != nil {
		return err
	}
	return s.Record(func(tx *data.Tx) error { return HeldDeletions.Delete(tx, h.UAI) },
		data.Fact{Action: droppingDeletions.Action, About: e.Establishment, Note: h.Says})
}

func heldToDecide(s *access.Session, uai string) (Held, error) {
	h, ok, err := HeldOf(s, uai)
	switch {
	case err != nil:
		return h, err
	case !ok:
		return h, access.Conflict("Aucune suppression n’attend d’être confirmée pour cet établissement : quelqu’un l’a déjà décidé.")
	case !s.Can(access.ImportOwn, h.At):
		return h, access.NotAllowed()
	}
	return h, nil
}
