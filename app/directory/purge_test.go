package directory_test

import (
	"bytes"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"preau/app/access"
	"preau/app/directory"
	"preau/data"
)

// purge runs the purge, as must succeed.
func (w *world) purge() {
	w.t.Helper()
	if err := directory.PurgeDeleted(w.system); err != nil {
		w.t.Fatal(err)
	}
}

// nights purges every night until a duration has passed.
func (w *world) nights(d time.Duration) {
	w.t.Helper()
	for end := w.now().Add(d); w.now().Before(end); {
		w.pass(min(day, end.Sub(w.now())))
		w.purge()
	}
}

func (w *world) exists(id string) (yes bool) {
	w.t.Helper()
	w.see(func(tx *data.Tx) (err error) { yes, err = directory.Users.Has(tx, id); return err })
	return yes
}

func TestPurgeAfterTheRetention(t *testing.T) {
	c := newCast(t)
	u := c.remove(c.put(aTeacher("FAURE", "Julie", balzac)))
	kept := c.put(aTeacher("PETIT", "Luc", balzac))
	c.nights(directory.Retention)
	if !c.exists(u.ID) {
		t.Fatal("purged on the 89th day")
	}
	c.nights(time.Second)
	if c.exists(u.ID) || !c.exists(kept.ID) {
		t.Fatal("not purged after 89 days, or with others")
	}
	if e := c.events()[0]; e.Action != "user.purge" || e.Personal.Note != "1 compte" {
		t.Errorf("%+v %+v", e, e.Personal)
	}
	// The UID is never given again, the login may be.
	if again := c.newcomer("Faure", "Julie"); again.ID == u.ID || again.Login.Value() != "julie.faure" {
		t.Errorf("%+v", again)
	}
}

// One who is restored keeps everything; the 89 days begin again at the next deletion.
func TestRestoredInTime(t *testing.T) {
	c := newCast(t)
	u := c.put(aTeacher("FAURE", "Julie", balzac))
	c.remove(u)
	c.nights(80 * day)
	back := c.read(u.ID)
	back.DeletedAt, back.DeletedBy = time.Time{}, ""
	c.put(back)
	c.nights(20 * day)
	if !c.exists(u.ID) {
		t.Fatal("purged though restored")
	}
	c.remove(u)
	c.nights(80 * day)
	if !c.exists(u.ID) {
		t.Error("purged 80 days after the second deletion")
	}
}

// PRIV-01: nothing of a purged person is left, in any table, event, report or
// file, once the store is compacted; the chain of the journal still verifies.
func TestPurgeLeavesNoTrace(t *testing.T) {
	c := newCast(t)
	const last, first = "ZYGOMATIQUE", "Xénophon"
	u := aTeacher(last, first, balzac)
	u.INE, u.Email.Federated = "1234567890Q", "zygomatique@exemple.example"
	u = c.put(u)
	c.activate(u.ID)
	c.makeAdmin(u.ID, balzac)
	s := c.signIn(u.Login.Value())
	c.pass(time.Minute)
	if err := directory.Opened(s, balzac); err != nil {
		t.Fatal(err)
	}
	c.edit(c.claire, balzac, u.ID, func(f *directory.UserForm) { f.Mobile = "0612345678" })
	if _, err := directory.RecordOf(c.claire, balzac, u.ID); err != nil {
		t.Fatal(err)
	}
	if err := c.Flush(); err != nil {
		t.Fatal(err)
	}
	if err := c.system.Upkeep(func(tx *data.Tx) error {
		if err := directory.Sources.Put(tx, directory.Source{ID: "val-de-seine/2D/x/1", User: u.ID, At: []data.Place{placeOf(balzac)}}); err != nil {
			return err
		}
		return directory.Outcomes.Put(tx, directory.Outcome{Import: "i", N: 1, Kind: directory.SaysDeleted, Who: u.Label(), User: u.ID, ID: "1", Says: last, At: placeOf(balzac)})
	}); err != nil {
		t.Fatal(err)
	}
	c.remove(u)
	c.nights(directory.Retention + day)
	if err := c.Sweep(); err != nil {
		t.Fatal(err)
	}
	for _, e := range c.events() {
		if e.Subject == u.ID && e.Personal != nil {
			t.Errorf("the event %d still names the person: %+v", e.Seq, e.Personal)
		}
		if e.Personal != nil && strings.Contains(e.Personal.Label+e.Personal.Note, last) {
			t.Errorf("the event %d about %s names the person: %+v", e.Seq, e.Subject, e.Personal)
		}
	}
	c.see(func(tx *data.Tx) error {
		for _, missing := range []func() (bool, error){
			func() (bool, error) { return access.Accounts.Has(tx, u.ID) }, func() (bool, error) { return access.Presences.Has(tx, u.ID) },
			func() (bool, error) { return directory.Recents.Has(tx, u.ID) }, func() (bool, error) { return directory.Sources.Has(tx, "val-de-seine/2D/x/1") },
		} {
			if has, err := missing(); has || err != nil {
				t.Error("a row is left", err)
			}
		}
		for g, err := range access.Grants.All(tx) {
			if err != nil || g.Account == u.ID {
				t.Errorf("a grant is left: %+v %v", g, err)
			}
		}
		return nil
	})
	if found := c.found("moreau", "zygomatique", "xénophon", "1234567890Q"); !slices.Equal(found, []string{"moreau"}) {
		t.Errorf("files hold %q", found)
	}
}

// found returns those of some words that a file of the store holds, once it is
// compacted.
func (w *world) found(words ...string) (found []string) {
	w.t.Helper()
	if err := w.store.Compact(w.t.Context()); err != nil {
		w.t.Fatal(err)
	}
	w.indexed()
	if err := w.store.Reindex(w.t.Context()); err != nil {
		w.t.Fatal(err)
	}
	w.indexed()
	var all []byte
	if err := filepath.WalkDir(w.dir, func(path string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			raw, _ := os.ReadFile(path) // files of the index go as they are merged
			all = append(all, bytes.ToLower(raw)...)
		}
		return nil
	}); err != nil {
		w.t.Fatal(err)
	}
	for _, word := range words {
		if bytes.Contains(all, []byte(strings.ToLower(word))) {
			found = append(found, word)
		}
	}
	return found
}

// LIM-08: a clock that jumps purges nobody, until somebody says that it is right.
func TestPurgeDoubtsTheClock(t *testing.T) {
	c := newCast(t)
	u := c.remove(c.put(aTeacher("FAURE", "Julie", balzac)))
	c.purge()
	for what, jump := range map[string]time.Duration{"ten years later": 3650 * day, "six weeks later": 41 * day, "an hour before": -time.Hour} {
		c.pass(jump)
		wants(t, what, directory.PurgeDeleted(c.system), access.Stale)
		if !c.exists(u.ID) {
			t.Fatal(what, "purged")
		}
		c.pass(-jump)
	}
	c.pass(40 * day)
	c.purge()
	c.pass(100 * day)
	wants(t, "long off", directory.PurgeDeleted(c.system), access.Stale)
	wants(t, "trusted by an advisor", directory.TrustClock(c.paul), access.Missing)
	if err := directory.TrustClock(c.marc); err != nil {
		t.Fatal(err)
	}
	if e := c.events()[0]; e.Action != "appliance.clock" || e.Severity != data.Important || e.Personal.By != "ADMIN marc.dubois" {
		t.Errorf("%+v", e)
	}
	c.purge()
	if c.exists(u.ID) {
		t.Error("still there once the clock is trusted")
	}
}

// A purge that was killed is ended by the next one.
func TestPurgeResumes(t *testing.T) {
	c := newCast(t)
	purging := access.Actions[slices.IndexFunc(access.Actions, func(a access.Action) bool { return a.Key == "user.purge" })]
	if err := c.system.Begin(purging, "purge"); err != nil {
		t.Fatal(err)
	}
	c.purge()
	if open, err := c.store.OpenRuns(); err != nil || len(open) != 0 {
		t.Errorf("%+v %v", open, err)
	}
}

// AUD-03: nobody purges, nobody erases, by hand.
func TestNobodyPurgesByHand(t *testing.T) {
	c := newCast(t)
	u := c.remove(c.put(aTeacher("FAURE", "Julie", balzac)))
	c.nights(90 * day)
	if c.exists(u.ID) {
		t.Fatal("not purged")
	}
	v := c.remove(c.put(aTeacher("PETIT", "Luc", balzac)))
	for who, s := range map[string]*access.Session{"local": c.claire, "advisor": c.paul, "level 2": c.marc} {
		if err := directory.PurgeDeleted(s); who != "level 2" && err == nil {
			t.Errorf("%s purges", who)
		}
		if !c.exists(v.ID) {
			t.Errorf("%s purged early", who)
		}
	}
}
