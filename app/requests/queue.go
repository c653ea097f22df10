package requests

import (
	"fmt"

	"preau/app/access"
	"preau/data"
)

// fromQueue is the origin of what the queue of the appliance writes in a thread.
const fromQueue = "niveau2"

var serving = access.NewAction("request.level2-serve", "Réponse du niveau 2", access.ServeLevel2, data.Info)

// Serve is what level 2 does with a request of its queue: it says something to the
// local administrator, whom a mail tells, sets its state, or both.
func Serve(s *access.Session, number int, version uint64, next State, text string) error {
	if len(s.Reach(access.ServeLevel2)) == 0 {
		return access.NotFound()
	}
	return change(s, serving, number, version, func(tx *data.Tx, r *Request) error {
		switch says := tooLong(text); {
		case !r.Escalation.Holds() || r.Escalation.Kind != Internal:
			return access.Conflict("Cette demande n’est pas dans la file de niveau 2.")
		case says != "":
			return access.Wrong("reponse", says)
		case next.Label() == "":
			return access.Wrong("etat", "Choisissez l’état de la demande.")
		case text == "" && (next == r.Escalation.State || next == Closed):
			return access.Wrong("reponse", "Rédigez ce que lira l’administrateur local.")
		}
		if text != "" {
			if _, err := r.say(tx, Entry{Kind: Note, By: s.Account.ID, ByName: s.Account.Name, Text: text, Origin: fromQueue}); err != nil {
				return err
			}
		}
		says := "Le niveau 2 a écrit dans cette demande."
		if next == Closed {
			says = "Le niveau 2 a terminé\u00a0: relisez sa réponse, puis répondez à l’utilisateur."
		} else if text == "" {
			says = "Au niveau 2, cette demande est maintenant «\u00a0" + next.Label() + "\u00a0»."
		}
		r.Escalation.Status = next.Label()
		r.mirror(next, tx.Now)
		return r.tellEscalator(tx, s.Account.ID, fmt.Sprintf("niveau2.%d", r.Version), says)
	})
}

// Queued is the filter of the queue of level 2, and whether the person serves it.
func Queued(s *access.Session) (f Filter, serves bool) {
	return Filter{Level2: Internal, States: []State{Open, InProgress, Waiting}}, len(s.Reach(access.ServeLevel2)) > 0
}

// A Relay is what the pane of a request shows of level 2.
type Relay struct {
	Active       bool // the connector of the establishment
	Kind         Level2
	Transmission Transmission // without a mark for none
	MayServe     bool         // the person answers in the name of level 2
	Proposal     string       // what level 2 proposes to answer, once it is done
}

// relayOf reads what the pane of a request shows of level 2.
func relayOf(tx *data.Tx, s *access.Session, r Request, thread []Entry) (l Relay, err error) {
	if r.UAI() == "" {
		return l, nil
	}
	p, err := supportOf(tx, r.UAI(), r.At)
	if err != nil {
		return l, err
	}
	l.Active, l.Kind = p.Active, p.Kind
	if l.Transmission, err = transmissionOf(tx, r); err != nil {
		return l, err
	}
	l.MayServe = r.Escalation.Holds() && r.Escalation.Kind == Internal && s.Can(access.ServeLevel2, r.At)
	if !r.Escalation.Holds() || r.Escalation.State != Closed || r.Solution != "" {
		return l, nil
	}
	for _, e := range thread {
		if e.Origin != "" && !e.Made.Before(r.Escalation.At) {
			l.Proposal = e.Text
		}
	}
	return l, nil
}

// FromLevel2 reports whether level 2 wrote an entry.
func (e Entry) FromLevel2() bool { return e.Origin != "" }
