package requests

import (
	"errors"
	"io"
	"slices"
	"time"

	"preau/app/access"
	"preau/app/post"
	"preau/data"
)

// A Detail is one request as an administrator reads it.
type Detail struct {
	Request
	School  string
	Thread  []Said
	Into    int       // number of the request that it was merged into, 0 for none
	Folded  []Request // those that were merged into it
	Linked  []Linked
	May     bool // change it
	Waits   bool // its first tabs are closed to changes
	Gone    bool // the requester is no longer of the establishment
	Absent  bool // the assignee can no longer answer
	Mailbox bool // answers by mail are read
	Level2  Relay
}

// Said is an entry, with what became of the mail that carried it.
type Said struct {
	Entry
	Mailed post.State // "" for one that no mail carried
	Error  string
}

// Linked is a request that another one has to do with.
type Linked struct {
	Link
	Summary string // "" when it is out of reach
	State   State
}

// Read returns one request with its thread.
func Read(s *access.Session, number int) (d Detail, err error) {
	err = s.See(func(tx *data.Tx) error {
		if d.Request, err = Requests.Get(tx, keyOf(number)); err != nil {
			return err
		}
		return d.fill(tx, s)
	})
	return d, err
}

func (d *Detail) fill(tx *data.Tx, s *access.Session) (err error) {
	d.May, d.Waits, d.Into = s.Can(access.HandleRequests, d.At), d.locked(), d.Merged.Into
	if d.School, err = schoolOf(tx, d.At); err != nil {
		return err
	}
	from, err := d.mailbox(tx)
	if err != nil {
		return err
	}
	d.Mailbox = from != ""
	thread, err := threadOf(tx, d.Number)
	if err != nil {
		return err
	}
	for _, e := range thread {
		said, err := mailed(tx, e)
		if err != nil {
			return err
		}
		d.Thread = append(d.Thread, said)
	}
	if d.Assignee != "" {
		may, err := mayHandle(tx, d.Assignee, d.At)
		if err != nil {
			return err
		}
		d.Absent = !may
	}
	if id := d.From.Account; id != "" {
		_, err := askerAt(tx, d.At, id)
		d.Gone = errors.Is(err, data.ErrNotFound)
	}
	for _, l := range d.Links {
		other, err := Requests.Get(tx, keyOf(l.To))
		if err != nil && !errors.Is(err, data.ErrNotFound) {
			return err
		}
		d.Linked = append(d.Linked, Linked{l, other.Summary, other.State})
	}
	if d.Level2, err = relayOf(tx, s, d.Request, thread); err != nil {
		return err
	}
	for r, err := range requestsByTarget.All(tx, d.Key()) {
		if err != nil {
			return err
		}
		d.Folded = append(d.Folded, r)
	}
	return nil
}

// carrying reads what became of the mail of an answer, which is of the appliance.
var carrying = data.NewCrossing("requests.mails", "Dire à un administrateur ce qu’est devenu le courriel d’une réponse")

func mailed(tx *data.Tx, e Entry) (Said, error) {
	said := Said{Entry: e}
	if e.Mail == "" {
		return said, nil
	}
	m, err := post.Mails.Get(carrying.Over(tx), e.Mail)
	if errors.Is(err, data.ErrNotFound) { // gone after a month
		return said, nil
	}
	said.Mailed, said.Error = m.State, m.Error
	return said, err
}

// A Happening is a line of the fourth tab: what was done, by whom, when.
type Happening struct {
	At      time.Time
	Says    string
	By      string
	Note    string
	Changes []data.Change
}

// History returns what happened to a request, newest first. It is read in the
// journal, which nobody can change.
func History(s *access.Session, number, n int) (all []Happening, err error) {
	err = s.See(func(tx *data.Tx) error {
		r, err := Requests.Get(tx, keyOf(number))
		if err != nil {
			return err
		}
		events, err := data.EventsAbout(tx, Requests.Name(), r.Key(), n)
		for _, e := range events {
			h := Happening{At: e.At, Says: e.Says}
			if p := e.Personal; p != nil {
				h.By, h.Note, h.Changes = p.By, p.Note, p.Changes
			}
			all = append(all, h)
		}
		return err
	})
	return all, err
}

// OpenFile returns a file of a request, or of any entry of its thread.
func OpenFile(s *access.Session, number int, id string) (f File, content io.ReadSeeker, err error) {
	err = s.See(func(tx *data.Tx) error {
		r, err := Requests.Get(tx, keyOf(number))
		if err != nil {
			return err
		}
		thread, err := threadOf(tx, number)
		if err != nil {
			return err
		}
		f, err = fileAmong(r, thread, id)
		return err
	})
	if err != nil {
		return f, nil, err
	}
	return open(s, f)
}

func fileAmong(r Request, thread []Entry, id string) (File, error) {
	files := slices.Clone(r.Files)
	for _, e := range thread {
		files = append(files, e.Files...)
	}
	for _, f := range files {
		if f.ID == id {
			return f, nil
		}
	}
	return File{}, data.ErrNotFound
}

func open(s *access.Session, f File) (File, io.ReadSeeker, error) {
	_, content, err := s.Gate().Store().OpenBlob(f.ID)
	if errors.Is(err, data.ErrNotFound) {
		err = access.NotFound()
	}
	return f, content, err
}
