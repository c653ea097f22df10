package directory_test

import (
	"strings"
	"testing"
	"time"

	"preau/app/access"
	"preau/app/directory"
	"preau/data"
)

// TestHouseholds folds what families and the academic directory write for one
// place.
func TestHouseholds(t *testing.T) {
	for _, same := range [][][2]string{
		{{"99100", "Saint-Éloi"}, {"99100", "ST ELOI"}, {"99100", "St-Éloi"}, {"99 100", "  saint éloi "}, {"99100", "St. Eloi"}, {"99100", "SAINT ELOI CEDEX"}, {"99100", "SAINT ELOI CEDEX 09"}, {"99100", "Saint-Eloi, Cedex 9"}},
		{{"99400", "Sainte-Foy-lès-Lyon"}, {"99400", "STE FOY LES LYON"}, {"99400", "Ste-Foy lès Lyon"}},
		{{"99460", "Saintes-Maries"}, {"99460", "STES MARIES"}},
		{{"75015", "Paris"}, {"75015", "PARIS 15"}, {"75015", "Paris 15e"}, {"75015", "PARIS 15EME ARRONDISSEMENT"}, {"75015", "Paris 15ème"}, {"75015", "Paris Cedex 15"}},
		{{"69001", "Lyon"}, {"69001", "LYON 1ER"}, {"69001", "Lyon 1er arrondissement"}, {"69001", "LYON 01"}},
		{{"99240", "L'Haÿ-les-Roses"}, {"99240", "L’HAY LES ROSES"}, {"99240", "l hay les roses"}},
		{{"99500", "Œuilly"}, {"99500", "OEUILLY"}},
		{{"2A004", "Ajaccio"}, {"2a004", "AJACCIO"}},
	} {
		for _, p := range same {
			if got, want := directory.Household(p[0], p[1]), directory.Household(same[0][0], same[0][1]); got != want || got == "" {
				t.Errorf("%q: %q, want %q", p, got, want)
			}
		}
	}
	apart := map[string][2]string{}
	for _, p := range [][2]string{{"99100", "Saint-Éloi"}, {"99101", "Saint-Éloi"}, {"99100", "Sainte-Éloi"}, {"99100", "Éloi"}, {"99100", "Stéloi"}, {"99100", "Saint-Éloy"}, {"99100", "Neuville"}, {"99100", "Neuville-le-Pont"}} {
		key := directory.Household(p[0], p[1])
		if other, taken := apart[key]; taken {
			t.Errorf("%q is %q", p, other)
		}
		apart[key] = p
	}
	for _, p := range [][2]string{{"", "Neuville"}, {"99100", ""}, {"99100", "  "}, {"99100", "CEDEX 15"}, {"  ", "-"}} {
		if got := directory.Household(p[0], p[1]); got != "" {
			t.Errorf("%q: %q, and nobody lives there", p, got)
		}
	}
}

// A household is two relatives at one address and their two children, of whom
// nobody has ever signed in.
type household struct {
	*cast
	mother, father directory.User
	nina, hugo     directory.User
	codes          map[string]string // by the child's UID
}

func newHousehold(t *testing.T) *household {
	t.Helper()
	h := &household{cast: newCast(t), codes: map[string]string{}}
	h.mother, h.father = h.relative("VERNIER", "Élise"), h.relative("VERNIER", "Paul")
	h.nina, h.hugo = h.child("Nina", h.mother, h.father), h.child("Hugo", h.mother, h.father)
	return h
}

// relative is somebody who lives in Saint-Éloi.
func (h *household) relative(last, first string) directory.User {
	u := someone(directory.Relative, last, first, balzac)
	u.BirthName = "LECŒUR"
	u.Postal = directory.Address{Lines: []string{"3 RUE DU PONT"}, PostalCode: "99100", Town: "ST ELOI CEDEX"}
	return h.put(u)
}

// child is a pupil whom relatives are declared for, with a code.
func (h *household) child(first string, relatives ...directory.User) directory.User {
	h.t.Helper()
	u := aPupil("VERNIER", first, "2012-03-04", "5A", "5e", balzac)
	for _, r := range relatives {
		u.Links = append(u.Links, directory.Link{Relative: r.ID, Name: r.Label(), Kind: "Mère", Legal: true})
	}
	u = h.put(u)
	h.renew(u)
	return u
}

// renew gives a pupil a code: the former one is void.
func (h *household) renew(child directory.User) {
	h.t.Helper()
	if err := h.system.Upkeep(func(tx *data.Tx) (err error) {
		h.codes[child.ID], err = directory.RenewChildCode(tx, child.ID)
		return err
	}); err != nil {
		h.t.Fatal(err)
	}
}

// begin types the address of Saint-Éloi, the codes of children and a name.
func (h *household) begin(last, first string, children ...directory.User) (directory.Entrance, error) {
	f := directory.ActivationForm{PostalCode: "99100", Town: "Saint-Éloi", LastName: last, FirstName: first}
	for _, c := range children {
		f.Codes = append(f.Codes, h.codes[c.ID])
	}
	return directory.BeginActivation(h.Gate, f, "192.0.2.7")
}

// enters begins as must succeed, then chooses a password.
func (h *household) enters(who directory.User, children ...directory.User) {
	h.t.Helper()
	e, err := h.begin(who.LastName, who.FirstName, children...)
	if err != nil || e.Token == "" {
		h.t.Fatal(who.FirstName, e, err)
	}
	h.choose(e.Token, who)
}

func (h *household) choose(token string, who directory.User) {
	h.t.Helper()
	login, err := directory.ChoosePassword(h.t.Context(), h.Gate, token, "192.0.2.7", directory.PasswordForm{Password: password, Again: password,
		Email: strings.ToLower(data.Fold(who.FirstName)) + "@exemple.example", Terms: true})
	if err != nil || login != who.Login.Value() {
		h.t.Fatal(login, err)
	}
}

// confirmed is with whom of the relatives the link of a child is confirmed.
func (h *household) confirmed(child directory.User) string {
	var who []string
	for _, l := range h.read(child.ID).Links {
		if !l.Confirmed.IsZero() {
			who = append(who, h.read(l.Relative).FirstName)
		}
	}
	return strings.Join(who, " ")
}

// sameRefusal checks that an activation is refused as all others are.
func sameRefusal(t *testing.T, what string, e directory.Entrance, err error) {
	t.Helper()
	refusal, ok := err.(*access.Refusal)
	if !ok || refusal.Kind != access.Invalid || len(refusal.Fields) > 0 || !strings.HasPrefix(refusal.Says, "Ces informations ne permettent pas") || e != (directory.Entrance{}) {
		t.Errorf("%s: %+v, %v", what, e, err)
	}
}

// TestTwoRelativesOfOneAddress: only a name tells them apart, each enters once
// with the same code, and one right code is enough.
func TestTwoRelativesOfOneAddress(t *testing.T) {
	h := newHousehold(t)
	if e, err := h.begin("", "", h.nina); err != nil || !e.Named || e.Token != "" {
		t.Fatalf("without a name: %+v, %v", e, err)
	}
	if e, err := h.begin("VERNIER", "", h.nina); err != nil || !e.Named {
		t.Errorf("half a name: %+v, %v", e, err)
	}
	e, err := h.begin("VERNIER", "Nina", h.nina)
	sameRefusal(t, "the name of the child", e, err)
	e, err = h.begin("Lecoeur", "elise", h.nina) // as she was born, without accents
	if err != nil || e.Token == "" {
		t.Fatal(e, err)
	}
	if h.read(h.mother.ID).State() != directory.Inactive || h.confirmed(h.nina) != "" {
		t.Error("the codes alone activate")
	}
	h.choose(e.Token, h.mother)
	if h.read(h.mother.ID).State() != directory.Active || h.confirmed(h.nina) != "Élise" || h.confirmed(h.hugo) != "" {
		t.Errorf("Nina: %s, Hugo: %s", h.confirmed(h.nina), h.confirmed(h.hugo))
	}
	e, err = h.begin("VERNIER", "Élise", h.nina)
	sameRefusal(t, "an active account", e, err)
	if e, err := h.begin("", "", h.nina); err != nil || !e.Named {
		t.Errorf("the code alone, once one of two is active: %+v, %v: it must not enter as the other", e, err)
	}
	h.enters(h.father, h.nina, h.hugo)
	if h.confirmed(h.nina) != "Élise Paul" || h.confirmed(h.hugo) != "Paul" {
		t.Errorf("Nina: %s, Hugo: %s", h.confirmed(h.nina), h.confirmed(h.hugo))
	}
}

// TestOneRightCode: a wrong code beside it changes nothing, and codes are taken
// as they are pasted.
func TestOneRightCode(t *testing.T) {
	h := newHousehold(t)
	alone := h.relative("SOLANE", "Berthe")
	zoe := h.child("Zoé", alone)
	pasted := "\u00a0" + strings.ToUpper(strings.Replace(h.codes[zoe.ID], " ", " - ", 1)) + "\t"
	e, err := directory.BeginActivation(h.Gate, directory.ActivationForm{PostalCode: "99100", Town: "ST ELOI", Codes: []string{"zzzzzzzzzz", "", h.codes[h.nina.ID] + "x", pasted}}, "192.0.2.7")
	if err != nil || e.Token == "" || e.Named {
		t.Fatalf("%+v, %v: she lives there alone", e, err)
	}
	h.choose(e.Token, alone)
	if h.confirmed(zoe) != "Berthe" {
		t.Error(h.confirmed(zoe))
	}
}

// TestActivationRefusals: whatever is wrong, the answer is the same and nothing
// is written but the count of tries.
func TestActivationRefusals(t *testing.T) {
	h := newHousehold(t)
	other := h.relative("SOLANE", "Berthe")
	other.Postal.Town = "NEUVILLE"
	other = h.put(other)
	zoe := h.child("Zoé", other)
	abroad, nowhere := h.relative("ABROAD", "Ann"), h.relative("SANS", "Adresse")
	abroad.Postal = directory.Address{Lines: []string{"1 HIGH STREET"}, Town: "LONDON", Country: "ROYAUME-UNI"}
	nowhere.Postal = directory.Address{}
	tom, lea := h.child("Tom", h.put(abroad)), h.child("Léa", h.put(nowhere))
	suspended, deleted := h.relative("SUSPENDU", "Jean"), h.relative("SUPPRIME", "Jeanne")
	ben, eve := h.child("Ben", suspended), h.child("Ève", deleted)
	if err := directory.Suspend(h.claire, suspended.ID, ""); err != nil {
		t.Fatal(err)
	}
	h.remove(deleted)
	gone := h.child("Parti", h.relative("SEULE", "Rose"))
	h.remove(gone)
	renewed := h.child("Max", h.relative("RENOUVELE", "Luc"))
	former := h.codes[renewed.ID]
	h.renew(renewed)

	before := h.lastEvent()
	form := func(code string) directory.ActivationForm {
		return directory.ActivationForm{PostalCode: "99100", Town: "Saint-Éloi", Codes: []string{code}, LastName: "VERNIER", FirstName: "Élise"}
	}
	for what, f := range map[string]directory.ActivationForm{
		"the code of another family": form(h.codes[zoe.ID]),
		"a code of nobody":           form("abcde fghjk"),
		"no code":                    form(""),
		"no codes at all":            {PostalCode: "99100", Town: "Saint-Éloi"},
		"a suspended relative":       form(h.codes[ben.ID]),
		"a deleted relative":         form(h.codes[eve.ID]),
		"a deleted child":            form(h.codes[gone.ID]),
		"a code renewed since":       form(former),
		"an address abroad":          {Town: "LONDON", Codes: []string{h.codes[tom.ID]}},
		"an empty address":           {Codes: []string{h.codes[lea.ID]}},
		"the address of the others":  form(h.codes[lea.ID]),
		"another postal code":        {PostalCode: "99101", Town: "Saint-Éloi", Codes: []string{h.codes[h.nina.ID]}, LastName: "VERNIER", FirstName: "Élise"},
		"another town":               {PostalCode: "99100", Town: "Neuville", Codes: []string{h.codes[h.nina.ID]}, LastName: "VERNIER", FirstName: "Élise"},
	} {
		e, err := directory.BeginActivation(h.Gate, f, "192.0.2.7")
		sameRefusal(t, what, e, err)
	}
	if h.lastEvent() != before {
		t.Error("a refused activation is in the journal")
	}
}

// TestACodeServesOnce: each declared relative once, until it is renewed.
func TestACodeServesOnce(t *testing.T) {
	h := newHousehold(t)
	h.enters(h.mother, h.nina)
	h.wipe(h.mother) // back to before, but for the code
	e, err := h.begin("VERNIER", "Élise", h.nina)
	sameRefusal(t, "a code used already", e, err)
	h.renew(h.nina)
	h.enters(h.mother, h.nina)
}

// wipe makes somebody as if they had never signed in.
func (h *household) wipe(u directory.User) {
	h.t.Helper()
	u = h.read(u.ID)
	u.ActivatedAt = time.Time{}
	h.put(u)
}

// TestHandedCodeConfirms: a relative whose address serves for nothing enters by
// a code that was handed over, which confirms the declared links.
func TestHandedCodeConfirms(t *testing.T) {
	h := newHousehold(t)
	abroad := h.relative("ABROAD", "Ann")
	abroad.Postal = directory.Address{Town: "LONDON", Country: "ROYAUME-UNI"}
	abroad = h.put(abroad)
	tom, lea := h.child("Tom", abroad), h.child("Léa", abroad, h.father)
	c, err := directory.HandOver(h.claire, balzac, abroad.ID)
	if err != nil {
		t.Fatal(err)
	}
	token, err := h.UseCode(t.Context(), abroad.Login.Value(), c.Code, "192.0.2.7")
	if err != nil {
		t.Fatal(err)
	}
	h.choose(token, abroad)
	if h.confirmed(tom) != "Ann" || h.confirmed(lea) != "Ann" || h.confirmed(h.nina) != "" {
		t.Errorf("Tom: %s, Léa: %s, Nina: %s", h.confirmed(tom), h.confirmed(lea), h.confirmed(h.nina))
	}
	h.renew(tom)
	wantsField(t, "a new code of a child added already", directory.AddChild(h.signIn(abroad.Login.Value()), h.codes[tom.ID]), "code")
}

// TestSecondChild: an active relative adds the child whose link is declared, by
// its code, and no other; until then its name is nowhere in their account.
func TestSecondChild(t *testing.T) {
	h := newHousehold(t)
	h.enters(h.mother, h.nina)
	elise := h.signIn(h.mother.Login.Value())
	m, err := directory.MineOf(elise)
	if err != nil || len(m.Children) != 2 || m.Children[0].Person == nil || m.Children[0].Person.FirstName != "Nina" || m.Children[1].Person != nil {
		t.Fatalf("%+v, %v", m.Children, err)
	}
	stranger := h.child("Zoé", h.relative("SOLANE", "Berthe"))
	for what, code := range map[string]string{"of nobody": "abcde fghjk", "of a child who is not declared": h.codes[stranger.ID], "of a child added already": h.codes[h.nina.ID], "empty": " - "} {
		wantsField(t, what, directory.AddChild(elise, code), "code")
	}
	wants(t, "a teacher", directory.AddChild(h.claire, h.codes[h.hugo.ID]), access.Missing)
	if h.confirmed(h.hugo) != "" || h.confirmed(stranger) != "" {
		t.Fatal("a refused code confirms a link")
	}
	if err := directory.AddChild(elise, strings.ToUpper(h.codes[h.hugo.ID])); err != nil {
		t.Fatal(err)
	}
	if h.confirmed(h.hugo) != "Élise" || h.confirmed(h.nina) != "Élise" {
		t.Errorf("Hugo: %s, Nina: %s", h.confirmed(h.hugo), h.confirmed(h.nina))
	}
	if e := h.events()[0]; e.Action != "user.add-child" || e.Author != h.mother.ID {
		t.Errorf("%+v", e)
	}
	wantsField(t, "the same again", directory.AddChild(elise, h.codes[h.hugo.ID]), "code")
	h.enters(h.father, h.hugo) // the code serves each relative
}

// TestActivationThrottle: those who guess codes of a household wait, then a
// right code passes.
func TestActivationThrottle(t *testing.T) {
	h := newHousehold(t)
	alone := h.relative("SOLANE", "Berthe")
	zoe := h.child("Zoé", alone)
	const most = 25
	for i := range most {
		if _, err := directory.BeginActivation(h.Gate, directory.ActivationForm{PostalCode: "99100", Town: "Saint-Eloi", Codes: []string{strings.Repeat("z", 5+i%5)}}, "192.0.2.7"); access.KindOf(err) != access.Invalid {
			t.Fatalf("try %d: %v", i, err)
		}
	}
	_, err := h.begin("", "", zoe)
	wants(t, "a right code after 25 wrong ones", err, access.Throttled)
	if strings.Contains(err.Error(), "appareil") {
		t.Errorf("%q: no device is known here", err)
	}
	h.pass(16 * time.Minute)
	if e, err := h.begin("", "", zoe); err != nil || e.Token == "" {
		t.Errorf("%+v, %v", e, err)
	}

	h.enters(h.mother, h.nina)
	elise := h.signIn(h.mother.Login.Value())
	for range most {
		wantsField(t, "a wrong code", directory.AddChild(elise, "zzzzz zzzzz"), "code")
	}
	wants(t, "a right code after 25 wrong ones", directory.AddChild(elise, h.codes[h.hugo.ID]), access.Throttled)
}
