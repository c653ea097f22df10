package requests

import (
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
			if !g.Holds(tx.Now) || !g.Role.Can(access.HandleRequests) {
				continue
			}
			a, err := access.Accounts.Get(wide, g.Account)
			if err != nil {
				return nil, err
			}
			if a.Suspended || a.Deleted {
				continue
			}
			if i := slices.IndexFunc(all, func(h Responder) bool { return h.ID == a.ID }); i >= 0 {
				if g.Role.Above(all[i].Role) {
					all[i].Role = g.Role
				}
				continue
			}
			all = append(all, Responder{a.ID, a.Name, g.Role})
		}
	}
	slices.SortFunc(all, func(a, b Responder) int {
		return strings.Compare(data.SortKey(a.Name, a.ID), data.SortKey(b.Name, b.ID))
	})
	return all, nil
}

// mayHandle reports whether somebody administers a place; nobody does not.
func mayHandle(tx *data.Tx, account string, place data.Place) (bool, error) {
	all, err := responders(tx, place)
	return slices.ContainsFunc(all, func(h Responder) bool { return h.ID == account }), err
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
	case to == r.Assignee && to != "":
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
