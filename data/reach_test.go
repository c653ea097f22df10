package data

import (
	"errors"
	"slices"
	"testing"
)

var zoe = pupil{ID: "p1", Login: "zoe", Last: "Martin", First: "Zoé", Profile: "student", At: []Place{"lyon/1"}}

// TestReach reads and writes a pupil of a school as several authors, by every door.
func TestReach(t *testing.T) {
	reader := Author{ID: "r", Name: "lectrice", Sees: Reach{"lyon/1"}}
	self := scoped("p1", Own("p1"))
	tests := []struct {
		by            Author
		reads, writes error
	}{
		{system, nil, nil},
		{lyon, nil, nil},
		{lyon1, nil, nil},
		{reader, nil, ErrForbidden},
		{self, nil, nil},
		{scoped("p2", Own("p2")), ErrNotFound, ErrNotFound},
		{trap, ErrNotFound, ErrNotFound},
		{paris, ErrNotFound, ErrNotFound},
		{Author{}, ErrNotFound, ErrNotFound},
	}
	s := open(t)
	must(t, put(t, s, system, zoe))
	settle(t, s)
	for _, tt := range tests {
		view(t, s, tt.by, func(tx *Tx) {
			if _, err := pupils.Get(tx, "p1"); !errors.Is(err, tt.reads) {
				t.Errorf("%s: Get = %v, want %v", tt.by.ID, err, tt.reads)
			}
			if _, err := byLogin.Get(tx, "zoe"); !errors.Is(err, tt.reads) {
				t.Errorf("%s: by login = %v, want %v", tt.by.ID, err, tt.reads)
			}
			found, err := pupils.TypeAhead(tx, Query{Text: "zo"})
			if err != nil {
				t.Error(err)
			}
			res, err := tx.Search(Query{Table: "pupils", Text: "mart"})
			if err != nil {
				t.Error(err)
			}
			n := len(found.Rows) + len(res.Keys) + found.Total + res.Total
			for range byNames.Starting(tx, "") {
				n++
			}
			for range byNames.All(tx, zoe.sorted()) {
				n++
			}
			for range pupils.All(tx) {
				n++
			}
			if want := map[bool]int{true: 7}[tt.reads == nil]; n != want {
				t.Errorf("%s: seen %d times, want %d", tt.by.ID, n, want)
			}
		})
		changed := zoe
		changed.Born = tt.by.Name
		if err := put(t, s, tt.by, changed); !errors.Is(err, tt.writes) {
			t.Errorf("%s: Put = %v, want %v", tt.by.ID, err, tt.writes)
		}
		if err := s.Update(tt.by, enrol, func(tx *Tx) (Row, error) {
			return zoe, errors.Join(pupils.Delete(tx, "p1"), errors.New("kept"))
		}); tt.writes != nil && !errors.Is(err, tt.writes) {
			t.Errorf("%s: Delete = %v, want %v", tt.by.ID, err, tt.writes)
		}
	}
}

// TestPlaceReach asks for the lists and counts of places in and out of reach.
func TestPlaceReach(t *testing.T) {
	s := open(t)
	must(t, put(t, s, system, zoe))
	for _, tt := range []struct {
		by   Author
		want error
	}{{system, nil}, {lyon, nil}, {lyon1, nil}, {lyon2, ErrNotFound}, {trap, ErrNotFound}, {scoped("p1", Own("p1")), ErrNotFound}} {
		view(t, s, tt.by, func(tx *Tx) {
			_, list := bySchool.List(tx, "lyon/1", "student", "", "", false, 10, nil)
			_, n := bySchool.Count(tx, "lyon/1", "student", nil)
			_, tallies := perSchool.Of(tx, "lyon/1")
			_, events := Events(tx, "lyon/1", 0, 10)
			_, after := EventsAfter(tx, "lyon/1", 0, 10)
			for i, err := range []error{list, n, tallies, events, after} {
				if !errors.Is(err, tt.want) {
					t.Errorf("%s: door %d = %v, want %v", tt.by.ID, i, err, tt.want)
				}
			}
			rows := 0
			for range bySchool.All(tx, "lyon/1", "student") {
				rows++
			}
			if (rows == 1) != (tt.want == nil) {
				t.Errorf("%s: All gave %d rows", tt.by.ID, rows)
			}
		})
	}
}

// TestMoves takes a pupil of two schools from places to places, and out.
func TestMoves(t *testing.T) {
	tests := []struct {
		by   Author
		to   []Place
		want error
	}{
		{lyon1, []Place{"lyon/1", "lyon/2"}, nil},
		{lyon1, []Place{"lyon/1", "lyon/2", "lyon/3"}, ErrForbidden},
		{lyon1, []Place{"lyon/1"}, ErrForbidden},
		{lyon1, []Place{"lyon/2"}, nil}, // out of one's own school
		{lyon1, nil, ErrForbidden},
		{lyon, []Place{"lyon/3"}, nil},
		{lyon, []Place{"lyon"}, nil},
		{lyon, []Place{"paris/1"}, ErrForbidden},
		{lyon, nil, nil},
		{paris, nil, ErrNotFound},
		{Author{}, nil, ErrNotFound},
		{scoped("p1", Own("p1")), []Place{"lyon/1", "lyon/2"}, nil},
		{scoped("p1", Own("p1")), []Place{"lyon/1"}, ErrForbidden},
	}
	for _, tt := range tests {
		s := open(t)
		p := zoe
		p.At = []Place{"lyon/1", "lyon/2"}
		must(t, put(t, s, system, p))
		err := s.Update(tt.by, enrol, func(tx *Tx) (Row, error) {
			if len(tt.to) == 0 {
				return p, pupils.Delete(tx, "p1")
			}
			p.At, p.First = tt.to, "Autre"
			return p, pupils.Put(tx, p)
		})
		if !errors.Is(err, tt.want) {
			t.Errorf("%s to %v: %v, want %v", tt.by.ID, tt.to, err, tt.want)
		}
	}
}

// TestShared checks that what an area offers is read below it, found there, and
// only changed by it.
func TestShared(t *testing.T) {
	s := open(t)
	webmail := tool{ID: "webmail", Name: "Messagerie", At: []Place{"lyon"}}
	store := func(tx *Tx) (Row, error) { return webmail, tools.Put(tx, webmail) }
	must(t, s.Update(lyon, enrol, store))
	settle(t, s)
	webmail.Name = "Messagerie académique"
	if err := s.Update(lyon1, enrol, store); !errors.Is(err, ErrForbidden) {
		t.Errorf("changed from below: %v", err)
	}
	if err := s.Update(paris, enrol, store); !errors.Is(err, ErrNotFound) {
		t.Errorf("changed from elsewhere: %v", err)
	}
	for _, tt := range []struct {
		by   Author
		seen bool
	}{{system, true}, {lyon, true}, {lyon1, true}, {trap, false}, {paris, false}, {Author{}, false}} {
		view(t, s, tt.by, func(tx *Tx) {
			_, err := tools.Get(tx, "webmail")
			found, failed := tools.TypeAhead(tx, Query{Text: "mess"})
			if failed != nil || (err == nil) != tt.seen || (len(found.Rows) == 1) != tt.seen {
				t.Errorf("%s: %v, %v, found %d", tt.by.ID, err, failed, len(found.Rows))
			}
		})
	}
}

var crossing = NewCrossing("essai", "le jeu d’essai le traverse")

// TestCrossing changes a row out of reach, under the author's own name.
func TestCrossing(t *testing.T) {
	s := open(t)
	must(t, put(t, s, system, zoe))
	must(t, s.Update(lyon2, enrol, func(tx *Tx) (Row, error) {
		wide := crossing.Over(tx)
		p, err := pupils.Get(wide, "p1")
		if err != nil {
			return nil, err
		}
		if p.At = append(p.At, "lyon/2"); tx.ID() == "" {
			t.Error("no identifier")
		}
		wide.Note("rattachée par %s", tx.Author.Name)
		return p, pupils.Put(wide, p)
	}))
	view(t, s, lyon1, func(tx *Tx) {
		events, err := Events(tx, "lyon/1", 0, 10)
		if err != nil || len(events) != 2 {
			t.Fatalf("%d events, %v", len(events), err)
		}
		e := events[0]
		if e.Personal.By != "petit" || e.Personal.Note != "rattachée par petit" || len(e.Personal.Changes) != 1 || !slices.Equal(e.Where, []Place{"lyon/1", "lyon/2"}) {
			t.Errorf("event %+v, %+v", e, e.Personal)
		}
		if _, err := pupils.Get(tx, "p1"); err != nil {
			t.Error(err)
		}
	})
	if !slices.Contains(Crossings, crossing) {
		t.Error("a crossing that is not in the list")
	}
}

func TestPlaces(t *testing.T) {
	for _, tt := range []struct {
		p, q   Place
		within bool
	}{{"lyon", "", true}, {"lyon/1", "lyon", true}, {"lyon", "lyon", true}, {"lyon", "lyon/1", false}, {"lyonnais", "lyon", false}, {"lyon", "lyo", false}, {"", "lyon", false}} {
		if got := tt.p.Within(tt.q); got != tt.within {
			t.Errorf("%q within %q: %v", tt.p, tt.q, got)
		}
	}
	if got := Place("a/b/c").Ancestors(); !slices.Equal(got, []Place{"a/b/c", "a/b", "a", ""}) {
		t.Errorf("ancestors %q", got)
	}
	if r := (Reach{"lyon/1"}); !r.Overlooks("lyon") || !r.Overlooks("") || r.Overlooks("lyon/2") || r.Overlooks("paris") {
		t.Error("what is shared from above is read below only")
	}
	if got := (Reach{"lyon"}).Among([]Place{"lyon/1", "paris/1"}); !slices.Equal(got, []Place{"lyon/1"}) {
		t.Errorf("among %q", got)
	}
}

// TestStorable refuses the keys and places that would confuse the store.
func TestStorable(t *testing.T) {
	s := open(t)
	for _, p := range []pupil{
		{ID: "", At: []Place{"lyon"}},
		{ID: "a\x00b", At: []Place{"lyon"}},
		{ID: "a"},
		{ID: "a", At: []Place{"lyon", "ly\x00on"}},
		{ID: "a", At: []Place{Own("a")}},
		{ID: "a", Login: "a\x00b", At: []Place{"lyon"}},
	} {
		if err := put(t, s, system, p); err == nil {
			t.Errorf("stored %+v", p)
		}
	}
	must(t, put(t, s, system, pupil{ID: "a", Last: "NUL\x00 inside", Profile: "x\x00y", At: []Place{"lyon"}}))
}
