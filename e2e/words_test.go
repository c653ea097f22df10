package e2e

import (
	"go/scanner"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// loose is a French sentence that may be cut before its colon, or inside its
// guillemets, at the end of a line.
var loose = regexp.MustCompile(`[\p{Ll}»’)…] [:;?!»](\s|$|["<.,)])|« `)

var (
	action  = regexp.MustCompile(`(?s)\{\{.*?\}\}`)
	between = regexp.MustCompile(`(?s)>[^<]+<|"[^"<>]*"`)
)

// TestFrenchSpacing reads the words of the templates and of the program: what
// French typography binds is bound by a no-break space.
func TestFrenchSpacing(t *testing.T) {
	for _, root := range []string{"../assets/templates", "../ui", "../app"} {
		err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() || strings.HasSuffix(path, "_test.go") {
				return err
			}
			raw, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			for _, words := range wordsOf(path, raw) {
				if found := loose.FindString(words); found != "" {
					t.Errorf("%s: %q: %q wants a no-break space", path, words, found)
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}

// wordsOf are the texts of a template, or the strings of a Go file.
func wordsOf(path string, raw []byte) (words []string) {
	if strings.HasSuffix(path, ".html") {
		for _, m := range between.FindAllString(action.ReplaceAllString(string(raw), "é"), -1) {
			words = append(words, m)
		}
		return words
	}
	if !strings.HasSuffix(path, ".go") {
		return nil
	}
	files := token.NewFileSet()
	var s scanner.Scanner
	s.Init(files.AddFile(path, files.Base(), len(raw)), raw, nil, 0)
	for {
		_, kind, text := s.Scan()
		if kind == token.EOF {
			return words
		}
		if kind == token.STRING && text[0] == '"' {
			words = append(words, text)
		}
	}
}
