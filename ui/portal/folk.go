package portal

import (
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"preau/app/directory"
	"preau/app/groups"
	"preau/ui/web"
)

// A folk is a list of people with what narrows it: parts/folk.
type folk struct {
	Home    string // where the form is sent, and without filters
	Text    web.Field
	Choices []web.Choice
	Says    string
	Lines   []folkLine
	Pager   *web.Pager
	Empty   web.Empty
	asked   url.Values
}

type folkLine struct{ Name, Note, Icon, Tone string }

// folkEach is how many people a page lists.
const folkEach = 50

// profileIcons are the pictograms of profiles: a word is always beside.
var profileIcons = map[directory.Profile]string{directory.Student: "backpack", directory.Teacher: "mortarboard", directory.Staff: "person-badge",
	directory.Relative: "people", directory.Guest: "person-plus"}

// _ keeps in one place the icons that Go code names.
var _ = []web.Link{{Icon: "backpack"}, {Icon: "mortarboard"}, {Icon: "person-plus"}, {Icon: "funnel"}, {Icon: "people-fill"}, {Icon: "globe-europe-africa"}, {Icon: "person-lines-fill"}}

// lookOf reads what the address asks of a list of people.
func lookOf(v *web.Visit) groups.Look {
	page, _ := strconv.Atoi(v.Ask("page"))
	return groups.Look{Text: v.Ask("q"), Profile: directory.ProfileAt(v.Ask("profil")), School: v.Ask("etablissement"), Group: v.Ask("groupe"), Page: page, Size: folkEach}
}

// newFolk is the form above a list, with what it was asked.
func newFolk(home string, l groups.Look) folk {
	f := folk{Home: home, asked: url.Values{}, Empty: web.Empty{Icon: "funnel", Says: "Personne ne correspond à cette recherche.", Action: &web.Link{Label: "Voir tout le monde", URL: home}}}
	f.Text = web.Field{Name: "q", Label: "Nom ou prénom", Kind: "search", Value: l.Text, Complete: "off", Hint: "Les premières lettres suffisent."}
	f.ask("q", l.Text)
	return f
}

func (f *folk) ask(name, value string) {
	if value != "" {
		f.asked.Set(name, value)
	}
}

// choose adds a filter to the form.
func (f *folk) choose(name, label, all, value string, options []web.ChoiceOption) {
	f.ask(name, value)
	c := web.Choice{Name: name, Label: label, Options: []web.ChoiceOption{{Label: all}}}
	for _, o := range options {
		o.Chosen = o.Value == value
		c.Options = append(c.Options, o)
	}
	f.Choices = append(f.Choices, c)
}

func (f *folk) chooseProfile(p directory.Profile) {
	var options []web.ChoiceOption
	for _, one := range directory.Profiles {
		options = append(options, web.ChoiceOption{Value: one.Path(), Label: one.Many()})
	}
	chosen := ""
	if p != "" {
		chosen = p.Path()
	}
	f.choose("profil", "Profil", "Tous", chosen, options)
}

// fill lists a page of people; where is whether their establishment is said.
func (f *folk) fill(p groups.Page, where bool) {
	f.Says = web.Count(p.Total, "personne", "personnes")
	if p.Pages > 1 {
		f.Says += fmt.Sprintf(", page %s sur %s", web.Number(p.Page), web.Number(p.Pages))
		f.Pager = &web.Pager{Says: f.Says, Prev: f.at(p.Page-1, p.Pages), Next: f.at(p.Page+1, p.Pages)}
	}
	for _, one := range p.People {
		notes := []string{one.Profile.One(), one.Standing}
		if where {
			notes = append(notes, one.School.Name)
		}
		notes = slices.DeleteFunc(notes, func(n string) bool { return n == "" })
		f.Lines = append(f.Lines, folkLine{one.Name, strings.Join(notes, " · "), profileIcons[one.Profile], string(one.Profile)})
	}
}

// at is the address of another page of the list, "" for none.
func (f *folk) at(page, pages int) string {
	if page < 1 || page > pages {
		return ""
	}
	f.asked.Set("page", strconv.Itoa(page))
	return f.Home + "?" + f.asked.Encode()
}
