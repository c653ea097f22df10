package access

import (
	"crypto/rand"
	"encoding/base64"
	"errors"
	"io"
	"slices"
	"time"

	"preau/data"
)

// A Use is what a pass lets its holder do.
type Use string

// The uses of passes.
const (
	ChooseFirst    Use = "first"   // choose one's first password
	ChooseAgain    Use = "again"   // choose another password
	ConfirmAddress Use = "address" // confirm an e-mail address
	GiveFactor     Use = "factor"  // give the second factor of a sign-in
	EnrolFactor    Use = "enrol"   // set up the second factor that a role requires, during a sign-in
	AcceptTerms    Use = "terms"   // accept the charter, during a sign-in
	ChoosePlace    Use = "place"   // choose which establishment to moderate, during a sign-in
	SetUpFactor    Use = "set-up"  // set up a second factor, from one's account
)

// A Pass is a right to do one thing once, for whoever holds its token: from a
// mail, from a code handed over, or from a sign-in that is not finished. Its
// key is the SHA-256 of the token, which is stored nowhere.
type Pass struct {
	Hash    string    `cbor:"h"`
	Account string    `cbor:"acc"`
	Use     Use       `cbor:"use"`
	Until   time.Time `cbor:"until"`

	Address  string   `cbor:"mail,omitempty"` // to confirm
	Handed   bool     `cbor:"hand,omitempty"` // it comes from a code that an administrator handed over
	Children []string `cbor:"kids,omitempty"` // whose links the first connection of a relative confirms
	Secret   []byte   `cbor:"sec,omitempty"`  // sealed, of the second factor being set up

	Known  bool       `cbor:"known,omitempty"`  // a sign-in gave it: the password was right
	Proved bool       `cbor:"proved,omitempty"` // the second factor was given
	Super  bool       `cbor:"super,omitempty"`  // the sign-in is that of a super manager
	In     data.Place `cbor:"in,omitempty"`     // who chose this establishment
}

// Key is the hash of the token.
func (p Pass) Key() string { return p.Hash }

// Places is the whole appliance: a pass is read by the gate only.
func (p Pass) Places() []data.Place { return []data.Place{""} }

// SigningIn is the login with which the sign-in that gave the pass goes on, ""
// for a pass that came otherwise: nobody enters by a link or by a code alone.
func (p Pass) SigningIn(a Account) string {
	switch {
	case !p.Known:
		return ""
	case p.Super:
		return superPrefix + a.Login
	}
	return a.Login
}

// Lives of passes.
const (
	mailedLife  = 30 * time.Minute // asked for by the person
	orderedLife = 48 * time.Hour   // asked for by an administrator
	stepLife    = 15 * time.Minute // of a sign-in
)

// random is where the secrets that people are given come from.
var random = rand.Reader

// newToken returns 256 bits, in 43 characters.
func newToken() (string, error) {
	b := make([]byte, 32)
	_, err := io.ReadFull(random, b)
	return base64.RawURLEncoding.EncodeToString(b), err
}

// errSpent refuses a token that was used, has expired or never existed, alike.
func errSpent() error {
	return &Refusal{Kind: Missing, Says: "Ce lien n’est plus valable : il a déjà servi, ou son délai est passé. Demandez-en un autre."}
}

// NewPass makes a pass and returns its token, for an account that the caller has
// read. Former ones of the same account and use are void from then on.
func NewPass(tx *data.Tx, p Pass, life time.Duration) (token string, err error) {
	wide := signingIn.Over(tx)
	if token, err = newToken(); err != nil {
		return "", err
	}
	if err := dropPasses(wide, p.Account, p.Use); err != nil {
		return "", err
	}
	p.Hash, p.Until = hashToken(token), tx.Now.Add(life)
	return token, Passes.Put(wide, p)
}

// OrderPass is NewPass for what an administrator asked to be mailed.
func OrderPass(tx *data.Tx, p Pass) (token string, err error) { return NewPass(tx, p, orderedLife) }

// MailPass is NewPass for what the person asked to be mailed.
func MailPass(tx *data.Tx, p Pass) (token string, err error) { return NewPass(tx, p, mailedLife) }

// StepPass is NewPass for what follows at once.
func StepPass(tx *data.Tx, p Pass) (token string, err error) { return NewPass(tx, p, stepLife) }

// dropPasses voids the passes of an account, those of some uses or all.
func dropPasses(wide *data.Tx, account string, uses ...Use) error {
	var void []string
	for p, err := range PassesByAccount.All(wide, account) {
		if err != nil {
			return err
		}
		if len(uses) == 0 || slices.Contains(uses, p.Use) {
			void = append(void, p.Hash)
		}
	}
	return deleteAll(wide, Passes, void)
}

// passOf reads the pass of a token, if it serves one of the uses.
func passOf(wide *data.Tx, token string, uses []Use) (Pass, error) {
	p, err := Passes.Get(wide, hashToken(token))
	switch {
	case errors.Is(err, data.ErrNotFound):
		return p, errSpent()
	case err != nil:
		return p, err
	case !slices.Contains(uses, p.Use), !wide.Now.Before(p.Until):
		return p, errSpent()
	}
	return p, nil
}

// TakePass consumes the pass of a token: of two who hold it, one only goes on.
func TakePass(tx *data.Tx, token string, uses ...Use) (Pass, error) {
	wide := signingIn.Over(tx)
	p, err := passOf(wide, token, uses)
	if err != nil {
		return p, err
	}
	return p, Passes.Delete(wide, p.Hash)
}

// Holder returns the session of whoever holds the token of a pass: it reaches
// their own account and nothing else. Reading the pass does not consume it, so
// that a program which opens the links of mails changes nothing.
func (g *Gate) Holder(token, from string, uses ...Use) (s *Session, p Pass, err error) {
	s = &Session{gate: g, via: "ENT", from: from}
	err = g.store.View(data.System("lien"), func(tx *data.Tx) error {
		if p, err = passOf(tx, token, uses); err != nil {
			return err
		}
		s.Account, err = Accounts.Get(tx, p.Account)
		if err == nil && s.Account.Deleted {
			err = errSpent()
		}
		return err
	})
	if err != nil {
		return nil, p, explain(err)
	}
	return s, p, nil
}

// Visitor returns the session of somebody who has not said who they are: it
// reads what is shared with everybody.
func (g *Gate) Visitor(from string) *Session { return &Session{gate: g, via: "ENT", from: from} }
