package directory_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"preau/app/access"
	"preau/app/directory"
	"preau/app/post"
	"preau/data"
)

// stays moves nothing of the areas above.
var stays = directory.Mover{
	Move: func(*data.Tx, directory.User, directory.User) ([]string, error) { return nil, nil },
	Back: func(*data.Tx, directory.User, directory.User, []string) error { return nil },
}

// twins are two guests of Balzac who are one person, the second also of Colette.
func (c *cast) twins() (one, two directory.User) {
	c.t.Helper()
	one = c.guest(c.claire, balzac, luc)
	f := luc
	f.LastName, f.Email = "Vaseur", "vaseur@exemple.example"
	two = c.guest(c.claire, balzac, f)
	if err := directory.AttachGuest(c.sophie, colette, two.ID, f); err != nil {
		c.t.Fatal(err)
	}
	return one, c.read(two.ID)
}

func TestMergeGuests(t *testing.T) {
	c := newCast(t)
	c.posts()
	one, two := c.twins()
	pairs, err := directory.HomonymsOf(c.claire, balzac, directory.Guest)
	if err != nil || len(pairs) != 1 {
		t.Fatalf("%+v %v", pairs, err)
	}
	wants(t, "somebody of a school out of reach goes", directory.MergeGuests(c.claire, balzac, one.ID, two.ID, stays), access.Stale)
	c.edit(c.paul, balzac, two.ID, func(f *directory.UserForm) { f.Editor = new(true) })
	c.edit(c.paul, balzac, two.ID, func(f *directory.UserForm) { f.Admin = new(true) })
	if err := c.choose(c.mailed(luc.Email)[0]); err != nil {
		t.Fatal(err)
	}
	wants(t, "a local administrator merges another", directory.MergeGuests(c.claire, balzac, one.ID, two.ID, stays), access.Forbidden)
	if err := directory.MergeGuests(c.paul, balzac, one.ID, two.ID, stays); err != nil {
		t.Fatal(err)
	}
	kept, gone := c.read(one.ID), c.read(two.ID)
	if !slices.Equal(kept.Places(), placesOf(balzac, colette)) || !kept.Attachments[0].Editor || !kept.Attachments[0].Main || kept.Attachments[1].Main || kept.State() != directory.Active {
		t.Errorf("kept: %+v", kept)
	}
	if gone.State() != directory.Deleted || !strings.Contains(gone.DeletedBy, "luc.vasseur") {
		t.Errorf("gone: %+v", gone)
	}
	if s := c.signIn("luc.vasseur"); !s.Can(access.ManageAccounts, placeOf(balzac)) {
		t.Error("the rights have not moved")
	}
	if sent := c.mailed("vaseur@exemple.example"); !slices.ContainsFunc(sent, func(m post.Mail) bool { return strings.Contains(m.Lines[0], "l’identifiant luc.vasseur.") }) {
		t.Errorf("the person is not told: %+v", sent)
	}
	merges, err := directory.MergesOf(c.claire, balzac)
	if err != nil || len(merges) != 1 {
		t.Fatalf("%+v %v", merges, err)
	}
	wants(t, "undone from elsewhere", directory.UndoMerge(c.sophie, balzac, merges[0].ID, stays), access.Missing)
	wants(t, "undone by an address of elsewhere", directory.UndoMerge(c.sophie, colette, merges[0].ID, stays), access.Missing)
	if err := directory.UndoMerge(c.paul, balzac, merges[0].ID, stays); err != nil {
		t.Fatal(err)
	}
	again, back := c.read(one.ID), c.read(two.ID)
	if !slices.Equal(again.Places(), placesOf(balzac)) || again.Attachments[0].Editor || back.State() != directory.Inactive || len(back.Attachments) != 2 {
		t.Errorf("undone: %+v %+v", again, back)
	}
	c.see(func(tx *data.Tx) error {
		if _, err := access.LocalGrant(tx, two.ID, placeOf(balzac)); err != nil {
			t.Error("the right is not back:", err)
		}
		if role, err := access.RoleOf(tx, one.ID); role != "" || err != nil {
			t.Error("the right stays:", role, err)
		}
		return nil
	})
	wants(t, "undone twice", directory.UndoMerge(c.paul, balzac, merges[0].ID, stays), access.Missing)
}

// A merge that something has followed, or of the day before, is not undone.
func TestMergeIsUndoneForADay(t *testing.T) {
	c := newCast(t)
	f := luc
	f.Email = "autre@exemple.example"
	merged := func() string {
		t.Helper()
		one, two := c.guest(c.claire, balzac, luc), c.guest(c.claire, balzac, f)
		if err := directory.MergeGuests(c.claire, balzac, one.ID, two.ID, stays); err != nil {
			t.Fatal(err)
		}
		all, err := directory.MergesOf(c.claire, balzac)
		if err != nil {
			t.Fatal(err)
		}
		i := slices.IndexFunc(all, func(m directory.Merge) bool { return m.Kept == one.ID })
		return all[i].ID
	}
	id := merged()
	all, err := directory.MergesOf(c.claire, balzac)
	if err != nil {
		t.Fatal(err)
	}
	c.edit(c.claire, balzac, all[0].Kept, func(f *directory.UserForm) { f.Mobile = "06 39 98 00 01" })
	wants(t, "changed since", directory.UndoMerge(c.claire, balzac, id, stays), access.Stale)
	id = merged()
	c.pass(25 * time.Hour)
	wants(t, "a day later", directory.UndoMerge(c.claire, balzac, id, stays), access.Missing)
	c.night()
	if all, err := directory.MergesOf(c.claire, balzac); err != nil || len(all) != 0 {
		t.Errorf("%+v %v", all, err)
	}
}

// Only two guests are merged, and neither oneself.
func TestWhoIsNotMerged(t *testing.T) {
	c := newCast(t)
	one := c.guest(c.claire, balzac, luc)
	a, b := c.put(aTeacher("FAURE", "Julie", balzac)), c.put(aTeacher("FAURE", "Julia", balzac))
	wants(t, "teachers", directory.MergeGuests(c.claire, balzac, a.ID, b.ID, stays), access.Stale)
	wants(t, "a guest and a teacher", directory.MergeGuests(c.claire, balzac, one.ID, a.ID, stays), access.Missing)
	wants(t, "with oneself", directory.MergeGuests(c.claire, balzac, one.ID, one.ID, stays), access.Missing)
	me := c.guest(c.claire, balzac, directory.GuestForm{LastName: "Moi", FirstName: "Même", Email: "moi@exemple.example", Birth: "01/01/1980"})
	c.activate(me.ID)
	c.makeAdmin(me.ID, balzac)
	s := c.signIn("meme.moi")
	wants(t, "one's own account goes", directory.MergeGuests(s, balzac, one.ID, me.ID, stays), access.Stale)
	other := c.guest(c.claire, balzac, directory.GuestForm{LastName: "Autre", FirstName: "Anne", Email: "anne@exemple.example", Birth: "01/01/1980"})
	c.remove(one)
	wants(t, "somebody deleted", directory.MergeGuests(c.claire, balzac, other.ID, one.ID, stays), access.Stale)
}

// The rights of somebody who administers out of the author's reach do not move.
func TestMergeMovesNoForeignRight(t *testing.T) {
	c := newCast(t)
	f := luc
	f.Email = "autre@exemple.example"
	one, two := c.guest(c.claire, balzac, luc), c.guest(c.claire, balzac, f)
	if err := c.system.Do(preparing, func(tx *data.Tx) (data.Row, error) {
		_, err := access.Give(tx, two.ID, access.LocalAdmin, placeOf(savoie))
		return two, err
	}); err != nil {
		t.Fatal(err)
	}
	wants(t, "an administrator of another académie", directory.MergeGuests(c.paul, balzac, one.ID, two.ID, stays), access.Stale)
	if role := c.role(one.ID); role != "" || c.role(two.ID) != access.LocalAdmin {
		t.Errorf("the right has moved: %q", role)
	}
	c.pass(6 * time.Minute) // and nobody moves one in a session left open
	if err := directory.MergeGuests(c.marc, balzac, one.ID, two.ID, stays); err == nil {
		t.Error("without a recent proof")
	} else {
		wantsField(t, "without a recent proof", err, access.ProofField)
	}
}

// role is the highest that somebody holds.
func (c *cast) role(id string) (r access.Role) {
	c.t.Helper()
	c.see(func(tx *data.Tx) (err error) { r, err = access.RoleOf(tx, id); return err })
	return r
}

// « Ce sont deux personnes » is remembered, whichever is named first.
func TestDistinguish(t *testing.T) {
	c := newCast(t)
	f := luc
	f.Email, f.Birth = "autre@exemple.example", "01/01/1990"
	one, two := c.guest(c.claire, balzac, luc), c.guest(c.claire, balzac, f)
	wants(t, "from elsewhere", directory.Distinguish(c.sophie, balzac, one.ID, two.ID), access.Missing)
	if err := directory.Distinguish(c.claire, balzac, two.ID, one.ID); err != nil {
		t.Fatal(err)
	}
	if pairs, err := directory.HomonymsOf(c.claire, balzac, directory.Guest); err != nil || len(pairs) != 0 {
		t.Errorf("proposed again: %+v %v", pairs, err)
	}
	if twins, err := directory.Homonyms(c.claire, balzac, one.ID); err != nil || len(twins) != 0 {
		t.Errorf("in the diagnosis: %+v %v", twins, err)
	}
	c.remove(two)
	c.pass(directory.Retention + day)
	if err := directory.PurgeDeleted(c.system); err != nil {
		t.Fatal(err)
	}
	c.see(func(tx *data.Tx) error {
		for d, err := range directory.Distincts.All(tx) {
			t.Errorf("%+v is kept of somebody who is erased: %v", d, err)
		}
		return nil
	})
}
