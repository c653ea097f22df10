package data

import (
	"fmt"
	"runtime/debug"
	"sync"
)

// safeGo runs fn in a goroutine of its own, which cannot end the process.
func safeGo(failed func(err error), fn func()) {
	go func() {
		defer func() {
			if r := recover(); r != nil {
				failed(fmt.Errorf("panic: %v\n%s", r, debug.Stack()))
			}
		}()
		fn()
	}()
}

// A broadcast wakes everyone who waits for the next step.
type broadcast struct {
	mu   sync.Mutex
	next chan struct{}
}

func (b *broadcast) wait() <-chan struct{} {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.next == nil {
		b.next = make(chan struct{})
	}
	return b.next
}

func (b *broadcast) send() {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.next != nil {
		close(b.next)
		b.next = nil
	}
}
