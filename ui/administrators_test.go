package ui

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"preau/app/access"
	"preau/app/demo"
	"preau/app/directory"
	"preau/app/format/aaf"
	"preau/app/post"
	"preau/data"
	"preau/ui/web"
)

// grants are those in force of an account.
func (h *house) grants(id string) (all []access.Grant) {
	h.t.Helper()
	h.see(func(tx *data.Tx) (err error) {
		all, _, err = access.GrantsOf(tx, id, data.Everywhere)
		return err
	})
	return all
}

// signsIn reports whether an account has a login.
func (h *house) signsIn(login string) (taken bool) {
	h.t.Helper()
	h.see(func(tx *data.Tx) (err error) {
		taken, err = access.LoginTaken(tx, login, "")
		return err
	})
	return taken
}

// has reports whether a table has a row.
func has[T data.Row](h *house, table *data.Table[T], key string) (found bool) {
	h.t.Helper()
	h.see(func(tx *data.Tx) (err error) {
		found, err = table.Has(tx, key)
		return err
	})
	return found
}

// proves checks that a form is refused until it holds the password again, and
// that what it asks is done with it.
func (p *person) proves(what, path string, form url.Values, done func() bool) {
	p.h.t.Helper()
	p.h.clock.pass(5*time.Minute + time.Second)
	got := p.post(path, form)
	if got.Status != http.StatusUnprocessableEntity || !strings.Contains(got.Body, `name="preuve"`) || done() {
		p.h.t.Errorf("%s, without a proof: %d, asks for it: %t, done: %t", what, got.Status, strings.Contains(got.Body, `name="preuve"`), done())
	}
	proved := url.Values{web.TokenField: {p.token}}
	for k, v := range form {
		proved[k] = v
	}
	proved.Set(access.ProofField, "ce n’est pas lui")
	if got := p.post(path, proved); got.Status != http.StatusUnprocessableEntity || !strings.Contains(got.Body, "pas votre mot de passe") || done() {
		p.h.t.Errorf("%s, with a wrong proof: %d, done: %t", what, got.Status, done())
	}
	proved.Set(access.ProofField, demo.Password)
	if got := p.post(path, proved); got.Status != http.StatusSeeOther && got.Status != http.StatusOK || !done() {
		p.h.t.Errorf("%s, with a proof: %d, done: %t\n%s", what, got.Status, done(), got.Body)
	}
}

// TestGrantsTakeAProof: five minutes after the sign-in, each form of the module
// that changes who administers what, or what signs in, asks for the password.
func TestGrantsTakeAProof(t *testing.T) {
	h := newHouse(t)
	uai, other := h.school("claire.moreau", 0), h.school("sophie.girard", 0)
	pupil := h.people(uai, directory.Student)[0]
	teacher := h.people(uai, directory.Teacher)[0]
	h.administer(uai, pupil.ID)
	one := administratorsAt + "/admin-" + pupil.ID
	account := func() access.Account { return h.account("admin-" + strings.ToLower(pupil.ID)) }
	paul := h.enter("paul.lefevre")
	paul.proves("give", administratorsAt+"/"+teacher.ID+"/habilitations", url.Values{"role": {"local_admin"}, "uai": {uai, other}}, func() bool { return len(h.grants(teacher.ID)) == 2 })
	paul.proves("create", administratorsAt+"/nouveau/compte", url.Values{"nom": {"Faure"}, "prenom": {"Inès"}, "email": {"ines.faure@exemple.example"}, "role": {"local_admin"}, "uai": {uai}},
		func() bool { return h.signsIn("ines.faure") })
	paul.proves("take", one+"/habilitations/"+grantOf(pupil.ID)+"/retrait", nil, func() bool { return len(h.grants("admin-"+pupil.ID)) == 0 })
	paul.proves("code", one+"/code", nil, func() bool { return has(h, access.Codes, "admin-"+pupil.ID) })
	h.write(account(), func(tx *data.Tx) error {
		return access.Factors.Put(tx, access.Factor{Account: "admin-" + pupil.ID, At: tx.Now})
	})
	paul.proves("factor", one+"/second-facteur", nil, func() bool { return !has(h, access.Factors, "admin-"+pupil.ID) })
	a := account()
	version := stampField.FindStringSubmatch(paul.get(one).Body)[1]
	paul.proves("edit", one, url.Values{"version": {version}, "nom": {a.Name}, "login": {"nouveau.login"}, "email": {a.Email}}, func() bool { return h.signsIn("nouveau.login") })
	paul.proves("withdraw", "/console/etablissements/"+uai+"/administrateurs/local-"+pupil.ID+"/retrait", nil, func() bool { return len(h.grants("local-"+pupil.ID)) == 0 })
}

// TestGrantsOfElsewhere: of somebody listed, what is out of reach is told to
// exist, and nowhere named; what is in another académie is not there.
func TestGrantsOfElsewhere(t *testing.T) {
	h := newHouse(t)
	uai := h.school("claire.moreau", 0)
	system := h.app.Gate.System("essai")
	foreign, err := directory.CreateEstablishment(system, directory.NewEstablishment{UAI: "0740001" + aaf.UAIKey("0740001"), Name: "Collège des Aiguilles", Kind: directory.College, Academy: "Mont-Blanc"})
	if err != nil {
		t.Fatal(err)
	}
	pupil := h.people(uai, directory.Student)[0]
	h.administer(uai, pupil.ID)
	h.administer(foreign, "ailleurs")
	a := h.account("admin-" + strings.ToLower(pupil.ID))
	g := access.Grant{ID: "ailleurs", Account: a.ID, Role: access.LocalAdmin, In: directory.PlaceOf("mont-blanc", foreign), ByName: "UN INCONNU", At: h.clock.now()}
	h.write(a, func(tx *data.Tx) error { return access.Grants.Put(tx, g) })
	paul, marc := h.enter("paul.lefevre"), h.enter("marc.dubois")
	for _, path := range []string{administratorsAt, administratorsAt + "?q=essai", administratorsAt + "?etablissement=aiguilles", administratorsAt + "?a-voir=sans-admin", administratorsAt + "/" + a.ID,
		administratorsAt + "/etablissements?q=aiguilles", administratorsAt + "/recherche?q=ailleurs", administratorsAt + "/nouveau?q=ailleurs", administratorsAt + "/nouveau/compte"} {
		got := paul.get(path)
		if got.Status != http.StatusOK || strings.Contains(got.Body, "Aiguilles") || strings.Contains(got.Body, "UN INCONNU") || strings.Contains(got.Body, "admin-ailleurs") || strings.Contains(got.Body, "Mont-Blanc") {
			t.Errorf("%s: %d, or shows what is elsewhere", path, got.Status)
		}
	}
	if body := paul.get(administratorsAt + "/" + a.ID).Body; !strings.Contains(body, "Autres habilitations hors de votre périmètre") {
		t.Error("that there are others is not told")
	}
	if body := marc.get(administratorsAt + "/" + a.ID).Body; !strings.Contains(body, "Collège des Aiguilles") || strings.Contains(body, "hors de votre périmètre") {
		t.Error("the assistant of level 2 does not see all of them")
	}
	quiet := h.listen()
	for path, form := range map[string]url.Values{
		administratorsAt + "/" + a.ID + "/habilitations/ailleurs/retrait": nil,
		administratorsAt + "/admin-ailleurs/suspension":                   nil,
		administratorsAt + "/" + a.ID + "/habilitations":                  {"role": {"local_admin"}, "uai": {uai, foreign}},
		administratorsAt + "/nouveau/compte":                              {"nom": {"Faure"}, "prenom": {"Inès"}, "email": {"i@exemple.example"}, "role": {"local_admin"}, "uai": {foreign}},
		administratorsAt + "/" + pupil.ID + "/habilitations":              {"role": {"local_admin"}, "uai": {uai}},
	} {
		if got := paul.post(path, form); got.Status != http.StatusNotFound {
			t.Errorf("%s: %d", path, got.Status)
		}
	}
	for _, form := range []url.Values{{"role": {"academy_support"}, "academie": {"mont-blanc"}}, {"role": {"academy_advisor"}, "academie": {"val-de-seine"}}, {"role": {"level2_support"}}} {
		if got := paul.post(administratorsAt+"/"+a.ID+"/habilitations", form); got.Status != http.StatusForbidden && got.Status != http.StatusNotFound {
			t.Errorf("%v: %d", form, got.Status)
		}
	}
	if quiet.broken() || len(h.grants(a.ID)) != 2 {
		t.Error("something was written")
	}
}

// TestMoreThanTheFormOfAnAdministrator sends what the forms have not.
func TestMoreThanTheFormOfAnAdministrator(t *testing.T) {
	h := newHouse(t)
	uai := h.school("claire.moreau", 0)
	pupil := h.people(uai, directory.Student)[0]
	h.administer(uai, pupil.ID)
	one := administratorsAt + "/admin-" + pupil.ID
	nadia := h.enter("nadia.benali")
	extra := url.Values{"id": {"PZZ99999"}, "ID": {"PZZ99999"}, "profil": {"student"}, "Profile": {"student"}, "prof": {"student"}, "hash": {"x"}, "Hash": {"x"}, "At": {""}, "at": {"", "mont-blanc"},
		"Suspended": {"true"}, "susp": {"true"}, "By": {"P"}, "ByName": {"Quelqu’un"}, "byname": {"Quelqu’un"}, "In": {""}, "in": {""}, "Role": {"level2_support"}, "ROLE": {"level2_support"}, "role[]": {"level2_support"},
		"Until": {"9999-01-01"}, "until": {"9999-01-01"}, "account": {"P"}, "acc": {"P"}, "autre": {"1"}}
	with := func(form url.Values) url.Values {
		for k, v := range extra {
			if !form.Has(k) {
				form[k] = v
			}
		}
		return form
	}
	was := h.account("admin-" + strings.ToLower(pupil.ID))
	version := stampField.FindStringSubmatch(nadia.get(one).Body)[1]
	if got := nadia.post(one, with(url.Values{"version": {version}, "nom": {was.Name}, "login": {"autre.login"}, "email": {was.Email}, "role": {"level2_support"}, "uai": {uai}})); got.Status != http.StatusSeeOther {
		t.Fatalf("%d\n%s", got.Status, got.Body)
	}
	now := h.account("autre.login")
	if now.ID != was.ID || now.Hash != was.Hash || now.Profile != was.Profile || now.Suspended || len(now.At) != 1 || now.At[0] != was.At[0] {
		t.Errorf("%+v, was %+v", now, was)
	}
	if got := nadia.post(administratorsAt+"/nouveau/compte", with(url.Values{"nom": {"Faure"}, "prenom": {"Inès"}, "email": {"ines.faure@exemple.example"}, "role": {"local_admin"}, "uai": {uai}})); got.Status != http.StatusSeeOther {
		t.Fatalf("%d\n%s", got.Status, got.Body)
	}
	ines := h.account("ines.faure")
	if held := h.grants(ines.ID); ines.Hash != "" || ines.Suspended || ines.Profile != access.AdminProfile || len(held) != 1 || held[0].Role != access.LocalAdmin || directory.UAIOf(held[0].In) != uai || held[0].ByName != "BENALI Nadia" || !held[0].Until.IsZero() {
		t.Errorf("%+v %+v", ines, held)
	}
	if got := nadia.post(administratorsAt+"/nouveau/compte", with(url.Values{"nom": {"Roche"}, "prenom": {"Léa"}, "email": {"lea@exemple.example"}, "role": {"local_admin", "level2_support"}, "uai": {uai}})); got.Status != http.StatusSeeOther {
		t.Fatal(got.Status)
	}
	if held := h.grants(h.account("lea.roche").ID); len(held) != 1 || held[0].Role != access.LocalAdmin {
		t.Errorf("%+v", held)
	}
}

var handedCode = regexp.MustCompile(`id="code">([^<]+)<`)

// TestCodeOfANewAdministrator: where mail cannot carry a secret the code is shown
// once, in the answer, and no button offers a mail.
func TestCodeOfANewAdministrator(t *testing.T) {
	h := newHouse(t)
	uai := h.school("claire.moreau", 0)
	h.write(post.Settings{}, func(tx *data.Tx) error { return post.SettingsTable.Put(tx, post.Settings{}) })
	paul := h.enter("paul.lefevre")
	if body := paul.get(administratorsAt + "/nouveau/compte").Body; !strings.Contains(body, "n’est pas configuré") {
		t.Error("the page does not say that mail is not configured")
	}
	form := url.Values{"nom": {"Faure"}, "prenom": {"Inès"}, "email": {"ines.faure@exemple.example"}, "role": {"local_admin"}, "uai": {uai}}
	got := paul.post(administratorsAt+"/nouveau/compte", form)
	code := handedCode.FindStringSubmatch(got.Body)
	if got.Status != http.StatusOK || code == nil || !strings.Contains(got.Get("Cache-Control"), "no-store") {
		t.Fatalf("%d %q\n%s", got.Status, got.Get("Cache-Control"), got.Body)
	}
	record := administratorsAt + "/" + h.account("ines.faure").ID
	body := paul.get(record).Body
	if strings.Contains(body, code[1]) || strings.Contains(body, "/mot-de-passe\"") || !strings.Contains(body, record+"/code\"") {
		t.Error("the code is shown again, or a mail is offered")
	}
	if token, err := h.app.Gate.UseCode(t.Context(), "ines.faure", code[1], ""); err != nil || token == "" {
		t.Error(err)
	}
	again := handedCode.FindStringSubmatch(paul.post(record+"/code", nil).Body)
	if again == nil || again[1] == code[1] {
		t.Errorf("another code: %q", again)
	}
}

// TestSearchWithoutScript: the button « Chercher » shows what is to be ticked,
// keeps what was typed and ticked, and does nothing else.
func TestSearchWithoutScript(t *testing.T) {
	h := newHouse(t)
	uai := h.school("claire.moreau", 0)
	paul := h.enter("paul.lefevre")
	quiet := h.listen()
	form := url.Values{"nom": {"Faure"}, "role": {"local_admin"}, "uai": {uai}, "chercher-texte": {"jules verne"}, "chercher": {"1"}}
	got := paul.post(administratorsAt+"/nouveau/compte", form)
	if got.Status != http.StatusOK || !strings.Contains(got.Body, `value="Faure"`) || !strings.Contains(got.Body, `value="`+uai+`" checked`) || !strings.Contains(got.Body, "Collège Jules Verne") {
		t.Errorf("%d\n%s", got.Status, got.Body)
	}
	teacher := h.people(uai, directory.Teacher)[0]
	got = paul.post(administratorsAt+"/"+teacher.ID+"/habilitations", form)
	if got.Status != http.StatusOK || !strings.Contains(got.Body, `value="`+uai+`" checked`) || len(h.grants(teacher.ID)) != 0 || quiet.broken() {
		t.Errorf("%d, or something was written", got.Status)
	}
	if got := paul.get(administratorsAt + "/nouveau?q=" + url.QueryEscape(teacher.LastName+" "+teacher.FirstName)); !strings.Contains(got.Body, administratorsAt+"/"+teacher.ID) {
		t.Error("the search without script does not lead to the teacher")
	}
}

// TestAdministratorOfTheJournal: the journal of an establishment leads to the
// account of an administrator who has no record there, for those who manage it.
func TestAdministratorOfTheJournal(t *testing.T) {
	h := newHouse(t)
	uai := h.school("claire.moreau", 0)
	pupil := h.people(uai, directory.Student)[0]
	h.administer(uai, pupil.ID)
	home := "/console/etablissements/" + uai
	link := `href="` + administratorsAt + "/admin-" + pupil.ID + `"`
	paul, claire := h.enter("paul.lefevre"), h.enter("claire.moreau")
	for _, page := range []string{home, home + "/journal", home + "/journal/evenements?apres=1"} {
		if body := paul.get(page).Body; !strings.Contains(body, link) || strings.Contains(body, "fiche/admin-") {
			t.Errorf("%s leads elsewhere than to the account", page)
		}
		if body := claire.get(page).Body; strings.Contains(body, link) || strings.Contains(body, "fiche/admin-") {
			t.Errorf("%s leads a local administrator to what is closed", page)
		}
	}
	body := claire.get(home).Body
	if !strings.Contains(body, "ESSAI admin-"+pupil.ID) || strings.Contains(body, `fiche/admin-`) {
		t.Error("the list of local administrators leads a local one nowhere")
	}
	if body := h.enter("nadia.benali").get("/console/recherche?q=administrateurs").Body; !strings.Contains(body, administratorsAt) {
		t.Error("the palette does not lead to the module")
	}
	if body := claire.get("/console/recherche?q=administrateurs").Body; strings.Contains(body, administratorsAt) {
		t.Error("the palette leads a local administrator to the module")
	}
}

// TestRefusedDialogsLeaveThePageAlone: what a dialog is refused for does not
// empty the forms of the page under it.
func TestRefusedDialogsLeaveThePageAlone(t *testing.T) {
	h := newHouse(t)
	uai := h.school("claire.moreau", 0)
	home := "/console/etablissements/" + uai
	claire := h.enter("claire.moreau")
	if got := claire.post(home, url.Values{"version": {h.version(uai)}, "email": {"accueil@exemple.example"}, "site": {"https://lycee.example/"}}); got.Status != http.StatusSeeOther {
		t.Fatal(got.Status)
	}
	id := h.account("claire.moreau").ID
	got := claire.post(home+"/administrateurs/"+id+"/retrait", nil)
	if got.Status != http.StatusUnprocessableEntity || !strings.Contains(got.Body, `id="e-confirmer"`) || !strings.Contains(got.Body, `value="accueil@exemple.example"`) || strings.Contains(got.Body, "data-refused") {
		t.Errorf("%d\n%s", got.Status, got.Body)
	}
	if len(h.grants(id)) != 1 {
		t.Error("withdrawn without the second confirmation")
	}
	got = claire.post(home+"/administrateurs/"+id+"/retrait", url.Values{"confirmer": {"1"}})
	if got.Status != http.StatusSeeOther || got.Get("Location") != "/connexion" || len(h.grants(id)) != 0 {
		t.Errorf("%d to %q", got.Status, got.Get("Location"))
	}
	if claire.get("/").Status != http.StatusSeeOther {
		t.Error("her session goes on")
	}
}
