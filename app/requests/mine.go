package requests

import (
	"errors"
	"io"
	"slices"
	"time"
	"unicode/utf8"

	"preau/app/access"
	"preau/data"
)

// What requesters may do, and until when.
const (
	ReopenLife  = 14 * 24 * time.Hour // after the closing: later, a linked request is made
	SatisfyLife = 12 * time.Hour      // during which an opinion can be changed
)

// Mine is a request as its requester reads it: no note, nor what is said of it
// between administrators.
type Mine struct {
	Number      int
	UAI, School string
	Received    time.Time
	ActedAt     time.Time
	ClosedAt    time.Time
	State       State
	Service     Service
	Type        Type
	Priority    Priority
	Summary     string
	Problem     string
	Files       []File
	Assignee    string // name
	Thread      []Entry
	Satisfied   Satisfaction
	MayReopen   bool
	MaySatisfy  bool
	Folded      bool // it was merged into another
	Into        int  // number of that one, when it is theirs too
	Linked      []int
	Until       time.Time
}

func mineOf(tx *data.Tx, r Request) (m Mine, err error) {
	m = Mine{Number: r.Number, UAI: r.UAI(), Received: r.Received, ActedAt: r.ActedAt, ClosedAt: r.ClosedAt, State: r.State, Service: r.Service, Type: r.Type, Priority: r.Priority,
		Summary: r.Summary, Problem: r.Problem, Files: r.Files, Assignee: r.AssigneeName, Satisfied: r.Satisfied, Until: r.Until, Folded: r.Merged.Into != 0}
	m.MayReopen = r.State == Closed && r.Merged.Into == 0 && tx.Now.Sub(r.ClosedAt) <= ReopenLife
	m.MaySatisfy = r.State == Closed && r.Merged.Into == 0 && (r.Satisfied.Score == 0 || tx.Now.Sub(r.Satisfied.At) <= SatisfyLife)
	if m.School, err = schoolOf(tx, r.At); err != nil {
		return m, err
	}
	for _, to := range append([]int{r.Merged.Into}, links(r)...) {
		other, err := Requests.Get(tx, keyOf(to))
		if err != nil && !errors.Is(err, data.ErrNotFound) {
			return m, err
		}
		if !other.participates(r.From.Account) {
			continue
		}
		if to == r.Merged.Into {
			m.Into = to
		} else {
			m.Linked = append(m.Linked, to)
		}
	}
	return m, nil
}

func links(r Request) (to []int) {
	for _, l := range r.Links {
		to = append(to, l.To)
	}
	return to
}

// AllMine lists the requests of the person, latest action first.
func AllMine(s *access.Session) (all []Mine, err error) {
	err = s.See(func(tx *data.Tx) error {
		tx = asking.Over(tx)
		for r, err := range RequestsByPerson.All(tx, s.Account.ID) {
			if err != nil {
				return err
			}
			m, err := mineOf(tx, r)
			if err != nil {
				return err
			}
			all = append(all, m)
		}
		return nil
	})
	slices.SortFunc(all, func(a, b Mine) int { return b.ActedAt.Compare(a.ActedAt) })
	return all, err
}

// ReadMine returns one request of the person, with its public thread.
func ReadMine(s *access.Session, number int) (m Mine, err error) {
	err = s.See(func(tx *data.Tx) error {
		tx = asking.Over(tx)
		r, thread, err := ownThread(tx, s, number)
		if err != nil {
			return err
		}
		if m, err = mineOf(tx, r); err != nil {
			return err
		}
		m.Thread = thread
		return nil
	})
	return m, err
}

// ownThread reads a request of the person and what they may read of its thread.
func ownThread(tx *data.Tx, s *access.Session, number int) (Request, []Entry, error) {
	r, err := Requests.Get(tx, keyOf(number))
	if err == nil && !r.participates(s.Account.ID) {
		err = data.ErrNotFound
	}
	if err != nil {
		return r, nil, err
	}
	thread, err := threadOf(tx, number)
	return r, public(thread), err
}

// OpenMyFile returns a file that the person may read in a request of theirs.
func OpenMyFile(s *access.Session, number int, id string) (f File, content io.ReadSeeker, err error) {
	err = s.See(func(tx *data.Tx) error {
		r, thread, err := ownThread(asking.Over(tx), s, number)
		if err != nil {
			return err
		}
		f, err = fileAmong(r, thread, id)
		return err
	})
	if err != nil {
		return f, nil, err
	}
	return open(s, f)
}

var (
	replying   = access.NewAction("request.reply", "Message du demandeur", access.Oneself, data.Info)
	reopening  = access.NewAction("request.reopen", "Demande rouverte par le demandeur", access.Oneself, data.Info)
	satisfying = access.NewAction("request.satisfaction", "Avis du demandeur", access.Oneself, data.Info)
)

// Reply adds a message of the requester to the thread of their request. It takes
// one that waits back in progress. The same one sent again at once is the first.
func Reply(s *access.Session, number int, text string, files []File) error {
	return once(own(s, replying, number, func(tx *data.Tx, r *Request) error {
		switch {
		case r.Merged.Into != 0:
			return refuseFolded()
		case r.State == Closed:
			return access.Conflict("Cette demande est clôturée\u00a0: rouvrez-la pour la compléter, ou faites une nouvelle demande.")
		}
		if err := checkMessage("message", "Rédigez votre message.", text, files); err != nil {
			return err
		}
		twice, err := r.saidAlready(tx, s.Account.ID, text, files)
		if err != nil {
			return err
		}
		if twice {
			return errTwice
		}
		if err := spend(tx, s.Account.ID); err != nil {
			return err
		}
		return r.spoken(tx, Entry{By: s.Account.ID, ByName: s.Account.Name, Text: text, Files: files})
	}))
}

// saidAlready reports whether the last entry of the thread is the same message, of
// a moment ago.
func (r Request) saidAlready(tx *data.Tx, by, text string, files []File) (bool, error) {
	last, err := Entries.Get(tx, Entry{Request: r.Number, Rank: r.Thread}.Key())
	if errors.Is(err, data.ErrNotFound) {
		return false, nil
	}
	same := slices.EqualFunc(last.Files, files, func(a, b File) bool { return slices.Equal(a.Sum, b.Sum) })
	return last.Kind == Message && last.By == by && last.Text == text && same && tx.Now.Sub(last.Made) < twinLife, err
}

// refuseFolded refuses to go on with a merged request, without the number of the
// other: it may be somebody else's.
func refuseFolded() error {
	return access.Conflict("Cette demande est traitée avec une autre\u00a0: pour la compléter, faites une nouvelle demande.")
}

// spoken adds a message of the requester, and tells those who answer.
func (r *Request) spoken(tx *data.Tx, e Entry) error {
	e.Kind = Message
	e, err := r.say(tx, e)
	if err != nil {
		return err
	}
	switch {
	case r.Escalation.Holds() && r.Escalation.Kind == Jira: // its state is that of level 2
	case r.Escalation.Holds() && r.Escalation.State == Waiting:
		r.Escalation.Status = InProgress.Label()
		r.mirror(InProgress, tx.Now)
	case r.State == Waiting:
		r.become(InProgress, tx.Now)
	}
	if err := r.pass(tx, e); err != nil {
		return err
	}
	return tellSpoken(tx, *r, e.By, e.Rank)
}

// Reopen takes a closed request of the person back in progress, with what they
// have to say. After ReopenLife it makes a new request, linked to that one. It
// returns the number of the request that is open.
func Reopen(s *access.Session, number int, text string, files []File) (int, error) {
	again := number
	err := own(s, reopening, number, func(tx *data.Tx, r *Request) error {
		if err := checkMessage("message", "Dites ce qui ne va pas encore.", text, files); err != nil {
			return err
		}
		if err := spend(tx, s.Account.ID); err != nil {
			return err
		}
		switch {
		case r.Merged.Into != 0:
			return refuseFolded()
		case r.State != Closed:
			return access.Conflict("Cette demande n’est pas clôturée\u00a0: ajoutez-y un message.")
		case tx.Now.Sub(r.ClosedAt) > ReopenLife:
			next, err := r.follow(tx, text, files)
			again = next.Number
			return err
		}
		r.become(InProgress, tx.Now)
		return r.spoken(tx, Entry{By: s.Account.ID, ByName: s.Account.Name, Text: text, Files: files})
	})
	return again, once(err)
}

// follow makes a request that goes on from one closed long ago. It is errTwice, with
// its number, for one that was just made.
func (r *Request) follow(tx *data.Tx, text string, files []File) (Request, error) {
	next := Request{At: r.At, From: r.From, Channel: FormChannel, Problem: text, Files: files, Summary: r.Summary}
	made, err := next.twin(tx)
	if err != nil {
		return next, err
	}
	if made > 0 {
		next.Number = made
		return next, errTwice
	}
	if err := r.goesOn(tx, &next, r.From.Account); err != nil {
		return next, err
	}
	tx.Note("Clôturée depuis plus de 14 jours\u00a0: une nouvelle demande la suit")
	return next, tx.Also(data.Fact{Action: declaring.Action, About: next, Note: "Suite de la demande " + numbered(r.Number)})
}

// goesOn makes next, linked to a request whose place, service and kind it has,
// acknowledges it and tells of it. The caller puts r.
func (r *Request) goesOn(tx *data.Tx, next *Request, by string, refused ...string) error {
	next.At, next.Service, next.Type, next.Priority, next.State = r.At, r.Service, r.Type, r.Priority, Open
	if err := begin(tx, next); err != nil {
		return err
	}
	next.Links = []Link{{r.Number, Related}}
	r.Links = append(r.Links, Link{next.Number, Related})
	return errors.Join(Requests.Put(tx, *next), acknowledge(tx, *next, refused...), tellNew(tx, *next, by))
}

// Satisfy keeps what the requester thinks of a closed request, from 1 to 5. It
// can be changed for twelve hours.
func Satisfy(s *access.Session, number, score int, comment string) error {
	return own(s, satisfying, number, func(tx *data.Tx, r *Request) error {
		switch {
		case r.State != Closed || r.Merged.Into != 0:
			return access.Conflict("Votre avis sera demandé quand la demande sera clôturée.")
		case score < 1 || score > 5:
			return access.Wrong("avis", "Choisissez une note de 1 à 5.")
		case utf8.RuneCountInString(comment) > 1000:
			return access.Wrong("commentaire", "Le commentaire compte 1\u202f000 caractères au plus.")
		case r.Satisfied.Score != 0 && tx.Now.Sub(r.Satisfied.At) > SatisfyLife:
			return access.Conflict("Votre avis a déjà été enregistré\u00a0: il ne peut plus être changé après douze heures.")
		}
		if r.Satisfied.Score == 0 {
			r.Satisfied.At = tx.Now
		}
		r.Satisfied.Score, r.Satisfied.Comment = score, comment
		return nil
	})
}
