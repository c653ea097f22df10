package access

import (
	"errors"

	"preau/data"
)

// grantsElsewhere tells whether somebody administers something out of reach,
// and nothing of it: an administrator's account is protected everywhere.
var grantsElsewhere = data.NewCrossing("access.administrator", "Savoir qu’une personne est administrateur ailleurs, sans dire où")

// RoleOf returns the highest role that somebody holds anywhere, "" for none.
func RoleOf(tx *data.Tx, account string) (Role, error) {
	s := Session{}
	for g, err := range GrantsByAccount.All(grantsElsewhere.Over(tx), account) {
		if err != nil {
			return "", err
		}
		if g.Holds(tx.Now) {
			s.Grants = append(s.Grants, g)
		}
	}
	return s.Highest(), nil
}

// LocalGrant returns the grant that makes somebody a local administrator of a
// place, or data.ErrNotFound.
func LocalGrant(tx *data.Tx, account string, in data.Place) (Grant, error) {
	for g, err := range GrantsByAccount.All(tx, account) {
		if err != nil {
			return Grant{}, err
		}
		if g.Role == LocalAdmin && g.In == in && g.Holds(tx.Now) {
			return g, nil
		}
	}
	return Grant{}, data.ErrNotFound
}

// LocalAdmins returns the grants of the local administrators of a place.
func LocalAdmins(tx *data.Tx, in data.Place) (all []Grant, err error) {
	for g, err := range GrantsByPlace.All(tx, string(in)) {
		if err != nil {
			return nil, err
		}
		if g.Role == LocalAdmin && g.Holds(tx.Now) {
			all = append(all, g)
		}
	}
	return all, nil
}

// Give grants a role in a place, in the name of the author of the transaction.
func Give(tx *data.Tx, account string, role Role, in data.Place) (Grant, error) {
	g := Grant{ID: tx.ID(), Account: account, Role: role, In: in, By: tx.Author.ID, ByName: tx.Author.Name, At: tx.Now}
	return g, Grants.Put(tx, g)
}

// Withdraw ends a grant at once, and the sessions that used it.
func Withdraw(tx *data.Tx, g Grant) error {
	return errors.Join(Grants.Delete(tx, g.ID), EndSessions(tx, g.Account))
}
