package ui

import (
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"preau/app/access"
	"preau/app/demo"
	"preau/app/directory"
	"preau/app/post"
	"preau/data"
)

const public = "https://ent.exemple.example"

// reads composes a mail as it leaves.
func (h *house) reads(m post.Mail) string {
	h.t.Helper()
	base, _, err := h.app.Base()
	if err != nil {
		h.t.Fatal(err)
	}
	letter, err := m.Compose("ENT", base)
	if err != nil {
		h.t.Fatal(err)
	}
	return m.Subject + "\n" + letter.Text + "\n" + letter.HTML
}

// linkOf is the path of the link of the last mail to an address.
func (h *house) linkOf(to string) string {
	h.t.Helper()
	all := h.mails(to)
	for _, m := range slices.Backward(all) {
		if found := regexp.MustCompile(regexp.QuoteMeta(public) + `(/[a-z-]+\?lien=[\w-]{43})\n`).FindStringSubmatch(h.reads(m)); found != nil {
			return found[1]
		}
	}
	h.t.Fatalf("no link in %d mails to %s", len(all), to)
	return ""
}

// forgets asks for a link as a page of ours would.
func (p *person) forgets(who string) {
	p.h.t.Helper()
	p.leads(p.post("/mot-de-passe-oublie", url.Values{"qui": {who}}), "/mot-de-passe-oublie/demande")
}

// follows opens a mailed link, and returns the form that it leads to.
func (p *person) follows(link string) url.Values {
	p.h.t.Helper()
	got := p.get(link)
	if got.Get("Referrer-Policy") != "no-referrer" {
		p.h.t.Errorf("Referrer-Policy %q for an address that holds a secret", got.Get("Referrer-Policy"))
	}
	path, _, _ := strings.Cut(link, "?")
	p.leads(got, path)
	page := p.get(path)
	m := linkField.FindStringSubmatch(page.Body)
	if page.Status != http.StatusOK || m == nil {
		p.h.t.Fatalf("%s: %d\n%s", path, page.Status, page.Body)
	}
	return url.Values{"lien": {m[1]}}
}

// chooses fills the form with a password, twice.
func (p *person) chooses(form url.Values, password string) answer {
	form.Set("mot-de-passe", password)
	form.Set("encore", password)
	return p.post("/mot-de-passe", form)
}

const another = "la craie et le tableau"

// TestForgottenPassword follows a mailed link to another password: the link
// serves once, opens no session, ends those there were, and the owner is told.
func TestForgottenPassword(t *testing.T) {
	h := newHouse(t)
	h.app.Served(public, h.base)
	claire := h.mailed("claire.moreau")
	at := h.enter("claire.moreau")
	p := h.nobody()
	asked := p.post("/mot-de-passe-oublie", url.Values{"qui": {" Claire.MOREAU@exemple.example "}})
	p.leads(asked, "/mot-de-passe-oublie/demande")
	link := h.linkOf(claire.Email)
	_, token, _ := strings.Cut(link, "=")
	if strings.Contains(asked.Body+fmt.Sprint(asked.Header)+p.get("/mot-de-passe-oublie/demande").Body, token) {
		t.Error("whoever asks is given the link")
	}
	h.see(func(tx *data.Tx) error {
		for pass, err := range access.Passes.All(tx) {
			if err != nil || pass.Hash == token {
				t.Errorf("%+v, %v", pass, err)
			}
		}
		return nil
	})
	at.stands("/", http.StatusOK) // nothing has changed yet
	h.enter("claire.moreau")

	scanner := h.visitor()
	for _, method := range []string{http.MethodGet, http.MethodHead, http.MethodGet} {
		if got := scanner.send(method, link, nil); got.Status != http.StatusSeeOther {
			t.Fatalf("%s of the link: %d", method, got.Status)
		}
	}
	h.clock.pass(time.Minute)
	q := h.nobody()
	form := q.follows(link)
	if got := q.chooses(form, "moreau-claire"); got.Status != http.StatusUnprocessableEntity {
		t.Errorf("a password made of the name: %d", got.Status)
	}
	got := q.chooses(form, another)
	q.leads(got, "/connexion")
	if q.sessionOf() != nil {
		t.Error("a mailed link opens a session")
	}
	if page := q.get("/connexion"); !strings.Contains(page.Body, "est enregistré") || !strings.Contains(page.Body, `value="claire.moreau"`) {
		t.Error("the sign-in page says nothing of it")
	}
	at.stands("/", http.StatusSeeOther)
	if notice := h.mails(claire.Email); !strings.Contains(h.reads(notice[len(notice)-1]), "vient d’être changé") {
		t.Error("the owner is not told")
	}
	for _, again := range []answer{h.visitor().get(link), q.chooses(form, "un autre mot de passe")} {
		if again.Status != http.StatusNotFound || !strings.Contains(again.Body, "n’est plus valable") {
			t.Errorf("the link again: %d\n%s", again.Status, again.Body)
		}
	}
	r := h.nobody()
	if old := r.tries("claire.moreau", demo.Password); old.Status != http.StatusUnprocessableEntity {
		t.Errorf("the former password: %d", old.Status)
	}
	r.leads(r.tries("claire.moreau", another), "/console")
}

// TestLinksOfMails: a link ends after half an hour, the second voids the first,
// an account is sent three an hour, and all accounts of one address one each.
func TestLinksOfMails(t *testing.T) {
	h := newHouse(t)
	h.app.Served(public, h.base)
	claire := h.mailed("claire.moreau")
	p := h.nobody()
	p.forgets("claire.moreau")
	first := h.linkOf(claire.Email)
	form := h.nobody().follows(first)
	h.clock.pass(time.Second)
	p.forgets("claire.moreau")
	second := h.linkOf(claire.Email)
	if got := h.visitor().get(first); got.Status != http.StatusNotFound {
		t.Errorf("the first of two links: %d", got.Status)
	}
	if got := h.nobody().chooses(form, another); got.Status != http.StatusNotFound {
		t.Errorf("the form of the first of two links: %d", got.Status)
	}
	h.clock.pass(30*time.Minute - time.Second)
	h.nobody().follows(second)
	h.clock.pass(time.Second)
	if got := h.visitor().get(second); got.Status != http.StatusNotFound {
		t.Errorf("after half an hour: %d", got.Status)
	}
	before := h.events()
	for range 5 {
		p.forgets("claire.moreau")
	}
	if n := len(h.mails(claire.Email)); n != 3 {
		t.Errorf("%d mails in an hour", n)
	}
	if told := h.events() - before; told != 1 {
		t.Errorf("the journal tells of %d more requests, one of which was mailed", told)
	}
	h.clock.pass(time.Hour)
	p.forgets(claire.Email)
	if n := len(h.mails(claire.Email)); n != 4 {
		t.Errorf("%d mails an hour later", n)
	}

	lucas := h.mailed("lucas.martin")
	h.change(func(tx *data.Tx) (data.Row, error) {
		lucas.Email = claire.Email
		return lucas, access.Accounts.Put(tx, lucas)
	})
	h.clock.pass(time.Hour)
	p.forgets(claire.Email)
	all := h.mails(claire.Email)
	if text := h.reads(all[len(all)-1]); len(all) != 5 || !strings.Contains(text, "Nouveau mot de passe de claire.moreau") || !strings.Contains(text, "Nouveau mot de passe de lucas.martin") {
		t.Errorf("%d mails; the last:\n%s", len(all), text)
	}
}

// TestPoisonedLinks: the address of a link is the one that was configured,
// whatever the request says of where it went.
func TestPoisonedLinks(t *testing.T) {
	h := newHouse(t)
	h.app.Served(public, h.base)
	claire := h.mailed("claire.moreau")
	p := h.nobody()
	body := p.signed(url.Values{"qui": {"claire.moreau"}}).Encode()
	host := strings.TrimPrefix(h.base, "http://")
	at, err := url.Parse(h.base)
	if err != nil {
		t.Fatal(err)
	}
	var cookies []string
	for _, c := range p.Jar.Cookies(at) {
		cookies = append(cookies, c.Name+"="+c.Value)
	}
	for name, head := range map[string]string{
		"host":             "POST /mot-de-passe-oublie HTTP/1.1\r\nHost: intrus.example\r\nOrigin: http://intrus.example\r\n",
		"forwarded host":   "POST /mot-de-passe-oublie HTTP/1.1\r\nHost: " + host + "\r\nOrigin: " + h.base + "\r\nX-Forwarded-Host: intrus.example\r\nForwarded: host=intrus.example\r\nX-Host: intrus.example\r\n",
		"absolute address": "POST http://intrus.example/mot-de-passe-oublie HTTP/1.1\r\nHost: " + host + "\r\nOrigin: http://intrus.example\r\n",
		"both":             "POST http://intrus.example/mot-de-passe-oublie HTTP/1.1\r\nHost: intrus.example\r\nOrigin: http://intrus.example\r\nReferer: http://intrus.example/\r\n",
	} {
		h.clock.pass(2 * time.Hour)
		sent := len(h.mails(claire.Email))
		res, text := h.plain(head + "Cookie: " + strings.Join(cookies, "; ") + "\r\nContent-Type: application/x-www-form-urlencoded\r\nConnection: close\r\n" + fmt.Sprintf("Content-Length: %d\r\n\r\n%s", len(body), body))
		if res == nil || strings.Contains(fmt.Sprint(res.Header)+text, "intrus") {
			t.Fatalf("%s: %v\n%s", name, res, text)
		}
		all := h.mails(claire.Email)
		if res.StatusCode == http.StatusForbidden && len(all) == sent {
			continue // refused as a whole does as well
		}
		if res.StatusCode != http.StatusSeeOther || len(all) != sent+1 {
			t.Fatalf("%s: %d, %d mails", name, res.StatusCode, len(all)-sent)
		}
		if text := h.reads(all[sent]); strings.Contains(text, "intrus") || !strings.Contains(text, public+"/mot-de-passe?lien=") {
			t.Errorf("%s: the mail says\n%s", name, text)
		}
	}
	if len(h.mails(claire.Email)) == 0 {
		t.Error("no hostile request was served: this test proves nothing")
	}
}

// TestOneLinkManyTimes sends the form of one link twenty times at once.
func TestOneLinkManyTimes(t *testing.T) {
	h := newHouse(t)
	lucas := h.account("lucas.martin")
	p := h.nobody()
	form := p.follows(access.PasswordPath(h.pass(lucas, access.ChooseAgain)))
	form.Set("mot-de-passe", "un cartable bleu")
	form.Set("encore", "un cartable bleu")
	gave := h.atOnce(20, func() int { return p.post("/mot-de-passe", form).Status })
	if gave[http.StatusSeeOther] != 1 || gave[http.StatusNotFound] != 19 {
		t.Errorf("twenty uses: %v", gave)
	}
}

// TestHandedCode: a code that was handed over serves once, within a day, to
// choose the two passwords; it opens no session.
func TestHandedCode(t *testing.T) {
	h := newHouse(t)
	julien := h.account("julien.petit")
	code := h.handOver(julien)
	p := h.nobody()
	for name, bad := range map[string][2]string{"another code": {julien.Login, "abcde fghjk"}, "another person": {"lucas.martin", code}, "unknown": {"personne.inconnue", code}, "empty": {"", ""}} {
		if got := p.post("/code", url.Values{"login": {bad[0]}, "code": {bad[1]}}); got.Status != http.StatusUnprocessableEntity {
			t.Errorf("%s: %d", name, got.Status)
		}
	}
	p.leads(p.post("/code", url.Values{"login": {"Julien.Petit"}, "code": {strings.ToUpper(strings.ReplaceAll(code, " ", "-"))}}), "/mot-de-passe")
	page := p.get("/mot-de-passe")
	if !strings.Contains(page.Body, `name="scolarite"`) {
		t.Error("a teacher cannot choose their records password")
	}
	if got := h.nobody().post("/code", url.Values{"login": {julien.Login}, "code": {code}}); got.Status != http.StatusUnprocessableEntity {
		t.Errorf("the code again: %d", got.Status)
	}
	form := url.Values{"lien": {linkField.FindStringSubmatch(page.Body)[1]}, "scolarite": {"12345"}}
	if got := p.chooses(form, another); got.Status != http.StatusUnprocessableEntity || !strings.Contains(got.Body, `id="e-scolarite"`) {
		t.Errorf("five digits: %d", got.Status)
	}
	form.Set("scolarite", "135790")
	p.leads(p.chooses(form, another), "/connexion")
	if p.sessionOf() != nil {
		t.Error("a code opens a session")
	}
	p.leads(p.tries(julien.Login, another), "/")
	s, err := h.app.Gate.Resume(p.sessionOf().Value, "", false)
	if err == nil {
		err = s.OpenRecords(t.Context(), "135790")
	}
	if err != nil {
		t.Errorf("the records password: %v", err)
	}

	code = h.handOver(julien)
	h.clock.pass(24 * time.Hour)
	if got := h.nobody().post("/code", url.Values{"login": {julien.Login}, "code": {code}}); got.Status != http.StatusUnprocessableEntity {
		t.Errorf("a day later: %d", got.Status)
	}
}

// TestCodeOfRelative: a relative who was handed a code is shown their login once
// the account is active.
func TestCodeOfRelative(t *testing.T) {
	h := newHouse(t)
	a, _ := h.newcomer(h.school("claire.moreau", 0), directory.Relative)
	p := h.nobody()
	p.leads(p.post("/code", url.Values{"login": {a.Login}, "code": {h.handOver(a)}}), "/mot-de-passe")
	form := url.Values{"lien": {linkField.FindStringSubmatch(p.get("/mot-de-passe").Body)[1]}, "email": {"un.parent@exemple.example"}, "charte": {"oui"}}
	p.leads(p.chooses(form, "la cour des grands"), "/mot-de-passe/fait")
	if page := p.get("/mot-de-passe/fait"); !strings.Contains(page.Body, "<code>"+a.Login+"</code>") || p.sessionOf() != nil {
		t.Errorf("the login is not shown:\n%s", page.Body)
	}
	p.leads(p.tries(a.Login, "la cour des grands"), "/")
	h.visitor().leads(h.visitor().get("/mot-de-passe/fait"), "/connexion")
}

// TestSecretQuestion: the right answer leads to another password, spelling apart;
// an administrator has no question.
func TestSecretQuestion(t *testing.T) {
	h := newHouse(t)
	lucas := h.account("lucas.martin")
	h.ask(lucas, access.SecretQuestions[2], "Le chou-fleur")
	const page = "/mot-de-passe-oublie/question"
	p := h.nobody()
	if got := p.get(page + "?login=lucas.martin"); !strings.Contains(got.Body, access.SecretQuestions[2]) {
		t.Error("the question is not asked")
	}
	wrong := p.post(page, url.Values{"login": {"lucas.martin"}, "reponse": {"les épinards"}})
	if wrong.Status != http.StatusUnprocessableEntity || !strings.Contains(wrong.Body, access.SecretQuestions[2]) || !strings.Contains(wrong.Body, "les épinards") {
		t.Errorf("a wrong answer: %d", wrong.Status)
	}
	p.leads(p.post(page, url.Values{"login": {"lucas.martin"}, "reponse": {"le chou fleur"}}), "/mot-de-passe")
	form := url.Values{"lien": {linkField.FindStringSubmatch(p.get("/mot-de-passe").Body)[1]}}
	p.leads(p.chooses(form, "un cartable bleu"), "/connexion")
	p.leads(p.tries("lucas.martin", "un cartable bleu"), "/")

	h.ask(h.account("claire.moreau"), access.SecretQuestions[0], "Le chou-fleur")
	if got := p.post(page, url.Values{"login": {"claire.moreau"}, "reponse": {"Le chou-fleur"}}); got.Status != http.StatusForbidden && got.Status != http.StatusUnprocessableEntity {
		t.Errorf("an administrator by their question: %d", got.Status)
	}
}

// TestWithoutMail: where no mail with a secret can leave, the page says whom to
// ask, and nothing is made.
func TestWithoutMail(t *testing.T) {
	h := newHouse(t)
	claire := h.mailed("claire.moreau")
	h.change(func(tx *data.Tx) (data.Row, error) {
		return post.Settings{}, post.SettingsTable.Put(tx, post.Settings{})
	})
	p := h.nobody()
	page := p.get("/mot-de-passe-oublie")
	for _, want := range []string{"l’administrateur de votre établissement", `href="/code"`, `href="/mot-de-passe-oublie/question"`} {
		if !strings.Contains(page.Body, want) {
			t.Errorf("the page does not hold %q", want)
		}
	}
	if strings.Contains(page.Body, `name="qui"`) {
		t.Error("the page offers a mail")
	}
	got := p.post("/mot-de-passe-oublie", url.Values{"qui": {"claire.moreau"}})
	if got.Status != http.StatusConflict || len(h.mails(claire.Email)) != 0 {
		t.Errorf("%d, %d mails", got.Status, len(h.mails(claire.Email)))
	}
}

// TestConfirmedAddress: opening the link changes nothing, the button confirms,
// once.
func TestConfirmedAddress(t *testing.T) {
	h := newHouse(t)
	h.app.Served(public, h.base)
	const address = "anne.martin@exemple.example"
	link := access.AddressPath(h.unsure("anne.martin", address))
	p := h.nobody()
	p.forgets(address)
	if n := len(h.mails(address)); n != 0 {
		t.Errorf("%d mails to an address that is not confirmed", n)
	}
	form := p.follows(link)
	if h.account("anne.martin").Email != "" {
		t.Fatal("opening the link confirms the address")
	}
	p.leads(p.post("/adresse", form), "/connexion")
	if got := h.account("anne.martin").Email; got != address {
		t.Errorf("the account is recovered by %q", got)
	}
	if got := p.post("/adresse", form); got.Status != http.StatusNotFound {
		t.Errorf("again: %d", got.Status)
	}
	p.forgets(address)
	h.linkOf(address)

	link = access.AddressPath(h.unsure("anne.martin", address))
	form = p.follows(link)
	u := h.user(h.account("anne.martin").ID)
	u.Email = u.Email.Edit("une.autre@exemple.example")
	h.change(func(tx *data.Tx) (data.Row, error) { return u, directory.Users.Put(tx, u) })
	if got := p.post("/adresse", form); got.Status != http.StatusConflict || h.account("anne.martin").Email != "" {
		t.Errorf("an address that changed since: %d", got.Status)
	}
}
