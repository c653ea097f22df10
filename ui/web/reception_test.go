package web

import (
	"net"
	"strings"
	"testing"
	"time"

	"github.com/valyala/fasthttp"
)

// deadlines is a connection that remembers until when it may be read.
type deadlines struct {
	net.Conn
	until time.Time
}

func (d *deadlines) SetReadDeadline(t time.Time) error {
	d.until = t
	return nil
}
func (d *deadlines) RemoteAddr() net.Addr { return &net.TCPAddr{} }
func (d *deadlines) LocalAddr() net.Addr  { return &net.TCPAddr{} }

// TestPace: an upload goes on for as long as it comes, not too slowly, and not
// for ever.
func TestPace(t *testing.T) {
	for name, c := range map[string]struct {
		ago  time.Duration // since it began
		sent int64
		over bool
	}{
		"beginning":         {0, 0, false},
		"at a good pace":    {10 * time.Minute, 300 << 20, false},
		"stopped at once":   {time.Minute, 0, true},
		"drop by drop":      {10 * time.Minute, 1 << 20, true},
		"a slow line":       {10 * time.Minute, 20 << 20, false},
		"too long, however": {31 * time.Minute, 500 << 20, true},
	} {
		conn, ctx := &deadlines{}, &fasthttp.RequestCtx{}
		ctx.Init2(conn, nil, false)
		began := time.Now()
		p := &pace{Reader: strings.NewReader("suite"), ctx: ctx, patience: patience, from: began.Add(-c.ago), n: c.sent}
		if n, err := p.Read(make([]byte, 10)); n != 5 || err != nil || p.n != c.sent+5 {
			t.Errorf("%s: %d %v", name, n, err)
		}
		if conn.until.IsZero() || conn.until.After(time.Now().Add(patience)) || conn.until.Before(began) != c.over {
			t.Errorf("%s: may be read until %v from now", name, conn.until.Sub(began))
		}
	}
}

// TestSize writes sizes as people read them.
func TestSize(t *testing.T) {
	for bytes, want := range map[int64]string{0: "0\u00a0octet", 1: "1\u00a0octet", 840: "840\u00a0octets", 1023: "1\u202f023\u00a0octets", 1024: "1\u00a0Kio", 12_300: "12\u00a0Kio", 1<<20 - 513: "1023\u00a0Kio", 1<<20 - 512: "1\u00a0Mio", 1 << 20: "1\u00a0Mio", 1_258_291: "1,2\u00a0Mio", 10 << 20: "10\u00a0Mio", 10<<20 - 1: "10\u00a0Mio", 512 << 20: "512\u00a0Mio"} {
		if got := Size(bytes); got != want {
			t.Errorf("%d: %s, want %s", bytes, got, want)
		}
	}
}
