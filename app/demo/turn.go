package demo

import (
	"slices"
	"strings"

	"preau/app/format/aaf"
)

// changeClasses moves a few pupils to another class of their own course.
func (l *life) changeClasses() {
	for range 1 + len(l.school.Students)/200 {
		i := l.anyone()
		if i < 0 {
			return
		}
		s := &l.school.Students[i]
		for _, j := range l.Perm(len(l.school.Students)) {
			other := l.school.Students[j]
			if other.Level == s.Level && other.Mef == s.Mef && len(other.Classes) == 1 && other.Classes[0].School == s.Classes[0].School &&
				other.Classes[0].Code != s.Classes[0].Code && !l.school.settled[other.ID] {
				s.Classes = slices.Clone(other.Classes)
				break
			}
		}
	}
}

// changeFamilies gives a family a new address, and others new numbers and
// e-mail addresses.
func (l *life) changeFamilies() {
	home := l.address(towns[l.IntN(len(towns))])
	for _, r := range l.parents(3) {
		r.Address = home
	}
	for _, r := range l.parents(1) {
		r.Mobile = l.mobile()
	}
	for range 2 {
		for _, r := range l.parents(1) {
			r.Mail = l.personal(r.Name.First, r.Name.Last, l.IntN(100_000))
		}
	}
}

// parents are at most so many relatives of one pupil.
func (l *life) parents(most int) []*aaf.Relative {
	i := l.anyone()
	if i < 0 {
		return nil
	}
	var found []*aaf.Relative
	for _, link := range l.school.Students[i].Links {
		for j := range l.school.Relatives {
			if r := &l.school.Relatives[j]; r.ID == link.Relative && len(found) < most && r.Name.First != "" {
				found = append(found, r)
			}
		}
	}
	return found
}

// changeStaff gives somebody another address, and every second establishment a
// teacher in the place of one who leaves.
func (l *life) changeStaff() {
	if i := l.colleague(); i >= 0 {
		s := &l.school.Staff[i]
		s.Mail = l.mail(plain(s.Name.First)+"."+plain(s.Name.Last)) + "@" + mailDomain
	}
	i := l.colleague()
	if i < 0 || l.plan.index%2 != 0 && l.plan.index != 1 {
		return
	}
	former := l.school.Staff[i]
	s := l.hire(aaf.Name{})
	s.School, s.Functions, s.Teaches = former.School, former.Functions, former.Teaches
	s.Classes, s.Groups, s.Principal = former.Classes, former.Groups, former.Principal
	l.teach[s.ID] = s.Teaches
	l.school.settled[s.ID] = true
	l.school.Staff[i] = *s
}

// colleague draws a teacher of this establishment alone to whom nothing has
// happened yet; -1 when none turns up.
func (l *life) colleague() int {
	for range 40 {
		i := l.IntN(len(l.school.Staff))
		s := l.school.Staff[i]
		schools := s.Schools()
		if s.Teaches && !l.school.settled[s.ID] && len(schools) == 1 && schools[0] == l.plan.key {
			l.school.settled[s.ID] = true
			return i
		}
	}
	return -1
}

// renameClass gives every third establishment a class with another label.
func (l *life) renameClass() {
	if l.plan.degree() == aaf.Second {
		if last := len(l.school.Record.Classes) - 1; l.plan.index%3 == 1 {
			l.school.Record.Classes[last].Label += " EURO"
		}
		return
	}
	if l.plan.index%3 != 0 {
		return
	}
	to := l.school.Students[0].Classes[0]
	grade, _, _ := strings.Cut(to.Label, " ")
	to.Label = grade + " SALLE 4"
	for i := range l.school.Students {
		if s := &l.school.Students[i]; s.Classes[0].Code == to.Code {
			s.Classes = []aaf.Membership{to}
		}
	}
}
