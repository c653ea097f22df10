package ui

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/pquerna/otp/totp"

	"preau/app/access"
	"preau/app/demo"
	"preau/app/directory"
	"preau/app/post"
	"preau/data"
)

// goesOn gives a browser the pass of what it is in the middle of, "" for nothing.
func (p *person) goesOn(token string) {
	p.h.t.Helper()
	if token == "" {
		return
	}
	at, err := url.Parse(p.h.base)
	if err != nil {
		p.h.t.Fatal(err)
	}
	for _, c := range p.Jar.Cookies(at) {
		if prefix, ok := strings.CutSuffix(c.Name, "formulaire"); ok {
			p.Jar.SetCookies(at, []*http.Cookie{{Name: prefix + "etape", Value: token, Path: "/"}})
		}
	}
	p.h.step = ""
}

// tries sends the sign-in form with a login and a password.
func (p *person) tries(login, password string, more ...string) answer {
	p.h.t.Helper()
	form := url.Values{"login": {login}, "mot-de-passe": {password}}
	for i := 0; i < len(more); i += 2 {
		form.Set(more[i], more[i+1])
	}
	return p.post("/connexion", form)
}

// leads checks where an answer leads.
func (p *person) leads(got answer, to string) {
	p.h.t.Helper()
	if got.Status != http.StatusSeeOther || got.Get("Location") != to {
		p.h.t.Fatalf("%d to %q, want %q\n%s", got.Status, got.Get("Location"), to, got.Body)
	}
}

// change does what no page of these tests does.
func (h *house) change(fn func(tx *data.Tx) (data.Row, error)) {
	h.t.Helper()
	if err := h.app.Gate.System("essai").Do(access.Action{Action: data.Action{Key: "essai", Says: "Essai"}}, fn); err != nil {
		h.t.Fatal(err)
	}
}

// upkeep changes what the journal does not follow.
func (h *house) upkeep(fn func(tx *data.Tx) error) {
	h.t.Helper()
	if err := h.app.Gate.System("essai").Upkeep(fn); err != nil {
		h.t.Fatal(err)
	}
}

// require makes a role have a second factor.
func (h *house) require(role access.Role) {
	h.t.Helper()
	h.change(func(tx *data.Tx) (data.Row, error) {
		p := access.Policy{Roles: []access.Role{role}}
		return p, access.Policies.Put(tx, p)
	})
}

// rewrite gives an establishment other terms than those its people accepted.
func (h *house) rewrite(uai string) {
	h.t.Helper()
	s := h.app.Gate.System("essai")
	place, err := directory.PlaceOfUAI(s, uai)
	t, failed := s.TermsAt(place)
	if err == nil && failed == nil {
		err = access.WriteTerms(s, place, t.Version, "Charte de l’essai, deuxième version.", "Les données de l’essai.")
	}
	if err != nil {
		h.t.Fatal(err)
	}
}

// An authenticator is somebody's telephone, and the paper beside it.
type authenticator struct {
	h        *house
	secret   string
	recovery []string
}

// code is what it shows, some time from now.
func (a authenticator) code(in time.Duration) string {
	a.h.t.Helper()
	code, err := totp.GenerateCode(a.secret, a.h.clock.now().Add(in))
	if err != nil {
		a.h.t.Fatal(err)
	}
	return code
}

// equip gives somebody a second factor, who signed in for that.
func (h *house) equip(login string) authenticator {
	h.t.Helper()
	signed, err := h.app.Gate.SignIn(h.t.Context(), access.SignIn{Login: login, Password: demo.Password, From: "192.0.2.1"})
	if err != nil {
		h.t.Fatal(err)
	}
	token, err := signed.Session.BeginFactor()
	if err != nil {
		h.t.Fatal(err)
	}
	e, err := h.app.Gate.PrepareFactor(token, "ENT")
	if err != nil {
		h.t.Fatal(err)
	}
	a := authenticator{h: h, secret: e.Secret}
	if a.recovery, err = signed.Session.ConfirmFactor(token, a.code(0)); err != nil {
		h.t.Fatal(err)
	}
	h.clock.pass(90 * time.Second) // that code is over
	return a
}

// begin begins a sign-in in another browser, and returns the pass of what it
// still asks.
func (h *house) begin(login, password string, next access.Use) string {
	h.t.Helper()
	signed, err := h.app.Gate.SignIn(h.t.Context(), access.SignIn{Login: login, Password: password, From: "192.0.2.1"})
	if err != nil || signed.Next != next {
		h.t.Fatalf("%s: %+v, %v, want %s", login, signed, err, next)
	}
	return signed.Pass
}

// newcomer is somebody of a profile who never signed in, with their initial
// password.
func (h *house) newcomer(uai string, profile directory.Profile) (a access.Account, password string) {
	h.t.Helper()
	for _, u := range h.people(uai, profile) {
		if a = h.account(u.Login.Value()); a.Hash == "" {
			h.upkeep(func(tx *data.Tx) (err error) {
				password, err = access.InitialPassword(tx, a.ID)
				return err
			})
			return a, password
		}
	}
	h.t.Fatalf("every %s of %s has signed in", profile, uai)
	return a, ""
}

// entrances does the unsafe routes of signing in and of getting back in.
func (h *house) entrances(do func(route string, d deed)) {
	h.t.Helper()
	uai := h.school("claire.moreau", 0)
	pupil := h.account("lucas.martin")
	do("POST /mot-de-passe-oublie", deed{"", "/mot-de-passe-oublie", url.Values{"qui": {h.mailed(pupil.Login).Login}}, nil, true})
	h.ask(pupil, access.SecretQuestions[0], "Le Petit Nicolas")
	do("POST /mot-de-passe-oublie/question", deed{"", "/mot-de-passe-oublie/question", url.Values{"login": {pupil.Login}, "reponse": {"le petit nicolas"}}, nil, false})
	do("POST /code", deed{"", "/code", url.Values{"login": {pupil.Login}, "code": {h.handOver(pupil)}}, nil, false})
	do("POST /adresse", deed{"", "/adresse", url.Values{"lien": {h.unsure("anne.martin", "anne.martin@exemple.example")}}, nil, true})
	do("POST /mot-de-passe", deed{"", "/mot-de-passe", url.Values{"lien": {h.pass(pupil, access.ChooseAgain)}, "mot-de-passe": {"un cartable bleu"}, "encore": {"un cartable bleu"}}, nil, true})

	phone := h.equip("paul.lefevre")
	h.step = h.begin("paul.lefevre", demo.Password, access.GiveFactor)
	do("POST /connexion/second-facteur", deed{"", "/connexion/second-facteur", url.Values{"code": {phone.recovery[0]}}, nil, true})
	h.require(access.AcademySupport)
	h.step = h.begin("nadia.benali", demo.Password, access.EnrolFactor)
	e, err := h.app.Gate.PrepareFactor(h.step, "ENT")
	if err != nil {
		h.t.Fatal(err)
	}
	h.clock.pass(time.Second) // the deed is one second later
	do("POST /connexion/second-facteur/mise-en-place", deed{"", "/connexion/second-facteur/mise-en-place", url.Values{"code": {authenticator{h: h, secret: e.Secret}.code(0)}}, nil, true})
	h.step = h.begin("admin.sophie.girard", demo.Password, access.ChoosePlace)
	do("POST /connexion/etablissement", deed{"", "/connexion/etablissement", url.Values{"etablissement": {h.school("sophie.girard", 1)}}, nil, true})
	h.rewrite(uai)
	h.step = h.begin("julien.petit", demo.Password, access.AcceptTerms)
	do("POST /connexion/charte", deed{"", "/connexion/charte", url.Values{"charte": {"oui"}}, nil, true})
}

// mailed gives somebody a confirmed address of their own.
func (h *house) mailed(login string) (a access.Account) {
	h.t.Helper()
	a = h.account(login)
	u := h.user(a.ID)
	u.Email, u.Unsure = u.Email.Edit(login+"@exemple.example"), false
	h.change(func(tx *data.Tx) (data.Row, error) { return u, directory.Users.Put(tx, u) })
	h.change(func(tx *data.Tx) (data.Row, error) {
		a.Email = login + "@exemple.example"
		return a, access.Accounts.Put(tx, a)
	})
	return a
}

// unsure gives somebody an address to confirm, and returns the pass for it.
func (h *house) unsure(login, address string) (token string) {
	h.t.Helper()
	a := h.account(login)
	u := h.user(a.ID)
	u.Email, u.Unsure = u.Email.Edit(address), true
	h.change(func(tx *data.Tx) (data.Row, error) { return u, directory.Users.Put(tx, u) })
	h.change(func(tx *data.Tx) (data.Row, error) {
		a.Email = ""
		return a, access.Accounts.Put(tx, a)
	})
	h.upkeep(func(tx *data.Tx) (err error) {
		token, err = access.OrderPass(tx, access.Pass{Account: a.ID, Use: access.ConfirmAddress, Address: address})
		return err
	})
	return token
}

// pass makes a pass of somebody, as a mail would carry it.
func (h *house) pass(a access.Account, use access.Use) (token string) {
	h.t.Helper()
	h.upkeep(func(tx *data.Tx) (err error) {
		token, err = access.MailPass(tx, access.Pass{Account: a.ID, Use: use})
		return err
	})
	return token
}

// handOver makes the code of somebody.
func (h *house) handOver(a access.Account) (code string) {
	h.t.Helper()
	h.upkeep(func(tx *data.Tx) (err error) {
		code, _, err = access.HandOver(tx, a)
		return err
	})
	return code
}

// ask gives somebody a secret question.
func (h *house) ask(a access.Account, question, answer string) {
	h.t.Helper()
	hash, err := h.app.Gate.HashAnswer(h.t.Context(), answer)
	if err != nil {
		h.t.Fatal(err)
	}
	h.upkeep(func(tx *data.Tx) error { return access.SetQuestion(tx, a.ID, question, hash) })
}

// mails are those to an address, oldest first.
func (h *house) mails(to string) (all []post.Mail) {
	h.t.Helper()
	h.see(func(tx *data.Tx) error {
		for m, err := range post.Mails.All(tx) {
			if err != nil {
				return err
			}
			if m.To == to {
				all = append(all, m)
			}
		}
		return nil
	})
	slices.SortStableFunc(all, func(a, b post.Mail) int { return a.At.Compare(b.At) })
	return all
}
