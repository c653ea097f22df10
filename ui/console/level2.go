package console

import (
	"net/url"
	"strconv"

	"preau/app/access"
	"preau/app/requests"
	"preau/ui/web"
)

// activating is what sets up the connector.
const activating = access.ActivateSupport

// level2Path is the list of what the collectivité has handed on.
const level2Path = requestsHome + "/niveau2"

// deskPath leads to the support cell.
const deskPath = requestsHome + "/cellule"

// deskAt leads to the support cell of an establishment, or to an issue there.
func deskAt(uai, issue string) string {
	q := url.Values{"uai": {uai}}
	if issue != "" {
		q.Set("ticket", issue)
	}
	return deskPath + "?" + q.Encode()
}

// deskTool is the command « Cellule support » of the toolbar, none before an
// activation.
func deskTool(v *web.Visit) []web.Tool {
	desks, err := requests.Desks(v.Session)
	if err != nil || len(desks) == 0 {
		return nil
	}
	t := web.Tool{Label: "Cellule support", Icon: "headset", URL: level2Path}
	if d := desks[0]; len(desks) == 1 && d.Kind == requests.Jira {
		t.Window, t.URL = true, d.URL
		if d.Opens {
			t.Deed, t.URL = true, deskAt(d.UAI, "")
		}
	}
	return []web.Tool{t}
}

// A level2Banner says where a request stands at level 2.
type level2Banner struct {
	Badge           web.Badge
	Says            string
	Key             string
	Link            string // to the issue, "" for none
	Deed            bool   // it leads there by a form: an account is opened first
	Sync            string
	Error, Next     string
	RetryURL, OffTo string // "" where there is nothing to try again, or to call off
}

// bannerOf is that of a request, nil for one that level 2 does not have.
func bannerOf(v *web.Visit, p *requestPane, d requests.Detail) (*level2Banner, error) {
	e, m := d.Escalation, d.Level2.Transmission
	if !e.Holds() && !e.Pending() {
		return nil, nil
	}
	now := v.Session.Now()
	b := &level2Banner{Key: e.Key, Error: m.Error}
	b.Says = "Transmise " + web.Moment(now, e.At) + " par " + e.ByName + "."
	if e.Pending() {
		b.Badge = web.Badge{Tone: "warn", Icon: "hourglass", Label: "En cours de transmission"}
		b.Says = "Transmission à JIRA demandée " + web.Moment(now, e.At) + " par " + e.ByName + ". Rien ne change ici tant que JIRA ne l’a pas reçue."
		b.OffTo = withQuery(p.Home+"/annulation", listQuery(v))
	} else {
		b.Badge = requestBadges[e.State]
		if b.Badge.Label == "" {
			b.Badge = web.Badge{Tone: "off", Icon: "circle"}
		}
		if e.Status != "" {
			b.Badge.Label = e.Status
		}
	}
	if e.Holds() && e.Kind == requests.Jira {
		b.Sync = "Jamais encore relue dans JIRA."
		if !m.Synced.IsZero() {
			b.Sync = "Dernière synchronisation\u00a0: " + web.Moment(now, m.Synced) + "."
		}
		if e.Resolution != "" {
			b.Says += " Résolution dans JIRA\u00a0: " + e.Resolution + "."
		}
		desk, _, err := requests.DeskOf(v.Session, d.UAI())
		if b.Link = e.Link; err == nil && desk.Opens {
			b.Deed, b.Link = true, deskAt(d.UAI(), e.Key)
		} else if err != nil && access.KindOf(err) != access.Missing {
			return nil, err
		}
	}
	if m.Error != "" {
		b.RetryURL = withQuery(p.Home+"/relance", listQuery(v))
		b.Next = "Prochain essai\u00a0: " + web.Moment(now, m.Due) + "."
		if !m.Due.After(now) {
			b.Next = "Prochain essai dans un instant."
		}
	}
	return b, nil
}

// level2 says where a request stands at level 2, and offers what can be done.
func (p *requestPane) level2(v *web.Visit, d requests.Detail) (err error) {
	if p.Level2, err = bannerOf(v, p, d); err != nil || !d.May || d.Into != 0 {
		return err
	}
	act := func(label, icon, path string) {
		p.Actions = append(p.Actions, web.Link{Label: label, Icon: icon, URL: withQuery(p.Home+"/"+path, listQuery(v))})
	}
	e := d.Escalation
	switch {
	case e.Holds():
		if d.Level2.MayServe {
			act("Répondre au niveau 1", "reply", "suivi")
		}
		act("Reprendre", "arrow-counterclockwise", "reprise")
	case !e.Pending() && d.Level2.Active && d.State != requests.Closed:
		act("Transmettre au niveau 2", "headset", "niveau2")
	}
	return nil
}

// commentText is the comment that goes with what is asked.
func commentText(v *web.Visit, hint string) *web.Text {
	return &web.Text{Name: "commentaire", Label: "Commentaire", Value: v.Typed("commentaire", ""), Hint: hint}
}

func askEscalation(v *web.Visit, p *requestPane, d requests.Detail) error {
	if !d.Level2.Active || d.Escalation.Holds() || d.Escalation.Pending() {
		return nil
	}
	q := p.dialog(v, "niveau2", "Transmettre au niveau 2", "Transmettre")
	q.Says = "La demande entre dans la file de niveau 2. «\u00a0Demande n°\u00a0» et «\u00a0Description\u00a0» ne se modifient plus ici\u00a0; la réponse à l’utilisateur, les notes et «\u00a0Reprendre\u00a0» restent possibles."
	if d.Level2.Kind == requests.Jira {
		q.Says = "Un ticket est créé dans JIRA avec le problème soumis, ses fichiers et les messages du demandeur, sans son nom ni ses coordonnées, ni aucune note interne. «\u00a0Demande n°\u00a0» et «\u00a0Description\u00a0» ne se modifient plus ici dès qu’il existe\u00a0; la réponse à l’utilisateur, les notes et «\u00a0Reprendre\u00a0» restent possibles."
	}
	q.Text = commentText(v, "Facultatif\u00a0: lu par le niveau 2, et gardé ici en note.")
	return nil
}

func escalateRequest(v *web.Visit) error {
	if err := requests.Escalate(v.Session, numberOf(v), versionOf(v), v.Form("commentaire")); err != nil {
		return v.Again(err, asking(askEscalation))
	}
	return afterRequest(v, "", "La demande est transmise au niveau 2.")
}

func askTakingBack(v *web.Visit, p *requestPane, d requests.Detail) error {
	if !d.Escalation.Holds() {
		return nil
	}
	q := p.dialog(v, "reprise", "Reprendre la demande", "Reprendre")
	q.Says = "La demande redevient modifiable ici, et quitte la file de niveau 2."
	q.Text = commentText(v, "Facultatif\u00a0: gardé ici en note.")
	if d.Escalation.Kind == requests.Jira {
		q.Says = "La demande redevient modifiable ici, et ne suit plus le ticket " + d.Escalation.Key + ", où un commentaire le dit."
		q.Text.Hint = "Facultatif\u00a0: ajouté au ticket, et gardé ici en note."
	}
	return nil
}

func takeBackRequest(v *web.Visit) error {
	if err := requests.TakeBack(v.Session, numberOf(v), v.Form("commentaire")); err != nil {
		return v.Again(err, asking(askTakingBack))
	}
	return afterRequest(v, "", "La demande est reprise.")
}

func retryTransmission(v *web.Visit) error {
	if err := requests.TryAgain(v.Session, numberOf(v)); err != nil {
		return v.Again(err, showRequest)
	}
	return afterRequest(v, "", "Un nouvel essai est en cours.")
}

func callOffTransmission(v *web.Visit) error {
	if err := requests.CallOff(v.Session, numberOf(v)); err != nil {
		return v.Again(err, showRequest)
	}
	return afterRequest(v, "", "La transmission est annulée.")
}

// served lets those who answer in the name of level 2 only.
func served(h web.Handler) web.Handler {
	return func(v *web.Visit) error {
		if _, serves := requests.Queued(v.Session); !serves {
			return access.NotFound()
		}
		return h(v)
	}
}

func askServing(v *web.Visit, p *requestPane, d requests.Detail) error {
	if !d.Level2.MayServe {
		return nil
	}
	q := p.dialog(v, "suivi", "Répondre au niveau 1", "Envoyer")
	q.Says = d.Escalation.ByName + " lira ce texte en note, et en est prévenu par courriel. Le demandeur ne le lit pas."
	q.RadioName, q.RadioLabel = "etat", "État au niveau 2"
	chosen := v.Typed("etat", string(requests.InProgress))
	for _, s := range requests.States {
		q.Radios = append(q.Radios, web.ChoiceOption{Value: string(s), Label: s.Label(), Chosen: string(s) == chosen})
	}
	q.Text = &web.Text{Name: "reponse", Label: "Réponse à l’administrateur local", Value: v.Typed("reponse", ""), Tall: true, Hint: "Pour clôturer, rédigez ce qui peut être répondu à l’utilisateur\u00a0: c’est proposé à l’administrateur local."}
	return nil
}

func serveRequest(v *web.Visit) error {
	if err := requests.Serve(v.Session, numberOf(v), versionOf(v), requests.State(v.Form("etat")), v.Form("reponse")); err != nil {
		return v.Again(err, asking(askServing))
	}
	return afterRequest(v, "reponse", "La réponse est enregistrée, et l’administrateur local est prévenu.")
}

// level2Links lead to the queue of level 2, for those who serve it, and to what
// the collectivité handed on, once a support cell is open.
func level2Links(v *web.Visit) (links []web.Link, err error) {
	desks, err := requests.Desks(v.Session)
	if err != nil {
		return nil, err
	}
	if len(desks) > 0 {
		links = append(links, web.Link{Label: "Demandes au niveau 2", Icon: "list-task", URL: level2Path})
	}
	f, serves := requests.Queued(v.Session)
	if !serves {
		return links, nil
	}
	list, err := requests.Search(v.Session, requests.Look{Filter: f, Sort: requests.ByNumber, Page: 1, Size: 1})
	q := url.Values{"niveau2": {string(requests.Internal)}}
	for _, s := range f.States {
		q.Add("etat", s.Path())
	}
	n := web.Number(list.Total)
	if list.More {
		n = "plus de " + n
	}
	return append([]web.Link{{Label: "File de niveau 2 (" + n + ")", Icon: "headset", URL: withQuery(requestsHome, q), Here: v.Ask("niveau2") == string(requests.Internal)}}, links...), err
}

// escalatedPage is console/escalated.html.
type escalatedPage struct {
	Says  string
	Lines []escalatedLine
	Desks []deskLine
	Empty web.Empty
}

type escalatedLine struct {
	Key, URL, Summary, School, Day, Changed string
	Badge                                   web.Badge
}

// A deskLine is a support cell that can be opened.
type deskLine struct {
	Label, URL string
	Deed       bool
}

// showEscalated lists what the collectivité has handed on to level 2.
func showEscalated(v *web.Visit) error {
	all, more, err := requests.EscalatedAround(v.Session)
	if err != nil {
		return err
	}
	desks, err := requests.Desks(v.Session)
	if err != nil {
		return err
	}
	page := escalatedPage{Says: web.Count(len(all), "demande au niveau 2", "demandes au niveau 2"), Empty: web.Empty{Icon: "headset", Says: "Aucune demande de la collectivité n’est au niveau 2."}}
	if more {
		page.Says = "Les " + web.Number(len(all)) + " dernières demandes transmises"
	}
	for _, e := range all {
		line := escalatedLine{Key: e.Key, Summary: e.Summary, School: e.School, Day: web.Stamp(e.At), Changed: web.Stamp(e.Changed), Badge: requestBadges[e.State]}
		if e.State == "" {
			line.Badge = web.Badge{Tone: "off", Icon: "circle", Label: "Inconnu"}
		}
		if e.Number != 0 {
			line.URL = requestsHome + "/" + strconv.Itoa(e.Number)
		}
		page.Lines = append(page.Lines, line)
	}
	for _, d := range desks {
		if d.Kind != requests.Jira {
			continue
		}
		line := deskLine{Label: "Cellule support", URL: d.URL}
		if at, err := url.Parse(d.URL); err == nil && len(desks) > 1 {
			line.Label += " (" + at.Host + ")"
		}
		if d.Opens {
			line.Deed, line.URL = true, deskAt(d.UAI, "")
		}
		page.Desks = append(page.Desks, line)
	}
	return v.Show("console/escalated", "Demandes au niveau 2", requestsFrame(v, web.Link{Label: "Niveau 2", Here: true}), page)
}

// deskPage is console/desk.html: why no account could be opened.
type deskPage struct{ Says, URL string }

// enterDesk opens an account where the connector does so, then leads on. A form
// cannot be sent on to another site: the answer does it.
func enterDesk(v *web.Visit) error {
	address, says, err := v.Appliance.EnterDesk(v.Context(), v.Session, v.Ask("uai"), v.Ask("ticket"))
	if err != nil {
		return err
	}
	if says == "" {
		says = "Votre compte est prêt\u00a0: JIRA s’ouvre."
		v.Set("Refresh", "0; url="+address)
	}
	return v.Show("console/desk", "Cellule support", requestsFrame(v, web.Link{Label: "Cellule support", Here: true}), deskPage{says, address})
}
