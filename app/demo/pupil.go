package demo

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"preau/app/format/aaf"
)

// A seat is a place to fill: in a class of the second degree, or in a grade of
// an école, where classes are made of who came.
type seat struct {
	class *class // nil in an école
	grade string
	age   int // turned in the year in which the school year begins
}

// take removes and gives a free seat, of a grade that the family has nobody in
// when there is one.
func (b *builder) take(f *family) seat {
	chosen := len(b.seats) - 1
	for i := chosen; i >= 0 && i > len(b.seats)-40; i-- {
		if !slices.Contains(f.grades, b.seats[i].grade) {
			chosen = i
			break
		}
	}
	return b.takeAt(chosen)
}

// takeWhere removes and gives a seat of some sort, if one is free.
func (b *builder) takeWhere(fits func(seat) bool) (seat, bool) {
	for i := len(b.seats) - 1; i >= 0; i-- {
		if fits(b.seats[i]) {
			return b.takeAt(i), true
		}
	}
	return seat{}, false
}

// takeIn removes and gives a seat of a grade, if one is free.
func (b *builder) takeIn(grade string) (seat, bool) {
	return b.takeWhere(func(s seat) bool { return s.grade == grade })
}

func (b *builder) takeAt(i int) seat {
	s, end := b.seats[i], len(b.seats)-1
	b.seats[i] = b.seats[end]
	b.seats = b.seats[:end]
	return s
}

// enrol seats the next child of a family. A twin has the birth date and the
// parents of the child before.
func (b *builder) enrol(f *family, at seat, twin bool) *aaf.Student {
	n := len(f.births)
	if twin {
		n--
	}
	n = min(n, len(f.branches)-1)
	f.used = max(f.used, n+1)
	from := f.branches[n]
	girl := b.chance(0.5)
	first := b.child(f.origin, girl, from.last)
	for slices.Contains(f.firsts, first) {
		first = b.child(f.origin, girl, from.last)
	}
	f.firsts = append(f.firsts, first)
	s := b.pupil(first, from.last, girl)
	s.Links = append(s.Links, from.links...)
	if twin {
		s.Birth = f.births[len(f.births)-1]
	} else {
		s.Birth = b.birth(f, at.age)
	}
	f.births, f.grades = append(f.births, s.Birth), append(f.grades, at.grade)
	b.place(&s, at)
	if !f.steady && b.adultNow(s.Birth) && b.chance(0.6) {
		b.comeOfAge(f, &s)
	}
	b.school.Students = append(b.school.Students, s)
	return &b.school.Students[len(b.school.Students)-1]
}

// pupil makes a student who is in no class yet.
func (b *builder) pupil(first, last string, girl bool) aaf.Student {
	b.keys.student++
	key := b.keys.student
	s := aaf.Student{
		ID: fmt.Sprint(key), School: b.plan.key,
		Name: aaf.Name{Last: strings.ToUpper(last), First: first, Title: "M."},
	}
	s.Name.Birth = s.Name.Last
	if girl {
		s.Name.Title = b.of([]string{"Mlle", "Mlle", "Mme"})
	}
	if b.chance(0.01) {
		s.Name.Title = ""
	}
	if b.chance(0.98) {
		s.INE = b.national(key)
	}
	if b.school.Degree == aaf.Second {
		s.SiecleID = fmt.Sprint(key % 100_000)
	}
	if b.chance(0.6) {
		other := b.adult(&origins[0], girl, "")
		if other != first {
			s.Others = []string{other}
		}
	}
	if b.chance(0.12) {
		s.Mail = b.personal(first, last, key)
	}
	if b.chance(0.1) && b.school.Degree == aaf.Second {
		s.Phone = b.mobile()
	}
	return s
}

// national makes an INE of the present form; those of the two degrees differ.
func (b *builder) national(key int) string {
	if b.school.Degree == aaf.First {
		key += 50_000_000
	}
	return fmt.Sprintf("9%08d%c%c", key, 'A'+rune(b.IntN(26)), 'A'+rune(b.IntN(26)))
}

// birth draws a day that the age and the other children of the family leave
// possible. A few pupils are a year late, fewer a year ahead.
func (b *builder) birth(f *family, age int) aaf.Date {
	year := b.cfg.year() - age
	switch b.weighted(88, 9, 3) {
	case 1:
		year--
	case 2:
		year++
	}
	for try := 0; ; try++ {
		day := b.bornIn(year)
		if try > 20 || apart(day, f.births) {
			return day
		}
	}
}

// apart tells that a child may be born on a day, of a mother of these too.
func apart(day aaf.Date, births []aaf.Date) bool {
	for _, other := range births {
		if gap := day.Time().Sub(other.Time()).Abs(); gap < 300*24*time.Hour {
			return false
		}
	}
	return true
}

func (b *builder) adultNow(birth aaf.Date) bool {
	return birth <= aaf.DateOf(b.cfg.Date.AddDate(-18, 0, 0))
}

// comeOfAge makes an adult pupil one's own representative: parents are only to
// be called, and a relative that is the pupil's double is in the file.
func (b *builder) comeOfAge(f *family, s *aaf.Student) {
	b.keys.relative++
	double := aaf.Relative{ID: fmt.Sprint(b.keys.relative), Name: s.Name, Mail: s.Mail, Mobile: b.mobile(), Address: f.home}
	f.relatives = append(f.relatives, double)
	for i := range s.Links {
		s.Links[i].Legal, s.Links[i].InCharge = false, false
	}
	s.Links = append(s.Links, legal(double.ID, selfCode, false))
}

// place seats a student: what the class is about, and the options.
func (b *builder) place(s *aaf.Student, at seat) {
	s.Level = at.grade
	if at.class == nil {
		return
	}
	t := at.class.track
	s.Level, s.Mef, s.MefLabel = t.level, t.mef, t.label
	s.Classes = []aaf.Membership{{School: b.plan.key, Code: at.class.code}}
	for _, l := range t.lessons {
		s.Subjects = append(s.Subjects, aaf.Subject{Code: l.subject, Label: subjectOf[l.subject].label})
	}
	for _, code := range b.options(t) {
		s.Subjects = append(s.Subjects, aaf.Subject{Code: code, Label: subjectOf[code].label})
	}
	if b.chance(0.005) {
		s.Subjects = append(s.Subjects, orphan)
	}
}

// options draws what a pupil of a track chooses.
func (b *builder) options(t *track) []string {
	var codes []string
	if t.languages {
		codes = append(codes, []string{"030602", "030102", "030802"}[b.weighted(66, 20, 14)])
	}
	if t.latin && b.chance(0.16) {
		codes = append(codes, "020900")
	}
	for _, i := range b.Perm(len(specialities))[:t.specials] {
		codes = append(codes, specialities[i])
	}
	return codes
}
