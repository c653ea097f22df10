package demo

import (
	"fmt"
	"slices"

	"preau/app/format/aaf"
)

// A life is what happens to one establishment between the first delivery and
// the second: people leave and come, move and change their numbers.
type life struct {
	*builder
	before map[mark]aaf.Record
	order  []mark          // of before
	legal  map[string]bool // join keys of the relatives who represented a pupil
	teach  map[string]bool // join keys of teachers
	gone   map[mark]bool   // to another establishment
	moved  map[mark]bool   // from another establishment
	back   *departure      // somebody whom the third delivery brings back

	requests []aaf.Record // what a delta asks for
	changes  []Change
}

// A departure is a pupil who leaves, with the relatives.
type departure struct {
	student   aaf.Student
	relatives []aaf.Relative
}

// live makes time pass in an establishment. What it draws leaves the draws of
// the beginning of the year, in this one and in the next, as they were.
func (a *academy) live(p plan, s *School, keys *keys) *life {
	b := &builder{academy: a, dice: newDice(a.cfg.Seed, later, p.index), plan: p, keys: keys, school: s}
	b.mail = func(local string) string { return fmt.Sprint(local, keys.staff) }
	l := &life{builder: b, before: map[mark]aaf.Record{}, legal: represented(s), teach: map[string]bool{},
		gone: map[mark]bool{}, moved: map[mark]bool{}}
	for _, r := range s.records() {
		l.remember(r)
	}
	for _, person := range s.Staff {
		l.teach[person.ID] = person.Teaches
	}
	l.arrive()
	l.leave()
	l.changeClasses()
	l.changeFamilies()
	l.changeStaff()
	l.renameClass()
	return l
}

func (l *life) remember(r aaf.Record) {
	at := mark{r.Category, r.ID}
	l.before[at] = r
	l.order = append(l.order, at)
}

func represented(s *School) map[string]bool {
	set := map[string]bool{}
	for _, p := range s.Students {
		for _, link := range p.Links {
			if link.Legal && !link.Self() {
				set[link.Relative] = true
			}
		}
	}
	return set
}

// anyone draws a pupil to whom nothing has happened yet, and who is the only
// child of the family here; -1 when none turns up.
func (l *life) anyone() int {
	for range 40 {
		i := l.IntN(len(l.school.Students))
		s := l.school.Students[i]
		if l.school.settled[s.ID] || len(s.Classes) != 1 || !l.only(s) {
			continue
		}
		l.school.settled[s.ID] = true
		for _, link := range s.Links {
			l.school.settled[link.Relative] = true
		}
		return i
	}
	return -1
}

func (l *life) only(s aaf.Student) bool {
	for _, link := range s.Links {
		if l.school.settled[link.Relative] {
			return false
		}
		for _, other := range l.school.Students {
			if other.ID != s.ID && slices.ContainsFunc(other.Links, func(o aaf.Link) bool { return o.Relative == link.Relative }) {
				return false
			}
		}
	}
	return true
}

// leave takes a few pupils away, always fewer than would hold the deletions,
// and hands one to the next establishment.
func (l *life) leave() {
	for n := range min(4, 1+len(l.school.Students)/150) {
		if len(l.school.Students) < 8 {
			return
		}
		i := l.anyone()
		if i < 0 {
			return
		}
		d := l.remove(i)
		if n == 0 && l.plan.index%2 == 0 {
			l.back = &d
		}
	}
	if i := l.anyone(); i >= 0 && l.movable() {
		d := l.remove(i)
		l.gone[mark{aaf.Students, d.student.ID}] = true
		for _, r := range d.relatives {
			l.gone[mark{aaf.Relatives, r.ID}] = true
		}
		l.moving[l.school.Degree] = append(l.moving[l.school.Degree], d)
	}
}

// movable tells that pupils of this establishment could go to the next of its
// degree: from collège to collège, from école to école.
func (l *life) movable() bool {
	for _, p := range l.plans[l.plan.index+1:] {
		if p.degree() == l.plan.degree() {
			return (p.kind == ecole || p.kind == college || p.kind == adapted) && (l.plan.kind == ecole || l.plan.kind == college || l.plan.kind == adapted)
		}
	}
	return false
}

func (l *life) remove(i int) departure {
	s := l.school
	d := departure{student: s.Students[i]}
	s.Students = slices.Delete(s.Students, i, i+1)
	s.Relatives = slices.DeleteFunc(s.Relatives, func(r aaf.Relative) bool {
		leaves := slices.ContainsFunc(d.student.Links, func(link aaf.Link) bool { return link.Relative == r.ID })
		if leaves {
			d.relatives = append(d.relatives, r)
		}
		return leaves
	})
	return d
}
