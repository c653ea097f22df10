package portal

import (
	"fmt"

	"preau/app/access"
	"preau/app/directory"
	"preau/ui/web"
)

func mountPassword(public web.Router) {
	public.Get("/mot-de-passe", showPassword)
	public.Post("/mot-de-passe", choosePassword)
	public.Get("/mot-de-passe/fait", showChosen)
	public.Get("/adresse", showAddress)
	public.Post("/adresse", confirmAddress)
}

// passwordPage is simple/password.html: choosing a password, the first or another.
type passwordPage struct {
	Link, To        string // token of the pass; where the sign-in goes
	Asked           directory.Choosing
	Login           web.Field
	Fields          []web.Field
	Questions       []web.ChoiceOption
	Answer          web.Field
	Records         web.Field
	Charter, Notice string
}

// followed answers a GET of a link that was mailed: its token leaves the address
// at once for a cookie, so that no history nor referrer holds it. Nothing else
// changes: programs that open the links of mails consume nothing.
func followed(v *web.Visit, page string) (token string, done bool, err error) {
	link := v.Query("lien")
	if link == "" {
		return v.Typed("lien", v.Step()), false, nil
	}
	v.Set("Referrer-Policy", "no-referrer")
	if _, _, err := v.Appliance.Gate.Holder(link, v.From(v.Ctx), access.ChooseFirst, access.ChooseAgain, access.ConfirmAddress); err != nil {
		return link, false, nil
	}
	v.KeepStep(link)
	return "", true, v.Done(page, "")
}

func showPassword(v *web.Visit) error {
	token, done, err := followed(v, "/mot-de-passe")
	if done || err != nil {
		return err
	}
	asked, err := directory.ChoosingOf(v.Appliance.Gate, token, v.From(v.Ctx))
	if err != nil {
		return spentLink(v, err)
	}
	page := passwordPage{Link: token, To: v.Typed("vers", v.Ask("vers")), Asked: asked,
		Login: web.Field{Name: "login", Label: "Identifiant", Value: asked.Login, Complete: "username", Locked: true},
		Fields: []web.Field{
			{Name: "mot-de-passe", Label: "Nouveau mot de passe", Kind: "password", Required: true, Complete: "new-password",
				Hint: fmt.Sprintf("Au moins %d caractères ; une phrase convient. Ni votre nom, ni votre identifiant, ni votre date de naissance, ni votre établissement.", asked.Shortest)},
			{Name: "encore", Label: "Le même mot de passe", Kind: "password", Required: true, Complete: "new-password"},
		}}
	if asked.Records {
		page.Records = web.Field{Name: "scolarite", Label: "Nouveau mot de passe scolarité", Value: v.Typed("scolarite", ""), Complete: "off", Mode: "numeric", Hint: "Six chiffres, si vous voulez aussi le changer."}
	}
	if asked.First {
		if err := page.first(v); err != nil {
			return err
		}
		return v.ShowSimple("simple/password", "Première connexion", page)
	}
	return v.ShowSimple("simple/password", "Nouveau mot de passe", page)
}

// first adds what a first connection asks beside the password.
func (p *passwordPage) first(v *web.Visit) error {
	if !p.Asked.HasTerms { // an administrator who is nobody in the directory
		return nil
	}
	mail := web.Field{Name: "email", Label: "Adresse e-mail", Kind: "email", Value: v.Typed("email", p.Asked.Email), Complete: "email", Required: p.Asked.NeedsMail,
		Hint: "Elle sert à retrouver un mot de passe oublié : un message vous demandera de la confirmer."}
	if !p.Asked.NeedsMail && p.Asked.Question {
		mail.Hint += " Sans adresse, choisissez une question ci-dessous."
	}
	p.Fields = append(p.Fields, mail)
	chosen := v.Typed("question", "")
	for _, q := range access.SecretQuestions {
		p.Questions = append(p.Questions, web.ChoiceOption{Value: q, Label: q, Chosen: q == chosen})
	}
	p.Answer = web.Field{Name: "reponse", Label: "Votre réponse", Value: v.Typed("reponse", ""), Complete: "off", Hint: "Au moins 4 lettres. Majuscules et accents ne comptent pas."}
	t, err := v.Appliance.Gate.TermsToAccept(p.Link, access.ChooseFirst)
	p.Charter, p.Notice = t.Charter, t.Notice
	return err
}

// spentLink answers whoever follows a link that is over.
func spentLink(v *web.Visit, err error) error {
	return spent(v, err, spentPage{"Ce lien n’est plus valable", "Il a déjà servi, son délai est passé, ou vous en avez demandé un autre depuis. Votre mot de passe n’a pas été changé par cette page.",
		[]web.Link{{Label: "Demander un autre lien", URL: "/mot-de-passe-oublie"}, {Label: "J’ai un code", URL: "/code"}, {Label: "Se connecter", URL: "/connexion"}}})
}

func choosePassword(v *web.Visit) error {
	gate, token, from := v.Appliance.Gate, v.FormValue("lien"), v.From(v.Ctx)
	asked, err := directory.ChoosingOf(gate, token, from)
	if err != nil {
		return spentLink(v, err)
	}
	form := directory.PasswordForm{Password: v.FormValue("mot-de-passe"), Again: v.FormValue("encore"), Email: v.Form("email"),
		Question: v.Form("question"), Answer: v.Form("reponse"), Terms: v.Form("charte") != ""}
	if asked.Records {
		form.Records = v.Form("scolarite")
	}
	login, err := directory.ChoosePassword(v.Context(), gate, token, from, form)
	if access.KindOf(err) == access.Missing {
		return spentLink(v, err)
	}
	if err != nil {
		return v.Again(err, showPassword)
	}
	return chosen(v, asked, login, form.Password)
}

// chosen goes on once a password was chosen: a sign-in that asked for it goes on
// with it, and whoever came by a link or a code signs in.
func chosen(v *web.Visit, asked directory.Choosing, login, password string) error {
	if asked.SigningIn != "" {
		in := attempt(v)
		in.Login, in.Password = asked.SigningIn, password
		signed, err := v.Appliance.Gate.SignIn(v.Context(), in)
		if err == nil {
			return follow(v, signed)
		}
		if access.KindOf(err) == access.Internal {
			return err
		}
	}
	v.KeepLogin(login)
	if asked.First {
		return v.Done("/mot-de-passe/fait", "")
	}
	return v.Done("/connexion", "Votre nouveau mot de passe est enregistré. Utilisez-le pour vous connecter.")
}

// chosenPage is simple/chosen.html: the login of an account that has just begun.
type chosenPage struct{ Login string }

func showChosen(v *web.Visit) error {
	login := v.KeptLogin()
	if login == "" {
		return v.Done("/connexion", "")
	}
	return v.ShowSimple("simple/chosen", "Votre compte est actif", chosenPage{login})
}

// addressPage is simple/address.html.
type addressPage struct{ Link, Address, Login string }

func showAddress(v *web.Visit) error {
	token, done, err := followed(v, "/adresse")
	if done || err != nil {
		return err
	}
	s, pass, err := v.Appliance.Gate.Holder(token, v.From(v.Ctx), access.ConfirmAddress)
	if err != nil {
		return spentAddress(v, err)
	}
	return v.ShowSimple("simple/address", "Confirmer une adresse e-mail", addressPage{token, pass.Address, s.Account.Login})
}

func spentAddress(v *web.Visit, err error) error {
	return spent(v, err, spentPage{"Ce lien n’est plus valable", "Il a déjà servi, son délai est passé, ou une autre adresse a été donnée depuis. Si votre adresse n’est pas encore confirmée, donnez-la de nouveau dans « Mon compte » : un autre message partira.",
		[]web.Link{{Label: "Se connecter", URL: "/connexion"}}})
}

func confirmAddress(v *web.Visit) error {
	err := directory.ConfirmAddress(v.Appliance.Gate, v.FormValue("lien"), v.From(v.Ctx))
	switch access.KindOf(err) {
	case access.Missing:
		return spentAddress(v, err)
	case access.Stale:
		return v.Again(err, showAddress)
	}
	if err != nil {
		return err
	}
	v.DropStep()
	return v.Done("/connexion", "Votre adresse e-mail est confirmée.")
}
