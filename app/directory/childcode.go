package directory

import (
	"errors"
	"slices"
	"time"

	"preau/app/access"
	"preau/data"
)

// A ChildCode is the activation code of a pupil: with the address of the
// household, it lets each declared relative in once.
type ChildCode struct {
	Child  string    `cbor:"id"` // UID
	Sealed []byte    `cbor:"sec"`
	Mark   string    `cbor:"mark"`           // that finds the code again
	Used   []string  `cbor:"used,omitempty"` // by these relatives
	At     time.Time `cbor:"at"`
}

// Key is the UID of the pupil.
func (c ChildCode) Key() string { return c.Child }

// Places is the whole appliance: a code is read through its pupil.
func (c ChildCode) Places() []data.Place { return []data.Place{""} }

// coding keeps the codes of pupils whom the author has read.
var coding = data.NewCrossing("directory.child-codes", "Tenir les codes d’activation des élèves, lus par leur fiche ou par qui les saisit")

const childCodeUse = "code d’activation"

// childCode returns the activation code of a pupil whom the caller has read, in
// two groups of five; it is issued now if it was not.
func childCode(tx *data.Tx, child string) (string, error) {
	wide := coding.Over(tx)
	c, err := ChildCodes.Get(wide, child)
	if err != nil && !errors.Is(err, data.ErrNotFound) {
		return "", err
	}
	if code, ok := wide.Unseal(childCodeUse, c.Sealed); ok {
		return access.SpacedCode(code), nil
	}
	return renewChildCode(tx, child)
}

// renewChildCode issues another code for a pupil: the former one is void.
func renewChildCode(tx *data.Tx, child string) (string, error) {
	wide := coding.Over(tx)
	code, err := access.NewFamilyCode()
	if err != nil {
		return "", err
	}
	c := ChildCode{Child: child, At: tx.Now}
	if c.Sealed, err = wide.Seal(childCodeUse, code); err != nil {
		return "", err
	}
	if c.Mark, err = wide.Mark(childCodeUse, code); err != nil {
		return "", err
	}
	return access.SpacedCode(code), ChildCodes.Put(wide, c)
}

// childOfCode returns the pupil of a code that somebody typed, or
// data.ErrNotFound for a code that a relative has used or that nobody has.
func childOfCode(wide *data.Tx, typed, relative string) (User, ChildCode, error) {
	mark, err := wide.Mark(childCodeUse, access.NormalCode(typed))
	if err != nil {
		return User{}, ChildCode{}, err
	}
	c, err := ChildCodesByMark.Get(wide, mark)
	if err != nil {
		return User{}, c, err
	}
	if relative != "" && slices.Contains(c.Used, relative) {
		return User{}, c, data.ErrNotFound
	}
	child, err := Users.Get(wide, c.Child)
	if err == nil && child.State() == Deleted {
		err = data.ErrNotFound
	}
	return child, c, err
}

// dropChildCode erases the code of a pupil.
func dropChildCode(tx *data.Tx, child string) error {
	err := ChildCodes.Delete(coding.Over(tx), child)
	if errors.Is(err, data.ErrNotFound) {
		return nil
	}
	return err
}
