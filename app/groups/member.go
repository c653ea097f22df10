package groups

import (
	"strings"
	"time"

	"preau/app/directory"
	"preau/data"
)

// A Ref is an element of a group: "u/UID" a person, "a/key" an automatic group,
// "g/ID" a local group.
type Ref string

// Person is the element of a person.
func Person(id string) Ref { return Ref("u/" + id) }

// Automatic is the element of an automatic group, by its key.
func Automatic(key string) Ref { return Ref("a/" + key) }

// Nested is the element of a local group.
func Nested(id string) Ref { return Ref("g/" + id) }

// Person returns the UID of a person's element.
func (r Ref) Person() (id string, ok bool) { return strings.CutPrefix(string(r), "u/") }

// Automatic returns the key of an automatic group's element.
func (r Ref) Automatic() (key string, ok bool) { return strings.CutPrefix(string(r), "a/") }

// Nested returns the identifier of a local group's element.
func (r Ref) Nested() (id string, ok bool) { return strings.CutPrefix(string(r), "g/") }

// A Membership is an element of a group, put there by an establishment.
type Membership struct {
	Group string     `cbor:"g" log:"-"`
	At    data.Place `cbor:"at" log:"-"` // whose people they are
	Ref   Ref        `cbor:"ref" log:"-"`
	Said  string     `cbor:"said" log:"Membre"` // as the journal says it: directory.Mention of a person, the name of a group
	By    string     `cbor:"by" log:"-"`        // name
	ByID  string     `cbor:"byid" log:"-"`      // account
	Since time.Time  `cbor:"t" log:"-"`
}

// Key is the group, the establishment, then the element.
func (m Membership) Key() string { return membershipKey(m.Group, m.At, m.Ref) }

func membershipKey(group string, at data.Place, ref Ref) string {
	return group + "/" + directory.UAIOf(at) + "/" + string(ref)
}

// Places is the establishment that put the element: the others know of it what the
// shared group shows.
func (m Membership) Places() []data.Place { return []data.Place{m.At} }

// PartOf is the group, whose events tell of its members.
func (m Membership) PartOf() string { return Groups.Name() + "/" + m.Group }

// elementsOf lists the elements that an establishment put in a group, people
// last, without reading them.
func elementsOf(tx *data.Tx, group string, at data.Place) (refs []Ref) {
	for e := range membershipsList.Walk(tx, []data.Slot{{Place: at, Group: group}}, data.Span{}, false) {
		refs = append(refs, Ref(e.Sort))
	}
	return refs
}

// isElement reports whether an establishment put an element in a group.
func isElement(tx *data.Tx, group string, at data.Place, ref Ref) (bool, error) {
	return Memberships.Has(tx, membershipKey(group, at, ref))
}
