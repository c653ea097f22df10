package groups

import (
	"slices"

	"preau/app/access"
	"preau/app/directory"
	"preau/data"
)

// owning reads the groups that somebody is in, and who else is, whatever they
// administer.
var owning = data.NewCrossing("groups.own", "Dire à la personne connectée les groupes dont elle est membre, et de ceux qui en sont avec elle le nom, le profil et l’établissement")

// A Mine is a group as one of its members sees it.
type Mine struct {
	ID, Name, Description string
	Shared                bool
	School                directory.Card // that made it
	Members               int
}

// AllMine lists the groups that the person is in, by name. Nobody is true for an
// administrator who is nobody in the directory, and so in no group.
func AllMine(s *access.Session) (all []Mine, nobody bool, err error) {
	err = s.See(func(tx *data.Tx) error {
		tx = owning.Over(tx)
		in, err := ownGroups(tx, s)
		if isMissing(err) {
			nobody = true
			return nil
		}
		if err != nil {
			return err
		}
		r := reckon(tx)
		for _, h := range in {
			m, err := r.mine(h.Group)
			if err != nil {
				return err
			}
			all = append(all, m)
		}
		return nil
	})
	return all, nobody, err
}

// MyGroup returns a group that the person is in, with those of its members whom a
// look finds.
func MyGroup(s *access.Session, id string, l Look) (m Mine, p Page, err error) {
	err = s.See(func(tx *data.Tx) error {
		tx = owning.Over(tx)
		in, err := ownGroups(tx, s)
		if err != nil {
			return err
		}
		i := slices.IndexFunc(in, func(h held) bool { return h.ID == id })
		if i < 0 {
			return data.ErrNotFound
		}
		r := reckon(tx)
		if m, err = r.mine(in[i].Group); err != nil {
			return err
		}
		members, err := r.members(in[i].Group)
		if err != nil {
			return err
		}
		p, err = l.page(tx, neighbours(members))
		for i := range p.People {
			p.People[i].Standing = ""
		}
		return err
	})
	return m, p, err
}

// self is the person signed in, or data.ErrNotFound for an administrator who is
// nobody in the directory.
func self(tx *data.Tx, s *access.Session) (directory.User, error) {
	return directory.Users.Get(tx, s.Account.ID)
}

func ownGroups(tx *data.Tx, s *access.Session) ([]held, error) {
	u, err := self(tx, s)
	if err != nil {
		return nil, err
	}
	return holding(tx, u, u.Places())
}

// mine is a group as its members see it.
func (r *reckoning) mine(g Group) (m Mine, err error) {
	m = Mine{ID: g.ID, Name: g.Name, Description: g.Description, Shared: g.Shared}
	if m.School, err = directory.Cards.Get(r.tx, g.UAI()); err != nil {
		return m, err
	}
	found, err := r.gather(g)
	m.Members = len(found)
	return m, err
}

func neighbours(members []Member) []neighbour {
	all := make([]neighbour, len(members))
	for i, m := range members {
		all[i] = neighbour{Present: m.Present, at: m.At}
	}
	return all
}
