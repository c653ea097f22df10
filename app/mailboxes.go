package app

import (
	"errors"
	"fmt"
	"io"
	"os"
	"runtime/debug"
	"time"

	"preau/app/access"
	"preau/app/connect/imap"
	"preau/app/format/attachment"
	"preau/app/format/letter"
	"preau/app/post"
	"preau/app/requests"
	"preau/data"
)

// collectJob is the name of the job in the store.
const collectJob = "Relevé des boîtes"

// collectMail visits each mailbox of requests when its turn comes, or when
// somebody asks, one at a time, until the appliance stops.
func (a *App) collectMail() {
	tick := time.NewTicker(mailTick)
	defer tick.Stop()
	for {
		changed := a.Store.Changed()
		if err := a.collect(); err != nil && a.ctx.Err() == nil {
			a.cfg.Log.Error().Err(err).Msg("boîtes à relever")
		}
		select {
		case <-changed:
		case <-tick.C:
		case <-a.ctx.Done():
			return
		}
	}
}

// collect visits the mailboxes whose turn has come.
func (a *App) collect() error {
	defer a.recover("boîtes à relever")
	s := a.Gate.System(collectJob)
	for a.ctx.Err() == nil {
		var box requests.Mailbox
		var before requests.Collection
		var due, readable bool
		var password string
		var set post.Settings
		err := s.See(func(tx *data.Tx) (err error) {
			if box, before, due, err = requests.DueMailbox(tx); err != nil || !due {
				return err
			}
			password, readable = box.OpenPassword(tx)
			set, err = post.SettingsOf(tx)
			return err
		})
		if err != nil || !due {
			return err
		}
		says, server := BoxPasswordLost, true
		if readable {
			says, server = a.visit(s, box, password, a.sender(set))
		}
		if a.ctx.Err() != nil {
			return nil // an interrupted visit is no failure
		}
		if err := requests.Visited(s, box, before, says, server); err != nil {
			return err
		}
	}
	return nil
}

// visit takes the new mail of one mailbox. It says what went wrong, "" for
// nothing, and whether it is with the server.
func (a *App) visit(s *access.Session, box requests.Mailbox, password, sender string) (says string, server bool) {
	err := serverOf(box, password).Fetch(a.ctx, a.outward(), func(validity, uid uint32) bool {
		known, err := requests.Arrived(s, box, validity, uid)
		return known && err == nil
	}, func(m imap.Mail) error { return a.take(s, box, m, sender) })
	if err == nil {
		return "", false
	}
	if failure, ok := errors.AsType[*imap.Failure](err); ok {
		return failure.Says, true
	}
	a.cfg.Log.Error().Err(err).Str("boîte", string(box.At)).Msg("courriel non enregistré")
	return "Un courriel n’a pas pu être enregistré\u00a0: il reste dans la boîte, et sera repris au prochain relevé.", false
}

// take makes a request of one message, or adds it to one. A panic is an error of
// that message alone.
func (a *App) take(s *access.Session, box requests.Mailbox, m imap.Mail, sender string) (err error) {
	defer func() {
		if p := recover(); p != nil {
			a.cfg.Log.Error().Interface("panique", p).Bytes("pile", debug.Stack()).Msg("courriel illisible")
			err = fmt.Errorf("panique\u00a0: %v", p)
		}
	}()
	in, err := a.readMail(s, m)
	if err != nil {
		return err
	}
	return requests.Receive(s, box, in, sender)
}

// tooLarge is what the sender of a message that was not read whole is told.
const tooLarge = "Votre message était trop volumineux\u00a0: ni son texte ni ses fichiers n’ont pu être lus. Envoyez-le de nouveau, plus léger."

// readMail reads a message, and keeps the files that may be.
func (a *App) readMail(s *access.Session, m imap.Mail) (requests.Incoming, error) {
	in := requests.Incoming{Validity: m.Validity, UID: m.UID}
	l, err := letter.Read(m.Body, func(name string, r io.Reader) error {
		f, why, err := a.keepFile(s, name, r)
		if why != "" {
			in.NotKept = append(in.NotKept, why)
		} else if err == nil {
			in.Kept = append(in.Kept, f)
		}
		return err
	})
	in.Letter = l
	for _, refused := range l.Refused {
		why := refused.Why
		if refused.Name != "" {
			why = "«\u00a0" + refused.Name + "\u00a0»\u00a0: " + why
		}
		in.NotKept = append(in.NotKept, why)
	}
	switch {
	case errors.Is(err, letter.ErrUnreadable):
		return in, nil // from nobody: it is counted, and put away
	case errors.Is(err, letter.ErrTooLarge), err == nil && m.TooLarge:
		in.NotKept = append(in.NotKept, tooLarge)
		return in, nil
	}
	return in, err
}

// keepFile keeps a file of a message in the store, unless it is not one that is
// taken: why is then a French sentence. It passes through the disk, never whole
// through memory.
func (a *App) keepFile(s *access.Session, name string, r io.Reader) (kept requests.File, why string, err error) {
	f, err := os.CreateTemp(a.cfg.Dir, PartialPrefix+"*")
	if err != nil {
		return kept, "", err
	}
	defer os.Remove(f.Name())
	defer f.Close()
	size, err := io.Copy(f, r)
	if err != nil {
		return kept, "", err
	}
	if _, err := f.Seek(0, io.SeekStart); err != nil {
		return kept, "", err
	}
	admitted, err := attachment.Admit(name, f, size)
	if refusal, ok := errors.AsType[*attachment.Refusal](err); ok {
		return kept, refusal.Says, nil
	}
	if err != nil {
		return kept, "", err
	}
	kept, err = requests.Keep(s, admitted.Name, admitted.Type, admitted.Content)
	return kept, "", err
}
