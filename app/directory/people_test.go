package directory_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"preau/app/directory"
	"preau/data"
)

// A crowd is people of two schools, some of both, in every profile and state.
func (c *cast) crowd(n int) []directory.User {
	c.t.Helper()
	r := rand.New(rand.NewPCG(1, 2))
	last := []string{"MARTIN", "Lefèvre", "LEFEVRE", "Le Goff", "N'Guessan", "O’Brien", "de la Tour", "PÉREZ", "Perez", "Œuvrard", "Saint-Clair", "ÉTIENNE"}
	first := []string{"Lucas", "Anne-Sophie", "Zoé", "Zoe", "Émile", "Maël", "Jean Baptiste", "Chloé", "Ilan"}
	classes := map[string][2]string{"3A": {"3EME A", "3e"}, "3B": {"3EME B", "3e"}, "6C": {"6EME C", "6e"}, "T1": {"TERMINALE 1", "Tle"}}
	codes := []string{"3A", "3B", "6C", "T1"}
	grants := []directory.Function{{Code: "ENS", Name: "ENSEIGNEMENT", Discipline: "L1000", DisciplineName: "MATHEMATIQUES"}, {Code: "ENS", Name: "ENSEIGNEMENT", Discipline: "L0202", DisciplineName: "LETTRES MODERNES"}}
	posts := []directory.Function{{Code: "EDU", Name: "EDUCATION"}, {Code: "DIR", Name: "DIRECTION", Discipline: "D0010", DisciplineName: "CHEF D'ETABLISSEMENT"}, {Code: "DOC", Name: "DOCUMENTATION"}}
	do := func(fn func(tx *data.Tx) error) {
		if err := c.system.Do(preparing, func(tx *data.Tx) (data.Row, error) {
			e, err := directory.Establishments.Get(tx, balzac)
			if err != nil {
				return nil, err
			}
			return e, fn(tx)
		}); err != nil {
			c.t.Fatal(err)
		}
	}
	do(func(tx *data.Tx) error {
		for _, uai := range []string{balzac, colette} {
			for code, class := range classes {
				if err := directory.Classes.Put(tx, directory.Class{UAI: uai, Code: code, Name: class[0], Grade: class[1], At: placeOf(uai)}); err != nil {
					return err
				}
			}
			if err := directory.TeachingGroups.Put(tx, directory.TeachingGroup{UAI: uai, Code: "3/LAT", Name: "Latin 3e", Classes: []string{"3A"}, At: placeOf(uai)}); err != nil {
				return err
			}
		}
		return nil
	})
	var all []directory.User
	var relatives []string
	for i := range n {
		uais := [][]string{{balzac}, {balzac}, {colette}, {balzac, colette}}[r.IntN(4)]
		p := directory.Profiles[(i+3)%len(directory.Profiles)] // relatives first
		u := someone(p, last[r.IntN(len(last))], first[r.IntN(len(first))], uais...)
		u.Login.Federated = fmt.Sprint("l", i)
		if r.IntN(2) == 0 {
			u.Email.Federated = fmt.Sprintf("courriel%d@exemple.example", r.IntN(n))
		}
		if r.IntN(3) > 0 {
			u.Birth = directory.Date(fmt.Sprintf("20%02d-%02d-%02d", r.IntN(20), 1+r.IntN(12), 1+r.IntN(28)))
		}
		switch r.IntN(5) {
		case 0:
			u.ActivatedAt = firstDay
		case 1:
			u.ActivatedAt, u.SuspendedAt = firstDay, firstDay
		case 2:
			u.DeletedAt = firstDay
		}
		for j := range u.Attachments {
			a := &u.Attachments[j]
			switch p {
			case directory.Student:
				if r.IntN(8) > 0 {
					code := codes[r.IntN(len(codes))]
					a.Classes, u.Grade = []string{code}, classes[code][1]
				}
				if r.IntN(3) == 0 {
					a.Groups = []string{"3/LAT"}
				}
			case directory.Teacher:
				a.Functions = grants[r.IntN(2):][:1]
				a.Lessons = []directory.Lesson{{Class: codes[r.IntN(4)], Subject: directory.Subject{Code: "1", Name: "MATHS"}}, {Group: "3/LAT"}}
				if r.IntN(3) == 0 {
					a.HeadTeacherOf = []string{codes[r.IntN(4)]}
				}
				if r.IntN(6) == 0 {
					a.Functions = posts[2:]
				}
			case directory.Staff:
				a.Functions = posts[r.IntN(3):]
			}
		}
		if p == directory.Student {
			for range r.IntN(3) {
				u.Links = append(u.Links, directory.Link{Relative: relatives[r.IntN(len(relatives))], Name: "X", Kind: "Mère"})
			}
		}
		if u = c.put(u); p == directory.Relative {
			relatives = append(relatives, u.ID)
		}
		all = append(all, u)
	}
	return all
}

// everyone reads the people of an establishment, one by one, in list order.
func (c *cast) everyone(uai string) (all []directory.User) {
	c.t.Helper()
	c.see(func(tx *data.Tx) error {
		for u, err := range directory.Users.All(tx) {
			if err != nil {
				return err
			}
			if slices.Contains(u.Places(), placeOf(uai)) {
				all = append(all, u)
			}
		}
		return nil
	})
	slices.SortFunc(all, func(a, b directory.User) int {
		return strings.Compare(data.SortKey(a.LastName, a.FirstName)+"\x00"+a.ID, data.SortKey(b.LastName, b.FirstName)+"\x00"+b.ID)
	})
	return all
}

func keep(all []directory.User, keeps func(directory.User) bool) (ids []string) {
	for _, u := range all {
		if keeps(u) {
			ids = append(ids, u.ID)
		}
	}
	return ids
}

// belongs is what a filter means, said again; all are those of the establishment.
func belongs(all []directory.User, u directory.User, uai string, f directory.Filter) bool {
	a, _ := u.At(placeOf(uai))
	if f.Profile == "" {
		return u.State() == directory.Deleted
	}
	if f.Profile == directory.Relative && f.Class+f.Grade != "" {
		child := slices.ContainsFunc(all, func(v directory.User) bool {
			return belongs(all, v, uai, directory.Filter{Profile: directory.Student, Class: f.Class, Grade: f.Grade}) && slices.ContainsFunc(v.Links, func(l directory.Link) bool { return l.Relative == u.ID })
		})
		f.Class, f.Grade = "", ""
		return child && belongs(all, u, uai, f)
	}
	return u.State() != directory.Deleted && u.Profile == f.Profile &&
		(f.Class == "" || f.Profile != directory.Student || slices.Contains(a.Classes, f.Class)) &&
		(f.Grade == "" || u.Grade == f.Grade) && (f.State == "" || u.State() == f.State) && (!f.NoEmail || u.Email.Value() == "")
}

// walk reads every page of a list, forward then back, and says how many there were.
func (c *cast) walk(uai string, f directory.Filter, size int) (ids []string, pages, total int) {
	c.t.Helper()
	read := func(at string, back bool) directory.List {
		list, err := directory.People(c.marc, uai, f, at, back, size)
		if err != nil {
			c.t.Fatal(err)
		}
		return list
	}
	idsOf := func(list directory.List) (all []string) {
		for _, l := range list.Lines {
			all = append(all, l.ID)
		}
		return all
	}
	list := read("", false)
	for pages = 1; ; pages++ {
		ids = append(ids, idsOf(list)...)
		if list.Next == "" {
			break
		}
		list = read(list.Next, false)
	}
	back := idsOf(list)
	for list.Prev != "" {
		list = read(list.Prev, true)
		back = append(idsOf(list), back...)
	}
	if !slices.Equal(back, ids) {
		c.t.Errorf("%s %+v: back %q, forward %q", uai, f, back, ids)
	}
	return ids, pages, list.Total
}

func TestPeopleAgainstBruteForce(t *testing.T) {
	c := newCast(t)
	c.crowd(400)
	longest := 0
	for _, uai := range []string{balzac, colette, savoie} {
		all := c.everyone(uai)
		for _, p := range append([]directory.Profile{""}, directory.Profiles...) {
			for _, f := range []directory.Filter{{}, {Class: "3A"}, {Grade: "3e"}, {State: directory.Active}, {State: directory.Suspended}, {NoEmail: true}, {State: directory.Inactive, NoEmail: true},
				{Class: "3B", State: directory.Active}, {Class: "6C", Grade: "6e", NoEmail: true}, {Class: "inconnue"}} {
				if f.Profile = p; p == "" && (f.Class+f.Grade+string(f.State) != "" || f.NoEmail) {
					continue
				}
				want := keep(all, func(u directory.User) bool { return belongs(all, u, uai, f) })
				got, pages, total := c.walk(uai, f, 7)
				if !slices.Equal(got, want) || total != len(want) {
					t.Errorf("%s %+v: %d of %d\n%q\n%q", uai, f, total, len(want), got, want)
				}
				longest = max(longest, pages)
			}
		}
	}
	if longest < 4 {
		t.Errorf("the longest list has %d pages", longest)
	}
}

// People of the very same name stay in one order, whatever the size of a page.
func TestPagesOfEqualNames(t *testing.T) {
	c := newCast(t)
	for i := range 23 {
		u := someone(directory.Student, "MARTIN", "Lucas", balzac)
		u.Login.Federated = fmt.Sprint("lucas.martin", i)
		c.put(u)
	}
	want := keep(c.everyone(balzac), func(u directory.User) bool { return u.Profile == directory.Student })
	for _, size := range []int{1, 2, 5, 22, 23, 24} {
		if got, _, _ := c.walk(balzac, directory.Filter{Profile: directory.Student}, size); !slices.Equal(got, want) {
			t.Errorf("by %d: %q", size, got)
		}
	}
}

// A cursor stays good when those of its page go, the last ones too.
func TestPageAfterTheLastDeletion(t *testing.T) {
	c := newCast(t)
	var all []directory.User
	for i := range 6 {
		all = append(all, c.put(someone(directory.Guest, "GUEST", fmt.Sprint("N", i), balzac)))
	}
	list := func(at string, back bool) directory.List {
		l, err := directory.People(c.claire, balzac, directory.Filter{Profile: directory.Guest}, at, back, 3)
		if err != nil {
			t.Fatal(err)
		}
		return l
	}
	first := list("", false)
	for _, u := range all[3:] {
		c.remove(u)
	}
	if l := list(first.Next, false); l.Total != 3 || len(l.Lines) != 3 || l.Lines[0].ID != all[0].ID || l.Next != "" || l.Prev != "" {
		t.Errorf("after the second page went: %+v", l)
	}
	for _, u := range all[:3] {
		c.remove(u)
	}
	if l := list(first.Next, false); l.Total != 0 || len(l.Lines) != 0 || l.Next+l.Prev != "" {
		t.Errorf("after all went: %+v", l)
	}
	gone, err := directory.People(c.claire, balzac, directory.Filter{}, "", false, 10)
	if err != nil || gone.Total != 6 {
		t.Errorf("« Suppressions »: %+v %v", gone, err)
	}
}

func TestChoices(t *testing.T) {
	c := newCast(t)
	c.crowd(120)
	choices, err := directory.ChoicesOf(c.claire, balzac)
	if err != nil {
		t.Fatal(err)
	}
	var codes []string
	for _, class := range choices.Classes {
		codes = append(codes, class.Code)
	}
	if !slices.Equal(codes, []string{"3A", "3B", "6C", "T1"}) || !slices.Equal(choices.Grades, []string{"6e", "3e", "Tle"}) {
		t.Errorf("%q %q", codes, choices.Grades)
	}
	// A school of the first degree has grades that no class row tells.
	c.put(aPupil("PETIT", "Noé", "2019-01-02", "", "CP", savoie))
	if choices, err = directory.ChoicesOf(c.marc, savoie); err != nil || !slices.Equal(choices.Grades, []string{"CP"}) {
		t.Errorf("%+v %v", choices, err)
	}
}

// Each automatic group holds the people whose record shows it, and no other.
func TestAutomaticGroups(t *testing.T) {
	c := newCast(t)
	c.crowd(200)
	for _, uai := range []string{balzac, colette} {
		groups, err := directory.AutomaticGroups(c.marc, uai)
		if err != nil {
			t.Fatal(err)
		}
		members, labels := map[string][]string{}, map[string]string{}
		for _, g := range groups {
			if g.Label == "" || g.Kind == "" || labels[g.Key] != "" {
				t.Errorf("%+v", g)
			}
			labels[g.Key] = g.Label
			for _, who := range c.in(uai, g.Key) {
				members[who.ID] = append(members[who.ID], g.Key)
			}
		}
		for _, u := range c.everyone(uai) {
			r, err := directory.RecordOf(c.marc, uai, u.ID)
			if err != nil {
				t.Fatal(err)
			}
			var keys []string
			for _, g := range r.Groups {
				keys = append(keys, g.Key)
				if labels[g.Key] != g.Label {
					t.Errorf("%q and %q", labels[g.Key], g.Label)
				}
			}
			slices.Sort(keys)
			slices.Sort(members[u.ID])
			if !slices.Equal(keys, members[u.ID]) {
				t.Errorf("%s %s: record %q, groups %q", u.Profile, u.ID, keys, members[u.ID])
			}
		}
		for _, label := range []string{"Élèves", "Parents de 3EME A", "Enseignants de 3EME A", "Élèves de 6e", "Parents de Tle", "Mathematiques", "Education", "Élèves de Latin 3e", "Enseignants de Latin 3e"} {
			if !slices.ContainsFunc(groups, func(g directory.Group) bool { return g.Label == label }) {
				t.Errorf("no group %q among %+v", label, labels)
			}
		}
	}
	if all := c.in(balzac, "class/inconnue/student"); len(all) != 0 {
		t.Error(all)
	}
}

// in returns the people of an automatic group.
func (c *cast) in(uai, key string) (all []directory.Present) {
	c.see(func(tx *data.Tx) error {
		all = directory.RollAt(tx, placeOf(uai)).In(key)
		return nil
	})
	return all
}
