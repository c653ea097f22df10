package aaf

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/text/encoding/charmap"
)

// samples is where the ready-made files lie; the tests that need them are
// skipped elsewhere.
const samples = "../../../../shared/samples/aaf"

// parse reads a whole document that is in memory.
func parse(doc string) ([]Record, Header, error) {
	var list []Record
	h, err := Parse(strings.NewReader(doc), "essai.xml", Students, func(r Record) error {
		list = append(list, r)
		return nil
	})
	return list, h, err
}

const (
	top    = `<?xml version="1.0" encoding="UTF-8"?><!DOCTYPE ficAlimMENESR SYSTEM "ficAlimMENESR.dtd"><ficAlimMENESR>`
	bottom = `</ficAlimMENESR>`
)

// pupil is the request of one pupil whose attributes are given as XML.
func pupil(id, attributes string) string {
	return `<addRequest><operationalAttributes><attr name="categoriePersonne"><value>Eleve</value></attr></operationalAttributes>` +
		`<identifier><id>` + id + `</id></identifier><attributes>` + attributes + `</attributes></addRequest>`
}

func attr(name string, values ...string) string {
	return `<attr name="` + name + `"><value>` + strings.Join(values, "</value><value>") + `</value></attr>`
}

// badly asserts that an error is a BadFile and gives it.
func badly(t *testing.T, err error) *BadFile {
	t.Helper()
	var b *BadFile
	if !errors.As(err, &b) {
		t.Fatalf("got %v, want a BadFile", err)
	}
	if !strings.HasPrefix(b.Error(), "Le fichier essai.xml est refusé") {
		t.Errorf("sentence: %s", b)
	}
	return b
}

func TestParseValues(t *testing.T) {
	latin := func(s string) string {
		b, err := charmap.ISO8859_15.NewEncoder().String(s)
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	declared := func(charset, value string) string {
		return `<?xml version="1.0" encoding="` + charset + `"?><ficAlimMENESR>` + pupil("1", attr("sn", value)) + bottom
	}
	tests := []struct{ name, doc, want string }{
		{"UTF-8", declared("UTF-8", "LÉVÊQUE"), "LÉVÊQUE"},
		{"UTF-8 under Latin-1", declared("ISO-8859-1", "LÉVÊQUE"), "LÉVÊQUE"},
		{"Latin-1 under UTF-8", declared("UTF-8", latin("LÉVÊQUE")), "LÉVÊQUE"},
		{"Latin-9 declared", declared("ISO-8859-15", latin("BŒUF ÉLU")), "BŒUF ÉLU"},
		{"Windows-1252 under Latin-1", declared("ISO-8859-1", "B\x8cUF L\x92\xc9LU"), "BŒUF L’ÉLU"},
		{"no declaration, Latin-1", "<ficAlimMENESR>" + pupil("1", attr("sn", "L\xc9GER")) + bottom, "LÉGER"},
		{"byte order mark", "\xEF\xBB\xBF" + declared("UTF-8", "LÉGER"), "LÉGER"},
		{"decimal", declared("UTF-8", "L&#201;GER"), "LÉGER"},
		{"hexadecimal", declared("UTF-8", "L&#xC9;GER"), "LÉGER"},
		{"named HTML", declared("UTF-8", "L&eacute;ger &amp; fils &lt;&quot;&apos;&gt;"), "Léger & fils <\"'>"},
		{"reference in Latin-1 text", declared("ISO-8859-1", "\xc9&#201;"), "ÉÉ"},
		{"Windows-1252 by number", declared("UTF-8", "L&#146;&#140;"), "L’Œ"},
		{"bare ampersand", declared("UTF-8", "A&B & C &inconnue; &#x;"), "A&B & C &inconnue; \uFFFD"},
		{"control characters", declared("UTF-8", "A\x01B&#2;C\u200eD"), "ABCD"},
		{"decomposed accents", declared("UTF-8", "LE\u0301GER"), "LÉGER"},
		{"trimmed", declared("UTF-8", " \r\n\tLÉGER\u00a0 "), "LÉGER"},
		{"inner white space", declared("UTF-8", "DE\r\nLA  TOUR"), "DE  LA  TOUR"},
		{"CDATA", declared("UTF-8", "<![CDATA[A & <B> &amp;]]>"), "A & <B> &amp;"},
		{"comment inside", declared("UTF-8", "LÉ<!-- > -->GER"), "LÉGER"},
	}
	for _, test := range tests {
		list, _, err := parse(test.doc)
		if err != nil || len(list) != 1 || len(list[0].Attrs) != 1 {
			t.Errorf("%s: %v, %v", test.name, list, err)
			continue
		}
		if got := list[0].Attrs[0].Values; !slices.Equal(got, []string{test.want}) {
			t.Errorf("%s: got %q, want %q", test.name, got, test.want)
		}
	}
}

func TestParseAttributes(t *testing.T) {
	tests := []struct {
		name, doc string
		want      []Attr
	}{
		{"empty, two ways", `<attr name="sn"><value/></attr><attr name="mail"><value></value></attr>`, []Attr{{"sn", nil}, {"mail", nil}}},
		{"no value at all", `<attr name="sn"/><attr name="mail"></attr>`, []Attr{{"sn", nil}, {"mail", nil}}},
		{"repeats and gaps", attr("ENTEleveClasses", "1$A", "", " 1$A ", "1$B"), []Attr{{"ENTEleveClasses", []string{"1$A", "1$B"}}}},
		{"parallel lists keep theirs", attr("ENTEleveEnseignements", "EPS", "", "EPS"), []Attr{{"ENTEleveEnseignements", []string{"EPS", "", "EPS"}}}},
		{"parallel but empty", attr("ENTEleveEnseignements", "", ""), []Attr{{"ENTEleveEnseignements", nil}}},
		{"an attribute twice", attr("mobile", "1") + attr("sn", "X") + attr("mobile", "2", "1"), []Attr{{"mobile", []string{"1", "2"}}, {"sn", []string{"X"}}}},
		{"single quotes, spaces, an unknown child", "<attr  name = 'sn' ><value >X</value ><autre><a/>x</autre></attr >", []Attr{{"sn", []string{"X"}}}},
		{"modification where attr was due", `<modification name="sn" operation="replace"><value>X</value></modification>`, []Attr{{"sn", []string{"X"}}}},
	}
	for _, test := range tests {
		list, _, err := parse(top + pupil("1", test.doc) + bottom)
		if err != nil || len(list) != 1 {
			t.Errorf("%s: %v", test.name, err)
			continue
		}
		if got := list[0]; !reflect.DeepEqual(got.Attrs, test.want) || got.Problem != "" {
			t.Errorf("%s: got %q %s, want %q", test.name, got.Attrs, got.Problem, test.want)
		}
	}
	many := make([]string, 0, 200)
	for i := range 200 {
		many = append(many, fmt.Sprint(i%50))
	}
	list, _, err := parse(top + pupil("1", attr("ENTEleveClasses", many...)) + bottom)
	if err != nil || !slices.Equal(list[0].Attrs[0].Values, many[:50]) {
		t.Errorf("a long list keeps its repeats: %v %v", list, err)
	}
}

func TestParseHeader(t *testing.T) {
	doc := `<ficAlimMENESR><!-- versionAF="AAF-VE2407" --><!--versionSDET = "Annexe 4bis"-->` +
		`<!-- codeAcademieExport="10" --><!-- degre="1d" --><!-- dateGenerationExport="16/09/2024" --><!-- autre -->` +
		pupil("1", attr("nouveau", "x")+attr("sn", "X")) + `<!-- degre="2D" -->` + pupil("2", attr("nouveau", "y")) + bottom
	_, h, err := parse(doc)
	want := Header{VersionAF: "AAF-VE2407", VersionSDET: "Annexe 4bis", AcademyCode: "10", Degree: First, Generated: "2024-09-16", Unknown: map[string]int{"nouveau": 2}}
	if err != nil || !reflect.DeepEqual(h, want) {
		t.Errorf("got %+v, %v", h, err)
	}
}

func TestParseProblems(t *testing.T) {
	tests := []struct{ name, request, want string }{
		{"no identifier", pupil("", attr("sn", "X")), "La fiche n’a pas d’identifiant."},
		{"another join key", pupil("1", attr("ENTPersonJointure", "2")), "diffère"},
		{"unknown category", strings.Replace(pupil("1", ""), ">Eleve<", ">Autre<", 1), "catégorie « Autre »"},
		{"unknown operation", pupil("1", `<modification name="sn" operation="append"><value>X</value></modification>`), "L’opération « append »"},
		{"nameless attribute", pupil("1", `<attr><value>X</value></attr>`), "n’a pas de nom"},
		{"empty request", `<deleteRequest/>`, "n’a pas d’identifiant"},
	}
	for _, test := range tests {
		list, _, err := parse(top + test.request + pupil("7", "") + bottom)
		if err != nil || len(list) != 2 || list[1].ID != "7" || list[1].Problem != "" {
			t.Errorf("%s: %v, %v", test.name, list, err)
			continue
		}
		if !strings.Contains(list[0].Problem, test.want) {
			t.Errorf("%s: got %q, want %q", test.name, list[0].Problem, test.want)
		}
		if _, _, err := list[0].Student(); !errors.As(err, new(*Refusal)) {
			t.Errorf("%s: decoded all the same: %v", test.name, err)
		}
	}
	list, _, err := parse(top + pupil("1", "") + pupil("1", "") + bottom)
	if err != nil || len(list) != 2 {
		t.Errorf("a repeated identifier is the caller's to judge: %v, %v", list, err)
	}
}

func TestParseCategoryInside(t *testing.T) {
	list, _, err := parse(top + strings.Replace(pupil("030201", ""), ">Eleve<", ">MatEducNat<", 1) +
		`<deleteRequest><identifier><id>9</id></identifier></deleteRequest>` + bottom)
	if err != nil || list[0].Category != Subjects || list[1].Category != Students || list[1].Op != Delete {
		t.Errorf("%+v, %v", list, err)
	}
}

func TestParseBad(t *testing.T) {
	utf16 := func(order func(byte) []byte) string {
		var b strings.Builder
		for _, c := range top {
			b.Write(order(byte(c)))
		}
		return b.String()
	}
	one := pupil("1", "")
	tests := []struct{ name, doc, reason, last string }{
		{"empty", "", "vide ou tronqué", ""},
		{"not XML", "bonjour", "ne commence pas", ""},
		{"wrong root", "<html></html>", "la racine est « html »", ""},
		{"UTF-16 with mark", "\xFF\xFE" + top, "UTF-16", ""},
		{"UTF-16 without mark, little", utf16(func(c byte) []byte { return []byte{c, 0} }), "UTF-16", ""},
		{"UTF-16 without mark, big", utf16(func(c byte) []byte { return []byte{0, c} }), "UTF-16", ""},
		{"NUL", top + one + pupil("2", attr("sn", "A\x00")) + bottom, "octets nuls", "1"},
		{"internal subset", `<!DOCTYPE ficAlimMENESR [<!ENTITY x "y">]><ficAlimMENESR/>`, "définitions", ""},
		{"other document type", `<!DOCTYPE html><ficAlimMENESR/>`, "déclaration", ""},
		{"two document types", `<!DOCTYPE ficAlimMENESR><!DOCTYPE ficAlimMENESR><ficAlimMENESR/>`, "seconde déclaration", ""},
		{"entity", `<!ENTITY x SYSTEM "file:///etc/hosts"><ficAlimMENESR/>`, "déclaration", ""},
		{"directive inside", top + one + `<!ELEMENT x>` + bottom, "hors de sa place", "1"},
		{"directive in a value", top + one + pupil("2", attr("sn", "<!ENTITY x>")) + bottom, "hors de sa place", "1"},
		{"second root", top + one + "<ficAlimMENESR>", "une seconde fois", "1"},
		{"no closing tag", top + one, "tronqué", "1"},
		{"garbage behind", top + one + bottom + "x", "suit la fin", "1"},
		{"tag behind", top + one + bottom + "<x/>", "suit la fin", "1"},
		{"text between", top + one + "x" + bottom, "hors des valeurs", "1"},
		{"unknown request", top + one + "<moveRequest/>" + bottom, "« <moveRequest> »", "1"},
		{"tag in a value", top + one + pupil("2", attr("sn", "<b/>")) + bottom, "« <b> »", "1"},
		{"crossed tags", top + one + pupil("2", `<attr name="sn"><value>X</attr></value>`) + bottom, "« </attr> »", "1"},
		{"unquoted attribute", top + one + pupil("2", `<attr name=sn><value>X</value></attr>`) + bottom, "mal formée", "1"},
		{"deep", top + one + "<addRequest>" + strings.Repeat("<a>", 70), "emboîtés", "1"},
		{"long value", top + one + pupil("2", attr("sn", strings.Repeat("x", 65<<10))) + bottom, "64 Kio", "1"},
		{"endless value", top + one + pupil("2", `<attr name="sn"><value>`+strings.Repeat("x", 1<<20)), "démesurément", "1"},
		{"endless tag", top + one + `<addRequest a="` + strings.Repeat(">", 1<<20), "démesurément", "1"},
		{"long tag", top + one + `<addRequest a="` + strings.Repeat(">", 5000) + `"/>` + bottom, "démesurément", "1"},
		{"heavy record", top + one + pupil("2", attr("sn", slices.Repeat([]string{strings.Repeat("x", 60<<10)}, 70)...)) + bottom, "démesurément", "1"},
		{"endless comment", top + one + `<!-- ` + strings.Repeat("-", 1<<20), "démesurément", "1"},
		{"endless record", top + one + pupil("2", attr("sn", strings.Split(strings.Repeat("x,", 60_000), ",")...)) + bottom, "démesurément", "1"},
		{"endless list", top + one + pupil("2", strings.Repeat(`<attr name="a"/>`, 3000)) + bottom, "démesurément", "1"},
	}
	for _, test := range tests {
		list, _, err := parse(test.doc)
		b := badly(t, err)
		if !strings.Contains(b.Reason, test.reason) || b.LastID != test.last {
			t.Errorf("%s: got %q after %q", test.name, b.Reason, b.LastID)
		}
		if want := min(len(test.last), 1); len(list) != want {
			t.Errorf("%s: gave %d records, want %d", test.name, len(list), want)
		}
	}
}

func TestParseLines(t *testing.T) {
	list, _, err := parse(top + "\n\n" + pupil("1", "\n") + "\r\n" + pupil("2", "") + "\n<x/>")
	if list[0].Line != 3 || list[1].Line != 5 || badly(t, err).Line != 6 {
		t.Errorf("lines %d, %d, %v", list[0].Line, list[1].Line, err)
	}
}

// Cut anywhere, a file gives its whole records and then says that it is bad.
func TestParseTruncated(t *testing.T) {
	doc := top + "\n<!-- degre=\"2D\" -->\n" + pupil("1", attr("sn", "L&#201;GER")) + "\n" + pupil("2", attr("sn", "<![CDATA[X]]>")) + bottom
	whole, _, err := parse(doc)
	if err != nil || len(whole) != 2 {
		t.Fatal(err)
	}
	for n := range len(doc) {
		list, _, err := parse(doc[:n])
		b := badly(t, err)
		if len(list) > len(whole) || !reflect.DeepEqual(list, append([]Record(nil), whole[:len(list)]...)) {
			t.Fatalf("cut at %d: %+v", n, list)
		}
		if len(list) > 0 && b.LastID != list[len(list)-1].ID {
			t.Fatalf("cut at %d: last is %q", n, b.LastID)
		}
	}
}

// A reader may give its bytes one by one, and fail.
func TestParseSlowReader(t *testing.T) {
	doc := top + pupil("1", attr("sn", "L&#201;GER")) + bottom
	for _, src := range []io.Reader{&slow{data: doc}, &slow{data: doc, end: errors.New("câble coupé")}} {
		n := 0
		_, err := Parse(src, "essai.xml", Students, func(Record) error { n++; return nil })
		if n != 1 || (err != nil) != (src.(*slow).end != nil) {
			t.Errorf("%d records, %v", n, err)
		}
	}
	stop := errors.New("stop")
	if _, err := Parse(strings.NewReader(doc), "", Students, func(Record) error { return stop }); err != stop {
		t.Errorf("the caller's error came back as %v", err)
	}
}

type slow struct {
	data string
	end  error
}

func (s *slow) Read(into []byte) (int, error) {
	if s.data == "" {
		if s.end != nil {
			return 0, s.end
		}
		return 0, io.EOF
	}
	into[0], s.data = s.data[0], s.data[1:]
	return 1, nil
}

// standard reads with the standard decoder what is known to be valid.
func standard(doc []byte) ([]Record, error) {
	type named struct {
		Name   string   `xml:"name,attr"`
		Values []string `xml:"value"`
	}
	type request struct {
		XMLName  xml.Name
		Category []named `xml:"operationalAttributes>attr"`
		ID       string  `xml:"identifier>id"`
		Attrs    []named `xml:"attributes>attr"`
		Changes  []named `xml:"modifications>modification"`
	}
	var all struct {
		Requests []request `xml:",any"`
	}
	if err := xml.Unmarshal(doc, &all); err != nil {
		return nil, err
	}
	var list []Record
	for _, q := range all.Requests {
		r := Record{ID: q.ID}
		for op, name := range requestOf {
			if name == q.XMLName.Local {
				r.Op = op
			}
		}
		r.Category, _ = categoryOf(q.Category[0].Values[0])
		for _, a := range append(q.Attrs, q.Changes...) {
			for i := range a.Values {
				a.Values[i] = strings.TrimSpace(a.Values[i])
			}
			r.Attrs = append(r.Attrs, Attr{a.Name, clean(a.Values, parallel[a.Name])})
		}
		list = append(list, r)
	}
	return list, nil
}

// same compares what the two readers made of one document.
func same(t *testing.T, doc []byte) {
	t.Helper()
	want, err := standard(doc)
	if err != nil {
		t.Fatal(err)
	}
	got, _, err := parse(string(doc))
	if err != nil {
		t.Fatal(err)
	}
	for i := range got {
		got[i].Line, got[i].Problem = 0, ""
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("the readers differ:\n%+v\n%+v", got, want)
	}
}

func TestParseLikeStandard(t *testing.T) {
	for _, encoding := range []Encoding{References, UTF8} {
		for _, degree := range []Degree{First, Second} {
			same(t, invented(20, degree, encoding))
		}
	}
	paths, _ := filepath.Glob(samples + "/*.xml")
	for _, path := range paths {
		doc, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		same(t, doc)
	}
}

// The samples, read and written again, are what they were, byte for byte.
func TestSamplesWrittenAgain(t *testing.T) {
	paths, _ := filepath.Glob(samples + "/*.xml")
	if len(paths) == 0 {
		t.Skip("no samples here")
	}
	for _, path := range paths {
		doc, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		list, h, err := parse(string(doc))
		if err != nil || len(h.Unknown) > 0 {
			t.Fatal(path, err, h.Unknown)
		}
		var b bytes.Buffer
		w := NewWriter(&b, h)
		for _, r := range list {
			if r.Problem != "" {
				t.Errorf("%s: %s", path, r.Problem)
			}
			if err := w.Write(r); err != nil {
				t.Fatal(err)
			}
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(b.Bytes(), doc) {
			t.Errorf("%s is written otherwise:\n%s", path, b.Bytes())
		}
	}
}

func BenchmarkParse(b *testing.B) {
	doc := invented(5000, Second, References)
	b.SetBytes(int64(len(doc)))
	b.ReportAllocs()
	for b.Loop() {
		n := 0
		if _, err := Parse(bytes.NewReader(doc), "", Students, func(Record) error { n++; return nil }); err != nil || n != 5000 {
			b.Fatal(n, err)
		}
	}
}

// BenchmarkStandard says what the standard decoder's cheapest calls would take.
func BenchmarkStandard(b *testing.B) {
	doc := invented(5000, Second, References)
	b.SetBytes(int64(len(doc)))
	for b.Loop() {
		for d := xml.NewDecoder(bytes.NewReader(doc)); ; {
			if _, err := d.RawToken(); err == io.EOF {
				break
			} else if err != nil {
				b.Fatal(err)
			}
		}
	}
}

func BenchmarkDecode(b *testing.B) {
	list, _, err := parse(string(invented(1000, Second, References)))
	if err != nil {
		b.Fatal(err)
	}
	b.ResetTimer()
	start, n := time.Now(), 0
	for b.Loop() {
		for i := range list {
			if _, _, err := list[i].Student(); err != nil {
				b.Fatal(err)
			}
			n++
		}
	}
	b.ReportMetric(float64(time.Since(start).Nanoseconds())/float64(n), "ns/pupil")
}
