package directory_test

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"sync/atomic"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"

	"preau/app/directory"
	"preau/app/format/aaf"
	"preau/data"
)

// troubled are files in which every kind of line has a reason to be.
func troubled() (from, to, then []aaf.Record) {
	late := related("198", "Zoé", "204$90$0$3$1$0") // unchanged, but the relative comes with the second files
	from = append(crowd(12), late, teacher("300", "PETIT", "Hugo", "1", "2").Record(aaf.Second), pupil("101", "ELEVE", "Tom", "2", "3B", "21000").Record(aaf.Second))
	to = but(3, crowd(12)) // held with the two below, at the college
	to = replace(replace(to, aaf.Students, "1003"), aaf.Students, "1004")
	to = append(to, late, crowd(1)[3], // the mother of one who waits and of one who stays
		pupil("101", "ELEVE", "Tom", "2", "3A", "21000").Record(aaf.Second), pupil("102", "NOUVEAU", "Léo", "2", "3A", "202").Record(aaf.Second),
		parent("202", "NOUVEAU", "Marc").Record(aaf.Second), parent("203", "VOISIN", "Paul").Record(aaf.Second), pupil("001", "", "Sans", "1", "3A").Record(aaf.Second), parent("204", "TARD", "Paul").Record(aaf.Second))
	then = []aaf.Record{modify(aaf.Students, "1007", aaf.Attr{Name: "ENTEleveClasses", Values: []string{"1$3B"}}), remove(aaf.Students, "1008"), remove(aaf.Relatives, "21008"),
		modify(aaf.Students, "999", aaf.Attr{Name: "mail"}), pupil("105", "NOUVEAU", "Lou", "1", "3A", "202").Record(aaf.Second), modify(aaf.Students, "102", aaf.Attr{Name: "ENTElevePersRelEleve"})}
	return from, to, then
}

// lines are the report of an import, as it does not depend on accounts.
func (w *world) lines(id string) (all []string) {
	w.t.Helper()
	lines, err := directory.OutcomesOf(w.system, id, "", 0, 1000)
	if err != nil {
		w.t.Fatal(err)
	}
	for _, l := range lines {
		all = append(all, l.Kind+" "+l.UAI+" "+l.ID+" "+l.File+":"+strconv.Itoa(l.Line)+" "+l.Says)
	}
	return all
}

// deadly kills the process after so many looks at it.
type deadly struct {
	context.Context
	left atomic.Int64
}

func (c *deadly) Err() error {
	if c.left.Add(-1) < 0 {
		_ = syscall.Kill(os.Getpid(), syscall.SIGKILL)
		select {} // the signal is on its way
	}
	return c.Context.Err()
}

// TestChild is no test: it is the process that TestKilled kills.
func TestChild(t *testing.T) {
	dir := os.Getenv("PREAU_IMPORT_DIR")
	if dir == "" {
		t.Skip("run by TestKilled only")
	}
	looks, err := strconv.ParseInt(os.Getenv("PREAU_IMPORT_LOOKS"), 10, 64)
	if err != nil {
		t.Fatal(err)
	}
	defer directory.ImportBatch(directory.ImportBatch(3))
	w := openWorld(t, dir, &clock{t: firstDay})
	ctx := &deadly{Context: t.Context()}
	ctx.left.Store(looks)
	_, err = directory.ImportAAF(ctx, w.system, directory.ImportOptions{Path: os.Getenv("PREAU_IMPORT_PATH"), TempDir: dir})
	t.Fatal("not killed:", err)
}

// TestKilled: killed at any step, an import ends once resumed with the same
// people, the same counts, the same lines and the same deletions that wait.
func TestKilled(t *testing.T) {
	defer directory.ImportBatch(directory.ImportBatch(3))
	before, after, last := troubled()
	from := complete(t, "2026-09-01", append(before, parent("900", "CONTACT", "Max").Record(aaf.Second))...)
	d := newDelivery(t, aaf.Complete, "2026-09-02", after...)
	d.write()
	d.kind, d.date, d.records = aaf.Delta, "2026-09-03", map[aaf.Category][]aaf.Record{}
	for _, r := range last {
		d.records[r.Category] = append(d.records[r.Category], r)
	}
	to := d.write()
	whole := newWorld(t)
	whole.receive(from)
	count := &interrupted{Context: t.Context()}
	count.left.Store(1 << 30)
	want, err := directory.ImportAAF(count, whole.system, directory.ImportOptions{Path: to, TempDir: whole.dir})
	if err != nil {
		t.Fatal(err)
	}
	if sum := want.Sum(); sum.Created == 0 || sum.Changed+sum.Moved == 0 || sum.Held == 0 || sum.Refused == 0 {
		t.Fatalf("nothing to be seen: %s", want.Text())
	}
	looks := 1<<30 - count.left.Load()
	resumed := 0
	for n := looks - 1; n >= 0 && resumed < 40; n-- {
		w := newWorld(t)
		w.receive(from)
		untouched := w.outcome()
		child := n%7 == 0 // a process of its own is slow
		if !w.interrupt(to, n, child) {
			if diff := cmp.Diff(untouched, w.outcome()); diff != "" {
				t.Errorf("stopped while reading: %s", diff)
			}
			break
		}
		resumed++
		im := w.importOf("2026-09-03")
		if im.State != directory.ImportDone || im.Sum() != want.Sum() {
			t.Errorf("look %d: %s %s, want %s", n, im.State, im.Text(), want.Text())
		}
		for _, diff := range []string{cmp.Diff(whole.outcome(), w.outcome()), cmp.Diff(whole.lines(want.ID), w.lines(im.ID)), cmp.Diff(whole.held(), w.held()), cmp.Diff(want.Warnings, im.Warnings)} {
			if diff != "" {
				t.Errorf("look %d: %s", n, diff)
			}
		}
		if left, _ := filepath.Glob(filepath.Join(w.dir, "import-*")); len(left) > 0 {
			t.Errorf("left behind: %v", left)
		}
		if t.Failed() {
			return
		}
	}
	if resumed < 5 {
		t.Errorf("resumed only %d times", resumed)
	}
	t.Logf("resumed %d times", resumed)
}

// importOf reads the report of the files of a day.
func (w *world) importOf(date string) directory.Import {
	w.t.Helper()
	all, err := directory.LastImports(w.system, 9)
	i := slices.IndexFunc(all, func(im directory.Import) bool { return im.Date == date })
	if err != nil || i < 0 {
		w.t.Fatal(date, err)
	}
	return all[i]
}

// interrupt imports, stops after some looks and resumes; it reports whether
// there was something to resume.
func (w *world) interrupt(path string, looks int64, kill bool) bool {
	w.t.Helper()
	if !kill {
		ctx := &interrupted{Context: w.t.Context()}
		ctx.left.Store(looks)
		im, err := directory.ImportAAF(ctx, w.system, directory.ImportOptions{Path: path, TempDir: w.dir})
		if err == nil {
			w.t.Fatal("not interrupted")
		}
		if im.State == directory.ImportRefused {
			return false
		}
	} else {
		if err := w.store.Close(); err != nil {
			w.t.Fatal(err)
		}
		child := exec.Command(os.Args[0], "-test.run=^TestChild$")
		child.Env = append(os.Environ(), "PREAU_IMPORT_DIR="+w.dir, "PREAU_IMPORT_PATH="+path, "PREAU_IMPORT_LOOKS="+strconv.FormatInt(looks, 10))
		if out, err := child.CombinedOutput(); err == nil || child.ProcessState.ExitCode() != -1 {
			w.t.Fatalf("the child was not killed: %v\n%s", err, out)
		}
		again := openWorld(w.t, w.dir, w.clock)
		w.Gate, w.store, w.system = again.Gate, again.store, again.system
	}
	if err := directory.ResumeImports(w.t.Context(), w.Gate, w.dir); err != nil {
		w.t.Fatal(err)
	}
	all, err := directory.LastImports(w.system, 5)
	if err != nil {
		w.t.Fatal(err)
	}
	for _, im := range all {
		if im.State == directory.ImportRefused {
			if im.Refusal == "" || im.Sum() != (directory.Tallies{Refused: im.Sum().Refused}) {
				w.t.Errorf("%+v", im)
			}
			return false
		}
	}
	return true
}

// TestWhatWasReadIsGone: an import that cannot be resumed is closed, and does
// not stand in the way of the next.
func TestWhatWasReadIsGone(t *testing.T) {
	defer directory.ImportBatch(directory.ImportBatch(3))
	w := newWorld(t)
	path := complete(t, "2026-09-01", crowd(12)...)
	ctx := &interrupted{Context: t.Context()}
	ctx.left.Store(32)
	im, err := directory.ImportAAF(ctx, w.system, directory.ImportOptions{Path: path, TempDir: w.dir})
	if err == nil || im.State != directory.ImportStopped {
		t.Fatal(err, im.State)
	}
	if err := os.RemoveAll(filepath.Join(w.dir, "import-"+im.ID)); err != nil {
		t.Fatal(err)
	}
	done := w.receive(path)
	if stopped, err := directory.ReadImport(w.system, im.ID); err != nil || stopped.State != directory.ImportRefused || stopped.Refusal == "" {
		t.Errorf("%+v %v", stopped, err)
	}
	if done.State != directory.ImportDone || len(w.everybody()) != 24 {
		t.Errorf("%s, %d people", done.Text(), len(w.everybody()))
	}
	if runs, err := w.store.OpenRuns(); err != nil || len(runs) > 0 {
		t.Errorf("%+v %v", runs, err)
	}
}

// TestOneAtATime: an import begun and not run yet keeps another one waiting.
func TestOneAtATime(t *testing.T) {
	w := newWorld(t)
	path := complete(t, "2026-09-01", base()...)
	id, run, err := directory.BeginImport(w.system, directory.ImportOptions{Path: path, TempDir: w.dir})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.try(w.system, directory.ImportOptions{Path: path}); err == nil {
		t.Error("two at a time")
	}
	if im, err := directory.ReadImport(w.system, id); err != nil || im.State != directory.ImportStaging {
		t.Errorf("%+v %v", im, err)
	}
	if im, err := run(t.Context()); err != nil || im.ID != id || im.State != directory.ImportDone {
		t.Errorf("%+v %v", im, err)
	}
}

// TestFull: an import that finds no room stops, and ends once there is some, with
// the counts of what was written alone.
func TestFull(t *testing.T) {
	defer directory.ImportBatch(directory.ImportBatch(5))
	path := complete(t, "2026-09-01", crowd(60)...)
	stopped := 0
	for size := 128 << 10; size < 4<<20; size *= 2 {
		dir, c := t.TempDir(), &clock{t: firstDay}
		w := openBounded(t, dir, c, size)
		im, err := w.try(w.system, directory.ImportOptions{Path: path})
		if err := w.store.Close(); err != nil {
			t.Fatal(err)
		}
		if err == nil || im == nil || im.State != directory.ImportStopped {
			continue // no room to begin, or enough
		}
		stopped++
		if !errors.Is(err, data.ErrFull) {
			t.Error(err)
		}
		w = openWorld(t, dir, c)
		if err := directory.ResumeImports(t.Context(), w.Gate, dir); err != nil {
			t.Fatal(err)
		}
		done, err := directory.ReadImport(w.system, im.ID)
		if err != nil || done.State != directory.ImportDone || done.Sum() != (directory.Tallies{Created: 120}) || len(w.everybody()) != 120 {
			t.Errorf("%d bytes: %v %s, %d people", size, err, done.Text(), len(w.everybody()))
		}
		if err := w.store.Check(func(problem string) { t.Error(problem) }); err != nil {
			t.Error(err)
		}
		if err := w.store.Close(); err != nil {
			t.Fatal(err)
		}
	}
	if stopped == 0 {
		t.Error("it never ran out of room")
	}
}
