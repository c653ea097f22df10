package groups

import (
	"cmp"
	"slices"
	"strings"

	"preau/app/access"
	"preau/app/directory"
	"preau/data"
)

// A Suggested is a group, with an establishment of one's reach that it is open to.
type Suggested struct {
	Group
	In directory.Card
}

// Suggest returns a few groups within reach that a text typed so far may mean.
func Suggest(s *access.Session, text string, n int) (all []Suggested, err error) {
	if strings.TrimSpace(text) == "" {
		return nil, nil
	}
	err = s.See(func(tx *data.Tx) error {
		found, err := Groups.TypeAhead(tx, data.Query{Text: text, Limit: n})
		if err != nil {
			return err
		}
		for _, g := range found.Rows {
			reached := tx.Author.Sees.Among(g.Places())
			if g.Deleted() || len(reached) == 0 {
				continue
			}
			in, err := directory.Cards.Get(tx, directory.UAIOf(reached[0]))
			if err != nil {
				return err
			}
			all = append(all, Suggested{g, in})
		}
		return nil
	})
	return all, err
}

// A SuggestedPartner is an establishment that one of one's reach shares groups with.
type SuggestedPartner struct{ Of, With directory.Card }

// SuggestPartners returns a few partners of the establishments within reach that a
// text typed so far may mean, by their name, their town or their UAI.
func SuggestPartners(s *access.Session, text string, n int) (all []SuggestedPartner, err error) {
	words := strings.Fields(data.Fold(text))
	if len(words) == 0 {
		return nil, nil
	}
	err = s.See(func(tx *data.Tx) error {
		for p, err := range Partnerships.All(tx) {
			if err != nil {
				return err
			}
			if p.State != Accepted {
				continue
			}
			for _, of := range tx.Author.Sees.Among(p.Pair) {
				pair, err := partnerOf(tx, of, p.Other(of))
				if err != nil {
					return err
				}
				if pair.named(words) {
					all = append(all, pair)
				}
			}
		}
		return nil
	})
	slices.SortFunc(all, func(a, b SuggestedPartner) int {
		return cmp.Or(compare(data.SortKey(a.With.Name, a.With.Town), data.SortKey(b.With.Name, b.With.Town)), compare(a.Of.UAI, b.Of.UAI))
	})
	return all[:min(n, len(all))], err
}

func partnerOf(tx *data.Tx, of, with data.Place) (p SuggestedPartner, err error) {
	if p.Of, err = directory.Cards.Get(tx, directory.UAIOf(of)); err != nil {
		return p, err
	}
	p.With, err = directory.Cards.Get(tx, directory.UAIOf(with))
	return p, err
}

// named reports whether each word begins one of the partner's name, of its town, or
// its UAI.
func (p SuggestedPartner) named(words []string) bool {
	parts := strings.Fields(data.Fold(p.With.Name + " " + p.With.Town + " " + p.With.UAI))
	return !slices.ContainsFunc(words, func(w string) bool {
		return !slices.ContainsFunc(parts, func(part string) bool { return strings.HasPrefix(part, w) })
	})
}
