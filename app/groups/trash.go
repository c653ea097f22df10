package groups

import (
	"fmt"
	"slices"
	"time"

	"preau/app/access"
	"preau/data"
)

// remove puts a group in the « Corbeille » with its sub-groups; members stay rows
// of theirs.
func (sc *scene) remove(g Group) (_ Group, note string, err error) {
	n, err := sc.trash(g, g.ID)
	if err != nil {
		return g, "", err
	}
	switch {
	case n == 2:
		note = "avec 1 sous-groupe"
	case n > 2:
		note = fmt.Sprintf("avec %d sous-groupes", n-1)
	}
	g, err = Groups.Get(sc.tx, g.ID)
	return g, note, err
}

func (sc *scene) trash(g Group, root string) (n int, err error) {
	kids, err := kidsOf(sc.tx, g.ID)
	if err != nil {
		return 0, err
	}
	n = 1
	for _, k := range kids {
		m, err := sc.trash(k, root)
		if err != nil {
			return 0, err
		}
		n += m
	}
	g.DeletedAt, g.DeletedBy, g.DeletedByID, g.Gone = sc.tx.Now, sc.s.Name(), sc.s.Account.ID, root
	_, err = sc.store(g)
	return n, err
}

var restoring = access.NewAction("group.restore", "Groupe rétabli", access.ManageGroups, data.Info)

// A Trashed is a group in the « Corbeille ».
type Trashed struct {
	Group
	Kids    int // sub-groups that went with it
	Members int // elements, of it and of them
	Until   time.Time
	Back    string // the group that it comes back in, "" for none
}

// Trash lists the groups that an establishment deleted, latest first.
func Trash(s *access.Session, uai string) (all []Trashed, err error) {
	err = s.See(func(tx *data.Tx) error {
		place, err := managedAt(tx, s, uai)
		if err != nil {
			return err
		}
		for g, err := range groupsList.All(tx, place, trashList) {
			if err != nil {
				return err
			}
			t, err := trashed(tx, g)
			if err != nil {
				return err
			}
			all = append(all, t)
		}
		return nil
	})
	slices.SortStableFunc(all, func(a, b Trashed) int { return b.DeletedAt.Compare(a.DeletedAt) })
	return all, err
}

// TrashedOf returns a group of the « Corbeille » of an establishment.
func TrashedOf(s *access.Session, uai, id string) (t Trashed, err error) {
	err = s.See(func(tx *data.Tx) error {
		place, err := managedAt(tx, s, uai)
		if err != nil {
			return err
		}
		g, err := binned(tx, place, id)
		if err != nil {
			return err
		}
		t, err = trashed(tx, g)
		return err
	})
	return t, err
}

// binned returns a group that was deleted by itself, not with one around it.
func binned(tx *data.Tx, place data.Place, id string) (Group, error) {
	g, err := Groups.Get(tx, id)
	if err == nil && (g.At != place || !g.Deleted() || g.Gone != g.ID) {
		err = data.ErrNotFound
	}
	return g, err
}

func trashed(tx *data.Tx, g Group) (Trashed, error) {
	t := Trashed{Group: g, Until: g.DeletedAt.Add(TrashLife)}
	gone, err := goneWith(tx, g)
	if err != nil {
		return t, err
	}
	t.Kids = len(gone) - 1
	for _, each := range gone {
		t.Members += len(elementsOf(tx, each.ID, g.At))
	}
	if g.Parent != "" {
		up, err := groupAt(tx, g.At, g.Parent)
		if err != nil && !isMissing(err) {
			return t, err
		}
		t.Back = up.Name
	}
	return t, nil
}

// goneWith are a deleted group and the sub-groups that its deletion took, the
// outer ones first.
func goneWith(tx *data.Tx, g Group) (all []Group, err error) {
	all = []Group{g}
	for i := 0; i < len(all); i++ {
		for k, err := range groupsByParent.All(tx, all[i].ID) {
			if err != nil {
				return nil, err
			}
			if k.Gone == g.ID {
				all = append(all, k)
			}
		}
	}
	return all, nil
}

// Restore takes a group out of the « Corbeille » with the sub-groups that went with
// it, where it was, or at the top if what was around it is gone. Name is another
// one for it, "" to keep its own.
func Restore(s *access.Session, uai, id, name string) (g Group, err error) {
	return g, s.Do(restoring, func(tx *data.Tx) (data.Row, error) {
		place, err := managedAt(tx, s, uai)
		if err != nil {
			return nil, err
		}
		if g, err = binned(tx, place, id); err != nil {
			return nil, err
		}
		sc := &scene{tx: tx, s: s, place: place, draft: Draft{Screen: LocalScreen}}
		if g.Shared {
			sc.draft.Screen = RightsScreen
		}
		gone, err := goneWith(tx, g)
		if err != nil {
			return nil, err
		}
		if name = tidy(name); name != "" {
			gone[0].Name = name
		}
		if err := checkName(gone[0].Name, ""); err != nil {
			return nil, err
		}
		if gone[0].Parent != "" {
			if _, err := sc.group(gone[0].Parent); isMissing(err) {
				gone[0].Parent = ""
				tx.Note("le groupe où il était n’existe plus")
			} else if err != nil {
				return nil, err
			}
		}
		if err := sc.checkFree(gone[0]); err != nil {
			return nil, err
		}
		for i := range gone {
			gone[i].DeletedAt, gone[i].DeletedBy, gone[i].DeletedByID, gone[i].Gone = time.Time{}, "", "", ""
			if gone[i], err = sc.store(gone[i]); err != nil {
				return nil, err
			}
		}
		g = gone[0]
		return g, sc.checkRestored(gone)
	})
}

// checkRestored refuses what the groups have become in each other meanwhile.
func (sc *scene) checkRestored(all []Group) error {
	sound := map[string]bool{}
	for _, g := range all {
		if err := sc.checkCycle(g, sound); err != nil {
			return err
		}
		if deep, err := sc.depthOf(g); err != nil || deep > deepest {
			return access.Conflict(fmt.Sprintf("Les sous-groupes ont %d niveaux au plus\u00a0: ce groupe ne peut pas revenir où il était.", deepest))
		}
	}
	return nil
}
