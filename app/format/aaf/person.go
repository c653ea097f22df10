package aaf

import "strings"

// A Name is what a person is called, whatever the degree spells it with.
type Name struct {
	Last  string // usual name, never empty in a decoded person
	Birth string // family name at birth, empty when the file has none
	First string // empty for some relatives that are organisations
	Title string // M., Mme or Mlle, or as typed; often empty
}

// An Address is postal; every part may be empty.
type Address struct {
	Lines      []string // street, building… at most four in what we have seen
	PostalCode string
	Town       string
	Country    string
}

// A Membership is a pupil's place in a class or a teaching group.
type Membership struct {
	School string // join key of the school
	Code   string // 2D: unique in the school; 1D: a key that outlives the label
	Label  string // 1D only: in 2D it is in the school's own record
}

// An Exit is the day on which a pupil leaves, or left, a class.
type Exit struct {
	School string // join key
	Class  string // code
	Date   Date
}

// A Student is a pupil.
type Student struct {
	ID       string // join key
	INE      string // national number, 11 characters, upper case; may be empty
	SiecleID string // ELEVE_ID of the school's own database, 2D only
	Name     Name
	Birth    Date     // always known
	Others   []string // given names after the first
	Mail     string
	Phone    string // normalised as Phone does; 2D only
	School   string // join key of the main school
	Left     Date   // day out of the main school
	Links    []Link
	Classes  []Membership
	Groups   []Membership
	Exits    []Exit
	Mef      string // 11 characters, 2D only
	MefLabel string
	Level    string    // label of the level as the file spells it; see Grade
	Subjects []Subject // 2D only; a label may be empty
}

// A Relative is a person that pupils' links name.
type Relative struct {
	ID         string // join key
	Name       Name
	Birth      Date // nearly always unknown
	Mail       string
	Home       string // phones, normalised as Phone does
	Work       string
	Mobile     string
	Address    Address
	Disclosure bool // accepts that the address be given to parents' associations
}

// A Function is what a member of staff does in one school.
type Function struct {
	School          string // join key
	Code            string // ENS, DOC, DIR, EDU, AED…
	Label           string
	Discipline      string // L0422, D0010…; empty when without object
	DisciplineLabel string
}

// A Teaching is a subject taught to a class, or to a teaching group.
type Teaching struct {
	School  string // join key
	Code    string // of the class or group
	Subject string // code of the subject
}

// A Staff is a member of staff, teacher or not.
type Staff struct {
	ID        string // join key
	STSID     string // number of the person in STS, 2D only
	Name      Name
	Birth     Date // rarely unknown
	Mail      string
	School    string // join key of the administrative assignment, often empty
	Functions []Function
	HeadOf    []string // join keys of the schools that the person directs
	Teaches   bool
	Classes   []Teaching   // 2D only
	Groups    []Teaching   // 2D only
	Principal []Membership // classes of which the person is head teacher, 2D only
}

// Schools lists the join keys of every school that the record ties the person
// to, the administrative assignment first, each once.
func (s Staff) Schools() []string {
	var keys []string
	add := func(key string) {
		for _, k := range keys {
			if k == key {
				return
			}
		}
		if key != "" {
			keys = append(keys, key)
		}
	}
	add(s.School)
	for _, f := range s.Functions {
		add(f.School)
	}
	for _, key := range s.HeadOf {
		add(key)
	}
	for _, t := range s.Classes {
		add(t.School)
	}
	for _, t := range s.Groups {
		add(t.School)
	}
	for _, m := range s.Principal {
		add(m.School)
	}
	return keys
}

// Directs tells whether the person heads that school or seconds its head.
func (s Staff) Directs(school string) bool {
	for _, key := range s.HeadOf {
		if key == school {
			return true
		}
	}
	for _, f := range s.Functions {
		if f.School == school && (directing[f.Discipline] || directingLabel[f.DisciplineLabel]) {
			return true
		}
	}
	return false
}

// HeadCode is the discipline code of a head of school, not of a deputy.
const HeadCode = "D0010"

var (
	directing      = map[string]bool{HeadCode: true, "D0011": true}
	directingLabel = map[string]bool{
		"DIRECTION":                               true,
		"DIRECTION CHEF D'ETABLISSEMENT":          true,
		"CHEF D'ETABLISSEMENT ADJOINT":            true,
		"DIRECTION ADJOINT AU CHEF ETABLISSEMENT": true,
	}
)

// titled writes a title as the files most often do.
func titled(v string) string {
	switch strings.ToUpper(strings.TrimSuffix(v, ".")) {
	case "M", "MR", "MONSIEUR":
		return "M."
	case "MME", "MADAME":
		return "Mme"
	case "MLLE", "MADEMOISELLE":
		return "Mlle"
	}
	return v
}
