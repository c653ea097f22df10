package app_test

import (
	"bytes"
	"fmt"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
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
	for end := time.After(30 * time.Second); ; {
		changed := o.Store.Changed()
		all := o.mails()
		if right(all) {
			return all
		}
		select {
		case <-changed:
		case <-end:
			o.t.Fatalf("never %s: %+v", what, all)
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

// TestMailsAreDelivered: each mail arrives once, whatever wakes the delivery
// meanwhile, with links to the public address; its secret is then nowhere.
func TestMailsAreDelivered(t *testing.T) {
	r, o := newRelay(t), newOffice(t, t.TempDir(), loopback)
	o.through(r.port)
	var to []string
	for i := range 40 {
		to = append(to, fmt.Sprintf("parent%d@exemple.example", i))
	}
	o.queue(true, to...)
	o.unsealed()
	o.deliver()
	o.queue(false, "anne.martin@exemple.example")
	for range 200 {
		o.pass(0)
	}
	all := o.wait("delivered", every(sent))
	letters := r.letters()
	for address, m := range all {
		got := letters[address]
		if len(got) != 1 || got[0].id != "<"+m.ID+"@ent.exemple.example>" || got[0].from != "ne.pas.repondre@ent.exemple.example" || got[0].subject != m.Subject {
			t.Fatalf("%s received %+v", address, got)
		}
		for name, part := range map[string]string{"text": got[0].text, "HTML": got[0].html} {
			if !strings.Contains(part, "https://ent.exemple.example/mot-de-passe?lien="+canary) || !strings.Contains(part, "Une ligne.") {
				t.Errorf("the %s to %s is %s", name, address, part)
			}
		}
		if m.Secret && !m.Erased() {
			t.Errorf("the secret of %s is still there", address)
		}
	}
	if len(letters) != len(to)+1 {
		t.Errorf("%d people received something", len(letters))
	}
	if n, err := o.MailQueue(); err != nil || n != 0 {
		t.Errorf("%d wait (%v)", n, err)
	}
}

// TestMailRefused: a mail that is put off waits for its pause and leaves then;
// one that is refused for good is given up without its secret; others leave.
func TestMailRefused(t *testing.T) {
	r, o := newRelay(t), newOffice(t, t.TempDir(), loopback)
	const late, nobody, other = "trop.tard@exemple.example", "inconnu@exemple.example", "anne.martin@exemple.example"
	r.answer(late, later, later)
	r.answer(nobody, never)
	o.through(r.port)
	o.queue(true, late, nobody, other)
	o.deliver()
	all := o.wait("tried", func(all map[string]post.Mail) bool {
		return all[late].Tries == 1 && all[nobody].State == post.Failed && sent(all[other])
	})
	if m := all[late]; m.State != post.Waiting || !strings.Contains(m.Error, "451 revenez plus tard") || !m.Due.Equal(o.at.now().Add(time.Minute)) || m.Erased() {
		t.Errorf("put off: %+v", m)
	}
	if m := all[nobody]; !strings.Contains(m.Error, "550 personne de ce nom") || !m.Erased() {
		t.Errorf("refused: %+v", m)
	}
	o.pass(59 * time.Second)
	o.pass(time.Second)
	all = o.wait("tried again", func(all map[string]post.Mail) bool { return all[late].Tries == 2 })
	if m := all[late]; !m.Due.Equal(o.at.now().Add(5 * time.Minute)) {
		t.Errorf("the second pause ends at %s", m.Due)
	}
	if len(r.letters()[late]) != 0 {
		t.Error("it arrived all the same")
	}
	o.pass(5 * time.Minute)
	o.wait("delivered", func(all map[string]post.Mail) bool { return sent(all[late]) })
	if n, err := o.RetryMails(o.system()); access.KindOf(err) != access.Stale {
		t.Errorf("%d mails without their secret would be sent again (%v)", n, err)
	}
	if letters := r.letters(); len(letters[late]) != 1 || len(letters[nobody]) != 0 || len(letters[other]) != 1 {
		t.Errorf("%+v arrived", letters)
	}
}

// TestMailServerDown: while the server does not answer, mails wait with their
// secrets, and one try is enough to know; they leave once it is back.
func TestMailServerDown(t *testing.T) {
	r, o := newRelay(t), newOffice(t, t.TempDir(), loopback)
	o.through(r.port)
	r.stop()
	var to []string
	for i := range 30 {
		to = append(to, fmt.Sprintf("parent%d@exemple.example", i))
	}
	o.queue(true, to...)
	o.deliver()
	all := o.wait("postponed", every(func(m post.Mail) bool { return m.Tries == 1 }))
	for address, m := range all {
		if m.State != post.Waiting || m.Erased() || !strings.Contains(m.Error, "Aucun serveur n’écoute sur le port") {
			t.Fatalf("%s: %+v", address, m)
		}
	}
	if n, err := o.MailQueue(); err != nil || n != len(to) {
		t.Errorf("%d wait (%v)", n, err)
	}
	o.unsealed()
	r.start(fmt.Sprintf("127.0.0.1:%d", r.port))
	if n, err := o.RetryMails(o.system()); err != nil || n != len(to) { // without waiting for the pause
		t.Fatalf("%d (%v)", n, err)
	}
	o.wait("delivered", every(sent))
	for address, got := range r.letters() {
		if len(got) != 1 {
			t.Errorf("%s received %d", address, len(got))
		}
	}
}

// TestMailServerGivenUp: after two days without a server, mails are given up,
// and those without a secret can be sent again.
func TestMailServerGivenUp(t *testing.T) {
	r, o := newRelay(t), newOffice(t, t.TempDir(), loopback)
	o.through(r.port)
	r.stop()
	o.queue(true, "secret@exemple.example")
	o.queue(false, "clair@exemple.example")
	o.deliver()
	for try := 1; try <= 8; try++ {
		o.wait("tried", every(func(m post.Mail) bool { return m.Tries == try }))
		o.pass(24 * time.Hour)
	}
	all := o.wait("given up", every(func(m post.Mail) bool { return m.State == post.Failed }))
	if !all["secret@exemple.example"].Erased() {
		t.Error("a mail that was given up keeps its secret")
	}
	r.start(fmt.Sprintf("127.0.0.1:%d", r.port))
	if n, err := o.RetryMails(o.system()); err != nil || n != 1 {
		t.Fatalf("%d sent again (%v)", n, err)
	}
	o.wait("delivered", func(all map[string]post.Mail) bool { return sent(all["clair@exemple.example"]) })
}

// TestMailKilledBetween: the appliance dies when the server has taken a mail and
// before it is noted. It leaves again, under the same Message-ID.
func TestMailKilledBetween(t *testing.T) {
	r, o := newRelay(t), newOffice(t, t.TempDir(), loopback)
	after := filepath.Join(t.TempDir(), "apres")
	r.arriving = sync.OnceFunc(func() {
		if err := os.CopyFS(after, os.DirFS(o.dir)); err != nil {
			t.Error(err)
		}
	})
	o.through(r.port)
	o.queue(true, "anne.martin@exemple.example")
	o.deliver()
	o.wait("delivered", every(sent))
	o.close()
	if err := os.Remove(filepath.Join(after, "preau.pid")); err != nil {
		t.Fatal(err)
	}
	again := newOffice(t, after, loopback)
	again.deliver()
	again.wait("delivered", every(sent))
	got := ids(r.letters()["anne.martin@exemple.example"])
	if len(got) != 2 || got[0] != got[1] {
		t.Errorf("it arrived as %q", got)
	}
	again.unsealed()
}

// TestMailServerHangs: a server that takes connections and says nothing holds
// up nothing else, and stopping meanwhile is no try.
func TestMailServerHangs(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	o := newOffice(t, t.TempDir(), loopback)
	o.through(listener.Addr().(*net.TCPAddr).Port)
	o.queue(true, "anne.martin@exemple.example")
	o.deliver()
	conn, err := listener.Accept()
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	o.queue(false, "julien.petit@exemple.example") // others go on writing
	if c := o.configuration(); c.Waiting != 2 {
		t.Errorf("%d wait", c.Waiting)
	}
	o.close()
	if m := newOffice(t, o.dir, loopback).mails()["anne.martin@exemple.example"]; m.Tries != 0 || m.State != post.Waiting || m.Error != "" {
		t.Errorf("%+v", m)
	}
}

// TestMailNetworks: a server on a network that nobody allowed is not joined,
// which is said, and mails wait.
func TestMailNetworks(t *testing.T) {
	r, o := newRelay(t), newOffice(t, t.TempDir(), nil)
	steps, err := o.TestMail(t.Context(), o.system(), app.MailForm{Host: "127.0.0.1", Port: strconv.Itoa(r.port), Security: "aucune"})
	if err != nil || len(steps) != 1 || steps[0].OK || !strings.Contains(steps[0].Says, "--allow-network") {
		t.Errorf("%+v, %v", steps, err)
	}
	o.through(r.port)
	o.queue(true, "anne.martin@exemple.example")
	o.deliver()
	all := o.wait("tried", every(func(m post.Mail) bool { return m.Tries == 1 }))
	if m := all["anne.martin@exemple.example"]; m.State != post.Waiting || m.Erased() || !strings.Contains(m.Error, "--allow-network") {
		t.Errorf("%+v", m)
	}
	if len(r.letters()) != 0 {
		t.Error("it arrived")
	}
	allowed := newOffice(t, t.TempDir(), loopback)
	steps, err = allowed.TestMail(t.Context(), allowed.system(), app.MailForm{Host: "127.0.0.1", Port: strconv.Itoa(r.port), Security: "aucune"})
	if err != nil || len(steps) != 3 || !steps[2].OK {
		t.Errorf("allowed: %+v, %v", steps, err)
	}
}

// TestMailServerAskedOnce: a server that hangs up on everybody is asked once, not
// once for each mail.
func TestMailServerAskedOnce(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var asked atomic.Int32
	done := make(chan struct{})
	go func() {
		defer close(done)
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			asked.Add(1)
			conn.Close()
		}
	}()
	defer func() { listener.Close(); <-done }()
	o := newOffice(t, t.TempDir(), loopback)
	o.through(listener.Addr().(*net.TCPAddr).Port)
	for i := range 40 {
		o.queue(false, fmt.Sprintf("parent%d@exemple.example", i))
	}
	o.deliver()
	o.wait("postponed", every(func(m post.Mail) bool { return m.Tries == 1 && m.State == post.Waiting }))
	if n := asked.Load(); n != 1 {
		t.Errorf("it was asked %d times", n)
	}
}

// TestMailServerMendedMeanwhile: settings that change while the former server is
// failing are used at once.
func TestMailServerMendedMeanwhile(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	r, o := newRelay(t), newOffice(t, t.TempDir(), loopback)
	o.through(listener.Addr().(*net.TCPAddr).Port)
	o.queue(true, "anne.martin@exemple.example", "julien.petit@exemple.example")
	o.deliver()
	conn, err := listener.Accept()
	if err != nil {
		t.Fatal(err)
	}
	o.through(r.port)
	conn.Close()
	o.wait("delivered", every(sent))
}

// TestMailDiskFull: a mail that left cannot be noted, for want of room. It does
// not leave again, and is noted once there is some.
func TestMailDiskFull(t *testing.T) {
	r, o := newRelay(t), newBounded(t, t.TempDir(), loopback, 12<<20)
	room := make(chan struct{})
	var reading sync.WaitGroup
	r.arriving = sync.OnceFunc(func() {
		held := make(chan struct{})
		reading.Go(func() { // as long as somebody reads, what changes free is not used again
			o.system().See(func(*data.Tx) error { close(held); <-room; return nil })
		})
		<-held
		for _, size := range []int{1 << 19, 1 << 14, 1} {
			for n := 0; ; n++ {
				m := post.Mail{ID: fmt.Sprintf("m%d-%d", size, n), To: "plein@exemple.example", Lines: []string{strings.Repeat("z", size)}, At: o.at.now(), State: post.Kept}
				if err := o.system().Upkeep(func(tx *data.Tx) error { return post.Mails.Put(tx, m) }); access.KindOf(err) == access.Full {
					break
				} else if err != nil {
					t.Error(err)
					return
				}
			}
		}
	})
	o.through(r.port)
	o.queue(true, "anne.martin@exemple.example")
	o.deliver()
	for end := time.Now().Add(30 * time.Second); !strings.Contains(o.log.String(), "pas encore noté"); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("the disk is not full: %s", o.log)
		}
	}
	close(room)
	reading.Wait()
	o.wait("noted", func(all map[string]post.Mail) bool { o.pass(0); return sent(all["anne.martin@exemple.example"]) })
	if n := len(r.letters()["anne.martin@exemple.example"]); n != 1 {
		t.Errorf("it arrived %d times", n)
	}
}

// TestOldMailsAreForgotten: what left, failed or was kept is listed for a month;
// what waits stays.
func TestOldMailsAreForgotten(t *testing.T) {
	o := newOffice(t, t.TempDir(), nil)
	o.queue(false, "garde@exemple.example")
	o.through(25)
	o.queue(false, "attend@exemple.example")
	o.pass(30*24*time.Hour + time.Second)
	o.queue(false, "recent@exemple.example")
	o.upkeep(post.Sweep)
	all := o.mails()
	if _, kept := all["garde@exemple.example"]; kept || len(all) != 2 {
		t.Errorf("%d are left: %v", len(all), all)
	}
}
