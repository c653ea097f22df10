package access

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"math/big"
	"strings"
	"time"

	"preau/data"
)

// A RecordsSecret is the records password of somebody: six digits asked after
// the ENT password, before what concerns the schooling of others.
type RecordsSecret struct {
	Account string    `cbor:"acc"`
	Hash    string    `cbor:"h"` // argon2id
	Errors  int       `cbor:"err"`
	Locked  time.Time `cbor:"lock"`
	At      time.Time `cbor:"at"`
}

// Key is the account.
func (r RecordsSecret) Key() string { return r.Account }

// Places is the whole appliance: it is read by the gate only.
func (r RecordsSecret) Places() []data.Place { return []data.Place{""} }

const (
	// RecordsDigits is the length of a records password.
	RecordsDigits = 6
	// RecordsErrors is how many wrong ones lock it.
	RecordsErrors = 3
)

// NewRecordsPassword makes a records password, with what to store of it.
func (g *Gate) NewRecordsPassword(ctx context.Context) (password, hash string, err error) {
	if password, err = newDigits(random, RecordsDigits); err != nil {
		return "", "", err
	}
	hash, err = g.hasher.Hash(ctx, password)
	return password, hash, err
}

// SetRecords gives an account that the caller has read another records
// password, unlocked. Sessions that the former one opened ask again.
func SetRecords(tx *data.Tx, account, hash string) error {
	wide := signingIn.Over(tx)
	var opened []Token
	for t, err := range TokensByAccount.All(wide, account) {
		if err != nil {
			return err
		}
		if t.Records {
			opened = append(opened, t)
		}
	}
	for _, t := range opened {
		t.Records = false
		if err := Tokens.Put(wide, t); err != nil {
			return err
		}
	}
	return RecordsSecrets.Put(wide, RecordsSecret{Account: account, Hash: hash, At: tx.Now})
}

// Keypad are the ten digits in an order that is another at each view: whoever
// sees where somebody presses does not learn what.
func Keypad() ([]string, error) {
	keys := strings.Split("0123456789", "")
	for i := len(keys) - 1; i > 0; i-- {
		at, err := rand.Int(random, big.NewInt(int64(i+1)))
		if err != nil {
			return nil, err
		}
		j := at.Int64()
		keys[i], keys[j] = keys[j], keys[i]
	}
	return keys, nil
}

// Blocked reports whether it takes another one.
func (r RecordsSecret) Blocked() bool { return r.Errors >= RecordsErrors }

// RecordsOf returns the state of the records password of an account that the
// caller has read; known is false for one that was never issued.
func RecordsOf(tx *data.Tx, account string) (r RecordsSecret, known bool, err error) {
	r, err = RecordsSecrets.Get(signingIn.Over(tx), account)
	if errors.Is(err, data.ErrNotFound) {
		return r, false, nil
	}
	return r, err == nil, err
}

var (
	recordsOpened = data.Action{Key: "records.open", Says: "Mot de passe scolarité reconnu"}
	recordsLocked = data.Action{Key: "records.lock", Says: "Mot de passe scolarité bloqué après trois erreurs", Severity: data.Attention}
)

// errRecordsLocked is what a locked records password answers.
func errRecordsLocked() error {
	return Conflict("Votre mot de passe scolarité est bloqué après trois erreurs. Demandez-en un nouveau à l’administrateur de votre établissement.")
}

// OpenRecords verifies the records password of the person, and notes it in their
// session. The error is counted before the verification: three at once are
// three. What does not have its length is none.
func (s *Session) OpenRecords(ctx context.Context, typed string) error {
	if len(digits(typed)) != RecordsDigits {
		return Wrong("chiffres", fmt.Sprintf("Saisissez les %d chiffres de votre mot de passe scolarité.", RecordsDigits))
	}
	var r RecordsSecret
	err := s.Upkeep(func(tx *data.Tx) error {
		now, known, err := RecordsOf(tx, s.Account.ID)
		switch {
		case err != nil:
			return err
		case !known:
			return Conflict("Vous n’avez pas encore de mot de passe scolarité.")
		case now.Blocked():
			return errRecordsLocked()
		}
		now.Errors++
		if now.Errors == RecordsErrors {
			now.Locked = tx.Now
		}
		r = now
		return RecordsSecrets.Put(signingIn.Over(tx), now)
	})
	if err != nil {
		return err
	}
	ok, err := s.gate.hasher.Verify(ctx, digits(typed), r.Hash)
	if err != nil {
		return err
	}
	if !ok {
		return s.countRecords(r)
	}
	return s.Record(func(tx *data.Tx) error {
		wide := signingIn.Over(tx)
		now, err := RecordsSecrets.Get(wide, s.Account.ID)
		if err != nil || now.Hash != r.Hash {
			return errors.Join(err, Conflict("Votre mot de passe scolarité vient de changer : recommencez."))
		}
		now.Errors, now.Locked = 0, time.Time{}
		t, err := Tokens.Get(wide, s.Token)
		if err != nil {
			return err
		}
		t.Records = true
		return errors.Join(RecordsSecrets.Put(wide, now), Tokens.Put(wide, t))
	}, data.Fact{Action: recordsOpened, About: s.Account})
}

func (s *Session) countRecords(r RecordsSecret) error {
	if left := RecordsErrors - r.Errors; left > 0 {
		return Wrong("chiffres", fmt.Sprintf("Ces chiffres ne sont pas les bons. Il vous reste %d essai%s.", left, plural(left)))
	}
	if err := s.Record(nil, data.Fact{Action: recordsLocked, About: s.Account}); err != nil {
		return err
	}
	return errRecordsLocked()
}

func plural(n int) string {
	if n > 1 {
		return "s"
	}
	return ""
}
