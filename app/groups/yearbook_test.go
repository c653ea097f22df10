package groups_test

import (
	"fmt"
	"strings"
	"testing"

	"preau/app/access"
	"preau/app/directory"
	"preau/app/groups"
	"preau/data"
)

// consulted are those that somebody sees in the directory of the ENT.
func consulted(t *testing.T, s *access.Session, l groups.Look) string {
	t.Helper()
	l.Size = 50
	y, err := groups.Consult(s, l)
	if err != nil {
		return err.Error()
	}
	return names(y.Page)
}

const (
	ofBalzac  = "MARTIN Anne, MARTIN Lucas, MOREAU Claire, N’GUESSAN DE LA FONTAINE Zoé, VASSEUR Luc"
	ofColette = "BENALI Nora, GIRARD Sophie, LEROY Hugo"
)

// TestYearbook: the crossing groups.yearbook shows to everybody the people of their
// own establishments, to the members of a shared group its members, and nobody else.
func TestYearbook(t *testing.T) {
	h := newHall(t)
	h.partner(hallBalzac, hallColette)
	for who, want := range map[*access.Session]string{
		h.lucas: ofBalzac, h.anne: ofBalzac, h.claire: ofBalzac, h.luc: ofBalzac, h.signIn("admin.claire.moreau"): ofBalzac,
		h.hugo: ofColette, h.sophie: ofColette, h.jeanne: "ROCHE Jeanne",
	} {
		if got := consulted(t, who, groups.Look{}); got != want {
			t.Errorf("%s, of partners without a group, sees %q, want %q", who.Name(), got, want)
		}
	}
	id := h.shared("Correspondants", side(hallBalzac, directory.Student), side(hallColette, directory.Teacher, directory.Student))
	h.fill(h.claire, hallBalzac, id, me(h.lucas))
	h.fill(h.sophie, hallColette, id, me(h.hugo), me(h.nora))
	for who, want := range map[*access.Session]string{
		h.lucas: "BENALI Nora, LEROY Hugo, " + ofBalzac, // in a group with them
		h.zoe:   ofBalzac, h.anne: ofBalzac, h.claire: ofBalzac, h.luc: ofBalzac, h.signIn("admin.claire.moreau"): ofBalzac,
		h.nora: ofColette + ", MARTIN Lucas", h.sophie: ofColette,
	} {
		if got := consulted(t, who, groups.Look{}); got != want {
			t.Errorf("%s sees %q, want %q", who.Name(), got, want)
		}
	}
	for _, s := range []*access.Session{h.marc, h.system} {
		if y, err := groups.Consult(s, everyone); err != nil || !y.Nobody || len(y.People)+len(y.Schools) > 0 {
			t.Errorf("who is nobody in the directory: %+v %v", y, err)
		}
	}
	y, err := groups.Consult(h.lucas, everyone)
	h.must(err)
	if said := fmt.Sprintf("%+v", y); strings.Contains(said, "2012") || strings.Contains(said, "1980") || strings.Contains(said, "@") || strings.Contains(said, "0639") || strings.Contains(said, "lucas.martin") {
		t.Error(said)
	}
	if one := y.People[3]; one.Name != "MARTIN Lucas" || one.Standing != "3A" || one.School.Name != "Lycée Honoré de Balzac" || y.People[4].Standing != "Lettres modernes" {
		t.Errorf("%+v", y.People)
	}
	h.open(id, side(hallColette))
	if got := consulted(t, h.lucas, groups.Look{}); got != ofBalzac {
		t.Errorf("once the group is closed to Colette, Lucas sees %q", got)
	}
	if got := consulted(t, h.nora, groups.Look{}); got != ofColette {
		t.Errorf("once the group is closed to Colette, Nora sees %q", got)
	}
}

// TestYearbookLooks: names are found by their first letters, filters narrow, and
// what is not one's own is not there.
func TestYearbookLooks(t *testing.T) {
	h := newHall(t)
	h.partner(hallBalzac, hallColette)
	id := h.shared("Correspondants", side(hallBalzac, directory.Student), side(hallColette, directory.Student))
	h.fill(h.claire, hallBalzac, id, me(h.lucas), me(h.zoe))
	h.fill(h.sophie, hallColette, id, me(h.hugo))
	chess := h.local(h.claire, hallBalzac, "", "Échecs", me(h.lucas), me(h.claire))
	hidden := h.local(h.claire, hallBalzac, "", "Sans lui", me(h.zoe))
	for _, c := range []struct {
		look groups.Look
		want string
	}{
		{groups.Look{Text: "m"}, "MARTIN Anne, MARTIN Lucas, MOREAU Claire"},
		{groups.Look{Text: "LÚ"}, "MARTIN Lucas, VASSEUR Luc"},
		{groups.Look{Text: "zoe n'gue"}, "N’GUESSAN DE LA FONTAINE Zoé"},
		{groups.Look{Text: "lafontaine"}, "N’GUESSAN DE LA FONTAINE Zoé"},
		{groups.Look{Text: "nguessan"}, "N’GUESSAN DE LA FONTAINE Zoé"},
		{groups.Look{Text: "l"}, "LEROY Hugo, MARTIN Lucas, VASSEUR Luc, N’GUESSAN DE LA FONTAINE Zoé"},
		{groups.Look{Text: "artin"}, ""},
		{groups.Look{Text: "benali"}, ""},
		{groups.Look{Profile: directory.Guest}, "VASSEUR Luc"},
		{groups.Look{School: hallColette}, "LEROY Hugo"},
		{groups.Look{School: hallBalzac, Profile: directory.Student}, "MARTIN Lucas, N’GUESSAN DE LA FONTAINE Zoé"},
		{groups.Look{Group: chess}, "MARTIN Lucas, MOREAU Claire"},
		{groups.Look{Group: id, School: hallColette, Text: "hu"}, "LEROY Hugo"},
		{groups.Look{School: hallSavoie}, data.ErrNotFound.Error()},
		{groups.Look{Group: hidden}, data.ErrNotFound.Error()},
	} {
		got := consulted(t, h.lucas, c.look)
		if c.want == data.ErrNotFound.Error() {
			if _, err := groups.Consult(h.lucas, c.look); access.KindOf(err) != access.Missing {
				t.Errorf("%+v: %v", c.look, err)
			}
		} else if got != c.want {
			t.Errorf("%+v: %q, want %q", c.look, got, c.want)
		}
	}
	h.do(func(tx *data.Tx) (data.Row, error) {
		u, err := directory.Users.Get(tx, h.hugo.Account.ID)
		if err != nil {
			return nil, err
		}
		u.DeletedAt = tx.Now
		return u, directory.Users.Put(tx, u)
	})
	if got := consulted(t, h.lucas, groups.Look{School: hallBalzac, Text: "le"}); got != "" {
		t.Error(got)
	}
	if got := consulted(t, h.lucas, groups.Look{Group: id}); got != "MARTIN Lucas, N’GUESSAN DE LA FONTAINE Zoé" {
		t.Errorf("somebody deleted is shown: %q", got)
	}
}
