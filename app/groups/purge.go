package groups

import (
	"errors"
	"fmt"
	"slices"

	"preau/app/access"
	"preau/data"
)

var purging = access.NewAction("group.purge", "Groupe effacé après 30 jours dans la «\u00a0Corbeille\u00a0»", access.RunAppliance, data.Attention)

// PurgeTrash erases the groups that have been in the « Corbeille » for longer than
// they are kept there, with their sub-groups, their members, and what names them in
// other groups and in pending changes. The journal stays. The job of the appliance
// calls it.
func PurgeTrash(s *access.Session) error {
	var due []string
	err := s.See(func(tx *data.Tx) error {
		for g, err := range Groups.All(tx) {
			if err != nil {
				return err
			}
			if g.due(tx) {
				due = append(due, g.ID)
			}
		}
		return nil
	})
	for _, id := range due {
		err = errors.Join(err, purge(s, id))
	}
	return err
}

// due reports whether a group, deleted by itself, is to be erased.
func (g Group) due(tx *data.Tx) bool {
	return g.Deleted() && g.Gone == g.ID && tx.Now.Sub(g.DeletedAt) > TrashLife
}

// errKept ends the purge of a group that somebody has restored meanwhile.
var errKept = errors.New("groups: restored meanwhile")

func purge(s *access.Session, id string) error {
	err := s.Do(purging, func(tx *data.Tx) (data.Row, error) {
		g, err := Groups.Get(tx, id)
		if isMissing(err) || err == nil && !g.due(tx) {
			return nil, errKept
		}
		if err != nil {
			return nil, err
		}
		all, err := goneWith(tx, g)
		if err != nil {
			return nil, err
		}
		if len(all) > 1 {
			tx.Note("avec %s", counts(len(all)-1, "sous-groupe", "sous-groupes"))
		}
		for _, each := range all {
			if err := erase(tx, each); err != nil {
				return nil, err
			}
		}
		return g, dropMentions(tx, all)
	})
	if errors.Is(err, errKept) {
		return nil
	}
	return err
}

// erase removes a group and its members, and takes it out of the groups that it was
// an element of.
func erase(tx *data.Tx, g Group) error {
	var keys []string
	for m, err := range Memberships.From(tx, g.ID+"/") {
		if err != nil {
			return err
		}
		keys = append(keys, m.Key())
	}
	var around []string
	for m, err := range membershipsBySource.All(tx, sourceKey(g.At, Nested(g.ID))) {
		if err != nil {
			return err
		}
		keys, around = append(keys, m.Key()), append(around, m.Group)
	}
	for _, key := range keys {
		if err := Memberships.Delete(tx, key); err != nil {
			return err
		}
	}
	for _, id := range around {
		if err := lose(tx, id, g); err != nil {
			return err
		}
	}
	return Groups.Delete(tx, g.ID)
}

// lose tells in the history of a group that one of its elements is erased.
func lose(tx *data.Tx, id string, gone Group) error {
	g, err := Groups.Get(tx, id)
	if isMissing(err) {
		return nil // erased a moment ago, with it
	}
	if err != nil {
		return err
	}
	g.Version++
	return errors.Join(Groups.Put(tx, g), tx.Also(data.Fact{Action: purging.Action, About: g, Note: fmt.Sprintf("«\u00a0%s\u00a0», qui en était membre", gone.Name)}))
}

// dropMentions takes erased groups out of what people have pending.
func dropMentions(tx *data.Tx, gone []Group) error {
	var changed []Draft
	for d, err := range Drafts.All(tx) {
		if err != nil {
			return err
		}
		sc := &scene{draft: d}
		for _, g := range gone {
			sc.drop(g.ID)
			sc.draft.Copied = slices.DeleteFunc(slices.Clone(sc.draft.Copied), func(r Ref) bool { return r == Nested(g.ID) })
			for i := range sc.draft.Edits {
				e := &sc.draft.Edits[i]
				e.Removed = slices.DeleteFunc(e.Removed, func(r Ref) bool { return r == Nested(g.ID) })
			}
		}
		changed = append(changed, sc.draft)
	}
	for _, d := range changed {
		if err := d.restore(tx); err != nil {
			return err
		}
	}
	return nil
}
