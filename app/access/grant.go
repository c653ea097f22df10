package access

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"preau/data"
)

// grantsElsewhere tells whether somebody administers something out of reach,
// and nothing of it: an administrator's account is protected everywhere.
var grantsElsewhere = data.NewCrossing("access.administrator", "Savoir qu’une personne est administrateur ailleurs, sans dire où")

// RoleOf returns the highest role that somebody holds anywhere, "" for none.
func RoleOf(tx *data.Tx, account string) (Role, error) {
	s := Session{}
	for g, err := range GrantsByAccount.All(grantsElsewhere.Over(tx), account) {
		if err != nil {
			return "", err
		}
		if g.Holds(tx.Now) {
			s.Grants = append(s.Grants, g)
		}
	}
	return s.Highest(), nil
}

// LocalGrant returns the grant that makes somebody a local administrator of a
// place, or data.ErrNotFound.
func LocalGrant(tx *data.Tx, account string, in data.Place) (Grant, error) {
	for g, err := range GrantsByAccount.All(tx, account) {
		if err != nil {
			return Grant{}, err
		}
		if g.Role == LocalAdmin && g.In == in && g.Holds(tx.Now) {
			return g, nil
		}
	}
	return Grant{}, data.ErrNotFound
}

// LocalAdmins returns the grants of the local administrators of a place.
func LocalAdmins(tx *data.Tx, in data.Place) (all []Grant, err error) {
	for g, err := range GrantsByPlace.All(tx, string(in)) {
		if err != nil {
			return nil, err
		}
		if g.Role == LocalAdmin && g.Holds(tx.Now) {
			all = append(all, g)
		}
	}
	return all, nil
}

// Give grants a role in a place, in the name of the author of the transaction.
func Give(tx *data.Tx, account string, role Role, in data.Place) (Grant, error) {
	g := Grant{ID: tx.ID(), Account: account, Role: role, In: in, By: tx.Author.ID, ByName: tx.Author.Name, At: tx.Now}
	return g, Grants.Put(tx, g)
}

// Withdraw ends a grant at once, and the sessions that used it.
func Withdraw(tx *data.Tx, g Grant) error {
	return errors.Join(Grants.Delete(tx, g.ID), EndSessions(tx, g.Account))
}

var creating = NewAction("administrator.create", "Création d’un administrateur", RunAppliance, data.Important)

// NewAdministrator is the account of an administrator who is nobody in the directory.
type NewAdministrator struct {
	Login, LastName, FirstName, Password string
	Role                                 Role
	In                                   data.Place
}

// ShortestPassword is the fewest characters of an administrator's password.
const ShortestPassword = 12

// OpensConsole reports whether a login has the shape of an administrator's:
// those that begin with admin. open the ENT alone.
func OpensConsole(login string) bool {
	return LoginShape.MatchString(login) && !strings.HasPrefix(login, "admin.")
}

// Create makes the account. With the login of an administrator it renews their
// password instead, which is the way back in for somebody alone.
func Create(ctx context.Context, s *Session, n NewAdministrator) error {
	if len([]rune(n.Password)) < ShortestPassword {
		return Wrong("mot-de-passe", fmt.Sprintf("Choisissez un mot de passe d’au moins %d caractères.", ShortestPassword))
	}
	if !OpensConsole(n.Login) {
		return Wrong("login", "Utilisez la forme prenom.nom : lettres sans accent, chiffres, point ou tiret, sans commencer par « admin. ».")
	}
	hash, err := s.gate.Hash(ctx, n.Password)
	if err != nil {
		return err
	}
	return s.Do(creating, func(tx *data.Tx) (data.Row, error) {
		a, err := AccountsByLogin.Get(tx, n.Login)
		if errors.Is(err, data.ErrNotFound) {
			return n.create(tx, hash)
		}
		if err != nil {
			return nil, err
		}
		if role, err := RoleOf(tx, a.ID); err != nil || role == "" {
			return nil, errors.Join(err, Wrong("login", "Ce login appartient à une personne de l’annuaire qui n’est pas administrateur."))
		}
		a.Hash = hash
		tx.Note("mot de passe renouvelé")
		return a, errors.Join(Accounts.Put(tx, a), EndSessions(tx, a.ID))
	})
}

func (n NewAdministrator) create(tx *data.Tx, hash string) (data.Row, error) {
	id, err := NewUID(tx)
	if err != nil {
		return nil, err
	}
	a := Account{ID: id, Login: n.Login, Name: n.LastName + " " + n.FirstName, Profile: AdminProfile, At: []data.Place{n.In}, Hash: hash}
	if err := Accounts.Put(tx, a); err != nil {
		return nil, err
	}
	_, err = Give(tx, id, n.Role, n.In)
	return a, err
}
