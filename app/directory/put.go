package directory

import (
	"errors"
	"slices"

	"preau/app/access"
	"preau/data"
)

// publishing keeps the public card of an establishment, which stands above it.
var publishing = data.NewCrossing("directory.card", "Tenir à jour la carte publique d’un établissement lisible par tous")

// putUser stores a person and the account that signs them in. It is the one way
// in which a person is written.
func putUser(tx *data.Tx, u User) error {
	u.Version++
	slices.SortStableFunc(u.Attachments, mainFirst)
	if err := Users.Put(tx, u); err != nil {
		return err
	}
	was, err := access.Accounts.Get(tx, u.ID)
	if err != nil && !errors.Is(err, data.ErrNotFound) {
		return err
	}
	return access.Accounts.Put(tx, account(u, was))
}

func mainFirst(a, b Attachment) int {
	switch {
	case a.Main == b.Main:
		return 0
	case a.Main:
		return -1
	}
	return 1
}

// putEstablishment stores an establishment and its public card.
func putEstablishment(tx *data.Tx, e Establishment) error {
	e.Version++
	if err := Establishments.Put(tx, e); err != nil {
		return err
	}
	return Cards.Put(publishing.Over(tx), e.Card())
}
