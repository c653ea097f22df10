package requests_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"preau/app/access"
	"preau/app/directory"
	"preau/app/requests"
)

func day(y int, m time.Month, d int) time.Time { return time.Date(y, m, d, 0, 0, 0, 0, time.Local) }

// TestParse reads what people type: operators in any case, with or without
// accents, and words that look like operators.
func TestParse(t *testing.T) {
	c := newCast(t)
	page := requests.Filter{UAI: balzac, States: []requests.State{requests.Closed}, Service: "blog"}
	with := func(change func(*requests.Filter)) requests.Filter {
		f := page
		change(&f)
		return f
	}
	for text, want := range map[string]requests.Filter{
		"":                       page,
		"  Mot   de passe ":      with(func(f *requests.Filter) { f.Text = "Mot de passe" }),
		"etat:ouverte":           with(func(f *requests.Filter) { f.States = []requests.State{requests.Open} }),
		"ÉTAT:Encours pronote":   with(func(f *requests.Filter) { f.States, f.Text = []requests.State{requests.InProgress}, "pronote" }),
		`état:"En cours"`:        with(func(f *requests.Filter) { f.States = []requests.State{requests.InProgress} }),
		"etat: ouverte":          with(func(f *requests.Filter) { f.States = []requests.State{requests.Open} }),
		"etat:open état:attente": with(func(f *requests.Filter) { f.States = []requests.State{requests.Open, requests.Waiting} }),
		"etat:toutes":            with(func(f *requests.Filter) { f.States, f.Every = nil, true }),
		"type:incident type:technique type:incident": with(func(f *requests.Filter) { f.Types = []requests.Type{requests.Incident, requests.Technical} }),
		"canal:tel":                      with(func(f *requests.Filter) { f.Channels = []requests.Channel{requests.Phone} }),
		`service:"emploi du temps" vide`: with(func(f *requests.Filter) { f.Service, f.Text = "edt", "vide" }),
		"service:«Emploi du temps»":      with(func(f *requests.Filter) { f.Service = "edt" }),
		"service:edt":                    with(func(f *requests.Filter) { f.Service = "edt" }),
		"service:autre":                  with(func(f *requests.Filter) { f.Service = requests.NoService }),
		"Priorité:URGENTE":               with(func(f *requests.Filter) { f.Priority = requests.Urgent }),
		"intervenant:moi":                with(func(f *requests.Filter) { f.Assignee = requests.Me }),
		"intervenant:Personne":           with(func(f *requests.Filter) { f.Assignee = requests.NoOne }),
		"intervenant:moreau":             with(func(f *requests.Filter) { f.Assignee = c.claire.Account.ID }),
		"intervenant:clai":               with(func(f *requests.Filter) { f.Assignee = c.claire.Account.ID }),
		`intervenant:"moreau cl"`:        with(func(f *requests.Filter) { f.Assignee = c.claire.Account.ID }),
		"recu:2026-11-02":                with(func(f *requests.Filter) { f.From, f.To = day(2026, 11, 2), day(2026, 11, 2) }),
		"recu:>=2026-11-02":              with(func(f *requests.Filter) { f.From = day(2026, 11, 2) }),
		"reçu:>2/11/2026 reçue:<=2026-11-30": with(func(f *requests.Filter) {
			f.From, f.To = day(2026, 11, 3), day(2026, 11, 30)
		}),
		"reçues:<30/11/2026":                    with(func(f *requests.Filter) { f.To = day(2026, 11, 29) }),
		"age:>7j":                               with(func(f *requests.Filter) { f.Older = 7 }),
		"âge:>=10jours":                         with(func(f *requests.Filter) { f.Older = 10 }),
		"niveau2:jira":                          with(func(f *requests.Filter) { f.Level2 = requests.Jira }),
		"niveau2:interne":                       with(func(f *requests.Filter) { f.Level2 = requests.Internal }),
		"123":                                   with(func(f *requests.Filter) { f.Number, f.Text = 123, "123" }),
		"n°123":                                 with(func(f *requests.Filter) { f.Number = 123 }),
		"N° 123":                                with(func(f *requests.Filter) { f.Number = 123 }),
		"salle 123":                             with(func(f *requests.Filter) { f.Text = "salle 123" }),
		"https://ent.exemple.example/a à 10:30": with(func(f *requests.Filter) { f.Text = "https://ent.exemple.example/a à 10:30" }),
		"Objet: page blanche":                   with(func(f *requests.Filter) { f.Text = "Objet page blanche" }),
		`"etat:ouverte"`:                        with(func(f *requests.Filter) { f.Text = "etat:ouverte" }),
	} {
		got, err := requests.Parse(c.claire, text, page)
		if err != nil {
			t.Errorf("%s: %v", text, err)
		} else if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s:\n%s", text, diff)
		}
	}
}

// TestParseRefuses says what exists when something else is typed.
func TestParseRefuses(t *testing.T) {
	c := newCast(t)
	c.signInAs(t, "MOREL", "Yves")
	for text, says := range map[string]string{
		"etta:ouverte":                      "etat:",
		"auteur:moi":                        "intervenant:",
		"etat:perdue":                       "en cours",
		"etat:":                             "ouverte",
		"etat: type:incident":               "toutes",
		"etat:o etat:e":                     "attente",
		"type:x":                            "incident",
		"canal:fax":                         "formulaire",
		"service:minitel":                   "emploi du temps",
		"priorite:moyenne":                  "urgente",
		"priorite:urgente priorite:normale": "qu’une fois",
		"recu:hier":                         "26/11/2026",
		"recu:2026-02-30":                   "26/11/2026",
		"recu:=>2026-02-03":                 "26/11/2026",
		"age:<7j":                           ">7j",
		"age:0":                             ">7j",
		"age:99999999999999999":             ">7j",
		"niveau2:3":                         "jira",
		"intervenant:":                      "moi, personne",
		"intervenant:girard":                "girard", // of Colette: out of reach
		"intervenant:mor":                   "MOREAU Claire, MOREL Yves",
	} {
		_, err := requests.Parse(c.claire, text, requests.Filter{})
		wantsField(t, text, err, "q")
		var refusal *access.Refusal
		if !errors.As(err, &refusal) || !strings.Contains(refusal.Fields["q"], says) {
			t.Errorf("%s: %v", text, refusal.Fields)
		}
	}
	if _, err := requests.Parse(c.claire, "intervenant:moi", requests.Filter{UAI: colette}); err != nil {
		t.Error(err)
	}
	if _, err := requests.Parse(c.claire, "intervenant:girard", requests.Filter{UAI: colette}); access.KindOf(err) != access.Missing {
		t.Error("names of a foreign establishment are told apart:", err)
	}
}

// signInAs makes one administrator more of Balzac.
func (c *cast) signInAs(t *testing.T, last, first string) *access.Session {
	t.Helper()
	s := c.person(directory.Teacher, last, first, balzac)
	c.give(s, access.LocalAdmin, placeOf(balzac))
	return c.signIn(strings.ToLower(first + "." + last))
}

// TestNumber finds the one request that a number means, closed or not, within
// reach only; and words where there is none.
func TestNumber(t *testing.T) {
	c := newCast(t)
	n := c.declared(c.lucas, form("Ordinateur de la salle 204"))
	c.must(requests.Solved(c.claire, n, 0, requests.Solve{Solution: "Remplacé.", Resolved: true}))
	c.indexed()
	found := func(s *access.Session, text string) string {
		t.Helper()
		f, err := requests.Parse(s, text, requests.Filter{})
		c.must(err)
		list, err := requests.Search(s, requests.Look{Filter: f, Sort: requests.ByNumber, Page: 1, Size: 10})
		c.must(err)
		if list.Total != len(list.Lines) {
			t.Errorf("%s: %d of %d", text, len(list.Lines), list.Total)
		}
		return numbers(linesOf(list))
	}
	for text, want := range map[string]string{"1": "1 ", "n°1": "1 ", "2": "", "n°204": "", "204 etat:cloturee": "1 ", "1 etat:ouverte": ""} {
		if got := found(c.claire, text); got != want {
			t.Errorf("%s finds %q", text, got)
		}
	}
	if got := found(c.sophie, "n°1"); got != "" {
		t.Error("a foreign request is found by its number")
	}
}

// FuzzParse: whatever is typed is read or refused beside its field, the words
// hold no more than what was typed, and reading them again changes nothing.
func FuzzParse(f *testing.F) {
	for _, text := range []string{"etat:ouverte", `service:"emploi du temps`, "n°12", "recu:>=2026-01-02 a:b", "«»", `":"`, "é:é", "age:>7j", "\x00:\xff", "intervenant:\"", "canal:" + strings.Repeat("a", 300)} {
		f.Add(text)
	}
	c := newCast(f)
	f.Fuzz(func(t *testing.T, text string) {
		got, err := requests.Parse(c.claire, text, requests.Filter{})
		if err != nil {
			wantsField(t, text, err, "q")
			return
		}
		if len(got.Text) > 3*len(text) { // an invalid byte is written in three
			t.Errorf("%q: %q", text, got.Text)
		}
		for _, s := range got.States {
			if s.Label() == "" {
				t.Errorf("%q chooses %q", text, s)
			}
		}
		if got.Older < 0 || got.Number < 0 {
			t.Errorf("%q: %+v", text, got)
		}
	})
}

// TestSuggest finds requests by number, words, requester, within reach only.
func TestSuggest(t *testing.T) {
	c := newCast(t)
	c.declared(c.lucas, form("Imprimante de la salle 2"))
	c.declared(c.lucas, form("Tableau numérique"))
	c.must(requests.Solved(c.claire, 2, 0, requests.Solve{Solution: "Fait.", Resolved: true}))
	c.indexed()
	for text, want := range map[string]string{"2": "2 1 ", "n° 1": "1 ", "tabl num": "2 ", "martin": "2 1 ", "éteint": "", "9": "", " ": ""} {
		lines, err := requests.Suggest(c.claire, text, 5)
		c.must(err)
		if got := numbers(linesOf(requests.List{Lines: lines})); got != want {
			t.Errorf("%q suggests %q, want %q", text, got, want)
		}
		if lines, err = requests.Suggest(c.sophie, text, 5); err != nil || len(lines) != 0 {
			t.Errorf("%q shows sophie %d foreign requests, %v", text, len(lines), err)
		}
	}
}
