package console

import (
	"net/url"
	"strings"
	"time"

	"preau/app/access"
	"preau/app/directory"
	"preau/ui/web"
)

// administratorsHome is the address of the module « Administrateurs ».
const administratorsHome = "/console/administrateurs"

// mountAdministrators mounts the module « Administrateurs ».
func mountAdministrators(c web.Router) {
	const one = "/administrateurs/:id"
	c.Get("/administrateurs", managing(listAdministrators))
	c.Get("/administrateurs/recherche", managing(searchCandidates))
	c.Get("/administrateurs/etablissements", managing(searchSchoolsToGive))
	c.Get("/administrateurs/nouveau", managing(showCandidates))
	c.Get("/administrateurs/nouveau/compte", managing(showNewAdministrator))
	c.Post("/administrateurs/nouveau/compte", managing(createAdministrator))
	c.Get("/administrateurs/nouveau/login", managing(proposeLogin))

	c.Get(one, managing(showAdministrator))
	c.Post(one, managing(editAdministrator))
	c.Post(one+"/habilitations", managing(giveRoles))
	c.Get(one+"/habilitations/:habilitation/retrait", managing(askTaking))
	c.Post(one+"/habilitations/:habilitation/retrait", managing(takeRole))
	for _, act := range accountActions {
		c.Get(one+"/"+act.path, managing(act.question))
		c.Post(one+"/"+act.path, managing(act.answer))
	}
}

// managesAdministrators reports whether the module is open to somebody.
func managesAdministrators(s *access.Session) bool {
	return len(s.Reach(access.ManageAdministrators)) > 0
}

// managing answers those to whom the module is open: for the others it does not
// exist.
func managing(h web.Handler) web.Handler {
	return func(v *web.Visit) error {
		if !managesAdministrators(v.Session) {
			return access.NotFound()
		}
		return h(v)
	}
}

// moduleFrame is what stands around the pages of the module.
func moduleFrame(v *web.Visit, crumbs ...web.Link) *web.Frame {
	f := plainFrame(v, append([]web.Link{{Label: "Administrateurs", URL: administratorsHome, Here: len(crumbs) == 0}}, crumbs...)...)
	f.Tools = []web.Tool{{Label: "Actualiser", Icon: "arrow-clockwise", URL: v.OriginalURL()}, {Label: "Nouvel administrateur", Icon: "person-plus", URL: administratorsHome + "/nouveau"}}
	return f
}

// administratorsPage is console/administrators.html.
type administratorsPage struct {
	Title, Says string
	Text        web.Field
	School      web.Field
	Filters     []web.Choice
	Check       string
	Checks      []checkLine
	Filtered    bool
	Lines       []administratorLine
	Schools     []schoolLine
	Pager       web.Pager
	Empty       web.Empty
	Home        string
}

// A checkLine is something that deserves a look, with how much there is of it.
type checkLine struct {
	Label, URL, Count string
	Here              bool
}

type administratorLine struct {
	URL, Name, Login, Role, Scope, Given, Seen string
	Badge                                      web.Badge
	Left                                       bool
}

type schoolLine struct{ URL, Name, Kind, Town, UAI string }

func listAdministrators(v *web.Visit) error {
	f := directory.AdministratorFilter{Text: v.Ask("q"), Role: access.Role(v.Ask("role")), School: v.Ask("etablissement"), Academy: v.Ask("academie"),
		State: directory.State(v.Ask("etat")), Check: v.Ask("a-voir")}
	cursor, back := v.Ask("apres"), false
	if before := v.Ask("avant"); before != "" {
		cursor, back = before, true
	}
	list, err := directory.ListAdministrators(v.Session, f, decodeCursor(cursor), back, pageSize)
	if err != nil {
		return err
	}
	p := administratorsPage{Title: "Administrateurs", Says: web.Count(list.Total, "administrateur", "administrateurs"), Home: administratorsHome, Check: f.Check,
		Text:     web.Field{Name: "q", Label: "Nom, login ou e-mail", Kind: "search", Value: f.Text, Complete: "off"},
		School:   web.Field{Name: "etablissement", Label: "Établissement", Kind: "search", Value: f.School, Complete: "off", Hint: "Nom, ville ou UAI."},
		Filtered: f != directory.AdministratorFilter{}}
	if f.Check == directory.CheckSchools {
		p.Title, p.Says = "Établissements sans administrateur", web.Count(list.Total, "établissement", "établissements")
	}
	if p.Filters, err = administratorFilters(v, f); err != nil {
		return err
	}
	p.checks(f, list)
	p.lines(v, list)
	p.pager(v, list)
	p.Empty = p.empty(f)
	return v.Show("console/administrators", p.Title, moduleFrame(v), p)
}

// administratorFilters are the boxes of the search.
func administratorFilters(v *web.Visit, f directory.AdministratorFilter) (all []web.Choice, err error) {
	role := web.Choice{Name: "role", Label: "Rôle", Options: []web.ChoiceOption{{Label: "Tous"}}}
	for _, r := range access.Roles {
		role.Options = append(role.Options, web.ChoiceOption{Value: string(r), Label: r.Label(), Chosen: f.Role == r})
	}
	state := web.Choice{Name: "etat", Label: "État", Options: []web.ChoiceOption{{Label: "Tous"}}}
	for _, s := range directory.States {
		state.Options = append(state.Options, web.ChoiceOption{Value: string(s), Label: s.Label(), Chosen: f.State == s})
	}
	academies, err := directory.AcademiesWithin(v.Session)
	if err != nil || len(academies) < 2 {
		return []web.Choice{role, state}, err
	}
	return []web.Choice{role, academyChoice("Académie", "Toutes", f.Academy, academies), state}, nil
}

func academyChoice(label, none, chosen string, academies []directory.AcademyChoice) web.Choice {
	c := web.Choice{Name: "academie", Label: label}
	if none != "" {
		c.Options = append(c.Options, web.ChoiceOption{Label: none})
	}
	for _, a := range academies {
		c.Options = append(c.Options, web.ChoiceOption{Value: a.Slug, Label: a.Name, Chosen: chosen == a.Slug})
	}
	return c
}

// checks are the lists of what deserves a look.
func (p *administratorsPage) checks(f directory.AdministratorFilter, list directory.AdministratorList) {
	for _, c := range []struct {
		key, label string
		n          int
	}{
		{directory.CheckSchools, "Établissements sans administrateur", list.Unmanned},
		{directory.CheckLeft, "Partis de l’annuaire ou de l’établissement", list.Left},
		{directory.CheckIdle, "Sans connexion depuis six mois", list.Idle},
		{directory.CheckNothing, "Comptes sans habilitation", list.Nothing},
	} {
		p.Checks = append(p.Checks, checkLine{Label: c.label, URL: administratorsHome + "?a-voir=" + c.key, Count: web.Number(c.n), Here: f.Check == c.key})
	}
}

func (p *administratorsPage) lines(v *web.Visit, list directory.AdministratorList) {
	now := v.Session.Now()
	for _, l := range list.Lines {
		line := administratorLine{URL: administratorsHome + "/" + l.ID, Name: l.Name, Login: l.Login, Role: "Sans habilitation", Seen: seen(now, l.Seen.SignedIn), Badge: badges[l.State()], Left: l.Left}
		if len(l.Grants) > 0 {
			last := l.Grants[0]
			for _, g := range l.Grants {
				if g.At.After(last.At) {
					last = g
				}
			}
			line.Role, line.Scope, line.Given = l.Grants[0].Role.Label(), scopes(l.Grants), given(last)
		}
		p.Lines = append(p.Lines, line)
	}
	for _, c := range list.Schools {
		p.Schools = append(p.Schools, schoolLine{at(c.UAI), c.Name, c.Kind.Label(), c.Town, c.UAI})
	}
}

// seen is when somebody last signed in, as a list says it.
func seen(now, at time.Time) string {
	if at.IsZero() {
		return "jamais"
	}
	return web.Moment(now, at)
}

// scopesShown is how many places a line of the list names.
const scopesShown = 2

func scopes(grants []directory.Granted) string {
	var names []string
	for i, g := range grants {
		if i == scopesShown && len(grants) > scopesShown+1 {
			names = append(names, "et "+web.Number(len(grants)-i)+" autres")
			break
		}
		names = append(names, g.Scope)
	}
	return strings.Join(names, ", ")
}

// given says who gave a grant, and when.
func given(g directory.Granted) string {
	says := web.Stamp(g.At)
	if g.ByName != "" {
		says = "le " + says + " par " + g.ByName
	}
	return says
}

func (p *administratorsPage) pager(v *web.Visit, list directory.AdministratorList) {
	with := func(name, cursor string) string {
		if cursor == "" {
			return ""
		}
		q := url.Values{name: {encodeCursor(cursor)}}
		for _, kept := range []string{"q", "role", "etablissement", "academie", "etat", "a-voir"} {
			if value := v.Ask(kept); value != "" {
				q.Set(kept, value)
			}
		}
		return administratorsHome + "?" + q.Encode()
	}
	p.Pager = web.Pager{Prev: with("avant", list.Prev), Next: with("apres", list.Next)}
	if shown := len(list.Lines) + len(list.Schools); shown < list.Total {
		p.Pager.Says = web.Number(shown) + " affichés sur " + web.Number(list.Total)
	}
}

func (p *administratorsPage) empty(f directory.AdministratorFilter) web.Empty {
	switch {
	case f == directory.AdministratorFilter{Check: directory.CheckSchools}:
		return web.Empty{Icon: "check-circle-fill", Says: "Chaque établissement a au moins un administrateur local."}
	case p.Filtered:
		return web.Empty{Icon: "funnel", Says: "Personne ne correspond à cette recherche.", Action: &web.Link{Label: "Effacer la recherche", URL: administratorsHome}}
	}
	return web.Empty{Icon: "shield-exclamation", Says: "Personne n’administre rien dans votre périmètre pour l’instant.", Action: &web.Link{Label: "Nouvel administrateur", URL: administratorsHome + "/nouveau"}}
}
