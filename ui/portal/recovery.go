package portal

import (
	"preau/app/access"
	"preau/ui/web"
)

func mountRecovery(public web.Router) {
	public.Get("/mot-de-passe-oublie", showForgotten)
	public.Post("/mot-de-passe-oublie", recoverPassword)
	public.Get("/mot-de-passe-oublie/demande", showAsked)
	public.Get("/mot-de-passe-oublie/question", showQuestion)
	public.Post("/mot-de-passe-oublie/question", answerQuestion)
	public.Get("/code", showCode)
	public.Post("/code", giveCode)
}

// forgottenPage is simple/forgotten.html.
type forgottenPage struct {
	Mails bool // a link can be mailed
	Field web.Field
}

func showForgotten(v *web.Visit) error {
	mails, err := v.Appliance.Gate.MailsSecrets()
	if err != nil {
		return err
	}
	return v.ShowSimple("simple/forgotten", "Mot de passe oublié", forgottenPage{mails,
		web.Field{Name: "qui", Label: "Identifiant ou adresse e-mail", Value: v.Typed("qui", ""), Complete: "username", Required: true, Focus: true}})
}

// recoverPassword answers the same, whoever was named.
func recoverPassword(v *web.Visit) error {
	if err := v.Appliance.Gate.Recover(v.Form("qui"), v.From(v.Ctx)); err != nil {
		return v.Again(err, showForgotten)
	}
	return v.Done("/mot-de-passe-oublie/demande", "")
}

func showAsked(v *web.Visit) error {
	return v.ShowSimple("simple/asked", "Consultez vos messages", nil)
}

// questionPage is simple/question.html: whose question, then the answer.
type questionPage struct {
	Login, Answer web.Field
	Question      string // "" until somebody is named
}

func showQuestion(v *web.Visit) error {
	login := web.Clean(v.Typed("login", v.Ask("login")))
	page := questionPage{Login: web.Field{Name: "login", Label: "Identifiant", Value: login, Complete: "username", Required: true, Focus: login == "", Hint: "Sous la forme prenom.nom"}}
	if login == "" {
		return v.ShowSimple("simple/question", "Question secrète", page)
	}
	var err error
	if page.Question, err = v.Appliance.Gate.QuestionOf(login); err != nil {
		return err
	}
	page.Login.Locked, page.Login.Required, page.Login.Hint = true, false, ""
	page.Answer = web.Field{Name: "reponse", Label: "Votre réponse", Value: v.Typed("reponse", ""), Complete: "off", Required: true, Focus: true, Hint: "Majuscules et accents ne comptent pas."}
	return v.ShowSimple("simple/question", "Question secrète", page)
}

func answerQuestion(v *web.Visit) error {
	token, err := v.Appliance.Gate.Answer(v.Context(), v.Form("login"), v.FormValue("reponse"), v.From(v.Ctx))
	return toPassword(v, token, err, showQuestion)
}

// codePage is simple/code.html.
type codePage struct{ Fields []web.Field }

func showCode(v *web.Visit) error {
	return v.ShowSimple("simple/code", "J’ai un code", codePage{[]web.Field{
		{Name: "login", Label: "Identifiant", Value: v.Typed("login", ""), Complete: "username", Required: true, Focus: true, Hint: "Il est écrit avec le code, sous la forme prenom.nom."},
		{Name: "code", Label: "Code", Value: v.Typed("code", ""), Complete: "one-time-code", Required: true, Hint: "Deux groupes de cinq caractères, valables un jour."},
	}})
}

func giveCode(v *web.Visit) error {
	token, err := v.Appliance.Gate.UseCode(v.Context(), v.Form("login"), v.Form("code"), v.From(v.Ctx))
	return toPassword(v, token, err, showCode)
}

// toPassword leads whoever has proved who they are to the choice of a password.
func toPassword(v *web.Visit, token string, err error, again web.Handler) error {
	if err != nil {
		return v.Again(err, again)
	}
	v.KeepStep(token)
	return v.Done(stepPaths[access.ChooseFirst], "")
}
