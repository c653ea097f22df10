package e2e

import (
	"errors"
	"slices"
	"testing"

	"github.com/chromedp/chromedp/kb"

	"preau/app/access"
	"preau/app/directory"
	"preau/app/groups"
	"preau/data"
)

var partnering = access.NewAction("test.partner", "Partenariat d’essai", access.RunAppliance, data.Info)

// penFriends is an appliance where Lucas is in a local group, and in a shared one
// with the pupils of a class of an establishment of Sophie's.
func penFriends(t *testing.T) *appliance {
	t.Helper()
	return demoWith(t, func(s *access.Session) error {
		claire, err := sessionOf(s, "claire.moreau")
		if err != nil {
			return err
		}
		sophie, err := sessionOf(s, "sophie.girard")
		if err != nil {
			return err
		}
		lucas, err := sessionOf(s, "lucas.martin")
		if err != nil {
			return err
		}
		here, there := claire.Grants[0].In, sophie.Grants[0].In
		p := groups.Partnership{Pair: []data.Place{here, there}, State: groups.Accepted, From: here, Steps: []groups.Step{{State: groups.Accepted, At: s.Now(), By: sophie.Name(), ByID: sophie.Account.ID, Side: there}}}
		slices.Sort(p.Pair)
		if err := s.Do(partnering, func(tx *data.Tx) (data.Row, error) { return p, groups.Partnerships.Put(tx, p) }); err != nil {
			return err
		}
		mine, theirs := directory.UAIOf(here), directory.UAIOf(there)
		id, err := groups.Create(claire, mine, groups.RightsScreen, groups.NewGroup{Name: "Correspondants", Description: "Lettres et enregistrements d’un établissement à l’autre, une fois par mois."})
		if err != nil {
			return err
		}
		pupils := []groups.Opening{{UAI: mine, Profile: directory.Student}, {UAI: theirs, Profile: directory.Student}}
		if err := errors.Join(groups.Allow(claire, mine, id, true, pupils...), saved(claire, mine, groups.RightsScreen)); err != nil {
			return err
		}
		local, err := groups.Create(claire, mine, groups.LocalScreen, groups.NewGroup{Name: "Club échecs"})
		return errors.Join(err, put(claire, mine, groups.LocalScreen, local, groups.Person(lucas.Account.ID)),
			put(claire, mine, groups.PopulationScreen, id, groups.Person(lucas.Account.ID)), put(sophie, theirs, groups.PopulationScreen, id, groups.Automatic("grade/4e/student")))
	})
}

func saved(s *access.Session, uai string, on groups.Screen) error {
	_, err := groups.Save(s, uai, on)
	return err
}

func put(s *access.Session, uai string, on groups.Screen, id string, ref groups.Ref) error {
	_, err := groups.Add(s, uai, on, id, []groups.Ref{ref}, false)
	return errors.Join(err, saved(s, uai, on))
}

// TestMyGroups: a pupil reads who is in a group that two establishments share, and
// finds them in the directory, by the keyboard and without a script.
func TestMyGroups(t *testing.T) {
	a := penFriends(t)
	b := as(t, a, "lucas.martin", "/")
	b.looks("accueil-groupes")
	b.click("link", "Mes groupes")
	b.wait(`location.pathname === "/groupes"`)
	b.reads("Club échecs")
	b.looks("mes-groupes")
	b.click("link", "Correspondants")
	b.wait(`location.pathname.startsWith("/groupes/")`)
	b.reads("MARTIN Lucas")
	b.looks("mon-groupe")
	friend := js[string](b, `[...document.querySelectorAll(".folk b")].map(e => e.textContent).find(n => n !== "MARTIN Lucas")`)
	b.visit("/")
	b.click("link", "Annuaire")
	b.wait(`location.pathname === "/annuaire"`)
	b.looks("annuaire")
	b.fill("searchbox", "Nom ou prénom", friend)
	b.press(kb.Enter)
	b.wait(`document.querySelector(".folk b")?.textContent === ` + quote(friend))
	b.looks("annuaire-trouve")
	b.fill("searchbox", "Nom ou prénom", "zzz")
	b.press(kb.Enter)
	b.reads("Personne ne correspond")
	b.looks("annuaire-vide")
	b.click("link", "Voir tout le monde")
	b.click("link", "Page suivante")
	b.wait(`location.search.includes("page=2") && document.querySelectorAll(".folk li").length > 0`)
	b.healthy()

	b = as(t, a, "julien.petit", "/groupes")
	b.reads("Vous n’êtes dans aucun groupe")
	b.looks("mes-groupes-vide")
	b.visit("/annuaire?q=" + js[string](b, `encodeURIComponent(`+quote(friend)+`)`))
	b.reads("Personne ne correspond")

	b = as(t, a, "marc.dubois", "/annuaire")
	b.reads("dans l’annuaire")
	b.looks("annuaire-personne")
}

// TestGroupsFromTheConsole: Ctrl+K leads to a group, and a record says those that
// its person is in.
func TestGroupsFromTheConsole(t *testing.T) {
	a := penFriends(t)
	b := as(t, a, "claire.moreau", "/console")
	b.control("k")
	b.press("club éch")
	b.find("option", "Club échecs")
	b.shot("palette-groupes")
	b.fill("combobox", "Personne, établissement, demande, groupe ou page", "martin lucas")
	b.click("option", "MARTIN Lucas")
	b.find("heading", "MARTIN Lucas")
	b.click("tab", "Groupes")
	b.reads("Correspondants")
	b.looks("fiche-groupes")
}
