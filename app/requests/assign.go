package requests

import (
	"errors"
	"slices"
	"strings"
	"unicode/utf8"

	"preau/app/access"
	"preau/data"
)

var assigning = access.NewAction("request.assign", "Demande réaffectée", access.HandleRequests, data.Info)

// helping names the administrators that a request may be given to, those of the
// académie and of level 2 included.
var helping = data.NewCrossing("requests.assignees", "Nommer les administrateurs à qui une demande peut être confiée, et ceux qu’elle prévient")

// A Responder is an administrator that a request may be given to.
type Responder struct {
	ID, Name string
	Role     access.Role // the highest they have there
}

// responders lists those who administer a place, by name.
func responders(tx *data.Tx, place data.Place) (all []Responder, err error) {
	wide := helping.Over(tx)
	for _, p := range place.Ancestors() {
		for g, err := range access.GrantsByPlace.All(wide, string(p)) {
			if err != nil {
				return nil, err
			}
			if err := addResponder(wide, g, &all); err != nil {
				return nil, err
			}
		}
	}
	slices.SortFunc(all, byName)
	return all, nil
}

// RespondersWithin lists those who answer in an establishment, or anywhere within
// the person's reach when it is "": those of the académie and of level 2 included.
func RespondersWithin(s *access.Session, uai string) (all []Responder, err error) {
	err = s.See(func(tx *data.Tx) error {
		places, err := placesOf(tx, s, uai)
		if err != nil {
			return err
		}
		for _, at := range places {
			if err := respondersUnder(tx, at, &all); err != nil {
				return err
			}
		}
		return nil
	})
	slices.SortFunc(all, byName)
	return all, err
}

// respondersUnder adds those who administer a place, a part of it, or what is
// around it.
func respondersUnder(tx *data.Tx, place data.Place, all *[]Responder) error {
	wide := helping.Over(tx)
	for g, err := range access.GrantsByPlace.Starting(wide, string(place)) {
		if err != nil {
			return err
		}
		if g.In.Within(place) {
			if err := addResponder(wide, g, all); err != nil {
				return err
			}
		}
	}
	around, err := responders(tx, place)
	for _, r := range around {
		if !slices.ContainsFunc(*all, func(h Responder) bool { return h.ID == r.ID }) {
			*all = append(*all, r)
		}
	}
	return err
}

// addResponder adds who holds a grant, once, with the highest of their roles.
func addResponder(wide *data.Tx, g access.Grant, all *[]Responder) error {
	if !g.Holds(wide.Now) || !g.Role.Can(access.HandleRequests) {
		return nil
	}
	if i := slices.IndexFunc(*all, func(h Responder) bool { return h.ID == g.Account }); i >= 0 {
		if g.Role.Above((*all)[i].Role) {
			(*all)[i].Role = g.Role
		}
		return nil
	}
	a, err := access.Accounts.Get(wide, g.Account)
	if err == nil && !a.Suspended && !a.Deleted {
		*all = append(*all, Responder{a.ID, a.Name, g.Role})
	}
	return err
}

func byName(a, b Responder) int {
	return strings.Compare(data.SortKey(a.Name, a.ID), data.SortKey(b.Name, b.ID))
}

// mayHandle reports whether somebody administers a place; nobody does not.
func mayHandle(tx *data.Tx, account string, place data.Place) (bool, error) {
	all, err := responders(tx, place)
	return handles(all, account), err
}

func handles(all []Responder, account string) bool {
	return slices.ContainsFunc(all, func(h Responder) bool { return h.ID == account })
}

// RespondersOf lists those that a request may be given to.
func RespondersOf(s *access.Session, number int) (all []Responder, err error) {
	err = s.See(func(tx *data.Tx) error {
		r, err := Requests.Get(tx, keyOf(number))
		if err != nil {
			return err
		}
		all, err = responders(tx, r.At)
		return err
	})
	return all, err
}

// Assign gives a request to an administrator, or to nobody, with a reason that
// both are told. It takes an open request in progress.
func Assign(s *access.Session, number int, version uint64, to, reason string) error {
	return change(s, assigning, number, version, func(tx *data.Tx, r *Request) error {
		if r.Merged.Into != 0 {
			return r.refuseLocked()
		}
		return r.assign(tx, s, to, reason)
	})
}

func (r *Request) assign(tx *data.Tx, s *access.Session, to, reason string) error {
	if utf8.RuneCountInString(reason) > 500 {
		return access.Wrong("motif", "Le motif compte 500 caractères au plus.")
	}
	all, err := responders(tx, r.At)
	if err != nil {
		return err
	}
	i := slices.IndexFunc(all, func(h Responder) bool { return h.ID == to })
	switch {
	case to == r.Assignee && to == "":
		return access.Wrong("intervenant", "Cette demande n’est affectée à personne\u00a0: choisissez un intervenant.")
	case to == r.Assignee:
		return access.Wrong("intervenant", "Cette demande est déjà affectée à "+r.AssigneeName+".")
	case to != "" && i < 0:
		return access.Wrong("intervenant", "Choisissez un administrateur de cet établissement dans la liste.")
	}
	former := *r
	if r.Assignee, r.AssigneeName = to, ""; to != "" {
		r.AssigneeName = all[i].Name
	}
	if to != "" && r.State == Open {
		r.become(InProgress, tx.Now)
	}
	if reason != "" {
		tx.Note("%s", reason)
	}
	return tellAssigned(tx, former, *r, s.Account.ID, reason)
}

// assigneesShown is how many assignees a list may be narrowed to by name.
const assigneesShown = 200

// Assignees lists by name those who have requests of an establishment to deal
// with, or anywhere within the person's reach when it is "", and the one that is
// chosen, even if theirs are all closed.
func Assignees(s *access.Session, uai, chosen string) (all []Responder, err error) {
	err = s.See(func(tx *data.Tx) error {
		places, err := placesOf(tx, s, uai)
		if err != nil {
			return err
		}
		for _, at := range places {
			accounts, err := assigneesAt(tx, at, []State{Open, InProgress, Waiting})
			if err != nil {
				return err
			}
			closed, err := assigneesAt(tx, at, []State{Closed})
			if err != nil {
				return err
			}
			if slices.Contains(closed, chosen) {
				accounts = append([]string{chosen}, accounts...)
			}
			for _, id := range accounts {
				if slices.ContainsFunc(all, func(r Responder) bool { return r.ID == id }) || len(all) == assigneesShown {
					continue
				}
				name, err := nameOf(tx, id)
				if err != nil {
					return err
				}
				all = append(all, Responder{ID: id, Name: name})
			}
		}
		return nil
	})
	slices.SortFunc(all, byName)
	return all, err
}

// assigneesAt are the accounts that have requests of a place, in some states.
func assigneesAt(tx *data.Tx, at data.Place, states []State) (accounts []string, err error) {
	counts, err := RequestsCount.Of(tx, at)
	for group := range counts {
		group, ok := strings.CutPrefix(group, ofAssignee)
		account, state, _ := strings.Cut(group, "/")
		if ok && account != nobody && slices.Contains(states, State(state)) && !slices.Contains(accounts, account) {
			accounts = append(accounts, account)
		}
	}
	slices.Sort(accounts)
	return accounts, err
}

// awayFrom are those who were given requests of some places, and administer
// nothing there any longer.
func awayFrom(tx *data.Tx, places []data.Place) (away []string, err error) {
	for _, at := range places {
		accounts, err := assigneesAt(tx, at, States)
		if err != nil {
			return nil, err
		}
		for _, account := range accounts {
			handles, err := handlesSomewhere(tx, account, at)
			if err != nil {
				return nil, err
			}
			if !handles && !slices.Contains(away, account) {
				away = append(away, account)
			}
		}
	}
	return away, nil
}

// handlesSomewhere reports whether somebody handles requests of a place, or of
// one inside.
func handlesSomewhere(tx *data.Tx, account string, at data.Place) (bool, error) {
	wide := helping.Over(tx)
	a, err := access.Accounts.Get(wide, account)
	if errors.Is(err, data.ErrNotFound) || err == nil && (a.Suspended || a.Deleted) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	for g, err := range access.GrantsByAccount.All(wide, account) {
		if err != nil {
			return false, err
		}
		if g.Holds(tx.Now) && g.Role.Can(access.HandleRequests) && (at.Within(g.In) || g.In.Within(at)) {
			return true, nil
		}
	}
	return false, nil
}
