package data

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime/debug"
	"sync"
	"sync/atomic"
	"time"

	"github.com/blevesearch/bleve/v2/index/scorch"
	index "github.com/blevesearch/bleve_index_api"
)

// What the index says of itself, beside its documents.
var (
	seqInternal  = []byte("sequence") // of the last change applied
	kindInternal = []byte("kind")     // of index: see (*searcher).kind
)

// An openIndex is a Bleve index on the disk, open for writing.
type openIndex struct {
	bleve   index.Index
	analyse *index.AnalysisQueue
	path    string
	broken  chan struct{} // closed at the first failure in Bleve's own goroutines
	breaks  sync.Once
	failure atomic.Value // error
	applied uint64       // of the indexer alone
	durable atomic.Uint64
	written broadcast // when durable grows
}

// openIndexes finds an open index by its path for Bleve's failures, which are
// reported to one function for all.
var openIndexes sync.Map

func init() {
	scorch.RegistryAsyncErrorCallbacks["preau"] = func(err error, path string) {
		if ix, ok := openIndexes.Load(path); ok {
			ix.(*openIndex).fail(err)
		}
	}
}

func (ix *openIndex) fail(err error) {
	ix.breaks.Do(func() {
		ix.failure.Store(fmt.Errorf("search index: %w", err))
		close(ix.broken)
	})
}

// guarded runs fn so that a damaged file ends in an error: by a panic, or by a
// fault of memory where the file is shorter than it says.
func guarded(fn func() error) (err error) {
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("%w: %v", ErrDamaged, r)
		}
	}()
	return fn()
}

// openScorch opens the index of a folder, or makes one there.
func openScorch(path string) (ix *openIndex, err error) {
	ix = &openIndex{path: path, broken: make(chan struct{}), analyse: index.NewAnalysisQueue(1)}
	openIndexes.Store(path, ix)
	defer func() {
		if err != nil {
			openIndexes.Delete(path)
			ix.analyse.Close()
		}
	}()
	err = guarded(func() error {
		ix.bleve, err = scorch.NewScorch(scorch.Name, map[string]any{
			"path":         path,
			"bolt_timeout": "1s", // it waits for ever by default
			// The outbox keeps what is not on the disk yet: no need to wait for it.
			"unsafe_batch":           true,
			"asyncErrorCallbackName": "preau",
		}, ix.analyse)
		if err != nil {
			return err
		}
		return ix.bleve.Open()
	})
	if err != nil {
		return nil, err
	}
	return ix, nil
}

// internal reads what the index says of itself.
func (ix *openIndex) internal(key []byte) (value []byte, err error) {
	err = guarded(func() error {
		r, err := ix.bleve.Reader()
		if err != nil {
			return err
		}
		value, err = r.GetInternal(key)
		return errors.Join(err, r.Close())
	})
	return value, err
}

// count returns how many documents the index holds.
func (ix *openIndex) count() (n uint64, err error) {
	err = guarded(func() error {
		r, err := ix.bleve.Reader()
		if err != nil {
			return err
		}
		n, err = r.DocCount()
		return errors.Join(err, r.Close())
	})
	return n, err
}

// settle waits a moment for what was applied to be on the disk: what is not will
// be applied again at the next start.
func (ix *openIndex) settle() {
	late := time.After(2 * time.Second)
	for {
		next := ix.written.wait()
		if ix.durable.Load() >= ix.applied {
			return
		}
		select {
		case <-next:
		case <-ix.broken:
			return
		case <-late:
			return
		}
	}
}

// cleanMark is the file that says that an index was closed properly, and what
// its root file then was.
func cleanMark(path string) string { return filepath.Join(path, "sain") }

// close closes the index, and marks it as sound if it is.
func (ix *openIndex) close(sound bool) error {
	openIndexes.Delete(ix.path)
	err := guarded(ix.bleve.Close)
	ix.analyse.Close()
	if err != nil || !sound {
		return err
	}
	sum, err := fileSum(filepath.Join(ix.path, "root.bolt"))
	if err != nil {
		return err
	}
	return os.WriteFile(cleanMark(ix.path), []byte(sum), 0o600)
}
