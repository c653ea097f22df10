package ui

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"os"
	"runtime/debug"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/valyala/fasthttp"

	"preau/app"
	"preau/ui/web"
)

// Listening is where and how the appliance is served.
type Listening struct {
	Listen       string         `help:"Adresse d’écoute." default:"127.0.0.1:8080"`
	TLSCert      string         `name:"tls-cert" help:"Certificat TLS, relu quand il change." type:"existingfile"`
	TLSKey       string         `name:"tls-key" help:"Clé du certificat." type:"existingfile"`
	TLS          string         `name:"tls" help:"« self » : certificat fait au premier démarrage." enum:"self," default:""`
	TrustedProxy []netip.Prefix `help:"Réseaux des mandataires de confiance, tels que 10.0.0.0/8." sep:","`
	PublicURL    string         `name:"public-url" help:"Adresse publique, dont tous les liens sont faits."`
	InsecureHTTP bool           `name:"insecure-http" help:"Accepte http au-delà de cette machine (salle de formation)."`
}

// site returns what the appliance's faces share, once the listening is sound.
func (l Listening) site(a *app.App) (*web.Site, error) {
	s := web.Site{Appliance: a, Trusted: l.TrustedProxy, Secure: l.TLSCert != "" || l.TLS != ""}
	if l.PublicURL != "" {
		u, err := url.Parse(strings.TrimSuffix(l.PublicURL, "/"))
		if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
			return nil, fmt.Errorf("--public-url %s n’est pas une adresse http(s)", l.PublicURL)
		}
		s.PublicURL, s.Secure = u, s.Secure || u.Scheme == "https"
	}
	if l.TLSCert == "" && l.TLS == "" && len(l.TrustedProxy) == 0 && !l.loopback() {
		if !l.InsecureHTTP {
			return nil, fmt.Errorf("l’adresse %s est ouverte au-delà de cette machine sans chiffrement : donnez --tls-cert et --tls-key, --tls self, --trusted-proxy, ou acceptez-le avec --insecure-http", l.Listen)
		}
		s.Insecure = true
	}
	views, err := web.Load()
	s.Views = views
	return web.NewSite(s), err
}

func (l Listening) loopback() bool {
	host, _, err := net.SplitHostPort(l.Listen)
	if err != nil {
		return false
	}
	if host == "localhost" {
		return true
	}
	at, err := netip.ParseAddr(host)
	return err == nil && at.IsLoopback()
}

// headerBytes is the most that the header of a request holds.
const headerBytes = 16 << 10

// NewServer assembles the server of a site.
func NewServer(site *web.Site) *fiber.App {
	server := fiber.New(fiber.Config{
		Immutable:                    true, // strings of requests outlive them
		CaseSensitive:                true,
		StrictRouting:                true,
		BodyLimit:                    web.FormBytes,
		StreamRequestBody:            true,
		DisablePreParseMultipartForm: true, // uploads go to the disk as they come
		ReadTimeout:                  10 * time.Second,
		IdleTimeout:                  60 * time.Second,
		ReadBufferSize:               headerBytes,
		Concurrency:                  4096,
		ErrorHandler:                 site.Fail,
		DisableStartupMessage:        true,
	})
	server.Server().HeaderReceived = allow(site)
	server.Server().NoDefaultServerHeader = true
	server.Server().Handler = answers(server, site)
	routes(server, site)
	return server
}

// answers protects every answer, and says of a method that no route has what is
// said of an address that does not exist.
func answers(server *fiber.App, site *web.Site) fasthttp.RequestHandler {
	routed := server.Server().Handler
	return func(ctx *fasthttp.RequestCtx) {
		site.Protect(&ctx.Response.Header)
		if slices.Contains(fiber.DefaultMethods, string(ctx.Method())) {
			routed(ctx)
			return
		}
		c := server.AcquireCtx(ctx)
		defer server.ReleaseCtx(c)
		if err := site.Fail(c, fiber.ErrMethodNotAllowed); err != nil {
			ctx.SetStatusCode(fiber.StatusInternalServerError)
		}
	}
}

// Serve serves the appliance until ctx is done, then stops it cleanly.
func Serve(ctx context.Context, a *app.App, l Listening) error {
	site, err := l.site(a)
	if err != nil {
		return err
	}
	listener, err := l.listener(a.Dir())
	if err != nil {
		return err
	}
	if err := announce(a, listener.Addr().String(), site); err != nil {
		return errors.Join(err, listener.Close())
	}
	return run(ctx, a, site, listener)
}

// gcPercent lets the heap, which is small beside the mapped file, grow further
// between two collections: a third of the time of a page went there.
const gcPercent = 300

// run serves on a listener.
func run(ctx context.Context, a *app.App, site *web.Site, listener net.Listener) error {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	if err := errors.Join(a.Start(ctx), a.Control(ctx)); err != nil {
		return err
	}
	debug.SetGCPercent(gcPercent)
	server := NewServer(site)
	stopped := make(chan error, 1)
	a.Go("arrêt", func() {
		<-ctx.Done()
		err := errors.Join(site.EndStreams(), server.ShutdownWithTimeout(8*time.Second))
		listener.Close() // told to stop before it had begun, the server begins no more
		stopped <- err
	})
	err := server.Listener(listener)
	if errors.Is(err, net.ErrClosed) {
		err = nil
	}
	stop()
	return errors.Join(err, <-stopped)
}

// announce tells whoever started the appliance where it is.
func announce(a *app.App, at string, site *web.Site) error {
	scheme := "http"
	if site.Secure {
		scheme = "https"
	}
	listened := scheme + "://" + at
	a.Served(site.Base(), listened)
	base := site.Base()
	if base == "" {
		base = listened
	}
	fmt.Fprintln(os.Stdout, "Préau répond sur", base)
	if site.Insecure {
		fmt.Fprintln(os.Stdout, "Attention : http sans chiffrement au-delà de cette machine.")
	}
	code, err := a.SetupCode()
	if err == nil && code != "" {
		fmt.Fprintf(os.Stdout, "Première mise en service : %s/premiere-mise-en-service?code=%s\n", base, code)
	}
	return err
}

// listener listens, in TLS where it is asked.
func (l Listening) listener(dir string) (net.Listener, error) {
	plain, err := net.Listen("tcp", l.Listen)
	if err != nil {
		return nil, fmt.Errorf("l’adresse %s n’est pas libre : %w", l.Listen, err)
	}
	var certificate func(*tls.ClientHelloInfo) (*tls.Certificate, error)
	switch {
	case l.TLSCert != "":
		certificate, err = reloaded(l.TLSCert, l.TLSKey)
	case l.TLS == "self":
		certificate, err = selfSigned(dir, l.Listen)
	default:
		return plain, nil
	}
	if err != nil {
		return nil, errors.Join(err, plain.Close())
	}
	return tls.NewListener(plain, &tls.Config{GetCertificate: certificate, MinVersion: tls.VersionTLS12, CipherSuites: suites}), nil
}

// Next returns the same listening, i ports further.
func (l Listening) Next(i int) (Listening, error) {
	host, port, err := net.SplitHostPort(l.Listen)
	if err != nil {
		return l, err
	}
	n, err := strconv.Atoi(port)
	if err != nil {
		return l, err
	}
	l.Listen = net.JoinHostPort(host, strconv.Itoa(n+i))
	return l, nil
}
