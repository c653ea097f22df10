package access

import (
	"slices"
	"time"

	"preau/data"
)

// An Action is something that a person may do, if a role of theirs has the
// capability it needs where they do it.
type Action struct {
	data.Action
	Needs Capability
}

// Actions are all those that the program declares.
var Actions []Action

// NewAction declares an action, at the start of the program only. Key is
// stable; says is what the journal calls it.
func NewAction(key, says string, needs Capability, severity data.Severity) Action {
	a := Action{data.Action{Key: key, Says: says, Severity: severity}, needs}
	Actions = append(Actions, a)
	return a
}

// A Session is the appliance as one person, or one named job, knows it: every
// operation of every area takes one. What it may see and change is decided here.
type Session struct {
	Account Account
	Grants  []Grant // those in force
	CSRF    string  // bound to the session, for its forms
	Token   string  // key of its row, "" for a job
	Expires time.Time
	Proved  time.Time  // when the password was last given
	Records bool       // the records password was given too
	Super   data.Place // of somebody signed in as admin.prenom.nom: the establishment whose content they moderate on the ENT side

	gate *Gate
	via  string
	from string
	job  bool
}

// Name is who the session belongs to, as the journal shows it.
func (s *Session) Name() string { return s.Account.Name }

// Gate is the gate that the session came through.
func (s *Session) Gate() *Gate { return s.gate }

// Now is the time of the next transaction.
func (s *Session) Now() time.Time { return s.gate.store.Now() }

// Administers reports whether the person may open the console.
func (s *Session) Administers() bool { return s.job || len(s.Grants) > 0 }

// Reach is where the person has a capability.
func (s *Session) Reach(c Capability) data.Reach {
	if s.job {
		return data.Everywhere
	}
	return reachOf(s.Grants, c, s.Now())
}

// Can reports whether the person has a capability at a place.
func (s *Session) Can(c Capability, at data.Place) bool { return s.Reach(c).Covers(at) }

// Highest is the highest role of the person, "" for none.
func (s *Session) Highest() Role {
	best := -1
	for _, g := range s.Grants {
		best = max(best, slices.Index(Roles, g.Role))
	}
	if best < 0 {
		return ""
	}
	return Roles[best]
}

func (s *Session) author(may data.Reach) data.Author {
	a := data.Author{ID: s.Account.ID, Name: s.Account.Name, Via: s.via, From: s.from, Sees: s.Reach(Administer), May: may}
	if !s.job && s.Account.ID != "" {
		a.Sees = append(slices.Clone(a.Sees), data.Own(s.Account.ID))
	}
	return a
}

// Do is the only way to change anything: fn changes what the person may change
// by this action, and returns the row that the event is about.
func (s *Session) Do(a Action, fn func(*data.Tx) (data.Row, error)) error {
	return explain(s.gate.store.Update(s.author(s.Reach(a.Needs)), a.Action, fn))
}

// See is the only way to read anything.
func (s *Session) See(fn func(*data.Tx) error) error {
	return explain(s.gate.store.View(s.author(nil), fn))
}

// Upkeep changes tables of the machinery, which the journal does not follow.
func (s *Session) Upkeep(fn func(*data.Tx) error) error {
	return explain(s.gate.store.Unlogged(s.author(data.Everywhere), fn))
}

// Record writes facts in the journal, and with them what fn does to tables of
// the machinery; fn may be nil.
func (s *Session) Record(fn func(*data.Tx) error, facts ...data.Fact) error {
	return explain(s.gate.store.Record(s.author(data.Everywhere), fn, facts...))
}

// Begin starts or resumes a mass change: see data.Store.Begin.
func (s *Session) Begin(a Action, run string) error {
	return explain(s.gate.store.Begin(s.author(s.Reach(a.Needs)), run, a.Action))
}

// Bulk is one bounded transaction of a mass change.
func (s *Session) Bulk(a Action, run string, fn func(*data.Tx) error) error {
	return explain(s.gate.store.Bulk(s.author(s.Reach(a.Needs)), run, fn))
}

// End closes a mass change with its events.
func (s *Session) End(a Action, run string, fn func(*data.Tx) ([]data.Fact, error)) error {
	return explain(s.gate.store.End(s.author(s.Reach(a.Needs)), run, fn))
}

// Own changes the person's own row: what anybody may do for themselves.
func (s *Session) Own(a Action, fn func(*data.Tx) (data.Row, error)) error {
	return explain(s.gate.store.Update(s.author(data.Reach{data.Own(s.Account.ID)}), a.Action, fn))
}

// Machine reports whether the session is that of a job or of the command line.
func (s *Session) Machine() bool { return s.job }

// From is the address of origin of the person, "" for a job.
func (s *Session) From() string { return s.from }
