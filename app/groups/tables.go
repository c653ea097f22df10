// Package groups holds what an establishment makes of its people: local groups,
// partnerships with other establishments, and the groups that partners share.
package groups

import (
	"slices"

	"preau/app/directory"
	"preau/data"
)

// The tables of the area.
var (
	Groups         = data.NewTable[Group]("own-groups").Searched(document)
	groupsList     = Groups.Scoped("list", slots)
	groupsCount    = Groups.Counter("count", tallies)
	groupsByParent = Groups.Index("parent", func(g Group) []string { return present(g.Parent) })
	groupsByAuthor = Groups.Index("author", func(g Group) []string { return append(present(g.By), present(g.DeletedByID)...) })

	Memberships         = data.NewTable[Membership]("memberships")
	membershipsList     = Memberships.Scoped("list", func(m Membership) []data.Slot { return []data.Slot{{Place: m.At, Group: m.Group, Sort: string(m.Ref)}} })
	membershipsCount    = Memberships.Counter("count", func(m Membership) []data.Tally { return []data.Tally{{Place: m.At, Group: m.Group}} })
	membershipsBySource = Memberships.Index("source", func(m Membership) []string { return []string{sourceKey(m.At, m.Ref)} })
	membershipsByPerson = Memberships.Index("person", func(m Membership) []string { id, _ := m.Ref.Person(); return present(id) })
	membershipsByAuthor = Memberships.Index("author", func(m Membership) []string { return present(m.ByID) })

	Drafts  = data.NewTable[Draft]("group-drafts").Unlogged()
	Rosters = data.NewTable[Roster]("group-rosters").Unlogged()

	rostersByPupil = Rosters.Index("pupil", func(r Roster) []string { return r.Pupils })
)

// Tables are the tables of the area.
var Tables = []data.Schema{Groups, Memberships, Partnerships, Drafts, Rosters}

func present(value string) []string {
	if value == "" {
		return nil
	}
	return []string{value}
}

// Groups of the list of groups of an establishment.
const (
	localList  = "local"
	sharedList = "shared" // its own, and those that are open to it
	trashList  = "trash"  // what its own people deleted
)

// lists are those that a group is in, by place.
func (g Group) lists() (all []data.Tally) {
	switch {
	case g.Deleted() && g.Gone == g.ID:
		return []data.Tally{{Place: g.At, Group: trashList}}
	case g.Deleted():
		return nil // it comes back with the one it is in
	case !g.Shared:
		return []data.Tally{{Place: g.At, Group: localList}}
	}
	for _, p := range g.Places() {
		all = append(all, data.Tally{Place: p, Group: sharedList})
	}
	return all
}

func slots(g Group) (all []data.Slot) {
	for _, l := range g.lists() {
		all = append(all, data.Slot{Place: l.Place, Group: l.Group, Sort: data.SortKey(g.Name, "")})
	}
	return all
}

func tallies(g Group) []data.Tally { return g.lists() }

// document is what Ctrl+K knows of a group.
func document(g Group) *data.Document {
	if g.Deleted() {
		return nil
	}
	kind := localList
	if g.Shared {
		kind = sharedList
	}
	return &data.Document{Words: []string{g.Name, g.Description}, Tags: []string{"sorte=" + kind}, Sort: data.SortKey(g.Name, "")}
}

func sourceKey(at data.Place, ref Ref) string { return directory.UAIOf(at) + "/" + string(ref) }

func sorted[T any](all []T, by func(T) string) []T {
	slices.SortStableFunc(all, func(a, b T) int { return compare(by(a), by(b)) })
	return all
}
