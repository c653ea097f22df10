package directory

import (
	"errors"
	"time"

	"preau/app/access"
	"preau/app/post"
	"preau/data"
)

// A Record is what the console shows of a person in an establishment.
type Record struct {
	User
	Here      Attachment // to the establishment of the page
	Seen      access.Presence
	Sessions  int   // open now
	Relatives []Kin // of a student
	Children  []Kin // of a relative
	Schools   []Card
	Elsewhere int // establishments out of reach
	Admin     *access.Grant
	Role      access.Role // the highest, held anywhere
	Groups    []Group
	ClassesOf []Class
	Teams     []TeachingGroup

	RecordsAt     time.Time // it was issued, zero for never
	RecordsLocked time.Time // by errors, zero for not
	Handout       Handout
	HandoutBy     string // names
	RecordsBy     string
	Mails         bool // mails with a secret reach people

	MayEdit    bool // the account is not deleted, nor that of a higher role
	MayProtect bool // login and e-mail: not of another administrator, for a local one
	MayGrant   bool
}

// Kin is somebody that a link leads to, or the name of somebody who is no
// account here.
type Kin struct {
	Link
	Person *User // nil when out of reach or without an account
	At     data.Place
}

// RecordOf returns the record of a person of an establishment.
func RecordOf(s *access.Session, uai, id string) (r Record, err error) {
	err = s.See(func(tx *data.Tx) error {
		place, err := locate(tx, uai)
		if err != nil {
			return err
		}
		if r.User, err = userAt(tx, place, id); err != nil {
			return err
		}
		r.Here, _ = r.At(place)
		return r.fill(tx, s, place)
	})
	if err == nil {
		s.Consulted(id)
	}
	return r, err
}

func (r *Record) fill(tx *data.Tx, s *access.Session, place data.Place) (err error) {
	if r.Seen, err = access.LastSignIn(tx, r.ID); err != nil {
		return err
	}
	if r.Sessions, err = access.OpenSessions(tx, r.ID); err != nil {
		return err
	}
	if r.Role, err = access.RoleOf(tx, r.ID); err != nil {
		return err
	}
	if g, err := access.LocalGrant(tx, r.ID, place); err == nil {
		r.Admin = &g
	} else if !errors.Is(err, data.ErrNotFound) {
		return err
	}
	r.MayEdit = r.State() != Deleted && s.Can(access.ManageAccounts, place) && mayChange(s, r.User, r.Role)
	r.MayProtect = r.MayEdit && mayProtect(s, r.User, r.Role)
	r.MayGrant = r.MayEdit && r.canAdminister() && s.Can(access.GrantLocal, place)
	if err := r.passwords(tx); err != nil {
		return err
	}
	if err := r.kin(tx); err != nil {
		return err
	}
	if err := r.schools(tx); err != nil {
		return err
	}
	return r.schooling(tx, place)
}

// passwords reads how the person gets in: never what with.
func (r *Record) passwords(tx *data.Tx) (err error) {
	records, _, err := access.RecordsOf(tx, r.ID)
	if err != nil {
		return err
	}
	r.RecordsAt, r.RecordsLocked = records.At, records.Locked
	if r.Mails, err = post.CarriesSecrets(tx); err != nil {
		return err
	}
	if r.Handout, err = handoutOf(tx, r.ID); err != nil {
		return err
	}
	if r.HandoutBy, err = authorName(tx, r.Handout.By); err != nil {
		return err
	}
	r.RecordsBy, err = authorName(tx, r.Handout.RecordsBy)
	return err
}

// canAdminister reports whether somebody of the profile may be made a local
// administrator.
func (u User) canAdminister() bool {
	return u.Profile == Teacher || u.Profile == Staff || u.Profile == Guest
}

// kin reads the two ends of the links, as far as the reach goes.
func (r *Record) kin(tx *data.Tx) error {
	for _, l := range r.Links {
		k := Kin{Link: l}
		if p, err := Users.Get(tx, l.Relative); err == nil {
			k.Person, k.At = &p, within(tx, p)
		} else if !errors.Is(err, data.ErrNotFound) {
			return err
		}
		r.Relatives = append(r.Relatives, k)
	}
	if r.Profile != Relative {
		return nil
	}
	for child, err := range UsersByRelative.All(tx, r.ID) {
		if err != nil {
			return err
		}
		if child.State() == Deleted && r.State() != Deleted {
			continue
		}
		for _, l := range child.Links {
			if l.Relative == r.ID {
				r.Children = append(r.Children, Kin{l, &child, within(tx, child)})
			}
		}
	}
	return nil
}

// within is an establishment of somebody that the author reaches.
func within(tx *data.Tx, u User) data.Place {
	if places := tx.Author.Sees.Among(u.Places()); len(places) > 0 {
		return places[0]
	}
	return ""
}

func (r *Record) schools(tx *data.Tx) error {
	for _, a := range r.Attachments {
		if !tx.Author.Sees.Covers(a.At) {
			r.Elsewhere++
			continue
		}
		c, err := Cards.Get(tx, a.UAI())
		if err != nil {
			return err
		}
		r.Schools = append(r.Schools, c)
	}
	return nil
}

// schooling reads the classes and teaching groups of the person in an
// establishment, and the automatic groups that they are in.
func (r *Record) schooling(tx *data.Tx, place data.Place) (err error) {
	classes, teams := r.Here.taught()
	classes, teams = append(classes, r.Here.Classes...), append(teams, r.Here.Groups...)
	var children []User
	for _, k := range r.Children {
		children = append(children, *k.Person)
		if a, ok := k.Person.At(place); ok {
			classes = append(classes, a.Classes...)
		}
	}
	for _, code := range compact(classes) {
		c, err := classOf(tx, place, code)
		if err != nil {
			return err
		}
		r.ClassesOf = append(r.ClassesOf, c)
	}
	for _, code := range compact(teams) {
		t, err := teamOf(tx, place, code)
		if err != nil {
			return err
		}
		r.Teams = append(r.Teams, t)
	}
	r.Groups, err = groupsNamed(tx, place, r.groupKeys(place, children), r.Here.Functions)
	return err
}

func teamOf(tx *data.Tx, place data.Place, code string) (TeachingGroup, error) {
	g, err := TeachingGroups.Get(tx, UAIOf(place)+"/"+code)
	if errors.Is(err, data.ErrNotFound) {
		return TeachingGroup{Code: code, Name: code}, nil
	}
	return g, err
}

func classOf(tx *data.Tx, place data.Place, code string) (Class, error) {
	c, err := Classes.Get(tx, UAIOf(place)+"/"+code)
	if errors.Is(err, data.ErrNotFound) {
		return Class{Code: code, Name: code}, nil
	}
	return c, err
}

// CorrectedIn says where a datum of the federated directory is put right.
func (u User) CorrectedIn() string {
	switch u.Profile {
	case Student, Relative:
		return "SIECLE (ou ONDE pour le premier degré)"
	case Guest:
		return ""
	}
	return "STS-Web ou la gestion des personnels de l’académie"
}
