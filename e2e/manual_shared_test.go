package e2e

import (
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// partners makes the lycée and the first collège of the neighbourhood partners.
func (n neighbourhood) partners() {
	n.claire.asks(n.home, n.uais[0])
	n.sophie.does(n.homes[0], "accepter", n.claireUAI())
}

func (n neighbourhood) claireUAI() string {
	return strings.TrimSuffix(strings.TrimPrefix(n.home, "/console/etablissements/"), partnersPath)
}

// shared is the address of a tab of « Groupes multi-établissements ».
func shared(partners, tab string) string { return strings.TrimSuffix(partners, "partenaires") + tab }

// ofSchool shows the profiles of an establishment in the right tree.
func (b tab) ofSchool(name string) {
	b.Helper()
	b.do(chromedp.Evaluate[chromedp.Void](`{
		const select = document.getElementById("etablissement");
		select.value = [...select.options].find(o => o.text === ` + quote(name) + `).value;
		select.dispatchEvent(new Event("change", { bubbles: true }));
	}`))
	b.wait(`[...document.querySelectorAll(".ticking [role=treeitem] .name")].some(n => n.textContent === ` + quote(name) + `)`)
}

// opens makes a shared group that the lycée opens to its teachers and to the
// teachers of the collège, by dragging.
func (n neighbourhood) opens(t *testing.T, name string) tab {
	t.Helper()
	b := as(t, n.a, "claire.moreau", shared(n.home, "droits"))
	b.resize(1440, 900)
	b.click("link", "Créer un groupe")
	b.fill("textbox", "Nom", name)
	b.fill("textbox", "Description", "Préparer l’entrée en seconde")
	b.click("button", "OK")
	b.find("treeitem", name)
	b.healthy()
	b.drag("treeitem", "Enseignants , Profil", "treeitem", name, nil)
	b.reads("Profils autorisés")
	here := js[string](b, "location.pathname")
	b.ofSchool(n.names[0])
	if now := js[string](b, "location.pathname"); now != here {
		t.Errorf("the address of the screen became %s", now)
	}
	b.drag("treeitem", "Enseignants , Profil", "treeitem", name, func() { b.shot("groupes-droits-1440") })
	b.inGroup(n.names[0], "")
	b.saves()
	return b
}

// TestManual_P25_SharedGroup: a shared group has a name and a description that its
// own establishment alone changes; a partner sees it and cannot.
func TestManual_P25_SharedGroup(t *testing.T) {
	n := neighbours(t)
	n.partners()
	b := n.opens(t, "Liaison collège-lycée")
	b.focusOn("Liaison collège-lycée")
	b.press(kb.F2)
	b.names("Liaison 3e-2nde")
	b.saves()

	s := as(t, n.a, "sophie.girard", shared(n.homes[0], "droits"))
	s.resize(1440, 900)
	s.rightClick("treeitem", "Liaison 3e-2nde")
	s.find("menuitem", "Page du groupe")
	if s.sees("menuitem", "Renommer cet élément") || s.sees("menuitem", "Supprimer") {
		t.Error("a partner may rename or delete the group")
	}
	s.press(kb.Escape)
	s.healthy()

	b.rightClick("treeitem", "Liaison 3e-2nde")
	b.click("menuitem", "Supprimer")
	b.reads("Les établissements partenaires n’y auront plus accès")
	b.click("button", "Oui")
	b.saves()
	s.visit(shared(n.homes[0], "peuplement"))
	s.reads("Aucun groupe multi-établissements à peupler")
}

// TestManual_P26_RightsOfSharedGroup: the profiles of each establishment are chosen
// in the tab's own establishment, and a partner cannot add another.
func TestManual_P26_RightsOfSharedGroup(t *testing.T) {
	n := neighbours(t)
	n.partners()
	b := n.opens(t, "Liaison collège-lycée")

	s := as(t, n.a, "sophie.girard", shared(n.homes[0], "peuplement"))
	s.resize(1440, 900)
	s.drag("treeitem", "Élèves , Profil", "treeitem", "Liaison collège-lycée", func() {
		s.wait(`document.querySelector("[data-depot].refused")?.dataset.drop.includes("non autorisé")`)
		s.shot("groupes-refus-1440")
	})
	s.drag("treeitem", "Enseignants , Profil", "treeitem", "Liaison collège-lycée", nil)
	s.inGroup("Enseignants", "à ajouter")
	s.saves()

	// Taken back, the profile takes its members away, which the question says.
	b.visit(shared(n.home, "droits"))
	b.click("treeitem", "Liaison collège-lycée")
	b.wait(`document.querySelector('[data-drops] [data-objet="` + n.uais[0] + `/teacher"]')`)
	b.do(focus(`[data-drops] [data-objet="` + n.uais[0] + `/teacher"] > [role=treeitem]`))
	b.press(kb.Delete)
	b.find("alertdialog", "Retirer ce profil")
	b.reads("1 membre de ce profil")
	b.healthy()
	b.click("button", "Oui")
	b.reads("Profils retirés")
	b.saves()
	s.visit(shared(n.homes[0], "peuplement"))
	s.reads("Aucun groupe multi-établissements à peupler")
}

// TestManual_P27_PopulateSharedGroup: each side puts its own people; the tooltip
// says what the group is and what may be put; a partner's members are seen by name
// and profile; a member sees the others in the ENT, and no more once the
// partnership ends.
func TestManual_P27_PopulateSharedGroup(t *testing.T) {
	n := neighbours(t)
	n.partners()
	b := n.opens(t, "Liaison collège-lycée")
	b.visit(shared(n.home, "peuplement"))
	b.focusOn("Liaison collège-lycée")
	b.find("tooltip", "")
	b.reads("profils autorisés de votre établissement : Enseignants")
	b.shot("groupes-bulle-1440")
	b.healthy()
	b.press(kb.Escape)
	b.wait(`!document.querySelector(".tip.shown")`)
	b.unfold("Enseignants")
	b.unfold("Par discipline")
	b.unfold("Anglais")
	b.rightClick("treeitem", "Anglais")
	b.click("menuitem", "Copier")
	b.reads("1 élément copié")
	b.rightClick("treeitem", "Liaison collège-lycée")
	b.click("menuitem", "Coller")
	b.inGroup("Anglais", "à ajouter")
	b.click("link", "Rechercher et ajouter")
	b.fill("searchbox", "Mot clé", "petit julien")
	b.press(kb.Enter)
	b.click("checkbox", "PETIT Julien")
	b.click("button", "Ajouter")
	b.inGroup("PETIT Julien", "à ajouter")
	b.saves()
	j := as(t, n.a, "julien.petit", "/annuaire")
	j.hides(n.names[0])

	s := as(t, n.a, "sophie.girard", shared(n.homes[0], "peuplement"))
	s.resize(1440, 900)
	s.click("treeitem", "Liaison collège-lycée")
	s.inGroup("Anglais", "")
	s.reads(n.lycee)
	s.click("link", "Rechercher et ajouter")
	s.click("radio", "Un groupe")
	s.fill("searchbox", "Mot clé", "enseignants")
	s.press(kb.Enter)
	s.click("checkbox", "Enseignants Profil")
	s.click("button", "Ajouter")
	s.inGroup("Enseignants", "à ajouter")
	s.saves()
	s.shot("groupes-peuplement-1440")

	b.visit(shared(n.home, "peuplement"))
	b.click("treeitem", "Liaison collège-lycée")
	b.inGroup("Enseignants", "")
	b.reads(n.names[0])
	b.healthy()

	j.visit("/groupes")
	j.click("link", "Liaison collège-lycée")
	j.reads(n.names[0])
	j.visit("/annuaire")
	j.reads(n.names[0])
	j.healthy()

	s.visit(n.homes[0])
	s.click("link", "Supprimer tous les établissements")
	s.find("alertdialog", "Voulez-vous supprimer le partenariat")
	s.reads("1 groupe")
	s.healthy()
	s.click("button", "Oui")
	s.reads("Aucun établissement partenaire")
	for _, page := range []string{"/annuaire", "/groupes"} {
		j.visit(page)
		j.hides(n.names[0])
	}
	b.visit(shared(n.home, "peuplement"))
	b.click("treeitem", "Liaison collège-lycée")
	b.inGroup("PETIT Julien", "")
	if js[bool](b, `document.querySelector("[data-drops]").textContent.includes(`+quote(n.names[0])+`)`) {
		t.Error("members of the former partner are still in the group")
	}
}
