package console

import (
	"net/url"
	"strconv"
	"strings"

	"preau/app/directory"
	"preau/app/post"
	"preau/app/requests"
	"preau/ui/web"
)

// A requestPane is the pane « Demande »: one request, by its tabs.
type requestPane struct {
	Number    int
	Title     string
	Note      string
	Home      string     // without the state of the list
	kept      url.Values // that state
	Version   uint64
	Badges    []web.Badge
	Ages      string   // how long ago it came, and the requester last wrote
	Present   string   // who else has it open
	Warnings  []string // what stands in the way
	Actions   []web.Link
	Tab       string
	Tabs      web.Tabs
	May       bool
	Locked    bool // the first two tabs are only read
	Form      requestForm
	Answer    answerTab
	History   []requestEvent
	Linked    []web.Link
	Dialog    *requestDialog
	Level2    *level2Banner
	FollowURL string // address of what happens to it, live
	Close     string
}

// To is the address of something done to the request, with the state of the list.
func (p requestPane) To(path string) string { return withQuery(p.Home+"/"+path, p.kept) }

// A requestEvent is a line of the fourth tab.
type requestEvent struct {
	ISO, Day, What, By string
	Changes            []web.ChangeLine
}

// requestTabs are the three tabs of the manual, and ours.
var requestTabs = []struct{ key, label string }{{"demande", "Demande n°"}, {"description", "Description"}, {"reponse", "Réponse"}, {"historique", "Historique"}}

// numberOf is the number of the address, 0 for what is none.
func numberOf(v *web.Visit) int {
	n, err := strconv.Atoi(v.Part("numero"))
	if err != nil || n < 1 || v.Part("numero") != strconv.Itoa(n) {
		return 0
	}
	return n
}

// requestAt is the address of a request, with the state of the list and a tab.
func requestAt(v *web.Visit, number int, tab string) string {
	return withQuery(requestsHome+"/"+strconv.Itoa(number), tabQuery(v, tab))
}

// tabQuery is the state of the list, with a tab of the request that is open.
func tabQuery(v *web.Visit, tab string) url.Values {
	q := listQuery(v)
	if tab != "" {
		q.Set("onglet", tab)
	}
	return q
}

func showRequest(v *web.Visit) error { return request(v, v.Ask("onglet"), nil) }

// onTab draws the request again on the tab of a form that was refused.
func onTab(tab string) web.Handler { return func(v *web.Visit) error { return request(v, tab, nil) } }

// request draws a request below the list, with a question over it if there is one.
func request(v *web.Visit, tab string, ask func(*web.Visit, *requestPane, requests.Detail) error) error {
	number := numberOf(v)
	d, err := requests.Read(v.Session, number)
	if err != nil {
		return err
	}
	v.Appliance.Presence.Seen(number, v.Session.Account.ID, v.Session.Account.Name, v.Session.Now())
	p, err := listRequests(v, number)
	if err != nil {
		return err
	}
	pane := &requestPane{Number: number, Title: "Demande n°\u00a0" + strconv.Itoa(number), Note: d.Summary, Home: requestsHome + "/" + strconv.Itoa(number), kept: listQuery(v), Version: d.Version,
		May: d.May, Locked: d.Waits || !d.May, Close: withQuery(requestsHome, listQuery(v))}
	pane.FollowURL = pane.Home + "/flux"
	pane.Badges = []web.Badge{stateBadge(d.Request)}
	if d.Priority == requests.Urgent {
		pane.Badges = append(pane.Badges, urgentBadge)
	}
	pane.Ages = ages(v, d.Request)
	pane.Present = present(v, number)
	pane.tabs(v, tab)
	pane.explain(v, d)
	if err := pane.level2(v, d); err != nil {
		return err
	}
	if err := pane.fill(v, d); err != nil {
		return err
	}
	if ask != nil {
		if err := ask(v, pane, d); err != nil {
			return err
		}
	}
	p.Open, p.Pane = pane, pane.Title
	return p.show(v)
}

// ages says how old a request is, and since when its requester waits.
func ages(v *web.Visit, r requests.Request) string {
	now := v.Session.Now()
	says := "Reçue il y a " + span(r.Age(now)) + ", dernier message du demandeur il y a " + span(r.Silence(now))
	switch r.State {
	case requests.Closed:
		return "Clôturée le " + web.Stamp(r.ClosedAt) + ", après " + span(r.Age(now))
	case requests.Waiting:
		says = "Reçue il y a " + span(r.Age(now)) + ", en pause depuis le " + web.Stamp(r.Since)
		if !r.Until.IsZero() {
			says += ", jusqu’au " + r.Until.Local().Format("02/01/2006")
		}
	}
	return says
}

// present says who else has a request open.
func present(v *web.Visit, number int) string {
	return presentWords(v.Appliance.Presence.Others(number, v.Session.Account.ID, v.Session.Now()))
}

func presentWords(names []string) string {
	switch len(names) {
	case 0:
		return ""
	case 1:
		return names[0] + " a aussi cette demande ouverte."
	}
	last := len(names) - 1
	return strings.Join(names[:last], ", ") + " et " + names[last] + " ont aussi cette demande ouverte."
}

// linkWords say what another request is to this one.
var linkWords = map[string]string{requests.Related: "Liée à la demande", requests.Duplicate: "Doublon de la demande"}

// explain says what stands in the way, and offers what can be done.
func (p *requestPane) explain(v *web.Visit, d requests.Detail) {
	if d.Into != 0 {
		p.Warnings = append(p.Warnings, "Cette demande a été fusionnée avec la demande n°\u00a0"+strconv.Itoa(d.Into)+", où elle se traite.")
		p.Linked = append(p.Linked, web.Link{Label: "Ouvrir la demande n°\u00a0" + strconv.Itoa(d.Into), URL: requestAt(v, d.Into, "")})
	}
	if d.Absent {
		p.Warnings = append(p.Warnings, d.AssigneeName+" n’administre plus cet établissement\u00a0: réaffectez la demande.")
	}
	if d.Gone && d.From.Account != "" {
		p.Warnings = append(p.Warnings, d.From.Name+" n’est plus de cet établissement.")
	}
	for _, r := range d.Folded {
		p.Linked = append(p.Linked, web.Link{Label: "Fusionnée ici\u00a0: n°\u00a0" + strconv.Itoa(r.Number) + ", " + r.Summary, URL: requestAt(v, r.Number, "")})
	}
	for _, l := range d.Linked {
		label := linkWords[l.Kind] + " n°\u00a0" + strconv.Itoa(l.To)
		if l.Summary != "" {
			label += ", " + l.Summary
			p.Linked = append(p.Linked, web.Link{Label: label, URL: requestAt(v, l.To, "")})
		}
	}
	if !d.May {
		return
	}
	tab := p.Tab // the question comes back to it
	if tab == requestTabs[0].key {
		tab = ""
	}
	act := func(label, icon, path string) {
		p.Actions = append(p.Actions, web.Link{Label: label, Icon: icon, URL: withQuery(p.Home+"/"+path, tabQuery(v, tab))})
	}
	if d.Into != 0 {
		act("Annuler la fusion", "arrow-counterclockwise", "separation")
		return
	}
	act("Réaffecter", "person-gear", "affectation")
	if !d.Waits {
		act("Changer d’état", "arrow-left-right", "etat")
		act("Fusionner", "sign-merge-right", "fusion")
	}
	act("Lier", "link-45deg", "lien")
}

func (p *requestPane) tabs(v *web.Visit, tab string) {
	p.Tab = requestTabs[0].key
	p.Tabs.Label = p.Title
	for _, t := range requestTabs {
		if t.key == tab {
			p.Tab = tab
		}
	}
	for _, t := range requestTabs {
		label := t.label
		if t.key == "demande" {
			label = p.Title
		}
		p.Tabs.Tabs = append(p.Tabs.Tabs, web.Tab{Key: t.key, Label: label, URL: requestAt(v, p.Number, t.key), Here: t.key == p.Tab})
	}
}

func (p *requestPane) fill(v *web.Visit, d requests.Detail) (err error) {
	switch p.Tab {
	case "demande":
		p.Form, err = requesterForm(v, d, p.Locked)
	case "description":
		p.Form, err = descriptionForm(v, d, p.Locked)
	case "reponse":
		p.Answer, err = answerOf(v, p, d)
	default:
		err = p.history(v)
	}
	return err
}

// historySize is how many lines the fourth tab shows.
const historySize = 500

func (p *requestPane) history(v *web.Visit) error {
	all, err := requests.History(v.Session, p.Number, historySize)
	for _, h := range all {
		e := requestEvent{ISO: h.At.Format("2006-01-02T15:04:05Z07:00"), Day: web.Stamp(h.At), What: h.Says, By: h.By}
		if h.Note != "" {
			e.What += " (" + h.Note + ")"
		}
		for _, c := range h.Changes {
			e.Changes = append(e.Changes, web.ChangeLine{Field: c.Field, Before: c.Before, After: c.After})
		}
		p.History = append(p.History, e)
	}
	return err
}

// An answerTab is the third tab.
type answerTab struct {
	Problem  string // what was asked, above the thread
	By, Day  string
	Files    []web.Stored
	Thread   []entryLine
	Draft    *web.Draft // of the solution
	Noted    *web.Draft // of the note
	Add      web.Files
	Solution web.Text
	Resolved bool
	Closed   bool
	Days     []web.Field // of the closing
	MaySend  bool
	WhyNot   string // « Répondre à l’utilisateur » cannot be
	To       string // whom the answer goes to
	Note     web.Text
	Saves    bool
	Canned   *cannedPart
}

// An entryLine is a message of the thread.
type entryLine struct {
	ID, Kind  string
	Icon      string
	Label     string // who wrote it, to whom
	ISO, Day  string
	Text      string
	Files     []web.Stored
	Refused   []string
	Mailed    *web.Badge
	MailError string
}

func filesOf(home string, files []requests.File) (lines []web.Stored) {
	for _, f := range files {
		lines = append(lines, web.Stored{URL: home + "/fichiers/" + f.ID, Name: f.Name, Size: web.Size(f.Size)})
	}
	return lines
}

// entryWords say what each kind of entry is, and who reads it.
var entryWords = map[requests.EntryKind]web.Link{
	requests.Answer:  {Icon: "reply", Label: "Réponse à l’utilisateur"},
	requests.Message: {Icon: "chat-left-text", Label: "Message du demandeur"},
	requests.Note:    {Icon: "lock", Label: "Note interne, lue par les administrateurs seulement"},
}

func answerOf(v *web.Visit, p *requestPane, d requests.Detail) (t answerTab, err error) {
	t = answerTab{Problem: d.Problem, By: d.From.Name, Day: web.Stamp(d.Received), Files: filesOf(p.Home, d.Files), Closed: d.State == requests.Closed, Saves: d.May && d.Into == 0}
	for _, e := range d.Thread {
		t.Thread = append(t.Thread, entryOf(v, p, e))
	}
	if t.Draft, err = v.Draft(draftScreen(p.Number, "reponse"), draftsHome, requestAt(v, p.Number, "reponse")); err != nil {
		return t, err
	}
	if t.Noted, err = v.Draft(draftScreen(p.Number, "note"), draftsHome, requestAt(v, p.Number, "reponse")); err != nil {
		return t, err
	}
	t.Add = web.AttachedFiles(web.FilesField, "Fichiers à joindre à la note")
	t.Solution = web.Text{Name: "solution", Label: "Solution apportée", Value: t.Draft.Value("solution", d.Solution), Required: true, Tall: true,
		Hint: "C’est la réponse que lira l’utilisateur. «\u00a0Enregistrer\u00a0» la garde ici sans rien envoyer."}
	if d.Level2.Proposal != "" {
		t.Solution.Value = t.Draft.Value("solution", d.Level2.Proposal)
		t.Solution.Hint = "Proposée d’après la réponse du niveau 2, qui a terminé\u00a0: relisez-la, puis enregistrez-la pour pouvoir répondre à l’utilisateur."
	}
	if t.Canned, err = cannedPicker(v, d); err != nil {
		return t, err
	}
	if inserted, err := cannedText(v, d); err != nil {
		return t, err
	} else if inserted != "" {
		t.Solution.Value = strings.TrimSpace(t.Solution.Value + "\n\n" + inserted)
	}
	t.Note = web.Text{Name: "note", Label: "Texte de la note", Value: t.Noted.Value("note", ""), Hint: "Lue par les administrateurs seulement, jamais par le demandeur."}
	t.Resolved = t.Draft.Value("resolution", yes(t.Closed)) == "oui"
	at := d.ClosedAt
	if at.IsZero() {
		at = v.Session.Now()
	}
	local := at.Local()
	t.Days = []web.Field{{Name: "cloture", Label: "Date de clôture", Kind: "date", Value: t.Draft.Value("cloture", local.Format("2006-01-02")), Complete: "off"},
		{Name: "cloture-heure", Label: "Heure", Kind: "time", Value: t.Draft.Value("cloture-heure", local.Format("15:04")), Complete: "off"}}
	t.MaySend = t.Saves && d.Solution != ""
	switch {
	case d.Solution == "" && !d.AnsweredAt.IsZero():
		t.WhyNot = "La réponse a été envoyée. Pour répondre encore, rédigez une autre solution et enregistrez-la."
	case d.Solution == "":
		t.WhyNot = "Enregistrez d’abord la solution apportée."
	}
	t.To = d.From.Name
	switch {
	case d.From.Email != "" && d.From.Account != "":
		t.To += ", par courriel à " + d.From.Email + " et dans l’ENT"
	case d.From.Email != "":
		t.To += ", par courriel à " + d.From.Email
	case d.From.Account != "":
		t.To += ", dans l’ENT seulement\u00a0: aucune adresse e-mail n’est connue"
	default:
		t.To += "\u00a0: ni adresse e-mail ni compte, rappelez cette personne"
	}
	return t, nil
}

func yes(on bool) string {
	if on {
		return "oui"
	}
	return "non"
}

func entryOf(v *web.Visit, p *requestPane, e requests.Said) entryLine {
	words := entryWords[e.Kind]
	if e.FromLevel2() {
		words = web.Link{Icon: "headset", Label: "Note du niveau 2, lue par les administrateurs seulement"}
	}
	line := entryLine{ID: strconv.Itoa(e.Rank), Kind: string(e.Kind), Icon: words.Icon, Label: words.Label, ISO: e.Made.Format("2006-01-02T15:04:05Z07:00"), Day: e.ByName + ", " + web.Moment(v.Session.Now(), e.Made),
		Text: e.Text, Files: filesOf(p.Home, e.Files), Refused: e.Refused}
	if e.Via == requests.Mail {
		line.Label += ", par courriel"
	}
	if e.Address != "" {
		line.Label = "Courriel d’une autre adresse que celle du demandeur"
	}
	if e.Mailed != "" {
		b := mailBadge(e.Mailed)
		b.Label = "Courriel " + strings.ToLower(b.Label)
		line.Mailed = &b
	}
	if e.Mailed == post.Failed || e.Mailed == post.Waiting {
		line.MailError = e.Error
	}
	return line
}

// A requestForm is the fields of the first two tabs, or of a new request.
type requestForm struct {
	Action    string
	Draft     *web.Draft // nil for a form that is guarded instead
	Add       web.Files
	Drops     []web.ChoiceOption // files that may be taken away
	School    web.Combo
	Profile   web.Choice
	Person    web.Combo
	Contact   []web.Field
	Prefers   []web.ChoiceOption
	Received  []web.Field
	Choices   []web.Choice // channel, service, type
	Priority  []web.ChoiceOption
	Summary   web.Field
	Problem   web.Text
	Files     []web.Stored
	Close     string
	Locked    bool
	Requester bool // the first part is there
	Described bool // the second is
}

// requesterForm is the first tab.
func requesterForm(v *web.Visit, d requests.Detail, locked bool) (requestForm, error) {
	f := requestForm{Requester: true, Locked: locked}
	f.requester(v.Typed, d.UAI(), d.School, d.From)
	return f, nil
}

// A typedValue is what a field holds: what was typed in it, or else what is stored.
type typedValue func(name, stored string) string

// requester fills the parts « Identité du demandeur » and « Informations
// complémentaires ».
func (f *requestForm) requester(value typedValue, uai, school string, from requests.Requester) {
	f.School = web.Combo{ID: "ecole", Name: "etab", Label: "Établissement", Source: "/console/etablissements/recherche?q=", Value: value("etab", uai), Shown: value("etab-nom", school), Required: true, Locked: f.Locked, Placeholder: "Premières lettres du nom"}
	if uai == "" && school != "" { // of an académie, whose mailbox it came by
		f.School.Required, f.School.Shown, f.School.Placeholder = false, value("etab-nom", ""), school
		f.School.Hint = "Arrivée par la boîte de l’académie\u00a0: choisissez l’établissement à qui la confier, ou laissez vide."
	}
	f.Profile = web.Choice{Name: "profil", Label: "Profil", Locked: f.Locked, Options: []web.ChoiceOption{{Label: "Non précisé"}}}
	chosen := value("profil", from.Profile.Path())
	for _, p := range directory.Profiles {
		f.Profile.Options = append(f.Profile.Options, web.ChoiceOption{Value: p.Path(), Label: p.One(), Chosen: p.Path() == chosen})
	}
	f.Person = web.Combo{ID: "personne", Name: "demandeur", Label: "Nom", Source: requestsHome + "/personnes?q=", With: "etab profil", Value: value("demandeur", from.Account), Shown: value("demandeur-nom", from.Name), Fill: true, Required: true, Locked: f.Locked, Placeholder: "Premières lettres du nom"}
	add := func(name, label, stored, kind, mode string) {
		f.Contact = append(f.Contact, web.Field{Name: name, Label: label, Value: value(name, stored), Kind: kind, Mode: mode, Complete: "off", Locked: f.Locked})
	}
	add("telephone", "Téléphone", from.Phone, "tel", "tel")
	add("portable", "Téléphone portable", from.Mobile, "tel", "tel")
	add("email", "E-mail", from.Email, "email", "email")
	prefers := value("preference", string(from.Prefers))
	for _, o := range []web.ChoiceOption{{Value: "", Label: "Sans préférence"}, {Value: string(requests.Mail), Label: "Mail"}, {Value: string(requests.Phone), Label: "Téléphone"}} {
		o.Chosen = o.Value == prefers
		f.Prefers = append(f.Prefers, o)
	}
}

// descriptionForm is the second tab.
func descriptionForm(v *web.Visit, d requests.Detail, locked bool) (requestForm, error) {
	f := requestForm{Described: true, Locked: locked, Files: filesOf(requestsHome+"/"+strconv.Itoa(d.Number), d.Files)}
	draft, err := v.Draft(draftScreen(d.Number, "description"), draftsHome, requestAt(v, d.Number, "description"))
	if err != nil {
		return f, err
	}
	f.Draft, f.Add = draft, web.AttachedFiles(web.FilesField, "Ajouter des fichiers")
	for _, file := range d.Files {
		f.Drops = append(f.Drops, web.ChoiceOption{Value: file.ID, Label: file.Name})
	}
	f.describe(draft.Value, requests.Form{Received: d.Received, Channel: d.Channel, Service: d.Service, Type: d.Type, Priority: d.Priority, Summary: d.Summary, Problem: d.Problem})
	return f, nil
}

func (f *requestForm) describe(value typedValue, form requests.Form) {
	local := form.Received.Local()
	f.Received = []web.Field{{Name: "recue", Label: "Reçue le", Kind: "date", Value: value("recue", local.Format("2006-01-02")), Complete: "off", Required: true, Locked: f.Locked},
		{Name: "recue-heure", Label: "Heure", Kind: "time", Value: value("recue-heure", local.Format("15:04")), Complete: "off", Required: true, Locked: f.Locked}}
	channel := web.Choice{Name: "canal", Label: "Canal", Locked: f.Locked}
	for _, c := range requests.Channels {
		channel.Options = append(channel.Options, web.ChoiceOption{Value: string(c), Label: c.Label(), Chosen: string(c) == value("canal", string(form.Channel))})
	}
	kind := web.Choice{Name: "type", Label: "Type", Required: true, Locked: f.Locked, Options: []web.ChoiceOption{{Label: "Choisir…"}}}
	for _, t := range requests.Types {
		kind.Options = append(kind.Options, web.ChoiceOption{Value: string(t), Label: t.Label(), Chosen: string(t) == value("type", string(form.Type))})
	}
	service := serviceChoice(value("service", string(form.Service)), requests.Service("").Label())
	service.Locked = f.Locked
	f.Choices = []web.Choice{channel, service, kind}
	for _, p := range requests.Priorities {
		f.Priority = append(f.Priority, web.ChoiceOption{Value: string(p), Label: p.Label(), Chosen: string(p) == value("priorite", string(form.Priority))})
	}
	f.Summary = web.Field{Name: "resume", Label: "Résumé", Value: value("resume", form.Summary), Required: true, Locked: f.Locked, Complete: "off", Most: requests.MostSummary}
	f.Problem = web.Text{Name: "probleme", Label: "Problème soumis", Value: value("probleme", form.Problem), Required: true, Locked: f.Locked, Tall: true}
}

// requestFound answers 404 for a number that is not within reach, before the form
// is looked at.
func requestFound(h web.Handler) web.Handler {
	return func(v *web.Visit) error {
		if _, err := requests.PlaceOf(v.Session, numberOf(v)); err != nil {
			return err
		}
		return h(v)
	}
}

// afterRequest sends the browser on to the request, with the state of the list.
func afterRequest(v *web.Visit, tab, message string) error {
	return v.Done(requestAt(v, numberOf(v), tab), message)
}

// versionOf is the version that a form was drawn from.
func versionOf(v *web.Visit) uint64 {
	n, err := strconv.ParseUint(v.Form("version"), 10, 64)
	if err != nil {
		return 0
	}
	return n
}
