package aaf

import "strings"

// attrs gathers the attributes of a record that is being written.
type attrs []Attr

// put adds an attribute; empty values are none.
func (a *attrs) put(name string, values ...string) {
	full := make([]string, 0, len(values))
	for _, v := range values {
		if v != "" {
			full = append(full, v)
		}
	}
	*a = append(*a, Attr{Name: name, Values: full})
}

// each is put for what composites are made of.
func each[T any](items []T, write func(T) string) []string {
	values := make([]string, 0, len(items))
	for _, item := range items {
		values = append(values, write(item))
	}
	return values
}

func composite(fields ...string) string { return strings.Join(fields, "$") }

func yesNo(b bool) string {
	if b {
		return "O"
	}
	return "N"
}

// in picks a name by degree.
func in(degree Degree, first, second string) string {
	if degree == First {
		return first
	}
	return second
}

func (a *attrs) name(n Name, degree Degree) {
	a.put("ENTPersonNomPatro", n.Birth)
	a.put(in(degree, "ENTPersonNom", "sn"), n.Last)
	a.put(in(degree, "ENTPersonPrenom", "givenName"), n.First)
}

func (a *attrs) address(to Address) {
	street := ""
	if len(to.Lines) > 0 {
		street = strings.Join(to.Lines, "$") + strings.Repeat("$", max(0, 4-len(to.Lines)))
	}
	a.put("ENTPersonAdresse", street)
	a.put("ENTPersonCodePostal", to.PostalCode)
	a.put("ENTPersonVille", to.Town)
	a.put("ENTPersonPays", to.Country)
}

// Record writes the pupil as an Add of that degree. What only the other degree
// can say is left out.
func (s Student) Record(degree Degree) Record {
	a := make(attrs, 0, 32)
	a.put("ENTPersonJointure", s.ID)
	a.put("ENTEleveINE", s.INE)
	if degree != First {
		a.put("ENTEleveStructRattachId", s.SiecleID)
	}
	a.put("ENTPersonDateNaissance", s.Birth.French())
	a.name(s.Name, degree)
	others := s.Others
	if len(others) > 0 {
		others = append([]string{s.Name.First}, others...)
	}
	a.put("ENTPersonAutresPrenoms", others...)
	a.put(in(degree, "ENTPersonCivilite", "personalTitle"), s.Name.Title)
	if degree == First {
		s.first(&a)
	} else {
		s.second(&a)
	}
	a.put("ENTEleveDateSortieStructRattach", s.Left.French())
	a.put("ENTEleveDateSortieClasses", each(s.Exits, func(e Exit) string {
		return composite(e.School, e.Date.French(), e.Class)
	})...)
	a.put(in(degree, "ENTPersonMail", "mail"), s.Mail)
	return Record{Op: Add, Category: Students, ID: s.ID, Attrs: a}
}

func (s Student) first(a *attrs) {
	member := func(m Membership) string { return composite(m.School, "", "", m.Code, m.Label) }
	a.put("ENTEleveAutoriteParentale", each(s.Links, func(l Link) string { return composite(l.Relative, l.Code) })...)
	a.put("ENTPersonStructRattach", s.School)
	a.put("ENTPersonClasses", each(s.Classes, member)...)
	a.put("ENTPersonGroupes", each(s.Groups, member)...)
	a.put("ENTEleveNiveau", s.Level)
}

func (s Student) second(a *attrs) {
	member := func(m Membership) string { return composite(m.School, m.Code) }
	a.put("ENTElevePersRelEleve", each(s.Links, func(l Link) string {
		return composite(l.Relative, l.Code, flag(l.Financial), l.level(), flag(l.Contact), flag(l.Payment))
	})...)
	a.put("ENTEleveMEF", s.Mef)
	a.put("ENTEleveLibelleMEF", s.MefLabel)
	a.put("ENTEleveNivFormation", s.Level)
	labels := each(s.Subjects, func(t Subject) string { return t.Label })
	*a = append(*a, Attr{Name: "ENTEleveEnseignements", Values: labels})
	a.put("ENTEleveCodeEnseignements", each(s.Subjects, func(t Subject) string { return t.Code })...)
	a.put("ENTPersonStructRattach", s.School)
	a.put("ENTEleveClasses", each(s.Classes, member)...)
	a.put("ENTEleveGroupes", each(s.Groups, member)...)
	a.put("homePhone", spaced(s.Phone))
}

// Record writes the relative as an Add of that degree.
func (r Relative) Record(degree Degree) Record {
	a := make(attrs, 0, 20)
	a.put("ENTPersonJointure", r.ID)
	a.put("ENTPersonDateNaissance", r.Birth.French())
	a.name(r.Name, degree)
	a.put(in(degree, "ENTPersonCivilite", "personalTitle"), r.Name.Title)
	a.put(in(degree, "ENTPersonTelPerso", "homePhone"), spaced(r.Home))
	a.put(in(degree, "ENTPersRelEleveTelPro", "telephoneNumber"), spaced(r.Work))
	a.put(in(degree, "ENTPersRelEleveTelMobile", "mobile"), spaced(r.Mobile))
	a.put(in(degree, "ENTPersonMail", "mail"), r.Mail)
	a.address(r.Address)
	a.put("ENTPersonAdresseDiffusion", yesNo(r.Disclosure))
	return Record{Op: Add, Category: Relatives, ID: r.ID, Attrs: a}
}

// Record writes the member of staff as an Add of that degree. What only the
// other degree can say is left out.
func (s Staff) Record(degree Degree) Record {
	teaching := func(t Teaching) string { return composite(t.School, t.Code, t.Subject) }
	a := make(attrs, 0, 20)
	a.put("ENTPersonJointure", s.ID)
	if degree != First {
		a.put("ENTPersonSTSId", s.STSID)
	}
	a.put("ENTPersonDateNaissance", s.Birth.French())
	a.name(s.Name, degree)
	a.put(in(degree, "ENTPersonCivilite", "personalTitle"), s.Name.Title)
	a.put(in(degree, "ENTPersonMail", "mail"), s.Mail)
	a.put("ENTPersonStructRattach", s.School)
	if degree != First {
		a.put("ENTAuxEnsClassesMatieres", each(s.Classes, teaching)...)
		a.put("ENTAuxEnsGroupesMatieres", each(s.Groups, teaching)...)
		a.put("ENTAuxEnsClassesPrincipal", each(s.Principal, func(m Membership) string { return composite(m.School, m.Code) })...)
	}
	a.put("ENTPersonFonctions", each(s.Functions, func(f Function) string {
		return composite(f.School, f.Code, f.Label, f.Discipline, f.DisciplineLabel)
	})...)
	a.put("ENTEnsFonctionDir", s.HeadOf...)
	a.put("ENTPersonCategorieEnseignant", yesNo(s.Teaches))
	return Record{Op: Add, Category: StaffOf, ID: s.ID, Attrs: a}
}

// Record writes the school as an Add of that degree. Classes and groups are
// left out of the first degree, which has no list of them.
func (s School) Record(degree Degree) Record {
	a := make(attrs, 0, 20)
	a.put("ENTStructureJointure", s.ID)
	a.put("ENTStructureUAI", s.UAI)
	a.put("ENTStructureNomCourant", composite(s.Short, s.Name, s.Address.Town))
	a.put("ENTStructureTypeStruct", s.Type)
	a.put("ENTStructureCodeTypeStruct", s.TypeCode)
	a.put("ENTEtablissementContrat", s.Contract)
	a.put(in(degree, "ENTStructureAdresse", "street"), strings.Join(s.Address.Lines, "$"))
	a.put(in(degree, "ENTStructureCodePostal", "postalCode"), s.Address.PostalCode)
	a.put(in(degree, "ENTStructureVille", "l"), s.Address.Town)
	a.put(in(degree, "ENTStructureTelephone", "telephoneNumber"), spaced(s.Phone))
	a.put(in(degree, "ENTStructureEmail", "ENTStructureMailSI"), s.Mail)
	a.put("ENTServAcAcademie", s.Academy)
	a.put("ENTServAcCodeAcademie", s.AcademyCode)
	if degree != First {
		a.put("ENTStructureClasses", each(s.Classes, func(c Class) string {
			return composite(append([]string{c.Code, c.Label}, c.Mefs...)...)
		})...)
		a.put("ENTStructureGroupes", each(s.Groups, func(g Group) string {
			return composite(append([]string{g.Code, g.Label}, g.Classes...)...)
		})...)
	}
	return Record{Op: Add, Category: Schools, ID: s.ID, Attrs: a}
}

// Record writes the subject as an Add; only the second degree has subjects.
func (s Subject) Record() Record {
	a := make(attrs, 0, 3)
	a.put("ENTMatJointure", s.Code)
	a.put("ENTLibelleMatiere", s.Label)
	a.put("ENTMatiereRattach", s.Parent)
	return Record{Op: Add, Category: Subjects, ID: s.Code, Attrs: a}
}

// Record writes the module as an Add; only the second degree has modules.
func (m Mef) Record() Record {
	a := make(attrs, 0, 3)
	a.put("ENTMefJointure", m.Code)
	a.put("ENTLibelleMef", m.Label)
	a.put("ENTMEFRattach", m.Parent)
	return Record{Op: Add, Category: Mefs, ID: m.Code, Attrs: a}
}
