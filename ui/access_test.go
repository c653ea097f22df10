package ui

import (
	"bytes"
	"mime/multipart"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"

	"preau/app/directory"
	"preau/ui/web"
)

// visitors are who tries every route: nobody, a pupil, a relative, a teacher,
// the administrator of the establishment of the addresses, the one of other
// establishments, then the three higher roles.
var visitors = []string{"", "lucas.martin", "anne.martin", "julien.petit", "claire.moreau", "sophie.girard", "paul.lefevre", "nadia.benali", "marc.dubois"}

// Statuses that each of the visitors gets, in their order.
const (
	open      = "200 200 200 200 200 200 200 200 200" // to the whole world
	signedIn  = "303 200 200 200 200 200 200 200 200"
	admins    = "303 404 404 404 200 200 200 200 200"
	within    = "303 404 404 404 200 404 200 200 200" // whoever reaches the establishment
	creators  = "303 404 404 404 404 404 200 200 200"
	runners   = "303 404 404 404 404 404 404 404 200" // whoever runs the appliance
	noStamp   = "303 404 404 404 404 404 404 404 409"
	nowhere   = "404 404 404 404 404 404 404 404 404"
	onward    = "303 303 303 303 303 303 303 303 303" // redirects everybody
	chosen    = "303 404 404 404 303 303 303 303 303" // redirects administrators
	wrong     = "422 422 422 422 422 422 422 422 422"
	inForm    = "303 404 404 404 422 422 422 422 422"
	inSchool  = "303 404 404 404 422 404 422 422 422"
	byMaker   = "303 404 404 404 404 404 422 422 422"
	byHigher  = "303 404 404 404 404 404 303 303 303"
	badForm   = "303 404 404 404 400 404 400 400 400" // without its version
	stale     = "303 404 404 404 409 404 409 409 409"
	allStale  = "303 404 404 404 409 409 409 409 409"
	highStale = "303 404 404 404 404 404 409 409 409"
	absent    = "303 404 404 404 404 404 404 404 404"
	goesOn    = "303 404 404 404 303 404 303 303 303" // whoever reaches the establishment goes on
	ofPupil   = "303 200 404 404 404 404 404 404 404" // of the pupil who asked, whoever answers them
)

// policy declares every route. A GET is of what exists; a POST has the right
// token and an empty form.
var policy = map[string]string{
	"GET /a/*":                       open,
	"GET /sante":                     open,
	"GET /connexion":                 "200 303 303 303 303 303 303 303 303",
	"POST /connexion":                wrong,
	"GET /connexion/second-facteur":  nowhere, // those are for whoever is in the middle of something
	"POST /connexion/second-facteur": nowhere,
	"GET /connexion/second-facteur/mise-en-place":  nowhere,
	"POST /connexion/second-facteur/mise-en-place": nowhere,
	"GET /connexion/charte":                        nowhere,
	"POST /connexion/charte":                       nowhere,
	"GET /connexion/etablissement":                 nowhere,
	"POST /connexion/etablissement":                nowhere,
	"GET /mot-de-passe":                            nowhere,
	"POST /mot-de-passe":                           nowhere,
	"GET /mot-de-passe/fait":                       onward,
	"GET /adresse":                                 nowhere,
	"POST /adresse":                                nowhere,
	"GET /mot-de-passe-oublie":                     open,
	"POST /mot-de-passe-oublie":                    wrong,
	"GET /mot-de-passe-oublie/demande":             open,
	"GET /mot-de-passe-oublie/question":            open,
	"POST /mot-de-passe-oublie/question":           wrong,
	"GET /code":                                    open,
	"POST /code":                                   wrong,
	"GET /premiere-mise-en-service":                nowhere, // it is over
	"POST /premiere-mise-en-service":               nowhere,
	"GET /licences":                                open,
	"GET /accessibilite":                           open,
	"POST /theme":                                  onward,
	"GET /":                                        signedIn,
	"POST /deconnexion":                            onward,
	"POST /prolonger":                              onward,

	"GET /activation":                     open,
	"POST /activation":                    wrong,
	"GET /charte":                         open,
	"GET /confidentialite":                open,
	"GET /mentions-legales":               open,
	"GET /compte":                         signedIn,
	"POST /compte/enfants":                "303 404 422 404 404 404 404 404 404",
	"POST /compte/adresse":                "303 303 422 422 422 422 422 422 422", // a pupil may have none
	"POST /compte/adresse/confirmation":   "303 409 409 409 409 409 404 404 404",
	"POST /compte/telephones":             "303 404 303 303 303 303 404 404 404", // a pupil's are the console's
	"POST /compte/mot-de-passe":           "303 422 422 422 422 422 422 422 422",
	"POST /compte/question":               "303 422 422 422 422 422 422 422 422",
	"GET /compte/second-facteur":          onward, // nobody has begun
	"POST /compte/second-facteur":         onward,
	"POST /compte/second-facteur/debut":   "303 404 404 404 303 303 303 303 303",
	"GET /compte/second-facteur/retrait":  absent,
	"POST /compte/second-facteur/retrait": absent,
	"POST /compte/appareils":              onward,
	"POST /compte/sessions":               onward,
	"POST /compte/demandes":               onward,
	"GET /scolarite":                      "303 404 404 200 200 404 404 404 404",
	"POST /scolarite":                     "303 404 404 422 422 404 404 404 404",
	"POST /scolarite/courriel":            "303 404 404 409 409 404 404 404 404", // they have one

	"GET /incidents":                      signedIn,
	"GET /incidents/nouveau":              signedIn,
	"POST /incidents/nouveau":             "303 422 422 422 422 422 422 422 422",
	"POST /incidents/brouillon":           absent, // of no screen
	"GET /incidents/:numero":              ofPupil,
	"POST /incidents/:numero":             "303 422 404 404 404 404 404 404 404",
	"POST /incidents/:numero/avis":        "303 409 404 404 404 404 404 404 404", // it is not over
	"GET /incidents/:numero/fichiers/:id": ofPupil,

	"GET /groupes":         signedIn,
	"GET /groupes/:groupe": absent, // of nobody: see TestMyGroups
	"GET /annuaire":        signedIn,

	"GET /console":            chosen,
	"GET /console/demarrage":  admins,
	"GET /console/recherche":  admins,
	"GET /console/raccourcis": admins,
	"GET /console/composants": admins, // of a demo

	"GET /console/etablissements":           admins,
	"GET /console/etablissements/recherche": admins,
	"GET /console/etablissements/nouveau":   creators,
	"POST /console/etablissements/nouveau":  byMaker,
	"GET /console/etablissements/:uai":      within,
	"POST /console/etablissements/:uai":     badForm,

	"GET /console/etablissements/:uai/charte":  within,
	"POST /console/etablissements/:uai/charte": badForm,

	"GET /console/etablissements/:uai/utilisateurs/:profil":                   within,
	"GET /console/etablissements/:uai/recherche":                              within,
	"GET /console/etablissements/:uai/utilisateurs/:profil/:id":               within,
	"POST /console/etablissements/:uai/utilisateurs/:profil/:id":              badForm,
	"POST /console/etablissements/:uai/utilisateurs/:profil/:id/annuaire":     absent, // no such field
	"GET /console/etablissements/:uai/utilisateurs/:profil/:id/suspension":    within,
	"POST /console/etablissements/:uai/utilisateurs/:profil/:id/suspension":   "303 404 404 404 303 404 303 303 303", // the reason is optional
	"GET /console/etablissements/:uai/utilisateurs/:profil/:id/reactivation":  within,
	"POST /console/etablissements/:uai/utilisateurs/:profil/:id/reactivation": stale,
	"GET /console/etablissements/:uai/utilisateurs/:profil/:id/diagnostic":    within,
	"POST /console/etablissements/:uai/utilisateurs/:profil/:id/sessions":     "303 404 404 404 303 404 303 303 303",

	"POST /console/etablissements/:uai/utilisateurs/:profil":                            stale, // nobody is ticked
	"GET /console/etablissements/:uai/utilisateurs/:profil/:id/mot-de-passe":            within,
	"POST /console/etablissements/:uai/utilisateurs/:profil/:id/mot-de-passe":           stale, // without e-mail
	"GET /console/etablissements/:uai/utilisateurs/:profil/:id/mot-de-passe-scolarite":  within,
	"POST /console/etablissements/:uai/utilisateurs/:profil/:id/mot-de-passe-scolarite": stale, // a pupil has none
	"GET /console/etablissements/:uai/utilisateurs/:profil/:id/code":                    within,
	"POST /console/etablissements/:uai/utilisateurs/:profil/:id/code":                   within,

	"GET /console/etablissements/:uai/identifiants":                                          within,
	"POST /console/etablissements/:uai/identifiants":                                         stale, // no command
	"GET /console/etablissements/:uai/actions/:id":                                           within,
	"GET /console/etablissements/:uai/actions/:id/lignes.csv":                                within,
	"POST /console/etablissements/:uai/actions/:id/execution":                                stale, // it is done
	"GET /console/etablissements/:uai/actions/:id/annulation":                                within,
	"POST /console/etablissements/:uai/actions/:id/annulation":                               stale, // nothing was done
	"GET /console/etablissements/:uai/utilisateurs/invites/nouveau":                          within,
	"POST /console/etablissements/:uai/utilisateurs/invites/nouveau":                         "303 404 404 404 422 404 422 422 422",
	"POST /console/etablissements/:uai/utilisateurs/invites/ressemblances":                   within,
	"GET /console/etablissements/:uai/utilisateurs/invites/imports":                          within,
	"POST /console/etablissements/:uai/utilisateurs/invites/imports":                         "303 404 404 404 422 404 422 422 422",
	"GET /console/etablissements/:uai/utilisateurs/invites/imports/modele.csv":               within,
	"GET /console/etablissements/:uai/utilisateurs/invites/imports/:import":                  within,
	"POST /console/etablissements/:uai/utilisateurs/invites/imports/:import":                 stale, // without what was shown
	"GET /console/etablissements/:uai/utilisateurs/invites/imports/:import/annulation":       within,
	"POST /console/etablissements/:uai/utilisateurs/invites/imports/:import/annulation":      stale, // it was not applied
	"GET /console/etablissements/:uai/utilisateurs/:profil/doublons":                         within,
	"GET /console/etablissements/:uai/utilisateurs/:profil/doublons/:id/:autre":              absent, // of nobody: see TestDuplicatePages
	"POST /console/etablissements/:uai/utilisateurs/:profil/doublons/:id/:autre/fusion":      absent,
	"POST /console/etablissements/:uai/utilisateurs/:profil/doublons/:id/:autre/distinction": absent,
	"POST /console/etablissements/:uai/utilisateurs/:profil/fusions/:fusion/annulation":      absent,
	"GET /console/etablissements/:uai/utilisateurs/:profil/:id/detachement":                  within,
	"POST /console/etablissements/:uai/utilisateurs/:profil/:id/detachement":                 stale, // a pupil is not detached
	"GET /console/etablissements/:uai/utilisateurs/:profil/:id/rattachement":                 within,
	"POST /console/etablissements/:uai/utilisateurs/:profil/:id/rattachement":                stale, // nor brought back

	"GET /console/etablissements/:uai/groupes/locaux":                                within,
	"POST /console/etablissements/:uai/groupes/locaux":                               badForm,
	"GET /console/etablissements/:uai/groupes/locaux/contenu":                        absent,
	"GET /console/etablissements/:uai/groupes/locaux/branche":                        within,
	"GET /console/etablissements/:uai/groupes/locaux/:groupe/recherche":              within,
	"GET /console/etablissements/:uai/groupes/locaux/nouveau":                        within,
	"POST /console/etablissements/:uai/groupes/locaux/nouveau":                       inSchool,
	"GET /console/etablissements/:uai/groupes/locaux/:groupe/nom":                    within,
	"POST /console/etablissements/:uai/groupes/locaux/:groupe/nom":                   inSchool,
	"GET /console/etablissements/:uai/groupes/locaux/:groupe/suppression":            within,
	"POST /console/etablissements/:uai/groupes/locaux/:groupe/suppression":           goesOn,
	"GET /console/etablissements/:uai/groupes/locaux/:groupe/copie":                  within,
	"GET /console/etablissements/:uai/groupes/locaux/:groupe/sous-groupe":            within,
	"POST /console/etablissements/:uai/groupes/locaux/:groupe/copie":                 inSchool,
	"GET /console/etablissements/:uai/groupes/partages/droits":                       within,
	"POST /console/etablissements/:uai/groupes/partages/droits":                      badForm,
	"GET /console/etablissements/:uai/groupes/partages/droits/contenu":               absent,
	"GET /console/etablissements/:uai/groupes/partages/droits/nouveau":               within,
	"POST /console/etablissements/:uai/groupes/partages/droits/nouveau":              inSchool,
	"GET /console/etablissements/:uai/groupes/partages/droits/:groupe/nom":           within,
	"POST /console/etablissements/:uai/groupes/partages/droits/:groupe/nom":          inSchool,
	"GET /console/etablissements/:uai/groupes/partages/droits/:groupe/suppression":   within,
	"POST /console/etablissements/:uai/groupes/partages/droits/:groupe/suppression":  goesOn,
	"GET /console/etablissements/:uai/groupes/partages/droits/:groupe/retrait":       absent,
	"GET /console/etablissements/:uai/groupes/partages/peuplement":                   within,
	"POST /console/etablissements/:uai/groupes/partages/peuplement":                  badForm,
	"GET /console/etablissements/:uai/groupes/partages/peuplement/contenu":           absent,
	"GET /console/etablissements/:uai/groupes/partages/peuplement/branche":           within,
	"GET /console/etablissements/:uai/groupes/partages/peuplement/:groupe/recherche": within,
	"GET /console/etablissements/:uai/groupes/fiche/:groupe":                         within,
	"POST /console/etablissements/:uai/groupes/fiche/:groupe/export":                 within, // the file
	"GET /console/etablissements/:uai/groupes/corbeille":                             within,
	"GET /console/etablissements/:uai/groupes/corbeille/:groupe/retablissement":      within,
	"POST /console/etablissements/:uai/groupes/corbeille/:groupe/retablissement":     goesOn, // each has one

	"GET /console/etablissements/:uai/journal":            within,
	"GET /console/etablissements/:uai/journal/flux":       within,
	"GET /console/etablissements/:uai/journal/evenements": within,

	"GET /console/etablissements/:uai/administrateurs/:id/retrait":  within,
	"POST /console/etablissements/:uai/administrateurs/:id/retrait": "303 404 404 404 303 404 303 303 303",

	"GET /console/demandes":                       admins,
	"GET /console/demandes/colonnes":              chosen,
	"GET /console/demandes/flux":                  admins,
	"GET /console/demandes/personnes":             admins,
	"GET /console/demandes/nouvelle":              admins,
	"POST /console/demandes":                      inForm,
	"POST /console/demandes/brouillon":            absent,   // of no screen
	"GET /console/demandes/boites":                creators, // the higher roles
	"GET /console/demandes/boites/:boite":         creators,
	"POST /console/demandes/boites/:boite":        byMaker,
	"POST /console/demandes/boites/:boite/releve": "303 404 404 404 404 404 409 409 409", // it is not set

	"GET /console/demandes/:numero":              within,
	"GET /console/demandes/:numero/flux":         within,
	"GET /console/demandes/:numero/impression":   within,
	"GET /console/demandes/:numero/fichiers/:id": within,
	"GET /console/demandes/:numero/envoi":        within,
	"GET /console/demandes/:numero/etat":         within,
	"GET /console/demandes/:numero/affectation":  within,
	"GET /console/demandes/:numero/fusion":       within,
	"GET /console/demandes/:numero/separation":   within,
	"GET /console/demandes/:numero/lien":         within,
	"POST /console/demandes/:numero/demande":     inSchool,
	"POST /console/demandes/:numero/description": inSchool,
	"POST /console/demandes/:numero/reponse":     inSchool,
	"POST /console/demandes/:numero/note":        inSchool,
	"POST /console/demandes/:numero/envoi":       stale, // nothing is saved
	"POST /console/demandes/:numero/etat":        inSchool,
	"POST /console/demandes/:numero/affectation": inSchool,
	"POST /console/demandes/:numero/fusion":      inSchool,
	"POST /console/demandes/:numero/separation":  stale, // it is not merged
	"POST /console/demandes/:numero/lien":        inSchool,

	"POST /crochets/jira/:jeton":                nowhere, // of no connector
	"GET /console/demandes/niveau2":             admins,
	"POST /console/demandes/cellule":            absent, // of no establishment
	"GET /console/demandes/:numero/niveau2":     within,
	"GET /console/demandes/:numero/reprise":     within,
	"GET /console/demandes/:numero/suivi":       runners,
	"POST /console/demandes/:numero/niveau2":    stale, // nothing is active
	"POST /console/demandes/:numero/reprise":    stale,
	"POST /console/demandes/:numero/relance":    stale,
	"POST /console/demandes/:numero/annulation": stale,
	"POST /console/demandes/:numero/suivi":      noStamp,

	"GET /console/etablissements/:uai/services/support":                creators,
	"GET /console/etablissements/:uai/services/support/desactivation":  creators,
	"POST /console/etablissements/:uai/services/support":               "303 404 404 404 404 404 400 400 400", // without its version
	"POST /console/etablissements/:uai/services/support/activation":    byHigher,
	"POST /console/etablissements/:uai/services/support/crochet":       highStale, // no JIRA
	"POST /console/etablissements/:uai/services/support/desactivation": byHigher,
	"POST /console/etablissements/:uai/services/support/essai":         highStale,

	"GET /console/administrateurs":                                          creators,
	"GET /console/administrateurs/recherche":                                creators,
	"GET /console/administrateurs/etablissements":                           creators,
	"GET /console/administrateurs/nouveau":                                  creators,
	"GET /console/administrateurs/nouveau/compte":                           creators,
	"POST /console/administrateurs/nouveau/compte":                          byMaker,
	"GET /console/administrateurs/nouveau/login":                            creators,
	"GET /console/administrateurs/:id":                                      creators,
	"POST /console/administrateurs/:id":                                     "303 404 404 404 404 404 409 409 409", // without its version
	"POST /console/administrateurs/:id/habilitations":                       byMaker,
	"GET /console/administrateurs/:id/habilitations/:habilitation/retrait":  creators,
	"POST /console/administrateurs/:id/habilitations/:habilitation/retrait": byHigher,
	"GET /console/administrateurs/:id/suspension":                           creators,
	"POST /console/administrateurs/:id/suspension":                          byHigher,
	"GET /console/administrateurs/:id/reactivation":                         creators,
	"POST /console/administrateurs/:id/reactivation":                        "303 404 404 404 404 404 409 409 409",
	"GET /console/administrateurs/:id/mot-de-passe":                         creators,
	"POST /console/administrateurs/:id/mot-de-passe":                        byHigher,
	"GET /console/administrateurs/:id/code":                                 creators,
	"POST /console/administrateurs/:id/code":                                creators, // shown once
	"GET /console/administrateurs/:id/second-facteur":                       creators,
	"POST /console/administrateurs/:id/second-facteur":                      "303 404 404 404 404 404 409 409 409", // there is none

	"GET /console/imports":                   admins,
	"POST /console/imports":                  inForm,
	"GET /console/imports/:id":               within,
	"GET /console/imports/:id/lignes.csv":    within,
	"POST /console/imports/:id/application":  stale,
	"POST /console/imports/:id/suppressions": stale,

	"GET /console/appareil":                    runners,
	"POST /console/appareil/adresse":           noStamp,
	"POST /console/appareil/courriel":          noStamp,
	"POST /console/appareil/courriel/envoi":    "303 404 404 404 404 404 404 404 422",
	"POST /console/appareil/second-facteur":    noStamp,
	"GET /console/appareil/courriels":          runners,
	"POST /console/appareil/courriels/reprise": "303 404 404 404 404 404 404 404 409", // nothing failed
	"GET /console/appareil/courriels/:id":      runners,
	"GET /console/appareil/courriels/:id/html": runners,
}

// declared returns the routes of the server that answer a GET or a POST, and
// fails for one without a policy or a policy without a route.
func (h *house) declared() (routes []string) {
	h.t.Helper()
	for _, r := range h.server.GetRoutes(true) {
		switch r.Method {
		case http.MethodHead: // fiber adds it to each GET
		default:
			routes = append(routes, r.Method+" "+r.Path)
		}
	}
	for _, route := range routes {
		if policy[route] == "" {
			h.t.Errorf("%s has no policy: declare who may open it", route)
		}
	}
	for route := range policy {
		if !slices.Contains(routes, route) {
			h.t.Errorf("%s is declared and does not exist", route)
		}
	}
	slices.Sort(routes)
	return routes
}

// An object is what addresses are about.
type object struct{ uai, profile, id, report string }

// of fills the parameters of a route.
func (o object) of(route string) string {
	_, path, _ := strings.Cut(route, " ")
	id := o.id
	if strings.HasPrefix(path, "/console/imports/") || strings.HasPrefix(path, "/console/appareil/courriels/") || strings.Contains(path, "/actions/") {
		id = o.report // a mail and a mass action have the same
	}
	if strings.Contains(path, "/administrateurs/:id") {
		id = administratorOf(o.id, path)
	}
	if one, ok := asked.Load(o.report); ok {
		path = strings.Replace(path, ":numero", one.(asking).number, 1)
		if strings.Contains(path, "/fichiers/") {
			id = one.(asking).file
		}
	}
	path = strings.Replace(path, ":numero", "999999", 1)
	path = strings.Replace(path, ":groupe", groupOf(o.id, path), 1)
	path = strings.NewReplacer(":uai", o.uai, ":profil", o.profile, ":id", id, ":habilitation", grantOf(o.id)).Replace(path)
	path = strings.NewReplacer(":uai", o.uai, ":boite", o.uai, ":profil", o.profile, ":id", id, ":autre", "PZZ99998", ":import", o.report, ":fusion", o.report).Replace(path)
	return strings.Replace(path, "/a/*", "/a/x/css/console.css", 1)
}

// TestEveryRouteHasItsPolicy tries every route as every visitor, and sees that
// those whom it refuses have written nothing.
func TestEveryRouteHasItsPolicy(t *testing.T) {
	h := newHouse(t)
	uai := h.school("claire.moreau", 0)
	pupils := h.people(uai, directory.Student)
	o := object{uai, directory.Student.Path(), pupils[0].ID, h.report(uai)}
	for _, u := range pupils[:len(visitors)+1] {
		h.administer(uai, u.ID)
		h.groupsOf(uai, u.ID)
	}
	for i, login := range visitors {
		p := h.enter(login)
		var last []string
		for _, route := range h.declared() {
			want, err := strconv.Atoi(strings.Fields(policy[route])[i])
			if err != nil {
				t.Fatalf("%s: %v", route, err)
			}
			if route == "POST /deconnexion" {
				last = append(last, route)
				continue
			}
			o.id = pupils[0].ID
			if strings.HasPrefix(route, "POST") {
				o.id = pupils[1+i].ID // each has one to suspend
			}
			p.try(route, o, want)
		}
		for _, route := range last {
			p.try(route, o, http.StatusSeeOther)
		}
	}
}

// administratorOf is the administrator that addresses are about, beside a pupil:
// the one of the list of an establishment is another, since it loses its right.
func administratorOf(pupil, path string) string {
	if strings.HasPrefix(path, "/console/etablissements/") {
		return "local-" + pupil
	}
	return "admin-" + pupil
}

// grantOf is the grant of that administrator.
func grantOf(pupil string) string { return "grant-" + pupil }

// try sends an empty request to a route and compares its status.
func (p *person) try(route string, o object, want int) {
	p.h.t.Helper()
	path := o.of(route)
	if method, _, _ := strings.Cut(route, " "); method == http.MethodGet {
		if got := p.get(path); got.Status != want {
			p.h.t.Errorf("%q: %s: %d, want %d", p.login, route, got.Status, want)
		}
		if got := p.send(http.MethodHead, path, nil); got.Status != want || got.Body != "" {
			p.h.t.Errorf("%q: HEAD %s: %d %q, want %d", p.login, path, got.Status, got.Body, want)
		}
		return
	}
	quiet, before := p.h.listen(), p.h.events()
	got := p.emptyForm(route, path)
	if got.Status != want {
		p.h.t.Errorf("%q: %s: %d, want %d", p.login, route, got.Status, want)
	}
	toSignIn := got.Status == http.StatusSeeOther && got.Get("Location") == "/connexion" && route != "POST /deconnexion"
	if (got.Status == http.StatusNotFound || got.Status == http.StatusForbidden || toSignIn) && quiet.broken() {
		p.h.t.Errorf("%q: %s: %d, and something was written", p.login, route, got.Status)
	}
	if got.Status >= 400 && p.h.events() != before {
		p.h.t.Errorf("%q: %s: %d, and the journal has a line more", p.login, route, got.Status)
	}
}

// emptyForm sends a form with its token and nothing else.
func (p *person) emptyForm(route, path string) answer {
	p.h.t.Helper()
	if !strings.HasPrefix(route, "POST /console") || !strings.HasSuffix(route, "/imports") {
		return p.post(path, nil)
	}
	body, kind := parts(url.Values{web.TokenField: {p.token}}, "", nil)
	return p.send(http.MethodPost, path, body, p.ours(kind)...)
}

// parts is a form of several parts, with a file if it has a name.
func parts(fields url.Values, name string, content []byte) (*bytes.Buffer, string) {
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	for _, k := range []string{web.TokenField, "academie", "essai"} {
		if fields.Has(k) {
			w.WriteField(k, fields.Get(k))
		}
	}
	if name != "" {
		f, _ := w.CreateFormFile("fichier", name)
		f.Write(content)
	}
	w.Close()
	return &b, w.FormDataContentType()
}

// TestOutOfReachIsNotThere compares, for every route that is about something,
// what somebody is told of what they do not reach and of what does not exist.
func TestOutOfReachIsNotThere(t *testing.T) {
	h := newHouse(t)
	uai, other := h.school("claire.moreau", 0), h.school("sophie.girard", 0)
	pupil, own := h.people(uai, directory.Student)[0], h.people(other, directory.Student)[0]
	theirs := object{uai, directory.Student.Path(), pupil.ID, h.report(uai)}
	h.administer(uai, pupil.ID)
	h.administer(other, own.ID)
	h.groupsOf(uai, pupil.ID)
	h.groupsOf(other, own.ID)
	nothing := object{"0759999Z", directory.Student.Path(), "PZZ00000", "nnnnnnnnnnnnnnnn"}
	sophie := h.enter("sophie.girard")
	for _, route := range h.declared() {
		if !strings.Contains(route, "/:") {
			continue
		}
		for _, mixed := range []object{theirs,
			{other, theirs.profile, pupil.ID, theirs.report}, // somebody else's person at one's own address
			{uai, theirs.profile, own.ID, theirs.report}} {   // one's own person at somebody else's address
			if mixed.uai == other && !strings.Contains(route, ":id") && !strings.Contains(route, ":groupe") {
				continue
			}
			quiet := h.listen()
			var got, absent answer
			if strings.HasPrefix(route, "GET") {
				got, absent = sophie.get(mixed.of(route)), sophie.get(nothing.of(route))
			} else {
				form := url.Values{"version": {"1"}, "login": {"pris.ailleurs"}, "motif": {"essai"}, "champ": {"email"}, "uai": {uai}, "decision": {"confirmer"}}
				got, absent = sophie.post(mixed.of(route), form), sophie.post(nothing.of(route), form)
			}
			if got.Status != http.StatusNotFound || got.Body != absent.Body || absent.Status != http.StatusNotFound {
				t.Errorf("%s: %d for what is out of reach (%+v), %d for what does not exist", route, got.Status, mixed, absent.Status)
			}
			if quiet.broken() {
				t.Errorf("%s: something was written (%+v)", route, mixed)
			}
		}
	}
	for _, id := range []string{pupil.ID, own.ID} {
		if u := h.user(id); !u.SuspendedAt.IsZero() || u.Login.Value() == "pris.ailleurs" {
			t.Errorf("%s was changed from elsewhere", id)
		}
	}
}

// TestSearchStaysWithin types what is another establishment's in every search.
func TestSearchStaysWithin(t *testing.T) {
	h := newHouse(t)
	uai, other := h.school("claire.moreau", 0), h.school("sophie.girard", 0)
	pupils := h.people(uai, directory.Student)
	sophie, claire := h.enter("sophie.girard"), h.enter("claire.moreau")
	for _, u := range pupils[:20] {
		for _, text := range []string{u.LastName + " " + u.FirstName, u.ID, u.Login.Value()} {
			q := url.QueryEscape(text)
			for _, path := range []string{"/console/recherche?q=" + q, "/console/etablissements/" + other + "/recherche?q=" + q, "/console/etablissements/recherche?q=" + url.QueryEscape(uai)} {
				for _, accept := range []string{"text/html", "application/json"} {
					if got := sophie.get(path, "Accept", accept); strings.Contains(got.Body, u.ID) || strings.Contains(got.Body, "/"+uai) {
						t.Errorf("sophie.girard finds %s at %s", u.Label(), path)
					}
				}
			}
			if got := claire.get("/console/etablissements/" + uai + "/recherche?q=" + q); !strings.Contains(got.Body, u.ID) {
				t.Errorf("claire.moreau does not find %s with %q", u.Label(), text)
			}
		}
	}
}

// TestPathVariants spells refused addresses in other ways.
func TestPathVariants(t *testing.T) {
	h := newHouse(t)
	uai := h.school("claire.moreau", 0)
	pupil := h.people(uai, directory.Student)[0]
	home := "/console/etablissements/" + uai
	secrets := []string{pupil.LastName + " " + pupil.FirstName, pupil.Login.Value(), "id=\"journal\"", "Vue établissement"}
	lucas, sophie, nobody := h.enter("lucas.martin"), h.enter("sophie.girard"), h.enter("")
	for _, path := range []string{home, home + "/utilisateurs/eleves", home + "/utilisateurs/eleves/" + pupil.ID, home + "/journal", "/console/imports"} {
		for _, variant := range variants(path) {
			for _, p := range []*person{lucas, sophie, nobody} {
				if p == sophie && path == "/console/imports" {
					continue // hers
				}
				for _, method := range []string{http.MethodGet, http.MethodHead, "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "PROPFIND", "get"} {
					status, body := h.raw(p, method, variant)
					if status == http.StatusOK || status >= 500 {
						t.Errorf("%q: %s %q: %d", p.login, method, variant, status)
					}
					for _, secret := range secrets {
						if strings.Contains(body, secret) {
							t.Errorf("%q: %s %q shows %q", p.login, method, variant, secret)
						}
					}
				}
			}
		}
	}
}

// variants are other spellings of a path.
func variants(path string) []string {
	last := strings.LastIndexByte(path, '/')
	head, tail := path[:last], path[last+1:]
	return []string{path, strings.ToUpper(path), strings.Replace(path, "console", "Console", 1), path + "/", path + "//", "/" + path, "//" + path[1:],
		strings.ReplaceAll(path, "/", "//"), strings.Replace(path, "c", "%63", 1), strings.Replace(path, "c", "%2563", 1), head + "%2f" + tail, head + "%5c" + tail, head + "\\" + tail,
		path + ";x", path + ";/", head + ";x/" + tail, "/./" + path[1:], "/licences/.." + path, "/licences/%2e%2e" + path, "/a/x/../.." + path, "/a/..%2f.." + path,
		path + "%00", head + "/%00" + tail, path + "%20", path + "%0a", path + ".html", path + "?", path + "#x", path + "%23", path + "%3f",
		"http://127.0.0.1" + path, "/console/..;" + path, "/." + path, path + "/.", path + "/..", head + "/*", head + "/:uai"}
}
