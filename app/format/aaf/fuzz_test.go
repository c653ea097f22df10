package aaf

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"
)

// FuzzRead: any bytes give records that keep their promises, or a BadFile.
func FuzzRead(f *testing.F) {
	f.Add([]byte(top + pupil("1", attr("sn", "L&#201;GER", " x ", "")) + bottom))
	f.Add([]byte("<ficAlimMENESR><!-- degre=\"1D\" -->" + pupil("1", attr("ENTEleveEnseignements", "\xc9", "", "a")) + "<ficAlimMENESR>"))
	f.Add([]byte("\xEF\xBB\xBF<?xml version='1.0' encoding='ISO-8859-15'?>" + top + "<modifyRequest><modifications><modification name='mail' operation='replace'><value/></modification></modifications></modifyRequest>"))
	f.Add([]byte("<!DOCTYPE ficAlimMENESR [<!ENTITY x \"y\">]><ficAlimMENESR>&x;<![CDATA[<>]]>"))
	f.Add(invented(2, First, Latin9))
	f.Fuzz(func(t *testing.T, doc []byte) {
		last := ""
		_, err := Parse(strings.NewReader(string(doc)), "essai.xml", Students, func(r Record) error {
			last = r.ID
			for _, a := range r.Attrs {
				for _, v := range a.Values {
					if !utf8.ValidString(v) || v != strings.TrimSpace(v) || len(v) > maxValue || v == "" && !parallel[a.Name] {
						t.Errorf("%s: %q", a.Name, v)
					}
				}
			}
			return nil
		})
		var b *BadFile
		if err != nil && !errors.As(err, &b) {
			t.Fatalf("not a BadFile: %v", err)
		}
		if b != nil && (b.LastID != last || b.Reason == "" || b.Line < 1 || !utf8.ValidString(b.Error())) {
			t.Errorf("%+v after %q", b, last)
		}
	})
}

// FuzzDecode: any value in any attribute gives a struct or a Refusal, and short
// sentences.
func FuzzDecode(f *testing.F) {
	f.Add(3, "ENTElevePersRelEleve", "1$10$0$1$1$0", "1$1$0$2$1$0")
	f.Add(3, "ENTPersonClasses", "7001$$$7100$CE1", "$$$$")
	f.Add(0, "ENTStructureClasses", "3A$3ème$10310019110", "3A$$")
	f.Add(0, "ENTStructureNomCourant", "CLG-X-ac-LYON", "")
	f.Add(4, "homePhone", "06 39 98 00 05", "x")
	f.Add(5, "ENTPersonFonctions", "1$ENS$x$-$y", "1$-$a$b$c$d")
	f.Fuzz(func(t *testing.T, category int, name, value, other string) {
		if category < 0 || category >= len(order) {
			return
		}
		r := record(order[category], "1", "sn", "X", "givenName", "Y", "ENTPersonDateNaissance", "14/03/2013", "ENTStructureUAI", "0759001B")
		r.Attrs = append([]Attr{{name, clean([]string{strings.ToValidUTF8(value, ""), strings.ToValidUTF8(other, "")}, parallel[name])}}, r.Attrs...)
		_, warnings, err := r.Subject()
		switch r.Category {
		case Schools:
			_, warnings, err = r.School()
		case Students:
			var s Student
			if s, warnings, err = r.Student(); err == nil {
				s.Grade()
			}
		case Relatives:
			_, warnings, err = r.Relative()
		case StaffOf:
			var s Staff
			if s, warnings, err = r.Staff(); err == nil {
				s.Schools()
			}
		case Mefs:
			_, warnings, err = r.Mef()
		}
		if err != nil && !errors.As(err, new(*Refusal)) {
			t.Errorf("%T %v", err, err)
		}
		for _, w := range warnings {
			if len(w) > 1000 || !utf8.ValidString(w) {
				t.Errorf("%q", w)
			}
		}
	})
}

// FuzzArchive: any bytes are a delivery or a Refusal, and leave nothing behind.
func FuzzArchive(f *testing.F) {
	small := []packed{{name: "ENT_Complet_20240916_Eleve_0000.xml", body: top + pupil("1", attr("sn", "X")) + bottom}, {name: "a/../b.xml"}}
	f.Add(zipOf(f, small[0]))
	f.Add(zipOf(f, small...))
	f.Add(tarOf(f, small[0]))
	f.Add(tarOf(f, small...))
	f.Add([]byte(small[0].body))
	f.Fuzz(func(t *testing.T, data []byte) {
		dir := t.TempDir()
		path := filepath.Join(dir, "a")
		if err := os.WriteFile(path, data, 0o600); err != nil {
			t.Fatal(err)
		}
		d, err := Open(path, Limits{Bytes: 8 << 20, TempDir: dir})
		if err != nil {
			if !errors.As(err, new(*Refusal)) {
				t.Fatalf("%T %v", err, err)
			}
		} else {
			for _, file := range d.Files {
				_, err := d.Read(file, func(Record) error { return nil })
				if err != nil && !errors.As(err, new(*BadFile)) && !errors.As(err, new(*Refusal)) {
					t.Errorf("%T %v", err, err)
				}
			}
			if err := d.Close(); err != nil {
				t.Error(err)
			}
		}
		if left, _ := os.ReadDir(dir); len(left) != 1 {
			t.Errorf("left behind: %v", left)
		}
	})
}
