package data

import (
	"context"
	"crypto/rand"
	"fmt"
	mrand "math/rand/v2"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/rs/zerolog"
)

// A pupil is the row of these tests: it uses every kind of index.
type pupil struct {
	ID      string           `cbor:"id" log:"-"`
	Login   string           `cbor:"login" log:"Identifiant"`
	Last    string           `cbor:"last" log:"Nom"`
	First   string           `cbor:"first" log:"Prénom"`
	Born    string           `cbor:"born,omitempty" log:"Date de naissance"`
	Secret  string           `cbor:"secret,omitempty" log:"Mot de passe,secret"`
	Profile string           `cbor:"profile,omitempty" log:"Profil"`
	Classes byPlace          `cbor:"classes,omitempty" log:"Classe"`
	At      []Place          `cbor:"at" log:"Établissements"`
	Since   time.Time        `cbor:"since" log:"Depuis"`
	Notes   map[string]int64 `cbor:"notes,omitempty" log:"Notes"`
}

type byPlace map[Place]string

func (b byPlace) ByPlace() map[Place]string { return b }

func (p pupil) Key() string     { return p.ID }
func (p pupil) Places() []Place { return p.At }
func (p pupil) Label() string   { return strings.ToUpper(p.Last) + " " + p.First }

// A tool is a row that an area offers to its parts.
type tool struct {
	ID   string  `cbor:"id" log:"-"`
	Name string  `cbor:"name" log:"Nom"`
	At   []Place `cbor:"at" log:"Lieux"`
}

func (t tool) Key() string     { return t.ID }
func (t tool) Places() []Place { return t.At }

// A draft is a row of the machinery.
type draft struct {
	ID   string `cbor:"id"`
	Text string `cbor:"text"`
}

func (d draft) Key() string     { return d.ID }
func (d draft) Places() []Place { return []Place{""} }

func pupilDocument(p pupil) *Document {
	if p.Profile == "hidden" {
		return nil
	}
	return &Document{Exact: []string{p.Login, p.Born}, Tags: []string{"profile=" + p.Profile}, Sort: SortKey(p.Last, p.First)}
}

// sorted is the order of a pupil in lists, shorter than a collation key so that
// ties are many.
func (p pupil) sorted() string { return Fold(p.Last + " " + p.First) }

var (
	pupils   = NewTable[pupil]("pupils").Searched(pupilDocument)
	byLogin  = pupils.Unique("login", func(p pupil) string { return p.Login })
	byNames  = pupils.Index("name", func(p pupil) []string { return []string{p.sorted()} })
	bySchool = pupils.Scoped("school", func(p pupil) []Slot {
		var all []Slot
		for _, at := range p.At {
			all = append(all, Slot{Place: at, Group: p.Profile, Sort: p.sorted(), Facets: p.Born})
		}
		return all
	})
	perSchool = pupils.Counter("count", func(p pupil) []Tally {
		var all []Tally
		for _, at := range p.At {
			all = append(all, Tally{at, p.Profile})
		}
		return all
	})
	tools  = NewTable[tool]("tools").Shared().Searched(func(t tool) *Document { return &Document{Sort: SortKey(t.Name, "")} })
	drafts = NewTable[draft]("drafts").Unlogged()
	tables = []Schema{pupils, tools, drafts}
)

var (
	system = System("système")
	lyon   = scoped("martin", "lyon")
	lyon1  = scoped("durand", "lyon/1")
	lyon2  = scoped("petit", "lyon/2")
	trap   = scoped("piège", "lyo")
	paris  = scoped("bernard", "paris")
)

func scoped(name string, places ...Place) Author {
	return Author{ID: name, Name: name, Via: "console", Sees: places, May: places}
}

var enrol = Action{Key: "pupil.enrol", Says: "Inscription"}

// A clock gives each transaction a later time.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(time.Second)
	return c.now
}

func config(dir string) Config {
	c := &clock{now: time.Date(2026, 9, 1, 8, 0, 0, 0, time.UTC)}
	return Config{Dir: dir, Now: c.Now, Rand: rand.Reader, Log: zerolog.New(os.Stderr).Level(zerolog.Disabled), Tables: tables}
}

// reopen opens a store that the test closes by itself.
func reopen(t testing.TB, cfg Config) *Store {
	t.Helper()
	s, err := Open(cfg)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func settle(t testing.TB, s *Store) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	if err := s.WaitIndexed(ctx); err != nil {
		t.Fatal("index: ", err)
	}
}

func put(t testing.TB, s *Store, by Author, p pupil) error {
	t.Helper()
	return s.Update(by, enrol, func(tx *Tx) (Row, error) { return p, pupils.Put(tx, p) })
}

var lasts = strings.Fields(`Martin Bernard Thomas Petit Robert Richard Durand Dubois Moreau Laurent Simon Michel Lefèvre Leroy Roux David Bertrand Morel Fournier Girard
	Bonnet Dupont Lambert Fontaine Rousseau Vincent Muller Lefebvre Faure André Mercier Blanc Guérin Boyer Garnier Chevalier François Legrand Gauthier Garcia Perrin Robin Clément
	Morin Nicolas Henry Roussel Mathieu Gautier Masson Marchand Duval Denis Dumont Marie Lemaire Noël Meyer Dufour Meunier Brun Blanchard Giraud Joly Rivière Lucas Brunet Gaillard
	Barbier Arnaud Martinez Gérard Roche Renard Schmitt Roy Leroux Colin Vidal Caron Picard Roger Fabre Aubert Lemoine Renaud Dumas Lacroix Olivier Philippe Bourgeois Pierre Benoît
	Rey Leclerc Payet Rolland Leclercq Guillaume Lecomte López Jean Dupuy Guillot Hubert Berger Carpentier Sánchez Dupuis Moulin Louis Deschamps Huet Vasseur Pérez Boucher Fleury Royer
	Klein Jacquet Adam Paris Poirier Marty Aubry Guyot Carré Charles Renault Charpentier Ménard Maillard Baron Bertin Bailly Hervé Schneider Fernández Collet Léger Bouvier Julien Prévost
	Millet Perrot Daniel Cousin Germain Breton Besson Langlois Rémy Pelletier Lévêque Perrier Leblanc Barré Lebrun Marchal Weber Mallet Hamon Boulanger Jacob Monnier Michaud Rodríguez
	N’Guessan d’Ormesson Łukasik Lecœur Sørensen Nguyen Diallo Traoré Bâ Benali El-Amrani Haddad Da-Silva Ferreira Kowalski`)

var firsts = strings.Fields(`Lucas Léa Emma Louis Chloé Hugo Manon Jules Inès Nathan Camille Enzo Sarah Léo Zoé Ethan Louise Gabriel Jade Arthur Alice Raphaël Lola Tom Clara Mathis Lina
	Théo Anna Noah Juliette Maxime Éva Clément Romane Antoine Agathe Baptiste Margaux Paul Lucie Alexandre Élise Sacha Maëlys Victor Rose Axel Ambre Gabin Julia Adam Charlotte Timéo Jeanne
	Valentin Anaïs Quentin Mathilde Simon Noémie Martin Océane Thomas Pauline Rayan Lise Nolan Marie Eliott Laura Samuel Yasmine Mohamed Salomé Yanis Capucine Kylian Maëva Evan Célia
	Jean-Baptiste Marie-Lou Anne-Sophie`)

// crowd makes the i-th of many pupils.
func crowd(r *mrand.Rand, i, schools int) pupil {
	last := lasts[r.IntN(len(lasts))]
	if r.IntN(6) == 0 {
		last += " " + lasts[r.IntN(len(lasts))]
	}
	first := firsts[r.IntN(len(firsts))]
	return pupil{
		ID: fmt.Sprintf("p%06d", i), Login: strings.ReplaceAll(Fold(first), " ", "") + "." + strings.ReplaceAll(Fold(last), " ", "") + fmt.Sprint(i),
		Last: last, First: first, Born: fmt.Sprintf("%02d/%02d/%d", 1+r.IntN(28), 1+r.IntN(12), 2005+r.IntN(10)),
		Profile: []string{"student", "student", "student", "relative", "relative", "teacher"}[r.IntN(6)],
		At:      []Place{Place(fmt.Sprint("lyon/", i%schools))}, Since: time.Date(2026, 9, 1, 0, 0, 0, 0, time.UTC),
	}
}

// seed stores n pupils by transactions of a thousand, school after school.
func seed(t testing.TB, s *Store, n, schools int) {
	t.Helper()
	r := mrand.New(mrand.NewPCG(1, uint64(n)))
	if err := s.Begin(system, "semis", enrol); err != nil {
		t.Fatal(err)
	}
	per := (n + schools - 1) / schools
	for from := 0; from < n; from += 1000 {
		if err := s.Bulk(system, "semis", func(tx *Tx) error {
			for i := from; i < min(from+1000, n); i++ {
				p := crowd(r, i, schools)
				p.At = []Place{Place(fmt.Sprint("lyon/", i/per))}
				if err := pupils.Put(tx, p); err != nil {
					return err
				}
			}
			return nil
		}); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.End(system, "semis", func(*Tx) ([]Fact, error) {
		return []Fact{{Action: enrol, About: tool{ID: "semis", At: []Place{""}}}}, nil
	}); err != nil {
		t.Fatal(err)
	}
}

// open returns an empty store, verified whole when the test ends.
func open(t testing.TB) *Store {
	t.Helper()
	s := reopen(t, config(t.TempDir()))
	t.Cleanup(func() {
		verified(t, s)
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

// verified waits for the index and checks everything.
func verified(t testing.TB, s *Store) {
	t.Helper()
	settle(t, s)
	if err := s.Check(func(problem string) { t.Error("check: ", problem) }); err != nil {
		t.Error("check: ", err)
	}
}

// view runs fn on a view of the store.
func view(t testing.TB, s *Store, by Author, fn func(tx *Tx)) {
	t.Helper()
	if err := s.View(by, func(tx *Tx) error {
		fn(tx)
		return nil
	}); err != nil {
		t.Fatal(err)
	}
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
