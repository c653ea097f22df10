package directory_test

import (
	"errors"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"preau/app/access"
	"preau/app/directory"
	"preau/app/post"
	"preau/data"
)

// carries makes mails with secrets reach people, as in a demo.
func (w *world) carries(demo bool) {
	w.t.Helper()
	if err := w.system.Do(preparing, func(tx *data.Tx) (data.Row, error) {
		set := post.Settings{Demo: demo}
		return set, post.SettingsTable.Put(tx, set)
	}); err != nil {
		w.t.Fatal(err)
	}
}

// one is the account of an administrator who is nobody in the directory.
func (w *world) one(login string) (a access.Account) {
	w.t.Helper()
	w.see(func(tx *data.Tx) (err error) { a, err = access.AccountsByLogin.Get(tx, login); return err })
	return a
}

// mailed are the mails to an address as they will leave, oldest first.
func (w *world) mailed(to string) (all []post.Mail) {
	w.t.Helper()
	w.see(func(tx *data.Tx) error {
		for m, err := range post.MailsByTo.All(tx, to) {
			if err != nil {
				return err
			}
			whole, ok := m.Whole(tx)
			if !ok {
				w.t.Errorf("%s cannot be read again", m.Subject)
			}
			all = append(all, whole)
		}
		return nil
	})
	slices.SortFunc(all, func(a, b post.Mail) int { return a.At.Compare(b.At) })
	return all
}

// tokenIn is the token of the link of a mail.
func tokenIn(t *testing.T, m post.Mail) string {
	t.Helper()
	if len(m.Links) != 1 {
		t.Fatalf("%+v", m)
	}
	_, token, _ := strings.Cut(m.Links[0].Path, "lien=")
	return token
}

func newcomer(uais ...string) directory.AdministratorForm {
	return directory.AdministratorForm{LastName: "Faure", FirstName: "Inès", Email: "ines.faure@exemple.example", Grant: directory.GrantForm{Role: access.LocalAdmin, UAIs: uais}}
}

// TestCreateAdministrator makes the account of a local administrator of two
// establishments: by the mailed link they choose a password, once, then see
// those two and nothing else.
func TestCreateAdministrator(t *testing.T) {
	c := newCast(t)
	c.carries(true)
	id, code, err := directory.CreateAdministrator(c.paul, newcomer(balzac, colette))
	if err != nil || code != nil {
		t.Fatal(code, err)
	}
	mails := c.mailed("ines.faure@exemple.example")
	if len(mails) != 1 || !mails[0].Secret || mails[0].Facts[0].Value != "ines.faure" || !strings.Contains(strings.Join(mails[0].Lines, " "), "Lycée Honoré de Balzac, Collège Colette") {
		t.Fatalf("%+v", mails)
	}
	token := tokenIn(t, mails[0])
	c.pass(48*time.Hour - time.Second)
	if _, err := directory.ChoosePassword(t.Context(), c.Gate, token, "", directory.PasswordForm{Password: "faure-et-le-tableau", Again: "faure-et-le-tableau"}); access.KindOf(err) != access.Invalid {
		t.Error("her name in her password:", err)
	}
	login, err := directory.ChoosePassword(t.Context(), c.Gate, token, "", directory.PasswordForm{Password: password, Again: password})
	if err != nil || login != "ines.faure" {
		t.Fatal(login, err)
	}
	_, err = directory.ChoosePassword(t.Context(), c.Gate, token, "", directory.PasswordForm{Password: password, Again: password})
	wants(t, "the link, again", err, access.Missing)
	ines := c.signIn("ines.faure")
	for uai, want := range map[string]bool{balzac: true, colette: true, savoie: false} {
		if _, err := directory.OverviewOf(ines, uai); (err == nil) != want {
			t.Errorf("%s: %v", uai, err)
		}
	}
	if ines.Account.ID != id || ines.Can(access.ManageAdministrators, placeOf(balzac)) {
		t.Errorf("%+v", ines)
	}
	e := c.events()
	i := slices.IndexFunc(e, func(e data.Event) bool { return e.Action == "administrator.enrol" })
	if i < 0 || e[i].Severity != data.Important || e[i].Subject != id || !slices.Contains(e[i].Where, placeOf(colette)) {
		t.Errorf("%+v", e[i])
	}
}

// TestCodeWhereMailCarriesNothing: without a mail server the code is shown once,
// and lets her choose a password.
func TestCodeWhereMailCarriesNothing(t *testing.T) {
	c := newCast(t)
	f := newcomer(balzac)
	f.Email = ""
	_, code, err := directory.CreateAdministrator(c.paul, f)
	if err != nil || code == nil || code.Login != "ines.faure" || code.Code == "" {
		t.Fatalf("%+v %v", code, err)
	}
	if n := len(c.mails()); n != 0 {
		t.Errorf("%d mails", n)
	}
	token, err := c.UseCode(t.Context(), "ines.faure", code.Code, "")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := directory.ChoosePassword(t.Context(), c.Gate, token, "", directory.PasswordForm{Password: password, Again: password}); err != nil {
		t.Fatal(err)
	}
	if !c.signIn("ines.faure").Can(access.ManageAccounts, placeOf(balzac)) {
		t.Error("she administers nothing")
	}
}

func TestWhatIsWrongInANewAdministrator(t *testing.T) {
	c := newCast(t)
	c.carries(true)
	c.put(aTeacher("PETIT", "Julien", balzac))
	c.indexed()
	for what, test := range map[string]struct {
		field  string
		change func(*directory.AdministratorForm)
	}{
		"no last name":     {"nom", func(f *directory.AdministratorForm) { f.LastName = " " }},
		"no first name":    {"prenom", func(f *directory.AdministratorForm) { f.FirstName = "" }},
		"no e-mail":        {"email", func(f *directory.AdministratorForm) { f.Email = "" }},
		"header injection": {"email", func(f *directory.AdministratorForm) { f.Email = "a@exemple.example\r\nBcc: b@exemple.example" }},
		"taken login":      {"login", func(f *directory.AdministratorForm) { f.Login = "claire.moreau" }},
		"super manager":    {"login", func(f *directory.AdministratorForm) { f.Login = "admin.ines.faure" }},
		"no role":          {"role", func(f *directory.AdministratorForm) { f.Grant.Role = "" }},
		"unknown role":     {"role", func(f *directory.AdministratorForm) { f.Grant.Role = "root" }},
		"no establishment": {"etablissements", func(f *directory.AdministratorForm) { f.Grant.UAIs = nil }},
		"no académie":      {"academie", func(f *directory.AdministratorForm) { f.Grant.Role = access.AcademySupport }},
		"past end":         {"fin", func(f *directory.AdministratorForm) { f.Grant.Until = "30/08/2026" }},
		"30 February":      {"fin", func(f *directory.AdministratorForm) { f.Grant.Until = "30/02/2027" }},
		"of the directory": {"autre", func(f *directory.AdministratorForm) { f.LastName, f.FirstName = "Petit", "julien" }},
		"an administrator": {"autre", func(f *directory.AdministratorForm) { f.LastName, f.FirstName = "admin", "marc.dubois" }},
		"too many at a time": {"etablissements", func(f *directory.AdministratorForm) {
			for i := range 201 {
				f.Grant.UAIs = append(f.Grant.UAIs, strings.Repeat("x", i))
			}
		}},
	} {
		f := newcomer(balzac)
		test.change(&f)
		_, _, err := directory.CreateAdministrator(c.marc, f)
		wantsField(t, what, err, test.field)
	}
	f := newcomer(balzac)
	f.LastName, f.FirstName, f.Another = "Petit", "Julien", true
	id, _, err := directory.CreateAdministrator(c.marc, f)
	if err != nil {
		t.Fatal(err)
	}
	if a := c.one("julien.petit2"); a.ID != id {
		t.Error("the login of a namesake:", a)
	}
	for what, f := range map[string]directory.AdministratorForm{"out of reach": newcomer(balzac, savoie), "unknown": newcomer("0750000X")} {
		_, _, err := directory.CreateAdministrator(c.paul, f)
		wants(t, what, err, access.Missing)
	}
	up := newcomer()
	up.Grant = directory.GrantForm{Role: access.AcademyAdvisor, Academy: "val-de-seine"}
	_, _, err = directory.CreateAdministrator(c.paul, up)
	wants(t, "above one's role", err, access.Forbidden)
	_, _, err = directory.CreateAdministrator(c.claire, newcomer(balzac))
	wants(t, "a local administrator", err, access.Missing)
	c.pass(5*time.Minute + time.Second)
	_, _, err = directory.CreateAdministrator(c.paul, newcomer(balzac))
	wantsField(t, "without a proof", err, access.ProofField)
	var logins []string
	c.see(func(tx *data.Tx) error {
		for a, err := range access.Administrators.All(tx, access.AdminProfile) {
			if err != nil {
				return err
			}
			logins = append(logins, a.Login)
		}
		return nil
	})
	if len(logins) != 4 || len(c.mails()) != 1 { // sophie, paul, marc, and the namesake
		t.Errorf("%q, %d mails: a refused form left something", logins, len(c.mails()))
	}
}

// TestSomebodyOfTheDirectoryGetsAGrant: with the account they have, and with an
// end, on which the right is over.
func TestSomebodyOfTheDirectoryGetsAGrant(t *testing.T) {
	c := newCast(t)
	lea := aTeacher("ROCHE", "Léa", balzac)
	lea.Email = directory.Both{Federated: "lea.roche@exemple.example"}
	lea = c.put(lea)
	c.activate(lea.ID)
	c.indexed()
	found, err := directory.Candidates(c.paul, "roche", 5)
	if err != nil || len(found.People) != 1 || found.People[0].ID != lea.ID {
		t.Fatalf("%+v %v", found, err)
	}
	if err := directory.GiveRoles(c.paul, lea.ID, directory.GrantForm{Role: access.LocalAdmin, UAIs: []string{balzac, colette}, Until: "2026-09-03"}); err != nil {
		t.Fatal(err)
	}
	if mails := c.mailed("lea.roche@exemple.example"); len(mails) != 1 || !strings.Contains(mails[0].Lines[1], "jusqu’au 03/09/2026") {
		t.Errorf("%+v", mails)
	}
	a, err := directory.AdministratorOf(c.paul, lea.ID)
	if err != nil || len(a.Grants) != 2 || a.At != placeOf(balzac) || a.Listed || !a.Grants[0].MayTake {
		t.Fatalf("%+v %v", a, err)
	}
	if e := c.events()[0]; e.Action != "administrator.give" || !slices.Contains(e.Where, placeOf(colette)) {
		t.Errorf("%+v", e)
	}
	if !c.signIn("lea.roche").Can(access.ManageAccounts, placeOf(colette)) {
		t.Error("she does not administer Colette")
	}
	wants(t, "the same", directory.GiveRoles(c.paul, lea.ID, directory.GrantForm{Role: access.LocalAdmin, UAIs: []string{colette}, Until: "03/09/2026"}), access.Stale)
	c.pass(time.Date(2026, 9, 4, 0, 0, 0, 0, time.Local).Sub(c.now()))
	if c.signIn("lea.roche").Administers() {
		t.Error("the right outlives its last day")
	}
	pupil := c.put(aPupil("MARTIN", "Lucas", "2010-03-14", "3B", "3e", balzac))
	for what, id := range map[string]string{"a pupil": pupil.ID, "nobody": "PZZ99999"} {
		err := directory.GiveRoles(c.paul, id, directory.GrantForm{Role: access.LocalAdmin, UAIs: []string{balzac}})
		wants(t, what, err, access.Missing)
	}
}

// TestOutOfReachGrantsAreNotShown: that there are others is, and nothing of them.
func TestOutOfReachGrantsAreNotShown(t *testing.T) {
	c := newCast(t)
	hugo := c.put(aTeacher("BLANC", "Hugo", savoie))
	c.grant(hugo.ID, access.LocalAdmin, placeOf(savoie))
	c.grant(hugo.ID, access.LocalAdmin, placeOf(colette))
	a, err := directory.AdministratorOf(c.paul, hugo.ID)
	if err != nil || len(a.Grants) != 1 || !a.Elsewhere || a.Login != "" || a.MayChange || a.At != "" {
		t.Fatalf("%+v %v", a, err)
	}
	if a, err = directory.AdministratorOf(c.marc, hugo.ID); err != nil || len(a.Grants) != 2 || a.Elsewhere || a.Login != "hugo.blanc" {
		t.Errorf("%+v %v", a, err)
	}
	_, err = directory.AdministratorOf(c.claire, hugo.ID)
	wants(t, "a local administrator", err, access.Missing)
	var foreign access.Grant
	c.see(func(tx *data.Tx) (err error) {
		foreign, err = access.LocalGrant(tx, hugo.ID, placeOf(savoie))
		return err
	})
	wants(t, "take what is out of reach", directory.TakeRole(c.paul, hugo.ID, foreign.ID, true), access.Missing)
	if err := directory.TakeRole(c.paul, hugo.ID, a.Grants[slices.IndexFunc(a.Grants, func(g directory.Granted) bool { return g.In == placeOf(colette) })].ID, true); err != nil {
		t.Error(err)
	}
	_, err = directory.AdministratorOf(c.paul, hugo.ID)
	wants(t, "once nothing of his is within reach", err, access.Missing)
}

// TestAdministratorsOverAdministrators tries each operation on the account of an
// administrator, by every role on every role.
func TestAdministratorsOverAdministrators(t *testing.T) {
	c := newCast(t)
	c.carries(true)
	c.administrator("nadia.benali", access.AcademySupport, "val-de-seine")
	who := map[string]*access.Session{"claire": c.claire, "nadia": c.signIn("nadia.benali"), "paul": c.paul, "marc": c.marc}
	operations := map[string]struct {
		protects bool
		do       func(s *access.Session, a access.Account) error
	}{
		"edit": {true, func(s *access.Session, a access.Account) error {
			r, err := directory.AdministratorOf(s, a.ID)
			if err != nil {
				return err
			}
			return directory.EditAdministrator(s, a.ID, directory.AccountForm{Stamp: r.Stamp, Name: a.Name, Login: a.Login + "x", Email: a.Email})
		}},
		"renew": {true, func(s *access.Session, a access.Account) error { return directory.RenewAdministrator(s, a.ID) }},
		"code": {true, func(s *access.Session, a access.Account) error {
			_, err := directory.HandOverAdministrator(s, a.ID)
			return err
		}},
		"factor": {true, func(s *access.Session, a access.Account) error { return directory.ResetFactor(s, a.ID) }},
		"suspend": {false, func(s *access.Session, a access.Account) error {
			return directory.SuspendAdministrator(s, a.ID, "essai")
		}},
	}
	const protects, changes, refused, nowhere = "protects", "changes", "refused", "nowhere"
	for target, table := range map[access.Role]map[string]string{
		access.LocalAdmin:     {"claire": nowhere, "nadia": protects, "paul": protects, "marc": protects},
		access.AcademySupport: {"claire": nowhere, "nadia": changes, "paul": protects, "marc": protects},
		access.AcademyAdvisor: {"claire": nowhere, "nadia": refused, "paul": changes, "marc": protects},
		access.Level2Support:  {"claire": nowhere, "nadia": nowhere, "paul": nowhere, "marc": protects},
	} {
		in := map[access.Role]data.Place{access.LocalAdmin: placeOf(balzac), access.Level2Support: ""}[target]
		if target == access.AcademySupport || target == access.AcademyAdvisor {
			in = "val-de-seine"
		}
		for by, may := range table {
			for name, op := range operations {
				login := strings.ReplaceAll(string(target), "_", "") + "." + by + "." + name
				c.administrator(login, target, in)
				a := c.one(login)
				a.Email = login + "@exemple.example"
				if err := c.system.Do(preparing, func(tx *data.Tx) (data.Row, error) {
					return a, errors.Join(access.Accounts.Put(tx, a), access.Factors.Put(tx, access.Factor{Account: a.ID, At: tx.Now}))
				}); err != nil {
					t.Fatal(err)
				}
				what, err := by+" on "+string(target)+": "+name, op.do(who[by], a)
				switch {
				case may == protects, may == changes && !op.protects:
					if err != nil {
						t.Errorf("%s: %v", what, err)
					}
				case may == nowhere:
					wants(t, what, err, access.Missing)
				default:
					wants(t, what, err, access.Forbidden)
				}
				if err == nil {
					continue
				}
				if now := c.one(login); !reflect.DeepEqual(now, a) {
					t.Errorf("%s: refused, and changed to %+v", what, now)
				}
			}
		}
	}
}

// TestAccountOfAnAdministrator: what is done to it is told, and stops what it must.
func TestAccountOfAnAdministrator(t *testing.T) {
	c := newCast(t)
	c.carries(true)
	ines := c.administrator("ines.faure", access.LocalAdmin, placeOf(balzac))
	id := ines.Account.ID
	edit := func(change func(*directory.AccountForm)) error {
		a, err := directory.AdministratorOf(c.paul, id)
		if err != nil {
			t.Fatal(err)
		}
		f := directory.AccountForm{Stamp: a.Stamp, Name: a.Name, Login: a.Login, Email: a.Email}
		change(&f)
		return directory.EditAdministrator(c.paul, id, f)
	}
	email := func(address string) func(*directory.AccountForm) {
		return func(f *directory.AccountForm) { f.Email = address }
	}
	wants(t, "mail without address", directory.RenewAdministrator(c.paul, id), access.Stale)
	for field, change := range map[string]func(*directory.AccountForm){
		"nom": func(f *directory.AccountForm) { f.Name = " " }, "email": email("ines@exemple"), "login": func(f *directory.AccountForm) { f.Login = "claire.moreau" },
	} {
		wantsField(t, field, edit(change), field)
	}
	wants(t, "outdated", edit(func(f *directory.AccountForm) { f.Stamp = "x" }), access.Stale)
	if err := errors.Join(edit(email("ines@exemple.example")), edit(email("ines.faure@exemple.example")), edit(func(f *directory.AccountForm) { f.Login = "i.faure" })); err != nil {
		t.Fatal(err)
	}
	former, present := c.mailed("ines@exemple.example"), c.mailed("ines.faure@exemple.example")
	if len(former) != 1 || len(present) != 1 || !strings.Contains(present[0].Lines[0], "i.faure") {
		t.Errorf("%+v %+v", former, present)
	}
	if e := c.events()[0]; e.Action != "administrator.edit" || e.Personal.Note != "login" || strings.Contains(strings.Join([]string{e.Personal.Note, e.Says}, " "), "@") {
		t.Errorf("%+v %+v", e, e.Personal)
	}

	session := c.enter("i.faure")
	c.pass(time.Second) // what is mailed next is later
	if err := directory.RenewAdministrator(c.paul, id); err != nil {
		t.Fatal(err)
	}
	c.out(session, "renewed")
	if _, err := c.SignIn(t.Context(), access.SignIn{Login: "i.faure", Password: password, From: "192.0.2.7"}); err == nil {
		t.Error("the former password opens")
	}
	mails := c.mailed("ines.faure@exemple.example")
	token := tokenIn(t, mails[len(mails)-1])
	if _, err := directory.ChoosePassword(t.Context(), c.Gate, token, "", directory.PasswordForm{Password: password, Again: password}); err != nil {
		t.Fatal(err)
	}

	session = c.enter("i.faure")
	if err := directory.SuspendAdministrator(c.paul, id, "congé"); err != nil {
		t.Fatal(err)
	}
	c.out(session, "suspended")
	wants(t, "suspended twice", directory.SuspendAdministrator(c.paul, id, ""), access.Stale)
	_, err := directory.HandOverAdministrator(c.paul, id)
	wants(t, "a code for a suspended one", err, access.Stale)
	if err := directory.ReactivateAdministrator(c.paul, id); err != nil {
		t.Fatal(err)
	}
	session = c.enter("i.faure")
	c.pass(time.Second)
	wants(t, "no factor", directory.ResetFactor(c.paul, id), access.Stale)
	if err := c.system.Upkeep(func(tx *data.Tx) error { return access.Factors.Put(tx, access.Factor{Account: id, At: tx.Now}) }); err != nil {
		t.Fatal(err)
	}
	if err := directory.ResetFactor(c.paul, id); err != nil {
		t.Fatal(err)
	}
	c.out(session, "factor reset")
	mails = c.mailed("ines.faure@exemple.example")
	if last := mails[len(mails)-1]; !strings.Contains(last.Subject, "second facteur") || last.Secret {
		t.Errorf("%+v", last)
	}
	if e := c.events()[0]; e.Action != "factor.reset" || e.Severity != data.Important || e.Subject != id {
		t.Errorf("%+v", e)
	}
	if a, err := directory.AdministratorOf(c.paul, id); err != nil || !a.Factor.Set.IsZero() {
		t.Errorf("%+v %v", a.Factor, err)
	}
	c.pass(5*time.Minute + time.Second)
	wantsField(t, "edit without a proof", edit(email("autre@exemple.example")), access.ProofField)
	_, err = directory.HandOverAdministrator(c.paul, id)
	wantsField(t, "a code without a proof", err, access.ProofField)
	if err := c.system.Upkeep(func(tx *data.Tx) error { return access.Factors.Put(tx, access.Factor{Account: id, At: tx.Now}) }); err != nil {
		t.Fatal(err)
	}
	wantsField(t, "a factor without a proof", directory.ResetFactor(c.paul, id), access.ProofField)
}

// enter signs somebody in and returns the token of the session.
func (w *world) enter(login string) string {
	w.t.Helper()
	signed, err := w.SignIn(w.t.Context(), access.SignIn{Login: login, Password: password, From: "192.0.2.7"})
	if err != nil || signed.Session == nil {
		w.t.Fatal(login, signed, err)
	}
	return signed.Token
}

// out checks that a session is over.
func (w *world) out(token, why string) {
	w.t.Helper()
	if _, err := w.Resume(token, "", false); access.KindOf(err) != access.Anonymous {
		w.t.Errorf("%s: the session goes on: %v", why, err)
	}
}

// TestOneself: what one does not do to one's own account here.
func TestOneself(t *testing.T) {
	c := newCast(t)
	c.carries(true)
	id := c.marc.Account.ID
	_, code := directory.HandOverAdministrator(c.marc, id)
	for what, err := range map[string]error{
		"suspend": directory.SuspendAdministrator(c.marc, id, ""), "renew": directory.RenewAdministrator(c.marc, id), "code": code, "factor": directory.ResetFactor(c.marc, id),
		"raise": directory.GiveRoles(c.marc, id, directory.GrantForm{Role: access.LocalAdmin, UAIs: []string{balzac}}),
	} {
		wants(t, what, err, access.Stale)
	}
	a, err := directory.AdministratorOf(c.marc, id)
	if err != nil || len(a.Grants) != 1 {
		t.Fatal(err)
	}
	wants(t, "the last assistant of level 2", directory.TakeRole(c.marc, id, a.Grants[0].ID, true), access.Stale)
	claire := c.user("claire.moreau")
	c.grant(claire.ID, access.Level2Support, "")
	if err := directory.SuspendAdministrator(c.signIn("claire.moreau"), id, ""); err != nil { // there are two
		t.Fatal(err)
	}
	wants(t, "the last one, of the directory", directory.Suspend(c.system, claire.ID, ""), access.Stale)
}

// TestListOfAdministrators: filters, order, pages, and what deserves a look.
func TestListOfAdministrators(t *testing.T) {
	c := newCast(t)
	julie := c.put(aTeacher("FAURE", "Julie", balzac))
	c.makeAdmin(julie.ID, balzac)
	gone := c.put(aTeacher("ZOLA", "Anne", balzac))
	c.makeAdmin(gone.ID, balzac)
	c.remove(gone)
	moved := c.put(aTeacher("BLANC", "Hugo", colette))
	c.makeAdmin(moved.ID, colette)
	moved = c.read(moved.ID)
	moved.Attachments = directory.Attachments{{At: placeOf(savoie), Main: true}}
	c.put(moved)
	c.administrator("lou.absent", access.LocalAdmin, placeOf(balzac))
	empty := c.administrator("eva.vide", access.LocalAdmin, placeOf(balzac))
	a, err := directory.AdministratorOf(c.paul, empty.Account.ID)
	if err != nil {
		t.Fatal(err)
	}
	if err := directory.TakeRole(c.paul, empty.Account.ID, a.Grants[0].ID, false); err != nil {
		t.Fatal(err)
	}
	c.pass(183 * 24 * time.Hour)
	c.paul, c.marc = c.signIn("paul.lefevre"), c.signIn("marc.dubois")
	c.signIn("claire.moreau")
	list := func(s *access.Session, f directory.AdministratorFilter) (names []string, l directory.AdministratorList) {
		t.Helper()
		l, err := directory.ListAdministrators(s, f, "", false, 50)
		if err != nil {
			t.Fatal(err)
		}
		for _, line := range l.Lines {
			names = append(names, line.Name)
		}
		for _, s := range l.Schools {
			names = append(names, s.Name)
		}
		return names, l
	}
	everybody := []string{"ADMIN eva.vide", "ADMIN lou.absent", "ADMIN paul.lefevre", "ADMIN sophie.girard", "BLANC Hugo", "FAURE Julie", "MOREAU Claire", "ZOLA Anne"}
	for what, test := range map[string]struct {
		s    *access.Session
		f    directory.AdministratorFilter
		want []string
	}{
		"all of the académie": {c.paul, directory.AdministratorFilter{}, everybody},
		"all":                 {c.marc, directory.AdministratorFilter{}, slices.Insert(slices.Clone(everybody), 2, "ADMIN marc.dubois")},
		"a local one":         {c.claire, directory.AdministratorFilter{}, nil},
		"name":                {c.paul, directory.AdministratorFilter{Text: "faure JULIE"}, []string{"FAURE Julie"}},
		"login":               {c.paul, directory.AdministratorFilter{Text: "claire.mor"}, []string{"MOREAU Claire"}},
		"role":                {c.paul, directory.AdministratorFilter{Role: access.AcademyAdvisor}, []string{"ADMIN paul.lefevre"}},
		"establishment":       {c.paul, directory.AdministratorFilter{School: "colette"}, []string{"ADMIN sophie.girard", "BLANC Hugo"}},
		"academy":             {c.marc, directory.AdministratorFilter{Academy: "mont-blanc"}, nil},
		"state":               {c.paul, directory.AdministratorFilter{State: directory.Deleted}, []string{"ZOLA Anne"}},
		"never chose":         {c.paul, directory.AdministratorFilter{State: directory.Inactive}, []string{"BLANC Hugo", "FAURE Julie"}},
		"left":                {c.paul, directory.AdministratorFilter{Check: directory.CheckLeft}, []string{"BLANC Hugo", "ZOLA Anne"}},
		"idle":                {c.paul, directory.AdministratorFilter{Check: directory.CheckIdle}, []string{"ADMIN lou.absent", "ADMIN sophie.girard", "FAURE Julie"}},
		"nothing left":        {c.paul, directory.AdministratorFilter{Check: directory.CheckNothing}, []string{"ADMIN eva.vide"}},
		"schools without one": {c.marc, directory.AdministratorFilter{Check: directory.CheckSchools}, []string{"Collège des Aiguilles"}},
		"within reach":        {c.paul, directory.AdministratorFilter{Check: directory.CheckSchools}, nil},
		"of another name":     {c.marc, directory.AdministratorFilter{Check: directory.CheckSchools, School: "colette"}, nil},
	} {
		if got, l := list(test.s, test.f); !slices.Equal(got, test.want) || l.Total != len(test.want) {
			t.Errorf("%s: %q of %d, want %q", what, got, l.Total, test.want)
		}
	}
	if _, l := list(c.paul, directory.AdministratorFilter{}); l.Left != 2 || l.Idle != 3 || l.Nothing != 1 || l.Unmanned != 0 {
		t.Errorf("%+v", l)
	}

	var pages []string
	at := ""
	for range 5 { // by three, to the end
		l, err := directory.ListAdministrators(c.paul, directory.AdministratorFilter{}, at, false, 3)
		if err != nil {
			t.Fatal(err)
		}
		for _, line := range l.Lines {
			pages = append(pages, line.Name)
		}
		if at != "" {
			back, err := directory.ListAdministrators(c.paul, directory.AdministratorFilter{}, l.Prev, true, 3)
			if err != nil || len(back.Lines) != 3 || back.Lines[2].Name != pages[len(pages)-len(l.Lines)-1] {
				t.Errorf("back: %+v %v", back.Lines, err)
			}
		}
		if at = l.Next; at == "" {
			break
		}
	}
	if !slices.Equal(pages, everybody) {
		t.Errorf("%q", pages)
	}
}

// TestWithdrawingWhoHasSeveralGrants: whoever has two grants is in the list of
// local administrators once, and leaves it whole.
func TestWithdrawingWhoHasSeveralGrants(t *testing.T) {
	c := newCast(t)
	julie := c.put(aTeacher("FAURE", "Julie", balzac, colette))
	c.makeAdmin(julie.ID, balzac)
	c.grant(julie.ID, access.LocalAdmin, placeOf(balzac))
	c.grant(julie.ID, access.LocalAdmin, placeOf(colette))
	o, err := directory.OverviewOf(c.claire, balzac)
	if err != nil || len(o.Admins) != 2 {
		t.Fatalf("%+v %v", o.Admins, err)
	}
	if err := directory.WithdrawLocalAdmin(c.claire, balzac, julie.ID, false); err != nil {
		t.Fatal(err)
	}
	if o, err = directory.OverviewOf(c.claire, balzac); err != nil || len(o.Admins) != 1 {
		t.Errorf("%+v %v", o.Admins, err)
	}
	if o, err = directory.OverviewOf(c.sophie, colette); err != nil || len(o.Admins) != 2 {
		t.Errorf("%+v %v", o.Admins, err)
	}
	c.pass(5*time.Minute + time.Second)
	wantsField(t, "without a proof", directory.WithdrawLocalAdmin(c.sophie, colette, julie.ID, true), access.ProofField)
}

// TestLoginOfAnAdministratorIsTold: to the address that the record has.
func TestLoginOfAnAdministratorIsTold(t *testing.T) {
	c := newCast(t)
	for admin, want := range map[bool]int{true: 1, false: 0} {
		u := aTeacher("ROCHE", map[bool]string{true: "Léa", false: "Luc"}[admin], balzac)
		u.Email = directory.Both{Federated: data.Fold(u.FirstName) + "@exemple.example"}
		u = c.put(u)
		if admin {
			c.grant(u.ID, access.LocalAdmin, placeOf(balzac))
		}
		c.edit(c.paul, balzac, u.ID, func(f *directory.UserForm) { f.Login = "nouveau." + data.Fold(u.FirstName) })
		if got := c.mailed(u.Email.Value()); len(got) != want {
			t.Errorf("administrator %t: %+v", admin, got)
		}
	}
}
