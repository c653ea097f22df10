package aaf

import "strings"

// School decodes a structure of either degree, with a warning in French for each
// detail that was left out. It fails with a *Refusal when the record has a
// Problem, or when a structure that is not administrative has no valid UAI.
func (r *Record) School() (School, []string, error) {
	d, err := r.begin(Schools)
	if err != nil {
		return School{}, nil, err
	}
	s := School{
		ID:          r.ID,
		Type:        d.one("ENTStructureTypeStruct"),
		TypeCode:    d.one("ENTStructureCodeTypeStruct"),
		Contract:    d.one("ENTEtablissementContrat"),
		Academy:     d.one("ENTServAcAcademie"),
		AcademyCode: d.one("ENTServAcCodeAcademie"),
		Phone:       d.phone("telephoneNumber", "ENTStructureTelephone"),
		Mail:        d.mail("ENTStructureMailSI", "ENTStructureEmail"),
		Address: Address{
			Lines:      lines(d.one("street", "ENTStructureAdresse")),
			PostalCode: d.one("postalCode", "ENTStructureCodePostal"),
			Town:       d.one("l", "ENTStructureVille"),
		},
	}
	town := ""
	s.Short, s.Name, town = splitName(d.one("ENTStructureNomCourant"))
	if s.Address.Town == "" {
		s.Address.Town = town
	}
	if s.Name == "" {
		s.Name = s.Address.Town
	}
	s.Classes, s.Groups = d.classes(), d.groups()
	if s.UAI, err = d.uai(s.Administrative()); err != nil {
		return School{}, d.warnings, err
	}
	if s.Name == "" {
		s.Name = s.UAI
	}
	return s, d.warnings, nil
}

func (d *reading) uai(optional bool) (string, error) {
	typed := d.one("ENTStructureUAI", "ENTEtablissementUAI")
	uai := strings.ToUpper(typed)
	switch {
	case ValidUAI(uai):
		return uai, nil
	case optional && typed == "":
		return "", nil
	case optional:
		d.dropped("ENTStructureUAI", typed)
		return "", nil
	case typed == "":
		return "", refuse("L’établissement n’a pas d’UAI.")
	}
	return "", refuse("L’UAI de l’établissement, « %s », n’est pas valide.", clip(typed))
}

// classes reads code$label$MEF, with more MEFs behind or none.
func (d *reading) classes() []Class {
	var list []Class
	d.lists("ENTStructureClasses", func(code, label string, more []string) {
		list = append(list, Class{Code: code, Label: label, Mefs: more})
	})
	return list
}

// groups reads code$label$class, with more classes behind or none.
func (d *reading) groups() []Group {
	var list []Group
	d.lists("ENTStructureGroupes", func(code, label string, more []string) {
		list = append(list, Group{Code: code, Label: label, Classes: more})
	})
	return list
}

// lists reads composites of an open length. The second of two that bear one code
// is left out.
func (d *reading) lists(name string, add func(code, label string, more []string)) {
	known := map[string]bool{}
	for _, value := range d.all(name) {
		parts := strings.Split(value, "$")
		code := strings.TrimSpace(parts[0])
		switch {
		case code == "" || len(parts) < 2:
			d.dropped(name, value)
			continue
		case known[code]:
			d.warn("%s : le code « %s » figure deux fois, sa première mention est prise.", name, clip(code))
			continue
		}
		known[code] = true
		label := strings.TrimSpace(parts[1])
		if label == "" {
			label = code
		}
		add(code, label, clean(lines(strings.Join(parts[2:], "$")), false))
	}
}

// Subject decodes a subject of the nomenclature. It fails with a *Refusal when
// the record has a Problem.
func (r *Record) Subject() (Subject, []string, error) {
	d, err := r.begin(Subjects)
	if err != nil {
		return Subject{}, nil, err
	}
	s := Subject{Code: r.ID, Label: d.one("ENTLibelleMatiere"), Parent: d.one("ENTMatiereRattach")}
	if s.Label == "" {
		s.Label = s.Code
	}
	return s, d.warnings, nil
}

// Mef decodes a module of training of the nomenclature. It fails with a
// *Refusal when the record has a Problem.
func (r *Record) Mef() (Mef, []string, error) {
	d, err := r.begin(Mefs)
	if err != nil {
		return Mef{}, nil, err
	}
	m := Mef{Code: r.ID, Label: d.one("ENTLibelleMef"), Parent: d.one("ENTMEFRattach")}
	if m.Label == "" {
		m.Label = m.Code
	}
	return m, d.warnings, nil
}
