package ui

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"preau/app/requests"
	"preau/data"
	"preau/ui/web"
)

// jiraFields are the settings of a connector to a JIRA that nobody joins.
func jiraFields(version string) url.Values {
	return url.Values{"version": {version}, "genre": {"jira"}, "adresse": {"https://10.0.0.1:8443/jira"}, "produit": {"datacenter"}, "jeton-jira": {tokenCanary}, "projet": {"ENT"},
		"type-": {"Demande"}, "etat-waiting": {"En attente"}, "relecture": {"5"}, "secret": {secretCanary}, "comptes": {"oui"}, "etiquette-uai": {"oui"}}
}

const (
	tokenCanary  = "serin-jaune-du-jeton-17"
	secretCanary = "serin-jaune-du-secret-18"
)

// supportDeeds does the unsafe routes of level 2.
func (h *house) supportDeeds(do func(route string, d deed)) {
	h.t.Helper()
	const claire, paul, marc, home = "claire.moreau", "paul.lefevre", "marc.dubois", "/console/demandes"
	support := "/console/etablissements/" + h.school(claire, 0) + "/services/support"
	const route = "POST /console/etablissements/:uai/services/support"
	version := func() url.Values {
		return url.Values{"version": {stampField.FindStringSubmatch(h.enter(paul).get(support).Body)[1]}, "genre": {"interne"}}
	}
	do(route, deed{paul, support, version(), nil, true})
	do(route+"/activation", deed{paul, support + "/activation", nil, nil, true})
	one := home + "/" + h.asked("lucas.martin", "Pour la file").number
	of := func(at string, more url.Values) url.Values {
		more.Set("version", stampField.FindStringSubmatch(h.enter(marc).get(at).Body)[1])
		return more
	}
	do("POST /console/demandes/:numero/niveau2", deed{claire, one + "/niveau2", of(one, url.Values{}), nil, true})
	do("POST /console/demandes/:numero/suivi", deed{marc, one + "/suivi", of(one, url.Values{"etat": {"in_progress"}, "reponse": {"On regarde."}}), nil, true})
	do("POST /console/demandes/:numero/reprise", deed{claire, one + "/reprise", nil, nil, true})
	do(route+"/desactivation", deed{paul, support + "/desactivation", nil, nil, true})
	if got := h.enter(paul).post(support, jiraFields(version().Get("version"))); got.Status != http.StatusSeeOther {
		h.t.Fatalf("%d\n%s", got.Status, got.Body)
	}
	if got := h.enter(paul).post(support+"/activation", nil); got.Status != http.StatusSeeOther {
		h.t.Fatal(got.Status)
	}
	do(route+"/crochet", deed{paul, support + "/crochet", nil, nil, true})
	do(route+"/essai", deed{paul, support + "/essai", nil, nil, true})
	two := home + "/" + h.asked("lucas.martin", "Pour JIRA").number
	if got := h.enter(claire).post(two+"/niveau2", of(two, url.Values{})); got.Status != http.StatusSeeOther {
		h.t.Fatalf("%d\n%s", got.Status, got.Body)
	}
	do("POST /console/demandes/:numero/relance", deed{claire, two + "/relance", nil, nil, true})
	do("POST /console/demandes/:numero/annulation", deed{claire, two + "/annulation", nil, nil, true})
	do("POST /console/demandes/cellule", deed{claire, home + "/cellule?uai=" + h.school(claire, 0), nil, nil, true})
}

// TestSupportPages sets up a connector, without script: its secrets are nowhere,
// and what an administrator sees follows its activation.
func TestSupportPages(t *testing.T) {
	h := newHouse(t)
	uai := h.school("claire.moreau", 0)
	support := "/console/etablissements/" + uai + "/services/support"
	claire, paul, sophie := h.enter("claire.moreau"), h.enter("paul.lefevre"), h.enter("sophie.girard")
	one := "/console/demandes/" + h.asked("lucas.martin", "Messagerie vide").number
	claire.holds("/console/demandes", "-Cellule support")
	claire.holds(one, "-Transmettre au niveau 2")
	claire.holds("/console/etablissements/"+uai, "-Support de niveau 2")
	text := paul.holds(support, "Inactif", "File interne", "-Tester")
	if i, j := strings.Index(text, `value="interne"`), strings.Index(text, `value="jira"`); i < 0 || j < i {
		t.Error("the queue of the appliance is not proposed first")
	}
	paul.holds("/console/etablissements/"+uai, "Support de niveau 2")
	refused := paul.post(support, url.Values{"version": {"1"}, "genre": {"jira"}, "adresse": {"ailleurs"}, "jeton-jira": {tokenCanary}, "secret": {secretCanary}})
	if refused.Status != http.StatusUnprocessableEntity || !strings.Contains(refused.Body, `id="e-adresse"`) || !strings.Contains(refused.Body, `value="ailleurs"`) {
		t.Fatalf("%d\n%s", refused.Status, refused.Body)
	}
	paul.at(paul.post(support, jiraFields("1")))
	paul.holds(support, "Un jeton est enregistré", "Tester")
	claire.holds("/console/demandes", "-Cellule support")
	paul.at(paul.post(support+"/activation", nil))
	paul.at(paul.post(support+"/essai", nil))
	tested := paul.holds(support, "Échec", "n’a pas le droit de joindre")
	hooked := paul.post(support+"/crochet", nil)
	hook := regexp.MustCompile(web.HookPath + `[a-z0-9]{32}`).FindString(hooked.Body)
	if hooked.Status != http.StatusOK || hook == "" {
		t.Fatalf("%d\n%s", hooked.Status, hooked.Body)
	}
	claire.holds("/console/demandes", "Cellule support", "(nouvelle fenêtre)")
	claire.holds(one, "Transmettre au niveau 2")
	asked := claire.holds(one+"/niveau2", "sans son nom ni ses coordonnées")
	version := stampField.FindStringSubmatch(asked)[1]
	claire.at(claire.post(one+"/niveau2", url.Values{"version": {version}, "commentaire": {"Deux postes."}}))
	claire.holds(one, "En cours de transmission", "Annuler la transmission", "-Transmettre au niveau 2", "-Reprendre")

	h.see(func(tx *data.Tx) error {
		for m, err := range requests.Transmissions.All(tx) {
			if err != nil {
				return err
			}
			defer func() {
				must(t, requests.Reached(h.app.Gate.System("essai"), m.Mark, "ENT-7", "https://10.0.0.1:8443/jira/browse/ENT-7"))
			}()
		}
		return nil
	})
	claire.holds(one, "ENT-7", "Reprendre", "Cellule support", "-Annuler la transmission")
	claire.holds(one+"?onglet=demande", "readonly", "-data-unsaved")
	claire.holds("/console/demandes/niveau2", "ENT-7", "Messagerie vide", `href="/console/demandes/`)
	foreign := sophie.holds("/console/demandes/niveau2", "-MARTIN", "-href=\"/console/demandes/1\"")
	if strings.Contains(foreign, "ENT-7") == strings.Contains(foreign, "Aucune demande de la collectivité") {
		t.Error(foreign)
	}
	entered := claire.post("/console/demandes/cellule?uai="+uai, nil)
	if entered.Status != http.StatusOK || entered.Get("Refresh") != "" || !strings.Contains(entered.Body, "https://10.0.0.1:8443/jira/browse/ENT") {
		t.Errorf("%d %v\n%s", entered.Status, entered.Header, entered.Body)
	}

	for _, body := range []string{refused.Body, tested, hooked.Body, paul.get(support).Body, claire.get(one + "?onglet=historique").Body, paul.get("/console/etablissements/" + uai + "/journal").Body} {
		for _, secret := range []string{tokenCanary, secretCanary} {
			if strings.Contains(body, secret) {
				t.Errorf("%q is in a page", secret)
			}
		}
	}
	if strings.Contains(paul.get(support).Body, hook) {
		t.Error("the address of the hook is shown twice")
	}
	if h.log.String() != "" && (strings.Contains(h.log.String(), tokenCanary) || strings.Contains(h.log.String(), hook)) {
		t.Error("a secret is in the log")
	}
	paul.holds(support+"/desactivation", "1 demande au niveau 2", "elles seront toutes reprises ici")
	paul.at(paul.post(support+"/desactivation", nil))
	claire.holds("/console/demandes", "-Cellule support")
	claire.holds(one, "-ENT-7<", "-Reprendre")
}

// TestQueuePages serves the queue of level 2: who serves it sees how many wait,
// and answers the local administrator, to whom it is proposed.
func TestQueuePages(t *testing.T) {
	h := newHouse(t)
	uai := h.school("claire.moreau", 0)
	support := "/console/etablissements/" + uai + "/services/support"
	claire, paul, marc := h.enter("claire.moreau"), h.enter("paul.lefevre"), h.enter("marc.dubois")
	paul.at(paul.post(support, url.Values{"version": {"1"}, "genre": {"interne"}}))
	paul.at(paul.post(support+"/activation", nil))
	one := "/console/demandes/" + h.asked("lucas.martin", "Messagerie vide").number
	version := func(p *person) string { return stampField.FindStringSubmatch(p.get(one).Body)[1] }
	claire.at(claire.post(one+"/niveau2", url.Values{"version": {version(claire)}}))
	marc.holds("/console/demandes", "File de niveau 2 (1)")
	claire.holds("/console/demandes", "-File de niveau 2")
	marc.holds("/console/demandes?niveau2=interne&etat=ouverte&etat=encours&etat=attente", "Messagerie vide")
	marc.holds(one+"/suivi", "Répondre au niveau 1")
	refused := marc.post(one+"/suivi", url.Values{"version": {version(marc)}, "etat": {"closed"}})
	if refused.Status != http.StatusUnprocessableEntity || !strings.Contains(refused.Body, `id="e-reponse"`) {
		t.Fatalf("%d\n%s", refused.Status, refused.Body)
	}
	marc.at(marc.post(one+"/suivi", url.Values{"version": {version(marc)}, "etat": {"closed"}, "reponse": {"Videz le cache."}}))
	marc.holds("/console/demandes", "File de niveau 2 (0)")
	claire.holds(one+"?onglet=reponse", "Note du niveau 2", ">Videz le cache.</textarea>", "Proposée d’après la réponse du niveau 2")
	h.enter("lucas.martin").holds("/incidents/"+strings.TrimPrefix(one, "/console/demandes/"), "-Videz le cache")
}

// TestHook sends what a JIRA sends, and what it does not: no session counts there,
// no body goes over the bound, no token is guessed.
func TestHook(t *testing.T) {
	h := newHouse(t)
	uai := h.school("claire.moreau", 0)
	support := "/console/etablissements/" + uai + "/services/support"
	paul := h.enter("paul.lefevre")
	form := jiraFields("1")
	form.Del("secret")
	paul.at(paul.post(support, form))
	hook := func() string {
		return regexp.MustCompile(web.HookPath + `[a-z0-9]{32}`).FindString(paul.post(support+"/crochet", nil).Body)
	}
	at := hook()
	nobody := h.visitor()
	tell := func(path, body string, headers ...string) int {
		return nobody.send(http.MethodPost, path, strings.NewReader(body), append([]string{"Content-Type", "application/json"}, headers...)...).Status
	}
	const body = `{"webhookEvent":"jira:issue_updated","issue":{"key":"ENT-1"}}`
	if got := tell(at, body); got != http.StatusNotFound {
		t.Errorf("before the activation: %d", got)
	}
	paul.at(paul.post(support+"/activation", nil))
	for name, tt := range map[string]struct {
		path, body string
		want       int
	}{
		"right": {at, body, 204}, "unknown": {at[:len(at)-1] + "2", body, 404}, "none": {web.HookPath, body, 404}, "no JSON": {at, "<x>", 400}, "empty": {at, "", 400},
	} {
		if got := tell(tt.path, tt.body); got != tt.want && !(name == "unknown" && strings.HasSuffix(at, "2")) {
			t.Errorf("%s: %d, want %d", name, got, tt.want)
		}
	}
	// Refused by its header: the answer may come, or the end of the connection,
	// before the whole is sent.
	large, err := http.NewRequestWithContext(t.Context(), http.MethodPost, h.base+at, strings.NewReader(strings.Replace(body, "{", "{"+strings.Repeat(" ", web.FormBytes), 1)))
	must(t, err)
	if res, err := nobody.Do(large); err == nil {
		if res.Body.Close(); res.StatusCode != http.StatusRequestEntityTooLarge {
			t.Errorf("too large: %d", res.StatusCode)
		}
	}
	if got := nobody.get(at).Status; got != http.StatusNotFound {
		t.Errorf("read: %d", got)
	}
	if got := tell(at, body, "Cookie", "session=x", "Origin", "https://exemple.example", "Sec-Fetch-Site", "cross-site"); got != 204 {
		t.Errorf("a cookie changes the answer: %d", got)
	}
	former := at
	if at = hook(); tell(former, body) != 404 || tell(at, body) != 204 {
		t.Error("the former address still answers")
	}
	form.Set("secret", secretCanary)
	form.Set("version", stampField.FindStringSubmatch(paul.get(support).Body)[1])
	paul.at(paul.post(support, form))
	if got := tell(at, body, "X-Hub-Signature", "sha256="+strings.Repeat("0", 64)); got != 403 {
		t.Errorf("forged: %d", got)
	}
}
