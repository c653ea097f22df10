package directory_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"preau/app/access"
	"preau/app/directory"
	"preau/data"
)

// terms are what somebody is found by, said again: the words of the names, what
// those of a compound one give together, the codes and addresses whole.
func terms(u directory.User) (all []string) {
	for _, name := range []string{u.LastName, u.FirstName} {
		words := strings.Fields(data.Fold(name))
		all = append(all, words...)
		for i := 0; i+1 < len(words); i++ {
			all = append(all, words[i]+words[i+1])
		}
		all = append(all, strings.Join(words, ""))
	}
	all = append(all, strings.Fields(data.Fold(u.BirthName))...)
	all = append(all, strings.ToLower(u.ID), u.Login.Value(), strings.ToLower(u.Email.Value()), u.Birth.String())
	if len(u.Attachments) == 1 {
		for _, class := range u.Attachments[0].Classes {
			all = append(all, strings.ToLower(class))
		}
	}
	return all
}

// matches reports whether each word typed begins a term, or is made of words
// that do.
func matches(u directory.User, text string) bool {
	all := terms(u)
	begins := func(word string) bool {
		return slices.ContainsFunc(all, func(term string) bool { return term != "" && strings.HasPrefix(term, word) })
	}
	if text != "" && data.Fold(text) == "" {
		return false // nothing but punctuation
	}
	for _, word := range strings.Fields(text) {
		parts := strings.Fields(data.Fold(word))
		if len(parts) == 0 || begins(strings.ToLower(word)) {
			continue
		}
		if slices.ContainsFunc(parts, func(p string) bool { return !begins(p) }) {
			return false
		}
	}
	return true
}

// rank is the place of somebody among the answers: 0 where the last name begins
// with the text, 1 where the first name does, 2 elsewhere.
func rank(u directory.User, text string) int {
	text, last, first := data.Fold(text), data.Fold(u.LastName), data.Fold(u.FirstName)
	begins := func(a, b string) bool {
		return strings.HasPrefix(a, text) || a != "" && strings.HasPrefix(text, a+" ") && strings.HasPrefix(b, text[len(a)+1:])
	}
	switch {
	case begins(last, first):
		return 0
	case begins(first, last):
		return 1
	}
	return 2
}

// search is the brute force: every person read, one by one.
func search(everybody []directory.User, l directory.Look, reach data.Reach) (ids []string) {
	var found []directory.User
	for _, u := range everybody {
		in := slices.ContainsFunc(u.Places(), func(p data.Place) bool { return reach.Covers(p) && (l.UAI == "" || p == placeOf(l.UAI)) })
		if in && (u.State() == directory.Deleted) == l.Deleted && (l.Profile == "" || u.Profile == l.Profile) && matches(u, l.Text) {
			found = append(found, u)
		}
	}
	slices.SortFunc(found, func(a, b directory.User) int {
		if d := rank(a, l.Text) - rank(b, l.Text); d != 0 {
			return d
		}
		return strings.Compare(data.SortKey(a.LastName, a.FirstName)+"\x00"+a.ID, data.SortKey(b.LastName, b.FirstName)+"\x00"+b.ID)
	})
	return keep(found, func(directory.User) bool { return true })
}

// typed is something that somebody may type to find a person.
func typed(r *rand.Rand, u directory.User) string {
	cut := func(s string) string {
		runes := []rune(s)
		return string(runes[:min(len(runes), 1+r.IntN(len(runes)+1))])
	}
	all := []string{u.LastName, u.FirstName, cut(u.LastName + "-"), cut(u.FirstName + "-"), u.FirstName + " " + u.LastName, u.LastName + " " + cut(u.FirstName+"-"), cut(u.FirstName+"-") + " " + cut(u.LastName+"-"),
		u.Login.Value(), u.ID, cut(u.ID), "3A", "3b", u.Birth.String(), cut(u.Email.Value() + "-"), "a", "z", "le", "l'", "de la", "xyzxyz", "latour", "martni"}
	text := all[r.IntN(len(all))]
	switch r.IntN(4) {
	case 0:
		return strings.ToUpper(text)
	case 1:
		return data.Fold(text)
	}
	return strings.TrimSpace(text)
}

func idsOf(a directory.Answers) (ids []string) {
	for _, p := range a.People {
		ids = append(ids, p.ID)
	}
	return ids
}

// AC-05: nothing that somebody types finds people of a school that they do not
// administer, in the answers nor in their count.
func TestSearchAgainstBruteForce(t *testing.T) {
	c := newCast(t)
	c.crowd(300)
	c.indexed()
	everybody := slices.Collect(func(yield func(directory.User) bool) {
		for _, u := range c.everybody() {
			if !yield(u) {
				return
			}
		}
	})
	slices.SortFunc(everybody, func(a, b directory.User) int { return strings.Compare(a.ID, b.ID) })
	who := map[string]struct {
		*access.Session
		reach data.Reach
		uais  []string
	}{
		"claire": {c.claire, data.Reach{placeOf(balzac)}, []string{"", balzac}},
		"sophie": {c.sophie, data.Reach{placeOf(colette)}, []string{"", colette}},
		"paul":   {c.paul, data.Reach{"val-de-seine"}, []string{"", balzac, colette}},
		"marc":   {c.marc, data.Everywhere, []string{"", balzac, savoie}},
	}
	r := rand.New(rand.NewPCG(5, 6))
	exact, fuzzy := 0, 0
	for i := range 500 {
		name := []string{"claire", "sophie", "paul", "marc"}[i%4]
		w := who[name]
		l := directory.Look{Text: typed(r, everybody[r.IntN(len(everybody))]), UAI: w.uais[r.IntN(len(w.uais))], Deleted: r.IntN(5) == 0, Limit: 1 + r.IntN(20)}
		if r.IntN(2) == 0 {
			l.Profile = directory.Profiles[r.IntN(5)]
		}
		got, err := directory.TypeAhead(w.Session, l)
		if err != nil {
			t.Fatal(err)
		}
		want := search(everybody, l, w.reach)
		if len(want) == 0 {
			nearby := l
			nearby.Text = ""
			if all := search(everybody, nearby, w.reach); slices.ContainsFunc(idsOf(got), func(id string) bool { return !slices.Contains(all, id) }) || got.Total > len(all) {
				t.Errorf("%s %+v: foreign among %+v", name, l, got)
			}
			fuzzy++
			continue
		}
		exact++
		if !slices.Equal(idsOf(got), want[:min(len(want), l.Limit)]) || got.Total != len(want) || got.More {
			t.Errorf("%s %+v:\n%d %q\n%d %q", name, l, got.Total, idsOf(got), len(want), want[:min(len(want), l.Limit)])
		}
	}
	if exact < 300 || fuzzy < 20 {
		t.Errorf("%d exact, %d without an exact answer", exact, fuzzy)
	}
}

func labels(t *testing.T, s *access.Session, l directory.Look) (all []string) {
	t.Helper()
	found, err := directory.TypeAhead(s, l)
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range found.People {
		all = append(all, p.Label)
	}
	return all
}

func TestTypeAhead(t *testing.T) {
	c := newCast(t)
	lucas := aPupil("MARTIN", "Lucas", "2010-03-14", "3A", "3e", balzac)
	lucas.Email.Federated, lucas.Login.Federated = "L.Martin@exemple.example", "kiki7"
	lucas = c.put(lucas)
	c.put(aPupil("DE LA TOUR D’AUVERGNE", "Anne-Sophie", "", "3B", "3e", balzac))
	c.put(aPupil("LEFÈVRE", "Martine", "", "3B", "3e", balzac))
	c.put(aPupil("Lefebvre", "Zoé", "", "3B", "3e", balzac))
	c.put(aPupil("ŒUVRARD", "Maël", "", "3B", "3e", balzac))
	born := aPupil("DUPONT", "Inès", "", "3B", "3e", balzac)
	born.BirthName = "KOWALSKI"
	c.put(born)
	gone := c.remove(c.put(aPupil("MARTIN", "Parti", "", "3B", "3e", balzac)))
	c.indexed()
	tour, one := "DE LA TOUR D’AUVERGNE Anne-Sophie", "MARTIN Lucas – 14/03/2010"
	for text, want := range map[string][]string{
		"m":                   {one, "LEFÈVRE Martine", "ŒUVRARD Maël"},
		"martin":              {one, "LEFÈVRE Martine"},
		"lucas martin":        {one},
		"MARTIN lu":           {one},
		"mart luc":            {one},
		"14/03/2010":          {one},
		"14/03":               {one},
		"kiki":                {one},
		"lucas.martin":        {one},
		lucas.ID:              {one},
		"l.martin@exemple":    {one},
		"3a":                  {one},
		"3a martin":           {one},
		"anne sophie":         {tour},
		"sophie-anne":         {tour},
		"de la tour":          {tour},
		"d'auvergne":          {tour},
		"d’Auvergne anne":     {tour},
		"delatour":            {tour},
		"lefèvre":             {"LEFÈVRE Martine"},
		"LEFEV":               {"LEFÈVRE Martine"},
		"lefe":                {"Lefebvre Zoé", "LEFÈVRE Martine"},
		"oeuvrard":            {"ŒUVRARD Maël"},
		"œuv":                 {"ŒUVRARD Maël"},
		"kowalski":            {"DUPONT Inès"},
		"martni":              {"LEFÈVRE Martine", one},
		"auvergen":            {tour},
		"lucsa":               {one},
		"zol":                 nil,
		"14/03/2011":          nil,
		"parti":               nil,
		"martin lucas dupont": nil,
	} {
		if got := labels(t, c.claire, directory.Look{Text: text, UAI: balzac, Profile: directory.Student}); !slices.Equal(got, want) {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
	if got := labels(t, c.claire, directory.Look{UAI: balzac, Deleted: true}); !slices.Equal(got, []string{"MARTIN Parti"}) {
		t.Errorf("« Suppressions », nothing typed: %q", got)
	}
	if found, err := directory.TypeAhead(c.claire, directory.Look{Text: "mar", Deleted: true}); err != nil || len(found.People) != 1 || !found.People[0].Deleted || found.People[0].ID != gone.ID {
		t.Errorf("%+v %v", found, err)
	}
	if found, err := directory.TypeAhead(c.paul, directory.Look{Text: "lucas"}); err != nil || found.People[0].Note != "Élève · 3A · Lycée Honoré de Balzac" || found.People[0].At != placeOf(balzac) {
		t.Errorf("%+v %v", found, err)
	}
	// What changes is found at once by its new value only.
	c.edit(c.claire, balzac, lucas.ID, func(f *directory.UserForm) { f.Login, f.Email = "lulu", "" })
	c.indexed()
	if got := slices.Concat(labels(t, c.claire, directory.Look{Text: "kiki7", UAI: balzac}), labels(t, c.claire, directory.Look{Text: "l.martin@exemple"})); got != nil {
		t.Errorf("found by former values: %q", got)
	}
	if got := labels(t, c.claire, directory.Look{Text: "lulu"}); !slices.Equal(got, []string{one}) {
		t.Errorf("%q", got)
	}
}

// The total is exact inside an establishment, and stops at 1,000 beyond.
func TestTotals(t *testing.T) {
	c := newCast(t)
	if err := c.system.Do(preparing, func(tx *data.Tx) (data.Row, error) {
		var last directory.User
		for i := range 1300 {
			u := someone(directory.Student, "MARTIN", fmt.Sprint("N", i), []string{balzac, colette}[i%13/12])
			u.ID, u.Login.Federated = fmt.Sprintf("T%06d", i), fmt.Sprint("n", i)
			if err := directory.Users.Put(tx, u); err != nil {
				return nil, err
			}
			var err error
			if last, err = directory.Activate(tx, u.ID, "", u.ActivatedAt); err != nil {
				return nil, err
			}
		}
		return last, nil
	}); err != nil {
		t.Fatal(err)
	}
	c.indexed()
	for _, test := range []struct {
		s     *access.Session
		uai   string
		total int
		more  bool
	}{{c.claire, balzac, 1200, false}, {c.claire, "", 1200, false}, {c.sophie, colette, 100, false}, {c.paul, balzac, 1200, false}, {c.paul, "", 1000, true}, {c.marc, "", 1000, true}} {
		a, err := directory.TypeAhead(test.s, directory.Look{Text: "mart", UAI: test.uai})
		if err != nil || a.Total != test.total || a.More != test.more || len(a.People) != 20 {
			t.Errorf("%s %q: %d of %d, more %v, %v", test.s.Name(), test.uai, len(a.People), a.Total, a.More, err)
		}
	}
}
