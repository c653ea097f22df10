package access

import (
	"context"
	"errors"
	"strings"
	"time"

	"preau/data"
)

// A SignIn is an attempt to sign in.
type SignIn struct {
	Login, Password string
	From            string // address
	Agent           string // of the browser, as it names itself
	Device          string // token of a device known to the account, "" for none
}

// A Signed is what a right password gives.
type Signed struct {
	Token   string // for the session cookie: 256 bits
	Device  string // for the device cookie, 90 days
	Session *Session
}

var (
	signingInFact  = data.Action{Key: "session.open", Says: "Connexion"}
	signingOutFact = data.Action{Key: "session.close", Says: "Déconnexion"}
	refusedFact    = data.Action{Key: "session.refused", Says: "Connexion d’un compte suspendu refusée", Severity: data.Attention}
)

// longestInput bounds what is hashed, in bytes.
const longestInput = 1000

// The one answer to a login or a password that is not right.
const wrongPassword = "L’identifiant ou le mot de passe n’est pas reconnu. Vérifiez la saisie : majuscules et minuscules comptent dans le mot de passe."

// NoAccess is what a suspended or deleted person reads after a right password.
const NoAccess = "Vous ne disposez pas des autorisations suffisantes pour accéder à l’ENT."

// AdminLogin is why the login of a super manager does not open the console.
const AdminLogin = "Ce login ouvre l’ENT et n’est pas reconnu dans la console d’administration : connectez-vous avec votre login prenom.nom, le mot de passe est le même."

// SignIn verifies a password and opens a session. It takes the same time and
// gives the same answer for a wrong password and for an unknown login.
func (g *Gate) SignIn(ctx context.Context, in SignIn) (*Signed, error) {
	in.Login = strings.ToLower(strings.TrimSpace(in.Login))
	if len(in.Login) > longestInput || len(in.Password) > longestInput {
		return nil, &Refusal{Kind: Invalid, Says: wrongPassword}
	}
	if strings.HasPrefix(in.Login, "admin.") {
		return nil, &Refusal{Kind: Invalid, Says: AdminLogin}
	}
	account, known, err := g.candidate(in)
	if err != nil {
		return nil, err
	}
	if !known {
		if err := g.attempt(in); err != nil {
			return nil, err
		}
	}
	ok, err := g.hasher.Verify(ctx, in.Password, account.Hash)
	if err != nil {
		return nil, err
	}
	if !ok {
		g.noteFailure(in, account)
		return nil, &Refusal{Kind: Invalid, Says: wrongPassword}
	}
	if account.Suspended || account.Deleted {
		return nil, g.refuse(in, account)
	}
	return g.open(ctx, in, account, known)
}

// candidate reads the account of the login, and whether the device knows it.
func (g *Gate) candidate(in SignIn) (a Account, known bool, err error) {
	err = g.store.View(data.System("connexion"), func(tx *data.Tx) error {
		a, err = AccountsByLogin.Get(tx, in.Login)
		if errors.Is(err, data.ErrNotFound) {
			return nil
		}
		if err != nil {
			return err
		}
		d, err := Devices.Get(tx, Device{Hash: hashToken(in.Device), Account: a.ID}.Key())
		if errors.Is(err, data.ErrNotFound) {
			return nil
		}
		known = err == nil && tx.Now.Before(d.Until)
		return err
	})
	return a, known, err
}

func (g *Gate) refuse(in SignIn, a Account) error {
	by := data.Author{ID: a.ID, Name: a.Name, Via: "connexion", From: in.From}
	if err := g.store.Record(by, nil, data.Fact{Action: refusedFact, About: a}); err != nil {
		return err
	}
	return &Refusal{Kind: Invalid, Says: NoAccess}
}

// open makes the session, and remembers the device.
func (g *Gate) open(ctx context.Context, in SignIn, a Account, known bool) (*Signed, error) {
	token, err1 := g.random()
	csrf, err2 := g.random()
	device, err3 := g.random()
	if err := errors.Join(err1, err2, err3); err != nil {
		return nil, err
	}
	if outdated(a.Hash) {
		hash, err := g.rehash(ctx, a, in.Password)
		if err != nil {
			return nil, err
		}
		a.Hash = hash
	}
	if len(in.Device) == len(device) {
		device = in.Device // one cookie serves every account of a browser
	}
	by := data.System(a.Name)
	by.ID, by.Via, by.From = a.ID, "connexion", in.From
	err := g.store.Record(by, func(tx *data.Tx) error {
		if err := unchanged(tx, a); err != nil {
			return err
		}
		return errors.Join(
			Tokens.Put(tx, Token{Hash: hashToken(token), Account: a.ID, Created: tx.Now, Seen: tx.Now, CSRF: csrf, From: in.From, Agent: in.Agent}),
			Devices.Put(tx, Device{Hash: hashToken(device), Account: a.ID, At: tx.Now, Until: tx.Now.Add(deviceLife), Agent: in.Agent}),
			markPresent(tx, a.ID), forget(tx, a, in, known))
	}, data.Fact{Action: signingInFact, About: a})
	if err != nil {
		return nil, explain(err)
	}
	s, err := g.Resume(token, in.From, true)
	return &Signed{token, device, s}, err
}

// unchanged refuses an account that was closed, or given another password,
// while its password was being verified.
func unchanged(tx *data.Tx, a Account) error {
	now, err := Accounts.Get(tx, a.ID)
	switch {
	case err != nil:
		return err
	case now.Suspended || now.Deleted:
		return &Refusal{Kind: Invalid, Says: NoAccess}
	case now.Hash != a.Hash:
		return &Refusal{Kind: Invalid, Says: wrongPassword}
	}
	return nil
}

func markPresent(tx *data.Tx, id string) error {
	p, err := Presences.Get(tx, id)
	if err != nil && !errors.Is(err, data.ErrNotFound) {
		return err
	}
	if p.First.IsZero() {
		p.First = tx.Now
	}
	p.ID, p.SignedIn, p.How = id, tx.Now, "mot de passe"
	return Presences.Put(tx, p)
}

var rehashing = data.Action{Key: "password.rehash", Says: "Renforcement de l’empreinte du mot de passe"}

func (g *Gate) rehash(ctx context.Context, a Account, password string) (string, error) {
	hash, err := g.hasher.Hash(ctx, password)
	if err != nil {
		return "", err
	}
	return hash, g.store.Update(data.System("Contrôle d’accès"), rehashing, func(tx *data.Tx) (data.Row, error) {
		fresh, err := Accounts.Get(tx, a.ID)
		if err != nil {
			return nil, err
		}
		if fresh.Hash == a.Hash {
			fresh.Hash = hash
		}
		return fresh, Accounts.Put(tx, fresh)
	})
}

// SignOut ends the session.
func (s *Session) SignOut() error {
	by := s.author(nil)
	by.May = data.Everywhere
	return explain(s.gate.store.Record(by, func(tx *data.Tx) error {
		err := Tokens.Delete(tx, s.Token)
		if errors.Is(err, data.ErrNotFound) {
			return nil
		}
		return err
	}, data.Fact{Action: signingOutFact, About: s.Account}))
}

// CloseOthers ends the person's other sessions, or one of them if its key is
// given.
func (s *Session) CloseOthers(key string) error {
	by := s.author(nil)
	by.May = data.Everywhere
	return explain(s.gate.store.Record(by, func(tx *data.Tx) error {
		wide := signingIn.Over(tx)
		var ended []string
		for t, err := range TokensByAccount.All(wide, s.Account.ID) {
			if err != nil {
				return err
			}
			if t.Hash != s.Token && (key == "" || t.Hash == key) {
				ended = append(ended, t.Hash)
			}
		}
		return deleteAll(wide, Tokens, ended)
	}, data.Fact{Action: closingFact, About: s.Account}))
}

var closingFact = data.Action{Key: "session.close", Says: "Fermeture d’autres sessions"}

// A Device is a browser that somebody signed in with: it is never slowed down
// by what others try against the account.
type Device struct {
	Hash    string    `cbor:"h"` // SHA-256 of the cookie
	Account string    `cbor:"acc"`
	At      time.Time `cbor:"at"`
	Until   time.Time `cbor:"until"`
	Agent   string    `cbor:"ua"`
}

const deviceLife = 90 * 24 * time.Hour

// Key tells apart the accounts that one browser knows.
func (d Device) Key() string { return d.Hash + "/" + d.Account }

// Places is the whole appliance: a device is read by the gate only.
func (d Device) Places() []data.Place { return []data.Place{""} }
