package e2e

import (
	"net/url"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// requests makes requests of Lucas by the form of the ENT, and returns the number
// of the last.
func (c *caller) declares(summaries ...string) (number string) {
	c.t.Helper()
	for _, summary := range summaries {
		status, body, header := c.post("/incidents/nouveau", url.Values{"ecran": {"nouvelle"}, "type": {"incident"}, "service": {"messagerie"}, "priorite": {"normale"}, "resume": {summary}, "probleme": {"Rien ne s’affiche après la connexion."}})
		if status != 303 {
			c.t.Fatalf("%d\n%s", status, body)
		}
		number = strings.TrimPrefix(header.Get("Location"), "/incidents/")
	}
	return number
}

// TestManual_P42_RechercherLesDemandes: the search by establishment, state, type
// and dates; at first what is open or in progress, everywhere one administers.
func TestManual_P42_RechercherLesDemandes(t *testing.T) {
	a := demo(t)
	lucas, claire := call(t, a, "lucas.martin"), call(t, a, "claire.moreau")
	lucas.declares("Messagerie vide")
	closed := lucas.declares("Forum bloqué")
	claire.post("/console/demandes/"+closed+"/etat", url.Values{"etat": {"closed"}})

	b := as(t, a, "paul.lefevre", claire.home())
	b.click("link", "Demandes")
	b.reads("1 demande")
	b.reads("Messagerie vide")
	b.hides("Forum bloqué")
	b.click("combobox", "Établissement")
	b.press("balz")
	b.find("option", "Lycée Honoré de Balzac")
	b.press(kb.ArrowDown, kb.Enter)
	b.click("checkbox", "Clôturée")
	b.click("button", "Rechercher")
	b.reads("2 demandes")
	b.reads("Forum bloqué")
	b.wait(`new URLSearchParams(location.search).get("etablissement").length === 8`)
	b.click("checkbox", "Technique")
	b.click("button", "Rechercher")
	b.reads("Aucune demande ne correspond à cette recherche")
	b.do(chromedp.NavigateBack())
	b.reads("Forum bloqué")
	b.fill("searchbox", "Mots ou numéro", "etat:cloturee forum")
	b.press(kb.Enter)
	b.reads("1 demande")
	b.hides("Messagerie vide")
	b.healthy()

	sophie := as(t, a, "sophie.girard", "/console/demandes?etat=toutes")
	sophie.reads("Aucune demande")
	sophie.hides("Messagerie vide")
}

// TestManual_P43_ConsulterEtMettreAJour: a double click opens the request below,
// its three tabs are changed, and resolved it leaves the list; its answer is sent
// once, and read by who asked.
func TestManual_P43_ConsulterEtMettreAJour(t *testing.T) {
	a := demo(t)
	number := call(t, a, "lucas.martin").declares("Messagerie vide")
	b := as(t, a, "claire.moreau", "/console/demandes")
	x, y := b.find("cell", "Messagerie vide")
	b.do(chromedp.MouseClickXY(x, y, chromedp.ClickCount(2)))
	b.find("heading", "Demande n° "+number)
	b.fill("textbox", "Téléphone portable", "06 12 34 56 78")
	b.click("button", "Enregistrer")
	b.reads("La demande est enregistrée.")
	b.click("tab", "Description")
	b.click("radio", "Urgente")
	b.click("button", "Enregistrer")
	b.reads("La demande est enregistrée.")
	b.click("tab", "Réponse")
	b.reads("Enregistrez d’abord la solution apportée.")
	b.fill("textbox", "Solution apportée", "Videz le cache de votre navigateur.")
	b.click("radio", "Oui")
	b.find("Date", "Date de clôture")
	b.healthy()
	b.click("button", "Enregistrer")
	b.find("dialog", "Répondre aussi à l’utilisateur")
	b.press(kb.Escape)
	b.wait(`!document.querySelector("dialog[open]")`)
	b.hides("1 demande")
	b.reads("Aucune demande")
	b.click("button", "Répondre à l’utilisateur")
	b.reads("La réponse est envoyée à l’utilisateur.")
	b.wait(`document.getElementById("repondre").disabled`)
	b.click("tab", "Historique")
	for _, what := range []string{"Nouvelle demande", "Demande clôturée", "Réponse à l’utilisateur", "Normale"} {
		b.reads(what)
	}
	if text := mailTo(t, a, "lucas.martin"); !strings.Contains(text, "Videz le cache de votre navigateur.") {
		t.Error(text)
	}
	lucas := as(t, a, "lucas.martin", "/incidents/"+number)
	lucas.reads("Videz le cache de votre navigateur.")
	lucas.reads("Clôturée")
}

// TestManual_P44_CreerUneDemande: a request by telephone, its requester found by
// the first letters of their name, their e-mail filled in.
func TestManual_P44_CreerUneDemande(t *testing.T) {
	a := demo(t)
	b := as(t, a, "claire.moreau", "/console/demandes")
	b.click("link", "Nouvelle demande")
	b.find("heading", "Nouvelle demande")
	b.click("combobox", "Nom")
	b.press("mart luc")
	b.find("option", "MARTIN Lucas")
	b.press(kb.ArrowDown, kb.Enter)
	b.wait(`document.querySelector("[name=email]").value.startsWith("lucas.martin@")`)
	b.wait(`document.querySelector("[name=profil]").value === "eleves" && document.querySelector("#demande [name=canal]").value === "telephone" && document.querySelector("[name=recue]").value !== ""`)
	b.click("button", "Enregistrer")
	b.reads("Résumez la demande en quelques mots.")
	b.wait(`document.activeElement.hasAttribute("data-summary")`)
	b.wait(`document.querySelector("[name=demandeur-nom]").value === "MARTIN Lucas"`)
	b.healthy()
	b.fill("textbox", "Résumé", "Mot de passe oublié")
	b.fill("textbox", "Problème soumis", "Il ne se souvient plus de son mot de passe.")
	b.do(chromedp.Evaluate[chromedp.Void](`document.querySelector("#demande [name=type]").value = "utilisateur"`))
	b.press(kb.Tab)
	b.control("s")
	b.reads("est créée.")
	b.find("cell", "Mot de passe oublié")
	b.reads("MARTIN Lucas")
	lucas := as(t, a, "lucas.martin", "/incidents")
	lucas.reads("Mot de passe oublié")
}

// TestManual_P45_ReaffecterUneDemande: two actions, with a reason; both are told,
// and who asked reads the new name.
func TestManual_P45_ReaffecterUneDemande(t *testing.T) {
	a := demo(t)
	number := call(t, a, "lucas.martin").declares("Messagerie vide")
	b := as(t, a, "paul.lefevre", "/console/demandes/"+number)
	b.click("link", "Réaffecter")
	b.find("dialog", "Réaffecter la demande")
	b.do(chromedp.Evaluate[chromedp.Void](`(box => box.value = [...box.options].find(o => o.text.startsWith("MOREAU Claire")).value)(document.getElementById("f-intervenant"))`))
	b.fill("textbox", "Motif", "C’est ton établissement.")
	b.click("button", "Réaffecter")
	b.reads("La demande est réaffectée.")
	b.reads("En cours")
	b.click("tab", "Historique")
	b.reads("C’est ton établissement.")
	if text := mailTo(t, a, "claire.moreau"); !strings.Contains(text, "Cette demande vous est confiée. Motif") || !strings.Contains(text, "/console/demandes/"+number) {
		t.Error(text)
	}
	lucas := as(t, a, "lucas.martin", "/incidents/"+number)
	lucas.reads("MOREAU Claire")
}

// TestRequestsLive: a request that somebody makes is told in the list that another
// has open, without moving it; who else has a request open is named.
func TestRequestsLive(t *testing.T) {
	a := demo(t)
	lucas := call(t, a, "lucas.martin")
	number := lucas.declares("Messagerie vide")
	b := as(t, a, "claire.moreau", "/console/demandes")
	b.reads("1 demande")
	lucas.declares("Forum bloqué", "Blog perdu")
	b.reads("2 nouvelles")
	b.hides("Forum bloqué")
	b.click("link", "2 nouvelles")
	b.reads("Forum bloqué")
	b.wait(`document.getElementById("nouvelles").hidden && document.activeElement.id === "central"`)
	b.visit("/console/demandes/" + number)
	paul := as(t, a, "paul.lefevre", "/console/demandes/"+number)
	paul.reads("MOREAU Claire a aussi cette demande ouverte.")
	b.reads("LEFEVRE Paul a aussi cette demande ouverte.")
}

// TestRequestDraftSurvivesACrash: what is typed in an answer and not sent is found
// again after the appliance was killed.
func TestRequestDraftSurvivesACrash(t *testing.T) {
	a := demo(t)
	number := call(t, a, "lucas.martin").declares("Messagerie vide")
	b := as(t, a, "claire.moreau", "/console/demandes/"+number+"?onglet=reponse")
	b.fill("textbox", "Solution apportée", "Une réponse que personne n’a envoyée.")
	b.reads("Saisie gardée à")
	a.cut(t)
	b.visit("/console/demandes/" + number + "?onglet=reponse")
	b.reads("Votre saisie du")
	b.hides("Une réponse que personne n’a envoyée.")
	b.click("link", "Restaurer")
	b.wait(`document.querySelector("[name=solution]").value === "Une réponse que personne n’a envoyée."`)
}
