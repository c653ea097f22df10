package access

import (
	"errors"
	"fmt"
	"time"

	"preau/data"
)

// Terms are what whoever belongs to a place accepts before they enter, once per
// version: the charter of use, and the data-protection notice.
type Terms struct {
	At      data.Place `cbor:"at" log:"-"`
	Version int        `cbor:"v" log:"Version"`
	Charter string     `cbor:"charter" log:"Charte d’utilisation"`
	Notice  string     `cbor:"notice" log:"Protection des données"`
	Since   time.Time  `cbor:"since" log:"-"`
}

// Key is the place.
func (t Terms) Key() string { return "termes/" + string(t.At) }

// Places is the place.
func (t Terms) Places() []data.Place { return []data.Place{t.At} }

// Label names the terms in the journal.
func (t Terms) Label() string { return "Charte et protection des données" }

// stamp tells one version of one place from all others.
func (t Terms) stamp() string { return fmt.Sprintf("%s#%d", t.At, t.Version) }

// defaultTerms are those of a place that has written none.
var defaultTerms = Terms{Version: 1, Charter: defaultCharter, Notice: defaultNotice}

const defaultCharter = `L’espace numérique de travail (ENT) est un service de l’établissement, réservé à ses élèves, à leurs responsables et à ses personnels.

Votre compte est personnel. Ne donnez votre mot de passe à personne : ni l’établissement ni l’assistance ne vous le demanderont. Fermez votre session en quittant un ordinateur partagé.

Respectez les autres : pas de propos blessants, pas d’image ni de texte de quelqu’un sans son accord, pas de contenu illégal. Ce que vous publiez est signé de votre nom.

L’établissement peut suspendre un compte qui met le service ou une personne en danger. Les connexions et les actions d’administration sont inscrites dans un journal.`

const defaultNotice = `Responsable : le chef d’établissement. Le traitement sert au fonctionnement de l’ENT, mission d’intérêt public d’enseignement (arrêté du 30 novembre 2006 modifié).

Données : identité, classe et enseignements, liens entre élèves et responsables, fonctions des personnels, coordonnées, dates de connexion. Elles viennent de l’annuaire de l’académie et de ce que vous saisissez.

Destinataires : les personnes de l’établissement selon leur rôle, et les services que l’établissement ouvre, pour les seules données dont ils ont besoin. Rien n’est vendu ni envoyé hors de l’Union européenne.

Durée : le temps de votre présence dans l’établissement ; un compte supprimé est effacé au bout de trois mois au plus.

Vos droits : accès, rectification, limitation, opposition. Adressez-vous au chef d’établissement ou au délégué à la protection des données de l’académie ; vous pouvez saisir la CNIL.`

// TermsOf returns the terms of a place.
func TermsOf(tx *data.Tx, place data.Place) (Terms, error) {
	t, err := TermsTable.Get(signingIn.Over(tx), Terms{At: place}.Key())
	if errors.Is(err, data.ErrNotFound) {
		return defaultTerms, nil
	}
	return t, err
}

// termsFor returns the terms that an account must accept: those of its first
// place. An administrator who is nobody in the directory has none.
func termsFor(tx *data.Tx, a Account) (t Terms, due bool, err error) {
	if a.Profile == AdminProfile || len(a.At) == 0 {
		return t, false, nil
	}
	t, err = TermsOf(tx, a.At[0])
	return t, true, err
}

func hasAccepted(tx *data.Tx, a Account) (bool, error) {
	t, due, err := termsFor(tx, a)
	return !due || a.Terms == t.stamp(), err
}

// Accepts marks an account as having accepted the terms of its place.
func Accepts(tx *data.Tx, a *Account) error {
	t, due, err := termsFor(tx, *a)
	if due {
		a.Terms = t.stamp()
	}
	return err
}

var (
	accepting = data.Action{Key: "terms.accept", Says: "Charte acceptée"}
	writing   = NewAction("terms.write", "Nouvelle version de la charte et de l’information sur les données", EditEstablishment, data.Attention)
)

// AcceptTerms accepts the terms for which a sign-in stopped, and goes on with it.
func (g *Gate) AcceptTerms(token string, in SignIn) (*Signed, error) {
	e, _, err := g.going(token, in, AcceptTerms)
	if err != nil {
		return nil, err
	}
	by := data.System(e.account.Name)
	by.ID, by.Via, by.From = e.account.ID, "connexion", in.From
	err = g.store.Update(by, accepting, func(tx *data.Tx) (data.Row, error) {
		if _, err := TakePass(tx, token, AcceptTerms); err != nil {
			return nil, err
		}
		a, err := Accounts.Get(tx, e.account.ID)
		if err == nil {
			err = Accepts(tx, &a)
		}
		if err != nil {
			return nil, err
		}
		e.account = a
		return a, Accounts.Put(tx, a)
	})
	if err != nil {
		return nil, explain(err)
	}
	return g.proceed(e)
}

// TermsToAccept are the terms of whoever holds the token of a pass.
func (g *Gate) TermsToAccept(token string, uses ...Use) (t Terms, err error) {
	err = g.store.View(data.System("charte"), func(tx *data.Tx) error {
		p, err := passOf(tx, token, uses)
		if err != nil {
			return err
		}
		a, err := Accounts.Get(tx, p.Account)
		if err == nil {
			t, _, err = termsFor(tx, a)
		}
		return err
	})
	return t, explain(err)
}

// MyTerms are the terms that the person is bound by, the default ones for an
// administrator who is nobody in the directory.
func (s *Session) MyTerms() (t Terms, err error) {
	t = defaultTerms
	err = s.See(func(tx *data.Tx) error {
		if len(s.Account.At) > 0 && s.Account.Profile != AdminProfile {
			t, err = TermsOf(tx, s.Account.At[0])
		}
		return err
	})
	return t, err
}

// DefaultTerms are those of a place that has written none.
func DefaultTerms() Terms { return defaultTerms }

// Accepted reports whether the person has accepted these terms.
func (s *Session) Accepted(t Terms) bool { return s.Account.Terms == t.stamp() }

// TermsAt returns the terms of a place, which are public.
func (s *Session) TermsAt(place data.Place) (t Terms, err error) {
	err = s.See(func(tx *data.Tx) error {
		t, err = TermsOf(tx, place)
		return err
	})
	return t, err
}

// Written reports whether somebody wrote the terms: they are not the default.
func (t Terms) Written() bool { return !t.Since.IsZero() }

// longestTerms is in bytes: a form gives at most 20,000, and cuts what is longer.
const longestTerms = 18_000

// WriteTerms publishes another version of the terms of a place: everybody there
// accepts it at their next sign-in. It is refused to whoever did not read the
// version that it replaces.
func WriteTerms(s *Session, place data.Place, version int, charter, notice string) error {
	wrong := map[string]string{}
	for field, text := range map[string]string{"charte": charter, "donnees": notice} {
		switch {
		case text == "":
			wrong[field] = "Ce texte est nécessaire."
		case len(text) > longestTerms:
			wrong[field] = "Ce texte est trop long : 15 000 signes au plus."
		}
	}
	if err := WrongFields(wrong); err != nil {
		return err
	}
	return s.Do(writing, func(tx *data.Tx) (data.Row, error) {
		was, err := TermsOf(tx, place)
		switch {
		case err != nil:
			return nil, err
		case was.Version != version:
			return nil, Conflict("Quelqu’un a publié une autre version depuis que cette page est ouverte : copiez vos textes, rechargez la page, puis recommencez.")
		case was.Charter == charter && was.Notice == notice:
			return nil, Conflict("Ces textes sont déjà ceux en vigueur.")
		}
		t := Terms{At: place, Version: was.Version + 1, Charter: charter, Notice: notice, Since: tx.Now}
		return t, TermsTable.Put(tx, t)
	})
}
