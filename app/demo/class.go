package demo

import (
	"fmt"
	"math"
	"sort"
	"strings"

	"preau/app/format/aaf"
)

// A class of the second degree, or one of an école once its pupils are known.
type class struct {
	code, label string
	track       *track // nil in an école
}

// openClasses opens enough classes for so many pupils, and gives the seats.
func (b *builder) openClasses(pupils int) {
	course := courses[b.plan.kind]
	var capacity int
	for i := 0; capacity < pupils && (i == 0 || pupils-capacity > course[i%len(course)].size/2); i++ {
		b.classes = append(b.classes, &class{track: course[i%len(course)]})
		capacity += course[i%len(course)].size
	}
	sort.SliceStable(b.classes, func(i, j int) bool { return b.rank(i) < b.rank(j) })
	b.nameClasses()
	fill := float64(pupils) / float64(capacity)
	for _, c := range b.classes {
		for range max(1, int(math.Round(fill*float64(c.track.size)))) {
			b.seats = append(b.seats, seat{c, c.track.level, c.track.age})
		}
	}
	b.shuffleSeats()
}

func (b *builder) shuffleSeats() {
	b.Shuffle(len(b.seats), func(i, j int) { b.seats[i], b.seats[j] = b.seats[j], b.seats[i] })
}

// rank is the place of a class's track in the nomenclature.
func (b *builder) rank(i int) int {
	for n, t := range allTracks {
		if t == b.classes[i].track {
			return n
		}
	}
	return len(allTracks)
}

// nameClasses gives codes and labels in the manner of the establishment: 6A,
// 601 or « 6 A ».
func (b *builder) nameClasses() {
	manner := b.plan.index % 3
	count := map[string]int{}
	for _, c := range b.classes {
		n := count[c.track.stem]
		count[c.track.stem]++
		mark := string(rune('A' + n%26))
		if n >= 26 {
			mark += fmt.Sprint(n / 26)
		}
		switch {
		case manner == 1 && len(c.track.stem) == 1:
			c.code = fmt.Sprintf("%s%02d", c.track.stem, n+1)
		case manner == 2 && len(c.track.stem) == 1:
			c.code = c.track.stem + " " + mark
		case len(c.track.stem) == 1:
			c.code = c.track.stem + mark
		default:
			c.code = fmt.Sprint(c.track.stem, n+1)
		}
		c.label = strings.TrimSpace(c.track.long + " " + strings.TrimSpace(c.code[len(c.track.stem):]))
		b.school.Record.Classes = append(b.school.Record.Classes, aaf.Class{Code: c.code, Label: c.label, Mefs: []string{c.track.mef}})
	}
}

// classSize is the number of pupils that an école opens a class for.
const classSize = 25

// openGrades gives the seats of an école, a fifth of them in each grade.
func (b *builder) openGrades(pupils int) {
	for i := range pupils {
		n := i % len(grades)
		b.seats = append(b.seats, seat{nil, grades[n], 6 + n})
	}
	b.shuffleSeats()
}

// formClasses cuts the pupils of an école, by grade, into classes: two grades
// share one where neither fills it. Each is named after its teacher, and its
// key is of the whole académie.
func (b *builder) formClasses(teachers []*aaf.Staff) {
	order := make([]int, len(b.school.Students))
	for i := range order {
		order[i] = i
	}
	pupils := b.school.Students
	sort.SliceStable(order, func(i, j int) bool { return gradeRank(pupils[order[i]].Level) < gradeRank(pupils[order[j]].Level) })
	for n, teacher := range teachers {
		part := order[n*len(order)/len(teachers) : (n+1)*len(order)/len(teachers)]
		if len(part) == 0 {
			continue
		}
		b.keys.class++
		low, high := pupils[part[0]].Level, pupils[part[len(part)-1]].Level
		label := low
		if high != low {
			label += "-" + high
		}
		label += " " + strings.TrimSpace(teacher.Name.Title+" "+teacher.Name.Last)
		b.classes = append(b.classes, &class{code: fmt.Sprint(b.keys.class), label: label})
		for _, i := range part {
			pupils[i].Classes = []aaf.Membership{{School: b.plan.key, Code: fmt.Sprint(b.keys.class), Label: label}}
		}
	}
}

func gradeRank(grade string) int {
	for i, g := range grades {
		if g == grade {
			return i
		}
	}
	return len(grades)
}
