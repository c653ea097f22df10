package console

import (
	"errors"

	"preau/app/access"
	"preau/app/directory"
	"preau/ui/web"
)

// administratorPage is console/administrator.html.
type administratorPage struct {
	ID, Name, Note, Home string
	Badge                web.Badge
	Why                  string // little can be changed here
	Record               string // in the directory, "" for none within reach
	Buttons              []web.Link
	Stamp                string
	MayEdit              bool
	Refused              bool // what was typed of the account
	Fields               []web.Field
	Facts                []fact
	Factor               []fact
	Grants               []grantLine
	Elsewhere            bool
	Give                 *givingForm
	History              []web.EventLine
	Ask                  *askBox
}

type grantLine struct{ Role, Scope, Given, Until, Take string }

// An askBox is a dialog that asks before it acts: parts/ask.
type askBox struct {
	Title, Says, Action, Close string
	Twice                      string // what a box has to be ticked for, "" for nothing
	Yes                        string // « Oui » if empty
	Reason, Danger             bool
}

// showCode shows a code to hand over to an administrator, once.
func showCode(v *web.Visit, c directory.HandedCode, home string) error {
	page, err := codePageOf(v, c, home)
	if err != nil {
		return err
	}
	return v.Show("console/code", "Code à remettre à "+c.Name, moduleFrame(v, web.Link{Label: c.Name, URL: home}, web.Link{Label: "Code à remettre", Here: true}), page)
}

func showAdministrator(v *web.Visit) error { return administrator(v, nil) }

// administrator draws a record, with a question over it if there is one. A
// question about nothing is nowhere.
func administrator(v *web.Visit, ask func(directory.Administrator) *askBox) error {
	id := v.Part("id")
	a, err := directory.AdministratorOf(v.Session, id)
	if err != nil {
		return err
	}
	var box *askBox
	if ask != nil {
		if box = ask(a); box == nil {
			return access.NotFound()
		}
	}
	p := administratorPage{ID: id, Ask: box, Name: a.Name, Home: administratorsHome + "/" + id, Badge: badges[a.State()], Stamp: a.Stamp, Elsewhere: a.Elsewhere}
	p.Note = join(" · ", profileOfAccount(a.Profile), a.Login, id)
	p.explain(a)
	p.account(v, a)
	p.factor(a)
	for _, g := range a.Grants {
		line := grantLine{Role: g.Role.Label(), Scope: g.Scope, Given: given(g)}
		if !g.Until.IsZero() {
			line.Until = "jusqu’au " + directory.LastDay(g.Until)
		}
		if g.MayTake {
			line.Take = p.Home + "/habilitations/" + g.ID + "/retrait"
		}
		p.Grants = append(p.Grants, line)
	}
	if !a.Own && !a.Deleted {
		if p.Give, err = givingOf(v); err != nil {
			return err
		}
	}
	events, err := directory.AdministratorEvents(v.Session, id, administratorEvents)
	if err != nil {
		return err
	}
	for _, e := range events {
		line := eventLine(v.Session, "", e)
		line.URL = ""
		p.History = append(p.History, line)
	}
	return v.Show("console/administrator", a.Name, moduleFrame(v, web.Link{Label: a.Name, Here: true}), p)
}

// administratorEvents is how many events a record shows.
const administratorEvents = 50

func profileOfAccount(profile string) string {
	if profile == access.AdminProfile {
		return "Compte d’administrateur"
	}
	return directory.Profile(profile).One()
}

// explain says what the page cannot do, and offers what it can.
func (p *administratorPage) explain(a directory.Administrator) {
	if a.At != "" {
		p.Record = at(directory.UAIOf(a.At)) + "/utilisateurs/" + anyProfile + "/" + a.ID
	}
	switch {
	case a.Deleted:
		p.Why = "Cette personne n’est plus dans l’annuaire : son compte est fermé. Retirez les habilitations qui restent."
	case !a.Listed && p.Record == "":
		p.Why = "Cette personne est d’un établissement hors de votre périmètre : son compte se gère là-bas."
	case a.Own:
		p.Why = "C’est votre propre compte : personne ne s’habilite soi-même. Mot de passe et second facteur se gèrent dans « Mon compte »."
	case !a.MayChange:
		p.Why = "Ce compte est celui d’un administrateur d’un rôle supérieur au vôtre : vous pouvez le consulter."
	case a.Listed && !a.MayProtect:
		p.Why = "Cette personne a le même rôle que vous : son identifiant, son mot de passe et son second facteur relèvent d’un rôle supérieur."
	}
	p.buttons(a)
}

// buttons are the actions that the visitor may do on the account.
func (p *administratorPage) buttons(a directory.Administrator) {
	add := func(button web.Link) {
		button.URL = p.Home + "/" + button.URL
		p.Buttons = append(p.Buttons, button)
	}
	if a.Listed && a.MayProtect && !a.Own && !a.Suspended {
		if a.Mailed {
			add(web.Link{Label: "Nouveau mot de passe", Icon: "envelope", URL: "mot-de-passe"})
		}
		add(web.Link{Label: "Code à remettre", Icon: "key", URL: "code"})
	}
	if a.MayProtect && !a.Own && !a.Factor.Set.IsZero() {
		add(web.Link{Label: "Réinitialiser le second facteur", Icon: "shield-lock", URL: "second-facteur"})
	}
	switch {
	case !a.Listed || !a.MayChange || a.Own:
	case a.Suspended:
		add(web.Link{Label: "Réactivation du compte", Icon: "arrow-counterclockwise", URL: "reactivation"})
	default:
		add(web.Link{Label: "Suspension du compte", Icon: "slash-circle", URL: "suspension"})
	}
}

// account is the identity, and what is known of the account.
func (p *administratorPage) account(v *web.Visit, a directory.Administrator) {
	p.MayEdit = a.Listed && a.MayProtect
	p.Refused = v.Refused() != nil && v.Form("version") != ""
	if a.Listed {
		p.Fields = []web.Field{
			{Name: "nom", Label: "Nom et prénom", Value: v.Typed("nom", a.Name), Complete: "off", Required: p.MayEdit, Locked: !p.MayEdit},
			{Name: "login", Label: "Login", Value: v.Typed("login", a.Login), Complete: "off", Required: p.MayEdit, Locked: !p.MayEdit},
			{Name: "email", Label: "Adresse e-mail", Kind: "email", Value: v.Typed("email", a.Email), Complete: "off", Locked: !p.MayEdit, Hint: "Les changements d’adresse et de login sont signalés à l’ancienne adresse."},
		}
	}
	add := func(label, value string) {
		if value != "" {
			p.Facts = append(p.Facts, fact{label, value})
		}
	}
	if !a.Listed {
		add("Login", a.Login)
		add("Adresse e-mail", a.Email)
	}
	add("État", p.Badge.Label)
	last := join(", ", seen(v.Session.Now(), a.Seen.SignedIn), a.Seen.How)
	add("Dernière connexion", last)
	if a.Sessions > 0 {
		add("Sessions", web.Count(a.Sessions, "session ouverte", "sessions ouvertes"))
	}
}

func (p *administratorPage) factor(a directory.Administrator) {
	says := "aucun"
	if !a.Factor.Set.IsZero() {
		says = "en place depuis le " + a.Factor.Set.Local().Format("02/01/2006")
		p.Factor = append(p.Factor, fact{"Codes de secours", web.Count(a.Factor.Recovery, "code restant", "codes restants")})
	}
	required := "laissé au choix de la personne"
	if a.Factor.Required {
		required = "exigé par l’appareil pour son rôle"
	}
	p.Factor = append([]fact{{"Second facteur", says}}, append(p.Factor, fact{"Obligation", required})...)
}

func editAdministrator(v *web.Visit) error {
	form := directory.AccountForm{Stamp: v.Form("version"), Name: v.Form("nom"), Login: v.Form("login"), Email: v.Form("email")}
	if err := directory.EditAdministrator(v.Session, v.Part("id"), form); err != nil {
		return v.Again(err, showAdministrator)
	}
	return v.Done(administratorsHome+"/"+v.Part("id"), "Enregistré.")
}

// again shows the question of a refused action once more if it can be answered
// better, or else the page under it.
func again(v *web.Visit, err error, page, question web.Handler) error {
	if refusal, ok := errors.AsType[*access.Refusal](err); ok && len(refusal.Fields) > 0 {
		return v.Again(err, question)
	}
	return v.Again(err, page)
}

func giveRoles(v *web.Visit) error {
	if v.Form("chercher") != "" {
		return showAdministrator(v)
	}
	if err := directory.GiveRoles(v.Session, v.Part("id"), grantForm(v)); err != nil {
		return v.Again(err, showAdministrator)
	}
	return v.Done(administratorsHome+"/"+v.Part("id"), "L’habilitation est donnée.")
}

func askTaking(v *web.Visit) error {
	return administrator(v, func(a directory.Administrator) *askBox {
		home := administratorsHome + "/" + a.ID
		for _, g := range a.Grants {
			if g.Grant.ID == v.Part("habilitation") && g.MayTake {
				return &askBox{Title: "Retirer cette habilitation à " + a.Name + "\u00a0?", Says: g.Role.Label() + "\u00a0: " + g.Scope + ". Le droit et les sessions ouvertes de la personne prennent fin tout de suite.",
					Action: home + "/habilitations/" + g.Grant.ID + "/retrait", Close: home, Twice: g.Twice, Danger: true, Yes: "Retirer"}
			}
		}
		return nil
	})
}

func takeRole(v *web.Visit) error {
	id := v.Part("id")
	if err := directory.TakeRole(v.Session, id, v.Part("habilitation"), v.Form("confirmer") != ""); err != nil {
		return again(v, err, showAdministrator, askTaking)
	}
	if id == v.Session.Account.ID {
		v.SignOut()
		return v.Done("/connexion", "Votre habilitation est retirée : reconnectez-vous.")
	}
	if _, err := directory.AdministratorOf(v.Session, id); access.KindOf(err) == access.Missing {
		return v.Done(administratorsHome, "L’habilitation est retirée.")
	}
	return v.Done(administratorsHome+"/"+id, "L’habilitation est retirée.")
}
