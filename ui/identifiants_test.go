package ui

import (
	"bytes"
	"encoding/csv"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"preau/app/access"
	"preau/app/directory"
	"preau/app/post"
	"preau/data"
)

// sheetOf reads a file of ours as a spreadsheet does, its header apart.
func sheetOf(t *testing.T, got answer) (rows [][]string) {
	t.Helper()
	text, marked := strings.CutPrefix(got.Body, "\ufeff")
	if got.Status != http.StatusOK || !marked || !strings.HasPrefix(got.Get("Content-Type"), "text/csv") || !strings.HasPrefix(got.Get("Content-Disposition"), "attachment") || got.Get("Cache-Control") != "no-store" {
		t.Fatalf("%d %v %.300s", got.Status, got.Header, got.Body)
	}
	r := csv.NewReader(strings.NewReader(text))
	r.Comma = ';'
	rows, err := r.ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	return rows[1:]
}

// rename gives somebody another name, as the federated directory does.
func (h *house) rename(u directory.User, last string) {
	h.t.Helper()
	u = h.user(u.ID)
	u.LastName = last
	if err := h.app.Gate.System("essai").Do(access.Action{Action: data.Action{Key: "test.rename", Says: "Essai"}, Needs: access.RunAppliance}, func(tx *data.Tx) (data.Row, error) { return u, directory.Users.Put(tx, u) }); err != nil {
		h.t.Fatal(err)
	}
}

// TestCredentialsStayWithin: each export is for whoever reaches the
// establishment, by a form; a link, an address or a forgotten token give nothing.
func TestCredentialsStayWithin(t *testing.T) {
	h := newHouse(t)
	uai := h.school("claire.moreau", 0)
	page := "/console/etablissements/" + uai + "/identifiants"
	pupil := h.people(uai, directory.Student)[0]
	for _, form := range []url.Values{{"action": {"csv"}}, {"action": {"fiches"}, "par-page": {"8"}}, {"action": {"envoi"}}, {"action": {"renouvellement"}}} {
		for _, login := range []string{"lucas.martin", "anne.martin", "julien.petit", "sophie.girard"} {
			p := h.enter(login)
			quiet := h.listen()
			if got := p.post(page, form); got.Status != http.StatusNotFound || quiet.broken() {
				t.Errorf("%s, %v: %d, or something was written", login, form, got.Status)
			}
		}
		claire := h.enter("claire.moreau")
		told := h.events()
		if got := claire.get(page + "?" + form.Encode() + "&tous=1&id=" + pupil.ID); got.Status != http.StatusOK || !strings.HasPrefix(got.Get("Content-Type"), "text/html") || h.events() != told {
			t.Errorf("by a link: %v: %d %v", form, got.Status, got.Header)
		}
		other := "/console/etablissements/" + h.school("sophie.girard", 0) + "/identifiants"
		form.Set("id", pupil.ID)
		if got := h.enter("sophie.girard").post(other, form); got.Status != http.StatusNotFound {
			t.Errorf("somebody else's pupil at one's own address: %v: %d", form, got.Status)
		}
	}
	claire := h.enter("claire.moreau")
	for _, bad := range []url.Values{{}, {"action": {"tout"}}, {"action": {"fiches"}}, {"action": {"fiches"}, "par-page": {"9"}}, {"action": {"fiches"}, "par-page": {"-1"}}} {
		told := h.events()
		if got := claire.post(page, bad); got.Status != http.StatusConflict && got.Status != http.StatusUnprocessableEntity || h.events() != told {
			t.Errorf("%v: %d", bad, got.Status)
		}
	}
	if got := claire.get(page + "?profil=administrateurs"); got.Status != http.StatusNotFound {
		t.Errorf("an unknown profile: %d", got.Status)
	}
}

// TestNoSecretIsKept looks for the passwords and the codes that were told in all
// that the appliance wrote and shows beside: pages, journal, log, files.
func TestNoSecretIsKept(t *testing.T) {
	h := newHouse(t)
	uai := h.school("claire.moreau", 0)
	home := "/console/etablissements/" + uai
	h.rename(h.people(uai, directory.Student)[0], `=HYPERLINK("http://intrus.example")`)
	claire := h.enter("claire.moreau")
	var secrets []string
	formulas, active := 0, 0
	for _, p := range append([]string{"suppressions"}, paths()...) {
		for _, row := range sheetOf(t, claire.post(home+"/identifiants?profil="+p, url.Values{"action": {"csv"}})) {
			for _, cell := range row {
				if cell != "" && strings.ContainsRune("=+-@\t\r", rune(cell[0])) {
					t.Errorf("a spreadsheet computes %q", cell)
				}
			}
			if strings.HasPrefix(row[0], "'=") {
				formulas++
			}
			if slices.Contains(row, "activé") {
				active++
			}
			secrets = append(secrets, secretCells(p, row)...)
		}
		if got := claire.post(home+"/identifiants?profil="+p, url.Values{"action": {"fiches"}, "par-page": {"8"}}); p != "suppressions" && got.Status != http.StatusOK && got.Status != http.StatusConflict {
			t.Errorf("%s: %d", p, got.Status)
		}
	}
	if formulas != 1 || active == 0 || len(secrets) < 100 {
		t.Fatalf("%d formulas, %d active, %d secrets", formulas, active, len(secrets))
	}
	teacher := home + "/utilisateurs/enseignants/" + h.account("julien.petit").ID
	handed := regexp.MustCompile(`id="code">([a-z0-9 ]+)<`).FindStringSubmatch(claire.post(teacher+"/code", nil).Body)
	if handed == nil {
		t.Fatal("no code is shown")
	}
	claire.post(teacher+"/mot-de-passe-scolarite", nil)
	secrets = append(secrets, handed[1], h.lastMail().Facts[0].Value)
	claire.post(home+"/identifiants?profil=enseignants", url.Values{"action": {"envoi"}, "tous": {"1"}})
	claire.post(home+"/actions/"+h.lastAction().ID+"/execution", nil)
	action := home + "/actions/" + h.lastAction().ID

	seen := map[string]string{"the log": h.log.String()}
	for _, path := range []string{home + "/journal", home + "/identifiants", home + "/identifiants?profil=parents", teacher, teacher + "?onglet=evenements", teacher + "/code", action, action + "/lignes.csv"} {
		seen[path] = claire.get(path).Body
	}
	h.see(func(tx *data.Tx) error {
		all, err := data.Events(tx, "", 0, 10_000)
		for _, e := range all {
			if e.Personal != nil {
				seen["the journal"] += e.Personal.Label + "\n" + e.Personal.Note + "\n"
			}
		}
		return err
	})
	raw, err := os.ReadFile(filepath.Join(h.app.Dir(), data.FileName))
	if err != nil {
		t.Fatal(err)
	}
	for _, secret := range secrets {
		for where, text := range seen {
			if len(secret) > 6 && strings.Contains(text, secret) {
				t.Errorf("%s holds %q", where, secret)
			}
		}
		// Mails hold theirs until they have left: of the initial passwords, those
		// of pupils are mailed to nobody.
		if len(secret) == 8 && bytes.Contains(raw, []byte(secret)) && !h.inMails(secret) {
			t.Errorf("the store holds %q in clear", secret)
		}
	}
}

// paths are the five profiles as addresses name them.
func paths() (all []string) {
	for _, p := range directory.Profiles {
		all = append(all, p.Path())
	}
	return all
}

// secretCells are the passwords and the codes of a line of a profile's file.
func secretCells(path string, row []string) (all []string) {
	cells := map[string][]int{"eleves": {5, 6}, "enseignants": {4}, "personnels": {4}, "parents": {5}, "invites": {4}}[path]
	for _, i := range cells {
		for cell := range strings.SplitSeq(row[i], ", ") {
			if !slices.Contains([]string{"", "activé", "suspendu", "réservé"}, cell) {
				all = append(all, cell)
			}
		}
	}
	return all
}

func (h *house) lastMail() (last post.Mail) {
	h.t.Helper()
	h.see(func(tx *data.Tx) error {
		for m, err := range post.Mails.All(tx) {
			if err != nil {
				return err
			}
			if !m.At.Before(last.At) {
				last = m
			}
		}
		return nil
	})
	return last
}

// inMails reports whether a mail holds a secret.
func (h *house) inMails(secret string) (held bool) {
	h.t.Helper()
	h.see(func(tx *data.Tx) error {
		for m, err := range post.Mails.All(tx) {
			if err != nil {
				return err
			}
			for _, f := range m.Facts {
				held = held || f.Value == secret
			}
		}
		return nil
	})
	return held
}

// TestRecordTellsOfPasswords: the tick is what is stored, not what a script or an
// address says; a refused button leaves the record's own form as it is.
func TestRecordTellsOfPasswords(t *testing.T) {
	h := newHouse(t)
	uai := h.school("claire.moreau", 0)
	julien := h.user(h.account("julien.petit").ID)
	record := "/console/etablissements/" + uai + "/utilisateurs/enseignants/" + julien.ID
	claire := h.enter("claire.moreau")
	tick := "Mot de passe envoyé à l’adresse " + julien.Email.Value()
	if strings.Contains(claire.get(record+"?envoye=1").Body, tick) {
		t.Error("told before it was sent")
	}
	if got := claire.post(record+"/mot-de-passe", nil); got.Status != http.StatusSeeOther {
		t.Fatal(got.Status, got.Body)
	}
	for _, p := range []*person{claire, h.enter("marc.dubois")} {
		if page := p.get(record).Body; strings.Count(page, tick) != 1 || !strings.Contains(page, "par MOREAU Claire)") {
			t.Errorf("%s does not read what was sent", p.login)
		}
	}
	h.clock.pass(49 * time.Hour)
	if strings.Contains(h.enter("claire.moreau").get(record).Body, tick) {
		t.Error("told of a link that holds no more")
	}

	claire = h.enter("claire.moreau")
	pupils := h.people(uai, directory.Student)
	pupil := pupils[slices.IndexFunc(pupils, func(u directory.User) bool { return u.Email.Value() == "" })]
	path := "/console/etablissements/" + uai + "/utilisateurs/eleves/" + pupil.ID
	got := claire.post(path+"/mot-de-passe", nil)
	if got.Status != http.StatusConflict || !strings.Contains(got.Body, directory.NoAddress) || !strings.Contains(got.Body, `name="login" type="text" value="`+pupil.Login.Value()+`"`) || strings.Contains(got.Body, "data-refused") {
		t.Errorf("%d, or the record is not filled:\n%s", got.Status, got.Body)
	}

	other := h.people(uai, directory.Teacher)[0]
	h.makeAdmin(other, uai)
	theirs := "/console/etablissements/" + uai + "/utilisateurs/enseignants/" + other.ID
	if page := claire.get(theirs).Body; strings.Contains(page, theirs+"/mot-de-passe\"") || !strings.Contains(page, "seul un rôle supérieur au sien") {
		t.Error("the passwords of another administrator are offered")
	}
	for _, button := range []string{"/mot-de-passe", "/mot-de-passe-scolarite", "/code"} {
		if got := claire.post(theirs+button, nil); got.Status != http.StatusForbidden {
			t.Errorf("%s of another administrator: %d", button, got.Status)
		}
	}
	mine := "/console/etablissements/" + uai + "/utilisateurs/enseignants/" + h.account("claire.moreau").ID
	if page := claire.get(mine).Body; strings.Contains(page, mine+"/code\"") || !strings.Contains(page, `href="/compte"`) {
		t.Error("one's own account is renewed from its record")
	}
}

// makeAdmin makes somebody a local administrator in the name of the appliance.
func (h *house) makeAdmin(u directory.User, uai string) {
	h.t.Helper()
	place, err := directory.PlaceOfUAI(h.app.Gate.System("essai"), uai)
	if err == nil {
		err = h.app.Gate.System("essai").Do(access.Action{Action: data.Action{Key: "test.grant", Says: "Essai"}, Needs: access.GrantLocal}, func(tx *data.Tx) (data.Row, error) {
			return access.Give(tx, u.ID, access.LocalAdmin, place)
		})
	}
	if err != nil {
		h.t.Fatal(err)
	}
}

// TestActionsWithoutScript: the form of a list posts who is ticked, or all those
// of its filter; each step has its address, and reads the same when asked again.
func TestActionsWithoutScript(t *testing.T) {
	h := newHouse(t)
	uai := h.school("claire.moreau", 0)
	list := "/console/etablissements/" + uai + "/utilisateurs/eleves"
	claire := h.enter("claire.moreau")
	if got := claire.post(list, url.Values{"action": {"suspension"}}); got.Status != http.StatusConflict || !strings.Contains(got.Body, "Cochez au moins une personne") || !strings.Contains(got.Body, `name="id"`) {
		t.Errorf("nobody ticked: %d", got.Status)
	}
	pupils := h.people(uai, directory.Student)[:2]
	got := claire.post(list, url.Values{"action": {"suspension"}, "id": {pupils[0].ID, pupils[1].ID}})
	at := got.Get("Location")
	if got.Status != http.StatusSeeOther || !strings.Contains(at, "/actions/") {
		t.Fatal(got.Status, at)
	}
	for range 2 {
		page := claire.get(at).Body
		if !strings.Contains(page, "Voulez-vous suspendre 2\u00a0comptes") || !strings.Contains(page, pupils[0].Label()) || !strings.Contains(page, `action="`+at+`/execution"`) {
			t.Errorf("%s", page)
		}
	}
	if !h.user(pupils[0].ID).SuspendedAt.IsZero() {
		t.Error("suspended before it was confirmed")
	}
	if got := claire.post(at+"/execution", url.Values{"motif": {"Essai"}}); got.Status != http.StatusSeeOther || got.Get("Location") != at {
		t.Fatal(got.Status)
	}
	if u := h.user(pupils[1].ID); u.SuspendedAt.IsZero() || u.Reason != "Essai" {
		t.Errorf("%+v", u)
	}
	if page := claire.get(at).Body; strings.Contains(page, "Voulez-vous") || strings.Count(page, "compte suspendu") != 2 {
		t.Errorf("%s", page)
	}
	if rows := sheetOf(t, claire.get(at+"/lignes.csv")); len(rows) != 2 || rows[0][2] != "fait" {
		t.Errorf("%q", rows)
	}
	if page := claire.get(at + "?lignes=ignores").Body; strings.Contains(page, pupils[0].Label()) {
		t.Error("those who were done are among those who were not")
	}
	if got := claire.post(at+"/annulation", nil); got.Status != http.StatusSeeOther || !h.user(pupils[0].ID).SuspendedAt.IsZero() {
		t.Errorf("undone: %d", got.Status)
	}

	rows := sheetOf(t, claire.post(list+"?etat=inactive", url.Values{"action": {"export"}, "tous": {"1"}}))
	inactive := 0
	for _, u := range h.people(uai, directory.Student) {
		if u.State() == directory.Inactive {
			inactive++
		}
	}
	if len(rows) < inactive || inactive == 0 {
		t.Errorf("%d lines for %d inactive pupils", len(rows), inactive)
	}
	for _, row := range rows {
		if row[7] != "Inactif" {
			t.Errorf("of another state: %q", row)
		}
	}
	deleted := "/console/etablissements/" + uai + "/utilisateurs/suppressions"
	if got := claire.post(deleted, url.Values{"action": {"suspension"}, "tous": {"1"}}); got.Status != http.StatusConflict {
		t.Errorf("deleted people suspended: %d", got.Status)
	}
}
