package data

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	bolt "go.etcd.io/bbolt"
)

// Some tests need a process that may die: it is this one, started again.
func TestMain(m *testing.M) {
	switch dir := os.Getenv("PREAU_TEST_DIR"); os.Getenv("PREAU_TEST_ROLE") {
	case "write":
		writeForEver(dir)
	case "open":
		s, err := Open(config(dir))
		if err != nil {
			fmt.Println(err)
			os.Exit(3)
		}
		if err := s.Check(func(string) {}); err != nil {
			fmt.Println(err)
			os.Exit(3)
		}
		s.Close()
	case "create":
		for range 50 {
			os.Remove(filepath.Join(dir, FileName))
			s, err := Open(config(dir))
			if err != nil {
				fmt.Println(err)
				os.Exit(3)
			}
			s.Close()
			fmt.Println("created")
		}
	default:
		os.Exit(m.Run())
	}
}

// child prepares this program to play a role in a directory.
func child(role, dir string) *exec.Cmd {
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), "PREAU_TEST_ROLE="+role, "PREAU_TEST_DIR="+dir)
	return cmd
}

// writeForEver stores numbered pupils, and says each that is stored.
func writeForEver(dir string) {
	s, err := Open(config(dir))
	if err != nil {
		fmt.Println(err)
		os.Exit(3)
	}
	from, _ := strconv.Atoi(os.Getenv("PREAU_TEST_FROM"))
	for i := from; ; i++ {
		p := pupil{ID: fmt.Sprintf("p%06d", i), Login: fmt.Sprint(i), Last: "Martin", First: "Zoé", At: []Place{"lyon/1"}}
		if err := s.Update(system, enrol, func(tx *Tx) (Row, error) { return p, pupils.Put(tx, p) }); err != nil {
			fmt.Println(err)
			os.Exit(3)
		}
		fmt.Println(i)
	}
}

// TestKill kills a writer twenty times, at random instants: what it said it
// stored is there, whole, and found.
func TestKill(t *testing.T) {
	dir, r, last := t.TempDir(), rand.New(rand.NewPCG(9, 9)), -1
	for round := range 20 {
		cmd := child("write", dir)
		cmd.Env = append(cmd.Env, fmt.Sprint("PREAU_TEST_FROM=", last+1))
		out, err := cmd.StdoutPipe()
		must(t, err)
		must(t, cmd.Start())
		stop, lines := 1+r.IntN(60), bufio.NewScanner(out)
		for lines.Scan() {
			n, err := strconv.Atoi(lines.Text())
			if err != nil {
				t.Fatal(lines.Text())
			}
			if last = n; stop > 0 {
				if stop--; stop == 0 {
					must(t, cmd.Process.Kill()) // what it says until it dies counts as well
				}
			}
		}
		cmd.Wait()
		s := reopen(t, config(dir))
		verified(t, s)
		view(t, s, system, func(tx *Tx) {
			for i := range last + 1 {
				if _, err := pupils.Get(tx, fmt.Sprintf("p%06d", i)); err != nil {
					t.Fatalf("round %d: pupil %d of %d is lost: %v", round, i, last, err)
				}
			}
		})
		if found := find(t, s, lyon1, Query{Text: "zoe m"}); !found.More && found.Total < last+1 {
			t.Errorf("round %d: %d found of %d", round, found.Total, last+1)
		}
		// One that was stored but not yet said may be there too.
		view(t, s, system, func(tx *Tx) {
			for {
				if has, _ := pupils.Has(tx, fmt.Sprintf("p%06d", last+1)); !has {
					return
				}
				last++
			}
		})
		must(t, s.Close())
	}
	t.Logf("%d pupils stored over 20 kills", last+1)
}

// TestCreation kills the first start, leaves what it had begun, and starts two at once.
func TestCreation(t *testing.T) {
	dir := t.TempDir()
	must(t, os.WriteFile(filepath.Join(dir, FileName+".nouveau"), []byte("half a file"), 0o600))
	s := reopen(t, config(dir))
	must(t, put(t, s, system, zoe))
	id := s.Instance()
	if len(id) != 16 {
		t.Errorf("instance %q", id)
	}
	start := time.Now()
	if _, err := Open(config(dir)); !errors.Is(err, ErrInUse) {
		t.Errorf("opened twice: %v", err)
	}
	if d := time.Since(start); d > 3*time.Second {
		t.Errorf("said so after %v", d)
	}
	must(t, s.Close())
	s = reopen(t, config(dir))
	if s.Instance() != id {
		t.Error("another instance")
	}
	verified(t, s)
	must(t, s.Close())
	for range 10 {
		dir := t.TempDir()
		cmd := child("create", dir)
		out, err := cmd.StdoutPipe()
		must(t, err)
		must(t, cmd.Start())
		bufio.NewScanner(out).Scan()
		must(t, cmd.Process.Kill())
		cmd.Wait()
		s := reopen(t, config(dir))
		verified(t, s)
		must(t, s.Close())
	}
}

// TestSchemas opens a store with an index that it did not have, and one written
// by a newer program.
func TestSchemas(t *testing.T) {
	dir := t.TempDir()
	s := reopen(t, config(dir))
	seed(t, s, 2000, 2)
	must(t, s.write(func(tx *bolt.Tx) error { return tx.DeleteBucket(byNames.bucket) }))
	must(t, s.Close())
	s = reopen(t, config(dir))
	verified(t, s)
	must(t, s.write(func(tx *bolt.Tx) error { return tx.Bucket(metaBucket).Put(formatKey, []byte{formatVersion + 1}) }))
	must(t, s.Close())
	if _, err := Open(config(dir)); !errors.Is(err, ErrNewer) {
		t.Errorf("newer: %v", err)
	}
	cfg := config(t.TempDir())
	cfg.Tables = append(cfg.Tables, NewTable[pupil]("pupils"))
	if _, err := Open(cfg); err == nil {
		t.Error("two tables of one name")
	}
}

// damages are ways in which a file gets damaged.
var damages = map[string]func([]byte) []byte{
	"cut in half":     func(b []byte) []byte { return b[:used(b)/2] },
	"100 bytes":       func(b []byte) []byte { return b[:100] },
	"empty":           func(b []byte) []byte { return nil },
	"zeroed page":     func(b []byte) []byte { return overwrite(b, int(root(b))*4096, make([]byte, 4096)) },
	"flipped bytes":   func(b []byte) []byte { return flip(b, 2*4096, len(b)) },
	"one meta page":   func(b []byte) []byte { return flip(b, 16, 80) },
	"both meta pages": func(b []byte) []byte { return flip(flip(b, 16, 80), 4096+16, 4096+80) },
	"random": func(b []byte) []byte {
		r := rand.New(rand.NewPCG(4, 4))
		for i := range b {
			b[i] = byte(r.Uint32())
		}
		return b
	},
	"cut tail": func(b []byte) []byte { return b[:used(b)-100] },
	"another kind of file": func(b []byte) []byte {
		return []byte(strings.Repeat("Ceci n’est pas une base de données.\n", 2000))
	},
}

// used is the length of the pages in use of a bbolt file, or of any other file.
func used(b []byte) int64 {
	pf := &pageFile{r: bytes.NewReader(b), size: int64(len(b))}
	if _, _, err := pf.meta(); err != nil {
		return int64(len(b))
	}
	return int64(pf.high) * pf.pageSize
}

// root is the page of a bbolt file that all the others hang from: one that is
// in use, whatever was freed. Of any other file it is the fifth.
func root(b []byte) uint64 {
	pf := &pageFile{r: bytes.NewReader(b), size: int64(len(b))}
	at, _, err := pf.meta()
	if err != nil {
		return 4
	}
	return at
}

func overwrite(b []byte, at int, with []byte) []byte {
	copy(b[min(at, len(b)):], with)
	return b
}

func flip(b []byte, from, to int) []byte {
	r := rand.New(rand.NewPCG(8, 8))
	for range max(8, (to-from)/300) {
		b[from+r.IntN(to-from)] ^= byte(1 + r.IntN(255))
	}
	return b
}

// TestDamagedStore opens damaged files in a process of its own: each ends with
// an error or a store that reads, none with a panic, and none hangs.
func TestDamagedStore(t *testing.T) {
	dir := t.TempDir()
	s := reopen(t, config(dir))
	seed(t, s, 3000, 3)
	settle(t, s)
	must(t, s.Close())
	file := filepath.Join(dir, FileName)
	whole, err := os.ReadFile(file)
	must(t, err)
	for name, damage := range damages {
		must(t, os.WriteFile(file, damage(bytes.Clone(whole)), 0o600))
		cmd := child("open", dir)
		var out bytes.Buffer
		cmd.Stdout, cmd.Stderr = &out, &out
		must(t, cmd.Start())
		stuck := time.AfterFunc(time.Minute, func() { cmd.Process.Kill() })
		err := cmd.Wait()
		if !stuck.Stop() {
			t.Errorf("%s: hangs", name)
		}
		if cmd.ProcessState.ExitCode() != 3 && err != nil || strings.Contains(out.String(), "panic") || strings.Contains(out.String(), "fatal error") {
			t.Errorf("%s: %v\n%.2000s", name, err, &out)
		}
		probed := Probe(dir, true)
		if want := name != "one meta page"; (probed != nil) != want || want && !errors.Is(probed, ErrDamaged) {
			t.Errorf("%s: Probe = %v", name, probed)
		}
	}
	must(t, os.WriteFile(file, whole, 0o600))
	must(t, Probe(dir, true))
}

// TestDamagedIndex damages every kind of file of the search index, after a
// proper close and after a kill: it is rebuilt, and finds the same.
func TestDamagedIndex(t *testing.T) {
	dir := t.TempDir()
	s := reopen(t, config(dir))
	seed(t, s, 3000, 3)
	settle(t, s)
	must(t, s.Close())
	folder := filepath.Join(dir, indexName)
	whole := t.TempDir()
	must(t, os.CopyFS(whole, os.DirFS(folder)))
	expect := func(name string) {
		s := reopen(t, config(dir))
		defer s.Close()
		settle(t, s)
		if n := find(t, s, scoped("a", "lyon/0"), Query{}).Total; n != 1000 {
			t.Errorf("%s: %d found", name, n)
		}
		verified(t, s)
	}
	for _, clean := range []bool{true, false} {
		for _, kind := range []string{"root.bolt", "*.zap"} {
			for name, damage := range damages {
				must(t, os.RemoveAll(folder))
				must(t, os.CopyFS(folder, os.DirFS(whole)))
				files, err := filepath.Glob(filepath.Join(folder, "*", kind))
				if err != nil || len(files) == 0 {
					t.Fatal(kind, err)
				}
				b, err := os.ReadFile(files[0])
				must(t, err)
				must(t, os.WriteFile(files[0], damage(b), 0o600))
				if !clean {
					marks, _ := filepath.Glob(filepath.Join(folder, "*", "sain"))
					must(t, os.Remove(marks[0]))
				}
				expect(fmt.Sprint(kind, " ", name, " clean ", clean))
			}
		}
	}
	must(t, os.RemoveAll(folder))
	expect("missing")
	must(t, os.WriteFile(filepath.Join(t.TempDir(), "x"), nil, 0o600))
	must(t, os.RemoveAll(folder))
	must(t, os.MkdirAll(filepath.Join(folder, "000001"), 0o700))
	expect("empty folder")
	files, _ := filepath.Glob(filepath.Join(folder, "*", "*.zap"))
	must(t, os.Remove(files[0]))
	expect("missing segment")
}

// TestForeignIndex gives a store the index of another, an older one, and one of
// another program.
func TestForeignIndex(t *testing.T) {
	a, b := t.TempDir(), t.TempDir()
	for dir, last := range map[string]string{a: "Martin", b: "Durand"} {
		s := reopen(t, config(dir))
		must(t, put(t, s, system, pupil{ID: "p001199", Login: "zoe", Last: last, First: "Zoé", At: []Place{"lyon/1"}}))
		seed(t, s, 1199, 2)
		settle(t, s)
		must(t, s.Close())
	}
	replace := func(dst, src string) {
		must(t, os.RemoveAll(filepath.Join(dst, indexName)))
		must(t, os.CopyFS(filepath.Join(dst, indexName), os.DirFS(filepath.Join(src, indexName))))
	}
	old := t.TempDir()
	must(t, os.CopyFS(filepath.Join(old, indexName), os.DirFS(filepath.Join(a, indexName))))
	replace(a, b)
	s := reopen(t, config(a))
	verified(t, s)
	r := rand.New(rand.NewPCG(6, 6))
	for range 3 { // enough for the outbox to be trimmed past the copy
		must(t, s.Begin(system, "again", enrol))
		must(t, s.Bulk(system, "again", func(tx *Tx) error {
			for i := range 1200 {
				if err := pupils.Put(tx, crowd(r, i, 2)); err != nil {
					return err
				}
			}
			return nil
		}))
		settle(t, s)
	}
	must(t, s.Close())
	replace(a, old)
	s = reopen(t, config(a))
	verified(t, s)
	must(t, s.Close())

	cfg := config(a)
	cfg.Build = "v2"
	s = reopen(t, cfg)
	verified(t, s)
	must(t, s.Close())
}
