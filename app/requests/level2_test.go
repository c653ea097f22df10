package requests_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"preau/app/access"
	"preau/app/connect/outbound"
	"preau/app/requests"
	"preau/data"
)

// jiraForm is a connector to a JIRA that is complete.
func jiraForm() requests.SupportForm {
	return requests.SupportForm{Kind: requests.Jira, Base: "https://jira.exemple.example", Flavour: requests.DataCenter, Token: canary, Project: "ENT", Period: "5",
		Types: requests.Words{"": "Demande", "incident": "Incident"}, Priorities: requests.Words{"urgente": "Haute"}, Fields: requests.Words{"id": "customfield_10001"},
		Statuses: requests.Words{"waiting": "En attente, Bloquée"}, ByUAI: true, ByArea: true}
}

const canary = "serin-jaune-des-canaries-17"

// supports sets up the connector of Balzac and activates it.
func (c *cast) supports(f requests.SupportForm) {
	c.t.Helper()
	c.must(requests.SetSupport(c.paul, balzac, 1, f))
	c.must(requests.Activate(c.paul, balzac))
}

// arrives hands a request of Lucas on, and has JIRA take it.
func (c *cast) arrives(number int, key string) string {
	c.t.Helper()
	c.must(requests.Escalate(c.claire, number, 0, ""))
	mark := c.read(c.claire, number).Escalation.Mark
	c.must(requests.Reached(c.system, mark, key, "https://jira.exemple.example/browse/"+key))
	return mark
}

// due are the transmissions whose turn has come.
func (c *cast) due() (all []requests.Load) {
	c.t.Helper()
	c.see(func(tx *data.Tx) (err error) {
		all, err = requests.DueTransmissions(tx, 10)
		return err
	})
	return all
}

// TestSupportRoles: the connector is there for the higher roles within reach, and
// for nobody else.
func TestSupportRoles(t *testing.T) {
	c := newCast(t)
	for _, tt := range []struct {
		who  string
		s    *access.Session
		uai  string
		want access.Kind
	}{
		{"a local administrator", c.claire, balzac, access.Missing}, {"that of elsewhere", c.sophie, balzac, access.Missing}, {"a pupil", c.lucas, balzac, access.Missing},
		{"the académie", c.paul, balzac, access.Internal}, {"level 2", c.marc, balzac, access.Internal}, {"another académie", c.paul, savoie, access.Missing},
	} {
		_, err := requests.SupportOf(tt.s, tt.uai)
		all := []error{err, requests.SetSupport(tt.s, tt.uai, 0, requests.SupportForm{Kind: requests.Internal}), requests.Activate(tt.s, tt.uai), requests.Tested(tt.s, tt.uai, requests.Trial{Steps: []outbound.Step{{OK: true}}}), requests.Deactivate(tt.s, tt.uai)}
		for i, err := range all {
			if tt.want == access.Internal && err != nil || tt.want != access.Internal && access.KindOf(err) != tt.want {
				t.Errorf("%s, operation %d: %v", tt.who, i, err)
			}
		}
	}
	if _, err := requests.NewHook(c.claire, balzac); access.KindOf(err) != access.Missing {
		t.Error("a local administrator makes a hook:", err)
	}
}

// TestSupportForm: each setting is checked beside its field, and no secret comes
// back, in the settings or in the journal.
func TestSupportForm(t *testing.T) {
	c := newCast(t)
	for field, spoil := range map[string]func(*requests.SupportForm){
		"genre": func(f *requests.SupportForm) { f.Kind = "autre" }, "adresse": func(f *requests.SupportForm) { f.Base = "jira.exemple.example" },
		"produit": func(f *requests.SupportForm) { f.Flavour = "autre" }, "compte": func(f *requests.SupportForm) { f.Flavour = requests.Cloud },
		"jeton-jira": func(f *requests.SupportForm) { f.Token = "" }, "projet": func(f *requests.SupportForm) { f.Project = "ent" },
		"type-": func(f *requests.SupportForm) { f.Types = nil }, "champ-id": func(f *requests.SupportForm) { f.Fields["id"] = "10001" },
		"relecture": func(f *requests.SupportForm) { f.Period = "4" }, "secret": func(f *requests.SupportForm) { f.Secret = "a\nb" },
		"comptes": func(f *requests.SupportForm) {
			f.Flavour, f.User, f.Provision = requests.Cloud, "ent@exemple.example", true
		},
		"etat-open": func(f *requests.SupportForm) { f.Statuses["open"] = strings.Repeat("x", 300) },
	} {
		f := jiraForm()
		spoil(&f)
		wantsField(t, field, requests.SetSupport(c.paul, balzac, 1, f), field)
	}
	wants(t, "activated without settings", func() error {
		c.must(requests.SetSupport(c.paul, colette, 1, requests.SupportForm{Kind: requests.Internal}))
		c.must(requests.Activate(c.paul, colette))
		return requests.Activate(c.paul, colette)
	}(), access.Stale)
	c.supports(jiraForm())
	d, err := requests.SupportOf(c.paul, balzac)
	if err != nil || !d.HasToken || len(d.Token) > 0 || d.Types["incident"] != "Incident" || d.Period != 5 || !d.Active {
		t.Errorf("%+v %v", d, err)
	}
	f := jiraForm()
	f.Token = ""
	c.must(requests.SetSupport(c.paul, balzac, d.Version+1, f))
	wants(t, "an old version", requests.SetSupport(c.paul, balzac, d.Version+1, f), access.Stale)
	f.Base = "https://autre.exemple.example"
	wantsField(t, "the token to another JIRA", requests.SetSupport(c.paul, balzac, 0, f), "jeton-jira")
	c.see(func(tx *data.Tx) error {
		p, err := requests.Supports.Get(tx, balzac)
		token, ok := p.OpenToken(tx)
		if token != canary || !ok || strings.Contains(string(p.Token), canary) {
			t.Errorf("the token is %q (%t)", token, ok)
		}
		events, eventsErr := data.EventsAbout(tx, requests.Supports.Name(), balzac, 10)
		for _, e := range events {
			for _, change := range e.Personal.Changes {
				if strings.Contains(change.After+change.Before, canary) {
					t.Errorf("the journal tells the token: %+v", change)
				}
			}
		}
		return errors.Join(err, eventsErr)
	})
}

// TestEscalateInternal hands a request to the queue of the appliance: it is locked
// at once, its state is that of level 2, which writes to the local administrator.
func TestEscalateInternal(t *testing.T) {
	c := newCast(t)
	n := c.declared(c.lucas, form("Messagerie vide"))
	wants(t, "before the activation", requests.Escalate(c.claire, n, 0, ""), access.Stale)
	c.supports(requests.SupportForm{Kind: requests.Internal})
	wants(t, "from elsewhere", requests.Escalate(c.sophie, n, 0, ""), access.Missing)
	wants(t, "by the requester", requests.Escalate(c.lucas, n, 0, ""), access.Missing)
	c.must(requests.Escalate(c.claire, n, 0, "Vu sur deux postes."))
	wants(t, "twice", requests.Escalate(c.claire, n, 0, ""), access.Stale)
	d := c.read(c.claire, n)
	if !d.Waits || d.Escalation.Key != "N2-1" || d.State != requests.Open || d.Thread[0].Text != "Au niveau 2\u00a0: Vu sur deux postes." || d.Thread[0].Kind != requests.Note {
		t.Fatalf("%+v", d)
	}
	wants(t, "first tab", requests.EditRequester(c.claire, n, 0, balzac, d.From), access.Stale)
	wants(t, "second tab", requests.EditDescription(c.claire, n, 0, requests.Description{}), access.Stale)
	wants(t, "state", requests.SetState(c.claire, n, 0, requests.InProgress, time.Time{}), access.Stale)
	wants(t, "merge", requests.Merge(c.claire, n, c.declared(c.lucas, form("Une autre"))), access.Stale)
	c.must(requests.AddNote(c.claire, n, "On attend.", nil))

	wants(t, "served by the local administrator", requests.Serve(c.claire, n, 0, requests.InProgress, "x"), access.Missing)
	wants(t, "served by the académie", requests.Serve(c.paul, n, 0, requests.InProgress, "x"), access.Missing)
	wantsField(t, "closed without a word", requests.Serve(c.marc, n, 0, requests.Closed, ""), "reponse")
	wants(t, "level 2 answers the requester", requests.Solved(c.marc, n, 0, requests.Solve{Solution: "x"}), access.Stale)
	before := len(c.mails("claire.moreau@exemple.example"))
	c.must(requests.Serve(c.marc, n, 0, requests.Waiting, "Quel navigateur ?"))
	d = c.read(c.claire, n)
	if d.State != requests.Waiting || !d.Thread[2].FromLevel2() || d.Thread[2].Kind != requests.Note || len(c.mails("claire.moreau@exemple.example")) != before+1 {
		t.Errorf("%+v", d.Thread)
	}
	if m, err := requests.ReadMine(c.lucas, n); err != nil || len(m.Thread) != 0 || len(c.mails("lucas.martin@exemple.example")) != 2 {
		t.Errorf("the requester reads %+v %v", m, err)
	}
	c.must(requests.Reply(c.lucas, n, "Firefox.", nil))
	if d = c.read(c.claire, n); d.State != requests.InProgress || d.Escalation.State != requests.InProgress {
		t.Errorf("%s, %s at level 2", d.State, d.Escalation.State)
	}
	queue, serves := requests.Queued(c.marc)
	if list, err := requests.Search(c.marc, requests.Look{Filter: queue, Sort: requests.ByNumber, Page: 1, Size: 10}); err != nil || !serves || list.Total != 1 {
		t.Errorf("the queue holds %d (%v)", list.Total, err)
	}
	c.must(requests.Serve(c.marc, n, 0, requests.Closed, "Videz le cache."))
	d = c.read(c.claire, n)
	if d.State != requests.InProgress || d.Level2.Proposal != "Videz le cache." {
		t.Errorf("%s, proposes %q", d.State, d.Level2.Proposal)
	}
	if list, err := requests.Search(c.marc, requests.Look{Filter: queue, Sort: requests.ByNumber, Page: 1, Size: 10}); err != nil || list.Total != 0 {
		t.Errorf("the queue still holds %d (%v)", list.Total, err)
	}
	c.must(requests.Solved(c.claire, n, 0, requests.Solve{Solution: "Videz le cache.", Resolved: true}))
	if d = c.read(c.claire, n); d.State != requests.Closed || d.Level2.Proposal != "" {
		t.Errorf("%s, proposes %q", d.State, d.Level2.Proposal)
	}
}

// TestEscalateJira hands a request to JIRA: nothing is locked until JIRA has it,
// then its state and comments come back, once each, and what the requester adds
// waits to go there.
func TestEscalateJira(t *testing.T) {
	c := newCast(t)
	f := form("Messagerie vide")
	f.Files = []requests.File{c.file("capture.png", "un"), c.file("capture.png", "deux")}
	n := c.declared(c.lucas, f)
	c.must(requests.AddNote(c.claire, n, "Note gardée ici.", nil))
	c.must(requests.Reply(c.lucas, n, "C’est urgent {code} !photo.png! [~admin]", nil))
	c.supports(jiraForm())
	c.must(requests.Escalate(c.claire, n, 0, "Deux postes."))
	d := c.read(c.claire, n)
	if d.Waits || !d.Escalation.Pending() || d.Escalation.Holds() || d.State != requests.Open {
		t.Fatalf("%+v", d.Escalation)
	}
	due := c.due()
	var kinds []string
	for _, e := range due[0].Errands {
		kinds = append(kinds, string(e.Kind)+" "+e.File.Name)
	}
	if got := strings.Join(kinds, ", "); got != "create , file capture.png, file capture (2).png, comment " {
		t.Errorf("to do: %s", got)
	}
	ticket := due[0].Ticket("https://ent.exemple.example")
	if ticket.Type != "Incident" || ticket.Priority != "" || !slices.Equal(ticket.Labels, []string{balzac, "val-de-seine"}) || ticket.Fields["customfield_10001"] != "1" {
		t.Errorf("%+v", ticket)
	}
	for _, part := range []string{"Rien ne s’affiche", "Deux postes.", "Élève", balzac, "https://ent.exemple.example/console/demandes/1"} {
		if !strings.Contains(ticket.Description, part) {
			t.Errorf("the ticket does not say %q:\n%s", part, ticket.Description)
		}
	}
	for _, hidden := range []string{"MARTIN", "lucas.martin", "Note gardée ici"} {
		for _, text := range []string{ticket.Description, due[0].Errands[3].Body()} {
			if strings.Contains(text, hidden) {
				t.Errorf("%q leaves:\n%s", hidden, text)
			}
		}
	}
	if text := due[0].Errands[3].Body(); !strings.Contains(text, `\{code} \!photo.png! \[~admin]`) || !strings.HasSuffix(text, "("+due[0].Mark+"-4)") {
		t.Error(text)
	}

	mark := due[0].Mark
	c.must(requests.Reached(c.system, mark, "ENT-7", "https://jira.exemple.example/browse/ENT-7"))
	if d = c.read(c.claire, n); !d.Waits || d.Escalation.Key != "ENT-7" {
		t.Fatalf("%+v", d.Escalation)
	}
	wants(t, "second tab", requests.EditDescription(c.claire, n, 0, requests.Description{}), access.Stale)
	for range 2 {
		c.must(requests.Mirror(c.system, mark, requests.Reading{Status: "bloquée", Category: "indeterminate", Updated: c.now(), Comments: []requests.Heard{{ID: "12", Author: "Nora", Text: "On regarde."}}}))
	}
	d = c.read(c.claire, n)
	if d.State != requests.Waiting || d.Escalation.Status != "bloquée" || len(d.Thread) != 4 || d.Thread[3].Text != "On regarde." || d.Thread[3].Kind != requests.Note || d.Thread[3].ByName != "Nora" {
		t.Errorf("%s: %+v", d.State, d.Thread)
	}
	if m, err := requests.ReadMine(c.lucas, n); err != nil || len(m.Thread) != 1 || m.State != requests.Waiting {
		t.Errorf("the requester reads %+v (%v)", m.Thread, err)
	}
	c.must(requests.Reply(c.lucas, n, "Toujours rien.", nil))
	if d = c.read(c.claire, n); d.State != requests.Waiting {
		t.Errorf("a message of the requester changes the state of JIRA: %s", d.State)
	}
	if e := d.Level2.Transmission.Errands; len(e) != 4 || !strings.Contains(e[3].Text, "Toujours rien.") {
		t.Errorf("to do: %+v", e)
	}
	c.must(requests.Mirror(c.system, mark, requests.Reading{Status: "Résolue", Category: "done", Resolution: "Corrigé", Updated: c.now()}))
	d = c.read(c.claire, n)
	if d.State == requests.Closed || d.Escalation.State != requests.Closed || d.Level2.Proposal != "On regarde." {
		t.Errorf("%s, %s there, proposes %q", d.State, d.Escalation.State, d.Level2.Proposal)
	}
	c.must(requests.TakeBack(c.claire, n, "Trouvé."))
	d = c.read(c.claire, n)
	if d.Waits || d.State != requests.InProgress || d.Escalation.Ended.IsZero() {
		t.Errorf("%+v", d.Escalation)
	}
	last := c.due()[0]
	if len(last.Errands) != 1 || !last.Over || !strings.Contains(last.Errands[0].Text, "Trouvé.") {
		t.Errorf("%+v", last)
	}
	c.must(requests.Carried(c.system, mark, last.Errands[0].Mark))
	if len(c.due()) != 0 || c.read(c.claire, n).Level2.Transmission.Mark != "" {
		t.Error("something is left to do")
	}
	c.must(requests.Mirror(c.system, mark, requests.Reading{Status: "Ouverte", Category: "new"}))
	if d = c.read(c.claire, n); d.State != requests.InProgress {
		t.Errorf("JIRA still changes the request: %s", d.State)
	}
}

// file stores the content of a file.
func (c *cast) file(name, content string) requests.File {
	c.t.Helper()
	f, err := requests.Keep(c.lucas, name, "image/png", strings.NewReader(content))
	c.must(err)
	return f
}

// TestSetBack: what JIRA does not take waits longer and longer, is told once, and
// changes nothing; it is tried again, or called off.
func TestSetBack(t *testing.T) {
	c := newCast(t)
	c.supports(jiraForm())
	n := c.declared(c.lucas, form("Messagerie vide"))
	c.must(requests.Escalate(c.claire, n, 0, ""))
	before := c.read(c.claire, n)
	for range 3 {
		c.must(requests.SetBack(c.system, before.Escalation.Mark, requests.Setback{Says: "JIRA est en panne.", Temporary: true}))
	}
	d := c.read(c.claire, n)
	if m := d.Level2.Transmission; d.Version != before.Version || d.Waits || m.Error != "JIRA est en panne." || m.Tries != 3 || !m.Due.Equal(c.now().Add(5*time.Minute)) {
		t.Errorf("%+v", m)
	}
	failures := 0
	history, err := requests.History(c.claire, n, 50)
	for _, h := range history {
		if h.Says == "Échec de la transmission au niveau 2" && h.Note == "JIRA est en panne." {
			failures++
		}
	}
	if failures != 1 || err != nil {
		t.Errorf("told %d times (%v)", failures, err)
	}
	if len(c.due()) != 0 {
		t.Error("due before its pause")
	}
	wants(t, "tried again from elsewhere", requests.TryAgain(c.sophie, n), access.Missing)
	c.must(requests.TryAgain(c.claire, n))
	if len(c.due()) != 1 {
		t.Error("not tried again")
	}
	c.must(requests.SetBack(c.system, before.Escalation.Mark, requests.Setback{Says: "JIRA demande d’attendre.", Temporary: true, Wait: 2 * time.Hour}))
	if m := c.read(c.claire, n).Level2.Transmission; !m.Due.Equal(c.now().Add(2 * time.Hour)) {
		t.Errorf("Retry-After is not kept: %s", m.Due)
	}
	c.must(requests.CallOff(c.claire, n))
	if d = c.read(c.claire, n); d.Escalation.Pending() || d.Level2.Transmission.Mark != "" {
		t.Errorf("%+v", d.Escalation)
	}
	wants(t, "called off twice", requests.CallOff(c.claire, n), access.Stale)
}

// TestCallOffTooLate calls off what JIRA is taking: the issue is told, and the
// request stays here.
func TestCallOffTooLate(t *testing.T) {
	c := newCast(t)
	c.supports(jiraForm())
	n := c.declared(c.lucas, form("Messagerie vide"))
	c.must(requests.Escalate(c.claire, n, 0, ""))
	mark := c.read(c.claire, n).Escalation.Mark
	if still, err := requests.Begin(c.system, mark); !still || err != nil {
		t.Fatal(still, err)
	}
	c.must(requests.CallOff(c.claire, n))
	if still, err := requests.Begin(c.system, mark); still || err != nil {
		t.Fatal("an issue would be made of what was called off", err)
	}
	c.must(requests.Reached(c.system, mark, "ENT-7", "https://jira.exemple.example/browse/ENT-7"))
	if d := c.read(c.claire, n); d.Escalation.Key != "" || d.Waits {
		t.Errorf("%+v", d.Escalation)
	}
	c.pass(2 * time.Minute)
	due := c.due()
	if len(due) != 1 || due[0].Issue != "ENT-7" || len(due[0].Errands) != 1 || !strings.Contains(due[0].Errands[0].Text, "annulée") {
		t.Errorf("%+v", due)
	}
}

// TestDeactivation takes back all that level 2 has, and goes on with what was
// interrupted.
func TestDeactivation(t *testing.T) {
	c := newCast(t)
	c.supports(jiraForm())
	held, pending := c.declared(c.lucas, form("Transmise")), c.declared(c.lucas, form("En route"))
	c.arrives(held, "ENT-1")
	c.must(requests.Escalate(c.claire, pending, 0, ""))
	d, err := requests.SupportOf(c.paul, balzac)
	c.must(err)
	f := jiraForm()
	f.Kind = requests.Internal
	wantsField(t, "the kind under way", requests.SetSupport(c.paul, balzac, 0, f), "genre")
	if d.Held != 1 || d.Pending != 1 {
		t.Errorf("%d held, %d pending", d.Held, d.Pending)
	}
	c.must(requests.Deactivate(c.paul, balzac))
	for _, n := range []int{held, pending} {
		if d := c.read(c.claire, n); d.Waits || d.Escalation.Ended.IsZero() || d.Level2.Active || d.Level2.Transmission.Mark != "" {
			t.Errorf("%d: %+v", n, d.Escalation)
		}
	}
	wants(t, "handed on once closed", requests.Escalate(c.claire, held, 0, ""), access.Stale)

	c.must(requests.Activate(c.paul, balzac))
	c.arrives(held, "ENT-2")
	c.do(func(tx *data.Tx) (data.Row, error) { // killed between the two
		p, err := requests.Supports.Get(tx, balzac)
		p.Active = false
		return p, errors.Join(err, requests.Supports.Put(tx, p))
	})
	c.must(requests.ReleaseClosed(c.system))
	if d := c.read(c.claire, held); d.Waits {
		t.Errorf("%+v", d.Escalation)
	}
}

// TestEscalatedAround shows the requests of the collectivité, and nothing more of
// those that are somebody else's.
func TestEscalatedAround(t *testing.T) {
	c := newCast(t)
	c.supports(requests.SupportForm{Kind: requests.Internal})
	n := c.declared(c.lucas, form("Messagerie vide"))
	c.declared(c.lucas, form("Restée ici"))
	c.must(requests.Escalate(c.claire, n, 0, ""))
	for _, tt := range []struct {
		who    string
		s      *access.Session
		many   int
		number int
	}{{"its administrator", c.claire, 1, n}, {"one of the collectivité", c.sophie, 1, 0}, {"the académie", c.paul, 1, n}, {"level 2", c.marc, 1, n}, {"a pupil", c.lucas, 0, 0}, {"a teacher of elsewhere", c.jules, 0, 0}} {
		all, more, err := requests.EscalatedAround(tt.s)
		if err != nil || more || len(all) != tt.many {
			t.Fatalf("%s: %+v (%v)", tt.who, all, err)
		}
		if tt.many == 1 && (all[0].Number != tt.number || all[0].Summary != "Messagerie vide" || all[0].School != "Lycée Honoré de Balzac" || all[0].Key != "N2-1") {
			t.Errorf("%s: %+v", tt.who, all[0])
		}
	}
	if _, err := requests.Read(c.sophie, n); access.KindOf(err) != access.Missing {
		t.Error("it opens:", err)
	}
	c.must(requests.TakeBack(c.claire, n, ""))
	if all, _, err := requests.EscalatedAround(c.sophie); err != nil || len(all) != 0 {
		t.Errorf("%+v (%v)", all, err)
	}
}

// TestPolls asks a JIRA at its pace for what changed, and has that read again.
func TestPolls(t *testing.T) {
	c := newCast(t)
	c.supports(jiraForm())
	one, other := c.declared(c.lucas, form("Une")), c.declared(c.lucas, form("Autre"))
	first, second := c.arrives(one, "ENT-1"), c.arrives(other, "OLD-2")
	for _, mark := range []string{first, second} {
		for _, e := range c.due()[0].Errands {
			c.must(requests.Carried(c.system, c.due()[0].Mark, e.Mark))
		}
		c.must(requests.Mirror(c.system, mark, requests.Reading{Status: "Ouverte", Category: "new", Updated: c.now()}))
	}
	polls := func() (due []requests.Poll) {
		c.see(func(tx *data.Tx) (err error) {
			due, err = requests.DuePolls(tx)
			return err
		})
		return due
	}
	if len(polls()) != 0 || len(c.due()) != 0 {
		t.Error("asked at once")
	}
	since := c.now()
	c.pass(5 * time.Minute)
	due := polls()
	if len(due) != 1 || !due[0].Since.Equal(since) {
		t.Fatalf("%+v", due)
	}
	c.must(requests.Polled(c.system, due[0].Support, map[string]time.Time{"ENT-1": since}))
	if again := c.due(); len(again) != 1 || again[0].Issue != "OLD-2" { // which left the project
		t.Errorf("%+v", again)
	}
	if len(polls()) != 0 {
		t.Error("asked again before its turn")
	}
	c.pass(5 * time.Minute)
	c.must(requests.Polled(c.system, due[0].Support, map[string]time.Time{"ENT-1": c.now()}))
	if len(c.due()) != 2 {
		t.Error("what changed is not read again")
	}
	c.pass(5 * time.Minute)
	c.must(requests.PollFailed(c.system, balzac, "JIRA est en panne."))
	if m := c.read(c.claire, one).Level2.Transmission; m.Error != "JIRA est en panne." {
		t.Errorf("%+v", m)
	}
}
