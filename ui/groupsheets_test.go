package ui

import (
	"bytes"
	"encoding/base64"
	"encoding/csv"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"preau/app/directory"
	"preau/app/groups"
	"preau/data"
)

// groupOf is the group that addresses are about, beside a pupil: the one of the
// « Corbeille » leaves it once it is restored.
func groupOf(pupil, path string) string {
	if strings.Contains(path, "/corbeille/") {
		return "binned-" + pupil
	}
	if strings.Contains(path, "/partages/") {
		return "shared-" + pupil
	}
	return "group-" + pupil
}

// groupsOf makes a local group of a pupil, a shared one open to pupils, and one in
// the « Corbeille ».
func (h *house) groupsOf(uai, pupil string) {
	h.t.Helper()
	place, err := directory.PlaceOfUAI(h.app.Gate.System("essai"), uai)
	if err != nil {
		h.t.Fatal(err)
	}
	g := groups.Group{ID: "group-" + pupil, At: place, Name: "Club de " + pupil, ByName: "MOREAU Claire", CreatedAt: h.clock.now(), Version: 1}
	gone := groups.Group{ID: "binned-" + pupil, At: place, Name: "Ancien club de " + pupil, ByName: "MOREAU Claire", CreatedAt: h.clock.now(), Version: 1,
		DeletedAt: h.clock.now(), DeletedBy: "MOREAU Claire", Gone: "binned-" + pupil}
	shared := groups.Group{ID: "shared-" + pupil, At: place, Shared: true, Name: "Réseau de " + pupil, ByName: "MOREAU Claire", CreatedAt: h.clock.now(), Version: 1,
		Sides: groups.Sides{{At: place, Profiles: []directory.Profile{directory.Student}}}}
	m := groups.Membership{Group: g.ID, At: place, Ref: groups.Person(pupil), Said: directory.Mention(pupil), By: "MOREAU Claire", Since: h.clock.now()}
	h.write(g, func(tx *data.Tx) error {
		for _, err := range []error{groups.Groups.Put(tx, g), groups.Groups.Put(tx, gone), groups.Groups.Put(tx, shared), groups.Memberships.Put(tx, m)} {
			if err != nil {
				return err
			}
		}
		return nil
	})
}

func (h *house) groupDeeds(uai string, do func(route string, d deed)) {
	pupil := h.people(uai, directory.Student)[1].ID
	h.groupsOf(uai, pupil)
	home := "/console/etablissements/" + uai + "/groupes"
	do("POST /console/etablissements/:uai/groupes/fiche/:groupe/export", deed{login: "marc.dubois", path: home + "/fiche/group-" + pupil + "/export", form: url.Values{"forme": {"csv"}}, tells: true})
	do("POST /console/etablissements/:uai/groupes/corbeille/:groupe/retablissement", deed{login: "marc.dubois", path: home + "/corbeille/binned-" + pupil + "/retablissement", tells: true})
	for _, screen := range []string{"/locaux", "/partages/droits", "/partages/peuplement"} {
		route, path := "POST /console/etablissements/:uai/groupes"+screen, home+screen
		if screen != "/partages/peuplement" {
			do(route+"/nouveau", deed{login: "marc.dubois", path: path + "/nouveau", form: url.Values{"nom": {"Chorale"}}})
			do(route+"/:groupe/nom", deed{login: "marc.dubois", path: path + "/" + groupOf(pupil, path) + "/nom", form: url.Values{"nom": {"Orchestre"}}})
		}
		if screen == "/locaux" {
			do(route+"/:groupe/copie", deed{login: "marc.dubois", path: path + "/group-" + pupil + "/copie", form: url.Values{"nom": {"Autre orchestre"}}})
		}
		if screen != "/partages/peuplement" {
			do(route+"/:groupe/suppression", deed{login: "marc.dubois", path: path + "/" + groupOf(pupil, path) + "/suppression"})
		}
		do(route, deed{login: "marc.dubois", path: path, form: url.Values{"geste": {"copier"}, "objet": {"u/" + pupil}}})
	}
}

// madeGroup makes a local group through the operations, as its administrator does.
func (h *house) madeGroup(login, uai, name string, refs ...groups.Ref) string {
	h.t.Helper()
	s := h.session(login)
	id, err := groups.Create(s, uai, groups.LocalScreen, groups.NewGroup{Name: name})
	if err == nil && len(refs) > 0 {
		_, err = groups.Add(s, uai, groups.LocalScreen, id, refs, false)
	}
	if err == nil {
		_, err = groups.Save(s, uai, groups.LocalScreen)
	}
	if err != nil {
		h.t.Fatal(err)
	}
	return id
}

// TestGroupSheet reads the page of a group without script: who is in it and by what,
// once each; filters and pages; the files.
func TestGroupSheet(t *testing.T) {
	h := newHouse(t)
	uai := h.school("claire.moreau", 0)
	pupils := h.people(uai, directory.Student)
	inner := h.madeGroup("claire.moreau", uai, "Latinistes", groups.Person(pupils[0].ID))
	id := h.madeGroup("claire.moreau", uai, "=Sortie", groups.Automatic("student"), groups.Person(pupils[0].ID), groups.Nested(inner))
	home := "/console/etablissements/" + uai + "/groupes/fiche/" + id
	p := h.enter("claire.moreau")
	page := p.get(home)
	for _, want := range []string{"<h1>=Sortie</h1>", "Groupe local", "Page 1 sur", "via Élèves", "groupes/locaux?groupe=" + id, "groupes/fiche/" + inner,
		"Création d’un groupe", "MOREAU Claire"} {
		if !strings.Contains(page.Body, want) {
			t.Errorf("the page lacks %q", want)
		}
	}
	if n := strings.Count(page.Body, "<tr><th scope=\"row\">"); n != groups.PageSize {
		t.Errorf("%d people on the first page", n)
	}
	first := p.get(home + "?q=" + url.QueryEscape(pupils[0].LastName+" "+pupils[0].FirstName)).Body
	if !strings.Contains(first, "directement, via Élèves, via Latinistes") || !strings.Contains(first, "/utilisateurs/eleves/"+pupils[0].ID) {
		t.Error("the origins of somebody are not said")
	}
	if next := p.get(home + "?page=2").Body; !strings.Contains(next, "Page 2 sur") || strings.Count(next, "<tr><th scope=\"row\">") == 0 {
		t.Error("the second page is not one")
	}
	if far := p.get(home + "?page=9999"); far.Status != http.StatusOK || !strings.Contains(far.Body, "rel=\"prev\"") {
		t.Error("a page too far is no page", far.Status)
	}
	if one := p.get(home + "?q=" + url.QueryEscape(pupils[3].LastName+" "+pupils[3].FirstName)).Body; !strings.Contains(one, pupils[3].Label()) || strings.Count(one, "<tr><th scope=\"row\">") > 5 {
		t.Error("the filter by text finds something else")
	}
	if none := p.get(home + "?profil=enseignants").Body; !strings.Contains(none, "Personne ne correspond à ces filtres.") {
		t.Error("teachers among pupils")
	}
	if used := p.get("/console/etablissements/" + uai + "/groupes/fiche/" + inner).Body; !strings.Contains(used, "groupes/fiche/"+id) {
		t.Error("the group inside does not say where it is used")
	}
	p.files(home, uai, pupils)
}

// files takes both files of the group, and finds them in the journal.
func (p *person) files(home, uai string, pupils []directory.User) {
	t := p.h.t
	t.Helper()
	got := p.post(home+"/export", url.Values{"forme": {"csv"}})
	r := csv.NewReader(strings.NewReader(strings.TrimPrefix(got.Body, "\ufeff")))
	r.Comma = ';'
	if rows, err := r.ReadAll(); err != nil || len(rows) < len(pupils) || !slices.ContainsFunc(rows, func(row []string) bool {
		return row[0] == pupils[0].LastName && row[1] == pupils[0].FirstName && row[4] == "directement, via Élèves, via Latinistes"
	}) {
		t.Errorf("%v %d rows", err, len(rows))
	}
	if !strings.HasPrefix(got.Get("Content-Disposition"), "attachment") || !strings.HasPrefix(got.Get("Content-Type"), "text/csv") {
		t.Error(got.Header)
	}
	pdf := p.post(home+"/export", url.Values{"forme": {"pdf"}})
	if pdf.Get("Content-Type") != "application/pdf" || !bytes.HasPrefix([]byte(pdf.Body), []byte("%PDF-")) {
		t.Error(pdf.Header)
	}
	if journal := p.get("/console/etablissements/" + uai + "/journal").Body; strings.Count(journal, "Membres d’un groupe exportés") < 2 || !strings.Contains(journal, "PDF") {
		t.Error("the journal does not tell of the exports")
	}
}

// TestGroupTrash restores a group of the « Corbeille » without script, refuses a name
// that is taken beside its field, and shows what belongs there when it is empty.
func TestGroupTrash(t *testing.T) {
	h := newHouse(t)
	uai := h.school("claire.moreau", 0)
	home := "/console/etablissements/" + uai + "/groupes"
	p := h.enter("claire.moreau")
	if empty := p.get(home + "/corbeille").Body; !strings.Contains(empty, "La corbeille est vide.") {
		t.Error("an empty bin does not say so")
	}
	s := h.session("claire.moreau")
	id := h.madeGroup("claire.moreau", uai, "Échecs", groups.Automatic("teacher"))
	if err := groups.Delete(s, uai, groups.LocalScreen, id); err != nil {
		t.Fatal(err)
	}
	if _, err := groups.Save(s, uai, groups.LocalScreen); err != nil {
		t.Fatal(err)
	}
	h.madeGroup("claire.moreau", uai, "Échecs")
	ask := home + "/corbeille/" + id + "/retablissement"
	list := p.get(home + "/corbeille").Body
	for _, want := range []string{"Échecs", "MOREAU Claire", h.clock.now().Add(30 * 24 * time.Hour).Local().Format("02/01/2006"), ask} {
		if !strings.Contains(list, want) {
			t.Errorf("the bin lacks %q", want)
		}
	}
	if body := p.get(ask).Body; !strings.Contains(body, `value="Échecs"`) || !strings.Contains(body, "Il revient parmi les groupes locaux.") {
		t.Error("the dialog does not say what comes back, and where")
	}
	if taken := p.post(ask, url.Values{"nom": {"échecs"}}); taken.Status != http.StatusUnprocessableEntity || !strings.Contains(taken.Body, `id="e-nom"`) || !strings.Contains(taken.Body, `value="échecs"`) {
		t.Error("a name that is taken is not refused beside its field, as it was typed:", taken.Status)
	}
	done := p.post(ask, url.Values{"nom": {"Échecs du midi"}})
	if done.Status != http.StatusSeeOther || done.Get("Location") != home+"/fiche/"+id {
		t.Error(done.Status, done.Get("Location"))
	}
	if back := p.get(home + "/fiche/" + id).Body; !strings.Contains(back, "<h1>Échecs du midi</h1>") || !strings.Contains(back, "est rétabli.") {
		t.Error("the group is not back")
	}
	if again := p.get(ask); again.Status != http.StatusNotFound {
		t.Error("it is still in the bin:", again.Status)
	}
}

// TestPartnersLinesHoldNoIdentifier: in the page of a partner, what another
// establishment put in a shared group is a name and a profile, in its source too.
func TestPartnersLinesHoldNoIdentifier(t *testing.T) {
	h := newHouse(t)
	mine, theirs := h.school("claire.moreau", 0), h.school("sophie.girard", 0)
	pupil := h.people(theirs, directory.Student)[0]
	h.groupsOf(mine, "PZZ00001")
	there, err := directory.PlaceOfUAI(h.app.Gate.System("essai"), theirs)
	if err != nil {
		t.Fatal(err)
	}
	m := groups.Membership{Group: "shared-PZZ00001", At: there, Ref: groups.Person(pupil.ID), Said: directory.Mention(pupil.ID), By: "GIRARD Sophie", Since: h.clock.now()}
	h.write(m, func(tx *data.Tx) error {
		g, err := groups.Groups.Get(tx, m.Group)
		if err != nil {
			return err
		}
		g.Sides = append(g.Sides, groups.Side{At: there, Profiles: []directory.Profile{directory.Student}})
		return errors.Join(groups.Groups.Put(tx, g), groups.Memberships.Put(tx, m))
	})
	for _, login := range []string{"claire.moreau", "sophie.girard"} {
		uai := map[string]string{"claire.moreau": mine, "sophie.girard": theirs}[login]
		home := "/console/etablissements/" + uai + "/groupes/partages/peuplement"
		for _, path := range []string{home + "?groupe=" + m.Group, home + "/contenu?groupe=" + m.Group} {
			body := h.enter(login).get(path).Body
			if holds := strings.Contains(body, pupil.ID); !strings.Contains(body, pupil.LastName) || holds != (login == "sophie.girard") {
				t.Errorf("%s at %s: the name %t, the identifier %t", login, path, strings.Contains(body, pupil.LastName), holds)
			}
			for encoded := range strings.SplitSeq(body, `"`) {
				if raw, err := base64.RawURLEncoding.DecodeString(strings.TrimPrefix(encoded, "m-"+m.Group+"-")); err == nil && strings.Contains(string(raw), pupil.ID) && login == "claire.moreau" {
					t.Errorf("%s reads %q, which is %q", login, encoded, raw)
				}
			}
		}
	}
}
