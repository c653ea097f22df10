package e2e

import (
	"bytes"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"
)

// TestMutatedRequests sends 10,000 requests that were right before something
// happened to them: the appliance lives on, panics nowhere and has no failure
// of its own.
func TestMutatedRequests(t *testing.T) {
	const each, atOnce = 2000, 8
	a := demo(t)
	c := call(t, a, "claire.moreau")
	home := c.home()
	record := c.recordOf(home, "lucas.martin")
	for seed, request := range seeds(t, c, home, record) {
		mutants := make(chan []byte)
		var senders sync.WaitGroup
		for range atOnce {
			senders.Go(func() {
				for m := range mutants {
					sendRaw(a, m)
				}
			})
		}
		dice := rand.New(rand.NewPCG(uint64(seed), 42))
		for range each {
			mutants <- mutate(dice, request)
		}
		close(mutants)
		senders.Wait()
		newCaller(t, a).wantStatus("/sante", http.StatusOK)
	}
	if log := a.log.String(); strings.Contains(log, "panique") || strings.Contains(log, "requête en échec") {
		t.Errorf("the log tells of failures:\n%.3000s", log)
	}
	call(t, a, "marc.dubois").wantStatus(home, http.StatusOK)
}

// seeds are requests of each kind, as a browser sends them.
func seeds(t *testing.T, c *caller, home, record string) [][]byte {
	t.Helper()
	at, err := url.Parse(c.base)
	if err != nil {
		t.Fatal(err)
	}
	head := fmt.Sprintf(" HTTP/1.1\r\nHost: %s\r\nUser-Agent: essai\r\nAccept-Encoding: gzip\r\nOrigin: %s\r\nSec-Fetch-Site: same-origin\r\n", at.Host, c.base)
	for _, cookie := range c.Jar.Cookies(at) {
		head += "Cookie: " + cookie.Name + "=" + cookie.Value + "\r\n"
	}
	with := func(method, path, kind, body string) []byte {
		return fmt.Appendf(nil, "%s %s%sContent-Type: %s\r\nContent-Length: %d\r\n\r\n%s", method, path, head, kind, len(body), body)
	}
	const form, parted = "application/x-www-form-urlencoded", "multipart/form-data; boundary=limite"
	return [][]byte{
		[]byte("GET " + record + "?onglet=groupes&classe=%C3%A9" + head + "\r\n"),
		[]byte("GET " + home + "/recherche?profil=eleves&q=mar" + head + "Accept: application/json\r\nX-Preau-Fond: 1\r\n\r\n"),
		with("POST", record, form, url.Values{"jeton": {c.jeton}, "version": {"1"}, "login": {"lucas.martin"}, "portable": {"06 39 98 00 00"}}.Encode()),
		with("POST", "/console/imports", parted, "--limite\r\nContent-Disposition: form-data; name=\"jeton\"\r\n\r\n"+c.jeton+"\r\n--limite\r\nContent-Disposition: form-data; name=\"fichier\"; filename=\"x.xml\"\r\n\r\n<x/>\r\n--limite--\r\n"),
		[]byte("POST /connexion" + head + "Transfer-Encoding: chunked\r\nContent-Type: " + form + "\r\n\r\n5\r\nlogin\r\n3\r\n=ab\r\n0\r\n\r\n"),
	}
}

var morsels = [][]byte{{0}, {0xff}, []byte("\r\n"), []byte("\r\n\r\n"), []byte("\n"), []byte(" "), []byte("%"), []byte("%00"), []byte("%zz"), []byte("../"), []byte("//"), []byte(":"), []byte("="), []byte("&"), []byte("-1"), []byte("99999999999999999999"),
	[]byte("Content-Length: 3\r\n"), []byte("Transfer-Encoding: chunked\r\n"), []byte("Host: \r\n"), []byte("Expect: 100-continue\r\n"), []byte("Upgrade: h2c\r\n"), []byte("\u202e"), []byte("é"), []byte("HTTP/9.9"), []byte("*"), bytes.Repeat([]byte("A"), 5000), []byte(";"), []byte("\""), []byte("\x1b[2J")}

// mutate changes a request in one to six places.
func mutate(dice *rand.Rand, request []byte) []byte {
	m := bytes.Clone(request)
	for range 1 + dice.IntN(6) {
		if len(m) < 4 {
			return m
		}
		at := dice.IntN(len(m))
		to := min(len(m), at+1+dice.IntN(40))
		switch dice.IntN(7) {
		case 0:
			m[at] ^= 1 << dice.IntN(8)
		case 1:
			m[at] = byte(dice.IntN(256))
		case 2:
			m = append(m[:at:at], m[to:]...)
		case 3:
			m = append(m[:at:at], append(bytes.Clone(m[at:to]), m[at:]...)...)
		case 4:
			m = append(m[:at:at], append(bytes.Clone(morsels[dice.IntN(len(morsels))]), m[at:]...)...)
		case 5:
			other := dice.IntN(len(m))
			m[at], m[other] = m[other], m[at]
		case 6:
			if dice.IntN(4) == 0 {
				m = m[:at]
			}
		}
	}
	return m
}

// sendRaw sends bytes on a connection of their own and reads what comes, up to
// a bound: nothing of it matters.
func sendRaw(a *appliance, request []byte) {
	conn, err := net.Dial("tcp", strings.TrimPrefix(a.base, "http://"))
	if err != nil {
		return
	}
	defer conn.Close()
	conn.SetDeadline(time.Now().Add(2 * time.Second))
	if _, err := conn.Write(request); err != nil {
		return
	}
	conn.(*net.TCPConn).CloseWrite()
	io.CopyN(io.Discard, conn, 4<<10)
}
