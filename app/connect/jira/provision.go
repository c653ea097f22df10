package jira

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strings"
)

// NewUser is an account to open in a Data Center.
type NewUser struct{ Login, Email, Name string }

// Provision opens an account, with a password that JIRA draws and nobody knows,
// and puts it in a group, "" for none. An account or a membership that exists
// already is a success: it is only what is missing that is made. Cloud opens no
// account in this way: there, the person is invited.
func (c *Client) Provision(ctx context.Context, u NewUser, group string) error {
	if c.site.Flavour == Cloud {
		return &Failure{Says: "JIRA Cloud n’ouvre pas de compte depuis l’appareil : invitez la personne depuis JIRA."}
	}
	send := map[string]any{"name": u.Login, "emailAddress": u.Email, "displayName": u.Name, "applicationKeys": []string{"jira-software"}, "notification": false}
	err := c.do(ctx, call{method: "POST", path: "user", send: send, what: "l’ouverture de comptes"}, nil)
	if err := c.unless(ctx, err, u.Login, ""); err != nil || group == "" {
		return err
	}
	err = c.do(ctx, call{method: "POST", path: "group/user", query: url.Values{"groupname": {group}}, send: map[string]string{"name": u.Login}, what: "le groupe « " + legible(group) + " »"}, nil)
	return c.unless(ctx, err, u.Login, group)
}

// unless forgives a refusal for what is already so, which JIRA only says in the
// language of its administrator.
func (c *Client) unless(ctx context.Context, err error, login, group string) error {
	if f, ok := errors.AsType[*Failure](err); !ok || f.Status != http.StatusBadRequest {
		return err
	}
	var user struct {
		Name   string
		Groups struct{ Items few[named] }
	}
	query := url.Values{"username": {login}, "expand": {"groups"}}
	if c.do(ctx, call{method: "GET", path: "user", query: query, what: "ce compte"}, &user) != nil || !strings.EqualFold(user.Name, login) {
		return err
	}
	if group == "" {
		return nil
	}
	for _, g := range user.Groups.Items {
		if g.Name == group {
			return nil
		}
	}
	return err
}
