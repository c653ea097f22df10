package groups_test

import (
	"slices"
	"strings"
	"testing"

	"preau/app/access"
	"preau/app/directory"
	"preau/app/groups"
)

// TestCycleIsRefusedWithItsPath: a group is never in itself, and the refusal names
// the groups that would make it so, by elements and by sub-groups.
func TestCycleIsRefusedWithItsPath(t *testing.T) {
	w := newTown(t)
	council := w.makes(w.nina, tilleuls, "Conseil")
	canteen := w.sub(w.nina, tilleuls, council, "Cantine")
	menus := w.makes(w.nina, tilleuls, "Menus")
	_, err := groups.Add(w.nina, tilleuls, groups.LocalScreen, canteen, []groups.Ref{groups.Nested(menus)}, false)
	w.ok(err)
	_, err = groups.Add(w.nina, tilleuls, groups.LocalScreen, menus, []groups.Ref{groups.Nested(council)}, false)
	refuses(t, "a cycle through what waits", err, access.Stale)
	if want := "«\u00a0Menus\u00a0» contient «\u00a0Conseil\u00a0» contient «\u00a0Cantine\u00a0» contient «\u00a0Menus\u00a0»"; err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("%v does not say %s", err, want)
	}
	w.saves(w.nina, tilleuls, groups.LocalScreen)
	if refs := w.elements(menus); len(refs) != 0 {
		t.Errorf("the refused element is there: %v", refs)
	}
	_, err = groups.Add(w.nina, tilleuls, groups.LocalScreen, menus, []groups.Ref{groups.Nested(menus)}, false)
	refuses(t, "itself", err, access.Stale)
}

// TestNamesAndDepth: two groups beside each other have two names, whatever their
// case, accents and spaces; those in different places may share one; sub-groups have
// six levels.
func TestNamesAndDepth(t *testing.T) {
	w := newTown(t)
	in := w.makes(w.nina, tilleuls, "Théâtre")
	for _, name := range []string{"théatre", " Théâtre  ", ""} {
		_, err := groups.Create(w.nina, tilleuls, groups.LocalScreen, groups.NewGroup{Name: name})
		refuses(t, name, err, access.Invalid)
	}
	for range 5 {
		in = w.sub(w.nina, tilleuls, in, "Théâtre")
	}
	_, err := groups.Create(w.nina, tilleuls, groups.LocalScreen, groups.NewGroup{Name: "Théâtre", Parent: in})
	refuses(t, "a seventh level", err, access.Invalid)
	_, err = groups.Create(w.nina, tilleuls, groups.LocalScreen, groups.NewGroup{Name: strings.Repeat("é", 81)})
	refuses(t, "81 letters", err, access.Invalid)
}

// TestWithRelatives: with students come their relatives, of a class as a group that
// follows it, of a person as people.
func TestWithRelatives(t *testing.T) {
	w := newTown(t)
	id, err := groups.Create(w.nina, tilleuls, groups.LocalScreen, groups.NewGroup{Name: "Sortie"})
	w.ok(err)
	pupil := w.named("Pupilleaa")
	added, err := groups.Add(w.nina, tilleuls, groups.LocalScreen, id, []groups.Ref{element("class", "3B", directory.Student), groups.Person(pupil.ID)}, true)
	w.ok(err)
	w.saves(w.nina, tilleuls, groups.LocalScreen)
	want := []groups.Ref{element("class", "3B", directory.Relative), element("class", "3B", directory.Student), groups.Person(pupil.ID), groups.Person(pupil.Links[0].Relative)}
	got := w.elements(id)
	slices.Sort(got)
	slices.Sort(want)
	if added != 4 || !slices.Equal(got, want) {
		t.Errorf("%d added: %v, want %v", added, got, want)
	}
}

// TestOneSaveTwoGroups: what one saving does to two shared groups of different
// establishments is told in each to its own, and to them alone.
func TestOneSaveTwoGroups(t *testing.T) {
	w := newTown(t)
	w.ally(groups.Accepted)
	both := w.shares("Cordée", directory.Profiles, directory.Profiles)
	own, err := groups.Create(w.rita, ormes, groups.RightsScreen, groups.NewGroup{Name: "Chorale des Ormes"})
	w.ok(err)
	w.ok(groups.Allow(w.rita, ormes, own, true, groups.Opening{UAI: ormes, Profile: directory.Teacher}))
	w.saves(w.rita, ormes, groups.RightsScreen)
	for _, id := range []string{both, own} {
		_, err := groups.Add(w.rita, ormes, groups.PopulationScreen, id, []groups.Ref{groups.Automatic(string(directory.Teacher))}, false)
		w.ok(err)
	}
	w.saves(w.rita, ormes, groups.PopulationScreen)

	said := func(s *access.Session, uai string) (text string) {
		events, _, err := directory.Journal(s, uai, 0, 4)
		w.ok(err)
		for _, e := range events {
			text += e.Says + " " + e.Label + " " + e.Note + "\n"
			for _, c := range e.Changes {
				text += "\t" + c.Field + c.Before + " " + c.After + "\n"
			}
		}
		return text
	}
	theirs, hers := said(w.nina, tilleuls), said(w.rita, ormes)
	if !strings.Contains(theirs, "Membres d’un groupe Cordée 1 ajout") || strings.Contains(theirs, "Chorale") || strings.Contains(theirs, "\tMembre") {
		t.Errorf("Les Tilleuls read\n%s", theirs)
	}
	if !strings.Contains(hers, "Membres d’un groupe Cordée 1 ajout") || !strings.Contains(hers, "Membres d’un groupe Chorale des Ormes 1 ajout") || strings.Count(hers, "Enseignants") < 2 {
		t.Errorf("Les Ormes read\n%s", hers)
	}
}
