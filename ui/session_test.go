package ui

import (
	"bufio"
	"context"
	"encoding/base64"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"preau/app/access"
	"preau/app/demo"
	"preau/app/directory"
	"preau/data"
)

// TestIdleSession sees a session end after its time without a visit, to the
// second, and not a second sooner.
func TestIdleSession(t *testing.T) {
	h := newHouse(t)
	for login, idle := range map[string]time.Duration{"claire.moreau": 30 * time.Minute, "marc.dubois": 30 * time.Minute, "lucas.martin": 2 * time.Hour, "anne.martin": 2 * time.Hour} {
		p := h.enter(login)
		for range 2 { // a visit begins the time again
			h.clock.pass(idle - time.Second)
			p.stands("/", http.StatusOK)
		}
		h.clock.pass(idle)
		p.stands("/", http.StatusSeeOther)
		h.clock.pass(-time.Second)
		p.stands("/", http.StatusOK) // it was that second
	}
}

// stands checks the status of a page.
func (p *person) stands(path string, want int, headers ...string) {
	p.h.t.Helper()
	if got := p.get(path, headers...); got.Status != want {
		p.h.t.Errorf("%s: %s: %d, want %d", p.login, path, got.Status, want)
	}
}

// TestAbsoluteSession sees a session end after eight hours, however busy, and
// what is in memory written or not.
func TestAbsoluteSession(t *testing.T) {
	h := newHouse(t)
	for _, login := range []string{"claire.moreau", "lucas.martin"} {
		p := h.enter(login)
		const step = 20 * time.Minute
		for range 8*time.Hour/step - 1 {
			h.clock.pass(step)
			p.stands("/", http.StatusOK)
			if err := h.app.Gate.Flush(); err != nil {
				t.Fatal(err)
			}
			if err := h.app.Gate.Sweep(); err != nil {
				t.Fatal(err)
			}
		}
		h.clock.pass(step - time.Second)
		p.stands("/", http.StatusOK)
		h.clock.pass(time.Second)
		p.stands("/", http.StatusSeeOther)
	}
}

// TestBackgroundDoesNotExtend keeps asking what scripts ask by themselves: the
// session ends all the same.
func TestBackgroundDoesNotExtend(t *testing.T) {
	h := newHouse(t)
	home := "/console/etablissements/" + h.school("claire.moreau", 0)
	for name, ask := range map[string]func(*person) answer{
		"stream":      func(p *person) answer { return p.get(home+"/journal/flux", "Accept", "text/event-stream") },
		"events":      func(p *person) answer { return p.get(home+"/journal/evenements", "X-Preau-Fond", "1") },
		"suggestions": func(p *person) answer { return p.get("/console/recherche?q=martin", "X-Preau-Fond", "1") },
		"not found":   func(p *person) answer { return p.get("/nulle-part") },
		"style":       func(p *person) answer { return p.get("/a/x/css/console.css") },
		"health":      func(p *person) answer { return p.get("/sante") },
	} {
		p := h.enter("claire.moreau")
		h.clock.pass(29 * time.Minute)
		if got := ask(p); got.Status >= 500 || got.Status == http.StatusSeeOther {
			t.Errorf("%s: %d", name, got.Status)
		}
		h.clock.pass(time.Minute)
		if got := p.get("/"); got.Status != http.StatusSeeOther {
			t.Errorf("%s makes the session last", name)
		}
	}
	p := h.enter("claire.moreau")
	h.clock.pass(30 * time.Minute)
	p.stands(home+"/journal/flux", http.StatusUnauthorized, "Accept", "text/event-stream")
	p.stands(home+"/journal/evenements", http.StatusUnauthorized, "X-Preau-Fond", "1")
}

// sessionOf is the name and the value of a browser's session cookie.
func (p *person) sessionOf() *http.Cookie {
	p.h.t.Helper()
	at, err := url.Parse(p.h.base)
	if err != nil {
		p.h.t.Fatal(err)
	}
	cookies := p.Jar.Cookies(at)
	i := slices.IndexFunc(cookies, func(c *http.Cookie) bool { return strings.HasSuffix(c.Name, "-session") })
	if i < 0 {
		return nil
	}
	return cookies[i]
}

// with is a browser that holds one cookie.
func (h *house) with(c *http.Cookie) *person {
	h.t.Helper()
	p := h.visitor()
	at, err := url.Parse(h.base)
	if err != nil {
		h.t.Fatal(err)
	}
	p.Jar.SetCookies(at, []*http.Cookie{c})
	return p
}

// TestForgedSession tries cookies that nobody was given.
func TestForgedSession(t *testing.T) {
	h := newHouse(t)
	p := h.enter("claire.moreau")
	real := p.sessionOf()
	if raw, err := base64.RawURLEncoding.DecodeString(real.Value); err != nil || len(raw) != 32 {
		t.Errorf("the token holds %d bytes, %v", len(raw), err)
	}
	var stored string
	h.see(func(tx *data.Tx) error {
		for token, err := range access.TokensByAccount.All(tx, h.account("claire.moreau").ID) {
			if err != nil {
				return err
			}
			stored = token.Hash
		}
		return nil
	})
	flipped := []byte(real.Value)
	flipped[20] ^= 1
	for _, value := range []string{"", "x", stored, stored[:43], string(flipped), real.Value[1:], real.Value + "x", strings.ToUpper(real.Value), strings.Repeat("A", 43),
		"%00" + real.Value, h.account("claire.moreau").ID, strings.Repeat("x", 4000)} {
		h.with(&http.Cookie{Name: real.Name, Value: value}).stands("/console", http.StatusSeeOther)
		if got := h.with(&http.Cookie{Name: real.Name, Value: value}).get("/console"); !strings.HasPrefix(got.Get("Location"), "/connexion") {
			t.Errorf("the cookie %q leads to %s", value, got.Get("Location"))
		}
	}
	h.with(&http.Cookie{Name: "session", Value: real.Value}).stands("/", http.StatusSeeOther)
	h.with(&http.Cookie{Name: real.Name, Value: real.Value}).stands("/", http.StatusOK)
}

// TestFixation: a session that the browser had, or chose, is not the one that
// signing in gives, and signing out kills the one there was.
func TestFixation(t *testing.T) {
	h := newHouse(t)
	name := h.enter("lucas.martin").sessionOf().Name
	for _, chosen := range []string{"choisi-par-un-autre", strings.Repeat("A", 43)} {
		p := h.with(&http.Cookie{Name: name, Value: chosen, Path: "/"})
		p.token = p.tokenOf("/connexion")
		p.post("/connexion", url.Values{"login": {"lucas.martin"}, "mot-de-passe": {demo.Password}})
		if got := p.sessionOf(); got == nil || got.Value == chosen {
			t.Errorf("the session is the one that was chosen: %v", got)
		}
		h.with(&http.Cookie{Name: name, Value: chosen}).stands("/", http.StatusSeeOther)
	}

	p := h.enter("claire.moreau")
	first := p.sessionOf()
	again := p.post("/connexion", url.Values{"login": {"claire.moreau"}, "mot-de-passe": {demo.Password}})
	if again.Status != http.StatusSeeOther || p.sessionOf().Value == first.Value {
		t.Errorf("signing in again keeps the token (%d)", again.Status)
	}
	h.with(first).stands("/", http.StatusSeeOther)
	second := p.sessionOf()
	p.token = p.tokenOf("/")
	out := p.post("/deconnexion", nil)
	if !strings.Contains(out.Get("Clear-Site-Data"), `"cache"`) {
		t.Errorf("Clear-Site-Data is %q at sign-out", out.Get("Clear-Site-Data"))
	}
	if p.sessionOf() != nil {
		t.Error("the browser keeps its session")
	}
	h.with(second).stands("/", http.StatusSeeOther) // replayed
	if got := h.with(second).post("/theme", url.Values{"jeton": {p.token}}); got.Status != http.StatusForbidden {
		t.Errorf("a token of a former session: %d", got.Status)
	}
}

// A follower is an open stream of the journal.
type follower struct {
	*bufio.Reader
	stop func()
}

// follow opens a stream of the journal of an establishment.
func (p *person) follow(uai string) follower {
	p.h.t.Helper()
	return p.stream("/console/etablissements/" + uai + "/journal/flux")
}

// stream opens what a page follows.
func (p *person) stream(path string) follower {
	p.h.t.Helper()
	ctx, stop := context.WithTimeout(context.Background(), time.Minute)
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, p.h.base+path, nil)
	if err != nil {
		p.h.t.Fatal(err)
	}
	req.Header.Set("Accept", "text/event-stream")
	res, err := p.Do(req)
	if err != nil || res.StatusCode != http.StatusOK {
		p.h.t.Fatalf("stream: %v %v", res, err)
	}
	f := follower{bufio.NewReader(res.Body), stop}
	if _, err := f.ReadString('\n'); err != nil { // it lives
		p.h.t.Fatal(err)
	}
	return f
}

// ends reads a stream to its end, and reports whether it says why.
func (f follower) ends(t *testing.T) bool {
	t.Helper()
	defer f.stop()
	rest, err := io.ReadAll(f)
	if err != nil {
		t.Errorf("the stream goes on: %v", err)
	}
	return strings.Contains(string(rest), "event: fin")
}

// TestSuspensionEndsSessions opens five sessions and two streams of somebody,
// then suspends them, or signs them out: nothing is left open.
func TestSuspensionEndsSessions(t *testing.T) {
	h := newHouse(t)
	uai := h.school("claire.moreau", 0)
	claire := h.account("claire.moreau")
	marc := h.enter("marc.dubois")
	var all []*person
	for range 5 {
		all = append(all, h.enter("claire.moreau"))
	}
	one, two := all[0].follow(uai), all[1].follow(uai)
	got := marc.post("/console/etablissements/"+uai+"/utilisateurs/"+directory.Teacher.Path()+"/"+claire.ID+"/suspension", url.Values{"motif": {"essai"}})
	if got.Status != http.StatusSeeOther {
		t.Fatalf("suspension: %d\n%s", got.Status, got.Body)
	}
	for _, f := range []follower{one, two} {
		if !f.ends(t) {
			t.Error("a stream ends without saying that the session is over")
		}
	}
	for _, p := range all {
		p.stands("/", http.StatusSeeOther)
		p.stands("/console", http.StatusSeeOther)
	}
	p := h.visitor()
	p.token = p.tokenOf("/connexion")
	in := p.post("/connexion", url.Values{"login": {"claire.moreau"}, "mot-de-passe": {demo.Password}})
	if in.Status != http.StatusUnprocessableEntity || !strings.Contains(in.Body, access.NoAccess) {
		t.Errorf("a suspended account signs in: %d", in.Status)
	}
	if wrong := p.post("/connexion", url.Values{"login": {"claire.moreau"}, "mot-de-passe": {"pas le bon"}}); strings.Contains(wrong.Body, access.NoAccess) {
		t.Error("a wrong password learns that the account is suspended")
	}

	if got := marc.post("/console/etablissements/"+uai+"/utilisateurs/"+directory.Teacher.Path()+"/"+claire.ID+"/reactivation", nil); got.Status != http.StatusSeeOther {
		t.Fatalf("reactivation: %d", got.Status)
	}
	for _, p := range all {
		p.stands("/", http.StatusSeeOther) // they do not come back to life
	}
	h.enter("claire.moreau").stands("/console", http.StatusSeeOther)

	sophie := h.enter("sophie.girard")
	other := h.school("sophie.girard", 0)
	stream, elsewhere := sophie.follow(other), h.enter("sophie.girard")
	sophie.post("/deconnexion", nil)
	if !stream.ends(t) {
		t.Error("the stream outlives the sign-out")
	}
	elsewhere.stands("/", http.StatusOK) // another session of the same person goes on
}

// TestPasswordEndsSessions: five sessions and two streams of somebody end when an
// administrator renews their password, when they choose another by a code that
// was handed over, and, but for the one they are in, when they change it.
func TestPasswordEndsSessions(t *testing.T) {
	h := newHouse(t)
	uai, claire := h.school("claire.moreau", 0), h.account("claire.moreau")
	marc := h.session("marc.dubois")
	for name, act := range map[string]func(mine *access.Session) error{
		"renewed": func(*access.Session) error { return directory.NewPassword(marc, uai, claire.ID) },
		"chosen by a code": func(*access.Session) error {
			code, err := directory.HandOver(marc, uai, claire.ID)
			if err != nil {
				return err
			}
			token, err := h.app.Gate.UseCode(t.Context(), code.Login, code.Code, "192.0.2.7")
			if err == nil {
				_, err = directory.ChoosePassword(t.Context(), h.app.Gate, token, "192.0.2.7", directory.PasswordForm{Password: "un bureau bien rangé", Again: "un bureau bien rangé"})
			}
			return err
		},
		"changed": func(mine *access.Session) error {
			return directory.ChangePassword(t.Context(), mine, "une trousse bien pleine", "une trousse bien pleine")
		},
	} {
		h.withPassword("claire.moreau", demo.Password)
		var all []*person
		for range 5 {
			all = append(all, h.enter("claire.moreau"))
		}
		one, two := all[0].follow(uai), all[1].follow(uai)
		mine := h.session("claire.moreau")
		if err := act(mine); err != nil {
			t.Fatal(name, err)
		}
		for _, f := range []follower{one, two} {
			if !f.ends(t) {
				t.Errorf("%s: a stream ends without saying that the session is over", name)
			}
		}
		for _, p := range all {
			p.stands("/", http.StatusSeeOther)
		}
		p := h.visitor()
		p.token = p.tokenOf("/connexion")
		if in := p.post("/connexion", url.Values{"login": {"claire.moreau"}, "mot-de-passe": {demo.Password}}); in.Status != http.StatusUnprocessableEntity {
			t.Errorf("%s: the former password still opens: %d", name, in.Status)
		}
	}
}

// session signs somebody of the demo in, without a browser.
func (h *house) session(login string) *access.Session {
	h.t.Helper()
	signed, err := h.app.Gate.SignIn(h.t.Context(), access.SignIn{Login: login, Password: demo.Password, From: "192.0.2.9"})
	if err != nil || signed.Session == nil {
		h.t.Fatal(login, signed, err)
	}
	return signed.Session
}

// withPassword gives somebody a password, as if they had chosen it.
func (h *house) withPassword(login, password string) {
	h.t.Helper()
	hash, err := h.app.Gate.Hash(h.t.Context(), password)
	if err != nil {
		h.t.Fatal(err)
	}
	if err := h.app.Gate.System("essai").Do(setting, func(tx *data.Tx) (data.Row, error) {
		a, err := access.AccountsByLogin.Get(tx, login)
		if err != nil {
			return nil, err
		}
		a, err = access.SetPassword(tx, a, hash)
		return a, err
	}); err != nil {
		h.t.Fatal(err)
	}
}

var setting = access.NewAction("test.password", "Mot de passe d’essai", access.RunAppliance, data.Info)

// TestRightsEndAtOnce: an administrator whose grant is withdrawn is out of the
// console with the next request.
func TestRightsEndAtOnce(t *testing.T) {
	h := newHouse(t)
	uai := h.school("claire.moreau", 0)
	claire := h.account("claire.moreau")
	p, marc := h.enter("claire.moreau"), h.enter("marc.dubois")
	stream := p.follow(uai)
	u := h.user(claire.ID)
	got := marc.post("/console/etablissements/"+uai+"/utilisateurs/"+directory.Teacher.Path()+"/"+claire.ID,
		url.Values{"version": {version(u)}, "login": {u.Login.Value()}, "email": {u.Email.Value()}, "portable": {u.Mobile.Value()}, "domicile": {u.Home.Value()}, "poste": {u.Work.Value()},
			"admin": {"non"}, "confirmer": {"oui"}})
	if got.Status != http.StatusSeeOther {
		t.Fatalf("%d\n%s", got.Status, got.Body)
	}
	stream.ends(t)
	p.stands("/console/etablissements/"+uai, http.StatusSeeOther)
	p = h.enter("claire.moreau")
	p.stands("/", http.StatusOK)
	p.stands("/console", http.StatusNotFound)
}

// TestKeptStrings asks many things on one connection after something was kept
// of a request: it has not changed since.
func TestKeptStrings(t *testing.T) {
	h := newHouse(t)
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	p := &person{h: h, Client: &http.Client{Jar: jar, Transport: &http.Transport{MaxConnsPerHost: 1}, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}}
	p.token = p.tokenOf("/connexion")
	const agent = "Navigateur-d-essai/1.0 (très particulier)"
	p.post("/connexion", url.Values{"login": {"lucas.martin"}, "mot-de-passe": {demo.Password}}, "User-Agent", agent)
	for range 60 {
		p.get("/", "User-Agent", strings.Repeat("x", len(agent)))
	}
	if err := h.app.Gate.Flush(); err != nil {
		t.Fatal(err)
	}
	s, err := h.app.Gate.Resume(p.sessionOf().Value, "127.0.0.1", false)
	if err != nil {
		t.Fatal(err)
	}
	open, err := s.Sessions()
	if err != nil || len(open) != 1 || open[0].Agent != agent {
		t.Errorf("sessions %+v, %v", open, err)
	}
}

// TestSealedCookies: a message or a form's token that we did not make counts
// for nothing, though another site of the same host can set cookies.
func TestSealedCookies(t *testing.T) {
	h := newHouse(t)
	real := h.enter("lucas.martin")
	at, err := url.Parse(h.base)
	if err != nil {
		t.Fatal(err)
	}
	prefix := strings.TrimSuffix(real.sessionOf().Name, "session")
	const lie = "Appelez-donc-ce-correspondant"
	encoded := base64.RawURLEncoding.EncodeToString([]byte(lie))
	other := h.visitor()
	form := other.Jar
	other.tokenOf("/connexion")
	var sealed string // of a form, given as a message
	for _, c := range form.Cookies(at) {
		if c.Name == prefix+"formulaire" {
			sealed = c.Value
		}
	}
	_, mark, _ := strings.Cut(sealed, ".")
	for _, value := range []string{lie, encoded, encoded + ".", encoded + "." + mark, encoded + "." + base64.RawURLEncoding.EncodeToString(make([]byte, 32)), sealed} {
		p := h.with(&http.Cookie{Name: prefix + "message", Value: value})
		if got := p.get("/connexion"); strings.Contains(got.Body, lie) || strings.Contains(got.Body, `id="message"`) {
			t.Errorf("a message that we did not seal is shown: %q", value)
		}
		q := h.with(&http.Cookie{Name: prefix + "formulaire", Value: value})
		if value == sealed {
			continue
		}
		for _, token := range []string{"", value, mark} {
			if got := q.post("/connexion", url.Values{"jeton": {token}, "login": {"lucas.martin"}, "mot-de-passe": {demo.Password}}); got.Status != http.StatusForbidden {
				t.Errorf("a form cookie that we did not seal: %d", got.Status)
			}
		}
	}
	if p := h.with(&http.Cookie{Name: prefix + "theme", Value: `x><script>`}); strings.Contains(p.get("/connexion").Body, "x><script>") {
		t.Error("the theme is copied to the page")
	}
}

// TestPeopleCloseSessions: people see and end their other sessions, and an
// administrator those of a person of their establishment.
func TestPeopleCloseSessions(t *testing.T) {
	h := newHouse(t)
	here, there, third := h.enter("lucas.martin"), h.enter("lucas.martin"), h.enter("lucas.martin")
	page := here.get("/compte")
	if m := regexp.MustCompile(`name="session" value="([0-9a-f]+)"`).FindStringSubmatch(page.Body); m == nil {
		t.Fatal("no session can be closed")
	} else if got := here.post("/compte/sessions", url.Values{"session": {m[1]}}); got.Status != http.StatusSeeOther {
		t.Fatal(got.Status)
	}
	open := 0
	for _, p := range []*person{there, third} {
		if p.get("/").Status == http.StatusOK {
			open++
		}
	}
	if open != 1 {
		t.Errorf("%d of the two others are open, want 1", open)
	}
	if got := here.post("/compte/sessions", nil); got.Status != http.StatusSeeOther || here.get("/").Status != http.StatusOK {
		t.Error("closing the others closed this one")
	}
	if there.get("/").Status == http.StatusOK || third.get("/").Status == http.StatusOK {
		t.Error("another session is still open")
	}
	claire := h.enter("claire.moreau")
	home := claire.get("/console").Get("Location")
	record := recordOf(t, claire, home, "lucas.martin")
	if page := claire.get(record); !strings.Contains(page.Body, "1\u00a0session ouverte") {
		t.Error("the record does not say that a session is open")
	}
	if got := claire.post(record+"/sessions", nil); got.Status != http.StatusSeeOther || here.get("/").Status != http.StatusSeeOther {
		t.Error("the administrator closed nothing")
	}
}

// recordOf is the address of the record of somebody, found by their login.
func recordOf(t *testing.T, p *person, home, login string) string {
	t.Helper()
	m := regexp.MustCompile(`href="([^"]+/utilisateurs/[^"]+)"`).FindStringSubmatch(p.get(home + "/recherche?q=" + login).Body)
	if m == nil {
		t.Fatal("nobody found")
	}
	return m[1]
}
