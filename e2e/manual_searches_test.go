package e2e

import (
	"net/url"
	"testing"

	"github.com/chromedp/chromedp/kb"
)

// TestCannedAnswerByKeyboard writes a canned answer, puts it in an answer by « :: »
// and by its button, with the keyboard alone: what was typed stays, the answer is
// filled, and the field has the focus again.
func TestCannedAnswerByKeyboard(t *testing.T) {
	a := demo(t)
	number := call(t, a, "lucas.martin").declares("Messagerie vide")
	claire := call(t, a, "claire.moreau")
	for name, text := range map[string]string{"Accueil": "Bonjour {prenom}, votre demande n° {numero} est prise en compte.", "Relance": "Où en est votre problème de {service} ?"} {
		if status, body, _ := claire.post("/console/demandes/reponses-types/nouvelle", url.Values{"portee": {"moi"}, "nom": {name}, "texte": {text}}); status != 303 {
			t.Fatalf("%d\n%s", status, body)
		}
	}
	b := as(t, a, "claire.moreau", "/console/demandes/"+number+"?onglet=reponse")
	b.click("textbox", "Solution apportée (obligatoire)")
	b.press("Note. ::")
	b.find("option", "Accueil")
	b.healthy()
	b.shot("reponses-types-1440")
	b.press("bleme messag")
	b.wait(`document.querySelectorAll("#modeles [role=option]").length === 1`)
	b.press(kb.Enter)
	b.wait(`document.activeElement.name === "solution" && document.activeElement.value === "Note. Où en est votre problème de Messagerie ?"`)
	b.press(" ::")
	b.find("option", "Accueil")
	b.press(kb.ArrowDown, kb.ArrowUp, kb.Escape)
	b.wait(`document.activeElement.name === "solution" && document.activeElement.value.endsWith(" ::")`)
	b.press(kb.Backspace, kb.Backspace)
	b.click("button", "Réponses types ::")
	b.press(kb.Enter)
	b.wait(`document.activeElement.value.endsWith("Messagerie ? Bonjour Lucas, votre demande n° ` + number + ` est prise en compte.")`)
	b.click("button", "Enregistrer")
	b.reads("Rien n’a été envoyé à l’utilisateur")
}

// TestSelectionOfRequests ticks requests, changes their type after one question,
// and reads what became of each; then keeps the search, and finds its counter.
func TestSelectionOfRequests(t *testing.T) {
	a := demo(t)
	call(t, a, "lucas.martin").declares("Messagerie vide", "Forum bloqué", "Agenda décalé")
	b := as(t, a, "claire.moreau", "/console/demandes")
	b.click("checkbox", "Demande n° 1")
	b.click("checkbox", "Demande n° 2")
	b.click("button", "Changer de type")
	b.reads("Changer le type de 2 demandes")
	b.healthy()
	b.shot("selection-1440")
	b.pick("type", "technique")
	b.click("button", "Changer le type")
	b.reads("Demande par demande")
	b.healthy()
	b.shot("selection-resultat-1440")
	b.click("link", "Revenir à la liste")
	b.reads("Aucune sélection")
	b.visit("/console/demandes?type=technique")
	b.reads("2 demandes")
	b.visit("/console/demandes?q=type:technique")
	b.wait(`(document.querySelector(".views summary").click(), document.querySelector(".views details").open)`)
	b.fill("textbox", "Nom de la vue", "Techniques")
	b.press(kb.Enter)
	b.reads("La vue « Techniques » est enregistrée")
	b.wait(`document.querySelector("#vues .n")?.textContent === "2"`)
	b.healthy()
	b.visit("/console/demandes/statistiques")
	b.reads("Demandes reçues et clôturées")
	b.click("link", "7 jours")
	b.wait(`document.querySelector(".chip[aria-current]")?.textContent === "7 jours"`)
	b.healthy()
}
