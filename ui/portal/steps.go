package portal

import (
	"net/http"

	"preau/app/access"
	"preau/app/directory"
	"preau/ui/web"
)

// stepPaths are the pages of what a sign-in may still ask, once the password was
// right.
var stepPaths = map[access.Use]string{
	access.ChooseFirst: "/mot-de-passe",
	access.GiveFactor:  "/connexion/second-facteur",
	access.EnrolFactor: "/connexion/second-facteur/mise-en-place",
	access.AcceptTerms: "/connexion/charte",
	access.ChoosePlace: "/connexion/etablissement",
}

func mountSteps(public web.Router) {
	public.Get("/connexion/second-facteur", showFactor)
	public.Post("/connexion/second-facteur", giveFactor)
	public.Get("/connexion/second-facteur/mise-en-place", showEnrolment)
	public.Post("/connexion/second-facteur/mise-en-place", enrol)
	public.Get("/connexion/charte", showTerms)
	public.Post("/connexion/charte", acceptTerms)
	public.Get("/connexion/etablissement", showPlaces)
	public.Post("/connexion/etablissement", choosePlace)
}

// spentPage is simple/spent.html: why a link or a step is over, and what to do.
type spentPage struct {
	Title, Says string
	Actions     []web.Link
}

// spent answers whoever holds a pass that is over.
func spent(v *web.Visit, err error, page spentPage) error {
	if access.KindOf(err) != access.Missing {
		return err
	}
	v.DropStep()
	v.Status(http.StatusNotFound)
	return v.ShowSimple("simple/spent", page.Title, page)
}

// over answers whoever goes on too late with a sign-in.
func over(v *web.Visit, err error) error {
	return spent(v, err, spentPage{"Connexion à recommencer", "Cette connexion n’a pas été terminée à temps, ou elle l’a été dans un autre onglet.",
		[]web.Link{{Label: "Recommencer la connexion", URL: goingTo("/connexion", v.Typed("vers", v.Ask("vers")))}}})
}

// factorPage is simple/factor.html.
type factorPage struct {
	To, Other string // where the sign-in goes; the same page for the other kind of code
	Recovery  bool
	Field     web.Field
}

func showFactor(v *web.Visit) error {
	if _, _, err := v.Appliance.Gate.Holder(v.Step(), v.From(v.Ctx), access.GiveFactor); err != nil {
		return over(v, err)
	}
	page := factorPage{To: v.Typed("vers", v.Ask("vers")), Recovery: v.Typed("secours", v.Ask("secours")) != ""}
	page.Other = goingTo("/connexion/second-facteur", page.To)
	page.Field = web.Field{Name: "code", Label: "Code à six chiffres", Complete: "one-time-code", Mode: "numeric", Required: true, Focus: true, Hint: "Il est affiché par votre application d’authentification et change toutes les 30 secondes."}
	if page.Recovery {
		page.Field = web.Field{Name: "code", Label: "Code de secours", Complete: "off", Required: true, Focus: true, Hint: "L’un des codes notés à la mise en place, en deux groupes de cinq caractères. Chacun ne sert qu’une fois."}
	}
	return v.ShowSimple("simple/factor", "Second facteur", page)
}

func giveFactor(v *web.Visit) error {
	signed, err := v.Appliance.Gate.GiveFactor(v.Step(), v.Form("code"), attempt(v))
	if access.KindOf(err) == access.Missing {
		return over(v, err)
	}
	if err != nil {
		return v.Again(err, showFactor)
	}
	return follow(v, signed)
}

// enrolPage is simple/enrol.html.
type enrolPage struct {
	To, URI, Secret string
	Field           web.Field
}

func showEnrolment(v *web.Visit) error {
	set, err := v.Appliance.Settings()
	if err != nil {
		return err
	}
	e, err := v.Appliance.Gate.PrepareFactor(v.Step(), set.Name)
	if err != nil {
		return over(v, err)
	}
	return v.ShowSimple("simple/enrol", "Mettre en place le second facteur", enrolPage{To: v.Typed("vers", v.Ask("vers")), URI: e.URI, Secret: inFours(e.Secret),
		Field: web.Field{Name: "code", Label: "Code affiché par l’application", Complete: "one-time-code", Mode: "numeric", Required: true, Focus: true, Hint: "Six chiffres."}})
}

// inFours writes a secret as it is copied: in groups of four.
func inFours(secret string) (text string) {
	for i, c := range secret {
		if i > 0 && i%4 == 0 {
			text += " "
		}
		text += string(c)
	}
	return text
}

// recoveryPage is simple/recovery.html: codes that are shown once.
type recoveryPage struct {
	Codes []string
	Next  string
}

// enrol answers with the recovery codes: they are kept nowhere, and no address
// shows them again.
func enrol(v *web.Visit) error {
	codes, signed, err := v.Appliance.Gate.EnrolDuring(v.Step(), v.Form("code"), attempt(v))
	if access.KindOf(err) == access.Missing {
		return over(v, err)
	}
	if err != nil {
		return v.Again(err, showEnrolment)
	}
	page := recoveryPage{Codes: codes}
	if signed.Next != "" {
		v.KeepStep(signed.Pass)
		page.Next = goingTo(stepPaths[signed.Next], v.Form("vers"))
	} else {
		if err := enter(v, signed); err != nil {
			return err
		}
		page.Next, _ = landing(v, v.Form("vers"))
	}
	return v.ShowSimple("simple/recovery", "Codes de secours", page)
}

// termsPage is simple/agree.html.
type termsPage struct {
	To              string
	Charter, Notice string
}

func showTerms(v *web.Visit) error {
	t, err := v.Appliance.Gate.TermsToAccept(v.Step(), access.AcceptTerms)
	if err != nil {
		return over(v, err)
	}
	return v.ShowSimple("simple/agree", "Charte", termsPage{v.Typed("vers", v.Ask("vers")), t.Charter, t.Notice})
}

func acceptTerms(v *web.Visit) error {
	if _, err := v.Appliance.Gate.TermsToAccept(v.Step(), access.AcceptTerms); err != nil {
		return over(v, err)
	}
	if v.Form("charte") == "" {
		return v.Again(access.Wrong("charte", "Lisez la charte et l’information sur les données, puis cochez la case."), showTerms)
	}
	signed, err := v.Appliance.Gate.AcceptTerms(v.Step(), attempt(v))
	if err != nil {
		return over(v, err)
	}
	return follow(v, signed)
}

// placePage is simple/place.html.
type placePage struct {
	To      string
	Schools []web.ChoiceOption
}

func showPlaces(v *web.Visit) error {
	places, err := v.Appliance.Gate.PlacesToChoose(v.Step())
	if err != nil {
		return over(v, err)
	}
	cards, err := directory.CardsAt(v.Appliance.Gate.Visitor(v.From(v.Ctx)), places...)
	if err != nil {
		return err
	}
	page := placePage{To: v.Typed("vers", v.Ask("vers"))}
	for _, c := range cards {
		page.Schools = append(page.Schools, web.ChoiceOption{Value: c.UAI, Label: c.Name + ", " + c.Town})
	}
	return v.ShowSimple("simple/place", "Choisir l’établissement", page)
}

func choosePlace(v *web.Visit) error {
	places, err := v.Appliance.Gate.PlacesToChoose(v.Step())
	if err != nil {
		return over(v, err)
	}
	for _, place := range places {
		if directory.UAIOf(place) != v.Form("etablissement") {
			continue
		}
		signed, err := v.Appliance.Gate.ChoosePlaceOf(v.Step(), attempt(v), place)
		if err != nil {
			return over(v, err)
		}
		return follow(v, signed)
	}
	return v.Again(access.Wrong("etablissement", "Choisissez l’un de vos établissements."), showPlaces)
}
