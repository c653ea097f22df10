package e2e

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/accessibility"
	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/dom"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// chromium starts once, at the first test that needs it.
var chromium = sync.OnceValues(func() (context.Context, error) {
	path := os.Getenv("CHROMIUM")
	if path == "" {
		path = "/usr/bin/chromium"
	}
	if _, err := os.Stat(path); err != nil {
		return nil, fmt.Errorf("%w: sudo apt-get install chromium", err)
	}
	ctx, _ := chromedp.NewExecAllocator(context.Background(), append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(path), chromedp.NoSandbox, chromedp.DisableGPU, chromedp.WindowSize(1440, 900),
		chromedp.Flag("disable-quic", true), chromedp.Flag("disable-component-update", true), chromedp.Flag("disable-background-networking", true),
		chromedp.Flag("disable-sync", true), chromedp.Flag("no-first-run", true), chromedp.Flag("lang", "fr-FR"))...)
	ctx, stopBrowser = chromedp.NewContext(ctx)
	return ctx, chromedp.Do(ctx, chromedp.Navigate("about:blank"))
})

var stopBrowser = func() {}

func TestMain(m *testing.M) {
	dir, err := os.MkdirTemp("", "preau-e2e-")
	if err != nil {
		panic(err)
	}
	scratch = dir
	code := m.Run()
	stopBrowser()
	os.RemoveAll(dir)
	os.Exit(code)
}

// A tab is a person in front of an appliance, in a browser of their own.
type tab struct {
	*testing.T
	ctx  context.Context
	at   *appliance
	mu   *sync.Mutex
	said *[]string
}

// patience is how long a person waits for what should be there.
const patience = 8 * time.Second

// open opens a new private window on a path.
func open(t *testing.T, a *appliance, path string) tab {
	t.Helper()
	root, err := chromium()
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := chromedp.NewContext(root, chromedp.WithNewBrowserContext())
	ctx, cancel := context.WithTimeout(ctx, 4*time.Minute)
	b := tab{t, ctx, a, &sync.Mutex{}, &[]string{}}
	t.Cleanup(func() {
		if t.Failed() {
			b.shot(filepath.Join("failures", strings.ReplaceAll(t.Name(), "/", "_")))
		}
		cancel()
		stop()
	})
	b.do(chromedp.Navigate("about:blank"))
	if err := chromedp.Listen(ctx, b.listen); err != nil {
		t.Fatal(err)
	}
	b.visit(path)
	return b
}

// listen keeps what the browser complains of.
func (b tab) listen(ev any) {
	b.mu.Lock()
	defer b.mu.Unlock()
	switch ev := ev.(type) {
	case *log.EventEntryAdded:
		// A dialog's autofocus is for when it opens: said of one that is closed. A page
		// with pending changes that nobody has touched is left without a question.
		if !strings.Contains(ev.Entry.Text, "the server responded with a status of 4") && !strings.Contains(ev.Entry.Text, "'beforeunload' confirmation panel") && !strings.HasPrefix(ev.Entry.Text, "Autofocus processing was blocked") {
			*b.said = append(*b.said, fmt.Sprint(ev.Entry.Level, " ", ev.Entry.Text))
		}
	case *page.EventJavascriptDialogOpening: // the browser's own, on a page that is left: yes
		go chromedp.Do(b.ctx, chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
			_, err := cdp.Call(ctx, t, page.HandleJavaScriptDialog, page.HandleJavaScriptDialogParams{Accept: true})
			return err
		}))
	case *runtime.EventExceptionThrown:
		*b.said = append(*b.said, fmt.Sprint("exception ", ev.ExceptionDetails.Text, " ", ev.ExceptionDetails.Exception.Description))
	case *runtime.EventConsoleAPICalled:
		if ev.Type != "debug" {
			*b.said = append(*b.said, fmt.Sprint("console.", ev.Type, " ", len(ev.Args)))
		}
	}
}

func (b tab) visit(path string) { b.Helper(); b.do(chromedp.Navigate(b.at.base + path)) }

func (b tab) do(steps ...chromedp.Action[chromedp.Void]) {
	b.Helper()
	if err := chromedp.Do(b.ctx, steps...); err != nil {
		b.Fatal(err)
	}
}

func js[T any](b tab, expr string) T {
	b.Helper()
	v, err := chromedp.Run(b.ctx, chromedp.Evaluate[T](expr, chromedp.EvalAwaitPromise))
	if err != nil {
		b.Fatalf("%s: %v", expr, err)
	}
	return v
}

// find waits for what a screen reader would call this: a role and the start of
// a name. It gives where it is.
func (b tab) find(role, name string) (x, y float64) {
	b.Helper()
	var seen []string
	for end := time.Now().Add(patience); time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
		var ok bool
		if x, y, seen, ok = b.look(role, name); ok {
			return x, y
		}
	}
	b.Fatalf("no %s called %q among %q at %s", role, name, seen, js[string](b, "location.href"))
	return
}

// sees reports whether there is such an element now.
func (b tab) sees(role, name string) bool {
	_, _, _, ok := b.look(role, name)
	return ok
}

func (b tab) look(role, name string) (x, y float64, seen []string, found bool) {
	err := chromedp.Do(b.ctx, chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		// Not dom.GetDocument: it would make chromedp lose the nodes it knows.
		doc, err := cdp.Call(ctx, t, runtime.Evaluate, runtime.EvaluateParams{Expression: "document"})
		if err != nil {
			return err
		}
		nodes, err := cdp.Call(ctx, t, accessibility.QueryAXTree, accessibility.QueryAXTreeParams{ObjectID: doc.Result.ObjectID, Role: role})
		if err != nil {
			return err
		}
		for _, n := range nodes.Nodes {
			var called string
			if n.Name != nil {
				json.Unmarshal([]byte(n.Name.Value), &called)
			}
			called = strings.Join(strings.Fields(called), " ")
			seen = append(seen, called)
			if n.Ignored || !strings.HasPrefix(called, name) || found && called != name {
				continue
			}
			if node, err := cdp.Call(ctx, t, dom.ResolveNode, dom.ResolveNodeParams{BackendNodeID: n.BackendDOMNodeID}); err == nil {
				cdp.Call(ctx, t, runtime.CallFunctionOn, runtime.CallFunctionOnParams{ObjectID: node.Object.ObjectID, FunctionDeclaration: "function() { this.scrollIntoView?.({ block: 'nearest' }) }"})
			}
			q, err := cdp.Call(ctx, t, dom.GetContentQuads, dom.GetContentQuadsParams{BackendNodeID: n.BackendDOMNodeID})
			if err != nil || len(q.Quads) == 0 {
				continue
			}
			x, y, found = (q.Quads[0][0]+q.Quads[0][4])/2, (q.Quads[0][1]+q.Quads[0][5])/2, true
			if called == name {
				return nil // the others only begin so
			}
		}
		return nil
	}))
	return x, y, seen, found && err == nil
}

func (b tab) click(role, name string) {
	b.Helper()
	x, y := b.find(role, name)
	b.do(chromedp.MouseClickXY(x, y))
}

func (b tab) rightClick(role, name string) {
	b.Helper()
	x, y := b.find(role, name)
	b.do(chromedp.MouseClickXY(x, y, chromedp.ButtonRight))
}

func (b tab) press(keys ...string) {
	b.Helper()
	for _, k := range keys {
		if k == kb.Enter {
			b.do(chromedp.Func(enter))
			continue
		}
		b.do(chromedp.KeyEvent(k))
	}
}

// enter is the Enter key as a keyboard sends it: a page that keeps the keydown
// for itself gets no keypress, which chromedp sends in any case.
func enter(ctx context.Context, t *chromedp.Target) error {
	for _, kind := range []input.DispatchKeyEventType{input.DispatchKeyEventTypeKeyDown, input.DispatchKeyEventTypeKeyUp} {
		p := input.DispatchKeyEventParams{Type: kind, Key: "Enter", Code: "Enter", WindowsVirtualKeyCode: 13}
		if kind == input.DispatchKeyEventTypeKeyDown {
			p.Text = "\r"
		}
		if _, err := cdp.Call(ctx, t, input.DispatchKeyEvent, p); err != nil {
			return err
		}
	}
	return nil
}

// fill replaces what a field holds.
func (b tab) fill(role, name, text string) {
	b.Helper()
	b.click(role, name)
	b.do(chromedp.Evaluate[chromedp.Void]("document.activeElement.select?.()"))
	b.press(text)
}

// wait waits for an expression of the page to become true.
func (b tab) wait(expr string) {
	b.Helper()
	for end := time.Now().Add(patience); time.Now().Before(end); time.Sleep(15 * time.Millisecond) {
		if ok, err := chromedp.Run(b.ctx, chromedp.Evaluate[bool]("!!("+expr+")")); err == nil && ok {
			return
		}
	}
	b.Fatalf("never: %s at %s\n%s", expr, js[string](b, "location.href"), js[string](b, "document.body.innerText"))
}

// reads waits for a text to be shown.
func (b tab) reads(text string) {
	b.Helper()
	q, _ := json.Marshal(text)
	b.wait(`document.body.innerText.replace(/[\u00a0\u202f]/g, " ").includes(` + string(q) + `)`)
}

// hides checks that a text is not shown.
func (b tab) hides(text string) {
	b.Helper()
	q, _ := json.Marshal(text)
	if js[bool](b, `document.body.innerText.replace(/[\u00a0\u202f]/g, " ").includes(`+string(q)+`)`) {
		b.Fatalf("%q is shown at %s", text, js[string](b, "location.href"))
	}
}

var axe = sync.OnceValue(func() string {
	source, err := os.ReadFile("../node_modules/axe-core/axe.min.js")
	if err != nil {
		panic(fmt.Sprint(err, ": run make assets"))
	}
	return string(source)
})

// healthy checks that the page is accessible, as far as axe can tell, and that
// the browser had nothing to complain of: no script error, no refusal of the
// content policy. Rules of axe that cannot hold in a state of the page are named.
func (b tab) healthy(but ...string) {
	b.Helper()
	for _, v := range js[[]string](b, axe()+`;axe.run(document, {runOnly: ["wcag2a","wcag2aa","wcag21a","wcag21aa","wcag22aa","best-practice"], rules: `+off(but)+`}).then(r => r.violations.map(v => v.id + " " + v.nodes.map(n => n.target).join()))`) {
		b.Errorf("axe at %s: %s", js[string](b, "location.pathname"), v)
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, line := range *b.said {
		b.Error("browser: ", line)
	}
	*b.said = nil
}

// off switches rules of axe off.
func off(rules []string) string {
	all := map[string]map[string]bool{}
	for _, r := range rules {
		all[r] = map[string]bool{"enabled": false}
	}
	text, _ := json.Marshal(all)
	return string(text)
}

// shot writes what the person sees in a folder that git ignores.
func (b tab) shot(name string) {
	b.Helper()
	if !strings.HasPrefix(name, "failures") {
		name = filepath.Join("shots", name)
	}
	err := chromedp.Do(b.ctx, chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		r, err := cdp.Call(ctx, t, page.CaptureScreenshot, page.CaptureScreenshotParams{})
		if err != nil {
			return err
		}
		png, err := base64.StdEncoding.DecodeString(string(r.Data))
		if err != nil {
			png = []byte(r.Data)
		}
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			return err
		}
		return os.WriteFile(name+".png", png, 0o644)
	}))
	if err != nil {
		b.Log("screenshot: ", err)
	}
}

// resize gives the window another size; narrow ones are phones.
func (b tab) resize(width, height int64) {
	b.Helper()
	b.do(chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		_, err := cdp.Call(ctx, t, emulation.SetDeviceMetricsOverride, emulation.SetDeviceMetricsOverrideParams{Width: width, Height: height, DeviceScaleFactor: 1, Mobile: width < 600})
		return err
	}))
}

// appearance is what the person's system asks for, "light" or "dark".
func (b tab) appearance(scheme string) {
	b.Helper()
	b.do(chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		_, err := cdp.Call(ctx, t, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}}})
		return err
	}))
}

// signIn signs somebody in through the sign-in page.
func (b tab) signIn(login string) {
	b.Helper()
	b.visit("/connexion")
	b.fill("textbox", "Identifiant", login)
	b.fill("textbox", "Mot de passe", demoPassword)
	b.click("button", "Se connecter")
	b.wait(`location.pathname !== "/connexion"`)
}

const demoPassword = "demo-preau-2026"

// as opens a window for somebody of the demo, signed in, on a path.
func as(t *testing.T, a *appliance, login, path string) tab {
	t.Helper()
	b := open(t, a, "/connexion")
	b.signIn(login)
	if path != "" {
		b.visit(path)
	}
	return b
}

func quote(s string) string {
	q, _ := json.Marshal(s)
	return string(q)
}

func backward() chromedp.Action[chromedp.Void] {
	return chromedp.Evaluate[chromedp.Void]("history.back()")
}

func forward() chromedp.Action[chromedp.Void] {
	return chromedp.Evaluate[chromedp.Void]("history.forward()")
}

// focus puts the focus on the first element of a selector.
func focus(selector string) chromedp.Action[chromedp.Void] {
	return chromedp.Evaluate[chromedp.Void]("document.querySelector(" + quote(selector) + ").focus()")
}

// control presses a letter with the Control key.
func (b tab) control(letter string) {
	b.Helper()
	b.do(chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		code := int64(strings.ToUpper(letter)[0])
		for _, kind := range []input.DispatchKeyEventType{input.DispatchKeyEventTypeRawKeyDown, input.DispatchKeyEventTypeKeyUp} {
			if _, err := cdp.Call(ctx, t, input.DispatchKeyEvent, input.DispatchKeyEventParams{Type: kind, Modifiers: 2, Key: letter, Code: "Key" + strings.ToUpper(letter), WindowsVirtualKeyCode: code}); err != nil {
				return err
			}
		}
		return nil
	}))
}

func number(n float64) string { return fmt.Sprint(n) }
