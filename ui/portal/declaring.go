package portal

import (
	"fmt"

	"preau/app/directory"
	"preau/app/requests"
	"preau/app/services"
	"preau/ui/web"
)

// declaringScreen is the screen of the draft of a new request.
const declaringScreen = "nouvelle"

// draftsAt keeps the drafts of these pages.
const draftsAt = incidents + "/brouillon"

// declaringPage is simple/declaring.html: the form of a request.
type declaringPage struct {
	Draft      *web.Draft
	Schools    []web.ChoiceOption // of a person of several
	Nowhere    bool               // they belong to no establishment
	Console    bool               // they can make it in the console
	Services   []serviceGroup
	Types      []web.ChoiceOption
	Priorities []priorityOption
	Summary    web.Field
	Problem    string
	Files      web.Files
}

type serviceGroup struct {
	Label    string
	Services []web.ChoiceOption
}

type priorityOption struct {
	web.ChoiceOption
	Help string
}

// kinds say what each type of request is for.
var kinds = map[requests.Type]string{
	requests.Assistance: "de l’aide pour se servir de l’ENT", requests.Incident: "quelque chose ne fonctionne plus", requests.Information: "une question",
	requests.Technical: "le matériel, le réseau, le navigateur", requests.OtherType: "rien de tout cela", requests.UserType: "un compte, un mot de passe",
}

var urgencies = map[requests.Priority]string{
	requests.Normal: "Une réponse dans les jours qui viennent convient.",
	requests.Urgent: "Un cours, une évaluation ou une démarche est bloqué dès maintenant.",
}

func showDeclaring(v *web.Visit) error {
	draft, err := v.Draft(declaringScreen, draftsAt, incidents+"/nouveau")
	if err != nil {
		return err
	}
	schools, err := directory.CardsAt(v.Session, requests.Schools(v.Session)...)
	if err != nil {
		return err
	}
	page := declaringPage{Draft: draft, Problem: draft.Value("probleme", ""), Files: web.AttachedFiles(web.FilesField, "Fichiers à joindre"), Nowhere: len(schools) == 0, Console: v.Session.Administers()}
	page.Summary = web.Field{Name: "resume", Label: "Résumé", Value: draft.Value("resume", ""), Required: true, Complete: "off", Hint: fmt.Sprintf("En quelques mots, %d caractères au plus.", requests.MostSummary)}
	if at := draft.Value("etablissement", ""); len(schools) > 1 {
		for _, c := range schools {
			page.Schools = append(page.Schools, web.ChoiceOption{Value: c.UAI, Label: c.Name + ", " + c.Town, Chosen: c.UAI == at})
		}
	}
	page.choices(draft)
	return v.ShowSimple("simple/declaring", "Nouvelle demande", page)
}

func (p *declaringPage) choices(draft *web.Draft) {
	service, kind, priority := draft.Value("service", ""), draft.Value("type", ""), draft.Value("priorite", string(requests.Normal))
	for _, category := range services.Categories {
		group := serviceGroup{Label: string(category)}
		for _, s := range services.In(category) {
			group.Services = append(group.Services, web.ChoiceOption{Value: s.Key, Label: s.Label, Chosen: s.Key == service})
		}
		p.Services = append(p.Services, group)
	}
	for _, t := range requests.Types {
		p.Types = append(p.Types, web.ChoiceOption{Value: string(t), Label: t.Label() + "\u00a0: " + kinds[t], Chosen: string(t) == kind})
	}
	for _, one := range requests.Priorities {
		p.Priorities = append(p.Priorities, priorityOption{web.ChoiceOption{Value: string(one), Label: one.Label(), Chosen: string(one) == priority}, urgencies[one]})
	}
}

func declare(v *web.Visit) error {
	return v.Written(declaringScreen, showDeclaring, func(files []requests.File) (string, string, error) {
		n, err := requests.Declare(v.Session, requests.Form{UAI: v.Form("etablissement"), Service: requests.Service(v.Form("service")), Type: requests.Type(v.Form("type")),
			Priority: requests.Priority(v.Form("priorite")), Summary: v.Form("resume"), Problem: v.Form("probleme"), Files: files})
		return incidentAt(n), fmt.Sprintf("Votre demande est enregistrée sous le numéro %d. Les réponses se lisent ici.", n), err
	})
}
