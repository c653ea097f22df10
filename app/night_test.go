package app_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/rs/zerolog"

	"preau/app"
	"preau/app/access"
	"preau/app/demo"
	"preau/app/directory"
	"preau/app/groups"
	"preau/data"
)

// open opens an appliance on a directory, at a time.
func open(t *testing.T, dir string, now *time.Time) *app.App {
	t.Helper()
	a, err := app.Open(app.Config{Dir: dir, Now: func() time.Time { return *now }, Log: zerolog.Nop()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := a.Close(); err != nil {
			t.Error(err)
		}
	})
	return a
}

func people(t *testing.T, a *app.App) (n int) {
	t.Helper()
	if err := a.Gate.System("essai").See(func(tx *data.Tx) error {
		for _, err := range directory.Users.All(tx) {
			if err != nil {
				return err
			}
			n++
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	return n
}

// aged makes a file or a folder look as old as it should be to be settled.
func aged(t *testing.T, path string) {
	t.Helper()
	past := time.Now().Add(-time.Hour)
	if err := os.Chtimes(path, past, past); err != nil {
		t.Fatal(err)
	}
}

// TestNightDeposit: what lies in the deposit is imported once it is settled and
// moved aside; what cannot be imported tonight stays for the next night.
func TestNightDeposit(t *testing.T) {
	dir, now := t.TempDir(), time.Date(2026, time.September, 20, 3, 0, 0, 0, time.Local)
	a := open(t, dir, &now)
	deposit := filepath.Join(dir, "aaf-depot")
	small := demo.Config{Establishments: 2, Users: 200, Seed: 4}
	if _, err := demo.WriteComplete(deposit, small); err != nil {
		t.Fatal(err)
	}
	if err := a.Night(t.Context()); err != nil {
		t.Fatal(err)
	}
	if people(t, a) != 0 {
		t.Error("files that may still be on their way were imported")
	}
	loose, err := filepath.Glob(filepath.Join(deposit, "*"))
	if err != nil || len(loose) < 5 {
		t.Fatal(loose, err)
	}
	for _, f := range loose {
		aged(t, f)
	}
	if err := a.Night(t.Context()); err != nil {
		t.Fatal(err)
	}
	before := people(t, a)
	if before < 150 {
		t.Errorf("%d people", before)
	}
	left, err := os.ReadDir(deposit)
	if err != nil || len(left) != 1 || !strings.HasSuffix(left[0].Name(), ".traite") {
		t.Errorf("%v %v", left, err)
	}

	if err := os.WriteFile(filepath.Join(deposit, "rien.zip"), []byte("PK"), 0o600); err != nil {
		t.Fatal(err)
	}
	aged(t, filepath.Join(deposit, "rien.zip"))
	if err := a.Night(t.Context()); access.KindOf(err) != access.Invalid {
		t.Error("an archive that is none:", err)
	}
	if left, _ := filepath.Glob(filepath.Join(deposit, "rien.zip.*.traite")); len(left) != 1 {
		t.Error("a refused delivery would be tried every night")
	}
}

// TestSentFilesAreSwept: what was sent by the console and never applied does not
// stay.
func TestSentFilesAreSwept(t *testing.T) {
	dir, now := t.TempDir(), time.Date(2026, time.September, 20, 3, 0, 0, 0, time.Local)
	a := open(t, dir, &now)
	old, fresh := filepath.Join(dir, "envoi-1"), filepath.Join(dir, "envoi-2")
	for _, f := range []string{old, fresh} {
		if err := os.WriteFile(f, nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	past := time.Now().Add(-25 * time.Hour)
	if err := os.Chtimes(old, past, past); err != nil {
		t.Fatal(err)
	}
	if err := a.Night(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(old); err == nil {
		t.Error("a delivery of yesterday is still there")
	}
	if _, err := os.Stat(fresh); err != nil {
		t.Error("a delivery of today is gone")
	}
}

// TestNightEndsGuests: the night detaches the guests whose last day is over.
func TestNightEndsGuests(t *testing.T) {
	now := time.Date(2026, time.September, 20, 3, 0, 0, 0, time.Local)
	a := open(t, t.TempDir(), &now)
	s := a.Gate.System("essai")
	uai, err := directory.CreateEstablishment(s, directory.NewEstablishment{Virtual: true, Name: "Réseau de la vallée", Academy: "Val-de-Seine"})
	if err != nil {
		t.Fatal(err)
	}
	id, err := directory.CreateGuest(s, uai, directory.GuestForm{LastName: "Vasseur", FirstName: "Luc", Email: "luc.vasseur@exemple.example", Birth: "12/03/1985"})
	if err != nil {
		t.Fatal(err)
	}
	guest := func() (u directory.User) {
		t.Helper()
		if err := s.See(func(tx *data.Tx) (err error) { u, err = directory.Users.Get(tx, id); return err }); err != nil {
			t.Fatal(err)
		}
		return u
	}
	u := guest()
	form := directory.UserForm{Version: u.Version, Login: u.Login.Value(), Email: u.Email.Value(), LastName: u.LastName, FirstName: u.FirstName, Birth: u.Birth.String(), Until: new("20/09/2026")}
	if err := directory.EditUser(s, uai, id, form); err != nil {
		t.Fatal(err)
	}
	for _, want := range []directory.State{directory.Inactive, directory.Deleted} {
		if err := a.Night(t.Context()); err != nil {
			t.Fatal(err)
		}
		if got := guest().State(); got != want {
			t.Errorf("on %s: %s, want %s", now.Format("02/01"), got, want)
		}
		now = now.Add(24 * time.Hour)
	}
}

// TestNightForgetsGroups: who is purged leaves their groups, and what nobody saved
// for a month goes.
func TestNightForgetsGroups(t *testing.T) {
	now := time.Date(2026, time.September, 20, 3, 0, 0, 0, time.Local)
	a := open(t, t.TempDir(), &now)
	s := a.Gate.System("essai")
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	uai, err := directory.CreateEstablishment(s, directory.NewEstablishment{Virtual: true, Name: "Réseau de la vallée", Academy: "Val-de-Seine"})
	must(err)
	id, err := directory.CreateGuest(s, uai, directory.GuestForm{LastName: "Vasseur", FirstName: "Luc", Email: "luc.vasseur@exemple.example", Birth: "12/03/1985"})
	must(err)
	group, err := groups.Create(s, uai, groups.LocalScreen, groups.NewGroup{Name: "Intervenants"})
	must(err)
	_, err = groups.Add(s, uai, groups.LocalScreen, group, []groups.Ref{groups.Person(id)}, false)
	must(err)
	_, err = groups.Save(s, uai, groups.LocalScreen)
	must(err)
	_, err = groups.Create(s, uai, groups.LocalScreen, groups.NewGroup{Name: "Jamais enregistré"})
	must(err)
	left := func() (n int) {
		must(s.See(func(tx *data.Tx) error {
			for _, err := range groups.Memberships.All(tx) {
				must(err)
				n++
			}
			for _, err := range groups.Drafts.All(tx) {
				must(err)
				n++
			}
			return nil
		}))
		return n
	}
	must(directory.DetachGuest(s, uai, id))
	if n := left(); n != 2 {
		t.Fatalf("%d rows before the night", n)
	}
	now = now.Add(directory.Retention + 24*time.Hour)
	must(a.Night(t.Context()))
	if n := left(); n != 0 {
		t.Errorf("%d rows are left", n)
	}
}

// TestPartialFilesGoAtStart: what a process that was killed was receiving is
// removed by the next, and nothing else is.
func TestPartialFilesGoAtStart(t *testing.T) {
	dir, now := t.TempDir(), time.Date(2026, time.September, 20, 3, 0, 0, 0, time.Local)
	half, whole := filepath.Join(dir, app.PartialPrefix+"1"), filepath.Join(dir, app.SentPrefix+"2")
	for _, f := range []string{half, whole} {
		if err := os.WriteFile(f, []byte("moitié"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	open(t, dir, &now)
	if _, err := os.Stat(half); !os.IsNotExist(err) {
		t.Error("half a file is still there:", err)
	}
	if _, err := os.Stat(whole); err != nil {
		t.Error("a delivery that was tried is gone")
	}
}
