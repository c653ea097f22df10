package groups

import (
	"slices"
	"strings"

	"preau/app/access"
	"preau/app/directory"
	"preau/data"
)

// seeing reads the members that a partner put in a shared group, so as to tell
// their names and profiles.
var seeing = data.NewCrossing("groups.members", "Lire le nom et le profil des membres qu’un partenaire a mis dans un groupe multi-établissements")

// Services are those that can use a shared group.
var Services = []string{"Actualité", "Forum", "Messagerie", "Chat", "Blog", "Webconférence", "Espace de travail", "Agenda", "Signets", "Création de sites web"}

// A Sheet is the page of a group, as an establishment reads it.
type Sheet struct {
	Group
	School   directory.Card // that made it
	Own      bool           // it is the reader's establishment
	Around   []Group        // those that it is a sub-group of, the outermost first
	Kids     []Kid
	Elements []Element // that the establishment put there, but the people who are still there
	Sides    []SideOf  // of a shared group: those that the reader may know
	Uses     []Group   // that have it as an element
	Events   []directory.Event

	Counts map[directory.Profile]int
	Total  int       // people, each once
	Found  int       // those that the look keeps
	People []Someone // those of the page
}

// A Kid is a sub-group, with how many people it brings.
type Kid struct {
	Group
	People int
}

// A SideOf is what an establishment may add to a shared group.
type SideOf struct {
	School   directory.Card
	Profiles []directory.Profile
}

// mostTold is how many events of a group its page shows.
const mostTold = 50

// SheetOf returns the page of a group, with the people that a look keeps.
func SheetOf(s *access.Session, uai, id string, look Among) (sheet Sheet, err error) {
	err = s.See(func(tx *data.Tx) error {
		g, place, err := opened(tx, s, uai, id)
		if err != nil {
			return err
		}
		r := newReader(tx, place, g)
		sheet, err = r.sheet(g, look)
		return err
	})
	return sheet, err
}

// opened returns a group of an establishment whose groups the person manages.
func opened(tx *data.Tx, s *access.Session, uai, id string) (g Group, place data.Place, err error) {
	if place, err = managedAt(tx, s, uai); err != nil {
		return g, place, err
	}
	g, err = groupAt(tx, place, id)
	return g, place, err
}

// Members returns who is in a group, by name, each once, with how they come to be
// there.
func Members(s *access.Session, uai, id string) (all []Member, err error) {
	err = s.See(func(tx *data.Tx) error {
		g, place, err := opened(tx, s, uai, id)
		if err != nil {
			return err
		}
		all, err = newReader(tx, place, g).members(g)
		return err
	})
	return all, err
}

// A reader makes the page of a group for one establishment: tx is within reach,
// the reckoning is not.
type reader struct {
	tx    *data.Tx
	place data.Place
	near  *reckoning // within reach too
	*reckoning
}

// newReader reads a group. A local one is all within reach.
func newReader(tx *data.Tx, place data.Place, g Group) *reader {
	near := reckon(tx)
	if !g.Shared {
		return &reader{tx, place, near, near}
	}
	return &reader{tx, place, near, reckon(seeing.Over(tx))}
}

func (r *reader) sheet(g Group, look Among) (sheet Sheet, err error) {
	sheet = Sheet{Group: g, Own: g.At == r.place, Counts: map[directory.Profile]int{}}
	if err := r.about(&sheet); err != nil {
		return sheet, err
	}
	if sheet.Elements, err = r.elements(g); err != nil {
		return sheet, err
	}
	all, err := r.members(g)
	if err != nil {
		return sheet, err
	}
	if sheet.Kids, err = r.kids(g); err != nil {
		return sheet, err
	}
	for _, m := range all {
		sheet.Counts[m.Profile]++
	}
	sheet.Total = len(all)
	kept := look.keep(all)
	sheet.Found = len(kept)
	sheet.People, err = r.people(look.page(kept), labelsOf(sheet.Elements, sheet.Kids))
	return sheet, err
}

// about tells where the group is, who made it, who uses it and what became of it.
func (r *reader) about(sheet *Sheet) (err error) {
	if sheet.School, err = directory.CardAt(r.tx, sheet.At); err != nil {
		return err
	}
	for up := sheet.Parent; up != "" && len(sheet.Around) < deepest; {
		g, err := groupAt(r.tx, r.place, up)
		if err != nil {
			return err
		}
		sheet.Around, up = slices.Insert(sheet.Around, 0, g), g.Parent
	}
	for m, err := range membershipsBySource.All(r.tx, sourceKey(r.place, Nested(sheet.ID))) {
		if err != nil {
			return err
		}
		g, err := groupAt(r.tx, r.place, m.Group)
		if err == nil {
			sheet.Uses = append(sheet.Uses, g)
		} else if !isMissing(err) {
			return err
		}
	}
	slices.SortFunc(sheet.Uses, byName)
	if sheet.Sides, err = r.sides(sheet.Group); err != nil {
		return err
	}
	sheet.Events, err = directory.EventsAbout(r.tx, Groups.Name(), sheet.ID, mostTold)
	return err
}

// sides are all those of a group for who made it, and for a partner its own.
func (r *reader) sides(g Group) (all []SideOf, err error) {
	for _, side := range g.Sides {
		if g.At != r.place && side.At != r.place {
			continue
		}
		card, err := directory.CardAt(r.tx, side.At)
		if err != nil {
			return nil, err
		}
		all = append(all, SideOf{card, side.Profiles})
	}
	return all, nil
}

func (r *reader) kids(g Group) (kids []Kid, err error) {
	all, err := kidsOf(r.tx, g.ID)
	if err != nil {
		return nil, err
	}
	for _, k := range all {
		in, err := r.gather(k)
		if err != nil {
			return nil, err
		}
		kids = append(kids, Kid{k, len(in)})
	}
	return kids, nil
}

// An Among chooses people of a group.
type Among struct {
	Text    string // beginnings of names
	Profile directory.Profile
	Back    bool // from Z to A
	Page    int  // from 1
}

// PageSize is how many people a page of a group shows.
const PageSize = 50

// keep returns those whom the look wants. It may be the very list of all.
func (l Among) keep(all []Member) []Member {
	kept, words := all, strings.Fields(data.Fold(l.Text))
	if l.Profile != "" || len(words) > 0 {
		kept = nil
		for _, m := range all {
			if _, named := rankOfName(m.Sort, words); named && (l.Profile == "" || m.Profile == l.Profile) {
				kept = append(kept, m)
			}
		}
	}
	if l.Back {
		kept = slices.Clone(kept)
		slices.Reverse(kept)
	}
	return kept
}

func (l Among) page(all []Member) []Member {
	last := len(all)/PageSize + 1
	from := min((min(max(l.Page, 1), last+1)-1)*PageSize, len(all))
	return all[from:min(from+PageSize, len(all))]
}
