package directory

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"

	"preau/app/format/aaf"
	"preau/data"
)

var kindsOf = map[aaf.SchoolKind]Kind{
	aaf.Ecole: School, aaf.College: College, aaf.LyceeGeneral: GeneralLycee, aaf.LyceePro: VocationalLy, aaf.LyceePoly: MixedLycee,
}

// term keeps the label of a subject or of a MEF: a delta has no nomenclature.
func (a *applier) term(tx *data.Tx, id string, _ staged) error {
	label := a.labels[id]
	if label == "" || a.opts.DryRun {
		return nil
	}
	wide := corresponding.Over(tx)
	t := Term{Academy: a.academy, Code: id, Name: label}
	was, err := Subjects.Get(wide, t.Key())
	if was == t || err != nil && !errors.Is(err, data.ErrNotFound) {
		return err
	}
	return Subjects.Put(wide, t)
}

// school makes or updates the establishment of a structure, with its classes
// and teaching groups. An office of the académie is only remembered.
func (a *applier) school(tx *data.Tx, id string, st staged) error {
	known, ok, err := a.known(tx, aaf.Schools, id)
	if err != nil {
		return err
	}
	if st.Op == aaf.Delete {
		a.tell(SaysWarning, st, id, nil, "Structure supprimée de l’annuaire : l’établissement est gardé, désactivez-le s’il a fermé.")
		return nil
	}
	if st.Op == refused {
		return nil
	}
	rooms := a.rooms[a.schools[id]]
	salt := []string{a.context}
	for _, code := range slices.Sorted(maps.Keys(rooms)) {
		salt = append(salt, code, rooms[code])
	}
	digest := digestOf(st, salt...)
	if a.unchanged(known, ok, digest, st.Op) {
		return nil
	}
	r, err := a.record(aaf.Schools, id, st, known)
	if err != nil {
		return err
	}
	s, warnings, err := r.School()
	if err != nil {
		a.tell(SaysRefused, st, id, nil, says(err))
		return nil
	}
	for _, w := range warnings {
		a.tell(SaysWarning, st, id, nil, w)
	}
	known.Attrs, known.Digest, known.UAI = r.Attrs, digest, ""
	place := a.schools[id]
	if place == "" {
		if !s.Administrative() {
			a.tell(SaysRefused, st, id, nil, "L’UAI "+s.UAI+" est déjà celui d’un établissement d’une autre académie : la structure est laissée de côté.")
			return nil
		}
		return a.keepSource(tx, known, nil)
	}
	if !a.may(place) {
		a.tell(SaysRefused, st, id, nil, "Établissement hors du périmètre de cet import.")
		return nil
	}
	known.UAI = s.UAI
	return errors.Join(a.establishment(tx, s, rooms), a.keepSource(tx, known, []data.Place{place}))
}

func (a *applier) establishment(tx *data.Tx, s aaf.School, rooms map[string]string) error {
	wide := corresponding.Over(tx)
	e, err := Establishments.Get(wide, s.UAI)
	if errors.Is(err, data.ErrNotFound) {
		collectivity, err := academyName(wide, a.academy)
		if err != nil {
			return err
		}
		e = Establishment{UAI: s.UAI, Academy: a.academy, Collectivity: collectivity, CreatedAt: tx.Now}
	} else if err != nil {
		return err
	}
	was := e
	e.Name, e.Kind, e.Degree, e.Source, e.Phone = s.FullName(), OtherKind, string(a.degree), FromAAF, phoneOf(s.Phone)
	if k, ok := kindsOf[s.Kind()]; ok {
		e.Kind = k
	}
	e.Address, e.Email = addressOf(s.Address), e.Email.Receive(s.Mail)
	if a.opts.DryRun {
		return nil
	}
	if !sameRow(was, e) {
		if err := putEstablishment(wide, e); err != nil {
			return err
		}
	}
	return errors.Join(a.classes(wide, e, s, rooms), a.groups(wide, e, s))
}

func addressOf(from aaf.Address) Address {
	return Address{Lines: from.Lines, PostalCode: from.PostalCode, Town: from.Town, Country: from.Country}
}

// classes keeps the rows of an establishment's classes as the files list them,
// and as its pupils name them.
func (a *applier) classes(tx *data.Tx, e Establishment, s aaf.School, rooms map[string]string) error {
	now := map[string]Class{}
	for _, c := range s.Classes {
		grade := ""
		for _, mef := range c.Mefs {
			if _, grade = aaf.Level(mef, a.labels[mef]); grade != "" {
				break
			}
		}
		now[c.Code] = Class{e.UAI, c.Code, c.Label, c.Mefs, grade, e.Place()}
	}
	for code, label := range rooms {
		if _, listed := now[code]; !listed {
			now[code] = Class{UAI: e.UAI, Code: code, Name: label, At: e.Place()}
		}
	}
	if a.batch.Kind == aaf.Complete && !a.gap(aaf.Students) {
		return keepRows(tx, Classes, e.UAI, now)
	}
	return a.someClasses(tx, e, now)
}

// someClasses keeps what a delta, or a delivery without all the pupils, says of
// classes. Those that it does not name, nor the school lists, may be those of
// pupils whom it does not tell of.
func (a *applier) someClasses(tx *data.Tx, e Establishment, now map[string]Class) error {
	for class, err := range Classes.From(tx, e.UAI+"/") {
		if err != nil {
			return err
		}
		if _, said := now[class.Code]; said {
			continue
		}
		used, err := UsersList.Count(tx, e.Place(), classGroup(class.Code), nil)
		if err != nil {
			return err
		}
		if used > 0 {
			now[class.Code] = class
		}
	}
	return keepRows(tx, Classes, e.UAI, now)
}

// dropEmptied forgets the classes that the pupils of a delta have left and that
// their school no longer lists: they still had those pupils when it was read.
func (a *applier) dropEmptied(ctx context.Context) error {
	if a.opts.DryRun || a.batch.Kind != aaf.Delta {
		return nil
	}
	touched := func(id string) bool { return a.im.Counts[tallyKey(a.schools[id], Student)] != nil }
	ids := slices.DeleteFunc(slices.Sorted(maps.Keys(a.schools)), func(id string) bool { return a.schools[id] == "" || !a.may(a.schools[id]) || !touched(id) })
	return inParts(ctx, a, ids, func(tx *data.Tx, id string) error {
		known, ok, err := a.known(tx, aaf.Schools, id)
		if err != nil || !ok {
			return err
		}
		r := aaf.Record{Category: aaf.Schools, ID: id, Attrs: known.Attrs}
		s, _, err := r.School()
		if err != nil {
			return nil // it is said when it is received
		}
		return a.dropUnlisted(corresponding.Over(tx), a.schools[id], s.Classes)
	})
}

func (a *applier) dropUnlisted(tx *data.Tx, place data.Place, listed []aaf.Class) error {
	var gone []string
	for class, err := range Classes.From(tx, UAIOf(place)+"/") {
		if err != nil {
			return err
		}
		used, err := UsersList.Count(tx, place, classGroup(class.Code), nil)
		if err != nil {
			return err
		}
		if used == 0 && !slices.ContainsFunc(listed, func(c aaf.Class) bool { return c.Code == class.Code }) {
			gone = append(gone, class.Key())
		}
	}
	for _, key := range gone {
		if err := Classes.Delete(tx, key); err != nil {
			return err
		}
	}
	return nil
}

func (a *applier) groups(tx *data.Tx, e Establishment, s aaf.School) error {
	now := map[string]TeachingGroup{}
	for _, g := range s.Groups {
		now[g.Code] = TeachingGroup{e.UAI, g.Code, g.Label, g.Classes, e.Place()}
	}
	return keepRows(tx, TeachingGroups, e.UAI, now)
}

// keepRows makes the rows of an establishment those of now, by code.
func keepRows[T data.Row](tx *data.Tx, table *data.Table[T], uai string, now map[string]T) error {
	var gone []string
	for row, err := range table.From(tx, uai+"/") {
		if err != nil {
			return err
		}
		code := row.Key()[len(uai)+1:]
		next, still := now[code]
		switch {
		case !still:
			gone = append(gone, row.Key())
		case sameRow(row, next):
			delete(now, code)
		}
	}
	for _, key := range gone {
		if err := table.Delete(tx, key); err != nil {
			return err
		}
	}
	for _, row := range now {
		if err := table.Put(tx, row); err != nil {
			return err
		}
	}
	return nil
}

// ensureClass makes the class that a pupil of a delta names and that its school
// does not list. In the first degree pupils alone tell its label.
func (a *applier) ensureClass(tx *data.Tx, place data.Place, m aaf.Membership) error {
	c := Class{UAI: UAIOf(place), Code: m.Code, Name: m.Label, At: place}
	if c.Name == "" {
		c.Name = c.Code
	}
	was, err := Classes.Get(tx, c.Key())
	if err != nil && !isMissing(err) || a.opts.DryRun {
		return err
	}
	if err == nil && (m.Label == "" || m.Label == was.Name) {
		return nil
	}
	c.MEFs, c.Grade = was.MEFs, was.Grade
	return Classes.Put(tx, c)
}

// head makes somebody the head of the establishments that they direct, unless
// a person chose another one.
func (a *applier) head(tx *data.Tx, u User) error {
	for _, at := range u.Attachments {
		directs := slices.ContainsFunc(at.Functions, func(f Function) bool { return f.Code == "DIR" && f.Discipline == aaf.HeadCode })
		if !directs || !a.may(at.At) || a.opts.DryRun {
			continue
		}
		e, err := Establishments.Get(tx, at.UAI())
		if isMissing(err) {
			continue // it was refused
		}
		if err != nil {
			return err
		}
		if e.HeadByHand || e.Head == u.ID && e.HeadName == u.Label() {
			continue
		}
		e.Head, e.HeadName = u.ID, u.Label()
		if err := putEstablishment(tx, e); err != nil {
			return fmt.Errorf("head of %s: %w", e.UAI, err)
		}
	}
	return nil
}
