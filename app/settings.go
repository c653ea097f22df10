package app

import (
	"context"
	"crypto/subtle"
	"errors"
	"io"
	"strings"
	"time"

	"preau/app/access"
	"preau/app/post"
	"preau/data"
)

// Settings are those of the appliance.
type Settings struct {
	Name      string    `cbor:"name" log:"Nom de l’ENT"`
	PublicURL string    `cbor:"url,omitempty" log:"Adresse publique"` // such as https://ent.example, "" for none
	Demo      bool      `cbor:"demo,omitempty" log:"-"`               // made by preau demo: never served for real
	LastNight time.Time `cbor:"night" log:"-"`                        // last run of the nightly jobs
	Sheet     []Sign    `cbor:"sheet,omitempty" log:"-"`              // of a demo: its accounts, for the sign-in page
}

// A Sign is a line of a demo's table of accounts.
type Sign struct {
	Login, Name, Role string
}

// Key is always the same: there is one row.
func (Settings) Key() string { return "appliance" }

// Places is the whole appliance.
func (Settings) Places() []data.Place { return []data.Place{""} }

// Label names the settings in the journal.
func (Settings) Label() string { return "Appareil" }

// SettingsTable holds the settings, read by everybody.
var SettingsTable = data.NewTable[Settings]("settings").Shared()

// DefaultName is what the ENT is called until somebody names it.
const DefaultName = "Préau"

// settingsIn returns the settings to change in a transaction, those of an
// appliance that nobody named when there are none.
func settingsIn(tx *data.Tx) (set Settings, err error) {
	set, err = SettingsTable.Get(tx, Settings{}.Key())
	if errors.Is(err, data.ErrNotFound) {
		return Settings{Name: DefaultName}, nil
	}
	return set, err
}

// Settings returns those in force.
func (a *App) Settings() (set Settings, err error) {
	err = a.Gate.System("réglages").See(func(tx *data.Tx) error {
		set, err = settingsIn(tx)
		return err
	})
	return set, err
}

var settingUp = access.NewAction("appliance.set-up", "Première mise en service", access.RunAppliance, data.Important)

// SetupCode returns the one-time code of the first start, "" when the appliance
// has an administrator already. It is made anew at each start.
func (a *App) SetupCode() (string, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	empty, err := a.unmanned()
	if err != nil || !empty {
		a.setupCode = ""
		return "", err
	}
	if a.setupCode == "" {
		b := make([]byte, 24)
		if _, err := io.ReadFull(a.cfg.Rand, b); err != nil {
			return "", err
		}
		const alphabet = "abcdefghjkmnprstvwxyz3456789"
		for i := range b {
			b[i] = alphabet[int(b[i])%len(alphabet)]
		}
		a.setupCode = string(b)
	}
	return a.setupCode, nil
}

func (a *App) unmanned() (empty bool, err error) {
	err = a.Gate.System("première mise en service").See(func(tx *data.Tx) error {
		for range access.Grants.All(tx) {
			return nil
		}
		empty = true
		return nil
	})
	return empty, err
}

// A Setup is the form of the first start.
type Setup struct {
	Code, Name, LastName, FirstName, Login, Email, Password, Again string
}

// SetUp names the appliance and makes its first administrator, once.
func (a *App) SetUp(ctx context.Context, form Setup) error {
	a.setUp.Lock()
	defer a.setUp.Unlock()
	code, err := a.SetupCode()
	if err != nil {
		return err
	}
	if code == "" || subtle.ConstantTimeCompare([]byte(code), []byte(form.Code)) != 1 {
		return access.NotFound()
	}
	if err := form.check(); err != nil {
		return err
	}
	s := a.Gate.System("Première mise en service")
	n := access.NewAdministrator{Login: form.Login, LastName: strings.ToUpper(form.LastName), FirstName: form.FirstName, Email: form.Email, Password: form.Password, Role: access.Level2Support}
	if err := access.Create(ctx, s, n); err != nil {
		return err
	}
	return s.Do(settingUp, func(tx *data.Tx) (data.Row, error) {
		set := Settings{Name: form.Name}
		return set, SettingsTable.Put(tx, set)
	})
}

func (f Setup) check() error {
	wrong := map[string]string{}
	for field, value := range map[string]string{"nom-ent": f.Name, "nom": f.LastName, "prenom": f.FirstName, "login": f.Login} {
		if strings.TrimSpace(value) == "" {
			wrong[field] = "Ce champ est nécessaire."
		}
	}
	if f.Login != "" && !access.LoginShape.MatchString(f.Login) {
		wrong["login"] = "Utilisez la forme prenom.nom : lettres sans accent, chiffres, point ou tiret."
	}
	if f.Password != f.Again {
		wrong["encore"] = "Les deux mots de passe diffèrent : saisissez le même."
	}
	return access.WrongFields(wrong)
}

// MarkDemo marks the directory as a demo, with the accounts to show.
func (a *App) MarkDemo(s *access.Session, name string, sheet []Sign) error {
	return s.Do(settingUp, func(tx *data.Tx) (data.Row, error) {
		set := Settings{Name: name, Demo: true, Sheet: sheet}
		return set, errors.Join(SettingsTable.Put(tx, set), post.SettingsTable.Put(tx, post.Settings{Demo: true}))
	})
}

// Served tells where the appliance is: public is the address given by a flag,
// which wins over the setting, and listened the one it answers on.
func (a *App) Served(public, listened string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.flagURL, a.listenURL = public, listened
}

// Base is the address that every link which leaves the appliance begins with:
// never one that a request named. public is false when nobody gave it, and the
// links lead to this machine only.
func (a *App) Base() (base string, public bool, err error) {
	a.mu.Lock()
	flag, listened := a.flagURL, a.listenURL
	a.mu.Unlock()
	if flag != "" {
		return flag, true, nil
	}
	set, err := a.Settings()
	if err != nil || set.PublicURL == "" {
		return listened, false, err
	}
	return set.PublicURL, true, nil
}

// givenURL is the public address that a flag gave, "" for none.
func (a *App) givenURL() string {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.flagURL
}

// LinksLead returns the address that the links of leaving mails lead to, when
// their recipients cannot reach it for want of a public address; "" otherwise.
func (a *App) LinksLead() (base string, err error) {
	base, public, err := a.Base()
	if err != nil || public {
		return "", err
	}
	leaves := false
	err = a.Gate.System(mailJob).See(func(tx *data.Tx) error {
		how, err := post.SettingsOf(tx)
		leaves = how.Leaves()
		return err
	})
	if !leaves {
		return "", err
	}
	return base, err
}

// ErrDemo refuses to serve for real what preau demo made.
var ErrDemo = errors.New("ce répertoire a été créé par « preau demo » : ses comptes sont publics. Utilisez un autre répertoire pour un usage réel")
