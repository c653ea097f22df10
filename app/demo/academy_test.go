package demo

import (
	"reflect"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode"

	"preau/app/format/aaf"
)

// seeds are those on which what must hold of every académie is tried.
var seeds = []uint64{0, 1, 20260728}

func TestSameSeedSameFiles(t *testing.T) {
	write := func(seed uint64, to func(string, Config) (Next, error)) string {
		dir := t.TempDir()
		if _, err := to(dir, Config{Users: 2500, Seed: seed}); err != nil {
			t.Fatal(err)
		}
		return digest(t, dir)
	}
	first := func(dir string, cfg Config) (Next, error) {
		sum, err := WriteComplete(dir, cfg)
		return Next{Summary: sum}, err
	}
	for _, to := range []func(string, Config) (Next, error){first, WriteNext, WriteDelta, WriteReturn} {
		if write(1, to) != write(1, to) {
			t.Error("the same seed gave other files")
		}
		if write(1, to) == write(2, to) {
			t.Error("another seed gave the same files")
		}
	}
}

func TestSummaryIsWhatTheFilesHold(t *testing.T) {
	for _, cfg := range []Config{{}, {Seed: 1}, {Seed: 9, Establishments: 1, Users: 400}, {Establishments: 2, Users: 900}, {Establishments: 3, Users: 60},
		{Seed: 4, Establishments: 37, Users: 21_000}} {
		sum, w := complete(t, cfg)
		if read := w.summary(); !reflect.DeepEqual(sum, read) {
			t.Errorf("%+v: summary %+v, files %+v", cfg, sum, read)
		}
		want := cfg.withDefaults()
		if got := sum.People.All(); want.Users > 300 && (got < want.Users*9/10 || got > want.Users*11/10) {
			t.Errorf("%+v gave %d accounts", cfg, got)
		}
		if len(sum.Establishments) != want.Establishments {
			t.Errorf("%+v gave %d establishments", cfg, len(sum.Establishments))
		}
	}
}

func TestEstablishments(t *testing.T) {
	sum, w := complete(t, Config{})
	kinds := map[aaf.SchoolKind]int{}
	for _, r := range w {
		for _, s := range r.schools {
			kinds[s.Kind()]++
			if !s.Administrative() && (!aaf.ValidUAI(s.UAI) || !strings.HasPrefix(s.UAI, "099")) {
				t.Errorf("UAI %s", s.UAI)
			}
		}
	}
	want := map[aaf.SchoolKind]int{aaf.Ecole: 4, aaf.College: 5, aaf.LyceeGeneral: 1, aaf.LyceePro: 1, aaf.LyceePoly: 1, aaf.OtherKind: 2}
	if !reflect.DeepEqual(kinds, want) {
		t.Errorf("kinds %v", kinds)
	}
	if first := sum.Establishments[0]; first.Name != "Lycée Honoré de Balzac" {
		t.Errorf("the first is %q", first.Name)
	}
	if !slices.ContainsFunc(w[aaf.Second].schools["2003"].Classes, func(c aaf.Class) bool { return strings.Contains(c.Label, "SEGPA") }) {
		t.Error("no SEGPA in the second collège")
	}
}

func TestClassesHaveRealSizes(t *testing.T) {
	_, w := complete(t, Config{})
	for degree, r := range w {
		size := map[string]int{}
		for _, s := range r.students {
			for _, c := range s.Classes {
				size[c.School+"$"+c.Code]++
			}
		}
		for class, n := range size {
			if n > 36 || n < 10 && !strings.HasSuffix(class, "$ULIS") {
				t.Errorf("%s: %d pupils in %s", degree, n, class)
			}
		}
	}
}

// TestDemoPeople finds those whose logins everybody knows, once each.
func TestDemoPeople(t *testing.T) {
	for _, seed := range seeds {
		_, w := complete(t, Config{Seed: seed})
		second := w[aaf.Second]
		found := map[string][]string{}
		note := func(n aaf.Name, id string) {
			login := plain(n.First) + "." + plain(n.Last)
			if taken[login] {
				found[login] = append(found[login], id)
			}
		}
		for _, r := range w {
			for id, s := range r.students {
				note(s.Name, id)
			}
			for id, p := range r.relatives {
				note(p.Name, id)
			}
			for id, p := range r.staff {
				note(p.Name, id)
			}
		}
		want := []string{"claire.moreau", "julien.petit", "helene.rousseau", "sophie.girard", "lucas.martin", "anne.martin"}
		if len(found) != len(want) {
			t.Errorf("seed %d: %v", seed, found)
		}
		for _, login := range want {
			if len(found[login]) != 1 {
				t.Fatalf("seed %d: %s is %v", seed, login, found[login])
			}
		}
		checkDemoPeople(t, second, func(login string) string { return found[login][0] })
	}
}

func checkDemoPeople(t *testing.T, r *readings, of func(string) string) {
	t.Helper()
	const balzac = "2001"
	claire, julien, helene, sophie := r.staff[of("claire.moreau")], r.staff[of("julien.petit")], r.staff[of("helene.rousseau")], r.staff[of("sophie.girard")]
	if !claire.Teaches || !slices.Equal(claire.Schools(), []string{balzac}) || len(claire.Classes) == 0 || len(claire.Principal) == 0 {
		t.Errorf("Claire Moreau: %+v", claire)
	}
	if !julien.Teaches || !slices.Equal(julien.Schools(), []string{balzac}) || julien.Mail != "julien.petit@"+mailDomain {
		t.Errorf("Julien Petit: %+v", julien)
	}
	if helene.Teaches || helene.Functions[0].Code != "DIR" || helene.Functions[0].Discipline != aaf.HeadCode || helene.School != balzac {
		t.Errorf("Hélène Rousseau: %+v", helene)
	}
	if !slices.Equal(sophie.Schools(), []string{"2002", "2003"}) {
		t.Errorf("Sophie Girard: %+v", sophie)
	}
	lucas := r.students[of("lucas.martin")]
	if grade, _ := lucas.Grade(); lucas.Birth != "2010-03-14" || lucas.School != balzac || grade != "2nde" {
		t.Errorf("Lucas Martin: %+v", lucas)
	}
	if !slices.ContainsFunc(claire.Classes, func(c aaf.Teaching) bool { return c.Code == lucas.Classes[0].Code }) {
		t.Error("Claire Moreau does not teach Lucas Martin")
	}
	var schools []string
	for _, child := range r.legal()[of("anne.martin")] {
		schools = append(schools, child.School)
	}
	if slices.Sort(schools); !slices.Equal(schools, []string{balzac, "2002"}) {
		t.Errorf("Anne Martin has children in %v", schools)
	}
}

func TestNamesAreVaried(t *testing.T) {
	for name, names := range map[string][]string{
		"surnames": slices.Concat(frenchSurnames, maghrebSurnames, africanSurnames, southSurnames, eastSurnames, asianSurnames, overseasSurnames),
		"girls":    slices.Concat(frenchGirls, frenchWomen, maghrebGirls, maghrebWomen, africanGirls, africanWomen, southGirls, southWomen, eastGirls, eastWomen, asianGirls, asianWomen),
		"boys":     slices.Concat(frenchBoys, frenchMen, maghrebBoys, maghrebMen, africanBoys, africanMen, southBoys, southMen, eastBoys, eastMen, asianBoys, asianMen),
	} {
		slices.Sort(names)
		least := map[string]int{"surnames": 400, "girls": 300, "boys": 300}[name]
		if n := len(slices.Compact(names)); n < least {
			t.Errorf("%d %s", n, name)
		}
	}
	_, w := complete(t, Config{})
	seen := map[string]int{}
	for _, s := range w[aaf.Second].students {
		full := s.Name.First + " " + s.Name.Last
		if strings.ContainsFunc(full, func(c rune) bool { return c > unicode.MaxASCII }) {
			seen["accent"]++
		}
		for what, mark := range map[string]string{"hyphen": "-", "apostrophe": "'", "œ": "Œ", "le": " LE ", "de": " DE "} {
			if strings.Contains(full, mark) {
				seen[what]++
			}
		}
	}
	for _, what := range list("accent, hyphen, apostrophe, œ, le, de") {
		if seen[what] == 0 {
			t.Errorf("no %s in the names of pupils", what)
		}
	}
}

// TestNoNamesake draws for surnames that would make one of the demo's logins.
func TestNoNamesake(t *testing.T) {
	d := newDice(1, atStart, 0)
	for _, last := range list("Martin, MARTIN, Moreau, Petit, Girard, Rousseau, Lefèvre, Benali, Dubois") {
		for range 4000 {
			for _, first := range []string{d.child(&origins[0], true, last), d.child(&origins[0], false, last), d.adult(&origins[0], true, last),
				d.adult(&origins[0], false, last), d.adult(&origins[1], true, last)} {
				if taken[plain(first)+"."+plain(last)] {
					t.Fatalf("%s %s", first, last)
				}
			}
		}
	}
}

// TestScale makes a hundred thousand people, and looks at the memory that stays
// in use on the way.
func TestScale(t *testing.T) {
	if testing.Short() {
		t.Skip("a hundred thousand people")
	}
	begun := time.Now()
	dir := t.TempDir()
	sum, err := WriteComplete(dir, Config{Establishments: 120, Users: 100_000})
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%s in %v", sum, time.Since(begun))
	var most uint64
	n := 0
	for s := range Academy(Config{Establishments: 120, Users: 100_000}) {
		if n++; n%20 == 0 {
			var m runtime.MemStats
			runtime.GC()
			runtime.ReadMemStats(&m)
			most = max(most, m.HeapAlloc)
		}
		runtime.KeepAlive(s)
	}
	if t.Logf("%d kB stay in use", most>>10); most > 24<<20 {
		t.Errorf("%d bytes stay in use", most)
	}
}
