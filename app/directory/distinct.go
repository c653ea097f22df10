package directory

import (
	"slices"

	"preau/app/access"
	"preau/data"
)

// A Distinct remembers that somebody told two people of an establishment apart:
// they are not proposed as one again.
type Distinct struct {
	At         data.Place `cbor:"at"`
	One, Other string     // UIDs, in their order
}

// distinctOf is the row of two people, in whatever order.
func distinctOf(place data.Place, a, b string) Distinct {
	return Distinct{place, min(a, b), max(a, b)}
}

// Key is the UAI and the two UIDs.
func (d Distinct) Key() string { return UAIOf(d.At) + "/" + d.One + "/" + d.Other }

// Places is the establishment.
func (d Distinct) Places() []data.Place { return []data.Place{d.At} }

var distinguishing = access.NewAction("user.distinct", "Homonymes distingués", access.ManageAccounts, data.Info)

// Distinguish remembers that two people of an establishment are not one.
func Distinguish(s *access.Session, uai, id, other string) error {
	return s.Do(distinguishing, func(tx *data.Tx) (data.Row, error) {
		place, u, twin, err := twoAt(tx, uai, id, other)
		if err != nil {
			return nil, err
		}
		return u, Distincts.Put(tx, distinctOf(place, u.ID, twin.ID))
	})
}

// twoAt reads two people of an establishment.
func twoAt(tx *data.Tx, uai, id, other string) (place data.Place, u, twin User, err error) {
	if place, err = locate(tx, uai); err != nil {
		return place, u, twin, err
	}
	if u, err = userAt(tx, place, id); err != nil {
		return place, u, twin, err
	}
	if twin, err = userAt(tx, place, other); err == nil && (id == other || u.Profile != twin.Profile) {
		err = data.ErrNotFound
	}
	return place, u, twin, err
}

// distinct reports whether two people were told apart.
func distinct(tx *data.Tx, place data.Place, a, b string) (bool, error) {
	return Distincts.Has(tx, distinctOf(place, a, b).Key())
}

// forgetDistinct drops what was said of somebody who is erased.
func forgetDistinct(tx *data.Tx, id string) error {
	var rows []string
	for d, err := range DistinctsByUser.All(tx, id) {
		if err != nil {
			return err
		}
		rows = append(rows, d.Key())
	}
	for _, key := range rows {
		if err := Distincts.Delete(tx, key); err != nil {
			return err
		}
	}
	return nil
}

// HomonymsOf returns the people of a profile of an establishment who look alike
// and whom nobody has told apart, the likeliest pairs first.
func HomonymsOf(s *access.Session, uai string, p Profile) (pairs []Pair, err error) {
	err = s.See(func(tx *data.Tx) error {
		place, err := locate(tx, uai)
		if err != nil {
			return err
		}
		pairs, err = pairsOf(tx, place, p)
		return err
	})
	slices.SortStableFunc(pairs, func(a, b Pair) int { return b.One.Score - a.One.Score })
	return pairs, err
}

// PairAt returns two people of one profile of an establishment, to be compared.
func PairAt(s *access.Session, uai, id, other string) (p Pair, err error) {
	err = s.See(func(tx *data.Tx) error {
		_, u, twin, err := twoAt(tx, uai, id, other)
		score := likeness(u, twin)
		p = Pair{Twin{u, score}, Twin{twin, score}}
		return err
	})
	return p, err
}
