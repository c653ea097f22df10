package directory

import (
	"strings"

	"preau/app/access"
	"preau/data"
)

// A Filter chooses people of an establishment.
type Filter struct {
	Profile Profile // "" for the deleted ones, of all profiles
	Class   string  // code, of students and, by their children, of relatives
	Grade   string  // likewise
	State   State
	NoEmail bool
}

func (f Filter) group() string {
	switch {
	case f.Profile == "":
		return deletedGroup
	case f.ofClass():
		return classGroup(f.Class)
	}
	return string(f.Profile)
}

func (f Filter) ofClass() bool { return f.Class != "" && f.Profile == Student }

// keep tests what facetsOf wrote, nil when nothing is to be tested.
func (f Filter) keep() func(string) bool {
	if f.State == "" && f.Grade == "" && !f.NoEmail {
		return nil
	}
	return func(text string) bool {
		has := facetsIn(text)
		return (f.State == "" || has.State == f.State) && (f.Grade == "" || has.Grade == f.Grade) && (!f.NoEmail || !has.Email)
	}
}

// A Line is a person in a list.
type Line struct {
	User
	Where    string // class, discipline or function
	LastSeen access.Presence
}

// A List is a page of people of an establishment.
type List struct {
	Lines      []Line
	Total      int
	Prev, Next string // cursors
}

// People lists people of an establishment, by name, from a cursor.
func People(s *access.Session, uai string, f Filter, at string, back bool, size int) (list List, err error) {
	err = s.See(func(tx *data.Tx) error {
		place, err := locate(tx, uai)
		if err != nil {
			return err
		}
		page, whole, err := f.page(tx, place, at, back, size)
		if err != nil {
			return err
		}
		list.Prev, list.Next = page.Prev, page.Next
		list.Lines = make([]Line, 0, len(page.Rows))
		for _, u := range page.Rows {
			seen, err := access.LastSignIn(tx, u.ID)
			if err != nil {
				return err
			}
			list.Lines = append(list.Lines, Line{u, u.summary(place), seen})
		}
		list.Total = whole
		return nil
	})
	return list, err
}

// page is a page of those of a filter, with how many they are in all.
func (f Filter) page(tx *data.Tx, place data.Place, at string, back bool, size int) (page data.Page[User], whole int, err error) {
	if f.byChild() {
		all, err := f.family(tx, place)
		return pageOf(all, at, back, size), len(all), err
	}
	if page, err = UsersList.List(tx, place, f.group(), "", at, back, size, f.keep()); err != nil {
		return page, 0, err
	}
	whole, err = total(tx, place, f)
	return page, whole, err
}

// total counts the people of a filter: from the counters when it can.
func total(tx *data.Tx, place data.Place, f Filter) (int, error) {
	if f.keep() != nil || f.ofClass() || f.Profile == "" {
		return UsersList.Count(tx, place, f.group(), f.keep())
	}
	counts, err := UsersCount.Of(tx, place)
	return accounts(counts, f.Profile), err
}

// accounts is how many people of a profile are not deleted.
func accounts(counts map[string]int, p Profile) (n int) {
	for _, s := range []State{Active, Inactive, Suspended} {
		n += counts[string(p)+"/"+string(s)]
	}
	return n
}

// Summary is summary, for the areas above.
func (u User) Summary(place data.Place) string { return u.summary(place) }

// summary says in a few words what somebody is in an establishment.
func (u User) summary(place data.Place) string {
	a, _ := u.At(place)
	switch u.Profile {
	case Student:
		return strings.Join(a.Classes, ", ")
	case Relative:
		return ""
	}
	var words []string
	for _, f := range a.Functions {
		word := f.DisciplineName
		if word == "" || f.Code != "ENS" {
			word = f.Name
		}
		words = append(words, Sentence(word))
	}
	return strings.Join(compact(words), ", ")
}

func compact(words []string) []string {
	seen := map[string]bool{}
	var kept []string
	for _, w := range words {
		if w != "" && !seen[w] {
			seen[w] = true
			kept = append(kept, w)
		}
	}
	return kept
}

// Sentence writes a label of the academic nomenclatures, all in capitals, as
// people do.
func Sentence(label string) string {
	if label != strings.ToUpper(label) || label == "" {
		return label
	}
	lower := []rune(strings.ToLower(label))
	return strings.ToUpper(string(lower[0])) + string(lower[1:])
}

// A Found person is an answer of the type-ahead.
type Found struct {
	ID      string
	Profile Profile
	Label   string // « NOM Prénom – 14/03/2010 »
	Note    string
	At      data.Place // an establishment within reach
	Deleted bool
}

// Look is what somebody types to find people.
type Look struct {
	Text    string
	UAI     string  // "" for all that one administers
	Profile Profile // "" for all
	Deleted bool
	Limit   int
}

// Answers are those of a type-ahead.
type Answers struct {
	People []Found
	Total  int
	More   bool // than Total
	Near   bool // nothing has the text: these are close to it
	Partly bool // the index is being made again: found by name only
}

// TypeAhead finds people by the first letters of their names, and by their
// birth date, login, UID, e-mail or class.
func TypeAhead(s *access.Session, l Look) (a Answers, err error) {
	q := data.Query{Text: l.Text, Limit: l.Limit, Tags: []string{presentTag()}}
	if l.Deleted {
		q.Tags = []string{deletedTag()}
	}
	if l.Profile != "" {
		q.Tags = append(q.Tags, profileTag(l.Profile))
	}
	err = s.See(func(tx *data.Tx) error {
		if l.UAI != "" {
			if q.Within, err = locate(tx, l.UAI); err != nil {
				return err
			}
		}
		found, err := Users.TypeAhead(tx, q)
		if err != nil {
			return err
		}
		a.Total, a.More, a.Near, a.Partly = found.Total, found.More, found.Fuzzy, found.Rebuilding
		for _, u := range found.Rows {
			a.People = append(a.People, answer(tx, u, q.Within))
		}
		return nil
	})
	return a, err
}

func answer(tx *data.Tx, u User, within data.Place) Found {
	f := Found{ID: u.ID, Profile: u.Profile, Label: u.Label(), At: within, Deleted: u.State() == Deleted}
	if u.Birth != "" {
		f.Label += " – " + u.Birth.String()
	}
	if within == "" {
		if reach := tx.Author.Sees.Among(u.Places()); len(reach) > 0 {
			f.At = reach[0]
		}
	}
	f.Note = u.Profile.One()
	if where := u.summary(f.At); where != "" {
		f.Note += " · " + where
	}
	if within == "" {
		if c, err := Cards.Get(tx, UAIOf(f.At)); err == nil {
			f.Note += " · " + c.Name
		}
	}
	return f
}

// Choices are the classes and grades of an establishment, for filters.
type Choices struct {
	Classes []Class
	Grades  []string
}

// ChoicesOf returns the classes and grades of an establishment.
func ChoicesOf(s *access.Session, uai string) (c Choices, err error) {
	err = s.See(func(tx *data.Tx) error {
		place, err := locate(tx, uai)
		if err != nil {
			return err
		}
		for class, err := range Classes.From(tx, uai+"/") {
			if err != nil {
				return err
			}
			c.Classes = append(c.Classes, class)
		}
		c.Grades, err = gradesOf(tx, place)
		return err
	})
	return c, err
}
