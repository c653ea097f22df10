package app

import (
	"preau/app/access"
	"preau/app/post"
	"preau/data"
)

// A MailList is a part of the mails of the appliance, newest first. Prev and Next
// are the cursors of the parts around it, "" where there is none.
type MailList struct {
	Mails      []post.Mail
	Total      int
	Prev, Next string
	Retriable  bool // some failed for good, and can be sent again
}

// mayRun refuses, as what does not exist, what whoever does not run the appliance asks.
func mayRun(s *access.Session) error {
	if !s.Can(access.RunAppliance, "") {
		return access.NotFound()
	}
	return nil
}

// Mails lists up to n mails in a state, "" for any, after a cursor, or before it
// if back.
func (a *App) Mails(s *access.Session, state post.State, cursor string, back bool, n int) (list MailList, err error) {
	if err := mayRun(s); err != nil {
		return list, err
	}
	err = s.See(func(tx *data.Tx) error {
		page, err := post.MailsList.List(tx, "", string(state), "", cursor, back, n, nil)
		if err != nil {
			return err
		}
		list.Mails, list.Prev, list.Next = page.Rows, page.Prev, page.Next
		if list.Total, err = post.MailsList.Count(tx, "", string(state), nil); err != nil {
			return err
		}
		list.Retriable, err = post.Retriable(tx)
		return err
	})
	return list, err
}

// A Reading is a mail as whoever runs the appliance reads it.
type Reading struct {
	post.Mail
	Letter post.Letter
	Base   string // what the links of the mail begin with
	Hidden bool   // its secret is for its recipient alone
}

// ReadMail returns a mail. Outside of a demo its secret is never shown: it would
// open the account of somebody else.
func (a *App) ReadMail(s *access.Session, id string) (r Reading, err error) {
	if err := mayRun(s); err != nil {
		return r, err
	}
	set, err := a.Settings()
	if err != nil {
		return r, err
	}
	if err := s.See(func(tx *data.Tx) (err error) {
		r.Mail, err = post.Mails.Get(tx, id)
		return err
	}); err != nil {
		return r, err
	}
	if r.Hidden = r.Secret && !r.Erased() && !set.Demo; r.Hidden {
		r.Facts, r.Links = nil, nil
	}
	if r.Base, _, err = a.Base(); err != nil {
		return r, err
	}
	r.Letter, err = r.Mail.Compose(set.Name, r.Base)
	return r, err
}

var retrying = access.NewAction("mail.retry", "Reprise des envois en échec", access.RunAppliance, data.Info)

// RetryMails puts the mails that failed back in the queue, but for those whose
// secret is gone, and returns how many they are.
func (a *App) RetryMails(s *access.Session) (n int, err error) {
	if err := mayRun(s); err != nil {
		return 0, err
	}
	set, err := a.Settings()
	if err != nil {
		return 0, err
	}
	err = s.Do(retrying, func(tx *data.Tx) (data.Row, error) {
		if n, err = post.Retry(tx); err != nil {
			return nil, err
		}
		if n == 0 {
			return nil, access.Conflict("Aucun envoi en échec ne peut être repris : ceux qui portaient un secret l’ont perdu, il faut refaire l’opération qui les a demandés.")
		}
		tx.Note("%d courriels", n)
		return set, nil
	})
	return n, err
}
