package requests_test

import (
	"testing"
	"time"

	"preau/app/access"
	"preau/app/requests"
)

// TestMerge merges requests of one establishment into one, refuses cycles and
// strangers, and undoes a merge within a day.
func TestMerge(t *testing.T) {
	c := newCast(t)
	target, twin, third := c.declared(c.lucas, form("Messagerie vide")), c.declared(c.anne, form("Plus de messages")), c.declared(c.lucas, form("Encore"))
	elsewhere := c.declared(c.sophie, form("Ailleurs"))
	wantsField(t, "into itself", requests.Merge(c.claire, target, target), "vers")
	wantsField(t, "into what is not there", requests.Merge(c.claire, target, 999), "vers")
	wantsField(t, "into another establishment's", requests.Merge(c.claire, target, elsewhere), "vers")
	wantsField(t, "into another establishment's, seen", requests.Merge(c.paul, target, elsewhere), "vers")
	c.must(requests.SetState(c.claire, twin, 0, requests.Waiting, time.Time{}))
	c.must(requests.Merge(c.claire, twin, target))
	d := c.read(c.claire, twin)
	if d.State != requests.Closed || d.Into != target || !d.Waits {
		t.Fatalf("%+v", d.Request)
	}
	got := c.read(c.claire, target)
	if len(got.Folded) != 1 || len(got.Thread) != 1 || got.Thread[0].Kind != requests.Note || !has(got.Thread[0].Text, "MARTIN Anne", "Plus de messages") {
		t.Fatalf("%+v", got)
	}
	if m, err := requests.ReadMine(c.lucas, target); err != nil || len(m.Thread) != 0 {
		t.Fatalf("a requester reads what another asked: %+v %v", m, err)
	}
	if m, err := requests.ReadMine(c.anne, twin); err != nil || m.Into != 0 || m.MayReopen {
		t.Fatalf("a requester is led to another's request: %+v %v", m, err)
	}
	wants(t, "what was merged", requests.Merge(c.claire, twin, third), access.Stale)
	wantsField(t, "into what was merged", requests.Merge(c.claire, third, twin), "vers")
	wants(t, "what others were merged into", requests.Merge(c.claire, target, third), access.Stale)
	for what, err := range map[string]error{"answer": requests.Solved(c.claire, twin, 0, requests.Solve{Solution: "Non."}), "state": requests.SetState(c.claire, twin, 0, requests.InProgress, time.Time{}),
		"assign": requests.Assign(c.claire, twin, 0, c.claire.Account.ID, "")} {
		wants(t, "on what was merged: "+what, err, access.Stale)
	}
	c.must(requests.Unmerge(c.claire, twin))
	if d := c.read(c.claire, twin); d.State != requests.Waiting || d.Into != 0 || d.Waits {
		t.Fatalf("%+v", d.Request)
	}
	wants(t, "undone twice", requests.Unmerge(c.claire, twin), access.Stale)
	c.must(requests.Merge(c.claire, twin, target))
	c.pass(25 * time.Hour)
	wants(t, "undone late", requests.Unmerge(c.claire, twin), access.Stale)
}

// TestLinks ties two requests both ways, and unties them.
func TestLinks(t *testing.T) {
	c := newCast(t)
	one, other := c.declared(c.lucas, form("Une")), c.declared(c.anne, form("Autre"))
	wantsField(t, "to itself", requests.LinkTo(c.claire, one, one, requests.Related), "autre")
	wantsField(t, "no such link", requests.LinkTo(c.claire, one, other, "voisine"), "lien")
	c.must(requests.LinkTo(c.claire, one, other, requests.Duplicate))
	if d := c.read(c.claire, one); len(d.Linked) != 1 || d.Linked[0].Kind != requests.Duplicate || d.Linked[0].Summary != "Autre" {
		t.Fatalf("%+v", d.Linked)
	}
	if d := c.read(c.claire, other); len(d.Linked) != 1 || d.Linked[0].To != one {
		t.Fatalf("%+v", d.Linked)
	}
	if m, err := requests.ReadMine(c.lucas, one); err != nil || len(m.Linked) != 0 {
		t.Fatalf("a requester reads of another's request: %+v %v", m, err)
	}
	c.must(requests.LinkTo(c.claire, other, one, ""))
	wants(t, "untied twice", requests.LinkTo(c.claire, one, other, ""), access.Stale)
}

// TestUnmergeGivesBack: a merge that is undone leaves no trace on when a request was
// closed, by whom, nor until when it waits.
func TestUnmergeGivesBack(t *testing.T) {
	c := newCast(t)
	target, waiting, closed := c.declared(c.lucas, form("Messagerie vide")), c.declared(c.anne, form("En attente")), c.closed(c.anne, "Finie")
	until := c.now().Add(72 * time.Hour)
	c.must(requests.SetState(c.claire, waiting, 0, requests.Waiting, until))
	before := c.read(c.claire, closed)
	c.pass(requests.ReopenLife - time.Hour)
	c.claire = c.again(c.claire)
	c.must(requests.SetState(c.claire, target, 0, requests.InProgress, time.Time{}))
	for _, n := range []int{waiting, closed} {
		c.must(requests.Merge(c.claire, n, target))
		c.must(requests.Unmerge(c.claire, n))
	}
	if d := c.read(c.claire, waiting); d.State != requests.Waiting || !d.Until.Equal(until) {
		t.Errorf("it waits until %s, want %s", d.Until, until)
	}
	if d := c.read(c.claire, closed); d.State != requests.Closed || !d.ClosedAt.Equal(before.ClosedAt) || d.ClosedBy != before.ClosedBy || d.Reopened != 0 {
		t.Errorf("closed at %s, want %s", d.ClosedAt, before.ClosedAt)
	}
	c.pass(2 * time.Hour)
	if m := c.mine(c.again(c.anne), closed); m.MayReopen {
		t.Error("a merge that was undone gives the requester more time")
	}
	c.must(requests.Awake(c.system))
	if d := c.read(c.again(c.claire), waiting); d.State != requests.InProgress {
		t.Error("it waits for ever")
	}
}

// TestHistoryOfTheOther: what a merge or a link does to the other request is in the
// history of that one too.
func TestHistoryOfTheOther(t *testing.T) {
	c := newCast(t)
	one, other := c.declared(c.lucas, form("Messagerie vide")), c.declared(c.anne, form("Plus de messages"))
	last := func(n int) requests.Happening {
		t.Helper()
		all, err := requests.History(c.claire, n, 1)
		c.must(err)
		return all[0]
	}
	c.must(requests.LinkTo(c.claire, one, other, requests.Duplicate))
	if h := last(other); h.Says != "Demandes liées" || h.Note != "n° 1" || h.By != "MOREAU Claire" {
		t.Errorf("%+v", h)
	}
	c.must(requests.Merge(c.claire, one, other))
	if h := last(other); h.Says != "Autre demande fusionnée avec celle-ci" || h.Note != "n° 1" {
		t.Errorf("%+v", h)
	}
	c.must(requests.Unmerge(c.claire, one))
	if h := last(other); h.Says != "Fusion de demandes annulée" || h.Note != "n° 1" {
		t.Errorf("%+v", h)
	}
}
