package access

import (
	"errors"
	"slices"
	"strings"
	"time"

	"preau/data"
)

// A Factor is the second factor of somebody: the secret that their telephone
// holds too, and the codes for the day they lose it.
type Factor struct {
	Account  string    `cbor:"acc"`
	Sealed   []byte    `cbor:"sec"`
	At       time.Time `cbor:"at"`
	Step     int64     `cbor:"step"` // of the last code: none before it counts again
	Recovery []string  `cbor:"rec"`  // marks of the recovery codes that are left
}

// Key is the account.
func (f Factor) Key() string { return f.Account }

// Places is the whole appliance: a factor is read by the gate only.
func (f Factor) Places() []data.Place { return []data.Place{""} }

// A Policy says which roles must have a second factor.
type Policy struct {
	Roles []Role `cbor:"roles" log:"Rôles qui doivent avoir un second facteur"`
}

// Key is always the same: there is one row.
func (Policy) Key() string { return "second-facteur" }

// Places is the whole appliance.
func (Policy) Places() []data.Place { return []data.Place{""} }

// Label names the policy in the journal.
func (Policy) Label() string { return "Second facteur" }

const (
	factorUse   = "second facteur"
	recoveryUse = "code de secours"
)

// PolicyOf returns the policy, which asks nothing of anybody until it is set.
func PolicyOf(tx *data.Tx) (p Policy, err error) {
	p, err = Policies.Get(tx, Policy{}.Key())
	if errors.Is(err, data.ErrNotFound) {
		err = nil
	}
	return p, err
}

// factorDue is what a sign-in must still do about the second factor.
func factorDue(tx *data.Tx, a Account) (Use, error) {
	has, err := HasFactor(tx, a.ID)
	if err != nil || has {
		return GiveFactor, err
	}
	required, err := requiresFactor(tx, a.ID)
	if err != nil || !required {
		return "", err
	}
	return EnrolFactor, nil
}

// requiresFactor reports whether a role that an account holds, in the console or
// not at this moment, must have a second factor.
func requiresFactor(tx *data.Tx, account string) (bool, error) {
	wide := signingIn.Over(tx)
	policy, err := PolicyOf(wide)
	if err != nil || len(policy.Roles) == 0 {
		return false, err
	}
	grants, err := grantsOf(wide, account)
	return slices.ContainsFunc(grants, func(g Grant) bool { return slices.Contains(policy.Roles, g.Role) }), err
}

// HasFactor reports whether somebody, whom the caller has read, has a second factor.
func HasFactor(tx *data.Tx, account string) (bool, error) {
	return Factors.Has(signingIn.Over(tx), account)
}

// An Enrolment is what is shown once to set up a second factor.
type Enrolment struct{ Secret, URI string }

// PrepareFactor makes the secret of a new factor of the account of a pass, kept
// in it until a code confirms it. A page that is shown again keeps its secret.
func (g *Gate) PrepareFactor(token, ent string) (e Enrolment, err error) {
	err = g.store.Unlogged(data.System("second facteur"), func(tx *data.Tx) error {
		p, err := passOf(tx, token, []Use{EnrolFactor, SetUpFactor})
		if err != nil {
			return err
		}
		a, err := Accounts.Get(tx, p.Account)
		if err != nil {
			return err
		}
		secret, ok := tx.Unseal(factorUse, p.Secret)
		if !ok {
			if secret, err = newFactorSecret(random); err != nil {
				return err
			}
			if p.Secret, err = tx.Seal(factorUse, secret); err != nil {
				return err
			}
		}
		e = Enrolment{secret, factorURL(ent, a.Login, secret)}
		return Passes.Put(tx, p)
	})
	return e, explain(err)
}

var (
	enrolling = data.Action{Key: "factor.set", Says: "Second facteur mis en place", Severity: data.Attention}
	helped    = data.Action{Key: "factor.recovery", Says: "Connexion par un code de secours", Severity: data.Important}
)

// confirm gives the account of a pass the factor that it prepared, once a code
// of it is right, and returns the recovery codes, which are shown once.
func (g *Gate) confirm(token, code, from string, use Use) (recovery []string, err error) {
	var about Account
	var p Pass
	if err := g.store.View(data.System("second facteur"), func(tx *data.Tx) error {
		if p, err = passOf(tx, token, []Use{use}); err == nil {
			about, err = Accounts.Get(tx, p.Account)
		}
		return err
	}); err != nil {
		return nil, explain(err)
	}
	if err := g.attempt(failureKey("factor", p.Account), from); err != nil {
		return nil, err
	}
	by := data.System(about.Name)
	by.ID, by.Via, by.From = about.ID, "connexion", from
	err = g.store.Record(by, func(tx *data.Tx) error {
		p, err := passOf(tx, token, []Use{use})
		if err != nil {
			return err
		}
		secret, ok := tx.Unseal(factorUse, p.Secret)
		if !ok {
			return errSpent()
		}
		step, ok := factorStep(secret, digits(code), tx.Now, 0)
		if !ok {
			return Wrong("code", "Ce code n’est pas celui de l’application en ce moment. Vérifiez l’heure de votre téléphone, puis saisissez le code affiché.")
		}
		f := Factor{Account: p.Account, Sealed: p.Secret, At: tx.Now, Step: step}
		if recovery, f.Recovery, err = newRecovery(tx); err != nil {
			return err
		}
		p.Secret, p.Proved = nil, true
		return errors.Join(Factors.Put(tx, f), Passes.Put(tx, p), forget(tx, failureKey("factor", p.Account), from, false))
	}, data.Fact{Action: enrolling, About: about})
	return recovery, explain(err)
}

// newRecovery makes recovery codes, and the marks by which they are known.
func newRecovery(tx *data.Tx) (codes, marks []string, err error) {
	codes, err = newRecoveryCodes(random)
	for i, c := range codes {
		mark, failed := tx.Mark(recoveryUse, c)
		marks, err = append(marks, mark), errors.Join(err, failed)
		codes[i] = SpacedCode(c)
	}
	return codes, marks, err
}

func digits(code string) string {
	return strings.Map(func(r rune) rune {
		if r < '0' || r > '9' {
			return -1
		}
		return r
	}, code)
}

// GiveFactor verifies the second factor of a sign-in, or a recovery code, and
// goes on with it.
func (g *Gate) GiveFactor(token, code string, in SignIn) (*Signed, error) {
	e, p, err := g.going(token, in, GiveFactor)
	if err != nil {
		return nil, err
	}
	key := failureKey("factor", p.Account)
	if err := g.attempt(key, in.From); err != nil {
		return nil, err
	}
	var facts []data.Fact
	err = g.store.Unlogged(data.System("second facteur"), func(tx *data.Tx) error {
		if _, err := TakePass(tx, token, GiveFactor); err != nil {
			return err
		}
		recovery, err := spendFactor(tx, p.Account, code)
		if recovery {
			facts = append(facts, data.Fact{Action: helped, About: e.account})
		}
		return errors.Join(err, forget(tx, key, in.From, false))
	})
	if err != nil {
		return nil, explain(err)
	}
	if len(facts) > 0 {
		by := data.System(e.account.Name)
		by.ID, by.Via, by.From = e.account.ID, "connexion", in.From
		if err := g.store.Record(by, nil, facts...); err != nil {
			return nil, explain(err)
		}
	}
	e.proved = true
	return g.proceed(e)
}

// spendFactor uses a code of a second factor up: no code serves twice.
func spendFactor(tx *data.Tx, account, code string) (recovery bool, err error) {
	wrong := Wrong("code", "Ce code n’est pas reconnu, ou il a déjà servi. Attendez le suivant, ou prenez un code de secours.")
	f, err := Factors.Get(tx, account)
	if err != nil {
		return false, errors.Join(err, wrong)
	}
	if secret, ok := tx.Unseal(factorUse, f.Sealed); ok {
		if step, ok := factorStep(secret, digits(code), tx.Now, f.Step); ok {
			f.Step = step
			return false, Factors.Put(tx, f)
		}
	}
	mark, err := tx.Mark(recoveryUse, NormalCode(code))
	if err != nil {
		return false, err
	}
	left := slices.DeleteFunc(slices.Clone(f.Recovery), func(m string) bool { return sameSecret(m, mark) })
	if len(left) == len(f.Recovery) {
		return false, wrong
	}
	f.Recovery = left
	return true, Factors.Put(tx, f)
}

// EnrolDuring confirms the factor that a role requires, during a sign-in, and
// returns the recovery codes with what follows.
func (g *Gate) EnrolDuring(token, code string, in SignIn) (recovery []string, signed *Signed, err error) {
	if recovery, err = g.confirm(token, code, in.From, EnrolFactor); err != nil {
		return nil, nil, err
	}
	e, _, err := g.going(token, in, EnrolFactor)
	if err != nil {
		return nil, nil, err
	}
	if err := g.store.Unlogged(data.System("second facteur"), func(tx *data.Tx) error {
		_, err := TakePass(tx, token, EnrolFactor)
		return err
	}); err != nil {
		return nil, nil, explain(err)
	}
	signed, err = g.proceed(e)
	return recovery, signed, err
}

// BeginFactor gives an administrator a pass to set up a second factor, or
// another one: see Session.PrepareFactor. It takes a recent proof.
func (s *Session) BeginFactor() (token string, err error) {
	err = s.See(func(tx *data.Tx) error {
		if role, err := RoleOf(tx, s.Account.ID); err != nil || role == "" {
			return errors.Join(err, NotFound())
		}
		return s.Fresh()
	})
	if err != nil {
		return "", err
	}
	err = s.Upkeep(func(tx *data.Tx) error {
		token, err = StepPass(tx, Pass{Account: s.Account.ID, Use: SetUpFactor})
		return err
	})
	return token, err
}

// PrepareFactor is Gate.PrepareFactor for the person's own pass.
func (s *Session) PrepareFactor(token, ent string) (e Enrolment, err error) {
	if err := s.holds(token); err != nil {
		return e, err
	}
	return s.gate.PrepareFactor(token, ent)
}

// holds refuses a pass to set up a second factor that is not the person's:
// nobody is led to set up somebody else's.
func (s *Session) holds(token string) error {
	holder, _, err := s.gate.Holder(token, s.from, SetUpFactor)
	if err == nil && holder.Account.ID != s.Account.ID {
		err = errSpent()
	}
	return err
}

// ConfirmFactor confirms the second factor that the person set up, and returns
// the recovery codes.
func (s *Session) ConfirmFactor(token, code string) (recovery []string, err error) {
	if err := s.holds(token); err != nil {
		return nil, err
	}
	recovery, err = s.gate.confirm(token, code, s.from, SetUpFactor)
	if err != nil {
		return nil, err
	}
	return recovery, s.Upkeep(func(tx *data.Tx) error {
		_, err := TakePass(tx, token, SetUpFactor)
		return err
	})
}

var droppingOwn = NewAction("factor.drop", "Second facteur abandonné", Oneself, data.Important)

// DropOwnFactor removes the person's second factor. It takes a recent proof,
// and is refused where a role requires one.
func (s *Session) DropOwnFactor() error {
	return s.Own(droppingOwn, func(tx *data.Tx) (data.Row, error) {
		if has, err := HasFactor(tx, s.Account.ID); err != nil || !has {
			return nil, errors.Join(err, NotFound())
		}
		if err := s.Fresh(); err != nil {
			return nil, err
		}
		required, err := requiresFactor(tx, s.Account.ID)
		if err != nil {
			return nil, err
		}
		if required {
			return nil, Conflict("Votre rôle doit garder un second facteur. Pour changer de téléphone, mettez-en un autre en place : il remplace celui-ci.")
		}
		return s.Account, DropFactor(tx, s.Account.ID)
	})
}

// DropFactor removes the second factor of an account that the caller has read,
// in the transaction of what says so.
func DropFactor(tx *data.Tx, account string) error {
	return drop(signingIn.Over(tx), Factors, account)
}
