package fake

import (
	"net/http"
	"slices"
	"strings"
	"time"
)

// self is the address that a request was made to, before /rest.
func (f *Fake) self(r *http.Request) string {
	scheme := "http://"
	if r.TLS != nil {
		scheme = "https://"
	}
	return scheme + r.Host + f.Path
}

// date is a date as JIRA writes it, without a colon in its offset.
func (f *Fake) date(at time.Time) string {
	if zone, err := time.LoadLocation(f.Zone); err == nil {
		at = at.In(zone)
	}
	return at.Format("2006-01-02T15:04:05.000-0700")
}

func (f *Fake) person(self, id string) map[string]any {
	p := map[string]any{"active": true, "displayName": id, "timeZone": f.Zone, "avatarUrls": map[string]string{"48x48": self + "/secure/useravatar?avatarId=10122"}}
	if f.Flavour == Cloud {
		p["self"], p["accountId"], p["accountType"] = self+"/rest/api/2/user?accountId="+id, id, "atlassian"
		return p
	}
	p["self"], p["name"], p["key"], p["emailAddress"] = self+"/rest/api/2/user?username="+id, id, "JIRAUSER-"+id, id+"@exemple.example"
	return p
}

func (f *Fake) statusShape(self, name string) map[string]any {
	at := slices.IndexFunc(Statuses, func(s struct{ ID, Name, Category string }) bool { return s.Name == name })
	s := Statuses[at]
	category := map[string]map[string]any{
		"new":           {"id": 2, "colorName": "blue-gray", "name": "À faire"},
		"indeterminate": {"id": 4, "colorName": "yellow", "name": "En cours"},
		"done":          {"id": 3, "colorName": "green", "name": "Terminé"},
	}[s.Category]
	category["self"], category["key"] = self+"/rest/api/2/statuscategory/"+s.Category, s.Category
	return map[string]any{
		"self": self + "/rest/api/2/status/" + s.ID, "description": "", "iconUrl": self + "/images/icons/statuses/generic.png",
		"name": s.Name, "id": s.ID, "statusCategory": category,
	}
}

func (f *Fake) commentShape(self string, i *Issue, c Comment) map[string]any {
	shape := map[string]any{
		"self": self + "/rest/api/2/issue/" + i.ID + "/comment/" + c.ID, "id": c.ID, "author": f.person(self, c.Author), "body": c.Body,
		"updateAuthor": f.person(self, c.Author), "created": f.date(c.Created), "updated": f.date(c.Created),
	}
	if c.Restricted {
		shape["visibility"] = map[string]string{"type": "role", "value": "Developers"}
	}
	return shape
}

func (f *Fake) attachmentShape(self string, a Attachment) map[string]any {
	content := self + "/secure/attachment/" + a.ID + "/" + strings.ReplaceAll(a.Name, " ", "+")
	if f.Flavour == Cloud {
		content = self + "/rest/api/3/attachment/content/" + a.ID
	}
	return map[string]any{
		"self": self + "/rest/api/2/attachment/" + a.ID, "id": a.ID, "filename": a.Name, "author": f.person(self, a.Author),
		"created": f.date(a.Created), "size": len(a.Content), "mimeType": a.Kind, "content": content,
	}
}

// asked is the set of fields of a request, nil for all.
func asked(fields string) map[string]bool {
	if fields == "" || strings.Contains(fields, "*all") {
		return nil
	}
	set := map[string]bool{}
	for name := range strings.SplitSeq(fields, ",") {
		set[strings.TrimSpace(name)] = true
	}
	return set
}

// issueShape is an issue with some of its fields, all of them for nil.
func (f *Fake) issueShape(self string, i *Issue, only map[string]bool) map[string]any {
	status := f.statusShape(self, i.Status)
	var resolution, resolved any
	if status["statusCategory"].(map[string]any)["key"] == "done" {
		resolution, resolved = map[string]any{"self": self + "/rest/api/2/resolution/1", "id": "1", "name": "Corrigée", "description": ""}, f.date(i.Updated)
	}
	comments, files := []any{}, []any{}
	for _, c := range i.Comments {
		comments = append(comments, f.commentShape(self, i, c))
	}
	for _, a := range i.Attachments {
		files = append(files, f.attachmentShape(self, a))
	}
	if len(comments) > f.PageSize { // the rest is asked for by itself
		comments = comments[:f.PageSize]
	}
	fields := map[string]any{
		"summary": i.Summary, "description": i.Description, "status": status, "resolution": resolution, "resolutiondate": resolved,
		"created": f.date(i.Created), "updated": f.date(i.Updated), "labels": i.Labels, "reporter": f.person(self, f.Account),
		"priority": map[string]any{"self": self + "/rest/api/2/priority/3", "id": "3", "name": i.Priority}, "attachment": files,
		"project":   map[string]any{"self": self + "/rest/api/2/project/10000", "id": "10000", "key": f.Project, "name": "Support de l’ENT"},
		"issuetype": map[string]any{"self": self + "/rest/api/2/issuetype/1", "id": "1", "name": i.Type, "subtask": false},
		"comment":   map[string]any{"comments": comments, "maxResults": len(comments), "total": len(i.Comments), "startAt": 0},
	}
	for name, value := range i.Fields {
		fields[name] = value
	}
	for name := range fields {
		if only != nil && !only[name] {
			delete(fields, name)
		}
	}
	return map[string]any{"expand": "renderedFields,names,schema,operations,editmeta,changelog,versionedRepresentations", "id": i.ID, "self": self + "/rest/api/2/issue/" + i.ID, "key": i.Key, "fields": fields}
}
