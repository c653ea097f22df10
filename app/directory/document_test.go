package directory_test

import (
	"slices"
	"testing"

	"preau/app/directory"
	"preau/data"
)

func placesOf(uais ...string) (all []data.Place) {
	for _, uai := range uais {
		all = append(all, placeOf(uai))
	}
	return all
}

func TestDates(t *testing.T) {
	for typed, want := range map[string]directory.Date{
		"14/03/2010": "2010-03-14", "2010-03-14": "2010-03-14", "29/02/2012": "2012-02-29",
		"29/02/2011": "", "14/3/2010": "", "14-03-2010": "", "03/14/2010": "", "": "", "14/03/10": "", "14/03/2010 ": "", "0000-00-00": "",
	} {
		got, ok := directory.ParseDate(typed)
		if got != want || ok != (want != "") {
			t.Errorf("%q: %q %v", typed, got, ok)
		}
	}
	if s := directory.Date("2010-03-14").String(); s != "14/03/2010" {
		t.Error(s)
	}
	if s := directory.Date("").String(); s != "" {
		t.Error(s)
	}
}

func TestBothValuesOfAField(t *testing.T) {
	b := directory.Both{Federated: "f"}
	for i, test := range []struct {
		got   directory.Both
		value string
		want  directory.Both
	}{
		{b, "f", directory.Both{Federated: "f"}},
		{b.Edit("m"), "m", directory.Both{Federated: "f", Mine: "m", Edited: true}},
		{b.Edit(""), "", directory.Both{Federated: "f", Edited: true}},
		{b.Edit("m").Edit("f"), "f", b},
		{b.Edit("m").Revert(), "f", b},
		{b.Edit("m").Receive("g"), "m", directory.Both{Federated: "g", Mine: "m", Edited: true}},
		{b.Edit("m").Receive("m"), "m", directory.Both{Federated: "m"}},
		{b.Receive("g"), "g", directory.Both{Federated: "g"}},
		{directory.Both{}.Edit(""), "", directory.Both{}},
	} {
		if test.got != test.want || test.got.Value() != test.value || test.got.String() != test.value {
			t.Errorf("%d: %+v", i, test.got)
		}
	}
}

func TestWordsOfTheScreens(t *testing.T) {
	for _, p := range directory.Profiles {
		if p.One() == "" || p.Many() == "" || directory.ProfileAt(p.Path()) != p || p.Federated() == (p == directory.Guest) {
			t.Errorf("%s: %q %q %q", p, p.One(), p.Many(), p.Path())
		}
	}
	if p := directory.ProfileAt("suppressions"); p != "" {
		t.Error(p)
	}
	for _, s := range directory.States {
		if s.Label() == "" {
			t.Error(s)
		}
	}
	for _, k := range directory.Kinds {
		if k.Label() == "" {
			t.Error(k)
		}
	}
	for label, want := range map[string]string{"EDUCATION PHYSIQUE": "Education physique", "Lettres modernes": "Lettres modernes", "": "", "ÉTUDES": "Études"} {
		if got := directory.Sentence(label); got != want {
			t.Errorf("%q: %q", label, got)
		}
	}
}

// The main establishment comes first, whatever the order they were given in.
func TestMainEstablishmentComesFirst(t *testing.T) {
	c := newCast(t)
	u := aTeacher("FAURE", "Julie", balzac, colette)
	u.Attachments[0].Main, u.Attachments[1].Main = false, true
	if u = c.put(u); !slices.Equal(u.Places(), placesOf(colette, balzac)) {
		t.Errorf("%q", u.Places())
	}
}
