package fake

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
)

// ServeHTTP answers as JIRA, or fails as it was asked to.
func (f *Fake) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	path, ok := strings.CutPrefix(r.URL.Path, f.Path)
	if !ok {
		http.NotFound(w, r)
		return
	}
	// The whole before the lock: whoever sends slowly stops nobody else.
	f.mu.Lock()
	most := f.MaxFile
	f.mu.Unlock()
	sent, _ := io.ReadAll(io.LimitReader(r.Body, most+2<<20))
	r.Body = io.NopCloser(bytes.NewReader(sent))
	api := strings.TrimPrefix(path, "/rest/api/2")
	work := r.Method != http.MethodGet && !strings.HasPrefix(api, "/search")
	f.mu.Lock()
	mode := f.mode
	if f.onlyWork && !work {
		mode = Healthy
	}
	at := len(f.calls)
	f.calls = append(f.calls, Call{Method: r.Method, Path: api, Query: r.URL.RawQuery})
	f.mu.Unlock()

	told := &teller{ResponseWriter: w}
	defer func() {
		f.mu.Lock()
		f.calls[at].Status = told.status
		f.mu.Unlock()
	}()
	if f.before(told, r, mode) {
		return
	}
	done := httptest.NewRecorder()
	f.answer(done, r, path)
	f.after(told, r, mode, work, done)
}

// A teller remembers the status that was answered.
type teller struct {
	http.ResponseWriter
	status int
}

func (t *teller) WriteHeader(status int) {
	t.status = status
	t.ResponseWriter.WriteHeader(status)
}

func (t *teller) Write(p []byte) (int, error) {
	if t.status == 0 {
		t.status = http.StatusOK
	}
	return t.ResponseWriter.Write(p)
}

func (t *teller) Unwrap() http.ResponseWriter { return t.ResponseWriter }

// after sends what was done, or fails in the ways that come too late.
func (f *Fake) after(w http.ResponseWriter, r *http.Request, mode Mode, work bool, done *httptest.ResponseRecorder) {
	body := done.Body.Bytes()
	switch {
	case mode == Silent && work:
		f.hold(r)
		return
	case mode == Cut && work:
		if conn, _, err := http.NewResponseController(w).Hijack(); err == nil {
			conn.Close()
		}
		return
	case mode == BrokenAfter:
		w.Header().Set("Content-Type", "text/html")
		w.WriteHeader(http.StatusBadGateway)
		fmt.Fprintf(w, page, "502 Bad Gateway")
		return
	case mode == Truncated:
		body = body[:len(body)/2]
	}
	for name, values := range done.Header() {
		w.Header()[name] = values
	}
	w.WriteHeader(done.Code)
	w.Write(body)
}

// answer is what a healthy JIRA answers.
func (f *Fake) answer(w http.ResponseWriter, r *http.Request, path string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if path == "/rest/api/2/serverInfo" { // strangers may ask
		f.serverInfo(w)
		return
	}
	if !f.knows(r) {
		w.Header().Set("Content-Type", "text/html;charset=UTF-8")
		w.WriteHeader(http.StatusUnauthorized)
		fmt.Fprintf(w, page, "Unauthorized (401)")
		return
	}
	r = r.Clone(r.Context())
	r.URL.Path, r.URL.RawPath = path, ""
	f.routes.ServeHTTP(w, r)
}

// knows tells whether a request comes from the account.
func (f *Fake) knows(r *http.Request) bool {
	wanted := "Bearer " + f.Token
	if f.Flavour == Cloud {
		wanted = "Basic " + base64.StdEncoding.EncodeToString([]byte(f.Email+":"+f.Token))
	}
	return r.Header.Get("Authorization") == wanted
}

func (f *Fake) route() *http.ServeMux {
	m := http.NewServeMux()
	on := func(pattern string, answer func(http.ResponseWriter, *http.Request)) {
		method, path, _ := strings.Cut(pattern, " ")
		m.HandleFunc(method+" /rest/api/2"+path, answer)
	}
	on("GET /myself", f.myself)
	on("GET /project/{key}", f.project)
	on("GET /field", f.fields)
	on("POST /issue", f.create)
	on("GET /issue/{key}", f.read)
	on("GET /issue/{key}/comment", f.readComments)
	on("POST /issue/{key}/comment", f.addComment)
	on("POST /issue/{key}/attachments", f.addAttachment)
	on("GET /issue/{key}/transitions", f.transitions)
	on("POST /issue/{key}/transitions", f.transition)
	if f.Flavour == Cloud {
		on("GET /search/jql", f.searchCloud)
		on("POST /search/jql", f.searchCloud)
		on("GET /search", removed)
		on("POST /search", removed)
		on("GET /attachment/content/{id}", f.contentCloud)
		m.HandleFunc("GET /rest/api/3/attachment/content/{id}", f.contentCloud)
	} else {
		on("GET /search", f.searchDataCenter)
		on("POST /search", f.searchDataCenter)
		on("GET /user", f.user)
		on("POST /user", f.addUser)
		on("POST /group/user", f.addToGroup)
		m.HandleFunc("GET /secure/attachment/{id}/{name...}", f.content)
	}
	m.HandleFunc("/", func(w http.ResponseWriter, _ *http.Request) { refuse(w, http.StatusNotFound, "null for uri", nil) })
	return m
}

// send answers with JSON.
func send(w http.ResponseWriter, status int, value any) {
	w.Header().Set("Content-Type", "application/json;charset=UTF-8")
	w.WriteHeader(status)
	json.NewEncoder(w).Encode(value)
}

// refuse answers with what is wrong, as a whole or by field.
func refuse(w http.ResponseWriter, status int, message string, errors map[string]string) {
	messages := []string{}
	if message != "" {
		messages = append(messages, message)
	}
	if errors == nil {
		errors = map[string]string{}
	}
	send(w, status, map[string]any{"errorMessages": messages, "errors": errors})
}

func removed(w http.ResponseWriter, _ *http.Request) {
	refuse(w, http.StatusGone, "The requested API has been removed. Please migrate to the /rest/api/3/search/jql API.", nil)
}
