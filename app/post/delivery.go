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

// Due returns up to n mails whose turn has come, all of them if n is negative,
// those that waited longest first.
func Due(tx *data.Tx, n int) (due []Mail, err error) {
	for m, err := range mailsDue.Starting(tx, "") {
		if err != nil || m.Due.After(tx.Now) || len(due) == n {
			return due, err
		}
		due = append(due, m)
	}
	return due, nil
}

// Waits returns how many mails have not left yet.
func Waits(tx *data.Tx) (int, error) { return MailsList.Count(tx, "", string(Waiting), nil) }

// Delivered notes that the mail server took a mail.
func Delivered(tx *data.Tx, id string) error {
	return settle(tx, id, func(m *Mail) { m.State, m.Sent, m.Error = Sent, tx.Now, "" })
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
	})
}

// Postpone notes that none of the mails whose turn has come could be delivered:
// the server itself does not take any.
func Postpone(tx *data.Tx, says string) error {
	due, err := Due(tx, -1)
	for _, m := range due {
		err = errors.Join(err, Refused(tx, m.ID, says, true))
	}
	return err
}

// Keep settles the mails that wait for a mail server which is no more: those
// without a secret are kept to be read, as all are in a demo; the others have failed.
func Keep(tx *data.Tx) error {
	set, err := settings(tx)
	if err != nil {
		return err
	}
	var waiting []string
	for m, err := range MailsList.All(tx, "", string(Waiting)) {
		if err != nil {
			return err
		}
		waiting = append(waiting, m.ID)
	}
	for _, id := range waiting {
		err = errors.Join(err, settle(tx, id, func(m *Mail) {
			if m.State = Kept; m.Secret && !set.Demo {
				m.State, m.Error = Failed, "Le serveur de courriel a été retiré avant l’envoi."
			}
		}))
	}
	return err
}

// settle changes a mail that is still waiting. When it waits no more, its secret
// is forgotten, but in a demo.
func settle(tx *data.Tx, id string, change func(*Mail)) error {
	m, err := Mails.Get(tx, id)
	if errors.Is(err, data.ErrNotFound) || err == nil && m.State != Waiting {
		return nil
	}
	if err != nil {
		return err
	}
	set, err := settings(tx)
	if err != nil {
		return err
	}
	if change(&m); m.State != Waiting && !set.Demo {
		m.forget()
	}
	return Mails.Put(tx, m)
}

// stuck are the mails that failed for good, unless they have lost a secret, and
// those that wait after a failed try.
func stuck(tx *data.Tx) (failed, late []Mail, err error) {
	for _, state := range []State{Failed, Waiting} {
		for m, err := range MailsList.All(tx, "", string(state)) {
			switch {
			case err != nil:
				return nil, nil, err
			case state == Failed && !m.Erased():
				failed = append(failed, m)
			case state == Waiting && m.Tries > 0:
				late = append(late, m)
			}
		}
	}
	return failed, late, nil
}

// Retriable reports whether Retry would find any mail.
func Retriable(tx *data.Tx) (bool, error) {
	failed, late, err := stuck(tx)
	return len(failed)+len(late) > 0, err
}

// Retry has the mails that could not be delivered tried again now, and returns
// how many they are. Those that failed and held a secret have lost it.
func Retry(tx *data.Tx) (n int, err error) {
	failed, late, err := stuck(tx)
	for i := range failed {
		failed[i].State, failed[i].Tries = Waiting, 0
	}
	again := append(failed, late...)
	return len(again), errors.Join(err, hasten(tx, again))
}

// Hasten has the mails that wait after a failed try tried again now, as when the
// settings of the server were changed.
func Hasten(tx *data.Tx) error {
	_, late, err := stuck(tx)
	return errors.Join(err, hasten(tx, late))
}

func hasten(tx *data.Tx, mails []Mail) (err error) {
	for _, m := range mails {
		m.Due, m.Error = tx.Now, ""
		err = errors.Join(err, Mails.Put(tx, m))
	}
	return err
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
	if to == "" {
		return nil
	}
	return forget(posting.Over(tx), MailsByTo, strings.ToLower(to))
}

// ForgetAbout deletes the mails that were written about a row.
func ForgetAbout(tx *data.Tx, about string) error {
	return forget(posting.Over(tx), mailsAbout, about)
}

func forget(tx *data.Tx, by data.Index[Mail], value string) error {
	var theirs []string
	for m, err := range by.All(tx, value) {
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
