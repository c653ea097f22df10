package requests_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"preau/app/access"
	"preau/app/directory"
	"preau/app/format/letter"
	"preau/app/post"
	"preau/app/requests"
	"preau/data"
)

const (
	boxOfBalzac  = "demandes.balzac@exemple.example"
	boxOfAcademy = "assistance@val-de-seine.example"
	stranger     = "inconnue@ailleurs.example"
)

// box makes a mailbox that is read, of an establishment or an académie.
func (c *cast) box(at data.Place, address string) requests.Mailbox {
	c.t.Helper()
	c.must(requests.SetMailbox(c.system, at, c.boxAt(at).Version, func(tx *data.Tx, m requests.Mailbox) (requests.Mailbox, error) {
		m.Address, m.Host, m.Port, m.Security, m.User, m.Active = address, "imap.exemple.example", 993, "tls", address, true
		return m, m.SetPassword(tx, "le-mot-de-passe-de-la-boîte")
	}))
	return c.boxAt(at)
}

func (c *cast) boxAt(at data.Place) (m requests.Mailbox) {
	c.t.Helper()
	c.see(func(tx *data.Tx) (err error) {
		m, _, err = requests.MailboxAt(tx, at)
		return err
	})
	return m
}

func (c *cast) collection(at data.Place) (k requests.Collection) {
	c.t.Helper()
	c.see(func(tx *data.Tx) (err error) {
		_, k, err = requests.MailboxAt(tx, at)
		return err
	})
	return k
}

// written is how many mails were made.
var written uint32

// mail is a message of somebody, with an identifier of its own.
func mail(from, subject, text string) requests.Incoming {
	written++
	return requests.Incoming{Validity: 7, UID: written, Letter: letter.Letter{ID: fmt.Sprintf("m%d@exemple.example", written), From: from, Subject: subject, Text: text, Whole: text}}
}

// answering is a message that answers a mail of ours.
func answering(m post.Mail, from, text string) requests.Incoming {
	in := mail(from, "Re: "+m.Subject, text)
	in.InReplyTo = m.Thread.ID + "@ent.exemple.example"
	return in
}

const us = "ne.pas.repondre@ent.exemple.example"

func (c *cast) receive(box requests.Mailbox, in requests.Incoming) {
	c.t.Helper()
	c.must(requests.Receive(c.system, box, in, us))
	c.pass(time.Millisecond) // so that mails have an order
}

// all are the requests of the appliance, by number.
func (c *cast) all() (all []requests.Request) {
	c.t.Helper()
	c.see(func(tx *data.Tx) error {
		for r, err := range requests.Requests.All(tx) {
			if err != nil {
				return err
			}
			all = append(all, r)
		}
		return nil
	})
	return all
}

// last is the mail that was queued last to an address.
func (c *cast) last(to string) post.Mail {
	c.t.Helper()
	all := c.mails(to)
	if len(all) == 0 {
		c.t.Fatal("nothing was written to", to)
	}
	return all[len(all)-1]
}

// TestMailMakesARequest: the one person of the establishment who has an address
// is the requester; anybody else is unknown, with the address. The number comes
// back in the thread of their mail, from the address that is read.
func TestMailMakesARequest(t *testing.T) {
	c := newCast(t)
	box := c.box(placeOf(balzac), boxOfBalzac)
	twin := c.person(directory.Student, "ROY", "Zoé", balzac)
	c.do(func(tx *data.Tx) (data.Row, error) { // two people share an address
		u, err := directory.Users.Get(tx, twin.Account.ID)
		if err != nil {
			return nil, err
		}
		u.Email.Federated = "anne.martin@exemple.example"
		return u, directory.Users.Put(tx, u)
	})
	for i, test := range []struct{ from, name, account string }{
		{"lucas.martin@exemple.example", c.lucas.Account.Name, c.lucas.Account.ID},
		{"jules.besson@exemple.example", requests.Unknown, ""}, // of another establishment
		{"anne.martin@exemple.example", requests.Unknown, ""},
		{stranger, requests.Unknown, ""},
	} {
		in := mail(test.from, "Fwd: RE: Le cahier de textes", "Il est vide depuis lundi.")
		c.receive(box, in)
		r := c.all()[i]
		if r.At != placeOf(balzac) || r.From.Name != test.name || r.From.Account != test.account || r.From.Email != test.from {
			t.Errorf("%s: at %s, of %+v", test.from, r.At, r.From)
		}
		if r.Channel != requests.Mail || r.State != requests.Open || r.Summary != "Le cahier de textes" || r.Problem != "Il est vide depuis lundi." || !r.Received.Equal(c.now().Add(-time.Millisecond)) {
			t.Errorf("%s: %+v", test.from, r)
		}
		m := c.last(test.from)
		if m.Thread == nil || m.Thread.Reply != in.ID || m.Thread.From != boxOfBalzac || m.Subject != fmt.Sprintf("[Demande n°%d] Le cahier de textes", r.Number) || len(m.Links) > 0 != (test.account != "") {
			t.Errorf("%s is told %+v, %+v", test.from, m, m.Thread)
		}
		h, err := requests.History(c.claire, r.Number, 9)
		if c.must(err); len(h) != 1 || h[0].Says != "Courriel reçu" {
			t.Errorf("%s: %+v", test.from, h)
		}
	}
	if notices := c.mails("claire.moreau@exemple.example"); len(notices) != 4 || notices[0].Thread.From != "" {
		t.Errorf("%d notices: %+v", len(notices), notices)
	}
	if k := c.collection(box.At); k.Taken != 4 || k.Ignored != 0 {
		t.Errorf("%+v", k)
	}
}

// TestMailOnce: the same message of the same folder, or the same Message-ID in the
// same mailbox, is dealt with once; another folder has other numbers.
func TestMailOnce(t *testing.T) {
	c := newCast(t)
	box, wide := c.box(placeOf(balzac), boxOfBalzac), c.box("val-de-seine", boxOfAcademy)
	in := mail(stranger, "Bonjour", "Une question.")
	moved, nameless := in, mail(stranger, "Sans identifiant", "Une question.")
	moved.UID, nameless.ID = 9999, ""
	for range 2 {
		c.receive(box, in)
		c.receive(box, moved)
		c.receive(box, nameless)
	}
	if n := len(c.all()); n != 2 {
		t.Fatalf("%d requests", n)
	}
	c.receive(wide, in) // written to both
	other := box
	other.Host = "nouveau.exemple.example"
	nameless.Subject = "Autre serveur"
	c.receive(other, nameless)
	if n := len(c.all()); n != 4 {
		t.Errorf("%d requests", n)
	}
	if known, err := requests.Arrived(c.system, box, in.Validity, in.UID); err != nil || !known {
		t.Error(known, err)
	}
	c.pass(181 * 24 * time.Hour)
	c.must(requests.SweepArrivals(c.system))
	if known, err := requests.Arrived(c.system, box, in.Validity, in.UID); err != nil || known {
		t.Error("known for ever", err)
	}
}

// TestMailNobodyWrote: automatic mails, bounces, our own addresses and what says
// nothing create, answer and reopen nothing, and are answered by nothing.
func TestMailNobodyWrote(t *testing.T) {
	c := newCast(t)
	box := c.box(placeOf(balzac), boxOfBalzac)
	c.box("val-de-seine", boxOfAcademy)
	c.receive(box, mail(stranger, "Bonjour", "Une question."))
	number := c.all()[0].Number
	ours := c.last(stranger)
	c.must(requests.SetState(c.claire, number, 0, requests.Closed, time.Time{}))
	before, mails := c.all(), len(c.mails(stranger))
	for name, change := range map[string]func(*requests.Incoming){
		"automatic":       func(in *requests.Incoming) { in.Automatic = "réponse automatique" },
		"the mailbox":     func(in *requests.Incoming) { in.From = boxOfBalzac },
		"another mailbox": func(in *requests.Incoming) { in.From = strings.ToUpper(boxOfAcademy) },
		"the appliance":   func(in *requests.Incoming) { in.From = us },
		"nobody":          func(in *requests.Incoming) { in.From = "" },
		"nothing":         func(in *requests.Incoming) { in.Subject, in.Text, in.Whole = "", "", "" },
	} {
		answer, fresh := answering(ours, stranger, "Je suis absent."), mail(stranger, "Absence", "Je suis absent.")
		for _, in := range []requests.Incoming{answer, fresh} {
			change(&in)
			c.receive(box, in)
		}
		if after := c.all(); len(after) != 1 || after[0].Version != before[0].Version || after[0].State != requests.Closed {
			t.Errorf("%s: %+v", name, after)
		}
	}
	if n := len(c.mails(stranger)); n != mails {
		t.Errorf("%d more mails", n-mails)
	}
	if k := c.collection(box.At); k.Ignored != 12 || k.Taken != 1 {
		t.Errorf("%+v", k)
	}
}

// TestMailFindsItsRequest has each way of naming a request find it or not, for the
// requester and for somebody else.
func TestMailFindsItsRequest(t *testing.T) {
	c := newCast(t)
	box := c.box(placeOf(balzac), boxOfBalzac)
	const lucas = "lucas.martin@exemple.example"
	first := mail(lucas, "Le cahier de textes", "Il est vide.")
	c.receive(box, first)
	number := c.all()[0].Number
	ours := c.last(lucas)
	named := fmt.Sprintf("Re: [Demande n°%d] Le cahier de textes", number)
	forged := strings.Replace(ours.Thread.ID, fmt.Sprintf(".%d.", number), fmt.Sprintf(".%d.", number+1), 1) + "@ent.exemple.example"
	for i, test := range []struct {
		what, from, subject, reply string
		refs                       []string
		found                      bool
	}{
		{"our identifier", lucas, "Autre sujet", ours.Thread.ID + "@x.example", nil, true},
		{"our identifier in the references", lucas, "Autre sujet", "autre@x.example", []string{ours.Thread.ID + "@x.example", "autre@y.example"}, true},
		{"their own mail", lucas, "Autre sujet", first.ID, nil, true},
		{"the subject", lucas, named, "", nil, true},
		{"the subject, spaced", strings.ToUpper(lucas), fmt.Sprintf("TR: [demande n° %d]", number), "", nil, true},
		{"our identifier, from elsewhere", stranger, "Autre sujet", ours.Thread.ID + "@x.example", nil, true},
		{"their mail, from elsewhere", stranger, "Autre sujet", first.ID, nil, false},
		{"the subject, from elsewhere", stranger, named, "", nil, false},
		{"a forged identifier", stranger, "Autre sujet", forged, nil, false},
		{"a shortened identifier", stranger, "Autre sujet", fmt.Sprintf("demande.%d.0@x.example", number), nil, false},
		{"nothing", lucas, "Autre sujet", "inconnu@x.example", nil, false},
	} {
		in := mail(test.from, test.subject, "Toujours rien.")
		in.InReplyTo, in.References = test.reply, test.refs
		before, thread := len(c.all()), len(c.read(c.claire, number).Thread)
		c.receive(box, in)
		made, said := len(c.all())-before, len(c.read(c.claire, number).Thread)-thread
		if test.found && (made != 0 || said != 1) || !test.found && (made != 1 || said != 0) {
			t.Errorf("%d, %s: %d made, %d said", i, test.what, made, said)
		}
		c.pass(time.Hour)
	}
}

// TestMailFromElsewhere: a message from another address than the requester's is
// said so, changes no state, and nothing is written to that address.
func TestMailFromElsewhere(t *testing.T) {
	c := newCast(t)
	box := c.box(placeOf(balzac), boxOfBalzac)
	number := c.declared(c.lucas, form("Le cahier de textes"))
	ours := c.last("lucas.martin@exemple.example")
	c.must(requests.SetState(c.claire, number, 0, requests.Waiting, time.Time{}))
	c.receive(box, answering(ours, stranger, "Je suis Lucas."))
	d := c.read(c.claire, number)
	e := d.Thread[len(d.Thread)-1]
	if d.State != requests.Waiting || d.From.Email != "lucas.martin@exemple.example" || e.Address != stranger || e.ByName != stranger || e.By != "" || e.Kind != requests.Message {
		t.Errorf("%s: %+v", d.State, e)
	}
	c.must(requests.SetState(c.claire, number, 0, requests.Closed, time.Time{}))
	c.receive(box, answering(ours, stranger, "Je suis encore Lucas."))
	all := c.all()
	if len(all) != 2 || all[0].State != requests.Closed || all[1].From.Account != "" || all[1].From.Name != requests.Unknown || len(all[1].Links) != 1 || all[1].Links[0].To != number {
		t.Fatalf("%+v", all)
	}
	for _, m := range c.mails(stranger) {
		if text, err := m.Compose("ENT", ""); err != nil || strings.Contains(text.Text, "Lucas") || strings.Contains(text.Text, "Rien ne s’affiche") {
			t.Errorf("they are told %s (%v)", text.Text, err)
		}
	}
	if mine, err := requests.AllMine(c.lucas); err != nil || len(mine) != 1 {
		t.Errorf("%+v, %v", mine, err)
	}
}

// TestMailReopens: an answer within 14 days of the closing reopens; later, it makes
// a linked request. One that waits goes on.
func TestMailReopens(t *testing.T) {
	c := newCast(t)
	box := c.box(placeOf(balzac), boxOfBalzac)
	const lucas = "lucas.martin@exemple.example"
	number := c.declared(c.lucas, form("Le cahier de textes"))
	ours := c.last(lucas)
	c.must(requests.SetState(c.claire, number, 0, requests.Waiting, time.Time{}))
	c.receive(box, answering(ours, lucas, "Un détail."))
	if d := c.read(c.claire, number); d.State != requests.InProgress || len(d.Thread) != 1 || d.Thread[0].Via != requests.Mail || d.Thread[0].ByName != c.lucas.Account.Name {
		t.Errorf("%s, %+v", d.State, d.Thread)
	}
	c.must(requests.SetState(c.claire, number, 0, requests.Closed, time.Time{}))
	c.pass(requests.ReopenLife)
	c.receive(box, answering(ours, lucas, "Cela recommence."))
	if d := c.read(c.claire, number); d.State != requests.InProgress || d.Reopened != 1 {
		t.Errorf("after 14 days: %s", d.State)
	}
	c.must(requests.SetState(c.claire, number, 0, requests.Closed, time.Time{}))
	c.pass(requests.ReopenLife + time.Second)
	late := answering(ours, lucas, "Cela recommence encore.")
	c.receive(box, late)
	all := c.all()
	if len(all) != 2 || all[0].State != requests.Closed || all[1].State != requests.Open || all[1].Channel != requests.Mail || all[1].From.Account != c.lucas.Account.ID || all[1].Links[0].To != number || all[0].Links[0].To != all[1].Number {
		t.Fatalf("%+v", all)
	}
	if m := c.last(lucas); m.Thread.Reply != late.ID || !strings.Contains(m.Subject, fmt.Sprintf("n°%d]", all[1].Number)) {
		t.Errorf("%+v, %+v", m, m.Thread)
	}
}

// TestMailOfAMerged: what comes later for a merged request goes to its target: as
// a message of the same requester, or for administrators only when it is of
// somebody else.
func TestMailOfAMerged(t *testing.T) {
	c := newCast(t)
	box := c.box(placeOf(balzac), boxOfBalzac)
	const lucas, anne = "lucas.martin@exemple.example", "anne.martin@exemple.example"
	first := c.declared(c.lucas, form("Un"))
	c.pass(time.Millisecond)
	second, third := c.declared(c.lucas, form("Deux")), c.declared(c.anne, form("Trois"))
	ours, hers := c.mails(lucas)[1], c.last(anne)
	c.must(requests.Merge(c.claire, second, first))
	c.must(requests.Merge(c.claire, third, first))
	c.receive(box, answering(ours, lucas, "De Lucas."))
	c.receive(box, answering(hers, anne, "De sa mère."))
	d := c.read(c.claire, first)
	said := d.Thread[len(d.Thread)-2:]
	if said[0].Kind != requests.Message || said[0].Text != "De Lucas." || said[1].Kind != requests.Note || !strings.Contains(said[1].Text, "De sa mère.") {
		t.Errorf("%+v", said)
	}
	m, err := requests.ReadMine(c.lucas, first)
	if c.must(err); len(m.Thread) != 1 || m.Thread[0].Text != "De Lucas." {
		t.Errorf("Lucas reads %+v", m.Thread)
	}
	if len(c.all()) != 3 || len(c.read(c.claire, second).Thread)+len(c.read(c.claire, third).Thread) != 0 {
		t.Error("the merged ones were answered")
	}
}

// TestMailAnswersANotice: what an administrator answers to a notice is not
// recorded, and they are told at their own address, whoever wrote.
func TestMailAnswersANotice(t *testing.T) {
	c := newCast(t)
	box := c.box(placeOf(balzac), boxOfBalzac)
	number := c.declared(c.lucas, form("Le cahier de textes"))
	notice := c.last("claire.moreau@exemple.example")
	c.pass(time.Millisecond)
	c.receive(box, answering(notice, stranger, "C’est réparé."))
	if all := c.all(); len(all) != 1 || all[0].State != requests.Open || len(c.read(c.claire, number).Thread) != 0 || len(c.mails(stranger)) != 0 {
		t.Errorf("%+v", all)
	}
	if m := c.last("claire.moreau@exemple.example"); !strings.Contains(m.Lines[0], "n’a pas été ajouté") {
		t.Errorf("%+v", m)
	}
}

// TestMachinesThatAnswer: a machine that answers each of our mails without saying
// that it is one stops being answered.
func TestMachinesThatAnswer(t *testing.T) {
	c := newCast(t)
	box := c.box(placeOf(balzac), boxOfBalzac)
	c.receive(box, mail(stranger, "Bonjour", "Bonjour"))
	for n, rounds := 1, 0; ; rounds++ {
		sent := c.mails(stranger)
		if len(sent) < n {
			break
		}
		if rounds > 20 {
			t.Fatal("it never stops")
		}
		n++
		c.receive(box, mail(stranger, "Re: "+sent[len(sent)-1].Subject+" (un robot)", "Je réponds à tout."))
		answer := mail(stranger, "Un autre fil", "Je réponds à tout.")
		c.receive(box, answer)
	}
	if sent, told := len(c.mails(stranger)), len(c.mails("claire.moreau@exemple.example")); sent != 5 || told != 5 {
		t.Errorf("%d mails to the machine, %d to the administrator", sent, told)
	}
}

// TestMailOfAnAcademy: what comes by the mailbox of an académie is of the person's
// establishment when there is one, and else of the académie: its administrators
// alone see it, until they give it to an establishment.
func TestMailOfAnAcademy(t *testing.T) {
	c := newCast(t)
	box := c.box("val-de-seine", boxOfAcademy)
	c.receive(box, mail("lucas.martin@exemple.example", "De Balzac", "Bonjour."))
	c.receive(box, mail(stranger, "De nulle part", "Bonjour."))
	all := c.all()
	if all[0].At != placeOf(balzac) || all[1].At != "val-de-seine" {
		t.Fatalf("%+v", all)
	}
	number := all[1].Number
	_, err := requests.Read(c.claire, number)
	wants(t, "Claire reads it", err, access.Missing)
	d := c.read(c.paul, number)
	if d.School != "Académie Val-de-Seine" || d.UAI() != "" || !d.Mailbox || c.last(stranger).Thread.From != boxOfAcademy {
		t.Errorf("%+v", d)
	}
	c.must(requests.EditRequester(c.paul, number, d.Version, balzac, d.From))
	if d := c.read(c.claire, number); d.UAI() != balzac || !d.Mailbox {
		t.Errorf("%+v", d)
	}
	c.receive(box, answering(c.last(stranger), stranger, "Merci."))
	c.must(requests.Solved(c.claire, number, 0, requests.Solve{Solution: "Voici."}))
	_, err = requests.SendAnswer(c.claire, number, 0)
	c.must(err)
	if m := c.last(stranger); m.Thread.From != boxOfAcademy || m.Written == "" || !strings.HasPrefix(m.Thread.Reply, "m") {
		t.Errorf("%+v, %+v", m, m.Thread)
	}
	c.pass(time.Millisecond)
	declared := c.declared(c.lucas, form("Par le formulaire"))
	if d := c.read(c.claire, declared); d.Mailbox || c.last("lucas.martin@exemple.example").Thread.From != "" {
		t.Error("a request that did not come by the mailbox of the académie leaves from it")
	}
}

// TestMailIsBounded: what a mail says is cut to what is typed elsewhere, and what
// was not taken is told in the thread, in the history and to the sender.
func TestMailIsBounded(t *testing.T) {
	c := newCast(t)
	box := c.box(placeOf(balzac), boxOfBalzac)
	for _, test := range []struct{ subject, text, summary, problem string }{
		{"Re: TR: Ré : AW: re[2]: Bonjour", "Texte.", "Bonjour", "Texte."},
		{"[Demande n°999999] Re: Bonjour", "Texte.", "Bonjour", "Texte."},
		{"Fwd:", "\nPremière ligne\nSeconde", "Première ligne", "Première ligne\nSeconde"},
		{"Un objet", "", "Un objet", "(Courriel sans texte.)"},
		{strings.Repeat("é", 121), "Texte.", strings.Repeat("é", 119) + "…", "Texte."},
		{"Long", strings.Repeat("à", requests.MostText+1), "Long", ""},
	} {
		c.receive(box, mail(stranger, test.subject, test.text))
		all := c.all()
		r := all[len(all)-1]
		if r.Summary != test.summary || test.problem != "" && r.Problem != test.problem || len([]rune(r.Problem)) > requests.MostText {
			t.Errorf("%.30q: %q, %.60q", test.subject, r.Summary, r.Problem)
		}
	}
	const refused = "«\u00a0virus.exe\u00a0»\u00a0: ce type de fichier n’est pas accepté."
	only := mail("lucas.martin@exemple.example", "", "")
	only.NotKept = []string{refused}
	c.receive(box, only)
	all := c.all()
	r := all[len(all)-1]
	if r.Summary != "Courriel sans objet" {
		t.Errorf("%+v", r)
	}
	again := answering(c.last("lucas.martin@exemple.example"), "lucas.martin@exemple.example", "Et ceci ?")
	again.NotKept = []string{refused}
	c.receive(box, again)
	for _, m := range c.mails("lucas.martin@exemple.example") {
		if !slices.Contains(m.Lines, refused) {
			t.Errorf("they are told %q", m.Lines)
		}
	}
	h, err := requests.History(c.claire, r.Number, 9)
	c.must(err)
	for _, line := range h {
		if !strings.Contains(line.Note, refused) {
			t.Errorf("the history says %q", line.Note)
		}
	}
	if d := c.read(c.claire, r.Number); len(h) != 2 || len(c.mails("lucas.martin@exemple.example")) != 2 || !slices.Equal(d.Thread[0].Refused, []string{refused}) {
		t.Errorf("%d, %+v", len(h), d.Thread)
	}
}

// TestMailFilesOfADay: beyond what a day allows, the files of an address are not
// taken, which is said; those of somebody else are.
func TestMailFilesOfADay(t *testing.T) {
	c := newCast(t)
	box := c.box(placeOf(balzac), boxOfBalzac)
	one, err := requests.Keep(c.system, "note.txt", "text/plain", strings.NewReader("Un mot."))
	c.must(err)
	with := func(from string, size int64) requests.Request {
		in, f := mail(from, "Un fichier", "Le voici."), one
		f.Size = size
		in.Kept = []requests.File{f}
		c.receive(box, in)
		all := c.all()
		return all[len(all)-1]
	}
	if r := with(stranger, 200<<20); len(r.Files) != 1 {
		t.Error("not taken")
	}
	if r := with(stranger, 1); len(r.Files) != 0 || !strings.Contains(strings.Join(c.last(stranger).Lines, " "), "Trop de fichiers") {
		t.Errorf("%+v, %q", r.Files, c.last(stranger).Lines)
	}
	if r := with("autre@ailleurs.example", 1); len(r.Files) != 1 {
		t.Error("somebody else’s are not taken")
	}
	c.pass(24 * time.Hour)
	if r := with(stranger, 1); len(r.Files) != 1 {
		t.Error("the next day, not taken")
	}
}

// TestMailboxOfElsewhere: a mailbox that another académie sets, with whatever its
// server says, adds nothing to the requests of this one but what answers a signed
// mail; nor does a signed identifier whose request is gone stop a mailbox.
func TestMailboxOfElsewhere(t *testing.T) {
	c := newCast(t)
	const lucas = "lucas.martin@exemple.example"
	elsewhere := c.box("mont-blanc", "assistance@mont-blanc.example")
	first := mail(lucas, "Le cahier de textes", "Il est vide.")
	c.receive(c.box(placeOf(balzac), boxOfBalzac), first)
	number := c.all()[0].Number
	c.must(requests.SetState(c.claire, number, 0, requests.Closed, time.Time{}))
	named := mail(lucas, fmt.Sprintf("Re: [Demande n°%d]", number), "Rouvrez-la.")
	theirs := mail(lucas, "Re: Le cahier de textes", "Rouvrez-la.")
	theirs.InReplyTo = first.ID
	for what, in := range map[string]requests.Incoming{"the subject": named, "their own mail": theirs} {
		c.receive(elsewhere, in)
		if d := c.read(c.claire, number); len(d.Thread) != 0 || d.State != requests.Closed {
			t.Errorf("%s: %+v", what, d.Thread)
		}
	}
	if all := c.all(); len(all) != 3 || all[2].At != "mont-blanc" || all[2].From.Account != "" {
		t.Errorf("%+v", all)
	}
	c.receive(elsewhere, answering(c.last(lucas), lucas, "Rouvrez-la."))
	gone := mail(lucas, "Autre sujet", "Bonjour.")
	c.see(func(tx *data.Tx) error {
		mark, err := tx.Mark("requests.message", "demande.999.0")
		gone.InReplyTo = "demande.999.0." + mark[:24] + "@ent.exemple.example"
		if n, _ := requests.NumberOf(tx, gone.InReplyTo); n != 999 {
			t.Error("this identifier is not ours", n)
		}
		return err
	})
	c.receive(elsewhere, gone)
	if n := len(c.all()); n != 4 {
		t.Errorf("%d requests", n)
	}
}
