package directory

import (
	"slices"
	"strings"

	"preau/app/format/aaf"
	"preau/data"
)

// student makes or updates a pupil.
func (a *applier) student(tx *data.Tx, id string, st staged) error {
	p, err := a.open(tx, aaf.Students, id, st)
	if err != nil || p.settled {
		return err
	}
	s, warnings, err := p.record.Student()
	if err != nil {
		a.refuse(p, Student, says(err))
		return nil
	}
	a.warn(p, warnings)
	if p.was == nil {
		if p.was, err = a.bridge(tx, p, s); err != nil {
			return err
		}
		if p.was != nil && !a.reach.CoversAny(p.was.Places()) {
			a.refuse(p, Student, outOfReach)
			return nil
		}
	}
	u, err := a.schooled(tx, p, s)
	if err != nil {
		return err
	}
	var former []Link
	if p.was != nil {
		former = p.was.Links
	}
	wide := corresponding.Over(tx)
	given := a.studentAttachments(s)
	for _, m := range s.Classes {
		if place := a.schools[m.School]; a.may(place) && a.batch.Kind == aaf.Delta {
			if err := a.ensureClass(wide, place, m); err != nil {
				return err
			}
		}
	}
	if _, err := a.settle(tx, p, u, given, a.hosts(studentSchools(s))); err != nil {
		return err
	}
	if a.batch.Kind == aaf.Complete {
		return nil // it tells of the relatives too
	}
	return a.relink(wide, former, u.Links)
}

// schooled is a pupil as the record tells. Whoever is already in the second
// degree is known by its files: those of the first only say that the école has
// not let them go yet.
func (a *applier) schooled(tx *data.Tx, p person, s aaf.Student) (u User, err error) {
	if a.degree == aaf.First && p.was != nil && p.was.State() != Deleted {
		ahead, err := a.inSecond(tx, p.was.ID)
		if err != nil || ahead {
			return *p.was, err
		}
	}
	wide := corresponding.Over(tx)
	u = p.begin(Student, s.Name, s.Birth)
	u.INE, u.Email, u.Mobile = s.INE, u.Email.Receive(s.Mail), u.Mobile.Receive(phoneOf(s.Phone))
	_, u.Grade = s.Grade()
	u.MEF = firstOf(s.MefLabel, a.label(wide, s.Mef), s.Mef)
	u.Options = nil
	for _, o := range s.Subjects {
		u.Options = append(u.Options, Subject{o.Code, firstOf(o.Label, a.label(wide, o.Code), o.Code)})
	}
	u.Links, err = a.links(tx, p, s, u.Links)
	return u, err
}

// inSecond reports whether the files of the second degree have a pupil.
func (a *applier) inSecond(tx *data.Tx, id string) (bool, error) {
	for s, err := range SourcesByUser.All(corresponding.Over(tx), id) {
		if err != nil {
			return false, err
		}
		if degree := strings.SplitN(s.ID, "/", 3)[1]; !s.Gone && degree == string(aaf.Second) { // see sourceKey
			return true, nil
		}
	}
	return false, nil
}

// bridge finds a pupil who is already there under another join key: the
// national number survives a change of degree and of académie.
func (a *applier) bridge(tx *data.Tx, p person, s aaf.Student) (*User, error) {
	if s.INE == "" {
		return nil, nil
	}
	if id, ok := a.tried.byINE[s.INE]; ok {
		return a.user(tx, id)
	}
	for u, err := range UsersByINE.All(corresponding.Over(tx), s.INE) {
		if err != nil {
			return nil, err
		}
		if u.Profile != Student {
			continue
		}
		other, err := a.otherPupil(tx, p, s, u)
		if err != nil {
			return nil, err
		}
		if other {
			a.tell(SaysWarning, p.staged, p.id, &u, "Un autre élève porte le même INE : deux comptes sont tenus.")
			continue
		}
		a.tell(SaysMerged, p.staged, p.id, &u, "Reconnu par son INE : le compte existant est gardé.")
		return &u, nil
	}
	return nil, nil
}

// otherPupil tells two people who bear one national number, by mistake, from
// one who has changed school: by the names and the birth date, and because the
// files know both.
func (a *applier) otherPupil(tx *data.Tx, p person, s aaf.Student, u User) (bool, error) {
	last, birth := data.Fold(u.LastName) == data.Fold(s.Name.Last), u.Birth == Date(s.Birth)
	if !sameFirst(data.Fold(u.FirstName), data.Fold(s.Name.First)) || !last && !birth {
		return true, nil
	}
	prefix := a.source(aaf.Students, "")
	for other, err := range SourcesByUser.All(corresponding.Over(tx), u.ID) {
		if err != nil {
			return false, err
		}
		key, ours := strings.CutPrefix(other.ID, prefix)
		st, here := a.batch.Records[a.degree][aaf.Students][key]
		if ours && here && st.Op != aaf.Delete && key != p.id {
			return true, nil
		}
	}
	return false, nil
}

// sameFirst compares folded given names, of which one list may be shorter.
func sameFirst(a, b string) bool {
	return a == b || strings.HasPrefix(a, b+" ") || strings.HasPrefix(b, a+" ")
}

// studentAttachments are the establishments of a pupil that the delivery speaks
// for.
func (a *applier) studentAttachments(s aaf.Student) Attachments {
	var all Attachments
	at := func(school string) *Attachment { return attachmentTo(&all, a.schools[school]) }
	if place := a.schools[s.School]; a.may(place) {
		x := at(s.School)
		x.Main, x.Left = true, Date(s.Left)
	}
	for _, m := range s.Classes {
		if a.may(a.schools[m.School]) {
			x := at(m.School)
			x.Classes = append(x.Classes, m.Code)
		}
	}
	for _, m := range s.Groups {
		if a.may(a.schools[m.School]) {
			x := at(m.School)
			x.Groups = append(x.Groups, m.Code)
		}
	}
	return all
}

func studentSchools(s aaf.Student) []string {
	all := []string{s.School}
	for _, m := range slices.Concat(s.Classes, s.Groups) {
		all = append(all, m.School)
	}
	return all
}
