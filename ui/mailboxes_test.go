package ui

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"

	"preau/app/demo"
	"preau/app/directory"
	"preau/app/format/letter"
	"preau/app/requests"
	"preau/data"
)

// boxSecret is a password that is like no other text.
const boxSecret = "serin-jaune-des-canaries-imap"

// boxForm is that of a mailbox, complete, with its version.
func boxForm(h *house, path string) url.Values {
	h.t.Helper()
	return url.Values{"version": {stamp(h, path)}, "adresse": {"demandes@exemple.example"}, "serveur": {"imap.exemple.example"}, "chiffrement": {"tls"}, "compte": {"demandes"}, "secret": {boxSecret}, "active": {"oui"}}
}

// TestMailboxOfTheConsole opens the mailbox of an establishment and of an académie
// from the toolbar, without script; no page ever shows its password, and who
// reaches another académie finds none.
func TestMailboxOfTheConsole(t *testing.T) {
	h := newHouse(t)
	uai := h.school("claire.moreau", 0)
	paul, claire, marc := h.enter("paul.lefevre"), h.enter("claire.moreau"), h.enter("marc.dubois")
	paul.holds("/console/demandes", `href="/console/demandes/boites"`)
	claire.holds("/console/demandes", "-/console/demandes/boites")
	paul.holds("/console/demandes/boites", "Aucune boîte de courriel", "Ou académie")
	if to := paul.at(paul.get("/console/demandes/boites?etablissement=" + uai)); to != "/console/demandes/boites/"+uai {
		t.Fatal(to)
	}
	if to := paul.at(paul.get("/console/demandes/boites?academie=val-de-seine&etablissement=")); to != "/console/demandes/boites/val-de-seine" {
		t.Fatal(to)
	}
	box := "/console/demandes/boites/" + uai
	form := boxForm(h, box)
	form.Set("port", "99999")
	refused := paul.post(box, form)
	if refused.Status != http.StatusUnprocessableEntity || !strings.Contains(refused.Body, `id="e-port"`) || !strings.Contains(refused.Body, `value="imap.exemple.example"`) || strings.Contains(refused.Body, boxSecret) {
		t.Fatalf("%d\n%s", refused.Status, refused.Body)
	}
	paul.at(paul.post(box, boxForm(h, box)))
	paul.holds(box, "Pas encore relevée", "Un mot de passe est enregistré", "Relever maintenant", "-"+boxSecret)
	paul.holds("/console/demandes/boites", "demandes@exemple.example", "-"+boxSecret)
	tried := marc.post(box, url.Values{"essai": {"oui"}, "adresse": {"demandes@exemple.example"}, "serveur": {"127.0.0.1"}, "chiffrement": {"tls"}, "compte": {"demandes"}, "secret": {boxSecret}})
	if tried.Status != http.StatusOK || !strings.Contains(tried.Body, "--allow-network") || strings.Contains(tried.Body, boxSecret) {
		t.Fatalf("%d\n%s", tried.Status, tried.Body)
	}
	paul.holds(box, "Essai de", "127.0.0.1:993", "-"+boxSecret)
	academy := "/console/demandes/boites/val-de-seine"
	form = boxForm(h, academy)
	form.Set("adresse", "academie@exemple.example")
	paul.at(paul.post(academy, form))
	for _, path := range []string{"/console/demandes/boites/nulle-part", "/console/demandes/boites/0000000X"} {
		if got := marc.get(path); got.Status != http.StatusNotFound {
			t.Errorf("%s: %d", path, got.Status)
		}
	}
	claire.holds("/console/etablissements/"+uai+"/journal", "-"+boxSecret)
}

// TestRequestOfAnAcademy: what came by the mailbox of an académie is seen by its
// roles alone; the first tab keeps it there, or gives it to an establishment.
func TestRequestOfAnAcademy(t *testing.T) {
	h := newHouse(t)
	uai := h.school("claire.moreau", 0)
	paul, claire := h.enter("paul.lefevre"), h.enter("claire.moreau")
	must(t, requests.Receive(h.app.Gate.System("essai"), requests.Mailbox{At: data.Place(directory.Slug(demo.AcademyName))},
		requests.Incoming{UID: 1, Letter: letter.Letter{From: "inconnue@ailleurs.example", Subject: "De nulle part", Text: "Bonjour.", Whole: "Bonjour."}}))
	paul.holds("/console/demandes", "De nulle part", "Académie")
	claire.holds("/console/demandes", "-De nulle part")
	list, err := requests.Search(h.signed("paul.lefevre"), requests.Look{Sort: requests.ByNumber, Page: 1, Size: 1})
	must(t, err)
	at := "/console/demandes/" + strconv.Itoa(list.Lines[0].Number)
	if got := claire.get(at); got.Status != http.StatusNotFound {
		t.Errorf("Claire reads it: %d", got.Status)
	}
	paul.holds(at, requests.Unknown, "inconnue@ailleurs.example", "la boîte de l’académie")
	for _, tab := range []string{"description", "reponse", "historique"} {
		paul.holds(at + "?onglet=" + tab)
	}
	version := func() string { return stampField.FindStringSubmatch(paul.get(at).Body)[1] }
	paul.at(paul.post(at+"/demande", url.Values{"version": {version()}, "etab": {""}, "demandeur-nom": {"ROY Zoé"}, "email": {"inconnue@ailleurs.example"}}))
	paul.holds(at, "ROY Zoé", "la boîte de l’académie")
	paul.at(paul.post(at+"/demande", url.Values{"version": {version()}, "etab": {uai}, "demandeur-nom": {"ROY Zoé"}, "email": {"inconnue@ailleurs.example"}}))
	claire.holds(at, "ROY Zoé", "-la boîte de l’académie")
}
