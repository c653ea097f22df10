package access

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"io"
	"slices"
	"time"

	"preau/data"
)

// A Token is the session of somebody signed in. Its key is the SHA-256 of the
// token that the browser holds, which is stored nowhere.
type Token struct {
	Hash    string    `cbor:"h"`
	Account string    `cbor:"acc"`
	Created time.Time `cbor:"at"`
	Seen    time.Time `cbor:"seen"` // flushed each minute
	CSRF    string    `cbor:"csrf"`
	From    string    `cbor:"from"`
	Agent   string    `cbor:"ua"`

	Super   data.Place `cbor:"super,omitempty"` // of a super manager: see Session
	Proved  time.Time  `cbor:"proved"`          // when the password was last given
	Records bool       `cbor:"rec,omitempty"`   // the records password was given too
}

// Key is the hash of the token.
func (t Token) Key() string { return t.Hash }

// Places is the whole appliance: a token is read by the gate only.
func (t Token) Places() []data.Place { return []data.Place{""} }

// Limits of a session: without a request, and in all.
const (
	IdleAdmin  = 30 * time.Minute
	IdleOthers = 2 * time.Hour
	Absolute   = 8 * time.Hour
)

func hashToken(token string) string {
	sum := sha256.Sum256([]byte(token))
	return hex.EncodeToString(sum[:])
}

func (g *Gate) random() (string, error) {
	b := make([]byte, 32)
	_, err := io.ReadFull(g.rand, b)
	return base64.RawURLEncoding.EncodeToString(b), err
}

// Resume returns the session of whoever holds the token, as they stand at this
// moment: rights withdrawn are withdrawn at once. Polling and event streams do
// not extend a session: only a visit does.
func (g *Gate) Resume(token, from string, visit bool) (*Session, error) {
	anonymous := &Refusal{Kind: Anonymous, Says: "Connectez-vous pour continuer."}
	if len(token) != 43 {
		return nil, anonymous
	}
	s := &Session{gate: g, via: "console", from: from}
	var created time.Time
	err := g.store.View(data.System("session"), func(tx *data.Tx) error {
		t, err := Tokens.Get(tx, hashToken(token))
		if err != nil {
			return err
		}
		if err := s.load(tx, t); err != nil {
			return err
		}
		s.Token, s.CSRF, s.Proved, s.Records, created = t.Hash, t.CSRF, t.Proved, t.Records, t.Created
		s.Expires = g.expiry(t, s)
		return nil
	})
	switch {
	case KindOf(explain(err)) == Missing, KindOf(err) == Forbidden:
		return nil, anonymous
	case err != nil:
		return nil, err
	case !g.store.Now().Before(s.Expires):
		return nil, &Refusal{Kind: Anonymous, Says: "Votre session a pris fin. Reconnectez-vous pour continuer."}
	}
	if visit {
		g.saw(s.Token)
		s.Expires = minTime(g.store.Now().Add(s.idle()), created.Add(Absolute))
	}
	return s, nil
}

// load reads the account of a token and its grants in force. A super manager
// keeps one of them only, which opens no console.
func (s *Session) load(tx *data.Tx, t Token) error {
	a, err := Accounts.Get(tx, t.Account)
	if err != nil {
		return err
	}
	if a.Suspended || a.Deleted {
		return NotAllowed()
	}
	s.Account = a
	grants, err := grantsOf(tx, a.ID)
	if err != nil {
		return err
	}
	if t.Super == "" {
		s.Grants = grants
		return nil
	}
	for _, g := range grants {
		if g.Role == LocalAdmin && g.In == t.Super {
			s.Super = t.Super
			return nil
		}
	}
	return NotAllowed()
}

// grantsOf are the grants in force of an account.
func grantsOf(tx *data.Tx, account string) (held []Grant, err error) {
	for g, err := range GrantsByAccount.All(tx, account) {
		if err != nil {
			return nil, err
		}
		if g.Holds(tx.Now) {
			held = append(held, g)
		}
	}
	return held, nil
}

func (s *Session) idle() time.Duration {
	if len(s.Grants) > 0 || s.Super != "" {
		return IdleAdmin
	}
	return IdleOthers
}

func minTime(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}

// expiry is when a session ends if nothing more is asked of it.
func (g *Gate) expiry(t Token, s *Session) time.Time {
	seen := t.Seen
	g.mu.Lock()
	for _, visits := range []map[string]time.Time{g.seen, g.flushing} {
		if at, ok := visits[t.Hash]; ok && at.After(seen) {
			seen = at
		}
	}
	g.mu.Unlock()
	return minTime(seen.Add(s.idle()), t.Created.Add(Absolute))
}

func (g *Gate) saw(hash string) {
	g.mu.Lock()
	g.seen[hash] = g.store.Now()
	g.mu.Unlock()
}

// EndSessions signs somebody out everywhere, streams included, at the commit.
func EndSessions(tx *data.Tx, account string) error {
	wide := signingIn.Over(tx)
	var ended []string
	for t, err := range TokensByAccount.All(wide, account) {
		if err != nil {
			return err
		}
		ended = append(ended, t.Hash)
	}
	for _, hash := range ended {
		if err := Tokens.Delete(wide, hash); err != nil {
			return err
		}
	}
	return nil
}

// EndEverySession signs everybody out.
func EndEverySession(tx *data.Tx) error {
	wide := signingIn.Over(tx)
	var all []string
	for t, err := range Tokens.All(wide) {
		if err != nil {
			return err
		}
		all = append(all, t.Hash)
	}
	for _, hash := range all {
		if err := Tokens.Delete(wide, hash); err != nil {
			return err
		}
	}
	return nil
}

// OpenSessions is how many sessions somebody has, whom the caller has read.
func OpenSessions(tx *data.Tx, account string) (n int, err error) {
	for _, err := range TokensByAccount.All(signingIn.Over(tx), account) {
		if err != nil {
			return 0, err
		}
		n++
	}
	return n, nil
}

// Sessions returns the open sessions of the person, latest first.
func (s *Session) Sessions() (all []Token, err error) {
	err = s.See(func(tx *data.Tx) error {
		for t, err := range TokensByAccount.All(signingIn.Over(tx), s.Account.ID) {
			if err != nil {
				return err
			}
			all = append(all, t)
		}
		return nil
	})
	slices.SortFunc(all, func(a, b Token) int { return b.Created.Compare(a.Created) })
	return all, err
}
