package ui

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// raw sends a request line exactly as it is given, with a person's cookies, and
// returns the status and the whole text of the answer, header included. The
// status is 0 where the server closed without a word.
func (h *house) raw(p *person, method, target string, headers ...string) (status int, text string) {
	h.t.Helper()
	conn, err := net.Dial("tcp", strings.TrimPrefix(h.base, "http://"))
	if err != nil {
		h.t.Fatal(err)
	}
	defer conn.Close()
	conn.SetDeadline(time.Now().Add(20 * time.Second))
	fmt.Fprintf(conn, "%s %s HTTP/1.1\r\nHost: %s\r\nConnection: close\r\n", method, target, strings.TrimPrefix(h.base, "http://"))
	for i := 0; i < len(headers); i += 2 {
		fmt.Fprintf(conn, "%s: %s\r\n", headers[i], headers[i+1])
	}
	at, err := url.Parse(h.base)
	if err != nil {
		h.t.Fatal(err)
	}
	for _, c := range p.Jar.Cookies(at) {
		fmt.Fprintf(conn, "Cookie: %s=%s\r\n", c.Name, c.Value)
	}
	fmt.Fprint(conn, "\r\n")
	all, err := io.ReadAll(conn)
	if err != nil {
		h.t.Fatalf("%s %q: %v", method, target, err)
	}
	res, err := http.ReadResponse(bufio.NewReader(strings.NewReader(string(all))), &http.Request{Method: method})
	if err != nil {
		return 0, string(all)
	}
	res.Body.Close()
	return res.StatusCode, string(all)
}

// answerOf reads one answer; nil where there is none.
func answerOf(r io.Reader) (*http.Response, string) {
	var read strings.Builder
	res, err := http.ReadResponse(bufio.NewReader(io.TeeReader(r, &read)), nil)
	if err != nil {
		return nil, read.String()
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		return nil, read.String()
	}
	return res, string(body)
}
