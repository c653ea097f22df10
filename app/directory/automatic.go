package directory

import (
	"errors"
	"slices"
	"strings"

	"preau/app/access"
	"preau/app/format/aaf"
	"preau/data"
)

// A Group is an automatic group of an establishment: its members are derived
// from what the directory says of people, never stored as a list.
type Group struct {
	Key     string // such as "class/3A/relative"
	Label   string // « Parents de 3e A »
	Kind    string // « Profil », « Classe », « Groupe d’enseignement », « Discipline », « Fonction », « Niveau »
	Profile Profile
	Class   string // code, when the group is of a class
	Grade   string
}

// AutomaticGroups returns every automatic group of an establishment, in the
// order of the tree: profiles, classes, grades, teaching groups, disciplines,
// functions.
func AutomaticGroups(s *access.Session, uai string) (all []Group, err error) {
	err = s.See(func(tx *data.Tx) error {
		place, err := locate(tx, uai)
		if err != nil {
			return err
		}
		keys, posts, err := groupKeysOf(tx, place)
		if err != nil {
			return err
		}
		all, err = groupsNamed(tx, place, keys, posts)
		return err
	})
	return all, err
}

func groupKeysOf(tx *data.Tx, place data.Place) (keys []string, posts []Function, err error) {
	for _, p := range Profiles {
		keys = append(keys, string(p))
	}
	uai := UAIOf(place)
	for c, err := range Classes.From(tx, uai+"/") {
		if err != nil {
			return nil, nil, err
		}
		for _, p := range []Profile{Student, Relative, Teacher} {
			keys = append(keys, groupKey("class", c.Code, p))
		}
	}
	grades, err := gradesOf(tx, place)
	if err != nil {
		return nil, nil, err
	}
	for _, g := range grades {
		keys = append(keys, groupKey("grade", g, Student), groupKey("grade", g, Relative))
	}
	for g, err := range TeachingGroups.From(tx, uai+"/") {
		if err != nil {
			return nil, nil, err
		}
		keys = append(keys, groupKey("group", g.Code, Student), groupKey("group", g.Code, Teacher))
	}
	for _, p := range []Profile{Teacher, Staff} {
		for u, err := range UsersList.All(tx, place, string(p)) {
			if err != nil {
				return nil, nil, err
			}
			a, _ := u.At(place)
			posts = append(posts, a.Functions...)
		}
	}
	return append(keys, postKeys(posts)...), posts, nil
}

func groupKey(kind, code string, p Profile) string { return kind + "/" + code + "/" + string(p) }

// postKeys are the groups of some posts: disciplines first, by their names.
func postKeys(posts []Function) (keys []string) {
	posts = slices.Clone(posts)
	slices.SortStableFunc(posts, func(a, b Function) int {
		if a.teaches() != b.teaches() {
			if a.teaches() {
				return -1
			}
			return 1
		}
		return strings.Compare(data.SortKey(a.label(), ""), data.SortKey(b.label(), ""))
	})
	for _, f := range posts {
		keys = append(keys, f.key())
	}
	return compact(keys)
}

// teaches reports whether a post is that of a teacher of some discipline.
func (f Function) teaches() bool { return f.Code == "ENS" && f.Discipline+f.DisciplineName != "" }

func (f Function) label() string {
	if f.teaches() && f.DisciplineName != "" {
		return Sentence(f.DisciplineName)
	}
	return Sentence(f.Name)
}

func (f Function) key() string {
	if f.teaches() {
		return "discipline/" + either(f.Discipline, f.DisciplineName)
	}
	return "function/" + either(f.Code, f.Name)
}

func either(first, second string) string {
	if first != "" {
		return first
	}
	return second
}

// groupKeys are the groups that somebody is in, at an establishment; children
// are those of a relative.
func (u User) groupKeys(place data.Place, children []User) []string {
	a, here := u.At(place)
	if !here || u.State() == Deleted {
		return nil
	}
	keys := []string{string(u.Profile)}
	var grades []string
	classes, teams := a.taught()
	switch u.Profile {
	case Student:
		classes, grades, teams = a.Classes, []string{u.Grade}, a.Groups
	case Relative:
		for _, child := range children {
			if b, ok := child.At(place); ok && child.State() != Deleted {
				classes, grades = append(classes, b.Classes...), append(grades, child.Grade)
			}
		}
	}
	for _, part := range []struct {
		kind  string
		codes []string
	}{{"class", classes}, {"grade", grades}, {"group", teams}} {
		for _, code := range compact(part.codes) {
			keys = append(keys, groupKey(part.kind, code, u.Profile))
		}
	}
	return append(keys, postKeys(a.Functions)...)
}

// AutomaticKeys are the keys of the automatic groups by which the roll of an
// establishment finds somebody there, none for who is not, or no longer.
func AutomaticKeys(tx *data.Tx, u User, place data.Place) (keys []string, err error) {
	var children []User
	if u.Profile == Relative {
		for child, err := range UsersByRelative.All(tx, u.ID) {
			if err != nil {
				return nil, err
			}
			if child.Profile == Student {
				children = append(children, child)
			}
		}
	}
	if keys = u.groupKeys(place, children); len(keys) == 0 {
		return nil, nil
	}
	for _, child := range children {
		if a, here := child.At(place); here && child.State() != Deleted {
			for _, team := range a.Groups { // the roll has these, the screens do not
				keys = append(keys, groupKey("group", team, Relative))
			}
		}
	}
	return compact(keys), nil
}

// taught are the classes and the teaching groups of a teacher.
func (a Attachment) taught() (classes, teams []string) {
	for _, l := range a.Lessons {
		classes, teams = append(classes, l.Class), append(teams, l.Group)
	}
	return append(classes, a.HeadTeacherOf...), teams
}

// groupsNamed gives groups their names.
func groupsNamed(tx *data.Tx, place data.Place, keys []string, posts []Function) ([]Group, error) {
	all := make([]Group, 0, len(keys))
	for _, key := range keys {
		g, err := groupNamed(tx, place, key, posts)
		if err != nil {
			return nil, err
		}
		all = append(all, g)
	}
	return all, nil
}

func groupNamed(tx *data.Tx, place data.Place, key string, posts []Function) (Group, error) {
	kind, code, p := cutGroup(key)
	g := Group{Key: key, Profile: p, Kind: kindsOfGroup[kind]}
	switch kind {
	case "class":
		c, err := classOf(tx, place, code)
		g.Label, g.Class = p.Many()+" de "+c.Name, code
		return g, err
	case "grade":
		g.Label, g.Grade = p.Many()+" de "+code, code
	case "group":
		t, err := teamOf(tx, place, code)
		g.Label = p.Many() + " de " + t.Name
		return g, err
	case "discipline", "function":
		if i := slices.IndexFunc(posts, func(f Function) bool { return f.key() == key }); i >= 0 {
			g.Label = posts[i].label()
		}
	default:
		g.Label = p.Many()
	}
	return g, nil
}

// cutGroup returns what a key is made of. A code may hold a slash.
func cutGroup(key string) (kind, code string, p Profile) {
	kind, rest, ok := strings.Cut(key, "/")
	switch {
	case !ok:
		return "", "", Profile(key)
	case kind == "discipline":
		return kind, rest, Teacher
	case kind == "function":
		return kind, rest, Staff
	}
	i := strings.LastIndexByte(rest, '/')
	if i < 0 {
		return kind, rest, ""
	}
	return kind, rest[:i], Profile(rest[i+1:])
}

// GroupAt returns an automatic group of an establishment, or data.ErrNotFound: it
// exists while the establishment has the class, the teaching group or the grade, or
// somebody is in it.
func GroupAt(tx *data.Tx, place data.Place, key string) (Group, error) {
	kind, code, p := cutGroup(key)
	if !slices.Contains(Profiles, p) || strings.ContainsRune(key, 0) { // which ends a group in a list
		return Group{}, data.ErrNotFound
	}
	var first *User
	for u, err := range UsersList.All(tx, place, key) {
		if err != nil {
			return Group{}, err
		}
		first = &u
		break
	}
	known := first != nil
	var err error
	switch kind {
	case "":
		known = true
	case "class":
		if !known {
			known, err = Classes.Has(tx, UAIOf(place)+"/"+code)
		}
	case "group":
		if !known {
			known, err = TeachingGroups.Has(tx, UAIOf(place)+"/"+code)
		}
	case "grade":
		var grades []string
		grades, err = gradesOf(tx, place)
		known = slices.Contains(grades, code)
	}
	if err != nil || !known {
		return Group{}, errors.Join(err, data.ErrNotFound)
	}
	var posts []Function
	if first != nil {
		a, _ := first.At(place)
		posts = a.Functions
	}
	return groupNamed(tx, place, key, posts)
}

// PartsOfGroup are the kind of an automatic group ("class", "group", "grade" …; ""
// for a whole profile), its code and its profile, as its key says them.
func PartsOfGroup(key string) (kind, code string, p Profile) { return cutGroup(key) }

// KeyOfGroup is the key of the people of a profile in a class, a teaching group or
// a grade.
func KeyOfGroup(kind, code string, p Profile) string { return groupKey(kind, code, p) }

// kindsOfGroup are what the screens call the sorts of automatic groups, by the
// first part of their keys.
var kindsOfGroup = map[string]string{"": "Profil", "class": "Classe", "grade": "Niveau", "group": "Groupe d’enseignement", "discipline": "Discipline", "function": "Fonction"}

// KindOfGroup is what the screens call the sort of an automatic group, even one
// that does not exist any more.
func KindOfGroup(key string) string {
	kind, _, _ := cutGroup(key)
	return kindsOfGroup[kind]
}

// ProfilesOfGroup are the profiles that people of an automatic group may have.
func ProfilesOfGroup(key string) []Profile {
	kind, _, p := cutGroup(key)
	if kind == "function" {
		return []Profile{Staff, Teacher}
	}
	return []Profile{p}
}

// RelativesOfGroup is the group of the relatives of those of a group of students.
func RelativesOfGroup(key string) (relatives string, ok bool) {
	kind, code, p := cutGroup(key)
	switch {
	case p != Student:
		return "", false
	case kind == "":
		return string(Relative), true
	}
	return groupKey(kind, code, Relative), kind == "class" || kind == "grade"
}

func byName(all []User) []User {
	slices.SortFunc(all, func(a, b User) int { return strings.Compare(sortKey(a)+"\x00"+a.ID, sortKey(b)+"\x00"+b.ID) })
	return all
}

// gradesOf are the grades of the pupils of an establishment, youngest first.
func gradesOf(tx *data.Tx, place data.Place) (grades []string, err error) {
	counts, err := UsersCount.Of(tx, place)
	if err != nil {
		return nil, err
	}
	for group := range counts {
		if g, ok := strings.CutPrefix(group, gradeGroup); ok {
			grades = append(grades, g)
		}
	}
	rank := func(label string) int {
		i := slices.IndexFunc(aaf.Grades, func(g aaf.Grade) bool { return g.Label == label })
		if i < 0 {
			return len(aaf.Grades)
		}
		return i
	}
	slices.SortFunc(grades, func(a, b string) int {
		if d := rank(a) - rank(b); d != 0 {
			return d
		}
		return strings.Compare(data.SortKey(a, ""), data.SortKey(b, ""))
	})
	return grades, nil
}
