package portal

import (
	"fmt"
	"strconv"

	"preau/app/requests"
	"preau/ui/web"
)

// incidents is the address of the requests of whoever is signed in.
const incidents = "/incidents"

func mountIncidents(signed web.Router) {
	signed.Get(incidents, showIncidents)
	signed.Get(incidents+"/nouveau", showDeclaring)
	signed.Written(incidents+"/nouveau", declare)
	signed.Written(incidents+"/brouillon", jot)
	signed.Get(incidents+"/:numero", showIncident)
	signed.Written(incidents+"/:numero", reply)
	signed.Post(incidents+"/:numero/avis", giveOpinion)
	signed.Get(incidents+"/:numero/fichiers/:id", downloadFile)
}

// incidentsPage is simple/incidents.html: the requests of the person.
type incidentsPage struct {
	Lines []incidentLine
	Pager *web.Pager
	Empty web.Empty
}

type incidentLine struct {
	URL, Number, Summary, By, Acted string
	State                           web.Badge
}

// incidentsEach is how many requests a page lists.
const incidentsEach = 50

// _ keeps in one place the icons that Go code names.
var _ = []web.Link{{Icon: "life-preserver"}, {Icon: "hourglass-split"}, {Icon: "tools"}, {Icon: "pause-circle"}, {Icon: "check-circle"}, {Icon: "union"}}

func showIncidents(v *web.Visit) error {
	all, err := requests.AllMine(v.Session)
	if err != nil {
		return err
	}
	page := incidentsPage{Empty: web.Empty{Icon: "life-preserver", Says: "Vous n’avez fait aucune demande. Un problème avec l’ENT, une question\u00a0? Les administrateurs de votre établissement vous répondent ici.",
		Action: &web.Link{Label: "Faire une demande", URL: incidents + "/nouveau"}}}
	at, err := strconv.Atoi(v.Ask("page"))
	if err != nil {
		at = 1
	}
	last := (len(all) + incidentsEach - 1) / incidentsEach
	at = min(max(at, 1), max(last, 1))
	if last > 1 {
		page.Pager = pagerOf(at, last, len(all))
	}
	for _, m := range all[(at-1)*incidentsEach : min(at*incidentsEach, len(all))] {
		page.Lines = append(page.Lines, incidentLine{incidentAt(m.Number), "n°\u00a0" + strconv.Itoa(m.Number), m.Summary, m.Assignee, web.Moment(v.Session.Now(), m.ActedAt), stateOf(m)})
	}
	return v.ShowSimple("simple/incidents", "Mes demandes", page)
}

func pagerOf(at, last, n int) *web.Pager {
	p := &web.Pager{Says: fmt.Sprintf("%s · page %d sur %d", web.Count(n, "demande", "demandes"), at, last)}
	if at > 1 {
		p.Prev = incidents + "?page=" + strconv.Itoa(at-1)
	}
	if at < last {
		p.Next = incidents + "?page=" + strconv.Itoa(at+1)
	}
	return p
}

func incidentAt(number int) string { return incidents + "/" + strconv.Itoa(number) }

// stateOf is the state of a request, in a word.
func stateOf(m requests.Mine) web.Badge {
	if m.Folded {
		return web.Badge{Tone: "off", Icon: "union", Label: "Fusionnée"}
	}
	b := map[requests.State]web.Badge{requests.Open: {Tone: "warn", Icon: "hourglass-split"}, requests.InProgress: {Tone: "ok", Icon: "tools"},
		requests.Waiting: {Tone: "off", Icon: "pause-circle"}, requests.Closed: {Tone: "off", Icon: "check-circle"}}[m.State]
	b.Label = m.State.Label()
	return b
}

// meaning says where a request stands, in a sentence.
func meaning(m requests.Mine) string {
	switch {
	case m.Folded:
		return "Elle est traitée avec une autre demande sur le même sujet."
	case m.State == requests.Open:
		return "Elle attend qu’un administrateur de votre établissement s’en occupe."
	case m.State == requests.Waiting && !m.Until.IsZero():
		return "Son traitement reprendra le " + m.Until.Local().Format("02/01/2006") + ". Un message de votre part le reprend plus tôt."
	case m.State == requests.Waiting:
		return "Son traitement est suspendu. Un message de votre part le reprend."
	case m.State == requests.Closed:
		return "Elle est terminée depuis le " + web.Stamp(m.ClosedAt) + "."
	case m.Assignee != "":
		return m.Assignee + " s’en occupe."
	}
	return "Un administrateur de votre établissement s’en occupe."
}
