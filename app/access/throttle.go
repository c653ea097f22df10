package access

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"time"

	"preau/data"
)

// A Failure counts the tries of unknown devices against an account, or from an
// address. It is written before a password is verified: neither parallel tries
// nor a restart gain any.
type Failure struct {
	Of       string    `cbor:"of"` // "login/…", "question/…" (hashed) or "from/…"
	Count    int       `cbor:"n"`
	Since    time.Time `cbor:"since"`
	Last     time.Time `cbor:"last"`
	Accounts []string  `cbor:"accs,omitempty"`  // hashed logins that failed from the address
	Right    []string  `cbor:"right,omitempty"` // hashed logins that succeeded there from unknown devices, each once
	Told     bool      `cbor:"told,omitempty"`
}

// Key is what the failures are counted for.
func (f Failure) Key() string { return f.Of }

// Places is the whole appliance: failures are read by the gate only.
func (f Failure) Places() []data.Place { return []data.Place{""} }

const (
	freeTries    = 25 // a day, on one account, from unknown devices
	longestWait  = 15 * time.Minute
	sprayWindow  = 10 * time.Minute
	sprayTargets = 50 // accounts failed from one address
	sprayWait    = 30 * time.Second
	rightMost    = 1000 // successes that are remembered
)

var spraying = data.Action{Key: "session.spray", Says: "Essais de mots de passe sur de nombreux comptes depuis une même adresse", Severity: data.Important}

// failureKey is what the tries of a kind against somebody are counted for.
func failureKey(kind, of string) string {
	sum := sha256.Sum256([]byte(of))
	return kind + "/" + hex.EncodeToString(sum[:8])
}

// attempt counts a try of an unknown device, or makes it wait. Nobody is ever
// locked out: a wait is stated, and at most a quarter of an hour.
func (g *Gate) attempt(key, from string) error {
	var wait time.Duration
	var alarm []data.Fact
	err := g.store.Unlogged(data.System("connexion"), func(tx *data.Tx) error {
		account, err := failuresOf(tx, key, 24*time.Hour)
		if err != nil {
			return err
		}
		address, err := failuresOf(tx, addressKey(from), sprayWindow)
		if err != nil {
			return err
		}
		if wait = max(account.wait(tx.Now), address.sprayWait(tx.Now)); wait > 0 {
			return nil
		}
		account.Count++
		address.Count++
		account.Last, address.Last = tx.Now, tx.Now
		if !slices.Contains(address.Accounts, account.Of) && len(address.Accounts) <= sprayTargets {
			address.Accounts = append(address.Accounts, account.Of)
		}
		if !address.Told && len(address.Accounts) >= sprayTargets && address.outnumbers() {
			address.Told = true
			alarm = append(alarm, data.Fact{Action: spraying, About: address, Note: "depuis " + from})
		}
		return errors.Join(Failures.Put(tx, account), Failures.Put(tx, address))
	})
	if err == nil && len(alarm) > 0 {
		err = g.store.Record(data.System("Contrôle d’accès"), nil, alarm...)
	}
	if err != nil {
		return explain(err)
	}
	if wait > 0 {
		says := "Trop d’essais ont échoué. Attendez " + inWords(wait) + ", puis réessayez"
		if strings.HasPrefix(key, "login/") {
			says += " ; un appareil déjà utilisé pour ce compte n’attend pas"
		}
		return &Refusal{Kind: Throttled, Wait: wait, Says: says + "."}
	}
	return nil
}

// Attempt counts a try against something else than an account, such as the
// codes of a household, or makes it wait; Succeeded takes it back.
func (g *Gate) Attempt(kind, of, from string) error { return g.attempt(failureKey(kind, of), from) }

// Succeeded forgets the tries that Attempt counted.
func Succeeded(tx *data.Tx, kind, of, from string) error {
	return forget(signingIn.Over(tx), failureKey(kind, of), from, false)
}

func inWords(d time.Duration) string {
	if d <= time.Minute {
		return fmt.Sprintf("%d secondes", int(d.Round(time.Second)/time.Second))
	}
	return fmt.Sprintf("%d minutes", int((d+time.Minute-1)/time.Minute))
}

func failuresOf(tx *data.Tx, key string, window time.Duration) (Failure, error) {
	f, err := Failures.Get(tx, key)
	if errors.Is(err, data.ErrNotFound) || err == nil && tx.Now.Sub(f.Since) > window {
		return Failure{Of: key, Since: tx.Now}, nil
	}
	return f, err
}

// wait is how long until the next try against the account is verified.
func (f Failure) wait(now time.Time) time.Duration {
	if f.Count < freeTries {
		return 0
	}
	pause := min(longestWait, 30*time.Second<<min(f.Count-freeTries, 10))
	return max(0, f.Last.Add(pause).Sub(now))
}

// sprayWait is how long until the next try from the address is verified.
func (f Failure) sprayWait(now time.Time) time.Duration {
	if len(f.Accounts) < sprayTargets || !f.outnumbers() {
		return 0
	}
	return max(0, f.Last.Add(sprayWait).Sub(now))
}

// outnumbers reports whether the failures from an address are more than the
// accounts that signed in from it. Somebody's own account, again and again,
// hides nothing.
func (f Failure) outnumbers() bool { return f.Count > len(f.Right) }

// addressKey is what tries from an address are counted for: a household or a
// host has a whole /64 of IPv6.
func addressKey(from string) string {
	if at, err := netip.ParseAddr(from); err == nil && at.Is6() && !at.Is4In6() {
		if net, err := at.Prefix(64); err == nil {
			from = net.String()
		}
	}
	return "from/" + from
}

// forget drops the failures of a key once the try was right. A known device never
// counted as one that fails: that its owner comes and goes gives nobody else
// other guesses.
func forget(tx *data.Tx, key, from string, known bool) error {
	if known {
		return nil
	}
	if err := drop(tx, Failures, key); err != nil {
		return err
	}
	address, err := failuresOf(tx, addressKey(from), sprayWindow)
	if err != nil {
		return err
	}
	address.Count = max(0, address.Count-1) // this try was none
	if !slices.Contains(address.Right, key) && len(address.Right) < rightMost {
		address.Right = append(address.Right, key)
	}
	address.Accounts = slices.DeleteFunc(address.Accounts, func(of string) bool { return of == key })
	return Failures.Put(tx, address)
}

// failures gathers failed sign-ins against an account, told once a minute.
type failures struct {
	account Account
	count   int
	from    string
}

var failedFact = data.Action{Key: "session.failed", Says: "Échec de connexion", Severity: data.Attention}

func (g *Gate) noteFailure(in SignIn, a Account) {
	if a.ID == "" {
		return // nobody's failure: the address keeps count of it
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	f := g.failed[a.ID+in.From]
	g.failed[a.ID+in.From] = failures{a, f.count + 1, in.From}
}

func tellFailures(failed map[string]failures) (facts []data.Fact) {
	for _, f := range failed {
		facts = append(facts, data.Fact{Action: failedFact, About: f.account, Note: fmt.Sprintf("%d en une minute, depuis %s", f.count, f.from)})
	}
	return facts
}

// consultKey is what consultations of records are gathered by.
type consultKey struct{ admin, subject, day string }

// A Consultation says that an administrator opened the record of a person.
type Consultation struct {
	Admin   string `cbor:"adm"`
	Subject string `cbor:"sub"`
	Day     string `cbor:"day"` // 2026-11-24
	Count   int    `cbor:"n"`
}

// Key gathers consultations by person, day and administrator.
func (c Consultation) Key() string { return c.Subject + "/" + c.Day + "/" + c.Admin }

// Places is the whole appliance: the log is read through its person.
func (c Consultation) Places() []data.Place { return []data.Place{""} }

// Consulted notes that the person opened the record of another.
func (s *Session) Consulted(subject string) {
	if s.job || subject == s.Account.ID {
		return
	}
	g := s.gate
	key := consultKey{s.Account.ID, subject, s.Now().Format("2006-01-02")}
	g.mu.Lock()
	g.consulted[key]++
	g.mu.Unlock()
}

func flushConsulted(tx *data.Tx, consulted map[consultKey]int) error {
	for k, n := range consulted {
		c := Consultation{Admin: k.admin, Subject: k.subject, Day: k.day}
		was, err := Consultations.Get(tx, c.Key())
		if err != nil && !errors.Is(err, data.ErrNotFound) {
			return err
		}
		c.Count = was.Count + n
		if err := Consultations.Put(tx, c); err != nil {
			return err
		}
	}
	return nil
}
