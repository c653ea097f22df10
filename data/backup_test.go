package data

import (
	"bytes"
	"context"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

// dump returns every row that a store holds, and what it finds.
func dump(t testing.TB, s *Store) string {
	t.Helper()
	settle(t, s)
	var b bytes.Buffer
	view(t, s, system, func(tx *Tx) {
		for p, err := range pupils.All(tx) {
			must(t, err)
			fmt.Fprintf(&b, "%+v\n", p)
		}
		fmt.Fprintln(&b, LastEvent(tx))
	})
	fmt.Fprintf(&b, "%+v", find(t, s, system, Query{Text: "ma"}))
	return b.String()
}

// TestBackup backs a store up and restores it elsewhere, then over a later state.
func TestBackup(t *testing.T) {
	s, file := reopen(t, config(t.TempDir())), filepath.Join(t.TempDir(), "sauvegarde")
	seed(t, s, 3000, 3)
	before := dump(t, s)
	must(t, s.Backup(t.Context(), file))
	h, err := VerifyBackup(file)
	if err != nil || h.Instance != s.Instance() || h.Size == 0 {
		t.Errorf("header %+v, %v", h, err)
	}
	if left, _ := filepath.Glob(file + ".*"); len(left) > 0 {
		t.Errorf("left behind: %q", left)
	}

	elsewhere := t.TempDir()
	kept, err := Restore(file, elsewhere)
	if err != nil || kept != "" {
		t.Fatal(kept, err)
	}
	again := reopen(t, config(elsewhere))
	verified(t, again)
	if dump(t, again) != before {
		t.Error("the restored state differs")
	}
	must(t, again.Close())

	must(t, put(t, s, system, pupil{ID: "new", Login: "new", Last: "Nouveau", First: "Né", At: []Place{"lyon/1"}}))
	if _, err := Restore(file, s.cfg.Dir); !errors.Is(err, ErrInUse) {
		t.Errorf("restored under an open store: %v", err)
	}
	later := dump(t, s)
	must(t, s.Close())
	kept, err = Restore(file, s.cfg.Dir)
	must(t, err)
	s = reopen(t, config(s.cfg.Dir))
	verified(t, s)
	if dump(t, s) != before {
		t.Error("the restored state differs")
	}
	must(t, s.Close())
	must(t, os.Rename(kept, filepath.Join(s.cfg.Dir, FileName))) // and back
	s = reopen(t, config(s.cfg.Dir))
	verified(t, s)
	if dump(t, s) != later {
		t.Error("the former state is lost")
	}
	must(t, s.Close())
}

// TestBadBackups refuses what is not whole, ours or of this time, and touches nothing.
func TestBadBackups(t *testing.T) {
	s, dir := reopen(t, config(t.TempDir())), t.TempDir()
	must(t, put(t, s, system, zoe))
	good := filepath.Join(dir, "good")
	must(t, s.Backup(t.Context(), good))
	must(t, s.Close())
	whole, err := os.ReadFile(good)
	must(t, err)
	live := filepath.Join(s.cfg.Dir, FileName)
	was, err := fileSum(live)
	must(t, err)

	other := reopen(t, config(t.TempDir()))
	foreign := filepath.Join(dir, "foreign")
	must(t, other.Backup(t.Context(), foreign))
	must(t, other.Close())
	foreigner, err := os.ReadFile(foreign)
	must(t, err)

	flipped := func(at int) []byte {
		b := bytes.Clone(whole)
		b[at] ^= 1
		return b
	}
	for name, tt := range map[string]struct {
		content []byte
		want    error
	}{
		"empty":         {nil, ErrNotBackup},
		"a zip":         {[]byte("PK\x03\x04" + strings.Repeat("x", 5000)), ErrNotBackup},
		"a bare store":  {mustRead(t, live)[:20000], ErrNotBackup},
		"cut in half":   {whole[:len(whole)/2], ErrDamaged},
		"cut by a byte": {whole[:len(whole)-1], ErrDamaged},
		"cut header":    {whole[:len(backupMark)+10], ErrNotBackup},
		"longer":        {append(bytes.Clone(whole), 0), ErrDamaged},
		"flipped body":  {flipped(len(whole) / 2), ErrDamaged},
		"flipped sum":   {flipped(len(whole) - 1), ErrDamaged},
		"other author":  {bytes.Replace(whole, []byte(`"instance":"`), []byte(`"instance":"0`), 1), ErrDamaged},
		"newer store":   {rehead(t, whole, func(h *BackupHeader) { h.Format++ }), ErrNewer},
		"newer backup":  {rehead(t, whole, func(h *BackupHeader) { h.Version++ }), ErrNewer},
		"huge header":   {append([]byte(backupMark), 0xff, 0xff, 0xff, 0xff), ErrNotBackup},
		"foreign":       {foreigner, ErrForeign},
	} {
		file := filepath.Join(dir, "bad")
		must(t, os.WriteFile(file, tt.content, 0o600))
		_, err := Restore(file, s.cfg.Dir)
		if !errors.Is(err, tt.want) && !(tt.want == ErrNotBackup && errors.Is(err, ErrDamaged)) {
			t.Errorf("%s: %v, want %v", name, err, tt.want)
		}
		if is, err := fileSum(live); is != was || err != nil {
			t.Fatalf("%s touched the store: %v", name, err)
		}
		if left, _ := filepath.Glob(live + ".*"); len(left) > 0 {
			t.Errorf("%s left %q", name, left)
		}
	}
	if _, err := Restore(filepath.Join(dir, "missing"), s.cfg.Dir); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("missing: %v", err)
	}

	must(t, os.WriteFile(live, []byte("damaged beyond reading"), 0o600))
	_, err = Restore(foreign, s.cfg.Dir) // nothing can be lost there
	must(t, err)
}

func mustRead(t testing.TB, file string) []byte {
	t.Helper()
	b, err := os.ReadFile(file)
	must(t, err)
	return b
}

// rehead gives a backup another header, its digest left as it was.
func rehead(t testing.TB, whole []byte, change func(*BackupHeader)) []byte {
	t.Helper()
	h, err := readHeader(bytes.NewReader(whole))
	must(t, err)
	start := len(backupMark)
	body := whole[start+4+int(binary.BigEndian.Uint32(whole[start:])):]
	change(&h)
	header, err := json.Marshal(h)
	must(t, err)
	return append(append(binary.BigEndian.AppendUint32([]byte(backupMark), uint32(len(header))), header...), body...)
}

// TestHotBackup backs up while four write: each backup is one committed state,
// and no writer waits long.
func TestHotBackup(t *testing.T) {
	s, dir := open(t), t.TempDir()
	ctx, stop := context.WithCancel(t.Context())
	var wg sync.WaitGroup
	var mu sync.Mutex
	var worst time.Duration
	for w := range 4 {
		wg.Go(func() {
			for i := 0; ctx.Err() == nil; i++ {
				start := time.Now()
				// Two rows of one transaction, which no backup may part.
				if err := s.Update(system, enrol, func(tx *Tx) (Row, error) {
					a := pupil{ID: fmt.Sprintf("a%d", w), Login: fmt.Sprintf("a%d-%d", w, i), Last: fmt.Sprint(i), At: []Place{"lyon/1"}}
					b := a
					b.ID, b.Login = fmt.Sprintf("b%d", w), fmt.Sprintf("b%d-%d", w, i)
					return a, errors.Join(pupils.Put(tx, a), pupils.Put(tx, b))
				}); err != nil {
					t.Error(err)
					return
				}
				mu.Lock()
				worst = max(worst, time.Since(start))
				mu.Unlock()
			}
		})
	}
	for i := range 10 {
		file := filepath.Join(dir, fmt.Sprint(i))
		must(t, s.Backup(t.Context(), file))
		there := t.TempDir()
		_, err := Restore(file, there)
		must(t, err)
		r := reopen(t, config(there))
		verified(t, r)
		view(t, r, system, func(tx *Tx) {
			for w := range 4 {
				a, errA := pupils.Get(tx, fmt.Sprintf("a%d", w))
				b, errB := pupils.Get(tx, fmt.Sprintf("b%d", w))
				if a.Last != b.Last || (errA == nil) != (errB == nil) {
					t.Errorf("backup %d holds half a transaction: %s and %s", i, a.Last, b.Last)
				}
			}
		})
		must(t, r.Close())
	}
	stop()
	wg.Wait()
	t.Logf("the slowest of the writes took %v", worst)
}

// TestBackupStops gives up a backup that is cancelled, and refuses a second one.
func TestBackupStops(t *testing.T) {
	s, file := open(t), filepath.Join(t.TempDir(), "sauvegarde")
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := s.Backup(ctx, file); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
	s.backup.Lock()
	if err := s.Backup(t.Context(), file); !errors.Is(err, ErrBusy) {
		t.Errorf("a second one: %v", err)
	}
	s.backup.Unlock()
	if left, _ := filepath.Glob(file + "*"); len(left) > 0 {
		t.Errorf("left behind: %q", left)
	}
}

// TestCompact erases a name from every byte on the disk, while others read and write.
func TestCompact(t *testing.T) {
	s := open(t)
	must(t, put(t, s, system, zoe))
	gone := pupil{ID: "gone", Login: "gone", Last: "Tintinnabule", First: "Xanthippe", At: []Place{"lyon/1"}}
	must(t, put(t, s, system, gone))
	settle(t, s)
	must(t, s.Update(system, Action{Key: "erase"}, func(tx *Tx) (Row, error) {
		return tool{ID: "purge", At: []Place{""}}, errors.Join(pupils.Delete(tx, "gone"), Erase(tx, "pupils", "gone"))
	}))
	settle(t, s)
	ctx, stop := context.WithCancel(t.Context())
	var wg sync.WaitGroup
	wg.Go(func() {
		for i := 0; ctx.Err() == nil; i++ {
			p := zoe
			p.Born = fmt.Sprint(i)
			if err := put(t, s, system, p); err != nil {
				t.Error(err)
			}
			if found := find(t, s, lyon1, Query{Text: "zo"}); len(found.Rows) != 1 || found.Rows[0].Born != p.Born {
				t.Errorf("found %+v after writing %s", found, p.Born)
			}
		}
	})
	must(t, s.Compact(t.Context()))
	stop()
	wg.Wait()
	settle(t, s)
	must(t, filepath.Walk(s.cfg.Dir, func(file string, st os.FileInfo, err error) error {
		if err != nil || st.IsDir() {
			return err
		}
		if b := mustRead(t, file); bytes.Contains(bytes.ToLower(b), []byte("tintinna")) || bytes.Contains(bytes.ToLower(b), []byte("xanthip")) {
			t.Errorf("%s still names the erased pupil", filepath.Base(file))
		}
		return nil
	}))
}
