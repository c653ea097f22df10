package directory

import (
	"errors"
	"fmt"
	"time"

	"preau/app/access"
	"preau/app/post"
	"preau/data"
)

// Retention is how long a deleted account is kept: the order on ENTs allows
// three months.
const Retention = 89 * 24 * time.Hour

// longestGap is the most time between two purges: beyond it the clock is more
// likely to be wrong than the purge to be late.
const longestGap = 40 * 24 * time.Hour

var (
	purging      = access.NewAction("user.purge", "Purge des comptes supprimés depuis trois mois", access.RunAppliance, data.Attention)
	trustingTime = access.NewAction("appliance.clock", "Horloge de la machine vérifiée : la purge reprend", access.RunAppliance, data.Important)
)

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

// purgeBatch is how many people one transaction erases.
const purgeBatch = 500

// An Eraser removes what an area keeps of somebody who is being erased.
type Eraser func(*data.Tx, User) error

// purgeRun is the run of every purge: one that was killed is resumed by the next.
const purgeRun = "purge"

// PurgeDeleted erases the people whose account has been deleted for longer than
// the retention, with what the journal and the reports say of them, and in the
// same transactions what the areas above keep of each, by theirs. It refuses when
// the clock may be wrong, until TrustClock.
func PurgeDeleted(s *access.Session, theirs ...Eraser) error {
	if !s.Can(access.RunAppliance, "") {
		return access.NotAllowed()
	}
	var due []string
	err := s.See(func(tx *data.Tx) (err error) {
		if err = trusted(tx); err != nil {
			return err
		}
		due, err = dueUsers(tx)
		return err
	})
	if err != nil {
		return err
	}
	if err := s.Begin(purging, purgeRun); err != nil {
		return err
	}
	n, err := eraseDue(s, due, theirs)
	if err != nil {
		return err
	}
	return s.End(purging, purgeRun, func(tx *data.Tx) ([]data.Fact, error) {
		p := Purge{tx.Now, n}
		return []data.Fact{{Action: purging.Action, About: p, Note: counted(n, "compte", "comptes")}}, Purges.Put(tx, p)
	})
}

// LastPurge returns what the last purge did.
func LastPurge(s *access.Session) (p Purge, err error) {
	return p, s.See(func(tx *data.Tx) error {
		p, err = Purges.Get(tx, p.Key())
		return err
	})
}

func counted(n int, one, many string) string {
	if n < 2 {
		return fmt.Sprint(n, " ", one)
	}
	return fmt.Sprint(n, " ", many)
}

// trusted refuses a clock that went back, or too far since the last purge.
func trusted(tx *data.Tx) error {
	last, err := Purges.Get(tx, Purge{}.Key())
	if errors.Is(err, data.ErrNotFound) {
		return nil
	}
	if gap := tx.Now.Sub(last.At); err == nil && (gap > longestGap || gap < 0) {
		return access.Conflict(fmt.Sprintf("La dernière purge remonte au %s : l’horloge de la machine est peut-être fausse, rien n’a été purgé. Vérifiez-la, puis confirmez.", last.At.Local().Format("02/01/2006")))
	}
	return err
}

// TrustClock tells that the clock of the machine is right after all: purges go on.
func TrustClock(s *access.Session) error {
	return s.Do(trustingTime, func(tx *data.Tx) (data.Row, error) {
		p := Purge{At: tx.Now}
		return p, Purges.Put(tx, p)
	})
}

func (u User) due(now time.Time) bool {
	return u.State() == Deleted && now.Sub(u.DeletedAt) > Retention
}

func dueUsers(tx *data.Tx) (due []string, err error) {
	for u, err := range Users.All(tx) {
		if err != nil {
			return nil, err
		}
		if u.due(tx.Now) {
			due = append(due, u.ID)
		}
	}
	return due, nil
}

// eraseDue erases people by bounded transactions, but those whom an import has
// restored meanwhile, and returns how many.
func eraseDue(s *access.Session, due []string, theirs []Eraser) (n int, err error) {
	for from := 0; from < len(due); from += purgeBatch {
		err := s.Bulk(purging, purgeRun, func(tx *data.Tx) error {
			erased := map[string]bool{}
			for _, id := range due[from:min(from+purgeBatch, len(due))] {
				u, err := Users.Get(tx, id)
				if isMissing(err) || err == nil && !u.due(tx.Now) {
					continue
				}
				if err != nil {
					return err
				}
				for _, erase := range theirs {
					if err := erase(tx, u); err != nil {
						return err
					}
				}
				if err := eraseUser(tx, id); err != nil {
					return err
				}
				erased[id] = true
			}
			n += len(erased)
			return eraseOutcomes(tx, erased)
		})
		if err != nil {
			return n, err
		}
	}
	return n, nil
}

// eraseUser removes every trace that names somebody: the account, what the
// federated directory said, what the journal tells.
func eraseUser(tx *data.Tx, id string) error {
	u, err := Users.Get(tx, id)
	if err != nil {
		return err
	}
	err = errors.Join(access.EndSessions(tx, id), Users.Delete(tx, id), access.Forget(tx, id), dropChildCode(tx, id), dropHandout(tx, id), eraseFromActions(tx, id), forgetDistinct(tx, id), post.Forget(tx, u.Email.Value()))
	var sources []string
	for s, failed := range SourcesByUser.All(tx, id) {
		err = errors.Join(err, failed)
		sources = append(sources, s.ID)
	}
	for _, source := range sources {
		err = errors.Join(err, Sources.Delete(tx, source))
	}
	if opened, failed := Recents.Has(tx, id); opened || failed != nil {
		err = errors.Join(err, failed, Recents.Delete(tx, id))
	}
	return errors.Join(err, data.Erase(tx, Users.Name(), id), data.Erase(tx, access.Accounts.Name(), id))
}

// eraseOutcomes takes the names of people out of the reports of imports.
func eraseOutcomes(tx *data.Tx, erased map[string]bool) error {
	if len(erased) == 0 {
		return nil
	}
	var lines []Outcome
	for o, err := range Outcomes.All(tx) {
		if err != nil {
			return err
		}
		if erased[o.User] {
			lines = append(lines, o)
		}
	}
	for _, o := range lines {
		o.Who, o.User, o.ID, o.Says = "", "", "", "Personne effacée depuis."
		if err := Outcomes.Put(tx, o); err != nil {
			return err
		}
	}
	return nil
}
