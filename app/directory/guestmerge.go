package directory

import (
	"errors"
	"slices"
	"strings"
	"time"

	"preau/app/access"
	"preau/app/post"
	"preau/data"
)

// A Merge is what it takes to undo the merging of two guests.
type Merge struct {
	ID          string         `cbor:"id"`
	Place       data.Place     `cbor:"at"`
	At          time.Time      `cbor:"t"`
	By          string         `cbor:"by"`
	Kept        string         `cbor:"kept"` // UIDs
	Gone        string         `cbor:"gone"`
	Version     uint64         `cbor:"v"`      // of the account that was kept, once merged
	GoneVersion uint64         `cbor:"gv"`     // of the other one
	Before      Attachments    `cbor:"before"` // of the account that was kept
	Grants      []access.Grant `cbor:"grants,omitempty"`
	Moved       []string       `cbor:"moved,omitempty"` // what the Mover moved
	KeptName    string         `cbor:"kn"`
	GoneLogin   string         `cbor:"gl"`
}

// Key is the identifier of the merge.
func (m Merge) Key() string { return m.ID }

// Places is the establishment where it was decided.
func (m Merge) Places() []data.Place { return []data.Place{m.Place} }

// A Mover hands what an area above keeps of somebody to who takes their place, in the
// transaction of a merge, and back in that of its undoing, by what it returned.
type Mover struct {
	Move func(tx *data.Tx, from, to User) (moved []string, err error)
	Back func(tx *data.Tx, from, to User, moved []string) error
}

// UndoLife is how long a merge, or an import of guests, can be undone.
const UndoLife = 24 * time.Hour

var (
	merging   = access.NewAction("guest.merge", "Fusion de deux comptes d’invité", access.ManageAccounts, data.Important)
	unmerging = access.NewAction("guest.unmerge", "Fusion annulée", access.ManageAccounts, data.Important)
)

// MergeGuests makes one account of two guests of an establishment: the first is
// kept, with its login and password, and takes the establishments and the rights
// of the other, which is deleted, and what theirs moves. UndoMerge takes it back
// for a day.
func MergeGuests(s *access.Session, uai, keep, drop string, theirs Mover) error {
	return s.Do(merging, func(tx *data.Tx) (data.Row, error) {
		place, kept, gone, err := twoAt(tx, uai, keep, drop)
		if err != nil {
			return nil, err
		}
		if err := mergeable(tx, s, kept, gone); err != nil {
			return nil, err
		}
		m := Merge{ID: tx.ID(), Place: place, At: tx.Now, By: s.Name(), Kept: kept.ID, Gone: gone.ID, Before: kept.Attachments, KeptName: kept.Label(), GoneLogin: gone.Login.Value()}
		if m.Grants, err = access.MoveGrants(tx, gone.ID, kept.ID); err != nil {
			return nil, err
		}
		if len(m.Grants) > 0 {
			if err := s.Fresh(); err != nil {
				return nil, err
			}
		}
		kept.Attachments = kept.Attachments.joined(gone.Attachments)
		gone.DeletedAt, gone.DeletedBy = tx.Now, "Fusionné avec le compte "+kept.Login.Value()
		m.Version, m.GoneVersion = kept.Version+1, gone.Version+1
		a, err := access.Accounts.Get(tx, gone.ID)
		if err != nil {
			return nil, err
		}
		if m.Moved, err = theirs.Move(tx, gone, kept); err != nil {
			return nil, err
		}
		tx.Note("le compte %s est supprimé", gone.Login.Value())
		return kept, errors.Join(putUser(tx, kept), putUser(tx, gone), access.Void(tx, a), Merges.Put(tx, m), tellMerged(tx, kept, gone))
	})
}

// mergeable refuses two accounts of which one must not take the other's place.
func mergeable(tx *data.Tx, s *access.Session, kept, gone User) error {
	for _, u := range []User{kept, gone} {
		if _, err := changeable(tx, s, u.ID); err != nil {
			return err
		}
		role, err := access.RoleOf(tx, u.ID)
		if err != nil {
			return err
		}
		if !mayProtect(s, u, role) {
			return access.NotAllowed()
		}
	}
	switch {
	case kept.Profile != Guest:
		return access.Conflict("Seuls deux comptes d’invité se fusionnent : les autres suivent l’annuaire fédérateur.")
	case gone.ID == s.Account.ID:
		return access.Conflict("Vous ne pouvez pas supprimer votre propre compte : gardez-le, ou demandez la fusion à un autre administrateur.")
	case slices.ContainsFunc(gone.Places(), func(p data.Place) bool { return !tx.Author.May.Covers(p) }):
		return access.Conflict("Le compte à supprimer est aussi rattaché à un établissement hors de votre périmètre : gardez plutôt celui-là, ou demandez la fusion à l’académie.")
	}
	return nil
}

// joined are the attachments of two accounts; where both are, those of the first
// count, and either may edit the public page.
func (all Attachments) joined(others Attachments) Attachments {
	both := slices.Clone(all)
	for _, a := range others {
		i := slices.IndexFunc(both, func(b Attachment) bool { return b.At == a.At })
		if i < 0 {
			a.Main = false
			both = append(both, a)
			continue
		}
		both[i].Editor = both[i].Editor || a.Editor
	}
	return both
}

// tellMerged mails the person which of their accounts is left.
func tellMerged(tx *data.Tx, kept, gone User) error {
	var to []string
	for _, u := range []User{kept, gone} {
		mail := u.Email.Value()
		if mail != "" && !slices.ContainsFunc(to, func(t string) bool { return strings.EqualFold(t, mail) }) {
			to = append(to, mail)
		}
	}
	for _, mail := range to {
		err := post.Queue(tx, post.Mail{To: mail, Subject: "Vos deux comptes dans l’ENT sont réunis",
			Lines: []string{"Vos deux comptes n’en font plus qu’un : connectez-vous désormais avec l’identifiant " + kept.Login.Value() + ". Le compte " + gone.Login.Value() + " ne sert plus."},
			Links: []post.Link{{Label: "Ouvrir l’ENT", Path: "/"}}})
		if err != nil {
			return err
		}
	}
	return nil
}

// UndoMerge makes two accounts again of those that were merged less than a day
// ago, as long as neither was changed since. Theirs is that of the merge.
func UndoMerge(s *access.Session, uai, id string, theirs Mover) error {
	return s.Do(unmerging, func(tx *data.Tx) (data.Row, error) {
		place, err := locate(tx, uai)
		if err != nil {
			return nil, err
		}
		m, err := Merges.Get(tx, id)
		if err != nil || m.Place != place || tx.Now.Sub(m.At) > UndoLife {
			return nil, errors.Join(err, data.ErrNotFound)
		}
		kept, err := Users.Get(tx, m.Kept)
		if err != nil {
			return nil, err
		}
		gone, err := Users.Get(tx, m.Gone)
		if err != nil {
			return nil, err
		}
		if kept.Version != m.Version || gone.Version != m.GoneVersion {
			return nil, access.Conflict("L’un des deux comptes a été modifié depuis la fusion : elle ne s’annule plus. Au besoin, ouvrez « Suppressions » et rattachez le compte " + m.GoneLogin + ".")
		}
		if len(m.Grants) > 0 {
			if err := s.Fresh(); err != nil {
				return nil, err
			}
		}
		if err := theirs.Back(tx, kept, gone, m.Moved); err != nil {
			return nil, err
		}
		kept.Attachments, gone.DeletedAt, gone.DeletedBy = m.Before, time.Time{}, ""
		return kept, errors.Join(putUser(tx, kept), putUser(tx, gone), access.RestoreGrants(tx, m.Grants), access.EndSessions(tx, kept.ID), Merges.Delete(tx, m.ID))
	})
}

// MergesOf returns the merges of an establishment that can still be undone,
// latest first.
func MergesOf(s *access.Session, uai string) (all []Merge, err error) {
	err = s.See(func(tx *data.Tx) error {
		place, err := locate(tx, uai)
		if err != nil {
			return err
		}
		for m, err := range MergesByPlace.All(tx, string(place)) {
			if err != nil {
				return err
			}
			if tx.Now.Sub(m.At) <= UndoLife {
				all = append(all, m)
			}
		}
		return nil
	})
	slices.SortFunc(all, func(a, b Merge) int { return b.At.Compare(a.At) })
	return all, err
}
