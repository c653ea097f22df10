package demo

import (
	"fmt"
	"strings"

	"preau/app/format/aaf"
)

// A kind of establishment, as it decides on tracks and staff.
type kind byte

const (
	ecole kind = iota
	college
	adapted // a collège with a SEGPA
	general
	pro
	mixed
)

var kinds = map[kind]struct {
	short, label, code string
	weight             float64 // share of the académie's users
}{
	ecole:   {"EEPU", "ECOLE ELEMENTAIRE", "151", 0.55},
	college: {"CLG", "COLLEGE", "340", 1.2},
	adapted: {"CLG", "COLLEGE", "340", 1.35},
	general: {"LYC", "LYCEE D ENSEIGNEMENT GENERAL ET TECHNOLOGIQUE", "302", 1.8},
	pro:     {"LP", "LYCEE PROFESSIONNEL", "320", 1.2},
	mixed:   {"LYC", "LYCEE POLYVALENT", "306", 2.2},
}

// pattern is repeated over the académie. The first lycée comes with two
// collèges after it: the demo's own people need them.
var pattern = []kind{mixed, college, adapted, ecole, general, college, ecole, pro, college, ecole, college, ecole}

// A plan is what is known of an establishment before anybody is in it.
type plan struct {
	index  int // from 0, over the académie
	kind   kind
	key    string // join key
	uai    string
	name   string
	town   town
	weight float64
	last   bool // of its degree
}

func (p plan) degree() aaf.Degree {
	if p.kind == ecole {
		return aaf.First
	}
	return aaf.Second
}

var patrons = list(`Marie Curie, Jean Jaurès, Jules Verne, Louise Michel, Simone Veil, Victor Hugo, Olympe de Gouges,
	Albert Camus, George Sand, Louis Pasteur, Aimé Césaire, Colette, Jacques Prévert, Rosa Bonheur, Antoine de Saint-Exupéry,
	Joséphine Baker, Émile Zola, Germaine Tillion, Denis Diderot, Sophie Germain, Paul Éluard, Françoise Dolto, Évariste Galois,
	Marguerite Duras, Gustave Eiffel, Camille Claudel, François Rabelais, Irène Joliot-Curie, Guy de Maupassant, Lucie Aubrac,
	René Descartes, Nathalie Sarraute, Blaise Pascal, Ada Lovelace, Jean de La Fontaine, Elsa Triolet, Arthur Rimbaud`)

var places = list(`Les Tilleuls, Jules Ferry, Le Petit-Bois, Jacques Prévert, Les Hirondelles, Jean Macé, La Fontaine, Le Lavoir,
	Les Mariniers, Pauline Kergomard, Le Moulin-Vert, Célestin Freinet, Les Coquelicots, Maria Montessori, Le Vieux-Port,
	Robert Desnos, Les Grands-Champs, La Clé-des-Champs, Charles Perrault, L'Arc-en-Ciel, Les Écureuils`)

// plans lays the académie out. Names recur in a large one, in other towns.
func (c Config) plans() []plan {
	all := make([]plan, c.Establishments)
	end := map[aaf.Degree]int{}
	seen := map[kind]int{}
	for i := range all {
		k := pattern[i%len(pattern)]
		digits := fmt.Sprintf("099%04d", i+1)
		p := plan{index: i, kind: k, key: fmt.Sprint(2001 + i), uai: digits + aaf.UAIKey(digits),
			town: towns[(i/4+i/len(pattern))%len(towns)], weight: kinds[k].weight}
		names := patrons
		if k == ecole {
			names = places
		}
		family := min(k, college) // écoles apart, names are drawn from one list
		p.name = names[seen[family]%len(names)]
		seen[family]++
		all[i] = p
		end[p.degree()] = i
	}
	all[0].name = "Honoré de Balzac"
	for _, i := range end {
		all[i].last = true
	}
	return all
}

// record is the establishment as its files describe it, classes apart.
func (p plan) record(d dice) aaf.School {
	about := kinds[p.kind]
	school := aaf.School{
		ID: p.key, UAI: p.uai, Short: about.short, Name: p.name, Type: about.label, TypeCode: about.code,
		Contract: "PU", Academy: AcademyName, AcademyCode: AcademyCode,
		Address: aaf.Address{
			Lines:      []string{strings.ToUpper(fmt.Sprintf("%d %s %s", d.between(1, 60), d.of(roads), d.of(roadNames)))},
			PostalCode: p.town.code, Town: p.town.name,
		},
		Phone: fmt.Sprintf("+3319900%04d", p.index%10000),
		Mail:  "ce." + strings.ToLower(p.uai) + "@" + mailDomain,
	}
	if p.index%len(pattern) == 10 {
		school.Contract = "PR"
	}
	return school
}

// offices are the structures that teach nobody, so that staff assigned to them
// is assigned to something.
func offices() []aaf.School {
	office := func(key, short, name, label, code string) aaf.School {
		return aaf.School{ID: key, Short: short, Name: name, Type: label, TypeCode: code, Academy: AcademyName, AcademyCode: AcademyCode,
			Address: aaf.Address{Lines: []string{"1 PLACE DE LA PAIX"}, PostalCode: towns[0].code, Town: towns[0].name}}
	}
	rectorat := office(rectoratKey, "RECT", "Académie de Val-de-Seine", "RECTORAT", "809")
	rectorat.UAI = "0999001" + aaf.UAIKey("0999001")
	return []aaf.School{rectorat, office(zoneKey, "ZR", "Zone de remplacement de Rivemont", "SANS OBJET", "")}
}

// Join keys of the structures that teach nobody.
const (
	rectoratKey = "43"
	zoneKey     = "61"
)
