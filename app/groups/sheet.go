package groups

import (
	"preau/app/access"
	"preau/app/directory"
	"preau/data"
)

// seeing reads the members that a partner put in a shared group, so as to tell
// their names and profiles.
var seeing = data.NewCrossing("groups.members", "Lire le nom et le profil des membres qu’un partenaire a mis dans un groupe multi-établissements")

// opened returns a group of an establishment whose groups the person manages.
func opened(tx *data.Tx, s *access.Session, uai, id string) (g Group, place data.Place, err error) {
	if place, err = directory.Locate(tx, uai); err != nil {
		return g, place, err
	}
	if !s.Can(access.ManageGroups, place) {
		return g, place, data.ErrNotFound
	}
	g, err = groupAt(tx, place, id)
	return g, place, err
}

// Members returns who is in a group, by name, each once, with how they come to be
// there.
func Members(s *access.Session, uai, id string) (all []Member, err error) {
	err = s.See(func(tx *data.Tx) error {
		g, _, err := opened(tx, s, uai, id)
		if err != nil {
			return err
		}
		all, err = reckon(seeing.Over(tx)).members(g)
		return err
	})
	return all, err
}
