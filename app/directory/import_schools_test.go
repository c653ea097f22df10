package directory_test

import (
	"slices"
	"testing"

	"preau/app/access"
	"preau/app/directory"
	"preau/app/format/aaf"
	"preau/data"
)

func tilleuls() aaf.Record { return school("1", "0990101", "LES TILLEULS", "340").Record(aaf.Second) }
func ormes() aaf.Record    { return school("2", "0990102", "LES ORMES", "340").Record(aaf.Second) }

// modify changes some attributes of somebody.
func modify(category aaf.Category, id string, attrs ...aaf.Attr) aaf.Record {
	return aaf.Record{Op: aaf.Modify, Category: category, ID: id, Attrs: attrs}
}

func remove(category aaf.Category, id string) aaf.Record {
	return aaf.Record{Op: aaf.Delete, Category: category, ID: id}
}

// from are the files of one school, by the name that they bear.
func from(t *testing.T, prefix string, kind aaf.Kind, date aaf.Date, records ...aaf.Record) string {
	d := newDelivery(t, kind, date, records...)
	d.prefix = prefix
	return d.write()
}

// where checks the establishments of somebody, and that the account is alive.
func (w *world) where(login string, want ...data.Place) {
	w.t.Helper()
	u := w.user(login)
	places := slices.Sorted(slices.Values(u.Places()))
	if u.State() == directory.Deleted || !slices.Equal(places, want) {
		w.t.Errorf("%s: %s at %v, want %v", login, u.State(), places, want)
	}
}

func (w *world) gone(login string) {
	w.t.Helper()
	if state := w.user(login).State(); state != directory.Deleted {
		w.t.Errorf("%s is %s, want deleted", login, state)
	}
}

// TestAPupilWhoMovesSchoolBySchool: the new school's files come before those of
// the former one, which alone can say that the pupil has left it.
func TestAPupilWhoMovesSchoolBySchool(t *testing.T) {
	w := newWorld(t)
	mother := parent("200", "DURAND", "Alice").Record(aaf.Second)
	there := pupil("100", "DURAND", "Zoé", "1", "3A", "200").Record(aaf.Second)
	here := pupil("100", "DURAND", "Zoé", "2", "3B", "200").Record(aaf.Second)
	w.receive(complete(t, "2026-09-01", tilleuls(), there, mother))
	w.receive(complete(t, "2026-09-02", ormes(), here, mother))
	w.where("zoe.durand", college, lycee)
	w.where("alice.durand", college, lycee)
	w.receive(complete(t, "2026-09-03", tilleuls()))
	w.where("zoe.durand", lycee)
	w.where("alice.durand", lycee)
	w.receive(complete(t, "2026-09-04", ormes(), here, mother))
	w.where("zoe.durand", lycee)
	w.receive(complete(t, "2026-09-05", ormes()))
	w.gone("zoe.durand")
	w.gone("alice.durand")
}

func TestATeacherOfTwoSchoolsLeavesThemOneByOne(t *testing.T) {
	w := newWorld(t)
	w.receive(complete(t, "2026-09-01", tilleuls(), ormes(), teacher("300", "PETIT", "Hugo", "1", "2").Record(aaf.Second)))
	w.receive(complete(t, "2026-09-02", tilleuls()))
	w.where("hugo.petit", lycee)
	w.receive(complete(t, "2026-09-04", ormes()))
	w.gone("hugo.petit")
	w.receive(complete(t, "2026-09-05", tilleuls(), teacher("300", "PETIT", "Hugo", "1").Record(aaf.Second)))
	w.where("hugo.petit", college)
}

// TestSchoolsSendAtTheirOwnPace: the order of deliveries is kept school by school.
func TestSchoolsSendAtTheirOwnPace(t *testing.T) {
	w := newWorld(t)
	w.receive(from(t, "ENT_0990101X", aaf.Complete, "2026-09-10", tilleuls()))
	w.receive(from(t, "ENT_0990102Y", aaf.Complete, "2026-09-08", ormes()))
	w.receive(from(t, "ENT_0990102Y", aaf.Delta, "2026-09-09", pupil("101", "DURAND", "Tom", "2", "3B").Record(aaf.Second)))
	w.receive(complete(t, "2026-09-12", tilleuls()))
	w.receive(complete(t, "2026-09-11", ormes())) // though its name tells of no school
	for _, late := range []string{
		from(t, "ENT_0990101X", aaf.Complete, "2026-09-09", tilleuls()),
		from(t, "ENT_0990101X", aaf.Delta, "2026-09-09"),
		from(t, "ENT_0990102Y", aaf.Delta, "2026-09-08"),
	} {
		if _, err := w.try(w.system, directory.ImportOptions{Path: late}); access.KindOf(err) != access.Invalid {
			t.Errorf("%s is taken: %v", late, err)
		}
	}
}

// TestADeltaOfOneSchool: who leaves a school in its own delta stays in the others.
func TestADeltaOfOneSchool(t *testing.T) {
	w := newWorld(t)
	w.receive(complete(t, "2026-09-01", tilleuls(), ormes(), teacher("300", "PETIT", "Hugo", "1", "2").Record(aaf.Second)))
	w.receive(from(t, "ENT_0990101X", aaf.Delta, "2026-09-02", remove(aaf.StaffOf, "300")))
	w.where("hugo.petit", lycee)
	w.receive(delta(t, "2026-09-03", remove(aaf.StaffOf, "300")))
	w.gone("hugo.petit")
}

// TestTwoSchoolsChangeOneTeacherAtOnce: deltas of two schools in one delivery.
func TestTwoSchoolsChangeOneTeacherAtOnce(t *testing.T) {
	w := newWorld(t)
	w.receive(complete(t, "2026-09-01", tilleuls(), ormes(), teacher("300", "PETIT", "Hugo", "1", "2").Record(aaf.Second)))
	lessons := func(school string) aaf.Record {
		return modify(aaf.StaffOf, "300", aaf.Attr{Name: "ENTAuxEnsClassesMatieres", Values: []string{school + "$3B$020700"}})
	}
	d := newDelivery(t, aaf.Delta, "2026-09-02", lessons("1"))
	d.prefix = "ENT_0990101X"
	d.write()
	d.prefix, d.records = "ENT_0990102Y", map[aaf.Category][]aaf.Record{aaf.StaffOf: {lessons("2")}}
	w.receive(d.write())
	hugo := w.user("hugo.petit")
	for _, place := range []data.Place{college, lycee} {
		if at, _ := hugo.At(place); len(at.Lessons) != 1 || at.Lessons[0].Class != "3B" {
			t.Errorf("%s: %+v", place, at.Lessons)
		}
	}
}

// TestAnUAIOfAnotherAcademy: a structure cannot take over a school elsewhere,
// and its people wait.
func TestAnUAIOfAnotherAcademy(t *testing.T) {
	w := newWorld(t)
	w.receive(complete(t, "2026-09-01", tilleuls(), pupil("100", "DURAND", "Zoé", "1", "3A").Record(aaf.Second)))
	thief := school("7", "0990101", "FAUX TILLEULS", "340")
	thief.Academy = "MONT-BLANC"
	im := w.receive(complete(t, "2026-09-02", thief.Record(aaf.Second), pupil("900", "INTRUS", "Max", "7", "3A").Record(aaf.Second), head("901", "INTRUS", "Lou", "7").Record(aaf.Second)))
	o, err := directory.OverviewOf(w.system, "0990101X")
	if err != nil || o.Name != "Collège LES TILLEULS" || o.Academy != "val-de-seine" || o.HeadName != "" {
		t.Errorf("%+v %v", o.Establishment, err)
	}
	if len(w.everybody()) != 1 {
		t.Errorf("%s", im.Text())
	}
	w.where("zoe.durand", college)
	if lines, _ := directory.OutcomesOf(w.system, im.ID, directory.SaysRefused, 0, 10); len(lines) == 0 {
		t.Error("nothing is said of it")
	}
}

// TestADeltaBesideItsComplete: a delivery may hold a state and what follows.
func TestADeltaBesideItsComplete(t *testing.T) {
	w := newWorld(t)
	d := newDelivery(t, aaf.Complete, "2026-09-01", tilleuls(), pupil("100", "DURAND", "Zoé", "1", "3A").Record(aaf.Second))
	d.write()
	d.kind, d.date, d.records = aaf.Delta, "2026-09-02", map[aaf.Category][]aaf.Record{
		aaf.Students: {modify(aaf.Students, "100", aaf.Attr{Name: "ENTEleveClasses", Values: []string{"1$3B"}}), pupil("101", "DURAND", "Tom", "1", "3B").Record(aaf.Second)}}
	im := w.receive(d.write())
	if at, _ := w.user("zoe.durand").At(college); !slices.Equal(at.Classes, []string{"3B"}) || len(im.Warnings) != 0 {
		t.Errorf("%+v %q", at, im.Warnings)
	}
	w.where("tom.durand", college)
}

// TestWithoutAcademy: what the files do not tell is asked for.
func TestWithoutAcademy(t *testing.T) {
	w := newWorld(t)
	mute := school("1", "0990101", "LES TILLEULS", "340")
	mute.Academy = ""
	path := complete(t, "2026-09-01", mute.Record(aaf.Second))
	if _, err := w.try(w.system, directory.ImportOptions{Path: path}); access.KindOf(err) != access.Invalid {
		t.Error("an académie was made up:", err)
	}
	if _, err := w.try(w.system, directory.ImportOptions{Path: path, Academy: "Val-de-Seine"}); err != nil {
		t.Error(err)
	}
	if _, err := directory.OverviewOf(w.system, "0990101X"); err != nil {
		t.Error(err)
	}
	known := school("5", "0690001", "LES ACACIAS", "340")
	known.Academy = ""
	w.receive(complete(t, "2026-09-02", known.Record(aaf.Second)))
	if o, err := directory.OverviewOf(w.system, uai("0690001")); err != nil || o.Academy != "lyon" {
		t.Errorf("%+v %v", o.Establishment, err)
	}
}

// TestAPupilWhoChangesAcademy has a new join key there, and the same number.
func TestAPupilWhoChangesAcademy(t *testing.T) {
	w := newWorld(t)
	w.receive(complete(t, "2026-09-01", tilleuls(), pupil("100", "DURAND", "Zoé", "1", "3A").Record(aaf.Second)))
	was := w.user("zoe.durand")
	far := school("1", "0740001", "LES CIMES", "340")
	far.Academy = "GRENOBLE"
	zoe := pupil("777", "DURAND", "Zoé", "1", "3B")
	zoe.INE = was.INE
	im := w.receive(complete(t, "2026-09-01", far.Record(aaf.Second), zoe.Record(aaf.Second)))
	there := data.Place("grenoble/" + far.UAI)
	w.where("zoe.durand", there, college)
	if lines, _ := directory.OutcomesOf(w.system, im.ID, directory.SaysMerged, 0, 10); len(lines) != 1 || len(w.everybody()) != 1 {
		t.Errorf("%+v", lines)
	}
	w.receive(complete(t, "2026-09-02", tilleuls()))
	w.where("zoe.durand", there)
	if now := w.user("zoe.durand"); now.ID != was.ID || !now.Attachments[0].Main {
		t.Errorf("%+v", now)
	}
}
