package console

import (
	"cmp"
	"net/http"
	"strconv"

	"preau/app"
	"preau/app/connect/imap"
	"preau/app/connect/outbound"
	"preau/app/directory"
	"preau/ui/web"
)

// mailboxesHome is the address of the mailboxes that requests come by.
const mailboxesHome = requestsHome + "/boites"

// mailboxesPage is console/mailboxes.html.
type mailboxesPage struct {
	Home      string
	Lines     []mailboxLine
	Empty     web.Empty
	School    web.Combo
	Academies web.Choice // no option: none is within reach
}

type mailboxLine struct {
	URL, Place, Address, Last, Next, Taken string
	Badge                                  web.Badge
}

// mailboxBadge says how a mailbox goes.
func mailboxBadge(m app.MailboxSheet) web.Badge {
	switch {
	case !m.Set:
		return web.Badge{Tone: "off", Icon: "dash-circle", Label: "Non configurée"}
	case !m.Active:
		return web.Badge{Tone: "off", Icon: "pause-circle", Label: "Non relevée"}
	case m.Error != "" || m.PasswordLost:
		return web.Badge{Tone: "bad", Icon: "exclamation-triangle-fill", Label: "En échec"}
	case m.Good.IsZero():
		return web.Badge{Tone: "warn", Icon: "hourglass", Label: "Pas encore relevée"}
	}
	return web.Badge{Tone: "ok", Icon: "check-circle-fill", Label: "Relevée"}
}

// showMailboxes lists the mailboxes, or goes to the one of the place that was
// chosen to have one.
func showMailboxes(v *web.Visit) error {
	all, err := v.Appliance.Mailboxes(v.Session)
	if err != nil {
		return err
	}
	place := v.Ask("academie")
	if uai, err := askedSchool(v); err != nil || uai != "" {
		if err != nil {
			return err
		}
		place = uai
	}
	if place != "" {
		return v.Redirect(web.OwnPath(mailboxesHome+"/"+place), http.StatusSeeOther)
	}
	page := mailboxesPage{Home: mailboxesHome,
		Empty:  web.Empty{Icon: "mailbox", Says: "Aucune boîte de courriel n’est configurée. Les demandes arrivent par le formulaire de l’ENT, et celles du téléphone s’y ajoutent."},
		School: web.Combo{ID: "etablissement", Name: "etablissement", Label: "Établissement", Source: "/console/etablissements/recherche?q=", Shown: v.Ask("etablissement-nom"), Placeholder: "Premières lettres du nom"}}
	now := v.Session.Now()
	for _, m := range all {
		line := mailboxLine{URL: mailboxesHome + "/" + m.Place, Place: m.Name, Address: m.Address, Last: "–", Next: "–", Taken: web.Number(m.Taken), Badge: mailboxBadge(m)}
		if !m.Last.IsZero() {
			line.Last = web.Moment(now, m.Last)
		}
		if !m.Next.IsZero() {
			line.Next = web.Moment(now, m.Next)
		}
		page.Lines = append(page.Lines, line)
	}
	academies, err := directory.AcademiesWithin(v.Session)
	if err != nil {
		return err
	}
	page.Academies = web.Choice{Name: "academie", Label: "Ou académie"}
	if len(academies) > 0 {
		page.Academies.Options = []web.ChoiceOption{{Label: "Choisir…"}}
	}
	for _, a := range academies {
		page.Academies.Options = append(page.Academies.Options, web.ChoiceOption{Value: a.Slug, Label: a.Name})
	}
	return v.Show("console/mailboxes", "Boîtes de courriel des demandes", requestsFrame(v, web.Link{Label: "Boîtes de courriel", Here: true}), page)
}

// mailboxPage is console/mailbox.html.
type mailboxPage struct {
	Home     string
	Name     string
	Badge    web.Badge
	Prove    bool // the form asks for the password of the person
	Part     string
	Version  uint64
	Lost     bool
	Fields   []web.Field
	Security web.Choice
	Active   bool
	MayVisit bool
	Facts    []mailboxFact
	Error    string
	Tried    string
	Steps    []outbound.Step
}

// A mailboxFact tells how the visits go.
type mailboxFact struct{ Label, Value string }

// The parts of the page.
const (
	boxPart     = "boite"
	boxTestPart = "essai"
)

func showMailbox(v *web.Visit) error { return mailbox(v, "") }

// onBox draws the mailbox again for a part whose form was refused.
func onBox(part string) web.Handler { return func(v *web.Visit) error { return mailbox(v, part) } }

func mailbox(v *web.Visit, part string) error {
	m, err := v.Appliance.Mailbox(v.Session, v.Part("boite"))
	if err != nil {
		return err
	}
	page := mailboxPage{Home: mailboxesHome + "/" + m.Place, Name: m.Name, Badge: mailboxBadge(m), Prove: v.Session.Fresh() != nil, Part: part, Version: m.Version,
		Lost: m.PasswordLost, MayVisit: m.Set && m.Active, Error: m.Error, Steps: m.Trial.Steps}
	page.fields(v, m)
	page.visits(v, m)
	if !m.Trial.At.IsZero() {
		page.Tried = "Essai de " + m.Trial.By + ", " + web.Moment(v.Session.Now(), m.Trial.At) + "\u00a0: " + m.Trial.Server
	}
	return v.Show("console/mailbox", "Boîte de courriel, "+m.Name, requestsFrame(v, web.Link{Label: "Boîtes de courriel", URL: mailboxesHome}, web.Link{Label: m.Name, Here: true}), page)
}

// fields fills the form: with what was typed when it comes back.
func (p *mailboxPage) fields(v *web.Visit, m app.MailboxSheet) {
	typed := func(name, stored string) string {
		if p.Part != "" {
			return v.FormValue(name)
		}
		return stored
	}
	field := func(name, label, stored, hint string, required bool) web.Field {
		return web.Field{Name: name, Label: label, Value: typed(name, stored), Hint: hint, Required: required, Complete: "off"}
	}
	port := ""
	if m.Port > 0 {
		port = strconv.Itoa(m.Port)
	}
	secret := web.Field{Name: "secret", Label: "Mot de passe du compte", Kind: "password", Complete: "new-password", Required: !m.HasPassword}
	if m.HasPassword {
		secret.Hint = "Un mot de passe est enregistré\u00a0: laissez vide pour le garder."
	}
	address := field("adresse", "Adresse de la boîte", m.Address, "On y écrit pour faire une demande\u00a0; les réponses en partent.", true)
	address.Kind = "email"
	p.Fields = []web.Field{
		address,
		field("serveur", "Serveur IMAP", m.Host, "Tel que imap.exemple.fr.", true),
		field("port", "Port", port, "Vide, celui du chiffrement\u00a0: 993 ou 143.", false),
		field("compte", "Compte", m.User, "Souvent l’adresse elle-même.", true),
		secret,
		field("dossier", "Dossier relevé", m.Folder, "Vide, "+imap.DefaultMailbox+".", false),
		field("traites", "Dossier des messages traités", m.Done, "Vide, "+imap.DefaultDone+", créé au besoin.", false),
	}
	chosen := typed("chiffrement", cmp.Or(m.Security, string(imap.TLS)))
	p.Security = web.Choice{Name: "chiffrement", Label: "Chiffrement"}
	for _, s := range []imap.Security{imap.TLS, imap.StartTLS, imap.None} {
		p.Security.Options = append(p.Security.Options, web.ChoiceOption{Value: string(s), Label: boxSecurities[s], Chosen: string(s) == chosen})
	}
	p.Active = m.Active || !m.Set
	if p.Part != "" {
		p.Active = v.Form("active") == "oui"
	}
}

// boxSecurities are what the screen calls the protections of a connection.
var boxSecurities = map[imap.Security]string{
	imap.TLS:      "TLS (port 993)",
	imap.StartTLS: "STARTTLS (port 143)",
	imap.None:     "Aucun (réseau autorisé)",
}

// visits says how the visits go.
func (p *mailboxPage) visits(v *web.Visit, m app.MailboxSheet) {
	if !m.Set {
		return
	}
	now := v.Session.Now()
	add := func(label, value string) {
		p.Facts = append(p.Facts, mailboxFact{label, value})
	}
	last, next := "jamais", "aucun\u00a0: la boîte n’est pas relevée"
	if !m.Last.IsZero() {
		last = web.Moment(now, m.Last)
	}
	switch {
	case m.Active && !m.Next.After(now):
		next = "dans un instant"
	case m.Active:
		next = web.Moment(now, m.Next)
	}
	add("Dernier relevé", last)
	add("Prochain relevé", next)
	add("Messages devenus des demandes ou ajoutés à l’une d’elles", web.Number(m.Taken))
	add("Messages écartés (automatiques, vides ou de nos adresses)", web.Number(m.Ignored))
}

// mailboxFound answers 404 for a place where the person sets no mailbox, before
// the form is looked at.
func mailboxFound(h web.Handler) web.Handler {
	return func(v *web.Visit) error {
		if _, err := v.Appliance.Mailbox(v.Session, v.Part("boite")); err != nil {
			return err
		}
		return h(v)
	}
}

// setMailbox saves the form, or really joins the server of it.
func setMailbox(v *web.Visit) error {
	place := v.Part("boite")
	form := app.MailboxForm{Version: versionOf(v), Address: v.Form("adresse"), Host: v.Form("serveur"), Port: v.Form("port"), Security: v.Form("chiffrement"), User: v.Form("compte"),
		Password: v.FormValue("secret"), Folder: v.Form("dossier"), Done: v.Form("traites"), Active: v.Form("active") == "oui"}
	if v.Form("essai") != "" {
		if _, err := v.Appliance.TestMailbox(v.Context(), v.Session, place, form); err != nil {
			return v.Again(err, onBox(boxTestPart))
		}
		return mailbox(v, boxTestPart)
	}
	if err := v.Appliance.SetMailbox(v.Session, place, form); err != nil {
		return v.Again(err, onBox(boxPart))
	}
	return v.Done(mailboxesHome+"/"+place, "La boîte de courriel est enregistrée.")
}

func collectMailbox(v *web.Visit) error {
	place := v.Part("boite")
	if err := v.Appliance.CollectNow(v.Session, place); err != nil {
		return v.Again(err, showMailbox)
	}
	return v.Done(mailboxesHome+"/"+place, "La boîte est relevée maintenant\u00a0: actualisez dans un instant.")
}
