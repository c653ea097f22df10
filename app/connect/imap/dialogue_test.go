package imap

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"strings"
	"sync"
	"testing"
)

// dialogue is a server that says what it is told to for each command that holds
// a word, "" for its greeting and %tag for the tag, then that it did it; "…" is silence for ever.
// What begins with NO is the whole answer, and what does not end a line is cut
// there.
func dialogue(answers map[string]string) func(net.Conn) {
	usual := map[string]string{
		"": "* OK bonjour\r\n", "CAPABILITY": "* CAPABILITY IMAP4rev1 AUTH=CRAM-MD5 MOVE\r\n", "SELECT": "* 1 EXISTS\r\n* OK [UIDVALIDITY 7] ok\r\n",
		"LIST": "* LIST () \"/\" Traites\r\n", "UID SEARCH": "* SEARCH\r\n",
	}
	for word, answer := range answers {
		usual[word] = answer
	}
	return func(conn net.Conn) {
		say := func(tag, answer string) bool {
			if answer == "…" {
				io.Copy(io.Discard, conn)
				return false
			}
			if strings.HasPrefix(answer, "NO") {
				fmt.Fprintf(conn, "%s %s\r\n", tag, answer)
				return true
			}
			io.WriteString(conn, answer)
			if answer != "" && !strings.HasSuffix(answer, "\r\n") {
				return false
			}
			if tag != "" {
				fmt.Fprintf(conn, "%s OK fait\r\n", tag)
			}
			return true
		}
		if !say("", usual[""]) {
			return
		}
		lines := bufio.NewScanner(conn)
		for lines.Scan() {
			tag, command, _ := strings.Cut(lines.Text(), " ")
			if strings.HasPrefix(command, "AUTHENTICATE") {
				io.WriteString(conn, "+ PDE+\r\n")
				lines.Scan()
			}
			said := ""
			for word, answer := range usual {
				if word != "" && strings.Contains(command, word) {
					said = strings.ReplaceAll(answer, "%tag", tag)
				}
			}
			if !say(tag, said) {
				return
			}
		}
	}
}

// A hearing keeps what servers are told.
type hearing struct {
	mu   sync.Mutex
	text strings.Builder
}

func (h *hearing) String() string {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.text.String()
}

func (h *hearing) of(conn net.Conn) net.Conn { return heardConn{conn, h} }

type heardConn struct {
	net.Conn
	*hearing
}

func (c heardConn) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	c.mu.Lock()
	defer c.mu.Unlock()
	c.text.Write(p[:n])
	return n, err
}

// cut is the way to a server that ends after some number of the server's
// answers, and how many were asked for.
func cut(t testing.TB, to Server, budget int) (Server, func() int) {
	t.Helper()
	var mu sync.Mutex
	used := 0
	s := script(t, func(conn net.Conn) {
		server, err := net.Dial("tcp", fmt.Sprintf("127.0.0.1:%d", to.Port))
		if err != nil {
			return
		}
		defer server.Close()
		go func() { io.Copy(server, conn); server.Close() }()
		buf := make([]byte, 1<<16)
		for {
			n, err := server.Read(buf)
			if err != nil {
				return
			}
			mu.Lock()
			used++
			over := used > budget
			mu.Unlock()
			if over {
				return
			}
			if _, err := conn.Write(buf[:n]); err != nil {
				return
			}
		}
	})
	through := to
	through.Port = s.Port
	return through, func() int {
		mu.Lock()
		defer mu.Unlock()
		return used
	}
}
