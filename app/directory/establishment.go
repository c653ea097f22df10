package directory

import (
	"strings"
	"time"

	"preau/data"
)

// An Academy is the area that establishments belong to. Its key is the slug of
// its name, such as "val-de-seine", which is also its place.
type Academy struct {
	Slug string `cbor:"slug" log:"-"`
	Name string `cbor:"name" log:"Nom"`
	Code string `cbor:"code,omitempty" log:"Code"`
}

// Key is the slug.
func (a Academy) Key() string { return a.Slug }

// Places is the académie itself.
func (a Academy) Places() []data.Place { return []data.Place{data.Place(a.Slug)} }

// Label names the académie in the journal.
func (a Academy) Label() string { return "Académie " + a.Name }

// A Kind is the type of an establishment.
type Kind string

// The kinds of establishments.
const (
	School       Kind = "school"
	College      Kind = "college"
	GeneralLycee Kind = "general"
	VocationalLy Kind = "vocational"
	MixedLycee   Kind = "mixed"
	Virtual      Kind = "virtual"
	OtherKind    Kind = "other"
)

// Kinds are the kinds, in the order of the screens.
var Kinds = []Kind{School, College, GeneralLycee, VocationalLy, MixedLycee, Virtual, OtherKind}

// Label is what the screens call the kind.
func (k Kind) Label() string {
	return map[Kind]string{School: "École", College: "Collège", GeneralLycee: "Lycée général et technologique",
		VocationalLy: "Lycée professionnel", MixedLycee: "Lycée polyvalent", Virtual: "Établissement virtuel", OtherKind: "Autre établissement"}[k]
}

// String is the kind in the journal.
func (k Kind) String() string { return k.Label() }

// An Address is a postal address.
type Address struct {
	Lines      []string `cbor:"l,omitempty"`
	PostalCode string   `cbor:"cp,omitempty"`
	Town       string   `cbor:"t,omitempty"`
	Country    string   `cbor:"c,omitempty"`
}

// String is the address on one line.
func (a Address) String() string {
	parts := append([]string{}, a.Lines...)
	if town := strings.TrimSpace(a.PostalCode + " " + a.Town); town != "" {
		parts = append(parts, town)
	}
	if a.Country != "" && !strings.EqualFold(a.Country, "FRANCE") {
		parts = append(parts, a.Country)
	}
	return strings.Join(parts, ", ")
}

// Sources of an establishment or of a person.
const (
	FromAAF  = "AAF"
	FromHand = "manuel"
)

// An Establishment is a school, by its UAI. A virtual one has a key of the same
// length that no school can have.
type Establishment struct {
	UAI          string    `cbor:"uai" log:"-"`
	Name         string    `cbor:"name" log:"Nom"`
	Kind         Kind      `cbor:"kind" log:"Type"`
	Academy      string    `cbor:"acad" log:"-"` // slug
	Collectivity string    `cbor:"coll" log:"Collectivité"`
	Address      Address   `cbor:"addr" log:"Adresse"`
	Phone        string    `cbor:"tel,omitempty" log:"Téléphone"`
	Email        Both      `cbor:"mail" log:"Adresse e-mail"`
	Website      string    `cbor:"web,omitempty" log:"Site Internet"`
	Marker       string    `cbor:"xiti,omitempty" log:"Identifiant XiTi"`
	Head         string    `cbor:"head,omitempty" log:"-"` // UID
	HeadName     string    `cbor:"headname,omitempty" log:"Chef d’établissement"`
	HeadByHand   bool      `cbor:"headhand,omitempty" log:"-"`
	Source       string    `cbor:"src" log:"-"`
	Degree       string    `cbor:"deg,omitempty" log:"-"` // "1D" or "2D"
	Inactive     bool      `cbor:"off,omitempty" log:"Inactif"`
	CreatedAt    time.Time `cbor:"at" log:"-"`
	Version      uint64    `cbor:"v" log:"-"`
}

// Key is the UAI.
func (e Establishment) Key() string { return e.UAI }

// Place is the académie, then the UAI.
func (e Establishment) Place() data.Place { return PlaceOf(e.Academy, e.UAI) }

// Places is the one place of the establishment.
func (e Establishment) Places() []data.Place { return []data.Place{e.Place()} }

// Label names the establishment in the journal.
func (e Establishment) Label() string { return e.Name }

// Card is what everybody may know of the establishment.
func (e Establishment) Card() Card {
	return Card{e.UAI, e.Name, e.Address.Town, e.Kind, e.Academy, e.Collectivity, e.Inactive}
}

// PlaceOf is the place of an establishment.
func PlaceOf(academy, uai string) data.Place { return data.Place(academy + "/" + uai) }

// UAIOf is the establishment of a place, "" when it is wider.
func UAIOf(p data.Place) string {
	_, uai, _ := strings.Cut(string(p), "/")
	return uai
}

// A Card is the public part of an establishment, read by pickers.
type Card struct {
	UAI          string `cbor:"uai" log:"-"`
	Name         string `cbor:"name" log:"-"`
	Town         string `cbor:"town" log:"-"`
	Kind         Kind   `cbor:"kind" log:"-"`
	Academy      string `cbor:"acad" log:"-"`
	Collectivity string `cbor:"coll" log:"-"`
	Inactive     bool   `cbor:"off,omitempty" log:"-"`
}

// Key is the UAI.
func (c Card) Key() string { return c.UAI }

// Places is the whole appliance.
func (c Card) Places() []data.Place { return []data.Place{""} }

// Place is where the establishment of the card is.
func (c Card) Place() data.Place { return PlaceOf(c.Academy, c.UAI) }

// A Class is a division of an establishment. Codes are reused every year.
type Class struct {
	UAI   string     `cbor:"uai" log:"-"`
	Code  string     `cbor:"code" log:"-"`
	Name  string     `cbor:"name" log:"Libellé"`
	MEFs  []string   `cbor:"mef,omitempty" log:"MEF"`
	Grade string     `cbor:"grade,omitempty" log:"Niveau"`
	At    data.Place `cbor:"at" log:"-"`
}

// Key is the UAI, then the code.
func (c Class) Key() string { return c.UAI + "/" + c.Code }

// Places is the establishment.
func (c Class) Places() []data.Place { return []data.Place{c.At} }

// Label names the class in the journal.
func (c Class) Label() string { return "Classe " + c.Name }

// A TeachingGroup gathers students of some classes for some lessons.
type TeachingGroup struct {
	UAI     string     `cbor:"uai" log:"-"`
	Code    string     `cbor:"code" log:"-"`
	Name    string     `cbor:"name" log:"Libellé"`
	Classes []string   `cbor:"cls,omitempty" log:"Classes"` // codes
	At      data.Place `cbor:"at" log:"-"`
}

// Key is the UAI, then the code.
func (g TeachingGroup) Key() string { return g.UAI + "/" + g.Code }

// Places is the establishment.
func (g TeachingGroup) Places() []data.Place { return []data.Place{g.At} }

// Label names the group in the journal.
func (g TeachingGroup) Label() string { return "Groupe " + g.Name }

// A Term is an entry of a nomenclature of the académie: a subject or a MEF.
type Term struct {
	Academy string `cbor:"acad" log:"-"`
	Code    string `cbor:"code" log:"-"`
	Name    string `cbor:"name" log:"Libellé"`
}

// Key is the académie, then the code.
func (t Term) Key() string { return t.Academy + "/" + t.Code }

// Places is the académie.
func (t Term) Places() []data.Place { return []data.Place{data.Place(t.Academy)} }
