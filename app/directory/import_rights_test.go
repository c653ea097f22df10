package directory_test

import (
	"slices"
	"testing"

	"preau/app/access"
	"preau/app/directory"
	"preau/app/format/aaf"
	"preau/data"
)

// TestReportsAreReadWhereTheyHappened: a local administrator reads the lines of
// their own school, and none that could name people of another.
func TestReportsAreReadWhereTheyHappened(t *testing.T) {
	w := newWorld(t)
	stranger := parent("201", "VOISIN", "Paul").Record(aaf.Second)
	im := w.receive(complete(t, "2026-09-01", append(base(), stranger, pupil("700", "", "Sans", "2", "3A").Record(aaf.Second))...))
	local := w.administrator("lise.locale", access.LocalAdmin, college)
	if _, err := directory.ReadImport(local, im.ID); err != nil {
		t.Error("the report of one's own school:", err)
	}
	lines, err := directory.OutcomesOf(local, im.ID, "", 0, 100)
	if err != nil || len(lines) != 0 { // those that there are name no school
		t.Errorf("%+v %v", lines, err)
	}
	if lines, _ := directory.OutcomesOf(w.system, im.ID, "", 0, 100); len(lines) < 2 {
		t.Errorf("%+v", lines)
	}
	only := w.receive(complete(t, "2026-09-02", ormes()))
	if _, err := directory.ReadImport(local, only.ID); access.KindOf(err) != access.Missing {
		t.Error("the report of another school is read:", err)
	}
	if err := access.Create(t.Context(), w.system, access.NewAdministrator{Login: "lise.autre", LastName: "ADMIN", FirstName: "lise.locale", Password: password, Role: access.LocalAdmin, In: lycee}); err != nil {
		t.Fatal(err)
	}
	namesake := w.signIn("lise.autre")
	mine, err := w.try(local, directory.ImportOptions{Path: complete(t, "2026-09-02", tilleuls(), stranger)})
	if err != nil {
		t.Fatal(err)
	}
	if lines, _ := directory.OutcomesOf(local, mine.ID, directory.SaysHeld, 0, 100); len(lines) == 0 {
		t.Error("who imported does not read what was held")
	}
	if _, err := directory.ReadImport(namesake, mine.ID); access.KindOf(err) != access.Missing {
		t.Error("somebody of the same name reads it:", err)
	}
}

// TestADeltaIsReportedToItsSchools though it does not list them.
func TestADeltaIsReportedToItsSchools(t *testing.T) {
	w := newWorld(t)
	w.receive(complete(t, "2026-09-01", base()...))
	im := w.receive(delta(t, "2026-09-02", modify(aaf.Students, "100", aaf.Attr{Name: "ENTEleveClasses", Values: []string{"1$3B"}})))
	events, _, err := directory.Journal(w.system, "0990101X", 0, 1)
	local := w.administrator("lise.locale", access.LocalAdmin, college)
	if lines, err := directory.OutcomesOf(local, im.ID, "", 0, 10); err != nil || len(lines) != 1 {
		t.Errorf("%+v %v", lines, err)
	}
	if err != nil || len(events) != 1 || events[0].Note != "1 modifié" {
		t.Errorf("%+v %v", events, err)
	}
	elsewhere := w.administrator("luc.local", access.LocalAdmin, lycee)
	if _, err := directory.ReadImport(elsewhere, im.ID); access.KindOf(err) != access.Missing {
		t.Error("a school that the delta does not touch reads its report:", err)
	}
}

// TestNobodyIsTakenFromAnotherSchool: neither a national number nor a link nor a
// join key gives a local administrator somebody who is not theirs.
func TestNobodyIsTakenFromAnotherSchool(t *testing.T) {
	w := newWorld(t)
	w.receive(complete(t, "2026-09-01", tilleuls(), ormes(), teacher("300", "PETIT", "Hugo", "2").Record(aaf.Second),
		pupil("101", "DURAND", "Tom", "2", "3B", "200").Record(aaf.Second), parent("200", "DURAND", "Alice").Record(aaf.Second)))
	before := w.everybody()
	local := w.administrator("lise.locale", access.LocalAdmin, college)
	double := pupil("900", "DURAND", "Tom", "1", "3A", "200")
	double.INE = before["tom.durand"].INE
	bait := pupil("901", "APPAT", "Léa", "1", "3A", "200").Record(aaf.Second)
	hijack := teacher("300", "PIRATE", "Hugo", "1").Record(aaf.Second)
	theft := parent("200", "PIRATE", "Alice").Record(aaf.Second)
	for _, path := range []string{
		complete(t, "2026-09-02", tilleuls(), double.Record(aaf.Second), bait, hijack, theft),
		delta(t, "2026-09-03", double.Record(aaf.Second), bait, hijack, theft, remove(aaf.Students, "101")),
		delta(t, "2026-09-04", modify(aaf.Students, "101", aaf.Attr{Name: "ENTPersonStructRattach", Values: []string{"1"}}), remove(aaf.StaffOf, "300"),
			modify(aaf.Schools, "2", aaf.Attr{Name: "ENTStructureNomCourant", Values: []string{"CLG$PRIS"}})),
	} {
		im, err := w.try(local, directory.ImportOptions{Path: path})
		if err == nil && im.Sum().Refused == 0 {
			t.Errorf("nothing was refused: %s", im.Text())
		}
		for login, u := range before {
			if now := w.user(login); now.Version != u.Version {
				t.Errorf("%s was changed: %+v", login, now)
			}
		}
	}
	if all := w.everybody(); len(all) != len(before)+1 { // the pupil of their own
		t.Errorf("%d people", len(all))
	}
	if o, err := directory.OverviewOf(w.system, "0990102Y"); err != nil || o.Name != "Collège LES ORMES" {
		t.Errorf("%s %v", o.Name, err)
	}
}

// TestAnImportGivesNoRight: whatever posts the files tell of.
func TestAnImportGivesNoRight(t *testing.T) {
	w := newWorld(t)
	w.receive(complete(t, "2026-09-01", base()...))
	odile := w.user("odile.leroy")
	if err := w.system.See(func(tx *data.Tx) error {
		if role, err := access.RoleOf(tx, odile.ID); err != nil || role != "" {
			t.Errorf("%q %v", role, err)
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
}

// TestWhatPeopleDecidedSurvives: edits, flags, rights, suspension and a head
// chosen by hand are not the files' business.
func TestWhatPeopleDecidedSurvives(t *testing.T) {
	w := newWorld(t)
	w.receive(complete(t, "2026-09-01", base()...))
	hugo, yes := w.user("hugo.petit"), true
	form := directory.UserForm{Version: hugo.Version, Login: "h.petit", Email: "hugo@maison.example", Admin: &yes, Editor: &yes}
	if err := directory.EditUser(w.system, "0990101X", hugo.ID, form); err != nil {
		t.Fatal(err)
	}
	if err := directory.Suspend(w.system, w.user("odile.leroy").ID, "absence"); err != nil {
		t.Fatal(err)
	}
	changed := teacher("300", "PETIT", "Hugues", "1", "2")
	changed.Mail = "hugo@maison.example"
	odile := head("301", "LEROY", "Odette", "1")
	records := replace(replace(base(), aaf.StaffOf, "300", changed.Record(aaf.Second)), aaf.StaffOf, "301", odile.Record(aaf.Second))
	w.receive(complete(t, "2026-09-02", records...))
	hugo = w.user("h.petit")
	at, _ := hugo.At(college)
	if hugo.FirstName != "Hugues" || hugo.Email.Edited || hugo.Email.Value() != "hugo@maison.example" || !at.Editor {
		t.Errorf("%+v %+v", hugo, at)
	}
	if now := w.user("odile.leroy"); now.FirstName != "Odette" || now.State() != directory.Suspended {
		t.Errorf("%s %s", now.FirstName, now.State())
	}
	if err := w.system.See(func(tx *data.Tx) error {
		_, err := access.LocalGrant(tx, hugo.ID, college)
		return err
	}); err != nil {
		t.Error("the right went:", err)
	}
	w.receive(complete(t, "2026-09-03", replace(records, aaf.StaffOf, "300")...))
	w.receive(complete(t, "2026-09-04", records...))
	if back := w.user("h.petit"); back.State() != directory.Inactive || back.ID != hugo.ID || !slices.Equal(back.Places(), hugo.Places()) {
		t.Errorf("restored: %+v", back)
	}
}
