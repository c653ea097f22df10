package requests

import (
	"errors"
	"maps"
	"slices"
	"time"

	"preau/app/access"
	"preau/data"
)

// A Draft is what somebody typed in a form and has not sent: it survives the
// page, the session and the appliance.
type Draft struct {
	Account string            `cbor:"id"`
	Screen  string            `cbor:"on"` // such as « 123/reponse »
	Fields  map[string]string `cbor:"fields"`
	Files   []File            `cbor:"files,omitempty"`
	At      time.Time         `cbor:"t"`
}

// Key is the account, then the screen.
func (d Draft) Key() string { return d.Account + "/" + d.Screen }

// Places is the whole appliance: a draft is read by its author alone, through
// their own operations.
func (d Draft) Places() []data.Place { return []data.Place{""} }

// Blobs are the files that the row holds.
func (d Draft) Blobs() []string { return blobsOf(d.Files) }

// Empty reports whether nothing was typed.
func (d Draft) Empty() bool { return len(d.Fields) == 0 && len(d.Files) == 0 }

// Drafts are the unsent forms of everybody.
var Drafts = data.NewTable[Draft]("request-drafts").Unlogged()

// drafting keeps what the author alone typed.
var drafting = data.NewCrossing("requests.drafts", "Garder et retrouver ce que la personne connectée a saisi sans l’envoyer")

// DraftLife is how long a draft is kept.
const DraftLife = 30 * 24 * time.Hour

// Bounds of a draft.
const (
	draftFields = 30
	draftBytes  = 60_000
)

// Jot keeps what the person typed on a screen; nothing typed drops the draft.
// Files are added to those that the draft holds.
func Jot(s *access.Session, screen string, fields map[string]string, files ...File) error {
	return jot(s, s.Account.ID, screen, fields, files)
}

// JotFor keeps what somebody typed and sent once their session was over, as Jot
// does, for them to find when they are signed in again. Whoever calls has proof
// that the form was theirs. An account that is closed gets nothing.
func JotFor(g *access.Gate, account, screen string, fields map[string]string) error {
	s := g.System("Brouillons")
	open := false
	err := s.See(func(tx *data.Tx) error {
		a, err := access.Accounts.Get(tx, account)
		open = err == nil && !a.Suspended && !a.Deleted
		if errors.Is(err, data.ErrNotFound) {
			err = nil
		}
		return err
	})
	if err != nil || !open {
		return err
	}
	return jot(s, account, screen, fields, nil)
}

func jot(s *access.Session, account, screen string, fields map[string]string, files []File) error {
	fields = maps.Clone(fields)
	size := 0
	for name, value := range fields {
		if size += len(name) + len(value); value == "" {
			delete(fields, name)
		}
	}
	if len(screen) > 60 || len(fields) > draftFields || size > draftBytes {
		return &access.Refusal{Kind: access.Malformed, Says: "Ce brouillon est trop long pour être gardé."}
	}
	return s.Upkeep(func(tx *data.Tx) error {
		tx = drafting.Over(tx)
		d, err := draftOf(tx, account, screen)
		if err != nil {
			return err
		}
		d.Fields, d.Files, d.At = fields, joined(d.Files, files), tx.Now
		if len(d.Files) > MostFiles {
			d.Files = d.Files[:MostFiles]
		}
		if d.Empty() {
			return drop(tx, d)
		}
		return Drafts.Put(tx, d)
	})
}

func draftOf(tx *data.Tx, account, screen string) (Draft, error) {
	d, err := Drafts.Get(tx, Draft{Account: account, Screen: screen}.Key())
	if errors.Is(err, data.ErrNotFound) {
		return Draft{Account: account, Screen: screen}, nil
	}
	return d, err
}

func drop(tx *data.Tx, d Draft) error {
	if err := Drafts.Delete(tx, d.Key()); !errors.Is(err, data.ErrNotFound) {
		return err
	}
	return nil
}

// DraftOf returns what the person typed on a screen, empty if nothing.
func DraftOf(s *access.Session, screen string) (d Draft, err error) {
	err = s.See(func(tx *data.Tx) error {
		d, err = draftOf(drafting.Over(tx), s.Account.ID, screen)
		return err
	})
	return d, err
}

// Discard forgets the draft of a screen, as when it was sent.
func Discard(s *access.Session, screen string) error {
	return s.Upkeep(func(tx *data.Tx) error {
		return drop(drafting.Over(tx), Draft{Account: s.Account.ID, Screen: screen})
	})
}

// DropFile takes a file from a draft.
func DropFile(s *access.Session, screen, id string) error {
	return s.Upkeep(func(tx *data.Tx) error {
		tx = drafting.Over(tx)
		d, err := draftOf(tx, s.Account.ID, screen)
		if err != nil {
			return err
		}
		d.Files = slices.DeleteFunc(d.Files, func(f File) bool { return f.ID == id })
		if d.Empty() {
			return drop(tx, d)
		}
		return Drafts.Put(tx, d)
	})
}

// SweepDrafts forgets the drafts of long ago. The job of the appliance calls it.
func SweepDrafts(s *access.Session) error {
	return s.Upkeep(func(tx *data.Tx) error {
		var old []Draft
		for d, err := range Drafts.All(tx) {
			if err != nil {
				return err
			}
			if tx.Now.Sub(d.At) > DraftLife {
				old = append(old, d)
			}
		}
		for _, d := range old {
			if err := drop(tx, d); err != nil {
				return err
			}
		}
		return nil
	})
}
