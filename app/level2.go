package app

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"preau/app/access"
	"preau/app/connect/jira"
	"preau/app/requests"
	"preau/data"
)

const (
	level2Tick  = 5 * time.Second // at most, between the turn of a transmission and its try
	level2Round = 32              // transmissions that are read together
	level2Hands = 2               // establishments served at the same time
)

// level2Job is the name of the job in the store.
const level2Job = "Niveau 2"

// TokenLost is what transmissions wait for after a restore without the key.
const TokenLost = "Le jeton de JIRA ne peut plus être lu, car la clé de l’appareil a changé\u00a0: saisissez-le de nouveau dans les réglages du support."

// A liaison carries requests to the JIRA of their establishment, and back what it
// says of them. There is one: nothing is done twice at the same time.
type liaison struct{ app *App }

// carryRequests carries as commits and time ask, until the appliance stops.
func (a *App) carryRequests() {
	l := liaison{a}
	tick := time.NewTicker(level2Tick)
	defer tick.Stop()
	for {
		changed := a.Store.Changed()
		if err := l.carry(); err != nil && a.ctx.Err() == nil {
			a.cfg.Log.Error().Err(err).Msg("demandes à transmettre")
		}
		select {
		case <-changed:
		case <-tick.C:
		case <-a.ctx.Done():
			return
		}
	}
}

func (l liaison) session() *access.Session { return l.app.Gate.System(level2Job) }

// A consignment is what goes to the JIRA of one establishment together.
type consignment struct {
	loads  []requests.Load
	client *jira.Client
	refuse *jira.Failure // why nothing can go
	base   string        // of our own links
}

// carry does all that can be done now. A round with which nothing could be
// written is not tried again until the next turn.
func (l liaison) carry() error {
	defer l.app.recover("demandes à transmettre")
	for l.app.ctx.Err() == nil {
		all, err := l.round()
		if err != nil || len(all) == 0 {
			return err
		}
		var mu sync.Mutex
		var failed error
		turn := make(chan struct{}, level2Hands)
		var hands sync.WaitGroup
		for _, c := range all {
			turn <- struct{}{}
			hands.Go(func() {
				defer func() { <-turn }()
				err := l.serve(c)
				mu.Lock()
				failed = errors.Join(failed, err)
				mu.Unlock()
			})
		}
		hands.Wait()
		if failed != nil {
			return failed
		}
	}
	return nil
}

// round reads what is due, by establishment.
func (l liaison) round() (all []*consignment, err error) {
	base, _, err := l.app.Base()
	if err != nil {
		return nil, err
	}
	err = l.session().See(func(tx *data.Tx) error {
		due, err := requests.DueTransmissions(tx, level2Round)
		for _, load := range due {
			i := slices.IndexFunc(all, func(c *consignment) bool { return c.loads[0].Support.UAI == load.Support.UAI })
			if i < 0 {
				c := &consignment{base: base}
				c.client, c.refuse = l.app.jiraOf(tx, load.Support)
				all, i = append(all, c), len(all)
			}
			all[i].loads = append(all[i].loads, load)
		}
		return err
	})
	return all, err
}

// jiraOf is a client of the JIRA of a connector.
func (a *App) jiraOf(tx *data.Tx, p requests.Support) (*jira.Client, *jira.Failure) {
	token, ok := p.OpenToken(tx)
	if !ok {
		return nil, &jira.Failure{Says: TokenLost}
	}
	c, err := jira.Site{Base: p.Base, Flavour: jira.Flavour(p.Flavour), Email: p.User, Token: token}.Client(a.outward())
	if err != nil {
		return nil, failureOf(err)
	}
	return c, nil
}

// failureOf makes a failure of any error.
func failureOf(err error) *jira.Failure {
	if f, ok := errors.AsType[*jira.Failure](err); ok {
		return f
	}
	return &jira.Failure{Temporary: true, Says: "L’échange avec JIRA a échoué.", Err: err}
}

// serve does the errands of an establishment, one after the other. Where JIRA
// itself does not answer, those that follow are not tried.
func (l liaison) serve(c *consignment) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panique\u00a0: %v", p)
		}
	}()
	down := c.refuse
	for _, load := range c.loads {
		var failed *jira.Failure
		if failed = down; failed == nil {
			if failed, err = l.errands(c, &load); err != nil {
				return err
			}
		}
		switch {
		case failed == nil:
			continue
		case l.app.ctx.Err() != nil:
			return nil // the appliance stops: this is no try
		case wholly(failed):
			down = failed
		}
		if err := l.setBack(load, failed); err != nil {
			return err
		}
	}
	return nil
}

// errands does all that a request waits for, up to what JIRA refuses.
func (l liaison) errands(c *consignment, load *requests.Load) (*jira.Failure, error) {
	for more := true; more && l.app.ctx.Err() == nil; {
		var err error
		more, err = l.step(c, load)
		if f, ok := errors.AsType[*jira.Failure](err); ok {
			return f, nil
		}
		if err != nil {
			return nil, err
		}
	}
	return nil, nil
}

func (l liaison) setBack(load requests.Load, f *jira.Failure) error {
	return requests.SetBack(l.session(), load.Mark, requests.Setback{Says: f.Says, Temporary: f.Temporary, Wait: f.RetryAfter})
}

// wholly reports whether a failure is that of JIRA itself, and not of one thing
// that was asked of it.
func wholly(f *jira.Failure) bool {
	return f.Status == 0 || f.Status/100 == 2 || f.Status/100 == 3 || f.Status == 401 || f.Status == 429 || f.Status >= 500
}

// step does the next thing for a request, and reports whether there may be more.
// A *jira.Failure is that of JIRA, another error ours.
func (l liaison) step(c *consignment, load *requests.Load) (more bool, err error) {
	switch {
	case len(load.Errands) == 0:
		return false, l.read(c, load)
	case load.Errands[0].Kind == requests.MakeIssue:
		return l.create(c, load)
	}
	e := load.Errands[0]
	issue, err := c.client.Issue(l.app.ctx, load.Issue)
	if err != nil {
		return false, err
	}
	if e.Kind == requests.AddFile {
		err = l.attach(c, load, e, issue)
	} else {
		err = l.comment(c, load, e, issue)
	}
	if err != nil {
		return false, err
	}
	load.Errands = load.Errands[1:]
	return len(load.Errands) > 0 || load.Read, nil
}

// create makes the issue, once, and records it. Of what was called off, it only
// finds what may have been made.
func (l liaison) create(c *consignment, load *requests.Load) (more bool, err error) {
	still, err := requests.Begin(l.session(), load.Mark)
	if err != nil {
		return false, err
	}
	var key string
	if still {
		t := load.Ticket(c.base)
		n := jira.NewIssue{Project: t.Project, Type: t.Type, Summary: t.Summary, Description: t.Description, Priority: t.Priority, Labels: t.Labels, Fields: map[string]any{}}
		for id, value := range t.Fields {
			n.Fields[id] = value
		}
		key, err = c.client.CreateOnce(l.app.ctx, n, load.Mark)
	} else {
		key, err = c.client.FindByLabel(l.app.ctx, load.Mark)
	}
	switch {
	case err != nil:
		return false, err
	case key == "":
		return false, requests.Absent(l.session(), load.Mark)
	}
	return false, requests.Reached(l.session(), load.Mark, key, c.client.BrowseURL(key)) // read again in the next round
}

// attach adds a file to the issue, unless it is there.
func (l liaison) attach(c *consignment, load *requests.Load, e requests.Errand, issue jira.Issue) error {
	there := slices.ContainsFunc(issue.Attachments, func(a jira.Attachment) bool { return a.Name == e.File.Name && a.Size == e.File.Size })
	if !there {
		b, content, err := l.app.Store.OpenBlob(e.File.ID)
		if err != nil {
			return requests.Dropped(l.session(), load.Mark, e.Mark, "le fichier n’existe plus.")
		}
		if _, err := c.client.Attach(l.app.ctx, load.Issue, e.File.Name, b.Size, content); err != nil {
			if f := failureOf(err); f.Status == 413 {
				return requests.Dropped(l.session(), load.Mark, e.Mark, f.Says)
			}
			return err
		}
	}
	return requests.Carried(l.session(), load.Mark, e.Mark)
}

// comment adds a comment to the issue, unless it is there.
func (l liaison) comment(c *consignment, load *requests.Load, e requests.Errand, issue jira.Issue) error {
	there := slices.ContainsFunc(issue.Comments, func(said jira.Comment) bool { return strings.Contains(said.Body, e.Sign()) })
	if !there {
		if _, err := c.client.Comment(l.app.ctx, load.Issue, e.Body()); err != nil {
			return err
		}
	}
	return requests.Carried(l.session(), load.Mark, e.Mark)
}

// read keeps what JIRA says of an issue.
func (l liaison) read(c *consignment, load *requests.Load) error {
	issue, err := c.client.Issue(l.app.ctx, load.Issue)
	if err != nil {
		return err
	}
	now := requests.Reading{Status: issue.Status.Name, Category: string(issue.Status.Category), Resolution: issue.Resolution, Updated: issue.Updated}
	var me jira.Person
	for _, said := range issue.Comments {
		if !said.Public {
			continue
		}
		if strings.Contains(said.Body, load.Mark) { // ours, or one that repeats it
			if me.ID == "" {
				if me, _, err = c.client.Myself(l.app.ctx); err != nil {
					return err
				}
			}
			if said.Author.ID == me.ID {
				continue
			}
		}
		now.Comments = append(now.Comments, requests.Heard{ID: said.ID, Author: said.Author.Name, Text: said.Body})
	}
	return requests.Mirror(l.session(), load.Mark, now)
}
