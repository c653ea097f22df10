package requests

import "slices"

// A State is where a request stands.
type State string

// The states of a request.
const (
	Open       State = "open"
	InProgress State = "in_progress"
	Waiting    State = "waiting" // until a date, or until somebody says so
	Closed     State = "closed"
)

// States are the states, in the order of the screens.
var States = []State{Open, InProgress, Waiting, Closed}

// Label is what the screens call the state.
func (s State) Label() string {
	return map[State]string{Open: "Ouverte", InProgress: "En cours", Waiting: "En attente", Closed: "Clôturée"}[s]
}

// String is the state in the journal.
func (s State) String() string { return s.Label() }

// Path is the state in addresses and in what is typed after « etat: ».
func (s State) Path() string {
	return map[State]string{Open: "ouverte", InProgress: "encours", Waiting: "attente", Closed: "cloturee"}[s]
}

// StateAt is the state of a part of an address, "" for none.
func StateAt(path string) State {
	for _, s := range States {
		if s.Path() == path {
			return s
		}
	}
	return ""
}

// transitions are the states that each may become. A merged request is closed:
// merging and its undoing are operations of their own.
var transitions = map[State][]State{
	Open:       {InProgress, Waiting, Closed},
	InProgress: {Waiting, Closed, Open},
	Waiting:    {InProgress, Closed},
	Closed:     {InProgress},
}

// Becomes reports whether the state may become another.
func (s State) Becomes(next State) bool { return slices.Contains(transitions[s], next) }

// Next are the states that the state may become.
func (s State) Next() []State { return transitions[s] }
