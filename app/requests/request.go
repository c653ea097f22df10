// Package requests is the help desk: what people ask of the administrators of
// their establishment, the thread of answers and notes, and what is handed on to
// the second level.
package requests

import (
	"fmt"
	"slices"
	"strconv"
	"time"

	"preau/app/directory"
	"preau/data"
)

// A Request is what somebody asks of the administrators of an establishment.
type Request struct {
	Number   int        `cbor:"n" log:"-"`  // of the appliance, never used again
	At       data.Place `cbor:"at" log:"-"` // an establishment, or an académie for a mail that could not be attributed
	From     Requester  `cbor:"from" log:"Demandeur"`
	Received time.Time  `cbor:"recv" log:"Reçue le"`
	Channel  Channel    `cbor:"chan" log:"Canal"`
	Service  Service    `cbor:"svc,omitempty" log:"Service"`
	Type     Type       `cbor:"type" log:"Type"`
	Priority Priority   `cbor:"prio" log:"Priorité"`
	Summary  string     `cbor:"sum" log:"Résumé"`
	Problem  string     `cbor:"prob" log:"Problème soumis,secret"`
	Files    []File     `cbor:"files,omitempty" log:"Fichiers joints"`

	State        State     `cbor:"state" log:"État"`
	Until        time.Time `cbor:"until" log:"En attente jusqu’au"`
	Assignee     string    `cbor:"who,omitempty" log:"-"` // account
	AssigneeName string    `cbor:"whoname,omitempty" log:"Intervenant"`
	Solution     string    `cbor:"sol,omitempty" log:"Solution apportée,secret"` // saved, not sent yet
	ClosedAt     time.Time `cbor:"closed" log:"Clôturée le"`
	ClosedBy     string    `cbor:"closedby,omitempty" log:"-"` // account

	CreatedAt   time.Time     `cbor:"made" log:"-"`
	ActedAt     time.Time     `cbor:"acted" log:"-"`    // last action of anybody
	SpokeAt     time.Time     `cbor:"spoke" log:"-"`    // last message of the requester
	AnsweredAt  time.Time     `cbor:"answered" log:"-"` // first answer that was sent
	AnswerTook  time.Duration `cbor:"took" log:"-"`     // from the reception to that answer, waiting left out
	Since       time.Time     `cbor:"since" log:"-"`    // of the present state
	Paused      time.Duration `cbor:"paused" log:"-"`   // spent waiting, until the last time it ended
	Reopened    int           `cbor:"reopened,omitempty" log:"-"`
	ReopenedAt  time.Time     `cbor:"reopenedat" log:"-"`
	Thread      int           `cbor:"thread" log:"-"` // entries written so far
	Version     uint64        `cbor:"v" log:"-"`
	Merged      Merging       `cbor:"merged" log:"Fusionnée avec"`
	Links       []Link        `cbor:"links,omitempty" log:"Liens"`
	Escalation  Escalation    `cbor:"l2" log:"Niveau 2"`
	Satisfied   Satisfaction  `cbor:"happy" log:"Satisfaction"`
	FirstMailID string        `cbor:"mail,omitempty" log:"-"` // Message-ID of the mail that made it, "" for none
	Came        data.Place    `cbor:"box,omitempty" log:"-"`  // of the mailbox that it came by, "" for none
}

// A Requester is who asks, as the request knows them: it may differ from the
// directory, and is kept when the directory changes.
type Requester struct {
	Account string            `cbor:"id,omitempty"` // "" for somebody unknown
	Name    string            `cbor:"name"`
	Profile directory.Profile `cbor:"prof,omitempty"`
	Email   string            `cbor:"mail,omitempty"`
	Phone   string            `cbor:"tel,omitempty"`
	Mobile  string            `cbor:"mob,omitempty"`
	Prefers Channel           `cbor:"pref,omitempty"` // Mail, Phone, or "" when they did not say
}

// Unknown is the name of who wrote from an address that nobody has.
const Unknown = "Demandeur inconnu"

// String is the requester in the journal.
func (r Requester) String() string { return r.Name }

// A File is kept in the store, under an identifier of ours.
type File struct {
	ID   string `cbor:"id"` // of the blob
	Name string `cbor:"name"`
	Type string `cbor:"type"` // MIME
	Size int64  `cbor:"size"` // bytes
	Sum  []byte `cbor:"sum"`  // SHA-256: the same file is not kept twice in a message
}

// String is the file in the journal.
func (f File) String() string { return f.Name }

// A Merging says which request a merged one points to.
type Merging struct {
	Into     int       `cbor:"into,omitempty"` // 0 for none
	At       time.Time `cbor:"t"`
	Was      State     `cbor:"was,omitempty"` // what undoing it gives back, with the rest
	Until    time.Time `cbor:"until"`         // of Waiting
	ClosedAt time.Time `cbor:"closed"`        // of Closed
	ClosedBy string    `cbor:"by,omitempty"`  // of Closed
}

// String is the merging in the journal.
func (m Merging) String() string { return numbered(m.Into) }

// A Link is another request that this one has to do with.
type Link struct {
	To   int    `cbor:"to"`
	Kind string `cbor:"kind"` // Related or Duplicate
}

// The kinds of links.
const (
	Related   = "lié à"
	Duplicate = "doublon de"
)

// String is the link in the journal.
func (l Link) String() string { return l.Kind + " " + numbered(l.To) }

// A Satisfaction is what the requester thought of the answer.
type Satisfaction struct {
	Score   int       `cbor:"n,omitempty"` // 1 to 5, 0 for none
	Comment string    `cbor:"c,omitempty"`
	At      time.Time `cbor:"t"`
}

// String is the satisfaction in the journal, without its words.
func (s Satisfaction) String() string {
	if s.Score == 0 {
		return ""
	}
	return fmt.Sprintf("%d sur 5", s.Score)
}

// Key is the number, in an order.
func (r Request) Key() string { return keyOf(r.Number) }

// Places is the establishment.
func (r Request) Places() []data.Place { return []data.Place{r.At} }

// Label names the request in the journal.
func (r Request) Label() string { return "Demande n° " + strconv.Itoa(r.Number) }

// Blobs are the files that the row holds.
func (r Request) Blobs() []string { return blobsOf(r.Files) }

func blobsOf(files []File) []string {
	ids := make([]string, len(files))
	for i, f := range files {
		ids[i] = f.ID
	}
	return ids
}

func keyOf(number int) string { return fmt.Sprintf("%09d", number) }

func numbered(number int) string {
	if number == 0 {
		return ""
	}
	return "n° " + strconv.Itoa(number)
}

// UAI is the establishment of the request, "" when it is that of no establishment.
func (r Request) UAI() string { return directory.UAIOf(r.At) }

// Age is the time since the reception, less what was spent waiting.
func (r Request) Age(now time.Time) time.Duration { return r.spent(r.Received, now) }

// Silence is the time since the requester last spoke, less the present waiting.
func (r Request) Silence(now time.Time) time.Duration {
	end := now
	switch r.State {
	case Closed:
		end = r.ClosedAt
	case Waiting:
		end = r.Since
	}
	return max(0, end.Sub(r.SpokeAt))
}

func (r Request) spent(from, now time.Time) time.Duration {
	end := now
	switch r.State {
	case Closed:
		end = r.ClosedAt
	case Waiting:
		end = r.Since
	}
	return max(0, end.Sub(from)-r.Paused)
}

// become changes the state, and what goes with it.
func (r *Request) become(next State, now time.Time) {
	if r.State == Waiting {
		r.Paused += max(0, now.Sub(r.Since))
	}
	if r.State == Closed && next != Closed {
		r.Reopened++
		r.ReopenedAt = now
		r.ClosedAt, r.ClosedBy = time.Time{}, ""
	}
	r.State, r.Since, r.Until = next, now, time.Time{}
}

// participates reports whether somebody is the requester.
func (r Request) participates(account string) bool { return account != "" && r.From.Account == account }

// locked reports whether the first two tabs are no longer to be changed.
func (r Request) locked() bool { return r.Escalation.Holds() || r.Merged.Into != 0 }

func (r Request) linked(to int) bool {
	return slices.ContainsFunc(r.Links, func(l Link) bool { return l.To == to })
}
