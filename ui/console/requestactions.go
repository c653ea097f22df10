package console

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"preau/app/access"
	"preau/app/directory"
	"preau/app/requests"
	"preau/ui/web"
)

// momentOf reads a date field and the hour field beside it: zero when both are
// empty, a refusal beside the date when they mean no moment.
func momentOf(v *web.Visit, name string) (time.Time, error) {
	day, hour := v.Form(name), v.Form(name+"-heure")
	if day == "" && hour == "" {
		return time.Time{}, nil
	}
	if hour == "" {
		hour = "00:00"
	}
	for _, form := range []string{"2006-01-02 15:04", "02/01/2006 15:04"} {
		if t, err := time.ParseInLocation(form, day+" "+hour, time.Local); err == nil {
			return t, nil
		}
	}
	return time.Time{}, access.Wrong(name, "Indiquez une date et une heure, comme 26/11/2026 et 14:30.")
}

// requesterFrom reads the first tab: the establishment, and who asks.
func requesterFrom(v *web.Visit) (uai string, from requests.Requester, err error) {
	from = requests.Requester{Account: v.Form("demandeur"), Name: v.Form("demandeur-nom"), Profile: directory.ProfileAt(v.Form("profil")),
		Phone: v.Form("telephone"), Mobile: v.Form("portable"), Email: v.Form("email"), Prefers: requests.Channel(v.Form("preference"))}
	if uai = v.Form("etab"); uai == "" && v.Form("etab-nom") != "" {
		found, total, err := directory.FindEstablishments(v.Session, v.Form("etab-nom"), 1)
		if err != nil {
			return "", from, err
		}
		if total == 1 {
			uai = found[0].UAI
		}
	}
	if uai == "" || from.Account != "" || from.Name == "" {
		return uai, from, nil
	}
	// without script, or typed to the end: the only person whose name it is
	found, total, err := requests.Askers(v.Session, uai, from.Profile, from.Name, 1)
	if access.KindOf(err) == access.Missing {
		return uai, from, nil
	}
	if err == nil && total == 1 {
		from.Account = found[0].Account
		if from.Email == "" {
			from.Email = found[0].Email
		}
	}
	return uai, from, err
}

// besideRequester puts what is wrong with the establishment and the name beside the
// fields of the first tab: the search pane of the same page has fields of the names
// that app/requests gives them.
func besideRequester(err error) error {
	r := refusalOf(err)
	if r == nil {
		return err
	}
	fields := map[string]string{}
	for field, says := range r.Fields {
		switch field {
		case "etablissement":
			field = "etab"
		case "nom":
			field = "demandeur"
		}
		fields[field] = says
	}
	return &access.Refusal{Kind: r.Kind, Says: r.Says, Fields: fields, Err: r.Err}
}

func editRequester(v *web.Visit) error {
	uai, from, err := requesterFrom(v)
	if err == nil {
		err = requests.EditRequester(v.Session, numberOf(v), versionOf(v), uai, from)
	}
	if err != nil {
		return v.Again(besideRequester(err), onTab("demande"))
	}
	return afterRequest(v, "demande", "La demande est enregistrée.")
}

// describedBy reads the second tab.
func describedBy(v *web.Visit) (requests.Description, error) {
	received, err := momentOf(v, "recue")
	return requests.Description{Received: received, Channel: requests.Channel(v.Form("canal")), Service: requests.Service(v.Form("service")), Type: requests.Type(v.Form("type")),
		Priority: requests.Priority(v.Form("priorite")), Summary: v.Form("resume"), Problem: v.Form("probleme"), Drop: v.Each("retirer")}, err
}

func editDescription(v *web.Visit) error {
	return v.Written(draftScreen(numberOf(v), "description"), onTab("description"), func(files []requests.File) (string, string, error) {
		d, _ := describedBy(v) // a date that is none is refused with the rest of the form
		d.Add = files
		return requestAt(v, numberOf(v), "description"), "La demande est enregistrée.", requests.EditDescription(v.Session, numberOf(v), versionOf(v), d)
	})
}

func solveRequest(v *web.Visit) error {
	number := numberOf(v)
	return v.Written(draftScreen(number, "reponse"), onTab("reponse"), func([]requests.File) (path, says string, err error) {
		f := requests.Solve{Solution: v.Form("solution"), Resolved: v.Form("resolution") == "oui"}
		if f.Resolved {
			if f.ClosedAt, err = momentOf(v, "cloture"); err != nil {
				return "", "", err
			}
		}
		if now := v.Session.Now(); f.ClosedAt.After(now) && f.ClosedAt.Sub(now) < time.Minute {
			f.ClosedAt = now // proposed to the minute, by a page of the same one
		}
		before, err := requests.Read(v.Session, number)
		if err == nil {
			err = requests.Solved(v.Session, number, versionOf(v), f)
		}
		switch {
		case !f.Resolved || before.State == requests.Closed:
			return requestAt(v, number, "reponse"), "La solution est enregistrée. Rien n’a été envoyé à l’utilisateur.", err
		case f.Solution == "":
			return requestAt(v, number, "reponse"), "La demande est clôturée.", err
		}
		return withQuery(requestsHome+"/"+strconv.Itoa(number)+"/envoi", tabQuery(v, "reponse")), "La demande est clôturée.", err
	})
}

func addNote(v *web.Visit) error {
	number := numberOf(v)
	return v.Written(draftScreen(number, "note"), onTab("reponse"), func(files []requests.File) (string, string, error) {
		return requestAt(v, number, "reponse"), "La note est ajoutée.", requests.AddNote(v.Session, number, v.Form("note"), files)
	})
}

// draftsHome keeps what is typed in the module.
const draftsHome = requestsHome + "/brouillon"

// jotRequest keeps what somebody types in a form of the module.
func jotRequest(v *web.Visit) error {
	return v.Jotted(func(screen string) (string, error) {
		if screen == newScreen {
			return requestsHome + "/nouvelle", nil
		}
		text, form, _ := strings.Cut(screen, "/")
		number := requests.NumberIn(text)
		if !slices.Contains([]string{"description", "reponse", "note"}, form) || draftScreen(number, form) != screen {
			return "", access.NotFound()
		}
		if form == "note" {
			form = "reponse"
		}
		_, err := requests.PlaceOf(v.Session, number)
		return requestsHome + "/" + strconv.Itoa(number) + "?onglet=" + form, err
	})
}

func sendAnswer(v *web.Visit) error {
	mailed, err := requests.SendAnswer(v.Session, numberOf(v), versionOf(v))
	if err != nil {
		return v.Again(err, onTab("reponse"))
	}
	if !mailed {
		return afterRequest(v, "reponse", "La réponse est visible dans l’ENT. Aucun courriel\u00a0: l’utilisateur n’a pas d’adresse.")
	}
	return afterRequest(v, "reponse", "La réponse est envoyée à l’utilisateur.")
}

// A requestDialog is a question over a request.
type requestDialog struct {
	Title, Says, Action, Close string
	Button, Refuse             string
	Choice                     *web.Choice
	Radios                     []web.ChoiceOption
	RadioName, RadioLabel      string
	Fields                     []web.Field
	Text                       *web.Text
	Danger                     bool
	Version                    uint64
}

// asking draws a request with a question over it.
func asking(ask func(*web.Visit, *requestPane, requests.Detail) error) web.Handler {
	return func(v *web.Visit) error { return request(v, v.Ask("onglet"), ask) }
}

// dialog fills what every question has.
func (p *requestPane) dialog(v *web.Visit, path, title, button string) *requestDialog {
	p.Dialog = &requestDialog{Title: title, Button: button, Refuse: "Annuler", Action: withQuery(p.Home+"/"+path, tabQuery(v, v.Ask("onglet"))), Close: requestAt(v, p.Number, v.Ask("onglet")), Version: p.Version}
	return p.Dialog
}

func askSending(v *web.Visit, p *requestPane, d requests.Detail) error {
	if d.Solution == "" {
		return nil
	}
	q := p.dialog(v, "envoi", "Répondre aussi à l’utilisateur\u00a0?", "Répondre à l’utilisateur")
	q.Says, q.Refuse, q.Close = "La solution apportée sera envoyée à "+d.From.Name+".", "Ne pas répondre", requestAt(v, p.Number, "reponse")
	return nil
}

func askState(v *web.Visit, p *requestPane, d requests.Detail) error {
	q := p.dialog(v, "etat", "Changer d’état", "Enregistrer")
	q.Says = "La demande est «\u00a0" + d.State.Label() + "\u00a0»."
	q.RadioName, q.RadioLabel = "etat", "Nouvel état"
	next := d.State.Next()
	for _, s := range next {
		label := s.Label()
		if d.State == requests.Closed {
			label = "Rouvrir\u00a0: " + s.Label()
		}
		q.Radios = append(q.Radios, web.ChoiceOption{Value: string(s), Label: label, Chosen: v.Typed("etat", string(next[0])) == string(s)})
	}
	if slices.Contains(next, requests.Waiting) {
		q.Fields = []web.Field{{Name: "jusqu", Label: "En attente jusqu’au", Kind: "date", Value: v.Typed("jusqu", ""), Complete: "off", Hint: "Facultatif\u00a0: la demande revient ce jour-là «\u00a0En cours\u00a0»."}}
	}
	return nil
}

func setState(v *web.Visit) error {
	next := requests.State(v.Form("etat"))
	var until time.Time
	var err error
	if next == requests.Waiting && v.Form("jusqu") != "" {
		if until = dayOf(v.Form("jusqu")); until.IsZero() {
			err = access.Wrong("jusqu", "Indiquez une date, comme 26/11/2026.")
		}
	}
	if err == nil {
		err = requests.SetState(v.Session, numberOf(v), versionOf(v), next, until)
	}
	if err != nil {
		return v.Again(err, asking(askState))
	}
	return afterRequest(v, v.Ask("onglet"), "La demande est maintenant «\u00a0"+next.Label()+"\u00a0».")
}

func askAssignee(v *web.Visit, p *requestPane, d requests.Detail) error {
	all, err := requests.RespondersOf(v.Session, p.Number)
	if err != nil {
		return err
	}
	q := p.dialog(v, "affectation", "Réaffecter la demande", "Réaffecter")
	q.Says = "Intervenant actuel\u00a0: aucun."
	if d.AssigneeName != "" {
		q.Says = "Intervenant actuel\u00a0: " + d.AssigneeName + ". L’ancien et le nouveau sont prévenus."
	}
	q.Choice = &web.Choice{Name: "intervenant", Label: "Intervenant", Options: []web.ChoiceOption{{Value: "", Label: "Personne"}}}
	chosen := v.Typed("intervenant", v.Session.Account.ID)
	for _, r := range all {
		if r.ID == d.Assignee {
			continue
		}
		label := r.Name
		if r.ID == v.Session.Account.ID {
			label += " (moi)"
		}
		q.Choice.Options = append(q.Choice.Options, web.ChoiceOption{Value: r.ID, Label: label + " – " + r.Role.Label(), Chosen: r.ID == chosen})
	}
	q.Fields = []web.Field{{Name: "motif", Label: "Motif", Value: v.Typed("motif", ""), Complete: "off", Most: 500, Hint: "Facultatif\u00a0: écrit dans l’historique et dit aux deux."}}
	return nil
}

func assignRequest(v *web.Visit) error {
	if err := requests.Assign(v.Session, numberOf(v), versionOf(v), v.Form("intervenant"), v.Form("motif")); err != nil {
		return v.Again(err, asking(askAssignee))
	}
	return afterRequest(v, v.Ask("onglet"), "La demande est réaffectée.")
}

func askMerge(v *web.Visit, p *requestPane, d requests.Detail) error {
	q := p.dialog(v, "fusion", "Fusionner avec une autre demande", "Fusionner")
	q.Says = "Celle-ci sera clôturée et renverra vers l’autre, où ce qu’elle dit sera ajouté en note. La fusion s’annule pendant 24 heures."
	q.Fields = []web.Field{{Name: "vers", Label: "Numéro de l’autre demande", Mode: "numeric", Value: v.Typed("vers", ""), Required: true, Complete: "off"}}
	return nil
}

// typedNumber reads a number of request, as « 123 » or « n° 123 ».
func typedNumber(v *web.Visit, field string) (int, error) {
	n := requests.NumberIn(v.Form(field))
	if n == 0 {
		return 0, access.Wrong(field, "Indiquez le numéro de l’autre demande, comme 123.")
	}
	return n, nil
}

func mergeRequest(v *web.Visit) error {
	into, err := typedNumber(v, "vers")
	if err == nil {
		err = requests.Merge(v.Session, numberOf(v), into)
	}
	if err != nil {
		return v.Again(err, asking(askMerge))
	}
	return v.Done(requestAt(v, into, "reponse"), "La demande n°\u00a0"+strconv.Itoa(numberOf(v))+" est fusionnée avec celle-ci.")
}

func askUnmerge(v *web.Visit, p *requestPane, d requests.Detail) error {
	q := p.dialog(v, "separation", "Annuler la fusion", "Annuler la fusion")
	q.Says, q.Refuse = "La demande retrouve l’état qu’elle avait, et se traite de nouveau seule.", "Garder la fusion"
	return nil
}

func unmergeRequest(v *web.Visit) error {
	if err := requests.Unmerge(v.Session, numberOf(v)); err != nil {
		return v.Again(err, asking(askUnmerge))
	}
	return afterRequest(v, v.Ask("onglet"), "La fusion est annulée.")
}

func askLink(v *web.Visit, p *requestPane, d requests.Detail) error {
	q := p.dialog(v, "lien", "Lier à une autre demande", "Enregistrer")
	q.Says = "Les deux demandes se montreront l’une l’autre."
	q.RadioName, q.RadioLabel = "lien", "Cette demande"
	chosen := v.Typed("lien", requests.Related)
	for _, o := range []web.ChoiceOption{{Value: requests.Related, Label: "est liée à une autre"}, {Value: requests.Duplicate, Label: "est un doublon d’une autre"}, {Value: "aucun", Label: "n’a plus de lien avec elle"}} {
		o.Chosen = o.Value == chosen
		q.Radios = append(q.Radios, o)
	}
	q.Fields = []web.Field{{Name: "autre", Label: "Numéro de l’autre demande", Mode: "numeric", Value: v.Typed("autre", ""), Required: true, Complete: "off"}}
	return nil
}

func linkRequest(v *web.Visit) error {
	to, err := typedNumber(v, "autre")
	kind := v.Form("lien")
	if kind == "aucun" {
		kind = ""
	}
	if err == nil {
		err = requests.LinkTo(v.Session, numberOf(v), to, kind)
	}
	if err != nil {
		return v.Again(err, asking(askLink))
	}
	return afterRequest(v, v.Ask("onglet"), "Les liens sont enregistrés.")
}

// draftScreen names the form of a request under which what is typed is kept.
func draftScreen(number int, form string) string { return strconv.Itoa(number) + "/" + form }

func downloadRequestFile(v *web.Visit) error {
	f, content, err := requests.OpenFile(v.Session, numberOf(v), v.Part("id"))
	if err != nil {
		return err
	}
	return v.Attach(f.Name, f.Type, f.Size, content)
}
