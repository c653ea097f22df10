package imap

import (
	"bytes"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"net"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"text/template"
	"time"
)

// dovecotConfig is a server with one account, that runs without any privilege.
var dovecotConfig = template.Must(template.New("").Parse(`
protocols = imap
listen = 127.0.0.1
base_dir = {{.Dir}}/run
state_dir = {{.Dir}}/state
log_path = /dev/stderr
default_internal_user = {{.User}}
default_internal_group = {{.Group}}
default_login_user = {{.User}}
first_valid_uid = 1
first_valid_gid = 1
ssl = yes
ssl_cert = <{{.Dir}}/cert.pem
ssl_key = <{{.Dir}}/key.pem
ssl_dh =
auth_mechanisms = plain login cram-md5
auth_failure_delay = 0
mail_location = maildir:{{.Dir}}/mail
namespace inbox {
  inbox = yes
  prefix = {{.Prefix}}
  separator = .
}
{{if .Without}}imap_capability = {{.Without}}{{end}}
passdb {
  driver = passwd-file
  args = {{.Dir}}/users
}
userdb {
  driver = static
  args = uid={{.UID}} gid={{.GID}} home={{.Dir}}
}
service imap-login {
  chroot =
  inet_listener imap {
    port = {{.Port}}
  }
  inet_listener imaps {
    port = {{.TLSPort}}
    ssl = yes
  }
}
service anvil {
  chroot =
  unix_listener anvil-auth-penalty {
    mode = 0
  }
}
service stats {
  chroot =
}
`))

// dovecotBinary finds the server of Debian.
func dovecotBinary(t testing.TB) string {
	t.Helper()
	binary := os.Getenv("DOVECOT")
	if binary == "" {
		binary = "/usr/sbin/dovecot"
	}
	if _, err := os.Stat(binary); err != nil {
		t.Fatalf("the mailbox server Dovecot is missing: sudo apt-get install --no-install-recommends dovecot-imapd (or make setup, or DOVECOT=/path/to/dovecot): %v", err)
	}
	return binary
}

// freePorts returns ports of this machine that nobody listens to.
func freePorts(t testing.TB) (a, b int) {
	t.Helper()
	first, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	defer first.Close()
	second, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	defer second.Close()
	return first.Addr().(*net.TCPAddr).Port, second.Addr().(*net.TCPAddr).Port
}

// A real is a Dovecot of this test: its folder, and how to reach it under
// STARTTLS, then under TLS.
type real struct {
	dir                string
	starttls, implicit Server
	who                *user.User
}

// dovecot starts a real server in a folder of its own, which keeps the folders
// of the account under a prefix, with the capabilities given or its own.
func dovecot(t *testing.T, prefix, capabilities string) real {
	t.Helper()
	binary := dovecotBinary(t)
	who, err := user.Current()
	must(t, err)
	if who.Uid == "0" {
		who, err = user.Lookup("nobody")
		must(t, err)
	}
	group, err := user.LookupGroupId(who.Gid)
	must(t, err)
	r := real{dir: t.TempDir(), who: who}
	must(t, os.Chmod(filepath.Dir(r.dir), 0o711))
	cert, roots := certificate(t)
	key, err := x509.MarshalPKCS8PrivateKey(cert.PrivateKey)
	must(t, err)
	port, tlsPort := freePorts(t)
	var config bytes.Buffer
	must(t, dovecotConfig.Execute(&config, map[string]any{
		"Dir": r.dir, "User": who.Username, "Group": group.Name, "UID": who.Uid, "GID": who.Gid, "Port": port, "TLSPort": tlsPort, "Prefix": prefix, "Without": capabilities,
	}))
	for name, text := range map[string][]byte{
		"dovecot.conf": config.Bytes(),
		"users":        []byte(account + ":{PLAIN}" + secret + "::::::\n"),
		"cert.pem":     pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: cert.Certificate[0]}),
		"key.pem":      pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: key}),
	} {
		must(t, os.WriteFile(filepath.Join(r.dir, name), text, 0o644))
	}
	for _, folder := range []string{"run", "state", "mail", "mail/new", "mail/cur", "mail/tmp"} {
		must(t, os.Mkdir(filepath.Join(r.dir, folder), 0o755))
		r.owned(t, folder)
	}
	r.owned(t, ".")
	command := exec.Command(binary, "-F", "-c", filepath.Join(r.dir, "dovecot.conf"))
	command.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if os.Getuid() == 0 {
		uid, gid := number(t, who.Uid), number(t, who.Gid)
		command.SysProcAttr.Credential = &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}
	}
	run(t, command, port)
	r.starttls = Server{Host: "localhost", Port: port, Security: StartTLS, User: account, Password: secret, Roots: roots}
	r.implicit = r.starttls
	r.implicit.Port, r.implicit.Security = tlsPort, TLS
	return r
}

func number(t testing.TB, digits string) int {
	t.Helper()
	n, err := strconv.Atoi(digits)
	must(t, err)
	return n
}

// owned gives a file of the folder to who runs the server.
func (r real) owned(t testing.TB, name string) {
	t.Helper()
	if os.Getuid() == 0 {
		must(t, os.Chown(filepath.Join(r.dir, name), number(t, r.who.Uid), number(t, r.who.Gid)))
	}
}

// run starts a server, waits until it answers on a port, and ends it and its
// children with the test.
func run(t *testing.T, command *exec.Cmd, port int) {
	t.Helper()
	var said bytes.Buffer
	command.Stdout, command.Stderr = &said, &said
	must(t, command.Start())
	ended := make(chan error, 1)
	go func() { ended <- command.Wait() }()
	t.Cleanup(func() {
		syscall.Kill(-command.Process.Pid, syscall.SIGTERM)
		<-ended
		if t.Failed() {
			t.Logf("the server said:\n%s", said.String())
		}
	})
	for {
		conn, err := net.Dial("tcp", "127.0.0.1:"+strconv.Itoa(port))
		if err == nil {
			conn.Close()
			return
		}
		select {
		case err := <-ended:
			ended <- err
			t.Fatalf("the server ended: %v\n%s", err, said.String())
		case <-t.Context().Done():
			t.Fatal(t.Context().Err())
		case <-time.After(10 * time.Millisecond):
		}
	}
}

// drop puts a message into the mailbox, as a mail server delivers it.
func (r real) drop(t testing.TB, n int, text string) {
	t.Helper()
	name := fmt.Sprintf("mail/new/%010d.M%dP1.ent", 1_700_000_000+n, n)
	must(t, os.WriteFile(filepath.Join(r.dir, name), []byte(text), 0o644))
	r.owned(t, name)
}

// folder returns the messages of a folder, read or not, the oldest first.
func (r real) folder(t testing.TB, name string) (texts []string) {
	t.Helper()
	var files []string
	for _, part := range []string{"new", "cur"} {
		found, err := filepath.Glob(filepath.Join(r.dir, "mail", name, part, "*"))
		must(t, err)
		files = append(files, found...)
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		must(t, err)
		texts = append(texts, string(text))
	}
	slices.Sort(texts)
	return texts
}

// TestDovecot takes the mail of a real server under each protection, with and
// without a prefix of folders, with and without MOVE.
func TestDovecot(t *testing.T) {
	for _, c := range []struct{ prefix, capabilities, done string }{
		{"", "", ""}, {"INBOX.", "", "Traités"}, {"", "IMAP4rev1 UIDPLUS NAMESPACE", ""}, {"", "IMAP4rev1", ""},
	} {
		t.Run("with "+c.prefix+c.capabilities, func(t *testing.T) {
			r := dovecot(t, c.prefix, c.capabilities)
			var want []string
			for i, s := range []Server{r.starttls, r.implicit} {
				s.Done = c.done
				big := letter(10+i) + strings.Repeat("ligne très longue\r\n", 2*chunk/19)
				r.drop(t, 2*i, letter(i))
				r.drop(t, 2*i+1, big)
				if said := told(t, s); said != allSteps {
					t.Errorf("%s: %s", s.Security, said)
				}
				taken := newStore()
				must(t, s.Fetch(t.Context(), loopback, taken.seen, taken.take))
				if !slices.Equal(taken.texts, []string{letter(i), big}) {
					t.Errorf("%s: took %.200q", s.Security, taken.texts)
				}
				want = append(want, taken.texts...)
				must(t, s.Fetch(t.Context(), loopback, newStore().seen, func(m Mail) error { return fmt.Errorf("%d is given again", m.UID) }))
			}
			slices.Sort(want)
			done := ".Traites"
			if c.done != "" {
				done = ".Trait&AOk-s"
			}
			if got := r.folder(t, done); !slices.Equal(got, want) {
				t.Errorf("%d messages done, wanted %d", len(got), len(want))
			}
			if left := r.folder(t, "."); len(left) != 0 && c.capabilities != "IMAP4rev1" {
				t.Errorf("%d messages left", len(left))
			}
		})
	}
}

// TestDovecotPlain: without encryption the password is proved, not shown.
func TestDovecotPlain(t *testing.T) {
	r := dovecot(t, "", "")
	s := r.starttls
	s.Security = None
	if said := told(t, s); said != allSteps {
		t.Error(said)
	}
	s.Password = "autre"
	failure(t, s.Fetch(t.Context(), loopback, nil, nil), false, "refuse le compte")
}

// TestDovecotRefuses has a real server refuse each step.
func TestDovecotRefuses(t *testing.T) {
	r := dovecot(t, "", "")
	with := func(change func(*Server)) error {
		server := r.starttls
		change(&server)
		return server.Fetch(t.Context(), loopback, newStore().seen, newStore().take)
	}
	failure(t, with(func(s *Server) { s.Password = "autre" }), false, "vérifiez le nom et le mot de passe")
	failure(t, with(func(s *Server) { s.Port, s.Security, s.Password = r.implicit.Port, TLS, "autre" }), false, "vérifiez le nom et le mot de passe")
	failure(t, with(func(s *Server) { s.Roots = nil }), false, "aucune autorité connue")
	failure(t, with(func(s *Server) { s.Security = TLS }), false, "ne parle pas TLS")
	failure(t, with(func(s *Server) { s.Mailbox = "Absente" }), false, "refuse d’ouvrir le dossier «\u00a0Absente\u00a0»")
	r.drop(t, 1, letter(1))
	failure(t, with(func(s *Server) { s.Done = "Faits/2026" }), false, "refuse de créer le dossier") // its files cannot have this name
	if left := r.folder(t, "."); !slices.Equal(left, []string{letter(1)}) {
		t.Errorf("left %q", left)
	}
}

// TestDovecotKilled cuts visits to a real server at every point: no message is
// lost nor given twice to a store that knows what it has.
func TestDovecotKilled(t *testing.T) {
	r := dovecot(t, "", "")
	taken := newStore()
	for budget := 0; ; budget++ {
		r.drop(t, budget, letter(budget))
		through, used := cut(t, r.implicit, budget)
		err := through.Fetch(t.Context(), loopback, taken.seen, taken.take)
		if used() <= budget {
			must(t, err)
			must(t, r.implicit.Fetch(t.Context(), loopback, taken.seen, taken.take))
			slices.Sort(taken.texts)
			if done, left := r.folder(t, ".Traites"), r.folder(t, "."); !slices.Equal(done, taken.texts) || len(done) != budget+1 || len(left) != 0 || budget < 10 {
				t.Errorf("%d dropped, %d taken, %d done, %d left", budget+1, len(taken.texts), len(done), len(left))
			}
			return
		}
	}
}
