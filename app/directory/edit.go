package directory

import (
	"errors"
	"slices"
	"strings"

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
}

var editing = access.NewAction("user.edit", "Modification de la fiche", access.ManageAccounts, data.Info)

// EditUser changes the record of a person in an establishment.
func EditUser(s *access.Session, uai, id string, f UserForm) error {
	return s.Do(editing, func(tx *data.Tx) (data.Row, error) {
		place, err := locate(tx, uai)
		if err != nil {
			return nil, err
		}
		u, err := changeable(tx, s, id)
		if err != nil {
			return nil, err
		}
		if _, ok := u.At(place); !ok {
			return nil, data.ErrNotFound
		}
		if u.Version != f.Version {
			return nil, outdated(tx, "users", id)
		}
		before := u
		if err := f.apply(tx, &u); err != nil {
			return nil, err
		}
		if err := protects(tx, s, before, u); err != nil {
			return nil, err
		}
		if err := f.switches(tx, s, &u, place); err != nil {
			return nil, err
		}
		return u, errors.Join(putUser(tx, u), notifyFormer(tx, before, u))
	})
}

// apply checks the form and takes its values.
func (f UserForm) apply(tx *data.Tx, u *User) error {
	wrong := map[string]string{}
	note := func(field, says string) {
		if says != "" {
			wrong[field] = says
		}
	}
	says, err := checkLogin(tx, f.Login, u.ID)
	if err != nil {
		return err
	}
	note("login", says)
	if f.Email != u.Email.Value() {
		note("email", checkEmail(f.Email))
	}
	phones := []struct {
		field, typed string
		into         *Both
	}{{"portable", f.Mobile, &u.Mobile}, {"domicile", f.Home, &u.Home}, {"poste", f.Work, &u.Work}}
	for _, p := range phones {
		if u.Profile == Student && p.field == "poste" || p.typed == p.into.Value() {
			continue // what the files say is not the form's to refuse
		}
		phone, says := checkPhone(p.typed, p.field == "poste")
		note(p.field, says)
		*p.into = p.into.Edit(phone)
	}
	u.Login, u.Email = u.Login.Edit(f.Login), u.Email.Edit(f.Email)
	if u.Profile == Guest {
		f.guest(u, note)
	}
	return access.WrongFields(wrong)
}

// guest takes what only a guest's record lets change.
func (f UserForm) guest(u *User, note func(field, says string)) {
	birth, ok := ParseDate(f.Birth)
	switch {
	case !ok:
		note("naissance", "Écrivez la date de naissance sous la forme JJ/MM/AAAA.")
	case f.LastName == "":
		note("nom", "Indiquez le nom.")
	case f.FirstName == "":
		note("prenom", "Indiquez le prénom.")
	}
	u.LastName, u.FirstName, u.Title, u.Birth = strings.ToUpper(f.LastName), f.FirstName, f.Title, birth
	u.Postal = Address{Lines: compact(strings.Split(f.Street, "\n")), PostalCode: f.PostalCode, Town: f.Town}
}

// checkPhone returns a number as it is kept, or what is wrong with it. An
// internal one may be short.
func checkPhone(typed string, internal bool) (phone, says string) {
	digits := strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' || r == '+' {
			return r
		}
		return -1
	}, typed)
	if typed == "" {
		return "", ""
	}
	if rest := strings.Trim(typed, "+0123456789 .-()/\u00a0\u202f"); rest != "" || strings.LastIndexByte(digits, '+') > 0 {
		return typed, "Un numéro ne contient que des chiffres, des espaces et, au début, le signe +."
	}
	switch {
	case strings.HasPrefix(digits, "+33") && len(digits) == 12:
		digits = "0" + digits[3:]
	case internal && len(digits) >= 2 && len(digits) <= 6:
		return digits, ""
	case strings.HasPrefix(digits, "+") && len(digits) >= 9 && len(digits) <= 16:
		return digits, ""
	}
	if len(digits) != 10 || digits[0] != '0' {
		return typed, "Un numéro français compte 10 chiffres et commence par 0 ; un numéro étranger commence par +."
	}
	return digits[:2] + " " + digits[2:4] + " " + digits[4:6] + " " + digits[6:8] + " " + digits[8:], ""
}

// protects keeps a local administrator from taking over another administrator's
// account through its login or its e-mail.
func protects(tx *data.Tx, s *access.Session, before, after User) error {
	if before.ID == s.Account.ID || s.Machine() || s.Highest().Above(access.LocalAdmin) {
		return nil
	}
	if before.Login.Value() == after.Login.Value() && before.Email.Value() == after.Email.Value() {
		return nil
	}
	role, err := access.RoleOf(tx, before.ID)
	if err != nil || role == "" {
		return err
	}
	return access.NotAllowed()
}

// switches grants or withdraws the rights that the record shows.
func (f UserForm) switches(tx *data.Tx, s *access.Session, u *User, place data.Place) error {
	if f.Editor != nil && u.canAdminister() {
		i := slices.IndexFunc(u.Attachments, func(a Attachment) bool { return a.At == place })
		u.Attachments = slices.Clone(u.Attachments)
		u.Attachments[i].Editor = *f.Editor
	}
	if f.Admin == nil {
		return nil
	}
	grant, err := access.LocalGrant(tx, u.ID, place)
	held := err == nil
	if err != nil && !errors.Is(err, data.ErrNotFound) || held == *f.Admin {
		return onlyReal(err)
	}
	if !u.canAdminister() {
		return access.Conflict("Seuls un enseignant, un personnel ou un invité peuvent être administrateurs locaux.")
	}
	if *f.Admin {
		_, err := access.Give(tx, u.ID, access.LocalAdmin, place)
		return err
	}
	if err := f.confirmed(tx, s, u.ID, place); err != nil {
		return err
	}
	return access.Withdraw(tx, grant)
}

func onlyReal(err error) error {
	if errors.Is(err, data.ErrNotFound) {
		return nil
	}
	return err
}

// confirmed asks twice before the last administrator of an establishment goes,
// or before somebody withdraws their own rights.
func (f UserForm) confirmed(tx *data.Tx, s *access.Session, id string, place data.Place) error {
	if f.Confirmed {
		return nil
	}
	all, err := access.LocalAdmins(tx, place)
	switch {
	case err != nil:
		return err
	case id == s.Account.ID:
		return access.Wrong("confirmer", "Vous allez retirer vos propres droits d’administrateur local : cochez la case pour le confirmer.")
	case len(all) == 1:
		return access.Wrong("confirmer", "C’est le dernier administrateur local de l’établissement : cochez la case pour le retirer malgré tout.")
	}
	return nil
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
		if into == nil {
			return nil, access.NotFound()
		}
		*into = into.Revert()
		if field == "login" {
			if says, err := checkLogin(tx, u.Login.Value(), u.ID); err != nil || says != "" {
				return nil, errors.Join(err, access.Conflict("Le login de l’annuaire est pris par une autre personne : gardez celui-ci, ou choisissez-en un autre."))
			}
		}
		if err := protects(tx, s, before, u); err != nil {
			return nil, err
		}
		return u, errors.Join(putUser(tx, u), notifyFormer(tx, before, u))
	})
}
