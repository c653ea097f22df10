package access_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"preau/app/access"
	"preau/app/post"
	"preau/data"
)

// granting is the widest action: what is refused is refused by the rule alone.
var granting = access.NewAction("test.grant", "Habilitation d’essai", access.GrantLocal, data.Info)

func give(s *access.Session, a access.Account, role access.Role, in data.Place, until time.Time) (g access.Grant, err error) {
	err = s.Do(granting, func(tx *data.Tx) (data.Row, error) {
		g, err = s.GiveRole(tx, a.ID, role, in, until)
		return a, err
	})
	return g, err
}

func take(s *access.Session, a access.Account, g access.Grant, confirmed bool) error {
	return s.Do(granting, func(tx *data.Tx) (data.Row, error) { return a, s.TakeRole(tx, g, confirmed) })
}

// held are the grants of an account.
func (w *world) held(a access.Account) (all []access.Grant) {
	w.t.Helper()
	if err := w.System("essai").See(func(tx *data.Tx) (err error) {
		all, _, err = access.GrantsOf(tx, a.ID, data.Everywhere)
		return err
	}); err != nil {
		w.t.Fatal(err)
	}
	return all
}

// wantsBeside checks that a form is refused beside a field.
func wantsBeside(t *testing.T, what string, err error, field string) {
	t.Helper()
	refusal, _ := errors.AsType[*access.Refusal](err)
	if refusal == nil || refusal.Fields[field] == "" {
		t.Errorf("%s: %v, want a sentence beside %q", what, err, field)
	}
}

// TestWhoMayGiveWhat tries every role in every place, as every role: given, then
// taken back, or neither.
func TestWhoMayGiveWhat(t *testing.T) {
	w := newWorld(t)
	const academy, abroad = data.Place("val-de-seine"), data.Place("mont-blanc")
	everywhere := []string{"local_admin@" + string(balzac), "local_admin@" + string(colette), "local_admin@" + string(elsewere), "academy_support@val-de-seine", "academy_support@mont-blanc",
		"academy_advisor@val-de-seine", "academy_advisor@mont-blanc", "level2_support@"}
	may := map[string][]string{
		"claire": everywhere[:1], "nadia": everywhere[:2], "paul": {everywhere[0], everywhere[1], everywhere[3]}, "marc": everywhere,
		"mixed": {everywhere[0], everywhere[1], everywhere[2]}, // support of Val-de-Seine, local administrator elsewhere
		"lucas": nil,
	}
	for who, grants := range map[string][]access.Grant{
		"claire": {{Role: access.LocalAdmin, In: balzac}}, "nadia": {{Role: access.AcademySupport, In: academy}}, "paul": {{Role: access.AcademyAdvisor, In: academy}},
		"marc": {{Role: access.Level2Support}}, "mixed": {{Role: access.AcademySupport, In: academy}, {Role: access.LocalAdmin, In: elsewere}}, "lucas": nil,
	} {
		giver := w.enrol("PGV-"+who, who, balzac)
		for _, g := range grants {
			w.grant(giver, g.Role, g.In)
		}
	}
	w.grant(w.enrol("PAA90000", "reserve", balzac), access.Level2Support, "") // so that nobody is the last one
	for who := range may {
		s := w.signIn(who).Session
		target := w.enrol("PTG-"+who, "cible."+who, balzac)
		for _, role := range access.Roles {
			for _, in := range []data.Place{"", academy, abroad, balzac, colette, elsewere} {
				what := string(role) + "@" + string(in)
				allowed := slices.Contains(may[who], what)
				if s.MayGive(role, in) != allowed {
					t.Errorf("%s, %s: MayGive is %t", who, what, !allowed)
				}
				g, err := give(s, target, role, in, time.Time{})
				switch {
				case allowed && (err != nil || len(w.held(target)) != 1):
					t.Errorf("%s gives %s: %v", who, what, err)
				case !allowed:
					wants(t, who+" gives "+what, err, access.Forbidden)
					g = w.grant(target, role, in)
				}
				err = take(s, target, g, true)
				if allowed && err != nil {
					t.Errorf("%s takes %s: %v", who, what, err)
				} else if !allowed {
					wants(t, who+" takes "+what, err, access.Forbidden)
				}
				if left := len(w.held(target)); (left == 0) != allowed {
					t.Errorf("%s, %s: %d grants left", who, what, left)
				}
				if !allowed {
					w.change(func(tx *data.Tx) error { return access.Withdraw(tx, g) }, target)
				}
			}
		}
	}
}

// TestNobodyRaisesOneself: not even in a place where one may give the role.
func TestNobodyRaisesOneself(t *testing.T) {
	w := newWorld(t)
	marc := w.enrol("PAA00001", "marc", "")
	w.grant(marc, access.Level2Support, "")
	s := w.signIn("marc").Session
	for _, role := range access.Roles {
		in := map[access.Role]data.Place{access.LocalAdmin: balzac, access.Level2Support: ""}[role]
		if role == access.AcademySupport || role == access.AcademyAdvisor {
			in = "val-de-seine"
		}
		_, err := give(s, marc, role, in, time.Time{})
		wants(t, string(role), err, access.Stale)
	}
	if len(w.held(marc)) != 1 {
		t.Error(w.held(marc))
	}
}

// TestLastAssistant: the last assistant of level 2 is neither taken, nor given an
// end, nor replaced by one who cannot stay or has never come.
func TestLastAssistant(t *testing.T) {
	w := newWorld(t)
	marc := w.enrol("PAA00001", "marc", "")
	g := w.grant(marc, access.Level2Support, "")
	s := w.signIn("marc").Session
	keeps := func() error {
		return s.See(func(tx *data.Tx) error { return access.KeepSupport(tx, marc.ID) })
	}
	refused := func(what string) {
		t.Helper()
		wants(t, what+": taken", take(s, marc, g, true), access.Stale)
		wants(t, what+": suspended", keeps(), access.Stale)
	}
	refused("alone")
	other := w.enrol("PAA00002", "autre", "")
	second := w.grant(other, access.Level2Support, "")
	second.Until = w.clock.now().Add(time.Hour)
	w.change(func(tx *data.Tx) error { return access.Grants.Put(tx, second) }, other)
	refused("with one who leaves")
	second.Until = time.Time{}
	other.Suspended = true
	w.change(func(tx *data.Tx) error {
		return errors.Join(access.Grants.Put(tx, second), access.Accounts.Put(tx, other))
	}, other)
	refused("with one who is suspended")
	other.Suspended, other.Hash = false, ""
	w.change(func(tx *data.Tx) error { return access.Accounts.Put(tx, other) }, other)
	refused("with one who has never come")
	other.Hash = marc.Hash
	w.change(func(tx *data.Tx) error { return access.Accounts.Put(tx, other) }, other)
	if err := keeps(); err != nil {
		t.Error("there are two:", err)
	}
	_, err := give(s, other, access.Level2Support, "", w.clock.now().Add(time.Hour)) // the other may have an end now
	if err != nil {
		t.Error(err)
	}
	wants(t, "the one without end", take(s, marc, g, true), access.Stale)
	wantsBeside(t, "an end that is past", func() error { _, err := give(s, other, access.Level2Support, "", w.clock.now()); return err }(), "fin")
	if _, err := give(s, other, access.Level2Support, "", time.Time{}); err != nil {
		t.Error(err)
	}
	wantsBeside(t, "oneself, unconfirmed", take(s, marc, g, false), "confirmer")
	if err := take(s, marc, g, true); err != nil {
		t.Error(err)
	}
	s = w.signIn("autre").Session
	_, err = give(s, marc, access.Level2Support, "", w.clock.now().Add(time.Hour))
	if err != nil {
		t.Fatal(err)
	}
	wants(t, "the last one, once more", take(s, other, second, true), access.Stale)
}

// TestGivenAgain: the same role takes the new end, and is held once.
func TestGivenAgain(t *testing.T) {
	w := newWorld(t)
	w.grant(w.enrol("PAA00001", "paul", balzac), access.AcademyAdvisor, "val-de-seine")
	s, julie := w.signIn("paul").Session, w.enrol("PAA00002", "julie", balzac)
	end := w.clock.now().Add(24 * time.Hour)
	for _, until := range []time.Time{end, end.Add(time.Hour), {}} {
		if _, err := give(s, julie, access.LocalAdmin, balzac, until); err != nil {
			t.Fatal(err)
		}
		held := w.held(julie)
		if len(held) != 1 || !held[0].Until.Equal(until) || held[0].By != "PAA00001" {
			t.Errorf("%+v", held)
		}
		if _, err := give(s, julie, access.LocalAdmin, balzac, until); !access.Already(err) {
			t.Error("given twice:", err)
		}
	}
}

// TestTakingTakesAll: every grant of the same right goes, and the sessions.
func TestTakingTakesAll(t *testing.T) {
	w := newWorld(t)
	w.grant(w.enrol("PAA00001", "paul", balzac), access.AcademyAdvisor, "val-de-seine")
	julie := w.enrol("PAA00002", "julie", balzac)
	g := w.grant(julie, access.LocalAdmin, balzac)
	w.grant(julie, access.LocalAdmin, balzac)
	kept := w.grant(julie, access.LocalAdmin, colette)
	token := w.signIn("julie").Token
	s := w.signIn("paul").Session
	wantsBeside(t, "the last one", take(s, julie, g, false), "confirmer")
	if _, err := w.Resume(token, "", false); err != nil {
		t.Error("refused, and signed out:", err)
	}
	if err := take(s, julie, g, true); err != nil {
		t.Fatal(err)
	}
	if held := w.held(julie); len(held) != 1 || held[0].ID != kept.ID {
		t.Errorf("%+v", held)
	}
	if _, err := w.Resume(token, "", false); access.KindOf(err) != access.Anonymous {
		t.Error("the session goes on:", err)
	}
}

// TestLastAdministratorIsOneWhoCanSignIn: others who are suspended do not count.
func TestLastAdministratorIsOneWhoCanSignIn(t *testing.T) {
	w := newWorld(t)
	w.grant(w.enrol("PAA00001", "paul", balzac), access.AcademyAdvisor, "val-de-seine")
	julie, hugo := w.enrol("PAA00002", "julie", balzac), w.enrol("PAA00003", "hugo", balzac)
	g := w.grant(julie, access.LocalAdmin, balzac)
	w.grant(hugo, access.LocalAdmin, balzac)
	hugo.Suspended = true
	w.change(func(tx *data.Tx) error { return access.Accounts.Put(tx, hugo) }, hugo)
	s := w.signIn("paul").Session
	wantsBeside(t, "beside a suspended one", take(s, julie, g, false), "confirmer")
	hugo.Suspended = false
	w.change(func(tx *data.Tx) error { return access.Accounts.Put(tx, hugo) }, hugo)
	if err := take(s, julie, g, false); err != nil {
		t.Error(err)
	}
}

// TestGrantsTakeAProof: five minutes after the password, to the second.
func TestGrantsTakeAProof(t *testing.T) {
	w := newWorld(t)
	w.grant(w.enrol("PAA00001", "paul", balzac), access.AcademyAdvisor, "val-de-seine")
	julie := w.enrol("PAA00002", "julie", balzac)
	g := w.grant(julie, access.LocalAdmin, balzac)
	s := w.signIn("paul").Session
	w.clock.pass(5*time.Minute + time.Second)
	_, err := give(s, julie, access.LocalAdmin, colette, time.Time{})
	wantsBeside(t, "give", err, access.ProofField)
	wantsBeside(t, "take", take(s, julie, g, true), access.ProofField)
	if _, err := s.Prove(t.Context(), password); err != nil {
		t.Fatal(err)
	}
	w.clock.pass(5 * time.Minute)
	if _, err := give(s, julie, access.LocalAdmin, colette, time.Time{}); err != nil {
		t.Error(err)
	}
	if err := take(s, julie, g, true); err != nil {
		t.Error(err)
	}
}

// TestWayBackIn: the login of an administrator renews the password and drops the
// second factor, whatever else let somebody in, and the journal tells it.
func TestWayBackIn(t *testing.T) {
	w := newWorld(t)
	s := w.System("Ligne de commande")
	n := access.NewAdministrator{Login: "marc.dubois", LastName: "DUBOIS", FirstName: "Marc", Email: "marc.dubois@exemple.example", Role: access.Level2Support, Password: password}
	for says, bad := range map[string]string{"d’au moins 12": "court", "dubois": "monsieur dubois ici", "premiers que l’on essaie": "qazwsxedcrfv"} {
		n.Password = bad
		err := access.Create(t.Context(), s, n)
		wantsBeside(t, bad, err, "mot-de-passe")
		if refusal, _ := errors.AsType[*access.Refusal](err); refusal != nil && !strings.Contains(refusal.Fields["mot-de-passe"], says) {
			t.Errorf("%q: %v", bad, refusal.Fields)
		}
	}
	n.Password = password
	bad := n
	bad.Email = "marc@exemple"
	wantsBeside(t, "e-mail", access.Create(t.Context(), s, bad), "email")
	if err := access.Create(t.Context(), s, n); err != nil {
		t.Fatal(err)
	}
	var marc access.Account
	var link string
	w.change(func(tx *data.Tx) (err error) {
		if marc, err = access.AccountsByLogin.Get(tx, n.Login); err != nil {
			return err
		}
		link, err = access.MailPass(tx, access.Pass{Account: marc.ID, Use: access.ChooseAgain})
		return errors.Join(err, access.Factors.Put(tx, access.Factor{Account: marc.ID, At: tx.Now}))
	}, access.Policy{})
	if marc.Email != n.Email {
		t.Error(marc.Email)
	}
	if signed, err := w.try(n.Login, password, ""); err != nil || signed.Next != access.GiveFactor {
		t.Fatalf("%+v %v", signed, err)
	}
	n.Password = "une autre phrase assez longue"
	if err := access.Create(t.Context(), s, n); err != nil {
		t.Fatal(err)
	}
	if signed, err := w.try(n.Login, n.Password, ""); err != nil || signed.Session == nil {
		t.Errorf("%+v %v", signed, err)
	}
	if _, _, err := w.Holder(link, "", access.ChooseAgain); access.KindOf(err) != access.Missing {
		t.Error("a former link is good:", err)
	}
	if err := s.See(func(tx *data.Tx) error {
		events, err := data.EventsAbout(tx, access.Accounts.Name(), marc.ID, 2)
		if len(events) != 2 || events[1].Action != "administrator.recover" || events[1].Severity != data.Important || events[1].Personal.By != "Ligne de commande" {
			t.Errorf("%+v", events)
		}
		n := 0
		for m := range post.MailsByTo.All(tx, marc.Email) {
			if n++; m.Subject != "Votre mot de passe a été changé" {
				t.Error(m.Subject)
			}
		}
		if n != 1 {
			t.Errorf("%d mails", n)
		}
		return err
	}); err != nil {
		t.Error(err)
	}
}
