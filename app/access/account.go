package access

import (
	"fmt"
	"regexp"
	"strings"
	"time"

	"preau/data"
)

// An Account is what somebody signs in with: one for each person of the
// directory, and one for each administrator who is nobody in it.
type Account struct {
	ID        string       `cbor:"id" log:"-"` // the UID: see NewUID
	Login     string       `cbor:"login" log:"-"`
	Name      string       `cbor:"name" log:"-"` // « NOM Prénom »
	Profile   string       `cbor:"prof" log:"-"`
	At        []data.Place `cbor:"at" log:"-"`
	Hash      string       `cbor:"hash,omitempty" log:"Mot de passe,secret"` // argon2id, "" before activation
	Email     string       `cbor:"mail,omitempty" log:"-"`                   // that the account may be recovered by, "" for none
	Terms     string       `cbor:"terms,omitempty" log:"-"`                  // stamp of those accepted: see Terms
	Suspended bool         `cbor:"susp,omitempty" log:"-"`
	Deleted   bool         `cbor:"del,omitempty" log:"-"`
}

// AdminProfile is the profile of an administrator who is nobody in the directory.
const AdminProfile = "admin"

// Key is the UID of the account.
func (a Account) Key() string { return a.ID }

// Places is where the account is administered.
func (a Account) Places() []data.Place { return a.At }

// Label names the account in the journal.
func (a Account) Label() string { return a.Name }

// A Presence is when somebody signed in: kept beside the account since it
// changes without anybody changing the account.
type Presence struct {
	ID       string    `cbor:"id"`
	SignedIn time.Time `cbor:"in"`  // last time
	How      string    `cbor:"how"` // « Mot de passe »
	First    time.Time `cbor:"first"`
}

// Key is the UID of the account.
func (p Presence) Key() string { return p.ID }

// Places is the whole appliance: a presence is read through its person.
func (p Presence) Places() []data.Place { return []data.Place{""} }

// The tables of the area.
var (
	Accounts        = data.NewTable[Account]("accounts")
	AccountsByLogin = Accounts.Unique("login", func(a Account) string { return a.Login })
	AccountsByEmail = Accounts.Index("email", func(a Account) []string { return filled(strings.ToLower(a.Email)) })
	// Administrators finds those who are nobody in the directory.
	Administrators = Accounts.Index("administrators", func(a Account) []string {
		if a.Profile != AdminProfile {
			return nil
		}
		return []string{AdminProfile}
	})

	Grants          = data.NewTable[Grant]("grants")
	GrantsByAccount = Grants.Index("account", func(g Grant) []string { return []string{g.Account} })
	GrantsByPlace   = Grants.Index("place", func(g Grant) []string { return []string{string(g.In)} })

	Presences = data.NewTable[Presence]("presences").Unlogged()

	Tokens          = data.NewTable[Token]("sessions").Unlogged()
	TokensByAccount = Tokens.Index("account", func(t Token) []string { return []string{t.Account} })

	Devices          = data.NewTable[Device]("devices").Unlogged()
	DevicesByAccount = Devices.Index("account", func(d Device) []string { return []string{d.Account} })
	Failures         = data.NewTable[Failure]("failures").Unlogged()

	Consultations = data.NewTable[Consultation]("consultations").Unlogged()

	Passes          = data.NewTable[Pass]("passes").Unlogged()
	PassesByAccount = Passes.Index("account", func(p Pass) []string { return []string{p.Account} })
	Initials        = data.NewTable[Initial]("initials").Unlogged()
	Codes           = data.NewTable[Code]("codes").Unlogged()
	Questions       = data.NewTable[Question]("questions").Unlogged()
	Factors         = data.NewTable[Factor]("factors").Unlogged()
	RecordsSecrets  = data.NewTable[RecordsSecret]("records-secrets").Unlogged()

	TermsTable = data.NewTable[Terms]("terms").Shared()
	Policies   = data.NewTable[Policy]("policies").Shared()
)

// Tables are the tables of the area.
var Tables = []data.Schema{Accounts, Grants, Presences, Tokens, Devices, Failures, Consultations,
	Passes, Initials, Codes, Questions, Factors, RecordsSecrets, TermsTable, Policies}

// filled is a value of an index, unless there is none.
func filled(value string) []string {
	if value == "" {
		return nil
	}
	return []string{value}
}

// signingIn reads an account by its login, and what is needed to know whether
// it may enter, whoever administers it.
var signingIn = data.NewCrossing("access.sign-in", "Reconnaître la personne qui se connecte, ses habilitations et sa dernière connexion")

// NewUID returns the next UID of the appliance: a letter, two letters, a digit,
// four digits, never used before. There are 67 million of them.
func NewUID(tx *data.Tx) (string, error) {
	n, err := tx.Next("uid")
	if err != nil {
		return "", err
	}
	pair := n / 100_000 % 676
	return fmt.Sprintf("P%c%c%d%04d", 'A'+pair/26, 'A'+pair%26, n/10_000%10, n%10_000), nil
}

// LastSignIn returns when and how somebody last signed in, zero if never. The
// caller has read the person: that is what gives the right to it.
func LastSignIn(tx *data.Tx, id string) (Presence, error) {
	p, err := Presences.Get(signingIn.Over(tx), id)
	if KindOf(explain(err)) == Missing {
		return Presence{ID: id}, nil
	}
	return p, err
}

// LoginTaken reports whether a login belongs to another account, anywhere.
func LoginTaken(tx *data.Tx, login, but string) (bool, error) {
	a, err := AccountsByLogin.Get(signingIn.Over(tx), login)
	if KindOf(explain(err)) == Missing {
		return false, nil
	}
	return err == nil && a.ID != but, err
}

// LoginShape is what a login may look like: lower case letters and digits, with
// a dot, a hyphen or an underscore between them.
var LoginShape = regexp.MustCompile(`^[a-z0-9]+([._-][a-z0-9]+)*$`)
