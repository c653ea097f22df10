package demo

import (
	"fmt"
	"iter"

	"preau/app/format/aaf"
)

// A School is what the files of a delivery hold of one establishment. Somebody
// of two establishments is in the last of them that names the person, so that
// the record is whole: staff in the later, relatives in the earlier.
type School struct {
	Degree    aaf.Degree
	Record    aaf.School
	Students  []aaf.Student
	Relatives []aaf.Relative
	Staff     []aaf.Staff

	// settled holds the join keys of people whom nothing happens to later in
	// the year: the demo's own, and those of several establishments.
	settled map[string]bool
}

// Academy makes the establishments of the académie one after the other, as they
// are when the school year begins. It keeps none.
func Academy(cfg Config) iter.Seq[*School] {
	return func(yield func(*School) bool) {
		a := newAcademy(cfg)
		for _, p := range a.plans {
			if !yield(a.open(p)) {
				return
			}
		}
	}
}

// academy is what making one establishment must know of those before it.
type academy struct {
	cfg     Config
	plans   []plan
	handed  map[aaf.Degree]handover
	given   map[aaf.Degree]*keys
	moving  map[aaf.Degree][]departure // on the way to the next establishment
	mails   map[string]int             // of staff: how many bear that name
	made    int                        // accounts, so far
	weighed float64                    // weight of the establishments made
	weight  float64                    // of all
}

// A handover is what an establishment leaves to the next one of its degree.
type handover struct {
	families []*family  // with a child to enrol there
	staff    []*service // teachers with half a week left
	posts    []*service // held in several establishments
	school   string     // join key of the one before
	class    string     // one of its classes
}

// keys are the last join keys given in a degree.
type keys struct{ student, relative, staff, class int }

// First join keys at the start of the year, and later in it.
var (
	keysAtStart = keys{1_000_000, 3_000_000, 100_000, 50_000}
	keysLater   = keys{8_000_000, 9_000_000, 900_000, 90_000}
)

func newAcademy(cfg Config) *academy {
	cfg = cfg.withDefaults()
	a := &academy{cfg: cfg, plans: cfg.plans(), handed: map[aaf.Degree]handover{}, mails: map[string]int{}, moving: map[aaf.Degree][]departure{},
		given: map[aaf.Degree]*keys{}}
	for _, degree := range []aaf.Degree{aaf.First, aaf.Second} {
		start := keysAtStart
		a.given[degree] = &start
	}
	for _, p := range a.plans {
		a.weight += p.weight
	}
	return a
}

// perUser is how many pupils there are for one account: what the accounts made
// so far lack or exceed is made up for in the next establishment.
const perUser = 0.42

// fewest pupils make an establishment, however few users are asked for.
const fewest = 12

// open makes an establishment.
func (a *academy) open(p plan) *School {
	a.weighed += p.weight
	due := float64(a.cfg.Users)*a.weighed/a.weight - float64(a.made)
	b := &builder{academy: a, dice: newDice(a.cfg.Seed, atStart, p.index), plan: p, keys: a.given[p.degree()], in: a.handed[p.degree()],
		mail: a.number, held: map[string]bool{}}
	b.school = &School{Degree: p.degree(), Record: p.record(b.dice), settled: map[string]bool{}}
	b.build(max(int(due*perUser), fewest, 2*len(b.in.families)))
	a.made += accounts(b.school)
	a.handed[p.degree()] = b.out
	return b.school
}

// number tells the homonyms of the staff apart in their addresses.
func (a *academy) number(local string) string {
	a.mails[local]++
	if n := a.mails[local]; n > 1 {
		return fmt.Sprint(local, n)
	}
	return local
}

// accounts counts those that an establishment adds to the académie's.
func accounts(s *School) int {
	legal := map[string]bool{}
	for _, pupil := range s.Students {
		for _, link := range pupil.Links {
			if link.Legal && !link.Self() {
				legal[link.Relative] = true
			}
		}
	}
	n := len(s.Students) + len(s.Staff)
	for _, r := range s.Relatives {
		if legal[r.ID] {
			n++
		}
	}
	return n
}
