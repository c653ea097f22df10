package groups

import (
	"slices"
	"strings"
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

// Dated is the step of an accepted partnership that sets or removes its end date.
const Dated State = "dated"

var stateLabels = map[State]string{Requested: "Demandé", Accepted: "Accepté", Refused: "Refusé", Cancelled: "Annulé", Ended: "Supprimé", Dated: "Date de fin"}

// Label is what the screens call the state.
func (s State) Label() string { return stateLabels[s] }

// String is the state in the journal.
func (s State) String() string { return s.Label() }

// A Partnership is what two establishments agreed, or not: one row for a pair.
type Partnership struct {
	Pair     []data.Place   `cbor:"pair" log:"-"`  // the two, in their order
	Names    []string       `cbor:"names" log:"-"` // of the two, as they were at the last step
	State    State          `cbor:"state" log:"État"`
	From     data.Place     `cbor:"from" log:"-"` // the one that asked last
	Until    directory.Date `cbor:"until,omitempty" log:"Date de fin"`
	Reminded directory.Date `cbor:"told,omitempty" log:"-"` // the end date that a mail has reminded of
	Steps    []Step         `cbor:"steps" log:"-"`          // oldest first: the ledger
}

// A Step is what became of a partnership.
type Step struct {
	State  State          `cbor:"s"`
	At     time.Time      `cbor:"t"`
	By     string         `cbor:"by"`             // name
	ByID   string         `cbor:"byid,omitempty"` // account, "" for the appliance
	Side   data.Place     `cbor:"in"`             // the establishment that did it, "" for the appliance on the end date
	Reason string         `cbor:"why,omitempty"`
	Until  directory.Date `cbor:"until,omitempty"` // of a Dated one: the new end date, "" for none
}

// Partnerships are those of everybody.
var (
	Partnerships        = data.NewTable[Partnership]("partnerships")
	partnershipsByPlace = Partnerships.Index("place", func(p Partnership) []string { return []string{string(p.Pair[0]), string(p.Pair[1])} })
)

func pairOf(one, other data.Place) string {
	return string(min(one, other)) + "|" + string(max(one, other))
}

// Key is the two establishments.
func (p Partnership) Key() string { return pairOf(p.Pair[0], p.Pair[1]) }

// Places are the two establishments.
func (p Partnership) Places() []data.Place { return p.Pair }

// Label names the two establishments in the journal.
func (p Partnership) Label() string { return strings.Join(p.Names, " et ") }

// NameOf is the name of one of the two, as it was at the last step; "" for any other.
func (p Partnership) NameOf(place data.Place) string {
	if i := slices.Index(p.Pair, place); i >= 0 && i < len(p.Names) {
		return p.Names[i]
	}
	return ""
}

// Other is the partner of an establishment.
func (p Partnership) Other(of data.Place) data.Place {
	if p.Pair[0] == of {
		return p.Pair[1]
	}
	return p.Pair[0]
}

// Reached is the step that brought the partnership to its state.
func (p Partnership) Reached() (last Step) {
	for _, s := range p.Steps {
		if s.State == p.State {
			last = s
		}
	}
	return last
}

// refusalRest is how long who was refused waits before asking again.
const refusalRest = 7 * 24 * time.Hour

// ClosedUntil is when an establishment that the other refused may ask again, zero
// if it may.
func (p Partnership) ClosedUntil(asker data.Place, now time.Time) time.Time {
	if p.State != Refused || p.From != asker {
		return time.Time{}
	}
	if again := p.Reached().At.Add(refusalRest); now.Before(again) {
		return again
	}
	return time.Time{}
}

// partners reports whether two establishments have accepted to share groups.
func partners(tx *data.Tx, one, other data.Place) (bool, error) {
	p, err := Partnerships.Get(tx, pairOf(one, other))
	if isMissing(err) {
		return false, nil
	}
	return p.State == Accepted, err
}
