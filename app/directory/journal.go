package directory

import (
	"slices"
	"strings"
	"time"

	"preau/app/access"
	"preau/data"
)

// An Event is a line of the journal as pages show it.
type Event struct {
	Seq      uint64
	At       time.Time
	Action   string
	Says     string
	Severity data.Severity
	By       string
	Via      string
	Label    string // of what it is about, "" once erased
	Table    string
	Subject  string
	Listed   bool // the subject is an administrator who is nobody in the directory
	Note     string
	Changes  []data.Change
	More     int // changes that are not told
}

// changesTold is how many changes of an event are told beside others. The journal
// and the history of a person tell them all: one saving of groups may hold thousands.
const changesTold = 12

// brief is eventOf, with its first changes only.
func brief(tx *data.Tx, e data.Event) Event {
	more := 0
	if p := e.Personal; p != nil && len(p.Changes) > changesTold {
		more = len(p.Changes) - changesTold
		p.Changes = p.Changes[:changesTold]
	}
	out := eventOf(tx, e)
	out.More = more
	return out
}

func eventOf(tx *data.Tx, e data.Event) Event {
	out := Event{Seq: e.Seq, At: e.At, Action: e.Action, Says: e.Says, Severity: e.Severity, Table: e.Table, Subject: e.Subject}
	if e.Table == access.Accounts.Name() {
		a, err := access.Accounts.Get(naming.Over(tx), e.Subject)
		out.Listed = err == nil && a.Profile == access.AdminProfile
	}
	if p := e.Personal; p != nil {
		out.By, out.Via, out.Label, out.Note, out.Changes = p.By, p.Via, p.Label, p.Note, named(tx, p.Changes)
	}
	return out
}

// uidMark begins the value of a field that holds a person: the journal keeps who
// they are, not their name, so that it says no more of somebody once erased.
const uidMark = "uid:"

// Mention is how a row tells the journal of a person, by their UID.
func Mention(id string) string { return uidMark + id }

// unnamed is what the journal shows of a person whom the reader may not know.
const unnamed = "une personne effacée ou d’un autre établissement"

// named writes the places of grants and the people of groups as the screens call
// them.
func named(tx *data.Tx, changes []data.Change) []data.Change {
	for i, c := range changes {
		for _, value := range []*string{&changes[i].Before, &changes[i].After} {
			id, person := strings.CutPrefix(*value, uidMark)
			switch {
			case person:
				*value = unnamed
				if u, err := Users.Get(tx, id); err == nil {
					*value = u.Label()
				}
			case *value != "" && strings.HasSuffix(c.Field, access.ScopeField):
				if name, err := scopeName(tx, data.Place(*value)); err == nil {
					*value = name
				}
			}
		}
	}
	return changes
}

// Important reports whether the event stands out.
func (e Event) Important() bool { return e.Severity == data.Important }

// Attention reports whether the event deserves a look.
func (e Event) Attention() bool { return e.Severity == data.Attention }

// Journal returns the latest events of an establishment, newest first, older
// than before (0 for the newest), and the sequence from which to follow.
func Journal(s *access.Session, uai string, before uint64, n int) (events []Event, last uint64, err error) {
	err = s.See(func(tx *data.Tx) error {
		place, err := locate(tx, uai)
		if err != nil {
			return err
		}
		found, err := data.Events(tx, place, before, n)
		for _, e := range found {
			events = append(events, eventOf(tx, e))
		}
		last = data.LastEvent(tx)
		return err
	})
	return events, last, err
}

// Latest returns the latest events of an establishment in brief, newest first, and
// the sequence from which to follow.
func Latest(s *access.Session, uai string, n int) (events []Event, last uint64, err error) {
	err = s.See(func(tx *data.Tx) error {
		place, err := locate(tx, uai)
		if err != nil {
			return err
		}
		found, err := data.Events(tx, place, 0, n)
		for _, e := range found {
			events = append(events, brief(tx, e))
		}
		last = data.LastEvent(tx)
		return err
	})
	return events, last, err
}

// JournalAfter returns in brief the events of an establishment that follow a sequence,
// oldest first.
func JournalAfter(s *access.Session, uai string, after uint64, n int) (events []Event, err error) {
	err = s.See(func(tx *data.Tx) error {
		place, err := locate(tx, uai)
		if err != nil {
			return err
		}
		found, err := data.EventsAfter(tx, place, after, n)
		for _, e := range found {
			events = append(events, brief(tx, e))
		}
		return err
	})
	return events, err
}

// History returns what happened to a person, newest first: events of the record
// and of the account, and what each import changed.
func History(s *access.Session, uai, id string, n int) (events []Event, err error) {
	err = s.See(func(tx *data.Tx) error {
		place, err := locate(tx, uai)
		if err != nil {
			return err
		}
		if _, err := userAt(tx, place, id); err != nil {
			return err
		}
		events, err = happened(tx, id, n)
		return err
	})
	return events, err
}

// happened returns the events of somebody's record and account, newest first.
func happened(tx *data.Tx, id string, n int) (events []Event, err error) {
	for _, table := range []string{Users.Name(), access.Accounts.Name()} {
		found, err := eventsAbout(tx, table, id, n, eventOf)
		if err != nil {
			return nil, err
		}
		if table != Users.Name() { // an import tells of the account by the record
			found = slices.DeleteFunc(found, func(e Event) bool { return e.Action == importLine && len(e.Changes) == 0 })
		}
		events = append(events, found...)
	}
	slices.SortStableFunc(events, Event.latest)
	return events[:min(n, len(events))], nil
}

// importLine is the action of what an import changed of a row.
const importLine = "import.line"

// EventsAbout returns in brief the latest events of a row of an area above, newest
// first.
func EventsAbout(tx *data.Tx, table, key string, n int) ([]Event, error) {
	return eventsAbout(tx, table, key, n, brief)
}

// eventsAbout returns the latest events of a row, newest first, with what each
// import changed of it.
func eventsAbout(tx *data.Tx, table, key string, n int, tell func(*data.Tx, data.Event) Event) (events []Event, err error) {
	found, err := data.EventsAbout(tx, table, key, n)
	if err != nil {
		return nil, err
	}
	for _, e := range found {
		events = append(events, tell(tx, e))
	}
	lines, err := data.LinesAbout(tx, table, key, n)
	for _, l := range lines {
		events = append(events, Event{At: l.At, Action: importLine, Says: l.Says, By: l.By, Changes: l.Changes, Table: table, Subject: key})
	}
	slices.SortStableFunc(events, Event.latest)
	return events[:min(n, len(events))], err
}

func (e Event) latest(other Event) int { return other.At.Compare(e.At) }
