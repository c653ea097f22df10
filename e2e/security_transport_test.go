package e2e

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// A keeper is a browser that remembers every Set-Cookie it was sent.
type keeper struct {
	*caller
	set []*http.Cookie
}

// RoundTrip notes the cookies of an answer.
func (k *keeper) note(header http.Header) {
	k.set = append(k.set, (&http.Response{Header: header}).Cookies()...)
}

// crawl signs somebody in, goes through some pages, and signs them out.
func crawl(t *testing.T, a *appliance, roots *x509.CertPool) *keeper {
	t.Helper()
	k := &keeper{caller: newCaller(t, a)}
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	k.Jar = jar
	k.Transport = &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots}}
	get := func(path string) string {
		_, text, header := k.get(path)
		k.note(header)
		return text
	}
	post := func(path string, form url.Values) {
		status, text, header := k.post(path, form)
		k.note(header)
		if status != http.StatusSeeOther {
			t.Fatalf("POST %s: %d\n%s", path, status, text)
		}
	}
	k.jeton = jetonField.FindStringSubmatch(get("/connexion"))[1]
	post("/connexion", url.Values{"login": {"claire.moreau"}, "mot-de-passe": {demoPassword}})
	k.jeton = jetonField.FindStringSubmatch(get("/"))[1]
	post("/theme", url.Values{"theme": {"sombre"}, "retour": {"/"}})
	for _, path := range []string{"/console", k.home(), k.home() + "/utilisateurs/eleves", "/nulle-part", "/sante"} {
		get(path)
	}
	post("/deconnexion", nil)
	get("/connexion")
	return k
}

// TestCookies parses every cookie of a crawl, for each way of being served.
func TestCookies(t *testing.T) {
	cert, key := certificate(t)
	served := map[string]*appliance{
		"loopback":      demo(t),
		"self-signed":   demoAt(t, "127.0.0.1:0", "--tls", "self"),
		"certificate":   demoAt(t, "127.0.0.1:0", "--tls-cert", cert, "--tls-key", key),
		"training room": demoAt(t, "0.0.0.0:0", "--insecure-http"),
	}
	instances := map[string]bool{}
	for name, a := range served {
		secure := strings.HasPrefix(a.base, "https://")
		if want := name == "self-signed" || name == "certificate"; secure != want {
			t.Errorf("%s is served at %s", name, a.base)
		}
		a.base = regexp.MustCompile(`//[^/]*:`).ReplaceAllString(a.base, "//127.0.0.1:")
		k := crawl(t, a, poolOf(t, filepath.Join(a.dir, "tls.crt"), cert))
		kinds := map[string]bool{}
		for _, c := range k.set {
			m := regexp.MustCompile(`^(__Host-)?preau-([a-z0-9]+)-([a-z]+)$`).FindStringSubmatch(c.Name)
			if m == nil {
				t.Errorf("%s: a cookie is called %q", name, c.Name)
				continue
			}
			instances[m[2]], kinds[m[3]] = true, true
			if !c.HttpOnly || c.SameSite != http.SameSiteLaxMode || c.Path != "/" || c.Domain != "" || c.Secure != secure || (m[1] != "") != secure {
				t.Errorf("%s: %s", name, c.Raw)
			}
			if m[3] == "session" && c.MaxAge > 0 {
				t.Errorf("%s: the session outlives the browser: %s", name, c.Raw)
			}
		}
		for _, kind := range []string{"session", "appareil", "message", "formulaire", "theme"} {
			if !kinds[kind] {
				t.Errorf("%s: no cookie « %s » among %v", name, kind, kinds)
			}
		}
		_, page, header := k.get("/connexion")
		if warned := strings.Contains(page, "sans chiffrement"); warned != (name == "training room") {
			t.Errorf("%s: the page warns: %t", name, warned)
		}
		if hsts := header.Get("Strict-Transport-Security"); (hsts != "") != secure {
			t.Errorf("%s: Strict-Transport-Security %q", name, hsts)
		}
	}
	if len(instances) != 1 { // they are copies of one demo
		t.Errorf("instances %v", instances)
	}
	warned := call(t, served["training room"], "claire.moreau")
	if _, page, _ := warned.get(warned.home()); !strings.Contains(page, "sans chiffrement") {
		t.Error("the console does not warn")
	}
	if !strings.Contains(served["self-signed"].out.String(), "Empreinte SHA-256") {
		t.Error("the fingerprint of the certificate is not said")
	}
	oldProtocols(t, served["certificate"].base)
}

// oldProtocols tries those that are no longer safe.
func oldProtocols(t *testing.T, base string) {
	t.Helper()
	at := strings.TrimPrefix(base, "https://")
	for name, config := range map[string]*tls.Config{
		"TLS 1.1": {MaxVersion: tls.VersionTLS11},
		"CBC":     {MaxVersion: tls.VersionTLS12, CipherSuites: []uint16{tls.TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA, tls.TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA}},
		"RSA":     {MaxVersion: tls.VersionTLS12, CipherSuites: []uint16{tls.TLS_RSA_WITH_AES_128_GCM_SHA256}},
	} {
		config.InsecureSkipVerify, config.MinVersion = true, tls.VersionTLS10
		if conn, err := tls.Dial("tcp", at, config); err == nil {
			conn.Close()
			t.Errorf("%s is accepted", name)
		}
	}
}

// certificate makes one with the executable's own means, in files.
func certificate(t *testing.T) (cert, key string) {
	t.Helper()
	dir := t.TempDir()
	a, err := startAt("127.0.0.1:0", "serve", "--data", dir, "--tls", "self")
	if err != nil {
		t.Fatal(err)
	}
	if err := a.stop(); err != nil {
		t.Fatal(err)
	}
	cert, key = filepath.Join(dir, "tls.crt"), filepath.Join(dir, "tls.key")
	if st, err := os.Stat(key); err != nil || st.Mode().Perm() != 0o600 {
		t.Errorf("the key: %v, %v", st.Mode(), err)
	}
	return cert, key
}

// poolOf trusts the certificates of those files that exist.
func poolOf(t *testing.T, files ...string) *x509.CertPool {
	t.Helper()
	pool := x509.NewCertPool()
	for _, file := range files {
		text, err := os.ReadFile(file)
		if os.IsNotExist(err) {
			continue
		}
		block, _ := pem.Decode(text)
		c, err := x509.ParseCertificate(block.Bytes)
		if err != nil {
			t.Fatal(err)
		}
		pool.AddCert(c)
	}
	return pool
}

// TestRefusedToServe: what would expose people is refused, with a sentence.
func TestRefusedToServe(t *testing.T) {
	from, err := seeded()
	if err != nil {
		t.Fatal(err)
	}
	made := filepath.Join(t.TempDir(), "demo")
	if err := copyDir(from, made); err != nil {
		t.Fatal(err)
	}
	for _, refused := range []struct {
		says string
		args []string
	}{
		{"sans chiffrement", []string{"serve", "--data", t.TempDir(), "--listen", "0.0.0.0:0"}},
		{"sans chiffrement", []string{"serve", "--data", t.TempDir(), "--listen", ":0"}},
		{"sans chiffrement", []string{"serve", "--data", t.TempDir(), "--listen", "[::]:0"}},
		{"preau demo", []string{"serve", "--data", made, "--listen", "127.0.0.1:0"}},
		{"n’est pas une adresse", []string{"serve", "--data", t.TempDir(), "--listen", "127.0.0.1:0", "--public-url", "lycee.example"}},
		{"n’est pas une adresse", []string{"serve", "--data", t.TempDir(), "--listen", "127.0.0.1:0", "--public-url", "javascript://x"}},
	} {
		out, err := command(refused.args...)
		if exit, ok := err.(*exec.ExitError); !ok || exit.ExitCode() == 0 || !strings.Contains(out, refused.says) {
			t.Errorf("%v: %v\n%s", refused.args, err, out)
		}
		if strings.Contains(out, "panic") || strings.Contains(out, "goroutine") {
			t.Errorf("%v:\n%s", refused.args, out)
		}
	}
}

// TestHealth: what a supervisor asks for, and nothing about people.
func TestHealth(t *testing.T) {
	a := demo(t)
	status, text, header := newCaller(t, a).get("/sante")
	if status != http.StatusOK || !strings.HasPrefix(header.Get("Content-Type"), "application/json") {
		t.Errorf("%d %s", status, header.Get("Content-Type"))
	}
	for _, key := range []string{`"status":"ok"`, `"version"`, `"index_lag"`, `"mail_queue"`} {
		if !strings.Contains(text, key) {
			t.Errorf("no %s in %s", key, text)
		}
	}
	for _, path := range []string{"/debug/pprof/", "/debug/vars", "/metrics", "/.git/config", "/preau.db", "/a/../main.go"} {
		newCaller(t, a).wantStatus(path, http.StatusNotFound)
	}
}

// TestAdminCreate makes administrators while the appliance runs, then with the
// directory at rest; a person of the directory is not made one by it.
func TestAdminCreate(t *testing.T) {
	dir := t.TempDir()
	a, err := start("serve", "--data", dir)
	if err != nil {
		t.Fatal(err)
	}
	create := func(password string, args ...string) (string, error) {
		file, err := binary()
		if err != nil {
			t.Fatal(err)
		}
		c := exec.Command(file, append([]string{"admin", "create", "--data", dir}, args...)...)
		c.Stdin = strings.NewReader(password + "\n")
		var out bytes.Buffer
		c.Stdout, c.Stderr = &out, &out
		err = c.Run()
		return out.String(), err
	}
	marc := []string{"--login", "marc.dubois", "--last-name", "DUBOIS", "--first-name", "Marc", "--role", "level2_support"}
	for name, refused := range map[string][]string{
		"court":                  marc,
		"la craie et le tableau": {"--login", "Marc Dubois", "--role", "level2_support"},
		"le tableau et la craie": {"--login", "paul.lefevre", "--role", "academy_advisor"},
		"la table et la chaise":  {"--login", "claire.moreau", "--role", "local_admin"},
		"":                       marc,
	} {
		if out, err := create(name, refused...); err == nil {
			t.Errorf("%q %v is accepted:\n%s", name, refused, out)
		}
	}
	const password = "la craie et le tableau"
	if out, err := create(password, marc...); err != nil || strings.Contains(out, password) {
		t.Fatalf("%v\n%s", err, out)
	}
	signs := func(password string) int {
		c := newCaller(t, a)
		c.jeton = c.token("/connexion")
		status, _, _ := c.post("/connexion", url.Values{"login": {"marc.dubois"}, "mot-de-passe": {password}})
		return status
	}
	if got := signs(password); got != http.StatusSeeOther {
		t.Errorf("the administrator gets %d", got)
	}
	newCaller(t, a).wantStatus("/premiere-mise-en-service", http.StatusNotFound) // there is one now
	const renewed = "le tableau et la craie"
	if err := a.stop(); err != nil {
		t.Fatal(err)
	}
	if out, err := create(renewed, marc...); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	if a, err = start("serve", "--data", dir); err != nil {
		t.Fatal(err)
	}
	if before, after := signs(password), signs(renewed); before != http.StatusUnprocessableEntity || after != http.StatusSeeOther {
		t.Errorf("former password %d, new one %d", before, after)
	}
	if err := a.stop(); err != nil {
		t.Error(err)
	}
	check(t, dir)
}
