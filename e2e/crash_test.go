package e2e

import (
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

var studentPath = regexp.MustCompile(`/console/etablissements/[0-9A-Z]{8}/utilisateurs/eleves/P[A-Z]{2}[0-9]{5}`)

// students returns the addresses of the first students of an administrator's list.
func (c *caller) students(n int) []string {
	c.t.Helper()
	_, _, header := c.get("/console")
	_, list, _ := c.get(strings.TrimSuffix(header.Get("Location"), "/") + "/utilisateurs/eleves")
	seen, paths := map[string]bool{}, []string{}
	for _, p := range studentPath.FindAllString(list, -1) {
		if !seen[p] && len(paths) < n {
			seen[p] = true
			paths = append(paths, p)
		}
	}
	if len(paths) < n {
		c.t.Fatalf("%d students of %d in %s", len(paths), n, list)
	}
	return paths
}

// TestKill kills the executable at random times under a load of changes, KILLS
// times, twenty unless said: every change that was acknowledged is there afterwards, none is half
// done, and everything derived agrees.
func TestKill(t *testing.T) {
	from, err := seeded()
	if err != nil {
		t.Fatal(err)
	}
	dir := filepath.Join(t.TempDir(), "demo")
	if err := copyDir(from, dir); err != nil {
		t.Fatal(err)
	}
	acknowledged, sent := map[string]string{}, map[string]string{} // record → last phone that was accepted, and sent
	total := 0
	kills := 20
	if n, err := strconv.Atoi(os.Getenv("KILLS")); err == nil {
		kills = n
	}
	for round := range kills {
		a, err := start("demo", "--data", dir)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { a.cmd.Process.Kill() }) // whatever ends the round
		c := call(t, a, "claire.moreau")
		people := c.students(4)
		for path, phone := range acknowledged {
			// What was sent when the power went may have been kept, its answer lost.
			if _, page, _ := c.get(path); !strings.Contains(page, phone) && !strings.Contains(page, sent[path]) {
				t.Fatalf("round %d: %s lost %s", round, path, phone)
			}
		}
		var mu sync.Mutex
		var wg sync.WaitGroup
		for i, path := range people {
			wg.Go(func() {
				for n := 0; ; n++ {
					phone := fmt.Sprintf("06 39 98 %02d %02d", (i*20+round)%100, n%100)
					mu.Lock()
					sent[path] = phone
					mu.Unlock()
					if !c.setPhone(path, phone) {
						return
					}
					mu.Lock()
					acknowledged[path] = phone
					total++
					mu.Unlock()
				}
			})
		}
		time.Sleep(time.Duration(100+rand.IntN(250)) * time.Millisecond) // the moment of the cut is the point
		a.kill()
		wg.Wait()
	}
	if total < 20 {
		t.Errorf("only %d changes acknowledged: the load is no load", total)
	}
	t.Logf("%d changes acknowledged over %d kills", total, kills)
	check(t, dir)
}

var versionField = regexp.MustCompile(`name="version" value="(\d+)"`)

// setPhone changes a student's phone through the form of the record; false when
// it was not acknowledged.
func (c *caller) setPhone(path, phone string) bool {
	status, page, _, err := c.trySend(http.MethodGet, path, nil)
	m := versionField.FindStringSubmatch(page)
	if err != nil || status != http.StatusOK || m == nil {
		return false
	}
	form := formFields(page)
	form.Set("portable", phone)
	status, _, _, err = c.trySend(http.MethodPost, path, strings.NewReader(form.Encode()), "Content-Type", "application/x-www-form-urlencoded", "Origin", c.base)
	return err == nil && status == http.StatusSeeOther
}

var inputs = regexp.MustCompile(`<input[^>]*\bname="([^"]+)"[^>]*>`)
var valueOf = regexp.MustCompile(`\bvalue="([^"]*)"`)

// formFields reads the fields of the forms of a page, as a browser would send
// those that are not boxes to tick.
func formFields(page string) url.Values {
	form := url.Values{}
	for _, m := range inputs.FindAllStringSubmatch(page, -1) {
		if strings.Contains(m[0], `type="radio"`) || strings.Contains(m[0], `type="checkbox"`) {
			if !strings.Contains(m[0], " checked") {
				continue
			}
		}
		if v := valueOf.FindStringSubmatch(m[0]); v != nil && !form.Has(m[1]) {
			form.Set(m[1], strings.ReplaceAll(v[1], "&#43;", "+"))
		}
	}
	return form
}

// TestTwoInstances starts a second appliance on the same directory: it says at
// once that the directory is in use, and by which process.
func TestTwoInstances(t *testing.T) {
	a := demo(t)
	from := time.Now()
	out, err := command("demo", "--data", a.dir, "--listen", "127.0.0.1:0")
	if err == nil || !strings.Contains(out, fmt.Sprint("processus ", a.cmd.Process.Pid)) {
		t.Errorf("%v\n%s", err, out)
	}
	if took := time.Since(from); took > 10*time.Second {
		t.Errorf("it took %s to say so", took)
	}
	for _, args := range [][]string{{"check"}, {"import", "aaf", a.dir}} {
		if out, err := command(append(args, "--data", a.dir)...); err == nil || !strings.Contains(out, "processus") {
			t.Errorf("%v: %v\n%s", args, err, out)
		}
	}
}

// TestDamaged damages the file in several ways: a French sentence and an exit
// code, never a panic nor a hang.
func TestDamaged(t *testing.T) {
	from, err := seeded()
	if err != nil {
		t.Fatal(err)
	}
	whole, err := os.ReadFile(filepath.Join(from, "preau.db"))
	if err != nil {
		t.Fatal(err)
	}
	zeroed := append(make([]byte, 8192), whole[8192:]...)
	for name, content := range map[string][]byte{"half": whole[:len(whole)/2], "short": whole[:100], "text": []byte(strings.Repeat("bonjour", 4096)), "both metas": zeroed} {
		dir := t.TempDir()
		if err := os.WriteFile(filepath.Join(dir, "preau.db"), content, 0o600); err != nil {
			t.Fatal(err)
		}
		out, err := command("serve", "--data", dir, "--listen", "127.0.0.1:0")
		if err == nil || !strings.Contains(out, "endommagé") || !strings.Contains(out, "preau restore") || strings.Contains(out, "goroutine") {
			t.Errorf("%s: %v\n%s", name, err, out)
		}
	}
}

// TestKilledUpload kills the executable while it receives a file, KILLS times,
// five unless said: the next start leaves nothing of it.
func TestKilledUpload(t *testing.T) {
	from, err := seeded()
	if err != nil {
		t.Fatal(err)
	}
	dir := filepath.Join(t.TempDir(), "demo")
	if err := copyDir(from, dir); err != nil {
		t.Fatal(err)
	}
	received := func() []string {
		left, err := filepath.Glob(filepath.Join(dir, "reception-*"))
		sent, err2 := filepath.Glob(filepath.Join(dir, "envoi-*"))
		if err := errors.Join(err, err2); err != nil {
			t.Fatal(err)
		}
		return append(left, sent...)
	}
	kills := 5
	if n, err := strconv.Atoi(os.Getenv("KILLS")); err == nil {
		kills = n
	}
	for round := range kills {
		a, err := start("demo", "--data", dir)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { a.cmd.Process.Kill() }) // whatever ends the round
		if left := received(); len(left) > 0 {
			t.Fatalf("round %d: %v are left", round, left)
		}
		c := call(t, a, "marc.dubois")
		head := "--limite\r\nContent-Disposition: form-data; name=\"jeton\"\r\n\r\n" + c.jeton + "\r\n--limite\r\nContent-Disposition: form-data; name=\"fichier\"; filename=\"annuaire.zip\"\r\n\r\n"
		ended := make(chan error, 1)
		go func() {
			_, _, _, err := c.trySend(http.MethodPost, "/console/imports", io.MultiReader(strings.NewReader(head), zeros{}), "Content-Type", "multipart/form-data; boundary=limite", "Origin", c.base)
			ended <- err
		}()
		for end := time.Now().Add(time.Minute); len(received()) == 0; time.Sleep(time.Millisecond) {
			if time.Now().After(end) {
				t.Fatal("nothing is received")
			}
		}
		time.Sleep(time.Duration(rand.IntN(50)) * time.Millisecond) // the moment of the cut is the point
		a.kill()
		if err := <-ended; err == nil {
			t.Fatal("the file was answered: nothing was cut")
		}
		if len(received()) == 0 {
			t.Fatal("nothing was left to remove")
		}
	}
	a, err := start("demo", "--data", dir)
	if err != nil {
		t.Fatal(err)
	}
	if left := received(); len(left) > 0 {
		t.Errorf("%v are left", left)
	}
	if err := a.stop(); err != nil {
		t.Error(err)
	}
	check(t, dir)
}

// TestKilledImport kills an import at random times, again and again: what it
// began is ended by the next one, and nothing is done twice.
func TestKilledImport(t *testing.T) {
	root := t.TempDir()
	files, dir := filepath.Join(root, "aaf"), filepath.Join(root, "data")
	if out, err := command("generate", "aaf", files, "--users", "2400"); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	program, err := binary()
	if err != nil {
		t.Fatal(err)
	}
	cut := 0
	for round := range 6 {
		c := exec.Command(program, "import", "aaf", files, "--data", dir)
		if err := c.Start(); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Duration(40+rand.IntN(60)*(round+1)) * time.Millisecond) // the moment of the cut is the point
		c.Process.Kill()
		if c.Wait() != nil {
			cut++
		}
		check(t, dir)
	}
	if out, err := command("import", "aaf", files, "--data", dir); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	out, err := command("import", "aaf", files, "--data", dir, "--dry-run")
	if err != nil || !strings.Contains(out, "rien n’a changé") {
		t.Errorf("%v\n%s", err, out)
	}
	if left, _ := filepath.Glob(filepath.Join(dir, "import-*")); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
	check(t, dir)
	t.Logf("cut %d times", cut)
}
