package ui

import (
	"net/http"
	"os"
	"path/filepath"
	"testing"

	"preau/app/access"
	"preau/app/demo"
	"preau/app/directory"
)

// TestOnlyTheirOwnTry: a delivery that somebody tried is applied by them alone,
// and nobody else's attempt costs them the files.
func TestOnlyTheirOwnTry(t *testing.T) {
	h := newHouse(t)
	paul := h.enter("paul.lefevre")
	sent := filepath.Join(h.app.Dir(), "envoi-essai")
	if err := os.WriteFile(sent, h.delivery(), 0o600); err != nil {
		t.Fatal(err)
	}
	marc, err := h.app.Gate.SignIn(t.Context(), access.SignIn{Login: "marc.dubois", Password: demo.Password})
	if err != nil {
		t.Fatal(err)
	}
	tried, err := directory.ImportAAF(t.Context(), marc.Session, directory.ImportOptions{Path: sent, TempDir: h.app.Dir(), DryRun: true})
	if err != nil {
		t.Fatal(err)
	}
	if got := paul.post("/console/imports/"+tried.ID+"/application", nil); got.Status != http.StatusConflict {
		t.Errorf("somebody else applies the try: %d", got.Status)
	}
	if _, err := os.Stat(sent); err != nil {
		t.Error("the files are gone:", err)
	}
}
