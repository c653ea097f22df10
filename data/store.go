// Package data keeps typed rows in one bbolt file, and finds them again with
// indexes and with a Bleve search index beside it.
//
// It knows nothing of schools. It guarantees to the packages above it, so that
// they need not think of it again:
//
//   - what is derived from a row (indexes, counters, the search queue) always
//     agrees with it, because all change in Put and Delete;
//   - a transaction sees and changes only the rows within its author's reach;
//   - a change cannot be committed without a line in the journal, save through
//     three narrow doors: Unlogged, Record and Bulk;
//   - every row of a transaction bears the same time.
package data

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/rs/zerolog"
	bolt "go.etcd.io/bbolt"
	berrors "go.etcd.io/bbolt/errors"
)

// Errors that a transaction may end with. A row out of reach is reported as
// missing: its existence is nobody else's business.
var (
	ErrNotFound    = errors.New("data: no such row")
	ErrForbidden   = errors.New("data: row that may be seen, not changed")
	ErrDuplicate   = errors.New("data: value already taken")
	ErrUnjournaled = errors.New("data: change without a line in the journal")
	ErrFull        = errors.New("data: disk or store full")
	ErrInUse       = errors.New("data: directory already in use")
	ErrDamaged     = errors.New("data: store damaged")
	ErrNewer       = errors.New("data: store written by a newer version")
)

// An Author is whoever a transaction acts for.
type Author struct {
	ID   string // of the account; "" for the appliance itself
	Name string // as the journal shows it
	Via  string // "console", "import", "tâche", "commande" …
	From string // address of origin, for a person

	Sees Reach // may read
	May  Reach // may change, in this transaction
}

// System is the author of what the appliance does by itself.
func System(name string) Author {
	return Author{Name: name, Via: "système", Sees: Everywhere, May: Everywhere}
}

// Config is what a store needs from the outside world.
type Config struct {
	Dir     string           // holds the file, the search index and the ballast
	Now     func() time.Time // of transactions
	Rand    io.Reader        // of identifiers and salts
	Key     []byte           // of KeySize bytes, for sealed secrets: nil for a store that has none
	Log     zerolog.Logger   // for what goes wrong beside any transaction
	MaxSize int              // of the file in bytes, 0 for no bound
	Ballast int64            // bytes kept aside for the day the disk is full, 0 for none
	Build   string           // of the program: another one rebuilds the search index
	Tables  []Schema         // every table: one that is not listed does not exist
}

// A Store is an open directory of data.
type Store struct {
	cfg     Config
	writing sync.Mutex   // one transaction at a time, or none while db is copied
	gate    sync.RWMutex // held whole to replace db
	db      *bolt.DB
	full    fullness
	backup  sync.Mutex // one at a time
	byType  map[any]Schema
	tables  map[string]Schema

	mu      sync.Mutex
	changed chan struct{} // closed at the next commit

	search *searcher
}

// Names of the store's files inside its directory.
const (
	FileName  = "preau.db"
	indexName = "recherche"
)

// formatVersion changes when older programs can no longer read the file.
const formatVersion = 1

var (
	metaBucket  = []byte("meta")
	formatKey   = []byte("format")
	instanceKey = []byte("instance")
)

// Open opens the store of the directory, creating it as needed. A file that is
// locked by another process is ErrInUse, one that cannot be read ErrDamaged.
func Open(cfg Config) (*Store, error) {
	s := &Store{cfg: cfg, tables: map[string]Schema{}, byType: map[any]Schema{}, changed: make(chan struct{})}
	for _, t := range cfg.Tables {
		if s.tables[t.Name()] != nil {
			return nil, fmt.Errorf("data: two tables are called %s", t.Name())
		}
		s.tables[t.Name()], s.byType[t.rowType()] = t, t
	}
	file := filepath.Join(cfg.Dir, FileName)
	if err := s.create(file); err != nil {
		return nil, err
	}
	if err := Probe(cfg.Dir, false); err != nil {
		return nil, err
	}
	db, err := openFile(file, cfg.MaxSize)
	if err != nil {
		return nil, err
	}
	s.db = db
	if err := s.prepare(); err != nil {
		return nil, errors.Join(err, db.Close())
	}
	s.stow()
	s.search = openSearch(s)
	return s, nil
}

// Probe reports what would keep the store of a directory from opening, or, if
// deep, anything wrong in its pages. It reads the file as bytes, so that no
// damage can stop the process; nothing may be writing to it.
func Probe(dir string, deep bool) error {
	file := filepath.Join(dir, FileName)
	f, err := os.Open(file)
	if err != nil {
		return err
	}
	defer f.Close()
	// A file that is being written shows pages of two states.
	switch err := syscall.Flock(int(f.Fd()), syscall.LOCK_SH|syscall.LOCK_NB); {
	case errors.Is(err, syscall.EWOULDBLOCK):
		return fmt.Errorf("%w: %s", ErrInUse, file)
	case err != nil:
		return err
	}
	return checkPages(file, deep)
}

// create makes a new file under another name, and gives it its own once it is
// whole and on the disk: a power cut leaves either nothing or a good file.
func (s *Store) create(file string) error {
	if _, err := os.Stat(file); err == nil || !errors.Is(err, os.ErrNotExist) {
		return err
	}
	if err := os.MkdirAll(s.cfg.Dir, 0o700); err != nil {
		return err
	}
	fresh := file + ".nouveau"
	if err := os.RemoveAll(fresh); err != nil {
		return err
	}
	db, err := openFile(fresh, 0)
	if err != nil {
		return err
	}
	s.db = db
	if err := errors.Join(s.prepare(), db.Sync(), db.Close()); err != nil {
		return err
	}
	// A link never replaces the file that another process may have made meanwhile.
	if err = os.Link(fresh, file); err == nil || errors.Is(err, os.ErrExist) {
		err = os.Remove(fresh)
	} else { // a file system without links
		err = os.Rename(fresh, file)
	}
	return errors.Join(err, syncDir(s.cfg.Dir))
}

func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

// openFile opens a bbolt file. bbolt panics on some damaged ones.
func openFile(file string, maxSize int) (db *bolt.DB, err error) {
	size := 0
	if st, statErr := os.Stat(file); statErr == nil {
		size = int(st.Size())
	}
	mapped := max(1<<30, 4*size) // growing the map later waits for every reader
	if maxSize > 0 {
		mapped = min(mapped, maxSize)
	}
	err = guarded(func() (err error) {
		db, err = bolt.Open(file, 0o600, &bolt.Options{
			Timeout:         time.Second,
			FreelistType:    bolt.FreelistMapType,
			InitialMmapSize: mapped,
			MaxSize:         maxSize,
		})
		return err
	})
	switch {
	case errors.Is(err, berrors.ErrTimeout):
		return nil, fmt.Errorf("%w: %s", ErrInUse, file)
	case errors.Is(err, berrors.ErrInvalid), errors.Is(err, berrors.ErrChecksum), errors.Is(err, berrors.ErrVersionMismatch), errors.Is(err, io.ErrUnexpectedEOF):
		return nil, fmt.Errorf("%w: %v", ErrDamaged, err)
	}
	return db, err
}

// prepare creates what is missing in the file and checks its version.
func (s *Store) prepare() error {
	return guarded(func() error {
		return s.db.Update(func(tx *bolt.Tx) error {
			for _, name := range [][]byte{metaBucket, outboxBucket, blobBucket} {
				if _, err := tx.CreateBucketIfNotExists(name); err != nil {
					return err
				}
			}
			if err := s.identify(tx.Bucket(metaBucket)); err != nil {
				return err
			}
			for _, t := range s.tables {
				if err := t.create(tx); err != nil {
					return err
				}
			}
			return createJournal(tx)
		})
	})
}

// identify gives a new file its version and its identifier, or checks the
// version of an older one.
func (s *Store) identify(meta *bolt.Bucket) error {
	if v := meta.Get(formatKey); v != nil {
		return readable(v)
	}
	id := make([]byte, 8)
	if _, err := io.ReadFull(s.cfg.Rand, id); err != nil {
		return err
	}
	return errors.Join(meta.Put(formatKey, []byte{formatVersion}), meta.Put(instanceKey, fmt.Appendf(nil, "%x", id)))
}

// readable reports why this program cannot read a file of some version.
func readable(version []byte) error {
	switch {
	case len(version) != 1:
		return fmt.Errorf("%w: it has no version", ErrDamaged)
	case version[0] > formatVersion:
		return ErrNewer
	}
	return nil
}

// Instance is the identifier of this store, made with it: 16 hexadecimal digits.
func (s *Store) Instance() string {
	var id string
	s.read(func(tx *bolt.Tx) error {
		id = string(tx.Bucket(metaBucket).Get(instanceKey))
		return nil
	})
	return id
}

// Close stops the search and closes the file once transactions have ended.
func (s *Store) Close() error {
	return errors.Join(s.search.close(), s.db.Close())
}

// Changed returns a channel that is closed after the next commit.
func (s *Store) Changed() <-chan struct{} {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.changed
}

// Now is the time of the next transaction.
func (s *Store) Now() time.Time { return s.cfg.Now() }

// ID returns a new random identifier: 16 letters and digits, 80 bits.
func (s *Store) ID() string { return newID(s.cfg.Rand) }

func newID(r io.Reader) string {
	const alphabet = "abcdefghijkmnpqrstuvwxyz23456789"
	b := make([]byte, 16)
	if _, err := io.ReadFull(r, b); err != nil {
		panic(err) // crypto/rand never fails
	}
	for i := range b {
		b[i] = alphabet[b[i]%32]
	}
	return string(b)
}

// read runs fn in a reading transaction. Where the file is damaged, what it maps
// may fault: that is an error, and not the end of the process.
func (s *Store) read(fn func(*bolt.Tx) error) error {
	s.gate.RLock()
	defer s.gate.RUnlock()
	return faultless(func() error { return s.db.View(fn) })
}

// write runs fn in a writing transaction.
func (s *Store) write(fn func(*bolt.Tx) error) error {
	s.writing.Lock()
	defer s.writing.Unlock()
	s.gate.RLock()
	defer s.gate.RUnlock()
	return s.full.of(s, faultless(func() error { return s.db.Update(fn) }))
}

// commit runs fn in a writing transaction, then wakes whoever waits for a change.
func (s *Store) commit(fn func(*bolt.Tx) error) error {
	if err := s.write(fn); err != nil {
		return err
	}
	s.mu.Lock()
	close(s.changed)
	s.changed = make(chan struct{})
	s.mu.Unlock()
	s.search.wake()
	return nil
}

// faultless runs fn, and returns as an error what bbolt makes of a damaged file:
// a fault of memory, or a panic of its own. Other panics are not ours.
func faultless(fn func() error) (err error) {
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	defer func() {
		switch r := recover(); {
		case r == nil:
		case isFault(r), panickedIn("go.etcd.io/bbolt"):
			err = fmt.Errorf("%w: %v", ErrDamaged, r)
		default:
			panic(r)
		}
	}()
	return fn()
}

func isFault(r any) bool {
	_, ok := r.(interface{ Addr() uintptr })
	return ok
}

// panickedIn reports whether the panic being recovered was raised by a package.
func panickedIn(pkg string) bool {
	pcs := make([]uintptr, 64)
	frames := runtime.CallersFrames(pcs[:runtime.Callers(1, pcs)])
	for panicking := false; ; {
		f, more := frames.Next()
		inside := strings.HasPrefix(f.Function, "runtime.")
		if panicking && !inside {
			return strings.HasPrefix(f.Function, pkg)
		}
		if panicking = panicking || f.Function == "runtime.gopanic"; !more {
			return false
		}
	}
}
