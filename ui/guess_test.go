package ui

import (
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/crypto/argon2"

	"preau/app/access"
	"preau/app/demo"
	"preau/app/directory"
	"preau/data"
)

var secretField = regexp.MustCompile(`(name="(?:jeton|lien)") value="[^"]*"`)

// masked is a page without what is different for everybody: the tokens of its
// forms, the login that was typed, and which secret question is asked.
func masked(page, login string) string {
	page = secretField.ReplaceAllString(page, "$1")
	for _, q := range access.SecretQuestions {
		page = strings.ReplaceAll(page, q, "QUESTION")
	}
	return strings.ReplaceAll(page, `value="`+login+`"`, "LOGIN")
}

// looks is all that somebody may tell two answers apart by, but for their time.
func (a answer) looks(login string) string {
	var names []string
	for name, values := range a.Header {
		switch name {
		case "Date", "Content-Length":
		case "Set-Cookie":
			for _, c := range values {
				before, _, _ := strings.Cut(c, "=")
				names = append(names, "cookie "+before)
			}
		default:
			names = append(names, name+" "+strings.Join(values, ","))
		}
	}
	return fmt.Sprint(a.Status, slices.Sorted(slices.Values(names)), masked(a.Body, login))
}

// TestNoEnumeration asks of a login that exists, that does not, that never
// signed in and that is suspended, on every page that takes one: nothing tells
// them apart to whoever knows no secret.
func TestNoEnumeration(t *testing.T) {
	h := newHouse(t)
	uai := h.school("claire.moreau", 0)
	inactive, _ := h.newcomer(uai, directory.Student)
	suspended := h.account("julien.petit")
	h.mailed("julien.petit")
	h.mailed("lucas.martin")
	h.ask(h.account("lucas.martin"), access.SecretQuestions[5], "Pompier")
	h.ask(suspended, access.SecretQuestions[5], "Pompier")
	h.handOver(suspended)
	h.handOver(h.account("lucas.martin"))
	h.change(func(tx *data.Tx) (data.Row, error) {
		a, err := access.Accounts.Get(tx, suspended.ID)
		a.Suspended = true
		return a, errors.Join(err, access.Accounts.Put(tx, a))
	})
	for name, ask := range map[string]func(p *person, login string) answer{
		"sign-in": func(p *person, login string) answer { return p.tries(login, "pas le bon mot de passe") },
		"console": func(p *person, login string) answer { return p.tries(login, "pas le bon", "vers", "/console") },
		"mail": func(p *person, login string) answer {
			return p.post("/mot-de-passe-oublie", url.Values{"qui": {login}})
		},
		"question": func(p *person, login string) answer { return p.get("/mot-de-passe-oublie/question?login=" + login) },
		"answer": func(p *person, login string) answer {
			return p.post("/mot-de-passe-oublie/question", url.Values{"login": {login}, "reponse": {"Astronaute"}})
		},
		"code": func(p *person, login string) answer {
			return p.post("/code", url.Values{"login": {login}, "code": {"abcde fghjk"}})
		},
	} {
		p := h.nobody()
		want := ask(p, "personne.inconnue").looks("personne.inconnue")
		for kind, login := range map[string]string{"existing": "lucas.martin", "inactive": inactive.Login, "suspended": "julien.petit", "administrator": "claire.moreau"} {
			if got := ask(p, login).looks(login); got != want {
				t.Errorf("%s: somebody %s is told apart:\n%s\nfrom\n%s", name, kind, got, want)
			}
		}
	}
	if n := len(h.mails("julien.petit@exemple.example")); n != 0 {
		t.Errorf("somebody suspended is sent %d mails", n)
	}
	if got := h.nobody().tries("julien.petit", demo.Password); !strings.Contains(got.Body, access.NoAccess) {
		t.Error("the right password of somebody suspended does not say so")
	}
}

// TestNoEnumerationByManyLogins compares two hundred people with as many logins
// that are nearly theirs.
func TestNoEnumerationByManyLogins(t *testing.T) {
	h := newHouse(t)
	pupils := h.people(h.school("claire.moreau", 0), directory.Student)
	asks := map[string]func(p *person, login string) answer{
		"mail": func(p *person, login string) answer {
			return p.post("/mot-de-passe-oublie", url.Values{"qui": {login}})
		},
		"question": func(p *person, login string) answer {
			return p.get("/mot-de-passe-oublie/question?login=" + url.QueryEscape(login))
		},
		"code": func(p *person, login string) answer {
			return p.post("/code", url.Values{"login": {login}, "code": {"abcde fghjk"}})
		},
	}
	p := h.nobody()
	pairs := 0
	for i := range 1000 {
		real := pupils[i%len(pupils)].Login.Value()
		near := real[:len(real)/2] + string(rune('a'+i%26)) + "z" + real[len(real)/2:]
		if i%20 == 0 {
			h.clock.pass(25 * time.Hour) // what was counted of this address and of those people is over
		}
		for name, ask := range asks {
			if got, want := ask(p, real).looks(real), ask(p, near).looks(near); got != want {
				t.Fatalf("%s: %s is told apart from %s:\n%s\n%s", name, real, near, got, want)
			}
		}
		pairs++
	}
	if pairs != 1000 {
		t.Errorf("%d pairs", pairs)
	}
}

// TestFakeQuestionIsStable: a login that nobody has is asked the same question
// each time, and not all of them the same one.
func TestFakeQuestionIsStable(t *testing.T) {
	h := newHouse(t)
	seen := map[string]bool{}
	for i := range 30 {
		login := fmt.Sprintf("personne.inconnue%d", i)
		first, err := h.app.Gate.QuestionOf(login)
		if err != nil {
			t.Fatal(err)
		}
		if again, err := h.app.Gate.QuestionOf(strings.ToUpper(login)); err != nil || again != first {
			t.Errorf("%s: %q then %q, %v", login, first, again, err)
		}
		seen[first] = true
	}
	if len(seen) < 4 {
		t.Errorf("thirty unknown logins are asked %d questions", len(seen))
	}
}

// TestKnownDeviceIsNeverSlowed runs a thousand wrong guesses against an account,
// from the very address of its owner, who signs in at once meanwhile.
func TestKnownDeviceIsNeverSlowed(t *testing.T) {
	h := newHouse(t)
	mine := h.enter("lucas.martin")
	mine.leads(mine.post("/deconnexion", nil), "/connexion")
	mine.token = mine.tokenOf("/connexion")
	attacker := h.nobody()
	gave := map[int]int{}
	for i := range 1000 {
		gave[attacker.tries("lucas.martin", fmt.Sprintf("essai numéro %d", i)).Status]++
		if i == 500 {
			mine.leads(mine.tries("lucas.martin", demo.Password), "/")
			mine.stands("/", http.StatusOK)
			mine.token = mine.tokenOf("/")
			mine.leads(mine.post("/deconnexion", nil), "/connexion")
			mine.token = mine.tokenOf("/connexion")
		}
	}
	if gave[http.StatusUnprocessableEntity] != 25 || gave[http.StatusTooManyRequests] != 975 {
		t.Errorf("a thousand guesses: %v", gave)
	}
	if slowed := h.nobody().tries("lucas.martin", demo.Password); slowed.Status != http.StatusTooManyRequests || slowed.Get("Retry-After") == "" && !strings.Contains(slowed.Body, "Attendez") {
		t.Errorf("the right password from an unknown device: %d", slowed.Status)
	}
	mine.leads(mine.tries("lucas.martin", demo.Password), "/")
	if unknown := h.verified(attacker, "personne.inconnue"); unknown != 25 {
		t.Errorf("an unknown login is slowed after %d guesses", unknown)
	}
}

// verified is how many guesses on an account are verified before one waits.
func (h *house) verified(p *person, login string) int {
	h.t.Helper()
	for n := range 100 {
		if p.tries(login, "pas le bon").Status == http.StatusTooManyRequests {
			return n
		}
	}
	return 100
}

// TestSpray tries one password on two thousand accounts from one address: fifty
// are verified, the rest wait, and one important event says so.
func TestSpray(t *testing.T) {
	h := newHouse(t)
	mine := h.enter("lucas.martin")
	var logins []string
	for _, u := range h.people(h.school("claire.moreau", 0), directory.Student) {
		logins = append(logins, u.Login.Value())
	}
	for i := len(logins); i < 2000; i++ {
		logins = append(logins, fmt.Sprintf("eleve.numero%d", i))
	}
	before := h.events()
	p := h.nobody()
	tried := 0
	for i, login := range logins[:2000] {
		if got := p.tries(login, "Rentrée2026"); got.Status != http.StatusTooManyRequests {
			tried++
		} else if i < 40 {
			t.Fatalf("slowed after %d accounts", i)
		}
	}
	if tried > 50 {
		t.Errorf("%d accounts of two thousand were tried", tried)
	}
	h.clock.pass(30 * time.Second)
	if one, two := p.tries(logins[1990], "Rentrée2026"), p.tries(logins[1991], "Rentrée2026"); one.Status == http.StatusTooManyRequests || two.Status != http.StatusTooManyRequests {
		t.Errorf("half a minute later: %d then %d, want one try", one.Status, two.Status)
	}
	alarms := 0
	h.see(func(tx *data.Tx) error {
		events, err := data.Events(tx, "", 0, int(h.events()-before))
		for _, e := range events {
			if e.Action == "session.spray" && e.Severity == data.Important {
				alarms++
			}
		}
		return err
	})
	if alarms != 1 {
		t.Errorf("%d important events", alarms)
	}
	mine.leads(mine.post("/deconnexion", nil), "/connexion")
	mine.token = mine.tokenOf("/connexion")
	mine.leads(mine.tries("lucas.martin", demo.Password), "/")
}

// TestSchoolBehindOneAddress signs a school in from one address: whether many of
// its people mistype twice before they are right, or all those who mistype do so
// at once, nobody waits.
func TestSchoolBehindOneAddress(t *testing.T) {
	h := newHouse(t)
	logins := h.quick(125)
	fails := func(login string) {
		t.Helper()
		if got := h.nobody().tries(login, "faute de frappe"); got.Status != http.StatusUnprocessableEntity {
			t.Errorf("a typo of %s: %d", login, got.Status)
		}
	}
	enters := func(login string) {
		t.Helper()
		if got := h.nobody().tries(login, demo.Password); got.Status != http.StatusSeeOther {
			t.Errorf("%s is refused with the right password: %d", login, got.Status)
		}
	}
	for _, login := range logins[:55] {
		fails(login)
		fails(login)
		enters(login)
	}
	h.clock.pass(11 * time.Minute)
	for _, login := range logins[55:] {
		enters(login)
	}
	for _, login := range logins[:55] {
		fails(login)
	}
	for _, login := range logins[:3] {
		enters(login)
	}
}

// quick are so many active people of the demo, whose wrong passwords take no
// time to refuse: theirs was hashed at next to no cost.
func (h *house) quick(n int) (logins []string) {
	h.t.Helper()
	salt := []byte("sel de la maison")
	b64 := base64.RawStdEncoding.EncodeToString
	cheap := "$argon2id$v=19$m=8,t=1,p=1$" + b64(salt) + "$" + b64(argon2.IDKey([]byte(demo.Password), salt, 1, 8, 1, 32))
	var active []access.Account
	h.see(func(tx *data.Tx) error {
		for a, err := range access.Accounts.All(tx) {
			if err != nil {
				return err
			}
			if a.Hash != "" && !a.Suspended && !a.Deleted && len(active) < n {
				active = append(active, a)
			}
		}
		return nil
	})
	if len(active) < n {
		h.t.Fatalf("%d people are active", len(active))
	}
	for _, a := range active {
		a.Hash = cheap
		h.change(func(tx *data.Tx) (data.Row, error) { return a, access.Accounts.Put(tx, a) })
		logins = append(logins, a.Login)
	}
	return logins
}
