package directory

import (
	"slices"
	"strings"
	"time"

	"preau/app/access"
	"preau/data"
)

// Checks that the list of administrators can be narrowed to.
const (
	CheckLeft    = "partis"     // they left the directory, or the establishment that they administer
	CheckIdle    = "absents"    // no sign-in for six months
	CheckNothing = "sans-role"  // an account that has no grant left
	CheckSchools = "sans-admin" // not administrators: establishments without one
	idleMonths   = 6
)

// An AdministratorFilter chooses administrators.
type AdministratorFilter struct {
	Text    string // of the name, the login or the e-mail
	Role    access.Role
	School  string // text of the name, the town or the UAI of an establishment
	Academy string // slug
	State   State
	Check   string // one of those above, "" for none
}

// An AdministratorLine is somebody in the list.
type AdministratorLine struct {
	access.Account
	Grants []Granted
	Seen   access.Presence
	Left   bool
}

// State is where the account stands.
func (l AdministratorLine) State() State { return accountState(l.Account) }

// idle reports whether they have not signed in for six months, or ever since
// they administer something.
func (l AdministratorLine) idle(now time.Time) bool {
	last := l.Seen.SignedIn
	if last.IsZero() {
		for _, g := range l.Grants {
			if last.IsZero() || g.At.Before(last) {
				last = g.At
			}
		}
	}
	return !last.IsZero() && last.Before(now.AddDate(0, -idleMonths, 0))
}

func (l AdministratorLine) order() string { return data.SortKey(l.Name, l.ID) + "\x01" + l.ID }

// An AdministratorList is a page of administrators, with what deserves a look
// among all those within reach.
type AdministratorList struct {
	Lines      []AdministratorLine
	Schools    []Card // without administrator, when it is what was asked
	Total      int
	Prev, Next string // cursors

	Left, Idle, Nothing, Unmanned int
}

// ListAdministrators lists those who hold a grant within the reach of the module
// by name, from a cursor.
func ListAdministrators(s *access.Session, f AdministratorFilter, at string, back bool, size int) (list AdministratorList, err error) {
	err = s.See(func(tx *data.Tx) error {
		all, err := administratorsWithin(tx, s.Reach(access.ManageAdministrators))
		if err != nil {
			return err
		}
		unmanned, err := unmannedSchools(tx, s.Reach(access.ManageAdministrators))
		if err != nil {
			return err
		}
		for _, l := range all {
			list.count(l, tx.Now)
		}
		list.Unmanned = len(unmanned)
		if f.Check == CheckSchools {
			kept := slices.DeleteFunc(unmanned, func(c Card) bool { return !f.keepsSchool(c) })
			list.Total = len(kept)
			list.Schools, list.Prev, list.Next = page(kept, func(c Card) string { return data.SortKey(c.Name, c.UAI) + "\x01" + c.UAI }, at, back, size)
			return nil
		}
		words := strings.Fields(data.Fold(f.Text))
		kept := slices.DeleteFunc(all, func(l AdministratorLine) bool { return !f.keeps(l, words, tx.Now) })
		if f.School != "" || f.Academy != "" {
			if kept, err = f.inSchool(tx, kept); err != nil {
				return err
			}
		}
		list.Total = len(kept)
		list.Lines, list.Prev, list.Next = page(kept, AdministratorLine.order, at, back, size)
		return list.name(tx)
	})
	return list, err
}

func (list *AdministratorList) count(l AdministratorLine, now time.Time) {
	switch {
	case len(l.Grants) == 0:
		list.Nothing++
	case l.Left:
		list.Left++
	case l.idle(now):
		list.Idle++
	}
}

// name names the places of the grants that are shown.
func (list *AdministratorList) name(tx *data.Tx) (err error) {
	for _, l := range list.Lines {
		for i, g := range l.Grants {
			if l.Grants[i].Scope, err = scopeName(tx, g.In); err != nil {
				return err
			}
		}
	}
	return nil
}

// keeps tests what a line tells by itself.
func (f AdministratorFilter) keeps(l AdministratorLine, words []string, now time.Time) bool {
	switch {
	case !hasWords(data.Fold(l.Name+" "+l.Login+" "+l.Email), words):
		return false
	case f.State != "" && l.State() != f.State:
		return false
	case f.Role != "" && !slices.ContainsFunc(l.Grants, func(g Granted) bool { return g.Role == f.Role }):
		return false
	}
	switch f.Check {
	case CheckLeft:
		return len(l.Grants) > 0 && l.Left
	case CheckIdle:
		return len(l.Grants) > 0 && !l.Left && l.idle(now)
	case CheckNothing:
		return len(l.Grants) == 0
	}
	return true
}

func (f AdministratorFilter) keepsSchool(c Card) bool {
	return (f.Academy == "" || c.Academy == f.Academy) && c.matches(strings.Fields(data.Fold(f.School+" "+f.Text)))
}

// inSchool keeps those who administer an establishment of the filter.
func (f AdministratorFilter) inSchool(tx *data.Tx, all []AdministratorLine) (kept []AdministratorLine, err error) {
	words := strings.Fields(data.Fold(f.School))
	cards := map[data.Place]Card{}
	for _, l := range all {
		found := false
		for _, g := range l.Grants {
			academy, uai, _ := strings.Cut(string(g.In), "/")
			if f.Academy != "" && academy != f.Academy {
				continue
			}
			if len(words) == 0 {
				found = true
				break
			}
			card, known := cards[g.In]
			if !known && uai != "" {
				if card, err = Cards.Get(locating.Over(tx), uai); err != nil {
					return nil, err
				}
				cards[g.In] = card
			}
			if uai != "" && card.matches(words) {
				found = true
				break
			}
		}
		if found {
			kept = append(kept, l)
		}
	}
	return kept, nil
}

// administratorsWithin reads those who hold a grant within a reach, and those of
// its accounts of administrators who hold none, by name.
func administratorsWithin(tx *data.Tx, reach data.Reach) (all []AdministratorLine, err error) {
	grants, err := access.GrantsWithin(tx, reach)
	if err != nil {
		return nil, err
	}
	held := map[string][]Granted{}
	for _, g := range grants {
		held[g.Account] = append(held[g.Account], Granted{Grant: g})
	}
	for a, err := range access.Administrators.All(tx, access.AdminProfile) {
		if err != nil {
			return nil, err
		}
		if held[a.ID] == nil && reach.CoversAny(a.At) {
			held[a.ID] = []Granted{}
		}
	}
	for id, grants := range held {
		l := AdministratorLine{Grants: grants}
		if l.Account, err = access.Accounts.Get(naming.Over(tx), id); err != nil {
			return nil, err
		}
		if l.Seen, err = access.LastSignIn(tx, id); err != nil {
			return nil, err
		}
		slices.SortStableFunc(l.Grants, func(a, b Granted) int { return a.Compare(b.Grant) })
		l.Left = l.left()
		if !reach.CoversAny(l.Account.At) {
			l.Login, l.Email = "", ""
		}
		all = append(all, l)
	}
	slices.SortFunc(all, func(a, b AdministratorLine) int { return strings.Compare(a.order(), b.order()) })
	return all, nil
}

// left reports whether somebody of the directory is no longer in it, or in an
// establishment that they administer.
func (l AdministratorLine) left() bool {
	if l.Profile == access.AdminProfile {
		return false
	}
	return l.Deleted || slices.ContainsFunc(l.Grants, func(g Granted) bool { return g.Role == access.LocalAdmin && !slices.Contains(l.Account.At, g.In) })
}

// unmannedSchools are the active establishments of a reach that nobody who can
// sign in administers, by name.
func unmannedSchools(tx *data.Tx, reach data.Reach) (all []Card, err error) {
	manned := map[data.Place]bool{}
	grants, err := access.GrantsWithin(tx, reach)
	if err != nil {
		return nil, err
	}
	for _, g := range grants {
		if g.Role != access.LocalAdmin || manned[g.In] {
			continue
		}
		a, err := access.Accounts.Get(naming.Over(tx), g.Account)
		if err != nil {
			return nil, err
		}
		manned[g.In] = !a.Suspended && !a.Deleted
	}
	for c, err := range Cards.All(tx) {
		if err != nil {
			return nil, err
		}
		if !c.Inactive && reach.Covers(c.Place()) && !manned[c.Place()] {
			all = append(all, c)
		}
	}
	slices.SortFunc(all, func(a, b Card) int { return strings.Compare(data.SortKey(a.Name, a.UAI), data.SortKey(b.Name, b.UAI)) })
	return all, nil
}

// page cuts a page of rows that are in order: those after a cursor, or before it.
func page[T any](all []T, order func(T) string, at string, back bool, size int) (rows []T, prev, next string) {
	from := 0
	if at != "" {
		from, _ = slices.BinarySearchFunc(all, at, func(row T, at string) int { return strings.Compare(order(row), at) })
		if back {
			from = max(from-size, 0)
		} else if from < len(all) && order(all[from]) == at {
			from++
		}
	}
	to := min(from+size, len(all))
	if from > 0 && from < len(all) {
		prev = order(all[from])
	}
	if to < len(all) && to > from {
		next = order(all[to-1])
	}
	return all[from:to], prev, next
}
