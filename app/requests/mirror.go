package requests

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"preau/app/access"
	"preau/data"
)

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
