package directory

import (
	"errors"
	"fmt"
	"time"

	"preau/app/access"
	"preau/data"
)

// Retention is how long a deleted account is kept: the order on ENTs allows
// three months.
const Retention = 89 * 24 * time.Hour

// longestGap is the most time between two purges: beyond it the clock is more
// likely to be wrong than the purge to be late.
const longestGap = 40 * 24 * time.Hour

var purging = access.NewAction("user.purge", "Purge des comptes supprimés depuis trois mois", access.RunAppliance, data.Attention)

// A Purge is the record of the last purge.
type Purge struct {
	At    time.Time `cbor:"at"`
	Count int       `cbor:"n"`
}

// Key is always the same: there is one row.
func (Purge) Key() string { return "purge" }

// Places is the whole appliance.
func (Purge) Places() []data.Place { return []data.Place{""} }

// Label names the purge in the journal.
func (Purge) Label() string { return "Purge" }

const purgeBatch = 500

// PurgeDeleted erases the people whose account has been deleted for longer than
// the retention, with what the journal says of them.
func PurgeDeleted(s *access.Session) error {
	var due []string
	last := Purge{}
	err := s.See(func(tx *data.Tx) error {
		p, err := Purges.Get(tx, Purge{}.Key())
		if err != nil && !errors.Is(err, data.ErrNotFound) {
			return err
		}
		last = p
		for u, err := range Users.All(tx) {
			if err != nil {
				return err
			}
			if u.State() == Deleted && tx.Now.Sub(u.DeletedAt) > Retention {
				due = append(due, u.ID)
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	if gap := s.Now().Sub(last.At); !last.At.IsZero() && (gap > longestGap || gap < 0) {
		return access.Conflict(fmt.Sprintf("La dernière purge remonte au %s : l’horloge de la machine est peut-être fausse, rien n’a été purgé.", last.At.Format("02/01/2006")))
	}
	return purge(s, due)
}

func purge(s *access.Session, due []string) error {
	run := "purge-" + s.Now().UTC().Format("20060102T150405")
	if err := s.Begin(purging, run); err != nil {
		return err
	}
	for from := 0; from < len(due); from += purgeBatch {
		err := s.Bulk(purging, run, func(tx *data.Tx) error {
			for _, id := range due[from:min(from+purgeBatch, len(due))] {
				if err := eraseUser(tx, id); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	return s.End(purging, run, func(tx *data.Tx) ([]data.Fact, error) {
		p := Purge{tx.Now, len(due)}
		return []data.Fact{{Action: purging.Action, About: p, Note: fmt.Sprintf("%d comptes", len(due))}}, Purges.Put(tx, p)
	})
}

// eraseUser removes every trace that names somebody.
func eraseUser(tx *data.Tx, id string) error {
	err := errors.Join(access.EndSessions(tx, id), Users.Delete(tx, id), access.Forget(tx, id))
	return errors.Join(err, data.Erase(tx, Users.Name(), id), data.Erase(tx, access.Accounts.Name(), id))
}
