package app_test

import (
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// layers are the rooms inside app, lowest first: each may import those before it.
var layers = []string{"app/post", "app/access", "app/directory", "app/groups", "app/services", "app/pages", "app/requests", "app/sso", "app"}

// alone are the modules that one room only may import.
var alone = map[string]string{
	"github.com/gofiber/": "ui", "go.etcd.io/bbolt": "data", "github.com/blevesearch/": "data", "github.com/robfig/cron": "app",
	"github.com/wneessen/":         "app/connect/mail",
	"github.com/emersion/go-imap/": "app/connect/imap", "github.com/emersion/go-message": "app/format/letter",
	// A JIRA for tests, which nothing of the product may be made of.
	"preau/app/connect/jira/fake": "app/connect/jira/fake",
}

// TestDoors reads the imports of every file: the doors of the house open one
// way only.
func TestDoors(t *testing.T) {
	root := ".."
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() && (d.Name() == "node_modules" || d.Name() == ".git") {
			if d != nil && d.IsDir() && err == nil {
				return filepath.SkipDir
			}
			return err
		}
		if !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return nil
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.ImportsOnly)
		if err != nil {
			return err
		}
		room := strings.TrimPrefix(filepath.ToSlash(filepath.Dir(path)), "../")
		for _, spec := range file.Imports {
			imported, err := strconv.Unquote(spec.Path.Value)
			if err != nil {
				return err
			}
			if why := shut(room, imported); why != "" {
				t.Errorf("%s imports %s: %s", path, imported, why)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// shut says why a room may not import a package, "" if it may.
func shut(room, imported string) string {
	if strings.HasPrefix(room, "e2e") {
		return "" // outside the house: it compares us with what we are made of
	}
	for module, owner := range alone {
		if strings.HasPrefix(imported, module) && room != owner && !strings.HasPrefix(room, owner+"/") {
			return "only " + owner + " does"
		}
	}
	ours, ok := strings.CutPrefix(imported, "preau/")
	if !ok {
		return ""
	}
	switch {
	case room == ".." || room == ".": // main
		return ""
	case room == "data", room == "assets":
		return "this room imports none of ours"
	case strings.HasPrefix(room, "app/format/"), strings.HasPrefix(room, "app/connect/"):
		if ours != "app/connect/outbound" {
			return "formats and protocols know no noun of ours"
		}
	case strings.HasPrefix(room, "ui"):
		if ours == "data" {
			return "pages go through app"
		}
	case strings.HasPrefix(room, "app"):
		return shutInApp(room, ours)
	}
	return ""
}

func shutInApp(room, ours string) string {
	if strings.HasPrefix(ours, "ui") || ours == "assets" {
		return "app does not know its pages"
	}
	from, to := layer(room), layer(ours)
	if from >= 0 && to > from {
		return "the layer above"
	}
	return ""
}

func layer(room string) int {
	for i, l := range layers {
		if room == l {
			return i
		}
	}
	return -1
}
