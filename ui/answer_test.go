package ui

import (
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/gofiber/fiber/v2"

	"preau/app/directory"
	"preau/ui/web"
)

// protection is what every answer bears.
var protection = []string{"Content-Security-Policy", "X-Content-Type-Options", "Referrer-Policy", "Cross-Origin-Opener-Policy", "Cross-Origin-Resource-Policy", "Cache-Control"}

// bears checks the headers of an answer; kept is for files that browsers keep.
func bears(t *testing.T, what string, h http.Header, kept bool) {
	t.Helper()
	for _, name := range protection {
		if h.Get(name) == "" {
			t.Errorf("%s: no %s", what, name)
		}
	}
	if policy := h.Get("Content-Security-Policy"); strings.HasPrefix(policy, "sandbox ") && strings.HasSuffix(what, "/html") {
		if strings.Contains(policy, "allow-scripts") || strings.Contains(policy, "allow-same-origin") || !strings.Contains(policy, "default-src 'none'") {
			t.Errorf("%s: policy %q", what, policy)
		}
	} else if sent(h) {
		if policy != "default-src 'none'; sandbox" {
			t.Errorf("%s: policy %q", what, policy)
		}
	} else if strings.Contains(policy, "unsafe") || !strings.Contains(policy, "default-src 'none'") ||
		!strings.Contains(policy, "base-uri 'none'") || !strings.Contains(policy, "frame-ancestors 'none'") || !strings.Contains(policy, "form-action 'self'") {
		t.Errorf("%s: policy %q", what, policy)
	}
	if h.Get("X-Content-Type-Options") != "nosniff" {
		t.Errorf("%s: X-Content-Type-Options %q", what, h.Get("X-Content-Type-Options"))
	}
	if cache := h.Get("Cache-Control"); !kept && cache != "no-store" || kept && !strings.Contains(cache, "immutable") {
		t.Errorf("%s: Cache-Control %q", what, cache)
	}
	if kind := h.Get("Content-Type"); strings.HasPrefix(kind, "text/") && !strings.Contains(kind, "utf-8") && kind != "text/event-stream" && !sent(h) {
		t.Errorf("%s: no charset in %q", what, kind)
	}
	if server := h.Get("Server"); server != "" {
		t.Errorf("%s: says that it is %q", what, server)
	}
}

// sent reports whether an answer is a file that somebody sent, to be saved: its
// text is in whatever charset they wrote it.
func sent(h http.Header) bool {
	return strings.HasPrefix(h.Get("Content-Disposition"), "attachment") && strings.HasSuffix(h.Get("Content-Security-Policy"), "; sandbox")
}

// TestEveryAnswerIsProtected goes through every route as everybody, then makes
// every failure that HTTP has a status for.
func TestEveryAnswerIsProtected(t *testing.T) {
	h := newHouse(t)
	uai := h.school("claire.moreau", 0)
	o := object{uai, directory.Student.Path(), h.people(uai, directory.Student)[0].ID, h.report(uai)}
	for _, login := range []string{"", "lucas.martin", "marc.dubois"} {
		p := h.enter(login)
		for _, route := range h.declared() {
			if route == "POST /deconnexion" {
				continue
			}
			path, kept := o.of(route), route == "GET /a/*"
			if strings.HasPrefix(route, "GET") {
				bears(t, login+" "+route, p.get(path).Header, kept)
				bears(t, login+" HEAD "+path, p.send(http.MethodHead, path, nil).Header, kept)
				continue
			}
			bears(t, login+" "+route, p.emptyForm(route, path).Header, false)
			bears(t, login+" forged "+route, p.send(http.MethodPost, path, nil).Header, false)
		}
		for _, path := range h.statics(t) {
			bears(t, path, p.get(path).Header, true)
			bears(t, path, p.get(path, "If-None-Match", "*", "If-Modified-Since", "Wed, 25 Nov 2099 00:00:00 GMT", "Range", "bytes=0-9").Header, true)
		}
	}
	for want, request := range map[int][]string{
		http.StatusBadRequest:                  {"GET / HTTP/1.1\r\nHost: x\r\nContent-Length: -5\r\n\r\n", "GET / HTTP/1.1\r\nHost x\r\n\r\n", "\x00\x01\x02\r\n\r\n"},
		http.StatusNotFound:                    {"GET /nulle-part HTTP/1.1\r\nHost: x\r\n\r\n", "GET /a/x/inconnu.css HTTP/1.1\r\nHost: x\r\n\r\n", "DELETE /connexion HTTP/1.1\r\nHost: x\r\n\r\n", "PROPFIND / HTTP/1.1\r\nHost: x\r\n\r\n", "POST /sante HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n"},
		http.StatusRequestHeaderFieldsTooLarge: {"GET / HTTP/1.1\r\nHost: x\r\nCookie: " + strings.Repeat("x", 20<<10) + "\r\n\r\n", "GET /" + strings.Repeat("x", 20<<10) + " HTTP/1.1\r\nHost: x\r\n\r\n"},
		http.StatusRequestEntityTooLarge:       {"POST /connexion HTTP/1.1\r\nHost: x\r\nOrigin: http://x\r\nContent-Length: 2147483648\r\n\r\n" + strings.Repeat("x", 9<<10), "POST /theme HTTP/1.1\r\nHost: x\r\nOrigin: http://x\r\nTransfer-Encoding: chunked\r\n\r\n"},
		http.StatusForbidden:                   {"POST /connexion HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n"},
	} {
		for _, text := range request {
			res, body := h.plain(text)
			name := fmt.Sprintf("%.60q", text)
			if res == nil {
				t.Errorf("%s: no answer: %q", name, body)
				continue
			}
			if res.StatusCode != want {
				t.Errorf("%s: %d, want %d", name, res.StatusCode, want)
			}
			bears(t, name, res.Header, false)
			if !strings.Contains(body, "<h1>") {
				t.Errorf("%s: not a page of ours: %q", name, body)
			}
			discreet(t, name, body)
		}
	}
}

// plain sends a request as it is written.
func (h *house) plain(text string) (*http.Response, string) {
	h.t.Helper()
	conn, err := net.Dial("tcp", strings.TrimPrefix(h.base, "http://"))
	if err != nil {
		h.t.Fatal(err)
	}
	defer conn.Close()
	conn.SetDeadline(time.Now().Add(20 * time.Second))
	if _, err := io.WriteString(conn, text); err != nil {
		h.t.Fatal(err)
	}
	return answerOf(conn)
}

var staticLink = regexp.MustCompile(`(?:src|href)="(/a/[^"#]+)`)

// statics are the files that the pages name.
func (h *house) statics(t *testing.T) (paths []string) {
	t.Helper()
	for _, m := range staticLink.FindAllStringSubmatch(h.enter("marc.dubois").get("/console/composants").Body, -1) {
		paths = append(paths, m[1])
	}
	if len(paths) < 4 {
		t.Fatalf("the pages name %q only", paths)
	}
	return paths
}

// inner are words of the machine room, which no page says.
var inner = regexp.MustCompile(`bbolt|bleve|fasthttp|fiber|goroutine|panic|runtime error|database|\.go:|preau/|0x[0-9a-f]{6}|/tmp/|nil pointer|strconv|invalid syntax|unexpected|error`)

// discreet checks that a page says nothing of how we are made.
func discreet(t *testing.T, what, body string) {
	t.Helper()
	body = regexp.MustCompile(`class="error"`).ReplaceAllString(body, "")
	if word := inner.FindString(body); word != "" {
		t.Errorf("%s says %q:\n%s", what, word, body)
	}
}

// TestFailuresAreDiscreet closes the store under the pages: each answers with a
// sentence and a reference that the log knows, and nothing of what happened.
func TestFailuresAreDiscreet(t *testing.T) {
	h := newHouse(t)
	uai := h.school("claire.moreau", 0)
	o := object{uai, directory.Student.Path(), h.people(uai, directory.Student)[0].ID, h.report(uai)}
	routes := h.declared()
	marc := h.enter("marc.dubois")
	broken := h.broken()
	for _, route := range routes {
		if route == "GET /a/*" || route == "GET /sante" {
			continue
		}
		var got answer
		p := &person{Client: marc.Client, h: broken, login: "marc.dubois", token: marc.token}
		if strings.HasPrefix(route, "GET") {
			got = p.get(o.of(route))
		} else {
			got = p.emptyForm(route, o.of(route))
		}
		if got.Status != http.StatusInternalServerError {
			t.Errorf("%s without a store: %d", route, got.Status)
		}
		bears(t, route, got.Header, false)
		discreet(t, route, got.Body)
		m := regexp.MustCompile(`<code>([a-z0-9]{8})</code>`).FindStringSubmatch(got.Body)
		if m == nil || !strings.Contains(broken.log.String(), m[1]) {
			t.Errorf("%s: no reference that the log knows:\n%s", route, got.Body)
		}
	}
}

// TestPanicIsContained mounts a route that panics behind the containment of all.
func TestPanicIsContained(t *testing.T) {
	h := newHouse(t)
	server := fiber.New(fiber.Config{ErrorHandler: h.site.Fail})
	server.Use(h.site.Contain)
	server.Get("/panique", func(*fiber.Ctx) error { panic("au secours, preau/ui/secret.go:12") })
	server.Get("/erreur", func(*fiber.Ctx) error { return errors.New("bbolt: au secours") })
	for _, path := range []string{"/panique", "/erreur"} {
		res, err := server.Test(httptest.NewRequest(http.MethodGet, path, nil))
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(res.Body)
		if err != nil {
			t.Fatal(err)
		}
		if res.StatusCode != http.StatusInternalServerError || !strings.Contains(string(body), "Référence") {
			t.Errorf("%s: %d %s", path, res.StatusCode, body)
		}
		discreet(t, path, string(body))
		if !strings.Contains(h.log.String(), "au secours") {
			t.Errorf("%s: nothing in the log", path)
		}
	}
	h.log.b = nil // it panicked, as asked
}

// TestInjectedHeaders puts line ends in everything that becomes a redirection
// or a cookie.
func TestInjectedHeaders(t *testing.T) {
	h := newHouse(t)
	uai := h.school("claire.moreau", 0)
	pupil := h.people(uai, directory.Student)[0]
	marc, nobody := h.enter("marc.dubois"), h.enter("")
	for _, end := range []string{"%0d%0a", "%0a", "%0d", "%e5%98%8a%e5%98%8d", "%c4%8d%c4%8a", "%2525250a", "%00%0d%0a", "%e2%80%a8"} {
		evil := "/" + end + "Set-Cookie:%20intrus=1" + end + end + "<script>"
		for _, target := range []string{"/connexion?vers=" + evil, "/connexion?vers=" + evil[3:], "/console/etablissements?uai=" + evil, "/console/etablissements?depuis=" + evil,
			"/console" + evil, "/console/etablissements/" + uai + "/utilisateurs/parents/" + pupil.ID + "?onglet=" + evil, "/console/etablissements/" + uai + "/utilisateurs" + evil + "/" + pupil.ID,
			"/console/etablissements/" + uai + "/utilisateurs/parents/" + pupil.ID + end + "Set-Cookie:%20intrus=1", "/console/imports" + evil, "/console/imports/" + end + "Set-Cookie:%20intrus=1/lignes.csv", "/console/recherche?q=" + evil, evil} {
			for _, p := range []*person{marc, nobody} {
				_, text := h.raw(p, http.MethodGet, target)
				unbroken(t, target, text)
			}
		}
		value, err := url.PathUnescape(evil)
		if err != nil {
			t.Fatal(err)
		}
		for path, form := range map[string]url.Values{
			"/theme": {"theme": {value}, "retour": {value}}, "/prolonger": {"retour": {value}}, "/connexion": {"login": {value}, "mot-de-passe": {"x"}, "vers": {value}},
			"/console/etablissements/nouveau": {"nature": {"virtuel"}, "nom": {value}, "academie": {value}},
		} {
			got := marc.post(path, form)
			for _, cookie := range got.Values("Set-Cookie") {
				if strings.Contains(cookie, "intrus") {
					t.Errorf("%s sets %q", path, cookie)
				}
			}
			if to := got.Get("Location"); to != "" && !ownAddress(to) {
				t.Errorf("%s leads to %q", path, to)
			}
		}
	}
}

// unbroken checks that the header of an answer is whole.
func unbroken(t *testing.T, target, text string) {
	t.Helper()
	head, body, _ := strings.Cut(text, "\r\n\r\n")
	for _, line := range strings.Split(head, "\r\n")[1:] {
		if name, _, ok := strings.Cut(line, ":"); !ok || strings.EqualFold(strings.TrimSpace(name), "intrus") || strings.HasPrefix(line, "Set-Cookie: intrus") || strings.ContainsAny(line, "\r\n\x00") {
			t.Errorf("%s: a line of the header is %q", target, line)
		}
	}
	if strings.Contains(body, "<script>") {
		t.Errorf("%s: %s", target, text)
	}
}

func ownAddress(to string) bool { return web.OwnPath(to) == to }

// TestRedirectsStayHere asks to be sent elsewhere in every way.
func TestRedirectsStayHere(t *testing.T) {
	h := newHouse(t)
	lucas := h.enter("lucas.martin")
	for _, to := range []string{"https://exemple.example/", "//exemple.example", `/\exemple.example`, `\/exemple.example`, `\\exemple.example`, "///exemple.example", "/\t/exemple.example", "\t//exemple.example",
		"/\n/exemple.example", " //exemple.example", "http:exemple.example", "javascript:alert(1)", "data:text/html,x", "exemple.example", "@exemple.example", ".exemple.example", "/%09/exemple.example", "/%5cexemple.example",
		"/\u200b/exemple.example", "/\u202e/exemple.example", "/\x00/exemple.example", "/\x01/exemple.example", "ftp://exemple.example", "/..//exemple.example", "//user@exemple.example", "http://127.0.0.1@exemple.example/"} {
		for _, got := range []answer{lucas.post("/theme", url.Values{"theme": {"clair"}, "retour": {to}}), lucas.post("/prolonger", url.Values{"retour": {to}}), lucas.get("/connexion?vers=" + url.QueryEscape(to))} {
			at := got.Get("Location")
			resolved, err := url.Parse(h.base)
			if err == nil {
				resolved, err = resolved.Parse(strings.NewReplacer("\\", "/", "\t", "", "\n", "").Replace(at)) // as browsers read it
			}
			elsewhere := len(at) > 1 && strings.ContainsAny(at[1:2], "/\\") // browsers take any number of them for two
			if got.Status != http.StatusSeeOther || err != nil || elsewhere || "http://"+resolved.Host != h.base {
				t.Errorf("%q leads to %q (%d)", to, at, got.Status)
			}
		}
	}
}

// TestStrangeIdentifiers asks for what no identifier looks like.
func TestStrangeIdentifiers(t *testing.T) {
	h := newHouse(t)
	uai := h.school("claire.moreau", 0)
	o := object{uai, directory.Student.Path(), h.people(uai, directory.Student)[0].ID, h.report(uai)}
	marc := h.enter("marc.dubois")
	strange := []string{"%00", "..%2f..%2fetc", "%2e%2e", "%2e", "%2f", "%5c", "%ff", "%c0%ae", "%", "%zz", "'", "%22%3E%3Cscript%3E", "-1", "0", "999999999999999999999", "%20", "%0a", "*", "~id", "%7Bid%7D",
		"val-de-seine", "val-de-seine%2F" + uai, uai + "%00", uai + "%20", strings.ToLower(uai), strings.Repeat("a", 3000), "%F0%9F%8E%92", "a%CC%81"}
	for _, route := range h.declared() {
		for _, parameter := range []string{":uai", ":profil", ":id"} {
			if !strings.Contains(route, "/"+parameter) {
				continue
			}
			for _, value := range strange {
				method, path, _ := strings.Cut(strings.Replace(route, parameter, value, 1), " ")
				path = o.of("GET " + path)
				headers := []string{}
				if method == http.MethodPost {
					headers = []string{"Origin", h.base, "X-Jeton", marc.token, "Content-Length", "0"}
				}
				quiet := h.listen()
				status, text := h.raw(marc, method, path, headers...)
				if status != http.StatusNotFound && status != http.StatusBadRequest {
					t.Errorf("%s %s: %d", method, path, status)
				}
				if quiet.broken() {
					t.Errorf("%s %s: something was written", method, path)
				}
				if _, body, _ := strings.Cut(text, "\r\n\r\n"); strings.Contains(body, "<script>") {
					t.Errorf("%s %s: %s", method, path, body)
				}
			}
		}
	}
}

// TestServerSettings holds the settings that the contract asks of the server.
func TestServerSettings(t *testing.T) {
	h := newHouse(t)
	c, s := h.server.Config(), h.server.Server()
	for name, right := range map[string]bool{
		"Immutable": c.Immutable, "CaseSensitive": c.CaseSensitive, "StrictRouting": c.StrictRouting, "UnescapePath": !c.UnescapePath,
		"ReadTimeout": s.ReadTimeout > 0 && s.ReadTimeout <= 10*time.Second, "IdleTimeout": s.IdleTimeout > 0 && s.IdleTimeout <= time.Minute,
		"ReadBufferSize": s.ReadBufferSize == 16<<10, "Concurrency": s.Concurrency == 4096, "StreamRequestBody": s.StreamRequestBody, "DisablePreParseMultipartForm": s.DisablePreParseMultipartForm,
		"ProxyHeader": c.ProxyHeader == "", "BodyLimit": c.BodyLimit == web.FormBytes, "HeaderReceived": s.HeaderReceived != nil, "Server header": s.NoDefaultServerHeader && c.ServerHeader == "",
	} {
		if !right {
			t.Errorf("%s is not as it should be", name)
		}
	}
}
