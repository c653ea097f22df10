package ui

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
)

// TestReservedFields: the collectivité and the activity of an establishment are
// for higher roles; a local administrator neither sees nor changes them.
func TestReservedFields(t *testing.T) {
	h := newHouse(t)
	claire, marc := h.enter("claire.moreau"), h.enter("marc.dubois")
	home := claire.get("/console").Get("Location")
	version := regexp.MustCompile(`name="version" value="(\d+)"`)
	form := func(p *person) url.Values {
		return url.Values{"version": {version.FindStringSubmatch(p.get(home).Body)[1]}, "email": {"ce@exemple.example"}, "collectivite": {"Région de la vallée"}, "actif": {"non"}}
	}
	if strings.Contains(claire.get(home).Body, `name="actif"`) {
		t.Error("a local administrator sees the activity of the establishment")
	}
	if got := claire.post(home, form(claire)); got.Status != http.StatusSeeOther || strings.Contains(claire.get(home).Body, "Région de la vallée") {
		t.Error("a local administrator changes the collectivité:", got.Status)
	}
	if got := marc.post(home, form(marc)); got.Status != http.StatusSeeOther {
		t.Fatal(got.Status, got.Body)
	}
	member := regexp.MustCompile(`<option value="([A-Z0-9]+)">([^<]+)</option>`).FindStringSubmatch(claire.get(home).Body)
	if member == nil {
		t.Fatal("nobody can be made the head")
	}
	chosen := form(claire)
	chosen.Set("chef", member[1])
	if got := claire.post(home, chosen); got.Status != http.StatusSeeOther {
		t.Fatal(got.Status, got.Body)
	}
	if !strings.Contains(claire.get(home).Body, `<dd>`+member[2]+`</dd>`) {
		t.Error("the head is not the one who was chosen")
	}
	page := marc.get(home).Body
	if !strings.Contains(page, "Région de la vallée") || !strings.Contains(page, `value="non" checked`) {
		t.Error("a higher role changes nothing")
	}
}
