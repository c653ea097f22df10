package directory_test

import (
	"strings"
	"testing"

	"preau/app/access"
	"preau/app/directory"
)

// newcomer makes a guest and returns the login that they were given.
func (c *cast) newcomer(last, first string) directory.User {
	c.t.Helper()
	id, err := directory.CreateGuest(c.marc, balzac, directory.GuestForm{LastName: last, FirstName: first, Email: "essai@exemple.example", Birth: "02/05/1980"})
	if err != nil {
		c.t.Fatal(err)
	}
	return c.read(id)
}

func TestLogins(t *testing.T) {
	c := newCast(t)
	long := strings.Repeat("abcde", 8)
	for _, test := range []struct{ first, last, want string }{
		{"Lucas", "Martin", "lucas.martin"},
		{"Éloïse", "Guérin-Lefèvre", "eloise.guerinlefevre"},
		{"Anne-Sophie", "de La Tour d’Auvergne", "annesophie.delatourdauvergne"},
		{"Maël", "N'Guessan", "mael.nguessan"},
		{"Cœur", "Bœuf", "coeur.boeuf"},
		{"Lætitia", "Æsop", "laetitia.aesop"},
		{"Łukasz", "Wałęsa", "lukasz.walesa"},
		{"Søren", "Straße", "soren.strasse"},
		{"Jean 2", "Dupond3", "jean2.dupond3"},
		{long, long, long[:30] + "." + long[:30]},
		{"Œ" + long, "Z", "oe" + long[:28] + ".z"},
		{"Ad-min", "Petit", "a.petit"},
		{"Administrateur", "Petit", "administrateur.petit"},
		{"?", "Solo", "solo"},
		{"Юлия", "Иванова", "compte"},
		{"Юлия", "Петрова", "compte2"},
	} {
		if got := c.newcomer(test.last, test.first).Login.Value(); got != test.want {
			t.Errorf("%s %s: %q, want %q", test.first, test.last, got, test.want)
		}
	}
}

// A part is cut to 30 letters before its homonyms are numbered; a login stays
// taken by whoever has it anywhere, deleted but kept included.
func TestHomonymousLogins(t *testing.T) {
	c := newCast(t)
	far := c.put(someone(directory.Staff, "BERNARD", "Zoé", savoie))
	c.remove(far)
	if got := c.newcomer("Bernard", "Zoé").Login.Value(); got != "zoe.bernard2" {
		t.Errorf("after a deleted homonym of another académie: %q", got)
	}
	if got := c.newcomer("BERNARD", "ZOE").Login.Value(); got != "zoe.bernard3" {
		t.Errorf("after two: %q", got)
	}
	if got := c.newcomer("Dubois", "Marc").Login.Value(); got != "marc.dubois2" {
		t.Errorf("after an administrator who is nobody in the directory: %q", got)
	}
	// One who leaves a login frees it.
	c.edit(c.marc, balzac, c.user("zoe.bernard2").ID, func(f *directory.UserForm) { f.Login = "zoe" })
	if got := c.newcomer("Bernard", "Zoé").Login.Value(); got != "zoe.bernard2" {
		t.Errorf("after one changed: %q", got)
	}
}

func TestLoginsThatPeopleType(t *testing.T) {
	c := newCast(t)
	lea := c.put(aTeacher("ROCHE", "Léa", balzac))
	c.remove(c.put(someone(directory.Staff, "BERNARD", "Zoé", savoie)))
	for _, login := range []string{"", "léa.roche", "Lea.Roche", "lea roche", ".lea", "lea.", "lea..roche", "lea@roche", "admin.lea", "lea\x00roche",
		strings.Repeat("a", 62), "zoe.bernard", "marc.dubois", "claire.moreau", "lea/roche", "../lea"} {
		err := c.tryEdit(c.claire, balzac, lea.ID, func(f *directory.UserForm) { f.Login = login })
		wantsField(t, login, err, "login")
	}
	for _, login := range []string{"lea", "lea.roche-durand", "l_roche", "admin", "administration.lea", "2lea", strings.Repeat("a", 61), "lea.roche"} {
		if got := c.edit(c.claire, balzac, lea.ID, func(f *directory.UserForm) { f.Login = login }); got.Login.Value() != login {
			t.Errorf("%q: %q", login, got.Login.Value())
		}
	}
	if got := c.read(lea.ID).Login; got.Edited {
		t.Errorf("the login of the directory, given again, is still an edit: %+v", got)
	}
}

// Two people may not take the same login at once: the second form is refused.
func TestLoginTakenMeanwhile(t *testing.T) {
	c := newCast(t)
	lea, leo := c.put(aTeacher("ROCHE", "Léa", balzac)), c.put(aTeacher("ROCHE", "Léo", balzac))
	c.edit(c.claire, balzac, lea.ID, func(f *directory.UserForm) { f.Login = "roche" })
	wantsField(t, "taken meanwhile", c.tryEdit(c.claire, balzac, leo.ID, func(f *directory.UserForm) { f.Login = "roche" }), "login")
	c.activate(lea.ID)
	c.signIn("roche")
	if _, err := c.SignIn(t.Context(), access.SignIn{Login: "lea.roche", Password: password}); err == nil {
		t.Error("the former login still signs in")
	}
}
