package ui

import (
	"maps"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"preau/app/access"
	"preau/app/directory"
	"preau/app/groups"
	"preau/data"
)

func init() {
	const home = "/console/etablissements/:uai/groupes/partages/partenaires"
	maps.Copy(policy, map[string]string{
		"GET " + home:                         within,
		"POST " + home:                        stale, // nothing is ticked
		"GET " + home + "/ajout":              within,
		"GET " + home + "/ajout/recherche":    within,
		"POST " + home + "/ajout":             inSchool,
		"GET " + home + "/suppression":        stale, // of none
		"POST " + home + "/suppression":       stale,
		"GET " + home + "/demandes/:reponse":  absent, // of no kind: see TestPartnerPages
		"POST " + home + "/demandes/:reponse": absent,
		"GET " + home + "/:partenaire":        absent, // nothing was asked of it
		"POST " + home + "/:partenaire":       absent,
	})
}

func partnersOf(uai string) string {
	return "/console/etablissements/" + uai + "/groupes/partages/partenaires"
}

// partnerDeeds does the unsafe routes of partnerships.
func (h *house) partnerDeeds(uai string, do func(route string, d deed)) {
	h.t.Helper()
	const marc, route = "marc.dubois", "POST /console/etablissements/:uai/groupes/partages/partenaires"
	other, home := h.school("sophie.girard", 0), partnersOf(uai)
	do(route+"/ajout", deed{marc, home + "/ajout", url.Values{"uai": {other}}, nil, true})
	do(route+"/demandes/:reponse", deed{marc, home + "/demandes/annuler", url.Values{"etablissements": {other}}, nil, true})
	_, err := groups.Request(h.signed("sophie.girard"), other, groups.Only(uai))
	must(h.t, err)
	do(route, deed{marc, home, url.Values{"action": {"accepter"}, "id": {other}}, nil, true})
	do(route+"/:partenaire", deed{marc, home + "/" + other, url.Values{"fin": {h.clock.now().AddDate(1, 0, 0).Format("02/01/2006")}, "vu": {""}}, nil, true})
	e, err := groups.EndingOf(h.signed(marc), uai, groups.Only(other))
	must(h.t, err)
	do(route+"/suppression", deed{marc, home + "/suppression", url.Values{"etablissements": {other}, "vu": {e.Stamp}}, nil, true})
}

// rowOf is what the row of an establishment begins with, in the tables of the tab.
func rowOf(uai string) string { return `<tr data-id="` + uai + `">` }

var seenField = regexp.MustCompile(`name="vu" value="([^"]*)"`)

// shownOf is what a form was shown of what it is about.
func shownOf(t *testing.T, page string) string {
	t.Helper()
	m := seenField.FindStringSubmatch(page)
	if m == nil {
		t.Fatal("the page has no such form:\n", page)
	}
	return m[1]
}

// TestPartnerPages: two administrators, by forms alone, from the request to the end.
func TestPartnerPages(t *testing.T) {
	h := newHouse(t)
	balzac, one, two := h.school("claire.moreau", 0), h.school("sophie.girard", 0), h.school("sophie.girard", 1)
	lycee, first, second := h.schoolName(balzac), h.schoolName(one), h.schoolName(two)
	claire, sophie := h.enter("claire.moreau"), h.enter("sophie.girard")
	home := partnersOf(balzac)
	claire.holds(home, "Établissements partenaires", "Gestion des groupes", "Peuplement des groupes", "Gestion des établissements partenaires", "Gestion des demandes",
		"Aucun établissement partenaire", "Aucune demande en attente", `href="`+home+`/ajout"`)
	claire.holds(home+"/ajout", "Ajouter des établissements", first, second, "Ajouter tous (", "-"+lycee+" <small>")
	claire.holds(home+"/ajout/recherche?q="+one[:1], first)
	claire.holds(home+"/ajout/recherche?q="+url.QueryEscape(two), second, "-"+first)
	claire.holds(home+"/ajout/recherche?q=introuvable-ainsi", "Aucun établissement ne correspond")
	got := claire.post(home+"/ajout", url.Values{"chercher": {"1"}, "filtre": {two}, "uai": {one}}) // without script: what is ticked stays
	if got.Status != http.StatusOK || !strings.Contains(got.Body, `value="`+one+`" checked`) || !strings.Contains(got.Body, second) {
		t.Errorf("%d\n%s", got.Status, got.Body)
	}
	if got := claire.post(home+"/ajout", nil); got.Status != http.StatusUnprocessableEntity || !strings.Contains(got.Body, "Cochez au moins un établissement") {
		t.Errorf("nothing ticked: %d", got.Status)
	}
	if at := claire.at(claire.post(home+"/ajout", url.Values{"uai": {one, two}})); at != home {
		t.Error(at)
	}
	claire.holds(home, first, second, "Envoyée", "2 demandes", "Aucune demande reçue n’attend de réponse")
	sophie.holds(partnersOf(one), rowOf(balzac), "Reçue", "-"+rowOf(two))
	sophie.holds(partnersOf(one)+"/"+balzac, "Demande en attente", "Accepter", "Refuser", "-Annuler la demande", "-Partenaire depuis")
	claire.holds(home+"/"+one, "Annuler la demande", "-Accepter<")

	at := sophie.at(sophie.post(partnersOf(one), url.Values{"action": {"refuser"}, "id": {balzac}}))
	sophie.holds(at, "Voulez-vous refuser la demande de partenariat avec "+lycee, "Motif (facultatif)")
	if got := sophie.post(partnersOf(one)+"/demandes/refuser", url.Values{"etablissements": {balzac}, "motif": {strings.Repeat("a", 501)}}); got.Status != http.StatusUnprocessableEntity || !strings.Contains(got.Body, "500 caractères au plus") || !strings.Contains(got.Body, strings.Repeat("a", 501)) {
		t.Errorf("a long reason: %d", got.Status)
	}
	sophie.at(sophie.post(partnersOf(one)+"/demandes/refuser", url.Values{"etablissements": {balzac}, "motif": {"Pas cette année."}}))
	sophie.at(sophie.post(partnersOf(two), url.Values{"action": {"accepter"}, "id": {balzac}}))
	claire.holds(home, rowOf(two), "-"+rowOf(one), "GIRARD Sophie")
	claire.holds(home+"/ajout", "A refusé le ", `value="`+one+`" disabled`)
	claire.holds(home+"/"+one, "Demande refusée", "Pas cette année.")
	if got := claire.post(home, url.Values{"action": {"annuler"}, "id": {one}}); got.Status != http.StatusConflict || !strings.Contains(got.Body, "a été refusée par GIRARD Sophie") {
		t.Errorf("what was refused meanwhile: %d", got.Status)
	}
	sophie.at(sophie.post(partnersOf(one)+"/ajout", url.Values{"uai": {balzac}}))
	if at := claire.at(claire.post(home, url.Values{"action": {"accepter-toutes"}})); at != home+"/demandes/accepter?tous=1" {
		t.Error(at)
	}
	claire.holds(home+"/demandes/accepter?tous=1", "Voulez-vous accepter la demande de partenariat avec "+first)
	claire.at(claire.post(home+"/demandes/accepter", url.Values{"tous": {"1"}}))
	claire.holds(home, first, second, "2 établissements")
	claire.holds(home+"?q="+url.QueryEscape(two), rowOf(two), "-"+rowOf(one))
	claire.holds(home+"?q=introuvable-ainsi", "Aucun partenaire ne correspond au filtre")
	if got := claire.get(home + "/demandes/accepter?tous=1"); got.Status != http.StatusConflict || !strings.Contains(got.Body, "Aucune demande reçue") {
		t.Errorf("nothing to accept: %d", got.Status)
	}
	h.endPages(claire, balzac, one, two)
}

// endPages ends what TestPartnerPages made, with a group that is shared.
func (h *house) endPages(claire *person, balzac, one, two string) {
	t, s, home := h.t, h.signed("claire.moreau"), partnersOf(balzac)
	id, err := groups.Create(s, balzac, groups.RightsScreen, groups.NewGroup{Name: "Latin"})
	must(t, err)
	must(t, groups.Allow(s, balzac, id, true, groups.Opening{UAI: one, Profile: directory.Teacher}, groups.Opening{UAI: one, Profile: directory.Student}))
	_, err = groups.Save(s, balzac, groups.RightsScreen)
	must(t, err)
	page := claire.holds(home+"/"+one, "Partenaire depuis", "Latin", "Élèves, Enseignants", "Dernière utilisation", "Historique", "Demande", "Refus", "Acceptation", "Date de fin")
	if got := claire.post(home+"/"+one, url.Values{"fin": {"jamais"}, "vu": {shownOf(t, page)}}); got.Status != http.StatusUnprocessableEntity || !strings.Contains(got.Body, "JJ/MM/AAAA") || !strings.Contains(got.Body, `value="jamais"`) {
		t.Errorf("a wrong date: %d", got.Status)
	}
	day := h.clock.now().AddDate(0, 6, 0).Local()
	claire.at(claire.post(home+"/"+one, url.Values{"fin": {day.Format("2006-01-02")}, "vu": {shownOf(t, page)}}))
	claire.holds(home, day.Format("02/01/2006"))
	claire.holds(home+"/"+one, "Date de fin fixée au "+day.Format("02/01/2006"))

	at := claire.at(claire.post(home, url.Values{"action": {"supprimer"}, "id": {one}}))
	page = claire.holds(at, "Voulez-vous supprimer le partenariat avec "+h.schoolName(one), "1 groupe multi-établissements est concerné : 2 profils ouverts seront fermés et 0 membre en sera retiré", "Non", "Oui")
	_, err = groups.Add(s, balzac, groups.PopulationScreen, id, nil, false)
	must(t, err)
	must(t, groups.Allow(s, balzac, id, false, groups.Opening{UAI: one, Profile: directory.Student}))
	_, err = groups.Save(s, balzac, groups.RightsScreen)
	must(t, err)
	got := claire.post(home+"/suppression", url.Values{"etablissements": {one}, "vu": {shownOf(t, page)}})
	if got.Status != http.StatusConflict || !strings.Contains(got.Body, "a changé pendant ce temps") || !strings.Contains(got.Body, "1\u00a0profil ouvert sera fermé") {
		t.Errorf("what was not shown: %d\n%s", got.Status, got.Body)
	}
	claire.at(claire.post(home+"/suppression", url.Values{"etablissements": {one}, "vu": {shownOf(t, got.Body)}}))
	claire.holds(home, "-"+rowOf(one))
	page = claire.holds(home+"/suppression?tous=1", "Voulez-vous supprimer le partenariat avec "+h.schoolName(two))
	claire.at(claire.post(home+"/suppression", url.Values{"tous": {"1"}, "vu": {shownOf(t, page)}}))
	claire.holds(home, "Aucun établissement partenaire")
	claire.holds(home+"/"+one, "Partenariat supprimé", "-Latin</a></th>")
}

// TestPartnersOfElsewhere: nothing of what an establishment has with another is on
// a page of somebody who administers neither.
func TestPartnersOfElsewhere(t *testing.T) {
	h := newHouse(t)
	balzac, one, two := h.school("claire.moreau", 0), h.school("sophie.girard", 0), h.school("sophie.girard", 1)
	id, place := h.signed("claire.moreau").Account.ID, h.establishment(two).Place()
	h.change(func(tx *data.Tx) (data.Row, error) { // Claire administers another of them, not the first
		return access.Give(tx, id, access.LocalAdmin, place)
	})
	claire := h.enter("claire.moreau")
	_, err := groups.Request(h.signed("sophie.girard"), one, groups.Only(balzac))
	must(t, err)
	for path, want := range map[string]int{partnersOf(one): 404, partnersOf(one) + "/" + balzac: 404, partnersOf(one) + "/ajout": 404, partnersOf(one) + "/suppression?tous=1": 404,
		partnersOf(one) + "/demandes/annuler?tous=1": 404, partnersOf(two) + "/" + one: 404, partnersOf(two): 200, partnersOf(balzac) + "/" + one: 200, partnersOf(balzac) + "/0000000X": 404,
		partnersOf(balzac) + "/demandes/oublier?tous=1": 404} {
		if got := claire.get(path); got.Status != want {
			t.Errorf("%s: %d, want %d", path, got.Status, want)
		}
	}
	quiet := h.listen()
	for path, form := range map[string]url.Values{
		partnersOf(one):                       {"action": {"annuler"}, "id": {balzac}},
		partnersOf(one) + "/ajout":            {"tous": {"1"}},
		partnersOf(one) + "/demandes/annuler": {"tous": {"1"}},
		partnersOf(one) + "/suppression":      {"tous": {"1"}},
		partnersOf(one) + "/" + balzac:        {"fin": {"30/06/2040"}},
	} {
		if got := claire.post(path, form); got.Status != http.StatusNotFound {
			t.Errorf("%s: %d", path, got.Status)
		}
	}
	if quiet.broken() {
		t.Error("something was written")
	}
	claire.holds(partnersOf(two), "-"+rowOf(one), "-"+rowOf(balzac))
}

// TestManyPartners: five hundred requests are paged, and found by the filter.
func TestManyPartners(t *testing.T) {
	h := newHouse(t)
	balzac := h.school("claire.moreau", 0)
	e := h.establishment(balzac)
	h.change(func(tx *data.Tx) (data.Row, error) {
		for i := range 500 {
			c := directory.Card{UAI: virtualUAI(i), Name: "Réseau " + virtualUAI(i), Town: "Ville", Kind: directory.Virtual, Academy: e.Academy, Collectivity: e.Collectivity}
			if err := directory.Cards.Put(tx, c); err != nil {
				return nil, err
			}
		}
		return e, nil
	})
	claire, home := h.enter("claire.moreau"), partnersOf(balzac)
	claire.holds(home+"/ajout/recherche?q=v900499", virtualUAI(499))
	claire.at(claire.post(home+"/ajout", url.Values{"tous": {"1"}}))
	claire.holds(home, "1 à 100", `rel="next"`, "-"+rowOf(virtualUAI(499)))
	claire.holds(home+"?demandes=6", rowOf(virtualUAI(499)), `rel="prev"`)
	claire.holds(home+"?demandes=999999", rowOf(virtualUAI(499)))
	claire.holds(home+"?q=v900499", rowOf(virtualUAI(499)), "1 demande<")
	claire.holds(home+"/demandes/annuler?tous=1", "et ", " autres")
	claire.at(claire.post(home+"/demandes/annuler", url.Values{"tous": {"1"}}))
	claire.holds(home, "Aucune demande en attente")
}

// virtualUAI is the key of an establishment of the test.
func virtualUAI(i int) string {
	return "V900" + string([]byte{'0' + byte(i/100), '0' + byte(i/10%10), '0' + byte(i%10)}) + "V"
}
