package groups

import (
	"slices"
	"strings"

	"preau/app/directory"
	"preau/data"
)

// A Look is what somebody asks of a list of people.
type Look struct {
	Text    string // the first letters of words of a name, accents and case ignored
	Profile directory.Profile
	School  string // UAI, "" for all
	Group   string // ID, "" for all
	Page    int    // from 1
	Size    int
}

// A Shown is somebody as others see them in the ENT: nothing else of them leaves.
type Shown struct {
	Name     string // « NOM Prénom »
	Profile  directory.Profile
	Standing string         // class, discipline or function; of the directory only
	School   directory.Card // where they are that
}

// A Page is some people of a list.
type Page struct {
	People      []Shown
	Total       int // of whom the look finds
	Page, Pages int // from 1
}

// A neighbour is somebody who may be shown, and the establishment that they are of.
type neighbour struct {
	directory.Present
	at   data.Place
	rank int // how near the text of the look is to the beginning of their name
}

// page returns those whom a look finds among some people: as a type-ahead does,
// those whose last name begins with the text first, then those whose first name
// does; by name otherwise.
func (l Look) page(tx *data.Tx, all []neighbour) (p Page, err error) {
	var found []neighbour
	words := strings.Fields(data.Fold(l.Text))
	for _, n := range all {
		if l.Profile != "" && n.Profile != l.Profile {
			continue
		}
		named := false
		if n.rank, named = rankOfName(n.Sort, words); named {
			found = append(found, n)
		}
	}
	slices.SortFunc(found, func(a, b neighbour) int {
		if a.rank != b.rank {
			return a.rank - b.rank
		}
		return a.ByName(b.Present)
	})
	p.Total = len(found)
	p.Pages = max((p.Total+l.Size-1)/l.Size, 1)
	p.Page = min(max(l.Page, 1), p.Pages)
	for _, n := range found[(p.Page-1)*l.Size : min(p.Page*l.Size, p.Total)] {
		u, err := directory.Users.Get(tx, n.ID)
		if err != nil {
			return p, err
		}
		school, err := directory.Cards.Get(tx, directory.UAIOf(n.at))
		if err != nil {
			return p, err
		}
		p.People = append(p.People, Shown{u.Label(), u.Profile, u.Summary(n.at), school})
	}
	return p, nil
}

// rankOfName reports whether each of some words begins a word of a name, or several
// written as one, and how near the whole is to its beginning.
func rankOfName(sort string, words []string) (rank int, named bool) {
	if len(words) == 0 {
		return 0, true
	}
	last, rest, _ := strings.Cut(sort, "\x01")
	first, _, _ := strings.Cut(rest, "\x01")
	for _, w := range words {
		if !begins(last, w) && !begins(first, w) {
			return 0, false
		}
	}
	switch text := strings.Join(words, " "); {
	case strings.HasPrefix(last, text):
		return 0, true
	case strings.HasPrefix(first, text):
		return 1, true
	}
	return 2, true
}

// begins reports whether a text begins one of the words of a name, or several of
// them written as one: « lafontaine » in « de la fontaine ».
func begins(name, text string) bool {
	for {
		if strings.HasPrefix(name, text) {
			return true
		}
		next := strings.IndexByte(name, ' ')
		if next < 0 {
			return false
		}
		if strings.HasPrefix(strings.ReplaceAll(name, " ", ""), text) {
			return true
		}
		name = name[next+1:]
	}
}
