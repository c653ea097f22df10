package data

import (
	"bytes"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	bolt "go.etcd.io/bbolt"

	"github.com/google/go-cmp/cmp"
)

// TestUnjournaled tries to change logged tables without a line in the journal.
func TestUnjournaled(t *testing.T) {
	s := open(t)
	store := func(tx *Tx) error { return pupils.Put(tx, zoe) }
	for name, change := range map[string]func() error{
		"no subject": func() error {
			return s.Update(system, enrol, func(tx *Tx) (Row, error) { return nil, store(tx) })
		},
		"subject nowhere": func() error {
			return s.Update(system, enrol, func(tx *Tx) (Row, error) { return pupil{ID: "x"}, store(tx) })
		},
		"unlogged":  func() error { return s.Unlogged(system, store) },
		"record":    func() error { return s.Record(system, store) },
		"view":      func() error { return s.View(system, store) },
		"crossing":  func() error { return s.Unlogged(system, func(tx *Tx) error { return store(crossing.Over(tx)) }) },
		"unlogged-": func() error { return s.Unlogged(system, func(tx *Tx) error { return pupils.Delete(tx, "none") }) },
	} {
		if err := change(); !errors.Is(err, ErrUnjournaled) && !errors.Is(err, ErrNotFound) {
			t.Errorf("%s: %v", name, err)
		}
	}
	must(t, s.Unlogged(system, func(tx *Tx) error { return drafts.Put(tx, draft{"d", "brouillon"}) }))
	view(t, s, system, func(tx *Tx) {
		if has, _ := pupils.Has(tx, "p1"); has {
			t.Error("a change without an event was kept")
		}
		if LastEvent(tx) != 0 {
			t.Error("an event tells what did not happen")
		}
	})
}

// TestEvents reads what changes say, as those who may know.
func TestEvents(t *testing.T) {
	s := open(t)
	p := zoe
	p.At, p.Secret = []Place{"lyon/1", "lyon/2"}, "caché"
	must(t, put(t, s, system, p))
	must(t, s.Update(lyon1, Action{Key: "pupil.move", Says: "Changement de classe", Severity: Important}, func(tx *Tx) (Row, error) {
		p.Classes, p.Login, p.Secret = byPlace{"lyon/1": "3e A", "lyon/2": "4e B"}, "zoe2", "autre"
		p.Since = time.Date(2026, 9, 2, 7, 30, 0, 0, time.UTC)
		tx.Note("à la demande de %s", "la famille")
		return p, pupils.Put(tx, p)
	}))
	full := []Change{
		{Field: "Identifiant", Before: "zoe", After: "zoe2"}, {Field: "Mot de passe", After: "modifié"},
		{Field: "Classe", After: "3e A", Where: "lyon/1"}, {Field: "Classe", After: "4e B", Where: "lyon/2"},
		{Field: "Depuis", After: "02/09/2026 à 07:30"},
	}
	for _, tt := range []struct {
		by    Author
		place Place
		want  []Change
	}{{system, "", full}, {lyon, "lyon", full}, {lyon, "lyon/2", full}, {lyon1, "lyon/1", slices.Delete(slices.Clone(full), 3, 4)}} {
		view(t, s, tt.by, func(tx *Tx) {
			events, err := Events(tx, tt.place, 0, 1)
			if err != nil || len(events) != 1 {
				t.Fatalf("%s: %d events, %v", tt.by.ID, len(events), err)
			}
			e := events[0]
			if diff := cmp.Diff(tt.want, e.Personal.Changes); diff != "" {
				t.Errorf("%s at %q: %s", tt.by.ID, tt.place, diff)
			}
			if e.Seq != 2 || e.Action != "pupil.move" || e.Severity != Important || e.Subject != "p1" || e.Personal.Label != "MARTIN Zoé" || e.Personal.Note != "à la demande de la famille" {
				t.Errorf("event %+v, %+v", e, e.Personal)
			}
			about, err := EventsAbout(tx, "pupils", "p1", 10)
			if err != nil || len(about) != 2 || about[0].Seq != 2 {
				t.Errorf("about: %+v, %v", about, err)
			}
			after, err := EventsAfter(tx, tt.place, 1, 10)
			if err != nil || len(after) != 1 || after[0].Seq != 2 {
				t.Errorf("after: %+v, %v", after, err)
			}
		})
	}
	if strings.Contains(raws(t, s), "caché") || strings.Contains(raws(t, s), "autre") {
		t.Error("the journal holds a secret")
	}
}

// raws returns the bytes of the journal.
func raws(t testing.TB, s *Store) string {
	t.Helper()
	var b bytes.Buffer
	must(t, s.read(func(tx *bolt.Tx) error {
		for _, name := range [][]byte{eventBucket, personalBucket, lineBucket} {
			for k, v := range cursor(tx.Bucket(name), nil) {
				b.Write(k)
				b.Write(v)
			}
		}
		return nil
	}))
	return b.String()
}

// TestOtherRow checks that the change of another row than the subject bears its
// name, and is told where that row is only.
func TestOtherRow(t *testing.T) {
	s := open(t)
	leo := pupil{ID: "p2", Login: "leo", Last: "Petit", First: "Léo", At: []Place{"lyon/1"}}
	must(t, put(t, s, system, zoe))
	must(t, put(t, s, system, leo))
	must(t, s.Update(system, enrol, func(tx *Tx) (Row, error) {
		leo.Login = "leo2"
		return zoe, pupils.Put(tx, leo)
	}))
	view(t, s, system, func(tx *Tx) {
		events, _ := Events(tx, "", 0, 1)
		if diff := cmp.Diff([]Change{{Field: "PETIT Léo\u00a0: Identifiant", Before: "leo", After: "leo2", Where: "lyon/1"}}, events[0].Personal.Changes); diff != "" {
			t.Error(diff)
		}
	})
	both := zoe
	both.At = []Place{"lyon/1", "lyon/2"}
	must(t, s.Update(system, enrol, func(tx *Tx) (Row, error) {
		leo.Login = "leo3"
		return both, errors.Join(pupils.Put(tx, both), pupils.Put(tx, leo))
	}))
	view(t, s, lyon2, func(tx *Tx) {
		events, err := Events(tx, "lyon/2", 0, 1)
		if err != nil || len(events) != 1 || slices.ContainsFunc(events[0].Personal.Changes, func(c Change) bool { return c.After == "leo3" }) {
			t.Errorf("%+v, %v", events, err)
		}
	})
}

// TestRecord writes facts, and what goes with them.
func TestRecord(t *testing.T) {
	s := open(t)
	must(t, put(t, s, system, zoe))
	must(t, s.Record(system, func(tx *Tx) error { return drafts.Put(tx, draft{"d", "x"}) },
		Fact{Action{Key: "export", Says: "Export"}, zoe, "2 lignes"}, Fact{Action{Key: "print", Says: "Impression"}, zoe, ""}))
	view(t, s, lyon1, func(tx *Tx) {
		events, err := Events(tx, "lyon/1", 0, 2)
		if err != nil || len(events) != 2 || events[0].Action != "print" || events[0].Personal.Note != "" || events[1].Personal.Note != "2 lignes" {
			t.Errorf("%+v, %v", events, err)
		}
	})
}

// TestBulk begins a run, leaves it open, resumes it and ends it.
func TestBulk(t *testing.T) {
	s := open(t)
	importing := Action{Key: "import", Says: "Import"}
	if err := s.Bulk(system, "r1", func(*Tx) error { return nil }); !errors.Is(err, ErrNoRun) {
		t.Errorf("a bulk without a run: %v", err)
	}
	must(t, s.Begin(system, "r1", importing))
	p := zoe
	for _, login := range []string{"zoe", "zoe2", "zoe3"} {
		must(t, s.Begin(system, "r1", importing)) // resumed: nothing changes
		must(t, s.Bulk(system, "r1", func(tx *Tx) error {
			tx.Saying("Importée")
			p.Login = login
			return pupils.Put(tx, p)
		}))
	}
	runs, err := s.OpenRuns()
	if err != nil || len(runs) != 1 || runs[0].Action != importing || runs[0].By != "système" {
		t.Errorf("open runs %+v, %v", runs, err)
	}
	if err := s.End(system, "r1", func(*Tx) ([]Fact, error) { return nil, nil }); !errors.Is(err, ErrUnjournaled) {
		t.Errorf("ended without a word: %v", err)
	}
	must(t, s.End(system, "r1", func(*Tx) ([]Fact, error) {
		return []Fact{{importing, tool{ID: "import", At: []Place{""}}, "1 créée"}, {importing, tool{ID: "1", At: []Place{"lyon/1"}}, ""}}, nil
	}))
	if err := s.Bulk(system, "r1", func(*Tx) error { return nil }); !errors.Is(err, ErrNoRun) {
		t.Errorf("a bulk of an ended run: %v", err)
	}
	view(t, s, lyon1, func(tx *Tx) {
		lines, err := LinesAbout(tx, "pupils", "p1", 10)
		if err != nil || len(lines) != 3 || lines[0].Says != "Importée" || lines[0].Changes[0].After != "zoe3" || lines[2].Changes != nil {
			t.Errorf("lines %+v, %v", lines, err)
		}
		events, err := Events(tx, "lyon/1", 0, 10)
		if err != nil || len(events) != 1 || events[0].Run != "r1" {
			t.Errorf("events %+v, %v", events, err)
		}
	})
	if runs, _ := s.OpenRuns(); len(runs) != 0 {
		t.Errorf("still open: %+v", runs)
	}
}

// problems returns what Check reports.
func problems(t testing.TB, s *Store) (all []string) {
	t.Helper()
	settle(t, s)
	must(t, s.Check(func(p string) { all = append(all, p) }))
	return all
}

// TestChain tampers with the journal, and expects Check to see each of it.
func TestChain(t *testing.T) {
	tests := map[string]func(tx *bolt.Tx) error{
		"flipped byte": func(tx *bolt.Tx) error {
			v := bytes.Clone(tx.Bucket(eventBucket).Get(seqKey(3)))
			v[len(v)/2] ^= 1
			return tx.Bucket(eventBucket).Put(seqKey(3), v)
		},
		"flipped personal byte": func(tx *bolt.Tx) error {
			v := bytes.Clone(tx.Bucket(personalBucket).Get(seqKey(3)))
			v[len(v)-1] ^= 1
			return tx.Bucket(personalBucket).Put(seqKey(3), v)
		},
		"deleted": func(tx *bolt.Tx) error { return tx.Bucket(eventBucket).Delete(seqKey(2)) },
		"swapped": func(tx *bolt.Tx) error {
			b := tx.Bucket(eventBucket)
			two, three := bytes.Clone(b.Get(seqKey(2))), bytes.Clone(b.Get(seqKey(3)))
			return errors.Join(b.Put(seqKey(2), three), b.Put(seqKey(3), two))
		},
		"tail cut": func(tx *bolt.Tx) error { return tx.Bucket(eventBucket).Delete(seqKey(4)) },
		"head forgotten": func(tx *bolt.Tx) error {
			return errors.Join(tx.Bucket(eventBucket).Delete(seqKey(4)), tx.Bucket(metaBucket).Delete(chainKey))
		},
		"hidden from its place": func(tx *bolt.Tx) error {
			return tx.Bucket(placeBucket).Delete(append([]byte("lyon/1\x00"), seqKey(2)...))
		},
	}
	for name, tamper := range tests {
		s := reopen(t, config(t.TempDir()))
		for _, first := range []string{"Zoé", "Zoë", "Zoe", "Z"} {
			p := zoe
			p.First = first
			must(t, put(t, s, system, p))
		}
		if all := problems(t, s); len(all) != 0 {
			t.Fatalf("before: %q", all)
		}
		must(t, s.write(tamper))
		if all := problems(t, s); len(all) == 0 || !strings.HasPrefix(all[0], "journal") {
			t.Errorf("%s: %q", name, all)
		}
		must(t, s.Close())
	}
}

// TestErase drops what names a person, and keeps a chain that verifies.
func TestErase(t *testing.T) {
	s := open(t)
	must(t, put(t, s, system, zoe))
	must(t, s.Begin(system, "r", enrol))
	must(t, s.Bulk(system, "r", func(tx *Tx) error {
		p := zoe
		p.First = "Zoë"
		return pupils.Put(tx, p)
	}))
	must(t, put(t, s, system, pupil{ID: "p10", Login: "other", Last: "Autre", First: "A", At: []Place{"lyon/1"}}))
	must(t, s.Update(system, Action{Key: "erase"}, func(tx *Tx) (Row, error) {
		return tool{ID: "purge", At: []Place{""}}, errors.Join(pupils.Delete(tx, "p1"), Erase(tx, "pupils", "p1"))
	}))
	view(t, s, system, func(tx *Tx) {
		events, err := EventsAbout(tx, "pupils", "p1", 10)
		if err != nil || len(events) != 1 || events[0].Personal != nil {
			t.Errorf("events %+v, %v", events, err)
		}
		if lines, _ := LinesAbout(tx, "pupils", "p1", 10); len(lines) != 0 {
			t.Errorf("lines %+v", lines)
		}
		if journal := raws(t, s); strings.Contains(journal, "Martin") || strings.Contains(journal, "MARTIN") || strings.Contains(journal, "Zo") {
			t.Error("the journal still names the erased pupil")
		}
		if others, _ := EventsAbout(tx, "pupils", "p10", 10); len(others) != 1 || others[0].Personal == nil {
			t.Errorf("others %+v", others)
		}
	})
}

// TestSecret tells that a secret was set or cleared, and nothing when it was not.
func TestSecret(t *testing.T) {
	f := field{label: "Mot de passe", secret: true}
	for _, tt := range []struct {
		before, after any
		told          bool
	}{{nil, "", false}, {"", nil, false}, {nil, "a", true}, {"a", nil, true}, {"a", "b", true}, {"a", "a", false}, {[]byte("a"), []byte("a"), false}} {
		if got := f.diff(tt.before, tt.after); (len(got) == 1) != tt.told {
			t.Errorf("%v to %v: %v", tt.before, tt.after, got)
		}
	}
}
