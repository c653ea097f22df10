package e2e

import (
	"archive/zip"
	"bytes"
	"errors"
	"fmt"
	"html"
	"io"
	"mime/multipart"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"
)

// upload sends a file to the imports page; fields go before it, in order.
func (c *caller) upload(name string, content []byte, fields ...string) (int, string, http.Header) {
	c.t.Helper()
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	for i := 0; i < len(fields); i += 2 {
		w.WriteField(fields[i], fields[i+1])
	}
	if name != "" {
		f, err := w.CreateFormFile("fichier", name)
		if err != nil {
			c.t.Fatal(err)
		}
		f.Write(content)
	}
	if err := w.Close(); err != nil {
		c.t.Fatal(err)
	}
	for range 4 { // what refuses a form may close before the whole is sent, and its answer be lost: send again
		status, text, header, err := c.trySend(http.MethodPost, "/console/imports", bytes.NewReader(b.Bytes()), "Content-Type", w.FormDataContentType(), "Origin", c.base)
		if !errors.Is(err, syscall.ECONNRESET) && !errors.Is(err, syscall.EPIPE) {
			if err != nil {
				c.t.Fatal(err)
			}
			return status, text, header
		}
	}
	return c.send(http.MethodPost, "/console/imports", &b, "Content-Type", w.FormDataContentType(), "Origin", c.base)
}

// awaitImport waits until the report of an import says that it has ended.
func (c *caller) awaitImport(path string) string {
	c.t.Helper()
	for end := time.Now().Add(time.Minute); time.Now().Before(end); time.Sleep(50 * time.Millisecond) {
		status, page, _ := c.get(path)
		if status != http.StatusOK {
			c.t.Fatalf("%s: %d\n%s", path, status, page)
		}
		if !strings.Contains(page, "hx-trigger=\"load delay") {
			return html.UnescapeString(page)
		}
	}
	c.t.Fatalf("the import of %s does not end", path)
	return ""
}

// zipped is a folder as one file.
func zipped(t *testing.T, dir string) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	if err := z.AddFS(os.DirFS(dir)); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

var setupAddress = regexp.MustCompile(`Première mise en service[\s\x{a0}\x{202f}]*:[\s\x{a0}\x{202f}]*(\S+)`)

// newAppliance serves an empty directory and returns the path of its setup page.
func newAppliance(t *testing.T) (a *appliance, setup string) {
	t.Helper()
	dir := t.TempDir()
	a, err := start("serve", "--data", dir)
	if err != nil {
		t.Fatal(err)
	}
	a.dir = dir
	t.Cleanup(func() {
		if err := a.stop(); err != nil {
			t.Error(err)
		}
		if strings.Contains(a.log.String(), "panique") {
			t.Error(a.log)
		}
		check(t, dir)
	})
	if setup, err = setupOf(a); err != nil {
		t.Fatal(err)
	}
	return a, setup
}

// setupOf is the path of the setup page, which is printed a moment after the
// address of the appliance.
func setupOf(a *appliance) (string, error) {
	for end := time.Now().Add(20 * time.Second); time.Now().Before(end); time.Sleep(10 * time.Millisecond) {
		if m := setupAddress.FindStringSubmatch(a.out.String()); m != nil {
			return strings.TrimPrefix(m[1], a.base), nil
		}
	}
	return "", fmt.Errorf("no setup address:\n%s", a.out)
}

const firstPassword = "la craie et le tableau"

// TestFirstStart takes an empty directory to a school with people in it.
func TestFirstStart(t *testing.T) {
	a, setup := newAppliance(t)
	c := newCaller(t, a)
	if !strings.HasPrefix(setup, "/premiere-mise-en-service?code=") {
		t.Fatalf("the setup address is %q", setup)
	}
	for _, wrong := range []string{"/premiere-mise-en-service", "/premiere-mise-en-service?code=faux", setup + "x", setup[:len(setup)-1]} {
		if _, page, _ := c.get(wrong); strings.Contains(page, `name="mot-de-passe"`) || !strings.Contains(page, "fenêtre où Préau a été lancé") {
			t.Errorf("%s:\n%s", wrong, page)
		}
	}
	c.jeton = c.token(setup)
	_, code, _ := strings.Cut(setup, "=")
	form := url.Values{"code": {code}, "nom-ent": {"ENT <du> lycée"}, "nom": {"Dubois"}, "prenom": {"Marc"}, "login": {"Marc Dubois"}, "mot-de-passe": {"court-secret"}, "encore": {"autre-secret"}}
	status, page, _ := c.post("/premiere-mise-en-service", form)
	if status != http.StatusUnprocessableEntity || !strings.Contains(page, `value="ENT &lt;du&gt; lycée"`) || !strings.Contains(page, `value="Marc Dubois"`) ||
		!strings.Contains(page, "Les deux mots de passe diffèrent") || !strings.Contains(page, "Utilisez la forme prenom.nom") || strings.Contains(page, "-secret") {
		t.Errorf("%d\n%s", status, page)
	}
	form.Set("code", "faux")
	if status, _, _ := c.post("/premiere-mise-en-service", form); status != http.StatusNotFound {
		t.Errorf("a wrong code: %d", status)
	}
	form.Set("code", code)
	form.Set("login", "marc.dubois")
	form.Set("encore", "court-secret")
	form.Set("mot-de-passe", "court-secret"[:11])
	form.Set("encore", "court-secret"[:11])
	if status, page, _ := c.post("/premiere-mise-en-service", form); status != http.StatusUnprocessableEntity || !strings.Contains(page, "au moins 12 caractères") {
		t.Errorf("a short password: %d", status)
	}
	form.Set("mot-de-passe", firstPassword)
	form.Set("encore", firstPassword)
	status, page, header := c.post("/premiere-mise-en-service", form)
	if status != http.StatusSeeOther || header.Get("Location") != "/console/demarrage" {
		t.Fatalf("%d %s\n%s", status, header.Get("Location"), page)
	}
	for _, used := range []string{setup, "/premiere-mise-en-service"} {
		c.wantStatus(used, http.StatusNotFound)
		newCaller(t, a).wantStatus(used, http.StatusNotFound)
	}
	if _, page, _ := c.get("/console/demarrage"); !strings.Contains(page, "/console/etablissements/nouveau") || !strings.Contains(page, "/console/imports") {
		t.Errorf("the first steps lead nowhere:\n%s", page)
	}
	c.jeton = c.token("/")
	form.Del("jeton")
	if status, _, _ := c.post("/premiere-mise-en-service", form); status != http.StatusNotFound {
		t.Errorf("the form is accepted twice: %d", status)
	}
	createSchools(c)
	importSchools(t, a, c)
}

// createSchools makes an establishment that exists and one that does not.
func createSchools(c *caller) {
	c.t.Helper()
	const path = "/console/etablissements/nouveau"
	form := url.Values{"nature": {"reel"}, "uai": {"0990009I"}, "nom": {"Collège <script>alert(1)</script>"}, "type": {"college"}, "academie": {"Val-de-Seine"}, "ville": {"Saint-Exemple"}}
	status, page, _ := c.post(path, form)
	if status != http.StatusUnprocessableEntity || !strings.Contains(page, "La lettre de cet UAI ne correspond pas") || strings.Contains(page, "<script>alert") || !strings.Contains(page, "&lt;script&gt;alert") {
		c.t.Errorf("a wrong UAI: %d\n%s", status, page)
	}
	m := regexp.MustCompile(`la lettre serait ([A-Z])`).FindStringSubmatch(page)
	if m == nil {
		c.t.Fatalf("the right letter is not said:\n%s", page)
	}
	form.Set("uai", "0990009"+m[1])
	status, page, header := c.post(path, form)
	at := header.Get("Location")
	if status != http.StatusSeeOther || at != "/console/etablissements/0990009"+m[1] {
		c.t.Fatalf("%d %s\n%s", status, at, page)
	}
	for _, shown := range []string{at, "/console/etablissements", at + "/journal", "/console/recherche?q=script"} {
		if _, page, _ := c.get(shown); strings.Contains(page, "<script>alert") || !strings.Contains(page, "alert(1)") {
			c.t.Errorf("%s does not show the name as a text", shown)
		}
	}
	if status, page, _ := c.post(path, form); status != http.StatusUnprocessableEntity || !strings.Contains(page, "Un établissement a déjà cet UAI") {
		c.t.Errorf("the same UAI twice: %d", status)
	}
	for field, says := range map[string]string{"nom": "Indiquez le nom", "academie": "Indiquez l’académie", "type": "Choisissez le type", "uai": "Un UAI compte 7 chiffres"} {
		empty := url.Values{}
		for k, v := range form {
			empty[k] = v
		}
		empty.Set(field, "")
		if status, page, _ := c.post(path, empty); status != http.StatusUnprocessableEntity || !strings.Contains(page, says) {
			c.t.Errorf("without %s: %d", field, status)
		}
	}
	status, _, header = c.post(path, url.Values{"nature": {"virtuel"}, "nom": {"Réseau des collèges"}, "academie": {"Val-de-Seine"}})
	if !regexp.MustCompile(`^/console/etablissements/V[0-9]{6}V$`).MatchString(header.Get("Location")) {
		c.t.Errorf("a virtual one: %d %s", status, header.Get("Location"))
	}
}

// importSchools sends the files of two schools, for a try and then for good.
func importSchools(t *testing.T, a *appliance, c *caller) {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "aaf")
	if out, err := command("generate", "aaf", dir, "--establishments", "2", "--users", "160"); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	file := zipped(t, dir)
	status, page, header := c.upload("annuaire.zip", file, "jeton", c.jeton, "essai", "oui")
	if status != http.StatusSeeOther {
		t.Fatalf("%d\n%s", status, page)
	}
	tried := header.Get("Location")
	if page := c.awaitImport(tried); !strings.Contains(page, "créés") {
		t.Errorf("the try says nothing of those whom it would create:\n%s", page)
	}
	found := regexp.MustCompile(`/console/etablissements/(\d{7}[A-Z])"`)
	if _, list, _ := c.get("/console/etablissements"); len(found.FindAllString(list, -1)) != 1 {
		t.Errorf("the try made establishments: %v", found.FindAllString(list, -1))
	}
	status, page, header = c.post(tried+"/application", nil)
	for end := time.Now().Add(10 * time.Second); status == http.StatusConflict && time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
		status, page, header = c.post(tried+"/application", nil) // the try makes room a moment after it has said so
	}
	if status != http.StatusSeeOther {
		t.Fatalf("%d\n%s", status, page)
	}
	if page := c.awaitImport(header.Get("Location")); !strings.Contains(page, "créés") {
		t.Errorf("nobody was made:\n%s", page)
	}
	_, list, _ := c.get("/console/etablissements")
	uais := found.FindAllStringSubmatch(list, -1)
	if len(uais) != 3 {
		t.Fatalf("establishments %v", uais)
	}
	people := 0
	for _, m := range uais {
		_, page, _ := c.get("/console/etablissements/" + m[1] + "/utilisateurs/eleves")
		people += strings.Count(page, "/utilisateurs/eleves/P")
	}
	if people == 0 {
		t.Error("there are no pupils")
	}
	goneSoon(t, a)
}

// TestBadUploads sends what is no delivery.
func TestBadUploads(t *testing.T) {
	a := demo(t)
	c := call(t, a, "marc.dubois")
	bomb := func() []byte {
		var b bytes.Buffer
		z := zip.NewWriter(&b)
		w, err := z.Create("ENT_0990001N_Complet_20260901_Eleve_0000.xml")
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.CopyN(w, zeros{}, 300<<20); err != nil {
			t.Fatal(err)
		}
		if err := z.Close(); err != nil {
			t.Fatal(err)
		}
		return b.Bytes()
	}()
	outside := func() []byte {
		var b bytes.Buffer
		z := zip.NewWriter(&b)
		w, err := z.Create("../../../tmp/preau-intrus.xml")
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprint(w, "<x/>")
		if err := z.Close(); err != nil {
			t.Fatal(err)
		}
		return b.Bytes()
	}()
	for name, content := range map[string][]byte{
		"photo.png": []byte("\x89PNG\r\n\x1a\n"), "vide.zip": {}, "annuaire.zip": []byte("PK\x03\x04 et puis rien"), "notes.xml": []byte("<notes><note>12</note></notes>"), "bombe.zip": bomb, "dehors.zip": outside,
		"../../../etc/passwd": []byte("root:x:0:0"), "entites.xml": []byte(`<?xml version="1.0"?><!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><x>&e;</x>`), "<script>alert(1)</script>.xml": []byte("<"),
		strings.Repeat("long", 500) + ".zip": []byte("x"),
	} {
		status, page, header := c.upload(name, content, "jeton", c.jeton)
		for end := time.Now().Add(10 * time.Second); status == http.StatusConflict && time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
			status, page, header = c.upload(name, content, "jeton", c.jeton)
		}
		switch status {
		case http.StatusUnprocessableEntity:
		case http.StatusSeeOther:
			if page = c.awaitImport(header.Get("Location")); !strings.Contains(page, "efusé") {
				t.Errorf("%.40q: the report does not say that it is refused:\n%s", name, page)
			}
		default:
			t.Errorf("%.40q: %d\n%s", name, status, page)
		}
		if strings.Contains(page, "<script>alert") || strings.Contains(page, "root:x") || strings.Contains(page, a.dir) {
			t.Errorf("%.40q:\n%s", name, page)
		}
	}
	for name, refused := range map[string]struct {
		fields []string
		want   int
	}{
		"without a token":      {nil, http.StatusForbidden},
		"with a wrong one":     {[]string{"jeton", "faux"}, http.StatusForbidden},
		"with one that is old": {[]string{"jeton", call(t, a, "julien.petit").jeton}, http.StatusForbidden},
	} {
		if status, _, _ := c.upload("annuaire.zip", outside, refused.fields...); status != refused.want {
			t.Errorf("%s: %d", name, status)
		}
	}
	if status, page, _ := c.upload("", nil, "jeton", c.jeton); status != http.StatusUnprocessableEntity || !strings.Contains(page, "Choisissez un fichier") {
		t.Errorf("no file: %d", status)
	}
	many := []string{}
	for i := range 5000 {
		many = append(many, fmt.Sprint("champ", i), strings.Repeat("x", 100))
	}
	if status, _, _ := c.upload("annuaire.zip", outside, many...); status != http.StatusBadRequest {
		t.Errorf("5,000 fields: %d", status)
	}
	status, page, header := c.upload("notes.xml", []byte("<notes><note>12</note></notes>"), "jeton", c.jeton, "essai", "oui")
	if status == http.StatusSeeOther {
		page = c.awaitImport(header.Get("Location"))
	}
	if !strings.Contains(page, "efusé") && status != http.StatusUnprocessableEntity {
		t.Errorf("a try of what is no delivery: %d\n%s", status, page)
	}
	goneSoon(t, a)
	if _, err := os.Stat("/tmp/preau-intrus.xml"); err == nil {
		t.Error("a file was written outside")
	}
}

// zeros never end.
type zeros struct{}

func (zeros) Read(p []byte) (int, error) {
	clear(p)
	return len(p), nil
}

// goneSoon checks that no file that was sent is left: each goes a moment after
// its report says that it was applied or refused.
func goneSoon(t *testing.T, a *appliance) {
	t.Helper()
	for end := time.Now().Add(10 * time.Second); ; time.Sleep(20 * time.Millisecond) {
		left, err := filepath.Glob(filepath.Join(a.dir, "envoi-*"))
		if err == nil && len(left) == 0 {
			break
		}
		if time.Now().After(end) {
			t.Errorf("files that were sent are left: %v, %v", left, err)
			break
		}
	}
}
