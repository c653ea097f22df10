package directory

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"preau/app/access"
	"preau/app/format/aaf"
	"preau/data"
)

// The safety stop: an establishment that would lose more than this part of a
// profile, and at least so many people, keeps them until somebody confirms.
const (
	holdPart   = 5 // more than one in five
	holdFewest = 5
)

// A loss is an object that the files no longer have, and what goes with it.
type loss struct {
	source  string
	user    string
	profile Profile
	at      []data.Place // establishments that lose the person
}

// remove deletes those whom a complete no longer has, or whom a delta deletes.
func (a *applier) remove(ctx context.Context) error {
	a.im.Phase = "Suppressions"
	losses, err := a.losses()
	if err != nil {
		return err
	}
	held, err := a.hold(losses)
	if err != nil {
		return err
	}
	reason := "Absent de l’annuaire fédérateur du " + Date(a.batch.Date).String()
	byKey := map[string]loss{}
	var keys []string
	for _, l := range losses {
		if !slices.ContainsFunc(l.at, func(p data.Place) bool { return held[p] }) {
			byKey[l.source] = l
			keys = append(keys, l.source)
		}
	}
	return a.each(ctx, keys, func(tx *data.Tx, key string) error {
		return a.drop(tx, byKey[key], reason)
	})
}

// losses lists what is gone, in the order of the sources.
func (a *applier) losses() (all []loss, err error) {
	err = a.s.See(func(tx *data.Tx) error {
		wide := corresponding.Over(tx)
		for _, category := range []aaf.Category{aaf.Students, aaf.Relatives, aaf.StaffOf} {
			if a.batch.Kind == aaf.Complete && a.gap(category) {
				continue
			}
			prefix := a.source(category, "")
			for s, err := range Sources.From(wide, prefix) {
				if err != nil {
					return err
				}
				st, here := a.batch.Records[a.degree][category][strings.TrimPrefix(s.ID, prefix)]
				absent := here && st.Op == aaf.Delete || a.batch.Kind == aaf.Complete && (!here || s.Lost || a.lost[s.ID])
				if !absent || s.Gone || s.User == "" {
					continue
				}
				l, err := a.lossOf(wide, s)
				if err != nil {
					return err
				}
				if len(l.at) > 0 {
					all = append(all, l)
				}
			}
		}
		return nil
	})
	return all, err
}

// lossOf is what goes with a source that is gone: the establishments that the
// delivery speaks for and that nothing else ties the person to.
func (a *applier) lossOf(tx *data.Tx, s Source) (l loss, err error) {
	u, err := Users.Get(tx, s.User)
	if isMissing(err) {
		return l, nil
	}
	if err != nil || u.State() == Deleted {
		return l, err
	}
	l = loss{source: s.ID, user: u.ID, profile: u.Profile}
	for _, place := range s.At {
		if !a.may(place) {
			continue
		}
		if _, in := u.At(place); in {
			l.at = append(l.at, place)
		}
	}
	return l, nil
}

// hold finds the establishments that would lose too many people, writes what
// waits there for a confirmation, and forgets what waited from before.
func (a *applier) hold(losses []loss) (held map[data.Place]bool, err error) {
	losing := map[data.Place]map[Profile]int{}
	for _, l := range losses {
		for _, p := range l.at {
			if losing[p] == nil {
				losing[p] = map[Profile]int{}
			}
			losing[p][l.profile]++
		}
	}
	held = map[data.Place]bool{}
	err = a.transaction(func(tx *data.Tx) error {
		wide := corresponding.Over(tx)
		for place := range a.judged {
			says, err := a.tooMany(wide, place, losing[place])
			if err != nil {
				return err
			}
			uai := UAIOf(place)
			if says == "" || slices.Contains(a.opts.AcceptDeletions, uai) {
				if err := a.release(wide, uai); err != nil {
					return err
				}
				continue
			}
			held[place] = true
			if err := a.retain(wide, place, says, losses); err != nil {
				return err
			}
		}
		return nil
	})
	return held, err
}

// tooMany says what an establishment would lose, « 212 élèves, 3 parents »,
// when that is too much to happen without being confirmed.
func (a *applier) tooMany(tx *data.Tx, place data.Place, losing map[Profile]int) (string, error) {
	if len(losing) == 0 {
		return "", nil
	}
	counts, err := UsersCount.Of(tx, place)
	if err != nil {
		return "", err
	}
	stop := false
	var parts []string
	for _, p := range Profiles {
		n := losing[p]
		if n == 0 {
			continue
		}
		parts = append(parts, fmt.Sprintf("%d %s", n, plural(n, p)))
		before := accounts(counts, p)
		if t := a.im.Counts[UAIOf(place)+"/"+string(p)]; t != nil && !a.opts.DryRun {
			before -= t.Created + t.Restored
		}
		stop = stop || n >= holdFewest && n*holdPart > before
	}
	if !stop {
		return "", nil
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

func (a *applier) release(tx *data.Tx, uai string) error {
	has, err := HeldDeletions.Has(tx, uai)
	if err != nil || !has || a.opts.DryRun {
		return err
	}
	return HeldDeletions.Delete(tx, uai)
}

// retain keeps the deletions of an establishment for later, with a line each.
func (a *applier) retain(tx *data.Tx, place data.Place, says string, losses []loss) error {
	h := Held{UAI: UAIOf(place), Import: a.im.ID, Says: says, At: place, Date: string(a.batch.Date)}
	for _, l := range losses {
		if !slices.Contains(l.at, place) {
			continue
		}
		h.Sources = append(h.Sources, l.source)
		u, err := Users.Get(tx, l.user)
		if err != nil {
			return err
		}
		a.tallyAt(place, l.profile).Held++
		o := Outcome{Kind: SaysHeld, ID: l.source[strings.LastIndexByte(l.source, '/')+1:], Who: u.Label(), User: u.ID, UAI: h.UAI, At: place,
			Says: "Absent des fichiers : la suppression attend d’être confirmée."}
		a.lines = append(a.lines, o)
	}
	if a.opts.DryRun {
		return nil
	}
	return HeldDeletions.Put(tx, h)
}

// drop takes somebody out of the establishments that lose them, and deletes
// the account of whoever is then in none.
func (a *applier) drop(tx *data.Tx, l loss, reason string) error {
	wide := corresponding.Over(tx)
	u, deleted, err := dropSource(wide, l.source, l.at, reason, a.opts.DryRun)
	if err != nil {
		return err
	}
	st := staged{File: -1}
	id := l.source[strings.LastIndexByte(l.source, '/')+1:]
	if !deleted {
		a.tally(u).Moved++
		a.tell(SaysMoved, st, id, &u, "N’est plus à : "+uais(l.at)+".")
		return nil
	}
	a.tally(u).Deleted++
	a.tell(SaysDeleted, st, id, &u, reason+".")
	return a.relink(wide, u.Links)
}

// dropSource marks a source as gone, and takes its person out of places that no
// other live source gives.
func dropSource(tx *data.Tx, source string, places []data.Place, reason string, dry bool) (u User, deleted bool, err error) {
	s, err := Sources.Get(tx, source)
	if err != nil {
		return u, false, err
	}
	if u, err = Users.Get(tx, s.User); err != nil {
		return u, false, err
	}
	elsewhere, err := othersOf(tx, s)
	if err != nil {
		return u, false, err
	}
	left := slices.DeleteFunc(slices.Clone(u.Attachments), func(at Attachment) bool {
		return slices.Contains(places, at.At) && !slices.Contains(elsewhere, at.At)
	})
	if deleted = len(left) == 0; deleted {
		u.DeletedAt, u.DeletedBy = tx.Now, reason
	} else {
		left[0].Main = true
		u.Attachments = left
	}
	if dry {
		return u, deleted, nil
	}
	s.Gone, s.Digest = true, nil
	tx.Saying(reason)
	err = errors.Join(Sources.Put(tx, s), putUser(tx, u))
	if deleted {
		err = errors.Join(err, access.EndSessions(tx, u.ID))
	}
	return u, deleted, err
}

// othersOf are the places that other live sources give a source's person.
func othersOf(tx *data.Tx, s Source) (places []data.Place, err error) {
	for other, err := range SourcesByUser.All(tx, s.User) {
		if err != nil {
			return nil, err
		}
		if other.ID != s.ID && !other.Gone {
			places = append(places, other.At...)
		}
	}
	return places, nil
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
				_, deleted, err := dropSource(corresponding.Over(tx), source, []data.Place{h.At}, reason, false)
				if err != nil && !isMissing(err) {
					return err
				}
				if deleted {
					n++
				}
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
		return h, access.Conflict("Aucune suppression n’attend d’être confirmée pour cet établissement : quelqu’un l’a déjà décidé.")
	case !s.Can(access.ImportOwn, h.At):
		return h, access.NotAllowed()
	}
	return h, nil
}
