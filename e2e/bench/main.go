// Bench measures the appliance as a person and a machine see it, over HTTP and
// through its command line, and prints a table. It asserts nothing: machines
// differ, and are noisy. BIG=1 adds a million people.
package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// table is what is printed at the end.
type table struct{ rows [][3]string }

func (t *table) add(what, target, measured string) {
	t.rows = append(t.rows, [3]string{what, target, measured})
	fmt.Fprintf(os.Stderr, "%-70s %-28s %s\n", what, target, measured)
}

func (t *table) print() {
	fmt.Println("| what | target | measured |\n|---|---|---|")
	for _, r := range t.rows {
		fmt.Printf("| %s | %s | %s |\n", r[0], r[1], r[2])
	}
}

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func run() error {
	binary, err := filepath.Abs("preau")
	if err != nil {
		return err
	}
	scratch, err := os.MkdirTemp("", "preau-bench-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(scratch)
	t := &table{}
	if st, err := os.Stat(binary); err == nil {
		t.add("binary", "≤ 60 MiB", fmt.Sprintf("%.1f MiB", float64(st.Size())/(1<<20)))
	}
	b := bench{binary: binary, scratch: scratch, table: t}
	if err := b.signIns(); err != nil {
		return err
	}
	if err := b.credentials(); err != nil {
		return err
	}
	if err := b.people(100_000, 60, "100,000", ""); err != nil {
		return err
	}
	if os.Getenv("BIG") != "" {
		if err := b.people(1_000_000, 500, "1,000,000", ".cache"); err != nil {
			return err
		}
	}
	// Last: what this process held would count as the peak of the commands that it starts.
	if err := b.requests(); err != nil {
		return err
	}
	if err := b.groups(); err != nil {
		return err
	}
	if err := b.news(); err != nil {
		return err
	}
	if err := b.uploads(); err != nil {
		return err
	}
	t.print()
	return nil
}

// A bench is one run of the measures.
type bench struct {
	binary, scratch string
	*table
}

// people measures everything on an appliance of n people. The files and the
// directory are kept in cache, "" for none.
func (b bench) people(n, establishments int, label, cache string) error {
	files, dir := filepath.Join(b.scratch, "aaf-"+strconv.Itoa(n)), filepath.Join(b.scratch, "data-"+strconv.Itoa(n))
	if cache != "" {
		files, dir = filepath.Join(cache, "aaf-"+strconv.Itoa(n)), filepath.Join(cache, "data-"+strconv.Itoa(n))
	}
	if _, err := os.Stat(files); err != nil {
		if _, _, err := b.command("generate", "aaf", files, "--users", strconv.Itoa(n), "--establishments", strconv.Itoa(establishments)); err != nil {
			return err
		}
	}
	if _, err := os.Stat(dir); err != nil {
		if err := b.imports(files, dir, label); err != nil {
			return err
		}
	}
	return b.pages(dir, label)
}

func (b bench) imports(files, dir, label string) error {
	took, peak, err := b.command("import", "aaf", files, "--data", dir)
	if err != nil {
		return err
	}
	b.add("AAF complete, "+label+" people, into an empty appliance", "≤ 60 s, ≤ 1 GiB; aim 30 s", fmt.Sprintf("%.1f s, %d MiB", took.Seconds(), peak>>10))
	took, peak, err = b.command("import", "aaf", files, "--data", dir)
	if err != nil {
		return err
	}
	b.add("the same file again, "+label, "≤ 15 s", fmt.Sprintf("%.1f s, %d MiB", took.Seconds(), peak>>10))
	return nil
}

// command runs a command to its end: how long it took, and its peak memory in KiB.
func (b bench) command(args ...string) (time.Duration, int64, error) {
	c := exec.Command(b.binary, args...)
	from := time.Now()
	out, err := c.CombinedOutput()
	if err != nil {
		return 0, 0, fmt.Errorf("%s: %v\n%s", strings.Join(args, " "), err, out)
	}
	return time.Since(from), peakOf(c), nil
}
