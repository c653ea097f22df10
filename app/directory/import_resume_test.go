package directory_test

import (
	"context"
	"fmt"
	"path/filepath"
	"sync/atomic"
	"testing"

	"github.com/google/go-cmp/cmp"

	"preau/app/demo"
	"preau/app/directory"
	"preau/data"
)

// seen is what an import made of an object: what must not depend on the way.
type seen struct {
	Name, Profile, State, Login, Grade, Email, Home, Attachments string
	Links                                                        []string
}

// outcome is the whole directory, by what people are in the files.
func (w *world) outcome() map[string]seen {
	w.t.Helper()
	all := map[string]seen{}
	names := map[string]string{}
	for _, u := range w.everybody() {
		names[u.ID] = u.Label()
	}
	if err := w.system.See(func(tx *data.Tx) error {
		for s, err := range directory.Sources.All(tx) {
			if err != nil {
				return err
			}
			if s.User == "" {
				continue
			}
			u, err := directory.Users.Get(tx, s.User)
			if err != nil {
				return err
			}
			one := seen{u.Label(), string(u.Profile), string(u.State()), "", u.Grade, u.Email.Value(), u.Home.Value(), fmt.Sprint(u.Attachments.ByPlace()), nil}
			if u.State() == directory.Deleted {
				one.Attachments, one.Email, one.Home, one.Grade = "", "", "", ""
			} else {
				for _, l := range u.Links {
					one.Links = append(one.Links, fmt.Sprint(l.Kind, l.Legal, l.Contact, names[l.Relative], l.Name))
				}
			}
			all[s.ID] = one
		}
		return nil
	}); err != nil {
		w.t.Fatal(err)
	}
	return all
}

var small = demo.Config{Establishments: 4, Users: 700, Seed: 3}

func written(t *testing.T, write func(dir string) error) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "aaf")
	if err := write(dir); err != nil {
		t.Fatal(err)
	}
	return dir
}

func first(t *testing.T) string {
	return written(t, func(dir string) error { _, err := demo.WriteComplete(dir, small); return err })
}

func next(t *testing.T) string {
	return written(t, func(dir string) error { _, err := demo.WriteNext(dir, small); return err })
}

// TestDeltaIsTheNextComplete: five weeks as a delta lead where five weeks as a
// complete lead, and the counts are those that the generator announces.
func TestDeltaIsTheNextComplete(t *testing.T) {
	byComplete, byDelta := newWorld(t), newWorld(t)
	var told demo.Next
	differential := written(t, func(dir string) (err error) { told, err = demo.WriteDelta(dir, small); return err })
	for _, w := range []*world{byComplete, byDelta} {
		w.receive(first(t))
	}
	complete := byComplete.receive(next(t))
	delta := byDelta.receive(differential)
	if diff := cmp.Diff(byComplete.outcome(), byDelta.outcome()); diff != "" {
		t.Error("complete and delta differ:\n", diff)
	}
	for _, im := range []*directory.Import{complete, delta} {
		if held, err := directory.HeldWithin(byComplete.system); err != nil || len(held) > 0 || im.Sum().Created == 0 || im.Sum().Deleted == 0 {
			t.Errorf("%v %+v\n%s", err, held, im.Text())
		}
	}
	for outcome, n := range map[demo.Outcome]int{demo.Created: complete.Sum().Created, demo.Deleted: complete.Sum().Deleted} {
		if want := told.Count(outcome, "").All(); n != want {
			t.Errorf("%d %s, %d announced", n, outcome, want)
		}
	}
}

// interrupted ends after so many looks at it, as a machine does that loses power
// between two transactions.
type interrupted struct {
	context.Context
	left atomic.Int64
}

func (c *interrupted) Err() error {
	if c.left.Add(-1) < 0 {
		return context.Canceled
	}
	return c.Context.Err()
}

// TestResume: an import that stops anywhere ends, once resumed, where it would
// have ended, with a whole report.
func TestResume(t *testing.T) {
	whole := newWorld(t)
	from, to := first(t), next(t)
	whole.receive(from)
	const plenty = 1 << 30
	look := &interrupted{Context: t.Context()}
	look.left.Store(plenty)
	want, err := directory.ImportAAF(look, whole.system, directory.ImportOptions{Path: to, TempDir: whole.dir})
	if err != nil {
		t.Fatal(err)
	}
	report, looks := whole.outcome(), plenty-look.left.Load()
	stopped := 0
	for n := int64(0); n < 14; n += 3 { // the last looks are those of the applying; TestKilled tries them all
		w := newWorld(t)
		w.receive(from)
		ctx := &interrupted{Context: t.Context()}
		ctx.left.Store(looks - 1 - n)
		im, err := directory.ImportAAF(ctx, w.system, directory.ImportOptions{Path: to, TempDir: w.dir})
		if err == nil {
			t.Fatal("not interrupted")
		}
		if im.State == directory.ImportRefused { // still reading: nothing was applied
			im = w.receive(to)
		} else {
			stopped++
			if err := directory.ResumeImports(t.Context(), w.Gate, w.dir); err != nil {
				t.Fatal(err)
			}
			again, err := directory.ReadImport(w.system, im.ID)
			if err != nil {
				t.Fatal(err)
			}
			im = &again
		}
		if im.State != directory.ImportDone || im.Sum() != want.Sum() {
			t.Errorf("stopped after %d: %s, then %s; want %s", n, im.State, im.Sum(), want.Sum())
		}
		if diff := cmp.Diff(report, w.outcome()); diff != "" {
			t.Fatalf("stopped after %d:\n%s", n, diff)
		}
		if left, _ := filepath.Glob(filepath.Join(w.dir, "import-*")); len(left) > 0 {
			t.Errorf("left behind: %v", left)
		}
	}
	if stopped == 0 {
		t.Error("never stopped while applying")
	}
	t.Logf("resumed %d times", stopped)
}
