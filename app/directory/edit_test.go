package directory_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"preau/app/access"
	"preau/app/directory"
	"preau/app/post"
	"preau/data"
)

// What each profile lets change: everything is sent, the rest is ignored.
func TestWhatEachProfileLetsChange(t *testing.T) {
	c := newCast(t)
	everything := directory.UserForm{Login: "autre", Email: "autre@exemple.example", Mobile: "06 11 22 33 44", Home: "01 11 22 33 44", Work: "01 55 66 77 88", Editor: new(true),
		LastName: "Autre", FirstName: "Prénom", Title: "Mme", Birth: "01/02/1990", Street: "2 rue du Port", PostalCode: "75000", Town: "Paris"}
	for _, p := range directory.Profiles {
		u := someone(p, "DURAND", "Alix", balzac)
		u.Birth, u.Title = "1980-05-02", "M."
		u = c.put(u)
		f := everything
		f.Version, f.Login = u.Version, "autre."+string(p)
		if err := directory.EditUser(c.claire, balzac, u.ID, f); err != nil {
			t.Fatal(p, err)
		}
		got := c.read(u.ID)
		work := map[directory.Profile]string{directory.Student: ""}
		want, ok := work[p]
		if !ok {
			want = everything.Work
		}
		if got.Login.Value() != f.Login || got.Email.Value() != f.Email || got.Mobile.Value() != f.Mobile || got.Home.Value() != f.Home || got.Work.Value() != want {
			t.Errorf("%s: contact %+v", p, got)
		}
		guest := p == directory.Guest
		if changed := got.LastName == "AUTRE" && got.FirstName == "Prénom" && got.Birth == "1990-02-01" && got.Title == "Mme" && got.Postal.String() == "2 rue du Port, 75000 Paris"; changed != guest {
			t.Errorf("%s: identity %+v", p, got)
		}
		if editor := got.Attachments[0].Editor; editor != (guest || p == directory.Teacher || p == directory.Staff) {
			t.Errorf("%s: editor %v", p, editor)
		}
		if got.Login.Edited == guest {
			t.Errorf("%s: the login has %+v", p, got.Login)
		}
	}
}

func TestWhatIsWrongInARecord(t *testing.T) {
	c := newCast(t)
	g := c.newcomer("Nguyen", "Linh")
	for what, test := range map[string]struct {
		field  string
		change func(*directory.UserForm)
	}{
		"no last name":      {"nom", func(f *directory.UserForm) { f.LastName = " " }},
		"no first name":     {"prenom", func(f *directory.UserForm) { f.FirstName = "" }},
		"no birth date":     {"naissance", func(f *directory.UserForm) { f.Birth = "" }},
		"30 February":       {"naissance", func(f *directory.UserForm) { f.Birth = "30/02/1980" }},
		"no e-mail":         {"email", func(f *directory.UserForm) { f.Email = "" }},
		"e-mail":            {"email", func(f *directory.UserForm) { f.Email = "linh@exemple" }},
		"two e-mails":       {"email", func(f *directory.UserForm) { f.Email = "a@exemple.example, b@exemple.example" }},
		"named e-mail":      {"email", func(f *directory.UserForm) { f.Email = "Linh <linh@exemple.example>" }},
		"header injection":  {"email", func(f *directory.UserForm) { f.Email = "a@exemple.example\r\nBcc: b@exemple.example" }},
		"letters":           {"portable", func(f *directory.UserForm) { f.Mobile = "06 12 a4 56 78" }},
		"short":             {"portable", func(f *directory.UserForm) { f.Mobile = "06 12 34 56" }},
		"guest's extension": {"poste", func(f *directory.UserForm) { f.Work = "1234" }},
		"two signs":         {"domicile", func(f *directory.UserForm) { f.Home = "++33612345678" }},
		"one sign":          {"domicile", func(f *directory.UserForm) { f.Home = "+" }},
	} {
		wantsField(t, what, c.tryEdit(c.claire, balzac, g.ID, test.change), test.field)
	}
	err := c.tryEdit(c.claire, balzac, g.ID, func(f *directory.UserForm) { f.LastName, f.FirstName, f.Birth, f.Mobile = "", "", "", "6" })
	for _, field := range []string{"nom", "prenom", "naissance", "portable"} {
		wantsField(t, "all at once", err, field)
	}
	if got := c.read(g.ID); got.Version != g.Version {
		t.Error("a refused form changed the record")
	}
}

func TestPhones(t *testing.T) {
	c := newCast(t)
	lea := c.put(aTeacher("ROCHE", "Léa", balzac))
	for typed, want := range map[string]string{
		"0612345678": "06 12 34 56 78", "06.12.34.56.78": "06 12 34 56 78", "+33 6 12 34 56 78": "06 12 34 56 78", "+33 (0)6 12 34 56 78": "06 12 34 56 78",
		"0033612345678": "06 12 34 56 78", "06\u00a012\u00a034\u00a056\u00a078": "06 12 34 56 78", "06-12-34-56-78": "06 12 34 56 78",
		"+32 2 555 12 12": "+3225551212", "0032 2 555 12 12": "+3225551212", "+590 690 00 11 22": "+590690001122", "": "", " ": "",
	} {
		if got := c.edit(c.claire, balzac, lea.ID, func(f *directory.UserForm) { f.Mobile = typed }); got.Mobile.Value() != want {
			t.Errorf("%q: %q, want %q", typed, got.Mobile.Value(), want)
		}
	}
	if got := c.edit(c.claire, balzac, lea.ID, func(f *directory.UserForm) { f.Work = "41 27" }); got.Work.Value() != "4127" {
		t.Errorf("extension: %q", got.Work.Value())
	}
	// What the files say may be no number: it stays until somebody types another.
	lea = c.read(lea.ID)
	lea.Home = directory.Both{Federated: "liste rouge"}
	c.put(lea)
	if got := c.edit(c.claire, balzac, lea.ID, func(f *directory.UserForm) { f.Mobile = "0611111111" }); got.Home.Value() != "liste rouge" {
		t.Errorf("%q", got.Home.Value())
	}
}

// The value of the directory and that of people are both kept, the latter wins.
func TestBothValues(t *testing.T) {
	c := newCast(t)
	lea := aTeacher("ROCHE", "Léa", balzac)
	lea.Email, lea.Mobile = directory.Both{Federated: "lea@academie.example"}, directory.Both{Federated: "06 00 00 00 01"}
	lea = c.put(lea)
	got := c.edit(c.claire, balzac, lea.ID, func(f *directory.UserForm) { f.Email, f.Mobile = "", "06 99 99 99 99" })
	if got.Email != (directory.Both{Federated: "lea@academie.example", Edited: true}) || got.Mobile.Value() != "06 99 99 99 99" || got.Mobile.Federated != "06 00 00 00 01" {
		t.Errorf("%+v %+v", got.Email, got.Mobile)
	}
	got = c.edit(c.claire, balzac, lea.ID, func(f *directory.UserForm) { f.Mobile = "+33 6 00 00 00 01" })
	if got.Mobile.Edited {
		t.Errorf("giving the value of the directory is still an edit: %+v", got.Mobile)
	}
	if err := directory.RevertField(c.claire, lea.ID, "email"); err != nil {
		t.Fatal(err)
	}
	if got = c.read(lea.ID); got.Email != (directory.Both{Federated: "lea@academie.example"}) {
		t.Errorf("reverted: %+v", got.Email)
	}
	wants(t, "nothing to revert", directory.RevertField(c.claire, lea.ID, "email"), access.Stale)
	wants(t, "no such field", directory.RevertField(c.claire, lea.ID, "nom"), access.Missing)
	wants(t, "a guest's", directory.RevertField(c.claire, c.newcomer("Nguyen", "Linh").ID, "email"), access.Missing)
	wants(t, "out of reach", directory.RevertField(c.sophie, lea.ID, "email"), access.Missing)
}

func TestRevertedLoginMayBeTaken(t *testing.T) {
	c := newCast(t)
	lea := c.put(aTeacher("ROCHE", "Léa", balzac))
	c.edit(c.claire, balzac, lea.ID, func(f *directory.UserForm) { f.Login = "lea" })
	other := c.newcomer("Roche", "Léa")
	if other.Login.Value() != "lea.roche" {
		t.Fatal(other.Login)
	}
	wants(t, "taken", directory.RevertField(c.claire, lea.ID, "login"), access.Stale)
	c.edit(c.claire, balzac, other.ID, func(f *directory.UserForm) { f.Login = "l.roche" })
	if err := directory.RevertField(c.claire, lea.ID, "login"); err != nil || c.read(lea.ID).Login.Value() != "lea.roche" {
		t.Error(err, c.read(lea.ID).Login)
	}
}

// mails are those that wait to leave.
func (w *world) mails() (all []post.Mail) {
	w.see(func(tx *data.Tx) error {
		for m, err := range post.Mails.All(tx) {
			if err != nil {
				return err
			}
			all = append(all, m)
		}
		return nil
	})
	return all
}

func TestFormerAddressIsTold(t *testing.T) {
	c := newCast(t)
	lea := c.put(aTeacher("ROCHE", "Léa", balzac))
	email := func(address string) {
		c.edit(c.claire, balzac, lea.ID, func(f *directory.UserForm) { f.Email = address })
	}
	email("lea@exemple.example")
	if n := len(c.mails()); n != 0 {
		t.Fatalf("%d mails for a first address", n)
	}
	email("lea.roche@exemple.example")
	c.edit(c.claire, balzac, lea.ID, func(f *directory.UserForm) { f.Mobile = "0612345678" })
	if all := c.mails(); len(all) != 1 || all[0].To != "lea@exemple.example" || strings.Contains(strings.Join(all[0].Lines, " "), "lea.roche@") {
		t.Fatalf("%+v", all)
	}
	if err := directory.RevertField(c.claire, lea.ID, "email"); err != nil {
		t.Fatal(err)
	}
	if all := c.mails(); len(all) != 2 || !slices.ContainsFunc(all, func(m post.Mail) bool { return m.To == "lea.roche@exemple.example" }) {
		t.Errorf("%+v", all)
	}
	// A form that is refused sends nothing.
	email("encore@exemple.example")
	if err := c.tryEdit(c.claire, balzac, lea.ID, func(f *directory.UserForm) { f.Email, f.Login = "", "claire.moreau" }); err == nil {
		t.Error("accepted")
	}
	if n := len(c.mails()); n != 2 {
		t.Errorf("%d mails", n)
	}
}

func TestOutdatedForm(t *testing.T) {
	c := newCast(t)
	lea := c.put(aTeacher("ROCHE", "Léa", balzac))
	c.pass(time.Hour)
	c.edit(c.paul, balzac, lea.ID, func(f *directory.UserForm) { f.Mobile = "06 12 34 56 78" })
	stale := func(wanted ...string) {
		t.Helper()
		f := form(lea)
		f.Home = "01 00 00 00 00"
		err := directory.EditUser(c.claire, balzac, lea.ID, f)
		wants(t, "outdated", err, access.Stale)
		for _, words := range wanted {
			if err != nil && !strings.Contains(err.Error(), words) {
				t.Errorf("%q does not say %q", err, words)
			}
		}
	}
	stale("ADMIN paul.lefevre", "Téléphone portable", "06 12 34 56 78")
	c.pass(time.Hour)
	run := access.NewAction("test.run", "Import d’essai", access.RunAppliance, data.Info)
	if err := c.system.Begin(run, "r"); err != nil {
		t.Fatal(err)
	}
	if err := c.system.Bulk(run, "r", func(tx *data.Tx) error {
		u, err := directory.Users.Get(tx, lea.ID)
		u.FirstName, u.Version = "Léa-Marie", u.Version+1
		tx.Saying("Import AAF du 01/09/2026")
		if err != nil {
			return err
		}
		return directory.Users.Put(tx, u)
	}); err != nil {
		t.Fatal(err)
	}
	stale("Essai", "Prénom", "Léa-Marie")
	if got := c.read(lea.ID); got.Home.Value() != "" {
		t.Error("an outdated form was taken")
	}
	if err := c.system.End(run, "r", func(tx *data.Tx) ([]data.Fact, error) {
		u, err := directory.Users.Get(tx, lea.ID)
		return []data.Fact{{Action: run.Action, About: u}}, err
	}); err != nil {
		t.Fatal(err)
	}
}

// The login and the e-mail of an administrator are for a higher role, there.
func TestAdministratorsAreProtected(t *testing.T) {
	c := newCast(t)
	julie := c.put(aTeacher("FAURE", "Julie", balzac)) // local administrator of Balzac
	c.makeAdmin(julie.ID, balzac)
	hugo := c.put(aTeacher("BLANC", "Hugo", balzac, colette)) // local administrator of Colette only
	c.makeAdmin(hugo.ID, colette)
	nadia := c.put(someone(directory.Staff, "BENALI", "Nadia", balzac)) // academy_support elsewhere
	c.grant(nadia.ID, access.AcademySupport, "mont-blanc")
	luc := c.put(aTeacher("PETIT", "Luc", balzac))
	// Léon is local administrator of Balzac, and of a higher role in another académie.
	leon := c.put(aTeacher("MASSON", "Léon", balzac))
	c.makeAdmin(leon.ID, balzac)
	c.grant(leon.ID, access.AcademyAdvisor, "mont-blanc")
	c.activate(leon.ID)
	sessions := map[string]*access.Session{"claire": c.claire, "leon": c.signIn("leon.masson"), "paul": c.paul, "marc": c.marc}
	own := c.user("claire.moreau")
	fields := map[string]func(*directory.UserForm, int){
		"login":  func(f *directory.UserForm, n int) { f.Login = fmt.Sprint("autre", n) },
		"e-mail": func(f *directory.UserForm, n int) { f.Email = fmt.Sprint("autre", n, "@exemple.example") },
		"phone":  func(f *directory.UserForm, n int) { f.Mobile = fmt.Sprintf("06 00 00 00 %02d", n) },
	}
	n := 0
	for _, test := range []struct {
		who  string
		u    directory.User
		may  bool // login and e-mail
		some bool // phones
	}{
		{"claire", luc, true, true}, {"claire", julie, false, true}, {"claire", hugo, false, true}, {"claire", nadia, false, false}, {"claire", own, true, true},
		{"leon", luc, true, true}, {"leon", julie, false, true}, {"leon", hugo, false, true}, {"leon", nadia, false, false},
		{"paul", julie, true, true}, {"paul", hugo, true, true}, {"paul", nadia, true, true},
		{"marc", julie, true, true}, {"marc", nadia, true, true},
	} {
		r, err := directory.RecordOf(sessions[test.who], balzac, test.u.ID)
		if err != nil || r.MayProtect != test.may || r.MayEdit != test.some {
			t.Errorf("%s on %s: may protect %v, edit %v, %v", test.who, test.u.LastName, r.MayProtect, r.MayEdit, err)
		}
		for what, change := range fields {
			n++
			may := test.may || what == "phone" && test.some
			err := c.tryEdit(sessions[test.who], balzac, test.u.ID, func(f *directory.UserForm) { change(f, n) })
			if may && err != nil {
				t.Errorf("%s changes the %s of %s: %v", test.who, what, test.u.LastName, err)
			} else if !may {
				wants(t, fmt.Sprintf("%s changes the %s of %s", test.who, what, test.u.LastName), err, access.Forbidden)
			}
		}
	}
	// Nor by dropping an edit that a higher role made.
	wants(t, "revert", directory.RevertField(c.claire, julie.ID, "email"), access.Forbidden)
	wants(t, "suspend", directory.Suspend(sessions["leon"], nadia.ID, ""), access.Forbidden)
}

// grant gives a role in the name of the appliance.
func (w *world) grant(id string, role access.Role, in data.Place) {
	w.t.Helper()
	if err := w.system.Do(preparing, func(tx *data.Tx) (data.Row, error) {
		u, err := directory.Users.Get(tx, id)
		if err != nil {
			return nil, err
		}
		_, err = access.Give(tx, id, role, in)
		return u, err
	}); err != nil {
		w.t.Fatal(err)
	}
}

func TestDeletedAccountsAreReadOnly(t *testing.T) {
	c := newCast(t)
	luc := c.remove(c.put(aTeacher("PETIT", "Luc", balzac)))
	wants(t, "edit", c.tryEdit(c.claire, balzac, luc.ID, func(f *directory.UserForm) { f.Mobile = "0612345678" }), access.Stale)
	wants(t, "right", c.tryEdit(c.marc, balzac, luc.ID, func(f *directory.UserForm) { f.Admin = new(true) }), access.Stale)
	wants(t, "revert", directory.RevertField(c.claire, luc.ID, "email"), access.Stale)
	wants(t, "suspend", directory.Suspend(c.claire, luc.ID, ""), access.Stale)
	wants(t, "reactivate", directory.Reactivate(c.claire, luc.ID), access.Stale)
	if r, err := directory.RecordOf(c.claire, balzac, luc.ID); err != nil || r.MayEdit || r.MayProtect || r.MayGrant {
		t.Errorf("%+v %v", r, err)
	}
}

func TestLocalAdministratorSwitch(t *testing.T) {
	c := newCast(t)
	on, off := func(f *directory.UserForm) { f.Admin = new(true) }, func(f *directory.UserForm) { f.Admin = new(false) }
	for _, p := range directory.Profiles {
		u := someone(p, "DURAND", "Alix "+string(p), balzac)
		u.Birth, u.Email = "1980-01-02", directory.Both{Federated: "alix@exemple.example"}
		u = c.put(u)
		err := c.tryEdit(c.claire, balzac, u.ID, on)
		if p == directory.Student || p == directory.Relative {
			wants(t, string(p), err, access.Stale)
			continue
		}
		if err != nil {
			t.Fatal(p, err)
		}
		r, err := directory.RecordOf(c.claire, balzac, u.ID)
		if err != nil || r.Admin == nil || r.Admin.By != c.claire.Account.ID || r.Admin.ByName != "MOREAU Claire" || !r.Admin.At.Equal(c.now()) {
			t.Errorf("%s: %+v %v", p, r.Admin, err)
		}
		c.activate(u.ID)
		signed, err := c.SignIn(t.Context(), access.SignIn{Login: u.Login.Value(), Password: password, From: "192.0.2.7"})
		if err != nil || !signed.Session.Can(access.ManageAccounts, placeOf(balzac)) || signed.Session.Can(access.Administer, placeOf(colette)) {
			t.Fatalf("%s: %+v %v", p, signed, err)
		}
		c.edit(c.claire, balzac, u.ID, off)
		if _, err := c.Resume(signed.Token, "192.0.2.7", false); access.KindOf(err) != access.Anonymous {
			t.Errorf("%s: the session of one who lost the right goes on: %v", p, err)
		}
		e := c.events()
		if e[0].Action != "administrator.withdraw" || e[0].Severity != data.Important || e[0].Subject != u.ID {
			t.Errorf("%s: %+v", p, e[0])
		}
	}
	given := slices.IndexFunc(c.events(), func(e data.Event) bool { return e.Action == "administrator.grant" })
	e := c.events()[given]
	if e.Severity != data.Important || !slices.ContainsFunc(e.Personal.Changes, func(ch data.Change) bool { return ch.After == access.LocalAdmin.Label() }) {
		t.Errorf("%+v %+v", e, e.Personal)
	}
	// A form without the switch, or that leaves it alone, is a plain edit.
	c.edit(c.claire, balzac, c.user("claire.moreau").ID, func(f *directory.UserForm) { f.Admin, f.Mobile = new(true), "0612345678" })
	if e := c.events()[0]; e.Action != "user.edit" || e.Severity != data.Info {
		t.Errorf("%+v", e)
	}
}

func TestWithdrawingOneselfOrTheLast(t *testing.T) {
	c := newCast(t)
	claire := c.user("claire.moreau")
	off := func(f *directory.UserForm) { f.Admin = new(false) }
	wantsField(t, "the last, by a higher role", c.tryEdit(c.paul, balzac, claire.ID, off), "confirmer")
	wantsField(t, "the last, from the list", directory.WithdrawLocalAdmin(c.paul, balzac, claire.ID, false), "confirmer")
	julie := c.put(aTeacher("FAURE", "Julie", balzac))
	c.edit(c.claire, balzac, julie.ID, func(f *directory.UserForm) { f.Admin = new(true) })
	wantsField(t, "oneself", c.tryEdit(c.claire, balzac, claire.ID, off), "confirmer")
	if r, err := directory.RecordOf(c.claire, balzac, claire.ID); err != nil || r.Admin == nil {
		t.Fatal("withdrawn without a confirmation", err)
	}
	c.edit(c.claire, balzac, claire.ID, func(f *directory.UserForm) { f.Admin, f.Confirmed = new(false), true })
	if c.signIn("claire.moreau").Administers() {
		t.Error("still an administrator")
	}
	wantsField(t, "the last one", c.tryEdit(c.paul, balzac, julie.ID, off), "confirmer")
	c.edit(c.paul, balzac, julie.ID, func(f *directory.UserForm) { f.Admin, f.Confirmed = new(false), true })
	if o, err := directory.OverviewOf(c.paul, balzac); err != nil || len(o.Admins) != 0 {
		t.Error(o.Admins, err)
	}
}

// Whoever administers an establishment is in its list, and can be withdrawn
// there: one who is nobody in the directory, one who has left.
func TestListOfLocalAdministrators(t *testing.T) {
	c := newCast(t)
	julie := c.put(aTeacher("FAURE", "Julie", colette))
	c.makeAdmin(julie.ID, colette)
	julie = c.read(julie.ID)
	julie.Attachments = directory.Attachments{{At: placeOf(savoie), Main: true}}
	c.put(julie)
	names := func() (all []string) {
		t.Helper()
		o, err := directory.OverviewOf(c.paul, colette)
		if err != nil {
			t.Fatal(err)
		}
		for _, a := range o.Admins {
			all = append(all, a.Name)
		}
		return all
	}
	if got := names(); !slices.Equal(got, []string{"ADMIN sophie.girard", "FAURE Julie"}) {
		t.Fatalf("%q", got)
	}
	wants(t, "of another establishment", directory.WithdrawLocalAdmin(c.claire, colette, julie.ID, true), access.Missing)
	wants(t, "not an administrator there", directory.WithdrawLocalAdmin(c.claire, balzac, julie.ID, true), access.Missing)
	if err := directory.WithdrawLocalAdmin(c.sophie, colette, julie.ID, false); err != nil {
		t.Fatal(err)
	}
	if e := c.events()[0]; e.Action != "administrator.withdraw" || e.Severity != data.Important || e.Personal.Label != "FAURE Julie" {
		t.Errorf("%+v %+v", e, e.Personal)
	}
	if got := names(); !slices.Equal(got, []string{"ADMIN sophie.girard"}) {
		t.Errorf("%q", got)
	}
	if err := directory.WithdrawLocalAdmin(c.marc, colette, c.sophie.Account.ID, true); err != nil || len(names()) != 0 {
		t.Error(err, names())
	}
}

func TestEditorOfThePublicPage(t *testing.T) {
	c := newCast(t)
	u := c.put(aTeacher("BLANC", "Hugo", balzac, colette))
	c.edit(c.sophie, colette, u.ID, func(f *directory.UserForm) { f.Editor = new(true) })
	here, _ := c.read(u.ID).At(placeOf(balzac))
	there, _ := c.read(u.ID).At(placeOf(colette))
	if here.Editor || !there.Editor {
		t.Errorf("%+v %+v", here, there)
	}
	c.edit(c.claire, balzac, u.ID, func(f *directory.UserForm) { f.Mobile = "0612345678" })
	if there, _ = c.read(u.ID).At(placeOf(colette)); !there.Editor {
		t.Error("lost by an edit that does not speak of it")
	}
	c.edit(c.sophie, colette, u.ID, func(f *directory.UserForm) { f.Editor = new(false) })
	if there, _ = c.read(u.ID).At(placeOf(colette)); there.Editor {
		t.Error("not withdrawn")
	}
}
