package app_test

import (
	"bytes"
	"encoding/base64"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"preau/app"
	"preau/app/access"
	"preau/app/directory"
	"preau/app/format/aaf"
	"preau/app/requests"
	"preau/data"
)

const boxAddress = "demandes@exemple.example"

var lycee = "0759001" + aaf.UAIKey("0759001")

// school makes the establishment of the tests.
func (o *office) school() {
	o.t.Helper()
	if _, err := directory.CreateEstablishment(o.system(), directory.NewEstablishment{UAI: lycee, Name: "Lycée Honoré de Balzac", Kind: directory.GeneralLycee, Academy: "Val-de-Seine", Town: "Saint-Éloi"}); err != nil {
		o.t.Fatal(err)
	}
}

// opens has the mailbox of the establishment read on a port of this machine.
func (o *office) opens(port int) {
	o.t.Helper()
	if err := o.SetMailbox(o.system(), lycee, boxForm(o.sheet(), port)); err != nil {
		o.t.Fatal(err)
	}
}

func boxForm(sheet app.MailboxSheet, port int) app.MailboxForm {
	return app.MailboxForm{Version: sheet.Version, Address: boxAddress, Host: "127.0.0.1", Port: strconv.Itoa(port), Security: "aucune", User: boxAddress, Password: boxSecret, Active: true}
}

func (o *office) sheet() app.MailboxSheet {
	o.t.Helper()
	m, err := o.Mailbox(o.system(), lycee)
	if err != nil {
		o.t.Fatal(err)
	}
	return m
}

// collected waits until the mailbox is as it should be.
func (o *office) collected(what string, right func(app.MailboxSheet) bool) app.MailboxSheet {
	o.t.Helper()
	return until(o, what, o.sheet, right)
}

func took(n int) func(app.MailboxSheet) bool {
	return func(m app.MailboxSheet) bool {
		return m.Taken+m.Ignored >= n && !m.Good.IsZero() && m.Next.After(m.Good)
	}
}

// asked are the requests, by number.
func (o *office) asked() (all []requests.Request) {
	o.t.Helper()
	if err := o.system().See(func(tx *data.Tx) error {
		for r, err := range requests.Requests.All(tx) {
			if err != nil {
				return err
			}
			all = append(all, r)
		}
		return nil
	}); err != nil {
		o.t.Fatal(err)
	}
	return all
}

func raw(id, subject, more, text string) string {
	return "From: Claire Martin <claire.martin@exemple.example>\nTo: " + boxAddress + "\nMessage-ID: <" + id + "@exemple.example>\nSubject: " + subject + "\n" + more + "\n" + text + "\n"
}

// TestMailComesIn: what arrives in a mailbox becomes a request within two minutes,
// with the files that may be kept; the answer leaves in the thread, from the
// address of the mailbox; what is answered comes back into the same request.
func TestMailComesIn(t *testing.T) {
	r, o, b := newRelay(t), newOffice(t, t.TempDir(), loopback), newPostbox(t, boxAddress)
	o.school()
	o.through(r.port)
	o.opens(b.port)
	part := func(name, content string) string {
		return "--x\nContent-Type: application/octet-stream\nContent-Disposition: attachment; filename=\"" + name + "\"\nContent-Transfer-Encoding: base64\n\n" + base64.StdEncoding.EncodeToString([]byte(content)) + "\n"
	}
	b.drop(raw("a", "Panne", "MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=x\n", "--x\nContent-Type: text/plain; charset=utf-8\n\nPlus rien ne marche.\n"+part("note.txt", "Un mot.")+part("virus.exe", "MZ")+"--x--\n"))
	b.drop(raw("b", "Absence", "Auto-Submitted: auto-replied\n", "Je suis absente."))
	b.drop("\n\n")
	o.deliver()
	m := o.collected("taken", took(3))
	all := o.asked()
	if len(all) != 1 || m.Taken != 1 || m.Ignored != 2 || m.Error != "" || b.held("INBOX") != 0 || b.held("Traites") != 3 {
		t.Fatalf("%d requests, %+v, %d and %d", len(all), m, b.held("INBOX"), b.held("Traites"))
	}
	q := all[0]
	if q.Summary != "Panne" || q.Problem != "Plus rien ne marche." || len(q.Files) != 1 || q.Files[0].Name != "note.txt" || q.UAI() != lycee {
		t.Errorf("%+v", q)
	}
	o.wait("acknowledged", every(sent))
	ack := r.letters()["claire.martin@exemple.example"]
	if len(ack) != 1 || ack[0].from != boxAddress || ack[0].subject != "[Demande n°1] Panne" || !strings.Contains(ack[0].text, "virus.exe") || strings.Contains(ack[0].text, "ne sont pas lues") {
		t.Fatalf("%+v", ack)
	}
	b.drop(raw("c", "Re: "+"Panne", "In-Reply-To: "+ack[0].id+"\n", "Cela remarche.\n\nLe 01/09/2026 à 10:00, ENT a écrit :\n> Bonjour"))
	o.pass(2 * time.Minute)
	o.collected("taken", took(4))
	d, err := requests.Read(o.system(), q.Number)
	if err != nil || len(o.asked()) != 1 || len(d.Thread) != 1 || d.Thread[0].Text != "Cela remarche." {
		t.Errorf("%+v, %v", d.Thread, err)
	}
	if left, err := filepath.Glob(filepath.Join(o.dir, app.PartialPrefix+"*")); err != nil || len(left) > 0 {
		t.Error(left, err)
	}
	o.unsealed()
}

// TestMailTakenOnce: the appliance dies when a message has become a request and is
// not put away yet. Once it runs again, the message is put away, without a second
// request; one whose request was not committed is taken then.
func TestMailTakenOnce(t *testing.T) {
	o, b := newOffice(t, t.TempDir(), loopback), newPostbox(t, boxAddress)
	o.school()
	o.opens(b.port)
	b.drop(raw("a", "Première", "", "Bonjour."))
	b.drop(raw("b", "Seconde", "", "Bonjour."))
	after := filepath.Join(t.TempDir(), "apres")
	b.putting = func() bool {
		if _, err := os.Stat(after); errors.Is(err, os.ErrNotExist) {
			if err := os.CopyFS(after, os.DirFS(o.dir)); err != nil {
				t.Error(err)
			}
		}
		return false
	}
	o.deliver()
	o.collected("cut", func(m app.MailboxSheet) bool { return m.Error != "" })
	o.close()
	if b.held("INBOX") != 2 {
		t.Fatal("the message was put away")
	}
	b.mu.Lock()
	b.putting = nil
	b.mu.Unlock()
	if err := os.Remove(filepath.Join(after, "preau.pid")); err != nil {
		t.Fatal(err)
	}
	again := newOffice(t, after, loopback)
	if n := len(again.asked()); n != 1 {
		t.Fatalf("%d requests when it died", n)
	}
	again.deliver()
	again.collected("taken", took(2))
	if all := again.asked(); len(all) != 2 || all[0].Summary != "Première" || all[1].Summary != "Seconde" || b.held("INBOX") != 0 || b.held("Traites") != 2 {
		t.Errorf("%d requests, %d left", len(all), b.held("INBOX"))
	}
}

// TestMailboxFails: a server that does not answer is left in peace for longer and
// longer, which the page and one line of the journal tell; « Relever maintenant »
// does not wait, and the journal tells once that it works again.
func TestMailboxFails(t *testing.T) {
	o, b := newOffice(t, t.TempDir(), loopback), newPostbox(t, boxAddress)
	o.school()
	b.stop()
	o.opens(b.port)
	o.deliver()
	for failures, pause := range []time.Duration{2, 4, 8, 16, 32, 60, 60} {
		m := o.collected("visited", func(m app.MailboxSheet) bool { return m.Failures == failures+1 })
		if !strings.Contains(m.Error, "Aucun serveur n’écoute") || !m.Next.Equal(o.at.now().Add(pause*time.Minute)) || !m.Good.IsZero() {
			t.Errorf("after %d: %+v", failures+1, m.Collection)
		}
		o.pass(pause * time.Minute)
	}
	o.collected("visited", func(m app.MailboxSheet) bool { return m.Failures == 8 })
	b.start(fmt.Sprintf("127.0.0.1:%d", b.port))
	b.drop(raw("a", "Panne", "", "Bonjour."))
	if err := o.CollectNow(o.system(), lycee); err != nil {
		t.Fatal(err)
	}
	if m := o.collected("taken", took(1)); m.Error != "" || m.Failures != 0 || m.Taken != 1 {
		t.Errorf("%+v", m.Collection)
	}
	told := map[string]int{}
	if err := o.system().See(func(tx *data.Tx) error {
		events, err := data.EventsAbout(tx, requests.Mailboxes.Name(), string(o.sheet().Mailbox.At), 50)
		for _, e := range events {
			told[e.Action]++
		}
		return err
	}); err != nil {
		t.Fatal(err)
	}
	if told["mailbox.failed"] != 1 || told["mailbox.back"] != 1 || told["mailbox.collect"] != 1 {
		t.Errorf("%v", told)
	}
}

// TestMailboxAskedMeanwhile: who asks for a visit while there is one gets another,
// and so what came in between.
func TestMailboxAskedMeanwhile(t *testing.T) {
	o, b := newOffice(t, t.TempDir(), loopback), newPostbox(t, boxAddress)
	o.school()
	o.opens(b.port)
	b.drop(raw("a", "Première", "", "Bonjour."))
	b.putting = sync.OnceValue(func() bool {
		b.drop(raw("b", "Seconde", "", "Bonjour."))
		if err := o.CollectNow(o.system(), lycee); err != nil {
			t.Error(err)
		}
		return true
	})
	o.deliver()
	o.collected("taken", took(2))
}

// TestMailboxForm refuses what no server could be joined with, beside each field; a
// password that is kept never goes elsewhere, and no sheet holds one.
func TestMailboxForm(t *testing.T) {
	o, b := newOffice(t, t.TempDir(), loopback), newPostbox(t, boxAddress)
	o.school()
	o.opens(b.port)
	for field, change := range map[string]func(*app.MailboxForm){
		"adresse":     func(f *app.MailboxForm) { f.Address = "demandes\r\nBcc: a@b.example" },
		"serveur":     func(f *app.MailboxForm) { f.Host = "https://imap.exemple.example" },
		"port":        func(f *app.MailboxForm) { f.Port = "0" },
		"chiffrement": func(f *app.MailboxForm) { f.Security = "" },
		"compte":      func(f *app.MailboxForm) { f.User = "" },
		"secret":      func(f *app.MailboxForm) { f.Password, f.Host = "", "ailleurs.exemple.example" },
		"traites":     func(f *app.MailboxForm) { f.Done = "inbox" },
		"dossier":     func(f *app.MailboxForm) { f.Folder = "*" },
	} {
		f := boxForm(o.sheet(), b.port)
		change(&f)
		for what, err := range map[string]error{"set": o.SetMailbox(o.system(), lycee, f), "test": second(o.TestMailbox(t.Context(), o.system(), lycee, f))} {
			if refusal, ok := errors.AsType[*access.Refusal](err); !ok || refusal.Fields[field] == "" {
				t.Errorf("%s %s: %v", what, field, err)
			}
		}
	}
	kept := boxForm(o.sheet(), b.port)
	kept.Password = ""
	if err := o.SetMailbox(o.system(), lycee, kept); err != nil {
		t.Error(err)
	}
	if err := o.SetMailbox(o.system(), lycee, kept); access.KindOf(err) != access.Stale {
		t.Errorf("a form of before: %v", err)
	}
	if m := o.sheet(); !m.HasPassword || m.Mailbox.Password != nil || m.PasswordLost {
		t.Errorf("%+v", m)
	}
	academy := boxForm(app.MailboxSheet{}, b.port)
	if err := o.SetMailbox(o.system(), "val-de-seine", academy); err == nil {
		t.Error("two mailboxes have the same address")
	}
	academy.Address = "autre@exemple.example"
	if err := o.SetMailbox(o.system(), "val-de-seine", academy); err != nil {
		t.Error(err)
	}
	o.unsealed()
}

func second[T any](_ T, err error) error { return err }

// TestMailboxIsTested tells each step, keeps them beside the settings and writes
// them in the journal; ten times a minute at most, and in the same words whatever
// is behind an address that may not be joined.
func TestMailboxIsTested(t *testing.T) {
	b := newPostbox(t, boxAddress)
	o := newOffice(t, t.TempDir(), loopback)
	o.school()
	f := boxForm(o.sheet(), b.port)
	trial, err := o.TestMailbox(t.Context(), o.system(), lycee, f)
	if err != nil || !trial.OK() || len(trial.Steps) != 4 {
		t.Fatalf("%+v, %v", trial, err)
	}
	if m := o.sheet(); m.Set || m.Trial.Server != trial.Server || len(m.Trial.Steps) != 4 || b.held("Traites") != -1 {
		t.Errorf("%+v", m)
	}
	f.Password = "autre"
	if trial, err = o.TestMailbox(t.Context(), o.system(), lycee, f); err != nil || trial.OK() || !strings.Contains(trial.Steps[2].Says, "refuse le compte") {
		t.Errorf("%+v, %v", trial, err)
	}
	for range 8 {
		if _, err := o.TestMailbox(t.Context(), o.system(), lycee, f); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := o.TestMailbox(t.Context(), o.system(), lycee, f); access.KindOf(err) != access.Throttled {
		t.Errorf("an eleventh: %v", err)
	}
	o.pass(time.Minute)
	if _, err := o.TestMailbox(t.Context(), o.system(), lycee, f); err != nil {
		t.Error(err)
	}

	narrow := newOffice(t, t.TempDir(), nil)
	narrow.school()
	said := map[string]bool{}
	for _, host := range []string{"127.0.0.1", "localhost", "10.0.0.1", "169.254.169.254"} { // open, named, filtered, of a cloud
		f.Host = host
		trial, err := narrow.TestMailbox(t.Context(), narrow.system(), lycee, f)
		if err != nil || len(trial.Steps) != 1 || trial.Steps[0].OK {
			t.Fatalf("%s: %+v, %v", host, trial, err)
		}
		said[trial.Steps[0].Says] = true
	}
	if len(said) != 1 {
		t.Errorf("%v", said)
	}
	for _, o := range []*office{o, narrow} {
		if b, err := os.ReadFile(filepath.Join(o.dir, data.FileName)); err != nil || bytes.Contains(b, []byte(boxSecret)) {
			t.Error("the password is in the file", err)
		}
	}
}
