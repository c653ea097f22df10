package ui

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/valyala/fasthttp"

	"preau/app"
	"preau/app/format/attachment"
	"preau/ui/console"
	"preau/ui/web"
)

// beside serves the site again, with routes under /incidents/essai that are no
// part of it.
func (h *house) beside(mount func(web.Router)) {
	h.t.Helper()
	server := NewServer(h.site)
	more := fiber.New(fiber.Config{Immutable: true, ErrorHandler: h.site.Fail})
	mount(h.site.Signed(more.Group("/incidents/essai")))
	site, own := server.Server().Handler, more.Handler()
	server.Server().Handler = func(ctx *fasthttp.RequestCtx) {
		if !bytes.HasPrefix(ctx.Path(), []byte("/incidents/essai")) {
			site(ctx)
			return
		}
		h.site.Protect(&ctx.Response.Header)
		own(ctx)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		h.t.Fatal(err)
	}
	h.base = "http://" + listener.Addr().String()
	ended := make(chan error, 1)
	go func() { ended <- server.Listener(listener) }()
	h.visitor().get("/sante")
	h.t.Cleanup(func() {
		if err := errors.Join(server.ShutdownWithTimeout(5*time.Second), <-ended); err != nil {
			h.t.Error(err)
		}
	})
}

// A piece is a field of a form, or a file where it has a name.
type piece struct{ field, name, content string }

// formOf writes a form as a browser would.
func formOf(t *testing.T, pieces ...piece) (*bytes.Buffer, string) {
	t.Helper()
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	for _, p := range pieces {
		var err error
		var to io.Writer
		if p.name == "" {
			to, err = w.CreateFormField(p.field)
		} else {
			to, err = w.CreateFormFile(p.field, strings.TrimPrefix(p.name, nameless))
		}
		if err == nil {
			_, err = io.WriteString(to, p.content)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return &b, w.FormDataContentType()
}

// nameless is the name of a piece that is an input left empty.
const nameless = "\x00"

// sendForm sends a form with the person's token first.
func (p *person) sendForm(path string, pieces ...piece) answer {
	p.h.t.Helper()
	body, kind := formOf(p.h.t, append([]piece{{web.TokenField, "", p.token}}, pieces...)...)
	return p.send(http.MethodPost, path, body, p.ours(kind)...)
}

// seen is what the handler of the tests received.
type seen struct {
	Summary, Typed, Missing, Wrong string
	Classes                        []string
	Taken                          bool // nobody else can read the form
	Files                          []web.SentFile
	Contents                       []string
}

// essay receives two files of 1 000 bytes at most, and says what it saw, or
// shows the form again.
func essay(v *web.Visit) error {
	page := func(v *web.Visit) error {
		_, err := v.Ctx.MultipartForm()
		s := seen{Taken: errors.Is(err, fasthttp.ErrNoMultipartForm), Typed: v.Typed("resume", "rien"), Missing: v.Typed("absent", "rien"), Classes: v.Each("classe")}
		if r := v.Refused(); r != nil {
			s.Wrong = r.Says + r.Fields["pieces"]
		}
		return v.JSON(s)
	}
	sent, err := v.ReceiveFiles(v.Appliance.Dir(), 2, 1000)
	if err != nil {
		return v.Again(err, page)
	}
	s := seen{Summary: v.Form("resume"), Missing: v.Form("absent"), Classes: v.Each("classe"), Files: sent.Files}
	for _, f := range sent.Files {
		content, err := os.ReadFile(f.Path)
		if err != nil {
			return err
		}
		s.Contents = append(s.Contents, string(content))
	}
	if err := sent.Close(); err != nil {
		return err
	}
	return v.JSON(s)
}

func see(t *testing.T, got answer) (s seen) {
	t.Helper()
	if err := json.Unmarshal([]byte(got.Body), &s); err != nil {
		t.Fatalf("%d %v\n%.500s", got.Status, err, got.Body)
	}
	return s
}

// left are the files that are being received.
func (h *house) left() []string {
	h.t.Helper()
	files, err := filepath.Glob(filepath.Join(h.app.Dir(), app.PartialPrefix+"*"))
	if err != nil {
		h.t.Fatal(err)
	}
	return files
}

// TestFormWithFiles: its fields are those of any form, its files are on the disk
// for as long as it is answered.
func TestFormWithFiles(t *testing.T) {
	h := newHouse(t)
	h.beside(func(r web.Router) { r.Upload("", essay) })
	lucas := h.enter("lucas.martin")
	got := lucas.sendForm("/incidents/essai", piece{"resume", "", " L’imprimante\x00 fume "}, piece{"classe", "", "3e B"}, piece{"pieces", nameless, ""}, piece{"pieces", `..\..\photo.png`, "un"}, piece{"pieces", "../photo.png", strings.Repeat("2", 1000)}, piece{"classe", "", "4e A"})
	s := see(t, got)
	if got.Status != http.StatusOK || s.Summary != "L’imprimante fume" || s.Missing != "" || !slices.Equal(s.Classes, []string{"3e B", "4e A"}) {
		t.Errorf("%d %+v", got.Status, s)
	}
	if len(s.Files) != 2 || s.Contents[0] != "un" || len(s.Contents[1]) != 1000 || s.Files[1].Size != 1000 {
		t.Errorf("%+v", s)
	}
	for _, f := range s.Files {
		if filepath.Dir(f.Path) != h.app.Dir() || strings.Contains(f.Path, "photo") || !strings.HasSuffix(f.Name, "photo.png") {
			t.Errorf("%+v", f)
		}
	}
	if s := see(t, lucas.sendForm("/incidents/essai", piece{"resume", "", "Sans fichier"}, piece{"pieces", nameless, ""})); s.Summary != "Sans fichier" || len(s.Files) > 0 {
		t.Errorf("%+v", s)
	}
	if left := h.left(); len(left) > 0 {
		t.Errorf("%v are left", left)
	}
}

// TestRefusedFiles: files that are refused are named, and what was typed with
// them is shown again, wherever it stands in the form.
func TestRefusedFiles(t *testing.T) {
	h := newHouse(t)
	h.beside(func(r web.Router) { r.Upload("", essay) })
	lucas := h.enter("lucas.martin")
	video := strings.Repeat("v", 3<<20)
	for name, c := range map[string]struct {
		pieces []piece
		says   []string
	}{
		"too large": {[]piece{{"pieces", "a.png", "a"}, {"pieces", "film<b>.mp4", video}}, []string{"film_b_.mp4"}},
		"by a byte": {[]piece{{"pieces", "a.png", video[:1001]}}, []string{"a.png", "1000\u00a0octets"}},
		"too many":  {[]piece{{"pieces", "a.png", "a"}, {"pieces", "b.png", "b"}, {"pieces", "c.png", "c"}, {"pieces", "d.png", video}}, []string{"c.png", "d.png", "2\u00a0fichiers"}},
		"both":      {[]piece{{"pieces", "a.png", video}, {"pieces", "b.png", "b"}, {"pieces", "c.png", "c"}}, []string{"a.png", "c.png"}},
	} {
		got := lucas.sendForm("/incidents/essai", append(append([]piece{{"classe", "", "3e B"}}, c.pieces...), piece{"resume", "", "Typé après"}, piece{"classe", "", "4e A"})...)
		s := see(t, got)
		if got.Status != http.StatusUnprocessableEntity || s.Typed != "Typé après" || !s.Taken || s.Missing != "rien" || len(s.Classes) != 2 {
			t.Errorf("%s: %d %+v", name, got.Status, s)
		}
		for _, says := range c.says {
			if !strings.Contains(strings.ReplaceAll(s.Wrong, "\u202f", ""), says) {
				t.Errorf("%s: %s, without %q", name, s.Wrong, says)
			}
		}
	}
	files := piece{"pieces", "a.png", "a"}
	token := piece{web.TokenField, "", lucas.token}
	many := []piece{token}
	for range 501 {
		many = append(many, piece{"classe", "", "x"})
	}
	for name, c := range map[string]struct {
		pieces []piece
		status int
	}{
		"no token":              {[]piece{{"resume", "", "x"}}, http.StatusForbidden},
		"no token, a file":      {[]piece{files}, http.StatusForbidden},
		"another's token":       {[]piece{{web.TokenField, "", "x"}, files}, http.StatusForbidden},
		"a token after a file":  {[]piece{files, token}, http.StatusForbidden},
		"as many fields":        {many, http.StatusRequestEntityTooLarge},
		"a field without end":   {[]piece{token, {"resume", "", video}}, http.StatusRequestEntityTooLarge},
		"fields without end":    {[]piece{token, {"resume", "", video[:600<<10]}, {"resume", "", video[:600<<10]}}, http.StatusRequestEntityTooLarge},
		"a long field, no more": {[]piece{token, {"resume", "", video[:900<<10]}, files}, http.StatusOK},
	} {
		body, kind := formOf(t, c.pieces...)
		if got := lucas.send(http.MethodPost, "/incidents/essai", body, lucas.ours(kind)...); got.Status != c.status {
			t.Errorf("%s: %d", name, got.Status)
		}
	}
	for _, kind := range []string{"application/x-www-form-urlencoded", "multipart/form-data", "multipart/mixed; boundary=x", "text/plain", ""} {
		if got := lucas.send(http.MethodPost, "/incidents/essai", strings.NewReader("jeton="+lucas.token), lucas.ours(kind)...); got.Status != http.StatusBadRequest {
			t.Errorf("%q: %d", kind, got.Status)
		}
	}
	if left := h.left(); len(left) > 0 {
		t.Errorf("%v are left", left)
	}
}

// TestCutForm sends the beginning of forms with a file: what was cut is refused as
// such, wherever it was, and is no failure of ours.
func TestCutForm(t *testing.T) {
	h := newHouse(t)
	claire := h.enter("claire.moreau")
	for _, path := range []string{"/console/imports", "/console/demandes"} {
		body, kind := formOf(t, piece{web.TokenField, "", claire.token}, piece{"resume", "", "Un essai"}, piece{"fichier", "annuaire.xml", strings.Repeat("<x>", 200)})
		for _, left := range []int{body.Len() / 4, body.Len() / 2, body.Len() - 80, body.Len() - 10} {
			got := claire.send(http.MethodPost, path, bytes.NewReader(body.Bytes()[:left]), claire.ours(kind)...)
			if got.Status != http.StatusBadRequest && got.Status != http.StatusUnprocessableEntity && got.Status != http.StatusForbidden {
				t.Errorf("%s cut at %d of %d: %d", path, left, body.Len(), got.Status)
			}
		}
	}
	if strings.Contains(h.log.String(), "requête en échec") {
		t.Error(h.log.String())
	}
}

// TestPlacesToSend: four files are received at once, two of one person; whoever
// finds no place is told when to come back, with what they typed.
func TestPlacesToSend(t *testing.T) {
	h := newHouse(t)
	h.site.Patience = 100 * time.Millisecond
	held, end := make(chan string), make(chan struct{})
	h.beside(func(r web.Router) {
		r.Upload("", essay)
		r.Upload("/long", func(v *web.Visit) error {
			sent, err := v.ReceiveFiles(v.Appliance.Dir(), 2, 1000)
			if err != nil {
				return err
			}
			held <- v.Session.Account.Login
			<-end
			return errors.Join(sent.Close(), v.SendStatus(http.StatusNoContent))
		})
	})
	file := piece{"pieces", "a.png", "a"}
	claire, lucas := h.enter("claire.moreau"), h.enter("lucas.martin")
	answers := make(chan answer, 4)
	hold := func(p *person) {
		go func() { answers <- p.sendForm("/incidents/essai/long", file) }()
		<-held
	}
	turnedAway := func(p *person, says string) {
		t.Helper()
		got := p.sendForm("/incidents/essai", piece{"resume", "", "Gardé"}, file, piece{"pieces", "b.png", strings.Repeat("b", 2<<20)})
		s := see(t, got)
		if got.Status != http.StatusServiceUnavailable || got.Get("Retry-After") != "60" || s.Typed != "Gardé" || !strings.Contains(s.Wrong, says) {
			t.Errorf("%s: %d %v %+v", p.login, got.Status, got.Header, s)
		}
	}
	hold(claire)
	hold(claire)
	turnedAway(claire, "Deux de vos envois")
	hold(h.enter("marc.dubois"))
	hold(h.enter("sophie.girard"))
	turnedAway(lucas, "Plusieurs fichiers")
	if s := see(t, lucas.sendForm("/incidents/essai", piece{"resume", "", "Sans fichier"})); s.Summary != "Sans fichier" {
		t.Errorf("a form without a file waits: %+v", s)
	}
	close(end)
	for range 4 {
		if got := <-answers; got.Status != http.StatusNoContent {
			t.Error(got.Status)
		}
	}
	for range 3 { // no place was lost
		if s := see(t, claire.sendForm("/incidents/essai", file)); len(s.Files) != 1 {
			t.Errorf("%+v", s)
		}
	}
}

// TestStalledUploads: browsers that stop in the middle of a file give their
// place back, and leave nothing.
func TestStalledUploads(t *testing.T) {
	h := newHouse(t)
	h.site.Patience = 200 * time.Millisecond
	h.beside(func(r web.Router) { r.Upload("", essay) })
	lucas, claire := h.enter("lucas.martin"), h.enter("claire.moreau")
	body, kind := formOf(t, piece{web.TokenField, "", lucas.token}, piece{"resume", "", strings.Repeat("r", 20<<10)}, piece{"pieces", "a.png", strings.Repeat("a", 900)})
	cookie := lucas.sessionOf()
	half := fmt.Sprintf("POST /incidents/essai HTTP/1.1\r\nHost: %s\r\nOrigin: %s\r\nCookie: %s=%s\r\nContent-Type: %s\r\nContent-Length: %d\r\n\r\n%s",
		strings.TrimPrefix(h.base, "http://"), h.base, cookie.Name, cookie.Value, kind, body.Len(), body.String()[:body.Len()-400])
	ended := make(chan string, 50)
	for range cap(ended) {
		go func() {
			conn, err := net.Dial("tcp", strings.TrimPrefix(h.base, "http://"))
			if err != nil {
				ended <- err.Error()
				return
			}
			defer conn.Close()
			conn.SetDeadline(time.Now().Add(time.Minute))
			io.WriteString(conn, half)
			res, _ := answerOf(conn)
			if res == nil {
				ended <- "no answer"
				return
			}
			ended <- res.Status
		}()
	}
	for range cap(ended) {
		if got := <-ended; !strings.HasPrefix(got, "400") && !strings.HasPrefix(got, "503") {
			t.Error(got)
		}
	}
	if left := h.left(); len(left) > 0 {
		t.Errorf("%v are left", left)
	}
	for _, p := range []*person{lucas, claire} {
		if s := see(t, p.sendForm("/incidents/essai", piece{"pieces", "a.png", "a"})); len(s.Files) != 1 {
			t.Errorf("%s: %+v", p.login, s)
		}
	}
}

// TestFormsWithFilesAreLong: of the forms of requests to the assistance only,
// with files, of whoever is signed in.
func TestFormsWithFilesAreLong(t *testing.T) {
	h := newHouse(t)
	own := h.enter("claire.moreau").sessionOf()
	const files = "multipart/form-data; boundary=limite"
	allowed := func(method, path, kind, session string) int {
		var header fasthttp.RequestHeader
		header.SetMethod(method)
		header.SetRequestURI(path)
		header.SetContentType(kind)
		header.SetCookie(own.Name, session)
		return allow(h.site)(&header).MaxRequestBodySize
	}
	for path, want := range map[string]int{
		"/incidents": web.FilesBytes, "/incidents/nouveau": web.FilesBytes, "/incidents/1/reponse?x=1": web.FilesBytes, "/console/demandes": web.FilesBytes, "/console/demandes/1/reponse": web.FilesBytes,
		"/incidentsx": web.FormBytes, "/console/demandesx": web.FormBytes, "/console/demande": web.FormBytes, "/theme": web.FormBytes, "/?/incidents/": web.FormBytes, "/x/incidents/1": web.FormBytes, "//incidents": web.FormBytes, "/incidents%2f": web.FormBytes,
		console.UploadPath: console.UploadBytes,
	} {
		if got := allowed(http.MethodPost, path, files, own.Value); got != want {
			t.Errorf("%s: %d", path, got)
		}
	}
	if allowed(http.MethodPost, "/incidents", "application/x-www-form-urlencoded", own.Value) != web.FormBytes || allowed(http.MethodPut, "/incidents", files, own.Value) != web.FormBytes || allowed(http.MethodPost, "/incidents", files, "x") != web.FormBytes {
		t.Error("a form without files, of another method or of nobody")
	}
}

// TestEndlessForm: more than files and fields may be is refused, announced or
// not.
func TestEndlessForm(t *testing.T) {
	h := newHouse(t)
	h.beside(func(r web.Router) { r.Upload("", essay) })
	lucas := h.enter("lucas.martin")
	body, kind := formOf(t, piece{web.TokenField, "", lucas.token}, piece{"pieces", "film.mp4", strings.Repeat("v", 14<<20+2000)})
	cookie := lucas.sessionOf()
	res, said := h.plain(fmt.Sprintf("POST /incidents/essai HTTP/1.1\r\nHost: %s\r\nOrigin: %s\r\nCookie: %s=%s\r\nContent-Type: %s\r\nContent-Length: %d\r\n\r\n%s",
		strings.TrimPrefix(h.base, "http://"), h.base, cookie.Name, cookie.Value, kind, body.Len(), body.Next(9<<10)))
	if res == nil || res.StatusCode != http.StatusRequestEntityTooLarge || !strings.Contains(said, "2\u00a0fichiers") {
		t.Errorf("announced: %v", res)
	}
	body, kind = formOf(t, piece{web.TokenField, "", lucas.token}, piece{"pieces", "film.mp4", strings.Repeat("v", 14<<20+2000)})
	if got := lucas.send(http.MethodPost, "/incidents/essai", struct{ io.Reader }{body}, lucas.ours(kind)...); got.Status != http.StatusRequestEntityTooLarge {
		t.Errorf("not announced: %d", got.Status)
	}
	if left := h.left(); len(left) > 0 {
		t.Errorf("%v are left", left)
	}
}

// TestAttach: what people sent is saved and never shown, whatever its name and
// its type.
func TestAttach(t *testing.T) {
	h := newHouse(t)
	whole := strings.Repeat("<script>alert(1)</script>", attachment.MostBytes/25)
	h.beside(func(r web.Router) {
		r.Get("", func(v *web.Visit) error {
			return v.Attach(v.Query("nom"), "text/html", int64(len(whole)), strings.NewReader(whole))
		})
	})
	lucas := h.enter("lucas.martin")
	for _, name := range []string{"Élève.pdf", "a\r\nX-Intrus: 1.html", `..\"x;.svg`, "", strings.Repeat("é", 400) + ".pdf"} {
		for _, ask := range [][]string{nil, {"Range", "bytes=5-9"}, {"Range", "bytes=0-0,5-6,7-"}, {"Range", "bytes=99999999999-"}, {"If-Range", "x", "Range", "bytes=-1"}} {
			got := lucas.get("/incidents/essai?nom="+url.QueryEscape(name), ask...)
			if got.Status != http.StatusOK || got.Body != whole || got.Get("Content-Length") != fmt.Sprint(len(whole)) || got.Get("Accept-Ranges") != "none" {
				t.Errorf("%q, %v: %d, %d bytes, %v", name, ask, got.Status, len(got.Body), got.Header)
			}
			for key, want := range map[string]string{"X-Content-Type-Options": "nosniff", "Content-Security-Policy": "default-src 'none'; sandbox", "Cache-Control": "no-store", "Content-Disposition": attachment.Disposition(name), "X-Intrus": "", "Cross-Origin-Resource-Policy": "same-origin"} {
				if strings.Join(got.Values(key), "|") != want {
					t.Errorf("%q: %s is %q", name, key, got.Values(key))
				}
			}
			if kind, _, err := mime.ParseMediaType(got.Get("Content-Disposition")); kind != "attachment" && err == nil {
				t.Errorf("%q: %s", name, kind)
			}
		}
		if got := lucas.send(http.MethodHead, "/incidents/essai?nom="+url.QueryEscape(name), nil); got.Body != "" || got.Get("Content-Length") != fmt.Sprint(len(whole)) {
			t.Errorf("%q: %v", name, got.Header)
		}
	}
}
