package ui

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"preau/app"
	"preau/app/access"
	"preau/app/demo"
	"preau/app/post"
	"preau/data"
)

const applianceAt = "/console/appareil"

const smtpSecret = "merle-noir-des-canaries-31"

// TestApplianceIsForWhoRunsIt: to all others the pages are not there, and no
// menu nor palette leads to them.
func TestApplianceIsForWhoRunsIt(t *testing.T) {
	h := newHouse(t)
	id := h.queue(hostile)[0]
	nothing := regexp.MustCompile(`name="(jeton|retour)" value="[^"]*"`)
	for _, login := range visitors[1:] {
		p := h.enter(login)
		palette := p.get("/console/recherche?q=appareil").Body
		if runs := login == "marc.dubois"; strings.Contains(palette, applianceAt) != runs || strings.Contains(p.get("/console/raccourcis").Body, `href="`+applianceAt+`"`) != runs {
			t.Errorf("%s is led there: %t", login, !runs)
		}
		absent := p.get("/console/nulle-part")
		for _, path := range []string{applianceAt, mailsAt, mailsAt + "/" + id, mailsAt + "/" + id + "/html", mailsAt + "/nulle-part"} {
			got := p.get(path)
			if login == "marc.dubois" && !strings.HasSuffix(path, "nulle-part") {
				if got.Status != http.StatusOK {
					t.Errorf("%s: %s: %d", login, path, got.Status)
				}
				continue
			}
			if got.Status != http.StatusNotFound || login != "lucas.martin" && login != "anne.martin" && login != "julien.petit" && nothing.ReplaceAllString(got.Body, "") != nothing.ReplaceAllString(absent.Body, "") {
				t.Errorf("%s: %s: %d\n%s", login, path, got.Status, got.Body)
			}
		}
	}
}

// TestMailServerFromThePage: the password is typed once and shown by nothing.
func TestMailServerFromThePage(t *testing.T) {
	h := newHouse(t)
	h.app.Served("", h.base)
	marc := h.enter("marc.dubois")
	form := url.Values{"vu": {h.stamp(marc, "courriel")}, "serveur": {"smtp.exemple.example"}, "port": {"x"}, "chiffrement": {"starttls"}, "compte": {"ent"}, "secret": {smtpSecret}, "expediteur": {"accueil@exemple.example"}}
	seen := []string{}
	send := func(path string, want int) string {
		t.Helper()
		got := marc.post(path, form)
		if got.Status != want {
			t.Fatalf("%s: %d, want %d\n%s", path, got.Status, want, got.Body)
		}
		seen = append(seen, got.Body)
		return got.Body
	}
	refused := send(applianceAt+"/courriel", http.StatusUnprocessableEntity)
	for _, want := range []string{`id="e-port"`, `value="smtp.exemple.example"`, `value="accueil@exemple.example"`, `<option value="starttls" selected>`} {
		if !strings.Contains(refused, want) {
			t.Errorf("the refused form lacks %s", want)
		}
	}
	form.Set("essai", "oui")
	send(applianceAt+"/courriel", http.StatusUnprocessableEntity)
	form.Set("port", "587")
	form.Set("serveur", "127.0.0.1")
	if body := send(applianceAt+"/courriel", http.StatusOK); !strings.Contains(body, "--allow-network") || !strings.Contains(body, `<li class="stops">`) || !strings.Contains(body, `value="127.0.0.1"`) {
		t.Errorf("the test says nothing of what went wrong:\n%s", body)
	}
	form.Set("serveur", "smtp.exemple.example")
	form.Del("essai")
	send(applianceAt+"/courriel", http.StatusSeeOther)
	body := marc.get(applianceAt).Body
	if !strings.Contains(body, "Un mot de passe est enregistré") || !strings.Contains(body, "Les liens des courriels mènent à") {
		t.Errorf("the page after:\n%s", body)
	}
	send(applianceAt+"/courriel", http.StatusConflict) // an older page
	uai := h.school("claire.moreau", 0)
	seen = append(seen, body, marc.get("/console/etablissements/"+uai+"/journal").Body, marc.get(mailsAt).Body, h.log.String())
	h.see(func(tx *data.Tx) error {
		events, err := data.Events(tx, "", 0, 20)
		for _, e := range events {
			seen = append(seen, e.Personal.Note)
			for _, c := range e.Personal.Changes {
				seen = append(seen, c.Before+" "+c.After)
			}
		}
		return err
	})
	for _, text := range seen {
		if strings.Contains(text, smtpSecret) {
			t.Errorf("the password of the mail server is in:\n%s", text)
		}
	}
}

// TestApplianceTakesAProof: what everybody depends on is changed by somebody who
// has just given their password, which the form asks for.
func TestApplianceTakesAProof(t *testing.T) {
	h := newHouse(t)
	marc := h.enter("marc.dubois")
	if strings.Contains(marc.get(applianceAt).Body, `name="preuve"`) {
		t.Error("a password that was just given is asked again")
	}
	h.clock.pass(6 * time.Minute)
	page := marc.get(applianceAt).Body
	if strings.Count(page, `name="preuve"`) != 2 { // a demo has no second factor
		t.Errorf("the forms do not ask for the password:\n%s", page)
	}
	for path, form := range map[string]url.Values{
		applianceAt + "/adresse":  {"vu": {h.stamp(marc, "adresse")}, "adresse-publique": {"https://ent.exemple.example"}},
		applianceAt + "/courriel": {"vu": {h.stamp(marc, "courriel")}, "serveur": {"smtp.exemple.example"}, "chiffrement": {"tls"}},
	} {
		quiet := h.listen()
		got := marc.post(path, form)
		if got.Status != http.StatusUnprocessableEntity || strings.Count(got.Body, `id="f-preuve"`) != 1 || quiet.broken() {
			t.Errorf("%s without a proof: %d", path, got.Status)
		}
		form.Set("preuve", "ce n’est pas lui")
		if got := marc.post(path, form); got.Status != http.StatusUnprocessableEntity || !strings.Contains(got.Body, "Ce n’est pas votre mot de passe") {
			t.Errorf("%s with a wrong proof: %d", path, got.Status)
		}
		form.Set("preuve", demo.Password)
		if got := marc.post(path, form); got.Status != http.StatusSeeOther {
			t.Errorf("%s with its proof: %d", path, got.Status)
		}
		marc.token = marc.tokenOf("/")
		h.clock.pass(6 * time.Minute)
	}
}

// TestSecondFactorFromThePage: who is about to require a factor that they do not
// have is told; a demo cannot.
func TestSecondFactorFromThePage(t *testing.T) {
	h := newHouse(t)
	marc := h.enter("marc.dubois")
	if body := marc.get(applianceAt).Body; !strings.Contains(body, "Une démonstration n’exige pas de second facteur") || strings.Contains(body, `name="role"`) {
		t.Error("a demo offers to require a second factor")
	}
	h.set(func(s *app.Settings) { s.Demo = false }, post.Settings{})
	body := marc.get(applianceAt).Body
	if !strings.Contains(body, "Vous n’avez pas de second facteur\u00a0: si vous l’exigez") {
		t.Errorf("no warning:\n%s", body)
	}
	form := url.Values{"vu": {h.stamp(marc, "second-facteur")}, "role": {"level2_support", "local_admin"}}
	if got := marc.post(applianceAt+"/second-facteur", form); got.Status != http.StatusSeeOther {
		t.Fatalf("%d", got.Status)
	}
	body = marc.get(applianceAt).Body
	if strings.Count(body, " checked>") != 2 || !strings.Contains(body, "Votre rôle est concerné") {
		t.Errorf("after:\n%s", body)
	}
}

// TestAddressByFlag: an address given at the start is shown, and not changed.
func TestAddressByFlag(t *testing.T) {
	h := newHouse(t)
	marc := h.enter("marc.dubois")
	h.app.Served("https://drapeau.exemple.example", h.base)
	body := marc.get(applianceAt).Body
	if !strings.Contains(body, `value="https://drapeau.exemple.example" readonly`) || !strings.Contains(body, "--public-url") || strings.Contains(body, "Enregistrer l’adresse") {
		t.Errorf("the page:\n%s", body)
	}
	if got := marc.post(applianceAt+"/adresse", url.Values{"vu": {h.stamp(marc, "adresse")}, "adresse-publique": {"https://ailleurs.exemple.example"}}); got.Status != http.StatusConflict {
		t.Errorf("%d", got.Status)
	}
}

// TestTrialMail: it goes to the confirmed address of the person, and to no other.
func TestTrialMail(t *testing.T) {
	h := newHouse(t)
	marc := h.enter("marc.dubois")
	for _, bad := range []string{"", "marc", "a@exemple.example, b@exemple.example", "a@exemple.example\nBcc: b@exemple.example"} {
		if got := marc.post(applianceAt+"/courriel/envoi", url.Values{"adresse-essai": {bad}}); got.Status != http.StatusUnprocessableEntity {
			t.Errorf("%q: %d", bad, got.Status)
		}
	}
	a := h.account("marc.dubois")
	a.Email = "marc.dubois@exemple.example"
	if err := h.app.Store.Update(data.System("essai"), data.Action{Key: "essai", Says: "Essai"}, func(tx *data.Tx) (data.Row, error) { return a, access.Accounts.Put(tx, a) }); err != nil {
		t.Fatal(err)
	}
	if got := marc.post(applianceAt+"/courriel/envoi", url.Values{"adresse-essai": {"quelquun@exemple.example"}}); got.Status != http.StatusSeeOther {
		t.Fatalf("%d", got.Status)
	}
	if list := marc.get(mailsAt).Body; !strings.Contains(list, "Essai d’envoi") || !strings.Contains(list, "<td>marc.dubois@exemple.example</td>") || strings.Contains(list, "quelquun@") {
		t.Errorf("the mails:\n%s", list)
	}
}
