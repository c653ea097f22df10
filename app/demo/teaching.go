package demo

import (
	"slices"

	"preau/app/format/aaf"
)

// A job is the lessons of one subject to one class or group.
type job struct {
	discipline string
	hours      int // a week
	group      bool
	teaching   aaf.Teaching
}

// A service is what a member of staff does, as it fills up: a teacher takes
// jobs until the week is full.
type service struct {
	staff      *aaf.Staff
	discipline string // empty for who does not teach
	hours      int
	schools    int
}

const (
	fullWeek   = 18
	halfWeek   = 9 // who has no more is shared with the next establishment
	sharedMost = 3 // establishments of one teacher
)

func (s *service) room() int { return fullWeek - s.hours }

func (s *service) take(j job) {
	s.hours += j.hours
	if j.group {
		s.staff.Groups = append(s.staff.Groups, j.teaching)
		return
	}
	s.staff.Classes = append(s.staff.Classes, j.teaching)
}

// shareLessons hires teachers until every class and every group has one for
// each subject.
func (b *builder) shareLessons() {
	for _, c := range b.classes {
		for _, l := range c.track.lessons {
			teaching := aaf.Teaching{School: b.plan.key, Code: c.code, Subject: l.subject}
			b.jobs = append(b.jobs, job{subjectOf[l.subject].discipline, l.hours, false, teaching})
		}
	}
	visitors := b.in.staff
	var hired []*service
	for _, d := range disciplines {
		hired = append(hired, b.shareDiscipline(d[0], &visitors)...)
	}
	b.chooseHeads(hired)
	for _, s := range append(hired, visitors...) {
		b.keepOrShare(s)
	}
}

// shareDiscipline gives out the jobs of a discipline: to the teachers who have
// room, then to those who come from the establishment before, then to new ones.
func (b *builder) shareDiscipline(discipline string, visitors *[]*service) []*service {
	var hired []*service
	for _, j := range b.jobs {
		if j.discipline != discipline {
			continue
		}
		at := slices.IndexFunc(hired, func(s *service) bool { return s.room() >= j.hours })
		if at < 0 {
			at = len(hired)
			hired = append(hired, b.nextTeacher(discipline, j.hours, visitors))
		}
		hired[at].take(j)
	}
	return hired
}

// nextTeacher brings in a visitor who has room, or hires somebody.
func (b *builder) nextTeacher(discipline string, hours int, visitors *[]*service) *service {
	at := slices.IndexFunc(*visitors, func(s *service) bool { return s.discipline == discipline && s.room() >= hours })
	if at < 0 {
		return &service{staff: b.hireTeacher(discipline), discipline: discipline, schools: 1}
	}
	s := (*visitors)[at]
	*visitors = slices.Delete(*visitors, at, at+1)
	s.schools++
	s.staff.Functions = append(s.staff.Functions, b.teaches(discipline))
	b.school.settled[s.staff.ID] = true
	return s
}

func (b *builder) teaches(discipline string) aaf.Function {
	label := discipline
	for _, d := range disciplines {
		if d[0] == discipline {
			label = d[1]
		}
	}
	return aaf.Function{School: b.plan.key, Code: "ENS", Label: "ENSEIGNEMENT DEVANT ELEVES", Discipline: discipline, DisciplineLabel: label}
}

// chooseHeads gives each class a head teacher, of those who teach it; nobody
// has two classes as long as there is somebody who has none.
func (b *builder) chooseHeads(teachers []*service) {
	for _, c := range b.classes {
		var chosen *aaf.Staff
		for _, s := range teachers {
			has := slices.ContainsFunc(s.staff.Classes, func(t aaf.Teaching) bool { return t.School == b.plan.key && t.Code == c.code })
			if has && (chosen == nil || len(s.staff.Principal) < len(chosen.Principal)) {
				chosen = s.staff
			}
		}
		if chosen != nil {
			chosen.Principal = append(chosen.Principal, aaf.Membership{School: b.plan.key, Code: c.code})
		}
	}
}

// keepOrShare ends the making of a teacher, or leaves half a week to the next
// establishment of the degree.
func (b *builder) keepOrShare(s *service) {
	own := b.plan.index == 0 && s.staff.Name == named[s.discipline]
	if !b.plan.last && !own && s.schools < sharedMost && s.hours <= halfWeek && s.staff.Functions[len(s.staff.Functions)-1].School == b.plan.key {
		b.out.staff = append(b.out.staff, s)
		return
	}
	b.school.Staff = append(b.school.Staff, *s.staff)
}
