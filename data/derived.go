package data

import (
	"fmt"
	"maps"
	"reflect"
	"slices"

	bolt "go.etcd.io/bbolt"
)

// derived is an index or a counter of a table.
type derived[T Row] interface {
	buckets() []byte
	admit(tx *bolt.Tx, row T) error
	change(tx *bolt.Tx, old, row *T) error
	expect(row T, into map[string]string)
}

func (t *Table[T]) create(tx *bolt.Tx) error {
	fresh := tx.Bucket(t.bucket) == nil
	if _, err := tx.CreateBucketIfNotExists(t.bucket); err != nil {
		return fmt.Errorf("create table %s: %w", t.name, err)
	}
	missing := false
	for _, d := range t.derived {
		if tx.Bucket(d.buckets()) == nil {
			missing = true
		}
		if _, err := tx.CreateBucketIfNotExists(d.buckets()); err != nil {
			return fmt.Errorf("create index %s: %w", d.buckets(), err)
		}
	}
	if missing && !fresh {
		return t.rebuild(tx)
	}
	return nil
}

// rebuild makes every index and counter of the table again from its rows. Their
// entries go in by order of keys: a hundred times sooner than by order of rows.
func (t *Table[T]) rebuild(tx *bolt.Tx) error {
	for _, d := range t.derived {
		want := map[string]string{}
		for k, raw := range cursor(tx.Bucket(t.bucket), nil) {
			row, err := t.decode(k, raw)
			if err != nil {
				return err
			}
			d.expect(row, want)
		}
		if err := tx.DeleteBucket(d.buckets()); err != nil {
			return err
		}
		b, err := tx.CreateBucket(d.buckets())
		if err != nil {
			return err
		}
		b.FillPercent = 0.9
		for _, k := range slices.Sorted(maps.Keys(want)) {
			if err := b.Put([]byte(k), []byte(want[k])); err != nil {
				return err
			}
		}
	}
	return nil
}

// check compares everything derived with what the rows say it should be.
func (t *Table[T]) check(tx *Tx, report func(string)) {
	sound := true
	for k, raw := range cursor(tx.bolt.Bucket(t.bucket), nil) {
		row, err := t.decode(k, raw)
		if err != nil {
			report(fmt.Sprintf("%s : la fiche %q est illisible (%v)", t.name, k, err))
			sound = false
		} else if row.Key() != string(k) {
			report(fmt.Sprintf("%s : la fiche %q est rangée sous %q", t.name, row.Key(), k))
		}
	}
	for _, d := range t.derived {
		if sound {
			t.checkDerived(tx, d, report)
		}
	}
}

func (t *Table[T]) checkDerived(tx *Tx, d derived[T], report func(string)) {
	want := map[string]string{}
	for k, raw := range cursor(tx.bolt.Bucket(t.bucket), nil) {
		if row, err := t.decode(k, raw); err == nil {
			d.expect(row, want)
		}
	}
	for k, v := range cursor(tx.bolt.Bucket(d.buckets()), nil) {
		if w, ok := want[string(k)]; !ok || w != string(v) {
			report(fmt.Sprintf("%s : l’entrée %q ne vient d’aucune fiche", d.buckets(), k))
		}
		delete(want, string(k))
	}
	if len(want) > 0 {
		report(fmt.Sprintf("%s : il manque %d entrées", d.buckets(), len(want)))
	}
}

// holds counts, for each blob, the rows of the table that hold it.
func (t *Table[T]) holds(tx *bolt.Tx, into map[string]uint64) error {
	if !reflect.TypeFor[T]().Implements(reflect.TypeFor[Holder]()) {
		return nil
	}
	for k, raw := range cursor(tx.Bucket(t.bucket), nil) {
		row, err := t.decode(k, raw)
		if err != nil {
			return err
		}
		for _, id := range blobsOf(&row) {
			into[id]++
		}
	}
	return nil
}
