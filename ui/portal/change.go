package portal

import (
	"preau/app/access"
	"preau/app/directory"
	"preau/app/requests"
	"preau/ui/web"
)

// changed sends the person back to a section of their account, which tells what
// was done.
func changed(v *web.Visit, section, says string) error {
	return v.Done("/compte?section="+section+"#"+section, says)
}

func changeAddress(v *web.Visit) error {
	address := v.Form("email")
	if err := directory.ChangeAddress(v.Session, address); err != nil {
		return v.Again(err, accountRefused("adresse"))
	}
	m, err := directory.MineOf(v.Session)
	if err != nil {
		return err
	}
	switch {
	case address == "":
		return changed(v, "adresse", "Votre adresse e-mail est retirée.")
	case !m.Leaves:
		return changed(v, "adresse", "Votre adresse est enregistrée. Le courriel n’est pas configuré sur cet appareil : elle ne peut pas être confirmée pour l’instant.")
	}
	return changed(v, "adresse", "Un courriel de confirmation part vers "+address+" : suivez son lien dans les deux jours.")
}

func askAddressAgain(v *web.Visit) error {
	if err := directory.AskAddressAgain(v.Session); err != nil {
		return v.Again(err, accountRefused("adresse"))
	}
	return changed(v, "adresse", "Un nouveau courriel de confirmation est parti. Le lien du précédent ne sert plus.")
}

func changePhones(v *web.Visit) error {
	if err := directory.ChangePhones(v.Session, v.Form("portable"), v.Form("domicile"), v.Form("poste")); err != nil {
		return v.Again(err, accountRefused("telephones"))
	}
	return changed(v, "telephones", "Vos téléphones sont enregistrés.")
}

func changePassword(v *web.Visit) error {
	if err := directory.ChangePassword(v.Context(), v.Session, v.FormValue("mot-de-passe"), v.FormValue("encore")); err != nil {
		return v.Again(err, accountRefused("mot-de-passe"))
	}
	return changed(v, "mot-de-passe", "Votre mot de passe est changé ; vos autres sessions sont fermées.")
}

func changeQuestion(v *web.Visit) error {
	if err := directory.ChangeQuestion(v.Context(), v.Session, v.Form("question"), v.Form("reponse")); err != nil {
		return v.Again(err, accountRefused("question"))
	}
	return changed(v, "question", "Votre question secrète est enregistrée.")
}

// changePreference keeps how the person wants to hear of requests. The switch is
// for those who answer some: for the others it stays as it was.
func changePreference(v *web.Visit) error {
	quiet := v.Form("courriels") == ""
	if !v.Session.Administers() {
		p, err := requests.PreferenceOf(v.Session)
		if err != nil {
			return err
		}
		quiet = p.Quiet
	}
	if err := requests.Prefer(v.Session, quiet, requests.Channel(v.Form("preference"))); err != nil {
		return v.Again(err, accountRefused("demandes"))
	}
	return changed(v, "demandes", "Vos préférences sont enregistrées.")
}

func addChild(v *web.Visit) error {
	if err := directory.AddChild(v.Session, v.Form("code")); err != nil {
		return v.Again(err, accountRefused("enfants"))
	}
	return changed(v, "enfants", "L’enfant est ajouté à votre compte.")
}

// forgetDevice makes the account know one browser no longer, or none.
func forgetDevice(v *web.Visit) error {
	if err := v.Session.ForgetDevice(v.Form("appareil")); err != nil {
		return err
	}
	if v.Form("appareil") == "" {
		return changed(v, "appareils", "Plus aucun appareil n’est connu.")
	}
	return changed(v, "appareils", "Cet appareil n’est plus connu.")
}

// closeOthers ends one of the person's other sessions, or all of them.
func closeOthers(v *web.Visit) error {
	if err := v.Session.CloseOthers(v.Form("session")); err != nil {
		return err
	}
	return changed(v, "sessions", "Fermé.")
}

// ownFactorPage is simple/ownfactor.html: setting up a second factor.
type ownFactorPage struct {
	URI, Secret string
	Field       web.Field
}

// beginFactor needs the password again; what follows holds its own pass.
func beginFactor(v *web.Visit) error {
	token, err := v.Session.BeginFactor()
	if err != nil {
		return v.Again(err, accountRefused("second-facteur"))
	}
	v.KeepStep(token)
	return v.Done("/compte/second-facteur", "")
}

func showOwnFactor(v *web.Visit) error {
	set, err := v.Appliance.Settings()
	if err != nil {
		return err
	}
	e, err := v.Session.PrepareFactor(v.Step(), set.Name)
	if err != nil {
		return factorOver(v, err)
	}
	return v.ShowSimple("simple/ownfactor", "Mettre en place le second facteur", ownFactorPage{e.URI, inFours(e.Secret),
		web.Field{Name: "code", Label: "Code affiché par l’application", Complete: "one-time-code", Mode: "numeric", Required: true, Hint: "Six chiffres."}})
}

// factorOver sends back to the account whoever comes too late, or has not begun.
func factorOver(v *web.Visit, err error) error {
	if access.KindOf(err) != access.Missing {
		return err
	}
	v.DropStep()
	return changed(v, "second-facteur", "La mise en place n’est pas commencée, ou elle a duré trop longtemps : recommencez-la.")
}

// confirmFactor answers with the recovery codes: no address shows them again.
func confirmFactor(v *web.Visit) error {
	codes, err := v.Session.ConfirmFactor(v.Step(), v.Form("code"))
	switch {
	case err != nil && access.KindOf(err) == access.Missing:
		return factorOver(v, err)
	case err != nil:
		return v.Again(err, showOwnFactor)
	}
	v.DropStep()
	return v.ShowSimple("simple/recovery", "Codes de secours", recoveryPage{codes, "/compte#second-facteur"})
}

// askDropFactor is simple/dropfactor.html: the question before what it does.
func askDropFactor(v *web.Visit) error {
	m, err := directory.MineOf(v.Session)
	if err != nil {
		return err
	}
	if !m.HasFactor {
		return access.NotFound()
	}
	return v.ShowSimple("simple/dropfactor", "Retirer le second facteur", nil)
}

func dropFactor(v *web.Visit) error {
	if err := v.Session.DropOwnFactor(); err != nil {
		return v.Again(err, askDropFactor)
	}
	return changed(v, "second-facteur", "Le second facteur est retiré : votre mot de passe suffit.")
}
