package requests

import (
	"errors"
	"fmt"
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

// A Reading is what JIRA says of an issue.
type Reading struct {
	Status, Category string
	Resolution       string
	Updated          time.Time
	Comments         []Heard // public, oldest first, without ours
}

// Heard is a comment of somebody of level 2.
type Heard struct {
	ID, Author, Text string
}

// Mirror keeps what JIRA says of an issue: its state becomes that of the request,
// and its comments notes, once each.
func Mirror(s *access.Session, mark string, now Reading) error {
	var of Transmission
	var news []Heard
	var changed bool
	err := s.See(func(tx *data.Tx) (err error) {
		if of, err = Transmissions.Get(tx, mark); err != nil {
			return err
		}
		r, err := Requests.Get(tx, keyOf(of.Request))
		if err != nil {
			return err
		}
		if news, err = r.unheard(tx, now.Comments); err != nil {
			return err
		}
		p, err := supportOf(tx, of.UAI(), of.At)
		next := r
		next.sees(p, now, tx.Now)
		changed = next.Escalation != r.Escalation || next.State != r.State
		return err
	})
	if access.KindOf(err) == access.Missing {
		return nil
	}
	if err != nil {
		return err
	}
	note := func(tx *data.Tx) error {
		return renew(tx, mark, func(m *Transmission) {
			m.Read, m.Synced, m.Seen, m.Asked, m.Updated, m.Tries, m.Error = false, tx.Now, tx.Now, tx.Now, now.Updated, 0, ""
		})
	}
	if !changed && len(news) == 0 {
		return s.Upkeep(note)
	}
	return change(s, mirroring, of.Request, anyVersion, func(tx *data.Tx, r *Request) error {
		if !r.Escalation.Holds() || r.Escalation.Mark != mark {
			return note(tx)
		}
		return errors.Join(r.learn(tx, now), note(tx))
	})
}

// sees takes the state of an issue.
func (r *Request) sees(p Support, now Reading, at time.Time) {
	r.Escalation.Status, r.Escalation.Resolution = now.Status, now.Resolution
	if next := p.stateOf(now.Status, now.Category); next != "" {
		r.mirror(next, at)
	}
}

// unheard are the comments that the thread does not have yet.
func (r Request) unheard(tx *data.Tx, comments []Heard) (news []Heard, err error) {
	thread, err := threadOf(tx, r.Number)
	for _, c := range comments {
		if !slices.ContainsFunc(thread, func(e Entry) bool { return e.Origin == c.origin(r) }) {
			news = append(news, c)
		}
	}
	return news, err
}

// origin names a comment for ever, whatever issues a request had.
func (c Heard) origin(r Request) string { return r.Escalation.Key + "/" + c.ID }

// learn adds what is new of an issue to the request, and tells who handed it on.
func (r *Request) learn(tx *data.Tx, now Reading) error {
	news, err := r.unheard(tx, now.Comments)
	if err != nil {
		return err
	}
	for _, c := range news {
		text := c.Text
		if runes := []rune(text); len(runes) > MostText {
			text = string(runes[:MostText-1]) + "…"
		}
		if _, err := r.say(tx, Entry{Kind: Note, ByName: c.Author, Text: text, Origin: c.origin(*r)}); err != nil {
			return err
		}
	}
	p, err := supportOf(tx, r.UAI(), r.At)
	if err != nil {
		return err
	}
	was := r.Escalation.State
	r.sees(p, now, tx.Now)
	says := ""
	switch ended := r.Escalation.State == Closed && was != Closed; {
	case ended:
		says = "Le niveau 2 a terminé\u00a0: relisez sa réponse, puis répondez à l’utilisateur."
	case len(news) > 0:
		says = "Le niveau 2 a écrit dans cette demande."
	default:
		return nil
	}
	return r.tellEscalator(tx, "", fmt.Sprintf("niveau2.%d", r.Version), says)
}

// tellEscalator writes to who handed the request on, while they administer its
// establishment, else to those who would be told of a message.
func (r Request) tellEscalator(tx *data.Tx, by, what, says string) error {
	may, err := mayHandle(tx, r.Escalation.By, r.At)
	switch {
	case err != nil:
		return err
	case may && r.Escalation.By != by:
		return r.tellOne(tx, r.Escalation.By, what, says, r.From.Name)
	case may:
		return nil
	}
	return r.tell(tx, by, what, says, r.From.Name)
}

// Hooked has an issue of an establishment read again, because a hook says that it
// changed. An issue of no request of ours changes nothing.
func Hooked(s *access.Session, uai, issue string) error {
	var mark string
	err := s.See(func(tx *data.Tx) error {
		for m, err := range transmissionsBySchool.All(tx, uai) {
			if err != nil {
				return err
			}
			if m.Issue == issue && !m.Over && !m.Read {
				mark = m.Mark
			}
		}
		return nil
	})
	if err != nil || mark == "" {
		return err
	}
	return s.Upkeep(func(tx *data.Tx) error {
		return renew(tx, mark, func(m *Transmission) { m.reread(tx.Now) })
	})
}

// reread has an issue read again, soon.
func (m *Transmission) reread(now time.Time) {
	if m.Over || m.Read {
		return
	}
	if !m.works() {
		m.Due = now
		if next := m.Synced.Add(hookPause); next.After(now) {
			m.Due = next
		}
	}
	m.Read = true
}
