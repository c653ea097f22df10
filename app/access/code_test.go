package access_test

import (
	"bytes"
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"preau/app/access"
	"preau/data"
)

// upkeep changes tables of the machinery, as operations do.
func (w *world) upkeep(fn func(*data.Tx) error) {
	w.t.Helper()
	if err := w.System("essai").Upkeep(fn); err != nil {
		w.t.Fatal(err)
	}
}

// handed issues a code for an account.
func (w *world) handed(a access.Account) (code string) {
	w.t.Helper()
	w.upkeep(func(tx *data.Tx) (err error) {
		code, _, err = access.HandOver(tx, a)
		return err
	})
	return code
}

// atOnce runs fn many times at the same moment, and returns how many succeeded.
func atOnce(n int, fn func() error) (succeeded int) {
	var mu sync.Mutex
	var all sync.WaitGroup
	begin := make(chan struct{})
	for range n {
		all.Go(func() {
			<-begin
			if fn() == nil {
				mu.Lock()
				succeeded++
				mu.Unlock()
			}
		})
	}
	close(begin)
	all.Wait()
	return succeeded
}

// TestHandedCode uses a code that was handed over: typed in any way, once, by
// one of those who try it at the same time, within a day, and not once renewed.
func TestHandedCode(t *testing.T) {
	w := newWorld(t)
	a := w.enrol("PAA00001", "lea.roche", balzac)
	use := func(code string) error {
		_, err := w.UseCode(t.Context(), "lea.roche", code, "192.0.2.7")
		return err
	}
	code := w.handed(a)
	wants(t, "of somebody else", func() error { _, err := w.UseCode(t.Context(), "personne", code, "192.0.2.7"); return err }(), access.Invalid)
	wants(t, "another one", use("aaaaa bbbbb"), access.Invalid)
	if err := use(strings.ToUpper(strings.ReplaceAll(code, " ", "-"))); err != nil {
		t.Error("typed in capitals with a hyphen:", err)
	}
	wants(t, "used", use(code), access.Invalid)

	first, second := w.handed(a), w.handed(a)
	wants(t, "renewed", use(first), access.Invalid)
	if n := atOnce(20, func() error { return use(second) }); n != 1 {
		t.Errorf("%d of 20 used one code", n)
	}
	late := w.handed(a)
	w.clock.pass(24 * time.Hour)
	wants(t, "expired", use(late), access.Invalid)
}

// TestHandedCodeClearsTheCount hands a code over to somebody against whom
// thousands of passwords were tried: they do not wait.
func TestHandedCodeClearsTheCount(t *testing.T) {
	w := newWorld(t)
	a := w.enrol("PAA00001", "lea.roche", balzac)
	for range 30 {
		w.try("lea.roche", "pas le bon", "")
	}
	wants(t, "an unknown device", func() error { _, err := w.try("lea.roche", password, ""); return err }(), access.Throttled)
	token, err := w.UseCode(t.Context(), "lea.roche", w.handed(a), "192.0.2.9")
	if err != nil || len(token) != 43 {
		t.Error(token, err)
	}
}

// TestGuessesAcrossRestart counts the guesses of a code and of a secret answer,
// before and after a restart: a restart gives none back, nor do several at once.
func TestGuessesAcrossRestart(t *testing.T) {
	dir, c := t.TempDir(), &clock{t: time.Date(2026, 9, 1, 8, 0, 0, 0, time.UTC)}
	key := bytes.Repeat([]byte{7}, data.KeySize)
	w := openWorld(t, dir, c, key)
	a := w.enrol("PAA00001", "lea.roche", balzac)
	hash, err := w.HashAnswer(t.Context(), "Bécassine")
	if err != nil {
		t.Fatal(err)
	}
	w.upkeep(func(tx *data.Tx) error { return access.SetQuestion(tx, a.ID, access.SecretQuestions[0], hash) })
	guess := map[string]func() error{
		"code":     func() error { _, err := w.UseCode(t.Context(), "lea.roche", "aaaaabbbbb", "192.0.2.7"); return err },
		"question": func() error { _, err := w.Answer(t.Context(), "lea.roche", "tintin", "192.0.2.8"); return err },
	}
	verified := map[string]int{}
	var mu sync.Mutex
	round := func() {
		for kind, try := range guess {
			atOnce(40, func() error {
				err := try()
				if access.KindOf(err) == access.Invalid {
					mu.Lock()
					verified[kind]++
					mu.Unlock()
				}
				return err
			})
		}
	}
	round()
	if err := w.Store().Close(); err != nil {
		t.Fatal(err)
	}
	w = openWorld(t, dir, c, key)
	round()
	for kind, n := range verified {
		if n != 25 {
			t.Errorf("%s: %d guesses verified, want 25", kind, n)
		}
	}
	c.pass(24*time.Hour + time.Second)
	if _, err := w.Answer(t.Context(), "lea.roche", "BECASSINE", "192.0.2.8"); err != nil {
		t.Error("the right answer, the day after:", err)
	}
	if err := w.Store().Close(); err != nil {
		t.Fatal(err)
	}
}

// TestQuestionTellsNothing asks the question of an unknown login, of somebody
// without one, and of an administrator who had one: each gets one, always the
// same, and no answer opens anything.
func TestQuestionTellsNothing(t *testing.T) {
	w := newWorld(t)
	a := w.enrol("PAA00001", "lea.roche", balzac)
	admin := w.enrol("PAA00002", "claire.moreau", balzac)
	w.enrol("PAA00003", "sans.question", balzac)
	w.grant(admin, access.LocalAdmin, balzac)
	hash, err := w.HashAnswer(t.Context(), "Bécassine")
	if err != nil {
		t.Fatal(err)
	}
	for _, id := range []string{a.ID, admin.ID} {
		w.upkeep(func(tx *data.Tx) error { return access.SetQuestion(tx, id, access.SecretQuestions[3], hash) })
	}
	for _, login := range []string{"lea.roche", "claire.moreau", "sans.question", "personne", ""} {
		one, err := w.QuestionOf(login)
		two, failed := w.QuestionOf(strings.ToUpper(login))
		if err != nil || failed != nil || one == "" || one != two {
			t.Errorf("%s: %q then %q, %v %v", login, one, two, err, failed)
		}
		_, err = w.Answer(t.Context(), login, "Bécassine", "192.0.2.7")
		if login == "lea.roche" != (err == nil) {
			t.Errorf("%s: %v", login, err)
		}
	}
	asked := map[string]bool{}
	for i := range 100 {
		q, err := w.QuestionOf(fmt.Sprint("inconnu", i))
		if err != nil {
			t.Fatal(err)
		}
		asked[q] = true
	}
	if len(asked) != len(access.SecretQuestions) {
		t.Errorf("unknown logins get %d of the %d questions", len(asked), len(access.SecretQuestions))
	}
}

// TestInitialPassword signs in with an initial password: typed in any case, not
// once renewed, not by its owner once they have chosen another, and not with
// the key of another appliance, which makes another one.
func TestInitialPassword(t *testing.T) {
	dir, c := t.TempDir(), &clock{t: time.Date(2026, 9, 1, 8, 0, 0, 0, time.UTC)}
	w := openWorld(t, dir, c, bytes.Repeat([]byte{7}, data.KeySize))
	a := access.Account{ID: "PAA00001", Login: "lea.roche", Name: "ROCHE Léa", Profile: "teacher", At: []data.Place{balzac}}
	w.change(func(tx *data.Tx) error { return access.Accounts.Put(tx, a) }, a)
	issue := func(make func(*data.Tx, string) (string, error)) (initial string) {
		w.upkeep(func(tx *data.Tx) (err error) { initial, err = make(tx, a.ID); return err })
		return initial
	}
	enters := func(password string) bool {
		signed, err := w.try("lea.roche", password, "")
		if err == nil && (signed.Next != access.ChooseFirst || signed.Session != nil || signed.Token != "") {
			t.Errorf("an initial password opens a session: %+v", signed)
		}
		return err == nil
	}
	if enters("") {
		t.Error("nothing was issued")
	}
	one := issue(access.InitialPassword)
	if again := issue(access.InitialPassword); again != one || len(one) != 8 {
		t.Errorf("%q, then %q", one, again)
	}
	if !enters(strings.ToUpper(one)) || enters(one+"x") {
		t.Error("the initial password, and not another")
	}
	two := issue(access.RenewInitial)
	if enters(one) || !enters(two) {
		t.Error("renewed")
	}
	if err := w.Store().Close(); err != nil {
		t.Fatal(err)
	}
	w = openWorld(t, dir, c, bytes.Repeat([]byte{8}, data.KeySize))
	if enters(two) {
		t.Error("sealed with another key, and read")
	}
	three := issue(access.InitialPassword)
	if three == two || !enters(three) {
		t.Error("with another key another one is issued")
	}
	hash, err := w.Hash(context.Background(), password)
	if err != nil {
		t.Fatal(err)
	}
	w.change(func(tx *data.Tx) error {
		if err := access.Accepts(tx, &a); err != nil {
			return err
		}
		_, err := access.SetPassword(tx, a, hash)
		return err
	}, a)
	if enters(three) {
		t.Error("the initial password outlives the chosen one")
	}
	w.signIn("lea.roche")
	if err := w.Store().Close(); err != nil {
		t.Fatal(err)
	}
}
