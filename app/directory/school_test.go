package directory_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"preau/app/access"
	"preau/app/directory"
	"preau/data"
)

func TestCreateEstablishment(t *testing.T) {
	c := newCast(t)
	good := directory.NewEstablishment{UAI: uai("0759010"), Name: "École Jules-Ferry", Kind: directory.School, Academy: "Val-de-Seine", Town: "Neuville"}
	for what, test := range map[string]struct {
		field  string
		change func(*directory.NewEstablishment)
	}{
		"no name":           {"nom", func(f *directory.NewEstablishment) { f.Name = "" }},
		"no académie":       {"academie", func(f *directory.NewEstablishment) { f.Academy = "" }},
		"académie of signs": {"academie", func(f *directory.NewEstablishment) { f.Academy = "---" }},
		"no UAI":            {"uai", func(f *directory.NewEstablishment) { f.UAI = "" }},
		"no key":            {"uai", func(f *directory.NewEstablishment) { f.UAI = "0759010" }},
		"wrong key":         {"uai", func(f *directory.NewEstablishment) { f.UAI = "0759010" + string("ABCDEFGHJKLMNPRSTUVWXYZ"[3]) }},
		"letter O":          {"uai", func(f *directory.NewEstablishment) { f.UAI = "0759010O" }},
		"no kind":           {"type", func(f *directory.NewEstablishment) { f.Kind = "" }},
		"virtual kind":      {"type", func(f *directory.NewEstablishment) { f.Kind = directory.Virtual }},
		"taken":             {"uai", func(f *directory.NewEstablishment) { f.UAI = strings.ToLower(colette) }},
		"taken elsewhere":   {"uai", func(f *directory.NewEstablishment) { f.UAI = savoie }},
	} {
		f := good
		test.change(&f)
		if what == "wrong key" && f.UAI == good.UAI {
			t.Fatal("the key is right")
		}
		_, err := directory.CreateEstablishment(c.paul, f)
		wantsField(t, what, err, test.field)
	}
	made, err := directory.CreateEstablishment(c.paul, good)
	if err != nil || made != good.UAI {
		t.Fatal(made, err)
	}
	o, err := directory.OverviewOf(c.paul, made)
	if err != nil || o.Name != good.Name || o.Kind != good.Kind || o.AcademyName != "Val-de-Seine" || o.Collectivity != "Val-de-Seine" || o.Address.Town != "Neuville" || o.Source != directory.FromHand {
		t.Errorf("%+v %v", o, err)
	}
	_, err = directory.CreateEstablishment(c.claire, directory.NewEstablishment{Virtual: true, Name: "Le mien", Academy: "Val-de-Seine"})
	wants(t, "a local administrator", err, access.Forbidden)
	_, err = directory.CreateEstablishment(c.paul, directory.NewEstablishment{Virtual: true, Name: "Ailleurs", Academy: "Nouvelle"})
	wants(t, "an advisor, in a new académie", err, access.Forbidden)
}

func TestVirtualEstablishments(t *testing.T) {
	c := newCast(t)
	var all []string
	for i := range 2 {
		made, err := directory.CreateEstablishment(c.marc, directory.NewEstablishment{Virtual: true, Name: fmt.Sprint("Réseau ", i), Academy: "Grand Ouest", Collectivity: "Région"})
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, made)
		o, err := directory.OverviewOf(c.marc, made)
		if err != nil || o.Kind != directory.Virtual || o.AcademyName != "Grand Ouest" || o.Academy != "grand-ouest" || o.Collectivity != "Région" {
			t.Errorf("%+v %v", o, err)
		}
	}
	if all[0] == all[1] || len(all[0]) != 8 {
		t.Errorf("%q", all)
	}
	if e := c.events()[0]; e.Action != "establishment.create" || e.Personal.Label != "Réseau 1" {
		t.Errorf("%+v", e)
	}
}

// What is refused leaves no académie behind.
func TestAcademyMadeWithItsEstablishment(t *testing.T) {
	c := newCast(t)
	_, err := directory.CreateEstablishment(c.marc, directory.NewEstablishment{UAI: balzac, Name: "Double", Kind: directory.College, Academy: "Fantôme"})
	wantsField(t, "taken", err, "uai")
	c.see(func(tx *data.Tx) error {
		if has, err := directory.Academies.Has(tx, "fantome"); has || err != nil {
			t.Error("an académie was left behind", err)
		}
		return nil
	})
}

func (c *cast) editSchool(s *access.Session, uai string, change func(*directory.EstablishmentForm)) error {
	o, err := directory.OverviewOf(s, uai)
	if err != nil {
		return err
	}
	f := directory.EstablishmentForm{Version: o.Version, Email: o.Email.Value(), Website: o.Website, Marker: o.Marker}
	change(&f)
	return directory.EditEstablishment(s, uai, f)
}

func TestEditEstablishment(t *testing.T) {
	c := newCast(t)
	for what, test := range map[string]struct {
		s      *access.Session
		field  string
		change func(*directory.EstablishmentForm)
	}{
		"e-mail":          {c.claire, "email", func(f *directory.EstablishmentForm) { f.Email = "lycee" }},
		"relative site":   {c.claire, "site", func(f *directory.EstablishmentForm) { f.Website = "lycee.example" }},
		"script as site":  {c.claire, "site", func(f *directory.EstablishmentForm) { f.Website = "javascript:alert(1)//x.example" }},
		"file as site":    {c.claire, "site", func(f *directory.EstablishmentForm) { f.Website = "file:///etc/passwd" }},
		"XiTi":            {c.paul, "xiti", func(f *directory.EstablishmentForm) { f.Marker = "12a" }},
		"no collectivité": {c.paul, "collectivite", func(f *directory.EstablishmentForm) { f.Collectivity = new("") }},
		"unknown head":    {c.paul, "chef", func(f *directory.EstablishmentForm) { f.Head = new("PZZ99999") }},
		"teacher as head": {c.paul, "chef", func(f *directory.EstablishmentForm) { f.Head = new(c.user("claire.moreau").ID) }},
	} {
		wantsField(t, what, c.editSchool(test.s, balzac, test.change), test.field)
	}
	if err := c.editSchool(c.claire, balzac, func(f *directory.EstablishmentForm) {
		f.Email, f.Website = "lycee@exemple.example", "https://lycee.example/accueil"
	}); err != nil {
		t.Fatal(err)
	}
	if err := c.editSchool(c.paul, balzac, func(f *directory.EstablishmentForm) { f.Marker = "123456" }); err != nil {
		t.Fatal(err)
	}
	if e := c.events()[0]; e.Action != "establishment.mark" || e.Severity != data.Attention {
		t.Errorf("%+v", e)
	}
	// A local administrator keeps the identifier as it is, and changes nothing of it.
	if err := c.editSchool(c.claire, balzac, func(f *directory.EstablishmentForm) { f.Website = "" }); err != nil {
		t.Error(err)
	}
	for what, change := range map[string]func(f *directory.EstablishmentForm){
		"XiTi":             func(f *directory.EstablishmentForm) { f.Marker = "" },
		"collectivité":     func(f *directory.EstablishmentForm) { f.Collectivity = new("Région") },
		"closing":          func(f *directory.EstablishmentForm) { f.Inactive = new(true) },
		"XiTi and website": func(f *directory.EstablishmentForm) { f.Marker, f.Website = "9", "https://lycee.example/" },
	} {
		wants(t, what, c.editSchool(c.claire, balzac, change), access.Forbidden)
	}
	if err := c.editSchool(c.paul, balzac, func(f *directory.EstablishmentForm) { f.Collectivity, f.Inactive = new("Région"), new(true) }); err != nil {
		t.Fatal(err)
	}
	o, err := directory.OverviewOf(c.claire, balzac)
	if err != nil || o.Marker != "123456" || o.Website != "" || o.Email.Value() != "lycee@exemple.example" || o.Collectivity != "Région" || !o.Inactive || !o.MayEdit || o.MayMark {
		t.Errorf("%+v %v", o, err)
	}
	if o, err = directory.OverviewOf(c.paul, balzac); err != nil || !o.MayEdit || !o.MayMark {
		t.Errorf("%v %v %v", o.MayEdit, o.MayMark, err)
	}
	if found, _, err := directory.FindEstablishments(c.sophie, "balzac", 5); err != nil || len(found) != 0 {
		t.Errorf("out of reach: %+v %v", found, err)
	}
}

// The e-mail keeps the value of the directory; one that the files misspell does
// not stop other fields.
func TestEmailOfAnEstablishment(t *testing.T) {
	c := newCast(t)
	if err := c.system.Do(preparing, func(tx *data.Tx) (data.Row, error) {
		e, err := directory.Establishments.Get(tx, balzac)
		e.Email = directory.Both{Federated: "ce.0759001"}
		if err != nil {
			return nil, err
		}
		return e, directory.Establishments.Put(tx, e)
	}); err != nil {
		t.Fatal(err)
	}
	email := func(value string) directory.Both {
		t.Helper()
		if err := c.editSchool(c.claire, balzac, func(f *directory.EstablishmentForm) {
			f.Website = "https://lycee.example/" + value
			if value != "" {
				f.Email = value
			}
		}); err != nil {
			t.Fatal(err)
		}
		o, err := directory.OverviewOf(c.claire, balzac)
		if err != nil {
			t.Fatal(err)
		}
		return o.Email
	}
	if got := email(""); got != (directory.Both{Federated: "ce.0759001"}) {
		t.Errorf("%+v", got)
	}
	if got := email("lycee@exemple.example"); got != (directory.Both{Federated: "ce.0759001", Mine: "lycee@exemple.example", Edited: true}) {
		t.Errorf("%+v", got)
	}
}

func TestHeadOfAnEstablishment(t *testing.T) {
	c := newCast(t)
	helene := someone(directory.Staff, "ROUSSEAU", "Hélène", balzac)
	helene.Attachments[0].Functions = []directory.Function{{Code: "DIR", Name: "DIRECTION", Discipline: "D0010", DisciplineName: "CHEF"}}
	c.put(helene)
	deputy := c.put(someone(directory.Staff, "ADAM", "Noé", balzac))
	direct := func(id string) directory.Overview {
		t.Helper()
		if err := c.editSchool(c.claire, balzac, func(f *directory.EstablishmentForm) { f.Head = new(id) }); err != nil {
			t.Fatal(err)
		}
		o, err := directory.OverviewOf(c.claire, balzac)
		if err != nil {
			t.Fatal(err)
		}
		return o
	}
	if o := direct(deputy.ID); o.HeadName != "ADAM Noé" || !o.HeadByHand {
		t.Errorf("%+v", o)
	}
	if o := direct(""); o.HeadName != "ROUSSEAU Hélène" || o.HeadByHand {
		t.Errorf("%+v", o)
	}
}

func TestOutdatedEstablishment(t *testing.T) {
	c := newCast(t)
	o, err := directory.OverviewOf(c.claire, balzac)
	if err != nil {
		t.Fatal(err)
	}
	if err := c.editSchool(c.paul, balzac, func(f *directory.EstablishmentForm) { f.Website = "https://lycee.example/" }); err != nil {
		t.Fatal(err)
	}
	err = directory.EditEstablishment(c.claire, balzac, directory.EstablishmentForm{Version: o.Version, Email: "lycee@exemple.example"})
	wants(t, "outdated", err, access.Stale)
	for _, words := range []string{"ADMIN paul.lefevre", "Site Internet", "https://lycee.example/"} {
		if err != nil && !strings.Contains(err.Error(), words) {
			t.Errorf("%q does not say %q", err, words)
		}
	}
}

// Counters follow every kind of change, and never drift from the rows.
func TestCountersAgainstBruteForce(t *testing.T) {
	c := newCast(t)
	all := c.crowd(120)
	check := func(after string) {
		t.Helper()
		for _, uai := range []string{balzac, colette} {
			o, err := directory.OverviewOf(c.marc, uai)
			if err != nil {
				t.Fatal(err)
			}
			tree, err := directory.TreeOf(c.marc, uai)
			if err != nil {
				t.Fatal(err)
			}
			deleted := 0
			for i, p := range directory.Profiles {
				want := directory.Activation{Profile: p}
				for _, u := range c.everyone(uai) {
					if u.Profile != p {
						continue
					}
					switch u.State() {
					case directory.Active:
						want.Active++
					case directory.Inactive:
						want.Inactive++
					case directory.Suspended:
						want.Suspended++
					case directory.Deleted:
						deleted++
						continue
					}
					if u.Email.Value() == "" {
						want.NoEmail++
					}
				}
				if o.Activation[i] != want || tree.Counts[p] != want.All() {
					t.Errorf("after %s, %s: %+v and %d, want %+v", after, uai, o.Activation[i], tree.Counts[p], want)
				}
			}
			if tree.Deleted != deleted {
				t.Errorf("after %s, %s: %d deleted, want %d", after, uai, tree.Deleted, deleted)
			}
		}
	}
	check("loading")
	for i, u := range all[:60] {
		at := directory.UAIOf(u.Attachments[0].At)
		switch {
		case u.State() == directory.Deleted:
			u.DeletedAt = time.Time{}
			c.put(u)
		case i%5 == 0 && u.State() != directory.Suspended:
			if err := directory.Suspend(c.marc, u.ID, ""); err != nil {
				t.Fatal(err)
			}
		case u.State() == directory.Suspended:
			if err := directory.Reactivate(c.marc, u.ID); err != nil {
				t.Fatal(err)
			}
		case i%5 == 1:
			c.remove(u)
		case i%5 == 2 && u.Profile != directory.Guest:
			c.edit(c.marc, at, u.ID, func(f *directory.UserForm) { f.Email = map[bool]string{true: "nouveau@exemple.example"}[f.Email == ""] })
		case i%5 == 3:
			u.Attachments = directory.Attachments{{At: placeOf(colette), Main: true}}
			c.put(u)
		default:
			c.activate(u.ID)
		}
		if i%10 == 0 {
			check(fmt.Sprint(i))
		}
	}
	c.newcomer("Nouvelle", "Anne")
	check("all")
	c.pass(directory.Retention + time.Second)
	if err := directory.PurgeDeleted(c.system); err != nil {
		t.Fatal(err)
	}
	check("the purge")
}

func TestChangeEstablishment(t *testing.T) {
	c := newCast(t)
	for i, name := range []string{"Lycée Saint-Exupéry", "École élémentaire de l’Étang", "Collège Émile-Zola"} {
		if _, err := directory.CreateEstablishment(c.marc, directory.NewEstablishment{UAI: uai(fmt.Sprint("075902", i)), Name: name, Kind: directory.OtherKind, Academy: "Val-de-Seine", Town: "Bourg-Saint-Jean"}); err != nil {
			t.Fatal(err)
		}
	}
	find := func(s *access.Session, text string) (names []string) {
		t.Helper()
		found, total, err := directory.FindEstablishments(s, text, 10)
		if err != nil || total != len(found) {
			t.Fatal(total, err)
		}
		for _, card := range found {
			names = append(names, card.Name)
		}
		return names
	}
	for text, want := range map[string][]string{
		"":            {"Collège Colette", "Collège Émile-Zola", "École élémentaire de l’Étang", "Lycée Honoré de Balzac", "Lycée Saint-Exupéry"},
		"exup":        {"Lycée Saint-Exupéry"},
		"EXUPERY":     {"Lycée Saint-Exupéry"},
		"upéry":       {"Lycée Saint-Exupéry"},
		"saint-ex":    {"Lycée Saint-Exupéry"},
		"l'étang":     {"École élémentaire de l’Étang"},
		"zola bourg":  {"Collège Émile-Zola"},
		"st eloi":     nil,
		"éloi":        {"Lycée Honoré de Balzac"},
		balzac[2:5]:   nil,
		colette:       {"Collège Colette"},
		"0759002":     {"Collège Colette"},
		"aiguilles":   nil,
		"bourg saint": {"Collège Émile-Zola", "École élémentaire de l’Étang", "Lycée Saint-Exupéry"},
	} {
		got := find(c.paul, text)
		if text == balzac[2:5] {
			if len(got) != 5 {
				t.Errorf("part of the UAI: %q", got)
			}
			continue
		}
		if !slices.Equal(got, want) {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
	if got := find(c.claire, ""); !slices.Equal(got, []string{"Lycée Honoré de Balzac"}) {
		t.Errorf("a local administrator: %q", got)
	}
	if got := find(c.marc, "aiguilles"); len(got) != 1 {
		t.Errorf("everywhere: %q", got)
	}
	for _, uai := range []string{balzac, colette, balzac} {
		if err := directory.Opened(c.paul, uai); err != nil {
			t.Fatal(err)
		}
	}
	if got := find(c.paul, ""); got[0] != "Lycée Honoré de Balzac" || got[1] != "Collège Colette" || len(got) != 5 {
		t.Errorf("recent first: %q", got)
	}
	if found, total, err := directory.FindEstablishments(c.paul, "", 2); err != nil || len(found) != 2 || total != 5 {
		t.Error(found, total, err)
	}
	if recent, err := directory.RecentOf(c.claire); err != nil || len(recent) != 0 {
		t.Errorf("another one's: %q %v", recent, err)
	}
	// What one opened and no longer administers is not proposed.
	if err := directory.Opened(c.claire, colette); err != nil {
		t.Fatal(err)
	}
	if recent, err := directory.RecentOf(c.claire); err != nil || len(recent) != 0 {
		t.Errorf("%q %v", recent, err)
	}
}
