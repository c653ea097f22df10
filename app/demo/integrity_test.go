package demo

import (
	"slices"
	"testing"

	"preau/app/format/aaf"
)

// TestEverythingReferencedExists follows every reference of every record, but
// for the exceptions that are meant, and finds each of those.
func TestEverythingReferencedExists(t *testing.T) {
	for _, seed := range seeds {
		_, w := complete(t, Config{Seed: seed})
		odd := map[string]int{}
		for degree, r := range w {
			for id, s := range r.students {
				r.followStudent(t, degree, id, s, odd)
			}
			for id, p := range r.staff {
				r.followStaff(t, id, p, odd)
			}
			r.followRelatives(t, odd)
		}
		for _, what := range list(`no class, unlisted class, class elsewhere, no relative, no title, no INE, adult, two mothers, ward,
			in charge, contact only, unknown subject, two schools, three schools, unassigned, no birth date, no mail, nowhere, siblings apart, twins`) {
			if odd[what] == 0 {
				t.Errorf("seed %d: nobody with %q", seed, what)
			}
		}
		t.Logf("seed %d: %v", seed, odd)
	}
}

func (r *readings) hasClass(school, code string) bool {
	return slices.ContainsFunc(r.schools[school].Classes, func(c aaf.Class) bool { return c.Code == code })
}

func (r *readings) hasGroup(school, code string) bool {
	return slices.ContainsFunc(r.schools[school].Groups, func(g aaf.Group) bool { return g.Code == code })
}

func (r *readings) followStudent(t *testing.T, degree aaf.Degree, id string, s aaf.Student, odd map[string]int) {
	if _, ok := r.schools[s.School]; !ok || len(s.Classes) > 1 {
		t.Errorf("pupil %s: %+v", id, s)
	}
	if len(s.Classes) == 0 {
		odd["no class"]++
	}
	for _, c := range s.Classes {
		switch {
		case c.School != s.School && r.hasClass(c.School, c.Code):
			odd["class elsewhere"]++
		case degree == aaf.Second && c.Code == "ULIS":
			odd["unlisted class"]++
		case degree == aaf.Second && !r.hasClass(c.School, c.Code), degree == aaf.First && c.Label == "":
			t.Errorf("pupil %s: class %+v", id, c)
		}
	}
	for _, g := range s.Groups {
		if degree == aaf.Second && !r.hasGroup(g.School, g.Code) {
			t.Errorf("pupil %s: group %+v", id, g)
		}
	}
	if degree == aaf.Second && !r.mefs[s.Mef] {
		t.Errorf("pupil %s: MEF %s", id, s.Mef)
	}
	for _, subject := range s.Subjects {
		if subject.Code == orphan.Code {
			odd["unknown subject"]++
		} else if !r.subjects[subject.Code] {
			t.Errorf("pupil %s: subject %+v", id, subject)
		}
	}
	r.followLinks(t, id, s, odd)
}

func (r *readings) followLinks(t *testing.T, id string, s aaf.Student, odd map[string]int) {
	mothers := 0
	for _, l := range s.Links {
		if _, ok := r.relatives[l.Relative]; !ok {
			t.Errorf("pupil %s: relative %s is in no file", id, l.Relative)
		}
		switch {
		case l.Self():
			odd["adult"]++
		case l.Code == wardCode:
			odd["ward"]++
		case l.InCharge:
			odd["in charge"]++
		case !l.Legal:
			odd["contact only"]++
		case l.Code == motherCode:
			mothers++
		}
	}
	for what, is := range map[string]bool{"no relative": len(s.Links) == 0, "no title": s.Name.Title == "", "no INE": s.INE == "", "two mothers": mothers == 2} {
		if is {
			odd[what]++
		}
	}
}

func (r *readings) followStaff(t *testing.T, id string, p aaf.Staff, odd map[string]int) {
	schools := slices.DeleteFunc(p.Schools(), func(key string) bool {
		s, ok := r.schools[key]
		if !ok {
			t.Errorf("staff %s: school %s", id, key)
		}
		return s.Administrative()
	})
	for what, is := range map[string]bool{"two schools": len(schools) == 2, "three schools": len(schools) == 3, "nowhere": len(schools) == 0,
		"unassigned": p.School == "" && len(schools) > 0, "no birth date": p.Birth == "", "no mail": p.Mail == ""} {
		if is {
			odd[what]++
		}
	}
	for _, c := range p.Classes {
		if !r.hasClass(c.School, c.Code) || !r.subjects[c.Subject] {
			t.Errorf("staff %s: %+v", id, c)
		}
	}
	for _, g := range p.Groups {
		if !r.hasGroup(g.School, g.Code) || !r.subjects[g.Subject] {
			t.Errorf("staff %s: %+v", id, g)
		}
	}
	for _, c := range p.Principal {
		if !slices.ContainsFunc(p.Classes, func(o aaf.Teaching) bool { return o.School == c.School && o.Code == c.Code }) {
			t.Errorf("staff %s is head teacher of %+v without teaching it", id, c)
		}
	}
}

func (r *readings) followRelatives(t *testing.T, odd map[string]int) {
	named := map[string]bool{}
	for _, s := range r.students {
		for _, l := range s.Links {
			named[l.Relative] = true
		}
	}
	for id := range r.relatives {
		if !named[id] {
			t.Errorf("relative %s is nobody's", id)
		}
	}
	for _, children := range r.legal() {
		for i, one := range children {
			for _, other := range children[i+1:] {
				if one.School != other.School {
					odd["siblings apart"]++
				}
				if one.Birth == other.Birth {
					odd["twins"]++
				}
			}
		}
	}
}

// TestEveryLessonHasATeacher looks for each subject of each class of the second
// degree, and for one head teacher of each class.
func TestEveryLessonHasATeacher(t *testing.T) {
	_, w := complete(t, Config{})
	r := w[aaf.Second]
	taught, heads := map[aaf.Teaching]bool{}, map[aaf.Membership]int{}
	for _, p := range r.staff {
		for _, c := range append(p.Classes, p.Groups...) {
			taught[c] = true
		}
		for _, c := range p.Principal {
			heads[c]++
		}
	}
	for key, s := range r.schools {
		for _, c := range s.Classes {
			if heads[aaf.Membership{School: key, Code: c.Code}] != 1 {
				t.Errorf("%s has %d head teachers in %s", c.Code, heads[aaf.Membership{School: key, Code: c.Code}], key)
			}
		}
	}
	for _, s := range r.students {
		for _, subject := range s.Subjects {
			found := subject.Code == orphan.Code || len(s.Classes) == 0 || s.Classes[0].Code == "ULIS" || s.Classes[0].School != s.School
			for _, m := range append(s.Classes, s.Groups...) {
				found = found || taught[aaf.Teaching{School: m.School, Code: m.Code, Subject: subject.Code}]
			}
			if !found {
				t.Errorf("nobody teaches %s to %s in %+v", subject.Label, s.ID, s.Classes)
			}
		}
	}
}

// TestHomonyms finds pupils of the same names in one establishment, born on
// different days, some of them in the same grade.
func TestHomonyms(t *testing.T) {
	_, w := complete(t, Config{})
	type named struct{ school, first, last string }
	by := map[named][]aaf.Student{}
	for _, s := range w[aaf.Second].students {
		at := named{s.School, s.Name.First, s.Name.Last}
		by[at] = append(by[at], s)
	}
	pairs, sameGrade := 0, 0
	for at, all := range by {
		if len(all) < 2 {
			continue
		}
		pairs++
		if all[0].Birth == all[1].Birth {
			t.Errorf("%+v share a birth date", at)
		}
		if all[0].Level == all[1].Level {
			sameGrade++
		}
	}
	if pairs < 5 || sameGrade == 0 {
		t.Errorf("%d homonyms, %d of the same grade", pairs, sameGrade)
	}
}
