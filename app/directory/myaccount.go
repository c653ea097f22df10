package directory

import (
	"context"
	"errors"
	"slices"
	"strings"

	"preau/app/access"
	"preau/app/post"
	"preau/data"
)

// A Mine is what somebody sees of their own account.
type Mine struct {
	User       // without ID for an administrator who is nobody in the directory
	Email      string
	Leaves     bool // mails that hold a link can reach them
	Schools    []Card
	Children   []Kin // of a relative, by name; whose link is not confirmed is nobody
	Records    bool  // a records password is theirs to have
	HasRecords bool
	Blocked    bool // their records password
	HasFactor  bool
	MayFactor  bool // they administer something
	Question   string
	Rule       access.PasswordRule
}

// MineOf returns the person's own account.
func MineOf(s *access.Session) (m Mine, err error) {
	err = s.See(func(tx *data.Tx) error {
		if m.User, m.Rule, err = ruleOf(tx, s.Account); err != nil {
			return err
		}
		if m.Email = s.Account.Email; m.ID != "" {
			m.Email = m.User.Email.Value()
		}
		if m.Leaves, err = post.CarriesSecrets(tx); err != nil {
			return err
		}
		if m.HasFactor, err = access.HasFactor(tx, s.Account.ID); err != nil {
			return err
		}
		role, err := access.RoleOf(tx, s.Account.ID)
		if err != nil {
			return err
		}
		m.MayFactor = role != ""
		if m.Question, err = access.MyQuestion(tx, s.Account.ID); err != nil {
			return err
		}
		m.Records = m.KeepsRecords()
		records, known, err := access.RecordsOf(tx, s.Account.ID)
		if err != nil {
			return err
		}
		m.HasRecords, m.Blocked = known, records.Blocked()
		if m.Schools, err = m.schools(tx); err != nil {
			return err
		}
		m.Children, err = childrenOf(activating.Over(tx), m.User)
		return err
	})
	return m, err
}

// schools are the establishments of somebody, the main one first.
func (u User) schools(tx *data.Tx) (all []Card, err error) {
	for _, a := range u.Attachments {
		c, err := Cards.Get(locating.Over(tx), a.UAI())
		if err != nil {
			return nil, err
		}
		all = append(all, c)
	}
	return all, nil
}

// childrenOf are the children of a relative, by name, then those whose links are
// not confirmed: these have none.
func childrenOf(wide *data.Tx, u User) (kids []Kin, err error) {
	if u.Profile != Relative {
		return nil, nil
	}
	for child, err := range UsersByRelative.All(wide, u.ID) {
		if err != nil {
			return nil, err
		}
		if child.State() == Deleted {
			continue
		}
		for _, l := range child.Links {
			if l.Relative == u.ID {
				kids = append(kids, Kin{Link: l, Person: &child})
			}
		}
	}
	slices.SortFunc(kids, func(a, b Kin) int { return strings.Compare(sortKey(*a.Person), sortKey(*b.Person)) })
	slices.SortStableFunc(kids, func(a, b Kin) int { return unconfirmed(a) - unconfirmed(b) })
	for i := range kids {
		if kids[i].Confirmed.IsZero() {
			kids[i].Person = nil
		}
	}
	return kids, nil
}

func unconfirmed(k Kin) int {
	if k.Confirmed.IsZero() {
		return 1
	}
	return 0
}

var (
	changingPassword = access.NewAction("password.change", "Mot de passe changé", access.Oneself, data.Attention)
	changingAddress  = access.NewAction("user.address", "Adresse e-mail changée par la personne", access.Oneself, data.Attention)
	confirmingMail   = access.NewAction("user.confirm-address", "Adresse e-mail confirmée", access.Oneself, data.Info)
	changingPhones   = access.NewAction("user.phones", "Téléphones changés par la personne", access.Oneself, data.Info)
	changingQuestion = access.NewAction("question.set", "Question secrète choisie", access.Oneself, data.Info)
)

// ChangePassword changes the person's own password. It takes a recent proof,
// ends their other sessions and tells them by mail.
func ChangePassword(ctx context.Context, s *access.Session, password, again string) error {
	if err := s.Fresh(); err != nil {
		return err
	}
	m, err := MineOf(s)
	if err != nil {
		return err
	}
	wrong := notes{}
	wrong.add("mot-de-passe", m.Rule.Check(password))
	wrong.addChosen(password, again)
	if err := access.WrongFields(wrong); err != nil {
		return err
	}
	hash, err := s.Gate().Hash(ctx, password)
	if err != nil {
		return err
	}
	return s.Own(changingPassword, func(tx *data.Tx) (data.Row, error) {
		a, err := s.KeepPassword(tx, hash)
		return about(m.User, a), errors.Join(err, access.NoticePassword(tx, a))
	})
}

// ChangeAddress changes the person's own e-mail. It takes a recent proof; the
// former address is told, and the new one counts for recovery once confirmed.
func ChangeAddress(s *access.Session, address string) error {
	if err := s.Fresh(); err != nil {
		return err
	}
	wrong := notes{}
	wrong.add("email", checkEmail(address))
	if s.Account.Profile != string(Student) {
		wrong.need("email", address)
	}
	if err := access.WrongFields(wrong); err != nil {
		return err
	}
	if s.Account.Profile == access.AdminProfile {
		return askAlone(s, address)
	}
	return s.Own(changingAddress, func(tx *data.Tx) (data.Row, error) {
		u, err := Users.Get(tx, s.Account.ID)
		if err != nil {
			return nil, err
		}
		if address != "" && strings.EqualFold(address, u.Email.Value()) {
			return nil, access.Wrong("email", "C’est déjà votre adresse.")
		}
		before := u
		u.Email, u.Unsure = u.edited(u.Email, address), address != ""
		if err := errors.Join(putUser(tx, u), notifyFormer(tx, before, u)); err != nil || address == "" {
			return u, err
		}
		return u, askAddress(tx, u)
	})
}

var asking = access.NewAction("user.ask-address", "Courriel de confirmation d’adresse demandé", access.Oneself, data.Info)

// askAlone mails the new address of an administrator who is nobody in the
// directory a link: theirs is the one that they confirmed last.
func askAlone(s *access.Session, address string) error {
	return s.Own(asking, func(tx *data.Tx) (data.Row, error) {
		leaves, err := post.CarriesSecrets(tx)
		if err != nil || !leaves {
			return nil, errors.Join(err, errNoMail())
		}
		a, err := access.Accounts.Get(tx, s.Account.ID)
		if err != nil {
			return nil, err
		}
		return a, access.AskAddress(tx, a, address)
	})
}

func errNoMail() error {
	return access.Conflict("Le courriel n’est pas configuré sur cet appareil : aucun lien de confirmation ne peut partir. Prévenez l’administrateur de l’ENT.")
}

// AskAddressAgain mails once more the link that confirms the person's address.
func AskAddressAgain(s *access.Session) error {
	return s.Own(asking, func(tx *data.Tx) (data.Row, error) {
		u, err := Users.Get(tx, s.Account.ID)
		if err != nil {
			return nil, err
		}
		if !u.Unsure || u.Email.Value() == "" {
			return nil, access.Conflict("Votre adresse n’a pas à être confirmée.")
		}
		leaves, err := post.CarriesSecrets(tx)
		if err != nil || !leaves {
			return nil, errors.Join(err, errNoMail())
		}
		return u, askAddress(tx, u)
	})
}

// ConfirmAddress makes the address of a pass count for recovery, if it still is
// the person's.
func ConfirmAddress(g *access.Gate, token, from string) error {
	s, _, err := g.Holder(token, from, access.ConfirmAddress)
	if err != nil {
		return err
	}
	return s.Own(confirmingMail, func(tx *data.Tx) (data.Row, error) {
		p, err := access.TakePass(tx, token, access.ConfirmAddress)
		if err != nil {
			return nil, err
		}
		if s.Account.Profile == access.AdminProfile {
			return access.SetAddress(tx, s.Account.ID, p.Address)
		}
		u, err := Users.Get(tx, s.Account.ID)
		if err != nil {
			return nil, err
		}
		if !strings.EqualFold(u.Email.Value(), p.Address) {
			return nil, access.Conflict("L’adresse de ce compte a changé depuis : ce lien ne sert plus.")
		}
		u.Unsure = false
		return u, putUser(tx, u)
	})
}

// ChangePhones changes the person's own telephones. A pupil's are the console's.
func ChangePhones(s *access.Session, mobile, home, work string) error {
	return s.Own(changingPhones, func(tx *data.Tx) (data.Row, error) {
		u, err := Users.Get(tx, s.Account.ID)
		if err != nil {
			return nil, err
		}
		if u.Profile == Student {
			return nil, access.NotFound()
		}
		wrong := notes{}
		UserForm{Mobile: mobile, Home: home, Work: work}.phones(&u, wrong)
		if err := access.WrongFields(wrong); err != nil {
			return nil, err
		}
		return u, putUser(tx, u)
	})
}

// ChangeQuestion sets the person's own secret question. It takes a recent proof;
// an administrator has none.
func ChangeQuestion(ctx context.Context, s *access.Session, question, answer string) error {
	if err := s.Fresh(); err != nil {
		return err
	}
	wrong := notes{}
	if !slices.Contains(access.SecretQuestions, question) {
		wrong.add("question", "Choisissez une question.")
	}
	wrong.add("reponse", access.CheckAnswer(answer))
	if err := access.WrongFields(wrong); err != nil {
		return err
	}
	hash, err := s.Gate().HashAnswer(ctx, answer)
	if err != nil {
		return err
	}
	return s.Own(changingQuestion, func(tx *data.Tx) (data.Row, error) {
		role, err := access.RoleOf(tx, s.Account.ID)
		if err != nil || role != "" {
			return nil, errors.Join(err, access.Conflict("Le compte d’un administrateur n’a pas de question secrète : il se retrouve par courriel."))
		}
		u, err := Users.Get(tx, s.Account.ID)
		if err != nil {
			return nil, err
		}
		return u, access.SetQuestion(tx, u.ID, question, hash)
	})
}

// notifyFormer tells the former address of somebody that it was changed, and
// that of an administrator that the login was.
func notifyFormer(tx *data.Tx, before, after User) error {
	err := access.NoticeAddress(tx, before.Email.Value(), after.Email.Value())
	if before.Login.Value() == after.Login.Value() {
		return err
	}
	role, failed := access.RoleOf(tx, before.ID)
	if role != "" {
		failed = errors.Join(failed, access.NoticeLogin(tx, before.Email.Value(), before.Login.Value(), after.Login.Value()))
	}
	return errors.Join(err, failed)
}
