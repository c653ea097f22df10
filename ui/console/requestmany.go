package console

import (
	"io"
	"strconv"
	"time"

	"preau/app/access"
	"preau/app/requests"
	"preau/ui/web"
)

// mountSearches mounts what one does to the requests of a search: actions on
// many, saved views, canned answers, statistics.
func mountSearches(c web.Router) {
	c.Get("/demandes/selection", leaveSelection)
	c.Post("/demandes/selection", actOnRequests)

	c.Get("/demandes/vues", showViews)
	c.Get("/demandes/vues/nombres", countViews)
	c.Post("/demandes/vues", saveView)
	c.Post("/demandes/vues/:vue", ownView(renameView))
	c.Post("/demandes/vues/:vue/suppression", ownView(dropView))

	c.Get("/demandes/reponses-types", showCanned)
	c.Get("/demandes/reponses-types/nouvelle", showNewCanned)
	c.Post("/demandes/reponses-types/nouvelle", createCanned)
	c.Get("/demandes/reponses-types/:modele", showCannedOne)
	c.Post("/demandes/reponses-types/:modele", ownCanned(editCanned))
	c.Get("/demandes/reponses-types/:modele/suppression", askCannedDrop)
	c.Post("/demandes/reponses-types/:modele/suppression", ownCanned(dropCanned))
	c.Get("/demandes/:numero/modeles", fillCanned)

	c.Get("/demandes/statistiques", showStatistics)
	c.Get("/demandes/statistiques.csv", downloadStatistics)
}

// requestManyPage is console/requestmany.html: what is about to be done to some
// requests, or what became of each.
type requestManyPage struct {
	Title, Says string
	Warns       string
	Action      string
	Back        string
	Do          string
	Choices     []web.Choice
	Fields      []web.Field
	Button      string
	Danger      bool
	Asks        bool // nothing was done yet
	Sum         []fact
	Lines       []requestOutcome
}

// A requestOutcome is a request of a mass action, with what became of it.
type requestOutcome struct {
	Number, URL, Summary, Says string
	Badge                      web.Badge
}

// deedWords word each action on many requests.
var deedWords = map[requests.Deed]struct {
	title, says, button string
	danger              bool
}{
	requests.Reassigning: {"Réaffecter", "L’ancien intervenant et le nouveau sont prévenus par courriel, avec le motif.", "Réaffecter", false},
	requests.Restating:   {"Changer l’état de", "Celles dont l’état ne permet pas ce changement sont laissées, et le résultat le dit.", "Changer l’état", false},
	requests.Retyping:    {"Changer le type de", "Le type des demandes change, et leur historique le dit.", "Changer le type", false},
	requests.Closing:     {"Clôturer", "Aucune réponse n’est envoyée aux demandeurs.", "Clôturer", true},
	requests.MergingAll:  {"Fusionner", "Les demandes choisies sont clôturées et renvoient à celle que vous indiquez\u00a0; une fusion s’annule pendant 24 heures.", "Fusionner", true},
}

func leaveSelection(v *web.Visit) error { return v.Done(withQuery(requestsHome, listQuery(v)), "") }

// actOnRequests does what a button of the list asks, for the requests ticked or
// for all those found: it asks first, but for an export.
func actOnRequests(v *web.Visit) error {
	look, err := lookOf(v)
	if err != nil {
		return v.Again(err, showRequests)
	}
	do := requests.Deed(v.Form("action"))
	if v.Form("confirmer") != "" {
		return doMany(v, do)
	}
	var ticked []int
	if v.Form("tous") == "" {
		if ticked = numbersOf(v); len(ticked) == 0 {
			return v.Again(access.Conflict("Cochez au moins une demande, ou «\u00a0Tous les résultats\u00a0»."), showRequests)
		}
	}
	switch _, known := deedWords[do]; {
	case do == "export":
		return v.Again(exportRequests(v, look, ticked), showRequests)
	case !known:
		return v.Again(access.Conflict("Choisissez ce qu’il faut faire de ces demandes."), showRequests)
	}
	all, err := requests.Chosen(v.Session, ticked, look.Filter)
	if err != nil {
		return v.Again(err, showRequests)
	}
	return askMany(v, do, all)
}

// numbersOf are the requests that a form names.
func numbersOf(v *web.Visit) (all []int) {
	for _, text := range v.Each("id") {
		if n := requests.NumberIn(text); n != 0 {
			all = append(all, n)
		}
	}
	return all
}

func exportRequests(v *web.Visit, look requests.Look, ticked []int) error {
	x, err := requests.ExportAll(v.Session, look, ticked...)
	if err == nil {
		v.Pour("demandes-"+v.Session.Now().Local().Format(time.DateOnly)+".csv", "text/csv; charset=utf-8", func(w io.Writer) error { return x.Write(w) })
	}
	return err
}

// askMany asks what an action needs, and shows which requests it is about.
func askMany(v *web.Visit, do requests.Deed, all []requests.Request) error {
	said := deedWords[do]
	p := requestManyPage{Title: said.title + " " + web.Count(len(all), "demande", "demandes"), Says: said.says, Button: said.button, Danger: said.danger, Do: string(do), Asks: true,
		Back: withQuery(requestsHome, listQuery(v)), Action: withQuery(requestsHome+"/selection", listQuery(v))}
	held := 0
	for _, r := range all {
		p.Lines = append(p.Lines, requestOutcome{Number: strconv.Itoa(r.Number), URL: requestAt(v, r.Number, ""), Summary: r.Summary, Badge: stateBadge(r)})
		if r.Escalation.Holds() || r.Merged.Into != 0 {
			held++
		}
	}
	if held > 0 {
		p.Warns = web.Count(held, "demande a été transmise au niveau 2 ou fusionnée\u00a0: elle sera laissée telle quelle.", "demandes ont été transmises au niveau 2 ou fusionnées\u00a0: elles seront laissées telles quelles.")
	}
	if err := p.fields(v, do, all); err != nil {
		return err
	}
	return p.show(v)
}

// fields are those of each action.
func (p *requestManyPage) fields(v *web.Visit, do requests.Deed, all []requests.Request) error {
	switch do {
	case requests.Reassigning:
		common, err := requests.RespondersCommon(v.Session, all)
		if err != nil {
			return err
		}
		c := web.Choice{Name: "intervenant", Label: "Intervenant", Options: []web.ChoiceOption{{Value: "", Label: "Personne"}}}
		chosen := v.Typed("intervenant", v.Session.Account.ID)
		for _, r := range common {
			label := r.Name
			if r.ID == v.Session.Account.ID {
				label += " (moi)"
			}
			c.Options = append(c.Options, web.ChoiceOption{Value: r.ID, Label: label + " – " + r.Role.Label(), Chosen: r.ID == chosen})
		}
		p.Choices = []web.Choice{c}
		p.Fields = []web.Field{{Name: "motif", Label: "Motif", Value: v.Typed("motif", ""), Complete: "off", Most: 500, Hint: "Facultatif\u00a0: écrit dans l’historique et dit aux deux."}}
	case requests.Restating:
		c := web.Choice{Name: "etat", Label: "Nouvel état"}
		for _, s := range requests.States {
			c.Options = append(c.Options, web.ChoiceOption{Value: string(s), Label: s.Label(), Chosen: v.Typed("etat", string(requests.InProgress)) == string(s)})
		}
		p.Choices = []web.Choice{c}
		p.Fields = []web.Field{{Name: "jusqu", Label: "En attente jusqu’au", Kind: "date", Value: v.Typed("jusqu", ""), Complete: "off", Hint: "Facultatif, pour «\u00a0En attente\u00a0»\u00a0: les demandes reviennent ce jour-là «\u00a0En cours\u00a0»."}}
	case requests.Retyping:
		c := web.Choice{Name: "type", Label: "Nouveau type"}
		for _, t := range requests.Types {
			c.Options = append(c.Options, web.ChoiceOption{Value: string(t), Label: t.Label(), Chosen: v.Typed("type", string(requests.Assistance)) == string(t)})
		}
		p.Choices = []web.Choice{c}
	case requests.MergingAll:
		p.Fields = []web.Field{{Name: "vers", Label: "Dans la demande n°", Value: v.Typed("vers", strconv.Itoa(all[0].Number)), Complete: "off", Mode: "numeric", Required: true, Hint: "Du même établissement. Elle peut être l’une de celles de la liste ci-dessous."}}
	}
	return nil
}

// manyOf reads the fields of an action.
func manyOf(v *web.Visit, do requests.Deed) (requests.Many, error) {
	m := requests.Many{Do: do, Assignee: v.Form("intervenant"), Reason: v.Form("motif"), State: requests.State(v.Form("etat")), Type: requests.Type(v.Form("type")), Into: requests.NumberIn(v.Form("vers"))}
	if text := v.Form("jusqu"); text != "" && m.State == requests.Waiting {
		if m.Until = dayOf(text); m.Until.IsZero() {
			return m, access.Wrong("jusqu", "Indiquez une date, comme 26/11/2026.")
		}
	}
	return m, nil
}

// doMany does it, and says what became of each request.
func doMany(v *web.Visit, do requests.Deed) error {
	numbers := numbersOf(v)
	again := func(v *web.Visit) error {
		all, err := requests.Chosen(v.Session, numbers, requests.Filter{})
		if err != nil {
			return err
		}
		return askMany(v, do, all)
	}
	if len(numbers) == 0 {
		return v.Again(access.Conflict("Cochez au moins une demande."), showRequests)
	}
	if deedWords[do].title == "" {
		return v.Again(access.Conflict("Choisissez ce qu’il faut faire de ces demandes."), showRequests)
	}
	m, err := manyOf(v, do)
	if err != nil {
		return v.Again(err, again)
	}
	outcomes, err := requests.Apply(v.Session, numbers, m)
	if err != nil {
		return v.Again(err, again)
	}
	return showOutcomes(v, do, outcomes)
}

func showOutcomes(v *web.Visit, do requests.Deed, all []requests.Outcome) error {
	p := requestManyPage{Title: do.String(), Back: withQuery(requestsHome, listQuery(v))}
	done := 0
	for _, o := range all {
		line := requestOutcome{Number: strconv.Itoa(o.Number), URL: requestAt(v, o.Number, ""), Summary: o.Summary, Says: o.Says, Badge: web.Badge{Tone: "warn", Icon: "dash-lg", Label: "Laissée"}}
		if o.Done {
			done++
			line.Badge = web.Badge{Tone: "ok", Icon: "check-lg", Label: "Faite"}
		}
		p.Lines = append(p.Lines, line)
	}
	p.Sum = []fact{{"Faites", web.Number(done)}, {"Laissées", web.Number(len(all) - done)}}
	return p.show(v)
}

func (p requestManyPage) show(v *web.Visit) error {
	f := requestsFrame(v, web.Link{Label: p.Title, Here: true})
	f.Crumbs[0].URL = p.Back
	return v.Show("console/requestmany", p.Title, f, p)
}
