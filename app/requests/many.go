package requests

import (
	"errors"
	"maps"
	"slices"
	"strings"
	"time"

	"preau/app/access"
	"preau/data"
)

// MostChosen is how many requests one mass action is done to.
const MostChosen = 1000

// A Deed is what is done to many requests at once.
type Deed string

// The deeds.
const (
	Reassigning Deed = "reaffectation"
	Restating   Deed = "etat"
	Retyping    Deed = "type"
	Closing     Deed = "cloture"
	MergingAll  Deed = "fusion"
)

// Many is a mass action, each deed with its own fields.
type Many struct {
	Do       Deed
	Assignee string // "" for nobody
	Reason   string
	State    State
	Until    time.Time // of Waiting, zero for no end
	Type     Type
	Into     int
}

// An Outcome is what became of one request of a mass action.
type Outcome struct {
	Number  int
	Summary string // "" for one out of reach
	Done    bool
	Says    string // why it was left as it is
}

// Chosen returns the requests of some numbers, or with none all those of a filter
// by number. There may be MostChosen of them at most; those out of reach make it
// data.ErrNotFound.
func Chosen(s *access.Session, numbers []int, f Filter) (all []Request, err error) {
	err = s.See(func(tx *data.Tx) error {
		keys := keysOf(numbers)
		if len(keys) == 0 {
			places, err := placesOf(tx, s, f.UAI)
			if err != nil {
				return err
			}
			var list List
			if keys, err = (Look{Filter: f, Sort: ByNumber, Up: true, Page: 1, Size: MostChosen + 1}).find(tx, s, places, &list); err != nil {
				return err
			}
			if list.More {
				return tooMany()
			}
		}
		slices.Sort(keys)
		keys = slices.Compact(keys)
		if len(keys) > MostChosen {
			return tooMany()
		}
		for _, key := range keys {
			r, err := Requests.Get(tx, key)
			if err != nil {
				return err
			}
			all = append(all, r)
		}
		return nil
	})
	if err == nil && len(all) == 0 {
		err = access.Conflict("Cochez au moins une demande, ou «\u00a0Tous les résultats\u00a0».")
	}
	return all, err
}

func tooMany() error {
	return access.Conflict("Une action porte sur 1\u202f000 demandes au plus\u00a0: précisez la recherche, ou procédez en plusieurs fois.")
}

// RespondersCommon lists those that each of some requests may be given to.
func RespondersCommon(s *access.Session, all []Request) (common []Responder, err error) {
	err = s.See(func(tx *data.Tx) error {
		seen := map[data.Place]bool{}
		for _, r := range all {
			if seen[r.At] {
				continue
			}
			these, err := responders(tx, r.At)
			if err != nil {
				return err
			}
			if len(seen) == 0 {
				common = these
			}
			seen[r.At] = true
			common = slices.DeleteFunc(common, func(h Responder) bool {
				return !slices.ContainsFunc(these, func(o Responder) bool { return o.ID == h.ID })
			})
		}
		return nil
	})
	return common, err
}

// Apply does something to many requests, each by an operation of its own in the
// journal: what cannot be done to one is said of that one, and the others go on.
func Apply(s *access.Session, numbers []int, m Many) (all []Outcome, err error) {
	numbers = slices.Compact(slices.Sorted(slices.Values(numbers)))
	switch {
	case len(numbers) > MostChosen:
		return nil, tooMany()
	case len(numbers) == 0:
		return nil, access.Conflict("Cochez au moins une demande.")
	}
	if err := m.check(s); err != nil {
		return nil, err
	}
	for _, n := range numbers {
		err := m.one(s, n)
		var refusal *access.Refusal
		if err != nil && !errors.As(err, &refusal) {
			return all, err
		}
		o := Outcome{Number: n, Done: err == nil}
		if err != nil {
			o.Says = sentence(refusal)
		}
		all = append(all, o)
	}
	return all, summarize(s, all)
}

// summarize names the requests within reach.
func summarize(s *access.Session, all []Outcome) error {
	return s.See(func(tx *data.Tx) error {
		for i, o := range all {
			r, err := Requests.Get(tx, keyOf(o.Number))
			if err != nil && !errors.Is(err, data.ErrNotFound) {
				return err
			}
			all[i].Summary = r.Summary
		}
		return nil
	})
}

// sentence is a refusal in one text, for a line.
func sentence(r *access.Refusal) string {
	if len(r.Fields) == 0 {
		return r.Says
	}
	var says []string
	for _, field := range slices.Sorted(maps.Keys(r.Fields)) {
		says = append(says, r.Fields[field])
	}
	return strings.Join(says, " ")
}

// check refuses what would be refused of every request.
func (m Many) check(s *access.Session) error {
	switch m.Do {
	case Reassigning, Closing:
		return nil
	case Restating:
		if m.State.Label() == "" {
			return access.Wrong("etat", "Choisissez l’état des demandes.")
		}
		if m.State == Waiting && !m.Until.IsZero() && !m.Until.After(s.Now()) {
			return access.Wrong("jusqu", "Choisissez un jour à venir, ou laissez le champ vide.")
		}
		return nil
	case Retyping:
		if m.Type.Label() == "" {
			return access.Wrong("type", "Choisissez le type des demandes.")
		}
		return nil
	case MergingAll:
		return s.See(func(tx *data.Tx) error {
			_, err := Requests.Get(tx, keyOf(m.Into))
			if errors.Is(err, data.ErrNotFound) {
				err = access.Wrong("vers", "Aucune demande de votre périmètre n’a ce numéro.")
			}
			return err
		})
	}
	return access.Conflict("Choisissez ce qu’il faut faire de ces demandes.")
}

// one does it to one request.
func (m Many) one(s *access.Session, n int) error {
	switch m.Do {
	case Reassigning:
		return m.unlocked(s, assigning, n, func(tx *data.Tx, r *Request) error { return r.assign(tx, s, m.Assignee, m.Reason) })
	case Retyping:
		return m.unlocked(s, editing, n, func(_ *data.Tx, r *Request) error {
			if r.Type == m.Type {
				return access.Conflict("Elle est déjà de ce type.")
			}
			r.Type = m.Type
			return nil
		})
	case Closing:
		return SetState(s, n, anyVersion, Closed, time.Time{})
	case MergingAll:
		if n == m.Into {
			return access.Conflict("C’est la demande dans laquelle les autres sont fusionnées.")
		}
		return Merge(s, n, m.Into)
	}
	return SetState(s, n, anyVersion, m.State, m.Until)
}

// unlocked changes a request that this appliance still handles by itself.
func (m Many) unlocked(s *access.Session, act access.Action, n int, fn func(*data.Tx, *Request) error) error {
	return change(s, act, n, anyVersion, func(tx *data.Tx, r *Request) error {
		if err := r.refuseLocked(); err != nil {
			return err
		}
		return fn(tx, r)
	})
}

// String says in French what is done, as « Réaffectation ».
func (d Deed) String() string {
	return map[Deed]string{Reassigning: "Réaffectation", Restating: "Changement d’état", Retyping: "Changement de type", Closing: "Clôture", MergingAll: "Fusion"}[d]
}
