package requests

import (
	"errors"
	"slices"
	"time"

	"preau/app/access"
	"preau/app/directory"
	"preau/data"
)

// pauses are how long what JIRA did not take waits after each failed try. It is
// never given up: somebody calls it off, or takes the request back.
var pauses = []time.Duration{time.Minute, 2 * time.Minute, 5 * time.Minute, 15 * time.Minute, time.Hour, 3 * time.Hour, 6 * time.Hour}

// hookPause is the least time between two readings of an issue that hooks ask for.
const hookPause = 10 * time.Second

var (
	arrived     = access.NewAction("request.level2-made", "Demande reçue au niveau 2", access.HandleRequests, data.Info)
	mirroring   = access.NewAction("request.level2-news", "Nouvelles du niveau 2", access.HandleRequests, data.Info)
	transFailed = access.NewAction("request.level2-failed", "Échec de la transmission au niveau 2", access.HandleRequests, data.Attention)
)

// A Load is a transmission whose turn has come, with what it takes to do its next
// errand.
type Load struct {
	Transmission
	Support Support
	About   Request
	School  directory.Card
}

// DueTransmissions returns up to n transmissions whose turn has come, those that
// waited longest first.
func DueTransmissions(tx *data.Tx, n int) (due []Load, err error) {
	for m, err := range transmissionsDue.Starting(tx, "") {
		if err != nil || m.Due.After(tx.Now) || len(due) == n {
			return due, err
		}
		l := Load{Transmission: m}
		if l.Support, err = supportOf(tx, m.UAI(), m.At); err != nil {
			return nil, err
		}
		if l.About, err = Requests.Get(tx, keyOf(m.Request)); err != nil {
			return nil, err
		}
		if l.School, err = directory.Cards.Get(tx, m.UAI()); err != nil {
			return nil, err
		}
		due = append(due, l)
	}
	return due, nil
}

// renew does something to a transmission as it is now. One that is gone is left so.
func renew(tx *data.Tx, mark string, fn func(*Transmission)) error {
	m, err := Transmissions.Get(tx, mark)
	if errors.Is(err, data.ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	fn(&m)
	return m.settle(tx)
}

// settle keeps a transmission, unless its escalation has ended and nothing is left
// to do.
func (m Transmission) settle(tx *data.Tx) error {
	if m.Over && !m.works() {
		return Transmissions.Delete(tx, m.Mark)
	}
	return Transmissions.Put(tx, m)
}

// Begin notes that an issue is about to be made: from then on, there may be one.
// It reports false for what was called off meanwhile: there, none is to be made.
func Begin(s *access.Session, mark string) (still bool, err error) {
	err = s.Upkeep(func(tx *data.Tx) error {
		return renew(tx, mark, func(m *Transmission) {
			if still = !m.Over; still {
				m.Begun = true
			}
		})
	})
	return still, err
}

// Absent notes that no issue was ever made of what was called off.
func Absent(s *access.Session, mark string) error {
	return s.Upkeep(func(tx *data.Tx) error {
		return renew(tx, mark, func(m *Transmission) {
			if m.Over && m.Issue == "" {
				m.Errands = nil
			}
		})
	})
}

// Reached notes the issue that JIRA has of a request. From then on the request is
// its, unless it was called off meanwhile.
func Reached(s *access.Session, mark, issue, link string) error {
	var of Transmission
	err := s.See(func(tx *data.Tx) (err error) {
		of, err = Transmissions.Get(tx, mark)
		return err
	})
	if access.KindOf(err) == access.Missing {
		return nil
	}
	if err != nil {
		return err
	}
	note := func(m *Transmission) {
		m.Issue, m.Tries, m.Error = issue, 0, ""
		m.Errands = slices.DeleteFunc(m.Errands, func(e Errand) bool { return e.Kind == MakeIssue })
		m.Read = !m.Over
	}
	gone := errors.New("called off")
	err = change(s, arrived, of.Request, anyVersion, func(tx *data.Tx, r *Request) error {
		if !r.Escalation.Pending() || r.Escalation.Mark != mark {
			return gone
		}
		r.Escalation.Key, r.Escalation.Link, r.Escalation.Changed = issue, link, tx.Now
		tx.Note("%s", issue)
		return renew(tx, mark, note)
	})
	if errors.Is(err, gone) {
		return s.Upkeep(func(tx *data.Tx) error { return renew(tx, mark, note) })
	}
	return err
}

// Carried notes that an errand was done.
func Carried(s *access.Session, mark, errand string) error {
	return s.Upkeep(func(tx *data.Tx) error {
		return renew(tx, mark, func(m *Transmission) {
			m.Errands = slices.DeleteFunc(m.Errands, func(e Errand) bool { return e.Mark == errand })
			m.Tries, m.Error = 0, ""
		})
	})
}

// Dropped notes a file that JIRA will never take: the issue says so in its place,
// and the history of the request too.
func Dropped(s *access.Session, mark, errand, says string) error {
	return s.Upkeep(func(tx *data.Tx) error {
		m, err := Transmissions.Get(tx, mark)
		if errors.Is(err, data.ErrNotFound) {
			return nil
		}
		if err != nil {
			return err
		}
		i := slices.IndexFunc(m.Errands, func(e Errand) bool { return e.Mark == errand })
		if i < 0 {
			return nil
		}
		name := m.Errands[i].File.Name
		m.Errands[i] = Errand{Kind: AddComment, Mark: errand, Text: "Le fichier «\u00a0" + plain(name) + "\u00a0» n’a pas pu être joint ici."}
		m.Tries, m.Error = 0, ""
		r, err := Requests.Get(tx, keyOf(m.Request))
		if err != nil {
			return err
		}
		return errors.Join(Transmissions.Put(tx, m), tx.Tell(data.Fact{Action: transFailed.Action, About: r, Note: name + "\u00a0: " + says}))
	})
}

// A Setback is why JIRA did not take something.
type Setback struct {
	Says      string
	Temporary bool          // it may pass by itself
	Wait      time.Duration // at least, before the next try
}

// SetBack notes a failure: the history of the request tells of the first, and the
// next try has its pause.
func SetBack(s *access.Session, mark string, b Setback) error {
	return s.Upkeep(func(tx *data.Tx) error {
		m, err := Transmissions.Get(tx, mark)
		if errors.Is(err, data.ErrNotFound) {
			return nil
		}
		if err != nil {
			return err
		}
		pause := pauses[len(pauses)-1]
		if b.Temporary {
			pause = pauses[min(m.Tries, len(pauses)-1)]
		}
		first := m.Error == ""
		m.Due, m.Error = tx.Now.Add(max(pause, b.Wait)), b.Says
		m.Tries++
		if err := Transmissions.Put(tx, m); err != nil || !first {
			return err
		}
		r, err := Requests.Get(tx, keyOf(m.Request))
		if err != nil {
			return err
		}
		return tx.Tell(data.Fact{Action: transFailed.Action, About: r, Note: b.Says})
	})
}
