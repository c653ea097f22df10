package groups

import (
	"cmp"
	"fmt"
	"slices"

	"preau/app/access"
	"preau/app/directory"
	"preau/data"
)

// checkFree refuses a name that another group beside this one has. A shared group
// is beside those that its own establishment made.
func (sc *scene) checkFree(g Group) error {
	beside, err := sc.kids(g.Parent)
	for _, other := range beside {
		if other.ID != g.ID && other.At == g.At && data.Fold(other.Name) == data.Fold(g.Name) {
			return access.Wrong("nom", fmt.Sprintf("«\u00a0%s\u00a0» existe déjà ici\u00a0: choisissez un autre nom.", other.Name))
		}
	}
	return err
}

// checkElement refuses what cannot be in a group: it must exist, be of the
// establishment, and of a profile that a shared group lets it add.
func (sc *scene) checkElement(g Group, ref Ref) error {
	side, _ := g.Sides.Of(sc.place)
	if id, ok := ref.Person(); ok {
		u, err := directory.UserAt(sc.tx, sc.place, id)
		switch {
		case err != nil:
			return err
		case u.State() == directory.Deleted:
			return access.Conflict("Le compte de " + u.Label() + " est supprimé\u00a0: il ne peut pas être ajouté.")
		case g.Shared && !side.allows(u.Profile):
			return sc.notOpen(g, u.Profile)
		}
		return nil
	}
	if key, ok := ref.Automatic(); ok {
		if _, err := directory.GroupAt(sc.tx, sc.place, key); err != nil || !g.Shared {
			return err
		}
		if of := directory.ProfilesOfGroup(key); !slices.ContainsFunc(of, side.allows) {
			return sc.notOpen(g, of[0])
		}
		return nil
	}
	id, ok := ref.Nested()
	if !ok || g.Shared {
		return data.ErrNotFound
	}
	if id == g.ID {
		return access.Conflict("Un groupe ne peut pas se contenir lui-même.")
	}
	_, err := sc.group(id)
	return err
}

func (sc *scene) notOpen(g Group, p directory.Profile) error {
	do := "demandez-le à l’établissement qui l’a créé"
	if g.At == sc.place {
		do = "autorisez-le dans «\u00a0Gestion des groupes\u00a0»"
	}
	return access.Conflict(fmt.Sprintf("Le groupe «\u00a0%s\u00a0» n’est pas ouvert au profil %s de votre établissement\u00a0: %s.", g.Name, p.One(), do))
}

// checkAll refuses what the edits together would break: a cycle, a name taken
// twice, too deep a sub-group.
func (sc *scene) checkAll(edits []Edit) error {
	names, sound := names{}, map[string]bool{}
	for _, e := range edits {
		if e.Delete || sc.draft.Screen == PopulationScreen {
			continue
		}
		g, err := sc.group(e.Group)
		if isMissing(err) {
			continue // it was deleted with the one around it
		}
		if err != nil {
			return err
		}
		if e.New || e.Text != nil {
			if n, err := names.like(sc, g); err != nil || n > 1 {
				return cmp.Or(err, access.Conflict(fmt.Sprintf("Un autre groupe s’appelle déjà «\u00a0%s\u00a0»\u00a0: renommez celui-ci, puis enregistrez.", g.Name)))
			}
		}
		if deep, err := sc.depthOf(g); err != nil || deep > deepest {
			return cmp.Or(err, access.Conflict(fmt.Sprintf("Les sous-groupes ont %d niveaux au plus.", deepest)))
		}
		if slices.ContainsFunc(e.Added, func(r Ref) bool { _, nested := r.Nested(); return nested }) {
			if err := sc.checkCycle(g, sound); err != nil {
				return err
			}
		}
	}
	return nil
}

// names counts the groups of each name, by the group that they are in: each is read
// once, whatever the number of those that are saved.
type names map[string]map[string]int

func (all names) like(sc *scene, g Group) (int, error) {
	name := func(g Group) string { return string(g.At) + "/" + data.Fold(g.Name) }
	if all[g.Parent] == nil {
		beside, err := sc.kids(g.Parent)
		if err != nil {
			return 0, err
		}
		all[g.Parent] = map[string]int{}
		for _, other := range beside {
			all[g.Parent][name(other)]++
		}
	}
	return all[g.Parent][name(g)], nil
}
