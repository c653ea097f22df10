package console

import (
	"preau/app/groups"
	"preau/ui/web"
)

// mountGroupTrash mounts the « Corbeille ».
func mountGroupTrash(c web.Router) {
	c.Get("/etablissements/:uai/groupes/corbeille", reached(showTrash))
	c.Get("/etablissements/:uai/groupes/corbeille/:groupe/retablissement", reached(askGroupRestoration))
	c.Post("/etablissements/:uai/groupes/corbeille/:groupe/retablissement", inTrash(restoreGroup))
}

// trashPage is console/grouptrash.html.
type trashPage struct {
	Lines  []trashLine
	Empty  web.Empty
	Dialog *restoration
}

// A trashLine is a deleted group.
type trashLine struct {
	Name, Kids, Members string
	Kind                web.Badge
	When, By, Until     string
	URL                 string // of its restoration
}

// A restoration asks the name that a group comes back with.
type restoration struct {
	Title, Says   string
	Action, Close string
	Name          web.Field
}

func trashAt(uai string) string { return groupsAt(uai) + "/corbeille" }

func showTrash(v *web.Visit) error { return trash(v, nil) }

// trash draws the « Corbeille », with a question over it if there is one.
func trash(v *web.Visit, ask *restoration) error {
	uai := v.Part("uai")
	all, err := groups.Trash(v.Session, uai)
	if err != nil {
		return err
	}
	p := trashPage{Dialog: ask, Empty: web.Empty{Icon: "trash3", Says: "La corbeille est vide. Les groupes supprimés y restent 30 jours\u00a0: ils peuvent être rétablis avec leurs membres.",
		Action: &web.Link{Label: "Groupes locaux", URL: groupsAt(uai) + "/locaux"}}}
	for _, t := range all {
		p.Lines = append(p.Lines, trashLine{Name: t.Name, Kids: web.Number(t.Kids), Members: web.Number(t.Members), Kind: kindOfGroup(t.Group), When: web.Moment(v.Session.Now(), t.DeletedAt),
			By: t.DeletedBy, Until: t.Until.Local().Format("02/01/2006"), URL: trashAt(uai) + "/" + t.ID + "/retablissement"})
	}
	f, err := frame(v, uai, trashNode, web.Link{Label: "Groupes", URL: groupsAt(uai) + "/locaux"}, web.Link{Label: "Corbeille", Here: true})
	if err != nil {
		return err
	}
	return v.Show("console/grouptrash", "Corbeille", f, p)
}

// inTrash answers for a group of the « Corbeille » only, before the form is looked at.
func inTrash(h web.Handler) web.Handler {
	return reached(func(v *web.Visit) error {
		if _, err := groups.TrashedOf(v.Session, v.Part("uai"), v.Part("groupe")); err != nil {
			return err
		}
		return h(v)
	})
}

func askGroupRestoration(v *web.Visit) error {
	uai := v.Part("uai")
	t, err := groups.TrashedOf(v.Session, uai, v.Part("groupe"))
	if err != nil {
		return err
	}
	says := "Il revient parmi les groupes locaux"
	switch {
	case t.Shared:
		says = "Il revient parmi les groupes multi-établissements"
	case t.Back != "":
		says = "Il revient dans le groupe «\u00a0" + t.Back + "\u00a0»"
	case t.Parent != "":
		says = "Le groupe où il était n’existe plus\u00a0: il revient parmi les groupes locaux"
	}
	if t.Kids > 0 {
		says += ", avec " + web.Count(t.Kids, "sous-groupe", "sous-groupes")
	}
	return trash(v, &restoration{Title: "Rétablir «\u00a0" + t.Name + "\u00a0»", Says: says + ".", Action: trashAt(uai) + "/" + t.ID + "/retablissement", Close: trashAt(uai),
		Name: web.Field{Name: "nom", Label: "Nom", Value: v.Typed("nom", t.Name), Required: true, Most: 80, Complete: "off", Focus: true}})
}

func restoreGroup(v *web.Visit) error {
	uai := v.Part("uai")
	g, err := groups.Restore(v.Session, uai, v.Part("groupe"), v.Form("nom"))
	if err != nil {
		return v.Again(err, askGroupRestoration)
	}
	return v.Done(groupAt(uai, g.ID), "Le groupe «\u00a0"+g.Name+"\u00a0» est rétabli.")
}
