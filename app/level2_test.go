package app_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/netip"
	"strings"
	"testing"
	"time"

	"preau/app/access"
	"preau/app/connect/jira"
	"preau/app/connect/jira/fake"
	"preau/app/connect/outbound"
	"preau/app/directory"
	"preau/app/requests"
	"preau/data"
)

// A school is an office with an establishment, its administrator, a pupil, and a
// JIRA of this machine for its second level.
type school struct {
	*office
	jira   *fake.Fake
	claire *access.Session
	lucas  *access.Session
}

const (
	uai   = "0759001B"
	place = data.Place("val-de-seine/" + uai)
	words = "la-craie-et-le-tableau"
)

// newSchool opens one whose connector is active, which carries nothing yet.
func newSchool(t *testing.T, flavour fake.Flavour) *school {
	t.Helper()
	s := &school{office: newOffice(t, t.TempDir(), loopback), jira: fake.Start(t, flavour)}
	if _, err := directory.CreateEstablishment(s.system(), directory.NewEstablishment{UAI: uai, Name: "Lycée Honoré de Balzac", Kind: directory.GeneralLycee, Academy: "Val-de-Seine", Town: "Saint-Éloi"}); err != nil {
		t.Fatal(err)
	}
	s.claire, s.lucas = s.person(directory.Teacher, "MOREAU", "Claire", access.LocalAdmin), s.person(directory.Student, "MARTIN", "Lucas", "")
	f := requests.SupportForm{Kind: requests.Jira, Base: s.jira.URL, Flavour: string(flavour), Token: s.jira.Token, Project: "ENT", Types: requests.Words{"": "Demande"}, Statuses: requests.Words{"waiting": "En attente"}, Period: "5"}
	if flavour == fake.Cloud {
		f.User = s.jira.Email
	}
	s.must(requests.SetSupport(s.system(), uai, 1, f))
	s.must(requests.Activate(s.system(), uai))
	return s
}

func (s *school) must(err error) {
	s.t.Helper()
	if err != nil {
		s.t.Fatal(err)
	}
}

var enrolling = access.NewAction("test.enrol", "Essai", access.RunAppliance, data.Info)

// person makes somebody of the establishment, and signs them in.
func (s *school) person(p directory.Profile, last, first string, role access.Role) *access.Session {
	s.t.Helper()
	u := directory.User{Profile: p, LastName: last, FirstName: first, Source: directory.FromAAF, CreatedAt: s.at.now(), Attachments: []directory.Attachment{{At: place, Main: true}}}
	u.Login.Federated = strings.ToLower(first + "." + last)
	u.Email.Federated = u.Login.Federated + "@exemple.example"
	hash, err := s.Gate.Hash(s.t.Context(), words)
	s.must(err)
	s.must(s.system().Do(enrolling, func(tx *data.Tx) (data.Row, error) {
		if u.ID, err = access.NewUID(tx); err != nil {
			return nil, err
		}
		if err := directory.Users.Put(tx, u); err != nil {
			return nil, err
		}
		if role != "" {
			if _, err := access.Give(tx, u.ID, role, place); err != nil {
				return nil, err
			}
		}
		return directory.Activate(tx, u.ID, hash, tx.Now)
	}))
	return s.signIn(u.Login.Federated)
}

func (s *school) signIn(login string) *access.Session {
	s.t.Helper()
	signed, err := s.Gate.SignIn(s.t.Context(), access.SignIn{Login: login, Password: words, From: "192.0.2.7"})
	s.must(err)
	return signed.Session
}

// handsOn makes a request of Lucas with files, and hands it on.
func (s *school) handsOn(files ...requests.File) (number int) {
	s.t.Helper()
	number, err := requests.Declare(s.lucas, requests.Form{Type: requests.Incident, Priority: requests.Normal, Summary: "Messagerie vide", Problem: "Rien ne s’affiche.", Files: files})
	s.must(err)
	s.must(requests.Escalate(s.claire, number, 0, ""))
	return number
}

func (s *school) file(name string, content []byte) requests.File {
	s.t.Helper()
	f, err := requests.Keep(s.lucas, name, "application/pdf", bytes.NewReader(content))
	s.must(err)
	return f
}

func (s *school) request(number int) requests.Detail {
	s.t.Helper()
	d, err := requests.Read(s.claire, number)
	s.must(err)
	return d
}

// until waits until a request is as it should be.
func (s *school) until(what string, number int, right func(requests.Detail) bool) requests.Detail {
	s.t.Helper()
	for end := time.After(30 * time.Second); ; {
		changed := s.Store.Changed()
		d := s.request(number)
		if right(d) {
			return d
		}
		select {
		case <-changed:
		case <-end:
			s.t.Fatalf("never %s: %+v %+v", what, d.Escalation, d.Level2.Transmission)
		}
	}
}

func arrived(d requests.Detail) bool { return d.Escalation.Holds() && settled(d) }

// settled reports whether nothing waits to go to JIRA.
func settled(d requests.Detail) bool {
	m := d.Level2.Transmission
	return len(m.Errands) == 0 && !m.Read && m.Error == "" && !m.Synced.IsZero()
}

// client is one that acts as the appliance does, before it is killed.
func (s *school) client() *jira.Client {
	s.t.Helper()
	c, err := jira.Site{Base: s.jira.URL, Flavour: jira.Flavour(s.jira.Flavour), Email: s.jira.Email, Token: s.jira.Token}.Client(outbound.Policy{Allowed: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}})
	s.must(err)
	return c
}

// reopen ends the appliance and opens it again on what it kept.
func (s *school) reopen() {
	s.t.Helper()
	s.close()
	again := newOffice(s.t, s.dir, loopback)
	again.at.mu.Lock()
	again.at.t = s.at.now()
	again.at.mu.Unlock()
	s.office = again
	s.claire, s.lucas = s.signIn("claire.moreau"), s.signIn("lucas.martin")
}

// only is the only issue that JIRA has.
func (s *school) only() fake.Issue {
	s.t.Helper()
	all := s.jira.Issues()
	if len(all) != 1 {
		s.t.Fatalf("JIRA has %d issues", len(all))
	}
	return all[0]
}

// TestHandedOn carries a request to JIRA with its files, what its requester adds,
// and back what level 2 says: on both flavours, once each.
func TestHandedOn(t *testing.T) {
	for _, flavour := range []fake.Flavour{fake.DataCenter, fake.Cloud} {
		t.Run(string(flavour), func(t *testing.T) {
			s := newSchool(t, flavour)
			s.deliver()
			big := bytes.Repeat([]byte("dix mébioctets "), 10<<20/16)
			n := s.handsOn(s.file("plan.pdf", big), s.file("plan.pdf", []byte("un autre")))
			d := s.until("there", n, arrived)
			issue := s.only()
			if d.Escalation.Key != issue.Key || d.Escalation.Link != s.jira.URL+"/browse/"+issue.Key || d.State != requests.Open || d.Escalation.Status != "Ouverte" || issue.Type != "Demande" || issue.Labels[len(issue.Labels)-1] != d.Escalation.Mark {
				t.Errorf("%+v\n%+v", d.Escalation, issue)
			}
			if a := issue.Attachments; len(a) != 2 || a[0].Name != "plan.pdf" || !bytes.Equal(a[0].Content, big) || a[1].Name != "plan (2).pdf" || string(a[1].Content) != "un autre" {
				t.Errorf("%d attachments", len(a))
			}
			s.must(requests.AddNote(s.claire, n, "Entre nous.", nil))
			s.must(requests.Reply(s.lucas, n, "Toujours rien.", []requests.File{s.file("ecran.pdf", []byte("noir"))}))
			s.until("added", n, settled)
			if issue = s.only(); len(issue.Comments) != 1 || !strings.Contains(issue.Comments[0].Body, "Toujours rien.") || len(issue.Attachments) != 3 {
				t.Errorf("%+v", issue.Comments)
			}
			s.must(s.jira.AddComment(issue.Key, "Nora", "On cherche.", false))
			s.must(s.jira.AddComment(issue.Key, "Nora", "Entre gens de niveau 2.", true))
			s.must(s.jira.AddComment(issue.Key, "Nora", "Vu : "+issue.Comments[0].Body, false))
			s.must(s.jira.SetStatus(issue.Key, "En attente"))
			s.pass(10 * time.Second)
			for range 3 {
				s.must(requests.Hooked(s.system(), uai, issue.Key))
			}
			d = s.until("read", n, func(d requests.Detail) bool { return d.State == requests.Waiting })
			var notes []string
			for _, e := range d.Thread {
				if e.FromLevel2() {
					notes = append(notes, e.ByName+" "+e.Text)
				}
			}
			if len(notes) != 2 || notes[0] != "Nora On cherche." || !strings.HasPrefix(notes[1], "Nora Vu :") {
				t.Errorf("%q", notes)
			}
			for _, c := range s.only().Comments {
				if strings.Contains(c.Body, "Entre nous.") {
					t.Error("a note left the house")
				}
			}
			s.must(requests.TakeBack(s.claire, n, "Réparé."))
			s.until("taken back", n, func(d requests.Detail) bool { return d.Level2.Transmission.Mark == "" })
			if c := s.only().Comments; !strings.Contains(c[len(c)-1].Body, "Réparé.") {
				t.Errorf("%+v", c)
			}
		})
	}
}

// TestJiraFails: whatever JIRA answers, the request is unchanged, says why and
// when it is tried again, and JIRA has one issue in the end.
func TestJiraFails(t *testing.T) {
	for _, tt := range []struct {
		mode fake.Mode
		says string
		wait time.Duration
	}{
		{fake.Unauthorized, "refuse le compte (401)", 6 * time.Hour}, {fake.Forbidden, "n’accorde pas ce droit", 6 * time.Hour}, {fake.Missing, "(404)", 6 * time.Hour},
		{fake.Gone, "(410)", 6 * time.Hour}, {fake.TooMany, "(429)", time.Minute}, {fake.Broken, "en panne", time.Minute}, {fake.BrokenAfter, "en panne", time.Minute},
		{fake.LoginPage, "une page au lieu de données", 6 * time.Hour}, {fake.Garbage, "illisible", time.Minute}, {fake.Cut, "coupé la connexion", time.Minute},
	} {
		t.Run(string(tt.mode), func(t *testing.T) {
			s := newSchool(t, fake.DataCenter)
			if s.jira.Fail(tt.mode); tt.mode == fake.Cut || tt.mode == fake.BrokenAfter {
				s.jira.FailWork(tt.mode) // so that the search before it succeeds
			}
			s.deliver()
			n := s.handsOn()
			d := s.until("refused", n, func(d requests.Detail) bool { return d.Level2.Transmission.Tries == 1 })
			m := d.Level2.Transmission
			if !strings.Contains(m.Error, tt.says) || d.Waits || !d.Escalation.Pending() || d.State != requests.Open || !m.Due.Equal(s.at.now().Add(tt.wait)) {
				t.Errorf("%+v\n%+v", m, d.Escalation)
			}
			s.jira.Fail(fake.Healthy)
			s.pass(tt.wait)
			s.until("there", n, arrived)
			s.only()
		})
	}
}

// TestKilledMidway: what JIRA was given just before the appliance was killed is
// not given again: one issue, each comment and each file once.
func TestKilledMidway(t *testing.T) {
	s := newSchool(t, fake.DataCenter)
	n := s.handsOn(s.file("un.pdf", []byte("un")), s.file("deux.pdf", []byte("deux")))
	s.must(requests.Reply(s.lucas, n, "Encore.", nil))
	m := s.request(n).Level2.Transmission
	ctx, c := context.Background(), s.client()
	if still, err := requests.Begin(s.system(), m.Mark); err != nil || !still {
		t.Fatal(err)
	}
	key, err := c.CreateOnce(ctx, jira.NewIssue{Project: "ENT", Type: "Demande", Summary: "Messagerie vide"}, m.Mark)
	s.must(err)
	_, err = c.Attach(ctx, key, "un.pdf", 2, strings.NewReader("un"))
	s.must(err)
	_, err = c.Comment(ctx, key, m.Errands[3].Body())
	s.must(err)
	s.reopen()
	s.deliver()
	d := s.until("there", n, arrived)
	issue := s.only()
	if d.Escalation.Key != key || len(issue.Comments) != 1 || len(issue.Attachments) != 2 || issue.Attachments[1].Name != "deux.pdf" {
		t.Errorf("%s: %+v", d.Escalation.Key, issue)
	}
}

// TestJiraInterrupted stops the appliance while JIRA holds its answer back: it is
// no try, and the issue that was made is found.
func TestJiraInterrupted(t *testing.T) {
	s := newSchool(t, fake.DataCenter)
	s.jira.FailWork(fake.Silent)
	s.deliver()
	n := s.handsOn()
	for end := time.After(30 * time.Second); len(s.jira.Issues()) == 0; {
		select {
		case <-time.After(10 * time.Millisecond): // nothing of ours tells
		case <-end:
			t.Fatal("never asked")
		}
	}
	s.reopen()
	s.jira.Fail(fake.Healthy)
	if m := s.request(n).Level2.Transmission; m.Tries != 0 || m.Error != "" || !m.Begun {
		t.Errorf("%+v", m)
	}
	s.deliver()
	s.until("there", n, arrived)
	s.only()
}

// TestCalledOffThere: what was called off while JIRA may have had it says so
// there, and stays here.
func TestCalledOffThere(t *testing.T) {
	s := newSchool(t, fake.DataCenter)
	s.jira.FailWork(fake.Cut)
	s.deliver()
	n := s.handsOn()
	s.until("refused", n, func(d requests.Detail) bool { return d.Level2.Transmission.Tries == 1 })
	s.jira.Fail(fake.Healthy)
	s.must(requests.CallOff(s.claire, n))
	s.pass(2 * time.Minute)
	d := s.until("told", n, func(d requests.Detail) bool { return d.Level2.Transmission.Mark == "" })
	if issue := s.only(); d.Waits || len(issue.Comments) != 1 || !strings.Contains(issue.Comments[0].Body, "annulée") {
		t.Errorf("%+v", issue)
	}
	s.must(requests.Escalate(s.claire, n, 0, ""))
	s.until("there again", n, arrived)
	if all := s.jira.Issues(); len(all) != 2 {
		t.Errorf("%d issues", len(all))
	}
}

// TestFileTooLarge: a file that JIRA never takes is named there and here, and the
// rest goes on.
func TestFileTooLarge(t *testing.T) {
	s := newSchool(t, fake.DataCenter)
	s.jira.Set(func(f *fake.Fake) { f.MaxFile = 10 })
	s.deliver()
	n := s.handsOn(s.file("gros.pdf", bytes.Repeat([]byte("x"), 11)), s.file("petit.pdf", []byte("x")))
	s.until("there", n, arrived)
	issue := s.only()
	if len(issue.Attachments) != 1 || len(issue.Comments) != 1 || !strings.Contains(issue.Comments[0].Body, "gros.pdf") {
		t.Errorf("%+v", issue)
	}
	history, err := requests.History(s.claire, n, 20)
	s.must(err)
	if !strings.Contains(fmt.Sprint(history), "gros.pdf") {
		t.Errorf("%+v", history)
	}
}

// TestHooks: a hook is believed about nothing but that something changed; its
// token is found, its signature checked, its body bounded by whoever reads it.
func TestHooks(t *testing.T) {
	s := newSchool(t, fake.DataCenter)
	s.deliver()
	n := s.handsOn()
	s.until("there", n, arrived)
	issue := s.only()
	token, err := requests.NewHook(s.system(), uai)
	s.must(err)
	body := []byte(`{"webhookEvent":"jira:issue_updated","issue":{"key":"` + issue.Key + `","fields":{"status":{"name":"Fermée"}}}}`)
	for name, tt := range map[string]struct {
		token string
		body  []byte
		want  access.Kind
	}{
		"unknown": {"abcdefghijkmnpqrabcdefghijkmnpqr", body, access.Missing}, "none": {"", body, access.Missing}, "no JSON": {token, []byte("<x>"), access.Malformed},
		"of no issue": {token, []byte(`{"webhookEvent":"x","issue":{"key":"../x"}}`), access.Malformed},
	} {
		if err := s.HookTold(tt.token, "", tt.body); access.KindOf(err) != tt.want {
			t.Errorf("%s: %v", name, err)
		}
	}
	s.must(s.HookTold(token, "", bytes.Replace(body, []byte(issue.Key), []byte("ENT-999"), 1))) // of somebody else
	s.pass(10 * time.Second)
	calls := len(s.jira.Calls())
	s.must(s.HookTold(token, "", body))
	s.until("read", n, func(d requests.Detail) bool { return d.Level2.Transmission.Synced.Equal(s.at.now()) && settled(d) })
	if d := s.request(n); d.Escalation.Status != "Ouverte" {
		t.Errorf("the hook was believed: %s", d.Escalation.Status)
	}
	for range 50 { // replayed
		s.must(s.HookTold(token, "", body))
	}
	if m := s.request(n).Level2.Transmission; !m.Read || !m.Due.Equal(m.Synced.Add(10*time.Second)) {
		t.Errorf("read again at once: %+v", m)
	}
	if more := len(s.jira.Calls()) - calls; more > 2 {
		t.Errorf("a hook that is replayed asked JIRA %d times", more)
	}

	f := requests.SupportForm{Kind: requests.Jira, Base: s.jira.URL, Flavour: requests.DataCenter, Project: "ENT", Types: requests.Words{"": "Demande"}, Period: "5", Secret: canary}
	s.must(requests.SetSupport(s.system(), uai, 0, f))
	s.unsealed()
	for _, forged := range []string{"", "sha256=", "sha256=00", "sha1=" + strings.Repeat("0", 40)} {
		if err := s.HookTold(token, forged, body); access.KindOf(err) != access.Forbidden {
			t.Errorf("signed %q: %v", forged, err)
		}
	}
	if _, err := requests.NewHook(s.system(), uai); err != nil {
		t.Fatal(err)
	}
	if err := s.HookTold(token, "", body); access.KindOf(err) != access.Missing {
		t.Errorf("the former address: %v", err)
	}
}

// TestSupportTested tests the connector as it is set up, ten times a minute at
// most, and tells nothing of what must not be joined.
func TestSupportTested(t *testing.T) {
	s := newSchool(t, fake.DataCenter)
	tried := func() requests.Trial {
		t.Helper()
		s.must(s.TestSupport(t.Context(), s.system(), uai))
		d, err := requests.SupportOf(s.system(), uai)
		s.must(err)
		return d.Tried
	}
	if trial := tried(); !trial.OK() || len(trial.Steps) != 5 || trial.By != "essai" || !trial.At.Equal(s.at.now()) {
		t.Errorf("%+v", trial)
	}
	s.jira.Fail(fake.Unauthorized)
	if trial := tried(); trial.OK() || !strings.Contains(trial.Steps[len(trial.Steps)-1].Says, "401") {
		t.Errorf("%+v", trial)
	}
	if err := s.TestSupport(t.Context(), s.claire, uai); access.KindOf(err) != access.Missing {
		t.Errorf("a local administrator tests it: %v", err)
	}
	s.jira.Fail(fake.Healthy)
	for range 8 {
		tried()
	}
	if err := s.TestSupport(t.Context(), s.system(), uai); access.KindOf(err) != access.Throttled {
		t.Errorf("an eleventh: %v", err)
	}
	s.pass(time.Minute)
	f := requests.SupportForm{Kind: requests.Jira, Flavour: requests.DataCenter, Token: canary, Project: "ENT", Types: requests.Words{"": "Demande"}, Period: "5"}
	var said []string
	for _, base := range []string{"https://10.0.0.1:22", "https://169.254.169.254"} {
		f.Base = base
		s.must(requests.SetSupport(s.system(), uai, 0, f))
		trial := tried()
		said = append(said, fmt.Sprint(len(trial.Steps), trial.Steps[0].Says))
		if strings.Contains(said[len(said)-1], "10.0.0.1") || strings.Contains(said[len(said)-1], "169.254") {
			t.Error(said)
		}
	}
	if said[0] != said[1] {
		t.Errorf("two refused addresses are told apart: %q", said)
	}
}

// TestDeskAccounts opens an account at the first access only, and opens JIRA
// whatever becomes of it.
func TestDeskAccounts(t *testing.T) {
	s := newSchool(t, fake.DataCenter)
	f := requests.SupportForm{Kind: requests.Jira, Base: s.jira.URL, Flavour: requests.DataCenter, Project: "ENT", Types: requests.Words{"": "Demande"}, Period: "5", Provision: true, Group: "ent-utilisateurs"}
	s.must(requests.SetSupport(s.system(), uai, 0, f))
	if _, _, err := s.EnterDesk(t.Context(), s.lucas, uai, ""); access.KindOf(err) != access.Missing {
		t.Errorf("a pupil enters: %v", err)
	}
	s.jira.Fail(fake.Forbidden)
	address, says, err := s.EnterDesk(t.Context(), s.claire, uai, "")
	if err != nil || address != s.jira.URL+"/browse/ENT" || !strings.Contains(says, "n’accorde pas ce droit") {
		t.Errorf("%s %s %v", address, says, err)
	}
	s.jira.Fail(fake.Healthy)
	for range 2 {
		address, says, err = s.EnterDesk(t.Context(), s.claire, uai, "ENT-3")
		if err != nil || says != "" || address != s.jira.URL+"/browse/ENT-3" {
			t.Errorf("%s %s %v", address, says, err)
		}
	}
	if users := s.jira.Users(); len(users) != 1 || users[0].Login != "claire.moreau" || users[0].Email != "claire.moreau@exemple.example" || users[0].Groups[0] != "ent-utilisateurs" {
		t.Errorf("%+v", users)
	}
	asked := len(s.jira.Calls())
	if _, _, err := s.EnterDesk(t.Context(), s.claire, uai, ""); err != nil || len(s.jira.Calls()) != asked {
		t.Errorf("an account that is known is asked for again (%v)", err)
	}
	if err := s.Store.Check(func(problem string) { t.Error(problem) }); err != nil {
		t.Error(errors.Unwrap(err))
	}
}
