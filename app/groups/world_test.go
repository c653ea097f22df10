package groups_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/rs/zerolog"

	"preau/app/access"
	"preau/app/directory"
	"preau/app/format/aaf"
	"preau/app/groups"
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

// The establishments of the cast: two schools and a virtual one of a collectivité,
// and a school of another.
var (
	balzac  = uai("0759001")
	colette = uai("0759002")
	savoie  = uai("0749003")
)

const reseau = "V000001V"

func uai(digits string) string { return digits + aaf.UAIKey(digits) }

func placeOf(uai string) data.Place {
	if uai == savoie {
		return directory.PlaceOf("mont-blanc", uai)
	}
	return directory.PlaceOf("val-de-seine", uai)
}

// A cast is a store of its own with those who make groups and those who are in them.
type cast struct {
	*access.Gate
	*clock
	t      testing.TB
	store  *data.Store
	system *access.Session

	claire, sophie, jules *access.Session // local administrators: of Balzac, of Colette, of Savoie
	paul                  *access.Session // of the académie of the first two
	helene, boris         *access.Session // heads of Balzac and of Colette, who administer nothing
	lucas                 *access.Session // a pupil of Balzac
}

var firstDay = time.Date(2026, time.November, 2, 8, 0, 0, 0, time.UTC)

func newCast(t testing.TB) *cast {
	t.Helper()
	c := &cast{clock: &clock{t: firstDay}, t: t}
	var err error
	c.store, err = data.Open(data.Config{Dir: t.TempDir(), Now: c.now, Rand: rand.Reader, Key: bytes.Repeat([]byte{6}, data.KeySize), Log: zerolog.Nop(),
		Tables: slices.Concat(post.Tables, access.Tables, directory.Tables, groups.Tables)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := c.store.WaitIndexed(t.Context()); err != nil && t.Context().Err() == nil {
			t.Error(err)
		}
		if err := c.store.Check(func(problem string) { t.Error(problem) }); err != nil {
			t.Error(err)
		}
		if err := c.store.Close(); err != nil {
			t.Error(err)
		}
	})
	c.Gate = access.NewGate(c.store, rand.Reader)
	c.system = c.Gate.System("Essai")
	for _, f := range []directory.NewEstablishment{
		{UAI: balzac, Name: "Lycée Honoré de Balzac", Kind: directory.GeneralLycee, Academy: "Val-de-Seine", Town: "Saint-Éloi"},
		{UAI: colette, Name: "Collège Colette", Kind: directory.College, Academy: "Val-de-Seine", Town: "Neuville"},
		{UAI: savoie, Name: "Collège des Aiguilles", Kind: directory.College, Academy: "Mont-Blanc", Town: "Les Praz"},
		{Virtual: true, Name: "Réseau de la vallée", Academy: "Val-de-Seine"},
	} {
		if _, err := directory.CreateEstablishment(c.system, f); err != nil {
			t.Fatal(err)
		}
	}
	c.claire = c.local("MOREAU", "Claire", balzac)
	c.sophie = c.local("GIRARD", "Sophie", colette)
	c.jules = c.local("BESSON", "Jules", savoie)
	c.paul = c.administrator("paul.lefevre", access.AcademyAdvisor, "val-de-seine")
	c.helene = c.head("FONTAINE", "Helene", balzac)
	c.boris = c.head("VASSEUR", "Boris", colette)
	c.lucas = c.person(directory.Student, "MARTIN", "Lucas", balzac)
	return c
}

// local makes a teacher who administers an establishment.
func (c *cast) local(last, first, uai string) *access.Session {
	c.t.Helper()
	s := c.person(directory.Teacher, last, first, uai)
	c.give(s, access.LocalAdmin, placeOf(uai))
	return c.signIn(strings.ToLower(first + "." + last))
}

// head makes the head of an establishment.
func (c *cast) head(last, first, uai string) *access.Session {
	c.t.Helper()
	s := c.person(directory.Staff, last, first, uai)
	c.directs(s.Account.ID, uai)
	return s
}

// directs makes somebody the head of an establishment.
func (c *cast) directs(id, uai string) {
	c.t.Helper()
	c.do(func(tx *data.Tx) (data.Row, error) {
		e, err := directory.Establishments.Get(tx, uai)
		if err != nil {
			return nil, err
		}
		e.Head, e.HeadByHand = id, true
		return e, directory.Establishments.Put(tx, e)
	})
}

const password = "la-craie-et-le-tableau"

// hashed is what is stored of the password of everybody, made once.
var hashed = sync.OnceValues(func() (string, error) {
	return access.NewGate(nil, rand.Reader).Hash(context.Background(), password)
})

var preparing = access.NewAction("test.prepare", "Préparation d’essai", access.RunAppliance, data.Info)

// person makes somebody of the directory, with an address, and signs them in.
func (c *cast) person(p directory.Profile, last, first string, uais ...string) *access.Session {
	c.t.Helper()
	u := directory.User{Profile: p, LastName: last, FirstName: first, Source: directory.FromAAF, CreatedAt: c.now()}
	u.Login.Federated = strings.ToLower(first + "." + last)
	u.Email.Federated = u.Login.Federated + "@exemple.example"
	for i, uai := range uais {
		u.Attachments = append(u.Attachments, directory.Attachment{At: placeOf(uai), Main: i == 0})
	}
	hash, err := hashed()
	if err != nil {
		c.t.Fatal(err)
	}
	c.do(func(tx *data.Tx) (_ data.Row, err error) {
		if u.ID, err = access.NewUID(tx); err != nil {
			return nil, err
		}
		if err := directory.Users.Put(tx, u); err != nil {
			return nil, err
		}
		return directory.Activate(tx, u.ID, hash, tx.Now)
	})
	return c.signIn(u.Login.Federated)
}

func (c *cast) do(fn func(*data.Tx) (data.Row, error)) {
	c.t.Helper()
	if err := c.system.Do(preparing, fn); err != nil {
		c.t.Fatal(err)
	}
}

func (c *cast) give(s *access.Session, role access.Role, in data.Place) {
	c.t.Helper()
	c.do(func(tx *data.Tx) (data.Row, error) { return access.Give(tx, s.Account.ID, role, in) })
}

// administrator makes somebody who is nobody in the directory, and signs them in.
func (c *cast) administrator(login string, role access.Role, in data.Place) *access.Session {
	c.t.Helper()
	if err := access.Create(c.t.Context(), c.system, access.NewAdministrator{Login: login, LastName: "ADMIN", FirstName: login, Password: password, Role: role, In: in}); err != nil {
		c.t.Fatal(err)
	}
	return c.signIn(login)
}

func (c *cast) signIn(login string) *access.Session {
	c.t.Helper()
	signed, err := c.SignIn(c.t.Context(), access.SignIn{Login: login, Password: password, From: "192.0.2.7"})
	if err != nil {
		c.t.Fatal(login, err)
	}
	return signed.Session
}

func (c *cast) see(fn func(*data.Tx) error) {
	c.t.Helper()
	if err := c.system.See(fn); err != nil {
		c.t.Fatal(err)
	}
}

// mails are those that were queued to an address, oldest first.
func (c *cast) mails(to string) (all []post.Mail) {
	c.t.Helper()
	c.see(func(tx *data.Tx) error {
		for m, err := range post.MailsByTo.All(tx, to) {
			if err != nil {
				return err
			}
			all = append(all, m)
		}
		return nil
	})
	slices.SortFunc(all, func(a, b post.Mail) int { return a.At.Compare(b.At) })
	return all
}

func (c *cast) must(err error) {
	c.t.Helper()
	if refusal, ok := err.(*access.Refusal); ok {
		c.t.Fatal(err, refusal.Fields)
	}
	if err != nil {
		c.t.Fatal(err)
	}
}

// wants checks the kind of an error.
func wants(t *testing.T, what string, err error, want access.Kind) {
	t.Helper()
	if err == nil || access.KindOf(err) != want {
		t.Errorf("%s: %v (kind %d), want kind %d", what, err, access.KindOf(err), want)
	}
}

// wantsField checks that a form is refused beside a field.
func wantsField(t *testing.T, what string, err error, field string) {
	t.Helper()
	refusal, ok := err.(*access.Refusal)
	if !ok || refusal.Kind != access.Invalid || refusal.Fields[field] == "" {
		t.Errorf("%s: %v, want a sentence beside %q", what, err, field)
	}
}
