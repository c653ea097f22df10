package e2e

import (
	"fmt"
	"html"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"preau/app/connect/jira/fake"
)

// asks makes a request in the name of somebody, and returns its address in the
// console.
func asks(t *testing.T, a *appliance, login, summary string) string {
	t.Helper()
	c := call(t, a, login)
	status, text, header := c.post("/incidents/nouveau", url.Values{"type": {"incident"}, "priorite": {"normale"}, "resume": {summary}, "probleme": {"Depuis ce matin, rien ne s’affiche."}})
	m := regexp.MustCompile(`/incidents/(\d+)`).FindStringSubmatch(header.Get("Location"))
	if m == nil {
		t.Fatalf("%d\n%s", status, text)
	}
	return "/console/demandes/" + m[1]
}

// mailsTo counts the mails to an address about a request.
func mailsTo(t *testing.T, a *appliance, to, summary string) (n int) {
	t.Helper()
	_, page, _ := call(t, a, "marc.dubois").get("/console/appareil/courriels")
	for _, row := range mailRow.FindAllString(page, -1) {
		if strings.Contains(row, html.EscapeString(to)) && strings.Contains(row, html.EscapeString(summary)) {
			n++
		}
	}
	return n
}

// emailOf is the address of somebody, as their own account shows it.
func emailOf(t *testing.T, a *appliance, login string) string {
	t.Helper()
	_, page, _ := call(t, a, login).get("/compte")
	m := regexp.MustCompile(`[a-z0-9._-]+@[a-z0-9.-]+\.example`).FindString(page)
	if m == "" {
		t.Fatalf("%s has no address", login)
	}
	return m
}

// everywhere looks at a page on a screen and on a phone, in light and dark.
func (b tab) everywhere(name string) {
	b.Helper()
	for _, size := range [][2]int64{{1440, 900}, {390, 844}} {
		b.resize(size[0], size[1])
		for theme, scheme := range map[string]string{"clair": "light", "sombre": "dark"} {
			b.appearance(scheme)
			if js[bool](b, `!document.querySelector("#adresse-crochet")`) { // that is shown once
				b.visit(js[string](b, "location.pathname + location.search"))
				b.wait(`document.readyState === "complete"`)
			}
			b.healthy()
			if js[bool](b, `document.documentElement.scrollWidth > innerWidth + 1`) {
				b.Errorf("%s is wider than a screen of %d: %s", name, size[0], js[string](b, `[...document.querySelectorAll("*")].filter(e => e.getBoundingClientRect().right > innerWidth + 1).map(e => e.tagName + "." + e.className + "#" + e.id).slice(0, 12).join(" ")`))
			}
			b.shot(fmt.Sprintf("%s-%d-%s", name, size[0], theme))
		}
	}
	b.appearance("light")
	b.resize(1440, 900)
}

// TestManual_P37_UtiliserLeServiceSupport: a higher role activates the connector;
// level 1 saves without mailing anything, then answers once; level 2 makes one
// ticket, read only here, whose state and comments come back; an account is
// opened at the first access; « Reprendre » ends it.
func TestManual_P37_UtiliserLeServiceSupport(t *testing.T) {
	f := fake.Start(t, fake.DataCenter)
	a := demoAt(t, "127.0.0.1:0", "--allow-network", "127.0.0.0/8")
	home := call(t, a, "claire.moreau").home()
	one := asks(t, a, "julien.petit", "Messagerie vide")
	claire := as(t, a, "claire.moreau", one)
	if claire.sees("button", "Cellule support") || claire.sees("link", "Transmettre au niveau 2") {
		t.Error("level 2 is shown before its activation")
	}
	call(t, a, "claire.moreau").wantStatus(home+"/services/support", 404)

	paul := as(t, a, "paul.lefevre", home)
	paul.click("treeitem", "Support de niveau 2")
	paul.find("heading", "Support de niveau 2")
	paul.everywhere("support-inactif")
	paul.click("radio", "JIRA")
	paul.fill("textbox", "Adresse de JIRA", f.URL)
	paul.fill("textbox", "Jeton du compte", f.Token)
	paul.fill("textbox", "Clé du projet", "ENT")
	paul.fill("textbox", "Par défaut", "Incident")
	paul.do(focus("[name=comptes]"))
	paul.press(" ")
	paul.click("button", "Enregistrer")
	paul.reads("Les réglages du support sont enregistrés.")
	paul.click("button", "Tester")
	paul.reads("JIRA reconnaît le compte")
	paul.reads("Réussi")
	paul.click("button", "Activer")
	paul.reads("Le support de niveau 2 est actif")
	paul.everywhere("support-jira")
	paul.click("button", "Créer l’adresse")
	paul.reads("elle n’est montrée qu’une fois")
	paul.shot("support-crochet-1440-clair")
	hook := js[string](paul, `document.querySelector("#adresse-crochet").textContent`)
	if strings.Contains(js[string](paul, "document.documentElement.outerHTML"), f.Token) {
		t.Error("the token is in the page")
	}

	// Level 1.
	to := emailOf(t, a, "julien.petit")
	before := mailsTo(t, a, to, "Messagerie vide")
	claire.visit(one + "?onglet=reponse")
	claire.fill("textbox", "Solution apportée", "Videz le cache du navigateur.")
	claire.click("button", "Enregistrer")
	claire.reads("Rien n’a été envoyé")
	if n := mailsTo(t, a, to, "Messagerie vide"); n != before {
		t.Errorf("%d mails left when the solution was saved", n-before)
	}
	claire.click("button", "Répondre à l’utilisateur")
	claire.reads("La réponse est envoyée")
	if n := mailsTo(t, a, to, "Messagerie vide"); n != before+1 {
		t.Errorf("%d mails left with the answer", n-before)
	}

	// Level 2.
	claire.click("link", "Transmettre au niveau 2")
	claire.find("dialog", "Transmettre au niveau 2")
	claire.everywhere("niveau2-transmettre")
	claire.fill("textbox", "Commentaire", "Vu sur deux postes.")
	claire.click("button", "Transmettre")
	claire.reads("La demande est transmise au niveau 2.")
	caller := call(t, a, "claire.moreau")
	caller.until(one, "Dernière synchronisation")
	issues := f.Issues()
	if len(issues) != 1 || !strings.Contains(issues[0].Description, "Vu sur deux postes.") || strings.Contains(issues[0].Description, "PETIT") {
		t.Fatalf("%+v", issues)
	}
	key := issues[0].Key
	claire.visit(one + "?onglet=description")
	claire.reads(key)
	claire.find("button", "Cellule support")
	if !js[bool](claire, `document.querySelector("[name=probleme]").readOnly && !document.querySelector("#volet .saving")`) {
		t.Error("the description can still be changed here")
	}
	claire.everywhere("niveau2-jira")

	// The support cell: an account is made at the first access.
	uai := home[strings.LastIndexByte(home, '/')+1:]
	_, _, header := caller.post("/console/demandes/cellule?uai="+uai+"&ticket="+key, nil)
	if header.Get("Refresh") != "0; url="+f.URL+"/browse/"+key || len(f.Users()) != 1 || f.Users()[0].Login != "claire.moreau" {
		t.Errorf("%v, %+v", header, f.Users())
	}
	claire.visit(one)
	claire.find("link", "Cellule support")
	if got := js[string](claire, `[...document.querySelectorAll(".toolbar a[target=_blank]")].map(a => a.rel + " " + a.href).join()`); got != "noopener noreferrer "+f.URL+"/browse/ENT" {
		t.Errorf("the support cell opens %s", got)
	}

	// What changes there appears here.
	if err := f.SetStatus(key, "En cours"); err != nil {
		t.Fatal(err)
	}
	if err := f.AddComment(key, "Nora", "On cherche.", false); err != nil {
		t.Fatal(err)
	}
	if statuses, err := f.Deliver(hook, ""); err != nil || len(statuses) == 0 || statuses[0] != 204 {
		t.Fatalf("%v %v", statuses, err)
	}
	caller.until(one+"?onglet=reponse", "On cherche.")
	if err := f.SetStatus(key, "Résolue"); err != nil {
		t.Fatal(err)
	}
	if _, err := f.Deliver(hook, ""); err != nil {
		t.Fatal(err)
	}
	caller.until(one+"?onglet=reponse", "Proposée d’après la réponse du niveau 2")
	claire = as(t, a, "claire.moreau", one+"?onglet=reponse")
	claire.reads("Note du niveau 2")
	claire.everywhere("niveau2-proposition")
	claire.visit("/console/demandes/niveau2")
	claire.reads(key)
	claire.everywhere("niveau2-liste")

	claire.visit(one)
	claire.click("link", "Reprendre")
	claire.find("dialog", "Reprendre la demande")
	claire.click("button", "Reprendre")
	claire.reads("La demande est reprise.")
	claire.visit(one + "?onglet=description")
	if js[bool](claire, `document.querySelector("[name=probleme]").readOnly`) {
		t.Error("the description is still locked")
	}
	if len(f.Issues()) != 1 {
		t.Errorf("%d tickets", len(f.Issues()))
	}

	paul = as(t, a, "paul.lefevre", home+"/services/support")
	paul.click("link", "Désactiver")
	paul.find("alertdialog", "Désactiver le support de niveau 2")
	paul.everywhere("support-desactiver")
	paul.click("button", "Désactiver")
	paul.reads("Le support de niveau 2 est désactivé.")
	claire.visit(one)
	if claire.sees("link", "Cellule support") {
		t.Error("the support cell is still shown")
	}
}

// TestManual_P37_FileInterne plays level 2 in the appliance alone: the queue, the
// answer to the local administrator, who answers the user.
func TestManual_P37_FileInterne(t *testing.T) {
	a := demo(t)
	home := call(t, a, "claire.moreau").home()
	paul := as(t, a, "paul.lefevre", home+"/services/support")
	paul.click("button", "Activer")
	paul.reads("Le support de niveau 2 est actif")
	one := asks(t, a, "julien.petit", "Messagerie vide")
	claire := as(t, a, "claire.moreau", one)
	claire.click("link", "Transmettre au niveau 2")
	claire.click("button", "Transmettre")
	claire.reads("N2-")
	claire.healthy()

	marc := as(t, a, "marc.dubois", "/console/demandes")
	marc.click("link", "File de niveau 2 (1)")
	marc.reads("Messagerie vide")
	marc.everywhere("niveau2-file")
	marc.visit(one)
	marc.click("link", "Répondre au niveau 1")
	marc.find("dialog", "Répondre au niveau 1")
	marc.everywhere("niveau2-suivi")
	marc.fill("textbox", "Réponse à l’administrateur local", "Videz le cache du navigateur.")
	marc.click("radio", "Clôturée")
	marc.click("button", "Envoyer")
	marc.reads("l’administrateur local est prévenu")

	claire.visit(one + "?onglet=reponse")
	claire.reads("Note du niveau 2")
	if got := js[string](claire, `document.querySelector("[name=solution]").value`); got != "Videz le cache du navigateur." {
		t.Errorf("proposes %q", got)
	}
	claire.click("button", "Enregistrer")
	claire.reads("Rien n’a été envoyé")
	claire.click("button", "Répondre à l’utilisateur")
	claire.reads("La réponse est envoyée")
}
