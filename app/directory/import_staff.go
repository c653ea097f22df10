package directory

import (
	"preau/app/format/aaf"
	"preau/data"
)

// staff makes or updates a teacher or another member of staff.
func (a *applier) staff(tx *data.Tx, id string, st staged) error {
	p, err := a.open(tx, aaf.StaffOf, id, st)
	if err != nil || p.settled {
		return err
	}
	s, warnings, err := p.record.Staff()
	if err != nil {
		a.refuse(p, Staff, says(err))
		return nil
	}
	a.warn(p, warnings)
	profile := Staff
	if s.Teaches {
		profile = Teacher
	}
	wide := corresponding.Over(tx)
	u := p.begin(profile, s.Name, s.Birth)
	u.Email = u.Email.Receive(s.Mail)
	given := a.staffAttachments(wide, s)
	if len(given) == 0 && p.was == nil {
		a.tell(SaysNoAccount, st, id, nil, name(s.Name)+" n’est affecté à aucun établissement de cette livraison : pas de compte.")
		return a.keepSource(tx, p.source, nil)
	}
	u, err = a.settle(tx, p, u, given, a.hosts(s.Schools()))
	if err != nil {
		return err
	}
	return a.head(wide, u)
}

// staffAttachments are the establishments of a member of staff that the
// delivery speaks for, with what they do there.
func (a *applier) staffAttachments(tx *data.Tx, s aaf.Staff) Attachments {
	var all Attachments
	for _, school := range s.Schools() {
		if place := a.schools[school]; a.may(place) {
			x := attachmentTo(&all, place)
			x.Main = x.Main || school == s.School
		}
	}
	at := func(school string) *Attachment {
		if place := a.schools[school]; a.may(place) {
			return attachmentTo(&all, place)
		}
		return &Attachment{}
	}
	for _, f := range s.Functions {
		x := at(f.School)
		x.Functions = append(x.Functions, Function{f.Code, f.Label, f.Discipline, f.DisciplineLabel})
	}
	for _, t := range s.Classes {
		x := at(t.School)
		x.Lessons = append(x.Lessons, Lesson{Class: t.Code, Subject: Subject{t.Subject, firstOf(a.label(tx, t.Subject), t.Subject)}})
	}
	for _, t := range s.Groups {
		x := at(t.School)
		x.Lessons = append(x.Lessons, Lesson{Group: t.Code, Subject: Subject{t.Subject, firstOf(a.label(tx, t.Subject), t.Subject)}})
	}
	for _, m := range s.Principal {
		x := at(m.School)
		x.HeadTeacherOf = append(x.HeadTeacherOf, m.Code)
	}
	return all
}
