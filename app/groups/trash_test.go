package groups_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"preau/app/access"
	"preau/app/directory"
	"preau/app/groups"
	"preau/data"
)

// sub makes a sub-group with elements.
func (w *town) sub(s *access.Session, uai, parent, name string, refs ...groups.Ref) string {
	w.t.Helper()
	id, err := groups.Create(s, uai, groups.LocalScreen, groups.NewGroup{Name: name, Parent: parent})
	w.ok(err)
	_, err = groups.Add(s, uai, groups.LocalScreen, id, refs, false)
	w.ok(err)
	w.saves(s, uai, groups.LocalScreen)
	return id
}

func (w *town) bins(s *access.Session, uai string, screen groups.Screen, id string) {
	w.t.Helper()
	w.ok(groups.Delete(s, uai, screen, id))
	w.saves(s, uai, screen)
}

func (w *town) trash(s *access.Session, uai string) []groups.Trashed {
	w.t.Helper()
	all, err := groups.Trash(s, uai)
	w.ok(err)
	return all
}

func refuses(t *testing.T, what string, err error, want access.Kind) {
	t.Helper()
	if err == nil || access.KindOf(err) != want {
		t.Errorf("%s: %v (kind %d), want kind %d", what, err, access.KindOf(err), want)
	}
}

// TestTrash lists what was deleted, says where it comes back, and refuses a name
// that was taken meanwhile beside its field.
func TestTrash(t *testing.T) {
	w := newTown(t)
	around := w.makes(w.nina, tilleuls, "Clubs")
	club := w.sub(w.nina, tilleuls, around, "Échecs", element("class", "3A", directory.Student))
	w.sub(w.nina, tilleuls, club, "Débutants", groups.Person(w.named("Pupilleaa").ID), groups.Person(w.named("Pupilleab").ID))
	w.pass(time.Hour)
	w.bins(w.nina, tilleuls, groups.LocalScreen, club)
	all := w.trash(w.omar, tilleuls)
	if len(all) != 1 || all[0].Name != "Échecs" || all[0].Kids != 1 || all[0].Members != 3 || all[0].Back != "Clubs" || all[0].DeletedBy != "ROUX Nina" ||
		!all[0].DeletedAt.Equal(w.now()) || all[0].Until.Sub(all[0].DeletedAt) != 30*24*time.Hour {
		t.Errorf("%+v", all)
	}
	if all := w.trash(w.rita, ormes); len(all) != 0 {
		t.Errorf("another establishment reads %+v", all)
	}
	_, err := groups.Trash(w.rita, tilleuls)
	refuses(t, "the bin of another establishment", err, access.Missing)
	_, err = groups.TrashedOf(w.rita, ormes, club)
	refuses(t, "a group of another's bin", err, access.Missing)
	_, err = groups.Restore(w.rita, ormes, club, "")
	refuses(t, "restoring another's", err, access.Missing)

	w.sub(w.omar, tilleuls, around, "échecs")
	_, err = groups.Restore(w.nina, tilleuls, club, "")
	if refusal, is := err.(*access.Refusal); !is || refusal.Fields["nom"] == "" {
		t.Errorf("a taken name is not refused beside its field: %v", err)
	}
	g, err := groups.Restore(w.nina, tilleuls, club, "Échecs du midi")
	if w.ok(err); g.Parent != around || g.Name != "Échecs du midi" || g.Deleted() || len(w.trash(w.nina, tilleuls)) != 0 {
		t.Errorf("%+v", g)
	}
	if all := w.people(around); len(all) != 10 {
		t.Errorf("%v came back", all)
	}

	w.bins(w.nina, tilleuls, groups.LocalScreen, club)
	w.bins(w.nina, tilleuls, groups.LocalScreen, around)
	one, err := groups.TrashedOf(w.nina, tilleuls, club)
	if w.ok(err); one.Back != "" {
		t.Errorf("comes back in %q, which is in the bin", one.Back)
	}
	if g, err = groups.Restore(w.nina, tilleuls, club, ""); err != nil || g.Parent != "" {
		t.Errorf("%+v %v", g, err)
	}
}

// TestPurge erases, after 30 days and not before, what was deleted: the group, its
// sub-groups, their members, what names them in other groups and in what people have
// pending. The journal stays.
func TestPurge(t *testing.T) {
	w := newTown(t)
	w.ally(groups.Accepted)
	club := w.makes(w.nina, tilleuls, "Échecs", element("class", "3A", directory.Student))
	inner := w.sub(w.nina, tilleuls, club, "Débutants", groups.Person(w.named("Pupilleaa").ID))
	user := w.makes(w.nina, tilleuls, "Tournoi", groups.Nested(club), groups.Nested(inner), groups.Automatic("teacher"))
	shared := w.shares("Cordée", directory.Profiles, directory.Profiles)
	w.puts(w.rita, ormes, shared, groups.Automatic("teacher"))
	_, err := groups.Add(w.omar, tilleuls, groups.LocalScreen, w.draftedGroup(), []groups.Ref{groups.Nested(club), groups.Automatic("staff")}, false)
	w.ok(err)
	w.ok(groups.Copy(w.omar, tilleuls, groups.LocalScreen, []groups.Ref{groups.Nested(inner)}))
	w.bins(w.nina, tilleuls, groups.LocalScreen, club)
	w.bins(w.nina, tilleuls, groups.RightsScreen, shared)

	w.pass(30 * 24 * time.Hour)
	w.ok(groups.PurgeTrash(w.job))
	if all := w.trash(w.nina, tilleuls); len(all) != 2 {
		t.Errorf("purged too soon: %+v", all)
	}
	w.pass(time.Minute)
	for range 2 {
		w.ok(groups.PurgeTrash(w.job))
	}
	if all := w.trash(w.nina, tilleuls); len(all) != 0 {
		t.Errorf("still there: %+v", all)
	}
	for _, id := range []string{club, inner, shared} {
		w.see(func(tx *data.Tx) error {
			if known, err := groups.Groups.Has(tx, id); known || err != nil || len(w.elements(id)) > 0 {
				t.Errorf("%s: %v %v", id, known, err)
			}
			return nil
		})
		if len(w.history(w.job, id)) == 0 {
			t.Errorf("the journal of %s is gone", id)
		}
	}
	w.has(user, groups.Automatic("teacher"))
	if events := w.history(w.nina, user); events[0].Action != "group.purge" || !strings.Contains(events[0].Note, "qui en était membre") {
		t.Errorf("%+v", events[0])
	}
	d, err := groups.DraftOf(w.omar, tilleuls, groups.LocalScreen)
	if w.ok(err); len(d.Copied) != 0 || len(d.Edits) != 1 || !slices.Equal(d.Edits[0].Added, []groups.Ref{groups.Automatic("staff")}) {
		t.Errorf("pending: %+v", d)
	}
	w.saves(w.omar, tilleuls, groups.LocalScreen)
}

// draftedGroup is a group that the other administrator is making.
func (w *town) draftedGroup() string {
	w.t.Helper()
	id, err := groups.Create(w.omar, tilleuls, groups.LocalScreen, groups.NewGroup{Name: "À finir"})
	w.ok(err)
	return id
}

// TestNewInNew saves together a group and another one that it is made to contain,
// begun later.
func TestNewInNew(t *testing.T) {
	w := newTown(t)
	outer := w.draftedGroup()
	inner, err := groups.Create(w.omar, tilleuls, groups.LocalScreen, groups.NewGroup{Name: "Après"})
	w.ok(err)
	for id, ref := range map[string]groups.Ref{outer: groups.Nested(inner), inner: groups.Automatic("teacher")} {
		_, err := groups.Add(w.omar, tilleuls, groups.LocalScreen, id, []groups.Ref{ref}, false)
		w.ok(err)
	}
	w.saves(w.omar, tilleuls, groups.LocalScreen)
	if all := w.people(outer); len(all) != 3 {
		t.Errorf("%v", all)
	}
}

// TestConcurrent refuses the second of two people who change one group, tells them
// what the first did, loses nothing of what they typed, and takes it once they have
// seen it.
func TestConcurrent(t *testing.T) {
	w := newTown(t)
	id := w.makes(w.nina, tilleuls, "Voyage", element("class", "3A", directory.Student))
	_, err := groups.Add(w.nina, tilleuls, groups.LocalScreen, id, []groups.Ref{element("class", "3B", directory.Student)}, false)
	w.ok(err)
	w.ok(groups.Rename(w.omar, tilleuls, groups.LocalScreen, id, "Voyage à Rome", "Au printemps"))
	_, err = groups.Add(w.omar, tilleuls, groups.LocalScreen, id, []groups.Ref{element("class", "3A", directory.Relative), element("class", "3B", directory.Student)}, false)
	w.ok(err)
	w.pass(time.Minute)
	w.saves(w.nina, tilleuls, groups.LocalScreen)
	before, err := groups.DraftOf(w.omar, tilleuls, groups.LocalScreen)
	w.ok(err)

	_, err = groups.Save(w.omar, tilleuls, groups.LocalScreen)
	refuses(t, "the second save", err, access.Stale)
	for _, want := range []string{"«\u00a0Voyage\u00a0»", "ROUX Nina", "Élèves de 3B"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("%q does not say %s", err, want)
		}
	}
	after, err := groups.DraftOf(w.omar, tilleuls, groups.LocalScreen)
	if w.ok(err); after.Pending() != before.Pending() || !slices.Equal(after.Edits[0].Added, before.Edits[0].Added) || *after.Edits[0].Text != *before.Edits[0].Text {
		t.Errorf("had %+v, has %+v", before, after)
	}
	w.has(id, element("class", "3A", directory.Student), element("class", "3B", directory.Student))

	w.ok(groups.Rebase(w.omar, tilleuls, groups.LocalScreen))
	w.saves(w.omar, tilleuls, groups.LocalScreen)
	w.has(id, element("class", "3A", directory.Relative), element("class", "3A", directory.Student), element("class", "3B", directory.Student))
	sheet, err := groups.SheetOf(w.nina, tilleuls, id, groups.Among{})
	if w.ok(err); sheet.Name != "Voyage à Rome" || sheet.Description != "Au printemps" {
		t.Errorf("%+v", sheet.Group)
	}
}
