package ui

import (
	"bufio"
	"context"
	"crypto/rand"
	"errors"
	"io"
	"io/fs"
	"net"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/rs/zerolog"

	"preau/app"
	"preau/app/access"
	"preau/app/demo"
	"preau/app/directory"
	"preau/app/format/guestcsv"
	"preau/app/post"
	"preau/data"
	"preau/ui/web"
)

// scratch holds what the tests share; TestMain removes it.
var scratch string

func TestMain(m *testing.M) {
	dir, err := os.MkdirTemp("", "preau-ui-")
	if err != nil {
		panic(err)
	}
	scratch = dir
	code := m.Run()
	os.RemoveAll(dir)
	os.Exit(code)
}

// filled is the directory of a small demo, made once and copied for each test.
var filled = sync.OnceValues(func() (dir string, err error) {
	dir = filepath.Join(scratch, "demo")
	clock := &demo.Clock{}
	a, err := app.Open(app.Config{Dir: dir, Now: clock.Now, Log: zerolog.Nop()})
	if err != nil {
		return "", err
	}
	err = demo.Fill(context.Background(), a, clock, demo.Config{Users: 1200, Seed: 1}, io.Discard)
	return dir, errors.Join(err, a.Close())
})

// A clock moves only when told.
type clock struct {
	mu sync.Mutex
	t  time.Time
}

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.t
}

func (c *clock) pass(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.t = c.t.Add(d)
}

// A house is an appliance served on a port of this machine, with a clock of its
// own and no job: nothing is written but what requests write.
type house struct {
	t      *testing.T
	app    *app.App
	site   *web.Site
	server *fiber.App
	base   string
	clock  *clock
	log    *buffer
	step   string // token of the pass that the next deed goes on with
}

type buffer struct {
	mu sync.Mutex
	b  []byte
}

func (b *buffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.b = append(b.b, p...)
	return len(p), nil
}

func (b *buffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return string(b.b)
}

// newHouse serves a copy of the demo, checked whole at the end.
func newHouse(t *testing.T) *house {
	t.Helper()
	from, err := filled()
	if err != nil {
		t.Fatal(err)
	}
	dir := filepath.Join(t.TempDir(), "demo")
	if err := copyDir(from, dir); err != nil {
		t.Fatal(err)
	}
	return openHouse(t, dir)
}

// openHouse serves what is in a directory.
func openHouse(t *testing.T, dir string) *house {
	t.Helper()
	h := &house{t: t, clock: &clock{t: time.Now().UTC().Truncate(time.Second)}, log: &buffer{}}
	var err error
	if h.app, err = app.Open(app.Config{Dir: dir, Now: h.clock.now, Rand: rand.Reader, Log: zerolog.New(h.log)}); err != nil {
		t.Fatal(err)
	}
	if h.site, err = (Listening{Listen: "127.0.0.1:0"}).site(h.app); err != nil {
		t.Fatal(err)
	}
	h.serve(func() error {
		return errors.Join(h.app.Store.Check(func(problem string) { t.Error(problem) }), h.app.Close())
	})
	return h
}

// serve answers on a port until the end of the test, then does what ends it.
func (h *house) serve(end func() error) {
	h.t.Helper()
	h.server = NewServer(h.site)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		h.t.Fatal(err)
	}
	h.base = "http://" + listener.Addr().String()
	ended := make(chan error, 1)
	go func() { ended <- h.server.Listener(listener) }()
	h.visitor().get("/sante") // it must have begun, to be stopped
	h.t.Cleanup(func() {
		err := errors.Join(h.site.EndStreams(), h.server.ShutdownWithTimeout(5*time.Second), <-ended, end())
		if err != nil {
			h.t.Error(err)
		}
		if strings.Contains(h.log.String(), "panique") {
			h.t.Error(h.log)
		}
	})
}

func copyDir(from, to string) error {
	return filepath.WalkDir(from, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(from, path)
		switch {
		case err != nil:
			return err
		case d.IsDir():
			return os.MkdirAll(filepath.Join(to, rel), 0o700)
		case !d.Type().IsRegular(), d.Name() == "reserve":
			return nil
		}
		b, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		return os.WriteFile(filepath.Join(to, rel), b, 0o600)
	})
}

// A person is a browser without a screen: it keeps cookies and does not follow.
type person struct {
	*http.Client
	h     *house
	login string
	token string // of the session's forms
}

// An answer is what a request brought back.
type answer struct {
	Status int
	Body   string
	http.Header
}

// visitor is nobody yet.
func (h *house) visitor() *person {
	h.t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		h.t.Fatal(err)
	}
	return &person{h: h, Client: &http.Client{Jar: jar, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}}
}

// enter signs somebody of the demo in; "" is nobody.
func (h *house) enter(login string) *person {
	h.t.Helper()
	p := h.visitor()
	p.login = login
	p.token = p.tokenOf("/connexion")
	if login == "" {
		return p
	}
	if got := p.post("/connexion", url.Values{"login": {login}, "mot-de-passe": {demo.Password}}); got.Status != http.StatusSeeOther {
		h.t.Fatalf("sign-in of %s: %d", login, got.Status)
	}
	p.token = p.tokenOf("/")
	return p
}

var tokenField = regexp.MustCompile(`name="jeton" value="([^"]+)"`)

// tokenOf reads the token of the forms of a page.
func (p *person) tokenOf(path string) string {
	p.h.t.Helper()
	got := p.get(path)
	m := tokenField.FindStringSubmatch(got.Body)
	if m == nil {
		p.h.t.Fatalf("no token in %s: %d %s", path, got.Status, got.Body)
	}
	return m[1]
}

func (p *person) get(path string, headers ...string) answer {
	p.h.t.Helper()
	return p.send(http.MethodGet, path, nil, headers...)
}

// post sends a form as a page of ours would.
func (p *person) post(path string, form url.Values, headers ...string) answer {
	p.h.t.Helper()
	return p.send(http.MethodPost, path, strings.NewReader(p.signed(form).Encode()), append(p.ours("application/x-www-form-urlencoded"), headers...)...)
}

// signed is a form with the person's token, unless it holds one.
func (p *person) signed(form url.Values) url.Values {
	full := url.Values{}
	for k, v := range form {
		full[k] = v
	}
	if !full.Has(web.TokenField) {
		full.Set(web.TokenField, p.token)
	}
	return full
}

// ours are the headers that a browser sends with a form of ours.
func (p *person) ours(kind string) []string {
	return []string{"Content-Type", kind, "Origin", p.h.base, "Sec-Fetch-Site", "same-origin"}
}

// send sends a request; an empty header is none. Of a stream it reads the first
// lines only.
func (p *person) send(method, path string, body io.Reader, headers ...string) answer {
	p.h.t.Helper()
	ctx, stop := context.WithTimeout(context.Background(), time.Minute)
	defer stop()
	req, err := http.NewRequestWithContext(ctx, method, p.h.base+path, body)
	if err != nil {
		p.h.t.Fatal(err)
	}
	for i := 0; i < len(headers); i += 2 {
		req.Header.Del(headers[i])
		if headers[i+1] != "" {
			req.Header.Set(headers[i], headers[i+1])
		}
	}
	res, err := p.Do(req)
	if err != nil {
		p.h.t.Fatalf("%s %s: %v", method, path, err)
	}
	defer res.Body.Close()
	var text []byte
	if strings.HasPrefix(res.Header.Get("Content-Type"), "text/event-stream") {
		if method != http.MethodHead {
			text, err = bufio.NewReader(res.Body).ReadBytes('\n')
		}
	} else {
		text, err = io.ReadAll(res.Body)
	}
	if err != nil {
		p.h.t.Fatalf("%s %s: %v", method, path, err)
	}
	return answer{res.StatusCode, string(text), res.Header}
}

// A silence is a stretch of time in which nothing may be written.
type silence struct {
	h       *house
	changed <-chan struct{}
}

// listen begins one.
func (h *house) listen() silence { return silence{h, h.app.Store.Changed()} }

// broken reports whether anything was committed since.
func (s silence) broken() bool {
	select {
	case <-s.changed:
		return true
	default:
		return false
	}
}

// events is how many there are in the journal.
func (h *house) events() (n uint64) {
	h.t.Helper()
	h.see(func(tx *data.Tx) error {
		n = data.LastEvent(tx)
		return nil
	})
	return n
}

// see reads as the appliance does.
func (h *house) see(fn func(*data.Tx) error) {
	h.t.Helper()
	if err := h.app.Gate.System("essai").See(fn); err != nil {
		h.t.Fatal(err)
	}
}

// account is that of a login.
func (h *house) account(login string) (a access.Account) {
	h.t.Helper()
	h.see(func(tx *data.Tx) (err error) {
		a, err = access.AccountsByLogin.Get(tx, login)
		return err
	})
	return a
}

// school is the nth establishment that somebody administers.
func (h *house) school(login string, n int) string {
	h.t.Helper()
	var uais []string
	h.see(func(tx *data.Tx) error {
		a, err := access.AccountsByLogin.Get(tx, login)
		if err != nil {
			return err
		}
		for g, err := range access.GrantsByAccount.All(tx, a.ID) {
			if err != nil {
				return err
			}
			uais = append(uais, directory.UAIOf(g.In))
		}
		return nil
	})
	slices.Sort(uais)
	if n >= len(uais) {
		h.t.Fatalf("%s administers %v", login, uais)
	}
	return uais[n]
}

// people are those of a profile who belong to one establishment and no other,
// and are neither suspended nor deleted nor named by the demo.
func (h *house) people(uai string, profile directory.Profile) (all []directory.User) {
	h.t.Helper()
	named := []string{"lucas.martin", "anne.martin", "julien.petit", "claire.moreau", "sophie.girard", "helene.rousseau", "invite.demo"}
	h.see(func(tx *data.Tx) error {
		for u, err := range directory.Users.All(tx) {
			if err != nil {
				return err
			}
			if u.Profile == profile && len(u.Attachments) == 1 && u.Attachments[0].UAI() == uai && u.SuspendedAt.IsZero() && u.DeletedAt.IsZero() && !slices.Contains(named, u.Login.Value()) {
				all = append(all, u)
			}
		}
		return nil
	})
	if len(all) == 0 {
		h.t.Fatalf("no %s in %s", profile, uai)
	}
	return all
}

// user reads somebody again.
func (h *house) user(id string) (u directory.User) {
	h.t.Helper()
	h.see(func(tx *data.Tx) (err error) {
		u, err = directory.Users.Get(tx, id)
		return err
	})
	return u
}

// report writes the report of an import of one establishment, with nothing to
// apply, a mail, a file of guests and a mass action on nobody, and returns the
// identifier of all.
func (h *house) report(uai string) string {
	h.t.Helper()
	s := h.app.Gate.System("essai")
	place, err := directory.PlaceOfUAI(s, uai)
	if err != nil {
		h.t.Fatal(err)
	}
	im := directory.Import{ID: h.app.Store.ID(), At: s.Now(), Kind: "complet", Date: "2026-09-01", State: directory.ImportDone, In: []data.Place{place}}
	m := post.Mail{ID: im.ID, To: "anne.martin@exemple.example", Subject: "Un essai", Lines: []string{"Rien à faire."}, At: im.At, State: post.Kept}
	act := directory.MassAction{ID: im.ID, Kind: directory.MassSuspend, At: place, Filter: directory.Filter{Profile: directory.Student}, State: directory.MassDone}
	guests := directory.GuestImport{ID: im.ID, Place: place, At: s.Now(), Name: "liste.csv", Lines: []guestcsv.Line{{N: 1, LastName: "Vasseur", FirstName: "Luc", Email: "luc.vasseur@exemple.example", Birth: "12/03/1985"}}}
	if err := s.Upkeep(func(tx *data.Tx) error {
		return errors.Join(directory.Imports.Put(tx, im), post.Mails.Put(tx, m), directory.MassActions.Put(tx, act), directory.GuestImports.Put(tx, guests))
	}); err != nil {
		h.t.Fatal(err)
	}
	asked.Store(im.ID, h.asked("lucas.martin", "Messagerie vide"))
	return im.ID
}

// administer makes the two administrators of an establishment that addresses are
// about beside a pupil: see administratorOf.
func (h *house) administer(uai, pupil string) {
	h.t.Helper()
	s := h.app.Gate.System("essai")
	place, err := directory.PlaceOfUAI(s, uai)
	if err != nil {
		h.t.Fatal(err)
	}
	for _, id := range []string{"admin-" + pupil, "local-" + pupil} {
		a := access.Account{ID: id, Login: strings.ToLower(id), Name: "ESSAI " + id, Profile: access.AdminProfile, At: []data.Place{place}, Email: strings.ToLower(id) + "@exemple.example"}
		g := access.Grant{ID: id, Account: id, Role: access.LocalAdmin, In: place, ByName: "DUBOIS Marc", At: s.Now()}
		if id == "admin-"+pupil {
			g.ID = grantOf(pupil)
		}
		h.write(a, func(tx *data.Tx) error { return errors.Join(access.Accounts.Put(tx, a), access.Grants.Put(tx, g)) })
	}
}

// write changes rows as the appliance does.
func (h *house) write(about data.Row, fn func(*data.Tx) error) {
	h.t.Helper()
	err := h.app.Store.Update(data.System("essai"), data.Action{Key: "essai", Says: "Essai"}, func(tx *data.Tx) (data.Row, error) { return about, fn(tx) })
	if err != nil {
		h.t.Fatal(err)
	}
}

// broken serves a copy of the same appliance whose store is closed.
func (h *house) broken() *house {
	h.t.Helper()
	b := &house{t: h.t, clock: h.clock, log: &buffer{}}
	dir := h.t.TempDir()
	err := copyDir(h.app.Dir(), dir)
	if err == nil {
		b.app, err = app.Open(app.Config{Dir: dir, Now: h.clock.now, Rand: rand.Reader, Log: zerolog.New(b.log)})
	}
	if err == nil {
		b.site, err = Listening{Listen: "127.0.0.1:0"}.site(b.app)
	}
	if err == nil {
		err = b.app.Close()
	}
	if err != nil {
		h.t.Fatal(err)
	}
	b.serve(func() error { return nil })
	return b
}
