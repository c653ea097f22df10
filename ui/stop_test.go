package ui

import (
	"context"
	"net"
	"testing"
	"time"

	"github.com/rs/zerolog"

	"preau/app"
)

// TestToldToStopAtOnce: an appliance that is told to stop before it has begun
// to answer stops all the same.
func TestToldToStopAtOnce(t *testing.T) {
	for range 5 {
		a, err := app.Open(app.Config{Dir: t.TempDir(), Log: zerolog.Nop()})
		if err != nil {
			t.Fatal(err)
		}
		site, err := Listening{Listen: "127.0.0.1:0"}.site(a)
		if err != nil {
			t.Fatal(err)
		}
		listener, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		ctx, stop := context.WithCancel(t.Context())
		stop()
		ended := make(chan error, 1)
		go func() { ended <- run(ctx, a, site, listener) }()
		select {
		case err := <-ended:
			if err != nil {
				t.Error(err)
			}
		case <-time.After(time.Minute):
			t.Fatal("it does not stop")
		}
		if err := a.Close(); err != nil {
			t.Error(err)
		}
	}
}
