package groups

import (
	"slices"

	"preau/app/access"
	"preau/app/directory"
	"preau/data"
)

// consulting reads the people of one's own establishments and of the shared groups
// that one is in.
var consulting = data.NewCrossing("groups.yearbook", "Montrer à la personne connectée l’annuaire de ses établissements et des groupes multi-établissements dont elle est membre\u00a0: nom, profil, classe, discipline ou fonction, établissement, rien d’autre")

// A Yearbook is the directory of the ENT as somebody may consult it.
type Yearbook struct {
	Page
	Schools []directory.Card // those of whom it shows people, one's own first
	Groups  []Group          // those that the person is in
	Nobody  bool             // they are an administrator who is nobody in the directory: it is empty
}

// Consult returns the people whom a look finds in the directory of the ENT: those
// of the person's own establishments, and the members of the shared groups that
// they are in, whatever their establishment. A filter on a school or a group that
// is not theirs is data.ErrNotFound.
func Consult(s *access.Session, l Look) (y Yearbook, err error) {
	err = s.See(func(tx *data.Tx) error {
		tx = consulting.Over(tx)
		u, err := self(tx, s)
		if isMissing(err) {
			y.Nobody = true
			return nil
		}
		if err != nil {
			return err
		}
		in, err := holding(tx, u, u.Places())
		if err != nil {
			return err
		}
		for _, h := range in {
			y.Groups = append(y.Groups, h.Group)
		}
		book, err := openBook(tx, u, y.Groups)
		if err != nil {
			return err
		}
		if y.Schools, err = book.cards(); err != nil {
			return err
		}
		people, err := book.people(l)
		if err != nil {
			return err
		}
		y.Page, err = l.page(tx, people)
		return err
	})
	return y, err
}

// A book is who may be shown to somebody.
type book struct {
	*reckoning
	own    []data.Place
	shared []neighbour // members of their shared groups
	groups []Group
	places []data.Place
}

func openBook(tx *data.Tx, u directory.User, in []Group) (*book, error) {
	b := &book{reckoning: reckon(tx), own: u.Places(), groups: in, places: u.Places()}
	for _, g := range in {
		if !g.Shared {
			continue
		}
		members, err := b.members(g)
		if err != nil {
			return nil, err
		}
		b.shared = append(b.shared, neighbours(members)...)
	}
	for _, n := range b.shared {
		if !slices.Contains(b.places, n.at) {
			b.places = append(b.places, n.at)
		}
	}
	return b, nil
}

func (b *book) cards() (all []directory.Card, err error) {
	for _, at := range b.places {
		c, err := directory.Cards.Get(b.tx, directory.UAIOf(at))
		if err != nil {
			return nil, err
		}
		all = append(all, c)
	}
	return all, nil
}

// people are those of the book that the school and the group of a look leave, once
// each.
func (b *book) people(l Look) (all []neighbour, err error) {
	at, err := b.at(l.School)
	if err != nil {
		return nil, err
	}
	every, err := b.among(l.Group)
	if err != nil {
		return nil, err
	}
	seen := map[string]bool{}
	for _, n := range every {
		if (at == "" || n.at == at) && !seen[n.ID] {
			seen[n.ID] = true
			all = append(all, n)
		}
	}
	return all, nil
}

// at is the place of a school of the book, "" for none.
func (b *book) at(uai string) (data.Place, error) {
	if uai == "" {
		return "", nil
	}
	i := slices.IndexFunc(b.places, func(p data.Place) bool { return directory.UAIOf(p) == uai })
	if i < 0 {
		return "", data.ErrNotFound
	}
	return b.places[i], nil
}

// among are the members of a group of the person, and all the book for none.
func (b *book) among(group string) (all []neighbour, err error) {
	if group != "" {
		i := slices.IndexFunc(b.groups, func(g Group) bool { return g.ID == group })
		if i < 0 {
			return nil, data.ErrNotFound
		}
		members, err := b.members(b.groups[i])
		return neighbours(members), err
	}
	for _, at := range b.own {
		for _, p := range directory.Profiles {
			for _, who := range b.roll(at).In(string(p)) {
				all = append(all, neighbour{Present: who, at: at})
			}
		}
	}
	return append(all, b.shared...), nil
}
