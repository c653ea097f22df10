package ui

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"preau/app/directory"
	"preau/app/groups"
)

// treesOf is the address of the screen of local groups.
func treesOf(uai string) string { return "/console/etablissements/" + uai + "/groupes/locaux" }

// does sends a command of a screen with two trees, and follows to the page that it
// answers with.
func (p *person) does(home, deed, group string, objects ...string) string {
	p.h.t.Helper()
	got := p.post(home, url.Values{"geste": {deed}, "groupe": {group}, "objet": objects})
	if got.Status != http.StatusSeeOther {
		p.h.t.Fatalf("%s: %d %s", deed, got.Status, got.Body)
	}
	return p.get(got.Get("Location")).Body
}

// creates makes a group by the dialog, and returns its identifier.
func (p *person) creates(home, name string) string {
	p.h.t.Helper()
	got := p.post(home+"/nouveau", url.Values{"nom": {name}})
	_, id, ok := strings.Cut(got.Get("Location"), "?groupe=")
	if got.Status != http.StatusSeeOther || !ok {
		p.h.t.Fatalf("%s is not created: %d %s", name, got.Status, got.Body)
	}
	return id
}

// has checks what a page holds, and what it lacks: words after a « - ».
func (h *house) has(page string, words ...string) {
	h.t.Helper()
	page = strings.NewReplacer("\u00a0", " ", "\u202f", " ").Replace(page)
	for _, word := range words {
		absent, lacks := strings.CutPrefix(word, "-")
		if strings.Contains(page, absent) == lacks {
			h.t.Errorf("the page must hold %q", word)
		}
	}
}

// TestGroupTrees goes without script from a new group to the « Corbeille » and back:
// a name refused beside its field, members ticked, taken back, saved, deleted.
func TestGroupTrees(t *testing.T) {
	h := newHouse(t)
	uai := h.school("claire.moreau", 0)
	home, pupils := treesOf(uai), h.people(uai, directory.Student)
	p, one, two := h.enter("claire.moreau"), "u/"+pupils[0].ID, "u/"+pupils[1].ID
	long := strings.Repeat("é", 81)
	wrong := p.post(home+"/nouveau", url.Values{"nom": {long}, "description": {"Le mardi à midi"}})
	if wrong.Status != http.StatusUnprocessableEntity {
		t.Error("a name that is too long is answered", wrong.Status)
	}
	h.has(wrong.Body, `id="e-nom"`, `value="`+long+`"`, "Le mardi à midi", "<dialog")
	id := p.creates(home, "Chorale")
	if again := p.post(home+"/nouveau", url.Values{"nom": {"chorale"}}); again.Status != http.StatusUnprocessableEntity {
		t.Error("a name that is taken is answered", again.Status)
	}
	if none := p.post(home, url.Values{"geste": {"ajouter"}, "groupe": {id}}); none.Status != http.StatusConflict || !strings.Contains(none.Body, "cochez ce qui doit y être ajouté") {
		t.Error("nothing ticked is answered", none.Status)
	}
	page := p.does(home, "ajouter", id, one, two, "a/teacher")
	h.has(page, pupils[0].Label(), pupils[1].Label(), "3 membres ajoutés", "à ajouter", "4 modifications non enregistrées", `aria-current="true"`)
	h.has(p.does(home, "enregistrer", id), "4 modifications enregistrées.", "-à ajouter", pupils[0].Label())

	h.has(p.does(home, "enlever", id, one), "à enlever", "1 membre enlevé", "1 modification non enregistrée")
	h.has(p.does(home, "garder", id, one), "-à enlever", "Rien n’est enlevé.", `-class="unsaved"`)
	p.does(home, "enlever", id, one)
	h.has(p.does(home, "enregistrer", id), "-"+`data-objet="`+one+`"`, `data-objet="`+two+`"`)

	next := home + "/contenu?groupe=" + id + "&depuis=1"
	if got := p.get(next); got.Status != http.StatusFound || !strings.HasSuffix(got.Get("Location"), "/groupes/fiche/"+id) {
		t.Error("the lines that follow, without script:", got.Status, got.Get("Location"))
	}
	h.has(p.get(next, "X-Preau-Fond", "1").Body, `aria-posinset="2"`, "-<html")

	ask := home + "/" + id + "/suppression"
	h.has(p.get(ask).Body, "2 membres", "30 jours", `role="alertdialog"`)
	if got := p.post(ask, nil); got.Status != http.StatusSeeOther || got.Get("Location") != home {
		t.Error("the deletion is answered", got.Status, got.Get("Location"))
	}
	h.has(p.get(home).Body, "« Chorale » sera supprimé", `value="oublier"`)
	for _, dialog := range []string{"/suppression", "/nom", "/copie", "/recherche", "/sous-groupe"} {
		if back := p.get(home + "/" + id + dialog); back.Status != http.StatusFound || back.Get("Location") != home {
			t.Errorf("« Back » to %s of a deleted group: %d", dialog, back.Status)
		}
	}
	h.has(p.does(home, "enregistrer", id), `-"name">Chorale`)
	bin := "/console/etablissements/" + uai + "/groupes/corbeille/" + id + "/retablissement"
	if got := p.post(bin, url.Values{"nom": {"Chorale"}}); got.Status != http.StatusSeeOther {
		t.Error("the restoring is answered", got.Status)
	}
	h.has(p.get(home+"?groupe="+id).Body, `"name">Chorale`, pupils[1].Label())
}

// TestGroupTreesDeleteInner leads to the group around a sub-group that is deleted.
func TestGroupTreesDeleteInner(t *testing.T) {
	h := newHouse(t)
	home := treesOf(h.school("claire.moreau", 0))
	p := h.enter("claire.moreau")
	outer := p.creates(home, "Sortie")
	got := p.post(home+"/nouveau", url.Values{"nom": {"Accompagnateurs"}, "dans": {outer}})
	_, inner, _ := strings.Cut(got.Get("Location"), "?groupe=")
	if got := p.post(home+"/"+inner+"/suppression", nil); got.Get("Location") != home+"?groupe="+outer {
		t.Error("a deleted sub-group leads to", got.Get("Location"))
	}
}

// TestGroupDrafts: what is pending is its author's alone, and outlives the session.
func TestGroupDrafts(t *testing.T) {
	h := newHouse(t)
	home := treesOf(h.school("claire.moreau", 0))
	p, other := h.enter("claire.moreau"), h.enter("marc.dubois")
	id := p.creates(home, "Chorale")
	p.does(home, "ajouter", id, "a/teacher")
	h.has(other.get(home).Body, "-Chorale", `-class="unsaved"`)
	for _, path := range []string{"/contenu?groupe=" + id, "/" + id + "/nom", "/" + id + "/suppression"} {
		if got := other.get(home + path); got.Status != http.StatusNotFound {
			t.Errorf("somebody else reads %s of a pending group: %d", path, got.Status)
		}
	}
	if out := p.post("/deconnexion", nil); out.Status != http.StatusSeeOther {
		t.Fatal("the sign-out is answered", out.Status)
	}
	p = h.enter("claire.moreau")
	h.has(p.get(home+"?groupe="+id).Body, "Chorale", "nouveau", "à ajouter", "2 modifications non enregistrées")
	h.has(p.does(home, "abandonner", id), "-Chorale", `-class="unsaved"`)
}

// TestGroupConflict: the second of two who save is told what the first one did, and
// keeps all that waits; then it is saved over it, or given up.
func TestGroupConflict(t *testing.T) {
	h := newHouse(t)
	home := treesOf(h.school("claire.moreau", 0))
	first, second := h.enter("claire.moreau"), h.enter("marc.dubois")
	id := first.creates(home, "Échecs")
	first.does(home, "enregistrer", id)
	for who, name := range map[*person]string{first: "Jeu d’échecs", second: "Club d’échecs"} {
		if got := who.post(home+"/"+id+"/nom", url.Values{"nom": {name}}); got.Status != http.StatusSeeOther {
			t.Fatal("the renaming is answered", got.Status)
		}
	}
	second.does(home, "ajouter", id, "a/teacher")
	first.does(home, "enregistrer", id)
	got := second.post(home, url.Values{"geste": {"enregistrer"}, "groupe": {id}})
	if got.Status != http.StatusConflict {
		t.Error("a stale save is answered", got.Status)
	}
	h.has(got.Body, "a été modifié pendant ce temps", "Jeu d’échecs", `"name">Club d’échecs`, "à ajouter", "2 modifications non enregistrées", `value="reprendre"`, `value="abandonner"`)
	second.does(home, "reprendre", id)
	h.has(second.does(home, "enregistrer", id), "2 modifications enregistrées.")
	h.has(first.get(home).Body, `"name">Club d’échecs`)
}

// TestGroupElsewhere: a group of another establishment is nowhere on the screens of
// this one, and nothing can be done to it from there.
func TestGroupElsewhere(t *testing.T) {
	h := newHouse(t)
	there := h.school("sophie.girard", 0)
	id := h.madeGroup("sophie.girard", there, "Latinistes", groups.Automatic("teacher"))
	home := treesOf(h.school("claire.moreau", 0))
	p := h.enter("claire.moreau")
	for _, path := range []string{"/contenu?groupe=" + id, "/" + id + "/nom", "/" + id + "/copie", "/" + id + "/suppression", "/" + id + "/recherche"} {
		if got := p.get(home + path); got.Status != http.StatusNotFound || strings.Contains(got.Body, "Latinistes") {
			t.Errorf("%s: %d", path, got.Status)
		}
	}
	h.has(p.get(home+"?groupe="+id).Body, "-Latinistes")
	for _, deed := range []string{"ajouter", "enlever", "garder", "vider"} {
		if got := p.post(home, url.Values{"geste": {deed}, "groupe": {id}, "objet": {"a/teacher"}}); got.Status != http.StatusNotFound {
			t.Errorf("%s: %d", deed, got.Status)
		}
	}
	if got := p.get(treesOf(there)); got.Status != http.StatusNotFound {
		t.Error("the screen of another establishment:", got.Status)
	}
}
