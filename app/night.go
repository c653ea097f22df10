package app

import (
	"context"
	"time"

	"preau/app/access"
	"preau/data"
)

// nightHour is when the jobs of the night begin, local time.
const nightHour = 2

// nightly runs the jobs of the night once a day, whatever the clock does: it
// compares days instead of waiting for an hour that may come twice or never.
func (a *App) nightly(ctx context.Context) error {
	set, err := a.Settings()
	if err != nil {
		return err
	}
	now := a.cfg.Now().Local()
	if now.Hour() < nightHour || sameDay(set.LastNight.Local(), now) {
		return nil
	}
	if err := a.keepNight(now); err != nil {
		return err
	}
	return a.Night(ctx)
}

func sameDay(a, b time.Time) bool { return a.Format(time.DateOnly) == b.Format(time.DateOnly) }

var nightAction = access.NewAction("appliance.night", "Tâches de la nuit", access.RunAppliance, data.Info)

func (a *App) keepNight(now time.Time) error {
	return a.Gate.System("Tâches de la nuit").Do(nightAction, func(tx *data.Tx) (data.Row, error) {
		set, err := settingsIn(tx)
		if err != nil {
			return nil, err
		}
		set.LastNight = now.UTC()
		return set, SettingsTable.Put(tx, set)
	})
}
