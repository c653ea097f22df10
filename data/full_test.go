package data

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// stuff writes until the store is full, and returns what was acknowledged.
func stuff(t *testing.T, s *Store, by func(p pupil) error) (stored int) {
	t.Helper()
	for i := range 1 << 20 {
		p := pupil{ID: fmt.Sprintf("p%06d", i), Login: fmt.Sprint(i), Last: "Martin", First: strings.Repeat("z", 20000), Profile: "hidden", At: []Place{"lyon/1"}}
		if err := by(p); err != nil {
			if !errors.Is(err, ErrFull) {
				t.Fatalf("after %d: %v", i, err)
			}
			return i
		}
	}
	t.Fatal("never full")
	return 0
}

func logged(t *testing.T, s *Store) func(pupil) error {
	return func(p pupil) error { return put(t, s, system, p) }
}

func reads(t *testing.T, s *Store, stored int) {
	t.Helper()
	view(t, s, system, func(tx *Tx) {
		for i := range stored {
			if _, err := pupils.Get(tx, fmt.Sprintf("p%06d", i)); err != nil {
				t.Fatalf("%d of %d: %v", i, stored, err)
			}
		}
	})
}

// TestMaxSize fills the file to its bound: what was stored reads, the next start
// with more room goes on.
func TestMaxSize(t *testing.T) {
	cfg := config(t.TempDir())
	cfg.MaxSize = 40 << 20
	s := reopen(t, cfg)
	n := stuff(t, s, logged(t, s))
	reads(t, s, n)
	verified(t, s)
	if used, bound := s.Size(); used > bound || bound != 40<<20 {
		t.Errorf("%d bytes of %d", used, bound)
	}
	must(t, s.Close())
	cfg.MaxSize = 80 << 20
	s = reopen(t, cfg)
	must(t, put(t, s, system, zoe))
	reads(t, s, n)
	verified(t, s)
	must(t, s.Close())
}

// TestFullDisk fills a small disk: reads go on, sessions and facts are still
// written thanks to the reserve, and all is well once there is room.
func TestFullDisk(t *testing.T) {
	disk := t.TempDir()
	if err := syscall.Mount("preau", disk, "tmpfs", 0, "size=96m"); err != nil {
		t.Skipf("no small disk can be mounted here (%v): TestMaxSize and TestReserve prove the rest", err)
	}
	t.Cleanup(func() { syscall.Unmount(disk, syscall.MNT_DETACH) })
	cfg := config(filepath.Join(disk, "preau"))
	cfg.Ballast = 16 << 20
	s := reopen(t, cfg)
	blob := filepath.Join(disk, "autre")
	must(t, fill(blob, 20<<20))
	n := stuff(t, s, logged(t, s))
	reads(t, s, n)
	if _, err := os.Stat(s.ballast()); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the reserve was not given back: %v", err)
	}
	for i := range 50 {
		must(t, s.Unlogged(system, func(tx *Tx) error { return drafts.Put(tx, draft{fmt.Sprint(i), "session"}) }))
		must(t, s.Record(system, nil, Fact{Action{Key: "signin"}, zoe, ""}))
	}
	if err := put(t, s, system, zoe); !errors.Is(err, ErrFull) {
		t.Errorf("an ordinary change took the reserve: %v", err)
	}
	must(t, os.Remove(blob))
	waitFor(t, func() bool { return put(t, s, system, zoe) == nil })
	reads(t, s, n)
	if _, err := os.Stat(s.ballast()); err != nil {
		t.Errorf("the reserve was not taken again: %v", err)
	}
	verified(t, s)
	must(t, s.Close())
}

// TestReserve goes through a refusal of the disk without one.
func TestReserve(t *testing.T) {
	cfg := config(t.TempDir())
	cfg.Ballast = 1 << 20
	s := reopen(t, cfg)
	if st, err := os.Stat(s.ballast()); err != nil || st.Size() != 1<<20 {
		t.Fatal("no reserve: ", err)
	}
	for _, refusal := range []error{syscall.ENOSPC, fmt.Errorf("file resize error: %s", syscall.ENOSPC), &os.PathError{Op: "write", Err: syscall.EDQUOT}} {
		if err := s.full.of(s, refusal); !errors.Is(err, ErrFull) {
			t.Errorf("%v is %v", refusal, err)
		}
	}
	if err := s.full.of(s, ErrDuplicate); errors.Is(err, ErrFull) {
		t.Error("any error is a full disk")
	}
	if _, err := os.Stat(s.ballast()); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("kept the reserve: %v", err)
	}
	must(t, s.Unlogged(system, func(tx *Tx) error { return drafts.Put(tx, draft{"d", "session"}) }))
	if err := put(t, s, system, zoe); !errors.Is(err, ErrFull) {
		t.Errorf("an ordinary change: %v", err)
	}
	waitFor(t, func() bool { return put(t, s, system, zoe) == nil })
	if _, err := os.Stat(s.ballast()); err != nil {
		t.Errorf("no reserve again: %v", err)
	}
	verified(t, s)
	must(t, s.Close())
}

// waitFor waits for a condition, ten seconds at most.
func waitFor(t *testing.T, is func() bool) {
	t.Helper()
	tick, late := time.NewTicker(20*time.Millisecond), time.After(10*time.Second)
	defer tick.Stop()
	for !is() {
		select {
		case <-tick.C:
		case <-late:
			t.Fatal("still not after 10 s")
		}
	}
}
