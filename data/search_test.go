package data

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

func find(t testing.TB, s *Store, by Author, q Query) (found Found[pupil]) {
	t.Helper()
	view(t, s, by, func(tx *Tx) {
		var err error
		found, err = pupils.TypeAhead(tx, q)
		must(t, err)
	})
	return found
}

func labels(found Found[pupil]) string {
	var all []string
	for _, p := range found.Rows {
		all = append(all, p.Last+" "+p.First)
	}
	return strings.Join(all, ", ")
}

// TestTypeAhead looks for the people of a school by what is typed for them.
func TestTypeAhead(t *testing.T) {
	s := open(t)
	must(t, s.Update(system, enrol, func(tx *Tx) (Row, error) {
		for i, name := range strings.Split("Martin Zoé|Martin Léa|Martinez Anne|Durand Martin|Petit Jean-Martin|N’Guessan Aya|d’Ormesson Jean|Lecœur Élise|Łukasik Ewa|"+
			"De_La_Fontaine Marie-Lou|Sørensen Ole|Constantinopoulos Kostas|Lea Bob|Ba Awa", "|") {
			last, first, _ := strings.Cut(strings.ReplaceAll(name, " ", "/"), "/")
			p := pupil{ID: fmt.Sprint("p", i), Login: fmt.Sprintf("%s.%d", strings.ReplaceAll(Fold(first), " ", ""), i), Last: strings.ReplaceAll(last, "_", " "), First: first,
				Born: fmt.Sprintf("%02d/03/2011", i+1), Profile: "student", At: []Place{"lyon/1"}}
			if err := pupils.Put(tx, p); err != nil {
				return nil, err
			}
		}
		return zoe, nil
	}))
	settle(t, s)
	for _, tt := range []struct {
		text, want string
		fuzzy      bool
	}{
		{"mart", "Martin Léa, Martin Zoé, Martinez Anne, Durand Martin, Petit Jean-Martin", false},
		{"MARTIN", "Martin Léa, Martin Zoé, Martinez Anne, Durand Martin, Petit Jean-Martin", false},
		{"martin z", "Martin Zoé", false},
		{"zoe mar", "Martin Zoé", false},
		{"m z", "Martin Zoé", false},
		{"léa", "Lea Bob, Martin Léa", false},
		{"guessan", "N’Guessan Aya", false},
		{"n'gue", "N’Guessan Aya", false},
		{"nguessan", "N’Guessan Aya", false},
		{"lafontaine", "De La Fontaine Marie-Lou", false},
		{"jeanmartin", "Petit Jean-Martin", false},
		{"ormess", "d’Ormesson Jean", false},
		{"d ormesson", "d’Ormesson Jean", false},
		{"lecoeur", "Lecœur Élise", false},
		{"LECŒ", "Lecœur Élise", false},
		{"luka", "Łukasik Ewa", false},
		{"sorens", "Sørensen Ole", false},
		{"jean-mar", "Petit Jean-Martin", false},
		{"fontaine", "De La Fontaine Marie-Lou", false},
		{"de la f", "De La Fontaine Marie-Lou", false},
		{"la fontaine marie", "De La Fontaine Marie-Lou", false},
		{"constantinop", "Constantinopoulos Kostas", false},
		{"constantinopoulos k", "Constantinopoulos Kostas", false},
		{"constantinopolis", "Constantinopoulos Kostas", true},
		{"duramd", "Durand Martin", true},
		{"durnad", "Durand Martin", true},
		{"durrand", "Durand Martin", true},
		{"duand", "Durand Martin", true},
		{"xurand", "", false},
		{"dux", "", false},
		{"04/03/2011", "Durand Martin", false},
		{"04/03", "Durand Martin", false},
		{"marielou.9", "De La Fontaine Marie-Lou", false},
		{"zoe.", "Martin Zoé", false},
		{"ba", "Ba Awa", false},
		{"   ", "Ba Awa, Constantinopoulos Kostas, d’Ormesson Jean, De La Fontaine Marie-Lou, Durand Martin, Lea Bob, Lecœur Élise, Łukasik Ewa, Martin Léa, Martin Zoé, Martinez Anne, N’Guessan Aya, Petit Jean-Martin, Sørensen Ole", false},
		{"'\"*?~", "", false},
		{"mart* OR \"zoe\"", "", false},
		{"\x00mart\x00", "Martin Léa, Martin Zoé, Martinez Anne, Durand Martin, Petit Jean-Martin", false},
		{strings.Repeat("a ", 5000), "Ba Awa, Martinez Anne, N’Guessan Aya", false},
	} {
		for _, by := range []Author{system, lyon1} {
			found := find(t, s, by, Query{Text: tt.text})
			if got := labels(found); got != tt.want || found.Fuzzy != tt.fuzzy || found.Total != len(found.Rows) || found.More {
				t.Errorf("%s: %.30q found %q, want %q (%+v)", by.ID, tt.text, got, tt.want, found.Fuzzy)
			}
		}
	}
}

// TestAC05 compares 500 random searches of two schools, and of the académie,
// with what reading every row would find.
func TestAC05(t *testing.T) {
	s, r := open(t), rand.New(rand.NewPCG(7, 8))
	var all []pupil
	must(t, s.Begin(system, "r", enrol))
	must(t, s.Bulk(system, "r", func(tx *Tx) error {
		for i := range 1500 {
			p := crowd(r, i, 2)
			if i%10 == 0 {
				p.At = []Place{"lyon/0", "lyon/1"}
			}
			if i%97 == 0 {
				p.At = []Place{"paris/0"}
			}
			all = append(all, p)
			if err := pupils.Put(tx, p); err != nil {
				return err
			}
		}
		return nil
	}))
	settle(t, s)
	authors := []Author{system, scoped("0", "lyon/0"), scoped("1", "lyon/1"), scoped("l", "lyon"), trap, scoped("p", "paris", "lyon/1"), scoped("own", Own("p000003")), {}}
	for i := range 500 {
		by, q := authors[r.IntN(len(authors))], Query{Text: beginning(r, 1+r.IntN(5)), Limit: 2000}
		if r.IntN(3) == 0 {
			q.Text += " " + beginning(r, 1+r.IntN(3))
		}
		if r.IntN(3) == 0 {
			q.Tags = []string{"profile=teacher"}
		}
		if r.IntN(5) == 0 {
			q.AnyTags = []string{"profile=student", "profile=teacher"}
		}
		if r.IntN(3) == 0 {
			q.Within = []Place{"lyon/0", "lyon/1", "lyon", "paris"}[r.IntN(4)]
		}
		want := brute(all, by, q)
		found := find(t, s, by, q)
		if found.Fuzzy && len(want) == 0 {
			found = Found[pupil]{} // typos are none of the brute force's business
		}
		var got []string
		for _, p := range found.Rows {
			got = append(got, p.ID)
		}
		if !slices.Equal(got, want) || found.Total != min(len(want), 1500) {
			t.Fatalf("%d: %s looking for %+v: %d (total %d), want %d\n%v\n%v", i, by.ID, q, len(got), found.Total, len(want), got, want)
		}
		q.Limit = 20
		var first []string
		for _, p := range find(t, s, by, q).Rows {
			first = append(first, p.ID)
		}
		if !found.Fuzzy && len(want) > 0 && !slices.Equal(first, want[:min(20, len(want))]) {
			t.Fatalf("%d: %s looking for %+v: first %v, want %v", i, by.ID, q, first, want[:min(20, len(want))])
		}
	}
}

// brute finds what a query should, by reading every row.
func brute(all []pupil, by Author, q Query) []string {
	var hits []candidate
	text := Fold(q.Text)
	for _, p := range all {
		d := pupilDocument(p)
		seen := by.Sees.coversRow(p) && slices.ContainsFunc(p.At, func(at Place) bool {
			return at.Within(q.Within) && (by.Sees.Covers(at) || slices.Contains(by.Sees, Own(p.ID)))
		})
		texts := append(d.texts(), foldExact(p.Login), p.Born)
		for _, w := range strings.Fields(text) {
			seen = seen && slices.ContainsFunc(texts, func(t string) bool { return strings.HasPrefix(t, w) })
		}
		if seen && q.wants(strings.Join(d.Tags, "\x1f")) {
			hits = append(hits, candidate{fmt.Sprint(classOf(d.Sort, text)) + d.Sort, p.ID})
		}
	}
	slices.SortFunc(hits, candidate.compare)
	return keysOf(hits)
}

// TestMany counts no further than it must over everything, and all within a school.
func TestMany(t *testing.T) {
	s := open(t)
	seed(t, s, 6000, 3)
	settle(t, s)
	everywhere := find(t, s, system, Query{Text: "m"})
	if everywhere.Total != 1000 || !everywhere.More || len(everywhere.Rows) != 20 {
		t.Errorf("everywhere: %d, %v, %d rows", everywhere.Total, everywhere.More, len(everywhere.Rows))
	}
	if area := find(t, s, lyon, Query{Text: "m"}); labels(area) != labels(everywhere) || !area.More {
		t.Errorf("an area around all: %s, want %s", labels(area), labels(everywhere))
	}
	school := find(t, s, scoped("a", "lyon/0"), Query{Text: ""})
	if school.Total != 2000 || school.More || len(school.Rows) != 20 {
		t.Errorf("school: %d, %v, %d rows", school.Total, school.More, len(school.Rows))
	}
	for _, found := range []Found[pupil]{everywhere, school, find(t, s, system, Query{Text: "zo"}), find(t, s, system, Query{Text: "em", Tags: []string{"profile=teacher"}})} {
		if !slices.IsSortedFunc(found.Rows, func(a, b pupil) int {
			return strings.Compare(SortKey(a.Last, a.First), SortKey(b.Last, b.First))
		}) {
			t.Errorf("out of order: %s", labels(found))
		}
	}
	// By a first name that many bear, and no last name begins with.
	yasmine := find(t, s, system, Query{Text: "yas", Limit: 10})
	for _, p := range yasmine.Rows {
		if p.First != "Yasmine" {
			t.Errorf("found %s", p.Label())
		}
	}
}

// TestMovesAreFound changes, moves, hides and deletes a row, and looks for it.
func TestMovesAreFound(t *testing.T) {
	s := open(t)
	p := zoe
	for _, step := range []struct {
		change func()
		lyon1  bool
		lyon2  bool
	}{
		{func() {}, true, false},
		{func() { p.At = []Place{"lyon/2"} }, false, true},
		{func() { p.At = []Place{"lyon/1", "lyon/2"} }, true, true},
		{func() { p.Profile = "hidden" }, false, false},
		{func() { p.Profile = "student" }, true, true},
		{func() { p.Last = "Autre" }, false, false},
		{func() { p.Last = "Martin" }, true, true},
	} {
		step.change()
		must(t, put(t, s, system, p))
		settle(t, s)
		for by, want := range map[Place]bool{"lyon/1": step.lyon1, "lyon/2": step.lyon2} {
			if found := find(t, s, scoped("a", by), Query{Text: "martin"}); (found.Total == 1) != want || (len(found.Rows) == 1) != want {
				t.Errorf("%+v from %s: %d", p, by, found.Total)
			}
		}
	}
	must(t, s.Update(system, enrol, func(tx *Tx) (Row, error) { return p, pupils.Delete(tx, p.ID) }))
	settle(t, s)
	if found := find(t, s, system, Query{}); found.Total != 0 {
		t.Errorf("found once deleted: %+v", found)
	}
}

// TestSearchErrors asks for what is not searched.
func TestSearchErrors(t *testing.T) {
	s := open(t)
	view(t, s, system, func(tx *Tx) {
		for _, table := range []string{"", "none", "drafts"} {
			if _, err := tx.Search(Query{Table: table}); err == nil || errors.Is(err, ErrIndexing) {
				t.Errorf("%q: %v", table, err)
			}
		}
	})
}

func FuzzTypeAhead(f *testing.F) {
	s := open(f)
	must(f, put(f, s, system, zoe))
	settle(f, s)
	for _, text := range []string{"", "zoé m", "12/03", "a@b.fr", "\x00", "\x1f", "\"zo*\"~2", "~p1", strings.Repeat("é", 300), "\xff", "users\x1fzo", "ﬁ ²"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		for _, by := range []Author{system, lyon2} {
			found := find(t, s, by, Query{Text: text})
			if by.ID == lyon2.ID && found.Total+len(found.Rows) > 0 {
				t.Errorf("%q leaves its reach", text)
			}
			if found.Rebuilding {
				t.Errorf("%q broke the index", text)
			}
		}
	})
}

// TestBrokenSearch breaks the index while it is searched: names answer, it is
// rebuilt, and finds the same.
func TestBrokenSearch(t *testing.T) {
	s := open(t)
	must(t, put(t, s, system, zoe))
	settle(t, s)
	broken := s.search.current()
	s.search.distrust(broken, errors.New("broken on purpose"))
	if found := find(t, s, lyon1, Query{Text: "mart"}); len(found.Rows) != 1 {
		t.Errorf("by name: %+v", found)
	}
	if found := find(t, s, lyon2, Query{Text: "mart"}); len(found.Rows) != 0 {
		t.Errorf("by name, out of reach: %+v", found)
	}
	settle(t, s)
	if found := find(t, s, lyon1, Query{Text: "zo"}); found.Total != 1 || found.Rebuilding {
		t.Errorf("rebuilt: %+v", found)
	}
	must(t, s.Repair(t.Context()))
}
