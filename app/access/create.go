package access

import (
	"context"
	"errors"
	"net/mail"
	"strings"

	"preau/data"
)

var (
	creating   = NewAction("administrator.create", "Création d’un administrateur", RunAppliance, data.Important)
	recreating = NewAction("administrator.recover", "Accès d’un administrateur rétabli : nouveau mot de passe, second facteur retiré", RunAppliance, data.Important)
)

// NewAdministrator is the account of an administrator who is nobody in the directory.
type NewAdministrator struct {
	Login, LastName, FirstName, Password string
	Email                                string // "" for none
	Role                                 Role
	In                                   data.Place
}

// ShortestPassword is the fewest characters of an administrator's password.
const ShortestPassword = 12

// OpensConsole reports whether a login has the shape of an administrator's:
// those that begin with admin. open the ENT alone.
func OpensConsole(login string) bool {
	return LoginShape.MatchString(login) && !strings.HasPrefix(login, superPrefix)
}

// Create makes the account. With the login of an administrator it renews their
// password and drops their second factor instead, which is the way back in for
// somebody alone.
func Create(ctx context.Context, s *Session, n NewAdministrator) error {
	a, err := n.present(s)
	if err != nil {
		return err
	}
	rule := PasswordRule{Shortest: ShortestPassword, Words: []string{n.Login, n.LastName, n.FirstName, a.Name}}
	if says := rule.Check(n.Password); says != "" {
		return Wrong("mot-de-passe", says)
	}
	hash, err := s.gate.Hash(ctx, n.Password)
	if err != nil {
		return err
	}
	if a.ID == "" {
		return s.Do(creating, func(tx *data.Tx) (data.Row, error) { return n.create(tx, hash) })
	}
	return s.Do(recreating, func(tx *data.Tx) (data.Row, error) {
		a, err := Accounts.Get(tx, a.ID)
		if err != nil {
			return nil, err
		}
		a, err = SetPassword(tx, a, hash)
		return a, errors.Join(err, DropFactor(tx, a.ID), NoticePassword(tx, a))
	})
}

// present returns the administrator who has the login already, without ID for
// nobody, and refuses a form that is wrong.
func (n NewAdministrator) present(s *Session) (a Account, err error) {
	wrong := map[string]string{}
	if !OpensConsole(n.Login) {
		wrong["login"] = "Utilisez la forme prenom.nom : lettres sans accent, chiffres, point ou tiret, sans commencer par « admin. »."
	}
	if says := CheckAddress(n.Email); says != "" {
		wrong["email"] = says
	}
	if err := WrongFields(wrong); err != nil {
		return a, err
	}
	err = s.See(func(tx *data.Tx) error {
		a, err = AccountsByLogin.Get(tx, n.Login)
		if errors.Is(err, data.ErrNotFound) {
			return nil
		}
		if err != nil {
			return err
		}
		if role, err := RoleOf(tx, a.ID); err != nil || role == "" {
			return errors.Join(err, Wrong("login", "Ce login appartient à quelqu’un qui n’est pas administrateur."))
		}
		return nil
	})
	return a, err
}

func (n NewAdministrator) create(tx *data.Tx, hash string) (data.Row, error) {
	id, err := NewUID(tx)
	if err != nil {
		return nil, err
	}
	a := Account{ID: id, Login: n.Login, Name: n.LastName + " " + n.FirstName, Profile: AdminProfile, At: []data.Place{n.In}, Email: n.Email, Hash: hash}
	if err := Accounts.Put(tx, a); err != nil {
		return nil, err
	}
	_, err = Give(tx, id, n.Role, n.In)
	return a, err
}

// CheckAddress says what is wrong with an e-mail address, "" if nothing or empty.
func CheckAddress(address string) string {
	if address == "" {
		return ""
	}
	parsed, err := mail.ParseAddress(address)
	if err != nil || parsed.Address != address || strings.ContainsAny(address, "\r\n<>\"") || !strings.Contains(address[strings.LastIndexByte(address, '@'):], ".") {
		return "Cette adresse e-mail n’a pas la forme nom@domaine.fr : corrigez-la ou videz le champ."
	}
	return ""
}
