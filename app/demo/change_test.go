package demo

import (
	"maps"
	"reflect"
	"slices"
	"testing"

	"preau/app/format/aaf"
)

type records map[aaf.Degree]map[mark]aaf.Record

func readRecords(t *testing.T, dir string) records {
	t.Helper()
	all := records{aaf.First: {}, aaf.Second: {}}
	eachRecord(t, dir, func(degree aaf.Degree, r aaf.Record) {
		r.Line = 0
		all[degree][mark{r.Category, r.ID}] = r
	})
	return all
}

// apply does what a delta asks for, refusing what makes no sense.
func (all records) apply(t *testing.T, dir string) {
	t.Helper()
	eachRecord(t, dir, func(degree aaf.Degree, r aaf.Record) {
		at := mark{r.Category, r.ID}
		known, exists := all[degree][at]
		if exists == (r.Op == aaf.Add) {
			t.Errorf("operation %d on %s, known: %v", r.Op, at, exists)
		}
		r.Line = 0
		switch r.Op {
		case aaf.Add:
			all[degree][at] = r
		case aaf.Delete:
			delete(all[degree], at)
		case aaf.Modify:
			known.Attrs = slices.Clone(known.Attrs)
			for _, a := range r.Attrs {
				i := slices.IndexFunc(known.Attrs, func(old aaf.Attr) bool { return old.Name == a.Name })
				known.Attrs[i] = a
			}
			all[degree][at] = known
		}
	})
}

// TestDeltaLeadsToTheNextComplete applies the delta to the first delivery, and
// compares with the complete files of the second.
func TestDeltaLeadsToTheNextComplete(t *testing.T) {
	for _, cfg := range []Config{{}, {Seed: 7, Establishments: 30, Users: 14_000}, {Establishments: 1, Users: 300}} {
		first, next, delta := t.TempDir(), t.TempDir(), t.TempDir()
		if _, err := WriteComplete(first, cfg); err != nil {
			t.Fatal(err)
		}
		told, err := WriteNext(next, cfg)
		if err != nil {
			t.Fatal(err)
		}
		again, err := WriteDelta(delta, cfg)
		if err != nil {
			t.Fatal(err)
		}
		if !reflect.DeepEqual(told, again) {
			t.Error("the complete files and the delta tell of different changes")
		}
		before := readRecords(t, first)
		after := records{aaf.First: maps.Clone(before[aaf.First]), aaf.Second: maps.Clone(before[aaf.Second])}
		after.apply(t, delta)
		want := readRecords(t, next)
		for degree := range want {
			for at, r := range want[degree] {
				if !reflect.DeepEqual(after[degree][at], r) {
					t.Errorf("%s %v: the delta gives %+v, the complete file %+v", degree, at, after[degree][at], r)
				}
			}
			if len(after[degree]) != len(want[degree]) {
				t.Errorf("%s: %d records after the delta, %d in the complete files", degree, len(after[degree]), len(want[degree]))
			}
		}
		w := decodeWorld(t, want)
		if read := w.summary(); !reflect.DeepEqual(told.Summary, read) {
			t.Errorf("summary %+v, files %+v", told.Summary, read)
		}
		checkChanges(t, told, decodeWorld(t, before), w)
	}
}

// checkChanges finds again, from the accounts before and after, what the
// delivery says that it changes.
func checkChanges(t *testing.T, told Next, before, after world) {
	t.Helper()
	var created, deleted Count
	for degree := range after {
		old, now := before[degree].accounts(), after[degree].accounts()
		for at, one := range now {
			if _, known := old[at]; !known {
				created.add(one)
			}
		}
		for at, one := range old {
			if _, known := now[at]; !known {
				deleted.add(one)
			}
		}
	}
	if got := told.Count(Created, ""); got != created {
		t.Errorf("created %+v, told %+v", created, got)
	}
	if got := told.Count(Deleted, ""); got != deleted {
		t.Errorf("deleted %+v, told %+v", deleted, got)
	}
	t.Logf("created %v, deleted %v, changed %v, moved %v", created, deleted, told.Count(Changed, ""), told.Count(Moved, ""))
}

// accounts are the people of a degree who have one.
func (r *readings) accounts() map[mark]Count {
	all := map[mark]Count{}
	for id := range r.students {
		all[mark{aaf.Students, id}] = Count{Students: 1}
	}
	for id := range r.legal() {
		all[mark{aaf.Relatives, id}] = Count{Relatives: 1}
	}
	for id, p := range r.staff {
		if all[mark{aaf.StaffOf, id}] = (Count{Staff: 1}); p.Teaches {
			all[mark{aaf.StaffOf, id}] = Count{Teachers: 1}
		}
	}
	return all
}

// TestNothingIsHeld keeps the losses of every establishment and profile below
// what an importer holds: more than one in five, and five people.
func TestNothingIsHeld(t *testing.T) {
	for _, cfg := range []Config{{}, {Seed: 3, Users: 700}, {Seed: 5, Establishments: 60, Users: 40_000}} {
		sum, err := WriteComplete(t.TempDir(), cfg)
		if err != nil {
			t.Fatal(err)
		}
		next, err := WriteDelta(t.TempDir(), cfg)
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range sum.Establishments {
			lost := next.Count(Deleted, e.UAI)
			for _, pair := range [][2]int{{lost.Students, e.Students}, {lost.Relatives, e.Relatives}, {lost.Teachers, e.Teachers}, {lost.Staff, e.Staff}} {
				if pair[0] >= 5 && pair[0]*5 > pair[1] {
					t.Errorf("%s loses %d of %d", e.UAI, pair[0], pair[1])
				}
			}
		}
	}
}

// TestEveryKindOfChange finds each of them in the second delivery and the third.
func TestEveryKindOfChange(t *testing.T) {
	for _, seed := range seeds {
		next, err := WriteDelta(t.TempDir(), Config{Seed: seed})
		if err != nil {
			t.Fatal(err)
		}
		for _, outcome := range []Outcome{Created, Deleted, Changed} {
			if c := next.Count(outcome, ""); c.Students == 0 || c.Relatives == 0 && outcome != Moved || c.Teachers == 0 && outcome != Moved {
				t.Errorf("seed %d: %s %+v", seed, outcome, c)
			}
		}
		if next.Count(Moved, "").Students == 0 {
			t.Errorf("seed %d: nobody moved", seed)
		}
		if !slices.ContainsFunc(next.Changes, func(c Change) bool { return c.Category == aaf.Schools && c.Outcome == Changed }) {
			t.Errorf("seed %d: no class has another name", seed)
		}
	}
}

func TestSomeComeBack(t *testing.T) {
	first, delta, back := t.TempDir(), t.TempDir(), t.TempDir()
	if _, err := WriteComplete(first, Config{}); err != nil {
		t.Fatal(err)
	}
	next, err := WriteDelta(delta, Config{})
	if err != nil {
		t.Fatal(err)
	}
	last, err := WriteReturn(back, Config{})
	if err != nil {
		t.Fatal(err)
	}
	all := readRecords(t, first)
	all.apply(t, delta)
	all.apply(t, back)
	if read := decodeWorld(t, all).summary(); !reflect.DeepEqual(last.Summary, read) {
		t.Errorf("summary %+v, files %+v", last.Summary, read)
	}
	left := map[string]bool{}
	for _, c := range next.Changes {
		left[c.ID] = left[c.ID] || c.Outcome == Deleted
	}
	for _, c := range last.Changes {
		if c.Outcome != Restored || !left[c.ID] {
			t.Errorf("%+v had not left", c)
		}
	}
	if c := last.Count(Restored, ""); c.Students < 3 || c.Relatives < 3 {
		t.Errorf("restored %+v", c)
	}
}
