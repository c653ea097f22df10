package aaf

import (
	"slices"
	"strings"
)

// Student decodes a pupil of either degree, with a warning in French for each
// detail that was left out. It fails with a *Refusal when the record has a
// Problem, or no name, or no valid date of birth. A Modify is to be overlaid on
// what is known before it is decoded.
func (r *Record) Student() (Student, []string, error) {
	d, err := r.begin(Students)
	if err != nil {
		return Student{}, nil, err
	}
	s := Student{ID: r.ID}
	if s.Name, err = d.name(); err != nil {
		return Student{}, d.warnings, err
	}
	if s.Birth, err = d.birth(); err != nil {
		return Student{}, d.warnings, err
	}
	s.INE = d.ine()
	s.SiecleID = d.one("ENTEleveStructRattachId")
	s.Others = d.others(s.Name.First)
	s.Mail = d.mail("mail", "ENTPersonMail")
	s.Phone = d.phone("homePhone")
	s.School = d.attachment()
	s.Left = d.date("ENTEleveDateSortieStructRattach")
	s.Links = d.links()
	s.Classes = d.memberships("ENTEleveClasses", "ENTPersonClasses")
	s.Groups = d.memberships("ENTEleveGroupes", "ENTPersonGroupes")
	s.Exits = d.exits()
	s.Mef, s.MefLabel = d.one("ENTEleveMEF"), d.one("ENTEleveLibelleMEF")
	s.Level = d.one("ENTEleveNivFormation", "ENTEleveNiveau")
	s.Subjects = d.subjects()
	return s, d.warnings, nil
}

func (d *reading) birth() (Date, error) {
	value := d.one("ENTPersonDateNaissance")
	if value == "" {
		return "", refuse("L’élève n’a pas de date de naissance.")
	}
	date, ok := ParseDate(value)
	if !ok {
		return "", refuse("La date de naissance de l’élève, « %s », n’existe pas.", clip(value))
	}
	return date, nil
}

// ine reads the national number: nine digits and two letters, or ten and one.
func (d *reading) ine() string {
	typed := d.one("ENTEleveINE")
	ine := strings.ToUpper(strings.ReplaceAll(typed, " ", ""))
	if ine == "" {
		return ""
	}
	for i, c := range []byte(ine) {
		digit, letter := c >= '0' && c <= '9', c >= 'A' && c <= 'Z'
		if len(ine) != 11 || i < 9 && !digit || i == 9 && !digit && !letter || i == 10 && !letter {
			d.dropped("ENTEleveINE", typed)
			return ""
		}
	}
	return ine
}

// others reads the given names but the first, which the list repeats.
func (d *reading) others(first string) []string {
	names := d.all("ENTPersonAutresPrenoms")
	if len(names) > 0 && strings.EqualFold(names[0], first) {
		names = names[1:]
	}
	return append([]string(nil), names...)
}

func (d *reading) exits() []Exit {
	list := composites(d, "ENTEleveDateSortieClasses", 3, false, func(f []string) (Exit, bool) {
		date, ok := ParseDate(f[1])
		return Exit{School: f[0], Class: f[2], Date: date}, ok && f[0] != "" && f[2] != ""
	})
	return distinct(list, func(e Exit) string { return e.School + "$" + e.Class })
}

// links reads the ties with relatives, six fields in 2D, two in 1D. A relative
// that is named twice counts once.
func (d *reading) links() []Link {
	const second, first = "ENTElevePersRelEleve", "ENTEleveAutoriteParentale"
	before := d.before(second)
	list := composites(d, second, 6, false, func(f []string) (Link, bool) {
		l := Link{Relative: f[0], Code: f[1], Financial: f[2] == "1", Contact: f[4] == "1", Payment: f[5] == "1"}
		oldTimes := old(f[1]) || f[1] == "" && before
		l.Legal = f[3] == "1" || oldTimes && f[3] == "2"
		l.InCharge = !oldTimes && f[3] == "2"
		return l, f[0] != ""
	})
	for _, value := range d.all(first) {
		// In 2D this was another attribute, bare keys that the first list repeats.
		if !strings.Contains(value, "$") {
			continue
		}
		if f, ok := fields(value, 2, false); ok && f[0] != "" {
			list = append(list, Link{Relative: f[0], Code: f[1], Legal: true})
		} else {
			d.dropped(first, value)
		}
	}
	once := distinct(slices.Clone(list), func(l Link) string { return l.Relative })
	if len(once) < len(list) {
		d.warn("Un même responsable figure deux fois dans les liens, sa première mention est prise.")
	}
	return once
}

// before tells whether the codes of these links are of the old times, for those
// that have none.
func (d *reading) before(name string) bool {
	seen := false
	for _, value := range d.all(name) {
		if f, ok := fields(value, 6, false); ok && f[1] != "" {
			if !old(f[1]) {
				return false
			}
			seen = true
		}
	}
	return seen
}

// subjects joins the two parallel lists. Where they are not of one length their
// ranks mean nothing, and the codes go without labels.
func (d *reading) subjects() []Subject {
	codes, labels := d.all("ENTEleveCodeEnseignements"), d.all("ENTEleveEnseignements")
	var list []Subject
	for i, code := range codes {
		s := Subject{Code: code}
		if len(labels) == len(codes) {
			s.Label = labels[i]
		}
		if code != "" {
			list = append(list, s)
		}
	}
	return distinct(list, func(s Subject) string { return s.Code })
}
