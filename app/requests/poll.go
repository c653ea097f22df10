package requests

import (
	"errors"
	"strings"
	"time"

	"preau/app/access"
	"preau/data"
)

// readAnyway is after how long an issue is read again, although nothing says that
// it changed: it may have left the project, or be gone.
const readAnyway = 24 * time.Hour

// A Poll is a JIRA to be asked what changed since a date.
type Poll struct {
	Support Support
	Since   time.Time
}

// DuePolls returns the connectors whose turn it is.
func DuePolls(tx *data.Tx) (due []Poll, err error) {
	for p, err := range Supports.All(tx) {
		if err != nil {
			return nil, err
		}
		if !p.Active || p.Kind != Jira {
			continue
		}
		var since, asked time.Time
		n := 0
		for m, err := range transmissionsBySchool.All(tx, p.UAI) {
			if err != nil {
				return nil, err
			}
			if !m.followed() {
				continue
			}
			if n++; n == 1 || m.Synced.Before(since) {
				since = m.Synced
			}
			if m.Asked.After(asked) {
				asked = m.Asked
			}
		}
		if n > 0 && !asked.Add(time.Duration(p.Period)*time.Minute).After(tx.Now) {
			due = append(due, Poll{p, since})
		}
	}
	return due, nil
}

// followed reports whether the issue was read, and is still followed.
func (m Transmission) followed() bool { return m.Issue != "" && !m.Over && !m.Seen.IsZero() }

// Polled keeps what JIRA says that changed: by the key of an issue, when. Those
// that did, or that could not be among them, are read again.
func Polled(s *access.Session, p Support, changed map[string]time.Time) error {
	return eachFollowed(s, p.UAI, func(tx *data.Tx, m *Transmission) {
		at, told := changed[m.Issue]
		m.Asked = tx.Now
		switch {
		case told && !at.Equal(m.Updated), !strings.HasPrefix(m.Issue, p.Project+"-"), tx.Now.Sub(m.Seen) > readAnyway:
			m.reread(tx.Now)
		default:
			m.Synced = tx.Now
			if !m.works() {
				m.Error = ""
			}
		}
	})
}

// PollFailed keeps why JIRA did not say what changed. It is asked again at its
// next turn.
func PollFailed(s *access.Session, uai, says string) error {
	return eachFollowed(s, uai, func(tx *data.Tx, m *Transmission) { m.Asked, m.Error = tx.Now, says })
}

func eachFollowed(s *access.Session, uai string, fn func(*data.Tx, *Transmission)) error {
	return s.Upkeep(func(tx *data.Tx) (err error) {
		var all []Transmission
		for m, err := range transmissionsBySchool.All(tx, uai) {
			if err != nil {
				return err
			}
			if m.followed() {
				all = append(all, m)
			}
		}
		for _, m := range all {
			fn(tx, &m)
			err = errors.Join(err, Transmissions.Put(tx, m))
		}
		return err
	})
}
