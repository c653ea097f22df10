package requests

import (
	"cmp"
	"fmt"
	"strconv"
	"strings"

	"preau/app/directory"
)

// A Ticket is the issue to make of a request.
type Ticket struct {
	Project, Type, Summary, Description string
	Priority                            string // "" for that of the project
	Labels                              []string
	Fields                              map[string]string // by the identifier of JIRA
}

// Ticket words the issue of a request: what is asked, where, by whom it is handed
// on. Neither the name of who asks nor how to reach them is in it: level 2 answers
// the administrator. base is what links to the ENT begin with.
func (l Load) Ticket(base string) Ticket {
	r, p := l.About, l.Support
	t := Ticket{Project: p.Project, Type: cmp.Or(p.Types[string(r.Type)], p.Types[""]), Summary: r.Summary, Priority: p.Priorities[string(r.Priority)], Fields: map[string]string{}}
	if p.ByUAI {
		t.Labels = append(t.Labels, p.UAI)
	}
	if area := directory.Slug(l.School.Collectivity); p.ByArea && area != "" {
		t.Labels = append(t.Labels, area)
	}
	for _, f := range SupportFields {
		if id := p.Fields[f.Key]; id != "" {
			t.Fields[id] = l.field(f.Key)
		}
	}
	t.Description = l.description(base)
	return t
}

// field is what a field of JIRA is filled with.
func (l Load) field(key string) string {
	switch key {
	case "id":
		return strconv.Itoa(l.About.Number)
	case "uai":
		return l.School.UAI
	case "etablissement":
		return l.School.Name
	case "collectivite":
		return l.School.Collectivity
	case "auteur":
		return l.About.Escalation.ByName
	}
	return l.About.Received.Local().Format("2006-01-02")
}

func (l Load) description(base string) string {
	r := l.About
	parts := []string{plain(r.Problem)}
	if comment := l.Errands[0].Text; comment != "" {
		parts = append(parts, "Commentaire de l’administrateur\u00a0:\n\n"+plain(comment))
	}
	facts := []string{"----", "Établissement\u00a0: " + plain(l.School.Name) + ", " + l.School.Town + " (" + l.School.UAI + ")"}
	if r.From.Profile.One() != "" {
		facts = append(facts, "Demandeur\u00a0: "+r.From.Profile.One())
	}
	facts = append(facts, "Type\u00a0: "+r.Type.Label(), "Priorité\u00a0: "+r.Priority.Label())
	if r.Service != "" {
		facts = append(facts, "Service\u00a0: "+r.Service.Label())
	}
	facts = append(facts, "Reçue le\u00a0: "+r.Received.Local().Format("02/01/2006 à 15:04"), "Transmise par\u00a0: "+plain(r.Escalation.ByName), fmt.Sprintf("Demande n°\u00a0%d de l’ENT\u00a0: %s%s", r.Number, base, r.console()))
	return strings.Join(append(parts, strings.Join(facts, "\n")), "\n\n")
}

// Body is the text of a comment, with the mark by which a second try finds it.
func (e Errand) Body() string { return e.Text + "\n\n" + e.Sign() }

// Sign is the mark as it stands in JIRA.
func (e Errand) Sign() string { return "(" + e.Mark + ")" }
