package web

import (
	"bytes"
	"cmp"
	"crypto/subtle"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"sync"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/valyala/fasthttp"

	"preau/app/access"
)

// uploadTime is how long an upload may take: 512 MiB over a slow line.
const uploadTime = 30 * time.Minute

// patience is how long a browser may send nothing of an upload, and how long an
// upload waits for a place.
const patience = 30 * time.Second

// slowest is the slowest line, in bytes per second, that an upload may hold a
// place for.
const slowest = 32 << 10

// parts are the parts of a form as they come. From here on the request is an
// ordinary form, empty at first: its body is read by nobody else.
func (v *Visit) parts() (*multipart.Reader, error) {
	kind := v.Ctx.Get(fiber.HeaderContentType)
	v.Request().Header.SetContentType(fiber.MIMEOctetStream)
	v.Request().PostArgs()
	full, params, err := mime.ParseMediaType(kind)
	if err != nil || full != fiber.MIMEMultipartForm || params["boundary"] == "" {
		return nil, &access.Refusal{Kind: access.Malformed, Says: "Choisissez un fichier, puis recommencez."}
	}
	body := v.Context().RequestBodyStream()
	if body == nil {
		body = bytes.NewReader(v.Body())
	}
	v.pace = &pace{Reader: body, ctx: v.Context(), patience: cmp.Or(v.Patience, patience), from: time.Now()}
	return multipart.NewReader(v.pace, params["boundary"]), nil
}

// holds reports whether a form holds the token of the session.
func (v *Visit) holds(token string) bool {
	return v.Session != nil && subtle.ConstantTimeCompare([]byte(token), []byte(v.Session.CSRF)) == 1
}

var notOurs = &access.Refusal{Kind: access.Malformed, Says: "Ce formulaire n’est pas celui de l’ENT : rechargez la page, puis recommencez."}

func interrupted(err error) error {
	return &access.Refusal{Kind: access.Malformed, Says: "L’envoi du fichier a été interrompu. Recommencez.", Err: err}
}

// cut makes a refusal of the end of a form in the midst of a part: the browser
// stopped there, and that is no fault of ours.
func cut(err error) error {
	if errors.Is(err, io.ErrUnexpectedEOF) {
		return interrupted(err)
	}
	return err
}

// A pace reads what a browser sends for as long as it sends, not too slowly.
// That it stops is no fault of ours.
type pace struct {
	io.Reader
	ctx      *fasthttp.RequestCtx
	patience time.Duration
	from     time.Time
	n        int64 // bytes read since
	left     int64 // bytes that may still come, where past is not nil
	past     error // what more than that is refused with
}

func (p *pace) Read(b []byte) (int, error) {
	until := time.Now()
	if late := p.from.Add(time.Duration(p.n) * time.Second / slowest); late.Before(until) {
		until = late
	}
	until = until.Add(p.patience)
	if last := p.from.Add(uploadTime); last.Before(until) {
		until = last
	}
	err := p.ctx.SetReadDeadline(until)
	if err != nil {
		return 0, interrupted(err)
	}
	n, err := p.Reader.Read(b)
	p.n += int64(n)
	if p.left -= int64(n); p.left < 0 && p.past != nil {
		return 0, p.past
	}
	if err != nil && err != io.EOF {
		err = interrupted(err)
	}
	return n, err
}

// places bounds the uploads that are received at once, of each person and of
// the whole appliance.
type places struct {
	mu   sync.Mutex
	of   map[string]int
	free chan struct{}
}

const (
	placesEach = 2
	placesAll  = 4
)

func newPlaces() *places {
	return &places{of: map[string]int{}, free: make(chan struct{}, placesAll)}
}

// place waits for a place to receive a file in, and returns what gives it back.
func (v *Visit) place() (leave func(), err error) {
	p, who := v.places, v.Session.Account.ID
	if !p.count(who, 1) {
		return nil, &access.Refusal{Kind: access.Overloaded, Wait: time.Minute, Says: "Deux de vos envois sont déjà en cours\u00a0: attendez qu’ils finissent, puis recommencez."}
	}
	wait := time.NewTimer(cmp.Or(v.Patience, patience))
	defer wait.Stop()
	select {
	case p.free <- struct{}{}:
		v.pace.from, v.pace.n = time.Now(), 0
		return sync.OnceFunc(func() {
			<-p.free
			p.count(who, -1)
		}), nil
	case <-wait.C:
		p.count(who, -1)
		return nil, &access.Refusal{Kind: access.Overloaded, Wait: time.Minute, Says: "Plusieurs fichiers sont déjà en cours d’envoi\u00a0: réessayez dans quelques minutes."}
	}
}

// count adds to the places that somebody holds or waits for, if they may.
func (p *places) count(who string, n int) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.of[who]+n > placesEach {
		return false
	}
	if p.of[who] += n; p.of[who] == 0 {
		delete(p.of, who)
	}
	return true
}
