package directory_test

import (
	"bytes"
	"crypto/rand"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/rs/zerolog"

	"preau/app/access"
	"preau/app/directory"
	"preau/app/format/aaf"
	"preau/app/post"
	"preau/data"
)

// clock is the time of a test: it moves only when told.
type clock struct {
	mu sync.Mutex
	t  time.Time
}

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.t
}

func (c *clock) pass(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.t = c.t.Add(d)
}

// A world is a directory on a store of its own, checked whole at the end.
type world struct {
	*access.Gate
	*clock
	t      testing.TB
	store  *data.Store
	dir    string
	system *access.Session
}

// firstDay is when a world begins.
var firstDay = time.Date(2026, time.September, 1, 8, 0, 0, 0, time.UTC)

func newWorld(t testing.TB) *world {
	t.Helper()
	w := openWorld(t, t.TempDir(), &clock{t: firstDay})
	t.Cleanup(func() {
		if err := w.store.WaitIndexed(t.Context()); err != nil && t.Context().Err() == nil {
			t.Error(err)
		}
		if err := w.store.Check(func(problem string) { t.Error(problem) }); err != nil {
			t.Error(err)
		}
		if err := w.store.Close(); err != nil {
			t.Error(err)
		}
	})
	return w
}

func openWorld(t testing.TB, dir string, c *clock) *world {
	t.Helper()
	return openBounded(t, dir, c, 0)
}

// openBounded opens a world whose file may take so many bytes, 0 for no bound.
func openBounded(t testing.TB, dir string, c *clock, most int) *world {
	t.Helper()
	tables := slices.Concat(post.Tables, access.Tables, directory.Tables)
	store, err := data.Open(data.Config{Dir: dir, Now: c.now, Rand: rand.Reader, Key: bytes.Repeat([]byte{7}, data.KeySize), Log: zerolog.Nop(), MaxSize: most, Tables: tables})
	if err != nil {
		t.Fatal(err)
	}
	gate := access.NewGate(store, rand.Reader)
	return &world{gate, c, t, store, dir, gate.System("Essai")}
}

const password = "la-craie-et-le-tableau"

// administrator makes somebody who is nobody in the directory, and signs them in.
func (w *world) administrator(login string, role access.Role, in data.Place) *access.Session {
	w.t.Helper()
	err := access.Create(w.t.Context(), w.system, access.NewAdministrator{Login: login, LastName: "ADMIN", FirstName: login, Password: password, Role: role, In: in})
	if err != nil {
		w.t.Fatal(err)
	}
	return w.signIn(login)
}

func (w *world) signIn(login string) *access.Session {
	w.t.Helper()
	signed, err := w.SignIn(w.t.Context(), access.SignIn{Login: login, Password: password, From: "192.0.2.7"})
	if err != nil {
		w.t.Fatal(login, err)
	}
	return signed.Session
}

var preparing = access.NewAction("test.prepare", "Préparation d’essai", access.RunAppliance, data.Info)

// activate gives somebody a password, as a first connection does.
func (w *world) activate(id string) {
	w.t.Helper()
	hash, err := w.Hash(w.t.Context(), password)
	if err != nil {
		w.t.Fatal(err)
	}
	if err := w.system.Do(preparing, func(tx *data.Tx) (data.Row, error) { return directory.Activate(tx, id, hash, tx.Now) }); err != nil {
		w.t.Fatal(err)
	}
}

// user reads somebody by login, wherever they are.
func (w *world) user(login string) (u directory.User) {
	w.t.Helper()
	if err := w.system.See(func(tx *data.Tx) error {
		a, err := access.AccountsByLogin.Get(tx, login)
		if err != nil {
			return err
		}
		u, err = directory.Users.Get(tx, a.ID)
		return err
	}); err != nil {
		w.t.Fatal(login, err)
	}
	return u
}

// everybody reads the whole directory, by login.
func (w *world) everybody() map[string]directory.User {
	w.t.Helper()
	all := map[string]directory.User{}
	if err := w.system.See(func(tx *data.Tx) error {
		for u, err := range directory.Users.All(tx) {
			if err != nil {
				return err
			}
			all[u.Login.Value()] = u
		}
		return nil
	}); err != nil {
		w.t.Fatal(err)
	}
	return all
}

// lastEvent is the number of the newest line of the journal.
func (w *world) lastEvent() (n uint64) {
	w.t.Helper()
	if err := w.system.See(func(tx *data.Tx) error { n = data.LastEvent(tx); return nil }); err != nil {
		w.t.Fatal(err)
	}
	return n
}

// A delivery is a set of AAF files on the way to be imported.
type delivery struct {
	t       *testing.T
	dir     string
	kind    aaf.Kind
	date    aaf.Date
	degree  aaf.Degree
	prefix  string
	records map[aaf.Category][]aaf.Record
}

func newDelivery(t *testing.T, kind aaf.Kind, date aaf.Date, records ...aaf.Record) *delivery {
	d := &delivery{t, t.TempDir(), kind, date, aaf.Second, "ENT", map[aaf.Category][]aaf.Record{}}
	for _, r := range records {
		d.records[r.Category] = append(d.records[r.Category], r)
	}
	return d
}

var categories = []aaf.Category{aaf.Schools, aaf.Subjects, aaf.Mefs, aaf.Students, aaf.Relatives, aaf.StaffOf}

// write writes every category, the empty ones too, but those that are named.
func (d *delivery) write(but ...aaf.Category) string {
	d.t.Helper()
	for _, c := range categories {
		if len(but) > 0 && but[0] == c {
			continue
		}
		f, err := os.Create(filepath.Join(d.dir, aaf.FileName(d.prefix, d.kind, d.date, c, 0)))
		if err != nil {
			d.t.Fatal(err)
		}
		w := aaf.NewWriter(f, aaf.Header{VersionAF: "AAF-VE2407", AcademyCode: "099", Degree: d.degree, Generated: d.date})
		for _, r := range d.records[c] {
			if err := w.Write(r); err != nil {
				d.t.Fatal(err)
			}
		}
		if err := w.Close(); err != nil {
			d.t.Fatal(err)
		}
		if err := f.Close(); err != nil {
			d.t.Fatal(err)
		}
	}
	return d.dir
}

// receive imports a delivery in the name of the appliance.
func (w *world) receive(path string) *directory.Import {
	w.t.Helper()
	im, err := w.try(w.system, directory.ImportOptions{Path: path})
	if err != nil {
		w.t.Fatal(err)
	}
	return im
}

func (w *world) try(s *access.Session, opts directory.ImportOptions) (*directory.Import, error) {
	opts.TempDir = w.dir
	return directory.ImportAAF(w.t.Context(), s, opts)
}
