package demo

import (
	"slices"

	"preau/app/format/aaf"
)

// An Outcome is what a delivery makes of somebody's account, compared with the
// delivery before.
type Outcome string

// The outcomes.
const (
	Created  Outcome = "created"
	Changed  Outcome = "changed"
	Moved    Outcome = "moved" // to another establishment
	Deleted  Outcome = "deleted"
	Restored Outcome = "restored" // deleted by the delivery before
)

// A Change is one record that a delivery brings, takes away or changes: people
// with accounts, and establishments.
type Change struct {
	Outcome  Outcome
	UAI      string // where the person now is, or was last
	Degree   aaf.Degree
	Category aaf.Category
	ID       string // join key
	Teaches  bool   // of staff: a teacher
}

// A Next is what a later delivery leads to.
type Next struct {
	Summary
	Changes []Change // against the delivery before, in the order of the files
}

// Count counts the people of an outcome, in one establishment or, without UAI,
// in all.
func (n Next) Count(outcome Outcome, uai string) Count {
	var c Count
	for _, change := range n.Changes {
		if change.Outcome != outcome || uai != "" && change.UAI != uai {
			continue
		}
		switch {
		case change.Category == aaf.Students:
			c.Students++
		case change.Category == aaf.Relatives:
			c.Relatives++
		case change.Category == aaf.StaffOf && change.Teaches:
			c.Teachers++
		case change.Category == aaf.StaffOf:
			c.Staff++
		}
	}
	return c
}

// A mark finds a record within a degree.
type mark struct {
	category aaf.Category
	id       string
}

// difference gives the request that turns a record into another, if it takes one.
func difference(before, after aaf.Record) (aaf.Record, bool) {
	was := map[string][]string{}
	for _, a := range before.Attrs {
		was[a.Name] = a.Values
	}
	change := aaf.Record{Op: aaf.Modify, Category: after.Category, ID: after.ID}
	for _, a := range after.Attrs {
		if !slices.Equal(was[a.Name], a.Values) {
			change.Attrs = append(change.Attrs, a)
		}
	}
	return change, len(change.Attrs) > 0
}

// compare finds what became of everybody: the requests of a delta, and the
// changes that an importer can tell of.
func (l *life) compare() {
	now := map[mark]bool{}
	represents := represented(l.school)
	for _, r := range l.school.records() {
		at := mark{r.Category, r.ID}
		now[at] = true
		before, known := l.before[at]
		change, differs := difference(before, r)
		switch {
		case !known:
			l.note(Created, at, represents)
			l.requests = append(l.requests, r)
		case differs && l.moved[at]:
			l.note(Moved, at, represents)
			l.requests = append(l.requests, change)
		case differs:
			l.note(Changed, at, represents)
			l.requests = append(l.requests, change)
		}
	}
	for _, at := range l.order {
		if !now[at] && !l.gone[at] {
			l.note(Deleted, at, l.legal)
			l.requests = append(l.requests, aaf.Record{Op: aaf.Delete, Category: at.category, ID: at.id})
		}
	}
}

// note keeps a change, but of relatives who have no account.
func (l *life) note(outcome Outcome, at mark, represents map[string]bool) {
	if at.category == aaf.Relatives && !represents[at.id] {
		return
	}
	l.changes = append(l.changes, Change{outcome, l.plan.uai, l.school.Degree, at.category, at.id, l.teach[at.id]})
}

// comeBack undoes a departure: the changes are then against the second
// delivery. It gives the requests that a third one makes.
func (l *life) comeBack() []aaf.Record {
	l.changes = nil
	if l.back == nil {
		return nil
	}
	l.school.Students = append(l.school.Students, l.back.student)
	l.school.Relatives = append(l.school.Relatives, l.back.relatives...)
	requests := []aaf.Record{l.before[mark{aaf.Students, l.back.student.ID}]}
	for _, r := range l.back.relatives {
		requests = append(requests, l.before[mark{aaf.Relatives, r.ID}])
	}
	for _, r := range requests {
		l.note(Restored, mark{r.Category, r.ID}, l.legal)
	}
	return requests
}
