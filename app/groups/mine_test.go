package groups_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"preau/app/access"
	"preau/app/directory"
	"preau/app/groups"
	"preau/data"
)

var everyone = groups.Look{Size: 50}

// own are the groups of somebody, as their page lists them.
func own(t *testing.T, s *access.Session) string {
	t.Helper()
	all, nobody, err := groups.AllMine(s)
	if err != nil || nobody {
		t.Fatal(nobody, err)
	}
	var words []string
	for _, m := range all {
		words = append(words, fmt.Sprintf("%s (%d)", m.Name, m.Members))
	}
	return strings.Join(words, ", ")
}

// TestAllMine: somebody is in the groups where they were put, by an automatic group
// or through another group, and in none that is deleted.
func TestAllMine(t *testing.T) {
	h := newHall(t)
	h.partner(hallBalzac, hallColette)
	chess := h.local(h.claire, hallBalzac, "", "Échecs", me(h.lucas))
	h.local(h.claire, hallBalzac, chess, "Finalistes", me(h.zoe))
	h.local(h.claire, hallBalzac, "", "Sorties", groups.Nested(chess), groups.Automatic("class/3A/teacher"))
	h.local(h.claire, hallBalzac, "", "Familles de troisième", groups.Automatic("grade/3e/relative"))
	gone := h.local(h.claire, hallBalzac, "", "Ancien club", me(h.lucas))
	h.must(groups.Delete(h.claire, hallBalzac, groups.LocalScreen, gone))
	_, err := groups.Save(h.claire, hallBalzac, groups.LocalScreen)
	h.must(err)
	shared := h.shared("Correspondants", side(hallBalzac, directory.Student), side(hallColette, directory.Teacher, directory.Student))
	h.fill(h.claire, hallBalzac, shared, groups.Automatic("class/3A/student"))
	h.fill(h.sophie, hallColette, shared, me(h.nora), groups.Automatic("class/4C/student"))
	for who, want := range map[*access.Session]string{
		h.lucas:  "Correspondants (3), Échecs (2), Sorties (3)",
		h.zoe:    "Échecs (2), Finalistes (1), Sorties (3)",
		h.anne:   "Familles de troisième (1)",
		h.claire: "Sorties (3)",
		h.hugo:   "Correspondants (3)",
		h.luc:    "",
		h.jeanne: "",
	} {
		if got := own(t, who); got != want {
			t.Errorf("%s is in %q, want %q", who.Name(), got, want)
		}
	}
	if all, nobody, err := groups.AllMine(h.marc); err != nil || !nobody || len(all) > 0 {
		t.Errorf("an administrator who is nobody in the directory: %v %t %v", all, nobody, err)
	}
	h.open(shared, side(hallColette, directory.Teacher))
	if got := own(t, h.hugo); got != "" {
		t.Errorf("a profile that is closed: %q", got)
	}
	h.must(groups.Take(h.claire, hallBalzac, groups.LocalScreen, chess, []groups.Ref{me(h.lucas)}))
	_, err = groups.Save(h.claire, hallBalzac, groups.LocalScreen)
	h.must(err)
	if got := own(t, h.lucas); got != "Correspondants (2)" {
		t.Errorf("taken out: %q", got)
	}
}

// TestMyGroup: the crossing groups.own shows the members of a group to its members
// only, by their name, profile and establishment.
func TestMyGroup(t *testing.T) {
	h := newHall(t)
	h.partner(hallBalzac, hallColette)
	id := h.shared("Correspondants", side(hallBalzac, directory.Student), side(hallColette, directory.Teacher, directory.Student))
	h.fill(h.claire, hallBalzac, id, groups.Automatic("grade/3e/student"))
	h.fill(h.sophie, hallColette, id, me(h.nora))
	m, p, err := groups.MyGroup(h.lucas, id, everyone)
	h.must(err)
	if m.Description != "Entre voisins" || m.School.UAI != hallBalzac || !m.Shared || names(p) != "BENALI Nora, MARTIN Lucas, N’GUESSAN DE LA FONTAINE Zoé" {
		t.Errorf("%+v %+v", m, p)
	}
	if nora := p.People[0]; nora.School.UAI != hallColette || nora.Profile != directory.Teacher || nora.Standing != "" {
		t.Errorf("%+v", nora)
	}
	if said := fmt.Sprintf("%+v %+v", m, p); strings.Contains(said, "2012") || strings.Contains(said, "@") || strings.Contains(said, "0639") || strings.Contains(said, "lucas.martin") || strings.Contains(said, "3A") {
		t.Error(said)
	}
	if _, p, err := groups.MyGroup(h.nora, id, groups.Look{Text: "martin", Profile: directory.Student, Size: 1}); err != nil || names(p) != "MARTIN Lucas" || p.Pages != 1 {
		t.Errorf("%+v %v", p, err)
	}
	if _, p, err := groups.MyGroup(h.nora, id, groups.Look{Size: 2, Page: 7}); err != nil || names(p) != "N’GUESSAN DE LA FONTAINE Zoé" || p.Page != 2 || p.Total != 3 {
		t.Errorf("%+v %v", p, err)
	}
	for _, s := range []*access.Session{h.anne, h.hugo, h.claire, h.sophie, h.jeanne, h.luc, h.marc, h.system} {
		if m, p, err := groups.MyGroup(s, id, everyone); access.KindOf(err) != access.Missing || m.Name != "" || len(p.People) > 0 {
			t.Errorf("%s reads it: %+v %v", s.Name(), p, err)
		}
	}
}

// TestMineAgreesWithTheReckoning: for random groups and people, somebody is in the
// groups whose members have them, and no other.
func TestMineAgreesWithTheReckoning(t *testing.T) {
	h, r := emptyHall(t), rand.New(rand.NewPCG(1, 2))
	uais := []string{hallBalzac, hallColette, hallSavoie}
	var people []directory.User
	for i := range 60 {
		p := directory.Profiles[r.IntN(len(directory.Profiles))]
		u := h.person(p, fmt.Sprintf("NOM%d", i), "Prénom", uais[r.IntN(3)], func(u *directory.User) { randomly(r, u) })
		if p == directory.Student && len(people) > 0 {
			h.change(u, func(u *directory.User) {
				for range r.IntN(3) {
					u.Links = append(u.Links, directory.Link{Relative: people[r.IntN(len(people))].ID})
				}
			})
		}
		people = append(people, u)
	}
	held, deepest := 0, 0
	for round := range 40 {
		h.scatter(r, uais, people)
		h.see(func(tx *data.Tx) error {
			want := map[string][]string{}
			for g, err := range groups.Groups.All(tx) {
				h.must(err)
				if g.Deleted() {
					continue
				}
				ids, err := groups.EffectiveIDs(tx, g.ID)
				h.must(err)
				for _, id := range ids {
					want[id] = append(want[id], g.ID)
				}
			}
			for u, err := range directory.Users.All(tx) {
				h.must(err)
				got, err := groups.HeldIDs(tx, u)
				h.must(err)
				slices.Sort(got)
				slices.Sort(want[u.ID])
				if !slices.Equal(got, want[u.ID]) {
					t.Fatalf("round %d: %s %s is in %v, want %v", round, u.Profile, u.ID, got, want[u.ID])
				}
				held += len(got)
				deepest = max(deepest, len(got))
			}
			return nil
		})
	}
	if held < 400 || deepest < 5 {
		t.Errorf("random groups hold %d people only, %d at most", held, deepest)
	}
}

// randomly gives somebody what automatic groups are made of, sometimes in two
// establishments, and sometimes deletes them.
func randomly(r *rand.Rand, u *directory.User) {
	if r.IntN(4) == 0 {
		for _, uai := range []string{hallBalzac, hallColette} {
			if _, here := u.At(hallPlace(uai)); !here {
				u.Attachments = append(u.Attachments, directory.Attachment{At: hallPlace(uai)})
			}
		}
	}
	one := func(of ...string) string { return of[r.IntN(len(of))] }
	for i := range u.Attachments {
		a := &u.Attachments[i]
		switch u.Profile {
		case directory.Student:
			a.Classes, a.Groups = []string{one("3A", "3/B")}, []string{one("G1", "G2")}
		case directory.Teacher, directory.Staff:
			a.Functions = []directory.Function{{Code: one("ENS", "DIR"), Name: "FONCTION", Discipline: one("", "L0202")}}
			a.Lessons = []directory.Lesson{{Class: one("3A", "3/B", ""), Group: one("G1", "")}}
		}
	}
	if u.Profile == directory.Student {
		u.Grade = one("3e", "4e")
	}
	if r.IntN(10) == 0 {
		u.DeletedAt = u.CreatedAt
	}
}

// scatter makes groups again, of random elements. A group is only in those made
// before it, so that none contains itself.
func (h *hall) scatter(r *rand.Rand, uais []string, people []directory.User) {
	keys := []string{"student", "relative", "guest", "class/3A/student", "class/3/B/relative", "class/3A/teacher", "grade/3e/student", "grade/4e/relative", "group/G1/student", "group/G2/relative", "group/G1/teacher", "discipline/L0202", "function/DIR", "class/9Z/student"}
	h.do(func(tx *data.Tx) (data.Row, error) {
		var old []string
		for m, err := range groups.Memberships.All(tx) {
			h.must(err)
			old = append(old, m.Key())
		}
		for _, key := range old {
			h.must(groups.Memberships.Delete(tx, key))
		}
		var g groups.Group
		for i := range 12 {
			g = groups.Group{ID: fmt.Sprint("g", i), At: hallPlace(uais[r.IntN(3)]), Name: fmt.Sprint("Groupe ", i), Shared: r.IntN(3) == 0, CreatedAt: tx.Now}
			if r.IntN(8) == 0 {
				g.DeletedAt = tx.Now
			}
			for _, uai := range uais {
				if g.Shared && r.IntN(2) == 0 {
					g.Sides = append(g.Sides, side(uai, directory.Profiles[r.IntN(5)], directory.Profiles[r.IntN(5)]))
				}
			}
			if i > 0 && !g.Shared && r.IntN(3) == 0 {
				g.Parent = fmt.Sprint("g", r.IntN(i))
			}
			h.must(groups.Groups.Put(tx, g))
			for range r.IntN(5) {
				m := groups.Membership{Group: g.ID, At: hallPlace(uais[r.IntN(3)]), Ref: groups.Automatic(keys[r.IntN(len(keys))]), Since: tx.Now}
				if r.IntN(2) == 0 {
					m.Ref = groups.Person(people[r.IntN(len(people))].ID)
				}
				h.must(groups.Memberships.Put(tx, m))
			}
			if i > 0 { // it is in one of those before
				in, err := groups.Groups.Get(tx, fmt.Sprint("g", r.IntN(i)))
				h.must(err)
				h.must(groups.Memberships.Put(tx, groups.Membership{Group: in.ID, At: g.At, Ref: groups.Nested(g.ID), Since: tx.Now}))
			}
		}
		return g, nil
	})
}

// TestGroupsOf: the record says which groups somebody is in, and by what.
func TestGroupsOf(t *testing.T) {
	h := newHall(t)
	h.partner(hallBalzac, hallColette)
	chess := h.local(h.claire, hallBalzac, "", "Échecs", me(h.lucas), groups.Automatic("class/3A/student"))
	h.local(h.claire, hallBalzac, "", "Sorties", groups.Nested(chess))
	id := h.shared("Correspondants", side(hallBalzac, directory.Student), side(hallColette, directory.Student))
	h.fill(h.sophie, hallColette, id, me(h.hugo))
	say := func(s *access.Session, uai string, of *access.Session) string {
		all, err := groups.GroupsOf(s, uai, of.Account.ID)
		if err != nil {
			return err.Error()
		}
		var words []string
		for _, g := range all {
			words = append(words, g.Name+" "+fmt.Sprintf("%q", g.Via))
		}
		return strings.Join(words, "; ")
	}
	if got := say(h.claire, hallBalzac, h.lucas); got != `Échecs ["Élèves de 3A"]; Sorties ["Échecs"]` {
		t.Error(got)
	}
	if got := say(h.sophie, hallColette, h.hugo); got != `Correspondants []` {
		t.Error(got)
	}
	for _, s := range []*access.Session{h.claire, h.jeanne, h.lucas, h.hugo} {
		if _, err := groups.GroupsOf(s, hallColette, h.hugo.Account.ID); access.KindOf(err) != access.Missing {
			t.Errorf("%s reads them: %v", s.Name(), err)
		}
	}
}
