package aaf

import (
	"errors"
	"strings"
	"testing"
	"time"
)

func TestDate(t *testing.T) {
	for typed, want := range map[string]Date{
		"14/03/2013": "2013-03-14", "29/02/2012": "2012-02-29", "29/02/2013": "", "31/02/2013": "", "00/01/2013": "",
		"1/3/2013": "", "2013-03-14": "", "14/03/1899": "", "14/03/2101": "", "+4/03/2013": "", "": "",
	} {
		if got, ok := ParseDate(typed); got != want || ok != (want != "") {
			t.Errorf("%q: %q, %v", typed, got, ok)
		}
	}
	d := Date("2013-03-14")
	if d.French() != "14/03/2013" || !d.Time().Equal(time.Date(2013, 3, 14, 0, 0, 0, 0, time.UTC)) || DateOf(d.Time()) != d {
		t.Error(d.French(), d.Time())
	}
	if none := Date(""); none.French() != "" || !none.Time().IsZero() || DateOf(time.Time{}) != none {
		t.Error("an unknown day is not nothing")
	}
}

func TestPhone(t *testing.T) {
	for typed, want := range map[string]string{
		"+33 4 12 34 56 78": "+33412345678", "0412345678": "+33412345678", "04.12.34.56.78": "+33412345678", "04-12/34 56 78": "+33412345678",
		"0033 4 12 34 56 78": "+33412345678", "+33 (0)4 12 34 56 78": "+33412345678", "+33 04 12 34 56 78": "+33412345678",
		"04\u00a012\u202f34 56 78": "+33412345678", "+352 621 000 111": "+352621000111", "+262 692 00 00 00": "+262692000000",
		"3900": "3900", "0412345": "0412345", "voir M. X": "voir M. X", "": "", "04 12 34 56 78 poste 9": "04 12 34 56 78 poste 9",
	} {
		if got := Phone(typed); got != want {
			t.Errorf("%q: got %q, want %q", typed, got, want)
		}
		if Phone(spaced(want)) != want {
			t.Errorf("%q does not survive being spaced", want)
		}
	}
}

func TestUAI(t *testing.T) {
	for uai, want := range map[string]bool{"0759001B": true, "0759002C": true, "0750001A": false, "0750001U": true, "0759001b": false, "759001B": false, "075900AB": false, "": false} {
		if ValidUAI(uai) != want {
			t.Errorf("%s: %v", uai, !want)
		}
	}
	if UAIKey("0759001") != "B" || UAIKey("075900") != "" || UAIKey("075900x") != "" {
		t.Error("UAIKey")
	}
}

func TestLevel(t *testing.T) {
	tests := []struct{ mef, label, key, name string }{
		{"10010012110", "", "6e", "6e"}, {"1031001911A", "", "3e", "3e"}, {"16410010110", "", "6e-segpa", "6e SEGPA"},
		{"20010018110", "", "2nde", "2nde"}, {"20110019110", "", "1ere", "1ère"}, {"20210019110", "", "tle", "Tle"},
		{"24720002320", "", "1ere-pro", "1ère professionnelle"}, {"24130001210", "", "cap1", "CAP 1"}, {"24130001220", "", "cap2", "CAP 2"},
		{"00210001220", "", "ce2", "CE2"}, {"31120001220", "", "bts2", "BTS 2"}, {"40020001220", "", "superieur", "Enseignement supérieur"},
		{"", "6EME", "6e", "6e"}, {"", "3EME GENERALE", "3e", "3e"}, {"", "4EME GENERALE (N.C 4E AES)", "4e", "4e"}, {"", "5EME SEGPA", "5e-segpa", "5e SEGPA"},
		{"", "BAC PRO 3 ANS : 2NDE PRO (OU 1ERE ANNEE)", "2nde-pro", "2nde professionnelle"}, {"", "CAP EN 2 ANS : 2EME ANNEE", "cap2", "CAP 2"},
		{"", "CE1", "ce1", "CE1"}, {"", "CM2", "cm2", "CM2"}, {"", "PS", "ps", "PS"}, {"", "PSY", "psy", "PSY"}, {"", "1ère", "1ere", "1ère"},
		{"99910012110", "TERMINALE GENERALE", "tle", "Tle"}, {"24710012190", "TLE PRO", "tle-pro", "Tle professionnelle"},
		{"", " Classe d'accueil ", "classe-d-accueil", "Classe d'accueil"}, {"", "", "", ""},
	}
	for _, test := range tests {
		if key, name := Level(test.mef, test.label); key != test.key || name != test.name {
			t.Errorf("%q %q: got %q %q", test.mef, test.label, key, name)
		}
	}
	for prefix, keys := range byPrefix {
		for _, key := range keys {
			if gradeLabel[key] == "" {
				t.Errorf("%s: the grade %q has no label", prefix, key)
			}
		}
	}
}

func TestFileName(t *testing.T) {
	tests := []struct {
		name string
		want named
	}{
		{"ENT_0690078K_Complet_20130218_Eleve_0000.xml", named{"ENT_0690078K", Complete, "2013-02-18", Students, 0}},
		{"FULL_ENTTSSERVICES_Complet_20130117_PersRelEleve_0039.xml", named{"FULL_ENTTSSERVICES", Complete, "2013-01-17", Relatives, 39}},
		{"ENT2DVA-ENT16_Complet_20240916_PersEducNat_0000.xml", named{"ENT2DVA-ENT16", Complete, "2024-09-16", StaffOf, 0}},
		{"EnvOLE_ENT2DVA_0940072T_Delta_20180830_EtabEducNat_0001.XML", named{"EnvOLE_ENT2DVA_0940072T", Delta, "2018-08-30", Schools, 1}},
		{"clean-FULL_MatiereEducNat_0000.xml", named{"clean", Complete, "", Subjects, 0}},
		{"MefEducNat.xml", named{"", "", "", Mefs, 0}},
		{"ENT_20241399_Eleve_0000.xml", named{"ENT", "", "", Students, 0}},
	}
	for _, test := range tests {
		if got, ok := parseName(test.name); !ok || got != test.want {
			t.Errorf("%s: %+v", test.name, got)
		}
	}
	for _, name := range []string{"ENT_Complet_20240916_InfosEducNat_0000.xml", "xEleve_0000.xml", "Eleve_0000.xml.md5", "ficAlimMENESR.dtd"} {
		if got, ok := parseName(name); ok {
			t.Errorf("%s: %+v", name, got)
		}
	}
	if got := FileName("ENT_0759001B", Complete, "2024-09-16", Students, 3); got != "ENT_0759001B_Complet_20240916_Eleve_0003.xml" {
		t.Error(got)
	}
	for prefix, want := range map[string]Degree{"ENT1DVA": First, "ENT2DVA-ENT16": Second, "ENT1D_0759002C": First, "ENT_0690071D": "", "ENT": ""} {
		if got := degreeHint(prefix); got != want {
			t.Errorf("%s: %q", prefix, got)
		}
	}
}

func TestWriter(t *testing.T) {
	write := func(set func(*Writer), r Record) string {
		var b strings.Builder
		w := NewWriter(&b, Header{VersionAF: "x--y"})
		set(w)
		if err := w.Write(r); err != nil {
			t.Fatal(err)
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		return b.String()
	}
	r := Record{Op: Modify, Category: Students, ID: "1", Attrs: []Attr{{"sn", []string{"ÉŁ\x01&"}}, {"mail", nil}}}
	if got := write(func(w *Writer) { w.Encoding = Latin9; w.CRLF = true }, r); !strings.Contains(got, `encoding="ISO-8859-15"`) ||
		!strings.Contains(got, "<modification name=\"sn\" operation=\"replace\"><value>\xc9&#321;&amp;</value></modification>\r\n") {
		t.Errorf("%q", got)
	}
	if got := write(func(w *Writer) { w.Encoding = UTF8 }, r); !strings.Contains(got, "<value>ÉŁ&amp;</value>") {
		t.Errorf("%q", got)
	}
	if got := write(func(*Writer) {}, r); !strings.Contains(got, "<value>&#201;&#321;&amp;</value>") || !strings.Contains(got, `<!-- versionAF="x-y" -->`) {
		t.Errorf("%q", got)
	}
	if err := NewWriter(&strings.Builder{}, Header{}).Write(Record{}); err == nil {
		t.Error("a record of no category was written")
	}
	w := NewWriter(broken{}, Header{})
	_ = w.Write(r)
	if w.Close() == nil {
		t.Error("a full disk was not told")
	}
}

type broken struct{}

func (broken) Write([]byte) (int, error) { return 0, errors.New("plein") }
