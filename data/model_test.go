package data

import (
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestModel makes thousands of random changes, some refused, and compares every
// way of reading with a plain map of rows.
func TestModel(t *testing.T) {
	s, r, model := open(t), rand.New(rand.NewPCG(1, 2)), map[string]pupil{}
	for range 60 {
		var pending map[string]pupil
		fails := r.IntN(5) == 0
		err := s.Update(system, enrol, func(tx *Tx) (Row, error) {
			pending = maps.Clone(model)
			for range 50 {
				if err := randomly(tx, r, pending); err != nil {
					return nil, err
				}
			}
			if fails {
				return nil, errors.New("given up")
			}
			return tool{ID: "*", At: []Place{""}}, nil
		})
		if err == nil {
			model = pending
		} else if !fails {
			t.Fatal(err)
		}
	}
	settle(t, s)
	view(t, s, system, func(tx *Tx) { compare(t, tx, model) })
	for i := range 4 {
		view(t, s, scoped("a", Place(fmt.Sprint("lyon/", i))), func(tx *Tx) {
			compare(t, tx, only(model, Place(fmt.Sprint("lyon/", i))))
		})
	}
}

func only(m map[string]pupil, at Place) map[string]pupil {
	c := map[string]pupil{}
	for k, v := range m {
		if slices.Contains(v.At, at) {
			c[k] = v
		}
	}
	return c
}

// randomly puts or deletes a pupil, and expects a refusal where the model says so.
func randomly(tx *Tx, r *rand.Rand, model map[string]pupil) error {
	id := fmt.Sprint("p", r.IntN(80))
	_, known := model[id]
	if r.IntN(4) == 0 {
		err := pupils.Delete(tx, id)
		if known != (err == nil) || !known && !errors.Is(err, ErrNotFound) {
			return fmt.Errorf("delete %s: %v, known %v", id, err, known)
		}
		delete(model, id)
		return nil
	}
	p := pupil{ID: id, Login: fmt.Sprint("l", r.IntN(90)), Last: lasts[r.IntN(20)], First: firsts[r.IntN(20)], Profile: []string{"student", "teacher", "hidden"}[r.IntN(3)],
		Notes: map[string]int64{"a": r.Int64N(9), "b": r.Int64N(9)}}
	for range 1 + r.IntN(2) {
		if at := Place(fmt.Sprint("lyon/", r.IntN(4))); !slices.Contains(p.At, at) {
			p.At = append(p.At, at)
		}
	}
	taken := false
	for k, other := range model {
		taken = taken || k != id && other.Login == p.Login
	}
	err := pupils.Put(tx, p)
	if taken != errors.Is(err, ErrDuplicate) || !taken && err != nil {
		return fmt.Errorf("put %s: %v, taken %v", id, err, taken)
	}
	if !taken {
		model[id] = p
	}
	return nil
}

// compare reads everything within reach and compares it with the model.
func compare(t *testing.T, tx *Tx, model map[string]pupil) {
	t.Helper()
	got := map[string]pupil{}
	for p, err := range pupils.All(tx) {
		must(t, err)
		got[p.ID] = p
	}
	if diff := cmp.Diff(model, got); diff != "" {
		t.Error(diff)
	}
	n := 0
	for _, err := range byNames.Starting(tx, "") {
		must(t, err)
		n++
	}
	if n != len(model) {
		t.Errorf("by name: %d of %d", n, len(model))
	}
	for k, p := range model {
		if found, err := byLogin.Get(tx, p.Login); err != nil || found.ID != k {
			t.Errorf("by login %s: %v, %v", p.Login, found.ID, err)
		}
	}
	for i := range 4 {
		at := Place(fmt.Sprint("lyon/", i))
		if !tx.Author.Sees.Covers(at) {
			continue
		}
		tallies, err := perSchool.Of(tx, at)
		must(t, err)
		want := map[string]int{}
		for _, p := range only(model, at) {
			want[p.Profile]++
		}
		if diff := cmp.Diff(want, tallies); diff != "" {
			t.Errorf("%s: %s", at, diff)
		}
		if n, err := bySchool.Count(tx, at, "student", nil); err != nil || n != want["student"] {
			t.Errorf("%s: %d students of %d, %v", at, n, want["student"], err)
		}
	}
}

// TestUnique moves a login from row to row, and swaps two.
func TestUnique(t *testing.T) {
	s := open(t)
	a, b := zoe, pupil{ID: "p2", Login: "leo", Last: "Petit", First: "Léo", At: []Place{"lyon/1"}}
	must(t, put(t, s, system, a))
	must(t, put(t, s, system, b))
	taken := b
	taken.Login = "zoe"
	if err := put(t, s, system, taken); !errors.Is(err, ErrDuplicate) {
		t.Errorf("taken: %v", err)
	}
	must(t, s.Update(system, enrol, func(tx *Tx) (Row, error) {
		a.Login = ""
		err := pupils.Put(tx, a)
		a.Login, b.Login = b.Login, "zoe"
		return a, errors.Join(err, pupils.Put(tx, b), pupils.Put(tx, a))
	}))
	view(t, s, system, func(tx *Tx) {
		for login, id := range map[string]string{"zoe": "p2", "leo": "p1"} {
			if p, err := byLogin.Get(tx, login); err != nil || p.ID != id {
				t.Errorf("%s is %s, %v", login, p.ID, err)
			}
		}
		if _, err := byLogin.Get(tx, ""); !errors.Is(err, ErrNotFound) {
			t.Errorf("no value: %v", err)
		}
	})
}

// TestList pages forward and back through a list that others change.
func TestList(t *testing.T) {
	s := open(t)
	add := func(names ...string) {
		must(t, s.Update(system, enrol, func(tx *Tx) (Row, error) {
			for _, n := range names {
				last, born, _ := strings.Cut(n, "/")
				if err := pupils.Put(tx, pupil{ID: "p" + last, Login: last, Last: last, Born: born, Profile: "student", At: []Place{"lyon/1"}}); err != nil {
					return nil, err
				}
			}
			return zoe, nil
		}))
	}
	remove := func(names ...string) {
		must(t, s.Update(system, enrol, func(tx *Tx) (Row, error) {
			for _, n := range names {
				if err := pupils.Delete(tx, "p"+n); err != nil {
					return nil, err
				}
			}
			return zoe, nil
		}))
	}
	list := func(prefix, at string, back bool, keep func(string) bool) (names, prev, next string) {
		view(t, s, lyon1, func(tx *Tx) {
			page, err := bySchool.List(tx, "lyon/1", "student", prefix, at, back, 3, keep)
			must(t, err)
			for _, p := range page.Rows {
				names += p.Last
			}
			prev, next = page.Prev, page.Next
		})
		return
	}
	expect := func(what, got, want string) {
		t.Helper()
		if got != want {
			t.Errorf("%s: %q, want %q", what, got, want)
		}
	}
	names, prev, next := list("", "", false, nil)
	expect("empty", names+prev+next, "")
	names, prev, next = list("", "gone", false, nil)
	expect("empty after", names+prev+next, "")
	add("a", "b/x", "c", "d/x", "e", "f", "g/x")

	names, prev, next = list("", "", false, nil)
	expect("first page", names+prev, "abc")
	names, prev, next = list("", next, false, nil)
	expect("second page", names, "def")
	second := next
	names, _, next = list("", next, false, nil)
	expect("third page", names+next, "g")
	names, prev, next = list("", prev, true, nil)
	expect("back", names+prev, "abc")
	names, prev, next = list("", "", true, nil)
	expect("last page", names+next, "efg")
	names, prev, _ = list("", prev, true, nil)
	expect("before the last", names, "bcd")
	names, prev, _ = list("", prev, true, nil)
	expect("the first, short", names+prev, "a")

	remove("f")
	add("ff")
	names, _, next = list("", second, false, nil)
	expect("after a deleted row", names+next, "ffg")
	names, _, _ = list("", second, true, nil)
	expect("before a deleted row", names, "cde")
	remove("ff", "g")
	names, prev, next = list("", second, false, nil)
	expect("nothing left after", names+next, "cde")
	if prev == "" {
		t.Error("no way back from the last page")
	}

	born := func(facets string) bool { return facets == "x" }
	names, prev, next = list("", "", false, born)
	expect("facets", names+prev+next, "bd")
	add("ba", "bb", "bc", "bd")
	names, prev, next = list("b", "", false, nil)
	expect("prefix", names+prev, "bbabb")
	names, _, next = list("b", next, false, nil)
	expect("prefix, next", names+next, "bcbd")
	names, _, next = list("b", "", true, nil)
	expect("prefix, last", names+next, "bbbcbd")
	names, _, _ = list("b", "zzz", true, nil)
	expect("prefix, from beyond", names, "bbbcbd")
	names, _, _ = list("b", "a", false, nil)
	expect("prefix, from before", names, "bbabb")
	names, _, _ = list("nobody", "", false, nil)
	expect("nobody", names, "")
}

// TestRoundTrip stores every kind of value and reads the same.
func TestRoundTrip(t *testing.T) {
	s := open(t)
	for i, p := range []pupil{
		{ID: "a", Since: s.Now(), Notes: map[string]int64{"z": -1, "a": 1 << 40}},
		{ID: "b"},
		{ID: "c", Classes: byPlace{}, Since: s.Now().UTC().Add(123456789)},
	} {
		p.At = []Place{"lyon"}
		p.Login = fmt.Sprint(i)
		must(t, put(t, s, system, p))
		view(t, s, system, func(tx *Tx) {
			got, err := pupils.Get(tx, p.ID)
			must(t, err)
			if diff := cmp.Diff(p, got, cmp.Comparer(func(a, b byPlace) bool { return len(a) == len(b) })); diff != "" {
				t.Error(diff)
			}
			if got.Since.IsZero() != p.Since.IsZero() {
				t.Error("a zero time is not zero any more")
			}
		})
	}
}

// TestUnchanged puts a row as it is: no line says that something changed.
func TestUnchanged(t *testing.T) {
	s := open(t)
	p := zoe
	p.Notes = map[string]int64{"a": 1, "b": 2, "c": 3, "d": 4}
	must(t, put(t, s, system, p))
	must(t, put(t, s, system, p))
	view(t, s, system, func(tx *Tx) {
		if events, _ := Events(tx, "", 0, 1); len(events[0].Personal.Changes) != 0 {
			t.Errorf("changes %+v", events[0].Personal.Changes)
		}
	})
	if s.Lag() > 1 {
		t.Errorf("%d changes to index", s.Lag())
	}
}

// TestChanged wakes who waits for a commit.
func TestChanged(t *testing.T) {
	s := open(t)
	changed := s.Changed()
	select {
	case <-changed:
		t.Fatal("changed before any change")
	default:
	}
	must(t, put(t, s, system, zoe))
	<-changed
}
