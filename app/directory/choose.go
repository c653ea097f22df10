package directory

import (
	"errors"
	"slices"
	"strings"
	"time"

	"preau/app/access"
	"preau/data"
)

// A Recent is an establishment that somebody opened.
type Recent struct {
	Account string    `cbor:"acc"`
	UAIs    []string  `cbor:"uai"` // latest first
	At      time.Time `cbor:"at"`
}

// Key is the account.
func (r Recent) Key() string { return r.Account }

// Places is the whole appliance: it is read through its account.
func (r Recent) Places() []data.Place { return []data.Place{""} }

const recentMost = 8

var remembering = data.NewCrossing("directory.recents", "Retenir les établissements ouverts par la personne connectée")

// Opened remembers that the person opened an establishment.
func Opened(s *access.Session, uai string) error {
	last, err := RecentOf(s)
	if err != nil || len(last) > 0 && last[0] == uai {
		return err
	}
	kept := append([]string{uai}, slices.DeleteFunc(last, func(u string) bool { return u == uai })...)
	return s.Upkeep(func(tx *data.Tx) error {
		return Recents.Put(tx, Recent{s.Account.ID, kept[:min(len(kept), recentMost)], tx.Now})
	})
}

// RecentOf returns the establishments that the person opened, latest first.
func RecentOf(s *access.Session) (uais []string, err error) {
	err = s.See(func(tx *data.Tx) error {
		r, err := Recents.Get(remembering.Over(tx), s.Account.ID)
		if errors.Is(err, data.ErrNotFound) {
			return nil
		}
		for _, uai := range r.UAIs {
			if _, gone := locate(tx, uai); gone == nil {
				uais = append(uais, uai)
			}
		}
		return err
	})
	return uais, err
}

// FindEstablishments returns the establishments of the person's reach whose
// name, town or UAI holds the text, the recently opened ones first; more says
// that there are others.
func FindEstablishments(s *access.Session, text string, limit int) (found []Card, total int, err error) {
	recent, err := RecentOf(s)
	if err != nil {
		return nil, 0, err
	}
	words := strings.Fields(data.Fold(text))
	err = s.See(func(tx *data.Tx) error {
		for c, err := range Cards.All(tx) {
			if err != nil {
				return err
			}
			if tx.Author.Sees.Covers(c.Place()) && c.matches(words) {
				found = append(found, c)
			}
		}
		return nil
	})
	rank := func(c Card) int {
		if i := slices.Index(recent, c.UAI); i >= 0 {
			return i
		}
		return recentMost
	}
	slices.SortFunc(found, func(a, b Card) int {
		if d := rank(a) - rank(b); d != 0 {
			return d
		}
		return strings.Compare(data.Fold(a.Name), data.Fold(b.Name))
	})
	return found[:min(limit, len(found))], len(found), err
}

// Matches reports whether each word of a text is somewhere in what the card says.
func (c Card) Matches(text string) bool { return c.matches(strings.Fields(data.Fold(text))) }

// matches reports whether each word is somewhere in what the card says.
func (c Card) matches(words []string) bool {
	all := data.Fold(c.Name + " " + c.Town + " " + c.UAI)
	for _, w := range words {
		if !strings.Contains(all, w) {
			return false
		}
	}
	return true
}
