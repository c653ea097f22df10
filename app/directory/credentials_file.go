package directory

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"preau/app/access"
	"preau/app/format/slips"
	"preau/data"
)

var (
	exportingCredentials = access.NewAction("credentials.export", "Identifiants exportés au format CSV", access.ManageAccounts, data.Attention)
	printingCredentials  = access.NewAction("credentials.print", "Fiches d’identifiants à distribuer", access.ManageAccounts, data.Attention)
)

// ExportCredentials returns the file of the credentials of a selection, its
// header first. Those that are told are issued if they were not; the journal
// says who took the file, of whom, before it is handed over.
func ExportCredentials(s *access.Session, uai string, sel Selection) (rows [][]string, err error) {
	place, all, err := gather(s, uai, sel)
	if err != nil {
		return nil, err
	}
	if err := issue(s, all); err != nil {
		return nil, err
	}
	rows = make([][]string, 0, len(all)+1)
	rows = append(rows, headerOf(sel.Profile))
	for _, c := range all {
		rows = append(rows, c.row(sel.Profile))
	}
	return rows, handOver(s, place, sel, exportingCredentials, Exported, all)
}

// handOver writes in the journal that credentials leave in a file, and notes
// whose.
func handOver(s *access.Session, place data.Place, sel Selection, act access.Action, how string, all []Credential) error {
	var school Establishment
	var words string
	if err := s.See(func(tx *data.Tx) (err error) {
		if school, err = Establishments.Get(tx, UAIOf(place)); err != nil {
			return err
		}
		words, err = sel.words(tx, place, len(all))
		return err
	}); err != nil {
		return err
	}
	return s.Record(func(tx *data.Tx) error {
		for _, c := range all {
			if !c.told() {
				continue
			}
			if err := handOut(tx, c.ID, how, ""); err != nil {
				return err
			}
		}
		return nil
	}, data.Fact{Action: act.Action, About: school, Note: words})
}

// headerOf is the first line of the file of a profile, "" for deleted people.
func headerOf(p Profile) []string {
	switch p {
	case Student:
		return []string{"Nom", "Prénom", "Date de naissance", "Classe", "Identifiant", "Mot de passe", "Code d'activation parent"}
	case Relative:
		return []string{"Nom", "Prénom", "Code postal", "Ville", "Enfants", "Codes d'activation", "Identifiant"}
	case Guest:
		return []string{"Nom", "Prénom", "Date de naissance", "Identifiant", "Mot de passe"}
	case "":
		return []string{"Nom", "Prénom", "Date de naissance", "Profil", "Identifiant", "Supprimé le"}
	}
	return []string{"Nom", "Prénom", "Discipline ou fonction", "Identifiant", "Mot de passe"}
}

func (c Credential) row(p Profile) []string {
	login, password := c.Login.Value(), c.Password
	if c.Why != "" {
		password = c.Why
	}
	switch p {
	case Student:
		return []string{c.LastName, c.FirstName, c.Birth.String(), c.Where, login, password, c.Code}
	case Relative:
		return c.familyRow()
	case Guest:
		return []string{c.LastName, c.FirstName, c.Birth.String(), login, password}
	case "":
		return []string{c.LastName, c.FirstName, c.Birth.String(), c.Profile.One(), login, c.DeletedAt.Local().Format("02/01/2006")}
	}
	return []string{c.LastName, c.FirstName, c.Where, login, password}
}

// familyRow is the line of a relative, who is told no login before activation.
func (c Credential) familyRow() []string {
	login := ""
	if !c.ActivatedAt.IsZero() {
		login = c.Login.Value()
	}
	var names, codes []string
	for _, child := range c.Children {
		names = append(names, child.Name)
		if child.Code == "" {
			child.Code = WhyActive
		}
		codes = append(codes, child.Code)
	}
	if c.Elsewhere {
		names = append(names, elsewhere)
	}
	if len(codes) == 0 || c.Why != "" && c.Why != WhyActive {
		codes = compact([]string{c.Why})
	}
	return []string{c.LastName, c.FirstName, c.Postal.PostalCode, c.Postal.Town, strings.Join(names, ", "), strings.Join(codes, ", "), login}
}

const elsewhere = "enfant d’un autre établissement"

// slipsMost is how many slips one document holds: an establishment's largest
// profile, and little enough to be held in memory while it is made.
const slipsMost = 5000

// PrintCredentials returns the slips of those of a selection who have never
// connected, class after class, and how many of it have none. base is the
// address of the appliance.
func PrintCredentials(s *access.Session, uai string, sel Selection, base string) (sheets []slips.Slip, without int, err error) {
	place, all, err := gather(s, uai, sel)
	if err != nil {
		return nil, 0, err
	}
	whole := len(all)
	all = slices.DeleteFunc(all, func(c Credential) bool { return c.Why != "" })
	if len(all) > slipsMost {
		return nil, 0, access.Conflict(fmt.Sprintf("Un document compte au plus %d fiches : choisissez un niveau ou une classe.", slipsMost))
	}
	if err := issue(s, all); err != nil {
		return nil, 0, err
	}
	for _, c := range all {
		if c.told() {
			sheets = append(sheets, c.slip(base))
		}
	}
	if len(sheets) == 0 {
		return nil, 0, access.Conflict("Personne n’a besoin d’une fiche ici : ces comptes sont déjà activés, suspendus, réservés, ou sans enfant dans l’établissement.")
	}
	slices.SortStableFunc(sheets, func(a, b slips.Slip) int {
		return cmp.Compare(data.SortKey(a.Group, ""), data.SortKey(b.Group, ""))
	})
	return sheets, whole - len(sheets), handOver(s, place, sel, printingCredentials, Printed, all)
}

// slip is what somebody gets on paper.
func (c Credential) slip(base string) slips.Slip {
	if c.Profile == Relative {
		return c.familySlip(base)
	}
	s := slips.Slip{Name: c.Label(), Note: c.Where, Address: base + "/connexion",
		Lines: []slips.Line{{Label: "Identifiant", Value: c.Login.Value(), Mono: true}, {Label: "Mot de passe", Value: c.Password, Mono: true}},
		Says:  "Ce mot de passe sert une seule fois : vous en choisirez un autre en vous connectant."}
	if c.Profile == Student {
		s.Group = c.Where
	}
	return s
}

// familySlip goes home with the first child of the establishment.
func (c Credential) familySlip(base string) slips.Slip {
	s := slips.Slip{Name: c.Label(), Address: base + "/activation",
		Says: "Ouvrez cette page pour activer votre compte : vous y choisirez votre mot de passe. Un seul code suffit."}
	for _, child := range c.Children {
		if s.Group == "" {
			s.Group = child.Class
		}
	}
	if kids := c.kids(); kids != "" {
		s.Note = "Parent de " + kids
	}
	if place(c.Postal.PostalCode, c.Postal.Town) == "" {
		s.Address, s.Says = base+"/code", "Votre adresse manque dans nos fichiers : demandez à l’établissement un code personnel, à saisir sur cette page."
		return s
	}
	s.Lines = []slips.Line{{Label: "Code postal", Value: c.Postal.PostalCode, Mono: true}, {Label: "Ville", Value: c.Postal.Town}}
	for _, child := range c.Children {
		s.Lines = append(s.Lines, slips.Line{Label: "Code de " + child.Name, Value: child.Code, Mono: true})
	}
	if c.Elsewhere {
		s.Lines = append(s.Lines, slips.Line{Label: "Autre enfant", Value: "code remis par son établissement"})
	}
	return s
}
