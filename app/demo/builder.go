package demo

import (
	"preau/app/format/aaf"
)

// A builder makes one establishment.
type builder struct {
	*academy
	dice
	plan    plan
	keys    *keys
	in, out handover
	mail    func(local string) string // makes an address of the staff its own
	school  *School
	classes []*class
	seats   []seat
	jobs    []job
	held    map[string]bool // posts that the demo's own people hold already
}

// build fills the establishment with about so many pupils, and who they need.
func (b *builder) build(pupils int) {
	if b.plan.kind == ecole {
		b.openGrades(pupils)
		b.populate()
		b.formClasses(b.staffEcole())
		b.formChoir()
		return
	}
	b.openClasses(pupils)
	b.populate()
	b.formGroups()
	b.oddities()
	b.shareLessons()
	b.staffSecondary()
	b.out.school, b.out.class = b.plan.key, b.classes[0].code
}

// populate fills the seats: families from the establishment before, the demo's
// own, then whoever is drawn.
func (b *builder) populate() {
	for _, f := range b.in.families {
		b.settle(f, b.enrol(f, b.take(f), false).ID)
		if !f.written {
			b.write(f)
		}
	}
	if b.plan.index == 0 {
		b.enrolMartins()
	}
	echoes := 1 + len(b.seats)/200
	for len(b.seats) > 0 {
		if echoes > 0 && len(b.school.Students) > 10 {
			echoes--
			b.echo()
			continue
		}
		b.household()
	}
}

// household draws a family and enrols one to three children of it.
func (b *builder) household() {
	f := b.family("")
	for range 1 + b.weighted(62, 30, 8) {
		if len(b.seats) == 0 {
			break
		}
		b.enrol(f, b.take(f), false)
		if b.chance(0.015) && len(b.seats) > 0 {
			b.enrolTwin(f)
		}
	}
	if len(f.branches) == 1 && len(f.relatives) > 0 && b.chance(0.07) && !b.hasAdult(f) {
		b.handOn(f)
	}
	b.write(f)
}

func (b *builder) enrolTwin(f *family) {
	if at, ok := b.takeIn(f.grades[len(f.grades)-1]); ok {
		b.enrol(f, at, true)
	}
}

func (b *builder) hasAdult(f *family) bool {
	for _, birth := range f.births {
		if b.adultNow(birth) {
			return true
		}
	}
	return false
}

// echo enrols somebody with the names of a pupil who is already there: every
// third establishment in the same grade, elsewhere in any.
func (b *builder) echo() {
	of := b.school.Students[b.IntN(len(b.school.Students))]
	if b.school.settled[of.ID] {
		return
	}
	f := b.family(of.Name.Last)
	f.steady = true
	f.branches[0].last = of.Name.Last
	at := b.take(f)
	if b.plan.index%3 == 0 {
		b.seats = append(b.seats, at)
		at = b.takeLike(of)
	}
	s := b.enrol(f, at, false)
	s.Name.First, s.Name.Title = of.Name.First, of.Name.Title
	s.Others, s.Mail = nil, ""
	if s.Birth == of.Birth {
		s.Birth = b.bornIn(b.cfg.year() - at.age)
	}
	b.write(f)
}

// takeLike takes a seat in the grade of a pupil, or the last one.
func (b *builder) takeLike(of aaf.Student) seat {
	if at, ok := b.takeIn(of.Level); ok {
		return at
	}
	return b.takeAt(len(b.seats) - 1)
}

// write puts the relatives of a family in the establishment's files.
func (b *builder) write(f *family) {
	b.school.Relatives = append(b.school.Relatives, f.present()...)
	f.written = true
}

// handOn gives a family a child in the next establishment: of the same degree
// most often; from an école also of the second degree, where the relatives have
// other join keys.
func (b *builder) handOn(f *family) {
	if b.plan.degree() == aaf.First && b.chance(0.4) {
		b.promote(f)
		return
	}
	if b.plan.last {
		return
	}
	f.steady = true
	b.out.families = append(b.out.families, f)
	for _, s := range b.school.Students[len(b.school.Students)-len(f.births):] {
		b.settle(f, s.ID)
	}
}

// settle keeps a pupil and the family as they are.
func (b *builder) settle(f *family, student string) {
	b.school.settled[student] = true
	for _, r := range f.relatives {
		b.school.settled[r.ID] = true
	}
}
