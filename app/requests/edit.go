package requests

import (
	"errors"
	"slices"
	"time"

	"preau/app/access"
	"preau/app/directory"
	"preau/data"
)

var (
	editing = access.NewAction("request.edit", "Modification d’une demande", access.HandleRequests, data.Info)
	moving  = access.NewAction("request.move", "Demande confiée à un autre établissement", access.HandleRequests, data.Attention)
)

// EditRequester changes the first tab: who asks, and in which establishment; ""
// leaves a request of an académie there.
func EditRequester(s *access.Session, number int, version uint64, uai string, from Requester) error {
	act := editing
	if at, err := PlaceOf(s, number); err == nil && uai != "" && uai != directory.UAIOf(at) {
		act = moving
	}
	return change(s, act, number, version, func(tx *data.Tx, r *Request) error {
		if err := r.refuseLocked(); err != nil {
			return err
		}
		place, err := directory.Locate(tx, uai)
		if uai == "" && r.UAI() == "" { // of no establishment yet
			place, err = r.At, nil
		}
		if errors.Is(err, data.ErrNotFound) {
			return access.Wrong("etablissement", "Choisissez un établissement de votre périmètre dans la liste.")
		}
		if err != nil {
			return err
		}
		f := Form{From: from, Summary: r.Summary, Problem: r.Problem, Type: r.Type, Priority: r.Priority, Channel: r.Channel, Service: r.Service, Received: r.Received}
		if err := f.complete(tx, place); err != nil {
			return err
		}
		r.From = f.From
		return r.move(tx, place)
	})
}

// PlaceOf returns the place of a request within the person's reach.
func PlaceOf(s *access.Session, number int) (at data.Place, err error) {
	err = s.See(func(tx *data.Tx) error {
		r, err := Requests.Get(tx, keyOf(number))
		at = r.At
		return err
	})
	return at, err
}

// move takes a request and its thread to another establishment. An assignee who
// does not administer it has it no longer.
func (r *Request) move(tx *data.Tx, place data.Place) error {
	if place == r.At {
		return nil
	}
	thread, err := threadOf(tx, r.Number)
	if err != nil {
		return err
	}
	r.At = place
	for _, e := range thread {
		e.At = place
		if err := Entries.Put(tx, e); err != nil {
			return err
		}
	}
	tx.Note("%s", placeName(tx, place))
	if may, err := mayHandle(tx, r.Assignee, place); err != nil || may {
		return err
	}
	r.Assignee, r.AssigneeName = "", ""
	return nil
}

func placeName(tx *data.Tx, place data.Place) string {
	name, _ := schoolOf(tx, place)
	return name
}

// A Description is the second tab.
type Description struct {
	Received time.Time
	Channel  Channel
	Service  Service
	Type     Type
	Priority Priority
	Summary  string
	Problem  string
	Add      []File   // joined now
	Drop     []string // identifiers of the files taken away
}

// EditDescription changes the second tab.
func EditDescription(s *access.Session, number int, version uint64, d Description) error {
	return change(s, editing, number, version, func(tx *data.Tx, r *Request) error {
		if err := r.refuseLocked(); err != nil {
			return err
		}
		files := slices.DeleteFunc(slices.Clone(r.Files), func(f File) bool { return slices.Contains(d.Drop, f.ID) })
		f := Form{From: r.From, Received: d.Received, Channel: d.Channel, Service: d.Service, Type: d.Type, Priority: d.Priority, Summary: d.Summary, Problem: d.Problem, Files: joined(files, d.Add)}
		wrong := map[string]string{}
		if d.Received.IsZero() {
			wrong["recue"] = "Indiquez la date et l’heure de réception, comme 26/11/2026 et 14:30."
		}
		if f.describe(tx, wrong); len(wrong) > 0 {
			return access.WrongFields(wrong)
		}
		r.Received, r.Channel, r.Service, r.Type, r.Priority = d.Received, d.Channel, d.Service, d.Type, d.Priority
		r.Summary, r.Problem, r.Files = f.Summary, d.Problem, f.Files
		return nil
	})
}

// joined adds files to others, each content once.
func joined(files, more []File) []File {
	for _, f := range more {
		if !slices.ContainsFunc(files, func(g File) bool { return g.Name == f.Name && slices.Equal(g.Sum, f.Sum) }) {
			files = append(files, f)
		}
	}
	return files
}
