package e2e

import (
	"encoding/csv"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/chromedp/chromedp/kb"
)

// table reads a file of ours as a spreadsheet does.
func table(t *testing.T, text string) (header []string, rows [][]string) {
	t.Helper()
	plain, marked := strings.CutPrefix(text, "\ufeff")
	if !marked || !strings.Contains(plain, "\r\n") {
		t.Fatalf("no mark, or no CRLF: %.60q", text)
	}
	r := csv.NewReader(strings.NewReader(plain))
	r.Comma = ';'
	all, err := r.ReadAll()
	if err != nil || len(all) == 0 {
		t.Fatalf("%v in %.200q", err, text)
	}
	return all[0], all[1:]
}

// file downloads what a button of the credentials page gives.
func (c *caller) file(home, query string, form url.Values) (string, http.Header) {
	c.t.Helper()
	status, text, header := c.post(home+"/identifiants?"+query, form)
	if status != http.StatusOK {
		c.t.Fatalf("%d\n%s", status, text)
	}
	return text, header
}

// TestManual_P17_EditerLesIdentifiants: the filters, the live count, the file
// that spreadsheets open, the slips, the mails; a pupil connects with what it
// says, a parent activates with what it says.
func TestManual_P17_EditerLesIdentifiants(t *testing.T) {
	a := demo(t)
	c := call(t, a, "claire.moreau")
	b := as(t, a, "claire.moreau", c.home())
	b.click("treeitem", "Identifiants des utilisateurs")
	b.find("heading", "Identifiants des utilisateurs")
	b.views("identifiants")
	for _, label := range []string{"Profil", "Niveau", "Classe", "État"} {
		b.find("combobox", label)
	}
	b.pick("etat", "inactive")
	b.wait(`new URLSearchParams(location.search).get("etat") === "inactive"`)
	b.reads("élèves")
	b.find("button", "Export au format CSV")
	b.find("button", "Fiches à distribuer")
	b.find("button", "Renouveler les identifiants")

	header, pupils := table(t, content(c.file(c.home(), "profil=eleves&etat=inactive", url.Values{"action": {"csv"}})))
	if strings.Join(header, ";") != "Nom;Prénom;Date de naissance;Classe;Identifiant;Mot de passe;Code d'activation parent" {
		t.Errorf("%q", header)
	}
	if len(pupils) < 10 {
		t.Fatalf("%d pupils who never connected", len(pupils))
	}
	pupil := pupils[3]
	connects(t, a, pupil[4], pupil[5], "un goûter au chocolat")
	_, active := table(t, content(c.file(c.home(), "profil=eleves&etat=active", url.Values{"action": {"csv"}})))
	for _, row := range active {
		if row[5] != "activé" {
			t.Errorf("an active account: %q", row)
		}
	}

	header, parents := table(t, content(c.file(c.home(), "profil=parents&etat=inactive", url.Values{"action": {"csv"}})))
	if strings.Join(header, ";") != "Nom;Prénom;Code postal;Ville;Enfants;Codes d'activation;Identifiant" || parents[0][6] != "" {
		t.Errorf("%q %q", header, parents[0])
	}
	pdf, kind := c.file(c.home(), "profil=parents&classe=", url.Values{"action": {"fiches"}, "par-page": {"8"}})
	if kind.Get("Content-Type") != "application/pdf" || !strings.HasPrefix(pdf, "%PDF-") || !strings.Contains(kind.Get("Content-Disposition"), "attachment") {
		t.Errorf("%v", kind)
	}
	b.visit(c.home() + "/identifiants?profil=parents")
	b.reads("Imprimé le")
	b.reads("par MOREAU Claire")
	b.views("identifiants-parents")
	_, journal, _ := c.get(c.home() + "/journal")
	if !strings.Contains(journal, "Parents, inactifs") || !strings.Contains(journal, "Identifiants exportés au format CSV") || strings.Contains(journal, pupil[5]) || strings.Contains(journal, parents[0][5]) {
		t.Error("the journal does not tell of the exports, or tells a secret")
	}
	parent := parents[0]
	for _, row := range parents {
		if row[2] != "" && row[3] != "" && row[5] != "" && !strings.Contains(row[5], ",") {
			parent = row
			break
		}
	}
	activates(t, a, parent)
	if status, _, _ := call(t, a, "sophie.girard").post(c.home()+"/identifiants", url.Values{"action": {"csv"}}); status != http.StatusNotFound {
		t.Errorf("another establishment's administrator: %d", status)
	}
	if status, _, header := c.get(c.home() + "/identifiants?profil=parents&action=csv&tous=1"); status != http.StatusOK || strings.Contains(header.Get("Content-Type"), "csv") {
		t.Errorf("a link gives the file: %d %v", status, header)
	}
}

// connects goes through a first connection with an initial password, then shows
// that it opens no more, and that the one chosen does.
func connects(t *testing.T, a *appliance, login, initial, chosen string) {
	t.Helper()
	b := open(t, a, "/connexion")
	b.enters(login, initial)
	b.reads("Première connexion")
	b.fill("textbox", "Adresse e-mail", "un.eleve@exemple.example")
	b.fill("textbox", "Nouveau mot de passe", chosen)
	b.fill("textbox", "Le même", chosen)
	b.click("checkbox", "J’ai lu")
	b.click("button", "Activer mon compte")
	b.wait(`location.pathname === "/"`)
	again := open(t, a, "/connexion")
	again.enters(login, initial)
	again.reads("n’est pas reconnu")
	again.enters(login, chosen)
	again.wait(`location.pathname === "/"`)
	again.healthy()
}

// enters fills the sign-in page.
func (b tab) enters(login, password string) {
	b.Helper()
	b.fill("textbox", "Identifiant", login)
	b.fill("textbox", "Mot de passe", password)
	b.click("button", "Se connecter")
}

// activates activates the account of a parent with a line of the file.
func activates(t *testing.T, a *appliance, told []string) {
	t.Helper()
	b := open(t, a, "/activation")
	b.fill("textbox", "Code postal", told[2])
	b.fill("textbox", "Ville", told[3])
	b.fill("textbox", "Code d’activation", told[5])
	b.click("button", "Continuer")
	b.wait(`/Plusieurs parents|Activer mon compte/.test(document.body.innerText)`)
	if js[bool](b, `document.body.innerText.includes("Plusieurs parents")`) {
		b.fill("textbox", "Votre nom", told[0])
		b.fill("textbox", "Votre prénom", told[1])
		b.click("button", "Continuer")
	}
	b.fill("textbox", "Adresse e-mail", "un.parent@exemple.example")
	b.fill("textbox", "Nouveau mot de passe", "la cour des grands")
	b.fill("textbox", "Le même", "la cour des grands")
	b.click("checkbox", "J’ai lu")
	b.click("button", "Activer mon compte")
	b.reads("Votre compte est actif")
}

// content is the text of a file.
func content(text string, _ http.Header) string { return text }

// pick chooses an option of a list, as a person does.
func (b tab) pick(name, value string) {
	b.Helper()
	js[bool](b, `(s => { s.value = `+quote(value)+`; return s.dispatchEvent(new Event("change", { bubbles: true })) })(document.querySelector("select[name="+CSS.escape(`+quote(name)+`)+"]"))`)
}

// TestManual_P13_NouveauMotDePasse: confirmed, a mail leaves with a link; the
// green tick is beside the button, with its text; the former password and
// sessions are dead, the new one opens; without an e-mail, the manual's error.
func TestManual_P13_NouveauMotDePasse(t *testing.T) {
	a := demo(t)
	c := call(t, a, "claire.moreau")
	record := c.recordOf(c.home(), "julien.petit")
	_, page, _ := c.get(record)
	address := formFields(page).Get("email")
	if address == "" {
		t.Fatal("the demo's teacher has no address")
	}
	julien := call(t, a, "julien.petit")
	b := as(t, a, "claire.moreau", record)
	b.find("heading", "PETIT Julien")
	b.click("link", "Nouveau mot de passe ENT")
	b.find("alertdialog", "Voulez-vous renouveler le mot de passe ENT de PETIT Julien")
	b.healthy()
	b.shot("nouveau-mot-de-passe-1440-clair")
	b.click("button", "Oui")
	b.reads("Mot de passe envoyé à l’adresse " + address)
	b.views("mot-de-passe-envoye")
	b.visit(record) // the tick is kept
	b.reads("Mot de passe envoyé à l’adresse " + address)
	julien.wantStatus("/", http.StatusSeeOther)
	if status, _, _ := newCaller(t, a).signIn("julien.petit"); status == http.StatusSeeOther {
		t.Error("the former password still opens")
	}
	const chosen = "une phrase bien à moi"
	person := open(t, a, linkIn(t, mailTo(t, a, address)))
	person.fill("textbox", "Nouveau mot de passe", chosen)
	person.fill("textbox", "Le même", chosen)
	person.click("button", "Enregistrer")
	person.reads("Votre nouveau mot de passe est enregistré")
	person.visit("/connexion")
	person.enters("julien.petit", demoPassword)
	person.reads("n’est pas reconnu")
	person.enters("julien.petit", chosen)
	person.wait(`location.pathname === "/"`)

	b.click("link", "Nouveau mot de passe scolarité")
	b.click("button", "Oui")
	b.reads("Le nouveau mot de passe scolarité est envoyé")
	b.reads("Émis le")
	for _, says := range []string{"2 essais", "1 essai", "bloqué après trois erreurs"} {
		person.types("000000")
		person.reads(says)
	}
	b.visit(record)
	b.reads("Bloqué le")
	b.click("link", "Diagnostic")
	b.reads("Le mot de passe scolarité est bloqué")
	b.click("link", "Nouveau mot de passe scolarité")
	b.click("button", "Oui")
	b.reads("Le nouveau mot de passe scolarité est envoyé")
	person.types(sixDigits.FindString(mailTo(t, a, address)))
	person.reads("Votre mot de passe scolarité est reconnu")

	pupil := c.students(1)[0]
	b.visit(pupil)
	if js[bool](b, `!!document.getElementById("nouveau-scolarite")`) {
		t.Error("a pupil is offered a records password")
	}
	b.click("link", "Nouveau mot de passe ENT")
	b.click("button", "Oui")
	b.reads("L’adresse e-mail de l’utilisateur n’est pas renseignée : le mot de passe ne peut pas être envoyé.")
	b.healthy()

	b.click("link", "Code à remettre")
	b.healthy()
	b.click("button", "Oui")
	b.reads("Ce code ne sera plus affiché")
	b.healthy()
	b.views("code-a-remettre")
	code := js[string](b, `document.getElementById("code").textContent.trim()`)
	if !regexp.MustCompile(`^[a-z0-9]{5} [a-z0-9]{5}$`).MatchString(code) {
		t.Errorf("the code is %q", code)
	}
	at := js[string](b, "location.pathname")
	_, reloaded, header := c.get(at)
	if strings.Contains(reloaded, code) || header.Get("Cache-Control") != "no-store" {
		t.Errorf("the code is shown again, or kept: %v", header)
	}
}

var sixDigits = regexp.MustCompile(`\b[0-9]{6}\b`)

// types gives six digits at /scolarite.
func (b tab) types(digits string) {
	b.Helper()
	b.visit("/scolarite")
	b.fill("textbox", "Mot de passe scolarité", digits)
	b.press(kb.Enter)
}

// TestSuspendMany: people ticked on two pages are suspended together, once
// confirmed, then given back as they were.
func TestSuspendMany(t *testing.T) {
	a := demo(t)
	c := call(t, a, "claire.moreau")
	b := as(t, a, "claire.moreau", c.home()+"/utilisateurs/eleves")
	b.wait(`document.querySelector("[data-bulk]").disabled`)
	names := js[[]string](b, `[...document.querySelectorAll("tbody th a")].slice(0, 2).map(a => a.textContent)`)
	for _, name := range names {
		b.click("checkbox", name)
	}
	b.reads("2 sélectionnés")
	b.click("link", "Page suivante")
	b.wait(`location.search.includes("apres")`)
	b.reads("2 sélectionnés")
	third := js[string](b, `document.querySelector("tbody th a").textContent`)
	b.click("checkbox", third)
	b.reads("3 sélectionnés")
	b.views("selection")
	b.click("button", "Suspendre")
	b.find("alertdialog", "Voulez-vous suspendre 3 comptes")
	b.views("suspendre-plusieurs")
	b.fill("textbox", "Motif", "Sortie scolaire")
	b.click("button", "Oui")
	b.reads("Terminée")
	b.reads("compte suspendu")
	for _, name := range append(names, third) {
		b.reads(name)
	}
	b.views("action")
	at := js[string](b, "location.pathname")
	_, list, _ := c.get(c.home() + "/utilisateurs/eleves?etat=suspended")
	for _, name := range append(names, third) {
		if !strings.Contains(list, name) {
			t.Errorf("%s is not suspended", name)
		}
	}
	_, rows := table(t, body(c.get(at+"/lignes.csv")))
	if len(rows) != 3 || rows[0][2] != "fait" {
		t.Errorf("%q", rows)
	}
	b.click("link", "Annuler cette action")
	b.find("alertdialog", "Voulez-vous annuler cette action sur 3 comptes")
	b.click("button", "Oui")
	b.reads("compte réactivé")
	b.healthy()
	if _, list, _ = c.get(c.home() + "/utilisateurs/eleves?etat=suspended"); strings.Contains(list, third) {
		t.Error("undone, and still suspended")
	}
	b.visit(c.home() + "/utilisateurs/eleves")
	b.reads("Aucune sélection")
	b.click("checkbox", "Tous les résultats")
	b.reads("résultats")
	b.press(kb.Tab)
	b.healthy()
}

// views looks at the page on a screen and on a phone, in light and dark.
func (b tab) views(name string) {
	b.Helper()
	for size, dims := range map[string][2]int64{"390": {390, 844}, "1440": {1440, 900}} {
		b.resize(dims[0], dims[1])
		for theme, scheme := range map[string]string{"sombre": "dark", "clair": "light"} {
			b.appearance(scheme)
			b.wait(`document.getAnimations().length === 0`) // colours have changed
			b.healthy()
			if js[bool](b, `document.documentElement.scrollWidth > innerWidth + 1`) {
				b.Errorf("%s is wider than a screen of %s", name, size)
			}
			b.shot(name + "-" + size + "-" + theme)
		}
	}
	b.resize(1440, 900)
	b.appearance("light")
}

// body is the text of an answer.
func body(_ int, text string, _ http.Header) string { return text }
