package ui

import (
	"encoding/csv"
	"encoding/json"
	"maps"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"

	"preau/app/requests"
)

func init() {
	maps.Copy(policy, map[string]string{
		"GET /console/demandes/selection":                           chosen,
		"POST /console/demandes/selection":                          allStale, // nothing is ticked
		"GET /console/demandes/vues":                                admins,
		"GET /console/demandes/vues/nombres":                        admins,
		"POST /console/demandes/vues":                               inForm,
		"POST /console/demandes/vues/:vue":                          absent,
		"POST /console/demandes/vues/:vue/suppression":              absent,
		"GET /console/demandes/reponses-types":                      admins,
		"GET /console/demandes/reponses-types/nouvelle":             admins,
		"POST /console/demandes/reponses-types/nouvelle":            inForm,
		"GET /console/demandes/reponses-types/:modele":              absent,
		"POST /console/demandes/reponses-types/:modele":             absent,
		"GET /console/demandes/reponses-types/:modele/suppression":  absent,
		"POST /console/demandes/reponses-types/:modele/suppression": absent,
		"GET /console/demandes/:numero/modeles":                     within,
		"GET /console/demandes/statistiques":                        admins,
		"GET /console/demandes/statistiques.csv":                    admins,
	})
	shown["POST /console/demandes/selection"] = true
}

// searchDeeds does the unsafe routes of what one does to the requests of a search.
func (h *house) searchDeeds(do func(route string, d deed)) {
	h.t.Helper()
	const claire, home = "claire.moreau", "/console/demandes"
	s := h.signed(claire)
	one := h.asked("lucas.martin", "À clôturer")
	do("POST /console/demandes/selection", deed{claire, home + "/selection", url.Values{"id": {one.number}, "action": {"cloture"}, "confirmer": {"1"}}, nil, true})
	do("POST /console/demandes/vues", deed{claire, home + "/vues?priorite=urgente", url.Values{"nom": {"Urgentes"}}, nil, false})
	views, err := requests.ViewsOf(s)
	must(h.t, err)
	view := home + "/vues/" + views[0].ID
	do("POST /console/demandes/vues/:vue", deed{claire, view, url.Values{"nom": {"Pressées"}}, nil, false})
	do("POST /console/demandes/vues/:vue/suppression", deed{claire, view + "/suppression", nil, nil, false})
	do("POST /console/demandes/reponses-types/nouvelle", deed{claire, home + "/reponses-types/nouvelle", h.wording(claire, "Accueil"), nil, true})
	all, err := requests.AllCanned(s)
	must(h.t, err)
	model := home + "/reponses-types/" + all[0].ID
	do("POST /console/demandes/reponses-types/:modele", deed{claire, model, h.wording(claire, "Bienvenue"), nil, true})
	do("POST /console/demandes/reponses-types/:modele/suppression", deed{claire, model + "/suppression", nil, nil, true})
}

// wording is the form of a canned answer of the establishment of somebody.
func (h *house) wording(login, name string) url.Values {
	h.t.Helper()
	places, err := requests.CannedPlaces(h.signed(login))
	must(h.t, err)
	return url.Values{"nom": {name}, "texte": {"Bonjour {prenom}, n° {numero}."}, "portee": {string(places[0].At)}}
}

// TestManyRequests acts on a selection: what is about to be done is asked once, on
// what was frozen then, and each request says what became of it.
func TestManyRequests(t *testing.T) {
	h := newHouse(t)
	claire, sophie := h.enter("claire.moreau"), h.enter("sophie.girard")
	one, other := h.asked("lucas.martin", "Une demande"), h.asked("lucas.martin", "Une autre")
	const home = "/console/demandes/selection"
	ask := claire.post(home+"?priorite=normale", url.Values{"action": {"type"}, "tous": {"1"}})
	if ask.Status != http.StatusOK || !strings.Contains(ask.Body, "Changer le type de 2\u00a0demandes") {
		t.Fatalf("%d %s", ask.Status, ask.Body)
	}
	ids := regexp.MustCompile(`name="id" value="(\d+)"`).FindAllStringSubmatch(ask.Body, -1)
	if len(ids) != 2 {
		t.Fatalf("the question is about %v", ids)
	}
	h.asked("lucas.martin", "Arrivée entre-temps")
	form := url.Values{"action": {"type"}, "confirmer": {"1"}, "id": {one.number, other.number}, "type": {""}}
	if got := claire.post(home, form); got.Status != http.StatusUnprocessableEntity || !strings.Contains(got.Body, `id="e-type"`) || strings.Count(got.Body, `name="id"`) != 2 {
		t.Fatalf("no type: %d %s", got.Status, got.Body)
	}
	form.Set("type", "technique")
	if got := claire.post(home, form); got.Status != http.StatusOK || strings.Count(got.Body, "Faite</span>") != 2 || !strings.Contains(got.Body, `href="/console/demandes/`+one.number+`"`) {
		t.Fatalf("%d %s", got.Status, got.Body)
	}
	form = url.Values{"action": {"fusion"}, "confirmer": {"1"}, "id": {one.number, other.number}, "vers": {other.number}}
	if got := claire.post(home, form); strings.Count(got.Body, "Faite</span>") != 1 || strings.Count(got.Body, "Laissée</span>") != 1 {
		t.Fatalf("merged: %s", got.Body)
	}
	for what, form := range map[string]url.Values{"a question": {"action": {"cloture"}, "id": {other.number}}, "an export": {"action": {"export"}, "id": {other.number}}} {
		if got := sophie.post(home, form); got.Status == http.StatusOK || strings.Contains(got.Body, "Une autre") {
			t.Errorf("%s about a foreign request: %d", what, got.Status)
		}
	}
	if got := sophie.post(home, url.Values{"action": {"cloture"}, "confirmer": {"1"}, "id": {other.number}}); strings.Contains(got.Body, "Une autre") || !strings.Contains(got.Body, "Laissée</span>") {
		t.Errorf("a foreign request: %s", got.Body)
	}
	for what, form := range map[string]url.Values{"nothing": {"action": {"cloture"}}, "no action": {"id": {one.number}}, "another action": {"id": {one.number}, "action": {"effacement"}}} {
		if got := claire.post(home, form); got.Status != http.StatusConflict {
			t.Errorf("%s: %d", what, got.Status)
		}
	}
}

// TestExportOfRequests downloads all that a search finds.
func TestExportOfRequests(t *testing.T) {
	h := newHouse(t)
	claire := h.enter("claire.moreau")
	h.asked("lucas.martin", "=SOMME(A1)")
	h.asked("lucas.martin", "Une autre")
	got := claire.post("/console/demandes/selection?q=etat%3Aouverte", url.Values{"action": {"export"}, "tous": {"1"}})
	if got.Status != http.StatusOK || !strings.HasPrefix(got.Get("Content-Disposition"), "attachment") || !strings.HasPrefix(got.Get("Content-Type"), "text/csv") {
		t.Fatalf("%d %v", got.Status, got.Get("Content-Disposition"))
	}
	r := csv.NewReader(strings.NewReader(strings.TrimPrefix(got.Body, "\ufeff")))
	r.Comma = ';'
	rows, err := r.ReadAll()
	if must(t, err); len(rows) != 3 || rows[2][16] != "'=SOMME(A1)" {
		t.Errorf("%q", rows)
	}
	if got := claire.post("/console/demandes/selection?q=etat%3Acloturee", url.Values{"action": {"export"}, "tous": {"1"}}); got.Status != http.StatusConflict {
		t.Errorf("nothing to export: %d", got.Status)
	}
}

// TestViewsOfRequests keeps a search, finds it in the pane with its counter,
// renames and deletes it, without script.
func TestViewsOfRequests(t *testing.T) {
	h := newHouse(t)
	claire, sophie := h.enter("claire.moreau"), h.enter("sophie.girard")
	h.asked("lucas.martin", "Une demande")
	if got := claire.post("/console/demandes/vues?type=incident", url.Values{"nom": {""}}); got.Status != http.StatusUnprocessableEntity || !strings.Contains(got.Body, "Donnez un nom") {
		t.Fatalf("no name: %d", got.Status)
	}
	claire.leads(claire.post("/console/demandes/vues?q=etat%3Aouverte&tri=recue", url.Values{"nom": {"Les ouvertes"}}), "/console/demandes?q=etat%3Aouverte&tri=recue")
	claire.holds("/console/demandes", "Les ouvertes", `hx-get="/console/demandes/vues/nombres"`)
	claire.holds("/console/demandes/vues/nombres", "Les ouvertes", ", 1 demande")
	views, err := requests.ViewsOf(h.signed("claire.moreau"))
	must(t, err)
	at := "/console/demandes/vues/" + views[0].ID
	if got := sophie.post(at+"/suppression", nil); got.Status != http.StatusNotFound {
		t.Errorf("another’s view is deleted: %d", got.Status)
	}
	sophie.holds("/console/demandes/vues", "Aucune vue enregistrée", "-Les ouvertes")
	claire.leads(claire.post(at, url.Values{"nom": {"À prendre"}}), "/console/demandes/vues")
	claire.holds("/console/demandes/vues", `value="À prendre"`, "-Les ouvertes")
	claire.leads(claire.post(at+"/suppression", nil), "/console/demandes/vues")
	claire.holds("/console/demandes/vues", "Aucune vue enregistrée")
}

// TestCannedAnswers writes a canned answer, puts it in an answer without script
// and by the script's way, and sends none of which a variable was left.
func TestCannedAnswers(t *testing.T) {
	h := newHouse(t)
	claire, sophie := h.enter("claire.moreau"), h.enter("sophie.girard")
	one := h.asked("lucas.martin", "Une demande")
	const home = "/console/demandes/reponses-types"
	form := h.wording("claire.moreau", "Accueil")
	form.Set("texte", "Bonjour {nom}")
	if got := claire.post(home+"/nouvelle", form); got.Status != http.StatusUnprocessableEntity || !strings.Contains(got.Body, "{demandeur}, {prenom}") {
		t.Fatalf("an unknown variable: %d", got.Status)
	}
	form.Set("texte", "Bonjour {prenom}, votre demande n° {numero} ({service}).")
	claire.leads(claire.post(home+"/nouvelle", form), home)
	all, err := requests.AllCanned(h.signed("claire.moreau"))
	must(t, err)
	id := all[0].ID
	claire.holds(home, "Accueil", "Bonjour {prenom}")
	sophie.holds(home, "-Accueil")
	for _, path := range []string{home + "/" + id, home + "/" + id + "/suppression", "/console/demandes/" + one.number + "/modeles"} {
		if got := sophie.get(path); got.Status != http.StatusNotFound {
			t.Errorf("%s: %d for a stranger", path, got.Status)
		}
	}
	tab := claire.get("/console/demandes/" + one.number + "?onglet=reponse&modele=" + id)
	if !strings.Contains(tab.Body, "Bonjour Lucas, votre demande n° "+one.number) {
		t.Errorf("the answer is not filled: %s", tab.Body)
	}
	var filled []struct{ ID, Name, Text string }
	must(t, json.Unmarshal([]byte(claire.get("/console/demandes/"+one.number+"/modeles").Body), &filled))
	if len(filled) != 1 || !strings.HasPrefix(filled[0].Text, "Bonjour Lucas, ") {
		t.Errorf("%+v", filled)
	}
	version := regexp.MustCompile(`name="version" value="(\d+)"`).FindStringSubmatch(tab.Body)[1]
	got := claire.post("/console/demandes/"+one.number+"/reponse", url.Values{"version": {version}, "solution": {"Bonjour {prenom}"}, "resolution": {"non"}})
	if got.Status != http.StatusUnprocessableEntity || !strings.Contains(got.Body, "Complétez ou retirez {prenom}") {
		t.Errorf("a variable was left: %d", got.Status)
	}
	claire.holds(home+"/"+id+"/suppression", "Voulez-vous supprimer")
	claire.leads(claire.post(home+"/"+id+"/suppression", nil), home)
}

// TestStatisticsOfRequests counts what came in, on the page and in the file.
func TestStatisticsOfRequests(t *testing.T) {
	h := newHouse(t)
	claire := h.enter("claire.moreau")
	claire.holds("/console/demandes/statistiques", "Aucune demande n’a été reçue")
	h.asked("lucas.martin", "Une demande")
	h.asked("lucas.martin", "Une autre")
	text := claire.holds("/console/demandes/statistiques", "<dt>Reçues</dt><dd><b>2</b>", "Par service", "Par établissement", "Voir les valeurs")
	if n := strings.Count(text, "Reçues"); n < 5 {
		t.Errorf("the tables say it %d times", n)
	}
	got := claire.get("/console/demandes/statistiques.csv")
	r := csv.NewReader(strings.NewReader(strings.TrimPrefix(got.Body, "\ufeff")))
	r.Comma = ';'
	rows, err := r.ReadAll()
	must(t, err)
	if !slices.ContainsFunc(rows, func(row []string) bool { return row[1] == "Reçues" && row[2] == "2" }) || !slices.ContainsFunc(rows, func(row []string) bool { return row[0] == "Intervenant" && row[1] == "Personne" }) {
		t.Errorf("%q", rows)
	}
	if got := claire.get("/console/demandes/statistiques?du=2026-11-02&au=2026-01-01"); got.Status != http.StatusOK || !strings.Contains(got.Body, `id="e-au"`) {
		t.Errorf("an end before its beginning: %d", got.Status)
	}
	if got := claire.get("/console/demandes/statistiques?etablissement=" + h.school("sophie.girard", 0)); got.Status != http.StatusNotFound {
		t.Errorf("a foreign establishment: %d", got.Status)
	}
	must(t, h.app.Store.WaitIndexed(t.Context()))
	for path, finds := range map[string]bool{"q=une+autre": true, "q=2": true, "q=zzzz": false} {
		if got := claire.get("/console/recherche?"+path, "Accept", "application/json"); strings.Contains(got.Body, "/console/demandes/2") != finds {
			t.Errorf("%s: %s", path, got.Body)
		}
	}
	if got := h.enter("sophie.girard").get("/console/recherche?q=autre"); strings.Contains(got.Body, "Une autre") {
		t.Error("Ctrl+K shows a foreign request")
	}
}
