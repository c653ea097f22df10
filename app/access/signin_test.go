package access_test

import (
	"strings"
	"sync"
	"testing"
	"time"

	"preau/app/access"
	"preau/data"
)

func TestSignIn(t *testing.T) {
	w := newWorld(t)
	claire := w.enrol("PAA00001", "claire.moreau", balzac)
	for _, tt := range []struct{ login, password, says string }{
		{"claire.moreau", "craie", "n’est pas reconnu"},
		{"personne", password, "n’est pas reconnu"},
		{"", "", "n’est pas reconnu"},
		{"admin.claire.moreau", password, "n’est pas reconnu"}, // she administers nothing
		{strings.Repeat("a", 2000), password, "n’est pas reconnu"},
		{"claire.moreau", strings.Repeat("é", 20000), "n’est pas reconnu"},
	} {
		_, err := w.try(tt.login, tt.password, "")
		wants(t, tt.login, err, access.Invalid)
		if err != nil && !strings.Contains(err.Error(), tt.says) {
			t.Errorf("%.20s: %v", tt.login, err)
		}
	}
	signed := w.signIn(" Claire.Moreau ")
	if s := signed.Session; s.Account.ID != claire.ID || len(signed.Token) != 43 || s.CSRF == "" || s.Administers() {
		t.Errorf("session %+v", s)
	}
	if _, err := w.Resume(signed.Token+"x", "", true); access.KindOf(err) != access.Anonymous {
		t.Error("a forged token opens a session:", err)
	}
}

// TestStoredToken checks that the store holds a hash of the token, not the token.
func TestStoredToken(t *testing.T) {
	w := newWorld(t)
	w.enrol("PAA00001", "claire.moreau", balzac)
	signed := w.signIn("claire.moreau")
	all, err := signed.Session.Sessions()
	if err != nil || len(all) != 1 || all[0].Hash == signed.Token || len(all[0].Hash) != 64 {
		t.Error(all, err)
	}
}

func TestSuspendedSignIn(t *testing.T) {
	w := newWorld(t)
	a := w.enrol("PAA00001", "lucas.martin", balzac)
	open := w.signIn("lucas.martin")
	a.Suspended = true
	w.change(func(tx *data.Tx) error { return access.Accounts.Put(tx, a) }, a)
	if _, err := w.Resume(open.Token, "", true); access.KindOf(err) != access.Anonymous {
		t.Error("a suspended person's session lives on:", err)
	}
	_, err := w.try("lucas.martin", "faux", "")
	if err == nil || strings.Contains(err.Error(), access.NoAccess) {
		t.Error("the suspension shows without the right password:", err)
	}
	_, err = w.try("lucas.martin", password, "")
	if err == nil || err.Error() != access.NoAccess {
		t.Error(err)
	}
}

// TestLimits checks idle and absolute ends to the second: 30 min and 8 h for an
// administrator, 2 h without a visit for the others.
func TestLimits(t *testing.T) {
	w := newWorld(t)
	w.grant(w.enrol("PAA00001", "claire.moreau", balzac), access.LocalAdmin, balzac)
	w.enrol("PAA00002", "lucas.martin", balzac)
	for login, idle := range map[string]time.Duration{"claire.moreau": access.IdleAdmin, "lucas.martin": access.IdleOthers} {
		token := w.signIn(login).Token
		alive := func(visit bool) bool {
			_, err := w.Resume(token, "", visit)
			return err == nil
		}
		w.clock.pass(idle - time.Second)
		if !alive(false) {
			t.Error(login, "ended early")
		}
		w.clock.pass(time.Second)
		if alive(false) {
			t.Error(login, "outlived its idle time: a poll extended it?")
		}
		token = w.signIn(login).Token
		for range int(access.Absolute/(idle-time.Minute)) + 1 {
			w.clock.pass(idle - time.Minute)
			if err := w.Flush(); err != nil {
				t.Fatal(err)
			}
			if !alive(true) {
				break
			}
		}
		if alive(true) {
			t.Error(login, "outlived eight hours")
		}
	}
}

// TestFreshToken checks that each sign-in has a token of its own, and that
// signing out ends that one only.
func TestFreshToken(t *testing.T) {
	w := newWorld(t)
	w.enrol("PAA00001", "claire.moreau", balzac)
	one, two := w.signIn("claire.moreau"), w.signIn("claire.moreau")
	if one.Token == two.Token {
		t.Fatal("the same token twice")
	}
	if err := one.Session.SignOut(); err != nil {
		t.Fatal(err)
	}
	if _, err := w.Resume(one.Token, "", true); access.KindOf(err) != access.Anonymous {
		t.Error("signed out, and in:", err)
	}
	if _, err := w.Resume(two.Token, "", true); err != nil {
		t.Error(err)
	}
	w.change(func(tx *data.Tx) error { return access.EndSessions(tx, "PAA00001") }, two.Session.Account)
	if _, err := w.Resume(two.Token, "", true); access.KindOf(err) != access.Anonymous {
		t.Error("ended, and alive:", err)
	}
}

// TestThrottle guesses on one account: 25 tries at full speed, then stated
// waits, for unknown devices only; the known device gets in at once.
func TestThrottle(t *testing.T) {
	w := newWorld(t)
	w.enrol("PAA00001", "claire.moreau", balzac)
	known := w.signIn("claire.moreau").Device
	var verified, waited int
	var mu sync.Mutex
	var wg sync.WaitGroup
	for range 40 {
		wg.Go(func() {
			_, err := w.try("claire.moreau", "faux", "")
			mu.Lock()
			defer mu.Unlock()
			switch access.KindOf(err) {
			case access.Invalid:
				verified++
			case access.Throttled:
				waited++
			default:
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if verified != 25 || waited != 15 {
		t.Errorf("%d guesses verified, %d made to wait", verified, waited)
	}
	if _, err := w.try("claire.moreau", password, ""); access.KindOf(err) != access.Throttled {
		t.Error("the right password from an unknown device did not wait:", err)
	}
	if _, err := w.try("claire.moreau", password, known); err != nil {
		t.Error("the known device was locked out:", err)
	}
	w.clock.pass(15 * time.Minute)
	if _, err := w.try("claire.moreau", password, ""); err != nil {
		t.Error("locked out for good:", err)
	}
}

// TestSpray tries one password on many accounts from one address.
func TestSpray(t *testing.T) {
	w := newWorld(t)
	admin := w.enrol("PAA00001", "marc.dubois", "")
	w.grant(admin, access.Level2Support, "")
	slowed := 0
	for i := range 60 {
		_, err := w.try("eleve."+strings.Repeat("x", i+1), "soleil", "")
		if access.KindOf(err) == access.Throttled {
			slowed++
		}
	}
	if slowed != 10 {
		t.Errorf("%d of 60 tries slowed, want 10: after 50 accounts", slowed)
	}
	told := 0
	err := w.System("essai").See(func(tx *data.Tx) error {
		events, err := data.Events(tx, "", 0, 100)
		for _, e := range events {
			if e.Severity == data.Important && e.Action == "session.spray" {
				told++
			}
		}
		return err
	})
	if err != nil || told != 1 {
		t.Errorf("told %d times, %v", told, err)
	}
}

// TestSprayBehindOneAccount: signing in to an account of one's own after each
// try hides nothing, while many people who sign in from one school are not
// slowed by some who fail.
func TestSprayBehindOneAccount(t *testing.T) {
	w := newWorld(t)
	w.enrol("PAA00001", "lucas.martin", balzac)
	slowed, device := 0, ""
	for i := range 70 {
		if _, err := w.try("eleve."+strings.Repeat("x", i+1), "soleil", ""); access.KindOf(err) == access.Throttled {
			slowed++
			continue
		}
		signed, err := w.try("lucas.martin", password, device)
		if err != nil && access.KindOf(err) != access.Throttled {
			t.Fatal(err)
		}
		if signed != nil {
			device = signed.Device
		}
	}
	if slowed < 15 {
		t.Errorf("%d of 70 tries slowed", slowed)
	}
}

// TestVisitsWhileFlushing: a visit that is being written counts already.
func TestVisitsWhileFlushing(t *testing.T) {
	w := newWorld(t)
	w.enrol("PAA00001", "lucas.martin", balzac)
	signed := w.signIn("lucas.martin")
	for range 6 {
		w.clock.pass(access.IdleOthers - time.Minute)
		if _, err := w.Resume(signed.Token, "", true); err != nil {
			if w.clock.now().Sub(signed.Session.Expires) > 0 && access.KindOf(err) == access.Anonymous {
				break // the absolute limit
			}
			t.Fatal(err)
		}
		var wg sync.WaitGroup
		wg.Go(func() {
			if err := w.Flush(); err != nil {
				t.Error(err)
			}
		})
		if _, err := w.Resume(signed.Token, "", false); err != nil {
			t.Error("while it is written:", err)
		}
		wg.Wait()
	}
}

// TestSuspendedWhileVerifying: whichever of a suspension and a sign-in comes
// first, no session is left that a reactivation would open again.
func TestSuspendedWhileVerifying(t *testing.T) {
	w := newWorld(t)
	a := w.enrol("PAA00001", "lucas.martin", balzac)
	for i := range 6 {
		var signed *access.Signed
		var wg sync.WaitGroup
		wg.Go(func() { signed, _ = w.try("lucas.martin", password, "") })
		time.Sleep(time.Duration(i*8) * time.Millisecond) // somewhere in the verification
		closed := a
		closed.Suspended = true
		w.change(func(tx *data.Tx) error {
			if err := access.Accounts.Put(tx, closed); err != nil {
				return err
			}
			return access.EndSessions(tx, a.ID)
		}, closed)
		wg.Wait()
		w.change(func(tx *data.Tx) error { return access.Accounts.Put(tx, a) }, a)
		if signed == nil || signed.Session == nil {
			continue
		}
		if _, err := w.Resume(signed.Token, "", false); access.KindOf(err) != access.Anonymous {
			t.Errorf("a session outlived the suspension: %v", err)
		}
	}
	left := 0
	if err := w.System("essai").See(func(tx *data.Tx) (err error) {
		left, err = access.OpenSessions(tx, a.ID)
		return err
	}); err != nil || left != 0 {
		t.Errorf("%d sessions are left, %v", left, err)
	}
}
