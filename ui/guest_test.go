package ui

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"preau/app/access"
	"preau/app/directory"
	"preau/app/groups"
	"preau/app/post"
	"preau/data"
)

// lucForm is what somebody types to add Luc Vasseur.
func lucForm(more ...string) url.Values {
	form := url.Values{"nom": {"Vasseur"}, "prenom": {"Luc"}, "email": {"luc.vasseur@exemple.example"}, "naissance": {"12/03/1985"}}
	for i := 0; i < len(more); i += 2 {
		form.Set(more[i], more[i+1])
	}
	return form
}

const lucFile = "Vasseur;Luc;;luc.vasseur@exemple.example;12/03/1985\nMartin;Zoé;;zoe.martin@exemple.example;01/04/1990\n"

// guestOf makes a guest of an establishment, whom a form describes.
func (h *house) guestOf(uai string, form url.Values) directory.User {
	h.t.Helper()
	id, err := directory.CreateGuest(h.app.Gate.System("essai"), uai, directory.GuestForm{LastName: form.Get("nom"), FirstName: form.Get("prenom"), Email: form.Get("email"), Birth: form.Get("naissance")})
	if err != nil {
		h.t.Fatal(err)
	}
	return h.user(id)
}

// preview sends a file of guests, and returns the address of what is shown, with
// the form that imports it whole.
func (p *person) preview(uai, file string) (path string, form url.Values) {
	p.h.t.Helper()
	got := p.sendFile(uai, "liste.csv", []byte(file))
	if got.Status != http.StatusSeeOther {
		p.h.t.Fatalf("%d\n%s", got.Status, got.Body)
	}
	path = got.Get("Location")
	return path, previewed(p.get(path).Body)
}

var (
	shownField = regexp.MustCompile(`name="apercu" value="([^"]+)"`)
	lineField  = regexp.MustCompile(`name="ligne" value="(\d+)" checked`)
)

func previewed(body string) url.Values {
	form := url.Values{}
	if m := shownField.FindStringSubmatch(body); m != nil {
		form.Set("apercu", m[1])
	}
	for _, m := range lineField.FindAllStringSubmatch(body, -1) {
		form.Add("ligne", m[1])
	}
	return form
}

func (p *person) sendFile(uai, name string, content []byte) answer {
	p.h.t.Helper()
	body, kind := parts(url.Values{"jeton": {p.token}}, name, content)
	return p.send(http.MethodPost, "/console/etablissements/"+uai+"/utilisateurs/invites/imports", body, p.ours(kind)...)
}

// guestDeeds does every unsafe route of guests once.
func (h *house) guestDeeds(uai string, do func(route string, d deed)) {
	h.t.Helper()
	const marc, at = "marc.dubois", "POST /console/etablissements/:uai/utilisateurs/"
	guests := "/console/etablissements/" + uai + "/utilisateurs/invites"
	do(at+"invites/ressemblances", deed{marc, guests + "/ressemblances", lucForm(), nil, false})
	do(at+"invites/nouveau", deed{marc, guests + "/nouveau", lucForm("etape", "enregistrer"), nil, true})
	one := h.account("luc.vasseur").ID
	two := h.guestOf(uai, lucForm("nom", "Vaseur", "email", "autre@exemple.example"))
	pair := guests + "/doublons/" + one + "/" + two.ID
	do(at+":profil/doublons/:id/:autre/distinction", deed{marc, pair + "/distinction", nil, nil, true})
	do(at+":profil/doublons/:id/:autre/fusion", deed{marc, pair + "/fusion", url.Values{"garder": {one}}, nil, true})
	merges, err := directory.MergesOf(h.app.Gate.System("essai"), uai)
	if err != nil || len(merges) != 1 {
		h.t.Fatal(merges, err)
	}
	do(at+":profil/fusions/:fusion/annulation", deed{marc, guests + "/fusions/" + merges[0].ID + "/annulation", nil, nil, true})
	do(at+":profil/:id/detachement", deed{marc, guests + "/" + two.ID + "/detachement", nil, nil, true})
	do(at+":profil/:id/rattachement", deed{marc, guests + "/" + two.ID + "/rattachement", nil, nil, true})
	do(at+"invites/imports", deed{marc, guests + "/imports", nil, []byte(lucFile), false})
	imports, err := directory.GuestImportsOf(h.app.Gate.System("essai"), uai)
	if err != nil || len(imports) != 1 {
		h.t.Fatal(imports, err)
	}
	sent := guests + "/imports/" + imports[0].ID
	do(at+"invites/imports/:import", deed{marc, sent, previewed(h.enter(marc).get(sent).Body), nil, true})
	do(at+"invites/imports/:import/annulation", deed{marc, sent + "/annulation", nil, nil, true})
}

// TestAddGuestStepByStep follows the manual without a script: nothing is written
// before « Enregistrer », and a double click makes one account.
func TestAddGuestStepByStep(t *testing.T) {
	h := newHouse(t)
	uai := h.school("claire.moreau", 0)
	guests := "/console/etablissements/" + uai + "/utilisateurs/invites"
	claire := h.enter("claire.moreau")
	before := h.events()
	got := claire.post(guests+"/nouveau", lucForm("naissance", "31/02/1985", "email", ""))
	for _, field := range []string{"naissance", "email"} {
		if got.Status != http.StatusUnprocessableEntity || !strings.Contains(got.Body, `id="e-`+field+`"`) || !strings.Contains(got.Body, `value="Vasseur"`) {
			t.Errorf("refused: %d, %s", got.Status, field)
		}
	}
	if got = claire.post(guests+"/nouveau", lucForm()); got.Status != http.StatusOK || !strings.Contains(got.Body, "Confirmez-vous le rattachement de VASSEUR Luc à l’établissement") {
		t.Errorf("« Ajouter »: %d", got.Status)
	}
	if got = claire.post(guests+"/nouveau", lucForm("etape", "confirmer", "modifier", "1")); got.Status != http.StatusOK || !strings.Contains(got.Body, `value="Vasseur"`) || strings.Contains(got.Body, "Confirmez-vous") {
		t.Errorf("« Non »: %d", got.Status)
	}
	if got = claire.post(guests+"/nouveau", lucForm("etape", "confirmer")); got.Status != http.StatusOK || !strings.Contains(got.Body, "luc.vasseur") || !strings.Contains(got.Body, "Enregistrer") {
		t.Errorf("« Oui »: %d", got.Status)
	}
	if h.events() != before {
		t.Error("something was written before « Enregistrer »")
	}
	got = claire.post(guests+"/nouveau", lucForm("etape", "enregistrer"))
	if got.Status != http.StatusSeeOther || !strings.HasPrefix(got.Get("Location"), guests+"/P") {
		t.Fatalf("« Enregistrer »: %d", got.Status)
	}
	if got = claire.post(guests+"/nouveau", lucForm("etape", "enregistrer")); got.Status != http.StatusConflict || !strings.Contains(got.Body, "VASSEUR Luc") {
		t.Errorf("« Enregistrer » twice: %d", got.Status)
	}
	if got = claire.post(guests+"/nouveau", lucForm()); got.Status != http.StatusConflict || !strings.Contains(got.Body, "Cette personne existe-t-elle déjà") {
		t.Errorf("the same person again, unseen: %d", got.Status)
	}
	seen := regexp.MustCompile(`name="vus" value="([^"]+)"`).FindStringSubmatch(got.Body)
	if seen == nil {
		t.Fatal("the list is not shown")
	}
	if got = claire.post(guests+"/nouveau", lucForm("vus", seen[1])); got.Status != http.StatusOK || !strings.Contains(got.Body, "Confirmez-vous") {
		t.Errorf("somebody else of the same name, once seen: %d", got.Status)
	}
}

// TestGuestOfElsewhereStaysUnknown: of a guest of another establishment the one
// sentence is shown, whatever is typed, and the account only once it is theirs.
func TestGuestOfElsewhereStaysUnknown(t *testing.T) {
	h := newHouse(t)
	home, away := h.school("claire.moreau", 0), h.school("sophie.girard", 0)
	form := lucForm("email", "personnel@exemple.example")
	u := h.guestOf(home, form)
	guests := "/console/etablissements/" + away + "/utilisateurs/invites"
	sophie := h.enter("sophie.girard")
	secrets := []string{u.ID, u.Login.Value(), "personnel@", "12/03/1985", "/" + home}
	unknown := func(what string, got answer) {
		t.Helper()
		for _, secret := range secrets {
			if strings.Contains(got.Body, secret) {
				t.Errorf("%s shows %q", what, secret)
			}
		}
	}
	for _, typed := range []url.Values{{"nom": {"V"}}, {"nom": {"Vasseur"}}, {"nom": {"Vasseur"}, "prenom": {"L"}}, {"prenom": {"Luc"}}, {"nom": {"Vaseur"}, "prenom": {"Luc"}}, {"nom": {"Luc"}, "prenom": {"Vasseur"}},
		{"email": {"personnel@exemple.example"}}, {"naissance": {"12/03/1985"}}, {"nom": {"%"}, "prenom": {"%"}}, {"nom": {"*"}, "prenom": {"*"}}, {"nom": {u.ID}, "prenom": {""}}, {"nom": {"Vasseur", "Luc"}}} {
		got := sophie.post(guests+"/ressemblances", typed)
		if strings.Contains(got.Body, "existe") || strings.Contains(got.Body, u.ID) {
			t.Errorf("%v: %s", typed, got.Body)
		}
	}
	typed := lucForm("naissance", "", "email", "")
	got := sophie.post(guests+"/ressemblances", typed)
	if !strings.Contains(got.Body, "Un invité de ce nom existe au lycée Honoré de Balzac") {
		t.Errorf("the sentence: %s", got.Body)
	}
	unknown("the name", got)
	typed = lucForm("naissance", "13/03/1985")
	unknown("another birth date", sophie.post(guests+"/ressemblances", typed))
	unknown("« Ajouter » with another birth date", sophie.post(guests+"/nouveau", lucForm("naissance", "", "email", "luc@exemple.example")))
	for _, step := range []string{"", "confirmer", "enregistrer"} {
		got := sophie.post(guests+"/nouveau", lucForm("compte", u.ID, "naissance", "13/03/1985", "etape", step))
		if got.Status != http.StatusConflict {
			t.Errorf("chosen without being theirs, step %q: %d", step, got.Status)
		}
	}
	for _, path := range []string{guests, guests + "/" + u.ID, guests + "/doublons", "/console/recherche?q=vasseur", "/console/etablissements/" + away + "/recherche?q=vasseur", "/console/etablissements/" + away + "/journal"} {
		if got := sophie.get(path); strings.Contains(got.Body, "VASSEUR") {
			t.Errorf("%s shows the guest of elsewhere", path)
		}
	}
	if len(h.user(u.ID).Attachments) != 1 {
		t.Fatal("attached")
	}
	got = sophie.post(guests+"/ressemblances", lucForm())
	if !strings.Contains(got.Body, `value="`+u.ID+`"`) {
		t.Errorf("their birth date: %s", got.Body)
	}
	if got = sophie.post(guests+"/nouveau", lucForm("compte", u.ID, "etape", "confirmer")); got.Status != http.StatusOK || strings.Contains(got.Body, "personnel@") || strings.Contains(got.Body, ">"+u.Login.Value()+"<") {
		t.Errorf("the record before it is attached: %d", got.Status)
	}
	if got = sophie.post(guests+"/nouveau", lucForm("compte", u.ID, "etape", "enregistrer")); got.Status != http.StatusSeeOther {
		t.Fatalf("« Enregistrer »: %d", got.Status)
	}
	if got = sophie.get(guests + "/" + u.ID); got.Status != http.StatusOK || strings.Contains(got.Body, "/"+home) || !strings.Contains(strings.ReplaceAll(got.Body, "\u00a0", " "), "1 autre établissement") {
		t.Errorf("the record once attached: %d", got.Status)
	}
}

// TestGuessingIsSlowed types one birth date after the other: the answer becomes
// to wait, and the form goes on.
func TestGuessingIsSlowed(t *testing.T) {
	h := newHouse(t)
	home, away := h.school("claire.moreau", 0), h.school("sophie.girard", 0)
	u := h.guestOf(home, lucForm("email", "personnel@exemple.example"))
	guests := "/console/etablissements/" + away + "/utilisateurs/invites"
	sophie := h.enter("sophie.girard")
	for day := 1; day <= 28; day++ {
		sophie.post(guests+"/ressemblances", lucForm("naissance", fmt.Sprintf("%02d/04/1985", day)))
	}
	for path, want := range map[string]int{guests + "/ressemblances": http.StatusOK, guests + "/nouveau": http.StatusTooManyRequests} {
		got := sophie.post(path, lucForm())
		if got.Status != want || !strings.Contains(got.Body, "Attendez") || strings.Contains(got.Body, u.ID) {
			t.Errorf("%s: %d\n%.2000s", path, got.Status, got.Body)
		}
	}
}

// TestGuestFilesRefused sends files that are no list of guests: too large, empty,
// hostile, or under hostile names.
func TestGuestFilesRefused(t *testing.T) {
	h := newHouse(t)
	uai := h.school("claire.moreau", 0)
	claire := h.enter("claire.moreau")
	for what, file := range map[string]string{"empty": "", "titles only": "Nom;Prénom;Titre;Mail;Date de naissance\n", "a zip": "PK\x03\x04\x00\x00", "NUL": "a\x00;b;;c@exemple.example;01/01/1980\n", "2,001 lines": strings.Repeat("A;B;;c@exemple.example;01/01/1980\n", 2001)} {
		got := claire.sendFile(uai, "liste.csv", []byte(file))
		if got.Status != http.StatusUnprocessableEntity || !strings.Contains(got.Body, `id="e-fichier"`) {
			t.Errorf("%s: %d, without a sentence by the field", what, got.Status)
		}
	}
	if got := claire.sendFile(uai, "", nil); got.Status != http.StatusUnprocessableEntity {
		t.Errorf("no file: %d", got.Status)
	}
	cookie := claire.sessionOf()
	for what, size := range map[string]int{"a little too large": 2<<20 + 100_000, "more than the form may hold": 30 << 20} {
		// Refused as soon as its size is announced: the rest may be on its way.
		res, body := h.plain(fmt.Sprintf("POST /console/etablissements/%s/utilisateurs/invites/imports HTTP/1.1\r\nHost: %s\r\nOrigin: %s\r\nCookie: %s=%s\r\nContent-Type: multipart/form-data; boundary=limite\r\nContent-Length: %d\r\n\r\n%s",
			uai, strings.TrimPrefix(h.base, "http://"), h.base, cookie.Name, cookie.Value, size, strings.Repeat("-", 9<<10)))
		if res == nil || res.StatusCode != http.StatusRequestEntityTooLarge || !strings.Contains(body, "volumineux") {
			t.Errorf("%s: %v", what, res)
		}
	}
	if got := claire.sendFile(uai, "liste.csv", []byte(strings.Repeat("Vasseur;Luc;;luc@exemple.example;12/03/1985;"+strings.Repeat("rue ", 180)+"\n", 1990))); got.Status != http.StatusSeeOther {
		t.Errorf("more than a form, less than 2 MiB: %d", got.Status)
	}
	if got := claire.sendFile(h.school("sophie.girard", 0), "liste.csv", []byte(lucFile)); got.Status != http.StatusNotFound {
		t.Errorf("for another establishment: %d", got.Status)
	}
	for _, name := range []string{"../../etc/passwd", `..\..\x.csv`, "<script>alert(1)</script>.csv", "a\r\nSet-Cookie: b=c.csv", strings.Repeat("n", 5000) + ".csv", "\u202evsc.exe", "=cmd|' /C calc'!A0.csv"} {
		got := claire.sendFile(uai, name, []byte(lucFile))
		if got.Status != http.StatusSeeOther {
			t.Errorf("%.40q: %d", name, got.Status)
			continue
		}
		page := claire.get(got.Get("Location"))
		if page.Status != http.StatusOK || strings.Contains(page.Body, "<script>alert") || strings.Contains(page.Body, "\u202e") || strings.Contains(page.Body, strings.Repeat("n", 200)) {
			t.Errorf("%.40q: %d, or its name is shown as it is", name, page.Status)
		}
	}
	left, err := filepath.Glob(filepath.Join(h.app.Dir(), "envoi-*"))
	if err != nil || len(left) > 0 {
		t.Errorf("files are left behind: %v %v", left, err)
	}
	if _, err := os.Stat(filepath.Join(h.app.Dir(), "..", "passwd")); err == nil {
		t.Error("the name of the file led somewhere")
	}
}

// guests is how many there are in an establishment.
func (h *house) guests(uai string) int {
	h.t.Helper()
	tree, err := directory.TreeOf(h.app.Gate.System("essai"), uai)
	if err != nil {
		h.t.Fatal(err)
	}
	return tree.Counts[directory.Guest]
}

// TestGuestImportPages: a file is shown, some lines left out, imported, undone.
func TestGuestImportPages(t *testing.T) {
	h := newHouse(t)
	uai := h.school("claire.moreau", 0)
	guests := "/console/etablissements/" + uai + "/utilisateurs/invites"
	claire := h.enter("claire.moreau")
	before := h.guests(uai)
	path, form := claire.preview(uai, lucFile+";;;;\nSans;Date;;sans@exemple.example;\n<script>alert(1)</script>;X;;x@exemple.example;01/01/1980\n")
	page := claire.get(path)
	for _, says := range []string{"Refusés", "Date de naissance", "VASSEUR Luc", "rien n’est créé"} {
		if !strings.Contains(strings.ReplaceAll(page.Body, "\u00a0", " "), says) {
			t.Errorf("the preview does not say %q", says)
		}
	}
	if strings.Contains(page.Body, "<script>alert") {
		t.Error("a script is on the page")
	}
	if len(form["ligne"]) != 3 {
		t.Fatalf("%v", form)
	}
	none := url.Values{"apercu": form["apercu"]}
	if got := claire.post(path, none); got.Status != http.StatusUnprocessableEntity || !strings.Contains(got.Body, `id="f-ligne"`) {
		t.Errorf("no line: %d", got.Status)
	}
	for _, bad := range []string{"x", "-1", "99999999999999999999", "1e3"} {
		if got := claire.post(path, url.Values{"apercu": form["apercu"], "ligne": {bad}}); got.Status != http.StatusBadRequest && got.Status != http.StatusUnprocessableEntity {
			t.Errorf("line %q: %d", bad, got.Status)
		}
	}
	some := url.Values{"apercu": form["apercu"], "ligne": form["ligne"][:2]}
	if got := claire.post(path, some); got.Status != http.StatusSeeOther || got.Get("Location") != guests {
		t.Fatalf("%d\n%s", got.Status, got.Body)
	}
	if got := h.guests(uai); got != before+2 {
		t.Errorf("%d guests, want %d", got, before+2)
	}
	if got := claire.get(guests); !strings.Contains(got.Body, "2 créés") || !strings.Contains(got.Body, path) {
		t.Error("the list does not lead to the import")
	}
	if got := claire.post(path, some); got.Status != http.StatusConflict {
		t.Errorf("twice: %d", got.Status)
	}
	if got := h.enter("sophie.girard").get(path); got.Status != http.StatusNotFound {
		t.Errorf("of another establishment: %d", got.Status)
	}
	if got := claire.get(path + "/annulation"); got.Status != http.StatusOK || !strings.Contains(got.Body, `role="alertdialog"`) {
		t.Errorf("the question: %d", got.Status)
	}
	if got := claire.post(path+"/annulation", nil); got.Status != http.StatusSeeOther || h.guests(uai) != before {
		t.Errorf("undone: %d, %d guests", got.Status, h.guests(uai))
	}
	model := claire.get(guests + "/imports/modele.csv")
	if model.Body != "\ufeffNom;Prénom;Titre;Mail;Date de naissance;Adresse;Code Postal;Commune;Téléphone Domicile;Téléphone Portable;Téléphone Professionnel\r\n" || !strings.Contains(model.Get("Content-Disposition"), "attachment") {
		t.Errorf("the model: %q %v", model.Body, model.Header)
	}
	if _, again := claire.preview(uai, strings.TrimPrefix(model.Body, "\ufeff")+lucFile); len(again["ligne"]) != 2 {
		t.Errorf("the model, filled: %v", again)
	}
}

// TestDuplicatePages: two guests side by side, told apart, merged, separated.
func TestDuplicatePages(t *testing.T) {
	h := newHouse(t)
	uai := h.school("claire.moreau", 0)
	guests := "/console/etablissements/" + uai + "/utilisateurs/invites"
	one := h.guestOf(uai, lucForm())
	two := h.guestOf(uai, lucForm("nom", "Vaseur", "email", "autre@exemple.example"))
	h.local(h.signed("claire.moreau"), uai, "Intervenants", groups.Person(one.ID))
	claire := h.enter("claire.moreau")
	pair := guests + "/doublons/" + one.ID + "/" + two.ID
	if got := claire.get(guests + "/doublons"); got.Status != http.StatusOK || !strings.Contains(got.Body, pair) && !strings.Contains(got.Body, two.ID+"/"+one.ID) {
		t.Errorf("the list: %d", got.Status)
	}
	if got := claire.get(pair); got.Status != http.StatusOK || !strings.Contains(got.Body, "Fusionner") || strings.Contains(got.Body, `id="dialogue"`) {
		t.Errorf("side by side: %d", got.Status)
	}
	if got := claire.get(pair + "?garder=" + one.ID); !strings.Contains(got.Body, `role="alertdialog"`) || !strings.Contains(got.Body, "24 heures") {
		t.Errorf("the question: %d", got.Status)
	}
	pupil := h.people(uai, directory.Student)[0].ID
	for _, path := range []string{guests + "/doublons/" + one.ID + "/" + one.ID, guests + "/doublons/" + one.ID + "/" + pupil, strings.Replace(pair, "/invites/", "/eleves/", 1), strings.Replace(pair, uai, h.school("sophie.girard", 0), 1)} {
		if got := claire.get(path); got.Status != http.StatusNotFound {
			t.Errorf("%s: %d", path, got.Status)
		}
	}
	sophie := h.enter("sophie.girard")
	for _, path := range []string{pair, guests + "/doublons"} {
		if got := sophie.get(path); got.Status != http.StatusNotFound {
			t.Errorf("from elsewhere, %s: %d", path, got.Status)
		}
	}
	if got := claire.post(pair+"/fusion", url.Values{"garder": {pupil}}); got.Status != http.StatusConflict {
		t.Errorf("keeping somebody else: %d", got.Status)
	}
	if got := claire.post(pair+"/fusion", url.Values{"garder": {two.ID}}); got.Status != http.StatusSeeOther || h.user(one.ID).State() != directory.Deleted {
		t.Errorf("merged: %d", got.Status)
	}
	claire.holds(guests+"/"+two.ID+"?onglet=groupes", "Intervenants", "-dans aucun groupe local")
	list := claire.get(guests + "/doublons").Body
	undo := regexp.MustCompile(`action="([^"]+/fusions/[^"]+/annulation)"`).FindStringSubmatch(list)
	if undo == nil {
		t.Fatal("the merge cannot be undone from the page")
	}
	if got := sophie.post(undo[1], nil); got.Status != http.StatusNotFound {
		t.Errorf("undone from elsewhere: %d", got.Status)
	}
	if got := claire.post(undo[1], nil); got.Status != http.StatusSeeOther || h.user(one.ID).State() == directory.Deleted {
		t.Errorf("undone: %d", got.Status)
	}
	claire.holds(guests+"/"+one.ID+"?onglet=groupes", "Intervenants", "-dans aucun groupe local")
	claire.holds(guests+"/"+two.ID+"?onglet=groupes", "dans aucun groupe local")
	claire.holds(guests+"/"+one.ID+"?onglet=groupes", "-dans aucun groupe local")
	if got := claire.post(pair+"/distinction", nil); got.Status != http.StatusSeeOther || strings.Contains(claire.get(guests+"/doublons").Body, "doublons/P") {
		t.Errorf("told apart: %d", got.Status)
	}
}

// TestGuestEndOfLife: the record detaches, « Suppressions » brings back, and an
// end date is kept.
func TestGuestEndOfLife(t *testing.T) {
	h := newHouse(t)
	uai := h.school("claire.moreau", 0)
	home := "/console/etablissements/" + uai + "/utilisateurs/"
	u := h.guestOf(uai, lucForm())
	claire := h.enter("claire.moreau")
	form := h.form(u)
	for k, v := range lucForm("jusquau", "31/12/2099") {
		form[k] = v
	}
	if got := claire.post(home+"invites/"+u.ID, form); got.Status != http.StatusSeeOther || h.user(u.ID).Attachments[0].Until != "2099-12-31" {
		t.Errorf("an end date: %d %+v", got.Status, h.user(u.ID).Attachments)
	}
	form.Set("version", version(h.user(u.ID)))
	form.Set("jusquau", "01/01/2020")
	if got := claire.post(home+"invites/"+u.ID, form); got.Status != http.StatusUnprocessableEntity || !strings.Contains(got.Body, `id="e-jusquau"`) {
		t.Errorf("a past one: %d", got.Status)
	}
	form.Del("jusquau")
	if got := claire.post(home+"invites/"+u.ID, form); got.Status != http.StatusSeeOther || h.user(u.ID).Attachments[0].Until == "" {
		t.Errorf("a form without the field drops it: %d", got.Status)
	}
	if got := claire.post(home+"invites/"+u.ID+"/detachement", nil); got.Status != http.StatusSeeOther || h.user(u.ID).State() != directory.Deleted {
		t.Fatalf("detached: %d", got.Status)
	}
	if got := claire.get(home + "suppressions/" + u.ID); got.Status != http.StatusOK || !strings.Contains(got.Body, "/rattachement") || !strings.Contains(got.Body, "Détaché de l’établissement") {
		t.Errorf("in « Suppressions »: %d", got.Status)
	}
	if got := claire.post(home+"suppressions/"+u.ID+"/rattachement", nil); got.Status != http.StatusSeeOther || h.user(u.ID).State() == directory.Deleted {
		t.Errorf("brought back: %d", got.Status)
	}
	pupil := h.people(uai, directory.Student)[0]
	if got := claire.get(home + "eleves/" + pupil.ID); strings.Contains(got.Body, "/detachement") || strings.Contains(got.Body, "jusquau") {
		t.Error("a pupil could be detached")
	}
}

// TestGuestsWithoutAMailServer: the pages say before that nothing leaves.
func TestGuestsWithoutAMailServer(t *testing.T) {
	h := newHouse(t)
	uai := h.school("claire.moreau", 0)
	guests := "/console/etablissements/" + uai + "/utilisateurs/invites"
	claire := h.enter("claire.moreau")
	pages := func() map[string]answer {
		path, _ := claire.preview(uai, lucFile)
		return map[string]answer{"the form": claire.get(guests + "/nouveau"), "the record": claire.post(guests+"/nouveau", lucForm("etape", "confirmer")), "the files": claire.get(guests + "/imports"), "the preview": claire.get(path)}
	}
	for what, got := range pages() {
		if strings.Contains(got.Body, "pas configuré") {
			t.Errorf("%s says that mail does not leave from a demo", what)
		}
	}
	preparing := access.Action{Action: data.Action{Key: "test.prepare", Says: "Préparation d’essai"}, Needs: access.RunAppliance}
	if err := h.app.Gate.System("essai").Do(preparing, func(tx *data.Tx) (data.Row, error) {
		set, err := post.SettingsOf(tx)
		set.Demo = false
		return set, errors.Join(err, post.SettingsTable.Put(tx, set))
	}); err != nil {
		t.Fatal(err)
	}
	for what, got := range pages() {
		if !strings.Contains(got.Body, "pas configuré") {
			t.Errorf("%s does not say that no mail leaves", what)
		}
	}
}
