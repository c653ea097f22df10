// Package console is the administration console: its pages and their forms.
// Nothing is decided here.
package console

import (
	"preau/app/access"
	"preau/app/directory"
	"preau/ui/web"
)

// UploadPath is where files are sent, and UploadBytes the most of one.
const (
	UploadPath  = "/console/imports"
	UploadBytes = 512 << 20
)

// Mount mounts the console.
func Mount(c web.Router) {
	c.Get("", showStart)
	c.Get("/demarrage", showFirstSteps)
	c.Get("/recherche", searchEverything)
	c.Get("/raccourcis", showShortcuts)
	c.Get("/composants", showComponents)

	c.Get("/etablissements", chooseEstablishment)
	c.Get("/etablissements/recherche", searchEstablishments)
	c.Get("/etablissements/nouveau", showNewEstablishment)
	c.Post("/etablissements/nouveau", createEstablishment)
	c.Get("/etablissements/:uai", showEstablishment)
	c.Post("/etablissements/:uai", reached(editEstablishment))
	c.Get("/etablissements/:uai/charte", showTerms)
	c.Post("/etablissements/:uai/charte", writeTerms)

	c.Get("/etablissements/:uai/utilisateurs/:profil", showPeople)
	c.Get("/etablissements/:uai/recherche", reached(searchPeople))
	c.Get("/etablissements/:uai/utilisateurs/:profil/:id", reached(showRecord))
	c.Post("/etablissements/:uai/utilisateurs/:profil/:id", reached(editUser))
	c.Post("/etablissements/:uai/utilisateurs/:profil/:id/annuaire", reached(revertField))
	c.Get("/etablissements/:uai/utilisateurs/:profil/:id/suspension", reached(askSuspension))
	c.Post("/etablissements/:uai/utilisateurs/:profil/:id/suspension", reached(suspendUser))
	c.Get("/etablissements/:uai/utilisateurs/:profil/:id/reactivation", reached(askReactivation))
	c.Post("/etablissements/:uai/utilisateurs/:profil/:id/reactivation", reached(reactivateUser))
	c.Post("/etablissements/:uai/utilisateurs/:profil/:id/sessions", reached(closeSessions))
	c.Get("/etablissements/:uai/utilisateurs/:profil/:id/diagnostic", reached(showDiagnosis))

	c.Get("/etablissements/:uai/journal", showJournal)
	c.Get("/etablissements/:uai/journal/flux", streamJournal)
	c.Get("/etablissements/:uai/journal/evenements", showEventsAfter)

	c.Get("/etablissements/:uai/administrateurs/:id/retrait", reached(askWithdrawal))
	c.Post("/etablissements/:uai/administrateurs/:id/retrait", reached(withdrawLocalAdmin))

	mountAdministrators(c)

	c.Get("/imports", showImports)
	c.Upload("/imports", uploadImport)
	c.Get("/imports/:id", showImport)
	c.Get("/imports/:id/lignes.csv", downloadOutcomes)
	c.Post("/imports/:id/application", applyImport)
	c.Post("/imports/:id/suppressions", decideDeletions)

	c.Get("/appareil/courriels", showMails)
	c.Post("/appareil/courriels/reprise", retryMails)
	c.Get("/appareil/courriels/:id", showMail)
	c.Get("/appareil/courriels/:id/html", showMailHTML)
}

// anyProfile stands for the profile in addresses of people whose profile the
// page before did not know.
const anyProfile = "fiche"

// reached answers for an establishment of the visitor's reach and a profile that
// exists only, before the form is looked at: nothing else exists.
func reached(h web.Handler) web.Handler {
	return func(v *web.Visit) error {
		if part := v.Params("profil"); part != "" && part != anyProfile {
			if _, _, ok := profileOf(v); !ok {
				return access.NotFound()
			}
		}
		if _, err := directory.PlaceOfUAI(v.Session, v.Part("uai")); err != nil {
			return err
		}
		return h(v)
	}
}
