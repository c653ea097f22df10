package directory

import (
	"strings"

	"preau/app/access"
	"preau/data"
)

// A GuestForm is what a new guest is made of.
type GuestForm struct{ LastName, FirstName, Email, Birth string }

var creatingGuest = access.NewAction("user.create", "Création d’un invité", access.ManageAccounts, data.Info)

// CreateGuest makes a guest of an establishment, and returns the UID.
func CreateGuest(s *access.Session, uai string, f GuestForm) (id string, err error) {
	birth, err := f.check()
	if err != nil {
		return "", err
	}
	err = s.Do(creatingGuest, func(tx *data.Tx) (data.Row, error) {
		place, err := locate(tx, uai)
		if err != nil {
			return nil, err
		}
		if id, err = access.NewUID(tx); err != nil {
			return nil, err
		}
		login, err := newLogin(tx, f.FirstName, f.LastName)
		if err != nil {
			return nil, err
		}
		u := User{ID: id, Profile: Guest, LastName: strings.ToUpper(f.LastName), FirstName: f.FirstName, Birth: birth, Login: Both{Federated: login},
			Email: Both{Federated: f.Email}, Attachments: Attachments{{At: place, Main: true}}, Source: FromHand, CreatedAt: tx.Now}
		return u, putUser(tx, u)
	})
	return id, err
}

// check refuses a guest without what tells people apart and reaches them.
func (f GuestForm) check() (birth Date, err error) {
	wrong := notes{}
	birth, ok := ParseDate(f.Birth)
	if !ok {
		wrong.add("naissance", wrongDate)
	}
	wrong.add("email", checkEmail(f.Email))
	wrong.need("nom", f.LastName)
	wrong.need("prenom", f.FirstName)
	wrong.need("email", f.Email)
	return birth, access.WrongFields(wrong)
}

// Lookalikes are the guests of an establishment who look like the one that
// somebody is about to create, the likeliest first.
func Lookalikes(s *access.Session, uai string, f GuestForm) (twins []Twin, err error) {
	birth, _ := ParseDate(f.Birth)
	u := User{Profile: Guest, LastName: f.LastName, FirstName: f.FirstName, Birth: birth, Email: Both{Federated: f.Email}}
	err = s.See(func(tx *data.Tx) error {
		place, err := locate(tx, uai)
		if err != nil {
			return err
		}
		twins, err = alike(tx, place, u)
		return err
	})
	return likeliest(twins), err
}
