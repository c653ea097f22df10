package app_test

import (
	"bytes"
	"net/netip"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/rs/zerolog"

	"preau/app"
	"preau/app/access"
	"preau/app/post"
	"preau/data"
)

// An office is an appliance that delivers its mails, on a clock that moves only
// when told.
type office struct {
	*app.App
	t   *testing.T
	dir string
	log *lines
	at  *clock
}

type clock struct {
	mu sync.Mutex
	t  time.Time
}

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.t
}

type lines struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lines) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lines) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

var loopback = []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}

// newOffice opens an appliance that delivers nothing yet.
func newOffice(t *testing.T, dir string, networks []netip.Prefix) *office {
	t.Helper()
	return newBounded(t, dir, networks, 0)
}

// newBounded opens one whose store may take so many bytes, 0 for no bound.
func newBounded(t *testing.T, dir string, networks []netip.Prefix, most int64) *office {
	t.Helper()
	o := &office{t: t, dir: dir, log: &lines{}, at: &clock{t: time.Date(2026, 9, 1, 8, 0, 0, 0, time.UTC)}}
	a, err := app.Open(app.Config{Dir: dir, Now: o.at.now, Log: zerolog.New(o.log), Networks: networks, MaxSize: most})
	if err != nil {
		t.Fatal(err)
	}
	o.App = a
	o.Served("https://ent.exemple.example", "http://127.0.0.1:1")
	t.Cleanup(o.close)
	return o
}

// close ends the appliance, checked whole.
func (o *office) close() {
	o.t.Helper()
	if o.App == nil {
		return
	}
	if err := o.Store.Check(func(problem string) { o.t.Error(problem) }); err != nil {
		o.t.Error(err)
	}
	if err := o.Close(); err != nil {
		o.t.Error(err)
	}
	if strings.Contains(o.log.String(), "panique") {
		o.t.Error(o.log)
	}
	o.App = nil
}

// deliver begins to deliver.
func (o *office) deliver() {
	o.t.Helper()
	if err := o.Start(o.t.Context()); err != nil {
		o.t.Fatal(err)
	}
}

// pass lets time go by, and says so to those who wait for a commit.
func (o *office) pass(d time.Duration) {
	o.t.Helper()
	o.at.mu.Lock()
	o.at.t = o.at.t.Add(d)
	o.at.mu.Unlock()
	o.upkeep(func(*data.Tx) error { return nil })
}

func (o *office) system() *access.Session { return o.Gate.System("essai") }

func (o *office) upkeep(fn func(*data.Tx) error) {
	o.t.Helper()
	if err := o.system().Upkeep(fn); err != nil {
		o.t.Fatal(err)
	}
}

// through sends the mails by a server of this machine.
func (o *office) through(port int) {
	o.t.Helper()
	form := app.MailForm{Stamp: o.configuration().MailStamp, Host: "127.0.0.1", Port: strconv.Itoa(port), Security: "aucune"}
	if err := o.SetMail(o.system(), form); err != nil {
		o.t.Fatal(err)
	}
}

func (o *office) configuration() app.Configuration {
	o.t.Helper()
	c, err := o.Configuration(o.system())
	if err != nil {
		o.t.Fatal(err)
	}
	return c
}

// queue writes a mail to each of the addresses, as operations do.
func (o *office) queue(secret bool, to ...string) {
	o.t.Helper()
	o.upkeep(func(tx *data.Tx) error {
		for _, address := range to {
			m := post.Mail{To: address, Subject: "Pour " + address, Lines: []string{"Une ligne."}, Secret: secret, Facts: []post.Fact{{Label: "Mot de passe", Value: canary}},
				Links: []post.Link{{Label: "Choisir", Path: "/mot-de-passe?lien=" + canary}}}
			if err := post.Queue(tx, m); err != nil {
				return err
			}
		}
		return nil
	})
}

// canary is a secret that is like no other text.
const canary = "serin-jaune-des-canaries-17"

// mails are those of the store, by recipient.
func (o *office) mails() map[string]post.Mail {
	o.t.Helper()
	all := map[string]post.Mail{}
	if err := o.system().See(func(tx *data.Tx) error {
		for m, err := range post.Mails.All(tx) {
			if err != nil {
				return err
			}
			all[m.To] = m
		}
		return nil
	}); err != nil {
		o.t.Fatal(err)
	}
	return all
}

// wait waits until the mails are as they should be.
func (o *office) wait(what string, right func(map[string]post.Mail) bool) map[string]post.Mail {
	o.t.Helper()
	return until(o, what, o.mails, right)
}

// until waits for commits until what is read is as it should be.
func until[T any](o *office, what string, read func() T, right func(T) bool) T {
	o.t.Helper()
	for end := time.After(30 * time.Second); ; {
		changed := o.Store.Changed()
		now := read()
		if right(now) {
			return now
		}
		select {
		case <-changed:
		case <-end:
			o.t.Fatalf("never %s: %+v", what, now)
		}
	}
}

// every reports whether all the mails are right.
func every(right func(post.Mail) bool) func(map[string]post.Mail) bool {
	return func(all map[string]post.Mail) bool {
		for _, m := range all {
			if !right(m) {
				return false
			}
		}
		return true
	}
}

func sent(m post.Mail) bool { return m.State == post.Sent }

// unsealed checks that no file of the directory has ever held the secret.
func (o *office) unsealed() {
	o.t.Helper()
	b, err := os.ReadFile(filepath.Join(o.dir, data.FileName))
	if err != nil {
		o.t.Fatal(err)
	}
	if bytes.Contains(b, []byte(canary)) {
		o.t.Error("the secret of a mail is in the file")
	}
	if strings.Contains(o.log.String(), canary) {
		o.t.Error("the secret of a mail is in the log")
	}
}
