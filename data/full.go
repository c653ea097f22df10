package data

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"time"

	berrors "go.etcd.io/bbolt/errors"
)

// A full disk stops every change, even a deletion: bbolt writes new pages before
// it frees old ones. A ballast file is kept aside and given back at the first
// refusal; what it frees is for sessions and the journal alone, so that people
// still sign in, read and see why nothing is saved.

const ballastName = "reserve"

// A fullness is whether the disk is known to be full.
type fullness struct {
	mu     sync.Mutex
	full   bool
	looked time.Time
}

// of notes what a transaction ended with, and maps it to ErrFull if it is that.
func (f *fullness) of(s *Store, err error) error {
	if !isFull(err) {
		return err
	}
	if !errors.Is(err, berrors.ErrMaxSizeReached) {
		f.mu.Lock()
		defer f.mu.Unlock()
		if !f.full {
			f.full, f.looked = true, time.Now()
			if drop := os.Remove(s.ballast()); drop == nil {
				s.cfg.Log.Error().Err(err).Msg("disk full: the reserve is given back")
			}
		}
	}
	return fmt.Errorf("%w: %w", ErrFull, err)
}

// isFull recognises a full disk. bbolt keeps no more than its text when the
// file grows.
func isFull(err error) bool {
	if err == nil {
		return false
	}
	return errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT) || errors.Is(err, berrors.ErrMaxSizeReached) ||
		strings.Contains(err.Error(), syscall.ENOSPC.Error()) || strings.Contains(err.Error(), syscall.EDQUOT.Error())
}

// reserved reports whether what is left of the disk is not for ordinary changes.
// Space is looked for again each second.
func (f *fullness) reserved(s *Store) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	if !f.full || time.Since(f.looked) < time.Second {
		return f.full
	}
	f.looked = time.Now()
	if s.cfg.Ballast > 0 && freeSpace(s.cfg.Dir) < 2*s.cfg.Ballast {
		return true
	}
	f.full = false
	s.stow()
	return false
}

func (s *Store) ballast() string { return filepath.Join(s.cfg.Dir, ballastName) }

// stow puts the ballast in place. Without room for it the store does without.
func (s *Store) stow() {
	if s.cfg.Ballast <= 0 {
		return
	}
	if st, err := os.Stat(s.ballast()); err == nil && st.Size() == s.cfg.Ballast {
		return
	}
	if err := fill(s.ballast(), s.cfg.Ballast); err != nil {
		s.cfg.Log.Warn().Err(err).Msg("no reserve on this disk")
		os.Remove(s.ballast())
	}
}

// fill makes a file that takes its size on the disk.
func fill(file string, size int64) error {
	f, err := os.OpenFile(file, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	block := make([]byte, 1<<20)
	for err == nil && size > 0 {
		n, failed := f.Write(block[:min(size, int64(len(block)))])
		size, err = size-int64(n), failed
	}
	return errors.Join(err, f.Sync(), f.Close())
}

// freeSpace returns the bytes that the disk of a directory still offers.
func freeSpace(dir string) int64 {
	var st syscall.Statfs_t
	if err := syscall.Statfs(dir, &st); err != nil {
		return 0
	}
	return int64(st.Bavail) * int64(st.Bsize)
}

// Size returns the bytes of the file, and its bound: that of the configuration,
// or what the disk still offers.
func (s *Store) Size() (used, bound int64) {
	if st, err := os.Stat(filepath.Join(s.cfg.Dir, FileName)); err == nil {
		used = st.Size()
	}
	bound = used + freeSpace(s.cfg.Dir)
	if s.cfg.MaxSize > 0 {
		bound = min(bound, int64(s.cfg.MaxSize))
	}
	return used, bound
}
