package access

import (
	"errors"
	"slices"
	"time"

	"preau/app/post"
	"preau/data"
)

// A FactorState is what an administrator may know of somebody's second factor.
type FactorState struct {
	Set      time.Time // zero for none
	Recovery int       // recovery codes that are left
	Required bool      // by a role that the person holds
}

// FactorOf returns the state of the second factor of an account that the caller
// has read.
func FactorOf(tx *data.Tx, account string) (st FactorState, err error) {
	f, err := Factors.Get(signingIn.Over(tx), account)
	if err != nil && !errors.Is(err, data.ErrNotFound) {
		return st, err
	}
	st.Set, st.Recovery = f.At, len(f.Recovery)
	policy, err := PolicyOf(tx)
	if err != nil {
		return st, err
	}
	grants, err := grantsOf(grantsElsewhere.Over(tx), account)
	st.Required = slices.ContainsFunc(grants, func(g Grant) bool { return slices.Contains(policy.Roles, g.Role) })
	return st, err
}

// NoticeFactor tells the owner of an account that its second factor was taken.
func NoticeFactor(tx *data.Tx, a Account, by string) error {
	if a.Email == "" {
		return nil
	}
	return post.Queue(tx, post.Mail{To: a.Email, Subject: "Votre second facteur a été réinitialisé", Lines: []string{
		by + " a réinitialisé le second facteur du compte " + a.Login + " : les codes de votre application et vos codes de secours ne servent plus, et les sessions ouvertes ont été fermées.",
		"À la prochaine connexion, votre mot de passe suffit, ou un nouveau second facteur vous est demandé si votre rôle l’exige. Si vous n’avez rien demandé, prévenez sans attendre un administrateur."}})
}
