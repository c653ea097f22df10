package groups

import (
	"cmp"
	"errors"
	"fmt"

	"preau/app/access"
	"preau/app/directory"
	"preau/data"
)

var following = access.NewAction("group.follow", "Classe renommée par l’annuaire, suivie par le groupe", access.RunAppliance, data.Info)

// FollowClasses makes groups follow the classes and the teaching groups that an
// import calls something else: one that the directory no longer knows, and most of
// whose pupils are now together in another one, is that other one. Members are never
// dropped: where it is not clear, the element stays, and shows that it is absent.
// The job of the appliance calls it after each import; doing it again does nothing.
func FollowClasses(s *access.Session) error {
	var gone []Roster
	err := s.Upkeep(func(tx *data.Tx) (err error) {
		gone, err = refresh(tx)
		return err
	})
	for _, r := range gone {
		err = errors.Join(err, follow(s, r))
	}
	return err
}

// refresh keeps the pupils that classes have now, forgets the classes that are in
// no group any more, and returns those that have become another.
func refresh(tx *data.Tx) (gone []Roster, err error) {
	var changed, over []Roster
	for r, err := range Rosters.All(tx) {
		if err != nil {
			return nil, err
		}
		elements, err := r.elements(tx)
		if err != nil {
			return nil, err
		}
		now, stands, err := r.now(tx)
		switch {
		case err != nil:
			return nil, err
		case len(elements) == 0:
			over = append(over, r)
		case !stands:
			if _, ok, err := r.heir(tx); err != nil {
				return nil, err
			} else if ok {
				gone = append(gone, r)
			}
		case !now.same(r):
			changed = append(changed, now)
		}
	}
	for _, r := range over {
		err = errors.Join(err, Rosters.Delete(tx, r.Key()))
	}
	for _, r := range changed {
		err = errors.Join(err, Rosters.Put(tx, r))
	}
	return gone, err
}

// follow puts in groups, in place of what they had of a class, the same of what it
// has become.
func follow(s *access.Session, was Roster) error {
	err := s.Do(following, func(tx *data.Tx) (data.Row, error) {
		to, ok, err := was.heir(tx)
		if err != nil || !ok {
			return nil, cmp.Or(err, errFollowed)
		}
		elements, err := was.elements(tx)
		if err != nil {
			return nil, err
		}
		touched, order := map[string]bool{}, []string{}
		for _, m := range elements {
			if err := replace(tx, m, to); err != nil {
				return nil, err
			}
			if !touched[m.Group] {
				touched[m.Group], order = true, append(order, m.Group)
			}
		}
		if len(order) == 0 {
			return nil, errFollowed
		}
		first, err := tell(tx, order, was, to)
		return first, errors.Join(err, Rosters.Delete(tx, was.Key()), Rosters.Put(tx, to))
	})
	if errors.Is(err, errFollowed) {
		return nil
	}
	return err
}

// errFollowed ends what another run has done meanwhile.
var errFollowed = errors.New("groups: followed meanwhile")

// replace puts what a class has become in the place of an element of it; a group
// that has both already keeps one.
func replace(tx *data.Tx, m Membership, to Roster) error {
	if err := Memberships.Delete(tx, m.Key()); err != nil {
		return err
	}
	key, _ := m.Ref.Automatic()
	_, _, p := directory.PartsOfGroup(key)
	m.Ref, m.Since = to.ref(p), tx.Now
	if both, err := Memberships.Has(tx, m.Key()); both || err != nil {
		return err
	}
	key, _ = m.Ref.Automatic()
	a, err := directory.GroupAt(tx, m.At, key)
	if err != nil {
		return err
	}
	m.Said = a.Label
	return Memberships.Put(tx, m)
}

// tell writes in the history of each group what the class became, and makes what
// somebody has pending on it to be looked at again. Partners are not told its name.
func tell(tx *data.Tx, ids []string, was, to Roster) (first data.Row, err error) {
	for _, id := range ids {
		g, err := Groups.Get(tx, id)
		if err != nil {
			return nil, err
		}
		note := fmt.Sprintf("la classe %s est devenue %s", was.Name, to.Name)
		if was.Kind == "group" {
			note = fmt.Sprintf("le groupe d’enseignement %s est devenu %s", was.Name, to.Name)
		}
		if g.EditedAt = tx.Now; g.Shared {
			note = "une classe ou un groupe d’enseignement a changé de nom"
			if side, open := g.Sides.Of(was.At); open {
				side.Version++
				g.Sides = g.Sides.with(side)
			}
		} else {
			g.Version++
		}
		if err := Groups.Put(tx, g); err != nil {
			return nil, err
		}
		if first == nil {
			first = g
			tx.Note("%s", note)
		} else if err := tx.Also(data.Fact{Action: following.Action, About: g, Note: note}); err != nil {
			return nil, err
		}
	}
	return first, nil
}
