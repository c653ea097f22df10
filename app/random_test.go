package app_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"io/fs"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// eachProduct calls see with each file of Go that is in the product, parsed,
// and with its path from the root.
func eachProduct(t *testing.T, see func(path string, file *ast.File)) {
	t.Helper()
	n := 0
	err := filepath.WalkDir("..", func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() {
			if slices.Contains([]string{"node_modules", ".git", "e2e"}, d.Name()) {
				return filepath.SkipDir
			}
			return nil
		}
		if !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return nil
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
		if err == nil {
			n++
			see(strings.TrimPrefix(filepath.ToSlash(path), "../"), file)
		}
		return err
	})
	if err != nil || n < 50 {
		t.Fatalf("%d files, %v", n, err)
	}
}

// guessable are the packages whose randomness can be foretold. Only the people
// of the demo, who do not exist, may come from them.
var guessable = regexp.MustCompile(`^"(math/rand(/v2)?|golang\.org/x/exp/rand)"$`)

// TestRandomness finds whatever could draw a secret from guessable randomness.
func TestRandomness(t *testing.T) {
	demo := 0
	eachProduct(t, func(path string, file *ast.File) {
		for _, spec := range file.Imports {
			switch {
			case !guessable.MatchString(spec.Path.Value):
			case strings.HasPrefix(path, "app/demo/"):
				demo++
			default:
				t.Errorf("%s imports %s: draw from the gate's reader", path, spec.Path.Value)
			}
		}
	})
	if demo == 0 {
		t.Error("the demo draws nobody: is this test reading imports?")
	}
}

// leaking are the comparisons of secrets, or of what looks like one, that may
// end early, and why.
var leaking = map[string]string{
	"app/access/records.go: now.Hash != r.Hash":                               "two stored hashes: nothing that somebody sent",
	"app/access/signin.go: now.Hash != a.Hash":                                "two stored hashes: nothing that somebody sent",
	"app/access/signin.go: fresh.Hash == a.Hash":                              "two stored hashes: nothing that somebody sent",
	"app/access/signin.go: t.Hash != s.Token":                                 "two stored keys of sessions, which are SHA-256 of the tokens",
	"app/access/signin.go: t.Hash == key":                                     "the key of a session, SHA-256 of its token: knowing it opens nothing",
	"ui/web/fail.go: switch routing.Code":                                     "a status of HTTP",
	"ui/web/fail.go: routing.Code == fiber.StatusRequestHeaderFieldsTooLarge": "a status of HTTP",
	"ui/web/fail.go: routing.Code == fiber.StatusRequestTimeout":              "a status of HTTP",
}

// TestConstantTime finds secrets compared in a time that tells how far they are
// right. The exceptions that no longer exist are to be taken off the list.
func TestConstantTime(t *testing.T) {
	met := map[string]bool{}
	eachProduct(t, func(path string, file *ast.File) {
		if dir := filepath.ToSlash(filepath.Dir(path)); dir != "app/access" && dir != "ui/web" {
			return
		}
		for _, says := range comparisons(file) {
			says = path + ": " + says
			if met[says] = true; leaking[says] == "" {
				t.Errorf("%s: use crypto/subtle, or say why not", says)
			}
		}
	})
	for says := range leaking {
		if !met[says] {
			t.Errorf("%s is no more", says)
		}
	}
}

var (
	secretName = regexp.MustCompile(`(?i)token|secret|password|passphrase|hash|code|mark|csrf|mac$`)
	comparers  = []string{"bytes.Equal", "bytes.Compare", "strings.EqualFold", "strings.Compare", "slices.Equal"}
)

// comparisons are those of a file where one side has the name of a secret, and
// the other is neither a literal nor nil.
func comparisons(file *ast.File) (all []string) {
	ast.Inspect(file, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.BinaryExpr:
			if (n.Op == token.EQL || n.Op == token.NEQ) && leaks(n.X, n.Y) {
				all = append(all, types.ExprString(n))
			}
		case *ast.CallExpr:
			if slices.Contains(comparers, types.ExprString(n.Fun)) && leaks(n.Args...) {
				all = append(all, types.ExprString(n))
			}
		case *ast.SwitchStmt:
			if n.Tag != nil && isSecret(n.Tag) {
				all = append(all, "switch "+types.ExprString(n.Tag))
			}
		}
		return true
	})
	return all
}

func leaks(sides ...ast.Expr) bool {
	known := func(e ast.Expr) bool {
		_, literal := e.(*ast.BasicLit)
		return literal || types.ExprString(e) == "nil"
	}
	return slices.ContainsFunc(sides, isSecret) && !slices.ContainsFunc(sides, known)
}

// isSecret reports whether an expression has the name of a secret. What a
// function returns is named by the function and by what it is given, except
// lengths and what compares in constant time.
func isSecret(e ast.Expr) bool {
	switch e := e.(type) {
	case *ast.Ident:
		return secretName.MatchString(e.Name)
	case *ast.SelectorExpr:
		return secretName.MatchString(e.Sel.Name)
	case *ast.ParenExpr:
		return isSecret(e.X)
	case *ast.StarExpr:
		return isSecret(e.X)
	case *ast.IndexExpr:
		return isSecret(e.X)
	case *ast.SliceExpr:
		return isSecret(e.X)
	case *ast.BinaryExpr:
		return e.Op == token.ADD && (isSecret(e.X) || isSecret(e.Y))
	case *ast.CallExpr:
		name := types.ExprString(e.Fun)
		return name != "len" && !strings.HasPrefix(name, "subtle.") && (isSecret(e.Fun) || slices.ContainsFunc(e.Args, isSecret))
	}
	return false
}

// TestComparisons holds the finder to what it must find, and to what it must
// leave alone.
func TestComparisons(t *testing.T) {
	for code, want := range map[string]bool{
		`token == other`: true, `a != s.Token`: true, `t.Hash == key`: true, `string(secret) == x`: true, `hashToken(in) == x`: true, `codes[0] == typed`: true,
		`x == "v1." + token`: true, `csrfOf(s) != got`: true, `mac == want`: true, `s.mark(use) == got`: true, `bytes.Equal(password, x)`: true, `strings.EqualFold(code, typed)`: true,
		`(token) == x`: true, `*token == x`: true, `token[:8] == x`: true, `Normal(password) == typed`: true, `oldPassword != newPassword`: true,
		`token == ""`: false, `"" != s.Token`: false, `secret == nil`: false, `len(token) == 43`: false, `len(token) == len(other)`: false, `token < x`: false, `login == x`: false,
		`subtle.ConstantTimeCompare(token, x) == ok`: false, `machine == x`: false, `bytes.Equal(a, b)`: false,
	} {
		file, err := parser.ParseFile(token.NewFileSet(), "x.go", "package x\nvar _ = "+code, 0)
		if err != nil {
			t.Fatal(err)
		}
		if got := comparisons(file); len(got) == 1 != want {
			t.Errorf("%s: %q", code, got)
		}
	}
	file, err := parser.ParseFile(token.NewFileSet(), "x.go", "package x\nfunc f() { switch token { case x: } }", 0)
	if err != nil || len(comparisons(file)) != 1 {
		t.Error("a switch on a token", err)
	}
}
