package data

import (
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"

	"golang.org/x/crypto/chacha20poly1305"
)

// KeySize is the length of the key of a store, in bytes.
const KeySize = chacha20poly1305.KeySize

// ErrNoKey reports a store that was opened without a key, asked for a secret.
var ErrNoKey = errors.New("data: store opened without a key")

// Seal encrypts a secret that somebody will have to read again. The key is not
// in the store: its file alone, or a copy of it, tells nothing. What is sealed
// for one use cannot be passed for another.
func (tx *Tx) Seal(use, secret string) ([]byte, error) {
	box, err := tx.store.box(use)
	if err != nil {
		return nil, err
	}
	nonce := make([]byte, box.NonceSize(), box.NonceSize()+len(secret)+box.Overhead())
	if _, err := io.ReadFull(rand.Reader, nonce); err != nil { // never a test's: a nonce must not come twice
		return nil, err
	}
	return box.Seal(nonce, nonce, []byte(secret), []byte(use)), nil
}

// Unseal returns a secret. ok is false for what another key has sealed, as in a
// store restored without its key: the secret has to be asked or made again.
func (tx *Tx) Unseal(use string, sealed []byte) (secret string, ok bool) {
	box, err := tx.store.box(use)
	if err != nil || len(sealed) < box.NonceSize() {
		return "", false
	}
	plain, err := box.Open(nil, sealed[:box.NonceSize()], sealed[box.NonceSize():], []byte(use))
	return string(plain), err == nil
}

// Mark returns what finds a secret again, or recognises it, without keeping it:
// 64 hexadecimal digits that nobody can try words against without the key.
func (tx *Tx) Mark(use, secret string) (string, error) {
	key, err := tx.store.subkey("marque " + use)
	if err != nil {
		return "", err
	}
	mac := hmac.New(sha256.New, key)
	mac.Write([]byte(secret))
	return hex.EncodeToString(mac.Sum(nil)), nil
}

var sealKey = []byte("key")

// KeyKnown reports whether the key of the store is the one that its secrets were
// sealed with, as far as the store was told: see KeepKey.
func (tx *Tx) KeyKnown() (known, told bool, err error) {
	mark, err := tx.Mark("clé", tx.Instance())
	kept := tx.bolt.Bucket(metaBucket).Get(sealKey)
	return string(kept) == mark, kept != nil, err
}

// KeepKey makes the key of the store the one that its secrets are known to be
// sealed with: what another one has sealed is lost.
func (tx *Tx) KeepKey() error {
	mark, err := tx.Mark("clé", tx.Instance())
	if err != nil {
		return err
	}
	return tx.bolt.Bucket(metaBucket).Put(sealKey, []byte(mark))
}

func (s *Store) box(use string) (cipher.AEAD, error) {
	key, err := s.subkey("sceau " + use)
	if err != nil {
		return nil, err
	}
	return chacha20poly1305.NewX(key)
}

// subkey gives each use a key of its own.
func (s *Store) subkey(use string) ([]byte, error) {
	if len(s.cfg.Key) != KeySize {
		return nil, ErrNoKey
	}
	return hkdf.Key(sha256.New, s.cfg.Key, nil, use, KeySize)
}
