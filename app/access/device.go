package access

import (
	"slices"
	"time"

	"preau/data"
)

// A Device is a browser that somebody signed in with: it is never slowed down
// by what others try against the account.
type Device struct {
	Hash    string    `cbor:"h"` // SHA-256 of the cookie
	Account string    `cbor:"acc"`
	At      time.Time `cbor:"at"`
	Until   time.Time `cbor:"until"`
	Agent   string    `cbor:"ua"`
}

const deviceLife = 90 * 24 * time.Hour

// Key tells apart the accounts that one browser knows.
func (d Device) Key() string { return d.Hash + "/" + d.Account }

// Places is the whole appliance: a device is read by the gate only.
func (d Device) Places() []data.Place { return []data.Place{""} }

// Bears reports whether a cookie is that of the device.
func (d Device) Bears(cookie string) bool { return sameSecret(d.Hash, hashToken(cookie)) }

// Devices returns the browsers that the person's account knows, latest first.
func (s *Session) Devices() (all []Device, err error) {
	err = s.See(func(tx *data.Tx) error {
		for d, err := range DevicesByAccount.All(signingIn.Over(tx), s.Account.ID) {
			if err != nil {
				return err
			}
			if tx.Now.Before(d.Until) {
				all = append(all, d)
			}
		}
		return nil
	})
	slices.SortFunc(all, func(a, b Device) int { return b.At.Compare(a.At) })
	return all, err
}

var forgetting = data.Action{Key: "device.forget", Says: "Appareil connu retiré"}

// ForgetDevice makes the person's account know a browser no longer, by the hash
// of its cookie, or none at all when the hash is "". Sessions stay open.
func (s *Session) ForgetDevice(hash string) error {
	return s.Record(func(tx *data.Tx) error {
		wide := signingIn.Over(tx)
		var gone []string
		for d, err := range DevicesByAccount.All(wide, s.Account.ID) {
			if err != nil {
				return err
			}
			if hash == "" || sameSecret(d.Hash, hash) {
				gone = append(gone, d.Key())
			}
		}
		if hash != "" && len(gone) == 0 {
			return NotFound()
		}
		return deleteAll(wide, Devices, gone)
	}, data.Fact{Action: forgetting, About: s.Account})
}
