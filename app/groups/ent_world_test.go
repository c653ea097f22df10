package groups_test

import (
	"bytes"
	"crypto/rand"
	"errors"
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

// The establishments of the hall: two of one académie, one of another.
var (
	hallBalzac  = hallUAI("0759001")
	hallColette = hallUAI("0759002")
	hallSavoie  = hallUAI("0749003")
)

func hallUAI(digits string) string { return digits + aaf.UAIKey(digits) }

func hallPlace(uai string) data.Place {
	if uai == hallSavoie {
		return directory.PlaceOf("mont-blanc", uai)
	}
	return directory.PlaceOf("val-de-seine", uai)
}

// A hall is a store of its own with those who use the ENT of three establishments.
type hall struct {
	*access.Gate
	t      testing.TB
	store  *data.Store
	system *access.Session
	mu     sync.Mutex
	at     time.Time

	claire, sophie, jeanne, marc *access.Session // administrators of Balzac, of Colette, of Savoie, of the appliance
	lucas, zoe, anne, luc        *access.Session // of Balzac: two pupils of 3A and 3B, the mother of the first, a guest
	hugo, nora                   *access.Session // of Colette: a pupil, a teacher
}

func (h *hall) now() time.Time {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.at
}

func (h *hall) pass(d time.Duration) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.at = h.at.Add(d)
}

// emptyHall has its establishments, and nobody.
func emptyHall(t testing.TB) *hall {
	t.Helper()
	h := &hall{t: t, at: time.Date(2026, time.November, 2, 8, 0, 0, 0, time.UTC)}
	var err error
	h.store, err = data.Open(data.Config{Dir: t.TempDir(), Now: h.now, Rand: rand.Reader, Key: bytes.Repeat([]byte{6}, data.KeySize), Log: zerolog.Nop(),
		Tables: slices.Concat(post.Tables, access.Tables, directory.Tables, groups.Tables)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		err := errors.Join(h.store.WaitIndexed(t.Context()), h.store.Check(func(problem string) { t.Error(problem) }), h.store.Close())
		if err != nil && t.Context().Err() == nil {
			t.Error(err)
		}
	})
	h.Gate = access.NewGate(h.store, rand.Reader)
	h.system = h.Gate.System("Essai")
	for _, f := range []directory.NewEstablishment{
		{UAI: hallBalzac, Name: "Lycée Honoré de Balzac", Kind: directory.GeneralLycee, Academy: "Val-de-Seine", Town: "Saint-Éloi"},
		{UAI: hallColette, Name: "Collège Colette", Kind: directory.College, Academy: "Val-de-Seine", Town: "Neuville"},
		{UAI: hallSavoie, Name: "Collège des Aiguilles", Kind: directory.College, Academy: "Mont-Blanc", Town: "Les Praz"},
	} {
		if _, err := directory.CreateEstablishment(h.system, f); err != nil {
			t.Fatal(err)
		}
	}
	return h
}

func newHall(t testing.TB) *hall {
	t.Helper()
	h := emptyHall(t)
	h.claire = h.admin(h.person(directory.Teacher, "MOREAU", "Claire", hallBalzac, func(u *directory.User) {
		u.Attachments[0].Functions = []directory.Function{{Code: "ENS", Name: "ENSEIGNEMENT", Discipline: "L0202", DisciplineName: "LETTRES MODERNES"}}
		u.Attachments[0].Lessons = []directory.Lesson{{Class: "3A"}}
	}), hallBalzac)
	h.sophie = h.admin(h.person(directory.Staff, "GIRARD", "Sophie", hallColette, nil), hallColette)
	h.jeanne = h.admin(h.person(directory.Staff, "ROCHE", "Jeanne", hallSavoie, nil), hallSavoie)
	lucas := h.person(directory.Student, "MARTIN", "Lucas", hallBalzac, inClass("3A", "3e"))
	anne := h.person(directory.Relative, "MARTIN", "Anne", hallBalzac, nil)
	h.change(lucas, func(u *directory.User) { u.Links = []directory.Link{{Relative: anne.ID, Kind: "Mère"}} })
	h.lucas, h.anne = h.enter(lucas), h.enter(anne)
	h.zoe = h.enter(h.person(directory.Student, "N’GUESSAN DE LA FONTAINE", "Zoé", hallBalzac, inClass("3B", "3e")))
	h.luc = h.enter(h.person(directory.Guest, "VASSEUR", "Luc", hallBalzac, nil))
	h.hugo = h.enter(h.person(directory.Student, "LEROY", "Hugo", hallColette, inClass("4C", "4e")))
	h.nora = h.enter(h.person(directory.Teacher, "BENALI", "Nora", hallColette, nil))
	if err := access.Create(t.Context(), h.system, access.NewAdministrator{Login: "marc.dubois", LastName: "DUBOIS", FirstName: "Marc", Password: hallPassword, Role: access.Level2Support}); err != nil {
		t.Fatal(err)
	}
	h.marc = h.signIn("marc.dubois")
	return h
}

func inClass(class, grade string) func(*directory.User) {
	return func(u *directory.User) {
		u.Grade, u.Birth = grade, "2012-03-14"
		u.Attachments[0].Classes = []string{class}
	}
}

const hallPassword = "la-craie-et-le-tableau"

var preparingHall = access.NewAction("test.hall", "Préparation d’essai", access.RunAppliance, data.Info)

func (h *hall) do(fn func(*data.Tx) (data.Row, error)) {
	h.t.Helper()
	if err := h.system.Do(preparingHall, fn); err != nil {
		h.t.Fatal(err)
	}
}

func (h *hall) see(fn func(*data.Tx) error) {
	h.t.Helper()
	if err := h.system.See(fn); err != nil {
		h.t.Fatal(err)
	}
}

// person makes somebody of the directory, with everything that others must not see.
func (h *hall) person(p directory.Profile, last, first, uai string, with func(*directory.User)) (u directory.User) {
	h.t.Helper()
	u = directory.User{Profile: p, LastName: last, FirstName: first, Source: directory.FromAAF, CreatedAt: h.now(), Birth: "1980-02-03",
		Attachments: []directory.Attachment{{At: hallPlace(uai), Main: true}}}
	u.Login.Federated = strings.ReplaceAll(data.Fold(first+" "+last), " ", ".")
	u.Email.Federated, u.Mobile.Federated = u.Login.Federated+"@exemple.example", "0639980001"
	if with != nil {
		with(&u)
	}
	h.do(func(tx *data.Tx) (_ data.Row, err error) {
		if u.ID, err = access.NewUID(tx); err != nil {
			return nil, err
		}
		return u, directory.Users.Put(tx, u)
	})
	return u
}

func (h *hall) change(u directory.User, how func(*directory.User)) {
	h.t.Helper()
	h.do(func(tx *data.Tx) (data.Row, error) {
		u, err := directory.Users.Get(tx, u.ID)
		if err != nil {
			return nil, err
		}
		how(&u)
		return u, directory.Users.Put(tx, u)
	})
}

// enter gives somebody a password, and signs them in.
func (h *hall) enter(u directory.User) *access.Session {
	h.t.Helper()
	hash, err := h.Hash(h.t.Context(), hallPassword)
	if err != nil {
		h.t.Fatal(err)
	}
	h.do(func(tx *data.Tx) (data.Row, error) { return directory.Activate(tx, u.ID, hash, tx.Now) })
	return h.signIn(u.Login.Federated)
}

func (h *hall) admin(u directory.User, uai string) *access.Session {
	h.t.Helper()
	s := h.enter(u)
	h.do(func(tx *data.Tx) (data.Row, error) {
		return access.Give(tx, s.Account.ID, access.LocalAdmin, hallPlace(uai))
	})
	return h.signIn(u.Login.Federated)
}

func (h *hall) signIn(login string) *access.Session {
	h.t.Helper()
	signed, err := h.SignIn(h.t.Context(), access.SignIn{Login: login, Password: hallPassword, From: "192.0.2.7"})
	if err != nil || signed.Session == nil {
		h.t.Fatal(login, err)
	}
	return signed.Session
}

func (h *hall) must(err error) {
	h.t.Helper()
	if refusal, ok := err.(*access.Refusal); ok {
		h.t.Fatal(err, refusal.Fields)
	}
	if err != nil {
		h.t.Fatal(err)
	}
}

// local makes a local group with elements, and saves it.
func (h *hall) local(s *access.Session, uai, parent, name string, refs ...groups.Ref) string {
	h.t.Helper()
	id, err := groups.Create(s, uai, groups.LocalScreen, groups.NewGroup{Parent: parent, Name: name})
	h.must(err)
	_, err = groups.Add(s, uai, groups.LocalScreen, id, refs, false)
	h.must(err)
	_, err = groups.Save(s, uai, groups.LocalScreen)
	h.must(err)
	return id
}

// partner makes partners of two establishments.
func (h *hall) partner(one, other string) {
	h.t.Helper()
	pair := []data.Place{hallPlace(one), hallPlace(other)}
	slices.Sort(pair)
	p := groups.Partnership{Pair: pair, State: groups.Accepted, From: pair[0], Steps: []groups.Step{{State: groups.Accepted, At: h.now(), By: h.sophie.Name(), ByID: h.sophie.Account.ID, Side: pair[1]}}}
	h.do(func(tx *data.Tx) (data.Row, error) { return p, groups.Partnerships.Put(tx, p) })
}

// shared makes a shared group of Balzac, open to profiles of each establishment.
func (h *hall) shared(name string, sides ...groups.Side) string {
	h.t.Helper()
	id, err := groups.Create(h.claire, hallBalzac, groups.RightsScreen, groups.NewGroup{Name: name, Description: "Entre voisins"})
	h.must(err)
	h.open(id, sides...)
	return id
}

// open decides who may be in a shared group.
func (h *hall) open(id string, sides ...groups.Side) {
	h.t.Helper()
	for _, side := range sides {
		for _, p := range directory.Profiles {
			h.must(groups.Allow(h.claire, hallBalzac, id, slices.Contains(side.Profiles, p), groups.Opening{UAI: directory.UAIOf(side.At), Profile: p}))
		}
	}
	_, err := groups.Save(h.claire, hallBalzac, groups.RightsScreen)
	h.must(err)
}

func side(uai string, profiles ...directory.Profile) groups.Side {
	return groups.Side{At: hallPlace(uai), Profiles: profiles}
}

// fill puts elements of an establishment in a shared group.
func (h *hall) fill(s *access.Session, uai, id string, refs ...groups.Ref) {
	h.t.Helper()
	_, err := groups.Add(s, uai, groups.PopulationScreen, id, refs, false)
	h.must(err)
	_, err = groups.Save(s, uai, groups.PopulationScreen)
	h.must(err)
}

func me(s *access.Session) groups.Ref { return groups.Person(s.Account.ID) }

// names are those that a page shows.
func names(p groups.Page) string {
	all := make([]string, len(p.People))
	for i, one := range p.People {
		all[i] = one.Name
	}
	return strings.Join(all, ", ")
}
