package app_test

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"preau/app"
	"preau/app/access"
	"preau/app/post"
	"preau/data"
)

const smtpSecret = "merle-noir-des-canaries-23"

// refused checks that an error is a refusal beside a field.
func refused(t *testing.T, what, field string, err error) {
	t.Helper()
	if r, ok := err.(*access.Refusal); !ok || r.Kind != access.Invalid || r.Fields[field] == "" {
		t.Errorf("%s: %v, want a refusal beside %q", what, err, field)
	}
}

// TestMailFormIsChecked: what cannot be a mail server is refused beside its
// field, and nothing changes.
func TestMailFormIsChecked(t *testing.T) {
	o := newOffice(t, t.TempDir(), nil)
	good := app.MailForm{Stamp: o.configuration().MailStamp, Host: "smtp.exemple.example", Port: "587", Security: "starttls", User: "ent", Password: smtpSecret}
	for what, bad := range map[string]struct {
		field string
		form  func(*app.MailForm)
	}{
		"a host with a port":         {"serveur", func(f *app.MailForm) { f.Host = "smtp.exemple.example:587" }},
		"a host with a scheme":       {"serveur", func(f *app.MailForm) { f.Host = "smtp://exemple.example" }},
		"a host of two lines":        {"serveur", func(f *app.MailForm) { f.Host = "smtp\nexemple" }},
		"a host with a space":        {"serveur", func(f *app.MailForm) { f.Host = "smtp exemple" }},
		"a host with a zone":         {"serveur", func(f *app.MailForm) { f.Host = "fe80::1%lo" }},
		"a host too long":            {"serveur", func(f *app.MailForm) { f.Host = strings.Repeat("a.", 200) + "example" }},
		"port 0":                     {"port", func(f *app.MailForm) { f.Port = "0" }},
		"port 65536":                 {"port", func(f *app.MailForm) { f.Port = "65536" }},
		"a port in letters":          {"port", func(f *app.MailForm) { f.Port = "smtp" }},
		"no encryption chosen":       {"chiffrement", func(f *app.MailForm) { f.Security = "" }},
		"an encryption of ours only": {"chiffrement", func(f *app.MailForm) { f.Security = "rot13" }},
		"a sender with a name":       {"expediteur", func(f *app.MailForm) { f.From = "ENT <ent@exemple.example>" }},
		"two senders":                {"expediteur", func(f *app.MailForm) { f.From = "a@exemple.example, b@exemple.example" }},
		"a sender with a line end":   {"expediteur", func(f *app.MailForm) { f.From = "a@exemple.example\nBcc: b@exemple.example" }},
		"an account of two lines":    {"compte", func(f *app.MailForm) { f.User = "ent\nent" }},
		"a password for nobody":      {"compte", func(f *app.MailForm) { f.User = "" }},
		"a password of two lines":    {"secret", func(f *app.MailForm) { f.Password = "a\r\nQUIT" }},
		"no password at first":       {"secret", func(f *app.MailForm) { f.Password = "" }},
	} {
		form := good
		bad.form(&form)
		refused(t, what, bad.field, o.SetMail(o.system(), form))
		_, err := o.TestMail(t.Context(), o.system(), form)
		refused(t, what+", to test", bad.field, err)
	}
	if c := o.configuration(); c.Mail.Leaves() {
		t.Errorf("%+v", c.Mail)
	}
	if err := o.SetMail(o.system(), good); err != nil {
		t.Fatal(err)
	}
	if err := o.SetMail(o.system(), good); access.KindOf(err) != access.Stale {
		t.Errorf("an older page is taken: %v", err)
	}
}

// TestMailPasswordStaysHome: the password of the account is sealed, is told by
// nothing, and never goes to another server than the one it was given for.
func TestMailPasswordStaysHome(t *testing.T) {
	o := newOffice(t, t.TempDir(), nil)
	good := app.MailForm{Host: "smtp.exemple.example", Security: "starttls", User: "ent", Password: smtpSecret}
	save := func(form app.MailForm) error {
		form.Stamp = o.configuration().MailStamp
		return o.SetMail(o.system(), form)
	}
	if err := save(good); err != nil {
		t.Fatal(err)
	}
	c := o.configuration()
	if !c.HasPassword || c.Mail.Password != nil || c.Mail.Port != 587 {
		t.Errorf("%+v", c)
	}
	good.Password, good.From = "", "accueil@exemple.example"
	if err := save(good); err != nil {
		t.Errorf("the password is not kept: %v", err)
	}
	if o.password() != smtpSecret {
		t.Error("the password that was kept is another")
	}
	for what, change := range map[string]func(*app.MailForm){
		"another host": func(f *app.MailForm) { f.Host = "smtp.intrus.example" }, "another port": func(f *app.MailForm) { f.Port = "25" },
		"another account": func(f *app.MailForm) { f.User = "autre" }, "no encryption": func(f *app.MailForm) { f.Security, f.Port = "aucune", "587" },
	} {
		form := good
		change(&form)
		refused(t, what, "secret", save(form))
		_, err := o.TestMail(t.Context(), o.system(), form)
		refused(t, what+", to test", "secret", err)
	}
	told := ""
	if err := o.system().See(func(tx *data.Tx) error {
		events, err := data.Events(tx, "", 0, 100)
		for _, e := range events {
			for _, change := range e.Personal.Changes {
				told += change.Field + "=" + change.Before + "," + change.After + ";"
			}
			told += e.Personal.Note
		}
		return err
	}); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(told, "Mot de passe du compte=,modifié;") || strings.Contains(told, smtpSecret) {
		t.Errorf("the journal says %s", told)
	}
	b, err := os.ReadFile(filepath.Join(o.dir, data.FileName))
	if err != nil {
		t.Fatal(err)
	}
	if bytes.Contains(b, []byte(smtpSecret)) || strings.Contains(o.log.String(), smtpSecret) {
		t.Error("the password is in the file, or in the log")
	}
	good.User = ""
	if err := save(good); err != nil || o.configuration().HasPassword {
		t.Errorf("the password of no account is kept (%v)", err)
	}
}

// password is the one that the mails leave with.
func (o *office) password() (password string) {
	o.t.Helper()
	if err := o.system().See(func(tx *data.Tx) error {
		set, err := post.SettingsOf(tx)
		password, _ = set.OpenPassword(tx)
		return err
	}); err != nil {
		o.t.Fatal(err)
	}
	return password
}

// TestNoMailServerAnyMore: without a server, what waits is kept to be read, but
// for what held a secret.
func TestNoMailServerAnyMore(t *testing.T) {
	o := newOffice(t, t.TempDir(), nil)
	o.through(25)
	o.queue(true, "secret@exemple.example")
	o.queue(false, "clair@exemple.example")
	if err := o.SetMail(o.system(), app.MailForm{Stamp: o.configuration().MailStamp}); err != nil {
		t.Fatal(err)
	}
	all := o.mails()
	if m := all["secret@exemple.example"]; m.State != post.Failed || !m.Erased() || m.Error == "" {
		t.Errorf("%+v", m)
	}
	if m := all["clair@exemple.example"]; m.State != post.Kept || len(m.Links) != 1 {
		t.Errorf("%+v", m)
	}
}

// TestPublicAddress: it is an http(s) address without a path, which links and the
// sender are made of, unless a flag gave one.
func TestPublicAddress(t *testing.T) {
	o := newOffice(t, t.TempDir(), nil)
	o.Served("", "http://127.0.0.1:8080")
	save := func(typed string) error { return o.SetPublicURL(o.system(), o.configuration().AddressStamp, typed) }
	for _, bad := range []string{"ent.exemple.example", "ftp://ent.exemple.example", "https://", "https://ent.exemple.example/accueil", "https://ent.exemple.example?a=b", "https://ent.exemple.example#a",
		"https://qui@ent.exemple.example", "https://ent.exemple.example:0", "https://ent.exemple.example:99999", "https://ent.exemple.example:", "https://école.example", "javascript:alert(1)", "https://a b",
		"//ent.exemple.example", "https://ent..example", "https://-ent.example", "https://ent.exemple.example\n", "https://[fe80::1%25lo]", strings.Repeat("https://a", 300)} {
		refused(t, bad, app.AddressField, save(bad))
	}
	if c := o.configuration(); c.PublicURL != "" || c.Sender != "ne.pas.repondre@ent.example" {
		t.Errorf("%+v", c)
	}
	for typed, want := range map[string]string{"HTTPS://ENT.exemple.example/": "https://ent.exemple.example", "http://192.168.1.4:8080": "http://192.168.1.4:8080", "": "", "https://ent.exemple.example:8443": "https://ent.exemple.example:8443"} {
		if err := save(typed); err != nil {
			t.Errorf("%s: %v", typed, err)
		}
		if c := o.configuration(); c.PublicURL != want {
			t.Errorf("%s is kept as %s", typed, c.PublicURL)
		}
	}
	for address, sender := range map[string]string{"https://ent.exemple.example:8443": "ne.pas.repondre@ent.exemple.example", "http://192.168.1.4:8080": "ne.pas.repondre@ent.example"} {
		if err := save(address); err != nil {
			t.Fatal(err)
		}
		if base, public, err := o.Base(); err != nil || !public || base != address || o.configuration().Sender != sender {
			t.Errorf("%s gives %s, %t, %v and %s", address, base, public, err, o.configuration().Sender)
		}
	}
	stamp := o.configuration().AddressStamp
	if err := save("https://un.example"); err != nil {
		t.Fatal(err)
	}
	if err := o.SetPublicURL(o.system(), stamp, "https://deux.example"); access.KindOf(err) != access.Stale {
		t.Errorf("an older page is taken: %v", err)
	}
	o.Served("https://drapeau.example", "http://127.0.0.1:8080")
	if err := save("https://deux.example"); access.KindOf(err) != access.Stale {
		t.Errorf("what a flag gave is changed: %v", err)
	}
	if base, _, _ := o.Base(); base != "https://drapeau.example" {
		t.Errorf("links begin with %s", base)
	}
}

// TestLinksLead: pages say that links lead nowhere only while mails leave and
// nobody gave an address.
func TestLinksLead(t *testing.T) {
	o := newOffice(t, t.TempDir(), nil)
	o.Served("", "http://127.0.0.1:8080")
	leads := func(what, want string) {
		t.Helper()
		if got, err := o.LinksLead(); err != nil || got != want {
			t.Errorf("%s: %q, %v", what, got, err)
		}
	}
	leads("mails stay", "")
	o.through(25)
	leads("mails leave", "http://127.0.0.1:8080")
	if err := o.SetPublicURL(o.system(), o.configuration().AddressStamp, "https://ent.exemple.example"); err != nil {
		t.Fatal(err)
	}
	leads("an address was given", "")
}

// TestRequiredFactor: the roles are those that exist, and a demo has none.
func TestRequiredFactor(t *testing.T) {
	o := newOffice(t, t.TempDir(), nil)
	stamp := o.configuration().FactorStamp
	if err := o.SetRequired(o.system(), stamp, []access.Role{access.Level2Support, "roi", access.LocalAdmin}); err != nil {
		t.Fatal(err)
	}
	if c := o.configuration(); !slices.Equal(c.Required, []access.Role{access.LocalAdmin, access.Level2Support}) {
		t.Errorf("%v", c.Required)
	}
	if err := o.SetRequired(o.system(), stamp, nil); access.KindOf(err) != access.Stale {
		t.Errorf("an older page is taken: %v", err)
	}
	demo := newOffice(t, t.TempDir(), nil)
	if err := demo.MarkDemo(demo.system(), "Démonstration", nil); err != nil {
		t.Fatal(err)
	}
	if err := demo.SetRequired(demo.system(), demo.configuration().FactorStamp, []access.Role{access.Level2Support}); access.KindOf(err) != access.Stale {
		t.Errorf("a demo requires a second factor: %v", err)
	}
}

// TestKeyLost restores nothing but the store: its secrets are lost, which is
// told at once, and written once the appliance is served so.
func TestKeyLost(t *testing.T) {
	o := newOffice(t, t.TempDir(), loopback)
	o.through(25)
	if err := o.SetMail(o.system(), app.MailForm{Stamp: o.configuration().MailStamp, Host: "127.0.0.1", Port: "25", Security: "aucune", User: "ent", Password: smtpSecret}); err != nil {
		t.Fatal(err)
	}
	o.queue(true, "anne.martin@exemple.example")
	issued := o.initial()
	if o.initial() != issued {
		t.Error("an initial password is another each time")
	}
	o.close()
	if strings.Contains(o.log.String(), "clé") {
		t.Errorf("a new appliance has lost its key: %s", o.log)
	}
	key := filepath.Join(o.dir, "cle")
	former, err := os.ReadFile(key)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(key); err != nil {
		t.Fatal(err)
	}

	told := newOffice(t, o.dir, loopback) // by a command, that serves nothing
	if !strings.Contains(told.log.String(), "preau admin create") || told.keyEvents() != 0 {
		t.Errorf("%d events, the log: %s", told.keyEvents(), told.log)
	}
	if c := told.configuration(); !c.PasswordLost {
		t.Errorf("%+v", c)
	}
	if _, err := told.TestMail(t.Context(), told.system(), app.MailForm{Host: "127.0.0.1", Port: "25", Security: "aucune", User: "ent"}); err == nil {
		t.Error("a password that is lost is tried")
	}
	told.close()

	if err := os.WriteFile(key, former, 0o600); err != nil {
		t.Fatal(err)
	}
	back := newOffice(t, o.dir, loopback) // the key was found again
	if back.log.String() != "" || back.configuration().PasswordLost || back.password() != smtpSecret {
		t.Errorf("the key is back, and the log says %s", back.log)
	}
	back.close()

	if err := os.Remove(key); err != nil {
		t.Fatal(err)
	}
	r := newRelay(t)
	served := newOffice(t, o.dir, loopback)
	served.deliver()
	if again := served.initial(); again == issued || again != served.initial() {
		t.Errorf("the initial password was %s, and is %s", issued, again)
	}
	all := served.wait("postponed", every(func(m post.Mail) bool { return m.Tries == 1 }))
	if m := all["anne.martin@exemple.example"]; m.State != post.Waiting || m.Error != app.PasswordLost {
		t.Errorf("%+v", m)
	}
	if n := served.keyEvents(); n != 1 {
		t.Errorf("%d events of a lost key", n)
	}
	served.through(r.port)
	all = served.wait("given up", every(func(m post.Mail) bool { return m.State == post.Failed }))
	if m := all["anne.martin@exemple.example"]; !strings.Contains(m.Error, "clé de l’appareil") || !m.Erased() {
		t.Errorf("%+v", m)
	}
	served.close()
	after := newOffice(t, o.dir, loopback)
	after.deliver()
	if after.log.String() != "" || after.keyEvents() != 1 || after.configuration().PasswordLost {
		t.Errorf("the loss is told again: %d events, %s", after.keyEvents(), after.log)
	}
}

// initial is the initial password of somebody who never signed in.
func (o *office) initial() (password string) {
	o.t.Helper()
	o.upkeep(func(tx *data.Tx) (err error) {
		password, err = access.InitialPassword(tx, "PAA00001")
		return err
	})
	return password
}

// keyEvents is how many important events tell of a lost key.
func (o *office) keyEvents() (n int) {
	o.t.Helper()
	if err := o.system().See(func(tx *data.Tx) error {
		events, err := data.Events(tx, "", 0, 100)
		for _, e := range events {
			if e.Action == "appliance.key" && e.Severity == data.Important && strings.Contains(e.Personal.Note, "seconds facteurs") {
				n++
			}
		}
		return err
	}); err != nil {
		o.t.Fatal(err)
	}
	return n
}
