package e2e

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
)

// A neighbourhood is the lycée of Claire and the two collèges of Sophie.
type neighbourhood struct {
	a              *appliance
	claire, sophie *caller
	home           string    // address of the partners of the lycée
	lycee          string    // its name
	names, homes   [2]string // of the collèges, and the addresses of their partners
	uais           [2]string
}

const partnersPath = "/groupes/partages/partenaires"

func neighbours(t *testing.T) neighbourhood {
	t.Helper()
	a := demo(t)
	n := neighbourhood{a: a, claire: call(t, a, "claire.moreau"), sophie: call(t, a, "sophie.girard")}
	home := n.claire.home()
	n.home, n.lycee = home+partnersPath, n.claire.schools()[strings.TrimPrefix(home, "/console/etablissements/")]
	all := n.sophie.schools()
	var uais []string
	for uai := range all {
		uais = append(uais, uai)
	}
	slices.Sort(uais)
	for i := range n.names {
		n.uais[i], n.names[i], n.homes[i] = uais[i], all[uais[i]], "/console/etablissements/"+uais[i]+partnersPath
	}
	return n
}

// asks sends requests of partnership, as the dialog does.
func (c *caller) asks(home string, uais ...string) {
	c.t.Helper()
	if status, _, _ := c.post(home+"/ajout", url.Values{"jeton": {c.token(home)}, "uai": uais}); status != http.StatusSeeOther {
		c.t.Fatal("the requests are answered", status)
	}
}

// does clicks a command of the tab, of some establishments.
func (c *caller) does(home, action string, uais ...string) {
	c.t.Helper()
	if status, _, _ := c.post(home, url.Values{"jeton": {c.token(home)}, "action": {action}, "id": uais}); status != http.StatusSeeOther {
		c.t.Fatal(action, "is answered", status)
	}
}

// within is the text of a section, by its heading.
func (b tab) within(heading string) string {
	return js[string](b, `[...document.querySelectorAll("section")].find(s => s.querySelector("h2")?.textContent === "`+heading+`")?.textContent ?? ""`)
}

func (b tab) holds(heading, text string, want bool) {
	b.Helper()
	if got := strings.Contains(b.within(heading), text); got != want {
		b.Errorf("« %s » holds %q: %v, want %v", heading, text, got, want)
	}
}

const (
	ofPartners = "Gestion des établissements partenaires"
	ofRequests = "Gestion des demandes"
)

// TestManual_P21_AjouterUnPartenariat: from the tree, « Ajouter des établissements »
// finds by the first letter, by boxes, by a double click, and all of them; partners
// and pending ones are not offered; the administrators and the heads get a mail.
func TestManual_P21_AjouterUnPartenariat(t *testing.T) {
	n := neighbours(t)
	b := as(t, n.a, "claire.moreau", n.claire.home())
	b.click("treeitem", "Groupes multi-établissements")
	b.find("heading", ofPartners)
	b.find("tab", "Établissements partenaires")
	b.reads("Aucun établissement partenaire")
	b.framed("partenaires-vides")
	b.click("link", "Ajouter des établissements")
	b.find("dialog", "Ajouter des établissements")
	b.find("button", "Ajouter tous (")
	b.framed("ajouter-etablissements")
	b.fill("searchbox", "Nom, ville ou UAI", n.names[0][:1])
	b.wait(`[...document.querySelectorAll(".picks li small")].length > 0`)
	b.fill("searchbox", "Nom, ville ou UAI", n.names[0])
	b.click("checkbox", n.names[0])
	b.fill("searchbox", "Nom, ville ou UAI", n.uais[1])
	b.find("checkbox", n.names[1])
	b.wait(`document.querySelectorAll(".picks :checked").length === 1`) // what is ticked stays
	b.healthy()
	b.click("button", "Ajouter")
	b.reads("La demande de partenariat est envoyée")
	b.holds(ofRequests, n.names[0], true)
	b.holds(ofRequests, "Envoyée", true)
	b.holds(ofPartners, n.names[0], false)

	b.click("link", "Ajouter des établissements")
	b.fill("searchbox", "Nom, ville ou UAI", n.uais[0])
	b.reads("Aucun établissement ne correspond") // it is pending
	b.fill("searchbox", "Nom, ville ou UAI", n.uais[1])
	b.wait(`document.querySelectorAll(".picks input").length === 1`)
	x, y := b.find("checkbox", n.names[1])
	b.do(chromedp.MouseClickXY(x, y, chromedp.ClickCount(2)))
	b.find("rowheader", n.names[1])
	b.framed("demandes-envoyees")
	for _, who := range []string{"sophie.girard@", "claire.moreau@", "helene.rousseau@"} {
		text := mailTo(t, n.a, who)
		if !strings.Contains(text, "demande un partenariat") || !strings.Contains(text, n.lycee) || !strings.Contains(text, n.names[1]) {
			t.Errorf("the mail to %s says\n%s", who, text)
		}
	}

	b.click("link", "Ajouter des établissements")
	b.click("button", "Ajouter tous (")
	b.reads("demandes de partenariat sont envoyées")
	b.click("link", "Ajouter des établissements")
	b.reads("Tous les établissements de votre collectivité")
	b.healthy()
	s := as(t, n.a, "sophie.girard", n.homes[0])
	s.holds(ofRequests, n.lycee, true)
	s.holds(ofRequests, "Reçue", true)
	s.holds(ofRequests, n.names[1], false) // the other targets are nobody's business
}

// TestManual_P22_AccepterOuRefuser: the other side accepts one, refuses another
// with a reason; both are told, and who was refused waits seven days.
func TestManual_P22_AccepterOuRefuser(t *testing.T) {
	n := neighbours(t)
	n.claire.asks(n.home, n.uais[:]...)
	s := as(t, n.a, "sophie.girard", n.homes[0])
	s.click("button", "Refuser") // nothing is ticked: it says why
	s.wait(`document.getElementById("annonce").textContent.includes("Cochez d’abord une demande reçue")`)
	s.click("checkbox", n.lycee)
	s.click("button", "Annuler")
	s.wait(`document.getElementById("annonce").textContent.includes("Cochez d’abord une demande envoyée")`)
	s.framed("demandes-recues")
	s.click("button", "Accepter")
	s.reads("La demande est acceptée")
	s.holds(ofPartners, n.lycee, true)
	s.holds(ofRequests, n.lycee, false)
	s.visit(n.homes[1])
	s.click("checkbox", n.lycee)
	s.click("button", "Refuser")
	s.find("alertdialog", "Voulez-vous refuser la demande de partenariat avec "+n.lycee)
	s.fill("textbox", "Motif", "Pas cette année.")
	s.framed("refuser-une-demande")
	s.click("button", "Oui")
	s.reads("La demande est refusée")

	b := as(t, n.a, "claire.moreau", n.home)
	b.holds(ofPartners, n.names[0], true)
	b.holds(ofRequests, n.names[1], false)
	b.framed("partenaires")
	if text := mailTo(t, n.a, "claire.moreau@"); !strings.Contains(text, "refuse la demande") || !strings.Contains(text, "Motif\u00a0: Pas cette année.") {
		t.Errorf("the mail says\n%s", text)
	}
	b.click("link", "Ajouter des établissements")
	b.fill("searchbox", "Nom, ville ou UAI", n.uais[1])
	b.reads("A refusé le ")
	b.wait(`document.querySelectorAll(".picks input").length === 1 && document.querySelector(".picks input").disabled`)
	b.framed("refuse-depuis-peu")
	b.click("link", "Annuler")
	b.click("link", n.names[0])
	b.find("heading", n.names[0])
	b.reads("Partenaire depuis")
	b.framed("partenaire")
	b.visit(n.home + "/" + n.uais[1])
	b.holds("Historique", "Pas cette année.", true)

	n.sophie.asks(n.homes[1], strings.TrimSuffix(strings.TrimPrefix(n.home, "/console/etablissements/"), partnersPath))
	b.visit(n.home)
	b.click("button", "Accepter toutes les demandes")
	b.find("alertdialog", "Voulez-vous accepter la demande de partenariat avec "+n.names[1])
	b.click("button", "Oui")
	b.reads("La demande est acceptée")
	b.holds(ofPartners, n.names[1], true)
}

// TestManual_P23_AnnulerMesDemandes: « Annuler » and « Annuler toutes les demandes ».
func TestManual_P23_AnnulerMesDemandes(t *testing.T) {
	n := neighbours(t)
	n.claire.asks(n.home, n.uais[:]...)
	b := as(t, n.a, "claire.moreau", n.home)
	b.click("checkbox", n.names[0])
	b.click("button", "Annuler")
	b.reads("La demande est annulée")
	b.holds(ofRequests, n.names[0], false)
	b.holds(ofRequests, n.names[1], true)
	s := as(t, n.a, "sophie.girard", n.homes[0])
	s.reads("Aucune demande en attente")
	if text := mailTo(t, n.a, "sophie.girard@"); !strings.Contains(text, "annule la demande") {
		t.Errorf("the mail says\n%s", text)
	}
	n.claire.asks(n.home, n.uais[0]) // it can be asked again at once
	b.visit(n.home)
	b.click("button", "Annuler toutes les demandes")
	b.find("alertdialog", "Voulez-vous annuler 2 demandes de partenariat")
	b.framed("annuler-toutes")
	b.click("button", "Oui")
	b.reads("2 demandes sont annulées")
	b.reads("Aucune demande en attente")
	s.visit(n.homes[1])
	s.reads("Aucune demande en attente")
}

// TestManual_P24_SupprimerUnPartenariat: one then all, after a confirmation that
// says what goes; the other side is told.
func TestManual_P24_SupprimerUnPartenariat(t *testing.T) {
	n := neighbours(t)
	n.claire.asks(n.home, n.uais[:]...)
	lycee := strings.TrimSuffix(strings.TrimPrefix(n.home, "/console/etablissements/"), partnersPath)
	n.sophie.does(n.homes[0], "accepter", lycee)
	n.sophie.does(n.homes[1], "accepter", lycee)
	b := as(t, n.a, "claire.moreau", n.home)
	b.click("checkbox", n.names[0])
	b.click("button", "Supprimer")
	b.find("alertdialog", "Voulez-vous supprimer le partenariat avec "+n.names[0])
	b.framed("supprimer-partenariat")
	b.click("link", "Non")
	b.holds(ofPartners, n.names[0], true)
	b.click("checkbox", n.names[0])
	b.click("button", "Supprimer")
	b.click("button", "Oui")
	b.reads("Le partenariat est supprimé")
	b.holds(ofPartners, n.names[0], false)
	s := as(t, n.a, "sophie.girard", n.homes[0])
	s.reads("Aucun établissement partenaire")
	if text := mailTo(t, n.a, "sophie.girard@"); !strings.Contains(text, "supprime le partenariat") || !strings.Contains(text, n.names[0]) {
		t.Errorf("the mail says\n%s", text)
	}
	b.click("link", "Supprimer tous les établissements")
	b.find("alertdialog", "Voulez-vous supprimer le partenariat avec "+n.names[1])
	b.click("button", "Oui")
	b.reads("Aucun établissement partenaire")
	s.visit(n.homes[1])
	s.reads("Aucun établissement partenaire")
}
