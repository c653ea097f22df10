package e2e

import (
	"archive/zip"
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/dom"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// empty serves an appliance that holds nobody but its first administrator.
func empty(t *testing.T) *appliance {
	t.Helper()
	dir := t.TempDir()
	program, err := binary()
	if err != nil {
		t.Fatal(err)
	}
	c := exec.Command(program, "admin", "create", "--data", dir, "--login", "marc.dubois", "--role", "level2_support", "--last-name", "DUBOIS", "--first-name", "Marc")
	c.Stdin = strings.NewReader(demoPassword + "\n")
	if out, err := c.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	a, err := start("serve", "--data", dir)
	if err != nil {
		t.Fatal(err)
	}
	a.dir = dir
	t.Cleanup(func() {
		if err := a.stop(); err != nil {
			t.Error(err)
		}
		check(t, dir)
	})
	return a
}

// delivery writes fictitious files and packs them, but for some categories.
func delivery(t *testing.T, users, seed string) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "aaf")
	if out, err := command("generate", "aaf", dir, "--users", users, "--establishments", "3", "--seed", seed); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	file := dir + ".zip"
	f, err := os.Create(file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	w := zip.NewWriter(f)
	if err := w.AddFS(os.DirFS(dir)); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return file
}

// choose gives a file to the file field of the page.
func (b tab) choose(file string) {
	b.Helper()
	b.do(chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		field, err := cdp.Call(ctx, t, runtime.Evaluate, runtime.EvaluateParams{Expression: `document.querySelector("input[type=file]")`})
		if err != nil {
			return err
		}
		_, err = cdp.Call(ctx, t, dom.SetFileInputFiles, dom.SetFileInputFilesParams{Files: []string{file}, ObjectID: field.Result.ObjectID})
		return err
	}))
}

// TestImportInTheConsole: from an empty appliance to its people, by files sent
// from the browser: tried first, applied, then other files whose deletions wait
// for somebody to decide.
func TestImportInTheConsole(t *testing.T) {
	a := empty(t)
	b := open(t, a, "/connexion")
	b.signIn("marc.dubois")
	b.reads("Aucun établissement pour l’instant")
	b.healthy()
	b.shot("demarrage-1440-clair")
	b.click("link", "Importer des fichiers AAF")
	b.find("heading", "Imports AAF")
	b.click("button", "Envoyer")
	b.reads("Choisissez un fichier")
	b.healthy()
	file := delivery(t, "700", "1")
	b.choose(file)
	b.reads(filepath.Base(file))
	b.click("button", "Envoyer")
	b.find("button", "Appliquer cet import")
	b.reads("Essai")
	b.healthy()
	b.shot("essai-1440-clair")
	if _, page, _ := call(t, a, "marc.dubois").get("/console/etablissements"); strings.Contains(page, "0990001N") {
		t.Error("a try has made an establishment")
	}
	b.click("button", "Appliquer cet import")
	b.reads("Terminé")
	b.reads("créés")
	b.healthy()
	b.visit("/console")
	b.find("dialog", "Changer d’établissement")
	b.press("balzac")
	b.wait(`document.querySelectorAll("dialog [role=option]").length === 1`)

	b.visit("/console/imports")
	b.click("checkbox", "Essayer d’abord")
	b.choose(delivery(t, "500", "9"))
	b.click("button", "Envoyer")
	b.reads("à supprimer")
	b.healthy()
	b.shot("retenus-1440-clair")
	b.click("link", "Garder")
	b.find("alertdialog", "Abandonner les suppressions")
	b.healthy()
	b.click("link", "Non")
	b.click("link", "Supprimer…")
	b.find("alertdialog", "Confirmer les suppressions")
	b.click("button", "Oui")
	b.reads("comptes supprimés")
	b.healthy()
}
