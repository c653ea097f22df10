package main

import (
	"encoding/binary"
	"path/filepath"

	bolt "go.etcd.io/bbolt"
)

// bareTransactions times what one durable change costs in bbolt alone: a key of
// 8 bytes, a value of 500.
func bareTransactions(dir string, n int) (times, error) {
	db, err := bolt.Open(filepath.Join(dir, "bare.db"), 0o600, nil)
	if err != nil {
		return nil, err
	}
	defer db.Close()
	value := make([]byte, 500)
	t, _, err := load(1, n, func(_, i int) error {
		return db.Update(func(tx *bolt.Tx) error {
			b, err := tx.CreateBucketIfNotExists([]byte("b"))
			if err != nil {
				return err
			}
			return b.Put(binary.BigEndian.AppendUint64(nil, uint64(i*7919)), value)
		})
	})
	return t, err
}
