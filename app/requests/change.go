package requests

import (
	"fmt"
	"slices"
	"strings"

	"preau/app/access"
	"preau/data"
)

// asking lets somebody who administers nothing read and answer the requests that
// they made, and nothing else of them.
var asking = data.NewCrossing("requests.own", "Lire et faire avancer ses propres demandes, sans leurs notes internes")

// Any version stands for whichever the request has: what is added to a thread
// overwrites nothing.
const anyVersion = 0

// change does something to a request in the name of an administrator. A version
// that is no longer that of the request is refused, with what somebody else did.
func change(s *access.Session, act access.Action, number int, version uint64, fn func(*data.Tx, *Request) error) error {
	return s.Do(act, func(tx *data.Tx) (data.Row, error) {
		r, err := Requests.Get(tx, keyOf(number))
		if err != nil {
			return nil, err
		}
		if version != anyVersion && version != r.Version {
			return nil, overtaken(tx, r)
		}
		if err := fn(tx, &r); err != nil {
			return nil, err
		}
		return put(tx, r)
	})
}

// put stores a request after an action of somebody.
func put(tx *data.Tx, r Request) (Request, error) {
	r.ActedAt = tx.Now
	r.Version++
	return r, Requests.Put(tx, r)
}

// own does something to a request in the name of its requester.
func own(s *access.Session, act access.Action, number int, fn func(*data.Tx, *Request) error) error {
	return s.Own(act, func(tx *data.Tx) (data.Row, error) {
		tx = asking.Over(tx)
		r, err := Requests.Get(tx, keyOf(number))
		if err == nil && !r.participates(s.Account.ID) {
			err = data.ErrNotFound
		}
		if err != nil {
			return nil, err
		}
		if err := fn(tx, &r); err != nil {
			return nil, err
		}
		return put(tx, r)
	})
}

// overtaken says who changed the request meanwhile, and what.
func overtaken(tx *data.Tx, r Request) error {
	events, err := data.EventsAbout(tx, Requests.Name(), r.Key(), 20)
	if err != nil {
		return err
	}
	events = slices.DeleteFunc(events, func(e data.Event) bool { return e.Action == mailSent.Key || e.Action == mailFailed.Key }) // which change nothing
	who, what := "Quelqu’un", ""
	if len(events) > 0 && events[0].Personal != nil {
		who = events[0].Personal.By
		parts := []string{strings.ToLower(events[0].Says[:1]) + events[0].Says[1:]}
		for _, c := range events[0].Personal.Changes {
			parts = append(parts, c.Field+"\u00a0: "+was(c.Before)+" → "+was(c.After))
		}
		what = fmt.Sprintf(" à %s (%s)", events[0].At.Local().Format("15:04"), strings.Join(parts, "\u00a0; "))
	}
	return access.Conflict(who + " a modifié cette demande pendant votre saisie" + what + ". Votre saisie est gardée\u00a0: relisez-la, puis enregistrez de nouveau.")
}

func was(value string) string {
	if value == "" {
		return "vide"
	}
	return value
}

// refuseLocked refuses to change what level 2 has, or what was merged.
func (r Request) refuseLocked() error {
	switch {
	case r.Merged.Into != 0:
		return access.Conflict(fmt.Sprintf("Cette demande a été fusionnée avec la demande n° %d\u00a0: c’est celle-là qui se traite.", r.Merged.Into))
	case r.Escalation.Holds():
		return access.Conflict("Cette demande est traitée par le niveau 2\u00a0: seuls la réponse à l’utilisateur et les notes restent possibles. Choisissez «\u00a0Reprendre\u00a0» pour la traiter ici.")
	}
	return nil
}
