package access

import (
	"context"
	"errors"
	"slices"
	"strings"

	"preau/data"
)

// A SignIn is an attempt to sign in.
type SignIn struct {
	Login, Password string
	From            string // address
	Agent           string // of the browser, as it names itself
	Device          string // token of a device known to the account, "" for none
	Console         bool   // it is the console that the person is going to
}

// A Signed is what a right password gives: a session, or a pass for what is
// still to be done.
type Signed struct {
	Token   string // for the session cookie: 256 bits
	Device  string // for the device cookie, 90 days
	Session *Session

	Next Use    // "" when the session is open
	Pass string // token of the pass for Next
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

// superPrefix begins the login by which a local administrator moderates what an
// establishment publishes, on the ENT side.
const superPrefix = "admin."

func normalLogin(login string) string { return strings.ToLower(strings.TrimSpace(login)) }

// An entry is a sign-in on its way: the password was right.
type entry struct {
	SignIn
	account Account
	known   bool       // the device
	initial bool       // the password is the initial one
	super   bool       // as admin.prenom.nom
	in      data.Place // that the super manager chose
	proved  bool       // the second factor was given
}

// SignIn verifies a password and opens a session, or tells what is still to be
// done. It takes the same time and gives the same answer for a wrong password
// and for an unknown login.
func (g *Gate) SignIn(ctx context.Context, in SignIn) (*Signed, error) {
	in.Login = normalLogin(in.Login)
	if len(in.Login) > longestInput || len(in.Password) > longestInput {
		return nil, &Refusal{Kind: Invalid, Says: wrongPassword}
	}
	e := entry{SignIn: in}
	if e.Login, e.super = strings.CutPrefix(in.Login, superPrefix); e.super && in.Console {
		return nil, &Refusal{Kind: Invalid, Says: AdminLogin}
	}
	if err := g.candidate(&e); err != nil {
		return nil, err
	}
	if !e.known {
		if err := g.attempt(failureKey("login", e.Login), in.From); err != nil {
			return nil, err
		}
	}
	ok, err := g.hasher.Verify(ctx, in.Password, e.account.Hash)
	if err != nil {
		return nil, err
	}
	if !ok && !e.initial {
		g.noteFailure(in, e.account)
		return nil, &Refusal{Kind: Invalid, Says: wrongPassword}
	}
	if e.account.Suspended || e.account.Deleted {
		return nil, g.refuse(in, e.account)
	}
	if ok && outdated(e.account.Hash) {
		if e.account.Hash, err = g.rehash(ctx, e.account, in.Password); err != nil {
			return nil, err
		}
	}
	return g.proceed(e)
}

// candidate reads the account of the login, and whether the device knows it. A
// super manager who administers no establishment is nobody.
func (g *Gate) candidate(e *entry) error {
	return g.store.View(data.System("connexion"), func(tx *data.Tx) error {
		a, err := AccountsByLogin.Get(tx, e.Login)
		if errors.Is(err, data.ErrNotFound) {
			return nil
		}
		if err != nil {
			return err
		}
		if e.super {
			if places, err := moderated(tx, a.ID); err != nil || len(places) == 0 {
				return err
			}
		}
		e.account = a
		if e.initial, err = isInitial(tx, a, e.Password); err != nil {
			return err
		}
		d, err := Devices.Get(tx, Device{Hash: hashToken(e.Device), Account: a.ID}.Key())
		if errors.Is(err, data.ErrNotFound) {
			return nil
		}
		e.known = err == nil && tx.Now.Before(d.Until)
		return err
	})
}

// moderated are the establishments whose content a local administrator may
// moderate on the ENT side.
func moderated(tx *data.Tx, account string) (places []data.Place, err error) {
	grants, err := grantsOf(tx, account)
	for _, g := range grants {
		if g.Role == LocalAdmin {
			places = append(places, g.In)
		}
	}
	return places, err
}

func (g *Gate) refuse(in SignIn, a Account) error {
	by := data.Author{ID: a.ID, Name: a.Name, Via: "connexion", From: in.From}
	if err := g.store.Record(by, nil, data.Fact{Action: refusedFact, About: a}); err != nil {
		return err
	}
	return &Refusal{Kind: Invalid, Says: NoAccess}
}

// proceed opens the session of somebody whose password was right, or gives a
// pass for the first thing that is still to be done.
func (g *Gate) proceed(e entry) (*Signed, error) {
	var next Use
	err := g.store.View(data.System("connexion"), func(tx *data.Tx) (err error) {
		next, err = e.due(tx)
		return err
	})
	if err != nil {
		return nil, explain(err)
	}
	if next == "" {
		return g.open(e)
	}
	signed := &Signed{Next: next}
	err = g.store.Unlogged(data.System("connexion"), func(tx *data.Tx) (err error) {
		if err := unchanged(tx, e.account); err != nil {
			return err
		}
		if err := forget(tx, failureKey("login", e.Login), e.From, e.known); err != nil { // the password was right
			return err
		}
		signed.Pass, err = StepPass(tx, Pass{Account: e.account.ID, Use: next, Known: true, Proved: e.proved, Super: e.super, In: e.in})
		return err
	})
	return signed, explain(err)
}

// due is what is still to be done before the session opens, "" for nothing.
func (e *entry) due(tx *data.Tx) (Use, error) {
	if e.initial {
		return ChooseFirst, nil
	}
	if !e.proved {
		if factor, err := factorDue(tx, e.account); err != nil || factor != "" {
			return factor, err
		}
	}
	if accepted, err := hasAccepted(tx, e.account); err != nil || !accepted {
		return AcceptTerms, err
	}
	if e.super && e.in == "" {
		places, err := moderated(tx, e.account.ID)
		if err != nil || len(places) > 1 {
			return ChoosePlace, err
		}
		if len(places) == 0 {
			return "", &Refusal{Kind: Invalid, Says: wrongPassword}
		}
		e.in = places[0]
	}
	return "", nil
}

// going reads again a sign-in that goes on with the token of a pass.
func (g *Gate) going(token string, in SignIn, uses ...Use) (e entry, p Pass, err error) {
	err = g.store.View(data.System("connexion"), func(tx *data.Tx) error {
		if p, err = passOf(tx, token, uses); err != nil {
			return err
		}
		if e.account, err = Accounts.Get(tx, p.Account); err != nil {
			return err
		}
		e.SignIn, e.known, e.proved, e.super, e.in = in, p.Known, p.Proved, p.Super, p.In
		e.Login = e.account.Login
		return nil
	})
	return e, p, explain(err)
}

// ChoosePlaceOf opens the session of a super manager in one of the
// establishments that they administer.
func (g *Gate) ChoosePlaceOf(token string, in SignIn, place data.Place) (*Signed, error) {
	e, _, err := g.going(token, in, ChoosePlace)
	if err != nil {
		return nil, err
	}
	err = g.store.Unlogged(data.System("connexion"), func(tx *data.Tx) error {
		places, err := moderated(tx, e.account.ID)
		if err != nil || !slices.Contains(places, place) {
			return errors.Join(err, NotFound())
		}
		_, err = TakePass(tx, token, ChoosePlace)
		return err
	})
	if err != nil {
		return nil, explain(err)
	}
	e.in = place
	return g.proceed(e)
}

// PlacesToChoose are the establishments among which a super manager chooses.
func (g *Gate) PlacesToChoose(token string) (places []data.Place, err error) {
	e, _, err := g.going(token, SignIn{}, ChoosePlace)
	if err != nil {
		return nil, err
	}
	err = g.store.View(data.System("connexion"), func(tx *data.Tx) error {
		places, err = moderated(tx, e.account.ID)
		return err
	})
	return places, explain(err)
}

// open makes the session, and remembers the device.
func (g *Gate) open(e entry) (*Signed, error) {
	token, err1 := g.random()
	csrf, err2 := g.random()
	device, err3 := g.random()
	if err := errors.Join(err1, err2, err3); err != nil {
		return nil, err
	}
	a := e.account
	if len(e.Device) == len(device) {
		device = e.Device // one cookie serves every account of a browser
	}
	by := data.System(a.Name)
	by.ID, by.Via, by.From = a.ID, "connexion", e.From
	err := g.store.Record(by, func(tx *data.Tx) error {
		if err := unchanged(tx, a); err != nil {
			return err
		}
		return errors.Join(
			Tokens.Put(tx, Token{Hash: hashToken(token), Account: a.ID, Created: tx.Now, Seen: tx.Now, CSRF: csrf, From: e.From, Agent: e.Agent, Super: e.in, Proved: tx.Now}),
			Devices.Put(tx, Device{Hash: hashToken(device), Account: a.ID, At: tx.Now, Until: tx.Now.Add(deviceLife), Agent: e.Agent}),
			markPresent(tx, e), forget(tx, failureKey("login", e.Login), e.From, e.known))
	}, data.Fact{Action: signingInFact, About: a, Note: e.note()})
	if err != nil {
		return nil, explain(err)
	}
	s, err := g.Resume(token, e.From, true)
	return &Signed{Token: token, Device: device, Session: s}, err
}

// note says what is particular of a sign-in.
func (e entry) note() string {
	if e.super {
		return "super gestionnaire"
	}
	return ""
}

// how says by what somebody proved who they are.
func (e entry) how() string {
	if e.proved {
		return "mot de passe et second facteur"
	}
	return "mot de passe"
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

func markPresent(tx *data.Tx, e entry) error {
	p, err := Presences.Get(tx, e.account.ID)
	if err != nil && !errors.Is(err, data.ErrNotFound) {
		return err
	}
	if p.First.IsZero() {
		p.First = tx.Now
	}
	p.ID, p.SignedIn, p.How = e.account.ID, tx.Now, e.how()
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
