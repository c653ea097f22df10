package app_test

import (
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"preau/app"
	"preau/app/access"
	"preau/app/post"
	"preau/data"
)

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
