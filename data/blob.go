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

// A Blob is a file kept in the store: an image, an attachment, a report. It is
// stored first, then lives for as long as a row holds it.
type Blob struct {
	ID   string    `cbor:"id"`
	Size int64     `cbor:"size"` // bytes
	Sum  []byte    `cbor:"sum"`  // SHA-256
	At   time.Time `cbor:"at"`   // when it was stored
	Held uint64    `cbor:"held"` // by how many rows
}

// A Holder is a row that holds blobs. A blob goes with the last row that held it.
type Holder interface{ Blobs() []string }

// ErrTooLarge reports a file over the size that its caller allows.
var ErrTooLarge = errors.New("data: file too large")

// Chunks are read one at a time and written a few at a time, so that a large
// file holds neither the memory nor a transaction.
const (
	chunkSize   = 128 << 10
	chunksPerTx = 8
)

var blobBucket = []byte("blobs")

// chunkKey is where a chunk of a blob is; the blob itself is under its identifier.
func chunkKey(id string, n int64) []byte {
	return binary.BigEndian.AppendUint32([]byte(id+"\x00"), uint32(n))
}

// PutBlob stores what r gives, at most limit bytes, in short transactions. No
// row holds it yet: SweepBlobs takes back what no row came to hold.
func (s *Store) PutBlob(r io.Reader, limit int64) (Blob, error) {
	b := Blob{ID: s.ID(), At: s.cfg.Now().UTC()}
	sum, part := sha256.New(), make([]byte, chunkSize*chunksPerTx)
	for {
		n, err := io.ReadFull(r, part)
		if err != nil && err != io.EOF && err != io.ErrUnexpectedEOF {
			return Blob{}, errors.Join(err, s.forget(b.ID))
		}
		last := err != nil
		sum.Write(part[:n])
		first := b.Size / chunkSize
		if b.Size += int64(n); b.Size > limit {
			return Blob{}, errors.Join(ErrTooLarge, s.forget(b.ID))
		}
		b.Sum = sum.Sum(nil)
		if err := s.write(func(tx *bolt.Tx) error { return b.append(tx, first, part[:n]) }); err != nil {
			return Blob{}, errors.Join(err, s.forget(b.ID))
		}
		if last {
			return b, nil
		}
	}
}

// append stores chunks from a rank on, with what is known of the blob so far.
func (b Blob) append(tx *bolt.Tx, rank int64, part []byte) error {
	for chunk := range slices.Chunk(part, chunkSize) {
		if err := tx.Bucket(blobBucket).Put(chunkKey(b.ID, rank), chunk); err != nil {
			return err
		}
		rank++
	}
	return b.put(tx)
}

func (b Blob) put(tx *bolt.Tx) error {
	raw, err := encode(b)
	if err != nil {
		return err
	}
	return tx.Bucket(blobBucket).Put([]byte(b.ID), raw)
}

func readBlob(tx *bolt.Tx, id string) (b Blob, err error) {
	raw := tx.Bucket(blobBucket).Get([]byte(id))
	if raw == nil || id == "" {
		return b, ErrNotFound
	}
	return b, decodeInto(raw, &b)
}

func (s *Store) forget(id string) error {
	return s.write(func(tx *bolt.Tx) error { return dropBlob(tx, id) })
}

func dropBlob(tx *bolt.Tx, id string) error {
	var keys [][]byte
	for k := range cursor(tx.Bucket(blobBucket), []byte(id+"\x00")) {
		keys = append(keys, bytes.Clone(k))
	}
	for _, k := range append(keys, []byte(id)) {
		if err := tx.Bucket(blobBucket).Delete(k); err != nil {
			return err
		}
	}
	return nil
}

// blobsOf returns the blobs that a row holds, each once; nil stands for no row.
func blobsOf[T Row](row *T) []string {
	if row == nil {
		return nil
	}
	h, ok := any(*row).(Holder)
	if !ok {
		return nil
	}
	ids := slices.DeleteFunc(slices.Clone(h.Blobs()), func(id string) bool { return id == "" })
	slices.Sort(ids)
	return slices.Compact(ids)
}

// holdBlobs follows a row from the blobs it held to those it holds.
func holdBlobs(tx *bolt.Tx, before, after []string) error {
	for _, id := range after {
		if slices.Contains(before, id) {
			continue
		}
		b, err := readBlob(tx, id)
		if err != nil {
			return fmt.Errorf("blob %q: %w", id, err)
		}
		b.Held++
		if err := b.put(tx); err != nil {
			return err
		}
	}
	for _, id := range before {
		if slices.Contains(after, id) {
			continue
		}
		b, err := readBlob(tx, id)
		if err != nil {
			return fmt.Errorf("blob %q: %w", id, err)
		}
		if b.Held--; b.Held > 0 {
			err = b.put(tx)
		} else {
			err = dropBlob(tx, id)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// OpenBlob returns a blob and its content. It has no reach of its own: whoever
// read the row that holds it may read it. Each reading is a short transaction;
// a blob dropped meanwhile ends in ErrNotFound.
func (s *Store) OpenBlob(id string) (Blob, io.ReadSeeker, error) {
	var b Blob
	err := s.read(func(tx *bolt.Tx) (err error) {
		b, err = readBlob(tx, id)
		return err
	})
	if err != nil {
		return Blob{}, nil, err
	}
	return b, io.NewSectionReader(blobReader{s, b}, 0, b.Size), nil
}

// A blobReader reads a blob chunk by chunk.
type blobReader struct {
	store *Store
	blob  Blob
}

func (r blobReader) ReadAt(p []byte, at int64) (n int, err error) {
	for n < len(p) && err == nil {
		if at >= r.blob.Size {
			return n, io.EOF
		}
		err = r.store.read(func(tx *bolt.Tx) error {
			chunk := tx.Bucket(blobBucket).Get(chunkKey(r.blob.ID, at/chunkSize))
			if int64(len(chunk)) <= at%chunkSize {
				return fmt.Errorf("blob %s: %w", r.blob.ID, ErrNotFound)
			}
			read := copy(p[n:], chunk[at%chunkSize:])
			n, at = n+read, at+int64(read)
			return nil
		})
	}
	return n, err
}

// SweepBlobs drops the blobs that were stored before a time and that no row
// holds, and returns how many. An hour leaves a form the time to be sent.
func (s *Store) SweepBlobs(before time.Time) (n int, err error) {
	var orphans []string
	err = s.read(func(tx *bolt.Tx) error {
		return eachBlob(tx, func(b Blob) {
			if b.Held == 0 && b.At.Before(before) {
				orphans = append(orphans, b.ID)
			}
		})
	})
	for _, id := range orphans {
		if err != nil {
			break
		}
		err = s.write(func(tx *bolt.Tx) error {
			if b, err := readBlob(tx, id); err != nil || b.Held > 0 {
				return nil // a row came to hold it, or another sweep took it
			}
			n++
			return dropBlob(tx, id)
		})
	}
	return n, err
}

func eachBlob(tx *bolt.Tx, fn func(Blob)) error {
	c := tx.Bucket(blobBucket).Cursor()
	for k, raw := c.First(); k != nil; {
		var b Blob
		if err := decodeInto(raw, &b); err != nil {
			return fmt.Errorf("blob %q: %w", k, err)
		}
		fn(b)
		k, raw = c.Seek(append(bytes.Clone(k), 1)) // past its chunks
	}
	return nil
}
