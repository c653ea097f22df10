package groups_test

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"

	"preau/app/access"
	"preau/app/directory"
	"preau/app/groups"
	"preau/data"
)

func (w *town) sheet(s *access.Session, uai, id string, look groups.Among) groups.Sheet {
	w.t.Helper()
	sheet, err := groups.SheetOf(s, uai, id, look)
	w.ok(err)
	return sheet
}

// TestSheet says what a group is, where it stands, what is in it and by what.
func TestSheet(t *testing.T) {
	w := newTown(t)
	zoe := w.named("Pupilleaa").ID
	around := w.makes(w.nina, tilleuls, "Clubs")
	id := w.sub(w.nina, tilleuls, around, "Échecs", groups.Person(zoe), element("class", "3A", directory.Student), groups.Automatic("teacher"))
	w.sub(w.omar, tilleuls, id, "Débutants", groups.Person(zoe))
	user := w.makes(w.nina, tilleuls, "Tournoi", groups.Nested(id))

	s := w.sheet(w.omar, tilleuls, id, groups.Among{})
	if s.Name != "Échecs" || s.ByName != "ROUX Nina" || s.School.UAI != tilleuls || !s.Own || len(s.Around) != 1 || s.Around[0].ID != around || len(s.Uses) != 1 || s.Uses[0].ID != user || len(s.Kids) != 1 || s.Kids[0].People != 1 {
		t.Errorf("%+v", s)
	}
	if s.Total != 13 || s.Found != 13 || s.Counts[directory.Student] != 10 || s.Counts[directory.Teacher] != 3 {
		t.Errorf("%d people, %v", s.Total, s.Counts)
	}
	if len(s.Elements) != 2 || s.Elements[0].Label != "Élèves de 3A" || s.Elements[0].People != 10 || s.Elements[0].Kind != "Classe" || s.Elements[1].People != 3 {
		t.Errorf("%+v", s.Elements)
	}
	if p := s.People[0]; p.ID != zoe || p.Where != "3A" || p.Origin() != "directement, via Élèves de 3A, via Débutants" {
		t.Errorf("%+v: %s", p, p.Origin())
	}
	if len(s.Events) != 1 || s.Events[0].By != "ROUX Nina" {
		t.Errorf("%+v", s.Events)
	}
	for look, want := range map[groups.Among]int{{Text: "pupille"}: 10, {Text: "eleve pupilleaa"}: 1, {Text: "pille"}: 0, {Text: "prof"}: 3, {Profile: directory.Teacher}: 3, {Profile: directory.Relative}: 0, {Text: "élève"}: 10} {
		if s := w.sheet(w.nina, tilleuls, id, look); s.Found != want || s.Total != 13 {
			t.Errorf("%+v finds %d, want %d", look, s.Found, want)
		}
	}
	back := w.sheet(w.nina, tilleuls, id, groups.Among{Back: true})
	if back.People[0].Profile != directory.Teacher || back.People[12].ID != zoe {
		t.Errorf("%+v", back.People)
	}
	_, err := groups.SheetOf(w.rita, ormes, id, groups.Among{})
	refuses(t, "the page of another establishment's group", err, access.Missing)
	_, err = groups.SheetOf(w.rita, tilleuls, id, groups.Among{})
	refuses(t, "the page at another establishment", err, access.Missing)
	_, err = groups.ExportMembers(w.rita, tilleuls, id, groups.CSV)
	refuses(t, "the file of another establishment's group", err, access.Missing)
}

// TestPartnersMembers reads a shared group at each of its establishments: of those
// whom the other put there, the name and the profile and nothing else, and of the
// profiles only one's own.
func TestPartnersMembers(t *testing.T) {
	w := newTown(t)
	w.ally(groups.Accepted)
	both := w.named("Maîtreac") // a teacher of both
	id := w.shares("Cordée", directory.Profiles, []directory.Profile{directory.Student, directory.Teacher})
	w.puts(w.nina, tilleuls, id, element("class", "3A", directory.Student), groups.Automatic("teacher"))
	w.puts(w.rita, ormes, id, element("class", "3A", directory.Student), groups.Automatic("teacher"))

	ours, theirs := w.sheet(w.nina, tilleuls, id, groups.Among{}), w.sheet(w.rita, ormes, id, groups.Among{})
	if ours.Total != 19 || theirs.Total != 19 {
		t.Errorf("%d and %d people", ours.Total, theirs.Total)
	}
	if len(ours.Sides) != 2 || len(theirs.Sides) != 1 || theirs.Sides[0].School.UAI != ormes || len(theirs.Sides[0].Profiles) != 2 || theirs.School.UAI != tilleuls || theirs.Own {
		t.Errorf("%+v, %+v", ours.Sides, theirs.Sides)
	}
	known := map[string]int{}
	for uai, s := range map[string]groups.Sheet{tilleuls: ours, ormes: theirs} {
		if len(s.Elements) != 2 || s.Elements[0].People != map[string]int{tilleuls: 10, ormes: 5}[uai] {
			t.Errorf("elements at %s: %+v", uai, s.Elements)
		}
		for _, p := range s.People {
			if !p.TheirsOnly {
				known[uai]++
				continue
			}
			bare := groups.Someone{LastName: p.LastName, FirstName: p.FirstName, Profile: p.Profile, Partner: true, TheirsOnly: true}
			if fmt.Sprint(p) != fmt.Sprint(bare) || p.Name() == " " || p.Origin() != "par un établissement partenaire" {
				t.Errorf("at %s: %+v", uai, p)
			}
		}
		i := slices.IndexFunc(s.People, func(p groups.Someone) bool { return p.ID == both.ID })
		if i < 0 || s.People[i].Origin() != "via Enseignants, par un établissement partenaire" {
			t.Errorf("the teacher of both, at %s: %+v", uai, s.People)
		}
	}
	if known[tilleuls] != 13 || known[ormes] != 7 {
		t.Errorf("known: %v", known)
	}
	x, err := groups.ExportMembers(w.rita, ormes, id, groups.CSV)
	w.ok(err)
	var file bytes.Buffer
	w.ok(x.CSV(&file))
	if lines := strings.Split(strings.TrimSpace(file.String()), "\r\n"); len(lines) != 20 || strings.Contains(file.String(), "PAA") {
		t.Errorf("%d lines: %s", len(lines), file.String())
	}
	if n := strings.Count(file.String(), ";Élève;;par un établissement partenaire"); n != 10 {
		t.Errorf("%d pupils of the partner with nothing else: %s", n, file.String())
	}
}

// TestExportTells writes in the journal of the establishment who took a list, and
// neutralises what a spreadsheet would compute.
func TestExportTells(t *testing.T) {
	w := newTown(t)
	u := w.keep(directory.User{Profile: directory.Guest, LastName: "=cmd|' /C calc'!A0", FirstName: "Mallory", Source: directory.FromHand, Attachments: directory.Attachments{{At: atTilleuls, Main: true}}})
	id := w.makes(w.nina, tilleuls, "Club", groups.Person(u.ID))
	for _, form := range []string{groups.CSV, groups.PDF} {
		x, err := groups.ExportMembers(w.nina, tilleuls, id, form)
		w.ok(err)
		var file bytes.Buffer
		if form == groups.PDF {
			w.ok(x.PDF(&file))
		} else if w.ok(x.CSV(&file)); !strings.HasPrefix(file.String(), "\ufeff") || strings.Contains(file.String(), "\n=cmd") || strings.Contains(file.String(), "\n\"=cmd") {
			t.Errorf("%q", file.String())
		}
		events, _, err := directory.Journal(w.nina, tilleuls, 0, 1)
		if w.ok(err); events[0].Action != "group.export" || events[0].By != "ROUX Nina" || events[0].Note != "«\u00a0Club\u00a0», 1 personne, "+form || file.Len() == 0 {
			t.Errorf("%+v", events[0])
		}
	}
}

// BenchmarkMembers reckons 5,000 people of nested groups and shows a page of them.
func BenchmarkMembers(b *testing.B) {
	w := newTown(b)
	for part := range 50 {
		w.do(func(tx *data.Tx) (data.Row, error) {
			var u directory.User
			for n := range 100 {
				u = directory.User{ID: fmt.Sprintf("PBB%05d", part*100+n), Profile: directory.Student, LastName: fmt.Sprint("NOM", n), FirstName: fmt.Sprint("Prénom ", part), Grade: "3e", Source: directory.FromAAF, CreatedAt: tx.Now,
					Attachments: directory.Attachments{{At: atTilleuls, Main: true, Classes: []string{fmt.Sprint("C", part)}}}}
				u.Login.Federated = strings.ToLower(u.ID)
				if err := directory.Users.Put(tx, u); err != nil {
					return nil, err
				}
			}
			return u, nil
		})
	}
	var nested []groups.Ref
	for part := range 50 {
		nested = append(nested, groups.Nested(w.makes(w.nina, tilleuls, fmt.Sprint("Classe ", part), element("class", fmt.Sprint("C", part), directory.Student))))
	}
	whole := w.makes(w.nina, tilleuls, "Tous", append(nested, groups.Automatic("grade/3e/student"))...)
	outer := w.makes(w.nina, tilleuls, "Plus encore", groups.Nested(whole), groups.Automatic("student"))
	for b.Loop() {
		if s := w.sheet(w.nina, tilleuls, outer, groups.Among{Page: 3}); s.Total < 5000 || len(s.People) != groups.PageSize {
			b.Fatal(s.Total)
		}
	}
}
