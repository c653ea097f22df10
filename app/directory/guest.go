package directory

import (
	"fmt"
	"strings"
	"time"

	"preau/app/access"
	"preau/app/post"
	"preau/data"
)

// A GuestForm is what a new guest is made of. The first four fields are needed.
type GuestForm struct {
	LastName, FirstName, Email, Birth string

	Title                    string
	Street, PostalCode, Town string // the lines of Street are separated by \n
	Mobile, Home, Work       string
}

var creatingGuest = access.NewAction("user.create", "Création d’un invité", access.ManageAccounts, data.Info)

// CreateGuest makes a guest of an establishment, mails them how to sign in, and
// returns the UID.
func CreateGuest(s *access.Session, uai string, f GuestForm) (id string, err error) {
	return f.create(s, uai, func(*data.Tx, data.Place) error { return nil })
}

// AddGuest is CreateGuest for somebody who saw those that look alike: it refuses
// when there are others by now, such as the one that a double click has made.
func AddGuest(s *access.Session, uai string, f GuestForm, seen string) (id string, err error) {
	return f.create(s, uai, func(tx *data.Tx, place data.Place) error {
		alike, err := f.resembling(tx, place)
		if err == nil && alike.Key() != seen {
			err = errUnseen()
		}
		return err
	})
}

// create makes the guest, once something was checked in the same transaction.
func (f GuestForm) create(s *access.Session, uai string, check func(*data.Tx, data.Place) error) (id string, err error) {
	u, err := f.person(s.Now())
	if err != nil {
		return "", err
	}
	err = s.Do(creatingGuest, func(tx *data.Tx) (data.Row, error) {
		place, err := locate(tx, uai)
		if err != nil {
			return nil, err
		}
		if err := check(tx, place); err != nil {
			return nil, err
		}
		u, err = createGuest(tx, place, u, logins{})
		id = u.ID
		return u, err
	})
	return id, err
}

// createGuest stores somebody whom a form describes, and welcomes them.
func createGuest(tx *data.Tx, place data.Place, u User, taken logins) (User, error) {
	id, err := access.NewUID(tx)
	if err != nil {
		return u, err
	}
	login, err := taken.next(tx, u.FirstName, u.LastName)
	if err != nil {
		return u, err
	}
	u.ID, u.Login, u.Attachments, u.Source, u.CreatedAt = id, Both{Federated: login}, Attachments{{At: place, Main: true}}, FromHand, tx.Now
	if err := putUser(tx, u); err != nil {
		return u, err
	}
	u.Version++
	return u, welcomeGuest(tx, u, place)
}

// person is who the form describes, once every field is right.
func (f GuestForm) person(now time.Time) (User, error) {
	u, wrong := f.read(now)
	return u, access.WrongFields(wrong)
}

// read takes the fields, and notes what is wrong with them.
func (f GuestForm) read(now time.Time) (u User, wrong notes) {
	wrong = notes{}
	u = User{Profile: Guest, LastName: strings.ToUpper(f.LastName), FirstName: f.FirstName, Title: f.Title,
		Email: Both{Federated: f.Email}, Postal: Address{Lines: addressLines(f.Street), PostalCode: f.PostalCode, Town: f.Town}}
	u.Birth = wrong.birth(f.Birth, now)
	if checkEmail(f.Email) != "" {
		wrong.add("email", "Cette adresse e-mail n’a pas la forme nom@domaine.fr : corrigez-la.")
	}
	wrong.lengths(f.LastName, f.FirstName, f.Title, f.Email, f.Street, f.PostalCode, f.Town)
	wrong.letters(f.LastName, f.FirstName)
	wrong.ask("nom", f.LastName, "Indiquez le nom de la personne.")
	wrong.ask("prenom", f.FirstName, "Indiquez le prénom de la personne.")
	wrong.ask("naissance", f.Birth, "Indiquez la date de naissance, sous la forme JJ/MM/AAAA.")
	wrong.ask("email", f.Email, "Indiquez l’adresse e-mail de la personne.")
	for _, p := range []struct {
		field, typed string
		into         *Both
	}{{"portable", f.Mobile, &u.Mobile}, {"domicile", f.Home, &u.Home}, {"poste", f.Work, &u.Work}} {
		phone, says := checkPhone(p.typed, false)
		wrong.add(p.field, says)
		p.into.Federated = phone
	}
	return u, wrong
}

// oldest is the earliest year of birth that is no mistake.
const oldest = "1900"

// birth reads the birth date of a guest, who is alive.
func (n notes) birth(typed string, now time.Time) Date {
	birth, ok := ParseDate(typed)
	switch {
	case !ok:
		n.add("naissance", wrongDate)
	case birth > DateOf(now.Local()), birth < oldest:
		n.add("naissance", "Vérifiez l’année de la date de naissance.")
	}
	return birth
}

// The most characters of a guest's fields: what is sorted and indexed has an end.
const (
	longestName   = 80
	longestEmail  = 254
	longestStreet = 300
	longestWord   = 40
)

func (n notes) lengths(last, first, title, email, street, code, town string) {
	for _, f := range []struct {
		field, value string
		most         int
	}{{"nom", last, longestName}, {"prenom", first, longestName}, {"civilite", title, longestWord}, {"email", email, longestEmail},
		{"adresse", street, longestStreet}, {"code-postal", code, longestWord}, {"ville", town, longestName}} {
		if len([]rune(f.value)) > f.most {
			n.add(f.field, fmt.Sprintf("Ce champ compte au plus %d caractères.", f.most))
		}
	}
}

// ask refuses a field left empty, in words that name it.
func (n notes) ask(field, value, says string) {
	if strings.TrimSpace(value) == "" {
		n[field] = says
	}
}

// letters refuses a name that nobody could be found by. Who has one name only is
// given a dash for the other.
func (n notes) letters(last, first string) {
	if data.Fold(last+first) == "" {
		n.add("nom", "Un nom contient au moins une lettre.")
	}
}

func addressLines(street string) (lines []string) {
	for line := range strings.Lines(street) {
		lines = append(lines, strings.TrimSpace(line))
	}
	return compact(lines)
}

// welcomeGuest mails a guest what an establishment has opened to them: a link to
// choose a first password, or that an account which serves already is attached
// there too. Where no mail carries a secret, none leaves: the account waits for
// a code handed over, or for its credentials on paper.
func welcomeGuest(tx *data.Tx, u User, place data.Place) error {
	to := u.Email.Value()
	a, err := access.Accounts.Get(tx, u.ID)
	if err != nil || to == "" || u.Unsure || a.Suspended {
		return err
	}
	school, err := Cards.Get(locating.Over(tx), UAIOf(place))
	if err != nil {
		return err
	}
	if a.Hash != "" {
		return post.Queue(tx, post.Mail{To: to, Subject: "Vous êtes rattaché à " + school.Name,
			Lines: []string{"Votre compte de l’ENT est désormais rattaché à l’établissement " + school.Name + ". Votre identifiant et votre mot de passe ne changent pas."},
			Facts: []post.Fact{{Label: "Identifiant", Value: a.Login}}, Links: []post.Link{{Label: "Ouvrir l’ENT", Path: "/"}}})
	}
	if leaves, err := post.CarriesSecrets(tx); err != nil || !leaves {
		return err
	}
	token, err := access.OrderPass(tx, access.Pass{Account: u.ID, Use: access.ChooseFirst})
	if err != nil {
		return err
	}
	return post.Queue(tx, post.Mail{To: to, Subject: "Votre compte dans l’ENT : " + school.Name, Secret: true,
		Lines: []string{"L’établissement " + school.Name + " vous ouvre un compte d’invité dans l’ENT. Choisissez votre mot de passe pour l’activer.",
			"Le lien vaut deux jours et ne sert qu’une fois ; passé ce délai, demandez-en un autre à l’établissement."},
		Facts: []post.Fact{{Label: "Identifiant", Value: a.Login}}, Links: []post.Link{{Label: "Choisir mon mot de passe", Path: access.PasswordPath(token)}}})
}
