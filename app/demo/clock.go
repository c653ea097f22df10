package demo

import (
	"sync/atomic"
	"time"
)

// A Clock is the time of an appliance that is given a past: it can be set back
// while the demo is built, and then follows the real one.
type Clock struct{ offset atomic.Int64 }

// Now is the time of the clock.
func (c *Clock) Now() time.Time { return time.Now().Add(time.Duration(c.offset.Load())) }

// Set moves the clock to a time, from which it goes on.
func (c *Clock) Set(t time.Time) { c.offset.Store(int64(time.Until(t))) }

// Real returns the clock to the present.
func (c *Clock) Real() { c.offset.Store(0) }
