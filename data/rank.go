package data

import (
	"bytes"
	"slices"
	"strings"

	index "github.com/blevesearch/bleve_index_api"
)

// A ranked hit is a row, with what its place among the others depends on.
type ranked struct {
	candidate
	class int
}

// Classes of hits, best first.
const (
	hasLast  = iota // the last name begins with what was typed
	hasFirst        // the first name does
	hasElse
)

// rank sorts documents by class, then in alphabetical order.
func (l *lookup) rank(docs []uint64, text string) ([]ranked, error) {
	values, err := l.reader.DocValueReader([]string{sortField})
	if err != nil {
		return nil, err
	}
	all := make([]ranked, 0, len(docs))
	var id index.IndexInternalID
	for _, doc := range docs {
		id = index.NewIndexInternalID(id, doc)
		var one ranked
		err := values.VisitDocValues(id, func(_ string, value []byte) {
			order, rest, _ := bytes.Cut(value, []byte{0})
			key, _, _ := bytes.Cut(rest, []byte{0})
			one.candidate = candidate{string(order), string(key)}
		})
		if err != nil {
			return nil, err
		}
		one.class = classOf(one.order, text)
		all = append(all, one)
	}
	slices.SortFunc(all, func(a, b ranked) int {
		if a.class != b.class {
			return a.class - b.class
		}
		return a.compare(b.candidate)
	})
	return all, nil
}

// classOf tells where in a name a folded text stands.
func classOf(order, text string) int {
	last, rest, ok := strings.Cut(order, "\x01")
	first, _, both := strings.Cut(rest, "\x01")
	switch {
	case !ok || !both:
		return hasElse
	case begins(last, first, text):
		return hasLast
	case begins(first, last, text):
		return hasFirst
	}
	return hasElse
}

// begins reports whether text begins "a b".
func begins(a, b, text string) bool {
	if len(text) <= len(a) {
		return strings.HasPrefix(a, text)
	}
	return a != "" && strings.HasPrefix(text, a) && text[len(a)] == ' ' && strings.HasPrefix(b, text[len(a)+1:])
}
