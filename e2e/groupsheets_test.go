package e2e

import (
	"preau/data"

	"preau/app/access"
	"preau/app/directory"
	"preau/app/groups"
)

// someGroups are groups of an establishment to be looked at: one of everything, one
// in it, one in the « Corbeille », and one that is shared.
type someGroups struct{ whole, binned, shared string }

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
	if err == nil {
		made.shared, err = groups.Create(s, uai, groups.RightsScreen, groups.NewGroup{Name: "Liaison collège-lycée", Description: "Préparer l’entrée en seconde"})
	}
	if err == nil {
		err = groups.Allow(s, uai, made.shared, true, groups.Opening{UAI: uai, Profile: directory.Student}, groups.Opening{UAI: uai, Profile: directory.Teacher})
	}
	if err == nil {
		_, err = groups.Save(s, uai, groups.RightsScreen)
	}
	return made, err
}

// pages are those about them, by the name of their screenshot.
func (made someGroups) pages(home string) map[string]string {
	uai, local, shared := home[len("/console/etablissements/"):], home+"/groupes/locaux", home+"/groupes/partages"
	return map[string]string{
		"fiche": home + "/groupes/fiche/" + made.whole, "fiche-vide": home + "/groupes/fiche/" + made.whole + "?q=personne-ainsi",
		"corbeille": home + "/groupes/corbeille", "retablissement": home + "/groupes/corbeille/" + made.binned + "/retablissement",
		"locaux": local + "?groupe=" + made.whole, "nouveau": local + "/nouveau", "sous-groupe": local + "/" + made.whole + "/sous-groupe", "nom": local + "/" + made.whole + "/nom",
		"copie": local + "/" + made.whole + "/copie", "suppression": local + "/" + made.whole + "/suppression", "recherche": local + "/" + made.whole + "/recherche?q=martin",
		"droits": shared + "/droits?groupe=" + made.shared, "retrait": shared + "/droits/" + made.shared + "/retrait?objet=" + uai + "/student",
		"peuplement": shared + "/peuplement?groupe=" + made.shared,
	}
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
