package console

import (
	"strconv"

	"preau/app/access"
	"preau/app/directory"
	"preau/app/groups"
	"preau/app/format/sheet"
	"preau/ui/web"
)

// actionWords word each kind of mass action: what it is called, what it asks,
// what it warns of.
var actionWords = map[directory.MassKind]struct {
	label, ask, warn string
	danger, reason   bool
}{
	directory.MassSuspend:    {"Suspension", "Voulez-vous suspendre", "Ces personnes ne pourront plus se connecter à l’ENT et leurs sessions ouvertes prendront fin. Les comptes pourront être réactivés à l’identique.", true, true},
	directory.MassReactivate: {"Réactivation", "Voulez-vous réactiver", "Ces personnes pourront de nouveau se connecter, avec le même login et le même mot de passe.", false, false},
	directory.MassRenew:      {"Renouvellement des identifiants", "Voulez-vous renouveler les identifiants de", "Les identifiants déjà remis aux personnes qui ne se sont jamais connectées ne vaudront plus ; pour les parents, les codes de leurs enfants changent. Les comptes déjà activés sont laissés tels quels.", true, false},
	directory.MassMail:       {"Envoi des identifiants", "Voulez-vous envoyer par courriel les identifiants de", "Le message part aux personnes qui ne se sont jamais connectées et dont l’adresse e-mail est sûre. Les autres sont laissées, et le résultat dit pourquoi.", false, false},
	directory.MassRecords:    {"Nouveaux mots de passe scolarité", "Voulez-vous renouveler le mot de passe scolarité de", "Chaque personne reçoit le sien par courriel ; l’ancien cesse d’être valable. Celles qui n’en ont pas l’usage ou pas d’adresse sont laissées, et le résultat dit pourquoi.", true, false},
}

// prepare freezes a selection, and shows what is about to be done to it.
func prepare(v *web.Visit, uai string, kind directory.MassKind, sel directory.Selection) error {
	id, err := directory.PrepareAction(v.Session, uai, kind, sel)
	if err != nil {
		return err
	}
	return v.Done(actionAt(uai, id), "")
}

func actionAt(uai, id string) string { return at(uai) + "/actions/" + id }

// actionPage is console/action.html.
type actionPage struct {
	Title, Note      string
	Badge            web.Badge
	Prepared         bool
	Running, Resumes bool
	Refusal          string
	Done, Total      int
	Sum              []fact
	Undo             string
	Undone, Undoes   string // addresses of the other action
	Which            web.Choice
	Lines            []actionLine
	More             string
	Home, Back       string
	File             string
	Dialog           *question
}

type actionLine struct {
	URL, Name, Says string
	Badge           web.Badge
}

// actionLinesShown is how many people a page of an action holds.
const actionLinesShown = 100

func showAction(v *web.Visit) error { return action(v, nil) }

// action draws a mass action, with a question over it if there is one.
func action(v *web.Visit, ask func(actionPage, directory.MassAction) *question) error {
	uai, id := v.Part("uai"), v.Part("id")
	m, err := directory.ReadAction(v.Session, uai, id)
	if err != nil {
		return err
	}
	said := actionWords[m.Kind]
	page := actionPage{Title: said.label, Home: actionAt(uai, id), Back: listOf(uai, m), Badge: actionBadges[m.State], Refusal: m.Refusal, Done: m.Step, Total: m.Total,
		Prepared: m.State == directory.MassPrepared, Running: m.State == directory.MassRunning, Resumes: m.State == directory.MassStopped}
	page.Note = join(" · ", m.Words, m.By, web.Moment(v.Session.Now(), m.Made))
	if !page.Prepared {
		page.Sum = []fact{{"Faits", web.Number(m.Done)}, {"Ignorés", web.Number(m.Skipped())}}
	}
	if m.Reason != "" {
		page.Sum = append(page.Sum, fact{"Motif", m.Reason})
	}
	if m.State == directory.MassDone {
		page.File = page.Home + "/lignes.csv"
	}
	if m.Undoable() {
		page.Undo = page.Home + "/annulation"
	}
	if m.Undone != "" {
		page.Undone = actionAt(uai, m.Undone)
	}
	if m.Undoes != "" {
		page.Undoes = actionAt(uai, m.Undoes)
	}
	if err := page.lines(v, m); err != nil {
		return err
	}
	if ask == nil && page.Prepared {
		ask = confirmation
	}
	if ask != nil {
		page.Dialog = ask(page, m)
	}
	f, err := frame(v, uai, nodeOf(m), web.Link{Label: "Utilisateurs", URL: page.Back}, web.Link{Label: page.Title, Here: true})
	if err != nil {
		return err
	}
	return v.Show("console/action", page.Title, f, page)
}

// actionBadges are the states of a mass action, each a word and an icon.
var actionBadges = map[string]web.Badge{
	directory.MassPrepared: {Tone: "warn", Icon: "hourglass", Label: "À confirmer"},
	directory.MassRunning:  {Tone: "off", Icon: "hourglass", Label: "En cours"},
	directory.MassStopped:  {Tone: "bad", Icon: "x-lg", Label: "Interrompue"},
	directory.MassDone:     {Tone: "ok", Icon: "check-lg", Label: "Terminée"},
}

// confirmation is the one question before a mass action.
func confirmation(p actionPage, m directory.MassAction) *question {
	said := actionWords[m.Kind]
	return &question{Title: said.ask + " " + web.Count(m.Total, "compte", "comptes") + "\u00a0?", Says: m.Words + ". " + said.warn,
		Action: p.Home + "/execution", Close: p.Back, Reason: said.reason, Danger: said.danger}
}

// nodeOf is the branch of the tree that an action belongs to.
func nodeOf(m directory.MassAction) string {
	if m.Kind == directory.MassMail || m.Kind == directory.MassRenew {
		return "identifiants"
	}
	return m.Filter.Profile.Path()
}

// listOf is the list that an action was asked from.
func listOf(uai string, m directory.MassAction) string {
	q := filterOf(m.Filter)
	home := at(uai) + "/utilisateurs/" + m.Filter.Profile.Path()
	if nodeOf(m) == "identifiants" {
		home = at(uai) + "/identifiants"
		q.Set("profil", m.Filter.Profile.Path())
	}
	if len(q) == 0 {
		return home
	}
	return home + "?" + q.Encode()
}

func (p *actionPage) lines(v *web.Visit, m directory.MassAction) error {
	uai, which := v.Part("uai"), v.Ask("lignes")
	p.Which = web.Choice{Name: "lignes", Label: "Lignes"}
	for _, o := range []web.ChoiceOption{{Value: directory.LinesAll, Label: "Toutes"}, {Value: directory.LinesDone, Label: "Faits"}, {Value: directory.LinesSkipped, Label: "Ignorés"}} {
		o.Chosen = o.Value == which
		p.Which.Options = append(p.Which.Options, o)
	}
	from, _ := strconv.Atoi(v.Ask("apres")) // anything else is the beginning
	lines, err := directory.LinesOf(v.Session, uai, m.ID, which, from, actionLinesShown)
	for _, l := range lines {
		line := actionLine{Name: l.Name, Says: l.Says, Badge: web.Badge{Tone: "off", Icon: "hourglass", Label: "À faire"}}
		if l.User != "" {
			line.URL = at(uai) + "/utilisateurs/" + anyProfile + "/" + l.User
		} else {
			line.Name = "Personne effacée"
		}
		switch {
		case l.Done:
			line.Badge = web.Badge{Tone: "ok", Icon: "check-lg", Label: "Fait"}
		case l.Says != "":
			line.Badge = web.Badge{Tone: "warn", Icon: "dash-lg", Label: "Ignoré"}
		}
		p.Lines = append(p.Lines, line)
	}
	if len(lines) == actionLinesShown {
		p.More = p.Home + "?lignes=" + which + "&apres=" + strconv.Itoa(lines[len(lines)-1].N+1)
	}
	return err
}

func confirmAction(v *web.Visit) error {
	uai, id := v.Part("uai"), v.Part("id")
	if err := v.Appliance.StartAction(v.Session, uai, id, v.Form("motif")); err != nil {
		return v.Again(err, showAction)
	}
	return v.Done(actionAt(uai, id), "")
}

func askUndo(v *web.Visit) error {
	return action(v, func(p actionPage, m directory.MassAction) *question {
		return &question{Title: "Voulez-vous annuler cette action sur " + web.Count(m.Done, "compte", "comptes") + "\u00a0?",
			Says: "Chaque compte revient à ce qu’il était, sauf ceux que quelqu’un a modifiés depuis : ils sont laissés tels quels, et le résultat le dit.", Action: p.Home + "/annulation", Close: p.Home}
	})
}

func undoAction(v *web.Visit) error {
	uai := v.Part("uai")
	id, err := v.Appliance.UndoAction(v.Session, uai, v.Part("id"))
	if err != nil {
		return v.Again(err, showAction)
	}
	return v.Done(actionAt(uai, id), "")
}

func downloadActionLines(v *web.Visit) error {
	uai, id := v.Part("uai"), v.Part("id")
	m, err := directory.ReadAction(v.Session, uai, id)
	if err != nil {
		return err
	}
	lines, err := directory.LinesOf(v.Session, uai, id, v.Ask("lignes"), 0, m.Total+1)
	if err != nil {
		return err
	}
	rows := [][]string{{"Personne", "UID", "Résultat", "Détail"}}
	for _, l := range lines {
		result := "ignoré"
		if l.Done {
			result = "fait"
		}
		rows = append(rows, []string{l.Name, l.User, result, l.Says})
	}
	v.File(string(m.Kind)+"-"+m.Made.Local().Format("2006-01-02")+".csv", "text/csv; charset=utf-8")
	return sheet.Write(v.Response().BodyWriter(), rows)
}

// exportPeople answers with the file of a list: no secret is in it.
func exportPeople(v *web.Visit, uai, part string, sel directory.Selection) error {
	rows, err := directory.ExportPeople(v.Session, uai, sel)
	if err != nil {
		return err
	}
	v.File(part+"-"+uai+".csv", "text/csv; charset=utf-8")
	return sheet.Write(v.Response().BodyWriter(), rows)
}

// actOnPeople does what a button of a list asks, for the people ticked or for all
// those of the filter.
func actOnPeople(v *web.Visit) error {
	profile, deleted, ok := profileOf(v)
	if !ok {
		return access.NotFound()
	}
	uai, kind := v.Part("uai"), directory.MassKind(v.Form("action"))
	sel := directory.Selection{Filter: peopleFilter(v, profile)}
	if v.Form("tous") == "" {
		if sel.IDs = v.Each("id"); len(sel.IDs) == 0 {
			return v.Again(access.Conflict("Cochez au moins une personne, ou « Tous les résultats »."), showPeople)
		}
	}
	var err error
	switch _, known := actionWords[kind]; {
	case v.Form("action") == "export":
		err = exportPeople(v, uai, v.Part("profil"), sel)
	case v.Form("action") == "groupe" && !deleted:
		err = copyToGroups(v, uai, sel)
	case !known || deleted:
		err = access.Conflict("Choisissez ce qu’il faut faire de ces comptes.")
	default:
		err = prepare(v, uai, kind, sel)
	}
	return v.Again(err, showPeople)
}

// copyToGroups copies a selection of people, and leads to the groups where they can
// be pasted.
func copyToGroups(v *web.Visit, uai string, sel directory.Selection) error {
	ids, err := directory.Chosen(v.Session, uai, sel)
	if err != nil {
		return err
	}
	refs := make([]groups.Ref, len(ids))
	for i, id := range ids {
		refs[i] = groups.Person(id)
	}
	if err := groups.Copy(v.Session, uai, groups.LocalScreen, refs); err != nil {
		return err
	}
	return v.Done(groupsAt(uai)+"/locaux", copied(len(refs)))
}
