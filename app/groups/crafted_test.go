package groups_test

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"preau/app/access"
	"preau/app/directory"
	"preau/app/groups"
	"preau/data"
)

// TestCraftedElements refuses what no screen offers: nothing of it is pending.
func TestCraftedElements(t *testing.T) {
	w := newTown(t)
	w.ally(groups.Accepted)
	id := w.makes(w.nina, tilleuls, "Club")
	theirs := w.makes(w.rita, ormes, "Le leur")
	shared := w.shares("Cordée", directory.Profiles, directory.Profiles)
	pupil := w.named("Pupilleau").ID // of the other school
	for _, ref := range []groups.Ref{
		"", "x", "u/", "a/", "g/", "u/\x00", "a/\x00", groups.Person(pupil), groups.Nested(theirs), groups.Nested(shared), groups.Nested("~"),
		"a/class/3A/", "a/class/3A/nobody", "a/class/3A/student\x00eleve", "a/class/3Z/student", "a/group/LAT/", "a/group/LAT/nobody", "a/grade/3e/nobody", "a/grade/3e",
		"a/student\x00eleve", "a/deleted", "a/discipline/L0202\x00prof", "a/discipline/", "a/function/", "a/sans/student", "a/par-classe",
		groups.Ref("u/" + strings.Repeat("A", 100_000)), groups.Ref("a/class/" + strings.Repeat("A", 100_000) + "/student"),
	} {
		n, err := groups.Add(w.nina, tilleuls, groups.LocalScreen, id, []groups.Ref{ref}, true)
		if err == nil || access.KindOf(err) != access.Missing {
			t.Errorf("%.40q is added (%d): %v", ref, n, err)
		}
		if err := groups.Take(w.nina, tilleuls, groups.LocalScreen, id, []groups.Ref{ref}); access.KindOf(err) != access.Missing {
			t.Errorf("%.40q is taken: %v", ref, err)
		}
	}
	for _, screen := range groups.Screens {
		if d, err := groups.DraftOf(w.nina, tilleuls, screen); err != nil || d.Pending() != 0 {
			t.Errorf("%s has %+v pending, %v", screen, d.Edits, err)
		}
	}
}

// TestThousandsInOnePost refuses what holds more than a draft may, and keeps nothing
// of it.
func TestThousandsInOnePost(t *testing.T) {
	w := newTown(t)
	w.ally(groups.Accepted)
	shared := w.shares("Cordée", directory.Profiles, nil)
	var refs []groups.Ref
	var openings []groups.Opening
	for n := range 130_000 { // what a form of a megabyte can hold
		refs = append(refs, groups.Ref(fmt.Sprint(n)))
		openings = append(openings, groups.Opening{UAI: ormes, Profile: directory.Student})
	}
	refuses(t, "copying them", groups.Copy(w.nina, tilleuls, groups.LocalScreen, refs), access.Stale)
	refuses(t, "opening to them", groups.Allow(w.nina, tilleuls, shared, true, openings...), access.Stale)
}

// TestFarPage shows nobody after the last page, however far.
func TestFarPage(t *testing.T) {
	w := newTown(t)
	id := w.makes(w.nina, tilleuls, "Club", groups.Automatic("student"))
	for _, page := range []int{math.MaxInt, math.MaxInt / 49, math.MinInt, -1, 0, 2} {
		if s := w.sheet(w.nina, tilleuls, id, groups.Among{Page: page}); s.Found != 20 || len(s.People) != map[bool]int{true: 0, false: 20}[page > 1] {
			t.Errorf("page %d has %d of %d", page, len(s.People), s.Found)
		}
		if tree, err := groups.TreeOf(w.nina, tilleuls, groups.LocalScreen, id, page); err != nil || len(tree.Elements)+tree.More > 1 {
			t.Errorf("from %d: %+v %v", page, tree, err)
		}
	}
}

// TestNamesThatLookTheSame are those of one group: a name holds nothing that is not
// seen, and nothing that turns what is around it.
func TestNamesThatLookTheSame(t *testing.T) {
	w := newTown(t)
	w.makes(w.nina, tilleuls, "Club d’échecs")
	for _, name := range []string{"club d'echecs", " Club\u00a0\u202fd’échecs\u2003", "CLUB D’ÉCHECS", "Club d’e\u0301checs", "Club\u200b d’échecs", "Club d’échecs\u202e", "\u2066Club d’échecs\u2069", "Club\ufeff d’é\u00adchecs", "Club d’échecs\u2800"} {
		_, err := groups.Create(w.nina, tilleuls, groups.LocalScreen, groups.NewGroup{Name: name})
		if r, is := err.(*access.Refusal); !is || r.Fields["nom"] == "" {
			t.Errorf("%+q is another name: %v", name, err)
		}
	}
	for _, name := range []string{"\u200b", "\u202e\u2066", "\u2800", "\x00", "a\x7fb", "a\u0085\x9bb", "a\xffb"} {
		id, err := groups.Create(w.nina, tilleuls, groups.LocalScreen, groups.NewGroup{Name: name})
		if err != nil {
			continue
		}
		d, err := groups.DraftOf(w.nina, tilleuls, groups.LocalScreen)
		w.ok(err)
		if e, _ := d.Of(id); strings.ContainsAny(e.Text.Name, "\u200b\u202e\u2066\u2800\x00\x7f\u009b\xff\ufffd") || e.Text.Name == "" {
			t.Errorf("%+q is kept as %+q", name, e.Text)
		}
	}
}

// TestPartnersElements are told by their names and profiles on the screens: their
// identifiers, the codes of their classes and those who left stay with the partner.
func TestPartnersElements(t *testing.T) {
	w := newTown(t)
	w.ally(groups.Accepted)
	id := w.shares("Cordée", directory.Profiles, directory.Profiles)
	left := w.named("Pupilleau")
	w.puts(w.rita, ormes, id, groups.Person(left.ID), groups.Person(w.named("Pupilleav").ID), element("class", "3A", directory.Student))
	left.Attachments = directory.Attachments{{At: "mont-blanc/0740001A", Main: true}}
	left.LastName = "NOUVEAUNOM"
	w.keep(left)
	for s, uai := range map[*access.Session]string{w.nina: tilleuls, w.rita: ormes} {
		tree, err := groups.TreeOf(s, uai, groups.PopulationScreen, id, 0)
		if w.ok(err); len(tree.Elements) != 3 {
			t.Fatalf("%+v", tree.Elements)
		}
		for _, e := range tree.Elements {
			if uai == tilleuls && (e.Ref != "" || e.Note != "" || e.People != 0 || e.School == "") {
				t.Errorf("the partner reads %+v", e)
			}
		}
		if said := fmt.Sprintf("%+v", tree); strings.Contains(said, "NOUVEAUNOM") || strings.Contains(said, "14/03/2012") == (uai == tilleuls) {
			t.Errorf("at %s: %s", uai, said)
		}
	}
}

// TestOthersDeleteAround lets who has something pending in a group that is gone go
// on with the others, and drops what was to be in it once they have seen that.
func TestOthersDeleteAround(t *testing.T) {
	w := newTown(t)
	gone, kept := w.makes(w.nina, tilleuls, "Qui s’en va"), w.makes(w.nina, tilleuls, "Qui reste")
	_, err := groups.Create(w.omar, tilleuls, groups.LocalScreen, groups.NewGroup{Name: "Dedans", Parent: gone})
	w.ok(err)
	_, err = groups.Add(w.omar, tilleuls, groups.LocalScreen, gone, []groups.Ref{groups.Automatic("teacher")}, false)
	w.ok(err)
	other := w.makes(w.nina, tilleuls, "Sans rien en attente")
	_, err = groups.Create(w.omar, tilleuls, groups.LocalScreen, groups.NewGroup{Name: "Dedans aussi", Parent: other})
	w.ok(err)
	w.bins(w.nina, tilleuls, groups.LocalScreen, gone)
	w.bins(w.nina, tilleuls, groups.LocalScreen, other)
	w.ok(groups.Rename(w.omar, tilleuls, groups.LocalScreen, kept, "Qui reste là", ""))
	_, err = groups.Save(w.omar, tilleuls, groups.LocalScreen)
	refuses(t, "saving in a group that is gone", err, access.Stale)
	w.ok(groups.Rebase(w.omar, tilleuls, groups.LocalScreen))
	if n, err := groups.Save(w.omar, tilleuls, groups.LocalScreen); n != 1 || err != nil {
		t.Errorf("%d saved, %v", n, err)
	}
}

// TestForgottenByRosters: the pupils that a class had are not known by their UIDs
// once erased.
func TestForgottenByRosters(t *testing.T) {
	w := newTown(t)
	w.makes(w.nina, tilleuls, "Voyage", element("class", "3A", directory.Student))
	u := w.named("Pupilleaa")
	holds := func() bool {
		found := false
		w.see(func(tx *data.Tx) error {
			for r, err := range groups.Rosters.All(tx) {
				found = found || err != nil || slices.Contains(r.Pupils, u.ID)
			}
			return nil
		})
		return found
	}
	if !holds() {
		t.Fatal("no roster has the pupil")
	}
	u.DeletedAt = w.now()
	w.keep(u)
	w.pass(directory.Retention + time.Hour)
	w.ok(directory.PurgeDeleted(w.job, groups.Forget))
	if holds() {
		t.Error("a roster keeps who was erased")
	}
}

// TestSaveOfThousands saves as much as a draft may hold.
func TestSaveOfThousands(t *testing.T) {
	w := newTown(t)
	d := groups.Draft{Account: w.nina.Account.ID, At: atTilleuls, Screen: groups.LocalScreen, Touched: w.now()}
	for n := range 2500 { // each is in the one before
		e := groups.Edit{Group: fmt.Sprint("g", n), New: true, Text: &groups.Text{Name: fmt.Sprint("Groupe ", n)}, Added: []groups.Ref{groups.Automatic("teacher")}}
		if n > 0 {
			e.Added[0] = groups.Nested(fmt.Sprint("g", n-1))
		}
		d.Edits = append(d.Edits, e)
	}
	w.ok(w.job.Upkeep(func(tx *data.Tx) error { return groups.Drafts.Put(tx, d) }))
	n, err := groups.Save(w.nina, tilleuls, groups.LocalScreen)
	if w.ok(err); n != 5000 {
		t.Error(n, " are saved")
	}
	_, err = groups.Add(w.nina, tilleuls, groups.LocalScreen, "g0", []groups.Ref{groups.Nested("g2499")}, false)
	refuses(t, "the cycle that closes them", err, access.Stale)
}

// TestClosedElementsLeave: an element leaves a shared group once none of its people
// may be there, and no other: one of two profiles stays while either is allowed, and
// what the other establishment put is not looked at.
func TestClosedElementsLeave(t *testing.T) {
	w := newTown(t)
	w.ally(groups.Accepted)
	id := w.shares("Cordée", directory.Profiles, directory.Profiles)
	pupil, teacher := groups.Person(w.named("Pupilleau").ID), groups.Person(w.named("Maîtread").ID)
	w.puts(w.rita, ormes, id, pupil, teacher, element("class", "3A", directory.Student), element("class", "3A", directory.Relative), groups.Automatic("teacher"))
	w.puts(w.nina, tilleuls, id, groups.Automatic("student"))
	closes := func(p directory.Profile, left int) {
		t.Helper()
		o := groups.Opening{UAI: ormes, Profile: p}
		if _, n, err := groups.Leaving(w.nina, tilleuls, id, o); n != left || err != nil {
			t.Errorf("%d would leave with %s, want %d: %v", n, p, left, err)
		}
		w.ok(groups.Allow(w.nina, tilleuls, id, false, o))
		w.saves(w.nina, tilleuls, groups.RightsScreen)
	}
	closes(directory.Guest, 0)
	closes(directory.Student, 2)
	if got := w.elements(id); len(got) != 4 || slices.Contains(got, pupil) || !slices.Contains(got, teacher) {
		t.Errorf("%q stay", got)
	}
	closes(directory.Teacher, 2)
	w.has(id, groups.Automatic("student"), element("class", "3A", directory.Relative))
	w.ok(groups.Allow(w.nina, tilleuls, id, true, groups.Opening{UAI: ormes, Profile: directory.Student}))
	w.saves(w.nina, tilleuls, groups.RightsScreen)
	w.has(id, groups.Automatic("student"), element("class", "3A", directory.Relative))
}
