package ui

import (
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"preau/app/access"
	"preau/app/directory"
	"preau/app/groups"
	"preau/data"
	"preau/ui/web"
)

// A neighbourhood is two partners: Balzac, and an establishment of Sophie's, with
// somebody of it.
type neighbourhood struct {
	balzac, other string
	lucas, near   directory.User
	claire        *access.Session
	sophie        *access.Session
	shared        string // a group of the pupils of both
}

// neighbours makes partners of the two, and a group where Lucas and a pupil of the
// other are.
func (h *house) neighbours() (n neighbourhood) {
	h.t.Helper()
	n = neighbourhood{balzac: h.school("claire.moreau", 0), other: h.school("sophie.girard", 0), claire: h.signed("claire.moreau"), sophie: h.signed("sophie.girard")}
	pupils := h.people(n.other, directory.Student)
	n.near = pupils[slices.IndexFunc(pupils, func(u directory.User) bool { return !strings.HasPrefix(u.LastName, "MAR") })]
	h.see(func(tx *data.Tx) error {
		a, err := access.AccountsByLogin.Get(tx, "lucas.martin")
		if err != nil {
			return err
		}
		n.lucas, err = directory.Users.Get(tx, a.ID)
		return err
	})
	here, there := h.place(n.balzac), h.place(n.other)
	p := groups.Partnership{Pair: []data.Place{here, there}, State: groups.Accepted, From: here}
	slices.Sort(p.Pair)
	h.write(p, func(tx *data.Tx) error { return groups.Partnerships.Put(tx, p) })
	var err error
	n.shared, err = groups.Create(n.claire, n.balzac, groups.RightsScreen, groups.NewGroup{Name: "Correspondants de Neuville", Description: "Lettres d’un collège à l’autre."})
	must(h.t, err)
	n.open(h, there, directory.Student)
	n.put(h, n.claire, n.balzac, n.lucas)
	n.put(h, n.sophie, n.other, n.near)
	return n
}

func (h *house) place(uai string) (place data.Place) {
	h.t.Helper()
	place, err := directory.PlaceOfUAI(h.app.Gate.System("essai"), uai)
	must(h.t, err)
	return place
}

// open decides which profiles of the other establishment may be in the group.
func (n neighbourhood) open(h *house, there data.Place, profiles ...directory.Profile) {
	h.t.Helper()
	must(h.t, groups.Allow(n.claire, n.balzac, n.shared, true, groups.Opening{UAI: n.balzac, Profile: directory.Student}))
	for _, p := range directory.Profiles {
		must(h.t, groups.Allow(n.claire, n.balzac, n.shared, slices.Contains(profiles, p), groups.Opening{UAI: directory.UAIOf(there), Profile: p}))
	}
	_, err := groups.Save(n.claire, n.balzac, groups.RightsScreen)
	must(h.t, err)
}

func (n neighbourhood) put(h *house, s *access.Session, uai string, u directory.User) {
	h.t.Helper()
	_, err := groups.Add(s, uai, groups.PopulationScreen, n.shared, []groups.Ref{groups.Person(u.ID)}, false)
	must(h.t, err)
	_, err = groups.Save(s, uai, groups.PopulationScreen)
	must(h.t, err)
}

// local makes a local group of an establishment.
func (h *house) local(s *access.Session, uai, name string, refs ...groups.Ref) string {
	h.t.Helper()
	id, err := groups.Create(s, uai, groups.LocalScreen, groups.NewGroup{Name: name})
	must(h.t, err)
	_, err = groups.Add(s, uai, groups.LocalScreen, id, refs, false)
	must(h.t, err)
	_, err = groups.Save(s, uai, groups.LocalScreen)
	must(h.t, err)
	return id
}

// TestMyGroups goes from the home page to the members of a shared group, which only
// they see, and of whom it says nothing else.
func TestMyGroups(t *testing.T) {
	h := newHouse(t)
	lucas := h.enter("lucas.martin")
	lucas.holds("/", `href="/groupes"`, `href="/annuaire"`)
	lucas.holds("/groupes", "Vous n’êtes dans aucun groupe", "-Groupes locaux")
	n := h.neighbours()
	lucas.holds("/groupes", "Groupes locaux", "Aucun pour l’instant", "Groupes multi-établissements", "Correspondants de Neuville", "Lettres d’un collège", "2 membres", `href="/groupes/`+n.shared+`"`)
	club := h.local(n.claire, n.balzac, "Club échecs", groups.Person(n.lucas.ID))
	lucas.holds("/groupes", "Club échecs", "1 membre", "-Aucun pour l’instant")
	secrets := []string{"-" + n.near.Login.Value(), "-" + n.near.Birth.String(), "-" + n.near.ID}
	lucas.holds("/groupes/"+n.shared, append(secrets, n.near.Label(), "MARTIN Lucas", "Groupe multi-établissements", "Élève", "2 personnes", `role="search"`)...)
	lucas.holds("/groupes/"+n.shared+"?q="+url.QueryEscape(n.near.LastName[:3]), n.near.Label(), "-MARTIN Lucas")
	lucas.holds("/groupes/"+n.shared+"?profil=parents", "Personne ne correspond", "Voir tout le monde", "-MARTIN Lucas")
	lucas.holds("/groupes/"+club, "Groupe local", "MARTIN Lucas")
	for _, login := range []string{"anne.martin", "julien.petit", "claire.moreau", "sophie.girard", "marc.dubois"} {
		p := h.enter(login)
		got, none := p.get("/groupes/"+n.shared), p.get("/groupes/gggggggggggggggg")
		if got.Status != http.StatusNotFound || got.Body != none.Body {
			t.Errorf("%s reads the group: %d", login, got.Status)
		}
	}
	h.enter("marc.dubois").holds("/groupes", "n’est celui de personne dans l’annuaire", `href="/console"`)
	h.enter("marc.dubois").holds("/", `-href="/groupes"`, `-href="/annuaire"`)
	h.enter("anne.martin").holds("/groupes", "Vous n’êtes dans aucun groupe")
	n.open(h, h.place(n.other))
	lucas.holds("/groupes/"+n.shared, "-"+n.near.Label(), "MARTIN Lucas")
	lucas.holds("/annuaire?q="+url.QueryEscape(n.near.Label()), "-<b>"+n.near.Label())
}

// TestYearbookPages: one sees one's own establishment and who is in one's shared
// groups, page by page, and nothing that others must not know.
func TestYearbookPages(t *testing.T) {
	h := newHouse(t)
	n := h.neighbours()
	lucas, julien := h.enter("lucas.martin"), h.enter("julien.petit")
	near := url.QueryEscape(n.near.Label())
	lucas.holds("/annuaire?q="+near, n.near.Label(), "Élève", "-"+n.near.Birth.String(), "-"+n.near.Login.Value(), "-"+n.near.ID)
	julien.holds("/annuaire?q="+near, "-<b>"+n.near.Label(), "Personne ne correspond")
	page := lucas.holds("/annuaire", "Nom ou prénom", "Tous", `name="etablissement"`, `name="groupe"`, "page 1 sur")
	julien.holds("/annuaire", `-name="etablissement"`, `-name="groupe"`)
	if strings.Contains(page, "@") || strings.Count(page, `class="who `) != 50 {
		t.Errorf("a page of %d people, with %q", strings.Count(page, `class="who `), "@")
	}
	lucas.holds("/annuaire?page=2&profil=eleves", "page 2 sur", "profil=eleves", "-Enseignant ·")
	lucas.holds("/annuaire?etablissement="+n.other, n.near.Label(), "1 personne", "-MARTIN Lucas")
	lucas.holds("/annuaire?groupe="+n.shared, n.near.Label(), "MARTIN Lucas", "2 personnes")
	lucas.holds("/annuaire?q=martin+luc&profil=eleves", "MARTIN Lucas", "Lycée Honoré de Balzac")
	for _, path := range []string{"/annuaire?etablissement=" + n.other, "/annuaire?groupe=" + n.shared} {
		if got := julien.get(path); got.Status != http.StatusNotFound {
			t.Errorf("%s by somebody else: %d", path, got.Status)
		}
	}
	h.enter("marc.dubois").holds("/annuaire", "n’est celui de personne dans l’annuaire", "-Nom ou prénom")
	h.enter("admin.claire.moreau").holds("/annuaire?q=moreau+cl", "MOREAU Claire")
}

// TestGroupsAreFound: Ctrl+K leads to groups and partners, and a record to the
// groups that somebody is in.
func TestGroupsAreFound(t *testing.T) {
	h := newHouse(t)
	n := h.neighbours()
	club := h.local(n.claire, n.balzac, "Club échecs", groups.Automatic(string(directory.Student)))
	must(t, h.app.Store.WaitIndexed(t.Context()))
	find := func(login, text string) (urls []string) {
		t.Helper()
		var o web.Options
		got := h.enter(login).get("/console/recherche?q="+url.QueryEscape(text), "Accept", "application/json")
		must(t, json.Unmarshal([]byte(got.Body), &o))
		for _, one := range o.Options {
			urls = append(urls, one.URL)
		}
		return urls
	}
	at := func(uai string) string { return "/console/etablissements/" + uai + "/groupes" }
	if got := find("claire.moreau", "club ech"); !slices.Contains(got, at(n.balzac)+"/fiche/"+club) {
		t.Errorf("Claire finds %q", got)
	}
	if got := find("sophie.girard", "club ech"); len(got) > 0 {
		t.Errorf("Sophie finds %q", got)
	}
	if got := find("sophie.girard", "correspondants"); !slices.Contains(got, at(n.other)+"/fiche/"+n.shared) {
		t.Errorf("Sophie finds %q", got)
	}
	if got := find("claire.moreau", n.other); !slices.Contains(got, at(n.balzac)+"/partages/partenaires/"+n.other) {
		t.Errorf("Claire finds %q", got)
	}
	claire := h.enter("claire.moreau")
	claire.text("/console/etablissements/" + n.balzac)
	for _, text := range []string{"groupes loc", "groupes multi"} {
		if got := find("claire.moreau", text); len(got) == 0 || !strings.HasPrefix(got[len(got)-1], at(n.balzac)) {
			t.Errorf("%s leads to %q", text, got)
		}
	}
	claire.holds("/console/etablissements/"+n.balzac+"/utilisateurs/eleves/"+n.lucas.ID+"?onglet=groupes", "Club échecs", "via Élèves", at(n.balzac)+"/fiche/"+club, "Correspondants de Neuville", "Multi-établissements")
	other := h.people(n.balzac, directory.Teacher)[0]
	claire.holds("/console/etablissements/"+n.balzac+"/utilisateurs/enseignants/"+other.ID+"?onglet=groupes", "dans aucun groupe local")
}
