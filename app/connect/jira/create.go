package jira

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"
)

// NewIssue is an issue to make.
type NewIssue struct {
	Project, Type, Summary, Description string
	Priority                            string // "" for that of the project
	Labels                              []string
	Fields                              map[string]any // by customfield_10001: what JIRA expects there
}

const (
	maxSummary     = 255    // characters that JIRA takes
	maxDescription = 32_767 // and here, unless its administrator changed that
)

var fieldIDs = regexp.MustCompile(`^customfield_[0-9]{1,12}$`)

// Create makes an issue. A summary or a description that is too long is cut,
// which it says. After a failure that is Unsure, there may be one: see
// CreateOnce.
func (c *Client) Create(ctx context.Context, i NewIssue) (key string, err error) {
	fields := map[string]any{
		"project": map[string]string{"key": i.Project}, "issuetype": map[string]string{"name": i.Type},
		"summary": cut(strings.Join(strings.Fields(i.Summary), " "), maxSummary), "description": cut(i.Description, maxDescription),
	}
	if i.Priority != "" {
		fields["priority"] = map[string]string{"name": i.Priority}
	}
	for _, label := range i.Labels {
		if label == "" || len(label) > 255 || strings.ContainsFunc(label, func(c rune) bool { return c <= ' ' || c == 0x7f || c == 0xA0 }) {
			return "", &Failure{Says: "L’étiquette « " + legible(label) + " » ne convient pas à JIRA : ni espace, ni plus de 255 caractères."}
		}
	}
	if len(i.Labels) > 0 {
		fields["labels"] = i.Labels
	}
	for id, value := range i.Fields {
		if !fieldIDs.MatchString(id) {
			return "", &Failure{Says: "« " + legible(id) + " » n’est pas le nom d’un champ de JIRA : donnez-le comme customfield_10001."}
		}
		fields[id] = value
	}
	var made struct{ Key string }
	if err := c.do(ctx, call{method: "POST", path: "issue", send: map[string]any{"fields": fields}, what: "l’endroit où créer une demande"}, &made); err != nil {
		return "", err
	}
	if !IsKey(made.Key) {
		f := unreadable()
		f.Unsure, f.RetryAfter = true, c.settle()
		return "", f
	}
	return made.Key, nil
}

// cut is a text of some characters at most, with an ellipsis where it was
// longer.
func cut(text string, most int) string {
	text = strings.ToValidUTF8(text, "")
	if runes := []rune(text); len(runes) > most {
		return string(runes[:most-1]) + "…"
	}
	return text
}

// Settle is how long JIRA may take to find what was just made: its searches lag
// behind its writings, in Cloud above all.
const Settle = 2 * time.Minute

// settle is how long to wait before what may have been made is looked for.
func (c *Client) settle() time.Duration {
	if c.site.Flavour == Cloud {
		return Settle
	}
	return 10 * time.Second
}

// CreateOnce makes an issue unless one has that label already, and returns its
// key: the same issue, the same label, however many times it is called. After a
// failure that is Unsure, it must be called again, RetryAfter later: sooner,
// JIRA may not find yet what it has made. What remains is a JIRA whose searches
// are late by more than that, and two callers at once, which the caller keeps
// from happening.
func (c *Client) CreateOnce(ctx context.Context, i NewIssue, label string) (key string, err error) {
	if key, err := c.FindByLabel(ctx, label); err != nil || key != "" {
		return key, err
	}
	i.Labels = append(slices.Clone(i.Labels), label)
	return c.Create(ctx, i)
}

// Comment adds a comment to an issue and returns its identifier.
func (c *Client) Comment(ctx context.Context, key, body string) (id string, err error) {
	path, err := keyed(key, "/comment")
	if err != nil {
		return "", err
	}
	var made struct{ ID string }
	send := map[string]string{"body": cut(body, maxDescription)}
	if err := c.do(ctx, call{method: "POST", path: path, send: send, what: "la demande " + key}, &made); err != nil {
		return "", err
	}
	return made.ID, nil
}

// Transition is a way out of the status of an issue.
type Transition struct {
	ID, Name string
	To       Status
}

// Transitions returns the ways out of the status of an issue that our account
// may take.
func (c *Client) Transitions(ctx context.Context, key string) (ways []Transition, err error) {
	path, err := keyed(key, "/transitions")
	if err != nil {
		return nil, err
	}
	var got struct {
		Transitions few[struct {
			ID, Name string
			To       status
		}]
	}
	if err := c.do(ctx, call{method: "GET", path: path, what: "la demande " + key}, &got); err != nil {
		return nil, err
	}
	for _, t := range got.Transitions {
		ways = append(ways, Transition{ID: t.ID, Name: t.Name, To: Status{t.To.Name, Category(t.To.StatusCategory.Key)}})
	}
	return ways, nil
}

// Transition takes an issue to a status, given by its name or, if no status has
// that name, by its category. One that is not reachable from here is a *Failure
// that names those that are.
func (c *Client) Transition(ctx context.Context, key, to string) error {
	ways, err := c.Transitions(ctx, key)
	if err != nil {
		return err
	}
	at := slices.IndexFunc(ways, func(t Transition) bool { return strings.EqualFold(t.To.Name, to) })
	if at < 0 {
		at = slices.IndexFunc(ways, func(t Transition) bool { return string(t.To.Category) == to })
	}
	if at < 0 {
		var names []string
		for _, t := range ways {
			names = append(names, t.To.Name)
		}
		return &Failure{Says: fmt.Sprintf("JIRA ne permet pas de passer la demande %s à « %s », mais à : %s.", key, legible(to), legible(strings.Join(names, ", ")))}
	}
	send := map[string]any{"transition": map[string]string{"id": ways[at].ID}}
	return c.do(ctx, call{method: "POST", path: "issue/" + key + "/transitions", send: send, what: "la demande " + key}, nil)
}
