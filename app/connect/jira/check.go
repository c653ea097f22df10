package jira

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"
)

// Step is one step of a test, and how it went.
type Step struct {
	Label string // « Connexion », « Authentification », « Projet », « Types », « Champs »
	OK    bool
	Says  string
}

// Needed is what a test looks for: the key of a project, the names of types of
// issues, and the identifiers of fields (customfield_10001).
type Needed struct {
	Project       string
	Types, Fields []string
}

// testTimeout is that of somebody who waits in front of the page.
const testTimeout = 10 * time.Second

// Test checks that what is needed is there, within ten seconds and changing
// nothing, and tells each step up to the first that fails.
func (c *Client) Test(ctx context.Context, n Needed) (steps []Step) {
	ctx, cancel := context.WithTimeout(ctx, testTimeout)
	defer cancel()
	var types []string
	for _, stage := range []struct {
		label string
		do    func() (says string, err error)
	}{
		{"Connexion", func() (string, error) { return c.checkServer(ctx) }},
		{"Authentification", func() (string, error) { return c.checkAccount(ctx) }},
		{"Projet", func() (says string, err error) { says, types, err = c.checkProject(ctx, n.Project); return says, err }},
		{"Types", func() (string, error) { return lacking("type de demande", n.Types, types) }},
		{"Champs", func() (string, error) { return c.checkFields(ctx, n.Fields) }},
	} {
		says, err := stage.do()
		if err != nil {
			return append(steps, Step{Label: stage.label, Says: c.explain(ctx, err).Says})
		}
		steps = append(steps, Step{Label: stage.label, OK: true, Says: says})
	}
	return steps
}

// checkServer asks what answers there. A JIRA that tells that to no stranger is
// joined all the same.
func (c *Client) checkServer(ctx context.Context) (string, error) {
	var server struct{ Version, DeploymentType string }
	err := c.do(ctx, call{method: "GET", path: "serverInfo", through: c.quick, what: "cette adresse"}, &server)
	if f, ok := errors.AsType[*Failure](err); ok && (f.Status == http.StatusUnauthorized || f.Status == http.StatusForbidden) {
		return "Le serveur est joint.", nil
	}
	if err != nil {
		return "", err
	}
	if theirs := strings.EqualFold(server.DeploymentType, "Cloud"); server.DeploymentType != "" && theirs != (c.site.Flavour == Cloud) {
		return "", &Failure{Says: "Ce JIRA est un « " + map[bool]string{true: "Cloud", false: "Data Center"}[theirs] + " » : choisissez ce genre."}
	}
	return "Le serveur est joint, et c’est JIRA " + legible(server.Version) + ".", nil
}

func (c *Client) checkAccount(ctx context.Context) (string, error) {
	who, _, err := c.myself(ctx, c.quick)
	if err != nil {
		return "", err
	}
	return "JIRA reconnaît le compte « " + legible(who.Name) + " ».", nil
}

func (c *Client) checkProject(ctx context.Context, key string) (says string, types []string, err error) {
	if !IsKey(key + "-1") {
		return "", nil, &Failure{Says: "« " + legible(key) + " » n’est pas la clé d’un projet de JIRA : elle s’écrit en capitales, comme ENT."}
	}
	var project struct {
		Name       string
		IssueTypes few[named] `json:"issueTypes"`
	}
	if err := c.do(ctx, call{method: "GET", path: "project/" + key, through: c.quick, what: "le projet " + key}, &project); err != nil {
		return "", nil, err
	}
	for _, t := range project.IssueTypes {
		types = append(types, t.Name)
	}
	return fmt.Sprintf("Le projet %s est « %s ».", key, legible(project.Name)), types, nil
}

func (c *Client) checkFields(ctx context.Context, needed []string) (string, error) {
	if len(needed) == 0 {
		return "Aucun, comme demandé.", nil
	}
	var fields few[struct{ ID string }]
	if err := c.do(ctx, call{method: "GET", path: "field", through: c.quick, what: "ses champs"}, &fields); err != nil {
		return "", err
	}
	var there []string
	for _, f := range fields {
		there = append(there, f.ID)
	}
	return lacking("champ", needed, there)
}

// lacking refuses what is needed and is not there.
func lacking(what string, needed, there []string) (string, error) {
	for _, name := range needed {
		if !slices.Contains(there, name) {
			return "", &Failure{Says: fmt.Sprintf("JIRA n’a pas de %s « %s ». Il a : %s.", what, legible(name), legible(strings.Join(there, ", ")))}
		}
	}
	return "Tout ce qui est demandé existe : " + legible(strings.Join(needed, ", ")) + ".", nil
}
