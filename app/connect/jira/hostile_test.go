package jira

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"testing"
	"time"

	"preau/app/connect/jira/fake"
)

// asks are all that is read of JIRA, by name.
func asks(c *Client) map[string]func(context.Context) error {
	return map[string]func(context.Context) error{
		"myself":      func(ctx context.Context) error { _, _, err := c.Myself(ctx); return err },
		"issue":       func(ctx context.Context) error { return ignore(c.Issue(ctx, "ENT-1")) },
		"label":       func(ctx context.Context) error { return ignore(c.FindByLabel(ctx, "ent-1")) },
		"changed":     func(ctx context.Context) error { return ignore(c.ChangedSince(ctx, "ENT", time.Unix(0, 0))) },
		"transitions": func(ctx context.Context) error { return ignore(c.Transitions(ctx, "ENT-1")) },
		"transition":  func(ctx context.Context) error { return c.Transition(ctx, "ENT-1", "Résolue") },
		"create":      func(ctx context.Context) error { return ignore(c.Create(ctx, locker)) },
		"comment":     func(ctx context.Context) error { return ignore(c.Comment(ctx, "ENT-1", "a")) },
		"attach":      func(ctx context.Context) error { return ignore(c.Attach(ctx, "ENT-1", "a", 1, strings.NewReader("a"))) },
		"provision":   func(ctx context.Context) error { return c.Provision(ctx, NewUser{Login: "a"}, "b") },
	}
}

// hostile are answers that make no sense, or another one.
var hostile = []string{
	"", "null", "true", "7", `"a"`, "[]", "{}", "[", "{", "[null]", "[[]]", `{"issues":null}`, `{"issues":{}}`, `{"issues":[null]}`, `{"issues":[{}]}`, `{"issues":[{"key":7}]}`, `{"issues":[{"key":"../x"}]}`,
	`{"total":-1,"issues":[]}`, `{"total":1e99,"issues":[]}`, `{"total":1000000,"issues":[]}`, `{"key":"ENT-1","fields":null}`, `{"key":"ENT-1","fields":[]}`, `{"key":"ENT-1","fields":{"status":null,"comment":null,"attachment":null}}`,
	`{"key":"ENT-1","fields":{"updated":"hier"}}`, `{"key":"ENT-1","fields":{"updated":7}}`, `{"key":"ENT-1","fields":{"comment":{"total":9,"comments":[]}}}`, `{"key":"ENT-1","fields":{"attachment":[{"size":-1,"content":"file:///"}]}}`,
	`{"key":"ENT-1\n<script>"}`, `{"name":["a"]}`, `{"name":"\ud800"}`, `{"transitions":[{"to":[]}]}`, `{"transitions":[{"id":"../1","to":{"name":"Résolue"}}]}`, `{"nextPageToken":"a","issues":[]}`, "<html></html>", "\xff\xfe", "{} {}",
	strings.Repeat("[", 100_000), strings.Repeat(`{"fields":`, 100_000), `{"issues":[` + strings.Repeat("null,", 6000) + `null]}`,
}

// answering is a client of a server that answers everything with one text.
func answering(t testing.TB, flavour Flavour, text *string) *Client {
	return serve(t, flavour, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		io.WriteString(w, *text)
	})
}

// TestHostile gives every question every hostile answer: each ends, in a
// *Failure or in nothing much.
func TestHostile(t *testing.T) {
	for _, flavour := range []Flavour{DataCenter, Cloud} {
		var text string
		c := answering(t, flavour, &text)
		for _, text = range hostile {
			if key, err := c.FindByLabel(t.Context(), "ent-1"); err == nil && key != "" && !IsKey(key) {
				t.Errorf("%q is found", key)
			}
			for name, ask := range asks(c) {
				if err := ask(t.Context()); err != nil {
					failure(t, err, "")
				} else if name == "create" {
					if !strings.Contains(text, `"ENT-1"`) {
						t.Errorf("%s: %.60q is taken", name, text)
					}
				}
			}
		}
	}
}

// TestEndlessPages has a search that always has one page more.
func TestEndlessPages(t *testing.T) {
	for _, flavour := range []Flavour{DataCenter, Cloud} {
		pages := 0
		c := serve(t, flavour, func(w http.ResponseWriter, r *http.Request) {
			pages++
			io.WriteString(w, `{"accountId":"a","total":1000000000,"nextPageToken":"a","issues":[`+strings.Repeat(`{"key":"ENT-1"},`, 199)+`{"key":"ENT-1"}]}`)
		})
		failure(t, ignore(c.ChangedSince(t.Context(), "ENT", time.Unix(0, 0))), "Trop de demandes ont changé")
		if pages > 60 {
			t.Errorf("%d pages asked", pages)
		}
	}
}

// TestMemory answers with lists that would take much more than they weigh.
func TestMemory(t *testing.T) {
	text := `{"issues":[` + strings.Repeat("{},", 1_600_000) + `{}]}`
	c := answering(t, DataCenter, &text)
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	failure(t, ignore(c.FindByLabel(t.Context(), "ent-1")), "illisible")
	runtime.ReadMemStats(&after)
	if took := (after.TotalAlloc - before.TotalAlloc) >> 20; took > 100 {
		t.Errorf("%d MiB allocated", took)
	}
	text = `{"accountId":"a","displayName":"` + strings.Repeat("é", maxAnswer/2) + `"}`
	_, _, err := c.Myself(t.Context())
	failure(t, err, "trop grande")
}

// FuzzAnswer gives any answer to every question.
func FuzzAnswer(f *testing.F) {
	for _, text := range hostile {
		f.Add(text)
	}
	real := fake.New(fake.DataCenter)
	for _, path := range []string{"/rest/api/2/myself", "/rest/api/2/project/ENT", "/rest/api/2/field", "/rest/api/2/search?jql=project+%3D+ENT"} {
		w, r := httptest.NewRecorder(), httptest.NewRequest("GET", path, nil)
		r.Header.Set("Authorization", "Bearer "+real.Token)
		real.ServeHTTP(w, r)
		f.Add(w.Body.String())
	}
	var text string
	data, cloud := answering(f, DataCenter, &text), answering(f, Cloud, &text)
	f.Fuzz(func(t *testing.T, answer string) {
		text = answer
		for _, c := range []*Client{data, cloud} {
			ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
			for _, ask := range asks(c) {
				if err := ask(ctx); err != nil {
					failure(t, err, "")
				}
			}
			c.Test(ctx, Needed{Project: "ENT", Types: []string{"a"}, Fields: []string{"b"}})
			cancel()
		}
		ParseWebhook([]byte(answer))
	})
}
