package directory_test

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"preau/app/access"
	"preau/app/directory"
	"preau/app/format/aaf"
	"preau/data"
)

const (
	college = data.Place("val-de-seine/0990101X")
	lycee   = data.Place("val-de-seine/0990102Y")
)

// uai completes seven digits with their key.
func uai(digits string) string { return digits + aaf.UAIKey(digits) }

// school is a structure of the tests: 1 the college, 2 the lycée.
func school(id, code, name, kind string) aaf.School {
	return aaf.School{ID: id, UAI: uai(code), Short: "CLG", Name: name, Type: "COLLEGE", TypeCode: kind, Academy: "VAL-DE-SEINE", AcademyCode: "099",
		Address: aaf.Address{Lines: []string{"1 RUE DU PORT"}, PostalCode: "99100", Town: "RIVEMONT"}, Phone: "+33199000001", Mail: "ce." + code + "@exemple.example",
		Classes: []aaf.Class{{Code: "3A", Label: "3E A", Mefs: []string{"10310019110"}}, {Code: "3B", Label: "3E B", Mefs: []string{"10310019110"}}},
		Groups:  []aaf.Group{{Code: "3LAT", Label: "LATIN 3E", Classes: []string{"3A", "3B"}}}}
}

func person(last, first string) aaf.Name { return aaf.Name{Last: last, First: first, Title: "M."} }

// pupil is a student of a class of a school, with legal relatives.
func pupil(id, last, first, school, class string, relatives ...string) aaf.Student {
	s := aaf.Student{ID: id, INE: strings.Repeat("0", 10-len(id)) + id + "A", Name: person(last, first), Birth: "2012-03-14", School: school, Mef: "10310019110", MefLabel: "3EME", Level: "TROISIEME",
		Classes: []aaf.Membership{{School: school, Code: class}}}
	for _, r := range relatives {
		s.Links = append(s.Links, aaf.Link{Relative: r, Code: "10", Legal: true, Contact: true})
	}
	return s
}

func parent(id, last, first string) aaf.Relative {
	return aaf.Relative{ID: id, Name: person(last, first), Home: "+33199000010", Address: aaf.Address{Lines: []string{"2 RUE DU PORT"}, PostalCode: "99100", Town: "RIVEMONT", Country: "FRANCE"}}
}

func teacher(id, last, first string, schools ...string) aaf.Staff {
	s := aaf.Staff{ID: id, Name: person(last, first), Birth: "1980-05-02", Mail: strings.ToLower(first + "." + last + "@exemple.example"), School: schools[0], Teaches: true}
	for _, at := range schools {
		s.Functions = append(s.Functions, aaf.Function{School: at, Code: "ENS", Label: "ENSEIGNEMENT", Discipline: "L0202", DisciplineLabel: "LETTRES MODERNES"})
		s.Classes = append(s.Classes, aaf.Teaching{School: at, Code: "3A", Subject: "020700"})
	}
	return s
}

func head(id, last, first, school string) aaf.Staff {
	return aaf.Staff{ID: id, Name: person(last, first), School: school, Functions: []aaf.Function{{School: school, Code: "DIR", Label: "DIRECTION", Discipline: aaf.HeadCode, DisciplineLabel: "CHEF D'ETABLISSEMENT"}}}
}

// base is a small académie: two schools, two families, a teacher of both.
func base() []aaf.Record {
	records := []aaf.Record{
		school("1", "0990101", "LES TILLEULS", "340").Record(aaf.Second), school("2", "0990102", "LES ORMES", "340").Record(aaf.Second),
		aaf.School{ID: "9", UAI: uai("0990199"), Name: "RECTORAT", Type: "RECTORAT", TypeCode: "809", Academy: "VAL-DE-SEINE"}.Record(aaf.Second),
		aaf.Subject{Code: "020700", Label: "FRANCAIS"}.Record(), aaf.Mef{Code: "10310019110", Label: "3EME"}.Record(),
		pupil("100", "DURAND", "Zoé", "1", "3A", "200").Record(aaf.Second), pupil("101", "DURAND", "Tom", "2", "3B", "200").Record(aaf.Second),
		parent("200", "DURAND", "Alice").Record(aaf.Second),
		teacher("300", "PETIT", "Hugo", "1", "2").Record(aaf.Second), head("301", "LEROY", "Odile", "1").Record(aaf.Second),
	}
	for i := range 20 {
		id := fmt.Sprint(110 + i)
		records = append(records, pupil(id, "ELEVE", fmt.Sprint("Prénom", string(rune('A'+i))), "1", "3B", "2"+id).Record(aaf.Second), parent("2"+id, "PARENT", fmt.Sprint("Prénom", string(rune('A'+i)))).Record(aaf.Second))
	}
	return records
}

// replace gives the records with another version of one of them, or without it.
func replace(records []aaf.Record, category aaf.Category, id string, with ...aaf.Record) []aaf.Record {
	kept := slices.DeleteFunc(slices.Clone(records), func(r aaf.Record) bool { return r.Category == category && r.ID == id })
	return append(kept, with...)
}

func complete(t *testing.T, date aaf.Date, records ...aaf.Record) string {
	return newDelivery(t, aaf.Complete, date, records...).write()
}

func delta(t *testing.T, date aaf.Date, records ...aaf.Record) string {
	return newDelivery(t, aaf.Delta, date, records...).write()
}

func TestCompleteIntoAnEmptyAppliance(t *testing.T) {
	w := newWorld(t)
	records := base()
	zoe := pupil("100", "DURAND", "Zoé", "1", "3A", "200")
	zoe.Links = append(zoe.Links, aaf.Link{Relative: "201", Code: "90", Contact: true}, aaf.Link{Relative: "202", Code: "70", Legal: true})
	zoe.Groups = []aaf.Membership{{School: "1", Code: "3LAT"}}
	zoe.Subjects = []aaf.Subject{{Code: "020700"}}
	records = append(replace(records, aaf.Students, "100"), zoe.Record(aaf.Second), parent("201", "VOISIN", "Paul").Record(aaf.Second), parent("202", "DURAND", "Zoé").Record(aaf.Second))
	im := w.receive(complete(t, "2026-08-31", records...))
	if im.State != directory.ImportDone || im.Sum().Created != 45 || im.Sum().Refused != 0 {
		t.Errorf("%s: %s", im.State, im.Text())
	}
	o, err := directory.OverviewOf(w.system, "0990101X")
	if err != nil {
		t.Fatal(err)
	}
	if o.Name != "Collège LES TILLEULS" || o.Kind != directory.College || o.Academy != "val-de-seine" || o.AcademyName != "Val-de-Seine" || o.Collectivity != "Val-de-Seine" ||
		o.HeadName != "LEROY Odile" || o.Phone != "01 99 00 00 01" || o.Source != directory.FromAAF {
		t.Errorf("%+v", o.Establishment)
	}
	if _, err := directory.OverviewOf(w.system, uai("0990199")); access.KindOf(err) != access.Missing {
		t.Error("the rectorat became an establishment")
	}
	u := w.user("zoe.durand")
	here, ok := u.At(college)
	if !ok || !here.Main || !slices.Equal(here.Classes, []string{"3A"}) || !slices.Equal(here.Groups, []string{"3LAT"}) || u.Grade != "3e" || u.MEF != "3EME" || len(u.Options) != 1 || u.Options[0].Name != "FRANCAIS" || u.State() != directory.Inactive {
		t.Errorf("%+v", u)
	}
	alice := w.user("alice.durand")
	if len(u.Links) != 2 || u.Links[0].Relative != alice.ID || !u.Links[0].Legal || u.Links[0].Kind != "Mère" || u.Links[1].Relative != "" || u.Links[1].Name != "VOISIN Paul" {
		t.Errorf("links: %+v", u.Links)
	}
	if !slices.Equal(alice.Places(), []data.Place{college, lycee}) || alice.Home.Value() != "01 99 00 00 10" || alice.Postal.Town != "RIVEMONT" {
		t.Errorf("%+v", alice)
	}
	hugo := w.user("hugo.petit")
	if hugo.Profile != directory.Teacher || len(hugo.Attachments) != 2 || hugo.Attachments[0].At != college || !hugo.Attachments[0].Main || hugo.Attachments[0].Lessons[0].Subject.Name != "FRANCAIS" {
		t.Errorf("%+v", hugo.Attachments)
	}
	if w.user("odile.leroy").Profile != directory.Staff {
		t.Error("the head is not staff")
	}
	choices, err := directory.ChoicesOf(w.system, "0990101X")
	if err != nil || len(choices.Classes) != 2 || choices.Classes[0].Name != "3E A" || choices.Classes[0].Grade != "3e" {
		t.Errorf("%+v %v", choices, err)
	}
}

func TestTheSameFilesAgain(t *testing.T) {
	w := newWorld(t)
	path := complete(t, "2026-08-31", base()...)
	w.receive(path)
	before, people := w.lastEvent(), w.everybody()
	w.pass(24 * time.Hour)
	im := w.receive(path)
	if im.Sum() != (directory.Tallies{}) || w.lastEvent() != before+1 {
		t.Errorf("%s, %d events", im.Sum(), w.lastEvent()-before)
	}
	for login, u := range w.everybody() {
		if u.Version != people[login].Version {
			t.Errorf("%s was written again", login)
		}
	}
}

func TestNextComplete(t *testing.T) {
	w := newWorld(t)
	w.receive(complete(t, "2026-08-31", base()...))
	leaver := w.user("prenoma.eleve")
	w.activate(leaver.ID)
	session := w.signIn("prenoma.eleve")
	w.pass(24 * time.Hour)
	records := replace(base(), aaf.Students, "110") // gone
	records = replace(records, aaf.Relatives, "2110")
	records = replace(records, aaf.Students, "111", pupil("111", "ELEVE", "PrénomB", "1", "3A", "2111").Record(aaf.Second))
	records = append(records, pupil("150", "NOUVEAU", "Léo", "2", "3B", "200").Record(aaf.Second))
	im := w.receive(complete(t, "2026-09-01", records...))
	if got := im.Sum(); got != (directory.Tallies{Created: 1, Changed: 1, Deleted: 2}) {
		t.Errorf("%s", im.Text())
	}
	if c := im.Counts["0990101X/student"]; c == nil || *c != (directory.Tallies{Changed: 1, Deleted: 1}) {
		t.Errorf("college: %+v", c)
	}
	if w.user("prenoma.eleve").State() != directory.Deleted || w.user("prenoma.parent").State() != directory.Deleted {
		t.Error("the leaver is still there")
	}
	if _, err := w.Resume(session.Token, "192.0.2.7", true); access.KindOf(err) != access.Anonymous {
		t.Error("the leaver's session goes on:", err)
	}
	lines, err := directory.OutcomesOf(w.system, im.ID, directory.SaysChanged, 0, 10)
	if err != nil || len(lines) != 1 || lines[0].Line == 0 || !strings.Contains(lines[0].File, "Eleve") || lines[0].User != w.user("prenomb.eleve").ID {
		t.Errorf("%+v %v", lines, err)
	}
	history, err := directory.History(w.system, "0990101X", w.user("prenomb.eleve").ID, 10)
	if err != nil || len(history) == 0 || !strings.Contains(history[0].Says, "Modifié par l’import AAF du 01/09/2026") || len(history[0].Changes) == 0 {
		t.Errorf("%+v %v", history, err)
	}

	w.pass(24 * time.Hour)
	im = w.receive(complete(t, "2026-09-02", append(records, base()[10], base()[11])...))
	back := w.user("prenoma.eleve")
	if im.Sum().Restored != 2 || back.State() != directory.Active || back.ID != leaver.ID {
		t.Errorf("%s: %s %s", im.Text(), back.State(), back.ID)
	}
}

func TestEditsSurvive(t *testing.T) {
	w := newWorld(t)
	w.receive(complete(t, "2026-08-31", base()...))
	u := w.user("hugo.petit")
	form := directory.UserForm{Version: u.Version, Login: "h.petit", Email: "hugo@maison.example", Mobile: "06 39 98 00 01"}
	if err := directory.EditUser(w.system, "0990101X", u.ID, form); err != nil {
		t.Fatal(err)
	}
	hugo := teacher("300", "PETIT", "Hugo", "1", "2")
	hugo.Mail = "nouvelle@exemple.example"
	w.receive(complete(t, "2026-09-01", replace(base(), aaf.StaffOf, "300", hugo.Record(aaf.Second))...))
	u = w.user("h.petit")
	if u.Email.Value() != "hugo@maison.example" || u.Email.Federated != "nouvelle@exemple.example" || u.Mobile.Value() != "06 39 98 00 01" {
		t.Errorf("%+v %+v", u.Email, u.Mobile)
	}
	if err := directory.RevertField(w.system, u.ID, "email"); err != nil {
		t.Fatal(err)
	}
	if got := w.user("h.petit").Email; got.Value() != "nouvelle@exemple.example" || got.Edited {
		t.Errorf("%+v", got)
	}
}

// without gives the records without n of the college's pupils.
func without(n int) []aaf.Record {
	records := base()
	for i := range n {
		records = replace(records, aaf.Students, fmt.Sprint(110+i))
	}
	return records
}

func TestSafetyStop(t *testing.T) {
	w := newWorld(t)
	w.receive(complete(t, "2026-08-31", base()...))
	records := replace(without(8), aaf.Students, "101") // and one of the lycée
	records = replace(records, aaf.Students, "120", pupil("120", "ELEVE", "PrénomK", "1", "3A", "2120").Record(aaf.Second))
	im := w.receive(complete(t, "2026-09-01", records...))
	if got := im.Counts["0990101X/student"]; got == nil || got.Held != 8 || got.Changed != 1 || got.Deleted != 0 {
		t.Errorf("%s", im.Text())
	}
	if w.user("tom.durand").State() != directory.Deleted {
		t.Error("the lycée's deletion waits too")
	}
	held, err := directory.HeldWithin(w.system)
	if err != nil || len(held) != 1 || held[0].UAI != "0990101X" || !strings.HasPrefix(held[0].Says, "8 élèves") {
		t.Fatalf("%+v %v", held, err)
	}
	if w.user("prenoma.eleve").State() == directory.Deleted {
		t.Error("held, and deleted")
	}
	if err := directory.DropDeletions(w.system, "0990101X"); err != nil {
		t.Fatal(err)
	}
	if err := directory.DropDeletions(w.system, "0990101X"); access.KindOf(err) != access.Stale {
		t.Error("dropped twice:", err)
	}
	w.receive(complete(t, "2026-09-02", records...))
	n, err := directory.ConfirmDeletions(w.system, "0990101X")
	if err != nil || n < 8 || w.user("prenoma.eleve").State() != directory.Deleted {
		t.Errorf("%d %v", n, err)
	}
	if held, _ := directory.HeldWithin(w.system); len(held) != 0 {
		t.Errorf("%+v", held)
	}
	w.receive(complete(t, "2026-09-03", base()...))
	if w.user("prenoma.eleve").State() != directory.Inactive {
		t.Error("not restored")
	}
}

func TestNoStudentAtAll(t *testing.T) {
	w := newWorld(t)
	w.receive(complete(t, "2026-08-31", base()...))
	empty := slices.DeleteFunc(base(), func(r aaf.Record) bool { return r.Category == aaf.Students })
	im := w.receive(complete(t, "2026-09-01", empty...))
	if im.Counts["0990101X/student"].Held != 21 || w.user("zoe.durand").State() != directory.Inactive {
		t.Errorf("%s", im.Text())
	}
	im = w.receive(complete(t, "2026-09-02", base()...))
	if held, _ := directory.HeldWithin(w.system); len(held) != 0 || im.Sum().Deleted != 0 {
		t.Errorf("a good file leaves what was held: %+v %s", held, im.Text())
	}
	im, err := w.try(w.system, directory.ImportOptions{Path: complete(t, "2026-09-03", empty...), AcceptDeletions: []string{"0990101X"}})
	if err != nil || im.Counts["0990101X/student"].Deleted != 21 {
		t.Errorf("%s %v", im.Text(), err)
	}
}

func TestAMissingCategoryDeletesNobody(t *testing.T) {
	w := newWorld(t)
	w.receive(complete(t, "2026-08-31", base()...))
	im := w.receive(newDelivery(t, aaf.Complete, "2026-09-01", without(1)...).write(aaf.Students))
	if im.Sum().Deleted+im.Sum().Held != 0 || w.user("zoe.durand").State() == directory.Deleted {
		t.Errorf("%s", im.Text())
	}
}

// TestOneSchoolOfTwo: the files of one school never take away what the files of
// the other gave.
func TestOneSchoolOfTwo(t *testing.T) {
	w := newWorld(t)
	w.receive(complete(t, "2026-08-31", base()...))
	records := replace(base(), aaf.Schools, "2")
	records = replace(records, aaf.Students, "101")
	records = replace(records, aaf.StaffOf, "300")
	im := w.receive(complete(t, "2026-09-01", records...))
	hugo, tom, alice := w.user("hugo.petit"), w.user("tom.durand"), w.user("alice.durand")
	if !slices.Equal(hugo.Places(), []data.Place{lycee}) || hugo.State() == directory.Deleted {
		t.Errorf("the teacher: %v %s\n%s", hugo.Places(), hugo.State(), im.Text())
	}
	if tom.State() == directory.Deleted || !slices.Contains(alice.Places(), lycee) {
		t.Errorf("the lycée's people: %s %v", tom.State(), alice.Places())
	}
}

func TestPerSchoolFilesOfOneDelivery(t *testing.T) {
	w := newWorld(t)
	d := newDelivery(t, aaf.Complete, "2026-08-31", replace(replace(base(), aaf.Schools, "2"), aaf.StaffOf, "300", teacher("300", "PETIT", "Hugo", "1").Record(aaf.Second))...)
	d.prefix = "ENT_0990101X"
	d.write()
	d.prefix = "ENT_0990102Y"
	d.records = map[aaf.Category][]aaf.Record{}
	for _, r := range []aaf.Record{school("2", "0990102", "LES ORMES", "340").Record(aaf.Second), pupil("101", "DURAND", "Tom", "2", "3B", "200").Record(aaf.Second),
		parent("200", "DURAND", "Alice").Record(aaf.Second), teacher("300", "PETIT", "Hugo", "2").Record(aaf.Second)} {
		d.records[r.Category] = append(d.records[r.Category], r)
	}
	w.receive(d.write())
	if got := w.user("hugo.petit"); len(got.Attachments) != 2 || len(got.Attachments[0].Lessons) != 1 {
		t.Errorf("%+v", got.Attachments)
	}
}

func TestDelta(t *testing.T) {
	w := newWorld(t)
	w.receive(complete(t, "2026-08-31", base()...))
	modify := func(category aaf.Category, id string, attrs ...aaf.Attr) aaf.Record {
		return aaf.Record{Op: aaf.Modify, Category: category, ID: id, Attrs: append([]aaf.Attr{{Name: "ENTPersonJointure", Values: []string{id}}}, attrs...)}
	}
	im := w.receive(delta(t, "2026-09-01",
		modify(aaf.Students, "100", aaf.Attr{Name: "ENTEleveClasses", Values: []string{"1$3B"}}),
		modify(aaf.Relatives, "200", aaf.Attr{Name: "homePhone"}),
		modify(aaf.Students, "999", aaf.Attr{Name: "ENTEleveClasses", Values: []string{"1$3B"}}),
		aaf.Record{Op: aaf.Delete, Category: aaf.Students, ID: "110"},
		pupil("160", "NOUVEAU", "Léa", "2", "3A", "260").Record(aaf.Second), parent("260", "NOUVEAU", "Marc").Record(aaf.Second)))
	zoe := w.user("zoe.durand")
	if at, _ := zoe.At(college); !slices.Equal(at.Classes, []string{"3B"}) || len(zoe.Links) != 1 || zoe.Birth != "2012-03-14" {
		t.Errorf("%+v", zoe)
	}
	if w.user("alice.durand").Home.Value() != "" {
		t.Errorf("an emptied phone is still there: %+v\n%s", w.user("alice.durand"), im.Text())
	}
	if w.user("prenoma.eleve").State() != directory.Deleted {
		t.Error("a deleted pupil is still there")
	}
	if marc := w.user("marc.nouveau"); !slices.Equal(marc.Places(), []data.Place{lycee}) {
		t.Errorf("%v", marc.Places())
	}
	if im.Sum().Refused != 1 {
		t.Errorf("a change of nobody: %s", im.Text())
	}
	if _, err := w.try(w.system, directory.ImportOptions{Path: delta(t, "2026-08-30", modify(aaf.Students, "100"))}); access.KindOf(err) != access.Invalid {
		t.Error("an older delta is taken:", err)
	}
	im = w.receive(delta(t, "2026-09-05", pupil("100", "DURAND", "Zoé", "2", "3A", "200").Record(aaf.Second)))
	if alice := w.user("alice.durand"); !slices.Equal(alice.Places(), []data.Place{lycee}) {
		t.Errorf("the mother did not follow: %v", alice.Places())
	}
	if !slices.ContainsFunc(im.Warnings, func(s string) bool { return strings.Contains(s, "4 jours") }) {
		t.Errorf("no word about the gap: %q", im.Warnings)
	}
	w.receive(delta(t, "2026-09-06", aaf.Record{Op: aaf.Delete, Category: aaf.Students, ID: "160"}))
	w.receive(delta(t, "2026-09-07", pupil("160", "NOUVEAU", "Léa", "2", "3A", "260").Record(aaf.Second)))
	if w.user("lea.nouveau").State() != directory.Inactive {
		t.Error("deleted then added again")
	}
}

func TestINEBridge(t *testing.T) {
	w := newWorld(t)
	ecole := aaf.School{ID: "1", UAI: uai("0990103"), Name: "ECOLE LE VERGER", Type: "ECOLE ELEMENTAIRE", TypeCode: "151", Academy: "VAL-DE-SEINE"}
	max := aaf.Student{ID: "500", INE: "0123456789A", Name: person("MAX", "Nina"), Birth: "2015-01-02", School: "1", Level: "CM2", Classes: []aaf.Membership{{School: "1", Code: "77", Label: "CM2 A"}}}
	first := newDelivery(t, aaf.Complete, "2026-06-30", ecole.Record(aaf.First), max.Record(aaf.First))
	first.degree, first.prefix = aaf.First, "ENT1DVA"
	w.receive(first.write(aaf.Subjects))
	was := w.user("nina.max")
	if at := was.Attachments[0]; !slices.Equal(at.Classes, []string{"77"}) || was.Grade != "CM2" {
		t.Errorf("%+v", was)
	}
	nina := pupil("600", "MAX", "Nina", "1", "3A")
	nina.INE, nina.Birth = "0123456789A", "2015-01-02"
	other := pupil("601", "AUTRE", "Luc", "1", "3A")
	other.INE = "0123456789A"
	im := w.receive(complete(t, "2026-08-31", append(base(), nina.Record(aaf.Second), other.Record(aaf.Second))...))
	now := w.user("nina.max")
	if now.ID != was.ID || len(now.Attachments) != 2 {
		t.Errorf("%s then %s: %+v", was.ID, now.ID, now.Attachments)
	}
	if lines, _ := directory.OutcomesOf(w.system, im.ID, directory.SaysMerged, 0, 10); len(lines) != 1 {
		t.Errorf("%+v", lines)
	}
	if w.user("luc.autre").ID == was.ID {
		t.Error("two people became one")
	}
	max.Name.Title, max.Level = "Mme", "CM1" // the école has not let her go
	again := newDelivery(t, aaf.Complete, "2026-09-02", ecole.Record(aaf.First), max.Record(aaf.First))
	again.degree, again.prefix = aaf.First, "ENT1DVA"
	w.receive(again.write(aaf.Subjects))
	if now := w.user("nina.max"); now.Grade != "3e" || now.MEF != "3EME" || len(now.Attachments) != 2 {
		t.Errorf("taken back to the école: %s %+v", now.Grade, now.Attachments)
	}
}

func TestDryRun(t *testing.T) {
	w := newWorld(t)
	path := complete(t, "2026-08-31", base()...)
	before := w.lastEvent()
	tried, err := w.try(w.system, directory.ImportOptions{Path: path, DryRun: true})
	if err != nil || len(w.everybody()) != 0 || w.lastEvent() != before {
		t.Fatalf("%v, %d people, %d events", err, len(w.everybody()), w.lastEvent()-before)
	}
	done := w.receive(path)
	if tried.Sum() != done.Sum() || tried.State != directory.ImportTried {
		t.Errorf("tried %s, done %s", tried.Sum(), done.Sum())
	}
	next := complete(t, "2026-09-01", without(2)...)
	tried, err = w.try(w.system, directory.ImportOptions{Path: next, DryRun: true})
	if err != nil || w.user("prenoma.eleve").State() == directory.Deleted {
		t.Fatal(err)
	}
	if done = w.receive(next); tried.Sum() != done.Sum() {
		t.Errorf("tried %s, done %s", tried.Sum(), done.Sum())
	}
}

func TestMalformedPeopleAreToldAndLeftOut(t *testing.T) {
	w := newWorld(t)
	noName, badDate, twice := pupil("700", "", "Sans", "1", "3A"), pupil("701", "JOUR", "Faux", "1", "3A"), pupil("702", "DEUX", "Fois", "1", "3A")
	bad := badDate.Record(aaf.Second)
	for i := range bad.Attrs {
		if bad.Attrs[i].Name == "ENTPersonDateNaissance" {
			bad.Attrs[i].Values = []string{"31/02/2012"}
		}
	}
	last := twice
	last.Name.First = "Encore"
	im := w.receive(complete(t, "2026-08-31", append(base(), noName.Record(aaf.Second), bad, twice.Record(aaf.Second), last.Record(aaf.Second))...))
	lines, err := directory.OutcomesOf(w.system, im.ID, directory.SaysRefused, 0, 10)
	if err != nil || len(lines) != 2 {
		t.Fatalf("%+v %v", lines, err)
	}
	for _, l := range lines {
		if l.Line == 0 || l.File == "" || l.ID == "" || l.Says == "" {
			t.Errorf("%+v", l)
		}
	}
	if w.user("encore.deux").State() != directory.Inactive {
		t.Error("the last of two is not the one that counts")
	}
	if _, there := w.everybody()["fois.deux"]; there {
		t.Error("both were taken")
	}
}

func TestRefusedWhole(t *testing.T) {
	w := newWorld(t)
	w.receive(complete(t, "2026-08-31", base()...))
	people := w.everybody()
	for name, spoil := range map[string]func([]byte) []byte{
		"truncated":  func(b []byte) []byte { return b[:len(b)*2/3] },
		"wrong root": func(b []byte) []byte { return []byte(strings.ReplaceAll(string(b), "ficAlimMENESR", "autre")) },
		"UTF-16":     func(b []byte) []byte { return append([]byte{0xff, 0xfe}, b...) },
		"NUL": func(b []byte) []byte {
			return append(slices.Clone(b[:len(b)/2]), append([]byte{0, 0}, b[len(b)/2:]...)...)
		},
		"entities": func(b []byte) []byte {
			return []byte(strings.Replace(string(b), "<ficAlimMENESR", `<!DOCTYPE ficAlimMENESR [<!ENTITY x SYSTEM "file:///etc/passwd">]><ficAlimMENESR`, 1))
		},
	} {
		dir := complete(t, "2026-09-01", without(1)...)
		file := filepath.Join(dir, aaf.FileName("ENT", aaf.Complete, "2026-09-01", aaf.Students, 0))
		raw, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if name == "entities" {
			raw = []byte(strings.Replace(string(raw), `<!DOCTYPE ficAlimMENESR SYSTEM "ficAlimMENESR.dtd">`, "", 1))
		}
		if err := os.WriteFile(file, spoil(raw), 0o600); err != nil {
			t.Fatal(err)
		}
		im, err := w.try(w.system, directory.ImportOptions{Path: dir})
		if access.KindOf(err) != access.Invalid || im == nil || im.State != directory.ImportRefused || im.Refusal == "" {
			t.Errorf("%s: %v %+v", name, err, im)
		}
		for login, u := range w.everybody() {
			if people[login].Version != u.Version {
				t.Errorf("%s: %s changed", name, login)
			}
		}
	}
	left, err := filepath.Glob(filepath.Join(w.dir, "import-*"))
	if err != nil || len(left) != 0 {
		t.Errorf("left behind: %v %v", left, err)
	}
}

func TestWhoMayImport(t *testing.T) {
	w := newWorld(t)
	w.receive(complete(t, "2026-08-31", base()...))
	local := w.administrator("lise.locale", access.LocalAdmin, college)
	if _, err := w.try(local, directory.ImportOptions{Path: complete(t, "2026-09-01", base()...)}); access.KindOf(err) != access.Invalid {
		t.Error("a local administrator imports two schools:", err)
	}
	own := replace(replace(base(), aaf.Schools, "2"), aaf.Students, "101")
	own = replace(own, aaf.Students, "111", pupil("111", "ELEVE", "Rebaptisée", "1", "3A", "2111").Record(aaf.Second))
	im, err := w.try(local, directory.ImportOptions{Path: complete(t, "2026-09-01", own...)})
	if err != nil || im.Sum().Changed != 1 {
		t.Errorf("%v %s", err, im.Text())
	}
	if got := w.user("hugo.petit").Places(); !slices.Equal(got, []data.Place{college, lycee}) {
		t.Errorf("%v", got)
	}
	im, err = w.try(local, directory.ImportOptions{Path: delta(t, "2026-09-02", aaf.Record{Op: aaf.Delete, Category: aaf.Students, ID: "101"}, pupil("101", "PIRATE", "Tom", "2", "3A").Record(aaf.Second))})
	if w.user("tom.durand").LastName != "DURAND" || w.user("tom.durand").State() == directory.Deleted {
		t.Errorf("a pupil of another school was changed: %v %s", err, im.Text())
	}
	if im, err := w.try(local, directory.ImportOptions{Path: delta(t, "2026-09-03", aaf.Record{Op: aaf.Delete, Category: aaf.Students, ID: "101"})}); w.user("tom.durand").State() == directory.Deleted {
		t.Errorf("a pupil of another school was deleted: %v %s", err, im.Text())
	}
}

func TestHomonyms(t *testing.T) {
	w := newWorld(t)
	w.receive(complete(t, "2026-08-31", base()...))
	im := w.receive(complete(t, "2026-09-01", append(base(), pupil("800", "DURAND", "Zoé", "2", "3A").Record(aaf.Second), pupil("801", "NOM", "Admin", "2", "3A").Record(aaf.Second))...))
	if w.user("zoe.durand2").INE == w.user("zoe.durand").INE {
		t.Error("one account for two")
	}
	if lines, _ := directory.OutcomesOf(w.system, im.ID, directory.SaysHomonym, 0, 10); len(lines) != 1 {
		t.Errorf("%+v", lines)
	}
	for login := range w.everybody() {
		if strings.HasPrefix(login, "admin.") {
			t.Error(login)
		}
	}
}

// TestContactsAreForgotten: what was kept of somebody without an account goes
// with the complete that no longer has them, and reports go in time.
func TestContactsAreForgotten(t *testing.T) {
	w := newWorld(t)
	zoe := pupil("100", "DURAND", "Zoé", "1", "3A", "200")
	zoe.Links = append(zoe.Links, aaf.Link{Relative: "201", Code: "90", Contact: true})
	with := append(replace(base(), aaf.Students, "100"), zoe.Record(aaf.Second), parent("201", "VOISIN", "Paul").Record(aaf.Second))
	im := w.receive(complete(t, "2026-08-31", with...))
	known := func() (n int) {
		if err := w.system.See(func(tx *data.Tx) error {
			for s, err := range directory.Sources.All(tx) {
				if err != nil {
					return err
				}
				if strings.HasSuffix(s.ID, "/PersRelEleve/201") {
					n++
				}
			}
			return nil
		}); err != nil {
			t.Fatal(err)
		}
		return n
	}
	if known() != 1 {
		t.Fatal("the contact is not remembered")
	}
	w.receive(complete(t, "2026-09-01", base()...))
	if known() != 0 {
		t.Error("the contact is still remembered")
	}
	w.pass(directory.Retention + 48*time.Hour)
	if err := directory.ForgetReports(w.system); err != nil {
		t.Fatal(err)
	}
	if _, err := directory.ReadImport(w.system, im.ID); access.KindOf(err) != access.Missing {
		t.Error("an old report is still there:", err)
	}
}
