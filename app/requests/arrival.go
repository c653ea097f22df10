package requests

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strconv"
	"strings"
	"time"

	"preau/app/access"
	"preau/data"
)

// An Arrival is a message of a mailbox that was dealt with: it is not taken twice.
type Arrival struct {
	Box      data.Place `cbor:"box"`
	Source   string     `cbor:"src"` // of the mailbox: see Mailbox.source
	Validity uint32     `cbor:"val"`
	UID      uint32     `cbor:"uid"`
	ID       string     `cbor:"id,omitempty"` // Message-ID, "" for none
	At       time.Time  `cbor:"t"`
}

// Key is the mailbox, then what its server knows the message by.
func (a Arrival) Key() string {
	return fmt.Sprintf("%s|%s|%010d|%010d", a.Box, a.Source, a.Validity, a.UID)
}

// Places is the place of the mailbox.
func (a Arrival) Places() []data.Place { return []data.Place{a.Box} }

// byID is the mailbox, then the Message-ID: one mail to two mailboxes makes two
// requests.
func (a Arrival) byID() string { return string(a.Box) + "|" + a.ID }

// The messages that were dealt with.
var (
	Arrivals     = data.NewTable[Arrival]("request-arrivals").Unlogged()
	arrivalsByID = Arrivals.Index("id", func(a Arrival) []string {
		if a.ID == "" {
			return nil
		}
		return []string{a.byID()}
	})
)

// source tells the folder of one server from another's: their numbers have nothing
// in common.
func (m Mailbox) source() string {
	sum := sha256.Sum256([]byte(strings.Join([]string{m.Host, strconv.Itoa(m.Port), m.User, m.Folder}, "\x00")))
	return hex.EncodeToString(sum[:6])
}

// Arrived reports whether a message of a mailbox was dealt with already.
func Arrived(s *access.Session, box Mailbox, validity, uid uint32) (known bool, err error) {
	err = s.See(func(tx *data.Tx) error {
		known, err = Arrivals.Has(tx, Arrival{Box: box.At, Source: box.source(), Validity: validity, UID: uid}.Key())
		return err
	})
	return known, err
}

// arrivalLife is how long it is known that a message was dealt with: long before,
// it was put away.
const arrivalLife = 180 * 24 * time.Hour

// SweepArrivals forgets the messages of long ago. The job of the appliance calls it.
func SweepArrivals(s *access.Session) error {
	return s.Upkeep(func(tx *data.Tx) error {
		var old []string
		for a, err := range Arrivals.All(tx) {
			if err != nil {
				return err
			}
			if tx.Now.Sub(a.At) > arrivalLife {
				old = append(old, a.Key())
			}
		}
		for _, key := range old {
			if err := Arrivals.Delete(tx, key); err != nil {
				return err
			}
		}
		return nil
	})
}
