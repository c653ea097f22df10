package ui

import (
	"archive/zip"
	"bytes"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"preau/app"
	"preau/app/access"
	"preau/app/demo"
	"preau/app/directory"
	"preau/app/post"
	"preau/data"
	"preau/ui/web"
)

// A deed is an unsafe request that succeeds when it comes from a page of ours.
type deed struct {
	login string // who does it, "" for somebody who is not signed in
	path  string
	form  url.Values
	file  []byte // sent with it
	tells bool   // leaves a line in the journal: all do, but those that change nothing
}

// shown are the routes that answer with a page instead of leading to one: of
// what is shown once, or as one types.
var shown = map[string]bool{
	"POST /connexion/second-facteur/mise-en-place": true, "POST /compte/second-facteur": true,
	"POST /console/etablissements/:uai/utilisateurs/:profil/:id/code": true, "POST /console/etablissements/:uai/identifiants": true,
	"POST /console/administrateurs/:id/code": true, "POST /console/etablissements/:uai/groupes/fiche/:groupe/export": true,
	"POST /console/etablissements/:uai/services/support/crochet": true, "POST /console/demandes/cellule": true,
	"POST /console/etablissements/:uai/utilisateurs/invites/ressemblances": true,
}

// machines are the routes that other machines use: they know nobody by a cookie,
// and so no browser can be made to. See TestHook.
var machines = map[string]bool{"POST /crochets/jira/:jeton": true}

// deeds does every unsafe route once, in an order that makes each possible: the
// later ones are built once the former are done.
func (h *house) deeds(do func(route string, d deed)) {
	h.t.Helper()
	uai := h.school("claire.moreau", 0)
	pupil := h.people(uai, directory.Student)[0]
	home := "/console/etablissements/" + uai
	record := home + "/utilisateurs/eleves/" + pupil.ID
	fields := func() url.Values {
		u := h.user(pupil.ID)
		return url.Values{"version": {version(u)}, "login": {u.Login.Value()}, "email": {"nouvelle.adresse@exemple.example"}, "portable": {u.Mobile.Value()}, "domicile": {u.Home.Value()}}
	}
	const marc = "marc.dubois"
	do("POST /connexion", deed{"", "/connexion", url.Values{"login": {"lucas.martin"}, "mot-de-passe": {demo.Password}}, nil, true})
	do("POST /theme", deed{marc, "/theme", url.Values{"theme": {"sombre"}, "retour": {"/"}}, nil, false})
	do("POST /prolonger", deed{marc, "/prolonger", url.Values{"retour": {"/"}}, nil, false})
	do("POST /console/etablissements/:uai", deed{marc, home, url.Values{"version": {h.version(uai)}, "email": {"ecrire@exemple.example"}, "xiti": {"42"}}, nil, true})
	do("POST /console/etablissements/nouveau", deed{marc, "/console/etablissements/nouveau", url.Values{"nature": {"virtuel"}, "nom": {"Réseau de la vallée"}, "academie": {demo.AcademyName}}, nil, true})
	do("POST /console/etablissements/:uai/utilisateurs/:profil/:id", deed{marc, record, fields(), nil, true})
	do("POST /console/etablissements/:uai/utilisateurs/:profil/:id/annuaire", deed{marc, record + "/annuaire", url.Values{"champ": {"email"}}, nil, true})
	do("POST /console/etablissements/:uai/utilisateurs/:profil/:id/sessions", deed{marc, record + "/sessions", nil, nil, true})
	do("POST /console/etablissements/:uai/utilisateurs/:profil/:id/suspension", deed{marc, record + "/suspension", url.Values{"motif": {"essai"}}, nil, true})
	do("POST /console/etablissements/:uai/utilisateurs/:profil/:id/reactivation", deed{marc, record + "/reactivation", nil, nil, true})

	teacher := home + "/utilisateurs/enseignants/" + h.people(uai, directory.Teacher)[0].ID
	do("POST /console/etablissements/:uai/utilisateurs/:profil/:id/mot-de-passe", deed{login: marc, path: teacher + "/mot-de-passe", tells: true})
	do("POST /console/etablissements/:uai/utilisateurs/:profil/:id/mot-de-passe-scolarite", deed{login: marc, path: teacher + "/mot-de-passe-scolarite", tells: true})
	do("POST /console/etablissements/:uai/utilisateurs/:profil/:id/code", deed{login: marc, path: teacher + "/code", tells: true})
	do("POST /console/etablissements/:uai/identifiants", deed{login: marc, path: home + "/identifiants", form: url.Values{"action": {"csv"}, "id": {pupil.ID}}, tells: true})
	do("POST /console/etablissements/:uai/utilisateurs/:profil", deed{login: marc, path: home + "/utilisateurs/eleves", form: url.Values{"action": {"suspension"}, "id": {pupil.ID}}})
	at := home + "/actions/" + h.lastAction().ID
	do("POST /console/etablissements/:uai/actions/:id/execution", deed{login: marc, path: at + "/execution", tells: true})
	do("POST /console/etablissements/:uai/actions/:id/annulation", deed{login: marc, path: at + "/annulation", tells: true})
	h.administer(uai, pupil.ID)
	admin, before := administratorsAt+"/admin-"+pupil.ID, h.account("admin-"+strings.ToLower(pupil.ID))
	do("POST /console/etablissements/:uai/administrateurs/:id/retrait", deed{marc, home + "/administrateurs/local-" + pupil.ID + "/retrait", nil, nil, true})
	do("POST /console/administrateurs/nouveau/compte", deed{marc, administratorsAt + "/nouveau/compte", url.Values{"nom": {"Faure"}, "prenom": {"Inès"}, "email": {"ines.faure@exemple.example"}, "role": {"local_admin"}, "uai": {uai}}, nil, true})
	do("POST /console/administrateurs/:id", deed{marc, admin, url.Values{"version": {stamp(h, admin)}, "nom": {before.Name}, "login": {"autre.login"}, "email": {before.Email}}, nil, true})
	do("POST /console/administrateurs/:id/habilitations", deed{marc, admin + "/habilitations", url.Values{"role": {"local_admin"}, "uai": {h.school("sophie.girard", 0)}}, nil, true})
	do("POST /console/administrateurs/:id/habilitations/:habilitation/retrait", deed{marc, admin + "/habilitations/" + grantOf(pupil.ID) + "/retrait", nil, nil, true})
	do("POST /console/administrateurs/:id/mot-de-passe", deed{marc, admin + "/mot-de-passe", nil, nil, true})
	do("POST /console/administrateurs/:id/code", deed{marc, admin + "/code", nil, nil, true})
	do("POST /console/administrateurs/:id/suspension", deed{marc, admin + "/suspension", nil, nil, true})
	do("POST /console/administrateurs/:id/reactivation", deed{marc, admin + "/reactivation", nil, nil, true})
	h.write(before, func(tx *data.Tx) error { return access.Factors.Put(tx, access.Factor{Account: before.ID, At: tx.Now}) })
	do("POST /console/administrateurs/:id/second-facteur", deed{marc, admin + "/second-facteur", nil, nil, true})
	h.guestDeeds(uai, do)
	h.groupDeeds(uai, do)

	do("POST /console/imports", deed{marc, "/console/imports", url.Values{"essai": {"oui"}}, h.delivery(), false})
	tried := h.lastImport(directory.ImportTried)
	do("POST /console/imports/:id/application", deed{marc, "/console/imports/" + tried + "/application", nil, nil, true})
	done := h.lastImport(directory.ImportDone)
	h.hold(uai, done)
	do("POST /console/imports/:id/suppressions", deed{marc, "/console/imports/" + done + "/suppressions", url.Values{"uai": {uai}, "decision": {"abandonner"}}, nil, true})
	h.partnerDeeds(uai, do)
	h.incidentDeeds(do)
	h.requestDeeds(do)
	h.supportDeeds(do)
	h.searchDeeds(do)
	h.ownDeeds(do)
	h.entrances(do)
	vu := func(form string) string { return h.stamp(h.enter(marc), form) }
	do("POST /console/appareil/adresse", deed{marc, "/console/appareil/adresse", url.Values{"vu": {vu("adresse")}, "adresse-publique": {"https://ent.exemple.example"}}, nil, true})
	do("POST /console/appareil/courriel/envoi", deed{marc, "/console/appareil/courriel/envoi", url.Values{"adresse-essai": {"marc.dubois@exemple.example"}}, nil, true})
	do("POST /console/appareil/courriel", deed{marc, "/console/appareil/courriel", url.Values{"vu": {vu("courriel")}, "serveur": {"smtp.exemple.example"}, "chiffrement": {"starttls"}}, nil, true})
	h.failedMail()
	do("POST /console/appareil/courriels/reprise", deed{marc, "/console/appareil/courriels/reprise", nil, nil, true})
	do("POST /deconnexion", deed{marc, "/deconnexion", nil, nil, true})
}

// stamp is what a form of the configuration of the appliance gives back.
func (h *house) stamp(p *person, form string) string {
	h.t.Helper()
	body := p.get("/console/appareil").Body
	m := regexp.MustCompile(`action="/console/appareil/` + form + `".*?name="vu" value="([0-9a-f]+)"`).FindStringSubmatch(body)
	if m == nil {
		h.t.Fatalf("no stamp for %s in %s", form, body)
	}
	return m[1]
}

// failedMail is a mail that nobody took.
func (h *house) failedMail() {
	h.t.Helper()
	h.clock.pass(time.Second)
	m := post.Mail{ID: h.app.Store.ID(), To: "anne.martin@exemple.example", Subject: "Un essai", Lines: []string{"Rien à faire."}, At: h.clock.now(), State: post.Failed}
	if err := h.app.Gate.System("essai").Upkeep(func(tx *data.Tx) error { return post.Mails.Put(tx, m) }); err != nil {
		h.t.Fatal(err)
	}
}

const administratorsAt = "/console/administrateurs"

var stampField = regexp.MustCompile(`name="version" value="([^"]+)"`)

// stamp is the version that the form of an administrator holds.
func stamp(h *house, path string) string {
	h.t.Helper()
	m := stampField.FindStringSubmatch(h.enter("marc.dubois").get(path).Body)
	if m == nil {
		h.t.Fatal(path, "has no form")
	}
	return m[1]
}

// version is that of an establishment's record.
func (h *house) version(uai string) (v string) {
	h.see(func(tx *data.Tx) error {
		e, err := directory.Establishments.Get(tx, uai)
		v = strconv.FormatUint(e.Version, 10)
		return err
	})
	return v
}

// delivery is a zip of the demo's own files, as of today.
func (h *house) delivery() []byte {
	h.t.Helper()
	dir := filepath.Join(h.t.TempDir(), "aaf")
	if _, err := demo.WriteComplete(dir, demo.Config{Users: 1200, Seed: 1, Date: h.clock.now()}); err != nil {
		h.t.Fatal(err)
	}
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	if err := z.AddFS(os.DirFS(dir)); err != nil {
		h.t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		h.t.Fatal(err)
	}
	return b.Bytes()
}

// lastImport waits for the last import to be in a state, and returns it.
func (h *house) lastImport(state string) string {
	h.t.Helper()
	var last directory.Import
	for end := time.After(time.Minute); ; {
		changed := h.app.Store.Changed()
		all, err := directory.LastImports(h.app.Gate.System("essai"), 1)
		if err != nil {
			h.t.Fatal(err)
		}
		if last = all[0]; last.State == state {
			return last.ID
		}
		if last.State == directory.ImportRefused || last.State == directory.ImportStopped {
			h.t.Fatalf("the import is %s: %s", last.State, last.Refusal)
		}
		select {
		case <-changed:
		case <-end:
			h.t.Fatalf("the import is still %s, want %s", last.State, state)
		}
	}
}

// lastAction is the mass action that was asked for last.
func (h *house) lastAction() (last directory.MassAction) {
	h.t.Helper()
	h.see(func(tx *data.Tx) error {
		for m, err := range directory.MassActions.All(tx) {
			if err != nil {
				return err
			}
			if last.ID == "" || m.Made.After(last.Made) {
				last = m
			}
		}
		return nil
	})
	return last
}

// hold makes deletions of an establishment wait.
func (h *house) hold(uai, im string) {
	h.t.Helper()
	s := h.app.Gate.System("essai")
	place, err := directory.PlaceOfUAI(s, uai)
	if err == nil {
		err = s.Upkeep(func(tx *data.Tx) error {
			return directory.HeldDeletions.Put(tx, directory.Held{UAI: uai, Import: im, Says: "212 élèves", Date: "2026-09-01", At: place})
		})
	}
	if err != nil {
		h.t.Fatal(err)
	}
}

// sent sends a deed with a token and headers.
func (p *person) sent(d deed, form url.Values, headers []string) answer {
	p.h.t.Helper()
	var body io.Reader = strings.NewReader(form.Encode())
	if d.file != nil {
		b, kind := parts(form, "annuaire.zip", d.file)
		body, headers = b, append([]string{"Content-Type", kind}, headers...)
	} else {
		headers = append([]string{"Content-Type", "application/x-www-form-urlencoded"}, headers...)
	}
	return p.send(http.MethodPost, d.path, body, headers...)
}

// TestForgedRequests sends each deed in every way that another site could, then
// as a page of ours does: the first are refused and write nothing, the last
// succeeds and leaves its line in the journal.
func TestForgedRequests(t *testing.T) {
	h := newHouse(t)
	julien := h.enter("julien.petit")
	people := map[string]*person{}
	done := map[string]bool{}
	do := func(h *house, route string, d deed) {
		done[route] = true
		if people[d.login] == nil || d.login == "" {
			people[d.login] = h.enter(d.login)
		}
		p := people[d.login]
		p.goesOn(h.step)
		p.attack(route, d, julien.token)
		h.clock.pass(time.Second) // what comes later is later
		before := h.events()
		ours := []string{"Origin", h.base, "Sec-Fetch-Site", "same-origin"}
		got := p.sent(d, p.signed(d.form), ours)
		for range 100 { // the import before it says that it has ended, then makes room
			if got.Status != http.StatusConflict || !strings.Contains(got.Body, "import est déjà en cours") {
				break
			}
			got = p.sent(d, p.signed(d.form), ours)
		}
		if want := map[bool]int{false: http.StatusSeeOther, true: http.StatusOK}[shown[route]]; got.Status != want {
			t.Fatalf("%s: %d\n%s", route, got.Status, got.Body)
		}
		if route == "POST /console/imports/:id/application" {
			h.lastImport(directory.ImportDone)
		}
		if told := h.events() != before; told != d.tells {
			t.Errorf("%s: in the journal: %t, want %t", route, told, d.tells)
		}
	}
	h.deeds(func(route string, d deed) { do(h, route, d) })

	fresh := openHouse(t, t.TempDir())
	code, err := fresh.app.SetupCode()
	if err != nil {
		t.Fatal(err)
	}
	do(fresh, "POST /premiere-mise-en-service", deed{"", "/premiere-mise-en-service", url.Values{"code": {code}, "nom-ent": {"ENT"}, "nom": {"Dubois"}, "prenom": {"Marc"},
		"login": {"marc.dubois"}, "mot-de-passe": {"la craie et le tableau"}, "encore": {"la craie et le tableau"}}, nil, true})

	support := "sonia.lefort"
	if err := fresh.app.CreateAdministrator(t.Context(), app.AdminForm{Login: support, LastName: "LEFORT", FirstName: "Sonia", Password: demo.Password, Role: "level2_support"}); err != nil {
		t.Fatal(err)
	}
	factor := url.Values{"vu": {fresh.stamp(fresh.enter(support), "second-facteur")}, "role": {"level2_support"}}
	do(fresh, "POST /console/appareil/second-facteur", deed{support, "/console/appareil/second-facteur", factor, nil, true}) // no demo has it

	for _, route := range h.declared() {
		if strings.HasPrefix(route, "POST") && !done[route] && !machines[route] {
			t.Errorf("%s is tried by nobody: add it to the deeds", route)
		}
	}
}

// attack sends a deed as another site could make the person's browser send it.
func (p *person) attack(route string, d deed, foreign string) {
	h := p.h
	h.t.Helper()
	host := strings.TrimPrefix(h.base, "http://")
	right, none, other := p.signed(d.form), p.signed(d.form), p.signed(d.form)
	none.Del(web.TokenField)
	other.Set(web.TokenField, foreign)
	for name, forged := range map[string]struct {
		form    url.Values
		headers []string
	}{
		"no token":              {none, []string{"Origin", h.base}},
		"another's token":       {other, []string{"Origin", h.base}},
		"another's X-Jeton":     {right, []string{"Origin", h.base, "X-Jeton", foreign}},
		"cross-site":            {right, []string{"Origin", h.base, "Sec-Fetch-Site", "cross-site"}},
		"same-site":             {right, []string{"Origin", h.base, "Sec-Fetch-Site", "same-site"}},
		"from a bookmark":       {right, []string{"Sec-Fetch-Site", "none"}},
		"foreign origin":        {right, []string{"Origin", "https://exemple.example"}},
		"look-alike origin":     {right, []string{"Origin", h.base + ".exemple.example"}},
		"another scheme":        {right, []string{"Origin", "https://" + host}},
		"null origin":           {right, []string{"Origin", "null"}},
		"neither":               {right, nil},
		"as text":               {right, []string{"Origin", h.base, "Content-Type", "text/plain"}},
		"as JSON":               {right, []string{"Origin", h.base, "Content-Type", "application/json"}},
		"the proxy's host":      {right, []string{"Origin", "https://exemple.example", "X-Forwarded-Host", "exemple.example"}},
		"the other origin only": {right, []string{"Origin", "https://exemple.example", "Sec-Fetch-Site", "same-origin"}},
	} {
		if d.file != nil && (name == "another's X-Jeton" || name == "as text" || name == "as JSON") {
			continue // its token is in the form, whose parts those would hide
		}
		got := h.unwritten(route+", "+name, func() answer { return p.sent(d, forged.form, forged.headers) })
		if got.Status != http.StatusForbidden {
			h.t.Errorf("%s, %s: %d, want 403", route, name, got.Status)
		}
	}
	got := h.unwritten(route+", without a cookie", func() answer { return h.visitor().sent(d, right, []string{"Origin", h.base}) })
	toSignIn := got.Status == http.StatusSeeOther && got.Get("Location") == "/connexion"
	if got.Status != http.StatusForbidden && !toSignIn {
		h.t.Errorf("%s without a cookie: %d to %q", route, got.Status, got.Get("Location"))
	}
}

// unwritten sends a request that must write nothing. It is sent again where
// something was, for that may be the end of the import before it: a request that
// writes does so each time.
func (h *house) unwritten(what string, send func() answer) (got answer) {
	h.t.Helper()
	for range 50 {
		quiet := h.listen()
		if got = send(); !quiet.broken() {
			return got
		}
	}
	h.t.Errorf("%s: something was written", what)
	return got
}

// TestReadingChangesNothing asks for every page, with all that forms send in
// the address: nothing is done, and no method stands for another.
func TestReadingChangesNothing(t *testing.T) {
	h := newHouse(t)
	uai := h.school("claire.moreau", 0)
	report := h.report(uai)
	h.hold(uai, report)
	o := object{uai, directory.Student.Path(), h.people(uai, directory.Student)[0].ID, report}
	h.administer(uai, o.id)
	marc := h.enter("marc.dubois")
	before := h.events()
	q := "?" + url.Values{"motif": {"essai"}, "decision": {"confirmer"}, "suppressions": {uai}, "jeton": {marc.token}, "_method": {"POST"}, "version": {"1"},
		"champ": {"email"}, "nom": {"x"}, "nature": {"virtuel"}, "academie": {"x"}, "theme": {"sombre"}}.Encode()
	for _, route := range h.declared() {
		path := o.of(route) + q
		for _, method := range []string{http.MethodGet, http.MethodHead} {
			marc.send(method, path, nil, "X-HTTP-Method-Override", "POST", "Origin", h.base)
		}
		for _, method := range []string{"PUT", "DELETE", "PATCH"} {
			if got := marc.send(method, path, nil, "Origin", h.base); got.Status != http.StatusNotFound {
				t.Errorf("%s %s: %d, want 404", method, o.of(route), got.Status)
			}
		}
	}
	if h.events() != before {
		t.Error("something was done by reading")
	}
	if held, err := directory.HeldWithin(h.app.Gate.System("essai")); err != nil || len(held) != 1 {
		t.Errorf("held deletions: %v, %v", held, err)
	}
	if got := marc.get("/"); got.Status != http.StatusOK {
		t.Errorf("the session is over: %d", got.Status)
	}
}

// version is that of a record, as a form writes it.
func version(u directory.User) string { return strconv.FormatUint(u.Version, 10) }
