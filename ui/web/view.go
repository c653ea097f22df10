package web

import (
	"bytes"
	"encoding/base64"
	"html/template"
	"io/fs"
	"net/http"
	"runtime"
	"strconv"
	"strings"
	"sync"

	"github.com/gofiber/template/html/v2"
	"rsc.io/qr"

	"preau/assets"
)

// Views are the templates of every page, parsed once.
//
// A page is a file of assets/templates, with a struct that holds what it shows,
// already worded:
//
//	{{template "parts/head" .}}
//	<h1>{{.Page.Name}}</h1>
//	{{template "parts/foot" .}}
type Views struct {
	engine  *html.Engine
	statics *statics
	icons   sync.Map // name → template.HTML
	badges  sync.Map // Badge → template.HTML
	buffers sync.Pool
	turn    chan struct{} // pages are rendered in the order in which they were asked
}

// Load parses the templates and prepares the static files of the executable.
func Load() (*Views, error) {
	files, err := loadStatics(assets.Static)
	if err != nil {
		return nil, err
	}
	templates, err := fs.Sub(assets.Templates, "templates")
	if err != nil {
		return nil, err
	}
	v := &Views{engine: html.NewFileSystem(http.FS(templates), ".html"), statics: files, turn: make(chan struct{}, runtime.GOMAXPROCS(0))}
	v.buffers.New = func() any { return &bytes.Buffer{} }
	v.engine.AddFuncMap(map[string]any{"asset": v.url, "icon": v.icon, "number": Number, "pair": Pair, "qr": qrImage})
	return v, v.engine.Load()
}

func (v *Views) url(name string) string { return v.statics.prefix + name }

// icon is the one place where markup is made outside a template: its argument
// is a name that the build has checked.
func (v *Views) icon(name string) template.HTML {
	if made, ok := v.icons.Load(name); ok {
		return made.(template.HTML)
	}
	made := template.HTML(`<svg class="i" aria-hidden="true"><use href="` + v.url("lib/icons.svg") + `#` + template.HTMLEscapeString(name) + `"/></svg>`)
	v.icons.Store(name, made)
	return made
}

// badge is a state in a word and an icon, made ahead of a template that shows it
// many times. Its values are the program's own.
func (v *Views) badge(b Badge) template.HTML {
	if made, ok := v.badges.Load(b); ok {
		return made.(template.HTML)
	}
	made := template.HTML(`<span class="badge `+template.HTMLEscapeString(b.Tone)+`">`) + v.icon(b.Icon) + template.HTML(template.HTMLEscapeString(b.Label)+`</span>`)
	v.badges.Store(b, made)
	return made
}

// qrImage draws a text as a QR code, on white whatever the theme: cameras want it.
// What says the same in words stands beside it.
func qrImage(text string) (template.HTML, error) {
	code, err := qr.Encode(text, qr.M)
	if err != nil {
		return "", err
	}
	code.Scale = 4
	side := strconv.Itoa((code.Size + 8) * code.Scale) // with its margin
	return template.HTML(`<img class="qr" alt="Code QR" width="` + side + `" height="` + side + `" src="data:image/png;base64,` + base64.StdEncoding.EncodeToString(code.PNG()) + `">`), nil
}

// Licences are those of what the product takes from others.
func (v *Views) Licences() string { return string(v.statics.files["lib/licences.txt"].plain) }

// render executes a template whole, so that nobody is sent half a page.
func (v *Views) render(name string, data any, send func([]byte) error) error {
	v.turn <- struct{}{}
	defer func() { <-v.turn }()
	b := v.buffers.Get().(*bytes.Buffer)
	defer v.buffers.Put(b)
	b.Reset()
	if err := v.engine.Render(b, name, data); err != nil {
		return err
	}
	return send(b.Bytes())
}

// File makes the answer a file to be saved under a name.
func (v *Visit) File(name, kind string) {
	v.Attachment(name)
	v.Set("Content-Type", kind)
}

// Pair joins a value and the view around it, for a part that needs both.
func Pair(view, of any) map[string]any { return map[string]any{"View": view, "Of": of} }

// Number writes a number with thin spaces between its thousands.
func Number(n int) string {
	s := strconv.Itoa(n)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "\u202f" + s[i:]
	}
	return s
}

// Count writes a number and what it counts: « 1 élève », « 12 élèves ».
func Count(n int, one, many string) string {
	if n < 2 {
		return Number(n) + "\u00a0" + one
	}
	return Number(n) + "\u00a0" + many
}

// Initials are those of « NOM Prénom », first name first.
func Initials(name string) string {
	words := strings.Fields(name)
	switch len(words) {
	case 0:
		return "?"
	case 1:
		return first(words[0])
	}
	return first(words[len(words)-1]) + first(words[0])
}

func first(word string) string {
	for _, r := range word {
		return strings.ToUpper(string(r))
	}
	return ""
}
