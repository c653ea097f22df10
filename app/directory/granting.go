package directory

import (
	"slices"
	"strings"
	"time"

	"preau/app/access"
	"preau/data"
)

// A GrantForm is what is given: one role, in one or more places.
type GrantForm struct {
	Role    access.Role
	UAIs    []string // of a local administrator
	Academy string   // slug, of the academic roles
	Until   string   // last day, JJ/MM/AAAA or AAAA-MM-JJ, "" for no end
}

var (
	giving = access.NewAction("administrator.give", "Habilitation donnée", access.ManageAdministrators, data.Important)
	taking = access.NewAction("administrator.take", "Habilitation retirée", access.ManageAdministrators, data.Important)
)

// GiveRoles gives somebody a role, in the establishments or the académie of the
// form. A role that they have already takes the end of the form. It takes a
// recent proof.
func GiveRoles(s *access.Session, id string, f GrantForm) error {
	return s.Do(giving, func(tx *data.Tx) (data.Row, error) {
		a, err := administered(tx, s, id)
		if err != nil {
			return nil, err
		}
		if a.Deleted || !a.Listed && !mayAdminister(Profile(a.Profile)) {
			return nil, access.Conflict("Ce compte ne peut pas recevoir d’habilitation : il est supprimé, ou d’un profil qui n’administre rien.")
		}
		given, err := f.give(tx, s, id)
		if err != nil {
			return nil, err
		}
		account, err := settled(tx, id)
		if err != nil {
			return nil, err
		}
		return toldAt(account, grantPlaces(given)...), tellGiven(tx, id, given)
	})
}

func grantPlaces(grants []access.Grant) []data.Place {
	places := make([]data.Place, len(grants))
	for i, g := range grants {
		places[i] = g.In
	}
	return places
}

// give grants what the form says, and returns what is new.
func (f GrantForm) give(tx *data.Tx, s *access.Session, id string) (given []access.Grant, err error) {
	places, until, wrong, err := f.read(tx, s)
	if err == nil {
		err = access.WrongFields(wrong)
	}
	if err != nil {
		return nil, err
	}
	var already error
	for _, in := range places {
		g, err := s.GiveRole(tx, id, f.Role, in, until)
		if access.Already(err) {
			already = err
			continue
		}
		if err != nil {
			return nil, err
		}
		given = append(given, g)
	}
	if len(given) == 0 {
		return nil, already
	}
	return given, nil
}

// read checks the form. What is out of reach is not there.
func (f GrantForm) read(tx *data.Tx, s *access.Session) (places []data.Place, until time.Time, wrong notes, err error) {
	wrong = notes{}
	switch f.Role {
	case access.LocalAdmin:
		places, err = f.schools(tx, s, wrong)
	case access.AcademySupport, access.AcademyAdvisor:
		if f.Academy == "" {
			wrong.add("academie", "Choisissez l’académie.")
			break
		}
		places = []data.Place{data.Place(f.Academy)}
		_, err = Academies.Get(tx, f.Academy)
	case access.Level2Support:
		places = []data.Place{""}
	default:
		wrong.add("role", "Choisissez le rôle.")
	}
	if f.Until != "" {
		day, ok := ParseDate(f.Until)
		if !ok {
			wrong.add("fin", "Écrivez la date de fin sous la forme JJ/MM/AAAA, ou laissez le champ vide.")
		}
		until = after(day)
	}
	return places, until, wrong, err
}

// mostSchools bounds how many establishments a form may name.
const mostSchools = 200

func (f GrantForm) schools(tx *data.Tx, s *access.Session, wrong notes) (places []data.Place, err error) {
	uais, mine := compact(f.UAIs), s.Reach(access.ManageAdministrators)
	switch {
	case len(uais) == 0:
		wrong.add("etablissements", "Cherchez puis cochez au moins un établissement.")
	case len(uais) > mostSchools:
		wrong.add("etablissements", "Cochez au plus 200 établissements à la fois.")
	default:
		for _, uai := range uais {
			place, err := locate(tx, uai)
			if err != nil {
				return nil, err
			}
			if !mine.Covers(place) {
				return nil, access.NotFound()
			}
			places = append(places, place)
		}
	}
	return places, nil
}

// after is the end of a day, here.
func after(day Date) time.Time {
	t, err := time.ParseInLocation(time.DateOnly, string(day), time.Local)
	if err != nil {
		return time.Time{}
	}
	return t.AddDate(0, 0, 1)
}

// LastDay is the last day of something that ends at a time.
func LastDay(until time.Time) string {
	return until.Add(-time.Second).Local().Format("02/01/2006")
}

// TakeRole takes a grant from somebody: see access.Session.TakeRole.
func TakeRole(s *access.Session, id, grant string, confirmed bool) error {
	return s.Do(taking, func(tx *data.Tx) (data.Row, error) {
		a, err := administered(tx, s, id)
		if err != nil {
			return nil, err
		}
		i := slices.IndexFunc(a.Grants, func(g Granted) bool { return g.ID == grant })
		if i < 0 {
			return nil, data.ErrNotFound
		}
		g := a.Grants[i].Grant
		if err := s.TakeRole(tx, g, confirmed); err != nil {
			return nil, err
		}
		account, err := settled(tx, id)
		if err != nil {
			return nil, err
		}
		return toldAt(account, g.In), tellTaken(tx, id, g)
	})
}

// An AcademyChoice is an académie within reach, for filters and forms.
type AcademyChoice struct{ Slug, Name string }

// AcademiesWithin returns the académies whose administrators the author manages,
// by name.
func AcademiesWithin(s *access.Session) (all []AcademyChoice, err error) {
	mine := s.Reach(access.ManageAdministrators)
	err = s.See(func(tx *data.Tx) error {
		for a, err := range Academies.All(tx) {
			if err != nil {
				return err
			}
			if mine.Covers(data.Place(a.Slug)) {
				all = append(all, AcademyChoice{a.Slug, a.Name})
			}
		}
		return nil
	})
	slices.SortFunc(all, func(a, b AcademyChoice) int { return strings.Compare(data.Fold(a.Name), data.Fold(b.Name)) })
	return all, err
}

// SchoolsToGive returns the establishments where the author may make local
// administrators, whose name, town or UAI holds the text, and those chosen
// already whatever the text.
func SchoolsToGive(s *access.Session, text string, chosen []string, limit int) (ticked, found []Card, total int, err error) {
	words, mine := strings.Fields(data.Fold(text)), s.Reach(access.ManageAdministrators)
	err = s.See(func(tx *data.Tx) error {
		for c, err := range Cards.All(tx) {
			if err != nil {
				return err
			}
			switch {
			case !mine.Covers(c.Place()) || !s.MayGive(access.LocalAdmin, c.Place()):
			case slices.Contains(chosen, c.UAI):
				ticked = append(ticked, c)
			case len(words) > 0 && c.matches(words):
				found = append(found, c)
			}
		}
		return nil
	})
	byName := func(a, b Card) int { return strings.Compare(data.SortKey(a.Name, a.UAI), data.SortKey(b.Name, b.UAI)) }
	slices.SortFunc(ticked, byName)
	slices.SortFunc(found, byName)
	return ticked, found[:min(limit, len(found))], len(found), err
}
