package app_test

import (
	"crypto/hmac"
	"crypto/md5"
	"encoding/hex"
	"errors"
	"io"
	"log"
	"net"
	"strings"
	"sync"
	"testing"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapserver"
	"github.com/emersion/go-imap/v2/imapserver/imapmemserver"
	"github.com/emersion/go-sasl"
)

// A postbox is a mailbox of this process, on a server of this machine.
type postbox struct {
	t    *testing.T
	port int
	user *imapmemserver.User
	stop func()

	mu      sync.Mutex
	putting func() bool // called before each message is put away: false cuts the connection
}

// boxSecret is the password of the postboxes.
const boxSecret = canary + "-imap"

// newPostbox serves an empty mailbox until the end of the test.
func newPostbox(t *testing.T, account string) *postbox {
	t.Helper()
	b := &postbox{t: t, user: imapmemserver.NewUser(account, boxSecret)}
	if err := b.user.Create("INBOX", nil); err != nil {
		t.Fatal(err)
	}
	b.start("127.0.0.1:0")
	t.Cleanup(func() { b.stop() })
	return b
}

func (b *postbox) start(address string) {
	b.t.Helper()
	mem := imapmemserver.New()
	mem.AddUser(b.user)
	server := imapserver.New(&imapserver.Options{
		NewSession: func(c *imapserver.Conn) (imapserver.Session, *imapserver.GreetingData, error) {
			return &boxVisit{Session: mem.NewSession(), box: b, conn: c}, nil, nil
		},
		Caps: imap.CapSet{imap.CapIMAP4rev1: {}, imap.CapUIDPlus: {}}, InsecureAuth: true, Logger: log.New(io.Discard, "", 0),
	})
	listener, err := net.Listen("tcp", address)
	if err != nil {
		b.t.Fatal(err)
	}
	b.port = listener.Addr().(*net.TCPAddr).Port
	done := make(chan struct{})
	go func() { defer close(done); server.Serve(listener) }()
	b.stop = sync.OnceFunc(func() { listener.Close(); server.Close(); <-done })
}

// drop puts a message into the mailbox.
func (b *postbox) drop(text string) {
	b.t.Helper()
	r := strings.NewReader(strings.ReplaceAll(text, "\n", "\r\n"))
	if _, err := b.user.Append("INBOX", boxLiteral{r, int64(r.Len())}, &imap.AppendOptions{}); err != nil {
		b.t.Fatal(err)
	}
}

// held is how many messages a folder holds, -1 when it does not exist.
func (b *postbox) held(folder string) int {
	b.t.Helper()
	status, err := b.user.Status(folder, &imap.StatusOptions{NumMessages: true})
	if err != nil {
		return -1
	}
	return int(*status.NumMessages)
}

type boxLiteral struct {
	io.Reader
	size int64
}

func (l boxLiteral) Size() int64 { return l.size }

// A boxVisit is one connection to a postbox.
type boxVisit struct {
	imapserver.Session
	box  *postbox
	conn *imapserver.Conn
}

func (v *boxVisit) AuthenticateMechanisms() []string { return []string{"CRAM-MD5"} }

func (v *boxVisit) Authenticate(string) (sasl.Server, error) { return &cram{visit: v}, nil }

// Copy is how a message is put away.
func (v *boxVisit) Copy(which imap.NumSet, into string) (*imap.CopyData, error) {
	v.box.mu.Lock()
	putting := v.box.putting
	v.box.mu.Unlock()
	if putting != nil && !putting() {
		v.conn.NetConn().Close()
		return nil, errors.New("cut")
	}
	return v.Session.Copy(which, into)
}

// A cram asks for the proof of the password.
type cram struct {
	visit *boxVisit
	asked bool
}

func (c *cram) Next(response []byte) (challenge []byte, done bool, err error) {
	const asked = "<1@exemple.example>"
	if !c.asked {
		c.asked = true
		return []byte(asked), false, nil
	}
	user, proof, _ := strings.Cut(string(response), " ")
	mac := hmac.New(md5.New, []byte(boxSecret))
	mac.Write([]byte(asked))
	if proof != hex.EncodeToString(mac.Sum(nil)) {
		return nil, false, imapserver.ErrAuthFailed
	}
	return nil, true, c.visit.Login(user, boxSecret)
}
