package directory

import (
	"context"
	"errors"
	"slices"
	"time"

	"preau/app/access"
	"preau/app/post"
	"preau/data"
)

var (
	renewing        = access.NewAction("password.renew", "Nouveau mot de passe ENT", access.ManageAccounts, data.Attention)
	renewingRecords = access.NewAction("records.renew", "Nouveau mot de passe scolarité", access.ManageAccounts, data.Attention)
	handing         = access.NewAction("password.hand-over", "Code à remettre", access.ManageAccounts, data.Important)
)

// NoAddress is why no password is sent to somebody without an e-mail.
const NoAddress = "L’adresse e-mail de l’utilisateur n’est pas renseignée : le mot de passe ne peut pas être envoyé."

// KeepsRecords reports whether somebody has a records password beside the ENT
// one: teachers, and the staff of direction and education, by function.
func (u User) KeepsRecords() bool {
	if u.Profile == Teacher {
		return true
	}
	return u.Profile == Staff && slices.ContainsFunc(u.Attachments, func(a Attachment) bool {
		return slices.ContainsFunc(a.Functions, func(f Function) bool { return f.Code == "DIR" || f.Code == "EDU" })
	})
}

// NewPassword voids the password of a person of an establishment at once, and
// mails them a link to choose another one, good for two days. Whoever asks for
// it never learns the password.
func NewPassword(s *access.Session, uai, id string) error {
	return s.Do(renewing, func(tx *data.Tx) (data.Row, error) {
		u, a, err := renewable(tx, s, uai, id)
		if err != nil {
			return nil, err
		}
		if id == s.Account.ID {
			return nil, access.Conflict("C’est votre propre compte : changez votre mot de passe dans « Mon compte ».")
		}
		if err := mailable(tx, u); err != nil {
			return nil, err
		}
		use := access.ChooseAgain
		if a.Hash == "" {
			use = access.ChooseFirst
			err = access.Void(tx, a)
		} else {
			_, err = access.VoidPassword(tx, a)
		}
		if err != nil {
			return nil, err
		}
		token, err := access.OrderPass(tx, access.Pass{Account: u.ID, Use: use, Handed: use == access.ChooseFirst})
		if err != nil {
			return nil, err
		}
		return u, errors.Join(handOut(tx, u.ID, Linked, u.Email.Value()), post.Queue(tx, post.Mail{To: u.Email.Value(), Subject: "Votre nouveau mot de passe", Secret: true,
			Lines: []string{"L’administrateur de votre établissement vous invite à choisir un nouveau mot de passe : l’ancien n’est plus valable. Le lien vaut deux jours et ne sert qu’une fois."},
			Facts: []post.Fact{{Label: "Identifiant", Value: u.Login.Value()}}, Links: []post.Link{{Label: "Choisir mon mot de passe", Path: access.PasswordPath(token)}}}))
	})
}

// renewable reads somebody of an establishment whose passwords the author may
// renew, with their account.
func renewable(tx *data.Tx, s *access.Session, uai, id string) (u User, a access.Account, err error) {
	if _, u, err = changeableAt(tx, s, uai, id); err != nil {
		return u, a, err
	}
	role, err := access.RoleOf(tx, id)
	if err != nil {
		return u, a, err
	}
	if !mayProtect(s, u, role) {
		return u, a, access.NotAllowed()
	}
	a, err = access.Accounts.Get(tx, id)
	return u, a, err
}

// mailable refuses somebody whom a mail with a secret does not reach, and says
// what can be done instead.
func mailable(tx *data.Tx, u User) error {
	leaves, err := post.CarriesSecrets(tx)
	switch {
	case err != nil:
		return err
	case u.Email.Value() == "":
		return access.Conflict(NoAddress)
	case u.Unsure:
		return access.Conflict("La personne n’a pas encore confirmé l’adresse e-mail qu’elle a saisie : le mot de passe ne peut pas y être envoyé. Utilisez « Code à remettre ».")
	case !leaves:
		return access.Conflict("Le courriel n’est pas configuré sur cet appareil : le mot de passe ne peut pas être envoyé. Utilisez « Code à remettre ».")
	}
	return nil
}

// NewRecordsPassword gives a person of an establishment another records
// password, unlocked, which is mailed to them alone.
func NewRecordsPassword(ctx context.Context, s *access.Session, uai, id string) error {
	password, hash, err := s.Gate().NewRecordsPassword(ctx)
	if err != nil {
		return err
	}
	return s.Do(renewingRecords, func(tx *data.Tx) (data.Row, error) {
		u, _, err := renewable(tx, s, uai, id)
		if err != nil {
			return nil, err
		}
		return u, sendRecords(tx, u, password, hash)
	})
}

func sendRecords(tx *data.Tx, u User, password, hash string) error {
	if !u.KeepsRecords() {
		return access.Conflict("Seuls les enseignants et les personnels de direction et d’éducation ont un mot de passe scolarité.")
	}
	if err := mailable(tx, u); err != nil {
		return err
	}
	return errors.Join(access.SetRecords(tx, u.ID, hash), handOutRecords(tx, u.ID, u.Email.Value()), post.Queue(tx, post.Mail{To: u.Email.Value(), Subject: "Votre mot de passe scolarité", Secret: true,
		Lines: []string{"Voici votre mot de passe pour les services de scolarité. Il se saisit au clavier virtuel, après votre mot de passe ENT ; trois erreurs le bloquent.", "Notez-le, puis supprimez ce message."},
		Facts: []post.Fact{{Label: "Mot de passe scolarité", Value: password}}}))
}

var firstRecords = access.NewAction("records.first", "Mot de passe scolarité demandé", access.Oneself, data.Info)

// AskRecordsPassword mails the person their first records password.
func AskRecordsPassword(ctx context.Context, s *access.Session) error {
	password, hash, err := s.Gate().NewRecordsPassword(ctx)
	if err != nil {
		return err
	}
	return s.Own(firstRecords, func(tx *data.Tx) (data.Row, error) {
		u, err := Users.Get(tx, s.Account.ID)
		if err != nil {
			return nil, err
		}
		if !u.KeepsRecords() {
			return nil, access.NotFound()
		}
		if _, known, err := access.RecordsOf(tx, u.ID); err != nil || known {
			return nil, errors.Join(err, access.Conflict("Vous avez déjà un mot de passe scolarité. S’il est perdu, demandez-en un autre à l’administrateur de votre établissement."))
		}
		if err := reachable(tx, u); err != nil {
			return nil, err
		}
		return u, sendRecords(tx, u, password, hash)
	})
}

// reachable is mailable, in the words of the person themselves.
func reachable(tx *data.Tx, u User) error {
	leaves, err := post.CarriesSecrets(tx)
	switch {
	case err != nil:
		return err
	case !leaves:
		return access.Conflict("Le courriel n’est pas configuré sur cet appareil : demandez votre mot de passe scolarité à l’administrateur de votre établissement.")
	case u.Email.Value() == "":
		return access.Conflict("Votre adresse e-mail n’est pas renseignée : indiquez-la dans « Mon compte », puis confirmez-la.")
	case u.Unsure:
		return access.Conflict("Votre adresse e-mail n’est pas encore confirmée : suivez le lien du courriel que vous avez reçu, ou faites-le renvoyer depuis « Mon compte ».")
	}
	return nil
}

// A HandedCode is a code as it is shown once to whoever hands it over.
type HandedCode struct {
	Name, Login, Code string
	Until             time.Time
}

// HandOver issues a one-time code to hand over to a person of an establishment,
// good for a day, who then chooses a password; the present one stays until then.
func HandOver(s *access.Session, uai, id string) (c HandedCode, err error) {
	err = s.Do(handing, func(tx *data.Tx) (data.Row, error) {
		u, a, err := renewable(tx, s, uai, id)
		if err != nil {
			return nil, err
		}
		if id == s.Account.ID {
			return nil, access.Conflict("Vous ne pouvez pas vous remettre un code : changez votre mot de passe dans « Mon compte », ou demandez un code à un administrateur d’un rôle supérieur.")
		}
		c.Name, c.Login = u.Label(), u.Login.Value()
		c.Code, c.Until, err = access.HandOver(tx, a)
		return u, errors.Join(err, handOut(tx, u.ID, CodeGiven, ""))
	})
	return c, err
}
