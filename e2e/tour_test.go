package e2e

import (
	"fmt"
	"regexp"
	"strings"
	"testing"

	"preau/app/access"
)

// pagesOf are the pages of the console that a person of a role goes through, by
// the name of their screenshot.
func pagesOf(home, record, report string) map[string]string {
	return map[string]string{
		"etablissement": home, "eleves": home + "/utilisateurs/eleves", "parents": home + "/utilisateurs/parents", "suppressions": home + "/utilisateurs/suppressions",
		"fiche": record, "fiche-groupes": record + "?onglet=groupes", "fiche-scolarite": record + "?onglet=scolarite", "fiche-evenements": record + "?onglet=evenements",
		"suspension": record + "/suspension", "diagnostic": record + "/diagnostic", "journal": home + "/journal", "changer": "/console/etablissements?depuis=" + home[len("/console/etablissements/"):],
		"nouveau": "/console/etablissements/nouveau", "imports": "/console/imports", "raccourcis": "/console/raccourcis", "composants": "/console/composants", "fenetre": "/console/composants?fenetre=1",
		"identifiants": home + "/identifiants", "identifiants-parents": home + "/identifiants?profil=parents", "identifiants-supprimes": home + "/identifiants?profil=suppressions",
		"nouveau-mot-de-passe": record + "/mot-de-passe", "code-a-remettre": record + "/code",
		"oublie": "/mot-de-passe-oublie", "oublie-demande": "/mot-de-passe-oublie/demande", "oublie-question": "/mot-de-passe-oublie/question?login=lucas.martin", "code": "/code",
		"charte-etablissement": home + "/charte", "compte": "/compte", "activation": "/activation", "charte": "/charte", "donnees": "/confidentialite", "mentions": "/mentions-legales",
		"administrateurs": administrators, "administrateurs-vide": administrators + "?q=personne-ainsi", "administrateur-cherche": administrators + "/nouveau?q=petit", "administrateur-compte": administrators + "/nouveau/compte",
		"tour-boites": "/console/demandes/boites", "tour-boite": "/console/demandes/boites/" + home[len("/console/etablissements/"):], "appareil": "/console/appareil", "courriels": "/console/appareil/courriels",
		"tour-invites": home + "/utilisateurs/invites", "tour-invite-nouveau": home + "/utilisateurs/invites/nouveau", "tour-import-invites": home + "/utilisateurs/invites/imports",
		"tour-doublons": home + "/utilisateurs/invites/doublons", "tour-doublons-eleves": home + "/utilisateurs/eleves/doublons",
		"tour-incidents": "/incidents", "tour-incident-nouveau": "/incidents/nouveau",
		"demandes": "/console/demandes", "demande": "/console/demandes/1", "demande-description": "/console/demandes/1?onglet=description", "demande-reponse": "/console/demandes/1?onglet=reponse",
		"demande-historique": "/console/demandes/1?onglet=historique", "demande-nouvelle": "/console/demandes/nouvelle", "demande-affectation": "/console/demandes/1/affectation", "demande-etat": "/console/demandes/1/etat",
		"demande-impression": "/console/demandes/1/impression?notes=1&historique=1", "demandes-vide": "/console/demandes?du=2001-01-01&au=2001-01-02",
		"demandes-statistiques": "/console/demandes/statistiques", "demandes-vues": "/console/demandes/vues", "demandes-reponses-types": "/console/demandes/reponses-types", "demandes-reponse-type": "/console/demandes/reponses-types/nouvelle",
		"tour-partenaires": home + "/groupes/partages/partenaires", "tour-partenaires-ajout": home + "/groupes/partages/partenaires/ajout",
		"support": home + "/services/support", "niveau2": "/console/demandes/niveau2",
		"rapport": report, "accueil": "/", "introuvable": "/console/etablissements/0000000X",
	}
}

// TestTour looks at every page, on a screen and on a phone, in light and dark:
// nothing that axe finds, nothing that the browser complains of, nothing wider
// than the screen. The screenshots are for people.
func TestTour(t *testing.T) {
	var made someGroups
	a := demoWith(t, func(s *access.Session) (err error) {
		made, err = makeGroups(s, schoolOf(s, "claire.moreau"))
		return err
	})
	home := call(t, a, "claire.moreau").home()
	record := call(t, a, "claire.moreau").recordOf(home, "lucas.martin")
	call(t, a, "lucas.martin").declares("Messagerie vide")
	marc := call(t, a, "marc.dubois")
	_, imports, _ := marc.get("/console/imports")
	report := regexp.MustCompile(`/console/imports/[a-z0-9]+`).FindString(imports)
	pages := pagesOf(home, record, report)
	for name, path := range made.pages(home) {
		pages["groupe-"+name] = path
	}
	for _, size := range []struct {
		width, height int64
	}{{1440, 900}, {390, 844}} {
		for theme, scheme := range map[string]string{"clair": "light", "sombre": "dark"} {
			t.Run(fmt.Sprintf("%d-%s", size.width, theme), func(t *testing.T) {
				b := as(t, a, "marc.dubois", home)
				b.resize(size.width, size.height)
				b.appearance(scheme)
				for name, path := range pages {
					b.visit(path)
					b.wait(`document.readyState === "complete"`)
					b.healthy()
					if js[bool](b, `document.documentElement.scrollWidth > innerWidth + 1`) {
						t.Errorf("%s is wider than a screen of %d", path, size.width)
					}
					b.shot(fmt.Sprintf("%s-%d-%s", name, size.width, theme))
				}
				b.visit(home)
				b.tourPanes(size.width, theme)
			})
		}
	}
}

// tourPanes looks at what opens over a page, or instead of it on a phone.
func (b tab) tourPanes(width int64, theme string) {
	b.Helper()
	if width > 1000 {
		b.click("button", "Rechercher")
		b.press("mart")
		b.find("option", "MARTIN")
		b.healthy()
		b.shot("palette-1440-" + theme)
		return
	}
	for _, pane := range []string{"Établissement", "Journal"} {
		b.click("button", pane)
		b.healthy("landmark-one-main", "page-has-heading-one") // one pane at a time: the main one is hidden
		b.shot(fmt.Sprintf("volet-%s-390-%s", strings.ToLower(pane), theme))
	}
}
