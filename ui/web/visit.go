package web

import (
	"errors"
	"net/url"
	"strings"
	"time"
	"unicode"

	"github.com/gofiber/fiber/v2"
	"github.com/valyala/fasthttp"
	"golang.org/x/text/unicode/norm"

	"preau/app/access"
)

// A Visit is one request of a person, with their session: nil for somebody who
// is not signed in, which only the pages mounted by Public see.
type Visit struct {
	*fiber.Ctx
	*Site
	Session *access.Session

	refusal  *access.Refusal
	unproved *access.Refusal // why the password that the form holds again is no proof
	streamed bool            // its body is read by the handler, piece by piece
	pace     *pace           // at which it is
	writing  string          // screen of the draft that its form is
}

// A Handler answers a visit.
type Handler func(*Visit) error

// A Router mounts handlers. It is the only way to: a route cannot forget to ask
// who is there, nor where the request comes from.
type Router struct {
	site *Site
	to   fiber.Router
	wrap func(Handler) fiber.Handler
}

// Public mounts handlers for everybody, signed in or not.
func (s *Site) Public(to fiber.Router) Router { return Router{s, to, s.public} }

// Signed mounts handlers for whoever is signed in.
func (s *Site) Signed(to fiber.Router) Router { return Router{s, to, s.signed} }

// Console mounts handlers for administrators.
func (s *Site) Console(to fiber.Router) Router { return Router{s, to, s.console} }

// Machine mounts what other machines tell us, such as a hook: no cookie of a
// browser gives any right there, and so nothing can be forged by one.
func (s *Site) Machine(to fiber.Router) Router { return Router{s, to, s.machine} }

// Get mounts a page.
func (r Router) Get(path string, h Handler) { r.to.Get(path, r.wrap(h)) }

// Post mounts an action.
func (r Router) Post(path string, h Handler) { r.to.Post(path, r.wrap(h)) }

// Upload mounts an action whose body is streamed: its handler reads it through
// Visit.Receive or Visit.ReceiveFiles, which compare the token.
func (r Router) Upload(path string, h Handler) {
	wrapped := r.wrap(h)
	r.to.Post(path, func(c *fiber.Ctx) error {
		c.Locals(streamedKey, true)
		return wrapped(c)
	})
}

const streamedKey = "streamed"

// FormBytes is the most that a form holds, but for those mounted by Upload.
const FormBytes = 1 << 20

// resume gives the visit its session, if its cookie opens one.
func (v *Visit) resume(extend bool) error {
	s, err := v.Appliance.Gate.Resume(v.cookie(v.Ctx, sessionCookie), v.From(v.Ctx), extend)
	v.Session = s
	return err
}

// Still reports whether the session is still open: what took long asks again
// before it acts.
func (v *Visit) Still() error { return v.resume(true) }

// Opens reports whether the header of a request bears an open session.
func (s *Site) Opens(h *fasthttp.RequestHeader) bool {
	_, err := s.Appliance.Gate.Resume(string(h.Cookie(s.cookieName(sessionCookie))), "", false)
	return err == nil
}

func (s *Site) visit(c *fiber.Ctx) *Visit {
	return &Visit{Ctx: c, Site: s, streamed: c.Locals(streamedKey) != nil}
}

func (s *Site) public(h Handler) fiber.Handler {
	return func(c *fiber.Ctx) error {
		v := s.visit(c)
		if err := v.resume(true); err != nil && access.KindOf(err) != access.Anonymous {
			return err
		}
		if err := v.guard(s.formToken(c)); err != nil {
			return err
		}
		return h(v)
	}
}

func (s *Site) machine(h Handler) fiber.Handler {
	return func(c *fiber.Ctx) error {
		if n := c.Request().Header.ContentLength(); n > FormBytes || n < 0 {
			return fiber.ErrRequestEntityTooLarge
		}
		return h(s.visit(c))
	}
}

func (s *Site) signed(h Handler) fiber.Handler {
	return func(c *fiber.Ctx) error {
		v := s.visit(c)
		if err := v.resume(!v.Background()); err != nil {
			return err
		}
		if err := v.guard(v.Session.CSRF); err != nil {
			return err
		}
		if err := v.prove(); err != nil {
			return err
		}
		return h(v)
	}
}

// prove gives the session the proof that a form holds, if it holds one: what
// takes a recent one is decided below. The browser gets the new token at once.
func (v *Visit) prove() error {
	if v.Method() != fiber.MethodPost || v.streamed {
		return nil
	}
	password := v.FormValue(access.ProofField)
	if password == "" {
		return nil
	}
	token, err := v.Session.Prove(v.Context(), password)
	if kind := access.KindOf(err); err != nil && (kind == access.Invalid || kind == access.Throttled) {
		errors.As(err, &v.unproved)
		v.Session.Proved = time.Time{} // whoever types a wrong one proves nothing, however recent the last
		return nil
	}
	if err != nil {
		return err
	}
	v.setCookie(v.Ctx, sessionCookie, token, 0)
	return nil
}

func (s *Site) console(h Handler) fiber.Handler {
	return s.signed(func(v *Visit) error {
		switch {
		case v.Session.Super != "":
			return &access.Refusal{Kind: access.Missing, Says: access.AdminLogin}
		case !v.Session.Administers():
			return &access.Refusal{Kind: access.Missing, Says: NotAdministrator}
		}
		return h(v)
	})
}

// NotAdministrator is what somebody reads who administers nothing.
const NotAdministrator = "La console d’administration est réservée aux administrateurs. Votre compte ouvre l’ENT."

// guard refuses an unsafe request that does not come from a page of ours.
func (v *Visit) guard(token string) error {
	if m := v.Method(); m == fiber.MethodGet || m == fiber.MethodHead {
		return nil
	}
	if err := v.sameSite(v.Ctx); err != nil {
		return err
	}
	if v.Session != nil {
		token = v.Session.CSRF
	}
	if v.streamed {
		return nil
	}
	if n := v.Request().Header.ContentLength(); n > FormBytes || n < 0 {
		return fiber.ErrRequestEntityTooLarge
	}
	return sameToken(v.Ctx, token)
}

// Background reports whether a script asked, and not the person: it must not
// make their session last.
func (v *Visit) Background() bool {
	return v.Ctx.Get("X-Preau-Fond") != "" || v.Ctx.Get(fiber.HeaderAccept) == "text/event-stream"
}

// formToken is the token of forms for people who are not signed in: a cookie of
// their browser, sealed.
func (s *Site) formToken(c *fiber.Ctx) string {
	sealed := s.cookie(c, formCookie)
	if value := s.unseal(formCookie, sealed); value != "" {
		return s.mark("jeton", value)
	}
	return ""
}

// Token is what the forms of the page must hold.
func (v *Visit) Token() string {
	if v.Session != nil {
		return v.Session.CSRF
	}
	if token := v.formToken(v.Ctx); token != "" {
		return token
	}
	value := v.Appliance.Store.ID() + v.Appliance.Store.ID()
	v.setCookie(v.Ctx, formCookie, v.seal(formCookie, value), 0)
	return v.mark("jeton", value)
}

// Form returns a field of the form, in composed characters, without spaces
// around nor control characters inside.
func (v *Visit) Form(name string) string { return Clean(v.FormValue(name)) }

// Each returns the values of a field that the form may hold many times.
func (v *Visit) Each(name string) (values []string) {
	for _, value := range v.Context().PostArgs().PeekMulti(name) {
		values = append(values, Clean(string(value)))
	}
	return values
}

// Ask returns a parameter of the address, cleaned likewise.
func (v *Visit) Ask(name string) string { return Clean(v.Query(name)) }

// Part returns a part of the path, decoded. What would have to be cleaned names
// nothing, and is "".
func (v *Visit) Part(name string) string {
	value, err := url.PathUnescape(v.Params(name))
	if err != nil || value != Clean(value) {
		return ""
	}
	return value
}

// longestField is the most of a field, in bytes: more than the longest text, of
// 10,000 characters, whatever they are; one that is too long is told so.
const longestField = 44_000

// Clean makes text of what somebody typed.
func Clean(text string) string {
	if len(text) > longestField {
		text = text[:longestField]
	}
	text = strings.Map(func(r rune) rune {
		if r == '\n' || r == '\t' {
			return r
		}
		if unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) || r == unicode.ReplacementChar || r == '\u200b' {
			return -1
		}
		return r
	}, text)
	return strings.TrimSpace(norm.NFC.String(text))
}

// Again answers a form that was refused: the page once more, with what was
// typed and what is wrong. Any other failure is returned as it is.
func (v *Visit) Again(err error, page Handler) error {
	switch kind := access.KindOf(err); kind {
	case access.Invalid, access.Stale, access.Throttled, access.Overloaded:
		errors.As(err, &v.refusal)
		if v.unproved != nil && v.refusal.Fields[access.ProofField] != "" {
			v.refusal = &access.Refusal{Kind: access.Invalid, Says: v.refusal.Says, Fields: map[string]string{access.ProofField: beside(v.unproved)}}
		}
		if kind == access.Overloaded {
			retryAfter(v.Ctx, v.refusal)
		}
		v.Status(statusOf[kind])
		return page(v)
	}
	return err
}

// beside is the sentence of a refused proof, for its field.
func beside(r *access.Refusal) string {
	if says := r.Fields[access.ProofField]; says != "" {
		return says
	}
	return r.Says
}

// Refuse has the page say what is wrong with what was asked of it, in its address.
func (v *Visit) Refuse(r *access.Refusal) { v.refusal = r }

// Refused is why the form that the page shows again was refused, nil at first.
func (v *Visit) Refused() *access.Refusal { return v.refusal }

// Typed returns a field as the person typed it if a form that has it was refused,
// and the stored value otherwise: the page may hold several forms.
func (v *Visit) Typed(name, stored string) string {
	typed := v.FormValue(name)
	if v.refusal == nil || typed == "" && !v.Request().PostArgs().Has(name) {
		return stored
	}
	return typed
}

// Done sends the browser on to a page of ours, with a message shown once.
func (v *Visit) Done(path, message string) error {
	if message != "" {
		v.Tell(message)
	}
	return v.Redirect(OwnPath(path), fiber.StatusSeeOther)
}

// Tell makes the next page show a message, once.
func (v *Visit) Tell(message string) {
	v.setCookie(v.Ctx, flashCookie, v.seal(flashCookie, message), time.Minute)
}

// flash is the message of the action before this page, shown once.
func (v *Visit) flash() string {
	sealed := v.cookie(v.Ctx, flashCookie)
	if sealed == "" {
		return ""
	}
	v.dropCookie(v.Ctx, flashCookie)
	return v.unseal(flashCookie, sealed)
}

// OwnPath returns a path of this site, or "/" when what is given leads elsewhere.
func OwnPath(path string) string {
	u, err := url.Parse(path)
	if err != nil || u.IsAbs() || u.Host != "" || !strings.HasPrefix(path, "/") || strings.HasPrefix(path, "//") || strings.ContainsAny(path, "\\\r\n\t") {
		return "/"
	}
	return path
}

// SignIn gives the browser its session and its device.
func (v *Visit) SignIn(signed *access.Signed) {
	v.setCookie(v.Ctx, sessionCookie, signed.Token, 0)
	v.setCookie(v.Ctx, deviceCookie, signed.Device, 90*24*time.Hour)
	v.Session = signed.Session
}

// Device is the token by which an account may know this browser.
func (v *Visit) Device() string { return v.cookie(v.Ctx, deviceCookie) }

// SignOut takes the session from the browser, and what it kept of its pages.
func (v *Visit) SignOut() {
	v.dropCookie(v.Ctx, sessionCookie)
	v.Set("Clear-Site-Data", `"cache"`)
}
