package directory

import (
	"errors"

	"preau/app/access"
	"preau/data"
)

// An Imprint is what an establishment must say of itself to whoever reads what
// it publishes.
type Imprint struct {
	Name, Address, Phone, Email, Website string
	Head                                 string // director of publication, "" when unknown
}

// imprinting reads the public part of the record of an establishment.
var imprinting = data.NewCrossing("directory.imprint", "Dire les mentions légales d’un établissement à qui lit l’ENT")

// ImprintsOf returns the imprint of each establishment of the person, the main
// one first. Somebody who belongs to none, or is not signed in, gets that of the
// only establishment of the appliance, if it has one only.
func ImprintsOf(s *access.Session) (all []Imprint, err error) {
	err = s.See(func(tx *data.Tx) error {
		wide := imprinting.Over(tx)
		places := s.Account.At
		if len(places) == 0 || s.Account.Profile == access.AdminProfile {
			if places, err = onlyPlace(wide); err != nil {
				return err
			}
		}
		for _, at := range places {
			e, err := Establishments.Get(wide, UAIOf(at))
			if errors.Is(err, data.ErrNotFound) {
				continue
			}
			if err != nil {
				return err
			}
			all = append(all, Imprint{e.Name, e.Address.String(), e.Phone, e.Email.Value(), e.Website, e.HeadName})
		}
		return nil
	})
	return all, err
}

// onlyPlace is the place of the establishment of an appliance that serves one.
func onlyPlace(wide *data.Tx) (places []data.Place, err error) {
	for c, err := range Cards.All(wide) {
		if err != nil {
			return nil, err
		}
		if c.Kind != Virtual && !c.Inactive {
			places = append(places, c.Place())
		}
		if len(places) > 1 {
			return nil, nil
		}
	}
	return places, nil
}
