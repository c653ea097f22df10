package data

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"sync"
	"sync/atomic"
	"time"

	index "github.com/blevesearch/bleve_index_api"
	bolt "go.etcd.io/bbolt"
)

// Pace of the indexer.
const (
	batchSize  = 1000                   // changes applied together
	batchPause = 150 * time.Millisecond // between batches smaller than that
	trimAfter  = 1000                   // changes kept in the outbox though they are on disk
	retryAfter = 15 * time.Second       // a rebuild that failed
)

// indexFormat changes when indexes written before must be rebuilt.
const indexFormat = "1"

// A searcher keeps the search index in step with the store: one goroutine
// applies the outbox in order, and rebuilds an index that cannot be trusted.
type searcher struct {
	store *Store

	mu   sync.RWMutex // held while a search takes the index
	live *openIndex   // nil while none can be searched

	wakes    chan struct{}
	rebuilds chan chan error // asked for
	stop     context.CancelFunc
	ended    chan struct{}
	applied  atomic.Uint64
	progress broadcast
}

func openSearch(s *Store) *searcher {
	ctx, stop := context.WithCancel(context.Background())
	x := &searcher{store: s, wakes: make(chan struct{}, 1), rebuilds: make(chan chan error), stop: stop, ended: make(chan struct{})}
	safeGo(func(err error) { s.cfg.Log.Error().Err(err).Msg("search indexer") }, func() {
		defer close(x.ended)
		x.run(ctx)
	})
	return x
}

// close stops the indexer, and leaves an index that the next start can trust.
func (x *searcher) close() error {
	x.stop()
	<-x.ended
	if ix := x.swap(nil); ix != nil {
		ix.settle()
		return ix.close(ix.failure.Load() == nil)
	}
	return nil
}

func (x *searcher) wake() {
	select {
	case x.wakes <- struct{}{}:
	default: // it will look anyway
	}
}

// kind tells an index of this store, made by this program, from any other.
func (x *searcher) kind() []byte {
	return []byte(indexFormat + " " + x.store.cfg.Build + " " + x.store.Instance())
}

func (x *searcher) current() *openIndex {
	x.mu.RLock()
	defer x.mu.RUnlock()
	return x.live
}

// swap gives the searches another index, or none, and returns the one they had.
func (x *searcher) swap(ix *openIndex) (former *openIndex) {
	x.mu.Lock()
	defer x.mu.Unlock()
	former, x.live = x.live, ix
	return former
}

// run is the life of the indexer.
func (x *searcher) run(ctx context.Context) {
	ix, err := x.reopen()
	if err == nil {
		err = x.use(ix)
	}
	if err != nil && !errors.Is(err, errNoIndex) {
		x.store.cfg.Log.Warn().Err(err).Msg("search index to be rebuilt")
	}
	for ctx.Err() == nil {
		ix := x.current()
		if ix == nil {
			if err := x.rebuild(ctx); err != nil {
				x.failed(ctx, err)
			}
			continue
		}
		x.follow(ctx, ix)
	}
}

// use makes an index the one that searches are made in, and drops the former.
func (x *searcher) use(ix *openIndex) error {
	x.applied.Store(ix.applied)
	ix.durable.Store(ix.applied)
	former := x.swap(ix)
	x.progress.send()
	if former == nil {
		return nil
	}
	return errors.Join(former.close(false), os.RemoveAll(former.path))
}

// failed waits before another try.
func (x *searcher) failed(ctx context.Context, err error) {
	if ctx.Err() != nil {
		return
	}
	x.store.cfg.Log.Error().Err(err).Msg("search index not rebuilt")
	select {
	case <-ctx.Done():
	case <-time.After(retryAfter):
	case answer := <-x.rebuilds:
		answer <- err
	}
}

var errNoIndex = errors.New("no search index")

// reopen opens the index that was left by the former run, if it can be trusted
// and followed from where it stands.
func (x *searcher) reopen() (*openIndex, error) {
	path, err := x.newest()
	if err != nil {
		return nil, err
	}
	if err := sound(path); err != nil {
		return nil, err
	}
	ix, err := openScorch(path)
	if err != nil {
		return nil, err
	}
	if err := x.trusts(ix); err != nil {
		return nil, errors.Join(err, ix.close(false))
	}
	return ix, nil
}

// trusts reports why an index that opened cannot be used.
func (x *searcher) trusts(ix *openIndex) error {
	kind, err := ix.internal(kindInternal)
	if err != nil {
		return err
	}
	if string(kind) != string(x.kind()) {
		return fmt.Errorf("it is of kind %q", kind)
	}
	raw, err := ix.internal(seqInternal)
	if err != nil || len(raw) != 8 {
		return errors.Join(err, errors.New("it does not say where it stands"))
	}
	ix.applied = binary.BigEndian.Uint64(raw)
	return x.store.read(func(tx *bolt.Tx) error {
		if ix.applied < trimmedTo(tx) || ix.applied > queued(tx) {
			return fmt.Errorf("it stands at %d, the store goes from %d to %d", ix.applied, trimmedTo(tx), queued(tx))
		}
		if ix.applied != queued(tx) {
			return nil // the count is compared once it has caught up, by Check
		}
		n, err := ix.count()
		if err == nil && int(n) != x.store.searchable(tx) {
			return fmt.Errorf("it holds %d documents of %d", n, x.store.searchable(tx))
		}
		return err
	})
}

// follow applies changes as they come, until the index fails, the store closes
// or a rebuild is asked for.
func (x *searcher) follow(ctx context.Context, ix *openIndex) {
	for {
		n, err := x.apply(ctx, ix)
		if err != nil {
			x.distrust(ix, err)
			return
		}
		if n == batchSize {
			continue // as many are waiting
		}
		if n > 0 && !x.pause(ctx, ix) {
			return
		}
		if err := x.trim(ix); err != nil {
			x.store.cfg.Log.Warn().Err(err).Msg("search queue not trimmed")
		}
		select {
		case <-ctx.Done():
			return
		case <-ix.broken:
			x.distrust(ix, ix.failure.Load().(error))
			return
		case answer := <-x.rebuilds:
			answer <- x.rebuild(ctx)
			return
		case <-x.wakes:
		}
	}
}

// pause lets changes gather under load.
func (x *searcher) pause(ctx context.Context, ix *openIndex) bool {
	select {
	case <-ctx.Done():
		return false
	case <-ix.broken:
	case <-time.After(batchPause):
	}
	return true
}

// apply brings the changes that wait to the index, at most a batch of them, and
// returns how many it took.
func (x *searcher) apply(ctx context.Context, ix *openIndex) (n int, err error) {
	batch := index.NewBatch()
	var last uint64
	err = x.store.read(func(tx *bolt.Tx) error {
		var ids []string
		ids, last = waiting(tx, ix.applied, batchSize)
		n = int(last - ix.applied)
		for _, id := range ids {
			if err := x.store.document(tx, id, batch); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil || last == ix.applied {
		return 0, err
	}
	batch.SetInternal(seqInternal, seqKey(last))
	batch.SetPersistedCallback(func(err error) {
		if err == nil {
			ix.durable.Store(last)
			ix.written.send()
		}
	})
	if err := ix.batch(ctx, batch); err != nil {
		return 0, err
	}
	ix.applied = last
	x.applied.Store(last)
	x.progress.send()
	return n, nil
}

// batch applies a batch. Bleve waits for ever for a goroutine of its own that
// has failed: we do not.
func (ix *openIndex) batch(ctx context.Context, b *index.Batch) error {
	done := make(chan error, 1)
	safeGo(func(err error) { done <- err }, func() { done <- guarded(func() error { return ix.bleve.Batch(b) }) })
	select {
	case err := <-done:
		return err
	case <-ix.broken:
		return ix.failure.Load().(error)
	}
}

// document adds to a batch what became of a row: its document, or its absence.
func (s *Store) document(tx *bolt.Tx, id string, batch *index.Batch) error {
	name, key := splitID(id)
	t := s.tables[name]
	if t == nil || !t.searched() {
		batch.Delete(id)
		return nil
	}
	d, err := t.documentOf(s.begin(System(""), tx, false), key)
	switch {
	case err != nil:
		s.cfg.Log.Error().Err(err).Str("table", name).Msg("row left out of the search index")
		batch.Delete(id)
	case d == nil:
		batch.Delete(id)
	default:
		batch.Update(d.indexed(name, key))
	}
	return nil
}

// trim drops from the outbox what the index has on its disk.
func (x *searcher) trim(ix *openIndex) error {
	durable, more := ix.durable.Load(), true
	var from uint64
	x.store.read(func(tx *bolt.Tx) error {
		from = trimmedTo(tx)
		return nil
	})
	if durable < from+trimAfter {
		return nil
	}
	for more {
		err := x.store.write(func(tx *bolt.Tx) (err error) {
			more, err = trim(tx, durable, 5*batchSize)
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// distrust gives up an index: it is rebuilt.
func (x *searcher) distrust(ix *openIndex, err error) {
	x.mu.Lock()
	mine := x.live == ix
	if mine {
		x.live = nil
	}
	x.mu.Unlock()
	ix.fail(err)
	if mine {
		x.store.cfg.Log.Error().Err(err).Msg("search index to be rebuilt")
		// Aside: what has failed may never end. The next index has another folder.
		safeGo(func(error) {}, func() { ix.close(false) })
	}
}

// lookup opens a search of the index, or returns ErrIndexing.
func (x *searcher) lookup(q *Query, sc scope, exact bool) (*lookup, error) {
	x.mu.RLock()
	defer x.mu.RUnlock()
	if x.live == nil {
		return nil, ErrIndexing
	}
	r, err := x.live.bleve.Reader()
	if err != nil {
		return nil, ErrIndexing
	}
	return &lookup{index: x.live, reader: r, query: q, scope: sc, exact: exact}, nil
}
