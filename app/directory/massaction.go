package directory

import (
	"context"
	"errors"
	"fmt"
	"time"

	"preau/app/access"
	"preau/data"
)

// A MassAction does one thing to many people of an establishment. It is prepared,
// so that whoever asked for it confirms what they see; then run by bounded
// transactions, and ended at the next start if the appliance stops meanwhile.
type MassAction struct {
	ID      string     `cbor:"id"`
	Kind    MassKind   `cbor:"kind"`
	At      data.Place `cbor:"at"`
	Filter  Filter     `cbor:"filter"`
	Words   string     `cbor:"words"` // whom it was asked for: « Élèves, 3e A, 24 comptes »
	By      string     `cbor:"by"`
	ByID    string     `cbor:"byid"`
	Reach   data.Reach `cbor:"reach"` // of who asked for it
	Made    time.Time  `cbor:"made"`
	Ended   time.Time  `cbor:"end"`
	State   string     `cbor:"state"`
	Refusal string     `cbor:"no,omitempty"` // why it was stopped
	Reason  string     `cbor:"why,omitempty"`
	Total   int        `cbor:"n"`
	Step    int        `cbor:"step"` // people it has been through
	Done    int        `cbor:"done"`
	Undoes  string     `cbor:"undoes,omitempty"`
	Undone  string     `cbor:"undone,omitempty"` // by this one
}

// A MassKind is what a mass action does.
type MassKind string

// The kinds of mass actions.
const (
	MassSuspend    MassKind = "suspension"
	MassReactivate MassKind = "reactivation"
	MassRenew      MassKind = "renouvellement" // of the credentials of first connection
	MassMail       MassKind = "envoi"          // of the same
	MassRecords    MassKind = "scolarite"      // another records password
)

// The states of a mass action.
const (
	MassPrepared = "à confirmer"
	MassRunning  = "en cours"
	MassStopped  = "interrompue"
	MassDone     = "terminée"
)

// Key is the identifier of the action.
func (m MassAction) Key() string { return m.ID }

// Places is the establishment.
func (m MassAction) Places() []data.Place { return []data.Place{m.At} }

// Label says in the journal whom the action was for.
func (m MassAction) Label() string { return m.Words }

// Skipped is how many people it left as they were.
func (m MassAction) Skipped() int { return m.Step - m.Done }

// Undoable reports whether what it did can be undone.
func (m MassAction) Undoable() bool {
	return m.State == MassDone && m.Done > 0 && m.Undone == "" && massKinds[m.Kind].opposite != ""
}

// A MassLine is what became of one person.
type MassLine struct {
	Action  string     `cbor:"act"`
	N       int        `cbor:"n"`
	At      data.Place `cbor:"at"`
	User    string     `cbor:"user"`
	Name    string     `cbor:"name"`
	Done    bool       `cbor:"done,omitempty"`
	Says    string     `cbor:"says,omitempty"` // "" before its turn
	Version uint64     `cbor:"v,omitempty"`    // of the record once it was done
	Expects uint64     `cbor:"was,omitempty"`  // the version that may be undone
	Since   time.Time  `cbor:"since"`          // of the suspension that ends, or comes back
	Reason  string     `cbor:"why,omitempty"`  // likewise
}

// Key orders the lines of an action.
func (l MassLine) Key() string { return fmt.Sprintf("%s/%08d", l.Action, l.N) }

// Places is the establishment.
func (l MassLine) Places() []data.Place { return []data.Place{l.At} }

// The tables of mass actions.
var (
	MassActions     = data.NewTable[MassAction]("mass-actions").Unlogged()
	MassLines       = data.NewTable[MassLine]("mass-lines").Unlogged()
	MassLinesByUser = MassLines.Index("user", func(l MassLine) []string { return present(l.User) })
)

// PrepareAction freezes whom a mass action is for, and returns its identifier:
// nothing happens to them until StartAction.
func PrepareAction(s *access.Session, uai string, kind MassKind, sel Selection) (id string, err error) {
	if _, known := massKinds[kind]; !known {
		return "", access.NotFound()
	}
	m := MassAction{ID: s.Gate().Store().ID(), Kind: kind, Filter: sel.Filter, State: MassPrepared}
	var people []User
	err = s.See(func(tx *data.Tx) error {
		if m.At, err = locate(tx, uai); err != nil {
			return err
		}
		if people, err = sel.people(tx, m.At); err != nil {
			return err
		}
		m.Words, err = sel.words(tx, m.At, len(people))
		return err
	})
	switch {
	case err != nil:
		return "", err
	case !s.Can(access.ManageAccounts, m.At):
		return "", access.NotAllowed()
	case len(people) == 0:
		return "", access.Conflict("Personne ne correspond à cette sélection.")
	}
	lines := make([]MassLine, len(people))
	for i, u := range people {
		lines[i] = MassLine{User: u.ID, Name: u.Label()}
	}
	return m.ID, s.Upkeep(func(tx *data.Tx) error { return m.store(tx, s, lines) })
}

// store writes an action and its lines.
func (m MassAction) store(tx *data.Tx, s *access.Session, lines []MassLine) error {
	m.By, m.ByID, m.Reach, m.Made, m.Total = s.Name(), s.Account.ID, s.Reach(access.ManageAccounts), tx.Now, len(lines)
	for i, l := range lines {
		l.Action, l.N, l.At = m.ID, i, m.At
		if err := MassLines.Put(tx, l); err != nil {
			return err
		}
	}
	return MassActions.Put(tx, m)
}

// StartAction confirms a mass action that the author prepared, or goes on with
// one that was stopped. It returns what does it, which must be called: with the
// appliance stopping, it ends at the next start.
func StartAction(s *access.Session, uai, id, reason string) (run func(context.Context) error, err error) {
	m, err := ReadAction(s, uai, id)
	if err != nil {
		return nil, err
	}
	if err := s.Upkeep(func(tx *data.Tx) error {
		if m, err = MassActions.Get(tx, id); err != nil {
			return err
		}
		if m.State != MassPrepared && m.State != MassStopped {
			return access.Conflict("Cette action est déjà lancée.")
		}
		if m.State == MassPrepared {
			m.Reason = reason
		}
		m.State, m.Refusal = MassRunning, ""
		return MassActions.Put(tx, m)
	}); err != nil {
		return nil, err
	}
	return func(ctx context.Context) error { return runAction(ctx, s, m) }, nil
}

// UndoAction begins the opposite of a mass action, for those
// who were not touched since, and returns the identifier of that one.
func UndoAction(s *access.Session, uai, id string) (undoing string, run func(context.Context) error, err error) {
	m, err := ReadAction(s, uai, id)
	if err != nil {
		return "", nil, err
	}
	done, err := LinesOf(s, uai, id, LinesDone, 0, m.Total)
	if err != nil {
		return "", nil, err
	}
	lines := make([]MassLine, len(done))
	for i, l := range done {
		lines[i] = MassLine{User: l.User, Name: l.Name, Expects: l.Version, Since: l.Since, Reason: l.Reason}
	}
	back := MassAction{ID: s.Gate().Store().ID(), Kind: massKinds[m.Kind].opposite, At: m.At, Filter: m.Filter, Words: m.Words, State: MassPrepared, Undoes: m.ID}
	if err := s.Upkeep(func(tx *data.Tx) error {
		now, err := MassActions.Get(tx, id)
		if err == nil && !now.Undoable() {
			err = access.Conflict("Cette action ne peut pas, ou ne peut plus, être annulée.")
		}
		if err != nil {
			return err
		}
		now.Undone = back.ID
		return errors.Join(MassActions.Put(tx, now), back.store(tx, s, lines))
	}); err != nil {
		return "", nil, err
	}
	run, err = StartAction(s, uai, back.ID, "")
	return back.ID, run, err
}

// ReadAction returns a mass action of an establishment within reach. One that
// waits to be confirmed is for who prepared it only.
func ReadAction(s *access.Session, uai, id string) (m MassAction, err error) {
	err = s.See(func(tx *data.Tx) error {
		place, err := locate(tx, uai)
		if err != nil {
			return err
		}
		m, err = MassActions.Get(tx, id)
		if err == nil && (m.At != place || m.State == MassPrepared && m.ByID != s.Account.ID) {
			return data.ErrNotFound
		}
		return err
	})
	return m, err
}

// Which lines of an action are read.
const (
	LinesAll     = ""
	LinesDone    = "faits"
	LinesSkipped = "ignores"
)

// LinesOf returns up to n lines of a mass action from one on.
func LinesOf(s *access.Session, uai, id, which string, from, n int) (lines []MassLine, err error) {
	if _, err := ReadAction(s, uai, id); err != nil {
		return nil, err
	}
	err = s.See(func(tx *data.Tx) error {
		for l, err := range MassLines.From(tx, id+"/") {
			if err != nil {
				return err
			}
			kept := which == LinesAll || l.Says != "" && l.Done == (which == LinesDone)
			if l.N < from || !kept {
				continue
			}
			if lines = append(lines, l); len(lines) == n {
				return nil
			}
		}
		return nil
	})
	return lines, err
}
