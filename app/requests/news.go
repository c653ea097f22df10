package requests

import (
	"errors"

	"preau/app/access"
	"preau/app/directory"
	"preau/data"
)

// LastNews is the sequence that News follows from.
func LastNews(s *access.Session) (last uint64, err error) {
	err = s.See(func(tx *data.Tx) error { last = data.LastEvent(tx); return nil })
	return last, err
}

// newsMost bounds how many events are read at once.
const newsMost = 500

// News returns how many requests were made within the person's reach after a
// sequence, by others, by whichever way, and the sequence to follow from. An
// establishment, unless "", is the only one looked at.
func News(s *access.Session, uai string, after uint64) (n int, last uint64, err error) {
	err = s.See(func(tx *data.Tx) error {
		places, err := placesOf(tx, s, uai)
		if err != nil {
			return err
		}
		last = data.LastEvent(tx)
		for _, at := range places {
			events, err := data.EventsAfter(tx, at, after, newsMost)
			if err != nil {
				return err
			}
			for _, e := range events {
				if made, err := makes(tx, e); err != nil {
					return err
				} else if made && e.Author != s.Account.ID {
					n++
				}
			}
		}
		return nil
	})
	return n, last, err
}

// makes reports whether an event is that of a request that was made. A mail makes
// one, or is added to one.
func makes(tx *data.Tx, e data.Event) (bool, error) {
	switch e.Action {
	case creating.Key, declaring.Key:
		return true, nil
	case receiving.Key:
		r, err := Requests.Get(tx, e.Subject)
		if errors.Is(err, data.ErrNotFound) {
			return false, nil // moved out of reach since
		}
		return err == nil && r.CreatedAt.Equal(e.At), err
	}
	return false, nil
}

// An Asker is somebody of the directory who may make a request.
type Asker struct {
	Requester
	Label, Note string
}

// Askers finds by the first letters of their names those of an establishment that
// a request can be made for.
func Askers(s *access.Session, uai string, profile directory.Profile, text string, limit int) (all []Asker, total int, err error) {
	found, err := directory.TypeAhead(s, directory.Look{Text: text, UAI: uai, Profile: profile, Limit: limit})
	if err != nil {
		return nil, 0, err
	}
	err = s.See(func(tx *data.Tx) error {
		for _, f := range found.People {
			u, err := directory.Users.Get(tx, f.ID)
			if err != nil {
				return err
			}
			p, err := preferenceOf(tx, u.ID)
			if err != nil {
				return err
			}
			all = append(all, Asker{requesterOf(u, p), f.Label, f.Note})
		}
		return nil
	})
	return all, found.Total, err
}
