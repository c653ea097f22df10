package fake

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
)

func (f *Fake) user(w http.ResponseWriter, r *http.Request) {
	for _, u := range f.users {
		if u.Login == r.URL.Query().Get("username") {
			shape := f.person(f.self(r), u.Login)
			shape["displayName"], shape["emailAddress"] = u.Name, u.Email
			items := []any{}
			for _, g := range u.Groups {
				items = append(items, map[string]any{"name": g, "self": f.self(r) + "/rest/api/2/group"})
			}
			shape["groups"] = map[string]any{"size": len(items), "items": items}
			send(w, http.StatusOK, shape)
			return
		}
	}
	refuse(w, http.StatusNotFound, "L’utilisateur n’existe pas.", nil)
}

func (f *Fake) addUser(w http.ResponseWriter, r *http.Request) {
	var asked struct {
		Name, EmailAddress, DisplayName string
		ApplicationKeys                 []string
	}
	wrong := map[string]string{}
	if json.NewDecoder(r.Body).Decode(&asked) != nil || asked.Name == "" {
		wrong["username"] = "Vous devez indiquer un nom d’utilisateur."
	}
	if !strings.Contains(asked.EmailAddress, "@") {
		wrong["email"] = "Vous devez indiquer une adresse électronique valide."
	}
	if slices.ContainsFunc(f.users, func(u *User) bool { return u.Login == asked.Name }) {
		wrong["username"] = "Un utilisateur existe déjà avec ce nom."
	}
	if len(wrong) > 0 {
		refuse(w, http.StatusBadRequest, "", wrong)
		return
	}
	f.users = append(f.users, &User{Login: asked.Name, Email: asked.EmailAddress, Name: asked.DisplayName})
	send(w, http.StatusCreated, f.person(f.self(r), asked.Name))
}

func (f *Fake) addToGroup(w http.ResponseWriter, r *http.Request) {
	var asked struct{ Name string }
	group := r.URL.Query().Get("groupname")
	if json.NewDecoder(r.Body).Decode(&asked) != nil || !slices.Contains(f.Groups, group) {
		refuse(w, http.StatusNotFound, "Le groupe '"+group+"' n’existe pas.", nil)
		return
	}
	for _, u := range f.users {
		switch {
		case u.Login != asked.Name:
			continue
		case slices.Contains(u.Groups, group):
			refuse(w, http.StatusBadRequest, "Impossible d’ajouter l’utilisateur\u00a0: il est déjà membre de '"+group+"'.", nil)
		default:
			u.Groups = append(u.Groups, group)
			send(w, http.StatusCreated, map[string]any{"name": group, "self": f.self(r) + "/rest/api/2/group?groupname=" + group})
		}
		return
	}
	refuse(w, http.StatusNotFound, "L’utilisateur n’existe pas.", nil)
}
