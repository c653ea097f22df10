package access

import (
	"errors"
	"slices"
	"strings"
	"time"

	"preau/data"
)

// gives are the roles that each role lets one give, and take back, where it
// holds. A local administrator does so from the record of somebody of their own
// establishment: the module Administrateurs is closed to them.
var gives = map[Role][]Role{
	LocalAdmin:     {LocalAdmin},
	AcademySupport: {LocalAdmin},
	AcademyAdvisor: {LocalAdmin, AcademySupport},
	Level2Support:  Roles,
}

// Fits reports whether a place is one where the role is given: an establishment,
// an académie, or the whole appliance.
func (r Role) Fits(in data.Place) bool {
	switch r {
	case LocalAdmin:
		return strings.Contains(string(in), "/")
	case AcademySupport, AcademyAdvisor:
		return in != "" && !strings.Contains(string(in), "/")
	}
	return r == Level2Support && in == ""
}

// MayGive reports whether the person may give a role in a place, or take it back.
func (s *Session) MayGive(role Role, in data.Place) bool {
	if !role.Fits(in) {
		return false
	}
	return s.job || slices.ContainsFunc(s.Grants, func(g Grant) bool {
		return g.Holds(s.Now()) && slices.Contains(gives[g.Role], role) && in.Within(g.In)
	})
}

// MayGiveSome reports whether there is a place where the person may give a role.
func (s *Session) MayGiveSome(role Role) bool {
	return s.job || slices.ContainsFunc(s.Grants, func(g Grant) bool {
		return g.Holds(s.Now()) && slices.Contains(gives[g.Role], role)
	})
}

// MayChange reports whether the person may change the account of somebody of
// these places, who holds a role somewhere.
func (s *Session) MayChange(account string, places []data.Place, role Role) bool {
	return account == s.Account.ID || s.job || !role.Above(s.RoleOver(places))
}

// MayProtect reports whether the person may change what signs somebody in: of
// an administrator, only who has a higher role there.
func (s *Session) MayProtect(account string, places []data.Place, role Role) bool {
	if role == "" || account == s.Account.ID || s.job {
		return true
	}
	mine := s.RoleOver(places)
	return mine == Level2Support || mine.Above(role)
}

// GiveRole grants a role in a place in the name of the person, by the rule of who
// may give what. Given again, a role takes the new end, zero for none. It takes a
// recent proof.
func (s *Session) GiveRole(tx *data.Tx, account string, role Role, in data.Place, until time.Time) (Grant, error) {
	switch {
	case !s.MayGive(role, in):
		return Grant{}, NotAllowed()
	case account == s.Account.ID && !s.job:
		return Grant{}, Conflict("Personne ne s’habilite soi-même : demandez-le à un autre administrateur.")
	case !until.IsZero() && !until.After(tx.Now):
		return Grant{}, Wrong("fin", "La date de fin est passée : choisissez un jour à venir, ou laissez le champ vide.")
	}
	if err := s.Fresh(); err != nil {
		return Grant{}, err
	}
	held, err := heldIn(tx, account, role, in)
	if err != nil {
		return Grant{}, err
	}
	for _, g := range held {
		if g.Until.Equal(until) {
			return g, errAlready
		}
		if role == Level2Support && !until.IsZero() {
			if err := keepSupport(tx, account); err != nil {
				return g, err
			}
		}
		g.Until = until
		return g, Grants.Put(tx, g)
	}
	g, err := Give(tx, account, role, in)
	if err != nil || until.IsZero() {
		return g, err
	}
	g.Until = until
	return g, Grants.Put(tx, g)
}

var errAlready = Conflict("Cette personne a déjà cette habilitation.")

// Already reports whether a role was not given because it is held so already.
func Already(err error) bool { return errors.Is(err, errAlready) }

// heldIn are the grants of a role that an account has in a place.
func heldIn(tx *data.Tx, account string, role Role, in data.Place) (held []Grant, err error) {
	for g, err := range GrantsByAccount.All(tx, account) {
		if err != nil {
			return nil, err
		}
		if g.Role == role && g.In == in && g.Holds(tx.Now) {
			held = append(held, g)
		}
	}
	return held, nil
}

// TakeRole ends a grant at once, with all that give the same right in the same
// place and the sessions that used them. It takes a recent proof; the last
// administrator of an establishment, and one's own right, take a confirmation
// too, and the last assistant of level 2 is never taken.
func (s *Session) TakeRole(tx *data.Tx, g Grant, confirmed bool) error {
	if !s.MayGive(g.Role, g.In) {
		return NotAllowed()
	}
	if err := s.Fresh(); err != nil {
		return err
	}
	if g.Role == Level2Support {
		if err := keepSupport(tx, g.Account); err != nil {
			return err
		}
	}
	twice, err := s.AsksTwice(tx, g)
	if err != nil {
		return err
	}
	if twice != "" && !confirmed {
		return Wrong("confirmer", twice)
	}
	held, err := heldIn(tx, g.Account, g.Role, g.In)
	for _, one := range held {
		err = errors.Join(err, Withdraw(tx, one))
	}
	return err
}

// AsksTwice is why taking a grant back deserves a second confirmation, "" when
// it does not.
func (s *Session) AsksTwice(tx *data.Tx, g Grant) (string, error) {
	if g.Account == s.Account.ID {
		if g.Role == LocalAdmin {
			return "Vous allez retirer vos propres droits d’administrateur local : cochez la case pour le confirmer.", nil
		}
		return "Vous allez retirer votre propre habilitation : cochez la case pour le confirmer.", nil
	}
	if g.Role != LocalAdmin {
		return "", nil
	}
	all, err := LocalAdmins(tx, g.In)
	if err != nil {
		return "", err
	}
	for _, other := range all {
		if other.Account == g.Account {
			continue
		}
		if a, err := Accounts.Get(grantsElsewhere.Over(tx), other.Account); err != nil || a.opens() {
			return "", err
		}
	}
	return "C’est le dernier administrateur local de l’établissement : cochez la case pour le retirer malgré tout.", nil
}

// opens reports whether an account can sign in, now or once its owner has chosen
// a password.
func (a Account) opens() bool { return !a.Suspended && !a.Deleted }

// keepSupport refuses what would leave the appliance without an assistant of
// level 2 who has chosen a password, and whose role has no end.
func keepSupport(tx *data.Tx, account string) error {
	wide := grantsElsewhere.Over(tx)
	theirs := false
	for g, err := range GrantsByPlace.All(wide, "") {
		if err != nil {
			return err
		}
		if g.Role != Level2Support || !g.Holds(tx.Now) {
			continue
		}
		if g.Account == account {
			theirs = true
			continue
		}
		a, err := Accounts.Get(wide, g.Account)
		if err != nil {
			return err
		}
		if g.Until.IsZero() && a.opens() && a.Hash != "" {
			return nil
		}
	}
	if !theirs {
		return nil
	}
	return Conflict("C’est le dernier assistant de niveau 2 : l’appareil doit en garder un, sans date de fin, qui s’est déjà connecté. Habilitez-en d’abord un autre.")
}

// KeepSupport refuses to close the account of the last assistant of level 2: see
// TakeRole. Every operation that closes accounts asks it.
func KeepSupport(tx *data.Tx, account string) error { return keepSupport(tx, account) }

// GrantsOf returns the grants in force of an account within the reach of a
// transaction, highest role first; elsewhere tells that there are others.
func GrantsOf(tx *data.Tx, account string, reach data.Reach) (seen []Grant, elsewhere bool, err error) {
	for g, err := range GrantsByAccount.All(grantsElsewhere.Over(tx), account) {
		switch {
		case err != nil:
			return nil, false, err
		case !g.Holds(tx.Now):
		case reach.Covers(g.In):
			seen = append(seen, g)
		default:
			elsewhere = true
		}
	}
	slices.SortStableFunc(seen, Grant.Compare)
	return seen, elsewhere, nil
}

// Compare puts the highest role first, then the places in order.
func (g Grant) Compare(other Grant) int {
	if d := slices.Index(Roles, other.Role) - slices.Index(Roles, g.Role); d != 0 {
		return d
	}
	return strings.Compare(string(g.In), string(other.In))
}

// GrantsWithin returns the grants in force within a reach.
func GrantsWithin(tx *data.Tx, reach data.Reach) (all []Grant, err error) {
	for g, err := range Grants.All(tx) {
		if err != nil {
			return nil, err
		}
		if g.Holds(tx.Now) && reach.Covers(g.In) {
			all = append(all, g)
		}
	}
	return all, nil
}
