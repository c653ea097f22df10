package directory_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"preau/app/access"
	"preau/app/directory"
	"preau/app/post"
	"preau/data"
)

// luc is what somebody types to add Luc Vasseur, who runs the chess club.
var luc = directory.GuestForm{LastName: "Vasseur", FirstName: "Luc", Email: "luc.vasseur@exemple.example", Birth: "12/03/1985"}

// posts makes the mails of the world carry secrets, as a mail server does.
func (w *world) posts() {
	w.t.Helper()
	if err := w.system.Do(preparing, func(tx *data.Tx) (data.Row, error) {
		set := post.Settings{Host: "smtp.exemple.example", Port: 587}
		return set, post.SettingsTable.Put(tx, set)
	}); err != nil {
		w.t.Fatal(err)
	}
}

// guest makes one in the name of somebody.
func (w *world) guest(s *access.Session, uai string, f directory.GuestForm) directory.User {
	w.t.Helper()
	id, err := directory.CreateGuest(s, uai, f)
	if err != nil {
		w.t.Fatal(err)
	}
	return w.read(id)
}

// choose follows the link of a mail and chooses a password.
func (w *world) choose(m post.Mail) error {
	w.t.Helper()
	if len(m.Links) != 1 {
		w.t.Fatalf("%+v", m)
	}
	_, token, _ := strings.Cut(m.Links[0].Path, "=")
	_, err := directory.ChoosePassword(w.t.Context(), w.Gate, token, "192.0.2.9", directory.PasswordForm{Password: password, Again: password, Email: m.To, Terms: true})
	return err
}

// P14: the credentials of a new guest are mailed; the link of the mail makes an
// account that signs in, and serves once.
func TestGuestIsWelcomed(t *testing.T) {
	c := newCast(t)
	c.posts()
	u := c.guest(c.claire, balzac, luc)
	sent := c.mailed(luc.Email)
	if len(sent) != 1 || !sent[0].Secret || sent[0].Facts[0].Value != "luc.vasseur" || !strings.Contains(sent[0].Lines[0], "Honoré de Balzac") {
		t.Fatalf("%+v", sent)
	}
	if err := c.choose(sent[0]); err != nil {
		t.Fatal(err)
	}
	if s := c.signIn("luc.vasseur"); s.Account.ID != u.ID || c.read(u.ID).State() != directory.Active {
		t.Errorf("%+v", s.Account)
	}
	wants(t, "the link again", c.choose(sent[0]), access.Missing)
	c.pass(49 * time.Hour)
	other := luc
	other.LastName, other.Email = "Vasseur-Petit", "late@exemple.example"
	c.guest(c.claire, balzac, other)
	c.pass(49 * time.Hour)
	wants(t, "after two days", c.choose(c.mailed(other.Email)[0]), access.Missing)
}

// Where no mail carries a secret, none leaves with one.
func TestGuestWithoutMail(t *testing.T) {
	c := newCast(t)
	c.guest(c.claire, balzac, luc)
	if sent := c.mailed(luc.Email); len(sent) != 0 {
		t.Errorf("%+v", sent)
	}
}

func TestGuestFormIsChecked(t *testing.T) {
	c := newCast(t)
	for what, test := range map[string]struct {
		field  string
		change func(*directory.GuestForm)
	}{
		"signs only":         {"nom", func(f *directory.GuestForm) { f.LastName, f.FirstName = "***", "-" }},
		"long name":          {"nom", func(f *directory.GuestForm) { f.LastName = strings.Repeat("é", 81) }},
		"long first name":    {"prenom", func(f *directory.GuestForm) { f.FirstName = strings.Repeat("a", 30_000) }},
		"long e-mail":        {"email", func(f *directory.GuestForm) { f.Email = strings.Repeat("a", 300) + "@exemple.example" }},
		"header in e-mail":   {"email", func(f *directory.GuestForm) { f.Email = "a@exemple.example\r\nBcc: b@exemple.example" }},
		"not born":           {"naissance", func(f *directory.GuestForm) { f.Birth = "02/09/2026" }},
		"born long ago":      {"naissance", func(f *directory.GuestForm) { f.Birth = "31/12/1899" }},
		"no day":             {"naissance", func(f *directory.GuestForm) { f.Birth = "30/02/1985" }},
		"phone":              {"portable", func(f *directory.GuestForm) { f.Mobile = "12" }},
		"phone at home":      {"domicile", func(f *directory.GuestForm) { f.Home = "zéro un" }},
		"phone at work":      {"poste", func(f *directory.GuestForm) { f.Work = "412" }},
		"long address":       {"adresse", func(f *directory.GuestForm) { f.Street = strings.Repeat("rue ", 100) }},
		"long town":          {"ville", func(f *directory.GuestForm) { f.Town = strings.Repeat("a", 81) }},
		"long postal code":   {"code-postal", func(f *directory.GuestForm) { f.PostalCode = strings.Repeat("1", 41) }},
		"long title":         {"civilite", func(f *directory.GuestForm) { f.Title = strings.Repeat("M", 41) }},
		"nothing but spaces": {"prenom", func(f *directory.GuestForm) { f.FirstName = "  " }},
	} {
		f := luc
		test.change(&f)
		before := c.lastEvent()
		_, err := directory.CreateGuest(c.claire, balzac, f)
		wantsField(t, what, err, test.field)
		_, err = directory.ProposeGuest(c.claire, balzac, f, "", "")
		wantsField(t, what+", proposed", err, test.field)
		if c.lastEvent() != before {
			t.Errorf("%s: something was written", what)
		}
	}
}

// As one types, those of the establishment are shown whole; elsewhere only that
// somebody of the very same name exists, and who it is once more is known.
func TestLookalikes(t *testing.T) {
	c := newCast(t)
	u := c.guest(c.claire, balzac, luc)
	teacher := c.put(aTeacher("VASSEUR", "Lucie", balzac))
	for what, test := range map[string]struct {
		change func(*directory.GuestForm)
		here   int // seen from Balzac
		away   int // seen from Colette
		theirs bool
	}{
		"one letter":       {func(f *directory.GuestForm) { *f = directory.GuestForm{LastName: "V"} }, 0, 0, false},
		"three letters":    {func(f *directory.GuestForm) { *f = directory.GuestForm{LastName: "vas"} }, 2, 0, false},
		"the last name":    {func(f *directory.GuestForm) { *f = directory.GuestForm{LastName: "vasseur"} }, 2, 0, false},
		"the name":         {func(f *directory.GuestForm) { *f = directory.GuestForm{LastName: "VASSÉUR", FirstName: "luc"} }, 2, 1, false},
		"another birthday": {func(f *directory.GuestForm) { f.Birth, f.Email = "13/03/1985", "autre@exemple.example" }, 2, 1, false},
		"the birthday":     {func(f *directory.GuestForm) { f.Email = "autre@exemple.example" }, 2, 1, true},
		"the e-mail":       {func(f *directory.GuestForm) { f.Birth, f.Email = "", "LUC.Vasseur@exemple.example" }, 2, 1, true},
		"another name":     {func(f *directory.GuestForm) { f.LastName, f.FirstName = "PETIT", "Hugo" }, 1, 0, false}, // the e-mail
		"nearly the name":  {func(f *directory.GuestForm) { f.LastName = "Vaseur" }, 1, 0, false},
		"half an e-mail":   {func(f *directory.GuestForm) { f.Birth, f.Email = "", "luc.vasseur@" }, 2, 1, false},
	} {
		f := luc
		test.change(&f)
		here, err := directory.Lookalikes(c.claire, balzac, f)
		if err != nil || len(here.Here) != test.here || len(here.Away) != 0 {
			t.Errorf("%s, in the establishment: %+v %v", what, here, err)
		}
		there, err := directory.Lookalikes(c.sophie, colette, f)
		if err != nil || len(there.Here) != 0 || len(there.Away) != test.away {
			t.Errorf("%s, elsewhere: %+v %v", what, there, err)
			continue
		}
		for _, a := range there.Away {
			if a.School != "Lycée Honoré de Balzac" || (a.ID == u.ID) != test.theirs || !test.theirs && a.ID != "" {
				t.Errorf("%s: %+v", what, a)
			}
		}
	}
	if r, err := directory.Lookalikes(c.sophie, colette, directory.GuestForm{LastName: "Vasseur", FirstName: "Lucie"}); err != nil || len(r.Away) != 0 {
		t.Errorf("a teacher of elsewhere is told of: %+v %v (%s)", r, err, teacher.ID)
	}
	c.remove(u)
	if r, err := directory.Lookalikes(c.sophie, colette, luc); err != nil || len(r.Away) != 0 {
		t.Errorf("somebody deleted elsewhere is told of: %+v %v", r, err)
	}
	if r, err := directory.Lookalikes(c.claire, balzac, luc); err != nil || len(r.Here) != 2 || r.Here[0].State() != directory.Deleted {
		t.Errorf("somebody deleted here is not shown: %+v %v", r, err)
	}
}

// Whoever tries one birth date after the other waits, whether right or wrong.
func TestBirthDatesAreNotGuessed(t *testing.T) {
	c := newCast(t)
	u := c.guest(c.claire, balzac, luc)
	f := luc
	f.Email = "autre@exemple.example"
	tried := 0
	for day := 1; day <= 28; day++ {
		f.Birth = time.Date(1985, time.April, day, 0, 0, 0, 0, time.UTC).Format("02/01/2006")
		_, err := directory.Lookalikes(c.sophie, colette, f)
		if access.KindOf(err) == access.Throttled {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		tried++
	}
	if tried < 10 || tried > 26 {
		t.Errorf("%d birth dates tried", tried)
	}
	r, err := directory.Lookalikes(c.sophie, colette, luc)
	wants(t, "the right one, while waiting", err, access.Throttled)
	if len(r.Away) != 0 {
		t.Errorf("told all the same: %+v", r)
	}
	wants(t, "attached while waiting", directory.AttachGuest(c.sophie, colette, u.ID, luc), access.Throttled)
	_, err = directory.ReadGuests(c.sophie, colette, "liste.csv", strings.NewReader("Vasseur;Luc;;luc.vasseur@exemple.example;12/03/1985\n"))
	wants(t, "by a file while waiting", err, access.Throttled)
	if _, err := directory.Lookalikes(c.sophie, colette, directory.GuestForm{LastName: "Petit", FirstName: "Anne", Birth: "01/01/1980"}); err != nil {
		t.Errorf("somebody whom nobody knows elsewhere: %v", err)
	}
	c.pass(time.Hour)
	if err := directory.AttachGuest(c.sophie, colette, u.ID, luc); err != nil {
		t.Errorf("once the wait is over: %v", err)
	}
}

// The same of a UID that somebody knows: it is not enough, and is not guessed.
func TestAttachingTakesMoreThanAUID(t *testing.T) {
	c := newCast(t)
	u := c.guest(c.claire, balzac, luc)
	f := luc
	f.Email, f.Birth = "autre@exemple.example", "13/03/1985"
	var last error
	for range 40 {
		if last = directory.AttachGuest(c.sophie, colette, u.ID, f); last == nil {
			t.Fatal("attached without their birth date nor their e-mail")
		}
	}
	wants(t, "tried again and again", last, access.Throttled)
	if got := c.read(u.ID); got.Version != u.Version {
		t.Error("something changed")
	}
}

// P15: one account, two attachments, each school seeing its own.
func TestAttachGuest(t *testing.T) {
	c := newCast(t)
	c.posts()
	u := c.guest(c.claire, balzac, luc)
	if err := c.choose(c.mailed(luc.Email)[0]); err != nil {
		t.Fatal(err)
	}
	c.pass(time.Minute)
	p, err := directory.ProposeGuest(c.sophie, colette, luc, "", "")
	wants(t, "not seen", err, access.Stale)
	alike, err := directory.Lookalikes(c.sophie, colette, luc)
	if err != nil {
		t.Fatal(err)
	}
	if p, err = directory.ProposeGuest(c.sophie, colette, luc, "", alike.Key()); err != nil || p.School != "" || p.Person.Login.Value() != "luc.vasseur2" {
		t.Errorf("somebody new of the same name: %+v %v", p, err)
	}
	if p, err = directory.ProposeGuest(c.sophie, colette, luc, u.ID, alike.Key()); err != nil || p.School != "Lycée Honoré de Balzac" {
		t.Errorf("%+v %v", p, err)
	}
	if err := directory.AttachGuest(c.sophie, colette, u.ID, luc); err != nil {
		t.Fatal(err)
	}
	sent := c.mailed(luc.Email)
	if last := sent[len(sent)-1]; last.Subject != "Vous êtes rattaché à Collège Colette" || last.Secret {
		t.Errorf("%+v", last)
	}
	c.signIn("luc.vasseur") // the password is what it was
	for s, uai := range map[*access.Session]string{c.claire: balzac, c.sophie: colette} {
		r, err := directory.RecordOf(s, uai, u.ID)
		if err != nil || r.Elsewhere != 1 || len(r.Schools) != 1 || r.Schools[0].UAI != uai || !r.MayEdit {
			t.Errorf("%s: %+v %v", uai, r, err)
		}
		list, err := directory.People(s, uai, directory.Filter{Profile: directory.Guest}, "", false, 50)
		if err != nil || list.Total != 1 || list.Lines[0].ID != u.ID {
			t.Errorf("%s: %+v %v", uai, list, err)
		}
	}
	wants(t, "twice", directory.AttachGuest(c.sophie, colette, u.ID, luc), access.Stale)

	events, err := directory.History(c.claire, balzac, u.ID, 20)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range events {
		for _, change := range e.Changes {
			if strings.Contains(change.Before+change.After, colette) {
				t.Errorf("Balzac reads the attachment to Colette: %+v", e)
			}
		}
	}
	c.edit(c.sophie, colette, u.ID, func(f *directory.UserForm) { f.Mobile = "06 39 98 00 09" })
	if err := directory.DetachGuest(c.claire, balzac, u.ID); err != nil {
		t.Fatal(err)
	}
	got := c.read(u.ID)
	if got.State() != directory.Active || !slices.Equal(got.Places(), placesOf(colette)) || !got.Attachments[0].Main || got.Mobile.Value() != "06 39 98 00 09" {
		t.Errorf("%+v", got)
	}
	wants(t, "the record, once detached", func() error { _, err := directory.RecordOf(c.claire, balzac, u.ID); return err }(), access.Missing)
	c.signIn("luc.vasseur")
}

// The crossing attaches guests, and nobody else.
func TestWhoIsNotAttached(t *testing.T) {
	c := newCast(t)
	pupil := c.put(aPupil("BLANC", "Hugo", "2010-03-14", "", "", balzac))
	teacher := aTeacher("FAURE", "Julie", balzac)
	teacher.Birth, teacher.Email.Federated = "1980-05-02", "julie@exemple.example"
	teacher = c.put(teacher)
	gone := c.guest(c.claire, balzac, luc)
	c.remove(gone)
	for what, u := range map[string]directory.User{"pupil": pupil, "teacher": teacher, "deleted guest": gone} {
		f := directory.GuestForm{LastName: u.LastName, FirstName: u.FirstName, Email: "quelquun@exemple.example", Birth: u.Birth.String()}
		before := c.read(u.ID)
		wants(t, what, directory.AttachGuest(c.sophie, colette, u.ID, f), access.Stale)
		if r, err := directory.Lookalikes(c.sophie, colette, f); err != nil || len(r.Away) != 0 {
			t.Errorf("%s is told of: %+v %v", what, r, err)
		}
		if c.read(u.ID).Version != before.Version {
			t.Errorf("%s was changed", what)
		}
	}
	f := luc
	f.Email = "admin.invite@exemple.example"
	high := c.guest(c.marc, savoie, f)
	if err := c.system.Do(preparing, func(tx *data.Tx) (data.Row, error) {
		_, err := access.Give(tx, high.ID, access.AcademyAdvisor, "mont-blanc")
		return high, err
	}); err != nil {
		t.Fatal(err)
	}
	wants(t, "somebody of a higher role", directory.AttachGuest(c.sophie, colette, high.ID, f), access.Forbidden)
}

// A guest who is nowhere is deleted, kept, and comes back.
func TestDetachedGuest(t *testing.T) {
	c := newCast(t)
	c.posts()
	u := c.guest(c.claire, balzac, luc)
	if err := c.choose(c.mailed(luc.Email)[0]); err != nil {
		t.Fatal(err)
	}
	token := c.signIn("luc.vasseur").Token
	wants(t, "of another school", directory.DetachGuest(c.sophie, colette, u.ID), access.Missing)
	wants(t, "a teacher", directory.DetachGuest(c.claire, balzac, c.put(aTeacher("FAURE", "Julie", balzac)).ID), access.Stale)
	if err := directory.DetachGuest(c.claire, balzac, u.ID); err != nil {
		t.Fatal(err)
	}
	if got := c.read(u.ID); got.State() != directory.Deleted || got.DeletedBy != "Détaché de l’établissement" {
		t.Errorf("%+v", got)
	}
	c.see(func(tx *data.Tx) error {
		if open, err := access.Tokens.Has(tx, token); open || err != nil {
			t.Errorf("the session is still open: %v", err)
		}
		return nil
	})
	list, err := directory.People(c.claire, balzac, directory.Filter{}, "", false, 50)
	if err != nil || list.Total != 1 {
		t.Errorf("Suppressions: %+v %v", list, err)
	}
	wants(t, "again", directory.DetachGuest(c.claire, balzac, u.ID), access.Stale)
	wants(t, "brought back from elsewhere", directory.RestoreGuest(c.sophie, colette, u.ID), access.Missing)
	if err := directory.RestoreGuest(c.claire, balzac, u.ID); err != nil {
		t.Fatal(err)
	}
	c.signIn("luc.vasseur")
	wants(t, "brought back twice", directory.RestoreGuest(c.claire, balzac, u.ID), access.Stale)
	pupil := c.remove(c.put(aPupil("BLANC", "Hugo", "", "", "", balzac)))
	wants(t, "a pupil brought back", directory.RestoreGuest(c.claire, balzac, pupil.ID), access.Stale)
}

// Whoever administers the establishment is not detached by the way.
func TestDetachedAdministrator(t *testing.T) {
	c := newCast(t)
	u := c.guest(c.claire, balzac, luc)
	c.makeAdmin(u.ID, balzac)
	wants(t, "a local administrator", directory.DetachGuest(c.paul, balzac, u.ID), access.Stale)
	until := func(day string) {
		c.edit(c.paul, balzac, u.ID, func(f *directory.UserForm) { f.Until = &day })
	}
	until("30/09/2026")
	c.pass(29 * day)
	c.night()
	if c.read(u.ID).State() == directory.Deleted {
		t.Error("detached on the last day")
	}
	c.pass(day)
	c.night()
	if got := c.read(u.ID); got.State() != directory.Deleted || got.DeletedBy != "Fin prévue le 30/09/2026" {
		t.Errorf("%+v", got)
	}
	c.see(func(tx *data.Tx) error {
		for g, err := range access.GrantsByAccount.All(tx, u.ID) {
			t.Errorf("still an administrator: %+v %v", g, err)
		}
		return nil
	})
	if e := c.events()[0]; e.Action != "guest.detach" || e.Personal.Note != "Fin prévue le 30/09/2026" {
		t.Errorf("%+v %+v", e, e.Personal)
	}
}

// night runs what the nights do with guests.
func (c *cast) night() {
	c.t.Helper()
	if err := directory.EndGuests(c.system); err != nil {
		c.t.Fatal(err)
	}
	if err := directory.ForgetGuestImports(c.system); err != nil {
		c.t.Fatal(err)
	}
}

// The end date of one establishment says nothing of the other.
func TestEndDates(t *testing.T) {
	c := newCast(t)
	u := c.guest(c.claire, balzac, luc)
	if err := directory.AttachGuest(c.sophie, colette, u.ID, luc); err != nil {
		t.Fatal(err)
	}
	for typed, field := range map[string]string{"31/08/2026": "jusquau", "demain": "jusquau", "31/09/2026": "jusquau"} {
		wantsField(t, typed, c.tryEdit(c.claire, balzac, u.ID, func(f *directory.UserForm) { f.Until = &typed }), field)
	}
	last, none := "01/09/2026", ""
	c.edit(c.claire, balzac, u.ID, func(f *directory.UserForm) { f.Until = &last })
	r, err := directory.RecordOf(c.sophie, colette, u.ID)
	if err != nil || r.Here.Until != "" {
		t.Errorf("%+v %v", r.Here, err)
	}
	c.edit(c.claire, balzac, u.ID, func(f *directory.UserForm) { f.Until = &none })
	c.pass(2 * day)
	c.night()
	if got := c.read(u.ID); len(got.Attachments) != 2 {
		t.Errorf("detached without an end date: %+v", got)
	}
	last = "03/09/2026"
	c.edit(c.claire, balzac, u.ID, func(f *directory.UserForm) { f.Until = &last })
	c.pass(day)
	c.night()
	c.night() // a second night finds nothing to do
	if got := c.read(u.ID); !slices.Equal(got.Places(), placesOf(colette)) || got.State() == directory.Deleted {
		t.Errorf("%+v", got)
	}
}
