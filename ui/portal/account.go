package portal

import (
	"cmp"
	"fmt"

	"preau/app/access"
	"preau/app/directory"
	"preau/app/requests"
	"preau/ui/web"
)

// accountPage is simple/account.html: one's own account, in sections that are
// each a form of its own.
type accountPage struct {
	Parts []*part

	Facts          []fact
	Address        web.Field
	Unsure, Leaves bool // the address is to be confirmed, and a mail can leave for it
	Phones         []web.Field
	Password       []web.Field
	Asked          string // present secret question, "" for none
	Questions      []web.ChoiceOption
	Answer         web.Field
	Factor         bool
	Children       []childLine
	Code           web.Field
	Devices        []deviceLine
	Sessions       []sessionLine
	Others         bool // sessions that may be closed
	Terms          string
	Answers, Mails bool // an administrator, who is written to about requests
	Prefers        []web.ChoiceOption
	here           string // key of the section that tells what was done, or refused
	refused        bool   // its form was
}

// A part is a section of the page: parts/section.
type part struct {
	Key, Title, Icon string
	Here             bool // it tells what was done, or refused
	Refused          bool // its form was
}

// Part is a section, nil when it is not this person's.
func (p accountPage) Part(key string) *part {
	for _, one := range p.Parts {
		if one.Key == key {
			return one
		}
	}
	return nil
}

// Placed reports whether a section of the page tells what was done or refused.
func (p accountPage) Placed() bool { return p.Part(p.here) != nil }

type (
	fact struct {
		Label, Value string
		Mono         bool
	}
	childLine  struct{ Name, Says string }
	deviceLine struct {
		Key, Label, Since string
		Here              bool
	}
	sessionLine struct {
		Key, Label, Since, From string
		Here                    bool
	}
)

// _ keeps in one place the icons that Go code names.
var _ = []web.Link{{Icon: "person-badge"}, {Icon: "people"}, {Icon: "envelope"}, {Icon: "telephone"}, {Icon: "key"}, {Icon: "question-circle"}, {Icon: "shield-lock"},
	{Icon: "palette"}, {Icon: "laptop"}, {Icon: "box-arrow-in-right"}, {Icon: "file-text"}, {Icon: "life-preserver"}}

// sections are those of the page, in their order, and whose they are.
var sections = []struct {
	part
	of func(directory.Mine) bool
}{
	{part{Key: "identite", Title: "Identité", Icon: "person-badge"}, nil},
	{part{Key: "enfants", Title: "Mes enfants", Icon: "people"}, func(m directory.Mine) bool { return m.Profile == directory.Relative }},
	{part{Key: "adresse", Title: "Adresse e-mail", Icon: "envelope"}, nil},
	{part{Key: "telephones", Title: "Téléphones", Icon: "telephone"}, func(m directory.Mine) bool { return m.ID != "" && m.Profile != directory.Student }},
	{part{Key: "mot-de-passe", Title: "Mot de passe", Icon: "key"}, nil},
	{part{Key: "question", Title: "Question secrète", Icon: "question-circle"}, func(m directory.Mine) bool { return m.ID != "" && !m.MayFactor }},
	{part{Key: "second-facteur", Title: "Second facteur", Icon: "shield-lock"}, func(m directory.Mine) bool { return m.MayFactor }},
	{part{Key: "demandes", Title: "Demandes", Icon: "life-preserver"}, nil},
	{part{Key: "apparence", Title: "Apparence", Icon: "palette"}, nil},
	{part{Key: "appareils", Title: "Appareils connus", Icon: "laptop"}, nil},
	{part{Key: "sessions", Title: "Sessions ouvertes", Icon: "box-arrow-in-right"}, nil},
	{part{Key: "charte", Title: "Charte et données", Icon: "file-text"}, func(m directory.Mine) bool { return m.ID != "" }},
}

func showAccount(v *web.Visit) error { return accountRefused("")(v) }

// accountRefused shows the account again, at the section whose form was refused.
func accountRefused(refused string) web.Handler {
	return func(v *web.Visit) error {
		m, err := directory.MineOf(v.Session)
		if err != nil {
			return err
		}
		page := accountPage{here: cmp.Or(refused, v.Ask("section")), refused: refused != "", Unsure: m.Unsure, Leaves: m.Leaves, Factor: m.HasFactor, Asked: m.Question}
		for _, s := range sections {
			if s.of == nil || s.of(m) {
				one := s.part
				one.Here, one.Refused = page.here == one.Key, refused == one.Key
				page.Parts = append(page.Parts, &one)
			}
		}
		page.identity(v, m)
		page.contact(v, m)
		page.secrets(v, m)
		page.children(v, m)
		if err := page.preference(v); err != nil {
			return err
		}
		if err := page.open(v); err != nil {
			return err
		}
		if err := page.terms(v); err != nil {
			return err
		}
		return v.ShowSimple("simple/account", "Mon compte", page)
	}
}

// typed is what was typed in a section if its form was refused, and the stored
// value in the others.
func (p *accountPage) typed(v *web.Visit, section, name, stored string) string {
	if !p.refused || section != p.here {
		return stored
	}
	return v.Typed(name, stored)
}

func (p *accountPage) identity(v *web.Visit, m directory.Mine) {
	a := v.Session.Account
	p.Facts = []fact{{Label: "Nom", Value: a.Name}, {Label: "Identifiant", Value: a.Login, Mono: true}, {Label: "Profil", Value: profileName(a.Profile)}}
	for _, c := range m.Schools {
		p.Facts = append(p.Facts, fact{Label: "Établissement", Value: c.Name + ", " + c.Town})
	}
}

func (p *accountPage) contact(v *web.Visit, m directory.Mine) {
	p.Address = web.Field{Name: "email", Label: "Adresse e-mail", Kind: "email", Value: p.typed(v, "adresse", "email", m.Email), Complete: "email", Required: m.Profile != directory.Student,
		Hint: "L’ancienne adresse est prévenue. La nouvelle sert à retrouver votre mot de passe une fois confirmée."}
	phone := func(name, label string, value string, complete string) {
		p.Phones = append(p.Phones, web.Field{Name: name, Label: label, Kind: "tel", Value: p.typed(v, "telephones", name, value), Complete: complete})
	}
	if m.ID == "" || m.Profile == directory.Student {
		return
	}
	phone("portable", "Téléphone portable", m.Mobile.Value(), "tel")
	phone("domicile", "Téléphone domicile", m.Home.Value(), "home tel")
	switch m.Profile {
	case directory.Teacher, directory.Staff:
		phone("poste", "Poste interne", m.Work.Value(), "work tel")
	default:
		phone("poste", "Téléphone professionnel", m.Work.Value(), "work tel")
	}
}

func (p *accountPage) secrets(v *web.Visit, m directory.Mine) {
	p.Password = []web.Field{
		{Name: "mot-de-passe", Label: "Nouveau mot de passe", Kind: "password", Required: true, Complete: "new-password", Hint: fmt.Sprintf("Au moins %d caractères ; une phrase convient. Vos autres sessions se fermeront.", m.Rule.Shortest)},
		{Name: "encore", Label: "Le même mot de passe", Kind: "password", Required: true, Complete: "new-password"},
	}
	chosen := p.typed(v, "question", "question", m.Question)
	for _, q := range access.SecretQuestions {
		p.Questions = append(p.Questions, web.ChoiceOption{Value: q, Label: q, Chosen: q == chosen})
	}
	p.Answer = web.Field{Name: "reponse", Label: "Réponse", Value: p.typed(v, "question", "reponse", ""), Required: true, Complete: "off", Hint: "Au moins 4 lettres. Les majuscules, les accents et les traits d’union ne comptent pas."}
}

func (p *accountPage) children(v *web.Visit, m directory.Mine) {
	for _, k := range m.Children {
		line := childLine{"Un enfant à confirmer", "Saisissez son code d’activation ci-dessous."}
		if k.Person != nil {
			line = childLine{k.Person.Label(), "Lien confirmé le " + k.Confirmed.Local().Format("02/01/2006")}
		}
		p.Children = append(p.Children, line)
	}
	p.Code = web.Field{Name: "code", Label: "Code d’activation de l’enfant", Value: p.typed(v, "enfants", "code", ""), Required: true, Complete: "off",
		Hint: "Remis par l’établissement de l’enfant : dix caractères, en deux groupes de cinq."}
}

// preference is how the person wants to hear of requests.
func (p *accountPage) preference(v *web.Visit) error {
	held, err := requests.PreferenceOf(v.Session)
	if err != nil {
		return err
	}
	p.Answers, p.Mails = v.Session.Administers(), !held.Quiet
	chosen := p.typed(v, "demandes", "preference", string(held.Prefers))
	for _, o := range []web.ChoiceOption{{Value: string(requests.Mail), Label: "Par mail"}, {Value: string(requests.Phone), Label: "Par téléphone"}, {Value: "", Label: "Sans préférence"}} {
		o.Chosen = o.Value == chosen
		p.Prefers = append(p.Prefers, o)
	}
	return nil
}

// open lists the devices that the account knows and its open sessions.
func (p *accountPage) open(v *web.Visit) error {
	now := v.Session.Now()
	devices, err := v.Session.Devices()
	if err != nil {
		return err
	}
	for _, d := range devices {
		p.Devices = append(p.Devices, deviceLine{d.Hash, web.Browser(d.Agent), web.Moment(now, d.At), d.Bears(v.Device())})
	}
	sessions, err := v.Session.Sessions()
	if err != nil {
		return err
	}
	for _, t := range sessions {
		here := t.Hash == v.Session.Token
		p.Others = p.Others || !here
		p.Sessions = append(p.Sessions, sessionLine{t.Hash, web.Browser(t.Agent), web.Moment(now, t.Created), t.From, here})
	}
	return nil
}

// terms says which terms the person has accepted.
func (p *accountPage) terms(v *web.Visit) error {
	t, err := v.Session.MyTerms()
	if err != nil {
		return err
	}
	p.Terms = "Vous avez accepté la charte et pris connaissance de l’information sur vos données"
	switch {
	case !v.Session.Accepted(t):
		p.Terms = "Votre établissement a publié une nouvelle version de ces textes : elle vous sera proposée à votre prochaine connexion."
	case t.Written():
		p.Terms += fmt.Sprintf(", dans leur version %d du %s.", t.Version, t.Since.Local().Format("02/01/2006"))
	default:
		p.Terms += "."
	}
	return nil
}
