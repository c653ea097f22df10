package groups

import (
	"preau/app/access"
	"preau/app/directory"
	"preau/data"
)

// Counts are how many groups an establishment has of each kind: local ones, shared
// ones that it is in, and those of its « Corbeille ».
type Counts struct{ Local, Shared, Trash int }

// CountsOf counts the groups of an establishment.
func CountsOf(s *access.Session, uai string) (c Counts, err error) {
	err = s.See(func(tx *data.Tx) error {
		place, err := directory.Locate(tx, uai)
		if err != nil {
			return err
		}
		all, err := groupsCount.Of(tx, place)
		c = Counts{all[localList], all[sharedList], all[trashList]}
		return err
	})
	return c, err
}
