package console

import (
	"cmp"
	"strings"

	"preau/app/access"
	"preau/app/directory"
	"preau/app/groups"
	"preau/ui/web"
)

// A groupDialog is what the screens of groups ask, over them.
type groupDialog struct {
	Title, Says string
	Action      string // address of its form
	CloseURL    string
	Fields      []web.Field
	Text        *web.Text
	Submit      string
	Danger      bool
	Deed        string // of the screen's own form, with what it is about
	Group       string
	Object      string
	Search      *elementSearch
}

// elementSearch is « Rechercher et ajouter ».
type elementSearch struct {
	URL        string
	People     bool // or groups
	Text       string
	Asked      bool
	Found      []foundElement
	Total      string
	Pupils     bool // relatives can be added too
	GroupsOnly bool
}

type foundElement struct {
	Object, Label, Note, Icon, Tone string
	Why                             string // it cannot be ticked
}

// nameFields are those of a group that is made or renamed.
func (d *groupDialog) named(v *web.Visit, name, description string) *groupDialog {
	d.Fields = []web.Field{{Name: "nom", Label: "Nom", Value: v.Typed("nom", name), Required: true, Most: 80, Focus: true}}
	d.Text = &web.Text{Name: "description", Label: "Description", Value: v.Typed("description", description), Hint: "Facultative\u00a0: ce que les membres en liront."}
	return d
}

func askGroup(v *web.Visit, g groupScreen) error {
	uai, parent := v.Part("uai"), cmp.Or(v.Form("dans"), v.Part("groupe"))
	d := &groupDialog{Title: "Créer un groupe", Action: g.home(uai) + "/nouveau", CloseURL: g.chosen(uai, parent), Submit: "OK", Group: parent}
	if parent != "" {
		around, err := groups.GroupOf(v.Session, uai, g.Screen, parent)
		if err != nil {
			return err
		}
		d.Title, d.Says = "Créer un sous-groupe", "Dans «\u00a0"+around.Name+"\u00a0»."
	}
	return drawTrees(v, g, parent, d.named(v, "", ""))
}

func createGroup(v *web.Visit, g groupScreen) error {
	uai := v.Part("uai")
	id, err := groups.Create(v.Session, uai, g.Screen, groups.NewGroup{Parent: v.Form("dans"), Name: v.Form("nom"), Description: strings.TrimSpace(v.Form("description"))})
	if err != nil {
		return v.Again(err, func(v *web.Visit) error { return askGroup(v, g) })
	}
	return v.Done(g.chosen(uai, id), "Le groupe est créé"+toSave)
}

func askName(v *web.Visit, g groupScreen) error {
	uai, id := v.Part("uai"), v.Part("groupe")
	of, err := groups.GroupOf(v.Session, uai, g.Screen, id)
	if err != nil {
		return err
	}
	if directory.UAIOf(of.At) != uai {
		return access.NotFound()
	}
	d := &groupDialog{Title: "Renommer cet élément", Action: g.home(uai) + "/" + id + "/nom", CloseURL: g.chosen(uai, id), Submit: "OK"}
	return drawTrees(v, g, id, d.named(v, of.Name, of.Description))
}

func renameGroup(v *web.Visit, g groupScreen) error {
	uai, id := v.Part("uai"), v.Part("groupe")
	err := groups.Rename(v.Session, uai, g.Screen, id, v.Form("nom"), strings.TrimSpace(v.Form("description")))
	if err != nil {
		return v.Again(err, func(v *web.Visit) error { return askName(v, g) })
	}
	return v.Done(g.chosen(uai, id), "Le groupe est renommé"+toSave)
}

func askCopy(v *web.Visit, g groupScreen) error {
	uai, id := v.Part("uai"), v.Part("groupe")
	of, err := groups.GroupOf(v.Session, uai, g.Screen, id)
	if err != nil {
		return err
	}
	d := &groupDialog{Title: "Dupliquer", Says: "Un groupe aux mêmes membres que «\u00a0" + of.Name + "\u00a0», sans ses sous-groupes.", Action: g.home(uai) + "/" + id + "/copie", CloseURL: g.chosen(uai, id), Submit: "OK"}
	d.Fields = []web.Field{{Name: "nom", Label: "Nom", Value: v.Typed("nom", of.Name+" (copie)"), Required: true, Most: 80, Focus: true}}
	return drawTrees(v, g, id, d)
}

func duplicateGroup(v *web.Visit, g groupScreen) error {
	uai := v.Part("uai")
	made, err := groups.Duplicate(v.Session, uai, v.Part("groupe"), v.Form("nom"))
	if err != nil {
		return v.Again(err, func(v *web.Visit) error { return askCopy(v, g) })
	}
	return v.Done(g.chosen(uai, made), "Le groupe est dupliqué"+toSave)
}

func askDeletion(v *web.Visit, g groupScreen) error {
	uai, id := v.Part("uai"), v.Part("groupe")
	loss, err := groups.LossOf(v.Session, uai, g.Screen, id)
	if err != nil {
		return err
	}
	says := "Voulez-vous supprimer le groupe «\u00a0" + loss.Name + "\u00a0»\u00a0? " + lossSaid(loss) + " Une fois la suppression enregistrée, il restera 30 jours dans la «\u00a0Corbeille\u00a0»."
	return drawTrees(v, g, id, &groupDialog{Title: "Supprimer", Says: says, Action: g.home(uai) + "/" + id + "/suppression", CloseURL: g.chosen(uai, id), Submit: "Oui", Danger: true})
}

// lossSaid says what goes with a group.
func lossSaid(l groups.Loss) string {
	says := "Avec lui partent "
	if l.Kids > 0 {
		says += web.Count(l.Kids, "sous-groupe", "sous-groupes") + " et "
	}
	says += web.Count(l.Elements, "membre", "membres") + " (" + web.Count(l.People, "personne", "personnes") + ")."
	if l.Elements+l.Kids == 0 {
		says = "Il est vide."
	}
	if l.Shared {
		return says + " Les établissements partenaires n’y auront plus accès."
	}
	if l.Uses > 0 {
		says += " Il est membre de " + web.Count(l.Uses, "autre groupe", "autres groupes") + ", qui le perdront."
	}
	return says
}

func deleteGroup(v *web.Visit, g groupScreen) error {
	uai, id := v.Part("uai"), v.Part("groupe")
	of, err := groups.GroupOf(v.Session, uai, g.Screen, id)
	if err != nil {
		return err
	}
	says, err := g.waiting(v, uai, "Le groupe est supprimé", groups.Delete(v.Session, uai, g.Screen, id))
	if err != nil {
		return err
	}
	return v.Done(g.chosen(uai, of.Parent), says)
}

func askClosing(v *web.Visit, g groupScreen) error {
	uai, id, object := v.Part("uai"), v.Part("groupe"), v.Ask("objet")
	of, left, err := groups.Leaving(v.Session, uai, id, openingsOf([]string{object})[0])
	if err != nil {
		return err
	}
	says := "Aucun membre de ce profil n’y a été mis."
	if left > 0 {
		says = web.Count(left, "membre de ce profil en sera enlevé", "membres de ce profil en seront enlevés") + " quand vous enregistrerez."
	}
	d := &groupDialog{Title: "Retirer ce profil", Says: "Voulez-vous retirer ce profil du groupe «\u00a0" + of.Name + "\u00a0»\u00a0? " + says, Action: g.home(uai), CloseURL: g.chosen(uai, id), Submit: "Oui", Danger: true, Deed: takeDeed, Group: id, Object: object}
	return drawTrees(v, g, id, d)
}

// mostFound bounds what « Rechercher et ajouter » shows.
const mostFound = 50

func askElements(v *web.Visit, g groupScreen) error {
	uai, id := v.Part("uai"), v.Part("groupe")
	of, err := groups.GroupOf(v.Session, uai, g.Screen, id)
	if err != nil {
		return err
	}
	s := &elementSearch{URL: g.home(uai) + "/" + id + "/recherche", People: v.Ask("sorte") != "groupe", Text: v.Ask("q")}
	s.Asked = s.Text != ""
	d := &groupDialog{Title: "Rechercher et ajouter", Says: "À «\u00a0" + of.Name + "\u00a0».", Action: g.home(uai), CloseURL: g.chosen(uai, id), Submit: "Ajouter", Deed: addDeed, Group: id, Search: s}
	if s.Asked {
		if err := s.find(v, g, uai, id); err != nil {
			return err
		}
	}
	return drawTrees(v, g, id, d)
}

func (s *elementSearch) find(v *web.Visit, g groupScreen, uai, id string) error {
	find := groups.FindGroups
	if s.People {
		find = groups.FindPeople
	}
	found, total, err := find(v.Session, uai, g.Screen, id, s.Text, mostFound)
	w := wording{uai: uai, screen: g}
	for _, c := range found {
		b := w.element(id, c.Element)
		f := foundElement{Object: b.Object, Label: c.Label, Note: join(" · ", b.Said, c.Note), Icon: b.Icon, Tone: b.Tone}
		if c.People > 0 {
			f.Note = join(" · ", f.Note, b.Count)
		}
		switch {
		case c.In:
			f.Why = "Déjà dans ce groupe"
		case c.Closed:
			f.Why = "Profil non autorisé dans ce groupe"
		}
		s.Pupils = s.Pupils || c.Profile == directory.Student
		s.Found = append(s.Found, f)
	}
	s.Total = web.Count(total, "résultat", "résultats")
	if total > len(found) && len(found) > 0 {
		s.Total += ", les " + web.Number(len(found)) + " premiers sont affichés\u00a0: précisez"
	}
	return err
}
