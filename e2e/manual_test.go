package e2e

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/chromedp/chromedp/kb"
)

// balzac is the establishment of Claire Moreau, as the console addresses it.
func (c *caller) home() string {
	c.t.Helper()
	_, _, header := c.get("/console")
	at := header.Get("Location")
	if !strings.HasPrefix(at, "/console/etablissements/") {
		c.t.Fatalf("/console leads to %q", at)
	}
	return at
}

// TestManual_P01_SeConnecter: prenom.nom opens the console for an
// administrator; somebody else is told so and lands on the ENT side; the login
// of a super manager is refused in the console with its reason, and accepted on
// the ENT side.
func TestManual_P01_SeConnecter(t *testing.T) {
	a := demo(t)
	b := open(t, a, "/console")
	b.reads("Connexion")
	b.healthy()
	b.shot("connexion-1440-clair")
	b.fill("textbox", "Identifiant", "claire.moreau")
	b.fill("textbox", "Mot de passe", "pas le bon mot de passe")
	b.press(kb.Enter)
	b.reads("n’est pas reconnu")
	b.healthy()
	b.fill("textbox", "Identifiant", "admin.claire.moreau")
	b.fill("textbox", "Mot de passe", demoPassword)
	b.press(kb.Enter)
	b.reads("n’est pas reconnu dans la console d’administration")
	b.fill("textbox", "Identifiant", "claire.moreau")
	b.fill("textbox", "Mot de passe", demoPassword)
	b.click("button", "Se connecter")
	b.wait(`location.pathname.startsWith("/console/etablissements/")`)
	b.reads("Honoré de Balzac")
	b.healthy()

	super := open(t, a, "/")
	super.signsIn("admin.claire.moreau", demoPassword)
	super.wait(`location.pathname === "/"`)
	super.reads("super gestionnaire de")
	super.reads("Honoré de Balzac")
	super.healthy()
	super.visit("/console")
	super.reads("n’est pas reconnu dans la console d’administration")
	super.healthy()

	pupil := open(t, a, "/console")
	pupil.signsIn("lucas.martin", demoPassword)
	pupil.wait(`location.pathname === "/"`)
	pupil.reads("La console d’administration est réservée aux administrateurs")
	pupil.reads("MARTIN Lucas")
	pupil.visit("/console")
	pupil.reads("La console d’administration est réservée aux administrateurs")
	pupil.healthy()
}

// TestManual_P02_LesDroitsDAccesAuxModules: each role sees exactly its modules
// and its establishments; any other answers 404.
func TestManual_P02_LesDroitsDAccesAuxModules(t *testing.T) {
	a := demo(t)
	all := regexp.MustCompile(`/console/etablissements/([0-9]{7}[A-Z])"`)
	seen := map[string]map[string]bool{}
	for _, login := range []string{"claire.moreau", "sophie.girard", "paul.lefevre", "nadia.benali", "marc.dubois"} {
		c := call(t, a, login)
		_, page, _ := c.get("/console/etablissements")
		seen[login] = map[string]bool{}
		for _, m := range all.FindAllStringSubmatch(page, -1) {
			seen[login][m[1]] = true
		}
	}
	for login, want := range map[string]int{"claire.moreau": 1, "sophie.girard": 2, "paul.lefevre": 12, "nadia.benali": 12, "marc.dubois": 12} {
		if len(seen[login]) != want {
			t.Errorf("%s sees %d establishments, want %d", login, len(seen[login]), want)
		}
		c := call(t, a, login)
		for uai := range seen["marc.dubois"] {
			want := http.StatusNotFound
			if seen[login][uai] {
				want = http.StatusOK
			}
			c.wantStatus("/console/etablissements/"+uai, want)
			c.wantStatus("/console/etablissements/"+uai+"/utilisateurs/eleves", want)
		}
		c.wantStatus("/console/demandes", http.StatusOK)
		module := http.StatusNotFound
		if len(seen[login]) > 2 {
			module = http.StatusOK
		}
		c.wantStatus("/console/administrateurs", module)
		c.wantStatus("/console/administrateurs/nouveau", module)
		c.wantStatus("/console/appareil", map[bool]int{true: http.StatusOK, false: http.StatusNotFound}[login == "marc.dubois"])
		b := as(t, a, login, "/console")
		b.find("link", "Administration")
		if shown := b.sees("link", "Administrateurs"); shown != (module == http.StatusOK) {
			t.Errorf("%s: the module Administrateurs is shown: %t", login, shown)
		}
		if !b.sees("link", "Demandes") {
			t.Errorf("%s: the module Demandes is not shown", login)
		}
	}
}

// TestManual_P06_SeRepererDansLesModules: the banner with the module's toolbar
// and the modules, three panes, a breadcrumb on every page.
func TestManual_P06_SeRepererDansLesModules(t *testing.T) {
	a := demo(t)
	b := as(t, a, "claire.moreau", "")
	home := call(t, a, "claire.moreau").home()
	for _, path := range []string{home, home + "/utilisateurs/eleves", home + "/utilisateurs/suppressions", home + "/journal"} {
		b.visit(path)
		b.find("toolbar", "")
		b.find("navigation", "Modules")
		b.find("navigation", "Vue établissement")
		b.find("navigation", "Fil d’Ariane")
		b.find("region", "Journal")
		b.find("main", "")
		b.healthy()
	}
	b.visit(home)
	b.click("treeitem", "Élèves")
	b.wait(`location.pathname.endsWith("/utilisateurs/eleves")`)
	b.do(backward())
	b.wait(`location.pathname === ` + quote(home))
	b.do(forward())
	b.wait(`location.pathname.endsWith("/utilisateurs/eleves")`)
	b.find("heading", "Élèves")
}

// TestManual_P07_SelectionnerLEtablissement: « Changer d’établissement », part
// of the name, the list, OK; the record's e-mail and website can be changed, the
// XiTi identifier only by a higher role.
func TestManual_P07_SelectionnerLEtablissement(t *testing.T) {
	a := demo(t)
	b := as(t, a, "sophie.girard", "/console")
	b.find("dialog", "Changer d’établissement") // of two, none was opened yet
	b.healthy()
	b.shot("changer-1440-clair")
	names := js[[]string](b, `[...document.querySelectorAll("dialog [role=option] b")].map(o => o.textContent)`)
	if len(names) != 2 {
		t.Fatalf("sophie.girard may choose among %q", names)
	}
	word := strings.Fields(names[1])
	b.press(strings.ToUpper(word[len(word)-1]))
	b.wait(`document.querySelectorAll("dialog [role=option]").length === 1`)
	b.press(kb.ArrowDown, kb.Enter)
	b.click("button", "OK")
	b.find("heading", names[1])
	b.fill("textbox", "Adresse e-mail", "accueil@"+"etablissement.example")
	b.fill("textbox", "Site Internet", "https://etablissement.example/")
	if js[bool](b, `document.querySelector("[name=xiti]")?.type !== "hidden" && !!document.querySelector("input[name=xiti]:not([readonly]):not([disabled])")`) {
		t.Error("a local administrator may change the XiTi identifier")
	}
	b.click("button", "Enregistrer")
	b.reads("Enregistré")
	b.healthy()

	c := call(t, a, "sophie.girard")
	at := js[string](b, "location.pathname")
	_, page, _ := c.get(at)
	if !strings.Contains(page, "accueil@etablissement.example") {
		t.Error("the e-mail is not on the record of another session")
	}
	form := formFields(page)
	form.Set("xiti", "123456")
	if status, _, _ := c.post(at, form); status != http.StatusForbidden {
		t.Errorf("a local administrator sends an XiTi identifier: %d", status)
	}
	higher := call(t, a, "paul.lefevre")
	_, page, _ = higher.get(at)
	form = formFields(page)
	form.Set("xiti", "123456")
	if status, text, _ := higher.post(at, form); status != http.StatusSeeOther {
		t.Errorf("a higher role sends one: %d\n%s", status, text)
	}
	if _, page, _ = c.get(at); !strings.Contains(page, "123456") {
		t.Error("the XiTi identifier is not shown to the local administrator")
	}
}

// TestManual_P08_ConsulterUneFicheUtilisateur: a profile, the first letters, the
// list « NOM Prénom – date de naissance », the record and its three tabs, for
// the five profiles.
func TestManual_P08_ConsulterUneFicheUtilisateur(t *testing.T) {
	a := demo(t)
	b := as(t, a, "claire.moreau", "/console")
	for _, p := range []struct{ node, letters, option, heading string }{
		{"Élèves", "mart luc", "MARTIN Lucas – 14/03/2010", "MARTIN Lucas"},
		{"Enseignants", "julien p", "PETIT Julien", "PETIT Julien"},
		{"Personnel", "rousseau", "ROUSSEAU Hélène", "ROUSSEAU Hélène"},
		{"Parents", "MARTIN ANNE", "MARTIN Anne", "MARTIN Anne"},
		{"Autres (Invités)", "dem", "DEMO Invite", "DEMO Invite"},
	} {
		b.click("treeitem", p.node)
		b.fill("combobox", "Rechercher", p.letters)
		b.find("option", p.option)
		b.healthy()
		b.press(kb.ArrowDown, kb.Enter)
		b.find("heading", p.heading)
		for _, tab := range []string{"Groupes", "Scolarité", "Identité"} {
			b.click("tab", tab)
			b.wait(`document.querySelector("[role=tab][aria-selected=true]").textContent.trim() === ` + quote(tab))
			b.healthy()
		}
	}
	b.visit(call(t, a, "claire.moreau").home() + "/utilisateurs/eleves")
	b.reads("élèves")
	b.shot("eleves-1440-clair")
}

// TestManual_P09_MettreAJourUneFicheUtilisateur: what comes from the federated
// directory is greyed; login, e-mail and phones are changed and seen elsewhere.
func TestManual_P09_MettreAJourUneFicheUtilisateur(t *testing.T) {
	a := demo(t)
	c := call(t, a, "claire.moreau")
	b := as(t, a, "claire.moreau", c.home()+"/utilisateurs/enseignants")
	b.fill("combobox", "Rechercher", "petit julien")
	b.find("option", "PETIT Julien")
	b.press(kb.ArrowDown, kb.Enter)
	b.find("heading", "PETIT Julien")
	for _, locked := range []string{"Nom", "Prénom", "Date de naissance", "UID"} {
		if b.sees("textbox", locked) && !js[bool](b, `[...document.querySelectorAll("main input:not([type=hidden])")].filter(i => i.labels[0]?.textContent.trim().startsWith(`+quote(locked)+`) && !i.name.startsWith("nom-")).every(i => i.readOnly || i.disabled)`) {
			t.Errorf("%s can be changed", locked)
		}
	}
	b.fill("textbox", "Login", "j.petit")
	b.fill("textbox", "Téléphone portable", "06 39 98 12 34")
	b.reads("Modifications non enregistrées")
	b.healthy()
	b.click("treeitem", "Élèves") // the guard holds
	b.find("alertdialog", "")
	b.click("button", "Annuler")
	b.click("radio", "Oui") // administrateur local
	b.click("button", "Enregistrer")
	b.reads("Enregistré")
	b.healthy()
	b.shot("fiche-1440-clair")
	at := js[string](b, "location.pathname")

	if status, _, _ := newCaller(t, a).signIn("julien.petit"); status == http.StatusSeeOther {
		t.Error("the former login still opens")
	}
	julien := call(t, a, "j.petit")
	if julien.home() != c.home() {
		t.Error("the new local administrator does not administer the lycée")
	}
	_, page, _ := c.get(at)
	if !strings.Contains(page, "06 39 98 12 34") || !strings.Contains(page, "MOREAU Claire") {
		t.Error("the record of another session does not show the phone, or who gave the rights")
	}
	stale := formFields(page)
	stale.Set("portable", "06 39 98 55 55")
	fresh := formFields(page)
	fresh.Set("domicile", "01 99 00 22 22")
	if status, _, _ := c.post(at, fresh); status != http.StatusSeeOther {
		t.Fatal(status)
	}
	status, text, _ := c.post(at, stale)
	if status != http.StatusConflict || !strings.Contains(text, "06 39 98 55 55") {
		t.Errorf("an outdated form: %d, its text kept: %v", status, strings.Contains(text, "06 39 98 55 55"))
	}
}

// TestManual_P10_SuspendreUnCompte: confirmed, the account no longer opens, its
// sessions end at once; reactivated, it is as it was.
func TestManual_P10_SuspendreUnCompte(t *testing.T) {
	a := demo(t)
	lucas := call(t, a, "lucas.martin")
	lucas.wantStatus("/", http.StatusOK)
	c := call(t, a, "claire.moreau")
	b := as(t, a, "claire.moreau", c.home()+"/utilisateurs/eleves")
	b.fill("combobox", "Rechercher", "martin lucas")
	b.find("option", "MARTIN Lucas")
	b.press(kb.ArrowDown, kb.Enter)
	b.find("heading", "MARTIN Lucas")
	at := js[string](b, "location.pathname")
	_, before, _ := c.get(at)
	b.click("link", "Suspension du compte")
	b.find("alertdialog", "Voulez-vous suspendre le compte de MARTIN Lucas")
	b.healthy()
	b.shot("suspension-1440-clair")
	b.click("link", "Non")
	b.click("link", "Suspension du compte")
	b.click("button", "Oui")
	b.reads("Le compte est suspendu")
	b.healthy()

	lucas.wantStatus("/", http.StatusSeeOther)
	pupil := open(t, a, "/connexion")
	pupil.fill("textbox", "Identifiant", "lucas.martin")
	pupil.fill("textbox", "Mot de passe", demoPassword)
	pupil.press(kb.Enter)
	pupil.reads("Vous ne disposez pas des autorisations suffisantes pour accéder à l’ENT")

	b.click("link", "Réactivation du compte")
	b.click("button", "Oui")
	b.reads("Le compte est réactivé")
	call(t, a, "lucas.martin").wantStatus("/", http.StatusOK)
	_, after, _ := c.get(at)
	same := regexp.MustCompile(`value="[^"]*"`)
	if x, y := same.FindAllString(before, -1), same.FindAllString(after, -1); len(x) != len(y) {
		t.Errorf("the record is not identical: %d values before, %d after", len(x), len(y))
	}
}

// TestManual_P11_LesComptesSupprimes: an empty search and the arrow down open
// the list; a deleted record is read-only.
func TestManual_P11_LesComptesSupprimes(t *testing.T) {
	a := demo(t)
	b := as(t, a, "claire.moreau", "/console")
	b.click("treeitem", "Suppressions")
	b.find("heading", "Suppressions")
	b.click("combobox", "Rechercher")
	b.press(kb.ArrowDown)
	b.wait(`document.querySelectorAll("[role=option]").length > 0`)
	b.healthy()
	b.press(kb.ArrowDown, kb.Enter)
	b.wait(`location.pathname.includes("/utilisateurs/suppressions/")`)
	b.reads("Supprimé")
	b.healthy()
	if js[bool](b, `!!document.querySelector("main input:not([type=hidden]):not([readonly]):not([disabled])")`) {
		t.Error("a deleted record has fields that can be changed")
	}
	c := call(t, a, "claire.moreau")
	if status, _, _ := c.post(js[string](b, "location.pathname"), url.Values{"portable": {"06 39 98 00 00"}, "version": {"1"}}); status == http.StatusSeeOther {
		t.Error("a deleted record was changed")
	}
}

// TestManual_P46_LeVoletJournal: what somebody does elsewhere appears by itself,
// with who, what and when; important facts stand out.
func TestManual_P46_LeVoletJournal(t *testing.T) {
	a := demo(t)
	c := call(t, a, "claire.moreau")
	b := as(t, a, "claire.moreau", c.home())
	b.find("region", "Journal")
	people := c.students(1)
	if status, _, _ := c.post(people[0]+"/suspension", url.Values{"motif": {"essai du journal"}}); status != http.StatusSeeOther {
		t.Fatal(status)
	}
	b.wait(`document.querySelector("#evenements li")?.textContent.includes("Suspension du compte")`)
	b.wait(`document.querySelector("#evenements li")?.textContent.includes("MOREAU Claire")`)
	if js[bool](b, `document.querySelector("#evenements").contains(document.activeElement)`) {
		t.Error("the journal took the focus")
	}
	b.healthy()
	b.shot("journal-1440-clair")
	b.visit(c.home() + "/journal")
	b.reads("Suspension du compte")
	b.healthy()
}
