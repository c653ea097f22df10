package outbound

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"
)

// Bounds are what one exchange may cost, its redirects included.
type Bounds struct {
	Total     time.Duration // from the asking to the last byte of the answer, the wait for a place included
	Still     time.Duration // without one byte either way
	Body      int64         // of an answer once unpacked, in bytes
	Redirects int           // followed, 3 at most; 0 hands the redirect over as it is
	WebPorts  bool          // 80 and 443 only

	places chan struct{} // those that may run at once, of all the policies
}

// The bounds of what we ask of others. Each has four places of its own, so that
// long transfers never keep somebody who tests a setting waiting.
var (
	// Quick is for tests, feeds and call-backs.
	Quick = Bounds{Total: 10 * time.Second, Still: 10 * time.Second, Body: 5 << 20, places: make(chan struct{}, 4)}
	// Transfer is for what carries files, behind everybody's back.
	Transfer = Bounds{Total: 10 * time.Minute, Still: time.Minute, Body: 60 << 20, places: make(chan struct{}, 4)}
)

const (
	maxRedirects = 3
	maxHeader    = 64 << 10 // of an answer, in bytes
)

// An Overrun is the bound that ended an exchange.
type Overrun string

// What an exchange may go over.
const (
	Late    Overrun = "the exchange took too long"
	Still   Overrun = "nothing moved for too long"
	Large   Overrun = "the answer is too large"
	Busy    Overrun = "no place was free in time: nothing was sent"
	Endless Overrun = "too many redirects"
	Astray  Overrun = "a redirect leads to another place"
	Unfit   Overrun = "this is no address of the web that may be asked: nothing was sent"
)

func (o Overrun) Error() string { return string(o) }

// Timeout tells those that time ended, as net.Error does.
func (o Overrun) Timeout() bool { return o == Late || o == Still || o == Busy }

// Client asks web servers, within bounds and through a policy.
type Client struct {
	policy Policy
	bounds Bounds
	roots  *x509.CertPool
}

// HTTP is a client of web servers whose certificates are checked against roots,
// nil for the system's. No connection outlives its exchange, none goes through
// a proxy, and each one is checked by the policy.
func (p Policy) HTTP(b Bounds, roots *x509.CertPool) *Client {
	if b.places == nil {
		b.places = Quick.places
	}
	b.Redirects = min(b.Redirects, maxRedirects)
	return &Client{policy: p, bounds: b, roots: roots}
}

// Do sends a request to a http or https address and returns the answer, whose
// body must be closed. What the policy refuses is a *Refusal; what goes over a
// bound is an Overrun, from here or from the reading of the body, which never
// ends as if it were whole. No error tells the address or a header.
func (c *Client) Do(req *http.Request) (*http.Response, error) {
	if !c.fit(req.URL) {
		return nil, Unfit
	}
	e := &exchange{Client: c, asked: req.Context()}
	ctx, cancel := context.WithCancelCause(req.Context())
	e.ctx, e.cancel = ctx, cancel
	e.late = time.AfterFunc(c.bounds.Total, func() { cancel(Late) })
	select {
	case c.bounds.places <- struct{}{}:
	case <-ctx.Done():
		e.late.Stop()
		if err := e.asked.Err(); err != nil {
			return nil, err
		}
		return nil, Busy
	}
	e.still = time.AfterFunc(c.bounds.Still, func() { cancel(Still) })
	e.end = sync.OnceFunc(func() {
		e.late.Stop()
		e.still.Stop()
		cancel(context.Canceled)
		<-c.bounds.places
	})
	context.AfterFunc(ctx, e.end) // a body that is never closed keeps no place
	req = req.Clone(ctx)
	req.Header.Del("Accept-Encoding") // so that the answer is unpacked, and counted, here
	if req.Header.Get("User-Agent") == "" {
		req.Header.Set("User-Agent", "Preau")
	}
	res, err := e.client().Do(req)
	if err != nil {
		err = e.explain(err)
		e.end()
		return nil, err
	}
	res.Body = &body{e: e, from: res.Body, left: c.bounds.Body}
	return res, nil
}

// fit tells whether an address may be asked at all.
func (c *Client) fit(u *url.URL) bool {
	if u == nil || u.Scheme != "http" && u.Scheme != "https" || u.Hostname() == "" || u.User != nil {
		return false
	}
	port := u.Port()
	return !c.bounds.WebPorts || port == "" || port == "80" || port == "443"
}

// An exchange is one request, the redirects that it follows and its answer.
type exchange struct {
	*Client
	asked       context.Context // of whoever asks
	ctx         context.Context // asked, ended by the bounds too
	cancel      context.CancelCauseFunc
	late, still *time.Timer
	end         func() // gives the place back
}

// client is a client for this exchange alone: nothing of another is in its
// connections.
func (e *exchange) client() *http.Client {
	return &http.Client{
		CheckRedirect: e.redirect,
		Transport: &http.Transport{
			Proxy:                  nil, // it would hide the address from the policy
			DialContext:            e.dial,
			TLSClientConfig:        &tls.Config{RootCAs: e.roots, MinVersion: tls.VersionTLS12},
			DisableKeepAlives:      true,
			MaxResponseHeaderBytes: maxHeader,
		},
	}
}

func (e *exchange) dial(ctx context.Context, network, address string) (net.Conn, error) {
	conn, err := e.policy.DialContext(ctx, network, address)
	if err != nil {
		return nil, err
	}
	// What is sent packed may be packed badly, or for nothing.
	return &line{Conn: conn, e: e, left: 2*e.bounds.Body + 1<<20}, nil
}

// redirect lets an exchange go on at the same place only: what a server may say
// is where on itself.
func (e *exchange) redirect(req *http.Request, via []*http.Request) error {
	from := via[0].URL
	switch {
	case e.bounds.Redirects == 0:
		return http.ErrUseLastResponse
	case len(via) > e.bounds.Redirects:
		return Endless
	case !e.fit(req.URL) || req.URL.Scheme != from.Scheme || Place(req.URL) != Place(from):
		return Astray
	}
	return nil
}

// Place is the host and the port of a http or https address, written in one way.
func Place(u *url.URL) string {
	port := u.Port()
	if port == "" {
		port = map[string]string{"http": "80", "https": "443"}[u.Scheme]
	}
	return net.JoinHostPort(strings.ToLower(u.Hostname()), port)
}

// explain is why an exchange failed, without its address.
func (e *exchange) explain(err error) error {
	if err := e.asked.Err(); err != nil {
		return err
	}
	if overrun, ok := errors.AsType[Overrun](context.Cause(e.ctx)); ok {
		return overrun
	}
	if refusal, ok := errors.AsType[*Refusal](err); ok {
		return refusal
	}
	if overrun, ok := errors.AsType[Overrun](err); ok {
		return overrun
	}
	if told, ok := errors.AsType[*url.Error](err); ok {
		return told.Err
	}
	return err
}

// A body is that of an answer, counted as it is read.
type body struct {
	e    *exchange
	from io.ReadCloser
	left int64
	err  error // the last word, once there is one
}

func (b *body) Read(p []byte) (int, error) {
	if b.err != nil {
		return 0, b.err
	}
	if int64(len(p)) > b.left+1 {
		p = p[:b.left+1] // one byte more tells the whole from the cut
	}
	n, err := b.from.Read(p)
	if int64(n) > b.left {
		n, err = int(b.left), Large
	}
	b.left -= int64(n)
	if err != nil && err != io.EOF {
		err = b.e.explain(err)
	}
	b.err = err
	return n, err
}

func (b *body) Close() error {
	err := b.from.Close()
	b.e.end()
	return err
}

// A line is a connection that tells its exchange when something moves, and does
// not read without end.
type line struct {
	net.Conn
	e    *exchange
	left int64
}

func (l *line) Read(p []byte) (int, error) {
	n, err := l.Conn.Read(p)
	l.moved(n)
	if l.left -= int64(n); l.left < 0 {
		return 0, Large
	}
	return n, err
}

func (l *line) Write(p []byte) (int, error) {
	n, err := l.Conn.Write(p)
	l.moved(n)
	return n, err
}

func (l *line) moved(n int) {
	if n > 0 && l.e.ctx.Err() == nil {
		l.e.still.Reset(l.e.bounds.Still)
	}
}
