package requests

import (
	"errors"

	"preau/app/access"
	"preau/data"
)

// A Preference is how somebody wants to hear of requests.
type Preference struct {
	Account string       `cbor:"id" log:"-"`
	Name    string       `cbor:"name" log:"-"`
	At      []data.Place `cbor:"at" log:"-"`
	Quiet   bool         `cbor:"quiet,omitempty" log:"Sans courriel sur les demandes"`
	Prefers Channel      `cbor:"pref,omitempty" log:"Canal de contact préféré"`
}

// Key is the account.
func (p Preference) Key() string { return p.Account }

// Places is where the account is administered.
func (p Preference) Places() []data.Place { return p.At }

// Label names the person in the journal.
func (p Preference) Label() string { return p.Name }

// Preferences are those of the people who chose one.
var Preferences = data.NewTable[Preference]("request-preferences")

// preferring reads how somebody wants to be told, whoever tells them.
var preferring = data.NewCrossing("requests.preferences", "Savoir si une personne veut des courriels sur les demandes, et par quel canal la joindre")

func preferenceOf(tx *data.Tx, account string) (Preference, error) {
	p, err := Preferences.Get(preferring.Over(tx), account)
	if errors.Is(err, data.ErrNotFound) {
		return Preference{Account: account}, nil
	}
	return p, err
}

// PreferenceOf returns how the person wants to hear of requests.
func PreferenceOf(s *access.Session) (p Preference, err error) {
	err = s.See(func(tx *data.Tx) error {
		p, err = preferenceOf(tx, s.Account.ID)
		return err
	})
	return p, err
}

var preferred = access.NewAction("request.preference", "Préférences de contact", access.Oneself, data.Info)

// Prefer keeps how the person wants to hear of requests: whether by mail, and
// which channel they answer best by, Mail, Phone or "".
func Prefer(s *access.Session, quiet bool, by Channel) error {
	if by != "" && by != Mail && by != Phone {
		return access.Wrong("preference", "Choisissez le mail, le téléphone, ou aucun des deux.")
	}
	return s.Own(preferred, func(tx *data.Tx) (data.Row, error) {
		p := Preference{s.Account.ID, s.Account.Name, s.Account.At, quiet, by}
		if len(p.At) == 0 {
			p.At = []data.Place{""}
		}
		return p, Preferences.Put(preferring.Over(tx), p)
	})
}
