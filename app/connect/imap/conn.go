package imap

import (
	"context"
	"errors"
	"net"
	"sync"
	"time"
)

// maxAnswer is the most that a server may answer to one command, in bytes,
// beyond what was asked for.
const maxAnswer = 1 << 20

var errTalkative = errors.New("the server answers without end")

// bounded is the connection under the client of the library, which never sees
// more than an answer may hold nor waits longer than stallTimeout: the client
// has delays of its own, that are not followed. It ends with its context.
type bounded struct {
	net.Conn
	ctx   context.Context
	spare func() bool // forgets the end of the context

	mu    sync.Mutex
	left  int           // what the server may still answer
	stall time.Duration // without a byte
	err   error         // the first, that the library does not wrap
}

func bound(ctx context.Context, conn net.Conn) *bounded {
	b := &bounded{Conn: conn, ctx: ctx, left: maxAnswer, stall: stallTimeout}
	b.spare = context.AfterFunc(ctx, func() { conn.Close() })
	return b
}

// expect lets the server answer to one more command.
func (b *bounded) expect(size int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.left = size + maxAnswer
}

// hurry shortens what the server is waited for.
func (b *bounded) hurry(stall time.Duration) {
	b.mu.Lock()
	b.stall = stall
	b.mu.Unlock()
	b.wait()
}

// broken returns the first error of the connection, nil while it holds.
func (b *bounded) broken() error {
	if err := b.ctx.Err(); err != nil {
		return err
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.err
}

// wait gives the server its time again.
func (b *bounded) wait() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.Conn.SetDeadline(time.Now().Add(b.stall))
}

func (b *bounded) failed(err error) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.err == nil {
		b.err = err
	}
	return err
}

func (b *bounded) Read(p []byte) (int, error) {
	b.mu.Lock()
	left, err := b.left, b.err
	b.mu.Unlock()
	if err != nil {
		return 0, err // the library tries again
	}
	if left <= 0 {
		return 0, b.failed(errTalkative)
	}
	b.wait()
	n, err := b.Conn.Read(p[:min(len(p), left)])
	b.mu.Lock()
	b.left -= n
	b.mu.Unlock()
	if err != nil {
		b.failed(err)
	}
	return n, err
}

// Write also gives the server its time to answer what is written.
func (b *bounded) Write(p []byte) (int, error) {
	b.wait()
	n, err := b.Conn.Write(p)
	if err != nil {
		b.failed(err)
	}
	return n, err
}

func (b *bounded) SetDeadline(time.Time) error      { return nil }
func (b *bounded) SetReadDeadline(time.Time) error  { return nil }
func (b *bounded) SetWriteDeadline(time.Time) error { return nil }
