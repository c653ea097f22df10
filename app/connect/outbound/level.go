package outbound

import (
	"context"
	"time"
)

// levelled is how long the test of a server that is not joined lasts at least.
const levelled = time.Second

// Level waits, after the test of a server that began at a time and whose first
// step failed, until the test has lasted as long as every such test: how soon the
// policy refuses an address tells nothing of what its name resolved to.
func Level(ctx context.Context, began time.Time, steps []Step) {
	if len(steps) == 0 || steps[0].OK {
		return
	}
	timer := time.NewTimer(levelled - time.Since(began))
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
}
