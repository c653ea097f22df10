package data

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	bolt "go.etcd.io/bbolt"
)

// Restore gives a directory the state that a backup holds. The backup is
// verified whole before anything there is touched, and refused if it is of
// another store than the one that stands there. The file that it replaces is
// kept beside it, under the name that Restore returns ("" if there was none).
// The search index is dropped, to be rebuilt. No store may be open there.
func Restore(file, dir string) (kept string, err error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return "", err
	}
	live, fresh := filepath.Join(dir, FileName), filepath.Join(dir, FileName+".restauration")
	defer os.Remove(fresh)
	h, err := unpackTo(file, fresh)
	if err != nil {
		return "", err
	}
	id, err := identityOf(fresh)
	if err != nil {
		return "", err
	}
	if id != h.Instance {
		return "", fmt.Errorf("%w: it holds another store than it says", ErrDamaged)
	}
	if _, err := os.Stat(live); err == nil {
		if kept, err = setAside(live, h); err != nil {
			return "", err
		}
	} else if !errors.Is(err, os.ErrNotExist) {
		return "", err
	}
	if err := os.RemoveAll(filepath.Join(dir, indexName)); err != nil {
		return kept, err
	}
	return kept, errors.Join(os.Rename(fresh, live), syncDir(dir))
}

// unpackTo writes the bbolt file of a backup, and checks its pages.
func unpackTo(file, fresh string) (BackupHeader, error) {
	f, err := os.OpenFile(fresh, os.O_CREATE|os.O_TRUNC|os.O_RDWR, 0o600)
	if err != nil {
		return BackupHeader{}, err
	}
	h, err := unpack(file, f)
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return h, err
	}
	return h, checkPages(fresh, true)
}

// identityOf returns the instance of a store's file, if this program reads it.
func identityOf(file string) (id string, err error) {
	if err := checkPages(file, false); err != nil {
		return "", err
	}
	db, err := openFile(file, 0)
	if err != nil {
		return "", err
	}
	err = faultless(func() error {
		return db.View(func(tx *bolt.Tx) error {
			meta := tx.Bucket(metaBucket)
			if meta == nil {
				return fmt.Errorf("%w: no store is in it", ErrDamaged)
			}
			id = string(meta.Get(instanceKey))
			return readable(meta.Get(formatKey))
		})
	})
	return id, errors.Join(err, db.Close())
}

// setAside keeps the live file under another name too, so that at no instant
// the directory is without one. A live file too damaged to say what it is may
// be replaced by any backup.
func setAside(live string, h BackupHeader) (kept string, err error) {
	switch id, err := identityOf(live); {
	case errors.Is(err, ErrDamaged):
	case err != nil:
		return "", err
	case id != h.Instance:
		return "", ErrForeign
	}
	for n := 1; ; n++ {
		kept = fmt.Sprintf("%s.avant-%s-%d", live, time.Now().Format("20060102-150405"), n)
		if err = os.Link(live, kept); !errors.Is(err, os.ErrExist) {
			return kept, err
		}
	}
}
