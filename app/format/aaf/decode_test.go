package aaf

import (
	"errors"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
)

// record makes an Add from names and values; a value is split on | in several.
func record(c Category, id string, pairs ...string) *Record {
	r := &Record{Op: Add, Category: c, ID: id}
	for i := 0; i < len(pairs); i += 2 {
		var values []string
		if pairs[i+1] != "" {
			values = strings.Split(pairs[i+1], "|")
		}
		r.Attrs = append(r.Attrs, Attr{pairs[i], values})
	}
	return r
}

func child(pairs ...string) *Record {
	return record(Students, "1", append([]string{"sn", "LÉGER", "givenName", "Zoé", "ENTPersonDateNaissance", "14/03/2013"}, pairs...)...)
}

// What is written and read again is what it was, in both degrees and all
// encodings.
func TestRoundTrip(t *testing.T) {
	for seed := range uint64(300) {
		v := newInventor(seed)
		for _, degree := range []Degree{First, Second} {
			student, relative, staff, school := v.student(degree), v.relative(), v.staff(degree), v.school(degree)
			back := again(t, v, student.Record(degree), relative.Record(degree), staff.Record(degree), school.Record(degree),
				Subject{"030201", v.word(), "030200"}.Record(), Mef{"10010012110", v.word(), ""}.Record())
			gotStudent, w1, err1 := back[0].Student()
			gotRelative, w2, err2 := back[1].Relative()
			gotStaff, w3, err3 := back[2].Staff()
			gotSchool, w4, err4 := back[3].School()
			if warnings, err := slices.Concat(w1, w2, w3, w4), errors.Join(err1, err2, err3, err4); len(warnings) > 0 || err != nil {
				t.Fatalf("seed %d: %q, %v", seed, warnings, err)
			}
			for _, pair := range [][2]any{{gotStudent, student}, {gotRelative, relative}, {gotStaff, staff}, {gotSchool, school}} {
				if !reflect.DeepEqual(pair[0], pair[1]) {
					t.Fatalf("seed %d, %s:\n%+v\n%+v", seed, degree, pair[0], pair[1])
				}
			}
		}
	}
}

// again writes records in some encoding and reads them.
func again(t *testing.T, v inventor, records ...Record) []Record {
	t.Helper()
	var b strings.Builder
	w := NewWriter(&b, Header{})
	w.Encoding, w.CRLF = Encoding(v.IntN(3)), v.coin()
	for _, r := range records {
		if err := w.Write(r); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	list, _, err := parse(b.String())
	if err != nil || len(list) != len(records) {
		t.Fatal(err)
	}
	return list
}

// decoded is all that the decoders make of a record.
func decoded(r *Record) any {
	s, _, e1 := r.School()
	p, _, e2 := r.Student()
	q, _, e3 := r.Relative()
	m, _, e4 := r.Staff()
	u, _, e5 := r.Subject()
	f, _, e6 := r.Mef()
	return []any{s, p, q, m, u, f, e1, e2, e3, e4, e5, e6}
}

// Nothing is decoded from an attribute that Keep leaves out, and encoders write
// none of those.
func TestKeep(t *testing.T) {
	for seed := range uint64(200) {
		v := newInventor(seed)
		for _, degree := range []Degree{First, Second} {
			for _, r := range []Record{v.student(degree).Record(degree), v.relative().Record(degree), v.staff(degree).Record(degree), v.school(degree).Record(degree)} {
				less := r
				if less.Attrs = r.Keep(); len(less.Attrs) != len(r.Attrs) {
					t.Errorf("an encoder writes what no decoder reads: %d of %d", len(less.Attrs), len(r.Attrs))
				}
				r.Attrs = append(r.Attrs, Attr{"ENTEleveRegime", []string{"EXTERNE LIBRE"}}, Attr{"nouveau", []string{"X"}})
				if !reflect.DeepEqual(decoded(&r), decoded(&less)) || len(r.Keep()) != len(less.Attrs) {
					t.Fatalf("a decoder reads what Keep drops: %+v", r)
				}
			}
		}
	}
}

// tellings are values by which an attribute shows that it is read; any other one
// shows with a single letter.
var tellings = map[string]string{
	"ENTStructureUAI": "0750001U", "ENTEtablissementUAI": "0750001U", "ENTStructureClasses": "A$B$C", "ENTStructureGroupes": "A$B$C",
	"ENTPersonDateNaissance": "02/02/2011", "ENTEleveDateSortieStructRattach": "02/02/2011", "ENTEleveDateSortieClasses": "1$02/02/2011$A",
	"ENTEleveINE": "900000001AA", "mail": "a@b.fr", "ENTPersonMail": "a@b.fr", "ENTStructureMailSI": "a@b.fr", "ENTStructureEmail": "a@b.fr",
	"ENTElevePersRelEleve": "1$10$0$1$1$0", "ENTEleveAutoriteParentale": "1$10", "ENTEleveClasses": "1$A", "ENTEleveGroupes": "1$A",
	"ENTPersonClasses": "1$A$B$C$D", "ENTPersonGroupes": "1$A$B$C$D", "ENTPersonFonctions": "1$A$B$C$D", "ENTAuxEnsClassesPrincipal": "1$A",
	"ENTAuxEnsClassesMatieres": "1$A$B", "ENTAuxEnsGroupesMatieres": "1$A$B", "homePhone": "3900", "telephoneNumber": "3900", "mobile": "3900",
	"ENTPersonMobileSMS": "3900", "ENTPersonTelPerso": "3900", "ENTPersRelEleveTelPro": "3900", "ENTPersRelEleveTelMobile": "3900",
	"ENTStructureTelephone": "3900", "ENTPersonAdresseDiffusion": "O", "ENTPersonCategorieEnseignant": "O", "PersEducNatPresenceDevantEleves": "O",
}

// Each attribute that Keep keeps can change the outcome.
func TestUsed(t *testing.T) {
	for _, c := range order {
		for _, name := range Used(c) {
			if name == joint[c] {
				continue // repeats the identifier, which Parse compares
			}
			base := []string{"ENTEleveCodeEnseignements", "A"}
			for name, value := range map[string]string{"sn": "Y", "ENTPersonDateNaissance": "01/01/2010", "ENTStructureUAI": "0759001B"} {
				base = append(base, name, value)
			}
			switch name {
			case "ENTEleveCodeEnseignements":
				base = base[2:]
			case "ENTPersonNom":
				base = []string{"ENTPersonDateNaissance", "01/01/2010"}
			case "ENTEtablissementUAI":
				base = nil
			}
			value := tellings[name]
			if value == "" {
				value = "X"
			}
			with := record(c, "1", append([]string{name, value}, base...)...)
			if reflect.DeepEqual(decoded(record(c, "1", base...)), decoded(with)) {
				t.Errorf("%s: no decoder reads %s", c, name)
			}
		}
	}
}

func TestRefused(t *testing.T) {
	student := func(r *Record) error { _, _, err := r.Student(); return err }
	relative := func(r *Record) error { _, _, err := r.Relative(); return err }
	staff := func(r *Record) error { _, _, err := r.Staff(); return err }
	school := func(r *Record) error { _, _, err := r.School(); return err }
	tests := []struct {
		name   string
		decode func(*Record) error
		record *Record
		want   string
	}{
		{"pupil without name", student, record(Students, "1", "ENTPersonDateNaissance", "14/03/2013"), "pas de nom"},
		{"pupil born 31/02", student, record(Students, "1", "sn", "X", "ENTPersonDateNaissance", "31/02/2013"), "« 31/02/2013 »"},
		{"pupil born never", student, record(Students, "1", "sn", "X"), "pas de date de naissance"},
		{"organisation", relative, record(Relatives, "1", "ENTPersonPays", "FRANCE"), "organisme"},
		{"staff without name", staff, record(StaffOf, "1"), "pas de nom"},
		{"no join key", staff, record(StaffOf, "", "sn", "X"), "pas d’identifiant"},
		{"another category", staff, record(Students, "1", "sn", "X"), "de catégorie « Eleve »"},
		{"school without UAI", school, record(Schools, "1", "ENTStructureNomCourant", "X"), "pas d’UAI"},
		{"UAI with a wrong key", school, record(Schools, "1", "ENTStructureUAI", "0759001C"), "« 0759001C »"},
	}
	for _, test := range tests {
		err := test.decode(test.record)
		if !errors.As(err, new(*Refusal)) || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: got %v", test.name, err)
		}
	}
}

func TestStudentDetails(t *testing.T) {
	tests := []struct {
		name     string
		record   *Record
		get      func(Student) any
		want     any
		warnings int
	}{
		{"no relative, title, class, INE", child("ENTElevePersRelEleve", "", "ENTEleveINE", "", "personalTitle", ""), func(s Student) any { return s },
			Student{ID: "1", Name: Name{Last: "LÉGER", First: "Zoé"}, Birth: "2013-03-14"}, 0},
		{"only the birth name", record(Students, "1", "ENTPersonNomPatro", "X", "ENTPersonDateNaissance", "14/03/2013"), func(s Student) any { return s.Name },
			Name{Last: "X", Birth: "X"}, 1},
		{"class in another school", child("ENTPersonStructRattach", "5001", "ENTEleveClasses", "5001$3 B|5002$ULIS"), func(s Student) any { return s.Classes },
			[]Membership{{"5001", "3 B", ""}, {"5002", "ULIS", ""}}, 0},
		{"trailing $", child("ENTEleveClasses", "5001$6A$"), func(s Student) any { return s.Classes }, []Membership{{"5001", "6A", ""}}, 0},
		{"malformed classes", child("ENTEleveClasses", "6A|$6A|5001$|5001$6A$x|5001$6B"), func(s Student) any { return s.Classes }, []Membership{{"5001", "6B", ""}}, 4},
		{"first-degree class", child("ENTPersonClasses", "7001$$$7100$CE1 $ CE2"), func(s Student) any { return s.Classes }, []Membership{{"7001", "7100", "CE1 $ CE2"}}, 0},
		{"first-degree class, short", child("ENTPersonClasses", "7001$7100$CE1"), func(s Student) any { return len(s.Classes) }, 0, 1},
		{"exits", child("ENTEleveDateSortieClasses", "5001$04/07/2025$6A|5001$31/02/2025$6B"), func(s Student) any { return s.Exits }, []Exit{{"5001", "6A", "2025-07-04"}}, 1},
		{"INE malformed", child("ENTEleveINE", "12345"), func(s Student) any { return s.INE }, "", 1},
		{"INE in lower case", child("ENTEleveINE", "900000001aa"), func(s Student) any { return s.INE }, "900000001AA", 0},
		{"mail malformed", child("mail", "zoe chez example"), func(s Student) any { return s.Mail }, "", 1},
		{"given names", child("ENTPersonAutresPrenoms", "ZOÉ|Marie|Anne"), func(s Student) any { return s.Others }, []string{"Marie", "Anne"}, 0},
		{"subjects", child("ENTEleveCodeEnseignements", "A|B|A", "ENTEleveEnseignements", "a|b|a"), func(s Student) any { return s.Subjects },
			[]Subject{{"A", "a", ""}, {"B", "b", ""}}, 0},
		{"subjects out of step", child("ENTEleveCodeEnseignements", "A|B", "ENTEleveEnseignements", "a"), func(s Student) any { return s.Subjects },
			[]Subject{{"A", "", ""}, {"B", "", ""}}, 0},
		{"links, new", child("ENTElevePersRelEleve", "1$10$1$1$1$0|2$10$0$1$0$1|3$42$0$2$0$0|4$90$0$3$1$0|5$90$0$0$1$0"), func(s Student) any { return s.Links }, []Link{
			{Relative: "1", Code: "10", Legal: true, Financial: true, Contact: true}, {Relative: "2", Code: "10", Legal: true, Payment: true},
			{Relative: "3", Code: "42", InCharge: true}, {Relative: "4", Code: "90", Contact: true}, {Relative: "5", Code: "90", Contact: true}}, 0},
		{"links, old", child("ENTElevePersRelEleve", "1$1$0$1$0$0|2$2$0$2$0$0|3$6$0$0$1$0|4$$0$2$0$0"), func(s Student) any { return s.Links }, []Link{
			{Relative: "1", Code: "1", Legal: true}, {Relative: "2", Code: "2", Legal: true}, {Relative: "3", Code: "6", Contact: true}, {Relative: "4", Legal: true}}, 0},
		{"link of a new file without code", child("ENTElevePersRelEleve", "1$10$0$1$0$0|4$$0$2$0$0"), func(s Student) any { return s.Links[1] },
			Link{Relative: "4", InCharge: true}, 0},
		{"malformed links", child("ENTElevePersRelEleve", "1$10$0$1$1|$10$0$1$1$0|1$10$0$1$1$0$|1$20$0$1$1$0"), func(s Student) any { return s.Links }, []Link{
			{Relative: "1", Code: "10", Legal: true, Contact: true}}, 3},
		{"first-degree links", child("ENTEleveAutoriteParentale", "1950001$10|1950002$20"), func(s Student) any { return s.Links }, []Link{
			{Relative: "1950001", Code: "10", Legal: true}, {Relative: "1950002", Code: "20", Legal: true}}, 0},
		{"the former attribute of that name", child("ENTEleveAutoriteParentale", "1900001|1900002"), func(s Student) any { return len(s.Links) }, 0, 0},
	}
	for _, test := range tests {
		s, warnings, err := test.record.Student()
		if err != nil || len(warnings) != test.warnings {
			t.Errorf("%s: warnings %q, %v", test.name, warnings, err)
		}
		if got := test.get(s); !reflect.DeepEqual(got, test.want) {
			t.Errorf("%s:\n%+v\n%+v", test.name, got, test.want)
		}
	}
}

func TestLinkKind(t *testing.T) {
	for code, want := range map[string]string{"1": "Père", "10": "Mère", "2": "Mère", "20": "Père", "50": "Tuteur", "70": "Élève lui-même", "99": "Autre lien", "": "Autre lien"} {
		if got := (Link{Code: code}).Kind(); got != want {
			t.Errorf("%q: got %s, want %s", code, got, want)
		}
	}
	if !(Link{Code: "7"}).Self() || !(Link{Code: "70"}).Self() || (Link{Code: "10"}).Self() {
		t.Error("Self")
	}
}

func TestRelativeDetails(t *testing.T) {
	named := func(pairs ...string) *Record {
		return record(Relatives, "1", append([]string{"sn", "X", "givenName", "Y"}, pairs...)...)
	}
	base := Relative{ID: "1", Name: Name{Last: "X", First: "Y"}}
	with := func(change func(*Relative)) Relative { r := base; change(&r); return r }
	tests := []struct {
		name     string
		record   *Record
		want     Relative
		warnings int
	}{
		{"mobile hiding", named("homePhone", "06.39.98.00.05"), with(func(r *Relative) { r.Mobile = "+33639980005" }), 0},
		{"two mobiles", named("homePhone", "0639980005", "mobile", "0739980006|0639980007"), with(func(r *Relative) { r.Home, r.Mobile = "+33639980005", "+33739980006" }), 0},
		{"mobile for messages only", named("ENTPersonMobileSMS", "+33 6 39 98 00 05"), with(func(r *Relative) { r.Mobile = "+33639980005" }), 0},
		{"not a number", named("homePhone", "voisin"), base, 1},
		{"bad birth date", named("ENTPersonDateNaissance", "31/02/1980"), base, 1},
		{"address of four lines", named("ENTPersonAdresse", "3 RUE X$BAT B$$", "ENTPersonVille", "PARIS"),
			with(func(r *Relative) { r.Address = Address{Lines: []string{"3 RUE X", "BAT B"}, Town: "PARIS"} }), 0},
		{"address disclosed", named("ENTPersonAdresseDiffusion", "O"), with(func(r *Relative) { r.Disclosure = true }), 0},
		{"address kept", named("ENTPersonAdresseDiffusion", ""), base, 0},
	}
	for _, test := range tests {
		got, warnings, err := test.record.Relative()
		if err != nil || len(warnings) != test.warnings || !reflect.DeepEqual(got, test.want) {
			t.Errorf("%s: %+v, %q, %v", test.name, got, warnings, err)
		}
	}
}

func TestStaffDetails(t *testing.T) {
	who := func(pairs ...string) Staff {
		t.Helper()
		s, _, err := record(StaffOf, "1", append([]string{"sn", "X", "givenName", "Y"}, pairs...)...).Staff()
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	if s := who("ENTPersonFonctions", "5001$-$SANS OBJET$-$-"); s.Functions != nil || s.Teaches {
		t.Errorf("only a function without object: %+v", s)
	}
	if s := who("ENTPersonFonctions", "5001$ADF$ADMINISTRATIFS$-$SANS OBJET"); s.Functions[0].DisciplineLabel != "" {
		t.Errorf("a discipline without object: %+v", s)
	}
	both := "5001$ENS$ENSEIGNEMENT$L0422$ANGLAIS|5001$DIR$DIRECTION$D0011$CHEF D'ETABLISSEMENT ADJOINT"
	s := who("ENTPersonFonctions", both, "ENTEnsFonctionDir", "5003")
	if !s.Teaches || !s.Directs("5001") || !s.Directs("5003") || s.Directs("5002") {
		t.Errorf("teaches and directs: %+v", s)
	}
	if got := s.Schools(); !slices.Equal(got, []string{"5001", "5003"}) {
		t.Errorf("schools: %v", got)
	}
	for _, test := range []struct {
		category, presence, function string
		want                         bool
	}{
		{"O", "N", "AED", true}, {"N", "O", "ENS", false}, {"", "O", "AED", true}, {"", "N", "DOC", true}, {"", "", "EDU", false},
	} {
		s := who("ENTPersonCategorieEnseignant", test.category, "PersEducNatPresenceDevantEleves", test.presence, "ENTPersonFonctions", "1$"+test.function+"$x$y$z")
		if s.Teaches != test.want {
			t.Errorf("%+v: teaches %v", test, s.Teaches)
		}
	}
	many := make([]string, 25)
	for i := range many {
		many[i] = "50" + string(rune('A'+i)) + "$ENS$ENSEIGNEMENT$L0422$ANGLAIS"
	}
	if s := who("ENTPersonFonctions", strings.Join(many, "|")); len(s.Functions) != 25 || len(s.Schools()) != 25 {
		t.Errorf("25 functions: %+v", s)
	}
	_, warnings, _ := record(StaffOf, "1", "sn", "X", "givenName", "Y", "ENTPersonFonctions", "5001$ENS|$ENS$a$b$c", "ENTAuxEnsClassesMatieres", "5001$6A").Staff()
	if len(warnings) != 3 {
		t.Errorf("malformed composites: %q", warnings)
	}
}

func TestSchoolDetails(t *testing.T) {
	names := map[string][3]string{
		"CLG$JEANNE EXEMPLE$PARIS":      {"CLG", "JEANNE EXEMPLE", "PARIS"},
		"CLG-VAL D'ARGENT-ac-LYON":      {"CLG", "VAL D'ARGENT", ""},
		"LP-SAINT-JEAN-ac-LYON":         {"LP", "SAINT-JEAN", ""},
		"ECOLE JEAN-EXEMPLE":            {"", "ECOLE JEAN-EXEMPLE", ""},
		"CLG$EXEMPLE":                   {"CLG", "EXEMPLE", ""},
		"CLG$$PARIS":                    {"CLG", "PARIS", "PARIS"},
		"ECOLE PRIMAIRE$A$B$SAINT-DENI": {"ECOLE PRIMAIRE", "A B", "SAINT-DENI"},
		"":                              {"", "0759001B", ""},
	}
	for typed, want := range names {
		s, _, err := record(Schools, "1", "ENTStructureUAI", "0759001b", "ENTStructureNomCourant", typed).School()
		if got := [3]string{s.Short, s.Name, s.Address.Town}; err != nil || got != want || s.UAI != "0759001B" {
			t.Errorf("%q: got %q, %v", typed, got, err)
		}
	}
	s, warnings, err := record(Schools, "1", "ENTStructureUAI", "0759001B", "ENTStructureTypeStruct", "COLLEGE", "ENTStructureNomCourant", "CLG$X$Y",
		"ENTStructureClasses", "3A$3ème$10310019110|5B$5ème$10110001110$1011000C11A|3A$double$1|$x|seul|4A$",
		"ENTStructureGroupes", "4AESP2P1$$4A|6E BIL A$6e Bil Alld$6A$6C$6B").School()
	want := []Class{{"3A", "3ème", []string{"10310019110"}}, {"5B", "5ème", []string{"10110001110", "1011000C11A"}}, {"4A", "4A", nil}}
	if err != nil || len(warnings) != 3 || !reflect.DeepEqual(s.Classes, want) {
		t.Errorf("classes %+v, %q, %v", s.Classes, warnings, err)
	}
	groups := []Group{{"4AESP2P1", "4AESP2P1", []string{"4A"}}, {"6E BIL A", "6e Bil Alld", []string{"6A", "6C", "6B"}}}
	if !reflect.DeepEqual(s.Groups, groups) || s.Kind() != College || s.FullName() != "Collège X" {
		t.Errorf("%+v %s %s", s.Groups, s.Kind(), s.FullName())
	}
}

func TestAdministrative(t *testing.T) {
	for _, label := range []string{"RECTORAT", "INSPECTIONS ACADEMIQUES", "SERVICE DE L INSPECTION ACADEMIQUE", "SANS OBJET"} {
		s, warnings, err := record(Schools, "43", "ENTStructureTypeStruct", label, "ENTStructureUAI", "0750001A").School()
		if err != nil || !s.Administrative() || s.UAI != "" || len(warnings) != 1 || s.Kind() != OtherKind {
			t.Errorf("%s: %+v, %q, %v", label, s, warnings, err)
		}
	}
	for code, want := range map[string]SchoolKind{"340": College, "151": Ecole, "300": LyceeGeneral, "306": LyceePoly, "320": LyceePro, "809": OtherKind, "370": OtherKind} {
		if got := (School{TypeCode: code}).Kind(); got != want {
			t.Errorf("%s: %s", code, got)
		}
	}
}

func TestOverlay(t *testing.T) {
	full := []Attr{{"sn", []string{"X"}}, {"ENTEleveClasses", []string{"1$A", "1$B"}}, {"mail", nil}}
	change := Record{Op: Modify, Attrs: []Attr{{"ENTEleveClasses", []string{"1$C"}}, {"mail", []string{"a@b.fr"}}, {"sn", nil}, {"mobile", []string{"1"}}}}
	got := change.Overlay(full)
	want := []Attr{{"sn", nil}, {"ENTEleveClasses", []string{"1$C"}}, {"mail", []string{"a@b.fr"}}, {"mobile", []string{"1"}}}
	if !reflect.DeepEqual(got, want) || full[0].Values == nil {
		t.Errorf("got %q, and the former %q", got, full)
	}
}

// The imaginary college and école, decoded.
func TestSamplesDecoded(t *testing.T) {
	paths, _ := filepath.Glob(samples + "/*_Complet_*.xml")
	if len(paths) == 0 {
		t.Skip("no samples here")
	}
	d, err := Open(samples, Limits{})
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	students, relatives, staff := map[string]Student{}, map[string]Relative{}, map[string]Staff{}
	refused := []string{}
	for _, f := range d.Batches()[0].Files {
		_, err := d.Read(f, func(r Record) error {
			var warnings []string
			var err error
			switch r.Category {
			case Students:
				students[r.ID], warnings, err = r.Student()
			case Relatives:
				relatives[r.ID], warnings, err = r.Relative()
			case StaffOf:
				staff[r.ID], warnings, err = r.Staff()
			case Schools:
				var s School
				if s, warnings, err = r.School(); s.Administrative() {
					warnings = nil // the key of the imaginary rectorat is wrong
				}
			}
			if err != nil {
				refused = append(refused, r.ID)
			}
			if len(warnings) > 0 {
				t.Errorf("%s: %q", r.ID, warnings)
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if !slices.Equal(refused, []string{"1900004"}) || len(students) != 7 || len(relatives) != 7 || len(staff) != 6 {
		t.Errorf("refused %v; %d, %d, %d", refused, len(students), len(relatives), len(staff))
	}
	twin := students["900001"]
	key, label := twin.Grade()
	if twin.Name != (Name{"LÉVÊQUE", "LÉVÊQUE", "Éloïse", "Mlle"}) || twin.Birth != students["900002"].Birth || key != "6e" || label != "6e" ||
		!reflect.DeepEqual(twin.Others, []string{"Marie"}) || twin.Links[1].Kind() != "Père" || len(twin.Subjects) != 3 {
		t.Errorf("%+v", twin)
	}
	if young := students["950001"]; young.Classes[0] != (Membership{"7001", "7100", "CE1-CE2 MME EXEMPLE"}) || !young.Links[0].Legal {
		t.Errorf("%+v", young)
	}
	if l := students["900003"].Links[1]; l.Legal || !l.InCharge || l.Kind() != "Aide sociale à l’enfance" {
		t.Errorf("%+v", l)
	}
	if head := staff["31003"]; !head.Directs("5001") || head.Teaches || head.Functions[0].Discipline != HeadCode {
		t.Errorf("%+v", head)
	}
	if got := staff["31002"].Schools(); !slices.Equal(got, []string{"5001", "5002"}) {
		t.Errorf("a post in two schools: %v", got)
	}
	if r := relatives["1900003"]; r.Home != "+33199000103" || len(r.Address.Lines) != 3 {
		t.Errorf("%+v", r)
	}
}
