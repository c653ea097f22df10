package directory

import (
	"errors"
	"slices"
	"strings"
	"time"

	"preau/app/access"
	"preau/data"
)

// A LocalAdmin is an administrator of an establishment.
type LocalAdmin struct {
	ID, Name, Profile string
	Since             time.Time
	By                string
	SignedIn          time.Time
	Here              bool   // they have a record in the establishment
	MayTake           bool   // the author may withdraw the right
	Twice             string // why that takes a second confirmation, "" when it does not
}

// naming gives the name of an administrator who is no longer, or never was, of
// the establishment: a right that nobody sees is a right that nobody withdraws.
var naming = data.NewCrossing("directory.administrators", "Nommer les administrateurs d’un établissement, même ceux d’ailleurs")

// adminsOf lists the local administrators of an establishment by name, each once.
func adminsOf(tx *data.Tx, s *access.Session, place data.Place) (all []LocalAdmin, err error) {
	grants, err := access.LocalAdmins(tx, place)
	if err != nil {
		return nil, err
	}
	for i, g := range grants {
		if slices.ContainsFunc(grants[:i], func(other access.Grant) bool { return other.Account == g.Account }) {
			continue
		}
		a, err := access.Accounts.Get(naming.Over(tx), g.Account)
		if err != nil {
			return nil, err
		}
		seen, err := access.LastSignIn(tx, a.ID)
		if err != nil {
			return nil, err
		}
		twice, err := s.AsksTwice(tx, g)
		if err != nil {
			return nil, err
		}
		all = append(all, LocalAdmin{a.ID, a.Name, a.Profile, g.At, g.ByName, seen.SignedIn,
			a.Profile != access.AdminProfile && slices.Contains(a.At, place), s.MayGive(g.Role, g.In), twice})
	}
	slices.SortFunc(all, func(a, b LocalAdmin) int {
		return strings.Compare(data.SortKey(a.Name, a.ID), data.SortKey(b.Name, b.ID))
	})
	return all, nil
}

var (
	granting    = access.NewAction("administrator.grant", "Administrateur local désigné", access.GrantLocal, data.Important)
	withdrawing = access.NewAction("administrator.withdraw", "Administrateur local retiré", access.GrantLocal, data.Important)
)

// action is what the form does, as the journal tells it: giving or withdrawing
// a right is important. EditUser verifies in its transaction that it still is.
func (f UserForm) action(s *access.Session, uai, id string) (act access.Action, err error) {
	act = editing
	if f.Admin == nil {
		return act, nil
	}
	err = s.See(func(tx *data.Tx) error {
		place, err := locate(tx, uai)
		if err != nil {
			return err
		}
		act, _, err = f.intent(tx, id, place)
		return err
	})
	return act, err
}

// intent compares the switch of the form with the right that somebody holds.
func (f UserForm) intent(tx *data.Tx, id string, place data.Place) (access.Action, access.Grant, error) {
	if f.Admin == nil {
		return editing, access.Grant{}, nil
	}
	grant, err := access.LocalGrant(tx, id, place)
	held := err == nil
	switch {
	case err != nil && !errors.Is(err, data.ErrNotFound):
		return editing, grant, err
	case held && !*f.Admin:
		return withdrawing, grant, nil
	case !held && *f.Admin:
		return granting, grant, nil
	}
	return editing, grant, nil
}

// switches grants or withdraws the rights that the record shows.
func (f UserForm) switches(tx *data.Tx, s *access.Session, act access.Action, u *User, place data.Place) error {
	if f.Editor != nil && u.canAdminister() {
		i := slices.IndexFunc(u.Attachments, func(a Attachment) bool { return a.At == place })
		u.Attachments = slices.Clone(u.Attachments)
		u.Attachments[i].Editor = *f.Editor
	}
	now, grant, err := f.intent(tx, u.ID, place)
	if err != nil {
		return err
	}
	switch {
	case now.Key != act.Key:
		return access.Conflict("Quelqu’un vient de changer les droits d’administrateur de cette personne : vérifiez-les, puis enregistrez de nouveau.")
	case now.Key == granting.Key && !u.canAdminister():
		return access.Conflict("Seuls un enseignant, un personnel ou un invité peuvent être administrateurs locaux.")
	case now.Key == granting.Key:
		g, err := s.GiveRole(tx, u.ID, access.LocalAdmin, place, time.Time{})
		if err != nil {
			return err
		}
		return tellGiven(tx, u.ID, []access.Grant{g})
	case now.Key == withdrawing.Key:
		if err := s.TakeRole(tx, grant, f.Confirmed); err != nil {
			return err
		}
		return tellTaken(tx, u.ID, grant)
	}
	return nil
}

// WithdrawLocalAdmin takes from somebody the right to administer an
// establishment, from its list: whoever they are, of the directory or not.
func WithdrawLocalAdmin(s *access.Session, uai, account string, confirmed bool) error {
	return s.Do(withdrawing, func(tx *data.Tx) (data.Row, error) {
		place, err := locate(tx, uai)
		if err != nil {
			return nil, err
		}
		g, err := access.LocalGrant(tx, account, place)
		if err != nil {
			return nil, err
		}
		if err := s.TakeRole(tx, g, confirmed); err != nil {
			return nil, err
		}
		if err := tellTaken(tx, account, g); err != nil {
			return nil, err
		}
		a, err := settled(tx, account)
		if err != nil {
			return nil, err
		}
		if u, err := Users.Get(tx, account); !errors.Is(err, data.ErrNotFound) {
			return u, err
		}
		return toldAt(a, place), nil
	})
}
