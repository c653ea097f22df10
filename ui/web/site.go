package web

import (
	"bytes"
	"net/netip"
	"net/url"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/valyala/fasthttp"

	"preau/app"
)

// A Site is what every face of the appliance shares.
type Site struct {
	Appliance *app.App
	Views     *Views
	Secure    bool           // served over https, by itself or behind a proxy
	PublicURL *url.URL       // of links and cookies; nil when nobody gave one
	Trusted   []netip.Prefix // proxies whose X-Forwarded-For is believed
	Insecure  bool           // plain http beyond this host: every page says so
	Patience  time.Duration  // with a browser that sends nothing, and for a place to send; half a minute if 0

	instance string
	streams  *streams
	places   *places
}

// NewSite completes a site with what its appliance says of itself.
func NewSite(s Site) *Site {
	s.instance, s.streams, s.places = s.Appliance.Store.Instance(), newStreams(), newPlaces()
	return &s
}

// Base is the address that links which leave the host begin with, "" when
// nobody gave one.
func (s *Site) Base() string {
	if s.PublicURL == nil {
		return ""
	}
	return s.PublicURL.String()
}

// forwarded is what the proxies on the way said, each on its own line or not.
func forwarded(c *fiber.Ctx) string {
	return string(bytes.Join(c.Request().Header.PeekAll(fiber.HeaderXForwardedFor), []byte(",")))
}

// From is the address of whoever sent the request.
func (s *Site) From(c *fiber.Ctx) string {
	return ClientAddress(c.Context().RemoteIP().String(), forwarded(c), s.Trusted)
}

// policy is the content policy of every page: nothing but our own files.
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

// Protect sets the headers that every answer bears, errors included.
func (s *Site) Protect(h *fasthttp.ResponseHeader) {
	h.Set("Content-Security-Policy", policy)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "same-origin")
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	h.Set("Permissions-Policy", "camera=(), microphone=(), geolocation=()")
	h.Set("Cache-Control", "no-store")
	if s.Secure {
		h.Set("Strict-Transport-Security", "max-age=63072000")
	}
}
