package demo

import (
	"fmt"
	"strings"

	"preau/app/format/aaf"
)

// A post is one of an establishment that no hours of lessons call for.
type post struct {
	code, label, discipline, disciplineLabel string
	first, per                               int // one at once, one more for so many pupils; never when 0
}

var secondaryPosts = []post{
	{"DIR", "DIRECTION", "D0010", "DIRECTION CHEF D'ETABLISSEMENT", 1, 0},
	{"DIR", "DIRECTION", "D0011", "DIRECTION ADJOINT AU CHEF ETABLISSEMENT", 1, 700},
	{"EDU", "EDUCATION", "E0030", "EDUCATION", 1, 280},
	{"AED", "ASSISTANT D'EDUCATION", "S0054", "SURVEILLANCE", 2, 110},
	{"ADF", "PERSONNELS ADMINISTRATIFS", "-", "SANS OBJET", 2, 300},
	{"OUV", "PERSONNELS OUVRIERS ET DE SERVICE", "-", "SANS OBJET", 3, 150},
	{"MDS", "PERSONNELS MEDICO-SOCIAUX", "P9110", "INFIRMIERE", 1, 900},
	{"AEH", "ACCOMPAGNANT D'ELEVES EN SITUATION DE HANDICAP", "-", "SANS OBJET", 1, 250},
}

var lyceePosts = []post{
	{"LAB", "PERSONNELS DE LABORATOIRE", "-", "SANS OBJET", 1, 800},
	{"CTR", "DIRECTEUR DELEGUE AUX FORMATIONS", "-", "SANS OBJET", 1, 0},
}

// Posts that one person holds in several establishments.
var (
	orientation = post{code: "ORI", label: "ORIENTATION", discipline: "O0040", disciplineLabel: "ORIENTATION"}
	stewardship = post{code: "ADF", label: "PERSONNELS ADMINISTRATIFS", discipline: "-", disciplineLabel: "SANS OBJET"}
	psychology  = post{code: "PSY", label: "PSYCHOLOGUE DE L EDUCATION NATIONALE", discipline: "-", disciplineLabel: "SANS OBJET"}
)

// hire makes a member of staff without any function yet.
func (b *builder) hire(name aaf.Name) *aaf.Staff {
	b.keys.staff++
	key := b.keys.staff
	if name.Last == "" {
		name = b.staffName()
	}
	s := &aaf.Staff{ID: fmt.Sprint(key), Name: name, Birth: b.bornIn(b.cfg.year() - b.between(24, 64)), School: b.plan.key}
	if b.school.Degree == aaf.Second {
		s.STSID = fmt.Sprint(key % 100_000)
	}
	if b.chance(0.015) {
		s.Birth = ""
	}
	if b.chance(0.975) || !allowed(name.First, name.Last) {
		s.Mail = b.mail(plain(name.First)+"."+plain(name.Last)) + "@" + mailDomain
	}
	return s
}

func (b *builder) staffName() aaf.Name {
	o, woman := b.origin(), b.chance(0.6)
	last := b.surname(o)
	name := aaf.Name{Last: strings.ToUpper(last), Birth: strings.ToUpper(last), First: b.adult(o, woman, last), Title: "M."}
	if woman {
		name.Title = "Mme"
		if b.chance(0.3) {
			name.Birth = strings.ToUpper(b.surname(o))
		}
	}
	return name
}

// hireTeacher hires for a discipline: in Balzac, one of the demo's own people
// first. One in six is assigned nowhere: only the function tells where.
func (b *builder) hireTeacher(discipline string) *aaf.Staff {
	s := b.hire(b.nameFor(discipline))
	s.Functions, s.Teaches = []aaf.Function{b.teaches(discipline)}, true
	if b.chance(0.16) && !b.school.settled[s.ID] {
		s.School = ""
	}
	return s
}

// nameFor gives the demo's own name for a post, once, the empty one otherwise.
func (b *builder) nameFor(discipline string) aaf.Name {
	name, ok := named[discipline]
	if b.plan.index != 0 || !ok || b.held[discipline] {
		return aaf.Name{}
	}
	b.held[discipline] = true
	b.school.settled[fmt.Sprint(b.keys.staff+1)] = true
	return name
}

// staffSecondary fills the posts of a collège or a lycée.
func (b *builder) staffSecondary() {
	posts := secondaryPosts
	if b.plan.kind >= general {
		posts = append(append([]post{}, posts...), lyceePosts...)
	}
	for _, p := range posts {
		n := p.first
		if p.per > 0 {
			n += len(b.school.Students) / p.per
		}
		for range n {
			b.fill(p)
		}
	}
	b.documentation()
	b.sharePost(orientation, sharedMost, aaf.Name{})
	if b.plan.index == 1 || b.plan.index > 1 && b.expects(stewardship) {
		b.sharePost(stewardship, 2, sophie)
	}
	b.replacements()
}

func (p post) at(school string) aaf.Function {
	return aaf.Function{School: school, Code: p.code, Label: p.label, Discipline: p.discipline, DisciplineLabel: p.disciplineLabel}
}

func (b *builder) fill(p post) {
	s := b.hire(b.nameFor(p.discipline))
	s.Functions = []aaf.Function{p.at(b.plan.key)}
	if p.code == "DIR" {
		s.HeadOf = []string{b.plan.key}
	}
	b.school.Staff = append(b.school.Staff, *s)
}

// documentation is the one post where somebody teaches without lessons.
func (b *builder) documentation() {
	s := b.hire(aaf.Name{})
	s.Teaches = true
	s.Functions = []aaf.Function{{School: b.plan.key, Code: "DOC", Label: "DOCUMENTATION", Discipline: "L0080", DisciplineLabel: "DOCUMENTATION"}}
	b.school.Staff = append(b.school.Staff, *s)
}
