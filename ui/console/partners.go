package console

import (
	"net/url"
	"strconv"
	"strings"

	"preau/app/groups"
	"preau/ui/web"
)

// mountPartners mounts the partnerships of an establishment.
func mountPartners(c web.Router) {
	const home = "/etablissements/:uai/groupes/partages/partenaires"
	c.Get(home, reached(showPartners))
	c.Post(home, reached(actOnPartners))
	c.Get(home+"/ajout", reached(askPartners))
	c.Get(home+"/ajout/recherche", reached(searchPartners))
	c.Post(home+"/ajout", reached(requestPartners))
	c.Get(home+"/suppression", reached(askEnding))
	c.Post(home+"/suppression", reached(endPartners))
	c.Get(home+"/demandes/:reponse", reached(askAnswer))
	c.Post(home+"/demandes/:reponse", reached(answerRequests))
	c.Get(home+"/:partenaire", reached(showPartner))
	c.Post(home+"/:partenaire", reached(datePartner))
}

// The three tabs of « Groupes multi-établissements ».
const (
	partnersTab   = "partenaires"
	rightsTab     = "droits"
	populationTab = "peuplement"
)

// sharedTitle is the heading of the three tabs.
const sharedTitle = "Groupes multi-établissements"

// sharedAt is the address of one of the tabs.
func sharedAt(uai, tab string) string { return groupsAt(uai) + "/partages/" + tab }

// sharedTabs are the tabs, one of which is open.
func sharedTabs(uai, here string) web.Tabs {
	tabs := web.Tabs{Label: sharedTitle}
	for _, t := range []web.Tab{{Key: partnersTab, Label: "Établissements partenaires"}, {Key: rightsTab, Label: "Gestion des groupes"}, {Key: populationTab, Label: "Peuplement des groupes"}} {
		t.URL, t.Here = sharedAt(uai, t.Key), t.Key == here
		tabs.Tabs = append(tabs.Tabs, t)
	}
	return tabs
}

func partnersAt(uai string) string { return sharedAt(uai, partnersTab) }

// partnersPage is console/partners.html.
type partnersPage struct {
	Tabs     web.Tabs
	Home     string
	Text     string // of the filter
	Some     bool   // there is something to filter
	Add      string // address of « Ajouter des établissements »
	Partners partnerList
	Requests partnerList
	All      []bulkCommand // on every request
	EndAll   string        // address
	Dialog   *partnerDialog
	Adding   *addingDialog
}

// Placed reports whether a dialog says what was refused.
func (p partnersPage) Placed() bool { return p.Dialog != nil || p.Adding != nil }

// A partnerList is one of the two tables.
type partnerList struct {
	Lines []partnerLine
	Says  string
	Pager web.Pager
	Empty web.Empty
}

type partnerLine struct {
	UAI, Name, Town, URL string
	Since, By, Until     string
	Way                  string // of a request: what commands look at
	Badge                web.Badge
}

// A bulkCommand works on every request of one direction. Why says why it cannot.
type bulkCommand struct{ Value, Label, Icon, Why string }

var _ = []web.Link{{Icon: "inbox"}, {Icon: "send"}, {Icon: "link-45deg"}, {Icon: "check-lg"}, {Icon: "x-lg"}, {Icon: "arrow-counterclockwise"}}

// partnersShown is how many rows a page of each table holds.
const partnersShown = 100

// Directions of requests.
const (
	receivedWay = "recue"
	sentWay     = "envoyee"
)

func showPartners(v *web.Visit) error { return partners(v, nil) }

// partners draws the tab, with what over makes stand over it.
func partners(v *web.Visit, over func(*partnersPage) error) error {
	uai := v.Part("uai")
	p := partnersPage{Tabs: sharedTabs(uai, partnersTab), Home: partnersAt(uai), Text: v.Ask("q")}
	p.Add, p.EndAll = p.Home+"/ajout", p.Home+"/suppression?tous=1"
	accepted, waiting, err := groups.PartnersOf(v.Session, uai, p.Text)
	if err != nil {
		return err
	}
	p.Partners = listPartners(v, p, "page", accepted, partnerLineOf)
	p.Partners.Empty = web.Empty{Icon: "link-45deg", Says: "Aucun établissement partenaire\u00a0: demandez un partenariat pour partager des groupes.", Action: &web.Link{Label: "Ajouter des établissements", URL: p.Add}}
	p.Requests = listPartners(v, p, "demandes", waiting, partnerRequestOf)
	p.Requests.Empty = web.Empty{Icon: "inbox", Says: "Aucune demande en attente, reçue ou envoyée."}
	if p.Text != "" {
		all := &web.Link{Label: "Voir tous les établissements", URL: p.Home}
		p.Partners.Empty = web.Empty{Icon: "search", Says: "Aucun partenaire ne correspond au filtre.", Action: all}
		p.Requests.Empty = web.Empty{Icon: "search", Says: "Aucune demande ne correspond au filtre.", Action: all}
	}
	p.All, p.Some = commandsOnAll(waiting), p.Text != "" || len(accepted)+len(waiting) > 0
	if over != nil {
		if err := over(&p); err != nil {
			return err
		}
	}
	f, err := frame(v, uai, sharedNode, web.Link{Label: sharedTitle, URL: p.Home}, web.Link{Label: "Établissements partenaires", Here: true})
	if err != nil {
		return err
	}
	return v.Show("console/partners", "Établissements partenaires", f, p)
}

// listPartners is one page of a table.
func listPartners(v *web.Visit, p partnersPage, param string, all []groups.Partner, line func(*web.Visit, string, groups.Partner) partnerLine) (l partnerList) {
	page, _ := strconv.Atoi(v.Ask(param)) // anything else is the first
	last := max(0, len(all)-1) / partnersShown
	page = min(max(page, 1)-1, last)
	from := page * partnersShown
	to := min(from+partnersShown, len(all))
	for _, one := range all[from:to] {
		l.Lines = append(l.Lines, line(v, p.Home, one))
	}
	l.Says = web.Count(len(all), "établissement", "établissements")
	if param == "demandes" {
		l.Says = web.Count(len(all), "demande", "demandes")
	}
	link := func(n int) string {
		q := url.Values{param: {strconv.Itoa(n + 1)}}
		if p.Text != "" {
			q.Set("q", p.Text)
		}
		return p.Home + "?" + q.Encode()
	}
	if len(all) > 0 {
		l.Pager.Says = web.Number(from+1) + " à " + web.Number(to)
	}
	if page > 0 {
		l.Pager.Prev = link(page - 1)
	}
	if page < last {
		l.Pager.Next = link(page + 1)
	}
	return l
}

func partnerLineOf(v *web.Visit, home string, p groups.Partner) partnerLine {
	since := p.Reached()
	line := partnerLine{UAI: p.Other.UAI, Name: p.Other.Name, Town: p.Other.Town, URL: home + "/" + p.Other.UAI, Since: web.Moment(v.Session.Now(), since.At), By: since.By, Until: "Aucune"}
	if p.Until != "" {
		line.Until = p.Until.String()
	}
	return line
}

func partnerRequestOf(v *web.Visit, home string, p groups.Partner) partnerLine {
	line := partnerLineOf(v, home, p)
	line.Way, line.Badge = receivedWay, web.Badge{Tone: "warn", Icon: "inbox", Label: "Reçue"}
	if p.Sent() {
		line.Way, line.Badge = sentWay, web.Badge{Tone: "off", Icon: "send", Label: "Envoyée"}
	}
	return line
}

// commandsOnAll are those on every request, each with why it has nothing to do.
func commandsOnAll(waiting []groups.Partner) []bulkCommand {
	sent, received := 0, 0
	for _, p := range waiting {
		if p.Sent() {
			sent++
		} else {
			received++
		}
	}
	why := func(n int, says string) string {
		if n > 0 {
			return ""
		}
		return says
	}
	noneReceived, noneSent := why(received, "Aucune demande reçue n’attend de réponse."), why(sent, "Aucune demande envoyée n’attend de réponse.")
	return []bulkCommand{{"accepter-toutes", "Accepter toutes les demandes", "check-lg", noneReceived}, {"refuser-toutes", "Refuser toutes les demandes", "x-lg", noneReceived},
		{"annuler-toutes", "Annuler toutes les demandes", "arrow-counterclockwise", noneSent}}
}

// naming is an address that names some establishments, or all for none.
func naming(address string, uais ...string) string {
	if len(uais) == 0 {
		return address + "?tous=1"
	}
	return address + "?etablissements=" + strings.Join(uais, ".")
}

// actOnPartners does what a button of the tab asks, of the rows ticked or of all.
func actOnPartners(v *web.Visit) error {
	uai, ticked := v.Part("uai"), v.Each("id")
	home := partnersAt(uai)
	do := v.Form("action")
	verb, all := strings.CutSuffix(do, "-toutes")
	if !all && len(ticked) == 0 {
		return v.Again(nothingTicked, showPartners)
	}
	if all {
		ticked = nil
	}
	switch {
	case do == "supprimer":
		return v.Done(naming(home+"/suppression", ticked...), "")
	case all || do == "refuser":
		return v.Done(naming(home+"/demandes/"+url.PathEscape(verb), ticked...), "")
	}
	said, known := answers[do]
	if !known {
		return v.Again(nothingTicked, showPartners)
	}
	n, err := said.give(v, uai, groups.Only(ticked...))
	if err != nil {
		return v.Again(err, showPartners)
	}
	return v.Done(home, said.told(n))
}
