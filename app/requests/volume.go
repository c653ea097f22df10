package requests

import (
	"errors"
	"fmt"
	"io"
	"time"

	"preau/app/access"
	"preau/data"
)

// What may be joined in a day, in bytes, by one person, and by those of one
// establishment together; and how many times a requester may write.
const (
	dayOfPerson  = 200 << 20
	dayOfSchool  = 4 << 30
	dayOfWriting = 200
)

// A Volume is how much somebody, or those of an establishment, joined in a day.
type Volume struct {
	Who   string `cbor:"who"` // account, place, or « mailto: » and an address
	Day   string `cbor:"day"` // such as « 2026-11-26 »
	Bytes int64  `cbor:"n"`
	Times int    `cbor:"w,omitempty"` // requests and messages of a requester
}

// Key is who, then the day.
func (v Volume) Key() string { return v.Who + " " + v.Day }

// Places is the whole appliance: nobody reads it.
func (v Volume) Places() []data.Place { return []data.Place{""} }

// Volumes bound what is joined.
var Volumes = data.NewTable[Volume]("request-volumes").Unlogged()

// measuring keeps count of what is joined and written, for whoever does.
var measuring = data.NewCrossing("requests.volumes", "Compter ce que la personne connectée joint aux demandes et combien de fois elle y écrit, pour borner la place que cela prend")

// Keep stores the content of a file, to be joined to what is written next. What
// nothing comes to hold goes within the hour.
func Keep(s *access.Session, name, kind string, content io.Reader) (File, error) {
	b, err := s.Gate().Store().PutBlob(content, MostBytes)
	if errors.Is(err, data.ErrTooLarge) {
		return File{}, access.Wrong("fichiers", "«\u00a0"+name+"\u00a0» dépasse 10\u00a0Mio.")
	}
	if err != nil {
		return File{}, err
	}
	return File{ID: b.ID, Name: name, Type: kind, Size: b.Size, Sum: b.Sum}, measure(s, b.Size)
}

// measure counts what somebody joined, and refuses beyond what a day allows.
func measure(s *access.Session, size int64) error {
	if s.Machine() {
		return nil
	}
	return s.Upkeep(func(tx *data.Tx) error {
		bounds := map[string]int64{s.Account.ID: dayOfPerson}
		for _, p := range s.Account.At {
			bounds[string(p)] = dayOfSchool
		}
		most, err := weigh(tx, bounds, size)
		if err == nil && most > 0 {
			err = access.Wrong("fichiers", tooMuch(most))
		}
		return err
	})
}

// tooMuch says that a day allows no more.
func tooMuch(most int64) string {
	return fmt.Sprintf("Trop de fichiers ont été joints aujourd’hui\u00a0: %d\u00a0Mio au plus. Envoyez votre message sans eux, ou joignez-les demain.", most>>20)
}

// weigh counts bytes for each of those who join them, and returns the bound that
// one of them is beyond, 0 for none.
func weigh(tx *data.Tx, bounds map[string]int64, size int64) (beyond int64, err error) {
	tx = measuring.Over(tx)
	var all []Volume
	for who, most := range bounds {
		v, err := volumeOf(tx, who)
		if err != nil {
			return 0, err
		}
		if v.Bytes += size; v.Bytes > most {
			return most, nil // nothing is counted for anybody
		}
		all = append(all, v)
	}
	for _, v := range all {
		if err := Volumes.Put(tx, v); err != nil {
			return 0, err
		}
	}
	return 0, nil
}

// volumeOf is what somebody joined today.
func volumeOf(tx *data.Tx, who string) (Volume, error) {
	v := Volume{Who: who, Day: tx.Now.Local().Format(time.DateOnly)}
	kept, err := Volumes.Get(tx, v.Key())
	if errors.Is(err, data.ErrNotFound) {
		return v, nil
	}
	return kept, err
}

// spend counts once more that a requester writes, and refuses beyond what a day
// allows.
func spend(tx *data.Tx, account string) error {
	tx = measuring.Over(tx)
	v, err := volumeOf(tx, account)
	if err != nil {
		return err
	}
	if v.Times++; v.Times > dayOfWriting {
		return &access.Refusal{Kind: access.Throttled, Wait: time.Hour, Says: fmt.Sprintf("Vous avez déjà écrit %d fois aujourd’hui\u00a0: reprenez demain. Votre saisie est gardée.", dayOfWriting)}
	}
	return Volumes.Put(tx, v)
}

// SweepVolumes forgets the days that are over. The job of the appliance calls it.
func SweepVolumes(s *access.Session) error {
	return s.Upkeep(func(tx *data.Tx) error {
		today := tx.Now.Local().Format(time.DateOnly)
		var over []string
		for v, err := range Volumes.All(tx) {
			if err != nil {
				return err
			}
			if v.Day < today {
				over = append(over, v.Key())
			}
		}
		for _, key := range over {
			if err := Volumes.Delete(tx, key); err != nil {
				return err
			}
		}
		return nil
	})
}
