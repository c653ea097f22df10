package data

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"

	index "github.com/blevesearch/bleve_index_api"
	bolt "go.etcd.io/bbolt"
)

// Check compares everything derived with what it comes from, and reports in
// French what disagrees: indexes and counters of every table, blobs, the
// journal and its chain, the search index. It reads on while others write.
func (s *Store) Check(report func(problem string)) error {
	for _, t := range s.cfg.Tables {
		if err := s.View(System("contrôle"), func(tx *Tx) error {
			t.check(tx, report)
			return nil
		}); err != nil {
			return err
		}
	}
	return errors.Join(
		s.read(func(tx *bolt.Tx) error { return s.checkBlobs(tx, report) }),
		s.read(func(tx *bolt.Tx) error {
			verify(tx, report)
			checkEvents(tx, report)
			return nil
		}),
		s.checkIndex(report))
}

func (s *Store) checkBlobs(tx *bolt.Tx, report func(string)) error {
	held := map[string]uint64{}
	for _, t := range s.cfg.Tables {
		if err := t.holds(tx, held); err != nil {
			return err
		}
	}
	chunks := 0
	err := eachBlob(tx, func(b Blob) {
		if b.Held != held[b.ID] {
			report(fmt.Sprintf("fichier %s\u00a0: tenu par %d fiches et non %d", b.ID, held[b.ID], b.Held))
		}
		delete(held, b.ID)
		sum, size := sha256.New(), int64(0)
		for _, chunk := range cursor(tx.Bucket(blobBucket), []byte(b.ID+"\x00")) {
			sum.Write(chunk)
			size += int64(len(chunk))
			chunks++
		}
		if size != b.Size || !bytes.Equal(sum.Sum(nil), b.Sum) {
			report(fmt.Sprintf("fichier %s\u00a0: son contenu a changé", b.ID))
		}
		chunks++
	})
	for id := range held {
		report(fmt.Sprintf("fichier %s\u00a0: il manque", id))
	}
	if n := tx.Bucket(blobBucket).Stats().KeyN; err == nil && n != chunks {
		report(fmt.Sprintf("fichiers\u00a0: %d morceaux de trop", n-chunks))
	}
	return err
}

// checkEvents compares the indexes of the journal with its events.
func checkEvents(tx *bolt.Tx, report func(string)) {
	want := map[string]int{}
	for k, bare := range cursor(tx.Bucket(eventBucket), nil) {
		var e Event
		if decodeInto(bare, &e) != nil {
			return // the chain says so already
		}
		for _, entry := range e.entries() {
			want[string(entry.bucket)]++
			if tx.Bucket(entry.bucket).Get(entry.key) == nil {
				report(fmt.Sprintf("journal\u00a0: l’événement %x n’est pas dans %s", k, entry.bucket))
			}
		}
	}
	for _, b := range [][]byte{placeBucket, subjectBucket} {
		if n := tx.Bucket(b).Stats().KeyN; n != want[string(b)] {
			report(fmt.Sprintf("journal\u00a0: %s a %d entrées pour %d", b, n, want[string(b)]))
		}
	}
}

// checkIndex compares the search index with the rows, leaving out those that
// are on their way to it.
func (s *Store) checkIndex(report func(string)) error {
	l, err := s.search.lookup(&Query{}, scope{}, true)
	if err != nil {
		return nil // being rebuilt from the rows
	}
	defer l.close()
	var held map[string]string
	if err := guarded(func() (err error) {
		held, err = l.contents()
		return err
	}); err != nil {
		report("recherche\u00a0: l’index est illisible")
		s.search.distrust(l.index, err)
		return nil
	}
	raw, err := l.reader.GetInternal(seqInternal)
	if err != nil || len(raw) != 8 {
		report("recherche\u00a0: l’index ne dit pas où il en est")
		return err
	}
	return s.read(func(btx *bolt.Tx) error {
		late, _ := waiting(btx, counted(raw), int(queued(btx)))
		return s.compare(s.begin(System("contrôle"), btx, false), held, late, report)
	})
}

func (s *Store) compare(tx *Tx, held map[string]string, late []string, report func(string)) (err error) {
	moving := map[string]bool{}
	for _, id := range late {
		moving[id] = true
	}
	for _, t := range s.cfg.Tables {
		if !t.searched() {
			continue
		}
		t.keys(tx, "", func(key string) bool {
			id := documentID(t.Name(), key)
			d, failed := t.documentOf(tx, key)
			if failed == nil && d != nil && !moving[id] && held[id] != d.sortValue(key) {
				report(fmt.Sprintf("recherche\u00a0: la fiche %q de %s manque ou n’est pas à jour", key, t.Name()))
			}
			if d != nil {
				delete(held, id)
			}
			return true
		})
	}
	for id := range held {
		if table, key := splitID(id); !moving[id] {
			report(fmt.Sprintf("recherche\u00a0: la fiche %q de %s n’existe plus", key, table))
		}
	}
	return err
}

// contents returns the digest of every document of the index, by identifier.
func (l *lookup) contents() (map[string]string, error) {
	all, err := l.reader.DocIDReaderAll()
	if err != nil {
		return nil, err
	}
	defer all.Close()
	values, err := l.reader.DocValueReader([]string{sortField})
	if err != nil {
		return nil, err
	}
	held := map[string]string{}
	for {
		doc, err := all.Next()
		if err != nil || doc == nil {
			return held, err
		}
		id, err := l.reader.ExternalID(index.IndexInternalID(doc))
		if err != nil {
			return nil, err
		}
		held[id] = ""
		if err := values.VisitDocValues(doc, func(_ string, value []byte) { held[id] = string(value) }); err != nil {
			return nil, err
		}
	}
}

// Repair makes again from the rows and the events everything derived from them,
// the search index included. It mends no row and no event.
func (s *Store) Repair(ctx context.Context) error {
	for _, t := range s.cfg.Tables {
		if err := s.write(t.rebuild); err != nil {
			return err
		}
	}
	err := s.write(func(tx *bolt.Tx) error {
		held := map[string]uint64{}
		for _, t := range s.cfg.Tables {
			if err := t.holds(tx, held); err != nil {
				return err
			}
		}
		return errors.Join(recount(tx, held), reindexEvents(tx))
	})
	if err != nil {
		return err
	}
	return s.Reindex(ctx)
}

func recount(tx *bolt.Tx, held map[string]uint64) error {
	var wrong []Blob
	if err := eachBlob(tx, func(b Blob) {
		if b.Held != held[b.ID] {
			b.Held = held[b.ID]
			wrong = append(wrong, b)
		}
	}); err != nil {
		return err
	}
	for _, b := range wrong {
		if err := b.put(tx); err != nil {
			return err
		}
	}
	return nil
}

func reindexEvents(tx *bolt.Tx) error {
	for _, b := range [][]byte{placeBucket, subjectBucket} {
		if err := tx.DeleteBucket(b); err != nil {
			return err
		}
		if _, err := tx.CreateBucket(b); err != nil {
			return err
		}
	}
	for _, bare := range cursor(tx.Bucket(eventBucket), nil) {
		var e Event
		if err := decodeInto(bare, &e); err != nil {
			return err
		}
		if err := e.index(tx); err != nil {
			return err
		}
	}
	return nil
}
