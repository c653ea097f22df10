package e2e

import (
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestBackupAndRestore: a backup taken while people work gives back, elsewhere,
// what was there: the records, the search, the passwords.
func TestBackupAndRestore(t *testing.T) {
	a := demo(t)
	c := call(t, a, "claire.moreau")
	home := c.home()
	record := c.recordOf(home, "lucas.martin")
	if !c.setPhone(record, "06 39 98 41 41") {
		t.Fatal("no change")
	}
	var session []*http.Cookie
	if at, err := url.Parse(a.base); err == nil {
		session = c.Jar.Cookies(at)
	}
	file := filepath.Join(t.TempDir(), "sauvegarde")
	if out, err := command("backup", file, "--data", a.dir); err != nil || !strings.Contains(out, file) {
		t.Fatalf("%v\n%s", err, out)
	}
	if !c.setPhone(record, "06 39 98 42 42") {
		t.Fatal("no change after the backup")
	}
	if out, err := command("restore", file, "--data", a.dir); err == nil {
		t.Errorf("restored under a running appliance: %s", out)
	}

	there := filepath.Join(t.TempDir(), "ailleurs")
	if out, err := command("restore", file, "--data", there); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	check(t, there)
	other, err := start("demo", "--data", there)
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := other.stop(); err != nil {
			t.Error(err)
		}
	}()
	former := newCaller(t, other)
	if at, err := url.Parse(other.base); err == nil {
		former.Jar.SetCookies(at, session)
	}
	if status, _, _ := former.get("/console"); status != http.StatusSeeOther {
		t.Errorf("a session came back with the backup: %d", status)
	}
	d := call(t, other, "claire.moreau")
	if d.recordOf(d.home(), "lucas.martin") != record {
		t.Error("the search leads elsewhere")
	}
	if _, page, _ := d.get(record); !strings.Contains(page, "06 39 98 41 41") {
		t.Error("the record is not that of the backup")
	}
}

// TestBadBackups: what is no whole backup is refused, and nothing is touched.
func TestBadBackups(t *testing.T) {
	a := demo(t)
	c := call(t, a, "claire.moreau")
	record := c.recordOf(c.home(), "lucas.martin")
	good := filepath.Join(t.TempDir(), "sauvegarde")
	if out, err := command("backup", good, "--data", a.dir); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	whole, err := os.ReadFile(good)
	if err != nil {
		t.Fatal(err)
	}
	flipped := append([]byte{}, whole...)
	flipped[len(flipped)/2] ^= 0x10
	for name, bytes := range map[string][]byte{"empty": {}, "cut": whole[:len(whole)/2], "flipped": flipped, "another file": []byte(strings.Repeat("ceci n’est pas une sauvegarde ", 100))} {
		bad, there := filepath.Join(t.TempDir(), "mauvaise"), filepath.Join(t.TempDir(), "vide")
		if err := os.WriteFile(bad, bytes, 0o600); err != nil {
			t.Fatal(err)
		}
		out, err := command("restore", bad, "--data", there)
		if err == nil || strings.Contains(out, "panic") || !strings.Contains(out, "rien n’a changé") {
			t.Errorf("%s: %v %s", name, err, out)
		}
		if _, err := os.Stat(filepath.Join(there, "preau.db")); err == nil {
			t.Errorf("%s left a store behind", name)
		}
	}
	if status, _, _ := c.get(record); status != http.StatusOK {
		t.Error(status)
	}
}
