package fake_test

import (
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	gojira "github.com/andygrunwald/go-jira"
	atlassian "github.com/ctreminiom/go-atlassian/v2/jira/v2"
	"github.com/ctreminiom/go-atlassian/v2/pkg/infra/models"

	"preau/app/connect/jira/fake"
)

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// signer gives the account of a fake to a client that knows none.
type signer struct{ f *fake.Fake }

func (s signer) RoundTrip(r *http.Request) (*http.Response, error) {
	if s.f.Flavour == fake.Cloud {
		r.SetBasicAuth(s.f.Email, s.f.Token)
	} else {
		r.Header.Set("Authorization", "Bearer "+s.f.Token)
	}
	return http.DefaultTransport.RoundTrip(r)
}

// TestGoJira has a published client do with the fake all that we do with JIRA.
func TestGoJira(t *testing.T) {
	for _, flavour := range []fake.Flavour{fake.DataCenter, fake.Cloud} {
		t.Run(string(flavour), func(t *testing.T) {
			f := fake.Start(t, flavour)
			var with http.RoundTripper = &gojira.PATAuthTransport{Token: f.Token}
			if flavour == fake.Cloud {
				with = &gojira.BasicAuthTransport{Username: f.Email, Password: f.Token}
			}
			c, err := gojira.NewClient(&http.Client{Transport: with}, f.URL)
			must(t, err)
			me, _, err := c.User.GetSelf()
			must(t, err)
			if me.DisplayName != "Connecteur ENT" || me.TimeZone != "Europe/Paris" || me.Name+me.AccountID != f.Account {
				t.Errorf("%+v", me)
			}
			project, _, err := c.Project.Get("ENT")
			must(t, err)
			if project.Key != "ENT" || len(project.IssueTypes) != 2 || project.IssueTypes[0].Name != "Incident" {
				t.Errorf("%+v", project)
			}
			for n := range 3 {
				made, _, err := c.Issue.Create(&gojira.Issue{Fields: &gojira.IssueFields{
					Project: gojira.Project{Key: "ENT"}, Type: gojira.IssueType{Name: "Incident"}, Summary: fmt.Sprintf("Élève %d sans casier", n),
					Description: "Bonjour,\nrien à voir.", Labels: []string{"ent-7"}, Priority: &gojira.Priority{Name: "Haute"},
				}})
				must(t, err)
				if made.Key != fmt.Sprint("ENT-", n+1) || made.ID == "" || !strings.HasPrefix(made.Self, f.URL) {
					t.Errorf("%+v", made)
				}
			}
			_, res, err := c.Issue.Create(&gojira.Issue{Fields: &gojira.IssueFields{Project: gojira.Project{Key: "ENT"}, Type: gojira.IssueType{Name: "Incident"}}})
			if err = gojira.NewJiraError(res, err); err == nil || res.StatusCode != http.StatusBadRequest || !strings.Contains(err.Error(), "summary") {
				t.Errorf("an empty issue: %v", err)
			}
			goJiraReads(t, f, c)
		})
	}
}

func goJiraReads(t *testing.T, f *fake.Fake, c *gojira.Client) {
	_, _, err := c.Issue.AddComment("ENT-2", &gojira.Comment{Body: "Un mot de plus."})
	must(t, err)
	files, _, err := c.Issue.PostAttachment("ENT-2", strings.NewReader("contenu"), "capture écran.txt")
	must(t, err)
	if len(*files) != 1 || (*files)[0].Filename != "capture écran.txt" || (*files)[0].Size != 7 {
		t.Errorf("%+v", files)
	}
	ways, _, err := c.Issue.GetTransitions("ENT-2")
	must(t, err)
	at := slices.IndexFunc(ways, func(w gojira.Transition) bool { return w.To.Name == "Résolue" })
	if at < 0 || ways[at].To.StatusCategory.Key != "done" {
		t.Fatalf("%+v", ways)
	}
	_, err = c.Issue.DoTransition("ENT-2", ways[at].ID)
	must(t, err)
	got, _, err := c.Issue.Get("ENT-2", nil)
	must(t, err)
	fields := got.Fields
	if fields.Status.Name != "Résolue" || fields.Status.StatusCategory.Key != "done" || fields.Resolution.Name != "Corrigée" || fields.Summary != "Élève 1 sans casier" || fields.Priority.Name != "Haute" || len(fields.Comments.Comments) != 1 ||
		fields.Comments.Comments[0].Body != "Un mot de plus." || len(fields.Attachments) != 1 || time.Time(fields.Updated).IsZero() || time.Time(fields.Created).IsZero() || time.Time(fields.Resolutiondate).IsZero() || fields.Reporter.DisplayName == "" {
		t.Errorf("%+v", fields)
	}
	f.Set(func(f *fake.Fake) { f.PageSize = 2 })
	found := 0
	if f.Flavour == fake.Cloud {
		_, res, err := c.Issue.Search(`labels = "ent-7"`, nil)
		if err == nil || res.StatusCode != http.StatusGone {
			t.Errorf("the old search: %v", err)
		}
		options := &gojira.SearchOptionsV2{Fields: []string{"summary"}, MaxResults: 50}
		page, _, err := c.Issue.SearchV2JQL(`labels = "ent-7" ORDER BY id ASC`, options)
		must(t, err)
		if len(page) != 2 || page[1].Fields.Summary != "Élève 1 sans casier" {
			t.Errorf("%+v", page)
		}
		return
	}
	must(t, c.Issue.SearchPages(`project = ENT AND labels = "ent-7"`, nil, func(i gojira.Issue) error { found++; return nil }))
	if found != 3 {
		t.Errorf("%d found", found)
	}
	file, err := c.Issue.DownloadAttachment((*files)[0].ID)
	must(t, err)
	defer file.Body.Close()
	if text, err := io.ReadAll(file.Body); string(text) != "contenu" || err != nil {
		t.Errorf("%q, %v", text, err)
	}
	_, _, err = c.User.Create(&gojira.User{Name: "claire.martin", EmailAddress: "claire.martin@exemple.example", DisplayName: "Claire Martin"})
	must(t, err)
	_, _, err = c.Group.Add("ent-utilisateurs", "claire.martin")
	must(t, err)
	if users := f.Users(); len(users) != 1 || users[0].Name != "Claire Martin" || !slices.Equal(users[0].Groups, []string{"ent-utilisateurs"}) {
		t.Errorf("%+v", users)
	}
}

// TestGoAtlassian has another published client do the same.
func TestGoAtlassian(t *testing.T) {
	for _, flavour := range []fake.Flavour{fake.DataCenter, fake.Cloud} {
		t.Run(string(flavour), func(t *testing.T) {
			f := fake.Start(t, flavour)
			c, err := atlassian.New(&http.Client{Transport: signer{f}}, f.URL)
			must(t, err)
			me, _, err := c.MySelf.Details(t.Context(), nil)
			must(t, err)
			if me.DisplayName != "Connecteur ENT" || me.TimeZone != "Europe/Paris" {
				t.Errorf("%+v", me)
			}
			for n := range 3 {
				made, _, err := c.Issue.Create(t.Context(), &models.IssueSchemeV2{Fields: &models.IssueFieldsSchemeV2{
					Project: &models.ProjectScheme{Key: "ENT"}, IssueType: &models.IssueTypeScheme{Name: "Incident"}, Summary: fmt.Sprintf("Élève %d sans casier", n), Labels: []string{"ent-7"},
				}}, nil)
				must(t, err)
				if made.Key != fmt.Sprint("ENT-", n+1) || made.ID == "" {
					t.Errorf("%+v", made)
				}
			}
			word, _, err := c.Issue.Comment.Add(t.Context(), "ENT-2", &models.CommentPayloadSchemeV2{Body: "Un mot de plus."}, nil)
			must(t, err)
			files, _, err := c.Issue.Attachment.Add(t.Context(), "ENT-2", "capture.txt", strings.NewReader("contenu"))
			must(t, err)
			if word.Body != "Un mot de plus." || len(files) != 1 || files[0].Size != 7 {
				t.Errorf("%+v, %+v", word, files)
			}
			goAtlassianReads(t, f, c, files[0].ID)
		})
	}
}

func goAtlassianReads(t *testing.T, f *fake.Fake, c *atlassian.Client, file string) {
	ways, _, err := c.Issue.Transitions(t.Context(), "ENT-2")
	must(t, err)
	at := slices.IndexFunc(ways.Transitions, func(w *models.IssueTransitionScheme) bool { return w.To.StatusCategory.Key == "done" })
	if at < 0 {
		t.Fatalf("%+v", ways)
	}
	_, err = c.Issue.Move(t.Context(), "ENT-2", ways.Transitions[at].ID, nil)
	must(t, err)
	got, _, err := c.Issue.Get(t.Context(), "ENT-2", nil, nil)
	must(t, err)
	fields := got.Fields
	if fields.Status.StatusCategory.Key != "done" || fields.Resolution == nil || len(fields.Comment.Comments) != 1 || fields.Comment.Comments[0].Author.DisplayName == "" || fields.Updated == nil {
		t.Errorf("%+v", fields)
	}
	said, _, err := c.Issue.Comment.Gets(t.Context(), "ENT-2", "", nil, 0, 50)
	must(t, err)
	if said.Total != 1 || len(said.Comments) != 1 {
		t.Errorf("%+v", said)
	}
	f.Set(func(f *fake.Fake) { f.PageSize = 2 })
	const jql = `project = "ENT" AND labels = "ent-7" ORDER BY id ASC`
	if f.Flavour == fake.DataCenter {
		page, _, err := c.Issue.Search.Get(t.Context(), jql, []string{"summary"}, nil, 2, 50, "")
		must(t, err)
		if page.Total != 3 || len(page.Issues) != 1 || page.Issues[0].Key != "ENT-3" {
			t.Errorf("%+v", page)
		}
		return
	}
	page, _, err := c.Issue.Search.SearchJQL(t.Context(), jql, []string{"summary"}, nil, 50, "")
	must(t, err)
	rest, _, err := c.Issue.Search.SearchJQL(t.Context(), jql, []string{"summary"}, nil, 50, page.NextPageToken)
	must(t, err)
	if len(page.Issues) != 2 || len(rest.Issues) != 1 || rest.NextPageToken != "" || rest.Issues[0].Fields.Summary != "Élève 2 sans casier" {
		t.Errorf("%+v %+v", page, rest)
	}
	content, err := c.Issue.Attachment.Download(t.Context(), file, false)
	must(t, err)
	if content.Bytes.String() != "contenu" {
		t.Errorf("%q", content.Bytes.String())
	}
}
