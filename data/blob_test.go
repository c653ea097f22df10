package data

import (
	"bytes"
	"crypto/rand"
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"
	"time"
)

// A page with pictures holds blobs.
type album struct {
	ID    string   `cbor:"id" log:"-"`
	Files []string `cbor:"files" log:"-"`
	At    []Place  `cbor:"at" log:"-"`
}

func (a album) Key() string     { return a.ID }
func (a album) Places() []Place { return a.At }
func (a album) Blobs() []string { return a.Files }

var albums = NewTable[album]("albums")

func openAlbums(t testing.TB) *Store {
	t.Helper()
	cfg := config(t.TempDir())
	cfg.Tables = append(cfg.Tables, albums)
	s := reopen(t, cfg)
	t.Cleanup(func() {
		verified(t, s)
		must(t, s.Close())
	})
	return s
}

func keep(s *Store, a album) error {
	return s.Update(lyon1, enrol, func(tx *Tx) (Row, error) { return a, albums.Put(tx, a) })
}

// TestBlobs stores files of every length around those of chunks, and reads them.
func TestBlobs(t *testing.T) {
	s := openAlbums(t)
	var ids []string
	for _, size := range []int{0, 1, chunkSize - 1, chunkSize, chunkSize + 1, chunkSize*chunksPerTx - 1, chunkSize * chunksPerTx, chunkSize*chunksPerTx + 1, 3 * chunkSize * chunksPerTx} {
		content := make([]byte, size)
		rand.Read(content)
		b, err := s.PutBlob(iotest.HalfReader(bytes.NewReader(content)), int64(size))
		must(t, err)
		ids = append(ids, b.ID)
		got, r, err := s.OpenBlob(b.ID)
		must(t, err)
		if got.Size != int64(size) || !bytes.Equal(got.Sum, b.Sum) {
			t.Errorf("%d bytes: %+v", size, got)
		}
		if size > 2*chunkSize { // too long for the many ways that TestReader reads
			if all, err := io.ReadAll(r); err != nil || !bytes.Equal(all, content) {
				t.Errorf("%d bytes: read %d, %v", size, len(all), err)
			}
		} else if err := iotest.TestReader(r, content); err != nil {
			t.Errorf("%d bytes: %v", size, err)
		}
		if size > 0 {
			if _, err := s.PutBlob(bytes.NewReader(content), int64(size)-1); !errors.Is(err, ErrTooLarge) {
				t.Errorf("%d bytes: %v", size, err)
			}
		}
	}
	must(t, keep(s, album{ID: "a", Files: ids, At: []Place{"lyon/1"}}))
}

// TestHeldBlobs checks that a blob lives as long as a row holds it.
func TestHeldBlobs(t *testing.T) {
	s := openAlbums(t)
	logo, err := s.PutBlob(strings.NewReader("logo"), 100)
	must(t, err)
	orphan, err := s.PutBlob(strings.NewReader("orphan"), 100)
	must(t, err)
	if err := keep(s, album{ID: "x", Files: []string{"nowhere"}, At: []Place{"lyon/1"}}); !errors.Is(err, ErrNotFound) {
		t.Errorf("held a blob that does not exist: %v", err)
	}
	must(t, keep(s, album{ID: "a", Files: []string{logo.ID, logo.ID}, At: []Place{"lyon/1"}}))
	must(t, keep(s, album{ID: "b", Files: []string{logo.ID}, At: []Place{"lyon/1"}}))
	must(t, keep(s, album{ID: "a", At: []Place{"lyon/1"}}))
	if n, err := s.SweepBlobs(orphan.At); n != 0 || err != nil {
		t.Errorf("swept %d too young, %v", n, err)
	}
	if n, err := s.SweepBlobs(s.Now().Add(time.Hour)); n != 1 || err != nil {
		t.Errorf("swept %d, %v", n, err)
	}
	_, r, err := s.OpenBlob(logo.ID)
	must(t, err)
	must(t, s.Update(lyon1, enrol, func(tx *Tx) (Row, error) { return album{ID: "b", At: []Place{"lyon/1"}}, albums.Delete(tx, "b") }))
	if _, err := io.ReadAll(r); !errors.Is(err, ErrNotFound) {
		t.Errorf("read once dropped: %v", err)
	}
	for _, id := range []string{logo.ID, orphan.ID, ""} {
		if _, _, err := s.OpenBlob(id); !errors.Is(err, ErrNotFound) {
			t.Errorf("%q: %v", id, err)
		}
	}
}

// TestBrokenUpload leaves nothing of a file that stops on its way.
func TestBrokenUpload(t *testing.T) {
	s := openAlbums(t)
	lost := errors.New("lost")
	big := io.MultiReader(bytes.NewReader(make([]byte, 3*chunkSize*chunksPerTx)), iotest.ErrReader(lost))
	if _, err := s.PutBlob(big, 1<<30); !errors.Is(err, lost) {
		t.Errorf("broken upload: %v", err)
	}
	if n, err := s.SweepBlobs(s.Now().Add(time.Hour)); n != 0 || err != nil {
		t.Errorf("left %d, %v", n, err)
	}
}
