package requests

import (
	"cmp"
	"errors"
	"slices"
	"strings"

	"preau/app/access"
	"preau/data"
)

// Suggest returns a few requests within reach that a text typed so far may mean:
// the one whose number it is first, then those that have its words, whatever
// their state, latest first.
func Suggest(s *access.Session, text string, n int) (lines []Line, err error) {
	err = s.See(func(tx *data.Tx) error {
		var rows []Request
		if n := number(text); n != 0 {
			r, err := Requests.Get(tx, keyOf(n))
			if err != nil && !errors.Is(err, data.ErrNotFound) {
				return err
			}
			if err == nil {
				rows = append(rows, r)
			}
		}
		if words := strings.TrimSpace(text); words != "" {
			res, err := Requests.TypeAhead(tx, data.Query{Text: words, Limit: n, Latest: true})
			if err != nil {
				return err
			}
			rows = append(rows, res.Rows...)
		}
		for i, r := range rows {
			if len(lines) == n || i > 0 && r.Number == rows[0].Number {
				continue
			}
			name, err := schoolOf(tx, r.At)
			if err != nil {
				return err
			}
			lines = append(lines, Line{r, name})
		}
		return nil
	})
	slices.SortStableFunc(lines, func(a, b Line) int {
		if n := number(text); a.Number == n || b.Number == n {
			return rank(b.Number == n) - rank(a.Number == n)
		}
		return cmp.Or(b.ActedAt.Compare(a.ActedAt), b.Number-a.Number)
	})
	return lines, err
}

func rank(first bool) int {
	if first {
		return 1
	}
	return 0
}
