package directory_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"preau/app/access"
	"preau/app/directory"
	"preau/app/format/aaf"
)

// crowd are n pupils of the college, each with a mother.
func crowd(n int) (all []aaf.Record) {
	all = append(all, tilleuls(), ormes())
	for i := range n {
		id, first := fmt.Sprint(1000+i), "Prénom"+string(rune('a'+i/26))+string(rune('a'+i%26))
		all = append(all, pupil(id, "ELEVE", first, "1", "3A", "2"+id).Record(aaf.Second), parent("2"+id, "PARENT", first).Record(aaf.Second))
	}
	return all
}

// but gives the records without the first n pupils of a crowd, nor their mothers.
func but(n int, records []aaf.Record) []aaf.Record {
	for i := range n {
		id := fmt.Sprint(1000 + i)
		records = replace(replace(records, aaf.Students, id), aaf.Relatives, "2"+id)
	}
	return records
}

// held gives what waits, one line for each establishment.
func (w *world) held() (lines []string) {
	w.t.Helper()
	all, err := directory.HeldWithin(w.system)
	if err != nil {
		w.t.Fatal(err)
	}
	for _, h := range all {
		lines = append(lines, h.UAI+" "+h.Says)
	}
	return lines
}

// TestHowManyIsTooMany: more than one in five, and at least five; in a delta too.
func TestHowManyIsTooMany(t *testing.T) {
	for _, c := range []struct {
		there, lost int
		held        bool
	}{{10, 4, false}, {25, 5, false}, {24, 5, true}, {5, 5, true}} {
		for _, kind := range []aaf.Kind{aaf.Complete, aaf.Delta} {
			t.Run(fmt.Sprint(kind, c), func(t *testing.T) {
				w := newWorld(t)
				w.receive(complete(t, "2026-09-01", crowd(c.there)...))
				records := but(c.lost, crowd(c.there))
				if kind == aaf.Delta {
					records = nil
					for i := range c.lost {
						records = append(records, remove(aaf.Students, fmt.Sprint(1000+i)), remove(aaf.Relatives, fmt.Sprint(21000+i)))
					}
				}
				path := newDelivery(t, kind, "2026-09-02", records...).write()
				tried, err := w.try(w.system, directory.ImportOptions{Path: path, DryRun: true})
				if err != nil || len(w.held()) != 0 {
					t.Fatal(err, w.held())
				}
				im := w.receive(path)
				want := directory.Tallies{Deleted: 2 * c.lost}
				if c.held {
					want = directory.Tallies{Held: 2 * c.lost}
				}
				if im.Sum() != want || tried.Sum() != want || (len(w.held()) == 1) != c.held {
					t.Errorf("tried %s, done %s, want %s; %q", tried.Sum(), im.Sum(), want, w.held())
				}
			})
		}
	}
}

// TestMeasuredBeforeTheMoves: those who come and those who move away in the same
// files are not what a loss is measured against.
func TestMeasuredBeforeTheMoves(t *testing.T) {
	w := newWorld(t)
	w.receive(complete(t, "2026-09-01", crowd(24)...))
	records := but(5, crowd(24))
	for i := range 20 {
		records = append(records, pupil(fmt.Sprint(3000+i), "NOUVEAU", "Prénom"+string(rune('a'+i)), "1", "3A").Record(aaf.Second))
	}
	w.receive(complete(t, "2026-09-02", records...))
	if got := w.held(); len(got) != 1 || got[0] != "0990101X 5 élèves, 5 parents" {
		t.Errorf("%q", got)
	}
}

// TestConfirmedDeletions: what is confirmed goes, families whole.
func TestConfirmedDeletions(t *testing.T) {
	w := newWorld(t)
	brother := pupil("101", "ELEVE", "Tom", "2", "3B", "21000").Record(aaf.Second)
	all := append(crowd(10), brother)
	w.receive(complete(t, "2026-09-01", all...))
	mother := all[3]
	w.receive(complete(t, "2026-09-02", append(but(6, all), mother)...))
	w.where("prenomaa.eleve", college)
	w.where("prenomaa.parent", college, lycee) // as long as one child waits
	local := w.administrator("lise.locale", access.LocalAdmin, lycee)
	if _, err := directory.ConfirmDeletions(local, "0990101X"); err == nil {
		t.Error("confirmed by the administrator of another school")
	}
	w.pass(time.Hour)
	before := w.lastEvent()
	n, err := directory.ConfirmDeletions(w.system, "0990101X")
	if err != nil || n != 11 || w.lastEvent() != before+1 || len(w.held()) != 0 {
		t.Errorf("%d %v, %d events, %q", n, err, w.lastEvent()-before, w.held())
	}
	w.gone("prenomaa.eleve")
	w.gone("prenomab.parent")
	w.where("prenomaa.parent", lycee)
	history, err := directory.History(w.system, "0990101X", w.user("prenomaa.eleve").ID, 5)
	if err != nil || len(history) != 2 || !strings.Contains(history[0].Says, "suppression confirmée") || !strings.HasPrefix(history[1].Says, "Créé") {
		t.Errorf("%+v %v", history, err)
	}
	im := w.receive(complete(t, "2026-09-03", append(but(6, all), mother)...))
	if im.Sum() != (directory.Tallies{}) {
		t.Errorf("%s", im.Text())
	}
}

// TestWhoComesBackIsNotDeleted: between the stop and its confirmation a delta
// has some of those who wait.
func TestWhoComesBackIsNotDeleted(t *testing.T) {
	w := newWorld(t)
	w.receive(complete(t, "2026-09-01", crowd(10)...))
	w.receive(complete(t, "2026-09-02", but(6, crowd(10))...))
	w.receive(delta(t, "2026-09-03", modify(aaf.Students, "1000", aaf.Attr{Name: "ENTEleveClasses", Values: []string{"1$3B"}}), crowd(10)[4], crowd(10)[5]))
	if got := w.held(); len(got) != 1 || got[0] != "0990101X 4 élèves, 5 parents" {
		t.Errorf("%q", got)
	}
	if _, err := directory.ConfirmDeletions(w.system, "0990101X"); err != nil {
		t.Fatal(err)
	}
	w.where("prenomaa.eleve", college)
	w.where("prenomab.eleve", college)
	w.where("prenomab.parent", college)
	w.gone("prenomac.eleve")
}

// TestWhatProvesNothingClearsNothing: a delta, or a complete without its pupils,
// leaves what waits.
func TestWhatProvesNothingClearsNothing(t *testing.T) {
	w := newWorld(t)
	w.receive(complete(t, "2026-09-01", crowd(10)...))
	w.receive(complete(t, "2026-09-02", but(6, crowd(10))...))
	want := w.held()
	w.receive(delta(t, "2026-09-03", modify(aaf.Schools, "1", aaf.Attr{Name: "telephoneNumber", Values: []string{"0199000002"}})))
	w.receive(newDelivery(t, aaf.Complete, "2026-09-04", crowd(10)...).write(aaf.Students))
	if got := w.held(); !slices.Equal(got, want) {
		t.Errorf("%q, then %q", want, got)
	}
	w.receive(complete(t, "2026-09-05", crowd(10)...))
	if got := w.held(); len(got) != 0 {
		t.Errorf("%q", got)
	}
}

// TestADeltaAddsToWhatWaits: those of the complete are still absent.
func TestADeltaAddsToWhatWaits(t *testing.T) {
	w := newWorld(t)
	w.receive(complete(t, "2026-09-01", crowd(20)...))
	w.receive(complete(t, "2026-09-02", but(6, crowd(20))...))
	var gone []aaf.Record
	for i := 6; i < 12; i++ {
		gone = append(gone, remove(aaf.Students, fmt.Sprint(1000+i)))
	}
	w.receive(delta(t, "2026-09-03", gone...))
	if got := w.held(); len(got) != 1 || got[0] != "0990101X 12 élèves, 6 parents" {
		t.Errorf("%q", got)
	}
}

// TestOneStopOfTwo: a teacher who is absent from two schools, of which one keeps
// its people, leaves the other.
func TestOneStopOfTwo(t *testing.T) {
	w := newWorld(t)
	hugo := teacher("300", "PETIT", "Hugo", "1", "2").Record(aaf.Second)
	w.receive(complete(t, "2026-09-01", append(crowd(10), hugo)...))
	w.receive(complete(t, "2026-09-02", but(6, crowd(10))...))
	w.where("hugo.petit", college)
	if got := w.held(); len(got) != 1 || got[0] != "0990101X 6 élèves, 1 enseignant, 6 parents" {
		t.Errorf("%q", got)
	}
	if _, err := directory.ConfirmDeletions(w.system, "0990101X"); err != nil {
		t.Fatal(err)
	}
	w.gone("hugo.petit")
}

// TestDroppedDeletions: the decision is told, and the next complete asks again.
func TestDroppedDeletions(t *testing.T) {
	w := newWorld(t)
	w.receive(complete(t, "2026-09-01", crowd(10)...))
	w.receive(complete(t, "2026-09-02", but(6, crowd(10))...))
	if err := directory.DropDeletions(w.system, "0990101X"); err != nil {
		t.Fatal(err)
	}
	events, _, err := directory.Journal(w.system, "0990101X", 0, 1)
	if err != nil || len(events) != 1 || !strings.Contains(events[0].Says, "abandonnées") || !strings.Contains(events[0].Note, "6 élèves") {
		t.Errorf("%+v %v", events, err)
	}
	w.pass(time.Hour)
	w.receive(delta(t, "2026-09-03", modify(aaf.Students, "1009", aaf.Attr{Name: "mail", Values: []string{"a@exemple.example"}})))
	w.where("prenomaa.eleve", college)
	w.receive(complete(t, "2026-09-04", but(6, crowd(10))...))
	if got := w.held(); len(got) != 1 {
		t.Errorf("%q", got)
	}
	im, err := w.try(w.system, directory.ImportOptions{Path: complete(t, "2026-09-05", but(6, crowd(10))...), AcceptDeletions: []string{"0990101X"}})
	if err != nil || im.Sum() != (directory.Tallies{Deleted: 12}) || len(w.held()) != 0 {
		t.Errorf("%s %v %q", im.Text(), err, w.held())
	}
}
