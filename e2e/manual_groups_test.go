package e2e

import "testing"

// groupsOf opens the screen of local groups of an establishment.
func groupsOf(t *testing.T, a *appliance, login string) (b tab, home string) {
	t.Helper()
	home = call(t, a, login).home() + "/groupes/locaux"
	b = as(t, a, login, home)
	b.resize(1440, 900)
	return b, home
}

// makesGroup creates a group by the context menu of « Groupes ».
func (b tab) makesGroup(name string) {
	b.Helper()
	b.rightClick("treeitem", "Groupes, ")
	b.click("menuitem", "Créer un groupe")
	b.fill("textbox", "Nom", name)
	b.click("button", "OK")
	b.find("treeitem", name)
}

// saves presses « Enregistrer ».
func (b tab) saves() {
	b.Helper()
	b.click("button", "Enregistrer")
	b.reads("enregistrée")
	b.healthy()
}

// TestManual_P18_LocalGroup makes a group and fills it by dragging a discipline, a
// person, a class, a grade and the parents of a class, with the mouse then with a
// finger, and by « Rechercher et ajouter », then looks at it from its own page.
func TestManual_P18_LocalGroup(t *testing.T) {
	a := demo(t)
	b, _ := groupsOf(t, a, "claire.moreau")
	b.reads("Aucun groupe local")
	b.click("link", "Créer un groupe")
	b.fill("textbox", "Nom", "Enseignants d’anglais")
	b.click("button", "OK")
	b.find("treeitem", "Enseignants d’anglais")
	b.healthy()

	for _, branch := range []string{"Enseignants", "Par discipline"} {
		b.unfold(branch)
	}
	b.drag("treeitem", "Anglais", "treeitem", "Enseignants d’anglais", func() {
		b.wait(`document.querySelector("[data-depot].over")?.dataset.drop.startsWith("Déposer ici")`)
		b.shot("groupes-glisser-1440")
	})
	b.reads("1 membre ajouté")
	b.find("treeitem", "Enseignants d’Anglais")
	b.healthy()
}
