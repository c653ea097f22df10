// Package aaf reads and writes the files of the académie's federated
// directory (annuaire académique fédérateur): complete and delta exports, of
// the second degree (2D) and of the first (1D).
//
// It knows the format and nothing of the appliance: a Record is one request of
// a file, and Student, Relative, Staff, School, Subject and Mef are what the
// format itself calls by those names, whatever the degree they came from.
package aaf

// A Category is one kind of file of a delivery, by the name that its files bear.
type Category string

// The categories, in the order in which they can be applied.
const (
	Schools   Category = "EtabEducNat"
	Subjects  Category = "MatiereEducNat"
	Mefs      Category = "MefEducNat"
	Students  Category = "Eleve"
	Relatives Category = "PersRelEleve"
	StaffOf   Category = "PersEducNat"
)

// A Degree is the level of schooling that an export covers.
type Degree string

// The two degrees.
const (
	First  Degree = "1D"
	Second Degree = "2D"
)

// An Op is what a request asks for.
type Op byte

// The operations of a file. A complete file holds only Add.
const (
	Add Op = iota + 1
	Modify
	Delete
)

// A Record is one addRequest, modifyRequest or deleteRequest.
type Record struct {
	Op       Op
	Category Category
	ID       string // the join key, unique in one académie, degree and category
	Attrs    []Attr // in the order of the file; a Modify holds only what changes
	Line     int    // of the request, in its file, from 1
	Problem  string // why this request cannot be taken, a French sentence; empty when it can
}

// An Attr is a named attribute. Values are decoded, trimmed, without repeats;
// an attribute present but empty has none. Only the two parallel lists of a
// pupil's subjects keep repeats and gaps: their order is what joins them.
type Attr struct {
	Name   string   `cbor:"n"`
	Values []string `cbor:"v"`
}
