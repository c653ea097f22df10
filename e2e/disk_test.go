package e2e

import (
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// smallDisk is a disk of the test's own, of so many MiB.
func smallDisk(t *testing.T, size string) string {
	t.Helper()
	dir := t.TempDir()
	if out, err := exec.Command("mount", "-t", "tmpfs", "-o", "size="+size, "tmpfs", dir).CombinedOutput(); err != nil {
		t.Skipf("a small disk needs the right to mount one (the store's own bound is tested in data): %v %s", err, out)
	}
	t.Cleanup(func() {
		if out, err := exec.Command("umount", dir).CombinedOutput(); err != nil {
			t.Errorf("%v %s", err, out)
		}
	})
	return dir
}

// TestFullDisk: when nothing can be written any more, each change is refused by
// a page that says so, everything can still be read, nothing that was
// acknowledged is lost, and changes go on once there is room.
func TestFullDisk(t *testing.T) {
	from, err := seeded()
	if err != nil {
		t.Fatal(err)
	}
	disk := smallDisk(t, "320m") // more than twice the reserve
	dir := filepath.Join(disk, "demo")
	if err := copyDir(from, dir); err != nil {
		t.Fatal(err)
	}
	a, err := start("demo", "--data", dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := a.stop(); err != nil {
			t.Error(err)
		}
		check(t, dir)
	})
	c := call(t, a, "claire.moreau")
	home, record := c.home(), c.students(1)[0]
	if !c.setPhone(record, "06 39 98 10 10") {
		t.Fatal("no change even before the disk is full")
	}
	filler := filepath.Join(disk, "remplissage")
	fill(t, filler)
	status, page := 0, ""
	for n := range 8000 { // the file has some room inside
		_, form, _ := c.get(home)
		fields := formFields(form)
		fields.Set("site", fmt.Sprintf("https://etablissement.example/%d/%s", n, strings.Repeat("a", 1800)))
		if status, page, _ = c.post(home, fields); status != http.StatusSeeOther {
			break
		}
	}
	if status != http.StatusInsufficientStorage || !strings.Contains(page, "Disque plein") {
		t.Errorf("%d\n%s", status, page)
	}
	if _, page, _ := c.get(record); !strings.Contains(page, "06 39 98") {
		t.Error("the record cannot be read any more")
	}
	if status, _, _ := newCaller(t, a).signIn("marc.dubois"); status != http.StatusSeeOther {
		t.Errorf("nobody can sign in any more: %d", status)
	}
	if err := os.Remove(filler); err != nil {
		t.Fatal(err)
	}
	for range 100 { // space is looked for again each second
		if c.setPhone(record, "06 39 98 30 30") {
			break
		}
		time.Sleep(100 * time.Millisecond)
	}
	if _, page, _ := c.get(record); !strings.Contains(page, "06 39 98 30 30") {
		t.Error("changes do not go on once there is room")
	}
}

// fill writes until there is no room left.
func fill(t *testing.T, file string) {
	t.Helper()
	f, err := os.Create(file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for block := make([]byte, 1<<20); len(block) > 0; {
		if _, err := f.Write(block); err != nil {
			block = block[:len(block)/2]
		}
	}
}
