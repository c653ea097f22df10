package groups

import (
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"preau/app/access"
	"preau/app/directory"
	"preau/data"
)

// A Group is made by an establishment: a local one, of its own people, or a
// shared one, open to its partners. Its members are rows of their own.
type Group struct {
	ID          string     `cbor:"id" log:"-"`
	At          data.Place `cbor:"at" log:"-"` // the establishment that made it
	Shared      bool       `cbor:"shared,omitempty" log:"-"`
	Parent      string     `cbor:"up,omitempty" log:"-"` // the local group that it is a sub-group of
	Name        string     `cbor:"name" log:"Nom"`
	Description string     `cbor:"desc,omitempty" log:"Description"`
	Sides       Sides      `cbor:"sides,omitempty" log:"Profils autorisés"` // of a shared group
	By          string     `cbor:"by" log:"-"`                              // account, "" for the appliance
	ByName      string     `cbor:"byname" log:"-"`
	CreatedAt   time.Time  `cbor:"made" log:"-"`
	EditedAt    time.Time  `cbor:"edited" log:"-"`
	DeletedAt   time.Time  `cbor:"del" log:"Supprimé le"`
	DeletedBy   string     `cbor:"delby,omitempty" log:"-"` // name
	DeletedByID string     `cbor:"delbyid,omitempty" log:"-"`
	Gone        string     `cbor:"gone,omitempty" log:"-"` // the group whose deletion took this one: itself, or one around it
	Version     uint64     `cbor:"v" log:"-"`              // of what its own establishment decides
}

// A Side is what a shared group is to one establishment.
type Side struct {
	At       data.Place          `cbor:"at"`
	Profiles []directory.Profile `cbor:"prof,omitempty"` // those that it may add
	Version  uint64              `cbor:"v,omitempty"`    // of the members that it put
}

// Sides are those of a shared group: its own establishment's first.
type Sides []Side

// Of returns the side of an establishment.
func (all Sides) Of(at data.Place) (Side, bool) {
	i := slices.IndexFunc(all, func(s Side) bool { return s.At == at })
	if i < 0 {
		return Side{At: at}, false
	}
	return all[i], true
}

// with returns the sides with one of them as given.
func (all Sides) with(side Side) Sides {
	all = slices.Clone(all)
	if i := slices.IndexFunc(all, func(s Side) bool { return s.At == side.At }); i >= 0 {
		all[i] = side
		return all
	}
	return append(all, side)
}

// without returns the sides but that of an establishment.
func (all Sides) without(at data.Place) Sides {
	return slices.DeleteFunc(slices.Clone(all), func(s Side) bool { return s.At == at })
}

// ByPlace tells each establishment the profiles that it may add, and no other.
func (all Sides) ByPlace() map[data.Place]string {
	said := map[data.Place]string{}
	for _, s := range all {
		if len(s.Profiles) > 0 {
			said[s.At] = ProfilesSaid(s.Profiles)
		}
	}
	return said
}

// ProfilesSaid words some profiles: « Élèves, Enseignants ».
func ProfilesSaid(profiles []directory.Profile) string {
	words := make([]string, len(profiles))
	for i, p := range profiles {
		words[i] = p.Many()
	}
	return strings.Join(words, ", ")
}

// allows reports whether people of a profile may be put by this side.
func (s Side) allows(p directory.Profile) bool { return slices.Contains(s.Profiles, p) }

// Key is the identifier of the group.
func (g Group) Key() string { return g.ID }

// Places are the establishment that made the group, and those it is open to.
func (g Group) Places() []data.Place {
	places := []data.Place{g.At}
	for _, s := range g.Sides {
		if s.At != g.At && len(s.Profiles) > 0 {
			places = append(places, s.At)
		}
	}
	return places
}

// Label is the name of the group.
func (g Group) Label() string { return g.Name }

// Deleted reports whether the group is in the « Corbeille ».
func (g Group) Deleted() bool { return !g.DeletedAt.IsZero() }

// UAI is the establishment that made the group.
func (g Group) UAI() string { return directory.UAIOf(g.At) }

// Bounds of groups.
const (
	longestName        = 80  // characters
	longestDescription = 500 // characters
	deepest            = 6   // sub-groups below each other, the first group included
	TrashLife          = 30 * 24 * time.Hour
)

// checkName refuses a name or a description that cannot be.
func checkName(name, description string) error {
	wrong := map[string]string{}
	switch n := utf8.RuneCountInString(name); {
	case n == 0:
		wrong["nom"] = "Donnez un nom au groupe."
	case n > longestName:
		wrong["nom"] = "Le nom d’un groupe a 80 caractères au plus."
	}
	if utf8.RuneCountInString(description) > longestDescription {
		wrong["description"] = "La description d’un groupe a 500 caractères au plus."
	}
	return access.WrongFields(wrong)
}

// tidy is a name as it is kept: without spaces around it nor doubled ones, nor
// anything that is not seen, by which two names would look the same.
func tidy(name string) string {
	name = strings.Map(func(r rune) rune {
		if !unicode.IsSpace(r) && (unicode.IsControl(r) || unicode.In(r, unicode.Cf, unicode.Variation_Selector) || slices.Contains(blanks, r)) {
			return -1
		}
		return r
	}, name)
	return strings.Join(strings.Fields(norm.NFC.String(name)), " ")
}

// blanks are letters and signs that show nothing, and what an unreadable one becomes.
var blanks = []rune{'\u2800', '\u3164', '\uffa0', '\u115f', '\u1160', '\u034f', unicode.ReplacementChar}

func compare(a, b string) int { return strings.Compare(a, b) }

// byName orders groups as the screens do.
func byName(a, b Group) int { return compare(data.SortKey(a.Name, a.ID), data.SortKey(b.Name, b.ID)) }

// groupAt returns a group that an establishment of the author's reach may see, a
// deleted one not being there.
func groupAt(tx *data.Tx, place data.Place, id string) (Group, error) {
	g, err := Groups.Get(tx, id)
	if err == nil && (g.Deleted() || !slices.Contains(g.Places(), place)) {
		return Group{}, data.ErrNotFound
	}
	return g, err
}

// managedAt is the place of an establishment whose groups the person manages.
func managedAt(tx *data.Tx, s *access.Session, uai string) (data.Place, error) {
	place, err := directory.Locate(tx, uai)
	if err == nil && !s.Can(access.ManageGroups, place) {
		err = data.ErrNotFound
	}
	return place, err
}
