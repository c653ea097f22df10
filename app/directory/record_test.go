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

// Every operation answers alike for what is elsewhere and for what is nowhere.
func TestOutOfReachIsNowhere(t *testing.T) {
	c := newCast(t)
	u := c.put(aTeacher("FAURE", "Julie", balzac))
	local := c.put(aTeacher("PETIT", "Luc", colette))
	operations := map[string]func(s *access.Session, uai, id string) error{
		"record":    func(s *access.Session, uai, id string) error { _, err := directory.RecordOf(s, uai, id); return err },
		"diagnosis": func(s *access.Session, uai, id string) error { _, _, err := directory.Diagnose(s, uai, id); return err },
		"history":   func(s *access.Session, uai, id string) error { _, err := directory.History(s, uai, id, 5); return err },
		"homonyms":  func(s *access.Session, uai, id string) error { _, err := directory.Homonyms(s, uai, id); return err },
		"edit": func(s *access.Session, uai, id string) error {
			return directory.EditUser(s, uai, id, form(u))
		},
		"grant": func(s *access.Session, uai, id string) error {
			f := form(u)
			f.Admin = new(true)
			return directory.EditUser(s, uai, id, f)
		},
		"withdraw": func(s *access.Session, uai, id string) error { return directory.WithdrawLocalAdmin(s, uai, id, true) },
		"detach":   func(s *access.Session, uai, id string) error { return directory.DetachGuest(s, uai, id) },
		"restore":  func(s *access.Session, uai, id string) error { return directory.RestoreGuest(s, uai, id) },
		"merge": func(s *access.Session, uai, id string) error {
			return directory.MergeGuests(s, uai, local.ID, id, stays)
		},
		"distinguish": func(s *access.Session, uai, id string) error {
			return directory.Distinguish(s, uai, id, local.ID)
		},
		"pair": func(s *access.Session, uai, id string) error {
			_, err := directory.PairAt(s, uai, local.ID, id)
			return err
		},
	}
	alone := map[string]func(s *access.Session, uai, id string) error{
		"suspend":    func(s *access.Session, _, id string) error { return directory.Suspend(s, id, "") },
		"reactivate": func(s *access.Session, _, id string) error { return directory.Reactivate(s, id) },
		"revert":     func(s *access.Session, _, id string) error { return directory.RevertField(s, id, "email") },
		"overview":   func(s *access.Session, uai, _ string) error { _, err := directory.OverviewOf(s, uai); return err },
		"tree":       func(s *access.Session, uai, _ string) error { _, err := directory.TreeOf(s, uai); return err },
		"choices":    func(s *access.Session, uai, _ string) error { _, err := directory.ChoicesOf(s, uai); return err },
		"people": func(s *access.Session, uai, _ string) error {
			_, err := directory.People(s, uai, directory.Filter{Profile: directory.Teacher}, "", false, 5)
			return err
		},
		"type-ahead": func(s *access.Session, uai, _ string) error {
			_, err := directory.TypeAhead(s, directory.Look{UAI: uai, Text: "f"})
			return err
		},
		"journal": func(s *access.Session, uai, _ string) error { _, _, err := directory.Journal(s, uai, 0, 5); return err },
		"journal after": func(s *access.Session, uai, _ string) error {
			_, err := directory.JournalAfter(s, uai, 0, 5)
			return err
		},
		"groups": func(s *access.Session, uai, _ string) error { _, err := directory.AutomaticGroups(s, uai); return err },
		"branch": func(s *access.Session, uai, _ string) error {
			_, _, err := directory.Branch(s, uai, "teacher", 0)
			return err
		},
		"chosen": func(s *access.Session, uai, _ string) error {
			_, err := directory.Chosen(s, uai, directory.Selection{Filter: directory.Filter{Profile: directory.Teacher}})
			return err
		},
		"lookalikes": func(s *access.Session, uai, _ string) error {
			_, err := directory.Lookalikes(s, uai, directory.GuestForm{LastName: "A"})
			return err
		},
		"guest": func(s *access.Session, uai, _ string) error {
			_, err := directory.CreateGuest(s, uai, directory.GuestForm{LastName: "A", FirstName: "B", Email: "a@exemple.example", Birth: "01/01/1980"})
			return err
		},
		"added guest": func(s *access.Session, uai, _ string) error {
			_, err := directory.AddGuest(s, uai, luc, "")
			return err
		},
		"proposed guest": func(s *access.Session, uai, _ string) error {
			_, err := directory.ProposeGuest(s, uai, luc, "", "")
			return err
		},
		"attached guest": func(s *access.Session, uai, id string) error { return directory.AttachGuest(s, uai, id, luc) },
		"pairs of a profile": func(s *access.Session, uai, _ string) error {
			_, err := directory.HomonymsOf(s, uai, directory.Guest)
			return err
		},
		"merges": func(s *access.Session, uai, _ string) error { _, err := directory.MergesOf(s, uai); return err },
		"undo":   func(s *access.Session, uai, id string) error { return directory.UndoMerge(s, uai, id, stays) },
		"guest files": func(s *access.Session, uai, _ string) error {
			_, err := directory.GuestImportsOf(s, uai)
			return err
		},
		"guest file": func(s *access.Session, uai, _ string) error {
			_, err := directory.ReadGuests(s, uai, "liste.csv", strings.NewReader(guestFile))
			return err
		},
		"establishment": func(s *access.Session, uai, _ string) error {
			return directory.EditEstablishment(s, uai, directory.EstablishmentForm{Version: 1})
		},
		"place": func(s *access.Session, uai, _ string) error { _, err := directory.PlaceOfUAI(s, uai); return err },
	}
	same := func(what string, err, nowhere error) {
		t.Helper()
		wants(t, what, err, access.Missing)
		if err != nil && nowhere != nil && err.Error() != nowhere.Error() {
			t.Errorf("%s: %q, and for what is nowhere %q", what, err, nowhere)
		}
	}
	nobody, gone := "PZZ99999", uai("0759998")
	stranger := c.put(aTeacher("SEUL", "Anne", balzac))
	c.activate(stranger.ID)
	for who, s := range map[string]*access.Session{"local administrator": c.sophie, "administrator of nothing": c.signIn("anne.seul")} {
		for what, try := range operations {
			same(who+", "+what, try(s, balzac, u.ID), try(s, gone, nobody))
			if who == "local administrator" {
				same(who+", through one's own establishment, "+what, try(s, colette, u.ID), try(s, colette, nobody))
			}
		}
		for what, try := range alone {
			same(who+", "+what, try(s, balzac, u.ID), try(s, gone, nobody))
		}
	}
	for what, try := range operations {
		same("advisor, through an establishment where the person is not, "+what, try(c.paul, colette, u.ID), try(c.paul, colette, nobody))
	}
	if got := c.read(u.ID); got.Version != u.Version || c.read(local.ID).Version != local.Version {
		t.Error("something changed")
	}
}

func TestAcademicRolesReachTheirAcademy(t *testing.T) {
	c := newCast(t)
	a, b := c.put(aTeacher("FAURE", "Julie", balzac)), c.put(aTeacher("PETIT", "Luc", savoie))
	support := c.administrator("nadia.benali", access.AcademySupport, "val-de-seine")
	for who, s := range map[string]*access.Session{"advisor": c.paul, "support": support} {
		if _, err := directory.RecordOf(s, balzac, a.ID); err != nil {
			t.Errorf("%s: %v", who, err)
		}
		_, err := directory.RecordOf(s, savoie, b.ID)
		wants(t, who, err, access.Missing)
		wants(t, who, directory.Suspend(s, b.ID, ""), access.Missing)
	}
	for _, u := range []directory.User{a, b} {
		if err := directory.Suspend(c.marc, u.ID, ""); err != nil {
			t.Error(err)
		}
	}
}

// Somebody of two grants has each one's powers where it was given only.
func TestMixedGrants(t *testing.T) {
	c := newCast(t)
	u := c.put(aTeacher("MASSON", "Léon", balzac))
	c.makeAdmin(u.ID, balzac)
	c.grant(u.ID, access.AcademySupport, "mont-blanc")
	c.activate(u.ID)
	leon := c.signIn("leon.masson")
	mark := func(uai, marker string) error {
		o, err := directory.OverviewOf(leon, uai)
		if err != nil {
			return err
		}
		return directory.EditEstablishment(leon, uai, directory.EstablishmentForm{Version: o.Version, Marker: marker})
	}
	wants(t, "XiTi of Balzac", mark(balzac, "12"), access.Forbidden)
	wants(t, "Colette", mark(colette, "12"), access.Missing)
	if err := mark(savoie, "12"); err != nil {
		t.Error(err)
	}
	_, err := directory.CreateEstablishment(leon, directory.NewEstablishment{Virtual: true, Name: "Test", Academy: "Val-de-Seine"})
	wants(t, "creating in the other académie", err, access.Forbidden)
	if _, err := directory.CreateEstablishment(leon, directory.NewEstablishment{Virtual: true, Name: "Test", Academy: "Mont-Blanc"}); err != nil {
		t.Error(err)
	}
}

func TestPersonOfTwoSchools(t *testing.T) {
	c := newCast(t)
	lucas := aPupil("MARTIN", "Lucas", "2010-03-14", "3A", "3e", balzac, colette)
	lucas.Attachments[1].Classes, lucas.Attachments[1].Groups = []string{"RELAIS"}, []string{"RG1"}
	anne, paul := someone(directory.Relative, "MARTIN", "Anne", balzac, colette), someone(directory.Relative, "DURAND", "Paul", savoie)
	anne, paul = c.put(anne), c.put(paul)
	lucas.Links = []directory.Link{{Relative: anne.ID, Name: "MARTIN Anne", Kind: "Mère", Legal: true}, {Relative: paul.ID, Name: "DURAND Paul", Kind: "Père"}, {Name: "LEROY Jo", Kind: "Autre"}}
	lucas = c.put(lucas)
	emma := aPupil("MARTIN", "Emma", "2012-07-01", "6B", "6e", colette)
	emma.Links = []directory.Link{{Relative: anne.ID, Name: "MARTIN Anne", Kind: "Mère", Legal: true}}
	c.put(emma)

	r, err := directory.RecordOf(c.claire, balzac, lucas.ID)
	if err != nil || r.Elsewhere != 1 || len(r.Schools) != 1 || r.Schools[0].UAI != balzac {
		t.Fatalf("%+v %v", r, err)
	}
	if len(r.Relatives) != 3 || r.Relatives[0].Person == nil || r.Relatives[1].Person != nil || r.Relatives[1].Name != "DURAND Paul" || r.Relatives[2].Person != nil {
		t.Errorf("relatives: %+v", r.Relatives)
	}
	for _, g := range r.Groups {
		if strings.Contains(g.Key+g.Label, "RELAIS") || strings.Contains(g.Key, "RG1") {
			t.Errorf("a group of the other school: %+v", g)
		}
	}
	if _, err := directory.RecordOf(c.claire, colette, lucas.ID); access.KindOf(err) != access.Missing {
		t.Errorf("through the other school: %v", err)
	}
	if r, err = directory.RecordOf(c.claire, balzac, anne.ID); err != nil || len(r.Children) != 1 || r.Children[0].Person.FirstName != "Lucas" || r.Elsewhere != 1 {
		t.Errorf("children: %+v %v", r.Children, err)
	}
	if r, err = directory.RecordOf(c.paul, colette, anne.ID); err != nil || len(r.Children) != 2 || r.Elsewhere != 0 || len(r.Schools) != 2 {
		t.Errorf("for the académie: %+v %v", r, err)
	}
	c.indexed()
	for who, s := range map[string]*access.Session{"Balzac": c.claire, "Colette": c.sophie} {
		if found, err := directory.TypeAhead(s, directory.Look{Text: "relais"}); err != nil || found.Total != 0 {
			t.Errorf("%s finds by the class of one school a person of two: %+v %v", who, found, err)
		}
	}
}

func TestEventsOfAPersonOfTwoSchools(t *testing.T) {
	c := newCast(t)
	u := c.put(aTeacher("BLANC", "Hugo", balzac, colette))
	c.pass(time.Minute)
	c.edit(c.claire, balzac, u.ID, func(f *directory.UserForm) { f.Mobile, f.Editor = "0612345678", new(true) })
	c.pass(time.Minute)
	c.edit(c.claire, balzac, u.ID, func(f *directory.UserForm) { f.Admin = new(true) })
	told := func(s *access.Session, uai string) (all []string) {
		t.Helper()
		events, err := directory.History(s, uai, u.ID, 10)
		if err != nil {
			t.Fatal(err)
		}
		journal, _, err := directory.Journal(s, uai, 0, 10)
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range slices.Concat(events, journal) {
			for _, ch := range e.Changes {
				if e.Subject == u.ID && e.Action != "test.prepare" {
					all = append(all, ch.Field+"="+ch.After)
				}
			}
		}
		slices.Sort(all)
		return slices.Compact(all)
	}
	phone := "Téléphone portable=06 12 34 56 78"
	if got := told(c.sophie, colette); !slices.Equal(got, []string{phone}) {
		t.Errorf("Colette reads %q", got)
	}
	got := strings.Join(told(c.claire, balzac), "\n")
	for _, words := range []string{phone, "éditeur de page publique", access.LocalAdmin.Label()} {
		if !strings.Contains(got, words) {
			t.Errorf("Balzac reads %q, without %q", got, words)
		}
	}
	if strings.Contains(got, colette) {
		t.Errorf("Balzac reads of Colette: %q", got)
	}
}

// The declared state and the confirmed one of a link are both there.
func TestLinksOfARelative(t *testing.T) {
	c := newCast(t)
	anne := c.put(someone(directory.Relative, "MARTIN", "Anne", balzac))
	link := directory.Link{Relative: anne.ID, Name: "MARTIN Anne", Kind: "Mère", Legal: true, Contact: true}
	confirmed := link
	confirmed.Confirmed = c.now()
	lucas, emma := aPupil("MARTIN", "Lucas", "2010-03-14", "3A", "3e", balzac), aPupil("MARTIN", "Emma", "2012-07-01", "6B", "6e", balzac)
	lucas.Links, emma.Links = []directory.Link{confirmed}, []directory.Link{link}
	lucas, emma = c.put(lucas), c.put(emma)
	children := func() (all []string) {
		t.Helper()
		r, err := directory.RecordOf(c.claire, balzac, anne.ID)
		if err != nil {
			t.Fatal(err)
		}
		for _, k := range r.Children {
			all = append(all, fmt.Sprint(k.Person.FirstName, " ", k.Kind, " ", !k.Confirmed.IsZero()))
		}
		slices.Sort(all)
		return all
	}
	if got := children(); !slices.Equal(got, []string{"Emma Mère false", "Lucas Mère true"}) {
		t.Errorf("%q", got)
	}
	c.remove(emma)
	if got := children(); !slices.Equal(got, []string{"Lucas Mère true"}) {
		t.Errorf("after a deletion: %q", got)
	}
}

// The record of a deleted account is found through « Suppressions ».
func TestRecordsAreConsulted(t *testing.T) {
	c := newCast(t)
	u := c.put(aTeacher("FAURE", "Julie", balzac))
	for range 3 {
		if _, err := directory.RecordOf(c.claire, balzac, u.ID); err != nil {
			t.Fatal(err)
		}
	}
	if err := c.Flush(); err != nil {
		t.Fatal(err)
	}
	n := 0
	c.see(func(tx *data.Tx) error {
		for _, err := range access.Consultations.From(tx, u.ID+"/") {
			if err != nil {
				return err
			}
			n++
		}
		return nil
	})
	if n != 1 {
		t.Errorf("%d lines of consultation for one day of one administrator", n)
	}
}
