package e2e

import (
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
)

// TestGuessesThroughAKill: 10,000 passwords tried against one account, 200 at
// the same moment, before and after the appliance was killed: 25 are verified,
// no more, and a browser that the account knows still enters at once.
func TestGuessesThroughAKill(t *testing.T) {
	a := demo(t)
	known := call(t, a, "lucas.martin")
	known.post("/deconnexion", nil)
	verified := guess(t, a, 200, 25)
	a.cut(t)
	verified += guess(t, a, 200, 24)
	a.cut(t)
	verified += guess(t, a, 10, 20)
	if verified != 25 {
		t.Errorf("%d guesses verified, want 25", verified)
	}
	known.jeton = known.token("/connexion")
	if status, _, _ := known.post("/connexion", url.Values{"login": {"lucas.martin"}, "mot-de-passe": {demoPassword}}); status != http.StatusSeeOther {
		t.Errorf("a known browser waits: %d", status)
	}
}

// guess tries wrong passwords by so many browsers at once, each so many times,
// and returns how many were verified.
func guess(t *testing.T, a *appliance, browsers, times int) (verified int) {
	t.Helper()
	var mu sync.Mutex
	var all sync.WaitGroup
	for range browsers {
		all.Go(func() {
			c := newCaller(t, a)
			_, page, _, err := c.trySend(http.MethodGet, "/connexion", nil)
			m := jetonField.FindStringSubmatch(page)
			if err != nil || m == nil {
				t.Errorf("no sign-in page: %v", err)
				return
			}
			form := url.Values{"jeton": {m[1]}, "login": {"lucas.martin"}, "mot-de-passe": {"pas le bon mot de passe"}}.Encode()
			for range times {
				status, _, _, err := c.trySend(http.MethodPost, "/connexion", strings.NewReader(form), "Content-Type", "application/x-www-form-urlencoded", "Origin", a.base)
				mu.Lock()
				switch {
				case err != nil:
					t.Error(err)
				case status == http.StatusUnprocessableEntity:
					verified++
				case status != http.StatusTooManyRequests && status != http.StatusServiceUnavailable:
					t.Errorf("a guess: %d", status)
				}
				mu.Unlock()
			}
		})
	}
	all.Wait()
	return verified
}
