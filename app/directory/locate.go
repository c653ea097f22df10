package directory

import (
	"errors"
	"strings"

	"preau/app/access"
	"preau/data"
)

// locating reads the public card of an establishment, to know where it is.
// Whether the person may go there is decided by what is read next.
var locating = data.NewCrossing("directory.locate", "Trouver le lieu d’un établissement par son UAI, par sa carte publique")

// locate returns the place of an establishment within the person's reach.
func locate(tx *data.Tx, uai string) (data.Place, error) {
	c, err := Cards.Get(locating.Over(tx), uai)
	if err != nil {
		return "", err
	}
	if !tx.Author.Sees.Covers(c.Place()) && !tx.Author.May.Covers(c.Place()) {
		return "", data.ErrNotFound
	}
	return c.Place(), nil
}

// Locate is locate, for the areas above.
func Locate(tx *data.Tx, uai string) (data.Place, error) { return locate(tx, uai) }

// PlaceOfUAI returns the place of an establishment within the person's reach.
func PlaceOfUAI(s *access.Session, uai string) (place data.Place, err error) {
	err = s.See(func(tx *data.Tx) error {
		place, err = locate(tx, uai)
		return err
	})
	return place, err
}

// CardAt returns the public card of an establishment, wherever it is.
func CardAt(tx *data.Tx, place data.Place) (Card, error) {
	return Cards.Get(locating.Over(tx), UAIOf(place))
}

// CardsAt returns the public cards of the establishments of some places.
func CardsAt(s *access.Session, places ...data.Place) (cards []Card, err error) {
	err = s.See(func(tx *data.Tx) error {
		for _, place := range places {
			c, err := Cards.Get(locating.Over(tx), UAIOf(place))
			if err != nil {
				return err
			}
			cards = append(cards, c)
		}
		return nil
	})
	return cards, err
}

// CardsOf returns the public cards of establishments within the person's reach.
func CardsOf(s *access.Session, uais ...string) (cards []Card, err error) {
	err = s.See(func(tx *data.Tx) error {
		for _, uai := range uais {
			if _, err := locate(tx, uai); err != nil {
				return err
			}
			c, err := Cards.Get(tx, uai)
			if err != nil {
				return err
			}
			cards = append(cards, c)
		}
		return nil
	})
	return cards, err
}

var foundingAcademy = access.NewAction("academy.create", "Création d’une académie", access.CreateEstablishments, data.Attention)

// Slug is the key of an académie of this name.
func Slug(name string) string { return strings.ReplaceAll(data.Fold(name), " ", "-") }

// EnsureAcademy returns the place of the académie of this name or slug, which
// is made if there is none.
func EnsureAcademy(s *access.Session, name string) (data.Place, error) {
	slug, known := Slug(name), false
	err := s.See(func(tx *data.Tx) (err error) {
		known, err = Academies.Has(tx, slug)
		return err
	})
	if err != nil || known {
		return data.Place(slug), err
	}
	return data.Place(slug), s.Do(foundingAcademy, func(tx *data.Tx) (data.Row, error) { return ensureAcademy(tx, name) })
}

// ensureAcademy returns the académie of this name or slug, which is made if
// there is none.
func ensureAcademy(tx *data.Tx, name string) (Academy, error) {
	slug := Slug(name)
	if slug == "" {
		return Academy{}, access.Wrong("academie", "Indiquez le nom de l’académie.")
	}
	a, err := Academies.Get(tx, slug)
	if !errors.Is(err, data.ErrNotFound) {
		return a, err
	}
	a = Academy{Slug: slug, Name: name}
	return a, Academies.Put(tx, a)
}

// academyName is the name of an académie, or its slug when nobody named it.
func academyName(tx *data.Tx, slug string) (string, error) {
	a, err := Academies.Get(tx, slug)
	if errors.Is(err, data.ErrNotFound) {
		return slug, nil
	}
	return a.Name, err
}
