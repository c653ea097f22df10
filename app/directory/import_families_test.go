package directory_test

import (
	"slices"
	"strings"
	"testing"

	"preau/app/directory"
	"preau/app/format/aaf"
)

// related is a pupil whose links are written as the files do.
func related(id, first string, links ...string) aaf.Record {
	r := pupil(id, "DURAND", first, "1", "3A").Record(aaf.Second)
	for i := range r.Attrs {
		if r.Attrs[i].Name == "ENTElevePersRelEleve" {
			r.Attrs[i].Values = links
		}
	}
	return r
}

// TestWhoIsARelative: link codes and levels, of the old files and of the new.
func TestWhoIsARelative(t *testing.T) {
	w := newWorld(t)
	records := []aaf.Record{tilleuls(),
		related("100", "Zoé", "200$20$0$1$1$0", "201$10$0$1$1$0", "202$10$0$1$0$0", "203$90$0$2$1$0", "204$38$0$3$1$0", "205$70$0$1$1$0"),
		related("101", "Tom", "206$1$0$1$1$0", "207$2$0$2$1$0", "208$4$0$0$1$0", "209$7$0$1$1$0")}
	for i, first := range []string{"Jean", "Alice", "Berthe", "Charge", "Contact", "Zoé", "Ancien", "Ancienne", "Tante", "Tom"} {
		records = append(records, parent("20"+string(rune('0'+i)), "LIEN", first).Record(aaf.Second))
	}
	im := w.receive(complete(t, "2026-09-01", records...))
	accounts := map[string]bool{"jean": true, "alice": true, "berthe": true, "ancien": true, "ancienne": true}
	all := w.everybody()
	for _, first := range []string{"jean", "alice", "berthe", "charge", "contact", "zoe", "ancien", "ancienne", "tante", "tom"} {
		if _, has := all[first+".lien"]; has != accounts[first] {
			t.Errorf("%s: account %v, want %v", first, has, accounts[first])
		}
	}
	var said []string
	for _, l := range append(all["zoe.durand"].Links, all["tom.durand"].Links...) {
		said = append(said, l.String())
	}
	want := []string{"Père LIEN Jean", "Mère LIEN Alice", "Mère LIEN Berthe", "Autre lien LIEN Charge", "Ascendant LIEN Contact", "Père LIEN Ancien", "Mère LIEN Ancienne", "Autre membre de la famille LIEN Tante"}
	if !slices.Equal(said, want) {
		t.Errorf("links: %q", said)
	}
	if lines, _ := directory.OutcomesOf(w.system, im.ID, directory.SaysNoAccount, 0, 20); len(lines) != 5 {
		t.Errorf("%d without an account, want 5", len(lines))
	}
}

// TestARelativeIsRenamed: the links of pupils who have not changed follow.
func TestARelativeIsRenamed(t *testing.T) {
	w := newWorld(t)
	zoe := related("100", "Zoé", "200$10$0$1$1$0", "201$90$0$3$1$0")
	w.receive(complete(t, "2026-09-01", tilleuls(), zoe, parent("200", "DURAND", "Alice").Record(aaf.Second), parent("201", "VOISIN", "Paul").Record(aaf.Second)))
	alice := w.user("alice.durand").ID
	w.receive(complete(t, "2026-09-02", tilleuls(), zoe, parent("200", "MOREL", "Alice").Record(aaf.Second), parent("201", "VOISINE", "Paule").Record(aaf.Second)))
	links := w.user("zoe.durand").Links
	if links[0].Relative != alice || links[0].Name != "MOREL Alice" || links[1].Name != "VOISINE Paule" {
		t.Errorf("%+v", links)
	}
}

// TestRelativesWithoutTheirPupils: a pupil who is refused, or a file of pupils
// that is missing, does not take the parents away.
func TestRelativesWithoutTheirPupils(t *testing.T) {
	w := newWorld(t)
	mother := parent("200", "DURAND", "Alice").Record(aaf.Second)
	w.receive(complete(t, "2026-09-01", tilleuls(), related("100", "Zoé", "200$10$0$1$1$0"), mother))
	bad := related("100", "Zoé", "200$10$0$1$1$0")
	for i := range bad.Attrs {
		if bad.Attrs[i].Name == "ENTPersonDateNaissance" {
			bad.Attrs[i].Values = []string{"31/02/2012"}
		}
	}
	for _, date := range []aaf.Date{"2026-09-02", "2026-09-03"} {
		im := w.receive(complete(t, date, tilleuls(), bad, mother))
		if im.Sum() != (directory.Tallies{Refused: 1}) {
			t.Errorf("%s: a refused pupil: %s", date, im.Text())
		}
	}
	w.receive(delta(t, "2026-09-04", modify(aaf.Students, "100", aaf.Attr{Name: "ENTPersonVille"}))) // what was known stands
	im := w.receive(newDelivery(t, aaf.Complete, "2026-09-05", tilleuls(), parent("200", "DURAND", "Alix").Record(aaf.Second)).write(aaf.Students))
	if im.Sum() != (directory.Tallies{Changed: 1}) {
		t.Errorf("no file of pupils: %s", im.Text())
	}
	w.where("zoe.durand", college)
	w.where("alice.durand", college)
}

// TestARecordWithAProblemIsNotAnAbsence: an identifier that contradicts itself.
func TestARecordWithAProblemIsNotAnAbsence(t *testing.T) {
	w := newWorld(t)
	w.receive(complete(t, "2026-09-01", tilleuls(), related("100", "Zoé")))
	odd := related("100", "Zoé")
	odd.Attrs[0].Values = []string{"999"}
	im := w.receive(complete(t, "2026-09-02", tilleuls(), odd))
	if im.Sum() != (directory.Tallies{Refused: 1}) {
		t.Errorf("%s", im.Text())
	}
	w.where("zoe.durand", college)
}

// TestFamiliesOfADelta: a delta tells of pupils, and their parents follow.
func TestFamiliesOfADelta(t *testing.T) {
	w := newWorld(t)
	w.receive(complete(t, "2026-09-01", tilleuls(), ormes(), related("100", "Zoé", "200$10$0$1$1$0", "201$90$0$3$1$0"), related("101", "Tom", "200$10$0$1$1$0"),
		parent("200", "DURAND", "Alice").Record(aaf.Second), parent("201", "VOISIN", "Paul").Record(aaf.Second)))
	links := func(id string, values ...string) aaf.Record {
		return modify(aaf.Students, id, aaf.Attr{Name: "ENTElevePersRelEleve", Values: values})
	}
	step := func(date aaf.Date, want directory.Tallies, records ...aaf.Record) {
		t.Helper()
		path := delta(t, date, records...)
		tried, err := w.try(w.system, directory.ImportOptions{Path: path, DryRun: true})
		if err != nil {
			t.Fatal(err)
		}
		done := w.receive(path)
		if done.Sum() != want || tried.Sum() != want {
			t.Errorf("%s: tried %s, done %s, want %s", date, tried.Sum(), done.Sum(), want)
		}
	}
	step("2026-09-02", directory.Tallies{Created: 1, Changed: 1}, links("100", "200$10$0$1$1$0", "201$90$0$1$1$0"))
	w.where("paul.voisin", college)
	step("2026-09-03", directory.Tallies{Moved: 2}, modify(aaf.Students, "101", aaf.Attr{Name: "ENTPersonStructRattach", Values: []string{"2"}}, aaf.Attr{Name: "ENTEleveClasses", Values: []string{"2$3A"}}))
	w.where("alice.durand", college, lycee)
	step("2026-09-04", directory.Tallies{Changed: 1, Deleted: 1}, links("100", "200$10$0$1$1$0", "201$90$0$3$1$0"))
	w.gone("paul.voisin")
	step("2026-09-05", directory.Tallies{Changed: 1, Restored: 1}, links("100", "200$10$0$1$1$0", "201$90$0$1$1$0"))
	w.where("paul.voisin", college)
	step("2026-09-06", directory.Tallies{Moved: 1, Deleted: 2}, remove(aaf.Students, "100"))
	w.where("alice.durand", lycee)
	w.gone("paul.voisin")

	// The next complete says the same, and changes nothing but what it gives back.
	im := w.receive(complete(t, "2026-09-07", tilleuls(), ormes(), func() aaf.Record {
		tom := pupil("101", "DURAND", "Tom", "2", "3A", "200")
		return tom.Record(aaf.Second)
	}(), parent("200", "DURAND", "Alice").Record(aaf.Second), parent("201", "VOISIN", "Paul").Record(aaf.Second)))
	if im.Sum() != (directory.Tallies{}) {
		t.Errorf("%s", im.Text())
	}
	w.where("alice.durand", lycee)
	w.receive(complete(t, "2026-09-08", tilleuls(), ormes(), parent("200", "DURAND", "Alice").Record(aaf.Second)))
	w.gone("alice.durand")
}

// TestAListEmptiedByADelta: an attribute that is there and empty clears, one
// that is not there stays.
func TestAListEmptiedByADelta(t *testing.T) {
	w := newWorld(t)
	zoe := pupil("100", "DURAND", "Zoé", "1", "3A")
	zoe.Groups, zoe.Mail = []aaf.Membership{{School: "1", Code: "3LAT"}}, "zoe@exemple.example"
	w.receive(complete(t, "2026-09-01", tilleuls(), zoe.Record(aaf.Second)))
	w.receive(delta(t, "2026-09-02", modify(aaf.Students, "100", aaf.Attr{Name: "ENTEleveGroupes", Values: []string{""}})))
	u := w.user("zoe.durand")
	if at, _ := u.At(college); len(at.Groups) != 0 || !slices.Equal(at.Classes, []string{"3A"}) || u.Email.Value() != "zoe@exemple.example" {
		t.Errorf("%+v %s", at, u.Email.Value())
	}
	w.receive(delta(t, "2026-09-03", modify(aaf.Students, "100", aaf.Attr{Name: "mail"})))
	if u := w.user("zoe.durand"); u.Email.Value() != "" {
		t.Errorf("%s", u.Email.Value())
	}
}

// TestTwoChangesInOneDelta: both count, whatever the file they come in.
func TestTwoChangesInOneDelta(t *testing.T) {
	w := newWorld(t)
	w.receive(complete(t, "2026-09-01", tilleuls(), related("100", "Zoé"), related("101", "Tom")))
	im := w.receive(delta(t, "2026-09-02",
		modify(aaf.Students, "100", aaf.Attr{Name: "ENTEleveClasses", Values: []string{"1$3B"}}), modify(aaf.Students, "100", aaf.Attr{Name: "mail", Values: []string{"zoe@exemple.example"}}),
		remove(aaf.Students, "101"), related("101", "Tom")))
	zoe := w.user("zoe.durand")
	if at, _ := zoe.At(college); !slices.Equal(at.Classes, []string{"3B"}) || zoe.Email.Value() != "zoe@exemple.example" {
		t.Errorf("%+v %s", at, im.Text())
	}
	w.where("tom.durand", college)
}

// TestClassesOfTheFirstDegree: pupils alone name them, in a delta too.
func TestClassesOfTheFirstDegree(t *testing.T) {
	w := newWorld(t)
	ecole := aaf.School{ID: "1", UAI: uai("0990103"), Name: "LE VERGER", Type: "ECOLE ELEMENTAIRE", TypeCode: "151", Academy: "VAL-DE-SEINE"}
	child := func(id, first, code, label string) aaf.Student {
		return aaf.Student{ID: id, Name: person("MAX", first), Birth: "2016-01-02", School: "1", Level: "CM1", Classes: []aaf.Membership{{School: "1", Code: code, Label: label}}}
	}
	deliver := func(kind aaf.Kind, date aaf.Date, records ...aaf.Record) {
		t.Helper()
		d := newDelivery(t, kind, date, records...)
		d.degree, d.prefix = aaf.First, "ENT1DVA"
		w.receive(d.write(aaf.Subjects))
	}
	names := func(want ...string) {
		t.Helper()
		c, err := directory.ChoicesOf(w.system, ecole.UAI)
		var got []string
		for _, class := range c.Classes {
			got = append(got, class.Name)
		}
		if err != nil || !slices.Equal(got, want) {
			t.Errorf("%q %v, want %q", got, err, want)
		}
	}
	deliver(aaf.Complete, "2026-09-01", ecole.Record(aaf.First), child("1", "Nina", "77", "CM1 A").Record(aaf.First), child("2", "Paul", "78", "CM1 B").Record(aaf.First))
	names("CM1 A", "CM1 B")
	deliver(aaf.Delta, "2026-09-02", modify(aaf.Schools, "1", aaf.Attr{Name: "ENTStructureTelephone", Values: []string{"0199000002"}}), modify(aaf.Students, "1", aaf.Attr{Name: "ENTPersonClasses", Values: []string{"1$$$77$CM1 SALLE 4"}}))
	names("CM1 SALLE 4", "CM1 B")
	deliver(aaf.Complete, "2026-09-03", ecole.Record(aaf.First), child("1", "Nina", "77", "CM1 SALLE 4").Record(aaf.First))
	names("CM1 SALLE 4")
}

// TestAClassThatItsSchoolForgets stays for as long as a pupil names it.
func TestAClassThatItsSchoolForgets(t *testing.T) {
	w := newWorld(t)
	zoe := pupil("100", "DURAND", "Zoé", "1", "3Z").Record(aaf.Second)
	has := func() bool {
		c, err := directory.ChoicesOf(w.system, "0990101X")
		return err == nil && slices.ContainsFunc(c.Classes, func(c directory.Class) bool { return c.Code == "3Z" })
	}
	w.receive(complete(t, "2026-09-01", tilleuls(), zoe))
	if !has() {
		t.Error("the pupil's class was not made")
	}
	w.receive(complete(t, "2026-09-02", school("1", "0990101", "LES VIEUX TILLEULS", "340").Record(aaf.Second), zoe))
	if !has() {
		t.Error("it went with a change of the school")
	}
	w.receive(complete(t, "2026-09-03", tilleuls(), pupil("100", "DURAND", "Zoé", "1", "3A").Record(aaf.Second)))
	if has() {
		t.Error("it stayed when nobody named it")
	}
}

// TestTwins share a name, a birth date, and here by mistake a national number.
func TestTwins(t *testing.T) {
	w := newWorld(t)
	tom, leo := pupil("100", "DURAND", "Tom", "1", "3A"), pupil("101", "DURAND", "Léo", "1", "3A")
	tom.INE, leo.INE = "0123456789A", "0123456789A"
	im := w.receive(complete(t, "2026-09-01", tilleuls(), tom.Record(aaf.Second), leo.Record(aaf.Second)))
	same := leo
	same.ID, same.Name.First = "102", "Tom"
	im2 := w.receive(complete(t, "2026-09-02", tilleuls(), tom.Record(aaf.Second), leo.Record(aaf.Second), same.Record(aaf.Second)))
	if im.Sum().Created != 2 || im2.Sum().Created != 1 || len(w.everybody()) != 3 {
		t.Errorf("%s\n%s", im.Text(), im2.Text())
	}
	for _, id := range []string{im.ID, im2.ID} {
		lines, _ := directory.OutcomesOf(w.system, id, directory.SaysWarning, 0, 10)
		if len(lines) == 0 || !strings.Contains(lines[0].Says, "INE") {
			t.Errorf("%+v", lines)
		}
	}
}
