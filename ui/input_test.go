package ui

import (
	"bytes"
	"fmt"
	"net/http"
	"net/netip"
	"net/url"
	"reflect"
	"strings"
	"testing"

	"preau/app/access"
	"preau/app/demo"
	"preau/app/directory"
	"preau/data"
	"preau/ui/web"
)

// form is the record of somebody as its page would send it.
func (h *house) form(u directory.User) url.Values {
	return url.Values{"version": {version(u)}, "login": {u.Login.Value()}, "email": {u.Email.Value()}, "portable": {u.Mobile.Value()}, "domicile": {u.Home.Value()}, "poste": {u.Work.Value()}}
}

// TestFieldsNobodyAskedFor sends every field of the stored rows, by its names
// and in three cases, with the forms that change those rows.
func TestFieldsNobodyAskedFor(t *testing.T) {
	h := newHouse(t)
	uai := h.school("claire.moreau", 0)
	u := h.people(uai, directory.Student)[0]
	at := "/console/etablissements/" + uai
	account := h.account(u.Login.Value())
	claire := h.enter("claire.moreau")
	form := h.form(u)
	form.Set("portable", "06 39 98 12 34")
	var names []string
	for _, row := range []any{directory.User{}, access.Account{}, access.Grant{}, directory.Attachment{}, directory.UserForm{}, directory.Link{}} {
		for _, f := range reflect.VisibleFields(reflect.TypeOf(row)) {
			stored, _, _ := strings.Cut(f.Tag.Get("cbor"), ",")
			names = append(names, f.Name, stored)
		}
	}
	for _, name := range names {
		for _, spelt := range []string{name, strings.ToLower(name), strings.ToUpper(name), name + "[]", "User." + name, name + "[Federated]"} {
			switch spelt {
			case "", "version", "login", "email", "portable", "domicile", "poste", "admin", "editeur":
			default:
				form[spelt] = []string{"level2_support", "9999-01-01T00:00:00Z"}
			}
		}
	}
	for k, v := range map[string]string{"nom": "INTRUS", "prenom": "Intrus", "naissance": "01/01/2001", "uid": "PZZ99999", "admin": "oui", "editeur": "oui", "role": "level2_support", "ADMIN": "oui", "profil": "staff", "adresse": "ici"} {
		if k != "admin" && k != "editeur" {
			form.Set(k, v)
		}
	}
	got := claire.post(at+"/utilisateurs/eleves/"+u.ID, form)
	if got.Status != http.StatusSeeOther {
		t.Fatalf("%d\n%s", got.Status, got.Body)
	}
	want, now := u, h.user(u.ID)
	want.Mobile, want.Version = want.Mobile.Edit("06 39 98 12 34"), now.Version
	if !reflect.DeepEqual(want, now) {
		t.Errorf("the record is now\n%+v, want\n%+v", now, want)
	}
	if after := h.account(u.Login.Value()); !reflect.DeepEqual(account, after) {
		t.Errorf("the account is now %+v, was %+v", after, account)
	}

	form = h.form(now) // a pupil is no administrator, asked as the form of a teacher does
	form.Set("admin", "oui")
	form.Set("editeur", "oui")
	if got := claire.post(at+"/utilisateurs/eleves/"+u.ID, form); got.Status != http.StatusConflict {
		t.Errorf("a pupil made administrator: %d", got.Status)
	}
	h.see(func(tx *data.Tx) error {
		for g, err := range access.GrantsByAccount.All(tx, u.ID) {
			t.Errorf("%v %v", g, err)
		}
		return nil
	})

	place := url.Values{"version": {h.version(uai)}, "email": {""}, "site": {""}, "xiti": {""}, "nom": {"Autre"}, "Name": {"Autre"}, "name": {"Autre"}, "uai": {"0000000X"}, "UAI": {"0000000X"}, "Head": {u.ID}, "academie": {"autre"}, "Academy": {"autre"}, "type": {"virtual"}}
	before := h.establishment(uai)
	if got := claire.post(at, place); got.Status != http.StatusSeeOther {
		t.Fatalf("%d\n%s", got.Status, got.Body)
	}
	after := h.establishment(uai)
	before.Email, before.Website, before.Version = after.Email, after.Website, after.Version
	if !reflect.DeepEqual(before, after) {
		t.Errorf("the establishment is now\n%+v, was\n%+v", after, before)
	}
	place.Set("version", h.version(uai))
	place.Set("xiti", "42")
	if got := claire.post(at, place); got.Status != http.StatusForbidden || h.establishment(uai).Marker != "" {
		t.Errorf("the XiTi identifier of a local administrator: %d", got.Status)
	}
}

func (h *house) establishment(uai string) (e directory.Establishment) {
	h.t.Helper()
	h.see(func(tx *data.Tx) (err error) {
		e, err = directory.Establishments.Get(tx, uai)
		return err
	})
	return e
}

// TestRefusedForms fills the record of somebody wrongly: the page comes back
// with what was typed, a sentence by the field, and nothing is written.
func TestRefusedForms(t *testing.T) {
	h := newHouse(t)
	uai := h.school("claire.moreau", 0)
	u := h.people(uai, directory.Student)[0]
	path := "/console/etablissements/" + uai + "/utilisateurs/eleves/" + u.ID
	claire := h.enter("claire.moreau")
	const script = `<script>alert("1")</script>`
	long := strings.Repeat("a", 10_000)
	for name, bad := range map[string]struct{ field, typed, says string }{
		"taken":           {"login", "lucas.martin", "déjà pris"},
		"taken elsewhere": {"login", "sophie.girard", "déjà pris"},
		"super manager":   {"login", "admin.quelqu.un", "admin."},
		"empty":           {"login", "", "Indiquez un login"},
		"script login":    {"login", script, "sans accent"},
		"long login":      {"login", long, "61"},
		"look-alike":      {"login", "сlaire.moreau", "sans accent"}, // a Cyrillic letter
		"script e-mail":   {"email", script + "@exemple.example", "nom@domaine.fr"},
		"two e-mails":     {"email", "a@exemple.example,b@exemple.example", "nom@domaine.fr"},
		"header":          {"email", "a@exemple.example\r\nBcc: b@exemple.example", "nom@domaine.fr"},
		"named e-mail":    {"email", "Lucas <a@exemple.example>", "nom@domaine.fr"},
		"phone":           {"portable", script, "chiffres"},
		"short phone":     {"portable", "12", "10 chiffres"},
	} {
		form := h.form(u)
		form.Set(bad.field, bad.typed)
		before := h.events()
		got := claire.post(path, form)
		if got.Status != http.StatusUnprocessableEntity || !strings.Contains(got.Body, bad.says) || !strings.Contains(got.Body, `id="e-`+bad.field+`"`) {
			t.Errorf("%s: %d, without %q by the field", name, got.Status, bad.says)
		}
		if strings.Contains(got.Body, script) {
			t.Errorf("%s: the script is on the page", name)
		}
		if !strings.ContainsAny(bad.typed, "\r<") && !strings.Contains(got.Body, `value="`+bad.typed+`"`) {
			t.Errorf("%s: what was typed is lost", name)
		}
		if h.events() != before || !reflect.DeepEqual(h.user(u.ID), u) {
			t.Errorf("%s: something was written", name)
		}
	}

	form := h.form(u) // two people, one record
	form.Set("portable", "06 39 98 00 01")
	if got := h.enter("marc.dubois").post(path, form); got.Status != http.StatusSeeOther {
		t.Fatal(got.Status)
	}
	form.Set("portable", "06 39 98 00 02")
	got := claire.post(path, form)
	if got.Status != http.StatusConflict || !strings.Contains(got.Body, `value="06 39 98 00 02"`) || !strings.Contains(got.Body, "DUBOIS Marc") {
		t.Errorf("a conflict: %d\n%s", got.Status, got.Body)
	}
	if now := h.user(u.ID).Mobile.Value(); now != "06 39 98 00 01" {
		t.Errorf("the phone is %s", now)
	}
	for _, version := range []string{"", "x", "-1", "18446744073709551616", "1e3", "0x1"} {
		form.Set("version", version)
		if got := claire.post(path, form); got.Status != http.StatusBadRequest {
			t.Errorf("version %q: %d", version, got.Status)
		}
	}
	if got := claire.post(path+"/suspension", url.Values{"motif": {script}}); got.Status != http.StatusSeeOther {
		t.Errorf("%d", got.Status)
	}
	for _, page := range []string{path, path + "?onglet=evenements", "/console/etablissements/" + uai + "/journal", "/console/etablissements/" + uai + "/journal/evenements?apres=1"} {
		if got := claire.get(page); got.Status != http.StatusOK || strings.Contains(got.Body, script) {
			t.Errorf("%s: %d, or a script in it", page, got.Status)
		}
	}
}

// TestOddSearches types what nobody searches for.
func TestOddSearches(t *testing.T) {
	h := newHouse(t)
	home := "/console/etablissements/" + h.school("claire.moreau", 0)
	claire := h.enter("claire.moreau")
	for _, text := range []string{strings.Repeat("martin ", 1400), strings.Repeat("é", 2000), `"`, `""martin`, `'`, `*`, `mar*`, `?`, `~`, `martin~9`, `/.*/`, `/(a+)+$/`, `+martin -lucas`, `login:*`, `_all:x`, `@tags:x`, `name:martin OR 1=1`, `(((((((((`, `\`, `\x00`,
		"\x00", "mar\x00tin", "\x1f", "%", "%%", "é́́́", "\u202emartin", "<script>alert(1)</script>", "{{.}}", "${7*7}", "' OR ''='", "😀", strings.Repeat("a ", 4000), "val-de-seine", "~" + h.account("lucas.martin").ID} {
		for _, path := range []string{"/console/recherche?q=", "/console/etablissements/recherche?q=", "/console/etablissements?q=", home + "/recherche?q=", home + "/recherche?profil=eleves&q=", home + "/utilisateurs/eleves?classe=", home + "/utilisateurs/eleves?niveau=", home + "/utilisateurs/eleves?etat=", home + "/utilisateurs/eleves?apres=", home + "/utilisateurs/eleves?avant=", home + "/journal?gravite="} {
			got := claire.get(path + url.QueryEscape(text))
			if got.Status != http.StatusOK {
				t.Errorf("%s%.30q: %d", path, text, got.Status)
			}
			if strings.Contains(got.Body, "<script>alert") {
				t.Errorf("%s%.30q: a script on the page", path, text)
			}
		}
	}
	for _, odd := range []string{"-1", "x", "1.5", "99999999999999999999", "%00"} {
		for _, path := range []string{home + "/journal?avant=", home + "/journal/evenements?apres=", home + "/journal/flux?apres="} {
			if got := claire.get(path + odd); got.Status != http.StatusBadRequest && odd != "%00" {
				t.Errorf("%s%s: %d", path, odd, got.Status)
			}
		}
	}
	if log := h.log.String(); strings.Contains(log, "requête en échec") {
		t.Errorf("the log tells of failures:\n%.2000s", log)
	}
}

// TestTooLarge announces, and sends, more than a form holds.
func TestTooLarge(t *testing.T) {
	h := newHouse(t)
	claire := h.enter("claire.moreau")
	host := strings.TrimPrefix(h.base, "http://")
	cookie := claire.sessionOf()
	for _, path := range []string{"/theme", "/deconnexion", "/connexion", "/console/etablissements/nouveau", "/console/imports/x/application", "/console/imports"} {
		for _, length := range []string{fmt.Sprint(web.FormBytes + 1), "2147483648", "9223372036854775807"} {
			if path == "/console/imports" && len(length) < 9 {
				continue // a file may be as long
			}
			res, body := h.plain(fmt.Sprintf("POST %s HTTP/1.1\r\nHost: %s\r\nOrigin: %s\r\nCookie: %s=%s\r\nContent-Type: multipart/form-data; boundary=limite\r\nContent-Length: %s\r\n\r\n%s",
				path, host, h.base, cookie.Name, cookie.Value, length, strings.Repeat("-", 9<<10)))
			if res == nil || res.StatusCode != http.StatusRequestEntityTooLarge || !strings.Contains(body, "volumineux") {
				t.Errorf("%s, %s bytes announced: %v", path, length, res)
			}
		}
	}
	b, kind := parts(url.Values{web.TokenField: {claire.token}, "academie": {strings.Repeat("x", 1<<20)}}, "x.xml", bytes.Repeat([]byte("<"), 100))
	if got := claire.send(http.MethodPost, "/console/imports", b, claire.ours(kind)...); got.Status >= 500 {
		t.Errorf("a long field before a file: %d", got.Status)
	}
	if claire.get("/").Status != http.StatusOK {
		t.Error("the session is over")
	}
}

// TestClientAddress believes X-Forwarded-For from trusted proxies only, and of
// it what they wrote only.
func TestClientAddress(t *testing.T) {
	proxies := []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("::1/128")}
	for _, c := range []struct{ peer, forwarded, want string }{
		{"192.0.2.1", "", "192.0.2.1"},
		{"192.0.2.1", "198.51.100.7", "192.0.2.1"}, // anybody
		{"10.0.0.1", "198.51.100.7", "198.51.100.7"},
		{"10.0.0.1", "203.0.113.9, 198.51.100.7", "198.51.100.7"}, // the left one is the client's own
		{"10.0.0.1", "203.0.113.9, 198.51.100.7, 10.0.0.2", "198.51.100.7"},
		{"10.0.0.1", "", "10.0.0.1"},
		{"10.0.0.1", "n’importe quoi", "10.0.0.1"},
		{"10.0.0.1", "198.51.100.7, x", "10.0.0.1"},
		{"10.0.0.1", "10.0.0.9", "10.0.0.9"},
		{"::1", "2001:db8::1", "2001:db8::1"},
		{"::ffff:10.0.0.1", "198.51.100.7", "198.51.100.7"},
		{"10.0.0.1", "::ffff:198.51.100.7", "198.51.100.7"},
	} {
		if got := web.ClientAddress(c.peer, c.forwarded, proxies); got != c.want {
			t.Errorf("%s through %q: %s, want %s", c.peer, c.forwarded, got, c.want)
		}
	}
	h := newHouse(t)
	for _, trusted := range []bool{false, true} {
		if trusted {
			h.site.Trusted = []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}
		}
		p := h.visitor()
		p.token = p.tokenOf("/connexion")
		p.post("/connexion", url.Values{"login": {"lucas.martin"}, "mot-de-passe": {demo.Password}}, "X-Forwarded-For", "203.0.113.9, 198.51.100.7", "X-Real-IP", "203.0.113.8", "Forwarded", "for=203.0.113.7")
		s, err := h.app.Gate.Resume(p.sessionOf().Value, "", false)
		if err != nil {
			t.Fatal(err)
		}
		all, err := s.Sessions()
		if err != nil {
			t.Fatal(err)
		}
		want := map[bool]string{false: "127.0.0.1", true: "198.51.100.7"}[trusted]
		found := false
		for _, one := range all {
			found = found || one.From == want
		}
		if !found || len(all) == 0 {
			t.Errorf("trusted %t: %+v, want %s", trusted, all, want)
		}
	}
}

// TestHostileHost: no page takes its links from what the request says of where
// it went.
func TestHostileHost(t *testing.T) {
	h := newHouse(t)
	marc := h.enter("marc.dubois")
	for _, headers := range [][]string{{"X-Forwarded-Host", "intrus.example"}, {"X-Forwarded-Proto", "intrus"}, {"X-Original-URL", "/console/imports"}, {"X-Rewrite-URL", "/console/imports"}, {"Forwarded", "host=intrus.example"}} {
		for _, path := range []string{"/", "/console", "/connexion", "/console/etablissements", "/nulle-part"} {
			got, plain := marc.get(path, headers...), marc.get(path)
			if strings.Contains(got.Body+fmt.Sprint(got.Header), "intrus") || got.Status != plain.Status || got.Get("Location") != plain.Get("Location") {
				t.Errorf("%v: %s: %d %v", headers, path, got.Status, got.Header)
			}
		}
	}
}
