package requests_test

import (
	"testing"
	"time"

	"preau/app/requests"
)

// TestPreference: whoever does not want mails about requests is written none,
// others are, and nobody is told of what they do; a requester is answered all the
// same.
func TestPreference(t *testing.T) {
	c := newCast(t)
	const claires, lucass = "claire.moreau@exemple.example", "lucas.martin@exemple.example"
	told := func(to string, want int, what string) {
		t.Helper()
		if got := len(c.mails(to)); got != want {
			t.Errorf("%s: %d mails to %s, want %d", what, got, to, want)
		}
	}
	wantsField(t, "no such channel", requests.Prefer(c.lucas, false, requests.FormChannel), "preference")
	c.declared(c.claire, form("La sienne"))
	told(claires, 1, "her own request") // the acknowledgement
	n := c.declared(c.lucas, form("Une demande"))
	told(claires, 2, "another's request")
	c.must(requests.Prefer(c.claire, true, requests.Phone))
	c.pass(time.Hour)
	c.must(requests.Reply(c.lucas, n, "Toujours rien", nil))
	told(claires, 2, "once she wants none")
	c.must(requests.Prefer(c.lucas, true, requests.Phone))
	before := len(c.mails(lucass))
	c.must(requests.Solved(c.claire, n, 0, requests.Solve{Solution: "Videz le cache."}))
	_, err := requests.SendAnswer(c.claire, n, 0)
	c.must(err)
	told(lucass, before+1, "an answer")
	if d := c.read(c.claire, c.declared(c.lucas, form("Une autre"))); d.Request.From.Prefers != requests.Phone {
		t.Errorf("%+v", d.Request.From)
	}
	c.must(requests.Prefer(c.claire, false, ""))
	c.pass(time.Hour)
	c.must(requests.Reply(c.lucas, n, "Encore", nil))
	told(claires, 3, "once she wants them again")
}
