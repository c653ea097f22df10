package groups

import (
	"errors"
	"slices"
	"time"

	"preau/app/access"
	"preau/app/directory"
	"preau/data"
)

// A Screen is where somebody changes groups. Each has its own pending changes.
type Screen string

// The screens.
const (
	LocalScreen      Screen = "locaux"
	RightsScreen     Screen = "droits"     // shared groups, and the profiles that each establishment may add
	PopulationScreen Screen = "peuplement" // the members that one's establishment puts in shared groups
)

// Screens are the three screens.
var Screens = []Screen{LocalScreen, RightsScreen, PopulationScreen}

// A Draft is what somebody changed on a screen and has not saved: it survives the
// page, the session and the appliance.
type Draft struct {
	Account string     `cbor:"id"`
	At      data.Place `cbor:"at"`
	Screen  Screen     `cbor:"on"`
	Edits   []Edit     `cbor:"edits,omitempty"` // in the order they were begun
	Copied  []Ref      `cbor:"copied,omitempty"`
	Touched time.Time  `cbor:"t"`
}

// An Edit is what is to become of a group. Members added then removed leave nothing.
type Edit struct {
	Group   string `cbor:"g"`
	Base    uint64 `cbor:"base,omitempty"` // version that the group had
	New     bool   `cbor:"new,omitempty"`
	Parent  string `cbor:"up,omitempty"` // of a new one
	Text    *Text  `cbor:"text,omitempty"`
	Delete  bool   `cbor:"del,omitempty"`
	Added   []Ref  `cbor:"add,omitempty"`
	Removed []Ref  `cbor:"rem,omitempty"`
	Sides   []Side `cbor:"sides,omitempty"` // those that change, as they are to be
}

// A Text is the name and the description of a group.
type Text struct {
	Name        string `cbor:"n"`
	Description string `cbor:"d,omitempty"`
}

func (e Edit) empty() bool {
	return !e.New && e.Text == nil && !e.Delete && len(e.Added)+len(e.Removed)+len(e.Sides) == 0
}

// Key is the account, the establishment, then the screen.
func (d Draft) Key() string {
	return d.Account + "/" + directory.UAIOf(d.At) + "/" + string(d.Screen)
}

// Places is the whole appliance: a draft is read by its author alone, through
// their own operations.
func (d Draft) Places() []data.Place { return []data.Place{""} }

// Pending counts the changes that wait to be saved.
func (d Draft) Pending() (n int) {
	for _, e := range d.Edits {
		n += len(e.Added) + len(e.Removed) + len(e.Sides)
		if e.New || e.Delete || e.Text != nil {
			n++
		}
	}
	return n
}

// Of returns the edit of a group, if there is one.
func (d Draft) Of(group string) (Edit, bool) {
	i := slices.IndexFunc(d.Edits, func(e Edit) bool { return e.Group == group })
	if i < 0 {
		return Edit{Group: group}, false
	}
	return d.Edits[i], true
}

// DraftLife is how long pending changes are kept.
const DraftLife = 30 * 24 * time.Hour

// mostPending bounds the changes of a draft, and what is copied.
const mostPending = 5000

// drafting keeps what the author alone has pending.
var drafting = data.NewCrossing("groups.drafts", "Garder et retrouver les modifications de groupes que la personne connectée n’a pas encore enregistrées")

func draftOf(tx *data.Tx, s *access.Session, place data.Place, screen Screen) (Draft, error) {
	d := Draft{Account: s.Account.ID, At: place, Screen: screen}
	kept, err := Drafts.Get(drafting.Over(tx), d.Key())
	if isMissing(err) {
		return d, nil
	}
	return kept, err
}

// keep stores a draft that its author has changed.
func (d Draft) keep(tx *data.Tx) error {
	if len(d.Copied) > mostPending {
		return access.Conflict("Plus de 5\u202f000 éléments ne se copient pas en une fois\u00a0: choisissez-en moins, ou un groupe qui les réunit.")
	}
	if d.Pending() > mostPending {
		return access.Conflict("Plus de 5\u202f000 modifications attendent\u00a0: enregistrez-les avant d’en faire d’autres.")
	}
	d.Touched = tx.Now
	return d.restore(tx)
}

// restore stores a draft as it is, or forgets it when nothing is left of it.
func (d Draft) restore(tx *data.Tx) error {
	tx = drafting.Over(tx)
	d.Edits = slices.DeleteFunc(d.Edits, Edit.empty)
	if len(d.Edits)+len(d.Copied) > 0 {
		return Drafts.Put(tx, d)
	}
	return unlessMissing(Drafts.Delete(tx, d.Key()))
}

// DraftOf returns what the person has pending on a screen.
func DraftOf(s *access.Session, uai string, screen Screen) (d Draft, err error) {
	err = s.See(func(tx *data.Tx) error {
		place, err := directory.Locate(tx, uai)
		if err != nil {
			return err
		}
		d, err = draftOf(tx, s, place, screen)
		return err
	})
	return d, err
}

// pend changes the draft of a screen, of an establishment whose groups the person
// manages.
func pend(s *access.Session, uai string, screen Screen, fn func(sc *scene) error) error {
	return s.Upkeep(func(tx *data.Tx) error {
		tx.Author.May = s.Reach(access.ManageGroups)
		sc, err := sceneOf(tx, s, uai, screen)
		if err != nil {
			return err
		}
		if err := fn(sc); err != nil {
			return err
		}
		return sc.draft.keep(tx)
	})
}

// Abandon forgets what is pending on a screen; what was copied stays.
func Abandon(s *access.Session, uai string, screen Screen) error {
	return pend(s, uai, screen, func(sc *scene) error {
		sc.draft.Edits = nil
		return nil
	})
}

// Undo forgets what is pending of one group, and of the new sub-groups in it.
func Undo(s *access.Session, uai string, screen Screen, group string) error {
	return pend(s, uai, screen, func(sc *scene) error {
		sc.drop(group)
		return nil
	})
}

// Rebase keeps the pending changes for the groups as they are now, once the person
// has seen what others changed. Those of groups that are gone are dropped.
func Rebase(s *access.Session, uai string, screen Screen) error {
	return pend(s, uai, screen, func(sc *scene) error {
		for _, e := range slices.Clone(sc.draft.Edits) {
			if e.New {
				continue
			}
			g, err := groupAt(sc.tx, sc.place, e.Group)
			if isMissing(err) {
				sc.drop(e.Group)
				continue
			}
			if err != nil {
				return err
			}
			sc.edit(g).Base = sc.versionOf(g)
		}
		return sc.settle()
	})
}

// SweepDrafts forgets the pending changes of long ago. The job of the appliance
// calls it.
func SweepDrafts(s *access.Session) error {
	return s.Upkeep(func(tx *data.Tx) error {
		var old []string
		for d, err := range Drafts.All(tx) {
			if err != nil {
				return err
			}
			if tx.Now.Sub(d.Touched) > DraftLife {
				old = append(old, d.Key())
			}
		}
		for _, key := range old {
			if err := Drafts.Delete(tx, key); err != nil {
				return err
			}
		}
		return nil
	})
}

// forgetDrafts drops those of an account.
func forgetDrafts(tx *data.Tx, account string) error {
	var keys []string
	for d, err := range Drafts.From(drafting.Over(tx), account+"/") {
		if err != nil {
			return err
		}
		keys = append(keys, d.Key())
	}
	var errs []error
	for _, key := range keys {
		errs = append(errs, Drafts.Delete(drafting.Over(tx), key))
	}
	return errors.Join(errs...)
}
