package web

import (
	"crypto/subtle"
	"net/url"

	"github.com/gofiber/fiber/v2"

	"preau/app/access"
)

// TokenField is the name of the form field that holds the token of the session.
const TokenField = "jeton"

var crossSite = &access.Refusal{Kind: access.CrossSite, Says: "Cette action ne vient pas d’une page de l’ENT, ou la page est restée ouverte trop longtemps : rechargez-la, puis recommencez."}

// sameSite refuses a request that another site made the browser send. A browser
// names the origin of every POST; what names none is no browser of ours.
func (s *Site) sameSite(c *fiber.Ctx) error {
	site, origin := c.Get("Sec-Fetch-Site"), c.Get("Origin")
	if site == "" && origin == "" {
		return crossSite
	}
	if site != "" && site != "same-origin" {
		return crossSite
	}
	if origin != "" && !s.ownOrigin(c, origin) {
		return crossSite
	}
	return nil
}

// ownOrigin compares an origin with the public address, or where there is none
// with the address that the browser asked for.
func (s *Site) ownOrigin(c *fiber.Ctx, origin string) bool {
	at, err := url.Parse(origin)
	if err != nil {
		return false
	}
	if s.PublicURL != nil {
		return at.Scheme == s.PublicURL.Scheme && at.Host == s.PublicURL.Host
	}
	return at.Host == string(c.Request().Host()) && s.ownScheme(at.Scheme)
}

// ownScheme reports whether pages are served under a scheme. A proxy may speak
// https to browsers while it speaks http to us.
func (s *Site) ownScheme(scheme string) bool {
	if s.Secure {
		return scheme == "https"
	}
	return scheme == "http" || scheme == "https" && len(s.Trusted) > 0
}

// sameToken compares the token of a form with the one it should hold.
func sameToken(c *fiber.Ctx, want string) error {
	got := c.Get("X-Jeton")
	if got == "" {
		got = c.FormValue(TokenField)
	}
	if want == "" || subtle.ConstantTimeCompare([]byte(got), []byte(want)) != 1 {
		return crossSite
	}
	return nil
}
