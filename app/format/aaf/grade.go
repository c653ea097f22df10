package aaf

import (
	"strings"
)

// A Grade is a level of schooling, as people name it.
type Grade struct {
	Key   string // short, lower case, stable: 6e, 2nde, cap1
	Label string // 6e, 2nde, CAP 1
}

// Grades are all that Level can give, youngest pupils first, but for labels
// that no table knows.
var Grades = []Grade{
	{"tps", "TPS"}, {"ps", "PS"}, {"ms", "MS"}, {"gs", "GS"}, {"cp", "CP"},
	{"ce1", "CE1"}, {"ce2", "CE2"}, {"cm1", "CM1"}, {"cm2", "CM2"},
	{"6e", "6e"}, {"5e", "5e"}, {"4e", "4e"}, {"3e", "3e"},
	{"6e-segpa", "6e SEGPA"}, {"5e-segpa", "5e SEGPA"}, {"4e-segpa", "4e SEGPA"}, {"3e-segpa", "3e SEGPA"},
	{"relais", "Dispositif relais"}, {"ulis", "ULIS"},
	{"2nde", "2nde"}, {"1ere", "1ère"}, {"tle", "Tle"},
	{"1ere-techno", "1ère technologique"}, {"tle-techno", "Tle technologique"},
	{"bt", "Brevet de technicien"},
	{"2nde-pro", "2nde professionnelle"}, {"1ere-pro", "1ère professionnelle"}, {"tle-pro", "Tle professionnelle"},
	{"cap1", "CAP 1"}, {"cap2", "CAP 2"}, {"cap3", "CAP 3"},
	{"bma-mc-bp", "BMA, MC ou BP"}, {"agricole", "Enseignement professionnel agricole"},
	{"cpge1", "CPGE 1"}, {"cpge2", "CPGE 2"}, {"bts1", "BTS 1"}, {"bts2", "BTS 2"}, {"bts3", "BTS 3"},
	{"superieur", "Enseignement supérieur"}, {"mlds", "MLDS ou FCIL"},
}

var gradeLabel = func() map[string]string {
	labels := map[string]string{}
	for _, g := range Grades {
		labels[g.Key] = g.Label
	}
	return labels
}()

// byPrefix gives the grade that the first three characters of a MEF stand for;
// where there are several, the year within the cycle, its tenth character, picks.
var byPrefix = map[string][]string{
	"000": {"ps", "ms", "gs"}, "001": {"cp"}, "002": {"ce1", "ce2"}, "003": {"cm1", "cm2"}, "004": {"tps"},
	"100": {"6e"}, "101": {"5e"}, "102": {"4e"}, "103": {"3e"}, "105": {"relais"}, "106": {"ulis"},
	"164": {"6e-segpa"}, "165": {"5e-segpa"}, "166": {"4e-segpa"}, "167": {"3e-segpa"},
	"200": {"2nde"}, "201": {"1ere"}, "202": {"tle"},
	"210": {"2nde"}, "211": {"1ere-techno"}, "212": {"tle-techno"}, "213": {"1ere-techno"}, "214": {"tle-techno"},
	"220": {"bt"}, "221": {"bt"}, "222": {"bt"}, "223": {"bt"},
	"240": {"cap1"}, "241": {"cap1", "cap2"}, "242": {"cap1", "cap2", "cap3"},
	"247": {"2nde-pro", "1ere-pro", "tle-pro"},
	"250": {"bma-mc-bp"}, "251": {"bma-mc-bp"}, "253": {"bma-mc-bp"}, "254": {"bma-mc-bp"},
	"270": {"agricole"}, "271": {"agricole"}, "272": {"agricole"}, "273": {"agricole"},
	"274": {"agricole"}, "275": {"agricole"}, "276": {"agricole"},
	"300": {"cpge1", "cpge2"}, "301": {"cpge1", "cpge2"},
	"310": {"bts1", "bts2"}, "311": {"bts1", "bts2", "bts3"}, "312": {"bts1", "bts2"}, "313": {"bts1", "bts2"},
	"370": {"bts1", "bts2"}, "371": {"bts1", "bts2"},
}

// Level gives the grade of a pupil, its key and its label, from the code of a
// MEF, or, when the code tells nothing, from the label of the level
// (ENTEleveNivFormation in 2D, ENTEleveNiveau in 1D). A label that is no known
// grade is one of its own. Both results are empty when nothing is known.
func Level(mef, label string) (key, name string) {
	key = levelOfMef(mef)
	if key == "" {
		key = levelOfLabel(label)
	}
	if key == "" {
		label = strings.TrimSpace(label)
		return slug(label), label
	}
	return key, gradeLabel[key]
}

// Grade gives the key and the label of the pupil's grade; see Level.
func (s Student) Grade() (key, label string) {
	if s.Level == "" {
		return Level(s.Mef, s.MefLabel)
	}
	return Level(s.Mef, s.Level)
}

func levelOfMef(mef string) string {
	if len(mef) < 10 {
		return ""
	}
	keys := byPrefix[mef[:3]]
	switch {
	case len(keys) == 1:
		return keys[0]
	case len(keys) > 1:
		if year := int(mef[9] - '1'); mef[9] >= '1' && year < len(keys) {
			return keys[year]
		}
		return ""
	case mef[0] == '4':
		return "superieur"
	case mef[0] == '7':
		return "mlds"
	}
	return ""
}

// words are what labels begin with, as typed by those who type them; longer
// beginnings come first.
var words = []struct{ begin, key string }{
	{"6EME", "6e"}, {"5EME", "5e"}, {"4EME", "4e"}, {"3EME", "3e"},
	{"SIXIEME", "6e"}, {"CINQUIEME", "5e"}, {"QUATRIEME", "4e"}, {"TROISIEME", "3e"},
	{"2NDE PRO", "2nde-pro"}, {"1ERE PRO", "1ere-pro"}, {"TLE PRO", "tle-pro"}, {"TERMINALE PRO", "tle-pro"},
	{"1ERE TECHNO", "1ere-techno"}, {"TLE TECHNO", "tle-techno"}, {"TERMINALE TECHNO", "tle-techno"},
	{"2NDE", "2nde"}, {"SECONDE", "2nde"}, {"2DE", "2nde"}, {"1ERE", "1ere"}, {"PREMIERE", "1ere"},
	{"TERMINALE", "tle"}, {"TLE", "tle"}, {"ULIS", "ulis"},
	{"TPS", "tps"}, {"PS", "ps"}, {"MS", "ms"}, {"GS", "gs"}, {"CP", "cp"},
	{"CE1", "ce1"}, {"CE2", "ce2"}, {"CM1", "cm1"}, {"CM2", "cm2"},
}

func levelOfLabel(label string) string {
	label = strings.ToUpper(strings.NewReplacer("è", "e", "È", "E", "é", "e", "É", "E").Replace(strings.TrimSpace(label)))
	if begin, rest, ok := strings.Cut(label, ":"); ok {
		if begin = strings.TrimSpace(begin); strings.HasPrefix(begin, "BAC PRO") {
			return levelOfLabel(rest)
		} else if strings.HasPrefix(begin, "CAP") || strings.HasPrefix(begin, "BTS") {
			return yearly(strings.ToLower(begin[:3]), strings.TrimSpace(rest))
		}
	}
	for _, w := range words {
		rest, ok := strings.CutPrefix(label, w.begin)
		if !ok || len(w.begin) < 4 && rest != "" && rest[0] != ' ' {
			continue
		}
		if strings.Contains(rest, "SEGPA") && gradeLabel[w.key+"-segpa"] != "" {
			return w.key + "-segpa"
		}
		return w.key
	}
	return ""
}

// yearly reads « 1ERE ANNEE » behind the name of a diploma.
func yearly(diploma, year string) string {
	if year != "" {
		if key := diploma + year[:1]; gradeLabel[key] != "" {
			return key
		}
	}
	return ""
}

// slug makes a key of a label: letters and digits in lower case, anything else
// a hyphen.
func slug(label string) string {
	var b strings.Builder
	for _, c := range strings.ToLower(label) {
		switch {
		case c >= 'a' && c <= 'z', c >= '0' && c <= '9', c > 0x7F:
			b.WriteRune(c)
		case b.Len() > 0 && !strings.HasSuffix(b.String(), "-"):
			b.WriteByte('-')
		}
	}
	return strings.TrimSuffix(b.String(), "-")
}
