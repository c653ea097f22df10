package directory

import (
	"net/url"
	"regexp"
	"slices"

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
		o.Admins, err = adminsOf(tx, s, o.Place())
		return err
	})
	o.MayEdit, o.MayMark = s.Can(access.EditEstablishment, o.Place()), s.Can(access.EditMarker, o.Place())
	return o, err
}

// An EstablishmentForm is what the record of an establishment lets change. The
// pointers are nil when the form has no such field.
type EstablishmentForm struct {
	Version        uint64
	Email, Website string
	Head           *string // UID of a member of staff; "" for the one of the directory

	Marker       string // of higher roles, as what follows
	Collectivity *string
	Inactive     *bool
}

var (
	editingEstablishment = access.NewAction("establishment.edit", "Modification de la fiche de l’établissement", access.EditEstablishment, data.Info)
	marking              = access.NewAction("establishment.mark", "Modification de l’identifiant XiTi", access.EditMarker, data.Attention)
	administering        = access.NewAction("establishment.administer", "Modification de la collectivité ou de l’activité de l’établissement", access.EditMarker, data.Attention)
)

// EditEstablishment changes the record of an establishment. Its XiTi identifier,
// collectivity and activity are reserved to the higher roles.
func EditEstablishment(s *access.Session, uai string, f EstablishmentForm) error {
	now, err := OverviewOf(s, uai)
	if err != nil {
		return err
	}
	if err := f.check(now.Establishment); err != nil {
		return err
	}
	return s.Do(f.action(now.Establishment), func(tx *data.Tx) (data.Row, error) {
		e, err := Establishments.Get(tx, uai)
		if err != nil {
			return nil, err
		}
		if e.Version != f.Version || e.Version != now.Version {
			return nil, outdated(tx, Establishments.Name(), uai)
		}
		e.Email, e.Website, e.Marker = e.Email.Edit(f.Email), f.Website, f.Marker
		if f.Collectivity != nil {
			e.Collectivity = *f.Collectivity
		}
		if f.Inactive != nil {
			e.Inactive = *f.Inactive
		}
		if f.Head != nil {
			if err := e.directedBy(tx, *f.Head); err != nil {
				return nil, err
			}
		}
		return e, putEstablishment(tx, e)
	})
}

// action is what the form does to an establishment.
func (f EstablishmentForm) action(e Establishment) access.Action {
	switch {
	case f.Marker != e.Marker:
		return marking
	case f.Collectivity != nil && *f.Collectivity != e.Collectivity, f.Inactive != nil && *f.Inactive != e.Inactive:
		return administering
	}
	return editingEstablishment
}

// directedBy makes somebody the head by hand, or, for "", whoever has that post
// in the directory.
func (e *Establishment) directedBy(tx *data.Tx, id string) error {
	if id != "" {
		u, err := userAt(tx, e.Place(), id)
		if err != nil || u.Profile != Staff || u.State() == Deleted {
			return access.Wrong("chef", "Choisissez le chef d’établissement parmi les personnels de cet établissement.")
		}
		e.Head, e.HeadName, e.HeadByHand = u.ID, u.Label(), true
		return nil
	}
	e.Head, e.HeadName, e.HeadByHand = "", "", false
	for u, err := range UsersList.All(tx, e.Place(), string(Staff)) {
		if err != nil {
			return err
		}
		if a, _ := u.At(e.Place()); a.directs() {
			e.Head, e.HeadName = u.ID, u.Label()
		}
	}
	return nil
}

// directs reports whether the functions of an attachment are those of a head.
func (a Attachment) directs() bool {
	return slices.ContainsFunc(a.Functions, func(f Function) bool { return f.Code == "DIR" && f.Discipline == aaf.HeadCode })
}

var markerShape = regexp.MustCompile(`^[0-9]{1,10}$`)

func (f EstablishmentForm) check(e Establishment) error {
	wrong := notes{}
	if f.Email != e.Email.Value() {
		wrong.add("email", checkEmail(f.Email))
	}
	if u, err := url.Parse(f.Website); f.Website != "" && (err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https") {
		wrong["site"] = "Écrivez l’adresse entière du site, par exemple https://lycee.example/."
	}
	if f.Marker != "" && !markerShape.MatchString(f.Marker) {
		wrong["xiti"] = "L’identifiant XiTi est un nombre : il figure dans le compte XiTi de l’établissement."
	}
	if f.Collectivity != nil {
		wrong.need("collectivite", *f.Collectivity)
	}
	return access.WrongFields(wrong)
}

// checkEmail says what is wrong with an e-mail address, "" if nothing or empty.
func checkEmail(address string) string { return access.CheckAddress(address) }

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
