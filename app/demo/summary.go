package demo

import (
	"fmt"
	"slices"

	"preau/app/format/aaf"
)

// A Count is a number of accounts by profile. Relatives are those who represent
// a pupil by law; whoever is only to be called, looks after a pupil, or is an
// adult pupil's double, has no account.
type Count struct{ Students, Relatives, Teachers, Staff int }

// All is the sum of the profiles.
func (c Count) All() int { return c.Students + c.Relatives + c.Teachers + c.Staff }

func (c *Count) add(o Count) {
	c.Students += o.Students
	c.Relatives += o.Relatives
	c.Teachers += o.Teachers
	c.Staff += o.Staff
}

// An Establishment is one that a delivery tells of, with the people whom it
// ties to it: somebody of two is counted in both.
type Establishment struct {
	UAI, Name, Town string
	Degree          aaf.Degree
	Count
}

// A Summary is what an importer makes of a delivery.
type Summary struct {
	Establishments []Establishment
	People         Count // each person once; the two degrees know different people
}

// String says it in a sentence.
func (s Summary) String() string {
	return fmt.Sprintf("%d établissements, %d comptes : %d élèves, %d parents, %d enseignants, %d personnels.",
		len(s.Establishments), s.People.All(), s.People.Students, s.People.Relatives, s.People.Teachers, s.People.Staff)
}

// A tally counts accounts as establishments go by.
type tally struct {
	summary Summary
	index   map[string]int // of an establishment, by degree and join key
}

func newTally(plans []plan) *tally {
	t := &tally{index: map[string]int{}}
	for i, p := range plans {
		t.index[string(p.degree())+p.key] = i
		t.summary.Establishments = append(t.summary.Establishments, Establishment{UAI: p.uai, Town: p.town.name, Degree: p.degree()})
	}
	return t
}

// add counts the people of an establishment. Whoever belongs to several is in
// one only, with all of them told.
func (t *tally) add(s *School) {
	at := t.index[string(s.Degree)+s.Record.ID]
	t.summary.Establishments[at].Name = s.Record.FullName()
	represents := map[string][]string{} // schools of a relative's children
	for _, p := range s.Students {
		schools := schoolsOf(p)
		t.count(s.Degree, schools, Count{Students: 1})
		for _, l := range p.Links {
			for _, key := range schools {
				if l.Legal && !l.Self() && !slices.Contains(represents[l.Relative], key) {
					represents[l.Relative] = append(represents[l.Relative], key)
				}
			}
		}
	}
	for _, schools := range represents {
		for _, key := range schools {
			t.summary.Establishments[t.index[string(s.Degree)+key]].Relatives++
		}
	}
	for _, r := range s.Relatives {
		if represents[r.ID] != nil {
			t.summary.People.Relatives++
		}
	}
	for _, p := range s.Staff {
		one := Count{Staff: 1}
		if p.Teaches {
			one = Count{Teachers: 1}
		}
		t.count(s.Degree, p.Schools(), one)
	}
}

// count adds somebody to each establishment that the delivery tells of, and
// once to the académie.
func (t *tally) count(degree aaf.Degree, schools []string, one Count) {
	hosted := false
	for _, key := range schools {
		if at, ok := t.index[string(degree)+key]; ok {
			t.summary.Establishments[at].add(one)
			hosted = true
		}
	}
	if hosted {
		t.summary.People.add(one)
	}
}

// schoolsOf are the main school of a pupil and those of the classes.
func schoolsOf(p aaf.Student) []string {
	keys := []string{p.School}
	for _, m := range p.Classes {
		if !slices.Contains(keys, m.School) {
			keys = append(keys, m.School)
		}
	}
	return keys
}
