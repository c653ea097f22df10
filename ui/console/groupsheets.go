package console

import (
	"io"
	"net/url"
	"strconv"
	"strings"

	"preau/app/directory"
	"preau/app/groups"
	"preau/ui/web"
)

// mountGroupSheets mounts the pages of groups, and the « Corbeille ».
func mountGroupSheets(c web.Router) {
	c.Get("/etablissements/:uai/groupes/fiche/:groupe", reached(showGroup))
	c.Post("/etablissements/:uai/groupes/fiche/:groupe/export", ofGroup(exportGroup))
	mountGroupTrash(c)
}

// ofGroup answers for a group that the person may see only, before the form is
// looked at.
func ofGroup(h web.Handler) web.Handler {
	return reached(func(v *web.Visit) error {
		if _, err := groups.Members(v.Session, v.Part("uai"), v.Part("groupe")); err != nil {
			return err
		}
		return h(v)
	})
}

// groupPage is console/groupsheet.html.
type groupPage struct {
	Name, Description string
	Kind              web.Badge
	Home              string
	EditURL           string
	Facts             []fact
	Around            []web.Link
	Kids              []elementLine
	Elements          []elementLine
	Uses              []web.Link
	Sides             []fact
	Services          []string
	History           []web.EventLine

	Says    string // « 32 personnes »
	Counts  []web.Link
	Text    string
	Choices []web.Choice // profile, order
	Lines   []groupMember
	Pager   web.Pager
	Empty   web.Empty
}

// An elementLine is an element or a sub-group.
type elementLine struct{ Icon, Kind, Label, URL, Note, Missing string }

// A groupMember is a row of the table of people.
type groupMember struct{ Name, URL, Icon, Tone, Profile, Where, Origin string }

func showGroup(v *web.Visit) error {
	uai := v.Part("uai")
	look := groups.Among{Text: v.Ask("q"), Profile: directory.ProfileAt(v.Ask("profil")), Back: v.Ask("tri") == sortBack, Page: 1}
	if n, err := strconv.Atoi(v.Ask("page")); err == nil {
		look.Page = n
	}
	sheet, err := groups.SheetOf(v.Session, uai, v.Part("groupe"), look)
	if err != nil {
		return err
	}
	p := groupPage{Name: sheet.Name, Description: sheet.Description, Kind: kindOfGroup(sheet.Group), Home: groupAt(uai, sheet.ID), EditURL: editGroupURL(uai, sheet)}
	p.facts(uai, sheet)
	p.inside(uai, sheet)
	p.people(uai, sheet, look)
	for _, e := range sheet.Events {
		line := eventLine(v.Session, uai, e)
		line.What = join("\u00a0: ", e.Says, e.Note)
		if e.More > 0 {
			line.Changes = append(line.Changes, web.ChangeLine{Field: "Et aussi", After: web.Count(e.More, "autre changement", "autres changements")})
		}
		p.History = append(p.History, line)
	}
	node, label, list := localNode, "Groupes locaux", groupsAt(uai)+"/locaux"
	if sheet.Shared {
		node, label, list = sharedNode, "Groupes multi-établissements", groupsAt(uai)+"/partages/droits"
	}
	f, err := frame(v, uai, node, web.Link{Label: label, URL: list}, web.Link{Label: sheet.Name, Here: true})
	if err != nil {
		return err
	}
	return v.Show("console/groupsheet", sheet.Name, f, p)
}

// kindOfGroup is what a group is, in a word and an icon.
func kindOfGroup(g groups.Group) web.Badge {
	if g.Shared {
		return web.Badge{Tone: "info", Icon: "globe-europe-africa", Label: "Groupe multi-établissements"}
	}
	return web.Badge{Tone: "off", Icon: "people-fill", Label: "Groupe local"}
}

// editGroupURL is the screen where the establishment changes the group.
func editGroupURL(uai string, sheet groups.Sheet) string {
	screen := "/locaux"
	switch {
	case sheet.Shared && sheet.Own:
		screen = "/partages/droits"
	case sheet.Shared:
		screen = "/partages/peuplement"
	}
	return groupsAt(uai) + screen + "?groupe=" + sheet.ID
}

func (p *groupPage) facts(uai string, sheet groups.Sheet) {
	by := sheet.ByName
	if !sheet.Own {
		by = ""
	}
	for _, f := range []fact{{"Créé par", join(", ", sheet.School.Name, by)}, {"Créé le", web.Stamp(sheet.CreatedAt)}, {"Modifié le", web.Stamp(sheet.EditedAt)}} {
		if f.Value != "" {
			p.Facts = append(p.Facts, f)
		}
	}
	for _, g := range sheet.Around {
		p.Around = append(p.Around, web.Link{Label: g.Name, URL: groupAt(uai, g.ID)})
	}
	for _, g := range sheet.Uses {
		p.Uses = append(p.Uses, web.Link{Label: g.Name, URL: groupAt(uai, g.ID)})
	}
	if !sheet.Shared {
		return
	}
	p.Services = groups.Services
	for _, s := range sheet.Sides {
		p.Sides = append(p.Sides, fact{s.School.Name, groups.ProfilesSaid(s.Profiles)})
	}
}

// iconsOfSheets keeps in one place the icons that Go code names.
var _ = []web.Link{{Icon: "person-x"}, {Icon: "globe-europe-africa"}}

// inside lists what the establishment put in the group, and its sub-groups.
func (p *groupPage) inside(uai string, sheet groups.Sheet) {
	for _, k := range sheet.Kids {
		p.Kids = append(p.Kids, elementLine{Icon: groupIcon, Kind: "Sous-groupe", Label: k.Name, URL: groupAt(uai, k.ID), Note: web.Count(k.People, "personne", "personnes")})
	}
	for _, e := range sheet.Elements {
		line := elementLine{Icon: elementIcons[e.Kind], Kind: e.Kind, Label: e.Label, Note: countOf(e)}
		key, _ := e.Ref.Automatic()
		kind, code, profile := directory.PartsOfGroup(key)
		id, nested := e.Ref.Nested()
		switch {
		case nested:
			line.URL = groupAt(uai, id)
		case key == "":
			line.Icon, line.Kind, line.Note = "person-x", e.Profile.One(), ""
		case kind == "class" && profile == directory.Student:
			line.URL = at(uai) + "/utilisateurs/eleves?" + filterOf(directory.Filter{Class: code}).Encode()
		}
		switch {
		case e.Lost && nested:
			line.URL, line.Note, line.Missing = groupsAt(uai)+"/corbeille", "", "dans la corbeille"
		case e.Lost && kind == "class":
			line.URL, line.Note, line.Missing = "", "", "absente de l’annuaire"
		case e.Lost && key == "":
			line.Missing = "n’est plus dans l’établissement"
		case e.Lost:
			line.URL, line.Note, line.Missing = "", "", "absent de l’annuaire"
		}
		p.Elements = append(p.Elements, line)
	}
}

// countOf says how many people an element brings: « 27 élèves ».
func countOf(e groups.Element) string {
	if _, automatic := e.Ref.Automatic(); automatic && e.Profile != "" && e.Kind != "Fonction" {
		one, many := words(e.Profile)
		return web.Count(e.People, one, many)
	}
	return web.Count(e.People, "personne", "personnes")
}

// sortBack is the order from Z to A, in addresses.
const sortBack = "za"

// people fills the table of the members that a look keeps.
func (p *groupPage) people(uai string, sheet groups.Sheet, look groups.Among) {
	p.Says, p.Text = web.Count(sheet.Total, "personne", "personnes"), look.Text
	by := web.Choice{Name: "profil", Label: "Profil", Options: []web.ChoiceOption{{Label: "Tous"}}}
	for _, profile := range directory.Profiles {
		n := sheet.Counts[profile]
		if n == 0 && look.Profile != profile {
			continue
		}
		by.Options = append(by.Options, web.ChoiceOption{Value: profile.Path(), Label: profile.Many(), Chosen: look.Profile == profile})
		one, many := words(profile)
		p.Counts = append(p.Counts, web.Link{Label: web.Count(n, one, many), Icon: icons[profile], URL: p.Home + "?profil=" + profile.Path(), Here: look.Profile == profile})
	}
	p.Choices = []web.Choice{by, {Name: "tri", Label: "Ordre", Options: []web.ChoiceOption{{Label: "de A à Z"}, {Value: sortBack, Label: "de Z à A", Chosen: look.Back}}}}
	for _, s := range sheet.People {
		line := groupMember{Name: s.Name(), Icon: icons[s.Profile], Tone: string(s.Profile), Profile: s.Profile.One(), Where: s.Where, Origin: s.Origin()}
		if s.ID != "" {
			line.URL = at(uai) + "/utilisateurs/" + s.Profile.Path() + "/" + s.ID
		}
		p.Lines = append(p.Lines, line)
	}
	p.Pager = groupPager(p.Home, sheet.Found, look)
	switch {
	case look.Text != "" || look.Profile != "":
		p.Empty = web.Empty{Icon: "funnel", Says: "Personne ne correspond à ces filtres.", Action: &web.Link{Label: "Effacer les filtres", URL: p.Home}}
	default:
		p.Empty = web.Empty{Icon: "people", Says: "Personne n’est dans ce groupe pour l’instant.", Action: &web.Link{Label: "Ajouter des membres", URL: p.EditURL}}
	}
}

func groupPager(home string, found int, look groups.Among) (p web.Pager) {
	page := max(look.Page, 1)
	last := max((found+groups.PageSize-1)/groups.PageSize, 1)
	to := func(n int) string {
		q := url.Values{}
		for name, value := range map[string]string{"q": look.Text, "profil": look.Profile.Path(), "tri": map[bool]string{true: sortBack}[look.Back]} {
			if value != "" {
				q.Set(name, value)
			}
		}
		q.Set("page", strconv.Itoa(n))
		return home + "?" + q.Encode()
	}
	if page > 1 {
		p.Prev = to(min(page-1, last))
	}
	if page < last {
		p.Next = to(page + 1)
	}
	if last > 1 {
		p.Says = "Page " + web.Number(min(page, last)) + " sur " + web.Number(last)
	}
	return p
}

// exportGroup answers with the list of the members, as a spreadsheet or on paper.
func exportGroup(v *web.Visit) error {
	form, kind, ending := groups.CSV, "text/csv; charset=utf-8", ".csv"
	if v.Form("forme") == "pdf" {
		form, kind, ending = groups.PDF, "application/pdf", ".pdf"
	}
	x, err := groups.ExportMembers(v.Session, v.Part("uai"), v.Part("groupe"), form)
	if err != nil {
		return v.Again(err, showGroup)
	}
	v.Pour("groupe-"+strings.ReplaceAll(directory.Slug(x.Group), "/", "-")+ending, kind, func(w io.Writer) error {
		if form == groups.PDF {
			return x.PDF(w)
		}
		return x.CSV(w)
	})
	return nil
}
