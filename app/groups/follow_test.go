package groups_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"preau/app/access"
	"preau/app/directory"
	"preau/app/format/aaf"
	"preau/app/groups"
	"preau/data"
)

func element(kind, code string, p directory.Profile) groups.Ref {
	return groups.Automatic(directory.KeyOfGroup(kind, code, p))
}

// whole are the three elements of a class.
func whole(class string) []groups.Ref {
	return []groups.Ref{element("class", class, directory.Relative), element("class", class, directory.Student), element("class", class, directory.Teacher)}
}

func (w *town) follows() {
	w.t.Helper()
	w.ok(groups.FollowClasses(w.job))
}

// has checks the elements of a group.
func (w *town) has(group string, want ...groups.Ref) {
	w.t.Helper()
	if got := w.elements(group); !slices.Equal(got, want) {
		w.t.Errorf("elements are %q, want %q", got, want)
	}
}

// people are the first names of who is in a group.
func (w *town) people(group string) (first []string) {
	w.t.Helper()
	all, err := groups.Members(w.nina, tilleuls, group)
	w.ok(err)
	for _, m := range all {
		w.see(func(tx *data.Tx) error {
			u, err := directory.Users.Get(tx, m.ID)
			first = append(first, u.FirstName)
			return err
		})
	}
	return first
}

// history are the events of a group as its administrators read them, newest first.
func (w *town) history(s *access.Session, group string) (all []directory.Event) {
	w.t.Helper()
	w.ok(s.See(func(tx *data.Tx) (err error) {
		all, err = directory.EventsAbout(tx, groups.Groups.Name(), group, 50)
		return err
	}))
	return all
}

// moves has the federated directory call a class of Les Tilleuls something else, or
// put some of its pupils elsewhere; it returns the records that change.
func (w *town) moves(to func(n int) string, classes ...string) (changed []aaf.Record) {
	changed = []aaf.Record{aSchool("1", "0990101", "LES TILLEULS", classes...)}
	for n := range 20 {
		class := []string{"3A", "3B"}[n/5%2]
		if class == "3A" {
			class = to(n)
		}
		changed = append(changed, aPupil(n, "1", class, fmt.Sprint(2000+n/2)))
	}
	changed = append(changed, aTeacher(0, to(0), "1"))
	w.tells(changed...)
	return changed
}

func always(class string) func(int) string { return func(int) string { return class } }

// TestClassRenamed follows a class that the directory calls something else, in a
// complete and in a delta: who is in the group does not change, its history says it,
// and doing it again does nothing.
func TestClassRenamed(t *testing.T) {
	for _, kind := range []aaf.Kind{aaf.Complete, aaf.Delta} {
		t.Run(string(kind), func(t *testing.T) {
			w := newTown(t)
			group := w.makes(w.nina, tilleuls, "Voyage", append(whole("3A"), element("class", "3B", directory.Student))...)
			other := w.makes(w.omar, tilleuls, "Théâtre", element("class", "3A", directory.Student))
			before := w.people(group)
			changed := w.moves(always("301"), "301", "3B")
			w.tells(aTeacher(2, "301", "1", "2"))
			if changed = append(changed, aTeacher(2, "301", "1", "2")); kind == aaf.Delta {
				w.delta(changed...)
			} else {
				w.complete()
			}
			if len(w.people(group)) == len(before) {
				t.Fatal("the group did not lose its class: this test would not see it followed")
			}
			for range 2 { // as after a kill, then again
				w.follows()
				w.has(group, append(whole("301"), element("class", "3B", directory.Student))...)
				w.has(other, element("class", "301", directory.Student))
				if now := w.people(group); !slices.Equal(now, before) {
					t.Errorf("were %v, are %v", before, now)
				}
				events := w.history(w.nina, group)
				if len(events) != 2 || events[0].Note != "la classe 3A est devenue 301" || events[0].By != "Essai" || len(events[0].Changes) != 6 {
					t.Errorf("%+v", events)
				}
				if events := w.history(w.nina, other); len(events) != 2 || len(events[0].Changes) != 2 {
					t.Errorf("%+v", events)
				}
			}
		})
	}
}

// TestClassRenamedInParts follows a class whose pupils move in a delta after the one
// where their school lists the new class.
func TestClassRenamedInParts(t *testing.T) {
	w := newTown(t)
	group := w.makes(w.nina, tilleuls, "Voyage", element("class", "3A", directory.Student))
	changed := w.moves(always("301"), "301", "3B")
	w.delta(changed[0])
	w.follows()
	w.has(group, element("class", "3A", directory.Student))
	w.delta(changed[1:]...)
	w.follows()
	w.has(group, element("class", "301", directory.Student))
}

// TestClassSplit leaves the element where no class has most of the pupils: it is
// said to be absent; one pupil more in one of them, and it is followed. Those who
// left the establishment do not count.
func TestClassSplit(t *testing.T) {
	w := newTown(t)
	group := w.makes(w.nina, tilleuls, "Voyage", element("class", "3A", directory.Student))
	w.moves(func(n int) string { return []string{"301", "302"}[n%2] }, "301", "302", "3B")
	w.forgets(aPupil(0, "1", "3A"), aPupil(2, "1", "3A")) // the class had ten: four and four stay
	w.complete()
	w.follows()
	w.has(group, element("class", "3A", directory.Student))
	sheet, err := groups.SheetOf(w.nina, tilleuls, group, groups.Among{})
	if w.ok(err); len(sheet.Elements) != 1 || !sheet.Elements[0].Lost || sheet.Elements[0].Label != "Élèves de 3A" || sheet.Total != 0 {
		t.Errorf("%+v", sheet.Elements)
	}
	w.tells(aPupil(4, "1", "302", "2002")) // five of eight
	w.complete()
	w.follows()
	w.has(group, element("class", "302", directory.Student))
	if events := w.history(w.nina, group); len(events) != 2 || events[0].Note != "la classe 3A est devenue 302" {
		t.Errorf("%+v", events)
	}
}

// TestNewYear follows the source where the class stays and its pupils do not, and
// knows it by its new pupils the day it is renamed.
func TestNewYear(t *testing.T) {
	w := newTown(t)
	group := w.makes(w.nina, tilleuls, "Voyage", element("class", "3A", directory.Student))
	for n := range 20 { // those of 3A leave, those of 3B go up to 3A, others arrive in 3B
		if n/5%2 == 0 {
			w.forgets(aPupil(n, "1", "3A"))
			w.tells(aPupil(100+n, "1", "3B", fmt.Sprint(2000+n/2)))
		} else {
			w.tells(aPupil(n, "1", "3A", fmt.Sprint(2000+n/2)))
		}
	}
	w.complete()
	w.follows()
	w.has(group, element("class", "3A", directory.Student))
	if all := w.people(group); len(all) != 10 || slices.Contains(all, "Pupilleaa") || !slices.Contains(all, "Pupilleaf") {
		t.Errorf("%v", all)
	}
	changed := []aaf.Record{aSchool("1", "0990101", "LES TILLEULS", "301", "3B")}
	for n := range 20 {
		if n/5%2 == 1 {
			changed = append(changed, aPupil(n, "1", "301", fmt.Sprint(2000+n/2)))
		}
	}
	w.tells(changed...)
	w.delta(changed...)
	w.follows()
	w.has(group, element("class", "301", directory.Student))
}

// TestEmptyClassStands follows no class that its school still lists, though its
// pupils have all gone to another.
func TestEmptyClassStands(t *testing.T) {
	w := newTown(t)
	group := w.makes(w.nina, tilleuls, "Voyage", element("class", "3A", directory.Student))
	changed := w.moves(always("3C"), "3A", "3B", "3C")
	w.delta(changed...)
	w.follows()
	w.has(group, element("class", "3A", directory.Student))
	w.moves(always("3C"), "3B", "3C") // the list of the school comes later
	w.complete()
	w.follows()
	w.has(group, element("class", "3C", directory.Student))
}

// TestClassGoneThenBack keeps the element of a class while it is not there.
func TestClassGoneThenBack(t *testing.T) {
	w := newTown(t)
	group := w.makes(w.nina, tilleuls, "Voyage", whole("3A")...)
	before := w.people(group)
	told := slices.Clone(w.told)
	for n := range 20 {
		if n/5%2 == 0 {
			w.forgets(aPupil(n, "1", "3A"))
		}
	}
	w.tells(aSchool("1", "0990101", "LES TILLEULS", "3B"), aTeacher(0, "3B", "1"), aTeacher(2, "3B", "1", "2"))
	w.complete()
	w.follows()
	w.has(group, whole("3A")...)
	if all := w.people(group); len(all) != 0 {
		t.Errorf("still %v", all)
	}
	w.told = told
	w.complete()
	w.follows()
	w.has(group, whole("3A")...)
	if all := w.people(group); !slices.Equal(all, before) {
		t.Errorf("were %v, are %v", before, all)
	}
}

// TestTwoClassesBecomeOne keeps one element of both, and follows groups of the
// « Corbeille », shared ones and teaching groups too.
func TestTwoClassesBecomeOne(t *testing.T) {
	w := newTown(t)
	w.ally(groups.Accepted)
	group := w.makes(w.nina, tilleuls, "Voyage", element("class", "3A", directory.Student), element("class", "3B", directory.Student))
	binned := w.makes(w.nina, tilleuls, "Ancien", element("group", "LAT", directory.Student))
	w.ok(groups.Delete(w.nina, tilleuls, groups.LocalScreen, binned))
	w.saves(w.nina, tilleuls, groups.LocalScreen)
	shared := w.shares("Cordée", directory.Profiles, directory.Profiles)
	w.puts(w.nina, tilleuls, shared, element("class", "3A", directory.Student))
	w.puts(w.rita, ormes, shared, element("class", "3A", directory.Student))

	_, err := groups.Add(w.omar, tilleuls, groups.PopulationScreen, shared, []groups.Ref{groups.Automatic("teacher")}, false)
	w.ok(err)
	changed := []aaf.Record{school301()}
	for n := range 20 {
		changed = append(changed, inLatin(n, "301", "LCA"))
	}
	w.tells(changed...)
	w.complete()
	w.follows()
	w.has(group, element("class", "301", directory.Student))
	w.has(binned, element("group", "LCA", directory.Student))
	w.has(shared, element("class", "301", directory.Student), element("class", "3A", directory.Student))
	if _, err := groups.Save(w.omar, tilleuls, groups.PopulationScreen); access.KindOf(err) != access.Stale || !strings.Contains(err.Error(), "Cordée") {
		t.Errorf("the other's pending change is saved over what became of the class: %v", err)
	}
	for s, want := range map[*access.Session]int{w.nina: 2, w.rita: 0} {
		for _, e := range w.history(s, shared)[:1] {
			if len(e.Changes) != want || strings.Contains(e.Note, "301") || strings.Contains(e.Note, "3A") {
				t.Errorf("%s reads %+v", s.Account.Login, e)
			}
		}
	}
}

// school301 is Les Tilleuls with one class, and latin under another code.
func school301() aaf.Record {
	s := aaf.School{ID: "1", UAI: tilleuls, Short: "CLG", Name: "LES TILLEULS", Type: "COLLEGE", TypeCode: "340", Academy: "VAL-DE-SEINE", AcademyCode: "099",
		Address: aaf.Address{Lines: []string{"1 RUE DU PORT"}, PostalCode: "99100", Town: "RIVEMONT"}, Classes: []aaf.Class{{Code: "301", Label: "301", Mefs: []string{"10310019110"}}}, Groups: []aaf.Group{{Code: "LCA", Label: "LCA", Classes: []string{"301"}}}}
	return s.Record(aaf.Second)
}

func inLatin(n int, class, team string) aaf.Record {
	id := fmt.Sprint(1000 + n)
	s := aaf.Student{ID: id, INE: "00000" + id + "A", Name: aName("ÉLÈVE", fmt.Sprint("Pupille", letters(n))), Birth: "2012-03-14", School: "1", Mef: "10310019110", MefLabel: "3EME", Level: "TROISIEME",
		Classes: []aaf.Membership{{School: "1", Code: class}}, Links: []aaf.Link{{Relative: fmt.Sprint(2000 + n/2), Code: "10", Legal: true, Contact: true}}}
	if n%3 == 0 {
		s.Groups = []aaf.Membership{{School: "1", Code: team}}
	}
	return s.Record(aaf.Second)
}
