package requests

import (
	"cmp"
	"errors"
	"maps"
	"slices"
	"strings"

	"preau/app/access"
	"preau/app/directory"
	"preau/data"
)

// A Support is the connector of an establishment to its second level.
type Support struct {
	UAI    string     `cbor:"uai" log:"-"`
	At     data.Place `cbor:"at" log:"-"`
	Active bool       `cbor:"on" log:"Actif"`
	Kind   Level2     `cbor:"kind" log:"Niveau 2"`

	// Of JIRA only.
	Base       string `cbor:"url,omitempty" log:"Adresse de JIRA"`
	Flavour    string `cbor:"flav,omitempty" log:"Genre de JIRA"` // of connect/jira
	User       string `cbor:"user,omitempty" log:"Adresse du compte"`
	Token      []byte `cbor:"tok,omitempty" log:"Jeton du compte,secret"` // sealed
	Project    string `cbor:"proj,omitempty" log:"Projet"`
	Types      Words  `cbor:"types,omitempty" log:"Types de tickets"` // by Type, "" for the others
	Priorities Words  `cbor:"prios,omitempty" log:"Priorités"`        // by Priority
	Fields     Words  `cbor:"fields,omitempty" log:"Champs"`          // customfield_10001, by SupportFields
	Statuses   Words  `cbor:"states,omitempty" log:"États"`           // names between commas, by State
	ByUAI      bool   `cbor:"luai" log:"Étiquette de l’établissement"`
	ByArea     bool   `cbor:"larea" log:"Étiquette de la collectivité"`
	Period     int    `cbor:"poll,omitempty" log:"Minutes entre deux relectures"`
	Hook       string `cbor:"hook,omitempty" log:"Adresse du crochet,secret"` // mark of its token
	Secret     []byte `cbor:"sec,omitempty" log:"Secret du crochet,secret"`   // sealed
	Provision  bool   `cbor:"prov" log:"Ouverture des comptes"`
	Group      string `cbor:"grp,omitempty" log:"Groupe des comptes"`
	Tried      Trial  `cbor:"try" log:"-"`
	Version    uint64 `cbor:"v" log:"-"`
}

// Key is the UAI.
func (p Support) Key() string { return p.UAI }

// Places is the establishment.
func (p Support) Places() []data.Place { return []data.Place{p.At} }

// Label names the connector in the journal.
func (p Support) Label() string { return "Support de niveau 2" }

// Words are names of JIRA, by what they stand for here.
type Words map[string]string

// String is the names in the journal.
func (w Words) String() string {
	var parts []string
	for _, key := range slices.Sorted(maps.Keys(w)) {
		parts = append(parts, cmp.Or(key, "autres")+" → "+w[key])
	}
	return strings.Join(parts, ", ")
}

// SupportFields are what a field of JIRA may be filled with, in the order of the
// screens.
var SupportFields = []struct{ Key, Label string }{
	{"id", "Numéro de la demande"}, {"uai", "UAI de l’établissement"}, {"etablissement", "Nom de l’établissement"}, {"collectivite", "Collectivité"}, {"auteur", "Administrateur qui transmet"}, {"recue", "Date de réception"},
}

// Minutes between two readings of what changed.
const (
	LeastPeriod = 5
	MostPeriod  = 15
	usualPeriod = 10
)

// What secrets are sealed for.
const (
	tokenUse  = "support.jeton"
	secretUse = "support.secret"
	hookUse   = "support.crochet"
)

var (
	Supports       = data.NewTable[Support]("supports")
	supportsByHook = Supports.Index("hook", func(p Support) []string { return filled(p.Hook) })
)

// newSupport is the connector of an establishment where nobody made one.
func newSupport(uai string, at data.Place) Support {
	return Support{UAI: uai, At: at, Kind: Internal, Period: usualPeriod, ByUAI: true, Provision: false,
		Statuses: Words{string(Open): "", string(InProgress): "", string(Waiting): "En attente", string(Closed): ""}}
}

// supportOf is the connector of an establishment, a new one where there is none.
func supportOf(tx *data.Tx, uai string, at data.Place) (Support, error) {
	p, err := Supports.Get(tx, uai)
	if errors.Is(err, data.ErrNotFound) {
		return newSupport(uai, at), nil
	}
	return p, err
}

// mayActivate returns the place of an establishment, for those who may set up its
// connector: for others it is not there.
func mayActivate(tx *data.Tx, s *access.Session, uai string) (data.Place, error) {
	at, err := directory.Locate(tx, uai)
	if err == nil && !s.Can(access.ActivateSupport, at) {
		err = data.ErrNotFound
	}
	return at, err
}

// A SupportDetail is the connector as those who set it up read it: no secret is
// in it.
type SupportDetail struct {
	Support
	HasToken, HasSecret, HasHook bool
	Lost                         bool // its token was sealed by another key
	Held                         int  // requests that level 2 has
	Pending                      int  // requests on their way
}

// SupportOf returns the connector of an establishment, for the higher roles.
func SupportOf(s *access.Session, uai string) (d SupportDetail, err error) {
	err = s.See(func(tx *data.Tx) error {
		at, err := mayActivate(tx, s, uai)
		if err != nil {
			return err
		}
		if d.Support, err = supportOf(tx, uai, at); err != nil {
			return err
		}
		_, readable := d.OpenToken(tx)
		d.HasToken, d.HasSecret, d.HasHook, d.Lost = len(d.Token) > 0, len(d.Secret) > 0, d.Hook != "", !readable
		d.Token, d.Secret, d.Hook = nil, nil, ""
		d.Held, d.Pending, err = escalatedAt(tx, uai)
		return err
	})
	return d, err
}

// OpenToken returns the token of the account of JIRA; ok is false for one that
// has to be typed again, after a restore without the key.
func (p Support) OpenToken(tx *data.Tx) (token string, ok bool) {
	if len(p.Token) == 0 {
		return "", true
	}
	return tx.Unseal(tokenUse, p.Token)
}

// OpenSecret returns the secret that hooks are signed with, "" for none; ok is
// false for one that has to be typed again.
func (p Support) OpenSecret(tx *data.Tx) (secret string, ok bool) {
	if len(p.Secret) == 0 {
		return "", true
	}
	return tx.Unseal(secretUse, p.Secret)
}

var (
	settingSupport    = access.NewAction("support.set", "Réglages du support de niveau 2", access.ActivateSupport, data.Attention)
	activatingSupport = access.NewAction("support.activate", "Support de niveau 2 activé", access.ActivateSupport, data.Important)
	stoppingSupport   = access.NewAction("support.deactivate", "Support de niveau 2 désactivé", access.ActivateSupport, data.Important)
	testingSupport    = access.NewAction("support.test", "Essai du support de niveau 2", access.ActivateSupport, data.Info)
	hookingSupport    = access.NewAction("support.hook", "Nouvelle adresse de crochet", access.ActivateSupport, data.Attention)
)

// changeSupport changes the connector of an establishment in the name of somebody
// of a higher role. A version of 0 stands for whichever it has.
func changeSupport(s *access.Session, act access.Action, uai string, version uint64, fn func(*data.Tx, *Support) error) error {
	return s.Do(act, func(tx *data.Tx) (data.Row, error) {
		at, err := mayActivate(tx, s, uai)
		if err != nil {
			return nil, err
		}
		p, err := supportOf(tx, uai, at)
		if err != nil {
			return nil, err
		}
		if version != anyVersion && version != p.Version+1 {
			return nil, access.Conflict("Ces réglages ont changé depuis que vous avez ouvert la page\u00a0: relisez-les, puis recommencez.")
		}
		if err := fn(tx, &p); err != nil {
			return nil, err
		}
		return p, Supports.Put(tx, p)
	})
}

// SetSupport changes the settings of the connector. The version is that of the
// detail, plus one. What waits for JIRA is tried again at once.
func SetSupport(s *access.Session, uai string, version uint64, f SupportForm) error {
	return changeSupport(s, settingSupport, uai, version, func(tx *data.Tx, p *Support) error {
		held, pending, err := escalatedAt(tx, uai)
		if err != nil {
			return err
		}
		if f.Kind != p.Kind && held+pending > 0 {
			return access.Wrong("genre", "Des demandes sont au niveau 2\u00a0: désactivez d’abord le support, qui les reprend, puis changez-le.")
		}
		if err := f.onto(tx, p); err != nil {
			return err
		}
		p.Version++
		return hastenAt(tx, uai)
	})
}

// Activate opens the second level to the establishment.
func Activate(s *access.Session, uai string) error {
	return changeSupport(s, activatingSupport, uai, anyVersion, func(tx *data.Tx, p *Support) error {
		switch {
		case p.Active:
			return access.Conflict("Le support de niveau 2 est déjà actif.")
		case p.Kind == Jira && (p.Base == "" || len(p.Token) == 0):
			return access.Conflict("Enregistrez d’abord les réglages de JIRA.")
		}
		p.Active = true
		p.Version++
		return nil
	})
}

// Deactivate closes the second level to the establishment, then takes back all
// that it had.
func Deactivate(s *access.Session, uai string) error {
	err := changeSupport(s, stoppingSupport, uai, anyVersion, func(_ *data.Tx, p *Support) error {
		if !p.Active {
			return access.Conflict("Le support de niveau 2 n’est pas actif.")
		}
		p.Active = false
		p.Version++
		return nil
	})
	if err != nil {
		return err
	}
	return release(s, uai)
}

// Tested keeps what a test of the connector found.
func Tested(s *access.Session, uai string, t Trial) error {
	return changeSupport(s, testingSupport, uai, anyVersion, func(tx *data.Tx, p *Support) error {
		p.Tried = t
		if tx.Note("réussi"); !t.OK() {
			tx.Note("%s", t.Steps[len(t.Steps)-1].Says)
		}
		return nil
	})
}

// NewHook gives the connector another address to be told of changes at, and
// returns its token: nothing shows it again.
func NewHook(s *access.Session, uai string) (token string, err error) {
	err = changeSupport(s, hookingSupport, uai, anyVersion, func(tx *data.Tx, p *Support) (err error) {
		if p.Kind != Jira {
			return access.Conflict("Seul JIRA prévient par un crochet\u00a0: choisissez d’abord ce niveau 2.")
		}
		token = tx.ID() + tx.ID()
		p.Hook, err = tx.Mark(hookUse, token)
		p.Version++
		return err
	})
	return token, err
}

// HookedSupport returns the active connector that a token of a hook belongs to.
func HookedSupport(tx *data.Tx, token string) (Support, error) {
	mark, err := tx.Mark(hookUse, token)
	if err != nil {
		return Support{}, err
	}
	for p, err := range supportsByHook.All(tx, mark) {
		if err != nil || p.Active && p.Kind == Jira {
			return p, err
		}
	}
	return Support{}, data.ErrNotFound
}

// stateOf is our state for a status of JIRA: by its name, or else by its
// category; "" for one that means nothing here.
func (p Support) stateOf(status, category string) State {
	for _, s := range States {
		for name := range strings.SplitSeq(p.Statuses[string(s)], ",") {
			if name = data.Fold(name); name != "" && name == data.Fold(status) {
				return s
			}
		}
	}
	return map[string]State{"new": Open, "indeterminate": InProgress, "done": Closed}[category]
}
