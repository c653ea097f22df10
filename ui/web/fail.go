package web

import (
	"errors"
	"html"
	"net/url"
	"strconv"
	"time"

	"github.com/gofiber/fiber/v2"

	"preau/app/access"
)

// statusOf gives each kind of refusal its HTTP status.
var statusOf = map[access.Kind]int{
	access.Internal:   fiber.StatusInternalServerError,
	access.Malformed:  fiber.StatusBadRequest,
	access.Invalid:    fiber.StatusUnprocessableEntity,
	access.Stale:      fiber.StatusConflict,
	access.Missing:    fiber.StatusNotFound,
	access.Forbidden:  fiber.StatusForbidden,
	access.CrossSite:  fiber.StatusForbidden,
	access.TooLarge:   fiber.StatusRequestEntityTooLarge,
	access.Throttled:  fiber.StatusTooManyRequests,
	access.Overloaded: fiber.StatusServiceUnavailable,
	access.Full:       fiber.StatusInsufficientStorage,
}

// Fail answers every request that ended in an error, with a whole page.
func (s *Site) Fail(c *fiber.Ctx, err error) error {
	s.Protect(&c.Response().Header)
	refusal := refusalOf(err)
	if refusal.Kind == access.Anonymous {
		return s.toSignIn(c)
	}
	page := FailurePage{Status: statusFor(refusal, err), Says: refusal.Says}
	switch refusal.Kind {
	case access.Internal:
		page.Reference = s.Appliance.Store.ID()[:8]
		s.Appliance.Log().Error().Err(err).Str("référence", page.Reference).Str("méthode", c.Method()).Str("chemin", c.Path()).Msg("requête en échec")
	case access.Throttled, access.Overloaded:
		retryAfter(c, refusal)
	}
	v := s.visit(c)
	if err := v.resume(false); err != nil {
		v.Session = nil
	}
	c.Status(page.Status)
	if err := v.ShowSimple("simple/failure", "Page indisponible", page); err != nil {
		return barePage(c, page) // the store itself does not answer
	}
	return nil
}

// retryAfter tells the browser when to try again.
func retryAfter(c *fiber.Ctx, r *access.Refusal) {
	c.Set(fiber.HeaderRetryAfter, strconv.Itoa(int(max(r.Wait, time.Second)/time.Second)))
}

// barePage says why a page is not shown with nothing else than these words.
func barePage(c *fiber.Ctx, page FailurePage) error {
	c.Set(fiber.HeaderContentType, fiber.MIMETextHTMLCharsetUTF8)
	return c.SendString("<!doctype html>\n<html lang=\"fr\"><head><meta charset=\"utf-8\"><title>Page indisponible</title></head>\n<body><h1>Page indisponible</h1>\n<p>" +
		html.EscapeString(page.Says) + "</p>\n<p>Référence : <code>" + page.Reference + "</code></p></body></html>\n")
}

// statusFor is the status of a refusal, or that of the server where it says
// more: of a header too long, of a request that came too slowly.
func statusFor(refusal *access.Refusal, err error) int {
	var routing *fiber.Error
	if errors.As(err, &routing) && (routing.Code == fiber.StatusRequestHeaderFieldsTooLarge || routing.Code == fiber.StatusRequestTimeout) {
		return routing.Code
	}
	return statusOf[refusal.Kind]
}

// A FailurePage says why a page is not shown, and what to do.
type FailurePage struct {
	Status    int
	Says      string
	Reference string // of the line in the log, for what is our fault
}

// refusalOf makes a refusal of any error.
func refusalOf(err error) *access.Refusal {
	if r, ok := errors.AsType[*access.Refusal](err); ok {
		return r
	}
	var routing *fiber.Error
	if !errors.As(err, &routing) {
		return &access.Refusal{Kind: access.Internal, Says: "Une erreur est survenue ; elle est notée. Réessayez, et si elle revient, donnez la référence ci-dessous à l’assistance."}
	}
	switch routing.Code {
	case fiber.StatusNotFound, fiber.StatusMethodNotAllowed:
		return access.NotFound().(*access.Refusal)
	case fiber.StatusRequestEntityTooLarge:
		return &access.Refusal{Kind: access.TooLarge, Says: "Ce qui a été envoyé est trop volumineux."}
	case fiber.StatusRequestHeaderFieldsTooLarge:
		return &access.Refusal{Kind: access.Malformed, Says: "L’adresse ou les cookies de la demande sont trop longs. Effacez les cookies de ce site, puis recommencez."}
	case fiber.StatusRequestTimeout:
		return &access.Refusal{Kind: access.Malformed, Says: "La demande a mis trop de temps à arriver. Recommencez."}
	}
	return &access.Refusal{Kind: access.Malformed, Says: "La demande du navigateur est incompréhensible. Revenez à la page d’accueil."}
}

// toSignIn sends whoever is not signed in to the sign-in page, and back after.
func (s *Site) toSignIn(c *fiber.Ctx) error {
	if c.Get(fiber.HeaderAccept) == "text/event-stream" || c.Get("X-Preau-Fond") != "" {
		return c.SendStatus(fiber.StatusUnauthorized)
	}
	to := "/connexion"
	if c.Method() == fiber.MethodGet && c.Path() != "/" {
		to += "?vers=" + url.QueryEscape(c.OriginalURL())
	}
	return c.Redirect(to, fiber.StatusSeeOther)
}
