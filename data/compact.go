package data

import (
	"context"
	"errors"
	"os"
	"path/filepath"

	bolt "go.etcd.io/bbolt"
)

// Compact rewrites the file without its free pages, and the search index without
// what was deleted: what was erased is then no longer on the disk. Reading goes
// on; changes wait for the copy, about a second for 100 MB.
func (s *Store) Compact(ctx context.Context) error {
	if !s.backup.TryLock() {
		return ErrBusy
	}
	err := s.compact()
	s.backup.Unlock()
	if err != nil {
		return err
	}
	return s.Reindex(ctx)
}

func (s *Store) compact() error {
	file := filepath.Join(s.cfg.Dir, FileName)
	fresh := file + ".compact"
	defer os.Remove(fresh)
	if err := os.RemoveAll(fresh); err != nil {
		return err
	}
	s.writing.Lock() // a change made during the copy would be lost
	defer s.writing.Unlock()
	if err := s.copyCompact(fresh); err != nil {
		return s.full.of(s, err)
	}
	db, err := openFile(fresh, s.cfg.MaxSize)
	if err != nil {
		return err
	}
	s.gate.Lock() // waits for those who read
	defer s.gate.Unlock()
	if err := os.Rename(fresh, file); err != nil {
		return errors.Join(err, db.Close())
	}
	former := s.db
	s.db = db
	return errors.Join(former.Close(), syncDir(s.cfg.Dir))
}

func (s *Store) copyCompact(fresh string) error {
	dst, err := openFile(fresh, 0)
	if err != nil {
		return err
	}
	err = faultless(func() error { return bolt.Compact(dst, s.db, 4<<20) })
	if err = errors.Join(err, dst.Sync(), dst.Close()); err != nil {
		return err
	}
	return checkPages(fresh, true)
}
