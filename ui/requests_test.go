package ui

import (
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"preau/app/requests"
	"preau/ui/web"
)

// requestDeeds does the unsafe routes of the module Demandes.
func (h *house) requestDeeds(do func(route string, d deed)) {
	h.t.Helper()
	const claire, home = "claire.moreau", "/console/demandes"
	uai := h.school(claire, 0)
	who := url.Values{"etab": {uai}, "demandeur-nom": {"DURAND Zoé"}, "email": {"zoe.durand@exemple.example"}}
	what := url.Values{"recue": {"2026-01-12"}, "recue-heure": {"08:30"}, "canal": {"telephone"}, "type": {"incident"}, "priorite": {"normale"}, "resume": {"Un essai"}, "probleme": {"Rien ne va."}}
	with := func(forms ...url.Values) url.Values {
		all := url.Values{}
		for _, f := range forms {
			for name, values := range f {
				all[name] = values
			}
		}
		return all
	}
	do("POST /console/demandes", deed{claire, home, with(who, what), nil, true})
	do("POST /console/demandes/brouillon", deed{claire, home + "/brouillon", url.Values{"ecran": {"console.nouvelle"}, "resume": {"Un ess"}}, nil, false})
	one, other := h.asked("lucas.martin", "Une demande"), h.asked("lucas.martin", "La même")
	at := home + "/" + one.number
	fresh := func() url.Values {
		n, err := strconv.Atoi(one.number)
		must(h.t, err)
		d, err := requests.Read(h.signed(claire), n)
		must(h.t, err)
		return url.Values{"version": {strconv.FormatUint(d.Version, 10)}}
	}
	do("POST /console/demandes/:numero/demande", deed{claire, at + "/demande", with(who, fresh()), nil, true})
	do("POST /console/demandes/:numero/description", deed{claire, at + "/description", with(what, fresh()), nil, true})
	do("POST /console/demandes/:numero/note", deed{claire, at + "/note", url.Values{"note": {"À voir."}}, nil, true})
	do("POST /console/demandes/:numero/affectation", deed{claire, at + "/affectation", with(url.Values{"intervenant": {h.signed(claire).Account.ID}}, fresh()), nil, true})
	do("POST /console/demandes/:numero/etat", deed{claire, at + "/etat", with(url.Values{"etat": {"waiting"}}, fresh()), nil, true})
	do("POST /console/demandes/:numero/reponse", deed{claire, at + "/reponse", with(url.Values{"solution": {"Videz le cache."}}, fresh()), nil, true})
	do("POST /console/demandes/:numero/envoi", deed{claire, at + "/envoi", nil, nil, true})
	do("POST /console/demandes/:numero/lien", deed{claire, at + "/lien", url.Values{"autre": {other.number}, "lien": {"lié à"}}, nil, true})
	do("POST /console/demandes/:numero/fusion", deed{claire, at + "/fusion", url.Values{"vers": {other.number}}, nil, true})
	do("POST /console/demandes/:numero/separation", deed{claire, at + "/separation", nil, nil, true})
	const paul = "paul.lefevre"
	box := home + "/boites/" + uai
	do("POST /console/demandes/boites/:boite", deed{paul, box, boxForm(h, box), nil, true})
	do("POST /console/demandes/boites/:boite/releve", deed{paul, box + "/releve", nil, nil, true})
}

// TestRequestsOfTheConsole makes a request by telephone, finds it, answers it and
// closes it, without script: it leaves the list, and its answer can still be sent.
func TestRequestsOfTheConsole(t *testing.T) {
	h := newHouse(t)
	claire, lucas := h.enter("claire.moreau"), h.enter("lucas.martin")
	uai := h.school("claire.moreau", 0)
	form := url.Values{"etab": {uai}, "profil": {"eleves"}, "demandeur-nom": {"martin lucas"}, "recue": {"2026-01-12"}, "recue-heure": {"08:30"}, "canal": {"telephone"},
		"service": {"messagerie"}, "type": {"incident"}, "priorite": {"urgente"}, "resume": {"Messagerie vide"}, "probleme": {"Rien ne s’affiche."}}
	got := claire.post("/console/demandes", form)
	at := strings.SplitN(claire.at(got), "?", 2)[0]
	number := strings.TrimPrefix(at, "/console/demandes/")
	claire.holds(at, "Demande n° "+number, "MARTIN Lucas", `value="lucas.martin@`)
	claire.holds("/console/demandes", "MARTIN Lucas", "Urgente", "Messagerie vide", "12/01/2026 08:30", "Ouverte")
	lucas.holds("/incidents", "Messagerie vide", "Ouverte")

	version := func() string {
		m := stampField.FindStringSubmatch(claire.get(at + "?onglet=reponse").Body)
		if m == nil {
			t.Fatal("no version in the page")
		}
		return m[1]
	}
	refused := claire.post(at+"/reponse", url.Values{"version": {version()}, "ecran": {number + "/reponse"}, "solution": {""}, "resolution": {"oui"}})
	if refused.Status != http.StatusUnprocessableEntity || !strings.Contains(refused.Body, `id="e-solution"`) {
		t.Fatalf("%d\n%s", refused.Status, refused.Body)
	}
	saved := claire.post(at+"/reponse", url.Values{"version": {version()}, "ecran": {number + "/reponse"}, "solution": {"Videz le cache du navigateur."}, "resolution": {"oui"}, "cloture": {"2026-01-12"}, "cloture-heure": {"09:00"}})
	if to := claire.at(saved); to != at+"/envoi?onglet=reponse" {
		t.Fatalf("closing without answering does not ask: %s", to)
	}
	claire.holds(at+"/envoi", "Répondre aussi à l’utilisateur ?")
	claire.holds("/console/demandes", "-Messagerie vide", "Aucune demande")
	claire.holds("/console/demandes?etat=cloturee", "Messagerie vide", "Clôturée")
	lucas.holds("/incidents/"+number, "Clôturée", "-Videz le cache")
	claire.at(claire.post(at+"/envoi", nil))
	if again := claire.post(at+"/envoi", nil); again.Status != http.StatusConflict {
		t.Errorf("sent twice: %d", again.Status)
	}
	lucas.holds("/incidents/"+number, "Videz le cache du navigateur.")
	claire.holds(at+"?onglet=historique", "Nouvelle demande", "Demande clôturée", "Réponse à l’utilisateur", "MOREAU Claire")
}

// TestRequestKeepsWhatWasTyped shows again a form that somebody else overtook,
// with what was typed and what they did, and restores a draft of it.
func TestRequestKeepsWhatWasTyped(t *testing.T) {
	h := newHouse(t)
	one := h.asked("lucas.martin", "Deux à la fois")
	at := "/console/demandes/" + one.number
	claire, paul := h.enter("claire.moreau"), h.enter("paul.lefevre")
	claire.get(at)
	paul.holds(at, "MOREAU Claire a aussi cette demande ouverte.")
	version := stampField.FindStringSubmatch(paul.get(at + "?onglet=reponse").Body)[1]
	claire.at(claire.post(at+"/affectation", url.Values{"version": {version}, "intervenant": {h.signed("claire.moreau").Account.ID}}))
	got := paul.post(at+"/reponse", url.Values{"version": {version}, "ecran": {one.number + "/reponse"}, "solution": {"Une longue réponse."}})
	body := strings.ReplaceAll(got.Body, "\u00a0", " ")
	if got.Status != http.StatusConflict || !strings.Contains(body, "MOREAU Claire a modifié cette demande") || !strings.Contains(body, ">Une longue réponse.</textarea>") {
		t.Fatalf("%d\n%s", got.Status, body)
	}
	paul.holds(at+"?onglet=reponse", "Votre saisie du", "Restaurer", "-Une longue réponse.")
	paul.holds(at+"?onglet=reponse&brouillon="+url.QueryEscape(one.number+"/reponse"), ">Une longue réponse.</textarea>")
	claire.holds(at+"?onglet=reponse", "-Une longue réponse.", "-Votre saisie du")
}

// TestRequestFormsKeepTheSearch: what is done from a list that was searched comes
// back to that list, and « Tous les résultats » are those of the search.
func TestRequestFormsKeepTheSearch(t *testing.T) {
	h := newHouse(t)
	one := h.asked("lucas.martin", "Messagerie vide")
	claire := h.enter("claire.moreau")
	const search = "?etat=ouverte&par=25"
	page := claire.get("/console/demandes/" + one.number + search + "&onglet=reponse").Body
	for _, form := range []string{"selection", one.number + "/reponse", one.number + "/envoi", one.number + "/note"} {
		if action := `action="/console/demandes/` + form + `?etat=ouverte&amp;par=25"`; !strings.Contains(page, action) {
			t.Errorf("no %s", action)
		}
	}
	for _, tab := range []string{"demande", "description"} {
		claire.holds("/console/demandes/"+one.number+search+"&onglet="+tab, "/"+tab+"?etat=ouverte&amp;par=25\"")
	}
}

// TestRefusalsBesideTheirFields: the search and the request that is open are on one
// page; what is wrong with one is not said beside the fields of the other.
func TestRefusalsBesideTheirFields(t *testing.T) {
	h := newHouse(t)
	claire := h.enter("claire.moreau")
	got := claire.post("/console/demandes?etat=cloturee", url.Values{"etab": {h.school("claire.moreau", 0)}})
	if got.Status != http.StatusUnprocessableEntity || !strings.Contains(got.Body, `href="#f-demandeur"`) || !strings.Contains(got.Body, `id="e-demandeur"`) || strings.Contains(got.Body, `id="e-nom"`) {
		t.Errorf("nobody asks: %d\n%s", got.Status, got.Body)
	}
	if strings.Count(got.Body, `id="e-type"`) != 1 {
		t.Error("what is wrong with the type is not said once")
	}
	got = claire.post("/console/demandes", url.Values{"demandeur-nom": {"DURAND Zoé"}})
	if got.Status != http.StatusUnprocessableEntity || !strings.Contains(got.Body, `href="#f-etab"`) || !strings.Contains(got.Body, `id="e-etab"`) || strings.Contains(got.Body, `id="e-etablissement"`) {
		t.Errorf("no establishment: %d\n%s", got.Status, got.Body)
	}
	got = claire.post("/console/demandes", url.Values{"etab": {h.school("claire.moreau", 0)}, "service": {"inconnu"}, "canal": {"pigeon"}})
	if strings.Count(got.Body, `id="e-service"`) != 1 || strings.Count(got.Body, `id="e-canal"`) != 1 {
		t.Error("what is wrong with the service and the channel is not said once")
	}
}

// TestDescriptionSaysAllThatIsWrong at once, the date among the rest.
func TestDescriptionSaysAllThatIsWrong(t *testing.T) {
	h := newHouse(t)
	one := h.asked("lucas.martin", "Messagerie vide")
	claire := h.enter("claire.moreau")
	at := "/console/demandes/" + one.number
	version := stampField.FindStringSubmatch(claire.get(at + "?onglet=description").Body)[1]
	got := claire.post(at+"/description", url.Values{"version": {version}, "ecran": {one.number + "/description"}, "recue": {"32/13/2026"}, "recue-heure": {"08:30"}, "canal": {"mail"}, "priorite": {"normale"}, "type": {""}, "resume": {strings.Repeat("é", 121)}, "probleme": {"Rien."}})
	for _, field := range []string{"recue", "type", "resume"} {
		if !strings.Contains(got.Body, `id="e-`+field+`"`) {
			t.Errorf("%s is not said to be wrong", field)
		}
	}
	if got.Status != http.StatusUnprocessableEntity || !strings.Contains(got.Body, `value="`+strings.Repeat("é", 121)+`"`) {
		t.Errorf("%d, or what was typed is lost", got.Status)
	}
}

// TestRequestsBetweenDates refuses days that mean nothing, rather than show
// requests of any date.
func TestRequestsBetweenDates(t *testing.T) {
	h := newHouse(t)
	h.asked("lucas.martin", "Messagerie vide")
	claire := h.enter("claire.moreau")
	claire.holds("/console/demandes?du=hier", `id="e-du"`, "Indiquez une date")
	claire.holds("/console/demandes?au=32/01/2026", `id="e-au"`, "Indiquez une date")
	claire.holds("/console/demandes?du=2026-02-01&au=2026-01-01", `id="e-au"`, "Cette date précède")
	claire.holds("/console/demandes?du=01/01/2026&au=01/01/2026", `-id="e-au"`)
}

// TestRequestsElsewhere: what is of another establishment, or of nobody's reach,
// is not there, at any address.
func TestRequestsElsewhere(t *testing.T) {
	h := newHouse(t)
	one := h.asked("lucas.martin", "Messagerie vide")
	sophie := h.enter("sophie.girard")
	sophie.holds("/console/demandes?etat=toutes", "-Messagerie vide")
	sophie.holds("/console/demandes?q=messagerie", "-Messagerie vide")
	missing := sophie.get("/console/demandes/999999")
	for _, path := range []string{"", "?onglet=reponse", "?onglet=historique", "/fichiers/" + one.file, "/affectation", "/flux", "/envoi"} {
		got := sophie.get("/console/demandes/" + one.number + path)
		if got.Status != http.StatusNotFound || got.Body != missing.Body && !strings.Contains(path, "/") {
			t.Errorf("%s: %d", path, got.Status)
		}
	}
	claire := h.enter("claire.moreau")
	file := claire.get("/console/demandes/" + one.number + "/fichiers/" + one.file)
	if file.Status != http.StatusOK || file.Get("X-Content-Type-Options") != "nosniff" || !strings.HasPrefix(file.Get("Content-Disposition"), "attachment") {
		t.Errorf("%d %v", file.Status, file.Header)
	}
	for _, number := range []string{"0", "-1", "01", "1e3", "999999999999", "nouvelles"} {
		if got := claire.get("/console/demandes/" + number); got.Status != http.StatusNotFound {
			t.Errorf("%s: %d", number, got.Status)
		}
	}
}

// TestRequestsAddress keeps the state of the list in its address: filters, order,
// page, and what is opened from it.
func TestRequestsAddress(t *testing.T) {
	h := newHouse(t)
	for i := range 30 {
		h.asked("lucas.martin", "Souci "+strconv.Itoa(i))
		h.clock.pass(time.Minute)
	}
	claire := h.enter("claire.moreau")
	claire.holds("/console/demandes?par=25", "Souci 29", "Souci 5", "-Souci 4<", "30 demandes", "Page 1 sur 2", "page=2")
	text := claire.holds("/console/demandes?par=25&page=2&tri=recue&sens=croissant", "Souci 29", "-Souci 0<", "Page 2 sur 2")
	if !strings.Contains(text, "/console/demandes/30?page=2&amp;par=25&amp;sens=croissant&amp;tri=recue") {
		t.Error("what is opened forgets the list")
	}
	claire.holds("/console/demandes/30?page=2&par=25", "Souci 29", "Souci 0<")
	claire.holds("/console/demandes?du=2001-01-01&au=2001-01-02", "Aucune demande ne correspond", "Effacer la recherche")
	if got := claire.get("/console/demandes?q=" + url.QueryEscape("couleur:rouge")); !strings.Contains(got.Body, `id="e-q"`) {
		t.Errorf("an operator that is none is not told: %d", got.Status)
	}
	claire.at(claire.get("/console/demandes/colonnes?colonne=etat&retour=/console/demandes"))
	claire.holds("/console/demandes", "c-etat", "-c-service")
}

// TestRequestFiles joins files to a request and to a note, and takes them away.
func TestRequestFiles(t *testing.T) {
	h := newHouse(t)
	one := h.asked("lucas.martin", "Avec des fichiers")
	claire := h.enter("claire.moreau")
	at := "/console/demandes/" + one.number
	fields := func(more ...piece) []piece {
		return append([]piece{{"version", "", "0"}, {"ecran", "", one.number + "/description"}, {"recue", "", "2026-01-12"}, {"recue-heure", "", "08:30"}, {"canal", "", "telephone"},
			{"type", "", "incident"}, {"priorite", "", "normale"}, {"resume", "", "Avec des fichiers"}, {"probleme", "", "Rien."}}, more...)
	}
	claire.at(claire.sendForm(at+"/description", fields(piece{"retirer", "", one.file}, piece{web.FilesField, "photo.png", png})...))
	claire.holds(at+"?onglet=description", "photo.png", "-capture.txt")
	if got := claire.get(at + "/fichiers/" + one.file); got.Status != http.StatusNotFound {
		t.Errorf("a file that was taken away is still there: %d", got.Status)
	}
	got := claire.sendForm(at+"/note", piece{"ecran", "", one.number + "/note"}, piece{"note", "", "Vu sur place."}, piece{web.FilesField, "outil.exe", "MZ"})
	if got.Status != http.StatusUnprocessableEntity || !strings.Contains(got.Body, "outil.exe") || !strings.Contains(got.Body, ">Vu sur place.</textarea>") {
		t.Fatalf("%d\n%s", got.Status, got.Body)
	}
	claire.at(claire.sendForm(at+"/note", piece{"ecran", "", one.number + "/note"}, piece{"note", "", "Vu sur place."}, piece{web.FilesField, "plan.txt", "Salle 12"}))
	claire.holds(at+"?onglet=reponse", "Vu sur place.", "plan.txt", "Note interne, lue par les administrateurs seulement")
	h.enter("lucas.martin").holds("/incidents/"+one.number, "-Vu sur place.", "-plan.txt")
}

// TestPresenceEndsWithTheReach: who follows a request that goes to another
// establishment is told no more of who reads it there.
func TestPresenceEndsWithTheReach(t *testing.T) {
	h := newHouse(t)
	one := h.asked("lucas.martin", "Messagerie vide")
	n, err := strconv.Atoi(one.number)
	must(t, err)
	stream := h.enter("claire.moreau").stream("/console/demandes/" + one.number + "/flux")
	marc, uai := h.signed("marc.dubois"), h.school("sophie.girard", 0)
	must(t, requests.EditRequester(marc, n, 0, uai, requests.Requester{Name: "MARTIN Lucas"}))
	h.enter("sophie.girard").holds("/console/demandes/"+one.number, "Messagerie vide")
	rest, _ := io.ReadAll(stream)
	if stream.stop(); strings.Contains(string(rest), "GIRARD") {
		t.Errorf("%s", rest)
	}
}

// TestOneDraftForEachForm: a form is kept under one name, however its number is
// written.
func TestOneDraftForEachForm(t *testing.T) {
	h := newHouse(t)
	one := h.asked("lucas.martin", "Messagerie vide")
	claire := h.enter("claire.moreau")
	for _, screen := range []string{"0" + one.number + "/note", "+" + one.number + "/note", "#" + one.number + "/note", " " + one.number + " /note", "n° " + one.number + "/note", one.number + "/note/", one.number + "/autre", "999999/note", "/note", ""} {
		if got := claire.post("/console/demandes/brouillon", url.Values{"ecran": {screen}, "note": {"À voir."}}); got.Status != http.StatusNotFound {
			t.Errorf("%q: %d", screen, got.Status)
		}
	}
	claire.at(claire.post("/console/demandes/brouillon", url.Values{"ecran": {one.number + "/note"}, "note": {"À voir."}}))
}

// TestLongestText keeps a text whole, whatever its characters, up to what the page
// says, and refuses one more without cutting it.
func TestLongestText(t *testing.T) {
	h := newHouse(t)
	one := h.asked("lucas.martin", "Messagerie vide")
	lucas, at := h.enter("lucas.martin"), "/incidents/"+one.number
	long := strings.Repeat("😀", requests.MostText)
	lucas.at(lucas.post(at, url.Values{"ecran": {one.number + "/message"}, "message": {long}}))
	if !strings.Contains(lucas.get(at).Body, long) {
		t.Error("the message is cut")
	}
	got := lucas.post(at, url.Values{"ecran": {one.number + "/message"}, "message": {long + "😀"}})
	if got.Status != http.StatusUnprocessableEntity || !strings.Contains(got.Body, long+"😀") {
		t.Errorf("one more: %d", got.Status)
	}
}

// TestRequestOnPaper prints a request without its notes nor its history, unless
// they are asked for, and to nobody of elsewhere.
func TestRequestOnPaper(t *testing.T) {
	h := newHouse(t)
	one := h.asked("lucas.martin", "Messagerie vide")
	n, err := strconv.Atoi(one.number)
	must(t, err)
	must(t, requests.AddNote(h.signed("claire.moreau"), n, "Voir son carnet.", nil))
	claire, at := h.enter("claire.moreau"), "/console/demandes/"+one.number+"/impression"
	claire.holds(at, "Messagerie vide", "MARTIN Lucas", "capture.txt", "-Voir son carnet.", "-Nouvelle demande")
	claire.holds(at+"?notes=1", "Voir son carnet.", "-Nouvelle demande")
	claire.holds(at+"?historique=1", "-Voir son carnet.", "Nouvelle demande")
	if got := h.enter("sophie.girard").get(at + "?notes=1"); got.Status != http.StatusNotFound {
		t.Errorf("%d", got.Status)
	}
}
