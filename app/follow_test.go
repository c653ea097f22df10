package app_test

import (
	"context"
	"errors"
	"io"
	"path/filepath"
	"testing"
	"time"

	"preau/app"
	"preau/app/access"
	"preau/app/demo"
	"preau/app/directory"
	"preau/app/groups"
	"preau/data"
)

var renaming = access.NewAction("test.rename", "Classe renommée pour un essai", access.RunAppliance, data.Info)

// renamed gives the pupils of a class another one, as an import does, and returns a
// group that has the class, and what it is to become.
func renamed(t *testing.T, a *app.App) (group string, want groups.Ref) {
	t.Helper()
	s := a.Gate.System("essai")
	var c directory.Class
	if err := s.See(func(tx *data.Tx) error {
		for class, err := range directory.Classes.All(tx) {
			if n, _ := directory.UsersList.Count(tx, class.At, "class/"+class.Code+"/student", nil); n > 0 {
				c = class
				return err
			}
		}
		return nil
	}); err != nil || c.Code == "" {
		t.Fatal("no class", err)
	}
	id, err := groups.Create(s, c.UAI, groups.LocalScreen, groups.NewGroup{Name: "Voyage"})
	if err == nil {
		_, err = groups.Add(s, c.UAI, groups.LocalScreen, id, []groups.Ref{groups.Automatic("class/" + c.Code + "/student")}, false)
	}
	if err == nil {
		_, err = groups.Save(s, c.UAI, groups.LocalScreen)
	}
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Do(renaming, func(tx *data.Tx) (data.Row, error) {
		to := c
		to.Code, to.Name = "NOUV", "Nouvelle"
		if err := directory.Classes.Delete(tx, c.Key()); err != nil {
			return nil, err
		}
		for _, who := range directory.RollAt(tx, c.At).In("class/" + c.Code + "/student") {
			u, err := directory.Users.Get(tx, who.ID)
			if err != nil {
				return nil, err
			}
			for i := range u.Attachments {
				if u.Attachments[i].At == c.At {
					u.Attachments[i].Classes = []string{to.Code}
				}
			}
			if err := directory.Users.Put(tx, u); err != nil {
				return nil, err
			}
		}
		return to, directory.Classes.Put(tx, to)
	}); err != nil {
		t.Fatal(err)
	}
	return id, groups.Automatic("class/NOUV/student")
}

// TestImportsAreFollowed has groups follow classes after an import of the command
// line, of the night and of the screen, once deletions that one held are confirmed,
// and, when the appliance was killed before that, as it starts again.
func TestImportsAreFollowed(t *testing.T) {
	small := demo.Config{Establishments: 1, Users: 120, Seed: 4}
	for name, run := range map[string]func(*testing.T, *app.App, string) error{
		"command line": func(t *testing.T, a *app.App, aaf string) error {
			return a.ImportAAF(t.Context(), io.Discard, directory.ImportOptions{Path: aaf})
		},
		"night": func(t *testing.T, a *app.App, _ string) error {
			deposit := filepath.Join(a.Dir(), "aaf-depot")
			if _, err := demo.WriteComplete(deposit, small); err != nil {
				return err
			}
			loose, err := filepath.Glob(filepath.Join(deposit, "*"))
			for _, f := range loose {
				aged(t, f)
			}
			if err != nil {
				return err
			}
			return a.Night(t.Context())
		},
		"screen": func(_ *testing.T, a *app.App, aaf string) error {
			_, err := a.BeginImport(a.Gate.System("essai"), directory.ImportOptions{Path: aaf})
			return err
		},
		"deletions confirmed": func(_ *testing.T, a *app.App, _ string) error {
			s := a.Gate.System("essai")
			var held directory.Held
			if err := s.Do(renaming, func(tx *data.Tx) (data.Row, error) {
				for e, err := range directory.Establishments.All(tx) {
					held = directory.Held{UAI: e.UAI, At: e.Place(), Import: "essai"}
					return e, errors.Join(err, directory.HeldDeletions.Put(tx, held))
				}
				return nil, data.ErrNotFound
			}); err != nil {
				return err
			}
			_, err := a.ConfirmDeletions(s, held.UAI)
			return err
		},
		"start": func(_ *testing.T, a *app.App, _ string) error { return a.Start(context.Background()) },
	} {
		t.Run(name, func(t *testing.T) {
			dir, aaf, now := t.TempDir(), t.TempDir(), time.Date(2026, time.September, 20, 3, 0, 0, 0, time.Local)
			a := open(t, dir, &now)
			if _, err := demo.WriteComplete(aaf, small); err != nil {
				t.Fatal(err)
			}
			if err := a.ImportAAF(t.Context(), io.Discard, directory.ImportOptions{Path: aaf}); err != nil {
				t.Fatal(err)
			}
			group, want := renamed(t, a)
			if err := run(t, a, aaf); err != nil {
				t.Fatal(err)
			}
			for end := time.After(20 * time.Second); ; {
				changed := a.Store.Changed()
				if has(t, a, group, want) {
					return
				}
				select {
				case <-changed:
				case <-end:
					t.Fatal("the group has not followed its class")
				}
			}
		})
	}
}

// has reports whether an element is in a group.
func has(t *testing.T, a *app.App, group string, ref groups.Ref) (in bool) {
	t.Helper()
	if err := a.Gate.System("essai").See(func(tx *data.Tx) error {
		for m, err := range groups.Memberships.From(tx, group+"/") {
			if err != nil {
				return err
			}
			in = in || m.Ref == ref
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	return in
}
