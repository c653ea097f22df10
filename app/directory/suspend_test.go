package directory_test

import (
	"reflect"
	"testing"
	"time"

	"preau/app/access"
	"preau/app/directory"
	"preau/data"
)

// account reads what somebody signs in with.
func (w *world) account(id string) (a access.Account) {
	w.t.Helper()
	w.see(func(tx *data.Tx) (err error) { a, err = access.Accounts.Get(tx, id); return err })
	return a
}

func TestSuspendThenReactivate(t *testing.T) {
	c := newCast(t)
	u := aPupil("MARTIN", "Lucas", "2010-03-14", "3A", "3e", balzac)
	u.Email = directory.Both{Federated: "lucas@exemple.example", Mine: "l@exemple.example", Edited: true}
	lucas := c.put(u)
	c.activate(lucas.ID)
	lucas, account := c.read(lucas.ID), c.account(lucas.ID)
	enter := access.SignIn{Login: "lucas.martin", Password: password, From: "192.0.2.7"}
	signed, err := c.SignIn(t.Context(), enter)
	if err != nil {
		t.Fatal(err)
	}
	c.pass(time.Minute)
	if err := directory.Suspend(c.claire, lucas.ID, "Mot de passe communiqué"); err != nil {
		t.Fatal(err)
	}
	if got := c.read(lucas.ID); got.State() != directory.Suspended || !got.SuspendedAt.Equal(c.now()) || got.Reason != "Mot de passe communiqué" {
		t.Errorf("%+v", got)
	}
	if _, err := c.Resume(signed.Token, "192.0.2.7", false); access.KindOf(err) != access.Anonymous {
		t.Errorf("the open session goes on: %v", err)
	}
	_, err = c.SignIn(t.Context(), enter)
	wants(t, "sign-in", err, access.Invalid)
	wants(t, "twice", directory.Suspend(c.claire, lucas.ID, ""), access.Stale)
	// A suspended account is edited all the same.
	c.edit(c.claire, balzac, lucas.ID, func(f *directory.UserForm) { f.Mobile = "0612345678" })
	c.edit(c.claire, balzac, lucas.ID, func(f *directory.UserForm) { f.Mobile = "" })
	c.pass(time.Minute)
	if err := directory.Reactivate(c.claire, lucas.ID); err != nil {
		t.Fatal(err)
	}
	if _, err := c.Resume(signed.Token, "192.0.2.7", false); access.KindOf(err) != access.Anonymous {
		t.Errorf("the former session came back: %v", err)
	}
	got := c.read(lucas.ID)
	got.Version = lucas.Version
	if !reflect.DeepEqual(got, lucas) || !reflect.DeepEqual(c.account(lucas.ID), account) {
		t.Errorf("not identical:\n%+v\n%+v", got, lucas)
	}
	wants(t, "twice", directory.Reactivate(c.claire, lucas.ID), access.Stale)
	c.pass(time.Minute)
	c.signIn("lucas.martin")
	for i, want := range []string{"user.reactivate", "user.edit", "user.edit", "user.suspend"} {
		if events, err := directory.History(c.claire, balzac, lucas.ID, 10); err != nil || history(events)[i] != want {
			t.Errorf("%q %v", history(events), err)
		}
	}
}

// history are the changes of a record, newest first.
func history(events []directory.Event) (actions []string) {
	for _, e := range events {
		if e.Table == directory.Users.Name() {
			actions = append(actions, e.Action)
		}
	}
	return actions
}

func TestWhoSuspendsWhom(t *testing.T) {
	c := newCast(t)
	claire := c.user("claire.moreau")
	julie := c.put(aTeacher("FAURE", "Julie", balzac))
	c.makeAdmin(julie.ID, balzac)
	hugo := c.put(aTeacher("BLANC", "Hugo", balzac))
	c.grant(hugo.ID, access.AcademySupport, "val-de-seine")
	wants(t, "oneself", directory.Suspend(c.claire, claire.ID, ""), access.Stale)
	wants(t, "a higher role", directory.Suspend(c.claire, hugo.ID, ""), access.Forbidden)
	wants(t, "another establishment", directory.Suspend(c.sophie, julie.ID, ""), access.Missing)
	wants(t, "nobody", directory.Suspend(c.claire, "PZZ99999", ""), access.Missing)
	for who, err := range map[string]error{"one's equal": directory.Suspend(c.claire, julie.ID, ""), "a lower role": directory.Suspend(c.paul, hugo.ID, "")} {
		if err != nil {
			t.Errorf("%s: %v", who, err)
		}
	}
	wants(t, "reactivating a higher role", directory.Reactivate(c.claire, hugo.ID), access.Forbidden)
	wants(t, "reactivating out of reach", directory.Reactivate(c.sophie, julie.ID), access.Missing)
}

// An account that was never active comes back inactive.
func TestSuspendedBeforeActivation(t *testing.T) {
	c := newCast(t)
	u := c.put(aTeacher("FAURE", "Julie", balzac))
	if err := directory.Suspend(c.claire, u.ID, ""); err != nil {
		t.Fatal(err)
	}
	if err := directory.Reactivate(c.claire, u.ID); err != nil || c.read(u.ID).State() != directory.Inactive {
		t.Error(err, c.read(u.ID).State())
	}
}
