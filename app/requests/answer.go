package requests

import (
	"errors"
	"time"

	"preau/app/access"
	"preau/data"
)

var (
	solving   = access.NewAction("request.solve", "Solution enregistrée", access.HandleRequests, data.Info)
	closing   = access.NewAction("request.close", "Demande clôturée", access.HandleRequests, data.Info)
	answering = access.NewAction("request.answer", "Réponse à l’utilisateur", access.HandleRequests, data.Info)
	noting    = access.NewAction("request.note", "Note interne", access.HandleRequests, data.Info)
	stating   = access.NewAction("request.state", "Changement d’état d’une demande", access.HandleRequests, data.Info)
)

// A Solve is what the third tab saves.
type Solve struct {
	Solution string
	Resolved bool
	ClosedAt time.Time // of a resolved one: zero for now
}

// Solved saves « Solution apportée », which nobody is sent, and closes the request
// when it is resolved. Once an answer was sent, it may be closed without another.
func Solved(s *access.Session, number int, version uint64, f Solve) error {
	act := solving
	if f.Resolved {
		act = closing
	}
	return change(s, act, number, version, func(tx *data.Tx, r *Request) error {
		if err := r.refuseAnswer(s); err != nil {
			return err
		}
		wrong := map[string]string{}
		switch says, left := tooLong(f.Solution), unfilled(f.Solution); {
		case says != "":
			wrong["solution"] = says
		case left != "":
			wrong["solution"] = left
		case f.Solution == "" && (!f.Resolved || r.AnsweredAt.IsZero()):
			wrong["solution"] = "Rédigez la solution apportée\u00a0: c’est ce que l’utilisateur lira."
		}
		if f.Resolved {
			r.checkClosing(tx, f.ClosedAt, wrong)
		}
		if len(wrong) > 0 {
			return access.WrongFields(wrong)
		}
		if f.Resolved && r.State != Closed && r.Escalation.Holds() && r.Escalation.State != Closed {
			return r.refuseLocked()
		}
		r.Solution = f.Solution
		if f.Resolved && r.State != Closed {
			return r.close(tx, s.Account.ID, f.ClosedAt)
		}
		if f.Resolved && !f.ClosedAt.IsZero() {
			r.ClosedAt = f.ClosedAt
		}
		return nil
	})
}

// checkClosing returns what is wrong with a time of closing.
func (r Request) checkClosing(tx *data.Tx, at time.Time, wrong map[string]string) {
	switch {
	case at.IsZero():
	case at.After(tx.Now):
		wrong["cloture"] = "La date de clôture est dans l’avenir."
	case at.Before(r.Received.Truncate(time.Minute)):
		wrong["cloture"] = "La date de clôture précède la réception de la demande."
	}
}

// close ends a request, at a time that was checked: zero for now.
func (r *Request) close(tx *data.Tx, by string, at time.Time) error {
	if !r.State.Becomes(Closed) {
		return refuseState(r.State, Closed)
	}
	if at.IsZero() {
		at = tx.Now
	}
	r.become(Closed, tx.Now)
	r.ClosedAt, r.ClosedBy = at, by
	return nil
}

func refuseState(from, to State) error {
	return access.Conflict("Une demande «\u00a0" + from.Label() + "\u00a0» ne peut pas devenir «\u00a0" + to.Label() + "\u00a0».")
}

// refuseAnswer refuses to answer the requester of a merged request, or in the name
// of the queue of level 2: it writes to the local administrator only.
func (r Request) refuseAnswer(s *access.Session) error {
	switch {
	case r.Merged.Into != 0:
		return r.refuseLocked()
	case r.Escalation.Holds() && r.Escalation.Kind == Internal && s.RoleOver(r.Places()) == access.Level2Support:
		return access.Conflict("Le niveau 2 écrit à l’administrateur local, qui répond à l’utilisateur. Choisissez «\u00a0Répondre au niveau 1\u00a0», ou «\u00a0Reprendre\u00a0» pour traiter la demande vous-même.")
	}
	return nil
}

// SendAnswer sends the saved solution to the requester, once: it becomes an
// answer of the thread, and a mail when they have an address. One that somebody
// else changed since the version that was read is not sent. It is the first answer
// that takes an open request in progress.
func SendAnswer(s *access.Session, number int, version uint64) (mailed bool, err error) {
	err = change(s, answering, number, anyVersion, func(tx *data.Tx, r *Request) error {
		if err := r.refuseAnswer(s); err != nil {
			return err
		}
		switch {
		case r.Solution == "":
			return access.Conflict("Cette réponse a déjà été envoyée. Pour répondre encore, rédigez une autre solution et enregistrez-la.")
		case version != anyVersion && version != r.Version:
			return overtaken(tx, *r)
		}
		if err := CheckFilled(r.Solution); err != nil {
			return err
		}
		e, err := r.say(tx, Entry{Kind: Answer, By: s.Account.ID, ByName: s.Account.Name, Text: r.Solution})
		if err != nil {
			return err
		}
		if e.Mail, err = r.mailAnswer(tx, e); err != nil {
			return err
		}
		mailed = e.Mail != ""
		r.Solution = ""
		if r.AnsweredAt.IsZero() {
			r.AnsweredAt, r.AnswerTook = tx.Now, r.Age(tx.Now)
		}
		if r.State == Open {
			r.become(InProgress, tx.Now)
		}
		return Entries.Put(tx, e)
	})
	return mailed, err
}

// AddNote adds to the thread what administrators only read.
func AddNote(s *access.Session, number int, text string, files []File) error {
	return change(s, noting, number, anyVersion, func(tx *data.Tx, r *Request) error {
		if err := checkMessage("note", "Rédigez la note.", text, files); err != nil {
			return err
		}
		_, err := r.say(tx, Entry{Kind: Note, By: s.Account.ID, ByName: s.Account.Name, Text: text, Files: files})
		return err
	})
}

// checkMessage returns what is wrong with a message of a thread.
func checkMessage(field, empty, text string, files []File) error {
	switch says := tooLong(text); {
	case says != "":
		return access.Wrong(field, says)
	case text == "":
		return access.Wrong(field, empty)
	case len(files) > MostFiles:
		return access.Wrong("fichiers", "Joignez 5 fichiers au plus.")
	}
	return nil
}

// SetState changes the state alone. One that waits may do so until a day.
func SetState(s *access.Session, number int, version uint64, next State, until time.Time) error {
	act := stating
	if next == Closed {
		act = closing
	}
	return change(s, act, number, version, func(tx *data.Tx, r *Request) error {
		if err := r.refuseLocked(); err != nil {
			return err
		}
		return r.turn(tx, s.Account.ID, next, until)
	})
}

// turn changes the state by the table of transitions.
func (r *Request) turn(tx *data.Tx, by string, next State, until time.Time) error {
	switch {
	case next.Label() == "":
		return access.Wrong("etat", "Choisissez l’état de la demande.")
	case !r.State.Becomes(next):
		return refuseState(r.State, next)
	case next == Waiting && !until.IsZero() && !until.After(tx.Now):
		return access.Wrong("jusqu", "La date jusqu’à laquelle attendre est passée\u00a0: choisissez un jour à venir, ou laissez le champ vide.")
	case next == Closed:
		return r.close(tx, by, time.Time{})
	}
	if r.become(next, tx.Now); next == Waiting {
		r.Until = until
	}
	return nil
}

var awaking = access.NewAction("request.awake", "Fin de l’attente d’une demande", access.HandleRequests, data.Info)

// Awake takes back in progress the requests that waited until now. The job of
// the appliance calls it.
func Awake(s *access.Session) error {
	var due []int
	err := s.See(func(tx *data.Tx) error {
		for r, err := range requestsAwaited.Starting(tx, "") {
			if err != nil || r.Until.After(tx.Now) {
				return err
			}
			due = append(due, r.Number)
		}
		return nil
	})
	for _, n := range due {
		err = errors.Join(err, change(s, awaking, n, anyVersion, func(tx *data.Tx, r *Request) error {
			if r.State != Waiting || r.Until.IsZero() || r.Until.After(tx.Now) {
				return data.ErrNotFound // somebody was quicker
			}
			return r.turn(tx, "", InProgress, time.Time{})
		}))
	}
	return err
}
