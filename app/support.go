package app

import (
	"context"
	"time"

	"preau/app/access"
	"preau/app/connect/jira"
	"preau/app/connect/outbound"
	"preau/app/requests"
	"preau/data"
)

// TestSupport joins the JIRA of an establishment as it is set up, keeps what it
// found with the settings, and tells it.
func (a *App) TestSupport(ctx context.Context, s *access.Session, uai string) error {
	d, err := requests.SupportOf(s, uai)
	if err != nil {
		return err
	}
	if d.Kind != requests.Jira || !d.HasToken {
		return access.Conflict("Enregistrez d’abord les réglages de JIRA\u00a0: ce sont eux qui sont essayés.")
	}
	if err := a.trials.take(s); err != nil {
		return err
	}
	var client *jira.Client
	var refuse *jira.Failure
	if err := s.See(func(tx *data.Tx) error {
		p, err := requests.Supports.Get(tx, uai)
		client, refuse = a.jiraOf(tx, p)
		return err
	}); err != nil {
		return err
	}
	began := time.Now()
	t := requests.Trial{At: s.Now(), By: s.Name(), Server: d.Base}
	if refuse != nil {
		t.Steps = append(t.Steps, outbound.Step{Label: "Réglages", Says: refuse.Says})
	} else {
		for _, step := range client.Test(ctx, jira.Needed{Project: d.Project, Types: d.TypeNames(), Fields: d.FieldIDs()}) {
			t.Steps = append(t.Steps, outbound.Step(step))
		}
	}
	outbound.Level(ctx, began, t.Steps)
	t.Took = time.Since(began)
	return requests.Tested(s, uai, t)
}

// HookTold takes what a JIRA says has changed: nothing of it is believed, the
// issue is read again. A token of no active connector is nowhere; with a secret,
// what is not signed by it is refused.
func (a *App) HookTold(token, signature string, body []byte) error {
	s := a.Gate.System(level2Job)
	var p requests.Support
	var secret string
	err := s.See(func(tx *data.Tx) (err error) {
		if p, err = requests.HookedSupport(tx, token); err != nil {
			return err
		}
		var ok bool
		if secret, ok = p.OpenSecret(tx); !ok {
			err = data.ErrForbidden // nobody can tell who signed it
		}
		return err
	})
	if err != nil {
		return err
	}
	if secret != "" && !jira.VerifyWebhook(secret, signature, body) {
		return &access.Refusal{Kind: access.Forbidden, Says: "Ce message n’est pas signé par le secret de ce crochet."}
	}
	hint, err := jira.ParseWebhook(body)
	if err != nil {
		return &access.Refusal{Kind: access.Malformed, Says: "Ce message n’est pas celui d’un ticket de JIRA.", Err: err}
	}
	return requests.Hooked(s, p.UAI, hint.Key)
}

// EnterDesk returns the address of the support cell of an establishment, that of
// an issue if a key is given, once the person has an account there when the
// connector opens one. A failure to is told in says, and the address opens still.
func (a *App) EnterDesk(ctx context.Context, s *access.Session, uai, issue string) (address, says string, err error) {
	desk, p, err := requests.DeskOf(s, uai)
	if err != nil {
		return "", "", err
	}
	if desk.Kind != requests.Jira {
		return "", "", access.NotFound()
	}
	address = desk.URL
	if jira.IsKey(issue) {
		address = p.Base + "/browse/" + issue
	}
	if !desk.Opens {
		return address, "", nil
	}
	login, email, name, err := requests.Introduce(s)
	if err != nil {
		return "", "", err
	}
	if email == "" {
		says = "Aucun compte n’a été ouvert dans JIRA, faute d’adresse e-mail\u00a0: donnez la vôtre dans «\u00a0Mon compte\u00a0», puis revenez."
		return address, says, nil
	}
	var client *jira.Client
	var refuse *jira.Failure
	if err := s.See(func(tx *data.Tx) error { client, refuse = a.jiraOf(tx, p); return nil }); err != nil {
		return "", "", err
	}
	if refuse == nil {
		if err := client.Provision(ctx, jira.NewUser{Login: login, Email: email, Name: name}, p.Group); err != nil {
			refuse = failureOf(err)
		}
	}
	if refuse != nil {
		says = "Votre compte n’a pas pu être ouvert dans JIRA\u00a0: " + refuse.Says + " Si vous en avez déjà un, connectez-vous\u00a0; sinon, demandez-le à l’académie."
		return address, says, requests.Introduced(s, p, refuse.Says)
	}
	return address, "", requests.Introduced(s, p, "")
}
