package groups

import (
	"slices"

	"preau/app/directory"
	"preau/data"
)

// shut takes out of a shared group the elements of an establishment that none of
// its present profiles allows any more, and returns how many left. An element
// whose people are of several profiles stays while one of them is allowed.
func shut(tx *data.Tx, g Group, now Side, was []directory.Profile) (left int, err error) {
	if !slices.ContainsFunc(was, func(p directory.Profile) bool { return !now.allows(p) }) {
		return 0, nil
	}
	gone, err := leaving(tx, g, now)
	for _, ref := range gone {
		if err := Memberships.Delete(sharing.Over(tx), membershipKey(g.ID, now.At, ref)); err != nil {
			return 0, err
		}
	}
	return len(gone), err
}

// leaving are the elements of a shared group that an establishment put and that it
// may not have with these profiles.
func leaving(tx *data.Tx, g Group, now Side) (gone []Ref, err error) {
	wide := sharing.Over(tx)
	for _, ref := range elementsOf(wide, g.ID, now.At) {
		of := []directory.Profile(nil)
		if id, ok := ref.Person(); ok {
			u, err := directory.Users.Get(wide, id)
			if err != nil && !isMissing(err) {
				return nil, err
			}
			of = append(of, u.Profile)
		} else if key, ok := ref.Automatic(); ok {
			of = directory.ProfilesOfGroup(key)
		}
		if !slices.ContainsFunc(of, now.allows) {
			gone = append(gone, ref)
		}
	}
	return gone, nil
}
