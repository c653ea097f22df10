package directory

import (
	"time"

	"preau/data"
)

// A Mail waits to leave: it is queued in the transaction of what it tells of.
type Mail struct {
	ID      string    `cbor:"id"`
	To      string    `cbor:"to"`
	Subject string    `cbor:"subj"`
	Text    string    `cbor:"text"`
	At      time.Time `cbor:"at"`
}

// Key is the identifier of the mail.
func (m Mail) Key() string { return m.ID }

// Places is the whole appliance.
func (m Mail) Places() []data.Place { return []data.Place{""} }

// posting queues a mail whoever makes it leave.
var posting = data.NewCrossing("mail.queue", "Mettre un courriel en attente d’envoi")

// notifyFormer tells the former address of somebody that it was changed.
func notifyFormer(tx *data.Tx, before, after User) error {
	former := before.Email.Value()
	if former == "" || former == after.Email.Value() {
		return nil
	}
	return Mails.Put(posting.Over(tx), Mail{ID: tx.ID(), To: former, At: tx.Now, Subject: "Votre adresse e-mail dans l’ENT a changé",
		Text: "Bonjour,\n\nL’adresse e-mail de votre compte dans l’ENT vient d’être modifiée : les messages de l’ENT n’arriveront plus ici.\n\nSi vous n’en êtes pas à l’origine, prévenez l’administrateur de votre établissement.\n"})
}
