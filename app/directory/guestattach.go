package directory

import (
	"errors"
	"slices"
	"time"

	"preau/app/access"
	"preau/app/post"
	"preau/data"
)

// A Proposal is what « Enregistrer » would do: make a guest, or attach one.
type Proposal struct {
	Person User   // as the form describes them, with the login they would get
	School string // where the account exists, "" for a new one
	Mailed bool   // how to sign in leaves by mail
}

// ProposeGuest checks what a form asks, and writes nothing. chosen is the UID of
// a guest of another establishment, "" for somebody new; seen is the key of
// those who look alike and were shown.
func ProposeGuest(s *access.Session, uai string, f GuestForm, chosen, seen string) (p Proposal, err error) {
	if p.Person, err = f.person(s.Now()); err != nil {
		return p, err
	}
	alike, err := Lookalikes(s, uai, f)
	if err != nil {
		return p, err
	}
	if chosen != "" {
		i := slices.IndexFunc(alike.Away, func(a Away) bool { return a.ID == chosen })
		if i < 0 {
			return p, errNotTheirs()
		}
		p.School = alike.Away[i].School
	} else if alike.Key() != seen {
		return p, errUnseen()
	}
	return p, s.See(func(tx *data.Tx) error {
		if p.Person.Login.Federated, err = newLogin(tx, f.FirstName, f.LastName); err != nil {
			return err
		}
		p.Mailed, err = post.CarriesSecrets(tx)
		return err
	})
}

// errUnseen refuses to add somebody before those who look alike were shown.
func errUnseen() error {
	return access.Conflict("Des personnes ressemblent à celle que vous ajoutez. Vérifiez la liste ci-dessous, choisissez qui ajouter, puis cliquez de nouveau sur « Ajouter ».")
}

// errNotTheirs refuses to attach somebody who is not, or no longer, who the form
// describes.
func errNotTheirs() error {
	return access.Conflict("Cette personne n’est pas reconnue : le nom, avec la date de naissance ou l’adresse e-mail, doivent être exactement ceux de son compte.")
}

var attachingGuest = access.NewAction("guest.attach", "Rattachement d’un invité", access.ManageAccounts, data.Attention)

// AttachGuest attaches to an establishment a guest of another one, whom the form
// describes exactly, and tells them by mail. Nothing else of the account changes.
func AttachGuest(s *access.Session, uai, id string, f GuestForm) error {
	if _, err := f.person(s.Now()); err != nil {
		return err
	}
	if err := f.recognise(s, uai, id); err != nil {
		return err
	}
	return s.Do(attachingGuest, func(tx *data.Tx) (data.Row, error) {
		place, err := locate(tx, uai)
		if err != nil {
			return nil, err
		}
		wide := attaching.Over(tx)
		u, err := f.theirs(wide, id)
		if err != nil {
			return nil, err
		}
		role, err := access.RoleOf(tx, id)
		if err != nil {
			return nil, err
		}
		if role.Above(s.RoleOver([]data.Place{place})) && !s.Machine() {
			return nil, access.NotAllowed()
		}
		u, err = attach(wide, u, place)
		return u, err
	})
}

// recognise counts a form that does not describe the guest it chooses.
func (f GuestForm) recognise(s *access.Session, uai, id string) error {
	var wrong error
	err := s.See(func(tx *data.Tx) error {
		if _, err := locate(tx, uai); err != nil {
			return err
		}
		_, err := f.theirs(attaching.Over(tx), id)
		if access.KindOf(err) == access.Stale {
			wrong, err = err, nil
		}
		return err
	})
	if err == nil {
		err = s.Guess(guestGuess, wrong != nil)
	}
	if err != nil {
		return err
	}
	return wrong
}

// theirs reads the guest that the form describes exactly.
func (f GuestForm) theirs(wide *data.Tx, id string) (User, error) {
	u, err := Users.Get(wide, id)
	if isMissing(err) || err == nil && (u.Profile != Guest || u.State() == Deleted || !f.wanted().is(u)) {
		return User{}, errNotTheirs()
	}
	return u, err
}

// attach adds an establishment to a guest, whom it welcomes.
func attach(wide *data.Tx, u User, place data.Place) (User, error) {
	if _, here := u.At(place); here {
		return u, access.Conflict("Cette personne est déjà rattachée à l’établissement.")
	}
	u.Attachments = append(slices.Clone(u.Attachments), Attachment{At: place})
	if err := putUser(wide, u); err != nil {
		return u, err
	}
	u.Version++
	return u, welcomeGuest(wide, u, place)
}

var restoringGuest = access.NewAction("guest.restore", "Rattachement d’un invité supprimé", access.ManageAccounts, data.Attention)

// RestoreGuest brings back a guest of an establishment from « Suppressions ».
func RestoreGuest(s *access.Session, uai, id string) error {
	return s.Do(restoringGuest, func(tx *data.Tx) (data.Row, error) {
		place, err := locate(tx, uai)
		if err != nil {
			return nil, err
		}
		u, err := userAt(tx, place, id)
		if err != nil {
			return nil, err
		}
		role, err := access.RoleOf(tx, id)
		switch {
		case err != nil:
			return nil, err
		case u.Profile != Guest:
			return nil, access.Conflict("Ce compte vient de l’annuaire fédérateur : il revient de lui-même quand l’annuaire le fait de nouveau figurer.")
		case u.State() != Deleted:
			return nil, access.Conflict("Ce compte n’est pas supprimé.")
		case !mayChange(s, u, role):
			return nil, access.NotAllowed()
		}
		u, err = restore(tx, u, place)
		return u, err
	})
}

// restore brings a guest back to one establishment, without the end date that
// sent them away.
func restore(tx *data.Tx, u User, place data.Place) (User, error) {
	u.DeletedAt, u.DeletedBy = time.Time{}, ""
	u.Attachments = slices.Clone(u.Attachments)
	for i := range u.Attachments {
		if u.Attachments[i].At == place {
			u.Attachments[i].Until = ""
		}
	}
	if err := putUser(tx, u); err != nil {
		return u, err
	}
	u.Version++
	return u, welcomeGuest(tx, u, place)
}

var detaching = access.NewAction("guest.detach", "Invité détaché de l’établissement", access.ManageAccounts, data.Attention)

// DetachGuest takes a guest out of an establishment. One who is then in none is
// deleted, and kept in « Suppressions » as any other.
func DetachGuest(s *access.Session, uai, id string) error {
	return s.Do(detaching, func(tx *data.Tx) (data.Row, error) {
		place, u, err := changeableAt(tx, s, uai, id)
		if err != nil {
			return nil, err
		}
		if u.Profile != Guest {
			return nil, access.Conflict("Seul un invité se détache : les autres comptes suivent l’annuaire fédérateur.")
		}
		if _, err := access.LocalGrant(tx, id, place); !errors.Is(err, data.ErrNotFound) {
			return nil, errors.Join(err, access.Conflict("Cette personne est administrateur local de l’établissement : retirez-lui d’abord ce droit, depuis sa fiche."))
		}
		u, err = detach(tx, u, place, "Détaché de l’établissement")
		return u, err
	})
}

// detach takes a guest out of an establishment, for a reason that « Suppressions »
// shows of whoever is then in none.
func detach(tx *data.Tx, u User, place data.Place, reason string) (User, error) {
	left := slices.DeleteFunc(slices.Clone(u.Attachments), func(a Attachment) bool { return a.At == place })
	if len(left) == 0 {
		u.DeletedAt, u.DeletedBy = tx.Now, reason
		return u, errors.Join(putUser(tx, u), access.EndSessions(tx, u.ID))
	}
	left[0].Main = true
	u.Attachments = left
	return u, putUser(tx, u)
}

// EndGuests detaches the guests whose last day in an establishment is over, and
// withdraws what they administered there.
func EndGuests(s *access.Session) error {
	type end struct {
		place data.Place
		id    string
	}
	var due []end
	err := s.See(func(tx *data.Tx) error {
		for e, err := range Establishments.All(tx) {
			if err != nil {
				return err
			}
			for u, err := range UsersList.All(tx, e.Place(), string(Guest)) {
				if err != nil {
					return err
				}
				if a, _ := u.At(e.Place()); a.over(tx.Now) {
					due = append(due, end{e.Place(), u.ID})
				}
			}
		}
		return nil
	})
	for _, d := range due {
		err = errors.Join(err, endGuest(s, d.place, d.id))
	}
	return err
}

// over reports whether the last day of an attachment has passed.
func (a Attachment) over(now time.Time) bool { return a.Until != "" && a.Until < DateOf(now.Local()) }

func endGuest(s *access.Session, place data.Place, id string) error {
	return s.Do(detaching, func(tx *data.Tx) (data.Row, error) {
		u, err := Users.Get(tx, id)
		if err != nil {
			return nil, err
		}
		a, _ := u.At(place)
		if !a.over(tx.Now) || u.State() == Deleted {
			return nil, access.Conflict("La date de fin de cet invité vient de changer.")
		}
		reason := "Fin prévue le " + a.Until.String()
		tx.Note("%s", reason)
		if g, err := access.LocalGrant(tx, id, place); err == nil {
			if err := access.Withdraw(tx, g); err != nil {
				return nil, err
			}
		} else if !errors.Is(err, data.ErrNotFound) {
			return nil, err
		}
		u, err = detach(tx, u, place, reason)
		return u, err
	})
}
