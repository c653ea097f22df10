package console

import (
	"fmt"
	"strconv"
	"strings"

	"preau/app/access"
	"preau/app/directory"
	"preau/ui/web"
)

// showStart goes to the last establishment used, or to the choice.
func showStart(v *web.Visit) error {
	recent, err := directory.RecentOf(v.Session)
	if err != nil {
		return err
	}
	if len(recent) > 0 {
		return v.Done(at(recent[0]), "")
	}
	found, total, err := directory.FindEstablishments(v.Session, "", 2)
	switch {
	case err != nil:
		return err
	case total == 0:
		return v.Done("/console/demarrage", "")
	case total == 1:
		return v.Done(at(found[0].UAI), "")
	}
	return v.Done("/console/etablissements", "")
}

// choosePage is console/choose.html: the dialog « Changer d’établissement ».
type choosePage struct {
	Text, From string
	Close      string
	Options    web.Options
	MayCreate  bool
}

// chosenMost is how many establishments the dialog lists at once.
const chosenMost = 60

func chooseEstablishment(v *web.Visit) error {
	page := choosePage{Text: v.Ask("q"), From: v.Ask("depuis"), Close: "/console"}
	var f *web.Frame
	var err error
	if page.From != "" {
		page.Close = at(page.From)
		f, err = frame(v, page.From, "")
	} else {
		f = plainFrame(v)
	}
	if err != nil {
		return err
	}
	if page.Options, err = schools(v, page.Text); err != nil {
		return err
	}
	page.MayCreate = len(v.Session.Reach(access.CreateEstablishments)) > 0
	if chosen := v.Ask("uai"); chosen != "" {
		return v.Done(at(chosen), "")
	}
	return v.Show("console/choose", "Changer d’établissement", f, page)
}

func searchEstablishments(v *web.Visit) error {
	options, err := schools(v, v.Ask("q"))
	if err != nil {
		return err
	}
	return v.ShowRows("parts/schools", options)
}

func schools(v *web.Visit, text string) (web.Options, error) {
	found, total, err := directory.FindEstablishments(v.Session, text, chosenMost)
	o := web.Options{Nothing: "Aucun établissement ne correspond dans votre périmètre.", Total: web.Count(total, "établissement", "établissements")}
	for _, c := range found {
		o.Options = append(o.Options, web.Option{ID: c.UAI, URL: at(c.UAI), Label: c.Name, Note: join(" · ", c.Kind.Label(), c.Town, c.UAI)})
	}
	return o, err
}

func join(between string, words ...string) string {
	var kept []string
	for _, w := range words {
		if w != "" {
			kept = append(kept, w)
		}
	}
	return strings.Join(kept, between)
}

// establishmentPage is console/establishment.html.
type establishmentPage struct {
	Name    string
	Note    string
	Version uint64
	Fields  []web.Field
	Facts   []fact
	Meters  []meter
	Admins  []adminLine
	MayEdit bool
	Home    string

	Activity, Inactive bool // the choice is shown, and made
	Head               web.Choice
	Ask                *askBox
}

type fact struct{ Label, Value string }

type meter struct {
	Label, URL, Says, Waiting string
	Active, All               int
}

type adminLine struct{ URL, Name, Profile, Since, Seen, Take string }

func showEstablishment(v *web.Visit) error { return establishment(v, nil) }

// establishment draws the record of an establishment, with a question over it. A
// question about nothing is nowhere.
func establishment(v *web.Visit, ask func(directory.Overview) *askBox) error {
	uai := v.Part("uai")
	o, err := directory.OverviewOf(v.Session, uai)
	if err != nil {
		return err
	}
	var box *askBox
	if ask != nil {
		if box = ask(o); box == nil {
			return access.NotFound()
		}
	}
	f, err := frame(v, uai, "etablissement")
	if err != nil {
		return err
	}
	page := establishmentPage{Ask: box, Name: o.Name, Note: join(" · ", o.Kind.Label(), o.Address.Town, o.UAI), Version: o.Version, MayEdit: o.MayEdit, Home: at(uai)}
	page.Fields = []web.Field{
		{Name: "email", Label: "Adresse e-mail", Kind: "email", Value: v.Typed("email", o.Email.Value()), Complete: "off", Locked: !o.MayEdit, Origin: origin(o.Email)},
		{Name: "site", Label: "Site Internet", Kind: "url", Value: v.Typed("site", o.Website), Complete: "off", Locked: !o.MayEdit},
		{Name: "xiti", Label: "Identifiant XiTi", Value: v.Typed("xiti", o.Marker), Complete: "off", Locked: !o.MayMark, Hint: markerHint(o)},
	}
	if o.MayMark {
		page.Fields = append(page.Fields, web.Field{Name: "collectivite", Label: "Collectivité", Value: v.Typed("collectivite", o.Collectivity), Complete: "off"})
		page.Activity = true
		if page.Inactive = o.Inactive; v.Refused() != nil && v.Form("actif") != "" {
			page.Inactive = v.Form("actif") == "non"
		}
	}
	if page.Head, err = heads(v, o); err != nil {
		return err
	}
	page.Facts = []fact{{"UAI", o.UAI}, {"Type", o.Kind.Label()}, {"Académie", o.AcademyName}, {"Collectivité", o.Collectivity}, {"Adresse", o.Address.String()},
		{"Téléphone", o.Phone}, {"Chef d’établissement", o.HeadName}, {"Origine", source(o.Source)}}
	for _, a := range o.Activation {
		m := meter{Label: a.Profile.Many(), URL: at(uai) + "/utilisateurs/" + a.Profile.Path(), Active: a.Active, All: a.All(),
			Says: fmt.Sprintf("%s sur %s", web.Number(a.Active), web.Number(a.All()))}
		if a.Inactive > 0 {
			m.Waiting = web.Count(a.Inactive, "jamais connecté", "jamais connectés")
		}
		page.Meters = append(page.Meters, m)
	}
	page.admins(v, o)
	return v.Show("console/establishment", o.Name, f, page)
}

// admins are the local administrators. One who has no record here is shown by the
// module Administrateurs, to those who have it.
func (p *establishmentPage) admins(v *web.Visit, o directory.Overview) {
	for _, a := range o.Admins {
		line := adminLine{Name: a.Name, Profile: profileOfAccount(a.Profile), Since: join(" par ", a.Since.Local().Format("02/01/2006"), a.By), Seen: seen(v.Session.Now(), a.SignedIn)}
		switch {
		case a.Here:
			line.URL = p.Home + "/utilisateurs/" + anyProfile + "/" + a.ID
		case v.Session.Can(access.ManageAdministrators, o.Place()):
			line.URL = administratorsHome + "/" + a.ID
		}
		if a.MayTake {
			line.Take = p.Home + "/administrateurs/" + a.ID + "/retrait"
		}
		p.Admins = append(p.Admins, line)
	}
}

// headsShown is how many members of staff the head is chosen among.
const headsShown = 200

// heads are those who may be made the head of an establishment.
func heads(v *web.Visit, o directory.Overview) (web.Choice, error) {
	chosen := ""
	if o.HeadByHand {
		chosen = o.Head
	}
	chosen = v.Typed("chef", chosen)
	c := web.Choice{Name: "chef", Label: "Chef d’établissement", Options: []web.ChoiceOption{{Label: "Celui de l’annuaire fédérateur", Chosen: chosen == ""}}}
	staff, err := directory.People(v.Session, o.UAI, directory.Filter{Profile: directory.Staff}, "", false, headsShown)
	for _, l := range staff.Lines {
		c.Options = append(c.Options, web.ChoiceOption{Value: l.ID, Label: l.Label(), Chosen: l.ID == chosen})
	}
	return c, err
}

func markerHint(o directory.Overview) string {
	if o.MayMark {
		return "Nombre donné par XiTi pour mesurer la fréquentation."
	}
	return "Réservé aux personnels académiques."
}

func source(s string) string {
	if s == directory.FromAAF {
		return "Annuaire fédérateur (AAF)"
	}
	return "Créé dans la console"
}

// origin says which of two values counts, when they differ.
func origin(b directory.Both) string {
	if !b.Edited {
		return ""
	}
	if b.Federated == "" {
		return "Saisi dans la console ; l’annuaire n’en donne pas."
	}
	return "Saisi dans la console ; l’annuaire donne « " + b.Federated + " »."
}

func editEstablishment(v *web.Visit) error {
	uai := v.Part("uai")
	version, err := strconv.ParseUint(v.Form("version"), 10, 64)
	if err != nil {
		return &access.Refusal{Kind: access.Malformed, Says: "Rechargez la fiche, puis recommencez."}
	}
	form := directory.EstablishmentForm{Version: version, Email: v.Form("email"), Website: v.Form("site"), Marker: v.Form("xiti")}
	place, err := directory.PlaceOfUAI(v.Session, uai)
	if err != nil {
		return err
	}
	if head, given := v.Form("chef"), v.Request().PostArgs().Has("chef"); given {
		form.Head = &head
	}
	if c := v.Form("collectivite"); c != "" && v.Session.Can(access.EditMarker, place) {
		form.Collectivity = &c
		if v.Form("actif") != "" {
			inactive := v.Form("actif") == "non"
			form.Inactive = &inactive
		}
	}
	if err := directory.EditEstablishment(v.Session, uai, form); err != nil {
		return v.Again(err, showEstablishment)
	}
	return v.Done(at(uai), "Enregistré.")
}

// newPage is console/new.html.
type newPage struct {
	Virtual bool
	Fields  []web.Field
	Kinds   web.Choice
	Close   string
}

func showNewEstablishment(v *web.Visit) error {
	if len(v.Session.Reach(access.CreateEstablishments)) == 0 {
		return access.NotFound()
	}
	page := newPage{Virtual: v.Typed("nature", "reel") == "virtuel", Close: "/console", Fields: []web.Field{
		{Name: "uai", Label: "UAI", Value: v.Typed("uai", ""), Hint: "Obligatoire pour un établissement réel : 7 chiffres et une lettre. Inutile pour un établissement virtuel.", Complete: "off"},
		{Name: "nom", Label: "Nom", Value: v.Typed("nom", ""), Required: true, Complete: "off"},
		{Name: "ville", Label: "Ville", Value: v.Typed("ville", ""), Complete: "off"},
		{Name: "academie", Label: "Académie", Value: v.Typed("academie", ""), Required: true, Complete: "off"},
		{Name: "collectivite", Label: "Collectivité", Value: v.Typed("collectivite", ""), Hint: "Laissez vide pour prendre le nom de l’académie.", Complete: "off"},
	}}
	page.Kinds = web.Choice{Name: "type", Label: "Type"}
	for _, k := range directory.Kinds {
		if k != directory.Virtual {
			page.Kinds.Options = append(page.Kinds.Options, web.ChoiceOption{Value: string(k), Label: k.Label(), Chosen: v.Typed("type", "") == string(k)})
		}
	}
	return v.Show("console/new", "Nouvel établissement", plainFrame(v, web.Link{Label: "Administration", URL: "/console"}, web.Link{Label: "Nouvel établissement", Here: true}), page)
}

func createEstablishment(v *web.Visit) error {
	uai, err := directory.CreateEstablishment(v.Session, directory.NewEstablishment{Virtual: v.Form("nature") == "virtuel", UAI: v.Form("uai"), Name: v.Form("nom"),
		Kind: directory.Kind(v.Form("type")), Academy: v.Form("academie"), Collectivity: v.Form("collectivite"), Town: v.Form("ville")})
	if err != nil {
		return v.Again(err, showNewEstablishment)
	}
	return v.Done(at(uai), "L’établissement est créé.")
}

// firstPage is console/first.html: what to do on an empty appliance.
type firstPage struct{ MayCreate bool }

func showFirstSteps(v *web.Visit) error {
	page := firstPage{len(v.Session.Reach(access.CreateEstablishments)) > 0}
	return v.Show("console/first", "Démarrage", plainFrame(v, web.Link{Label: "Démarrage", Here: true}), page)
}
