package directory

import (
	"errors"
	"fmt"
	"reflect"
	"slices"

	"preau/app/access"
	"preau/app/format/guestcsv"
	"preau/data"
)

var (
	importingGuests = access.NewAction("guest.import", "Import d’invités par fichier", access.ManageAccounts, data.Attention)
	undoingGuests   = access.NewAction("guest.import.undo", "Import d’invités annulé", access.ManageAccounts, data.Attention)
)

// ImportGuests writes the chosen lines of an import, by their numbers, all or
// none, and mails each person. seen is the Digest of the fates that were shown:
// it refuses when they have changed since.
func ImportGuests(s *access.Session, uai, id string, chosen []int, seen string) (c GuestCounts, err error) {
	err = s.See(func(tx *data.Tx) error {
		im, err := guestImportAt(tx, uai, id)
		if err != nil {
			return err
		}
		_, err = im.ready(tx, chosen, seen)
		return err
	})
	if err != nil {
		return c, err
	}
	if err := s.Begin(importingGuests, id); err != nil {
		return c, err
	}
	err = s.End(importingGuests, id, func(tx *data.Tx) ([]data.Fact, error) {
		im, err := guestImportAt(tx, uai, id)
		if err != nil {
			return nil, err
		}
		lines, err := im.ready(tx, chosen, seen)
		if err != nil {
			return nil, err
		}
		if err := im.apply(tx, lines, chosen); err != nil {
			return nil, err
		}
		im.Applied, im.AppliedBy = tx.Now, s.Name()
		c = im.Counts
		return []data.Fact{{Action: importingGuests.Action, About: im, Note: c.String()}}, GuestImports.Put(tx, im)
	})
	if errors.Is(err, data.ErrNoRun) {
		err = errImported()
	}
	return c, err
}

func errImported() error {
	return access.Conflict("Ce fichier vient d’être importé : ouvrez son rapport.")
}

// ready sorts the lines of an import that may be applied now.
func (im GuestImport) ready(tx *data.Tx, chosen []int, seen string) ([]GuestLine, error) {
	switch {
	case !im.Applied.IsZero():
		return nil, errImported()
	case !im.Pending(tx.Now):
		return nil, access.Conflict("Cet aperçu date de plus d’un jour : envoyez de nouveau le fichier.")
	}
	lines, err := sortLines(tx, im.Place, im.Lines)
	if err != nil {
		return nil, err
	}
	if Digest(lines) != seen {
		return nil, access.Conflict("Des comptes ont changé depuis que cet aperçu a été affiché : vérifiez-le de nouveau, puis importez.")
	}
	if !slices.ContainsFunc(lines, func(l GuestLine) bool { return l.writes() && slices.Contains(chosen, l.N) }) {
		return nil, access.Wrong("ligne", "Aucune ligne à importer : cochez-en au moins une.")
	}
	return lines, nil
}

// writes reports whether a line makes or changes an account.
func (l GuestLine) writes() bool { return l.Fate == FateCreated || l.Fate == FateAttached }

// apply writes the chosen lines, and notes what became of each.
func (im *GuestImport) apply(tx *data.Tx, lines []GuestLine, chosen []int) error {
	kept := map[int]bool{}
	for _, n := range chosen {
		kept[n] = true
	}
	taken := logins{}
	for _, l := range lines {
		o := GuestOutcome{N: l.N, Fate: l.Fate, Why: l.Why, Restored: l.restored, Left: l.writes() && !kept[l.N]}
		if l.Fate == FatePresent {
			o.User = l.Here
		}
		if l.writes() && !o.Left {
			u, err := l.write(tx, im, taken)
			if err != nil {
				return fmt.Errorf("line %d: %w", l.N, err)
			}
			o.User, o.Version = u.ID, u.Version
		}
		if o.Left {
			im.Counts.Left++
		} else {
			im.Counts.add(l.Fate)
		}
		im.Outcomes = append(im.Outcomes, o)
	}
	return nil
}

// write makes or attaches the person of a line.
func (l GuestLine) write(tx *data.Tx, im *GuestImport, taken logins) (User, error) {
	if l.Fate == FateCreated {
		u, _ := l.form.read(tx.Now)
		tx.Saying("Créé par l’import du fichier « " + im.Name + " »")
		return createGuest(tx, im.Place, u, taken)
	}
	tx.Saying("Rattaché par l’import d’un fichier")
	wide := attaching.Over(tx)
	u, err := Users.Get(wide, l.user)
	switch {
	case err != nil:
		return u, err
	case l.restored:
		return restore(tx, u, im.Place)
	}
	return attach(wide, u, im.Place)
}

// UndoGuests takes back what an import did less than a day ago, all but the
// accounts that were changed or used since: those it made are erased, those it
// attached are detached, those it brought back are deleted again.
func UndoGuests(s *access.Session, uai, id string) (undone, kept int, err error) {
	undoable := func(tx *data.Tx) (GuestImport, error) {
		im, err := guestImportAt(tx, uai, id)
		if err == nil && !im.Undoable(tx.Now) {
			err = access.Conflict("Cet import ne s’annule plus : il a été annulé, ou date de plus d’un jour.")
		}
		return im, err
	}
	if err := s.See(func(tx *data.Tx) error { _, err := undoable(tx); return err }); err != nil {
		return 0, 0, err
	}
	run := id + "-annulation"
	if err := s.Begin(undoingGuests, run); err != nil {
		return 0, 0, err
	}
	err = s.End(undoingGuests, run, func(tx *data.Tx) ([]data.Fact, error) {
		im, err := undoable(tx)
		if err != nil {
			return nil, err
		}
		tx.Saying("Import annulé")
		if undone, kept, err = im.undo(tx); err != nil {
			return nil, err
		}
		im.Undone = tx.Now
		note := counted(undone, "compte annulé", "comptes annulés")
		if kept > 0 {
			note += ", " + counted(kept, "gardé car il a changé depuis", "gardés car ils ont changé depuis")
		}
		return []data.Fact{{Action: undoingGuests.Action, About: im, Note: note}}, GuestImports.Put(tx, im)
	})
	if errors.Is(err, data.ErrNoRun) {
		err = access.Conflict("Cet import vient d’être annulé.")
	}
	return undone, kept, err
}

// undo takes each line back, and notes those that stay.
func (im *GuestImport) undo(tx *data.Tx) (undone, kept int, err error) {
	im.Outcomes = slices.Clone(im.Outcomes)
	for i, o := range im.Outcomes {
		if o.Version == 0 {
			continue
		}
		u, err := Users.Get(tx, o.User)
		if isMissing(err) {
			im.Outcomes[i].Kept = true // no longer of the establishment
			kept++
			continue
		}
		if err != nil {
			return undone, kept, err
		}
		same, err := im.untouched(tx, o, u)
		if err != nil {
			return undone, kept, err
		}
		if !same {
			im.Outcomes[i].Kept = true
			kept++
			continue
		}
		if err := im.takeBack(tx, o, u); err != nil {
			return undone, kept, err
		}
		undone++
	}
	im.forget()
	return undone, kept, nil
}

// untouched reports whether nobody changed or used an account since the import.
func (im GuestImport) untouched(tx *data.Tx, o GuestOutcome, u User) (bool, error) {
	if o.Fate == FateAttached && !o.Restored {
		a, _ := u.At(im.Place)
		_, err := access.LocalGrant(tx, u.ID, im.Place)
		if err != nil && !isMissing(err) {
			return false, err
		}
		return isMissing(err) && u.State() != Deleted && reflect.DeepEqual(a, Attachment{At: im.Place}), nil
	}
	seen, err := access.LastSignIn(tx, u.ID)
	if err != nil {
		return false, err
	}
	role, err := access.RoleOf(tx, u.ID)
	if err != nil {
		return false, err
	}
	a, err := access.Accounts.Get(tx, u.ID)
	used := seen.SignedIn.After(im.Applied) || o.Fate == FateCreated && a.Hash != ""
	return u.Version == o.Version && role == "" && !used, err
}

// takeBack undoes one line.
func (im GuestImport) takeBack(tx *data.Tx, o GuestOutcome, u User) error {
	switch {
	case o.Fate == FateCreated:
		return eraseUser(tx, u.ID)
	case o.Restored:
		u.DeletedAt, u.DeletedBy = tx.Now, "Import annulé"
		return errors.Join(putUser(tx, u), access.EndSessions(tx, u.ID))
	}
	_, err := detach(tx, u, im.Place, "Import annulé")
	return err
}

// forget drops what the file says of those whose accounts are erased.
func (im *GuestImport) forget() {
	erased := map[int]bool{}
	for _, o := range im.Outcomes {
		erased[o.N] = o.Fate == FateCreated && o.Version > 0 && !o.Kept
	}
	im.Lines = slices.DeleteFunc(slices.Clone(im.Lines), func(l guestcsv.Line) bool { return erased[l.N] })
}
