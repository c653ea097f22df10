package ui

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"preau/app/access"
	"preau/app/demo"
	"preau/app/directory"
	"preau/data"
)

// nobody is a browser in front of the sign-in page.
func (h *house) nobody() *person { return h.enter("") }

// sessions is how many somebody has open.
func (h *house) sessions(login string) (n int) {
	h.t.Helper()
	id := h.account(login).ID
	h.see(func(tx *data.Tx) (err error) {
		n, err = access.OpenSessions(tx, id)
		return err
	})
	return n
}

// TestFirstConnection signs a pupil in with the initial password: they choose
// another one, accept the charter, and go on where they were going.
func TestFirstConnection(t *testing.T) {
	h := newHouse(t)
	a, initial := h.newcomer(h.school("claire.moreau", 0), directory.Student)
	p := h.nobody()
	p.leads(p.tries(a.Login, strings.ToUpper(initial), "vers", "/compte"), "/mot-de-passe?vers=%2Fcompte")
	if p.sessionOf() != nil || h.sessions(a.Login) != 0 {
		t.Fatal("an initial password opens a session")
	}
	page := p.get("/mot-de-passe?vers=%2Fcompte")
	for _, want := range []string{"Première connexion", `value="` + a.Login + `" readonly`, `autocomplete="username"`, "Au moins 8 caractères", "Charte d’utilisation", "Protection des données", access.SecretQuestions[3]} {
		if !strings.Contains(page.Body, want) {
			t.Errorf("the page does not hold %q", want)
		}
	}
	link := linkField.FindStringSubmatch(page.Body)[1]
	form := url.Values{"lien": {link}, "vers": {"/compte"}, "mot-de-passe": {"court"}, "encore": {"autre"}, "question": {access.SecretQuestions[0]}, "reponse": {"Émile"}}
	refused := p.post("/mot-de-passe", form)
	if refused.Status != http.StatusUnprocessableEntity || strings.Contains(refused.Body, "court\"") {
		t.Errorf("a short password: %d", refused.Status)
	}
	for _, field := range []string{"mot-de-passe", "charte"} {
		if !strings.Contains(refused.Body, `id="e-`+field+`"`) {
			t.Errorf("nothing beside %s", field)
		}
	}
	if !strings.Contains(refused.Body, `value="Émile"`) || !strings.Contains(refused.Body, "selected>"+access.SecretQuestions[0]) {
		t.Error("what was typed is lost")
	}
	form["mot-de-passe"], form["encore"], form["charte"] = []string{"la cour des grands"}, []string{"la cour des grands"}, []string{"oui"}
	p.leads(p.post("/mot-de-passe", form), "/compte")
	p.stands("/", http.StatusOK)
	if again := h.nobody().tries(a.Login, initial); again.Status != http.StatusUnprocessableEntity {
		t.Errorf("the initial password still opens: %d", again.Status)
	}
	if got := h.nobody().post("/mot-de-passe", form); got.Status != http.StatusNotFound {
		t.Errorf("the form again: %d", got.Status)
	}
	q := h.nobody()
	q.leads(q.tries(a.Login, "la cour des grands"), "/")
}

var linkField = regexp.MustCompile(`name="lien" value="([^"]+)"`)

// TestStepsEnd: a sign-in that is not finished in a quarter of an hour is begun
// again, and no step opens a session by itself.
func TestStepsEnd(t *testing.T) {
	h := newHouse(t)
	a, initial := h.newcomer(h.school("claire.moreau", 0), directory.Teacher)
	phone := h.equip("paul.lefevre")
	h.rewrite(h.school("claire.moreau", 0))
	h.require(access.AcademySupport)
	for login, step := range map[string]struct{ password, path string }{
		a.Login: {initial, "/mot-de-passe"}, "paul.lefevre": {demo.Password, "/connexion/second-facteur"}, "nadia.benali": {demo.Password, "/connexion/second-facteur/mise-en-place"},
		"julien.petit": {demo.Password, "/connexion/charte"}, "admin.sophie.girard": {demo.Password, "/connexion/etablissement"},
	} {
		p := h.nobody()
		p.leads(p.tries(login, step.password), step.path)
		p.stands(step.path, http.StatusOK)
		p.stands("/", http.StatusSeeOther)
		h.clock.pass(15*time.Minute - time.Second)
		p.stands(step.path, http.StatusOK)
		h.clock.pass(time.Second)
		got := p.get(step.path)
		if got.Status != http.StatusNotFound || !strings.Contains(got.Body, `href="/connexion"`) {
			t.Errorf("%s after a quarter of an hour: %d\n%s", step.path, got.Status, got.Body)
		}
		if late := p.post(step.path, url.Values{"code": {phone.code(0)}, "charte": {"oui"}, "etablissement": {h.school("sophie.girard", 0)}}); late.Status != http.StatusNotFound || p.sessionOf() != nil {
			t.Errorf("%s too late: %d", step.path, late.Status)
		}
	}
}

// TestSecondFactor gives the codes of a telephone in every way: each opens once,
// within half a minute, and the recovery codes once each.
func TestSecondFactor(t *testing.T) {
	h := newHouse(t)
	phone := h.equip("claire.moreau")
	const page = "/connexion/second-facteur"
	gives := func(code string) (*person, answer) {
		p := h.nobody()
		p.leads(p.tries("claire.moreau", demo.Password), page)
		return p, p.post(page, url.Values{"code": {code}})
	}
	for name, code := range map[string]string{"empty": "", "another": "000000", "letters": "abcdef", "a minute late": phone.code(-time.Minute), "a minute early": phone.code(time.Minute), "the password": demo.Password} {
		p, got := gives(code)
		if got.Status != http.StatusUnprocessableEntity || !strings.Contains(got.Body, `id="e-code"`) || p.sessionOf() != nil {
			t.Errorf("%s: %d", name, got.Status)
		}
	}
	for _, skew := range []time.Duration{-30 * time.Second, 0, 30 * time.Second} {
		code := phone.code(skew)
		p, got := gives(code[:3] + " " + code[3:])
		p.leads(got, "/console")
		p.stands("/", http.StatusOK)
		if p, again := gives(code); again.Status != http.StatusUnprocessableEntity || p.sessionOf() != nil {
			t.Errorf("the code of %s serves twice: %d", skew, again.Status)
		}
	}
	if _, before := gives(phone.code(0)); before.Status != http.StatusUnprocessableEntity {
		t.Errorf("a code before the last one: %d", before.Status)
	}
	p, got := gives(strings.ToUpper(phone.recovery[0]))
	p.leads(got, "/console")
	if _, again := gives(phone.recovery[0]); again.Status != http.StatusUnprocessableEntity {
		t.Errorf("a recovery code serves twice: %d", again.Status)
	}
	p, got = gives(phone.recovery[1])
	p.leads(got, "/console")

	h.mailed("claire.moreau") // another password does not do without it
	token := h.pass(h.account("claire.moreau"), access.ChooseAgain)
	q := h.nobody()
	q.leads(q.post("/mot-de-passe", url.Values{"lien": {token}, "mot-de-passe": {"la craie et le tableau"}, "encore": {"la craie et le tableau"}}), "/connexion")
	q.leads(q.tries("claire.moreau", "la craie et le tableau"), page)
	q.stands("/", http.StatusSeeOther)
}

// TestOneCodeManyTimes sends one right code twenty times at once.
func TestOneCodeManyTimes(t *testing.T) {
	h := newHouse(t)
	phone := h.equip("claire.moreau")
	p := h.nobody()
	p.leads(p.tries("claire.moreau", demo.Password), "/connexion/second-facteur")
	before := h.sessions("claire.moreau")
	in := h.atOnce(20, func() int {
		return p.post("/connexion/second-facteur", url.Values{"code": {phone.code(0)}}).Status
	})
	if in[http.StatusSeeOther] != 1 || in[http.StatusNotFound] != 19 || h.sessions("claire.moreau") != before+1 {
		t.Errorf("twenty uses: %v, %d sessions more", in, h.sessions("claire.moreau")-before)
	}
}

// atOnce does something many times at once, and counts what it gave.
func (h *house) atOnce(times int, do func() int) map[int]int {
	h.t.Helper()
	var mu sync.Mutex
	var all sync.WaitGroup
	gave := map[int]int{}
	for range times {
		all.Go(func() {
			got := do()
			mu.Lock()
			gave[got]++
			mu.Unlock()
		})
	}
	all.Wait()
	return gave
}

// TestGuessedFactor: whoever knows the password does not try codes for long.
func TestGuessedFactor(t *testing.T) {
	h := newHouse(t)
	h.equip("claire.moreau")
	p := h.nobody()
	p.leads(p.tries("claire.moreau", demo.Password), "/connexion/second-facteur")
	gave := map[int]int{}
	for range 40 {
		gave[p.post("/connexion/second-facteur", url.Values{"code": {"000000"}}).Status]++
	}
	if gave[http.StatusUnprocessableEntity] != 25 || gave[http.StatusTooManyRequests] != 15 {
		t.Errorf("forty guesses: %v", gave)
	}
}

// TestRequiredFactor: a role that must have a second factor sets it up while it
// signs in, is shown its recovery codes once, and gives it from then on.
func TestRequiredFactor(t *testing.T) {
	h := newHouse(t)
	h.require(access.AcademySupport)
	p := h.nobody()
	const page = "/connexion/second-facteur/mise-en-place"
	p.leads(p.tries("nadia.benali", demo.Password, "vers", "/console/imports"), page+"?vers=%2Fconsole%2Fimports")
	shows := p.get(page)
	m := regexp.MustCompile(`<p class="secret"><code>([A-Z2-7 ]+)</code>`).FindStringSubmatch(shows.Body)
	if m == nil || !strings.Contains(shows.Body, `src="data:image/png;base64,`) {
		t.Fatalf("neither a key nor a QR code:\n%s", shows.Body)
	}
	if again := p.get(page); !strings.Contains(again.Body, m[1]) {
		t.Error("the page shown again has another key: what was photographed is lost")
	}
	phone := authenticator{h: h, secret: strings.ReplaceAll(m[1], " ", "")}
	if got := p.post(page, url.Values{"code": {"000000"}}); got.Status != http.StatusUnprocessableEntity || !strings.Contains(got.Body, m[1]) || p.sessionOf() != nil {
		t.Errorf("a wrong code: %d", got.Status)
	}
	got := p.post(page, url.Values{"code": {phone.code(0)}, "vers": {"/console/imports"}})
	codes := regexp.MustCompile(`<li><code>([a-z0-9 ]{11})</code>`).FindAllStringSubmatch(got.Body, -1)
	if got.Status != http.StatusOK || len(codes) != 10 || !strings.Contains(got.Body, `href="/console/imports"`) {
		t.Fatalf("%d, %d recovery codes\n%s", got.Status, len(codes), got.Body)
	}
	p.stands("/console/imports", http.StatusOK)
	if again := p.get(page); again.Status != http.StatusNotFound || strings.Contains(again.Body, codes[0][1]) {
		t.Errorf("the page again: %d", again.Status)
	}
	q := h.nobody()
	q.leads(q.tries("nadia.benali", demo.Password), "/connexion/second-facteur")
	q.leads(q.post("/connexion/second-facteur", url.Values{"code": {codes[9][1]}}), "/console")
}

// TestNewTerms: whoever has not accepted the present charter reads it before
// they enter, once.
func TestNewTerms(t *testing.T) {
	h := newHouse(t)
	h.rewrite(h.school("claire.moreau", 0))
	p := h.nobody()
	p.leads(p.tries("julien.petit", demo.Password, "vers", "/compte"), "/connexion/charte?vers=%2Fcompte")
	if page := p.get("/connexion/charte"); !strings.Contains(page.Body, "Charte de l’essai, deuxième version.") {
		t.Error("the charter is not shown")
	}
	if got := p.post("/connexion/charte", url.Values{"vers": {"/compte"}}); got.Status != http.StatusUnprocessableEntity || p.sessionOf() != nil {
		t.Errorf("without the box: %d", got.Status)
	}
	p.leads(p.post("/connexion/charte", url.Values{"vers": {"/compte"}, "charte": {"oui"}}), "/compte")
	q := h.nobody()
	q.leads(q.tries("julien.petit", demo.Password), "/")
}

// TestSuperManager: admin.prenom.nom is refused in the console with its reason,
// opens the ENT for one establishment, and is nobody once the right is gone.
func TestSuperManager(t *testing.T) {
	h := newHouse(t)
	for _, to := range []string{"/console", "/console/imports", "/console?x=1"} {
		got := h.nobody().tries("admin.claire.moreau", demo.Password, "vers", to)
		if got.Status != http.StatusUnprocessableEntity || !strings.Contains(got.Body, access.AdminLogin) {
			t.Errorf("towards %s: %d", to, got.Status)
		}
	}
	p := h.nobody()
	p.leads(p.tries("admin.claire.moreau", demo.Password), "/")
	name := h.establishment(h.school("claire.moreau", 0)).Name
	if home := p.get("/"); !strings.Contains(home.Body, "super gestionnaire de <b>"+name) {
		t.Errorf("the home page does not say so:\n%s", home.Body)
	}
	if got := p.get("/console"); got.Status != http.StatusNotFound || !strings.Contains(got.Body, access.AdminLogin) {
		t.Errorf("the console: %d", got.Status)
	}

	several := h.nobody()
	several.leads(several.tries("admin.sophie.girard", demo.Password), "/connexion/etablissement")
	page := several.get("/connexion/etablissement").Body
	for n := range 2 {
		if !strings.Contains(page, h.establishment(h.school("sophie.girard", n)).Name) {
			t.Error("an establishment is not proposed")
		}
	}
	for _, other := range []string{"", h.school("claire.moreau", 0), "0759999Z"} {
		if got := several.post("/connexion/etablissement", url.Values{"etablissement": {other}}); got.Status != http.StatusUnprocessableEntity || several.sessionOf() != nil {
			t.Errorf("%q: %d", other, got.Status)
		}
	}
	several.leads(several.post("/connexion/etablissement", url.Values{"etablissement": {h.school("sophie.girard", 1)}}), "/")
	if home := several.get("/"); !strings.Contains(home.Body, h.establishment(h.school("sophie.girard", 1)).Name) {
		t.Error("the establishment is not the one that was chosen")
	}

	h.change(func(tx *data.Tx) (data.Row, error) { // a grant that ends ends no session by itself
		for g, err := range access.GrantsByAccount.All(tx, h.account("claire.moreau").ID) {
			if err != nil {
				return nil, err
			}
			g.Until = h.clock.now().Add(-time.Second)
			return g, access.Grants.Put(tx, g)
		}
		return nil, data.ErrNotFound
	})
	p.stands("/", http.StatusSeeOther)
	unknown := h.nobody()
	gone, nobody := unknown.tries("admin.claire.moreau", demo.Password), unknown.tries("admin.lucas.martin", demo.Password)
	if gone.Status != http.StatusUnprocessableEntity || masked(gone.Body, "admin.claire.moreau") != masked(nobody.Body, "admin.lucas.martin") {
		t.Errorf("without the right: %d", gone.Status)
	}
}

// TestConsoleIsForAdministrators: somebody who administers nothing lands on the
// ENT side, and reads why.
func TestConsoleIsForAdministrators(t *testing.T) {
	h := newHouse(t)
	p := h.nobody()
	p.leads(p.tries("lucas.martin", demo.Password, "vers", "/console/imports"), "/")
	if home := p.get("/"); !strings.Contains(home.Body, "réservée aux administrateurs") {
		t.Error("they are not told why")
	}
}

// TestNewTokenAtProof: the session of whoever gives their password again is
// another one, and the former is dead.
func TestNewTokenAtProof(t *testing.T) {
	h := newHouse(t)
	p := h.enter("claire.moreau")
	former := p.sessionOf()
	p.leads(p.post("/prolonger", url.Values{"retour": {"/"}, "preuve": {"pas le bon"}}), "/")
	if p.sessionOf().Value != former.Value {
		t.Error("a wrong password gives another session")
	}
	p.leads(p.post("/prolonger", url.Values{"retour": {"/"}, "preuve": {demo.Password}}), "/")
	if p.sessionOf().Value == former.Value {
		t.Error("the session is the same after a proof")
	}
	p.stands("/console", http.StatusSeeOther)
	h.with(former).stands("/", http.StatusSeeOther)
	if got := h.with(former).get("/"); got.Get("Location") != "/connexion" {
		t.Errorf("the former session leads to %q", got.Get("Location"))
	}
}
