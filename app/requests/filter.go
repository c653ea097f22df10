package requests

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"preau/data"
)

// A Filter chooses requests. Its zero value chooses those that are open or in
// progress, everywhere in reach: what the list shows at first.
type Filter struct {
	Text     string // words, found anywhere in the request or its thread
	Number   int    // one request in reach, whatever the rest; where there is none, the words are searched
	UAI      string // "" for every establishment in reach
	States   []State
	Every    bool // every state, where States is empty
	Types    []Type
	Channels []Channel
	Service  Service
	Priority Priority
	Assignee string // an account, Me, NoOne, or Away
	Level2   Level2
	From, To time.Time // of the reception: days, both included
	Older    int       // days of age, at least: of what is open or in progress
}

// Assignees that are no account.
const (
	Me    = "moi"
	NoOne = "personne"
	Away  = "absents" // those who can no longer answer
)

// NoService chooses the requests that are about no service.
const NoService Service = nobody

// states are those that the filter chooses. Of an age are only those that age.
func (f Filter) states() []State {
	states := []State{Open, InProgress}
	switch {
	case len(f.States) > 0:
		states = f.States
	case f.Every:
		states = States
	}
	if f.Older > 0 {
		states = slices.DeleteFunc(slices.Clone(states), func(s State) bool { return s != Open && s != InProgress })
	}
	return states
}

// tests is a filter made ready for one author and one instant.
type tests struct {
	Filter
	chosen   []State
	assignee string   // an account, nobody, or "" for anybody
	away     []string // accounts, of which it is one where the filter chooses those who are away
	service  string
	from, to string // stamps
	aged     string // stamp
}

func (f Filter) ready(account string, now time.Time) tests {
	t := tests{Filter: f, chosen: f.states(), service: string(f.Service)}
	switch f.Assignee {
	case Me:
		t.assignee = account
	case NoOne:
		t.assignee = nobody
	case Away:
	default:
		t.assignee = f.Assignee
	}
	if !f.From.IsZero() {
		t.from = stampOf(f.From)
	}
	if !f.To.IsZero() {
		t.to = stampOf(f.To.AddDate(0, 0, 1))
	}
	if f.Older > 0 {
		t.aged = stampOf(now.AddDate(0, 0, -f.Older))
	}
	return t
}

// coarse reports whether the groups of the list alone tell what is chosen.
func (t tests) coarse() bool {
	return t.assignee+t.service+t.from+t.to+t.aged == "" && t.Level2 == "" && t.Assignee != Away
}

// wants tests what a group of the list has in common.
func (t tests) wants(state, kind, channel, priority string) bool {
	return slices.Contains(t.chosen, State(state)) && (len(t.Types) == 0 || slices.Contains(t.Types, Type(kind))) &&
		(len(t.Channels) == 0 || slices.Contains(t.Channels, Channel(channel))) && (t.Priority == "" || string(t.Priority) == priority)
}

// wantsKind tests a group of the list, as « open/incident/mail/urgente ».
func (t tests) wantsKind(group string) bool {
	parts := strings.Split(group, "/")
	return len(parts) == 4 && t.wants(parts[0], parts[1], parts[2], parts[3])
}

// keeps tests the facets of a request.
func (t tests) keeps(f facets) bool {
	return t.wants(f.state, f.kind, f.channel, f.priority) && t.keepsRest(f)
}

// keepsRest tests what the groups of the list do not tell.
func (t tests) keepsRest(f facets) bool {
	switch {
	case t.assignee != "" && t.assignee != orNobody(f.assignee),
		t.Assignee == Away && !slices.Contains(t.away, f.assignee),
		t.service != "" && t.service != orNobody(f.service),
		t.Level2 != "" && string(t.Level2) != f.level2,
		t.from != "" && f.received < t.from,
		t.to != "" && f.received >= t.to,
		t.aged != "" && (f.aged == "" || f.aged > t.aged):
		return false
	}
	return true
}

// tags ask the search index for what is chosen.
func (t tests) tags() (all, anyOf []string) {
	for _, s := range t.states() {
		anyOf = append(anyOf, "etat="+string(s))
	}
	if len(t.Types) == 1 {
		all = append(all, "type="+string(t.Types[0]))
	}
	if len(t.Channels) == 1 {
		all = append(all, "canal="+string(t.Channels[0]))
	}
	if t.service != "" {
		all = append(all, "service="+t.service)
	}
	if t.Priority != "" {
		all = append(all, "priorite="+string(t.Priority))
	}
	if t.assignee != "" {
		all = append(all, "intervenant="+t.assignee)
	}
	if t.Level2 != "" {
		all = append(all, "niveau2="+string(t.Level2))
	}
	return all, anyOf
}

// gatherMost is how many entries are read at once to be sorted: beyond, the list
// is read in its order until the page is full.
const gatherMost = 8_000

// A plan is the cheapest way to find what a filter chooses.
type plan struct {
	groups []data.Slot // in the order asked for
	whole  int         // requests of these groups
	family []data.Slot // a smaller set, in another order
	small  bool        // it is the cheapest
	span   data.Span   // of the smaller set
}

// planOf chooses how to read the list of some places.
func (t tests) planOf(tx *data.Tx, places []data.Place, sort Sort) (p plan, err error) {
	families, sizes := t.families(), map[string]int{}
	for _, at := range places {
		counts, err := RequestsCount.Of(tx, at)
		if err != nil {
			return p, err
		}
		for group, n := range counts {
			if kind, ok := strings.CutPrefix(group, "k/"); ok && t.wantsKind(kind) {
				p.groups = append(p.groups, data.Slot{Place: at, Group: string(sort) + "/" + kind})
				p.whole += n
			}
		}
		for _, f := range families {
			for _, name := range f {
				sizes[f[0]] += counts[name]
			}
		}
	}
	fewest := gatherMost
	for _, f := range families {
		if n := sizes[f[0]]; n <= fewest {
			fewest, p.family, p.small = n, nil, true
			for _, at := range places {
				for _, name := range f {
					p.family = append(p.family, data.Slot{Place: at, Group: name})
				}
			}
		}
	}
	return p, nil
}

// families are the groups of one assignee, one service or one second level that
// the filter names, by state. Those who are away are one family.
func (t tests) families() (all [][]string) {
	add := func(kind string, keys ...string) {
		names := []string{kind} // of nobody: it names the family, which may be empty
		for _, key := range keys {
			for _, s := range t.chosen {
				names = append(names, family(kind, key, s))
			}
		}
		all = append(all, names)
	}
	if t.Assignee == Away {
		add(ofAssignee, t.away...)
	}
	if t.assignee != "" {
		add(ofAssignee, t.assignee)
	}
	if t.service != "" {
		add(ofService, t.service)
	}
	if t.Level2 != "" {
		add(ofLevel2, string(t.Level2))
	}
	return all
}

// NumberIn reads what is typed to mean one request: « 123 » or « n° 123 », 0 for
// anything else.
func NumberIn(text string) int { return number(text) }

// number reads what is typed to mean one request: « 123 » or « n°123 ».
func number(text string) int {
	text = strings.TrimSpace(strings.TrimPrefix(strings.TrimPrefix(strings.TrimSpace(strings.ToLower(text)), "n°"), "#"))
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 || n > 999_999_999 {
		return 0
	}
	return n
}
