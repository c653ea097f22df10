package e2e

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"net"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"text/template"
	"time"
)

const (
	boxAddress = "demandes@exemple.example"
	boxSecret  = "pinson-gris-des-canaries-61"
)

// dovecotConfig is a Dovecot with one account, that runs without any privilege.
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
ssl = required
ssl_cert = <{{.Dir}}/cert.pem
ssl_key = <{{.Dir}}/key.pem
ssl_dh =
auth_mechanisms = plain
auth_failure_delay = 0
mail_location = maildir:{{.Dir}}/mail
namespace inbox {
  inbox = yes
  separator = .
}
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
    port = 0
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

// A mailbox is that of a real server, under STARTTLS.
type mailbox struct {
	t        *testing.T
	dir      string
	port     int
	uid, gid int
	dropped  int
}

// newMailbox starts a Dovecot in a folder of its own, with a certificate that the
// appliances trust.
func newMailbox(t *testing.T, cert tls.Certificate) *mailbox {
	t.Helper()
	binary := os.Getenv("DOVECOT")
	if binary == "" {
		binary = "/usr/sbin/dovecot"
	}
	if _, err := os.Stat(binary); err != nil {
		t.Fatalf("the mailbox server Dovecot is missing: sudo apt-get install --no-install-recommends dovecot-imapd (or make setup, or DOVECOT=/path/to/dovecot): %v", err)
	}
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	who, err := user.Current()
	must(err)
	if who.Uid == "0" {
		who, err = user.Lookup("nobody")
		must(err)
	}
	group, err := user.LookupGroupId(who.Gid)
	must(err)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	must(err)
	m := &mailbox{t: t, dir: t.TempDir(), port: listener.Addr().(*net.TCPAddr).Port}
	must(listener.Close())
	m.uid, err = strconv.Atoi(who.Uid)
	must(err)
	m.gid, err = strconv.Atoi(who.Gid)
	must(err)
	must(os.Chmod(filepath.Dir(m.dir), 0o711))
	key, err := x509.MarshalPKCS8PrivateKey(cert.PrivateKey)
	must(err)
	var config bytes.Buffer
	must(dovecotConfig.Execute(&config, map[string]any{"Dir": m.dir, "User": who.Username, "Group": group.Name, "UID": who.Uid, "GID": who.Gid, "Port": m.port}))
	for name, text := range map[string][]byte{
		"dovecot.conf": config.Bytes(),
		"users":        []byte(boxAddress + ":{PLAIN}" + boxSecret + "::::::\n"),
		"cert.pem":     pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: cert.Certificate[0]}),
		"key.pem":      pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: key}),
	} {
		must(os.WriteFile(filepath.Join(m.dir, name), text, 0o644))
	}
	for _, folder := range []string{"run", "state", "mail", "mail/new", "mail/cur", "mail/tmp"} {
		must(os.Mkdir(filepath.Join(m.dir, folder), 0o755))
		m.owned(folder)
	}
	m.owned(".")
	m.run(exec.Command(binary, "-F", "-c", filepath.Join(m.dir, "dovecot.conf")))
	return m
}

// owned gives a file of the folder to who runs the server.
func (m *mailbox) owned(name string) {
	m.t.Helper()
	if os.Getuid() == 0 {
		if err := os.Chown(filepath.Join(m.dir, name), m.uid, m.gid); err != nil {
			m.t.Fatal(err)
		}
	}
}

// run starts the server, waits until it answers, and ends it with the test.
func (m *mailbox) run(command *exec.Cmd) {
	m.t.Helper()
	command.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if os.Getuid() == 0 {
		command.SysProcAttr.Credential = &syscall.Credential{Uid: uint32(m.uid), Gid: uint32(m.gid)}
	}
	var said bytes.Buffer
	command.Stdout, command.Stderr = &said, &said
	if err := command.Start(); err != nil {
		m.t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- command.Wait() }()
	m.t.Cleanup(func() {
		syscall.Kill(-command.Process.Pid, syscall.SIGTERM)
		<-ended
		if m.t.Failed() {
			m.t.Logf("the server said:\n%s", said.String())
		}
	})
	for end := time.Now().Add(20 * time.Second); ; time.Sleep(10 * time.Millisecond) {
		conn, err := net.Dial("tcp", "127.0.0.1:"+strconv.Itoa(m.port))
		if err == nil {
			conn.Close()
			return
		}
		if time.Now().After(end) {
			m.t.Fatalf("the server does not answer: %v", err)
		}
	}
}

// drop puts a message into the mailbox, as a mail server delivers it.
func (m *mailbox) drop(from, subject, text string, headers ...string) {
	m.t.Helper()
	m.dropped++
	lines := append([]string{"From: " + from, "To: " + boxAddress, fmt.Sprintf("Message-ID: <m%d@exemple.example>", m.dropped), "Subject: " + subject, "Content-Type: text/plain; charset=utf-8"}, headers...)
	name := fmt.Sprintf("mail/new/%010d.M%dP1.ent", time.Now().Unix(), m.dropped)
	if err := os.WriteFile(filepath.Join(m.dir, name), []byte(strings.Join(lines, "\n")+"\n\n"+text+"\n"), 0o644); err != nil {
		m.t.Fatal(err)
	}
	m.owned(name)
}
