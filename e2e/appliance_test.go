// Package e2e plays the manual's procedures against the real executable, in a
// real browser, on the demo's data.
package e2e

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// binary is the executable, built once.
var binary = sync.OnceValues(func() (string, error) {
	file := filepath.Join(scratch, "preau")
	build := exec.Command("go", "build", "-trimpath", "-o", file, "..")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	out, err := build.CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("go build: %v\n%s", err, out)
	}
	return file, nil
})

// scratch holds what the tests share; TestMain removes it.
var scratch string

// seeded is a demo's directory, generated and imported once, then copied for
// each test.
var seeded = sync.OnceValues(func() (string, error) {
	dir := filepath.Join(scratch, "demo")
	a, err := start("demo", "--data", dir, "--users", "2400")
	if err != nil {
		return "", err
	}
	return dir, a.stop()
})

// An appliance is a running executable.
type appliance struct {
	base string // http://127.0.0.1:port
	dir  string
	cmd  *exec.Cmd
	log  *lockedBuffer
	out  *lockedBuffer
	done chan error
}

type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lockedBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lockedBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

// start runs the executable on a free port of this machine, and waits until it
// says where it answers.
func start(args ...string) (*appliance, error) { return startAt("127.0.0.1:0", args...) }

// startAt runs the executable on an address.
func startAt(listen string, args ...string) (*appliance, error) {
	file, err := binary()
	if err != nil {
		return nil, err
	}
	a := &appliance{cmd: exec.Command(file, append(args, "--listen", listen)...), log: &lockedBuffer{}, out: &lockedBuffer{}, done: make(chan error, 1)}
	a.cmd.Stderr = a.log
	stdout, err := a.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := a.cmd.Start(); err != nil {
		return nil, err
	}
	ready := make(chan string, 1)
	go func() {
		lines := bufio.NewScanner(io.TeeReader(stdout, a.out))
		for lines.Scan() {
			if at, ok := strings.CutPrefix(lines.Text(), "Préau répond sur "); ok {
				ready <- at
			}
		}
		a.done <- a.cmd.Wait()
	}()
	select {
	case a.base = <-ready:
		return a, nil
	case err := <-a.done:
		return nil, fmt.Errorf("%v ended: %v\n%s%s", args, err, a.out, a.log)
	case <-time.After(2 * time.Minute):
		return nil, errors.Join(fmt.Errorf("%v does not answer\n%s", args, a.log), a.cmd.Process.Kill())
	}
}

// stop ends the executable as an administrator would.
func (a *appliance) stop() error {
	if err := a.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		return err
	}
	select {
	case err := <-a.done:
		if err != nil {
			return fmt.Errorf("%v\n%s", err, a.log)
		}
		return nil
	case <-time.After(15 * time.Second):
		return errors.Join(errors.New("the appliance does not stop"), a.cmd.Process.Kill())
	}
}

// kill ends the executable as a power cut would.
func (a *appliance) kill() {
	a.cmd.Process.Kill()
	<-a.done
}

// demo starts an appliance of the test's own on a copy of the demo, checked
// whole at the end of the test.
func demo(t testing.TB) *appliance {
	t.Helper()
	return demoAt(t, "127.0.0.1:0")
}

// demoAt starts one on an address, with more flags.
func demoAt(t testing.TB, listen string, flags ...string) *appliance {
	t.Helper()
	from, err := seeded()
	if err != nil {
		t.Fatal(err)
	}
	dir := filepath.Join(t.TempDir(), "demo")
	if err := copyDir(from, dir); err != nil {
		t.Fatal(err)
	}
	a, err := startAt(listen, append([]string{"demo", "--data", dir}, flags...)...)
	if err != nil {
		t.Fatal(err)
	}
	a.dir = dir
	t.Cleanup(func() {
		if err := a.stop(); err != nil {
			t.Error(err)
		}
		if strings.Contains(a.log.String(), "panique") {
			t.Error(a.log)
		}
		check(t, dir)
	})
	return a
}

// check runs preau check on a directory.
func check(t testing.TB, dir string) {
	t.Helper()
	if out, err := command("check", "--data", dir); err != nil {
		t.Errorf("preau check: %v\n%s", err, out)
	}
}

// command runs a command of the executable to its end.
func command(args ...string) (string, error) {
	file, err := binary()
	if err != nil {
		return "", err
	}
	out, err := exec.Command(file, args...).CombinedOutput()
	return string(out), err
}

func copyDir(from, to string) error {
	return filepath.WalkDir(from, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(from, path)
		if err != nil {
			return err
		}
		if d.IsDir() {
			return os.MkdirAll(filepath.Join(to, rel), 0o700)
		}
		if !d.Type().IsRegular() {
			return nil
		}
		return copyFile(path, filepath.Join(to, rel))
	})
}

func copyFile(from, to string) error {
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer in.Close()
	out, err := os.OpenFile(to, os.O_CREATE|os.O_WRONLY|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	_, err = io.Copy(out, in)
	return errors.Join(err, out.Close())
}

// client is a browser without a screen: it keeps cookies and does not follow.
func client(t testing.TB) *http.Client {
	t.Helper()
	return newClient()
}
