package data

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

// TestWalk compares walks over several groups with the rows themselves.
func TestWalk(t *testing.T) {
	s, dice := open(t), rand.New(rand.NewPCG(6, 6))
	var all []pupil
	must(t, s.Update(system, enrol, func(tx *Tx) (Row, error) {
		for i := range 300 {
			p := pupil{ID: fmt.Sprintf("p%03d", i), Login: fmt.Sprint("login", i), Last: fmt.Sprintf("nom%02d", dice.IntN(20)), First: "x", Born: fmt.Sprint(i),
				Profile: fmt.Sprint("g", dice.IntN(4)), At: []Place{[]Place{"lyon/1", "lyon/2", "paris/1"}[dice.IntN(3)]}}
			if err := pupils.Put(tx, p); err != nil {
				return nil, err
			}
			all = append(all, p)
		}
		return zoe, nil
	}))
	lyon := Author{Sees: Reach{"lyon"}}
	for range 200 {
		var groups []Slot
		for _, at := range []Place{"lyon/1", "lyon/2", "paris/1"} {
			for g := range 4 {
				if dice.IntN(2) == 0 {
					groups = append(groups, Slot{Place: at, Group: fmt.Sprint("g", g)})
				}
			}
		}
		span, back := Span{}, dice.IntN(2) == 0
		if dice.IntN(2) == 0 {
			span.From = fmt.Sprintf("nom%02d", dice.IntN(20))
		}
		if dice.IntN(2) == 0 {
			span.To = fmt.Sprintf("nom%02d", dice.IntN(20))
		}
		var want, got []string
		for _, p := range all {
			in := slices.ContainsFunc(groups, func(g Slot) bool { return g.Place == p.At[0] && g.Group == p.Profile })
			if in && lyon.Sees.Covers(p.At[0]) && p.sorted() >= span.From && (span.To == "" || p.sorted() < span.To) {
				want = append(want, p.sorted()+" "+p.ID+" "+p.Born)
			}
		}
		slices.Sort(want)
		if back {
			slices.Reverse(want)
		}
		view(t, s, lyon, func(tx *Tx) {
			for e := range bySchool.Walk(tx, groups, span, back) {
				got = append(got, e.Sort+" "+e.Key+" "+e.Facets)
			}
		})
		if !slices.Equal(got, want) {
			t.Fatalf("%v %v back %v:\n%s\nwant\n%s", groups, span, back, strings.Join(got, "\n"), strings.Join(want, "\n"))
		}
	}
}

// TestLatestFound keeps, of many found, those that were changed last.
func TestLatestFound(t *testing.T) {
	s := open(t)
	for round := range 3 {
		must(t, s.Update(system, enrol, func(tx *Tx) (Row, error) {
			for i := range 500 {
				n := round*500 + i
				if err := pupils.Put(tx, pupil{ID: fmt.Sprintf("p%04d", n), Login: fmt.Sprint("l", n), Last: "Martin", First: fmt.Sprint(n), At: []Place{"lyon/1"}}); err != nil {
					return nil, err
				}
			}
			return zoe, nil
		}))
		settle(t, s)
	}
	found := find(t, s, system, Query{Text: "martin", Latest: true, Limit: 1000})
	last := find(t, s, system, Query{Text: "l1499", Latest: true, Limit: 1000})
	if len(found.Rows) != 1000 || !found.More || !slices.ContainsFunc(found.Rows, func(p pupil) bool { return p.ID == "p1499" }) || len(last.Rows) != 1 {
		t.Fatal(len(found.Rows), found.More, len(last.Rows))
	}
}
