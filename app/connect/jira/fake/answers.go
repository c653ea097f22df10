package fake

import (
	"encoding/json"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
)

func (f *Fake) serverInfo(w http.ResponseWriter) {
	version, kind := "10.3.2", "Server"
	if f.Flavour == Cloud {
		version, kind = "1001.0.0-SNAPSHOT", "Cloud"
	}
	send(w, http.StatusOK, map[string]any{"baseUrl": f.URL, "version": version, "deploymentType": kind, "serverTitle": "JIRA"})
}

func (f *Fake) myself(w http.ResponseWriter, r *http.Request) {
	me := f.person(f.self(r), f.Account)
	me["displayName"], me["emailAddress"], me["timeZone"], me["locale"] = "Connecteur ENT", f.Email, f.Zone, "fr_FR"
	send(w, http.StatusOK, me)
}

func (f *Fake) project(w http.ResponseWriter, r *http.Request) {
	if r.PathValue("key") != f.Project {
		refuse(w, http.StatusNotFound, "No project could be found with key '"+r.PathValue("key")+"'.", nil)
		return
	}
	types := []any{}
	for n, name := range f.Types {
		types = append(types, map[string]any{"self": f.self(r) + "/rest/api/2/issuetype/" + strconv.Itoa(n+1), "id": strconv.Itoa(n + 1), "name": name, "subtask": false})
	}
	send(w, http.StatusOK, map[string]any{
		"self": f.self(r) + "/rest/api/2/project/10000", "id": "10000", "key": f.Project, "name": "Support de l’ENT", "issueTypes": types, "projectTypeKey": "software",
	})
}

func (f *Fake) fields(w http.ResponseWriter, _ *http.Request) {
	all := []any{map[string]any{"id": "summary", "name": "Résumé", "custom": false}}
	for _, id := range f.Fields {
		all = append(all, map[string]any{"id": id, "name": "Champ " + id, "custom": true})
	}
	send(w, http.StatusOK, all)
}

func (f *Fake) create(w http.ResponseWriter, r *http.Request) {
	var asked struct {
		Fields map[string]json.RawMessage `json:"fields"`
	}
	if json.NewDecoder(r.Body).Decode(&asked) != nil {
		refuse(w, http.StatusBadRequest, "Unexpected character", nil)
		return
	}
	i := &Issue{Fields: map[string]any{}, Status: Statuses[0].Name, Priority: f.Priorities[len(f.Priorities)/2], indexed: !f.behind}
	wrong := map[string]string{}
	for name, value := range asked.Fields {
		if problem := f.set(i, name, value); problem != "" {
			wrong[name] = problem
		}
	}
	for name, missing := range map[string]bool{"project": asked.Fields["project"] == nil, "issuetype": asked.Fields["issuetype"] == nil, "summary": i.Summary == ""} {
		if missing && wrong[name] == "" {
			wrong[name] = "Il faut indiquer ce champ."
		}
	}
	if len(wrong) > 0 {
		refuse(w, http.StatusBadRequest, "", wrong)
		return
	}
	i.ID = f.id()
	i.Key = f.Project + "-" + strconv.Itoa(len(f.issues)+1)
	i.Created = f.Now()
	i.Updated = i.Created
	f.issues = append(f.issues, i)
	f.event("jira:issue_created", "issue_created", i, nil)
	send(w, http.StatusCreated, map[string]string{"id": i.ID, "key": i.Key, "self": f.self(r) + "/rest/api/2/issue/" + i.ID})
}

// set gives an issue one field, and returns what is wrong with it.
func (f *Fake) set(i *Issue, name string, value json.RawMessage) (problem string) {
	var text string
	var by struct{ Key, Name string }
	switch name {
	case "summary", "description":
		if json.Unmarshal(value, &text) != nil {
			return "La valeur doit être une chaîne."
		}
		if name == "description" {
			i.Description = text
			return ""
		}
		if len([]rune(text)) > 255 || strings.Contains(text, "\n") {
			return "Le résumé doit tenir sur une ligne de 255 caractères."
		}
		i.Summary = text
	case "project", "issuetype", "priority":
		if json.Unmarshal(value, &by) != nil {
			return "La valeur doit être un objet."
		}
		return f.setNamed(i, name, by.Key, by.Name)
	case "labels":
		if json.Unmarshal(value, &i.Labels) != nil {
			return "La valeur doit être une liste."
		}
		if slices.ContainsFunc(i.Labels, func(l string) bool { return l == "" || strings.ContainsAny(l, " \t\n") }) {
			return "Une étiquette ne contient pas d’espace."
		}
	default:
		var own any
		if !slices.Contains(f.Fields, name) || json.Unmarshal(value, &own) != nil {
			return "Field '" + name + "' cannot be set. It is not on the appropriate screen, or unknown."
		}
		i.Fields[name] = own
	}
	return ""
}

func (f *Fake) setNamed(i *Issue, field, key, name string) (problem string) {
	switch {
	case field == "project" && key != f.Project:
		return "project is required"
	case field == "issuetype":
		if !slices.Contains(f.Types, name) {
			return "issue type is required"
		}
		i.Type = name
	case field == "priority":
		if !slices.Contains(f.Priorities, name) {
			return "Priority name '" + name + "' is not valid"
		}
		i.Priority = name
	}
	return ""
}

// of is the issue of a request, nil once it was said that there is none.
func (f *Fake) of(w http.ResponseWriter, r *http.Request) *Issue {
	i := f.find(r.PathValue("key"))
	if i == nil {
		refuse(w, http.StatusNotFound, "Issue Does Not Exist", nil)
	}
	return i
}

func (f *Fake) read(w http.ResponseWriter, r *http.Request) {
	if i := f.of(w, r); i != nil {
		send(w, http.StatusOK, f.issueShape(f.self(r), i, asked(r.URL.Query().Get("fields"))))
	}
}

func (f *Fake) readComments(w http.ResponseWriter, r *http.Request) {
	i := f.of(w, r)
	if i == nil {
		return
	}
	start, most := window(r.URL.Query().Get("startAt"), r.URL.Query().Get("maxResults"), f.PageSize)
	shapes := []any{}
	for _, c := range i.Comments[min(start, len(i.Comments)):min(start+most, len(i.Comments))] {
		shapes = append(shapes, f.commentShape(f.self(r), i, c))
	}
	send(w, http.StatusOK, map[string]any{"startAt": start, "maxResults": most, "total": len(i.Comments), "comments": shapes})
}

func (f *Fake) addComment(w http.ResponseWriter, r *http.Request) {
	i := f.of(w, r)
	if i == nil {
		return
	}
	var asked struct{ Body string }
	if json.NewDecoder(r.Body).Decode(&asked) != nil || strings.TrimSpace(asked.Body) == "" {
		refuse(w, http.StatusBadRequest, "", map[string]string{"comment": "Le corps du commentaire ne peut pas être vide\u00a0!"})
		return
	}
	send(w, http.StatusCreated, f.commentShape(f.self(r), i, f.comment(i, Comment{Author: f.Account, Body: asked.Body})))
}

func (f *Fake) addAttachment(w http.ResponseWriter, r *http.Request) {
	i := f.of(w, r)
	if i == nil {
		return
	}
	if token := r.Header.Get("X-Atlassian-Token"); token != "no-check" && token != "nocheck" {
		w.WriteHeader(http.StatusForbidden)
		io.WriteString(w, "XSRF check failed")
		return
	}
	parts, err := r.MultipartReader()
	if err != nil {
		refuse(w, http.StatusUnsupportedMediaType, "Unsupported Media Type", nil)
		return
	}
	shapes := []any{}
	for {
		part, err := parts.NextPart()
		if err == io.EOF {
			send(w, http.StatusOK, shapes)
			return
		}
		if err != nil {
			refuse(w, http.StatusBadRequest, "Stream ended unexpectedly", nil)
			return
		}
		if part.FormName() != "file" {
			continue
		}
		content, err := io.ReadAll(io.LimitReader(part, f.MaxFile+1))
		if err != nil {
			refuse(w, http.StatusBadRequest, "Stream ended unexpectedly", nil)
			return
		}
		if int64(len(content)) > f.MaxFile {
			refuse(w, http.StatusRequestEntityTooLarge, "The file exceeds its maximum permitted size.", nil)
			return
		}
		a := f.attach(i, Attachment{Author: f.Account, Name: part.FileName(), Kind: part.Header.Get("Content-Type"), Content: content})
		shapes = append(shapes, f.attachmentShape(f.self(r), a))
	}
}

func (f *Fake) transitions(w http.ResponseWriter, r *http.Request) {
	i := f.of(w, r)
	if i == nil {
		return
	}
	ways := []any{}
	for _, s := range Statuses {
		if s.Name != i.Status {
			ways = append(ways, map[string]any{"id": "1" + s.ID, "name": "Passer à " + s.Name, "to": f.statusShape(f.self(r), s.Name)})
		}
	}
	send(w, http.StatusOK, map[string]any{"expand": "transitions", "transitions": ways})
}

func (f *Fake) transition(w http.ResponseWriter, r *http.Request) {
	i := f.of(w, r)
	if i == nil {
		return
	}
	var asked struct{ Transition struct{ ID string } }
	if json.NewDecoder(r.Body).Decode(&asked) == nil {
		for _, s := range Statuses {
			if "1"+s.ID == asked.Transition.ID && s.Name != i.Status {
				f.move(i, s.Name)
				w.WriteHeader(http.StatusNoContent)
				return
			}
		}
	}
	refuse(w, http.StatusBadRequest, "It seems that you have tried to perform a workflow operation that is not valid for the current state of this issue.", nil)
}

// stored is a file of any issue, nil for none.
func (f *Fake) stored(id string) *Attachment {
	for _, i := range f.issues {
		for n := range i.Attachments {
			if i.Attachments[n].ID == id {
				return &i.Attachments[n]
			}
		}
	}
	return nil
}

func (f *Fake) content(w http.ResponseWriter, r *http.Request) {
	a := f.stored(r.PathValue("id"))
	if a == nil {
		refuse(w, http.StatusNotFound, "The attachment does not exist.", nil)
		return
	}
	w.Header().Set("Content-Type", a.Kind)
	w.Header().Set("Content-Disposition", "attachment")
	w.Write(a.Content)
}

// contentCloud sends elsewhere whoever does not ask not to be.
func (f *Fake) contentCloud(w http.ResponseWriter, r *http.Request) {
	if r.URL.Query().Get("redirect") != "false" {
		http.Redirect(w, r, "https://media.exemple.example/file/"+r.PathValue("id"), http.StatusSeeOther)
		return
	}
	f.content(w, r)
}
