package data

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"

	"github.com/blevesearch/bleve/v2/index/scorch"
	index "github.com/blevesearch/bleve_index_api"
	bolt "go.etcd.io/bbolt"
)

// An index is never mended: another one is built beside it, in a folder with the
// next number, while changes gather in the outbox. It then follows them.

const unfinished = "nouveau" // the folder of an index being built

func (x *searcher) folder() string { return filepath.Join(x.store.cfg.Dir, indexName) }

// numbers returns the numbers of the indexes on the disk, and forgets whatever
// else is in their folder.
func (x *searcher) numbers() (all []int, err error) {
	entries, err := os.ReadDir(x.folder())
	if errors.Is(err, os.ErrNotExist) {
		return nil, nil
	}
	for _, e := range entries {
		if n, err := strconv.Atoi(e.Name()); err == nil && e.IsDir() {
			all = append(all, n)
		}
	}
	return all, err
}

func (x *searcher) numbered(n int) string {
	return filepath.Join(x.folder(), fmt.Sprintf("%06d", n))
}

func latest(numbers []int) (last int) {
	for _, n := range numbers {
		last = max(last, n)
	}
	return last
}

// newest returns the folder of the newest index, or errNoIndex.
func (x *searcher) newest() (string, error) {
	numbers, err := x.numbers()
	if err == nil && len(numbers) == 0 {
		err = errNoIndex
	}
	return x.numbered(latest(numbers)), err
}

// rebuild builds an index from the store and searches in it.
func (x *searcher) rebuild(ctx context.Context) error {
	numbers, err := x.numbers()
	if err != nil {
		return err
	}
	building := filepath.Join(x.folder(), unfinished)
	if err := errors.Join(os.RemoveAll(building), os.MkdirAll(building, 0o700)); err != nil {
		return err
	}
	fresh, path := filepath.Join(building, "index"), x.numbered(latest(numbers)+1)
	var seq uint64
	if err := guarded(func() (err error) {
		seq, err = x.build(ctx, fresh, building)
		return err
	}); err != nil {
		return err
	}
	if err := errors.Join(syncDir(fresh), os.Rename(fresh, path), syncDir(x.folder())); err != nil {
		return err
	}
	ix, err := openScorch(path)
	if err != nil {
		return err
	}
	ix.applied = seq
	err = x.use(ix)
	for _, n := range numbers {
		err = errors.Join(err, os.RemoveAll(x.numbered(n)))
	}
	if err = errors.Join(err, os.RemoveAll(building)); err != nil {
		x.store.cfg.Log.Warn().Err(err).Msg("former search index not removed")
	}
	return nil
}

// build writes an index of every document into a folder, and returns the change
// that it is sure to hold.
func (x *searcher) build(ctx context.Context, path, scratch string) (seq uint64, err error) {
	if err := x.store.read(func(tx *bolt.Tx) error {
		seq = queued(tx)
		return nil
	}); err != nil {
		return 0, err
	}
	internal := map[string][]byte{string(seqInternal): seqKey(seq), string(kindInternal): x.kind()}
	b, err := scorch.NewBuilder(map[string]any{"path": path, "buildPathPrefix": scratch, "batchSize": 2 * batchSize, "internal": internal})
	if err != nil {
		return 0, err
	}
	n := 0
	for _, t := range x.store.cfg.Tables {
		if !t.searched() {
			continue
		}
		if err := x.each(ctx, t, func(doc index.Document) error {
			n++
			return b.Index(doc)
		}); err != nil {
			return 0, err
		}
	}
	if n == 0 { // the builder cannot make an index of nothing
		return seq, x.empty(path, internal)
	}
	return seq, b.Close()
}

func (x *searcher) empty(path string, internal map[string][]byte) error {
	ix, err := openScorch(path)
	if err != nil {
		return err
	}
	done := make(chan error, 1)
	batch := index.NewBatch()
	for k, v := range internal {
		batch.SetInternal([]byte(k), v)
	}
	batch.SetPersistedCallback(func(err error) { done <- err })
	if err := ix.bleve.Batch(batch); err != nil {
		return errors.Join(err, ix.close(false))
	}
	select {
	case err = <-done:
	case <-ix.broken:
		err = ix.failure.Load().(error)
	}
	return errors.Join(err, ix.close(true))
}

// each goes through the documents of a table by short transactions: a long one
// would keep the pages that changes free from being used again.
func (x *searcher) each(ctx context.Context, t Schema, fn func(index.Document) error) error {
	after, more := "", true
	for more {
		if err := ctx.Err(); err != nil {
			return err
		}
		var docs []index.Document
		err := x.store.read(func(btx *bolt.Tx) (err error) {
			tx := x.store.begin(System(""), btx, false)
			var keys []string
			t.keys(tx, after, func(key string) bool {
				keys = append(keys, key)
				return len(keys) < batchSize
			})
			more = len(keys) == batchSize
			for _, key := range keys {
				after = key
				d, err := t.documentOf(tx, key)
				if err != nil {
					x.store.cfg.Log.Error().Err(err).Str("table", t.Name()).Msg("row left out of the search index")
				} else if d != nil {
					docs = append(docs, d.indexed(t.Name(), key))
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
		for _, d := range docs {
			if err := fn(d); err != nil {
				return err
			}
		}
	}
	return nil
}

// Reindex builds the search index again from the rows, so that nothing erased
// stays in its files. Searches go on in the former one meanwhile.
func (s *Store) Reindex(ctx context.Context) error {
	answer := make(chan error, 1)
	select {
	case s.search.rebuilds <- answer:
	case <-ctx.Done():
		return ctx.Err()
	case <-s.search.ended:
		return os.ErrClosed
	}
	select {
	case err := <-answer:
		return err
	case <-ctx.Done():
		return ctx.Err()
	case <-s.search.ended:
		return os.ErrClosed
	}
}
