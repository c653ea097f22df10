package jira

import (
	"bytes"
	"encoding/json"
	"errors"
	"time"
)

// few is a list of an answer, of which JIRA sends no more than maxFew: a small
// answer cannot be made to take much memory.
type few[T any] []T

const maxFew = 5000

func (f *few[T]) UnmarshalJSON(data []byte) error {
	*f = nil
	if string(data) == "null" {
		return nil
	}
	from := json.NewDecoder(bytes.NewReader(data))
	if open, err := from.Token(); err != nil || open != json.Delim('[') {
		return errors.New("no list")
	}
	for from.More() {
		if len(*f) == maxFew {
			return errors.New("a list is too long")
		}
		var one T
		if err := from.Decode(&one); err != nil {
			return err
		}
		*f = append(*f, one)
	}
	return nil
}

// moment is a date as JIRA writes it: 2026-11-23T22:40:57.123+0100.
type moment struct{ time.Time }

func (m *moment) UnmarshalJSON(data []byte) error {
	var text string
	if err := json.Unmarshal(data, &text); err != nil || text == "" {
		return err
	}
	at, err := time.Parse("2006-01-02T15:04:05.999-0700", text)
	if err != nil {
		at, err = time.Parse(time.RFC3339, text)
	}
	m.Time = at
	return err
}

// The shapes of what JIRA answers, as far as we read it.
type (
	named  struct{ Name string }
	person struct {
		AccountID    string `json:"accountId"`
		Name         string `json:"name"`
		DisplayName  string `json:"displayName"`
		EmailAddress string `json:"emailAddress"`
	}
	comment struct {
		ID         string
		Author     person
		Body       string
		Created    moment
		Updated    moment
		Visibility *struct{ Value string }
		JSDPublic  *bool `json:"jsdPublic"`
	}
	comments struct {
		Comments few[comment]
		Total    int
	}
	attachment struct {
		ID       string
		Filename string
		Author   person
		Created  moment
		Size     int64
		MimeType string
		Content  string
	}
	status struct {
		Name           string
		StatusCategory struct{ Key string }
	}
	issue struct {
		ID, Key string
		Fields  struct {
			Summary    string
			Status     status
			Resolution *named
			Priority   *named
			Updated    moment
			Comment    comments
			Attachment few[attachment]
		}
	}
)

func (p person) read() Person {
	who := Person{ID: p.AccountID, Name: p.DisplayName, Email: p.EmailAddress}
	if who.ID == "" {
		who.ID = p.Name
	}
	return who
}

func (c comment) read() Comment {
	public := c.Visibility == nil && (c.JSDPublic == nil || *c.JSDPublic)
	return Comment{ID: c.ID, Author: c.Author.read(), Body: c.Body, Created: c.Created.Time, Updated: c.Updated.Time, Public: public}
}

func (a attachment) read() Attachment {
	return Attachment{ID: a.ID, Name: a.Filename, Author: a.Author.read(), Created: a.Created.Time, Size: a.Size, Kind: a.MimeType, Content: a.Content}
}

func (n *named) read() string {
	if n == nil {
		return ""
	}
	return n.Name
}

// read is an issue of an answer, an error for one without a key.
func (i issue) read() (Issue, error) {
	if !IsKey(i.Key) {
		return Issue{}, unreadable()
	}
	f := i.Fields
	out := Issue{
		ID: i.ID, Key: i.Key, Summary: f.Summary, Status: Status{Name: f.Status.Name, Category: Category(f.Status.StatusCategory.Key)},
		Resolution: f.Resolution.read(), Priority: f.Priority.read(), Updated: f.Updated.Time,
	}
	for _, c := range f.Comment.Comments {
		out.Comments = append(out.Comments, c.read())
	}
	for _, a := range f.Attachment {
		out.Attachments = append(out.Attachments, a.read())
	}
	return out, nil
}
