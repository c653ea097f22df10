// Package console is the administration console: its pages and their forms.
// Nothing is decided here.
package console

import (
	"regexp"

	"preau/app/access"
	"preau/app/directory"
	"preau/ui/web"
)

// UploadPath is where deliveries are sent, and UploadBytes the most of one.
const (
	UploadPath  = "/console/imports"
	UploadBytes = 512 << 20
)

// guestUpload are the addresses that files of guests are sent to.
var guestUpload = regexp.MustCompile(`^/console/etablissements/[0-9A-Z]{8}/utilisateurs/invites/imports$`)

// UploadMost is how many bytes a form sent to an address may hold, ok being
// false for one that takes no file.
func UploadMost(address string) (most int, ok bool) {
	if address == UploadPath {
		return UploadBytes, true
	}
	if guestUpload.MatchString(address) {
		return guestBytes, true
	}
	return 0, false
}

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
	c.Post("/etablissements/:uai/utilisateurs/:profil", reached(actOnPeople))
	c.Get("/etablissements/:uai/recherche", reached(searchPeople))
	mountGuests(c)
	c.Get("/etablissements/:uai/utilisateurs/:profil/:id", reached(showRecord))
	c.Post("/etablissements/:uai/utilisateurs/:profil/:id", reached(editUser))
	c.Post("/etablissements/:uai/utilisateurs/:profil/:id/annuaire", reached(revertField))
	c.Get("/etablissements/:uai/utilisateurs/:profil/:id/suspension", reached(askSuspension))
	c.Post("/etablissements/:uai/utilisateurs/:profil/:id/suspension", reached(suspendUser))
	c.Get("/etablissements/:uai/utilisateurs/:profil/:id/reactivation", reached(askReactivation))
	c.Post("/etablissements/:uai/utilisateurs/:profil/:id/reactivation", reached(reactivateUser))
	c.Post("/etablissements/:uai/utilisateurs/:profil/:id/sessions", reached(closeSessions))
	c.Get("/etablissements/:uai/utilisateurs/:profil/:id/diagnostic", reached(showDiagnosis))
	c.Get("/etablissements/:uai/utilisateurs/:profil/:id/mot-de-passe", reached(askNewPassword))
	c.Post("/etablissements/:uai/utilisateurs/:profil/:id/mot-de-passe", reached(renewPassword))
	c.Get("/etablissements/:uai/utilisateurs/:profil/:id/mot-de-passe-scolarite", reached(askRecordsPassword))
	c.Post("/etablissements/:uai/utilisateurs/:profil/:id/mot-de-passe-scolarite", reached(renewRecords))
	c.Get("/etablissements/:uai/utilisateurs/:profil/:id/code", reached(askCode))
	c.Post("/etablissements/:uai/utilisateurs/:profil/:id/code", reached(handOverCode))

	c.Get("/etablissements/:uai/identifiants", reached(showCredentials))
	c.Post("/etablissements/:uai/identifiants", reached(actOnCredentials))

	c.Get("/etablissements/:uai/actions/:id", reached(showAction))
	c.Get("/etablissements/:uai/actions/:id/lignes.csv", reached(downloadActionLines))
	c.Post("/etablissements/:uai/actions/:id/execution", reached(confirmAction))
	c.Get("/etablissements/:uai/actions/:id/annulation", reached(askUndo))
	c.Post("/etablissements/:uai/actions/:id/annulation", reached(undoAction))

	c.Get("/etablissements/:uai/utilisateurs/:profil/:id/detachement", reached(askDetachment))
	c.Post("/etablissements/:uai/utilisateurs/:profil/:id/detachement", reached(detachGuest))
	c.Get("/etablissements/:uai/utilisateurs/:profil/:id/rattachement", reached(askRestoration))
	c.Post("/etablissements/:uai/utilisateurs/:profil/:id/rattachement", reached(restoreGuest))

	c.Get("/etablissements/:uai/journal", showJournal)
	c.Get("/etablissements/:uai/journal/flux", streamJournal)
	c.Get("/etablissements/:uai/journal/evenements", showEventsAfter)

	c.Get("/etablissements/:uai/administrateurs/:id/retrait", reached(askWithdrawal))
	c.Post("/etablissements/:uai/administrateurs/:id/retrait", reached(withdrawLocalAdmin))

	mountGroups(c)
	mountGroupSheets(c)
	mountPartners(c)

	mountAdministrators(c)
	mountRequests(c)
	mountSupport(c)

	c.Get("/imports", showImports)
	c.Upload("/imports", uploadImport)
	c.Get("/imports/:id", showImport)
	c.Get("/imports/:id/lignes.csv", downloadOutcomes)
	c.Post("/imports/:id/application", applyImport)
	c.Post("/imports/:id/suppressions", decideDeletions)

	c.Get("/appareil", showAppliance)
	c.Post("/appareil/adresse", setAddress)
	c.Post("/appareil/courriel", setMail)
	c.Post("/appareil/courriel/envoi", tryMail)
	c.Post("/appareil/second-facteur", setFactor)
	c.Get("/appareil/courriels", showMails)
	c.Post("/appareil/courriels/reprise", retryMails)
	c.Get("/appareil/courriels/:id", showMail)
	c.Get("/appareil/courriels/:id/html", showMailHTML)
}

// mountGuests mounts the pages of guests and of duplicates: before the records,
// whose address would take theirs.
func mountGuests(c web.Router) {
	c.Get("/etablissements/:uai/utilisateurs/invites/nouveau", reached(showNewGuest))
	c.Post("/etablissements/:uai/utilisateurs/invites/nouveau", reached(addGuest))
	c.Post("/etablissements/:uai/utilisateurs/invites/ressemblances", reached(showResembling))

	c.Get("/etablissements/:uai/utilisateurs/invites/imports", reached(showGuestImports))
	c.Upload("/etablissements/:uai/utilisateurs/invites/imports", reached(uploadGuests))
	c.Get("/etablissements/:uai/utilisateurs/invites/imports/modele.csv", reached(downloadGuestModel))
	c.Get("/etablissements/:uai/utilisateurs/invites/imports/:import", reached(showGuestImport))
	c.Post("/etablissements/:uai/utilisateurs/invites/imports/:import", reached(applyGuestImport))
	c.Get("/etablissements/:uai/utilisateurs/invites/imports/:import/annulation", reached(askGuestUndo))
	c.Post("/etablissements/:uai/utilisateurs/invites/imports/:import/annulation", reached(undoGuestImport))

	c.Get("/etablissements/:uai/utilisateurs/:profil/doublons", reached(showDuplicates))
	c.Get("/etablissements/:uai/utilisateurs/:profil/doublons/:id/:autre", reached(comparePair))
	c.Post("/etablissements/:uai/utilisateurs/:profil/doublons/:id/:autre/fusion", reached(mergeGuests))
	c.Post("/etablissements/:uai/utilisateurs/:profil/doublons/:id/:autre/distinction", reached(distinguishPair))
	c.Post("/etablissements/:uai/utilisateurs/:profil/fusions/:fusion/annulation", reached(undoMerge))
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
