package groups

import (
	"slices"
	"time"

	"preau/app/access"
	"preau/app/directory"
	"preau/data"
)

// reminderDays is how long before its end date a partnership is reminded of it.
const reminderDays = 30

var reminding = access.NewAction("partnership.remind", "Rappel de la fin d’un partenariat", access.ManageGroups, data.Info)

// TendPartnerships ends the partnerships whose end date has come, and reminds once
// of those that end within 30 days. The job of the appliance calls it each night.
func TendPartnerships(s *access.Session) error {
	due, soon := false, false
	err := s.See(func(tx *data.Tx) error {
		for p, err := range Partnerships.All(tx) {
			if err != nil {
				return err
			}
			due, soon = due || p.due(tx.Now), soon || p.soon(tx.Now)
		}
		return nil
	})
	if err == nil && due {
		err = s.Do(ending, func(tx *data.Tx) (data.Row, error) { return endDue(tx, s) })
	}
	if err == nil && soon {
		err = s.Do(reminding, func(tx *data.Tx) (data.Row, error) { return remindSoon(tx, s) })
	}
	return err
}

// due reports whether the end date has come.
func (p Partnership) due(now time.Time) bool {
	return p.State == Accepted && p.Until != "" && p.Until <= directory.DateOf(now.Local())
}

// soon reports whether the end date is near, and was not reminded of.
func (p Partnership) soon(now time.Time) bool {
	return p.State == Accepted && p.Until != "" && p.Reminded != p.Until && !p.due(now) && p.Until <= directory.DateOf(now.Local().AddDate(0, 0, reminderDays))
}

// among are the partnerships that something has to be done to.
func among(tx *data.Tx, is func(Partnership, time.Time) bool) (all []Partnership, err error) {
	for p, err := range Partnerships.All(tx) {
		if err != nil {
			return nil, err
		}
		if is(p, tx.Now) {
			all = append(all, p)
		}
	}
	if len(all) == 0 {
		return nil, data.ErrNotFound // somebody did it meanwhile
	}
	return all, nil
}

func endDue(tx *data.Tx, s *access.Session) (data.Row, error) {
	all, err := among(tx, Partnership.due)
	if err != nil {
		return nil, err
	}
	var done []outcome
	var closed []closing
	for _, p := range all {
		shut, err := closings(tx, p)
		if err != nil {
			return nil, err
		}
		p.Steps = append(slices.Clone(p.Steps), Step{State: Ended, At: tx.Now, By: s.Name()})
		p.State, p.Until, p.Reminded = Ended, "", ""
		note := "à la date prévue"
		if said := tollOf(shut).String(); said != "" {
			note += "\u00a0: " + said
		}
		done = append(done, outcome{Partnership: p, told: toldDue, note: note, shut: shut})
		closed = append(closed, shut...)
	}
	about, err := commit(tx, s, ending, done)
	if err != nil {
		return nil, err
	}
	return about, closeAll(tx, closed)
}

func remindSoon(tx *data.Tx, s *access.Session) (data.Row, error) {
	all, err := among(tx, Partnership.soon)
	if err != nil {
		return nil, err
	}
	var done []outcome
	for _, p := range all {
		p.Reminded = p.Until
		done = append(done, outcome{Partnership: p, told: toldSoon, note: "fin le " + p.Until.String()})
	}
	return commit(tx, s, reminding, done)
}
