// Package access decides who may do what, and where: accounts, the four roles
// as sets of capabilities, grants, the gate that every operation goes through,
// and the sessions of signed-in people.
package access

import (
	"context"
	"errors"
	"io"
	"sync"
	"time"

	"preau/data"
)

// A Gate opens sessions on a store.
type Gate struct {
	store  *data.Store
	rand   io.Reader
	hasher *hasher

	flush     sync.Mutex // one at a time
	mu        sync.Mutex
	seen      map[string]time.Time // last visit of sessions, until flushed
	flushing  map[string]time.Time // those being written
	consulted map[consultKey]int   // records opened, until flushed
	failed    map[string]failures  // failed sign-ins by address, until told
}

// NewGate returns the gate of a store.
func NewGate(store *data.Store, rand io.Reader) *Gate {
	return &Gate{store: store, rand: rand, hasher: newHasher(rand),
		seen: map[string]time.Time{}, consulted: map[consultKey]int{}, failed: map[string]failures{}}
}

// Store is the store behind the gate, for what has no author: health, backup.
func (g *Gate) Store() *data.Store { return g.store }

// System returns the session of a named job or command. It must never answer
// the request of a person.
func (g *Gate) System(job string) *Session {
	return &Session{Account: Account{Name: job}, gate: g, via: "système", job: true}
}

// Hash returns what to store of a password. It may wait for its turn.
func (g *Gate) Hash(ctx context.Context, password string) (string, error) {
	return g.hasher.Hash(ctx, password)
}

// Flush writes what the gate keeps in memory: last visits, consultations of
// records, failed sign-ins. It runs each minute and at the end.
func (g *Gate) Flush() error {
	g.flush.Lock()
	defer g.flush.Unlock()
	g.mu.Lock()
	seen, consulted, failed := g.seen, g.consulted, g.failed
	g.seen, g.consulted, g.failed, g.flushing = map[string]time.Time{}, map[consultKey]int{}, map[string]failures{}, seen
	g.mu.Unlock()
	if len(seen)+len(consulted)+len(failed) == 0 {
		return nil
	}
	err := g.store.Record(data.System("Contrôle d’accès"), func(tx *data.Tx) error {
		return errors.Join(flushSeen(tx, seen), flushConsulted(tx, consulted))
	}, tellFailures(failed)...)
	g.mu.Lock()
	defer g.mu.Unlock()
	g.flushing = nil
	if err != nil {
		g.keep(seen, consulted, failed)
	}
	return err
}

// keep takes back what could not be written.
func (g *Gate) keep(seen map[string]time.Time, consulted map[consultKey]int, failed map[string]failures) {
	for hash, at := range seen {
		if at.After(g.seen[hash]) {
			g.seen[hash] = at
		}
	}
	for key, n := range consulted {
		g.consulted[key] += n
	}
	for key, f := range failed {
		f.count += g.failed[key].count
		g.failed[key] = f
	}
}

func flushSeen(tx *data.Tx, seen map[string]time.Time) error {
	for hash, at := range seen {
		t, err := Tokens.Get(tx, hash)
		if errors.Is(err, data.ErrNotFound) {
			continue
		}
		if err != nil {
			return err
		}
		t.Seen = at
		if err := Tokens.Put(tx, t); err != nil {
			return err
		}
	}
	return nil
}

// Sweep deletes the sessions, passes and codes that have ended and the failures
// of other days.
func (g *Gate) Sweep() error {
	return g.store.Unlogged(data.System("Contrôle d’accès"), func(tx *data.Tx) error {
		now := tx.Now
		return errors.Join(
			sweep(tx, Tokens, func(t Token) bool {
				return now.After(t.Created.Add(Absolute)) || now.After(t.Seen.Add(IdleOthers+time.Minute))
			}),
			sweep(tx, Failures, func(f Failure) bool { return now.Sub(f.Last) > 24*time.Hour }),
			sweep(tx, Devices, func(d Device) bool { return now.After(d.Until) }),
			sweep(tx, Passes, func(p Pass) bool { return now.After(p.Until) }),
			sweep(tx, Codes, func(c Code) bool { return now.After(c.Until) }))
	})
}

// sweep deletes the rows that are over.
func sweep[T data.Row](tx *data.Tx, table *data.Table[T], over func(T) bool) error {
	var keys []string
	for row, err := range table.All(tx) {
		if err != nil {
			return err
		}
		if over(row) {
			keys = append(keys, row.Key())
		}
	}
	return deleteAll(tx, table, keys)
}

func deleteAll[T data.Row](tx *data.Tx, table *data.Table[T], keys []string) error {
	for _, k := range keys {
		if err := table.Delete(tx, k); err != nil {
			return err
		}
	}
	return nil
}
