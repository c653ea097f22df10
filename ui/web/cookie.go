package web

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"
)

// Names of the appliance's cookies: each carries the instance, so that several
// appliances on one host do not sign each other out.
const (
	sessionCookie = "session"
	deviceCookie  = "appareil"
	flashCookie   = "message"
	formCookie    = "formulaire"
	themeCookie   = "theme"
	stepCookie    = "etape"
)

// cookieName is the full name of a cookie.
func (s *Site) cookieName(name string) string {
	full := "preau-" + s.instance + "-" + name
	if s.Secure {
		return "__Host-" + full
	}
	return full
}

func (s *Site) cookie(c *fiber.Ctx, name string) string { return c.Cookies(s.cookieName(name)) }

func (s *Site) setCookie(c *fiber.Ctx, name, value string, life time.Duration) {
	cookie := fasthttpCookie(s.cookieName(name), value, s.Secure)
	if life != 0 {
		cookie.Expires = s.Appliance.Gate.Store().Now().Add(life)
		cookie.MaxAge = int(life / time.Second)
	}
	c.Cookie(cookie)
}

func fasthttpCookie(name, value string, secure bool) *fiber.Cookie {
	return &fiber.Cookie{Name: name, Value: value, Path: "/", HTTPOnly: true, Secure: secure, SameSite: fiber.CookieSameSiteLaxMode}
}

func (s *Site) dropCookie(c *fiber.Ctx, name string) { s.setCookie(c, name, "", -time.Hour) }

// seal signs a value for a use, so that a browser can keep it and not make it.
func (s *Site) seal(use, value string) string {
	return base64.RawURLEncoding.EncodeToString([]byte(value)) + "." + s.mark(use, value)
}

// unseal returns the value that seal signed, or "".
func (s *Site) unseal(use, sealed string) string {
	encoded, mark, _ := strings.Cut(sealed, ".")
	value, err := base64.RawURLEncoding.DecodeString(encoded)
	if err != nil || !hmac.Equal([]byte(mark), []byte(s.mark(use, string(value)))) {
		return ""
	}
	return string(value)
}

func (s *Site) mark(use, value string) string {
	h := hmac.New(sha256.New, s.Appliance.Key())
	h.Write([]byte(use + "\x00" + value))
	return base64.RawURLEncoding.EncodeToString(h.Sum(nil))
}
