package aaf

// A Link is what ties a pupil to a relative. Code alone says whether the file
// speaks the old language (one digit, until about 2018) or the new one (two).
type Link struct {
	Relative  string // join key
	Code      string // as in the file: 10 is a mother, 1 a father of the old times
	Legal     bool   // legal representative: the only links that open an account
	InCharge  bool   // looks after the pupil without being a legal representative
	Contact   bool   // to be contacted
	Financial bool   // is billed
	Payment   bool   // is paid the grants
}

var kinds = map[string]string{
	"1": "Père", "2": "Mère", "3": "Tuteur", "4": "Autre membre de la famille",
	"5": "Aide sociale à l’enfance", "6": "Autre lien", "7": "Élève lui-même",
	"10": "Mère", "20": "Père", "37": "Fratrie", "38": "Ascendant",
	"39": "Autre membre de la famille", "41": "Éducateur", "42": "Assistant familial",
	"43": "Garde d’enfant", "50": "Tuteur", "51": "Aide sociale à l’enfance",
	"70": "Élève lui-même", "90": "Autre lien",
}

// Kind says in French what the relative is to the pupil; « Autre lien » for a
// code that no table has.
func (l Link) Kind() string {
	if kind, ok := kinds[l.Code]; ok {
		return kind
	}
	return kinds["90"]
}

// Self tells whether the link leads from an adult pupil to the pupil's own
// double: such a relative is nobody's parent.
func (l Link) Self() bool { return l.Code == "7" || l.Code == "70" }

// old tells whether a link code is of the regime where levels 1 and 2 were both
// legal representatives.
func old(code string) bool { return len(code) == 1 }

// level writes field 4 of the composite.
func (l Link) level() string {
	switch {
	case l.Legal:
		return "1"
	case old(l.Code):
		return "0"
	case l.InCharge:
		return "2"
	}
	return "3"
}

func flag(b bool) string {
	if b {
		return "1"
	}
	return "0"
}
