package directory

import (
	"time"

	"preau/app/access"
	"preau/data"
)

// Activate gives a person the hash of the password they chose at their first
// connection: from then on the account is active.
func Activate(tx *data.Tx, id, hash string, at time.Time) (User, error) {
	u, err := Users.Get(tx, id)
	if err != nil {
		return u, err
	}
	if u.ActivatedAt.IsZero() {
		u.ActivatedAt = at
	}
	if err := putUser(tx, u); err != nil {
		return u, err
	}
	a, err := access.Accounts.Get(tx, id)
	if err != nil {
		return u, err
	}
	a.Hash = hash
	return u, access.Accounts.Put(tx, a)
}
