package directory

import (
	"slices"
	"strings"

	"preau/app/access"
	"preau/data"
)

// A Twig is a line of the tree of an establishment's people: an automatic group, a
// person, or a folder, that holds some and is neither.
type Twig struct {
	Key     string // of the automatic group or of the folder; the UID of a person
	Label   string
	Note    string // of a person: birth date, class, discipline
	Kind    string // as Group.Kind; "" for a folder, and for a person
	Profile Profile
	Person  bool
	Folder  bool
	Count   int // people
	Open    bool
	Kids    []Twig // when it is open
	More    int    // how many others follow, when it is open
}

// Folders of the tree of people, beside the automatic groups.
const (
	byDiscipline = "par-discipline"
	byClass      = "par-classe"
	byTeam       = "par-groupe/"
	noneOf       = "sans/"
)

// TwigPage is how many lines of a branch are read at once.
const TwigPage = 200

// A grove reads the tree of people of an establishment, in one transaction.
type grove struct {
	tx      *data.Tx
	place   data.Place
	roll    *Roll
	classes []Class
	teams   []TeachingGroup
	grades  []string
}

// Foliage returns the tree of an establishment's people, with the branches that
// are open.
func Foliage(s *access.Session, uai string, open func(key string) bool) (all []Twig, err error) {
	err = s.See(func(tx *data.Tx) error {
		g, err := groveAt(tx, uai)
		if err != nil {
			return err
		}
		for _, p := range Profiles {
			all = append(all, Twig{Key: string(p), Label: p.Many(), Kind: "Profil", Profile: p, Count: len(g.roll.In(string(p)))})
		}
		return g.unfold(all, open)
	})
	return all, err
}

// Branch returns the lines under one of the tree of people, from a rank on, and
// how many follow.
func Branch(s *access.Session, uai, key string, from int) (kids []Twig, more int, err error) {
	err = s.See(func(tx *data.Tx) error {
		g, err := groveAt(tx, uai)
		if err != nil {
			return err
		}
		kids, more, err = g.under(key, max(from, 0))
		return err
	})
	return kids, more, err
}

func groveAt(tx *data.Tx, uai string) (*grove, error) {
	place, err := locate(tx, uai)
	if err != nil {
		return nil, err
	}
	g := &grove{tx: tx, place: place, roll: RollAt(tx, place)}
	for c, err := range Classes.From(tx, uai+"/") {
		if err != nil {
			return nil, err
		}
		g.classes = append(g.classes, c)
	}
	for t, err := range TeachingGroups.From(tx, uai+"/") {
		if err != nil {
			return nil, err
		}
		g.teams = append(g.teams, t)
	}
	slices.SortFunc(g.classes, func(a, b Class) int {
		return strings.Compare(data.SortKey(a.Name, a.Code), data.SortKey(b.Name, b.Code))
	})
	slices.SortFunc(g.teams, func(a, b TeachingGroup) int {
		return strings.Compare(data.SortKey(a.Name, a.Code), data.SortKey(b.Name, b.Code))
	})
	g.grades, err = gradesOf(tx, place)
	return g, err
}

func (g *grove) unfold(all []Twig, open func(string) bool) (err error) {
	for i := range all {
		t := &all[i]
		if t.Person || !open(t.Key) {
			continue
		}
		t.Open = true
		if t.Kids, t.More, err = g.under(t.Key, 0); err != nil {
			return err
		}
		if err := g.unfold(t.Kids, open); err != nil {
			return err
		}
	}
	return nil
}

// under returns a page of the lines under a group or a folder.
func (g *grove) under(key string, from int) (kids []Twig, more int, err error) {
	kind, code, p := cutGroup(key)
	switch {
	case key == string(Student), key == string(Relative):
		return g.graded(Profile(key)), 0, nil
	case key == string(Teacher):
		return g.taught(), 0, nil
	case key == string(Staff):
		kids, err := g.posts(Staff)
		return append(kids, g.loose(Staff)...), 0, err
	case key == byDiscipline:
		kids, err := g.posts(Teacher)
		return kids, 0, err
	case key == byClass:
		return g.ofClasses(g.classes, Teacher), 0, nil
	case strings.HasPrefix(key, byTeam):
		return g.ofTeams(Profile(key[len(byTeam):])), 0, nil
	case strings.HasPrefix(key, noneOf):
		return g.page(g.unclassed(Profile(key[len(noneOf):])), from)
	case kind == "grade":
		return g.ofClasses(slices.DeleteFunc(slices.Clone(g.classes), func(c Class) bool { return c.Grade != code }), p), 0, nil
	}
	return g.page(g.roll.In(key), from)
}

// graded are the grades, with the classes of none, the teaching groups and those
// who are in no class.
func (g *grove) graded(p Profile) (kids []Twig) {
	for _, grade := range g.grades {
		key := groupKey("grade", grade, p)
		kids = append(kids, Twig{Key: key, Label: grade, Kind: "Niveau", Profile: p, Count: len(g.roll.In(key))})
	}
	kids = append(kids, g.ofClasses(slices.DeleteFunc(slices.Clone(g.classes), func(c Class) bool { return slices.Contains(g.grades, c.Grade) }), p)...)
	if teams := g.ofTeams(p); p == Student && len(teams) > 0 {
		kids = append(kids, Twig{Key: byTeam + string(p), Label: "Groupes d’enseignement", Profile: p, Folder: true})
	}
	return append(kids, g.loose(p)...)
}

// taught are the ways to find teachers.
func (g *grove) taught() []Twig {
	kids := []Twig{{Key: byDiscipline, Label: "Par discipline", Profile: Teacher, Folder: true}, {Key: byClass, Label: "Par classe", Profile: Teacher, Folder: true}}
	if len(g.ofTeams(Teacher)) > 0 {
		kids = append(kids, Twig{Key: byTeam + string(Teacher), Label: "Groupes d’enseignement", Profile: Teacher, Folder: true})
	}
	return append(kids, g.loose(Teacher)...)
}

func (g *grove) ofClasses(classes []Class, p Profile) (kids []Twig) {
	for _, c := range classes {
		key := groupKey("class", c.Code, p)
		if n := len(g.roll.In(key)); n > 0 || p == Student {
			kids = append(kids, Twig{Key: key, Label: c.Name, Kind: "Classe", Profile: p, Count: n})
		}
	}
	return kids
}

func (g *grove) ofTeams(p Profile) (kids []Twig) {
	for _, t := range g.teams {
		key := groupKey("group", t.Code, p)
		if n := len(g.roll.In(key)); n > 0 {
			kids = append(kids, Twig{Key: key, Label: t.Name, Kind: "Groupe d’enseignement", Profile: p, Count: n})
		}
	}
	return kids
}

// posts are the disciplines of teachers, or the functions of staff.
func (g *grove) posts(p Profile) (kids []Twig, err error) {
	var held []Function
	for u, err := range UsersList.All(g.tx, g.place, string(p)) {
		if err != nil {
			return nil, err
		}
		a, _ := u.At(g.place)
		held = append(held, a.Functions...)
	}
	for _, key := range postKeys(held) {
		i := slices.IndexFunc(held, func(f Function) bool { return f.key() == key })
		kids = append(kids, Twig{Key: key, Label: held[i].label(), Kind: KindOfGroup(key), Profile: p, Count: len(g.roll.In(key))})
	}
	return kids, nil
}

// loose is the folder of those of a profile who are found nowhere else, if any.
func (g *grove) loose(p Profile) []Twig {
	n := len(g.unclassed(p))
	if n == 0 {
		return nil
	}
	label := map[Profile]string{Student: "Sans classe", Relative: "Sans enfant dans une classe", Teacher: "Sans discipline", Staff: "Sans fonction"}[p]
	return []Twig{{Key: noneOf + string(p), Label: label, Profile: p, Folder: true, Count: n}}
}

// unclassed are those of a profile who are in no class, or have no post.
func (g *grove) unclassed(p Profile) (all []Present) {
	found := map[string]bool{}
	if p == Student || p == Relative {
		for _, c := range g.classes {
			for _, who := range g.roll.In(groupKey("class", c.Code, p)) {
				found[who.ID] = true
			}
		}
	} else if kids, err := g.posts(p); err == nil {
		for _, t := range kids {
			for _, who := range g.roll.In(t.Key) {
				found[who.ID] = true
			}
		}
	}
	for _, who := range g.roll.In(string(p)) {
		if !found[who.ID] {
			all = append(all, who)
		}
	}
	return all
}

// page reads the records of a page of people.
func (g *grove) page(all []Present, from int) (kids []Twig, more int, err error) {
	from = min(from, len(all))
	to := min(from+TwigPage, len(all))
	for _, who := range all[from:to] {
		u, err := Users.Get(g.tx, who.ID)
		if err != nil {
			return nil, 0, err
		}
		kids = append(kids, u.Twig(g.place))
	}
	return kids, len(all) - to, nil
}

// Twig is the person as a line of the tree of an establishment.
func (u User) Twig(place data.Place) Twig {
	t := Twig{Key: u.ID, Label: u.Label(), Profile: u.Profile, Person: true, Note: u.summary(place)}
	if u.Birth != "" && u.Profile == Student {
		t.Note = strings.TrimPrefix(t.Note+" · "+u.Birth.String(), " · ")
	}
	return t
}
