package jira

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"sync/atomic"

	"preau/app/connect/outbound"
)

// A call is one thing asked of JIRA.
type call struct {
	method, path string // after /rest/api/2/
	query        url.Values
	send         any // as JSON, nil for nothing
	file         *upload
	through      *outbound.Client // nil for the usual one
	what         string           // it is about, in French, after « JIRA ne connaît pas »
}

// changes tells whether a call may leave something behind.
func (a call) changes() bool { return a.method != http.MethodGet }

// do makes a call and reads its answer into a value, nil for none. Its error is
// a *Failure.
func (c *Client) do(ctx context.Context, a call, into any) error {
	var sent atomic.Bool
	trace := &httptrace.ClientTrace{GotConn: func(httptrace.GotConnInfo) { sent.Store(true) }}
	req, err := c.request(httptrace.WithClientTrace(ctx, trace), a)
	if err != nil {
		return err
	}
	through := a.through
	if through == nil {
		through = c.answer
	}
	res, err := through.Do(req)
	if err == nil {
		defer res.Body.Close()
		err = c.receive(a, res, into)
	}
	if a.file != nil {
		if cause := a.file.content.shut(); cause != nil {
			return &Failure{Says: "Le fichier à joindre n’a pas pu être lu en entier.", Err: cause}
		}
	}
	if err == nil {
		return nil
	}
	f := c.explain(ctx, err)
	if answered := f.Status != 0 && f.Status/100 != 5 && f.Status/100 != 2; a.changes() && sent.Load() && !answered {
		f.Unsure, f.RetryAfter = true, max(f.RetryAfter, c.settle())
	}
	return f
}

// request is a call as it is sent.
func (c *Client) request(ctx context.Context, a call) (*http.Request, error) {
	at := c.base.JoinPath("rest/api/2", a.path)
	at.RawQuery = a.query.Encode()
	return c.prepare(ctx, a, at)
}

func (c *Client) prepare(ctx context.Context, a call, at *url.URL) (*http.Request, error) {
	var from io.Reader
	if a.send != nil {
		body, err := json.Marshal(a.send)
		if err != nil {
			return nil, &Failure{Says: "Ce qu’il faut envoyer à JIRA n’a pas pu être composé.", Err: err}
		}
		from = bytes.NewReader(body)
	}
	if a.file != nil {
		from = a.file
	}
	req, err := http.NewRequestWithContext(ctx, a.method, at.String(), from)
	if err != nil {
		return nil, &Failure{Says: "L’adresse de JIRA n’est pas lisible.", Err: errors.New("address")}
	}
	req.Header.Set("Accept", "application/json")
	switch {
	case a.file != nil:
		req.ContentLength = a.file.length
		req.Header.Set("Content-Type", a.file.kind)
		req.Header.Set("X-Atlassian-Token", "no-check")
	case a.send != nil:
		req.Header.Set("Content-Type", "application/json")
	}
	if c.site.Flavour == Cloud {
		req.SetBasicAuth(c.site.Email, c.site.Token)
	} else {
		req.Header.Set("Authorization", "Bearer "+c.site.Token)
	}
	return req, nil
}

// receive reads an answer into a value.
func (c *Client) receive(a call, res *http.Response, into any) error {
	if res.StatusCode/100 != 2 {
		return c.answered(a, res)
	}
	page := kindOf(res) == "text/html"
	if into == nil {
		if page {
			return loginPage()
		}
		return nil
	}
	body, err := io.ReadAll(res.Body)
	if err != nil {
		return err
	}
	if page || bytes.HasPrefix(bytes.TrimSpace(body), []byte("<")) {
		return loginPage()
	}
	if json.Unmarshal(body, into) != nil {
		return unreadable()
	}
	return nil
}

func kindOf(res *http.Response) string {
	kind, _, _ := mime.ParseMediaType(res.Header.Get("Content-Type"))
	return kind
}
