package ui

import (
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"preau/app/access"
	"preau/app/demo"
	"preau/app/directory"
	"preau/app/post"
	"preau/data"
)

// ownDeeds does the unsafe routes of one's own account.
func (h *house) ownDeeds(do func(route string, d deed)) {
	h.t.Helper()
	uai := h.school("claire.moreau", 0)
	const julien, lucas, claire = "julien.petit", "lucas.martin", "claire.moreau"
	again := func(form url.Values) url.Values { // the password is given again
		form.Set(access.ProofField, demo.Password)
		return form
	}
	h.restore(julien) // it was renewed before
	family := h.household()
	do("POST /activation", deed{"", "/activation", family.form(family.mother), nil, false})
	do("POST /compte/enfants", deed{"anne.martin", "/compte/enfants", url.Values{"code": {h.childCode(h.younger())}}, nil, true})
	do("POST /compte/adresse", deed{julien, "/compte/adresse", again(url.Values{"email": {"julien.petit@exemple.example"}}), nil, true})
	do("POST /compte/adresse/confirmation", deed{julien, "/compte/adresse/confirmation", nil, nil, true})
	do("POST /compte/telephones", deed{julien, "/compte/telephones", url.Values{"portable": {"06 39 98 00 12"}}, nil, true})
	do("POST /compte/question", deed{lucas, "/compte/question", again(url.Values{"question": {access.SecretQuestions[1]}, "reponse": {"Loulou"}}), nil, true})
	do("POST /scolarite", deed{claire, "/scolarite", url.Values{"chiffres": {demo.RecordsPassword}}, nil, true})
	h.noRecords(claire)
	do("POST /scolarite/courriel", deed{claire, "/scolarite/courriel", nil, nil, true})
	do("POST /compte/appareils", deed{lucas, "/compte/appareils", nil, nil, true})
	do("POST /compte/sessions", deed{lucas, "/compte/sessions", nil, nil, true})

	do("POST /compte/second-facteur/debut", deed{claire, "/compte/second-facteur/debut", again(url.Values{}), nil, false})
	token, secret := h.enrolling(claire)
	h.step = token
	h.clock.pass(time.Second) // the deed is one second later
	do("POST /compte/second-facteur", deed{claire, "/compte/second-facteur", url.Values{"code": {authenticator{h: h, secret: secret}.code(0)}}, nil, true})
	do("POST /compte/second-facteur/retrait", deed{claire, "/compte/second-facteur/retrait", again(url.Values{}), nil, true})
	do("POST /console/etablissements/:uai/charte", deed{claire, "/console/etablissements/" + uai + "/charte", url.Values{"version": {"1"}, "charte": {"La nôtre."}, "donnees": {"Les vôtres."}}, nil, true})
	do("POST /compte/mot-de-passe", deed{claire, "/compte/mot-de-passe", again(url.Values{"mot-de-passe": {another}, "encore": {another}}), nil, true})
	h.restore(claire)
}

// enrolling gives somebody who is signed in a pass to set up a second factor,
// and the secret of it.
func (h *house) enrolling(login string) (token, secret string) {
	h.t.Helper()
	a := h.account(login)
	h.upkeep(func(tx *data.Tx) (err error) {
		token, err = access.StepPass(tx, access.Pass{Account: a.ID, Use: access.SetUpFactor})
		return err
	})
	e, err := h.app.Gate.PrepareFactor(token, "ENT")
	if err != nil {
		h.t.Fatal(err)
	}
	return token, e.Secret
}

// noRecords takes the records password of somebody.
func (h *house) noRecords(login string) {
	h.t.Helper()
	a := h.account(login)
	h.upkeep(func(tx *data.Tx) error { return access.RecordsSecrets.Delete(tx, a.ID) })
}

// restore gives somebody the password of the demo again.
func (h *house) restore(login string) {
	h.t.Helper()
	hash, err := h.app.Gate.Hash(h.t.Context(), demo.Password)
	if err != nil {
		h.t.Fatal(err)
	}
	a := h.account(login)
	h.change(func(tx *data.Tx) (data.Row, error) { return access.SetPassword(tx, a, hash) })
}

// childCode gives a pupil an activation code, as the console shows it.
func (h *house) childCode(child directory.User) string {
	h.t.Helper()
	code, err := access.NewFamilyCode()
	if err != nil {
		h.t.Fatal(err)
	}
	const use = "code d’activation"
	h.upkeep(func(tx *data.Tx) error {
		sealed, err := tx.Seal(use, code)
		if err != nil {
			return err
		}
		mark, err := tx.Mark(use, code)
		if err != nil {
			return err
		}
		return directory.ChildCodes.Put(tx, directory.ChildCode{Child: child.ID, Sealed: sealed, Mark: mark, At: tx.Now})
	})
	return access.SpacedCode(code)
}

// younger is the child of Anne Martin whose link she has not confirmed.
func (h *house) younger() (child directory.User) {
	h.t.Helper()
	anne := h.account("anne.martin").ID
	h.see(func(tx *data.Tx) error {
		for u, err := range directory.UsersByRelative.All(tx, anne) {
			if err != nil {
				return err
			}
			if u.Login.Value() != "lucas.martin" {
				child = u
			}
		}
		return nil
	})
	if child.ID == "" {
		h.t.Fatal("Anne Martin has one child")
	}
	return child
}

// A family is a household of two relatives who never signed in, with two children.
type family struct {
	mother, father directory.User
	kids           [2]directory.User
	codes          [2]string
}

// household enrols one in the lycée.
func (h *house) household() (f family) {
	h.t.Helper()
	lucas := h.user(h.account("lucas.martin").ID)
	enrol := func(p directory.Profile, last, first string, links ...directory.Link) (u directory.User) {
		h.change(func(tx *data.Tx) (_ data.Row, err error) {
			u = directory.User{Profile: p, LastName: last, FirstName: first, Source: directory.FromAAF, CreatedAt: tx.Now, Links: links,
				Postal: directory.Address{PostalCode: "99100", Town: "ST ELOI SUR SEINE"}, Attachments: directory.Attachments{{At: lucas.Attachments[0].At, Main: true}}}
			if u.ID, err = access.NewUID(tx); err != nil {
				return nil, err
			}
			u.Login.Federated = strings.ToLower(first + "." + u.ID)
			if err := directory.Users.Put(tx, u); err != nil {
				return nil, err
			}
			return u, access.Accounts.Put(tx, access.Account{ID: u.ID, Login: u.Login.Value(), Name: u.Label(), Profile: string(p), At: u.Places()})
		})
		return h.user(u.ID)
	}
	f.mother, f.father = enrol(directory.Relative, "VERNIER", "Élise"), enrol(directory.Relative, "VERNIER", "Paul")
	links := []directory.Link{{Relative: f.mother.ID, Kind: "Mère", Legal: true}, {Relative: f.father.ID, Kind: "Père", Legal: true}}
	for i, first := range []string{"Nina", "Hugo"} {
		f.kids[i] = enrol(directory.Student, "VERNIER", first, links...)
		f.codes[i] = h.childCode(f.kids[i])
	}
	return f
}

// form is what one of them types, as people do.
func (f family) form(who directory.User) url.Values {
	return url.Values{"code-postal": {" 99 100"}, "ville": {"saint-éloi sur seine"}, "code-1": {strings.ToUpper(strings.Replace(f.codes[0], " ", "-", 1))}, "nom": {"vernier"}, "prenom": {who.FirstName}}
}

// TestFamilyActivates: a mother activates her account by what the paper says,
// names herself, chooses a password, sees one child, then adds the other.
func TestFamilyActivates(t *testing.T) {
	h := newHouse(t)
	f := h.household()
	p := h.nobody()
	form := f.form(f.mother)
	form.Del("nom")
	form.Del("prenom")
	asked := p.post("/activation", form)
	if asked.Status != http.StatusOK || !strings.Contains(asked.Body, "Plusieurs parents habitent à cette adresse") || !strings.Contains(asked.Body, `value="`+form.Get("code-1")+`"`) {
		t.Fatalf("%d\n%s", asked.Status, asked.Body)
	}
	for _, name := range []string{"VERNIER", "Vernier", "Élise", "Paul", "Nina", f.mother.Login.Value()} {
		if strings.Contains(asked.Body, name) {
			t.Errorf("the page shows %q to whoever holds a code", name)
		}
	}
	entered := p.post("/activation", f.form(f.mother))
	if entered.Status != http.StatusSeeOther || !strings.HasPrefix(entered.Get("Location"), "/mot-de-passe?lien=") {
		t.Fatalf("%d to %q\n%s", entered.Status, entered.Get("Location"), entered.Body)
	}
	chosen := p.follows(entered.Get("Location"))
	chosen.Set("charte", "oui")
	chosen.Set("email", "elise.vernier@exemple.example")
	p.leads(p.chooses(chosen, "un goûter au parc"), "/mot-de-passe/fait")
	if page := p.get("/mot-de-passe/fait"); !strings.Contains(page.Body, f.mother.Login.Value()) {
		t.Error("the login is not shown")
	}
	p.leads(p.tries(f.mother.Login.Value(), "un goûter au parc"), "/")
	p.token = p.tokenOf("/")

	page := p.get("/compte").Body
	if !strings.Contains(page, "VERNIER Nina") || strings.Contains(page, "Hugo") || !strings.Contains(page, "Un enfant à confirmer") {
		t.Errorf("the children are not as confirmed:\n%s", page)
	}
	if links := h.user(f.kids[0].ID).Links; links[0].Confirmed.IsZero() || !links[1].Confirmed.IsZero() {
		t.Errorf("links of Nina: %+v", links)
	}
	p.leads(p.post("/compte/enfants", url.Values{"code": {f.codes[1]}}), "/compte?section=enfants#enfants")
	if page := p.get("/compte").Body; !strings.Contains(page, "VERNIER Hugo") || strings.Contains(page, "à confirmer</b>") {
		t.Error("the second child is not added")
	}
	if got := p.post("/compte/enfants", url.Values{"code": {f.codes[1]}}); got.Status != http.StatusUnprocessableEntity || !strings.Contains(got.Body, `id="e-code"`) {
		t.Errorf("the same code again: %d", got.Status)
	}
}

// TestActivationAnswersAlike: whatever was wrong, the page says the same, and
// keeps what was typed.
func TestActivationAnswersAlike(t *testing.T) {
	h := newHouse(t)
	f, right := h.household(), ""
	for what, change := range map[string]func(url.Values){
		"another town":         func(v url.Values) { v.Set("ville", "Rivemont") },
		"another postal code":  func(v url.Values) { v.Set("code-postal", "99999") },
		"a code of nobody":     func(v url.Values) { v.Set("code-1", "zzzzz zzzzz") },
		"another family's":     func(v url.Values) { v.Set("code-1", h.childCode(h.younger())) },
		"another name":         func(v url.Values) { v.Set("nom", "Martin") },
		"a child's name":       func(v url.Values) { v.Set("prenom", "Nina") },
		"no code":              func(v url.Values) { v.Del("code-1") },
		"no town":              func(v url.Values) { v.Del("ville") },
		"nothing":              func(v url.Values) { clear(v) },
		"a hostile town":       func(v url.Values) { v.Set("ville", `"><script>alert(1)</script>`) },
		"ten thousand letters": func(v url.Values) { v.Set("code-1", strings.Repeat("a", 10_000)) },
	} {
		form := f.form(f.mother)
		form.Set("nommer", "oui")
		change(form)
		got := h.nobody().post("/activation", form)
		said := regexp.MustCompile(`(?s)role="alert".*?<p>(.*?)</p>`).FindStringSubmatch(got.Body)
		if got.Status != http.StatusUnprocessableEntity || said == nil || strings.Contains(got.Body, "<script>alert") {
			t.Fatalf("%s: %d\n%s", what, got.Status, got.Body)
		}
		if right == "" {
			right = said[1]
		}
		if said[1] != right {
			t.Errorf("%s: %q, want %q", what, said[1], right)
		}
	}
}

// TestPupilHasNoPhones: a pupil's telephones are in no form of theirs, and no
// form changes them.
func TestPupilHasNoPhones(t *testing.T) {
	h := newHouse(t)
	id := h.account("lucas.martin").ID
	u := h.user(id)
	u.Mobile, u.Home = u.Mobile.Edit("06 39 98 55 66"), u.Home.Edit("01 99 00 11 22")
	h.change(func(tx *data.Tx) (data.Row, error) { return u, directory.Users.Put(tx, u) })
	lucas := h.enter("lucas.martin")
	page := lucas.get("/compte").Body
	for _, secret := range []string{"06 39 98 55 66", "01 99 00 11 22", "portable", "domicile", "Téléphone"} {
		if strings.Contains(page, secret) {
			t.Errorf("/compte of a pupil holds %q", secret)
		}
	}
	if got := lucas.post("/compte/telephones", url.Values{"portable": {"06 39 98 00 00"}}); got.Status != http.StatusNotFound || h.user(id).Mobile.Value() != "06 39 98 55 66" {
		t.Errorf("%d, %s", got.Status, h.user(id).Mobile.Value())
	}
	if page := h.enter("julien.petit").get("/compte").Body; !strings.Contains(page, "Téléphone portable") || !strings.Contains(page, "Poste interne") {
		t.Error("a teacher has no telephone to change")
	}
}

// TestOwnThingsOnly: nobody forgets the devices of another nor closes their
// sessions, whatever they send.
func TestOwnThingsOnly(t *testing.T) {
	h := newHouse(t)
	lucas, there, anne := h.enter("lucas.martin"), h.enter("lucas.martin"), h.enter("anne.martin")
	key := func(p *person, name string) []string {
		var all []string
		for _, m := range regexp.MustCompile(`name="`+name+`" value="([0-9a-f]{64})"`).FindAllStringSubmatch(p.get("/compte").Body, -1) {
			all = append(all, m[1])
		}
		return all
	}
	devices, open := key(lucas, "appareil"), key(lucas, "session")
	if len(devices) != 2 || len(open) != 1 {
		t.Fatalf("%d devices, %d other sessions", len(devices), len(open))
	}
	if got := anne.post("/compte/appareils", url.Values{"appareil": {devices[0]}}); got.Status != http.StatusNotFound {
		t.Errorf("another's device: %d", got.Status)
	}
	anne.post("/compte/sessions", url.Values{"session": {open[0]}})
	anne.post("/compte/appareils", nil)
	if len(key(lucas, "appareil")) != 2 || there.get("/").Status != http.StatusOK {
		t.Fatal("what is another's was touched")
	}
	lucas.leads(lucas.post("/compte/appareils", url.Values{"appareil": {devices[0]}}), "/compte?section=appareils#appareils")
	if left := key(lucas, "appareil"); len(left) != 1 || left[0] != devices[1] {
		t.Errorf("%v left of %v", left, devices)
	}
	lucas.leads(lucas.post("/compte/appareils", nil), "/compte?section=appareils#appareils")
	if page := lucas.get("/compte").Body; !strings.Contains(page, "Aucun appareil n’est connu") || there.get("/").Status != http.StatusOK {
		t.Error("devices are left, or a session was closed with them")
	}
}

// TestHomes: each sees what they can do, a super manager no console.
func TestHomes(t *testing.T) {
	h := newHouse(t)
	doors := []string{`href="/console"`, `href="/scolarite"`, `href="/compte#enfants"`, `href="/compte"`, `href="/charte"`}
	for login, want := range map[string]string{"lucas.martin": "00011", "anne.martin": "00111", "julien.petit": "01011", "claire.moreau": "11011", "marc.dubois": "10010", "invite.demo": "00011", "admin.claire.moreau": "01011"} {
		page := h.enter(login).get("/").Body
		page, _, _ = strings.Cut(page, "<footer")
		got := ""
		for _, door := range doors {
			got += map[bool]string{true: "1", false: "0"}[strings.Contains(page, door)]
		}
		if got != want {
			t.Errorf("%s: %s, want %s of %v", login, got, want, doors)
		}
		if strings.Contains(page, "super gestionnaire") != strings.HasPrefix(login, "admin.") {
			t.Errorf("%s: is told that they are a super manager, or is not", login)
		}
	}
}

// TestChangeOwnAddress: the password is asked again when it was not just given,
// the form keeps what was typed, the former address is told, and the new one
// counts once its link was followed.
func TestChangeOwnAddress(t *testing.T) {
	h := newHouse(t)
	h.app.Served(public, public)
	h.mailed("julien.petit")
	p := h.enter("julien.petit")
	h.clock.pass(6 * time.Minute)
	const fresh = "petit.julien@exemple.example"
	form := url.Values{"email": {fresh}}
	refused := p.post("/compte/adresse", form)
	section := regexp.MustCompile(`(?s)<section id="adresse".*?</section>`).FindString(refused.Body)
	if refused.Status != http.StatusUnprocessableEntity || !strings.Contains(section, `id="f-preuve"`) || !strings.Contains(section, `value="`+fresh+`"`) || !strings.Contains(section, "autofocus") {
		t.Fatalf("%d\n%s", refused.Status, section)
	}
	if ids := regexp.MustCompile(`id="[^"]+"`).FindAllString(refused.Body, -1); len(ids) != len(slices.Compact(slices.Sorted(slices.Values(ids)))) {
		slices.Sort(ids)
		t.Errorf("an identifier is there twice: %q", ids)
	}
	form.Set(access.ProofField, "pas le bon")
	if got := p.post("/compte/adresse", form); got.Status != http.StatusUnprocessableEntity || !strings.Contains(got.Body, "Ce n’est pas votre mot de passe") {
		t.Errorf("a wrong proof: %d", got.Status)
	}
	form.Set(access.ProofField, demo.Password)
	p.leads(p.post("/compte/adresse", form), "/compte?section=adresse#adresse")
	if page := p.get("/compte").Body; !strings.Contains(page, "À confirmer") || !strings.Contains(page, "Renvoyer le courriel") {
		t.Error("the address is not to be confirmed")
	}
	if h.account("julien.petit").Email != "" {
		t.Error("an address that nobody confirmed counts for recovery")
	}
	if told := h.mails("julien.petit@exemple.example"); len(told) == 0 || !strings.Contains(told[len(told)-1].Subject, "a changé") {
		t.Error("the former address is not told")
	}
	first := h.linkOf(fresh)
	h.clock.pass(time.Second)
	p.leads(p.post("/compte/adresse/confirmation", nil), "/compte?section=adresse#adresse")
	if got := h.visitor().get(first); got.Status != http.StatusNotFound {
		t.Errorf("the former link: %d", got.Status)
	}
	q := h.nobody()
	q.leads(q.post("/adresse", q.follows(h.linkOf(fresh))), "/connexion")
	if h.account("julien.petit").Email != fresh || strings.Contains(p.get("/compte").Body, "À confirmer") {
		t.Error("the address is not confirmed")
	}
	for range 3 { // whose address it is nobody knows
		p.post("/compte/adresse", url.Values{"email": {"quelqu.un@exemple.example"}, access.ProofField: {demo.Password}})
		p.post("/compte/adresse/confirmation", nil)
	}
	if n := len(h.mails("quelqu.un@exemple.example")); n != 1 {
		t.Errorf("%d mails to an address that somebody typed, want 1: three left in an hour", n)
	}
}

// TestAdministratorsAddress: an administrator who is nobody in the directory
// keeps their address until the link to the new one is followed.
func TestAdministratorsAddress(t *testing.T) {
	h := newHouse(t)
	h.app.Served(public, public)
	a := h.account("paul.lefevre")
	a.Email = "paul.lefevre@exemple.example"
	h.change(func(tx *data.Tx) (data.Row, error) { return a, access.Accounts.Put(tx, a) })
	p := h.enter("paul.lefevre")
	p.leads(p.post("/compte/adresse", url.Values{"email": {"lefevre.paul@exemple.example"}}), "/compte?section=adresse#adresse")
	if got := h.account("paul.lefevre").Email; got != "paul.lefevre@exemple.example" {
		t.Errorf("the address is %q before its link was followed", got)
	}
	q := h.nobody()
	q.leads(q.post("/adresse", q.follows(h.linkOf("lefevre.paul@exemple.example"))), "/connexion")
	if got := h.account("paul.lefevre").Email; got != "lefevre.paul@exemple.example" || len(h.mails("paul.lefevre@exemple.example")) != 1 {
		t.Errorf("the address is %q, %d mails to the former", got, len(h.mails("paul.lefevre@exemple.example")))
	}
}

// TestChangeOwnPassword: a wrong present password changes nothing, however
// recent the sign-in; the right one does, and other sessions end.
func TestChangeOwnPassword(t *testing.T) {
	h := newHouse(t)
	p, there := h.enter("claire.moreau"), h.enter("claire.moreau")
	form := func(proof, password, again string) url.Values {
		return url.Values{access.ProofField: {proof}, "mot-de-passe": {password}, "encore": {again}}
	}
	for what, bad := range map[string]struct {
		form  url.Values
		field string
	}{
		"a wrong present one": {form("pas le bon", another, another), "preuve"},
		"two that differ":     {form(demo.Password, another, another+"x"), "encore"},
		"a short one":         {form(demo.Password, "court", "court"), "mot-de-passe"},
		"one's name":          {form(demo.Password, "claire moreau 2026", "claire moreau 2026"), "mot-de-passe"},
	} {
		got := p.post("/compte/mot-de-passe", bad.form)
		if got.Status != http.StatusUnprocessableEntity || !strings.Contains(got.Body, `id="e-`+bad.field+`"`) || strings.Contains(got.Body, bad.form.Get("mot-de-passe")) {
			t.Errorf("%s: %d\n%s", what, got.Status, got.Body)
		}
	}
	h.nobody().leads(h.nobody().tries("claire.moreau", demo.Password), "/console")
	p.leads(p.post("/compte/mot-de-passe", form(demo.Password, another, another)), "/compte?section=mot-de-passe#mot-de-passe")
	p.stands("/compte", http.StatusOK)
	there.stands("/compte", http.StatusSeeOther)
	if got := h.nobody().tries("claire.moreau", demo.Password); got.Status != http.StatusUnprocessableEntity {
		t.Errorf("the former password: %d", got.Status)
	}
	q := h.nobody()
	q.leads(q.tries("claire.moreau", another), "/console")
}

// TestOwnFactor: an administrator sets up a second factor, is asked it at the
// next sign-in, changes telephone, and removes it; nobody sets up another's.
func TestOwnFactor(t *testing.T) {
	h := newHouse(t)
	p := h.enter("claire.moreau")
	p.leads(p.get("/compte/second-facteur"), "/compte?section=second-facteur#second-facteur") // nobody has begun
	begin := func(p *person) string {
		p.leads(p.post("/compte/second-facteur/debut", url.Values{access.ProofField: {demo.Password}}), "/compte/second-facteur")
		page := p.get("/compte/second-facteur").Body
		if !strings.Contains(page, "data:image/png;base64,") {
			t.Error("no QR code")
		}
		return strings.ReplaceAll(regexp.MustCompile(`class="secret"><code>([A-Z2-7 ]+)<`).FindStringSubmatch(page)[1], " ", "")
	}
	secret := begin(p)
	if got := p.post("/compte/second-facteur", url.Values{"code": {"000000"}}); got.Status != http.StatusUnprocessableEntity || !strings.Contains(got.Body, `id="e-code"`) {
		t.Errorf("a wrong code: %d", got.Status)
	}
	done := p.post("/compte/second-facteur", url.Values{"code": {authenticator{h: h, secret: secret}.code(0)}})
	if codes := regexp.MustCompile(`<li><code>`).FindAllString(done.Body, -1); done.Status != http.StatusOK || len(codes) < 8 {
		t.Fatalf("%d, %d recovery codes", done.Status, len(codes))
	}
	q := h.nobody()
	q.leads(q.tries("claire.moreau", demo.Password), "/connexion/second-facteur")

	other := begin(p)
	h.clock.pass(90 * time.Second)
	if got := p.post("/compte/second-facteur", url.Values{"code": {authenticator{h: h, secret: other}.code(0)}}); got.Status != http.StatusOK {
		t.Fatalf("another telephone: %d", got.Status)
	}
	h.clock.pass(90 * time.Second)
	if got := q.post("/connexion/second-facteur", url.Values{"code": {authenticator{h: h, secret: secret}.code(0)}}); got.Status != http.StatusUnprocessableEntity {
		t.Errorf("the former telephone: %d", got.Status)
	}

	token, _ := h.enrolling("sophie.girard")
	p.goesOn(token)
	p.leads(p.get("/compte/second-facteur"), "/compte?section=second-facteur#second-facteur") // it is not hers

	h.clock.pass(6 * time.Minute)
	if got := p.post("/compte/second-facteur/retrait", nil); got.Status != http.StatusUnprocessableEntity || !strings.Contains(got.Body, `id="f-preuve"`) {
		t.Errorf("without a proof: %d", got.Status)
	}
	h.require(access.LocalAdmin)
	if got := p.post("/compte/second-facteur/retrait", url.Values{access.ProofField: {demo.Password}}); got.Status != http.StatusConflict {
		t.Errorf("where the role requires one: %d", got.Status)
	}
}

// TestSuperManagerKeepsTheFactor: the session that opens no console does not get
// around the policy of the role.
func TestSuperManagerKeepsTheFactor(t *testing.T) {
	h := newHouse(t)
	p := h.enter("admin.claire.moreau")
	h.equip("claire.moreau")
	h.require(access.LocalAdmin)
	if got := p.post("/compte/second-facteur/retrait", url.Values{access.ProofField: {demo.Password}}); got.Status != http.StatusConflict {
		t.Errorf("%d", got.Status)
	}
}

// TestRecordsKeypad: the digits open once per session, three errors lock them,
// and the keys are drawn in another order each time.
func TestRecordsKeypad(t *testing.T) {
	h := newHouse(t)
	p := h.enter("julien.petit")
	keys := func() string {
		var all []string
		for _, m := range regexp.MustCompile(`type="button" value="([0-9])">([0-9])<`).FindAllStringSubmatch(p.get("/scolarite").Body, -1) {
			if m[1] != m[2] {
				t.Error("a key is not what it says")
			}
			all = append(all, m[1])
		}
		if len(slices.Compact(slices.Sorted(slices.Values(all)))) != 10 {
			t.Fatalf("keys %v", all)
		}
		return strings.Join(all, "")
	}
	orders := map[string]bool{}
	for range 8 {
		orders[keys()] = true
	}
	if len(orders) < 7 {
		t.Errorf("%d orders in 8 views", len(orders))
	}
	if got := p.post("/scolarite", url.Values{"chiffres": {"12"}}); got.Status != http.StatusUnprocessableEntity {
		t.Errorf("two digits: %d", got.Status)
	}
	if got := p.post("/scolarite", url.Values{"chiffres": {"000000"}}); got.Status != http.StatusUnprocessableEntity || !strings.Contains(got.Body, "Il vous reste 2 essais") || strings.Contains(got.Body, "000000") {
		t.Errorf("%d\n%s", got.Status, got.Body)
	}
	p.leads(p.post("/scolarite", url.Values{"chiffres": {demo.RecordsPassword}}), "/scolarite")
	if page := p.get("/scolarite").Body; !strings.Contains(page, "est reconnu") || strings.Contains(page, "ui-keypad") {
		t.Error("it is not open")
	}
	q := h.enter("julien.petit")
	if !strings.Contains(q.get("/scolarite").Body, "ui-keypad") {
		t.Error("it is open in another session")
	}
	for range 2 {
		q.post("/scolarite", url.Values{"chiffres": {"000000"}})
	}
	if got := q.post("/scolarite", url.Values{"chiffres": {"000000"}}); got.Status != http.StatusConflict || !strings.Contains(got.Body, "bloqué après trois erreurs") || strings.Contains(got.Body, "ui-keypad") {
		t.Errorf("the third error: %d", got.Status)
	}
	if got := q.post("/scolarite", url.Values{"chiffres": {demo.RecordsPassword}}); got.Status != http.StatusConflict {
		t.Errorf("the right digits once locked: %d", got.Status)
	}
}

// TestFirstRecordsPassword: who has none yet gets it by mail, if their address
// is confirmed, and it opens.
func TestFirstRecordsPassword(t *testing.T) {
	h := newHouse(t)
	h.noRecords("julien.petit")
	p := h.enter("julien.petit")
	h.unsure("julien.petit", "julien.petit@exemple.example")
	if got := p.post("/scolarite/courriel", nil); got.Status != http.StatusConflict || !strings.Contains(got.Body, "pas encore confirmée") {
		t.Errorf("an address to be confirmed: %d", got.Status)
	}
	h.mailed("julien.petit")
	p.leads(p.post("/scolarite/courriel", nil), "/scolarite")
	all := h.mails("julien.petit@exemple.example")
	i := slices.IndexFunc(all, func(m post.Mail) bool { return len(m.Facts) == 1 && m.Facts[0].Label == "Mot de passe scolarité" })
	if i < 0 {
		t.Fatalf("%d mails", len(all))
	}
	p.leads(p.post("/scolarite", url.Values{"chiffres": {all[i].Facts[0].Value}}), "/scolarite")
	if !strings.Contains(p.get("/scolarite").Body, "est reconnu") {
		t.Error("the password of the mail does not open")
	}
}

// TestCharterOfASchool: the administrator writes another version, which its
// people read, and no other establishment's do.
func TestCharterOfASchool(t *testing.T) {
	h := newHouse(t)
	path := "/console/etablissements/" + h.school("claire.moreau", 0) + "/charte"
	claire, lucas := h.enter("claire.moreau"), h.enter("lucas.martin")
	const charter = "Ici, on range les chaises.\r\n\r\nEt l’on dit bonjour."
	for what, form := range map[string]url.Values{
		"charte":  {"version": {"1"}, "charte": {" "}, "donnees": {"x"}},
		"donnees": {"version": {"1"}, "charte": {"x"}, "donnees": {strings.Repeat("a", 30_000)}},
	} {
		if got := claire.post(path, form); got.Status != http.StatusUnprocessableEntity || !strings.Contains(got.Body, `id="e-`+what+`"`) {
			t.Errorf("%s: %d", what, got.Status)
		}
	}
	good := url.Values{"version": {"1"}, "charte": {charter}, "donnees": {"Les données d’ici."}}
	claire.leads(claire.post(path, good), path)
	if got := claire.post(path, url.Values{"version": {"1"}, "charte": {"autre"}, "donnees": {"autre"}}); got.Status != http.StatusConflict || !strings.Contains(got.Body, `name="version" value="1"`) {
		t.Errorf("a version that somebody replaced: %d", got.Status)
	}
	if page := lucas.get("/charte").Body; !strings.Contains(page, "<p>Et l’on dit bonjour.</p>") || !strings.Contains(page, "En vigueur depuis") {
		t.Error("the pupil reads another charter")
	}
	if page := lucas.get("/compte").Body; !strings.Contains(page, "nouvelle version") {
		t.Error("the pupil is not told that another version waits")
	}
	for _, p := range []*person{h.visitor(), h.enter("marc.dubois"), h.enter("sophie.girard")} {
		if page := p.get("/charte"); page.Status != http.StatusOK || strings.Contains(page.Body, "chaises") {
			t.Errorf("%q: %d", p.login, page.Status)
		}
	}
}

// TestImprint: who belongs to a school reads who publishes; nobody else learns
// the names of heads.
func TestImprint(t *testing.T) {
	h := newHouse(t)
	if page := h.enter("lucas.martin").get("/mentions-legales").Body; !strings.Contains(page, "ROUSSEAU Hélène") || !strings.Contains(page, "Lycée Honoré de Balzac") {
		t.Error("a pupil does not read who publishes")
	}
	if page := h.visitor().get("/mentions-legales").Body; strings.Contains(page, "ROUSSEAU") {
		t.Error("the head of one of many establishments is shown to everybody")
	}
}
