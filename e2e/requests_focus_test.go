package e2e

import (
	"testing"

	"github.com/chromedp/chromedp/kb"
)

// TestRequestDialogKeepsTheTab: a question asked over the answer that somebody is
// typing comes back to it, with what was typed, which goes on being kept.
func TestRequestDialogKeepsTheTab(t *testing.T) {
	a := demo(t)
	number := call(t, a, "lucas.martin").declares("Messagerie vide")
	b := as(t, a, "claire.moreau", "/console/demandes/"+number+"?onglet=reponse")
	js[bool](b, `!!(document.querySelector("[name=cloture-heure]").defaultValue = "00:00")`) // the page was drawn long ago
	b.fill("textbox", "Solution apportée", "Videz le cache.")
	b.reads("Saisie gardée à")
	b.click("link", "Réaffecter")
	b.find("dialog", "Réaffecter la demande")
	b.press(kb.Escape)
	b.wait(`!document.querySelector("dialog[open]")`)
	b.wait(`document.querySelector("[role=tab][aria-selected=true]").id === "o-reponse" && document.getElementById("f-solution").value === "Videz le cache."`)
	b.wait(`!document.querySelector(".left") && !document.querySelector("[data-draft-waits]")`)
	b.click("link", "Réaffecter")
	b.click("button", "Réaffecter")
	b.reads("La demande est réaffectée.")
	b.wait(`document.querySelector("[role=tab][aria-selected=true]").id === "o-reponse"`)
	b.reads("Votre saisie du")
	b.healthy()
}

// TestRequestDialogAfterAMessage: the question that follows a closing takes the
// keyboard, also when the page before showed a message.
func TestRequestDialogAfterAMessage(t *testing.T) {
	a := demo(t)
	number := call(t, a, "lucas.martin").declares("Messagerie vide")
	b := as(t, a, "claire.moreau", "/console/demandes/"+number+"?onglet=reponse")
	b.fill("textbox", "Solution apportée", "Videz le cache.")
	b.click("button", "Enregistrer")
	b.reads("La solution est enregistrée.")
	b.click("radio", "Oui")
	b.click("button", "Enregistrer")
	b.wait(`document.querySelector("dialog:modal")?.contains(document.activeElement)`)
	b.press(kb.Escape)
	b.wait(`!document.querySelector("dialog[open]") && document.querySelector("[role=tab][aria-selected=true]").id === "o-reponse"`)
	b.healthy()
}

// TestRefusedAnswerKeepsItsCannedAnswers: when a form is shown again, the list of
// canned answers is still the one that keeps what was typed.
func TestRefusedAnswerKeepsItsCannedAnswers(t *testing.T) {
	a := demo(t)
	number := call(t, a, "lucas.martin").declares("Messagerie vide")
	b := as(t, a, "claire.moreau", "/console/demandes/reponses-types/nouvelle")
	b.fill("textbox", "Nom", "Cache")
	b.fill("textbox", "Texte", "Bonjour {prenom}.")
	b.click("button", "Enregistrer")
	b.reads("Toutes les réponses types")
	b.visit("/console/demandes/" + number + "?onglet=reponse")
	b.wait(`document.querySelector(".canned form").hidden`)
	b.click("button", "Enregistrer")
	b.wait(`document.activeElement.hasAttribute("data-summary")`)
	b.find("button", "Réponses types")
	b.wait(`document.querySelector(".canned form").hidden`)
}

// TestNewRequestIsTypedAtOnce: who asks for a new request types in it without
// looking for it, and reads what is wrong in the order of its fields.
func TestNewRequestIsTypedAtOnce(t *testing.T) {
	a := demo(t)
	b := as(t, a, "claire.moreau", "/console/demandes")
	b.click("link", "Nouvelle demande")
	b.wait(`document.activeElement.id === "f-demandeur"`)
	b.click("button", "Enregistrer")
	b.wait(`document.activeElement.hasAttribute("data-summary")`)
	b.wait(`[...document.querySelectorAll("[data-summary] a")].map(a => a.hash).join() === "#f-demandeur,#f-type,#f-resume,#f-probleme"`)
	b.press(kb.Tab, kb.Enter)
	b.wait(`document.activeElement.id === "f-demandeur"`)
	b.press("mart luc")
	b.find("option", "MARTIN Lucas")
	b.press(kb.ArrowDown, kb.Enter)
	b.reads("Saisie gardée à")
	b.visit("/console/demandes")
	b.click("link", "Nouvelle demande")
	b.reads("Votre saisie du")
	b.wait(`document.activeElement.id === "demande"`)
	b.click("button", "Abandonner")
	b.wait(`!document.querySelector(".left") && document.activeElement.id === "f-demandeur"`)
	b.healthy()
}

// TestColumnsOfRequestsByKeyboard: the choice of columns is opened, and left, by
// the keyboard.
func TestColumnsOfRequestsByKeyboard(t *testing.T) {
	a := demo(t)
	b := as(t, a, "claire.moreau", "/console/demandes")
	b.do(focus("details.columns summary"))
	b.press(kb.Enter)
	b.wait(`document.querySelector("details.columns").open`)
	b.press(kb.Tab, kb.Escape)
	b.wait(`!document.querySelector("details.columns").open && document.activeElement.matches("details.columns summary")`)
	b.press(kb.Enter)
	b.click("checkbox", "Âge")
	b.click("button", "Appliquer")
	b.wait(`!document.querySelector("th.c-age")`)
	b.healthy()
}

// TestNoteSaysItIsAdded: what was done is said where one sees it, though its form is
// at the bottom of a pane that was scrolled.
func TestNoteSaysItIsAdded(t *testing.T) {
	a := demo(t)
	number := call(t, a, "lucas.martin").declares("Messagerie vide")
	b := as(t, a, "claire.moreau", "/console/demandes/"+number+"?onglet=reponse")
	b.fill("textbox", "Texte de la note", "À voir avec le support.")
	b.click("button", "Ajouter la note pour les administrateurs")
	b.reads("La note est ajoutée.")
	b.wait(`(box => { const at = document.getElementById("message").getBoundingClientRect(); return at.top >= box.top && at.bottom <= box.bottom })(document.getElementById("volet").getBoundingClientRect())`)
	b.healthy()
}
