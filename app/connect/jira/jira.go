// Package jira hands requests over to a JIRA, Data Center or Cloud, through
// version 2 of its REST API, and tells an administrator in French why it could
// not. What JIRA answers is checked, never trusted.
package jira

import (
	"context"
	"crypto/x509"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"time"

	"preau/app/connect/outbound"
)

// Flavour is which of its two products a JIRA is.
type Flavour string

// The flavours of JIRA.
const (
	DataCenter Flavour = "datacenter" // on a server of one's own: a personal access token
	Cloud      Flavour = "cloud"      // at Atlassian: the address of an account, and its API token
)

// Site is a JIRA, and the account that speaks to it for us.
type Site struct {
	Base    string // https://jira.exemple.example, or with the path before /browse and /rest
	Flavour Flavour
	Email   string // of the account, in Cloud only
	Token   string
	Roots   *x509.CertPool // nil for the system's
}

// Client speaks to one site. It may be used by several at once.
type Client struct {
	site   Site
	base   *url.URL
	quick  *outbound.Client // for somebody who waits in front of the page
	answer *outbound.Client
	files  *outbound.Client

	mu   sync.Mutex
	zone *time.Location // that JIRA reads dates in, nil while nobody asked
}

// maxAnswer is the most that JIRA may answer, files excepted, in bytes.
const maxAnswer = 5 << 20

// Client checks the site and returns a client of it that dials through a
// policy. Without encryption, only a network allowed on purpose is joined. Its
// error is a *Failure.
func (s Site) Client(p outbound.Policy) (*Client, error) {
	base, err := url.Parse(strings.TrimRight(s.Base, "/"))
	if err != nil || base.Scheme != "https" && base.Scheme != "http" || base.Hostname() == "" || base.User != nil || base.RawQuery != "" || base.Fragment != "" || base.RawPath != "" || strings.Contains(base.Path+"/", "/../") {
		return nil, &Failure{Says: "L’adresse de JIRA n’est pas complète : donnez-la comme https://jira.exemple.example, sans ce qui suit /browse ou /rest."}
	}
	switch {
	case s.Flavour != DataCenter && s.Flavour != Cloud:
		return nil, &Failure{Says: "Ce genre de JIRA n’existe pas : choisissez Data Center ou Cloud."}
	case s.Token == "" || !visible(s.Token):
		return nil, &Failure{Says: "Le jeton de JIRA manque, ou contient une espace : copiez-le en entier, sans rien autour."}
	case s.Flavour == Cloud && (!strings.Contains(s.Email, "@") || strings.Contains(s.Email, ":") || !visible(s.Email)):
		return nil, &Failure{Says: "JIRA Cloud demande aussi l’adresse électronique du compte à qui est le jeton."}
	}
	if base.Scheme == "http" {
		p = p.Inside()
	}
	answers := outbound.Transfer
	answers.Body = maxAnswer
	return &Client{site: s, base: base, quick: p.HTTP(outbound.Quick, s.Roots), answer: p.HTTP(answers, s.Roots), files: p.HTTP(outbound.Transfer, s.Roots)}, nil
}

// visible tells whether a text is made of visible ASCII characters only.
func visible(text string) bool {
	return strings.IndexFunc(text, func(c rune) bool { return c <= ' ' || c > '~' }) < 0
}

var keys = regexp.MustCompile(`^[A-Z][A-Z0-9_]+-[0-9]+$`)

// IsKey tells whether a text has the form of the key of an issue: ENT-12.
func IsKey(key string) bool { return len(key) <= 255 && keys.MatchString(key) }

// keyed is the path of an issue, or a *Failure for what is no key.
func keyed(key, rest string) (string, error) {
	if !IsKey(key) {
		return "", &Failure{Says: "« " + legible(key) + " » n’est pas le numéro d’une demande de JIRA."}
	}
	return "issue/" + key + rest, nil
}

// BrowseURL is the page of an issue, "" for what is no key.
func (c *Client) BrowseURL(key string) string {
	if !IsKey(key) {
		return ""
	}
	return c.base.String() + "/browse/" + key
}

// Person is somebody as JIRA knows them.
type Person struct {
	ID    string // accountId in Cloud, name in Data Center
	Name  string // as it is shown
	Email string // where it is shown
}

// Myself returns the account that speaks for us, and the time zone in which
// JIRA reads and shows it dates, nil for one that is unknown here.
func (c *Client) Myself(ctx context.Context) (Person, *time.Location, error) {
	return c.myself(ctx, c.answer)
}

func (c *Client) myself(ctx context.Context, through *outbound.Client) (Person, *time.Location, error) {
	var me struct {
		person
		TimeZone string `json:"timeZone"`
	}
	if err := c.do(ctx, call{method: "GET", path: "myself", through: through, what: "le compte"}, &me); err != nil {
		return Person{}, nil, err
	}
	who := me.person.read()
	if who.ID == "" {
		return Person{}, nil, unreadable()
	}
	zone, err := time.LoadLocation(me.TimeZone)
	if err != nil || me.TimeZone == "" || me.TimeZone == "Local" {
		return who, nil, nil
	}
	return who, zone, nil
}
