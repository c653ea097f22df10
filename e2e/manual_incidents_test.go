package e2e

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"preau/app/access"
	"preau/app/requests"
)

// A desk is an administrator who answers before the requester looks.
type desk struct {
	t *testing.T
	s *access.Session
}

// answers writes an answer to a request, and a note that he must not read.
func (d desk) answers(number int, solution string, resolved bool) {
	d.t.Helper()
	hidden, err := requests.Keep(d.s, "carnet.txt", "text/plain", strings.NewReader("Confidentiel"))
	if err == nil {
		err = requests.AddNote(d.s, number, "Encore lui, voir son carnet.", []requests.File{hidden})
	}
	if err == nil {
		err = requests.Assign(d.s, number, 0, d.s.Account.ID, "")
	}
	if err == nil {
		err = requests.Solved(d.s, number, 0, requests.Solve{Solution: solution, Resolved: resolved})
	}
	if err == nil {
		_, err = requests.SendAnswer(d.s, number, 0)
	}
	if err != nil {
		d.t.Fatal(err)
	}
}

// sessionOf is that of somebody of an appliance that is not served.
func sessionOf(s *access.Session, login string) (*access.Session, error) {
	signed, err := s.Gate().SignIn(context.Background(), access.SignIn{Login: login, Password: demoPassword, From: "192.0.2.7"})
	if err != nil {
		return nil, err
	}
	return signed.Session, nil
}

// answered is an appliance where Lucas has requests: one that waits for him, one
// that is over, and one that nobody has read.
func answered(t *testing.T) *appliance {
	t.Helper()
	return demoWith(t, func(s *access.Session) error {
		lucas, err := sessionOf(s, "lucas.martin")
		if err != nil {
			return err
		}
		claire, err := sessionOf(s, "claire.moreau")
		if err != nil {
			return err
		}
		capture, err := requests.Keep(lucas, "capture-écran.txt", "text/plain", strings.NewReader("Erreur 12"))
		if err != nil {
			return err
		}
		for i, f := range []requests.Form{
			{Service: "messagerie", Summary: "La messagerie reste vide après la connexion", Problem: "Depuis lundi, la boîte de réception s’ouvre mais reste vide.\nLes messages envoyés par M. Petit n’y sont pas.", Files: []requests.File{capture}},
			{Service: "cahier", Summary: "Cahier de textes de maths introuvable", Problem: "Il n’est plus dans la liste."},
			{Summary: "Changer mon adresse e-mail", Problem: "L’adresse affichée n’est pas la bonne.", Priority: requests.Urgent},
		} {
			f.Type = requests.Incident
			if f.Priority == "" {
				f.Priority = requests.Normal
			}
			n, err := requests.Declare(lucas, f)
			if err != nil {
				return err
			}
			if i < 2 {
				desk{t, claire}.answers(n, "Videz le cache du navigateur, puis reconnectez-vous.\nSi la boîte reste vide, dites-moi sur quel poste.", i == 1)
			}
			if i == 0 {
				if err := requests.Reply(lucas, n, "C’est sur le poste 12 du CDI, et aussi chez moi.", nil); err != nil {
					return err
				}
			}
		}
		return nil
	})
}

// file writes a file to join.
func file(t *testing.T, name, content string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// TestIncidents_Declarer: a pupil declares an incident with a file, by the mouse;
// a reload in the middle loses nothing, and neither does a refusal.
func TestIncidents_Declarer(t *testing.T) {
	a := demo(t)
	b := as(t, a, "lucas.martin", "/")
	b.click("link", "Incidents")
	b.wait(`location.pathname === "/incidents"`)
	b.looks("incidents-vide")
	b.click("link", "Faire une demande")
	b.wait(`location.pathname === "/incidents/nouveau"`)
	b.looks("incident-nouveau")
	b.click("radio", "Urgente")
	b.fill("textbox", "Résumé", "La messagerie reste vide")
	b.fill("textbox", "Problème", "Depuis lundi, rien ne s’affiche.")
	b.choose(file(t, "capture.txt", "Erreur 12"))
	b.reads("Saisie gardée à")
	b.find("checkbox", "capture.txt")
	b.wait(`document.querySelector("[type=file]").files.length === 0`) // it is not sent twice
	b.visit("/incidents/nouveau")
	b.reads("Votre saisie du")
	b.wait(`document.querySelector("[name=probleme]").value === ""`)
	b.looks("incident-brouillon")
	b.click("link", "Restaurer")
	b.wait(`document.querySelector("[name=probleme]").value === "Depuis lundi, rien ne s’affiche." && document.querySelector("[value=urgente]").checked`)
	b.find("checkbox", "capture.txt")
	b.do(chromedp.Evaluate[chromedp.Void](`document.querySelector("form[data-draft]").noValidate = true`))
	b.click("button", "Envoyer la demande")
	b.reads("Choisissez le type de la demande.")
	b.looks("incident-refuse")
	b.do(chromedp.Evaluate[chromedp.Void](`document.querySelector("[name=type]").value = "incident"`))
	b.click("button", "Envoyer la demande")
	b.reads("Votre demande est enregistrée sous le numéro")
	b.reads("capture.txt")
	b.looks("incident-enregistre")
	b.visit("/incidents/nouveau")
	b.hides("Restaurer")
	if n := js[int](b, `(() => { let n = 0; const f = document.querySelector("form[data-draft]"); f.noValidate = true; f.addEventListener("submit", e => { n++; e.preventDefault(); }); f.requestSubmit(); f.requestSubmit(); return n; })()`); n != 1 {
		t.Errorf("a double click sends the form %d times", n)
	}
	if mail := mailTo(t, a, "lucas.martin"); !strings.Contains(mail, "sous le numéro 1") || !strings.Contains(mail, "/incidents/1") {
		t.Errorf("not told its number: %s", mail)
	}
}

// TestIncidents_Suivre: he reads the answer, adds a message by the keyboard, gives
// his opinion of one that is over and reopens it. No note is there.
func TestIncidents_Suivre(t *testing.T) {
	a := answered(t)
	b := as(t, a, "lucas.martin", "/incidents")
	b.reads("Cahier de textes de maths introuvable")
	b.looks("incidents")
	b.click("link", "La messagerie reste vide")
	b.reads("Réponse de MOREAU Claire")
	b.hides("carnet")
	b.looks("incident")
	b.do(focus("[name=message]"))
	b.press("Rien de neuf.", kb.Tab)
	b.wait(`document.activeElement.type === "file"`)
	b.press(kb.Tab)
	b.wantFocus("Envoyer le message")
	b.press(kb.Enter)
	b.reads("Votre message est ajouté.")
	b.reads("Rien de neuf.")
	b.visit("/incidents")
	b.click("link", "Cahier de textes")
	b.reads("Clôturée")
	b.looks("incident-cloture")
	b.do(focus("[name=avis]"))
	b.press(kb.ArrowRight, kb.ArrowRight, kb.ArrowRight)
	b.wait(`document.querySelector("[name=avis]:checked").value === "4"`)
	b.click("button", "Donner mon avis")
	b.reads("Merci, votre avis est enregistré.")
	b.looks("incident-avis")
	b.fill("textbox", "Votre message", "Il a encore disparu.")
	b.click("button", "Rouvrir la demande")
	b.reads("Votre demande est rouverte.")
	b.reads("En cours")
	b.healthy()
}

// TestIncidents_Brouillon: what was typed outlives the end of the session and a
// power cut; it is given up when he says so.
func TestIncidents_Brouillon(t *testing.T) {
	a := answered(t)
	b := as(t, a, "lucas.martin", "/incidents")
	b.click("link", "La messagerie reste vide")
	b.find("textbox", "Votre message")
	at := js[string](b, "location.pathname")
	b.fill("textbox", "Votre message", "Avant la coupure")
	b.reads("Saisie gardée à")
	a.cut(t)
	b.visit(at)
	b.reads("Votre saisie du")
	b.click("link", "Restaurer")
	b.wait(`document.querySelector("[name=message]").value === "Avant la coupure"`)

	b.do(chromedp.Func(func(ctx context.Context, tg *chromedp.Target) error { // the session is over
		_, err := cdp.Call(ctx, tg, network.ClearBrowserCookies, cdp.Empty{})
		return err
	}))
	b.fill("textbox", "Votre message", "Après la fin de la session")
	b.reads("Votre session a pris fin. Votre saisie est gardée : envoyez-la")
	b.click("button", "Envoyer le message")
	b.wait(`location.pathname === "/connexion"`)
	b.reads("Votre saisie est gardée")
	b.shot("incident-reconnexion-1440-clair")
	b.signsIn("lucas.martin", demoPassword)
	b.wait(`document.querySelector("[name=message]")?.value === "Après la fin de la session"`)
	b.visit(at)
	b.click("button", "Abandonner")
	b.reads("Votre saisie est abandonnée.")
	b.hides("Restaurer")
	b.fill("textbox", "Votre message", "Au dernier moment") // and he is gone before it is kept
	b.visit("/incidents")
	for end := time.Now().Add(patience); !b.sees("link", "Restaurer") && time.Now().Before(end); {
		b.visit(at)
	}
	b.click("link", "Restaurer")
	b.wait(`document.querySelector("[name=message]")?.value === "Au dernier moment"`)
	b.healthy()
}

// TestIncidents_SansScript: the whole of it in a browser that runs no script, on a
// phone.
func TestIncidents_SansScript(t *testing.T) {
	a := demo(t)
	b := as(t, a, "lucas.martin", "")
	b.resize(390, 844)
	b.do(chromedp.Func(func(ctx context.Context, tg *chromedp.Target) error {
		_, err := cdp.Call(ctx, tg, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true})
		return err
	}))
	b.visit("/incidents/nouveau")
	b.fill("textbox", "Résumé", "Sans script")
	b.fill("textbox", "Problème", "Rien ne s’affiche.")
	b.choose(file(t, "jeu.exe", "MZ"))
	b.do(chromedp.Evaluate[chromedp.Void](`document.querySelector("form[data-draft]").noValidate = true`))
	b.shot("incident-sans-script-390-clair")
	b.click("button", "Envoyer la demande")
	b.reads("jeu.exe")
	b.wait(`document.querySelector("[name=resume]").value === "Sans script"`)
	b.do(chromedp.Evaluate[chromedp.Void](`document.querySelector("[name=type]").value = "autre"`))
	b.choose(file(t, "capture.txt", "Erreur 12"))
	b.click("button", "Envoyer la demande")
	b.reads("enregistrée sous le numéro")
	b.reads("capture.txt")
	b.fill("textbox", "Votre message", "Et aussi chez moi.")
	b.click("button", "Envoyer le message")
	b.reads("Votre message est ajouté.")
}
