package directory_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"preau/app/access"
	"preau/app/directory"
	"preau/data"
)

func seqs(events []directory.Event) (all []uint64) {
	for _, e := range events {
		all = append(all, e.Seq)
	}
	return all
}

func TestJournalPages(t *testing.T) {
	c := newCast(t)
	u := c.put(aTeacher("FAURE", "Julie", balzac))
	for i := range 20 {
		c.pass(time.Minute)
		c.edit(c.claire, balzac, u.ID, func(f *directory.UserForm) { f.Work = "12" + string(rune('0'+i/10)) + string(rune('0'+i%10)) })
	}
	var want []uint64
	for _, e := range c.events() {
		if slices.Contains(e.Where, placeOf(balzac)) {
			want = append(want, e.Seq)
		}
	}
	var got []uint64
	before, last := uint64(0), uint64(0)
	for {
		page, newest, err := directory.Journal(c.claire, balzac, before, 6)
		if err != nil {
			t.Fatal(err)
		}
		if last = newest; len(page) == 0 {
			break
		}
		got = append(got, seqs(page)...)
		before = page[len(page)-1].Seq
	}
	if !slices.Equal(got, want) || len(got) < 21 {
		t.Errorf("%v\n%v", got, want)
	}
	slices.Reverse(want)
	after, err := directory.JournalAfter(c.claire, balzac, want[3], 5)
	if err != nil || !slices.Equal(seqs(after), want[4:9]) {
		t.Errorf("after: %v %v", seqs(after), err)
	}
	if after, err = directory.JournalAfter(c.claire, balzac, last, 5); err != nil || len(after) != 0 {
		t.Errorf("after the last: %v %v", after, err)
	}
	c.edit(c.claire, balzac, u.ID, func(f *directory.UserForm) { f.Work = "" })
	if after, err = directory.JournalAfter(c.claire, balzac, last, 5); err != nil || len(after) != 1 || after[0].Label != "FAURE Julie" || after[0].By != "MOREAU Claire" || after[0].Says != "Modification de la fiche" {
		t.Errorf("what follows: %+v %v", after, err)
	}
	if ch := after[0].Changes; len(ch) != 1 || ch[0].Field != "Téléphone professionnel" || ch[0].Before != "1219" || ch[0].After != "" {
		t.Errorf("%+v", ch)
	}
}

// The journal of an establishment holds its events and no other's.
func TestJournalReach(t *testing.T) {
	c := newCast(t)
	a, b := c.put(aTeacher("FAURE", "Julie", balzac)), c.put(aTeacher("PETIT", "Luc", colette))
	both := c.put(aTeacher("BLANC", "Hugo", balzac, colette))
	c.pass(time.Minute)
	for _, u := range []directory.User{a, b, both} {
		if err := directory.Suspend(c.marc, u.ID, "Essai"); err != nil {
			t.Fatal(err)
		}
	}
	about := func(s *access.Session, uai string) (names []string) {
		t.Helper()
		events, _, err := directory.Journal(s, uai, 0, 100)
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range events {
			if e.Action == "user.suspend" {
				names = append(names, e.Label)
			}
		}
		slices.Sort(names)
		return names
	}
	if got := about(c.claire, balzac); !slices.Equal(got, []string{"BLANC Hugo", "FAURE Julie"}) {
		t.Errorf("Balzac: %q", got)
	}
	if got := about(c.sophie, colette); !slices.Equal(got, []string{"BLANC Hugo", "PETIT Luc"}) {
		t.Errorf("Colette: %q", got)
	}
	if got := about(c.marc, savoie); len(got) != 0 {
		t.Errorf("elsewhere: %q", got)
	}
}

// AUD-01: each operation that changes something writes one event, and one that
// is refused writes none.
func TestEachChangeHasItsEvent(t *testing.T) {
	c := newCast(t)
	u := aTeacher("FAURE", "Julie", balzac)
	u.Email.Federated = "julie@academie.example"
	u = c.put(u)
	var made string
	for _, step := range []struct {
		action string
		do     func() error
	}{
		{"user.edit", func() error {
			return c.tryEdit(c.claire, balzac, u.ID, func(f *directory.UserForm) { f.Email = "julie@exemple.example" })
		}},
		{"user.edit", func() error { return directory.RevertField(c.claire, u.ID, "email") }},
		{"administrator.grant", func() error {
			return c.tryEdit(c.claire, balzac, u.ID, func(f *directory.UserForm) { f.Admin = new(true) })
		}},
		{"administrator.withdraw", func() error { return directory.WithdrawLocalAdmin(c.claire, balzac, u.ID, false) }},
		{"user.suspend", func() error { return directory.Suspend(c.claire, u.ID, "Essai") }},
		{"user.reactivate", func() error { return directory.Reactivate(c.claire, u.ID) }},
		{"user.create", func() error {
			_, err := directory.CreateGuest(c.claire, balzac, directory.GuestForm{LastName: "A", FirstName: "B", Email: "a@exemple.example", Birth: "1980-01-01"})
			return err
		}},
		{"establishment.edit", func() error {
			return c.editSchool(c.claire, balzac, func(f *directory.EstablishmentForm) { f.Email = "lycee@exemple.example" })
		}},
		{"establishment.mark", func() error {
			return c.editSchool(c.paul, balzac, func(f *directory.EstablishmentForm) { f.Marker = "1" })
		}},
		{"establishment.create", func() (err error) {
			made, err = directory.CreateEstablishment(c.paul, directory.NewEstablishment{Virtual: true, Name: "Réseau", Academy: "val-de-seine"})
			return err
		}},
		{"", func() error { return directory.Suspend(c.sophie, u.ID, "") }},
		{"", func() error {
			return c.tryEdit(c.claire, balzac, u.ID, func(f *directory.UserForm) { f.Login = "claire.moreau" })
		}},
		{"", func() error { return directory.Opened(c.paul, made) }},
	} {
		before := c.lastEvent()
		err := step.do()
		if n := c.lastEvent() - before; step.action == "" && n != 0 || step.action != "" && (n != 1 || err != nil) {
			t.Errorf("%s: %d events, %v", step.action, n, err)
			continue
		}
		if e := c.events()[0]; step.action != "" && (e.Action != step.action || e.Author == "" || !e.At.Equal(c.now()) || e.Personal.By == "") {
			t.Errorf("%s: %+v %+v", step.action, e, e.Personal)
		}
	}
}

// No secret is ever written in the journal, and every field has a name there.
func TestJournalKeepsNoSecret(t *testing.T) {
	c := newCast(t)
	u := c.put(aTeacher("FAURE", "Julie", balzac))
	c.activate(u.ID)
	c.activate(u.ID) // another hash
	hash := c.account(u.ID).Hash
	for _, e := range c.events() {
		for _, ch := range e.Personal.Changes {
			if strings.Contains(ch.Before+ch.After, "argon2") || strings.Contains(ch.Before+ch.After, hash) {
				t.Errorf("the event %d holds a hash: %+v", e.Seq, ch)
			}
		}
	}
	if fields := data.Unlabelled(slices.Concat(access.Tables, directory.Tables)); len(fields) != 0 {
		t.Errorf("fields that the journal cannot name: %q", fields)
	}
}
