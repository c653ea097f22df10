package ui

import (
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"preau/app/access"
	"preau/app/demo"
	"preau/app/directory"
	"preau/app/requests"
	"preau/data"
	"preau/ui/web"
)

// An asking is a request that addresses are about, with a file.
type asking struct{ number, file string }

// asked are those of the establishments that addresses are about, by report.
var asked sync.Map

// signed signs somebody of the demo in, without a browser.
func (h *house) signed(login string) *access.Session {
	h.t.Helper()
	signed, err := h.app.Gate.SignIn(h.t.Context(), access.SignIn{Login: login, Password: demo.Password, From: "192.0.2.7"})
	if err != nil {
		h.t.Fatal(err)
	}
	return signed.Session
}

// asked makes a request of somebody, with a file.
func (h *house) asked(login, summary string) asking {
	h.t.Helper()
	s := h.signed(login)
	f, err := requests.Keep(s, "capture.txt", "text/plain", strings.NewReader("Erreur 12 pour "+summary))
	if err != nil {
		h.t.Fatal(err)
	}
	n, err := requests.Declare(s, requests.Form{Type: requests.Incident, Priority: requests.Normal, Service: "messagerie", Summary: summary, Problem: "Rien ne s’affiche.", Files: []requests.File{f}})
	if err != nil {
		h.t.Fatal(err)
	}
	return asking{strconv.Itoa(n), f.ID}
}

// incident is a form that is complete.
func incident(summary string, more ...piece) []piece {
	return append([]piece{{"type", "", "incident"}, {"service", "", "messagerie"}, {"priorite", "", "normale"}, {"resume", "", summary}, {"probleme", "", "Depuis ce matin, rien ne s’affiche."}}, more...)
}

// png is an image of one point.
const png = "\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x06\x00\x00\x00\x1f\x15\xc4\x89\x00\x00\x00\rIDATx\x9cc\xf8\xcf\xc0\xf0\x1f\x00\x05\x00\x01\xff\x89\x99=\x1d\x00\x00\x00\x00IEND\xaeB`\x82"

// at is where an answer leads, which must be to a page.
func (p *person) at(got answer) string {
	p.h.t.Helper()
	if got.Status != http.StatusSeeOther {
		p.h.t.Fatalf("%d\n%s", got.Status, got.Body)
	}
	return got.Get("Location")
}

// text is the page, without its no-break spaces.
func (p *person) text(path string) string {
	p.h.t.Helper()
	got := p.get(path)
	if got.Status != http.StatusOK {
		p.h.t.Fatalf("%s: %d", path, got.Status)
	}
	return strings.NewReplacer("\u00a0", " ", "\u202f", " ").Replace(got.Body)
}

// holds checks what a page holds, and after "-" what it does not.
func (p *person) holds(path string, words ...string) (text string) {
	p.h.t.Helper()
	text = p.text(path)
	for _, w := range words {
		absent, no := strings.CutPrefix(w, "-")
		if no == strings.Contains(text, absent) {
			p.h.t.Errorf("%s: %q: %t in\n%s", path, absent, no, text)
		}
	}
	return text
}

// TestIncidentsOfAPupil follows a request through the pages of who makes it, from
// the empty list to the opinion: notes are in none of them.
func TestIncidentsOfAPupil(t *testing.T) {
	h := newHouse(t)
	lucas, claire := h.enter("lucas.martin"), h.signed("claire.moreau")
	lucas.holds("/", `href="/incidents"`)
	lucas.holds("/incidents", "Vous n’avez fait aucune demande", `href="/incidents/nouveau"`)
	lucas.holds("/incidents/nouveau", "Vie scolaire", "Messagerie", "Urgente", "bloqué dès maintenant", "-Établissement concerné")
	at := lucas.at(lucas.sendForm("/incidents/nouveau", incident("Messagerie vide", piece{web.FilesField, "capture.png", png})...))
	n, err := strconv.Atoi(strings.TrimPrefix(at, "/incidents/"))
	if err != nil {
		t.Fatal(at)
	}
	page := lucas.holds(at, "enregistrée sous le numéro "+strconv.Itoa(n), "Messagerie vide", "Ouverte", "attend qu’un administrateur", "Depuis ce matin", "capture.png", "Ajouter un message", "-Votre avis", "-Rouvrir")
	file := regexp.MustCompile(at + `/fichiers/[a-z0-9]+`).FindString(page)
	if got := lucas.get(file); got.Status != http.StatusOK || !strings.HasPrefix(got.Body, "\x89PNG") || !strings.HasPrefix(got.Get("Content-Disposition"), "attachment") || got.Get("X-Content-Type-Options") != "nosniff" {
		t.Errorf("%s: %d %v", file, got.Status, got.Header)
	}
	must(t, requests.Assign(claire, n, 1, claire.Account.ID, ""))
	secret := "Encore lui, voir son carnet."
	hidden, err := requests.Keep(claire, "carnet-de-correspondance.txt", "text/plain", strings.NewReader("Confidentiel"))
	must(t, err)
	must(t, requests.AddNote(claire, n, secret, []requests.File{hidden}))
	lucas.holds("/incidents", "MOREAU Claire", "En cours")
	h.clock.pass(time.Hour)
	lucas.leads(lucas.sendForm(at, piece{"message", "", "Toujours rien."}, piece{web.FilesField, "note.txt", "Vu sur deux postes."}), at+"#message")
	must(t, requests.Solved(claire, n, 0, requests.Solve{Solution: "Videz le cache du navigateur.", Resolved: true}))
	lucas.holds(at, "-Videz le cache", "Rouvrir la demande", "Votre avis")
	_, err = requests.SendAnswer(claire, n, 0)
	must(t, err)
	lucas.holds(at, `class="theirs"`, "Réponse de MOREAU Claire", "Videz le cache du navigateur.", "Toujours rien.", "note.txt", "Clôturée", "Tout à fait")
	for _, path := range []string{"/incidents", at, "/", "/incidents/nouveau", "/compte"} {
		if text := lucas.text(path); strings.Contains(text, secret) || strings.Contains(text, "carnet") || strings.Contains(text, hidden.ID) {
			t.Errorf("%s shows a note", path)
		}
	}
	if got, none := lucas.get(at+"/fichiers/"+hidden.ID), lucas.get("/incidents/999999/fichiers/aaaa"); got.Status != http.StatusNotFound || got.Body != none.Body {
		t.Errorf("the file of a note: %d", got.Status)
	}

	if got := lucas.post(at+"/avis", url.Values{"commentaire": {"Merci bien"}}); got.Status != http.StatusUnprocessableEntity || !strings.Contains(got.Body, `id="e-avis"`) || !strings.Contains(got.Body, "Merci bien") {
		t.Errorf("no score: %d", got.Status)
	}
	lucas.leads(lucas.post(at+"/avis", url.Values{"avis": {"2"}}), at+"#avis")
	lucas.leads(lucas.post(at+"/avis", url.Values{"avis": {"5"}, "commentaire": {"Merci bien"}}), at+"#avis")
	lucas.holds(at, "Changer mon avis", `value="5" required checked`)
	h.clock.pass(13 * time.Hour)
	lucas = h.enter("lucas.martin")
	lucas.holds(at, "-Changer mon avis", "Tout à fait", "Merci bien")
	if got := lucas.post(at+"/avis", url.Values{"avis": {"1"}}); got.Status != http.StatusConflict {
		t.Errorf("an opinion changed after 13 hours: %d", got.Status)
	}

	lucas.leads(lucas.sendForm(at, piece{"message", "", "C’est revenu."}, piece{"rouvrir", "", "oui"}), at)
	lucas.holds(at, "Votre demande est rouverte", "En cours", "C’est revenu.", "-Votre avis")
	must(t, requests.SetState(claire, n, 0, requests.Closed, time.Time{}))
	h.clock.pass(15 * 24 * time.Hour)
	lucas = h.enter("lucas.martin")
	lucas.holds(at, "Nouvelle demande liée", "plus de 14 jours")
	next := lucas.at(lucas.sendForm(at, piece{"message", "", "De nouveau en panne."}, piece{"rouvrir", "", "oui"}))
	if next == at {
		t.Fatal("reopened after 15 days")
	}
	lucas.holds(next, "Liée à la demande n° "+strconv.Itoa(n), "De nouveau en panne.")
	lucas.holds(at, "Liée à la demande n° "+strings.TrimPrefix(next, "/incidents/"))
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// TestIncidentsAreOnes compares what anybody else is told of a request and of its
// file with what is said of one that does not exist.
func TestIncidentsAreOnes(t *testing.T) {
	h := newHouse(t)
	one := h.asked("lucas.martin", "Messagerie vide")
	for _, login := range []string{"anne.martin", "julien.petit", "claire.moreau", "sophie.girard", "marc.dubois"} {
		p := h.enter(login)
		for _, path := range []string{"/incidents/%", "/incidents/%/fichiers/" + one.file, "/incidents/0%", "/incidents/+%"} {
			got, none := p.get(strings.Replace(path, "%", one.number, 1)), p.get("/incidents/999999")
			if got.Status != http.StatusNotFound || got.Body != none.Body {
				t.Errorf("%s: %s: %d", login, path, got.Status)
			}
		}
		quiet := h.listen()
		for path, form := range map[string]url.Values{"": {"message": {"Moi aussi"}}, "/avis": {"avis": {"1"}}} {
			if got := p.post("/incidents/"+one.number+path, form); got.Status != http.StatusNotFound {
				t.Errorf("%s: POST %s: %d", login, path, got.Status)
			}
		}
		if got := p.sendForm("/incidents/brouillon", piece{"ecran", "", one.number + "/message"}, piece{"message", "", "Moi aussi"}); got.Status != http.StatusNotFound || quiet.broken() {
			t.Errorf("%s: a draft: %d", login, got.Status)
		}
		if text := p.text("/incidents"); strings.Contains(text, "Messagerie vide") {
			t.Errorf("%s sees it in the list", login)
		}
	}
	for _, spelling := range []string{"0", "+", "%20"} { // a request has one address
		if got := h.enter("lucas.martin").get("/incidents/" + spelling + one.number); got.Status != http.StatusNotFound {
			t.Errorf("%q before the number: %d", spelling, got.Status)
		}
	}
	if got := h.enter("lucas.martin").get("/incidents/" + one.number + "/fichiers/" + one.file); got.Status != http.StatusOK || got.Body != "Erreur 12 pour Messagerie vide" {
		t.Errorf("one's own file: %d", got.Status)
	}
}

// TestIncidentsOfTwoSchools: a person of several establishments says which.
func TestIncidentsOfTwoSchools(t *testing.T) {
	h := newHouse(t)
	sophie := h.enter("sophie.girard")
	page := sophie.holds("/incidents/nouveau", "Établissement concerné")
	foreign := h.school("claire.moreau", 0)
	if strings.Contains(page, foreign) {
		t.Error("somebody else’s establishment is offered")
	}
	for _, uai := range []string{"", foreign} {
		got := sophie.sendForm("/incidents/nouveau", incident("Où donc", piece{"etablissement", "", uai})...)
		if got.Status != http.StatusUnprocessableEntity || !strings.Contains(got.Body, `id="e-etablissement"`) || !strings.Contains(got.Body, `value="Où donc"`) {
			t.Errorf("in %q: %d", uai, got.Status)
		}
	}
	for i := range 2 {
		uai := h.school("sophie.girard", i)
		at := sophie.at(sophie.sendForm("/incidents/nouveau", incident("Ici", piece{"etablissement", "", uai})...))
		sophie.holds(at, h.schoolName(uai))
	}
	if text := h.enter("marc.dubois").text("/incidents/nouveau"); !strings.Contains(text, "rattaché à aucun") || strings.Contains(text, "<textarea") {
		t.Error("somebody of no establishment has a form")
	}
}

func (h *house) schoolName(uai string) (name string) {
	h.see(func(tx *data.Tx) error {
		c, err := directory.Cards.Get(tx, uai)
		name = c.Name
		return err
	})
	return name
}

// TestIncidentsInPages lists fifty at a time, the latest action first.
func TestIncidentsInPages(t *testing.T) {
	h := newHouse(t)
	s := h.signed("lucas.martin")
	for i := range 52 {
		h.clock.pass(time.Minute)
		_, err := requests.Declare(s, requests.Form{Type: requests.OtherType, Priority: requests.Normal, Summary: "Demande " + strconv.Itoa(i+1) + ".", Problem: "Essai."})
		must(t, err)
	}
	lucas := h.enter("lucas.martin")
	lucas.holds("/incidents", "52 demandes · page 1 sur 2", "Demande 52.", "Demande 3.", "-Demande 2.", `href="/incidents?page=2"`)
	lucas.holds("/incidents?page=2", "Demande 2.", "Demande 1.", "-Demande 3.", `href="/incidents?page=1"`)
	for _, page := range []string{"0", "-1", "x", "99999999999999999999"} {
		lucas.holds("/incidents?page="+page, "page 1 sur 2")
	}
}

var seals = regexp.MustCompile(`name="garde" value="([^"]+)"`)

// sealed is the seal of the form of a page.
func (p *person) sealed(path string) piece {
	p.h.t.Helper()
	m := seals.FindStringSubmatch(p.text(path))
	if m == nil {
		p.h.t.Fatal(path, "has no form that is kept")
	}
	return piece{"garde", "", m[1]}
}

// TestDraftAfterRefusal: what is refused is shown again with its text and its
// good files, and found again after a sign-out and a restart; sent, it is a draft
// no more.
func TestDraftAfterRefusal(t *testing.T) {
	h := newHouse(t)
	lucas := h.enter("lucas.martin")
	const path, screen = "/incidents/nouveau", "nouvelle"
	form := []piece{{"ecran", "", screen}, {"type", "", "technique"}, {"priorite", "", "urgente"}, {"resume", "", ""}, {"probleme", "", "L’écran <b>reste</b> noir."}}
	got := lucas.sendForm(path, append(form, piece{web.FilesField, "capture.png", png}, piece{web.FilesField, "jeu.exe", "MZ"}, piece{web.FilesField, "faux.png", "GIF89a"})...)
	for _, want := range []string{`id="e-fichiers"`, "jeu.exe", "faux.png", "L’écran &lt;b&gt;reste&lt;/b&gt; noir.", "capture.png <small>", `value="urgente" checked`, `value="technique" selected`} {
		if got.Status != http.StatusUnprocessableEntity || !strings.Contains(strings.ReplaceAll(got.Body, ` aria-describedby="h-urgente"`, ""), want) {
			t.Errorf("refused files: %d, %q", got.Status, want)
		}
	}
	kept := regexp.MustCompile(`name="fichier-garde" value="([^"]+)"`).FindStringSubmatch(got.Body)[1]
	held := []piece{{"fichier-vu", "", kept}, {"fichier-garde", "", kept}}
	got = lucas.sendForm(path, append(slices.Clone(form), held...)...)
	if got.Status != http.StatusUnprocessableEntity || !strings.Contains(got.Body, `id="e-resume"`) || strings.Count(got.Body, "capture.png <small>") != 1 {
		t.Errorf("no summary: %d", got.Status)
	}
	lucas.post("/deconnexion", nil)
	lucas = h.enter("lucas.martin")
	lucas.holds(path, "Votre saisie du", "a été gardée", "Restaurer", "Abandonner", "-reste", "-capture.png")
	if !strings.Contains(h.enter("anne.martin").text(path), "<textarea") || strings.Contains(h.enter("anne.martin").text(path+"?brouillon=nouvelle"), "reste") {
		t.Error("somebody else is shown the draft")
	}

	again := h.again()
	lucas = again.enter("lucas.martin")
	lucas.holds(path+"?brouillon="+screen, "reste", "capture.png", "-Restaurer")
	form[3].content = "Écran noir"
	at := lucas.at(lucas.sendForm(path, append(form, held...)...))
	lucas.holds(at, "Écran noir", "reste", "capture.png", "-faux.png")
	lucas.holds(path, "-Restaurer")
}

// again stops the appliance and serves what it left.
func (h *house) again() *house {
	h.t.Helper()
	dir := filepath.Join(h.t.TempDir(), "demo")
	must(h.t, os.MkdirAll(dir, 0o700))
	must(h.t, copyDir(h.app.Dir(), dir))
	b := openHouse(h.t, dir)
	b.clock = h.clock
	return b
}

// TestDraftAsOneTypes: what a script sends is kept, files once, and given up when
// the person says so.
func TestDraftAsOneTypes(t *testing.T) {
	h := newHouse(t)
	one := h.asked("lucas.martin", "Messagerie vide")
	at, screen := "/incidents/"+one.number, one.number+"/message"
	lucas := h.enter("lucas.martin")
	types := func(pieces ...piece) answer {
		t.Helper()
		body, kind := formOf(t, append([]piece{{web.TokenField, "", lucas.token}, {"ecran", "", screen}}, pieces...)...)
		got := lucas.send(http.MethodPost, "/incidents/brouillon", body, append(lucas.ours(kind), "X-Preau-Fond", "1")...)
		if got.Status != http.StatusOK {
			t.Fatalf("%d %s", got.Status, got.Body)
		}
		return got
	}
	before := h.events()
	if got := types(piece{"message", "", "Touj"}, piece{web.FilesField, "capture.png", png}, piece{web.FilesField, "jeu.exe", "MZ"}); !strings.Contains(got.Body, "capture.png <small>") || !strings.Contains(got.Body, "jeu.exe") || !strings.Contains(got.Body, "Saisie gardée à") {
		t.Error(got.Body)
	}
	if got := types(piece{"message", "", "Toujours rien"}, piece{web.FilesField, "capture.png", png}); strings.Count(got.Body, "<small>") != 1 {
		t.Error("the same file twice:", got.Body)
	}
	for i := range 5 {
		types(piece{"message", "", "Toujours rien"}, piece{web.FilesField, "f" + strconv.Itoa(i) + ".txt", "n° " + strconv.Itoa(i)})
	}
	got := types(piece{"message", "", "Toujours rien"}, piece{web.FilesField, "sixieme.txt", "de trop"})
	if strings.Count(got.Body, "<small>") != 5 || !strings.Contains(got.Body, "sixieme.txt") || !strings.Contains(got.Body, "est de trop") {
		t.Error("six files:", got.Body)
	}
	ids := regexp.MustCompile(`name="fichier-vu" value="([^"]+)"`).FindAllStringSubmatch(got.Body, -1)
	shown := []piece{{"message", "", "Toujours rien"}}
	for i, id := range ids {
		shown = append(shown, piece{"fichier-vu", "", id[1]})
		if i < 2 {
			shown = append(shown, piece{"fichier-garde", "", id[1]})
		}
	}
	if got := types(shown...); strings.Count(got.Body, "<small>") != 2 {
		t.Error("unticked:", got.Body)
	}
	if h.events() != before {
		t.Error("a draft is in the journal")
	}
	lucas.holds(at, "Restaurer", "-Toujours rien")
	lucas.holds(at+"?brouillon="+url.QueryEscape(screen), "Toujours rien", "capture.png")
	lucas.leads(lucas.post("/incidents/brouillon", url.Values{"ecran": {screen}, "geste": {"abandonner"}}), at+"#message")
	lucas.holds(at, "-Restaurer", "est abandonnée")
	if text := lucas.text(at + "?brouillon=" + url.QueryEscape(screen)); strings.Contains(text, "Toujours rien") {
		t.Error("what was abandoned is there")
	}
}

// TestDraftFilesAreShownFirst: a file of a draft goes with what is sent only if
// the form showed it, ticked; the others go with the draft.
func TestDraftFilesAreShownFirst(t *testing.T) {
	h := newHouse(t)
	s := h.signed("lucas.martin")
	var ids []string
	for _, name := range []string{"montre.txt", "decoche.txt", "oublie.txt"} {
		f, err := requests.Keep(s, name, "text/plain", strings.NewReader(name))
		must(t, err)
		must(t, requests.Jot(s, "nouvelle", map[string]string{"resume": "Ancien"}, f))
		ids = append(ids, f.ID)
	}
	lucas, julien := h.enter("lucas.martin"), h.enter("julien.petit")
	full := incident("Nouveau", piece{"fichier-vu", "", ids[0]}, piece{"fichier-garde", "", ids[0]}, piece{"fichier-vu", "", ids[1]}, piece{web.FilesField, "encore.txt", "encore"})
	julien.holds(julien.at(julien.sendForm("/incidents/nouveau", full...)), "encore.txt", "-montre.txt") // it is not his
	lucas.holds(lucas.at(lucas.sendForm("/incidents/nouveau", full...)), "montre.txt", "encore.txt", "-decoche.txt", "-oublie.txt")
}

// TestDraftAfterTheSession: a form that comes when the session is over, or is
// another, is kept for who opened it, and for nobody else; nothing is done.
func TestDraftAfterTheSession(t *testing.T) {
	h := newHouse(t)
	const path = "/incidents/nouveau"
	lucas := h.enter("lucas.martin")
	seal := lucas.sealed(path)
	typed := func(words string) []piece { return append(incident(words, piece{"ecran", "", "nouvelle"}), seal) }
	lucas.post("/deconnexion", nil)
	before := h.events()
	got := lucas.sendForm(path, append(typed("Avant la fin"), piece{web.FilesField, "capture.png", png})...)
	lucas.leads(got, "/connexion?vers=%2Fincidents%2Fnouveau%3Fbrouillon%3Dnouvelle")
	lucas.holds("/connexion", "Votre session a pris fin. Votre saisie est gardée", "Les fichiers sont à choisir de nouveau")
	if h.events() != before {
		t.Error("something was done without a session")
	}
	back := h.enter("lucas.martin")
	back.holds("/incidents", "-Avant la fin")
	back.holds(path, "Restaurer")
	back.holds(path+"?brouillon=nouvelle", "Avant la fin", "rien ne s’affiche")

	old := lucas.token // a page of the former session, in a browser that has another one
	lucas.Jar, lucas.token = back.Jar, "x"+old[1:]
	lucas.leads(lucas.sendForm(path, typed("D’une vieille page")...), path+"?brouillon=nouvelle")
	back.holds(path+"?brouillon=nouvelle", "D’une vieille page", "restée ouverte trop longtemps")
	anne := h.enter("anne.martin")
	anne.token = old
	if got := anne.sendForm(path, typed("Sur le poste d’Anne")...); got.Status != http.StatusForbidden {
		t.Errorf("on somebody else’s session: %d", got.Status)
	}
	anne.holds(path+"?brouillon=nouvelle", "-Sur le poste")
	back.holds(path+"?brouillon=nouvelle", "Sur le poste d’Anne")

	nobody := h.enter("")
	quiet := h.listen()
	for what, forged := range map[string]piece{"no seal": {}, "a seal changed": {"garde", "", "A" + seal.content[1:]}, "another use": {"garde", "", strings.Split(seal.content, ".")[0] + ".abc"}} {
		if got := nobody.sendForm(path, append(incident("Forgée"), forged)...); nobody.at(got) != "/connexion" || quiet.broken() {
			t.Errorf("%s: %s, or written", what, got.Get("Location"))
		}
	}
	body, kind := formOf(t, typed("D’un autre site")...)
	if got := nobody.send(http.MethodPost, path, body, "Content-Type", kind, "Origin", "https://exemple.example"); quiet.broken() {
		t.Errorf("another site wrote a draft: %d", got.Status)
	}
	body, kind = formOf(t, typed("Encore une touche")...)
	if got := nobody.send(http.MethodPost, "/incidents/brouillon", body, append(nobody.ours(kind), "X-Preau-Fond", "1")...); got.Status != http.StatusUnauthorized {
		t.Errorf("a script without a session: %d", got.Status)
	}
	back.holds(path+"?brouillon=nouvelle", "Encore une touche")
	h.clock.pass(8 * 24 * time.Hour)
	quiet = h.listen()
	if got := nobody.sendForm(path, typed("Huit jours après")...); nobody.at(got) != "/connexion" || quiet.broken() {
		t.Error("a seal holds for ever")
	}
}

// TestClosedAccountKeepsNothing: the seal of somebody suspended writes nothing.
func TestClosedAccountKeepsNothing(t *testing.T) {
	h := newHouse(t)
	lucas := h.enter("lucas.martin")
	seal := lucas.sealed("/incidents/nouveau")
	a := h.account("lucas.martin")
	a.Suspended = true
	h.write(a, func(tx *data.Tx) error { return access.Accounts.Put(tx, a) })
	quiet := h.listen()
	if got := lucas.sendForm("/incidents/nouveau", append(incident("Suspendu"), seal)...); lucas.at(got) == "" || quiet.broken() {
		t.Error("a draft of a suspended account was written")
	}
}

// TestDraftBesideAnotherForm: a refused opinion shows the message that waits as
// before, and takes it neither for typed nor for restored.
func TestDraftBesideAnotherForm(t *testing.T) {
	h := newHouse(t)
	one := h.asked("lucas.martin", "Messagerie vide")
	n, err := strconv.Atoi(one.number)
	must(t, err)
	must(t, requests.SetState(h.signed("claire.moreau"), n, 0, requests.Closed, time.Time{}))
	must(t, requests.Jot(h.signed("lucas.martin"), one.number+"/message", map[string]string{"message": "Il en reste"}))
	got := h.enter("lucas.martin").post("/incidents/"+one.number+"/avis", nil)
	if got.Status != http.StatusUnprocessableEntity || !strings.Contains(got.Body, "Restaurer") || strings.Contains(got.Body, "Il en reste") {
		t.Errorf("%d\n%s", got.Status, got.Body)
	}
}

// TestOwnPreference keeps how somebody wants to hear of requests; the switch is
// for those who answer some.
func TestOwnPreference(t *testing.T) {
	h := newHouse(t)
	lucas, claire := h.enter("lucas.martin"), h.enter("claire.moreau")
	lucas.holds("/compte", "me joindre de préférence", "-Recevoir des courriels sur les demandes")
	claire.holds("/compte", `name="courriels" value="oui" checked`)
	lucas.leads(lucas.post("/compte/demandes", url.Values{"preference": {"telephone"}}), "/compte?section=demandes#demandes")
	lucas.holds("/compte", `value="telephone" checked`)
	claire.leads(claire.post("/compte/demandes", url.Values{"preference": {"mail"}}), "/compte?section=demandes#demandes")
	claire.holds("/compte", `name="courriels" value="oui">`, `value="mail" id="f-preference" checked`)
	p, err := requests.PreferenceOf(h.signed("lucas.martin"))
	if err != nil || p.Quiet || p.Prefers != requests.Phone {
		t.Errorf("%+v %v", p, err)
	}
	if got := lucas.post("/compte/demandes", url.Values{"preference": {"pigeon"}}); got.Status != http.StatusUnprocessableEntity || !strings.Contains(got.Body, `id="e-preference"`) {
		t.Errorf("%d", got.Status)
	}
}

// incidentDeeds does the unsafe routes of one's own requests.
func (h *house) incidentDeeds(do func(route string, d deed)) {
	h.t.Helper()
	const lucas = "lucas.martin"
	full := url.Values{"type": {"incident"}, "priorite": {"normale"}, "resume": {"Un essai"}, "probleme": {"Rien ne va."}}
	do("POST /incidents/nouveau", deed{lucas, "/incidents/nouveau", full, nil, true})
	do("POST /incidents/brouillon", deed{lucas, "/incidents/brouillon", url.Values{"ecran": {"nouvelle"}, "resume": {"Un ess"}}, nil, false})
	one := h.asked(lucas, "Un autre")
	do("POST /incidents/:numero", deed{lucas, "/incidents/" + one.number, url.Values{"message": {"Encore."}}, nil, true})
	n, err := strconv.Atoi(one.number)
	if err == nil {
		err = requests.SetState(h.signed("claire.moreau"), n, 0, requests.Closed, time.Time{})
	}
	must(h.t, err)
	do("POST /incidents/:numero/avis", deed{lucas, "/incidents/" + one.number + "/avis", url.Values{"avis": {"4"}}, nil, true})
	do("POST /compte/demandes", deed{lucas, "/compte/demandes", url.Values{"preference": {"mail"}}, nil, true})
}
