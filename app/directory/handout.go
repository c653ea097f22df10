package directory

import (
	"errors"
	"time"

	"preau/app/access"
	"preau/data"
)

// A Handout is how somebody last got what lets them in: their credentials of
// first connection, a link to choose a password, a code; and when their records
// password was mailed.
type Handout struct {
	User    string    `cbor:"id"` // UID
	How     string    `cbor:"how,omitempty"`
	To      string    `cbor:"to,omitempty"` // the address, of what was mailed
	At      time.Time `cbor:"at"`
	By      string    `cbor:"by,omitempty"` // account, "" for the appliance
	Renewed time.Time `cbor:"new"`          // what was handed out is void since then, zero for not

	RecordsTo string    `cbor:"rto,omitempty"`
	RecordsAt time.Time `cbor:"rat"`
	RecordsBy string    `cbor:"rby,omitempty"`
}

// How credentials are handed out, as the screens say it.
const (
	Printed   = "imprimé"
	Exported  = "exporté"
	Mailed    = "envoyé"
	Linked    = "lien envoyé"
	CodeGiven = "code remis"
)

// Key is the UID of the person.
func (h Handout) Key() string { return h.User }

// Places is the whole appliance: it is read through its person.
func (h Handout) Places() []data.Place { return []data.Place{""} }

// Handouts are those of people who got something.
var Handouts = data.NewTable[Handout]("handouts").Unlogged()

var tracking = data.NewCrossing("directory.handouts", "Tenir la remise des identifiants des personnes que l’auteur a lues")

// handoutOf returns how somebody whom the caller has read got their credentials,
// a Handout without How when they never did.
func handoutOf(tx *data.Tx, id string) (Handout, error) {
	h, err := Handouts.Get(tracking.Over(tx), id)
	if errors.Is(err, data.ErrNotFound) {
		return Handout{User: id}, nil
	}
	return h, err
}

// handOut notes that somebody was just handed what lets them in.
func handOut(tx *data.Tx, id, how, to string) error {
	h, err := handoutOf(tx, id)
	if err != nil {
		return err
	}
	h.How, h.To, h.At, h.By, h.Renewed = how, to, tx.Now, tx.Author.ID, time.Time{}
	return Handouts.Put(tracking.Over(tx), h)
}

// handOutRecords notes that somebody was just mailed a records password.
func handOutRecords(tx *data.Tx, id, to string) error {
	h, err := handoutOf(tx, id)
	if err != nil {
		return err
	}
	h.RecordsTo, h.RecordsAt, h.RecordsBy = to, tx.Now, tx.Author.ID
	return Handouts.Put(tracking.Over(tx), h)
}

// spoil notes that what somebody was handed is void from now on.
func spoil(tx *data.Tx, id string) error {
	h, err := handoutOf(tx, id)
	if err != nil || h.How == "" || !h.Renewed.IsZero() {
		return err
	}
	h.Renewed = tx.Now
	return Handouts.Put(tracking.Over(tx), h)
}

func dropHandout(tx *data.Tx, id string) error {
	err := Handouts.Delete(tracking.Over(tx), id)
	if errors.Is(err, data.ErrNotFound) {
		return nil
	}
	return err
}

// authorName is the name of whoever handed something out, "" for the appliance
// and for somebody who was erased since.
func authorName(tx *data.Tx, account string) (string, error) {
	if account == "" {
		return "", nil
	}
	a, err := access.Accounts.Get(naming.Over(tx), account)
	if errors.Is(err, data.ErrNotFound) {
		return "", nil
	}
	return a.Name, err
}
