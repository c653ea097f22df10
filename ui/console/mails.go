package console

import (
	"net/url"
	"strings"

	"preau/app"
	"preau/app/post"
	"preau/ui/web"
)

// mailsAt is the address of the mails of the appliance.
const mailsAt = applianceAt + "/courriels"

// mailsPage is console/mails.html.
type mailsPage struct {
	Home, Says string
	Lines      []mailLine
	States     web.Choice
	Retry      bool
	Pager      web.Pager
	Empty      web.Empty
}

type mailLine struct {
	URL, To, Subject, Day, Error string
	Badge                        web.Badge
}

// mailBadges are the states of a mail, each a word and an icon.
var mailBadges = map[post.State]web.Badge{
	post.Waiting: {Tone: "warn", Icon: "hourglass"},
	post.Sent:    {Tone: "ok", Icon: "check-lg"},
	post.Failed:  {Tone: "bad", Icon: "x-lg"},
	post.Kept:    {Tone: "off", Icon: "inbox"},
}

func mailBadge(s post.State) web.Badge {
	b := mailBadges[s]
	b.Label = s.Label()
	return b
}

func mailFrame(v *web.Visit, crumbs ...web.Link) *web.Frame {
	return applianceFrame(v, append([]web.Link{{Label: "Courriels", URL: mailsAt, Here: len(crumbs) == 0}}, crumbs...)...)
}

func showMails(v *web.Visit) error {
	state := post.State(v.Ask("etat"))
	cursor, back := v.Ask("apres"), false
	if before := v.Ask("avant"); before != "" {
		cursor, back = before, true
	}
	list, err := v.Appliance.Mails(v.Session, state, decodeCursor(cursor), back, pageSize)
	if err != nil {
		return err
	}
	page := mailsPage{Home: mailsAt, Says: web.Count(list.Total, "courriel", "courriels"), Retry: list.Retriable}
	page.States = web.Choice{Name: "etat", Label: "État", Options: []web.ChoiceOption{{Label: "Tous"}}}
	for _, s := range post.States {
		page.States.Options = append(page.States.Options, web.ChoiceOption{Value: string(s), Label: s.Label(), Chosen: s == state})
	}
	for _, m := range list.Mails {
		page.Lines = append(page.Lines, mailLine{URL: mailsAt + "/" + m.ID, To: m.To, Subject: m.Subject, Day: web.Moment(v.Session.Now(), m.At), Error: m.Error, Badge: mailBadge(m.State)})
	}
	page.Pager = mailPager(state, list)
	if page.Empty = (web.Empty{Icon: "inbox", Says: "Aucun courriel pour l’instant. Ceux que l’ENT envoie apparaissent ici pendant 30 jours."}); state != "" {
		page.Empty = web.Empty{Icon: "funnel", Says: "Aucun courriel dans cet état.", Action: &web.Link{Label: "Voir tous les courriels", URL: mailsAt}}
	}
	return v.Show("console/mails", "Courriels", mailFrame(v), page)
}

// mailPager keeps the state of the address and changes the cursor.
func mailPager(state post.State, list app.MailList) web.Pager {
	with := func(name, cursor string) string {
		if cursor == "" {
			return ""
		}
		q := url.Values{name: {encodeCursor(cursor)}}
		if state != "" {
			q.Set("etat", string(state))
		}
		return mailsAt + "?" + q.Encode()
	}
	p := web.Pager{Prev: with("avant", list.Prev), Next: with("apres", list.Next)}
	if len(list.Mails) < list.Total {
		p.Says = web.Number(len(list.Mails)) + " affichés sur " + web.Number(list.Total)
	}
	return p
}

// mailPage is console/mail.html: one mail.
type mailPage struct {
	Home, Subject, Note string
	Badge               web.Badge
	Facts               []fact
	Links               []web.Link
	Text                string
	Warning             string
}

func showMail(v *web.Visit) error {
	m, err := v.Appliance.ReadMail(v.Session, v.Part("id"))
	if err != nil {
		return err
	}
	page := mailPage{Home: mailsAt + "/" + m.ID, Subject: m.Subject, Note: join(" · ", m.To, web.Moment(v.Session.Now(), m.At)), Badge: mailBadge(m.State), Text: m.Letter.Text}
	page.Facts = []fact{{"Destinataire", m.To}, {"Écrit le", web.Stamp(m.At)}, {"Envoyé le", web.Stamp(m.Sent)}}
	if m.Tries > 0 {
		page.Facts = append(page.Facts, fact{"Essais", web.Count(m.Tries, "essai sans succès", "essais sans succès")})
	}
	if m.State == post.Waiting {
		page.Facts = append(page.Facts, fact{"Prochain essai", web.Stamp(m.Due)})
	}
	page.Facts = append(page.Facts, fact{"Erreur", m.Error})
	for _, l := range m.Links {
		page.Links = append(page.Links, web.Link{Label: l.Label, URL: m.Base + l.Path})
	}
	switch {
	case m.Hidden:
		page.Warning = "Le contenu secret n’est que pour son destinataire : il n’est pas montré ici, et sera effacé après l’envoi."
	case m.Erased() && m.State == post.Failed:
		page.Warning = "Le contenu secret a été effacé, car ce courriel ne part pas : refaites l’opération qui l’a demandé."
	case m.Erased():
		page.Warning = "Le contenu secret a été effacé après l’envoi."
	}
	return v.Show("console/mail", m.Subject, mailFrame(v, web.Link{Label: m.Subject, Here: true}), page)
}

// mailPolicy is that of a mail seen alone: it has styles of its own and nothing
// that runs, and what its links open is no longer bound by it.
const mailPolicy = "sandbox allow-popups allow-popups-to-escape-sandbox; default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

func showMailHTML(v *web.Visit) error {
	m, err := v.Appliance.ReadMail(v.Session, v.Part("id"))
	if err != nil {
		return err
	}
	v.Set("Content-Security-Policy", mailPolicy)
	v.Set("Cross-Origin-Opener-Policy", "unsafe-none") // browsers refuse the other with a sandbox
	v.Set("Content-Type", "text/html; charset=utf-8")
	return v.SendString(strings.TrimSpace(m.Letter.HTML))
}

func retryMails(v *web.Visit) error {
	n, err := v.Appliance.RetryMails(v.Session)
	if err != nil {
		return v.Again(err, showMails)
	}
	return v.Done(mailsAt, web.Count(n, "courriel remis en attente d’envoi.", "courriels remis en attente d’envoi."))
}
