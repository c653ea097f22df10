package requests

import (
	"slices"
	"strings"
	"time"

	"preau/app/access"
	"preau/app/directory"
	"preau/data"
)

// following lists what the administrators of a collectivité have handed on.
var following = data.NewCrossing("requests.level2", "Suivre les demandes transmises au niveau 2 par toute la collectivité\u00a0: clé, résumé, état, établissement et dates, rien d’autre")

// An Escalated is a request that level 2 has, as the whole collectivité may follow
// it: nothing of who asks, of what is said, nor of what is joined.
type Escalated struct {
	Key     string
	Summary string
	State   State // there
	School  string
	At      time.Time // handed on
	Changed time.Time // there, as far as we know
	Number  int       // 0 for one out of reach, which cannot be opened
}

// mostEscalated bounds the list of a collectivité.
const mostEscalated = 500

// EscalatedAround lists the requests that level 2 has of the collectivités that
// the person administers a part of, newest first, and whether there are more.
func EscalatedAround(s *access.Session) (all []Escalated, more bool, err error) {
	err = s.See(func(tx *data.Tx) error {
		areas, err := areasOf(tx, s)
		if err != nil {
			return err
		}
		wide := following.Over(tx)
		for _, area := range areas {
			for r, err := range requestsByArea.All(wide, area) {
				if err != nil {
					return err
				}
				if !r.Escalation.Holds() {
					continue
				}
				one := Escalated{Key: r.Escalation.Key, Summary: r.Summary, State: r.Escalation.State, At: r.Escalation.At, Changed: r.Escalation.Changed}
				if one.School, err = schoolOf(wide, r.At); err != nil {
					return err
				}
				if s.Can(access.HandleRequests, r.At) {
					one.Number = r.Number
				}
				all = append(all, one)
			}
		}
		return nil
	})
	slices.SortFunc(all, func(a, b Escalated) int { return b.At.Compare(a.At) })
	if more = len(all) > mostEscalated; more {
		all = all[:mostEscalated]
	}
	return all, more, err
}

// areasOf are the collectivités of the establishments within reach.
func areasOf(tx *data.Tx, s *access.Session) (areas []string, err error) {
	add := func(c directory.Card) {
		if c.Collectivity != "" && !slices.Contains(areas, c.Collectivity) {
			areas = append(areas, c.Collectivity)
		}
	}
	for _, at := range s.Reach(access.HandleRequests) {
		if uai := directory.UAIOf(at); uai != "" {
			c, err := directory.Cards.Get(tx, uai)
			if err != nil {
				return nil, err
			}
			add(c)
			continue
		}
		for c, err := range directory.Cards.All(tx) {
			if err != nil {
				return nil, err
			}
			if c.Place().Within(at) {
				add(c)
			}
		}
	}
	return areas, nil
}

// A Desk is the support cell of establishments within reach.
type Desk struct {
	UAI   string // one of them
	Kind  Level2
	URL   string // of its project in JIRA, "" for the queue of the appliance
	Opens bool   // an account is opened there at the first access of the person
}

// desk is that of a connector, for a person.
func (p Support) desk(tx *data.Tx, s *access.Session) (Desk, error) {
	d := Desk{UAI: p.UAI, Kind: p.Kind}
	if p.Kind != Jira {
		return d, nil
	}
	d.URL = p.Base + "/browse/" + p.Project
	known, err := DeskAccounts.Has(tx, DeskAccount{Account: s.Account.ID, Base: p.Base}.Key())
	d.Opens = p.Provision && !known && s.Account.ID != ""
	return d, err
}

// Desks lists the support cells of the establishments within the person's reach,
// one of each: none before an activation.
func Desks(s *access.Session) (desks []Desk, err error) {
	err = s.See(func(tx *data.Tx) error {
		for p, err := range Supports.All(tx) {
			if err != nil {
				return err
			}
			if !p.Active {
				continue
			}
			d, err := p.desk(tx, s)
			if err != nil {
				return err
			}
			if !slices.ContainsFunc(desks, func(o Desk) bool { return o.URL == d.URL }) {
				desks = append(desks, d)
			}
		}
		return nil
	})
	slices.SortFunc(desks, func(a, b Desk) int { return strings.Compare(a.URL, b.URL) })
	return desks, err
}

// DeskOf returns the support cell of an establishment within reach, and the
// connector that it stands on.
func DeskOf(s *access.Session, uai string) (d Desk, p Support, err error) {
	err = s.See(func(tx *data.Tx) error {
		at, err := directory.Locate(tx, uai)
		if err == nil && !s.Can(access.HandleRequests, at) {
			err = data.ErrNotFound
		}
		if err != nil {
			return err
		}
		if p, err = Supports.Get(tx, uai); err != nil {
			return err
		}
		if !p.Active {
			return data.ErrNotFound
		}
		d, err = p.desk(tx, s)
		return err
	})
	return d, p, err
}

// A DeskAccount says that somebody has an account in a JIRA.
type DeskAccount struct {
	Account string    `cbor:"id"`
	Base    string    `cbor:"url"`
	At      time.Time `cbor:"t"`
}

// Key is the account, then the JIRA.
func (a DeskAccount) Key() string { return a.Account + " " + a.Base }

// Places is the whole appliance: each reads their own.
func (a DeskAccount) Places() []data.Place { return []data.Place{""} }

// DeskAccounts are the accounts that are known to be there.
var DeskAccounts = data.NewTable[DeskAccount]("desk-accounts").Unlogged().Shared()

var (
	openingAccount = access.NewAction("support.account", "Compte ouvert à la cellule support", access.HandleRequests, data.Info)
	refusedAccount = access.NewAction("support.account-failed", "Compte non ouvert à la cellule support", access.HandleRequests, data.Attention)
)

// Introduce returns who an account of JIRA is opened for.
func Introduce(s *access.Session) (login, email, name string, err error) {
	err = s.See(func(tx *data.Tx) (err error) {
		login, name = s.Account.Login, s.Account.Name
		email, err = addressOf(tx, s.Account.ID)
		return err
	})
	return login, email, name, err
}

// Introduced notes that somebody has an account in the JIRA of an establishment,
// or why none could be opened.
func Introduced(s *access.Session, p Support, failure string) error {
	if failure != "" {
		return s.Record(nil, data.Fact{Action: refusedAccount.Action, About: p, Note: failure})
	}
	return s.Record(func(tx *data.Tx) error {
		return DeskAccounts.Put(tx, DeskAccount{Account: s.Account.ID, Base: p.Base, At: tx.Now})
	}, data.Fact{Action: openingAccount.Action, About: p})
}
