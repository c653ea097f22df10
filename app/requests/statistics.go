package requests

import (
	"errors"
	"slices"
	"strconv"
	"strings"
	"time"

	"preau/app/access"
	"preau/app/directory"
	"preau/data"
)

// requestsPast finds what happened in a place by when it did, with what is
// counted of it: nothing else is read for the statistics.
var requestsPast = Requests.Scoped("past", past)

// The groups of requestsPast.
const (
	wasReceived = "recue"
	wasClosed   = "cloturee" // merged ones are not: they are handled elsewhere
	wasReopened = "rouverte" // the last time
)

func past(r Request) []data.Slot {
	c := counts{kind: string(r.Type), service: string(r.Service), assignee: r.Assignee, answer: -1, resolution: -1, score: r.Satisfied.Score}
	if !r.AnsweredAt.IsZero() {
		c.answer = int(r.AnswerTook / time.Second)
	}
	slot := func(group string, at time.Time) data.Slot {
		return data.Slot{Place: r.At, Group: group, Sort: stampOf(at), Facets: c.String()}
	}
	all := []data.Slot{slot(wasReceived, r.Received)}
	if r.State == Closed && r.Merged.Into == 0 {
		c.resolution = int(r.Age(r.ClosedAt) / time.Second)
		all = append(all, slot(wasClosed, r.ClosedAt))
	}
	if !r.ReopenedAt.IsZero() {
		all = append(all, slot(wasReopened, r.ReopenedAt))
	}
	return all
}

// counts are what the statistics count of a request.
type counts struct {
	kind, service, assignee   string
	answer, resolution, score int // seconds, -1 for none; 0 for no opinion
}

// String writes counts for an index.
func (c counts) String() string {
	return strings.Join([]string{c.kind, c.service, c.assignee, strconv.Itoa(c.answer), strconv.Itoa(c.resolution), strconv.Itoa(c.score)}, facetSep)
}

func parseCounts(text string) (c counts) {
	for _, into := range []*string{&c.kind, &c.service, &c.assignee} {
		*into, text, _ = strings.Cut(text, facetSep)
	}
	for _, into := range []*int{&c.answer, &c.resolution, &c.score} {
		var n string
		n, text, _ = strings.Cut(text, facetSep)
		*into, _ = strconv.Atoi(n) // what this program wrote
	}
	return c
}

// A Share is what happened of one kind of requests over a period.
type Share struct {
	Name             string
	Received, Closed int
	Resolution       time.Duration // median
}

// A Step is what happened in one part of a period: a day, a week or a month.
type Step struct {
	From             time.Time
	Received, Closed int
}

// A Band is how many requests of an age are open or in progress.
type Band struct {
	Label string
	Count int
}

// Statistics are what happened over a period, and what is open now.
type Statistics struct {
	Received, Closed, Reopened int
	Answered, Resolved         int           // how many the medians are of
	Answer, Resolution         time.Duration // medians, waiting left out
	Opinions                   int
	Satisfaction               float64 // average, from 1 to 5
	Open, Waiting              int     // now
	Ages                       []Band
	Steps                      []Step
	Types, Services            []Share
	Assignees, Schools         []Share
}

// ages are the bands of ages: up to how many days each goes.
var ages = []struct {
	label string
	days  int
}{{"Moins d’un jour", 1}, {"1 à 3 jours", 3}, {"3 à 7 jours", 7}, {"7 à 30 jours", 30}, {"Plus de 30 jours", 0}}

// StatisticsOf counts what happened from a day to another, both included, in an
// establishment or everywhere in reach when it is "".
func StatisticsOf(s *access.Session, uai string, from, to time.Time) (st Statistics, err error) {
	if to.Before(from) {
		return st, access.Wrong("au", "La fin de la période précède son début.")
	}
	c := &counting{Statistics: &st, steps: stepsOf(from, to), shares: [4]map[string]*share{{}, {}, {}, {}}}
	span := data.Span{From: stampOf(from), To: stampOf(to.AddDate(0, 0, 1))}
	err = s.See(func(tx *data.Tx) error {
		schools, err := schoolsIn(tx, uai)
		if err != nil {
			return err
		}
		for _, at := range schools {
			c.place(tx, at, span)
		}
		if err := c.now(tx, s, uai); err != nil {
			return err
		}
		return c.end(tx, schools)
	})
	return st, err
}

// schoolsIn are the places that requests stand in: establishments, and académies
// for those that could not be attributed.
func schoolsIn(tx *data.Tx, uai string) (all []namedPlace, err error) {
	if uai != "" {
		e, err := directory.Establishments.Get(tx, uai)
		return []namedPlace{{e.Places()[0], e.Name}}, err
	}
	for e, err := range directory.Establishments.All(tx) {
		if err != nil {
			return nil, err
		}
		all = append(all, namedPlace{e.Places()[0], e.Name})
	}
	for a, err := range directory.Academies.All(tx) {
		if err != nil {
			return nil, err
		}
		all = append(all, namedPlace{data.Place(a.Slug), a.Label()})
	}
	return all, nil
}

type namedPlace struct {
	at   data.Place
	name string
}

// stepsOf cuts a period in days, in weeks or in months, so that a chart can be read.
func stepsOf(from, to time.Time) (steps []Step) {
	days := int(to.Sub(from).Hours()/24+.5) + 1
	next := func(t time.Time) time.Time { return t.AddDate(0, 0, 1) }
	at := from
	switch {
	case days > 366:
		at, next = time.Date(from.Year(), from.Month(), 1, 0, 0, 0, 0, from.Location()), func(t time.Time) time.Time { return t.AddDate(0, 1, 0) }
	case days > 45:
		next = func(t time.Time) time.Time { return t.AddDate(0, 0, 7) }
	}
	for ; !at.After(to) && len(steps) < mostSteps; at = next(at) {
		steps = append(steps, Step{From: at})
	}
	return steps
}

// mostSteps bounds a period: ten years of months.
const mostSteps = 120

// counting is statistics being made.
type counting struct {
	*Statistics
	steps                []Step
	answers, resolutions []int
	scores               int
	shares               [4]map[string]*share // by type, service, assignee, place
}

type share struct {
	received, closed int
	resolutions      []int
}

// place counts what happened in one place.
func (c *counting) place(tx *data.Tx, p namedPlace, span data.Span) {
	for e := range requestsPast.Walk(tx, []data.Slot{{Place: p.at, Group: wasReceived}}, span, false) {
		n := parseCounts(e.Facets)
		c.Received++
		if i := c.step(e.Sort); i >= 0 {
			c.steps[i].Received++
		}
		if n.answer >= 0 {
			c.answers = append(c.answers, n.answer)
		}
		c.each(n, p.at, func(s *share) { s.received++ })
	}
	for e := range requestsPast.Walk(tx, []data.Slot{{Place: p.at, Group: wasClosed}}, span, false) {
		n := parseCounts(e.Facets)
		c.Closed++
		if i := c.step(e.Sort); i >= 0 {
			c.steps[i].Closed++
		}
		c.resolutions = append(c.resolutions, n.resolution)
		if n.score > 0 {
			c.Opinions, c.scores = c.Opinions+1, c.scores+n.score
		}
		c.each(n, p.at, func(s *share) { s.closed, s.resolutions = s.closed+1, append(s.resolutions, n.resolution) })
	}
	for range requestsPast.Walk(tx, []data.Slot{{Place: p.at, Group: wasReopened}}, span, false) {
		c.Reopened++
	}
}

// step is the part of the period that a stamp falls in.
func (c *counting) step(stamp string) int {
	i, found := slices.BinarySearchFunc(c.steps, stamp, func(s Step, stamp string) int { return strings.Compare(stampOf(s.From), stamp) })
	if found {
		return i
	}
	return i - 1
}

func (c *counting) each(n counts, at data.Place, fn func(*share)) {
	for i, key := range []string{n.kind, n.service, n.assignee, string(at)} {
		s := c.shares[i][key]
		if s == nil {
			s = &share{}
			c.shares[i][key] = s
		}
		fn(s)
	}
}

// now counts what is open, by age.
func (c *counting) now(tx *data.Tx, s *access.Session, uai string) error {
	places, err := placesOf(tx, s, uai)
	if err != nil {
		return err
	}
	plan, err := Filter{}.ready("", tx.Now).planOf(tx, places, ByReceived)
	if err != nil {
		return err
	}
	var bounds []string
	for i, a := range ages {
		if c.Ages = append(c.Ages, Band{Label: a.label}); i < len(ages)-1 {
			bounds = append(bounds, stampOf(tx.Now.AddDate(0, 0, -a.days)))
		}
	}
	for _, group := range plan.groups { // one by one: their order does not matter
		for e := range RequestsList.Walk(tx, []data.Slot{group}, data.Span{}, false) {
			c.Open++
			aged, i := parseFacets(e.Facets).aged, 0
			for i < len(bounds) && aged <= bounds[i] {
				i++
			}
			c.Ages[i].Count++
		}
	}
	waiting, err := Filter{States: []State{Waiting}}.ready("", tx.Now).planOf(tx, places, ByReceived)
	c.Waiting = waiting.whole
	return err
}

// end makes the medians, and names the shares.
func (c *counting) end(tx *data.Tx, schools []namedPlace) error {
	c.Answered, c.Answer = len(c.answers), median(c.answers)
	c.Resolved, c.Resolution = len(c.resolutions), median(c.resolutions)
	if c.Opinions > 0 {
		c.Satisfaction = float64(c.scores) / float64(c.Opinions)
	}
	c.Steps = c.steps
	names := map[string]string{}
	for _, p := range schools {
		names[string(p.at)] = p.name
	}
	var failed error
	c.Types = c.named(0, func(key string) string { return Type(key).Label() })
	c.Services = c.named(1, func(key string) string { return Service(key).Label() })
	c.Schools = c.named(3, func(key string) string { return names[key] })
	c.Assignees = c.named(2, func(key string) string {
		name, err := nameOf(tx, key)
		failed = errors.Join(failed, err)
		return name
	})
	return failed
}

// nameOf is who answers, by their account.
func nameOf(tx *data.Tx, account string) (string, error) {
	if account == "" {
		return "Personne", nil
	}
	a, err := access.Accounts.Get(helping.Over(tx), account)
	if errors.Is(err, data.ErrNotFound) {
		return "Compte effacé", nil
	}
	return a.Name, err
}

// named are the shares of one sort, largest first.
func (c *counting) named(i int, name func(string) string) (all []Share) {
	for key, s := range c.shares[i] {
		all = append(all, Share{name(key), s.received, s.closed, median(s.resolutions)})
	}
	slices.SortFunc(all, func(a, b Share) int {
		if n := b.Received + b.Closed - a.Received - a.Closed; n != 0 {
			return n
		}
		return strings.Compare(data.Fold(a.Name), data.Fold(b.Name))
	})
	return all
}

// median sorts seconds, and returns the one in the middle: half of the sum of two.
func median(seconds []int) time.Duration {
	n := len(seconds)
	if n == 0 {
		return 0
	}
	slices.Sort(seconds)
	return time.Duration(seconds[(n-1)/2]+seconds[n/2]) * time.Second / 2
}
