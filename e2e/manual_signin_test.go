package e2e

import (
	"fmt"
	"io"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"
	"github.com/rs/zerolog"

	"preau/app"
	"preau/app/access"
	"preau/app/directory"
	"preau/data"
)

// demoWith starts an appliance on a copy of the demo where something was done
// before.
func demoWith(t *testing.T, do func(s *access.Session) error) *appliance {
	t.Helper()
	from, err := seeded()
	if err != nil {
		t.Fatal(err)
	}
	dir := filepath.Join(t.TempDir(), "prepared")
	if err := copyDir(from, dir); err != nil {
		t.Fatal(err)
	}
	inside, err := app.Open(app.Config{Dir: dir, Log: zerolog.New(io.Discard)})
	if err != nil {
		t.Fatal(err)
	}
	if err := do(inside.Gate.System("préparation")); err != nil {
		t.Fatal(err)
	}
	if err := inside.Close(); err != nil {
		t.Fatal(err)
	}
	a, err := start("demo", "--data", dir)
	if err != nil {
		t.Fatal(err)
	}
	a.dir = dir
	t.Cleanup(func() {
		if err := a.stop(); err != nil {
			t.Error(err)
		}
		check(t, dir)
	})
	return a
}

// looks takes the page in on a screen and on a phone, in light and dark: nothing
// that axe finds, nothing wider than the screen.
func (b tab) looks(name string) {
	b.Helper()
	for _, width := range []int64{1440, 390, 320} {
		b.resize(width, map[int64]int64{1440: 900, 390: 844, 320: 640}[width])
		for theme, scheme := range map[string]string{"clair": "light", "sombre": "dark"} {
			b.appearance(scheme)
			b.wait(`document.getAnimations().length === 0`) // colours have changed
			b.healthy()
			if js[bool](b, `document.documentElement.scrollWidth > innerWidth + 1`) {
				b.Errorf("%s is wider than a screen of %d", name, width)
			}
			b.shot(fmt.Sprintf("%s-%d-%s", name, width, theme))
		}
	}
	b.resize(1440, 900)
	b.appearance("light")
}

// signsIn fills the sign-in form.
func (b tab) signsIn(login, password string) {
	b.Helper()
	b.fill("textbox", "Identifiant", login)
	b.fill("textbox", "Mot de passe", password)
	b.click("button", "Se connecter")
}

// TestManual_P01_MotDePasseOublie: somebody who forgot their password is mailed
// a link, chooses another password, and the former one is refused.
func TestManual_P01_MotDePasseOublie(t *testing.T) {
	a := demo(t)
	const chosen = "la craie et le tableau"
	b := open(t, a, "/connexion")
	b.looks("connexion")
	b.click("link", "Mot de passe oublié")
	b.looks("mot-de-passe-oublie")
	b.fill("textbox", "Identifiant ou adresse", "claire.moreau")
	b.click("button", "Recevoir un lien")
	b.reads("un message vient de partir")
	b.looks("mot-de-passe-demande")

	b.visit(linkIn(t, mailTo(t, a, "claire.moreau@")))
	b.wait(`location.pathname === "/mot-de-passe" && location.search === ""`)
	b.looks("nouveau-mot-de-passe")
	b.fill("textbox", "Nouveau mot de passe", "moreau")
	b.fill("textbox", "Le même", "moreau")
	b.click("button", "Enregistrer")
	b.find("alert", "")
	b.looks("nouveau-mot-de-passe-refuse")
	b.fill("textbox", "Nouveau mot de passe", chosen)
	b.fill("textbox", "Le même", chosen)
	b.click("button", "Enregistrer")
	b.reads("Votre nouveau mot de passe est enregistré")
	b.healthy()
	b.fill("textbox", "Mot de passe", demoPassword)
	b.click("button", "Se connecter")
	b.reads("n’est pas reconnu")
	b.fill("textbox", "Mot de passe", chosen)
	b.click("button", "Se connecter")
	b.wait(`location.pathname.startsWith("/console/etablissements/")`)
	if text := mailTo(t, a, "claire.moreau@"); !strings.Contains(text, "vient d’être changé") {
		t.Errorf("the last mail is not the notice:\n%s", text)
	}
}

// TestManual_P01_QuestionSecrete: without a mail, the answer to the secret
// question does.
func TestManual_P01_QuestionSecrete(t *testing.T) {
	a := demoWith(t, func(s *access.Session) error {
		hash, err := s.Gate().HashAnswer(t.Context(), "Pompier")
		if err != nil {
			return err
		}
		return s.Upkeep(func(tx *data.Tx) error {
			lucas, err := access.AccountsByLogin.Get(tx, "lucas.martin")
			if err != nil {
				return err
			}
			return access.SetQuestion(tx, lucas.ID, access.SecretQuestions[5], hash)
		})
	})
	b := open(t, a, "/mot-de-passe-oublie")
	b.click("link", "Répondre à ma question secrète")
	b.looks("question-qui")
	b.fill("textbox", "Identifiant", "lucas.martin")
	b.click("button", "Continuer")
	b.reads(access.SecretQuestions[5][:20])
	b.looks("question")
	b.fill("textbox", "Votre réponse", "astronaute")
	b.click("button", "Continuer")
	b.reads("La réponse n’est pas reconnue")
	b.fill("textbox", "Votre réponse", "pompier")
	b.click("button", "Continuer")
	b.fill("textbox", "Nouveau mot de passe", "un cartable bleu")
	b.fill("textbox", "Le même", "un cartable bleu")
	b.click("button", "Enregistrer")
	b.reads("est enregistré")
	b.fill("textbox", "Mot de passe", "un cartable bleu")
	b.click("button", "Se connecter")
	b.wait(`location.pathname === "/"`)
	b.reads("MARTIN Lucas")
}

// TestManual_P01_CodeARemettre: a code that was handed over leads to a first
// password, and the login is shown at the end.
func TestManual_P01_CodeARemettre(t *testing.T) {
	var login, code string
	a := demoWith(t, func(s *access.Session) error {
		return s.Upkeep(func(tx *data.Tx) error {
			who, err := newcomer(tx, directory.Relative)
			if err != nil {
				return err
			}
			login = who.Login
			code, _, err = access.HandOver(tx, who)
			return err
		})
	})
	b := open(t, a, "/connexion")
	b.click("link", "J’ai un code")
	b.looks("code")
	b.fill("textbox", "Identifiant", login)
	b.fill("textbox", "Code", "abcde fghjk")
	b.click("button", "Continuer")
	b.reads("n’est pas reconnu")
	b.fill("textbox", "Code", code)
	b.click("button", "Continuer")
	b.reads("Première connexion")
	b.fill("textbox", "Adresse e-mail", "un.parent@exemple.example")
	b.fill("textbox", "Nouveau mot de passe", "la cour des grands")
	b.fill("textbox", "Le même", "la cour des grands")
	b.click("checkbox", "J’ai lu")
	b.click("button", "Activer mon compte")
	b.reads("Votre compte est actif")
	b.reads(login)
	b.looks("compte-actif")
	b.click("link", "Se connecter")
	b.fill("textbox", "Mot de passe", "la cour des grands")
	b.click("button", "Se connecter")
	b.wait(`location.pathname === "/"`)
	b.visit("/mot-de-passe?lien=" + strings.Repeat("A", 43))
	b.reads("Ce lien n’est plus valable")
	b.looks("lien-perime")
}

// newcomer is somebody of a profile who never signed in.
func newcomer(tx *data.Tx, profile directory.Profile) (access.Account, error) {
	for who, err := range access.Accounts.All(tx) {
		if err != nil || who.Hash == "" && who.Profile == string(profile) && !who.Deleted && !who.Suspended {
			return who, err
		}
	}
	return access.Account{}, data.ErrNotFound
}

// TestManual_P01_PremiereConnexion: with the initial password, somebody chooses
// their own, accepts the charter, and is in.
func TestManual_P01_PremiereConnexion(t *testing.T) {
	var login, initial string
	a := demoWith(t, func(s *access.Session) error {
		return s.Upkeep(func(tx *data.Tx) error {
			who, err := newcomer(tx, directory.Student)
			if err != nil {
				return err
			}
			login = who.Login
			initial, err = access.InitialPassword(tx, who.ID)
			return err
		})
	})
	b := open(t, a, "/connexion")
	b.signsIn(login, initial)
	b.reads("Première connexion")
	b.looks("premiere-connexion")
	b.fill("textbox", "Nouveau mot de passe", "court")
	b.fill("textbox", "Le même", "autre")
	b.click("checkbox", "J’ai lu")
	b.click("button", "Activer mon compte")
	b.find("alert", "")
	b.looks("premiere-connexion-refusee")
	b.fill("textbox", "Nouveau mot de passe", "la cour des grands")
	b.fill("textbox", "Le même", "la cour des grands")
	b.do(focus("#f-question"))
	b.press("Q")
	b.fill("textbox", "Votre réponse", "Le Petit Nicolas")
	b.click("checkbox", "J’ai lu")
	b.click("button", "Activer mon compte")
	b.wait(`location.pathname === "/"`)
	b.reads(login)
	b.healthy()

	again := open(t, a, "/connexion")
	again.signsIn(login, initial)
	again.reads("n’est pas reconnu")
	again.signsIn(login, "la cour des grands")
	again.wait(`location.pathname === "/"`)
}

// TestManual_P01_SecondFacteur: a role that must have a second factor sets it up
// at its sign-in, then gives it, and a recovery code in its place.
func TestManual_P01_SecondFacteur(t *testing.T) {
	a := demoWith(t, func(s *access.Session) error {
		return s.Do(access.Action{Action: data.Action{Key: "essai", Says: "Essai"}}, func(tx *data.Tx) (data.Row, error) {
			p := access.Policy{Roles: []access.Role{access.LocalAdmin}}
			return p, access.Policies.Put(tx, p)
		})
	})
	b := open(t, a, "/console")
	b.signsIn("claire.moreau", demoPassword)
	b.reads("Mettre en place le second facteur")
	b.looks("second-facteur-mise-en-place")
	if !js[bool](b, `document.querySelector("img.qr").naturalWidth > 100`) {
		t.Error("the QR code is not drawn")
	}
	secret := strings.ReplaceAll(js[string](b, `document.querySelector(".secret code").textContent`), " ", "")
	b.fill("textbox", "Code affiché", "000000")
	b.click("button", "Vérifier")
	b.reads("Ce code n’est pas celui de l’application")
	b.healthy()
	code := func() string {
		code, err := totp.GenerateCode(secret, time.Now())
		if err != nil {
			t.Fatal(err)
		}
		return code
	}
	used := code()
	b.fill("textbox", "Code affiché", used)
	b.click("button", "Vérifier")
	b.reads("Ils ne seront plus affichés")
	b.looks("codes-de-secours")
	recovery := js[[]string](b, `[...document.querySelectorAll(".codes code")].map(c => c.textContent)`)
	if len(recovery) != 10 {
		t.Fatalf("%d recovery codes", len(recovery))
	}
	b.click("link", "J’ai noté mes codes")
	b.wait(`location.pathname.startsWith("/console/etablissements/")`)
	b.healthy()

	c := open(t, a, "/connexion")
	c.signsIn("claire.moreau", demoPassword)
	c.reads("Code à six chiffres")
	c.looks("second-facteur")
	c.fill("textbox", "Code à six chiffres", used)
	c.click("button", "Continuer")
	c.reads("a déjà servi")
	c.click("button", "Téléphone absent")
	c.reads("Code de secours")
	c.looks("second-facteur-secours")
	c.fill("textbox", "Code de secours", recovery[0])
	c.click("button", "Continuer")
	c.wait(`location.pathname.startsWith("/console/etablissements/")`)
}

// TestManual_P01_NouvelleCharte: whoever accepted a former charter reads the new
// one before going on.
func TestManual_P01_NouvelleCharte(t *testing.T) {
	a := demoWith(t, func(s *access.Session) error {
		var place data.Place
		err := s.See(func(tx *data.Tx) error {
			julien, err := access.AccountsByLogin.Get(tx, "julien.petit")
			if err == nil {
				place = julien.At[0]
			}
			return err
		})
		if err != nil {
			return err
		}
		t := access.DefaultTerms()
		return access.WriteTerms(s, place, 1, t.Charter+"\n\nLes téléphones restent dans les sacs.", t.Notice)
	})
	b := open(t, a, "/connexion")
	b.signsIn("julien.petit", demoPassword)
	b.reads("Ces textes sont nouveaux")
	b.looks("charte")
	b.click("checkbox", "J’ai lu")
	b.click("button", "Accepter")
	b.wait(`location.pathname === "/"`)
}

// TestManual_P01_SuperGestionnaire: who administers several establishments is
// asked which one to moderate.
func TestManual_P01_SuperGestionnaire(t *testing.T) {
	a := demo(t)
	b := open(t, a, "/connexion")
	b.signsIn("admin.sophie.girard", demoPassword)
	b.reads("Choisir l’établissement")
	b.looks("choisir-l-etablissement")
	b.do(focus("[name=etablissement]"))
	b.press(" ")
	b.click("button", "Continuer")
	b.reads("super gestionnaire de")
	b.looks("accueil-super-gestionnaire")
}
