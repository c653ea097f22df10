package directory

import (
	"errors"
	"fmt"
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
		a.tell(SaysWarning, st, id, nil, "Structure supprimée de l’annuaire : l’établissement est gardé, désactivez-le s’il a fermé.")
		return nil
	}
	rooms := a.rooms[a.schools[id]]
	digest := digestOf(st, append([]string{a.context}, rooms...)...)
	if unchanged(known, ok, digest, st.Op) {
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
		return a.keepSource(tx, known, nil)
	}
	if !a.may(place) {
		a.tell(SaysRefused, st, id, nil, "Établissement hors du périmètre de cet import.")
		return nil
	}
	known.UAI = s.UAI
	return errors.Join(a.establishment(tx, id, st, s, rooms), a.keepSource(tx, known, []data.Place{place}))
}

func (a *applier) establishment(tx *data.Tx, id string, st staged, s aaf.School, rooms []string) error {
	wide := corresponding.Over(tx)
	card, err := Cards.Get(wide, s.UAI)
	if err == nil && card.Academy != a.academy {
		a.tell(SaysRefused, st, id, nil, "Cet UAI est déjà celui de « "+card.Name+" », rattaché à une autre académie.")
		return nil
	}
	if err != nil && !errors.Is(err, data.ErrNotFound) {
		return err
	}
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
// or, in the first degree, as its pupils name them.
func (a *applier) classes(tx *data.Tx, e Establishment, s aaf.School, rooms []string) error {
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
	for i := 0; i+1 < len(rooms); i += 2 {
		if _, listed := now[rooms[i]]; !listed {
			now[rooms[i]] = Class{UAI: e.UAI, Code: rooms[i], Name: rooms[i+1], At: e.Place()}
		}
	}
	if len(now) == 0 && a.batch.Kind == aaf.Delta {
		return nil // what a delta does not say has not changed
	}
	return keepRows(tx, Classes, e.UAI, now)
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

// ensureClass makes the class that a pupil names and that its school does not
// list.
func (a *applier) ensureClass(tx *data.Tx, place data.Place, m aaf.Membership) error {
	c := Class{UAI: UAIOf(place), Code: m.Code, Name: m.Label, At: place}
	if c.Name == "" {
		c.Name = c.Code
	}
	has, err := Classes.Has(tx, c.Key())
	if err != nil || has || a.opts.DryRun {
		return err
	}
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
