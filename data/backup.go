package data

import (
	"bufio"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"hash"
	"io"
	"os"
	"path/filepath"
	"time"

	bolt "go.etcd.io/bbolt"
)

// A backup is one file: a mark, the length of a header, the header in JSON, the
// bbolt file packed by gzip, and the SHA-256 of all that. A copy of a bbolt file
// in use would not open: the bytes are those of one transaction.

const (
	backupMark    = "PREAU\x00SAUVEGARDE"
	backupVersion = 1
	maxHeader     = 64 << 10
)

// Errors of backups and of their restoration.
var (
	ErrBusy      = errors.New("data: a backup is under way")
	ErrNotBackup = errors.New("data: not a backup")
	ErrForeign   = errors.New("data: backup of another store")
)

// A BackupHeader tells what a backup is of.
type BackupHeader struct {
	Version  int       `json:"version"` // of the container
	Format   int       `json:"format"`  // of the store
	Instance string    `json:"instance"`
	Build    string    `json:"build"` // of the program that made it
	At       time.Time `json:"at"`
	Size     int64     `json:"size"` // of the store's file, in bytes
}

// Backup writes the state of one instant into a file, beside the changes that
// go on. The file appears under its name once it is whole, verified and on the
// disk; one that is there already is replaced.
func (s *Store) Backup(ctx context.Context, file string) error {
	if !s.backup.TryLock() {
		return ErrBusy
	}
	defer s.backup.Unlock()
	plain, packed := file+".copie", file+".partiel"
	defer os.Remove(plain)
	defer os.Remove(packed)
	h := BackupHeader{Version: backupVersion, Format: formatVersion, Instance: s.Instance(), Build: s.cfg.Build, At: s.cfg.Now().UTC()}
	if err := s.copyTo(ctx, plain); err != nil {
		return err
	}
	if err := checkPages(plain, true); err != nil {
		return err
	}
	if err := pack(ctx, plain, packed, h); err != nil {
		return err
	}
	if _, err := VerifyBackup(packed); err != nil {
		return err
	}
	return errors.Join(os.Rename(packed, file), syncDir(filepath.Dir(file)))
}

// copyTo copies the pages of one transaction into a local file: a slow reader
// would hold the transaction, and with it the pages that changes free.
func (s *Store) copyTo(ctx context.Context, file string) error {
	f, err := os.OpenFile(file, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	err = s.read(func(tx *bolt.Tx) error {
		_, err := tx.WriteTo(cancellable{ctx, f})
		return err
	})
	if ctx.Err() != nil { // which bbolt keeps no more than the text of
		err = ctx.Err()
	}
	return s.full.of(s, errors.Join(err, f.Close()))
}

// cancellable stops a copy whose context has ended.
type cancellable struct {
	ctx context.Context
	w   io.Writer
}

func (c cancellable) Write(p []byte) (int, error) {
	if err := c.ctx.Err(); err != nil {
		return 0, err
	}
	return c.w.Write(p)
}

// pack writes the container of a bbolt file.
func pack(ctx context.Context, plain, file string, h BackupHeader) error {
	src, err := os.Open(plain)
	if err != nil {
		return err
	}
	defer src.Close()
	st, err := src.Stat()
	if err != nil {
		return err
	}
	h.Size = st.Size()
	header, err := json.Marshal(h)
	if err != nil {
		return err
	}
	dst, err := os.OpenFile(file, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	defer dst.Close()
	sum, buffered := sha256.New(), bufio.NewWriterSize(dst, 1<<20)
	out := io.MultiWriter(buffered, sum)
	zip, err := gzip.NewWriterLevel(out, gzip.BestSpeed)
	if err != nil {
		return err
	}
	_, err = out.Write(append(binary.BigEndian.AppendUint32([]byte(backupMark), uint32(len(header))), header...))
	if err == nil {
		_, err = io.Copy(cancellable{ctx, zip}, src)
	}
	if err = errors.Join(err, zip.Close()); err != nil {
		return err
	}
	_, err = buffered.Write(sum.Sum(nil))
	return errors.Join(err, buffered.Flush(), dst.Sync())
}

// Inspect reads what a backup says of itself, without verifying the rest of it.
func Inspect(file string) (BackupHeader, error) {
	f, err := os.Open(file)
	if err != nil {
		return BackupHeader{}, err
	}
	defer f.Close()
	return readHeader(f)
}

func readHeader(r io.Reader) (h BackupHeader, err error) {
	start := make([]byte, len(backupMark)+4)
	if _, err := io.ReadFull(r, start); err != nil || string(start[:len(backupMark)]) != backupMark {
		return h, ErrNotBackup
	}
	n := binary.BigEndian.Uint32(start[len(backupMark):])
	if n > maxHeader {
		return h, fmt.Errorf("%w: its header has %d bytes", ErrDamaged, n)
	}
	header := make([]byte, n)
	if _, err := io.ReadFull(r, header); err != nil {
		return h, fmt.Errorf("%w: it is cut", ErrDamaged)
	}
	if err := json.Unmarshal(header, &h); err != nil {
		return h, fmt.Errorf("%w: %w", ErrDamaged, err)
	}
	if h.Version > backupVersion || h.Format > formatVersion {
		return h, ErrNewer
	}
	return h, nil
}

// VerifyBackup reads a whole backup, and reports ErrDamaged if it is cut or was
// changed, ErrNewer if a newer program made it, ErrNotBackup for any other file.
func VerifyBackup(file string) (BackupHeader, error) { return unpack(file, io.Discard) }

// unpack writes the bbolt file that a backup holds. What it wrote is to be
// trusted only if it returns no error.
func unpack(file string, dst io.Writer) (BackupHeader, error) {
	f, err := os.Open(file)
	if err != nil {
		return BackupHeader{}, err
	}
	defer f.Close()
	st, err := f.Stat()
	if err != nil {
		return BackupHeader{}, err
	}
	sum := sha256.New()
	body := io.TeeReader(bufio.NewReaderSize(io.LimitReader(f, st.Size()-sha256.Size), 1<<20), sum)
	h, err := readHeader(body)
	if err != nil {
		return h, err
	}
	return h, errors.Join(unzip(body, dst, h.Size), trailer(f, body, sum))
}

// unzip writes exactly the bytes that the header announced.
func unzip(body io.Reader, dst io.Writer, size int64) error {
	zip, err := gzip.NewReader(body)
	if err != nil {
		return fmt.Errorf("%w: %w", ErrDamaged, err)
	}
	in := &judged{r: zip}
	n, err := io.Copy(dst, io.LimitReader(in, size+1))
	switch {
	case in.err != nil:
		return fmt.Errorf("%w: %w", ErrDamaged, in.err)
	case err != nil:
		return err
	case n != size:
		return fmt.Errorf("%w: it holds %d bytes of %d", ErrDamaged, n, size)
	}
	return nil
}

// judged keeps the error of what is read apart from that of what is written.
type judged struct {
	r   io.Reader
	err error
}

func (j *judged) Read(p []byte) (int, error) {
	n, err := j.r.Read(p)
	if err != nil && err != io.EOF {
		j.err = err
	}
	return n, err
}

// trailer compares what was read with the digest at the end of the file.
func trailer(f *os.File, body io.Reader, sum hash.Hash) error {
	if _, err := io.Copy(io.Discard, body); err != nil {
		return err
	}
	want := make([]byte, sha256.Size)
	st, err := f.Stat()
	if err != nil {
		return err
	}
	if _, err := f.ReadAt(want, st.Size()-sha256.Size); err != nil || string(want) != string(sum.Sum(nil)) {
		return fmt.Errorf("%w: its digest does not match", ErrDamaged)
	}
	return nil
}
