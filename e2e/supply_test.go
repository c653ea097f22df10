package e2e

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// floors are the oldest versions that are known to be safe for what we do.
var floors = map[string]string{
	"github.com/gofiber/fiber/v2":         "v2.52.15",
	"github.com/valyala/fasthttp":         "v1.71.0", // older ones let redirects inject headers
	"go.etcd.io/bbolt":                    "v1.5.0",
	"github.com/blevesearch/bleve/v2":     "v2.6.3",
	"github.com/gofiber/template/html/v2": "v2.1.3",
	"github.com/wneessen/go-mail":         "v0.7.1", // older ones let an address inject commands
}

// TestVersions reads the module graph as it is built.
func TestVersions(t *testing.T) {
	out, err := exec.Command("go", "list", "-m", "all").Output()
	if err != nil {
		t.Fatal(err)
	}
	for module, floor := range floors {
		m := regexp.MustCompile(`(?m)^` + regexp.QuoteMeta(module) + ` (v\S+)$`).FindSubmatch(out)
		if m == nil || older(string(m[1]), floor) {
			t.Errorf("%s is at %s, below %s", module, m, floor)
		}
	}
}

func older(version, floor string) bool {
	v, f := strings.Split(version[1:], "."), strings.Split(floor[1:], ".")
	for i := range f {
		a, errA := strconv.Atoi(v[i])
		b, errB := strconv.Atoi(f[i])
		if errA != nil || errB != nil {
			return true
		}
		if a != b {
			return a < b
		}
	}
	return false
}

const vulncheck = "golang.org/x/vuln/cmd/govulncheck@v1.9.0"

// TestVulnerabilities looks our code up in a copy of the Go vulnerability
// database, and checks with a version known to be vulnerable that the look-up
// finds what is there.
func TestVulnerabilities(t *testing.T) {
	archive := os.Getenv("PREAU_VULNDB")
	if archive == "" {
		t.Skip("PREAU_VULNDB does not name a copy of the vulnerability database (osv.tar.gz)")
	}
	db := t.TempDir()
	if out, err := exec.Command("tar", "-xzf", archive, "-C", db).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	if out, err := audit(db, ".."); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
	control := t.TempDir()
	files := map[string]string{
		"go.mod":  "module control\n\ngo 1.26\n",
		"main.go": "package main\n\nimport \"github.com/gofiber/fiber/v2\"\n\nfunc main() { fiber.New().Listen(\":0\") }\n",
	}
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(control, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	get := exec.Command("go", "get", "github.com/gofiber/fiber/v2@v2.52.4")
	get.Dir = control
	if out, err := get.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	if out, err := audit(db, control, "-scan=module"); err == nil && !bytes.Contains(out, []byte("GO-20")) {
		t.Errorf("fiber 2.52.4 passes: the look-up finds nothing\n%s", out)
	}
}

func audit(db, dir string, more ...string) ([]byte, error) {
	args := append([]string{"run", vulncheck, "-db", "file://" + db}, more...)
	if len(more) == 0 {
		args = append(args, "./...")
	}
	c := exec.Command("go", args...)
	c.Dir = dir
	c.Env = append(os.Environ(), "GOFLAGS=-mod=mod")
	return c.CombinedOutput()
}
