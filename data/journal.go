package data

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"slices"
	"time"

	bolt "go.etcd.io/bbolt"
)

// A Severity says how much an event stands out.
type Severity int

// The severities.
const (
	Info Severity = iota
	Attention
	Important
)

// An Event is one line of the journal: the message of one commit, or a fact.
// Its bare part (everything but Personal) is chained: each holds the hash of
// the one before, and the salted hash of its own personal part, which can be
// erased without breaking the chain.
type Event struct {
	Seq      uint64    `cbor:"seq"` // from 1, without gap
	At       time.Time `cbor:"at"`
	Action   string    `cbor:"act"`
	Says     string    `cbor:"says"`
	Severity Severity  `cbor:"sev,omitempty"`
	Author   string    `cbor:"by,omitempty"` // account, "" for the appliance
	Table    string    `cbor:"tab"`
	Subject  string    `cbor:"sub"` // key of the row
	Where    []Place   `cbor:"at_"`
	Run      string    `cbor:"run,omitempty"`
	Private  []byte    `cbor:"priv"` // SHA-256 of the salt and of the personal part
	Former   []byte    `cbor:"prev"` // SHA-256 of the bare part before it

	Personal *Personal `cbor:"-"` // nil once erased
}

// Personal is the part of an event that names people.
type Personal struct {
	By      string   `cbor:"by"` // the author's name
	Via     string   `cbor:"via,omitempty"`
	From    string   `cbor:"from,omitempty"`  // address of origin
	Label   string   `cbor:"label,omitempty"` // of the subject
	Changes []Change `cbor:"chg,omitempty"`
	Note    string   `cbor:"note,omitempty"`
}

// A Line is what a bulk did to one row.
type Line struct {
	At      time.Time `cbor:"at"`
	Run     string    `cbor:"run"`
	Says    string    `cbor:"says"`
	By      string    `cbor:"by"`
	Changes []Change  `cbor:"chg,omitempty"`
}

var (
	eventBucket    = []byte("journal")
	personalBucket = []byte("journal.personal")
	placeBucket    = []byte("journal.place")
	subjectBucket  = []byte("journal.subject")
	lineBucket     = []byte("journal.lines")
	chainKey       = []byte("chain")
)

func createJournal(tx *bolt.Tx) error {
	for _, b := range [][]byte{eventBucket, personalBucket, placeBucket, subjectBucket, lineBucket, runsBucket} {
		if _, err := tx.CreateBucketIfNotExists(b); err != nil {
			return err
		}
	}
	return nil
}

func seqKey(seq uint64) []byte { return binary.BigEndian.AppendUint64(nil, seq) }

// conclude writes the event of the transaction, about a row.
func (tx *Tx) conclude(act Action, about Row) error {
	table := tx.store.byType[rowTypeOf(about)]
	if table == nil {
		return fmt.Errorf("data: no table holds %T", about)
	}
	where := slices.Clone(about.Places())
	for _, c := range tx.told {
		if c.table == table.Name() && c.key == about.Key() {
			where = append(where, c.places...)
		}
	}
	slices.Sort(where)
	e := Event{At: tx.Now.UTC(), Action: act.Key, Says: act.Says, Severity: act.Severity, Author: tx.Author.ID,
		Table: table.Name(), Subject: about.Key(), Where: slices.Compact(where), Run: tx.run}
	p := Personal{By: tx.Author.Name, Via: tx.Author.Via, From: tx.Author.From, Note: tx.note}
	if l, ok := about.(Labelled); ok && !slices.Contains(tx.erased, table.Name()+"/"+about.Key()) {
		p.Label = l.Label()
	}
	for _, c := range tx.told {
		p.Changes = append(p.Changes, c.of(table.Name(), about.Key())...)
	}
	return tx.append(e, p)
}

// append chains an event to the journal.
func (tx *Tx) append(e Event, p Personal) error {
	personal, err := encode(p)
	if err != nil {
		return err
	}
	salted := make([]byte, 16, 16+len(personal))
	if _, err := io.ReadFull(tx.store.cfg.Rand, salted); err != nil {
		return err
	}
	salted = append(salted, personal...)
	private := sha256.Sum256(salted)
	e.Seq, e.Former = chain(tx.bolt)
	e.Seq++
	e.Private = private[:]
	bare, err := encode(e)
	if err != nil {
		return err
	}
	hash := sha256.Sum256(bare)
	key := seqKey(e.Seq)
	return errors.Join(
		tx.bolt.Bucket(eventBucket).Put(key, bare),
		tx.bolt.Bucket(personalBucket).Put(key, salted),
		tx.bolt.Bucket(metaBucket).Put(chainKey, slices.Concat(key, hash[:])),
		e.index(tx.bolt))
}

// An eventEntry is what an index of the journal holds for an event.
type eventEntry struct{ bucket, key []byte }

// entries are by subject, and by each place that the event is in or inside.
func (e Event) entries() []eventEntry {
	seq := seqKey(e.Seq)
	all := []eventEntry{{subjectBucket, slices.Concat([]byte(e.Table+"/"+e.Subject+"\x00"), seq)}}
	var around []Place
	for _, p := range e.Where {
		around = append(around, p.Ancestors()...)
	}
	slices.Sort(around)
	for _, p := range slices.Compact(around) {
		all = append(all, eventEntry{placeBucket, slices.Concat([]byte(p), []byte{0}, seq)})
	}
	return all
}

func (e Event) index(tx *bolt.Tx) error {
	for _, entry := range e.entries() {
		if err := tx.Bucket(entry.bucket).Put(entry.key, []byte{}); err != nil {
			return err
		}
	}
	return nil
}

// chain returns the sequence and the hash of the last event.
func chain(tx *bolt.Tx) (seq uint64, hash []byte) {
	v := tx.Bucket(metaBucket).Get(chainKey)
	if v == nil {
		return 0, nil
	}
	return binary.BigEndian.Uint64(v), bytes.Clone(v[8:])
}

// LastEvent is the sequence of the newest event, whatever its place.
func LastEvent(tx *Tx) uint64 {
	seq, _ := chain(tx.bolt)
	return seq
}

// Events returns up to n events of a place and of those inside it, newest first, older than before
// (0 for the newest of all).
func Events(tx *Tx, place Place, before uint64, n int) ([]Event, error) {
	if !tx.Author.Sees.Covers(place) {
		return nil, ErrNotFound
	}
	return tx.backwards(placeBucket, string(place), before, n, func(Event) bool { return true })
}

// EventsAfter returns up to n events of a place and of those inside that follow a sequence, oldest first.
func EventsAfter(tx *Tx, place Place, after uint64, n int) (events []Event, err error) {
	if !tx.Author.Sees.Covers(place) {
		return nil, ErrNotFound
	}
	prefix := append([]byte(place), 0)
	c := tx.bolt.Bucket(placeBucket).Cursor()
	for k, _ := c.Seek(append(bytes.Clone(prefix), seqKey(after+1)...)); k != nil && bytes.HasPrefix(k, prefix) && len(events) < n; k, _ = c.Next() {
		e, err := tx.event(k[len(prefix):])
		if err != nil {
			return nil, err
		}
		events = append(events, e)
	}
	return events, nil
}

// EventsAbout returns the latest events of a row, newest first. The row must
// have been read by the caller: it is what gives the right to them.
func EventsAbout(tx *Tx, table, key string, n int) ([]Event, error) {
	return tx.backwards(subjectBucket, table+"/"+key, 0, n, func(e Event) bool {
		return tx.Author.Sees.CoversAny(e.Where) || tx.Author.ID == key
	})
}

// LinesAbout returns the latest lines that bulks left about a row, newest first.
func LinesAbout(tx *Tx, table, key string, n int) (lines []Line, err error) {
	for _, v := range cursor(tx.bolt.Bucket(lineBucket), []byte(table+"/"+key+"\x00")) {
		var l Line
		if err := decodeInto(v, &l); err != nil {
			return nil, err
		}
		l.Changes = tx.visible(l.Changes)
		lines = append(lines, l)
	}
	slices.SortStableFunc(lines, func(a, b Line) int { return b.At.Compare(a.At) })
	return lines[:min(n, len(lines))], nil
}

// backwards returns the newest events of a group that are kept, older than before.
func (tx *Tx) backwards(bucket []byte, group string, before uint64, n int, keep func(Event) bool) (events []Event, err error) {
	prefix := append([]byte(group), 0)
	end := append(bytes.Clone(prefix), 0xff)
	if before > 0 {
		end = append(bytes.Clone(prefix), seqKey(before)...)
	}
	c := tx.bolt.Bucket(bucket).Cursor()
	k, _ := c.Seek(end)
	if k == nil {
		k, _ = c.Last()
	} else {
		k, _ = c.Prev()
	}
	for ; k != nil && bytes.HasPrefix(k, prefix) && len(events) < n; k, _ = c.Prev() {
		e, err := tx.event(k[len(prefix):])
		if err != nil {
			return nil, err
		}
		if keep(e) {
			events = append(events, e)
		}
	}
	return events, nil
}

// event reads an event, its personal part as the author may see it.
func (tx *Tx) event(key []byte) (e Event, err error) {
	if err := decodeInto(tx.bolt.Bucket(eventBucket).Get(key), &e); err != nil {
		return e, err
	}
	if salted := tx.bolt.Bucket(personalBucket).Get(key); salted != nil {
		e.Personal = &Personal{}
		if err := decodeInto(salted[16:], e.Personal); err != nil {
			return e, err
		}
		e.Personal.Changes = tx.visible(e.Personal.Changes)
	}
	return e, nil
}

// visible leaves out what changed in places out of reach.
func (tx *Tx) visible(changes []Change) []Change {
	return slices.DeleteFunc(changes, func(c Change) bool { return c.Where != "" && !tx.Author.Sees.Covers(c.Where) })
}

// Erase drops the personal part of every event about a row, and its lines: the
// journal keeps that something happened, and its chain still verifies. The event
// of the transaction will not name the row either.
func Erase(tx *Tx, table, key string) error {
	root := tx.root()
	root.erased = append(root.erased, table+"/"+key)
	root.told = slices.DeleteFunc(root.told, func(c change) bool { return c.table == table && c.key == key })
	prefix := []byte(table + "/" + key + "\x00")
	for k := range cursor(tx.bolt.Bucket(subjectBucket), prefix) {
		if err := tx.bolt.Bucket(personalBucket).Delete(k[len(prefix):]); err != nil {
			return err
		}
	}
	var lines [][]byte
	for k := range cursor(tx.bolt.Bucket(lineBucket), prefix) {
		lines = append(lines, bytes.Clone(k))
	}
	for _, k := range lines {
		if err := tx.bolt.Bucket(lineBucket).Delete(k); err != nil {
			return err
		}
	}
	return nil
}

// verify follows the chain from its first event to its last.
func verify(tx *bolt.Tx, report func(string)) {
	last, head := chain(tx)
	var seq uint64
	var former []byte
	for k, bare := range cursor(tx.Bucket(eventBucket), nil) {
		var e Event
		seq++
		if err := decodeInto(bare, &e); err != nil || e.Seq != seq || !bytes.Equal(k, seqKey(seq)) {
			report(fmt.Sprintf("journal\u00a0: l’événement %d manque ou est illisible", seq))
			return
		}
		if !bytes.Equal(e.Former, former) {
			report(fmt.Sprintf("journal\u00a0: la chaîne est rompue à l’événement %d", seq))
			return
		}
		if salted := tx.Bucket(personalBucket).Get(k); salted != nil {
			if sum := sha256.Sum256(salted); !bytes.Equal(sum[:], e.Private) {
				report(fmt.Sprintf("journal\u00a0: la partie personnelle de l’événement %d a été modifiée", seq))
			}
		}
		sum := sha256.Sum256(bare)
		former = sum[:]
	}
	if seq != last || !bytes.Equal(former, head) {
		report(fmt.Sprintf("journal\u00a0: la fin manque (%d événements sur %d)", seq, last))
	}
}
