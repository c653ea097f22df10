package app

import (
	"context"
	"time"

	"preau/app/access"
	"preau/app/directory"
)

// worthWaiting is how long somebody waits for a mass action before its page is
// shown to them, under way.
const worthWaiting = 3 * time.Second

// StartAction does a mass action that was prepared, beside the requests. It is
// most often done when this returns.
func (a *App) StartAction(s *access.Session, uai, id, reason string) error {
	run, err := directory.StartAction(s, uai, id, reason)
	if err == nil {
		a.follow(id, run)
	}
	return err
}

// UndoAction undoes a mass action, and returns where what it does is told.
func (a *App) UndoAction(s *access.Session, uai, id string) (undoing string, err error) {
	undoing, run, err := directory.UndoAction(s, uai, id)
	if err == nil {
		a.follow(undoing, run)
	}
	return undoing, err
}

func (a *App) follow(id string, run func(context.Context) error) {
	done := make(chan struct{})
	a.Go("action sur plusieurs comptes", func() {
		defer close(done)
		if err := run(a.ctx); err != nil {
			a.cfg.Log.Error().Err(err).Str("action", id).Msg("action en échec")
		}
	})
	select {
	case <-done:
	case <-time.After(worthWaiting):
	}
}
