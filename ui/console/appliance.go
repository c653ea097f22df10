package console

import (
	"cmp"
	"strconv"

	"preau/app"
	"preau/app/access"
	"preau/app/connect/mail"
	"preau/ui/web"
)

// applianceAt is the address of the configuration of the appliance.
const applianceAt = "/console/appareil"

// appliancePage is console/appliance.html. Each part is a form of its own.
type appliancePage struct {
	Home  string
	Demo  bool
	Part  string // that was sent, and is shown again
	Prove bool   // the forms ask for the password of the person

	Address         web.Field
	AddressStamp    string
	AddressByFlag   bool
	MailStamp       string
	MailFields      []web.Field
	Security        web.Choice
	Kept            bool // no server: mails stay in the appliance
	PasswordLost    bool
	Waiting         string // « 3 courriels en attente »
	Steps           []mail.Step
	Own             string    // address of the person, "" for none
	Trial           web.Field // of that address, when there is none
	Roles           []roleLine
	FactorStamp     string
	HasFactor, Asks bool
	Networks        []string
}

type roleLine struct {
	Value, Label string
	Chosen       bool
}

// The parts of the page.
const (
	addressPart = "adresse"
	mailPart    = "courriel"
	factorPart  = "second-facteur"
	testPart    = "essai" // of the mail server
	trialPart   = "envoi"
)

func applianceFrame(v *web.Visit, crumbs ...web.Link) *web.Frame {
	all := []web.Link{{Label: "Administration", URL: "/console"}, {Label: "Appareil", URL: applianceAt, Here: len(crumbs) == 0}}
	return plainFrame(v, append(all, crumbs...)...)
}

func showAppliance(v *web.Visit) error { return appliance(v, "", nil) }

// partly draws the page again for a part whose form was refused.
func partly(part string) web.Handler {
	return func(v *web.Visit) error { return appliance(v, part, nil) }
}

func appliance(v *web.Visit, part string, steps []mail.Step) error {
	c, err := v.Appliance.Configuration(v.Session)
	if err != nil {
		return err
	}
	page := appliancePage{Home: applianceAt, Demo: c.Demo, Part: part, Prove: v.Session.Fresh() != nil, Steps: steps, Own: v.Session.Account.Email,
		AddressStamp: c.AddressStamp, MailStamp: c.MailStamp, FactorStamp: c.FactorStamp, HasFactor: c.HasFactor, PasswordLost: c.PasswordLost}
	page.address(v, c)
	page.mail(v, c)
	page.factor(v, c)
	page.Trial = web.Field{Name: app.TrialField, Label: "Votre adresse e-mail", Kind: "email", Value: page.typed(v, trialPart, app.TrialField, ""), Complete: "email"}
	for _, n := range c.Networks {
		page.Networks = append(page.Networks, n.String())
	}
	return v.Show("console/appliance", "Configuration de l’appareil", applianceFrame(v), page)
}

// typed is a field of a part as it was typed if that part was sent, and the
// stored value otherwise.
func (p *appliancePage) typed(v *web.Visit, part, name, stored string) string {
	if p.Part == part || part == mailPart && p.Part == testPart {
		return v.FormValue(name)
	}
	return stored
}

func (p *appliancePage) address(v *web.Visit, c app.Configuration) {
	p.Address = web.Field{Name: app.AddressField, Label: "Adresse de l’ENT", Kind: "url", Value: p.typed(v, addressPart, app.AddressField, c.PublicURL), Complete: "off",
		Hint: "Telle que https://ent.exemple.fr, sans rien après. Tous les liens des courriels en sont faits. Vide, ils mènent à cette machine seulement."}
	if p.AddressByFlag = c.GivenURL != ""; p.AddressByFlag {
		p.Address.Value, p.Address.Locked, p.Address.Hint = c.GivenURL, true, "Donnée au lancement de l’appareil par --public-url : c’est là qu’elle se change."
	}
}

func (p *appliancePage) mail(v *web.Visit, c app.Configuration) {
	port := ""
	if c.Mail.Port > 0 {
		port = strconv.Itoa(c.Mail.Port)
	}
	field := func(name, label, stored, hint string) web.Field {
		return web.Field{Name: name, Label: label, Value: p.typed(v, mailPart, name, stored), Hint: hint, Complete: "off"}
	}
	secret := web.Field{Name: "secret", Label: "Mot de passe du compte", Kind: "password", Complete: "new-password"}
	if c.HasPassword {
		secret.Hint = "Un mot de passe est enregistré : laissez vide pour le garder."
	}
	p.MailFields = []web.Field{
		field("serveur", "Serveur", c.Mail.Host, "Vide, les courriels restent dans l’appareil, où ils se lisent."),
		field("port", "Port", port, "Vide, celui du chiffrement : 587 ou 465."),
		field("compte", "Compte", c.Mail.User, "Vide si le serveur n’en demande pas."),
		secret,
		field("expediteur", "Expéditeur", c.Mail.From, "Vide, "+c.Sender+"."),
	}
	chosen := p.typed(v, mailPart, "chiffrement", cmp.Or(c.Mail.Security, string(mail.StartTLS)))
	p.Security = web.Choice{Name: "chiffrement", Label: "Chiffrement"}
	for _, s := range app.Securities {
		p.Security.Options = append(p.Security.Options, web.ChoiceOption{Value: string(s), Label: securities[s], Chosen: string(s) == chosen})
	}
	if p.Kept = c.Mail.Host == ""; !p.Kept && c.Waiting > 0 {
		p.Waiting = web.Count(c.Waiting, "courriel en attente", "courriels en attente")
	}
}

// securities are what the screens call the protections of a connection.
var securities = map[mail.Security]string{
	mail.StartTLS: "STARTTLS (port 587)",
	mail.TLS:      "TLS (port 465)",
	mail.None:     "Aucun (réseau autorisé)",
}

func (p *appliancePage) factor(v *web.Visit, c app.Configuration) {
	required := map[string]bool{}
	for _, r := range c.Required {
		required[string(r)] = true
	}
	if p.Part == factorPart {
		required = rolesTyped(v)
	}
	for _, r := range access.Roles {
		p.Roles = append(p.Roles, roleLine{string(r), r.Label(), required[string(r)]})
	}
	for _, g := range v.Session.Grants {
		p.Asks = p.Asks || required[string(g.Role)]
	}
}

func rolesTyped(v *web.Visit) map[string]bool {
	typed := map[string]bool{}
	for _, value := range v.Request().PostArgs().PeekMulti("role") {
		typed[string(value)] = true
	}
	return typed
}

func setAddress(v *web.Visit) error {
	if err := v.Appliance.SetPublicURL(v.Session, v.Form("vu"), v.Form(app.AddressField)); err != nil {
		return v.Again(err, partly(addressPart))
	}
	return v.Done(applianceAt, "L’adresse publique est enregistrée.")
}

func mailForm(v *web.Visit) app.MailForm {
	return app.MailForm{Stamp: v.Form("vu"), Host: v.Form("serveur"), Port: v.Form("port"), Security: v.Form("chiffrement"), User: v.Form("compte"), Password: v.FormValue("secret"), From: v.Form("expediteur")}
}

func setMail(v *web.Visit) error {
	form := mailForm(v)
	if v.Form("essai") != "" {
		return testMail(v, form)
	}
	if err := v.Appliance.SetMail(v.Session, form); err != nil {
		return v.Again(err, partly(mailPart))
	}
	if form.Host == "" {
		return v.Done(applianceAt, "Les courriels restent dans l’appareil.")
	}
	return v.Done(applianceAt, "Le serveur de courriel est enregistré.")
}

// testMail answers the button « Tester » with the page: nothing was changed.
func testMail(v *web.Visit, form app.MailForm) error {
	steps, err := v.Appliance.TestMail(v.Context(), v.Session, form)
	if err != nil {
		return v.Again(err, partly(testPart))
	}
	return appliance(v, testPart, steps)
}

func tryMail(v *web.Visit) error {
	to, err := v.Appliance.TryMail(v.Session, v.Form(app.TrialField))
	if err != nil {
		return v.Again(err, partly(trialPart))
	}
	return v.Done(mailsAt, "Un courriel d’essai est écrit à "+to+" : suivez-le ici.")
}

func setFactor(v *web.Visit) error {
	var roles []access.Role
	for role := range rolesTyped(v) {
		roles = append(roles, access.Role(role))
	}
	if err := v.Appliance.SetRequired(v.Session, v.Form("vu"), roles); err != nil {
		return v.Again(err, partly(factorPart))
	}
	return v.Done(applianceAt, "Les rôles qui doivent avoir un second facteur sont enregistrés.")
}
