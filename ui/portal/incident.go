package portal

import (
	"fmt"
	"strconv"
	"strings"

	"preau/app/access"
	"preau/app/requests"
	"preau/ui/web"
)

// incidentPage is simple/incident.html: one request of the person.
type incidentPage struct {
	Number, URL   string
	Summary       string
	State         web.Badge
	Means         string
	Facts         []fact
	Related       []web.Link // other requests of theirs that it has to do with
	Thread        []saying
	Draft         *web.Draft // of the message; nil when there is nothing to add
	Again         bool       // the message reopens the request
	Late          bool       // or rather makes a new one
	Message       string
	Files         web.Files
	Opinion       *opinion // nil before the end
	FoldedNowhere bool
}

// A saying is a message of the thread.
type saying struct {
	Mine    bool
	Who     string
	When    string
	Text    string
	Files   []web.Stored
	Refused []string
	ByMail  bool
}

// An opinion is what the requester thinks of the answer, or is asked.
type opinion struct {
	Asked   bool // it can be given, or changed
	Given   string
	Scores  []web.ChoiceOption
	Comment string
	Said    string // the comment that can no longer be changed
}

// scores are the words of an opinion, from 1 to 5.
var scores = []string{"Pas du tout", "Plutôt non", "En partie", "Plutôt oui", "Tout à fait"}

// numberOf is the number of an address, as it is written.
func numberOf(v *web.Visit) (int, error) {
	n, err := strconv.Atoi(v.Part("numero"))
	if err != nil || strconv.Itoa(n) != v.Part("numero") {
		return 0, access.NotFound()
	}
	return n, nil
}

// mine reads the request of the address.
func mine(v *web.Visit) (requests.Mine, error) {
	n, err := numberOf(v)
	if err != nil {
		return requests.Mine{}, err
	}
	return requests.ReadMine(v.Session, n)
}

func showIncident(v *web.Visit) error {
	m, err := mine(v)
	if err != nil {
		return err
	}
	page := incidentPage{Number: strconv.Itoa(m.Number), URL: incidentAt(m.Number), Summary: m.Summary, State: stateOf(m), Means: meaning(m), FoldedNowhere: m.Folded && m.Into == 0}
	page.facts(m)
	page.say(v, m)
	if !m.Folded {
		if page.Draft, err = v.Draft(messageScreen(m.Number), draftsAt, page.URL+"#message"); err != nil {
			return err
		}
		page.Message, page.Files = page.Draft.Value("message", ""), web.AttachedFiles(web.FilesField, "Fichiers à joindre")
		page.Again, page.Late = m.State == requests.Closed && m.MayReopen, m.State == requests.Closed && !m.MayReopen
	}
	if m.State == requests.Closed && !m.Folded {
		page.Opinion = opinionOf(v, m)
	}
	return v.ShowSimple("simple/incident", "Demande n°\u00a0"+page.Number, page)
}

func messageScreen(number int) string { return strconv.Itoa(number) + "/message" }

func (p *incidentPage) facts(m requests.Mine) {
	p.Facts = []fact{{Label: "Établissement", Value: m.School}, {Label: "Service", Value: m.Service.Label()}, {Label: "Type", Value: m.Type.Label()}, {Label: "Priorité", Value: m.Priority.Label()}, {Label: "Reçue le", Value: web.Stamp(m.Received)}}
	if m.Assignee != "" {
		p.Facts = append(p.Facts, fact{Label: "Intervenant", Value: m.Assignee})
	}
	if m.Into != 0 {
		p.Related = append(p.Related, web.Link{Label: fmt.Sprintf("Fusionnée avec la demande n°\u00a0%d", m.Into), URL: incidentAt(m.Into)})
	}
	for _, n := range m.Linked {
		p.Related = append(p.Related, web.Link{Label: fmt.Sprintf("Liée à la demande n°\u00a0%d", n), URL: incidentAt(n)})
	}
}

// say makes the thread: the problem, then what was said of it.
func (p *incidentPage) say(v *web.Visit, m requests.Mine) {
	now := v.Session.Now()
	p.Thread = []saying{{Mine: true, Who: "Vous", When: web.Moment(now, m.Received), Text: m.Problem, Files: stored(m.Number, m.Files)}}
	for _, e := range m.Thread {
		s := saying{Mine: e.Kind == requests.Message, Who: "Vous", When: web.Moment(now, e.Made), Text: e.Text, Files: stored(m.Number, e.Files), Refused: e.Refused, ByMail: e.Via == requests.Mail}
		if !s.Mine {
			s.Who = "Réponse de " + e.ByName
		}
		if e.Address != "" {
			s.Mine, s.Who = false, "Message d’une autre adresse que la vôtre, "+e.Address
		}
		p.Thread = append(p.Thread, s)
	}
}

// stored are the files of a message, to be downloaded.
func stored(number int, files []requests.File) (all []web.Stored) {
	for _, f := range files {
		all = append(all, web.Stored{URL: incidentAt(number) + "/fichiers/" + f.ID, Name: f.Name, Size: web.Size(f.Size)})
	}
	return all
}

func opinionOf(v *web.Visit, m requests.Mine) *opinion {
	o := &opinion{Asked: m.MaySatisfy, Comment: v.Typed("commentaire", m.Satisfied.Comment), Said: m.Satisfied.Comment}
	if n := m.Satisfied.Score; n > 0 {
		o.Given = scores[n-1]
	}
	chosen := v.Typed("avis", strconv.Itoa(m.Satisfied.Score))
	for i, words := range scores {
		n := strconv.Itoa(i + 1)
		o.Scores = append(o.Scores, web.ChoiceOption{Value: n, Label: words, Chosen: n == chosen})
	}
	return o
}

// reply adds a message to a request, reopens it, or goes on in another.
func reply(v *web.Visit) error {
	m, err := mine(v)
	if err != nil {
		return err
	}
	return v.Written(messageScreen(m.Number), showIncident, func(files []requests.File) (path, says string, err error) {
		text, at := v.Form("message"), incidentAt(m.Number)
		if v.Form("rouvrir") == "" {
			return at + "#message", "Votre message est ajouté.", requests.Reply(v.Session, m.Number, text, files)
		}
		n, err := requests.Reopen(v.Session, m.Number, text, files)
		if n != m.Number {
			return incidentAt(n), fmt.Sprintf("Une nouvelle demande est enregistrée sous le numéro %d, liée à la demande n°\u00a0%d.", n, m.Number), err
		}
		return at, "Votre demande est rouverte.", err
	})
}

func giveOpinion(v *web.Visit) error {
	m, err := mine(v)
	if err != nil {
		return err
	}
	score, _ := strconv.Atoi(v.Form("avis"))
	if err := requests.Satisfy(v.Session, m.Number, score, v.Form("commentaire")); err != nil {
		return v.Again(err, showIncident)
	}
	return v.Done(incidentAt(m.Number)+"#avis", "Merci, votre avis est enregistré.")
}

func downloadFile(v *web.Visit) error {
	n, err := numberOf(v)
	if err != nil {
		return err
	}
	f, content, err := requests.OpenMyFile(v.Session, n, v.Part("id"))
	if err != nil {
		return err
	}
	return v.Attach(f.Name, f.Type, f.Size, content)
}

// jot keeps what somebody types in the forms of these pages.
func jot(v *web.Visit) error {
	return v.Jotted(func(screen string) (string, error) {
		if screen == declaringScreen {
			return incidents + "/nouveau", nil
		}
		number, ok := strings.CutSuffix(screen, "/message")
		n, err := strconv.Atoi(number)
		if !ok || err != nil || messageScreen(n) != screen {
			return "", access.NotFound()
		}
		_, err = requests.ReadMine(v.Session, n)
		return incidentAt(n) + "#message", err
	})
}
