package demo

import (
	"crypto/sha256"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"preau/app/format/aaf"
)

// world is what somebody who knows nothing of this package reads in a delivery,
// by degree and join key.
type world map[aaf.Degree]*readings

type readings struct {
	schools   map[string]aaf.School
	students  map[string]aaf.Student
	relatives map[string]aaf.Relative
	staff     map[string]aaf.Staff
	subjects  map[string]bool
	mefs      map[string]bool
	files     []string
}

// eachRecord reads every file of a directory; no record may be twice in it.
func eachRecord(t *testing.T, dir string, yield func(aaf.Degree, aaf.Record)) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(dir, "*.xml"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no files: %v", err)
	}
	seen := map[string]bool{}
	for _, path := range files {
		file, err := os.Open(path)
		if err != nil {
			t.Fatal(err)
		}
		defer file.Close()
		name := filepath.Base(path)
		degree := aaf.Second
		if strings.HasPrefix(name, "ENT1D") {
			degree = aaf.First
		}
		category := aaf.Category(strings.Split(name, "_")[3])
		n := 0
		header, err := aaf.Parse(file, name, category, func(r aaf.Record) error {
			key := fmt.Sprint(degree, r.Category, r.ID)
			if n++; seen[key] || r.Category != category || r.Problem != "" {
				t.Errorf("%s: %s %s: %s, twice: %v", name, r.Category, r.ID, r.Problem, seen[key])
			}
			seen[key] = true
			yield(degree, r)
			return nil
		})
		if err != nil || header.Degree != degree || len(header.Unknown) > 0 || n > sliceSize {
			t.Errorf("%s: %v, %+v, %d records", name, err, header, n)
		}
	}
}

// readWorld decodes a complete delivery, without any refusal or warning.
func readWorld(t *testing.T, dir string) world {
	t.Helper()
	records := map[aaf.Degree]map[mark]aaf.Record{aaf.First: {}, aaf.Second: {}}
	eachRecord(t, dir, func(degree aaf.Degree, r aaf.Record) { records[degree][mark{r.Category, r.ID}] = r })
	return decodeWorld(t, records)
}

func decodeWorld(t *testing.T, records map[aaf.Degree]map[mark]aaf.Record) world {
	t.Helper()
	w := world{}
	for degree, all := range records {
		r := &readings{schools: map[string]aaf.School{}, students: map[string]aaf.Student{}, relatives: map[string]aaf.Relative{},
			staff: map[string]aaf.Staff{}, subjects: map[string]bool{}, mefs: map[string]bool{}}
		w[degree] = r
		for at, record := range all {
			warnings, err := r.decode(at, record)
			if organisation := strings.HasPrefix(r.relatives[at.id].Name.Last, "AIDE SOCIALE"); at.category == aaf.Relatives && organisation && len(warnings) == 1 {
				continue // it has no forename
			}
			if err != nil || len(warnings) > 0 {
				t.Errorf("%s %s: %v, %q", at.category, at.id, err, warnings)
			}
		}
	}
	return w
}

func (r *readings) decode(at mark, record aaf.Record) (warnings []string, err error) {
	switch at.category {
	case aaf.Schools:
		r.schools[at.id], warnings, err = record.School()
	case aaf.Students:
		r.students[at.id], warnings, err = record.Student()
	case aaf.Relatives:
		r.relatives[at.id], warnings, err = record.Relative()
	case aaf.StaffOf:
		r.staff[at.id], warnings, err = record.Staff()
	case aaf.Subjects:
		r.subjects[at.id] = true
	case aaf.Mefs:
		r.mefs[at.id] = true
	}
	return warnings, err
}

// legal gives, by relative, the pupils whom the relative represents.
func (r *readings) legal() map[string][]aaf.Student {
	by := map[string][]aaf.Student{}
	for _, s := range r.students {
		for _, l := range s.Links {
			if l.Legal && !l.Self() {
				by[l.Relative] = append(by[l.Relative], s)
			}
		}
	}
	return by
}

// summary counts accounts as an importer does that reads everything at once.
func (w world) summary() Summary {
	var sum Summary
	for degree, r := range w {
		at := map[string]*Establishment{}
		for key, s := range r.schools {
			if !s.Administrative() {
				at[key] = &Establishment{UAI: s.UAI, Name: s.FullName(), Town: s.Address.Town, Degree: degree}
			}
		}
		add := func(schools []string, one Count) {
			hosted := false
			slices.Sort(schools)
			for _, key := range slices.Compact(schools) {
				if e := at[key]; e != nil {
					hosted = true
					e.add(one)
				}
			}
			if hosted {
				sum.People.add(one)
			}
		}
		for _, s := range r.students {
			add(placesOf(s), Count{Students: 1})
		}
		for id, children := range r.legal() {
			if _, known := r.relatives[id]; known {
				var schools []string
				for _, s := range children {
					schools = append(schools, placesOf(s)...)
				}
				add(schools, Count{Relatives: 1})
			}
		}
		for _, p := range r.staff {
			if p.Teaches {
				add(p.Schools(), Count{Teachers: 1})
			} else {
				add(p.Schools(), Count{Staff: 1})
			}
		}
		for _, e := range at {
			sum.Establishments = append(sum.Establishments, *e)
		}
	}
	slices.SortFunc(sum.Establishments, func(a, b Establishment) int { return strings.Compare(a.UAI, b.UAI) })
	return sum
}

func placesOf(s aaf.Student) []string {
	keys := []string{s.School}
	for _, m := range s.Classes {
		keys = append(keys, m.School)
	}
	return keys
}

// digest is the hash of all files of a directory, names included.
func digest(t *testing.T, dir string) string {
	t.Helper()
	sum := sha256.New()
	files, _ := filepath.Glob(filepath.Join(dir, "*"))
	for _, path := range files {
		content, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprintln(sum, filepath.Base(path))
		if _, err := sum.Write(content); err != nil {
			t.Fatal(err)
		}
	}
	return fmt.Sprintf("%x", sum.Sum(nil))
}

// complete writes the first delivery and reads it.
func complete(t *testing.T, cfg Config) (Summary, world) {
	t.Helper()
	dir := t.TempDir()
	sum, err := WriteComplete(dir, cfg)
	if err != nil {
		t.Fatal(err)
	}
	return sum, readWorld(t, dir)
}
