package access

import (
	"context"
	"crypto/subtle"
	"errors"
	"time"

	"preau/data"
)

// A Code is what an administrator hands over to somebody who has no other way
// in: it is shown once, serves once, and holds for a day.
type Code struct {
	Account string    `cbor:"acc"`
	Mark    string    `cbor:"mark"`
	Until   time.Time `cbor:"until"`
}

// Key is the account: a new code voids the former one.
func (c Code) Key() string { return c.Account }

// Places is the whole appliance: a code is read by the gate only.
func (c Code) Places() []data.Place { return []data.Place{""} }

const (
	codeUse    = "code à remettre"
	codeLife   = 24 * time.Hour
	codeLength = 10
)

// HandOver issues the code of an account that the caller has read. Whatever was
// tried against the account is forgotten, so that its holder does not wait.
func HandOver(tx *data.Tx, a Account) (code string, until time.Time, err error) {
	wide := signingIn.Over(tx)
	if code, err = newCode(random, codeLength); err != nil {
		return "", until, err
	}
	mark, err := wide.Mark(codeUse, code)
	if err != nil {
		return "", until, err
	}
	until = tx.Now.Add(codeLife)
	return SpacedCode(code), until, errors.Join(Codes.Put(wide, Code{a.ID, mark, until}), drop(wide, Failures, failureKey("login", a.Login)))
}

// UseCode consumes a code that was handed over, and returns the token of a pass
// to choose a password.
func (g *Gate) UseCode(ctx context.Context, login, typed, from string) (token string, err error) {
	login = normalLogin(login)
	if len(login) > longestInput || len(typed) > longestInput {
		return "", errNoCode()
	}
	if err := g.attempt(failureKey("login", login), from); err != nil {
		return "", err
	}
	err = g.store.Unlogged(data.System("code remis"), func(tx *data.Tx) error {
		a, err := AccountsByLogin.Get(tx, login)
		if err != nil && !errors.Is(err, data.ErrNotFound) {
			return err
		}
		c, err := Codes.Get(tx, idOr(a.ID))
		if err != nil && !errors.Is(err, data.ErrNotFound) {
			return err
		}
		mark, err := tx.Mark(codeUse, NormalCode(typed))
		if err != nil {
			return err
		}
		if subtle.ConstantTimeCompare([]byte(mark), []byte(c.Mark)) != 1 || !tx.Now.Before(c.Until) || a.Suspended || a.Deleted {
			return errNoCode()
		}
		use := ChooseAgain
		if a.Hash == "" {
			use = ChooseFirst
		}
		token, err = StepPass(tx, Pass{Account: a.ID, Use: use, Handed: true})
		return errors.Join(err, Codes.Delete(tx, a.ID), forget(tx, failureKey("login", login), from, false))
	})
	return token, explain(err)
}

// idOr is the key of an account, or one that nobody has.
func idOr(id string) string {
	if id == "" {
		return "-"
	}
	return id
}

func errNoCode() error {
	return &Refusal{Kind: Invalid, Says: "L’identifiant ou le code n’est pas reconnu, ou le code n’est plus valable. Vérifiez la saisie, ou demandez un autre code à l’administrateur."}
}

// NewFamilyCode makes the activation code of a pupil: as long as a code that is
// handed over, since it stands alone for who holds it.
func NewFamilyCode() (string, error) { return newCode(random, codeLength) }
