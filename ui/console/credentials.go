package console

import (
	"html/template"
	"slices"
	"strconv"
	"strings"

	"preau/app/access"
	"preau/app/directory"
	"preau/app/format/sheet"
	"preau/app/format/slips"
	"preau/ui/web"
)

// credentialsPage is console/credentials.html.
type credentialsPage struct {
	Says      string
	Deleted   bool
	Relatives bool
	Where     string // the heading of the second column
	Filters   []web.Choice
	Home      string
	ActURL    string // of the form, with the filter
	Lines     []credentialLine
	PerPage   web.Choice
	Local     string // address of the slips, when it leads to this machine only
	NoMail    bool
	Pager     web.Pager
	Empty     web.Empty
}

type credentialLine struct {
	ID, URL, Name, Where, Login, Handout string
	Badge                                template.HTML
}

// credentialsFilter reads the filter of the address.
func credentialsFilter(v *web.Visit) (f directory.Filter, part string, err error) {
	part = v.Ask("profil")
	switch p := directory.ProfileAt(part); {
	case part == deletedPath:
		return f, part, nil
	case p != "":
		f.Profile = p
	case part == "":
		f.Profile, part = directory.Student, directory.Student.Path()
	default:
		return f, part, access.NotFound()
	}
	f.State = directory.State(v.Ask("etat"))
	if f.Profile == directory.Student || f.Profile == directory.Relative {
		f.Grade, f.Class = v.Ask("niveau"), v.Ask("classe")
	}
	return f, part, nil
}

func showCredentials(v *web.Visit) error {
	uai := v.Part("uai")
	f, part, err := credentialsFilter(v)
	if err != nil {
		return err
	}
	cursor, back := cursorOf(v)
	list, lines, err := directory.Credentials(v.Session, uai, f, cursor, back, pageSize)
	if err != nil {
		return err
	}
	home := at(uai) + "/identifiants"
	page := credentialsPage{Home: home, ActURL: home + "?" + filterQuery(v, "profil").Encode(), Deleted: f.Profile == "", Relatives: f.Profile == directory.Relative, Where: headingOf(f.Profile)}
	one, many := words(f.Profile)
	page.Says = web.Count(list.Total, one, many)
	if page.Filters, err = credentialsChoices(v, uai, f, part); err != nil {
		return err
	}
	for _, l := range lines {
		page.Lines = append(page.Lines, lineOfCredential(v, uai, part, l))
	}
	page.PerPage = web.Choice{Name: "par-page", Label: "Fiches par page", Options: []web.ChoiceOption{{Value: "8", Label: "8 par page", Chosen: true}, {Value: "2", Label: "2 par page"}, {Value: "1", Label: "1 par page"}}}
	page.Pager = pager(v, home, list)
	page.Empty = web.Empty{Icon: "funnel", Says: "Personne ne correspond à ces filtres.", Action: &web.Link{Label: "Effacer les filtres", URL: home + "?profil=" + part}}
	if err := page.warn(v); err != nil {
		return err
	}
	frame, err := frame(v, uai, "identifiants", web.Link{Label: "Utilisateurs", URL: at(uai) + "/utilisateurs/eleves"}, web.Link{Label: "Identifiants des utilisateurs", Here: true})
	if err != nil {
		return err
	}
	return v.Show("console/credentials", "Identifiants des utilisateurs", frame, page)
}

// warn says what to settle before slips and mails are made.
func (p *credentialsPage) warn(v *web.Visit) error {
	base, public, err := v.Appliance.Base()
	if err != nil {
		return err
	}
	if !public {
		p.Local = base
	}
	mails, err := v.Appliance.Gate.MailsSecrets()
	p.NoMail = !mails
	return err
}

func headingOf(p directory.Profile) string {
	switch p {
	case directory.Student:
		return "Classe"
	case directory.Relative:
		return "Enfants"
	case directory.Guest:
		return "Né(e) le"
	case "":
		return "Profil"
	}
	return "Discipline ou fonction"
}

func credentialsChoices(v *web.Visit, uai string, f directory.Filter, part string) ([]web.Choice, error) {
	profile := web.Choice{Name: "profil", Label: "Profil"}
	for _, p := range directory.Profiles {
		profile.Options = append(profile.Options, web.ChoiceOption{Value: p.Path(), Label: p.Many(), Chosen: p == f.Profile})
	}
	profile.Options = append(profile.Options, web.ChoiceOption{Value: deletedPath, Label: "Utilisateurs supprimés", Chosen: part == deletedPath})
	rest, err := filters(v, uai, f)
	return append([]web.Choice{profile}, rest...), err
}

func lineOfCredential(v *web.Visit, uai, part string, l directory.CredentialLine) credentialLine {
	line := credentialLine{ID: l.ID, URL: at(uai) + "/utilisateurs/" + part + "/" + l.ID, Name: l.Label(), Where: l.Where, Login: l.Login.Value(), Badge: v.Badge(badges[l.State()])}
	switch {
	case part == deletedPath:
		line.Where = l.Profile.One()
	case l.Profile == directory.Guest:
		line.Where = l.Birth.String()
	}
	if l.Profile == directory.Relative && l.ActivatedAt.IsZero() {
		line.Login = "" // relatives are told theirs once they have activated their account
	}
	line.Handout = handoutSays(l.Handout, l.By)
	return line
}

// handoutSays words how credentials were handed out: « Imprimé le 20/11/2026 à
// 09:05 par MOREAU Claire, renouvelé depuis ».
func handoutSays(h directory.Handout, by string) string {
	if h.How == "" {
		return ""
	}
	says := directory.Sentence(strings.ToUpper(h.How)) + " le " + web.Stamp(h.At)
	if by != "" {
		says += " par " + by
	}
	if !h.Renewed.IsZero() {
		says += ", renouvelé depuis"
	}
	return says
}

// makings bounds how many documents are made at once: each is in memory.
var makings = make(chan struct{}, 2)

// actOnCredentials does what a button of the page asks, for the people ticked or
// for all those of the filter.
func actOnCredentials(v *web.Visit) error {
	f, part, err := credentialsFilter(v)
	if err != nil {
		return err
	}
	sel := directory.Selection{Filter: f}
	if v.Form("tous") == "" {
		sel.IDs = v.Each("id")
	}
	uai := v.Part("uai")
	switch v.Form("action") {
	case "csv":
		err = downloadCredentials(v, uai, part, sel)
	case "fiches":
		err = downloadSlips(v, uai, part, sel)
	case string(directory.MassMail), string(directory.MassRenew):
		if f.Profile == "" {
			err = access.Conflict("Ces comptes sont supprimés : leurs identifiants ne servent plus.")
			break
		}
		err = prepare(v, uai, directory.MassKind(v.Form("action")), sel)
	default:
		err = access.Conflict("Choisissez ce qu’il faut faire de ces identifiants.")
	}
	return v.Again(err, showCredentials)
}

func downloadCredentials(v *web.Visit, uai, part string, sel directory.Selection) error {
	rows, err := directory.ExportCredentials(v.Session, uai, sel)
	if err != nil {
		return err
	}
	v.File("identifiants-"+part+"-"+uai+".csv", "text/csv; charset=utf-8")
	return sheet.Write(v.Response().BodyWriter(), rows)
}

func downloadSlips(v *web.Visit, uai, part string, sel directory.Selection) error {
	perPage, err := strconv.Atoi(v.Form("par-page"))
	if err != nil || !slices.Contains([]int{1, 2, 8}, perPage) {
		return access.Wrong("par-page", "Choisissez 1, 2 ou 8 fiches par page.")
	}
	select {
	case makings <- struct{}{}:
		defer func() { <-makings }()
	default:
		return &access.Refusal{Kind: access.Overloaded, Says: "Plusieurs documents sont déjà en cours de fabrication : réessayez dans quelques secondes."}
	}
	base, _, err := v.Appliance.Base()
	if err != nil {
		return err
	}
	set, err := v.Appliance.Settings()
	if err != nil {
		return err
	}
	tree, err := directory.TreeOf(v.Session, uai)
	if err != nil {
		return err
	}
	made, _, err := directory.PrintCredentials(v.Session, uai, sel, base)
	if err != nil {
		return err
	}
	v.File("fiches-"+part+"-"+uai+".pdf", "application/pdf")
	return slips.Write(v.Response().BodyWriter(), slips.Sheet{ENT: set.Name, School: tree.Name, Title: "Identifiants de première connexion", PerPage: perPage, At: v.Session.Now().Local(), Slips: made})
}
