package groups_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"preau/app/access"
	"preau/app/directory"
	"preau/app/groups"
	"preau/data"
)

// between is what two establishments have together, whoever looks.
func (c *cast) between(one, other string) (p groups.Partnership) {
	c.t.Helper()
	c.see(func(tx *data.Tx) (err error) {
		pair := []string{string(placeOf(one)), string(placeOf(other))}
		slices.Sort(pair)
		p, err = groups.Partnerships.Get(tx, strings.Join(pair, "|"))
		if errors.Is(err, data.ErrNotFound) {
			return nil
		}
		return err
	})
	return p
}

// end ends partnerships as the confirmation has shown them.
func end(s *access.Session, uai string, picked groups.Picked) (groups.Ending, error) {
	e, err := groups.EndingOf(s, uai, picked)
	if err != nil {
		return e, err
	}
	_, err = groups.End(s, uai, picked, e.Stamp)
	return e, err
}

func only(_ int, err error) error { return err }

// allied makes partners of Balzac and Colette.
func (c *cast) allied() {
	c.t.Helper()
	c.must(only(groups.Request(c.claire, balzac, groups.Only(colette))))
	c.must(only(groups.Accept(c.sophie, colette, groups.Only(balzac))))
	c.pass(time.Minute) // so that the next mail is the last
}

// deedsOf are what Claire can do about Colette.
var deedsOf = map[string]func(c *cast) error{
	"request": func(c *cast) error { return only(groups.Request(c.claire, balzac, groups.Only(colette))) },
	"accept":  func(c *cast) error { return only(groups.Accept(c.claire, balzac, groups.Only(colette))) },
	"refuse":  func(c *cast) error { return only(groups.Refuse(c.claire, balzac, groups.Only(colette), "Non.")) },
	"cancel":  func(c *cast) error { return only(groups.Cancel(c.claire, balzac, groups.Only(colette))) },
	"end":     func(c *cast) error { _, err := end(c.claire, balzac, groups.Only(colette)); return err },
	"date":    func(c *cast) error { return groups.SetUntil(c.claire, balzac, colette, "30/06/2027", "") },
}

// statesOf bring the pair to each state.
var statesOf = map[string]func(c *cast){
	"nothing":    func(c *cast) {},
	"we asked":   func(c *cast) { c.must(only(groups.Request(c.claire, balzac, groups.Only(colette)))) },
	"they asked": func(c *cast) { c.must(only(groups.Request(c.sophie, colette, groups.Only(balzac)))) },
	"accepted":   (*cast).allied,
	"they refused": func(c *cast) {
		statesOfAsked(c)
		c.must(only(groups.Refuse(c.sophie, colette, groups.Only(balzac), "")))
	},
	"long refused": func(c *cast) { statesOfRefused(c); c.pass(7*24*time.Hour + time.Second) },
	"we refused": func(c *cast) {
		statesOfAsking(c)
		c.must(only(groups.Refuse(c.claire, balzac, groups.Only(colette), "")))
	},
	"we cancelled":   func(c *cast) { statesOfAsked(c); c.must(only(groups.Cancel(c.claire, balzac, groups.Only(colette)))) },
	"they cancelled": func(c *cast) { statesOfAsking(c); c.must(only(groups.Cancel(c.sophie, colette, groups.Only(balzac)))) },
	"ended":          func(c *cast) { c.allied(); _, err := end(c.sophie, colette, groups.Only(balzac)); c.must(err) },
}

func statesOfAsked(c *cast)  { c.must(only(groups.Request(c.claire, balzac, groups.Only(colette)))) }
func statesOfAsking(c *cast) { c.must(only(groups.Request(c.sophie, colette, groups.Only(balzac)))) }
func statesOfRefused(c *cast) {
	statesOfAsked(c)
	c.must(only(groups.Refuse(c.sophie, colette, groups.Only(balzac), "")))
}

// TestEveryTransition tries each deed in each state: it makes the state that is
// written, or is refused with what happened, and then nothing has changed.
func TestEveryTransition(t *testing.T) {
	made := map[string]map[string]groups.State{
		"nothing":        {"request": groups.Requested},
		"we asked":       {"cancel": groups.Cancelled},
		"they asked":     {"request": groups.Accepted, "accept": groups.Accepted, "refuse": groups.Refused},
		"accepted":       {"end": groups.Ended, "date": groups.Accepted},
		"they refused":   {},
		"long refused":   {"request": groups.Requested},
		"we refused":     {"request": groups.Requested},
		"we cancelled":   {"request": groups.Requested},
		"they cancelled": {"request": groups.Requested},
		"ended":          {"request": groups.Requested},
	}
	says := map[string]string{"accepted": "a été accepté par GIRARD Sophie (Collège Colette)", "they refused": "a été refusée par GIRARD Sophie (Collège Colette)",
		"we refused": "a été refusée par MOREAU Claire", "we cancelled": "a été annulée par MOREAU Claire", "they cancelled": "a été annulée par GIRARD Sophie", "ended": "a été supprimé par GIRARD Sophie"}
	for state, arrange := range statesOf {
		t.Run(state, func(t *testing.T) {
			t.Parallel()
			c := newCast(t)
			arrange(c)
			for name, do := range deedsOf {
				if _, possible := made[state][name]; possible {
					continue
				}
				kind := access.Stale
				if state == "nothing" {
					kind = access.Missing
				}
				c.changesNothing(name, func(err error) {
					if wants(t, name, err, kind); says[state] != "" && err != nil && !strings.Contains(err.Error(), says[state]) {
						t.Errorf("%s says %q", name, err)
					}
				}, do)
			}
			for name, want := range made[state] {
				c := newCast(t)
				arrange(c)
				c.makes(name, want, deedsOf[name])
			}
		})
	}
}

// changesNothing tries what is refused: no state, no step, no mail is made of it.
func (c *cast) changesNothing(name string, refused func(error), do func(*cast) error) {
	c.t.Helper()
	before, mailed := fmt.Sprint(c.between(balzac, colette)), len(c.mails("sophie.girard@exemple.example"))
	refused(do(c))
	if fmt.Sprint(c.between(balzac, colette)) != before || len(c.mails("sophie.girard@exemple.example")) != mailed {
		c.t.Errorf("%s: something was done", name)
	}
}

// makes does what is possible: one step of Claire's, and one mail to the other side.
func (c *cast) makes(name string, want groups.State, do func(*cast) error) {
	c.t.Helper()
	before, mailed := c.between(balzac, colette), len(c.mails("sophie.girard@exemple.example"))
	c.pass(time.Minute)
	c.must(do(c))
	after := c.between(balzac, colette)
	last := after.Steps[len(after.Steps)-1]
	if after.State != want || len(after.Steps) != len(before.Steps)+1 || last.By != "MOREAU Claire" || last.Side != placeOf(balzac) || !last.At.Equal(c.now()) {
		c.t.Errorf("%s: %+v", name, after)
	}
	if told := len(c.mails("sophie.girard@exemple.example")) - mailed; name != "date" && told != 1 {
		c.t.Errorf("%s: %d mails", name, told)
	}
}

// TestCrossedRequests: two establishments that ask each other at the same time are
// partners, and the event of the second says so on both sides.
func TestCrossedRequests(t *testing.T) {
	c := newCast(t)
	var both sync.WaitGroup
	for _, ask := range []func() error{
		func() error { return only(groups.Request(c.claire, balzac, groups.Only(colette))) },
		func() error { return only(groups.Request(c.sophie, colette, groups.Only(balzac))) },
	} {
		both.Go(func() {
			if err := ask(); err != nil {
				t.Error(err)
			}
		})
	}
	both.Wait()
	p := c.between(balzac, colette)
	if p.State != groups.Accepted || len(p.Steps) != 2 || p.Steps[0].State != groups.Requested {
		t.Fatalf("%+v", p)
	}
	for uai, s := range map[string]*access.Session{balzac: c.claire, colette: c.sophie} {
		events, _, err := directory.Journal(s, uai, 0, 10)
		c.must(err)
		events = slices.DeleteFunc(events, func(e directory.Event) bool { return e.Table != groups.Partnerships.Name() })
		if len(events) != 2 || !strings.Contains(events[0].Note, "le partenariat est accepté") || events[0].Label != "Collège Colette et Lycée Honoré de Balzac" && events[0].Label != "Lycée Honoré de Balzac et Collège Colette" {
			t.Errorf("%s reads %+v", uai, events)
		}
	}
}

// TestWhoMayAskWhom: candidates are the active establishments of the collectivité;
// nobody of elsewhere sees or changes anything, nor asks beyond.
func TestWhoMayAskWhom(t *testing.T) {
	c := newCast(t)
	names := func(s *access.Session, uai, text string) (all []string, free int) {
		found, free, err := groups.Candidates(s, uai, text)
		c.must(err)
		for _, one := range found {
			all = append(all, one.Name)
		}
		return all, free
	}
	if all, free := names(c.claire, balzac, ""); fmt.Sprint(all, free) != "[Collège Colette Réseau de la vallée] 2" {
		t.Error(all, free)
	}
	for _, text := range []string{"c", "col", "NEUV", colette[:4], "colette neuville"} {
		if all, free := names(c.claire, balzac, text); fmt.Sprint(all, free) != "[Collège Colette] 2" {
			t.Error(text, all, free)
		}
	}
	c.do(func(tx *data.Tx) (data.Row, error) {
		card, err := directory.Cards.Get(tx, reseau)
		if err != nil {
			return nil, err
		}
		card.Inactive = true
		e, err := directory.Establishments.Get(tx, reseau)
		if err != nil {
			return nil, err
		}
		e.Inactive = true
		return e, errors.Join(directory.Cards.Put(tx, card), directory.Establishments.Put(tx, e))
	})
	if all, _ := names(c.claire, balzac, ""); fmt.Sprint(all) != "[Collège Colette]" {
		t.Error("an inactive one:", all)
	}
	wants(t, "an inactive one", only(groups.Request(c.claire, balzac, groups.Only(reseau))), access.Missing)
	wants(t, "another collectivité", only(groups.Request(c.claire, balzac, groups.Only(savoie))), access.Missing)
	wants(t, "oneself", only(groups.Request(c.claire, balzac, groups.Only(balzac))), access.Missing)
	wants(t, "one that does not exist", only(groups.Request(c.claire, balzac, groups.Only(colette, "0000000X"))), access.Missing)
	wantsField(t, "none", only(groups.Request(c.claire, balzac, groups.Picked{})), "uai")
	if p := c.between(balzac, colette); p.State != "" {
		t.Error("half of it was done")
	}
	c.must(only(groups.Request(c.claire, balzac, groups.Only(colette))))
	for name, s := range map[string]*access.Session{"another school": c.jules, "a pupil": c.lucas, "a head without a grant": c.helene, "the partner": c.sophie} {
		_, _, err := groups.PartnersOf(s, balzac, "")
		wants(t, name+" lists", err, access.Missing)
		_, _, err = groups.Candidates(s, balzac, "")
		wants(t, name+" looks for some", err, access.Missing)
		_, err = groups.LedgerOf(s, balzac, colette)
		wants(t, name+" reads", err, access.Missing)
		_, err = groups.EndingOf(s, balzac, groups.Every)
		wants(t, name+" asks what ends", err, access.Missing)
		wants(t, name+" asks", only(groups.Request(s, balzac, groups.Only(colette))), access.Missing)
		wants(t, name+" cancels", only(groups.Cancel(s, balzac, groups.Only(colette))), access.Missing)
		wants(t, name+" accepts", only(groups.Accept(s, balzac, groups.Every)), access.Missing)
		wants(t, name+" refuses", only(groups.Refuse(s, balzac, groups.Every, "")), access.Missing)
		wants(t, name+" ends", only(groups.End(s, balzac, groups.Every, "")), access.Missing)
		wants(t, name+" dates", groups.SetUntil(s, balzac, colette, "30/06/2027", ""), access.Missing)
	}
	c.must(only(groups.Cancel(c.paul, balzac, groups.Only(colette)))) // whoever reaches the establishment
}

// TestRefusedLately: who refused is listed with the date, and cannot be asked again
// for seven days; « Ajouter tous » leaves it out.
func TestRefusedLately(t *testing.T) {
	c := newCast(t)
	statesOfRefused(c)
	found, free, err := groups.Candidates(c.claire, balzac, "")
	c.must(err)
	if len(found) != 2 || free != 1 || !found[0].Refused.Equal(firstDay) || !found[0].Again.Equal(firstDay.Add(7*24*time.Hour)) {
		t.Fatalf("%+v, %d", found, free)
	}
	if n, err := groups.Request(c.claire, balzac, groups.Every); n != 1 || err != nil {
		t.Error(n, err)
	}
	if c.between(balzac, colette).State != groups.Refused || c.between(balzac, reseau).State != groups.Requested {
		t.Error("all but the one that refused are asked")
	}
	c.pass(7*24*time.Hour - time.Second)
	wants(t, "too soon", only(groups.Request(c.claire, balzac, groups.Only(colette))), access.Stale)
	c.pass(time.Second)
	c.must(only(groups.Request(c.claire, balzac, groups.Only(colette))))
}

// TestAcceptAllRefuseAll: what is ticked and does not apply is left; « toutes » is
// those of the right direction.
func TestAcceptAllRefuseAll(t *testing.T) {
	c := newCast(t)
	c.must(only(groups.Request(c.sophie, colette, groups.Only(balzac))))
	c.must(only(groups.Request(c.claire, balzac, groups.Only(reseau))))
	if n, err := groups.Accept(c.claire, balzac, groups.Only(colette, reseau)); n != 1 || err != nil {
		t.Error(n, err)
	}
	if c.between(balzac, reseau).State != groups.Requested {
		t.Error("one's own request was accepted")
	}
	wants(t, "none received", only(groups.Refuse(c.claire, balzac, groups.Every, "")), access.Stale)
	if n, err := groups.Cancel(c.claire, balzac, groups.Every); n != 1 || err != nil {
		t.Error(n, err)
	}
	wantsField(t, "a long reason", only(groups.Refuse(c.claire, balzac, groups.Every, strings.Repeat("é", 501))), "motif")
	wants(t, "nothing ticked", only(groups.Accept(c.claire, balzac, groups.Picked{})), access.Stale)
	c.must(only(groups.Request(c.paul, reseau, groups.Every)))
	if n, err := groups.Refuse(c.claire, balzac, groups.Every, "Pas cette année."); n != 1 || err != nil {
		t.Error(n, err)
	}
	if last := c.between(balzac, reseau).Reached(); last.Reason != "Pas cette année." {
		t.Errorf("%+v", last)
	}
}

// TestCandidatesOfManyEstablishments: the dialog answers from the first letter, where a collectivité has five hundred establishments.
func TestCandidatesOfManyEstablishments(t *testing.T) {
	c := newCast(t)
	c.do(func(tx *data.Tx) (data.Row, error) {
		card, err := directory.Cards.Get(tx, colette)
		for i := range 500 {
			card.UAI, card.Name = fmt.Sprintf("V%06dV", 900000+i), fmt.Sprintf("Collège %d", i)
			err = errors.Join(err, directory.Cards.Put(tx, card))
		}
		if err != nil {
			return nil, err
		}
		return directory.Establishments.Get(tx, colette)
	})
	c.must(only(groups.Request(c.claire, balzac, groups.Every))) // and each has a row
	c.must(only(groups.Cancel(c.claire, balzac, groups.Every)))
	found, free, err := groups.Candidates(c.claire, balzac, "c")
	if c.must(err); len(found) != 501 || free != 502 {
		t.Fatal(len(found), free)
	}
}
