package letter

import (
	"slices"
	"strings"

	"github.com/emersion/go-message/textproto"
)

// automatic says why nobody wrote a mail, "" for that of a person. When in doubt
// it is automatic: an answer that answers answers never ends.
func automatic(h textproto.Header, from string) string {
	word := func(name string) string {
		value, _ := parameters(h.Get(name))
		value, _, _ = strings.Cut(value, "(")
		return strings.TrimSpace(value)
	}
	if value := word("Auto-Submitted"); value != "" && value != "no" {
		return "message automatique (Auto-Submitted)"
	}
	if slices.Contains([]string{"bulk", "list", "junk", "auto_reply", "auto-reply"}, word("Precedence")) {
		return "envoi en nombre (Precedence)"
	}
	if value := word("X-Auto-Response-Suppress"); value != "" && value != "none" {
		return "message qui ne veut pas de réponse (X-Auto-Response-Suppress)"
	}
	for _, name := range []string{"X-Autoreply", "X-Autorespond", "X-Autoresponder", "X-Autoreply-From", "X-Mail-Autoreply", "X-Failed-Recipients"} {
		if value := word(name); value != "" && value != "no" {
			return "réponse automatique (" + name + ")"
		}
	}
	for _, name := range []string{"List-Id", "List-Post", "List-Unsubscribe"} {
		if h.Get(name) != "" {
			return "liste de diffusion (" + name + ")"
		}
	}
	if kind, _ := parameters(h.Get("Content-Type")); kind == "multipart/report" || kind == "message/delivery-status" || kind == "message/disposition-notification" {
		return "avis de remise (" + kind + ")"
	}
	if h.Has("Return-Path") && strings.Trim(h.Get("Return-Path"), "<> \t") == "" {
		return "avis de remise (Return-Path)"
	}
	if from == "" {
		return "expéditeur illisible"
	}
	if local, _, _ := strings.Cut(from, "@"); local == "mailer-daemon" || local == "postmaster" {
		return "message d’un serveur de courriel (" + local + ")"
	}
	return ""
}
