package access_test

import (
	"bytes"
	"crypto/rand"
	"errors"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/rs/zerolog"

	"preau/app/access"
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

// A world is a gate on a store of its own, checked whole at the end.
type world struct {
	*access.Gate
	t     *testing.T
	clock *clock
}

const (
	balzac   = data.Place("val-de-seine/0759001B")
	colette  = data.Place("val-de-seine/0759002C")
	elsewere = data.Place("mont-blanc/0749001X")
	password = "la-craie-et-le-tableau"
)

func newWorld(t *testing.T) *world {
	t.Helper()
	w := openWorld(t, t.TempDir(), &clock{t: time.Date(2026, 9, 1, 8, 0, 0, 0, time.UTC)}, bytes.Repeat([]byte{7}, data.KeySize))
	t.Cleanup(func() {
		if err := w.Store().Check(func(problem string) { t.Error(problem) }); err != nil {
			t.Error(err)
		}
		if err := w.Store().Close(); err != nil {
			t.Error(err)
		}
	})
	return w
}

// openWorld opens a world that the test closes by itself.
func openWorld(t *testing.T, dir string, c *clock, key []byte) *world {
	t.Helper()
	store, err := data.Open(data.Config{Dir: dir, Now: c.now, Rand: rand.Reader, Key: key, Log: zerolog.Nop(), Tables: slices.Concat(post.Tables, access.Tables)})
	if err != nil {
		t.Fatal(err)
	}
	return &world{access.NewGate(store, rand.Reader), t, c}
}

var enrolling = access.NewAction("test.enrol", "Inscription d’essai", access.RunAppliance, data.Info)

// enrol makes an account with the password of the tests.
func (w *world) enrol(id, login string, at ...data.Place) access.Account {
	w.t.Helper()
	hash, err := w.Hash(w.t.Context(), password)
	if err != nil {
		w.t.Fatal(err)
	}
	a := access.Account{ID: id, Login: login, Name: id, Profile: "teacher", At: at, Hash: hash}
	w.change(func(tx *data.Tx) error { return errors.Join(access.Accepts(tx, &a), access.Accounts.Put(tx, a)) }, a)
	return a
}

func (w *world) change(fn func(*data.Tx) error, about data.Row) {
	w.t.Helper()
	if err := w.System("essai").Do(enrolling, func(tx *data.Tx) (data.Row, error) { return about, fn(tx) }); err != nil {
		w.t.Fatal(err)
	}
}

// grant gives an account a role.
func (w *world) grant(a access.Account, role access.Role, in data.Place) (g access.Grant) {
	w.t.Helper()
	w.change(func(tx *data.Tx) (err error) {
		g, err = access.Give(tx, a.ID, role, in)
		return err
	}, a)
	return g
}

func (w *world) try(login, pass, device string) (*access.Signed, error) {
	return w.SignIn(w.t.Context(), access.SignIn{Login: login, Password: pass, From: "192.0.2.7", Agent: "essai", Device: device})
}

// signIn signs somebody in, as must succeed.
func (w *world) signIn(login string) *access.Signed {
	w.t.Helper()
	signed, err := w.try(login, password, "")
	if err != nil {
		w.t.Fatal(err)
	}
	return signed
}

// wants checks the kind of an error.
func wants(t *testing.T, what string, err error, want access.Kind) {
	t.Helper()
	if err == nil || access.KindOf(err) != want {
		t.Errorf("%s: %v (kind %d), want kind %d", what, err, access.KindOf(err), want)
	}
}
