package data

import (
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"os"
	"path/filepath"
)

// Bleve does not verify what it opens: a flipped byte goes unseen, or panics in
// the middle of a search. Its segments end with a checksum, so we do it.

// sound reports what is wrong with the files of an index, and forgets that it
// was closed properly: it is about to be opened.
func sound(path string) error {
	mark, err := os.ReadFile(cleanMark(path))
	clean := err == nil
	if err := os.Remove(cleanMark(path)); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	root := filepath.Join(path, "root.bolt")
	if clean {
		if sum, err := fileSum(root); err != nil || sum != string(mark) {
			return fmt.Errorf("%w: root.bolt has changed since it was closed", ErrDamaged)
		}
	} else if err := checkPages(root, true); err != nil {
		return err
	}
	segments, err := filepath.Glob(filepath.Join(path, "*.zap"))
	if err != nil {
		return err
	}
	for _, file := range segments {
		if err := soundSegment(file); err != nil {
			return err
		}
	}
	return nil
}

func fileSum(file string) (string, error) {
	f, err := os.Open(file)
	if err != nil {
		return "", err
	}
	defer f.Close()
	h := sha256.New()
	if _, err := io.Copy(h, f); err != nil {
		return "", err
	}
	return fmt.Sprintf("%x", h.Sum(nil)), nil
}

// soundSegment compares a segment with the CRC-32 at its end.
func soundSegment(file string) error {
	f, err := os.Open(file)
	if err != nil {
		return err
	}
	defer f.Close()
	st, err := f.Stat()
	if err != nil {
		return err
	}
	if st.Size() < 4 {
		return fmt.Errorf("%w: %s is cut", ErrDamaged, filepath.Base(file))
	}
	h, end := crc32.NewIEEE(), make([]byte, 4)
	if _, err := io.CopyN(h, f, st.Size()-4); err != nil {
		return err
	}
	if _, err := io.ReadFull(f, end); err != nil {
		return err
	}
	if h.Sum32() != binary.BigEndian.Uint32(end) {
		return fmt.Errorf("%w: %s has changed", ErrDamaged, filepath.Base(file))
	}
	return nil
}
