package e2e

import (
	"strings"
	"testing"

	"github.com/chromedp/chromedp/kb"
)

// groupsOf opens the screen of local groups of an establishment.
func groupsOf(t *testing.T, a *appliance, login string) (b tab, home string) {
	t.Helper()
	home = call(t, a, login).home() + "/groupes/locaux"
	b = as(t, a, login, home)
	b.resize(1440, 900)
	return b, home
}

// names a group in the dialog that is open.
func (b tab) names(name string) {
	b.Helper()
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

// inGroup waits until the line of an element is in the left tree, and says whether
// it waits to be saved.
func (b tab) inGroup(name, mark string) {
	b.Helper()
	b.wait(`[...document.querySelectorAll("[data-drops] [role=treeitem]")].some(i => i.querySelector(".name").textContent === ` + quote(name) + ` && (i.querySelector(".flag")?.textContent ?? "") === ` + quote(mark) + `)`)
}

// TestManual_P18_LocalGroup makes a group and a sub-group, and fills them by
// dragging a discipline, a person, a grade and the parents of a class with the
// mouse, a class with a finger, and by « Rechercher et ajouter », then looks at
// what was saved from another session.
func TestManual_P18_LocalGroup(t *testing.T) {
	a := demo(t)
	b, home := groupsOf(t, a, "claire.moreau")
	b.reads("Aucun groupe local")
	b.click("link", "Créer un groupe")
	b.names("Enseignants d’anglais")
	b.do(focus("#t-g-racine"))
	b.press(kb.ContextMenu)
	b.click("menuitem", "Créer un groupe")
	b.names("Sortie au théâtre")
	b.healthy()

	for _, branch := range []string{"Enseignants", "Par discipline"} {
		b.unfold(branch)
	}
	b.drag("treeitem", "Anglais", "treeitem", "Enseignants d’anglais", func() {
		b.wait(`document.querySelector("[data-depot].over")?.dataset.drop.startsWith("Déposer ici")`)
		b.shot("groupes-glisser-1440")
	})
	b.reads("1 membre ajouté")
	b.inGroup("Anglais", "à ajouter")
	b.unfold("Enseignants")

	b.rightClick("treeitem", "Sortie au théâtre")
	b.click("menuitem", "Créer un sous-groupe")
	b.names("Accompagnateurs")
	b.unfold("Parents")
	b.drag("treeitem", "2nde", "treeitem", "Sortie au théâtre", nil)
	b.reads("1 membre ajouté")
	b.inGroup("Parents de 2nde", "à ajouter")
	b.unfold("2nde")
	b.drag("treeitem", "2NDE A", "treeitem", "Accompagnateurs", nil)
	b.inGroup("Parents de 2NDE A", "à ajouter")
	b.unfold("2NDE A")
	b.drag("treeitem", "MARTIN Anne", "treeitem", "Accompagnateurs", nil)
	b.inGroup("MARTIN Anne", "à ajouter")
	b.drag("treeitem", "Sortie au théâtre", "treeitem", "Accompagnateurs", func() {
		b.wait(`document.querySelector("[data-depot].refused")?.dataset.drop.includes("se contenir")`)
	})
	b.unfold("Parents")

	b.unfold("Élèves")
	b.unfold("1ère")
	b.carry("treeitem", "1ERE G 1", "treeitem", "Sortie au théâtre", func() {
		b.wait(`document.querySelector("[data-depot].over")`)
		b.shot("groupes-doigt-1440")
	})
	b.inGroup("Élèves de 1ERE G 1", "à ajouter")

	b.click("treeitem", "Accompagnateurs")
	b.click("link", "Rechercher et ajouter")
	b.fill("searchbox", "Mot clé", "petit jul")
	b.press(kb.Enter)
	b.click("checkbox", "PETIT Julien")
	b.healthy()
	b.click("button", "Ajouter")
	b.inGroup("PETIT Julien", "à ajouter")

	// Nothing is there for others yet, and nothing is lost by a reload.
	if _, page, _ := call(t, a, "paul.lefevre").get(home); strings.Contains(page, `"name">Sortie au théâtre`) {
		t.Error("what is not saved is shown to somebody else")
	}
	b.visit(home)
	b.reads("modifications non enregistrées")
	b.find("treeitem", "Sortie au théâtre")
	b.saves()
	_, page, _ := call(t, a, "paul.lefevre").get(home)
	for _, name := range []string{"Enseignants d’anglais", "Sortie au théâtre"} {
		if !strings.Contains(page, `"name">`+name) {
			t.Errorf("%s is not saved", name)
		}
	}
}

// TestManual_P19_ChangeGroup renames a group by F2, takes a member away by the
// context menu and by the keyboard, and leaves the screen with changes pending.
func TestManual_P19_ChangeGroup(t *testing.T) {
	a := demo(t)
	b, home := groupsOf(t, a, "claire.moreau")
	b.click("link", "Créer un groupe")
	b.names("Club théâtre")
	b.click("link", "Rechercher et ajouter")
	b.click("radio", "Un groupe")
	b.fill("searchbox", "Mot clé", "2nde")
	b.press(kb.Enter)
	b.click("checkbox", "Élèves de 2NDE A")
	b.click("checkbox", "Parents de 2NDE A")
	b.click("button", "Ajouter")
	b.inGroup("Parents de 2NDE A", "à ajouter")
	b.saves()

	b.focusOn("Club théâtre")
	b.press(kb.F2)
	b.names("Club théâtre du mardi")
	b.rightClick("treeitem", "Élèves de 2NDE A")
	b.click("menuitem", "Enlever cet élément")
	b.inGroup("Élèves de 2NDE A", "à enlever")
	b.focusOn("Parents de 2NDE A")
	b.press(kb.Delete)
	b.inGroup("Parents de 2NDE A", "à enlever")
	b.healthy()

	// Leaving asks; one stays, and takes one of the two back.
	b.click("link", "Changer d’établissement")
	b.find("alertdialog", "Modifications non enregistrées")
	b.click("button", "Annuler")
	b.click("treeitem", "Parents de 2NDE A")
	b.click("button", "Ne pas enlever")
	b.inGroup("Parents de 2NDE A", "")
	b.do(focus("#t-g-racine"))
	b.control("s")
	b.reads("2 modifications enregistrées")
	_, page, _ := call(t, a, "paul.lefevre").get(home)
	if !strings.Contains(page, "Club théâtre du mardi") {
		t.Error("the new name is not saved")
	}

	// Leaving for good drops what is pending.
	b.rightClick("treeitem", "Club théâtre du mardi")
	b.click("menuitem", "Vider")
	b.inGroup("Parents de 2NDE A", "à enlever")
	b.click("link", "Tout le journal")
	b.click("button", "Abandonner")
	b.wait(`location.pathname.endsWith("/journal")`)
	b.visit(home)
	b.click("treeitem", "Club théâtre du mardi")
	b.inGroup("Parents de 2NDE A", "")
}

// TestManual_P20_DeleteGroup deletes a group with its sub-group, after a question
// that says what goes.
func TestManual_P20_DeleteGroup(t *testing.T) {
	a := demo(t)
	b, home := groupsOf(t, a, "claire.moreau")
	b.click("link", "Créer un groupe")
	b.names("Conseil de la vie lycéenne")
	b.click("link", "Créer un sous-groupe")
	b.names("Commission cantine")
	b.unfold("Parents")
	b.click("treeitem", "2nde")
	b.click("button", "Ajouter au groupe")
	b.inGroup("Parents de 2nde", "à ajouter")
	b.saves()

	b.rightClick("treeitem", "Conseil de la vie lycéenne")
	b.click("menuitem", "Supprimer")
	b.find("alertdialog", "Supprimer")
	b.reads("1 sous-groupe et 1 membre")
	b.healthy()
	b.click("button", "Oui")
	b.reads("sera supprimé à l’enregistrement")
	b.saves()
	b.reads("Aucun groupe local")
	if _, page, _ := call(t, a, "paul.lefevre").get(home); strings.Contains(page, `"name">Commission cantine`) {
		t.Error("the sub-group is still there")
	}
}

// TestCopyAndPaste takes people from the tree to groups by the keyboard alone.
func TestCopyAndPaste(t *testing.T) {
	a := demo(t)
	b, _ := groupsOf(t, a, "claire.moreau")
	b.click("link", "Créer un groupe")
	b.names("Délégués")
	b.focusOn("Enseignants")
	b.press(kb.ArrowRight)
	b.focusOn("Par discipline")
	b.press(kb.ArrowRight)
	b.focusOn("Anglais")
	b.control("c")
	b.reads("1 élément copié")
	b.focusOn("Délégués")
	b.control("v")
	b.inGroup("Anglais", "à ajouter")
	b.focusOn("Délégués")
	b.control("v")
	b.reads("Tout y était déjà")
	b.healthy()
}

// TestTwoAdministrators has the second of two who change a group told what the
// first one did, and lose nothing.
func TestTwoAdministrators(t *testing.T) {
	a := demo(t)
	b, home := groupsOf(t, a, "claire.moreau")
	b.click("link", "Créer un groupe")
	b.names("Club échecs")
	b.saves()
	p := as(t, a, "paul.lefevre", home)
	p.resize(1440, 900)
	p.focusOn("Club échecs")
	p.press(kb.F2)
	p.names("Club d’échecs du jeudi")
	b.focusOn("Club échecs")
	b.press(kb.F2)
	b.names("Club de dames")
	b.saves()
	p.click("button", "Enregistrer")
	p.reads("a été modifié pendant ce temps")
	p.reads("Club de dames")
	p.find("treeitem", "Club d’échecs du jeudi")
	p.healthy()
	p.shot("groupes-conflit-1440")
	p.click("button", "Reprendre mes modifications")
	p.saves()
	if _, page, _ := call(t, a, "claire.moreau").get(home); !strings.Contains(page, "Club d’échecs du jeudi") {
		t.Error("the second change is lost")
	}
}

// TestPeopleToGroup takes a selection of the list of pupils to a group.
func TestPeopleToGroup(t *testing.T) {
	a := demo(t)
	home := call(t, a, "claire.moreau").home()
	b := as(t, a, "claire.moreau", home+"/utilisateurs/eleves?classe=2A")
	b.resize(1440, 900)
	b.click("checkbox", "MARTIN Lucas")
	b.click("button", "Ajouter à un groupe…")
	b.reads("1 élément copié : collez dans un groupe")
	b.click("link", "Créer un groupe")
	b.names("Délégués")
	b.click("button", "Coller")
	b.inGroup("MARTIN Lucas", "à ajouter")
	b.saves()
}
