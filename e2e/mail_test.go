package e2e

import (
	"html"
	"regexp"
	"strings"
	"testing"
)

var (
	mailRow  = regexp.MustCompile(`(?s)<tr\b.*?</tr>`)
	mailLink = regexp.MustCompile(`href="(/console/appareil/courriels/[^"?]+)"`)
	mailText = regexp.MustCompile(`(?s)<pre [^>]*id="texte"[^>]*>(.*?)</pre>`)
	secret   = regexp.MustCompile(`(/[a-z-]+\?lien=[\w-]{43})\s`)
)

// mailTo is the text of the last mail to an address, as a trainer reads it in
// the demo.
func mailTo(t testing.TB, a *appliance, to string) (text string) {
	t.Helper()
	marc := call(t, a, "marc.dubois")
	_, page, _ := marc.get("/console/appareil/courriels")
	for _, row := range mailRow.FindAllString(page, -1) {
		m := mailLink.FindStringSubmatch(row)
		if m == nil || !strings.Contains(row, html.EscapeString(to)) {
			continue
		}
		_, mail, _ := marc.get(m[1])
		if m := mailText.FindStringSubmatch(mail); m != nil {
			return html.UnescapeString(m[1])
		}
		t.Fatalf("%s has no text", m[1])
	}
	t.Fatalf("no mail to %s", to)
	return ""
}

// linkIn is the path of the link that a mail holds.
func linkIn(t testing.TB, text string) string {
	t.Helper()
	m := secret.FindStringSubmatch(text)
	if m == nil {
		t.Fatalf("no link in\n%s", text)
	}
	return m[1]
}
