package aaf

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
)

// A packed is a file of an archive to be made.
type packed struct {
	name, body string
	mode       os.FileMode
}

func folderOf(t testing.TB, files ...packed) string {
	dir := t.TempDir()
	for _, f := range files {
		path := filepath.Join(dir, filepath.FromSlash(f.name))
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(f.body), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func zipOf(t testing.TB, files ...packed) []byte {
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for _, f := range files {
		h := &zip.FileHeader{Name: f.name, Method: zip.Deflate}
		if f.mode != 0 {
			h.SetMode(f.mode)
		}
		out, err := w.CreateHeader(h)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(out, f.body); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func tarOf(t testing.TB, files ...packed) []byte {
	var b bytes.Buffer
	gz := gzip.NewWriter(&b)
	w := tar.NewWriter(gz)
	for _, f := range files {
		h := &tar.Header{Name: f.name, Mode: 0o600, Size: int64(len(f.body)), Typeflag: tar.TypeReg}
		if f.mode&os.ModeSymlink != 0 {
			h.Typeflag, h.Linkname, h.Size = tar.TypeSymlink, "/etc/hosts", 0
			f.body = ""
		}
		if err := w.WriteHeader(h); err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(w, f.body); err != nil {
			t.Fatal(err)
		}
	}
	if err := errors.Join(w.Close(), gz.Close()); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// saved writes an archive under a name and gives its path.
func saved(t testing.TB, name string, data []byte) string {
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// export is a small delivery of the second degree, complete.
func export(prefix string, date Date, kind Kind) []packed {
	var list []packed
	for _, c := range order {
		var b strings.Builder
		w := NewWriter(&b, Header{Degree: Second, Generated: date})
		for i := range 3 {
			if err := w.Write(Record{Op: Add, Category: c, ID: fmt.Sprint(i + 1), Attrs: []Attr{{"sn", []string{"X"}}}}); err != nil {
				panic(err)
			}
		}
		if err := w.Close(); err != nil {
			panic(err)
		}
		list = append(list, packed{name: FileName(prefix, kind, date, c, 0), body: b.String()})
	}
	slices.Reverse(list)
	return list
}

// opened opens a delivery that is closed with the test, and leaves nothing.
func opened(t *testing.T, path string) (*Delivery, error) {
	t.Helper()
	temp := t.TempDir()
	d, err := Open(path, Limits{TempDir: temp})
	t.Cleanup(func() {
		if d != nil && d.Close() != nil {
			t.Error("not closed")
		}
		if left, _ := os.ReadDir(temp); len(left) > 0 {
			t.Errorf("left behind: %v", left)
		}
	})
	return d, err
}

func TestOpenForms(t *testing.T) {
	files := append(export("ENT_0759001B", "2024-09-16", Complete),
		packed{name: "ficAlimMENESR.dtd", body: "<!ELEMENT x>"}, packed{name: "somme.md5", body: "x"},
		packed{name: "LISEZ-MOI.txt", body: "x"}, packed{name: "._ENT_Complet_20240916_Eleve_0000.xml", body: "x"}, packed{name: "autre.xml", body: "<html/>"})
	dated := slices.Clone(files)
	for i := range dated {
		dated[i].name = "20240916/" + dated[i].name
	}
	for _, path := range []string{
		folderOf(t, files...), folderOf(t, dated...), saved(t, "a.zip", zipOf(t, files...)), saved(t, "a.tgz", tarOf(t, dated...)),
		saved(t, "zip-sans-extension", zipOf(t, dated...)), saved(t, "menteur.zip", tarOf(t, files...)),
	} {
		d, err := opened(t, path)
		if err != nil {
			t.Errorf("%s: %v", path, err)
			continue
		}
		var categories []Category
		for _, f := range d.Files {
			categories = append(categories, f.Category)
			n := 0
			if h, err := d.Read(f, func(Record) error { n++; return nil }); err != nil || n != 3 || h.Degree != Second {
				t.Errorf("%s: %d, %+v, %v", f.Name, n, h, err)
			}
		}
		if !slices.Equal(categories, order) || d.Kind() != Complete || d.Date() != "2024-09-16" || len(d.Gaps) > 0 || len(d.Notes) != 3 {
			t.Errorf("%s: %v %s %s %v %q", path, categories, d.Kind(), d.Date(), d.Gaps, d.Notes)
		}
	}
}

func TestOpenLone(t *testing.T) {
	whole := export("ENT", "2024-09-16", Complete)[0]
	d, err := opened(t, saved(t, "sans nom", []byte(whole.body)))
	if err != nil || len(d.Files) != 1 || d.Files[0].Category != StaffOf || d.Files[0].Kind != Complete || d.Date() != "2024-09-16" || d.Files[0].Degree != Second {
		t.Fatalf("%+v, %v", d, err)
	}
	if len(d.Gaps) != 5 || len(d.Notes) != 1 {
		t.Errorf("gaps %v, notes %q", d.Gaps, d.Notes)
	}
	change := strings.Replace(whole.body, "</ficAlim", `<deleteRequest><identifier><id>9</id></identifier></deleteRequest></ficAlim`, 1)
	if d, err := opened(t, saved(t, "x.xml", []byte(change))); err != nil || d.Kind() != Delta || len(d.Gaps) != 0 {
		t.Errorf("a delta without a name: %+v, %v", d, err)
	}
	if d, err := opened(t, saved(t, "ENT2D.Delta.20240917.xml", []byte(whole.body))); err != nil || d.Kind() != Delta || d.Date() != "2024-09-17" {
		t.Errorf("a delta by its name: %+v, %v", d, err)
	}
	for name, body := range map[string]string{"page.xml": "<html/>", "vide.xml": "", "texte": "bonjour", "coupe.xml": whole.body[:100]} {
		if _, err := opened(t, saved(t, name, []byte(body))); !errors.As(err, new(*Refusal)) {
			t.Errorf("%s: %v", name, err)
		}
	}
	// A file that bears one of our names is listed whatever is in it: reading says
	// what is wrong, and those who keep what parsed may.
	d, err = opened(t, saved(t, whole.name, []byte(whole.body[:len(whole.body)-10])))
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	if _, err := d.Read(d.Files[0], func(Record) error { n++; return nil }); !errors.As(err, new(*BadFile)) || n != 3 {
		t.Errorf("%d, %v", n, err)
	}
}

func TestOpenCategoryInside(t *testing.T) {
	whole := export("ENT", "2024-09-16", Complete)
	d, err := opened(t, saved(t, "ENT_Complet_20240916_Eleve_0000.xml", []byte(whole[1].body)))
	if err != nil || d.Files[0].Category != Relatives {
		t.Errorf("%+v, %v", d, err)
	}
}

func TestOpenMixed(t *testing.T) {
	files := slices.Concat(export("ENT", "2024-09-18", Delta), export("ENT", "2024-09-16", Complete), export("ENT", "2024-09-17", Delta))
	d, err := opened(t, folderOf(t, files...))
	if err != nil {
		t.Fatal(err)
	}
	batches := d.Batches()
	if len(batches) != 3 || batches[0].Kind != Complete || batches[1].Date != "2024-09-17" || batches[2].Date != "2024-09-18" || d.Date() != "2024-09-18" {
		t.Fatalf("%+v", batches)
	}
	for _, b := range batches {
		for i, f := range b.Files {
			if f.Category != order[i] || f.Kind != b.Kind || f.Date != b.Date {
				t.Errorf("%+v", b)
			}
		}
	}
}

// Files whose names tell no kind take that of a delta beside them.
func TestOpenNamelessKinds(t *testing.T) {
	add := packed{name: "ENT_Eleve_0000.xml", body: top + pupil("1", "") + bottom}
	change := packed{name: "ENT_PersRelEleve_0000.xml", body: top + "<deleteRequest><identifier><id>1</id></identifier></deleteRequest>" + bottom}
	told := packed{name: "ENT_Complet_20240916_PersEducNat_0000.xml", body: top + bottom}
	for want, files := range map[string][]packed{"Delta Delta": {add, change}, "Complet": {add}, "Complet Complet Delta": {add, change, told}} {
		d, err := opened(t, folderOf(t, files...))
		if err != nil {
			t.Fatal(err)
		}
		var kinds []string
		for _, f := range d.Files {
			kinds = append(kinds, string(f.Kind))
		}
		if got := strings.Join(kinds, " "); got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
}

func TestOpenTwoDates(t *testing.T) {
	files := slices.Concat(export("ENT_0759001B", "2024-09-16", Complete), export("ENT_0759002C", "2024-09-17", Complete))
	_, err := opened(t, folderOf(t, files...))
	if !errors.As(err, new(*Refusal)) || !strings.Contains(err.Error(), "deux dates, le 16/09/2024 et le 17/09/2024") {
		t.Error(err)
	}
	both := slices.Concat(export("ENT_0759001B", "2024-09-16", Complete), export("ENT_0759002C", "2024-09-16", Complete))
	if d, err := opened(t, folderOf(t, both...)); err != nil || len(d.Files) != 12 {
		t.Errorf("two schools of one date: %v", err)
	}
	same := append(export("ENT", "2024-09-16", Complete), packed{name: "b/" + FileName("ENT", Complete, "2024-09-16", Students, 0), body: top + bottom})
	if _, err := opened(t, folderOf(t, same...)); err == nil || !strings.Contains(err.Error(), "une même tranche") {
		t.Errorf("a slice that came twice: %v", err)
	}
}

func TestGaps(t *testing.T) {
	files := export("ENT", "2024-09-16", Complete)
	files[0].name = FileName("ENT", Complete, "2024-09-16", StaffOf, 1)
	d, err := opened(t, folderOf(t, files[:5]...))
	if err != nil || len(d.Gaps) != 2 || d.Gaps[0].Category != Schools || !strings.Contains(d.Gaps[1].Sentence, "0000 des personnels") {
		t.Errorf("%+v, %v", d.Gaps, err)
	}
}

func TestOpenRefused(t *testing.T) {
	good := export("ENT", "2024-09-16", Complete)
	with := func(more ...packed) []packed { return append(slices.Clone(good), more...) }
	many := make([]packed, maxEntries+1)
	for i := range many {
		many[i].name = fmt.Sprintf("%d.txt", i)
	}
	bomb := packed{name: "ENT_Complet_20240916_Eleve_0001.xml", body: top + strings.Repeat(" ", 64<<20) + bottom}
	tests := []struct {
		name  string
		files []packed
		want  string
	}{
		{"nothing of ours", []packed{{name: "a.txt", body: "x"}}, "aucun fichier AAF"},
		{"parent", with(packed{name: "../x.xml"}), "dangereux"},
		{"parent inside", with(packed{name: "a/../../x.xml"}), "dangereux"},
		{"parent of Windows", with(packed{name: `..\x.xml`}), "dangereux"},
		{"absolute", with(packed{name: "/etc/x.xml"}), "dangereux"},
		{"drive", with(packed{name: `C:\x.xml`}), "dangereux"},
		{"link", with(packed{name: "x.xml", mode: os.ModeSymlink | 0o777, body: "/etc/hosts"}), "un lien"},
		{"twice", with(good[0]), "deux fois"},
		{"too many", many, "plus de 10 000"},
		{"bomb", with(bomb), "démesurément"},
	}
	for _, test := range tests {
		for form, data := range map[string][]byte{"zip": zipOf(t, test.files...), "tgz": tarOf(t, test.files...)} {
			_, err := opened(t, saved(t, "a."+form, data))
			if !errors.As(err, new(*Refusal)) || !strings.Contains(err.Error(), test.want) {
				t.Errorf("%s, %s: got %v", test.name, form, err)
			}
		}
	}
	if _, err := opened(t, saved(t, "a.zip", zipOf(t, with(packed{name: "a\x00.xml"})...))); err == nil || !strings.Contains(err.Error(), "dangereux") {
		t.Errorf("NUL in a name: %v", err)
	}
	for _, data := range [][]byte{zipOf(t, good...), tarOf(t, good...)} {
		if _, err := opened(t, saved(t, "a", data[:len(data)/2])); !errors.As(err, new(*Refusal)) {
			t.Errorf("half an archive: %v", err)
		}
	}
	dir := folderOf(t, good...)
	deep := folderOf(t, packed{name: strings.Repeat("a/", maxNesting+1) + good[0].name, body: good[0].body})
	if _, err := opened(t, deep); err == nil || !strings.Contains(err.Error(), "emboîtés") {
		t.Errorf("deep directories: %v", err)
	}
	if err := os.Symlink("/etc/hosts", filepath.Join(dir, "x.xml")); err != nil {
		t.Fatal(err)
	}
	if _, err := opened(t, dir); err == nil || !strings.Contains(err.Error(), "un lien") {
		t.Errorf("a link in a directory: %v", err)
	}
	if _, err := opened(t, filepath.Join(dir, "absent")); err == nil || !strings.Contains(err.Error(), "n’existe pas") {
		t.Errorf("nothing there: %v", err)
	}
}

func TestLimitBytes(t *testing.T) {
	good := export("ENT", "2024-09-16", Complete)
	total := int64(0)
	for _, f := range good {
		total += int64(len(f.body))
	}
	for name, path := range map[string]string{
		"folder": folderOf(t, good...), "zip": saved(t, "a.zip", zipOf(t, good...)), "tgz": saved(t, "a.tgz", tarOf(t, good...)),
		"lone": saved(t, good[0].name, []byte(good[0].body)),
	} {
		limits := Limits{Bytes: total - 1, TempDir: t.TempDir()}
		if name == "lone" {
			limits.Bytes = int64(len(good[0].body)) - 1
		}
		if _, err := Open(path, limits); err == nil || !strings.Contains(err.Error(), "la taille permise") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// Central directories that lie: files that share their bytes, ciphers, and more
// entries than memory should be spent on.
func TestForgedZip(t *testing.T) {
	good := zipOf(t, export("ENT", "2024-09-16", Complete)...)
	forge := func(offset int, value uint16) []byte {
		data := bytes.Clone(good)
		for at := 0; ; at += 4 {
			i := bytes.Index(data[at:], []byte("PK\x01\x02"))
			if i < 0 {
				return data
			}
			at += i
			binary.LittleEndian.PutUint16(data[at+offset:], value)
		}
	}
	half := uint16(len(good) / 2)
	endless := make([]packed, 100_000)
	for i := range endless {
		endless[i].name = fmt.Sprintf("%050d", i)
	}
	for want, data := range map[string][]byte{"superposés": forge(20, half), "chiffrée": forge(8, 1), "plus de 10 000": zipOf(t, endless...)} {
		if _, err := opened(t, saved(t, "a.zip", data)); !errors.As(err, new(*Refusal)) || !strings.Contains(err.Error(), want) {
			t.Errorf("want %s, got %v", want, err)
		}
	}
	ration := &rationed{bytes.NewReader(good), 100}
	if _, err := ration.ReadAt(make([]byte, 101), 0); !errors.As(err, new(*Refusal)) {
		t.Errorf("past the ration: %v", err)
	}
}

// Nothing but the names of attributes tells the degree of some files.
func TestDegreeInside(t *testing.T) {
	for name, want := range map[string]Degree{"ENTPersonNom": First, "sn": Second, "mail": Second} {
		d, err := opened(t, saved(t, "ENT_Complet_20240916_Eleve_0000.xml", []byte(top+pupil("1", attr(name, "X"))+bottom)))
		if err != nil || d.Files[0].Degree != want {
			t.Errorf("%s: %+v, %v", name, d, err)
		}
	}
}

// A header that announces less than there is, or more, does not help.
func TestLyingZip(t *testing.T) {
	name := FileName("ENT", Complete, "2024-09-16", Students, 0)
	honest := zipOf(t, packed{name: name, body: top + strings.Repeat(pupil("1", attr("sn", "X")), 20_000) + bottom})
	lie := func(size uint32) string {
		data := bytes.Clone(honest)
		at := bytes.Index(data, []byte("PK\x01\x02"))
		binary.LittleEndian.PutUint32(data[at+24:], size)
		return saved(t, "a.zip", data)
	}
	if _, err := Open(lie(2<<30), Limits{Bytes: 1 << 30}); err == nil || !strings.Contains(err.Error(), "la taille permise") {
		t.Errorf("2 GB announced: %v", err)
	}
	d, err := Open(lie(5000), Limits{})
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	if _, err := d.Read(d.Files[0], func(Record) error { return nil }); err == nil {
		t.Error("more than was announced was read")
	}
}

// Whatever the headers say, what comes out is counted.
func TestMeter(t *testing.T) {
	d, err := Open(folderOf(t, export("ENT", "2024-09-16", Complete)...), Limits{})
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	d.meter.limit = d.meter.total
	for _, f := range d.Files {
		if _, err := d.Read(f, func(Record) error { return nil }); err != nil {
			t.Errorf("a second reading was counted: %v", err)
		}
	}
	d.meter.limit--
	if _, err := d.Read(d.Files[0], func(Record) error { return nil }); !errors.As(err, new(*Refusal)) {
		t.Errorf("past the limit: %v", err)
	}
}

func TestReadAtOnce(t *testing.T) {
	for _, data := range [][]byte{zipOf(t, export("ENT", "2024-09-16", Complete)...), tarOf(t, export("ENT", "2024-09-16", Complete)...)} {
		d, err := opened(t, saved(t, "a", data))
		if err != nil {
			t.Fatal(err)
		}
		var group sync.WaitGroup
		for _, f := range slices.Concat(d.Files, d.Files) {
			group.Go(func() {
				n := 0
				if _, err := d.Read(f, func(Record) error { n++; return nil }); err != nil || n != 3 {
					t.Errorf("%s: %d, %v", f.Name, n, err)
				}
			})
		}
		group.Wait()
		if _, err := d.Read(File{Name: "autre"}, nil); err == nil {
			t.Error("a file of another delivery was read")
		}
	}
}

// The samples mix a college, complete and delta, and a first-degree school.
func TestSamplesOpened(t *testing.T) {
	if _, err := os.Stat(samples); err != nil {
		t.Skip("no samples here")
	}
	d, err := Open(samples, Limits{})
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	batches := d.Batches()
	if len(batches) != 2 || len(batches[0].Files) != 10 || len(batches[1].Files) != 4 || len(d.Gaps) > 0 || len(d.Notes) > 0 {
		t.Errorf("%+v %v %q", batches, d.Gaps, d.Notes)
	}
	for _, f := range d.Files {
		if want := degreeHint(f.Prefix); want == First && f.Degree != First || want == "" && f.Degree != Second {
			t.Errorf("%+v", f)
		}
	}
}
