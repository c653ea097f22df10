package access

import (
	"time"

	"preau/data"
)

// guessWindow is how long wrong guesses are remembered.
const guessWindow = 24 * time.Hour

// Guess lets somebody verify what they could also guess, such as the birth date
// of a person elsewhere: wrong says that this one was, and is counted. Beyond
// those that a day allows it makes them wait, right or wrong.
func (s *Session) Guess(kind string, wrong bool) error {
	if s.job {
		return nil
	}
	g := s.gate
	return explain(g.store.Unlogged(data.System("vérification"), func(tx *data.Tx) error {
		f, err := failuresOf(tx, failureKey(kind, s.Account.ID), guessWindow)
		if err != nil {
			return err
		}
		if wait := f.wait(tx.Now); wait > 0 {
			return &Refusal{Kind: Throttled, Wait: wait, Says: "Trop de personnes d’autres établissements ont été cherchées sans être reconnues. Attendez " + inWords(wait) + ", puis réessayez."}
		}
		if !wrong {
			return nil
		}
		f.Count++
		f.Last = tx.Now
		return Failures.Put(tx, f)
	}))
}
