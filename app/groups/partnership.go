package groups

import (
	"slices"
	"time"

	"preau/app/directory"
	"preau/data"
)

// A State is where a partnership stands.
type State string

// The states of a partnership. One that is refused, cancelled or ended can be
// requested again.
const (
	Requested State = "requested"
	Accepted  State = "accepted"
	Refused   State = "refused"
	Cancelled State = "cancelled"
	Ended     State = "ended"
)

// A Partnership is what two establishments agreed, or not: one row for a pair.
type Partnership struct {
	Pair  []data.Place   `cbor:"pair" log:"-"` // the two, in their order
	State State          `cbor:"state" log:"État"`
	From  data.Place     `cbor:"from" log:"-"` // the one that asked last
	Until directory.Date `cbor:"until,omitempty" log:"Date de fin"`
	Steps []Step         `cbor:"steps" log:"-"` // oldest first: the ledger
}

// A Step is what became of a partnership.
type Step struct {
	State  State      `cbor:"s"`
	At     time.Time  `cbor:"t"`
	By     string     `cbor:"by"` // name
	ByID   string     `cbor:"byid,omitempty"`
	Side   data.Place `cbor:"in"` // the establishment that did it
	Reason string     `cbor:"why,omitempty"`
}

// Partnerships are those of everybody.
var Partnerships = data.NewTable[Partnership]("partnerships")

func pairOf(one, other data.Place) string {
	return string(min(one, other)) + "|" + string(max(one, other))
}

// Key is the two establishments.
func (p Partnership) Key() string { return pairOf(p.Pair[0], p.Pair[1]) }

// Places are the two establishments.
func (p Partnership) Places() []data.Place { return p.Pair }

// Other is the partner of an establishment.
func (p Partnership) Other(of data.Place) data.Place {
	if p.Pair[0] == of {
		return p.Pair[1]
	}
	return p.Pair[0]
}

// Last is the latest step.
func (p Partnership) Last() Step { return p.Steps[len(p.Steps)-1] }

func newPair(one, other data.Place) []data.Place {
	pair := []data.Place{one, other}
	slices.Sort(pair)
	return pair
}

// partners reports whether two establishments have accepted to share groups.
func partners(tx *data.Tx, one, other data.Place) (bool, error) {
	p, err := Partnerships.Get(tx, pairOf(one, other))
	if isMissing(err) {
		return false, nil
	}
	return p.State == Accepted, err
}
