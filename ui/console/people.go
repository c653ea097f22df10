package console

import (
	"html/template"
	"net/url"
	"strings"

	"github.com/gofiber/fiber/v2"

	"preau/app/access"
	"preau/app/directory"
	"preau/ui/web"
)

// pageSize is how many people a page of a list holds.
const pageSize = 50

// peoplePage is console/people.html.
type peoplePage struct {
	Profile, Title string
	One            string // « un élève »
	Says           string
	Source         string // of the type-ahead
	Deleted        bool
	Lines          []personLine
	Filters        []web.Choice
	NoEmail        bool
	Filtered       bool
	Home           string
	Pager          web.Pager
	Empty          web.Empty
}

type personLine struct {
	ID, URL, Name, Login, Where, Birth, Seen, State string
	Badge                                           template.HTML
}

// badges are the states of an account, each a word and an icon.
var badges = map[directory.State]web.Badge{
	directory.Active:    {Tone: "ok", Icon: "check-lg", Label: directory.Active.Label()},
	directory.Inactive:  {Tone: "off", Icon: "hourglass", Label: directory.Inactive.Label()},
	directory.Suspended: {Tone: "warn", Icon: "slash-circle", Label: directory.Suspended.Label()},
	directory.Deleted:   {Tone: "bad", Icon: "x-lg", Label: directory.Deleted.Label()},
}

// profileOf reads the profile of the address; ok is false for what is none.
func profileOf(v *web.Visit) (p directory.Profile, deleted, ok bool) {
	part := v.Part("profil")
	if part == deletedPath {
		return "", true, true
	}
	p = directory.ProfileAt(part)
	return p, false, p != ""
}

func showPeople(v *web.Visit) error {
	uai := v.Part("uai")
	profile, deleted, ok := profileOf(v)
	if !ok {
		return access.NotFound()
	}
	filter := directory.Filter{Profile: profile, Class: v.Ask("classe"), Grade: v.Ask("niveau"), State: directory.State(v.Ask("etat")), NoEmail: v.Ask("sans-mail") != ""}
	cursor, back := v.Ask("apres"), false
	if before := v.Ask("avant"); before != "" {
		cursor, back = before, true
	}
	list, err := directory.People(v.Session, uai, filter, decodeCursor(cursor), back, pageSize)
	if err != nil {
		return err
	}
	page := peoplePage{Profile: v.Part("profil"), Title: "Suppressions", One: "une personne supprimée", Deleted: deleted, Home: at(uai) + "/utilisateurs/" + v.Part("profil"),
		Source: at(uai) + "/recherche?profil=" + v.Part("profil") + "&q=", NoEmail: filter.NoEmail,
		Filtered: filter.Class+filter.Grade+string(filter.State) != "" || filter.NoEmail}
	if !deleted {
		page.Title, page.One = profile.Many(), "un "+strings.ToLower(profile.One())
	}
	one, many := words(profile)
	page.Says = web.Count(list.Total, one, many)
	if page.Filters, err = filters(v, uai, filter); err != nil {
		return err
	}
	page.lines(v, list)
	page.Pager = pager(v, page.Home, list)
	page.Empty = emptyList(page, deleted)
	f, err := frame(v, uai, page.Profile, web.Link{Label: "Utilisateurs", URL: at(uai) + "/utilisateurs/eleves"}, web.Link{Label: page.Title, Here: true})
	if err != nil {
		return err
	}
	return v.Show("console/people", page.Title, f, page)
}

// words are what a list counts.
func words(p directory.Profile) (one, many string) {
	switch p {
	case "":
		return "compte supprimé", "comptes supprimés"
	case directory.Staff:
		return "personnel", "personnels"
	case directory.Guest:
		return "invité", "invités"
	}
	return strings.ToLower(p.One()), strings.ToLower(p.Many())
}

func (p *peoplePage) lines(v *web.Visit, list directory.List) {
	now := v.Session.Now()
	p.Lines = make([]personLine, len(list.Lines))
	for i, l := range list.Lines {
		line := personLine{ID: l.ID, URL: p.Home + "/" + l.ID, Name: l.Label(), Login: l.Login.Value(), Where: l.Where, Birth: l.Birth.String(),
			Seen: web.Moment(now, l.LastSeen.SignedIn), State: string(l.State()), Badge: v.Badge(badges[l.State()])}
		if l.LastSeen.SignedIn.IsZero() {
			line.Seen = "jamais"
		}
		if p.Deleted {
			line.Seen, line.Where = l.DeletedAt.Local().Format("02/01/2006"), l.Profile.One()
		}
		p.Lines[i] = line
	}
}

func emptyList(p peoplePage, deleted bool) web.Empty {
	switch {
	case p.Filtered:
		return web.Empty{Icon: "funnel", Says: "Personne ne correspond à ces filtres.", Action: &web.Link{Label: "Effacer les filtres", URL: p.Home}}
	case deleted:
		return web.Empty{Icon: "person-x", Says: "Aucun compte supprimé. Ceux que l’annuaire fédérateur retire apparaissent ici pendant 89 jours, puis sont effacés."}
	}
	return web.Empty{Icon: "people", Says: "Personne ici pour l’instant. Les comptes viennent de l’annuaire fédérateur."}
}

// filters are the boxes above a list.
func filters(v *web.Visit, uai string, f directory.Filter) ([]web.Choice, error) {
	choices, err := directory.ChoicesOf(v.Session, uai)
	if err != nil || f.Profile == "" {
		return nil, err
	}
	state := web.Choice{Name: "etat", Label: "État", Options: []web.ChoiceOption{{Label: "Tous"}}}
	for _, s := range directory.States[:3] {
		state.Options = append(state.Options, web.ChoiceOption{Value: string(s), Label: s.Label(), Chosen: f.State == s})
	}
	if f.Profile != directory.Student {
		return []web.Choice{state}, nil
	}
	grade := web.Choice{Name: "niveau", Label: "Niveau", Options: []web.ChoiceOption{{Label: "Tous"}}}
	for _, g := range choices.Grades {
		grade.Options = append(grade.Options, web.ChoiceOption{Value: g, Label: g, Chosen: f.Grade == g})
	}
	class := web.Choice{Name: "classe", Label: "Classe", Options: []web.ChoiceOption{{Label: "Toutes"}}}
	for _, c := range choices.Classes {
		class.Options = append(class.Options, web.ChoiceOption{Value: c.Code, Label: c.Name, Chosen: f.Class == c.Code})
	}
	return []web.Choice{grade, class, state}, nil
}

// pager keeps the filters of the address and changes the cursor.
func pager(v *web.Visit, home string, list directory.List) web.Pager {
	with := func(name, cursor string) string {
		if cursor == "" {
			return ""
		}
		q := url.Values{name: {encodeCursor(cursor)}}
		for _, kept := range []string{"classe", "niveau", "etat", "sans-mail"} {
			if value := v.Ask(kept); value != "" {
				q.Set(kept, value)
			}
		}
		return home + "?" + q.Encode()
	}
	p := web.Pager{Prev: with("avant", list.Prev), Next: with("apres", list.Next)}
	if len(list.Lines) < list.Total {
		p.Says = web.Number(len(list.Lines)) + " affichés sur " + web.Number(list.Total)
	}
	return p
}

// searchPeople answers the type-ahead of an establishment's list.
func searchPeople(v *web.Visit) error {
	look := directory.Look{Text: v.Ask("q"), UAI: v.Part("uai"), Limit: 20}
	part := v.Ask("profil")
	look.Profile, look.Deleted = directory.ProfileAt(part), part == deletedPath
	found, err := directory.TypeAhead(v.Session, look)
	if err != nil {
		return err
	}
	return v.ShowRows("parts/people", peopleOptions(found, part))
}

// peopleOptions words the answers of a type-ahead; part is the profile of the
// list they are for, "" for each one's own.
func peopleOptions(found directory.Answers, part string) web.Options {
	o := web.Options{Nothing: "Personne de ce nom.", Total: totalOf(found)}
	for _, p := range found.People {
		where := part
		if where == "" {
			where = p.Profile.Path()
			if p.Deleted {
				where = deletedPath
			}
		}
		o.Options = append(o.Options, web.Option{ID: p.ID, URL: at(directory.UAIOf(p.At)) + "/utilisateurs/" + where + "/" + p.ID, Label: p.Label, Note: p.Note, Icon: icons[p.Profile], Tone: string(p.Profile)})
	}
	return o
}

func totalOf(found directory.Answers) string {
	switch {
	case found.Partly:
		return "La recherche se reconstruit : pour l’instant, par nom seulement"
	case found.Near && len(found.People) > 0:
		return "Aucun résultat exact ; noms proches"
	case found.More:
		return "Plus de 1\u202f000 résultats : précisez"
	case found.Total > len(found.People):
		return web.Count(found.Total, "résultat", "résultats") + ", les premiers sont affichés"
	case found.Total == 0:
		return "Aucun résultat"
	}
	return web.Count(found.Total, "résultat", "résultats")
}

// searchEverything answers Ctrl+K: people, establishments, pages.
func searchEverything(v *web.Visit) error {
	text := v.Ask("q")
	var found directory.Answers
	var err error
	if text != "" {
		if found, err = directory.TypeAhead(v.Session, directory.Look{Text: text, Limit: 12}); err != nil {
			return err
		}
	}
	cards, _, err := directory.FindEstablishments(v.Session, text, 6)
	if err != nil {
		return err
	}
	o := peopleOptions(found, "")
	for _, c := range cards {
		o.Options = append(o.Options, web.Option{ID: c.UAI, URL: at(c.UAI), Label: c.Name, Note: join(" · ", c.Kind.Label(), c.Town, c.UAI), Icon: "building", Tone: "school-icon"})
	}
	for _, p := range pages(v) {
		if strings.Contains(strings.ToLower(p.Label), strings.ToLower(text)) {
			o.Options = append(o.Options, web.Option{URL: p.URL, Label: p.Label, Note: "Page", Icon: p.Icon})
		}
	}
	if o.Nothing = "Rien ne correspond."; text == "" {
		o.Total = "Tapez les premières lettres d’un nom"
	}
	if strings.Contains(v.Ctx.Get(fiber.HeaderAccept), fiber.MIMEApplicationJSON) {
		return v.JSON(o)
	}
	return v.ShowRows("parts/people", o)
}

// pages are those that the palette leads to.
func pages(v *web.Visit) []web.Link {
	all := []web.Link{{Label: "Changer d’établissement", URL: "/console/etablissements", Icon: "building"}}
	for _, t := range tools(v, "")[1:] {
		all = append(all, web.Link{Label: t.Label, URL: t.URL, Icon: t.Icon})
	}
	if uais, err := directory.RecentOf(v.Session); err == nil && len(uais) > 0 {
		all = append(all, web.Link{Label: "Charte et données", URL: at(uais[0]) + "/charte", Icon: "file-text"})
	}
	if managesAdministrators(v.Session) {
		all = append(all, web.Link{Label: "Administrateurs", URL: administratorsHome, Icon: "shield-check"}, web.Link{Label: "Nouvel administrateur", URL: administratorsHome + "/nouveau", Icon: "person-plus"})
	}
	return append(all, web.Link{Label: "Raccourcis", URL: "/console/raccourcis", Icon: "keyboard"})
}
