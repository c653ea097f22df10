package directory

import (
	"slices"
	"strings"

	"preau/app/access"
	"preau/data"
)

// A Twin is somebody who may be taken for somebody else.
type Twin struct {
	User
	Score int // out of 100: the name, the birth date, the e-mail
}

// describe is what tells a twin apart.
func (t Twin) describe() string {
	words := t.Label()
	if t.Birth != "" {
		words += ", né(e) le " + t.Birth.String()
	}
	return words + ", login " + t.Login.Value()
}

// twinScore is the lowest score of people who look alike.
const twinScore = 50

// likeness scores how much two people look alike: names that are the same but
// for two letters at most, the birth date, the e-mail. 60 is the same name.
func likeness(a, b User) int {
	letters := distance([]rune(data.Fold(a.Label())), []rune(data.Fold(b.Label())))
	if swapped := distance([]rune(data.Fold(a.Label())), []rune(data.Fold(b.FirstName+" "+b.LastName))); swapped < letters {
		letters = swapped
	}
	if letters > 2 {
		return 0
	}
	score := 60 - 15*letters
	if a.Birth != "" && a.Birth == b.Birth {
		score += 30
	}
	if mail := a.Email.Value(); mail != "" && strings.EqualFold(mail, b.Email.Value()) {
		score += 10
	}
	return score
}

// Homonyms are the people of the same profile who look like somebody of an
// establishment, the likeliest first: in the establishment by a name that is
// nearly the same, elsewhere within reach by the very same.
func Homonyms(s *access.Session, uai, id string) (twins []Twin, err error) {
	err = s.See(func(tx *data.Tx) error {
		place, err := locate(tx, uai)
		if err != nil {
			return err
		}
		u, err := userAt(tx, place, id)
		if err != nil {
			return err
		}
		found, err := Users.TypeAhead(tx, data.Query{Text: u.Label(), Tags: []string{presentTag(), profileTag(u.Profile)}})
		if err != nil {
			return err
		}
		near, err := alike(tx, place, u)
		if err != nil {
			return err
		}
		for _, other := range found.Rows {
			if _, here := other.At(place); !here && data.Fold(other.Label()) == data.Fold(u.Label()) {
				near = append(near, Twin{other, likeness(u, other)})
			}
		}
		near, err = undistinguished(tx, place, u, near)
		twins = likeliest(near)
		return err
	})
	return twins, err
}

// alike are the people of an establishment who look like somebody of the same
// profile.
func alike(tx *data.Tx, place data.Place, u User) (twins []Twin, err error) {
	for other, err := range UsersList.All(tx, place, string(u.Profile)) {
		if err != nil {
			return nil, err
		}
		if score := likeness(u, other); other.ID != u.ID && score >= twinScore {
			twins = append(twins, Twin{other, score})
		}
	}
	return twins, nil
}

// undistinguished leaves out those whom somebody told apart.
func undistinguished(tx *data.Tx, place data.Place, u User, near []Twin) (kept []Twin, err error) {
	for _, t := range near {
		apart, err := distinct(tx, place, u.ID, t.ID)
		if err != nil {
			return nil, err
		}
		if !apart {
			kept = append(kept, t)
		}
	}
	return kept, nil
}

func likeliest(twins []Twin) []Twin {
	slices.SortStableFunc(twins, func(a, b Twin) int { return b.Score - a.Score })
	return twins
}

// A Pair is two people of an establishment who look alike.
type Pair struct{ One, Other Twin }

// pairsOf compares only people whose last or first name is near in the list of
// all those of the profile: thousands of people are millions of pairs.
func pairsOf(tx *data.Tx, place data.Place, p Profile) (pairs []Pair, err error) {
	var all []User
	byPart := map[string][]int{}
	for u, err := range UsersList.All(tx, place, string(p)) {
		if err != nil {
			return nil, err
		}
		for _, part := range parts(u) {
			byPart[part] = append(byPart[part], len(all))
		}
		all = append(all, u)
	}
	seen := map[[2]int]bool{}
	for i, u := range all {
		for _, part := range parts(u) {
			for _, j := range byPart[part] {
				if j <= i || seen[[2]int{i, j}] {
					continue
				}
				seen[[2]int{i, j}] = true
				score := likeness(u, all[j])
				if score < twinScore {
					continue
				}
				apart, err := distinct(tx, place, u.ID, all[j].ID)
				if err != nil {
					return nil, err
				}
				if !apart {
					pairs = append(pairs, Pair{Twin{u, score}, Twin{all[j], score}})
				}
			}
		}
	}
	return pairs, nil
}

// parts are what two people who look alike have in common: with two letters
// that differ, the last or the first name still begins the same, or they were
// born on the same day.
func parts(u User) (all []string) {
	for _, name := range []string{u.LastName, u.FirstName} {
		letters := []rune(data.Fold(name))
		all = append(all, string(letters[:min(3, len(letters))]))
	}
	if u.Birth != "" {
		all = append(all, "né "+string(u.Birth))
	}
	return compact(all)
}

// distance is how many letters to add, drop or change between two words.
func distance(a, b []rune) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i, x := range a {
		last := row[0]
		row[0] = i + 1
		for j, y := range b {
			cost := last
			if x != y {
				cost++
			}
			last = row[j+1]
			row[j+1] = min(cost, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}
