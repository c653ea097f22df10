package demo

import (
	"slices"

	"preau/app/format/aaf"
)

// sharePost gives a post to who holds it in the establishment before, or to
// somebody new, and leaves it to the next as long as the person has fewer than
// the most establishments.
func (b *builder) sharePost(p post, most int, name aaf.Name) {
	s := b.holder(p)
	if s == nil {
		s = &service{staff: b.hire(name), discipline: p.code}
		if name.Last == "" {
			s.staff.School = ""
		}
	}
	s.schools++
	s.staff.Functions = append(s.staff.Functions, p.at(b.plan.key))
	b.school.settled[s.staff.ID] = true
	if s.schools < most && !b.plan.last {
		b.out.posts = append(b.out.posts, s)
		return
	}
	b.school.Staff = append(b.school.Staff, *s.staff)
}

// expects tells that somebody comes from the establishment before for a post.
func (b *builder) expects(p post) bool { return b.holder(p) != nil }

func (b *builder) holder(p post) *service {
	if i := slices.IndexFunc(b.in.posts, func(s *service) bool { return s.discipline == p.code }); i >= 0 {
		return b.in.posts[i]
	}
	return nil
}

// replacements are teachers who are assigned to a zone or to nothing: one who
// helps with a class here, one whom no establishment has called, and now and
// then people of the rectorat. The last two are in no establishment.
func (b *builder) replacements() {
	switch b.plan.index % 4 {
	case 0:
		b.replacement(zoneKey, b.teaches("L1300"))
	case 1:
		b.replacement("", b.teaches("L0422"))
	default:
		elsewhere := b.teaches("L1900")
		elsewhere.School = zoneKey
		s := b.hire(aaf.Name{})
		s.School, s.Teaches, s.Functions = zoneKey, true, []aaf.Function{elsewhere}
		b.school.Staff = append(b.school.Staff, *s)
	}
	if b.plan.index%len(pattern) == 0 {
		s := b.hire(aaf.Name{})
		s.School = rectoratKey
		s.Functions = []aaf.Function{{School: rectoratKey, Code: "-", Label: "SANS OBJET", Discipline: "-", DisciplineLabel: "SANS OBJET"}}
		b.school.Staff = append(b.school.Staff, *s)
	}
}

func (b *builder) replacement(assigned string, works aaf.Function) {
	s := b.hire(aaf.Name{})
	s.School, s.Teaches, s.Functions = assigned, true, []aaf.Function{works}
	for _, j := range b.jobs {
		if j.discipline == works.Discipline && !j.group {
			s.Classes = append(s.Classes, j.teaching)
			break
		}
	}
	b.school.Staff = append(b.school.Staff, *s)
}

// staffEcole hires for an école, and gives those who have a class: the head has
// one too.
func (b *builder) staffEcole() []*aaf.Staff {
	general := aaf.Function{School: b.plan.key, Code: "ENS", Label: "ENSEIGNEMENT DEVANT ELEVES", Discipline: "G0000", DisciplineLabel: "SANS SPECIALITE"}
	teacher := func() *aaf.Staff {
		s := b.hire(aaf.Name{})
		s.Teaches, s.Functions = true, []aaf.Function{general}
		return s
	}
	var teachers []*aaf.Staff
	for range max(1, (len(b.school.Students)+classSize/2)/classSize) {
		teachers = append(teachers, teacher())
	}
	head := teachers[0]
	head.HeadOf = []string{b.plan.key}
	head.Functions = append(head.Functions, aaf.Function{School: b.plan.key, Code: "DIR", Label: "DIRECTION", Discipline: "D0010", DisciplineLabel: "DIRECTION D'ECOLE"})
	b.school.settled[head.ID] = true
	substitute := teacher()
	substitute.School = ""
	for _, s := range append(teachers, substitute) {
		b.school.Staff = append(b.school.Staff, *s)
	}
	b.fill(post{code: "AEH", label: "ACCOMPAGNANT D'ELEVES EN SITUATION DE HANDICAP", discipline: "-", disciplineLabel: "SANS OBJET"})
	b.sharePost(psychology, sharedMost, aaf.Name{})
	return teachers
}
