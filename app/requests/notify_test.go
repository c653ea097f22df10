package requests_test

import (
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"preau/app/access"
	"preau/app/directory"
	"preau/app/requests"
	"preau/data"
)

// counts are how many mails each address was written since the last time.
type counts struct {
	c    *cast
	seen map[string]int
}

func (n *counts) since(t *testing.T, what string, want map[string]int) {
	t.Helper()
	for _, who := range []string{"claire.moreau", "sophie.girard", "lucas.martin", "anne.martin", "jules.besson", "benoit.roux"} {
		to := who + "@exemple.example"
		all := len(n.c.mails(to))
		if got := all - n.seen[to]; got != want[who] {
			t.Errorf("%s: %s was written %d times, want %d", what, who, got, want[who])
		}
		n.seen[to] = all
	}
	n.c.pass(2 * time.Hour) // nobody has been written to too often
}

// TestWhoIsTold: the assignee, or else the administrators of the establishment,
// are told of what a requester does; both of a new assignment; nobody of what
// they do themselves, nor against their will.
func TestWhoIsTold(t *testing.T) {
	c := newCast(t)
	benoit := c.person(directory.Staff, "ROUX", "Benoit", balzac)
	c.give(benoit, access.LocalAdmin, placeOf(balzac))
	benoit = c.signIn("benoit.roux")
	n := &counts{c, map[string]int{}}
	one := c.declared(c.lucas, form("Messagerie vide"))
	n.since(t, "a new request", map[string]int{"lucas.martin": 1, "claire.moreau": 1, "benoit.roux": 1})
	c.must(requests.Assign(c.claire, one, 0, c.claire.Account.ID, ""))
	n.since(t, "taken for oneself", nil)
	c.must(requests.Reply(c.lucas, one, "Encore.", nil))
	n.since(t, "a message", map[string]int{"claire.moreau": 1})
	c.must(requests.Assign(c.claire, one, 0, benoit.Account.ID, "Je pars."))
	n.since(t, "given to another", map[string]int{"benoit.roux": 1})
	c.must(requests.Assign(c.paul, one, 0, c.claire.Account.ID, ""))
	n.since(t, "given by a third", map[string]int{"benoit.roux": 1, "claire.moreau": 1})
	c.must(requests.Prefer(c.claire, true, ""))
	c.must(requests.Reply(c.lucas, one, "Toujours.", nil))
	n.since(t, "somebody who does not want it", nil)
	wantsField(t, "an administrator of elsewhere", requests.Assign(c.claire, one, 0, c.sophie.Account.ID, ""), "intervenant")
	wantsField(t, "nobody", requests.Assign(c.claire, one, 0, "PZZ00000", ""), "intervenant")
	c.must(requests.AddNote(benoit, one, "Entre nous.", nil))
	n.since(t, "a note", nil)

	own := c.declared(c.claire, form("La mienne"))
	n.since(t, "one's own request", map[string]int{"claire.moreau": 1, "benoit.roux": 1})
	c.must(requests.Prefer(c.claire, false, requests.Phone))
	c.must(requests.Reply(c.claire, own, "Et encore.", nil))
	n.since(t, "one's own message", map[string]int{"benoit.roux": 1})
}

// TestAutomaticMailsStop: an address is not written to more than five times an
// hour by the appliance alone; an answer that somebody writes always leaves.
func TestAutomaticMailsStop(t *testing.T) {
	c := newCast(t)
	for i := range 9 {
		c.declared(c.lucas, form(fmt.Sprint("Numéro ", i)))
	}
	if got := len(c.mails("lucas.martin@exemple.example")); got != 5 {
		t.Errorf("%d acknowledgements", got)
	}
	c.must(requests.Solved(c.claire, 1, 0, requests.Solve{Solution: "Voilà."}))
	_, err := requests.SendAnswer(c.claire, 1, 0)
	c.must(err)
	if got := len(c.mails("lucas.martin@exemple.example")); got != 6 {
		t.Errorf("the answer did not leave: %d", got)
	}
	c.pass(61 * time.Minute)
	c.declared(c.lucas, form("Plus tard"))
	if got := len(c.mails("lucas.martin@exemple.example")); got != 7 {
		t.Errorf("an hour later: %d", got)
	}
}

// TestSignedMessageIDs recognises the Message-IDs of its own mails, and no other.
func TestSignedMessageIDs(t *testing.T) {
	c := newCast(t)
	for range 12 {
		c.declared(c.lucas, form("Un souci"))
		c.pass(time.Minute)
	}
	id := c.mails("lucas.martin@exemple.example")[0].Thread.ID
	c.see(func(tx *data.Tx) error {
		for text, want := range map[string]int{id: 1, id + "@ent.example": 1, "<" + id + "@autre.example>": 1, strings.Replace(id, ".1.", ".12.", 1): 0, strings.Replace(id, ".1.", ".01.", 1): 0,
			id[:len(id)-1]: 0, id + "0": 0, "demande.1": 0, "demande.1.": 0, "demande..": 0, "": 0, "demande.1.0." + strings.Repeat("0", 24): 0} {
			if got, err := requests.NumberOf(tx, text); err != nil || got != want {
				t.Errorf("%q: %d %v, want %d", text, got, err, want)
			}
		}
		return nil
	})
}

// TestMove takes a request to another establishment with its thread: those of the
// first no longer read it, and an assignee who is not there has it no longer.
func TestMove(t *testing.T) {
	c := newCast(t)
	n := c.declared(c.lucas, form("Mauvaise adresse"))
	c.must(requests.AddNote(c.claire, n, "Ce n’est pas chez nous.", nil))
	c.must(requests.Assign(c.claire, n, 0, c.claire.Account.ID, ""))
	d := c.read(c.paul, n)
	from := requests.Requester{Name: "MARTIN Lucas", Email: "lucas.martin@exemple.example"}
	wantsField(t, "where the administrator is nobody", requests.EditRequester(c.claire, n, d.Version, colette, from), "etablissement")
	known := d.From
	wantsField(t, "somebody of elsewhere", requests.EditRequester(c.paul, n, d.Version, colette, known), "nom")
	c.must(requests.EditRequester(c.paul, n, d.Version, colette, from))
	if _, err := requests.Read(c.claire, n); access.KindOf(err) != access.Missing {
		t.Errorf("it is still read by those of the first: %v", err)
	}
	got := c.read(c.sophie, n)
	if len(got.Thread) != 1 || got.Assignee != "" || got.UAI() != colette {
		t.Errorf("%+v", got)
	}
	happened, err := requests.History(c.sophie, n, 10)
	if err != nil || len(happened) == 0 || happened[0].Says != "Demande confiée à un autre établissement" {
		t.Errorf("%+v %v", happened, err)
	}
}

// TestPresence names those who have a request open, until they leave.
func TestPresence(t *testing.T) {
	p, now := requests.NewPresence(), firstDay
	changed := p.Changed()
	leave := p.Enter(7, "a", "MOREAU Claire")
	select {
	case <-changed:
	default:
		t.Error("nobody is told of who comes")
	}
	p.Seen(7, "b", "GIRARD Sophie", now)
	again := p.Enter(7, "a", "MOREAU Claire")
	if got := p.Others(7, "c", now); strings.Join(got, ", ") != "GIRARD Sophie, MOREAU Claire" {
		t.Error(got)
	}
	if got := p.Others(7, "a", now.Add(2*time.Minute)); len(got) != 0 {
		t.Error("a glance lasts:", got)
	}
	leave()
	if got := p.Others(7, "b", now); len(got) != 1 {
		t.Error("one of two pages left:", got)
	}
	again()
	if got := p.Others(7, "b", now); len(got) != 0 {
		t.Error(got)
	}
	for n := range 1000 { // each opened once, and followed by nobody
		p.Seen(n, "a", "MOREAU Claire", now.Add(time.Duration(n)*time.Hour))
	}
	if n := reflect.ValueOf(p).Elem().FieldByName("open").Len(); n > 2 {
		t.Errorf("%d requests are still remembered", n)
	}
}

// TestWhoIsGoneIsNotTold: an assignee who no longer administers the establishment
// is told nothing more of its requests; those who do are.
func TestWhoIsGoneIsNotTold(t *testing.T) {
	c := newCast(t)
	benoit := c.person(directory.Staff, "ROUX", "Benoit", balzac)
	c.give(benoit, access.LocalAdmin, placeOf(balzac))
	one := c.declared(c.lucas, form("Messagerie vide"))
	c.must(requests.Assign(c.claire, one, 0, benoit.Account.ID, ""))
	c.withdraw(benoit, balzac)
	n := &counts{c, map[string]int{}}
	n.since(t, "so far", map[string]int{"lucas.martin": 1, "claire.moreau": 1, "benoit.roux": 2})
	c.must(requests.Reply(c.lucas, one, "Un secret de plus.", nil))
	n.since(t, "a message", map[string]int{"claire.moreau": 1})
	c.must(requests.Assign(c.paul, one, 0, c.claire.Account.ID, "Benoit est parti."))
	n.since(t, "given to another", map[string]int{"claire.moreau": 1})
}

// TestUnconfirmedAddress: nothing about a request leaves for an address that the
// person typed and did not confirm, whether they ask or answer.
func TestUnconfirmedAddress(t *testing.T) {
	c := newCast(t)
	for _, s := range []*access.Session{c.lucas, c.claire} {
		c.do(func(tx *data.Tx) (data.Row, error) {
			u, err := directory.Users.Get(tx, s.Account.ID)
			if err != nil {
				return nil, err
			}
			u.Email.Mine, u.Email.Edited, u.Unsure = "victime@ailleurs.example", true, true
			return u, directory.Users.Put(tx, u)
		})
	}
	n := c.declared(c.lucas, form("Achetez mes crayons"))
	c.must(requests.Solved(c.claire, n, 0, requests.Solve{Solution: "Voici."}))
	mailed, err := requests.SendAnswer(c.claire, n, 0)
	c.must(err)
	if all := c.mails("victime@ailleurs.example"); mailed || len(all) > 0 {
		t.Errorf("%+v", all)
	}
	if m := c.mine(c.lucas, n); len(m.Thread) != 1 {
		t.Errorf("the answer is not in the ENT: %+v", m)
	}
}

// TestNews counts what others made, by a form or by mail, and not what was added to
// a request.
func TestNews(t *testing.T) {
	c := newCast(t)
	box := c.box(placeOf(balzac), boxOfBalzac)
	after, err := requests.LastNews(c.claire)
	c.must(err)
	news := func(what string, s *access.Session, want int) {
		t.Helper()
		n, _, err := requests.News(s, "", after)
		if c.must(err); n != want {
			t.Errorf("%s: %d new, want %d", what, n, want)
		}
	}
	own := c.declared(c.claire, form("La sienne"))
	news("her own", c.claire, 0)
	news("hers, for those above", c.paul, 1)
	c.receive(box, mail("lucas.martin@exemple.example", "Par courriel", "Bonjour."))
	news("a mail", c.claire, 1)
	c.receive(box, answering(c.last("lucas.martin@exemple.example"), "lucas.martin@exemple.example", "Encore."))
	news("a mail that is added", c.claire, 1)
	c.must(requests.SetState(c.claire, own, 0, requests.Closed, time.Time{}))
	news("elsewhere", c.sophie, 0)
	late := c.closed(c.anne, "Close depuis longtemps")
	news("one more", c.claire, 2)
	c.pass(requests.ReopenLife + time.Hour)
	again, err := requests.Reopen(c.again(c.anne), late, "Encore.", nil)
	c.must(err)
	c.claire = c.again(c.claire)
	news("one that goes on from another", c.claire, 3)
	happened, err := requests.History(c.claire, again, 10)
	if err != nil || len(happened) != 1 || happened[0].Says != "Nouvelle demande" || happened[0].By != "MARTIN Anne" {
		t.Errorf("its history: %+v %v", happened, err)
	}
}
