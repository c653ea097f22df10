package directory

import (
	"slices"
	"strings"

	"preau/app/access"
	"preau/data"
)

// A Credential is what somebody is told to connect for the first time.
type Credential struct {
	User
	Where     string // class, discipline or function
	Password  string // initial; "" for a relative, and where Why says
	Why       string // nothing is told: one of the reasons below, "" otherwise
	Code      string // of a pupil, for the relatives
	Children  []Told // of a relative, within reach
	Elsewhere bool   // a relative has children in another establishment, out of reach
}

// Told is what a relative is told of a child.
type Told struct {
	Name  string
	Class string // name of the one in the establishment, "" for none
	Code  string // "" when the relative has no use for it any more

	id string
}

// Why nothing is told of somebody.
const (
	WhyActive    = "activé"
	WhySuspended = "suspendu"
	WhyDeleted   = "supprimé"
	WhyReserved  = "réservé" // an administrator, whom the author may not renew
)

// gather reads those of a selection, without any secret yet.
func gather(s *access.Session, uai string, sel Selection) (place data.Place, all []Credential, err error) {
	err = s.See(func(tx *data.Tx) error {
		if place, err = locate(tx, uai); err != nil {
			return err
		}
		if !s.Can(access.ManageAccounts, place) {
			return access.NotAllowed()
		}
		people, err := sel.people(tx, place)
		if err != nil {
			return err
		}
		all = make([]Credential, len(people))
		names := classNames{}
		for i, u := range people {
			if all[i], err = credentialOf(tx, s, u, place, names); err != nil {
				return err
			}
		}
		return nil
	})
	return place, all, err
}

func credentialOf(tx *data.Tx, s *access.Session, u User, place data.Place, names classNames) (c Credential, err error) {
	c = Credential{User: u, Where: u.summary(place)}
	if c.Why, err = whyNot(tx, s, u); err != nil {
		return c, err
	}
	switch {
	case u.Profile == Student:
		c.Where, err = names.of(tx, place, u)
	case u.Profile == Relative && (c.Why == "" || c.Why == WhyActive):
		err = c.family(tx, place, names)
	}
	return c, err
}

// whyNot says why nothing is told of somebody, "" when something is.
func whyNot(tx *data.Tx, s *access.Session, u User) (string, error) {
	switch u.State() {
	case Deleted:
		return WhyDeleted, nil
	case Suspended:
		return WhySuspended, nil
	case Active:
		return WhyActive, nil
	}
	role, err := access.RoleOf(tx, u.ID)
	if err != nil || mayProtect(s, u, role) {
		return "", err
	}
	return WhyReserved, nil
}

// family reads the children of a relative within reach. An active relative has
// no use for the code of a child whose link is confirmed.
func (c *Credential) family(tx *data.Tx, place data.Place, names classNames) error {
	c.Elsewhere = slices.ContainsFunc(c.Places(), func(p data.Place) bool { return !tx.Author.Sees.Covers(p) })
	for child, err := range UsersByRelative.All(tx, c.ID) {
		if err != nil {
			return err
		}
		if child.State() == Deleted {
			continue
		}
		class, err := names.of(tx, place, child)
		if err != nil {
			return err
		}
		told := Told{Name: child.Label(), Class: class}
		if !child.confirmedBy(c.ID) || c.Why == "" {
			told.id = child.ID
		}
		c.Children = append(c.Children, told)
	}
	slices.SortStableFunc(c.Children, func(a, b Told) int { return strings.Compare(data.SortKey(a.Name, ""), data.SortKey(b.Name, "")) })
	return nil
}

// confirmedBy reports whether a relative has confirmed the link with the pupil.
func (u User) confirmedBy(relative string) bool {
	return slices.ContainsFunc(u.Links, func(l Link) bool { return l.Relative == relative && !l.Confirmed.IsZero() })
}

// classNames are the names of classes already read, by code.
type classNames map[string]string

// of names the classes of a pupil in an establishment.
func (n classNames) of(tx *data.Tx, place data.Place, u User) (string, error) {
	a, _ := u.At(place)
	var names []string
	for _, code := range a.Classes {
		if n[code] == "" {
			c, err := classOf(tx, place, code)
			if err != nil {
				return "", err
			}
			n[code] = c.Name
		}
		names = append(names, n[code])
	}
	return strings.Join(names, ", "), nil
}

// issueBatch is how many people one transaction issues credentials to.
const issueBatch = 500

// issue completes credentials with what is secret in them, issued now where it
// was not. What the author may read was decided by gather.
func issue(s *access.Session, all []Credential) error {
	for batch := range slices.Chunk(all, issueBatch) {
		if err := s.Upkeep(func(tx *data.Tx) error {
			for i := range batch {
				if err := batch[i].issue(tx); err != nil {
					return err
				}
			}
			return nil
		}); err != nil {
			return err
		}
	}
	return nil
}

func (c *Credential) issue(tx *data.Tx) (err error) {
	if c.Profile == Student && c.Why != WhyDeleted {
		if c.Code, err = childCode(tx, c.ID); err != nil {
			return err
		}
	}
	for i, child := range c.Children {
		if child.id == "" {
			continue
		}
		if c.Children[i].Code, err = childCode(tx, child.id); err != nil {
			return err
		}
	}
	if c.Why != "" || c.Profile == Relative {
		return nil
	}
	a, err := access.Accounts.Get(tx, c.ID)
	if err == nil && a.Hash != "" { // activated since it was read, or from the command line
		c.Why = WhyActive
		return nil
	}
	if err == nil {
		c.Password, err = access.InitialPassword(tx, c.ID)
	}
	return err
}

// told reports whether the credential lets somebody in for the first time.
func (c Credential) told() bool {
	if c.Profile != Relative {
		return c.Password != ""
	}
	return c.Why == "" && slices.ContainsFunc(c.Children, func(t Told) bool { return t.Code != "" })
}

// A CredentialLine is a person in « Identifiants des utilisateurs ».
type CredentialLine struct {
	Line
	Handout Handout
	By      string // the name of who handed it out
}

// Credentials lists people of an establishment with how they were given their
// credentials, and no secret. The Where of pupils names their class, that of
// relatives their children within reach.
func Credentials(s *access.Session, uai string, f Filter, at string, back bool, size int) (list List, lines []CredentialLine, err error) {
	if list, err = People(s, uai, f, at, back, size); err != nil {
		return list, nil, err
	}
	err = s.See(func(tx *data.Tx) error {
		place, err := locate(tx, uai)
		if err != nil {
			return err
		}
		names := classNames{}
		for _, l := range list.Lines {
			line := CredentialLine{Line: l}
			if err := line.read(tx, place, names); err != nil {
				return err
			}
			lines = append(lines, line)
		}
		return nil
	})
	return list, lines, err
}

func (l *CredentialLine) read(tx *data.Tx, place data.Place, names classNames) (err error) {
	if l.Handout, err = handoutOf(tx, l.ID); err != nil {
		return err
	}
	if l.By, err = authorName(tx, l.Handout.By); err != nil {
		return err
	}
	switch l.Profile {
	case Student:
		l.Where, err = names.of(tx, place, l.User)
	case Relative:
		c := Credential{User: l.User}
		err = c.family(tx, place, names)
		if l.Where = c.kids(); c.Elsewhere {
			l.Where = strings.Join(compact([]string{l.Where, elsewhere}), ", ")
		}
	}
	return err
}

// kids names the children of a relative, each with its class.
func (c Credential) kids() string {
	var kids []string
	for _, child := range c.Children {
		if child.Class != "" {
			child.Name += " (" + child.Class + ")"
		}
		kids = append(kids, child.Name)
	}
	return strings.Join(kids, ", ")
}
