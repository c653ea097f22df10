package directory

import (
	"context"
	"errors"
	"slices"
	"strings"

	"preau/app/access"
	"preau/app/format/aaf"
	"preau/data"
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
	if a.im.Step > a.step {
		a.step++ // a former run went further
		return nil
	}
	if err := a.dropAll(ctx, losses, held); err != nil {
		return err
	}
	if a.batch.Kind == aaf.Delta && len(losses) > 0 { // it need not tell of the parents of those whom it deletes
		if losses, err = a.losses(); err != nil {
			return err
		}
		if err := a.dropAll(ctx, losses, held); err != nil {
			return err
		}
	}
	if err := a.forgetUnknown(ctx); err != nil {
		return err
	}
	a.step++
	return nil
}

// forgetUnknown drops what was kept of people without an account, such as
// contacts, once a complete of the whole académie no longer has them.
func (a *applier) forgetUnknown(ctx context.Context) error {
	if a.opts.DryRun || a.batch.Kind != aaf.Complete {
		return nil
	}
	for _, place := range a.schools {
		if place != "" && !a.judged[place] {
			return nil // others may still name them
		}
	}
	var gone []string
	err := a.s.See(func(tx *data.Tx) error {
		for _, category := range []aaf.Category{aaf.Relatives, aaf.StaffOf} {
			prefix := a.source(category, "")
			for s, err := range Sources.From(corresponding.Over(tx), prefix) {
				if err != nil {
					return err
				}
				if _, here := a.batch.Records[a.degree][category][strings.TrimPrefix(s.ID, prefix)]; s.User == "" && !here && !a.gap(category) {
					gone = append(gone, s.ID)
				}
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	return inParts(ctx, a, gone, func(tx *data.Tx, id string) error { return Sources.Delete(corresponding.Over(tx), id) })
}

// dropAll takes away what is lost, but from the establishments that keep theirs.
func (a *applier) dropAll(ctx context.Context, losses []loss, held map[data.Place]bool) error {
	reason := "Absent de l’annuaire fédérateur du " + Date(a.batch.Date).String()
	losses = slices.DeleteFunc(slices.Clone(losses), func(l loss) bool {
		return !slices.ContainsFunc(l.at, func(p data.Place) bool { return !held[p] })
	})
	return inParts(ctx, a, losses, func(tx *data.Tx, l loss) error {
		l.at = slices.DeleteFunc(slices.Clone(l.at), func(p data.Place) bool { return held[p] })
		return a.drop(tx, l, reason)
	})
}

// inParts runs fn by bounded transactions which are no steps: their number
// depends on what an interrupted run had left to do, and what is gone is not
// found a second time.
func inParts[T any](ctx context.Context, a *applier, items []T, fn func(*data.Tx, T) error) error {
	for part := range slices.Chunk(items, importBatch) {
		if err := ctx.Err(); err != nil {
			return err
		}
		err := a.transaction(func(tx *data.Tx) error {
			for _, item := range part {
				if err := fn(tx, item); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
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
				if s.Gone || s.User == "" || !a.absent(category, strings.TrimPrefix(s.ID, prefix), s) {
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

// absent reports whether a source is gone: a complete does not have it, a delta
// deletes it, or it is in no establishment any more.
func (a *applier) absent(category aaf.Category, key string, s Source) bool {
	st, here := a.batch.Records[a.degree][category][key]
	lost, now := a.lost[s.ID]
	if !now {
		lost = s.Lost == a.im.ID || s.Lost != "" && a.batch.Kind == aaf.Complete
	}
	return lost || here && st.Op == aaf.Delete || !here && a.batch.Kind == aaf.Complete
}

// lossOf is what goes with a source that is gone: the establishments that the
// delivery speaks for and that nothing else ties the person to.
func (a *applier) lossOf(tx *data.Tx, s Source) (l loss, err error) {
	if !slices.ContainsFunc(s.At, a.may) {
		return l, nil
	}
	u, err := a.user(tx, s.User)
	if err != nil || u == nil || u.State() == Deleted {
		return l, err
	}
	l = loss{source: s.ID, user: u.ID, profile: u.Profile}
	for _, place := range s.At {
		if _, in := u.At(place); in && a.may(place) {
			l.at = append(l.at, place)
		}
	}
	return l, nil
}

// drop takes somebody out of the establishments that lose them, and deletes
// the account of whoever is then in none.
func (a *applier) drop(tx *data.Tx, l loss, reason string) error {
	wide := corresponding.Over(tx)
	u, deleted, err := dropSource(wide, l.source, l.at, reason, a.opts.DryRun)
	if err != nil {
		return err
	}
	if a.opts.DryRun {
		a.try(u)
	}
	st, id := a.stagedOf(l.source)
	if !deleted {
		a.tallyAt(l.at[0], u.Profile).Moved++
		a.tellMoves(st, id, &u, l.at, nil)
	} else {
		a.tally(u).Deleted++
		a.tell(SaysDeleted, st, id, &u, reason+".")
	}
	if a.batch.Kind == aaf.Complete {
		return nil // it tells of the relatives too
	}
	return a.relink(wide, u.Links)
}

// stagedOf is what a delivery has of a source, nothing for one that is absent,
// and its join key.
func (a *applier) stagedOf(source string) (staged, string) {
	parts := strings.SplitN(source, "/", 4) // see sourceKey
	id := parts[3]
	if st, here := a.batch.Records[a.degree][aaf.Category(parts[2])][id]; here {
		return st, id
	}
	return staged{File: -1}, id
}

// dropSource takes places away from a source, which is gone with the last of
// them, and its person out of those that no other live source gives.
func dropSource(tx *data.Tx, source string, places []data.Place, reason string, dry bool) (u User, deleted bool, err error) {
	s, err := Sources.Get(tx, source)
	if err != nil {
		return u, false, err
	}
	if u, err = Users.Get(tx, s.User); err != nil || s.Gone || u.State() == Deleted {
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
	s.Lost, s.Digest = "", nil
	if rest := slices.DeleteFunc(slices.Clone(s.At), func(p data.Place) bool { return slices.Contains(places, p) }); len(rest) > 0 {
		s.At = rest
	} else {
		s.Gone = true
	}
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
