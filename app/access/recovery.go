package access

import (
	"errors"
	"time"

	"preau/app/post"
	"preau/data"
)

// mostRecoveries is how many mails an account is sent in an hour.
const mostRecoveries = 3

// mostNamesakes is how many accounts of one address a mail lists.
const mostNamesakes = 20

var recovering = data.Action{Key: "password.forgotten", Says: "Mot de passe oublié : lien demandé"}

// MailsSecrets reports whether somebody who forgot their password can be mailed.
func (g *Gate) MailsSecrets() (ok bool, err error) {
	err = g.store.View(data.System("courriel"), func(tx *data.Tx) error {
		ok, err = post.CarriesSecrets(tx)
		return err
	})
	return ok, explain(err)
}

// Recover mails a link to choose another password to whoever has a login or an
// address, each account of the address with its own. What it does not say is
// whether there was one.
func (g *Gate) Recover(typed, from string) error {
	typed = normalLogin(typed)
	if typed == "" || len(typed) > longestInput {
		return Wrong("qui", "Indiquez votre identifiant, ou l’adresse e-mail de votre compte.")
	}
	var found []Account
	facts := []data.Fact{}
	err := g.store.View(data.System("mot de passe oublié"), func(tx *data.Tx) error {
		leaves, err := post.CarriesSecrets(tx)
		if err != nil || !leaves {
			return errors.Join(err, Conflict("Cet appareil n’envoie pas de courriel : demandez un code à l’administrateur de votre établissement."))
		}
		found, err = namesakes(tx, typed)
		return err
	})
	if err != nil {
		return explain(err)
	}
	for _, a := range found {
		facts = append(facts, data.Fact{Action: recovering, About: a, Note: "depuis " + from})
	}
	// A login that is unknown is counted as the others are: it takes as long.
	return explain(g.store.Record(data.System("mot de passe oublié"), func(tx *data.Tx) error {
		if len(found) == 0 {
			_, err := recoveries(tx, typed)
			return err
		}
		return mailRecovery(tx, found)
	}, facts...))
}

// namesakes are the accounts of a login or of an address that may be recovered
// by mail, now.
func namesakes(tx *data.Tx, typed string) (found []Account, err error) {
	all := AccountsByEmail.All(tx, typed)
	if a, err := AccountsByLogin.Get(tx, typed); err == nil {
		all = func(yield func(Account, error) bool) { yield(a, nil) }
	} else if !errors.Is(err, data.ErrNotFound) {
		return nil, err
	}
	for a, err := range all {
		if err != nil {
			return nil, err
		}
		sent, err := failuresOf(tx, failureKey("recovery", a.Login), time.Hour)
		if err != nil {
			return nil, err
		}
		if a.Email == "" || a.Suspended || a.Deleted || sent.Count >= mostRecoveries {
			continue
		}
		if found = append(found, a); len(found) == mostNamesakes {
			break
		}
	}
	return found, nil
}

// recoveries counts the mails that somebody was sent in the last hour, and
// reports whether there may be one more.
func recoveries(tx *data.Tx, of string) (bool, error) {
	f, err := failuresOf(tx, failureKey("recovery", of), time.Hour)
	if err != nil || f.Count >= mostRecoveries {
		return false, err
	}
	f.Count++
	f.Last = tx.Now
	return true, Failures.Put(tx, f)
}

// mailRecovery writes one mail that lists the accounts of an address.
func mailRecovery(tx *data.Tx, found []Account) error {
	m := post.Mail{To: found[0].Email, Subject: "Choisir un nouveau mot de passe", Secret: true,
		Lines: []string{"Quelqu’un, vous sans doute, a demandé à choisir un nouveau mot de passe. Le lien vaut 30 minutes et ne sert qu’une fois ; votre mot de passe actuel reste valable tant que vous n’en avez pas choisi un autre.",
			"Si vous n’avez rien demandé, ignorez ce message."}}
	for _, a := range found {
		ok, err := recoveries(tx, a.Login)
		if err != nil {
			return err
		}
		if !ok {
			continue
		}
		if a.Hash == "" {
			m.Lines = append(m.Lines, "Le compte "+a.Login+" n’a jamais servi : utilisez les identifiants de première connexion remis par l’établissement.")
			continue
		}
		token, err := MailPass(tx, Pass{Account: a.ID, Use: ChooseAgain})
		if err != nil {
			return err
		}
		m.Links = append(m.Links, post.Link{Label: "Nouveau mot de passe de " + a.Login, Path: PasswordPath(token)})
	}
	if len(m.Links) == 0 && len(m.Lines) == 2 {
		return nil
	}
	return post.Queue(tx, m)
}

// PasswordPath is where the holder of a pass chooses a password.
func PasswordPath(token string) string { return "/mot-de-passe?lien=" + token }

// AddressPath is where the holder of a pass confirms an address.
func AddressPath(token string) string { return "/adresse?lien=" + token }

// SetPassword gives an account that the caller has read the hash of the password
// its owner chose: whatever else let somebody in is void, and sessions end.
func SetPassword(tx *data.Tx, a Account, hash string) (Account, error) {
	a.Hash = hash
	return a, errors.Join(Accounts.Put(tx, a), Void(tx, a))
}

// VoidPassword takes the password of an account, whose owner is sent a link to
// choose another one.
func VoidPassword(tx *data.Tx, a Account) (Account, error) {
	a.Hash = voided
	return a, errors.Join(Accounts.Put(tx, a), Void(tx, a))
}

// voided is a hash that no password has: the account was activated once, which
// "" would deny. It costs as much to verify as any other.
var voided = present.phc(make([]byte, 16), make([]byte, 32))

// Void ends what lets somebody in beside their password: sessions, links, codes,
// the initial password, and what was counted against them.
func Void(tx *data.Tx, a Account) error {
	wide := signingIn.Over(tx)
	return errors.Join(EndSessions(tx, a.ID), dropPasses(wide, a.ID), drop(wide, Codes, a.ID), drop(wide, Initials, a.ID), drop(wide, Failures, failureKey("login", a.Login)))
}

// NoticePassword tells the owner of an account that its password was changed.
func NoticePassword(tx *data.Tx, a Account) error {
	if a.Email == "" {
		return nil
	}
	return post.Queue(tx, post.Mail{To: a.Email, Subject: "Votre mot de passe a été changé", Lines: []string{
		"Le mot de passe du compte " + a.Login + " vient d’être changé ; les sessions ouvertes ont été fermées.",
		"Si vous n’en êtes pas à l’origine, prévenez sans attendre l’administrateur de votre établissement."}})
}

// AskAddress mails a link that confirms the address which the owner of an
// account typed: until it is followed, the account cannot be recovered by it.
// Whose address it is nobody knows: few mails leave in an hour.
func AskAddress(tx *data.Tx, a Account, address string) error {
	ok, err := recoveries(signingIn.Over(tx), "address/"+a.ID)
	if err != nil {
		return err
	}
	if !ok {
		return Conflict("Trois courriels de confirmation sont partis en moins d’une heure : cherchez-les dans vos messages indésirables, ou attendez une heure pour en demander un autre.")
	}
	token, err := OrderPass(tx, Pass{Account: a.ID, Use: ConfirmAddress, Address: address})
	if err != nil {
		return err
	}
	return post.Queue(tx, post.Mail{To: address, Subject: "Confirmez votre adresse e-mail", Secret: true,
		Lines: []string{"Cette adresse vient d’être donnée pour le compte " + a.Login + ". Confirmez-la pour pouvoir retrouver votre mot de passe par courriel. Le lien vaut deux jours.", "Si ce compte n’est pas le vôtre, ignorez ce message."},
		Links: []post.Link{{Label: "Confirmer mon adresse", Path: AddressPath(token)}}})
}

// NoticeAddress tells a former address that the account left it.
func NoticeAddress(tx *data.Tx, former, present string) error {
	if former == "" || former == present {
		return nil
	}
	return post.Queue(tx, post.Mail{To: former, Subject: "Votre adresse e-mail dans l’ENT a changé", Lines: []string{
		"L’adresse e-mail de votre compte dans l’ENT vient d’être modifiée : les messages de l’ENT n’arriveront plus ici.",
		"Si vous n’en êtes pas à l’origine, prévenez l’administrateur de votre établissement."}})
}

// NoticeLogin tells the owner of an account that its login was changed, at the
// address that it had.
func NoticeLogin(tx *data.Tx, address, former, present string) error {
	if address == "" || former == present {
		return nil
	}
	return post.Queue(tx, post.Mail{To: address, Subject: "Votre identifiant dans l’ENT a changé", Lines: []string{
		"L’identifiant " + former + " de votre compte dans l’ENT est remplacé par " + present + " ; le mot de passe reste le même.",
		"Si vous n’en êtes pas à l’origine, prévenez sans attendre un administrateur."}})
}

// KeepPassword gives the person another password in their own session, which
// stays open while the others end.
func (s *Session) KeepPassword(tx *data.Tx, hash string) (Account, error) {
	wide := signingIn.Over(tx)
	a, err := Accounts.Get(tx, s.Account.ID)
	if err != nil {
		return a, err
	}
	here, err := Tokens.Get(wide, s.Token)
	if err != nil {
		return a, err
	}
	if a, err = SetPassword(tx, a, hash); err != nil {
		return a, err
	}
	s.Account = a
	return a, Tokens.Put(wide, here)
}

// SetAddress gives an account the address that its owner confirmed, and tells
// the former one.
func SetAddress(tx *data.Tx, id, address string) (Account, error) {
	a, err := Accounts.Get(tx, id)
	if err != nil {
		return a, err
	}
	former := a.Email
	a.Email = address
	return a, errors.Join(Accounts.Put(tx, a), NoticeAddress(tx, former, address))
}
