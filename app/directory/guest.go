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
	birth, ok := ParseDate(f.Birth)
	wrong := map[string]string{}
	if !ok {
		wrong["naissance"] = "Écrivez la date de naissance sous la forme JJ/MM/AAAA."
	}
	for field, value := range map[string]string{"nom": f.LastName, "prenom": f.FirstName, "email": f.Email} {
		if value == "" {
			wrong[field] = "Ce champ est nécessaire."
		}
	}
	if says := checkEmail(f.Email); says != "" {
		wrong["email"] = says
	}
	if err := access.WrongFields(wrong); err != nil {
		return "", err
	}
	return id, s.Do(creatingGuest, func(tx *data.Tx) (data.Row, error) {
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
}
