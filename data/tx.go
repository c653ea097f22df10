package data

import (
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
	"time"

	bolt "go.etcd.io/bbolt"
)

// An Action is what a change is called in the journal.
type Action struct {
	Key      string   // stable, such as "user.suspend"
	Says     string   // in French, such as « Suspension du compte »
	Severity Severity // Info unless said
}

// A Tx is one consistent view of the store, or one atomic change to it, made
// by one author at one instant. It is used by one goroutine and dies with the
// function it was given to.
type Tx struct {
	Author Author
	Now    time.Time

	store   *Store
	bolt    *bolt.Tx
	writes  bool
	narrow  bool // only unlogged tables may change
	note    string
	told    []change
	also    []Fact
	erased  []string // rows that the event must not name, as table/key
	run     string   // of a bulk
	saying  string
	crossed *Tx // the transaction that this one widens
}

func (s *Store) begin(by Author, tx *bolt.Tx, writes bool) *Tx {
	return &Tx{Author: by, Now: s.cfg.Now(), store: s, bolt: tx, writes: writes}
}

// View runs fn on a read-only view of what the author may see.
func (s *Store) View(by Author, fn func(*Tx) error) error {
	return s.read(func(tx *bolt.Tx) error { return fn(s.begin(by, tx, false)) })
}

// Update runs fn and commits what it did, together with the event that says so:
// who did what to the row that fn returns, before and after. If fn fails, or
// returns no row for the journal, nothing is kept.
func (s *Store) Update(by Author, act Action, fn func(*Tx) (Row, error)) error {
	if s.full.reserved(s) {
		return ErrFull
	}
	return s.commit(func(btx *bolt.Tx) error {
		tx := s.begin(by, btx, true)
		about, err := fn(tx)
		if err != nil {
			return err
		}
		if about == nil || len(about.Places()) == 0 {
			return ErrUnjournaled
		}
		shares := tx.share(about)
		if err := tx.conclude(act, about); err != nil {
			return err
		}
		for i, f := range tx.also {
			tx.note, tx.told = f.Note, shares[i]
			if err := tx.conclude(f.Action, f.About); err != nil {
				return err
			}
		}
		return nil
	})
}

// Also writes a second event, after the one of the change: about another row that
// the same change did something to, for who reads its history alone. What changed
// of this row and of its parts is told there, and not in the first event.
func (tx *Tx) Also(f Fact) error {
	if tx = tx.root(); !tx.writes || tx.narrow || tx.run != "" {
		return fmt.Errorf("%w: a second fact outside a change", ErrUnjournaled)
	}
	tx.also = append(tx.also, f)
	return nil
}

// share takes from what the transaction tells the changes of the rows that have an
// event of their own, and returns them, one part for each of those events.
func (tx *Tx) share(about Row) [][]change {
	shares := make([][]change, len(tx.also))
	first, others := tx.nameOf(about), map[string]int{}
	for i, f := range slices.Backward(tx.also) {
		others[tx.nameOf(f.About)] = i
	}
	tx.told = slices.DeleteFunc(tx.told, func(c change) bool {
		if c.isOf(first) {
			return false
		}
		i, elsewhere := others[c.table+"/"+c.key]
		if !elsewhere && c.part != "" {
			i, elsewhere = others[c.part]
		}
		if elsewhere {
			shares[i] = append(shares[i], c)
		}
		return elsewhere
	})
	return shares
}

// nameOf is the table of a row, and its key.
func (tx *Tx) nameOf(row Row) string {
	if table := tx.store.byType[rowTypeOf(row)]; table != nil {
		return table.Name() + "/" + row.Key()
	}
	return ""
}

// Unlogged runs fn and commits what it did without a line in the journal. It
// can change only the tables declared Unlogged.
func (s *Store) Unlogged(by Author, fn func(*Tx) error) error {
	return s.commit(func(btx *bolt.Tx) error {
		tx := s.begin(by, btx, true)
		tx.narrow = true
		return fn(tx)
	})
}

// A Fact is something that happened without changing a row: a sign-in, a
// refusal, an export.
type Fact struct {
	Action Action
	About  Row // what it is about
	Note   string
}

// Record writes facts in the journal, and with them what fn does to unlogged
// tables; fn may be nil.
func (s *Store) Record(by Author, fn func(*Tx) error, facts ...Fact) error {
	return s.commit(func(btx *bolt.Tx) error {
		tx := s.begin(by, btx, true)
		tx.narrow = true
		if fn != nil {
			if err := fn(tx); err != nil {
				return err
			}
		}
		return tx.facts(facts)
	})
}

func (tx *Tx) facts(facts []Fact) error {
	for _, f := range facts {
		tx.note, tx.told = f.Note, nil
		if err := tx.conclude(f.Action, f.About); err != nil {
			return err
		}
	}
	return nil
}

// Tell writes a fact in the journal from within Unlogged or Record: what the
// machinery did, with the row that says so.
func (tx *Tx) Tell(f Fact) error {
	if tx = tx.root(); !tx.narrow {
		return fmt.Errorf("%w: a fact within a change", ErrUnjournaled)
	}
	return tx.facts([]Fact{f})
}

// A Run is a mass change under way or done: many transactions, one event.
type Run struct {
	ID     string    `cbor:"id"`
	Action Action    `cbor:"action"`
	At     time.Time `cbor:"at"` // of its beginning
	By     string    `cbor:"by"` // the author's name
	ByID   string    `cbor:"byid"`
	Ended  time.Time `cbor:"ended"` // zero while under way
}

// ErrNoRun reports a bulk transaction under a run that is not under way.
var ErrNoRun = errors.New("data: no such run under way")

var runsBucket = []byte("runs")

// Begin makes a run durable before its first change. Beginning a run that is
// under way already does nothing: it is being resumed.
func (s *Store) Begin(by Author, id string, act Action) error {
	return s.commit(func(btx *bolt.Tx) error {
		run, err := readRun(btx, id)
		if err == nil && run.Ended.IsZero() {
			return nil
		}
		return putRun(btx, Run{ID: id, Action: act, At: s.cfg.Now(), By: by.Name, ByID: by.ID})
	})
}

// Bulk is one transaction of a run, bounded by its caller to about a thousand
// rows. Each change of a row leaves a light line among that row's events.
func (s *Store) Bulk(by Author, run string, fn func(*Tx) error) error {
	if s.full.reserved(s) {
		return ErrFull
	}
	return s.commit(func(btx *bolt.Tx) error {
		if r, err := readRun(btx, run); err != nil || !r.Ended.IsZero() {
			return ErrNoRun
		}
		tx := s.begin(by, btx, true)
		tx.run = run
		return fn(tx)
	})
}

// End closes a run with its events: fn returns its own first, then those of the
// places it touched. What fn changes is not told again.
func (s *Store) End(by Author, run string, fn func(*Tx) ([]Fact, error)) error {
	return s.commit(func(btx *bolt.Tx) error {
		r, err := readRun(btx, run)
		if err != nil || !r.Ended.IsZero() {
			return ErrNoRun
		}
		tx := s.begin(by, btx, true)
		tx.run = run
		facts, err := fn(tx)
		if err != nil {
			return err
		}
		if len(facts) == 0 {
			return ErrUnjournaled
		}
		r.Ended = tx.Now
		return errors.Join(tx.facts(facts), putRun(btx, r))
	})
}

// OpenRuns returns the runs that were begun and have not ended, oldest first.
func (s *Store) OpenRuns() (runs []Run, err error) {
	err = s.read(func(tx *bolt.Tx) error {
		for k := range cursor(tx.Bucket(runsBucket), nil) {
			r, err := readRun(tx, string(k))
			if err != nil {
				return err
			}
			if r.Ended.IsZero() {
				runs = append(runs, r)
			}
		}
		return nil
	})
	return runs, err
}

func readRun(tx *bolt.Tx, id string) (r Run, err error) {
	raw := tx.Bucket(runsBucket).Get([]byte(id))
	if raw == nil {
		return r, ErrNotFound
	}
	return r, decodeInto(raw, &r)
}

func putRun(tx *bolt.Tx, r Run) error {
	raw, err := encode(r)
	if err != nil {
		return err
	}
	return tx.Bucket(runsBucket).Put([]byte(r.ID), raw)
}

// Note adds a remark to the event of the transaction.
func (tx *Tx) Note(format string, args ...any) { tx.root().note = fmt.Sprintf(format, args...) }

// Saying sets what the lines of the following changes of a bulk say, in French.
func (tx *Tx) Saying(says string) { tx.root().saying = says }

// ID returns a new random identifier.
func (tx *Tx) ID() string { return tx.store.ID() }

// Instance is the identifier of the store.
func (tx *Tx) Instance() string { return string(tx.bolt.Bucket(metaBucket).Get(instanceKey)) }

func (tx *Tx) root() *Tx {
	if tx.crossed != nil {
		return tx.crossed
	}
	return tx
}

// A Crossing is a named way past the reach, for one operation that must touch
// what its author does not administer. They are a closed list.
type Crossing struct{ Name, Why string }

// Crossings are all those that the program declares.
var Crossings []*Crossing

// NewCrossing declares a crossing, at the start of the program only.
func NewCrossing(name, why string) *Crossing {
	c := &Crossing{name, why}
	Crossings = append(Crossings, c)
	return c
}

// Over returns the same transaction with the reach of the whole appliance.
func (c *Crossing) Over(tx *Tx) *Tx {
	wide := *tx
	wide.Author.Sees, wide.Author.May = Everywhere, Everywhere
	wide.crossed = tx.root()
	return &wide
}

// Next returns the next number of a named sequence, from 1: none twice.
func (tx *Tx) Next(sequence string) (uint64, error) {
	meta, key := tx.bolt.Bucket(metaBucket), []byte("sequence/"+sequence)
	n := uint64(1)
	if v := meta.Get(key); v != nil {
		n += binary.BigEndian.Uint64(v)
	}
	return n, meta.Put(key, seqKey(n))
}
