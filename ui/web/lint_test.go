package web

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

const templates = "../../assets/templates"

// eachTemplate calls see with the name and the text of each template.
func eachTemplate(t *testing.T, see func(name, text string)) {
	t.Helper()
	n := 0
	err := filepath.WalkDir(templates, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		text, err := os.ReadFile(path)
		name, _ := filepath.Rel(templates, path)
		see(strings.TrimSuffix(filepath.ToSlash(name), ".html"), string(text))
		n++
		return err
	})
	if err != nil || n < 20 {
		t.Fatalf("%d templates, %v", n, err)
	}
}

// never are the attributes that no template has: a browser runs what they hold.
var never = regexp.MustCompile(`(?i)\s(on[a-z]+|hx-on[a-z:.-]*|srcdoc|style|x-data|formaction|ping|http-equiv)\s*=`)

// blind are the attributes that html/template takes for plain text, though a
// script follows or reads them: they hold constants, or what Go code made to be
// there.
var blind = regexp.MustCompile(`(?i)\s(hx-[a-z:-]+|data-(?:href|url|src|source|action)|stream|source|src)\s*=\s*("(?:\{\{[^}]*\}\}|[^"])*"|'[^']*')`)

// made are the values that a blind attribute may have: constants, and addresses
// that Go code made, by the name of their field.
var made = regexp.MustCompile(`^([^{]*|\{\{asset "[a-z0-9/._-]+"\}\}|\{\{(\$|\.)?[A-Za-z.]*(URL|Home|Stream|Full|Source)\}\}((/\{id\})?[a-z/?=&-]*)?)$`)

// drawings are the templates that draw: from numbers and plain texts only.
var drawings = map[string]bool{"parts/chart": true, "parts/bar": true}

var comment = regexp.MustCompile(`(?s)<!--.*?-->`)

// TestTemplates reads the templates as a suspicious reviewer would.
func TestTemplates(t *testing.T) {
	inside := regexp.MustCompile(`(?is)<(script|style)\b[^>]*>(.*?)</(?:script|style)>`)
	eachTemplate(t, func(name, text string) {
		for _, m := range never.FindAllString(text, -1) {
			t.Errorf("%s:%s is run by browsers", name, m)
		}
		for _, m := range inside.FindAllStringSubmatch(text, -1) {
			if strings.TrimSpace(m[2]) != "" || strings.EqualFold(m[1], "style") {
				t.Errorf("%s: an inline %s", name, m[1])
			}
		}
		for _, m := range blind.FindAllStringSubmatch(text, -1) {
			if value := m[2][1 : len(m[2])-1]; strings.Contains(value, "{{") && !made.MatchString(value) {
				t.Errorf("%s: %s holds %s: make the address in Go, in a field named …URL", name, m[1], value)
			}
		}
		for _, foreign := range regexp.MustCompile(`(?i)(?:https?:)?//[a-z0-9]`).FindAllString(text, -1) {
			t.Errorf("%s: another site: %s", name, foreign)
		}
		for _, word := range []string{"javascript:", "<iframe", "<object", "<embed", "<base", "<svg", "safeHTML", "| html", "| js", "| urlquery", "unescaped"} {
			if word == "<svg" && drawings[name] {
				continue
			}
			if strings.Contains(strings.ToLower(text), strings.ToLower(word)) {
				t.Errorf("%s: %s", name, word)
			}
		}
		if comment.MatchString(text) {
			t.Errorf("%s: a comment that everybody can read", name)
		}
		for _, form := range regexp.MustCompile(`(?is)<form\b[^>]*method="post".*?</form>`).FindAllString(text, -1) {
			if !strings.Contains(form, `name="jeton"`) {
				t.Errorf("%s: a form without its token: %.120s", name, form)
			}
		}
	})
}

// TestTemplatesAreWhole parses them all, and looks for each part that they name.
func TestTemplatesAreWhole(t *testing.T) {
	if _, err := Load(); err != nil {
		t.Fatal(err)
	}
	var names, named []string
	eachTemplate(t, func(name, text string) {
		names = append(names, name)
		for _, m := range regexp.MustCompile(`\{\{-?\s*template\s+"([^"]+)"`).FindAllStringSubmatch(text, -1) {
			named = append(named, m[1])
		}
		for _, m := range regexp.MustCompile(`\{\{-?\s*define\s+"([^"]+)"`).FindAllStringSubmatch(text, -1) {
			names = append(names, m[1])
		}
	})
	for _, part := range named {
		if !slices.Contains(names, part) {
			t.Errorf("there is no %s", part)
		}
	}
	used := goStrings(t)
	for _, name := range names {
		if !slices.Contains(named, name) && !slices.Contains(used, name) {
			t.Errorf("%s is used by nobody", name)
		}
	}
	for _, s := range used {
		if regexp.MustCompile(`^(parts|simple|console)/[a-z]+$`).MatchString(s) && !slices.Contains(names, s) {
			t.Errorf("Go code shows %s, which is not there", s)
		}
	}
}

// TestMarkupIsMadeHere: nothing outside view.go turns a text into markup.
func TestMarkupIsMadeHere(t *testing.T) {
	eachFile(t, func(path string, f *ast.File) {
		if strings.HasSuffix(path, "ui/web/view.go") {
			return
		}
		for _, spec := range f.Imports {
			if spec.Path.Value == `"text/template"` {
				t.Errorf("%s imports text/template", path)
			}
		}
		ast.Inspect(f, func(n ast.Node) bool {
			call, ok := n.(*ast.CallExpr)
			if !ok {
				return true
			}
			if fun, ok := call.Fun.(*ast.SelectorExpr); ok {
				if pkg, ok := fun.X.(*ast.Ident); ok && pkg.Name == "template" && slices.Contains([]string{"HTML", "HTMLAttr", "JS", "JSStr", "CSS", "URL", "Srcset"}, fun.Sel.Name) {
					t.Errorf("%s makes a template.%s", path, fun.Sel.Name)
				}
				if name := fun.Sel.Name; slices.Contains(forbidden, name) {
					t.Errorf("%s calls %s, which the contract refuses", path, name)
				}
			}
			return true
		})
	})
}

// forbidden are the functions that nobody calls: they open paths that a request
// names, or read what it sends into memory, or into whatever has a field.
var forbidden = []string{"SendFile", "Static", "Download", "SaveFile", "SaveFileToStorage", "SaveMultipartFile", "ServeFile", "ServeFileBytes", "ServeFileUncompressed", "ServeFS", "FileServer", "NewRequestHandler",
	"FormFile", "MultipartForm", "MultipartFormWithLimit", "ReadForm", "BodyParser", "QueryParser"}

// goStrings are the text constants of the Go code of the site.
func goStrings(t *testing.T) (all []string) {
	t.Helper()
	eachFile(t, func(_ string, f *ast.File) {
		ast.Inspect(f, func(n ast.Node) bool {
			if lit, ok := n.(*ast.BasicLit); ok && lit.Kind == token.STRING {
				all = append(all, strings.Trim(lit.Value, "\"`"))
			}
			return true
		})
	})
	return all
}

// eachFile parses the Go files of the site and of the appliance.
func eachFile(t *testing.T, see func(path string, f *ast.File)) {
	t.Helper()
	for _, root := range []string{"../../ui", "../../app", "../../data", "../../assets"} {
		err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
				return err
			}
			f, err := parser.ParseFile(token.NewFileSet(), path, nil, 0)
			if err == nil {
				see(filepath.ToSlash(path), f)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}
