package console

import (
	"net/url"

	"preau/app/requests"
	"preau/ui/web"
)

// requestPrint is console/requestprint.html: a whole request on paper.
type requestPrint struct {
	Title, Summary, Home string
	Facts                []fact
	Problem              string
	Files                []web.Stored
	Thread               []entryLine
	History              []requestEvent
	Notes                bool
	NotesURL, HistoryURL string // the same page with the notes, the history, or without
}

// printRequest shows a request to be printed: without its notes nor its history
// unless they are asked for.
func printRequest(v *web.Visit) error {
	number := numberOf(v)
	d, err := requests.Read(v.Session, number)
	if err != nil {
		return err
	}
	pane := &requestPane{Number: number, Home: requestsHome + "/" + v.Part("numero")}
	p := requestPrint{Title: "Demande n°\u00a0" + v.Part("numero"), Summary: d.Summary, Home: pane.Home, Problem: d.Problem, Files: filesOf(pane.Home, d.Files), Notes: v.Ask("notes") != ""}
	p.Facts = []fact{{"Demandeur", join(", ", d.From.Name, d.From.Profile.One())}, {"Établissement", d.School}, {"E-mail", d.From.Email}, {"Téléphone", join(", ", d.From.Phone, d.From.Mobile)},
		{"Reçue le", web.Stamp(d.Received)}, {"Canal", d.Channel.Label()}, {"Service", d.Service.Label()}, {"Type", d.Type.Label()}, {"Priorité", d.Priority.Label()},
		{"État", d.State.Label()}, {"Intervenant", d.AssigneeName}, {"Clôturée le", web.Stamp(d.ClosedAt)}}
	for _, e := range d.Thread {
		if p.Notes || e.Public() {
			p.Thread = append(p.Thread, entryOf(v, pane, e))
		}
	}
	if v.Ask("historique") != "" {
		if err := pane.history(v); err != nil {
			return err
		}
		p.History = pane.History
	}
	p.NotesURL, p.HistoryURL = printed(pane.Home, !p.Notes, p.History != nil), printed(pane.Home, p.Notes, p.History == nil)
	return v.ShowSimple("console/requestprint", p.Title, p)
}

// printed is the address of the page of a request on paper.
func printed(home string, notes, history bool) string {
	q := url.Values{}
	if notes {
		q.Set("notes", "1")
	}
	if history {
		q.Set("historique", "1")
	}
	return withQuery(home+"/impression", q)
}
