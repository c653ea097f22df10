package data

import (
	"errors"
	"testing"
)

// TestTell writes facts from within the changes of the machinery, which go with
// them, and nowhere else: a change that people make has its own line.
func TestTell(t *testing.T) {
	s := open(t)
	must(t, put(t, s, system, zoe))
	fact := Fact{Action{Key: "mail.sent", Says: "Courriel envoyé"}, zoe, "à Zoé"}
	tell := func(tx *Tx) error { return tx.Tell(fact) }
	var before uint64
	view(t, s, system, func(tx *Tx) { before = LastEvent(tx) })
	must(t, s.Begin(system, "run", enrol))
	failed := errors.New("failed")
	for name, refused := range map[string]error{
		"view":   s.View(system, tell),
		"update": s.Update(system, enrol, func(tx *Tx) (Row, error) { return zoe, tell(tx) }),
		"bulk":   s.Bulk(system, "run", tell),
		"end":    s.End(system, "run", func(tx *Tx) ([]Fact, error) { return nil, tell(tx) }),
		"widened": s.Update(system, enrol, func(tx *Tx) (Row, error) {
			return zoe, crossing.Over(tx).Tell(fact)
		}),
	} {
		if !errors.Is(refused, ErrUnjournaled) {
			t.Errorf("%s: %v", name, refused)
		}
	}
	if err := s.Unlogged(system, func(tx *Tx) error { return errors.Join(tell(tx), failed) }); !errors.Is(err, failed) {
		t.Error(err)
	}
	view(t, s, system, func(tx *Tx) {
		if n := LastEvent(tx); n != before {
			t.Errorf("%d events were kept", n-before)
		}
	})
	must(t, s.Unlogged(system, func(tx *Tx) error {
		return errors.Join(tell(crossing.Over(tx)), drafts.Put(tx, draft{"d", "brouillon"}))
	}))
	must(t, s.Record(system, tell, fact))
	view(t, s, system, func(tx *Tx) {
		events, err := EventsAbout(tx, pupils.Name(), zoe.Key(), 3)
		if err != nil || len(events) != 3 || LastEvent(tx) != before+3 {
			t.Fatalf("%+v, %v", events, err)
		}
		for _, e := range events {
			if e.Says != "Courriel envoyé" || e.Personal.Note != "à Zoé" || len(e.Personal.Changes) != 0 {
				t.Errorf("%+v", e)
			}
		}
	})
}

// TestAlso writes a second event with a change, about another row, and nowhere else.
func TestAlso(t *testing.T) {
	s := open(t)
	must(t, put(t, s, system, zoe))
	fact := Fact{Action{Key: "pupil.seen", Says: "Vue avec une autre"}, zoe, "une autre"}
	also := func(tx *Tx) error { return tx.Also(fact) }
	must(t, s.Begin(system, "run", enrol))
	for name, refused := range map[string]error{
		"view":     s.View(system, also),
		"unlogged": s.Unlogged(system, also),
		"record":   s.Record(system, also, fact),
		"bulk":     s.Bulk(system, "run", also),
		"end":      s.End(system, "run", func(tx *Tx) ([]Fact, error) { return nil, also(tx) }),
	} {
		if !errors.Is(refused, ErrUnjournaled) {
			t.Errorf("%s: %v", name, refused)
		}
	}
	must(t, s.Update(system, enrol, func(tx *Tx) (Row, error) {
		other := zoe
		other.ID, other.Login = "autre", "autre"
		return other, errors.Join(crossing.Over(tx).Also(fact), pupils.Put(tx, other))
	}))
	view(t, s, system, func(tx *Tx) {
		events, err := EventsAbout(tx, pupils.Name(), zoe.Key(), 1)
		if err != nil || len(events) != 1 || events[0].Says != fact.Action.Says || events[0].Personal.Note != "une autre" || len(events[0].Personal.Changes) != 0 {
			t.Errorf("%+v, %v", events, err)
		}
	})
}
