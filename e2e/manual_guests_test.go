package e2e

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

const guestPassword = "les fous et les cavaliers"

// inspect looks at the page as it is, on a screen and on a phone, in light and
// dark.
func (b tab) inspect(name string) {
	b.Helper()
	for _, size := range []struct{ width, height int64 }{{390, 844}, {1440, 900}} {
		b.resize(size.width, size.height)
		for _, theme := range []string{"sombre", "clair"} {
			b.appearance(map[string]string{"clair": "light", "sombre": "dark"}[theme])
			b.wait(`document.getAnimations().length === 0`) // colours have changed
			b.healthy()
			if js[bool](b, `document.documentElement.scrollWidth > innerWidth + 1`) {
				b.Errorf("%s is wider than a screen of %d", name, size.width)
			}
			b.shot(fmt.Sprintf("%s-%d-%s", name, size.width, theme))
		}
	}
}

// guestNode is how the tree says « Autres (Invités) » and how many they are.
var guestNode = regexp.MustCompile(`Autres \(Invités\)\D*(\d+)`)

// guests is how many guests the tree counts.
func (b tab) guests() int {
	b.Helper()
	m := guestNode.FindStringSubmatch(js[string](b, `document.getElementById("t-invites").textContent`))
	if m == nil {
		b.Fatal("the tree does not count the guests")
	}
	n, err := strconv.Atoi(m[1])
	if err != nil {
		b.Fatal(err)
	}
	return n
}

// menuKey presses Shift+F10.
func (b tab) menuKey() {
	b.Helper()
	b.do(chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		for _, kind := range []input.DispatchKeyEventType{input.DispatchKeyEventTypeRawKeyDown, input.DispatchKeyEventTypeKeyUp} {
			if _, err := cdp.Call(ctx, t, input.DispatchKeyEvent, input.DispatchKeyEventParams{Type: kind, Modifiers: 8, Key: "F10", Code: "F10", WindowsVirtualKeyCode: 121}); err != nil {
				return err
			}
		}
		return nil
	}))
}

// cut ends the appliance as a power cut would, and starts it again where it was.
func (a *appliance) cut(t *testing.T) {
	t.Helper()
	a.kill()
	again, err := startAt(strings.TrimPrefix(a.base, "http://"), "demo", "--data", a.dir)
	if err != nil {
		t.Fatal(err)
	}
	again.dir = a.dir
	*a = *again
}

// describes fills the form of a new guest.
func (b tab) describes(last, first, birth, mail string) {
	b.Helper()
	b.fill("textbox", "Nom", last)
	b.fill("textbox", "Prénom", first)
	b.fill("textbox", "Date de naissance", birth)
	b.fill("textbox", "Adresse e-mail", mail)
}

// enters follows the link of a mail, chooses a password and opens the ENT.
func enters(t *testing.T, a *appliance, mail, login string) {
	t.Helper()
	b := open(t, a, linkIn(t, mail))
	b.reads("Première connexion")
	b.fill("textbox", "Nouveau mot de passe", guestPassword)
	b.fill("textbox", "Le même", guestPassword)
	b.click("checkbox", "J’ai lu")
	b.click("button", "Activer mon compte")
	b.wait(`location.pathname === "/mot-de-passe/fait"`)
	b.reads(login)
	b.click("link", "Se connecter")
	b.wait(`location.pathname === "/connexion"`)
	b.fill("textbox", "Identifiant", login)
	b.fill("textbox", "Mot de passe", guestPassword)
	b.press(kb.Enter)
	b.wait(`location.pathname === "/"`)
	b.reads("VASSEUR Luc")
	b.healthy()
}

// TestManual_P14_CreerUnCompteUtilisateur: « Autres », the context menu, the
// form with those who look alike, « Oui », « Enregistrer »; then the mail is read,
// its link followed, and the guest sees the ENT.
func TestManual_P14_CreerUnCompteUtilisateur(t *testing.T) {
	a := demo(t)
	c := call(t, a, "claire.moreau")
	b := as(t, a, "claire.moreau", c.home()+"/utilisateurs/invites")
	before := b.guests()
	b.rightClick("treeitem", "Autres (Invités)")
	b.wantFocus("Ajouter un utilisateur")
	b.healthy()
	b.shot("invites-menu-1440-clair")
	b.press(kb.Escape)
	b.wait(`document.activeElement.id === "t-invites"`)
	b.do(focus(`#t-invites`))
	b.inspect("invites")
	b.rightClick("treeitem", "Autres (Invités)")
	b.click("menuitem", "Ajouter un utilisateur")
	b.find("heading", "Ajouter un utilisateur")
	b.inspect("invite-nouveau")
	b.click("button", "Ajouter")
	b.reads("Le formulaire est à corriger")
	b.inspect("invite-refuse")
	b.describes("Demo", "Invite", "02/05/1980", "autre@exemple.example")
	b.find("link", "DEMO Invite")
	b.healthy()
	b.describes("Vasseur", "Luc", "12/03/1985", "luc.vasseur@exemple.example")
	b.wait(`!document.querySelector("#ressemblances a")`)
	b.reads("Modifications non enregistrées")
	b.click("button", "Ajouter")
	b.find("alertdialog", "Confirmez-vous le rattachement de VASSEUR Luc à l’établissement")
	b.healthy()
	b.shot("invite-confirmer-1440-clair")
	b.press(kb.Escape) // « Non »: what was typed is still there
	b.wait(`!document.querySelector("dialog[open]:not(.palette)") && document.querySelector("[name=nom]").value === "Vasseur"`)
	b.healthy()
	b.click("button", "Ajouter")
	b.wantFocus("Oui")
	b.click("button", "Oui")
	b.find("heading", "VASSEUR Luc")
	b.reads("luc.vasseur")
	b.inspect("invite-fiche")
	if b.guests() != before {
		t.Error("somebody was created before « Enregistrer »")
	}
	b.click("button", "Enregistrer")
	b.reads("Le compte de VASSEUR Luc est créé")
	b.healthy()
	if b.guests() == before {
		t.Error("the tree does not count the new guest")
	}
	mail := mailTo(t, a, "luc.vasseur@exemple.example")
	for _, says := range []string{"Honoré de Balzac", "Identifiant", "luc.vasseur"} {
		if !strings.Contains(mail, says) {
			t.Errorf("the mail does not say %q:\n%s", says, mail)
		}
	}
	enters(t, a, mail, "luc.vasseur")
	b.visit(js[string](b, "location.pathname"))
	b.reads("Actif")
	b.healthy()
}

// TestManual_P14_AuClavier: Shift+F10, Enter, the fields, then Enter three times;
// who looks alike is shown on the way.
func TestManual_P14_AuClavier(t *testing.T) {
	a := demo(t)
	c := call(t, a, "claire.moreau")
	guests := c.home() + "/utilisateurs/invites"
	form := url.Values{"nom": {"Vasseur"}, "prenom": {"Luc"}, "naissance": {"12/03/1985"}, "email": {"luc.vasseur@exemple.example"}, "etape": {"enregistrer"}}
	if status, _, _ := c.post(guests+"/nouveau", form); status != http.StatusSeeOther {
		t.Fatal(status)
	}
	b := as(t, a, "claire.moreau", guests)
	b.do(focus(`#t-invites`))
	b.menuKey()
	b.wantFocus("Ajouter un utilisateur")
	b.press(kb.Enter)
	b.find("heading", "Ajouter un utilisateur")
	b.do(focus(`[name=nom]`))
	b.press("Vaseur", kb.Tab, "Luc", kb.Tab, "12/03/1985", kb.Tab, "l.vaseur@exemple.example")
	b.find("link", "VASSEUR Luc")
	b.inspect("invite-ressemble")
	b.do(focus(`[name=email]`))
	b.press(kb.Enter)
	b.find("alertdialog", "Confirmez-vous")
	b.wantFocus("Oui")
	b.press(kb.Enter)
	b.find("heading", "VASEUR Luc")
	b.wantFocus("Enregistrer")
	b.press(kb.Enter)
	b.reads("Le compte de VASEUR Luc est créé")

}

// TestManual_P14_Doublons: two guests who are one, side by side, are merged, then
// separated again and told apart.
func TestManual_P14_Doublons(t *testing.T) {
	a := demo(t)
	c := call(t, a, "claire.moreau")
	guests := c.home() + "/utilisateurs/invites"
	for last, mail := range map[string]string{"Vasseur": "luc.vasseur@exemple.example", "Vaseur": "l.vaseur@exemple.example"} {
		form := url.Values{"nom": {last}, "prenom": {"Luc"}, "naissance": {"12/03/1985"}, "email": {mail}, "etape": {"enregistrer"}}
		if status, page, _ := c.post(guests+"/nouveau", form); status == http.StatusConflict {
			form.Set("vus", regexp.MustCompile(`name="vus" value="([^"]+)"`).FindStringSubmatch(page)[1])
			if status, _, _ = c.post(guests+"/nouveau", form); status != http.StatusSeeOther {
				t.Fatal(status)
			}
		}
	}
	b := as(t, a, "claire.moreau", guests)
	b.click("link", "Doublons probables")
	b.find("heading", "Doublons probables")
	b.inspect("doublons")
	b.click("link", "Comparer")
	b.find("heading", "Comparer deux comptes")
	b.inspect("doublons-comparer")
	b.click("button", "Fusionner")
	b.find("alertdialog", "Fusionner ces deux comptes")
	b.inspect("doublons-fusionner")
	b.click("button", "Oui")
	b.reads("Les deux comptes sont réunis")
	b.healthy()
	b.shot("doublons-fusionnes-1440-clair")
	if !strings.Contains(mailTo(t, a, "l.vaseur@exemple.example"), "n’en font plus qu’un") {
		t.Error("the person is not told which account is left")
	}
	b.click("button", "Annuler la fusion")
	b.reads("de nouveau séparés")
	b.click("link", "Comparer")
	b.click("button", "Ce sont deux personnes")
	b.reads("ne seront plus rapprochées")
	b.reads("Personne ne se ressemble ici")
	b.healthy()
}

// TestManual_P15_RattacherUnCompteInvite: the guest of another establishment is
// listed once who they are is known, attached and told; either school has its own
// attachment, and the account signs in as before.
func TestManual_P15_RattacherUnCompteInvite(t *testing.T) {
	a := demo(t)
	sophie := call(t, a, "sophie.girard")
	_, page, _ := sophie.get("/console/etablissements")
	home := "/console/etablissements/" + regexp.MustCompile(`/console/etablissements/([0-9]{7}[A-Z])"`).FindStringSubmatch(page)[1]
	b := as(t, a, "sophie.girard", home+"/utilisateurs/invites")
	b.inspect("invites-aucun")
	b.click("link", "Ajouter un utilisateur")
	b.fill("textbox", "Nom", "Demo")
	b.fill("textbox", "Prénom", "Invite")
	b.reads("Un invité de ce nom existe au lycée Honoré de Balzac")
	b.hides("invite.demo")
	b.inspect("invite-ailleurs")
	if b.sees("radio", "L’invité") {
		t.Error("the account can be chosen by its name alone")
	}
	b.fill("textbox", "Date de naissance", "02/05/1980")
	b.fill("textbox", "Adresse e-mail", "autre.adresse@exemple.example")
	b.find("radio", "L’invité qui existe au lycée Honoré de Balzac")
	b.hides("invite.demo")
	b.inspect("invite-choisir")
	b.click("radio", "L’invité qui existe au lycée Honoré de Balzac")
	b.click("button", "Ajouter")
	b.find("alertdialog", "Confirmez-vous le rattachement de DEMO Invite à l’établissement")
	b.healthy()
	b.press(kb.Enter)
	b.find("heading", "DEMO Invite")
	b.reads("Il existe au lycée Honoré de Balzac")
	b.hides("invite.demo")
	b.inspect("invite-rattacher")
	b.wantFocus("Enregistrer")
	b.press(kb.Enter)
	b.reads("Le compte est rattaché à l’établissement")
	b.reads("1 autre établissement, hors de votre périmètre")
	b.hides("Honoré de Balzac")
	b.healthy()
	record := js[string](b, "location.pathname")
	if mail := mailTo(t, a, "invite.demo@exemple.example"); !strings.Contains(mail, "rattaché") || !strings.Contains(mail, "invite.demo") || strings.Contains(mail, "lien=") {
		t.Errorf("the mail of an account that serves already:\n%s", mail)
	}
	if status, _, _ := newCaller(t, a).signIn("invite.demo"); status != http.StatusSeeOther {
		t.Error("the account does not sign in any more")
	}
	claire := call(t, a, "claire.moreau")
	_, theirs, _ := claire.get(claire.recordOf(claire.home(), "invite.demo"))
	if !strings.Contains(strings.ReplaceAll(theirs, "\u00a0", " "), "1 autre établissement, hors de votre périmètre") {
		t.Error("the other school does not know that there is another attachment")
	}
	_, all, _ := call(t, a, "marc.dubois").get(claire.recordOf(claire.home(), "invite.demo"))
	if !strings.Contains(all, home+`"`) || !strings.Contains(all, claire.home()+`"`) {
		t.Error("the two attachments are not on the record of who sees both")
	}

	// Until the end of the year, then no longer; the other school keeps theirs.
	b.fill("textbox", "Rattaché jusqu’au", "31/12/2099")
	b.click("button", "Enregistrer")
	b.reads("Enregistré")
	b.inspect("invite-jusquau")
	b.click("link", "Détacher de l’établissement")
	b.find("alertdialog", "Voulez-vous détacher DEMO Invite de l’établissement")
	b.inspect("invite-detacher")
	b.click("button", "Oui")
	b.reads("La personne est détachée")
	sophie.wantStatus(record, http.StatusNotFound)
	claire.wantStatus(claire.recordOf(claire.home(), "invite.demo"), http.StatusOK)

	// In the last one, the account goes to « Suppressions », and comes back.
	d := as(t, a, "claire.moreau", claire.recordOf(claire.home(), "invite.demo"))
	d.click("link", "Détacher de l’établissement")
	d.click("button", "Oui")
	d.reads("La personne est détachée")
	if status, _, _ := newCaller(t, a).signIn("invite.demo"); status == http.StatusSeeOther {
		t.Error("somebody attached nowhere still signs in")
	}
	d.click("treeitem", "Suppressions")
	d.fill("combobox", "Rechercher", "demo inv")
	d.find("option", "DEMO Invite")
	d.press(kb.ArrowDown, kb.Enter)
	d.find("heading", "DEMO Invite")
	d.reads("Détaché de l’établissement")
	d.inspect("invite-supprime")
	d.click("link", "Rattacher")
	d.find("alertdialog", "Voulez-vous rattacher DEMO Invite")
	d.healthy()
	d.click("button", "Oui")
	d.reads("Le compte est rattaché à l’établissement")
	if status, _, _ := newCaller(t, a).signIn("invite.demo"); status != http.StatusSeeOther {
		t.Error("brought back, the account does not sign in")
	}
}

// TestManual_P16_ParImportDeFichier: the file is shown line by line, nothing is
// written before « Importer », the count grows by three, each is mailed and one
// signs in; the import is undone.
func TestManual_P16_ParImportDeFichier(t *testing.T) {
	a := demo(t)
	c := call(t, a, "claire.moreau")
	b := as(t, a, "claire.moreau", c.home()+"/utilisateurs/invites")
	before := b.guests()
	b.do(focus(`#t-invites`))
	b.menuKey()
	b.wantFocus("Ajouter un utilisateur")
	b.press(kb.ArrowDown)
	b.wantFocus("Importer des utilisateurs")
	b.press(kb.Enter)
	b.find("heading", "Importer des utilisateurs")
	b.inspect("import-invites")
	b.click("button", "OK")
	b.reads("Choisissez un fichier")
	b.healthy()
	file := filepath.Join(t.TempDir(), "club-échecs.csv")
	content := "\ufeffNom;Prénom;Titre;Mail;Date de naissance;Adresse;Code Postal;Commune;Téléphone Domicile;Téléphone Portable;Téléphone Professionnel\r\n" +
		"Vasseur;Luc;M.;luc.vasseur@exemple.example;12/03/1985;3 rue des Tilleuls;75900;Saint-Éloi;;06 39 98 00 01;\r\n" +
		"Müller;Élise;Mme;elise.muller@exemple.example;01/12/1990;;;;;;\r\n" +
		"N'Guessan;Awa;;awa@exemple.example;1978-07-05;;;;;;\r\n" +
		"Petit;Hugo;;pas une adresse;31/02/1980;;;;12;;\r\n" +
		"Laissé;Paul;;paul.laisse@exemple.example;01/01/1970;;;;;;\r\n" +
		"Demo;Invite;;invite.demo@exemple.example;02/05/1980;;;;;;\r\n"
	if err := os.WriteFile(file, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	b.choose(file)
	b.reads("club-échecs.csv")
	b.click("button", "OK")
	b.find("heading", "club-échecs.csv")
	b.reads("Ceci est un aperçu")
	for _, says := range []string{"Refusés (1)", "À créer (4)", "Déjà présents (1)", "Date de naissance :", "Mail :", "Téléphone Domicile :"} {
		b.reads(says)
	}
	b.inspect("import-apercu")
	if b.guests() != before {
		t.Error("somebody was created before « Importer »")
	}
	b.click("checkbox", "Importer LAISSÉ Paul")
	preview := js[string](b, "location.pathname")

	// The preview is there after a restart.
	a.cut(t)
	b.visit(preview)
	b.mu.Lock()
	*b.said = nil // of the stream that was cut
	b.mu.Unlock()
	b.reads("Ceci est un aperçu")
	b.click("checkbox", "Importer LAISSÉ Paul")
	b.click("button", "Importer")
	b.reads("Import terminé : 3 créés, 1 déjà présent, 1 refusé, 1 laissé de côté.")
	b.find("link", "VASSEUR Luc")
	if got := b.guests(); got != before+3 {
		t.Errorf("%d guests, %d before", got, before)
	}
	b.inspect("import-termine")
	if !strings.Contains(mailTo(t, a, "awa@exemple.example"), "awa.nguessan") {
		t.Error("the mail does not hold the login")
	}
	enters(t, a, mailTo(t, a, "luc.vasseur@exemple.example"), "luc.vasseur")

	b.visit(preview)
	b.reads("Créés (3)")
	b.reads("Laissés de côté (1)")
	b.inspect("import-rapport")
	b.click("link", "Annuler cet import")
	b.find("alertdialog", "Voulez-vous annuler cet import")
	b.healthy()
	b.click("button", "Oui")
	b.reads("L’import est annulé : 2 comptes retirés, 1 gardé car il a changé depuis.")
	b.inspect("import-annule")
	if got := b.guests(); got != before+1 {
		t.Errorf("undone: %d guests, %d before", got, before)
	}

	// The same file again: who stayed is already there.
	b.visit(c.home() + "/utilisateurs/invites/imports")
	b.reads("Annulé")
	b.choose(file)
	b.click("button", "OK")
	b.reads("Déjà présents (2)")
	b.healthy()
}
