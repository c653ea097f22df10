package jira

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"preau/app/connect/jira/fake"
)

// TestKeys checks that what is no key never gets into a path.
func TestKeys(t *testing.T) {
	f, c := start(t, fake.DataCenter)
	for _, key := range []string{"", "ENT", "ent-1", "ENT-", "-1", "ENT-1/../../user", "ENT-1?x", "ENT-1\n", "1ENT-1", "ENT-1 ", "ÉNT-1", "ENT-１", "ENT%2F1-1", strings.Repeat("A", 300) + "-1"} {
		failure(t, ignore(c.Issue(t.Context(), key)), "n’est pas le numéro d’une demande")
		failure(t, ignore(c.Comment(t.Context(), key, "a")), "n’est pas le numéro")
		failure(t, ignore(c.Attach(t.Context(), key, "a", 1, strings.NewReader("a"))), "n’est pas le numéro")
		failure(t, c.Transition(t.Context(), key, "Résolue"), "n’est pas le numéro")
		if c.BrowseURL(key) != "" {
			t.Errorf("%q is browsed", key)
		}
	}
	if calls := f.Calls(); len(calls) != 0 {
		t.Errorf("%+v", calls)
	}
}

// TestQuotes looks for labels and projects that would say something else.
func TestQuotes(t *testing.T) {
	for _, flavour := range flavours {
		f, c := start(t, flavour)
		must(t, ignore(c.CreateOnce(t.Context(), locker, "ent-1")))
		for _, label := range []string{`ent-1" OR labels = "ent-1`, `\`, `ent-1\`, `"`, `\" OR labels = "ent-1`, "ent-1\n\" OR", "ent-1\x00", "é«»", "AND", "'ent-1'"} {
			if key, err := c.FindByLabel(t.Context(), label); key != "" || err != nil {
				t.Errorf("%q: %q, %v", label, key, err)
			}
		}
		for _, project := range []string{`ENT" OR project = "ENT`, `ENT\`, `"`, "ent"} {
			failure(t, ignore(c.ChangedSince(t.Context(), project, time.Unix(0, 0))), "does not exist for the field 'project'")
		}
		f.Set(func(f *fake.Fake) { f.Project = `ENT "2" \o/` })
		must(t, ignore(c.ChangedSince(t.Context(), f.Project, time.Unix(0, 0))))
		for _, label := range []string{"", "deux mots", "a\tb", strings.Repeat("x", 256)} {
			i := locker
			i.Labels = []string{label}
			failure(t, ignore(c.Create(t.Context(), i)), "L’étiquette")
		}
		i := locker
		i.Fields = map[string]any{"project": "AUTRE"}
		failure(t, ignore(c.Create(t.Context(), i)), "n’est pas le nom d’un champ")
	}
}

// TestChangedSince reads many pages, in every time zone, losing nothing.
func TestChangedSince(t *testing.T) {
	at := time.Date(2026, 11, 23, 22, 10, 30, 0, time.UTC)
	for _, flavour := range flavours {
		for _, zone := range []string{"Europe/Paris", "America/Los_Angeles", "Pacific/Kiritimati", "Etc/GMT+12", "Asia/Kathmandu", "UTC"} {
			f, c := start(t, flavour)
			f.Set(func(f *fake.Fake) { f.Zone, f.PageSize = zone, 7 })
			now := at.Add(-48 * time.Hour)
			f.Set(func(f *fake.Fake) { f.Now = func() time.Time { return now } })
			for n := range 20 {
				if n == 3 {
					now = at
				}
				must(t, ignore(c.Create(t.Context(), NewIssue{Project: "ENT", Type: "Demande", Summary: fmt.Sprint("Demande ", n)})))
				now = now.Add(-time.Second * time.Duration(n%2)) // not in the order of their making
			}
			changed, err := c.ChangedSince(t.Context(), "ENT", at)
			must(t, err)
			if len(changed) != 17 || !slices.IsSortedFunc(changed, func(a, b Issue) int { return a.Updated.Compare(b.Updated) }) || changed[16].Key != "ENT-4" {
				t.Errorf("%s, %s: %d, %+v", flavour, zone, len(changed), changed)
			}
			if late, err := c.ChangedSince(t.Context(), "ENT", at.Add(4*time.Minute)); len(late) != 17 || err != nil {
				t.Errorf("%s, %s: %d a little later, %v", flavour, zone, len(late), err)
			}
			if none, err := c.ChangedSince(t.Context(), "ENT", at.Add(time.Hour)); len(none) != 0 || err != nil {
				t.Errorf("%s, %s: %d later, %v", flavour, zone, len(none), err)
			}
		}
	}
}

// TestChangedMeanwhile has an issue change while the pages are read: none is
// lost.
func TestChangedMeanwhile(t *testing.T) {
	for _, flavour := range flavours {
		f := fake.New(flavour)
		now := time.Date(2026, 11, 23, 22, 10, 30, 0, time.UTC)
		f.Now, f.PageSize = func() time.Time { now = now.Add(time.Second); return now }, 3
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			f.ServeHTTP(w, r)
			if strings.Contains(r.URL.Path, "/search") {
				f.SetStatus("ENT-1", "En cours")
			}
		}))
		t.Cleanup(server.Close)
		site := siteOf(f)
		site.Base = server.URL
		c := client(t, site)
		for range 10 {
			must(t, ignore(c.Create(t.Context(), locker)))
		}
		changed, err := c.ChangedSince(t.Context(), "ENT", now.Add(-time.Minute))
		must(t, err)
		seen := map[string]bool{}
		for _, i := range changed {
			seen[i.Key] = true
		}
		if len(seen) != 10 {
			t.Errorf("%s: %v", flavour, seen)
		}
	}
}

// TestMinute writes dates where the clocks change, or where nobody knows them.
func TestMinute(t *testing.T) {
	paris, err := time.LoadLocation("Europe/Paris")
	must(t, err)
	for _, c := range []struct {
		at     string
		zone   *time.Location
		wanted string
	}{
		{"2026-11-23T21:10:59Z", paris, "2026-11-23 22:10"},
		{"2026-10-24T23:30:00Z", paris, "2026-10-25 01:30"}, // before the hour that comes twice
		{"2026-10-25T00:30:00Z", paris, "2026-10-25 00:30"}, // its first time
		{"2026-10-25T01:30:00Z", paris, "2026-10-25 01:30"}, // its second time
		{"2026-10-25T02:30:00Z", paris, "2026-10-25 03:30"},
		{"2026-03-29T01:30:00Z", paris, "2026-03-29 00:30"},
		{"2026-11-23T21:10:59Z", nil, "2026-11-23 09:10"},
	} {
		at, err := time.Parse(time.RFC3339, c.at)
		must(t, err)
		if got := minute(at, c.zone); got != c.wanted {
			t.Errorf("%s: %s, wanted %s", c.at, got, c.wanted)
		}
	}
	for _, zone := range []string{"", "Mars/Olympus", "Local", "../../etc/passwd"} {
		f, c := start(t, fake.DataCenter)
		f.Set(func(f *fake.Fake) { f.Zone = zone })
		if _, got, err := c.Myself(t.Context()); got != nil || err != nil {
			t.Errorf("%q is %v, %v", zone, got, err)
		}
	}
}

// TestComments reads those that do not come with their issue.
func TestComments(t *testing.T) {
	for _, flavour := range flavours {
		f, c := start(t, flavour)
		f.Set(func(f *fake.Fake) { f.PageSize = 3 })
		now := f.Now()
		f.Set(func(f *fake.Fake) { f.Now = func() time.Time { now = now.Add(time.Second); return now } })
		must(t, ignore(c.Create(t.Context(), locker)))
		for n := range 8 {
			must(t, f.AddComment("ENT-1", "lea.faure", fmt.Sprint("Mot ", n), false))
		}
		i, err := c.Issue(t.Context(), "ENT-1")
		must(t, err)
		if len(i.Comments) != 8 || i.Comments[0].Body != "Mot 0" || i.Comments[7].Body != "Mot 7" {
			t.Errorf("%+v", i.Comments)
		}
	}
}

// TestTransitions asks for a status that cannot be reached.
func TestTransitions(t *testing.T) {
	f, c := start(t, fake.DataCenter)
	must(t, ignore(c.Create(t.Context(), locker)))
	got := failure(t, c.Transition(t.Context(), "ENT-1", "Perdue"), "ne permet pas de passer la demande ENT-1 à « Perdue », mais à : En cours, En attente, Résolue, Fermée.")
	if got.Temporary || f.Issues()[0].Status != "Ouverte" {
		t.Errorf("%+v", got)
	}
}

// TestAttach sends what is not what was said, or cannot be read.
func TestAttach(t *testing.T) {
	f, c := start(t, fake.DataCenter)
	must(t, ignore(c.Create(t.Context(), locker)))
	broken := errors.New("disk")
	for what, content := range map[string]io.Reader{
		"short": strings.NewReader("texte"), "long": strings.NewReader("texte trop long"), "broken": io.MultiReader(strings.NewReader("tex"), failing{broken}),
	} {
		err := ignore(c.Attach(t.Context(), "ENT-1", "a.txt", 10, content))
		if got := failure(t, err, "n’a pas pu être lu"); got.Temporary || got.Unsure || what == "broken" && !errors.Is(err, broken) {
			t.Errorf("%s: %+v", what, got)
		}
	}
	f.Set(func(f *fake.Fake) { f.MaxFile = 100 })
	failure(t, ignore(c.Attach(t.Context(), "ENT-1", "a.txt", 101, bytes.NewReader(make([]byte, 101)))), "plus grand que ce que JIRA accepte")
	if files := f.Issues()[0].Attachments; len(files) != 0 {
		t.Errorf("%+v", files)
	}
	for name, wanted := range map[string]string{"../../etc/passwd": ".._.._etc_passwd", "a\r\nX-B: c.txt": "a X-B: c.txt", `c:\été"1".txt`: `c:_été"1".txt`} {
		a, err := c.Attach(t.Context(), "ENT-1", name, 0, strings.NewReader(""))
		if err != nil || a.Name != wanted {
			t.Errorf("%q: %+v, %v", name, a, err)
		}
	}
}

type failing struct{ err error }

func (f failing) Read([]byte) (int, error)  { return 0, f.err }
func (f failing) Write([]byte) (int, error) { return 0, f.err }

// TestDownload asks for files that are not on the site, or not what was said.
func TestDownload(t *testing.T) {
	elsewhere := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { t.Errorf("asked for %s, %v", r.URL, r.Header) }))
	t.Cleanup(elsewhere.Close)
	f := fake.New(fake.DataCenter)
	f.Path = "/jira"
	stop, err := f.Listen("127.0.0.1:0")
	must(t, err)
	t.Cleanup(stop)
	c := client(t, siteOf(f))
	must(t, ignore(c.Create(t.Context(), locker)))
	must(t, f.AddAttachment("ENT-1", "lea.faure", "a.txt", "text/plain", []byte("texte")))
	i, err := c.Issue(t.Context(), "ENT-1")
	must(t, err)
	a, before := i.Attachments[0], len(f.Calls())
	root := strings.TrimSuffix(f.URL, "/jira")
	for _, content := range []string{
		"", "/jira/secure/attachment/1/a.txt", elsewhere.URL + "/jira/secure/attachment/1/a.txt", "file:///etc/passwd", root + "/autre/1", root + "/jira", root + "/jirafe/1", root + "/jira/../autre",
		root + "/jira/%2e%2e/autre", strings.Replace(f.URL, "http:", "https:", 1) + "/secure/attachment/1/a.txt", strings.Replace(f.URL, "//", "//claire@", 1) + "/secure/attachment/1/a.txt", "http://" + strings.TrimPrefix(f.URL, "http:") + "/x", "::",
	} {
		moved := a
		moved.Content = content
		if got := failure(t, c.Download(t.Context(), moved, io.Discard), "n’est pas sur le site de JIRA"); got.Temporary {
			t.Errorf("%q: %+v", content, got)
		}
	}
	if n := len(f.Calls()); n != before {
		t.Errorf("asked all the same: %+v", f.Calls()[before:])
	}
	short := a
	short.Size++
	failure(t, c.Download(t.Context(), short, io.Discard), "illisible ou incomplète")
	failure(t, c.Download(t.Context(), a, failing{errors.New("disk")}), "n’a pas pu être écrit")
	gone := a
	gone.Content = f.URL + "/secure/attachment/77/a.txt"
	failure(t, c.Download(t.Context(), gone, io.Discard), "ne connaît pas le fichier « a.txt »")
	f.Fail(fake.LoginPage)
	failure(t, c.Download(t.Context(), a, io.Discard), "portail de connexion")
	f.Fail(fake.Healthy)
	var b bytes.Buffer
	must(t, c.Download(t.Context(), a, &b))
	if b.String() != "texte" {
		t.Errorf("%q", b.String())
	}
}

// TestProvision opens accounts that may exist.
func TestProvision(t *testing.T) {
	f, c := start(t, fake.DataCenter)
	claire := NewUser{Login: "claire.martin", Email: "claire.martin@exemple.example", Name: "Claire Martin"}
	for range 2 { // the second finds all done
		must(t, c.Provision(t.Context(), claire, "ent-utilisateurs"))
	}
	f.AddUser(fake.User{Login: "ali.benali"})
	must(t, c.Provision(t.Context(), NewUser{Login: "ali.benali", Email: "ali.benali@exemple.example", Name: "Ali Benali"}, "ent-utilisateurs"))
	for _, u := range f.Users() {
		if !slices.Equal(u.Groups, []string{"ent-utilisateurs"}) {
			t.Errorf("%+v", u)
		}
	}
	if users := f.Users(); len(users) != 2 || users[0].Name != "Claire Martin" || users[0].Email != claire.Email {
		t.Errorf("%+v", users)
	}
	failure(t, c.Provision(t.Context(), claire, "inconnu"), "ne connaît pas le groupe « inconnu »")
	failure(t, c.Provision(t.Context(), NewUser{Login: "sans.adresse"}, ""), "(400)")
	f.Fail(fake.Forbidden)
	failure(t, c.Provision(t.Context(), claire, ""), "ce droit au compte (403)")
	for _, other := range []string{"{}", `{"name":"quelqu’un.autre","groups":{"items":[{"name":"ent-utilisateurs"}]}}`, `{"name":"claire.martin","groups":{"items":[{"name":"autre"}]}}`} {
		c := serve(t, DataCenter, func(w http.ResponseWriter, r *http.Request) {
			if r.Method == "POST" {
				w.WriteHeader(http.StatusBadRequest)
			}
			io.WriteString(w, other)
		})
		failure(t, c.Provision(t.Context(), claire, "ent-utilisateurs"), "(400)")
	}
	f, c = start(t, fake.Cloud)
	failure(t, c.Provision(t.Context(), claire, ""), "invitez la personne")
	if len(f.Calls()) != 0 {
		t.Errorf("%+v", f.Calls())
	}
}

// TestTest checks each step, up to the first that fails.
func TestTest(t *testing.T) {
	all := Needed{Project: "ENT", Types: []string{"Incident"}, Fields: []string{"customfield_10001"}}
	for _, flavour := range flavours {
		f, c := start(t, flavour)
		steps := c.Test(t.Context(), all)
		var labels []string
		for _, s := range steps {
			labels = append(labels, s.Label)
			if !s.OK || s.Says == "" {
				t.Errorf("%+v", s)
			}
		}
		if strings.Join(labels, " ") != "Connexion Authentification Projet Types Champs" {
			t.Errorf("%v", labels)
		}
		for _, call := range f.Calls() {
			if call.Method != "GET" {
				t.Errorf("%+v", call)
			}
		}
		other := siteOf(f)
		other.Flavour = map[fake.Flavour]Flavour{fake.DataCenter: Cloud, fake.Cloud: DataCenter}[flavour]
		refused(t, client(t, other), all, 1, "choisissez ce genre")
		other = siteOf(f)
		other.Token = "autre"
		refused(t, client(t, other), all, 2, "refuse le compte (401)")
		refused(t, c, Needed{Project: "AUTRE"}, 3, "ne connaît pas le projet AUTRE")
		refused(t, c, Needed{Project: "../user"}, 3, "n’est pas la clé d’un projet")
		refused(t, c, Needed{Project: "ENT", Types: []string{"Panne"}}, 4, "n’a pas de type de demande « Panne ». Il a : Incident, Demande.")
		refused(t, c, Needed{Project: "ENT", Fields: []string{"customfield_9"}}, 5, "n’a pas de champ « customfield_9 »")
		f.Fail(fake.LoginPage)
		refused(t, c, all, 1, "portail de connexion")
		f.Fail(fake.Unauthorized)
		refused(t, c, all, 2, "refuse le compte (401)")
	}
}

// refused checks that a test ends at a step.
func refused(t *testing.T, c *Client, n Needed, at int, says string) {
	t.Helper()
	steps := c.Test(t.Context(), n)
	if last := steps[len(steps)-1]; len(steps) != at || last.OK || !strings.Contains(strings.ReplaceAll(last.Says, "\u00a0", " "), says) {
		t.Errorf("%+v", steps)
	}
}

// TestWebhook has JIRA tell what changed, and others tell it too.
func TestWebhook(t *testing.T) {
	f, c := start(t, fake.Cloud)
	const secret = "un-secret-partagé"
	var hints []Hint
	hook := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil || !VerifyWebhook(secret, r.Header.Get("X-Hub-Signature"), body) {
			w.WriteHeader(http.StatusForbidden)
			return
		}
		hint, err := ParseWebhook(body)
		if err != nil {
			t.Error(err)
		}
		hints = append(hints, hint)
	}))
	t.Cleanup(hook.Close)
	must(t, ignore(c.Create(t.Context(), locker)))
	must(t, f.SetStatus("ENT-1", "En cours"))
	statuses, err := f.Deliver(hook.URL, secret)
	must(t, err)
	if !slices.Equal(statuses, []int{200, 200}) || !slices.Equal(hints, []Hint{{"ENT-1", "jira:issue_created"}, {"ENT-1", "jira:issue_updated"}}) {
		t.Errorf("%v, %+v", statuses, hints)
	}
	for _, other := range []string{"autre", ""} {
		must(t, f.AddComment("ENT-1", "lea.faure", "Un mot.", false))
		if statuses, err := f.Deliver(hook.URL, other); !slices.Equal(statuses, []int{403}) || err != nil {
			t.Errorf("signed with %q: %v, %v", other, statuses, err)
		}
	}
	if len(hints) != 2 {
		t.Errorf("%+v", hints)
	}
}

// TestSignatures is the example that Atlassian gives, and what is close to it.
func TestSignatures(t *testing.T) {
	const secret, body, good = "It's a Secret to Everybody", "Hello World!", "sha256=a4771c39fbe90f317c7824e83ddef3caae9cb3d976c214ace1f2937e133263c9"
	if !VerifyWebhook(secret, good, []byte(body)) {
		t.Error("the example is refused")
	}
	for _, header := range []string{"", "sha256=", good[:len(good)-2], good + "00", strings.TrimPrefix(good, "sha256="), "sha1=" + good[7:], strings.Replace(good, "a4", "a5", 1), "sha256=zz"} {
		if VerifyWebhook(secret, header, []byte(body)) {
			t.Errorf("%q verifies", header)
		}
	}
	if VerifyWebhook(secret, good, []byte(body+" ")) || VerifyWebhook("", "sha256=c7a5e2c2f0a6b3fa", nil) || VerifyWebhook("", "sha256=b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad", nil) {
		t.Error("anything verifies")
	}
	for _, body := range []string{"", "null", "[]", "{}", `{"webhookEvent":"jira:issue_updated"}`, `{"webhookEvent":"jira:issue_updated","issue":{"key":"../1"}}`, `{"webhookEvent":"<b>","issue":{"key":"ENT-1"}}`,
		`{"webhookEvent":7,"issue":{"key":"ENT-1"}}`, `{"webhookEvent":"jira:issue_updated","issue":[]}`, `{"webhookEvent":"jira:issue_updated","issue":{"key":"ENT-1"}} {}`} {
		if hint, err := ParseWebhook([]byte(body)); err == nil {
			t.Errorf("%s: %+v", body, hint)
		}
	}
}
