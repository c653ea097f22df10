package post

import "preau/data"

// Settings are those of the mail of the appliance.
type Settings struct {
	Host     string `cbor:"host,omitempty" log:"Serveur de courriel"` // "" for none: mails are kept
	Port     int    `cbor:"port,omitempty" log:"Port"`
	Security string `cbor:"sec,omitempty" log:"Chiffrement"` // of connect/mail
	User     string `cbor:"user,omitempty" log:"Compte"`
	Password []byte `cbor:"pass,omitempty" log:"Mot de passe du compte,secret"` // sealed
	From     string `cbor:"from,omitempty" log:"Expéditeur"`
	Demo     bool   `cbor:"demo,omitempty" log:"-"` // mails are kept whole, to be read by a trainer
}

// Key is always the same: there is one row.
func (Settings) Key() string { return "courriel" }

// Places is the whole appliance.
func (Settings) Places() []data.Place { return []data.Place{""} }

// Label names the settings in the journal.
func (Settings) Label() string { return "Courriel de l’appareil" }

// Leaves reports whether mails leave the appliance.
func (s Settings) Leaves() bool { return s.Host != "" }

const passwordUse = "courriel"

// SetPassword seals the password of the account at the mail server, "" for none.
func (s *Settings) SetPassword(tx *data.Tx, password string) (err error) {
	s.Password = nil
	if password != "" {
		s.Password, err = tx.Seal(passwordUse, password)
	}
	return err
}

// OpenPassword returns the password of the account at the mail server; ok is
// false for one that has to be typed again, after a restore without the key.
func (s Settings) OpenPassword(tx *data.Tx) (password string, ok bool) {
	if len(s.Password) == 0 {
		return "", true
	}
	return tx.Unseal(passwordUse, s.Password)
}

// SettingsOf returns the settings within the reach of a transaction: those of
// an appliance whose mails are kept when there are none.
func SettingsOf(tx *data.Tx) (Settings, error) { return settings(tx) }
