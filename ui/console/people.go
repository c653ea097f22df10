package console

import (
	"html/template"
	"net/url"
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"

	"preau/app/access"
	"preau/app/directory"
	"preau/app/requests"
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
	ActURL         string // of the form on the people ticked, with the filter
	Whole          string // « 412 résultats »
	Records        bool   // some may have a records password
	Home           string
	Pager          web.Pager
	Empty          web.Empty
	Commands       []web.Link // of guests
	Recent         []recentImport
}

// A recentImport is a file of guests that can still be undone.
type recentImport struct{ Says, URL string }

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
	filter := peopleFilter(v, profile)
	cursor, back := cursorOf(v)
	list, err := directory.People(v.Session, uai, filter, cursor, back, pageSize)
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
	page.Whole = web.Count(list.Total, "résultat", "résultats")
	page.ActURL = page.Home + "?" + filterQuery(v, "apres", "avant").Encode()
	page.Records = profile == directory.Teacher || profile == directory.Staff
	if page.Filters, err = filters(v, uai, filter); err != nil {
		return err
	}
	page.lines(v, list)
	page.Pager = pager(v, page.Home, list)
	page.Empty = emptyList(page, deleted)
	if profile == directory.Guest {
		if err := page.guests(v, uai); err != nil {
			return err
		}
	}
	f, err := frame(v, uai, page.Profile, web.Link{Label: "Utilisateurs", URL: at(uai) + "/utilisateurs/eleves"}, web.Link{Label: page.Title, Here: true})
	if err != nil {
		return err
	}
	return v.Show("console/people", page.Title, f, page)
}

// peopleFilter reads the filter of the address.
func peopleFilter(v *web.Visit, p directory.Profile) directory.Filter {
	return directory.Filter{Profile: p, Class: v.Ask("classe"), Grade: v.Ask("niveau"), State: directory.State(v.Ask("etat")), NoEmail: v.Ask("sans-mail") != ""}
}

// filterQuery is the filter of the address, with others of its parameters.
func filterQuery(v *web.Visit, more ...string) url.Values {
	q := url.Values{}
	for _, kept := range append([]string{"classe", "niveau", "etat", "sans-mail"}, more...) {
		if value := v.Ask(kept); value != "" {
			q.Set(kept, value)
		}
	}
	return q
}

// filterOf writes a filter as an address does.
func filterOf(f directory.Filter) url.Values {
	q := url.Values{}
	for name, value := range map[string]string{"classe": f.Class, "niveau": f.Grade, "etat": string(f.State)} {
		if value != "" {
			q.Set(name, value)
		}
	}
	if f.NoEmail {
		q.Set("sans-mail", "1")
	}
	return q
}

// cursorOf reads where a page of a list begins, or ends if back.
func cursorOf(v *web.Visit) (cursor string, back bool) {
	if before := v.Ask("avant"); before != "" {
		return decodeCursor(before), true
	}
	return decodeCursor(v.Ask("apres")), false
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
			if l.Profile == directory.Guest {
				line.State = "guest"
			}
		}
		p.Lines[i] = line
	}
}

// guests adds to the list what one does to guests, and the imports of the day.
func (p *peoplePage) guests(v *web.Visit, uai string) error {
	p.Commands = guestCommands(uai)
	if !p.Filtered {
		p.Empty = web.Empty{Icon: "person-plus", Says: "Aucun invité pour l’instant. Un invité est quelqu’un que l’annuaire fédérateur ne connaît pas : un intervenant, un partenaire.", Action: &p.Commands[0]}
	}
	now := v.Session.Now()
	imports, err := directory.GuestImportsOf(v.Session, uai)
	for _, im := range imports {
		switch at := guestsAt(uai) + "/imports/" + im.ID; {
		case im.Undoable(now):
			p.Recent = append(p.Recent, recentImport{"Import de « " + im.Name + " », " + web.Moment(now, im.Applied) + "\u00a0: " + im.Counts.String() + ".", at})
		case im.Pending(now):
			p.Recent = append(p.Recent, recentImport{"Le fichier « " + im.Name + " » attend d’être vérifié.", at})
		}
	}
	return err
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
	if f.Profile != directory.Student && f.Profile != directory.Relative {
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
		q := filterQuery(v, "profil")
		q.Set(name, encodeCursor(cursor))
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

// requestOptions words the requests among the answers of Ctrl+K.
func requestOptions(all []requests.Line) (options []web.Option) {
	for _, l := range all {
		options = append(options, web.Option{ID: strconv.Itoa(l.Number), URL: requestsHome + "/" + strconv.Itoa(l.Number), Label: "n°\u00a0" + strconv.Itoa(l.Number) + " – " + l.Summary,
			Note: join(" · ", "Demande", stateBadge(l.Request).Label, l.From.Name, l.School), Icon: "chat-left-text"})
	}
	return options
}

// searchEverything answers Ctrl+K: people, establishments, requests, groups,
// partners, pages.
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
	if text != "" {
		lines, err := requests.Suggest(v.Session, text, 6)
		if err != nil {
			return err
		}
		o.Options = append(o.Options, requestOptions(lines)...)
		made, err := groupOptions(v, text)
		if err != nil {
			return err
		}
		o.Options = append(o.Options, made...)
	}
	for _, p := range pages(v) {
		if strings.Contains(strings.ToLower(p.Label), strings.ToLower(text)) {
			o.Options = append(o.Options, web.Option{URL: p.URL, Label: p.Label, Note: "Page", Icon: p.Icon})
		}
	}
	switch o.Nothing = "Rien ne correspond."; {
	case text == "":
		o.Total = "Tapez les premières lettres d’un nom, ou un numéro de demande"
	case len(found.People) == 0 && len(o.Options) > 0:
		o.Total = web.Count(len(o.Options), "résultat", "résultats")
	}
	if strings.Contains(v.Ctx.Get(fiber.HeaderAccept), fiber.MIMEApplicationJSON) {
		return v.JSON(o)
	}
	return v.ShowRows("parts/people", o)
}

// pages are those that the palette leads to.
func pages(v *web.Visit) []web.Link {
	all := []web.Link{{Label: "Changer d’établissement", URL: "/console/etablissements", Icon: "building"}, {Label: "Demandes", URL: requestsHome, Icon: "inboxes"}, {Label: "Statistiques des demandes", URL: statisticsHome, Icon: "bar-chart"},
		{Label: "Réponses types", URL: cannedHome, Icon: "chat-square-quote"}, {Label: "Vues enregistrées", URL: viewsHome, Icon: "bookmark"}}
	for _, t := range tools(v, "")[1:] {
		all = append(all, web.Link{Label: t.Label, URL: t.URL, Icon: t.Icon})
	}
	if uais, err := directory.RecentOf(v.Session); err == nil && len(uais) > 0 {
		all = append(all, web.Link{Label: "Charte et données", URL: at(uais[0]) + "/charte", Icon: "file-text"},
			web.Link{Label: "Groupes locaux", URL: groupsAt(uais[0]) + "/locaux", Icon: "people-fill"}, web.Link{Label: "Groupes multi-établissements", URL: groupsAt(uais[0]) + "/partages/partenaires", Icon: "globe-europe-africa"})
	}
	if v.Session.Can(access.RunAppliance, "") {
		all = append(all, web.Link{Label: "Configuration de l’appareil", URL: applianceAt, Icon: "hdd-stack"}, web.Link{Label: "Courriels", URL: mailsAt, Icon: "envelope"})
	}
	if managesAdministrators(v.Session) {
		all = append(all, web.Link{Label: "Administrateurs", URL: administratorsHome, Icon: "shield-check"}, web.Link{Label: "Nouvel administrateur", URL: administratorsHome + "/nouveau", Icon: "person-plus"})
	}
	return append(all, web.Link{Label: "Raccourcis", URL: "/console/raccourcis", Icon: "keyboard"})
}
