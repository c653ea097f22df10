package data

import (
	"context"
	"os"

	bolt "go.etcd.io/bbolt"
)

// Lag returns how many changes the search index does not show yet.
func (s *Store) Lag() int {
	var last uint64
	s.read(func(tx *bolt.Tx) error {
		last = queued(tx)
		return nil
	})
	return int(last - min(last, s.search.applied.Load()))
}

// Rebuilding reports whether searches are without their index.
func (s *Store) Rebuilding() bool {
	s.search.mu.RLock()
	defer s.search.mu.RUnlock()
	return s.search.live == nil
}

// WaitIndexed waits until what is committed now can be searched.
func (s *Store) WaitIndexed(ctx context.Context) error {
	var last uint64
	if err := s.read(func(tx *bolt.Tx) error {
		last = queued(tx)
		return nil
	}); err != nil {
		return err
	}
	for {
		next := s.search.progress.wait()
		if !s.Rebuilding() && s.search.applied.Load() >= last {
			return nil
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-s.search.ended:
			return os.ErrClosed
		case <-next:
		}
	}
}
