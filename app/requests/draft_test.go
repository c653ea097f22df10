package requests_test

import (
	"maps"
	"strconv"
	"strings"
	"testing"
	"time"

	"preau/app/access"
	"preau/app/requests"
	"preau/data"
)

func (c *cast) draft(s *access.Session, screen string) requests.Draft {
	c.t.Helper()
	d, err := requests.DraftOf(s, screen)
	c.must(err)
	return d
}

// TestDrafts: what one typed on a screen is one's own, replaced by what one types
// next, its files once each.
func TestDrafts(t *testing.T) {
	c := newCast(t)
	f, err := requests.Keep(c.lucas, "capture.txt", "text/plain", strings.NewReader("Erreur 12"))
	c.must(err)
	c.must(requests.Jot(c.lucas, "nouvelle", map[string]string{"resume": "Mess", "vide": ""}, f))
	c.must(requests.Jot(c.lucas, "nouvelle", map[string]string{"resume": "Messagerie"}, f))
	d := c.draft(c.lucas, "nouvelle")
	if !maps.Equal(d.Fields, map[string]string{"resume": "Messagerie"}) || len(d.Files) != 1 || d.At != c.now() {
		t.Errorf("%+v", d)
	}
	if !c.draft(c.anne, "nouvelle").Empty() || !c.draft(c.lucas, "1/message").Empty() {
		t.Error("found elsewhere")
	}
	c.must(requests.DropFile(c.lucas, "nouvelle", f.ID))
	c.must(requests.Jot(c.lucas, "nouvelle", map[string]string{"resume": ""}))
	if !c.draft(c.lucas, "nouvelle").Empty() {
		t.Error("nothing typed is kept")
	}
	c.must(requests.Discard(c.lucas, "nouvelle"))

	many := map[string]string{}
	for i := range 31 {
		many[strconv.Itoa(i)] = "x"
	}
	for what, fields := range map[string]map[string]string{"31 fields": many, "60 kB": {"probleme": strings.Repeat("x", 60_001)}} {
		wants(t, what, requests.Jot(c.lucas, "nouvelle", fields), access.Malformed)
	}
	wants(t, "a long screen", requests.Jot(c.lucas, strings.Repeat("x", 61), map[string]string{"resume": "x"}), access.Malformed)
}

// TestDraftLife: a draft is kept thirty days.
func TestDraftLife(t *testing.T) {
	c := newCast(t)
	c.must(requests.Jot(c.lucas, "nouvelle", map[string]string{"resume": "Messagerie"}))
	c.pass(requests.DraftLife)
	c.must(requests.SweepDrafts(c.system))
	if c.draft(c.again(c.lucas), "nouvelle").Empty() {
		t.Error("gone on the thirtieth day")
	}
	c.pass(time.Second)
	c.must(requests.SweepDrafts(c.system))
	if !c.draft(c.again(c.lucas), "nouvelle").Empty() {
		t.Error("kept for ever")
	}
}

// TestJotFor keeps what comes once a session is over, with the files that the
// draft has, unless the account is closed or unknown.
func TestJotFor(t *testing.T) {
	c := newCast(t)
	f, err := requests.Keep(c.lucas, "capture.txt", "text/plain", strings.NewReader("Erreur 12"))
	c.must(err)
	c.must(requests.Jot(c.lucas, "nouvelle", map[string]string{"resume": "Mess"}, f))
	c.must(requests.JotFor(c.Gate, c.lucas.Account.ID, "nouvelle", map[string]string{"resume": "Messagerie"}))
	if d := c.draft(c.lucas, "nouvelle"); d.Fields["resume"] != "Messagerie" || len(d.Files) != 1 {
		t.Errorf("%+v", d)
	}
	c.must(requests.JotFor(c.Gate, "PZZ00000", "nouvelle", map[string]string{"resume": "Personne"}))
	a := c.anne.Account
	a.Suspended = true
	c.do(func(tx *data.Tx) (data.Row, error) { return a, access.Accounts.Put(tx, a) })
	c.must(requests.JotFor(c.Gate, a.ID, "nouvelle", map[string]string{"resume": "Suspendue"}))
	if !c.draft(c.anne, "nouvelle").Empty() {
		t.Error("a closed account is kept a draft")
	}
}
