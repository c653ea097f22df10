package access

import (
	"context"
	"errors"
	"strings"

	"preau/data"
)

// A Question is what somebody answers who has forgotten their password.
type Question struct {
	Account string `cbor:"acc"`
	Text    string `cbor:"q"` // one of SecretQuestions
	Hash    string `cbor:"h"` // argon2id of the answer, folded
}

// Key is the account.
func (q Question) Key() string { return q.Account }

// Places is the whole appliance: a question is read by the gate only.
func (q Question) Places() []data.Place { return []data.Place{""} }

// SecretQuestions are those to choose from. They are the same for everybody, so
// that the question asked to an unknown login tells nothing.
var SecretQuestions = []string{
	"Quel est le premier livre que vous avez relu ?",
	"Quel surnom vous donnait-on quand vous étiez petit ?",
	"Quel plat ne mangerez-vous jamais ?",
	"Quel était le nom de votre première peluche ?",
	"Dans quelle rue avez-vous appris à faire du vélo ?",
	"Quel métier vouliez-vous faire à six ans ?",
	"Quelle chanson connaissez-vous par cœur ?",
	"Quel est le prénom de votre ami d’enfance ?",
}

// shortestAnswer is in characters, once folded.
const shortestAnswer = 4

// CheckAnswer says what is wrong with an answer, "" for nothing.
func CheckAnswer(answer string) string {
	if len([]rune(data.Fold(answer))) < shortestAnswer {
		return "Donnez une réponse d’au moins 4 lettres, que vous seul connaissez."
	}
	return ""
}

// SetQuestion keeps the question and the hash of the answer of an account that
// the caller has read: see Gate.HashAnswer.
func SetQuestion(tx *data.Tx, account, text, hash string) error {
	return Questions.Put(signingIn.Over(tx), Question{account, text, hash})
}

// HashAnswer returns what to store of an answer: case, accents and hyphens do
// not count.
func (g *Gate) HashAnswer(ctx context.Context, answer string) (string, error) {
	return g.hasher.Hash(ctx, data.Fold(answer))
}

// QuestionOf returns the secret question of a login. One that has none, an
// administrator's and an unknown one get a question too, always the same.
func (g *Gate) QuestionOf(login string) (text string, err error) {
	login = normalLogin(login)
	err = g.store.View(data.System("question secrète"), func(tx *data.Tx) error {
		_, q, err := questionOf(tx, login)
		if err != nil {
			return err
		}
		mark, err := tx.Mark("question secrète", login)
		if err != nil {
			return err
		}
		if text = q.Text; text == "" {
			text = SecretQuestions[int(mark[0])%len(SecretQuestions)]
		}
		return nil
	})
	return text, explain(err)
}

// questionOf reads the question of a login, none for an administrator, whose
// account is worth more than what somebody near them knows.
func questionOf(tx *data.Tx, login string) (a Account, q Question, err error) {
	a, err = AccountsByLogin.Get(tx, login)
	if errors.Is(err, data.ErrNotFound) {
		return a, q, nil
	}
	if err != nil {
		return a, q, err
	}
	role, err := RoleOf(tx, a.ID)
	if err != nil || role != "" || a.Suspended || a.Deleted || a.Hash == "" {
		return a, q, err
	}
	q, err = Questions.Get(tx, a.ID)
	if errors.Is(err, data.ErrNotFound) {
		err = nil
	}
	return a, q, err
}

// Answer verifies the answer to the secret question of a login, and returns the
// token of a pass to choose another password.
func (g *Gate) Answer(ctx context.Context, login, answer, from string) (token string, err error) {
	wrong := &Refusal{Kind: Invalid, Says: "La réponse n’est pas reconnue pour cet identifiant. Vérifiez la saisie, ou demandez un code à l’administrateur de votre établissement."}
	login = normalLogin(login)
	if len(login) > longestInput || len(answer) > longestInput || strings.TrimSpace(answer) == "" {
		return "", wrong
	}
	key := failureKey("question", login)
	if err := g.attempt(key, from); err != nil {
		return "", err
	}
	var a Account
	var q Question
	if err := g.store.View(data.System("question secrète"), func(tx *data.Tx) error {
		a, q, err = questionOf(tx, login)
		return err
	}); err != nil {
		return "", explain(err)
	}
	ok, err := g.hasher.Verify(ctx, data.Fold(answer), q.Hash)
	if err != nil {
		return "", err
	}
	if !ok {
		return "", wrong
	}
	err = g.store.Unlogged(data.System("question secrète"), func(tx *data.Tx) error {
		_, now, err := questionOf(tx, login)
		if err != nil || now != q {
			return errors.Join(err, wrong)
		}
		token, err = StepPass(tx, Pass{Account: a.ID, Use: ChooseAgain})
		return errors.Join(err, forget(tx, key, from, false))
	})
	return token, explain(err)
}

// MyQuestion returns the secret question of an account that the caller has read,
// "" for none.
func MyQuestion(tx *data.Tx, account string) (string, error) {
	q, err := Questions.Get(signingIn.Over(tx), account)
	if errors.Is(err, data.ErrNotFound) {
		return "", nil
	}
	return q.Text, err
}
