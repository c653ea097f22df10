package groups

import (
	"errors"

	"preau/app/directory"
	"preau/data"
)

// Moving puts who is kept of two merged guests in the groups where the other one
// was, and the other one back when the merge is undone.
var Moving = directory.Mover{Move: move, Back: moveBack}

// move hands over the memberships of somebody, but those of groups where who takes
// them over is already, and returns the keys of the new ones.
func move(tx *data.Tx, from, to directory.User) (moved []string, err error) {
	all, err := collect(membershipsByPerson.All(tx, from.ID))
	if err != nil {
		return nil, err
	}
	for _, m := range all {
		has, err := isElement(tx, m.Group, m.At, Person(to.ID))
		if err != nil {
			return nil, err
		}
		if has { // the other one goes with its account
			continue
		}
		key, err := m.handTo(tx, to)
		if err != nil {
			return nil, err
		}
		moved = append(moved, key)
	}
	return moved, nil
}

// moveBack gives back the memberships that are still there.
func moveBack(tx *data.Tx, _, to directory.User, moved []string) error {
	for _, key := range moved {
		m, err := Memberships.Get(tx, key)
		if isMissing(err) {
			continue
		}
		if err == nil {
			_, err = m.handTo(tx, to)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// handTo makes a membership that of somebody else, and returns its new key.
func (m Membership) handTo(tx *data.Tx, to directory.User) (key string, err error) {
	was := m.Key()
	m.Ref, m.Said = Person(to.ID), directory.Mention(to.ID)
	return m.Key(), errors.Join(Memberships.Delete(tx, was), Memberships.Put(tx, m))
}
