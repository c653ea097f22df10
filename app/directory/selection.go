package directory

import (
	"math"
	"slices"
	"strings"

	"preau/app/access"
	"preau/data"
)

// A Selection is people of an establishment: those of a filter, or some of them.
type Selection struct {
	Filter
	IDs []string // none for all those of the filter
}

// people reads those of a selection, by name. Somebody who is not, or no longer,
// of the establishment and of the profile makes it data.ErrNotFound.
func (sel Selection) people(tx *data.Tx, place data.Place) (all []User, err error) {
	if len(sel.IDs) == 0 {
		return sel.everyone(tx, place)
	}
	for _, id := range compact(sel.IDs) {
		u, err := userAt(tx, place, id)
		if err == nil && sel.Profile != "" && u.Profile != sel.Profile {
			err = data.ErrNotFound
		}
		if err != nil {
			return nil, err
		}
		all = append(all, u)
	}
	return byName(all), nil
}

// Chosen returns the UIDs of the people of a selection, by name.
func Chosen(s *access.Session, uai string, sel Selection) (ids []string, err error) {
	err = s.See(func(tx *data.Tx) error {
		place, err := locate(tx, uai)
		if err != nil {
			return err
		}
		all, err := sel.people(tx, place)
		for _, u := range all {
			ids = append(ids, u.ID)
		}
		return err
	})
	return ids, err
}

// everyone reads all those of a filter, by name.
func (f Filter) everyone(tx *data.Tx, place data.Place) ([]User, error) {
	if f.byChild() {
		return f.family(tx, place)
	}
	page, err := UsersList.List(tx, place, f.group(), "", "", false, math.MaxInt, f.keep())
	return page.Rows, err
}

// byChild reports whether the filter chooses relatives by their children.
func (f Filter) byChild() bool { return f.Profile == Relative && f.Class+f.Grade != "" }

// family reads the relatives of the pupils of a class or a grade, by name.
func (f Filter) family(tx *data.Tx, place data.Place) ([]User, error) {
	pupils, err := Filter{Profile: Student, Class: f.Class, Grade: f.Grade}.everyone(tx, place)
	if err != nil {
		return nil, err
	}
	ids := make([]string, len(pupils))
	for i, u := range pupils {
		ids[i] = u.ID
	}
	var all []User
	for _, who := range RollAt(tx, place).Relatives(ids) {
		u, err := Users.Get(tx, who.ID)
		if err != nil {
			return nil, err
		}
		if (f.State == "" || u.State() == f.State) && (!f.NoEmail || u.Email.Value() == "") {
			all = append(all, u)
		}
	}
	return all, nil
}

// pageOf is a page of people in the order of byName, as data.Scoped.List makes
// one of an index.
func pageOf(all []User, at string, back bool, n int) (page data.Page[User]) {
	cursor := func(u User) string { return sortKey(u) + "\x00" + u.ID }
	from, found := slices.BinarySearchFunc(all, at, func(u User, at string) int { return strings.Compare(cursor(u), at) })
	switch {
	case at == "" && back:
		from = len(all)
	case found && !back:
		from++
	}
	if at != "" && (back && from == 0 || !back && from == len(all)) { // nobody is left on that side
		back = !back
	}
	to := min(from+n, len(all))
	if back {
		from, to = max(0, from-n), from
	}
	if page.Rows = all[from:to]; len(page.Rows) == 0 {
		return page
	}
	if from > 0 {
		page.Prev = cursor(all[from])
	}
	if to < len(all) {
		page.Next = cursor(all[to-1])
	}
	return page
}

// words says in French whom a filter chooses, as « Élèves, 3e A, inactifs ».
func (f Filter) words(tx *data.Tx, place data.Place) (string, error) {
	if f.Profile == "" {
		return "Utilisateurs supprimés", nil
	}
	parts := []string{f.Profile.Many(), f.Grade}
	if f.Class != "" {
		c, err := classOf(tx, place, f.Class)
		if err != nil {
			return "", err
		}
		parts = append(parts, c.Name)
	}
	parts = append(parts, map[State]string{Active: "actifs", Inactive: "inactifs", Suspended: "suspendus"}[f.State])
	if f.NoEmail {
		parts = append(parts, "sans e-mail")
	}
	return strings.Join(compact(parts), ", "), nil
}

// words says whom a selection chooses, and how many they are.
func (sel Selection) words(tx *data.Tx, place data.Place, n int) (string, error) {
	words, err := sel.Filter.words(tx, place)
	if len(sel.IDs) > 0 {
		words += ", choisis un à un"
	}
	return words + ", " + counted(n, "compte", "comptes"), err
}
