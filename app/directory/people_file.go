package directory

import (
	"preau/app/access"
	"preau/data"
)

var exportingPeople = access.NewAction("user.export", "Liste exportée au format CSV", access.ManageAccounts, data.Info)

// ExportPeople returns the file of a list, its header first: no secret is in it.
// The journal says who took it, and of whom.
func ExportPeople(s *access.Session, uai string, sel Selection) (rows [][]string, err error) {
	var school Establishment
	var words string
	err = s.See(func(tx *data.Tx) error {
		place, err := locate(tx, uai)
		if err != nil {
			return err
		}
		if !s.Can(access.ManageAccounts, place) {
			return access.NotAllowed()
		}
		people, err := sel.people(tx, place)
		if err != nil {
			return err
		}
		if words, err = sel.words(tx, place, len(people)); err != nil {
			return err
		}
		rows, err = peopleRows(tx, place, people)
		if err != nil {
			return err
		}
		school, err = Establishments.Get(tx, uai)
		return err
	})
	if err != nil {
		return nil, err
	}
	return rows, s.Record(nil, data.Fact{Action: exportingPeople.Action, About: school, Note: words})
}

func peopleRows(tx *data.Tx, place data.Place, people []User) ([][]string, error) {
	rows := [][]string{{"Nom", "Prénom", "Profil", "Date de naissance", "Classe, discipline ou fonction", "Identifiant", "Adresse e-mail", "État", "Dernière connexion"}}
	for _, u := range people {
		seen, err := access.LastSignIn(tx, u.ID)
		if err != nil {
			return nil, err
		}
		last := ""
		if !seen.SignedIn.IsZero() {
			last = seen.SignedIn.Local().Format("02/01/2006")
		}
		rows = append(rows, []string{u.LastName, u.FirstName, u.Profile.One(), u.Birth.String(), u.summary(place), u.Login.Value(), u.Email.Value(), u.State().Label(), last})
	}
	return rows, nil
}
