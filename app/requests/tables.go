package requests

import (
	"strconv"
	"strings"
	"time"

	"preau/app/services"
	"preau/data"
)

// The tables of the area.
var (
	Requests         = data.NewTable[Request]("requests").Searched(document).Along(said)
	RequestsList     = Requests.Scoped("list", slots)
	RequestsCount    = Requests.Counter("count", tallies)
	RequestsByPerson = Requests.Index("requester", func(r Request) []string { return filled(r.From.Account) })
	RequestsByMail   = Requests.Index("mail", func(r Request) []string { return filled(r.FirstMailID) })
	requestsAwaited  = Requests.Index("until", awaited)

	requestsEscalated = Requests.Index("level2", func(r Request) []string { return escalatedTo(r, r.UAI()) })
	requestsByArea    = Requests.Index("level2-area", func(r Request) []string { return escalatedTo(r, r.Escalation.Collectivity) })

	Entries       = data.NewTable[Entry]("request-entries")
	entriesBy     = Entries.Index("by", func(e Entry) []string { return filled(e.By) })
	EntriesByMail = Entries.Index("mail", func(e Entry) []string { return filled(e.MailID) })
)

// Tables are the tables of the area.
var Tables = []data.Schema{Requests, Entries, Preferences, Drafts, Views, CannedAnswers, OwnCanned, Volumes, Mailboxes, Collections, Arrivals, Supports, Transmissions, DeskAccounts}

func filled(value string) []string {
	if value == "" {
		return nil
	}
	return []string{value}
}

// awaited finds the requests that wait until a date, by this date.
func awaited(r Request) []string {
	if r.State != Waiting || r.Until.IsZero() {
		return nil
	}
	return []string{stampOf(r.Until)}
}

// escalatedTo finds the requests that level 2 has, or that are on their way.
func escalatedTo(r Request, by string) []string {
	if !r.Escalation.tracked() {
		return nil
	}
	return filled(by)
}

// stampOf writes a time so that its order is that of texts.
func stampOf(t time.Time) string { return t.UTC().Format("20060102150405") }

// A Sort is an order of the list.
type Sort string

// The orders of the list.
const (
	ByNumber   Sort = "numero"
	ByReceived Sort = "recue"
	ByActed    Sort = "action"
	ByPriority Sort = "priorite"
)

// Sorts are the orders of the list.
var Sorts = []Sort{ByNumber, ByReceived, ByActed, ByPriority}

// of is where a request stands in an order.
func (s Sort) of(r Request) string {
	switch s {
	case ByReceived:
		return stampOf(r.Received)
	case ByActed:
		return stampOf(r.ActedAt)
	case ByPriority:
		urgent := "0"
		if r.Priority == Urgent {
			urgent = "1"
		}
		return urgent + stampOf(r.Received)
	}
	return keyOf(r.Number)
}

// Groups of the list. Those of a kind hold the requests of one state, type,
// channel and priority, in each order; the others those of one assignee, of one
// service, or of one second level that has them, by number.
const (
	ofAssignee = "i/"
	ofService  = "s/"
	ofLevel2   = "n/"
	nobody     = "-" // stands for no assignee, or no service
)

func kindOf(r Request) string {
	return string(r.State) + "/" + string(r.Type) + "/" + string(r.Channel) + "/" + string(r.Priority)
}

func orNobody(key string) string {
	if key == "" {
		return nobody
	}
	return key
}

// slots list a request in its establishment, its académie and the appliance: a
// list of whatever reach is then read in order.
func slots(r Request) (all []data.Slot) {
	facets := facetsOf(r).String()
	for _, p := range r.At.Ancestors() {
		for _, s := range Sorts {
			all = append(all, data.Slot{Place: p, Group: string(s) + "/" + kindOf(r), Sort: s.of(r), Facets: facets})
		}
		for _, family := range familiesOf(r) {
			all = append(all, data.Slot{Place: p, Group: family, Sort: keyOf(r.Number), Facets: facets})
		}
	}
	return all
}

// familiesOf are the small groups of a request: of its assignee, of its service
// and of the second level that has it, those of each state apart.
func familiesOf(r Request) []string {
	all := []string{family(ofAssignee, r.Assignee, r.State), family(ofService, string(r.Service), r.State)}
	if at := r.Escalation.at(); at != "" {
		all = append(all, family(ofLevel2, string(at), r.State))
	}
	return all
}

func family(kind, key string, state State) string { return kind + orNobody(key) + "/" + string(state) }

func tallies(r Request) (all []data.Tally) {
	for _, p := range r.At.Ancestors() {
		for _, group := range append(familiesOf(r), "k/"+kindOf(r)) {
			all = append(all, data.Tally{Place: p, Group: group})
		}
	}
	return all
}

// facets are what a request is filtered and sorted by without being read.
type facets struct {
	received, acted      string // stamps
	aged                 string // stamp that its age counts from, waiting left out; "" when the age stands still
	state, kind, channel string
	priority             string
	service, assignee    string
	level2               string
}

const facetSep = "\x1f"

func facetsOf(r Request) facets {
	f := facets{received: stampOf(r.Received), acted: stampOf(r.ActedAt), state: string(r.State), kind: string(r.Type), channel: string(r.Channel),
		priority: string(r.Priority), service: string(r.Service), assignee: r.Assignee, level2: string(r.Escalation.at())}
	if r.State == Open || r.State == InProgress {
		f.aged = stampOf(r.Received.Add(r.Paused))
	}
	return f
}

// String writes facets for an index.
func (f facets) String() string {
	return strings.Join([]string{f.received, f.acted, f.aged, f.state, f.kind, f.channel, f.priority, f.service, f.assignee, f.level2}, facetSep)
}

func parseFacets(text string) (f facets) {
	for _, into := range []*string{&f.received, &f.acted, &f.aged, &f.state, &f.kind, &f.channel, &f.priority, &f.service, &f.assignee, &f.level2} {
		*into, text, _ = strings.Cut(text, facetSep)
	}
	return f
}

// sortOf is where a request stands in an order, from its facets.
func (f facets) sortOf(s Sort, key string) string {
	switch s {
	case ByReceived:
		return f.received
	case ByActed:
		return f.acted
	case ByPriority:
		if f.priority == string(Urgent) {
			return "1" + f.received
		}
		return "0" + f.received
	}
	return key
}

// document is what a request is found by, with the words of its thread.
func document(r Request) *data.Document {
	service, _ := services.Of(string(r.Service))
	return &data.Document{
		Sort:  facetsOf(r).String(),
		Words: []string{r.Summary, r.Problem, r.From.Name, service.Label},
		Exact: []string{strconv.Itoa(r.Number), r.From.Email, r.Escalation.Key},
		Tags: []string{"etat=" + string(r.State), "type=" + string(r.Type), "canal=" + string(r.Channel), "priorite=" + string(r.Priority),
			"service=" + orNobody(string(r.Service)), "intervenant=" + orNobody(r.Assignee), "niveau2=" + string(r.Escalation.at())},
	}
}

// mostSaid bounds the words of a thread that a request is found by.
const mostSaid = 20_000 // bytes

// said are the words of a thread.
func said(tx *data.Tx, r Request) (words []string) {
	left := mostSaid
	for e, err := range Entries.From(tx, r.Key()+"/") {
		if err != nil || left <= 0 {
			break
		}
		text := e.Text[:min(len(e.Text), left)]
		left -= len(text)
		words = append(words, strings.ToValidUTF8(text, ""))
	}
	if r.Solution != "" {
		words = append(words, r.Solution)
	}
	return words
}
