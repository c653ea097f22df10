package portal

import (
	"preau/app/groups"
	"preau/ui/web"
)

// Addresses of the groups of whoever is signed in, and of the directory.
const (
	ownGroups = "/groupes"
	yearbook  = "/annuaire"
)

func mountGroups(signed web.Router) {
	signed.Get(ownGroups, showOwnGroups)
	signed.Get(ownGroups+"/:groupe", showOwnGroup)
	signed.Get(yearbook, showYearbook)
}

// ownGroupsPage is simple/groups.html.
type ownGroupsPage struct {
	Kinds []groupKind // nil for who is in none
	Empty web.Empty
}

// A groupKind is the groups of one kind, with what they are.
type groupKind struct {
	Key, Title, Says, None string
	Groups                 []groupLine
}

type groupLine struct{ URL, Name, Description, By, Members string }

// nobodyHere is what reads an administrator who is nobody in the directory.
var nobodyHere = web.Empty{Icon: "person-badge", Says: "Votre compte d’administrateur n’est celui de personne dans l’annuaire\u00a0: il n’est d’aucun établissement ni d’aucun groupe. Les personnes et les groupes se consultent dans la console.",
	Action: &web.Link{Label: "Ouvrir la console", URL: "/console"}}

func showOwnGroups(v *web.Visit) error {
	all, nobody, err := groups.AllMine(v.Session)
	if err != nil {
		return err
	}
	page := ownGroupsPage{Empty: web.Empty{Icon: "people-fill", Says: "Vous n’êtes dans aucun groupe. Les administrateurs de votre établissement en font pour un club, un projet, une équipe, ou pour travailler avec un autre établissement\u00a0: ceux où ils vous mettent apparaissent ici."}}
	if nobody {
		page.Empty = nobodyHere
	}
	if len(all) > 0 {
		page.Kinds = kindsOf(all)
	}
	return v.ShowSimple("simple/groups", "Mes groupes", page)
}

func kindsOf(all []groups.Mine) []groupKind {
	kinds := []groupKind{
		{Key: "locaux", Title: "Groupes locaux", Says: "Entre personnes de votre établissement.", None: "Aucun pour l’instant\u00a0: un club, une équipe, un projet de votre établissement."},
		{Key: "partages", Title: "Groupes multi-établissements", Says: "Avec des personnes d’autres établissements\u00a0: vous vous voyez dans l’annuaire.", None: "Aucun pour l’instant\u00a0: ils réunissent des personnes de plusieurs établissements partenaires."},
	}
	for _, m := range all {
		k := &kinds[0]
		if m.Shared {
			k = &kinds[1]
		}
		k.Groups = append(k.Groups, groupLine{ownGroups + "/" + m.ID, m.Name, m.Description, m.School.Name, web.Count(m.Members, "membre", "membres")})
	}
	return kinds
}

// ownGroupPage is simple/group.html: a group and its members.
type ownGroupPage struct {
	Name, Description, Kind, By, Members string
	Folk                                 folk
}

func showOwnGroup(v *web.Visit) error {
	id, look := v.Part("groupe"), lookOf(v)
	m, found, err := groups.MyGroup(v.Session, id, look)
	if err != nil {
		return err
	}
	page := ownGroupPage{Name: m.Name, Description: m.Description, Kind: "Groupe local", By: m.School.Name, Members: web.Count(m.Members, "membre", "membres"), Folk: newFolk(ownGroups+"/"+id, look)}
	if m.Shared {
		page.Kind = "Groupe multi-établissements"
	}
	page.Folk.chooseProfile(look.Profile)
	page.Folk.fill(found, m.Shared)
	return v.ShowSimple("simple/group", m.Name, page)
}

// yearbookPage is simple/yearbook.html.
type yearbookPage struct {
	Folk  folk
	Empty *web.Empty // for who has no directory
}

func showYearbook(v *web.Visit) error {
	look := lookOf(v)
	y, err := groups.Consult(v.Session, look)
	if err != nil {
		return err
	}
	if y.Nobody {
		return v.ShowSimple("simple/yearbook", "Annuaire", yearbookPage{Empty: &nobodyHere})
	}
	page := yearbookPage{Folk: newFolk(yearbook, look)}
	if len(y.Schools) > 1 {
		var options []web.ChoiceOption
		for _, c := range y.Schools {
			options = append(options, web.ChoiceOption{Value: c.UAI, Label: c.Name + ", " + c.Town})
		}
		page.Folk.choose("etablissement", "Établissement", "Tous", look.School, options)
	}
	page.Folk.chooseProfile(look.Profile)
	if len(y.Groups) > 0 {
		var options []web.ChoiceOption
		for _, g := range y.Groups {
			options = append(options, web.ChoiceOption{Value: g.ID, Label: g.Name})
		}
		page.Folk.choose("groupe", "Groupe", "Tous", look.Group, options)
	}
	page.Folk.fill(y.Page, true)
	return v.ShowSimple("simple/yearbook", "Annuaire", page)
}
