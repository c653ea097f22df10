package access_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"preau/app/access"
	"preau/data"
)

// TestMixedGrants gives one person two roles in two places: each capability
// holds where its own role does, and nowhere else.
func TestMixedGrants(t *testing.T) {
	w := newWorld(t)
	a := w.enrol("PAA00001", "nadia.benali", "")
	w.grant(a, access.AcademySupport, "val-de-seine")
	w.grant(a, access.LocalAdmin, elsewere)
	s := w.signIn("nadia.benali").Session
	for _, tt := range []struct {
		can  access.Capability
		at   data.Place
		want bool
	}{
		{access.Administer, balzac, true},
		{access.Administer, elsewere, true},
		{access.EditMarker, balzac, true},
		{access.EditMarker, elsewere, false},
		{access.CreateEstablishments, "val-de-seine", true},
		{access.CreateEstablishments, "mont-blanc", false},
		{access.Administer, "mont-blanc/0749002Y", false},
		{access.RunAppliance, balzac, false},
		{access.Administer, "", false},
	} {
		if got := s.Can(tt.can, tt.at); got != tt.want {
			t.Errorf("%s at %q: %v", tt.can, tt.at, got)
		}
	}
	if s.Highest() != access.AcademySupport {
		t.Error(s.Highest())
	}
}

// TestForbiddenOrMissing tries to change, with each role, a row that one sees,
// one that one does not see, and one's own.
func TestForbiddenOrMissing(t *testing.T) {
	w := newWorld(t)
	local := w.enrol("PAA00001", "claire.moreau", balzac)
	w.grant(local, access.LocalAdmin, balzac)
	here, there := w.enrol("PAA00002", "ici", balzac), w.enrol("PAA00003", "la.bas", colette)
	s := w.signIn("claire.moreau").Session
	higher := access.NewAction("test.higher", "Essai", access.EditMarker, data.Info)
	lower := access.NewAction("test.lower", "Essai", access.ManageAccounts, data.Info)
	edit := func(act access.Action, id string) error {
		return s.Do(act, func(tx *data.Tx) (data.Row, error) {
			a, err := access.Accounts.Get(tx, id)
			if err != nil {
				return nil, err
			}
			a.Name += " bis"
			return a, access.Accounts.Put(tx, a)
		})
	}
	if err := edit(lower, here.ID); err != nil {
		t.Error(err)
	}
	wants(t, "above the role", edit(higher, here.ID), access.Forbidden)
	wants(t, "out of reach", edit(lower, there.ID), access.Missing)
	wants(t, "out of reach and above the role", edit(higher, there.ID), access.Missing)
}

// TestExpiredGrant lets a grant run out while a session is open.
func TestExpiredGrant(t *testing.T) {
	w := newWorld(t)
	a := w.enrol("PAA00001", "claire.moreau", balzac)
	g := w.grant(a, access.LocalAdmin, balzac)
	g.Until = w.clock.now().Add(10 * time.Minute)
	w.change(func(tx *data.Tx) error { return access.Grants.Put(tx, g) }, a)
	token := w.signIn("claire.moreau").Token
	w.clock.pass(9 * time.Minute)
	if s, err := w.Resume(token, "", true); err != nil || !s.Administers() {
		t.Error("ended early", err)
	}
	w.clock.pass(2 * time.Minute)
	if s, err := w.Resume(token, "", true); err != nil || s.Administers() || s.Can(access.Administer, balzac) {
		t.Error("outlived its date", err)
	}
}

func TestWithdraw(t *testing.T) {
	w := newWorld(t)
	a := w.enrol("PAA00001", "claire.moreau", balzac)
	g := w.grant(a, access.LocalAdmin, balzac)
	token := w.signIn("claire.moreau").Token
	w.change(func(tx *data.Tx) error { return access.Withdraw(tx, g) }, a)
	if _, err := w.Resume(token, "", true); access.KindOf(err) != access.Anonymous {
		t.Error("rights withdrawn, session alive:", err)
	}
}

// TestCreate makes an administrator from the command line, then gives them a
// way back in.
func TestCreate(t *testing.T) {
	w := newWorld(t)
	s := w.System("Ligne de commande")
	n := access.NewAdministrator{Login: "marc.dubois", LastName: "DUBOIS", FirstName: "Marc", Role: access.Level2Support, Password: "court"}
	wants(t, "short password", access.Create(t.Context(), s, n), access.Invalid)
	n.Password = password
	if err := access.Create(t.Context(), s, n); err != nil {
		t.Fatal(err)
	}
	token := w.signIn("marc.dubois").Token
	n.Password = "une autre phrase assez longue"
	if err := access.Create(t.Context(), s, n); err != nil {
		t.Fatal(err)
	}
	if _, err := w.Resume(token, "", true); err == nil {
		t.Error("the former session lives on")
	}
	if _, err := w.try("marc.dubois", password, ""); err == nil {
		t.Error("the former password opens")
	}
	w.enrol("PAA00009", "lucas.martin", balzac)
	n.Login = "lucas.martin"
	wants(t, "a login of the directory", access.Create(t.Context(), s, n), access.Invalid)
}

func TestUIDs(t *testing.T) {
	w := newWorld(t)
	seen := map[string]bool{}
	w.change(func(tx *data.Tx) error {
		for range 20_000 {
			id, err := access.NewUID(tx)
			if err != nil || seen[id] || len(id) != 8 {
				return errors.Join(err, fmt.Errorf("%q again", id))
			}
			seen[id] = true
		}
		return nil
	}, w.enrol("PZZ99999", "x", balzac))
}

// TestRoles prints the table of capabilities by role, and holds it to what the
// product says of the four roles.
func TestRoles(t *testing.T) {
	all := []access.Capability{access.Administer, access.ManageAccounts, access.EditEstablishment, access.GrantLocal, access.ImportOwn,
		access.EditMarker, access.CreateEstablishments, access.ManageAdministrators, access.RunAppliance}
	want := map[access.Role]int{access.LocalAdmin: 5, access.AcademySupport: 8, access.AcademyAdvisor: 8, access.Level2Support: 9}
	for role, n := range want {
		for i, c := range all {
			if role.Can(c) != (i < n) {
				t.Errorf("%s and %s: %v", role, c, role.Can(c))
			}
		}
	}
}

// TestSchema checks that every field of a logged table says how the journal
// names it.
func TestSchema(t *testing.T) {
	for _, problem := range data.Unlabelled(access.Tables) {
		t.Error(problem)
	}
}
