package access

import (
	"errors"

	"preau/data"
)

// MoveGrants gives to an account the rights of another, in the transaction of
// whoever merges the two, and returns them as they were: see RestoreGrants. It
// refuses those that its author could not give.
func MoveGrants(tx *data.Tx, from, to string) (former []Grant, err error) {
	for g, err := range GrantsByAccount.All(grantsElsewhere.Over(tx), from) {
		if err != nil {
			return nil, err
		}
		if g.Role != LocalAdmin || !tx.Author.May.Covers(g.In) {
			return nil, Conflict("Ce compte est celui d’un administrateur hors de votre périmètre ou d’un rôle académique : gardez-le plutôt, ou faites d’abord retirer ce droit.")
		}
		former = append(former, g)
	}
	for _, g := range former {
		_, err := LocalGrant(tx, to, g.In)
		if err == nil {
			err = Grants.Delete(tx, g.ID)
		} else if errors.Is(err, data.ErrNotFound) {
			g.Account = to
			err = Grants.Put(tx, g)
		}
		if err != nil {
			return nil, err
		}
	}
	return former, nil
}

// RestoreGrants puts back the rights that MoveGrants returned.
func RestoreGrants(tx *data.Tx, former []Grant) error {
	for _, g := range former {
		if err := Grants.Put(tx, g); err != nil {
			return err
		}
	}
	return nil
}
