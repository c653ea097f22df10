package e2e

import (
	"bytes"
	"io/fs"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestSecretsStaySecret lives the first day of an appliance with secrets that
// are like no other text, then looks for them in all that it wrote or shows.
func TestSecretsStaySecret(t *testing.T) {
	const password, mistyped, asLogin, asToken = "serin-jaune-des-canaries-01", "serin-jaune-des-canaries-02", "serin-jaune-des-canaries-03", "serinjaunedescanaries04"
	dir := t.TempDir()
	a, err := start("serve", "--data", dir)
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
	form := url.Values{"code": {code}, "nom-ent": {"ENT"}, "nom": {"Dubois"}, "prenom": {"Marc"}, "login": {"marc.dubois"}, "mot-de-passe": {mistyped}, "encore": {password}}
	pages := map[string]string{}
	_, pages["setup refused"], _ = c.post("/premiere-mise-en-service", form)
	form.Set("mot-de-passe", password)
	if status, page, _ := c.post("/premiere-mise-en-service", form); status != http.StatusSeeOther {
		t.Fatalf("%d\n%s", status, page)
	}
	c.jeton = c.token("/")
	c.post("/deconnexion", nil)
	c.jeton = c.token("/connexion")
	_, pages["wrong password"], _ = c.post("/connexion", url.Values{"login": {"marc.dubois"}, "mot-de-passe": {mistyped}})
	c.post("/connexion", url.Values{"login": {asLogin}, "mot-de-passe": {mistyped}}) // typed in the wrong field
	c.post("/connexion", url.Values{"jeton": {asToken}, "login": {"marc.dubois"}, "mot-de-passe": {mistyped}})
	if status, _, _ := c.post("/connexion", url.Values{"login": {"marc.dubois"}, "mot-de-passe": {password}}); status != http.StatusSeeOther {
		t.Fatal(status)
	}
	c.jeton = c.token("/")
	_, _, header := c.post("/console/etablissements/nouveau", url.Values{"nature": {"virtuel"}, "nom": {"Réseau"}, "academie": {"Val-de-Seine"}})
	home := header.Get("Location")
	c.upload("x.xml", []byte("<x/>"), "jeton", asToken)
	c.get("/nulle-part?mot-de-passe=" + mistyped)
	c.get(home + "?jeton=" + asToken)
	c.send(http.MethodPost, home, strings.NewReader("mot-de-passe="+mistyped), "Content-Type", "text/plain", "Authorization", "Bearer "+asToken)
	for _, path := range []string{home + "/journal", home, "/sante", "/", "/console/recherche?q=dubois", home + "/journal/evenements?apres=0"} {
		_, pages[path], _ = c.get(path)
	}

	secrets := map[string]string{"the password": password, "a mistyped password": mistyped, "a forged token": asToken}
	at, err := url.Parse(a.base)
	if err != nil {
		t.Fatal(err)
	}
	for _, cookie := range c.Jar.Cookies(at) {
		if strings.HasSuffix(cookie.Name, "-session") || strings.HasSuffix(cookie.Name, "-appareil") {
			secrets["the cookie "+cookie.Name] = cookie.Value
		}
	}
	if len(secrets) != 5 {
		t.Fatalf("secrets %v", secrets)
	}
	if err := a.stop(); err != nil {
		t.Fatal(err)
	}
	hidden := func(where, text string) {
		for name, secret := range secrets {
			if strings.Contains(text, secret) {
				t.Errorf("%s is in %s", name, where)
			}
		}
	}
	for path, page := range pages {
		hidden(path, page)
	}
	hidden("the log", a.log.String())
	hidden("what it prints", a.out.String())
	if strings.Contains(a.log.String(), code) || strings.Contains(a.log.String(), asLogin) {
		t.Error("the log holds the setup code, or what was typed for a login")
	}
	if strings.Contains(pages[home+"/journal"], asLogin) {
		t.Error("the journal holds what was typed for a login")
	}
	err = filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() || d.Name() == "reserve" {
			return err
		}
		b, err := os.ReadFile(path)
		for name, secret := range secrets {
			if bytes.Contains(b, []byte(secret)) {
				t.Errorf("%s is in %s", name, d.Name())
			}
		}
		if st, err := d.Info(); err == nil && st.Mode().Perm()&0o077 != 0 {
			t.Errorf("%s is open to others: %v", d.Name(), st.Mode())
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
	check(t, dir)
}

// codeOf is the code of the first start.
func codeOf(a *appliance) (string, error) {
	address, err := setupOf(a)
	_, code, _ := strings.Cut(address, "=")
	return code, err
}
