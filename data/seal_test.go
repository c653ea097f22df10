package data

import (
	"bytes"
	"errors"
	"slices"
	"testing"
)

// sealing runs fn in a store of that key.
func sealing(t *testing.T, key []byte, fn func(*Tx) error) {
	t.Helper()
	cfg := config(t.TempDir())
	cfg.Key = key
	s := reopen(t, cfg)
	must(t, s.View(system, fn))
	must(t, s.Close())
}

// TestSeal seals a secret for a use, and reads it with another use, another
// key, and a byte changed.
func TestSeal(t *testing.T) {
	key := bytes.Repeat([]byte{7}, KeySize)
	var sealed []byte
	var mark string
	sealing(t, key, func(tx *Tx) (err error) {
		if sealed, err = tx.Seal("essai", "craie"); err != nil {
			return err
		}
		again, err := tx.Seal("essai", "craie")
		if bytes.Equal(sealed, again) || bytes.Contains(sealed, []byte("craie")) {
			t.Error("a sealed secret can be read, or recognised")
		}
		if got, ok := tx.Unseal("essai", sealed); !ok || got != "craie" {
			t.Errorf("%q, %v", got, ok)
		}
		for i := range sealed {
			changed := slices.Clone(sealed)
			changed[i]++
			if got, ok := tx.Unseal("essai", changed); ok {
				t.Errorf("byte %d changed: %q", i, got)
			}
		}
		for name, wrong := range map[string][]byte{"nothing": nil, "short": sealed[:8]} {
			if _, ok := tx.Unseal("essai", wrong); ok {
				t.Error(name)
			}
		}
		if _, ok := tx.Unseal("autre", sealed); ok {
			t.Error("sealed for one use, opened for another")
		}
		mark, err = tx.Mark("essai", "craie")
		other, failed := tx.Mark("autre", "craie")
		if len(mark) != 64 || mark == other {
			t.Errorf("marks %q, %q", mark, other)
		}
		return errors.Join(err, failed)
	})
	sealing(t, bytes.Repeat([]byte{8}, KeySize), func(tx *Tx) error {
		if _, ok := tx.Unseal("essai", sealed); ok {
			t.Error("opened with another key")
		}
		other, err := tx.Mark("essai", "craie")
		if other == mark {
			t.Error("the same mark with another key")
		}
		return err
	})
	sealing(t, nil, func(tx *Tx) error {
		if _, err := tx.Seal("essai", "craie"); !errors.Is(err, ErrNoKey) {
			t.Error(err)
		}
		if _, err := tx.Mark("essai", "craie"); !errors.Is(err, ErrNoKey) {
			t.Error(err)
		}
		return nil
	})
}

// TestKeyKnown opens a store with its key, with another, then with the other
// once it was kept.
func TestKeyKnown(t *testing.T) {
	cfg := config(t.TempDir())
	for _, step := range []struct {
		key         byte
		known, told bool
		keep        bool
	}{{1, false, false, true}, {1, true, true, false}, {2, false, true, false}, {1, true, true, false}, {2, false, true, true}, {2, true, true, false}, {1, false, true, false}} {
		cfg.Key = bytes.Repeat([]byte{step.key}, KeySize)
		s := reopen(t, cfg)
		must(t, s.View(system, func(tx *Tx) error {
			known, told, err := tx.KeyKnown()
			if known != step.known || told != step.told {
				t.Errorf("%+v: %t, %t", step, known, told)
			}
			return err
		}))
		if step.keep {
			must(t, s.Unlogged(system, (*Tx).KeepKey))
		}
		must(t, s.Close())
	}
}
