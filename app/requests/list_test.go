package requests_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"preau/app/access"
	"preau/app/directory"
	"preau/app/requests"
)

func has(text string, parts ...string) bool {
	return !slices.ContainsFunc(parts, func(p string) bool { return !strings.Contains(text, p) })
}

// many makes requests of all sorts, by the front door.
func (c *cast) many(n int, dice *rand.Rand) (all []requests.Request) {
	pick := func(from int) int { return dice.IntN(from) }
	for i := range n {
		c.pass(time.Duration(1+pick(600)) * time.Minute)
		s, uai := c.claire, balzac
		if pick(3) == 0 {
			s, uai = c.sophie, colette
		}
		f := form(fmt.Sprintf("Souci %d de %s", i, []string{"pronote", "mot de passe", "imprimante"}[pick(3)]))
		f.UAI, f.Type, f.Priority, f.Channel = uai, requests.Types[pick(6)], requests.Priorities[pick(2)], requests.Channels[pick(3)]
		f.Service, f.From = []requests.Service{"", "messagerie", "gibii"}[pick(3)], requests.Requester{Name: "DURAND Zoé"}
		f.Received = c.now().Add(-time.Duration(pick(30*24)) * time.Hour)
		number, err := requests.Create(s, f)
		c.must(err)
		switch pick(6) {
		case 0, 1:
			c.must(requests.Solved(s, number, 0, requests.Solve{Solution: "Fait.", Resolved: true}))
		case 2:
			c.must(requests.SetState(s, number, 0, requests.Waiting, time.Time{}))
		case 3:
			c.must(requests.Assign(s, number, 0, s.Account.ID, ""))
		}
		if pick(10) == 0 {
			c.handed(number)
		}
		all = append(all, requests.Request{Number: number})
	}
	for i := range all {
		all[i] = c.read(c.marc, all[i].Number).Request
	}
	return all
}

// anyFilter is a filter that somebody might ask for.
func anyFilter(c *cast, dice *rand.Rand) (f requests.Filter) {
	maybe := func() bool { return dice.IntN(3) == 0 }
	if f.Every = maybe(); maybe() {
		f.States = []requests.State{requests.States[dice.IntN(4)]}
	}
	if maybe() {
		f.Types = []requests.Type{requests.Types[dice.IntN(6)], requests.Types[dice.IntN(6)]}
	}
	if maybe() {
		f.Channels = []requests.Channel{requests.Channels[dice.IntN(3)]}
	}
	if maybe() {
		f.Service = "gibii"
	}
	if maybe() {
		f.Priority = requests.Urgent
	}
	if maybe() {
		f.Assignee = []string{requests.Me, requests.NoOne, c.sophie.Account.ID}[dice.IntN(3)]
	}
	if maybe() {
		f.UAI = []string{balzac, colette}[dice.IntN(2)]
	}
	if maybe() {
		f.From = firstDay.AddDate(0, 0, dice.IntN(30)).Truncate(24 * time.Hour)
	}
	if maybe() {
		f.To = firstDay.AddDate(0, 0, dice.IntN(40)).Truncate(24 * time.Hour)
	}
	if dice.IntN(8) == 0 {
		f.Level2 = []requests.Level2{requests.Jira, requests.Internal}[dice.IntN(2)]
	}
	if maybe() {
		f.Older = 1 + dice.IntN(20)
	}
	return f
}

// chosen is what a filter chooses, the simple way.
func chosen(c *cast, s *access.Session, f requests.Filter, r requests.Request) bool {
	states := f.States
	if len(states) == 0 && !f.Every {
		states = []requests.State{requests.Open, requests.InProgress}
	}
	who := map[string]string{requests.Me: s.Account.ID, requests.NoOne: ""}
	assignee, special := who[f.Assignee]
	if !special {
		assignee = f.Assignee
	}
	return s.Can(access.Administer, r.At) && (f.UAI == "" || r.UAI() == f.UAI) && (len(states) == 0 || slices.Contains(states, r.State)) &&
		(len(f.Types) == 0 || slices.Contains(f.Types, r.Type)) && (len(f.Channels) == 0 || slices.Contains(f.Channels, r.Channel)) &&
		(f.Service == "" || f.Service == r.Service) && (f.Level2 == "" || f.Level2 == r.Escalation.Kind) && (f.Priority == "" || f.Priority == r.Priority) && (f.Assignee == "" || r.Assignee == assignee) &&
		(f.From.IsZero() || !r.Received.Before(f.From)) && (f.To.IsZero() || r.Received.Before(f.To.AddDate(0, 0, 1))) &&
		(f.Older == 0 || (r.State == requests.Open || r.State == requests.InProgress) && r.Age(c.now()) >= time.Duration(f.Older)*24*time.Hour)
}

// TestListAgrees compares the list with the rows themselves, for any filter,
// order, page and reader.
func TestListAgrees(t *testing.T) {
	c, dice := newCast(t), rand.New(rand.NewPCG(1, 2))
	all := c.many(150, dice)
	c.indexed()
	for round := range 600 {
		s := []*access.Session{c.claire, c.sophie, c.paul, c.marc}[dice.IntN(4)]
		look := requests.Look{Filter: anyFilter(c, dice), Sort: requests.Sorts[dice.IntN(4)], Up: dice.IntN(2) == 0, Page: 1 + dice.IntN(3), Size: 7}
		if s == c.claire && look.UAI == colette || s == c.sophie && look.UAI == balzac {
			if _, err := requests.Search(s, look); access.KindOf(err) != access.Missing {
				t.Fatal("a foreign establishment is searched:", err)
			}
			continue
		}
		if round%4 == 0 {
			look.Text = "pronote"
		}
		var want []requests.Request
		for _, r := range all {
			if chosen(c, s, look.Filter, r) && (look.Text == "" || strings.Contains(r.Summary, look.Text)) {
				want = append(want, r)
			}
		}
		slices.SortFunc(want, func(a, b requests.Request) int {
			n := order(look.Sort, a, b)
			if n == 0 {
				n = a.Number - b.Number
			}
			if !look.Up {
				n = -n
			}
			return n
		})
		total := len(want)
		want = want[min(len(want), 7*(look.Page-1)):]
		want = want[:min(7, len(want))]
		got, err := requests.Search(s, look)
		c.must(err)
		if got.Total != total || numbers(linesOf(got)) != numbers(want) {
			t.Fatalf("%+v: %d, %s, want %d, %s", look, got.Total, numbers(linesOf(got)), total, numbers(want))
		}
	}
}

func order(s requests.Sort, a, b requests.Request) int {
	switch s {
	case requests.ByReceived:
		return a.Received.Compare(b.Received)
	case requests.ByActed:
		return a.ActedAt.Compare(b.ActedAt)
	case requests.ByPriority:
		if a.Priority != b.Priority {
			return strings.Compare(string(a.Priority), string(b.Priority))
		}
		return a.Received.Compare(b.Received)
	}
	return a.Number - b.Number
}

func linesOf(l requests.List) (all []requests.Request) {
	for _, line := range l.Lines {
		all = append(all, line.Request)
	}
	return all
}

func numbers(all []requests.Request) string {
	var b strings.Builder
	for _, r := range all {
		fmt.Fprintf(&b, "%d ", r.Number)
	}
	return b.String()
}

// TestAway lists the requests of those who can no longer answer.
func TestAway(t *testing.T) {
	c := newCast(t)
	benoit := c.person(directory.Staff, "ROUX", "Benoit", balzac)
	c.give(benoit, access.LocalAdmin, placeOf(balzac))
	one, other := c.declared(c.lucas, form("Une")), c.declared(c.lucas, form("Autre"))
	c.must(requests.Assign(c.claire, one, 0, benoit.Account.ID, ""))
	c.must(requests.Assign(c.claire, other, 0, c.claire.Account.ID, ""))
	for who, want := range map[*access.Session]string{c.claire: "MOREAU Claire, ROUX Benoit", c.paul: "MOREAU Claire, ROUX Benoit", c.sophie: ""} {
		all, err := requests.Assignees(who, "", "")
		c.must(err)
		var names []string
		for _, r := range all {
			names = append(names, r.Name)
		}
		if got := strings.Join(names, ", "); got != want {
			t.Errorf("%s may narrow the list to %q, want %q", who.Name(), got, want)
		}
	}
	c.must(requests.SetState(c.claire, other, 0, requests.Closed, time.Time{}))
	for chosen, want := range map[string]int{"": 1, c.claire.Account.ID: 2, c.sophie.Account.ID: 1} {
		if all, err := requests.Assignees(c.claire, balzac, chosen); err != nil || len(all) != want {
			t.Errorf("%d with %q, want %d: %v", len(all), chosen, want, err)
		}
	}
	away := func() string {
		list, err := requests.Search(c.claire, requests.Look{Filter: requests.Filter{Assignee: requests.Away}, Sort: requests.ByNumber, Page: 1, Size: 50})
		c.must(err)
		return numbers(linesOf(list))
	}
	if got := away(); got != "" {
		t.Error("somebody is away too soon:", got)
	}
	c.withdraw(benoit, balzac)
	if got := away(); got != fmt.Sprint(one, " ") {
		t.Error(got)
	}
	if d := c.read(c.claire, one); !d.Absent {
		t.Error("the request does not say so")
	}
}
