package groups

import (
	"errors"
	"iter"
	"slices"

	"preau/app/directory"
	"preau/data"
)

// Erased stands in the place of an administrator who was erased.
const Erased = "Personne effacée"

// partnershipsByAuthor finds the partnerships that somebody had a hand in.
var partnershipsByAuthor = Partnerships.Index("author", func(p Partnership) (ids []string) {
	for _, step := range p.Steps {
		if step.ByID != "" && !slices.Contains(ids, step.ByID) {
			ids = append(ids, step.ByID)
		}
	}
	return ids
})

// Forget removes what groups keep of somebody who is erased from the directory:
// what they were put in, what they had not saved, and who they were in what they
// did as an administrator. The purge calls it, in its own transaction.
func Forget(tx *data.Tx, u directory.User) error {
	return errors.Join(forgetMember(tx, u.ID), forgetPupil(tx, u.ID), forgetDrafts(tx, u.ID), forgetPending(tx, Person(u.ID)), forgetAuthor(tx, u.ID))
}

// forgetMember takes somebody out of every group, even of an establishment that
// they have left.
func forgetMember(tx *data.Tx, id string) error {
	all, err := collect(membershipsByPerson.All(tx, id))
	for _, m := range all {
		err = errors.Join(err, data.Erase(tx, Memberships.Name(), m.Key()), Memberships.Delete(tx, m.Key()))
	}
	return err
}

// forgetPupil takes somebody out of what is known of the classes they were in.
func forgetPupil(tx *data.Tx, id string) error {
	all, err := collect(rostersByPupil.All(tx, id))
	for _, r := range all {
		r.Pupils = slices.DeleteFunc(r.Pupils, func(pupil string) bool { return pupil == id })
		err = errors.Join(err, Rosters.Put(tx, r))
	}
	return err
}

// forgetPending takes an element out of what others have not saved.
func forgetPending(tx *data.Tx, ref Ref) error {
	all, err := collect(Drafts.All(tx))
	for _, d := range all {
		if d.mentions(ref) {
			err = errors.Join(err, d.without(ref).restore(tx))
		}
	}
	return err
}

func (d Draft) mentions(ref Ref) bool {
	return slices.Contains(d.Copied, ref) || slices.ContainsFunc(d.Edits, func(e Edit) bool { return slices.Contains(e.Added, ref) || slices.Contains(e.Removed, ref) })
}

func (d Draft) without(ref Ref) Draft {
	is := func(r Ref) bool { return r == ref }
	d.Copied = slices.DeleteFunc(d.Copied, is)
	for i := range d.Edits {
		d.Edits[i].Added, d.Edits[i].Removed = slices.DeleteFunc(d.Edits[i].Added, is), slices.DeleteFunc(d.Edits[i].Removed, is)
	}
	return d
}

// forgetAuthor takes the name of an administrator out of what they made, filled,
// deleted and agreed with partners.
func forgetAuthor(tx *data.Tx, id string) error {
	made, err := collect(groupsByAuthor.All(tx, id))
	for _, g := range made {
		if g.By == id {
			g.By, g.ByName = "", Erased
		}
		if g.DeletedByID == id {
			g.DeletedBy, g.DeletedByID = Erased, ""
		}
		err = errors.Join(err, Groups.Put(tx, g))
	}
	filled, failed := collect(membershipsByAuthor.All(tx, id))
	err = errors.Join(err, failed)
	for _, m := range filled {
		m.By, m.ByID = Erased, ""
		err = errors.Join(err, Memberships.Put(tx, m))
	}
	agreed, failed := collect(partnershipsByAuthor.All(tx, id))
	err = errors.Join(err, failed)
	for _, p := range agreed {
		for i := range p.Steps {
			if p.Steps[i].ByID == id {
				p.Steps[i].By, p.Steps[i].ByID = Erased, ""
			}
		}
		err = errors.Join(err, Partnerships.Put(tx, p))
	}
	return err
}

func collect[T any](rows iter.Seq2[T, error]) (all []T, err error) {
	for row, err := range rows {
		if err != nil {
			return nil, err
		}
		all = append(all, row)
	}
	return all, nil
}
