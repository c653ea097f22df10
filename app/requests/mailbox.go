package requests

import (
	"errors"
	"strings"
	"time"

	"preau/app/access"
	"preau/data"
)

// A Mailbox is one that people write their requests to: that of an establishment,
// or of an académie. There is one at most for each.
type Mailbox struct {
	At       data.Place `cbor:"at" log:"-"`
	Name     string     `cbor:"name" log:"-"` // of its place
	Address  string     `cbor:"addr" log:"Adresse"`
	Host     string     `cbor:"host" log:"Serveur"`
	Port     int        `cbor:"port" log:"Port"`
	Security string     `cbor:"sec" log:"Chiffrement"` // of connect/imap
	User     string     `cbor:"user" log:"Compte"`
	Password []byte     `cbor:"pass,omitempty" log:"Mot de passe du compte,secret"` // sealed
	Folder   string     `cbor:"in,omitempty" log:"Dossier relevé"`                  // "" for the usual one
	Done     string     `cbor:"done,omitempty" log:"Dossier des messages traités"`  // "" for the usual one
	Active   bool       `cbor:"on,omitempty" log:"Relevée"`
	Version  uint64     `cbor:"v" log:"-"`
}

// Key is the place.
func (m Mailbox) Key() string { return string(m.At) }

// Places is the establishment, or the académie.
func (m Mailbox) Places() []data.Place { return []data.Place{m.At} }

// Label names the mailbox in the journal.
func (m Mailbox) Label() string { return "Boîte de courriel de " + m.Name }

const mailboxUse = "boîte des demandes"

// SetPassword seals the password of the account at the server of the mailbox.
func (m *Mailbox) SetPassword(tx *data.Tx, password string) (err error) {
	m.Password, err = tx.Seal(mailboxUse, password)
	return err
}

// OpenPassword returns the password of the account; ok is false for one that has
// to be typed again, after a restore without the key.
func (m Mailbox) OpenPassword(tx *data.Tx) (password string, ok bool) {
	if len(m.Password) == 0 {
		return "", true
	}
	return tx.Unseal(mailboxUse, m.Password)
}

// The mailboxes, which are found by their address too.
var (
	Mailboxes     = data.NewTable[Mailbox]("request-mailboxes")
	mailboxesFrom = Mailboxes.Index("address", func(m Mailbox) []string { return filled(strings.ToLower(m.Address)) })
)

// sending reads which mailbox the mails of a request leave from, whoever makes
// them leave.
var sending = data.NewCrossing("requests.mailboxes", "Savoir par quelle boîte partent les courriels d’une demande, et quelles adresses sont les nôtres")

// MailboxAt returns the mailbox of a place, and how its visits go; both are empty
// when it has none.
func MailboxAt(tx *data.Tx, at data.Place) (m Mailbox, c Collection, err error) {
	if m, err = Mailboxes.Get(tx, string(at)); errors.Is(err, data.ErrNotFound) {
		m, err = Mailbox{At: at}, nil
	}
	if err != nil {
		return m, c, err
	}
	if c, err = Collections.Get(tx, string(at)); errors.Is(err, data.ErrNotFound) {
		c, err = Collection{At: at}, nil
	}
	if m.Name == "" {
		m.Name, err = schoolOf(tx, at)
	}
	return m, c, err
}

// mailbox is the address that the mails to the requester leave from: of the
// mailbox of the place, or of the one that the request came by; "" for that of
// the appliance.
func (r Request) mailbox(tx *data.Tx) (string, error) {
	for _, at := range []data.Place{r.At, r.Came} {
		if at == "" || !r.At.Within(at) {
			continue
		}
		m, err := Mailboxes.Get(sending.Over(tx), string(at))
		if err == nil && m.Active {
			return m.Address, nil
		}
		if err != nil && !errors.Is(err, data.ErrNotFound) {
			return "", err
		}
	}
	return "", nil
}

// isMailbox reports whether an address is that of a mailbox, read or not.
func isMailbox(tx *data.Tx, address string) (bool, error) {
	for _, err := range mailboxesFrom.All(sending.Over(tx), strings.ToLower(address)) {
		return err == nil, err
	}
	return false, nil
}

var settingMailbox = access.NewAction("mailbox.set", "Boîte de courriel des demandes", access.SetMailboxes, data.Important)

// SetMailbox changes the mailbox of a place: set makes the new one of the former.
// One whose version is no longer that of the form is refused.
func SetMailbox(s *access.Session, at data.Place, version uint64, set func(tx *data.Tx, former Mailbox) (Mailbox, error)) error {
	return s.Do(settingMailbox, func(tx *data.Tx) (data.Row, error) {
		if !tx.Author.May.Covers(at) {
			return nil, data.ErrNotFound
		}
		former, c, err := MailboxAt(tx, at)
		if err != nil {
			return nil, err
		}
		if former.Version != version {
			return nil, access.Conflict("Ces réglages ont changé depuis que vous avez ouvert la page\u00a0: relisez-les, puis recommencez.")
		}
		m, err := set(tx, former)
		if err != nil {
			return nil, err
		}
		m.At, m.Name, m.Version = at, former.Name, former.Version+1
		for other, err := range mailboxesFrom.All(sending.Over(tx), strings.ToLower(m.Address)) {
			if err != nil {
				return nil, err
			}
			if other.At != at {
				return nil, access.Wrong("adresse", "Cette adresse est déjà celle d’une autre boîte de demandes.")
			}
		}
		if c.Failures, c.Error, c.Next = 0, "", (time.Time{}); m.Active {
			c.Next = tx.Now
		}
		return m, errors.Join(Mailboxes.Put(tx, m), Collections.Put(tx, c))
	})
}
