// Package portal is the ENT side of the appliance: signing in, and the pages of
// whoever is signed in.
package portal

import (
	"crypto/subtle"
	"errors"
	"net/url"
	"strings"

	"preau/app/access"
	"preau/ui/web"
)

// Mount mounts the pages of the ENT side.
func Mount(public, signed web.Router) {
	public.Get("/connexion", showSignIn)
	public.Post("/connexion", signIn)
	mountSteps(public)
	mountPassword(public)
	mountRecovery(public)
	public.Get("/premiere-mise-en-service", showSetup)
	public.Post("/premiere-mise-en-service", setUp)
	public.Get("/licences", showLicences)
	public.Get("/accessibilite", showAccessibility)
	public.Post("/theme", setTheme)
	public.Get("/activation", showActivation)
	public.Post("/activation", activate)
	public.Get("/charte", showCharter)
	public.Get("/confidentialite", showNotice)
	public.Get("/mentions-legales", showImprint)

	signed.Get("/", showHome)
	signed.Post("/deconnexion", signOut)
	signed.Post("/prolonger", prolong)
	signed.Get("/compte", showAccount)
	signed.Post("/compte/enfants", addChild)
	signed.Post("/compte/adresse", changeAddress)
	signed.Post("/compte/adresse/confirmation", askAddressAgain)
	signed.Post("/compte/telephones", changePhones)
	signed.Post("/compte/mot-de-passe", changePassword)
	signed.Post("/compte/question", changeQuestion)
	signed.Get("/compte/second-facteur", showOwnFactor)
	signed.Post("/compte/second-facteur", confirmFactor)
	signed.Post("/compte/second-facteur/debut", beginFactor)
	signed.Get("/compte/second-facteur/retrait", askDropFactor)
	signed.Post("/compte/second-facteur/retrait", dropFactor)
	signed.Post("/compte/appareils", forgetDevice)
	signed.Post("/compte/sessions", closeOthers)

	mountGroups(signed)
	mountIncidents(signed)
	signed.Post("/compte/demandes", changePreference)

	signed.Get("/scolarite", theirs(showRecords))
	signed.Post("/scolarite", theirs(openRecords))
	signed.Post("/scolarite/courriel", theirs(askRecords))
}

// signInPage is simple/signin.html.
type signInPage struct {
	Login, To string
	Setup     bool // nobody administers the appliance yet
	Sheet     []sheetLine
}

type sheetLine struct{ Login, Name, Role string }

func showSignIn(v *web.Visit) error {
	if v.Session != nil && v.Refused() == nil {
		return v.Done(landing(v, v.Ask("vers")))
	}
	code, err := v.Appliance.SetupCode()
	if err != nil {
		return err
	}
	set, err := v.Appliance.Settings()
	if err != nil {
		return err
	}
	page := signInPage{Login: v.Typed("login", v.KeptLogin()), To: v.Typed("vers", v.Ask("vers")), Setup: code != ""}
	if set.Demo {
		for _, s := range set.Sheet {
			page.Sheet = append(page.Sheet, sheetLine(s))
		}
	}
	return v.ShowSimple("simple/signin", "Connexion", page)
}

func signIn(v *web.Visit) error {
	in := attempt(v)
	in.Login, in.Password = v.Form("login"), v.FormValue("mot-de-passe")
	signed, err := v.Appliance.Gate.SignIn(v.Context(), in)
	if err != nil {
		return v.Again(err, showSignIn)
	}
	return follow(v, signed)
}

// attempt is a sign-in from this browser, to be completed by what was typed.
func attempt(v *web.Visit) access.SignIn {
	to := web.OwnPath(v.Form("vers"))
	return access.SignIn{From: v.From(v.Ctx), Agent: web.Clean(v.Ctx.Get("User-Agent")), Device: v.Device(), Console: isConsole(to)}
}

// isConsole reports whether a path of ours leads to the console.
func isConsole(to string) bool {
	path, _, _ := strings.Cut(to, "?")
	return path == "/console" || strings.HasPrefix(path, "/console/")
}

// follow gives the browser its session, or leads it to the page of what its
// sign-in still asks.
func follow(v *web.Visit, signed *access.Signed) error {
	if signed.Next != "" {
		v.KeepStep(signed.Pass)
		return v.Done(goingTo(stepPaths[signed.Next], v.Form("vers")), "")
	}
	if err := enter(v, signed); err != nil {
		return err
	}
	return v.Done(landing(v, v.Form("vers")))
}

// enter gives the browser its session: it holds one, the former one ends.
func enter(v *web.Visit, signed *access.Signed) error {
	if v.Session != nil {
		if err := v.Session.SignOut(); err != nil {
			return err
		}
	}
	v.DropStep()
	v.SignIn(signed)
	return nil
}

// goingTo is a page on the way to another.
func goingTo(page, to string) string {
	if to = web.OwnPath(to); to == "/" {
		return page
	}
	return page + "?vers=" + url.QueryEscape(to)
}

// landing is where somebody who has signed in goes, with what they are told
// there: where they were going, else the console for an administrator, else the
// ENT, which is where somebody lands whom the console would not open to.
func landing(v *web.Visit, to string) (path, says string) {
	switch to = web.OwnPath(to); {
	case isConsole(to) && v.Session.Super == "" && !v.Session.Administers():
		return "/", web.NotAdministrator
	case to != "/":
		return to, ""
	case v.Session.Administers():
		return "/console", ""
	}
	return "/", ""
}

func signOut(v *web.Visit) error {
	if err := v.Session.SignOut(); err != nil {
		return err
	}
	v.SignOut()
	return v.Done("/connexion", "Vous êtes déconnecté.")
}

// prolong does nothing but be a visit: that is what makes a session last.
func prolong(v *web.Visit) error { return v.Done(v.Form("retour"), "") }

func setTheme(v *web.Visit) error {
	v.SetTheme(v.Form("theme"))
	return v.Done(v.Form("retour"), "")
}

// setupPage is simple/setup.html.
type setupPage struct {
	Code   string
	Known  bool // the code is the right one
	Fields []web.Field
}

func showSetup(v *web.Visit) error {
	code, err := v.Appliance.SetupCode()
	if err != nil {
		return err
	}
	if code == "" {
		return access.NotFound()
	}
	given := v.Typed("code", v.Ask("code"))
	page := setupPage{Code: given, Known: subtle.ConstantTimeCompare([]byte(given), []byte(code)) == 1, Fields: []web.Field{
		{Name: "nom-ent", Label: "Nom de l’ENT", Value: v.Typed("nom-ent", ""), Required: true, Hint: "Tel que les familles le liront, par exemple « ENT du lycée »."},
		{Name: "nom", Label: "Nom", Value: v.Typed("nom", ""), Required: true, Complete: "family-name"},
		{Name: "prenom", Label: "Prénom", Value: v.Typed("prenom", ""), Required: true, Complete: "given-name"},
		{Name: "login", Label: "Identifiant", Value: v.Typed("login", ""), Required: true, Complete: "username", Hint: "Sous la forme prenom.nom."},
		{Name: "email", Label: "Adresse e-mail", Kind: "email", Value: v.Typed("email", ""), Complete: "email", Hint: "Elle permet de retrouver le mot de passe."},
		{Name: "mot-de-passe", Label: "Mot de passe", Kind: "password", Required: true, Complete: "new-password", Hint: "Au moins 12 caractères ; une phrase convient."},
		{Name: "encore", Label: "Le même mot de passe", Kind: "password", Required: true, Complete: "new-password"},
	}}
	return v.ShowSimple("simple/setup", "Première mise en service", page)
}

func setUp(v *web.Visit) error {
	form := formOf(v)
	if err := v.Appliance.SetUp(v.Context(), form); err != nil {
		return v.Again(err, showSetup)
	}
	signed, err := v.Appliance.Gate.SignIn(v.Context(), access.SignIn{Login: form.Login, Password: form.Password, From: v.From(v.Ctx)})
	if err != nil {
		return errors.Join(errors.New("sign in after the first start"), err)
	}
	v.SignIn(signed)
	return v.Done("/console/demarrage", "L’appareil est prêt. Il lui manque un établissement.")
}
