package groups_test

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"preau/app/access"
	"preau/app/directory"
	"preau/app/format/aaf"
	"preau/app/groups"
	"preau/data"
)

// A walker does anything to groups and to people, as anybody.
type walker struct {
	*town
	*rand.Rand
	done  map[string]int // what succeeded
	pupil int            // the next one that the federated directory tells of
}

func oneOf[T any](w *walker, all []T) (one T) {
	if len(all) > 0 {
		one = all[w.IntN(len(all))]
	}
	return one
}

// rows are the groups that are stored, in the « Corbeille » or not.
func (w *walker) rows() (all []groups.Group) {
	w.see(func(tx *data.Tx) error {
		for g, err := range groups.Groups.All(tx) {
			if err != nil {
				return err
			}
			all = append(all, g)
		}
		return nil
	})
	return all
}

// who is an administrator of groups, and their establishment.
func (w *walker) who() (*access.Session, string) {
	switch w.IntN(4) {
	case 0:
		return w.omar, tilleuls
	case 1:
		return w.rita, ormes
	}
	return w.nina, tilleuls
}

// element is something that may be put in a group.
func (w *walker) element(s *access.Session, uai string) groups.Ref {
	switch w.IntN(4) {
	case 0:
		return groups.Person(oneOf(w, w.everybody()).ID)
	case 1:
		return groups.Nested(oneOf(w, w.rows()).ID)
	}
	all, err := directory.AutomaticGroups(s, uai)
	w.ok(err)
	return groups.Automatic(oneOf(w, all).Key)
}

// target is a group of a screen most of the time, and any group now and then.
func (w *walker) target(uai string, screen groups.Screen) string {
	all := w.rows()
	if w.IntN(8) > 0 {
		all = slices.DeleteFunc(all, func(g groups.Group) bool {
			return g.Shared == (screen == groups.LocalScreen) || g.Deleted() || !slices.ContainsFunc(g.Places(), func(p data.Place) bool { return directory.UAIOf(p) == uai })
		})
	}
	return oneOf(w, all).ID
}

// pending adds something to what waits on a screen.
func (w *walker) pending(s *access.Session, uai string, screen groups.Screen) (what string, err error) {
	id := w.target(uai, screen)
	name := fmt.Sprint("Groupe ", w.IntN(40))
	switch w.IntN(14) {
	case 0:
		_, err = groups.Create(s, uai, screen, groups.NewGroup{Name: name})
		return "create", err
	case 1:
		_, err = groups.Create(s, uai, screen, groups.NewGroup{Name: name, Parent: id})
		return "sub-group", err
	case 2:
		return "rename", groups.Rename(s, uai, screen, id, name, "")
	case 3:
		return "delete", groups.Delete(s, uai, screen, id)
	case 4:
		d, err := groups.DraftOf(s, uai, screen)
		if err == nil {
			err = groups.Take(s, uai, screen, id, w.taken(id, d))
		}
		return "take", err
	case 5:
		return "empty", groups.Empty(s, uai, screen, id)
	case 6:
		return "allow", groups.Allow(s, uai, id, w.IntN(2) == 0, groups.Opening{UAI: []string{tilleuls, ormes}[w.IntN(2)], Profile: oneOf(w, directory.Profiles)})
	}
	_, err = groups.Add(s, uai, screen, id, []groups.Ref{w.element(s, uai)}, w.IntN(3) == 0)
	return "add", err
}

// group does something to groups, which may be refused.
func (w *walker) group() (string, error) {
	s, uai := w.who()
	screen := groups.Screens[w.IntN(3)]
	switch w.IntN(12) {
	case 0:
		g := oneOf(w, w.rows())
		_, err := groups.Restore(s, uai, g.ID, []string{"", fmt.Sprint("Rétabli ", w.IntN(100))}[w.IntN(2)])
		return "restore", err
	case 1, 2, 3, 4:
		_, err := groups.Save(s, uai, screen)
		if access.KindOf(err) != access.Stale {
			return "save " + string(screen), err
		}
		if err = groups.Rebase(s, uai, screen); err == nil {
			_, err = groups.Save(s, uai, screen)
		}
		if access.KindOf(err) == access.Stale {
			return "abandon", groups.Abandon(s, uai, screen)
		}
		return "rebase", err
	case 5:
		_, err := groups.Duplicate(s, uai, w.target(uai, groups.LocalScreen), fmt.Sprint("Copie ", w.IntN(100)))
		return "duplicate", err
	}
	return w.pending(s, uai, screen)
}

// person does something to somebody, as an import or a form would.
func (w *walker) person() string {
	u := oneOf(w, w.everybody())
	place, classes := []data.Place{atTilleuls, atOrmes}[w.IntN(2)], []string{"3A", "3B", "3C"}
	i := slices.IndexFunc(u.Attachments, func(a directory.Attachment) bool { return a.At == place })
	u.Attachments = slices.Clone(u.Attachments)
	switch w.IntN(5) {
	case 0:
		u.DeletedAt, u.DeletedBy = w.now(), "Essai"
		w.keep(u)
		return "deleted"
	case 1:
		u.DeletedAt, u.DeletedBy = time.Time{}, ""
		w.keep(u)
		return "restored"
	case 2:
		w.keep(directory.User{Profile: directory.Guest, LastName: "INVITÉ", FirstName: fmt.Sprint("Numéro ", w.IntN(1000)), Source: directory.FromHand, Attachments: directory.Attachments{{At: place, Main: true}}})
		return "arrived"
	}
	switch {
	case i < 0:
		u.Attachments = append(u.Attachments, directory.Attachment{At: place})
		i = len(u.Attachments) - 1
	case len(u.Attachments) > 1 && w.IntN(2) == 0:
		u.Attachments = slices.Delete(u.Attachments, i, i+1)
		w.keep(u)
		return "left"
	}
	a := &u.Attachments[i]
	switch u.Profile {
	case directory.Student:
		a.Classes, a.Groups, u.Grade = []string{oneOf(w, classes)}, []string{"", "LAT"}[w.IntN(2):][:1], []string{"3e", "4e", ""}[w.IntN(3)]
	case directory.Teacher, directory.Staff:
		a.Lessons = []directory.Lesson{{Class: oneOf(w, classes)}, {Group: "LAT"}}[w.IntN(2):]
		a.HeadTeacherOf = []string{oneOf(w, classes)}
		u.Profile = []directory.Profile{directory.Teacher, directory.Staff}[w.IntN(2)]
		a.Functions = []directory.Function{{Code: "ENS", Name: "ENSEIGNEMENT", Discipline: "L0202"}, {Code: "DOC", Name: "DOCUMENTATION"}}[w.IntN(2):]
	}
	w.keep(u)
	return "moved"
}

// receives imports a small delivery.
func (w *walker) receives(whole bool) string {
	school := fmt.Sprint(1 + w.IntN(2))
	w.pupil++
	changed := []aaf.Record{aPupil(w.pupil, school, []string{"3A", "3B"}[w.IntN(2)], fmt.Sprint(2000+w.IntN(15))), aPupil(w.IntN(30), school, []string{"3A", "3B"}[w.IntN(2)], fmt.Sprint(2000+w.IntN(15)))}
	w.tells(changed...)
	if whole {
		w.forgets(aPupil(w.IntN(30), school, "3A"))
		w.complete()
		return "complete"
	}
	w.delta(changed...)
	return "delta"
}

// taken is what is taken out of a group: an element of it, or what is to be added.
func (w *walker) taken(id string, d groups.Draft) []groups.Ref {
	if e, _ := d.Of(id); len(e.Added) > 0 {
		return e.Added
	}
	return []groups.Ref{oneOf(w, w.elements(id))}
}

// TestRandomGroups has several people do anything to groups while others change the
// directory, and compares the members of every group with those that the rows
// themselves say. The store is checked as the town leaves.
func TestRandomGroups(t *testing.T) {
	done := map[string]int{}
	for seed := range uint64(4) {
		t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) {
			w := &walker{town: newTown(t), Rand: rand.New(rand.NewPCG(seed, 18)), done: done, pupil: 100}
			w.begins()
			for step := range 240 {
				w.step(step)
				if step%4 == 3 {
					w.agrees()
				}
				if t.Failed() {
					t.Fatalf("after step %d", step)
				}
			}
		})
	}
	for _, what := range []string{"create", "sub-group", "rename", "delete", "take", "empty", "allow", "add", "restore", "abandon", "rebase", "duplicate", "save locaux", "save droits", "save peuplement",
		"deleted", "restored", "arrived", "left", "moved", "complete", "delta"} {
		if done[what] == 0 {
			t.Errorf("%s never succeeds: the test proves nothing of it", what)
		}
	}
	t.Log(done)
}

// begins makes some groups to walk among: nested ones, and a shared one.
func (w *walker) begins() {
	w.ally(groups.Accepted)
	inner := w.makes(w.nina, tilleuls, "Latinistes", groups.Automatic("group/LAT/student"))
	w.makes(w.nina, tilleuls, "Sortie", groups.Nested(inner), groups.Automatic("class/3A/student"), groups.Automatic("class/3A/relative"))
	for _, p := range []directory.Profile{directory.Teacher, directory.Staff} { // of a function that is of two profiles
		w.keep(directory.User{Profile: p, LastName: "DOC", FirstName: p.One(), Source: directory.FromAAF, Attachments: directory.Attachments{{At: atOrmes, Main: true, Functions: []directory.Function{{Code: "DOC", Name: "DOCUMENTATION"}}}}})
	}
	w.puts(w.rita, ormes, w.shares("Cordée", directory.Profiles, directory.Profiles[:2]), groups.Automatic("teacher"), groups.Automatic("class/3B/student"), groups.Automatic("function/DOC"))
}

func (w *walker) step(n int) {
	w.pass(time.Duration(w.IntN(40)) * time.Second)
	switch {
	case n%60 == 17:
		w.done[w.receives(n%120 == 17)]++
		return
	case w.IntN(4) == 0:
		w.done[w.person()]++
		return
	}
	what, err := w.group()
	if err == nil {
		w.done[what]++
	} else if access.KindOf(err) == access.Internal {
		w.t.Fatal(what, err)
	}
}

// agrees compares what an operation says of each group with what the rows say.
func (w *walker) agrees() {
	b := w.byHand()
	b.open(w.t)
	for _, g := range b.groups {
		reads := []struct {
			s   *access.Session
			uai string
			in  bool
		}{{w.nina, tilleuls, slices.Contains(g.Places(), atTilleuls)}, {w.rita, ormes, slices.Contains(g.Places(), atOrmes)}}
		for _, r := range reads {
			all, err := groups.Members(r.s, r.uai, g.ID)
			if g.Deleted() || !r.in {
				if access.KindOf(err) != access.Missing {
					w.t.Errorf("%s reads « %s » at %s: %v", r.s.Account.Login, g.Name, r.uai, err)
				}
				continue
			}
			w.ok(err)
			w.compare(g, b, all)
		}
	}
}

// open fails for what an establishment has in a shared group and may not.
func (b *byHand) open(t testing.TB) {
	for _, m := range b.puts {
		i := slices.IndexFunc(b.groups, func(g groups.Group) bool { return g.ID == m.Group })
		if i < 0 {
			t.Errorf("%s is in a group that is no more", m.Ref)
			continue
		}
		side, _ := b.groups[i].Sides.Of(m.At)
		key, automatic := m.Ref.Automatic()
		if b.groups[i].Shared && automatic && !slices.ContainsFunc(directory.ProfilesOfGroup(key), func(p directory.Profile) bool { return slices.Contains(side.Profiles, p) }) {
			t.Errorf("%s stays in « %s », closed to it at %s", m.Ref, b.groups[i].Name, m.At)
		}
	}
}

func (w *walker) compare(g groups.Group, b *byHand, all []groups.Member) {
	got, want := map[string]string{}, map[string]string{}
	for _, m := range all {
		if _, twice := got[m.ID]; twice {
			w.t.Errorf("« %s » has %s twice", g.Name, m.ID)
		}
		ways := map[string]bool{}
		for _, via := range m.Via {
			ways[fmt.Sprint(via.At, " ", via.Ref)] = true
		}
		got[m.ID] = fmt.Sprint(slices.Sorted(maps.Keys(ways)))
	}
	for id, ways := range b.in(g) {
		want[id] = fmt.Sprint(slices.Sorted(maps.Keys(ways)))
	}
	if !maps.Equal(got, want) {
		w.t.Errorf("« %s » (%s): got %d, want %d", g.Name, g.ID, len(got), len(want))
		for id, ways := range want {
			if got[id] != ways {
				w.t.Errorf("%s: got %q, want %s", id, got[id], ways)
			}
		}
	}
	if !slices.IsSortedFunc(all, func(a, c groups.Member) int { return a.ByName(c.Present) }) {
		w.t.Errorf("« %s » is not in the order of names", g.Name)
	}
}

// A byHand is every row there is, from which members are found by reading them all.
type byHand struct {
	users   []directory.User
	groups  []groups.Group
	puts    []groups.Membership
	parents map[data.Place]map[string][]directory.User // of relatives, by UID: the children of a place
}

func (w *walker) byHand() *byHand {
	b := &byHand{users: w.everybody(), groups: w.rows(), parents: map[data.Place]map[string][]directory.User{atTilleuls: {}, atOrmes: {}}}
	w.see(func(tx *data.Tx) error {
		for m, err := range groups.Memberships.All(tx) {
			if err != nil {
				return err
			}
			b.puts = append(b.puts, m)
		}
		return nil
	})
	for _, child := range b.users {
		for place, of := range b.parents {
			if _, here := child.At(place); !here || child.State() == directory.Deleted || child.Profile != directory.Student {
				continue
			}
			for _, l := range child.Links {
				of[l.Relative] = append(of[l.Relative], child)
			}
		}
	}
	return b
}

// in returns who is in a group, with the ways that they come by.
func (b *byHand) in(g groups.Group) map[string]map[string]bool {
	found := map[string]map[string]bool{}
	add := func(id, way string) {
		if found[id] == nil {
			found[id] = map[string]bool{}
		}
		found[id][way] = true
	}
	for _, m := range b.puts {
		if m.Group != g.ID {
			continue
		}
		for _, u := range b.of(m) {
			side, _ := g.Sides.Of(m.At)
			if !g.Shared && m.At == g.At || slices.Contains(side.Profiles, u.Profile) {
				add(u.ID, fmt.Sprint(m.At, " ", m.Ref))
			}
		}
	}
	for _, kid := range b.groups {
		if kid.Parent == g.ID && !kid.Deleted() {
			for id := range b.in(kid) {
				add(id, fmt.Sprint(kid.At, " ", groups.Nested(kid.ID)))
			}
		}
	}
	return found
}

// of are the people of an element.
func (b *byHand) of(m groups.Membership) (all []directory.User) {
	inner := map[string]map[string]bool{}
	if id, nested := m.Ref.Nested(); nested {
		for _, g := range b.groups {
			if g.ID == id && !g.Deleted() {
				inner = b.in(g)
			}
		}
	}
	id, _ := m.Ref.Person()
	key, automatic := m.Ref.Automatic()
	for _, u := range b.users {
		a, here := u.At(m.At)
		if !here || u.State() == directory.Deleted {
			continue
		}
		if u.ID == id || inner[u.ID] != nil || automatic && b.belongs(u, a, strings.Split(key, "/")) {
			all = append(all, u)
		}
	}
	return all
}

// belongs reports whether somebody is in an automatic group, by what their row says.
func (b *byHand) belongs(u directory.User, a directory.Attachment, key []string) bool {
	teaches := func(f directory.Function) bool { return f.Code == "ENS" && f.Discipline+f.DisciplineName != "" }
	switch key[0] {
	case "discipline":
		return slices.ContainsFunc(a.Functions, func(f directory.Function) bool { return teaches(f) && f.Discipline == key[1] })
	case "function":
		return slices.ContainsFunc(a.Functions, func(f directory.Function) bool { return !teaches(f) && f.Code == key[1] })
	}
	if string(u.Profile) != key[len(key)-1] {
		return false
	}
	if len(key) == 1 {
		return true
	}
	if u.Profile == directory.Relative {
		return slices.ContainsFunc(b.parents[a.At][u.ID], func(child directory.User) bool {
			here, _ := child.At(a.At)
			return b.belongs(child, here, []string{key[0], key[1], "student"})
		})
	}
	switch key[0] {
	case "grade":
		return u.Grade == key[1]
	case "class":
		return slices.Contains(a.Classes, key[1]) || slices.Contains(a.HeadTeacherOf, key[1]) || slices.ContainsFunc(a.Lessons, func(l directory.Lesson) bool { return l.Class == key[1] })
	}
	return slices.Contains(a.Groups, key[1]) || slices.ContainsFunc(a.Lessons, func(l directory.Lesson) bool { return l.Group == key[1] })
}
