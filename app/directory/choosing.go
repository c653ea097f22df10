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

// A Choosing is what whoever holds a pass is asked, to choose a password.
type Choosing struct {
	Login     string
	Email     string // "" when none is known
	First     bool   // the first connection: the rest is asked too
	Shortest  int    // of the password, in characters
	NeedsMail bool   // an e-mail has to be given
	Question  bool   // a secret question is proposed
	HasTerms  bool   // there are terms to accept
	Records   bool   // another records password may be chosen with it
	SigningIn string // see access.Pass.SigningIn
}

// choosing are the uses of passes that choose a password.
var choosing = []access.Use{access.ChooseFirst, access.ChooseAgain}

// ChoosingOf tells what the holder of a pass is asked.
func ChoosingOf(g *access.Gate, token, from string) (c Choosing, err error) {
	s, p, err := g.Holder(token, from, choosing...)
	if err != nil {
		return c, err
	}
	err = s.See(func(tx *data.Tx) error {
		u, rule, err := ruleOf(tx, s.Account)
		if err != nil {
			return err
		}
		role, err := access.RoleOf(tx, s.Account.ID)
		c = Choosing{Login: s.Account.Login, Email: s.Account.Email, First: p.Use == access.ChooseFirst, Shortest: rule.Shortest, SigningIn: p.SigningIn(s.Account)}
		if c.First && u.ID != "" {
			c.Email = u.Email.Value()
			c.NeedsMail = u.Profile != Student && c.Email == ""
			c.Question, c.HasTerms = role == "", true
		}
		c.Records = p.Handed && u.KeepsRecords()
		return err
	})
	return c, err
}

// A PasswordForm is what whoever chooses a password sends.
type PasswordForm struct {
	Password, Again  string
	Email            string
	Question, Answer string
	Terms            bool
	Records          string // six digits, "" to leave it
}

var (
	firstConnection = access.NewAction("user.activate", "Première connexion", access.Oneself, data.Info)
	choosingAgain   = access.NewAction("password.choose", "Nouveau mot de passe choisi", access.Oneself, data.Attention)
)

// ChoosePassword gives the holder of a pass the password that they chose, and
// what their first connection asks. The pass is consumed: of two who hold it,
// one only chooses. Nobody is signed in by it.
func ChoosePassword(ctx context.Context, g *access.Gate, token, from string, f PasswordForm) (login string, err error) {
	s, _, err := g.Holder(token, from, choosing...)
	if err != nil {
		return "", err
	}
	asked, err := ChoosingOf(g, token, from)
	if err != nil {
		return "", err
	}
	if err := f.check(s, asked); err != nil {
		return "", err
	}
	hashes, err := f.hash(ctx, g)
	if err != nil {
		return "", err
	}
	action := choosingAgain
	if asked.First {
		action = firstConnection
	}
	return s.Account.Login, s.Own(action, func(tx *data.Tx) (data.Row, error) {
		p, err := access.TakePass(tx, token, choosing...)
		if err != nil {
			return nil, err
		}
		return f.keep(tx, s.Account.ID, p, asked, hashes)
	})
}

func (f PasswordForm) check(s *access.Session, asked Choosing) error {
	wrong := notes{}
	if err := s.See(func(tx *data.Tx) error {
		_, rule, err := ruleOf(tx, s.Account)
		wrong.add("mot-de-passe", rule.Check(f.Password))
		return err
	}); err != nil {
		return err
	}
	wrong.addChosen(f.Password, f.Again)
	if !asked.First {
		return access.WrongFields(wrong.records(f.Records))
	}
	wrong.add("email", checkEmail(f.Email))
	if asked.NeedsMail {
		wrong.need("email", f.Email)
	}
	if asked.Question && (f.Answer != "" || f.Email == "") {
		if !slices.Contains(access.SecretQuestions, f.Question) {
			wrong.add("question", "Choisissez une question.")
		}
		wrong.add("reponse", access.CheckAnswer(f.Answer))
	}
	if asked.HasTerms && !f.Terms {
		wrong.add("charte", "Lisez la charte et l’information sur les données, puis cochez la case.")
	}
	return access.WrongFields(wrong.records(f.Records))
}

// addChosen notes that a password and its repetition differ.
func (n notes) addChosen(password, again string) {
	if n["mot-de-passe"] == "" && password != again {
		n.add("encore", "Les deux mots de passe diffèrent : saisissez le même.")
	}
}

func (n notes) records(typed string) notes {
	if typed != "" && (len(typed) != access.RecordsDigits || strings.Trim(typed, "0123456789") != "") {
		n.add("scolarite", "Un mot de passe scolarité compte six chiffres.")
	}
	return n
}

// hashes are what is stored of a form: hashed before the transaction.
type hashes struct{ password, answer, records string }

func (f PasswordForm) hash(ctx context.Context, g *access.Gate) (h hashes, err error) {
	if h.password, err = g.Hash(ctx, f.Password); err == nil && f.Answer != "" {
		h.answer, err = g.HashAnswer(ctx, f.Answer)
	}
	if err == nil && f.Records != "" {
		h.records, err = g.Hash(ctx, f.Records)
	}
	return h, err
}

// keep stores what was chosen. An administrator who is nobody in the directory
// has an account and no record.
func (f PasswordForm) keep(tx *data.Tx, id string, p access.Pass, asked Choosing, h hashes) (data.Row, error) {
	u, err := Users.Get(tx, id)
	if err != nil && !errors.Is(err, data.ErrNotFound) {
		return nil, err
	}
	if asked.First && u.ID != "" {
		if err := f.first(tx, &u, p, asked); err != nil {
			return nil, err
		}
	}
	a, err := access.Accounts.Get(tx, id)
	if err != nil {
		return nil, err
	}
	if asked.First {
		if err := access.Accepts(tx, &a); err != nil {
			return nil, err
		}
	}
	if h.answer != "" && asked.Question {
		err = access.SetQuestion(tx, id, f.Question, h.answer)
	}
	if h.records != "" && asked.Records {
		err = errors.Join(err, access.SetRecords(tx, id, h.records))
	}
	a, failed := access.SetPassword(tx, a, h.password)
	if !asked.First {
		failed = errors.Join(failed, access.NoticePassword(tx, a))
	}
	return about(u, a), errors.Join(err, failed)
}

// first does what a first connection does beside the password.
func (f PasswordForm) first(tx *data.Tx, u *User, p access.Pass, asked Choosing) error {
	if u.ActivatedAt.IsZero() {
		u.ActivatedAt = tx.Now
	}
	typed := f.Email != "" && !strings.EqualFold(f.Email, u.Email.Value())
	if typed {
		u.Email, u.Unsure = u.edited(u.Email, f.Email), true
	}
	if err := putUser(tx, *u); err != nil {
		return err
	}
	if u.Profile == Relative {
		if err := u.confirm(tx, p.Children, p.Handed); err != nil {
			return err
		}
	}
	if !typed {
		return nil
	}
	return askAddress(tx, *u)
}

// askAddress mails the address that somebody typed its confirmation, where mails
// can leave.
func askAddress(tx *data.Tx, u User) error {
	leaves, err := post.CarriesSecrets(tx)
	if err != nil || !leaves {
		return err
	}
	a, err := access.Accounts.Get(tx, u.ID)
	if err != nil {
		return err
	}
	return access.AskAddress(tx, a, u.Email.Value())
}

// about is the row that an event names: the person, or the account of an
// administrator who is nobody in the directory.
func about(u User, a access.Account) data.Row {
	if u.ID == "" {
		return a
	}
	return u
}

// ruleOf returns the rule of the password of an account, with its person if it
// has one.
func ruleOf(tx *data.Tx, a access.Account) (u User, r access.PasswordRule, err error) {
	r = access.PasswordRule{Shortest: access.ShortestPassword, Words: []string{a.Login, a.Name}}
	u, err = Users.Get(tx, a.ID)
	if errors.Is(err, data.ErrNotFound) {
		return User{}, r, nil
	}
	if err != nil {
		return u, r, err
	}
	if u.Profile == Student || u.Profile == Relative {
		r.Shortest = access.ShortestYoung
	}
	r.Words, r.Birth = append(r.Words, u.BirthName), string(u.Birth)
	for _, at := range u.Attachments {
		c, err := Cards.Get(locating.Over(tx), at.UAI())
		if err != nil && !errors.Is(err, data.ErrNotFound) {
			return u, r, err
		}
		r.Words = append(r.Words, c.Name, c.Town)
	}
	return u, r, nil
}
