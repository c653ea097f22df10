package access_test

import (
	"crypto/rand"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"preau/app/access"
	"preau/data"
)

// keeps gives an account a records password.
func (w *world) keeps(a access.Account) (digits string) {
	w.t.Helper()
	digits, hash, err := w.NewRecordsPassword(w.t.Context())
	if err != nil {
		w.t.Fatal(err)
	}
	w.change(func(tx *data.Tx) error { return access.SetRecords(tx, a.ID, hash) }, a)
	return digits
}

// wrongly are six other digits.
func wrongly(digits string) string {
	return strings.Map(func(r rune) rune { return '0' + ('9'-r+1)%10 }, digits)
}

// again is the session of a token, as the next request reads it.
func (w *world) again(signed *access.Signed) *access.Session {
	w.t.Helper()
	s, err := w.Resume(signed.Token, "192.0.2.7", true)
	if err != nil {
		w.t.Fatal(err)
	}
	return s
}

// state is where a records password stands.
func (w *world) state(a access.Account) (r access.RecordsSecret) {
	w.t.Helper()
	if err := w.System("essai").See(func(tx *data.Tx) (err error) { r, _, err = access.RecordsOf(tx, a.ID); return err }); err != nil {
		w.t.Fatal(err)
	}
	return r
}

// TestRecordsPassword: it opens one session, a right one clears the errors, and
// what is not six digits is no error.
func TestRecordsPassword(t *testing.T) {
	w := newWorld(t)
	a := w.enrol("PAA00001", "julien.petit", balzac)
	here, there := w.signIn("julien.petit"), w.signIn("julien.petit")
	wants(t, "before there is one", here.Session.OpenRecords(t.Context(), "123456"), access.Stale)
	digits := w.keeps(a)
	if len(digits) != access.RecordsDigits || strings.Trim(digits, "0123456789") != "" {
		t.Errorf("%q", digits)
	}
	for _, short := range []string{"", "12345", digits + "0", "abcdef", "      "} {
		wants(t, short, here.Session.OpenRecords(t.Context(), short), access.Invalid)
	}
	if r := w.state(a); r.Errors != 0 {
		t.Fatalf("%d errors for what is no password", r.Errors)
	}
	for range access.RecordsErrors - 1 {
		wants(t, "wrong", here.Session.OpenRecords(t.Context(), wrongly(digits)), access.Invalid)
	}
	if err := here.Session.OpenRecords(t.Context(), digits[:3]+" "+digits[3:]); err != nil {
		t.Fatal(err)
	}
	if r := w.state(a); r.Errors != 0 || r.Blocked() || r.Hash == digits {
		t.Errorf("%+v", r)
	}
	if !w.again(here).Records || w.again(there).Records {
		t.Error("it opens this session, and no other")
	}
}

// TestThreeErrorsLock: one after the other or at once, three errors lock it for
// good, in every session; a new one unlocks it, and what the former opened asks
// again.
func TestThreeErrorsLock(t *testing.T) {
	w := newWorld(t)
	a := w.enrol("PAA00001", "julien.petit", balzac)
	digits := w.keeps(a)
	opened, s := w.signIn("julien.petit"), w.signIn("julien.petit").Session
	if err := opened.Session.OpenRecords(t.Context(), digits); err != nil {
		t.Fatal(err)
	}
	var waiting sync.WaitGroup
	kinds := make([]access.Kind, 12)
	for i := range kinds {
		waiting.Go(func() { kinds[i] = access.KindOf(s.OpenRecords(t.Context(), wrongly(digits))) })
	}
	waiting.Wait()
	verified := 0
	for _, k := range kinds {
		if k == access.Invalid {
			verified++ // it tells how many are left: the password was verified, and was not the last
		}
	}
	if verified != access.RecordsErrors-1 || slices.Contains(kinds, access.Internal) {
		t.Errorf("%v: %d were told how many are left, want %d", kinds, verified, access.RecordsErrors-1)
	}
	wants(t, "the right one, locked", s.OpenRecords(t.Context(), digits), access.Stale)
	wants(t, "the right one, locked, elsewhere", opened.Session.OpenRecords(t.Context(), digits), access.Stale)
	if r := w.state(a); !r.Blocked() || r.Errors != access.RecordsErrors || !r.Locked.Equal(w.clock.now()) {
		t.Errorf("%+v", r)
	}
	started, err := access.NewGate(w.Store(), rand.Reader).Resume(opened.Token, "192.0.2.7", true)
	if err != nil {
		t.Fatal(err)
	}
	wants(t, "the right one, locked, after a restart", started.OpenRecords(t.Context(), digits), access.Stale)
	w.clock.pass(365 * 24 * time.Hour)
	if !w.state(a).Blocked() {
		t.Error("time unlocks it")
	}
	w.clock.pass(-365 * 24 * time.Hour)
	if !w.again(opened).Records {
		t.Fatal("the session that it had opened is closed by somebody's errors")
	}
	fresh := w.keeps(a)
	if w.again(opened).Records {
		t.Error("what the former one opened stays open")
	}
	if fresh != digits {
		wants(t, "the former one", s.OpenRecords(t.Context(), digits), access.Invalid)
	}
	if err := s.OpenRecords(t.Context(), fresh); err != nil {
		t.Error(err)
	}
}

// TestKeypad: ten keys, each somewhere else at each view, everywhere as often.
func TestKeypad(t *testing.T) {
	const views = 2000
	var first [10]int
	for range views {
		keys, err := access.Keypad()
		if err != nil {
			t.Fatal(err)
		}
		if got := strings.Join(slices.Sorted(slices.Values(keys)), ""); got != "0123456789" {
			t.Fatalf("keys %v", keys)
		}
		first[keys[0][0]-'0']++
	}
	for digit, n := range first {
		if n < views/20 || n > views/5 { // a tenth is due
			t.Errorf("%d is the first key %d times in %d", digit, n, views)
		}
	}
}

// TestDevices: the account knows each browser once, forgets one or all, and
// never those of another.
func TestDevices(t *testing.T) {
	w := newWorld(t)
	w.enrol("PAA00001", "julien.petit", balzac)
	w.enrol("PAA00002", "claire.moreau", balzac)
	first := w.signIn("julien.petit")
	again, err := w.try("julien.petit", password, first.Device)
	if err != nil {
		t.Fatal(err)
	}
	second, shared := w.signIn("julien.petit"), func() *access.Signed {
		s, err := w.try("claire.moreau", password, first.Device)
		if err != nil {
			t.Fatal(err)
		}
		return s
	}()
	known := func(s *access.Session) (all []access.Device) {
		all, err := s.Devices()
		if err != nil {
			t.Fatal(err)
		}
		return all
	}
	if all := known(again.Session); len(all) != 2 {
		t.Fatalf("%d devices, want 2", len(all))
	}
	for _, d := range known(again.Session) {
		if d.Bears(first.Device) == d.Bears(second.Device) || d.Bears("") {
			t.Error("a device is two, or none")
		}
	}
	claires := known(shared.Session)[0]
	for _, d := range known(again.Session) {
		if d.Bears(second.Device) {
			wants(t, "another's device", shared.Session.ForgetDevice(d.Hash), access.Missing)
		}
	}
	if err := again.Session.ForgetDevice(claires.Hash); err != nil { // one browser, known to both
		t.Fatal(err)
	}
	if len(known(again.Session)) != 1 || len(known(shared.Session)) != 1 {
		t.Errorf("%d and %d left, want 1 and 1", len(known(again.Session)), len(known(shared.Session)))
	}
	if err := again.Session.ForgetDevice(""); err != nil || len(known(again.Session)) != 0 || len(known(shared.Session)) != 1 {
		t.Errorf("%d and %d left, %v", len(known(again.Session)), len(known(shared.Session)), err)
	}
	w.clock.pass(91 * 24 * time.Hour)
	if len(known(shared.Session)) != 0 {
		t.Error("a device is known for more than 90 days")
	}
}
