package fake

import (
	"fmt"
	"net/http"
	"time"
)

// Mode is a way to fail.
type Mode string

// The ways to fail.
const (
	Healthy      Mode = ""
	Unauthorized Mode = "401"       // with a page, as Data Center does
	Forbidden    Mode = "403"       // with a reason
	Missing      Mode = "404"       // of everything
	Gone         Mode = "410"       // of everything
	TooLarge     Mode = "413"       // of everything
	TooMany      Mode = "429"       // with Retry-After: 30
	Broken       Mode = "500"       // with a page, before anything is done
	BrokenAfter  Mode = "502"       // with a page, once everything is done
	LoginPage    Mode = "login"     // of a portal, with 200
	Redirect     Mode = "redirect"  // to a portal, with 302
	XSRF         Mode = "xsrf"      // 403, as if the header had been lost
	Silent       Mode = "silent"    // what changes something is done, and never answered
	Cut          Mode = "cut"       // what changes something is done, and the connection cut
	Slow         Mode = "slow"      // one byte every 10 ms, then none
	Garbage      Mode = "garbage"   // no JSON
	Truncated    Mode = "truncated" // half of the answer
	Endless      Mode = "endless"   // JSON without end
)

// Fail has it fail in one way from now on, Healthy for none.
func (f *Fake) Fail(mode Mode) { f.fail(mode, false) }

// FailWork is Fail for what changes something: what only reads is answered.
func (f *Fake) FailWork(mode Mode) { f.fail(mode, true) }

func (f *Fake) fail(mode Mode, onlyWork bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.mode, f.onlyWork = mode, onlyWork
}

const page = "<!DOCTYPE html>\n<html><head><title>%s</title></head><body><form method=\"post\" action=\"/login\"></form></body></html>\n"

// before fails in the ways that do nothing, and tells whether it did.
func (f *Fake) before(w http.ResponseWriter, r *http.Request, mode Mode) bool {
	html := func(code int, title string) {
		w.Header().Set("Content-Type", "text/html;charset=UTF-8")
		w.WriteHeader(code)
		fmt.Fprintf(w, page, title)
	}
	switch mode {
	case Unauthorized:
		w.Header().Set("WWW-Authenticate", `OAuth realm="jira"`)
		html(http.StatusUnauthorized, "Unauthorized (401)")
	case Forbidden:
		refuse(w, http.StatusForbidden, "Vous n'avez pas la permission de faire cela.", nil)
	case Missing:
		refuse(w, http.StatusNotFound, "Issue Does Not Exist", nil)
	case Gone:
		refuse(w, http.StatusGone, "The requested API has been removed.", nil)
	case TooLarge:
		html(http.StatusRequestEntityTooLarge, "413 Request Entity Too Large")
	case TooMany:
		w.Header().Set("Retry-After", "30")
		refuse(w, http.StatusTooManyRequests, "Rate limit exceeded.", nil)
	case Broken:
		html(http.StatusInternalServerError, "Oops, you've found a dead link.")
	case LoginPage:
		html(http.StatusOK, "Connexion")
	case Redirect:
		http.Redirect(w, r, "https://portail.exemple.example/login", http.StatusFound)
	case XSRF:
		w.WriteHeader(http.StatusForbidden)
		fmt.Fprint(w, "XSRF check failed")
	case Garbage:
		w.Header().Set("Content-Type", "application/json")
		fmt.Fprint(w, "{\"key\": ENT-1, \x00")
	case Slow:
		f.drip(w, r)
	case Endless:
		w.Header().Set("Content-Type", "application/json")
		for _, err := fmt.Fprint(w, `{"issues":[`); err == nil; _, err = fmt.Fprint(w, `{"key":"ENT-1"},`) {
		}
	default:
		return false
	}
	return true
}

// drip answers a byte at a time, then says nothing more.
func (f *Fake) drip(w http.ResponseWriter, r *http.Request) {
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	w.Header().Set("Content-Type", "application/json")
	for range 10 {
		fmt.Fprint(w, " ")
		http.NewResponseController(w).Flush()
		<-tick.C
	}
	f.hold(r)
}

// hold waits until the client gives up, or the fake stops.
func (f *Fake) hold(r *http.Request) {
	select {
	case <-r.Context().Done():
	case <-f.leave:
	}
}
