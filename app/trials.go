package app

import (
	"sync"
	"time"

	"preau/app/access"
)

// trialsAMinute bounds how often one administrator has the appliance join a server
// of their choice.
const trialsAMinute = 10

// trials are those of the last minute, by account. A restart forgets them.
type trials struct {
	mu   sync.Mutex
	last map[string][]time.Time
}

// take counts a trial, or refuses it.
func (t *trials) take(s *access.Session) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	now := s.Now()
	var recent []time.Time
	for _, at := range t.last[s.Account.ID] {
		if now.Sub(at) < time.Minute {
			recent = append(recent, at)
		}
	}
	if len(recent) >= trialsAMinute {
		return &access.Refusal{Kind: access.Throttled, Says: "Dix essais par minute au plus\u00a0: patientez un peu, puis recommencez."}
	}
	if t.last == nil {
		t.last = map[string][]time.Time{}
	}
	t.last[s.Account.ID] = append(recent, now)
	return nil
}
