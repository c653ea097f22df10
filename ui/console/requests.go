package console

import (
	"html/template"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"preau/app/access"
	"preau/app/directory"
	"preau/app/requests"
	"preau/ui/web"
)

// requestsHome is the address of the module Demandes.
const requestsHome = "/console/demandes"

// requestsFrame is the frame of the pages of the module that are not the list.
func requestsFrame(v *web.Visit, crumbs ...web.Link) *web.Frame {
	return &web.Frame{Modules: modules(v), Change: "/console/etablissements", Tools: requestsTools(v), Crumbs: append([]web.Link{{Label: "Demandes", URL: requestsHome, Here: len(crumbs) == 0}}, crumbs...)}
}

// requestsTools are the commands of the module's toolbar.
func requestsTools(v *web.Visit) []web.Tool {
	tools := []web.Tool{
		{Label: "Actualiser", Icon: "arrow-clockwise", URL: v.OriginalURL()},
		{Label: "Nouvelle demande", Icon: "plus-lg", URL: requestsHome + "/nouvelle"},
		{Label: "Statistiques", Icon: "bar-chart", URL: requestsHome + "/statistiques"},
		{Label: "Réponses types", Icon: "chat-square-quote", URL: cannedHome},
	}
	if len(v.Session.Reach(access.SetMailboxes)) > 0 {
		tools = append(tools, web.Tool{Label: "Boîtes de courriel", Icon: "mailbox", URL: mailboxesHome})
	}
	return append(tools, deskTool(v)...)
}

// requestsPage is console/requests.html: the list, with the search beside it and
// what is open below.
type requestsPage struct {
	Search    requestSearch
	Title     string
	Says      string
	SelectURL string // of the form on the ticked requests
	Picked    string // what the ticks are kept under: those of another search are not acted on unseen
	Heads     []requestHead
	Lines     []requestLine
	Columns   []tick
	Sizes     []web.Link
	Pager     requestPager
	Empty     web.Empty
	Partly    bool // the search index is being made again
	LiveURL   string
	Last      uint64
	Open      *requestPane // the request that is open, nil for none
	New       *requestForm // the one that is being made, nil for none
	Pane      string       // heading of the pane below, "" for none
}

// Below reports whether a request, or a new one, is open.
func (p requestsPage) Below() bool { return p.Pane != "" }

// A requestSearch is the pane « Recherche ».
type requestSearch struct {
	Home, Clear string
	Text        web.Field
	School      web.Combo
	States      []tick
	Types       []tick
	Days        []web.Field
	Choices     []web.Choice
	Kept        []keptField
	Filtered    bool
	Level2      []web.Link // its queue, for those who serve it, and what the collectivité handed on
	Views       viewsPart
}

// A tick is a box among several.
type tick struct {
	Value, Label string
	On           bool
}

// A keptField keeps a part of the address, unseen.
type keptField struct{ Name, Value string }

// A requestHead is a column of the list.
type requestHead struct {
	Key, Label string
	URL        string // that sorts by it, "" for one that does not sort
	Sorted     string // "ascending", "descending" or ""
}

type requestLine struct {
	Number, URL, Name string
	Here, Urgent      bool
	Cells             []requestCell
}

type requestCell struct {
	Key, Text string
	Badge     template.HTML
}

// A requestPager goes through the pages by number, as the manual's does.
type requestPager struct {
	Says                    string
	First, Prev, Next, Last string
}

// columns are those of the manual, in its order, then ours.
var columns = []struct {
	key, label string
	sort       requests.Sort
}{
	{"numero", "N°", requests.ByNumber}, {"priorite", "Priorité", requests.ByPriority}, {"etablissement", "Établissement", ""}, {"recue", "Reçue le", requests.ByReceived},
	{"demandeur", "Demandeur", ""}, {"service", "Service", ""}, {"action", "Dernière action", requests.ByActed}, {"intervenant", "Intervenant", ""},
	{"etat", "État", ""}, {"type", "Type", ""}, {"age", "Âge", ""}, {"resume", "Résumé", ""},
}

// requestSizes are how many requests a page may hold.
var requestSizes = []int{25, 50, 100}

// listKept are the parameters of the list that what is opened from it keeps.
var listKept = []string{"q", "etablissement", "etablissement-nom", "etat", "type", "du", "au", "service", "canal", "priorite", "intervenant", "niveau2", "age", "tri", "sens", "page", "par"}

// listQuery is the state of the list in the address, without the parameters that
// are named.
func listQuery(v *web.Visit, but ...string) url.Values {
	q := url.Values{}
	for _, name := range listKept {
		for _, value := range asked(v, name) {
			if value != "" && !slices.Contains(but, name) {
				q.Add(name, value)
			}
		}
	}
	return q
}

// asked are the values of a parameter that the address may hold many times.
func asked(v *web.Visit, name string) (values []string) {
	for _, value := range v.Context().QueryArgs().PeekMulti(name) {
		values = append(values, web.Clean(string(value)))
	}
	return values
}

// withQuery adds the state of the list to an address.
func withQuery(path string, q url.Values) string {
	if len(q) == 0 {
		return path
	}
	return path + "?" + q.Encode()
}

// lookOf reads what the list is asked to show. Words wait for what is typed among
// them to be understood.
func lookOf(v *web.Visit) (look requests.Look, err error) {
	f := requests.Filter{Service: requests.Service(v.Ask("service")), Priority: requests.Priority(v.Ask("priorite")), Assignee: v.Ask("intervenant"), Level2: requests.Level2(v.Ask("niveau2"))}
	if f.UAI, err = askedSchool(v); err != nil {
		return look, err
	}
	for _, value := range asked(v, "etat") {
		if value == "toutes" {
			f.Every = true
		} else if s := requests.StateAt(value); s != "" {
			f.States = append(f.States, s)
		}
	}
	for _, value := range asked(v, "type") {
		if slices.Contains(requests.Types, requests.Type(value)) {
			f.Types = append(f.Types, requests.Type(value))
		}
	}
	if c := requests.Channel(v.Ask("canal")); c.Label() != "" {
		f.Channels = []requests.Channel{c}
	}
	f.From, f.To = dayOf(v.Ask("du")), dayOf(v.Ask("au"))
	if days, err := strconv.Atoi(v.Ask("age")); err == nil && days > 0 && days < 10_000 {
		f.Older = days
	}
	look = requests.Look{Filter: f, Sort: requests.ByNumber, Up: v.Ask("sens") == "croissant", Page: 1, Size: 50}
	if s := requests.Sort(v.Ask("tri")); slices.Contains(requests.Sorts, s) {
		look.Sort = s
	}
	if n, err := strconv.Atoi(v.Ask("page")); err == nil && n > 1 && n <= 100_000 {
		look.Page = n
	}
	if n, err := strconv.Atoi(v.Ask("par")); err == nil && slices.Contains(requestSizes, n) {
		look.Size = n
	}
	if look.Filter, err = requests.Parse(v.Session, v.Ask("q"), look.Filter); err == nil {
		err = datesOf(v, look.From, look.To)
	}
	return look, err
}

// datesOf refuses days that were typed without being understood, or in the wrong
// order: the list would show something else than what was asked.
func datesOf(v *web.Visit, from, to time.Time) error {
	const says = "Indiquez une date, comme 26/11/2026."
	switch {
	case v.Ask("du") != "" && from.IsZero():
		return access.Wrong("du", says)
	case v.Ask("au") != "" && to.IsZero():
		return access.Wrong("au", says)
	case !from.IsZero() && !to.IsZero() && to.Before(from):
		return access.Wrong("au", "Cette date précède celle de «\u00a0Reçue du\u00a0».")
	}
	return nil
}

// askedSchool is the establishment of the search: the one that was chosen, or the
// only one that has what was typed.
func askedSchool(v *web.Visit) (string, error) {
	typed, uai := v.Ask("etablissement-nom"), v.Ask("etablissement")
	if uai != "" || typed == "" {
		return uai, nil
	}
	found, total, err := directory.FindEstablishments(v.Session, typed, 1)
	if err != nil || total != 1 {
		return "", err
	}
	return found[0].UAI, nil
}

// dayOf reads a day as date fields send it, zero for none.
func dayOf(text string) time.Time {
	for _, form := range []string{time.DateOnly, "02/01/2006"} {
		if t, err := time.ParseInLocation(form, text, time.Local); err == nil {
			return t
		}
	}
	return time.Time{}
}

// showRequests shows the list alone.
func showRequests(v *web.Visit) error {
	p, err := listRequests(v, 0)
	if err != nil {
		return err
	}
	return p.show(v)
}

// show answers with the list and what is open.
func (p requestsPage) show(v *web.Visit) error {
	title, f := "Demandes", requestsFrame(v)
	switch {
	case p.Open != nil:
		title = p.Open.Title
		f = requestsFrame(v, web.Link{Label: p.Open.Title, Here: true})
		f.Crumbs[0].URL = withQuery(requestsHome, listQuery(v))
	case p.New != nil:
		title = "Nouvelle demande"
		f = requestsFrame(v, web.Link{Label: title, Here: true})
		f.Crumbs[0].URL = withQuery(requestsHome, listQuery(v))
	}
	f.Requests = true
	return v.Show("console/requests", title, f, p)
}

// listRequests reads the list, here being the number of the request that is open.
func listRequests(v *web.Visit, here int) (p requestsPage, err error) {
	look, err := lookOf(v)
	refused := refusalOf(err)
	if err != nil && refused == nil {
		return p, err
	}
	list, err := requests.Search(v.Session, look)
	if last := lastPage(look, list); err == nil && look.Page > last && !list.More { // what stood there has left the list
		look.Page = last
		list, err = requests.Search(v.Session, look)
	}
	if err != nil {
		return p, err
	}
	p = requestsPage{Title: "Demandes", SelectURL: withQuery(requestsHome+"/selection", listQuery(v)), Picked: withQuery(requestsHome, listQuery(v, "tri", "sens", "page", "par")), Partly: list.Partly}
	if p.Search, err = searchPane(v, look); err != nil {
		return p, err
	}
	if refused != nil {
		v.Refuse(refused)
	}
	shown := shownColumns(v)
	p.columns(v, look, shown)
	for _, l := range list.Lines {
		p.Lines = append(p.Lines, requestLineOf(v, l, shown, here))
	}
	p.pages(v, look, list)
	p.Empty = emptyRequests(p.Search)
	if p.Last, err = requests.LastNews(v.Session); err != nil {
		return p, err
	}
	p.LiveURL = requestsHome + "/flux"
	return p, nil
}

// shownColumns are those that the person chose. At first they are all of them, but
// the establishment for who administers one. The choice is kept by the browser.
func shownColumns(v *web.Visit) (shown []string) {
	chosen := strings.Split(v.Cookies("colonnes"), ".")
	reach := v.Session.Reach(access.Administer)
	alone := len(reach) == 1 && directory.UAIOf(reach[0]) != ""
	for _, c := range columns {
		first := chosen[0] == "" && !(alone && c.key == "etablissement")
		if c.key == "numero" || c.key == "resume" || first || slices.Contains(chosen, c.key) {
			shown = append(shown, c.key)
		}
	}
	return shown
}

func (p *requestsPage) columns(v *web.Visit, look requests.Look, shown []string) {
	for _, c := range columns {
		on := slices.Contains(shown, c.key)
		if c.key != "numero" && c.key != "resume" {
			p.Columns = append(p.Columns, tick{c.key, c.label, on})
		}
		if !on {
			continue
		}
		h := requestHead{Key: c.key, Label: c.label}
		if c.sort != "" {
			q := listQuery(v, "tri", "sens", "page")
			q.Set("tri", string(c.sort))
			if h.Sorted = ""; c.sort == look.Sort {
				h.Sorted = "descending"
				if look.Up {
					h.Sorted = "ascending"
				} else {
					q.Set("sens", "croissant")
				}
			}
			h.URL = withQuery(requestsHome, q)
		}
		p.Heads = append(p.Heads, h)
	}
	for _, n := range requestSizes {
		q := listQuery(v, "par", "page")
		q.Set("par", strconv.Itoa(n))
		p.Sizes = append(p.Sizes, web.Link{Label: strconv.Itoa(n), URL: withQuery(requestsHome, q), Here: n == look.Size})
	}
}

// requestBadges are the states of a request, each a word and an icon.
var requestBadges = map[requests.State]web.Badge{
	requests.Open:       {Tone: "bad", Icon: "circle", Label: requests.Open.Label()},
	requests.InProgress: {Tone: "warn", Icon: "circle-half", Label: requests.InProgress.Label()},
	requests.Waiting:    {Tone: "off", Icon: "pause-circle", Label: requests.Waiting.Label()},
	requests.Closed:     {Tone: "ok", Icon: "check-circle-fill", Label: requests.Closed.Label()},
}

var urgentBadge = web.Badge{Tone: "bad", Icon: "exclamation-circle-fill", Label: requests.Urgent.Label()}

// stateBadge is the state of a request, a merged one said so.
func stateBadge(r requests.Request) web.Badge {
	b := requestBadges[r.State]
	if r.Merged.Into != 0 {
		b.Icon, b.Label = "sign-merge-right", "Fusionnée"
	}
	return b
}

func requestLineOf(v *web.Visit, l requests.Line, shown []string, here int) requestLine {
	number := strconv.Itoa(l.Number)
	line := requestLine{Number: number, URL: withQuery(requestsHome+"/"+number, listQuery(v)), Name: l.Label(), Here: l.Number == here, Urgent: l.Priority == requests.Urgent}
	now := v.Session.Now()
	for _, key := range shown {
		c := requestCell{Key: key}
		switch key {
		case "priorite":
			if c.Text = l.Priority.Label(); l.Priority == requests.Urgent {
				c.Text, c.Badge = "", v.Badge(urgentBadge)
			}
		case "etablissement":
			c.Text = l.School
		case "recue":
			c.Text = l.Received.Local().Format("02/01/2006 15:04")
		case "demandeur":
			c.Text = l.From.Name
		case "service":
			c.Text = l.Service.Label()
		case "action":
			c.Text = l.ActedAt.Local().Format("02/01/2006 15:04")
		case "intervenant":
			if c.Text = l.AssigneeName; c.Text == "" {
				c.Text = "–"
			}
		case "etat":
			c.Badge = v.Badge(stateBadge(l.Request))
		case "type":
			c.Text = l.Type.Label()
		case "age":
			c.Text = span(l.Age(now))
			if l.State == requests.Waiting {
				c.Text += " (en pause)"
			}
		case "resume":
			c.Text = l.Summary
		default:
			continue
		}
		line.Cells = append(line.Cells, c)
	}
	return line
}

// span writes how long something lasts, in the largest unit that says it.
func span(d time.Duration) string {
	switch {
	case d < time.Hour:
		return web.Count(max(1, int(d/time.Minute)), "minute", "minutes")
	case d < 24*time.Hour:
		return web.Count(int(d/time.Hour), "heure", "heures")
	}
	return web.Count(int(d/(24*time.Hour)), "jour", "jours")
}

// lastPage is the number of the last page of those that were counted.
func lastPage(look requests.Look, list requests.List) int {
	return max(1, (list.Total+look.Size-1)/look.Size)
}

// pages numbers the pages, and counts.
func (p *requestsPage) pages(v *web.Visit, look requests.Look, list requests.List) {
	p.Says = web.Count(list.Total, "demande", "demandes")
	if list.More {
		p.Says = "Plus de " + web.Number(1000) + " demandes"
	}
	last := lastPage(look, list)
	to := func(page int) string {
		q := listQuery(v, "page")
		if page > 1 {
			q.Set("page", strconv.Itoa(page))
		}
		return withQuery(requestsHome, q)
	}
	p.Pager.Says = "Page " + web.Number(look.Page)
	if !list.More {
		p.Pager.Says += " sur " + web.Number(last)
	}
	if look.Page > 1 {
		p.Pager.First, p.Pager.Prev = to(1), to(min(look.Page-1, last))
	}
	if look.Page < last || list.More && len(list.Lines) == look.Size && look.Text == "" {
		p.Pager.Next = to(look.Page + 1)
	}
	if look.Page < last && !list.More {
		p.Pager.Last = to(last)
	}
}

func emptyRequests(s requestSearch) web.Empty {
	if s.Filtered {
		return web.Empty{Icon: "funnel", Says: "Aucune demande ne correspond à cette recherche.", Action: &web.Link{Label: "Effacer la recherche", URL: requestsHome}}
	}
	return web.Empty{Icon: "inboxes", Says: "Aucune demande n’est ouverte ni en cours. Celles des utilisateurs arrivent ici\u00a0; celles que vous recevez au téléphone s’y ajoutent.", Action: &web.Link{Label: "Nouvelle demande", URL: requestsHome + "/nouvelle"}}
}
