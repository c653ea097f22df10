package directory

import (
	"errors"
	"strings"

	"preau/app/access"
	"preau/app/post"
	"preau/data"
)

// An AccountForm is what the record of an administrator who is nobody in the
// directory lets change.
type AccountForm struct {
	Stamp              string // of the record that was shown
	Name, Login, Email string // « NOM Prénom »
}

var (
	editingAccount      = access.NewAction("administrator.edit", "Modification d’un compte d’administrateur", access.ManageAdministrators, data.Attention)
	suspendingAccount   = access.NewAction("administrator.suspend", "Suspension d’un compte d’administrateur", access.ManageAdministrators, data.Important)
	reactivatingAccount = access.NewAction("administrator.reactivate", "Réactivation d’un compte d’administrateur", access.ManageAdministrators, data.Important)
	renewingAccount     = access.NewAction("administrator.renew", "Nouveau mot de passe d’un administrateur", access.ManageAdministrators, data.Important)
	handingAccount      = access.NewAction("administrator.hand-over", "Code à remettre à un administrateur", access.ManageAdministrators, data.Important)
	resettingFactor     = access.NewAction("factor.reset", "Second facteur réinitialisé", access.ManageAdministrators, data.Important)
)

// managed reads the account of an administrator who is nobody in the directory,
// if the author may change it, and what signs it in where protect is set.
func managed(tx *data.Tx, s *access.Session, id string, protect bool) (access.Account, error) {
	a, err := administered(tx, s, id)
	switch {
	case err != nil:
		return a.Account, err
	case !a.Listed:
		return a.Account, access.Conflict("Cette personne est dans l’annuaire : son compte se gère sur sa fiche.")
	case !a.MayChange, protect && !a.MayProtect:
		return a.Account, access.NotAllowed()
	}
	return a.Account, nil
}

// EditAdministrator changes the name, the login and the e-mail of an
// administrator who is nobody in the directory. The former address is told. It
// takes a recent proof.
func EditAdministrator(s *access.Session, id string, f AccountForm) error {
	return s.Do(editingAccount, func(tx *data.Tx) (data.Row, error) {
		a, err := managed(tx, s, id, true)
		if err != nil {
			return nil, err
		}
		if f.Stamp != stampOf(a) {
			return nil, access.Conflict("Quelqu’un vient de modifier ce compte : vérifiez ses valeurs, puis enregistrez de nouveau.")
		}
		wrong := notes{}
		wrong.need("nom", f.Name)
		wrong.add("email", checkEmail(f.Email))
		says, err := checkLogin(tx, f.Login, id)
		if err != nil {
			return nil, err
		}
		wrong.add("login", says)
		if err := access.WrongFields(wrong); err != nil {
			return nil, err
		}
		if err := s.Fresh(); err != nil {
			return nil, err
		}
		before := a
		a.Name, a.Login, a.Email = strings.Join(strings.Fields(f.Name), " "), f.Login, f.Email
		tx.Note("%s", changesOf(before, a))
		return a, errors.Join(access.Accounts.Put(tx, a), access.NoticeAddress(tx, before.Email, a.Email), access.NoticeLogin(tx, before.Email, before.Login, a.Login))
	})
}

// changesOf says what was changed of an account, whose fields the journal does
// not tell by themselves.
func changesOf(before, after access.Account) string {
	var words []string
	for _, f := range []struct{ label, from, to string }{{"nom", before.Name, after.Name}, {"login", before.Login, after.Login}, {"adresse e-mail", before.Email, after.Email}} {
		if f.from != f.to {
			words = append(words, f.label)
		}
	}
	return strings.Join(words, ", ")
}

// SuspendAdministrator closes the account of an administrator who is nobody in
// the directory, and their sessions, until ReactivateAdministrator.
func SuspendAdministrator(s *access.Session, id, reason string) error {
	return s.Do(suspendingAccount, func(tx *data.Tx) (data.Row, error) {
		a, err := managed(tx, s, id, false)
		switch {
		case err != nil:
			return nil, err
		case id == s.Account.ID:
			return nil, access.Conflict("Vous ne pouvez pas suspendre votre propre compte : demandez-le à un autre administrateur.")
		case a.Suspended:
			return nil, access.Conflict("Ce compte est déjà suspendu.")
		}
		if err := access.KeepSupport(tx, id); err != nil {
			return nil, err
		}
		a.Suspended = true
		tx.Note("%s", reason)
		return a, errors.Join(access.Accounts.Put(tx, a), access.EndSessions(tx, id))
	})
}

// ReactivateAdministrator opens a suspended account again.
func ReactivateAdministrator(s *access.Session, id string) error {
	return s.Do(reactivatingAccount, func(tx *data.Tx) (data.Row, error) {
		a, err := managed(tx, s, id, false)
		if err != nil {
			return nil, err
		}
		if !a.Suspended {
			return nil, access.Conflict("Ce compte n’est pas suspendu.")
		}
		a.Suspended = false
		return a, access.Accounts.Put(tx, a)
	})
}

// RenewAdministrator voids the password of an administrator who is nobody in the
// directory, and mails them a link to choose another one.
func RenewAdministrator(s *access.Session, id string) error {
	return s.Do(renewingAccount, func(tx *data.Tx) (data.Row, error) {
		a, err := managed(tx, s, id, true)
		if err != nil {
			return nil, err
		}
		secrets, err := post.CarriesSecrets(tx)
		switch {
		case err != nil:
			return nil, err
		case id == s.Account.ID:
			return nil, access.Conflict("Votre propre mot de passe se change dans « Mon compte ».")
		case a.Email == "":
			return nil, access.Conflict(NoAddress)
		case !secrets:
			return nil, access.Conflict("Le courriel n’est pas configuré sur cet appareil : le mot de passe ne peut pas être envoyé. Utilisez « Code à remettre ».")
		}
		if a.Hash == "" {
			err = access.Void(tx, a)
		} else {
			a, err = access.VoidPassword(tx, a)
		}
		return a, errors.Join(err, mailLink(tx, a, "Votre nouveau mot de passe", "Un administrateur vous invite à choisir un nouveau mot de passe : l’ancien n’est plus valable."))
	})
}

// HandOverAdministrator issues a code to hand over to an administrator who is
// nobody in the directory: see HandOver. It takes a recent proof.
func HandOverAdministrator(s *access.Session, id string) (code *HandedCode, err error) {
	err = s.Do(handingAccount, func(tx *data.Tx) (data.Row, error) {
		a, err := managed(tx, s, id, true)
		switch {
		case err != nil:
			return nil, err
		case id == s.Account.ID:
			return nil, access.Conflict("Vous ne pouvez pas vous remettre un code : demandez-le à un autre administrateur d’un rôle supérieur.")
		case a.Suspended:
			return nil, access.Conflict("Ce compte est suspendu : réactivez-le d’abord.")
		}
		if err := s.Fresh(); err != nil {
			return nil, err
		}
		code, err = handed(tx, a)
		return a, err
	})
	if err != nil {
		return nil, err
	}
	return code, nil
}

// ResetFactor takes the second factor of somebody who has lost it, of the
// directory or not, and ends their sessions; they are told by mail. It takes a
// recent proof.
func ResetFactor(s *access.Session, id string) error {
	return s.Do(resettingFactor, func(tx *data.Tx) (data.Row, error) {
		a, err := administered(tx, s, id)
		switch {
		case err != nil:
			return nil, err
		case a.Own:
			return nil, access.Conflict("Votre propre second facteur se gère dans « Mon compte ».")
		case !a.MayProtect:
			return nil, access.NotAllowed()
		}
		has, err := access.HasFactor(tx, id)
		if err != nil {
			return nil, err
		}
		if !has {
			return nil, access.Conflict("Cette personne n’a pas de second facteur.")
		}
		if err := s.Fresh(); err != nil {
			return nil, err
		}
		return a.Account, errors.Join(access.DropFactor(tx, id), access.EndSessions(tx, id), access.NoticeFactor(tx, a.Account, s.Name()))
	})
}

// AdministratorEvents returns what happened to somebody of the module, newest
// first, as far as the author reaches.
func AdministratorEvents(s *access.Session, id string, n int) (events []Event, err error) {
	err = s.See(func(tx *data.Tx) error {
		a, err := administered(tx, s, id)
		if err != nil {
			return err
		}
		if a.reached {
			events, err = happened(tx, id, n)
			return err
		}
		found, err := data.EventsAbout(tx, access.Accounts.Name(), id, n)
		for _, e := range found {
			events = append(events, eventOf(tx, e))
		}
		return err
	})
	return events, err
}
