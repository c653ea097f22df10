package aaf

import (
	"strings"
)

// A School is a structure: an école, a collège, a lycée, or an office of the
// académie that only exists so that staff may be assigned to it.
type School struct {
	ID          string // join key, the first field of every composite
	UAI         string // upper case, its key verified; empty for some offices
	Short       string // CLG, LYC, LP… empty when the name has no such word
	Name        string // without that word, without the town
	Type        string // label of the file: COLLEGE, RECTORAT…
	TypeCode    string // nature: 340 is a collège, 151 an école élémentaire
	Contract    string // PU public, PR private; may be empty
	Academy     string // LYON; may be empty
	AcademyCode string // 010; recent files only
	Address     Address
	Phone       string // normalised as Phone does
	Mail        string
	Classes     []Class // 2D only: in 1D the pupils name them
	Groups      []Group
}

// A Class is one division of a school.
type Class struct {
	Code  string // unique in the school; spaces and case are meant
	Label string // the code when the file has none
	Mefs  []string
}

// A Group is a teaching group.
type Group struct {
	Code    string
	Label   string   // the code when the file has none
	Classes []string // codes of the classes whose pupils it may hold
}

// Administrative tells that the structure teaches nobody: rectorat, services of
// the départements, zones of replacement teachers. No establishment is made of it.
func (s School) Administrative() bool {
	if strings.HasPrefix(s.TypeCode, "8") {
		return true
	}
	label := strings.ToUpper(s.Type)
	for _, word := range []string{"RECTORAT", "INSPECTION", "SANS OBJET", "DSDEN", "ZONE", "SERVICES DEPARTEMENTAUX", "CIRCONSCRIPTION"} {
		if strings.Contains(label, word) {
			return true
		}
	}
	return false
}

// A SchoolKind is a family of schools.
type SchoolKind string

// The families that a nature code or a label tells apart.
const (
	Ecole        SchoolKind = "école"
	College      SchoolKind = "collège"
	LyceeGeneral SchoolKind = "lycée général"
	LyceePro     SchoolKind = "lycée professionnel"
	LyceePoly    SchoolKind = "lycée polyvalent"
	OtherKind    SchoolKind = "autre"
)

// Kind gives the family, by the nature code, or by the label where there is none.
func (s School) Kind() SchoolKind {
	code, label := s.TypeCode, strings.ToUpper(s.Type)
	switch {
	case s.Administrative():
		return OtherKind
	case len(code) == 3 && code[0] == '1', code == "" && strings.HasPrefix(label, "ECOLE"):
		return Ecole
	case code == "340" || code == "350" || code == "352" || code == "390", code == "" && strings.HasPrefix(label, "COLLEGE"):
		return College
	case code == "306", code == "" && strings.Contains(label, "POLYVALENT"):
		return LyceePoly
	case code == "320" || code == "334", code == "" && strings.Contains(label, "PROFESSIONNEL"):
		return LyceePro
	case code == "300" || code == "301" || code == "302" || code == "310", code == "" && strings.HasPrefix(label, "LYCEE"):
		return LyceeGeneral
	}
	return OtherKind
}

var shorts = map[string]string{
	"CLG": "Collège", "COL": "Collège", "LYC": "Lycée", "LGT": "Lycée général et technologique",
	"LG": "Lycée", "LT": "Lycée technologique", "LP": "Lycée professionnel", "LPO": "Lycée polyvalent",
	"EEPU": "École élémentaire", "EMPU": "École maternelle", "EPPU": "École primaire",
	"ECOLE ELEMENTAIRE": "École élémentaire", "ECOLE MATERNELLE": "École maternelle", "ECOLE PRIMAIRE": "École primaire",
}

// FullName is what people call the school: its kind written out, then its name
// as the file spells it.
func (s School) FullName() string {
	short := s.Short
	if long, ok := shorts[strings.ToUpper(short)]; ok {
		short = long
	}
	return strings.TrimSpace(short + " " + s.Name)
}

// splitName takes the current name apart: CLG$VAL D'ARGENT$LYON nowadays,
// CLG-VAL D'ARGENT-ac-LYON in the files of 2013.
func splitName(current string) (short, name, town string) {
	if parts := strings.Split(current, "$"); len(parts) > 1 {
		return strings.TrimSpace(parts[0]), trimJoin(parts[1:max(2, len(parts)-1)]), trimJoin(parts[max(2, len(parts)-1):])
	}
	if i := strings.LastIndex(current, "-ac-"); i > 0 {
		current = current[:i]
		if short, rest, ok := strings.Cut(current, "-"); ok {
			return strings.TrimSpace(short), strings.TrimSpace(rest), ""
		}
	}
	return "", strings.TrimSpace(current), ""
}

func trimJoin(parts []string) string {
	return strings.TrimSpace(strings.Join(parts, " "))
}
