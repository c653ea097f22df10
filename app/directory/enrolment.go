package directory

import (
	"slices"
	"strings"

	"preau/app/access"
	"preau/app/post"
	"preau/data"
)

// An AdministratorForm is what the account of an administrator who is nobody in
// the directory is made of.
type AdministratorForm struct {
	LastName, FirstName, Email string
	Login                      string // "" for prenom.nom
	Grant                      GrantForm
	Another                    bool // none of those who have the same name
}

var enrolling = access.NewAction("administrator.enrol", "Création d’un compte d’administrateur", access.ManageAdministrators, data.Important)

// CreateAdministrator makes the account of an administrator, gives the role of
// the form and mails the login with a link to choose a password. Where no mail
// reaches them, it returns a code to hand over. It takes a recent proof.
func CreateAdministrator(s *access.Session, f AdministratorForm) (id string, code *HandedCode, err error) {
	if !f.Another {
		twins, err := Candidates(s, f.LastName+" "+f.FirstName, twinsShown)
		if err != nil {
			return "", nil, err
		}
		if slices.ContainsFunc(twins.People, func(p Found) bool { return p.Named(f.LastName, f.FirstName) }) {
			return "", nil, access.Wrong("autre", "Quelqu’un porte déjà ce nom : s’il s’agit de la même personne, habilitez-la plutôt que de lui créer un second compte.")
		}
	}
	err = s.Do(enrolling, func(tx *data.Tx) (data.Row, error) {
		a, err := f.account(tx, s)
		if err != nil {
			return nil, err
		}
		if err := access.Accounts.Put(tx, a); err != nil {
			return nil, err
		}
		given, err := f.Grant.give(tx, s, a.ID)
		if err != nil {
			return nil, err
		}
		id = a.ID
		code, err = welcome(tx, a, given)
		return a, err
	})
	if err != nil {
		return "", nil, err
	}
	return id, code, nil
}

// twinsShown is how many people of the same name are shown.
const twinsShown = 8

// account checks the form and makes the account.
func (f AdministratorForm) account(tx *data.Tx, s *access.Session) (a access.Account, err error) {
	places, _, wrong, err := f.Grant.read(tx, s)
	if err != nil {
		return a, err
	}
	wrong.need("nom", f.LastName)
	wrong.need("prenom", f.FirstName)
	wrong.add("email", checkEmail(f.Email))
	secrets, err := post.CarriesSecrets(tx)
	if err != nil {
		return a, err
	}
	if secrets {
		wrong.need("email", f.Email)
	}
	if f.Login == "" {
		f.Login, err = newLogin(tx, f.FirstName, f.LastName)
	} else {
		var says string
		says, err = checkLogin(tx, f.Login, "")
		wrong.add("login", says)
	}
	if err != nil {
		return a, err
	}
	if err := access.WrongFields(wrong); err != nil {
		return a, err
	}
	a = access.Account{Login: f.Login, Name: strings.ToUpper(f.LastName) + " " + f.FirstName, Profile: access.AdminProfile, At: places, Email: f.Email}
	a.ID, err = access.NewUID(tx)
	return a, err
}

// welcome tells a new administrator how to get in.
func welcome(tx *data.Tx, a access.Account, given []access.Grant) (*HandedCode, error) {
	secrets, err := post.CarriesSecrets(tx)
	if err != nil {
		return nil, err
	}
	if !secrets || a.Email == "" {
		return handed(tx, a)
	}
	words, err := describeGrants(tx, given)
	if err != nil {
		return nil, err
	}
	return nil, mailLink(tx, a, "Votre compte d’administrateur", tx.Author.Name+" vous a créé un compte d’administrateur. "+words)
}

// handed issues the code to hand over to the owner of an account.
func handed(tx *data.Tx, a access.Account) (*HandedCode, error) {
	code, until, err := access.HandOver(tx, a)
	return &HandedCode{a.Name, a.Login, code, until}, err
}

// mailLink mails the owner of an account a link to choose a password, good for
// two days.
func mailLink(tx *data.Tx, a access.Account, subject, says string) error {
	use := access.ChooseAgain
	if a.Hash == "" {
		use = access.ChooseFirst
	}
	token, err := access.OrderPass(tx, access.Pass{Account: a.ID, Use: use})
	if err != nil {
		return err
	}
	return post.Queue(tx, post.Mail{To: a.Email, Subject: subject, Secret: true,
		Lines: []string{says, "Choisissez votre mot de passe par le lien qui suit : il vaut deux jours et ne sert qu’une fois."},
		Facts: []post.Fact{{Label: "Identifiant", Value: a.Login}}, Links: []post.Link{{Label: "Choisir mon mot de passe", Path: access.PasswordPath(token)}}})
}

// ProposeLogin returns the login that somebody of this name would be given.
func ProposeLogin(s *access.Session, first, last string) (login string, err error) {
	if strings.TrimSpace(first+last) == "" {
		return "", nil
	}
	err = s.See(func(tx *data.Tx) error {
		login, err = newLogin(tx, first, last)
		return err
	})
	return login, err
}

// Candidates finds those within reach to whom a role can be given: teachers,
// staff, guests, and administrators who are nobody in the directory.
func Candidates(s *access.Session, text string, limit int) (a Answers, err error) {
	mine := s.Reach(access.ManageAdministrators)
	words := strings.Fields(data.Fold(text))
	if len(words) == 0 {
		return a, nil
	}
	err = s.See(func(tx *data.Tx) error {
		for account, err := range access.Administrators.All(tx, access.AdminProfile) {
			if err != nil {
				return err
			}
			if mine.CoversAny(account.At) && hasWords(data.Fold(account.Name+" "+account.Login), words) {
				a.People = append(a.People, Found{ID: account.ID, Profile: access.AdminProfile, Label: account.Name, Note: "Compte d’administrateur · " + account.Login})
			}
		}
		found, err := Users.TypeAhead(tx, data.Query{Text: text, Limit: limit, Tags: []string{presentTag()}, AnyTags: []string{profileTag(Teacher), profileTag(Staff), profileTag(Guest)}})
		if err != nil {
			return err
		}
		a.Total, a.More, a.Near, a.Partly = found.Total+len(a.People), found.More, found.Fuzzy, found.Rebuilding
		for _, u := range found.Rows {
			if mine.CoversAny(u.Places()) {
				a.People = append(a.People, answer(tx, u, ""))
			}
		}
		return nil
	})
	a.People = a.People[:min(limit, len(a.People))]
	return a, err
}

// hasWords reports whether each word is somewhere in a folded text.
func hasWords(folded string, words []string) bool {
	return !slices.ContainsFunc(words, func(w string) bool { return !strings.Contains(folded, w) })
}

// Named reports whether somebody found has this very name.
func (f Found) Named(last, first string) bool {
	name, _, _ := strings.Cut(f.Label, " – ")
	return data.Fold(name) == data.Fold(last+" "+first)
}
