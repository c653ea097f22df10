package data

import (
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"reflect"
	"testing"
	"time"

	"github.com/fxamacker/cbor/v2"
	bolt "go.etcd.io/bbolt"
)

// BenchmarkWrite compares a durable change with a bare transaction of bbolt.
func BenchmarkWrite(b *testing.B) {
	b.Run("bare", func(b *testing.B) {
		db, err := openFile(filepath.Join(b.TempDir(), "bare"), 0)
		must(b, err)
		defer db.Close()
		var times []time.Duration
		for i := 0; b.Loop(); i++ {
			start := time.Now()
			must(b, db.Update(func(tx *bolt.Tx) error {
				bucket, err := tx.CreateBucketIfNotExists([]byte("b"))
				if err != nil {
					return err
				}
				return bucket.Put(fmt.Appendf(nil, "%08d", i), make([]byte, 300))
			}))
			times = append(times, time.Since(start))
		}
		report(b, times)
	})
	b.Run("update", func(b *testing.B) {
		s, r := reopen(b, config(b.TempDir())), rand.New(rand.NewPCG(1, 1))
		defer s.Close()
		var times []time.Duration
		for i := 0; b.Loop(); i++ {
			start := time.Now()
			must(b, put(b, s, system, crowd(r, i, 50)))
			times = append(times, time.Since(start))
		}
		report(b, times)
	})
}

// BenchmarkRead reads rows of 100,000, as one administrator of a school would.
func BenchmarkRead(b *testing.B) {
	s := reopen(b, config(b.TempDir()))
	defer s.Close()
	seed(b, s, 100_000, 50)
	settle(b, s)
	by, r := scoped("a", "lyon/7"), rand.New(rand.NewPCG(1, 1))
	for name, read := range map[string]func(tx *Tx) error{
		"get": func(tx *Tx) error {
			_, err := pupils.Get(tx, fmt.Sprintf("p%06d", 14000+r.IntN(2000)))
			return err
		},
		"list of 50": func(tx *Tx) error {
			_, err := bySchool.List(tx, "lyon/7", "student", "", "", false, 50, nil)
			return err
		},
		"counts": func(tx *Tx) error {
			_, err := perSchool.Of(tx, "lyon/7")
			return err
		},
	} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				must(b, s.View(by, read))
			}
		})
	}
	b.Run("rebuild", func(b *testing.B) {
		for b.Loop() {
			must(b, s.Reindex(b.Context()))
		}
	})
	b.Run("check", func(b *testing.B) {
		for b.Loop() {
			verified(b, s)
		}
	})
	b.Run("backup", func(b *testing.B) {
		for b.Loop() {
			must(b, s.Backup(b.Context(), filepath.Join(b.TempDir(), "b")))
		}
	})
}

// BenchmarkBulk stores 100,000 pupils and waits until all can be found.
func BenchmarkBulk(b *testing.B) {
	for b.Loop() {
		s := reopen(b, config(b.TempDir()))
		seed(b, s, 100_000, 50)
		settle(b, s)
		must(b, s.Close())
	}
}

// BenchmarkOpen opens a store of 100,000 rows, and waits for its search.
func BenchmarkOpen(b *testing.B) {
	cfg := config(b.TempDir())
	s := reopen(b, cfg)
	seed(b, s, 100_000, 50)
	settle(b, s)
	must(b, s.Close())
	b.Run("store", func(b *testing.B) {
		for b.Loop() {
			s := reopen(b, cfg)
			b.StopTimer()
			settle(b, s)
			must(b, s.Close())
			b.StartTimer()
		}
	})
	b.Run("search", func(b *testing.B) {
		for b.Loop() {
			s := reopen(b, cfg)
			settle(b, s)
			must(b, s.Close())
		}
	})
}

// BenchmarkDecode decodes a row of forty fields, as a person's record has.
func BenchmarkDecode(b *testing.B) {
	var fields []reflect.StructField
	for i := range 40 {
		kind := []reflect.Type{reflect.TypeFor[string](), reflect.TypeFor[string](), reflect.TypeFor[time.Time](), reflect.TypeFor[bool](), reflect.TypeFor[[]string]()}[i%5]
		fields = append(fields, reflect.StructField{Name: fmt.Sprint("Field", i), Type: kind, Tag: reflect.StructTag(fmt.Sprintf(`cbor:"f%d,omitempty"`, i))})
	}
	row := reflect.New(reflect.StructOf(fields))
	for i := range 40 {
		switch f := row.Elem().Field(i); f.Interface().(type) {
		case string:
			f.SetString("quelque chose")
		case time.Time:
			f.Set(reflect.ValueOf(time.Date(2026, 9, 1, 8, 0, 0, 0, time.UTC)))
		case []string:
			f.Set(reflect.ValueOf([]string{"un", "deux"}))
		}
	}
	raw, err := encode(row.Elem().Interface())
	must(b, err)
	for b.Loop() {
		must(b, cbor.Unmarshal(raw, reflect.New(row.Elem().Type()).Interface()))
	}
	b.ReportMetric(float64(len(raw)), "bytes")
}
