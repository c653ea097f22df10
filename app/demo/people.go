package demo

import "preau/app/format/aaf"

// enrolMartins enrols one family of the demo's own people, who have the same
// names whatever the seed, since everybody knows their logins: the pupil Lucas
// Martin, his mother, and a younger child in the collège that follows. They are
// in the class of Claire Moreau, the first of the lycée.
func (b *builder) enrolMartins() {
	f := &family{origin: &origins[0], last: "Martin", town: b.plan.town, steady: true,
		home: aaf.Address{Lines: []string{"12 RUE DES LILAS"}, PostalCode: b.plan.town.code, Town: "RIVEMONT", Country: "FRANCE"}}
	b.married(f)
	mother, father := &f.relatives[0], &f.relatives[1]
	mother.Name = aaf.Name{Last: "MARTIN", Birth: "LECŒUR", First: "Anne", Title: "Mme"}
	mother.Mail, mother.Mobile = "anne.martin@example.fr", "+33639980001"
	father.Name = aaf.Name{Last: "MARTIN", Birth: "MARTIN", First: "Stéphane", Title: "M."}
	father.Mail = "stephane.martin@example.fr"

	at, ok := b.takeWhere(func(s seat) bool { return s.class == b.classes[0] })
	if !ok {
		at = b.take(f)
	}
	s := b.enrol(f, at, false)
	s.Name = aaf.Name{Last: "MARTIN", Birth: "MARTIN", First: "Lucas", Title: "M."}
	s.Birth, s.Others, s.INE = lucasBirth, nil, b.national(b.keys.student)
	s.Mail = "lucas.martin@example.fr"
	f.births[0] = lucasBirth
	b.settle(f, s.ID)
	b.write(f)
	if !b.plan.last {
		b.out.families = append(b.out.families, f)
	}
}

const lucasBirth aaf.Date = "2010-03-14"

// A post of the lycée Honoré de Balzac is held by one of the demo's own people:
// the first to be hired for its discipline.
var named = map[string]aaf.Name{
	"L0202": {Last: "MOREAU", Birth: "MOREAU", First: "Claire", Title: "Mme"},
	"L1300": {Last: "PETIT", Birth: "PETIT", First: "Julien", Title: "M."},
	"D0010": {Last: "ROUSSEAU", Birth: "ROUSSEAU", First: "Hélène", Title: "Mme"},
}

// sophie is on the staff of the two establishments after Balzac, or of the one
// that there is.
var sophie = aaf.Name{Last: "GIRARD", Birth: "GIRARD", First: "Sophie", Title: "Mme"}
