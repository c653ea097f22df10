package app

import (
	"errors"
	"time"

	"preau/app/access"
	"preau/app/connect/jira"
	"preau/app/requests"
	"preau/data"
)

// pollLevel2 asks each JIRA whose turn it is what changed.
func (a *App) pollLevel2() error {
	s := a.Gate.System(level2Job)
	if err := requests.ReleaseClosed(s); err != nil {
		return err
	}
	type asking struct {
		requests.Poll
		client *jira.Client
		refuse *jira.Failure
	}
	var due []asking
	err := s.See(func(tx *data.Tx) error {
		polls, err := requests.DuePolls(tx)
		for _, p := range polls {
			ask := asking{Poll: p}
			ask.client, ask.refuse = a.jiraOf(tx, p.Support)
			due = append(due, ask)
		}
		return err
	})
	for _, ask := range due {
		if a.ctx.Err() != nil {
			return nil
		}
		err = errors.Join(err, a.poll(s, ask.Poll, ask.client, ask.refuse))
	}
	return err
}

func (a *App) poll(s *access.Session, p requests.Poll, client *jira.Client, refuse *jira.Failure) error {
	changed := map[string]time.Time{}
	if refuse == nil {
		issues, err := client.ChangedSince(a.ctx, p.Support.Project, p.Since)
		if err != nil {
			refuse = failureOf(err)
		}
		for _, i := range issues {
			changed[i.Key] = i.Updated
		}
	}
	switch {
	case refuse == nil:
		return requests.Polled(s, p.Support, changed)
	case a.ctx.Err() != nil:
		return nil
	}
	return requests.PollFailed(s, p.Support.UAI, refuse.Says)
}
