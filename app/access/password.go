package access

import (
	"context"
	"crypto/subtle"
	"encoding/base64"
	"fmt"
	"io"
	"runtime"
	"strings"
	"sync/atomic"

	"golang.org/x/crypto/argon2"
)

// cost is what one argon2id hash takes: OWASP's second choice, 46 MiB and 73 ms
// on the reference machine.
type cost struct {
	memory, time uint32 // KiB, passes
	threads      uint8
}

var present = cost{46 << 10, 1, 1}

// A hasher hashes passwords, a few at a time: each takes 46 MiB.
type hasher struct {
	rand  io.Reader
	slots chan struct{} // hashes under way
	queue chan struct{} // those and the waiting ones
	dummy string        // verified when there is no account, so that it takes as long
	done  atomic.Int64
}

const (
	hashesMost   = 4 // at once, on a machine that has the cores
	hashesQueued = 64
	hashesKept   = 2 // whose memory may wait for the collector
)

// hashesAtOnce is how many hashes run at the same time: more than there are
// cores would take memory and give no time.
func hashesAtOnce() int { return min(hashesMost, runtime.GOMAXPROCS(0)) }

func newHasher(rand io.Reader) *hasher {
	h := &hasher{rand: rand, slots: make(chan struct{}, hashesAtOnce()), queue: make(chan struct{}, hashesAtOnce()+hashesQueued)}
	salt := make([]byte, 16)
	h.dummy = present.phc(salt, argon2.IDKey([]byte("-"), salt, present.time, present.memory, present.threads, 32))
	return h
}

// run waits for a slot and hashes. A full queue is a refusal at once.
func (h *hasher) run(ctx context.Context, hash func()) error {
	select {
	case h.queue <- struct{}{}:
	default:
		return &Refusal{Kind: Overloaded, Says: "Beaucoup de personnes se connectent en ce moment. Réessayez dans quelques secondes."}
	}
	defer func() { <-h.queue }()
	select {
	case h.slots <- struct{}{}:
	case <-ctx.Done():
		return ctx.Err()
	}
	defer func() { <-h.slots }()
	hash()
	if h.done.Add(1)%hashesKept == 0 {
		runtime.GC() // the collector would let hundreds of MiB of them wait
	}
	return nil
}

// Hash returns the PHC string of a password.
func (h *hasher) Hash(ctx context.Context, password string) (phc string, err error) {
	salt := make([]byte, 16)
	if _, err := io.ReadFull(h.rand, salt); err != nil {
		return "", err
	}
	err = h.run(ctx, func() {
		phc = present.phc(salt, argon2.IDKey([]byte(Normal(password)), salt, present.time, present.memory, present.threads, 32))
	})
	return phc, err
}

// Verify reports whether the password has this PHC string, "" standing for an
// account without password. It takes the same time whatever the answer.
func (h *hasher) Verify(ctx context.Context, password, phc string) (ok bool, err error) {
	known := phc != ""
	if !known {
		phc = h.dummy
	}
	c, salt, want, err := parsePHC(phc)
	if err != nil {
		return false, err
	}
	err = h.run(ctx, func() {
		got := argon2.IDKey([]byte(Normal(password)), salt, c.time, c.memory, c.threads, uint32(len(want)))
		ok = subtle.ConstantTimeCompare(got, want) == 1 && known
	})
	return ok, err
}

func (c cost) phc(salt, hash []byte) string {
	b64 := base64.RawStdEncoding
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, c.memory, c.time, c.threads, b64.EncodeToString(salt), b64.EncodeToString(hash))
}

func parsePHC(phc string) (c cost, salt, hash []byte, err error) {
	parts := strings.Split(phc, "$")
	if len(parts) != 6 || parts[1] != "argon2id" {
		return c, nil, nil, fmt.Errorf("not an argon2id hash")
	}
	if _, err := fmt.Sscanf(parts[3], "m=%d,t=%d,p=%d", &c.memory, &c.time, &c.threads); err != nil {
		return c, nil, nil, err
	}
	b64 := base64.RawStdEncoding
	if salt, err = b64.DecodeString(parts[4]); err == nil {
		hash, err = b64.DecodeString(parts[5])
	}
	return c, salt, hash, err
}

// outdated reports whether a hash was made at another cost than the present one.
func outdated(phc string) bool {
	c, _, _, err := parsePHC(phc)
	return err != nil || c != present
}
