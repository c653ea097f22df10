package e2e

import (
	"context"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// TestManual_P17_UnParentActiveSonCompte: a parent of two children activates
// with the code of one, as the slip says, then adds the other from the account;
// the records of both say so. A wrong code is refused as everything else is.
func TestManual_P17_UnParentActiveSonCompte(t *testing.T) {
	a := demo(t)
	c := call(t, a, "claire.moreau")
	_, parents := table(t, content(c.file(c.home(), "profil=parents&etat=inactive", url.Values{"action": {"csv"}})))
	var told, children, codes []string
	for _, row := range parents {
		children, codes = strings.Split(row[4], ", "), strings.Split(row[5], ", ")
		if row[2] != "" && row[3] != "" && len(codes) == 2 {
			told = row
			break
		}
	}
	if told == nil {
		t.Fatal("no parent of two children of the lycée")
	}
	b := open(t, a, "/activation")
	b.looks("activation")
	b.fill("textbox", "Code postal", told[2])
	b.fill("textbox", "Ville", told[3])
	b.fill("textbox", "Code d’activation", "zzzzz zzzzz")
	b.click("button", "Continuer")
	b.reads("Ces informations ne permettent pas d’activer un compte")
	b.looks("activation-refusee")
	b.click("DisclosureTriangle", "Ajouter un code") // the right one may be beside a wrong one
	b.fill("textbox", "Code d’un deuxième enfant", strings.ToUpper(strings.ReplaceAll(codes[0], " ", "-")))
	b.click("button", "Continuer")
	b.wait(`/Plusieurs parents|Activer mon compte/.test(document.body.innerText)`)
	if js[bool](b, `document.body.innerText.includes("Plusieurs parents")`) {
		b.looks("activation-nom")
		b.hides(told[0])
		b.fill("textbox", "Votre nom", strings.ToLower(told[0]))
		b.fill("textbox", "Votre prénom", told[1])
		b.click("button", "Continuer")
	}
	b.fill("textbox", "Adresse e-mail", "parent.de.deux@exemple.example")
	b.fill("textbox", "Nouveau mot de passe", "la cour des grands")
	b.fill("textbox", "Le même", "la cour des grands")
	b.click("checkbox", "J’ai lu")
	b.click("button", "Activer mon compte")
	b.reads("Votre compte est actif")
	login := js[string](b, `document.querySelector("main code, main .mono, main b.login, main strong")?.textContent.trim() ?? ""`)

	b.visit("/connexion")
	if login == "" {
		t.Fatal("the login is not shown")
	}
	b.enters(login, "la cour des grands")
	b.wait(`location.pathname === "/"`)
	b.click("link", "Ajouter un enfant")
	b.wait(`location.pathname === "/compte"`)
	b.reads(children[0])
	b.hides(children[1])
	b.reads("Un enfant à confirmer")
	b.fill("textbox", "Code d’activation de l’enfant", "abcde fghjk")
	b.press(kb.Enter)
	b.reads("Ce code n’est pas celui d’un enfant dont vous êtes déclaré responsable")
	b.wait(`document.activeElement.id === "s-enfants"`)
	b.looks("compte-enfant-refuse")
	b.fill("textbox", "Code d’activation de l’enfant", codes[1])
	b.press(kb.Enter)
	b.reads("L’enfant est ajouté à votre compte.")
	b.reads(children[1])
	b.hides("Un enfant à confirmer")
	b.looks("compte-parent")

	for _, child := range children {
		_, found, _ := c.get(c.home() + "/recherche?q=" + url.QueryEscape(child))
		m := recordLink.FindStringSubmatch(found)
		if m == nil {
			t.Fatalf("no record of %s", child)
		}
		if _, record, _ := c.get(m[1]); !strings.Contains(record, "lien confirmé le") {
			t.Errorf("the record of %s says nothing of the confirmed link", child)
		}
	}
	d := open(t, a, "/activation") // the other parent of the family enters by the same code, this one does not
	d.fill("textbox", "Code postal", told[2])
	d.fill("textbox", "Ville", told[3])
	d.fill("textbox", "Code d’activation", codes[0])
	d.click("button", "Continuer")
	d.wait(`/Plusieurs parents|ne permettent pas/.test(document.body.innerText)`)
	if js[bool](d, `document.body.innerText.includes("Plusieurs parents")`) {
		d.fill("textbox", "Votre nom", told[0])
		d.fill("textbox", "Votre prénom", told[1])
		d.click("button", "Continuer")
	}
	d.reads("Ces informations ne permettent pas d’activer un compte")
}

// TestManual_P13_LeClavierVirtuel: by the mouse, by the keyboard and without
// script; how many digits are entered is said, and never which.
func TestManual_P13_LeClavierVirtuel(t *testing.T) {
	const digits = "123456"
	a := demo(t)
	b := as(t, a, "julien.petit", "/")
	b.click("link", "Scolarité")
	b.wait(`location.pathname === "/scolarite"`)
	b.find("button", "Effacer")
	b.looks("scolarite")
	for _, d := range "12" {
		b.click("button", string(d))
	}
	b.find("status", "") // 2 of 6
	b.reads("2 chiffres saisis sur 6")
	b.click("button", "Effacer")
	b.reads("0 chiffre saisi sur 6")
	b.wait(`document.activeElement.id === "f-chiffres"`)
	for _, left := range []string{"2 essais", "1 essai"} { // wrong, by the mouse: the keys stand elsewhere each time
		was := js[string](b, keysShown)
		for range digits {
			b.click("button", "0")
		}
		b.click("button", "Valider")
		b.reads("Ces chiffres ne sont pas les bons. Il vous reste " + left)
		b.hides("000000")
		if js[string](b, keysShown) == was {
			t.Error("the keys stand where they stood")
		}
	}
	b.looks("scolarite-erreur")
	for _, d := range digits {
		b.click("button", string(d))
	}
	b.reads("6 chiffres saisis sur 6")
	b.click("button", "9") // one too many is not taken
	b.reads("6 chiffres saisis sur 6")
	b.click("button", "Valider")
	b.reads("Votre mot de passe scolarité est reconnu")
	b.looks("scolarite-ouverte")

	keyed := as(t, a, "julien.petit", "/scolarite")
	keyed.wait(`document.activeElement.id === "f-chiffres"`)
	keyed.press("1x2") // on the field: letters are not taken
	keyed.reads("2 chiffres saisis sur 6")
	keyed.press(kb.Tab)
	keyed.wait(`document.activeElement.closest(".keys")`)
	keyed.press("39", kb.Backspace) // on a key
	keyed.reads("3 chiffres saisis sur 6")
	keyed.do(focus(`.keys button[value="4"]`))
	keyed.press(kb.Enter) // the key itself
	keyed.reads("4 chiffres saisis sur 6")
	keyed.press("56")
	keyed.do(focus("#f-chiffres"))
	keyed.press(kb.Enter)
	keyed.reads("Votre mot de passe scolarité est reconnu")

	plain := as(t, a, "claire.moreau", "/")
	plain.do(chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		_, err := cdp.Call(ctx, t, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true})
		return err
	}))
	plain.visit("/scolarite")
	plain.find("textbox", "Mot de passe scolarité")
	if plain.sees("button", "Effacer") {
		t.Error("keys that do nothing are shown")
	}
	plain.fill("textbox", "Mot de passe scolarité", digits)
	plain.press(kb.Enter)
	plain.find("heading", "Scolarité")
	plain.reads("Votre mot de passe scolarité est reconnu")
	call(t, a, "lucas.martin").wantStatus("/scolarite", http.StatusNotFound)
}

// keysShown are the keys as they stand.
const keysShown = `[...document.querySelectorAll(".keys button[value]")].map(b => b.value).join("")`

// TestOwnAccount: a teacher changes the address, whose mail is read and followed,
// telephones, the password; each section says what happened, and what was
// refused has the focus.
func TestOwnAccount(t *testing.T) {
	a := demo(t)
	elsewhere := call(t, a, "julien.petit")
	b := as(t, a, "julien.petit", "/")
	b.looks("accueil-enseignant")
	b.click("link", "Mon compte")
	b.looks("compte-enseignant")
	const address = "julien.petit.chez.lui@exemple.example"
	b.fill("textbox", "Adresse e-mail", address)
	b.click("button", "Enregistrer l’adresse")
	b.reads("Un courriel de confirmation part vers " + address)
	b.reads("À confirmer")
	b.looks("compte-adresse")
	b.click("button", "Renvoyer le courriel de confirmation")
	b.reads("Un nouveau courriel de confirmation est parti")
	d := open(t, a, linkIn(t, mailTo(t, a, address)))
	d.click("button", "Confirmer")
	d.reads("Votre adresse e-mail est confirmée")
	b.visit("/compte")
	b.hides("À confirmer")

	b.fill("textbox", "Téléphone portable", "12")
	b.click("button", "Enregistrer les téléphones")
	b.reads("Un numéro français compte 10 chiffres")
	b.wait(`document.activeElement.id === "s-telephones"`)
	b.healthy()
	b.fill("textbox", "Téléphone portable", "+33 (0)6 39 98 12 34")
	b.click("button", "Enregistrer les téléphones")
	b.reads("Vos téléphones sont enregistrés")
	b.wait(`document.querySelector("#f-portable").value === "06 39 98 12 34"`)

	const chosen = "une phrase bien à moi"
	for _, now := range []string{"pas le bon", demoPassword} {
		b.fill("textbox", "Mot de passe actuel", now)
		b.fill("textbox", "Nouveau mot de passe", chosen)
		b.fill("textbox", "Le même mot de passe", chosen)
		b.click("button", "Changer le mot de passe")
		if now != demoPassword {
			b.reads("Ce n’est pas votre mot de passe")
			b.wait(`document.activeElement.id === "s-mot-de-passe"`)
			b.looks("compte-mot-de-passe-refuse")
		}
	}
	b.reads("Votre mot de passe est changé")
	elsewhere.wantStatus("/", http.StatusSeeOther)
	if status, _, _ := newCaller(t, a).signIn("julien.petit"); status == http.StatusSeeOther {
		t.Error("the former password still opens")
	}
	if text := mailTo(t, a, address); !regexp.MustCompile(`mot de passe.*changé`).MatchString(text) {
		t.Errorf("the change is not told by mail: %s", text)
	}
	b.click("button", "Sombre")
	b.wait(`document.documentElement.dataset.theme === "sombre"`)
	b.click("button", "Retirer tous les appareils")
	b.reads("Aucun appareil n’est connu")
}

// TestLegalPages: they are read by everybody, and the charter that the console
// publishes is read on the ENT side.
func TestLegalPages(t *testing.T) {
	a := demo(t)
	b := open(t, a, "/connexion")
	for link, name := range map[string]string{"Charte": "charte", "Protection des données": "donnees", "Mentions légales": "mentions"} {
		b.visit("/connexion")
		b.click("link", link)
		b.wait(`location.pathname !== "/connexion"`)
		b.looks(name)
	}
	claire := as(t, a, "claire.moreau", "")
	claire.visit(call(t, a, "claire.moreau").home())
	claire.click("link", "Charte et données")
	claire.find("heading", "Charte et données")
	claire.looks("charte-console")
	claire.fill("textbox", "Charte d’utilisation", "Ici, on range les chaises.")
	claire.click("button", "Publier cette version")
	claire.reads("Publié. Chacun acceptera cette version à sa prochaine connexion.")
	claire.reads("Version 2")
	pupil := open(t, a, "/connexion")
	pupil.enters("lucas.martin", demoPassword)
	pupil.reads("Ici, on range les chaises.")
	pupil.healthy()
}
