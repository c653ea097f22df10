package jira

import (
	"bytes"
	"crypto/x509"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"preau/app/connect/jira/fake"
	"preau/app/connect/outbound"
)

// loopback lets tests join this machine.
var loopback = outbound.Policy{Allowed: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8"), netip.MustParsePrefix("::1/128")}}

var flavours = []fake.Flavour{fake.DataCenter, fake.Cloud}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// siteOf is a fake as it is set up with us.
func siteOf(f *fake.Fake) Site {
	return Site{Base: f.URL, Flavour: Flavour(f.Flavour), Email: f.Email, Token: f.Token}
}

func client(t testing.TB, s Site) *Client {
	t.Helper()
	c, err := s.Client(loopback)
	must(t, err)
	return c
}

// start is a fake and our client of it.
func start(t testing.TB, flavour fake.Flavour) (*fake.Fake, *Client) {
	t.Helper()
	f := fake.Start(t, flavour)
	return f, client(t, siteOf(f))
}

// serve is a client of a server that answers with a function.
func serve(t testing.TB, flavour Flavour, answer http.HandlerFunc) *Client {
	t.Helper()
	server := httptest.NewServer(answer)
	t.Cleanup(server.Close)
	return client(t, Site{Base: server.URL, Flavour: flavour, Email: "connecteur@exemple.example", Token: "jeton-du-connecteur"})
}

// failure checks that an error is a *Failure that says something, in one line
// and without a secret.
func failure(t testing.TB, err error, says string) *Failure {
	t.Helper()
	f, ok := err.(*Failure)
	if !ok {
		t.Fatalf("%#v is no failure", err)
	}
	if plain := strings.ReplaceAll(f.Says, "\u00a0", " "); !strings.Contains(plain, says) {
		t.Errorf("says %q, wanted %q", plain, says)
	}
	shown := fmt.Sprintf("%v %+v %#v", err, f.Err, f.Err)
	for _, hidden := range []string{"jeton-du-connecteur", base64.StdEncoding.EncodeToString([]byte("connecteur@exemple.example:jeton-du-connecteur"))} {
		if strings.Contains(shown, hidden) {
			t.Errorf("the token is in %v", shown)
		}
	}
	if strings.ContainsAny(f.Says, "\x1b\x00\n\u202e") || len(f.Says) > 1000 {
		t.Errorf("what the server says is repeated as it is: %q", f.Says)
	}
	return f
}

// locker is an issue with all that French makes difficult.
var locker = NewIssue{
	Project: "ENT", Type: "Incident", Summary: "Élève n° 7 : « casier » fermé\n— œuvre", Description: "Bonjour,\n\n{code}<b>\"rien\"</b>{code}\n", Priority: "Haute",
	Labels: []string{"0931490P"}, Fields: map[string]any{"customfield_10001": "Les Érables"},
}

// TestRound takes one issue from its making to its end.
func TestRound(t *testing.T) {
	for _, flavour := range flavours {
		t.Run(string(flavour), func(t *testing.T) {
			f := fake.New(flavour)
			if flavour == fake.DataCenter {
				f.Path = "/jira"
			}
			stop, err := f.Listen("127.0.0.1:0")
			must(t, err)
			t.Cleanup(stop)
			site := siteOf(f)
			site.Base += "/"
			c := client(t, site)
			me, zone, err := c.Myself(t.Context())
			must(t, err)
			if me.ID != f.Account || me.Name != "Connecteur ENT" || zone.String() != "Europe/Paris" {
				t.Errorf("%+v, %v", me, zone)
			}
			before := f.Now()
			key, err := c.CreateOnce(t.Context(), locker, "ent-4c1f")
			must(t, err)
			if again, err := c.CreateOnce(t.Context(), locker, "ent-4c1f"); again != key || err != nil {
				t.Errorf("again: %s, %v", again, err)
			}
			must(t, ignore(c.Comment(t.Context(), key, "L’élève précise : « le 12 ».")))
			must(t, f.AddComment(key, "lea.faure", "Nous regardons.", false))
			must(t, f.AddComment(key, "lea.faure", "Encore lui.", true))
			content := bytes.Repeat([]byte("\x00casier\r\n--"), 100_000)
			_, err = c.Attach(t.Context(), key, "capture \"écran\"/1.png", int64(len(content)), bytes.NewReader(content))
			must(t, err)
			must(t, f.AddAttachment(key, "lea.faure", "réponse.pdf", "application/pdf", []byte("%PDF-réponse")))
			made := f.Issues()
			if len(made) != 1 || made[0].Summary != "Élève n° 7 : « casier » fermé — œuvre" || made[0].Description != locker.Description || made[0].Type != "Incident" || made[0].Priority != "Haute" ||
				!slices.Equal(made[0].Labels, []string{"0931490P", "ent-4c1f"}) || made[0].Fields["customfield_10001"] != "Les Érables" || !bytes.Equal(made[0].Attachments[0].Content, content) {
				t.Errorf("%+v", made)
			}
			checkRound(t, c, key)
			must(t, c.Transition(t.Context(), key, "en ATTENTE"))
			must(t, c.Transition(t.Context(), key, string(Done)))
			changed, err := c.ChangedSince(t.Context(), "ENT", before)
			must(t, err)
			if len(changed) != 1 || changed[0].Key != key || changed[0].Status != (Status{"Résolue", Done}) || changed[0].Resolution != "Corrigée" || changed[0].Updated.Before(before.Add(-time.Second)) {
				t.Errorf("%+v", changed)
			}
			if at := c.BrowseURL(key); at != f.URL+"/browse/"+key {
				t.Errorf("%s", at)
			}
		})
	}
}

func ignore[T any](_ T, err error) error { return err }

// checkRound reads what TestRound put in an issue.
func checkRound(t *testing.T, c *Client, key string) {
	t.Helper()
	i, err := c.Issue(t.Context(), key)
	must(t, err)
	if i.Status != (Status{"Ouverte", New}) || i.Priority != "Haute" || i.Resolution != "" || len(i.Comments) != 3 || len(i.Attachments) != 2 {
		t.Fatalf("%+v", i)
	}
	if w := i.Comments[0]; w.Body != "L’élève précise : « le 12 »." || !w.Public || w.Author.Name == "" || w.Created.IsZero() {
		t.Errorf("%+v", w)
	}
	if w := i.Comments[1]; w.Author.ID != "lea.faure" || !w.Public || i.Comments[2].Public {
		t.Errorf("%+v", i.Comments)
	}
	if a := i.Attachments[0]; a.Name != "capture \"écran\"_1.png" || a.Size != 1_100_000 {
		t.Errorf("%+v", a)
	}
	var b bytes.Buffer
	must(t, c.Download(t.Context(), i.Attachments[1], &b))
	if b.String() != "%PDF-réponse" {
		t.Errorf("%q", b.String())
	}
}

// hasty has a client wait no more than a second for something to move.
func hasty(c *Client) {
	bounds := outbound.Transfer
	bounds.Still, bounds.Body = time.Second, maxAnswer
	c.answer = loopback.HTTP(bounds, nil)
}

// TestOnce loses the answer to a creation in every way: asked again, there is
// one issue.
func TestOnce(t *testing.T) {
	for _, flavour := range flavours {
		for _, mode := range []fake.Mode{fake.Silent, fake.Cut, fake.BrokenAfter, fake.Truncated, fake.LoginPage, fake.Garbage, fake.Broken} {
			t.Run(string(flavour)+" "+string(mode), func(t *testing.T) {
				f, c := start(t, flavour)
				f.FailWork(mode)
				f.Behind(true)
				hasty(c)
				_, err := c.CreateOnce(t.Context(), locker, "ent-4c1f")
				lost := failure(t, err, "")
				wait := map[fake.Flavour]time.Duration{fake.DataCenter: 10 * time.Second, fake.Cloud: Settle}[flavour]
				if !lost.Unsure || lost.RetryAfter != wait || lost.Temporary != (mode != fake.LoginPage) {
					t.Errorf("%+v", lost)
				}
				f.FailWork(fake.Healthy)
				f.Behind(false) // RetryAfter later
				key, err := c.CreateOnce(t.Context(), locker, "ent-4c1f")
				must(t, err)
				if made := f.Issues(); len(made) != 1 || made[0].Key != key {
					t.Errorf("%s of %+v", key, made)
				}
			})
		}
	}
	// A search that fails makes nothing: there is no creation without it.
	f, c := start(t, fake.DataCenter)
	f.Fail(fake.Broken)
	_, err := c.CreateOnce(t.Context(), locker, "ent-4c1f")
	if lost := failure(t, err, "en panne"); lost.Unsure || len(f.Calls()) != 1 {
		t.Errorf("%+v, %+v", lost, f.Calls())
	}
}

// TestFailures checks what each way to fail means, to read and to write.
func TestFailures(t *testing.T) {
	for _, flavour := range flavours {
		for _, c := range []struct {
			mode      fake.Mode
			status    int
			temporary bool
			unsure    bool // of what is written
			after     time.Duration
			says      string
		}{
			{fake.Unauthorized, 401, false, false, 0, "refuse le compte (401)"},
			{fake.Forbidden, 403, false, false, 0, "ce droit au compte (403) : voyez avec qui l’administre. JIRA dit : « Vous n'avez pas la permission de faire cela. »"},
			{fake.XSRF, 403, false, false, 0, "XSRF"},
			{fake.Missing, 404, false, false, 0, "ne connaît pas la demande ENT-1, ou ne le montre pas à ce compte (404)"},
			{fake.Gone, 410, false, false, 0, "choisi"},
			{fake.TooLarge, 413, false, false, 0, "plus grand que ce que JIRA accepte"},
			{fake.TooMany, 429, true, false, 30 * time.Second, "trop de questions"},
			{fake.Broken, 500, true, true, 0, "en panne ou en maintenance (500)"},
			{fake.BrokenAfter, 502, true, true, 0, "en panne ou en maintenance (502)"},
			{fake.Redirect, 302, false, false, 0, "renvoie vers une autre"},
			{fake.LoginPage, 200, false, true, 0, "portail de connexion"},
			{fake.Garbage, 200, true, true, 0, "illisible"},
			{fake.Truncated, 200, true, true, 0, "illisible"},
			{fake.Endless, 0, false, true, 0, "trop grande"},
			{fake.Slow, 0, true, true, 0, "pas répondu à temps"},
		} {
			t.Run(string(flavour)+" "+string(c.mode), func(t *testing.T) {
				f, client := start(t, flavour)
				must(t, ignore(client.Create(t.Context(), locker)))
				f.Fail(c.mode)
				hasty(client)
				says := c.says
				if c.mode == fake.Gone {
					says = "n’offre plus cette fonction (410)"
				}
				got := failure(t, ignore(client.Issue(t.Context(), "ENT-1")), says)
				if got.Status != c.status || got.Temporary != c.temporary || got.Unsure || got.RetryAfter != c.after {
					t.Errorf("to read: %+v", got)
				}
				got = failure(t, ignore(client.Comment(t.Context(), "ENT-1", "Un mot.")), says)
				if got.Temporary != c.temporary || got.Unsure != c.unsure {
					t.Errorf("to write: %+v", got)
				}
				got = failure(t, ignore(client.Attach(t.Context(), "ENT-1", "a.txt", 5, strings.NewReader("texte"))), says)
				if got.Temporary != c.temporary || got.Unsure != c.unsure {
					t.Errorf("to attach: %+v", got)
				}
			})
		}
	}
}

// TestSaid checks what is repeated of what JIRA says.
func TestSaid(t *testing.T) {
	var answer func(http.ResponseWriter, *http.Request)
	c := serve(t, Cloud, func(w http.ResponseWriter, r *http.Request) { answer(w, r) })
	answer = func(w http.ResponseWriter, r *http.Request) {
		w.WriteHeader(400)
		fmt.Fprintf(w, `{"errorMessages":["%s\u001b[31m\u202e"],"errors":{"summary":"jeton-du-connecteur\n%s"}}`, r.Header.Get("Authorization"), strings.Repeat("x", 5000))
	}
	got := failure(t, ignore(c.Create(t.Context(), locker)), "refuse ce qui lui est demandé (400). JIRA dit : « Basic …")
	if got.Temporary || got.Unsure || got.Status != 400 {
		t.Errorf("%+v", got)
	}
	answer = func(w http.ResponseWriter, r *http.Request) {
		w.WriteHeader(400)
		io.WriteString(w, `{"errorMessages":[],"errors":{"summary":"trop long","customfield_1":"inconnu"}}`)
	}
	failure(t, ignore(c.Create(t.Context(), locker)), "JIRA dit : « customfield_1 : inconnu ; summary : trop long ».")
	answer = func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("X-Authentication-Denied-Reason", "CAPTCHA_CHALLENGE; login-url=https://jira.exemple.example/login.jsp")
		w.WriteHeader(403)
	}
	failure(t, ignore(c.Issue(t.Context(), "ENT-1")), "recopie une image")
	for after, wanted := range map[string]time.Duration{"": time.Minute, "-5": time.Minute, "bientôt": time.Minute, "0": 0, "120": 2 * time.Minute, "999999999": 24 * time.Hour, "99999999999999999999": time.Minute, "Mon, 02 Jan 2006 15:04:05 GMT": 0} {
		answer = func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Retry-After", after)
			w.WriteHeader(429)
		}
		if got := failure(t, ignore(c.Issue(t.Context(), "ENT-1")), "429"); got.RetryAfter != wanted || !got.Temporary {
			t.Errorf("%q: %+v", after, got)
		}
	}
	answer = func(w http.ResponseWriter, r *http.Request) { // not even HTTP
		conn, _, err := http.NewResponseController(w).Hijack()
		if err == nil {
			fmt.Fprintf(conn, "%s\x1b jeton-du-connecteur\r\n\r\n", r.Header.Get("Authorization"))
			conn.Close()
		}
	}
	if got := failure(t, ignore(c.Create(t.Context(), locker)), "a échoué"); !got.Unsure {
		t.Errorf("%+v", got)
	}
}

// TestPolicy checks that a site is joined through the policy, whose refusal is
// the same whatever is there.
func TestPolicy(t *testing.T) {
	f := fake.Start(t, fake.DataCenter)
	refused := map[string]bool{}
	for _, base := range []string{f.URL, "http://127.0.0.1:1", "https://127.0.0.1:1", "https://localhost", "https://169.254.169.254", "https://10.1.2.3:8443"} {
		site := siteOf(f)
		site.Base = base
		c, err := site.Client(outbound.Policy{})
		must(t, err)
		err = ignore(c.Create(t.Context(), locker))
		got := failure(t, err, "--allow-network")
		if got.Temporary || got.Unsure || !errors.As(err, new(*outbound.Refusal)) {
			t.Errorf("%s: %+v", base, got)
		}
		refused[got.Says] = true
		if steps := c.Test(t.Context(), Needed{Project: "ENT"}); len(steps) != 1 || steps[0].OK || steps[0].Says != got.Says {
			t.Errorf("%s: %+v", base, steps)
		}
	}
	if len(refused) != 1 {
		t.Errorf("told apart: %v", refused)
	}
	site := siteOf(f)
	site.Base = "http://93.184.215.14"
	failure(t, ignore(client(t, site).Issue(t.Context(), "ENT-1")), "Sans chiffrement, seul un JIRA d’un réseau")
	site.Base = "http://127.0.0.1:1"
	if got := failure(t, ignore(client(t, site).Create(t.Context(), locker)), "Aucun serveur n’écoute"); !got.Temporary || got.Unsure {
		t.Errorf("%+v", got)
	}
	if calls := f.Calls(); len(calls) != 0 {
		t.Errorf("%+v", calls)
	}
}

// TestTLS checks that nothing is told to a site that is not proved to be ours.
func TestTLS(t *testing.T) {
	f := fake.New(fake.DataCenter)
	server := httptest.NewTLSServer(f)
	t.Cleanup(server.Close)
	site := siteOf(f)
	site.Base = server.URL
	if got := failure(t, ignore(client(t, site).Create(t.Context(), locker)), "n’est signé par aucune autorité connue"); got.Temporary || got.Unsure {
		t.Errorf("%+v", got)
	}
	site.Roots = x509.NewCertPool()
	site.Roots.AddCert(server.Certificate())
	site.Base = strings.Replace(server.URL, "127.0.0.1", "localhost", 1)
	failure(t, ignore(client(t, site).Create(t.Context(), locker)), "n’est pas au nom de localhost")
	if calls := f.Calls(); len(calls) != 0 {
		t.Errorf("%+v", calls)
	}
	site.Base = server.URL
	must(t, ignore(client(t, site).Create(t.Context(), locker)))
	plain := fake.Start(t, fake.DataCenter)
	site.Base = strings.Replace(plain.URL, "http:", "https:", 1)
	failure(t, ignore(client(t, site).Create(t.Context(), locker)), "ne parle pas TLS")
}

// TestSites checks which sites are one.
func TestSites(t *testing.T) {
	good := Site{Base: "https://jira.exemple.example", Flavour: DataCenter, Token: "jeton"}
	for _, c := range []struct {
		change func(*Site)
		says   string
	}{
		{func(s *Site) { s.Base = "" }, "n’est pas complète"},
		{func(s *Site) { s.Base = "jira.exemple.example" }, "n’est pas complète"},
		{func(s *Site) { s.Base = "ftp://jira.exemple.example" }, "n’est pas complète"},
		{func(s *Site) { s.Base = "https://" }, "n’est pas complète"},
		{func(s *Site) { s.Base = "https://claire:jeton@jira.exemple.example" }, "n’est pas complète"},
		{func(s *Site) { s.Base = "https://jira.exemple.example/?a=b" }, "n’est pas complète"},
		{func(s *Site) { s.Base = "https://jira.exemple.example/a/../b" }, "n’est pas complète"},
		{func(s *Site) { s.Base = "https://jira.exemple.example/%2e%2e%2fsecret" }, "n’est pas complète"},
		{func(s *Site) { s.Base = "https://jira.exemple.example\n" }, "n’est pas complète"},
		{func(s *Site) { s.Flavour = "server" }, "choisissez Data Center ou Cloud"},
		{func(s *Site) { s.Token = "" }, "jeton"},
		{func(s *Site) { s.Token = "jeton\r\nX-A: b" }, "jeton"},
		{func(s *Site) { s.Flavour = Cloud }, "adresse électronique"},
		{func(s *Site) { s.Flavour, s.Email = Cloud, "a:b@exemple.example" }, "adresse électronique"},
	} {
		s := good
		c.change(&s)
		_, err := s.Client(loopback)
		failure(t, err, c.says)
	}
	must(t, ignore(good.Client(loopback)))
}
