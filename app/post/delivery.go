package post

import (
	"errors"
	"strings"
	"time"

	"preau/data"
)

// pauses are how long a mail waits after each failed try. One that nobody takes
// for two days is given up.
var pauses = []time.Duration{time.Minute, 5 * time.Minute, 15 * time.Minute, time.Hour, 3 * time.Hour, 6 * time.Hour, 12 * time.Hour, 24 * time.Hour}

// keptFor is how long what has left, or was kept, is listed.
const keptFor = 30 * 24 * time.Hour

// Due returns up to n mails whose turn has come, those that waited longest first.
func Due(tx *data.Tx, n int) (due []Mail, err error) {
	for m, err := range MailsByState.All(tx, string(Waiting)) {
		if err != nil {
			return nil, err
		}
		if !m.Due.After(tx.Now) {
			if due = append(due, m); len(due) == n {
				break
			}
		}
	}
	return due, nil
}

// Delivered notes that the mail server took a mail: its secrets are forgotten.
func Delivered(tx *data.Tx, id string) error {
	return settle(tx, id, func(m *Mail) {
		m.State, m.Sent, m.Error = Sent, tx.Now, ""
		m.forget()
	})
}

// Refused notes that a mail could not be delivered, and when to try again. One
// that is refused for good, or too often, keeps no secret either.
func Refused(tx *data.Tx, id, says string, temporary bool) error {
	return settle(tx, id, func(m *Mail) {
		m.Error = says
		if temporary && m.Tries < len(pauses) {
			m.Due = tx.Now.Add(pauses[m.Tries])
			m.Tries++
			return
		}
		m.State = Failed
		m.forget()
	})
}

// settle changes a mail that is still waiting.
func settle(tx *data.Tx, id string, change func(*Mail)) error {
	m, err := Mails.Get(tx, id)
	if errors.Is(err, data.ErrNotFound) || err == nil && m.State != Waiting {
		return nil
	}
	if err != nil {
		return err
	}
	change(&m)
	return Mails.Put(tx, m)
}

func (m *Mail) forget() {
	if m.Secret {
		m.Facts, m.Links = nil, nil
	}
}

// Retriable reports whether Retry would find any mail.
func Retriable(tx *data.Tx) (bool, error) {
	for m, err := range MailsByState.All(tx, string(Failed)) {
		if err != nil || !m.Secret {
			return err == nil, err
		}
	}
	return false, nil
}

// Retry puts the mails that failed for good, and hold no secret, back in the
// queue: those with a secret have lost it.
func Retry(tx *data.Tx) (n int, err error) {
	var failed []Mail
	for m, err := range MailsByState.All(tx, string(Failed)) {
		if err != nil {
			return 0, err
		}
		if !m.Secret {
			failed = append(failed, m)
		}
	}
	for _, m := range failed {
		m.State, m.Due, m.Tries, m.Error = Waiting, tx.Now, 0, ""
		if err := Mails.Put(tx, m); err != nil {
			return 0, err
		}
	}
	return len(failed), nil
}

// Sweep forgets the mails that left, failed or were kept long ago.
func Sweep(tx *data.Tx) error {
	var old []string
	for m, err := range Mails.All(tx) {
		if err != nil {
			return err
		}
		if m.State != Waiting && tx.Now.Sub(m.At) > keptFor {
			old = append(old, m.ID)
		}
	}
	for _, id := range old {
		if err := Mails.Delete(tx, id); err != nil {
			return err
		}
	}
	return nil
}

// Forget deletes the mails that were written to an address, as when a person
// is erased.
func Forget(tx *data.Tx, to string) error {
	tx = posting.Over(tx)
	var theirs []string
	for m, err := range MailsByTo.All(tx, strings.ToLower(to)) {
		if err != nil {
			return err
		}
		theirs = append(theirs, m.ID)
	}
	for _, id := range theirs {
		if err := Mails.Delete(tx, id); err != nil {
			return err
		}
	}
	return nil
}
