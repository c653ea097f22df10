package jira

import (
	"bytes"
	"context"
	"errors"
	"io"
	"mime/multipart"
	"net/url"
	"strings"
	"sync"

	"preau/app/connect/outbound"
)

// An upload is a file on its way to JIRA, inside the form that carries it.
type upload struct {
	io.Reader
	content *source
	kind    string
	length  int64
}

// A source is the content of a file, which remembers why it could not be read.
// What carries it may still read when it answers: that ends with shut.
type source struct {
	mu   sync.Mutex
	from io.Reader
	left int64 // bytes that should come
	err  error
}

func (s *source) Read(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.err != nil {
		return 0, s.err
	}
	n, err := s.from.Read(p)
	s.left -= int64(n)
	switch {
	case s.left < 0, err == io.EOF && s.left > 0:
		s.err = errors.New("the file is not of the size that it was said to be")
		return 0, s.err
	case err != nil && err != io.EOF:
		s.err = err
	}
	return n, err
}

// shut ends the reading, and returns why it had failed.
func (s *source) shut() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	err := s.err
	s.err = io.ErrClosedPipe
	return err
}

// newUpload is the form of a file of a known size, of which nothing is read yet.
func newUpload(name string, size int64, content io.Reader) (*upload, error) {
	var form bytes.Buffer
	w := multipart.NewWriter(&form)
	if _, err := w.CreateFormFile("file", name); err != nil {
		return nil, err
	}
	before := bytes.Clone(form.Bytes())
	form.Reset()
	if err := w.Close(); err != nil {
		return nil, err
	}
	from := &source{from: content, left: size}
	return &upload{
		Reader: io.MultiReader(bytes.NewReader(before), from, &form), content: from,
		kind: w.FormDataContentType(), length: int64(len(before)) + size + int64(form.Len()),
	}, nil
}

// Attach adds a file of a size in bytes to an issue, read once from its content
// as it leaves. After a failure that is Unsure, the attachments of the issue
// tell whether it arrived.
func (c *Client) Attach(ctx context.Context, key, name string, size int64, content io.Reader) (Attachment, error) {
	path, err := keyed(key, "/attachments")
	if err != nil {
		return Attachment{}, err
	}
	file, err := newUpload(strings.NewReplacer("/", "_", `\`, "_").Replace(oneLine(name)), size, content)
	if err != nil {
		return Attachment{}, &Failure{Says: "Le fichier à joindre n’a pas pu être préparé.", Err: err}
	}
	var got few[attachment]
	if err := c.do(ctx, call{method: "POST", path: path, file: file, what: "la demande " + key}, &got); err != nil {
		return Attachment{}, err
	}
	if len(got) != 1 {
		f := unreadable()
		f.Unsure = true
		return Attachment{}, f
	}
	return got[0].read(), nil
}

// Download copies a file of an issue. It is asked of the site alone, whatever
// JIRA says of where it is. What was written before a failure is not the file.
func (c *Client) Download(ctx context.Context, a Attachment, to io.Writer) error {
	at, err := c.within(a)
	if err != nil {
		return err
	}
	req, err := c.prepare(ctx, call{method: "GET"}, at)
	if err != nil {
		return err
	}
	req.Header.Set("Accept", "*/*")
	res, err := c.files.Do(req)
	if err != nil {
		return c.explain(ctx, err)
	}
	defer res.Body.Close()
	if res.StatusCode != 200 {
		return c.answered(call{what: "le fichier « " + legible(a.Name) + " »"}, res)
	}
	if kindOf(res) == "text/html" && !strings.HasPrefix(a.Kind, "text/html") {
		return loginPage()
	}
	target := &sink{to: to}
	n, err := io.Copy(target, res.Body)
	switch {
	case target.err != nil:
		return &Failure{Temporary: true, Says: "Le fichier venu de JIRA n’a pas pu être écrit.", Err: target.err}
	case err != nil:
		return c.explain(ctx, err)
	case n != a.Size:
		return unreadable()
	}
	return nil
}

// A sink remembers why it could not be written.
type sink struct {
	to  io.Writer
	err error
}

func (s *sink) Write(p []byte) (int, error) {
	n, err := s.to.Write(p)
	s.err = err
	return n, err
}

// within is where a file is, a *Failure if that is not on the site.
func (c *Client) within(a Attachment) (*url.URL, error) {
	at, err := url.Parse(a.Content)
	if err != nil || at.User != nil || at.Opaque != "" || at.Scheme != c.base.Scheme || outbound.Place(at) != outbound.Place(c.base) ||
		!strings.HasPrefix(at.Path, c.base.Path+"/") || strings.Contains(at.Path, "/../") {
		return nil, &Failure{Says: "Le fichier « " + legible(a.Name) + " » n’est pas sur le site de JIRA : il n’a pas été demandé.", Err: errors.New("elsewhere")}
	}
	if c.site.Flavour == Cloud { // it would send us to another host
		query := at.Query()
		query.Set("redirect", "false")
		at.RawQuery = query.Encode()
	}
	return at, nil
}
