package groups_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"preau/app/access"
	"preau/app/directory"
	"preau/app/groups"
	"preau/data"
)

// opened makes a shared group of an establishment, open to profiles of another and
// to its own teachers.
func (c *cast) opened(s *access.Session, at, to, name string, profiles ...directory.Profile) (id string) {
	c.t.Helper()
	id, err := groups.Create(s, at, groups.RightsScreen, groups.NewGroup{Name: name})
	c.must(err)
	c.must(groups.Allow(s, at, id, true, groups.Opening{UAI: at, Profile: directory.Teacher}))
	for _, p := range profiles {
		c.must(groups.Allow(s, at, id, true, groups.Opening{UAI: to, Profile: p}))
	}
	_, err = groups.Save(s, at, groups.RightsScreen)
	c.must(err)
	return id
}

// puts adds elements to a shared group.
func (c *cast) puts(s *access.Session, at, id string, refs ...groups.Ref) {
	c.t.Helper()
	_, err := groups.Add(s, at, groups.PopulationScreen, id, refs, false)
	c.must(err)
	_, err = groups.Save(s, at, groups.PopulationScreen)
	c.must(err)
}

// group is a group as stored, with the elements of each establishment.
func (c *cast) group(id string) (g groups.Group, elements map[string]int) {
	c.t.Helper()
	elements = map[string]int{}
	c.see(func(tx *data.Tx) (err error) {
		for m, err := range groups.Memberships.From(tx, id+"/") {
			if err != nil {
				return err
			}
			elements[directory.UAIOf(m.At)]++
		}
		g, err = groups.Groups.Get(tx, id)
		return err
	})
	return g, elements
}

// TestWhatAnEndTakesAway: the groups of both are closed to the other, those of the
// « Corbeille » too, with the members that it had put; what is said before is what
// is done, and the groups shared with others stay as they are.
func TestWhatAnEndTakesAway(t *testing.T) {
	c := newCast(t)
	c.allied()
	c.must(only(groups.Request(c.claire, balzac, groups.Only(reseau))))
	c.must(only(groups.Accept(c.paul, reseau, groups.Every)))
	ours := c.opened(c.claire, balzac, colette, "Latin", directory.Teacher, directory.Student)
	theirs := c.opened(c.sophie, colette, balzac, "Rugby", directory.Student)
	trashed := c.opened(c.sophie, colette, balzac, "Ancien", directory.Teacher)
	other := c.opened(c.claire, balzac, reseau, "Ailleurs", directory.Student)
	c.puts(c.sophie, colette, ours, groups.Person(c.sophie.Account.ID), groups.Automatic("teacher"))
	c.puts(c.claire, balzac, ours, groups.Person(c.claire.Account.ID))
	c.puts(c.claire, balzac, theirs, groups.Person(c.lucas.Account.ID))
	c.puts(c.claire, balzac, trashed, groups.Person(c.claire.Account.ID))
	c.must(groups.Delete(c.sophie, colette, groups.RightsScreen, trashed))
	_, err := groups.Save(c.sophie, colette, groups.RightsScreen)
	c.must(err)

	stale, err := groups.EndingOf(c.claire, balzac, groups.Only(colette))
	c.must(err)
	if want := (groups.Toll{Groups: 3, Profiles: 4, Members: 4}); stale.Toll != want {
		t.Errorf("%+v, want %+v", stale.Toll, want)
	}
	c.puts(c.sophie, colette, theirs, groups.Person(c.sophie.Account.ID)) // her own side: nothing that ends
	if now, err := groups.EndingOf(c.claire, balzac, groups.Only(colette)); err != nil || now.Stamp != stale.Stamp {
		t.Error("what stays changes what is confirmed")
	}
	if _, err := groups.Add(c.claire, balzac, groups.PopulationScreen, theirs, []groups.Ref{groups.Automatic("student")}, false); err != nil {
		t.Fatal(err)
	}
	_, err = groups.Save(c.claire, balzac, groups.PopulationScreen)
	c.must(err)
	wants(t, "what was not shown", only(groups.End(c.claire, balzac, groups.Only(colette), stale.Stamp)), access.Stale)
	done, err := end(c.claire, balzac, groups.Only(colette))
	c.must(err)
	if want := (groups.Toll{Groups: 3, Profiles: 4, Members: 5}); done.Toll != want {
		t.Errorf("%+v, want %+v", done.Toll, want)
	}
	c.says("boris.vasseur", "Groupes multi-établissements concernés\u00a0: 3", "Profils fermés\u00a0: 4", "Membres retirés\u00a0: 5")

	for id, kept := range map[string]string{ours: "map[" + balzac + ":1]", theirs: "map[" + colette + ":1]", trashed: "map[]", other: "map[]"} {
		g, elements := c.group(id)
		sides := 1
		if id == other {
			sides = 2
		}
		if len(g.Sides) != sides || fmt.Sprint(elements) != kept {
			t.Errorf("%s: %+v, elements %v, want %s", g.Name, g.Sides, elements, kept)
		}
	}
	_, err = groups.Restore(c.sophie, colette, trashed, "")
	c.must(err)
	if g, _ := c.group(trashed); slices.Contains(g.Places(), placeOf(balzac)) {
		t.Error("the group of the « Corbeille » came back open")
	}
	c.wantNote(c.claire, balzac, "partnership.end", "3 groupes fermés, 4 profils, 5 membres retirés")
	c.wantNote(c.sophie, colette, "partnership.end", "3 groupes fermés, 4 profils, 5 membres retirés")
	c.wantNote(c.sophie, colette, "group.open", "fin d’un partenariat, 2 retraits")
}

// wantNote looks for an event of an establishment.
func (c *cast) wantNote(s *access.Session, uai, action, note string) {
	c.t.Helper()
	events, _, err := directory.Journal(s, uai, 0, 50)
	c.must(err)
	if !slices.ContainsFunc(events, func(e directory.Event) bool { return e.Action == action && e.Note == note }) {
		c.t.Errorf("%s: no %s with %q in %+v", uai, action, note, events)
	}
}

// TestEndAll: every partnership ends at once; a group that two of them share with
// us changes once.
func TestEndAll(t *testing.T) {
	c := newCast(t)
	c.allied()
	c.must(only(groups.Request(c.claire, balzac, groups.Only(reseau))))
	c.must(only(groups.Accept(c.paul, reseau, groups.Every)))
	id := c.opened(c.claire, balzac, colette, "Latin", directory.Teacher)
	c.must(groups.Allow(c.claire, balzac, id, true, groups.Opening{UAI: reseau, Profile: directory.Guest}))
	_, err := groups.Save(c.claire, balzac, groups.RightsScreen)
	c.must(err)
	c.puts(c.sophie, colette, id, groups.Person(c.sophie.Account.ID))
	version, _ := c.group(id)
	c.pass(time.Minute)
	e, err := end(c.claire, balzac, groups.Every)
	c.must(err)
	if want := (groups.Toll{Groups: 1, Profiles: 2, Members: 1}); e.Toll != want || len(e.Partners) != 2 {
		t.Errorf("%+v", e)
	}
	if g, _ := c.group(id); len(g.Sides) != 1 || g.Version != version.Version+1 {
		t.Errorf("%+v", g)
	}
	c.says("claire.moreau", "2 établissements", "Groupes multi-établissements concernés\u00a0: 1", "Profils fermés\u00a0: 2")
	c.says("sophie.girard", "Profils fermés\u00a0: 1", "Membres retirés\u00a0: 1")
	_, err = end(c.claire, balzac, groups.Every)
	wants(t, "again", err, access.Stale)
}

// TestLedger: what each side opened and when it last served, while the partnership
// holds; nothing of the other side before nor after.
func TestLedger(t *testing.T) {
	c := newCast(t)
	c.must(only(groups.Request(c.claire, balzac, groups.Only(colette))))
	before, err := groups.LedgerOf(c.sophie, colette, balzac)
	c.must(err)
	if before.State != groups.Requested || before.Since.By != "" || len(before.Ours)+len(before.Theirs) != 0 || before.Sent() {
		t.Errorf("%+v", before)
	}
	c.blind(before.Partnership)
	c.pass(time.Hour)
	c.must(only(groups.Accept(c.sophie, colette, groups.Every)))
	accepted := c.now()
	c.pass(time.Hour)
	ours := c.opened(c.claire, balzac, colette, "Latin", directory.Teacher, directory.Student)
	c.opened(c.sophie, colette, balzac, "Rugby", directory.Student)
	c.pass(time.Hour)
	c.puts(c.sophie, colette, ours, groups.Person(c.sophie.Account.ID))
	used := c.now()
	c.pass(time.Hour)
	c.must(groups.Rename(c.claire, balzac, groups.RightsScreen, ours, "Latin-grec", ""))
	_, err = groups.Save(c.claire, balzac, groups.RightsScreen)
	c.must(err)
	for _, look := range []struct {
		s            *access.Session
		uai, other   string
		ours, theirs string
	}{{c.claire, balzac, colette, "[Latin-grec Élèves, Enseignants 0]", "[Rugby Élèves 0]"}, {c.sophie, colette, balzac, "[Rugby Élèves 0]", "[Latin-grec Élèves, Enseignants 1]"}} {
		l, err := groups.LedgerOf(look.s, look.uai, look.other)
		c.must(err)
		words := func(all []groups.SharedGroup) (said []string) {
			for _, g := range all {
				said = append(said, fmt.Sprint(g.Name, " ", groups.ProfilesSaid(g.Profiles), " ", g.Members))
			}
			return said
		}
		if l.Since.By != "GIRARD Sophie" || !l.Since.At.Equal(accepted) || !l.Used.Equal(used) || fmt.Sprint(words(l.Ours)) != look.ours || fmt.Sprint(words(l.Theirs)) != look.theirs {
			t.Errorf("%s reads %+v", look.uai, l)
		}
		if l.Other.UAI != look.other {
			t.Error(l.Other)
		}
	}
	_, err = end(c.claire, balzac, groups.Every)
	c.must(err)
	after, err := groups.LedgerOf(c.claire, balzac, colette)
	c.must(err)
	if len(after.Ours)+len(after.Theirs) != 0 || !after.Used.IsZero() || len(after.Steps) != 3 {
		t.Errorf("%+v", after)
	}
	c.blind(after.Partnership)
	_, err = groups.LedgerOf(c.claire, balzac, reseau)
	wants(t, "never asked", err, access.Missing)
}

// blind checks that each side reads nothing of the people of the other.
func (c *cast) blind(p groups.Partnership) {
	c.t.Helper()
	for s, other := range map[*access.Session]string{c.claire: colette, c.sophie: balzac} {
		if err := s.See(func(tx *data.Tx) error {
			for _, key := range []string{"teacher", "student", "staff"} {
				if all := directory.RollAt(tx, placeOf(other)).In(key); len(all) > 0 {
					c.t.Errorf("%s: reads %d people of %s", p.State, len(all), other)
				}
			}
			return nil
		}); err != nil {
			c.t.Fatal(err)
		}
		if _, err := directory.OverviewOf(s, other); access.KindOf(err) != access.Missing {
			c.t.Errorf("%s: reads the record of %s: %v", p.State, other, err)
		}
	}
}

// TestEndDate: a mail reminds of it once, 30 days before; the partnership ends by
// itself on the date, with what that takes away.
func TestEndDate(t *testing.T) {
	c := newCast(t)
	c.allied()
	n := &mailCounts{c, map[string]int{}}
	four := map[string]int{"claire.moreau": 1, "sophie.girard": 1, "helene.fontaine": 1, "boris.vasseur": 1}
	n.since(t, "what came before", map[string]int{"claire.moreau": 2, "sophie.girard": 2, "helene.fontaine": 2, "boris.vasseur": 2})
	night := func(what string, want map[string]int) {
		t.Helper()
		c.must(groups.TendPartnerships(c.system))
		n.since(t, what, want)
	}
	for _, wrong := range []string{"demain", "31/02/2027", "02/11/2026", "01/01/2020"} {
		wantsField(t, wrong, groups.SetUntil(c.claire, balzac, colette, wrong, ""), "fin")
	}
	night("no date", nil)
	c.must(groups.SetUntil(c.claire, balzac, colette, "02/01/2027", ""))
	wants(t, "the date of before", groups.SetUntil(c.sophie, colette, balzac, "03/01/2027", ""), access.Stale)
	wants(t, "the same date", groups.SetUntil(c.sophie, colette, balzac, "02/01/2027", "2027-01-02"), access.Stale)
	if l, err := groups.LedgerOf(c.sophie, colette, balzac); err != nil || l.Until != "2027-01-02" || l.Since.By != "GIRARD Sophie" || l.Steps[2].Until != "2027-01-02" {
		t.Errorf("%+v %v", l, err)
	}
	night("61 days before", nil)
	c.pass(30 * 24 * time.Hour)
	night("31 days before", nil)
	c.pass(24 * time.Hour)
	night("30 days before", four)
	c.says("boris.vasseur", "Fin prochaine d’un partenariat", "jusqu’au 02/01/2027")
	night("the same day", nil)
	c.pass(24 * time.Hour)
	night("the day after", nil)
	c.must(groups.SetUntil(c.sophie, colette, balzac, "03/01/2027", "2027-01-02"))
	night("another date", four)
	id := c.opened(c.claire, balzac, colette, "Latin", directory.Teacher)
	c.puts(c.sophie, colette, id, groups.Person(c.sophie.Account.ID))
	c.pass(29 * 24 * time.Hour)
	night("the day before", nil)
	if c.between(balzac, colette).State != groups.Accepted {
		t.Error("it ended the day before")
	}
	c.pass(24 * time.Hour)
	night("the day", four)
	c.says("claire.moreau", "Fin d’un partenariat", "Membres retirés\u00a0: 1")
	if g, elements := c.group(id); len(g.Sides) != 1 || len(elements) != 0 || c.between(balzac, colette).State != groups.Ended {
		t.Errorf("%+v %v", g, elements)
	}
	wants(t, "what is over", only(groups.Accept(c.claire, balzac, groups.Only(colette))), access.Stale)
	if err := only(groups.Accept(c.claire, balzac, groups.Only(colette))); !strings.Contains(err.Error(), "a pris fin le 03/01/2027, à la date prévue") {
		t.Error(err)
	}
	c.wantNote(c.sophie, colette, "partnership.end", "à la date prévue\u00a0: 1 groupe fermé, 1 profil, 1 membre retiré")
	night("the day after", nil)
}

// TestPartnersCrossing: the crossing of partnerships shows nothing of the other
// side: who acts cannot read its establishment, its people, nor its partnerships.
func TestPartnersCrossing(t *testing.T) {
	c := newCast(t)
	c.allied()
	c.must(only(groups.Request(c.sophie, colette, groups.Only(reseau))))
	partners, requests, err := groups.PartnersOf(c.claire, balzac, "")
	c.must(err)
	if len(partners) != 1 || len(requests) != 0 || partners[0].Other.UAI != colette {
		t.Errorf("%+v %+v", partners, requests)
	}
	c.blind(partners[0].Partnership)
	events, _, err := directory.Journal(c.claire, balzac, 0, 50)
	c.must(err)
	for _, e := range events {
		if strings.Contains(e.Label+e.Note, "Réseau") {
			t.Errorf("she reads %+v", e)
		}
	}
}
