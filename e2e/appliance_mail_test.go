package e2e

import (
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"
)

// ofOne serves a directory of its own, set up by marc.dubois.
func ofOne(t *testing.T, dir string, flags ...string) *appliance {
	t.Helper()
	a, err := start(append([]string{"serve", "--data", dir, "--allow-network", "127.0.0.0/8"}, flags...)...)
	if err != nil {
		t.Fatal(err)
	}
	a.dir = dir
	code, err := codeOf(a)
	if err != nil {
		t.Fatal(err)
	}
	c := newCaller(t, a)
	c.jeton = c.token("/premiere-mise-en-service?code=" + code)
	form := url.Values{"code": {code}, "nom-ent": {"ENT des Érables"}, "nom": {"Dubois"}, "prenom": {"Marc"}, "login": {"marc.dubois"}, "mot-de-passe": {demoPassword}, "encore": {demoPassword}}
	if status, page, _ := c.post("/premiere-mise-en-service", form); status != http.StatusSeeOther {
		t.Fatalf("%d\n%s", status, page)
	}
	return a
}

// ends stops an appliance with the test.
func ends(t *testing.T, a *appliance) {
	t.Helper()
	t.Cleanup(func() {
		if err := a.stop(); err != nil {
			t.Error(err)
		}
		if strings.Contains(a.log.String(), "panique") {
			t.Error(a.log)
		}
		check(t, a.dir)
	})
}

// TestMailFromThePage: somebody gives the address of the ENT and a mail server in
// the browser, tries it, and receives a mail in both forms whose link leads to
// the ENT. The password of the server is then told by nothing.
func TestMailFromThePage(t *testing.T) {
	r := newRelay(t)
	a := ofOne(t, t.TempDir())
	ends(t, a)
	b := as(t, a, "marc.dubois", "/console")
	b.click("button", "DUBOIS Marc")
	b.click("menuitem", "Configuration de l’appareil")
	b.find("heading", "Configuration de l’appareil")
	b.reads("127.0.0.0/8")
	b.reads("Aucun serveur : les courriels restent dans l’appareil")

	b.fill("textbox", "Adresse de l’ENT", "https://ent.exemple.example")
	b.click("button", "Enregistrer l’adresse")
	b.reads("L’adresse publique est enregistrée.")
	b.reads("Vide, ne.pas.repondre@ent.exemple.example.")

	b.fill("textbox", "Serveur", "localhost")
	b.fill("textbox", "Port", strconv.Itoa(r.port))
	b.fill("textbox", "Compte", relayAccount)
	b.fill("textbox", "Mot de passe du compte", "ce n’est pas lui")
	b.click("button", "Tester")
	b.reads("Le serveur refuse le compte")
	b.healthy()
	b.fill("textbox", "Mot de passe du compte", relaySecret)
	b.click("button", "Tester")
	b.reads("Authentification : Le serveur accepte le compte « " + relayAccount + " ».")
	b.reads("Modifications non enregistrées") // the form is as it was typed
	b.healthy()
	b.shot("appareil-essai-1440")
	b.click("button", "Enregistrer le serveur")
	b.reads("Le serveur de courriel est enregistré.")
	b.reads("Un mot de passe est enregistré")
	if js[string](b, `document.getElementById("f-secret").value`) != "" {
		t.Error("the password that was saved is still in its field")
	}

	b.fill("textbox", "Votre adresse e-mail", "marc.dubois@exemple.example")
	b.click("button", "Envoyer un courriel d’essai")
	b.reads("Un courriel d’essai est écrit à marc.dubois@exemple.example")
	got := r.wait(t, 1)[0]
	if got.from != "ne.pas.repondre@ent.exemple.example" || got.to != "marc.dubois@exemple.example" {
		t.Errorf("from %s to %s", got.from, got.to)
	}
	if !strings.Contains(got.text, "\nhttps://ent.exemple.example/\r\n") || !strings.Contains(got.html, `<a href="https://ent.exemple.example/"`) {
		t.Errorf("the parts are\n%s\n%s", got.text, got.html)
	}
	c := call(t, a, "marc.dubois")
	c.until("/console/appareil/courriels?etat=sent", "Essai d’envoi")
	if n := len(r.wait(t, 1)); n != 1 {
		t.Errorf("it arrived %d times", n)
	}
	if _, health, _ := c.get("/sante"); !strings.Contains(health, `"mail_queue":0`) {
		t.Errorf("health: %s", health)
	}
	untold(t, a, c)
}

// until asks for a page until it says something.
func (c *caller) until(path, says string) (page string) {
	c.t.Helper()
	for end := time.Now().Add(20 * time.Second); time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
		if _, page, _ = c.get(path); strings.Contains(page, says) {
			return page
		}
	}
	c.t.Fatalf("%s never says %q:\n%s", path, says, page)
	return ""
}

// untold looks for the passwords of the mail server and of the mailbox in all that
// an appliance shows and keeps, these pages too.
func untold(t *testing.T, a *appliance, c *caller, paths ...string) {
	t.Helper()
	places := map[string]string{"the log": a.log.String(), "what it prints": a.out.String()}
	for _, path := range append(paths, "/console/appareil", "/console/appareil/courriels", "/console/recherche?q=appareil", "/sante") {
		_, places[path], _ = c.get(path)
	}
	for _, name := range []string{"preau.db", "cle"} {
		b, err := os.ReadFile(filepath.Join(a.dir, name))
		if err != nil {
			t.Fatal(err)
		}
		places[name] = string(b)
	}
	for where, text := range places {
		if strings.Contains(text, relaySecret) || strings.Contains(text, boxSecret) {
			t.Errorf("the password of the mail server, or of the mailbox, is in %s", where)
		}
	}
}

// TestMailSurvivesAKill: an appliance that dies between the server's taking of a
// mail and its own noting of it sends it again, as the same message.
func TestMailSurvivesAKill(t *testing.T) {
	r := newRelay(t)
	a := ofOne(t, t.TempDir())
	c := call(t, a, "marc.dubois")
	c.setServer(r.port)
	there, release := r.hold()
	defer release()
	if status, page, _ := c.post("/console/appareil/courriel/envoi", url.Values{"adresse-essai": {"marc.dubois@exemple.example"}}); status != http.StatusSeeOther {
		t.Fatalf("%d\n%s", status, page)
	}
	select {
	case <-there:
	case <-time.After(40 * time.Second):
		t.Fatal("the mail never arrived")
	}
	a.kill()
	release()
	again, err := start("serve", "--data", a.dir, "--allow-network", "127.0.0.0/8")
	if err != nil {
		t.Fatal(err)
	}
	again.dir = a.dir
	ends(t, again)
	got := r.wait(t, 2)
	if got[0].id == "" || got[0].id != got[1].id {
		t.Errorf("it arrived as %s and %s", got[0].id, got[1].id)
	}
	call(t, again, "marc.dubois").until("/console/appareil/courriels?etat=sent", "Essai d’envoi")
}

var stampField = regexp.MustCompile(`action="/console/appareil/courriel".*?name="vu" value="([0-9a-f]+)"`)

// setServer gives the appliance the relay of the test.
func (c *caller) setServer(port int) {
	c.t.Helper()
	_, page, _ := c.get("/console/appareil")
	m := stampField.FindStringSubmatch(page)
	if m == nil {
		c.t.Fatalf("no form:\n%s", page)
	}
	form := url.Values{"vu": {m[1]}, "serveur": {"localhost"}, "port": {strconv.Itoa(port)}, "chiffrement": {"starttls"}, "compte": {relayAccount}, "secret": {relaySecret}}
	if status, page, _ := c.post("/console/appareil/courriel", form); status != http.StatusSeeOther {
		c.t.Fatalf("%d\n%s", status, page)
	}
}

// TestMailIsRead: a trainer reads a mail of the demo, and follows its link from
// the HTML, which is bound by a policy of its own.
func TestMailIsRead(t *testing.T) {
	a := demo(t)
	c := call(t, a, "marc.dubois")
	if status, page, _ := c.post("/console/appareil/courriel/envoi", url.Values{"adresse-essai": {"marc.dubois@exemple.example"}}); status != http.StatusSeeOther {
		t.Fatalf("%d\n%s", status, page)
	}
	b := as(t, a, "marc.dubois", "/console/appareil/courriels")
	b.click("link", "Essai d’envoi")
	b.find("heading", "Essai d’envoi")
	b.wait(`document.getElementById("texte").innerText.includes("Ouvrir l’ENT")`)
	for _, width := range []int64{390, 1440} {
		b.resize(width, 900)
		b.healthy()
		if js[bool](b, `document.documentElement.scrollWidth > innerWidth + 1`) {
			t.Errorf("the mail is wider than a screen of %d", width)
		}
		b.shot("courriel-" + strconv.FormatInt(width, 10))
	}
	b.click("link", "Version HTML")
	b.wait(`location.pathname.endsWith("/html") && document.readyState === "complete"`)
	if js[string](b, "getComputedStyle(document.body).padding") != "24px" {
		t.Error("the styles of the mail are not its own")
	}
	if js[bool](b, `(() => { try { document.cookie = "a=b"; return true } catch { return false } })()`) {
		t.Error("the mail has the origin of the site")
	}
	b.shot("courriel-html-1440")
	b.click("link", "Ouvrir l’ENT")
	b.wait(`location.pathname === "/"`)
	b.reads("Vous êtes connecté")
}

// TestRestoreWithoutTheKey: in an empty directory, with the backup alone, the
// appliance works, and says what is to be done again.
func TestRestoreWithoutTheKey(t *testing.T) {
	r := newRelay(t)
	a := ofOne(t, t.TempDir())
	c := call(t, a, "marc.dubois")
	c.setServer(r.port)
	file := filepath.Join(t.TempDir(), "sauvegarde")
	if out, err := command("backup", file, "--data", a.dir); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	ends(t, a)

	dir := t.TempDir()
	out, err := command("restore", file, "--data", dir)
	if err != nil || !strings.Contains(out, "La clé de l’appareil n’est pas celle") || !strings.Contains(out, "preau admin create") {
		t.Fatalf("%v\n%s", err, out)
	}
	there, err := start("serve", "--data", dir, "--allow-network", "127.0.0.0/8")
	if err != nil {
		t.Fatal(err)
	}
	there.dir = dir
	ends(t, there)
	d := call(t, there, "marc.dubois")
	if _, page, _ := d.get("/console/appareil"); !strings.Contains(page, "saisissez-le de nouveau") {
		t.Errorf("the page does not ask for the password again:\n%s", page)
	}
	if status, page, _ := d.post("/console/appareil/courriel/envoi", url.Values{"adresse-essai": {"marc.dubois@exemple.example"}}); status != http.StatusSeeOther {
		t.Fatalf("%d\n%s", status, page)
	}
	d.until("/console/appareil/courriels", "Le mot de passe du serveur de courriel ne peut plus être lu")
	d.setServer(r.port)
	if got := r.wait(t, 1)[0]; got.to != "marc.dubois@exemple.example" {
		t.Errorf("%+v", got)
	}
	if _, page, _ := d.get("/console/appareil"); strings.Contains(page, "saisissez-le de nouveau") {
		t.Error("the page asks for a password that was given")
	}

	// With its key beside it, nothing was lost.
	kept := t.TempDir()
	key := filepath.Join(t.TempDir(), "cle-gardee")
	if err := copyFile(filepath.Join(a.dir, "cle"), key); err != nil {
		t.Fatal(err)
	}
	if out, err := command("restore", file, "--data", kept, "--key-file", key); err != nil || strings.Contains(out, "La clé") {
		t.Fatalf("%v\n%s", err, out)
	}
	with, err := start("serve", "--data", kept, "--key-file", key)
	if err != nil {
		t.Fatal(err)
	}
	with.dir = kept
	ends(t, with)
	if _, page, _ := call(t, with, "marc.dubois").get("/console/appareil"); strings.Contains(page, "saisissez-le de nouveau") || !strings.Contains(page, "Un mot de passe est enregistré") {
		t.Errorf("the key did not come back:\n%s", page)
	}
	if _, err := os.Stat(filepath.Join(kept, "cle")); err == nil {
		t.Error("another key was made")
	}
}
