package directory

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"slices"
	"strings"

	"preau/app/access"
	"preau/app/post"
	"preau/data"
)

// An Administrator is the record of somebody who administers something, or who
// may be given to.
type Administrator struct {
	access.Account // without login nor e-mail when out of reach

	Seen      access.Presence
	Sessions  int // open now
	Grants    []Granted
	Elsewhere bool // they have other grants, out of reach
	Factor    access.FactorState
	At        data.Place // an establishment within reach where they have a record, "" for none
	Mailed    bool       // a mail with a secret reaches them
	Stamp     string     // version of what EditAdministrator changes

	Own        bool // the author's
	Listed     bool // nobody in the directory: the account is managed here
	MayChange  bool // not of a higher role than the author's
	MayProtect bool // login, e-mail, password, second factor

	reached bool // the account itself is within reach, and not a grant only
}

// A Granted is a grant as a record shows it.
type Granted struct {
	access.Grant
	Scope   string // « Lycée Honoré de Balzac »
	MayTake bool
	Twice   string // why that takes a second confirmation, "" when it does not
}

// State is where the account stands, as far as signing in goes.
func (a Administrator) State() State { return accountState(a.Account) }

func accountState(a access.Account) State {
	switch {
	case a.Deleted:
		return Deleted
	case a.Suspended:
		return Suspended
	case a.Hash == "":
		return Inactive
	}
	return Active
}

// AdministratorOf returns the record of somebody who has a grant within reach,
// or to whom one can be given.
func AdministratorOf(s *access.Session, id string) (a Administrator, err error) {
	err = s.See(func(tx *data.Tx) error {
		if a, err = administered(tx, s, id); err != nil {
			return err
		}
		if a.Seen, err = access.LastSignIn(tx, id); err != nil {
			return err
		}
		if a.Sessions, err = access.OpenSessions(tx, id); err != nil {
			return err
		}
		if a.Factor, err = access.FactorOf(tx, id); err != nil {
			return err
		}
		secrets, err := post.CarriesSecrets(tx)
		a.Mailed = secrets && a.Email != ""
		for i, g := range a.Grants {
			if a.Grants[i].Scope, err = scopeName(tx, g.In); err != nil {
				return err
			}
			if a.Grants[i].Twice, err = s.AsksTwice(tx, g.Grant); err != nil {
				return err
			}
		}
		return err
	})
	if err == nil {
		s.Consulted(id)
	}
	return a, err
}

// administered reads an account as far as the module Administrateurs shows it.
func administered(tx *data.Tx, s *access.Session, id string) (a Administrator, err error) {
	mine := s.Reach(access.ManageAdministrators)
	if a.Account, err = access.Accounts.Get(naming.Over(tx), id); err != nil {
		return a, err
	}
	grants, elsewhere, err := access.GrantsOf(tx, id, mine)
	if err != nil {
		return a, err
	}
	a.reached = mine.CoversAny(a.Account.At)
	a.Listed = a.Profile == access.AdminProfile
	if len(grants) == 0 && !(a.reached && (a.Listed || mayAdminister(Profile(a.Profile)) && !a.Deleted)) {
		return a, data.ErrNotFound
	}
	role, err := access.RoleOf(tx, id)
	if err != nil {
		return a, err
	}
	for _, g := range grants {
		a.Grants = append(a.Grants, Granted{Grant: g, MayTake: s.MayGive(g.Role, g.In)})
	}
	a.Elsewhere, a.Own = elsewhere, id == s.Account.ID
	a.MayChange = a.reached && !a.Deleted && s.MayChange(id, a.Account.At, role)
	a.MayProtect = a.MayChange && s.MayProtect(id, a.Account.At, role)
	if places := mine.Among(a.Account.At); !a.Listed && len(places) > 0 {
		a.At = places[0]
	}
	a.Stamp = stampOf(a.Account)
	if !a.reached {
		a.Login, a.Email = "", ""
	}
	return a, nil
}

// stampOf tells one state of what EditAdministrator changes from another.
func stampOf(a access.Account) string {
	sum := sha256.Sum256([]byte(a.Name + "\x00" + a.Login + "\x00" + a.Email))
	return hex.EncodeToString(sum[:8])
}

// mayAdminister reports whether people of a profile may be given a role.
func mayAdminister(p Profile) bool { return p == Teacher || p == Staff || p == Guest }

// scopeName is what the screens call the place of a grant.
func scopeName(tx *data.Tx, in data.Place) (string, error) {
	uai := UAIOf(in)
	switch {
	case in == "":
		return "Tous les établissements", nil
	case uai == "":
		name, err := academyName(tx, string(in))
		return "Académie " + name, err
	}
	c, err := Cards.Get(locating.Over(tx), uai)
	if errors.Is(err, data.ErrNotFound) {
		return uai, nil
	}
	return c.Name, err
}

// settled puts the account of somebody who is nobody in the directory where
// their grants are, so that whoever reaches one of them reaches the account. One
// who has none left stays where they were.
func settled(tx *data.Tx, id string) (access.Account, error) {
	a, err := access.Accounts.Get(naming.Over(tx), id)
	if err != nil || a.Profile != access.AdminProfile {
		return a, err
	}
	held, _, err := access.GrantsOf(tx, id, data.Everywhere)
	if err != nil || len(held) == 0 {
		return a, err
	}
	var at []data.Place
	for _, g := range held {
		at = append(at, g.In)
	}
	slices.Sort(at)
	if at = slices.Compact(at); slices.Equal(at, a.At) {
		return a, nil
	}
	a.At = at
	return a, access.Accounts.Put(tx, a)
}

// toldAt is an account as the row that an event is about, which the places named
// are told of too.
func toldAt(a access.Account, places ...data.Place) access.Account {
	a.At = slices.Concat(a.At, places)
	return a
}

// tellGiven mails somebody the grants that they were given.
func tellGiven(tx *data.Tx, id string, given []access.Grant) error {
	return tellGrants(tx, id, given, "Un rôle d’administrateur vous est confié", tx.Author.Name+" vous a confié le rôle suivant. Il se retrouve dans la console d’administration, avec votre identifiant et votre mot de passe habituels.")
}

// tellTaken mails somebody the grant that they no longer have.
func tellTaken(tx *data.Tx, id string, taken access.Grant) error {
	return tellGrants(tx, id, []access.Grant{taken}, "Un rôle d’administrateur vous est retiré", tx.Author.Name+" vous a retiré le rôle suivant. Votre compte reste ouvert.")
}

func tellGrants(tx *data.Tx, id string, grants []access.Grant, subject, says string) error {
	a, err := access.Accounts.Get(naming.Over(tx), id)
	if err != nil || a.Email == "" || id == tx.Author.ID {
		return err
	}
	words, err := describeGrants(tx, grants)
	if err != nil {
		return err
	}
	return post.Queue(tx, post.Mail{To: a.Email, Subject: subject, Lines: []string{says, words}})
}

// describeGrants says in a sentence what grants give.
func describeGrants(tx *data.Tx, grants []access.Grant) (string, error) {
	var scopes []string
	for _, g := range grants {
		name, err := scopeName(tx, g.In)
		if err != nil {
			return "", err
		}
		scopes = append(scopes, name)
	}
	g := grants[0] // they differ by their places only
	says := g.Role.Label() + "\u00a0: " + strings.Join(scopes, ", ")
	if !g.Until.IsZero() {
		says += ", jusqu’au " + LastDay(g.Until)
	}
	return says + ".", nil
}
