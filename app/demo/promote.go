package demo

import (
	"fmt"
	"slices"

	"preau/app/format/aaf"
)

// promote gives a family of an école a child in a collège or a lycée. The two
// degrees number people apart: the same parents come a second time, with the
// same names, addresses and phones.
func (b *builder) promote(f *family) {
	if !b.secondaryFollows() {
		return
	}
	again := *f
	again.relatives, again.written, again.steady = nil, false, true
	again.births, again.firsts, again.grades = slices.Clone(f.births), slices.Clone(f.firsts), nil
	second := b.given[aaf.Second]
	renamed := map[string]string{}
	for _, r := range f.relatives {
		second.relative++
		renamed[r.ID] = fmt.Sprint(second.relative)
		r.ID = renamed[r.ID]
		again.relatives = append(again.relatives, r)
	}
	from := f.branches[0]
	again.branches = []branch{{last: from.last}}
	for _, link := range from.links {
		link.Relative = renamed[link.Relative]
		again.branches[0].links = append(again.branches[0].links, link)
	}
	next := b.handed[aaf.Second]
	next.families = append(next.families, &again)
	b.handed[aaf.Second] = next
}

// secondaryFollows tells that an establishment of the second degree comes after
// this one.
func (b *builder) secondaryFollows() bool {
	for _, p := range b.plans[b.plan.index:] {
		if p.degree() == aaf.Second {
			return true
		}
	}
	return false
}
