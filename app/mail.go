package app

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"preau/app/connect/mail"
	"preau/app/connect/outbound"
	"preau/app/post"
	"preau/app/requests"
	"preau/data"
)

const (
	mailTick  = 15 * time.Second // at most, between the turn of a mail and its try
	mailRound = 16               // mails whose settings are read together
	mailHands = 2                // mails handed over at the same time
)

// A courier hands the mails of the queue over to the mail server. There is one:
// no mail is handed over twice at the same time.
type courier struct {
	app     *App
	mu      sync.Mutex
	unnoted []func(*data.Tx) error // what became of mails, not written yet
}

// carryMails delivers as commits and time ask, until the appliance stops.
func (a *App) carryMails() {
	c := &courier{app: a}
	tick := time.NewTicker(mailTick)
	defer tick.Stop()
	for {
		changed := a.Store.Changed()
		if err := c.carry(); err != nil && a.ctx.Err() == nil {
			a.cfg.Log.Error().Err(err).Msg("courriels en attente")
		}
		select {
		case <-changed:
		case <-tick.C:
		case <-a.ctx.Done():
			return
		}
	}
}

// carry delivers the mails whose turn has come. What became of the former ones
// is written first: a disk that is full must not make a mail leave again and again.
func (c *courier) carry() error {
	defer c.app.recover("courriels")
	for c.app.ctx.Err() == nil {
		if err := c.note(); err != nil {
			return err
		}
		r, err := c.round()
		if err != nil || len(r.letters) == 0 {
			return errors.Join(err, c.note())
		}
		c.deliver(r)
	}
	return c.note()
}

// A round is mails that leave together, and how.
type round struct {
	how     post.Settings
	server  mail.Server
	policy  outbound.Policy
	letters []handed
}

// A handed mail is one of the queue, as it leaves.
type handed struct {
	mail.Message
	post  string // identifier in the queue
	about string // key of the request that is told what became of it, "" for none
}

// round reads the settings and the mails whose turn has come. Those that cannot
// leave whatever the server says are noted.
func (c *courier) round() (r round, err error) {
	set, err := c.app.Settings()
	if err != nil {
		return r, err
	}
	base, _, err := c.app.Base()
	if err != nil {
		return r, err
	}
	r.policy = c.app.outward()
	err = c.app.Gate.System(mailJob).See(func(tx *data.Tx) error {
		if r.how, err = post.SettingsOf(tx); err != nil || !r.how.Leaves() {
			return err
		}
		due, err := post.Due(tx, mailRound)
		if err != nil || len(due) == 0 {
			return err
		}
		password, ok := r.how.OpenPassword(tx)
		if !ok {
			c.postpone(r, PasswordLost)
			return nil
		}
		r.server = mail.Server{Host: r.how.Host, Port: r.how.Port, Security: mail.Security(r.how.Security), User: r.how.User, Password: password}
		for _, m := range due {
			whole, ok := m.Whole(tx)
			if !ok {
				c.later(func(tx *data.Tx) error { return post.Refused(tx, m.ID, secretLost, false) })
				continue
			}
			letter, err := whole.Compose(set.Name, base)
			if err != nil {
				return err
			}
			h := handed{post: m.ID, Message: mail.Message{ID: m.ID, From: c.app.sender(r.how), FromName: set.Name, To: m.To, Subject: m.Subject, Text: letter.Text, HTML: letter.HTML}}
			r.letters = append(r.letters, h.threaded(m.Thread))
		}
		return nil
	})
	return r, err
}

// threaded places a mail among those of its thread.
func (h handed) threaded(t *post.Thread) handed {
	if t == nil {
		return h
	}
	if h.ID, h.about = t.ID, t.About; t.From != "" {
		h.From = t.From
	}
	for _, id := range []string{t.Root, t.Reply} {
		if id == "" || id == t.ID {
			continue
		}
		if !strings.Contains(id, "@") {
			id += h.From[strings.LastIndexByte(h.From, '@'):]
		}
		if h.InReplyTo = id; !slices.Contains(h.References, id) {
			h.References = append(h.References, id)
		}
	}
	return h
}

// mailJob is the name of the job in the store.
const mailJob = "Envoi des courriels"

// PasswordLost is what the mails wait for after a restore without the key.
const PasswordLost = "Le mot de passe du serveur de courriel ne peut plus être lu : saisissez-le de nouveau dans la configuration de l’appareil."

const secretLost = "Le contenu secret de ce courriel ne peut plus être lu, car la clé de l’appareil a changé : refaites l’opération qui l’a demandé."

// deliver hands the mails of a round over. The first goes alone: where the server
// does not answer, the others are not tried.
func (c *courier) deliver(r round) {
	if failure := c.hand(r, r.letters[0]); failure != nil && !failure.Message {
		c.postpone(r, failure.Says)
		return
	}
	turn := make(chan struct{}, mailHands)
	var hands sync.WaitGroup
	for _, m := range r.letters[1:] {
		turn <- struct{}{}
		hands.Go(func() {
			defer func() { <-turn }()
			c.hand(r, m)
		})
	}
	hands.Wait()
}

// hand hands one mail over, and notes what became of it. What the appliance
// interrupts by stopping is no try. The failures of the server are for later: it
// is for who runs the appliance to mend them, and no mail is lost meanwhile.
func (c *courier) hand(r round, m handed) *mail.Failure {
	if c.app.ctx.Err() != nil {
		return nil
	}
	err := c.send(r, m)
	if err == nil {
		c.later(func(tx *data.Tx) error {
			return errors.Join(post.Delivered(tx, m.post), requests.Mailed(tx, m.about, m.To, ""))
		})
		c.report(c.note())
		return nil
	}
	if errors.Is(err, context.Canceled) {
		return nil
	}
	failure, ok := errors.AsType[*mail.Failure](err)
	if !ok {
		failure = &mail.Failure{Temporary: true, Message: true, Says: "L’envoi a échoué."}
		c.app.cfg.Log.Error().Err(err).Str("courriel", m.post).Msg("envoi interrompu")
	}
	c.later(func(tx *data.Tx) error {
		if failure.Message {
			return m.refused(tx, failure.Says, failure.Temporary)
		}
		return r.unlessChanged(tx, func() error { return m.refused(tx, failure.Says, true) })
	})
	c.report(c.note())
	return failure
}

// refused notes that a mail could not be delivered, and tells its request when it
// never will be.
func (h handed) refused(tx *data.Tx, says string, temporary bool) error {
	if err := post.Refused(tx, h.post, says, temporary); err != nil || h.about == "" {
		return err
	}
	m, err := post.Mails.Get(tx, h.post)
	if err != nil || m.State != post.Failed {
		return err
	}
	return requests.Mailed(tx, h.about, h.To, says)
}

// send makes an error of a panic: the mail has its pause like another.
func (c *courier) send(r round, m handed) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panique : %v", p)
		}
	}()
	return r.server.Send(c.app.ctx, r.policy, m.Message)
}

func (c *courier) report(err error) {
	if err != nil {
		c.app.cfg.Log.Error().Err(err).Msg("courriel remis, mais pas encore noté")
	}
}

// later keeps what became of a mail until it is written.
func (c *courier) later(fn func(*data.Tx) error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.unnoted = append(c.unnoted, fn)
}

// postpone notes that the server takes no mail.
func (c *courier) postpone(r round, says string) {
	c.later(func(tx *data.Tx) error {
		return r.unlessChanged(tx, func() error { return post.Postpone(tx, says) })
	})
}

// unlessChanged does fn, unless the settings of the server are no longer those of
// the round: its mails are then to be tried by the new ones.
func (r round) unlessChanged(tx *data.Tx, fn func() error) error {
	how, err := post.SettingsOf(tx)
	if err != nil || stampOf(how) != stampOf(r.how) {
		return err
	}
	return fn()
}

// note writes what became of mails.
func (c *courier) note() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.unnoted) == 0 {
		return nil
	}
	err := c.app.Gate.System(mailJob).Upkeep(func(tx *data.Tx) (err error) {
		for _, fn := range c.unnoted {
			err = errors.Join(err, fn(tx))
		}
		return err
	})
	if err == nil {
		c.unnoted = nil
	}
	return err
}

// outward is what the appliance may join.
func (a *App) outward() outbound.Policy { return outbound.Policy{Allowed: a.cfg.Networks} }

// noAddress stands for the host of an appliance without a public address.
const noAddress = "ent.example"

// sender is the address that mails come from.
func (a *App) sender(set post.Settings) string {
	if set.From != "" {
		return set.From
	}
	return a.DefaultSender()
}

// DefaultSender is the address that mails come from unless one is given.
func (a *App) DefaultSender() string {
	host := noAddress
	if base, public, err := a.Base(); err == nil && public {
		if u, err := url.Parse(base); err == nil {
			if _, err := netip.ParseAddr(u.Hostname()); err != nil {
				host = u.Hostname()
			}
		}
	}
	return "ne.pas.repondre@" + host
}

// MailQueue is how many mails wait.
func (a *App) MailQueue() (n int, err error) {
	err = a.Gate.System(mailJob).See(func(tx *data.Tx) error {
		n, err = post.Waits(tx)
		return err
	})
	return n, err
}

// sweepMails forgets the mails of long ago.
func (a *App) sweepMails() error { return a.Gate.System(mailJob).Upkeep(post.Sweep) }
