package directory

import (
	"preau/app/format/aaf"
	"preau/data"
)

// A Source ties an object of the federated directory to what it became here,
// with the attributes last received: a delta changes some of them only.
type Source struct {
	ID     string       `cbor:"id"` // académie/degree/category/join key
	User   string       `cbor:"u,omitempty"`
	UAI    string       `cbor:"uai,omitempty"`
	Digest []byte       `cbor:"d"`
	Attrs  []aaf.Attr   `cbor:"a"`
	At     []data.Place `cbor:"at"`
	Gone   bool         `cbor:"gone,omitempty"`
	Lost   string       `cbor:"lostby,omitempty"` // import that received it, but in no establishment that we know
}

// Key is académie, degree, category and join key.
func (s Source) Key() string { return s.ID }

// Places are those of the person, or the académie.
func (s Source) Places() []data.Place { return s.At }

func sourceKey(academy string, degree aaf.Degree, category aaf.Category, id string) string {
	return academy + "/" + string(degree) + "/" + string(category) + "/" + id
}

// A Received says which delivery was last applied to an establishment, or to an
// académie and degree: schools may send their files each at its own pace.
type Received struct {
	ID       string `cbor:"id"` // académie/degree, or académie/degree/UAI
	Complete string `cbor:"c"`  // date of the last complete
	Last     string `cbor:"l"`  // date of the last delivery of any kind
}

// Key is académie, degree and perhaps UAI.
func (r Received) Key() string { return r.ID }

// Places is the whole appliance: it is read by imports.
func (r Received) Places() []data.Place { return []data.Place{""} }
