package e2e

import (
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"
)

// A counter is the help desk of an establishment, with its mailbox.
type counter struct {
	*caller
	box     *mailbox
	at      string // of the settings of the mailbox
	taken   int
	ignored int
}

// newCounter sets the mailbox of a new establishment, in the browser of nobody.
func newCounter(t *testing.T, a *appliance, r *relay) *counter {
	t.Helper()
	d := &counter{caller: call(t, a, "marc.dubois"), box: newMailbox(t, r.cert)}
	status, page, header := d.post("/console/etablissements/nouveau", url.Values{"nature": {"virtuel"}, "nom": {"Réseau de la vallée"}, "academie": {"Val-de-Seine"}})
	if status != http.StatusSeeOther {
		t.Fatalf("%d\n%s", status, page)
	}
	d.at = "/console/demandes/boites/" + strings.TrimPrefix(header.Get("Location"), "/console/etablissements/")
	form := url.Values{"version": {"0"}, "adresse": {boxAddress}, "serveur": {"localhost"}, "port": {strconv.Itoa(d.box.port)}, "chiffrement": {"starttls"}, "compte": {boxAddress}, "secret": {boxSecret}, "active": {"oui"}}
	form.Set("essai", "oui")
	if _, page, _ := d.post(d.at, form); !strings.Contains(page, "Le dossier «\u00a0INBOX\u00a0» contient 0 message à relever") {
		t.Fatalf("the test says\n%s", page)
	}
	form.Del("essai")
	if status, page, _ := d.post(d.at, form); status != http.StatusSeeOther {
		t.Fatalf("%d\n%s", status, page)
	}
	return d
}

// collect visits the mailbox until it has taken so many messages more, and put
// aside so many.
func (d *counter) collect(taken, ignored int) {
	d.t.Helper()
	d.taken, d.ignored = d.taken+taken, d.ignored+ignored
	if status, page, _ := d.post(d.at+"/releve", nil); status != http.StatusSeeOther {
		d.t.Fatalf("%d\n%s", status, page)
	}
	d.until(d.at, fmt.Sprintf("ajoutés à l’une d’elles</th><td>%d</td>", d.taken))
	d.until(d.at, fmt.Sprintf("de nos adresses)</th><td>%d</td>", d.ignored))
}

// TestMailComesAndGoes: with a real mailbox server, a mail makes a request, the
// answer leaves in its thread, what is answered comes back into it, what nobody
// wrote does nothing; the password of the mailbox is told by nothing.
func TestMailComesAndGoes(t *testing.T) {
	r := newRelay(t)
	a := ofOne(t, t.TempDir())
	ends(t, a)
	d := newCounter(t, a, r)
	d.setServer(r.port)
	const who = "zoe.durand@ailleurs.example"
	d.box.drop("Zoé Durand <"+who+">", "=?utf-8?q?Messagerie_bloqu=C3=A9e?=", "Rien ne s’affiche.")
	d.collect(1, 0)
	d.until("/console/demandes", "Messagerie bloquée")
	ack := r.wait(t, 1)[0]
	if ack.from != boxAddress || ack.to != who || ack.header.Get("In-Reply-To") != "<m1@exemple.example>" || ack.header.Get("Auto-Submitted") == "" || !strings.Contains(ack.text, "sous le numéro 1.") {
		t.Errorf("%+v\n%s", ack.header, ack.text)
	}

	const one = "/console/demandes/1"
	d.jeton = d.token(one)
	_, page, _ := d.get(one + "?onglet=reponse")
	if status, page, _ := d.post(one+"/reponse", url.Values{"version": {versionField.FindStringSubmatch(page)[1]}, "ecran": {"1/reponse"}, "solution": {"Videz le cache."}, "resolution": {"non"}}); status != http.StatusSeeOther {
		t.Fatalf("%d\n%s", status, page)
	}
	if status, page, _ := d.post(one+"/envoi", nil); status != http.StatusSeeOther {
		t.Fatalf("%d\n%s", status, page)
	}
	answer := r.wait(t, 2)[1]
	subject := answer.header.Get("Subject")
	for what, wrong := range map[string]bool{
		"from":         answer.from != boxAddress,
		"In-Reply-To":  answer.header.Get("In-Reply-To") != "<m1@exemple.example>",
		"References":   !strings.Contains(answer.header.Get("References"), "<m1@exemple.example>"),
		"Message-ID":   answer.id == ack.id || !strings.HasSuffix(answer.id, "@exemple.example>"),
		"Auto":         answer.header.Get("Auto-Submitted") == "",
		"subject":      !strings.Contains(subject, "Demande") || !strings.Contains(subject, "1"),
		"text":         !strings.Contains(answer.text, "Videz le cache.") || !strings.Contains(answer.text, "Vous pouvez répondre à ce message"),
		"without note": strings.Contains(answer.text, "note"),
	} {
		if wrong {
			t.Errorf("%s: %+v\n%s", what, answer.header, answer.text)
		}
	}

	d.box.drop(who, "Re: Messagerie", "C’est réparé, merci.\n\nLe 01/09/2026 à 10:00, ENT a écrit :\n> Videz le cache.", "In-Reply-To: "+answer.id)
	d.box.drop(who, "Absence", "Je suis absente.", "In-Reply-To: "+answer.id, "Auto-Submitted: auto-replied")
	d.collect(1, 1)
	thread := d.until(one+"?onglet=reponse", "C’est réparé, merci.")
	if strings.Contains(thread, "Je suis absente.") {
		t.Error("an automatic answer is in the thread")
	}
	d.until("/console/demandes", "<span>1\u00a0demande</span>")

	for n := range 8 { // a machine that answers each mail, without saying that it is one
		d.box.drop("robot@ailleurs.example", fmt.Sprintf("Votre message %d", n), "Je réponds à tout.")
		d.collect(1, 0)
	}
	d.until("/console/appareil/courriels?etat=sent", "robot@ailleurs.example")
	waiting := 0
	for _, m := range r.wait(t, 2+5) {
		if m.to == "robot@ailleurs.example" {
			waiting++
		}
	}
	d.until("/sante", `"mail_queue":0`)
	if all := r.wait(t, 2+5); waiting != 5 || len(all) != 2+5 {
		t.Errorf("%d mails to the machine, %d in all", waiting, len(all))
	}
	untold(t, a, d.caller, d.at, "/console/demandes/boites", one, one+"?onglet=historique")
}
