package requests_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"preau/app/access"
	"preau/app/requests"
)

// TestStatisticsAgree counts by the rows themselves what the index counts, for
// any period and any reader.
func TestStatisticsAgree(t *testing.T) {
	c, dice := newCast(t), rand.New(rand.NewPCG(5, 6))
	all := c.many(120, dice)
	for i, r := range all {
		c.pass(time.Duration(dice.IntN(300)) * time.Minute)
		s := map[string]*access.Session{balzac: c.claire, colette: c.sophie}[r.UAI()]
		switch r = c.read(s, r.Number).Request; {
		case r.Escalation.Holds():
		case r.State == requests.Closed && i%3 == 0:
			c.must(requests.SetState(s, r.Number, 0, requests.InProgress, time.Time{}))
		case r.State != requests.Closed && i%2 == 0:
			c.must(requests.Solved(s, r.Number, 0, requests.Solve{Solution: "Voilà."}))
			_, err := requests.SendAnswer(s, r.Number, 0)
			c.must(err)
		case r.State != requests.Closed && i%5 == 0 && r.UAI() == all[0].UAI() && i > 0 && all[0].Merged.Into == 0:
			c.must(requests.Merge(s, r.Number, all[0].Number))
		}
	}
	for i := range all {
		all[i] = c.read(c.marc, all[i].Number).Request
	}
	for range 60 {
		s := []*access.Session{c.claire, c.sophie, c.paul, c.marc}[dice.IntN(4)]
		from := firstDay.AddDate(0, 0, dice.IntN(60)-35).Truncate(24 * time.Hour)
		to := from.AddDate(0, 0, []int{0, 3, 20, 60, 500}[dice.IntN(5)])
		uai := ""
		if s == c.paul || s == c.marc {
			uai = []string{"", balzac, colette}[dice.IntN(3)]
		}
		st, err := requests.StatisticsOf(s, uai, from, to)
		c.must(err)
		if got, want := summed(st), countedBy(c, s, uai, from, to, all); got != want {
			t.Fatalf("%s, %q, %s to %s:\n%s, want\n%s", s.Account.Name, uai, from, to, got, want)
		}
		for what, shares := range map[string][]requests.Share{"types": st.Types, "services": st.Services, "assignees": st.Assignees, "schools": st.Schools} {
			received, closed := 0, 0
			for _, x := range shares {
				if received, closed = received+x.Received, closed+x.Closed; x.Name == "" {
					t.Errorf("a share of the %s has no name", what)
				}
			}
			if received != st.Received || closed != st.Closed {
				t.Errorf("%s: %d and %d, of %d and %d", what, received, closed, st.Received, st.Closed)
			}
		}
	}
	if _, err := requests.StatisticsOf(c.claire, colette, firstDay, firstDay); access.KindOf(err) != access.Missing {
		t.Error("a foreign establishment is counted:", err)
	}
	_, err := requests.StatisticsOf(c.claire, "", firstDay, firstDay.AddDate(0, 0, -1))
	wantsField(t, "an end before its beginning", err, "au")
}

// summed writes statistics in one line.
func summed(st requests.Statistics) string {
	steps, closed := 0, 0
	for _, x := range st.Steps {
		steps, closed = steps+x.Received, closed+x.Closed
	}
	bands := 0
	for _, b := range st.Ages {
		bands += b.Count
	}
	return fmt.Sprintln(st.Received, st.Closed, st.Reopened, st.Answered, st.Answer, st.Resolved, st.Resolution, st.Open, st.Waiting, steps, closed, bands, st.Ages[4].Count)
}

// countedBy is the same, the simple way.
func countedBy(c *cast, s *access.Session, uai string, from, to time.Time, all []requests.Request) string {
	var received, closed, reopened, open, waiting, old int
	var answers, resolutions []time.Duration
	during := func(t time.Time) bool { return !t.IsZero() && !t.Before(from) && t.Before(to.AddDate(0, 0, 1)) }
	for _, r := range all {
		if !s.Can(access.Administer, r.At) || uai != "" && r.UAI() != uai {
			continue
		}
		if during(r.Received) {
			if received++; !r.AnsweredAt.IsZero() {
				answers = append(answers, r.AnsweredAt.Sub(r.Received)-pausedThen(r))
			}
		}
		if r.State == requests.Closed && r.Merged.Into == 0 && during(r.ClosedAt) {
			closed++
			resolutions = append(resolutions, r.Age(c.now()))
		}
		if during(r.ReopenedAt) {
			reopened++
		}
		switch r.State {
		case requests.Open, requests.InProgress:
			if open++; r.Age(c.now()) >= 30*24*time.Hour {
				old++
			}
		case requests.Waiting:
			waiting++
		}
	}
	return fmt.Sprintln(received, closed, reopened, len(answers), middle(answers), len(resolutions), middle(resolutions), open, waiting, received, closed, open, old)
}

// pausedThen is what a request had waited when it was first answered: here, what
// it waited at all, those that wait still having been answered meanwhile.
func pausedThen(r requests.Request) time.Duration {
	if r.State == requests.Waiting {
		return r.AnsweredAt.Sub(r.Since)
	}
	return r.Paused
}

func middle(all []time.Duration) time.Duration {
	if len(all) == 0 {
		return 0
	}
	slices.Sort(all)
	return (all[(len(all)-1)/2] + all[len(all)/2]) / 2
}
