package groups_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"preau/app/access"
	"preau/app/directory"
	"preau/app/groups"
	"preau/data"
)

// purge erases somebody whose account has been deleted for long enough.
func (h *hall) purge(id string) {
	h.t.Helper()
	h.change(directory.User{ID: id}, func(u *directory.User) { u.DeletedAt = h.now() })
	h.pass(directory.Retention + time.Hour)
	h.must(directory.PurgeDeleted(h.system, groups.Forget))
}

// told is what the journal holds, of everything that the appliance did.
func (h *hall) told() string {
	h.t.Helper()
	var all strings.Builder
	h.see(func(tx *data.Tx) error {
		events, err := data.EventsAfter(tx, "", 0, 10_000)
		for _, e := range events {
			fmt.Fprintf(&all, "%+v %+v\n", e, e.Personal)
		}
		return err
	})
	return all.String()
}

// kept is what the groups hold.
func (h *hall) kept() string {
	h.t.Helper()
	var all strings.Builder
	h.see(func(tx *data.Tx) error {
		for g, err := range groups.Groups.All(tx) {
			h.must(err)
			fmt.Fprintf(&all, "%+v\n", g)
		}
		for m, err := range groups.Memberships.All(tx) {
			h.must(err)
			fmt.Fprintf(&all, "%+v\n", m)
		}
		for d, err := range groups.Drafts.All(tx) {
			h.must(err)
			fmt.Fprintf(&all, "%+v\n", d)
		}
		for p, err := range groups.Partnerships.All(tx) {
			h.must(err)
			fmt.Fprintf(&all, "%+v\n", p)
		}
		return nil
	})
	return all.String()
}

// TestForgetMember: somebody who is erased leaves every group, even of an
// establishment that they have left, what others have not saved, and the journal.
func TestForgetMember(t *testing.T) {
	h := newHall(t)
	zyg := h.person(directory.Teacher, "ZYGOMATIQUE", "Xénophon", hallBalzac, func(u *directory.User) {
		u.Attachments = append(u.Attachments, directory.Attachment{At: hallPlace(hallColette)})
	})
	h.enter(zyg)
	id := h.local(h.claire, hallBalzac, "", "Échecs", groups.Person(zyg.ID), me(h.lucas))
	h.local(h.sophie, hallColette, "", "Dames", groups.Person(zyg.ID))
	waiting, err := groups.Create(h.claire, hallBalzac, groups.LocalScreen, groups.NewGroup{Name: "En attente"})
	h.must(err)
	h.must(groups.Take(h.claire, hallBalzac, groups.LocalScreen, id, []groups.Ref{groups.Person(zyg.ID), me(h.lucas)}))
	h.must(groups.Copy(h.sophie, hallColette, groups.LocalScreen, []groups.Ref{groups.Person(zyg.ID)}))
	h.change(zyg, func(u *directory.User) { u.Attachments = u.Attachments[:1] })
	if n := strings.Count(h.kept(), zyg.ID); n < 4 {
		t.Fatalf("groups name them %d times", n)
	}
	h.purge(zyg.ID)
	if kept := h.kept(); strings.Contains(kept, zyg.ID) || !strings.Contains(kept, h.lucas.Account.ID) || !strings.Contains(kept, waiting) {
		t.Errorf("groups hold %s", kept)
	}
	if told := h.told(); strings.Contains(told, "ZYGOMATIQUE") || strings.Contains(told, "Xénophon") || !strings.Contains(told, "Échecs") {
		t.Errorf("the journal tells %s", told)
	}
}

// TestForgetAuthor: what an administrator made, filled, deleted and agreed stays,
// without their name; what they had not saved goes.
func TestForgetAuthor(t *testing.T) {
	h := newHall(t)
	s := h.admin(h.person(directory.Staff, "ZYGOMATIQUE", "Xénophon", hallBalzac, nil), hallBalzac)
	h.sophie, s = s, h.sophie // who signs the partnership
	h.partner(hallBalzac, hallColette)
	h.sophie, s = s, h.sophie
	h.local(s, hallBalzac, "", "Échecs", me(h.lucas))
	other := h.local(h.claire, hallBalzac, "", "Dames", me(h.zoe))
	h.must(groups.Delete(s, hallBalzac, groups.LocalScreen, other))
	_, err := groups.Save(s, hallBalzac, groups.LocalScreen)
	h.must(err)
	_, err = groups.Create(s, hallBalzac, groups.LocalScreen, groups.NewGroup{Name: "Brouillon baroque"})
	h.must(err)
	if n := strings.Count(h.kept(), "ZYGOMATIQUE"); n != 4 {
		t.Fatalf("groups name them %d times in %s", n, h.kept())
	}
	h.purge(s.Account.ID)
	kept := h.kept()
	if strings.Contains(kept, "ZYGOMATIQUE") || strings.Contains(kept, s.Account.ID) || strings.Contains(kept, "baroque") || strings.Count(kept, groups.Erased) != 4 || !strings.Contains(kept, "MOREAU Claire") {
		t.Errorf("groups hold %s", kept)
	}
}

// TestMergedGuestsKeepTheirGroups: who is kept is in the groups of the other one,
// which is back in them when the merge is undone.
func TestMergedGuestsKeepTheirGroups(t *testing.T) {
	h := newHall(t)
	one, two := h.person(directory.Guest, "VASSEUR", "Lucien", hallBalzac, nil), h.person(directory.Guest, "VASSEURE", "Lucien", hallBalzac, nil)
	for i, u := range []directory.User{one, two} {
		h.do(func(tx *data.Tx) (data.Row, error) { return directory.Activate(tx, u.ID, fmt.Sprint("-", i), tx.Now) })
	}
	both := h.local(h.claire, hallBalzac, "", "Les deux", groups.Person(one.ID), groups.Person(two.ID))
	only := h.local(h.claire, hallBalzac, "", "Le second", groups.Person(two.ID))
	first := h.local(h.claire, hallBalzac, "", "Le premier", groups.Person(one.ID))
	in := func(want map[string][]directory.User) {
		t.Helper()
		h.see(func(tx *data.Tx) error {
			for id, people := range want {
				got, err := groups.EffectiveIDs(tx, id)
				h.must(err)
				var ids []string
				for _, u := range people {
					ids = append(ids, u.ID)
				}
				if fmt.Sprint(got) != fmt.Sprint(ids) {
					t.Errorf("%s has %v, want %v", id, got, ids)
				}
			}
			return nil
		})
	}
	before := map[string][]directory.User{both: {one, two}, only: {two}, first: {one}}
	in(before)
	h.must(directory.MergeGuests(h.claire, hallBalzac, one.ID, two.ID, groups.Moving))
	in(map[string][]directory.User{both: {one}, only: {one}, first: {one}})
	merges, err := directory.MergesOf(h.claire, hallBalzac)
	h.must(err)
	h.must(directory.UndoMerge(h.claire, hallBalzac, merges[0].ID, groups.Moving))
	in(before)
	if told := h.told(); strings.Count(told, "guest.merge") != 1 || access.KindOf(directory.UndoMerge(h.claire, hallBalzac, merges[0].ID, groups.Moving)) != access.Missing {
		t.Error(told)
	}
}
