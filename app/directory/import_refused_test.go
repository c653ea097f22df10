package directory_test

import (
	"archive/zip"
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"preau/app/access"
	"preau/app/directory"
	"preau/app/format/aaf"
)

// zipped packs files into an archive, by the names they bear in it.
func zipped(t *testing.T, files map[string][]byte) string {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for name, content := range files {
		f, err := z.Create(name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := f.Write(content); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "livraison.zip")
	if err := os.WriteFile(path, b.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// contents reads the files of a folder.
func contents(t *testing.T, dir string) map[string][]byte {
	t.Helper()
	all := map[string][]byte{}
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if all[e.Name()], err = os.ReadFile(filepath.Join(dir, e.Name())); err != nil {
			t.Fatal(err)
		}
	}
	return all
}

// TestArchives: one is taken as its folder is; a dangerous one is refused whole.
func TestArchives(t *testing.T) {
	w := newWorld(t)
	good := contents(t, complete(t, "2026-09-01", base()...))
	w.receive(zipped(t, good))
	people := w.lastEvent()
	refusals := map[string]string{
		"climbs out":  zipped(t, map[string][]byte{"../" + aaf.FileName("ENT", aaf.Complete, "2026-09-02", aaf.Students, 0): []byte("x")}),
		"bomb":        zipped(t, map[string][]byte{aaf.FileName("ENT", aaf.Complete, "2026-09-02", aaf.Students, 0): bytes.Repeat([]byte(" "), 8<<20)}),
		"nothing":     zipped(t, map[string][]byte{"lisez-moi.txt": []byte("bonjour")}),
		"not there":   filepath.Join(t.TempDir(), "absent.zip"),
		"empty place": t.TempDir(),
	}
	for name, path := range refusals {
		im, err := w.try(w.system, directory.ImportOptions{Path: path})
		if access.KindOf(err) != access.Invalid || im == nil {
			t.Errorf("%s: %v %+v", name, err, im)
			continue
		}
		stored, err := directory.ReadImport(w.system, im.ID)
		if err != nil || stored.State != directory.ImportRefused || !strings.HasSuffix(stored.Refusal, ".") || w.lastEvent() != people {
			t.Errorf("%s: %s « %s » %v", name, stored.State, stored.Refusal, err)
		}
	}
	im, err := w.try(w.system, directory.ImportOptions{Path: zipped(t, good), Bytes: 1000})
	if access.KindOf(err) != access.Invalid || !strings.Contains(im.Refusal, "octets") {
		t.Errorf("too large: %v %s", err, im.Refusal)
	}
	if left, _ := filepath.Glob(filepath.Join(w.dir, "import-*")); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}

// TestKeepParsed applies what a cut file has, and deletes nobody.
func TestKeepParsed(t *testing.T) {
	w := newWorld(t)
	w.receive(complete(t, "2026-09-01", crowd(4)...))
	dir := complete(t, "2026-09-02", append([]aaf.Record{tilleuls()}, pupil("100", "NOUVELLE", "Zoé", "1", "3A").Record(aaf.Second), crowd(1)[2])...)
	file := filepath.Join(dir, aaf.FileName("ENT", aaf.Complete, "2026-09-02", aaf.Students, 0))
	raw := contents(t, dir)[filepath.Base(file)]
	if err := os.WriteFile(file, raw[:len(raw)-200], 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := w.try(w.system, directory.ImportOptions{Path: dir}); access.KindOf(err) != access.Invalid {
		t.Error("a cut file is taken:", err)
	}
	im, err := w.try(w.system, directory.ImportOptions{Path: dir, KeepParsed: true})
	if err != nil || im.Sum() != (directory.Tallies{Created: 1}) || len(w.held()) != 0 {
		t.Errorf("%s %v %q", im.Text(), err, w.held())
	}
	if !slices.ContainsFunc(im.Warnings, func(s string) bool { return strings.Contains(s, "mal terminé") }) {
		t.Errorf("%q", im.Warnings)
	}
	w.where("prenomab.eleve", college)
	w.where("prenomab.parent", college)
}

// TestEncodings: bytes of another encoding than the one that is declared.
func TestEncodings(t *testing.T) {
	w := newWorld(t)
	dir := complete(t, "2026-09-01", tilleuls(), pupil("100", "DURAND", "Zoé", "1", "3A").Record(aaf.Second))
	file := filepath.Join(dir, aaf.FileName("ENT", aaf.Complete, "2026-09-01", aaf.Students, 0))
	raw := contents(t, dir)[filepath.Base(file)]
	if err := os.WriteFile(file, bytes.ReplaceAll(raw, []byte("&#233;"), []byte{0xe9}), 0o600); err != nil {
		t.Fatal(err)
	}
	w.receive(dir)
	if u := w.user("zoe.durand"); u.FirstName != "Zoé" {
		t.Errorf("%q", u.FirstName)
	}
}

// TestTwiceInTwoSlices: the last in the order of the files counts, with a warning,
// though the first slice is long and its last record is read after.
func TestTwiceInTwoSlices(t *testing.T) {
	w := newWorld(t)
	records := []aaf.Record{tilleuls()}
	for i := range 400 {
		records = append(records, pupil(fmt.Sprint(5000+i), "ELEVE", "Prénom"+string(rune('a'+i%26)), "1", "3A").Record(aaf.Second))
	}
	dir := complete(t, "2026-09-01", append(records, pupil("100", "DURAND", "Zoé", "1", "3A").Record(aaf.Second))...)
	other := contents(t, complete(t, "2026-09-01", pupil("100", "DURAND", "Zoé", "1", "3B").Record(aaf.Second)))
	second := aaf.FileName("ENT", aaf.Complete, "2026-09-01", aaf.Students, 1)
	if err := os.WriteFile(filepath.Join(dir, second), other[aaf.FileName("ENT", aaf.Complete, "2026-09-01", aaf.Students, 0)], 0o600); err != nil {
		t.Fatal(err)
	}
	im := w.receive(dir)
	lines, _ := directory.OutcomesOf(w.system, im.ID, directory.SaysWarning, 0, 10)
	if at, _ := w.user("zoe.durand").At(college); !slices.Equal(at.Classes, []string{"3B"}) || len(lines) != 1 || lines[0].File != second {
		t.Errorf("%v %+v", at.Classes, lines)
	}
}

// TestSamples imports the imaginary schools that come with the description of
// the format.
func TestSamples(t *testing.T) {
	const samples = "../../../shared/samples/aaf"
	files, err := os.ReadDir(samples)
	if err != nil {
		t.Skip("no samples here:", err)
	}
	w := newWorld(t)
	for _, part := range []string{"ENT1D_0759002C_Complet", "ENT_0759001B_Complet", "ENT_0759001B_Delta"} {
		dir := t.TempDir()
		for _, f := range files {
			if !strings.HasPrefix(f.Name(), part) {
				continue
			}
			raw, err := os.ReadFile(filepath.Join(samples, f.Name()))
			if err == nil {
				err = os.WriteFile(filepath.Join(dir, f.Name()), raw, 0o600)
			}
			if err != nil {
				t.Fatal(err)
			}
		}
		im := w.receive(dir)
		lines, err := directory.OutcomesOf(w.system, im.ID, "", 0, 100)
		if err != nil {
			t.Fatal(err)
		}
		for _, l := range lines {
			if l.Kind == directory.SaysRefused && l.Line == 0 {
				t.Errorf("refused without a place in the files: %+v", l)
			}
		}
		if im.State != directory.ImportDone || im.Sum().Created+im.Sum().Changed == 0 {
			t.Errorf("%s", im.Text())
		}
	}
}
