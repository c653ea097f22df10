package web

import (
	"net/netip"
	"testing"

	"github.com/gofiber/fiber/v2"
	"github.com/valyala/fasthttp"
)

// TestForwardedLines: a proxy may add its own line to the one that the client
// forged; the last hop that is not a proxy of ours is who asks.
func TestForwardedLines(t *testing.T) {
	server := fiber.New()
	var request fasthttp.RequestCtx // comes from 0.0.0.0
	request.Request.Header.Add(fiber.HeaderXForwardedFor, "6.6.6.6")
	request.Request.Header.Add(fiber.HeaderXForwardedFor, "203.0.113.9")
	c := server.AcquireCtx(&request)
	defer server.ReleaseCtx(c)
	s := &Site{Trusted: []netip.Prefix{netip.MustParsePrefix("0.0.0.0/32")}}
	if got := s.From(c); got != "203.0.113.9" {
		t.Errorf("the request comes from %s", got)
	}
}
