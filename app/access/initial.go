package access

import (
	"crypto/subtle"
	"errors"
	"time"

	"preau/data"
)

// An Initial is the password that somebody is given for their first sign-in:
// issued when it is first needed, readable until then, and gone after.
type Initial struct {
	Account string    `cbor:"acc"`
	Sealed  []byte    `cbor:"sec"`
	At      time.Time `cbor:"at"`
}

// Key is the account.
func (i Initial) Key() string { return i.Account }

// Places is the whole appliance: an initial password is read through its person.
func (i Initial) Places() []data.Place { return []data.Place{""} }

const (
	initialUse    = "mot de passe initial"
	initialLength = 8
)

// InitialPassword returns the initial password of an account that the caller
// has read and that never signed in; it is issued now if it was not.
func InitialPassword(tx *data.Tx, account string) (string, error) {
	wide := signingIn.Over(tx)
	i, err := Initials.Get(wide, account)
	if err != nil && !errors.Is(err, data.ErrNotFound) {
		return "", err
	}
	if password, ok := wide.Unseal(initialUse, i.Sealed); ok {
		return password, nil
	}
	return RenewInitial(tx, account)
}

// RenewInitial issues another initial password: the former one is void.
func RenewInitial(tx *data.Tx, account string) (string, error) {
	wide := signingIn.Over(tx)
	password, err := newCode(random, initialLength)
	if err != nil {
		return "", err
	}
	sealed, err := wide.Seal(initialUse, password)
	if err != nil {
		return "", err
	}
	return password, Initials.Put(wide, Initial{account, sealed, tx.Now})
}

// DropInitial voids the initial password of an account.
func DropInitial(tx *data.Tx, account string) error {
	return drop(signingIn.Over(tx), Initials, account)
}

// drop deletes a row that may not be there.
func drop[T data.Row](tx *data.Tx, table *data.Table[T], key string) error {
	err := table.Delete(tx, key)
	if errors.Is(err, data.ErrNotFound) {
		return nil
	}
	return err
}

// isInitial reports whether somebody typed their initial password, of which an
// account that was activated has none.
func isInitial(tx *data.Tx, a Account, typed string) (bool, error) {
	if a.Hash != "" || a.ID == "" {
		return false, nil
	}
	i, err := Initials.Get(tx, a.ID)
	if errors.Is(err, data.ErrNotFound) {
		return false, nil
	}
	password, ok := tx.Unseal(initialUse, i.Sealed)
	return ok && subtle.ConstantTimeCompare([]byte(password), []byte(NormalCode(typed))) == 1, err
}
