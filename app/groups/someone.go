package groups

import (
	"slices"

	"preau/app/directory"
	"preau/data"
)

// A Someone is somebody in a group, as an establishment reads it: of those whom a
// partner put there it knows the name and the profile only.
type Someone struct {
	ID         string // "" of a partner's
	LastName   string
	FirstName  string
	Profile    directory.Profile
	Where      string   // class, discipline or function, "" of a partner's
	Direct     bool     // put there by name, by this establishment
	Via        []string // the elements of this establishment that bring them
	Partner    bool     // a partner put them there
	TheirsOnly bool     // and this establishment did not
}

// Name is « NOM Prénom ».
func (p Someone) Name() string { return p.LastName + " " + p.FirstName }

// people reads members for the page: names are those of the elements.
func (r *reader) people(all []Member, names map[Ref]string) (people []Someone, err error) {
	for _, m := range all {
		u, err := directory.Users.Get(r.reckoning.tx, m.ID)
		if err != nil {
			return nil, err
		}
		p := Someone{LastName: u.LastName, FirstName: u.FirstName, Profile: u.Profile, TheirsOnly: true}
		for _, way := range m.Via {
			_, direct := way.Ref.Person()
			switch {
			case way.At != r.place:
				p.Partner = true
				continue
			case direct:
				p.Direct = true
			default:
				p.Via = append(p.Via, names[way.Ref])
			}
			p.TheirsOnly = false
		}
		if !p.TheirsOnly {
			p.ID, p.Where = u.ID, u.Summary(r.place)
		}
		people = append(people, p)
	}
	return people, nil
}

// An Element is what an establishment put in a group.
type Element struct {
	Ref
	Kind    string // « Classe », « Discipline », « Groupe local », « Élève » …
	Label   string
	Profile directory.Profile // of a person or of an automatic group, "" if none
	Code    string            // of a class
	People  int               // that it brings, of the profiles that are allowed
	Absent  bool              // no longer in the directory, or in the « Corbeille »
	Binned  bool
}

// elements are what the establishment put in a group: groups first. The people who
// are there are among its members, and are not listed twice.
func (r *reader) elements(g Group) (all []Element, err error) {
	side, _ := g.Sides.Of(r.place)
	for _, ref := range elementsOf(r.tx, g.ID, r.place) {
		in, err := r.of(r.place, ref)
		if err != nil {
			return nil, err
		}
		if _, person := ref.Person(); person && len(in) > 0 && (!g.Shared || side.allows(in[0].Profile)) {
			continue
		}
		e, err := r.element(g, ref)
		if err != nil {
			return nil, err
		}
		for _, who := range in {
			if !g.Shared || side.allows(who.Profile) {
				e.People++
			}
		}
		all = append(all, e)
	}
	slices.SortStableFunc(all, func(a, b Element) int { return compare(a.order(), b.order()) })
	return all, nil
}

// order puts groups first, then automatic groups, then people, each by name.
func (e Element) order() string {
	rank := "2"
	if _, nested := e.Nested(); nested {
		rank = "0"
	} else if _, automatic := e.Automatic(); automatic {
		rank = "1" + e.Kind
	}
	return rank + data.SortKey(e.Label, "")
}

func (r *reader) element(g Group, ref Ref) (e Element, err error) {
	e.Ref = ref
	if id, ok := ref.Person(); ok {
		u, err := directory.Users.Get(r.tx, id)
		if isMissing(err) {
			e.Kind, e.Label, e.Absent = "Personne", "Une personne qui n’est plus dans l’établissement", true
			return e, nil
		}
		_, here := u.At(r.place)
		e.Kind, e.Label, e.Profile, e.Absent = u.Profile.One(), u.Label(), u.Profile, !here || u.State() == directory.Deleted
		return e, err
	}
	if key, ok := ref.Automatic(); ok {
		return r.automatic(g, e, key)
	}
	id, _ := ref.Nested()
	inner, err := Groups.Get(r.tx, id)
	e.Kind, e.Label, e.Absent, e.Binned = "Groupe local", inner.Name, err != nil || inner.Deleted(), inner.Deleted()
	if isMissing(err) {
		e.Label, err = "Un groupe effacé", nil
	}
	return e, err
}

func (r *reader) automatic(in Group, e Element, key string) (Element, error) {
	a, err := directory.GroupAt(r.tx, r.place, key)
	if err == nil {
		e.Kind, e.Label, e.Profile, e.Code = a.Kind, a.Label, a.Profile, a.Class
		return e, nil
	}
	if !isMissing(err) {
		return e, err
	}
	kind, _, p := directory.PartsOfGroup(key)
	m, err := Memberships.Get(r.tx, membershipKey(in.ID, r.place, e.Ref))
	e.Kind, e.Label, e.Absent, e.Profile = directory.KindOfGroup(kind), m.Said, true, p
	return e, err
}
