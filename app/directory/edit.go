package directory

import (
	"errors"
	"slices"
	"strings"
	"time"

	"preau/app/access"
	"preau/data"
)

// A UserForm is what the record of a person lets change: the fields that the
// profile has, the others being ignored.
type UserForm struct {
	Version                          uint64
	Login, Email, Mobile, Home, Work string
	Admin, Editor                    *bool // nil when the form has no such switch
	Confirmed                        bool  // of what deserves a second look

	LastName, FirstName, Title, Birth string // of a guest
	Street, PostalCode, Town          string
	Until                             *string // last day in the establishment, nil when the form does not say
}

var editing = access.NewAction("user.edit", "Modification de la fiche", access.ManageAccounts, data.Info)

// EditUser changes the record of a person in an establishment.
func EditUser(s *access.Session, uai, id string, f UserForm) error {
	act, err := f.action(s, uai, id)
	if err != nil {
		return err
	}
	return s.Do(act, func(tx *data.Tx) (data.Row, error) {
		place, u, err := changeableAt(tx, s, uai, id)
		if err != nil {
			return nil, err
		}
		if u.Version != f.Version {
			return nil, outdated(tx, Users.Name(), id)
		}
		before := u
		if err := f.apply(tx, &u, place); err != nil {
			return nil, err
		}
		if err := protects(tx, s, before, u); err != nil {
			return nil, err
		}
		if err := f.switches(tx, s, act, &u, place); err != nil {
			return nil, err
		}
		return u, errors.Join(putUser(tx, u), notifyFormer(tx, before, u))
	})
}

// apply checks the form and takes its values.
func (f UserForm) apply(tx *data.Tx, u *User, place data.Place) error {
	wrong := notes{}
	if f.Login != u.Login.Value() {
		says, err := checkLogin(tx, f.Login, u.ID)
		if err != nil {
			return err
		}
		wrong.add("login", says)
		u.Login = u.edited(u.Login, f.Login)
	}
	if f.Email != u.Email.Value() { // what the files say is not the form's to refuse
		wrong.add("email", checkEmail(f.Email))
		u.Email, u.Unsure = u.edited(u.Email, f.Email), false
	}
	f.phones(u, wrong)
	if u.Profile == Guest {
		f.guest(u, tx.Now, wrong)
		f.term(u, place, tx.Now, wrong)
	}
	return access.WrongFields(wrong)
}

// edited is a field once people gave its value. A guest's has no other source.
func (u User) edited(b Both, value string) Both {
	if u.Profile == Guest {
		return Both{Federated: value}
	}
	return b.Edit(value)
}

func (f UserForm) phones(u *User, wrong notes) {
	for _, p := range []struct {
		field, typed string
		into         *Both
	}{{"portable", f.Mobile, &u.Mobile}, {"domicile", f.Home, &u.Home}, {"poste", f.Work, &u.Work}} {
		if u.Profile == Student && p.field == "poste" || p.typed == p.into.Value() {
			continue
		}
		phone, says := checkPhone(p.typed, p.field == "poste" && (u.Profile == Teacher || u.Profile == Staff))
		wrong.add(p.field, says)
		*p.into = u.edited(*p.into, phone)
	}
}

// guest takes what only a guest's record lets change.
func (f UserForm) guest(u *User, now time.Time, wrong notes) {
	if f.Birth != u.Birth.String() {
		u.Birth = wrong.birth(f.Birth, now)
	}
	wrong.lengths(f.LastName, f.FirstName, f.Title, f.Email, f.Street, f.PostalCode, f.Town)
	wrong.letters(f.LastName, f.FirstName)
	wrong.need("nom", f.LastName)
	wrong.need("prenom", f.FirstName)
	wrong.need("email", f.Email)
	u.LastName, u.FirstName, u.Title = strings.ToUpper(f.LastName), f.FirstName, f.Title
	u.Postal = Address{Lines: addressLines(f.Street), PostalCode: f.PostalCode, Town: f.Town, Country: u.Postal.Country}
}

// term takes the last day of a guest in the establishment.
func (f UserForm) term(u *User, place data.Place, now time.Time, wrong notes) {
	i := slices.IndexFunc(u.Attachments, func(a Attachment) bool { return a.At == place })
	if i < 0 || f.Until == nil || *f.Until == u.Attachments[i].Until.String() {
		return
	}
	last, ok := ParseDate(*f.Until)
	switch {
	case *f.Until != "" && !ok:
		wrong.add("jusquau", "Écrivez la date sous la forme JJ/MM/AAAA, ou videz le champ.")
	case last != "" && last < DateOf(now.Local()):
		wrong.add("jusquau", "Cette date est passée : pour retirer la personne aujourd’hui, utilisez « Détacher de l’établissement ».")
	}
	u.Attachments = slices.Clone(u.Attachments)
	u.Attachments[i].Until = last
}

// notes are the sentences to show beside the fields of a form.
type notes map[string]string

// add notes what is wrong with a field, "" for nothing.
func (n notes) add(field, says string) {
	if says != "" {
		n[field] = says
	}
}

// need refuses a field left empty.
func (n notes) need(field, value string) {
	if strings.TrimSpace(value) == "" {
		n[field] = "Ce champ est nécessaire."
	}
}

const wrongDate = "Écrivez la date de naissance sous la forme JJ/MM/AAAA."

// protects keeps somebody from taking over the account of an administrator,
// through its login or its e-mail, without a higher role; nobody changes either
// in a session that was left open.
func protects(tx *data.Tx, s *access.Session, before, after User) error {
	if before.Login.Value() == after.Login.Value() && before.Email.Value() == after.Email.Value() {
		return nil
	}
	role, err := access.RoleOf(tx, before.ID)
	if err != nil {
		return err
	}
	if !mayProtect(s, before, role) {
		return access.NotAllowed()
	}
	return s.Fresh()
}

// mayProtect reports whether the author may change what signs somebody in, who
// holds a role somewhere.
func mayProtect(s *access.Session, u User, role access.Role) bool {
	return s.MayProtect(u.ID, u.Places(), role)
}

// RevertField drops the edit of a field: the value of the federated directory
// counts again.
func RevertField(s *access.Session, id, field string) error {
	return s.Do(editing, func(tx *data.Tx) (data.Row, error) {
		u, err := changeable(tx, s, id)
		if err != nil {
			return nil, err
		}
		before := u
		into := map[string]*Both{"login": &u.Login, "email": &u.Email, "portable": &u.Mobile, "domicile": &u.Home, "poste": &u.Work}[field]
		switch {
		case into == nil || !u.Profile.Federated():
			return nil, access.NotFound()
		case !into.Edited:
			return nil, access.Conflict("Ce champ a déjà la valeur de l’annuaire.")
		}
		*into = into.Revert()
		if field == "email" {
			u.Unsure = false
		}
		if field == "login" {
			says, err := checkLogin(tx, u.Login.Value(), u.ID)
			if err != nil {
				return nil, err
			}
			if says != "" {
				return nil, access.Conflict("Le login de l’annuaire est pris par une autre personne : gardez celui-ci, ou choisissez-en un autre.")
			}
		}
		if err := protects(tx, s, before, u); err != nil {
			return nil, err
		}
		return u, errors.Join(putUser(tx, u), notifyFormer(tx, before, u))
	})
}

// changeable reads a person whose account the author may change: not a deleted
// one, and not that of an administrator of a higher role.
func changeable(tx *data.Tx, s *access.Session, id string) (User, error) {
	u, err := Users.Get(tx, id)
	if err != nil {
		return u, err
	}
	if u.State() == Deleted {
		return u, access.Conflict("Ce compte est supprimé : il ne peut plus être modifié.")
	}
	role, err := access.RoleOf(tx, id)
	if err != nil || mayChange(s, u, role) {
		return u, err
	}
	return u, access.NotAllowed()
}

// mayChange reports whether the author may change the account of somebody, who
// holds a role somewhere.
func mayChange(s *access.Session, u User, role access.Role) bool {
	return s.MayChange(u.ID, u.Places(), role)
}

// changeableAt is changeable for somebody of an establishment.
func changeableAt(tx *data.Tx, s *access.Session, uai, id string) (place data.Place, u User, err error) {
	if place, err = locate(tx, uai); err != nil {
		return place, u, err
	}
	if u, err = userAt(tx, place, id); err != nil {
		return place, u, err
	}
	u, err = changeable(tx, s, id)
	return place, u, err
}

// userAt reads a person of an establishment.
func userAt(tx *data.Tx, place data.Place, id string) (User, error) {
	u, err := Users.Get(tx, id)
	if err != nil {
		return u, err
	}
	if slices.Contains(u.Places(), place) {
		return u, nil
	}
	return User{}, data.ErrNotFound
}

// UserAt is userAt, for the areas above.
func UserAt(tx *data.Tx, place data.Place, id string) (User, error) { return userAt(tx, place, id) }
