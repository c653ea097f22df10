package directory_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"preau/app/access"
	"preau/app/directory"
)

// causes are the first words of what stops or limits somebody, in order.
func (c *cast) causes(uai, id string) (all []string) {
	c.t.Helper()
	_, found, err := directory.Diagnose(c.marc, uai, id)
	if err != nil {
		c.t.Fatal(err)
	}
	for _, cause := range found {
		if cause.Mend == "" {
			c.t.Errorf("nothing mends %q", cause.Says)
		}
		words := strings.Fields(cause.Says)
		all = append(all, fmt.Sprint(map[bool]string{true: "!", false: ""}[cause.Stops], strings.Join(words[:2], " ")))
	}
	return all
}

func TestDiagnosis(t *testing.T) {
	c := newCast(t)
	mailed := func(u directory.User) directory.User {
		u.Email.Federated = "courriel@exemple.example"
		return u
	}
	active := func(u directory.User) directory.User {
		u.ActivatedAt = firstDay
		return u
	}
	anne := active(mailed(someone(directory.Relative, "MARTIN", "Anne", balzac)))
	anne.Postal = directory.Address{Lines: []string{"1 rue Haute"}, PostalCode: "99100", Town: "Saint-Éloi"}
	anne = c.put(anne)
	lucas := active(mailed(aPupil("MARTIN", "Lucas", "2010-03-14", "3A", "3e", balzac)))
	lucas.Links = []directory.Link{{Relative: anne.ID, Name: anne.Label(), Kind: "Mère"}}
	lucas = c.put(lucas)
	abroad := active(mailed(someone(directory.Relative, "WEBER", "Karl", balzac)))
	abroad.Postal = directory.Address{PostalCode: "10115", Town: "Berlin", Country: "ALLEMAGNE"}
	suspended := active(aTeacher("FAURE", "Julie", balzac))
	suspended.SuspendedAt = firstDay
	for what, test := range map[string]struct {
		u    directory.User
		want []string
	}{
		"nothing wrong":           {lucas, nil},
		"relative of a pupil":     {anne, nil},
		"never connected":         {c.put(mailed(aTeacher("PETIT", "Luc", balzac))), []string{"!La personne"}},
		"without e-mail":          {c.put(active(aTeacher("ROCHE", "Léa", balzac))), []string{"Aucune adresse"}},
		"suspended, no e-mail":    {c.put(suspended), []string{"!Le compte", "Aucune adresse"}},
		"deleted":                 {c.remove(c.put(aTeacher("MASSON", "Léon", balzac))), []string{"!Le compte"}},
		"no class nor relative":   {c.put(active(mailed(aPupil("BLANC", "Ève", "", "", "", balzac)))), []string{"L’élève n’a", "Aucun responsable"}},
		"abroad, without a child": {c.put(abroad), []string{"!Parent sans", "L’adresse est"}},
	} {
		if got := c.causes(balzac, test.u.ID); !slices.Equal(got, test.want) {
			t.Errorf("%s: %q, want %q", what, got, test.want)
		}
	}
	twin := active(mailed(aTeacher("ROCHE", "Lea", balzac)))
	twin.Login.Federated = "lea.roche2"
	twin = c.put(twin)
	if got := c.causes(balzac, twin.ID); !slices.Equal(got, []string{"Homonyme probable"}) {
		t.Errorf("homonym: %q", got)
	}
}

func TestHomonymsOfSomebody(t *testing.T) {
	c := newCast(t)
	n := 0
	make := func(p directory.Profile, last, first, birth, mail string, uais ...string) directory.User {
		u := someone(p, last, first, uais...)
		n++
		u.Birth, u.Email.Federated, u.Login.Federated = directory.Date(birth), mail, fmt.Sprint("h", n)
		return c.put(u)
	}
	const born = "1980-05-02"
	lea := make(directory.Teacher, "LEFÈVRE", "Léa", born, "lea@exemple.example", balzac)
	want := []directory.User{
		make(directory.Teacher, "Lefevre", "Lea", born, "LEA@exemple.example", balzac), // 100
		make(directory.Teacher, "LEA", "Lefèvre", born, "", balzac),                    // 90, swapped
		make(directory.Teacher, "LEFEBVRE", "Léa", born, "", balzac),                   // 75
		make(directory.Teacher, "LEFEBVRE", "Léo", born, "", balzac),                   // 60
		make(directory.Teacher, "LEFEVRE", "LÉA", "1975-01-01", "", balzac),            // 60
		make(directory.Teacher, "LEFEVRE", "LEA", "", "", colette),                     // 60, elsewhere
	}
	make(directory.Teacher, "LEFEBVRE", "Léa", "1975-01-01", "", balzac)             // 45: two people
	make(directory.Teacher, "LEFEBVRES", "Léon", born, "", balzac)                   // too far
	make(directory.Student, "LEFÈVRE", "Léa", born, "", balzac)                      // another profile
	c.remove(make(directory.Teacher, "LEFÈVRE", "Léa", born, "", balzac))            // deleted
	make(directory.Teacher, "LEFÈVRE", "Léa", born, "lea@exemple.example", savoie)   // out of the advisor's reach
	make(directory.Teacher, "LEFEBVRE", "Léa", born, "lea@exemple.example", colette) // nearly the same, elsewhere
	c.indexed()
	found := func(s *access.Session) (ids []string) {
		t.Helper()
		twins, err := directory.Homonyms(s, balzac, lea.ID)
		if err != nil {
			t.Fatal(err)
		}
		for _, twin := range twins {
			ids = append(ids, twin.ID)
		}
		return ids
	}
	all := keep(want, func(directory.User) bool { return true })
	sorted := func(ids []string) []string { ids = slices.Clone(ids); slices.Sort(ids); return ids }
	if got := found(c.paul); !slices.Equal(sorted(got), sorted(all)) || !slices.Equal(got[:3], all[:3]) {
		t.Errorf("%q, want %q", got, all)
	}
	if got := found(c.claire); !slices.Equal(sorted(got), sorted(all[:5])) {
		t.Errorf("of one establishment: %q, want %q", got, all[:5])
	}
}

// The pairs of an establishment are those that brute force finds.
func TestHomonymsOfProfiles(t *testing.T) {
	c := newCast(t)
	c.crowd(200)
	var pairs []string
	for _, profile := range directory.Profiles {
		got, err := directory.HomonymsOf(c.claire, balzac, profile)
		if err != nil {
			t.Fatal(err)
		}
		for i, p := range got {
			if p.One.Profile != profile || p.Other.Profile != profile || i > 0 && got[i-1].One.Score < p.One.Score {
				t.Errorf("%+v", p)
			}
			pairs = append(pairs, p.One.ID+" "+p.Other.ID, p.Other.ID+" "+p.One.ID)
		}
	}
	var want []string
	for _, u := range c.everyone(balzac) {
		if u.State() == directory.Deleted {
			continue
		}
		twins, err := directory.Homonyms(c.claire, balzac, u.ID)
		if err != nil {
			t.Fatal(err)
		}
		for _, twin := range twins {
			want = append(want, u.ID+" "+twin.ID)
		}
	}
	slices.Sort(pairs)
	slices.Sort(want)
	if !slices.Equal(pairs, want) || len(want) < 10 {
		t.Errorf("%d and %d", len(pairs), len(want))
	}
}

func TestCreateGuest(t *testing.T) {
	c := newCast(t)
	for what, test := range map[string]struct {
		field string
		f     directory.GuestForm
	}{
		"no name":       {"nom", directory.GuestForm{FirstName: "B", Email: "a@exemple.example", Birth: "01/01/1980"}},
		"no first name": {"prenom", directory.GuestForm{LastName: "A", Email: "a@exemple.example", Birth: "01/01/1980"}},
		"no e-mail":     {"email", directory.GuestForm{LastName: "A", FirstName: "B", Birth: "01/01/1980"}},
		"wrong e-mail":  {"email", directory.GuestForm{LastName: "A", FirstName: "B", Email: "a@b", Birth: "01/01/1980"}},
		"no birth date": {"naissance", directory.GuestForm{LastName: "A", FirstName: "B", Email: "a@exemple.example"}},
		"wrong date":    {"naissance", directory.GuestForm{LastName: "A", FirstName: "B", Email: "a@exemple.example", Birth: "31/04/1980"}},
	} {
		_, err := directory.CreateGuest(c.claire, balzac, test.f)
		wantsField(t, what, err, test.field)
	}
	f := directory.GuestForm{LastName: "d’Arc", FirstName: "Jeanne", Email: "jeanne@exemple.example", Birth: "06/01/1982"}
	id, err := directory.CreateGuest(c.claire, balzac, f)
	if err != nil {
		t.Fatal(err)
	}
	u := c.read(id)
	if u.Label() != "D’ARC Jeanne" || u.Birth != "1982-01-06" || u.Login.Value() != "jeanne.darc" || u.State() != directory.Inactive || u.Profile != directory.Guest || u.Source != directory.FromHand || !slices.Equal(u.Places(), placesOf(balzac)) {
		t.Errorf("%+v", u)
	}
	twins, err := directory.Lookalikes(c.claire, balzac, directory.GuestForm{LastName: "Darc", FirstName: "jeanne", Birth: "06/01/1982"})
	if err != nil || len(twins.Here) != 1 || twins.Here[0].ID != id || len(twins.Away) != 0 {
		t.Errorf("%+v %v", twins, err)
	}
}
