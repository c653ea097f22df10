package requests_test

import (
	"strings"
	"testing"
	"time"

	"preau/app/access"
	"preau/app/requests"
	"preau/data"
)

// TestVolume bounds what somebody joins in a day, and what a whole establishment
// does: the next day it is forgotten.
func TestVolume(t *testing.T) {
	c := newCast(t)
	today := c.now().Local().Format(time.DateOnly)
	near := func(who string, bytes int64) {
		c.must(c.system.Upkeep(func(tx *data.Tx) error {
			return requests.Volumes.Put(tx, requests.Volume{Who: who, Day: today, Bytes: bytes})
		}))
	}
	keep := func() error {
		_, err := requests.Keep(c.lucas, "a.txt", "text/plain", strings.NewReader("0123456789"))
		return err
	}
	near(c.lucas.Account.ID, 200<<20-10)
	c.must(keep())
	wantsField(t, "one byte more", keep(), "fichiers")
	if _, err := requests.Keep(c.anne, "a.txt", "text/plain", strings.NewReader("x")); err != nil {
		t.Error("another person:", err)
	}
	c.pass(24 * time.Hour)
	c.must(requests.SweepVolumes(c.system))
	c.must(keep())
	today = c.now().Local().Format(time.DateOnly)
	near(string(placeOf(balzac)), 4<<30)
	wantsField(t, "the establishment", keep(), "fichiers")
	if _, err := requests.Keep(c.system, "a.txt", "text/plain", strings.NewReader("x")); err != nil {
		t.Error("the appliance itself:", err)
	}
}

// TestWritingIsBounded: a requester does not fill the store with requests nor with
// messages; the day after they write again, and others are not held back.
func TestWritingIsBounded(t *testing.T) {
	c := newCast(t)
	n := c.declared(c.lucas, form("Messagerie vide"))
	c.must(c.system.Upkeep(func(tx *data.Tx) error {
		return requests.Volumes.Put(tx, requests.Volume{Who: c.lucas.Account.ID, Day: c.now().Local().Format(time.DateOnly), Times: 199})
	}))
	wantsField(t, "an empty message", requests.Reply(c.lucas, n, "", nil), "message")
	c.must(requests.Reply(c.lucas, n, "La dernière.", nil))
	wants(t, "a message more", requests.Reply(c.lucas, n, "Une de plus.", nil), access.Throttled)
	_, err := requests.Declare(c.lucas, form("Une de plus"))
	wants(t, "a request more", err, access.Throttled)
	c.declared(c.anne, form("La sienne"))
	c.must(requests.SetState(c.claire, n, 0, requests.Closed, time.Time{}))
	_, err = requests.Reopen(c.lucas, n, "Encore.", nil)
	wants(t, "reopened", err, access.Throttled)
	c.pass(24 * time.Hour)
	if _, err := requests.Reopen(c.again(c.lucas), n, "Encore.", nil); err != nil {
		t.Error("the day after:", err)
	}
}
