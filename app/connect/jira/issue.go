package jira

import (
	"cmp"
	"context"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Category is what a status means, whatever its name.
type Category string

// The categories of JIRA.
const (
	New        Category = "new"
	InProgress Category = "indeterminate"
	Done       Category = "done"
)

// Status is where an issue is in its workflow.
type Status struct {
	Name     string
	Category Category
}

// Issue is a request as JIRA has it. Its texts are what JIRA says, without any
// check but that of their number.
type Issue struct {
	ID, Key, Summary     string
	Status               Status
	Resolution, Priority string // "" for none
	Updated              time.Time
	Comments             []Comment    // oldest first
	Attachments          []Attachment // oldest first
}

// Comment is a word of somebody about an issue, in the markup of JIRA.
type Comment struct {
	ID               string
	Author           Person
	Body             string
	Created, Updated time.Time
	Public           bool // no group or role keeps it to itself
}

// Attachment is a file of an issue, which Download reads.
type Attachment struct {
	ID, Name string
	Author   Person
	Created  time.Time
	Size     int64  // in bytes
	Kind     string // as JIRA says: « application/pdf »
	Content  string // where it is
}

// Issue reads an issue, its comments and the list of its files.
func (c *Client) Issue(ctx context.Context, key string) (Issue, error) {
	path, err := keyed(key, "")
	if err != nil {
		return Issue{}, err
	}
	var got issue
	fields := url.Values{"fields": {"summary,status,resolution,updated,comment,attachment,priority"}}
	if err := c.do(ctx, call{method: "GET", path: path, query: fields, what: "la demande " + key}, &got); err != nil {
		return Issue{}, err
	}
	if err := c.restOfComments(ctx, key, &got.Fields.Comment); err != nil {
		return Issue{}, err
	}
	out, err := got.read()
	slices.SortStableFunc(out.Comments, func(a, b Comment) int { return a.Created.Compare(b.Created) })
	slices.SortStableFunc(out.Attachments, func(a, b Attachment) int { return a.Created.Compare(b.Created) })
	return out, err
}

// restOfComments reads the comments that did not come with their issue.
func (c *Client) restOfComments(ctx context.Context, key string, got *comments) error {
	if got.Total <= len(got.Comments) {
		return nil
	}
	got.Comments = nil // they may be the first ones, or the last
	for {
		var page comments
		query := url.Values{"startAt": {strconv.Itoa(len(got.Comments))}, "maxResults": {"100"}}
		if err := c.do(ctx, call{method: "GET", path: "issue/" + key + "/comment", query: query, what: "la demande " + key}, &page); err != nil {
			return err
		}
		got.Comments = append(got.Comments, page.Comments...)
		switch {
		case len(page.Comments) == 0, len(got.Comments) >= page.Total:
			return nil
		case len(got.Comments) > maxFew:
			return &Failure{Says: "La demande " + key + " a trop de commentaires dans JIRA pour être suivie."}
		}
	}
}

// A search reads issues page by page, each flavour in its own way.
type search struct {
	jql, fields string
	start       int    // of the next page, in Data Center
	token       string // of the next page, in Cloud
	over        bool
}

const (
	perPage  = 50
	maxFound = 10_000
)

// next reads one page of a search.
func (c *Client) next(ctx context.Context, s *search) ([]Issue, error) {
	query := url.Values{"jql": {s.jql}, "fields": {s.fields}, "maxResults": {strconv.Itoa(perPage)}}
	path := "search"
	if c.site.Flavour == Cloud {
		path = "search/jql"
		if s.token != "" {
			query.Set("nextPageToken", s.token)
		}
	} else {
		query.Set("startAt", strconv.Itoa(s.start))
	}
	var page struct {
		Issues        few[issue]
		Total         int
		NextPageToken string `json:"nextPageToken"`
	}
	if err := c.do(ctx, call{method: "GET", path: path, query: query, what: "ce qui est cherché"}, &page); err != nil {
		return nil, err
	}
	s.start, s.token = s.start+len(page.Issues), page.NextPageToken
	s.over = s.token == ""
	if c.site.Flavour == DataCenter {
		s.over = len(page.Issues) == 0 || s.start >= page.Total
	}
	var found []Issue
	for _, i := range page.Issues {
		one, err := i.read()
		if err != nil {
			return nil, err
		}
		found = append(found, one)
	}
	return found, nil
}

// overlap is how far the windows of ChangedSince reach back into each other:
// JIRA reads dates to the minute, and writes its index after the fact.
const overlap = 5 * time.Minute

// ChangedSince returns the issues of a project that changed since a date,
// oldest change first, without comments or files, which Issue reads. It also
// returns some that changed before: the caller knows what it already saw by
// Updated. An issue that left the project is not among them.
func (c *Client) ChangedSince(ctx context.Context, project string, since time.Time) ([]Issue, error) {
	zone, err := c.timeZone(ctx)
	if err != nil {
		return nil, err
	}
	// By key: unlike in the order of changes, what changes in between moves nothing
	// to a page that was already read.
	s := search{
		jql:    "project = " + quote(project) + " AND updated >= " + quote(minute(since.Add(-overlap), zone)) + " ORDER BY key ASC",
		fields: "summary,status,resolution,updated,priority",
	}
	var all []Issue
	for pages := 0; !s.over; pages++ {
		if len(all) > maxFound || pages > maxFound/perPage {
			return nil, &Failure{Says: "Trop de demandes ont changé dans JIRA pour être relues d’un coup."}
		}
		page, err := c.next(ctx, &s)
		if err != nil {
			return nil, err
		}
		all = append(all, page...)
	}
	slices.SortStableFunc(all, func(a, b Issue) int { return cmp.Or(a.Updated.Compare(b.Updated), strings.Compare(a.Key, b.Key)) })
	return all, nil
}

// timeZone is that in which JIRA reads our dates, nil for an unknown one.
func (c *Client) timeZone(ctx context.Context) (*time.Location, error) {
	c.mu.Lock()
	zone := c.zone
	c.mu.Unlock()
	if zone != nil {
		return zone, nil
	}
	_, zone, err := c.Myself(ctx)
	if err != nil {
		return nil, err
	}
	c.mu.Lock()
	c.zone = zone
	c.mu.Unlock()
	return zone, nil
}

// minute writes a date as JQL reads it, or an earlier one where the clock on the
// wall would not tell which date is meant.
func minute(at time.Time, zone *time.Location) string {
	const layout = "2006-01-02 15:04"
	if zone == nil {
		return at.UTC().Add(-12 * time.Hour).Format(layout) // that moment has passed everywhere
	}
	at = at.In(zone)
	_, now := at.Zone()
	_, before := at.Add(-time.Hour).Zone()
	_, after := at.Add(time.Hour).Zone()
	if now != before || now != after {
		at = at.Add(-2 * time.Hour) // the clocks change: one hour comes twice
	}
	return at.Format(layout)
}

// quote writes a value of JQL, whatever it holds.
func quote(value string) string {
	value = strings.Map(func(c rune) rune {
		if c < ' ' || c == 0x7f {
			return ' '
		}
		return c
	}, strings.ToValidUTF8(value, ""))
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(value) + `"`
}

// FindByLabel returns the first issue made that has a label, "" if there is
// none. In Cloud, what was made a moment ago may not be found yet.
func (c *Client) FindByLabel(ctx context.Context, label string) (key string, err error) {
	s := search{jql: "labels = " + quote(label) + " ORDER BY created ASC", fields: "summary"}
	found, err := c.next(ctx, &s)
	if err != nil || len(found) == 0 {
		return "", err
	}
	return found[0].Key, nil
}
