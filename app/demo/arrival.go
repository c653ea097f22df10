package demo

import (
	"slices"

	"preau/app/format/aaf"
)

// arrive enrols those who come from the establishment before, then new families.
func (l *life) arrive() {
	for _, d := range l.moving[l.school.Degree] {
		l.remember(d.student.Record(l.school.Degree))
		for _, r := range d.relatives {
			l.remember(r.Record(l.school.Degree))
		}
		l.sit(&d.student, l.mate(d.student.Level))
		l.moved[mark{aaf.Students, d.student.ID}] = true
		l.add(d.student, d.relatives)
	}
	l.moving[l.school.Degree] = nil
	for range 1 + len(l.school.Students)/120 {
		l.newcomer()
	}
}

// mate draws a pupil of a grade, or of any where nobody is in it, whose classes
// somebody else may join.
func (l *life) mate(level string) aaf.Student {
	var found aaf.Student
	for _, i := range l.Perm(len(l.school.Students)) {
		s := l.school.Students[i]
		if len(s.Classes) != 1 || s.Classes[0].School != l.plan.key {
			continue
		}
		if found = s; level == "" || s.Level == level {
			break
		}
	}
	return found
}

// sit gives a pupil the classes, groups and subjects of another.
func (l *life) sit(s *aaf.Student, mate aaf.Student) {
	s.School, s.Level, s.Mef, s.MefLabel = l.plan.key, mate.Level, mate.Mef, mate.MefLabel
	s.Classes, s.Groups, s.Subjects = slices.Clone(mate.Classes), slices.Clone(mate.Groups), slices.Clone(mate.Subjects)
}

func (l *life) newcomer() {
	mate := l.mate("")
	f := l.family("")
	girl := l.chance(0.5)
	s := l.pupil(l.child(f.origin, girl, f.branches[0].last), f.branches[0].last, girl)
	s.Links = f.branches[0].links
	s.Birth = l.bornIn(mate.Birth.Time().Year())
	f.used = 1
	l.sit(&s, mate)
	l.add(s, f.present())
}

// add puts a pupil on the rolls, to whom nothing more happens.
func (l *life) add(s aaf.Student, relatives []aaf.Relative) {
	l.school.Students = append(l.school.Students, s)
	l.school.Relatives = append(l.school.Relatives, relatives...)
	l.school.settled[s.ID] = true
	for _, r := range relatives {
		l.school.settled[r.ID] = true
	}
}
