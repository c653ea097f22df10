package access

import (
	"errors"

	"preau/data"
)

// Forget deletes an account and all that the gate keeps of it.
func Forget(tx *data.Tx, id string) error {
	wide := signingIn.Over(tx)
	var grants, devices, consulted []string
	for g, err := range GrantsByAccount.All(tx, id) {
		if err != nil {
			return err
		}
		grants = append(grants, g.ID)
	}
	for d, err := range DevicesByAccount.All(wide, id) {
		if err != nil {
			return err
		}
		devices = append(devices, d.Key())
	}
	for c, err := range Consultations.From(wide, id+"/") {
		if err != nil {
			return err
		}
		consulted = append(consulted, c.Key())
	}
	err := errors.Join(deleteAll(tx, Grants, grants), deleteAll(wide, Devices, devices), deleteAll(wide, Consultations, consulted))
	return errors.Join(err, drop(wide, Presences, id), dropPasses(wide, id), drop(wide, Codes, id), drop(wide, Initials, id),
		drop(wide, Questions, id), drop(wide, Factors, id), drop(wide, RecordsSecrets, id), Accounts.Delete(tx, id))
}
