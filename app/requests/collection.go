package requests

import (
	"errors"
	"time"

	"preau/app/access"
	"preau/app/connect/outbound"
	"preau/data"
)

// A Collection is how the visits to a mailbox go.
type Collection struct {
	At       data.Place `cbor:"at"`
	Next     time.Time  `cbor:"next"`          // of the next visit, zero for none
	Last     time.Time  `cbor:"last"`          // of the last one
	Good     time.Time  `cbor:"good"`          // of the last one that went to its end
	Error    string     `cbor:"err,omitempty"` // of the last one
	Failures int        `cbor:"fails,omitempty"`
	Taken    int        `cbor:"n,omitempty"`     // messages that became requests, or were added to some
	Ignored  int        `cbor:"none,omitempty"`  // automatic ones and the like
	Asked    int        `cbor:"asked,omitempty"` // times that somebody did not want to wait
	Trial    Trial      `cbor:"trial"`
}

// A Trial is what « Tester » told, step by step.
type Trial struct {
	At     time.Time       `cbor:"t"` // zero for never
	By     string          `cbor:"by"`
	Server string          `cbor:"to"` // with the account
	Steps  []outbound.Step `cbor:"steps"`
	Took   time.Duration   `cbor:"took,omitempty"`
}

// OK reports whether every step went well.
func (t Trial) OK() bool {
	for _, s := range t.Steps {
		if !s.OK {
			return false
		}
	}
	return len(t.Steps) > 0
}

// Key is the place of the mailbox.
func (c Collection) Key() string { return string(c.At) }

// Places is the place of the mailbox.
func (c Collection) Places() []data.Place { return []data.Place{c.At} }

// How the visits go, found by the time of the next.
var (
	Collections    = data.NewTable[Collection]("request-collections").Unlogged()
	collectionsDue = Collections.Index("due", func(c Collection) []string {
		if c.Next.IsZero() {
			return nil
		}
		return []string{stampOf(c.Next)}
	})
)

var (
	testingMailbox = access.NewAction("mailbox.test", "Essai d’une boîte de courriel", access.SetMailboxes, data.Info)
	collectingNow  = access.NewAction("mailbox.collect", "Relevé demandé d’une boîte de courriel", access.SetMailboxes, data.Info)
	mailboxFailed  = access.NewAction("mailbox.failed", "Boîte de courriel qui ne se relève plus", access.SetMailboxes, data.Attention)
	mailboxBack    = access.NewAction("mailbox.back", "Boîte de courriel relevée de nouveau", access.SetMailboxes, data.Info)
)

// KeepTrial keeps what « Tester » told of a mailbox, and writes it in the journal.
// Whoever calls has checked that the person may set it.
func KeepTrial(s *access.Session, m Mailbox, t Trial) error {
	note := t.Server + "\u00a0: réussi"
	if !t.OK() && len(t.Steps) > 0 {
		note = t.Server + "\u00a0: " + t.Steps[len(t.Steps)-1].Says
	}
	return s.Record(func(tx *data.Tx) error {
		return collected(tx, m.At, func(c *Collection) { c.Trial = t })
	}, data.Fact{Action: testingMailbox.Action, About: m, Note: note})
}

// CollectNow has a mailbox visited at once. Whoever calls has checked that the
// person may set it.
func CollectNow(s *access.Session, m Mailbox) error {
	if !m.Active {
		return access.Conflict("Cette boîte n’est pas relevée\u00a0: cochez d’abord «\u00a0Relever cette boîte\u00a0».")
	}
	return s.Record(func(tx *data.Tx) error {
		return collected(tx, m.At, func(c *Collection) {
			c.Next = tx.Now
			c.Asked++
		})
	}, data.Fact{Action: collectingNow.Action, About: m})
}

func collected(tx *data.Tx, at data.Place, change func(*Collection)) error {
	c, err := Collections.Get(tx, string(at))
	if err != nil && !errors.Is(err, data.ErrNotFound) {
		return err
	}
	c.At = at
	change(&c)
	return Collections.Put(tx, c)
}

// DueMailbox returns a mailbox whose visit is due, and how its visits went; ok is
// false when there is none.
func DueMailbox(tx *data.Tx) (m Mailbox, c Collection, ok bool, err error) {
	for c, err := range collectionsDue.Starting(tx, "") {
		if err != nil || c.Next.After(tx.Now) {
			return m, c, false, err
		}
		m, err := Mailboxes.Get(tx, c.Key())
		return m, c, err == nil, err
	}
	return m, c, false, nil
}

// Pauses of the visits to a mailbox.
const (
	collectEvery = 2 * time.Minute
	collectMost  = time.Hour // after many failures
)

// Visited notes how a visit to a mailbox ended: says is "" for one that went to
// its end; server tells that nothing can be had from the server, which is then
// left in peace for longer and longer. The journal is told when it begins to fail,
// and when it works again. Before is what DueMailbox returned: whoever asked for a
// visit meanwhile gets another.
func Visited(s *access.Session, m Mailbox, before Collection, says string, server bool) error {
	return s.Upkeep(func(tx *data.Tx) error {
		now, err := Mailboxes.Get(tx, m.Key())
		if err != nil || now.Version != m.Version {
			return err // set meanwhile: it is visited again at once
		}
		former := ""
		if err := collected(tx, m.At, func(c *Collection) {
			former = c.Error
			c.Last, c.Error = tx.Now, says
			if says == "" {
				c.Good = tx.Now
			}
			pause := collectEvery
			if c.Failures++; !server {
				c.Failures = 0
			}
			for range min(c.Failures, 10) - 1 {
				pause *= 2
			}
			if c.Next = tx.Now; c.Asked == before.Asked {
				c.Next = tx.Now.Add(min(pause, collectMost))
			}
		}); err != nil {
			return err
		}
		switch {
		case says != "" && former == "":
			return tx.Tell(data.Fact{Action: mailboxFailed.Action, About: m, Note: says})
		case says == "" && former != "":
			return tx.Tell(data.Fact{Action: mailboxBack.Action, About: m})
		}
		return nil
	})
}
