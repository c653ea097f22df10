package data

import (
	"bytes"
	"encoding/binary"

	bolt "go.etcd.io/bbolt"
)

// The outbox lists the changes that the search index is to follow, in their
// order: a transaction adds the rows it changes, the indexer reads from where
// the index says it stands, and what the index has on disk is dropped.

var (
	outboxBucket = []byte("outbox")
	trimmedKey   = []byte("outbox.trimmed") // the last sequence dropped
)

// enqueue adds a changed row to the outbox.
func enqueue(tx *bolt.Tx, table, key string) error {
	b := tx.Bucket(outboxBucket)
	b.FillPercent = 0.95 // keys only grow
	seq, err := b.NextSequence()
	if err != nil {
		return err
	}
	return b.Put(seqKey(seq), []byte(documentID(table, key)))
}

// queued returns the sequence of the last change of all.
func queued(tx *bolt.Tx) uint64 { return tx.Bucket(outboxBucket).Sequence() }

// trimmedTo returns the sequence of the last change that was dropped.
func trimmedTo(tx *bolt.Tx) uint64 {
	v := tx.Bucket(metaBucket).Get(trimmedKey)
	if len(v) != 8 {
		return 0
	}
	return binary.BigEndian.Uint64(v)
}

// waiting returns the documents changed after a sequence, each once, at most n
// changes of them, and the sequence they lead to.
func waiting(tx *bolt.Tx, after uint64, n int) (ids []string, last uint64) {
	known := map[string]bool{}
	last = after
	c := tx.Bucket(outboxBucket).Cursor()
	for k, v := c.Seek(seqKey(after + 1)); k != nil && n > 0; k, v = c.Next() {
		last = binary.BigEndian.Uint64(k)
		if id := string(v); !known[id] {
			known[id] = true
			ids = append(ids, id)
		}
		n--
	}
	return ids, last
}

// trim drops at most n changes up to a sequence, and reports whether some stay.
func trim(tx *bolt.Tx, upTo uint64, n int) (more bool, err error) {
	b := tx.Bucket(outboxBucket)
	var keys [][]byte
	c := b.Cursor()
	for k, _ := c.First(); k != nil && bytes.Compare(k, seqKey(upTo)) <= 0; k, _ = c.Next() {
		if len(keys) == n {
			more = true
			break
		}
		keys = append(keys, bytes.Clone(k))
	}
	if len(keys) == 0 {
		return false, nil
	}
	for _, k := range keys {
		if err := b.Delete(k); err != nil {
			return false, err
		}
	}
	return more, tx.Bucket(metaBucket).Put(trimmedKey, keys[len(keys)-1])
}
