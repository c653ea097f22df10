package demo

import (
	"fmt"
	"slices"

	"preau/app/format/aaf"
)

// An option makes teaching groups of the pupils of a track who chose it.
type option struct {
	subject, mark, label string
	hours                int
}

var options = []option{
	{"030602", "ESP", "ESPAGNOL", 2}, {"030102", "ALL", "ALLEMAND", 2}, {"030802", "ITA", "ITALIEN", 2}, {"020900", "LATIN", "LATIN", 2},
	{"061360", "MATH", "SPE MATHEMATIQUES", 4}, {"062360", "PC", "SPE PHYSIQUE-CHIMIE", 4}, {"062960", "SVT", "SPE SVT", 4},
	{"050260", "SES", "SPE SES", 4}, {"043760", "HGG", "SPE HGGSP", 4}, {"013060", "HLP", "SPE HUMANITES", 4}, {"030260", "LLC", "SPE LLCE ANGLAIS", 4},
}

// groupSize is the largest teaching group.
const groupSize = 30

// formGroups puts pupils of one track and option together across classes.
func (b *builder) formGroups() {
	type chosen struct{ mef, subject string }
	who := map[chosen][]int{}
	for i, s := range b.school.Students {
		for _, subject := range s.Subjects {
			at := chosen{s.Mef, subject.Code}
			who[at] = append(who[at], i)
		}
	}
	var done []string
	for _, c := range b.classes {
		if slices.Contains(done, c.track.mef) {
			continue
		}
		done = append(done, c.track.mef)
		for _, o := range options {
			pupils := who[chosen{c.track.mef, o.subject}]
			parts := (len(pupils) + groupSize - 1) / groupSize
			for n := range parts {
				b.formGroup(c.track, o, n+1, pupils[n*len(pupils)/parts:(n+1)*len(pupils)/parts])
			}
		}
	}
}

func (b *builder) formGroup(t *track, o option, n int, pupils []int) {
	group := aaf.Group{Code: fmt.Sprintf("%s%s%d", t.stem, o.mark, n)}
	if !b.chance(0.15) {
		group.Label = fmt.Sprintf("%s %s GR %d", t.long, o.label, n)
	}
	for _, i := range pupils {
		s := &b.school.Students[i]
		s.Groups = append(s.Groups, aaf.Membership{School: b.plan.key, Code: group.Code})
		if !slices.Contains(group.Classes, s.Classes[0].Code) {
			group.Classes = append(group.Classes, s.Classes[0].Code)
		}
	}
	slices.Sort(group.Classes)
	b.school.Record.Groups = append(b.school.Record.Groups, group)
	teaching := aaf.Teaching{School: b.plan.key, Code: group.Code, Subject: o.subject}
	b.jobs = append(b.jobs, job{subjectOf[o.subject].discipline, o.hours, true, teaching})
}

// formChoir is the one group of an école, over its upper classes.
func (b *builder) formChoir() {
	b.keys.class++
	choir := aaf.Membership{School: b.plan.key, Code: fmt.Sprint(b.keys.class), Label: "CHORALE CM"}
	for i := range b.school.Students {
		if s := &b.school.Students[i]; gradeRank(s.Level) >= 3 {
			s.Groups = []aaf.Membership{choir}
		}
	}
}

// oddities are what every real establishment has a few of: a pupil in no class,
// one who attends a class of another establishment, one in a class that the
// establishment's own record does not list.
func (b *builder) oddities() {
	pupil := func() *aaf.Student {
		for range 20 {
			s := &b.school.Students[b.IntN(len(b.school.Students))]
			if !b.school.settled[s.ID] && len(s.Classes) == 1 && s.Classes[0].School == b.plan.key {
				b.school.settled[s.ID] = true
				for _, l := range s.Links {
					b.school.settled[l.Relative] = true
				}
				return s
			}
		}
		return &aaf.Student{}
	}
	if len(b.school.Students) < 40 {
		return
	}
	for range 1 + len(b.school.Students)/300 {
		s := pupil()
		s.Classes, s.Groups = nil, nil
	}
	if b.plan.kind == adapted {
		pupil().Classes = []aaf.Membership{{School: b.plan.key, Code: "ULIS"}}
	}
	if b.in.class != "" && b.plan.index%2 == 0 {
		s := pupil()
		s.Classes, s.Groups = []aaf.Membership{{School: b.in.school, Code: b.in.class}}, nil
	}
}
