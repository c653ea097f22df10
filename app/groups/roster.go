package groups

import (
	"errors"
	"slices"

	"preau/app/directory"
	"preau/data"
)

// A Roster is the pupils that a class, or a teaching group, had when it was last
// seen: by them it is known again once the directory calls it something else. Those
// that are an element of some group have one.
type Roster struct {
	At     data.Place `cbor:"at"`
	Kind   string     `cbor:"k"` // "class" or "group", as in keys of automatic groups
	Code   string     `cbor:"c"`
	Name   string     `cbor:"n"`
	Pupils []string   `cbor:"p,omitempty"` // UIDs, by name
}

// Key is the establishment, the kind, then the code.
func (r Roster) Key() string { return directory.UAIOf(r.At) + "/" + r.Kind + "/" + r.Code }

// Places is the establishment.
func (r Roster) Places() []data.Place { return []data.Place{r.At} }

// ref is the element of the people of a profile in the class.
func (r Roster) ref(p directory.Profile) Ref {
	return Automatic(directory.KeyOfGroup(r.Kind, r.Code, p))
}

// rosterOf is what an element is of, ok being false when it is of no class.
func rosterOf(at data.Place, ref Ref) (r Roster, ok bool) {
	key, automatic := ref.Automatic()
	kind, code, _ := directory.PartsOfGroup(key)
	return Roster{At: at, Kind: kind, Code: code}, automatic && (kind == "class" || kind == "group")
}

// remember keeps the pupils of the class that an element is of.
func remember(tx *data.Tx, at data.Place, ref Ref) error {
	r, ok := rosterOf(at, ref)
	if !ok {
		return nil
	}
	now, _, err := r.now(tx)
	if err != nil {
		return err
	}
	return Rosters.Put(tx, now)
}

// now is the roster as the directory tells it; stands is false when the directory
// knows nothing of the class any more. One that has no pupil for a time keeps those
// that it had.
func (r Roster) now(tx *data.Tx) (_ Roster, stands bool, err error) {
	name, known, err := r.named(tx)
	if err != nil {
		return r, false, err
	}
	var pupils []string
	for _, who := range directory.RollAt(tx, r.At).In(directory.KeyOfGroup(r.Kind, r.Code, directory.Student)) {
		pupils = append(pupils, who.ID)
	}
	if r.Name = name; name == "" {
		r.Name = r.Code
	}
	if len(pupils) > 0 {
		r.Pupils = pupils
	}
	return r, known || len(pupils) > 0, nil
}

// named is what the directory calls the class; known is false when it has no row.
func (r Roster) named(tx *data.Tx) (name string, known bool, err error) {
	key := directory.UAIOf(r.At) + "/" + r.Code
	if r.Kind == "class" {
		c, err := directory.Classes.Get(tx, key)
		return c.Name, err == nil, unlessMissing(err)
	}
	g, err := directory.TeachingGroups.Get(tx, key)
	return g.Name, err == nil, unlessMissing(err)
}

func unlessMissing(err error) error {
	if isMissing(err) {
		return nil
	}
	return err
}

// heir is the class where a strict majority of the pupils of a roster are now,
// among those who are still in the establishment; ok is false when there is none.
func (r Roster) heir(tx *data.Tx) (to Roster, ok bool, err error) {
	counts, still := map[string]int{}, 0
	for _, id := range r.Pupils {
		u, err := directory.Users.Get(tx, id)
		if err != nil && !isMissing(err) {
			return to, false, err
		}
		a, here := u.At(r.At)
		if err != nil || !here || u.State() == directory.Deleted {
			continue
		}
		still++
		codes := a.Classes
		if r.Kind == "group" {
			codes = a.Groups
		}
		for _, code := range slices.Compact(slices.Sorted(slices.Values(codes))) {
			if counts[code]++; counts[code] > counts[to.Code] || counts[code] == counts[to.Code] && code < to.Code {
				to.Code = code
			}
		}
	}
	if to.Code == "" || 2*counts[to.Code] <= still {
		return to, false, nil
	}
	to, _, err = Roster{At: r.At, Kind: r.Kind, Code: to.Code}.now(tx)
	return to, err == nil, err
}

// elements are what of the class is in groups, in the « Corbeille » too.
func (r Roster) elements(tx *data.Tx) (all []Membership, err error) {
	for _, p := range directory.Profiles {
		for m, failed := range membershipsBySource.All(tx, sourceKey(r.At, r.ref(p))) {
			err = errors.Join(err, failed)
			all = append(all, m)
		}
	}
	return all, err
}

func (r Roster) same(as Roster) bool { return r.Name == as.Name && slices.Equal(r.Pupils, as.Pupils) }
