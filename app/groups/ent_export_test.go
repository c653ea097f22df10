package groups

import (
	"preau/app/directory"
	"preau/data"
)

// EffectiveIDs are the UIDs of who is in a group, as the reckoning computes them.
func EffectiveIDs(tx *data.Tx, id string) (ids []string, err error) {
	g, err := Groups.Get(tx, id)
	if err != nil {
		return nil, err
	}
	members, err := reckon(tx).members(g)
	for _, m := range members {
		ids = append(ids, m.ID)
	}
	return ids, err
}

// HeldIDs are the groups that somebody is in, found from them.
func HeldIDs(tx *data.Tx, u directory.User) (ids []string, err error) {
	in, err := holding(tx, u, u.Places())
	for _, h := range in {
		ids = append(ids, h.ID)
	}
	return ids, err
}
