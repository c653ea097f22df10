package web

import (
	"html/template"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"preau/app/access"
)

// A View is what a template is given.
type View struct {
	Title    string
	AppName  string
	Demo     bool
	Insecure bool
	Theme    string // "clair", "sombre", "" for the system's
	Token    string // of the forms
	Path     string
	Flash    string
	Refusal  *access.Refusal
	Who      *Who
	Console  *Frame // nil on the plain pages
	Page     any

	site *Site
}

// Who is the person signed in.
type Who struct {
	Name, Login, Initials, Role string
	Administers                 bool
	RunsAppliance               bool
	Seconds                     int // until the session ends
}

// A Frame is what the console draws around a page.
type Frame struct {
	Establishment *Link
	Change        string // address of « Changer d’établissement »
	Modules       []Link
	Tools         []Tool
	Crumbs        []Link
	Tree          []Node
	Menus         []Menu // of nodes of the tree
	Journal       *Journal
	Requests      bool // the panes are those of the module Demandes
	Side, Log     int  // sizes of the panes, in steps
	Under         int  // size of the pane of what is open in the module Demandes
}

// A Link leads somewhere.
type Link struct {
	Label, URL, Icon string
	Here             bool
}

// A Tool is a command of the module's toolbar.
type Tool struct {
	Label, URL, Icon string
	Download         bool
	Window           bool // it opens in a window of its own
	Deed             bool // it is a form, that changes something
}

// A Node is a branch of the tree.
type Node struct {
	Key, Label, URL, Icon string
	Count                 string
	Here, Open            bool
	Menu                  string // key of its menu, "" for none
	Kids                  []Node
}

// A Menu holds the commands of a node, by a right click, Shift+F10 or its button.
type Menu struct {
	Key, Label string
	Items      []Link
}

// A Journal is the pane of the latest events.
type Journal struct {
	Events []EventLine
	Last   uint64
	Stream string // address of the live events
	Full   string // of the whole journal
}

// An EventLine is a row of the journal.
type EventLine struct {
	ID             uint64
	Time, Day, ISO string
	Kind, Icon     string
	What           string
	URL            string // of what it is about
	By             string
	Level          string // "", "attention" or "important"
	Changes        []ChangeLine
}

// A ChangeLine is a field before and after.
type ChangeLine struct{ Field, Before, After string }

// Wrong is what is wrong with a field of the form, "" if nothing.
func (v View) Wrong(field string) string {
	if v.Refusal == nil {
		return ""
	}
	return v.Refusal.Fields[field]
}

// Quiet is the view for a part that the refused form is not of, whose fields may
// have the same names.
func (v View) Quiet() View {
	v.Refusal = nil
	return v
}

// Placed reports whether the page shows what was done or refused where it
// belongs, and not at its top.
func (v View) Placed() bool {
	p, ok := v.Page.(interface{ Placed() bool })
	return ok && p.Placed()
}

// Below reports whether what the page is about stands in the pane below its list.
func (v View) Below() bool {
	p, ok := v.Page.(interface{ Below() bool })
	return ok && v.Console != nil && p.Below()
}

// Unreachable is the address that the links of leaving mails begin with, when
// their recipients cannot reach it; "" otherwise. Parts/unreachable says so, on
// the pages that make mails leave.
func (v View) Unreachable() (string, error) { return v.site.Appliance.LinksLead() }

// Sizes of panes, in steps of the style sheet.
const (
	sideStep, logStep, belowStep = 3, 4, 6
	lastStep                     = 9
)

func (v *Visit) step(pane string, usual int) int {
	n, err := strconv.Atoi(v.Cookies("volet-" + pane))
	if err != nil || n < 0 || n > lastStep {
		return usual
	}
	return n
}

// Folded reports whether the person has closed a branch of the tree.
func (v *Visit) Folded(node string) bool {
	for key := range strings.SplitSeq(v.Cookies("replis"), ".") {
		if key == node {
			return true
		}
	}
	return false
}

// Unfolded returns which branches of a tree that is closed at first the person has
// opened: its cookie bears the name of the tree.
func (v *Visit) Unfolded(tree string) func(node string) bool {
	open := map[string]bool{}
	for key := range strings.SplitSeq(v.Cookies(tree), ".") {
		open[key] = true
	}
	return func(node string) bool { return open[node] }
}

// Unfold opens a branch of such a tree, or closes it, as a script does.
func (v *Visit) Unfold(tree, node string) {
	all := strings.Split(v.Cookies(tree), ".")
	if i := slices.Index(all, node); i >= 0 {
		all = slices.Delete(all, i, i+1)
	} else {
		all = append(all, node)
	}
	all = slices.DeleteFunc(all, func(key string) bool { return !nodeShape.MatchString(key) })
	v.Cookie(&fiber.Cookie{Name: tree, Value: strings.Join(all[max(0, len(all)-mostOpen):], "."), Path: "/", SameSite: fiber.CookieSameSiteLaxMode, MaxAge: 365 * 24 * 3600})
}

// mostOpen bounds the branches that a cookie keeps open: the latest ones.
const mostOpen = 60

var nodeShape = regexp.MustCompile(`^[\w-]{1,120}$`)

// view fills what every page shows.
func (v *Visit) view(title string, page any) (View, error) {
	set, err := v.Appliance.Settings()
	if err != nil {
		return View{}, err
	}
	view := View{site: v.Site, Title: title, AppName: set.Name, Demo: set.Demo, Insecure: v.Site.Insecure, Theme: v.theme(), Token: v.Token(),
		Path: v.OriginalURL(), Flash: v.flash(), Refusal: v.refusal, Page: page}
	if s := v.Session; s != nil {
		view.Who = &Who{Name: s.Account.Name, Login: s.Account.Login, Initials: Initials(s.Account.Name), Role: s.Highest().Label(),
			Administers: s.Administers(), RunsAppliance: s.Can(access.RunAppliance, ""), Seconds: int(s.Expires.Sub(s.Now()) / time.Second)}
	}
	return view, nil
}

// ShowSimple answers with a plain page, without the console around it.
func (v *Visit) ShowSimple(name, title string, page any) error {
	view, err := v.view(title, page)
	if err != nil {
		return err
	}
	return v.send(name, view)
}

// Show answers with a page of the console.
func (v *Visit) Show(name, title string, frame *Frame, page any) error {
	view, err := v.view(title, page)
	if err != nil {
		return err
	}
	frame.Side, frame.Log, frame.Under = v.step("side", sideStep), v.step("log", logStep), v.step("below", belowStep)
	view.Console = frame
	return v.send(name, view)
}

// ShowRows answers with rows and nothing else, for the lists that a script fills.
func (v *Visit) ShowRows(name string, rows any) error { return v.send(name, rows) }

// Rows renders rows for a stream.
func (s *Site) Rows(name string, rows any) (text string, err error) {
	err = s.Views.render(name, rows, func(b []byte) error {
		text = string(b)
		return nil
	})
	return text, err
}

func (v *Visit) send(name string, data any) error {
	return v.Views.render(name, data, func(page []byte) error {
		v.Set(fiber.HeaderContentType, fiber.MIMETextHTMLCharsetUTF8)
		v.Response().SetBody(page) // copied: the buffer is used again
		return nil
	})
}

// Badge is a badge made ahead of a template that shows it many times.
func (v *Visit) Badge(b Badge) template.HTML { return v.Views.badge(b) }

// theme is the appearance that the person chose, "" for the system's.
func (v *Visit) theme() string { return knownTheme(v.cookie(v.Ctx, themeCookie)) }

func knownTheme(theme string) string {
	switch theme {
	case "clair", "sombre":
		return theme
	}
	return ""
}

// SetTheme keeps the appearance that the person chose.
func (v *Visit) SetTheme(theme string) {
	v.setCookie(v.Ctx, themeCookie, knownTheme(theme), 365*24*time.Hour)
}
