package mail

import (
	"bytes"
	"crypto/x509"
	"encoding/pem"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"syscall"
	"testing"
	"text/template"
	"time"
)

// eximConfig is a server that takes mail for claire.martin from one account,
// delivers it into a folder, and has ill will towards a few others.
var eximConfig = template.Must(template.New("").Parse(`
exim_user = {{.User}}
exim_group = {{.Group}}
primary_hostname = courriel.exemple.example
spool_directory = {{.Dir}}/spool
log_file_path = {{.Dir}}/spool/%slog
pid_file_path = {{.Dir}}/spool/pid
local_interfaces = <; [127.0.0.1]:{{.Port}} ; [127.0.0.1]:{{.TLSPort}}
tls_on_connect_ports = {{.TLSPort}}
tls_advertise_hosts = *
tls_certificate = {{.Dir}}/cert.pem
tls_privatekey = {{.Dir}}/key.pem
rfc1413_hosts =
host_lookup =
keep_environment =
acl_smtp_rcpt = rcpt
acl_smtp_data = data
begin acl
rcpt:
  deny !authenticated = *
       message = authentification requise
  defer local_parts = trop.tard
        message = revenez plus tard
  deny !local_parts = claire.martin
       message = personne de ce nom
  accept
data:
  deny condition = ${if match{$h_Subject:}{publicité}}
       message = pas de publicité
  accept
begin routers
all:
  driver = accept
  transport = folder
begin transports
folder:
  driver = appendfile
  directory = {{.Dir}}/mail
  maildir_format
  create_directory
  user = {{.User}}
  group = {{.Group}}
begin retry
begin authenticators
plain:
  driver = plaintext
  public_name = PLAIN
  server_advertise_condition = ${if def:tls_in_cipher}
  server_prompts = :
  server_condition = ${if and{ {eq{$auth2}{ {{- .Account -}} }} {eq{$auth3}{ {{- .Secret -}} }} }}
  server_set_id = $auth2
login:
  driver = plaintext
  public_name = LOGIN
  server_advertise_condition = ${if def:tls_in_cipher}
  server_prompts = Username:: : Password::
  server_condition = ${if and{ {eq{$auth1}{ {{- .Account -}} }} {eq{$auth2}{ {{- .Secret -}} }} }}
  server_set_id = $auth1
cram:
  driver = cram_md5
  public_name = CRAM-MD5
  server_secret = ${if eq{$auth1}{ {{- .Account -}} }{ {{- .Secret -}} }fail}
  server_set_id = $auth1
`))

// eximBinary finds the server of Debian.
func eximBinary(t testing.TB) string {
	t.Helper()
	binary := os.Getenv("EXIM")
	if binary == "" {
		binary = "/usr/sbin/exim4"
	}
	if _, err := os.Stat(binary); err != nil {
		t.Fatalf("the mail server Exim is missing: sudo apt-get install --no-install-recommends exim4-daemon-light (or make setup, or EXIM=/path/to/exim4): %v", err)
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

// exim starts a real mail server in a folder of its own, without any privilege,
// and returns how to reach it under STARTTLS, then under TLS.
func exim(t *testing.T) (dir string, starttls, implicit Server) {
	t.Helper()
	binary, user, group := eximBinary(t), os.Getuid(), os.Getgid()
	if user == 0 {
		user, group = 65534, 65534 // nobody: Exim delivers nothing as root
	}
	dir = t.TempDir()
	must(t, os.Chmod(filepath.Dir(dir), 0o711))
	must(t, os.Mkdir(filepath.Join(dir, "spool"), 0o755))
	cert, roots := certificate(t, time.Now().AddDate(1, 0, 0), "localhost")
	key, err := x509.MarshalPKCS8PrivateKey(cert.PrivateKey)
	must(t, err)
	port, tlsPort := freePorts(t)
	var config bytes.Buffer
	must(t, eximConfig.Execute(&config, map[string]any{"Dir": dir, "User": user, "Group": group, "Port": port, "TLSPort": tlsPort, "Account": account, "Secret": secret}))
	for name, text := range map[string][]byte{
		"exim.conf": config.Bytes(),
		"cert.pem":  pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: cert.Certificate[0]}),
		"key.pem":   pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: key}),
	} {
		must(t, os.WriteFile(filepath.Join(dir, name), text, 0o644))
	}
	command := exec.Command(binary, "-C", filepath.Join(dir, "exim.conf"), "-bdf")
	command.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if os.Getuid() == 0 {
		must(t, os.Chown(dir, user, group))
		must(t, os.Chown(filepath.Join(dir, "spool"), user, group))
		command.SysProcAttr.Credential = &syscall.Credential{Uid: uint32(user), Gid: uint32(group)}
	}
	run(t, command, port)
	starttls = Server{Host: "localhost", Port: port, Security: StartTLS, User: account, Password: secret, Roots: roots}
	implicit = starttls
	implicit.Port, implicit.Security = tlsPort, TLS
	return dir, starttls, implicit
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

// arrived waits until the server has nothing left to deliver, and returns the
// messages of its folder.
func arrived(t *testing.T, dir string, wanted int) (texts [][]byte) {
	t.Helper()
	list := func(folder string) []string {
		files, err := filepath.Glob(filepath.Join(dir, folder, "*"))
		must(t, err)
		return files
	}
	for until := time.Now().Add(30 * time.Second); len(list("spool/input"))+len(list("spool/msglog")) > 0 || len(list("mail/new")) < wanted; time.Sleep(10 * time.Millisecond) {
		if time.Now().After(until) {
			t.Fatalf("the server still has %v", list("spool/input"))
		}
	}
	for _, file := range list("mail/new") {
		text, err := os.ReadFile(file)
		must(t, err)
		texts = append(texts, text)
	}
	if len(texts) != wanted {
		t.Fatalf("%d messages arrived, wanted %d", len(texts), wanted)
	}
	return texts
}

// TestExim delivers into the folder of a real mail server and reads it back.
func TestExim(t *testing.T) {
	dir, starttls, implicit := exim(t)
	for _, s := range []Server{starttls, implicit} {
		for _, step := range s.Test(t.Context(), loopback) {
			if !step.OK {
				t.Errorf("%s: %+v", s.Security, step)
			}
		}
		must(t, s.Send(t.Context(), loopback, welcome))
	}
	plain := starttls // CRAM-MD5 is what it offers without encryption
	plain.Security = None
	must(t, plain.Send(t.Context(), loopback, welcome))
	for _, raw := range arrived(t, dir, 3) {
		_, raw, _ = bytes.Cut(raw, []byte("Auto-Submitted:")) // after what the server puts before
		checkWelcome(t, append([]byte("Auto-Submitted:"), raw...))
	}
}

// TestEximRefuses has a real mail server refuse, now or for good.
func TestEximRefuses(t *testing.T) {
	dir, s, _ := exim(t)
	with := func(change func(*Server, *Message)) error {
		server, m := s, welcome
		change(&server, &m)
		return server.Send(t.Context(), loopback, m)
	}
	failure(t, with(func(_ *Server, m *Message) { m.To = "trop.tard@exemple.example" }), true, "remet le destinataire trop.tard@exemple.example à plus tard : « 451 revenez plus tard »")
	failure(t, with(func(_ *Server, m *Message) { m.To = "inconnu@exemple.example" }), false, "refuse le destinataire inconnu@exemple.example : « 550 personne de ce nom »")
	failure(t, with(func(_ *Server, m *Message) { m.Subject = "Une publicité" }), false, "refuse le message : « 550 pas de publicité »")
	failure(t, with(func(s *Server, _ *Message) { s.User = "" }), false, "authentification requise")
	failure(t, with(func(s *Server, _ *Message) { s.Password = "autre" }), false, "refuse le compte « "+account+" » (535)")
	failure(t, with(func(s *Server, _ *Message) { s.Security, s.Password = None, "autre" }), false, "refuse le compte")
	failure(t, with(func(s *Server, _ *Message) { s.Roots = nil }), false, "aucune autorité connue")
	failure(t, with(func(s *Server, _ *Message) { s.Security = TLS }), false, "ne parle pas TLS")
	must(t, s.Send(t.Context(), loopback, welcome))
	arrived(t, dir, 1) // nothing but the last
}
