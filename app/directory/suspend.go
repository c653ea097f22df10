package directory

import (
	"errors"
	"time"

	"preau/app/access"
	"preau/data"
)

var (
	suspending   = access.NewAction("user.suspend", "Suspension du compte", access.ManageAccounts, data.Attention)
	reactivating = access.NewAction("user.reactivate", "Réactivation du compte", access.ManageAccounts, data.Attention)
)

var closing = access.NewAction("session.close", "Fermeture des sessions", access.ManageAccounts, data.Attention)

// CloseSessions signs somebody out everywhere, without closing the account.
func CloseSessions(s *access.Session, id string) error {
	return s.Do(closing, func(tx *data.Tx) (data.Row, error) {
		u, err := changeable(tx, s, id)
		if err != nil {
			return nil, err
		}
		return u, access.EndSessions(tx, u.ID)
	})
}

// Suspend closes a person's account: sign-in refuses it and its open sessions
// end, until Reactivate opens it again, identical.
func Suspend(s *access.Session, id, reason string) error {
	return s.Do(suspending, func(tx *data.Tx) (data.Row, error) {
		u, err := changeable(tx, s, id)
		switch {
		case err != nil:
			return nil, err
		case u.State() == Suspended:
			return nil, access.Conflict("Ce compte est déjà suspendu.")
		case id == s.Account.ID:
			return nil, access.Conflict("Vous ne pouvez pas suspendre votre propre compte : demandez-le à un autre administrateur.")
		}
		if err := access.KeepSupport(tx, id); err != nil {
			return nil, err
		}
		u.SuspendedAt, u.Reason = tx.Now, reason
		return u, errors.Join(putUser(tx, u), access.EndSessions(tx, u.ID))
	})
}

// Reactivate opens a suspended account again.
func Reactivate(s *access.Session, id string) error {
	return s.Do(reactivating, func(tx *data.Tx) (data.Row, error) {
		u, err := changeable(tx, s, id)
		switch {
		case err != nil:
			return nil, err
		case u.State() != Suspended:
			return nil, access.Conflict("Ce compte n’est pas suspendu.")
		}
		u.SuspendedAt, u.Reason = time.Time{}, ""
		return u, putUser(tx, u)
	})
}
