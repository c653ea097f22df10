package aaf

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
)

// A Kind tells whether files hold a whole state or what changed.
type Kind string

// The two kinds, by the word that file names bear.
const (
	Complete Kind = "Complet"
	Delta    Kind = "Delta"
)

// FileName makes the name of one slice, from 0:
// ENT_0759001B_Complet_20240916_Eleve_0000.xml for the prefix ENT_0759001B.
func FileName(prefix string, kind Kind, date Date, category Category, slice int) string {
	return fmt.Sprintf("%s_%s_%s_%s_%04d.xml", prefix, kind, date.compact(), category, slice)
}

// The category must stand between underscores: PersRelEleve ends with Eleve.
var (
	sliceName = regexp.MustCompile(`(?i)(?:^|_)(Eleve|PersRelEleve|PersEducNat|EtabEducNat|MatiereEducNat|MefEducNat)(?:_(\d{1,6}))?\.xml$`)
	kindWord  = regexp.MustCompile(`(?i)(complet|delta|full)`)
	dayWord   = regexp.MustCompile(`(?:^|\D)(20\d{6})(?:\D|$)`)
)

// A named is what a file's name tells; whatever it does not tell is empty.
type named struct {
	prefix   string // before the kind, the date or the category
	kind     Kind
	date     Date
	category Category
	slice    int
}

// parseName reads a file name leniently: only the category must be there, for
// the name to be one of ours.
func parseName(base string) (named, bool) {
	m := sliceName.FindStringSubmatchIndex(base)
	if m == nil {
		return named{}, false
	}
	n := named{}
	n.category, _ = categoryOf(base[m[2]:m[3]])
	if m[4] >= 0 {
		n.slice, _ = strconv.Atoi(base[m[4]:m[5]])
	}
	rest := base[:m[0]]
	n.kind, n.date = hints(rest)
	n.prefix = rest
	if words := kindWord.FindAllStringIndex(rest, -1); words != nil {
		n.prefix = rest[:words[len(words)-1][0]]
	}
	if at := dayWord.FindStringIndex(n.prefix); at != nil {
		n.prefix = n.prefix[:at[0]]
	}
	n.prefix = strings.Trim(n.prefix, "_-. ")
	return n, true
}

// hints finds a kind and a date in any name, a file's or an archive's. The last
// of several kinds counts: FULL_… may be a prefix.
func hints(name string) (kind Kind, date Date) {
	if words := kindWord.FindAllString(name, -1); len(words) > 0 {
		kind = Complete
		if strings.EqualFold(words[len(words)-1], "delta") {
			kind = Delta
		}
	}
	for _, m := range dayWord.FindAllStringSubmatch(name, -1) {
		if d, ok := parseCompact(m[1]); ok {
			date = d
		}
	}
	return kind, date
}

// A digit before 1D would be that of a UAI.
var degreeWord = regexp.MustCompile(`(?i)(?:^|\D)([12]D)`)

// degreeHint finds the degree in a prefix: ENT1DVA…, ENT2D….
func degreeHint(prefix string) Degree {
	if m := degreeWord.FindStringSubmatch(prefix); m != nil {
		return Degree(strings.ToUpper(m[1]))
	}
	return ""
}
