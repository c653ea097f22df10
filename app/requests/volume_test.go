package requests_test

import (
	"strings"
	"testing"
	"time"

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
