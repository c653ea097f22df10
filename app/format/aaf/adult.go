package aaf

import "strings"

// Relative decodes a relative of either degree, with a warning in French for
// each detail that was left out. It fails with a *Refusal when the record has a
// Problem or no name: organisations often have none.
func (r *Record) Relative() (Relative, []string, error) {
	d, err := r.begin(Relatives)
	if err != nil {
		return Relative{}, nil, err
	}
	p := Relative{ID: r.ID}
	if p.Name, err = d.name(); err != nil {
		return Relative{}, d.warnings, err
	}
	p.Birth = d.date("ENTPersonDateNaissance")
	p.Mail = d.mail("mail", "ENTPersonMail")
	p.Home = d.phone("homePhone", "ENTPersonTelPerso")
	p.Work = d.phone("telephoneNumber", "ENTPersRelEleveTelPro")
	p.Mobile = d.phone("mobile", "ENTPersRelEleveTelMobile", "ENTPersonMobileSMS")
	if p.Mobile == "" && mobile(p.Home) {
		p.Mobile, p.Home = p.Home, ""
	}
	p.Address = Address{
		Lines:      lines(d.one("ENTPersonAdresse")),
		PostalCode: d.one("ENTPersonCodePostal"),
		Town:       d.one("ENTPersonVille"),
		Country:    d.one("ENTPersonPays"),
	}
	p.Disclosure = d.one("ENTPersonAdresseDiffusion") == "O"
	return p, d.warnings, nil
}

// Staff decodes a member of staff of either degree, with a warning in French
// for each detail that was left out. It fails with a *Refusal when the record
// has a Problem or no name.
func (r *Record) Staff() (Staff, []string, error) {
	d, err := r.begin(StaffOf)
	if err != nil {
		return Staff{}, nil, err
	}
	s := Staff{ID: r.ID}
	if s.Name, err = d.name(); err != nil {
		return Staff{}, d.warnings, err
	}
	s.STSID = d.one("ENTPersonSTSId")
	s.Birth = d.date("ENTPersonDateNaissance")
	s.Mail = d.mail("mail", "ENTPersonMail")
	s.School = d.attachment()
	s.Functions = d.functions()
	s.HeadOf = append([]string(nil), d.all("ENTEnsFonctionDir")...)
	s.Teaches = d.teaches(s.Functions)
	s.Classes = d.teachings("ENTAuxEnsClassesMatieres")
	s.Groups = d.teachings("ENTAuxEnsGroupesMatieres")
	s.Principal = d.memberships("ENTAuxEnsClassesPrincipal", "")
	return s, d.warnings, nil
}

// without tells the marks that stand for no code at all.
func without(code string) bool {
	return code == "" || code == "-" || strings.EqualFold(code, "AUCUNE")
}

// functions reads what the person does and where; a function « sans objet » is
// none.
func (d *reading) functions() []Function {
	list := composites(d, "ENTPersonFonctions", 5, true, func(f []string) (Function, bool) {
		if without(f[3]) {
			f[3], f[4] = "", ""
		}
		return Function{School: f[0], Code: f[1], Label: f[2], Discipline: f[3], DisciplineLabel: f[4]}, f[0] != ""
	})
	kept := list[:0]
	for _, f := range list {
		if !without(f.Code) {
			kept = append(kept, f)
		}
	}
	if len(kept) == 0 {
		return nil
	}
	return distinct(kept, func(f Function) string { return composite(f.School, f.Code, f.Discipline) })
}

// teaches derives the profile: recent files say it outright; in older ones, who
// stands before pupils, teaches or keeps the library is a teacher.
func (d *reading) teaches(functions []Function) bool {
	if said := d.one("ENTPersonCategorieEnseignant"); said != "" {
		return said == "O"
	}
	if d.one("PersEducNatPresenceDevantEleves") == "O" {
		return true
	}
	for _, f := range functions {
		if f.Code == "ENS" || f.Code == "DOC" {
			return true
		}
	}
	return false
}

func (d *reading) teachings(name string) []Teaching {
	list := composites(d, name, 3, false, func(f []string) (Teaching, bool) {
		return Teaching{School: f[0], Code: f[1], Subject: f[2]}, f[0] != "" && f[1] != ""
	})
	return distinct(list, func(t Teaching) string { return composite(t.School, t.Code, t.Subject) })
}
