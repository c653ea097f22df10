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

// elements are what the establishment put in a group: groups first. The people who
// are there are among its members, and are not listed twice.
func (r *reader) elements(g Group) (all []Element, err error) {
	side, _ := g.Sides.Of(r.place)
	for m, err := range membershipsList.All(r.tx, r.place, g.ID) {
		if err != nil {
			return nil, err
		}
		in, err := r.of(r.place, m.Ref)
		if err != nil {
			return nil, err
		}
		people := 0
		for who := range in {
			if !g.Shared || side.allows(who.Profile) {
				people++
			}
		}
		if _, person := m.Ref.Person(); person && people > 0 {
			continue
		}
		e, err := r.near.describe(r.place, m.Ref, m.Said)
		if err != nil {
			return nil, err
		}
		e.People = people
		all = append(all, e)
	}
	orders := map[Ref]string{}
	for _, e := range all {
		orders[e.Ref] = e.order()
	}
	slices.SortStableFunc(all, func(a, b Element) int { return compare(orders[a.Ref], orders[b.Ref]) })
	return all, nil
}

// order puts groups first, then automatic groups, then people, each by name.
func (e Element) order() string {
	rank := "2"
	if _, nested := e.Ref.Nested(); nested {
		rank = "0"
	} else if _, automatic := e.Ref.Automatic(); automatic {
		rank = "1" + e.Kind
	}
	return rank + data.SortKey(e.Label, "")
}
