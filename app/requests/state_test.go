package requests_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"preau/app/access"
	"preau/app/requests"
	"preau/data"
)

// TestTransitions goes from each state to each other one: what the table does
// not have is refused and changes nothing.
func TestTransitions(t *testing.T) {
	allowed := map[requests.State]string{
		requests.Open: "in_progress waiting closed", requests.InProgress: "waiting closed open", requests.Waiting: "in_progress closed", requests.Closed: "in_progress",
	}
	ways := map[requests.State][]requests.State{requests.Open: nil, requests.InProgress: {requests.InProgress}, requests.Waiting: {requests.Waiting}, requests.Closed: {requests.Closed}}
	c := newCast(t)
	for from, way := range ways {
		for _, to := range requests.States {
			n := c.declared(c.lucas, form("De "+string(from)+" à "+string(to)))
			for _, s := range way {
				c.must(requests.SetState(c.claire, n, 0, s, time.Time{}))
			}
			before := c.read(c.claire, n)
			err := requests.SetState(c.claire, n, before.Version, to, time.Time{})
			after := c.read(c.claire, n)
			if fits := slices.Contains(strings.Fields(allowed[from]), string(to)); fits {
				if err != nil || after.State != to {
					t.Errorf("%s → %s: %v, now %s", from, to, err, after.State)
				}
			} else {
				wants(t, string(from)+" → "+string(to), err, access.Stale)
				if after.Version != before.Version || after.State != from {
					t.Errorf("%s → %s changed the request", from, to)
				}
			}
		}
	}
	n := c.declared(c.lucas, form("Sans état"))
	wantsField(t, "no such state", requests.SetState(c.claire, n, 0, "perdue", time.Time{}), "etat")
}

// TestAnswer follows a request from its declaration to its closing: what is
// saved is not sent, what is sent is sent once.
func TestAnswer(t *testing.T) {
	c := newCast(t)
	n := c.declared(c.lucas, form("Messagerie vide"))
	if acks := c.mails("lucas.martin@exemple.example"); len(acks) != 1 || acks[0].Subject != "[Demande n°1] Messagerie vide" {
		t.Fatalf("acknowledged by %+v", acks)
	}
	if told := c.mails("claire.moreau@exemple.example"); len(told) != 1 {
		t.Fatalf("told by %d mails", len(told))
	}
	d := c.read(c.claire, n)
	wantsField(t, "nothing to save", requests.Solved(c.claire, n, d.Version, requests.Solve{}), "solution")
	wantsField(t, "closed tomorrow", requests.Solved(c.claire, n, d.Version, requests.Solve{Solution: "Videz le cache.", Resolved: true, ClosedAt: c.now().Add(24 * time.Hour)}), "cloture")
	wantsField(t, "closed before it came", requests.Solved(c.claire, n, d.Version, requests.Solve{Solution: "Videz le cache.", Resolved: true, ClosedAt: c.now().Add(-24 * time.Hour)}), "cloture")
	if _, err := requests.SendAnswer(c.claire, n, 0); access.KindOf(err) != access.Stale {
		t.Fatal("an answer that nobody wrote was sent:", err)
	}
	c.pass(time.Hour)
	c.must(requests.Solved(c.claire, n, d.Version, requests.Solve{Solution: "Videz le cache du navigateur.", Resolved: true, ClosedAt: c.now()}))
	if mine, err := requests.ReadMine(c.lucas, n); err != nil || len(mine.Thread) != 0 || mine.State != requests.Closed {
		t.Fatalf("what is only saved is read: %+v %v", mine, err)
	}
	if mails := c.mails("lucas.martin@exemple.example"); len(mails) != 1 {
		t.Fatal("saving mails")
	}
	mailed, err := requests.SendAnswer(c.claire, n, 0)
	if err != nil || !mailed {
		t.Fatal(mailed, err)
	}
	if _, err := requests.SendAnswer(c.claire, n, 0); access.KindOf(err) != access.Stale {
		t.Fatal("sent twice:", err)
	}
	mails := c.mails("lucas.martin@exemple.example")
	if len(mails) != 2 || mails[1].Lines[0] != "Videz le cache du navigateur." || mails[1].Thread.Root != mails[0].Thread.ID {
		t.Fatalf("%+v", mails)
	}
	mine, err := requests.ReadMine(c.lucas, n)
	if err != nil || len(mine.Thread) != 1 || mine.Thread[0].Text != "Videz le cache du navigateur." {
		t.Fatalf("%+v %v", mine, err)
	}
}

// TestStaleSave keeps nothing of a save whose page is out of date, and says who
// changed what meanwhile.
func TestStaleSave(t *testing.T) {
	c := newCast(t)
	n := c.declared(c.lucas, form("Deux à la fois"))
	d := c.read(c.paul, n)
	c.must(requests.Assign(c.claire, n, d.Version, c.claire.Account.ID, ""))
	err := requests.Solved(c.paul, n, d.Version, requests.Solve{Solution: "De mon côté tout va bien."})
	wants(t, "an old page", err, access.Stale)
	var refusal *access.Refusal
	if !errors.As(err, &refusal) || !has(refusal.Says, "MOREAU Claire", "État", "Ouverte → En cours") {
		t.Fatal(refusal.Says)
	}
	if now := c.read(c.claire, n); now.Solution != "" || now.State != requests.InProgress || now.AssigneeName != "MOREAU Claire" {
		t.Fatalf("%+v", now.Request)
	}
}

// TestStaleSaveNamesWho: a mail that left after somebody changed the request is not
// what the other is told of.
func TestStaleSaveNamesWho(t *testing.T) {
	c := newCast(t)
	n := c.declared(c.lucas, form("Messagerie vide"))
	opened := c.read(c.claire, n).Version
	c.must(requests.SetState(c.paul, n, 0, requests.Waiting, time.Time{}))
	c.must(c.system.Upkeep(func(tx *data.Tx) error {
		return requests.Mailed(tx, requests.Request{Number: n}.Key(), "lucas.martin@exemple.example", "")
	}))
	err := requests.SetState(c.claire, n, opened, requests.Closed, time.Time{})
	if wants(t, "a stale save", err, access.Stale); !has(fmt.Sprint(err), "ADMIN paul.lefevre", "En attente") {
		t.Error(err)
	}
}

// TestWaiting wakes a request on its day, and counts no age while it waits.
func TestWaiting(t *testing.T) {
	c := newCast(t)
	n := c.declared(c.lucas, form("Plus tard"))
	wantsField(t, "yesterday", requests.SetState(c.claire, n, 0, requests.Waiting, c.now().Add(-time.Hour)), "jusqu")
	c.must(requests.SetState(c.claire, n, 0, requests.Waiting, c.now().Add(72*time.Hour)))
	c.pass(71 * time.Hour)
	c.must(requests.Awake(c.system))
	if d := c.read(c.claire, n); d.State != requests.Waiting || d.Age(c.now()) != 0 {
		t.Fatalf("%s, %s", d.State, d.Age(c.now()))
	}
	c.pass(2 * time.Hour)
	c.must(requests.Awake(c.system))
	c.pass(5 * time.Hour)
	if d := c.read(c.claire, n); d.State != requests.InProgress || d.Age(c.now()) != 5*time.Hour {
		t.Fatalf("%s, %s", d.State, d.Age(c.now()))
	}
}

// TestSecondClick makes one request of the same words sent twice at once, and two
// of those sent again later, or by somebody else.
func TestSecondClick(t *testing.T) {
	c := newCast(t)
	one := c.declared(c.lucas, form("Messagerie vide"))
	c.pass(30 * time.Second)
	if again := c.declared(c.lucas, form("Messagerie vide")); again != one {
		t.Errorf("a second click made n° %d", again)
	}
	if mails := c.mails("lucas.martin@exemple.example"); len(mails) != 1 {
		t.Errorf("acknowledged %d times", len(mails))
	}
	if other := c.declared(c.anne, form("Messagerie vide")); other == one {
		t.Error("somebody else is led to it")
	}
	if other := c.declared(c.lucas, form("Messagerie toujours vide")); other == one {
		t.Error("other words are led to it")
	}
	c.pass(time.Minute)
	if later := c.declared(c.lucas, form("Messagerie vide")); later == one {
		t.Error("a minute later it is still the same")
	}
}

// TestSecondClickOfAMessage: a message sent twice at once is said once, and so is the
// request that goes on from one closed long ago.
func TestSecondClickOfAMessage(t *testing.T) {
	c := newCast(t)
	n := c.declared(c.lucas, form("Messagerie vide"))
	thread := func() int { return len(c.mine(c.lucas, n).Thread) }
	for range 2 {
		c.must(requests.Reply(c.lucas, n, "Toujours rien.", nil))
	}
	if thread() != 1 {
		t.Error("the same message twice")
	}
	c.must(requests.Reply(c.lucas, n, "Toujours rien !", nil))
	f, err := requests.Keep(c.lucas, "capture.txt", "text/plain", strings.NewReader("Erreur 12"))
	c.must(err)
	c.must(requests.Reply(c.lucas, n, "Toujours rien !", []requests.File{f}))
	c.pass(2 * time.Minute)
	c.must(requests.Reply(c.lucas, n, "Toujours rien !", []requests.File{f}))
	if thread() != 4 {
		t.Error("another text, another file or later is taken for the same")
	}
	c.must(requests.SetState(c.claire, n, 0, requests.Closed, time.Time{}))
	c.pass(requests.ReopenLife + time.Hour)
	c.lucas = c.again(c.lucas)
	one, err := requests.Reopen(c.lucas, n, "Encore.", nil)
	c.must(err)
	other, err := requests.Reopen(c.lucas, n, "Encore.", nil)
	if c.must(err); one == n || other != one {
		t.Errorf("n° %d, then n° %d", one, other)
	}
}

// TestAnswerOfAnother is not sent by who read another one: what B saved meanwhile
// leaves under nobody's name but theirs.
func TestAnswerOfAnother(t *testing.T) {
	c := newCast(t)
	n := c.declared(c.lucas, form("Messagerie vide"))
	c.must(requests.Solved(c.claire, n, 0, requests.Solve{Solution: "Videz le cache."}))
	read := c.read(c.claire, n)
	c.must(requests.Solved(c.paul, n, read.Version, requests.Solve{Solution: "Changez de navigateur."}))
	_, err := requests.SendAnswer(c.claire, n, read.Version)
	wants(t, "an answer that another wrote since", err, access.Stale)
	if mine, err := requests.ReadMine(c.lucas, n); err != nil || len(mine.Thread) != 0 {
		t.Errorf("%+v %v", mine.Thread, err)
	}
	if _, err := requests.SendAnswer(c.paul, n, c.read(c.paul, n).Version); err != nil {
		t.Error(err)
	}
}
