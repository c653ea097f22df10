package console

import (
	"strconv"

	"preau/app/access"
	"preau/app/directory"
	"preau/ui/web"
)

// termsPage is console/terms.html: the charter and the data-protection notice of
// an establishment.
type termsPage struct {
	Home, Says      string
	Version         string // that the form replaces
	Charter, Notice string
	MayEdit         bool
}

func showTerms(v *web.Visit) error {
	uai := v.Part("uai")
	place, err := directory.PlaceOfUAI(v.Session, uai)
	if err != nil {
		return err
	}
	t, err := v.Session.TermsAt(place)
	if err != nil {
		return err
	}
	f, err := frame(v, uai, "etablissement", web.Link{Label: "Charte et données", Here: true})
	if err != nil {
		return err
	}
	page := termsPage{Home: at(uai), Version: v.Typed("version", strconv.Itoa(t.Version)), Charter: v.Typed("charte", t.Charter), Notice: v.Typed("donnees", t.Notice),
		MayEdit: v.Session.Can(access.EditEstablishment, place), Says: "Textes par défaut de l’ENT"}
	if t.Written() {
		page.Says = "Version " + strconv.Itoa(t.Version) + ", en vigueur depuis le " + web.Stamp(t.Since)
	}
	return v.Show("console/terms", "Charte et données", f, page)
}

func writeTerms(v *web.Visit) error {
	uai := v.Part("uai")
	place, err := directory.PlaceOfUAI(v.Session, uai)
	if err != nil {
		return err
	}
	version, err := strconv.Atoi(v.Form("version"))
	if err != nil {
		return &access.Refusal{Kind: access.Malformed, Says: "Rechargez la page, puis recommencez."}
	}
	if err := access.WriteTerms(v.Session, place, version, v.Form("charte"), v.Form("donnees")); err != nil {
		return v.Again(err, showTerms)
	}
	return v.Done(at(uai)+"/charte", "Publié. Chacun acceptera cette version à sa prochaine connexion.")
}
