package jira

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"regexp"
	"strings"
)

// VerifyWebhook tells whether the body of a webhook was signed with a secret,
// from its header X-Hub-Signature. No secret verifies nothing.
func VerifyWebhook(secret, signatureHeader string, body []byte) bool {
	given, ok := strings.CutPrefix(signatureHeader, "sha256=")
	if !ok || secret == "" {
		return false
	}
	signature, err := hex.DecodeString(given)
	if err != nil {
		return false
	}
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write(body)
	return hmac.Equal(signature, mac.Sum(nil))
}

// Hint is what a webhook says has changed. It is only a reason to ask: whoever
// sent it, nothing else of it is read.
type Hint struct {
	Key   string // of the issue
	Event string // « jira:issue_updated »
}

var events = regexp.MustCompile(`^[a-z][a-z_:]{0,63}$`)

// ParseWebhook reads the body of a webhook. One that is not about an issue is
// an error.
func ParseWebhook(body []byte) (Hint, error) {
	var got struct {
		WebhookEvent string `json:"webhookEvent"`
		Issue        struct{ Key string }
	}
	if err := json.Unmarshal(body, &got); err != nil {
		return Hint{}, errors.New("the webhook is no JSON of an issue")
	}
	if !IsKey(got.Issue.Key) || !events.MatchString(got.WebhookEvent) {
		return Hint{}, errors.New("the webhook is about no issue")
	}
	return Hint{Key: got.Issue.Key, Event: got.WebhookEvent}, nil
}
