package app_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// leaving are the names, by package, with which a program opens a connection:
// "Dial*" is every name that begins so, "*" every name.
var leaving = map[string][]string{
	"net":                         {"Dial*"},
	"net/http":                    {"Get", "Head", "Post", "PostForm", "Client", "Transport", "DefaultClient", "DefaultTransport", "ProxyFromEnvironment", "ProxyURL"},
	"net/http/httputil":           {"ReverseProxy", "NewSingleHostReverseProxy"},
	"net/rpc":                     {"Dial*"},
	"net/smtp":                    {"*"},
	"crypto/tls":                  {"Dial*"},
	"log/syslog":                  {"*"},
	"syscall":                     {"Connect", "Sendto", "Socket"},
	"golang.org/x/sys/unix":       {"Connect", "Sendto", "Socket"},
	"github.com/valyala/fasthttp": {"Get*", "Post", "Do*", "Dial*", "Client", "HostClient", "LBClient", "PipelineClient", "TCPDialer"},
	"github.com/gofiber/fiber/v2": {"Get", "Head", "Post", "Put", "Patch", "Delete", "Client", "AcquireClient", "AcquireAgent"},
	"github.com/gofiber/fiber/v2/middleware/proxy": {"*"},
	"github.com/wneessen/go-mail":                  {"NewClient", "Client", "QuickSend"},
	"github.com/wneessen/go-mail/smtp":             {"Dial", "SendMail"},
	"github.com/jlaffaye/ftp":                      {"Dial*"},
	"github.com/emersion/go-imap/v2/imapclient":    {"Dial*"},
}

// leave are the files that open a connection, with the names that they use.
var leave = map[string][]string{
	// The one way out.
	"app/connect/outbound/policy.go": {"net.Dialer"},
	"app/connect/outbound/http.go":   {"net/http.Client", "net/http.Transport"},
	// The commands of the same machine ask the appliance that runs, through the
	// Unix socket of its directory: its client dials nothing else, and so no
	// proxy either.
	"app/control.go": {"net.Dial", "net.Dialer", "net/http.Client", "net/http.Transport"},
}

// TestOneWayOut reads every file of the product: nothing leaves the appliance
// but through app/connect/outbound.
func TestOneWayOut(t *testing.T) {
	unused := map[string][]string{}
	for file, names := range leave {
		unused[file] = slices.Clone(names)
	}
	err := filepath.WalkDir("..", func(file string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name := strings.TrimPrefix(filepath.ToSlash(file), "../")
		if d.IsDir() && (name == "node_modules" || name == ".git" || name == "e2e") {
			return filepath.SkipDir // e2e is outside the house
		}
		if !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go") {
			return nil
		}
		tree, err := parser.ParseFile(token.NewFileSet(), file, nil, 0)
		if err != nil {
			return err
		}
		for _, way := range waysOut(tree) {
			if !slices.Contains(leave[name], way) {
				t.Errorf("%s uses %s: dial through app/connect/outbound", name, way)
			}
			unused[name] = slices.DeleteFunc(unused[name], func(w string) bool { return w == way })
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for file, names := range unused {
		if len(names) > 0 {
			t.Errorf("%s no longer uses %s: remove its exception", file, names)
		}
	}
}

// waysOut returns the names of leaving that a file uses, each after the path of
// its package. A package of leaving that is imported without a name counts too:
// what it is used for cannot be read.
func waysOut(tree *ast.File) (found []string) {
	imported := map[string]string{} // path by name in the file
	for _, spec := range tree.Imports {
		from, err := strconv.Unquote(spec.Path.Value)
		if err != nil || leaving[from] == nil {
			continue
		}
		name := path.Base(strings.TrimSuffix(from, "/v2"))
		if from == "github.com/wneessen/go-mail" {
			name = "mail"
		}
		if spec.Name != nil {
			name = spec.Name.Name
		}
		if name == "." {
			found = append(found, from)
		}
		imported[name] = from
	}
	ast.Inspect(tree, func(n ast.Node) bool {
		selector, ok := n.(*ast.SelectorExpr)
		if !ok {
			return true
		}
		if x, ok := selector.X.(*ast.Ident); ok && leads(imported[x.Name], selector.Sel.Name) {
			found = append(found, imported[x.Name]+"."+selector.Sel.Name)
		}
		return true
	})
	return found
}

// leads tells whether a name of a package opens a connection.
func leads(from, name string) bool {
	return slices.ContainsFunc(leaving[from], func(pattern string) bool {
		prefix, open := strings.CutSuffix(pattern, "*")
		return name == pattern || open && strings.HasPrefix(name, prefix)
	})
}

// TestWaysOut checks that the reading finds what it is there for.
func TestWaysOut(t *testing.T) {
	for code, wanted := range map[string]string{
		`import "net/http"; var _, _ = http.Get("http://a.example")`:                            "net/http.Get",
		`import "net/http"; var _, _ = http.Post("http://a.example", "", nil)`:                  "net/http.Post",
		`import "net/http"; var _ = http.DefaultClient`:                                         "net/http.DefaultClient",
		`import "net/http"; var _ = http.DefaultTransport`:                                      "net/http.DefaultTransport",
		`import "net/http"; var _ = &http.Client{}`:                                             "net/http.Client",
		`import "net/http"; var _ = new(http.Transport)`:                                        "net/http.Transport",
		`import web "net/http"; var _ web.Client`:                                               "net/http.Client",
		`import . "net/http"; var _, _ = Get("http://a.example")`:                               "net/http",
		`import "net"; var _, _ = net.Dial("tcp", "a.example:25")`:                              "net.Dial",
		`import "net"; var _, _ = net.DialTimeout("tcp", "a.example:25", 1)`:                    "net.DialTimeout",
		`import "net"; var _ = net.DialTCP`:                                                     "net.DialTCP",
		`import "net"; func f() { (&net.Dialer{}).Dial("tcp", "a.example:25") }`:                "net.Dialer",
		`import "net"; type d struct{ net.Dialer }`:                                             "net.Dialer",
		`import "net/smtp"; var _ = smtp.SendMail`:                                              "net/smtp.SendMail",
		`import "crypto/tls"; var _ = tls.DialWithDialer`:                                       "crypto/tls.DialWithDialer",
		`import "github.com/wneessen/go-mail"; var _, _ = mail.NewClient("a.example")`:          "github.com/wneessen/go-mail.NewClient",
		`import "github.com/wneessen/go-mail/smtp"; var _ = smtp.SendMail`:                      "github.com/wneessen/go-mail/smtp.SendMail",
		`import "github.com/gofiber/fiber/v2"; var _ = fiber.Get("http://a.example")`:           "github.com/gofiber/fiber/v2.Get",
		`import "github.com/valyala/fasthttp"; var _ = fasthttp.HostClient{}`:                   "github.com/valyala/fasthttp.HostClient",
		`import "net/http"; var _ = http.StatusOK; var _ = http.NewRequest`:                     "",
		`import "net"; var _ = net.JoinHostPort; var _ net.Listener`:                            "",
		`import "github.com/wneessen/go-mail/smtp"; var _ = smtp.NewClient`:                     "",
		`import "preau/app/connect/outbound"; func f(http outbound.Policy) { http.Get("tcp") }`: "",
	} {
		tree, err := parser.ParseFile(token.NewFileSet(), "a.go", "package a; "+code, 0)
		if err != nil {
			t.Fatal(err)
		}
		if found := strings.Join(waysOut(tree), " "); found != wanted {
			t.Errorf("%s: found %q, wanted %q", code, found, wanted)
		}
	}
}
