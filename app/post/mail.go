// Package post holds the mails of the appliance: each is queued in the
// transaction of what it tells of, then leaves by a job, or is kept to be read
// where no mail server is configured.
package post

import (
	"errors"
	"fmt"
	"math"
	"strings"
	"time"

	"preau/data"
)

// A Mail waits to leave, has left, or is kept. It is written in parts, so that
// the address of the appliance is the one of the day it leaves.
type Mail struct {
	ID      string    `cbor:"id"`
	To      string    `cbor:"to"`
	Subject string    `cbor:"subj"`
	Lines   []string  `cbor:"lines"`           // paragraphs, in French, without secret
	Facts   []Fact    `cbor:"facts,omitempty"` // to be noted, such as a login and a password
	Links   []Link    `cbor:"links,omitempty"`
	Secret  bool      `cbor:"secret,omitempty"` // what Facts and Links hold goes once delivered
	Sealed  []byte    `cbor:"sealed,omitempty"` // Facts and Links of a secret that waits: see Whole
	At      time.Time `cbor:"at"`
	State   State     `cbor:"state"`
	Due     time.Time `cbor:"due"`   // of the next try
	Tries   int       `cbor:"tries"` // failed ones
	Error   string    `cbor:"err,omitempty"`
	Sent    time.Time `cbor:"sent"`
	Written string    `cbor:"wrote,omitempty"` // who wrote Lines, "" for the appliance
	Thread  *Thread   `cbor:"thread,omitempty"`
}

// A Thread places a mail among those of one subject, as mail programs show them.
// Identifiers without an @ are those of mails of ours: the left part of their
// Message-ID, the right one being that of the day they leave.
type Thread struct {
	ID    string `cbor:"id"`             // of this mail, the same at each try
	Root  string `cbor:"root"`           // of the mail that began the thread
	Reply string `cbor:"re,omitempty"`   // of the mail that this one answers
	From  string `cbor:"from,omitempty"` // address of a mailbox that is read, "" for that of the appliance
	About string `cbor:"about"`          // key of the row that is told what became of the mail
}

// A Fact is something to be noted from a mail.
type Fact struct{ Label, Value string }

// A Link leads to a page of the appliance, by its path.
type Link struct{ Label, Path string }

// A State is where a mail stands.
type State string

// The states of a mail.
const (
	Waiting State = "waiting"
	Sent    State = "sent"
	Failed  State = "failed" // for good
	Kept    State = "kept"   // no mail server: it is read in the appliance
)

// States are those of a mail, in the order of its life.
var States = []State{Waiting, Sent, Failed, Kept}

// Label is what the screens call the state.
func (s State) Label() string {
	return map[State]string{Waiting: "En attente", Sent: "Envoyé", Failed: "En échec", Kept: "Gardé dans l’appareil"}[s]
}

// Key is the identifier of the mail.
func (m Mail) Key() string { return m.ID }

// Places is the whole appliance: whoever runs it reads what it wrote.
func (m Mail) Places() []data.Place { return []data.Place{""} }

// Label names the mail in the journal, without its address.
func (m Mail) Label() string { return m.Subject }

// The tables of the area.
var (
	Mails     = data.NewTable[Mail]("mails").Unlogged()
	MailsByTo = Mails.Index("to", func(m Mail) []string { return []string{strings.ToLower(m.To)} })
	MailsList = Mails.Scoped("list", func(m Mail) []data.Slot { // newest first: all of them, then those of each state
		sort := fmt.Sprintf("%019d", math.MaxInt64-m.At.UnixNano())
		return []data.Slot{{Sort: sort}, {Group: string(m.State), Sort: sort}}
	})
	mailsAbout = Mails.Index("about", func(m Mail) []string {
		if m.Thread == nil || m.Thread.About == "" {
			return nil
		}
		return []string{m.Thread.About}
	})
	mailsDue = Mails.Index("due", func(m Mail) []string { // those that wait, by the time of their next try
		if m.State != Waiting {
			return nil
		}
		return []string{m.Due.UTC().Format("20060102150405.000000000")}
	})

	SettingsTable = data.NewTable[Settings]("mail-settings")
)

// Tables are the tables of the area.
var Tables = []data.Schema{Mails, SettingsTable}

// posting queues a mail whoever makes it leave.
var posting = data.NewCrossing("mail.queue", "Mettre un courriel en attente d’envoi, et savoir s’il peut partir")

// Queue writes a mail in the transaction of what it tells of.
func Queue(tx *data.Tx, m Mail) error {
	tx = posting.Over(tx)
	set, err := settings(tx)
	if err != nil {
		return err
	}
	if m.ID == "" {
		m.ID = tx.ID()
	}
	m.At, m.Due, m.State = tx.Now, tx.Now, Waiting
	m.To = strings.TrimSpace(m.To)
	if !set.Leaves() {
		m.State = Kept
	}
	if m.Secret && !set.Demo {
		if err := m.seal(tx); err != nil {
			return err
		}
	}
	return Mails.Put(tx, m)
}

// WrittenSince returns how many mails of threads were written to an address since
// a time.
func WrittenSince(tx *data.Tx, to string, since time.Time) (n int, err error) {
	for m, err := range MailsByTo.All(posting.Over(tx), strings.ToLower(to)) {
		if err != nil {
			return 0, err
		}
		if m.Thread != nil && m.Written == "" && !m.At.Before(since) {
			n++
		}
	}
	return n, nil
}

// CarriesSecrets reports whether a mail that holds a secret reaches somebody: by
// a mail server, or in a demo by the page that shows its mails.
func CarriesSecrets(tx *data.Tx) (bool, error) {
	set, err := settings(posting.Over(tx))
	return set.Leaves() || set.Demo, err
}

func settings(tx *data.Tx) (Settings, error) {
	set, err := SettingsTable.Get(tx, Settings{}.Key())
	if errors.Is(err, data.ErrNotFound) {
		return Settings{}, nil
	}
	return set, err
}
