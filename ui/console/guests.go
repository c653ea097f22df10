package console

import (
	"strings"

	"preau/app/access"
	"preau/app/directory"
	"preau/ui/web"
)

// guestMenu is the key of the menu of « Autres (Invités) ».
const guestMenu = "menu-invites"

// guestsAt is the address of the guests of an establishment.
func guestsAt(uai string) string { return at(uai) + "/utilisateurs/" + directory.Guest.Path() }

// guestCommands are what one does to the guests of an establishment.
func guestCommands(uai string) []web.Link {
	return []web.Link{
		{Label: "Ajouter un utilisateur", Icon: "person-plus", URL: guestsAt(uai) + "/nouveau"},
		{Label: "Importer des utilisateurs", Icon: "upload", URL: guestsAt(uai) + "/imports"},
		{Label: "Doublons probables", Icon: "people", URL: guestsAt(uai) + "/doublons"},
	}
}

// newGuestPage is console/guest.html.
type newGuestPage struct {
	Home, NearURL, Close string
	Needed, More         []web.Field
	Near                 nearRows
	Filled               bool   // what is typed is not saved
	NoMail               bool   // no mail carries a secret
	Ask                  string // the question of the attachment, "" before
	Kept                 []hidden
}

// A hidden field carries what was typed to the next step.
type hidden struct{ Name, Value string }

// nearRows is parts/near.html: those who look like what is typed.
type nearRows struct {
	Here       []nearLine
	Choices    []awayChoice // of accounts elsewhere
	Away       []string     // sentences about those that cannot be chosen
	Key, Total string
	Refusal    string
}

type nearLine struct {
	URL, Name, Note string
	Badge           web.Badge
}

type awayChoice struct {
	ID, Label string
	Chosen    bool
}

// guestFields are the fields of the form, the needed ones first.
var guestFields = []struct {
	name, label, kind, hint string
	needed                  bool
}{
	{"nom", "Nom", "", "", true}, {"prenom", "Prénom", "", "", true}, {"naissance", "Date de naissance", "", "JJ/MM/AAAA", true},
	{"email", "Adresse e-mail", "email", "Ses identifiants y sont envoyés.", true},
	{"civilite", "Titre", "", "", false}, {"adresse", "Adresse", "", "", false}, {"code-postal", "Code postal", "", "", false}, {"ville", "Commune", "", "", false},
	{"domicile", "Téléphone domicile", "tel", "", false}, {"portable", "Téléphone portable", "tel", "", false}, {"poste", "Téléphone professionnel", "tel", "", false},
}

func guestForm(v *web.Visit) directory.GuestForm {
	return directory.GuestForm{LastName: v.Form("nom"), FirstName: v.Form("prenom"), Email: v.Form("email"), Birth: v.Form("naissance"), Title: v.Form("civilite"),
		Street: v.Form("adresse"), PostalCode: v.Form("code-postal"), Town: v.Form("ville"), Mobile: v.Form("portable"), Home: v.Form("domicile"), Work: v.Form("poste")}
}

func showNewGuest(v *web.Visit) error { return newGuest(v, "") }

// newGuest draws the form with what was typed, and the question of the
// attachment over it if there is one.
func newGuest(v *web.Visit, ask string) error {
	uai := v.Part("uai")
	page := newGuestPage{Home: guestsAt(uai) + "/nouveau", NearURL: guestsAt(uai) + "/ressemblances", Close: guestsAt(uai), Ask: ask}
	mails, err := v.Appliance.Gate.MailsSecrets()
	if err != nil {
		return err
	}
	page.NoMail = !mails
	for _, f := range guestFields {
		field := web.Field{Name: f.name, Label: f.label, Kind: f.kind, Value: v.Form(f.name), Hint: f.hint, Required: f.needed, Complete: "off"}
		page.Filled = page.Filled || field.Value != ""
		if f.needed {
			page.Needed = append(page.Needed, field)
		} else {
			page.More = append(page.More, field)
		}
	}
	if page.Near, err = near(v, uai); err != nil {
		return err
	}
	page.Kept = kept(v)
	f, err := guestFrame(v, uai, web.Link{Label: "Ajouter un utilisateur", Here: true})
	if err != nil {
		return err
	}
	return v.Show("console/guest", "Ajouter un utilisateur", f, page)
}

// kept are the fields that the next step needs.
func kept(v *web.Visit) (fields []hidden) {
	for _, f := range guestFields {
		fields = append(fields, hidden{f.name, v.Form(f.name)})
	}
	return append(fields, hidden{"compte", v.Form("compte")}, hidden{"vus", v.Form("vus")})
}

func guestFrame(v *web.Visit, uai string, crumbs ...web.Link) (*web.Frame, error) {
	return frame(v, uai, directory.Guest.Path(), append([]web.Link{{Label: directory.Guest.Many(), URL: guestsAt(uai)}}, crumbs...)...)
}

// near words those who look like what is typed. Somebody who has tried too many
// birth dates is told to wait, and the form stays usable.
func near(v *web.Visit, uai string) (rows nearRows, err error) {
	found, err := directory.Lookalikes(v.Session, uai, guestForm(v))
	if access.KindOf(err) == access.Throttled {
		return nearRows{Refusal: err.Error()}, nil
	}
	if err != nil {
		return rows, err
	}
	rows.Key = found.Key()
	for _, t := range found.Here {
		part := t.Profile.Path()
		if t.State() == directory.Deleted {
			part = deletedPath
		}
		line := nearLine{URL: at(uai) + "/utilisateurs/" + part + "/" + t.ID, Name: t.Label(), Note: join(" · ", t.Profile.One(), bornOn(t.User), t.Login.Value(), t.Email.Value()), Badge: badges[t.State()]}
		rows.Here = append(rows.Here, line)
	}
	for _, a := range found.Away {
		if a.ID == "" {
			rows.Away = append(rows.Away, "Un invité de ce nom existe "+directory.AtSchool(a.School)+". Il pourra être choisi quand sa date de naissance ou son adresse e-mail sera la sienne.")
			continue
		}
		rows.Choices = append(rows.Choices, awayChoice{a.ID, "L’invité qui existe " + directory.AtSchool(a.School), v.Form("compte") == a.ID})
	}
	if n := len(found.Here) + len(found.Away); n > 0 {
		rows.Total = web.Count(n, "personne ressemble à celle que vous ajoutez", "personnes ressemblent à celle que vous ajoutez")
	}
	return rows, nil
}

func bornOn(u directory.User) string {
	if u.Birth == "" {
		return ""
	}
	return "né(e) le " + u.Birth.String()
}

// showResembling answers the form as it is typed.
func showResembling(v *web.Visit) error {
	rows, err := near(v, v.Part("uai"))
	if err != nil {
		return err
	}
	return v.ShowRows("parts/near", rows)
}

// addGuest goes through the steps of the manual: « Ajouter », the attachment
// confirmed, the record as it will be, « Enregistrer ». Only the last one writes.
func addGuest(v *web.Visit) error {
	uai, chosen := v.Part("uai"), v.Form("compte")
	switch {
	case v.Form("modifier") != "":
		return showNewGuest(v)
	case v.Form("etape") == "enregistrer":
		return saveGuest(v, uai, chosen)
	}
	p, err := directory.ProposeGuest(v.Session, uai, guestForm(v), chosen, v.Form("vus"))
	if err != nil {
		return v.Again(err, showNewGuest)
	}
	if v.Form("etape") == "confirmer" {
		return showProposal(v, uai, p)
	}
	return newGuest(v, "Confirmez-vous le rattachement de "+p.Person.Label()+" à l’établissement\u00a0?")
}

// proposalPage is console/proposal.html: the record as it will be.
type proposalPage struct {
	Home, Name, Note string
	Facts            []fact
	Says             string // what « Enregistrer » sends
	Warns            bool
	Kept             []hidden
}

func showProposal(v *web.Visit, uai string, p directory.Proposal) error {
	u := p.Person
	page := proposalPage{Home: guestsAt(uai) + "/nouveau", Name: u.Label(), Note: directory.Guest.One() + " · pas encore enregistré", Kept: kept(v)}
	add := func(label, value string) {
		if value != "" {
			page.Facts = append(page.Facts, fact{label, value})
		}
	}
	add("Nom", u.LastName)
	add("Prénom", u.FirstName)
	add("Date de naissance", u.Birth.String())
	add("Adresse e-mail", u.Email.Value())
	switch {
	case p.School != "":
		page.Facts = page.Facts[:2]
		add("Compte", "Il existe "+directory.AtSchool(p.School)+" : il garde son login, son mot de passe et ses coordonnées.")
		page.Says = "« Enregistrer » rattache ce compte à l’établissement, et le dit à la personne par courriel."
	case p.Mailed:
		page.Says = "« Enregistrer » crée le compte et envoie à " + u.Email.Value() + " le login et un lien pour choisir un mot de passe, valable deux jours."
	default:
		page.Says, page.Warns = "« Enregistrer » crée le compte. Le courriel n’est pas configuré sur cet appareil : aucun identifiant ne part. Ensuite, utilisez « Code à remettre », ou imprimez ses identifiants.", true
	}
	if p.School == "" {
		add("Login", u.Login.Value())
		add("Titre", u.Title)
		add("Adresse", u.Postal.String())
		add("Téléphone domicile", u.Home.Value())
		add("Téléphone portable", u.Mobile.Value())
		add("Téléphone professionnel", u.Work.Value())
	}
	f, err := guestFrame(v, uai, web.Link{Label: page.Name, Here: true})
	if err != nil {
		return err
	}
	return v.Show("console/proposal", page.Name, f, page)
}

func saveGuest(v *web.Visit, uai, chosen string) error {
	form, says := guestForm(v), "Le compte est rattaché à l’établissement, et la personne prévenue par courriel."
	var err error
	if chosen != "" {
		err = directory.AttachGuest(v.Session, uai, chosen, form)
	} else if chosen, err = directory.AddGuest(v.Session, uai, form, v.Form("vus")); err == nil {
		says, err = createdSays(v, form)
	}
	if err != nil {
		return v.Again(err, showNewGuest)
	}
	return v.Done(guestsAt(uai)+"/"+chosen, says)
}

// createdSays tells how somebody new will know how to sign in.
func createdSays(v *web.Visit, f directory.GuestForm) (string, error) {
	mails, err := v.Appliance.Gate.MailsSecrets()
	who := strings.ToUpper(f.LastName) + " " + f.FirstName
	if mails {
		return "Le compte de " + who + " est créé : ses identifiants partent à " + f.Email + ".", err
	}
	return "Le compte de " + who + " est créé. Aucun courriel n’est parti : remettez-lui un code, ou imprimez ses identifiants.", err
}

func askDetachment(v *web.Visit) error {
	return record(v, func(p recordPage) *question {
		return &question{Title: "Voulez-vous détacher " + p.Name + " de l’établissement\u00a0?", Says: "La personne ne fera plus partie de l’établissement. Si elle n’est rattachée à aucun autre, son compte est fermé et va dans « Suppressions », d’où vous pouvez la rattacher pendant trois mois.",
			Action: p.Home + "/detachement", Close: p.Home, Danger: true}
	})
}

func detachGuest(v *web.Visit) error {
	if err := directory.DetachGuest(v.Session, v.Part("uai"), v.Part("id")); err != nil {
		return v.Again(err, showRecord)
	}
	return v.Done(guestsAt(v.Part("uai")), "La personne est détachée de l’établissement.")
}

func askRestoration(v *web.Visit) error {
	return record(v, func(p recordPage) *question {
		return &question{Title: "Voulez-vous rattacher " + p.Name + " à l’établissement\u00a0?", Says: "Le compte revient à l’identique, avec le même login, et la personne est prévenue par courriel.",
			Action: p.Home + "/rattachement", Close: p.Home}
	})
}

func restoreGuest(v *web.Visit) error {
	if err := directory.RestoreGuest(v.Session, v.Part("uai"), v.Part("id")); err != nil {
		return v.Again(err, showRecord)
	}
	return v.Done(guestsAt(v.Part("uai"))+"/"+v.Part("id"), "Le compte est rattaché à l’établissement.")
}
