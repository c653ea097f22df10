package requests

import "time"

// A Level2 is where requests are handed on to.
type Level2 string

// The kinds of second levels.
const (
	Internal Level2 = "interne" // the queue of the appliance, for the role level2_support
	Jira     Level2 = "jira"
)

// Label is what the screens call the kind.
func (k Level2) Label() string {
	return map[Level2]string{Internal: "File interne", Jira: "JIRA"}[k]
}

// An Escalation is what became of a request that was handed on to level 2.
type Escalation struct {
	Kind         Level2    `cbor:"kind,omitempty"`
	Mark         string    `cbor:"mark,omitempty"` // label of the issue, by which a second try finds the first
	Key          string    `cbor:"key,omitempty"`  // of the issue, "" until level 2 has it
	Link         string    `cbor:"url,omitempty"`
	State        State     `cbor:"state,omitempty"`  // as level 2 sees it
	Status       string    `cbor:"status,omitempty"` // as level 2 calls it
	At           time.Time `cbor:"t"`
	By           string    `cbor:"by,omitempty"` // account
	ByName       string    `cbor:"name,omitempty"`
	Collectivity string    `cbor:"coll,omitempty"`
	Synced       time.Time `cbor:"sync"` // last time that level 2 was read
	Error        string    `cbor:"err,omitempty"`
	Ended        time.Time `cbor:"end"` // taken back
}

// String is the escalation in the journal.
func (e Escalation) String() string {
	switch {
	case e.Kind == "":
		return ""
	case !e.Ended.IsZero():
		return "reprise"
	case e.Key == "":
		return "transmission à " + e.Kind.Label()
	case e.Status != "":
		return e.Key + " (" + e.Status + ")"
	}
	return e.Key
}

// Holds reports whether level 2 has the request.
func (e Escalation) Holds() bool { return e.Key != "" && e.Ended.IsZero() }

// Pending reports whether the request is on its way to level 2.
func (e Escalation) Pending() bool { return e.Kind != "" && e.Key == "" && e.Ended.IsZero() }

// at is the second level that has the request, or will, "" for none.
func (e Escalation) at() Level2 {
	if !e.Ended.IsZero() {
		return ""
	}
	return e.Kind
}
