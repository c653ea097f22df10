package outbound

import (
	"context"
	"errors"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
)

// TestCategories is the table of what the policy refuses, at the edges of each
// network, and of what it lets through.
func TestCategories(t *testing.T) {
	for category, addresses := range map[Category]string{
		Unspecified:   "0.0.0.0 0.0.0.1 0.255.255.255 ::",
		Loopback:      "127.0.0.0 127.0.0.1 127.1.2.3 127.255.255.255 ::1 ::ffff:127.0.0.1 ::ffff:7f00:1",
		Private:       "10.0.0.0 10.255.255.255 172.16.0.0 172.31.255.255 192.168.0.0 192.168.255.255 ::ffff:10.1.2.3 fc00:: fd00:ec2::254 fdff:ffff::1 fec0::1 feff::1",
		LinkLocal:     "169.254.0.0 169.254.169.254 169.254.255.255 ::ffff:169.254.169.254 fe80:: fe80::1 febf:ffff::1 fe80::1%lo 2606:4700::1%lo ::ffff:1.1.1.1%lo",
		CGNAT:         "100.64.0.0 100.100.100.200 100.127.255.255",
		Multicast:     "224.0.0.0 224.0.0.251 239.255.255.255 ff00:: ff02::1 ff0e::1",
		Documentation: "192.0.2.0 192.0.2.255 198.51.100.7 203.0.113.7 198.18.0.0 198.19.255.255 2001:db8::1 2001:db8:ffff::1 3fff::1 3fff:fff::1",
		Reserved:      "192.0.0.0 192.0.0.192 192.0.0.255 192.88.99.1 240.0.0.0 255.255.255.254 255.255.255.255 100::1 4000::1 5f00::1 64:ff9b:2::1 ::1:0:0:0 ::fffe:7f00:1",
		Embedded:      "::7f00:1 ::2 ::10.0.0.1 ::93.184.215.14 64:ff9b::7f00:1 64:ff9b::169.254.169.254 64:ff9b:1::1 64:ff9b:1:ffff::1 2001::1 2001:0:7f00:1::1 2001:1ff:ffff::1 2002:: 2002:7f00:1::1 2002:ffff::1",
		Metadata:      "168.63.129.16",
		"": "1.0.0.0 1.1.1.1 9.255.255.255 11.0.0.0 93.184.215.14 100.63.255.255 100.128.0.0 126.255.255.255 128.0.0.0 168.63.129.15 169.253.255.255 169.255.0.0 172.15.255.255 172.32.0.0 " +
			"192.0.1.0 192.167.255.255 192.169.0.0 198.17.255.255 198.20.0.0 223.255.255.255 ::ffff:1.1.1.1 2001:200::1 2001:4860:4860::8888 2003::1 2606:4700::1111 3ffe::1",
	} {
		for _, address := range strings.Fields(addresses) {
			err := Policy{}.check(netip.MustParseAddr(address))
			refusal, refused := errors.AsType[*Refusal](err)
			if refused != (category != "") || refused && refusal.Category != category {
				t.Errorf("%s: %+v, wanted %q", address, refusal, category)
			}
			if category == "" {
				continue
			}
			if strings.Contains(err.Error(), address) {
				t.Errorf("%s is told by its refusal: %v", address, err)
			}
			if _, err := (Policy{}).DialContext(t.Context(), "tcp", net.JoinHostPort(address, "9")); err == nil {
				t.Fatalf("%s was joined", address)
			}
		}
	}
	if err := (Policy{}).check(netip.Addr{}); err == nil {
		t.Error("no address at all passes")
	}
}

// TestAllowed checks that what was allowed on purpose opens that and no more.
func TestAllowed(t *testing.T) {
	p := Policy{Allowed: []netip.Prefix{
		netip.MustParsePrefix("10.20.0.0/16"), netip.MustParsePrefix("127.0.0.1/32"), netip.MustParsePrefix("fe80::/10"), netip.MustParsePrefix("fd12::/16"),
	}}
	for address, wanted := range map[string]bool{
		"10.20.0.1": true, "::ffff:10.20.0.1": true, "127.0.0.1": true, "fe80::1%lo": true, "fd12::1": true, "1.1.1.1": true,
		"10.21.0.1": false, "127.0.0.2": false, "64:ff9b::10.20.0.1": false, "::10.20.0.1": false, "fd13::1": false, "169.254.169.254": false,
	} {
		if err := p.check(netip.MustParseAddr(address)); (err == nil) != wanted {
			t.Errorf("%s: %v", address, err)
		}
	}
	for address, wanted := range map[string]bool{"10.20.0.1": true, "::ffff:10.20.0.1": true, "10.21.0.1": false, "1.1.1.1": false, "2606:4700::1111": false} {
		if err := p.Inside().check(netip.MustParseAddr(address)); (err == nil) != wanted {
			t.Errorf("inside, %s: %v", address, err)
		}
	}
}

// A door is a listener of this machine that counts who comes.
type door struct {
	net.Listener
	port  string
	count atomic.Int32
}

func newDoor(t *testing.T) *door {
	t.Helper()
	listener, err := net.Listen("tcp", ":0") // every address of this machine
	if err != nil {
		t.Fatal(err)
	}
	d := &door{Listener: listener}
	_, d.port, _ = net.SplitHostPort(listener.Addr().String())
	done := make(chan struct{})
	go func() {
		defer close(done)
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			d.count.Add(1)
			conn.Write([]byte("220 bonjour\r\n"))
			conn.Close()
		}
	}()
	t.Cleanup(func() { listener.Close(); <-done })
	return d
}

// came returns how many came. It comes itself, last in the queue, so that all
// the others were counted.
func (d *door) came(t *testing.T) int {
	t.Helper()
	conn, err := net.Dial("tcp", "127.0.0.1:"+d.port)
	if err != nil {
		t.Fatalf("the door is shut to all: %v", err)
	}
	defer conn.Close()
	if _, err := conn.Read(make([]byte, 1)); err != nil {
		t.Fatal(err)
	}
	return int(d.count.Load()) - 1
}

// TestSpellings dials this machine under many spellings, as they are and as the
// host of a URL, while every name resolves to it: nobody comes to the door.
func TestSpellings(t *testing.T) {
	d := newDoor(t)
	p := Policy{Resolver: names(func(string, int) netip.Addr { return netip.MustParseAddr("127.0.0.1") })}
	client := http.Client{Transport: &http.Transport{DialContext: p.DialContext}}
	for _, host := range []string{
		"127.0.0.1", "127.1", "127.0.1", "127.000.000.001", "0127.0.0.1", "0177.0.0.1", "0177.0.0.01", "0x7f.0.0.1", "0x7f.1", "0x7f000001", "0X7F000001", "017700000001",
		"2130706433", "127.0.0.1.", "127.255.255.254", "0", "0.0.0.0", "00000000", "localhost", "LOCALHOST", "localhost.", "LocalHost.LocalDomain", "localhost4", "ip6-localhost",
		"ⓛocalhost", "ⓛⓞⓒⓐⓛⓗⓞⓢⓣ", "ｌｏｃａｌｈｏｓｔ", "１２７.０.０.１", "①②⑦.⓪.⓪.①", "127。0。0。1", "127．0．0．1", "127｡0｡0｡1", "%31%32%37.0.0.1", "127.0.0.%31",
		"[::1]", "[::]", "[0:0:0:0:0:0:0:1]", "[0000::0001]", "[::1%25lo]", "[::1%251]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[::ffff:0:127.0.0.1]", "[::127.0.0.1]", "[::7f00:1]",
		"[64:ff9b::127.0.0.1]", "[64:ff9b:1::7f00:1]", "[2002:7f00:1::]", "[fe80::1%25lo]", "public.example@127.0.0.1", "public.example:80@localhost", "127.0.0.1#@public.example",
		"localtest.example", "127.0.0.1.nip.example", "a.b.c.example.", "xn--localhost-.example",
	} {
		bare := strings.NewReplacer("[", "", "]", "", "%25", "%").Replace(host)
		if conn, err := p.DialContext(t.Context(), "tcp", net.JoinHostPort(bare, d.port)); err == nil {
			conn.Close()
			t.Errorf("%s was joined at %s", bare, conn.RemoteAddr())
		}
		raw := "http://" + host + ":" + d.port + "/"
		if before, after, ok := strings.Cut(host, "#"); ok {
			raw = "http://" + before + ":" + d.port + "/#" + after
		}
		if u, err := url.Parse(raw); err == nil {
			if res, err := client.Get(u.String()); err == nil {
				res.Body.Close()
				t.Errorf("%s answered", raw)
			}
		}
	}
	if n := d.came(t); n != 0 {
		t.Errorf("%d came to the door", n)
	}
}

// TestRefusedName checks that the refusal of a name is typed and tells nothing
// of what is behind it.
func TestRefusedName(t *testing.T) {
	d := newDoor(t)
	p := Policy{Resolver: names(func(string, int) netip.Addr { return netip.MustParseAddr("127.0.0.1") })}
	_, err := p.DialContext(t.Context(), "tcp", "courriel.example:"+d.port)
	if refusal, ok := err.(*Refusal); !ok || refusal.Category != Loopback || strings.Contains(err.Error(), "127") {
		t.Errorf("%#v", err)
	}
	for _, network := range []string{"udp", "unix", "ip4:icmp", "tcp5", ""} {
		if _, err := p.DialContext(t.Context(), network, "courriel.example:"+d.port); !errors.As(err, new(*Refusal)) {
			t.Errorf("%s: %v", network, err)
		}
	}
}

// TestRebinding has a name resolve to a public address for who checks it first,
// then to this machine for who dials it.
func TestRebinding(t *testing.T) {
	d := newDoor(t)
	p := Policy{Resolver: names(func(_ string, turn int) netip.Addr {
		if turn == 0 {
			return netip.MustParseAddr("93.184.215.14")
		}
		return netip.MustParseAddr("127.0.0.1")
	})}
	seen, err := p.Resolver.LookupNetIP(t.Context(), "ip4", "courriel.example")
	if err != nil || len(seen) != 1 || p.check(seen[0]) != nil {
		t.Fatalf("the first answer is not public: %v, %v", seen, err)
	}
	if _, err := p.DialContext(t.Context(), "tcp", "courriel.example:"+d.port); !errors.As(err, new(*Refusal)) {
		t.Errorf("dialled: %v", err)
	}
	if n := d.came(t); n != 0 {
		t.Errorf("%d came to the door", n)
	}
}

// TestProxy checks that a proxy of the environment is neither used nor a way
// round the policy.
func TestProxy(t *testing.T) {
	proxy, d := newDoor(t), newDoor(t)
	for _, name := range []string{"HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy"} {
		t.Setenv(name, "http://127.0.0.1:"+proxy.port)
	}
	t.Setenv("NO_PROXY", "")
	resolver := names(func(string, int) netip.Addr { return netip.MustParseAddr("127.0.0.1") })
	if _, err := (Policy{Resolver: resolver}).DialContext(t.Context(), "tcp", "courriel.example:"+d.port); !errors.As(err, new(*Refusal)) {
		t.Errorf("refused host: %v", err)
	}
	open := Policy{Resolver: resolver, Allowed: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}}
	conn, err := open.DialContext(t.Context(), "tcp", "courriel.example:"+d.port)
	if err != nil {
		t.Fatal(err)
	}
	conn.Close()
	if inside, outside := d.came(t), proxy.came(t); inside != 1 || outside != 0 {
		t.Errorf("%d came to the door, %d to the proxy", inside, outside)
	}
}

// TestCancelled checks that a dial ends with its context.
func TestCancelled(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := (Policy{}).DialContext(ctx, "tcp", "93.184.215.14:25"); err == nil {
		t.Error("dialled after the end")
	}
}
