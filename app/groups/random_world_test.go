package groups_test

import (
	"bytes"
	"crypto/rand"
	"fmt"
	"os"
	"path/filepath"
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

// hours is the time of a test: it moves only when told.
type hours struct {
	mu sync.Mutex
	t  time.Time
}

func (h *hours) now() time.Time {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.t
}

func (h *hours) pass(d time.Duration) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.t = h.t.Add(d)
}

// The two schools of a town.
const (
	tilleuls   = "0990101X"
	ormes      = "0990102Y"
	atTilleuls = data.Place("val-de-seine/" + tilleuls)
	atOrmes    = data.Place("val-de-seine/" + ormes)
)

// A town is two schools that the federated directory tells of, partners, and who
// administers their groups.
type town struct {
	*access.Gate
	*hours
	t     testing.TB
	store *data.Store
	dir   string
	job   *access.Session

	nina, omar *access.Session // of Les Tilleuls
	rita       *access.Session // of Les Ormes
	told       []aaf.Record    // what the last complete said, and the deltas since
	sent       int             // deliveries
}

func newTown(t testing.TB) *town {
	t.Helper()
	w := &town{hours: &hours{t: time.Date(2026, time.September, 1, 8, 0, 0, 0, time.UTC)}, t: t, dir: t.TempDir()}
	var err error
	w.store, err = data.Open(data.Config{Dir: w.dir, Now: w.now, Rand: rand.Reader, Key: bytes.Repeat([]byte{8}, data.KeySize), Log: zerolog.Nop(),
		Tables: slices.Concat(post.Tables, access.Tables, directory.Tables, groups.Tables)})
	if err != nil {
		t.Fatal(err)
	}
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
	w.Gate = access.NewGate(w.store, rand.Reader)
	w.job = w.System("Essai")
	w.told = firstDelivery()
	w.complete()
	w.nina = w.administrator("nina.roux", atTilleuls)
	w.omar = w.administrator("omar.diallo", atTilleuls)
	w.rita = w.administrator("rita.blanc", atOrmes)
	return w
}

const phrase = "la-craie-et-le-tableau"

// administrator makes a local administrator who is nobody in the directory.
func (w *town) administrator(login string, in data.Place) *access.Session {
	w.t.Helper()
	first, last, _ := strings.Cut(login, ".")
	w.ok(access.Create(w.t.Context(), w.job, access.NewAdministrator{Login: login, LastName: strings.ToUpper(last), FirstName: strings.ToUpper(first[:1]) + first[1:], Password: phrase, Role: access.LocalAdmin, In: in}))
	signed, err := w.SignIn(w.t.Context(), access.SignIn{Login: login, Password: phrase, From: "192.0.2.7"})
	w.ok(err)
	return signed.Session
}

func (w *town) ok(err error) {
	w.t.Helper()
	if refusal, is := err.(*access.Refusal); is {
		w.t.Fatal(err, refusal.Fields)
	}
	if err != nil {
		w.t.Fatal(err)
	}
}

var arranging = access.NewAction("test.arrange", "Préparation d’essai", access.RunAppliance, data.Info)

func (w *town) do(fn func(*data.Tx) (data.Row, error)) {
	w.t.Helper()
	w.ok(w.job.Do(arranging, fn))
}

func (w *town) see(fn func(*data.Tx) error) {
	w.t.Helper()
	w.ok(w.job.See(fn))
}

// ally makes the two schools partners, or no longer.
func (w *town) ally(state groups.State) {
	w.t.Helper()
	w.do(func(tx *data.Tx) (data.Row, error) {
		p := groups.Partnership{Pair: []data.Place{atTilleuls, atOrmes}, State: state, From: atTilleuls, Steps: []groups.Step{{State: state, At: tx.Now, By: "Essai", Side: atTilleuls}}}
		return p, groups.Partnerships.Put(tx, p)
	})
}

// keep stores somebody as an import would.
func (w *town) keep(u directory.User) directory.User {
	w.t.Helper()
	w.do(func(tx *data.Tx) (_ data.Row, err error) {
		if u.ID == "" {
			if u.ID, err = access.NewUID(tx); err != nil {
				return nil, err
			}
			u.CreatedAt, u.Login.Federated = tx.Now, "p"+strings.ToLower(u.ID)
		}
		if err := directory.Users.Put(tx, u); err != nil {
			return nil, err
		}
		u, err = directory.Activate(tx, u.ID, "", u.ActivatedAt)
		return u, err
	})
	return u
}

// everybody are the people of the directory, the deleted ones too.
func (w *town) everybody() (all []directory.User) {
	w.t.Helper()
	w.see(func(tx *data.Tx) error {
		for u, err := range directory.Users.All(tx) {
			if err != nil {
				return err
			}
			all = append(all, u)
		}
		return nil
	})
	return all
}

// named finds somebody by their first name, which are all different.
func (w *town) named(first string) directory.User {
	w.t.Helper()
	all := w.everybody()
	i := slices.IndexFunc(all, func(u directory.User) bool { return u.FirstName == first })
	if i < 0 {
		w.t.Fatal("nobody is called ", first)
	}
	return all[i]
}

// aSchool is a structure of the federated directory, with its classes.
func aSchool(id, code, name string, classes ...string) aaf.Record {
	s := aaf.School{ID: id, UAI: code + aaf.UAIKey(code), Short: "CLG", Name: name, Type: "COLLEGE", TypeCode: "340", Academy: "VAL-DE-SEINE", AcademyCode: "099",
		Address: aaf.Address{Lines: []string{"1 RUE DU PORT"}, PostalCode: "99100", Town: "RIVEMONT"}, Groups: []aaf.Group{{Code: "LAT", Label: "LATIN", Classes: classes}}}
	for _, c := range classes {
		s.Classes = append(s.Classes, aaf.Class{Code: c, Label: c, Mefs: []string{"10310019110"}})
	}
	return s.Record(aaf.Second)
}

func aName(last, first string) aaf.Name { return aaf.Name{Last: last, First: first, Title: "M."} }

// aPupil is a student of a class; one in three also does latin.
func aPupil(n int, school, class string, relatives ...string) aaf.Record {
	id := fmt.Sprint(1000 + n)
	s := aaf.Student{ID: id, INE: "00000" + id + "A", Name: aName("ÉLÈVE", fmt.Sprint("Pupille", letters(n))), Birth: "2012-03-14", School: school, Mef: "10310019110", MefLabel: "3EME", Level: "TROISIEME",
		Classes: []aaf.Membership{{School: school, Code: class}}}
	if n%3 == 0 {
		s.Groups = []aaf.Membership{{School: school, Code: "LAT"}}
	}
	for _, r := range relatives {
		s.Links = append(s.Links, aaf.Link{Relative: r, Code: "10", Legal: true, Contact: true})
	}
	return s.Record(aaf.Second)
}

// letters writes a number without digits, which names have none of.
func letters(n int) string { return string([]rune{'a' + rune(n/26%26), 'a' + rune(n%26)}) }

func aParent(n int) aaf.Record {
	return aaf.Relative{ID: fmt.Sprint(2000 + n), Name: aName("PARENT", fmt.Sprint("Tuteur", letters(n))), Address: aaf.Address{Lines: []string{"2 RUE DU PORT"}, PostalCode: "99100", Town: "RIVEMONT", Country: "FRANCE"}}.Record(aaf.Second)
}

func aTeacher(n int, class string, schools ...string) aaf.Record {
	s := aaf.Staff{ID: fmt.Sprint(3000 + n), Name: aName("PROF", fmt.Sprint("Maître", letters(n))), Birth: "1980-05-02", School: schools[0], Teaches: true}
	for _, at := range schools {
		s.Functions = append(s.Functions, aaf.Function{School: at, Code: "ENS", Label: "ENSEIGNEMENT", Discipline: "L0202", DisciplineLabel: "LETTRES MODERNES"})
		s.Classes = append(s.Classes, aaf.Teaching{School: at, Code: class, Subject: "020700"})
	}
	return s.Record(aaf.Second)
}

// firstDelivery is two schools of two classes each, 30 pupils with a parent for
// two, and four teachers, one of both schools.
func firstDelivery() []aaf.Record {
	all := []aaf.Record{aSchool("1", "0990101", "LES TILLEULS", "3A", "3B"), aSchool("2", "0990102", "LES ORMES", "3A", "3B"),
		aaf.Subject{Code: "020700", Label: "FRANCAIS"}.Record(), aaf.Mef{Code: "10310019110", Label: "3EME"}.Record()}
	for n := range 30 {
		all = append(all, aPupil(n, fmt.Sprint(1+n/20), []string{"3A", "3B"}[n/5%2], fmt.Sprint(2000+n/2)))
	}
	for n := range 15 {
		all = append(all, aParent(n))
	}
	return append(all, aTeacher(0, "3A", "1"), aTeacher(1, "3B", "1"), aTeacher(2, "3A", "1", "2"), aTeacher(3, "3B", "2"))
}

// tells changes what the federated directory says: records in place of those of
// the same category and key.
func (w *town) tells(records ...aaf.Record) {
	for _, r := range records {
		w.forgets(r)
		w.told = append(w.told, r)
	}
}

// forgets takes records out of what the federated directory says.
func (w *town) forgets(records ...aaf.Record) {
	for _, r := range records {
		w.told = slices.DeleteFunc(w.told, func(o aaf.Record) bool { return o.Category == r.Category && o.ID == r.ID })
	}
}

// complete imports all that the federated directory says.
func (w *town) complete() *directory.Import {
	w.t.Helper()
	return w.deliver(aaf.Complete, w.told...)
}

// delta imports some records.
func (w *town) delta(records ...aaf.Record) *directory.Import {
	w.t.Helper()
	return w.deliver(aaf.Delta, records...)
}

func (w *town) deliver(kind aaf.Kind, records ...aaf.Record) *directory.Import {
	w.t.Helper()
	w.sent++
	dir := filepath.Join(w.dir, fmt.Sprint("livraison-", w.sent))
	w.ok(os.Mkdir(dir, 0o700))
	date := aaf.Date(time.Date(2026, time.September, w.sent, 0, 0, 0, 0, time.UTC).Format(time.DateOnly))
	for _, category := range []aaf.Category{aaf.Schools, aaf.Subjects, aaf.Mefs, aaf.Students, aaf.Relatives, aaf.StaffOf} {
		w.write(dir, kind, date, category, records)
	}
	im, err := directory.ImportAAF(w.t.Context(), w.job, directory.ImportOptions{Path: dir, TempDir: w.dir, AcceptDeletions: []string{tilleuls, ormes}})
	w.ok(err)
	if im.State != directory.ImportDone || im.Sum().Refused > 0 {
		w.t.Fatal(im.Text())
	}
	return im
}

func (w *town) write(dir string, kind aaf.Kind, date aaf.Date, category aaf.Category, records []aaf.Record) {
	w.t.Helper()
	f, err := os.Create(filepath.Join(dir, aaf.FileName("ENT", kind, date, category, 0)))
	w.ok(err)
	to := aaf.NewWriter(f, aaf.Header{VersionAF: "AAF-VE2407", AcademyCode: "099", Degree: aaf.Second, Generated: date})
	for _, r := range records {
		if r.Category == category {
			w.ok(to.Write(r))
		}
	}
	w.ok(to.Close())
	w.ok(f.Close())
}

// makes creates a group with elements, on the screen of local groups.
func (w *town) makes(s *access.Session, uai, name string, refs ...groups.Ref) string {
	w.t.Helper()
	id, err := groups.Create(s, uai, groups.LocalScreen, groups.NewGroup{Name: name})
	w.ok(err)
	if len(refs) > 0 {
		_, err = groups.Add(s, uai, groups.LocalScreen, id, refs, false)
		w.ok(err)
	}
	w.saves(s, uai, groups.LocalScreen)
	return id
}

func (w *town) saves(s *access.Session, uai string, screen groups.Screen) {
	w.t.Helper()
	_, err := groups.Save(s, uai, screen)
	w.ok(err)
}

// elements are those of a group, wherever they come from.
func (w *town) elements(group string) (refs []groups.Ref) {
	w.t.Helper()
	w.see(func(tx *data.Tx) error {
		for m, err := range groups.Memberships.From(tx, group+"/") {
			if err != nil {
				return err
			}
			refs = append(refs, m.Ref)
		}
		return nil
	})
	return refs
}

// shares makes a shared group of Les Tilleuls, open to profiles of both schools.
func (w *town) shares(name string, own, theirs []directory.Profile) string {
	w.t.Helper()
	id, err := groups.Create(w.nina, tilleuls, groups.RightsScreen, groups.NewGroup{Name: name})
	w.ok(err)
	var openings []groups.Opening
	for _, p := range own {
		openings = append(openings, groups.Opening{UAI: tilleuls, Profile: p})
	}
	for _, p := range theirs {
		openings = append(openings, groups.Opening{UAI: ormes, Profile: p})
	}
	w.ok(groups.Allow(w.nina, tilleuls, id, true, openings...))
	w.saves(w.nina, tilleuls, groups.RightsScreen)
	return id
}

// puts adds elements to a shared group.
func (w *town) puts(s *access.Session, uai, group string, refs ...groups.Ref) {
	w.t.Helper()
	_, err := groups.Add(s, uai, groups.PopulationScreen, group, refs, false)
	w.ok(err)
	w.saves(s, uai, groups.PopulationScreen)
}
