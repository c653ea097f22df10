package ui

import (
	"errors"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"preau/app"
	"preau/app/post"
	"preau/data"
)

// queue writes mails as operations do, and returns the identifiers of all the
// mails of the store, newest first.
func (h *house) queue(mails ...post.Mail) (ids []string) {
	h.t.Helper()
	for _, m := range mails {
		h.clock.pass(time.Second)
		if err := h.app.Gate.System("essai").Upkeep(func(tx *data.Tx) error { return post.Queue(tx, m) }); err != nil {
			h.t.Fatal(err)
		}
	}
	h.see(func(tx *data.Tx) error {
		for m, err := range post.MailsList.All(tx, "", "") {
			if err != nil {
				return err
			}
			ids = append(ids, m.ID)
		}
		return nil
	})
	return ids
}

// set replaces the settings of the appliance and of its mail, as an upgrade would.
func (h *house) set(change func(*app.Settings), mail post.Settings) {
	h.t.Helper()
	err := h.app.Store.Update(data.System("essai"), data.Action{Key: "essai", Says: "Essai"}, func(tx *data.Tx) (data.Row, error) {
		set, err := app.SettingsTable.Get(tx, app.Settings{}.Key())
		if err != nil {
			return nil, err
		}
		change(&set)
		return set, errors.Join(app.SettingsTable.Put(tx, set), post.SettingsTable.Put(tx, mail))
	})
	if err != nil {
		h.t.Fatal(err)
	}
}

const mailsAt = "/console/appareil/courriels"

var mailLink = regexp.MustCompile(`<th scope="row"><a href="(` + mailsAt + `/[a-z0-9]+)">([^<]+)</a>`)

// TestMailsAreListed reads the mails page by page, newest first, and by state.
func TestMailsAreListed(t *testing.T) {
	h := newHouse(t)
	marc := h.enter("marc.dubois")
	for range 51 {
		h.queue(post.Mail{To: "anne.martin@exemple.example", Subject: "Ancien", Lines: []string{"Rien."}})
	}
	kept := len(h.queue(post.Mail{To: "Anne.Martin@exemple.example", Subject: "Le <dernier>", Lines: []string{"Rien."}}))
	h.failedMail()

	first := marc.get(mailsAt).Body
	rows := mailLink.FindAllStringSubmatch(first, -1)
	if len(rows) != 50 || rows[0][2] != "Un essai" || rows[1][2] != "Le &lt;dernier&gt;" || !strings.Contains(first, "Anne.Martin@exemple.example") {
		t.Fatalf("%d rows, of which %q", len(rows), rows[:2])
	}
	next := regexp.MustCompile(`href="(` + mailsAt + `\?apres=[^"]+)"`).FindStringSubmatch(first)
	if next == nil {
		t.Fatal("no second page")
	}
	second := marc.get(next[1]).Body
	if n := len(mailLink.FindAllString(second, -1)); n != kept+1-50 || !strings.Contains(second, `rel="prev"`) {
		t.Errorf("%d mails on the second page", n)
	}
	for state, want := range map[post.State]int{post.Failed: 1, post.Sent: 0, post.Kept: min(kept, 50)} {
		body := marc.get(mailsAt + "?etat=" + string(state)).Body
		if n := len(mailLink.FindAllString(body, -1)); n != want {
			t.Errorf("%d mails are %s, want %d", n, state, want)
		}
		if says := "Aucun courriel dans cet état"; strings.Contains(body, says) != (want == 0) {
			t.Errorf("%s: %q is shown or not", state, says)
		}
	}
	if !strings.Contains(first, "Réessayer les envois en échec") {
		t.Error("the failed mail cannot be sent again")
	}
	if got := marc.post(mailsAt+"/reprise", nil); got.Status != http.StatusSeeOther {
		t.Fatalf("retry: %d", got.Status)
	}
	if body := marc.get(mailsAt + "?etat=" + string(post.Waiting)).Body; !strings.Contains(body, "Un essai") {
		t.Error("the failed mail does not wait again")
	}
}

var hostile = post.Mail{To: "anne.martin@exemple.example", Subject: "Bonjour <script>alert(1)</script>", Lines: []string{"<img src=x onerror=alert(1)>"},
	Facts: []post.Fact{{Label: "Mot de passe", Value: "Chêne-4417"}}, Links: []post.Link{{Label: "Choisir un mot de passe", Path: "/mot-de-passe/jeton-tres-secret"}}, Secret: true}

// TestMailSecretsAreForTheirRecipient: a demo shows its mails whole; elsewhere,
// whoever runs the appliance does not read what opens the account of another.
func TestMailSecretsAreForTheirRecipient(t *testing.T) {
	h := newHouse(t)
	h.app.Served("https://ent.exemple.example", h.base)
	marc := h.enter("marc.dubois")
	whole := mailsAt + "/" + h.queue(hostile)[0]
	for _, path := range []string{whole, whole + "/html"} {
		got := marc.get(path)
		for _, want := range []string{"Chêne-4417", "https://ent.exemple.example/mot-de-passe/jeton-tres-secret"} {
			if !strings.Contains(got.Body, want) {
				t.Errorf("%s of a demo does not show %q", path, want)
			}
		}
		if strings.Contains(got.Body, "<script>alert") || strings.Contains(got.Body, "<img src=x") {
			t.Errorf("%s: markup of a mail is taken for ours", path)
		}
	}
	if body := marc.get(whole).Body; !strings.Contains(body, `<pre class="letter pad" id="texte"`) {
		t.Error("no plain text")
	}

	h.set(func(s *app.Settings) { s.Demo = false }, post.Settings{Host: "courriel.exemple.example", Port: 587})
	waits := h.queue(hostile)[0]
	for _, path := range []string{mailsAt + "/" + waits, mailsAt + "/" + waits + "/html"} {
		if body := marc.get(path).Body; strings.Contains(body, "Chêne-4417") || strings.Contains(body, "jeton-tres-secret") {
			t.Errorf("%s shows the secret of somebody else", path)
		}
	}
	if body := marc.get(mailsAt + "/" + waits).Body; !strings.Contains(body, "n’est que pour son destinataire") {
		t.Error("that a secret is hidden is not said")
	}
	if err := h.app.Gate.System("essai").Upkeep(func(tx *data.Tx) error { return post.Delivered(tx, waits) }); err != nil {
		t.Fatal(err)
	}
	if body := marc.get(mailsAt + "/" + waits).Body; !strings.Contains(body, "Le contenu secret a été effacé après l’envoi") || strings.Contains(body, "Chêne-4417") {
		t.Error("that a secret was erased is not said")
	}
}

// TestMailPolicy: the HTML of a mail is bound by a policy that nothing runs in,
// and a session's cookie cannot be read from.
func TestMailPolicy(t *testing.T) {
	h := newHouse(t)
	got := h.enter("marc.dubois").get(mailsAt + "/" + h.queue(hostile)[0] + "/html")
	policy := got.Get("Content-Security-Policy")
	for _, want := range []string{"sandbox allow-popups", "default-src 'none'", "style-src 'unsafe-inline'"} {
		if !strings.Contains(policy, want) {
			t.Errorf("policy %q lacks %q", policy, want)
		}
	}
	if got.Status != http.StatusOK || strings.Contains(got.Body, "<script") {
		t.Errorf("%d\n%s", got.Status, got.Body)
	}
	if page := h.enter("marc.dubois").get(mailsAt).Get("Content-Security-Policy"); strings.Contains(page, "unsafe") {
		t.Errorf("the list has the policy of a mail: %q", page)
	}
}

// TestMailCursors asks for lists from places that no list has.
func TestMailCursors(t *testing.T) {
	h := newHouse(t)
	h.queue(hostile)
	marc := h.enter("marc.dubois")
	for _, cursor := range []string{"x", "%00", "AAAA", strings.Repeat("A", 2000), "..%2f", url.QueryEscape("é")} {
		for _, name := range []string{"apres", "avant", "etat"} {
			if got := marc.get(mailsAt + "?" + name + "=" + cursor); got.Status != http.StatusOK {
				t.Errorf("%s=%s: %d", name, cursor, got.Status)
			}
		}
	}
}
