package e2e

import (
	"fmt"
	"net/http"
	"net/url"
	"os/exec"
	"regexp"
	"strings"
	"testing"

	"github.com/chromedp/chromedp/kb"
	"github.com/rs/zerolog"

	"preau/app"
	"preau/app/access"
	"preau/data"
)

const administrators = "/console/administrateurs"

var schoolOption = regexp.MustCompile(`data-value="([^"]+)" data-id="([0-9]{7}[A-Z])"`)

// schools are the names of the establishments that somebody administers, by UAI.
func (c *caller) schools() map[string]string {
	c.t.Helper()
	_, page, _ := c.get("/console/etablissements")
	all := map[string]string{}
	for _, m := range schoolOption.FindAllStringSubmatch(page, -1) {
		all[m[2]] = m[1]
	}
	return all
}

// framed looks at a page on a screen and on a phone, in light and dark.
func (b tab) framed(name string) {
	b.Helper()
	for _, size := range [][2]int64{{390, 844}, {1440, 900}} {
		b.resize(size[0], size[1])
		for _, theme := range []string{"sombre", "clair"} {
			b.appearance(map[string]string{"clair": "light", "sombre": "dark"}[theme])
			b.wait(`document.getAnimations().length === 0`) // colours change gently
			b.healthy()
			if js[bool](b, `document.documentElement.scrollWidth > innerWidth + 1`) {
				b.Errorf("%s is wider than a screen of %d", name, size[0])
			}
			b.shot(fmt.Sprintf("%s-%d-%s", name, size[0], theme))
		}
	}
}

// TestManual_P03_HabiliterUnAdministrateurLocal: the module Administrateurs makes
// the account of a local administrator of two establishments; the credentials
// are mailed, the person chooses a password by the link and sees those two only.
func TestManual_P03_HabiliterUnAdministrateurLocal(t *testing.T) {
	a := demo(t)
	all := call(t, a, "marc.dubois").schools()
	var two []string
	for _, name := range call(t, a, "sophie.girard").schools() {
		two = append(two, name)
	}
	b := as(t, a, "nadia.benali", call(t, a, "claire.moreau").home())
	b.click("link", "Administrateurs")
	b.find("heading", "Administrateurs")
	b.find("rowheader", "MOREAU Claire")
	b.healthy()
	b.click("link", "Nouvel administrateur")
	b.find("heading", "Nouvel administrateur")
	b.fill("combobox", "Nom de la personne", "petit jul")
	b.find("option", "PETIT Julien") // of the directory: no second account
	b.healthy()
	b.shot("nouvel-administrateur-1440-clair")
	b.press(kb.Escape)
	b.click("link", "Créer un compte")
	b.find("heading", "Créer un compte")
	b.fill("textbox", "Nom (", "Faure")
	b.fill("textbox", "Prénom", "Inès")
	b.fill("textbox", "Adresse e-mail", "ines.faure@exemple.example")
	b.wait(`document.querySelector("[name=login]").value === "ines.faure"`)
	b.click("button", "Créer le compte")
	b.reads("cochez au moins un établissement")
	for _, name := range two {
		b.fill("searchbox", "Établissements", name)
		b.click("checkbox", name)
	}
	b.wait(`document.querySelectorAll(".picks :checked").length === 2`)
	b.framed("creer-administrateur")
	b.click("button", "Créer le compte")
	b.reads("les identifiants sont envoyés")
	b.find("heading", "FAURE Inès")
	for _, name := range two {
		b.find("rowheader", name)
	}
	b.wait(`document.querySelector("[name=chercher-texte]").value === ""`) // what was sent is no longer typed
	b.framed("administrateur")

	text := mailTo(t, a, "ines.faure@exemple.example")
	for _, want := range append(two, "BENALI Nadia", "Identifiant\u00a0: ines.faure", "Administrateur local") {
		if !strings.Contains(text, want) {
			t.Errorf("the mail does not say %q:\n%s", want, text)
		}
	}
	const chosen = "la craie et le tableau"
	ines := open(t, a, linkIn(t, text))
	ines.fill("textbox", "Nouveau mot de passe", chosen)
	ines.fill("textbox", "Le même", chosen)
	ines.press(kb.Enter)
	ines.reads("Votre compte est actif")
	ines.visit("/connexion")
	ines.fill("textbox", "Identifiant", "ines.faure")
	ines.fill("textbox", "Mot de passe", chosen)
	ines.click("button", "Se connecter")
	ines.find("dialog", "Changer d’établissement")
	if names := js[[]string](ines, `[...document.querySelectorAll("dialog [role=option] b")].map(o => o.textContent)`); len(names) != 2 {
		t.Errorf("she may choose among %q", names)
	}
	for uai, name := range all {
		want := http.StatusNotFound
		if name == two[0] || name == two[1] {
			want = http.StatusOK
		}
		if got := js[float64](ines, `fetch("/console/etablissements/`+uai+`").then(r => r.status)`); int(got) != want {
			t.Errorf("%s: %v, want %d", name, got, want)
		}
	}
	if got := js[float64](ines, `fetch("`+administrators+`").then(r => r.status)`); got != http.StatusNotFound {
		t.Errorf("the module answers %v to a local administrator", got)
	}
}

// TestManual_P03_HabiliterQuelquunDeLAnnuaire: somebody of the directory gets a
// grant, and loses it, with the account that they have.
func TestManual_P03_HabiliterQuelquunDeLAnnuaire(t *testing.T) {
	a := demo(t)
	home := call(t, a, "claire.moreau").home()
	balzac := call(t, a, "claire.moreau").schools()[strings.TrimPrefix(home, "/console/etablissements/")]
	b := as(t, a, "paul.lefevre", administrators+"/nouveau")
	b.fill("combobox", "Nom de la personne", "petit jul")
	b.find("option", "PETIT Julien")
	b.wait(`document.querySelectorAll("[role=option]").length === 1`) // the last letter was answered
	b.press(kb.ArrowDown, kb.Enter)
	b.find("heading", "PETIT Julien")
	b.reads("Aucune habilitation dans votre périmètre")
	b.fill("searchbox", "Établissements", balzac)
	b.click("checkbox", balzac)
	b.click("button", "Habiliter")
	b.reads("L’habilitation est donnée")
	julien := call(t, a, "julien.petit")
	julien.wantStatus(home, http.StatusOK)

	b.click("link", "Retirer "+balzac)
	b.find("alertdialog", "Retirer cette habilitation à PETIT Julien")
	b.framed("retirer-habilitation")
	b.click("link", "Non")
	b.click("link", "Retirer "+balzac)
	b.click("button", "Retirer")
	b.reads("L’habilitation est retirée")
	julien.wantStatus("/", http.StatusSeeOther)
	call(t, a, "julien.petit").wantStatus(home, http.StatusNotFound)
	if text := mailTo(t, a, "julien.petit@"); !strings.Contains(text, "vous a retiré le rôle suivant") || !strings.Contains(text, balzac) {
		t.Errorf("the mail says\n%s", text)
	}
}

// TestManual_P04_HabiliterDepuisLaFiche: « Administrateur local : oui » on the
// record of a teacher; on that of a guest too, who gave the right and when is
// shown and cannot be changed.
func TestManual_P04_HabiliterDepuisLaFiche(t *testing.T) {
	a := demo(t)
	c := call(t, a, "claire.moreau")
	for _, who := range []string{"julien.petit", "invite.demo"} {
		if _, _, header := call(t, a, who).get("/console"); header.Get("Location") != "" {
			t.Fatalf("%s administers something already", who)
		}
		b := as(t, a, "claire.moreau", c.recordOf(c.home(), who))
		b.hides("Autorisé par")
		b.click("radio", "Oui")
		b.click("button", "Enregistrer")
		b.reads("Enregistré")
		b.reads("Autorisé par MOREAU Claire le ")
		if !js[bool](b, `/Autorisé par MOREAU Claire le \d\d\/\d\d\/\d{4} à \d\d:\d\d\./.test(document.querySelector("main").textContent.replace(/\s+/g, " "))`) {
			t.Error("neither the day nor the hour is shown")
		}
		if js[bool](b, `[...document.querySelectorAll("main input, main textarea")].some(i => i.value.includes("MOREAU"))`) {
			t.Error("who gave the right is in a field")
		}
		b.healthy()
		b.shot("fiche-" + who + "-1440-clair")
		signed := call(t, a, who)
		if signed.home() != c.home() {
			t.Errorf("%s does not administer the lycée", who)
		}
		// The field that the form has not is not one that can be sent.
		at := js[string](b, "location.pathname")
		_, page, _ := c.get(at)
		form := formFields(page)
		form.Set("autorise-par", "Quelqu’un")
		form.Set("ByName", "Quelqu’un")
		form.Set("admin", "oui")
		if status, _, _ := c.post(at, form); status != http.StatusSeeOther {
			t.Error(status)
		}
		if _, page, _ = c.get(at); !strings.Contains(page, "Autorisé par MOREAU Claire") || strings.Contains(page, "Quelqu’un le") {
			t.Error("who gave the right was changed")
		}
	}
}

// TestManual_P05_ModifierLaListeDesAdministrateursLocaux: « Retirer » on the
// screen shown after the sign-in. Rights and sessions stop at once; oneself and
// the last one take a second confirmation.
func TestManual_P05_ModifierLaListeDesAdministrateursLocaux(t *testing.T) {
	a := demo(t)
	c := call(t, a, "claire.moreau")
	home := c.home()
	for _, who := range []string{"julien.petit", "invite.demo"} {
		at := c.recordOf(home, who)
		_, page, header := c.get(at)
		if header.Get("Location") != "" {
			at = header.Get("Location")
			_, page, _ = c.get(at)
		}
		form := formFields(page)
		form.Set("admin", "oui")
		if status, text, _ := c.post(at, form); status != http.StatusSeeOther {
			t.Fatalf("%s: %d\n%s", who, status, text)
		}
	}
	b := as(t, a, "claire.moreau", "/console")
	for _, name := range []string{"MOREAU Claire", "PETIT Julien", "DEMO Invite"} {
		b.find("rowheader", name)
	}
	guest := as(t, a, "invite.demo", home)
	guest.find("rowheader", "DEMO Invite")
	b.click("link", "Retirer DEMO Invite")
	b.find("alertdialog", "Retirer DEMO Invite des administrateurs locaux")
	b.framed("retirer")
	b.click("link", "Non")
	b.click("link", "Retirer DEMO Invite")
	b.click("button", "Retirer")
	b.reads("L’administrateur local est retiré")
	b.healthy()
	if b.sees("rowheader", "DEMO Invite") {
		t.Error("still in the list")
	}
	guest.visit(home)
	guest.wait(`location.pathname === "/connexion"`) // the session is over
	guest.signIn("invite.demo")
	guest.visit(home)
	guest.reads("La console d’administration est réservée aux administrateurs")

	other := call(t, a, "claire.moreau") // oneself, in another browser too
	b.click("link", "Retirer MOREAU Claire")
	b.reads("retirer vos propres droits")
	b.click("button", "Retirer")
	b.reads("Cochez la case pour confirmer")
	b.framed("retirer-soi-meme")
	b.click("checkbox", "Je confirme ce retrait")
	b.click("button", "Retirer")
	b.wait(`location.pathname === "/connexion"`)
	other.wantStatus("/", http.StatusSeeOther)
	call(t, a, "claire.moreau").wantStatus(home, http.StatusNotFound)

	higher := as(t, a, "paul.lefevre", home)
	higher.click("link", "Retirer PETIT Julien")
	higher.reads("C’est le dernier administrateur local")
	higher.click("button", "Retirer")
	higher.reads("Cochez la case pour confirmer")
	higher.click("checkbox", "Je confirme ce retrait")
	higher.click("button", "Retirer")
	higher.reads("Aucun administrateur local")
	higher.visit(administrators + "?a-voir=sans-admin")
	higher.find("rowheader", "Lycée Honoré de Balzac")
	higher.framed("sans-administrateur")
}

// TestSoleAdministratorGetsBackIn: the command line renews the password of an
// administrator who has lost it with the second factor, while the appliance runs.
func TestSoleAdministratorGetsBackIn(t *testing.T) {
	dir := t.TempDir()
	file, err := binary()
	if err != nil {
		t.Fatal(err)
	}
	create := func(password string) {
		t.Helper()
		c := exec.Command(file, "admin", "create", "--data", dir, "--login", "marc.dubois", "--role", "level2_support", "--last-name", "DUBOIS", "--first-name", "Marc", "--email", "marc.dubois@exemple.example")
		c.Stdin = strings.NewReader(password + "\n")
		if out, err := c.CombinedOutput(); err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
	}
	create("la craie et le tableau")
	inside, err := app.Open(app.Config{Dir: dir, Log: zerolog.Nop()})
	if err != nil {
		t.Fatal(err)
	}
	err = inside.Gate.System("essai").Upkeep(func(tx *data.Tx) error {
		marc, err := access.AccountsByLogin.Get(tx, "marc.dubois")
		if err != nil {
			return err
		}
		return access.Factors.Put(tx, access.Factor{Account: marc.ID, At: tx.Now})
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := inside.Close(); err != nil {
		t.Fatal(err)
	}
	a, err := start("serve", "--data", dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := a.stop(); err != nil {
			t.Error(err)
		}
		check(t, dir)
	})
	enters := func(password string) int {
		t.Helper()
		c := newCaller(t, a)
		c.jeton = c.token("/connexion")
		c.post("/connexion", url.Values{"login": {"marc.dubois"}, "mot-de-passe": {password}})
		status, _, _ := c.get("/console/demarrage")
		return status
	}
	if got := enters("la craie et le tableau"); got == http.StatusOK {
		t.Fatal("the second factor is not asked")
	}
	create("une autre phrase assez longue")
	if got := enters("la craie et le tableau"); got == http.StatusOK {
		t.Error("the former password opens")
	}
	if got := enters("une autre phrase assez longue"); got != http.StatusOK {
		t.Errorf("he does not get back in: %d", got)
	}
	c := newCaller(t, a)
	c.jeton = c.token("/connexion")
	c.post("/connexion", url.Values{"login": {"marc.dubois"}, "mot-de-passe": {"une autre phrase assez longue"}})
	_, list, _ := c.get(administrators)
	record := regexp.MustCompile(administrators + `/P[A-Z]{2}[0-9]{5}`).FindString(list)
	if _, page, _ := c.get(record); !strings.Contains(page, "Accès d’un administrateur rétabli") || !strings.Contains(page, `class="important"`) {
		t.Error("the journal does not tell of it as important")
	}
}
