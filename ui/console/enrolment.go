package console

import (
	"preau/app/access"
	"preau/app/directory"
	"preau/ui/web"
)

// A givingForm chooses a role and where it is given: parts/giving.
type givingForm struct {
	Roles     []web.ChoiceOption
	Academies web.Choice
	Text      string // of the search of establishments
	Picks     picks
	Until     web.Field
	MayLocal  bool
}

// picks are establishments to tick: parts/picks.
type picks struct {
	Ticked, Found []web.Option
	Total         string
}

// picksShown is how many establishments a search shows to be ticked.
const picksShown = 20

// givingOf is the form as it was sent, or an empty one.
func givingOf(v *web.Visit) (*givingForm, error) {
	g := &givingForm{Text: v.Form("chercher-texte"), MayLocal: v.Session.MayGiveSome(access.LocalAdmin),
		Until: web.Field{Name: "fin", Label: "Dernier jour", Kind: "date", Value: v.Form("fin"), Hint: "Facultatif : pour un stage, un remplacement.", Complete: "off"}}
	chosen := v.Form("role")
	for _, r := range access.Roles {
		if v.Session.MayGiveSome(r) {
			g.Roles = append(g.Roles, web.ChoiceOption{Value: string(r), Label: r.Label(), Chosen: string(r) == chosen || chosen == "" && len(g.Roles) == 0})
		}
	}
	academies, err := directory.AcademiesWithin(v.Session)
	if err != nil {
		return nil, err
	}
	none := "Choisir…"
	if len(academies) == 1 {
		none = ""
	}
	g.Academies = academyChoice("Académie", none, v.Form("academie"), academies)
	g.Picks, err = picksOf(v, g.Text, v.Each("uai"))
	return g, err
}

func picksOf(v *web.Visit, text string, chosen []string) (p picks, err error) {
	ticked, found, total, err := directory.SchoolsToGive(v.Session, text, chosen, picksShown)
	for _, c := range ticked {
		p.Ticked = append(p.Ticked, schoolOption(c))
	}
	for _, c := range found {
		p.Found = append(p.Found, schoolOption(c))
	}
	switch {
	case text == "":
	case total == 0:
		p.Total = "Aucun établissement ne correspond dans votre périmètre."
	case total > len(found):
		p.Total = web.Count(total, "établissement", "établissements") + "\u00a0: précisez la recherche."
	default:
		p.Total = web.Count(total, "établissement", "établissements")
	}
	return p, err
}

func schoolOption(c directory.Card) web.Option {
	return web.Option{ID: c.UAI, Label: c.Name, Note: join(" · ", c.Town, c.UAI)}
}

// searchSchoolsToGive answers the search of establishments to tick.
func searchSchoolsToGive(v *web.Visit) error {
	p, err := picksOf(v, v.Ask("q"), nil)
	if err != nil {
		return err
	}
	return v.ShowRows("parts/picks", p)
}

func grantForm(v *web.Visit) directory.GrantForm {
	return directory.GrantForm{Role: access.Role(v.Form("role")), UAIs: v.Each("uai"), Academy: v.Form("academie"), Until: v.Form("fin")}
}

// candidatesPage is console/candidates.html: who is to be an administrator.
type candidatesPage struct {
	Text    string
	Options web.Options
	Home    string
	Create  string
}

// candidatesShown is how many people the search shows.
const candidatesShown = 12

func showCandidates(v *web.Visit) error {
	p := candidatesPage{Text: v.Ask("q"), Home: administratorsHome + "/nouveau", Create: administratorsHome + "/nouveau/compte"}
	var err error
	if p.Options, err = candidates(v, p.Text); err != nil {
		return err
	}
	return v.Show("console/candidates", "Nouvel administrateur", moduleFrame(v, web.Link{Label: "Nouvel administrateur", Here: true}), p)
}

func candidates(v *web.Visit, text string) (o web.Options, err error) {
	found, err := directory.Candidates(v.Session, text, candidatesShown)
	o.Nothing = "Personne de ce nom parmi les enseignants, les personnels, les invités et les administrateurs de votre périmètre."
	if text != "" {
		o.Total = totalOf(found)
	}
	for _, p := range found.People {
		option := web.Option{ID: p.ID, URL: administratorsHome + "/" + p.ID, Label: p.Label, Note: p.Note, Icon: icons[p.Profile], Tone: string(p.Profile)}
		if p.Profile == access.AdminProfile {
			option.Icon, option.Tone = "shield-check", "school-icon"
		}
		o.Options = append(o.Options, option)
	}
	return o, err
}

func searchCandidates(v *web.Visit) error {
	o, err := candidates(v, v.Ask("q"))
	if err != nil {
		return err
	}
	return v.ShowRows("parts/people", o)
}

// newAdministratorPage is console/administrator-new.html.
type newAdministratorPage struct {
	Fields     []web.Field
	Give       *givingForm
	Twins      []web.Option // who has the same name
	Mailed     bool
	Home       string
	ProposeURL string
	Close      string
}

func showNewAdministrator(v *web.Visit) error {
	mails, err := v.Appliance.Gate.MailsSecrets()
	if err != nil {
		return err
	}
	p := newAdministratorPage{Home: administratorsHome + "/nouveau/compte", ProposeURL: administratorsHome + "/nouveau/login", Close: administratorsHome, Mailed: mails}
	hint := "Les identifiants y sont envoyés."
	if !mails {
		hint = "Facultative : le courriel n’est pas configuré, un code à remettre s’affichera."
	}
	p.Fields = []web.Field{
		{Name: "nom", Label: "Nom", Value: v.Form("nom"), Required: true, Complete: "off"},
		{Name: "prenom", Label: "Prénom", Value: v.Form("prenom"), Required: true, Complete: "off"},
		{Name: "email", Label: "Adresse e-mail", Kind: "email", Value: v.Form("email"), Required: mails, Complete: "off", Hint: hint},
		{Name: "login", Label: "Login", Value: v.Form("login"), Complete: "off", Hint: "Laissez vide pour prenom.nom."},
	}
	if p.Give, err = givingOf(v); err != nil {
		return err
	}
	if refusal := v.Refused(); refusal != nil && refusal.Fields["autre"] != "" {
		found, err := candidates(v, v.Form("nom")+" "+v.Form("prenom"))
		if err != nil {
			return err
		}
		p.Twins = found.Options
	}
	return v.Show("console/administrator-new", "Créer un compte d’administrateur", moduleFrame(v, web.Link{Label: "Nouvel administrateur", URL: administratorsHome + "/nouveau"}, web.Link{Label: "Créer un compte", Here: true}), p)
}

func createAdministrator(v *web.Visit) error {
	if v.Form("chercher") != "" {
		return showNewAdministrator(v)
	}
	id, code, err := directory.CreateAdministrator(v.Session, directory.AdministratorForm{LastName: v.Form("nom"), FirstName: v.Form("prenom"), Email: v.Form("email"),
		Login: v.Form("login"), Grant: grantForm(v), Another: v.Form("autre") != ""})
	if err != nil {
		return v.Again(err, showNewAdministrator)
	}
	home := administratorsHome + "/" + id
	if code != nil {
		return showCode(v, *code, home)
	}
	return v.Done(home, "Le compte est créé : les identifiants sont envoyés à "+v.Form("email")+".")
}

// proposeLogin answers with the login that somebody of this name would have.
func proposeLogin(v *web.Visit) error {
	login, err := directory.ProposeLogin(v.Session, v.Ask("prenom"), v.Ask("nom"))
	if err != nil {
		return err
	}
	return v.SendString(login)
}
