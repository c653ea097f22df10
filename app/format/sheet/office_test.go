package sheet

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestLibreOffice opens a file of names that a spreadsheet would compute with a
// real one: no cell is a formula, and accents are what they were.
func TestLibreOffice(t *testing.T) {
	if _, err := exec.LookPath("soffice"); err != nil {
		t.Fatal(err, ": sudo apt-get install --no-install-recommends libreoffice-calc-nogui")
	}
	dir := t.TempDir()
	var b bytes.Buffer
	rows := [][]string{{"N’GUESSAN Éléonore", "Łukasik"}}
	for _, p := range payloads {
		rows = append(rows, []string{p, "suite"})
	}
	if err := Write(&b, rows); err != nil {
		t.Fatal(err)
	}
	open := func(name string, text []byte) string {
		t.Helper()
		file := filepath.Join(dir, name+".csv")
		if err := os.WriteFile(file, text, 0o600); err != nil {
			t.Fatal(err)
		}
		// Separator ;, quotes ", UTF-8, from the first line, formulas computed as a person's choice would.
		out, err := exec.CommandContext(t.Context(), "soffice", "-env:UserInstallation=file://"+dir+"/profil", "--headless", "--convert-to", "fods",
			"--infilter=Text - txt - csv (StarCalc):59,34,76,1,,0,false,true,false,false,false,0,true", "--outdir", dir, file).CombinedOutput()
		if err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
		read, err := os.ReadFile(filepath.Join(dir, name+".fods"))
		if err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
		return string(read)
	}
	if got := open("sans", []byte("=1+1;suite\r\n")); !strings.Contains(got, "table:formula") {
		t.Fatal("the spreadsheet computes nothing: this test would not see a formula")
	}
	got := open("noms", b.Bytes())
	if n := strings.Count(got, "table:formula"); n > 0 {
		t.Errorf("%d cells are computed", n)
	}
	if !strings.Contains(got, "N’GUESSAN Éléonore") || !strings.Contains(got, "Łukasik") {
		t.Error("accents are lost")
	}
}
