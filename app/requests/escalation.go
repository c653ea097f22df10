package requests

import (
	"fmt"
	"time"

	"preau/app/access"
	"preau/app/directory"
	"preau/data"
)

// A Level2 is where requests are handed on to.
type Level2 string

// The kinds of second levels, the first that is proposed first.
const (
	Internal Level2 = "interne" // the queue of the appliance, for the role level2_support
	Jira     Level2 = "jira"
)

// Levels are the kinds of second levels, in the order of the screens.
var Levels = []Level2{Internal, Jira}

// Label is what the screens call the kind.
func (k Level2) Label() string {
	return map[Level2]string{Internal: "File interne", Jira: "JIRA"}[k]
}

// String is the kind in the journal.
func (k Level2) String() string { return k.Label() }

// An Escalation is what became of a request that was handed on to level 2. When
// it was last read there, and why it does not go, is in its Transmission.
type Escalation struct {
	Kind         Level2    `cbor:"kind,omitempty"`
	Mark         string    `cbor:"mark,omitempty"` // label of the issue, by which a second try finds the first
	Key          string    `cbor:"key,omitempty"`  // there, "" until level 2 has it
	Link         string    `cbor:"url,omitempty"`
	State        State     `cbor:"state,omitempty"`  // as level 2 sees it
	Status       string    `cbor:"status,omitempty"` // as level 2 calls it
	Resolution   string    `cbor:"res,omitempty"`    // as level 2 calls it
	At           time.Time `cbor:"t"`
	Changed      time.Time `cbor:"chg"`          // when it last changed there, as far as we know
	By           string    `cbor:"by,omitempty"` // account
	ByName       string    `cbor:"name,omitempty"`
	Collectivity string    `cbor:"coll,omitempty"`
	Ended        time.Time `cbor:"end"` // taken back, or called off
}

// String is the escalation in the journal.
func (e Escalation) String() string {
	switch {
	case e.Kind == "":
		return ""
	case !e.Ended.IsZero():
		return "reprise"
	case e.Key == "":
		return "transmission à " + e.Kind.Label()
	case e.Status != "":
		return e.Key + " (" + e.Status + ")"
	}
	return e.Key
}

// Holds reports whether level 2 has the request.
func (e Escalation) Holds() bool { return e.Key != "" && e.Ended.IsZero() }

// Pending reports whether the request is on its way to level 2.
func (e Escalation) Pending() bool { return e.Kind != "" && e.Key == "" && e.Ended.IsZero() }

// at is the second level that works on the request, or will: "" for none, and
// once it has closed it.
func (e Escalation) at() Level2 {
	if !e.Ended.IsZero() || e.State == Closed {
		return ""
	}
	return e.Kind
}

// tracked are those that are followed, or on their way.
func (e Escalation) tracked() bool { return e.Holds() || e.Pending() }

var (
	escalating = access.NewAction("request.level2", "Transmission au niveau 2", access.HandleRequests, data.Info)
	takingBack = access.NewAction("request.level2-back", "Demande reprise au niveau 2", access.HandleRequests, data.Info)
	callingOff = access.NewAction("request.level2-off", "Transmission au niveau 2 annulée", access.HandleRequests, data.Info)
	tryingOn   = access.NewAction("request.level2-retry", "Transmission au niveau 2 relancée", access.HandleRequests, data.Info)
)

// Escalate hands a request on to the second level of its establishment, with a
// comment for it, "" for none. The queue of the appliance has it at once; JIRA
// once it was joined, and until then nothing else changes.
func Escalate(s *access.Session, number int, version uint64, comment string) error {
	return change(s, escalating, number, version, func(tx *data.Tx, r *Request) error {
		if says := tooLong(comment); says != "" {
			return access.Wrong("commentaire", says)
		}
		p, err := r.escalable(tx)
		if err != nil {
			return err
		}
		card, err := directory.Cards.Get(tx, r.UAI())
		if err != nil {
			return err
		}
		r.Escalation = Escalation{Kind: p.Kind, Mark: "ent-" + tx.ID() + tx.ID(), At: tx.Now, Changed: tx.Now, By: s.Account.ID, ByName: s.Account.Name, Collectivity: card.Collectivity}
		if p.Kind == Jira {
			if err := begins(tx, *r, comment); err != nil {
				return err
			}
		} else {
			r.Escalation.Key, r.Escalation.Status = fmt.Sprintf("N2-%d", r.Number), Open.Label()
			r.mirror(Open, tx.Now)
		}
		if comment == "" {
			return nil
		}
		_, err = r.say(tx, Entry{Kind: Note, By: s.Account.ID, ByName: s.Account.Name, Text: "Au niveau 2\u00a0: " + comment})
		return err
	})
}

// escalable returns the connector that a request can be handed on by.
func (r Request) escalable(tx *data.Tx) (Support, error) {
	switch {
	case r.Merged.Into != 0:
		return Support{}, r.refuseLocked()
	case r.Escalation.Holds():
		return Support{}, access.Conflict("Cette demande est déjà au niveau 2.")
	case r.Escalation.Pending():
		return Support{}, access.Conflict("Cette demande est déjà en cours de transmission au niveau 2.")
	case r.State == Closed:
		return Support{}, access.Conflict("Cette demande est clôturée\u00a0: rouvrez-la pour la transmettre au niveau 2.")
	}
	p, err := supportOf(tx, r.UAI(), r.At)
	if err == nil && !p.Active {
		err = access.Conflict("Le support de niveau 2 n’est pas activé pour cet établissement\u00a0: adressez-vous à l’académie.")
	}
	return p, err
}

// mirror takes the state of level 2. What it closes stays open here until
// somebody answers, and what was closed here is not opened again. The table of
// transitions is for people: level 2 goes its own way.
func (r *Request) mirror(next State, now time.Time) {
	if r.Escalation.State != next {
		r.Escalation.Changed = now
	}
	r.Escalation.State = next
	if next != Closed && r.State != Closed && r.State != next {
		r.become(next, now)
	}
}

// TakeBack ends an escalation, with a comment there: the request is dealt with
// here again.
func TakeBack(s *access.Session, number int, comment string) error {
	return change(s, takingBack, number, anyVersion, func(tx *data.Tx, r *Request) error {
		if says := tooLong(comment); says != "" {
			return access.Wrong("commentaire", says)
		}
		if !r.Escalation.Holds() {
			return access.Conflict("Cette demande n’est pas au niveau 2.")
		}
		if err := r.takeBack(tx, comment); err != nil || comment == "" {
			return err
		}
		_, err := r.say(tx, Entry{Kind: Note, By: s.Account.ID, ByName: s.Account.Name, Text: "Reprise au niveau 2\u00a0: " + comment})
		return err
	})
}

func (r *Request) takeBack(tx *data.Tx, comment string) error {
	r.Escalation.Ended = tx.Now
	if r.State == Open || r.State == Waiting {
		r.become(InProgress, tx.Now)
	}
	if r.Escalation.Kind != Jira {
		return nil
	}
	return ends(tx, *r, comment)
}

// CallOff gives up a transmission that JIRA did not take yet. What it may have
// taken all the same is told so.
func CallOff(s *access.Session, number int) error {
	return change(s, callingOff, number, anyVersion, func(tx *data.Tx, r *Request) error {
		if !r.Escalation.Pending() {
			return access.Conflict("Cette demande n’attend plus d’être transmise.")
		}
		return r.callOff(tx)
	})
}

func (r *Request) callOff(tx *data.Tx) error {
	r.Escalation.Ended = tx.Now
	return ends(tx, *r, "")
}

// TryAgain has what waits for JIRA tried again now.
func TryAgain(s *access.Session, number int) error {
	return change(s, tryingOn, number, anyVersion, func(tx *data.Tx, r *Request) error {
		m, err := transmissionOf(tx, *r)
		if err != nil {
			return err
		}
		if m.Mark == "" || !m.works() {
			return access.Conflict("Rien n’attend d’être transmis au niveau 2.")
		}
		m.Due = tx.Now
		return Transmissions.Put(tx, m)
	})
}

// escalatedAt counts the requests of an establishment that level 2 has, and those
// on their way.
func escalatedAt(tx *data.Tx, uai string) (held, pending int, err error) {
	for r, err := range requestsEscalated.All(tx, uai) {
		if err != nil {
			return 0, 0, err
		}
		if r.Escalation.Holds() {
			held++
		} else {
			pending++
		}
	}
	return held, pending, nil
}

// release takes back what level 2 has of an establishment whose connector was
// closed, and calls off what was on its way. The tickets of JIRA stay as they are.
func release(s *access.Session, uai string) error {
	var numbers []int
	err := s.See(func(tx *data.Tx) error {
		for r, err := range requestsEscalated.All(tx, uai) {
			if err != nil {
				return err
			}
			numbers = append(numbers, r.Number)
		}
		return nil
	})
	for _, n := range numbers {
		if err != nil {
			return err
		}
		err = change(s, takingBack, n, anyVersion, func(tx *data.Tx, r *Request) error {
			if !r.Escalation.tracked() {
				return nil // somebody was quicker
			}
			tx.Note("le support de niveau 2 a été désactivé")
			r.Escalation.Ended = tx.Now
			if r.State == Open || r.State == Waiting {
				r.become(InProgress, tx.Now)
			}
			return forgets(tx, *r)
		})
	}
	return err
}

// ReleaseClosed goes on with what Deactivate began before it was interrupted. The
// job of the appliance calls it.
func ReleaseClosed(s *access.Session) error {
	var closed []string
	err := s.See(func(tx *data.Tx) error {
		for p, err := range Supports.All(tx) {
			if err != nil {
				return err
			}
			if p.Active {
				continue
			}
			held, pending, err := escalatedAt(tx, p.UAI)
			if err != nil {
				return err
			}
			if held+pending > 0 {
				closed = append(closed, p.UAI)
			}
		}
		return nil
	})
	for _, uai := range closed {
		if err != nil {
			return err
		}
		err = release(s, uai)
	}
	return err
}
