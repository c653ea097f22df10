// Package fake is a JIRA of this process, for tests: it answers in the shapes
// of a Data Center or of Cloud, keeps what it is given, and fails on demand.
// Its helpers act as the people of level 2.
package fake

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"time"

	"preau/app/connect/outbound"
)

// Flavour is which JIRA it is: the values of jira.Flavour.
type Flavour string

// The flavours of JIRA.
const (
	DataCenter Flavour = "datacenter"
	Cloud      Flavour = "cloud"
)

// Fake is a JIRA. Its exported fields are set before it serves, or by Set.
type Fake struct {
	Flavour      Flavour
	Path         string   // before /rest and /browse: « /jira », "" for none
	Email, Token string   // of the account that it lets in; Email in Cloud only
	Account      string   // accountId in Cloud, name in Data Center
	Zone         string   // of the account
	Project      string   // the key of its only project
	Types        []string // of issues
	Priorities   []string
	Fields       []string // its own: customfield_10001
	Groups       []string
	PageSize     int              // the most that one page of a search holds
	MaxFile      int64            // bytes of an attachment, beyond which: 413
	Now          func() time.Time // its clock

	// URL is where it listens once started, with Path.
	URL string

	mu       sync.Mutex
	mode     Mode
	onlyWork bool // the mode is for what changes something
	behind   bool
	issues   []*Issue
	users    []*User
	calls    []Call
	events   [][]byte
	last     int // identifier given
	routes   *http.ServeMux
	leave    chan struct{} // closed when it stops
}

// Issue is what it keeps of an issue.
type Issue struct {
	ID, Key, Type, Summary, Description, Priority, Status string
	Labels                                                []string
	Fields                                                map[string]any // those of its own
	Created, Updated                                      time.Time
	Comments                                              []Comment
	Attachments                                           []Attachment

	indexed bool // searches find it
}

// Comment is what it keeps of a comment.
type Comment struct {
	ID, Author, Body string
	Created          time.Time
	Restricted       bool // to a role
}

// Attachment is what it keeps of a file.
type Attachment struct {
	ID, Name, Author, Kind string
	Created                time.Time
	Content                []byte
}

// User is an account that it opened, or was told of.
type User struct {
	Login, Email, Name string
	Groups             []string
}

// Call is one request that arrived, whatever was answered.
type Call struct {
	Method, Path string // after /rest/api/2: « /issue/ENT-1/comment »
	Query        string
	Status       int // answered, 0 for none
}

// Statuses are those of its workflow, each with its category. Any may follow any.
var Statuses = []struct{ ID, Name, Category string }{
	{"1", "Ouverte", "new"}, {"3", "En cours", "indeterminate"}, {"10001", "En attente", "indeterminate"}, {"5", "Résolue", "done"}, {"6", "Fermée", "done"},
}

// New is a JIRA with one empty project, ENT, that nobody can reach yet.
func New(flavour Flavour) *Fake {
	f := &Fake{
		Flavour: flavour, Email: "connecteur@exemple.example", Token: "jeton-du-connecteur", Account: "connecteur", Zone: "Europe/Paris",
		Project: "ENT", Types: []string{"Incident", "Demande"}, Priorities: []string{"Basse", "Moyenne", "Haute"},
		Fields: []string{"customfield_10001", "customfield_10002"}, Groups: []string{"ent-utilisateurs"},
		PageSize: 50, MaxFile: 10 << 20, Now: time.Now, last: 10_000, leave: make(chan struct{}),
	}
	if flavour == Cloud {
		f.Account = "5b10ac8d82e05b22cc7d4ef5"
	}
	f.routes = f.route()
	return f
}

// T is what Start needs of a test.
type T interface {
	Helper()
	Fatal(...any)
	Cleanup(func())
}

// Start is New, listening on a port of this machine until the end of a test.
func Start(t T, flavour Flavour) *Fake {
	t.Helper()
	f := New(flavour)
	stop, err := f.Listen("127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(stop)
	return f
}

// Listen serves at an address of this machine until stop, which cuts what is
// being answered, and sets URL.
func (f *Fake) Listen(address string) (stop func(), err error) {
	listener, err := net.Listen("tcp", address)
	if err != nil {
		return nil, err
	}
	f.URL = "http://" + listener.Addr().String() + f.Path
	server := &http.Server{Handler: f, ReadHeaderTimeout: time.Minute}
	done := make(chan error, 1)
	go func() { done <- server.Serve(listener) }()
	return sync.OnceFunc(func() {
		close(f.leave)
		server.Close()
		<-done
	}), nil
}

// Set changes what it is while it serves: all but Flavour, Path and URL.
func (f *Fake) Set(change func(*Fake)) {
	f.mu.Lock()
	defer f.mu.Unlock()
	change(f)
}

// Behind has searches not find what is made from now on, as those of Cloud do
// for a while, or find all of it.
func (f *Fake) Behind(behind bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.behind = behind
	for _, i := range f.issues {
		i.indexed = i.indexed || !behind
	}
}

// Issues returns a copy of its issues, oldest first.
func (f *Fake) Issues() (all []Issue) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, i := range f.issues {
		one := *i
		one.Labels, one.Comments, one.Attachments = slices.Clone(i.Labels), slices.Clone(i.Comments), slices.Clone(i.Attachments)
		all = append(all, one)
	}
	return all
}

// Users returns a copy of its accounts, oldest first.
func (f *Fake) Users() (all []User) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, u := range f.users {
		one := *u
		one.Groups = slices.Clone(u.Groups)
		all = append(all, one)
	}
	return all
}

// Calls returns what was asked of it, in order.
func (f *Fake) Calls() []Call {
	f.mu.Lock()
	defer f.mu.Unlock()
	return slices.Clone(f.calls)
}

// errUnknown is what is said of an issue that it does not have.
var errUnknown = errors.New("fake: no such issue or status")

// SetStatus takes an issue to a status of Statuses, as level 2 does.
func (f *Fake) SetStatus(key, name string) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	i := f.find(key)
	if i == nil || !slices.ContainsFunc(Statuses, func(s struct{ ID, Name, Category string }) bool { return s.Name == name }) {
		return errUnknown
	}
	f.move(i, name)
	return nil
}

func (f *Fake) move(i *Issue, name string) {
	from := i.Status
	i.Status, i.Updated = name, f.Now()
	f.event("jira:issue_updated", "issue_generic", i, map[string]any{"changelog": map[string]any{
		"id": f.id(), "items": []any{map[string]any{"field": "status", "fieldtype": "jira", "fromString": from, "toString": name}},
	}})
}

// AddComment adds a comment of somebody of level 2, which only some of them see
// if it is restricted.
func (f *Fake) AddComment(key, author, body string, restricted bool) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	i := f.find(key)
	if i == nil {
		return errUnknown
	}
	f.comment(i, Comment{Author: author, Body: body, Restricted: restricted})
	return nil
}

func (f *Fake) comment(i *Issue, c Comment) Comment {
	c.ID, c.Created = f.id(), f.Now()
	i.Comments, i.Updated = append(i.Comments, c), c.Created
	f.event("jira:issue_updated", "issue_commented", i, map[string]any{"comment": f.commentShape("", i, c)})
	return c
}

// AddAttachment adds a file of somebody of level 2.
func (f *Fake) AddAttachment(key, author, name, kind string, content []byte) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	i := f.find(key)
	if i == nil {
		return errUnknown
	}
	f.attach(i, Attachment{Author: author, Name: name, Kind: kind, Content: content})
	return nil
}

func (f *Fake) attach(i *Issue, a Attachment) Attachment {
	a.ID, a.Created = f.id(), f.Now()
	i.Attachments, i.Updated = append(i.Attachments, a), a.Created
	f.event("jira:issue_updated", "issue_updated", i, nil)
	return a
}

// AddUser tells it of an account that it has.
func (f *Fake) AddUser(u User) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.users = append(f.users, &u)
}

// id is an identifier that nothing else has.
func (f *Fake) id() string {
	f.last++
	return fmt.Sprint(f.last)
}

// find returns an issue by its key or its identifier, nil for none.
func (f *Fake) find(key string) *Issue {
	for _, i := range f.issues {
		if i.Key == key || i.ID == key {
			return i
		}
	}
	return nil
}

// event keeps what a webhook will tell.
func (f *Fake) event(name, kind string, i *Issue, more map[string]any) {
	told := map[string]any{
		"timestamp": f.Now().UnixMilli(), "webhookEvent": name, "issue_event_type_name": kind,
		"user": f.person("", f.Account), "issue": f.issueShape("", i, nil),
	}
	for k, v := range more {
		told[k] = v
	}
	body, _ := json.Marshal(told) // maps of texts: nothing of it can fail
	f.events = append(f.events, body)
}

// Deliver posts what changed since the last time to a webhook of this machine,
// signed with a secret unless it is "", and returns the status of each answer.
func (f *Fake) Deliver(url, secret string) (statuses []int, err error) {
	f.mu.Lock()
	events := f.events
	f.events = nil
	f.mu.Unlock()
	here := outbound.Policy{Allowed: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8"), netip.MustParsePrefix("::1/128")}}.Inside()
	for n, body := range events {
		req, err := http.NewRequestWithContext(context.Background(), http.MethodPost, url, strings.NewReader(string(body)))
		if err != nil {
			return statuses, err
		}
		req.Header.Set("Content-Type", "application/json; charset=UTF-8")
		req.Header.Set("X-Atlassian-Webhook-Identifier", fmt.Sprintf("%d-%d", f.Now().UnixNano(), n))
		if secret != "" {
			mac := hmac.New(sha256.New, []byte(secret))
			mac.Write(body)
			req.Header.Set("X-Hub-Signature", "sha256="+hex.EncodeToString(mac.Sum(nil)))
		}
		res, err := here.HTTP(outbound.Quick, nil).Do(req)
		if err != nil {
			return statuses, err
		}
		res.Body.Close()
		statuses = append(statuses, res.StatusCode)
	}
	return statuses, nil
}
