package outbound

import (
	"bytes"
	"compress/gzip"
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// house lets tests join this machine.
var house = Policy{Allowed: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8"), netip.MustParsePrefix("::1/128")}}

// brief are bounds that a test can wait for, with places of its own.
func brief(change func(*Bounds)) Bounds {
	b := Bounds{Total: 20 * time.Second, Still: 20 * time.Second, Body: 1 << 20, places: make(chan struct{}, 4)}
	if change != nil {
		change(&b)
	}
	return b
}

// serve answers with a function until the end of the test.
func serve(t *testing.T, answer http.HandlerFunc) string {
	t.Helper()
	server := httptest.NewServer(answer)
	t.Cleanup(server.Close)
	return server.URL
}

// get asks an address and returns what was read, and the error of either.
func get(t *testing.T, c *Client, address string) (status int, body []byte, err error) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), "GET", address, nil)
	if err != nil {
		t.Fatal(err)
	}
	res, err := c.Do(req)
	if err != nil {
		return 0, nil, err
	}
	defer res.Body.Close()
	body, err = io.ReadAll(res.Body)
	return res.StatusCode, body, err
}

// TestHTTP asks a server of this machine, under the policies that let it.
func TestHTTP(t *testing.T) {
	address := serve(t, func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, "bonjour ", r.UserAgent()) })
	status, body, err := get(t, house.HTTP(Quick, nil), address)
	if status != 200 || string(body) != "bonjour Preau" || err != nil {
		t.Errorf("%d %q %v", status, body, err)
	}
	_, _, err = get(t, Policy{}.HTTP(Quick, nil), address)
	if _, ok := err.(*Refusal); !ok || strings.Contains(err.Error(), "127") {
		t.Errorf("refused host: %#v", err)
	}
}

// TestAddresses checks which addresses are asked at all.
func TestAddresses(t *testing.T) {
	d := newDoor(t)
	host := "127.0.0.1:" + d.port
	any, web := house.HTTP(brief(nil), nil), house.HTTP(brief(func(b *Bounds) { b.WebPorts = true }), nil)
	for address, c := range map[string]*Client{
		"file:///etc/passwd": any, "ftp://" + host + "/": any, "gopher://" + host + "/": any, "//" + host + "/": any, "http:///a": any, "http:a": any,
		"http://claire:secret@" + host + "/": any, "http://" + host + "/": web, "https://127.0.0.1:22/": web,
	} {
		if _, _, err := get(t, c, address); err != Unfit {
			t.Errorf("%s: %v", address, err)
		}
	}
	if n := d.came(t); n != 0 {
		t.Errorf("%d came to the door", n)
	}
}

// TestNoProxy has the environment name a proxy, of which nothing is asked. Go
// reads that once for a whole process: this is another one.
func TestNoProxy(t *testing.T) {
	const inside = "OUTBOUND_TEST_INSIDE"
	if os.Getenv(inside) == "" {
		proxy := newDoor(t)
		again := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestNoProxy$", "-test.v")
		again.Env = append(os.Environ(), inside+"=1", "NO_PROXY=", "no_proxy=")
		for _, name := range []string{"HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy"} {
			again.Env = append(again.Env, name+"=http://127.0.0.1:"+proxy.port)
		}
		if said, err := again.CombinedOutput(); err != nil || !strings.Contains(string(said), "--- PASS: TestNoProxy") {
			t.Errorf("%v\n%s", err, said)
		}
		if n := proxy.came(t); n != 0 {
			t.Errorf("%d came to the proxy", n)
		}
		return
	}
	address := serve(t, func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, r.Host) })
	// A name, for no environment sends the addresses of this machine through a proxy.
	named := Policy{Allowed: house.Allowed, Resolver: names(func(string, int) netip.Addr { return netip.MustParseAddr("127.0.0.1") })}
	address = strings.Replace(address, "127.0.0.1", "breves.example", 1)
	status, body, err := get(t, named.HTTP(Quick, nil), address)
	if status != 200 || !strings.HasPrefix(string(body), "breves.example:") || err != nil {
		t.Errorf("%d %q %v", status, body, err)
	}
	named.Allowed = nil
	if _, _, err := get(t, named.HTTP(Quick, nil), address); !errors.As(err, new(*Refusal)) {
		t.Errorf("refused host: %v", err)
	}
}

// TestCertificates checks that a server is who it says, by the roots given.
func TestCertificates(t *testing.T) {
	server := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "chiffré") }))
	t.Cleanup(server.Close)
	roots := x509.NewCertPool()
	roots.AddCert(server.Certificate())
	if _, body, err := get(t, house.HTTP(Quick, roots), server.URL); string(body) != "chiffré" || err != nil {
		t.Errorf("%q %v", body, err)
	}
	for name, c := range map[string]*Client{"unknown authority": house.HTTP(Quick, nil), "no authority": house.HTTP(Quick, x509.NewCertPool())} {
		if _, _, err := get(t, c, server.URL); err == nil {
			t.Errorf("%s: trusted", name)
		}
	}
}

// TestRedirects checks what each redirect leads to.
func TestRedirects(t *testing.T) {
	var visits, elsewhere atomic.Int32
	other := serve(t, func(http.ResponseWriter, *http.Request) { elsewhere.Add(1) })
	secure := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, other, http.StatusFound) }))
	t.Cleanup(secure.Close)
	roots := x509.NewCertPool()
	roots.AddCert(secure.Certificate())
	address := serve(t, func(w http.ResponseWriter, r *http.Request) {
		visits.Add(1)
		switch way, rest, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/"); way {
		case "end":
			fmt.Fprint(w, "arrivé")
		case "chain": // as many as the rest is long
			http.Redirect(w, r, map[bool]string{true: "/end", false: "/chain/" + strings.TrimPrefix(rest, "x")}[len(rest) <= 1], http.StatusFound)
		case "loop":
			http.Redirect(w, r, "/loop", http.StatusFound)
		case "to":
			w.Header().Set("Location", r.URL.Query().Get("at"))
			w.WriteHeader(http.StatusTemporaryRedirect)
		}
	})
	host := strings.TrimPrefix(address, "http://")
	for _, c := range []struct {
		address   string
		redirects int
		status    int
		err       error
	}{
		{address + "/chain/x", 0, 302, nil},
		{address + "/chain/x", 1, 200, nil},
		{address + "/chain/xxx", 3, 200, nil},
		{address + "/chain/xx", 1, 0, Endless},
		{address + "/chain/xxxx", 100, 0, Endless},
		{address + "/loop", 3, 0, Endless},
		{address + "/to?at=" + other, 3, 0, Astray},
		{address + "/to?at=https://" + host + "/end", 3, 0, Astray},
		{address + "/to?at=file:///etc/passwd", 3, 0, Astray},
		{address + "/to?at=javascript:alert(1)", 3, 0, Astray},
		{address + "/to?at=http://claire@" + host + "/end", 3, 0, Astray},
		{address + "/to?at=http://localhost:" + host[strings.LastIndex(host, ":")+1:] + "/end", 3, 0, Astray},
		{address + "/to?at=//169.254.169.254/latest", 3, 0, Astray},
		{address + "/to?at=//" + host + "/end", 3, 200, nil},
		{secure.URL, 3, 0, Astray},
	} {
		visits.Store(0)
		status, _, err := get(t, house.HTTP(brief(func(b *Bounds) { b.Redirects = c.redirects }), roots), c.address)
		if status != c.status || err != c.err {
			t.Errorf("%s, %d followed: %d, %v", c.address, c.redirects, status, err)
		}
		if n := visits.Load(); n > 4 {
			t.Errorf("%s: asked %d times", c.address, n)
		}
	}
	if n := elsewhere.Load(); n != 0 {
		t.Errorf("asked elsewhere %d times", n)
	}
}

// TestRedirectRebinding has the name of the place that redirects to itself lead
// to this machine the second time.
func TestRedirectRebinding(t *testing.T) {
	var visits atomic.Int32
	address := serve(t, func(w http.ResponseWriter, r *http.Request) {
		visits.Add(1)
		http.Redirect(w, r, "/secret", http.StatusFound)
	})
	p := Policy{Allowed: []netip.Prefix{netip.MustParsePrefix("127.0.0.1/32")}, Resolver: names(func(_ string, turn int) netip.Addr {
		return netip.AddrFrom4([4]byte{127, 0, 0, byte(1 + turn)})
	})}
	_, _, err := get(t, p.HTTP(brief(func(b *Bounds) { b.Redirects = 3 }), nil), strings.Replace(address, "127.0.0.1", "breves.example", 1))
	if !errors.As(err, new(*Refusal)) || visits.Load() != 1 {
		t.Errorf("%v, asked %d times", err, visits.Load())
	}
}

// endless writes until the client goes.
func endless(w io.Writer, piece []byte) {
	for {
		if _, err := w.Write(piece); err != nil {
			return
		}
	}
}

// TestLarge checks that what is too large is an error, at the byte, once
// unpacked, and costs little memory.
func TestLarge(t *testing.T) {
	zeros := make([]byte, 64<<10)
	var empty bytes.Buffer
	gzip.NewWriter(&empty).Close()
	address := serve(t, func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/exact":
			w.Write(make([]byte, 1<<20))
		case "/more":
			w.Write(make([]byte, 1<<20+1))
		case "/endless":
			endless(w, zeros)
		case "/packed":
			if r.Header.Get("Accept-Encoding") != "gzip" {
				t.Errorf("asked with %q", r.Header)
			}
			w.Header().Set("Content-Encoding", "gzip")
			z := gzip.NewWriter(w)
			endless(z, zeros)
		case "/nothing": // packed for ever, and empty
			w.Header().Set("Content-Encoding", "gzip")
			endless(w, bytes.Repeat(empty.Bytes(), 1000))
		case "/header":
			for i := range 2000 {
				w.Header().Set(fmt.Sprint("X-", i), strings.Repeat("x", 100))
			}
		}
	})
	c := house.HTTP(brief(nil), nil)
	if _, body, err := get(t, c, address+"/exact"); len(body) != 1<<20 || err != nil {
		t.Errorf("exact: %d bytes, %v", len(body), err)
	}
	for _, path := range []string{"/more", "/endless", "/packed", "/nothing"} {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		_, body, err := get(t, c, address+path)
		runtime.ReadMemStats(&after)
		if err != Large || len(body) > 1<<20 {
			t.Errorf("%s: %d bytes, %v", path, len(body), err)
		}
		if took := after.TotalAlloc - before.TotalAlloc; took > 200<<20 {
			t.Errorf("%s: %d MiB allocated", path, took>>20)
		}
	}
	req, err := http.NewRequestWithContext(t.Context(), "GET", address+"/packed", nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Accept-Encoding", "gzip") // whoever asks for it does not get round
	res, err := c.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	if body, err := io.ReadAll(res.Body); err != Large || len(bytes.Trim(body, "\x00")) != 0 {
		t.Errorf("asked packed: %d bytes, %v", len(body), err)
	}
	if _, _, err := get(t, c, address+"/header"); err == nil {
		t.Error("a header without end is read")
	}
}

// TestSlow has servers that never end, in each of the places where they may.
func TestSlow(t *testing.T) {
	hold := make(chan struct{})
	defer close(hold)
	address := serve(t, func(w http.ResponseWriter, r *http.Request) {
		flush := http.NewResponseController(w).Flush
		switch r.URL.Path {
		case "/drop": // one byte at a time
			for tick := time.Tick(5 * time.Millisecond); r.Context().Err() == nil; <-tick {
				w.Write([]byte("x"))
				flush()
			}
		case "/steady":
			tick := time.Tick(20 * time.Millisecond)
			for range 75 {
				w.Write([]byte("x"))
				flush()
				<-tick
			}
		case "/half":
			w.Write([]byte("x"))
			flush()
			fallthrough
		case "/silent":
			select {
			case <-hold:
			case <-r.Context().Done():
			}
		case "/whole":
			io.Copy(w, r.Body)
		}
	})
	late := func(b *Bounds) { b.Total = 300 * time.Millisecond }
	still := func(b *Bounds) { b.Still = 300 * time.Millisecond }
	for _, c := range []struct {
		path   string
		change func(*Bounds)
		err    error
	}{{"/drop", late, Late}, {"/half", late, Late}, {"/silent", late, Late}, {"/half", still, Still}, {"/silent", still, Still}} {
		_, _, err := get(t, house.HTTP(brief(c.change), nil), address+c.path)
		var timed interface{ Timeout() bool }
		if err != c.err || !errors.As(err, &timed) || !timed.Timeout() {
			t.Errorf("%s: %v, wanted %v", c.path, err, c.err)
		}
	}
	// What moves is not still: more time than Still, a byte at a time.
	steady := house.HTTP(brief(func(b *Bounds) { b.Still = time.Second }), nil)
	if _, body, err := get(t, steady, address+"/steady"); len(body) != 75 || err != nil {
		t.Errorf("%d bytes, %v", len(body), err)
	}
	from, to := io.Pipe()
	go func() {
		tick := time.Tick(20 * time.Millisecond)
		for range 75 {
			to.Write([]byte("x"))
			<-tick
		}
		to.Close()
	}()
	req, err := http.NewRequestWithContext(t.Context(), "POST", address+"/whole", from)
	if err != nil {
		t.Fatal(err)
	}
	res, err := steady.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	if body, err := io.ReadAll(res.Body); len(body) != 75 || err != nil {
		t.Errorf("%d bytes, %v", len(body), err)
	}
}

// TestPlaces checks how many exchanges run at once, and that each place comes
// back, whatever became of who had it.
func TestPlaces(t *testing.T) {
	var asked atomic.Int32
	address := serve(t, func(w http.ResponseWriter, r *http.Request) {
		asked.Add(1)
		w.WriteHeader(http.StatusOK)
		http.NewResponseController(w).Flush()
		if r.URL.Path == "/hold" {
			<-r.Context().Done()
		}
	})
	b := brief(func(b *Bounds) { b.Total = time.Minute })
	b.Still = b.Total
	var held []*http.Response
	do := func(ctx context.Context, b Bounds, path string) (*http.Response, error) {
		req, err := http.NewRequestWithContext(ctx, "GET", address+path, nil)
		if err != nil {
			t.Fatal(err)
		}
		return house.HTTP(b, nil).Do(req)
	}
	abandoned, abandon := context.WithCancel(t.Context())
	for i := range cap(b.places) {
		ctx := t.Context()
		if i == 0 {
			ctx = abandoned
		}
		res, err := do(ctx, b, "/hold")
		if err != nil {
			t.Fatal(err)
		}
		held = append(held, res)
	}
	short := b
	short.Total = 50 * time.Millisecond
	if _, err := do(t.Context(), short, "/"); err != Busy || asked.Load() != 4 {
		t.Errorf("a fifth: %v, %d asked", err, asked.Load())
	}
	other := brief(nil)
	if res, err := do(t.Context(), other, "/"); err != nil {
		t.Errorf("other bounds wait too: %v", err)
	} else {
		res.Body.Close()
	}
	abandon() // its body is never closed
	if res, err := do(t.Context(), b, "/"); err != nil {
		t.Errorf("after one left: %v", err)
	} else {
		res.Body.Close()
	}
	for _, res := range held {
		res.Body.Close()
		res.Body.Close() // once more gives nothing more back
	}
	for range 20 {
		get(t, house.HTTP(b, nil), "http://127.0.0.1:1/")
		get(t, Policy{}.HTTP(b, nil), address)
	}
	if len(b.places) != 0 {
		t.Errorf("%d places are lost", len(b.places))
	}
	if Quick.Total != 10*time.Second || Quick.Body != 5<<20 || cap(Quick.places) != 4 || Quick.Redirects != 0 || Transfer.Still != time.Minute || Transfer.Total != 10*time.Minute || Transfer.Body != 60<<20 || cap(Transfer.places) != 4 {
		t.Errorf("%+v %+v", Quick, Transfer)
	}
}

// TestGone checks that the end of who asks is told as such.
func TestGone(t *testing.T) {
	address := serve(t, func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() })
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, "GET", address+"/?secret=1", nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := house.HTTP(brief(nil), nil).Do(req); err != context.DeadlineExceeded {
		t.Errorf("%v", err)
	}
	req, err = http.NewRequestWithContext(t.Context(), "GET", "http://127.0.0.1:1/?secret=1", nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := house.HTTP(brief(nil), nil).Do(req); err == nil || strings.Contains(err.Error(), "secret") {
		t.Errorf("%v", err)
	}
}
