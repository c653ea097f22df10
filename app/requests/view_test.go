package requests_test

import (
	"fmt"
	"strings"
	"testing"

	"preau/app/access"
	"preau/app/requests"
	"preau/data"
)

// TestViews keeps searches by name for one person only, with what each finds.
func TestViews(t *testing.T) {
	c := newCast(t)
	for i := range 3 {
		c.declared(c.lucas, form(fmt.Sprintf("Souci %d", i)))
	}
	c.must(requests.Assign(c.claire, 2, 0, c.claire.Account.ID, ""))
	mine := requests.Filter{Assignee: requests.Me}
	c.must(requests.SaveView(c.claire, "Les miennes", "q=intervenant%3Amoi", mine))
	c.must(requests.SaveView(c.claire, "À prendre", "intervenant=personne", requests.Filter{Assignee: requests.NoOne}))
	c.must(requests.SaveView(c.claire, "LES MIENNES", "intervenant=moi", mine))
	c.must(requests.SaveView(c.sophie, "Les miennes", "", mine))
	c.must(requests.SaveView(c.claire, "Ailleurs", "etablissement="+colette, requests.Filter{UAI: colette}))
	said := func(s *access.Session) (text string) {
		all, err := requests.ViewsOf(s)
		c.must(err)
		for _, v := range all {
			text += fmt.Sprintf("%s %s %d %t; ", v.Name, v.Query, v.Total, v.Unknown)
		}
		return text
	}
	if got := said(c.claire); got != "À prendre intervenant=personne 2 false; Ailleurs etablissement="+colette+" 0 true; LES MIENNES intervenant=moi 1 false; " {
		t.Error(got)
	}
	if got := said(c.sophie); got != "Les miennes  0 false; " {
		t.Error(got)
	}
	all, err := requests.ViewsOf(c.claire)
	c.must(err)
	wants(t, "drop another’s", requests.DropView(c.sophie, all[0].ID), access.Missing)
	wants(t, "rename another’s", requests.RenameView(c.sophie, all[0].ID, "Volée"), access.Missing)
	if _, err := requests.ViewOf(c.sophie, all[0].ID); access.KindOf(err) != access.Missing {
		t.Error("another’s view is read:", err)
	}
	wantsField(t, "no name", requests.SaveView(c.claire, "", "", mine), "nom")
	wantsField(t, "a long name", requests.SaveView(c.claire, strings.Repeat("a", 61), "", mine), "nom")
	wantsField(t, "the name of another", requests.RenameView(c.claire, all[0].ID, "Ailleurs"), "nom")
	c.must(requests.RenameView(c.claire, all[0].ID, "Libres"))
	c.must(requests.DropView(c.claire, all[1].ID))
	if got := said(c.claire); got != "LES MIENNES intervenant=moi 1 false; Libres intervenant=personne 2 false; " {
		t.Error(got)
	}
	for i := range requests.MostViews - 2 {
		c.must(requests.SaveView(c.claire, fmt.Sprint("Vue ", i), "", mine))
	}
	wantsField(t, "one too many", requests.SaveView(c.claire, "De trop", "", mine), "nom")
	c.must(requests.SaveView(c.claire, "Libres", "etat=toutes", requests.Filter{Every: true}))
}

// TestCanned: an answer of an académie is read in its establishments and written
// by its roles only; one of a person is read by nobody else.
func TestCanned(t *testing.T) {
	c := newCast(t)
	write := func(s *access.Session, at data.Place, name string) string {
		t.Helper()
		id, err := requests.WriteCanned(s, "", requests.Wording{At: string(at), Name: name, Text: "Bonjour {prenom}, votre demande n° {numero}."})
		c.must(err)
		return id
	}
	own := write(c.claire, requests.Personally, "La mienne")
	school := write(c.claire, placeOf(balzac), "De Balzac")
	area := write(c.paul, "val-de-seine", "De l’académie")
	write(c.sophie, placeOf(colette), "De Colette")
	read := func(s *access.Session) (text string) {
		all, err := requests.AllCanned(s)
		c.must(err)
		for _, o := range all {
			text += fmt.Sprintf("%s/%s %t; ", o.Name, o.Where, o.May)
		}
		return text
	}
	for s, want := range map[*access.Session]string{
		c.claire: "La mienne/ true; De Balzac/Lycée Honoré de Balzac true; De l’académie/Académie Val-de-Seine false; ",
		c.sophie: "De Colette/Collège Colette true; De l’académie/Académie Val-de-Seine false; ",
		c.paul:   "De Balzac/Lycée Honoré de Balzac true; De Colette/Collège Colette true; De l’académie/Académie Val-de-Seine true; ",
	} {
		if got := read(s); got != want {
			t.Errorf("%s reads %s", s.Account.Name, got)
		}
	}
	for _, id := range []string{own, school} {
		_, err := requests.CannedOf(c.sophie, id)
		wants(t, "another’s", err, access.Missing)
		wants(t, "drop another’s", requests.DropCanned(c.sophie, id), access.Missing)
		_, err = requests.WriteCanned(c.sophie, id, requests.Wording{At: string(placeOf(balzac)), Name: "Volée", Text: "x"})
		wants(t, "write another’s", err, access.Missing)
		_, err = requests.WriteCanned(c.sophie, id, requests.Wording{At: requests.Personally, Name: "Volée", Text: "x"})
		wants(t, "make another’s one’s own", err, access.Missing)
	}
	for _, at := range []data.Place{"val-de-seine", placeOf(colette), "", "nulle-part"} {
		if _, err := requests.WriteCanned(c.claire, "", requests.Wording{At: string(at), Name: "Trop haut", Text: "x"}); err == nil {
			t.Errorf("written for %q", at)
		}
	}
	if err := requests.DropCanned(c.claire, area); access.KindOf(err) != access.Forbidden && access.KindOf(err) != access.Missing {
		t.Error("a local administrator deletes what the académie wrote:", err)
	}
	all, err := requests.CannedFor(c.claire, placeOf(balzac))
	if c.must(err); len(all) != 3 {
		t.Errorf("%+v", all)
	}
	_, err = requests.CannedFor(c.claire, placeOf(colette))
	wants(t, "of a foreign place", err, access.Missing)
	_, err = requests.WriteCanned(c.claire, school, requests.Wording{At: string(placeOf(balzac)), Name: "De Balzac", Text: "Bonsoir {demandeur}."})
	c.must(err)
	c.must(requests.DropCanned(c.claire, own))
	if got := read(c.claire); strings.Contains(got, "La mienne") {
		t.Error(got)
	}
	places, err := requests.CannedPlaces(c.paul)
	if c.must(err); len(places) != 3 || places[0].At != "val-de-seine" {
		t.Errorf("%+v", places)
	}
}

// TestFill fills what the request says, and lets nothing leave that was not.
func TestFill(t *testing.T) {
	c := newCast(t)
	n := c.declared(c.lucas, form("Messagerie vide"))
	d := c.read(c.claire, n)
	got := requests.Fill("Bonjour {prenom} ({demandeur}), n° {numero}, « {resume} », {service}, {etablissement}, {intervenant}, le {date}. {truc}", d, c.claire)
	if got != "Bonjour Lucas (MARTIN Lucas), n° 1, « Messagerie vide », Messagerie, Lycée Honoré de Balzac, MOREAU Claire, le 02/11/2026. {truc}" {
		t.Error(got)
	}
	_, err := requests.WriteCanned(c.claire, "", requests.Wording{At: requests.Personally, Name: "Fausse", Text: "Bonjour {nom}"})
	wantsField(t, "an unknown variable", err, "texte")
	wantsField(t, "a variable left", requests.Solved(c.claire, n, 0, requests.Solve{Solution: "Bonjour {prenom}"}), "solution")
	c.must(requests.Solved(c.claire, n, 0, requests.Solve{Solution: "Le bloc { a: 1 } est juste."}))
	d.Request.From.Name, d.Service = requests.Unknown, ""
	if got := requests.Fill("{demandeur} {prenom} {service}", d, c.claire); got != "{demandeur} {prenom} {service}" {
		t.Error(got)
	}
	c.do(func(tx *data.Tx) (data.Row, error) { // as an earlier version may have saved it
		r := d.Request
		r.Solution, r.From.Name = "Bonjour {prenom}", "MARTIN Lucas"
		return r, requests.Requests.Put(tx, r)
	})
	_, err = requests.SendAnswer(c.claire, n, 0)
	wantsField(t, "sent as it was", err, "solution")
}
