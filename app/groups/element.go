package groups

import (
	"preau/app/directory"
	"preau/data"
)

// An Element is what a screen shows of an element of a group.
type Element struct {
	Ref     Ref // "" of a partner's
	Label   string
	Note    string            // of a person of one's own establishment: class, discipline
	Kind    string            // of an automatic group, as directory.Group.Kind; « Groupe local »; "" for a person
	Profile directory.Profile // "" where there are several
	People  int               // of a group
	Lost    bool              // the directory has it no more: it brings nobody
	School  string            // name of the partner that put it, "" for one's own establishment
	Added   bool              // waits to be saved
	Removed bool              // likewise
}

// LocalKind is the kind of a local group among elements.
const LocalKind = "Groupe local"

// describe reads what is shown of an element that an establishment put in a group.
// Said is what it was called when it was put.
func (r *reckoning) describe(at data.Place, ref Ref, said string) (e Element, err error) {
	e = Element{Ref: ref, Label: said}
	if id, ok := ref.Person(); ok {
		return r.person(at, e, id)
	}
	if key, ok := ref.Automatic(); ok {
		return r.automatic(at, e, key)
	}
	id, _ := ref.Nested()
	e.Kind = LocalKind
	g, err := Groups.Get(r.tx, id)
	if err == nil && g.Deleted() {
		e.Label, e.Lost = g.Name, true
		return e, nil
	}
	if isMissing(err) {
		e.Lost = true
		return e, nil
	}
	if err != nil {
		return e, err
	}
	all, err := r.gather(g)
	e.Label, e.People = g.Name, len(all)
	return e, err
}

// leftSchool stands in the place of the name of who is in no list any more.
const leftSchool = "Personne qui n’est plus dans l’établissement"

func (r *reckoning) person(at data.Place, e Element, id string) (Element, error) {
	u, err := directory.Users.Get(r.tx, id)
	if isMissing(err) {
		e.Label, e.Lost = leftSchool, true
		return e, nil
	}
	if err != nil {
		return e, err
	}
	_, here := u.At(at)
	t := u.Twig(at)
	e.Label, e.Note, e.Profile, e.Lost = t.Label, t.Note, t.Profile, !here || u.State() == directory.Deleted
	return e, nil
}

func (r *reckoning) automatic(at data.Place, e Element, key string) (Element, error) {
	if of := directory.ProfilesOfGroup(key); len(of) == 1 {
		e.Profile = of[0]
	}
	a, err := directory.GroupAt(r.tx, at, key)
	if isMissing(err) {
		e.Kind, e.Lost = directory.KindOfGroup(key), true
		return e, nil
	}
	e.Label, e.Kind, e.People = a.Label, a.Kind, len(r.roll(at).In(key))
	return e, err
}
