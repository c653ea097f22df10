package groups

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"preau/app/access"
	"preau/app/directory"
	"preau/app/format/listing"
	"preau/app/format/sheet"
	"preau/data"
)

var exporting = access.NewAction("group.export", "Membres d’un groupe exportés", access.ManageGroups, data.Info)

// An Exported is the list of a group, to be written as a file once the journal
// says who took it.
type Exported struct {
	Group  string
	School string
	At     time.Time
	People []Someone
}

// The forms of an export.
const (
	CSV = "CSV"
	PDF = "PDF"
)

// ExportMembers reads who is in a group, to be written in a form. The journal of
// the establishment says who took it, and of how many.
func ExportMembers(s *access.Session, uai, id, form string) (x Exported, err error) {
	var school directory.Establishment
	err = s.See(func(tx *data.Tx) error {
		g, place, err := opened(tx, s, uai, id)
		if err != nil {
			return err
		}
		if school, err = directory.Establishments.Get(tx, uai); err != nil {
			return err
		}
		x = Exported{Group: g.Name, School: school.Name, At: tx.Now}
		r := newReader(tx, place, g)
		x.People, err = r.everybody(g)
		return err
	})
	if err != nil {
		return x, err
	}
	note := fmt.Sprintf("«\u00a0%s\u00a0», %s, %s", x.Group, counts(len(x.People), "personne", "personnes"), form)
	return x, s.Record(nil, data.Fact{Action: exporting.Action, About: school, Note: note})
}

// everybody reads all the members of a group.
func (r *reader) everybody(g Group) ([]Someone, error) {
	all, err := r.members(g)
	if err != nil {
		return nil, err
	}
	elements, err := r.elements(g)
	if err != nil {
		return nil, err
	}
	kids, err := r.kids(g)
	if err != nil {
		return nil, err
	}
	return r.people(all, labelsOf(elements, kids))
}

// labelsOf names what brings people to a group: its elements, its sub-groups.
func labelsOf(elements []Element, kids []Kid) map[Ref]string {
	names := map[Ref]string{}
	for _, e := range elements {
		names[e.Ref] = e.Label
	}
	for _, k := range kids {
		names[Nested(k.ID)] = k.Name
	}
	return names
}

// counts words a number of things: « 1 groupe », « 12 groupes ».
func counts(n int, one, many string) string {
	if n < 2 {
		return fmt.Sprint(n, " ", one)
	}
	return fmt.Sprint(n, " ", many)
}

// Origin says how somebody is in a group: « directement, via Élèves de 3A ».
func (p Someone) Origin() string {
	var ways []string
	if p.Direct {
		ways = append(ways, "directement")
	}
	for _, via := range p.Via {
		ways = append(ways, "via "+via)
	}
	if p.Partner {
		ways = append(ways, "par un établissement partenaire")
	}
	return strings.Join(ways, ", ")
}

// CSV writes the list for spreadsheets.
func (x Exported) CSV(w io.Writer) error {
	rows := [][]string{{"Nom", "Prénom", "Profil", "Classe, discipline ou fonction", "Origine"}}
	for _, p := range x.People {
		rows = append(rows, []string{p.LastName, p.FirstName, p.Profile.One(), p.Where, p.Origin()})
	}
	return sheet.Write(w, rows)
}

// PDF writes the list to be printed, by profile.
func (x Exported) PDF(w io.Writer) error {
	l := listing.Listing{School: x.School, Title: x.Group, Says: counts(len(x.People), "personne", "personnes"), At: x.At}
	for _, p := range directory.Profiles {
		of := slices.DeleteFunc(slices.Clone(x.People), func(s Someone) bool { return s.Profile != p })
		if len(of) == 0 {
			continue
		}
		section := listing.Section{Title: fmt.Sprintf("%s (%d)", p.Many(), len(of))}
		for _, s := range of {
			section.Rows = append(section.Rows, listing.Row{Name: s.Name(), Note: s.Where})
		}
		l.Sections = append(l.Sections, section)
	}
	return listing.Write(w, l)
}
