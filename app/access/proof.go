package access

import (
	"context"
	"crypto/subtle"
	"errors"
	"time"

	"preau/data"
)

// proofLife is how long somebody who gave their password may change what signs
// people in, and who administers what.
const proofLife = 5 * time.Minute

// ProofField is the field of a form that holds the password again.
const ProofField = "preuve"

// Fresh refuses what takes a recent proof, until the person gives their password
// again: see Prove.
func (s *Session) Fresh() error {
	if s.job || s.Now().Sub(s.Proved) <= proofLife {
		return nil
	}
	return Wrong(ProofField, "Pour ce changement, saisissez de nouveau votre mot de passe.")
}

// Prove verifies the password of the person again, and gives the session another
// token: the former one is dead.
func (s *Session) Prove(ctx context.Context, password string) (token string, err error) {
	if len(password) > longestInput {
		return "", errNotProved()
	}
	key := failureKey("proof", s.Account.ID)
	if err := s.gate.attempt(key, s.from); err != nil {
		return "", err
	}
	ok, err := s.gate.hasher.Verify(ctx, password, s.Account.Hash)
	if err != nil {
		return "", err
	}
	if !ok {
		s.gate.noteFailure(SignIn{From: s.from}, s.Account)
		return "", errNotProved()
	}
	if token, err = s.gate.random(); err != nil {
		return "", err
	}
	err = s.Upkeep(func(tx *data.Tx) error {
		if err := unchanged(signingIn.Over(tx), s.Account); err != nil {
			return err
		}
		return errors.Join(s.renew(tx, token), forget(signingIn.Over(tx), key, s.from, false))
	})
	return token, err
}

func errNotProved() error {
	return Wrong(ProofField, "Ce n’est pas votre mot de passe. Vérifiez la saisie.")
}

// renew moves the session to another token, with a proof of this moment.
func (s *Session) renew(tx *data.Tx, token string) error {
	wide := signingIn.Over(tx)
	t, err := Tokens.Get(wide, s.Token)
	if err != nil {
		return &Refusal{Kind: Anonymous, Says: "Votre session a pris fin. Reconnectez-vous pour continuer."}
	}
	if err := Tokens.Delete(wide, t.Hash); err != nil {
		return err
	}
	t.Hash, t.Proved, t.Seen = hashToken(token), tx.Now, tx.Now
	s.Token, s.Proved = t.Hash, tx.Now
	return Tokens.Put(wide, t)
}

// sameSecret compares two marks or codes in a time that tells nothing.
func sameSecret(a, b string) bool { return subtle.ConstantTimeCompare([]byte(a), []byte(b)) == 1 }
