package requests

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"preau/data"
)

// A Transmission is what JIRA has of a request, and what waits to go there: it
// outlives the appliance, and goes with its last errand once the escalation has
// ended.
type Transmission struct {
	Mark    string     `cbor:"mark"` // of the escalation
	Request int        `cbor:"n"`
	At      data.Place `cbor:"at"`
	Issue   string     `cbor:"key,omitempty"` // its key, "" until it is known
	Errands []Errand   `cbor:"do,omitempty"`  // in order
	Given   int        `cbor:"given"`         // errands so far
	Names   []string   `cbor:"names,omitempty"`
	Begun   bool       `cbor:"begun"` // there may be an issue
	Over    bool       `cbor:"over"`  // the escalation has ended
	Read    bool       `cbor:"read"`  // the issue is to be read again
	Due     time.Time  `cbor:"due"`
	Tries   int        `cbor:"tries"` // that failed, since the last that did not
	Error   string     `cbor:"err,omitempty"`
	Synced  time.Time  `cbor:"sync"` // when the issue was last known here as it is there
	Seen    time.Time  `cbor:"seen"` // when it was last read itself
	Asked   time.Time  `cbor:"ask"`  // when JIRA was last asked what changed
	Updated time.Time  `cbor:"upd"`  // when it last changed there, by its clock
}

// An Errand is one thing to do in JIRA.
type Errand struct {
	Kind ErrandKind `cbor:"kind"`
	Mark string     `cbor:"mark"` // by which a second try finds the first
	Text string     `cbor:"text,omitempty"`
	File File       `cbor:"file"`
}

// An ErrandKind is what is to be done.
type ErrandKind string

// The kinds of errands.
const (
	MakeIssue  ErrandKind = "create"
	AddFile    ErrandKind = "file"
	AddComment ErrandKind = "comment"
)

// Key is the mark of the escalation.
func (m Transmission) Key() string { return m.Mark }

// Places is the establishment of the request.
func (m Transmission) Places() []data.Place { return []data.Place{m.At} }

// Blobs are the files that wait to go.
func (m Transmission) Blobs() (ids []string) {
	for _, e := range m.Errands {
		if e.File.ID != "" {
			ids = append(ids, e.File.ID)
		}
	}
	return ids
}

// UAI is the establishment of the request.
func (m Transmission) UAI() string { return Request{At: m.At}.UAI() }

// works reports whether there is anything to do.
func (m Transmission) works() bool { return len(m.Errands) > 0 || m.Read }

// turn finds those that have something to do, by when.
func (m Transmission) turn() []string {
	if !m.works() {
		return nil
	}
	return []string{stampOf(m.Due)}
}

// Transmissions are those of JIRA.
var (
	Transmissions          = data.NewTable[Transmission]("transmissions").Unlogged()
	transmissionsDue       = Transmissions.Index("due", func(m Transmission) []string { return m.turn() })
	transmissionsByRequest = Transmissions.Index("request", func(m Transmission) []string { return []string{keyOf(m.Request)} })
	transmissionsBySchool  = Transmissions.Index("school", func(m Transmission) []string { return []string{m.UAI()} })
)

// give adds an errand.
func (m *Transmission) give(e Errand) {
	m.Given++
	e.Mark = fmt.Sprintf("%s-%d", m.Mark, m.Given)
	m.Errands = append(m.Errands, e)
}

// giveFiles adds files, each under a name that no other file of ours has there:
// it is by its name that a second try finds it.
func (m *Transmission) giveFiles(files []File) {
	for _, f := range files {
		f.Name = m.unused(f.Name)
		m.Names = append(m.Names, f.Name)
		m.give(Errand{Kind: AddFile, File: f})
	}
}

func (m *Transmission) unused(name string) string {
	stem, ext := name, ""
	if i := strings.LastIndexByte(name, '.'); i > 0 {
		stem, ext = name[:i], name[i:]
	}
	for n := 2; slices.Contains(m.Names, name); n++ {
		name = fmt.Sprintf("%s (%d)%s", stem, n, ext)
	}
	return name
}

// transmissionOf returns the transmission of the present escalation of a request,
// one without a mark where there is none.
func transmissionOf(tx *data.Tx, r Request) (Transmission, error) {
	if r.Escalation.Mark == "" {
		return Transmission{}, nil
	}
	m, err := Transmissions.Get(tx, r.Escalation.Mark)
	if errors.Is(err, data.ErrNotFound) {
		return Transmission{}, nil
	}
	return m, err
}

// begins has an issue made of a request, with its files and those of its thread.
func begins(tx *data.Tx, r Request, comment string) error {
	thread, err := threadOf(tx, r.Number)
	if err != nil {
		return err
	}
	m := Transmission{Mark: r.Escalation.Mark, Request: r.Number, At: r.At, Due: tx.Now}
	m.give(Errand{Kind: MakeIssue, Text: comment})
	m.giveFiles(r.Files)
	for _, e := range thread {
		if e.Kind == Message && e.Address == "" { // of the requester
			m.hear(e)
		}
	}
	return Transmissions.Put(tx, m)
}

// hear has what the requester wrote added to the issue.
func (m *Transmission) hear(e Entry) {
	text := "Le demandeur ajoute :\n\n" + plain(e.Text)
	for _, f := range e.Files {
		text += "\n\nFichier joint : " + plain(f.Name)
	}
	m.give(Errand{Kind: AddComment, Text: text})
	m.giveFiles(e.Files)
}

// pass has what the requester wrote go to JIRA, where it has the request.
func (r Request) pass(tx *data.Tx, e Entry) error {
	if !r.Escalation.tracked() || r.Escalation.Kind != Jira {
		return nil
	}
	m, err := transmissionOf(tx, r)
	if err != nil || m.Mark == "" {
		return err
	}
	if !m.works() {
		m.Due = tx.Now
	}
	m.hear(e)
	return Transmissions.Put(tx, m)
}

// ends has JIRA told that its part is over. Where nothing was ever sent, there is
// nobody to tell.
func ends(tx *data.Tx, r Request, comment string) error {
	m, err := transmissionOf(tx, r)
	if err != nil || m.Mark == "" {
		return err
	}
	if m.Issue == "" && !m.Begun {
		return Transmissions.Delete(tx, m.Mark)
	}
	m.Over, m.Read, m.Due, m.Tries, m.Error = true, false, tx.Now, 0, ""
	m.Errands = slices.DeleteFunc(m.Errands, func(e Errand) bool { return e.Kind != MakeIssue })
	if m.Issue == "" {
		m.Due = tx.Now.Add(callOffPause)
	}
	text := "L’ENT reprend cette demande : elle est traitée dans l’établissement, et n’attend plus rien ici."
	if m.Issue == "" {
		text = "La transmission de cette demande a été annulée dans l’ENT : elle n’attend rien ici."
	}
	if comment != "" {
		text += "\n\n" + plain(comment)
	}
	m.give(Errand{Kind: AddComment, Text: text})
	return Transmissions.Put(tx, m)
}

// callOffPause is how long JIRA may take to find an issue that it has just made.
const callOffPause = 2 * time.Minute

// forgets drops a transmission, whatever JIRA has of it.
func forgets(tx *data.Tx, r Request) error {
	m, err := transmissionOf(tx, r)
	if err != nil || m.Mark == "" {
		return err
	}
	return Transmissions.Delete(tx, m.Mark)
}

// hastenAt has all that waits for the JIRA of an establishment tried again now.
func hastenAt(tx *data.Tx, uai string) (err error) {
	var late []Transmission
	for m, err := range transmissionsBySchool.All(tx, uai) {
		if err != nil {
			return err
		}
		if m.works() && m.Due.After(tx.Now) {
			late = append(late, m)
		}
	}
	for _, m := range late {
		m.Due = tx.Now
		err = errors.Join(err, Transmissions.Put(tx, m))
	}
	return err
}

// plain is a text that the markup of JIRA does not make anything of: no macro, no
// picture from elsewhere, nobody who is called.
func plain(text string) string {
	var b strings.Builder
	for i, c := range text {
		rest := text[i+1:]
		if c == '{' || c == '[' && strings.HasPrefix(rest, "~") || c == '!' && rest != "" && !strings.ContainsAny(rest[:1], " \t\n\r!.,;:?)") {
			b.WriteByte('\\')
		}
		b.WriteRune(c)
	}
	return b.String()
}
