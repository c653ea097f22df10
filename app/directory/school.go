package directory

import (
	"errors"
	"fmt"
	"net/mail"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"

	"preau/app/access"
	"preau/app/format/aaf"
	"preau/data"
)

// An Overview is the record of an establishment.
type Overview struct {
	Establishment
	AcademyName string
	Activation  []Activation
	Admins      []LocalAdmin
	MayEdit     bool // its e-mail and website
	MayMark     bool // its XiTi identifier
}

// Activation counts the accounts of a profile.
type Activation struct {
	Profile                     Profile
	Active, Inactive, Suspended int
	NoEmail                     int
}

// All is how many accounts there are.
func (a Activation) All() int { return a.Active + a.Inactive + a.Suspended }

// A LocalAdmin is an administrator of an establishment.
type LocalAdmin struct {
	ID, Name, Profile string
	Since             time.Time
	By                string
	SignedIn          time.Time
}

// OverviewOf returns the record of an establishment.
func OverviewOf(s *access.Session, uai string) (o Overview, err error) {
	err = s.See(func(tx *data.Tx) error {
		if o.Establishment, err = Establishments.Get(tx, uai); err != nil {
			return err
		}
		counts, err := UsersCount.Of(tx, o.Place())
		if err != nil {
			return err
		}
		for _, p := range Profiles {
			key := string(p) + "/"
			o.Activation = append(o.Activation, Activation{p, counts[key+string(Active)], counts[key+string(Inactive)], counts[key+string(Suspended)], counts[key+"no-email"]})
		}
		if o.AcademyName, err = academyName(tx, o.Academy); err != nil {
			return err
		}
		o.Admins, err = adminsOf(tx, o.Place())
		return err
	})
	o.MayEdit, o.MayMark = s.Can(access.EditEstablishment, o.Place()), s.Can(access.EditMarker, o.Place())
	return o, err
}

func adminsOf(tx *data.Tx, place data.Place) (all []LocalAdmin, err error) {
	grants, err := access.LocalAdmins(tx, place)
	if err != nil {
		return nil, err
	}
	for _, g := range grants {
		a, err := access.Accounts.Get(tx, g.Account)
		if errors.Is(err, data.ErrNotFound) {
			continue // of another school too, and gone from this one
		}
		if err != nil {
			return nil, err
		}
		seen, err := access.LastSignIn(tx, a.ID)
		if err != nil {
			return nil, err
		}
		all = append(all, LocalAdmin{a.ID, a.Name, a.Profile, g.At, g.ByName, seen.SignedIn})
	}
	slices.SortFunc(all, func(a, b LocalAdmin) int { return strings.Compare(a.Name, b.Name) })
	return all, nil
}

// An EstablishmentForm is what the record of an establishment lets change.
type EstablishmentForm struct {
	Version        uint64
	Email, Website string
	Marker         string
}

var (
	editingEstablishment = access.NewAction("establishment.edit", "Modification de la fiche de l’établissement", access.EditEstablishment, data.Info)
	marking              = access.NewAction("establishment.mark", "Modification de l’identifiant XiTi", access.EditMarker, data.Attention)
)

// EditEstablishment changes the record of an establishment. The XiTi identifier
// is reserved to the higher roles.
func EditEstablishment(s *access.Session, uai string, f EstablishmentForm) error {
	act := editingEstablishment
	now, err := OverviewOf(s, uai)
	if err != nil {
		return err
	}
	if f.Marker != now.Marker {
		act = marking
	}
	if err := f.check(); err != nil {
		return err
	}
	return s.Do(act, func(tx *data.Tx) (data.Row, error) {
		e, err := Establishments.Get(tx, uai)
		if err != nil {
			return nil, err
		}
		if e.Version != f.Version {
			return nil, outdated(tx, "establishments", uai)
		}
		e.Email, e.Website, e.Marker = e.Email.Edit(f.Email), f.Website, f.Marker
		return e, putEstablishment(tx, e)
	})
}

var markerShape = regexp.MustCompile(`^[0-9]{1,10}$`)

func (f EstablishmentForm) check() error {
	wrong := map[string]string{}
	if says := checkEmail(f.Email); says != "" {
		wrong["email"] = says
	}
	if u, err := url.Parse(f.Website); f.Website != "" && (err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https") {
		wrong["site"] = "Écrivez l’adresse entière du site, par exemple https://lycee.example/."
	}
	if f.Marker != "" && !markerShape.MatchString(f.Marker) {
		wrong["xiti"] = "L’identifiant XiTi est un nombre : il figure dans le compte XiTi de l’établissement."
	}
	return access.WrongFields(wrong)
}

// checkEmail says what is wrong with an e-mail address, "" if nothing or empty.
func checkEmail(address string) string {
	if address == "" {
		return ""
	}
	parsed, err := mail.ParseAddress(address)
	if err != nil || parsed.Address != address || strings.ContainsAny(address, "\r\n<>\"") || !strings.Contains(address[strings.LastIndexByte(address, '@'):], ".") {
		return "Cette adresse e-mail n’a pas la forme nom@domaine.fr : corrigez-la ou videz le champ."
	}
	return ""
}

// outdated refuses a form made from a version that is no longer the last, and
// says who changed what since.
func outdated(tx *data.Tx, table, key string) error {
	says := "Cette fiche a été modifiée pendant que vous la remplissiez. Votre saisie est gardée ci-dessous : comparez, puis enregistrez de nouveau."
	events, err := data.EventsAbout(tx, table, key, 1)
	if err == nil && len(events) > 0 && events[0].Personal != nil {
		p := events[0].Personal
		var what []string
		for _, c := range p.Changes {
			what = append(what, fmt.Sprintf("%s : %s", c.Field, c.After))
		}
		says += fmt.Sprintf(" Dernière modification : %s, à %s (%s).", p.By, events[0].At.Local().Format("15:04"), strings.Join(what, " ; "))
	}
	return access.Conflict(says)
}

// A NewEstablishment is the form of « Nouvel établissement ».
type NewEstablishment struct {
	Virtual      bool
	UAI, Name    string
	Kind         Kind
	Academy      string // name or slug
	Collectivity string
	Town         string
}

var creatingEstablishment = access.NewAction("establishment.create", "Création d’un établissement", access.CreateEstablishments, data.Attention)

// CreateEstablishment makes an establishment by hand, and returns its UAI.
func CreateEstablishment(s *access.Session, f NewEstablishment) (uai string, err error) {
	if err := f.check(); err != nil {
		return "", err
	}
	academy, err := EnsureAcademy(s, f.Academy)
	if err != nil {
		return "", err
	}
	err = s.Do(creatingEstablishment, func(tx *data.Tx) (data.Row, error) {
		e := Establishment{UAI: strings.ToUpper(f.UAI), Name: f.Name, Kind: f.Kind, Academy: string(academy), Collectivity: f.Collectivity,
			Address: Address{Town: f.Town}, Source: FromHand, CreatedAt: tx.Now}
		if f.Virtual {
			n, err := tx.Next("virtual")
			if err != nil {
				return nil, err
			}
			e.UAI, e.Kind = fmt.Sprintf("V%06dV", n), Virtual
		}
		if taken, err := Cards.Has(locating.Over(tx), e.UAI); err != nil || taken {
			return nil, errors.Join(err, access.Wrong("uai", "Un établissement a déjà cet UAI : retrouvez-le par « Changer d’établissement »."))
		}
		if e.Collectivity == "" {
			if e.Collectivity, err = academyName(tx, e.Academy); err != nil {
				return nil, err
			}
		}
		uai = e.UAI
		return e, putEstablishment(tx, e)
	})
	return uai, err
}

var uaiShape = regexp.MustCompile(`^[0-9]{7}[A-Z]$`)

func (f NewEstablishment) check() error {
	wrong := map[string]string{}
	if f.Name == "" {
		wrong["nom"] = "Indiquez le nom de l’établissement."
	}
	if f.Academy == "" {
		wrong["academie"] = "Indiquez l’académie de l’établissement."
	}
	if !f.Virtual {
		switch uai := strings.ToUpper(f.UAI); {
		case !uaiShape.MatchString(uai):
			wrong["uai"] = "Un UAI compte 7 chiffres et une lettre, par exemple 0990001N."
		case !aaf.ValidUAI(uai):
			wrong["uai"] = fmt.Sprintf("La lettre de cet UAI ne correspond pas à ses chiffres : vérifiez-les. Pour %s, la lettre serait %s.", uai[:7], aaf.UAIKey(uai[:7]))
		}
		if !slices.Contains(Kinds, f.Kind) || f.Kind == Virtual {
			wrong["type"] = "Choisissez le type de l’établissement."
		}
	}
	return access.WrongFields(wrong)
}

// A Recent is an establishment that somebody opened.
type Recent struct {
	Account string    `cbor:"acc"`
	UAIs    []string  `cbor:"uai"` // latest first
	At      time.Time `cbor:"at"`
}

// Key is the account.
func (r Recent) Key() string { return r.Account }

// Places is the whole appliance: it is read through its account.
func (r Recent) Places() []data.Place { return []data.Place{""} }

const recentMost = 8

var remembering = data.NewCrossing("directory.recents", "Retenir les établissements ouverts par la personne connectée")

// Opened remembers that the person opened an establishment.
func Opened(s *access.Session, uai string) error {
	last, err := RecentOf(s)
	if err != nil || len(last) > 0 && last[0] == uai {
		return err
	}
	kept := append([]string{uai}, slices.DeleteFunc(last, func(u string) bool { return u == uai })...)
	return s.Upkeep(func(tx *data.Tx) error {
		return Recents.Put(tx, Recent{s.Account.ID, kept[:min(len(kept), recentMost)], tx.Now})
	})
}

// RecentOf returns the establishments that the person opened, latest first.
func RecentOf(s *access.Session) (uais []string, err error) {
	err = s.See(func(tx *data.Tx) error {
		r, err := Recents.Get(remembering.Over(tx), s.Account.ID)
		if errors.Is(err, data.ErrNotFound) {
			return nil
		}
		for _, uai := range r.UAIs {
			if _, gone := locate(tx, uai); gone == nil {
				uais = append(uais, uai)
			}
		}
		return err
	})
	return uais, err
}

// FindEstablishments returns the establishments of the person's reach whose
// name, town or UAI holds the text, the recently opened ones first; more says
// that there are others.
func FindEstablishments(s *access.Session, text string, limit int) (found []Card, total int, err error) {
	recent, err := RecentOf(s)
	if err != nil {
		return nil, 0, err
	}
	words := strings.Fields(data.Fold(text))
	err = s.See(func(tx *data.Tx) error {
		for c, err := range Cards.All(tx) {
			if err != nil {
				return err
			}
			if tx.Author.Sees.Covers(c.Place()) && c.matches(words) {
				found = append(found, c)
			}
		}
		return nil
	})
	rank := func(c Card) int {
		if i := slices.Index(recent, c.UAI); i >= 0 {
			return i
		}
		return recentMost
	}
	slices.SortFunc(found, func(a, b Card) int {
		if d := rank(a) - rank(b); d != 0 {
			return d
		}
		return strings.Compare(data.Fold(a.Name), data.Fold(b.Name))
	})
	return found[:min(limit, len(found))], len(found), err
}

// matches reports whether each word is somewhere in what the card says.
func (c Card) matches(words []string) bool {
	all := data.Fold(c.Name + " " + c.Town + " " + c.UAI)
	for _, w := range words {
		if !strings.Contains(all, w) {
			return false
		}
	}
	return true
}

// Tree is how many people there are at each node of an establishment's tree.
type Tree struct {
	Card
	Counts  map[Profile]int
	Deleted int
}

// TreeOf returns what the frame shows of an establishment.
func TreeOf(s *access.Session, uai string) (t Tree, err error) {
	t.Counts = map[Profile]int{}
	err = s.See(func(tx *data.Tx) error {
		place, err := locate(tx, uai)
		if err != nil {
			return err
		}
		if t.Card, err = Cards.Get(tx, uai); err != nil {
			return err
		}
		counts, err := UsersCount.Of(tx, place)
		for _, p := range Profiles {
			t.Counts[p] = accounts(counts, p)
			t.Deleted += counts[string(p)+"/"+string(Deleted)]
		}
		return err
	})
	return t, err
}
