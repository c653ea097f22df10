// Package directory holds the establishments and their people: records,
// accounts, classes, automatic groups, and the import of the federated directory.
package directory

import (
	"strings"

	"preau/app/access"
	"preau/data"
)

// The tables of the area.
var (
	Academies = data.NewTable[Academy]("academies").Shared()

	Establishments = data.NewTable[Establishment]("establishments")
	Cards          = data.NewTable[Card]("cards").Shared().Searched(cardDocument)
	CardsByArea    = Cards.Index("area", func(c Card) []string { return present(data.Fold(c.Collectivity)) })

	Classes        = data.NewTable[Class]("classes")
	TeachingGroups = data.NewTable[TeachingGroup]("groups")
	Subjects       = data.NewTable[Term]("subjects").Shared()

	Users           = data.NewTable[User]("users").Searched(userDocument)
	UsersByINE      = Users.Index("ine", func(u User) []string { return present(u.INE) })
	UsersByEmail    = Users.Index("email", func(u User) []string { return present(data.Fold(u.Email.Value())) })
	UsersByRelative = Users.Index("relative", func(u User) []string { return relativesOf(u) })
	UsersList       = Users.Scoped("list", userSlots)
	UsersCount      = Users.Counter("count", userTallies)
	GuestsByName    = Users.Index("guest", guestNames)

	ChildCodes       = data.NewTable[ChildCode]("child-codes").Unlogged()
	ChildCodesByMark = ChildCodes.Unique("mark", func(c ChildCode) string { return c.Mark })

	GuestImports        = data.NewTable[GuestImport]("guest-imports").Unlogged()
	GuestImportsByPlace = GuestImports.Index("place", func(im GuestImport) []string { return []string{string(im.Place)} })
	Merges              = data.NewTable[Merge]("merges").Unlogged()
	MergesByPlace       = Merges.Index("place", func(m Merge) []string { return []string{string(m.Place)} })
	Distincts           = data.NewTable[Distinct]("distincts").Unlogged()
	DistinctsByUser     = Distincts.Index("user", func(d Distinct) []string { return []string{d.One, d.Other} })

	Purges  = data.NewTable[Purge]("purges").Unlogged()
	Recents = data.NewTable[Recent]("recents").Unlogged()
)

// Tables are the tables of the area.
var Tables = []data.Schema{Academies, Establishments, Cards, Classes, TeachingGroups, Subjects, Users, ChildCodes, Handouts, MassActions, MassLines, GuestImports, Merges, Distincts, Purges, Recents, Imports, Outcomes, Sources, HeldDeletions, Receivings}

func present(value string) []string {
	if value == "" {
		return nil
	}
	return []string{value}
}

func relativesOf(u User) []string {
	ids := make([]string, len(u.Links))
	for i, l := range u.Links {
		ids[i] = l.Relative
	}
	return ids
}

// guestNames is what a guest is found by from another establishment.
func guestNames(u User) []string {
	if u.Profile != Guest {
		return nil
	}
	return []string{u.foldedName()}
}

// foldedName is the last and the first name, told apart, without case nor accents.
func (u User) foldedName() string { return data.Fold(u.LastName) + "\x1f" + data.Fold(u.FirstName) }

func sortKey(u User) string { return data.SortKey(u.LastName, u.FirstName) }

// Groups of the list of people of an establishment: each profile, each class's
// students, the other automatic groups whose members are known by themselves,
// under their keys, and the deleted ones of all profiles.
const deletedGroup = "deleted"

func classGroup(code string) string { return groupKey("class", code, Student) }

func userSlots(u User) []data.Slot {
	sort, facets := sortKey(u), facetsOf(u)
	var slots []data.Slot
	for _, a := range u.Attachments {
		if u.State() == Deleted {
			slots = append(slots, data.Slot{Place: a.At, Group: deletedGroup, Sort: sort, Facets: facets})
			continue
		}
		for _, group := range append([]string{string(u.Profile)}, u.listed(a)...) {
			slots = append(slots, data.Slot{Place: a.At, Group: group, Sort: sort, Facets: facets})
		}
	}
	return slots
}

// listed are the groups of the list that somebody is in beside their profile: a
// grade is not one, it is a filter.
func (u User) listed(a Attachment) (groups []string) {
	switch u.Profile {
	case Student:
		for _, c := range compact(a.Classes) {
			groups = append(groups, classGroup(c))
		}
		for _, g := range compact(a.Groups) {
			groups = append(groups, groupKey("group", g, Student))
		}
		return groups
	case Relative:
		return nil // theirs are those of their children
	}
	classes, teams := a.taught()
	for _, c := range compact(classes) {
		groups = append(groups, groupKey("class", c, u.Profile))
	}
	for _, g := range compact(teams) {
		groups = append(groups, groupKey("group", g, u.Profile))
	}
	return append(groups, postKeys(a.Functions)...)
}

// facets are what a list can be filtered on without reading the person.
type facets struct {
	State     State
	Email     bool
	Profile   Profile
	Grade     string
	Relatives string // UIDs with a space between, of a student
}

// facetsOf writes the facets of a person.
func facetsOf(u User) string {
	mail := "-"
	if u.Email.Value() != "" {
		mail = "@"
	}
	all := []string{string(u.State()), mail, string(u.Profile), u.Grade}
	if u.Profile == Student {
		all = append(all, strings.Join(compact(relativesOf(u)), " "))
	}
	return strings.Join(all, "\x1f")
}

// facetsIn reads what facetsOf wrote.
func facetsIn(text string) facets {
	part := func() (first string) {
		first, text, _ = strings.Cut(text, "\x1f")
		return first
	}
	return facets{State(part()), part() == "@", Profile(part()), part(), part()}
}

const gradeGroup = "grade/"

// userTallies count people by profile and state, those without an e-mail, and
// pupils by grade.
func userTallies(u User) []data.Tally {
	var all []data.Tally
	for _, a := range u.Attachments {
		if u.State() != Deleted && u.Profile == Student && u.Grade != "" {
			all = append(all, data.Tally{Place: a.At, Group: gradeGroup + u.Grade})
		}
		all = append(all, data.Tally{Place: a.At, Group: string(u.Profile) + "/" + string(u.State())})
		if u.State() != Deleted && u.Email.Value() == "" {
			all = append(all, data.Tally{Place: a.At, Group: string(u.Profile) + "/no-email"})
		}
	}
	return all
}

// account is the part of a person that signs in.
func account(u User, was access.Account) access.Account {
	was.ID, was.Login, was.Name, was.Profile, was.At = u.ID, u.Login.Value(), u.Label(), string(u.Profile), u.Places()
	was.Suspended, was.Deleted = u.State() == Suspended, u.State() == Deleted
	if was.Email = u.Email.Value(); u.Unsure {
		was.Email = ""
	}
	return was
}
