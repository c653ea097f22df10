package e2e

import (
	"preau/data"

	"preau/app/access"
	"preau/app/directory"
	"preau/app/groups"
)

// someGroups are groups of an establishment to be looked at: one of everything, one
// in it, and one in the « Corbeille ».
type someGroups struct{ whole, binned string }

// makeGroups makes them in the name of the appliance.
func makeGroups(s *access.Session, uai string) (made someGroups, err error) {
	keys, err := directory.AutomaticGroups(s, uai)
	if err != nil {
		return made, err
	}
	refs, kinds := []groups.Ref{}, map[string]int{}
	for _, g := range keys {
		if kinds[g.Kind]++; kinds[g.Kind] <= 2 {
			refs = append(refs, groups.Automatic(g.Key))
		}
	}
	create := func(f groups.NewGroup, refs ...groups.Ref) (id string) {
		if err != nil {
			return ""
		}
		if id, err = groups.Create(s, uai, groups.LocalScreen, f); err == nil {
			_, err = groups.Add(s, uai, groups.LocalScreen, id, refs, false)
		}
		return id
	}
	inner := create(groups.NewGroup{Name: "Latinistes"}, refs[0])
	made.whole = create(groups.NewGroup{Name: "Sortie à l’opéra", Description: "Les classes qui vont voir « Carmen » en mars, avec leurs parents et leurs enseignants."}, append(refs, groups.Nested(inner))...)
	create(groups.NewGroup{Name: "Accompagnateurs", Parent: made.whole}, groups.Automatic("teacher"))
	create(groups.NewGroup{Name: "Toutes les sorties"}, groups.Nested(made.whole))
	made.binned = create(groups.NewGroup{Name: "Club échecs"}, groups.Automatic("staff"))
	gone := create(groups.NewGroup{Name: "Anciens latinistes"})
	for _, step := range []func() error{
		func() error {
			_, err := groups.Add(s, uai, groups.LocalScreen, made.whole, []groups.Ref{groups.Nested(gone)}, false)
			return err
		},
		func() error { _, err := groups.Save(s, uai, groups.LocalScreen); return err },
		func() error { return groups.Delete(s, uai, groups.LocalScreen, made.binned) },
		func() error { return groups.Delete(s, uai, groups.LocalScreen, gone) },
		func() error { _, err := groups.Save(s, uai, groups.LocalScreen); return err },
	} {
		if err == nil {
			err = step()
		}
	}
	return made, err
}

// schoolOf is the main establishment of somebody, "" when they are not known.
func schoolOf(s *access.Session, login string) (uai string) {
	s.See(func(tx *data.Tx) error {
		a, err := access.AccountsByLogin.Get(tx, login)
		if err == nil && len(a.At) > 0 {
			uai = directory.UAIOf(a.At[0])
		}
		return err
	})
	return uai
}
