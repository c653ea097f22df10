package portal

import (
	"preau/app/directory"
	"preau/ui/web"
)

// homePage is simple/home.html: what the person can do, until the ENT has
// services to show.
type homePage struct {
	Name, Login, Profile string
	Super                string // establishment whose content a super manager moderates
	Doors                []door
}

// A door is something that the person can do.
type door struct{ URL, Icon, Label, Says string }

// doorIcons keeps in one place the icons that Go code names.
var _ = []web.Link{{Icon: "sliders"}, {Icon: "person-gear"}, {Icon: "person-plus"}, {Icon: "journal-check"}, {Icon: "file-text"}, {Icon: "life-preserver"}}

func showHome(v *web.Visit) error {
	m, err := directory.MineOf(v.Session)
	if err != nil {
		return err
	}
	a := v.Session.Account
	page := homePage{Name: a.Name, Login: a.Login, Profile: profileName(a.Profile)}
	if at := v.Session.Super; at != "" {
		cards, err := directory.CardsAt(v.Session, at)
		if err != nil {
			return err
		}
		page.Super, page.Login = cards[0].Name, "admin."+a.Login
	}
	if v.Session.Administers() {
		page.Doors = append(page.Doors, door{"/console", "sliders", "Console d’administration", "Comptes, établissements, journal"})
	}
	if m.Records {
		page.Doors = append(page.Doors, door{"/scolarite", "journal-check", "Scolarité", records(v, m)})
	}
	if m.Profile == directory.Relative {
		page.Doors = append(page.Doors, door{"/compte#enfants", "person-plus", "Ajouter un enfant", waiting(m)})
	}
	if m.ID != "" {
		page.Doors = append(page.Doors, door{yearbook, "person-lines-fill", "Annuaire", "Les personnes de mon établissement"},
			door{ownGroups, "people-fill", "Mes groupes", "Locaux et multi-établissements"})
	}
	page.Doors = append(page.Doors, door{incidents, "life-preserver", "Incidents", "Demander de l’aide, suivre mes demandes"})
	page.Doors = append(page.Doors, door{"/compte", "person-gear", "Mon compte", accountDoor(m)})
	if m.ID != "" {
		page.Doors = append(page.Doors, door{"/charte", "file-text", "Charte d’utilisation", "Celle que vous avez acceptée"})
	}
	return v.ShowSimple("simple/home", "Accueil", page)
}

// records says where the person stands with their records password.
func records(v *web.Visit, m directory.Mine) string {
	switch {
	case !m.HasRecords:
		return "Demander votre mot de passe scolarité"
	case m.Blocked:
		return "Mot de passe bloqué"
	case v.Session.Records:
		return "Ouverte pour cette session"
	}
	return "Saisir votre mot de passe scolarité"
}

// waiting says how many children wait for their code.
func waiting(m directory.Mine) string {
	n := 0
	for _, k := range m.Children {
		if k.Person == nil {
			n++
		}
	}
	if n == 0 {
		return "Avec le code remis par son établissement"
	}
	return web.Count(n, "enfant à confirmer", "enfants à confirmer")
}

func accountDoor(m directory.Mine) string {
	if m.Profile == directory.Student || m.ID == "" {
		return "Adresse e-mail, mot de passe, appareils"
	}
	return "Adresse e-mail, téléphones, mot de passe, appareils"
}
