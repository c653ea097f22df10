package demo

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// list takes apart names that commas separate.
func list(names string) []string {
	parts := strings.Split(names, ",")
	for i := range parts {
		parts[i] = strings.TrimSpace(parts[i])
	}
	return parts
}

// An origin keeps forenames near the surnames that they go with. Most children
// of every origin may also bear a forename of the first one.
type origin struct {
	weight                            int // of 100
	surnames, girls, boys, women, men []string
	assimilated                       float64 // share of children with a forename of the first origin
}

var origins = []origin{
	{66, frenchSurnames, frenchGirls, frenchBoys, frenchWomen, frenchMen, 0},
	{12, maghrebSurnames, maghrebGirls, maghrebBoys, maghrebWomen, maghrebMen, 0.2},
	{8, africanSurnames, africanGirls, africanBoys, africanWomen, africanMen, 0.35},
	{6, southSurnames, southGirls, southBoys, southWomen, southMen, 0.6},
	{3, eastSurnames, eastGirls, eastBoys, eastWomen, eastMen, 0.4},
	{3, asianSurnames, asianGirls, asianBoys, asianWomen, asianMen, 0.5},
	{2, overseasSurnames, frenchGirls, frenchBoys, frenchWomen, frenchMen, 0},
}

// origin draws where a family's names come from.
func (d dice) origin() *origin {
	n := d.IntN(100)
	for i := range origins {
		if n -= origins[i].weight; n < 0 {
			return &origins[i]
		}
	}
	return &origins[0]
}

// surname draws a family name, now and then a double one.
func (d dice) surname(o *origin) string {
	name := d.often(o.surnames)
	if d.chance(0.04) && !strings.ContainsAny(name, "- '") {
		if other := d.often(frenchSurnames); other != name && !strings.ContainsAny(other, "- '") {
			return name + "-" + other
		}
	}
	return name
}

// child draws a pupil's forename that goes with a surname.
func (d dice) child(o *origin, girl bool, surname string) string {
	for {
		from := o
		if d.chance(o.assimilated) {
			from = &origins[0]
		}
		name := d.often(from.boys)
		if girl {
			name = d.often(from.girls)
		}
		if allowed(name, surname) {
			return name
		}
	}
}

// adult draws the forename of a parent or of a member of staff.
func (d dice) adult(o *origin, woman bool, surname string) string {
	for {
		name := d.often(o.men)
		if woman {
			name = d.often(o.women)
		}
		if allowed(name, surname) {
			return name
		}
	}
}

// allowed keeps the logins of the demo's own people theirs, and well-known
// people out of the classes.
func allowed(first, last string) bool { return !taken[plain(first)+"."+plain(last)] }

var taken = func() map[string]bool {
	set := map[string]bool{}
	for _, login := range list(`claire.moreau, julien.petit, lucas.martin, anne.martin, helene.rousseau,
		sophie.girard, paul.lefevre, nadia.benali, marc.dubois, invite.demo, admin.demo, laurent.blanc, antoine.dupont,
		jean.moulin, didier.deschamps, claude.bernard, edouard.philippe, melanie.laurent, patrick.roy, alexandre.dumas,
		christian.lacroix, gabriel.faure, edgar.faure, elie.faure, henri.rousseau, andre.breton, philippe.leclerc,
		moussa.sissoko, enzo.ferrari, julien.clerc, marie.laforet, gerard.philippe, jean.renoir`) {
		set[login] = true
	}
	return set
}()

// ligatures are the letters that no decomposition opens.
var ligatures = strings.NewReplacer("œ", "oe", "æ", "ae", "ł", "l", "ø", "o", "ß", "ss", "ı", "i", "đ", "d")

// plain is a name as logins and addresses have it: no accent, letters only.
func plain(name string) string {
	var b strings.Builder
	for _, c := range norm.NFD.String(ligatures.Replace(strings.ToLower(name))) {
		if c < unicode.MaxASCII && unicode.IsLetter(c) {
			b.WriteRune(c)
		}
	}
	return b.String()
}
