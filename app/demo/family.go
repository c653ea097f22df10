package demo

import (
	"fmt"
	"slices"
	"strings"

	"preau/app/format/aaf"
)

// A family is a household with the relatives of its children.
type family struct {
	origin    *origin
	last      string
	town      town
	home      aaf.Address
	relatives []aaf.Relative
	branches  []branch // of half-siblings, the eldest child's first
	used      int      // branches that have a child enrolled
	written   bool     // the relatives are in an establishment already
	steady    bool     // no child of it is made one's own representative

	births []aaf.Date // of the children enrolled
	grades []string
	firsts []string
}

// A branch is what the children of the same parents have in common.
type branch struct {
	last  string
	links []aaf.Link
}

// present are the relatives whom the children enrolled so far need: not the
// father of half-siblings who are not there.
func (f *family) present() []aaf.Relative {
	names := func(branches []branch, id string) bool {
		return slices.ContainsFunc(branches, func(b branch) bool {
			return slices.ContainsFunc(b.links, func(l aaf.Link) bool { return l.Relative == id })
		})
	}
	return slices.DeleteFunc(f.relatives, func(r aaf.Relative) bool {
		return names(f.branches[f.used:], r.ID) && !names(f.branches[:f.used], r.ID)
	})
}

// households are the forms of a family, with their weights.
var households = []struct {
	weight int
	form   func(*builder, *family)
}{
	{400, (*builder).married}, {220, (*builder).unmarried}, {130, (*builder).separated}, {60, (*builder).recomposed},
	{130, (*builder).alone}, {12, (*builder).twoMothers}, {10, (*builder).guardian}, {7, (*builder).ward}, {31, (*builder).nobody},
}

var householdWeights = func() []int {
	var weights []int
	for _, h := range households {
		weights = append(weights, h.weight)
	}
	return weights
}()

// family draws a household, of that name when there is one.
func (b *builder) family(last string) *family {
	f := &family{origin: b.origin(), last: last, town: b.plan.town}
	if last == "" {
		f.last = b.surname(f.origin)
	}
	if b.chance(0.35) {
		f.town = towns[b.IntN(len(towns))]
	}
	f.home = b.address(f.town)
	switch {
	case b.chance(0.01):
		f.home = b.abroad()
	case b.chance(0.005):
		f.home = aaf.Address{}
	}
	households[b.weighted(householdWeights...)].form(b, f)
	if b.chance(0.08) {
		b.grandparent(f)
	}
	return f
}

const (
	motherCode, fatherCode, ascendantCode, otherKinCode    = "10", "20", "38", "39"
	fosterCode, guardianCode, wardCode, selfCode, elseCode = "42", "50", "51", "70", "90"
)

func legal(id, code string, billed bool) aaf.Link {
	return aaf.Link{Relative: id, Code: code, Legal: true, Contact: true, Financial: billed, Payment: billed}
}

func (b *builder) married(f *family) {
	mother := b.relative(f, true, f.last, b.surname(f.origin))
	father := b.relative(f, false, f.last, "")
	f.branches = []branch{{f.last, []aaf.Link{legal(mother, motherCode, false), legal(father, fatherCode, true)}}}
}

func (b *builder) unmarried(f *family) {
	own := b.surname(b.origin())
	mother := b.relative(f, true, own, "")
	father := b.relative(f, false, f.last, "")
	child := f.last
	if b.chance(0.3) && !strings.ContainsAny(own+child, "- ") {
		child += "-" + own
	}
	f.branches = []branch{{child, []aaf.Link{legal(mother, motherCode, true), legal(father, fatherCode, false)}}}
}

func (b *builder) separated(f *family) {
	b.unmarried(f)
	f.relatives[1].Address = b.address(towns[b.IntN(len(towns))])
	f.relatives[1].Home = ""
	f.branches[0].last = f.last
}

// recomposed is a mother with the child of a former union, and a companion who
// looks after that one and is the father of those who follow.
func (b *builder) recomposed(f *family) {
	b.separated(f)
	name := b.surname(f.origin)
	companion := b.relative(f, false, name, "")
	if b.school.Degree == aaf.Second {
		step := aaf.Link{Relative: companion, Code: elseCode, InCharge: b.chance(0.5), Contact: true}
		f.branches[0].links = append(f.branches[0].links, step)
	}
	mother := f.branches[0].links[0]
	f.branches = append(f.branches, branch{name, []aaf.Link{mother, legal(companion, fatherCode, false)}})
}

func (b *builder) alone(f *family) {
	woman, code := b.chance(0.85), fatherCode
	if woman {
		code = motherCode
	}
	f.branches = []branch{{f.last, []aaf.Link{legal(b.relative(f, woman, f.last, ""), code, true)}}}
}

func (b *builder) twoMothers(f *family) {
	one := b.relative(f, true, f.last, "")
	two := b.relative(f, true, b.surname(b.origin()), "")
	f.branches = []branch{{f.last, []aaf.Link{legal(one, motherCode, true), legal(two, motherCode, false)}}}
}

func (b *builder) guardian(f *family) {
	id := b.relative(f, b.chance(0.6), b.surname(f.origin), "")
	f.branches = []branch{{f.last, []aaf.Link{legal(id, guardianCode, true)}}}
}

// ward is a child in the care of an organisation, which has no first name.
func (b *builder) ward(f *family) {
	b.keys.relative++
	organisation := aaf.Relative{
		ID: fmt.Sprint(b.keys.relative), Name: aaf.Name{Last: "AIDE SOCIALE À L'ENFANCE"}, Work: b.landline(),
		Address: aaf.Address{Lines: []string{"3 PLACE DU CONSEIL"}, PostalCode: towns[0].code, Town: strings.ToUpper(towns[0].name), Country: "FRANCE"},
	}
	f.relatives = append(f.relatives, organisation)
	links := []aaf.Link{legal(organisation.ID, wardCode, true)}
	if b.school.Degree == aaf.Second {
		foster := b.relative(f, b.chance(0.8), b.surname(b.origin()), "")
		links = append(links, aaf.Link{Relative: foster, Code: fosterCode, InCharge: true, Contact: true})
	}
	f.branches = []branch{{f.last, links}}
}

func (b *builder) nobody(f *family) { f.branches = []branch{{last: f.last}} }

// grandparent adds somebody to call, who gets no account. Files of the first
// degree name no such people.
func (b *builder) grandparent(f *family) {
	if b.school.Degree == aaf.First || len(f.relatives) == 0 {
		return
	}
	code := ascendantCode
	if b.chance(0.3) {
		code = otherKinCode
	}
	link := aaf.Link{Relative: b.relative(f, b.chance(0.7), f.last, ""), Code: code, Contact: true}
	for i := range f.branches {
		f.branches[i].links = append(f.branches[i].links, link)
	}
}

// relative adds somebody to the household and gives the join key.
func (b *builder) relative(f *family, woman bool, last, birth string) string {
	b.keys.relative++
	first := b.adult(f.origin, woman, last)
	r := aaf.Relative{
		ID:      fmt.Sprint(b.keys.relative),
		Name:    aaf.Name{Last: strings.ToUpper(last), Birth: strings.ToUpper(birth), First: first, Title: "M."},
		Address: f.home, Disclosure: b.chance(0.4),
	}
	if birth == "" {
		r.Name.Birth = r.Name.Last
	}
	if woman {
		r.Name.Title = "Mme"
	}
	if b.chance(0.03) {
		r.Name.Title = ""
	}
	if b.chance(0.35) {
		r.Home = b.landline()
	}
	if b.chance(0.9) {
		r.Mobile = b.mobile()
	}
	if b.chance(0.25) {
		r.Work = b.landline()
	}
	if b.chance(0.8) {
		r.Mail = b.personal(first, last, b.keys.relative)
	}
	f.relatives = append(f.relatives, r)
	return r.ID
}

// mailHosts are of the domains that no one can own.
var mailHosts = list(`example.fr, courriel.example, boite.example, messagerie.example`)

// personal makes a private address; the key keeps it one person's.
func (b *builder) personal(first, last string, key int) string {
	return fmt.Sprintf("%s.%s%d@%s", plain(first), plain(last), key%100_000, b.of(mailHosts))
}
