package e2e

import (
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"regexp"
	"strings"
	"testing"
)

func newClient() *http.Client {
	jar, err := cookiejar.New(nil)
	if err != nil {
		panic(err) // it never fails without options
	}
	return &http.Client{Jar: jar, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
}

// A caller speaks HTTP to an appliance in the name of somebody, without a browser.
type caller struct {
	*http.Client
	t     testing.TB
	base  string
	jeton string // token of the session's forms
}

var jetonField = regexp.MustCompile(`name="jeton" value="([^"]+)"`)

// call signs somebody in; "" is nobody.
func call(t testing.TB, a *appliance, login string) *caller {
	t.Helper()
	c := &caller{client(t), t, a.base, ""}
	if login == "" {
		return c
	}
	c.jeton = c.token("/connexion")
	if status, _, _ := c.post("/connexion", url.Values{"login": {login}, "mot-de-passe": {demoPassword}}); status != http.StatusSeeOther {
		t.Fatalf("sign-in of %s: %d", login, status)
	}
	c.jeton = c.token("/")
	return c
}

// token reads the token of the forms of a page.
func (c *caller) token(path string) string {
	c.t.Helper()
	_, body, _ := c.get(path)
	m := jetonField.FindStringSubmatch(body)
	if m == nil {
		c.t.Fatalf("no token in %s:\n%s", path, body)
	}
	return m[1]
}

func (c *caller) get(path string, headers ...string) (int, string, http.Header) {
	c.t.Helper()
	return c.send(http.MethodGet, path, nil, headers...)
}

// post sends a form of ours, with its token and its origin.
func (c *caller) post(path string, form url.Values, headers ...string) (int, string, http.Header) {
	c.t.Helper()
	if form == nil {
		form = url.Values{}
	}
	if !form.Has("jeton") {
		form.Set("jeton", c.jeton)
	}
	return c.send(http.MethodPost, path, strings.NewReader(form.Encode()), append([]string{"Content-Type", "application/x-www-form-urlencoded", "Origin", c.base}, headers...)...)
}

func (c *caller) send(method, path string, body io.Reader, headers ...string) (int, string, http.Header) {
	c.t.Helper()
	status, text, header, err := c.trySend(method, path, body, headers...)
	if err != nil {
		c.t.Fatal(err)
	}
	return status, text, header
}

func (c *caller) trySend(method, path string, body io.Reader, headers ...string) (int, string, http.Header, error) {
	req, err := http.NewRequest(method, c.base+path, body)
	if err != nil {
		return 0, "", nil, err
	}
	for i := 0; i < len(headers); i += 2 {
		if headers[i+1] == "" {
			req.Header.Del(headers[i])
			continue
		}
		req.Header.Set(headers[i], headers[i+1])
	}
	res, err := c.Do(req)
	if err != nil {
		return 0, "", nil, err
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	return res.StatusCode, string(text), res.Header, err
}

// wantStatus checks the status of a page.
func (c *caller) wantStatus(path string, want int) {
	c.t.Helper()
	if status, _, _ := c.get(path); status != want {
		c.t.Errorf("GET %s: %d, want %d", path, status, want)
	}
}

// follow posts and returns the page it leads to.
func (c *caller) follow(path string, form url.Values) (string, error) {
	status, text, header := c.post(path, form)
	if status != http.StatusSeeOther {
		return text, fmt.Errorf("POST %s: %d", path, status)
	}
	_, text, _ = c.get(header.Get("Location"))
	return text, nil
}

// newCaller is nobody yet.
func newCaller(t testing.TB, a *appliance) *caller { return &caller{client(t), t, a.base, ""} }

// signIn tries to sign somebody in.
func (c *caller) signIn(login string) (int, string, http.Header) {
	c.t.Helper()
	c.jeton = c.token("/connexion")
	return c.post("/connexion", url.Values{"login": {login}, "mot-de-passe": {demoPassword}})
}

var recordLink = regexp.MustCompile(`href="(/console/etablissements/[^"]+/utilisateurs/[^"]+)"`)

// recordOf is the address of the record of somebody of an establishment, found
// by their login.
func (c *caller) recordOf(home, login string) string {
	c.t.Helper()
	_, found, _ := c.get(home + "/recherche?q=" + url.QueryEscape(login))
	m := recordLink.FindStringSubmatch(found)
	if m == nil {
		c.t.Fatalf("nobody with the login %s in %s: %s", login, home, found)
	}
	return m[1]
}
